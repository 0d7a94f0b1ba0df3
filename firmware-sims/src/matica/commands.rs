//! Mechanism commands (`F0000100`) as what they ask for, and the table of everything on the wire.

use crate::mechanism::{Panel, Station};

use super::sense::Sense;

/// A flag of load and move: turn the card over.
const FLIP: u8 = 0x10;
/// A flag of load and move: a fresh film panel.
const FILM_INITIALISE: u8 = 0x80;
/// Flags of a print: the mark on the UV panel, upper right or lower left; the second buffer.
const MARKS: u8 = 0x03;
const SECOND_BUFFER: u8 = 0x20;
/// Highest position.
const POSITION_MAX: u8 = 5;
/// Positions after a transfer.
const TO_PRINT: u8 = 0;
pub(super) const TO_OUTPUT: u8 = 5;
/// Longest track the printer takes, in characters \[code: the public driver's own limits\].
const TRACK_CHARACTERS_MAX: [usize; 3] = [76, 37, 104];

/// A bit of a print mask or of a plane's word, and its panel \[capture\].
pub(super) const PANEL_BITS: [(u8, Panel); 6] = [
    (0x01, Panel::Y),
    (0x02, Panel::M),
    (0x04, Panel::C),
    (0x08, Panel::K),
    (0x40, Panel::U),
    (0x20, Panel::O),
];

/// Where a load or a move goes to, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) flip: bool,
    pub(super) wind: bool,
    pub(super) to: u8,
}

/// One track to be written: 1 to 3, and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Track {
    pub(super) number: u8,
    pub(super) data: Vec<u8>,
}

impl Track {
    /// A track with characters that it can hold.
    pub(super) fn checked(number: u8, bits: u8, data: &[u8]) -> Result<Track, Sense> {
        let (right, highest) = match number {
            1 => (6, 0x3F),
            2 | 3 => (4, 0x0F),
            _ => return Err(Sense::TRACK_DATA),
        };
        let longest = TRACK_CHARACTERS_MAX[usize::from(number) - 1];
        if bits != right || data.len() > longest || data.iter().any(|byte| *byte > highest) {
            return Err(Sense::TRACK_DATA);
        }
        Ok(Track {
            number,
            data: data.to_vec(),
        })
    }
}

/// What a command asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    TestReady,
    Position,
    Initialise,
    Load(Way),
    Move(Way),
    Print { buffer: usize, panels: Vec<Panel> },
    Transfer { turn: bool, eject: bool },
    ReadTracks([u8; 3]),
    WriteTracks(Vec<Track>),
    Engage(Station),
    Release(Station),
}

/// Reads a command's payload. Errors: its sense code.
pub(super) fn decode(payload: &[u8]) -> Result<Order, Sense> {
    let &[code, length, ref rest @ ..] = payload else {
        return Err(Sense::LIST_LENGTH);
    };
    let length = usize::from(length);
    if rest.len() < length || payload.len() != (length + 2).div_ceil(4) * 4 {
        return Err(Sense::LIST_LENGTH);
    }
    let arguments = &rest[..length];
    match code {
        0x01..=0x03 => match (code, arguments) {
            (0x01, [0, 0]) => Ok(Order::TestReady),
            (0x02, [0, 0]) => Ok(Order::Position),
            (0x03, [0, 0]) => Ok(Order::Initialise),
            (_, [_, _]) => Err(Sense::FIELD_IN_BLOCK),
            _ => Err(Sense::LIST_LENGTH),
        },
        0x04 | 0x05 => {
            let &[flags, to] = arguments else {
                return Err(Sense::LIST_LENGTH);
            };
            let way = way(flags, to)?;
            Ok(match code {
                0x04 => Order::Load(way),
                _ => Order::Move(way),
            })
        }
        0x06 => {
            let &[flags, mask] = arguments else {
                return Err(Sense::LIST_LENGTH);
            };
            if flags & !(MARKS | SECOND_BUFFER) != 0 {
                return Err(Sense::FIELD_IN_BLOCK);
            }
            let buffer = usize::from(flags & SECOND_BUFFER != 0);
            Ok(Order::Print {
                buffer,
                panels: panels(mask)?,
            })
        }
        0x07 => transfer(arguments),
        0x08 => match arguments {
            &[0, first, second, third, 0, 0] => Ok(Order::ReadTracks([first, second, third])),
            [_, _, _, _, _, _] => Err(Sense::FIELD_IN_BLOCK),
            _ => Err(Sense::LIST_LENGTH),
        },
        0x09 => tracks(arguments).map(Order::WriteTracks),
        0x0A => match arguments {
            [0x00, 0] => Ok(Order::Engage(Station::Contact)),
            [0x40, 0] => Ok(Order::Release(Station::Contact)),
            [0x10, 0] => Ok(Order::Engage(Station::Contactless)),
            [0x50, 0] => Ok(Order::Release(Station::Contactless)),
            [_, _] => Err(Sense::FIELD_IN_BLOCK),
            _ => Err(Sense::LIST_LENGTH),
        },
        _ => Err(Sense::OPCODE),
    }
}

