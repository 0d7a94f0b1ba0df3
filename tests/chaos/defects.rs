//! What is planted is reported: a check that cannot fail is none.

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::defect::Defect;
use cetak::rehearsal::room::mode::Mode;

use crate::drawn;
use crate::everywhere::{cuts_of, uncut};
use crate::harness::play;

/// Drawn plans that are tried.
const DRAWN_MAX: u64 = 1200;
/// Of the cuts of an ordinary printer every so-manieth is tried.
const EVERY: usize = 3;

/// Plays until the judge reports; the same plan without the defect must hold.
fn reported(defect: Defect, plans: impl Iterator<Item = Plan>) -> Option<(u64, String)> {
    let mut runs = 0;
    for plan in plans {
        runs += 1;
        let planted = play(Plan {
            defect: Some(defect),
            ..plan.clone()
        });
        if let Some(broken) = planted.broken.first() {
            let sound = play(plan);
            assert_eq!(sound.broken, Vec::<String>::new(), "without {defect:?}");
            return Some((runs, broken.clone()));
        }
    }
    None
}

fn check(defect: Defect, words: &[&str]) {
    let cuts = [Mode::Chip, Mode::Single].into_iter().flat_map(|mode| {
        let cuts = cuts_of(&uncut(mode));
        cuts.into_iter()
            .step_by(EVERY)
            .map(move |cut| Plan::of(mode).cut(cut))
    });
    let drawn = (0..DRAWN_MAX).map(drawn::faults_and_cuts);
    let (runs, broken) =
        reported(defect, cuts.chain(drawn)).unwrap_or_else(|| panic!("{defect:?} is not reported"));
    println!("{defect:?}: run {runs}: {broken}");
    assert!(
        words.iter().any(|word| broken.contains(word)),
        "{defect:?} is reported as: {broken}"
    );
}

#[test]
fn effects_before_their_commit_are_reported() {
    check(Defect::CommitsLate, &["C1", "L1", "S1"]);
}

#[test]
fn a_start_that_forgets_open_attempts_is_reported() {
    check(Defect::DropsTheLock, &["C1", "S1"]);
}

#[test]
fn printing_again_on_silence_is_reported() {
    check(Defect::PrintsAgainOnSilence, &["C1", "S1"]);
}

#[test]
fn a_blank_booked_on_the_wrong_side_is_reported() {
    check(Defect::BooksTheWrongSide, &["S1"]);
}

#[test]
fn unchanged_counters_taken_for_not_fed_are_reported() {
    check(Defect::UnchangedIsNotFed, &["C1", "S1"]);
}

#[test]
fn a_card_counted_without_its_panels_is_reported() {
    check(Defect::CountsNoPanels, &["no good card", "S1"]);
}

#[test]
fn spoiled_without_an_answered_reject_is_reported() {
    check(Defect::SpoiledWithoutReject, &["C1", "S1"]);
}

#[test]
fn a_last_panel_that_is_trusted_is_reported() {
    check(Defect::TrustsTheLastPanel, &["no good card", "S1"]);
}

#[test]
fn a_status_that_is_cleared_first_is_reported() {
    check(Defect::ClearsFirst, &["C1", "S1"]);
}

#[test]
fn half_a_command_that_is_completed_is_reported() {
    check(Defect::CompletesHalfACommand, &["C1", "S1"]);
}
