//! Error codes: what they mean, how their bytes look, and what brings each about.

use crate::mechanism::{Obstacle, Station};

/// One code of the catalogue; the number is what stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Code(pub(crate) i8);

/// What a code's fault is, for the printer's status lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Not a fault: the answer to a question.
    Status,
    /// What the host sent.
    Syntax,
    /// Ribbon end or feeder empty.
    Media,
    /// Everything else.
    Mechanical,
}

/// When an armed code strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The next movement or panel.
    Motion,
    /// The next turning over.
    Flip,
    /// The next access to the stripe.
    Encode,
    /// The next docking at a chip station.
    Dock,
    /// The next command of any kind.
    Command,
}

impl Code {
    pub(crate) const MECHANICAL: Code = Code(-1);
    pub(crate) const RIBBON_BROKEN: Code = Code(1);
    pub(crate) const HEAD_HOT: Code = Code(2);
    pub(crate) const JAM: Code = Code(3);
    pub(crate) const FEEDER_EMPTY: Code = Code(4);
    pub(crate) const IN_ENCODER: Code = Code(5);
    pub(crate) const NOT_IN_ENCODER: Code = Code(6);
    pub(crate) const RIBBON_OUT: Code = Code(8);
    pub(crate) const REMOVE_RIBBON: Code = Code(9);
    pub(crate) const PARAMETER: Code = Code(10);
    pub(crate) const COORDINATES: Code = Code(11);
    pub(crate) const BAR_CODE: Code = Code(12);
    pub(crate) const FONT: Code = Code(13);
    pub(crate) const UNKNOWN: Code = Code(14);
    pub(crate) const BAR_CODE_DATA: Code = Code(20);
    pub(crate) const TEXT_DATA: Code = Code(21);
    pub(crate) const GRAPHIC_DATA: Code = Code(22);
    pub(crate) const IMAGE_INIT: Code = Code(30);
    pub(crate) const TOO_WIDE: Code = Code(31);
    pub(crate) const TOO_HIGH: Code = Code(32);
    pub(crate) const CHECKSUM: Code = Code(33);
    pub(crate) const STALLED: Code = Code(34);
    pub(crate) const RIBBON_WRONG: Code = Code(35);
    pub(crate) const MAGNETIC_DATA: Code = Code(40);
    pub(crate) const WRITE: Code = Code(41);
    pub(crate) const READ: Code = Code(42);
    pub(crate) const ENCODER_MISSING: Code = Code(45);
    pub(crate) const FLIP: Code = Code(47);
    pub(crate) const COVER_OPEN: Code = Code(48);
    pub(crate) const BLANK_TRACK: Code = Code(51);

    /// `15 d d 04`, and `15 2D 31 04` for -1 \[doc; bytes of -1 inferred\].
    pub(crate) fn bytes(self) -> Vec<u8> {
        let text = if self.0 < 0 {
            self.0.to_string()
        } else {
            format!("{:02}", self.0)
        };
        [&[0x15], text.as_bytes(), &[0x04]].concat()
    }

    fn class(self) -> Class {
        match self.0 {
            5 | 6 => Class::Status,
            10..=34 | 40 => Class::Syntax,
            1 | 4 | 8 | 9 | 35 => Class::Media,
            _ => Class::Mechanical,
        }
    }

    /// It stays until it is cleared.
    pub(crate) fn latches(self) -> bool {
        self.class() != Class::Status
    }

    /// A command was wrong; nothing moved.
    pub(crate) fn of_syntax(self) -> bool {
        self.class() == Class::Syntax
    }

    /// The ribbon is the matter.
    pub(crate) fn of_ribbon(self) -> bool {
        matches!(
            self,
            Code::RIBBON_BROKEN | Code::RIBBON_OUT | Code::REMOVE_RIBBON | Code::RIBBON_WRONG
        )
    }

    /// The card is an encoding reject.
    pub(crate) fn rejects_encoding(self) -> bool {
        matches!(self.0, 41 | 42 | 43 | 49 | 50 | 51)
    }

    /// The card is left in the encoder \[inferred\].
    pub(crate) fn sticks_in_encoder(self) -> bool {
        matches!(self.0, 44 | 45)
    }

    /// Port status while it stands: not-error 0x08, select 0x10, paper-empty 0x20 \[inferred from the parallel error
    /// lines\].
    pub(crate) fn port_status(self) -> u8 {
        match self.class() {
            Class::Status => 0x18,
            Class::Syntax => 0x10,
            Class::Media => 0x38,
            Class::Mechanical => 0x30,
        }
    }

