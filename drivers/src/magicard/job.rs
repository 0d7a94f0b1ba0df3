//! Jobs as data: header fields in their order, planes, and the bytes of both.
//!
//! A page is filler, SOH, fields, FS, planes each with its trailer, ETX [doc; measured]. A comma stands before each
//! field and none before FS. Copies are never asked for: each card is its own job.

use std::fmt::Display;

use bytes::Bytes;

use super::magnetic::{Coercivity, Track, example_fields, maker_fields};
use super::raster::Layout;
use super::wire::{ETX, FILLER, FS, SOH};

/// Filler bytes before a page, in all real drivers [code: ultra14, gp; measured].
const FILLER_BYTES: usize = 64;
/// Trims and heats that are not sent because they are the printer's own.
pub const NEUTRAL: u8 = 50;

/// One field of a header: a name with its value glued to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Three letters as a rule; empty for data that follow their field.
    pub name: &'static str,
    /// What is glued to it.
    pub value: String,
}

impl std::fmt::Debug for Field {
    /// Data without a name are a track's: personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() {
            write!(f, "({} characters)", self.value.len())
        } else {
            write!(f, "{}{}", self.name, self.value)
        }
    }
}

impl Field {
    /// A field.
    pub fn new(name: &'static str, value: impl Display) -> Field {
        Field {
            name,
            value: value.to_string(),
        }
    }

    fn switch(name: &'static str, on: bool) -> Field {
        Field::new(name, if on { "ON" } else { "OFF" })
    }
}

/// What a plane prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ink {
    /// Dye.
    Yellow,
    /// Dye.
    Magenta,
    /// Dye.
    Cyan,
    /// Resin.
    Black,
}

impl Ink {
    /// Its letter in sizes and trailers: that of the light which a dye takes away \[measured\].
    pub fn letter(self) -> u8 {
        match self {
            Ink::Yellow => b'B',
            Ink::Magenta => b'G',
            Ink::Cyan => b'R',
            Ink::Black => b'K',
        }
    }

    fn size(self) -> &'static str {
        match self {
            Ink::Yellow => "SZB",
            Ink::Magenta => "SZG",
            Ink::Cyan => "SZR",
            Ink::Black => "SZK",
        }
    }
}

/// One plane. Personal: its `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Plane {
    /// What it prints.
    pub ink: Ink,
    /// Its bit-plane rows.
    pub data: Bytes,
}

impl std::fmt::Debug for Plane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plane({:?}, {} bytes)", self.ink, self.data.len())
    }
}

/// One page: a side of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Fields in the order in which they are sent, all but the planes' sizes.
    pub fields: Vec<Field>,
    /// Planes in the order in which they are sent; their sizes, not the image's name, say what follows \[doc\].
    pub planes: Vec<Plane>,
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// One page a side, front first: two pages back to back [doc; measured].
    pub pages: Vec<Page>,
}

impl Job {
    /// All bytes.
    pub fn bytes(&self) -> Bytes {
        let (face, finish) = self.split();
        Bytes::from([face, finish].concat())
    }

    /// Everything before the last plane of the last page, and that plane with its trailer and ETX: without it the page
    /// is not complete. Where the last page has no plane its FS is the second part's first byte.
    pub fn split(&self) -> (Bytes, Bytes) {
        /// Room for a page's header, and for a plane's trailer.
        const AROUND: usize = 1024;
        let bytes = |plane: &Plane| plane.data.len() + AROUND;
        let planes = self.pages.iter().flat_map(|page| &page.planes);
        let mut face = Vec::with_capacity(planes.map(bytes).sum());
        let mut finish = Vec::with_capacity(AROUND);
        for (at, page) in self.pages.iter().enumerate() {
            let last = at + 1 == self.pages.len();
            page.emit_header(&mut face);
            let planes = page.planes.len();
            if !(last && planes == 0) {
                face.push(FS);
            } else {
                finish.push(FS);
            }
            for (number, plane) in page.planes.iter().enumerate() {
                let out = if last && number + 1 == planes {
                    &mut finish
                } else {
                    &mut face
                };
                out.extend_from_slice(&plane.data);
                out.extend_from_slice(&[FS, plane.ink.letter(), b':']);
            }
            let out = if last { &mut finish } else { &mut face };
            out.push(ETX);
        }
        (Bytes::from(face), Bytes::from(finish))
    }
}

