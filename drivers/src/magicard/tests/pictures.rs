//! Dots, planes, overlays: against the page's worked example and against each other.

use proptest::prelude::*;

use super::fake::{SMALL, coloured};
use crate::colour::Separation;
use crate::contract::*;
use crate::magicard::job::*;
use crate::magicard::models::find;
use crate::magicard::picture::{PictureError, Recipe, job};
use crate::magicard::raster::*;
use crate::magicard::screen::screen;

fn setting(layout: Layout, (rows, columns): (usize, usize), first_dot: usize) -> Setting {
    Setting {
        layout,
        rows,
        columns,
        first_dot,
        turned: false,
    }
}

pub(super) fn recipe(ribbon: Ribbon) -> Recipe {
    let front = setting(Layout::Kge2, SMALL, 15);
    Recipe {
        separation: Separation::default(),
        front,
        back: front,
        ribbon,
        screens: false,
        header: Header {
            order: Order::Maker,
            layout: Layout::Kge2,
            version: "1.0-".to_owned(),
            language: "ENG",
            time: None,
            resin_quality: None,
            film: None,
            verify: false,
            coercivity: None,
            tracks: Vec::new(),
            slow: None,
            duplex: false,
            back: false,
            back_needs: None,
            image: "K",
            window: SMALL,
            overcoat: None,
            correction: None,
            dye_heat: NEUTRAL,
            resin_heat: NEUTRAL,
            overcoat_heat: NEUTRAL,
            head_trim: NEUTRAL,
            start_trim: NEUTRAL,
            end_trim: NEUTRAL,
        },
    }
}

/// The page's tiny example: eight neighbouring dots with values 0, 1, 2, 4, 8, 16, 32, 63.
#[test]
fn the_worked_example_is_packed_byte_for_byte() {
    let values = [0u8, 1, 2, 4, 8, 16, 32, 63];
    // One row; its left dot is the picture's lowest.
    let amounts: Vec<u8> = values.iter().rev().map(|value| value << 2).collect();
    let packed = |layout: Layout, first| setting(layout, (1, 8), first).dye(&amounts);
    let column = |plane: &[u8], stride: usize, from: usize, many: usize| {
        let rows = plane.chunks_exact(stride);
        rows.map(|row| row[from..from + many].to_vec())
            .collect::<Vec<_>>()
    };
    let kee = packed(Layout::Kee, 0);
    assert_eq!(kee.len(), 504);
    assert_eq!(
        column(&kee, 84, 0, 1).concat(),
        [0x41, 0x21, 0x11, 0x09, 0x05, 0x03]
    );
    let low = packed(Layout::Kge2, 0);
    assert_eq!(low.len(), 576);
    let expected = [
        [0x20, 0x02, 0, 0],
        [0x08, 0x02, 0, 0],
        [0x02, 0x02, 0, 0],
        [0x00, 0x82, 0, 0],
        [0x00, 0x22, 0, 0],
        [0x00, 0x0A, 0, 0],
    ];
    assert_eq!(column(&low, 96, 24, 4), expected);
    let high = packed(Layout::Kge2, 288);
    let expected = [
        [0x10, 0x01, 0, 0],
        [0x04, 0x01, 0, 0],
        [0x01, 0x01, 0, 0],
        [0x00, 0x41, 0, 0],
        [0x00, 0x11, 0, 0],
        [0x00, 0x05, 0, 0],
    ];
    assert_eq!(column(&high, 96, 0, 4), expected);
}

#[test]
fn every_dot_of_the_pages_table_lies_where_it_says() {
    let expected = [
        (0, 24, 0x80),
        (1, 24, 0x20),
        (15, 27, 0x02),
        (16, 28, 0x80),
        (287, 95, 0x02),
        (288, 0, 0x40),
        (303, 3, 0x01),
        (304, 4, 0x40),
        (671, 95, 0x01),
    ];
    for (dot, byte, mask) in expected {
        assert_eq!(Layout::Kge2.dot(dot), (byte, mask), "dot {dot}");
    }
    for layout in [Layout::Kee, Layout::Kge2] {
        let mut seen: Vec<(usize, u8)> = (0..HEAD_DOTS).map(|dot| layout.dot(dot)).collect();
        assert!(seen.iter().all(|(byte, _)| *byte < layout.row_bytes()));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), HEAD_DOTS, "no two dots share a bit");
    }
}

#[test]
fn planes_have_the_pages_sizes() {
    let sizes = |layout| {
        let setting = setting(layout, (1016, 642), 15);
        let dye = setting.dye(&vec![0; 1016 * 642]).len();
        (dye, setting.ink(&BitPlane::clear(1016, 642)).len())
    };
    assert_eq!(sizes(Layout::Kee), (512_064, 85_344));
    assert_eq!(sizes(Layout::Kge2), (585_216, 97_536));
}

