//! A header's fields: names with their values glued on, between commas, in any order.
//!
//! A field that nobody knows is skipped and kept for the record. There is no escape, so the data of a magnetic
//! track are read from their start sentinel to the question mark as one field, commas included \[inferred\].

use crate::mechanism::{Panel, Side};

use super::raster::{Area, HeadLayout};

/// Areas and holes of an overcoat \[doc\].
const AREAS_MAX: usize = 2;
/// Copies of one card \[doc\].
const COPIES_MAX: u32 = 255;

/// Fields that are understood and change nothing that can be seen on a simulated card: they are on record only.
const RECORDED: &[&str] = &[
    "VER", "TDT", "CR79", "RSP", "EAS", "EAE", "EAW", "LC", "JIS2", "ESS", "LAM", "RT2", "XLI",
    "BAC", "IMF", "WID", "HGT", "NNN", "USF", "HKT", "CKI", "HKM", "TRO", "HOL", "PAT", "HPH",
    "ICC", "CPW", "KPW", "OPW", "DDD", "SOI", "EOI", "XPO",
];
/// Fields that may stand between a track's number and its data.
const TRACK_FIELDS: &[&str] = &["MPC", "BPI", "PAR", "LRC", "AMS", "SSP"];

/// One header: of a page, of an encode-only job, or of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Header {
    /// Every field as it came.
    pub(crate) fields: Vec<String>,
    /// Those that nobody knows.
    pub(crate) unknown: Vec<String>,
    /// What a strict reader would refuse; the first one makes the job a bad one.
    pub(crate) wrong: Option<&'static str>,
    /// The planes that follow and their bytes, in order.
    pub(crate) planes: Vec<(Panel, usize)>,
    pub(crate) copies: Option<u32>,
    pub(crate) encode_copies: Option<u32>,
    pub(crate) layout: Option<HeadLayout>,
    pub(crate) duplex: bool,
    pub(crate) side: Option<Side>,
    /// Only a back is printed, whatever the page is called.
    pub(crate) back_only: bool,
    /// Rows and dots that the window is moved by.
    pub(crate) offset: (usize, usize),
    pub(crate) overcoat: Option<bool>,
    pub(crate) areas: Vec<Area>,
    pub(crate) holes: Vec<Area>,
    pub(crate) tracks: [Option<Vec<u8>>; 3],
    pub(crate) high_coercivity: bool,
    pub(crate) verify: bool,
    pub(crate) erase: bool,
    pub(crate) hand_feed: bool,
    pub(crate) reject_bad: bool,
    pub(crate) slow: bool,
    pub(crate) language: Option<String>,
}

impl Header {
    /// Reads the text between SOH and FS.
    pub(crate) fn parse(text: &[u8]) -> Header {
        let mut header = Header::default();
        let mut rest = Fields(text);
        while let Some(field) = rest.next() {
            if field.is_empty() {
                continue;
            }
            header.fields.push(field.clone());
            header.field(&field, &mut rest);
        }
        header
    }

    /// The side that this page is for.
    pub(crate) fn page_side(&self) -> Side {
        if self.back_only {
            Side::Back
        } else {
            self.side.unwrap_or(Side::Front)
        }
    }

    /// It has tracks to write.
    pub(crate) fn encodes(&self) -> bool {
        self.tracks.iter().any(Option::is_some)
    }

    /// Without planes: a job that only encodes; else a request.
    pub(crate) fn is_job(&self) -> bool {
        self.copies.is_some() || self.encode_copies.is_some() || self.encodes()
    }

    /// How many cards.
    pub(crate) fn cards(&self) -> u32 {
        // 0 stands in the header of an encode-only job, whose copies are told by another field.
        let copies = self.copies.filter(|copies| *copies > 0);
        copies.or(self.encode_copies).unwrap_or(1).max(1)
    }

    fn field(&mut self, field: &str, rest: &mut Fields) {
        let after = |name: &str| field.strip_prefix(name);
        let switched = |name: &str| match after(name) {
            Some("ON") => Some(true),
            Some("OFF") => Some(false),
            _ => None,
        };
        if let Some(value) = after("SZ") {
            self.plane(value);
        } else if let Some(value) = after("NOC") {
            self.copies = self.number(value, COPIES_MAX, "copies");
        } else if let Some(value) = after("BBB") {
            self.encode_copies = self.number(value, COPIES_MAX, "copies");
        } else if let Some(value) = after("MAG") {
            self.track(value, rest);
        } else if let Some(value) = after("PCT") {
            let area = self.corners(value, rest);
            self.areas.extend(area);
            self.at_most(self.areas.len());
        } else if let Some(value) = after("NCT") {
            let hole = self.corners(value, rest);
            self.holes.extend(hole);
            self.at_most(self.holes.len());
        } else if after("REA").is_some() {
            rest.numbers();
        } else if let Some(value) = after("XCO") {
            self.offset.0 = self.number(value, 1016, "window").unwrap_or(0) as usize;
        } else if let Some(value) = after("YCO") {
            self.offset.1 = self.number(value, 671, "window").unwrap_or(0) as usize;
        } else if let Some(value) = after("LAN") {
            self.language = Some(value.to_owned());
        } else if let Some(on) = switched("DPX") {
            self.duplex = on;
        } else if let Some(on) = switched("OVR") {
            self.overcoat = Some(on);
        } else if let Some(on) = switched("MGV") {
            self.verify = on;
        } else if let Some(on) = switched("ERA") {
            self.erase = on;
        } else if let Some(on) = switched("HFD") {
            self.hand_feed = on;
        } else if let Some(on) = switched("REJ") {
            self.reject_bad = on;
        } else if let Some(on) = switched("SLW") {
            self.slow = on;
        } else {
            self.word(field);
        }
    }

