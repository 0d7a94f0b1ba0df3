//! Every branch of recovery is gone through somewhere: a check of what never happens is none.

use std::collections::BTreeMap;
use std::time::Duration;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::mode::{Mode, PEOPLE_MAX};
use cetak_firmware_sims::evolis::{PowerUp, Switches};

use crate::drawn::DRAWS;
use crate::everywhere::{cuts_of, uncut};
use crate::harness::{play, play_all};

/// Of each way of drawing so many.
const RUNS: u64 = 250;
/// Of the cuts inside sends of an ordinary printer every so-manieth.
const EVERY: usize = 8;

const WANTED: &[&str] = &[
    // Every verdict.
    "ruled/Go(Before)",
    "ruled/Go(Answered(Feed))",
    "ruled/Go(Bound)",
    "ruled/Go(Answered(Chip))",
    "ruled/Go(Answered(Park))",
    "ruled/Printed",
    "ruled/Reject",
    "ruled/Spoiled",
    "ruled/Sought",
    "ruled/Ask",
    // Every stage in doubt.
    "doubt/Sent(Feed)",
    "doubt/Answered(Feed)",
    "doubt/Sent(Chip)",
    "doubt/Answered(Chip)",
    "doubt/Sent(Park)",
    "doubt/Answered(Park)",
    "doubt/Sent(Face)",
    "doubt/Sent(Finish)",
    "doubt/Sent(Eject)",
    "doubt/Sent(Reject)",
    // Every end of an attempt.
    "outcome/NotFed",
    "outcome/Printed",
    "outcome/Spoiled",
    "outcome/Sought",
    "ejected after a verdict",
    // What two people say, and what hands do.
    "settled/Printed",
    "settled/Spoiled",
    "settled/NotFed",
    "hand/jam",
    "hand/lid",
    "hand/cable",
    "hand/ribbon",
    "hand/cut",
    "hand/release",
    "hand/resume",
    "hand/takes out",
    "lid opened",
    // What overrules every row.
    "why/more than one card was counted",
    "why/the lid was open with a face begun",
    "why/a card is stuck",
    "why/away for long, and no counter",
    "why/a second blank in a row is not found",
    "why/the printer does not reject",
    "why/without hold a power cut in the last panel proves nothing",
    "why/the reject was answered and the box had room",
    "why/power was lost, the card stayed at the station and its chip is the same",
    "why/no step of the chip's script holds: it is written again",
    "why/every step of the chip's script holds",
    "why/one card, every panel, and it has left",
    "blank beside",
];

/// Two cuts: the second so many sends behind the first.
fn twice(plan: &Plan, first: u64, behind: u64, harm: Harm) -> Plan {
    let cut = |number| Cut {
        at: At::Send {
            number,
            reaches: Reaches::All,
        },
        harm,
        away: Duration::from_secs(2),
    };
    plan.clone().cut(cut(first)).cut(cut(first + behind))
}

/// What needs cuts at their places: a reject whose answer is lost, two blanks in a row that are gone, a proved
/// card that left by itself.
fn aimed() -> Vec<Plan> {
    let ordinary = Plan::of(Mode::Chip);
    let throws_out = Plan {
        switches: Switches {
            power_up: PowerUp::Output,
            ..Switches::default()
        }
        .into(),
        ..Plan::of(Mode::Single)
    };
    let sends = uncut(Mode::Chip).sends;
    let mut plans = Vec::new();
    for first in sends - 12..sends - 4 {
        plans.extend((20..36).map(|behind| twice(&ordinary, first, behind, Harm::Host)));
    }
    // The count is proved by three cards; the fourth leaves by itself while nobody listens.
    let ignores_hold = Plan {
        people: PEOPLE_MAX,
        switches: Switches {
            psoe_honoured: false,
            ..Switches::default()
        }
        .into(),
        ..Plan::of(Mode::Single)
    };
    let last = play(ignores_hold.clone()).sends;
    plans.extend((last - 12..=last).map(|number| {
        ignores_hold.clone().cut(Cut {
            at: At::Send {
                number,
                reaches: Reaches::All,
            },
            harm: Harm::Host,
            away: Duration::from_secs(10),
        })
    }));
    for first in 25..35 {
        plans.extend((40..60).map(|behind| twice(&throws_out, first, behind, Harm::Both)));
    }
    plans
}

#[test]
fn every_branch_of_recovery_is_gone_through() {
    let mut reached: BTreeMap<String, u64> = BTreeMap::new();
    let mut add = |more: BTreeMap<String, u64>| {
        for (what, times) in more {
            *reached.entry(what).or_default() += times;
        }
    };
    for (name, draw) in DRAWS {
        // Other seeds than the suites': what they find is told by them.
        add(play_all(name, RUNS, |seed| draw(1_000_000 + seed, &Mode::EVOLIS)).reached);
    }
    for mode in Mode::EVOLIS {
        let (sends, others): (Vec<Cut>, Vec<Cut>) = cuts_of(&uncut(mode))
            .into_iter()
            .partition(|cut| matches!(cut.at, At::Send { .. }));
        let cuts: Vec<Cut> = sends.into_iter().step_by(EVERY).chain(others).collect();
        let count = cuts.len() as u64;
        let plan =
            |number: u64| Plan::of(mode).cut(cuts[usize::try_from(number).expect("a few hundred")]);
        add(play_all("everywhere", count, plan).reached);
    }
    let aimed = aimed();
    let plan = |number: u64| aimed[usize::try_from(number).expect("a few hundred")].clone();
    let total = play_all("aimed", aimed.len() as u64, plan);
    add(total.reached.clone());
    total.holds("aimed");
    let missed: Vec<_> = WANTED
        .iter()
        .filter(|what| !reached.contains_key(**what))
        .collect();
    assert!(
        missed.is_empty(),
        "never: {missed:?}\nreached: {reached:#?}"
    );
}

/// A printer that cannot hold its finished card is believed if it counts what was ordered. If it counts fewer, two
/// people look at its first cards.
#[test]
fn a_printer_that_cannot_hold_asks_people_until_its_count_is_proved() {
    let settled = |overlay: bool| {
        let mut switches = Switches {
            psoe_honoured: false,
            ..Switches::default()
        };
        switches.p_counts.overlay = overlay;
        let report = play(Plan {
            people: PEOPLE_MAX,
            switches: switches.into(),
            ..Plan::of(Mode::Single)
        });
        assert_eq!(report.broken, Vec::<String>::new());
        report.settled
    };
    assert_eq!(settled(true), 0);
    assert_eq!(
        settled(false),
        3,
        "three cards prove it, the fourth asks nobody"
    );
}
