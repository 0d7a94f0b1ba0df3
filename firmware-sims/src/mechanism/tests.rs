#![expect(clippy::unwrap_used, reason = "tests")]
//! The physics by itself.

use std::sync::Arc;

use super::*;

const GEOMETRY: Geometry = Geometry {
    columns: 16,
    lines: 10,
};

fn mechanism() -> Mechanism {
    let fittings = Fittings {
        geometry: GEOMETRY,
        contact: true,
        contactless: true,
        flipper: true,
        reject_box: true,
        hopper_capacity: 3,
        output_capacity: 2,
        reject_capacity: 2,
    };
    let panel_counts = PanelCounts {
        at_end: false,
        resin: true,
        overlay: false,
    };
    let counts = Counts::default();
    let mut mechanism = Mechanism::new(fittings, counts, CounterStore::AtOnce, panel_counts);
    mechanism.fit_new_ribbon(RibbonKind::Ymcko, 2);
    mechanism.load(vec![Blank::default(); 2]).unwrap();
    mechanism
}

fn run(mechanism: &mut Mechanism, motion: Motion, from: u64) -> Result<(), Obstacle> {
    mechanism.start(motion, 1000, from)?;
    mechanism.advance(from + 1000);
    mechanism.take_outcome().unwrap()
}

fn lay(panel: Panel, plane: Plane) -> Motion {
    Motion::Lay(Lay {
        panel,
        plane: Arc::new(plane),
        picture: 1,
    })
}

#[test]
fn a_card_leaves_the_hopper_partway_through_a_pick() {
    let mut mechanism = mechanism();
    mechanism.start(Motion::Pick, 1000, 0).unwrap();
    mechanism.advance(299);
    assert_eq!((mechanism.picked(), mechanism.inside().len()), (0, 0));
    mechanism.advance(300);
    assert_eq!((mechanism.picked(), mechanism.inside().len()), (1, 1));
    assert_eq!(mechanism.place_inside(), Some(CardPlace::Path));
    mechanism.advance(1000);
    assert_eq!(mechanism.place_inside(), Some(CardPlace::PrintStart));
}

#[test]
fn a_panel_that_is_cut_is_laid_so_far() {
    let mut mechanism = mechanism();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    let yellow = Plane::Dye(vec![200; 160]);
    mechanism.start(lay(Panel::Y, yellow), 1000, 1000).unwrap();
    mechanism.power_off(1450);
    let card = mechanism.card(CardId(1)).unwrap();
    assert_eq!(card.front.laid[0].lines, 4);
    assert_eq!(card.front.y[..64], [200; 64]);
    assert_eq!(card.front.y[64..], [0; 96]);
    assert_eq!(card.looks(), Looks::Part);
    assert_eq!(
        mechanism.take_outcome(),
        None,
        "firmware without power hears nothing"
    );
}

#[test]
fn a_card_that_gets_a_second_picture_is_overprinted() {
    let mut mechanism = mechanism();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    for picture in [1, 2] {
        let motion = Motion::Lay(Lay {
            panel: Panel::K,
            plane: Arc::new(Plane::Bits(vec![picture; 20])),
            picture: u64::from(picture),
        });
        run(&mut mechanism, motion, 10_000 * u64::from(picture)).unwrap();
        mechanism.end_picture(u64::from(picture), vec![(Side::Front, Panel::K)]);
        let looks = mechanism.card(CardId(1)).unwrap().looks();
        let expected = if picture == 1 {
            Looks::Whole
        } else {
            Looks::Part
        };
        assert_eq!(looks, expected);
    }
    assert_eq!(
        mechanism.card(CardId(1)).unwrap().front.k[0],
        3,
        "both are to be seen"
    );
}

#[test]
fn a_ribbon_is_wound_to_the_next_such_panel_and_ends() {
    let mut mechanism = mechanism();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    let bits = || Plane::Bits(vec![0; 20]);
    for at in [1, 2] {
        run(&mut mechanism, lay(Panel::K, bits()), at * 10_000).unwrap();
    }
    let ribbon = *mechanism.ribbon().unwrap();
    assert_eq!((ribbon.sets_left, ribbon.passed), (0, 4));
    run(&mut mechanism, lay(Panel::O, bits()), 30_000).unwrap();
    assert!(mechanism.ribbon().unwrap().ended());
    let more = run(&mut mechanism, lay(Panel::O, bits()), 40_000);
    assert_eq!(more, Err(Obstacle::RibbonEnd));
    assert_eq!(mechanism.counts().panels, 2, "overlay is not counted here");
}