fn way(flags: u8, to: u8) -> Result<Way, Sense> {
    if flags & !(FLIP | FILM_INITIALISE) != 0 {
        return Err(Sense::FIELD_IN_BLOCK);
    }
    if to > POSITION_MAX {
        return Err(Sense::FIELD_IN_DATA);
    }
    Ok(Way {
        flip: flags & FLIP != 0,
        wind: flags & FILM_INITIALISE != 0,
        to,
    })
}

/// The panels of a mask, in the order in which they are printed.
fn panels(mask: u8) -> Result<Vec<Panel>, Sense> {
    let known = PANEL_BITS.iter().fold(0, |all, (bit, _)| all | bit);
    if mask & !known != 0 {
        return Err(Sense::COLOUR);
    }
    let wanted = PANEL_BITS.iter().filter(|(bit, _)| mask & bit != 0);
    Ok(wanted.map(|(_, panel)| *panel).collect())
}

fn transfer(arguments: &[u8]) -> Result<Order, Sense> {
    let (flags, to) = match arguments {
        &[flags, to] | &[flags, to, 0, 0, 0, 0] => (flags, to),
        [_, _, _, _, _, _] => return Err(Sense::FIELD_IN_BLOCK),
        _ => return Err(Sense::LIST_LENGTH),
    };
    if flags & !FLIP != 0 {
        return Err(Sense::FIELD_IN_BLOCK);
    }
    match to {
        TO_PRINT | TO_OUTPUT => Ok(Order::Transfer {
            turn: flags & FLIP != 0,
            eject: to == TO_OUTPUT,
        }),
        _ => Err(Sense::FIELD_IN_DATA),
    }
}

/// `00`, a count, and so many entries `TB length data`.
fn tracks(arguments: &[u8]) -> Result<Vec<Track>, Sense> {
    let &[0, count, ref entries @ ..] = arguments else {
        return Err(Sense::FIELD_IN_BLOCK);
    };
    let mut rest = entries;
    let mut tracks = Vec::new();
    for _ in 0..count {
        let &[kind, length, ref data @ ..] = rest else {
            return Err(Sense::TRACK_DATA);
        };
        let length = usize::from(length);
        let Some(data) = data.get(..length) else {
            return Err(Sense::TRACK_DATA);
        };
        rest = &rest[2 + length..];
        tracks.push(Track::checked(kind >> 4, kind & 0x0F, data)?);
    }
    if tracks.is_empty() || !rest.is_empty() {
        return Err(Sense::TRACK_DATA);
    }
    Ok(tracks)
}