impl Page {
    fn emit_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[FILLER; FILLER_BYTES]);
        out.push(SOH);
        for field in &self.fields {
            out.push(b',');
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(field.value.as_bytes());
        }
        for plane in &self.planes {
            let size = Field::new(plane.ink.size(), plane.data.len());
            out.push(b',');
            out.extend_from_slice(size.name.as_bytes());
            out.extend_from_slice(size.value.as_bytes());
        }
    }
}

/// A rectangle of the overcoat, in dots from the card's lower left corner, both corners included \[doc\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Lower left corner, along the long side.
    pub left: usize,
    /// Lower left corner, along the short side.
    pub bottom: usize,
    /// Upper right corner, along the long side.
    pub right: usize,
    /// Upper right corner, along the short side.
    pub top: usize,
}

impl Area {
    fn field(self, name: &'static str) -> Field {
        let Area {
            left,
            bottom,
            right,
            top,
        } = self;
        Field::new(name, format!("{left},{bottom},{right},{top}"))
    }
}

/// The maker's watermark in the overcoat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holokote {
    /// Image, 1 to 9, or 254 and 255 on rebrands [doc; code: ultra18].
    pub image: u8,
    /// A custom key may be used [code: ultra14].
    pub custom: bool,
    /// One bit a tile, 24 bits \[doc\].
    pub tiles: u32,
    /// Turn of a tile: 0, 90, 180, 270 \[doc\].
    pub turn: u16,
}

impl Holokote {
    fn fields(&self) -> [Field; 4] {
        [
            Field::new("HKT", self.image),
            Field::switch("CKI", self.custom),
            Field::new("HKM", format!("{:06X}", self.tiles & 0xFF_FFFF)),
            Field::new("TRO", self.turn),
        ]
    }
}

/// The overcoat of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overcoat {
    /// Prepared for lamination: `NNN`.
    pub for_lamination: bool,
    /// Watermark; where it is not named the printer lays one on a front \[doc\], so it always is.
    pub holokote: Option<Holokote>,
    /// Where it is laid, two rectangles at most \[doc\].
    pub areas: Vec<Area>,
    /// Where it is not, two rectangles at most \[doc\].
    pub holes: Vec<Area>,
}

/// Which real program's order the fields stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The maker's filter, for Enduro and its kin [code: ultra14; measured].
    Maker,
    /// The public driver's USB back end, for Rio and Tango \[measured\].
    BackEnd,
}

