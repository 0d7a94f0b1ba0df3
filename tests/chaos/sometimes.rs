//! Every branch of recovery is gone through somewhere: a check of what never happens is none.

use std::collections::BTreeMap;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::mode::{Mode, PEOPLE_MAX};

use crate::drawn::DRAWS;
use crate::everywhere::{cuts_of, uncut};
use crate::harness::{play, play_all};

/// Of each way of drawing so many.
const RUNS: u64 = 250;
/// Of the cuts of an ordinary printer every so-manieth.
const EVERY: usize = 5;

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
        add(play_all(name, RUNS, |seed| draw(1_000_000 + seed)).reached);
    }
    for mode in Mode::ALL {
        let cuts = cuts_of(&uncut(mode));
        let count = (cuts.len() / EVERY) as u64;
        let plan = |number: u64| {
            let index = usize::try_from(number).expect("a few hundred") * EVERY;
            Plan::of(mode).cut(cuts[index])
        };
        add(play_all("everywhere", count, plan).reached);
    }
    let missed: Vec<_> = WANTED
        .iter()
        .filter(|what| !reached.contains_key(**what))
        .collect();
    assert!(
        missed.is_empty(),
        "never: {missed:?}\nreached: {reached:#?}"
    );
}

#[test]
fn a_printer_that_cannot_hold_asks_people_until_its_count_is_proved() {
    let report = play(Plan {
        people: PEOPLE_MAX,
        ..Plan::of(Mode::Mono)
    });
    assert_eq!(report.broken, Vec::<String>::new());
    assert_eq!(
        report.settled, 3,
        "three cards prove it, the fourth asks nobody"
    );
}
