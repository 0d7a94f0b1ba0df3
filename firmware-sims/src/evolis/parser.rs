//! The command stream, byte by byte.
//!
//! - A command is ESC, letters, parameters after `;`, CR; ESC may be missing right after a CR \[doc\].
//! - A download carries raw bytes, framed by their length only: they may hold CR, ESC and `;` \[capture\].
//!   Fewer bytes than announced: the printer waits for the rest and never looks for a new command \[inferred\].
//! - NUL between a CR and the next ESC is padding \[capture\].
//! - `Psc` gives other framing characters \[doc\].
//! - `Dbc` has three parameters; a third number below a panel's lines is a first line and the byte count
//!   follows [capture; inferred from the guide's command page].
//! - ESC inside a text command starts anew, or is one more letter \[unknown\]: a switch.

use crate::mechanism::{Geometry, Panel};

/// Longest text command.
const TEXT_BYTES_MAX: usize = 512;
/// Longest partial download of half a panel, in lines \[doc\].
const PARTIAL_LINES_MAX: usize = 420;
/// Bytes of a BMP file that tell its length.
const BMP_HEAD_BYTES: usize = 6;

/// One whole command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// Its letters.
    pub(crate) name: String,
    /// Its parameters, without the last one if that is empty.
    pub(crate) params: Vec<String>,
    /// What a download carries.
    pub(crate) download: Option<Download>,
}

impl Command {
    pub(crate) fn param(&self, index: usize) -> Option<&str> {
        self.params.get(index).map(String::as_str)
    }
}

