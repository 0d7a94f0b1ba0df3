//! The command stream, byte by byte.
//!
//! - A command is ESC (or the second initiator), a name, parameters after single spaces, CR \[doc\]. Bytes outside a
//!   command are skipped \[inferred\]; one LF after a CR is among them \[doc\].
//! - `GS`, `PS`, `Z` and `vZ` carry raw bytes, ended only by counting unpacked bytes against the declared area; then CR
//!   is expected [inferred, forced by code: PAUSMS]. Fewer bytes: it waits. Brackets mean nothing in them.
//! - `O` and `vO` end at a CR that no bracket precedes \[doc\].
//! - A download that is refused by its head is still counted, where its head tells how \[inferred\]; else it is
//!   skipped up to a CR, and what follows is read as if it were commands.
//! - ESC inside a text command starts anew, or is one more letter \[unknown\]: a switch.

use crate::mechanism::Geometry;

use super::codes::Code;
use super::commands::{self, Params};
use super::switches::NumberReading;
use super::unpack::{Packing, Unpack};

/// Longest text command \[inferred\].
const TEXT_BYTES_MAX: usize = 1024;
/// Longest line of `O`, brackets taken away.
const LINE_BYTES_MAX: usize = 1024;
/// A refused area larger than this is not counted but skipped.
const COUNTED_DOTS_MAX: usize = 1 << 24;
/// Colour buffers.
const COLOUR_BUFFERS: usize = 4;
/// `GS` and `PS` mode: one byte a dot.
const MODE_PLAIN: u32 = 32;
/// `GS` and `PS` mode: packed.
const MODE_PACKED: u32 = 30;

const ESC: u8 = 0x1B;
const CR: u8 = 0x0D;
const BRACKET: u8 = b'[';

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parsed {
    /// A known name and what follows it.
    Text { name: &'static str, rest: Vec<u8> },
    /// A colour area's dots, 0 to 31, line by line.
    Colour { area: Area, dots: Vec<u8> },
    /// All lines of the open mono area.
    Lines(Vec<u8>),
    /// One line of the open mono area, as it was sent.
    Line { varnish: bool, data: Vec<u8> },
    /// It cannot be carried out.
    Refused(Code),
}

/// Where a colour download belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) buffer: usize,
    pub(super) x: usize,
    pub(super) y: usize,
    /// Lines.
    pub(super) width: usize,
    /// Dots of a line.
    pub(super) height: usize,
}

/// The open mono area, as far as reading needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenArea {
    pub(super) varnish: bool,
    /// Bytes of all its lines.
    pub(super) bytes: usize,
    pub(super) packed: bool,
    pub(super) checksum: bool,
}

/// What reading depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) memory: Geometry,
    pub(super) card: Geometry,
    pub(super) number: NumberReading,
    pub(super) escape_restarts: bool,
    pub(super) initiator: Option<u8>,
    pub(super) open_area: Option<OpenArea>,
}

#[derive(Debug)]
enum State {
    /// Between commands.
    Idle,
    Text(Vec<u8>),
    /// Up to a CR nothing counts.
    Skip(Code),
    Line {
        varnish: bool,
        data: Vec<u8>,
        /// A bracket stands before the next byte.
        bracket: bool,
    },
    Picture(Box<Picture>),
    /// The picture is whole; its CR has not come.
    Ended(Box<Picture>),
}

#[derive(Debug)]
struct Picture {
    /// `None`: mono.
    area: Option<Area>,
    unpack: Unpack,
}

#[derive(Debug)]
pub(super) struct Parser {
    state: State,
}

impl Parser {
    pub(super) fn new() -> Parser {
        Parser { state: State::Idle }
    }

    /// A download's bytes are still to come.
    pub(super) fn in_download(&self) -> bool {
        match self.state {
            State::Picture(_) | State::Ended(_) | State::Skip(_) | State::Line { .. } => true,
            State::Idle | State::Text(_) => false,
        }
    }

    /// Forgets a download that has not come to its end. Returns whether there was one.
    pub(super) fn drop_download(&mut self) -> bool {
        let there = self.in_download();
        if there {
            self.state = State::Idle;
        }
        there
    }

    /// Reads up to the end of one command. Returns how many bytes were read.
    pub(super) fn take(&mut self, input: &[u8], rules: &Rules) -> (usize, Option<Parsed>) {
        let mut read = 0;
        while read < input.len() {
            if let State::Picture(picture) = &mut self.state {
                let unpack = &mut picture.unpack;
                for byte in &input[read..] {
                    unpack.push(*byte);
                    read += 1;
                    if unpack.full() {
                        break;
                    }
                }
                if unpack.full() {
                    let ended = std::mem::replace(&mut self.state, State::Idle);
                    if let State::Picture(picture) = ended {
                        self.state = State::Ended(picture);
                    }
                }
                continue;
            }
            let parsed = self.byte(input[read], rules);
            read += 1;
            if parsed.is_some() {
                return (read, parsed);
            }
        }
        (read, None)
    }

