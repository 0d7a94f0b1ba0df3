//! What is planted is reported: a check that cannot fail is none.

use std::time::Duration;

use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::defect::Defect;
use cetak::rehearsal::room::mode::Mode;
use cetak::rehearsal::room::{Plan, Report};
use cetak_firmware_sims::evolis::{PowerUp, Switches};
use cetak_firmware_sims::mechanism::CounterStore;

use crate::everywhere::uncut;
use crate::harness::play;

/// Plays until the judge reports what the defect should lead to; the same plan without it must hold.
pub(crate) fn check(defect: Defect, words: &[&str], plans: impl Iterator<Item = Plan>) {
    let mut runs = 0;
    for plan in plans {
        runs += 1;
        let planted: Report = play(Plan {
            defect: Some(defect),
            ..plan.clone()
        });
        let told = |broken: &&String| words.iter().any(|word| broken.contains(word));
        if let Some(broken) = planted.broken.iter().find(told) {
            println!("{defect:?} on {:?}: run {runs}: {broken}", plan.mode);
            assert_eq!(
                play(plan).broken,
                Vec::<String>::new(),
                "without {defect:?}"
            );
            return;
        }
    }
    panic!("{defect:?} is not reported in {runs} runs");
}

pub(crate) fn cut(at: At, harm: Harm) -> Cut {
    Cut {
        at,
        harm,
        away: Duration::from_secs(2),
    }
}

/// Every effect of an uncut run, the last ones first: there the most is at stake.
fn effects(plan: Plan, harm: Harm) -> impl Iterator<Item = Plan> {
    let count = uncut(plan.mode).effects;
    (1..=count)
        .rev()
        .map(move |number| plan.clone().cut(cut(At::Effect(number), harm)))
}

/// Every send of an uncut run.
fn sends(plan: Plan, harm: Harm, reaches: Reaches) -> impl Iterator<Item = Plan> {
    let count = uncut(plan.mode).sends;
    (1..=count)
        .rev()
        .map(move |number| plan.clone().cut(cut(At::Send { number, reaches }, harm)))
}

/// A printer that throws the card out at power-up.
fn throws_out(counter_store: CounterStore) -> Plan {
    Plan {
        switches: Switches {
            power_up: PowerUp::Output,
            counter_store,
            ..Switches::default()
        }
        .into(),
        ..Plan::of(Mode::Chip)
    }
}

/// A finished card is rejected after a doubt, and the reject is cut to the command that ejects.
fn half_rejects() -> impl Iterator<Item = Plan> {
    let plan = Plan {
        serial: true,
        ..Plan::of(Mode::Chip)
    };
    let finish = uncut(plan.mode).sends;
    let rejects = move |first: u64| {
        let plan = plan.clone();
        (first + 1..first + 40).map(move |number| {
            let reaches = Reaches::AllButTwo;
            plan.clone()
                .cut(cut(
                    At::Send {
                        number: first,
                        reaches: Reaches::All,
                    },
                    Harm::Host,
                ))
                .cut(cut(At::Send { number, reaches }, Harm::Host))
        })
    };
    (1..=finish).rev().flat_map(rejects)
}

/// A printer that ignores the order to hold: the finished card falls among the good ones.
fn holds_nothing() -> Plan {
    Plan {
        switches: Switches {
            psoe_honoured: false,
            ..Switches::default()
        }
        .into(),
        ..Plan::of(Mode::Chip)
    }
}

#[test]
fn effects_before_their_commit_are_reported() {
    check(
        Defect::CommitsLate,
        &["L1"],
        effects(Plan::of(Mode::Chip), Harm::Host),
    );
    check(
        Defect::CommitsLate,
        &["S1"],
        sends(Plan::of(Mode::Chip), Harm::Host, Reaches::All),
    );
}

#[test]
fn a_start_that_forgets_open_attempts_is_reported() {
    check(
        Defect::DropsTheLock,
        &["C1"],
        sends(Plan::of(Mode::Chip), Harm::Host, Reaches::All),
    );
}

#[test]
fn printing_again_on_silence_is_reported() {
    check(
        Defect::PrintsAgainOnSilence,
        &["C1"],
        sends(Plan::of(Mode::Chip), Harm::Link, Reaches::All),
    );
}

#[test]
fn a_blank_booked_on_the_wrong_side_is_reported() {
    check(
        Defect::BooksTheWrongSide,
        &["S1"],
        sends(Plan::of(Mode::Chip), Harm::Host, Reaches::All),
    );
}

#[test]
fn unchanged_counters_taken_for_not_fed_are_reported() {
    check(
        Defect::UnchangedIsNotFed,
        &["C1"],
        sends(throws_out(CounterStore::AtEject), Harm::Both, Reaches::All),
    );
}

#[test]
fn a_card_counted_without_its_panels_is_reported() {
    check(
        Defect::CountsNoPanels,
        &["no good card"],
        sends(throws_out(CounterStore::AtOnce), Harm::Both, Reaches::All),
    );
}

#[test]
fn spoiled_without_an_answered_reject_is_reported() {
    check(
        Defect::SpoiledWithoutReject,
        &["C1"],
        sends(holds_nothing(), Harm::Host, Reaches::All),
    );
}

#[test]
fn a_last_panel_that_is_trusted_is_reported() {
    check(
        Defect::TrustsTheLastPanel,
        &["no good card"],
        sends(Plan::of(Mode::Chip), Harm::Both, Reaches::All),
    );
}

#[test]
fn a_status_that_is_cleared_first_is_reported() {
    check(
        Defect::ClearsFirst,
        &["S1"],
        sends(Plan::of(Mode::Chip), Harm::Host, Reaches::All),
    );
}

#[test]
fn half_a_command_that_is_completed_is_reported() {
    check(Defect::CompletesHalfACommand, &["C1"], half_rejects());
}