#[test]
fn a_landscape_picture_is_turned_clockwise_and_for_enduro_on_by_half_a_turn() {
    let small = setting(Layout::Kee, (3, 2), 0);
    assert_eq!(
        small.place(0, 0),
        (0, 1),
        "the portrait's first dot is the landscape's lower left one"
    );
    assert_eq!(small.place(2, 1), (2, 0));
    let turned = Setting {
        turned: true,
        ..small
    };
    assert_eq!(turned.place(0, 0), (2, 0));
    assert!(find("magicard-enduro").unwrap().turned && !find("magicard-tango2e").unwrap().turned);
}

fn names(job: &Job) -> Vec<String> {
    let page = |page: &Page| {
        let image = page
            .fields
            .iter()
            .find(|field| field.name == "IMF")
            .unwrap();
        let inks = page
            .planes
            .iter()
            .map(|plane| char::from(plane.ink.letter()));
        format!("{}:{}", image.value, inks.collect::<String>())
    };
    job.pages.iter().map(page).collect()
}

fn card(front: Side) -> CardImage {
    CardImage { front, back: None }
}

#[test]
fn empty_planes_are_left_out_and_a_white_side_is_one_empty_plane() {
    let of = |side: Side, ribbon| names(&job(&card(side), &recipe(ribbon)).unwrap()).concat();
    let clear = BitPlane::clear(SMALL.0, SMALL.1);
    let side = |light: Option<[u8; 3]>, resin: BitPlane| Side {
        colour: light.map(|light| Colour {
            width: SMALL.0,
            height: SMALL.1,
            rgb: light.repeat(SMALL.0 * SMALL.1),
        }),
        resin,
        overlay: Overlay::None,
    };
    assert_eq!(of(coloured(SMALL), Ribbon::Ymcko), "BGRK:BGRK");
    assert_eq!(
        of(side(Some([255; 3]), clear.clone()), Ribbon::Ymcko),
        "K:K"
    );
    assert_eq!(of(side(None, clear.clone()), Ribbon::K), "K:K");
    assert_eq!(
        of(side(Some([255, 0, 255]), clear.clone()), Ribbon::Ymcko),
        "BGRK:G"
    );
    assert_eq!(
        of(side(Some([0, 255, 255]), clear.clone()), Ribbon::Ymckok),
        "BGRK:R"
    );
    // A light of 252 and more is no dye at all in six bits.
    assert_eq!(
        of(side(Some([252; 3]), clear.clone()), Ribbon::Ymcko),
        "K:K"
    );
    let full = BitPlane::full(SMALL.0, SMALL.1);
    assert_eq!(
        of(side(Some([0; 3]), full.clone()), Ribbon::Ymcko),
        "BGRK:K",
        "no dye under resin"
    );
    assert_eq!(of(side(None, full), Ribbon::Ymcko), "K:K");
}

#[test]
fn colour_on_a_ribbon_without_dye_is_refused_or_screened() {
    let image = card(coloured(SMALL));
    assert_eq!(job(&image, &recipe(Ribbon::K)), Err(PictureError::NoDye));
    let screens = Recipe {
        screens: true,
        ..recipe(Ribbon::K)
    };
    let made = job(&image, &screens).unwrap();
    assert_eq!(names(&made), ["K:K"]);
    let values = unpack(Layout::Kge2, 1, &made.pages[0].planes[0].data).unwrap();
    assert_eq!(values[15], 1, "resin stays resin");
    let ink: usize = values.iter().map(|value| usize::from(*value)).sum();
    assert!(ink > 50 && ink < 350, "{ink}");
    let back = CardImage {
        back: Some(coloured(SMALL)),
        ..image
    };
    assert_eq!(
        job(&back, &recipe(Ribbon::Ymckok)),
        Err(PictureError::NoDye)
    );
    assert_eq!(names(&job(&back, &recipe(Ribbon::Ymcko)).unwrap()).len(), 2);
}

#[test]
fn a_grey_is_screened_to_its_share_of_ink() {
    let setting = setting(Layout::Kee, (64, 64), 0);
    for grey in [0u8, 64, 128, 192, 255] {
        let colour = Colour {
            width: 64,
            height: 64,
            rgb: vec![grey; 64 * 64 * 3],
        };
        let ink = screen(&colour, &setting)
            .bits
            .iter()
            .map(|b| b.count_ones())
            .sum::<u32>();
        let wanted = (255 - u32::from(grey)) * 64 * 64 / 255;
        assert!(ink.abs_diff(wanted) < 240, "{grey}: {ink} of {wanted}");
    }
    let empty = Colour {
        width: 0,
        height: 0,
        rgb: Vec::new(),
    };
    let none = Setting {
        rows: 0,
        columns: 0,
        ..setting
    };
    assert!(screen(&empty, &none).is_clear());
}

fn coat(overlay: Overlay) -> Result<Vec<String>, PictureError> {
    let mut side = coloured(SMALL);
    side.overlay = overlay;
    let job = job(&card(side), &recipe(Ribbon::Ymcko))?;
    let of = |field: &Field| matches!(field.name, "OVR" | "PCT" | "NCT");
    let fields = job.pages[0].fields.iter().filter(|field| of(field));
    Ok(fields.map(|field| format!("{field:?}")).collect())
}

