//! With an Evolis printer.

use std::collections::BTreeSet;

use cetak_drivers::bench::{Assumed, Choice, Noted, Question};
use cetak_drivers::contract::{BenchFlag, Ribbon};
use cetak_drivers::evolis::Options;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::{PowerUp, Switches};
use cetak_firmware_sims::faults::{PlannedFault, Step, Strike};
use cetak_firmware_sims::mechanism::{CounterStore, PanelCounts, RibbonKind};

use super::{Bench, brief, flags, of, walk};
use crate::evolis::{Evolis, Make};

impl Bench for Evolis {
    fn assume(options: &mut Options, assumed: &Assumed) {
        options.bench.clone_from(&assumed.bench);
    }
}

fn readings() -> Vec<Switches> {
    let ordinary = Switches::default();
    let mut all = vec![ordinary];
    for at_end in [true, false] {
        for resin in [true, false] {
            for overlay in [true, false] {
                all.push(Switches {
                    p_counts: PanelCounts {
                        at_end,
                        resin,
                        overlay,
                    },
                    ..ordinary
                });
            }
        }
    }
    for counter_store in [CounterStore::AtEject, CounterStore::EverySeconds(60)] {
        all.push(Switches {
            counter_store,
            ..ordinary
        });
    }
    for power_up in [PowerUp::Output, PowerUp::Reject] {
        all.push(Switches {
            power_up,
            ..ordinary
        });
    }
    all.push(Switches {
        ss_drops_pending: false,
        ..ordinary
    });
    all
}

fn check(model: &'static str, ribbon: Ribbon, kind: RibbonKind) {
    for switches in readings() {
        let mut make = Make::new(model);
        make.switches = switches;
        make.profile.ribbon = kind;
        let mut duet = make.duet();
        let (shown, log) = walk(&mut duet, ribbon, |_, _| None);
        let counts = switches.p_counts;
        let last = match ribbon {
            Ribbon::Ymcko => counts.overlay,
            Ribbon::Ymckok | Ribbon::K => counts.resin,
        };
        // A black ribbon has one panel: where it is not counted, or only when it is laid, a cut in it proves nothing.
        let seen = ribbon != Ribbon::K || last;
        let durable = switches.counter_store == CounterStore::AtOnce
            && seen
            && (ribbon != Ribbon::K || !counts.at_end);
        let truth = of([
            (durable, BenchFlag::CountersDurable),
            (counts.at_end && seen, BenchFlag::PanelCountedAtEnd),
            (last, BenchFlag::LastPanelCounted),
            (
                switches.ss_drops_pending,
                BenchFlag::SequenceStartDropsPlanes,
            ),
        ]);
        assert_eq!(
            flags(&shown),
            truth,
            "{model} {switches:?}\n{}",
            brief(&log)
        );
    }
}

#[test]
fn a_walk_with_a_primacy_shows_what_is_true_of_it() {
    check("evolis-primacy", Ribbon::Ymcko, RibbonKind::Ymcko);
}

#[test]
fn a_walk_with_a_printer_of_two_sides_shows_what_is_true_of_it() {
    check("evolis-primacy-duplex", Ribbon::Ymckok, RibbonKind::Ymckok);
}

#[test]
fn a_walk_on_a_black_ribbon_shows_what_is_true_of_it() {
    check("evolis-dualys", Ribbon::K, RibbonKind::K);
}

#[test]
fn a_person_who_cannot_say_shows_nothing_that_an_answer_is_needed_for() {
    let mut duet = Make::new("evolis-primacy").duet();
    let (shown, log) = walk(&mut duet, Ribbon::Ymcko, |_, question| {
        (question != Question::Strange).then_some(Choice::Unsure)
    });
    assert_eq!(flags(&shown), BTreeSet::new(), "{}", brief(&log));
}

#[test]
fn what_moves_unannounced_stops_the_walk_and_shows_nothing() {
    let mut duet = Make::new("evolis-primacy").duet();
    let (shown, log) = walk(&mut duet, Ribbon::Ymcko, |_, question| {
        (question == Question::Strange).then_some(Choice::Yes)
    });
    assert_eq!(flags(&shown), BTreeSet::new());
    assert_eq!(log.notes, [Noted::Strange("evolis_whole".to_owned())]);
    let mechanism = duet.firmware.mechanism();
    assert!(mechanism.inside().is_empty() && mechanism.hopper().len() == 0);
}

#[test]
fn a_step_that_the_printer_does_not_do_shows_nothing_and_the_others_do() {
    let mut make = Make::new("evolis-primacy");
    // The third card gets stuck on its way from the hopper.
    make.plan.faults.push(PlannedFault {
        card: 3,
        step: Step::Feed,
        permille: 500,
        strike: Strike::Jam,
    });
    let mut duet = make.duet();
    let (shown, log) = walk(&mut duet, Ribbon::Ymcko, |_, _| None);
    assert_eq!(log.notes, [Noted::Failed("evolis_fed".to_owned())]);
    let truth = of([
        (false, BenchFlag::CountersDurable),
        (true, BenchFlag::PanelCountedAtEnd),
        (true, BenchFlag::LastPanelCounted),
        (true, BenchFlag::SequenceStartDropsPlanes),
    ]);
    assert_eq!(flags(&shown), truth, "{}", brief(&log));
}
