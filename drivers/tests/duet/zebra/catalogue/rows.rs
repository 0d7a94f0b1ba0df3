//! The rows: every fault once for each way that leads to it.

use cetak_drivers::contract::Fault;
use cetak_firmware_sims::faults::{Step, Strike};

use super::{At, Do, How, Printer, Row};
use crate::faults::unlisted;

fn row(says: Fault, code: i8, at: At, how: How, remedy: &'static [Do]) -> Row {
    Row {
        says,
        code: Some(code),
        at,
        printer: Printer::P330i,
        how,
        remedy,
    }
}

/// What no code on the wire says.
fn own(says: Fault, at: At, how: How, remedy: &'static [Do]) -> Row {
    Row {
        code: None,
        ..row(says, 0, at, how, remedy)
    }
}

fn with(printer: Printer, row: Row) -> Row {
    Row { printer, ..row }
}

use At::{Eject, Face, Feed, Finish, Load, Park, Prepare, Reject};
use How::{Armed, Hands, InMidWay, Says, Strikes};
use Printer::{
    Big, Canary, Docked, Duplex, Encoder, Escaping, High, HotHead, LastSet, OneWay, OtherModel,
    Resin, SerialCanary, SmallBins, SmallReject, Station, Wide, WithoutPort,
};

/// A card is taken out of a pass, and no lid switch tells.
const PULL: &[Do] = &[
    Do::SILENCE_THE_LID,
    Do::OPEN_LID,
    Do::TAKE_INSIDE,
    Do::CLOSE_LID,
];
/// The string of a card in colour on one side.
const STRING: &str = "M 1 [IS 0";

