//! The pictures of a walk: told apart at a glance, and nobody's.

use crate::contract::{BitPlane, CardImage, Colour, Overlay, Ribbon, Side};

/// A test picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Grey and black on the right half, nothing on the left. It needs every dye.
    Frame,
    /// The left half yellow (on a black ribbon: black), nothing else.
    Bar,
    /// Grey all over (on a black ribbon: black): whatever of it is printed is seen.
    Ground,
}

impl Picture {
    /// Draws it for a card of so many dots along its long and its short side; `back`: the back is printed, too.
    pub(super) fn draw(self, dots: (usize, usize), ribbon: Ribbon, back: bool) -> CardImage {
        let (width, height) = dots;
        let coloured = match ribbon {
            Ribbon::Ymcko | Ribbon::Ymckok => true,
            Ribbon::K => false,
        };
        let mut resin = BitPlane::clear(width, height);
        let black = match self {
            Picture::Frame => width * 3 / 4..width,
            Picture::Bar | Picture::Ground if coloured => 0..0,
            Picture::Ground => 0..width,
            Picture::Bar => 0..width / 2,
        };
        for x in black {
            for y in 0..height {
                resin.set(x, y);
            }
        }
        let colour = coloured.then(|| Colour {
            width,
            height,
            rgb: (0..width * height)
                .flat_map(|at| match (self, at % width < width / 2) {
                    (Picture::Frame, false) | (Picture::Ground, _) => [128, 128, 128],
                    (Picture::Bar, true) => [255, 255, 0],
                    (Picture::Frame, true) | (Picture::Bar, false) => [255, 255, 255],
                })
                .collect(),
        });
        let overlay = if coloured {
            Overlay::Full
        } else {
            Overlay::None
        };
        let rear = Side {
            colour: None,
            resin: resin.clone(),
            overlay: Overlay::None,
        };
        CardImage {
            front: Side {
                colour,
                resin,
                overlay,
            },
            back: back.then_some(rear),
        }
    }
}
