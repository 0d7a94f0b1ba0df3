//! What the printer's words mean: answer texts, ACK/NACK codes, binary status words.
//!
//! Answers are told apart by a table and never by their beginning: several faults do not start with `ERR`
//! [code: iomem samples]. How the binary words are asked for and laid out on the wire is \[unknown\]; only
//! their bits are known [code: evolis-sdk headers 9.4.1], so [`decode`] takes words that somebody else read.

use super::wire::Reply;
use crate::contract::Fault;

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Carried out.
    Ok,
    /// Not carried out.
    Fault(Fault),
    /// A text that is an answer to a question, or unknown.
    Text(String),
}

/// Longest text of an unlisted fault that is told on. Unit: characters.
pub const UNLISTED_CHARACTERS_MAX: usize = 48;

/// The answer texts and what they mean [code: iomem samples C++ and VB; in part doc].
pub static TEXTS: &[(&str, Fault)] = &[
    ("ERROR CDE", Fault::UnknownCommand),
    ("ERROR PARAMETRES", Fault::BadParameter),
    ("ERROR TIME OUT", Fault::MechanicalTimeout),
    ("ERROR HEAD", Fault::HeadFailure),
    ("COVER OPEN", Fault::CoverOpen),
    ("FEEDER EMPTY", Fault::FeederEmpty),
    ("CARD JAM", Fault::CardJam),
    ("ERROR RIBBON", Fault::RibbonEnd),
    ("ERR RIB DETECTION", Fault::RibbonUnreadable),
    ("HOPPER FULL", Fault::OutputFull),
    ("HOPPER DOOR", Fault::OutputDoorOpen),
    ("ERROR HOPPER", Fault::OutputFailure),
    ("NEED CLEANING", Fault::CleaningDue),
    ("ERR NEED CLEANING", Fault::CleaningDue),
    ("OPT NOT AVAILABLE", Fault::OptionAbsent),
    ("ERROR MAGN CHECKSUM", Fault::MagneticChecksum),
    ("ERROR MAG CHECKSUM", Fault::MagneticChecksum),
    ("ERROR MAGN DATA", Fault::MagneticData),
    ("ERROR MAG DATA", Fault::MagneticData),
    ("ERROR MAGN", Fault::MagneticWrite),
    ("ERROR MAG", Fault::MagneticWrite),
    ("ERROR FLASH UNKNOW", Fault::Firmware),
    ("ERROR CHECKSUM", Fault::Firmware),
];

/// Answers to `Rlr;p` that look like faults and are none \[doc\].
const PLACE_TEXTS: [&str; 2] = ["ERR CARD", "NO CARD"];

/// The codes after NAK \[doc\].
pub static NAK_CODES: &[(u8, Fault)] = &[
    (b'1', Fault::UnknownCommand),
    (b'2', Fault::BadParameter),
    (b'T', Fault::MechanicalTimeout),
    (b'C', Fault::CoverOpen),
    (b'F', Fault::FeederEmpty),
    (b'R', Fault::RibbonEnd),
    (b'K', Fault::MagneticChecksum),
    (b'D', Fault::MagneticData),
    (b'W', Fault::MagneticWrite),
];

/// What an answer means.
pub fn classify(reply: &Reply) -> Said {
    match reply {
        Reply::Ack => Said::Ok,
        Reply::Nak(code) => Said::Fault(
            NAK_CODES
                .iter()
                .find(|(known, _)| known == code)
                .map_or_else(
                    || Fault::Unlisted(format!("NAK {code:02X}")),
                    |(_, fault)| fault.clone(),
                ),
        ),
        Reply::Text(text) => classify_text(text),
    }
}

fn classify_text(text: &str) -> Said {
    if text == "OK" {
        return Said::Ok;
    }
    if let Some((_, fault)) = TEXTS.iter().find(|(known, _)| *known == text) {
        return Said::Fault(fault.clone());
    }
    // Of what is in no table, the maker's own test for a failure decides [code: evolis-sdk].
    if text.starts_with("ERR") && !PLACE_TEXTS.contains(&text) {
        return Said::Fault(Fault::Unlisted(shown(text)));
    }
    Said::Text(text.to_owned())
}

