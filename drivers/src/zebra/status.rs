//! What the printer's answers mean: the codes after NAK, the port status byte, the cleaning counters' text.
//!
//! Codes 1-6, 10-14, 20-22, 30 and -1 are in the manual \[doc\]; the list to 57 is in a header of the maker's
//! library [code: ZBRPrinter header], with the same numbers where both exist. 46 is unassigned there.

use super::wire::Reply;
use crate::contract::Fault;

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Carried out.
    Ok,
    /// Not carried out.
    Fault(Fault),
    /// A card is in the encoder, or none is: the answer to `&P` alone.
    InEncoder(bool),
    /// Text: the answer to a question.
    Text(String),
    /// No answer of this language.
    Broken,
}

/// What one code means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The number after NAK.
    pub number: i8,
    /// The maker's meaning, in a few words.
    pub meaning: &'static str,
    /// The fault it stands for; an unlisted one without text is told with number and meaning.
    pub fault: Fault,
}

const fn code(number: i8, meaning: &'static str, fault: Fault) -> Code {
    Code {
        number,
        meaning,
        fault,
    }
}

/// Where a code has no fault of its own.
const OTHER: Fault = Fault::Unlisted(String::new());
const CARD_IN_ENCODER: i8 = 5;
const NO_CARD_IN_ENCODER: i8 = 6;

/// Every assigned code but the two that answer `&P`.
pub static CODES: &[Code] = &[
    code(-1, "mechanical error", Fault::MechanicalTimeout),
    code(1, "ribbon broken or missing", Fault::RibbonEnd),
    code(2, "head temperature", Fault::Overheated),
    code(3, "mechanical error", Fault::MechanicalTimeout),
    code(4, "feeder empty", Fault::FeederEmpty),
    code(7, "print head open", Fault::CoverOpen),
    code(8, "out of ribbon", Fault::RibbonEnd),
    code(9, "remove ribbon", Fault::RibbonEnd),
    code(10, "parameter", Fault::BadParameter),
    code(11, "coordinates", Fault::BadParameter),
    code(12, "bar-code type", Fault::BadParameter),
    code(13, "font", Fault::BadParameter),
    code(14, "unknown command", Fault::UnknownCommand),
    code(20, "bar-code data", Fault::BadParameter),
    code(21, "text data", Fault::BadParameter),
    code(22, "graphic data", Fault::BadParameter),
    code(30, "image area", Fault::BadParameter),
    code(31, "image too wide", Fault::BadParameter),
    code(32, "image too high", Fault::BadParameter),
    code(33, "image checksum", OTHER),
    code(34, "data transfer time-out", OTHER),
    code(35, "check ribbon", Fault::RibbonUnreadable),
    code(40, "magnetic data", Fault::MagneticData),
    code(41, "magnetic write", Fault::MagneticWrite),
    code(42, "magnetic read", Fault::MagneticChecksum),
    code(43, "encoder mechanical", OTHER),
    code(44, "encoder does not answer", OTHER),
    code(45, "encoder missing or card jam", Fault::CardJam),
    code(47, "flip", Fault::CardJam),
    code(48, "cover open", Fault::CoverOpen),
    code(49, "encoding", Fault::MagneticWrite),
    code(50, "magnetic", Fault::MagneticWrite),
    code(51, "blank track", Fault::MagneticChecksum),
    code(52, "flash", Fault::Firmware),
    code(53, "no access", OTHER),
    code(54, "sequence", OTHER),
    code(55, "contactless", OTHER),
    code(56, "contact data", OTHER),
    code(57, "contactless data", OTHER),
];

/// A NAK without a code \[inferred\].
const FULL: &str = "NAK input buffer full";

/// What an answer to `E` means. The few bytes of the question fill no buffer: a bare NAK says that nothing was
/// answered since the power came \[inferred\].
pub fn repeated(said: Said) -> Said {
    match said {
        Said::Fault(Fault::Unlisted(text)) if text == FULL => Said::Broken,
        Said::Ok | Said::Fault(_) | Said::InEncoder(_) | Said::Text(_) | Said::Broken => said,
    }
}

/// What an answer means.
pub fn classify(reply: &Reply) -> Said {
    match reply {
        Reply::Ack => Said::Ok,
        Reply::Nak(CARD_IN_ENCODER) => Said::InEncoder(true),
        Reply::Nak(NO_CARD_IN_ENCODER) => Said::InEncoder(false),
        Reply::Nak(number) => Said::Fault(fault(*number)),
        Reply::Full => Said::Fault(Fault::Unlisted(FULL.to_owned())),
        Reply::Text(text) => Said::Text(text.clone()),
        Reply::Broken => Said::Broken,
    }
}

fn fault(number: i8) -> Fault {
    match CODES.iter().find(|code| code.number == number) {
        Some(code) if code.fault == OTHER => {
            Fault::Unlisted(format!("NAK {number:02} {}", code.meaning))
        }
        Some(code) => code.fault.clone(),
        None => Fault::Unlisted(format!("NAK {number:02}")),
    }
}

/// Ready, by the printer class's status byte \[inferred\].
pub const PORT_READY: u8 = 0x18;
/// Not error, selected, paper empty: bits of that byte.
const PORT_NOT_ERROR: u8 = 0x08;
const PORT_SELECT: u8 = 0x10;
const PORT_EMPTY: u8 = 0x20;

/// What the port status byte says; `Ok` when nothing stands in the way.
///
/// The four classes are those of the two parallel error lines [doc; their place in the byte inferred]. One class
/// holds ribbon and feeder alike. A byte without Select is a printer that is not there.
pub fn port_fault(byte: u8) -> Result<(), Fault> {
    if byte & PORT_SELECT == 0 {
        return Err(Fault::OutOfStep);
    }
    match (byte & PORT_EMPTY != 0, byte & PORT_NOT_ERROR != 0) {
        (false, true) => Ok(()),
        (false, false) => Err(Fault::BadParameter),
        (true, true) => Err(Fault::FeederOrRibbonEnd),
        (true, false) => Err(Fault::MechanicalTimeout),
    }
}

/// Whether the port says that a printer is there at all.
pub fn port_selected(byte: u8) -> bool {
    byte & PORT_SELECT != 0
}

/// Head-down passes of the cleaning counters' text: `Cpt imp:00025000 next clean Prn:00005000 nb pass:5` \[doc\].
/// `None` for every other text: a misread counter would be a wrong witness.
pub fn passes(text: &str) -> Option<u64> {
    let rest = text.strip_prefix("Cpt imp:")?;
    let (passes, rest) = rest.split_once(" next clean Prn:")?;
    let (between, cleanings) = rest.split_once(" nb pass:")?;
    number(between)?;
    number(cleanings)?;
    number(passes)
}

/// Most digits of a counter.
const DIGITS_MAX: usize = 10;

fn number(text: &str) -> Option<u64> {
    let digits = (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
