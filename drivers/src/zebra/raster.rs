//! From a card's picture to downloads: separation, orientation, packing.
//!
//! Orientation: the landscape picture turned a quarter counter-clockwise: line 0 is the right-most column of the
//! card, its first dot the top one [doc; code: PAUSMS]. A line of resin is padded to a whole byte with zero bits
//! \[doc\]. Dye: 0 is none, 31 (or 255 in the plain form) is full; resin: 1 prints [code: PAUSMS]. How 256 levels
//! become 32 is \[inferred\]: the upper five bits. Whether a back must be turned by 180 degrees depends on the
//! flip axis \[unknown\]: a switch of the model's row.

use bytes::Bytes;

use super::packing::{ColourPacker, MonoPacker};
use super::wire::{BRACKET, CR, Dye, ESC, RESIN_HEAD, colour_head};
use crate::colour::{self, Separation};
use crate::contract::{BitPlane, Overlay, Ribbon, Side};
use crate::turn::{BLOCK_LINES, Quarter};

/// Why a picture cannot be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// The picture has not the area's size.
    #[error("the picture is {width} x {height} dots, the area {lines} x {dots}")]
    Size {
        /// Dots along the long side.
        width: usize,
        /// Dots along the short side.
        height: usize,
        /// Lines of the area.
        lines: usize,
        /// Dots of a line.
        dots: usize,
    },
    /// The side has colour and the ribbon has no dye for it.
    #[error("the ribbon has no dye for this side")]
    NoDye,
    /// An overlay of a shape of its own: the parameter that would print it is not known.
    #[error("an overlay of its own shape cannot be ordered")]
    OverlayShape,
}

/// How downloads are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// Lines, along the card's long side.
    pub lines: usize,
    /// Dots of a line, along its short side.
    pub height: usize,
    /// Compressed.
    pub packed: bool,
    /// Longest literal of packed resin.
    pub literal_max: usize,
    /// A bracket before ESC, CR and bracket in resin data, as the page of `O` has it; whether `Z` wants it is
    /// \[unknown\].
    pub escape: bool,
    /// The side is turned by 180 degrees.
    pub turned: bool,
}

impl Recipe {
    /// Bytes of one plain line of resin.
    pub fn line_bytes(&self) -> usize {
        self.height.div_ceil(8)
    }

    fn check(&self, width: usize, height: usize) -> Result<(), RasterError> {
        if (width, height) == (self.lines, self.height) {
            return Ok(());
        }
        Err(RasterError::Size {
            width,
            height,
            lines: self.lines,
            dots: self.height,
        })
    }

    fn quarter(&self) -> Quarter {
        if self.turned {
            Quarter::Clockwise
        } else {
            Quarter::CounterClockwise
        }
    }
}

/// One side, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Downloads {
    /// Yellow, magenta, cyan, each with head and end; empty where the side has no colour.
    pub dyes: Vec<Bytes>,
    /// Resin, with head and end.
    pub resin: Bytes,
    /// The clear panel covers the card.
    pub varnish: bool,
}

impl std::fmt::Debug for Downloads {
    /// A picture is personal data: only lengths are shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dyes: Vec<usize> = self.dyes.iter().map(Bytes::len).collect();
        write!(f, "Downloads({dyes:?} + {} bytes)", self.resin.len())
    }
}

/// What one side of a card needs. `back` says that it is the second one.
pub fn downloads(
    side: &Side,
    ribbon: Ribbon,
    back: bool,
    recipe: &Recipe,
    separation: &Separation,
) -> Result<Downloads, RasterError> {
    recipe.check(side.resin.width, side.resin.height)?;
    let (has_dye, has_varnish) = match ribbon {
        Ribbon::Ymcko => (true, true),
        Ribbon::Ymckok => (!back, !back),
        Ribbon::K => (false, false),
    };
    let mut dyes = Vec::new();
    if let Some(own) = &side.colour {
        recipe.check(own.width, own.height)?;
        if has_dye {
            let mut plane = vec![0; recipe.lines * recipe.height];
            dyes = [
                (Dye::Yellow, colour::Dye::Yellow),
                (Dye::Magenta, colour::Dye::Magenta),
                (Dye::Cyan, colour::Dye::Cyan),
            ]
            .into_iter()
            .map(|(letter, dye)| {
                separation.plane(dye, side, &mut plane);
                colour_download(letter, &plane, recipe)
            })
            .collect();
        } else if own.rgb.iter().any(|component| *component != 255) {
            return Err(RasterError::NoDye);
        }
    }
    let varnish = match side.overlay {
        Overlay::Full => has_varnish,
        Overlay::None => false,
        Overlay::Plane(_) => return Err(RasterError::OverlayShape),
    };
    Ok(Downloads {
        dyes,
        resin: resin_download(&side.resin, recipe),
        varnish,
    })
}

fn colour_download(dye: Dye, plane: &[u8], recipe: &Recipe) -> Bytes {
    let Recipe { lines, height, .. } = *recipe;
    let mut out = Vec::with_capacity(lines * height / 2);
    colour_head(dye, recipe.packed, lines, height, &mut out);
    let mut block = vec![0u8; BLOCK_LINES * height];
    let begins = (0..lines).step_by(BLOCK_LINES);
    if recipe.packed {
        let mut packer = ColourPacker::new(&mut out);
        for begin in begins {
            let turned = turn(plane, recipe, begin, &mut block);
            for value in &mut *turned {
                *value >>= 3;
            }
            packer.take(turned);
        }
        packer.end();
    } else {
        for begin in begins {
            out.extend_from_slice(turn(plane, recipe, begin, &mut block));
        }
    }
    out.push(CR);
    Bytes::from(out)
}

/// The lines from `begin` on, as many as the block holds.
fn turn<'a>(plane: &[u8], recipe: &Recipe, begin: usize, block: &'a mut [u8]) -> &'a mut [u8] {
    let Recipe { lines, height, .. } = *recipe;
    let block = &mut block[..BLOCK_LINES.min(lines - begin) * height];
    let quarter = recipe.quarter();
    quarter.turn(plane, lines, begin, height, |dot| dot, block);
    block
}

fn resin_download(plane: &BitPlane, recipe: &Recipe) -> Bytes {
    let bits = recipe.quarter().turned(plane).bits;
    let mut data = Vec::with_capacity(bits.len() / 4);
    if recipe.packed {
        let mut packer = MonoPacker::new(&mut data, recipe.literal_max);
        packer.take(&bits);
        packer.end();
    } else {
        data = bits;
    }
    let mut out = Vec::with_capacity(data.len() + RESIN_HEAD.len() + 1);
    out.extend_from_slice(&RESIN_HEAD);
    if recipe.escape {
        for byte in data {
            if matches!(byte, ESC | CR | BRACKET) {
                out.push(BRACKET);
            }
            out.push(byte);
        }
    } else {
        out.extend_from_slice(&data);
    }
    out.push(CR);
    Bytes::from(out)
}
