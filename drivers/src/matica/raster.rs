//! From a card's picture to planes: one byte a dot, 0 none, FF full; rows from top to bottom, columns along the long
//! side [code: cardprint].
//!
//! - Dye by the common separation, 256 levels, as the public driver has it; the maker's own host software applies tables that
//!   are not public, so colours differ from its output.
//! - Resin prints solid or not at all [code]. The film covers the whole card: no overlay plane is sent, and what the
//!   peel-off plane does is \[unknown\].
//! - A plane is larger than the card: a picture of the card's size is placed in its middle and its edge dots run out
//!   over the bleed [code: extend the background; the middle by halves rounded down, inferred].
//! - A picture at 300 dpi is taken by the 600 dpi model as it is, and each of its dots laid two by two.
//! - The 600 dpi model takes the whole plane in reverse order [code: xidserver].

use super::wire::{Ink, Inks};
use crate::colour::{Dye, Separation};
use crate::contract::{Colour, Side};

/// Why a picture cannot be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// It has neither the card's nor the plane's size, or its parts have different sizes.
    #[error(
        "a picture of {width} x {height} dots fits neither card nor plane, nor the half of them"
    )]
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
    /// Those of a picture whose dots are laid two by two.
    pub coarse: Option<(usize, usize)>,
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
        let sizes = [Some(self.card), Some(self.plane), self.coarse];
        if !whole || !sizes.contains(&Some((width, height))) {
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

    /// Appends one plane of a side that [`Canvas::inks`] has checked. Shape: [`Canvas::bytes`] more. A row is
    /// packed into one buffer and copied, so `out` is written once; rows that repeat are copied only.
    pub fn pack(&self, side: &Side, ink: Ink, separation: &Separation, out: &mut Vec<u8>) {
        let (columns, rows) = self.plane;
        let size = (side.resin.width, side.resin.height);
        let times = if self.coarse == Some(size) { 2 } else { 1 };
        let (width, height) = (size.0 * times, size.1 * times);
        let mut own = vec![0; size.0];
        let left = (columns - width) / 2;
        let top = (rows - height) / 2;
        let mut row = vec![0; columns];
        let mut made: Option<usize> = None;
        for y in 0..rows {
            let y = if self.turned { rows - 1 - y } else { y };
            // Rows of the bleed repeat the edge row.
            let from = y.saturating_sub(top).min(height.saturating_sub(1)) / times;
            if made.is_none_or(|made| !alike(side, ink, made, from)) {
                let places = &mut row[left..left + width];
                if times == 1 {
                    fill(side, ink, separation, from, places);
                } else {
                    fill(side, ink, separation, from, &mut own);
                    for (pair, dot) in places.as_chunks_mut().0.iter_mut().zip(&own) {
                        *pair = [*dot, *dot];
                    }
                }
                let (first, last) = (row[left], row[left + width - 1]);
                row[..left].fill(first);
                row[left + width..].fill(last);
                if self.turned {
                    row.reverse();
                }
            }
            made = Some(from);
            out.extend_from_slice(&row);
        }
    }
}

/// Whether two rows of a side print the same of one ink.
fn alike(side: &Side, ink: Ink, one: usize, other: usize) -> bool {
    let resin = |y: usize| &side.resin.bits[y * side.resin.stride()..][..side.resin.stride()];
    if one == other {
        return true;
    }
    let dyes = match (ink, &side.colour) {
        (Ink::Black, _) | (Ink::Yellow | Ink::Magenta | Ink::Cyan, None) => true,
        (Ink::Yellow | Ink::Magenta | Ink::Cyan, Some(colour)) => {
            let dots = |y: usize| &colour.rgb[y * colour.width * 3..][..colour.width * 3];
            dots(one) == dots(other)
        }
    };
    dyes && resin(one) == resin(other)
}

fn dyed(colour: &Colour, side: &Side) -> bool {
    colour
        .rgb
        .chunks_exact(3)
        .enumerate()
        .any(|(at, dot)| dot != [255; 3] && !side.resin.get(at % colour.width, at / colour.width))
}

/// The amounts of one ink in row `y`. Shape: `row` is as wide as the side.
fn fill(side: &Side, ink: Ink, separation: &Separation, y: usize, row: &mut [u8]) {
    let dye = match ink {
        Ink::Yellow => Dye::Yellow,
        Ink::Magenta => Dye::Magenta,
        Ink::Cyan => Dye::Cyan,
        Ink::Black => {
            let ink = &side.resin.bits[y * side.resin.stride()..];
            for (eight, ink) in row.chunks_mut(8).zip(ink) {
                for (bit, dot) in eight.iter_mut().enumerate() {
                    *dot = if ink & (0x80 >> bit) == 0 { 0 } else { u8::MAX };
                }
            }
            return;
        }
    };
    match &side.colour {
        Some(colour) => separation.row(dye, colour, &side.resin, y, row),
        None => row.fill(0),
    }
}
