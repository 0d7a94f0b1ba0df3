//! What holds for a card in flight after a cut: the rows of this language.
//!
//! Every verdict is \[inferred\] from tagged facts; none was seen on a real printer. The order counts: the first row
//! that fits holds, and what no row names is asked. A jam, another unit, readings that differ: `domain::custody`.
//!
//! The face reaches the card only with command 07 (`Finish`). Until then the attempt goes on whatever was cut, because
//! the dialect never fuses a film that it has not wound itself, in this connection, for this card.
//!
//! Where the page leaves a hole, or a row cannot say all of it, these rows are strict:
//!
//! - "None with D0" is read as the load's own refusal: D0 as a later answer only says that the hopper is empty, and the
//!   last blank may have been drawn and thrown out. It comes as `LastIs::FeederEmpty`, for every refused load: none drew
//!   a blank. With a card inside that contradicts, and the dialect calls it a jam.
//! - "None with jam 90" lets the attempt go on, says the page. But a hand must take that blank out of the feeder, and a
//!   blank that was in a hand is not fed again: it is sought, and the attempt begins anew with another.
//! - A motion that was refused (keys 02, 42, 05) did not begin, and the page then reads the row of the entry before.
//!   Rows cannot see that: they read the stage's own row. So a refused 07 costs a blank; a refused 07 with an empty path
//!   is a contradiction, which the dialect calls a motion that did not end.
//! - "Reject sent, none, 07 never sent" would be sought: a row does not know what came before the reject, so it is asked.
//! - With power kept and another chip, or none, at the station, nothing is listed: asked.
//! - Two sides need two transfers in one attempt, and no row tells them apart: the driver prints one side.
//! - A held card (bench) that is found after an unanswered 07 is rejected like any other.

use crate::contract::{BenchFlag, ChipIs, LastIs, PlaceIs, Point, Power, Row, Stage, Verdict};

const KEPT: Option<Power> = Some(Power::Kept);
const LOST: Option<Power> = Some(Power::Lost);
const IN: Option<PlaceIs> = Some(PlaceIs::In);
const EMPTY: Option<PlaceIs> = Some(PlaceIs::Empty);

const SOUGHT: &str = "the face is clean and the card is not in the path";
const TRANSFER_CUT: &str = "the face may be on the card, and that it is whole is not proved";

/// The card is inside and clean: the same attempt goes on behind this point.
const fn goes_on(at: Point, to: Point, why: &'static str) -> Row {
    Row {
        place: IN,
        ..Row::at(at, Verdict::Go(to), why)
    }
}

/// The card is clean and not found.
const fn sought(at: Point) -> Row {
    Row {
        place: EMPTY,
        ..Row::at(at, Verdict::Sought, SOUGHT)
    }
}

/// The chip at the station, as it was bound.
const fn same_chip(at: Point) -> Row {
    Row {
        place: IN,
        chip: Some(ChipIs::Same),
        ..Row::at(at, Verdict::Go(at), "the same chip is read at the station")
    }
}

const fn other_chip_after_power(at: Point) -> Row {
    Row {
        power: LOST,
        place: IN,
        ..Row::at(
            at,
            Verdict::Reject,
            "power was lost and the chip at the station is not the same",
        )
    }
}

const fn sought_after_power(at: Point) -> Row {
    Row {
        power: LOST,
        ..sought(at)
    }
}

const fn chip_written(chip: ChipIs, then: Point, why: &'static str) -> Row {
    Row {
        place: IN,
        chip: Some(chip),
        ..Row::at(Point::Sent(Stage::Chip), Verdict::Go(then), why)
    }
}

const FED: Point = Point::Sent(Stage::Feed);
const PARKED: Point = Point::Answered(Stage::Park);
const VERIFIED: Point = Point::Answered(Stage::Chip);
const TRANSFER: Point = Point::Sent(Stage::Finish);

