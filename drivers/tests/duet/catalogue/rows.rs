//! The rows: every fault once for each way that leads to it.

use cetak_drivers::contract::Fault;
use cetak_firmware_sims::faults::{Step, Strike};

use super::{At, Do, How, Printer, Row};
use crate::faults::unlisted;

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
const PULL: &[Do] = &[Do::WAIT, Do::OPEN_LID, Do::TAKE_INSIDE, Do::CLOSE_LID];

/// What a mechanism can make.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_mechanism() -> Vec<Row> {
    vec![
        seen("feeder-empty", row(Fault::FeederEmpty, Prepare, Hands(&[Do::UNLOAD]), &[Do::LOAD])),
        seen("feeding-failed", row(Fault::FeederEmpty, Feed, Hands(&[Do::UNLOAD]), &[Do::LOAD])),
        seen("cover-open", row(Fault::CoverOpen, Prepare, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Feed, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Feed, Strikes(Step::Feed, Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Feed, Strikes(Step::Station, Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Park, Strikes(Step::Park, Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Face, Strikes(Step::Panel(0), Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Face, Strikes(Step::Panel(2), Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Finish, Strikes(Step::Panel(3), Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Finish, Strikes(Step::Panel(4), Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Eject, Strikes(Step::Eject, Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("cover-opened-in-job", row(Fault::CoverOpen, Reject, Strikes(Step::Reject, Strike::LidOpens), &[Do::CLOSE_LID])),
        seen("mechanical", row(Fault::CardJam, Feed, Strikes(Step::Feed, Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Feed, Strikes(Step::Feed, Strike::DoubleFeed), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Feed, Strikes(Step::Station, Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Park, Strikes(Step::Park, Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Face, Strikes(Step::Panel(0), Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Finish, Strikes(Step::Panel(3), Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Finish, Strikes(Step::Panel(4), Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Eject, Strikes(Step::Eject, Strike::Jam), &[Do::CLEAR_JAM])),
        seen("mechanical", row(Fault::CardJam, Reject, Strikes(Step::Reject, Strike::Jam), &[Do::CLEAR_JAM])),
        seen("ribbon-missing", row(Fault::RibbonEnd, Prepare, Hands(&[Do::NO_RIBBON]), &[Do::RIBBON])),
        seen("ribbon-ended-in-job", row(Fault::RibbonEnd, Face, Hands(&[Do::NO_RIBBON]), &[Do::RIBBON])),
        seen("ribbon-ended-in-job", row(Fault::RibbonEnd, Face, Hands(&[Do::WRONG_RIBBON]), &[Do::RIBBON])),
        seen("ribbon-ended", row(Fault::RibbonEnd, Face, Strikes(Step::Panel(1), Strike::RibbonEnds), &[Do::RIBBON])),
        seen("ribbon-ended", row(Fault::RibbonEnd, Finish, Strikes(Step::Panel(3), Strike::RibbonEnds), &[Do::RIBBON])),
        seen("ribbon-ended", with(Printer::LastSet, row(Fault::RibbonEnd, Prepare, Hands(&[]), &[Do::RIBBON]))),
        row(Fault::RibbonUnreadable, Prepare, Hands(&[Do::RIBBON_WITHOUT_CHIP]), &[Do::RIBBON]),
        seen("hopper-full-on-eject", with(Printer::SmallBins, row(Fault::OutputFull, Eject, Hands(&[]), &[Do::TAKE_OUTPUT]))),
        with(Printer::SmallBins, row(Fault::RejectFull, Reject, Hands(&[]), &[Do::EMPTY_REJECT])),
        seen("hopper-full-on-eject", with(Printer::SmallBinsGuide, row(Fault::OutputFull, Reject, Hands(&[]), &[Do::EMPTY_REJECT]))),
        row(Fault::CardInside, Prepare, Hands(&[Do::OPEN_LID, Do::PUT_BLANK, Do::CLOSE_LID]), &[]),
        row(Fault::CardInside, Clear, Hands(&[]), &[]),
        row(Fault::OutOfStep, Park, Hands(PULL), &[]),
        row(Fault::OutOfStep, Load, Hands(PULL), &[]),
        row(Fault::OutOfStep, Face, Hands(PULL), &[]),
        row(Fault::OutOfStep, Finish, Hands(PULL), &[]),
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
