//! What holds for a card in flight after a cut: the rows of this language.
//!
//! Every verdict is \[inferred\] from tagged facts; none was seen on a real printer. The order counts: the first row that
//! fits holds, and what no row names is asked. One page is feed, print and eject, and the printer tells neither place
//! nor power: two counters of its own and the uses on the ribbon's tag are all there is.
//!
//! Where the page leaves a hole these rows are strict:
//!
//! - There is no reject, so no row can end in `Reject`. An error in mid-card is asked: the person takes the card, cuts
//!   it, and presses Cancel. That the printer is sent CAN first is not ordered, because a row cannot say "fewer panels
//!   than ordered".
//! - Rio and Tango name no film, so their uses of it are void, and every row that needs them is asked. An uncut card is
//!   not touched by that.
//! - "After a time in which we did not listen" and lost power read the same, for there is no witness of power: the row
//!   that needs the bench stands in that column alone.
//! - A printer that makes a card of half a page when the link falls counts it as a whole one, with the rest of its last
//!   plane missing: the row that needs the bench needs that shown, too.
//! - A card that goes on is fed again from the start with a baseline of its own: a blank that waits inside and was
//!   counted already then makes the next card one of doubt, not a second one.
//! - Rows of the parked card are here for the day on which the bytes of the station are shown; no stage leads to them.

use crate::contract::{
    BenchFlag, ChipIs, LastIs, PanelsIs, Point, Power, Row, Stage, Verdict, WakeIs,
};

const KEPT: Option<Power> = Some(Power::Kept);
const LOST: Option<Power> = Some(Power::Lost);
const ANSWERS: Option<WakeIs> = Some(WakeIs::Answers);

const FACE: Point = Point::Sent(Stage::Face);
const FINISH: Point = Point::Sent(Stage::Finish);

const NOT_FED: &str = "it answers, the page was never complete, and nothing was printed";

const fn same_chip(at: Point) -> Row {
    Row {
        power: KEPT,
        chip: Some(ChipIs::Same),
        ..Row::at(at, Verdict::Go(at), "the same chip is read at the reader")
    }
}

const fn sought(at: Point) -> Row {
    Row {
        power: LOST,
        ..Row::at(
            at,
            Verdict::Sought,
            "power was lost, no page was sent, and the card is not in sight",
        )
    }
}

/// Nothing was printed: no panel, no use of the ribbon.
const fn not_fed(power: Option<Power>, cards: u64) -> Row {
    Row {
        power,
        cards: Some(cards),
        panels: Some(PanelsIs::Zero),
        shots: Some(0),
        wake: ANSWERS,
        ..Row::at(FACE, Verdict::Go(Point::Before), NOT_FED)
    }
}

/// Every row of the custody table for this language.
pub const ROWS: &[Row] = &[
    Row::at(
        Point::Before,
        Verdict::Go(Point::Before),
        "no page was ordered",
    ),
    // Parked, by bytes that nobody has shown.
    same_chip(Point::Sent(Stage::Feed)),
    sought(Point::Sent(Stage::Feed)),
    same_chip(Point::Answered(Stage::Feed)),
    sought(Point::Answered(Stage::Feed)),
    same_chip(Point::Bound),
    sought(Point::Bound),
    same_chip(Point::Sent(Stage::Chip)),
    sought(Point::Sent(Stage::Chip)),
    same_chip(Point::Answered(Stage::Chip)),
    sought(Point::Answered(Stage::Chip)),
    // Page begun, its last plane not ordered.
    not_fed(KEPT, 0),
    not_fed(KEPT, 1),
    not_fed(LOST, 0),
    // Finish sent. Feeding failed: no card was drawn.
    Row {
        power: KEPT,
        cards: Some(0),
        panels: Some(PanelsIs::Zero),
        shots: Some(0),
        last: Some(LastIs::FeederEmpty),
        cleared: Some(false),
        ..Row::at(
            FINISH,
            Verdict::Clear,
            "no card could be drawn and nothing moved: the job is cancelled",
        )
    },
    Row {
        last: Some(LastIs::FeederEmpty),
        ..Row::at(
            FINISH,
            Verdict::Ask,
            "no card could be drawn, and that cannot be told from a card that could",
        )
    },
    Row {
        power: KEPT,
        cards: Some(0),
        panels: Some(PanelsIs::Zero),
        shots: Some(0),
        cleared: Some(true),
        ..Row::at(
            FINISH,
            Verdict::Go(Point::Before),
            "the job was cancelled before a card was drawn, and nothing moved since",
        )
    },
    // A job in memory that could still print is the worst case.
    Row {
        cards: Some(0),
        panels: Some(PanelsIs::Zero),
        ..Row::at(
            FINISH,
            Verdict::Ask,
            "the whole page was sent and nothing moved: it may start at any time",
        )
    },
    // Printing, ejecting, ejected.
    Row {
        power: KEPT,
        cards: Some(1),
        panels: Some(PanelsIs::All),
        shots: Some(1),
        quiet: true,
        ..Row::at(
            FINISH,
            Verdict::Printed,
            "one card, every panel, one use of the ribbon, and no error since",
        )
    },
    Row {
        power: LOST,
        cards: Some(1),
        panels: Some(PanelsIs::All),
        shots: Some(1),
        bench: &[
            BenchFlag::CardCountedAtEject,
            BenchFlag::PanelCountedAtEnd,
            BenchFlag::LastPanelCounted,
            BenchFlag::HalfPageNeverPrinted,
        ],
        ..Row::at(
            FINISH,
            Verdict::Printed,
            "a card is counted when it leaves and its overcoat at its end: both were, and half a page makes none",
        )
    },
];