/// Rows up to the transfer; both models.
const BEFORE_TRANSFER: [Row; 24] = [
    Row::at(
        Point::Before,
        Verdict::Go(Point::Before),
        "no load was ordered",
    ),
    // Load sent.
    Row {
        place: EMPTY,
        last: Some(LastIs::FeederEmpty),
        ..Row::at(
            FED,
            Verdict::Go(Point::Before),
            "the load was refused: no blank was drawn",
        )
    },
    Row {
        place: EMPTY,
        last: Some(LastIs::FeederJam),
        ..Row::at(
            FED,
            Verdict::Sought,
            "a blank stuck at the hopper: a hand takes it out",
        )
    },
    goes_on(
        FED,
        Point::Answered(Stage::Feed),
        "the path was empty before, a card is inside and no picture was sent",
    ),
    Row {
        power: KEPT,
        place: EMPTY,
        bench: &[BenchFlag::CloseMovesNoCard],
        ..Row::at(
            FED,
            Verdict::Go(Point::Before),
            "the path is empty and nothing can have taken a card out of it",
        )
    },
    sought(FED),
    // At the station, chip untouched.
    same_chip(Point::Answered(Stage::Feed)),
    other_chip_after_power(Point::Answered(Stage::Feed)),
    sought_after_power(Point::Answered(Stage::Feed)),
    same_chip(Point::Bound),
    other_chip_after_power(Point::Bound),
    sought_after_power(Point::Bound),
    // Chip being written.
    chip_written(
        ChipIs::Untouched,
        Point::Bound,
        "no step of the chip's script holds: it is written again",
    ),
    chip_written(
        ChipIs::Complete,
        VERIFIED,
        "every step of the chip's script holds",
    ),
    Row {
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Chip),
            Verdict::Reject,
            "the chip is neither untouched nor complete",
        )
    },
    sought(Point::Sent(Stage::Chip)),
    // Chip verified; the move to the print position sent.
    goes_on(VERIFIED, VERIFIED, "the verified card is inside"),
    sought(VERIFIED),
    goes_on(
        Point::Sent(Stage::Park),
        VERIFIED,
        "the verified card is inside: it is moved again",
    ),
    sought(Point::Sent(Stage::Park)),
    // At the print position; planes none, partly or wholly sent.
    goes_on(
        PARKED,
        PARKED,
        "the card is clean: all planes are sent again",
    ),
    sought(PARKED),
    // The picture is on the film, or on its way there.
    goes_on(
        Point::Sent(Stage::Face),
        PARKED,
        "the card is clean: fresh film, and all planes again",
    ),
    sought(Point::Sent(Stage::Face)),
];

/// Transfer sent, the card inside; both models.
const TRANSFER_INSIDE: Row = Row {
    place: IN,
    ..Row::at(TRANSFER, Verdict::Reject, TRANSFER_CUT)
};

/// Rows behind the transfer; both models.
const AFTER_TRANSFER: [Row; 4] = [
    Row::at(
        Point::Held,
        Verdict::Printed,
        "the transfer was answered before the cut",
    ),
    Row::at(
        Point::Sent(Stage::Eject),
        Verdict::Printed,
        "completeness was proved before the eject",
    ),
    Row::at(
        Point::Answered(Stage::Eject),
        Verdict::Printed,
        "completeness was proved before the eject",
    ),
    Row {
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Reject),
            Verdict::Reject,
            "the card is still inside: it is rejected again",
        )
    },
];

const fn counted(power: Power, bench: &'static [BenchFlag]) -> Row {
    Row {
        power: Some(power),
        place: EMPTY,
        cards: Some(1),
        bench,
        ..Row::at(
            TRANSFER,
            Verdict::Printed,
            "one card was counted and the path is empty",
        )
    }
}

/// Transfer sent, with a counter of cards.
const COUNTED: [Row; 4] = [
    counted(Power::Kept, &[BenchFlag::CardCountedAtTransfer]),
    counted(Power::Kept, &[BenchFlag::OnlyCommandsMoveCards]),
    counted(
        Power::Lost,
        &[BenchFlag::CountersDurable, BenchFlag::CardCountedAtTransfer],
    ),
    counted(
        Power::Lost,
        &[BenchFlag::CountersDurable, BenchFlag::OnlyCommandsMoveCards],
    ),
];

/// Transfer sent, without one.
const UNCOUNTED: [Row; 1] = [Row {
    power: KEPT,
    place: EMPTY,
    bench: &[BenchFlag::AttentionOnTransport, BenchFlag::CloseMovesNoCard],
    ..Row::at(
        TRANSFER,
        Verdict::Printed,
        "power was kept, the path is empty and only the transfer can have emptied it",
    )
}];

const fn table<const OWN: usize, const ALL: usize>(own: [Row; OWN]) -> [Row; ALL] {
    let mut all = [TRANSFER_INSIDE; ALL];
    let before = BEFORE_TRANSFER.len();
    // One row stands between them: the card inside.
    assert!(before + 1 + OWN + AFTER_TRANSFER.len() == ALL);
    let mut at = 0;
    while at < before {
        all[at] = BEFORE_TRANSFER[at];
        at += 1;
    }
    let mut from = 0;
    while from < OWN {
        all[before + 1 + from] = own[from];
        from += 1;
    }
    let mut from = 0;
    while from < AFTER_TRANSFER.len() {
        all[before + 1 + OWN + from] = AFTER_TRANSFER[from];
        from += 1;
    }
    all
}

/// Every row for a printer that counts cards.
pub const ROWS: &[Row] = &table::<4, 33>(COUNTED);

/// Every row for a printer that counts none.
pub const ROWS_UNCOUNTED: &[Row] = &table::<1, 30>(UNCOUNTED);