/// Everything on the wire: its bytes, what it does here, the source tag.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "F3000200",
        "greeting, sent by the printer when a connection begins",
        "capture",
    ),
    (
        "F2000300",
        "job start with date, owner and title; opens the connection for motions; answered F3000400",
        "capture",
    ),
    (
        "F0000100 01",
        "test ready: done, or what is in the way",
        "capture",
    ),
    (
        "F0000100 02",
        "read position: answered in every state, once its turn has come",
        "capture",
    ),
    (
        "F0000100 03",
        "initialise: buffers are cleared, latched faults too; what a card does is a switch",
        "capture",
    ),
    (
        "F0000100 04",
        "load a card from the hopper, flipped, with a fresh film panel",
        "capture",
    ),
    (
        "F0000100 05",
        "move the card inside; position 4 is the reject box",
        "capture",
    ),
    (
        "F0000100 06",
        "print planes of a buffer onto the film panel",
        "capture",
    ),
    (
        "F0000100 07",
        "fuse the film panel to the card, then turn, stay or eject; short and long form",
        "capture, code",
    ),
    ("F0000100 08", "read magnetic tracks", "code"),
    ("F0000100 09", "write magnetic tracks", "code"),
    ("F0000100 0A", "engage or release a chip station", "capture"),
    ("F0000100 0B", "unknown: refused with 052000", "unknown"),
    (
        "F0000200",
        "load one plane into the buffer that byte 1 of the plane word names",
        "capture; buffer unknown",
    ),
    ("F0000400 (UDP)", "read stored settings by tag", "capture"),
    ("F0000500 (UDP)", "read capabilities by tag", "capture"),
    (
        "F0000600 (UDP)",
        "read status, supplies and counters by tag",
        "capture",
    ),
    (
        "F0000800 (UDP)",
        "change settings; over TCP it is answered and changes nothing",
        "capture; answer inferred",
    ),
    (
        "F0000A00 (UDP)",
        "read working settings by tag",
        "code; answer inferred",
    ),
    ("USB 00", "TEST UNIT READY", "capture"),
    ("USB 01", "REZERO, as command 03", "capture"),
    ("USB 03", "REQUEST SENSE, 20 bytes", "capture"),
    ("USB 12", "INQUIRY, 96 bytes", "code"),
    (
        "USB 15",
        "MODE SELECT of pages 28, 2A, 2D; page 28 changes settings",
        "capture",
    ),
    (
        "USB 1A",
        "MODE SENSE of pages 28, 23, 2A, stored or working",
        "capture",
    ),
    (
        "USB 1D",
        "SEND DIAGNOSTIC: answered, nothing is printed",
        "capture; inferred",
    ),
    (
        "USB 2A",
        "WRITE one plane, numbered K 0, C 1, M 2, Y 3, UV 4, PO 5",
        "capture",
    ),
    (
        "USB 2C 2E",
        "read ISO tracks, answered as entries; JIS is not fitted",
        "capture; inferred",
    ),
    (
        "USB 2D 2F",
        "write ISO tracks; JIS is not fitted",
        "capture; inferred",
    ),
    ("USB 31 01", "LOAD CARD, as command 04", "capture"),
    ("USB 31 08", "PRINT, as command 06", "capture"),
    ("USB 31 09", "TRANSFER + EJECT, as 07 00 05", "capture"),
    ("USB 31 0A", "TRANSFER + TURN, as 07 10 00", "capture"),
    ("USB 31 0B", "MOVE CARD, as command 05", "capture"),
    (
        "USB 31 0C",
        "SECURITY PRINT: as a print of K",
        "capture; inferred",
    ),
    ("USB 31 0D", "TRANSFER + RETURN, as 07 00 00", "capture"),
    ("USB 32", "IC CONTROL, as command 0A", "capture"),
    ("USB 34", "READ POSITION, 8 bytes", "capture"),
    (
        "USB 3B 02 60",
        "WRITE BUFFER: job info, begins a job",
        "capture",
    ),
    ("USB 3B 02 52", "WRITE BUFFER: cleaning limit, kept", "code"),
    ("USB 3C 02 70", "READ BUFFER: MAC address", "capture"),
    ("USB 3C 02 52", "READ BUFFER: cleaning limit", "code"),
    ("USB 3C 02 55", "READ BUFFER: sensors", "code"),
    ("USB 3C 02 57", "READ BUFFER: condition", "code"),
    (
        "USB 3C 02 58",
        "READ BUFFER: error status, byte 1 the door",
        "code",
    ),
    ("USB 3C 02 90", "READ BUFFER: error log", "code"),
    (
        "USB 3C 02 E0",
        "READ BUFFER: camera code, arcade variant only: refused",
        "code",
    ),
    ("USB 4D 78", "LOG SENSE: counters", "capture"),
    (
        "USB 4D 79",
        "LOG SENSE: roller times and current state",
        "capture",
    ),
];
