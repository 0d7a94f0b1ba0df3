//! The test card: what a technician looks at to judge a printer's colour, edges and placement.
//!
//! Patches of each dye and of their mixtures, ramps from none to full, resin text down to 4 points, fine lines, and
//! registration marks at a known distance from the edges. No person's data and no mark: it is nobody's card.

use cetak_drivers::contract::{BitPlane, CardImage, Colour, Overlay, Side};

use super::place::{CARD_HEIGHT, CARD_WIDTH};
use super::text::{Align, TextBox, Typesetter, Weight};
use super::{Look, Studio};

/// From the card's edges to the middle of a registration mark: 3 mm. Unit: dots.
const MARK_INSET: usize = 35;
/// Length of a mark's arms.
const MARK_ARM: usize = 14;
/// Sizes of the resin text. Unit: points; a point is 300/72 dots.
const TEXT_POINTS: [u16; 6] = [10, 8, 7, 6, 5, 4];
/// Left edge of patches, ramps and text.
const LEFT: usize = 72;
/// Right edge of the same.
const RIGHT: usize = CARD_WIDTH - LEFT;
/// Upper edge and height of the patches.
const PATCHES: (usize, usize) = (118, 104);
/// Upper edge of the first ramp, height of each, and distance of their upper edges.
const RAMPS: (usize, usize, usize) = (236, 26, 32);
/// Upper edge of the first line of text.
const TEXT_TOP: usize = 378;
/// Words of every line of text: thin strokes, round ones, digits and capitals.
const TEXT_WORDS: &str = "Cetak 01234 ABCD ijl ae&";
/// Right edge of the text: the fine lines begin behind it.
const TEXT_RIGHT: usize = RIGHT - 3 * (LINES_SIDE + LINES_GAP) - LINES_GAP;
/// Side of a field of fine lines, and the gap between two.
const LINES_SIDE: usize = 60;
const LINES_GAP: usize = 12;

/// Patches from left to right, as red, green, blue: the dyes, two of each, three of each, grey, and two skins.
const PATCH_COLOURS: [[u8; 3]; 10] = [
    [255, 255, 0],
    [255, 0, 255],
    [0, 255, 255],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [0, 0, 0],
    [128, 128, 128],
    [224, 172, 137],
    [141, 85, 54],
];

/// What a ramp takes away from white: yellow, magenta, cyan, all three.
const RAMP_LIGHTS: [[bool; 3]; 4] = [
    [false, false, true],
    [false, true, false],
    [true, false, false],
    [true, true, true],
];

impl Studio {
    /// Draws the test card. `caption` says whose it is; what does not fit is left out of the caption only.
    pub fn test_card(&self, caption: &str, look: Look) -> CardImage {
        let mut resin = BitPlane::clear(CARD_WIDTH, CARD_HEIGHT);
        registration(&mut resin);
        fine_lines(&mut resin);
        for (line, top, size) in [("KARTU UJI / TEST CARD", 36, 33), (caption, 74, 25)] {
            set(&self.typesetter, &mut resin, line, top, size, Weight::Bold);
        }
        let mut top = TEXT_TOP;
        for points in TEXT_POINTS {
            let size = dots_an_em(points);
            let words = format!("{points} pt  {TEXT_WORDS}");
            set(
                &self.typesetter,
                &mut resin,
                &words,
                top,
                size,
                Weight::Regular,
            );
            top += usize::from(size) + 8;
        }
        let colour = match look {
            Look::Colour | Look::ColourWithBack => {
                cross_on_patches(&mut resin);
                Some(patches_and_ramps())
            }
            Look::Mono => None,
        };
        let back = match look {
            Look::Colour | Look::Mono => None,
            Look::ColourWithBack => {
                let mut resin = BitPlane::clear(CARD_WIDTH, CARD_HEIGHT);
                registration(&mut resin);
                set(
                    &self.typesetter,
                    &mut resin,
                    "BELAKANG / BACK",
                    40,
                    33,
                    Weight::Bold,
                );
                Some(Side {
                    colour: None,
                    resin,
                    overlay: Overlay::None,
                })
            }
        };
        CardImage {
            front: Side {
                overlay: match &colour {
                    Some(_) => Overlay::Full,
                    None => Overlay::None,
                },
                colour,
                resin,
            },
            back,
        }
    }
}

