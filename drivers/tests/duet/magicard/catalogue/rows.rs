//! The rows: every error once for each way that leads to it.

use cetak_drivers::contract::Fault;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::mechanism::{CardPlace, Looks};

use super::{At, Do, How, Printer, Row, Spot};

use At::{Face, Finish, Load, Prepare};
use How::{Armed, Hands, Strikes};

fn row(code: &'static str, at: At, how: How, card: Spot, remedy: &'static [Do]) -> Row {
    Row {
        code,
        at,
        printer: Printer::OneSide,
        how,
        card,
        remedy,
    }
}

fn with(printer: Printer, row: Row) -> Row {
    Row { printer, ..row }
}

/// What a bench might find the codes to mean: in the words of the maker's later machines [code: ultra18].
pub(super) const MEANINGS: &[(&str, Fault)] = &[
    ("11:00", Fault::OptionAbsent),
    ("11:02", Fault::CardJam),
    ("11:03", Fault::CardJam),
    ("11:04", Fault::BadParameter),
    ("11:06", Fault::HeadFailure),
    ("11:07", Fault::HeadFailure),
    ("11:08", Fault::MechanicalTimeout),
    ("11:09", Fault::RibbonEnd),
    ("11:11", Fault::MagneticWrite),
    ("11:12", Fault::MagneticWrite),
    ("11:13", Fault::MagneticChecksum),
    ("11:14", Fault::CoverOpen),
    ("11:18", Fault::RibbonEnd),
    ("11:20", Fault::Hardware),
    ("11:22", Fault::RibbonEnd),
    ("11:27", Fault::Firmware),
    ("11:31", Fault::RibbonUnreadable),
    ("12:00", Fault::CleaningDue),
    ("12:04", Fault::NotReady),
    ("12:05", Fault::NotReady),
    ("12:06", Fault::CardJam),
    ("12:07", Fault::CardJam),
    ("90:01", Fault::Overheated),
    ("90:03", Fault::Hardware),
    ("99:99", Fault::Hardware),
];

/// It has not left the hopper.
const FED_NOT: Spot = (CardPlace::Hopper(0), Looks::Blank);
/// Between two stations, with nothing on it.
const ON_ITS_WAY: Spot = (CardPlace::Path, Looks::Blank);
/// Under the head, with nothing on it.
const CLEAN: Spot = (CardPlace::PrintStart, Looks::Blank);
/// Under the head, not wholly printed.
const BEGUN: Spot = (CardPlace::PrintStart, Looks::Part);
/// Stuck, not wholly printed.
const STUCK: Spot = (CardPlace::Path, Looks::Part);
/// Stuck on its way out, wholly printed.
const STUCK_WHOLE: Spot = (CardPlace::Path, Looks::Whole);

/// All of them.
#[rustfmt::skip] // A table: one row a line.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        with(Printer::NoFlipper, row("11:00", Finish, Hands(&[]), BEGUN, &[])),
        row("11:01", Finish, Hands(&[Do::UNLOAD]), FED_NOT, &[Do::LOAD]),
        row("11:02", Finish, Strikes(Step::Feed, Strike::Jam), ON_ITS_WAY, &[Do::CLEAR_JAM]),
        row("11:02", Finish, Strikes(Step::Feed, Strike::DoubleFeed), ON_ITS_WAY, &[Do::CLEAR_JAM]),
        row("11:02", Finish, Strikes(Step::Panel(0), Strike::Jam), STUCK, &[Do::CLEAR_JAM]),
        row("11:02", Finish, Strikes(Step::Panel(2), Strike::Jam), STUCK, &[Do::CLEAR_JAM]),
        row("11:02", Finish, Strikes(Step::Panel(4), Strike::Jam), STUCK, &[Do::CLEAR_JAM]),
        row("11:02", Finish, Strikes(Step::Eject, Strike::Jam), STUCK_WHOLE, &[Do::CLEAR_JAM]),
        with(Printer::FullBin, row("11:02", Finish, Hands(&[]), (CardPlace::PrintStart, Looks::Whole), &[Do::TAKE_OUTPUT])),
        with(Printer::TwoSides, row("11:03", Finish, Strikes(Step::Flip, Strike::Jam), STUCK, &[Do::CLEAR_JAM])),
        with(Printer::OtherHead, row("11:04", Face, Hands(&[]), FED_NOT, &[])),
        row("11:09", Prepare, Hands(&[Do::WRONG_RIBBON]), FED_NOT, &[Do::RIBBON]),
        row("11:09", Finish, Hands(&[Do::WRONG_RIBBON]), CLEAN, &[Do::RIBBON]),
        row("11:14", Prepare, Hands(&[Do::OPEN_LID]), FED_NOT, &[Do::CLOSE_LID]),
        row("11:14", Load, Hands(&[Do::OPEN_LID]), FED_NOT, &[Do::CLOSE_LID]),
        row("11:14", Face, Hands(&[Do::OPEN_LID]), FED_NOT, &[Do::CLOSE_LID]),
        row("11:14", Finish, Hands(&[Do::OPEN_LID]), FED_NOT, &[Do::CLOSE_LID]),
        row("11:14", Finish, Strikes(Step::Feed, Strike::LidOpens), ON_ITS_WAY, &[Do::CLOSE_LID]),
        row("11:14", Finish, Strikes(Step::Panel(0), Strike::LidOpens), BEGUN, &[Do::CLOSE_LID]),
        row("11:14", Finish, Strikes(Step::Panel(2), Strike::LidOpens), BEGUN, &[Do::CLOSE_LID]),
        row("11:14", Finish, Strikes(Step::Panel(4), Strike::LidOpens), BEGUN, &[Do::CLOSE_LID]),
        row("11:14", Finish, Strikes(Step::Eject, Strike::LidOpens), STUCK_WHOLE, &[Do::CLOSE_LID]),
        with(Printer::TwoSides, row("11:14", Finish, Strikes(Step::Flip, Strike::LidOpens), (CardPlace::Flipper, Looks::Part), &[Do::CLOSE_LID])),
        with(Printer::LastSet, row("11:18", Prepare, Hands(&[]), FED_NOT, &[Do::RIBBON])),
        with(Printer::LastSetUnread, row("11:18", Finish, Hands(&[]), CLEAN, &[Do::RIBBON])),
        row("11:18", Finish, Strikes(Step::Panel(1), Strike::RibbonEnds), BEGUN, &[Do::RIBBON]),
        row("11:18", Finish, Strikes(Step::Panel(3), Strike::RibbonEnds), BEGUN, &[Do::RIBBON]),
        row("11:22", Prepare, Hands(&[Do::NO_RIBBON]), FED_NOT, &[Do::RIBBON]),
        row("11:22", Finish, Hands(&[Do::NO_RIBBON]), CLEAN, &[Do::RIBBON]),
        row("12:04", Prepare, Hands(&[Do::CLEAN]), FED_NOT, &[]),
        row("12:04", Load, Hands(&[Do::CLEAN]), FED_NOT, &[]),
        with(Printer::Hot, row("90:01", Finish, Hands(&[]), BEGUN, &[])),
    ];
    let armed = [
        "11:06", "11:07", "11:08", "11:11", "11:12", "11:13", "11:20", "11:27", "11:31", "12:00",
        "12:05", "12:06", "12:07", "90:03", "99:99",
    ];
    rows.extend(armed.map(|code| row(code, Finish, Armed, FED_NOT, &[])));
    rows
}
