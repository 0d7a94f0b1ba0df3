//! Chip stations, options that are not fitted, bins, ribbons and the head.

use super::*;
use crate::mechanism::RibbonKind;

const ENGAGE: [u8; 4] = [0x0A, 2, 0x10, 0];
const CONTACTS: [u8; 4] = [0x0A, 2, 0, 0];

#[test]
fn a_move_with_a_station_engaged_is_refused_or_releases_it() {
    for (engaged_move, contact, antenna) in [
        (EngagedMove::RefusedAtContact, 0x0005_2A00, 0),
        (EngagedMove::Refused, 0x0005_2A00, 0x0005_2A00),
        (EngagedMove::Releases, 0, 0),
    ] {
        let switches = Switches {
            engaged_move,
            ..Switches::default()
        };
        let mut bench = Bench::new(switches);
        bench.ok(&[[4, 2, 0, 1], CONTACTS]);
        assert_eq!(bench.ask(&PARK), contact);
        // Released, the card may go.
        bench.ok(&[[0x0A, 2, 0x40, 0], [5, 2, 0, 2]]);
        assert_eq!(bench.place(), (0, 2));
        let mut bench = Bench::new(switches);
        bench.ok(&[TO_CHIP, ENGAGE]);
        assert_eq!(bench.ask(&PARK), antenna);
        bench.ok(&[[0x0A, 2, 0x50, 0], REJECT]);
    }
}

#[test]
fn the_reader_needs_an_engaged_antenna_or_does_not() {
    for (antenna_needs_engage, seen) in [(true, "no"), (false, "yes")] {
        let mut bench = Bench::new(Switches {
            antenna_needs_engage,
            ..Switches::default()
        });
        bench.ok(&[TO_CHIP]);
        assert_eq!(bench.printer.reader("presence", bench.uptime), seen);
        bench.ok(&[ENGAGE]);
        assert_eq!(bench.printer.reader("presence", bench.uptime), "yes");
        bench.ok(&[PARK]);
        assert_eq!(bench.printer.reader("presence", bench.uptime), "no");
    }
}

#[test]
fn some_units_have_the_antenna_at_the_print_position() {
    let mut profile = Profile::named("matica-xid9300")
        .unwrap()
        .with_geometry(ROWS, COLUMNS);
    profile.antenna_at_print = true;
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    bench.ok(&[LOAD, ENGAGE]);
    let uid = bench.printer.reader("uid", bench.uptime);
    assert_eq!(uid, "TEST-00000000000001");
}

#[test]
fn what_is_not_fitted_has_its_codes() {
    let mut profile = Profile::named("matica-xid9300")
        .unwrap()
        .with_geometry(ROWS, COLUMNS);
    profile.magnetic = false;
    profile.fittings.contact = false;
    profile.fittings.flipper = false;
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    assert_eq!(bench.ask(&[4, 2, 0, 1]), 0x0005_2C00);
    assert_eq!(bench.ask(&[4, 2, 0, 3]), 0x0005_2D00);
    assert_eq!(bench.ask(&[4, 2, 0x10, 0]), 0x0005_2E00);
    bench.ok(&[LOAD]);
    assert_eq!(bench.ask(&CONTACTS), 0x0005_2C00);
    assert_eq!(bench.ask(&[8, 6, 0, 0, 0x24, 0, 0, 0]), 0x0005_2D00);
}

#[test]
fn without_a_reject_box_its_destination_is_the_way_out() {
    for (reject_box, place) in [(true, CardPlace::Reject), (false, CardPlace::Output)] {
        let mut bench = Bench::new(Switches {
            reject_box,
            ..Switches::default()
        });
        bench.ok(&[LOAD, REJECT]);
        assert_eq!(bench.card(1).place, place);
    }
}

#[test]
fn load_and_move_can_turn_the_card_over() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&[[4, 2, 0x90, 0]]);
    assert_eq!(bench.printer.mechanism().side_under_head(), Side::Back);
    bench.ok(&[[5, 2, 0x10, 2]]);
    assert_eq!(bench.place(), (0, 2));
    assert_eq!(bench.printer.mechanism().side_under_head(), Side::Front);
}

#[test]
fn ribbons_that_end_or_do_not_belong_here_are_told() {
    let mut bench = Bench::new(Switches::default());
    let ribbon = |kind, sets| Hand::Ribbon {
        kind,
        sets: Some(sets),
    };
    bench.hand(ribbon(RibbonKind::Ymckk, 1));
    bench.ok(&[LOAD]);
    bench.planes(9);
    bench.ok(&[PRINT, RETURN]);
    bench.planes(9);
    assert_eq!(bench.ask(&PRINT), 0x0042_B200, "found at the yellow panel");
    assert_eq!(bench.place(), (0, 0));
    bench.hand(ribbon(RibbonKind::Ymcko, 9));
    assert_eq!(bench.ask(&TEST), 0x0003_B000);
    bench.hand(Hand::NoRibbon);
    assert_eq!(bench.ask(&TEST), 0x0003_B100);
    bench.ok(&[REJECT]);
    bench.hand(ribbon(RibbonKind::Ymck, 9));
    bench.ok(&[TEST]);
}

#[test]
fn a_hot_head_pauses_between_panels_and_refuses_the_next_print() {
    let mut profile = Profile::named("matica-xid9300")
        .unwrap()
        .with_geometry(ROWS, COLUMNS);
    profile.heat.panel = 60_000;
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    bench.ok(&[LOAD]);
    bench.planes(9);
    let from = bench.uptime;
    bench.ok(&[PRINT]);
    let took = (bench.uptime - from) / SECOND;
    assert!(took > 22 + 40, "{took} s: it cooled down in between");
    bench.planes(9);
    assert_eq!(bench.ask(&PRINT), 0x0004_F800);
    assert_eq!(bench.ask(&TEST), 0x0004_F800);
    assert_eq!(bench.place(), (0, 0), "all else goes on");
    bench.pass(100_000);
    bench.ok(&[TEST, PRINT]);
}

#[test]
fn at_the_ordinary_rate_the_head_stays_cool() {
    let mut bench = Bench::new(Switches::default());
    for _ in 0..20 {
        bench.hand(Hand::TakeOutput);
        bench.hand(Hand::Load {
            blanks: vec![Blank::default()],
        });
        bench.ok(&[LOAD]);
        bench.planes(9);
        bench.ok(&[PRINT, EJECT]);
    }
    assert!(bench.printer.head.warmth(bench.uptime) < 40_000);
}

#[test]
fn a_full_bin_keeps_the_card_inside_until_it_is_emptied() {
    let mut profile = Profile::named("matica-xid9300")
        .unwrap()
        .with_geometry(ROWS, COLUMNS);
    profile.fittings.output_capacity = 1;
    let switches = Switches {
        init_03: Init03::Keeps,
        ..Switches::default()
    };
    let mut bench = Bench::with(profile, switches, FaultPlan::default());
    bench.ok(&[LOAD, [5, 2, 0, 5], LOAD]);
    assert_eq!(bench.ask(&[5, 2, 0, 5]), 0x0003_9400);
    assert_eq!(bench.place(), (0, 0));
    bench.hand(Hand::TakeOutput);
    bench.ok(&[INITIALISE]);
    assert_eq!(bench.ready(), 0);
    bench.ok(&[[5, 2, 0, 5]]);
}
