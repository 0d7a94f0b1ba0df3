//! The bytes of a download: one panel, whole or in part, plain or compressed [doc; `Dbc` capture].
//!
//! The guide prints sizes that fit 656 x 1032 dots; real streams use 648 x 1016 [capture; code: raster-filter].
//! Payloads may begin with a digit and hold separators, so the forms are told apart by their numbers alone.

use bytes::Bytes;

use super::wire::{CR, ESC, HEADER_BYTES_MAX, SEPARATOR, WireError};

/// Most lines of a partial download \[doc\].
pub const PARTIAL_LINES_MAX: usize = 420;

/// Number of dots of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Lines, along the card's long side: 1016 on a real printer \[doc\].
    pub lines: usize,
    /// Columns, along its short side: 648 on a real printer \[doc\]. A multiple of 8.
    pub columns: usize,
}

/// The panel of every printer that speaks this language [doc: 648 x 1016; capture].
pub const FULL: Geometry = Geometry {
    lines: 1016,
    columns: 648,
};

impl Geometry {
    /// Bytes of one line at so many bits a dot.
    pub fn line_bytes(self, bits: usize) -> usize {
        self.columns * bits / 8
    }

    /// Bytes of a whole uncompressed panel at so many bits a dot.
    pub fn panel_bytes(self, bits: usize) -> usize {
        self.lines * self.line_bytes(bits)
    }
}

/// A panel of the ribbon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// Dye.
    Yellow,
    /// Dye.
    Magenta,
    /// Dye.
    Cyan,
    /// Resin.
    Black,
    /// Varnish.
    Overlay,
}

impl Panel {
    /// All of them, in the order of the ribbon.
    pub const ALL: [Panel; 5] = [
        Panel::Yellow,
        Panel::Magenta,
        Panel::Cyan,
        Panel::Black,
        Panel::Overlay,
    ];

    /// Its letter in commands \[doc\].
    pub fn letter(self) -> char {
        match self {
            Panel::Yellow => 'y',
            Panel::Magenta => 'm',
            Panel::Cyan => 'c',
            Panel::Black => 'k',
            Panel::Overlay => 'o',
        }
    }

    /// Whether it carries dye in levels; the others are ink or none.
    pub fn is_dye(self) -> bool {
        match self {
            Panel::Yellow | Panel::Magenta | Panel::Cyan => true,
            Panel::Black | Panel::Overlay => false,
        }
    }

    fn of_letter(text: &str) -> Option<Panel> {
        Panel::ALL
            .into_iter()
            .find(|panel| text.len() == 1 && text.starts_with(panel.letter()))
    }
}

/// How finely dye is told apart [doc; packing code: raster-filter].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Depth {
    /// 32 levels, 5 bits a dot.
    Levels32,
    /// 64 levels, 6 bits a dot.
    Levels64,
    /// 128 levels, 7 bits a dot.
    #[default]
    Levels128,
}

impl Depth {
    /// All of them.
    pub const ALL: [Depth; 3] = [Depth::Levels32, Depth::Levels64, Depth::Levels128];

    /// Bits a dot.
    pub fn bits(self) -> usize {
        match self {
            Depth::Levels32 => 5,
            Depth::Levels64 => 6,
            Depth::Levels128 => 7,
        }
    }

    /// Levels, as the command spells them.
    pub fn levels(self) -> usize {
        1 << self.bits()
    }
}

/// How many lines of a download are sent, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `Db`: the whole panel, uncompressed.
    Full,
    /// `Dbc`: the whole panel, compressed. The command page of the guide has a first line before the byte
    /// count; every real stream has none \[capture\]. It is parsed and never sent by us.
    Compressed {
        /// First line, where the sender names one.
        first: Option<usize>,
    },
    /// `Dbp`: some lines, uncompressed [doc; size inferred].
    Partial {
        /// First line.
        first: usize,
        /// How many.
        lines: usize,
    },
    /// `Dbpc`: some lines, compressed \[doc\].
    PartialCompressed {
        /// First line.
        first: usize,
    },
}

/// One panel on its way to the printer.
#[derive(Clone, PartialEq, Eq)]
pub struct Download {
    /// Which panel.
    pub panel: Panel,
    /// Levels of dye; ignored for resin and varnish, which have two.
    pub depth: Depth,
    /// Its form.
    pub form: Form,
    /// The payload: personal data.
    pub data: Bytes,
}

impl std::fmt::Debug for Download {
    /// A picture is personal data: only its length is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("panel", &self.panel)
            .field("form", &self.form)
            .field("bytes", &self.data.len())
            .finish_non_exhaustive()
    }
}

impl Download {
    /// Bits a dot.
    pub fn bits(&self) -> usize {
        if self.panel.is_dye() {
            self.depth.bits()
        } else {
            1
        }
    }

