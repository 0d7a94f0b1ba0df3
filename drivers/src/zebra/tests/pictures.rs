//! From a picture to what stands in the printer's buffers.

use std::sync::Arc;

use super::fake::*;
use crate::colour::Separation;
use crate::contract::*;
use crate::zebra::Options;
use crate::zebra::raster::{RasterError, Recipe, downloads};

fn load(bench: &mut Bench, picture: CardImage) {
    bench.done(Request::Prepare(one_side()));
    bench.done(Request::Load(Arc::new(picture)));
}

/// White but for one dot.
fn dot(dots: (usize, usize), x: usize, y: usize, rgb: [u8; 3]) -> CardImage {
    let (width, height) = dots;
    let mut colour = vec![255; width * height * 3];
    colour[(y * width + x) * 3..][..3].copy_from_slice(&rgb);
    CardImage {
        front: Side {
            colour: Some(Colour {
                width,
                height,
                rgb: colour,
            }),
            resin: BitPlane::clear(width, height),
            overlay: Overlay::Full,
        },
        back: None,
    }
}

#[test]
fn a_dot_lies_on_the_line_of_its_column_from_the_right_and_at_its_row_from_the_top() {
    let (width, height) = SMALL;
    for (x, y) in [(0, 0), (23, 0), (0, 19), (23, 19), (5, 7)] {
        let mut bench = p330i(known());
        // Red without blue: full yellow, green away: some magenta.
        let mut picture = dot(SMALL, x, y, [255, 128, 0]);
        picture.front.resin.set(x.saturating_sub(1), y);
        load(&mut bench, picture);
        let at = (width - 1 - x) * height + y;
        let inked = |plane: &[u8]| -> Vec<(usize, u8)> {
            plane
                .iter()
                .copied()
                .enumerate()
                .filter(|(_, v)| *v != 0)
                .collect()
        };
        let covered = x == 0;
        let expected = |level: u8| {
            if covered {
                Vec::new()
            } else {
                vec![(at, level)]
            }
        };
        assert_eq!(inked(&bench.fake.dyes[0]), expected(31), "yellow");
        assert_eq!(inked(&bench.fake.dyes[1]), expected(127 >> 3), "magenta");
        assert_eq!(inked(&bench.fake.dyes[2]), [], "cyan");
        let line = width - 1 - x.saturating_sub(1);
        let byte = line * height.div_ceil(8) + y / 8;
        let mut resin = vec![0; width * height.div_ceil(8)];
        resin[byte] = 0x80 >> (y % 8);
        assert_eq!(bench.fake.resin, resin, "resin, padded to whole bytes");
    }
}

#[test]
fn both_forms_put_the_same_picture_into_the_buffers() {
    let mut packed = p330i(known());
    load(&mut packed, CardImage::clone(&image(false)));
    let mut plain = p330i(Options {
        compression: false,
        ..known()
    });
    load(&mut plain, CardImage::clone(&image(false)));
    assert!(plain.texts().contains(&"G 0 0 10 20 24 1"));
    assert_eq!(packed.fake.resin, plain.fake.resin);
    for (packed, plain) in packed.fake.dyes.iter().zip(&plain.fake.dyes) {
        let upper: Vec<u8> = plain.iter().map(|value| value >> 3).collect();
        assert_eq!(*packed, upper);
    }
    let picture = image(false);
    let colour = picture.front.colour.as_ref().unwrap();
    let blue = colour.rgb[(3 * SMALL.0 + 4) * 3 + 2];
    let at = (SMALL.0 - 1 - 4) * SMALL.1 + 3;
    assert_eq!(plain.fake.dyes[0][at], 255 - blue);
}

#[test]
fn no_dye_is_laid_under_resin() {
    let mut bench = p330i(Options {
        compression: false,
        ..known()
    });
    let mut picture = dot(SMALL, 3, 4, [0, 0, 0]);
    picture.front.resin = BitPlane::full(SMALL.0, SMALL.1);
    load(&mut bench, picture);
    assert!(bench.fake.dyes.iter().flatten().all(|value| *value == 0));
    assert!(bench.fake.resin.contains(&0xFF));
}

fn recipe() -> Recipe {
    Recipe {
        lines: SMALL.0,
        height: SMALL.1,
        packed: false,
        literal_max: 31,
        escape: false,
        turned: false,
    }
}