/// A printer's text with everything unprintable masked, cut to a length.
fn shown(text: &str) -> String {
    text.chars()
        .take(UNLISTED_CHARACTERS_MAX)
        .map(|c| {
            if c.is_ascii_graphic() || c == ' ' {
                c
            } else {
                '?'
            }
        })
        .collect()
}

/// One of the eight words of the binary status [code: evolis-sdk].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusWord {
    /// What is fitted.
    Config,
    /// What is going on.
    Information,
    /// What hinders the next job.
    Warning,
    /// What stopped this job.
    Error,
    /// First extension.
    Extension1,
    /// Second extension.
    Extension2,
    /// Third extension.
    Extension3,
    /// Fourth extension.
    Extension4,
}

impl StatusWord {
    /// All of them, in their order.
    pub const ALL: [StatusWord; 8] = [
        StatusWord::Config,
        StatusWord::Information,
        StatusWord::Warning,
        StatusWord::Error,
        StatusWord::Extension1,
        StatusWord::Extension2,
        StatusWord::Extension3,
        StatusWord::Extension4,
    ];

    fn position(self) -> usize {
        match self {
            StatusWord::Config => 0,
            StatusWord::Information => 1,
            StatusWord::Warning => 2,
            StatusWord::Error => 3,
            StatusWord::Extension1 => 4,
            StatusWord::Extension2 => 5,
            StatusWord::Extension3 => 6,
            StatusWord::Extension4 => 7,
        }
    }

    /// The word and the bit that say that this word is meaningful.
    fn chained_to(self) -> Option<(StatusWord, u32)> {
        match self {
            StatusWord::Config
            | StatusWord::Information
            | StatusWord::Warning
            | StatusWord::Error => None,
            StatusWord::Extension1 => Some((StatusWord::Config, 0x0800_0000)),
            StatusWord::Extension2 => Some((StatusWord::Extension1, 0x8000_0000)),
            StatusWord::Extension3 => Some((StatusWord::Extension2, 0x8000_0000)),
            StatusWord::Extension4 => Some((StatusWord::Extension3, 0x8000_0000)),
        }
    }
}

/// One bit of a status word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bit {
    /// The word it stands in.
    pub word: StatusWord,
    /// The bit.
    pub mask: u32,
    /// The fault it stands for, where it is one; an unlisted fault without text is named by `keyword`.
    pub fault: Option<Fault>,
    /// IPP printer-state-reason; `none` where it is no reason.
    pub reason: &'static str,
    /// Our keyword for it.
    pub keyword: &'static str,
}

/// What one set bit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// It is in the table.
    Known(&'static Bit),
    /// It is not: a newer firmware, or a misread word.
    Unknown {
        /// The word.
        word: StatusWord,
        /// The bit.
        mask: u32,
    },
}

/// Decodes the eight words, the highest bit of each first. An extension that no chain bit announces is
/// not looked at.
pub fn decode(words: &[u32; 8]) -> Vec<Decoded> {
    let mut found = Vec::new();
    for word in StatusWord::ALL {
        if !announced(words, word) {
            continue;
        }
        let value = words[word.position()];
        for shift in (0..32).rev() {
            let mask = 1u32 << shift;
            if value & mask != 0 {
                found.push(bit(word, mask));
            }
        }
    }
    found
}

fn announced(words: &[u32; 8], word: StatusWord) -> bool {
    match word.chained_to() {
        None => true,
        Some((before, mask)) => announced(words, before) && words[before.position()] & mask != 0,
    }
}

fn bit(word: StatusWord, mask: u32) -> Decoded {
    super::status_bits::BITS
        .iter()
        .find(|bit| bit.word == word && bit.mask == mask)
        .map_or(Decoded::Unknown { word, mask }, Decoded::Known)
}
