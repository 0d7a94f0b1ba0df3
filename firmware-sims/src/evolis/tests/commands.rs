//! The table of commands against the firmware: each row is said, and everything else is unknown.

use std::collections::BTreeSet;

use super::*;
use crate::evolis::reads::{BAD_PARAMETER, NOT_FITTED, UNKNOWN};

/// What stands at a row that models of the guide's time do not know.
const LATER: &str = "(later models)";

/// Rows that need a parameter to be one, or that do more with it.
const EXAMPLES: &[(&str, &str)] = &[
    ("Sp", "Sp;k"),
    ("Ssd", "Ssd;k"),
    ("Sdm", "Sdm;10"),
    ("Sdu", "Sdu;10"),
    ("Scom", "Scom;1;0;Rtp"),
    ("Psoe", "Psoe;D"),
    ("Pr", "Pr;ymcko"),
    ("Pem", "Pem;2"),
    ("Psc", "Psc;27;59;13"),
    ("Psdc", "Psdc;Off"),
    ("Pwb", "Pwb;o"),
    ("Wcb", "Wcb;a;255"),
    ("Wl", "Wl;1;1;8;8;1"),
    ("Rps", "Rps;f"),
    ("Dm", "Dm;1;TEST"),
];

fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS
        .iter()
        .flat_map(|(names, does, _)| names.split(", ").map(move |name| (name, *does)))
}

/// A row as it is said.
fn said(name: &str, does: &str) -> String {
    if let Some((_, example)) = EXAMPLES.iter().find(|(row, _)| *row == name) {
        (*example).to_owned()
    } else if does.starts_with("kept a colour") {
        format!("{name};y;=;7")
    } else if does.starts_with("kept a ") {
        format!("{name};1;7")
    } else if does.starts_with("kept") || (does.starts_with("accepted") && name.starts_with('P')) {
        format!("{name};=;7")
    } else {
        name.to_owned()
    }
}

fn bench(model: &str) -> Bench {
    Bench::planned(model, Switches::default(), FaultPlan::default())
}

#[test]
fn every_row_is_answered_as_the_table_says() {
    for (name, does) in commands() {
        let mut bench = bench("evolis-primacy-duplex");
        let command = said(name, does);
        let downloads = matches!(name, "Db" | "Dbc" | "Dbp" | "Dbpc" | "Dbmp");
        let answer = bench.ask(&command);
        assert_ne!(answer, UNKNOWN, "{command}");
        assert_eq!(answer == BAD_PARAMETER, downloads, "{command}: {answer}");
        assert_eq!(
            answer == NOT_FITTED,
            does.starts_with(NOT_FITTED),
            "{command}: {answer}"
        );
        if does.starts_with("kept") || does.starts_with("accepted") {
            assert_eq!(answer, "OK", "{command}");
        }
        for text in ["FEEDER EMPTY", "ERROR RIBBON", "OK:"] {
            let text = text.trim_end_matches(':');
            if does == text || does.starts_with(&format!("{text}:")) {
                assert_eq!(answer, text, "{command}");
            }
        }
    }
}

#[test]
fn what_was_set_is_read_back() {
    let mut read = 0;
    for (name, does) in commands().filter(|(_, does)| does.starts_with("what ")) {
        let mut bench = bench("evolis-primacy-duplex");
        let set = name.replacen('R', "P", 1);
        let (_, kept) = commands().find(|(row, _)| *row == set).unwrap();
        bench.ok(&[&said(&set, kept)]);
        let key = if kept.starts_with("kept a colour") {
            ";y"
        } else if kept.starts_with("kept a ") {
            ";1"
        } else {
            ""
        };
        let answer = bench.ask(&format!("{name}{key}"));
        assert!(["7", "=;7"].contains(&answer.as_str()), "{name}: {answer}");
        assert!(does.contains("set"), "{name}");
        read += 1;
    }
    assert!(read > 25);
}

#[test]
fn models_of_the_guides_time_know_no_later_command() {
    for (name, does) in commands() {
        let later = does.ends_with(LATER);
        let command = said(name, does);
        let answer = bench("evolis-dualys").ask(&command);
        assert_eq!(answer == UNKNOWN, later, "{command}: {answer}");
    }
}

#[test]
fn what_is_not_in_the_table_is_unknown() {
    let names: BTreeSet<&str> = commands().map(|(name, _)| name).collect();
    assert_eq!(names.len(), commands().count(), "every command stands once");
    let known: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| name.split(';').next())
        .collect();
    let mut bench = bench("evolis-primacy-duplex");
    let mut asked = 0;
    for capital in "ADEMPRSW".chars() {
        for tail in tails() {
            let name = format!("{capital}{tail}");
            if !known.contains(name.as_str()) {
                for command in [name.clone(), format!("{name};1")] {
                    assert_eq!(bench.ask(&command), UNKNOWN, "{command}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 145_000);
    // Readings and subunits are known with the table's parameters only.
    for (name, params) in [
        ("Rlr", "chpr"),
        ("Rse", "bcfmnoprM"),
        ("Rco", "abcefiklmnprs"),
    ] {
        for param in "abcdefghijklmnopqrstuvwxyzM".chars() {
            let command = format!("{name};{param}");
            let listed = names.contains(command.as_str());
            assert_eq!(listed, params.contains(param), "{command}");
            assert_eq!(bench.ask(&command) != BAD_PARAMETER, listed, "{command}");
        }
    }
}

/// One to three small letters.
fn tails() -> impl Iterator<Item = String> {
    let letters = || std::iter::once(None).chain(('a'..='z').map(Some));
    ('a'..='z').flat_map(move |first| {
        letters().flat_map(move |second| {
            letters()
                .filter(move |third| second.is_some() || third.is_none())
                .map(move |third| [Some(first), second, third].into_iter().flatten().collect())
        })
    })
}