fn dots_an_em(points: u16) -> u16 {
    (points * 300 + 36) / 72
}

fn set(
    typesetter: &Typesetter,
    resin: &mut BitPlane,
    words: &str,
    y: usize,
    size: u16,
    weight: Weight,
) {
    if let Ok(setting) = typesetter.fit(words, &place(y, size, weight)) {
        setting.draw(resin);
    }
}

fn place(y: usize, size: u16, weight: Weight) -> TextBox {
    TextBox {
        x: LEFT,
        y,
        width: TEXT_RIGHT - LEFT,
        height: usize::from(size) + 6,
        size,
        lines: 1,
        weight,
        condensed: false,
        align: Align::Left,
    }
}

/// A cross in each corner, its middle 3 mm from both edges, and a tick in the middle of each edge.
fn registration(resin: &mut BitPlane) {
    let (far_x, far_y) = (CARD_WIDTH - 1 - MARK_INSET, CARD_HEIGHT - 1 - MARK_INSET);
    for x in [MARK_INSET, far_x] {
        for y in [MARK_INSET, far_y] {
            for step in 0..=2 * MARK_ARM {
                resin.set(x - MARK_ARM + step, y);
                resin.set(x, y - MARK_ARM + step);
            }
        }
    }
    for step in 0..MARK_ARM {
        resin.set(CARD_WIDTH / 2, step);
        resin.set(CARD_WIDTH / 2, CARD_HEIGHT - 1 - step);
        resin.set(step, CARD_HEIGHT / 2);
        resin.set(CARD_WIDTH - 1 - step, CARD_HEIGHT / 2);
    }
}

/// Lines of 1, 2 and 3 dots with gaps as wide, along both directions, and a field of single dots.
fn fine_lines(resin: &mut BitPlane) {
    const TOP: usize = TEXT_TOP + 14;
    const SIDE: usize = LINES_SIDE;
    const NEXT: usize = LINES_SIDE + LINES_GAP;
    for (at, width) in [1, 2, 3].into_iter().enumerate() {
        let left = RIGHT - (3 - at) * NEXT;
        for y in 0..SIDE {
            for x in 0..SIDE {
                if (x / width) % 2 == 0 {
                    resin.set(left + x, TOP + y);
                }
                if (y / width) % 2 == 0 {
                    resin.set(left + x, TOP + NEXT + y);
                }
            }
        }
    }
    for y in 0..SIDE / 2 {
        for x in 0..SIDE {
            if (x + y) % 2 == 0 {
                resin.set(RIGHT - NEXT + x, TOP + 2 * NEXT + y);
            }
        }
    }
}

fn patch_width() -> usize {
    (RIGHT - LEFT) / PATCH_COLOURS.len()
}

/// A thin cross of resin on each patch but the black one, where none would be seen: a seam of white shows how far the
/// panels miss each other.
fn cross_on_patches(resin: &mut BitPlane) {
    let width = patch_width();
    let (top, height) = PATCHES;
    for (patch, dot) in PATCH_COLOURS.iter().enumerate() {
        if *dot == [0; 3] {
            continue;
        }
        let (x, y) = (LEFT + patch * width + width / 2, top + height / 2);
        for step in 0..=2 * MARK_ARM {
            for thick in 0..2 {
                resin.set(x - MARK_ARM + step, y + thick);
                resin.set(x + thick, y - MARK_ARM + step);
            }
        }
    }
}