#[test]
fn hands_cannot_reach_through_a_shut_lid_or_overfill_the_hopper() {
    let mut mechanism = mechanism();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    assert_eq!(mechanism.take_inside(2000), Err(Unreachable::LidShut));
    assert_eq!(
        mechanism.load(vec![Blank::default(); 3]),
        Err(Unreachable::HopperFull { capacity: 3 })
    );
    assert_eq!(
        mechanism.cut(CardId(1)),
        Err(Unreachable::Elsewhere { card: CardId(1) })
    );
    mechanism.open_lid(2000);
    assert_eq!(mechanism.take_inside(2000).unwrap(), [CardId(1)]);
    mechanism.cut(CardId(1)).unwrap();
    let again = Blank {
        id: Some(CardId(1)),
        ..Blank::default()
    };
    mechanism.load(vec![again]).unwrap();
    assert!(mechanism.taken().is_empty());
    assert_eq!(
        mechanism.card(CardId(1)).unwrap().place,
        CardPlace::Hopper(1)
    );
}

#[test]
fn a_chip_is_written_and_read_at_its_station_only() {
    let mut mechanism = mechanism();
    let blank = Blank {
        uid: Some("TEST-00000000000009".to_owned()),
        ..Blank::default()
    };
    mechanism.unload();
    mechanism.load(vec![blank]).unwrap();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    let ask = |mechanism: &mut Mechanism, line: &str| crate::reader::answer(mechanism, line);
    assert_eq!(ask(&mut mechanism, "presence"), "no");
    run(&mut mechanism, Motion::MoveTo(Station::Contactless), 2000).unwrap();
    for (line, expected) in [
        ("presence", "yes"),
        ("uid", "TEST-00000000000009"),
        ("apdu 00B0000402", "00009000"),
        ("apdu 00D6000402ABCD", "9000"),
        ("apdu 00B0000403", "ABCD009000"),
        ("apdu 00B0002001", "6D00"),
        ("apdu 00A40000", "6D00"),
        ("apdu 0", "error"),
        ("hello", "error"),
    ] {
        assert_eq!(ask(&mut mechanism, line), expected, "{line}");
    }
}

#[test]
fn a_ribbons_tag_stays_with_the_ribbon_and_a_new_one_has_another_number() {
    let mut mechanism = mechanism();
    mechanism.fit_ribbon(Some(Ribbon::new(RibbonKind::Ymcko, 10, 7)));
    let first = *mechanism.ribbon().unwrap();
    assert_eq!((first.tag.number, first.tag.used), (2, 3));
    mechanism.write_tag(2);
    let first = *mechanism.ribbon().unwrap();
    mechanism.fit_new_ribbon(RibbonKind::K, 5);
    assert_eq!(mechanism.ribbon().unwrap().tag.number, 3);
    mechanism.fit_ribbon(Some(first));
    let again = mechanism.ribbon().unwrap().tag;
    assert_eq!((again.number, again.used), (2, 5));
}

#[test]
fn a_line_of_bits_is_padded_to_whole_bytes() {
    let geometry = Geometry {
        columns: 642,
        lines: 2,
    };
    assert_eq!(geometry.line_bytes(), 81);
    let Plane::Bits(bits) = Plane::empty(Panel::K, geometry) else {
        panic!("resin is bits");
    };
    assert_eq!(bits.len(), 162);
}

fn film_run(mechanism: &mut Mechanism, motion: FilmMotion, from: u64) -> Result<(), FilmStop> {
    mechanism.start_film(motion, 1000, from)?;
    mechanism.advance(from + 1000);
    mechanism
        .take_outcome()
        .unwrap()
        .map_err(FilmStop::Obstacle)
}

fn film_print(mechanism: &mut Mechanism, picture: u64, bits: u8, from: u64) {
    mechanism.order_on_film(picture, &[Panel::K]);
    let lay = Lay {
        panel: Panel::K,
        plane: Arc::new(Plane::Bits(vec![bits; 20])),
        picture,
    };
    film_run(mechanism, FilmMotion::Print(lay), from).unwrap();
}

fn with_film() -> Mechanism {
    let mut mechanism = mechanism();
    mechanism.fit_new_ribbon(RibbonKind::Ymckk, 9);
    mechanism.fit_film(10, 3);
    mechanism
}

