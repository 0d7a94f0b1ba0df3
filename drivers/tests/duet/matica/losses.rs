//! Connection, cable and power lost at any byte of a card, in both directions: nothing is printed twice, and what the
//! custody table then says agrees with what the mechanism shows, or a person is asked.

use std::collections::BTreeMap;

use cetak_drivers::contract::*;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::matica::{Switches, TotalMoves};

use super::attempt::{Attempt, End, judge};
use super::cards::{ktp, picture, plain};
use super::unit::{Harm, Towards};
use super::{Duet, MODELS, Make, XID8600, XID9300};
use crate::bench::struck;

/// Every so-manieth byte: no divisor of a message's length, so that all places of a message are met.
const STRIDE: usize = 13;

/// Bytes that a whole card takes in both directions.
fn lengths(model: &'static str, setup: Setup) -> [u64; 2] {
    let mut duet = Make::new(model).duet();
    assert_eq!(
        Attempt::new(setup, &picture(1)).run(&mut duet),
        End::Printed
    );
    duet.firmware.passed
}

fn everywhere(harm: Harm) -> BTreeMap<String, usize> {
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for model in MODELS {
        for setup in [plain(), ktp()] {
            let lengths = lengths(model, setup);
            assert!(lengths[0] > 1900 && lengths[1] > 300, "{lengths:?}");
            for towards in [Towards::Printer, Towards::Host] {
                for at in (1..=lengths[towards as usize]).step_by(STRIDE) {
                    let about = format!(
                        "{model}, chip {}, {harm:?} behind byte {at} {towards:?}",
                        setup.chip
                    );
                    let mut duet = Make::new(model).duet();
                    duet.firmware.harm_at(towards, at, harm);
                    let mut attempt = Attempt::new(setup, &picture(1));
                    let end = attempt.run(&mut duet);
                    assert!(duet.firmware.harmed(), "{about}");
                    *ends.entry(name(&end)).or_default() += 1;
                    judge(&mut duet, &attempt, &end, &about);
                }
            }
        }
    }
    ends
}

fn name(end: &End) -> String {
    match end {
        End::Asked(why) => format!("asked: {why}"),
        other @ (End::Printed | End::NotFed | End::Rejected | End::Sought) => format!("{other:?}"),
    }
}

#[test]
fn a_connection_that_falls_behind_any_byte() {
    let ends = everywhere(Harm::Link);
    assert!(ends["Printed"] > 300, "{ends:?}");
    assert!(
        ends.contains_key("asked: no row of the custody table fits"),
        "{ends:?}"
    );
}

#[test]
fn a_cable_that_is_pulled_behind_any_byte() {
    let ends = everywhere(Harm::Cable);
    assert!(ends["Printed"] > 300, "{ends:?}");
}

#[test]
fn power_that_goes_behind_any_byte() {
    let ends = everywhere(Harm::Power);
    assert!(ends["Printed"] > 300, "{ends:?}");
}

#[test]
fn under_any_reading_of_the_unknown_nothing_prints_twice() {
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for model in MODELS {
        let lengths = lengths(model, ktp());
        for towards in [Towards::Printer, Towards::Host] {
            for (at, seed) in (1..=lengths[towards as usize]).step_by(5).zip(1..) {
                let switches = Switches::draw(seed);
                let harm =
                    [Harm::Link, Harm::Cable, Harm::Power][usize::try_from(seed % 3).unwrap()];
                let about = format!("{model}, {harm:?} behind byte {at} {towards:?}, seed {seed}");
                let mut make = Make::new(model);
                // Whether a reject box is fitted cannot be asked: the office's config says so.
                make.options.reject_box = switches.reject_box;
                make.switches = switches;
                let mut duet = make.duet();
                duet.firmware.harm_at(towards, at, harm);
                let mut attempt = Attempt::new(ktp(), &picture(1));
                let end = attempt.run(&mut duet);
                *ends.entry(name(&end)).or_default() += 1;
                judge(&mut duet, &attempt, &end, &about);
            }
        }
    }
    assert!(ends["Printed"] > 200 && ends["Sought"] > 200, "{ends:?}");
}

/// Every part of a card's way, and how far into it, per thousand.
const WAY: [Step; 9] = [
    Step::Feed,
    Step::Station,
    Step::Park,
    Step::Panel(0),
    Step::Panel(1),
    Step::Panel(3),
    Step::Panel(4),
    Step::Eject,
    Step::Reject,
];
const PERMILLE: [u16; 4] = [0, 250, 600, 999];