/// What a header says, before it is put in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Whose order.
    pub order: Order,
    /// The head.
    pub layout: Layout,
    /// Driver's version; behind a dash the firmware's, where the maker's order is used. Empty if unknown.
    pub version: String,
    /// Language of status texts.
    pub language: &'static str,
    /// Unix seconds; `None` leaves the field out.
    pub time: Option<u32>,
    /// Resin quality (`DEF`, `FAST`, `HQ`), where the model has it.
    pub resin_quality: Option<&'static str>,
    /// Forces a kind of film: 1 colour, 3 resin, 6 resin and overcoat, 8 two resins [code: gp, ultra14].
    pub film: Option<u8>,
    /// Data read back after writing.
    pub verify: bool,
    /// Coercivity; the maker's filter names it without data too \[measured\].
    pub coercivity: Option<Coercivity>,
    /// Tracks; empty: none.
    pub tracks: Vec<Track>,
    /// Slow colour mode.
    pub slow: Option<bool>,
    /// Two sides.
    pub duplex: bool,
    /// This is the back.
    pub back: bool,
    /// What the back will need, named in the front's header of two sides (`CKO`, `K`, ...).
    pub back_needs: Option<&'static str>,
    /// The image's name: `BGR`, `BGRK` or `K` \[measured\].
    pub image: &'static str,
    /// Width along the long side, height along the short side. Unit: dots.
    pub window: (usize, usize),
    /// Overcoat; `None`: off.
    pub overcoat: Option<Overcoat>,
    /// Colour correction that was applied.
    pub correction: Option<u8>,
    /// Heat of the dyes; where a correction of 3 or more is claimed it is always sent \[measured\].
    pub dye_heat: u8,
    /// Heat of the resin.
    pub resin_heat: u8,
    /// Heat of the overcoat.
    pub overcoat_heat: u8,
    /// Trim of the head.
    pub head_trim: u8,
    /// Trim of the image's start.
    pub start_trim: u8,
    /// Trim of its end.
    pub end_trim: u8,
}

impl Header {
    /// The fields in their order, all but the planes' sizes.
    pub fn fields(&self) -> Vec<Field> {
        match self.order {
            Order::Maker => self.maker(),
            Order::BackEnd => self.back_end(),
        }
    }

    /// Only tracks are written: no window and no plane [code: ultra14].
    pub fn encode_only(&self) -> Vec<Field> {
        let mut fields = match self.order {
            Order::Maker => vec![Field::new("NOC", 1)],
            Order::BackEnd => vec![Field::new("NOC", 0), Field::new("BBB", 1)],
        };
        fields.extend(self.start());
        match self.order {
            Order::Maker => fields.extend(maker_fields(self.coercivity, &self.tracks)),
            Order::BackEnd => fields.extend(example_fields(self.coercivity, &self.tracks)),
        }
        fields.push(self.head());
        fields
    }

    fn head(&self) -> Field {
        Field::new(self.layout.token(), "")
    }

    /// Version, language, and time where it stands with them.
    fn start(&self) -> Vec<Field> {
        let mut fields = vec![
            Field::new("VER", &self.version),
            Field::new("LAN", self.language),
        ];
        if self.order == Order::Maker {
            fields.extend(self.time_field());
        }
        fields
    }

    fn time_field(&self) -> Option<Field> {
        let digits = |time| match self.order {
            Order::Maker => format!("{time:X}"),
            Order::BackEnd => format!("{time:08X}"),
        };
        self.time.map(|time| Field::new("TDT", digits(time)))
    }

    fn maker(&self) -> Vec<Field> {
        let mut fields = vec![Field::new("NOC", 1)];
        // A back's header does not repeat what is true of the card \[measured\].
        if !self.back {
            fields.extend(self.start());
            fields.extend(self.resin_quality.map(|quality| Field::new("RSP", quality)));
            fields.extend(self.film.map(|film| Field::new("LC", film)));
            fields.extend(self.verify.then(|| Field::switch("MGV", true)));
            fields.extend(maker_fields(self.coercivity, &self.tracks));
        }
        fields.push(self.head());
        fields.extend(self.slow.map(|slow| Field::switch("SLW", slow)));
        fields.push(Field::switch("DPX", self.duplex));
        fields.extend(self.back_needs.map(|needs| Field::new("BAC", needs)));
        fields.push(self.page());
        fields.push(Field::new("IMF", self.image));
        fields.extend(self.window_fields());
        fields.push(Field::switch("OVR", self.overcoat.is_some()));
        if let Some(overcoat) = &self.overcoat {
            fields.push(Field::switch("NNN", overcoat.for_lamination));
            fields.push(Field::switch("USF", overcoat.holokote.is_some()));
            fields.extend(overcoat.holokote.iter().flat_map(Holokote::fields));
            fields.extend(overcoat.areas.iter().map(|area| area.field("PCT")));
            fields.extend(overcoat.holes.iter().map(|hole| hole.field("NCT")));
        }
        fields.extend(self.correction.map(|icc| Field::new("ICC", icc)));
        let corrected = self.correction.is_some_and(|icc| icc >= 3);
        if corrected || self.dye_heat != NEUTRAL {
            fields.push(Field::new("CPW", self.dye_heat));
        }
        fields.extend(unless_neutral("KPW", self.resin_heat));
        fields.extend(unless_neutral("OPW", self.overcoat_heat));
        fields.push(Field::new("DDD", self.head_trim));
        fields.extend(unless_neutral("SOI", self.start_trim));
        fields.extend(unless_neutral("EOI", self.end_trim));
        fields
    }

