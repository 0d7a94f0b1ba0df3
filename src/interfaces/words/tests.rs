use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::domain::blank::Account;
use crate::domain::flaw::Flaw;
use crate::domain::job::JobState;
use crate::domain::printer::Word;
use crate::engine::store::Outcome;
use cetak_drivers::contract::{Stage, Verdict};

/// What the spooler shows of a job's state, each once; the match keeps the list whole.
fn state_names() -> Vec<&'static str> {
    use cetak_drivers::contract::BlankUid;
    let printer = crate::domain::ids::PrinterId("p1".to_owned());
    let blank: Option<BlankUid> = None;
    let code = crate::domain::job::Code::from("HELD_NOT_PRR");
    let first = JobState::Received;
    let mut names = vec![];
    let mut next = Some(first);
    while let Some(state) = next {
        names.push(state.name());
        let (printer, blank, code) = (printer.clone(), blank.clone(), code.clone());
        next = match state {
            JobState::Received => Some(JobState::Held { code }),
            JobState::Held { .. } => Some(JobState::Queued),
            JobState::Queued => Some(JobState::Assigned { printer }),
            JobState::Assigned { .. } => Some(JobState::Encoding { printer, blank }),
            JobState::Encoding { .. } => Some(JobState::Encoded { printer, blank }),
            JobState::Encoded { .. } => Some(JobState::Printing { printer, blank }),
            JobState::Printing { .. } => Some(JobState::InDoubt { printer, blank }),
            JobState::InDoubt { .. } => Some(JobState::Printed { blank }),
            JobState::Printed { .. } => Some(JobState::Spoiled {
                blank,
                cause: crate::domain::job::SpoilCause::Print,
                uncut: true,
            }),
            JobState::Spoiled { .. } => Some(JobState::Ready { blank }),
            JobState::Ready { .. } => Some(JobState::InDelivery { blank }),
            JobState::InDelivery { .. } => Some(JobState::HandedOver { blank }),
            JobState::HandedOver { .. } => Some(JobState::Withdrawn { blank }),
            JobState::Withdrawn { .. } => Some(JobState::Rejected { code }),
            JobState::Rejected { .. } => Some(JobState::Cancelled),
            JobState::Cancelled => None,
        };
    }
    names
}

fn lower(name: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(name).unwrap();
    name.as_str().unwrap().to_owned()
}

#[track_caller]
fn check_named(table: &[(&str, Words)], expected: &[String]) {
    let known: BTreeSet<&str> = table.iter().map(|(name, _)| *name).collect();
    assert_eq!(known.len(), table.len(), "a name is there twice");
    for name in expected {
        assert!(known.contains(name.as_str()), "{name} has no words");
    }
    for (name, words) in table {
        check_words(name, *words);
    }
}

#[track_caller]
fn check_words(name: &str, words: Words) {
    for text in [words.id, words.en] {
        assert!(!text.trim().is_empty(), "{name} has an empty text");
        assert_eq!(text, text.trim(), "{name}");
        assert!(!text.contains("e-KTP"), "{name}: it is KTP-el");
    }
}

#[test]
fn every_enum_has_words_for_all_its_members() {
    let names = state_names();
    assert_eq!(names.len(), 16);
    check_named(
        names::STATES,
        &names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(),
    );
    assert_eq!(names::STATES.len(), names.len());
    check_named(
        names::PRINTER_WORDS,
        &Word::ALL.map(|word| word.name().to_owned()),
    );
    assert_eq!(names::PRINTER_WORDS.len(), Word::ALL.len());
    check_named(
        names::ACCOUNTS,
        &Account::ALL.map(|account| account.name().to_owned()),
    );
    assert_eq!(names::ACCOUNTS.len(), Account::ALL.len());
    let outcomes = [
        Outcome::NotFed,
        Outcome::Printed,
        Outcome::Spoiled,
        Outcome::Sought,
    ];
    check_named(names::OUTCOMES, &outcomes.map(|outcome| lower(&outcome)));
    let stages = [
        Stage::Feed,
        Stage::Chip,
        Stage::Park,
        Stage::Face,
        Stage::Finish,
        Stage::Eject,
        Stage::Reject,
        Stage::Clear,
    ];
    check_named(names::STAGES, &stages.map(|stage| lower(&stage)));
    let verdicts = [
        Verdict::Printed,
        Verdict::Reject,
        Verdict::Spoiled,
        Verdict::Sought,
        Verdict::Ask,
    ];
    check_named(
        names::VERDICTS,
        &verdicts.map(|verdict| format!("{verdict:?}").to_lowercase()),
    );
    check_named(names::STEPS, &[]);
    check_named(names::DOING, &[]);
}

