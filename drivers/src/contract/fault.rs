//! What can be wrong with a printer, in one list for all makers.

use serde::{Deserialize, Serialize};

/// A fact about a printer that stands in somebody's way. Not an error of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No blank could be picked.
    FeederEmpty,
    /// The lid is open.
    CoverOpen,
    /// A card is stuck.
    CardJam,
    /// A movement did not end in time.
    MechanicalTimeout,
    /// The print head did not go up or down.
    HeadFailure,
    /// Ribbon absent, wrong, cut or finished.
    RibbonEnd,
    /// The ribbon's chip cannot be read.
    RibbonUnreadable,
    /// The feeder is empty or the ribbon has ended: the printer does not say which.
    FeederOrRibbonEnd,
    /// A blank is stuck where the hopper ends: none came into the path.
    FeederJam,
    /// The film of a retransfer printer is absent or finished.
    FilmEnd,
    /// The output is full.
    OutputFull,
    /// The output's door is open.
    OutputDoorOpen,
    /// The output's mechanics failed.
    OutputFailure,
    /// The reject box is full.
    RejectFull,
    /// Cleaning is due.
    CleaningDue,
    /// The head is too hot.
    Overheated,
    /// An option is not fitted.
    OptionAbsent,
    /// Magnetic data read back wrongly.
    MagneticChecksum,
    /// Magnetic data do not fit the track.
    MagneticData,
    /// Magnetic writing failed.
    MagneticWrite,
    /// Firmware storage.
    Firmware,
    /// The printer did not know a command.
    UnknownCommand,
    /// The printer refused a parameter.
    BadParameter,
    /// A card is inside that no open attempt knows of.
    CardInside,
    /// The maker's own service rules this printer.
    ForeignService,
    /// A setting did not take.
    SettingRefused,
    /// Another unit answers than the one before.
    OtherUnit,
    /// The printer answers something else than was asked.
    OutOfStep,
    /// Warming up, asleep, starting, or in its own menu: it says itself when it is ready.
    NotReady,
    /// It was switched off or reset since it was last asked: what its memory held is gone.
    Restarted,
    /// A part inside failed (heater, roller, board): the maker's service is needed.
    Hardware,
    /// The output refused a finished card, and it went to the reject box: a hand fetches it from there.
    GoodCardInReject,
    /// An answer of the error kind that is in no catalogue; its text without personal data.
    Unlisted(String),
}

/// What a fault does to the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// Work goes on.
    Report,
    /// Work waits until a hand has mended it; the printer then says so itself.
    Hold,
    /// The card in flight is in question.
    Stop,
}

impl Fault {
    /// What it does to the work.
    pub fn gravity(&self) -> Gravity {
        match self {
            Fault::CleaningDue | Fault::GoodCardInReject => Gravity::Report,
            Fault::FeederEmpty
            | Fault::CoverOpen
            | Fault::RibbonEnd
            | Fault::RibbonUnreadable
            | Fault::FeederOrRibbonEnd
            | Fault::FeederJam
            | Fault::FilmEnd
            | Fault::OutputFull
            | Fault::OutputDoorOpen
            | Fault::RejectFull
            | Fault::Overheated
            | Fault::NotReady
            | Fault::CardInside => Gravity::Hold,
            Fault::CardJam
            | Fault::MechanicalTimeout
            | Fault::HeadFailure
            | Fault::OutputFailure
            | Fault::OptionAbsent
            | Fault::MagneticChecksum
            | Fault::MagneticData
            | Fault::MagneticWrite
            | Fault::Firmware
            | Fault::UnknownCommand
            | Fault::BadParameter
            | Fault::ForeignService
            | Fault::SettingRefused
            | Fault::OtherUnit
            | Fault::OutOfStep
            | Fault::Restarted
            | Fault::Hardware
            | Fault::Unlisted(_) => Gravity::Stop,
        }
    }

    /// A motion broke off with a card under way: neither where that card lies nor how far it came is known, so no row
    /// of a custody table rules on it. A blank that stuck where the hopper ends is none of these: the path is clear.
    pub fn broke_a_motion(&self) -> bool {
        matches!(
            self,
            Fault::CardJam | Fault::MechanicalTimeout | Fault::HeadFailure
        )
    }

