//! From dots to bit-planes: the head's layouts, the turn of the card, packing.
//!
//! A row is one head line across the short side, 672 dots; rows run along the long side \[doc\]. A dye dot has 6 bits,
//! and inside a row the six bit-planes follow one another, bit 0 first [doc; measured]. Resin has one bit, 1 is ink.

use bytes::Bytes;

use crate::contract::BitPlane;
use crate::turn::{BLOCK_LINES, Quarter};

/// Dots of the head.
pub const HEAD_DOTS: usize = 672;
/// Bits of a dye dot.
pub const DYE_BITS: usize = 6;

/// Bits of an amount that a dye dot has not.
const DROPPED_BITS: usize = 8 - DYE_BITS;

/// Where a head's dots lie in a row of a bit-plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Dot after dot, most significant bit first [code: gp; measured].
    Kee,
    /// 24 words that two halves of the head share; a bit counts from the most significant one of a big-endian
    /// word [doc; measured].
    Kge2,
}

impl Layout {
    /// Its name in a header.
    pub fn token(self) -> &'static str {
        match self {
            Layout::Kee => "KEE",
            Layout::Kge2 => "KGE2",
        }
    }

    /// Bytes of one row of one bit-plane.
    pub fn row_bytes(self) -> usize {
        match self {
            Layout::Kee => 84,
            Layout::Kge2 => 96,
        }
    }

    /// The byte of a row and the mask of one dot, which must be below [`HEAD_DOTS`].
    pub fn dot(self, dot: usize) -> (usize, u8) {
        match self {
            Layout::Kee => (dot / 8, 0x80 >> (dot % 8)),
            Layout::Kge2 => {
                let (word, bit) = if dot < 288 {
                    (6 + dot / 16, 2 * (dot % 16))
                } else {
                    let behind = dot - 288;
                    (behind / 16, 2 * (behind % 16) + 1)
                };
                (4 * word + bit / 8, 0x80 >> (bit % 8))
            }
        }
    }
}

/// How a side's dots come to the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The head.
    pub layout: Layout,
    /// Head lines: dots along the card's long side.
    pub rows: usize,
    /// Dots along its short side.
    pub columns: usize,
    /// The head's dot that prints the first column; `first_dot + columns` is at most [`HEAD_DOTS`].
    pub first_dot: usize,
    /// The picture is turned by 180 degrees.
    pub turned: bool,
}

impl Setting {
    /// Where the dot at a row and a column of the head lies in the landscape picture: from the left, from the top.
    ///
    /// The landscape picture is turned clockwise by 90 degrees into the portrait one \[inferred\].
    pub fn place(&self, row: usize, column: usize) -> (usize, usize) {
        let quarter = self.quarter();
        (
            quarter.line(row, self.rows),
            quarter.place(column, self.columns),
        )
    }

    fn quarter(&self) -> Quarter {
        if self.turned {
            Quarter::CounterClockwise
        } else {
            Quarter::Clockwise
        }
    }

    /// Packs amounts of one dye (landscape rows, 0 to 255) into 6 bits: the lower two are dropped \[measured\].
    pub fn dye(&self, amounts: &[u8]) -> Bytes {
        let stride = self.layout.row_bytes();
        let mut plane = vec![0; self.rows * stride * DYE_BITS];
        // The bit of a row that prints each column.
        let bits: Vec<usize> = self
            .dots()
            .map(|(byte, mask)| byte * 8 + mask.leading_zeros() as usize)
            .collect();
        let width = stride * 8;
        let mut block = vec![0u8; BLOCK_LINES * width];
        for (number, out) in plane
            .chunks_mut(BLOCK_LINES * stride * DYE_BITS)
            .enumerate()
        {
            let rows = out.chunks_exact_mut(stride * DYE_BITS);
            let block = &mut block[..rows.len() * width];
            let begin = number * BLOCK_LINES;
            self.quarter()
                .turn(amounts, self.rows, begin, width, |dot| bits[dot], block);
            for (row, out) in block.chunks_exact(width).zip(rows) {
                for (at, eight) in row.as_chunks::<8>().0.iter().enumerate() {
                    let eight = u64::from_be_bytes(*eight) >> DROPPED_BITS;
                    if eight != 0 {
                        for bit in 0..DYE_BITS {
                            out[bit * stride + at] = gathered(eight >> bit);
                        }
                    }
                }
            }
        }
        Bytes::from(plane)
    }

    /// Packs ink.
    pub fn ink(&self, ink: &BitPlane) -> Bytes {
        let stride = self.layout.row_bytes();
        let mut plane = vec![0; self.rows * stride];
        let dots: Vec<(usize, u8)> = self.dots().collect();
        let lines = self.quarter().turned(ink);
        for row in 0..lines.height {
            for column in lines.inked(row) {
                let (byte, mask) = dots[column];
                plane[row * stride + byte] |= mask;
            }
        }
        Bytes::from(plane)
    }

    /// For each column the byte of a row and the mask of the dot that prints it.
    fn dots(&self) -> impl Iterator<Item = (usize, u8)> + use<> {
        let layout = self.layout;
        let dots = (self.first_dot..HEAD_DOTS).take(self.columns);
        dots.map(move |dot| layout.dot(dot))
    }
}

/// The lowest bits of eight bytes as one byte, the first byte's as its most significant bit.
fn gathered(eight: u64) -> u8 {
    // Each factor's bit brings one byte's bit to its place in the top byte; no two products meet.
    let lowest = eight & 0x0101_0101_0101_0101;
    lowest.wrapping_mul(0x0102_0408_1020_4080).to_be_bytes()[0]
}

/// The opposite of [`Setting::dye`] and [`Setting::ink`]: the value of each dot of the head, row after row, bit 0 from
/// the first bit-plane. `None` where the plane is no whole number of rows.
pub fn unpack(layout: Layout, bits: usize, plane: &[u8]) -> Option<Vec<u8>> {
    let stride = layout.row_bytes();
    let row_bytes = stride * bits;
    if bits == 0 || !plane.len().is_multiple_of(row_bytes) {
        return None;
    }
    let mut values = Vec::with_capacity(plane.len() / row_bytes * HEAD_DOTS);
    for row in plane.chunks_exact(row_bytes) {
        for dot in 0..HEAD_DOTS {
            let (byte, mask) = layout.dot(dot);
            let value = (0..bits).rev().fold(0u8, |value, bit| {
                (value << 1) | u8::from(row[bit * stride + byte] & mask != 0)
            });
            values.push(value);
        }
    }
    Some(values)
}
