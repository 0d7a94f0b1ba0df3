//! The walk with a Zebra printer: which questions its firmware answers over this link.
//!
//! No row waits for a bench flag. Left out, because nothing of ours rests on it: the cable inside `GS`, the lid, the
//! button, what `.` does to a stopped string, ribbon out with `+RB`, whether power-off clears `+X` (no config sets the
//! canary outside this walk), `MO` with nothing inside. Kept as a note for the person: whether a string without `MO` keeps the card.

use crate::bench::{Act, Asked, Assumed, Hands, Kind, Log, Question, Shown, Step, Table};
use crate::contract::{Power, Ribbon, Stage};

/// A question, and the step that tries it.
const TRIED: [(&str, &str); 4] = [
    ("E", "zebra_e"),
    ("%CLN", "zebra_cln"),
    ("&P", "zebra_p"),
    ("!X", "zebra_x"),
];

pub(crate) fn table(kind: Kind<'_>) -> Table {
    let mut steps: Vec<Step> = TRIED
        .into_iter()
        .map(|(word, code)| tried(kind, word, code))
        .collect();
    steps.push(whole(kind));
    (steps, &[], &["E", "%CLN", "&P", "!X"], shown)
}

/// One question, with no card inside and no job open. A firmware that does not know it may latch an error, which `.`
/// clears.
fn tried(kind: Kind<'_>, word: &'static str, code: &'static str) -> Step {
    let mut acts = vec![
        Act::may("first", Asked::Prepare(kind.setup())),
        Act::may("clear", Asked::Do(Stage::Clear)),
        // Behind an answer: before any, `E` has nothing to repeat.
        Act::may("asked", Asked::Prepare(kind.setup())),
        Act::may("again", Asked::Prepare(kind.setup())),
        Act::may("clear", Asked::Do(Stage::Clear)),
        Act::Question(Question::Strange),
    ];
    if word == "!X" {
        // To ask for the second start character one is set, and nothing but a restart takes it away.
        acts.extend([Act::Hands(Hands::SwitchOff), Act::Hands(Hands::SwitchOn)]);
    }
    Step {
        code,
        assumed: Assumed {
            // A `&P` that is not known reads like a card that is elsewhere: only `E`, asked next, tells them apart.
            knows: if word == "&P" {
                vec!["E", word]
            } else {
                vec![word]
            },
            ..Assumed::default()
        },
        acts,
    }
}

/// One whole card, held and then ejected.
fn whole(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Finish);
    acts.extend([
        Act::Question(Question::Where),
        Act::may("eject", Asked::Do(Stage::Eject)),
        Act::Question(Question::Whole),
        Act::Question(Question::Strange),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain("zebra_whole", acts)
}

fn shown(log: &Log, _: Ribbon) -> Shown {
    let shows = TRIED.into_iter().filter(|(word, step)| {
        let told = log.told(step, "asked");
        match *word {
            "%CLN" => told.is_some_and(|told| told.panels.is_some()),
            "&P" => told.is_some() && log.told(step, "again").is_some(),
            "!X" => told.is_some_and(|told| told.power == Power::Kept),
            // With one question known nothing else is asked: done says that it was answered.
            _ => told.is_some(),
        }
    });
    Shown {
        knows: shows.map(|(word, _)| word.to_owned()).collect(),
        ..Shown::default()
    }
}
