//! Moves to and from the chip station. **None of these is the maker's.**
//!
//! The library's calls and their arguments are known, their bytes are not. Until a real printer has shown them,
//! driver and simulator agree on the commands below. They exist only in a profile that asks for them
//! ([`super::Profile::with_chip_station`]); every other printer answers code 14.

use crate::mechanism::Station;

use super::codes::Code;
use super::work::Item;

/// The placeholder commands: command, what it does, tag. `MO` (card to the output) is the maker's own.
pub const PLACEHOLDERS: &[(&str, &str, &str)] = &[
    (
        "MS 1",
        "card to the contact station, fed if none is inside",
        "[placeholder]",
    ),
    (
        "MS 2",
        "card to the contactless station, fed if none is inside",
        "[placeholder]",
    ),
    ("MI", "card back to print-ready", "[placeholder]"),
    ("MR", "card to the reject hopper", "[placeholder]"),
];

/// The letters of the table above.
pub(super) const NAMES: [&str; 3] = ["MS", "MI", "MR"];

/// What a placeholder command sets out to do.
pub(super) fn item(name: &str, station: Option<u32>, reject_box: bool) -> Result<Item, Code> {
    match (name, station) {
        ("MS", Some(1)) => Ok(Item::Dock(Station::Contact)),
        ("MS", Some(2)) => Ok(Item::Dock(Station::Contactless)),
        ("MI", None) => Ok(Item::Undock),
        ("MR", None) if reject_box => Ok(Item::Reject),
        ("MR", None) => Err(Code::UNKNOWN),
        _ => Err(Code::PARAMETER),
    }
}
