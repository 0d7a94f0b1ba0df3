//! Whole pictures of the card's own size: each dot of the plane, the bleed around it too, is where the page says.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_firmware_sims::mechanism::{CardPlace, Face, Looks, Side as Where};

use super::cards::{plain, turned_dots};
use super::{Make, XID8600, XID9300};
use crate::pictures::{self, front};

/// A dot of the picture for each dot of the plane: the picture lies in the middle, and its edge runs out over the
/// bleed [code: extend the background; the middle by halves rounded down, inferred].
fn under(place: usize, plane: usize, card: usize) -> usize {
    // Where the plane is at least as fine again, each dot lies two by two.
    let times = if plane >= 2 * card { 2 } else { 1 };
    let dot = place.saturating_sub((plane - card * times) / 2) / times;
    dot.min(card - 1)
}

/// What lies on a face with this picture: yellow, magenta, cyan, and resin.
fn expected(side: &Side, plane: (usize, usize)) -> ([Vec<u8>; 3], Vec<u8>) {
    let (columns, rows) = plane;
    let (width, height) = (side.resin.width, side.resin.height);
    let colour = side.colour.as_ref().unwrap();
    let of = |x: usize, y: usize| (under(x, columns, width), under(y, rows, height));
    let dye = |component: usize| {
        turned_dots(plane, |x, y| {
            let (x, y) = of(x, y);
            let wet = side.resin.get(x, y);
            if wet {
                0
            } else {
                255 - colour.rgb[(y * width + x) * 3 + component]
            }
        })
    };
    let resin = turned_dots(plane, |x, y| {
        let (x, y) = of(x, y);
        u8::from(side.resin.get(x, y))
    });
    ([2, 1, 0].map(dye), resin)
}

fn dots_of(face: &Face, rows: usize) -> Vec<u8> {
    let line = rows.div_ceil(8);
    let bit = |at: usize| face.k[at / rows * line + at % rows / 8] >> (7 - at % rows % 8) & 1;
    (0..face.y.len()).map(bit).collect()
}

/// `told`: the size that the capabilities name; `card`: the picture's.
fn check_whole(
    model: &'static str,
    told: (usize, usize),
    card: (usize, usize),
    plane: (usize, usize),
) {
    let mut make = Make::new(model);
    make.dots = None;
    let mut duet = make.duet();
    assert_eq!(duet.capabilities.dots, told);
    let image = Arc::new(front(pictures::side(card.0, card.1, 1)));
    duet.begin_card(plain(), &image, Stage::Finish);
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
    let face = duet.card(1).face(Where::Front);
    let (dyes, resin) = expected(&image.front, plane);
    assert!(face.y == dyes[0], "{model}: yellow");
    assert!(face.m == dyes[1], "{model}: magenta");
    assert!(face.c == dyes[2], "{model}: cyan");
    assert!(dots_of(face, plane.1) == resin, "{model}: resin");
}

#[test]
fn a_whole_picture_lies_dot_by_dot_on_a_card_of_300_dpi() {
    check_whole(XID9300, (1013, 639), (1013, 639), (1036, 664));
}

#[test]
fn a_whole_picture_lies_dot_by_dot_on_a_card_of_600_dpi_where_planes_are_sent_turned() {
    for card in [(2026, 1278), (1014, 640)] {
        check_whole(XID8600, (1014, 640), card, (2072, 1328));
    }
}
