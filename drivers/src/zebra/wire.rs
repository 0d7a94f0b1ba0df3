//! The bytes of EPCL: text commands, the heads of downloads, and the answers' framing.
//!
//! Shape of a command: `ESC name [SP parameter]* CR`; numbers are decimal without leading zeros [doc: 980081-001;
//! code: PAUSMS]. Downloads are measured by their area and never searched for an end, since CR and ESC are ordinary
//! values of dye [code: PAUSMS].
//!
//! Shape of an answer: ACK; or NAK, two characters of code, EOT \[doc\]; a bare NAK when the input buffer is full
//! [doc; the bare form inferred]; or text ended by CR and ACK [text doc; end inferred]. What comes after a gap
//! counts as whole, so an end that is other than inferred costs time and nothing else.
//!
//! This module only parses and emits; no bytes make it panic.

use std::collections::VecDeque;

use bytes::Bytes;

use super::placeholder::Move;

/// Starts every command.
pub const ESC: u8 = 0x1B;
/// Ends every command.
pub const CR: u8 = 0x0D;
/// One of these directly after CR is ignored \[doc\].
pub const LF: u8 = 0x0A;
/// Separates linked commands, and stands before a data byte that would be mistaken \[doc\].
pub const BRACKET: u8 = 0x5B;
/// Carried out [doc; the value inferred from ASCII].
pub const ACK: u8 = 0x06;
/// Not carried out, or a status [doc; the value inferred from ASCII].
pub const NAK: u8 = 0x15;
/// Ends a coded NAK [doc; the value inferred from ASCII].
pub const EOT: u8 = 0x04;

/// Longest text of an answer that is kept. Unit: bytes. The cleaning counters take 52.
pub const TEXT_BYTES_MAX: usize = 256;
/// Longest text command that is looked at. Unit: bytes.
const COMMAND_BYTES_MAX: usize = 64;
/// What spoils half a text command before an end of line could complete it \[inferred\].
pub const SPOILER: [u8; 3] = [0x7A, 0x7A, CR];

/// Why bytes are no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end before the command does.
    #[error("the command is not complete")]
    Short,
    /// It is not spoken here, or spelt otherwise.
    #[error("not a command that is spoken here")]
    Unknown,
}

/// A dye's buffer \[doc\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dye {
    /// 0.
    Yellow,
    /// 1.
    Magenta,
    /// 2.
    Cyan,
    /// 3: a black of dye; this driver sets its levels and prints none.
    Black,
}

impl Dye {
    /// All of them, in the order of their numbers.
    pub const ALL: [Dye; 4] = [Dye::Yellow, Dye::Magenta, Dye::Cyan, Dye::Black];

    /// Its number in commands.
    pub fn number(self) -> u8 {
        match self {
            Dye::Yellow => 0,
            Dye::Magenta => 1,
            Dye::Cyan => 2,
            Dye::Black => 3,
        }
    }
}

/// One side's printing: the items of one `M 1` string \[doc\], one reply for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// `IS 0[IS 1[IS 2`.
    pub dyes: bool,
    /// `IV 31`: the clear panel over the whole card [code: PAUSMS; digits inferred].
    pub varnish: bool,
    /// `MO` at its end; left out, the card stays inside [code: PAUSMS].
    pub out: bool,
}

impl Print {
    /// All that there are.
    pub fn all() -> impl Iterator<Item = Print> {
        (0..8u8).map(|bits| Print {
            dyes: bits & 1 != 0,
            varnish: bits & 2 != 0,
            out: bits & 4 != 0,
        })
    }

    /// Panels it lays. The second black of a ribbon is one too.
    pub fn panels(self) -> u64 {
        1 + 3 * u64::from(self.dyes) + u64::from(self.varnish)
    }

    fn text(self) -> String {
        let mut text = String::from("M 1 ");
        if self.dyes {
            text.push_str("[IS 0[IS 1[IS 2");
        }
        // 10 = return to print-ready [code: qzind/tray]; needed where nothing follows that says where to go.
        text.push_str(if self.varnish || self.out {
            "[I"
        } else {
            "[I 10"
        });
        if self.varnish {
            text.push_str("[IV 31");
        }
        if self.out {
            text.push_str("[MO");
        }
        text
    }
}

