//! The bytes of the Evolis language: text commands and the answers' framing; downloads are in
//! [`download`](super::download).
//!
//! Shape of a command: `ESC letters [; parameter]* CR`; of a download: the same with raw bytes of an exact
//! length before the CR [doc: Evolis programming guide Rev E]. Payloads hold any byte, so they are measured
//! and never searched for an end \[capture\]. An answer is text ended by one NUL [code: Printer-EVOLIS], or in
//! ACK/NACK mode ACK 0x06, or NAK 0x15 and one code character [doc; 0x15 inferred from ASCII].
//!
//! This module only parses and emits; no bytes make it panic.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::contract::Ribbon;

/// Starts every command.
pub const ESC: u8 = 0x1B;
/// Stands between parameters.
pub const SEPARATOR: u8 = 0x3B;
/// Ends every command.
pub const CR: u8 = 0x0D;
/// Ends every answer; between commands it is skipped \[capture\].
pub const NUL: u8 = 0x00;
/// The good answer in ACK/NACK mode \[doc\].
pub const ACK: u8 = 0x06;
/// The bad answer in ACK/NACK mode; one code character follows [inferred from ASCII].
pub const NAK: u8 = 0x15;

/// Longest answer that is kept. Unit: bytes. Hosts in the field use buffers of 512 or 1024 \[code\].
pub const REPLY_BYTES_MAX: usize = 1024;
/// Longest text command, and longest header of a download, that is looked at. Unit: bytes.
pub(super) const HEADER_BYTES_MAX: usize = 64;
/// What spoils half a text command before an end of line could complete it \[inferred\].
pub const SPOILER: [u8; 3] = [0x7A, 0x7A, CR];

/// Why bytes are no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end before the command does.
    #[error("the command is not complete")]
    Short,
    /// It does not begin with ESC and known letters.
    #[error("not a command that is spoken here")]
    Unknown,
    /// A parameter is outside its range.
    #[error("parameter {position} is out of range")]
    Parameter {
        /// Which one, from 1.
        position: usize,
    },
    /// The byte after an exact payload is no CR.
    #[error("no end after the payload")]
    NoEnd,
}

/// A sensor whose voltage can be asked with `Rse` [doc; values code: Qt kiosk].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensor {
    /// `p`: a card in the print path; thresholds \[unknown\].
    Card,
    /// `o`: the cover; 0,00 open, 5,00 closed.
    Cover,
    /// `f`: the feeder; 0,00 empty, 5,00 cards.
    Feeder,
}

/// A counter that can be asked with `Rco` \[doc\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// `c`: cards inserted.
    Cards,
    /// `p`: panels printed.
    Panels,
}

/// Every text command that this driver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// `Pem;2`, never with `;s`: the host recovers from errors \[doc\].
    HostRecovers,
    /// `Rem`: error mode, current and saved \[doc\].
    ErrorMode,
    /// `Psoe;D` keeps the finished card inside [code: esup-sgc]; `Psoe;E` ends that \[inferred\].
    Hold(bool),
    /// `Pr`: the ribbon's type [doc; plain `k` capture, code].
    Ribbon(Ribbon),
    /// `Rsn`: serial number \[doc\].
    Serial,
    /// `Rtp`: model \[doc\].
    Model,
    /// `Rfv`: firmware version \[doc\].
    Firmware,
    /// `Rr`: ribbon type that is set \[doc\].
    RibbonSet,
    /// `Rlr`: the last answer once more \[doc\].
    LastAnswer,
    /// `Rlr;p`: where the card is [code: Qt kiosk; doc].
    Position,
    /// `Rlr;h`: reject box [code: Qt kiosk].
    RejectBox,
    /// `Rse`: a sensor's voltage \[doc\].
    Voltage(Sensor),
    /// `Rcr`: `OK` unless the end of the ribbon is seen \[doc\].
    RibbonMark,
    /// `Rrt;count`: prints left by the ribbon's chip [code: Qt kiosk].
    RibbonLeft,
    /// `Rco`: a counter \[doc\].
    Count(Counter),
    /// `Ss`: a sequence begins \[doc\].
    Begin,
    /// `Sic`: to the contactless station; inserts a card if none is inside [doc, code].
    ToContactless,
    /// `Si`: to the print start; inserts a card if none is inside [doc, code].
    ToPrintStart,
    /// `Sr`: downloads are for the front \[doc\].
    Front,
    /// `Sv`: downloads are for the back \[doc\].
    Back,
    /// `Se`: prints what is pending and ends the sequence \[doc\].
    End,
    /// `Ser`: to the reject box [doc, code].
    Reject,
    /// `Scs`: clears the latched error; with a card inside it may throw it out and take another one
    /// [code: esup-sgc].
    ClearStatus,
    /// `Srs`: as a power cycle [doc, code].
    Reset,
    /// `Rok`: alive after a reset [code: Qt kiosk].
    Alive,
    /// `Echo;text` [code: esup-sgc; that the answer is the text is inferred].
    Echo(Nonce),
}

