//! A page's bit-planes into dots of the head, and dots of the head onto the card.
//!
//! A row is one line of the head across the card's short side; six bit-planes of a dye row follow one another,
//! bit 0 first [doc; capture].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::mechanism::{Geometry, Panel, Plane};

/// Dots of every head of this family.
pub const HEAD_DOTS: usize = 672;
/// Bytes of one head line at one bit a dot, in dot order.
pub(crate) const LINE_BYTES: usize = HEAD_DOTS / 8;
/// Bit-planes of a dye sample.
const SAMPLE_BITS: usize = 6;
/// Rows of the longest card that any model takes: 140 mm at 300 dots an inch [code: ultra14].
pub(crate) const ROWS_MAX: usize = 1654;
/// Words of one bit-plane row of a split head.
const SPLIT_WORDS: usize = 24;
/// Dots that a split head keeps in the even bits of its words, from [`SPLIT_FIRST_WORD`] on.
const SPLIT_EVEN_DOTS: usize = 288;
const SPLIT_FIRST_WORD: usize = 6;

/// How a head's dots lie in a row's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadLayout {
    /// `KEE`: one dot after the other, most significant bit first.
    Linear,
    /// `KGE`: 24 words, two strands of dots in alternate bits, counted from a word's least significant bit.
    SplitLow,
    /// `KGE2`: the same, counted from the most significant bit.
    SplitHigh,
}

impl HeadLayout {
    /// Bytes of one bit-plane row.
    pub fn row_bytes(self) -> usize {
        match self {
            HeadLayout::Linear => LINE_BYTES,
            HeadLayout::SplitLow | HeadLayout::SplitHigh => SPLIT_WORDS * 4,
        }
    }

    /// Bytes of one row of that panel's plane.
    pub fn plane_row_bytes(self, panel: Panel) -> usize {
        match panel {
            Panel::Y | Panel::M | Panel::C => self.row_bytes() * SAMPLE_BITS,
            Panel::K | Panel::O | Panel::U => self.row_bytes(),
        }
    }

    /// The byte and the bit of one dot in a bit-plane row.
    fn place(self, dot: usize) -> (usize, u8) {
        let (word, bit) = if dot < SPLIT_EVEN_DOTS {
            (SPLIT_FIRST_WORD + dot / 16, 2 * (dot % 16))
        } else {
            let dot = dot - SPLIT_EVEN_DOTS;
            (dot / 16, 2 * (dot % 16) + 1)
        };
        match self {
            HeadLayout::Linear => (dot / 8, 0x80 >> (dot % 8)),
            HeadLayout::SplitLow => (4 * word + (31 - bit) / 8, 1 << (bit % 8)),
            HeadLayout::SplitHigh => (4 * word + bit / 8, 0x80 >> (bit % 8)),
        }
    }

    fn places(self) -> Vec<(usize, u8)> {
        (0..HEAD_DOTS).map(|dot| self.place(dot)).collect()
    }

    /// Dye samples 0 to 63, one byte a dot, row by row.
    pub(crate) fn samples(self, bytes: &[u8]) -> Vec<u8> {
        let places = self.places();
        let row_bytes = self.row_bytes();
        let mut samples = Vec::with_capacity(bytes.len() / row_bytes / SAMPLE_BITS * HEAD_DOTS);
        for row in bytes.chunks_exact(row_bytes * SAMPLE_BITS) {
            samples.extend(places.iter().map(|(byte, mask)| {
                (0..SAMPLE_BITS).fold(0, |sample, bit| {
                    let set = row[bit * row_bytes + byte] & mask != 0;
                    sample | u8::from(set) << bit
                })
            }));
        }
        samples
    }

    /// Resin dots, packed in dot order, most significant bit first.
    pub(crate) fn dots(self, bytes: &[u8]) -> Vec<u8> {
        let places = self.places();
        let mut dots = Vec::with_capacity(bytes.len() / self.row_bytes() * LINE_BYTES);
        for row in bytes.chunks_exact(self.row_bytes()) {
            for eight in places.chunks_exact(8) {
                dots.push(eight.iter().fold(0, |packed, (byte, mask)| {
                    packed << 1 | u8::from(row[*byte] & mask != 0)
                }));
            }
        }
        dots
    }
}