/// What a mechanism can make.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_mechanism() -> Vec<Row> {
    vec![
        row(Fault::MechanicalTimeout, -1, Finish, InMidWay(PULL), &[]),
        row(Fault::RibbonEnd, 1, Finish, Hands(&[Do::NO_RIBBON]), &[Do::RIBBON]),
        row(Fault::RibbonEnd, 1, Finish, Strikes(Step::Panel(0), Strike::RibbonEnds), &[Do::RIBBON]),
        row(Fault::RibbonEnd, 1, Finish, Strikes(Step::Panel(2), Strike::RibbonEnds), &[Do::RIBBON]),
        with(Duplex, row(Fault::RibbonEnd, 1, Finish, Strikes(Step::Panel(4), Strike::RibbonEnds), &[Do::RIBBON])),
        with(HotHead, row(Fault::Overheated, 2, Finish, Hands(&[]), &[Do::WAIT])),
        row(Fault::MechanicalTimeout, 3, Finish, Strikes(Step::Feed, Strike::Jam), &[Do::CLEAR_JAM]),
        row(Fault::MechanicalTimeout, 3, Finish, Strikes(Step::Feed, Strike::DoubleFeed), &[Do::CLEAR_JAM]),
        row(Fault::MechanicalTimeout, 3, Finish, Strikes(Step::Panel(0), Strike::Jam), &[Do::CLEAR_JAM]),
        row(Fault::MechanicalTimeout, 3, Finish, Strikes(Step::Panel(4), Strike::Jam), &[Do::CLEAR_JAM]),
        row(Fault::MechanicalTimeout, 3, Eject, Strikes(Step::Eject, Strike::Jam), &[Do::CLEAR_JAM]),
        with(Docked, row(Fault::MechanicalTimeout, 3, Feed, Strikes(Step::Feed, Strike::Jam), &[Do::CLEAR_JAM])),
        with(Docked, row(Fault::MechanicalTimeout, 3, Feed, Strikes(Step::Station, Strike::Jam), &[Do::CLEAR_JAM])),
        with(Docked, row(Fault::MechanicalTimeout, 3, Park, Strikes(Step::Park, Strike::Jam), &[Do::CLEAR_JAM])),
        with(Docked, row(Fault::MechanicalTimeout, 3, Reject, Strikes(Step::Reject, Strike::Jam), &[Do::CLEAR_JAM])),
        with(SmallBins, row(Fault::MechanicalTimeout, 3, Eject, Hands(&[]), &[Do::TAKE_OUTPUT])),
        with(SmallReject, row(Fault::MechanicalTimeout, 3, Reject, Hands(&[]), &[Do::EMPTY_REJECT])),
        row(Fault::FeederEmpty, 4, Finish, Hands(&[Do::UNLOAD]), &[Do::LOAD]),
        with(Duplex, row(Fault::FeederEmpty, 4, Face, Hands(&[Do::UNLOAD]), &[Do::LOAD])),
        with(Docked, row(Fault::FeederEmpty, 4, Feed, Hands(&[Do::UNLOAD]), &[Do::LOAD])),
        with(Encoder, row(Fault::CardInside, 5, Prepare, Hands(&[Do::LEAVE_IN_ENCODER]), &[Do::OPEN_LID, Do::TAKE_INSIDE, Do::CLOSE_LID])),
        with(LastSet, row(Fault::RibbonEnd, 8, Finish, Hands(&[]), &[Do::RIBBON])),
        with(OtherModel, row(Fault::UnknownCommand, 14, Load, Hands(&[]), &[Do::CONFIGURE])),
        with(Station, row(Fault::UnknownCommand, 14, Feed, Hands(&[]), &[Do::CONFIGURE])),
        with(Wide, row(Fault::BadParameter, 31, Load, Hands(&[]), &[Do::CONFIGURE])),
        with(High, row(Fault::BadParameter, 32, Load, Hands(&[]), &[Do::CONFIGURE])),
        with(Big, row(Fault::BadParameter, 11, Load, Hands(&[]), &[Do::CONFIGURE])),
        with(Escaping, row(Fault::BadParameter, 22, Load, Hands(&[]), &[Do::CONFIGURE])),
        row(Fault::RibbonUnreadable, 35, Finish, Hands(&[Do::WRONG_RIBBON]), &[Do::RIBBON]),
        with(Resin, row(Fault::RibbonUnreadable, 35, Finish, Hands(&[Do::COLOUR_RIBBON]), &[Do::RESIN_RIBBON])),
        with(Duplex, row(Fault::CardJam, 47, Face, Strikes(Step::Flip, Strike::Jam), &[Do::CLEAR_JAM])),
        row(Fault::CoverOpen, 48, Finish, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row(Fault::CoverOpen, 48, Finish, Strikes(Step::Feed, Strike::LidOpens), &[Do::CLOSE_LID]),
        row(Fault::CoverOpen, 48, Finish, Strikes(Step::Panel(0), Strike::LidOpens), &[Do::CLOSE_LID]),
        row(Fault::CoverOpen, 48, Finish, Strikes(Step::Panel(4), Strike::LidOpens), &[Do::CLOSE_LID]),
        row(Fault::CoverOpen, 48, Eject, Strikes(Step::Eject, Strike::LidOpens), &[Do::CLOSE_LID]),
        with(Duplex, row(Fault::CoverOpen, 48, Face, Strikes(Step::Panel(2), Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Duplex, row(Fault::CoverOpen, 48, Face, Strikes(Step::Flip, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Duplex, row(Fault::CoverOpen, 48, Finish, Strikes(Step::Panel(5), Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Docked, row(Fault::CoverOpen, 48, Feed, Strikes(Step::Station, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Docked, row(Fault::CoverOpen, 48, Park, Strikes(Step::Park, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Docked, row(Fault::CoverOpen, 48, Reject, Strikes(Step::Reject, Strike::LidOpens), &[Do::CLOSE_LID])),
        // A stranger left an error behind.
        row(Fault::BadParameter, 10, Prepare, Hands(&[Do::STRANGERS_ERROR]), &[]),
        own(Fault::OutOfStep, Finish, Hands(&[Do::STRANGERS_CARD]), &[]),
        with(SerialCanary, own(Fault::SettingRefused, Finish, Hands(&[Do::OFF_AND_ON]), &[])),
        with(OneWay, own(Fault::FeederOrRibbonEnd, Finish, Hands(&[Do::UNLOAD]), &[Do::LOAD])),
        with(OneWay, own(Fault::FeederOrRibbonEnd, Finish, Strikes(Step::Panel(1), Strike::RibbonEnds), &[Do::RIBBON])),
        with(OneWay, own(Fault::MechanicalTimeout, Finish, Strikes(Step::Panel(1), Strike::Jam), &[Do::CLEAR_JAM])),
        with(OneWay, own(Fault::MechanicalTimeout, Finish, Strikes(Step::Panel(1), Strike::LidOpens), &[Do::CLOSE_LID])),
        with(OneWay, own(Fault::MechanicalTimeout, Eject, Strikes(Step::Eject, Strike::Jam), &[Do::CLEAR_JAM])),
        with(OneWay, own(Fault::BadParameter, Prepare, Hands(&[Do::STRANGERS_ERROR]), &[])),
        with(OneWay, own(Fault::OutOfStep, Prepare, Hands(&[Do::OFF_AND_STARTING]), &[Do::WAIT])),
        with(WithoutPort, own(Fault::OptionAbsent, Prepare, Hands(&[]), &[Do::CONFIGURE])),
    ]
}

/// What the firmware says once a hand has armed it: no mechanism of ours can make it.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_arming() -> Vec<Row> {
    vec![
        row(Fault::MechanicalTimeout, -1, Finish, Armed(-1), &[]),
        row(Fault::CoverOpen, 7, Finish, Armed(7), &[]),
        row(Fault::RibbonEnd, 9, Finish, Armed(9), &[]),
        row(Fault::BadParameter, 10, Load, Armed(10), &[]),
        row(Fault::BadParameter, 12, Load, Armed(12), &[]),
        row(Fault::BadParameter, 13, Load, Armed(13), &[]),
        row(Fault::UnknownCommand, 14, Finish, Armed(14), &[]),
        row(Fault::BadParameter, 20, Load, Armed(20), &[]),
        row(Fault::BadParameter, 21, Finish, Armed(21), &[]),
        row(Fault::BadParameter, 30, Load, Armed(30), &[]),
        row(unlisted("NAK 33 image checksum"), 33, Load, Armed(33), &[]),
        row(unlisted("NAK 34 data transfer time-out"), 34, Load, Armed(34), &[]),
        row(Fault::Firmware, 52, Load, Armed(52), &[]),
        row(unlisted("NAK 53 no access"), 53, Finish, Armed(53), &[]),
        row(unlisted("NAK 54 sequence"), 54, Finish, Armed(54), &[]),
        with(Docked, row(unlisted("NAK 55 contactless"), 55, Feed, Armed(55), &[])),
        with(Docked, row(unlisted("NAK 56 contact data"), 56, Feed, Armed(56), &[])),
        with(Docked, row(unlisted("NAK 57 contactless data"), 57, Feed, Armed(57), &[])),
    ]
}

/// What only a script can make: the answer to a command that did nothing.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_script() -> Vec<Row> {
    vec![
        row(Fault::MagneticData, 40, Finish, Says(STRING, b"\x1540\x04"), &[]),
        row(Fault::MagneticWrite, 41, Finish, Says(STRING, b"\x1541\x04"), &[]),
        row(Fault::MagneticChecksum, 42, Finish, Says(STRING, b"\x1542\x04"), &[]),
        row(unlisted("NAK 43 encoder mechanical"), 43, Finish, Says(STRING, b"\x1543\x04"), &[]),
        row(unlisted("NAK 44 encoder does not answer"), 44, Finish, Says(STRING, b"\x1544\x04"), &[]),
        row(Fault::CardJam, 45, Finish, Says(STRING, b"\x1545\x04"), &[]),
        row(unlisted("NAK 46"), 46, Finish, Says(STRING, b"\x1546\x04"), &[]),
        row(Fault::MagneticWrite, 49, Finish, Says(STRING, b"\x1549\x04"), &[]),
        row(Fault::MagneticWrite, 50, Finish, Says(STRING, b"\x1550\x04"), &[]),
        row(Fault::MagneticChecksum, 51, Finish, Says(STRING, b"\x1551\x04"), &[]),
        row(unlisted("NAK 33 image checksum"), 33, Load, Says("Z", b"\x1533\x04"), &[]),
        row(unlisted("NAK 34 data transfer time-out"), 34, Load, Says("GS 1", b"\x1534\x04"), &[]),
        row(Fault::FeederEmpty, 4, Finish, Says(STRING, b"\x1504\x04"), &[]),
        row(Fault::CoverOpen, 48, Eject, Says("MO", b"\x1548\x04"), &[]),
        own(unlisted("NAK input buffer full"), Load, Says("GS 0", b"\x15"), &[]),
        own(Fault::OutOfStep, Finish, Says(STRING, b"\x150\x04"), &[]),
        own(Fault::OutOfStep, Finish, Says(STRING, b"Cpt imp:00000000\r\x06"), &[]),
        own(Fault::OutOfStep, Finish, Says(STRING, b"\x1506\x04"), &[]),
        own(Fault::OutOfStep, Prepare, Says("%CLN", b"Cpt imp:0000x000 next clean Prn:00005000 nb pass:5\r\x06"), &[]),
        with(Canary, own(Fault::SettingRefused, Prepare, Says("+X ~", b"\x06"), &[])),
        with(Encoder, row(Fault::CardInside, 5, Prepare, Says("&P", b"\x1505\x04"), &[])),
    ]
}