    /// A field without a value of its own.
    fn word(&mut self, field: &str) {
        match field {
            "KEE" | "KEE1" | "KEE4" => self.layout = Some(HeadLayout::Linear),
            "KGE" => self.layout = Some(HeadLayout::SplitLow),
            "KGE2" => self.layout = Some(HeadLayout::SplitHigh),
            "PAG1" => self.side = Some(Side::Front),
            "PAG2" => self.side = Some(Side::Back),
            "BSO" => self.back_only = true,
            "COEH" => self.high_coercivity = true,
            "COEL" => self.high_coercivity = false,
            _ => {
                let known = RECORDED.iter().chain(TRACK_FIELDS);
                if !known.into_iter().any(|name| field.starts_with(name)) {
                    self.unknown.push(field.to_owned());
                }
            }
        }
    }

    fn plane(&mut self, value: &str) {
        let mut letters = value.chars();
        let panel = letters.next().and_then(ink);
        let bytes = letters.as_str().parse::<usize>();
        match (panel, bytes) {
            (Some(panel), Ok(bytes)) if bytes > 0 => {
                if self.planes.iter().any(|(there, _)| *there == panel) {
                    self.wrong = Some("a plane is announced twice");
                }
                self.planes.push((panel, bytes));
            }
            (Some(_), Ok(_)) => {}
            (Some(_) | None, _) => self.wrong = Some("a plane's size cannot be read"),
        }
    }

    fn number(&mut self, value: &str, most: u32, what: &'static str) -> Option<u32> {
        let number = value.parse().ok().filter(|number| *number <= most);
        if number.is_none() {
            self.wrong = Some(what);
        }
        number
    }

    fn corners(&mut self, value: &str, rest: &mut Fields) -> Option<Area> {
        let numbers: Option<Vec<usize>> = std::iter::once(value.to_owned())
            .chain(rest.numbers())
            .map(|number| number.parse().ok())
            .collect();
        match numbers.as_deref() {
            Some(&[left, bottom, right, top]) => Some(Area {
                x: (left, right),
                y: (bottom, top),
            }),
            Some(_) | None => {
                self.wrong = Some("an area of the overcoat cannot be read");
                None
            }
        }
    }

    fn at_most(&mut self, areas: usize) {
        if areas > AREAS_MAX {
            self.wrong = Some("too many areas of the overcoat");
        }
    }

    /// `MAGn`, then fields of the track, then its data.
    fn track(&mut self, number: &str, rest: &mut Fields) {
        let index = match number {
            "1" => 0,
            "2" => 1,
            "3" => 2,
            _ => {
                self.wrong = Some("no such magnetic track");
                return;
            }
        };
        loop {
            if let Some(data) = rest.sentinel_data() {
                self.fields
                    .push(String::from_utf8_lossy(&data).into_owned());
                self.tracks[index] = Some(data);
                return;
            }
            let next = rest.peek();
            let belongs =
                next.starts_with("COE") || TRACK_FIELDS.iter().any(|name| next.starts_with(name));
            if !belongs {
                break;
            }
            let Some(field) = rest.next() else { break };
            self.word(&field);
            self.fields.push(field);
        }
        // A format of the user's own has no sentinel: its data end at the comma.
        match rest.next().filter(|data| !data.is_empty()) {
            Some(data) => {
                self.tracks[index] = Some(data.clone().into_bytes());
                self.fields.push(data);
            }
            None => self.wrong = Some("a magnetic track without data"),
        }
    }
}

/// The panel of a plane's letter: blue is laid by yellow, green by magenta, red by cyan; the paper has the
/// panels' own letters [doc; capture].
pub(crate) fn ink(letter: char) -> Option<Panel> {
    match letter {
        'B' | 'Y' => Some(Panel::Y),
        'G' | 'M' => Some(Panel::M),
        'R' | 'C' => Some(Panel::C),
        'K' => Some(Panel::K),
        _ => None,
    }
}

/// What is left of a header's text.
struct Fields<'text>(&'text [u8]);

impl Fields<'_> {
    fn peek(&self) -> String {
        let field = self.0.split(|byte| *byte == b',').next();
        String::from_utf8_lossy(field.unwrap_or_default()).into_owned()
    }

    fn next(&mut self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.peek();
        let end = self.0.iter().position(|byte| *byte == b',');
        self.0 = end.map_or(&[], |end| &self.0[end + 1..]);
        Some(field)
    }

    /// The fields that are bare numbers: further values of the field before.
    fn numbers(&mut self) -> Vec<String> {
        let mut numbers = Vec::new();
        loop {
            let next = self.peek();
            if next.is_empty() || !next.bytes().all(|byte| byte.is_ascii_digit()) {
                return numbers;
            }
            numbers.push(next);
            self.next();
        }
    }

    /// A track's data from the start sentinel to the end sentinel; without the latter, to the comma.
    fn sentinel_data(&mut self) -> Option<Vec<u8>> {
        if !matches!(self.0.first(), Some(b'%' | b';')) {
            return None;
        }
        let comma = self.0.iter().position(|byte| *byte == b',');
        let next_track = self.0.windows(4).position(|four| four == b",MAG");
        let track = &self.0[..next_track.unwrap_or(self.0.len())];
        let ends = track.iter().position(|byte| *byte == b'?');
        let length = ends.map(|end| end + 1).or(comma).unwrap_or(self.0.len());
        let data = self.0[..length].to_vec();
        self.0 = &self.0[length..];
        self.next();
        Some(data)
    }
}

#[cfg(test)]
mod tests;
