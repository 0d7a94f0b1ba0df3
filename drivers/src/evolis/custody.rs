//! What holds for a card in flight after a cut: the rows of this language.
//!
//! Every verdict is \[inferred\] from tagged facts; none was seen on a real printer. The order counts: the
//! first row that fits holds, and what no row names is asked. Two readings of the page are strict here: a
//! first plane begun comes under the answered park, because the intent of the face is written after it; and
//! a card that left during a power cut is only good if the last panel is known to be counted.
//!
//! What simulated cuts have shown beyond the page \[inferred\]:
//!
//! - The column H, L holds only while power was kept, and on a serial line nothing falls when it was not. So
//!   the canary and the place are asked again at `Load`, `Face` and `Finish`: without that the first plane
//!   feeds another card and the face is laid over a chip that nobody has read.
//! - Bytes that the system still delivers after the printer came back may feed one more blank, and a counter
//!   that fell back hides it: no row can tell. Every verdict after lost power makes a count of the hopper due.
//! - "Uncut" for `held` begins where the picture is loaded: a doubt that a verdict has settled before it says
//!   nothing about the face.
//! - The setting that is the canary may still wait in the system's memory and arm a printer that has just come
//!   back: a canary that lives is never set again under a card, and once power was seen lost in an attempt its
//!   witness is believed no more in that attempt.
//! - A count of panels that is 0 (a black card where resin is not counted) proves nothing.
//! - Words that name no station (`NO CARD`, `ERR CARD`) leave the chip's own reader as witness of the station.

use crate::contract::{
    BenchFlag, ChipIs, LastIs, PanelsIs, PlaceIs, Point, Power, Row, Stage, Verdict, WakeIs,
};

const KEPT: Option<Power> = Some(Power::Kept);
const LOST: Option<Power> = Some(Power::Lost);
const IN: Option<PlaceIs> = Some(PlaceIs::In);
const AT_STATION: Option<PlaceIs> = Some(PlaceIs::AtStation);
const EMPTY: Option<PlaceIs> = Some(PlaceIs::Empty);
const ANSWERS: Option<WakeIs> = Some(WakeIs::Answers);

const CLEAN_REJECT: &str = "power was lost with the card inside: it is rejected, its face is clean";
const CLEAN_SOUGHT: &str = "power was lost, the face is clean and the card is not in the path";
const NO_RUN: &str = "the picture was never complete: the card inside is rejected";

const fn rejected_after_power(at: Point) -> Row {
    Row {
        power: LOST,
        place: IN,
        ..Row::at(at, Verdict::Reject, CLEAN_REJECT)
    }
}

const fn sought_after_power(at: Point) -> Row {
    Row {
        power: LOST,
        place: EMPTY,
        ..Row::at(at, Verdict::Sought, CLEAN_SOUGHT)
    }
}

/// The chip is untouched and read at its station: both kinds of cut.
const fn same_chip(at: Point) -> Row {
    Row {
        power: KEPT,
        chip: Some(ChipIs::Same),
        ..Row::at(at, Verdict::Go(at), "the same chip is read at the station")
    }
}

const fn same_chip_in_place(at: Point) -> Row {
    Row {
        power: LOST,
        place: AT_STATION,
        chip: Some(ChipIs::Same),
        ..Row::at(
            at,
            Verdict::Go(at),
            "power was lost, the card stayed at the station and its chip is the same",
        )
    }
}

const fn chip_written(chip: ChipIs, then: Point, why: &'static str) -> Row {
    Row {
        power: KEPT,
        chip: Some(chip),
        ..Row::at(Point::Sent(Stage::Chip), Verdict::Go(then), why)
    }
}

const fn chip_verified(at: Point) -> Row {
    Row {
        power: KEPT,
        place: IN,
        cards: Some(1),
        ..Row::at(
            at,
            Verdict::Go(Point::Answered(Stage::Chip)),
            "the verified card is inside and no other was inserted",
        )
    }
}

const fn face_uncut(at: Point) -> Row {
    Row {
        power: KEPT,
        place: IN,
        wake: ANSWERS,
        ..Row::at(at, Verdict::Reject, NO_RUN)
    }
}

const fn face_after_power(at: Point) -> Row {
    Row {
        power: LOST,
        place: IN,
        ..Row::at(at, Verdict::Reject, NO_RUN)
    }
}