/// Every text command that this driver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// `.`: clears the latched error \[doc\]; what else it does is \[unknown\].
    Clear,
    /// `E`: the last answer once more [doc: contents].
    LastAnswer,
    /// `%CLN`: head-down passes \[doc\].
    Passes,
    /// `&P`: a card in the magnetic encoder? \[doc\]
    InEncoder,
    /// `!X`: reports the other initiator \[doc\].
    Initiator,
    /// `+X`: the printer also takes this character for ESC \[doc\]. Always a graphic one here.
    SetInitiator(u8),
    /// `SXY 1`: meaning unknown, first command of every job [code: PAUSMS].
    Axis,
    /// `+RIB`: which ribbon is fitted \[code\].
    Ribbon(u8),
    /// `+$L`: contrast of a dye [code: PAUSMS; meaning inferred].
    Contrast(Dye, u8),
    /// `+$C`: intensity of a dye [code: PAUSMS; meaning inferred].
    Intensity(Dye, u8),
    /// `+C`: intensity of resin [code: qzind/tray comment].
    ResinIntensity(u8),
    /// `+CV`: intensity of varnish \[inferred\].
    VarnishIntensity(u8),
    /// `+RB 0 1`: rejects of both kinds go to the reject hopper [doc: P420].
    RouteRejects,
    /// `$F`: clears the colour buffers \[code\].
    ClearColours,
    /// `F`: clears the resin buffer \[doc\].
    ClearResin,
    /// `vF`: clears the varnish buffer \[doc\].
    ClearVarnish,
    /// `G 0 0 mode height width 1`: opens the whole card's area of resin [doc, code: PAUSMS].
    Area {
        /// Height is counted in dots either way: 12 packed, 10 plain.
        packed: bool,
        /// Dots of a line.
        height: usize,
        /// Lines.
        width: usize,
    },
    /// `M 1`: feeds where no card is inside, and prints one side.
    Print(Print),
    /// `MF`: flips the card [code: PAUSMS].
    Flip,
    /// `MO`: to the output [code: PAUSMS, qzind/tray].
    Eject,
    /// A move whose bytes are \[placeholder\].
    Placeholder(Move),
}

impl Word {
    /// Its letters and parameters, without ESC and CR.
    pub fn text(self) -> String {
        let fixed = match self {
            Word::Clear => ".",
            Word::LastAnswer => "E",
            Word::Passes => "%CLN",
            Word::InEncoder => "&P",
            Word::Initiator => "!X",
            Word::SetInitiator(with) => return format!("+X {}", char::from(with)),
            Word::Axis => "SXY 1",
            Word::Ribbon(number) => return format!("+RIB {number}"),
            Word::Contrast(dye, level) => return format!("+$L {} {level}", dye.number()),
            Word::Intensity(dye, level) => return format!("+$C {} {level}", dye.number()),
            Word::ResinIntensity(level) => return format!("+C {level}"),
            Word::VarnishIntensity(level) => return format!("+CV {level}"),
            Word::RouteRejects => "+RB 0 1",
            Word::ClearColours => "$F",
            Word::ClearResin => "F",
            Word::ClearVarnish => "vF",
            Word::Area {
                packed,
                height,
                width,
            } => {
                let mode = if packed { 12 } else { 10 };
                return format!("G 0 0 {mode} {height} {width} 1");
            }
            Word::Print(print) => return print.text(),
            Word::Flip => "MF",
            Word::Eject => "MO",
            Word::Placeholder(to) => to.text(),
        };
        fixed.to_owned()
    }

    /// ESC, text and CR.
    pub fn emit(self) -> Bytes {
        let mut bytes = Vec::with_capacity(COMMAND_BYTES_MAX);
        bytes.push(ESC);
        bytes.extend_from_slice(self.text().as_bytes());
        bytes.push(CR);
        Bytes::from(bytes)
    }