    /// Header, payload and CR.
    pub fn emit(&self) -> Bytes {
        let levels = 1usize << self.bits();
        let panel = self.panel.letter();
        let count = self.data.len();
        let header = match self.form {
            Form::Full => format!("Db;{panel};{levels};"),
            Form::Compressed { first: None } => format!("Dbc;{panel};{levels};{count};"),
            Form::Compressed { first: Some(first) } => {
                format!("Dbc;{panel};{levels};{first};{count};")
            }
            Form::Partial { first, lines } => format!("Dbp;{panel};{levels};{first};{lines};"),
            Form::PartialCompressed { first } => {
                format!("Dbpc;{panel};{levels};{first};{count};")
            }
        };
        let mut bytes = Vec::with_capacity(header.len() + count + 2);
        bytes.push(ESC);
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(&self.data);
        bytes.push(CR);
        Bytes::from(bytes)
    }

    /// Reads one download from the front of `bytes`; also says how many bytes it took.
    ///
    /// The third number of `Dbc` is the byte count when it is at least the number of lines, because no whole
    /// panel is shorter; below that it is a first line and the count follows \[inferred\].
    /// Errors: [`WireError::Short`] until all bytes are in.
    pub fn parse(bytes: &[u8], geometry: Geometry) -> Result<(Download, usize), WireError> {
        let mut header = Header::new(bytes)?;
        let letters = header.field()?;
        if !matches!(letters, "Db" | "Dbc" | "Dbp" | "Dbpc") {
            return Err(WireError::Unknown);
        }
        let partial = letters.starts_with("Dbp");
        let panel =
            Panel::of_letter(header.field()?).ok_or(WireError::Parameter { position: 1 })?;
        if partial && !panel.is_dye() {
            return Err(WireError::Parameter { position: 1 });
        }
        let levels = header.number(2)?;
        let depth = match (panel.is_dye(), levels) {
            (true, 32) => Depth::Levels32,
            (true, 64) => Depth::Levels64,
            (true, 128) | (false, 2) => Depth::Levels128,
            (true | false, _) => return Err(WireError::Parameter { position: 2 }),
        };
        let bits = if panel.is_dye() { depth.bits() } else { 1 };
        let (form, count) = match letters {
            "Db" => (Form::Full, geometry.panel_bytes(bits)),
            "Dbc" => {
                let third = header.number(3)?;
                if third >= geometry.lines {
                    (Form::Compressed { first: None }, third)
                } else {
                    let count = header.number(4)?;
                    (Form::Compressed { first: Some(third) }, count)
                }
            }
            "Dbp" => {
                let first = header.line(3, geometry)?;
                let lines = header.number(4)?;
                if lines > PARTIAL_LINES_MAX || first + lines > geometry.lines {
                    return Err(WireError::Parameter { position: 4 });
                }
                (
                    Form::Partial { first, lines },
                    lines * geometry.line_bytes(bits),
                )
            }
            _ => {
                let first = header.line(3, geometry)?;
                (Form::PartialCompressed { first }, header.number(4)?)
            }
        };
        // No line of any form costs more than two bytes a column.
        if count > geometry.lines * geometry.columns * 2 {
            return Err(WireError::Parameter { position: 4 });
        }
        let start = header.at;
        let end = start + count;
        match bytes.get(end) {
            None => Err(WireError::Short),
            Some(&CR) => Ok((
                Download {
                    panel,
                    depth,
                    form,
                    data: Bytes::copy_from_slice(&bytes[start..end]),
                },
                end + 1,
            )),
            Some(_) => Err(WireError::NoEnd),
        }
    }
}

/// Walks over the fields of a download's header.
struct Header<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Header<'a> {
    fn new(bytes: &'a [u8]) -> Result<Header<'a>, WireError> {
        match bytes.first() {
            None => Err(WireError::Short),
            Some(&ESC) => Ok(Header { bytes, at: 1 }),
            Some(_) => Err(WireError::Unknown),
        }
    }

    fn field(&mut self) -> Result<&'a str, WireError> {
        let rest = &self.bytes[self.at..];
        let look = &rest[..rest.len().min(HEADER_BYTES_MAX)];
        let Some(length) = look.iter().position(|byte| *byte == SEPARATOR) else {
            return Err(if look.len() < HEADER_BYTES_MAX && !look.contains(&CR) {
                WireError::Short
            } else {
                WireError::Unknown
            });
        };
        self.at += length + 1;
        std::str::from_utf8(&look[..length]).map_err(|_| WireError::Unknown)
    }

    fn number(&mut self, position: usize) -> Result<usize, WireError> {
        let field = self.field()?;
        let digits = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
        // No padding: a number that would be written otherwise is not one of ours.
        if !digits || (field.len() > 1 && field.starts_with('0')) || field.len() > 7 {
            return Err(WireError::Parameter { position });
        }
        field.parse().map_err(|_| WireError::Parameter { position })
    }

    fn line(&mut self, position: usize, geometry: Geometry) -> Result<usize, WireError> {
        let line = self.number(position)?;
        if line < geometry.lines {
            Ok(line)
        } else {
            Err(WireError::Parameter { position })
        }
    }
}