#[test]
fn every_flaw_has_both_texts_with_the_same_parameters() {
    for flaw in Flaw::ALL {
        let (id, en) = (flaws::indonesian(flaw), flaw.english());
        assert!(id.contains(';'), "{flaw:?} has no remedy");
        assert!(!id.ends_with('.'), "{flaw:?}");
        let (mut of_id, mut of_en) = (names_in(id), names_in(en));
        of_id.sort();
        of_en.sort();
        assert_eq!(of_id, of_en, "{flaw:?}");
    }
}

#[test]
fn every_code_of_the_rules_has_both_texts() {
    let ours: Vec<&str> = verdicts::RULES.iter().map(|(name, _, _)| *name).collect();
    let theirs: Vec<&str> = rules::CODES.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn no_text_of_a_code_is_empty_and_none_is_there_twice() {
    let mut seen = BTreeSet::new();
    for (name, id, help) in verdicts::RULES {
        assert!(seen.insert(*name), "{name}");
        check_words(name, Words::new(id, id));
        check_words(name, *help);
    }
    for (name, says, help) in others() {
        assert!(seen.insert(*name), "{name}");
        check_words(name, *says);
        check_words(name, *help);
    }
}

/// What a caller fills in; every other name has a word of its own.
const GIVEN: &[&str] = &[
    "limit",
    "line",
    "column",
    "what",
    "path",
    "printers",
    "megabytes",
    "entries",
    "data",
    "rated",
    "endpoint",
    "maker",
    "model",
    "serial",
    "firmware",
    "ribbon",
    "file",
    "shown",
];

#[test]
fn a_parameter_is_filled_or_shown_as_a_place_to_fill() {
    let all = others().map(|(name, says, help)| (*name, [*says, *help]));
    let rules = verdicts::RULES
        .iter()
        .map(|(name, id, help)| (*name, [Words::new(id, id), *help]));
    for (name, both) in all.chain(rules) {
        for words in both {
            for text in [words.id, words.en] {
                for param in names_in(text) {
                    let known = PLACES.iter().any(|(place, _)| *place == param)
                        || GIVEN.contains(&param.as_str());
                    assert!(known, "{name}: {{{param}}}");
                }
            }
        }
    }
    let with = params([("job", &"TPI-1-000001")]);
    assert_eq!(
        code_help("HELD_NOT_PRR", &with, Lang::Id).unwrap(),
        "Tunggu sampai PRR, lalu: cetak release TPI-1-000001"
    );
    assert_eq!(
        code_help("SAME_PERSON", &Params::new(), Lang::En).unwrap(),
        "Have a colleague run: cetak approve NUMBER (in training: --as NAME)"
    );
}

#[test]
fn every_fault_has_a_name_and_a_remedy() {
    let mut seen = BTreeSet::new();
    let mut next = Some(Fault::FeederEmpty);
    while let Some(fault) = next {
        let (says, help) = faults::words(&fault);
        check_words(fault.code(), says);
        check_words(fault.code(), help);
        for text in [help.id, help.en] {
            let fills = |name: &String| PLACES.iter().any(|(place, _)| place == name);
            assert!(names_in(text).iter().all(fills), "{text}");
        }
        assert!(seen.insert(fault.code()));
        let name = super::fault(fault.code(), Lang::En);
        assert_eq!(
            name, says.en,
            "the code of {fault:?} leads to another fault"
        );
        next = after(&fault);
    }
    assert_eq!(seen.len(), 33);
    assert_eq!(fault("card_jam", Lang::Id), "kartu macet");
    assert_eq!(
        fault("no such code", Lang::En),
        "an error that is in no list"
    );
}

/// The fault behind one in the contract's list.
fn after(fault: &Fault) -> Option<Fault> {
    Some(match fault {
        Fault::FeederEmpty => Fault::CoverOpen,
        Fault::CoverOpen => Fault::CardJam,
        Fault::CardJam => Fault::MechanicalTimeout,
        Fault::MechanicalTimeout => Fault::HeadFailure,
        Fault::HeadFailure => Fault::RibbonEnd,
        Fault::RibbonEnd => Fault::RibbonUnreadable,
        Fault::RibbonUnreadable => Fault::FilmEnd,
        Fault::FilmEnd => Fault::OutputFull,
        Fault::OutputFull => Fault::OutputDoorOpen,
        Fault::OutputDoorOpen => Fault::OutputFailure,
        Fault::OutputFailure => Fault::RejectFull,
        Fault::RejectFull => Fault::CleaningDue,
        Fault::CleaningDue => Fault::Overheated,
        Fault::Overheated => Fault::OptionAbsent,
        Fault::OptionAbsent => Fault::MagneticChecksum,
        Fault::MagneticChecksum => Fault::MagneticData,
        Fault::MagneticData => Fault::MagneticWrite,
        Fault::MagneticWrite => Fault::Firmware,
        Fault::Firmware => Fault::UnknownCommand,
        Fault::UnknownCommand => Fault::BadParameter,
        Fault::BadParameter => Fault::CardInside,
        Fault::CardInside => Fault::ForeignService,
        Fault::ForeignService => Fault::SettingRefused,
        Fault::SettingRefused => Fault::OtherUnit,
        Fault::OtherUnit => Fault::OutOfStep,
        Fault::OutOfStep => Fault::FeederOrRibbonEnd,
        Fault::FeederOrRibbonEnd => Fault::FeederJam,
        Fault::FeederJam => Fault::NotReady,
        Fault::NotReady => Fault::Restarted,
        Fault::Restarted => Fault::Hardware,
        Fault::Hardware => Fault::GoodCardInReject,
        Fault::GoodCardInReject => Fault::Unlisted("E99".to_owned()),
        Fault::Unlisted(_) => return None,
    })
}

#[test]
fn states_words_and_steps_are_put_into_words() {
    assert_eq!(
        code("NOT_WHILE_PRINTED", &Params::new(), Lang::En),
        "not possible while the job is: printed, to be checked"
    );
    assert!(
        knows("NOT_WHILE_IN_DOUBT") && !knows("NOT_WHILE_ASLEEP") && !knows("tunggu pak lurah")
    );
    assert_eq!(
        code("tunggu pak lurah", &Params::new(), Lang::Id),
        "tunggu pak lurah"
    );
    assert_eq!(
        code_help("tunggu pak lurah", &Params::new(), Lang::Id),
        None
    );
    assert_eq!(step("sent:feed", Lang::Id), "ambil blangko diminta");
    assert_eq!(step("heard:card_jam", Lang::En), "a card is stuck");
    assert_eq!(step("ruled:ask", Lang::En), "verdict: ask a person");
    assert_eq!(doing("stage:finish", Lang::En), "last panel");
    assert_eq!(state("in_doubt", Lang::Id), "Perlu dicek di mesin");
    assert_eq!(state("unheard_of", Lang::Id), "unheard_of");
}

#[test]
fn every_code_that_the_sources_spell_is_in_the_catalogue() {
    let mut spelled = BTreeSet::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    walk(&src, &mut spelled);
    assert!(
        spelled.contains("SAME_PERSON"),
        "the walk looked in the wrong place: {spelled:?}"
    );
    assert!(spelled.contains("COUNTED_WHILE_AWAY") && spelled.contains("HELD_FAILED_TWICE"));
    spelled.extend(
        crate::interfaces::http::CODES
            .iter()
            .map(|(code, _)| (*code).to_owned()),
    );
    let missing: Vec<&String> = spelled.iter().filter(|code| !knows(code)).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

/// Words before a code, white space left out. `Some(` and a bare name count only where nothing else is meant.
const MARKS: &[&str] = &[
    "Code::from(\"",
    "Refusal::new(\"",
    "refused(\"",
    "Err(\"",
    "code:\"",
];

fn walk(folder: &Path, spelled: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["golden", "words", "tests"].contains(&name.as_str()) {
                walk(&path, spelled);
            }
            continue;
        }
        let is_test =
            ["tests.rs", "golden.rs", "suite.rs", "specimens.rs"].contains(&name.as_str());
        if is_test || !name.ends_with(".rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code: String = text
            .split("#[cfg(test)]\n#[expect")
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let in_spooler = path.components().any(|part| part.as_os_str() == "spooler");
        for mark in MARKS.iter().copied().chain(in_spooler.then_some("Some(\"")) {
            for (at, _) in code.match_indices(mark) {
                spelled.extend(a_code(&code[at + mark.len()..]));
            }
        }
        // Whatever begins like a reason of a held or waiting job, or like a finding, is one.
        for (at, _) in code.match_indices('"') {
            let word = a_code(&code[at + 1..]);
            spelled.extend(word.filter(|word| {
                ["HELD_", "REJECTED_", "WAITS_FOR_", "DOCTOR_"]
                    .iter()
                    .any(|begin| word.starts_with(begin))
            }));
        }
    }
}

/// A code that stands here and ends with its quote.
fn a_code(text: &str) -> Option<String> {
    let (word, _) = text.split_once('"')?;
    let is_code = word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    is_code.then(|| word.to_owned())
}

/// The parameters of a template.
fn names_in(text: &str) -> Vec<String> {
    text.replace("{{", "")
        .replace("}}", "")
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
        .collect()
}
