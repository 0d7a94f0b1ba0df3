//! The rows: every code once for each way that leads to it.

use cetak_drivers::contract::Fault;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::matica::Phase;

use super::{At, Do, How, Printer, Row};
use crate::faults::unlisted;

fn row(told: (u8, u8), says: Fault, at: At, how: How, remedy: &'static [Do]) -> Row {
    Row {
        told: Some(told),
        ..own(says, at, how, remedy)
    }
}

/// What the dialect says of its own.
fn own(says: Fault, at: At, how: How, remedy: &'static [Do]) -> Row {
    Row {
        told: None,
        says,
        at,
        printer: Printer::Plain,
        how,
        remedy,
    }
}

fn with(printer: Printer, row: Row) -> Row {
    Row { printer, ..row }
}

use At::{Clear, Face, Feed, Finish, GoOn, Park, Prepare, Reject};
use How::{Armed, Hands, Says, Strikes};

/// A card pulled out of the path by hand.
const PULL: &[Do] = &[Do::OPEN_LID, Do::TAKE_INSIDE, Do::CLOSE_LID, wait!(20)];
/// A card laid in by hand.
const PUT: &[Do] = &[Do::OPEN_LID, Do::PUT_BLANK, Do::CLOSE_LID, wait!(20)];
/// A motion that the lid has stopped is told as a jam until the button is pressed.
const SHUT: &[Do] = &[Do::CLOSE_LID, Do::RESET];
/// Cold.
const COLD: &[Do] = &[Do::POWER_OFF, wait!(3600), Do::POWER_ON, wait!(20)];

