//! Error modes (`Pem`) and fault texts.

use crate::mechanism::Obstacle;

/// Who recovers from an error. The guide names values and a bit field that agree only if small values are
/// special [inferred from doc and code: evolis-sdk].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ErrorMode {
    pub(crate) value: u8,
    /// Named value 4 keeps the mode and switches to ACK/NACK \[doc\].
    pub(crate) ack_nack: bool,
}

impl ErrorMode {
    /// `Pem;m`.
    pub(crate) fn set(&mut self, value: u8) {
        match value {
            4 => self.ack_nack = true,
            5 => {}
            _ => {
                self.value = value;
                self.ack_nack = !Self::named(value) && value & 16 != 0;
            }
        }
    }

    fn named(value: u8) -> bool {
        matches!(value, 0..=5 | 16 | 18)
    }

    fn bit(self, bit: u8) -> bool {
        !Self::named(self.value) && self.value & bit != 0
    }

    pub(crate) fn host_recovers(self) -> bool {
        matches!(self.value, 1 | 2 | 3 | 18) || self.bit(2)
    }

    pub(crate) fn cover_managed(self) -> bool {
        self.value != 1 && !self.bit(4)
    }

    pub(crate) fn busy_forced(self) -> bool {
        self.value != 3 && !self.bit(8)
    }

    /// Every fault stays until `Scs`.
    pub(crate) fn latches(self) -> bool {
        self.value == 3
    }

    pub(crate) fn without_retry(self) -> bool {
        matches!(self.value, 16 | 18)
    }
}

/// What the firmware says went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    CoverOpen,
    FeederEmpty,
    CardJam,
    TimeOut,
    Ribbon,
    HopperFull,
    NotFitted,
}

impl Fault {
    /// The reply text [code: iomem samples].
    pub(crate) fn text(self) -> &'static str {
        match self {
            Fault::CoverOpen => "COVER OPEN",
            Fault::FeederEmpty => "FEEDER EMPTY",
            Fault::CardJam => "CARD JAM",
            Fault::TimeOut => "ERROR TIME OUT",
            Fault::Ribbon => "ERROR RIBBON",
            Fault::HopperFull => "HOPPER FULL",
            Fault::NotFitted => "OPT NOT AVAILABLE",
        }
    }

    /// PAPER-END rather than FAULT on the port [doc: parallel lines; inferred for USB].
    pub(crate) fn of_media(self) -> bool {
        match self {
            Fault::FeederEmpty | Fault::Ribbon => true,
            Fault::CoverOpen
            | Fault::CardJam
            | Fault::TimeOut
            | Fault::HopperFull
            | Fault::NotFitted => false,
        }
    }

    pub(crate) fn of(obstacle: Obstacle) -> Fault {
        match obstacle {
            Obstacle::LidOpen => Fault::CoverOpen,
            Obstacle::NoCard => Fault::FeederEmpty,
            Obstacle::CardMissing | Obstacle::NoPower => Fault::TimeOut,
            Obstacle::Jam(_) => Fault::CardJam,
            Obstacle::RibbonEnd | Obstacle::RibbonWrong => Fault::Ribbon,
            Obstacle::BinFull(_) => Fault::HopperFull,
            Obstacle::NotFitted => Fault::NotFitted,
        }
    }
}

/// The code character after NAK \[doc\].
pub(crate) fn nack_code(text: &str) -> u8 {
    match text {
        "ERROR CDE" => b'1',
        "ERROR PARAMETRES" | "OPT NOT AVAILABLE" => b'2',
        "COVER OPEN" => b'C',
        "FEEDER EMPTY" => b'F',
        "ERROR RIBBON" => b'R',
        _ => b'T',
    }
}