#[test]
fn an_overlay_becomes_a_rectangle_with_two_holes_at_most() {
    assert_eq!(coat(Overlay::None).unwrap(), ["OVROFF"]);
    assert_eq!(coat(Overlay::Full).unwrap(), ["OVRON", "PCT0,0,23,15"]);
    assert_eq!(
        coat(Overlay::Plane(BitPlane::clear(SMALL.0, SMALL.1))).unwrap(),
        ["OVROFF"]
    );
    let without = |holes: &[(usize, usize)]| {
        let mut plane = BitPlane::clear(SMALL.0, SMALL.1);
        for y in 0..16 {
            for x in 0..24 {
                let hole = |(left, top): &(usize, usize)| {
                    (*left..left + 4).contains(&x) && (*top..top + 3).contains(&y)
                };
                if !holes.iter().any(hole) {
                    plane.set(x, y);
                }
            }
        }
        Overlay::Plane(plane)
    };
    assert_eq!(
        coat(without(&[(2, 1)])).unwrap(),
        ["OVRON", "PCT0,0,23,15", "NCT2,12,5,14"],
        "from the lower left corner"
    );
    assert_eq!(coat(without(&[(2, 1), (10, 9)])).unwrap().len(), 4);
    assert_eq!(
        coat(without(&[(2, 1), (10, 9), (18, 1)])),
        Err(PictureError::Overlay)
    );
    let mut part = BitPlane::clear(SMALL.0, SMALL.1);
    part.set(3, 2);
    part.set(4, 2);
    assert_eq!(
        coat(Overlay::Plane(part.clone())).unwrap(),
        ["OVRON", "PCT3,13,4,13"]
    );
    part.set(9, 9);
    assert_eq!(
        coat(Overlay::Plane(part)),
        Err(PictureError::Overlay),
        "no rectangle"
    );
}

#[test]
fn a_picture_of_another_size_is_refused() {
    let of = |size| job(&card(coloured(size)), &recipe(Ribbon::Ymcko)).unwrap_err();
    let error = PictureError::Size {
        width: 25,
        height: 16,
    };
    assert_eq!(of((25, 16)), error);
    let mut side = coloured(SMALL);
    side.overlay = Overlay::Plane(BitPlane::clear(3, 3));
    assert!(matches!(
        job(&card(side), &recipe(Ribbon::Ymcko)),
        Err(PictureError::Size { .. })
    ));
}

#[test]
fn the_heads_position_moves_the_picture() {
    use super::fake::enduro;
    use crate::magicard::Options;
    let first = |head, shift| {
        let mut bench = enduro(Options {
            shift,
            ..Options::default()
        });
        bench.fake.head = head;
        bench.face();
        bench.done(Request::Do(Stage::Finish));
        let (letter, plane) = bench.fake.pages[0].planes[3].clone();
        assert_eq!(letter, b'K');
        let values = unpack(Layout::Kge2, 1, &plane).unwrap();
        // The picture has resin at the lower left: turned, the last dot of the last row.
        values.iter().rposition(|value| *value == 1).unwrap() % HEAD_DOTS - 15
    };
    assert_eq!(first(50, 0), 15);
    assert_eq!(first(45, 0), 20);
    assert_eq!(first(50, 5), 20);
    assert_eq!(first(90, 0), 0, "positions end at 65");
    assert_eq!(first(0, 0), 30, "and at 35");
}

#[test]
fn a_shift_beyond_the_head_is_refused() {
    use super::fake::{enduro, image, setup};
    use crate::magicard::Options;
    for shift in [-16, 700] {
        let mut bench = enduro(Options {
            shift,
            ..Options::default()
        });
        bench.done(Request::Prepare(setup()));
        assert_eq!(bench.fault(Request::Load(image())).0, Fault::BadParameter);
    }
}

proptest! {
    #[test]
    fn what_is_packed_is_read_back(
        amounts in proptest::collection::vec(any::<u8>(), 5 * 9),
        first in 0usize..660,
        kee in any::<bool>(),
        turned in any::<bool>(),
    ) {
        let layout = if kee { Layout::Kee } else { Layout::Kge2 };
        let setting = Setting { turned, ..setting(layout, (5, 9), first) };
        let values = unpack(layout, DYE_BITS, &setting.dye(&amounts)).unwrap();
        for row in 0..5 {
            for dot in 0..HEAD_DOTS {
                let inside = dot.checked_sub(first).filter(|column| *column < 9);
                let wanted = inside.map_or(0, |column| {
                    let (x, y) = setting.place(row, column);
                    amounts[y * 5 + x] >> 2
                });
                prop_assert_eq!(values[row * HEAD_DOTS + dot], wanted);
            }
        }
    }

    #[test]
    fn no_plane_makes_unpack_panic(plane in proptest::collection::vec(any::<u8>(), 0..1200), bits in 0usize..8) {
        let whole = bits > 0 && plane.len().is_multiple_of(96 * bits);
        prop_assert_eq!(unpack(Layout::Kge2, bits, &plane).is_some(), whole);
    }
}