    /// Reads one text command from the front of `bytes`; also says how many bytes it took.
    pub fn parse(bytes: &[u8]) -> Result<(Word, usize), WireError> {
        match bytes.first() {
            None => return Err(WireError::Short),
            Some(&ESC) => {}
            Some(_) => return Err(WireError::Unknown),
        }
        let look = &bytes[1..bytes.len().min(COMMAND_BYTES_MAX)];
        let Some(length) = look.iter().position(|byte| *byte == CR) else {
            return Err(if bytes.len() < COMMAND_BYTES_MAX {
                WireError::Short
            } else {
                WireError::Unknown
            });
        };
        let text = std::str::from_utf8(&look[..length]).map_err(|_| WireError::Unknown)?;
        // A number that would be written otherwise is not one of ours.
        let word = read(text)
            .filter(|word| word.text() == text)
            .ok_or(WireError::Unknown)?;
        Ok((word, length + 2))
    }

    /// Whether it may feed, move a card, lay dye, or erase what a verdict needs: never said before one.
    pub fn acts(self) -> bool {
        match self {
            Word::Clear | Word::Print(_) | Word::Flip | Word::Eject | Word::Placeholder(_) => true,
            Word::LastAnswer
            | Word::Passes
            | Word::InEncoder
            | Word::Initiator
            | Word::SetInitiator(_)
            | Word::Axis
            | Word::Ribbon(_)
            | Word::Contrast(..)
            | Word::Intensity(..)
            | Word::ResinIntensity(_)
            | Word::VarnishIntensity(_)
            | Word::RouteRejects
            | Word::ClearColours
            | Word::ClearResin
            | Word::ClearVarnish
            | Word::Area { .. } => false,
        }
    }

    /// Whether it only asks.
    pub fn asks(self) -> bool {
        match self {
            Word::LastAnswer | Word::Passes | Word::InEncoder | Word::Initiator => true,
            Word::Clear
            | Word::Print(_)
            | Word::Flip
            | Word::Eject
            | Word::Placeholder(_)
            | Word::SetInitiator(_)
            | Word::Axis
            | Word::Ribbon(_)
            | Word::Contrast(..)
            | Word::Intensity(..)
            | Word::ResinIntensity(_)
            | Word::VarnishIntensity(_)
            | Word::RouteRejects
            | Word::ClearColours
            | Word::ClearResin
            | Word::ClearVarnish
            | Word::Area { .. } => false,
        }
    }
}

fn read(text: &str) -> Option<Word> {
    let plain = [
        Word::Clear,
        Word::LastAnswer,
        Word::Passes,
        Word::InEncoder,
        Word::Initiator,
        Word::Axis,
        Word::RouteRejects,
        Word::ClearColours,
        Word::ClearResin,
        Word::ClearVarnish,
        Word::Flip,
        Word::Eject,
    ];
    if let Some(word) = plain.into_iter().find(|word| word.text() == text) {
        return Some(word);
    }
    if let Some(to) = Move::ALL.into_iter().find(|to| to.text() == text) {
        return Some(Word::Placeholder(to));
    }
    if let Some(print) = Print::all().find(|print| print.text() == text) {
        return Some(Word::Print(print));
    }
    let (name, rest) = text.split_once(' ')?;
    let mut fields = rest.split(' ');
    let dye = |number: &str| Dye::ALL.get(number.parse::<usize>().ok()?).copied();
    match name {
        "+X" => match rest.as_bytes() {
            [with] if with.is_ascii_graphic() => Some(Word::SetInitiator(*with)),
            _ => None,
        },
        "+RIB" => Some(Word::Ribbon(rest.parse().ok()?)),
        "+C" => Some(Word::ResinIntensity(rest.parse().ok()?)),
        "+CV" => Some(Word::VarnishIntensity(rest.parse().ok()?)),
        "+$L" => Some(Word::Contrast(
            dye(fields.next()?)?,
            fields.next()?.parse().ok()?,
        )),
        "+$C" => Some(Word::Intensity(
            dye(fields.next()?)?,
            fields.next()?.parse().ok()?,
        )),
        "G" => {
            let mut fields = fields.skip(2);
            Some(Word::Area {
                packed: fields.next()? == "12",
                height: fields.next()?.parse().ok()?,
                width: fields.next()?.parse().ok()?,
            })
        }
        _ => None,
    }
}

