//! Every flag can be shown, and a walk can be stopped anywhere.

use super::*;
use crate::contract::{Dialect, Fault};
use crate::{evolis, magicard, matica, zebra};

const RIBBONS: [Ribbon; 3] = [Ribbon::Ymcko, Ribbon::Ymckok, Ribbon::K];

/// What every model is, with no flag set.
fn models() -> Vec<Capabilities> {
    let evolis = evolis::models::MODELS.iter().map(|model| {
        let dialect = evolis::Evolis::new(model, evolis::Options::default());
        dialect.capabilities().clone()
    });
    let zebra = zebra::models::MODELS.iter().map(|model| {
        let dialect = zebra::Zebra::new(model, zebra::Options::default());
        dialect.capabilities().clone()
    });
    let magicard = magicard::models::MODELS.iter().map(|model| {
        let dialect = magicard::Magicard::new(model, magicard::Options::default());
        dialect.capabilities().clone()
    });
    let matica = matica::models::MODELS.iter().map(|model| {
        let dialect = matica::Matica::new(model, matica::Options::default());
        dialect.capabilities().clone()
    });
    let mut all: Vec<Capabilities> = evolis.chain(zebra).chain(magicard).chain(matica).collect();
    for capabilities in &mut all {
        // Pictures are drawn again at every turn.
        capabilities.dots = (24, 16);
    }
    all
}

fn walk(capabilities: &Capabilities, ribbon: Ribbon) -> Walk {
    Walk::of(capabilities, ribbon).unwrap()
}

#[test]
fn no_flag_that_a_row_waits_for_is_forgotten() {
    let mut settled: BTreeSet<BenchFlag> = BTreeSet::new();
    for capabilities in models() {
        let walk = walk(&capabilities, Ribbon::Ymcko);
        settled.extend(walk.settles);
        for flag in capabilities.rows.iter().flat_map(|row| row.bench) {
            assert!(
                walk.settles.contains(flag),
                "{}: {flag:?}",
                capabilities.model
            );
        }
    }
    // An exhaustive list: a new flag does not compile until it stands here.
    let all = |flag| match flag {
        BenchFlag::CountersDurable
        | BenchFlag::PanelCountedAtEnd
        | BenchFlag::LastPanelCounted
        | BenchFlag::SequenceStartDropsPlanes
        | BenchFlag::AttentionOnTransport
        | BenchFlag::CloseMovesNoCard
        | BenchFlag::CardCountedAtTransfer
        | BenchFlag::OnlyCommandsMoveCards
        | BenchFlag::HoldsAtPrintPosition
        | BenchFlag::CardCountedAtEject
        | BenchFlag::HalfPageNeverPrinted => 11,
    };
    assert_eq!(settled.len(), all(BenchFlag::CountersDurable));
}

#[test]
fn twelve_blanks_are_enough_for_every_walk() {
    for capabilities in models() {
        for ribbon in RIBBONS {
            let fed = walk(&capabilities, ribbon)
                .steps
                .iter()
                .filter(|step| {
                    step.acts.iter().any(|act| match act {
                        Act::Ask {
                            asked: Asked::Do(stage),
                            ..
                        } => *stage != Stage::Clear,
                        Act::Ask { .. } | Act::Hands(_) | Act::Question(_) | Act::Reconnect => {
                            false
                        }
                    })
                })
                .count();
            // One more for a step that is walked again after a card was lost.
            assert!((fed as u64) < TEST_BLANKS, "{} {fed}", capabilities.model);
        }
    }
}

/// Answers every turn in the most ordinary way until so many have passed.
fn play(course: &mut Course, turns: usize) -> bool {
    for _ in 0..turns {
        match course.turn() {
            Turn::Over => return true,
            Turn::Connect(_) | Turn::Hands(_) => course.done(),
            Turn::Ask(..) => course.heard(Answer::Done(Evidence::default())),
            Turn::Question(_) => course.chose(Choice::No),
        }
    }
    matches!(course.turn(), Turn::Over)
}

#[test]
fn a_walk_that_is_stopped_anywhere_empties_the_path_and_shows_nothing() {
    for capabilities in models() {
        for ribbon in RIBBONS {
            let walk = walk(&capabilities, ribbon);
            for turns in 0.. {
                let mut course = Course::new(walk.clone(), capabilities.clone());
                if play(&mut course, turns) {
                    assert!(turns > 20, "{}", capabilities.model);
                    break;
                }
                course.stop();
                let mut hands = Vec::new();
                while let Turn::Hands(next) = course.turn() {
                    hands.push(next);
                    course.done();
                }
                assert!(matches!(course.turn(), Turn::Over));
                assert_eq!(hands, [Hands::EmptyPath, Hands::PutBlanksBack]);
                assert_eq!(walk.shown(course.log()), Shown::default());
            }
        }
    }
}

#[test]
fn silence_and_faults_show_nothing() {
    let answers = [
        Answer::Lost,
        Answer::Fault(Fault::UnknownCommand, Evidence::default()),
        Answer::Done(Evidence::default()),
    ];
    for capabilities in models() {
        for answer in &answers {
            for choice in [Choice::Yes, Choice::No, Choice::Output, Choice::Magenta] {
                let walk = walk(&capabilities, Ribbon::Ymcko);
                let mut course = Course::new(walk.clone(), capabilities.clone());
                loop {
                    match course.turn() {
                        Turn::Over => break,
                        Turn::Connect(_) | Turn::Hands(_) => course.done(),
                        Turn::Ask(..) => course.heard(answer.clone()),
                        Turn::Question(Question::Strange) => course.chose(Choice::No),
                        Turn::Question(_) => course.chose(choice),
                    }
                }
                let shown = walk.shown(course.log());
                assert_eq!(shown.flags, BTreeSet::new(), "{}", capabilities.model);
            }
        }
    }
}
