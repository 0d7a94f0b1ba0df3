//! Planes of toy pictures, and of whole ones.

use std::sync::Arc;

use super::bench::image;
use super::fake::{SMALL, hex};
use crate::colour::Separation;
use crate::contract::*;
use crate::matica::raster::{Canvas, RasterError};
use crate::matica::wire::Ink;
use crate::matica::{MODELS, Matica, Options, find};

fn side(dots: &[[u8; 3]], width: usize, height: usize) -> Side {
    Side {
        colour: Some(Colour {
            width,
            height,
            rgb: dots.concat(),
        }),
        resin: BitPlane::clear(width, height),
        overlay: Overlay::Full,
    }
}

fn canvas(plane: (usize, usize), card: (usize, usize), turned: bool) -> Canvas {
    Canvas {
        plane,
        card,
        coarse: None,
        turned,
    }
}

fn packed(canvas: &Canvas, side: &Side, ink: Ink) -> String {
    let mut out = Vec::new();
    canvas.pack(side, ink, &Separation::default(), &mut out);
    hex(&out)
}

/// The page's toy: white, red, black, brown over a white row.
fn toy() -> Side {
    let white = [255; 3];
    side(
        &[
            white,
            [255, 0, 0],
            [0, 0, 0],
            [0x80, 0x40, 0],
            white,
            white,
            white,
            white,
        ],
        4,
        2,
    )
}

#[test]
fn the_toy_example_is_packed_as_computed() {
    let straight = canvas((4, 2), (4, 2), false);
    assert_eq!(packed(&straight, &toy(), Ink::Yellow), "00FFFFFF00000000");
    assert_eq!(packed(&straight, &toy(), Ink::Magenta), "00FFFFBF00000000");
    assert_eq!(packed(&straight, &toy(), Ink::Cyan), "0000FF7F00000000");
    assert_eq!(packed(&straight, &toy(), Ink::Black), "0000000000000000");
    let turned = canvas((4, 2), (4, 2), true);
    assert_eq!(packed(&turned, &toy(), Ink::Yellow), "00000000FFFFFF00");
}

#[test]
fn under_resin_lies_no_dye_and_resin_is_solid() {
    let mut toy = toy();
    toy.resin.set(2, 0);
    toy.resin.set(0, 1);
    let straight = canvas((4, 2), (4, 2), false);
    assert_eq!(packed(&straight, &toy, Ink::Cyan), "0000007F00000000");
    assert_eq!(packed(&straight, &toy, Ink::Black), "0000FF00FF000000");
}

#[test]
fn a_card_lies_in_the_middle_and_its_edges_run_out_over_the_bleed() {
    let dot = |value: u8| [255, 255, 255 - value];
    let card = side(&[dot(1), dot(2), dot(3), dot(4)], 2, 2);
    let bleeds = canvas((5, 4), (2, 2), false);
    // One column left, two right; one row above, one below.
    assert_eq!(
        packed(&bleeds, &card, Ink::Yellow),
        "0101020202".to_owned() + "0101020202" + "0303040404" + "0303040404"
    );
    let turned = canvas((5, 4), (2, 2), true);
    assert_eq!(
        packed(&turned, &card, Ink::Yellow),
        "0404040303".to_owned() + "0404040303" + "0202020101" + "0202020101"
    );
}