/// The raw bytes of a download and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    pub(crate) kind: DownloadKind,
    pub(crate) panel: Panel,
    /// Bits a dot: 1, 5, 6 or 7.
    pub(crate) bits: u32,
    /// First line.
    pub(crate) first: usize,
    pub(crate) data: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DownloadKind {
    Raw,
    RawLines(usize),
    Compressed,
    Bmp { x: usize, y: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Framing {
    pub(crate) start: u8,
    pub(crate) separator: u8,
    pub(crate) end: u8,
}

impl Default for Framing {
    fn default() -> Framing {
        Framing {
            start: 27,
            separator: 59,
            end: 13,
        }
    }
}

#[derive(Debug)]
enum State {
    /// Between commands.
    Idle,
    Text(Vec<u8>),
    /// A text that outgrew its limit: skipped up to its end.
    Overlong,
    Payload(Head),
    /// The payload is whole; its CR has not come.
    Ended(Head),
}

#[derive(Debug)]
struct Head {
    text: Vec<u8>,
    download: Download,
    /// `None`: a BMP whose head is not in yet.
    wanted: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Parser {
    framing: Framing,
    geometry: Geometry,
    escape_restarts: bool,
    state: State,
}

impl Parser {
    pub(crate) fn new(geometry: Geometry, escape_restarts: bool) -> Parser {
        Parser {
            framing: Framing::default(),
            geometry,
            escape_restarts,
            state: State::Idle,
        }
    }

    pub(crate) fn reframe(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// A download's bytes are still to come.
    pub(crate) fn in_payload(&self) -> bool {
        match self.state {
            State::Payload(_) | State::Ended(_) => true,
            State::Idle | State::Text(_) | State::Overlong => false,
        }
    }

    /// Forgets a download that has not come to its end. Returns its letters if there was one.
    pub(crate) fn drop_payload(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Payload(head) | State::Ended(head) => Some(self.name(&head.text)),
            kept @ (State::Idle | State::Text(_) | State::Overlong) => {
                self.state = kept;
                None
            }
        }
    }

    /// Reads up to the end of one command. Returns how many bytes were read.
    pub(crate) fn take(&mut self, input: &[u8]) -> (usize, Option<Command>) {
        let mut read = 0;
        while read < input.len() {
            if let State::Payload(head) = &mut self.state {
                read += head.fill(&input[read..]);
                if head.full() {
                    let ended = std::mem::replace(&mut self.state, State::Idle);
                    if let State::Payload(head) = ended {
                        self.state = State::Ended(head);
                    }
                }
                continue;
            }
            let (consumed, command) = self.byte(input[read]);
            read += consumed;
            if command.is_some() {
                return (read, command);
            }
        }
        (read, None)
    }

    fn byte(&mut self, byte: u8) -> (usize, Option<Command>) {
        let framing = self.framing;
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {
                if byte == framing.start {
                    self.state = State::Text(Vec::new());
                } else if byte != 0 && byte != framing.end {
                    self.text(Vec::new(), byte);
                }
                (1, None)
            }
            State::Text(text) if byte == framing.end => {
                if text.is_empty() {
                    return (1, None);
                }
                (1, Some(self.command(&text, None)))
            }
            State::Text(text) => {
                if byte == framing.start && self.escape_restarts {
                    self.state = State::Text(Vec::new());
                } else {
                    self.text(text, byte);
                }
                (1, None)
            }
            State::Overlong if byte == framing.end => (1, Some(self.command(b"?", None))),
            State::Overlong => {
                self.state = State::Overlong;
                (1, None)
            }
            State::Ended(head) if byte == 0 => {
                self.state = State::Ended(head);
                (1, None)
            }
            State::Ended(head) => {
                // More bytes than announced: the rest is read as a command of its own.
                let consumed = usize::from(byte == framing.end);
                (
                    consumed,
                    Some(self.command(&head.text, Some(head.download))),
                )
            }
            State::Payload(head) => {
                self.state = State::Payload(head);
                (0, None)
            }
        }
    }

    fn text(&mut self, mut text: Vec<u8>, byte: u8) {
        text.push(byte);
        self.state = if text.len() > TEXT_BYTES_MAX {
            State::Overlong
        } else if byte == self.framing.separator {
            match self.head(&text) {
                Some((download, wanted)) => {
                    let head = Head {
                        text,
                        download,
                        wanted,
                    };
                    if head.full() {
                        State::Ended(head)
                    } else {
                        State::Payload(head)
                    }
                }
                None => State::Text(text),
            }
        } else {
            State::Text(text)
        };
    }

    /// Whether the text so far is the whole head of a download.
    fn head(&self, text: &[u8]) -> Option<(Download, Option<usize>)> {
        let command = self.command(text, None);
        let number = |index| command.param(index)?.parse::<usize>().ok();
        let Geometry { columns, lines } = self.geometry;
        let panel = panel(command.param(0)?)?;
        let whole = |kind, bits, first, wanted| {
            let data = Vec::new();
            let download = Download {
                kind,
                panel,
                bits,
                first,
                data,
            };
            Some((download, wanted))
        };
        let longest = 2 * columns * lines;
        let given = command.params.len();
        match (command.name.as_str(), given) {
            ("Db", 2) => {
                let bits = depth(panel, number(1)?)?;
                let bytes = columns * lines * bits as usize / 8;
                whole(DownloadKind::Raw, bits, 0, Some(bytes))
            }
            ("Dbc", 3 | 4) => {
                let bits = depth(panel, number(1)?)?;
                let third = number(2)?;
                let (first, bytes) = match given {
                    3 if third >= lines => (0, third),
                    3 => return None,
                    _ => (third, number(3)?),
                };
                if bytes > longest {
                    return None;
                }
                whole(DownloadKind::Compressed, bits, first, Some(bytes))
            }
            ("Dbp", 4) => {
                let bits = depth(panel, number(1)?)?;
                let (first, count) = (number(2)?, number(3)?);
                if bits == 1 || count > PARTIAL_LINES_MAX || first + count > lines {
                    return None;
                }
                let bytes = columns * count * bits as usize / 8;
                whole(DownloadKind::RawLines(count), bits, first, Some(bytes))
            }
            ("Dbpc", 4) => {
                let bits = depth(panel, number(1)?)?;
                let (first, bytes) = (number(2)?, number(3)?);
                if bits == 1 || first >= lines || bytes > longest {
                    return None;
                }
                whole(DownloadKind::Compressed, bits, first, Some(bytes))
            }
            ("Dbmp", 4) => {
                if depth(panel, 2).is_none() || number(3)? != 0 {
                    return None;
                }
                let (x, y) = (number(1)?, number(2)?);
                whole(DownloadKind::Bmp { x, y }, 1, 0, None)
            }
            _ => None,
        }
    }

    fn command(&self, text: &[u8], download: Option<Download>) -> Command {
        let mut parts = text
            .split(|byte| *byte == self.framing.separator)
            .map(latin);
        let name = parts.next().unwrap_or_default();
        let mut params: Vec<String> = parts.collect();
        if params.last().is_some_and(String::is_empty) {
            params.pop();
        }
        Command {
            name,
            params,
            download,
        }
    }

    fn name(&self, text: &[u8]) -> String {
        self.command(text, None).name
    }
}

impl Head {
    fn fill(&mut self, input: &[u8]) -> usize {
        let data = &mut self.download.data;
        let missing = match self.wanted {
            Some(wanted) => wanted - data.len(),
            None => BMP_HEAD_BYTES - data.len(),
        };
        let taken = missing.min(input.len());
        data.extend_from_slice(&input[..taken]);
        if self.wanted.is_none() && data.len() == BMP_HEAD_BYTES {
            let length = u32::from_le_bytes([data[2], data[3], data[4], data[5]]);
            // A length that no card needs is cut to the head: the rest is read as commands.
            let length = usize::try_from(length).unwrap_or(0);
            let longest = 1 << 20;
            self.wanted = Some(if length <= longest {
                length.max(BMP_HEAD_BYTES)
            } else {
                BMP_HEAD_BYTES
            });
        }
        taken
    }

    fn full(&self) -> bool {
        self.wanted == Some(self.download.data.len())
    }
}

/// Bits a dot: 2 levels for k and o; 32, 64 or 128 for y, m and c \[doc\].
fn depth(panel: Panel, levels: usize) -> Option<u32> {
    match (panel, levels) {
        (Panel::K | Panel::O, 2) => Some(1),
        (Panel::Y | Panel::M | Panel::C, 32) => Some(5),
        (Panel::Y | Panel::M | Panel::C, 64) => Some(6),
        (Panel::Y | Panel::M | Panel::C, 128) => Some(7),
        _ => None,
    }
}

/// A panel's letter.
pub(crate) fn panel(letter: &str) -> Option<Panel> {
    match letter {
        "y" => Some(Panel::Y),
        "m" => Some(Panel::M),
        "c" => Some(Panel::C),
        "k" => Some(Panel::K),
        "o" => Some(Panel::O),
        _ => None,
    }
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests;
