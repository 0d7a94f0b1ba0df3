//! The rows: every fault once for each way that leads to it.

use cetak_drivers::contract::Fault;
use cetak_firmware_sims::faults::{Step, Strike};

use super::{At, Do, How, Printer, Row};

fn row(says: Fault, at: At, how: How, remedy: &'static [Do]) -> Row {
    Row {
        says,
        at,
        printer: Printer::Primacy,
        how,
        bit: None,
        remedy,
    }
}

fn seen(bit: &'static str, row: Row) -> Row {
    Row {
        bit: Some(bit),
        ..row
    }
}

fn with(printer: Printer, row: Row) -> Row {
    Row { printer, ..row }
}

use At::{Clear, Eject, Face, Feed, Finish, Load, Park, Prepare, Reject};
use How::{Hands, Says, Strikes};

/// A card pulled out of the path by hand.
const PULL: &[Do] = &[Do::Wait, Do::OpenLid, Do::TakeInside, Do::CloseLid];

/// What a mechanism can make.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_mechanism() -> Vec<Row> {
    vec![
        seen("feeder-empty", row(Fault::FeederEmpty, Prepare, Hands(&[Do::Unload]), &[Do::Load])),
        seen("feeding-failed", row(Fault::FeederEmpty, Feed, Hands(&[Do::Unload]), &[Do::Load])),
        seen("cover-open", row(Fault::CoverOpen, Prepare, Hands(&[Do::OpenLid]), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Feed, Hands(&[Do::OpenLid]), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Feed, Strikes(Step::Feed, Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Feed, Strikes(Step::Station, Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Park, Strikes(Step::Park, Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Face, Strikes(Step::Panel(0), Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Face, Strikes(Step::Panel(2), Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Finish, Strikes(Step::Panel(3), Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Finish, Strikes(Step::Panel(4), Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Eject, Strikes(Step::Eject, Strike::LidOpens), &[Do::CloseLid])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Reject, Strikes(Step::Reject, Strike::LidOpens), &[Do::CloseLid])),
        seen("mechanical", row(Fault::CardJam, Feed, Strikes(Step::Feed, Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Feed, Strikes(Step::Feed, Strike::DoubleFeed), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Feed, Strikes(Step::Station, Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Park, Strikes(Step::Park, Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Face, Strikes(Step::Panel(0), Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Finish, Strikes(Step::Panel(3), Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Finish, Strikes(Step::Panel(4), Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Eject, Strikes(Step::Eject, Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::CardJam, Reject, Strikes(Step::Reject, Strike::Jam), &[Do::ClearJam])),
        seen("mechanical", row(Fault::MechanicalTimeout, Finish, Hands(PULL), &[])),
        seen("ribbon-missing", row(Fault::RibbonEnd, Prepare, Hands(&[Do::NoRibbon]), &[Do::Ribbon])),
        seen("ribbon-ended-in-job", row(Fault::RibbonEnd, Face, Hands(&[Do::NoRibbon]), &[Do::Ribbon])),
        seen("ribbon-ended-in-job", row(Fault::RibbonEnd, Face, Hands(&[Do::WrongRibbon]), &[Do::Ribbon])),
        seen("ribbon-ended", row(Fault::RibbonEnd, Face, Strikes(Step::Panel(1), Strike::RibbonEnds), &[Do::Ribbon])),
        seen("ribbon-ended", row(Fault::RibbonEnd, Finish, Strikes(Step::Panel(3), Strike::RibbonEnds), &[Do::Ribbon])),
        seen("ribbon-ended", with(Printer::LastSet, row(Fault::RibbonEnd, Prepare, Hands(&[]), &[Do::Ribbon]))),
        row(Fault::RibbonUnreadable, Prepare, Hands(&[Do::RibbonWithoutChip]), &[Do::Ribbon]),
        seen("hopper-full-on-eject", with(Printer::SmallBins, row(Fault::OutputFull, Eject, Hands(&[]), &[Do::TakeOutput]))),
        with(Printer::SmallBins, row(Fault::RejectFull, Reject, Hands(&[]), &[Do::EmptyReject])),
        seen("hopper-full-on-eject", with(Printer::SmallBinsGuide, row(Fault::OutputFull, Reject, Hands(&[]), &[Do::EmptyReject]))),
        row(Fault::CardInside, Prepare, Hands(&[Do::OpenLid, Do::PutBlank, Do::CloseLid]), &[]),
        row(Fault::CardInside, Clear, Hands(&[]), &[]),
        row(Fault::OutOfStep, Park, Hands(PULL), &[]),
        row(Fault::OutOfStep, Reject, Hands(PULL), &[]),
        with(Printer::OtherModel, row(Fault::UnknownCommand, Prepare, Hands(&[]), &[])),
        with(Printer::NoFlipper, row(Fault::OptionAbsent, Face, Hands(&[]), &[])),
        with(Printer::NoRejectBox, row(Fault::OptionAbsent, Reject, Hands(&[]), PULL)),
        with(Printer::Supervised, row(Fault::ForeignService, Prepare, Hands(&[]), &[])),
    ]
}

/// What only a script can make: an answer to a command that did nothing.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_script() -> Vec<Row> {
    vec![
        row(Fault::UnknownCommand, Feed, Says("Sic", "ERROR CDE"), &[]),
        row(Fault::BadParameter, Prepare, Says("Pr;ymcko", "ERROR PARAMETRES"), &[]),
        row(Fault::MechanicalTimeout, Park, Says("Si", "ERROR TIME OUT"), &[]),
        row(Fault::HeadFailure, Finish, Says("Se", "ERROR HEAD"), &[]),
        row(Fault::CoverOpen, Finish, Says("Se", "COVER OPEN"), &[]),
        row(Fault::FeederEmpty, Feed, Says("Sic", "FEEDER EMPTY"), &[]),
        row(Fault::CardJam, Finish, Says("Se", "CARD JAM"), &[]),
        row(Fault::RibbonEnd, Prepare, Says("Rcr", "ERROR RIBBON"), &[]),
        row(Fault::RibbonUnreadable, Prepare, Says("Rrt;count", "ERR RIB DETECTION"), &[]),
        row(Fault::OutputFull, Eject, Says("Se", "HOPPER FULL"), &[]),
        row(Fault::OutputDoorOpen, Eject, Says("Se", "HOPPER DOOR"), &[]),
        row(Fault::OutputFailure, Eject, Says("Se", "ERROR HOPPER"), &[]),
        row(Fault::CleaningDue, Feed, Says("Ss", "NEED CLEANING"), &[]),
        row(Fault::CleaningDue, Feed, Says("Ss", "ERR NEED CLEANING"), &[]),
        row(Fault::OptionAbsent, Feed, Says("Sic", "OPT NOT AVAILABLE"), &[]),
        row(Fault::MagneticChecksum, Finish, Says("Se", "ERROR MAGN CHECKSUM"), &[]),
        row(Fault::MagneticChecksum, Finish, Says("Se", "ERROR MAG CHECKSUM"), &[]),
        row(Fault::MagneticData, Finish, Says("Se", "ERROR MAGN DATA"), &[]),
        row(Fault::MagneticData, Finish, Says("Se", "ERROR MAG DATA"), &[]),
        row(Fault::MagneticWrite, Finish, Says("Se", "ERROR MAGN"), &[]),
        row(Fault::MagneticWrite, Finish, Says("Se", "ERROR MAG"), &[]),
        row(Fault::Firmware, Feed, Says("Ss", "ERROR FLASH UNKNOW"), &[]),
        row(Fault::Firmware, Feed, Says("Ss", "ERROR CHECKSUM"), &[]),
        row(unlisted("ERROR"), Finish, Says("Se", "ERROR"), &[]),
        row(unlisted("ERROR UNKNOW"), Finish, Says("Se", "ERROR UNKNOW"), &[]),
        row(unlisted("ERR NEVER SEEN"), Load, Says("Sr", "ERR NEVER SEEN"), &[]),
        row(Fault::SettingRefused, Prepare, Says("Pem;2", "OK"), &[]),
        row(Fault::ForeignService, Prepare, Says("Rem", "38 38"), &[]),
        row(Fault::OutOfStep, Feed, Says("Sic", "5,00 Volts"), &[]),
        row(Fault::OutOfStep, Prepare, Says("Rlr;p", "SOMEWHERE"), &[]),
        row(Fault::CardInside, Reject, Says("Ser", "OK"), &[]),
    ]
}

/// The codes behind NAK, in the ACK/NACK handshake.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_code() -> Vec<(u8, Row)> {
    vec![
        (b'1', row(Fault::UnknownCommand, Finish, Says("Se", "\x151"), &[])),
        (b'2', row(Fault::BadParameter, Finish, Says("Se", "\x152"), &[])),
        (b'T', row(Fault::MechanicalTimeout, Finish, Says("Se", "\x15T"), &[])),
        (b'C', row(Fault::CoverOpen, Finish, Says("Se", "\x15C"), &[])),
        (b'F', row(Fault::FeederEmpty, Feed, Says("Sic", "\x15F"), &[])),
        (b'R', row(Fault::RibbonEnd, Finish, Says("Se", "\x15R"), &[])),
        (b'K', row(Fault::MagneticChecksum, Finish, Says("Se", "\x15K"), &[])),
        (b'D', row(Fault::MagneticData, Finish, Says("Se", "\x15D"), &[])),
        (b'W', row(Fault::MagneticWrite, Finish, Says("Se", "\x15W"), &[])),
        (b'x', row(unlisted("NAK 78"), Finish, Says("Se", "\x15x"), &[])),
    ]
}

fn unlisted(text: &str) -> Fault {
    Fault::Unlisted(text.to_owned())
}