#[test]
fn what_was_printed_on_the_film_reaches_the_next_card_that_comes() {
    let mut mechanism = with_film();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    film_print(&mut mechanism, 1, 0xF0, 2000);
    run(&mut mechanism, Motion::Exit(Bin::Reject), 4000).unwrap();
    assert_eq!(mechanism.card(CardId(1)).unwrap().looks(), Looks::Blank);
    run(&mut mechanism, Motion::Pick, 6000).unwrap();
    assert_eq!(mechanism.film_pictures(), [1], "the first person's");
    film_run(&mut mechanism, FilmMotion::Transfer, 8000).unwrap();
    let card = mechanism.card(CardId(2)).unwrap();
    assert_eq!((card.looks(), card.front.k[0]), (Looks::Whole, 0xF0));
    assert_eq!(card.pictures().into_iter().collect::<Vec<u64>>(), [1]);
    assert_eq!(
        mechanism.film().unwrap().left,
        1,
        "spent: the next one came"
    );
    assert!(!mechanism.film().unwrap().printed);
}

#[test]
fn two_pictures_on_one_film_panel_are_an_overprint_unless_it_is_wound_on() {
    for (winds, looks, bits) in [(false, Looks::Part, 0xFF), (true, Looks::Whole, 0x0F)] {
        let mut mechanism = with_film();
        film_print(&mut mechanism, 1, 0xF0, 0);
        run(&mut mechanism, Motion::Pick, 2000).unwrap();
        if winds {
            film_run(&mut mechanism, FilmMotion::Wind, 4000).unwrap();
        }
        film_print(&mut mechanism, 2, 0x0F, 6000);
        film_run(&mut mechanism, FilmMotion::Transfer, 8000).unwrap();
        let card = mechanism.card(CardId(1)).unwrap();
        assert_eq!((card.looks(), card.front.k[0]), (looks, bits));
    }
}

#[test]
fn a_transfer_that_is_cut_leaves_its_part_here_and_the_rest_on_the_film() {
    let mut mechanism = with_film();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    film_print(&mut mechanism, 1, 0xFF, 2000);
    mechanism
        .start_film(FilmMotion::Transfer, 1000, 4000)
        .unwrap();
    mechanism.power_off(4400);
    mechanism.power_on();
    let card = mechanism.card(CardId(1)).unwrap();
    assert_eq!((card.looks(), card.front.laid[0].lines), (Looks::Part, 4));
    assert_eq!(mechanism.film().unwrap().fused_lines, 4);
    run(&mut mechanism, Motion::Exit(Bin::Reject), 5000).unwrap();
    run(&mut mechanism, Motion::Pick, 7000).unwrap();
    film_run(&mut mechanism, FilmMotion::Transfer, 9000).unwrap();
    let card = mechanism.card(CardId(2)).unwrap();
    assert_eq!((card.looks(), card.front.laid[0].lines), (Looks::Part, 6));
    assert_eq!(card.front.k[..8], [0; 8]);
    assert_eq!(card.front.k[8..], [0xFF; 12]);
}

#[test]
fn a_half_printed_film_panel_makes_a_part_and_a_missing_side_too() {
    let mut mechanism = with_film();
    run(&mut mechanism, Motion::Pick, 0).unwrap();
    film_print(&mut mechanism, 1, 0xFF, 2000);
    film_run(&mut mechanism, FilmMotion::Transfer, 4000).unwrap();
    assert_eq!(mechanism.card(CardId(1)).unwrap().looks(), Looks::Whole);
    run(&mut mechanism, Motion::Flip, 6000).unwrap();
    let plane = Arc::new(Plane::Bits(vec![0xFF; 20]));
    let back = Lay {
        panel: Panel::K,
        plane,
        picture: 1,
    };
    mechanism.order_on_film(1, &[Panel::K]);
    assert_eq!(
        mechanism.card(CardId(1)).unwrap().looks(),
        Looks::Part,
        "the back is ordered and not there"
    );
    mechanism
        .start_film(FilmMotion::Print(back), 1000, 8000)
        .unwrap();
    mechanism.tear_film(8500);
    assert_eq!(
        mechanism.take_outcome(),
        Some(Err(Obstacle::Jam(Station::PrintStart)))
    );
    let torn = mechanism.start_film(FilmMotion::Transfer, 1000, 9000);
    assert_eq!(torn, Err(FilmStop::NoFilm));
    mechanism.fit_film(10, 1);
    film_run(&mut mechanism, FilmMotion::Transfer, 10_000).unwrap();
    assert_eq!(mechanism.card(CardId(1)).unwrap().looks(), Looks::Part);
    assert_eq!(
        film_run(&mut mechanism, FilmMotion::Wind, 12_000),
        Err(FilmStop::FilmEnd)
    );
}