    fn byte(&mut self, byte: u8, rules: &Rules) -> Option<Parsed> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {
                if byte == ESC || rules.initiator == Some(byte) {
                    self.state = State::Text(Vec::new());
                }
                None
            }
            State::Text(text) if byte == CR => (!text.is_empty()).then(|| named(text)),
            State::Text(_) if byte == ESC && rules.escape_restarts => {
                self.state = State::Text(Vec::new());
                None
            }
            State::Text(mut text) => {
                text.push(byte);
                self.state = after_letter(text, rules);
                None
            }
            State::Skip(code) if byte == CR => Some(Parsed::Refused(code)),
            State::Skip(code) => {
                self.state = State::Skip(code);
                None
            }
            State::Line {
                varnish,
                data,
                bracket,
            } => self.line_byte(varnish, data, bracket, byte, rules),
            State::Ended(picture) if byte == CR => Some(picture.parsed()),
            State::Ended(picture) => {
                // More bytes than declared.
                let code = picture.unpack.finish().err();
                self.state = State::Skip(code.unwrap_or(Code::GRAPHIC_DATA));
                None
            }
            State::Picture(picture) => {
                self.state = State::Picture(picture);
                None
            }
        }
    }

    fn line_byte(
        &mut self,
        varnish: bool,
        mut data: Vec<u8>,
        bracket: bool,
        byte: u8,
        rules: &Rules,
    ) -> Option<Parsed> {
        if !bracket && byte == CR {
            return Some(Parsed::Line { varnish, data });
        }
        if !bracket && byte == ESC && rules.escape_restarts {
            self.state = State::Text(Vec::new());
            return None;
        }
        let begins_literal = !bracket && byte == BRACKET;
        if !begins_literal {
            data.push(byte);
        }
        self.state = if data.len() > LINE_BYTES_MAX {
            State::Skip(Code::GRAPHIC_DATA)
        } else {
            State::Line {
                varnish,
                data,
                bracket: begins_literal,
            }
        };
        None
    }
}

impl Picture {
    fn parsed(self) -> Parsed {
        match (self.unpack.finish(), self.area) {
            (Ok(dots), Some(area)) => Parsed::Colour { area, dots },
            (Ok(lines), None) => Parsed::Lines(lines),
            (Err(code), _) => Parsed::Refused(code),
        }
    }
}

fn named(text: Vec<u8>) -> Parsed {
    match commands::split(&text) {
        // The head of a counted download that ends at a CR.
        Some(("GS" | "PS", _)) => Parsed::Refused(Code::PARAMETER),
        Some((name, rest)) => Parsed::Text {
            name,
            rest: rest.to_vec(),
        },
        None => Parsed::Refused(Code::UNKNOWN),
    }
}

/// What a text has become with its last letter: a longer text, or the head of a download.
fn after_letter(text: Vec<u8>, rules: &Rules) -> State {
    let spaces = || text.iter().filter(|byte| **byte == b' ').count();
    match text.as_slice() {
        b"Z" => lines(false, rules),
        b"vZ" => lines(true, rules),
        b"O" => line(false),
        b"vO" => line(true),
        [b'G', b'S', b' ', .., b' '] if spaces() == 7 => {
            colour(Params::new(&text[3..text.len() - 1], rules.number), rules)
        }
        [b'P', b'S', b' ', .., b' '] if spaces() == 3 => {
            plane(Params::new(&text[3..text.len() - 1], rules.number), rules)
        }
        _ if text.len() > TEXT_BYTES_MAX => State::Skip(Code::PARAMETER),
        _ => State::Text(text),
    }
}

fn line(varnish: bool) -> State {
    State::Line {
        varnish,
        data: Vec::new(),
        bracket: false,
    }
}

fn lines(varnish: bool, rules: &Rules) -> State {
    let Some(open) = rules.open_area.filter(|open| open.varnish == varnish) else {
        return State::Skip(Code::IMAGE_INIT);
    };
    let packing = if open.packed {
        Packing::PackedBytes
    } else {
        Packing::Bytes
    };
    State::Picture(Box::new(Picture {
        area: None,
        unpack: Unpack::new(packing, open.bytes, open.checksum, None),
    }))
}

fn colour(mut params: Params, rules: &Rules) -> State {
    match params.numbers::<6>() {
        Ok([buffer, mode, x, y, width, height]) => picture(
            mode,
            Area {
                buffer: buffer as usize,
                x: x as usize,
                y: y as usize,
                width: width as usize,
                height: height as usize,
            },
            rules,
        ),
        Err(code) => State::Skip(code),
    }
}

fn plane(mut params: Params, rules: &Rules) -> State {
    match params.numbers::<2>() {
        Ok([buffer, mode]) => picture(
            mode,
            Area {
                buffer: buffer as usize,
                x: 0,
                y: 0,
                width: rules.card.lines,
                height: rules.card.columns,
            },
            rules,
        ),
        Err(code) => State::Skip(code),
    }
}

fn picture(mode: u32, area: Area, rules: &Rules) -> State {
    let packing = match mode {
        MODE_PLAIN => Packing::Dots,
        MODE_PACKED => Packing::PackedDots,
        _ => return State::Skip(Code::PARAMETER),
    };
    let dots = area.width.saturating_mul(area.height);
    let fault = if area.buffer >= COLOUR_BUFFERS || dots == 0 {
        Some(Code::PARAMETER)
    } else if area.x + area.width > rules.memory.lines {
        Some(Code::TOO_WIDE)
    } else if area.y + area.height > rules.memory.columns {
        Some(Code::TOO_HIGH)
    } else {
        None
    };
    match fault {
        Some(code) if dots == 0 || dots > COUNTED_DOTS_MAX => State::Skip(code),
        Some(_) | None => State::Picture(Box::new(Picture {
            area: Some(area),
            unpack: Unpack::new(packing, dots, false, fault),
        })),
    }
}

#[cfg(test)]
mod tests;
