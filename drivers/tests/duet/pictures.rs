//! A third, plain reading of how a picture lies on a card, for comparing with what the mechanism laid.
//!
//! line = x, column = height - 1 - y [code: Printer-EVOLIS, raster-filter; capture]; dye = (255 - component)
//! >> (8 - bits), yellow from blue, magenta from green, cyan from red [code: raster-filter]; none under resin.

use cetak_drivers::contract::{BitPlane, CardImage, Colour, Overlay, Side};
use cetak_firmware_sims::mechanism::Face;

/// What is expected on one face.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Expected {
    /// Yellow, magenta, cyan: one byte a dot, 0 to 255; empty where the panel never touched the face.
    pub(crate) dyes: [Vec<u8>; 3],
    pub(crate) k: Vec<u8>,
    pub(crate) o: Vec<u8>,
}

/// A picture whose every part differs from every other; `salt` makes another one.
pub(crate) fn side(lines: usize, columns: usize, salt: usize) -> Side {
    let rgb = (0..lines * columns * 3)
        .map(|at| u8::try_from((at * 7 + at / 97 + salt * 31) % 256).unwrap())
        .collect();
    let mut resin = BitPlane::clear(lines, columns);
    for x in 0..lines {
        for y in 0..columns {
            if (x * 5 + y * 3 + x * y + salt).is_multiple_of(11) {
                resin.set(x, y);
            }
        }
    }
    Side {
        colour: Some(Colour {
            width: lines,
            height: columns,
            rgb,
        }),
        resin,
        overlay: Overlay::Full,
    }
}

/// Resin alone.
pub(crate) fn mono(lines: usize, columns: usize, salt: usize) -> Side {
    Side {
        colour: None,
        overlay: Overlay::None,
        ..side(lines, columns, salt)
    }
}

/// A front alone.
pub(crate) fn front(front: Side) -> CardImage {
    CardImage { front, back: None }
}

/// Which panels touch a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Panels {
    /// Dye, resin, varnish.
    All,
    /// Resin.
    Resin,
}

/// What a face looks like with this picture on it, at so many bits of dye. `window`: first line and lines of dye.
pub(crate) fn expected(
    side: &Side,
    panels: Panels,
    bits: u32,
    window: Option<(usize, usize)>,
) -> Expected {
    let k = turned(|x, y| side.resin.get(x, y), &side.resin);
    match panels {
        Panels::Resin => Expected {
            k,
            ..Expected::default()
        },
        Panels::All => Expected {
            dyes: [2, 1, 0].map(|component| dye(side, component, bits, window)),
            k,
            o: match &side.overlay {
                Overlay::Full => turned(|_, _| true, &side.resin),
                Overlay::None => turned(|_, _| false, &side.resin),
                Overlay::Plane(plane) => turned(|x, y| plane.get(x, y), &side.resin),
            },
        },
    }
}

/// What lies on a face of the mechanism's card.
pub(crate) fn laid(face: &Face) -> Expected {
    Expected {
        dyes: [face.y.clone(), face.m.clone(), face.c.clone()],
        k: face.k.clone(),
        o: face.o.clone(),
    }
}

fn turned(ink: impl Fn(usize, usize) -> bool, size: &BitPlane) -> Vec<u8> {
    let (lines, columns) = (size.width, size.height);
    let stride = columns.div_ceil(8);
    let mut bits = vec![0; lines * stride];
    for line in 0..lines {
        for column in 0..columns {
            if ink(line, columns - 1 - column) {
                bits[line * stride + column / 8] |= 0x80 >> (column % 8);
            }
        }
    }
    bits
}

fn dye(side: &Side, component: usize, bits: u32, window: Option<(usize, usize)>) -> Vec<u8> {
    let (lines, columns) = (side.resin.width, side.resin.height);
    let highest = (1_usize << bits) - 1;
    let (first, many) = window.unwrap_or((0, lines));
    let mut dots = vec![0; lines * columns];
    for line in first..first + many {
        for column in 0..columns {
            let (x, y) = (line, columns - 1 - column);
            let level = match &side.colour {
                Some(colour) if !side.resin.get(x, y) => {
                    let at = (y * lines + x) * 3 + component;
                    usize::from(255 - colour.rgb[at]) >> (8 - bits)
                }
                Some(_) | None => 0,
            };
            let shade = (level * 255 + highest / 2) / highest;
            dots[line * columns + column] = u8::try_from(shade).unwrap();
        }
    }
    dots
}