    /// When it strikes if a hand armed it.
    pub(crate) fn moment(self) -> Moment {
        match self.0 {
            47 => Moment::Flip,
            40..=45 | 49..=51 => Moment::Encode,
            55..=57 => Moment::Dock,
            5 | 6 | 10..=34 | 52..=54 => Moment::Command,
            _ => Moment::Motion,
        }
    }

    /// What a motion's obstacle is called; `torn`: the ribbon did not merely end.
    pub(crate) fn of(obstacle: Obstacle, torn: bool) -> Code {
        match obstacle {
            Obstacle::LidOpen => Code::COVER_OPEN,
            Obstacle::NoCard => Code::FEEDER_EMPTY,
            Obstacle::CardMissing | Obstacle::NoPower => Code::MECHANICAL,
            Obstacle::Jam(Station::Flipper) => Code::FLIP,
            Obstacle::RibbonEnd if torn => Code::RIBBON_BROKEN,
            Obstacle::RibbonEnd => Code::RIBBON_OUT,
            Obstacle::RibbonWrong => Code::RIBBON_WRONG,
            // No code for a full box was found [unknown]: the card cannot leave.
            Obstacle::Jam(_) | Obstacle::BinFull(_) => Code::JAM,
            // Commands for absent hardware are refused before anything moves.
            Obstacle::NotFitted => Code::UNKNOWN,
        }
    }
}

/// Every code: number, meaning, and how to provoke it here. "Armed" means [`super::Zebra::arm_fault`].
///
/// Source: codes -1 to 30 \[doc\], the rest from a public C header \[code: ZBRPrinter header\]. 46 is unassigned there.
pub const FAULTS: &[(i8, &str, &str)] = &[
    (
        -1,
        "mechanical error",
        "a hand takes the card out in mid-pass, past a lid switch that does not act",
    ),
    (
        1,
        "ribbon broken or missing",
        "no ribbon is fitted, or it tears",
    ),
    (
        2,
        "head temperature",
        "a string begins while the head is too hot",
    ),
    (3, "mechanical error", "a card gets stuck"),
    (
        4,
        "feeder empty",
        "a card is to be fed from an empty hopper",
    ),
    (
        5,
        "card in the encoder",
        "&P after a card stuck in the encoder",
    ),
    (6, "no card in the encoder", "&P"),
    (7, "print head open", "armed: the lid tells itself as 48"),
    (8, "out of ribbon", "the ribbon's last set is used up"),
    (
        9,
        "remove the ribbon",
        "armed: only a cleaning run could ask for it",
    ),
    (10, "bad or missing parameter", "+EC 25"),
    (
        11,
        "coordinates outside the buffer",
        "L beyond the last line",
    ),
    (12, "bad bar-code type", "B of type 6"),
    (13, "bad font", "T in font 2"),
    (14, "unknown command", "a name that is not in the table"),
    (20, "bad bar-code data", "letters in an EAN-13"),
    (21, "bad text data", "T without a text"),
    (22, "bad graphic data", "a first token that is no run"),
    (30, "image not initialised", "Z without G"),
    (
        31,
        "image too wide",
        "GS with more lines than the memory has",
    ),
    (32, "image too high", "GS with more dots than a line has"),
    (33, "checksum", "O with a wrong checksum"),
    (34, "data transfer time-out", "a download that stops"),
    (35, "wrong ribbon", "+RIB 4 with a colour ribbon fitted"),
    (40, "bad magnetic data", "&B 2 with letters"),
    (
        41,
        "magnetic write error",
        "&E* with a write format that the read format does not understand",
    ),
    (
        42,
        "magnetic read error",
        "&L with a read format of another kind",
    ),
    (43, "encoder mechanical error", "armed"),
    (44, "encoder does not answer", "armed"),
    (
        45,
        "encoder missing or card jam in it",
        "&E* without an encoder",
    ),
    (47, "flip error", "a card gets stuck in the flip station"),
    (48, "cover open", "the lid is opened while something moves"),
    (49, "encoding error", "armed"),
    (50, "magnetic error", "armed"),
    (51, "blank track", "&L of a stripe that was never written"),
    (52, "flash error", "armed"),
    (53, "no access", "armed"),
    (54, "sequence error", "armed"),
    (55, "contactless error", "armed, at a chip station"),
    (56, "contact data error", "armed, at a chip station"),
    (57, "contactless data error", "armed, at a chip station"),
];