/// What a mechanism can make.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_mechanism() -> Vec<Row> {
    vec![
        row((0x02, 0xD0), Fault::FeederEmpty, Prepare, Hands(&[Do::UNLOAD]), &[Do::LOAD]),
        row((0x02, 0xD0), Fault::FeederEmpty, Feed, Hands(&[Do::UNLOAD]), &[Do::LOAD]),
        row((0x02, 0xD1), Fault::CoverOpen, Prepare, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Feed, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Park, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Face, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Finish, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Reject, Hands(&[Do::OPEN_LID]), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Face, Strikes(Step::Panel(0), Strike::LidOpens), &[Do::CLOSE_LID]),
        row((0x02, 0xD1), Fault::CoverOpen, Face, Strikes(Step::Panel(3), Strike::LidOpens), &[Do::CLOSE_LID]),
        row((0x03, 0x90), Fault::FeederJam, Feed, Strikes(Step::Feed, Strike::LidOpens), SHUT),
        row((0x03, 0x93), Fault::CardJam, Feed, Strikes(Step::Station, Strike::LidOpens), SHUT),
        row((0x03, 0x93), Fault::CardJam, Park, Strikes(Step::Park, Strike::LidOpens), SHUT),
        row((0x03, 0x95), Fault::CardJam, Finish, Strikes(Step::Panel(4), Strike::LidOpens), SHUT),
        row((0x03, 0x94), Fault::CardJam, Finish, Strikes(Step::Eject, Strike::LidOpens), SHUT),
        row((0x03, 0x94), Fault::CardJam, Reject, Strikes(Step::Reject, Strike::LidOpens), SHUT),
        with(Printer::TellsTheLid, row((0x02, 0xD1), Fault::CoverOpen, Feed, Strikes(Step::Feed, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Printer::TellsTheLid, row((0x02, 0xD1), Fault::CoverOpen, Feed, Strikes(Step::Station, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Printer::TellsTheLid, row((0x02, 0xD1), Fault::CoverOpen, Park, Strikes(Step::Park, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Printer::TellsTheLid, row((0x02, 0xD1), Fault::CoverOpen, Finish, Strikes(Step::Panel(4), Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Printer::TellsTheLid, row((0x02, 0xD1), Fault::CoverOpen, Finish, Strikes(Step::Eject, Strike::LidOpens), &[Do::CLOSE_LID])),
        with(Printer::TellsTheLid, row((0x02, 0xD1), Fault::CoverOpen, Reject, Strikes(Step::Reject, Strike::LidOpens), &[Do::CLOSE_LID])),
        row((0x03, 0x90), Fault::FeederJam, Feed, Strikes(Step::Feed, Strike::Jam), &[Do::CLEAR_JAM]),
        row((0x03, 0x90), Fault::FeederJam, Feed, Strikes(Step::Feed, Strike::DoubleFeed), &[Do::CLEAR_JAM]),
        row((0x03, 0x93), Fault::CardJam, Feed, Strikes(Step::Station, Strike::Jam), &[Do::CLEAR_JAM]),
        row((0x03, 0x93), Fault::CardJam, Park, Strikes(Step::Park, Strike::Jam), &[Do::CLEAR_JAM]),
        row((0x03, 0x95), Fault::CardJam, Finish, Strikes(Step::Panel(4), Strike::Jam), &[Do::CLEAR_JAM]),
        row((0x03, 0x94), Fault::CardJam, Finish, Strikes(Step::Eject, Strike::Jam), &[Do::CLEAR_JAM]),
        row((0x03, 0x94), Fault::CardJam, Reject, Strikes(Step::Reject, Strike::Jam), &[Do::CLEAR_JAM]),
        with(Printer::FullBins, row((0x03, 0x94), Fault::CardJam, Finish, Hands(&[]), &[Do::TAKE_OUTPUT, Do::EMPTY_REJECT, Do::RESET])),
        with(Printer::FullBins, row((0x03, 0x94), Fault::CardJam, Reject, Hands(&[]), &[Do::TAKE_OUTPUT, Do::EMPTY_REJECT, Do::RESET])),
        row((0x03, 0xA1), Fault::FilmEnd, Face, Strikes(Step::Panel(0), Strike::Jam), &[Do::FILM]),
        row((0x03, 0xA1), Fault::FilmEnd, Face, Strikes(Step::Panel(2), Strike::Jam), &[Do::FILM]),
        with(Printer::LastFilm, row((0x42, 0xA2), Fault::FilmEnd, Prepare, Hands(&[]), &[Do::FILM])),
        row((0x03, 0xB0), Fault::RibbonEnd, Prepare, Hands(&[Do::WRONG_RIBBON]), &[Do::RIBBON]),
        row((0x03, 0xB0), Fault::RibbonEnd, Face, Hands(&[Do::WRONG_RIBBON]), &[Do::RIBBON]),
        row((0x03, 0xB1), Fault::RibbonEnd, Prepare, Hands(&[Do::NO_RIBBON]), &[Do::RIBBON]),
        row((0x03, 0xB1), Fault::RibbonEnd, Face, Hands(&[Do::NO_RIBBON]), &[Do::RIBBON]),
        with(Printer::LastSet, row((0x42, 0xB2), Fault::RibbonEnd, Prepare, Hands(&[]), &[Do::RIBBON])),
        row((0x42, 0xB2), Fault::RibbonEnd, Face, Strikes(Step::Panel(1), Strike::RibbonEnds), &[Do::RIBBON]),
        with(Printer::HotHead, row((0x04, 0xF8), Fault::Overheated, Prepare, Hands(&[]), &[wait!(300)])),
        row((0x02, 0xDA), Fault::NotReady, Prepare, Hands(COLD), &[wait!(180)]),
        row((0x02, 0xDB), Fault::NotReady, Feed, Hands(&[Do::OPEN_LID, Do::CLOSE_LID]), &[]),
        row((0x02, 0xDB), Fault::NotReady, Park, Hands(&[Do::RESET]), &[]),
        row((0x02, 0xFD), Fault::NotReady, Prepare, Hands(&[wait!(4000)]), &[]),
        row((0x02, 0xFD), Fault::NotReady, Park, Hands(&[wait!(4000)]), &[Do::RESET]),
        row((0x06, 0x28), Fault::Restarted, Feed, Hands(&[Do::RESET]), &[]),
        row((0x06, 0x28), Fault::Restarted, Face, Hands(&[Do::RESET]), &[]),
        row((0x06, 0x28), Fault::Restarted, Finish, Hands(&[Do::RESET]), &[]),
        row((0x06, 0x28), Fault::Restarted, Reject, Hands(&[Do::RESET]), &[]),
        row((0x06, 0x28), Fault::Restarted, GoOn, Hands(&[Do::RESET]), &[]),
        row((0x06, 0x29), Fault::Restarted, GoOn, Hands(&[Do::POWER_OFF, wait!(2), Do::POWER_ON, wait!(20)]), &[]),
        row((0x05, 0x2A), Fault::BadParameter, Feed, Hands(PUT), &[]),
        with(Printer::OtherSize, row((0x05, 0x1A), Fault::BadParameter, Face, Hands(&[]), &[])),
        with(Printer::NoStation, row((0x05, 0x2C), Fault::OptionAbsent, Feed, Hands(&[]), &[])),
        own(Fault::CardInside, Prepare, Hands(PUT), &[]),
        own(Fault::CardInside, Clear, Hands(&[]), &[]),
        own(Fault::OutOfStep, Park, Hands(PULL), &[]),
        own(Fault::OutOfStep, Face, Hands(PULL), &[]),
        own(Fault::OutOfStep, Finish, Hands(PULL), &[]),
        own(Fault::OutOfStep, Reject, Hands(PULL), &[]),
        own(Fault::OutOfStep, GoOn, Hands(PULL), &[]),
        with(Printer::OtherModel, own(Fault::OtherUnit, Prepare, Hands(&[]), &[])),
    ]
}

/// What is not made by any mechanics of ours: it strikes by name, refused at once or half-way in a motion.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_arming() -> Vec<Row> {
    vec![
        row((0x02, 0xD7), Fault::NotReady, Feed, Armed(Phase::Command), &[]),
        row((0x04, 0xD8), Fault::Hardware, Feed, Armed(Phase::Command), &[]),
        row((0x02, 0xDC), Fault::NotReady, Feed, Armed(Phase::Command), &[]),
        row((0x02, 0xDD), Fault::NotReady, Feed, Armed(Phase::Command), &[]),
        row((0x02, 0xDE), Fault::NotReady, Feed, Armed(Phase::Command), &[]),
        row((0x02, 0xDF), unlisted("sense 02 DF"), Feed, Armed(Phase::Command), &[]),
        row((0x04, 0xF6), Fault::NotReady, Feed, Armed(Phase::Command), &[]),
        row((0x02, 0xF7), Fault::NotReady, Feed, Armed(Phase::Command), &[]),
        row((0x02, 0xFE), unlisted("sense 02 FE"), Feed, Armed(Phase::Command), &[]),
        row((0x03, 0x91), Fault::CardJam, Park, Armed(Phase::Move), &[Do::RESET]),
        row((0x03, 0x92), Fault::CardJam, Park, Armed(Phase::Move), &[Do::RESET]),
        row((0x03, 0x96), Fault::CardJam, Feed, Armed(Phase::Move), &[Do::RESET]),
        row((0x03, 0xA8), Fault::MagneticChecksum, Feed, Armed(Phase::Command), &[]),
        row((0x03, 0xAD), Fault::MagneticWrite, Feed, Armed(Phase::Command), &[]),
        row((0x03, 0xAE), Fault::MagneticChecksum, Feed, Armed(Phase::Command), &[]),
        row((0x04, 0xAB), Fault::Hardware, Park, Armed(Phase::Move), &[Do::RESET]),
        row((0x04, 0xAC), Fault::Hardware, Feed, Armed(Phase::Load), &[Do::RESET]),
        row((0x04, 0x44), Fault::MechanicalTimeout, Face, Armed(Phase::Print), &[Do::RESET]),
        row((0x04, 0x44), Fault::MechanicalTimeout, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0x44), Fault::MechanicalTimeout, Finish, Armed(Phase::Eject), &[Do::RESET]),
        row((0x04, 0xBF), Fault::Hardware, Feed, Armed(Phase::Command), &[]),
        row((0x04, 0xC1), Fault::Hardware, Feed, Armed(Phase::Load), &[Do::RESET]),
        row((0x04, 0xC1), Fault::Hardware, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0xC2), Fault::Overheated, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0xC3), Fault::Hardware, Face, Armed(Phase::Print), &[Do::RESET]),
        row((0x04, 0xF0), Fault::Overheated, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0xF1), Fault::Hardware, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0xF2), Fault::Hardware, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0xF3), Fault::Overheated, Finish, Armed(Phase::Transfer), &[Do::RESET]),
        row((0x04, 0xF4), Fault::Hardware, Finish, Armed(Phase::Eject), &[Do::RESET]),
        row((0x04, 0xF5), Fault::Hardware, Park, Armed(Phase::Move), &[Do::RESET]),
        row((0x05, 0x20), Fault::UnknownCommand, Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x21), unlisted("sense 05 21"), Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x22), unlisted("sense 05 22"), Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x23), unlisted("sense 05 23"), Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x24), Fault::BadParameter, Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x26), Fault::BadParameter, Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x27), Fault::RibbonEnd, Face, Armed(Phase::Command), &[]),
        row((0x05, 0x2B), Fault::MagneticData, Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x2D), Fault::OptionAbsent, Feed, Armed(Phase::Command), &[]),
        row((0x05, 0x2E), Fault::OptionAbsent, Feed, Armed(Phase::Command), &[]),
        row((0x05, 0xFB), Fault::Firmware, Feed, Armed(Phase::Command), &[]),
    ]
}