fn patches_and_ramps() -> Colour {
    let mut colour = Colour {
        width: CARD_WIDTH,
        height: CARD_HEIGHT,
        rgb: vec![255; CARD_WIDTH * CARD_HEIGHT * 3],
    };
    let mut paint = |x: usize, y: usize, dot: [u8; 3]| {
        let at = (y * CARD_WIDTH + x) * 3;
        colour.rgb[at..at + 3].copy_from_slice(&dot);
    };
    let width = patch_width();
    let (top, height) = PATCHES;
    for (patch, dot) in PATCH_COLOURS.into_iter().enumerate() {
        let left = LEFT + patch * width;
        for y in top..top + height {
            for x in left..left + width {
                paint(x, y, dot);
            }
        }
    }
    let (first, height, pitch) = RAMPS;
    for (ramp, taken) in RAMP_LIGHTS.into_iter().enumerate() {
        let top = first + ramp * pitch;
        for x in LEFT..RIGHT {
            let dye = u8::try_from((x - LEFT) * 255 / (RIGHT - LEFT - 1)).unwrap_or(u8::MAX);
            let dot = taken.map(|taken| if taken { 255 - dye } else { 255 });
            for y in top..top + height {
                paint(x, y, dot);
            }
        }
    }
    colour
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artwork::Letterhead;

    fn card(look: Look) -> CardImage {
        let studio = Studio::new(&Letterhead::specimen()).expect("a specimen's letterhead fits");
        studio.test_card("p1", look)
    }

    #[test]
    fn marks_stand_three_millimetres_from_both_edges_on_both_sides() {
        let card = card(Look::ColourWithBack);
        let back = card.back.expect("it has a back");
        for resin in [&card.front.resin, &back.resin] {
            for x in [35, 1016 - 36] {
                for y in [35, 648 - 36] {
                    assert!(resin.get(x, y) && resin.get(x + 14, y) && resin.get(x, y - 14));
                    assert!(!resin.get(x + 15, y) && !resin.get(x + 3, y + 3));
                }
            }
        }
        assert_eq!((back.colour, back.overlay), (None, Overlay::None));
    }

    #[test]
    fn ramps_run_from_no_dye_to_all_of_one() {
        let colour = card(Look::Colour).front.colour.expect("colour");
        let dot = |x: usize, y: usize| &colour.rgb[(y * 1016 + x) * 3..][..3];
        for (ramp, full) in [[255, 255, 0], [255, 0, 255], [0, 255, 255], [0, 0, 0]]
            .into_iter()
            .enumerate()
        {
            let y = RAMPS.0 + ramp * RAMPS.2 + 5;
            assert_eq!(dot(LEFT, y), [255; 3]);
            assert_eq!(dot(RIGHT - 1, y), full);
            let falls = |x: usize| dot(x, y).iter().zip(dot(x - 1, y)).all(|(a, b)| a <= b);
            assert!((LEFT + 1..RIGHT).all(falls), "ramp {ramp}");
        }
    }

    #[test]
    fn every_size_of_text_is_there_and_a_black_ribbon_gets_no_dye() {
        let mono = card(Look::Mono);
        assert_eq!((mono.front.colour, mono.back), (None, None));
        let mut top = TEXT_TOP;
        for points in TEXT_POINTS {
            let size = usize::from(dots_an_em(points));
            let inked = (top..top + size)
                .flat_map(|y| (LEFT..LEFT + 300).map(move |x| (x, y)))
                .filter(|(x, y)| mono.front.resin.get(*x, *y))
                .count();
            assert!(inked > 10 * size, "{points} pt has {inked} dots");
            top += size + 8;
        }
        assert_eq!(dots_an_em(4), 17, "4 points at 300 dots an inch");
        // A line that is set smaller than it says would lie, and one that runs on would cover the fine lines.
        let typesetter = Typesetter::new().expect("the embedded faces are whole");
        for points in TEXT_POINTS {
            let size = dots_an_em(points);
            let words = format!("{points} pt  {TEXT_WORDS}");
            let place = place(40, size, Weight::Regular);
            let setting = typesetter.fit(&words, &place).expect("it fits");
            assert_eq!((setting.size(), setting.lines()), (size, 1), "{points} pt");
        }
    }
}