#[test]
fn what_strikes_in_mid_motion_leaves_one_card_of_the_job_at_most() {
    let strikes = [
        Strike::Jam,
        Strike::LidOpens,
        Strike::PowerCut,
        Strike::PowerDip(3000),
        Strike::CablePulled,
        Strike::StaleAnswer,
    ];
    for (model, strike) in MODELS.into_iter().flat_map(|m| strikes.map(|s| (m, s))) {
        for (step, permille) in WAY.into_iter().flat_map(|s| PERMILLE.map(|p| (s, p))) {
            if step == Step::Reject {
                continue;
            }
            let about = format!("{model}: {strike:?} at {permille} of {step:?}");
            let mut make = Make::new(model);
            make.plan = struck(step, permille, strike);
            let mut duet = make.duet();
            let mut attempt = Attempt::new(ktp(), &picture(1));
            let end = attempt.run(&mut duet);
            assert!(
                attempt.doubts > 0 || strike == Strike::StaleAnswer,
                "{about}"
            );
            judge(&mut duet, &attempt, &end, &about);
        }
    }
}

/// What a bench may have shown, and the readings under which that is so.
fn shown() -> Vec<(&'static str, Vec<BenchFlag>, Switches)> {
    let seen = BenchFlag::AttentionOnTransport;
    let ordinary = Switches::default();
    let at_transfer = Switches {
        total_moves: TotalMoves::Transfer,
        ..ordinary
    };
    vec![
        (
            XID8600,
            vec![seen, BenchFlag::CardCountedAtTransfer],
            at_transfer,
        ),
        (
            XID8600,
            vec![
                seen,
                BenchFlag::CardCountedAtTransfer,
                BenchFlag::CountersDurable,
            ],
            at_transfer,
        ),
        (
            XID8600,
            vec![
                seen,
                BenchFlag::OnlyCommandsMoveCards,
                BenchFlag::CountersDurable,
            ],
            ordinary,
        ),
        (XID9300, vec![seen, BenchFlag::CloseMovesNoCard], ordinary),
    ]
}

#[test]
fn what_a_bench_has_shown_proves_cards_whose_transfer_was_cut() {
    let mut proved = BTreeMap::<(usize, bool), usize>::new();
    for (number, (model, flags, switches)) in shown().into_iter().enumerate() {
        for hold in [false, true] {
            let mut flags = flags.clone();
            if hold {
                flags.push(BenchFlag::HoldsAtPrintPosition);
            }
            let setup = Setup { hold, ..plain() };
            let make = || {
                let mut make = Make::new(model).shown(&flags);
                make.switches = switches;
                make
            };
            let mut whole = make().duet();
            let whole_end = Attempt::new(setup, &picture(1)).run(&mut whole);
            assert_eq!(whole_end, End::Printed);
            // From the transfer's order on; and in its motion and the one behind it.
            let bytes = [whole.firmware.passed[0] - 80, whole.firmware.passed[1] - 80];
            let mut cuts: Vec<Box<dyn Fn() -> Duet>> = Vec::new();
            for harm in [Harm::Link, Harm::Cable, Harm::Power] {
                for (towards, at) in [
                    (Towards::Printer, bytes[0]..whole.firmware.passed[0]),
                    (Towards::Host, bytes[1]..whole.firmware.passed[1]),
                ] {
                    for at in at.step_by(3) {
                        let make = &make;
                        cuts.push(Box::new(move || {
                            let mut duet = make().duet();
                            duet.firmware.harm_at(towards, at, harm);
                            duet
                        }));
                    }
                }
            }
            for step in [Step::Panel(4), Step::Eject] {
                for strike in [
                    Strike::CablePulled,
                    Strike::PowerDip(3000),
                    Strike::PowerCut,
                ] {
                    for permille in [0, 300, 650, 750, 999] {
                        let make = &make;
                        cuts.push(Box::new(move || {
                            let mut make = make();
                            make.plan = struck(step, permille, strike);
                            make.duet()
                        }));
                    }
                }
            }
            for (at, cut) in cuts.iter().enumerate() {
                let about = format!("{model}, {flags:?}, cut {at} of {}", cuts.len());
                let mut duet = cut();
                let mut attempt = Attempt::new(setup, &picture(1));
                let end = attempt.run(&mut duet);
                let after_doubt = attempt.doubts > 0 && end == End::Printed;
                let transfer = attempt.in_doubt_at(Stage::Finish);
                *proved.entry((number, hold)).or_default() += usize::from(after_doubt && transfer);
                judge(&mut duet, &attempt, &end, &about);
            }
        }
    }
    for number in 0..shown().len() {
        assert!(proved[&(number, false)] > 5, "{number}: {proved:?}");
    }
}