/// What stands before a dye's data: `GS buffer mode 0 0 lines height` and one space \[doc\]. 30 is packed, 32 plain.
pub fn colour_head(dye: Dye, packed: bool, lines: usize, height: usize, into: &mut Vec<u8>) {
    let mode = if packed { 30 } else { 32 };
    into.push(ESC);
    let head = format!("GS {} {mode} 0 0 {lines} {height} ", dye.number());
    into.extend_from_slice(head.as_bytes());
}

/// What stands before the data of an open area of resin: `Z`, and no space after it [code: PAUSMS].
pub const RESIN_HEAD: [u8; 2] = [ESC, b'Z'];

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// ACK.
    Ack,
    /// NAK with its code; -1 is a code too.
    Nak(i8),
    /// NAK alone: the input buffer is full.
    Full,
    /// Text without its end.
    Text(String),
    /// A NAK whose code is none.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Reading {
    #[default]
    Nothing,
    Text,
    /// Its CR has come; an ACK belongs to it.
    TextEnded,
    Nak,
}

/// Cuts what comes in into answers, wherever the stream is cut.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    reading: Reading,
    partial: Vec<u8>,
    whole: VecDeque<Reply>,
}

impl Replies {
    /// Takes bytes. A text longer than [`TEXT_BYTES_MAX`] is cut off there.
    pub fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.take_byte(*byte);
        }
    }

    fn take_byte(&mut self, byte: u8) {
        match self.reading {
            Reading::Nothing => self.begin(byte),
            Reading::Text => match byte {
                ACK => self.end_partial(),
                NAK => {
                    self.end_partial();
                    self.begin(byte);
                }
                CR => self.reading = Reading::TextEnded,
                _ if self.partial.len() < TEXT_BYTES_MAX => self.partial.push(byte),
                _ => {}
            },
            Reading::TextEnded => match byte {
                LF => {}
                ACK => self.end_partial(),
                _ => {
                    self.end_partial();
                    self.begin(byte);
                }
            },
            Reading::Nak => match byte {
                EOT => self.end_partial_nak(true),
                b'0'..=b'9' | b'-' if self.partial.len() < 2 => self.partial.push(byte),
                _ => {
                    self.end_partial_nak(false);
                    self.begin(byte);
                }
            },
        }
    }

    fn begin(&mut self, byte: u8) {
        match byte {
            ACK => self.whole.push_back(Reply::Ack),
            NAK => self.reading = Reading::Nak,
            CR | LF => {}
            _ => {
                self.reading = Reading::Text;
                self.partial.push(byte);
            }
        }
    }

    fn end_partial_nak(&mut self, ended: bool) {
        self.reading = Reading::Nothing;
        let code = std::mem::take(&mut self.partial);
        self.whole.push_back(match code.as_slice() {
            [] if !ended => Reply::Full,
            b"-1" if ended => Reply::Nak(-1),
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] if ended => {
                let code = (tens - b'0') * 10 + (ones - b'0');
                Reply::Nak(i8::try_from(code).expect("two digits are at most 99"))
            }
            _ => Reply::Broken,
        });
    }

    /// The next whole answer.
    pub fn pop(&mut self) -> Option<Reply> {
        self.whole.pop_front()
    }

    /// Whether an answer has begun and not ended.
    pub fn is_partial(&self) -> bool {
        self.reading != Reading::Nothing
    }

    /// Takes what is there as whole.
    pub fn end_partial(&mut self) {
        match self.reading {
            Reading::Nothing => {}
            Reading::Nak => self.end_partial_nak(false),
            Reading::Text | Reading::TextEnded => {
                self.reading = Reading::Nothing;
                let bytes = std::mem::take(&mut self.partial);
                let text = String::from_utf8_lossy(&bytes);
                self.whole.push_back(Reply::Text(text.trim().to_owned()));
            }
        }
    }

    /// Forgets everything: the link fell.
    pub fn clear(&mut self) {
        *self = Replies::default();
    }
}
