//! From a card's picture to planes: one byte a dot, 0 none, FF full; rows from top to bottom, columns along the long
//! side [code: cardprint].
//!
//! - Dye by the common separation, 256 levels, as the public driver has it; the maker's own host software applies tables that
//!   are not public, so colours differ from its output.
//! - Resin prints solid or not at all [code]. The film covers the whole card: no overlay plane is sent, and what the
//!   peel-off plane does is \[unknown\].
//! - A plane is larger than the card: a picture of the card's size is placed in its middle and its edge dots run out
//!   over the bleed [code: extend the background; the middle by halves rounded down, inferred].
//! - The 600 dpi model takes the whole plane in reverse order [code: xidserver].

use super::wire::{Ink, Inks};
use crate::colour::Separation;
use crate::contract::{Colour, Side};

/// Why a picture cannot be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// It has neither the card's nor the plane's size, or its parts have different sizes.
    #[error("a picture of {width} x {height} dots fits neither card nor plane")]
    Size {
        /// Dots along the long side.
        width: usize,
        /// Dots along the short side.
        height: usize,
    },
    /// The side has colour and the ribbon has no dye for it.
    #[error("the ribbon has no dye for this side")]
    NoDye,
    /// There is nothing on it: the printer refuses an empty set of planes.
    #[error("the side is blank")]
    Blank,
}

/// Where pictures go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// A plane's columns and rows.
    pub plane: (usize, usize),
    /// A card's.
    pub card: (usize, usize),
    /// Planes are sent turned by 180 degrees.
    pub turned: bool,
}

impl Canvas {
    /// Bytes of one plane.
    pub fn bytes(&self) -> usize {
        self.plane.0 * self.plane.1
    }

    /// The planes that this side needs. If one dye has content all three are sent [code].
    ///
    /// Errors: [`RasterError`]; a checked side can be packed.
    pub fn inks(&self, side: &Side, dye: bool) -> Result<Inks, RasterError> {
        let (width, height) = (side.resin.width, side.resin.height);
        let whole = side.resin.bits.len() == side.resin.stride() * height
            && side.colour.as_ref().is_none_or(|colour| {
                (colour.width, colour.height) == (width, height)
                    && colour.rgb.len() == width * height * 3
            });
        if !whole || ((width, height) != self.card && (width, height) != self.plane) {
            return Err(RasterError::Size { width, height });
        }
        let mut inks = Inks::default();
        if side
            .colour
            .as_ref()
            .is_some_and(|colour| dyed(colour, side))
        {
            if !dye {
                return Err(RasterError::NoDye);
            }
            inks = inks.with(Ink::Yellow).with(Ink::Magenta).with(Ink::Cyan);
        }
        if !side.resin.is_clear() {
            inks = inks.with(Ink::Black);
        }
        if inks == Inks::default() {
            return Err(RasterError::Blank);
        }
        Ok(inks)
    }

    /// Writes one plane of a side that [`Canvas::inks`] has checked. Shape: `out` has [`Canvas::bytes`], all zero.
    /// Nothing is allocated.
    pub fn pack(&self, side: &Side, ink: Ink, separation: &Separation, out: &mut [u8]) {
        let (columns, rows) = self.plane;
        let (width, height) = (side.resin.width, side.resin.height);
        let left = (columns - width) / 2;
        let top = (rows - height) / 2;
        let into = |place: usize, before: usize, size: usize| {
            place.saturating_sub(before).min(size.saturating_sub(1))
        };
        let mut made: Option<usize> = None;
        for y in 0..rows {
            let from = into(y, top, height);
            let begin = y * columns;
            // Rows of the bleed repeat the edge row.
            if made == Some(from) {
                out.copy_within(begin - columns..begin, begin);
                continue;
            }
            made = Some(from);
            let row = &mut out[begin..begin + columns];
            fill(side, ink, separation, from, &mut row[left..left + width]);
            let (first, last) = (row[left], row[left + width - 1]);
            row[..left].fill(first);
            row[left + width..].fill(last);
        }
        if self.turned {
            out.reverse();
        }
    }
}

fn dyed(colour: &Colour, side: &Side) -> bool {
    colour
        .rgb
        .chunks_exact(3)
        .enumerate()
        .any(|(at, dot)| dot != [255; 3] && !side.resin.get(at % colour.width, at / colour.width))
}

/// The amounts of one ink in row `y`. Shape: `row` is as wide as the side, all zero.
fn fill(side: &Side, ink: Ink, separation: &Separation, y: usize, row: &mut [u8]) {
    let dye = match ink {
        Ink::Yellow => 0,
        Ink::Magenta => 1,
        Ink::Cyan => 2,
        Ink::Black => {
            for (x, dot) in row.iter_mut().enumerate() {
                *dot = if side.resin.get(x, y) { u8::MAX } else { 0 };
            }
            return;
        }
    };
    let Some(colour) = &side.colour else { return };
    for (dot, amounts) in row.iter_mut().zip(separation.row(colour, &side.resin, y)) {
        *dot = amounts[dye];
    }
}
