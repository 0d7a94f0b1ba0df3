//! Lids, jams, ribbons, full bins, and error modes.

use super::*;
use crate::faults::{PlannedFault, Step};

fn jam(card: u32, step: Step) -> FaultPlan {
    plan(card, step, 500, Strike::Jam)
}

fn plan(card: u32, step: Step, permille: u16, strike: Strike) -> FaultPlan {
    FaultPlan {
        faults: vec![PlannedFault {
            card,
            step,
            permille,
            strike,
        }],
        ..FaultPlan::default()
    }
}

fn ribbon() -> Hand {
    Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: None,
    }
}

#[test]
fn an_empty_feeder_is_told_and_the_command_works_once_it_is_filled() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Unload);
    bench.ok(&["Pem;2", "Ss"]);
    assert_eq!(bench.ask("Sic"), "FEEDER EMPTY");
    assert_eq!(bench.printer.port_status(), 0x30);
    assert_eq!(bench.ask("Rse;f"), "0,00 Volts");
    bench.hand(Hand::Load { blanks: blanks(1) });
    assert_eq!(bench.printer.port_status(), 0x18);
    bench.ok(&["Scs", "Sic"]);
}

#[test]
fn a_lid_opened_mid_panel_leaves_it_half_laid_and_the_next_command_is_told() {
    let mut bench = Bench::parked(Switches::default());
    bench.planes(&["y", "m"]);
    bench.pass(1600);
    bench.hand(Hand::OpenLid);
    assert_eq!(bench.ask("Rse;o"), "0,00 Volts");
    assert_eq!(bench.ask_plane("c"), "COVER OPEN");
    bench.hand(Hand::CloseLid);
    let laid = bench.card(1).front.laid[0];
    assert_eq!((laid.lines, laid.complete), (48, false));
    bench.ok(&["Ser", "Rlr;p"]);
    assert_eq!(bench.card(1).place, CardPlace::Reject);
    assert_eq!(bench.card(1).looks(), Looks::Part);
}

#[test]
fn a_jam_stays_until_a_hand_and_a_clear_status() {
    let switches = Switches::default();
    let mut bench = Bench::planned("evolis-primacy", switches, jam(1, Step::Station));
    bench.ok(&["Pem;2", "Ss"]);
    assert_eq!(bench.ask("Sic"), "CARD JAM");
    assert_eq!(bench.printer.port_status(), 0x10);
    assert_eq!(bench.ask("Scs"), "CARD JAM");
    let look = bench.hand(Hand::ClearJam);
    assert_eq!(look.taken.len(), 1);
    assert_eq!(bench.ask("Sic"), "CARD JAM", "latched");
    bench.ok(&["Scs", "Sic"]);
    assert_eq!(bench.card(2).place, CardPlace::Contactless);
}

#[test]
fn clear_status_with_a_card_inside_throws_it_out_and_takes_a_new_one() {
    let mut bench = Bench::parked(Switches::default());
    bench.ok(&["Scs"]);
    assert_eq!(bench.card(1).place, CardPlace::Output);
    assert_eq!(bench.card(2).place, CardPlace::PrintStart);
}

#[test]
fn mode_three_keeps_every_fault_until_clear_status() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Unload);
    bench.ok(&["Pem;3", "Ss"]);
    assert_eq!(bench.ask("Si"), "FEEDER EMPTY");
    bench.hand(Hand::Load { blanks: blanks(1) });
    assert_eq!(bench.ask("Si"), "FEEDER EMPTY");
    assert_eq!(bench.printer.port_status(), 0x38, "busy is not forced");
    bench.ok(&["Scs", "Si"]);
}

#[test]
fn mode_zero_prints_the_job_once_more_on_a_new_card() {
    let switches = Switches::default();
    let mut bench = Bench::planned("evolis-primacy", switches, jam(1, Step::Eject));
    bench.ok(&["Ss", "Sr"]);
    bench.planes(&["y", "m", "c", "k", "o"]);
    assert_eq!(bench.ask("Se"), "(silence)", "no answer until a hand comes");
    assert_eq!(bench.printer.port_status(), 0x10);
    bench.hand(Hand::ClearJam);
    assert_eq!(bench.answer().unwrap(), "OK");
    let (first, second) = (bench.card(1), bench.card(2));
    assert_eq!(
        (first.place, first.looks()),
        (CardPlace::Taken, Looks::Whole)
    );
    assert_eq!(
        (second.place, second.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(first.front.k, second.front.k, "two good cards of one job");
}

#[test]
fn mode_two_never_prints_again_by_itself() {
    let switches = Switches::default();
    let mut bench = Bench::planned("evolis-primacy", switches, jam(1, Step::Eject));
    bench.ok(&["Pem;2", "Ss", "Sr"]);
    bench.planes(&["y", "m", "c", "k", "o"]);
    assert_eq!(bench.ask("Se"), "CARD JAM");
    bench.hand(Hand::ClearJam);
    bench.pass(600_000);
    assert_eq!(bench.printer.mechanism().picked(), 1);
    assert_eq!(bench.answer(), None);
}

#[test]
fn mode_zero_resumes_a_feed_without_printing_anything_again() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Unload);
    assert_eq!(bench.ask("Sic"), "(silence)");
    assert_eq!(bench.printer.port_status(), 0x30);
    bench.hand(Hand::Load { blanks: blanks(2) });
    assert_eq!(bench.answer().unwrap(), "OK");
    assert_eq!(bench.printer.mechanism().picked(), 1);
}