/// What the firmware never says to this driver: busy, for no motion of ours is immediate; keys of the other list; and
/// codes that are in no catalogue.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn by_script() -> Vec<Row> {
    vec![
        row((0x02, 0xD3), Fault::NotReady, Prepare, Says("01020000", 1000), &[]),
        row((0x02, 0xD4), Fault::NotReady, Prepare, Says("01020000", 1000), &[]),
        row((0x02, 0xD5), Fault::NotReady, Prepare, Says("01020000", 1000), &[]),
        row((0x02, 0xD3), Fault::NotReady, Park, Says("05028000", 1), &[]),
        row((0x02, 0xD8), Fault::Hardware, Feed, Says("04020002", 1), &[]),
        row((0x02, 0xF6), Fault::NotReady, Feed, Says("04020002", 1), &[]),
        row((0x06, 0x29), Fault::Restarted, Feed, Says("04020002", 1), &[]),
        row((0x06, 0x29), Fault::Restarted, Finish, Says("07020005", 1), &[]),
        row((0x05, 0x1A), Fault::BadParameter, Face, Says("plane 4", 1), &[]),
        row((0x42, 0xA2), Fault::FilmEnd, Finish, Says("07020005", 1), &[]),
        row((0x02, 0xD0), Fault::FeederEmpty, Prepare, Says("01020000", 1), &[]),
        row((0x02, 0xEE), unlisted("sense 02 EE"), Feed, Says("04020002", 1), &[]),
        row((0x03, 0x01), unlisted("sense 03 01"), Face, Says("0602000F", 1), &[]),
        row((0x05, 0xEE), unlisted("sense 05 EE"), Finish, Says("07020005", 1), &[]),
        row((0x09, 0x00), unlisted("sense 09 00"), Reject, Says("05020004", 1), &[]),
    ]
}
