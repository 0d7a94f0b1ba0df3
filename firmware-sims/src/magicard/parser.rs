//! The byte stream, taken apart as it comes: filler, requests, headers, planes. Cut anywhere it is the same.

use crate::mechanism::Panel;

use super::header::{Header, ink};
use super::raster::{HeadLayout, ROWS_MAX};

/// A header begins.
const SOH: u8 = 0x01;
/// A header, and a plane, ends.
const FS: u8 = 0x1C;
/// A page or a request ends.
const ETX: u8 = 0x03;
/// Bytes of the longest header that is read.
const HEADER_BYTES_MAX: usize = 8192;
/// Bytes of a firmware image that are passed over.
const IMAGE_BYTES_MAX: usize = 1 << 26;

/// What the stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A header without planes, with its end: a request, or a job that only encodes.
    Text(Header),
    /// The header of a page whose planes follow.
    PageBegins(Header),
    /// One plane of the page, wholly.
    Plane(Panel, Vec<u8>),
    /// The page is over.
    PageEnds,
    /// The page cannot be understood; what follows is looked through for a new beginning.
    Broken(&'static str),
}

#[derive(Debug)]
enum State {
    Idle,
    Header(Vec<u8>),
    /// Behind the FS of a header without planes.
    Text(Box<Header>),
    /// Bytes of a firmware image that nobody keeps.
    Image(usize),
    Plane(Vec<u8>),
    /// Behind a whole plane, of whose trailer so many bytes have come.
    Trailer {
        bytes: Vec<u8>,
        seen: u8,
    },
    /// Behind the last trailer.
    End,
}

/// Takes a stream apart.
#[derive(Debug)]
pub(crate) struct Parser {
    state: State,
    /// How the printer's own head lies in the bytes.
    layout: HeadLayout,
    /// The planes of the page that are still to come; the first one is coming.
    planes: Vec<(Panel, usize)>,
    /// After a pause inside a page the next ETX ends it.
    any_etx: bool,
    paused: bool,
}

impl Parser {
    pub(crate) fn new(layout: HeadLayout, any_etx: bool) -> Parser {
        Parser {
            state: State::Idle,
            layout,
            planes: Vec::new(),
            any_etx,
            paused: false,
        }
    }

    /// A page has begun and not ended.
    pub(crate) fn in_page(&self) -> bool {
        match self.state {
            State::Plane(_) | State::Trailer { .. } | State::End => true,
            State::Idle | State::Header(_) | State::Text(_) | State::Image(_) => false,
        }
    }

    /// The host has said nothing for a while.
    pub(crate) fn pause(&mut self) {
        self.paused = self.in_page();
    }

    /// Forgets the page that is coming in.
    pub(crate) fn drop_page(&mut self) {
        self.state = State::Idle;
        self.planes.clear();
        self.paused = false;
    }

    /// Ends the page that is coming in where it is: what has come of its plane, the rest blank.
    pub(crate) fn cut_short(&mut self) -> Option<(Panel, Vec<u8>)> {
        let state = std::mem::replace(&mut self.state, State::Idle);
        let coming = self.planes.first().copied();
        self.drop_page();
        match (state, coming) {
            (State::Plane(mut bytes) | State::Trailer { mut bytes, .. }, Some((panel, size)))
                if !bytes.is_empty() =>
            {
                bytes.resize(size, 0);
                Some((panel, bytes))
            }
            (
                State::Idle
                | State::Header(_)
                | State::Text(_)
                | State::Image(_)
                | State::Plane(_)
                | State::Trailer { .. }
                | State::End,
                _,
            ) => None,
        }
    }

    /// Reads up to the next event. Returns how many bytes it took.
    pub(crate) fn take(&mut self, input: &[u8]) -> (usize, Option<Event>) {
        let mut read = 0;
        while read < input.len() {
            let (taken, event) = self.step(&input[read..]);
            read += taken;
            if event.is_some() {
                return (read, event);
            }
        }
        (read, None)
    }

