//! What holds for a card in flight after a cut: the rows of this language.
//!
//! Every verdict is \[inferred\] from tagged facts; none was seen on a real printer. The order counts: the first
//! row that fits holds, and what no row names is asked. Where the page leaves a hole these readings are strict:
//!
//! - The printer tells neither where a card is nor how many it took. "Not fed" therefore rests on three things
//!   together: the string's own error was an empty feeder, no pass was counted, and none was counted either in
//!   the minute after the error was cleared. It holds only for the string that would have fed: on two sides
//!   that is the first one, and with a card that was docked before there is none.
//! - "Printed" needs the answer of the string and every pass, and it is not read once the error was cleared in
//!   between: the answer is then that of the clearing.
//! - Without `%CLN` no row but those behind `held` fits: a string whose answer was lost is asked. Without replies
//!   the same holds for every card.
//! - After `held` nothing prints: `MO` lays no dye \[inferred\], so the card exists whatever its answer was.
//! - The chip station and the reject speak \[placeholder\] bytes: nothing that rests on them is decided here.

use crate::contract::{LastIs, PanelsIs, Point, Power, Row, Stage, Verdict};

const KEPT: Option<Power> = Some(Power::Kept);

/// Data never feed: what was sent of them goes nowhere.
const BEFORE: Row = Row::at(
    Point::Before,
    Verdict::Go(Point::Before),
    "no command that was sent feeds",
);

const fn stopped(at: Point) -> Row {
    Row {
        power: KEPT,
        panels: Some(PanelsIs::Zero),
        last: Some(LastIs::FeederEmpty),
        cleared: Some(false),
        ..Row::at(
            at,
            Verdict::Clear,
            "the string stopped at an empty feeder and no pass was counted",
        )
    }
}

const fn not_fed(at: Point) -> Row {
    Row {
        power: KEPT,
        panels: Some(PanelsIs::Zero),
        cleared: Some(true),
        ..Row::at(
            at,
            Verdict::Go(Point::Before),
            "the feeder was empty, and still no pass was counted after the error was cleared",
        )
    }
}

const FINISHED: Row = Row {
    power: KEPT,
    panels: Some(PanelsIs::All),
    last: Some(LastIs::Ok),
    cleared: Some(false),
    ..Row::at(
        Point::Sent(Stage::Finish),
        Verdict::Printed,
        "the string was answered and every pass was counted",
    )
};

const NO_PLACE: &str =
    "the printer tells no place and counts no cards: nothing separates panel one from done";

const fn nobody_knows(at: Point) -> Row {
    Row::at(at, Verdict::Ask, NO_PLACE)
}

const fn behind_held(at: Point) -> Row {
    Row::at(
        at,
        Verdict::Printed,
        "the string was answered before the cut, and the eject lays no dye",
    )
}

const HELD: Row = behind_held(Point::Held);
const EJECTING: Row = behind_held(Point::Sent(Stage::Eject));
const EJECTED: Row = behind_held(Point::Answered(Stage::Eject));

const fn placeholder(at: Point) -> Row {
    Row::at(
        at,
        Verdict::Ask,
        "the bytes of the chip station and the reject are placeholders",
    )
}

/// One side, fed by its string: every row of the page.
pub const ROWS: &[Row] = &[
    BEFORE,
    FINISHED,
    stopped(Point::Sent(Stage::Finish)),
    not_fed(Point::Sent(Stage::Finish)),
    nobody_knows(Point::Sent(Stage::Finish)),
    HELD,
    EJECTING,
    EJECTED,
];

/// Two sides: the first string feeds, under the intent of the face; the second one finds the card inside.
pub const ROWS_DUPLEX: &[Row] = &[
    BEFORE,
    stopped(Point::Sent(Stage::Face)),
    not_fed(Point::Sent(Stage::Face)),
    nobody_knows(Point::Sent(Stage::Face)),
    FINISHED,
    nobody_knows(Point::Sent(Stage::Finish)),
    HELD,
    EJECTING,
    EJECTED,
];

/// A card that may have been docked before: no string of it feeds.
pub const ROWS_DOCKED: &[Row] = &[
    BEFORE,
    placeholder(Point::Sent(Stage::Feed)),
    placeholder(Point::Answered(Stage::Feed)),
    placeholder(Point::Bound),
    placeholder(Point::Sent(Stage::Chip)),
    placeholder(Point::Answered(Stage::Chip)),
    placeholder(Point::Sent(Stage::Park)),
    placeholder(Point::Answered(Stage::Park)),
    nobody_knows(Point::Sent(Stage::Face)),
    FINISHED,
    nobody_knows(Point::Sent(Stage::Finish)),
    HELD,
    EJECTING,
    EJECTED,
    placeholder(Point::Sent(Stage::Reject)),
];
