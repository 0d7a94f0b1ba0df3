//! The most ordinary printer of each mode, cut once at every place.

use std::time::Duration;

use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::mode::Mode;
use cetak::rehearsal::room::{Plan, Report};

use crate::harness::{play, play_all};

/// Long enough for a motion to end by itself, short enough that places count.
const AWAY: Duration = Duration::from_secs(2);

pub(crate) fn uncut(mode: Mode) -> Report {
    let report = play(Plan::of(mode));
    assert_eq!(report.broken, Vec::<String>::new(), "{mode:?} uncut");
    report
}

/// Every place of an uncut run, with every harm.
pub(crate) fn cuts_of(report: &Report) -> Vec<Cut> {
    let mut places = Vec::new();
    for number in 1..=report.commits {
        places.push(At::Commit { number, kept: true });
        places.push(At::Commit {
            number,
            kept: false,
        });
    }
    places.extend((1..=report.effects).map(At::Effect));
    for number in 1..=report.sends {
        places.extend(Reaches::EVERY.map(|reaches| At::Send { number, reaches }));
    }
    let mut cuts = Vec::new();
    for at in places {
        for harm in Harm::EVERY {
            let host = matches!(harm, Harm::Host | Harm::Both);
            if matches!(at, At::Commit { kept: false, .. }) && !host {
                continue;
            }
            let away = if host { Duration::ZERO } else { AWAY };
            cuts.push(Cut { at, harm, away });
        }
    }
    cuts
}

fn cut_everywhere(mode: Mode, suite: &str) {
    cut_every(1, mode, suite);
}

/// Cuts at every so-manieth place.
pub(crate) fn cut_every(step: usize, mode: Mode, suite: &str) {
    let cuts: Vec<Cut> = cuts_of(&uncut(mode)).into_iter().step_by(step).collect();
    let count = cuts.len() as u64;
    let plan = |number: u64| {
        let index = usize::try_from(number).expect("a few thousand");
        Plan::of(mode).cut(cuts[index])
    };
    play_all(suite, count, plan).holds(suite);
}

#[test]
fn two_persons_in_turn_get_one_good_card_each_and_nobody_is_asked() {
    for mode in [Mode::Chip, Mode::Single, Mode::Dual] {
        assert_eq!(uncut(mode).settled, 0, "{mode:?}");
    }
}

#[test]
fn everywhere_chip() {
    cut_everywhere(Mode::Chip, "everywhere_chip");
}

#[test]
fn everywhere_single() {
    cut_everywhere(Mode::Single, "everywhere_single");
}

#[test]
fn everywhere_dual() {
    cut_everywhere(Mode::Dual, "everywhere_dual");
}

#[test]
fn everywhere_mono() {
    cut_everywhere(Mode::Mono, "everywhere_mono");
}