/// A text that only this question can have asked for. Spelt as eight hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub u32);

impl std::fmt::Display for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl Word {
    /// All words without a parameter of their own, and one of each choice of the others; no nonce.
    pub const CATALOGUE: [Word; 31] = [
        Word::HostRecovers,
        Word::ErrorMode,
        Word::Hold(true),
        Word::Hold(false),
        Word::Ribbon(Ribbon::Ymcko),
        Word::Ribbon(Ribbon::Ymckok),
        Word::Ribbon(Ribbon::K),
        Word::Serial,
        Word::Model,
        Word::Firmware,
        Word::RibbonSet,
        Word::LastAnswer,
        Word::Position,
        Word::RejectBox,
        Word::Voltage(Sensor::Card),
        Word::Voltage(Sensor::Cover),
        Word::Voltage(Sensor::Feeder),
        Word::RibbonMark,
        Word::RibbonLeft,
        Word::Count(Counter::Cards),
        Word::Count(Counter::Panels),
        Word::Begin,
        Word::ToContactless,
        Word::ToPrintStart,
        Word::Front,
        Word::Back,
        Word::End,
        Word::Reject,
        Word::ClearStatus,
        Word::Reset,
        Word::Alive,
    ];

    /// Its letters and parameters, without ESC and CR.
    pub fn text(self) -> String {
        let fixed = match self {
            Word::Ribbon(ribbon) => return format!("Pr;{}", ribbon.name()),
            Word::Echo(nonce) => return format!("Echo;{nonce}"),
            Word::HostRecovers => "Pem;2",
            Word::ErrorMode => "Rem",
            Word::Hold(true) => "Psoe;D",
            Word::Hold(false) => "Psoe;E",
            Word::Serial => "Rsn",
            Word::Model => "Rtp",
            Word::Firmware => "Rfv",
            Word::RibbonSet => "Rr",
            Word::LastAnswer => "Rlr",
            Word::Position => "Rlr;p",
            Word::RejectBox => "Rlr;h",
            Word::Voltage(Sensor::Card) => "Rse;p",
            Word::Voltage(Sensor::Cover) => "Rse;o",
            Word::Voltage(Sensor::Feeder) => "Rse;f",
            Word::RibbonMark => "Rcr",
            Word::RibbonLeft => "Rrt;count",
            Word::Count(Counter::Cards) => "Rco;c",
            Word::Count(Counter::Panels) => "Rco;p",
            Word::Begin => "Ss",
            Word::ToContactless => "Sic",
            Word::ToPrintStart => "Si",
            Word::Front => "Sr",
            Word::Back => "Sv",
            Word::End => "Se",
            Word::Reject => "Ser",
            Word::ClearStatus => "Scs",
            Word::Reset => "Srs",
            Word::Alive => "Rok",
        };
        fixed.to_owned()
    }

    /// ESC, text and CR.
    pub fn emit(self) -> Bytes {
        let mut bytes = Vec::with_capacity(16);
        self.emit_into(&mut bytes);
        Bytes::from(bytes)
    }

    pub(crate) fn emit_into(self, bytes: &mut Vec<u8>) {
        bytes.push(ESC);
        bytes.extend_from_slice(self.text().as_bytes());
        bytes.push(CR);
    }

    /// Reads one text command from the front of `bytes`; also says how many bytes it took.
    pub fn parse(bytes: &[u8]) -> Result<(Word, usize), WireError> {
        match bytes.first() {
            None => return Err(WireError::Short),
            Some(&ESC) => {}
            Some(_) => return Err(WireError::Unknown),
        }
        let look = &bytes[1..bytes.len().min(HEADER_BYTES_MAX)];
        let Some(length) = look.iter().position(|byte| *byte == CR) else {
            return Err(if bytes.len() < HEADER_BYTES_MAX {
                WireError::Short
            } else {
                WireError::Unknown
            });
        };
        let text = std::str::from_utf8(&look[..length]).map_err(|_| WireError::Unknown)?;
        let word = Word::CATALOGUE
            .into_iter()
            .find(|word| word.text() == text)
            .or_else(|| {
                let nonce = text.strip_prefix("Echo;")?;
                let number = Nonce(u32::from_str_radix(nonce, 16).ok()?);
                (number.to_string() == nonce).then_some(Word::Echo(number))
            })
            .ok_or(WireError::Unknown)?;
        Ok((word, length + 2))
    }