    /// A card or a blank is stuck, and a hand pulls it out; a printer that latches jams stays in error until it is
    /// cleared by command.
    pub fn something_is_stuck(&self) -> bool {
        matches!(
            self,
            Fault::CardJam | Fault::FeederJam | Fault::MechanicalTimeout
        )
    }

    /// The code that store and API use.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::FeederEmpty => "FEEDER_EMPTY",
            Fault::CoverOpen => "COVER_OPEN",
            Fault::CardJam => "CARD_JAM",
            Fault::MechanicalTimeout => "MECHANICAL_TIMEOUT",
            Fault::HeadFailure => "HEAD_FAILURE",
            Fault::RibbonEnd => "RIBBON_END",
            Fault::RibbonUnreadable => "RIBBON_UNREADABLE",
            Fault::FeederOrRibbonEnd => "FEEDER_OR_RIBBON_END",
            Fault::FeederJam => "FEEDER_JAM",
            Fault::FilmEnd => "FILM_END",
            Fault::OutputFull => "OUTPUT_FULL",
            Fault::OutputDoorOpen => "OUTPUT_DOOR_OPEN",
            Fault::OutputFailure => "OUTPUT_FAILURE",
            Fault::RejectFull => "REJECT_FULL",
            Fault::CleaningDue => "CLEANING_DUE",
            Fault::Overheated => "OVERHEATED",
            Fault::OptionAbsent => "OPTION_ABSENT",
            Fault::MagneticChecksum => "MAGNETIC_CHECKSUM",
            Fault::MagneticData => "MAGNETIC_DATA",
            Fault::MagneticWrite => "MAGNETIC_WRITE",
            Fault::Firmware => "FIRMWARE",
            Fault::UnknownCommand => "UNKNOWN_COMMAND",
            Fault::BadParameter => "BAD_PARAMETER",
            Fault::CardInside => "CARD_INSIDE",
            Fault::ForeignService => "FOREIGN_SERVICE",
            Fault::SettingRefused => "SETTING_REFUSED",
            Fault::OtherUnit => "OTHER_UNIT",
            Fault::OutOfStep => "OUT_OF_STEP",
            Fault::NotReady => "NOT_READY",
            Fault::Restarted => "RESTARTED",
            Fault::Hardware => "HARDWARE",
            Fault::GoodCardInReject => "GOOD_CARD_IN_REJECT",
            Fault::Unlisted(_) => "UNLISTED",
        }
    }

    /// The IPP printer-state-reason (RFC 8011 keywords).
    pub fn ipp_reason(&self) -> &'static str {
        match self {
            Fault::FeederEmpty | Fault::FeederOrRibbonEnd => "media-empty-error",
            Fault::CoverOpen => "cover-open-error",
            Fault::CardJam | Fault::FeederJam | Fault::MechanicalTimeout | Fault::CardInside => {
                "media-jam-error"
            }
            Fault::RibbonEnd | Fault::FilmEnd => "marker-supply-empty-error",
            Fault::RibbonUnreadable => "marker-supply-empty-warning",
            Fault::OutputFull | Fault::RejectFull => "output-area-full-error",
            Fault::OutputDoorOpen => "door-open-error",
            Fault::CleaningDue | Fault::NotReady | Fault::Restarted | Fault::GoodCardInReject => {
                "other-report"
            }
            Fault::Overheated
            | Fault::MagneticChecksum
            | Fault::MagneticWrite
            | Fault::UnknownCommand
            | Fault::BadParameter => "other-warning",
            Fault::OptionAbsent | Fault::MagneticData => "none",
            Fault::HeadFailure
            | Fault::OutputFailure
            | Fault::Firmware
            | Fault::ForeignService
            | Fault::SettingRefused
            | Fault::OtherUnit
            | Fault::OutOfStep
            | Fault::Hardware
            | Fault::Unlisted(_) => "other-error",
        }
    }
}