/// One page as it came over the wire, in wire order: row by row, [`HEAD_DOTS`] dots a row.
///
/// Dye: one byte a dot, 0 (no dye) to 63 (full heat). Resin: one bit a dot, most significant first, 84 bytes a
/// row. `None`: the page has no such plane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadPicture {
    /// Yellow.
    pub y: Option<Vec<u8>>,
    /// Magenta.
    pub m: Option<Vec<u8>>,
    /// Cyan.
    pub c: Option<Vec<u8>>,
    /// Resin.
    pub k: Option<Vec<u8>>,
}

impl HeadPicture {
    /// Keeps a plane's bytes as dots.
    pub(crate) fn put(&mut self, panel: Panel, bytes: &[u8], layout: HeadLayout) {
        match panel {
            Panel::Y => self.y = Some(layout.samples(bytes)),
            Panel::M => self.m = Some(layout.samples(bytes)),
            Panel::C => self.c = Some(layout.samples(bytes)),
            Panel::K => self.k = Some(layout.dots(bytes)),
            Panel::O | Panel::U => {}
        }
    }

    fn dye(&self, panel: Panel) -> Option<&[u8]> {
        match panel {
            Panel::Y => self.y.as_deref(),
            Panel::M => self.m.as_deref(),
            Panel::C => self.c.as_deref(),
            Panel::K | Panel::O | Panel::U => None,
        }
    }

    /// What a panel lays on the card; `None`: the page has no such plane.
    pub(crate) fn on_card(&self, panel: Panel, aim: Aim) -> Option<Arc<Plane>> {
        let mut plane = Plane::empty(panel, aim.geometry);
        match &mut plane {
            Plane::Dye(face) => {
                for (row, line) in self.dye(panel)?.chunks_exact(HEAD_DOTS).enumerate() {
                    for (dot, sample) in line.iter().enumerate() {
                        if let Some((at_line, column)) = aim.hits(row, dot) {
                            face[at_line * aim.geometry.columns + column] = full_scale(*sample);
                        }
                    }
                }
            }
            Plane::Bits(face) => {
                for (row, line) in self.k.as_deref()?.chunks_exact(LINE_BYTES).enumerate() {
                    for dot in (0..HEAD_DOTS).filter(|dot| line[dot / 8] & 0x80 >> (dot % 8) != 0) {
                        if let Some((at_line, column)) = aim.hits(row, dot) {
                            face[at_line * aim.geometry.line_bytes() + column / 8] |=
                                0x80 >> (column % 8);
                        }
                    }
                }
            }
        }
        Some(Arc::new(plane))
    }
}

/// A sample of 0..=63 as dye of 0..=255. `dye >> 2` is the sample again, exactly.
pub(crate) fn full_scale(sample: u8) -> u8 {
    sample << 2 | sample >> 4
}

/// Where the dots of the head meet the card.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim {
    pub(crate) geometry: Geometry,
    /// The head dot over the card's edge.
    pub(crate) first_dot: usize,
    /// Rows and dots that the page's window is moved by.
    pub(crate) offset: (usize, usize),
    /// The picture lies turned by 180 degrees on the card when it comes out.
    pub(crate) turned: bool,
}

impl Aim {
    /// Line and column on the card; `None`: the dot misses it.
    fn hits(self, row: usize, dot: usize) -> Option<(usize, usize)> {
        let Geometry { columns, lines } = self.geometry;
        let line = row.checked_add(self.offset.0)?;
        let column = dot
            .checked_add(self.offset.1)?
            .checked_sub(self.first_dot)?;
        if line >= lines || column >= columns {
            return None;
        }
        Some(if self.turned {
            (lines - 1 - line, columns - 1 - column)
        } else {
            (line, column)
        })
    }
}

/// A rectangle on the card, both corners included, from its lower left corner, x along the long side \[doc\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: (usize, usize),
    pub(crate) y: (usize, usize),
}

impl Area {
    fn holds(self, x: usize, y: usize) -> bool {
        (self.x.0..=self.x.1).contains(&x) && (self.y.0..=self.y.1).contains(&y)
    }
}

/// The overcoat: the areas (all of the card if there is none) without the holes.
pub(crate) fn overcoat(geometry: Geometry, areas: &[Area], holes: &[Area]) -> Plane {
    let mut plane = Plane::empty(Panel::O, geometry);
    if let Plane::Bits(bits) = &mut plane {
        for x in 0..geometry.lines {
            for y in 0..geometry.columns {
                let inside = areas.is_empty() || areas.iter().any(|area| area.holds(x, y));
                if inside && !holes.iter().any(|hole| hole.holds(x, y)) {
                    bits[x * geometry.line_bytes() + y / 8] |= 0x80 >> (y % 8);
                }
            }
        }
    }
    plane
}

#[cfg(test)]
mod tests;