#[test]
fn a_turned_back_is_the_same_picture_read_from_its_other_end() {
    let side = side(SMALL, true);
    let straight = downloads(
        &side,
        Ribbon::Ymcko,
        true,
        &recipe(),
        &Separation::default(),
    )
    .unwrap();
    let turned = Recipe {
        turned: true,
        ..recipe()
    };
    let turned = downloads(&side, Ribbon::Ymcko, true, &turned, &Separation::default()).unwrap();
    for (one, other) in straight.dyes.iter().zip(&turned.dyes) {
        let head = b"\x1bGS 0 32 0 0 24 20 ".len();
        let mut backwards = one[head..one.len() - 1].to_vec();
        backwards.reverse();
        assert_eq!(backwards, other[head..other.len() - 1]);
    }
    // Two dots in opposite corners stay in corners: the other two.
    assert_eq!(straight.resin, turned.resin);
    let mut odd = side.clone();
    odd.resin = BitPlane::clear(SMALL.0, SMALL.1);
    odd.resin.set(0, 0);
    let straight = downloads(&odd, Ribbon::K, true, &recipe(), &Separation::default());
    assert_eq!(straight, Err(RasterError::NoDye));
    odd.colour = None;
    let straight = downloads(&odd, Ribbon::K, true, &recipe(), &Separation::default()).unwrap();
    let turned = Recipe {
        turned: true,
        ..recipe()
    };
    let turned = downloads(&odd, Ribbon::K, true, &turned, &Separation::default()).unwrap();
    assert_eq!(straight.resin[2 + 23 * 3], 0x80, "last line, first dot");
    assert_eq!(turned.resin[2 + 2], 0x10, "first line, last dot");
}

#[test]
fn brackets_stand_before_what_could_be_mistaken_only_where_the_option_wants_them() {
    let mut side = side(SMALL, false);
    side.resin = BitPlane::clear(SMALL.0, SMALL.1);
    // 1B, 0D and 5B in the first three bytes of the first line: dots from the top of the right-most column.
    for (byte, bits) in [(0, 0x1B_u8), (1, 0x0D)] {
        for bit in 0..8 {
            if bits & (0x80 >> bit) != 0 {
                side.resin.set(SMALL.0 - 1, byte * 8 + bit);
            }
        }
    }
    let plain = downloads(&side, Ribbon::K, false, &recipe(), &Separation::default()).unwrap();
    assert_eq!(plain.resin[..4], *b"\x1bZ\x1b\x0d");
    let escaped = Recipe {
        escape: true,
        ..recipe()
    };
    let escaped = downloads(&side, Ribbon::K, false, &escaped, &Separation::default()).unwrap();
    assert_eq!(escaped.resin[..6], *b"\x1bZ[\x1b[\x0d");
    assert_eq!(escaped.resin.len(), plain.resin.len() + 2);
}

#[test]
fn what_cannot_be_ordered_is_refused() {
    let picture = |change: fn(&mut Side)| {
        let mut side = side(SMALL, true);
        change(&mut side);
        downloads(
            &side,
            Ribbon::Ymcko,
            false,
            &recipe(),
            &Separation::default(),
        )
    };
    let shaped = picture(|side| side.overlay = Overlay::Plane(BitPlane::clear(24, 20)));
    assert_eq!(shaped, Err(RasterError::OverlayShape));
    let small = picture(|side| side.resin = BitPlane::clear(24, 19));
    assert!(matches!(small, Err(RasterError::Size { .. })));
    let wide = picture(|side| {
        side.colour.as_mut().unwrap().width = 25;
    });
    assert!(matches!(wide, Err(RasterError::Size { .. })));
    let back = downloads(
        &side(SMALL, true),
        Ribbon::Ymckok,
        true,
        &recipe(),
        &Separation::default(),
    );
    assert_eq!(back, Err(RasterError::NoDye));
}

#[test]
fn a_blank_card_of_full_size_packs_to_the_computed_sizes() {
    let white = dot((1024, 640), 0, 0, [255, 255, 255]);
    let recipe = Recipe {
        lines: 1024,
        height: 640,
        packed: true,
        ..recipe()
    };
    let downloads = downloads(
        &white.front,
        Ribbon::Ymcko,
        false,
        &recipe,
        &Separation::default(),
    )
    .unwrap();
    let head = b"\x1bGS 0 30 0 0 1024 640 ".len();
    for dye in &downloads.dyes {
        assert_eq!(dye.len(), head + 10_322 + 1);
    }
    assert_eq!(downloads.resin.len(), 2 + 1292 + 1);
    assert!(downloads.dyes[0].starts_with(b"\x1bGS 0 30 0 0 1024 640 \xFF\x00"));
    assert!(downloads.dyes[2].ends_with(b"\xA8\x00\r"));
}

#[test]
fn a_picture_is_never_shown_by_debug() {
    let downloads = downloads(
        &side(SMALL, true),
        Ribbon::Ymcko,
        false,
        &recipe(),
        &Separation::default(),
    )
    .unwrap();
    let shown = format!("{downloads:?}");
    assert_eq!(shown, "Downloads([500, 500, 500] + 75 bytes)");
}

#[test]
fn other_areas_are_options() {
    let (lines, height) = (29, 45);
    let mut bench = p330i(Options {
        dots: Some((lines, height)),
        ..known()
    });
    load(&mut bench, dot((lines, height), 28, 44, [0, 0, 0]));
    assert_eq!(bench.fake.resin.len(), lines * 6);
    assert_eq!(bench.fake.dyes[2][44], 31);
}