/// Every row of the custody table for this language.
pub const ROWS: &[Row] = &[
    Row::at(
        Point::Before,
        Verdict::Go(Point::Before),
        "no feed was ordered",
    ),
    // Feed sent.
    Row {
        power: KEPT,
        place: IN,
        cards: Some(1),
        ..Row::at(
            Point::Sent(Stage::Feed),
            Verdict::Go(Point::Answered(Stage::Feed)),
            "one card was inserted and is inside; no plane was sent",
        )
    },
    Row {
        power: KEPT,
        place: EMPTY,
        cards: Some(0),
        ..Row::at(
            Point::Sent(Stage::Feed),
            Verdict::Go(Point::Before),
            "no card was inserted and the path is empty",
        )
    },
    rejected_after_power(Point::Sent(Stage::Feed)),
    sought_after_power(Point::Sent(Stage::Feed)),
    // At the station, chip untouched.
    same_chip(Point::Answered(Stage::Feed)),
    same_chip_in_place(Point::Answered(Stage::Feed)),
    rejected_after_power(Point::Answered(Stage::Feed)),
    sought_after_power(Point::Answered(Stage::Feed)),
    same_chip(Point::Bound),
    same_chip_in_place(Point::Bound),
    rejected_after_power(Point::Bound),
    sought_after_power(Point::Bound),
    // Chip being written.
    chip_written(
        ChipIs::Untouched,
        Point::Bound,
        "no step of the chip's script holds: it is written again",
    ),
    chip_written(
        ChipIs::Complete,
        Point::Answered(Stage::Chip),
        "every step of the chip's script holds",
    ),
    Row {
        power: KEPT,
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Chip),
            Verdict::Reject,
            "the chip is neither untouched nor complete",
        )
    },
    rejected_after_power(Point::Sent(Stage::Chip)),
    sought_after_power(Point::Sent(Stage::Chip)),
    // Chip verified; the move to the print start sent.
    chip_verified(Point::Answered(Stage::Chip)),
    rejected_after_power(Point::Answered(Stage::Chip)),
    sought_after_power(Point::Answered(Stage::Chip)),
    chip_verified(Point::Sent(Stage::Park)),
    rejected_after_power(Point::Sent(Stage::Park)),
    sought_after_power(Point::Sent(Stage::Park)),
    // The first plane partly or fully sent: it lays no dye until the next one comes.
    Row {
        power: KEPT,
        place: IN,
        panels: Some(PanelsIs::Zero),
        wake: ANSWERS,
        bench: &[BenchFlag::SequenceStartDropsPlanes],
        ..Row::at(
            Point::Answered(Stage::Park),
            Verdict::Go(Point::Answered(Stage::Park)),
            "no panel was laid and a new sequence drops the one that waits",
        )
    },
    Row {
        power: KEPT,
        place: IN,
        panels: Some(PanelsIs::Zero),
        wake: ANSWERS,
        ..Row::at(
            Point::Answered(Stage::Park),
            Verdict::Reject,
            "a plane may wait in memory: the card inside is rejected",
        )
    },
    rejected_after_power(Point::Answered(Stage::Park)),
    sought_after_power(Point::Answered(Stage::Park)),
    // Panel two to the last one going, the end not ordered.
    face_uncut(Point::Sent(Stage::Face)),
    face_after_power(Point::Sent(Stage::Face)),
    face_uncut(Point::Answered(Stage::Face)),
    face_after_power(Point::Answered(Stage::Face)),
    // The last panel ordered.
    Row {
        power: KEPT,
        place: IN,
        panels: Some(PanelsIs::All),
        last: Some(LastIs::Ok),
        bench: &[BenchFlag::LastPanelCounted],
        ..Row::at(
            Point::Sent(Stage::Finish),
            Verdict::Printed,
            "the last answer is good and every panel was counted",
        )
    },
    Row {
        power: KEPT,
        place: EMPTY,
        cards: Some(1),
        panels: Some(PanelsIs::All),
        ..Row::at(
            Point::Sent(Stage::Finish),
            Verdict::Printed,
            "one card, every panel, and it has left",
        )
    },
    Row {
        power: KEPT,
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Finish),
            Verdict::Reject,
            "perhaps good, but not proved: losing sight of it would be worse",
        )
    },
    Row {
        power: LOST,
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Finish),
            Verdict::Reject,
            "power was lost in the last panel with the card inside",
        )
    },
    Row {
        power: LOST,
        place: EMPTY,
        cards: Some(1),
        panels: Some(PanelsIs::All),
        bench: &[
            BenchFlag::CountersDurable,
            BenchFlag::PanelCountedAtEnd,
            BenchFlag::LastPanelCounted,
        ],
        ..Row::at(
            Point::Sent(Stage::Finish),
            Verdict::Printed,
            "every panel was counted at its end by a counter that survives",
        )
    },
    // Held, ejecting, ejected: completeness was proved before the cut.
    Row::at(
        Point::Held,
        Verdict::Printed,
        "completeness was proved before the cut",
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
    // Reject sent.
    Row {
        power: KEPT,
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Reject),
            Verdict::Reject,
            "the card is still inside: it is rejected again",
        )
    },
    Row {
        power: KEPT,
        place: EMPTY,
        last: Some(LastIs::Ok),
        reject_has_room: true,
        ..Row::at(
            Point::Sent(Stage::Reject),
            Verdict::Spoiled,
            "the reject was answered and the box had room",
        )
    },
    Row {
        power: LOST,
        place: IN,
        ..Row::at(
            Point::Sent(Stage::Reject),
            Verdict::Reject,
            "power was lost and the card is still inside",
        )
    },
];