    /// Whether it may move a card, lay dye or change what waits in memory: such a word is never said
    /// before the verdict.
    pub fn acts(self) -> bool {
        match self {
            Word::Begin
            | Word::ToContactless
            | Word::ToPrintStart
            | Word::Front
            | Word::Back
            | Word::End
            | Word::Reject
            | Word::ClearStatus
            | Word::Reset => true,
            Word::HostRecovers
            | Word::ErrorMode
            | Word::Hold(_)
            | Word::Ribbon(_)
            | Word::Serial
            | Word::Model
            | Word::Firmware
            | Word::RibbonSet
            | Word::LastAnswer
            | Word::Position
            | Word::RejectBox
            | Word::Voltage(_)
            | Word::RibbonMark
            | Word::RibbonLeft
            | Word::Count(_)
            | Word::Alive
            | Word::Echo(_) => false,
        }
    }
}

impl Word {
    /// Whether it is a question: its answer is text in every handshake \[inferred\].
    pub fn wants_text(self) -> bool {
        match self {
            Word::ErrorMode
            | Word::Serial
            | Word::Model
            | Word::Firmware
            | Word::RibbonSet
            | Word::LastAnswer
            | Word::Position
            | Word::RejectBox
            | Word::Voltage(_)
            | Word::RibbonMark
            | Word::RibbonLeft
            | Word::Count(_)
            | Word::Alive
            | Word::Echo(_) => true,
            Word::HostRecovers
            | Word::Hold(_)
            | Word::Ribbon(_)
            | Word::Begin
            | Word::ToContactless
            | Word::ToPrintStart
            | Word::Front
            | Word::Back
            | Word::End
            | Word::Reject
            | Word::ClearStatus
            | Word::Reset => false,
        }
    }
}

/// How the printer ends a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handshake {
    /// Text ended by NUL [code: Printer-EVOLIS].
    #[default]
    Replies,
    /// ACK, or NAK and a code, for commands; text for questions [doc; the second half inferred].
    AckNack,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Text without its NUL.
    Text(String),
    /// ACK.
    Ack,
    /// NAK with its code.
    Nak(u8),
}

/// Cuts what comes in into answers, wherever the stream is cut.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    handshake: Handshake,
    partial: Vec<u8>,
    nak: bool,
    whole: VecDeque<Reply>,
}

impl Replies {
    /// Nothing heard yet.
    pub fn new(handshake: Handshake) -> Replies {
        Replies {
            handshake,
            ..Replies::default()
        }
    }

    /// Takes bytes. A text longer than [`REPLY_BYTES_MAX`] is cut off there.
    pub fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take_byte(*byte);
        }
    }

    fn take_byte(&mut self, byte: u8) {
        if self.nak {
            self.nak = false;
            self.whole.push_back(Reply::Nak(byte));
            return;
        }
        if self.handshake == Handshake::AckNack && self.partial.is_empty() {
            match byte {
                ACK => return self.whole.push_back(Reply::Ack),
                NAK => {
                    self.nak = true;
                    return;
                }
                _ => {}
            }
        }
        if byte == NUL {
            self.end_partial();
        } else if self.partial.len() < REPLY_BYTES_MAX {
            self.partial.push(byte);
        }
    }

    /// The next whole answer.
    pub fn pop(&mut self) -> Option<Reply> {
        self.whole.pop_front()
    }

    /// Whether an answer has begun and not ended.
    pub fn is_partial(&self) -> bool {
        self.nak || !self.partial.is_empty()
    }

    /// Takes what is there as whole: a missing NUL must not hang [code: Printer-EVOLIS].
    pub fn end_partial(&mut self) {
        if std::mem::take(&mut self.nak) {
            self.whole.push_back(Reply::Nak(NUL));
        }
        let bytes = std::mem::take(&mut self.partial);
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim();
        if !text.is_empty() {
            self.whole.push_back(Reply::Text(text.to_owned()));
        }
    }

    /// Forgets everything: the link fell.
    pub fn clear(&mut self) {
        self.partial.clear();
        self.whole.clear();
        self.nak = false;
    }
}
