//! One blank at a time: with a blank's chip written at a desk, and on printers whose makers prove little.

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::make::Switches;
use cetak::rehearsal::room::mode::Mode;
use cetak_firmware_sims::zebra;

use crate::everywhere::{cuts_of, uncut};
use crate::harness::{every, play, play_all};

/// Children's cards, a hand for each blank.
fn one_by_one(mode: Mode) -> Plan {
    Plan {
        single_card: true,
        ..Plan::of(mode)
    }
}

/// A P330i over a link on which nothing comes back.
fn one_way() -> Plan {
    Plan {
        switches: Switches::Zebra(zebra::Switches {
            replies: zebra::Replies::None,
            ..zebra::Switches::default()
        }),
        ..one_by_one(Mode::Zebra)
    }
}

fn cut_everywhere(plan: &Plan, suite: &str) {
    let report = play(plan.clone());
    assert_eq!(report.broken, Vec::<String>::new(), "{plan:?} uncut");
    let cuts: Vec<_> = cuts_of(&report).into_iter().step_by(every(3)).collect();
    let count = cuts.len() as u64;
    let cut = |number: u64| {
        plan.clone()
            .cut(cuts[usize::try_from(number).expect("few")])
    };
    play_all(suite, count, cut).holds(suite);
}

#[test]
fn blanks_that_were_encoded_by_hand_get_the_face_of_their_chip() {
    for mode in Mode::BY_HAND {
        let report = uncut(mode);
        let good: Vec<_> = report.good.values().copied().collect();
        assert_eq!(good, [1, 1], "{mode:?}");
        assert_eq!(report.settled, 0, "{mode:?}");
        assert_eq!(report.reached["hand/lays one blank in"], 2, "{mode:?}");
    }
}

#[test]
fn by_hand_everywhere_zebra() {
    cut_everywhere(&Plan::of(Mode::ZebraByHand), "by_hand_everywhere_zebra");
}

#[test]
fn by_hand_everywhere_magicard() {
    cut_everywhere(
        &Plan::of(Mode::MagicardByHand),
        "by_hand_everywhere_magicard",
    );
}

#[test]
fn one_by_one_everywhere_magicard() {
    cut_everywhere(
        &one_by_one(Mode::Magicard),
        "one_by_one_everywhere_magicard",
    );
}

#[test]
fn one_by_one_everywhere_one_way() {
    cut_everywhere(&one_way(), "one_by_one_everywhere_one_way");
}