#[test]
fn a_ribbon_that_ends_in_the_card_is_told() {
    let switches = Switches::default();
    let torn = plan(1, Step::Panel(1), 0, Strike::RibbonEnds);
    let mut bench = Bench::planned("evolis-primacy", switches, torn);
    bench.ok(&["Pem;2", "Pr;ymcko", "Ss", "Sr"]);
    bench.planes(&["y", "m", "c"]);
    assert_eq!(bench.ask_plane("k"), "ERROR RIBBON");
    assert_eq!(bench.ask("Rcr"), "ERROR RIBBON");
    bench.hand(ribbon());
    bench.ok(&["Rcr", "Ser"]);
    bench.hand(Hand::NoRibbon);
    assert_eq!(bench.ask("Rrt;count"), "ERR RIB DETECTION");
}

#[test]
fn mode_zero_waits_for_a_ribbon_that_has_the_panel() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: Some(1),
    });
    bench.ok(&["Ss", "Sr"]);
    bench.planes(&["m", "y"]);
    assert_eq!(bench.ask_plane("k"), "(silence)", "no second yellow");
    assert_eq!(bench.printer.port_status(), 0x30);
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::K,
        sets: None,
    });
    assert_eq!(bench.answer(), None, "resin only has no yellow either");
    bench.hand(ribbon());
    assert_eq!(bench.answer().unwrap(), "OK");
    assert_eq!(bench.card(1).place, CardPlace::Reject, "thrown out");
    assert_eq!(bench.card(2).front.laid.len(), 2, "once more, and on");
}

#[test]
fn another_ribbon_than_the_one_named_is_refused() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["Pem;2", "Pr;k", "Ss"]);
    bench.planes(&["k"]);
    assert_eq!(bench.ask("Se"), "ERROR RIBBON");
}

#[test]
fn a_full_output_bin_keeps_the_card_inside_until_it_is_emptied() {
    let mut profile = Profile::named("evolis-primacy")
        .unwrap()
        .with_geometry(COLUMNS, LINES);
    profile.fittings.output_capacity = 1;
    let printer = Evolis::new(profile, Switches::default(), FaultPlan::default());
    let mut bench = Bench { printer, uptime: 0 };
    bench.printer.host_opened(0);
    bench.hand(Hand::Load { blanks: blanks(3) });
    bench.ok(&["Pem;2", "Si", "Se", "Si"]);
    assert_eq!(bench.ask("Se"), "HOPPER FULL");
    assert_eq!(bench.ask("Rlr;p"), "CARD");
    bench.hand(Hand::TakeOutput);
    bench.ok(&["Se"]);
    assert_eq!(bench.card(1).place, CardPlace::Away);
    assert_eq!(bench.card(2).place, CardPlace::Output);
}

#[test]
fn two_blanks_that_stick_together_jam_the_feeder() {
    let switches = Switches::default();
    let double = plan(1, Step::Feed, 0, Strike::DoubleFeed);
    let mut bench = Bench::planned("evolis-primacy", switches, double);
    bench.ok(&["Pem;2"]);
    assert_eq!(bench.ask("Sic"), "CARD JAM");
    assert_eq!(bench.ask("Rco;c"), "1", "one pick is counted");
    assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 2);
}

#[test]
fn a_missing_reject_box_is_told() {
    let mut bench = Bench::parked(Switches {
        reject_box: false,
        ..Switches::default()
    });
    assert_eq!(bench.ask("Ser"), "OPT NOT AVAILABLE");
    assert_eq!(bench.ask("Rlr;p"), "CARD");
}

#[test]
fn a_card_taken_mid_picture_does_not_let_another_one_take_the_rest() {
    let mut bench = Bench::parked(Switches::default());
    bench.planes(&["y", "m"]);
    bench.pass(10_000);
    bench.hand(Hand::OpenLid);
    bench.hand(Hand::TakeInside);
    bench.hand(Hand::CloseLid);
    assert_eq!(bench.ask_plane("c"), "ERROR TIME OUT");
    assert_eq!(bench.printer.mechanism().picked(), 1);
}

#[test]
fn rrt_says_ok_at_every_second_question_if_the_switch_is_on() {
    let mut bench = Bench::new(Switches {
        rrt_says_ok: true,
        ..Switches::default()
    });
    assert_eq!(bench.ask("Rrt;count"), "OK");
    assert_eq!(bench.ask("Rrt;count"), "300");
}