#[test]
fn a_picture_of_half_the_size_is_laid_two_by_two_where_the_whole_one_lies() {
    let dot = |value: u8| [255, 255, 255 - value];
    let coarse = side(&[dot(1), dot(2), dot(3), dot(4)], 2, 2);
    let whole: Vec<[u8; 3]> = [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
        .as_flattened()
        .iter()
        .map(|value| dot(*value))
        .collect();
    for turned in [false, true] {
        let fine = canvas((6, 6), (4, 4), turned);
        let halves = Canvas {
            coarse: Some((2, 2)),
            ..fine
        };
        assert_eq!(
            halves.inks(&coarse, true),
            fine.inks(&side(&whole, 4, 4), true)
        );
        assert_eq!(
            packed(&halves, &coarse, Ink::Yellow),
            packed(&fine, &side(&whole, 4, 4), Ink::Yellow)
        );
    }
    // On the real plane, too, each dot of the card lies where the enlarged picture has it.
    let model = find("matica-xid8600").unwrap();
    let size = model.coarse.unwrap();
    let left = (model.plane.0 - 2 * size.0) / 2;
    let enlarged = (model.plane.0 - 2 * 1016) / 2;
    let cropped = (1016 - size.0) / 2;
    assert_eq!(left, enlarged + 2 * cropped);
}

#[test]
fn a_picture_of_the_planes_own_size_is_taken_as_it_is() {
    let bleeds = canvas((4, 2), (2, 2), false);
    assert!(bleeds.inks(&toy(), true).is_ok());
    assert_eq!(packed(&bleeds, &toy(), Ink::Yellow), "00FFFFFF00000000");
}

#[test]
fn what_cannot_be_packed_is_refused_by_name() {
    let straight = canvas((4, 2), (4, 2), false);
    assert_eq!(straight.inks(&toy(), true).unwrap().mask(), 0x07);
    assert_eq!(straight.inks(&toy(), false), Err(RasterError::NoDye));
    let white = side(&[[255; 3]; 8], 4, 2);
    assert_eq!(straight.inks(&white, true), Err(RasterError::Blank));
    let mut black = white.clone();
    black.resin.set(1, 1);
    assert_eq!(straight.inks(&black, false).unwrap().mask(), 0x08);
    // Dye under resin only is no dye.
    let mut covered = white.clone();
    covered.colour = toy().colour;
    covered.resin = BitPlane::full(4, 2);
    assert_eq!(straight.inks(&covered, true).unwrap().mask(), 0x08);
    let other = canvas((6, 2), (5, 2), false);
    let size = RasterError::Size {
        width: 4,
        height: 2,
    };
    assert_eq!(other.inks(&toy(), true), Err(size));
    let mut torn = toy();
    if let Some(colour) = &mut torn.colour {
        colour.rgb.pop();
    }
    assert_eq!(straight.inks(&torn, true), Err(size));
    let mut torn = toy();
    torn.resin.bits.pop();
    assert_eq!(straight.inks(&torn, true), Err(size));
}

#[test]
fn whole_pictures_of_both_models_are_packed_to_their_planes() {
    for model in MODELS {
        let (width, height) = model.card;
        let mut picture = side(&vec![[10, 20, 30]; width * height], width, height);
        picture.resin.set(0, 0);
        let canvas = canvas(model.plane, model.card, model.turned);
        let mut out = Vec::new();
        canvas.pack(&picture, Ink::Black, &Separation::default(), &mut out);
        let inked = out.iter().filter(|dot| **dot == 255).count();
        let left = (model.plane.0 - width) / 2;
        let top = (model.plane.1 - height) / 2;
        assert_eq!(
            inked,
            (left + 1) * (top + 1),
            "the corner runs out over the bleed"
        );
        assert_eq!(
            out.iter().filter(|dot| **dot == 0).count(),
            out.len() - inked
        );
        let corner = if model.turned { out.len() - 1 } else { 0 };
        assert_eq!(out[corner], 255);
        out.clear();
        canvas.pack(&picture, Ink::Cyan, &Separation::default(), &mut out);
        let dyed = out.iter().filter(|dot| **dot == 245).count();
        assert_eq!(dyed, out.len() - inked, "{}", model.key);
    }
}

#[test]
fn capabilities_name_the_cards_dots_and_what_is_witnessed() {
    let of = |key: &str, bench: Vec<BenchFlag>| {
        let options = Options {
            bench,
            ..Options::default()
        };
        Matica::new(find(key).unwrap(), options)
            .capabilities()
            .clone()
    };
    let small = of("matica-xid9300", Vec::new());
    assert_eq!((small.dots, small.witnesses.cards), ((1013, 639), false));
    let large = of("matica-xid8600", Vec::new());
    assert_eq!((large.dots, large.witnesses.cards), ((1014, 640), true));
    assert!(!large.hold && !large.stages.contains(&Stage::Eject));
    let holds = of("matica-xid8600", vec![BenchFlag::HoldsAtPrintPosition]);
    assert!(holds.hold && holds.stages.contains(&Stage::Eject) && !holds.witnesses.cards);
    assert_eq!(find("matica-xid1"), None);
}

#[test]
fn a_picture_of_two_sides_or_of_another_size_is_not_loaded() {
    let mut bench = super::bench::plain(super::fake::XID9300);
    bench.done(Request::Prepare(super::bench::setup(false)));
    let mut two = (*image(1)).clone();
    two.back = Some(two.front.clone());
    assert_eq!(
        bench.fault(Request::Load(Arc::new(two))).0,
        Fault::OptionAbsent
    );
    let mut wide = (*image(1)).clone();
    wide.front = side(&vec![[0; 3]; 13 * SMALL.1], 13, SMALL.1);
    assert_eq!(
        bench.fault(Request::Load(Arc::new(wide))).0,
        Fault::BadParameter
    );
}
