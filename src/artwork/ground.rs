//! What every card of a template has before a record is known.

use cetak_drivers::contract::BitPlane;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

use super::place::{CARD_HEIGHT, CARD_WIDTH, Place};

/// Red, green or blue where no dye is.
const WHITE: u8 = 255;

/// A card before its record.
pub(crate) struct Ground {
    /// Backs and an office's cards have no dye: their blanks carry a background of their own.
    pub(crate) dye: Dye,
    /// Static text.
    pub(crate) resin: BitPlane,
    /// The word across the card where the photo would hide it, as opacity and colour a dot; empty where
    /// there is none.
    pub(crate) over_photo: Vec<[u8; 4]>,
    /// The word across the card as sparse resin, for looks without dye.
    pub(crate) across: BitPlane,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ground")
    }
}

/// Dots beside each other of one colour that is not white.
struct Run {
    first: u32,
    dots: u32,
    ink: [u8; 3],
}

/// A side's dye as runs: five grounds dot by dot would be most of the memory of a room that waits.
pub(crate) struct Dye {
    runs: Vec<Run>,
}

impl Dye {
    /// A layer on white.
    pub(crate) fn of(layer: &Pixmap) -> Dye {
        let mut runs: Vec<Run> = Vec::new();
        for (at, pixel) in (0..).zip(layer.pixels()) {
            let ink = on_white(*pixel);
            if ink == [WHITE; 3] {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.ink == ink && run.first + run.dots == at => run.dots += 1,
                Some(_) | None => runs.push(Run {
                    first: at,
                    dots: 1,
                    ink,
                }),
            }
        }
        runs.shrink_to_fit();
        Dye { runs }
    }

    /// The whole side, rows of red, green, blue.
    pub(crate) fn rgb(&self) -> Vec<u8> {
        let mut rgb = vec![WHITE; CARD_WIDTH * CARD_HEIGHT * 3];
        for run in &self.runs {
            let (first, dots) = (run.first as usize, run.dots as usize);
            for dot in rgb[first * 3..(first + dots) * 3].chunks_exact_mut(3) {
                dot.copy_from_slice(&run.ink);
            }
        }
        rgb
    }
}

fn on_white(pixel: PremultipliedColorU8) -> [u8; 3] {
    let white = WHITE - pixel.alpha();
    [
        pixel.red() + white,
        pixel.green() + white,
        pixel.blue() + white,
    ]
}

/// The part of a layer that lies over a place: alpha, then red, green, blue, premultiplied.
pub(crate) fn cut(layer: &Pixmap, place: Place) -> Vec<[u8; 4]> {
    let pixels = layer.pixels();
    (place.y..place.y + place.height)
        .flat_map(|y| (place.x..place.x + place.width).map(move |x| y * CARD_WIDTH + x))
        .map(|index| {
            let pixel = pixels[index];
            [pixel.alpha(), pixel.red(), pixel.green(), pixel.blue()]
        })
        .collect()
}

/// A layer as resin that leaves what lies under it readable: one dot in sixteen; none in the mark's box.
pub(crate) fn sparse(layer: &Pixmap, clear: Place) -> BitPlane {
    let mut plane = BitPlane::clear(CARD_WIDTH, CARD_HEIGHT);
    for (index, pixel) in layer.pixels().iter().enumerate() {
        let (x, y) = (index % CARD_WIDTH, index / CARD_WIDTH);
        let chosen = y % 4 == 0 && (x + y / 2) % 4 == 0;
        if chosen && pixel.alpha() > 0 && !clear.holds(x, y) {
            plane.set(x, y);
        }
    }
    plane
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use resvg::tiny_skia::{Color, Paint, Rect, Transform};

    #[test]
    fn runs_give_back_every_dot_of_a_layer() {
        let (width, height) = (CARD_WIDTH as u32, CARD_HEIGHT as u32);
        let mut layer = Pixmap::new(width, height).unwrap();
        assert!(Dye::of(&layer).runs.is_empty(), "white paper has no dye");
        let mut paint = Paint::default();
        for (x, y, wide, high, ink) in [
            // To the edge and over the end of a row, half covered, and the last dot of all.
            (1000.0, 10.0, 16.0, 2.0, Color::from_rgba8(200, 10, 10, 255)),
            (0.0, 11.0, 40.5, 30.0, Color::from_rgba8(200, 10, 10, 90)),
            (1015.0, 647.0, 1.0, 1.0, Color::from_rgba8(0, 0, 255, 255)),
        ] {
            paint.set_color(ink);
            let place = Rect::from_xywh(x, y, wide, high).unwrap();
            layer.fill_rect(place, &paint, Transform::identity(), None);
        }
        let rgb = Dye::of(&layer).rgb();
        for (dot, pixel) in rgb.chunks_exact(3).zip(layer.pixels()) {
            assert_eq!(dot, on_white(*pixel));
        }
        assert_eq!(rgb.len(), CARD_WIDTH * CARD_HEIGHT * 3);
        assert_eq!(rgb[rgb.len() - 3..], [0, 0, 255]);
    }
}