    fn back_end(&self) -> Vec<Field> {
        let mut fields = vec![Field::new("NOC", 1)];
        fields.extend(self.start());
        fields.extend(self.film.map(|film| Field::new("LC", film)));
        fields.push(Field::switch("REJ", false));
        fields.push(Field::new("ESS", 1));
        fields.push(self.head());
        fields.push(Field::new("RT2", ""));
        fields.push(Field::switch("DPX", self.duplex));
        fields.push(self.page());
        fields.extend(self.back_needs.map(|needs| Field::new("BAC", needs)));
        fields.extend(self.slow.map(|slow| Field::switch("SLW", slow)));
        fields.extend(self.window_fields());
        let overcoat = self.overcoat.as_ref();
        fields.push(Field::switch("OVR", overcoat.is_some()));
        let holes = overcoat.map_or(&[][..], |coat| &coat.holes);
        fields.extend(holes.iter().map(|hole| hole.field("NCT")));
        fields.push(Field::switch(
            "NNN",
            overcoat.is_some_and(|coat| coat.for_lamination),
        ));
        let holokote = overcoat.and_then(|coat| coat.holokote.as_ref());
        fields.push(Field::switch("USF", holokote.is_some()));
        fields.extend(holokote.into_iter().flat_map(Holokote::fields));
        fields.extend(self.verify.then(|| Field::switch("MGV", true)));
        fields.extend(example_fields(self.coercivity, &self.tracks));
        match overcoat {
            Some(coat) => fields.extend(coat.areas.iter().map(|area| area.field("PCT"))),
            // It names the whole card where nothing is laid, too \[measured\].
            None => fields.push(whole(Order::BackEnd, self.window).field("PCT")),
        }
        fields.extend(unless_neutral("CPW", self.dye_heat));
        fields.extend(unless_neutral("KPW", self.resin_heat));
        fields.extend(unless_neutral("OPW", self.overcoat_heat));
        fields.extend(unless_neutral("SOI", self.start_trim));
        fields.extend(unless_neutral("EOI", self.end_trim));
        fields.push(Field::new("DDD", self.head_trim));
        fields.extend(self.time_field());
        fields.push(Field::new("IMF", self.image));
        fields
    }

    fn page(&self) -> Field {
        Field::new("PAG", if self.back { 2 } else { 1 })
    }

    fn window_fields(&self) -> [Field; 4] {
        [
            Field::new("XCO", 0),
            Field::new("YCO", 0),
            Field::new("WID", self.window.0),
            Field::new("HGT", self.window.1),
        ]
    }
}

fn unless_neutral(name: &'static str, value: u8) -> Option<Field> {
    (value != NEUTRAL).then(|| Field::new(name, value))
}

/// The overcoat's rectangle for the whole card; Rio and Tango name ten dots more along the long side [doc; measured].
pub fn whole(order: Order, window: (usize, usize)) -> Area {
    let beyond = match order {
        Order::Maker => 0,
        Order::BackEnd => 10,
    };
    Area {
        left: 0,
        bottom: 0,
        right: (window.0 + beyond).saturating_sub(1),
        top: window.1.saturating_sub(1),
    }
}