    fn step(&mut self, input: &[u8]) -> (usize, Option<Event>) {
        let byte = input[0];
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {
                if byte == SOH {
                    self.state = State::Header(Vec::new());
                }
                (1, None)
            }
            State::Header(text) => self.header(text, byte),
            State::Text(header) => match byte {
                ETX => (1, Some(Event::Text(*header))),
                // Not what ends a request: read it as a new beginning.
                _ => (0, None),
            },
            State::Image(left) => {
                let taken = left.min(input.len());
                if taken < left {
                    self.state = State::Image(left - taken);
                }
                (taken, None)
            }
            State::Plane(bytes) => self.plane(bytes, input),
            State::Trailer { bytes, seen } => self.trailer(bytes, seen, byte),
            State::End => {
                self.planes.clear();
                self.paused = false;
                match byte {
                    ETX => (1, Some(Event::PageEnds)),
                    _ => (0, Some(Event::Broken("no end behind the last plane"))),
                }
            }
        }
    }

    fn header(&mut self, mut text: Vec<u8>, byte: u8) -> (usize, Option<Event>) {
        let begins = text.is_empty();
        match byte {
            FS => return (1, self.header_ends(&text)),
            // The first letter tells a header from a stray byte of a picture.
            _ if begins && byte != b',' && !byte.is_ascii_uppercase() => return (0, None),
            SOH => self.state = State::Header(Vec::new()),
            ETX => return (1, None),
            // What is no character is dropped [doc].
            0x20..=0x7E => {
                text.push(byte);
                if text.len() > HEADER_BYTES_MAX {
                    return (1, Some(Event::Broken("a header without end")));
                }
                self.state = State::Header(text);
            }
            _ => self.state = State::Header(text),
        }
        (1, None)
    }

    fn header_ends(&mut self, text: &[u8]) -> Option<Event> {
        let header = Header::parse(text);
        if header.planes.is_empty() {
            let image = header
                .fields
                .iter()
                .find_map(|field| field.strip_prefix("FRM")?.parse::<usize>().ok());
            self.state = match image {
                Some(bytes) if bytes > 0 => State::Image(bytes.min(IMAGE_BYTES_MAX)),
                Some(_) | None => State::Text(Box::new(header)),
            };
            return None;
        }
        let layout = header.layout.unwrap_or(self.layout);
        let whole_rows = header.planes.iter().all(|(panel, bytes)| {
            let row = layout.plane_row_bytes(*panel);
            bytes % row == 0 && bytes / row <= ROWS_MAX
        });
        if let Some(wrong) = header.wrong {
            return Some(Event::Broken(wrong));
        }
        if layout != self.layout {
            return Some(Event::Broken("planes for another head"));
        }
        if !whole_rows {
            return Some(Event::Broken("a plane of no whole rows"));
        }
        self.planes.clone_from(&header.planes);
        self.state = State::Plane(Vec::new());
        Some(Event::PageBegins(header))
    }

    fn plane(&mut self, mut bytes: Vec<u8>, input: &[u8]) -> (usize, Option<Event>) {
        let Some(&(panel, size)) = self.planes.first() else {
            self.state = State::End;
            return (0, None);
        };
        let coming = &input[..(size - bytes.len()).min(input.len())];
        let etx = coming.iter().position(|byte| *byte == ETX);
        if let Some(etx) = etx.filter(|_| self.ends_anywhere()) {
            bytes.extend_from_slice(&coming[..etx]);
            self.state = State::End;
            if bytes.is_empty() {
                return (etx, None);
            }
            bytes.resize(size, 0);
            return (etx, Some(Event::Plane(panel, bytes)));
        }
        bytes.extend_from_slice(coming);
        self.state = if bytes.len() == size {
            State::Trailer { bytes, seen: 0 }
        } else {
            State::Plane(bytes)
        };
        (coming.len(), None)
    }

    /// FS, the plane's letter, a colon.
    fn trailer(&mut self, bytes: Vec<u8>, seen: u8, byte: u8) -> (usize, Option<Event>) {
        let Some(&(panel, _)) = self.planes.first() else {
            return (0, None);
        };
        if byte == ETX && self.ends_anywhere() {
            self.state = State::End;
            return (0, Some(Event::Plane(panel, bytes)));
        }
        let fits = match seen {
            0 => byte == FS,
            1 => ink(char::from(byte)) == Some(panel),
            _ => byte == b':',
        };
        if !fits {
            self.drop_page();
            return (0, Some(Event::Broken("a wrong end of a plane")));
        }
        if seen < 2 {
            let seen = seen + 1;
            self.state = State::Trailer { bytes, seen };
            return (1, None);
        }
        self.planes.remove(0);
        self.state = if self.planes.is_empty() {
            State::End
        } else {
            State::Plane(Vec::new())
        };
        (1, Some(Event::Plane(panel, bytes)))
    }

    fn ends_anywhere(&self) -> bool {
        self.any_etx && self.paused
    }
}

#[cfg(test)]
mod tests;
