//! The arrows of the house and a few habits, checked by reading the sources.
//!
//! An outer room may use any inner one, never the other way:
//! `interfaces -> engine -> artwork -> domain -> drivers::contract`; `app` knows everybody. Tests inside a file
//! (from `#[cfg(test)] mod` on, and files named for it) may use what they like.

use std::collections::BTreeSet;
use std::fs;

#[path = "tidy/source.rs"]
mod source;

use source::{Source, is_name, is_test_folder, root, sources};

/// Lines of one file: a file that is longer holds more than one thing.
const FILE_LINES_MAX: usize = 700;

/// A room of the root crate and the rooms it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("artwork", &["domain"]),
    ("clock", &["domain"]),
    ("config", &["domain"]),
    ("telemetry", &["domain", "config"]),
    (
        "engine",
        &["artwork", "domain", "clock", "config", "telemetry"],
    ),
    (
        "interfaces",
        &[
            "engine",
            "artwork",
            "domain",
            "clock",
            "config",
            "telemetry",
        ],
    ),
    (
        "rehearsal",
        &[
            "interfaces",
            "engine",
            "artwork",
            "domain",
            "clock",
            "config",
            "telemetry",
        ],
    ),
    (
        "app",
        &[
            "rehearsal",
            "interfaces",
            "engine",
            "artwork",
            "domain",
            "clock",
            "config",
            "telemetry",
        ],
    ),
];

/// Rooms that decide and perform nothing, and words of the world that they never say.
const PURE: &[&str] = &["domain", "artwork"];
const WORLD: &[&str] = &[
    "tokio::",
    "rusqlite::",
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "Instant",
    "SystemTime",
    "getrandom::",
];

/// Words that ask the system for the time.
const ASKS_TIME: &[&str] = &[
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
];
/// Where that is allowed.
const MAY_ASK_TIME: &[&str] = &[
    "src/clock.rs",
    "firmware-sims/src/host",
    "benches/",
    "drivers/benches/",
];

/// Words that must not stand in any source. Spelled apart, so that this file passes.
const NEVER: &[&str] = &[
    concat!("#[", "ignore"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
];

#[test]
fn rooms_use_only_what_lies_further_in() {
    let mut wrong = vec![];
    for source in sources() {
        let Some(room) = room_of(&source.path) else {
            continue;
        };
        for used in rooms_used(&source) {
            if !may_use(room, &used) {
                wrong.push(format!("{}: {room} uses {used}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_domain_sees_of_the_drivers_their_contract_only() {
    let mut wrong = vec![];
    for source in sources_of("domain").chain(sources_of("artwork")) {
        for used in names_after(&source.code, "cetak_drivers::") {
            if used != "contract" {
                wrong.push(format!("{}: cetak_drivers::{used}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn pure_rooms_never_touch_the_world() {
    let mut wrong = vec![];
    for source in PURE.iter().flat_map(|room| sources_of(room)) {
        for word in WORLD.iter().filter(|word| says(&source.code, word)) {
            wrong.push(format!("{}: {word}", source.path));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_clock_asks_the_time() {
    let mut wrong = vec![];
    for source in sources() {
        if is_test_folder(&source.path) || MAY_ASK_TIME.iter().any(|p| source.path.starts_with(p)) {
            continue;
        }
        for word in ASKS_TIME.iter().filter(|word| says(&source.code, word)) {
            wrong.push(format!("{}: {word}", source.path));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn simulators_are_seen_by_the_rehearsal_the_app_and_tests_only() {
    let mut wrong = vec![];
    for source in sources() {
        let may = is_test_folder(&source.path)
            || source.path.starts_with("firmware-sims/")
            || matches!(room_of(&source.path), Some("rehearsal" | "app"));
        if !may && says(&source.code, "cetak_firmware_sims") {
            wrong.push(source.path);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn crates_keep_their_distance() {
    let ours = |manifest: &str, section: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(manifest)).expect("a manifest of ours");
        let table: toml::Table = text.parse().expect("a manifest is TOML");
        table
            .get(section)
            .and_then(|section| section.as_table())
            .map(|section| {
                section
                    .keys()
                    .filter(|k| k.starts_with("cetak"))
                    .cloned()
                    .collect()
            })
            .unwrap_or_default()
    };
    assert_eq!(
        ours("drivers/Cargo.toml", "dependencies"),
        Vec::<String>::new()
    );
    assert_eq!(
        ours("drivers/Cargo.toml", "build-dependencies"),
        Vec::<String>::new()
    );
    assert_eq!(
        ours("drivers/Cargo.toml", "dev-dependencies"),
        ["cetak-firmware-sims"]
    );
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        assert_eq!(
            ours("firmware-sims/Cargo.toml", section),
            Vec::<String>::new(),
            "{section}"
        );
    }
}

#[test]
fn no_test_is_skipped_and_nothing_is_left_for_later() {
    let mut wrong = vec![];
    for source in sources() {
        for word in NEVER.iter().filter(|word| source.whole.contains(**word)) {
            wrong.push(format!("{}: {word}", source.path));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let mut wrong = vec![];
    for source in sources() {
        if source.lines > FILE_LINES_MAX {
            wrong.push(format!("{}: {} lines", source.path, source.lines));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn sources_of(room: &str) -> impl Iterator<Item = Source> {
    let room = room.to_owned();
    sources()
        .into_iter()
        .filter(move |source| room_of(&source.path) == Some(room.as_str()))
}

/// The room of the root crate that a file is in; `None` for `lib.rs`, `main.rs` and the other crates.
fn room_of(path: &str) -> Option<&'static str> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    ROOMS
        .iter()
        .map(|(room, _)| *room)
        .find(|room| *room == name)
}

fn may_use(room: &str, used: &str) -> bool {
    let is_room = ROOMS.iter().any(|(name, _)| *name == used);
    let allowed = ROOMS.iter().find(|(name, _)| *name == room);
    !is_room || used == room || allowed.is_some_and(|(_, inner)| inner.contains(&used))
}

/// The rooms that a file names: by `crate::`, by `super::` often enough, or from outside by `cetak::`.
fn rooms_used(source: &Source) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = names_after(&source.code, "crate::").into_iter().collect();
    used.extend(names_after(&source.code, "cetak::"));
    // src/domain/ids.rs is crate::domain::ids: two steps up is the crate. A module inside a file is one
    // step further in, so more steps reach the crate as well.
    let inside = source
        .path
        .trim_start_matches("src/")
        .trim_end_matches(".rs");
    let depth = inside.split('/').filter(|part| *part != "mod").count();
    for steps in depth..depth + 3 {
        used.extend(names_after(&source.code, &"super::".repeat(steps)));
    }
    used
}

/// The first names behind each occurrence of `prefix`; a group in braces gives all of its own.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = vec![];
    for (at, _) in code.match_indices(prefix) {
        let is_word = code[..at].chars().next_back().is_none_or(|c| !is_name(c));
        let behind = code[at + prefix.len()..].trim_start();
        if !is_word {
            continue;
        }
        let Some(group) = behind.strip_prefix('{') else {
            names.push(behind.chars().take_while(|c| is_name(*c)).collect());
            continue;
        };
        let mut depth = 0;
        let mut name = String::new();
        let mut first = true;
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    names.push(std::mem::take(&mut name));
                    first = true;
                }
                c if depth == 0 && first && is_name(c) => name.push(c),
                c if depth == 0 && !name.is_empty() && !c.is_whitespace() => first = false,
                _ => {}
            }
        }
        names.push(name);
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Whether a word stands in the code, not as the end or the beginning of a longer name.
fn says(code: &str, word: &str) -> bool {
    let open_end = word.ends_with(':');
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        before.is_none_or(|c| !is_name(c)) && (open_end || after.is_none_or(|c| !is_name(c)))
    })
}

mod the_checks_themselves {
    use super::*;

    fn used(path: &str, text: &str) -> Vec<String> {
        rooms_used(&Source::new(path, text)).into_iter().collect()
    }

    #[test]
    fn a_wrong_arrow_is_seen_however_it_is_written() {
        let path = "src/domain/rules/form.rs";
        assert_eq!(used(path, "use crate::engine::store::Store;"), ["engine"]);
        assert_eq!(
            used(path, "use crate::{domain::nik, engine::{a, b}, app};"),
            ["app", "domain", "engine"]
        );
        assert_eq!(used(path, "fn f() { crate::clock::now() }"), ["clock"]);
        assert!(
            used(path, "use super::super::super::engine::spooler;").contains(&"engine".to_owned())
        );
        assert!(
            used(path, "mod a { use super::super::super::super::app; }")
                .contains(&"app".to_owned())
        );
        assert!(!used(path, "use super::super::record::Record;").contains(&"record".to_owned()));
        assert_eq!(
            used("src/domain/mod.rs", "use super::engine::Spooler;"),
            ["engine"]
        );
        assert!(!may_use("domain", "engine"));
        assert!(!may_use("engine", "interfaces"));
        assert!(!may_use("interfaces", "app"));
        assert!(may_use("interfaces", "engine") && may_use("app", "rehearsal"));
    }

    #[test]
    fn comments_strings_and_tests_do_not_count() {
        let text = "//! [`crate::engine`]\nconst A: &str = \"crate::engine\"; /* crate::app */\n\
            const B: &str = r#\"a \" crate::app\"#; const C: char = '\"'; fn d<'a>(_: &'a str) {}\n\
            #[cfg(test)]\n#[expect(clippy::unwrap_used, reason = \"tests\")]\nmod tests { use crate::engine; }";
        assert_eq!(used("src/domain/ids.rs", text), Vec::<String>::new());
        let text = "#[cfg(test)]\nmod tests;\nuse crate::engine;";
        assert_eq!(used("src/domain/ids.rs", text), ["engine"]);
        assert_eq!(
            used("src/domain/golden.rs", "use crate::engine;"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn words_are_found_whole() {
        assert!(says("use std::time::Instant;", "Instant"));
        assert!(says("std::time::{Duration, Instant}", "Instant"));
        assert!(!says("fn on_instant(InstantaneousRate)", "Instant"));
        assert!(says("let a = tokio::spawn(b);", "tokio::"));
        assert!(says("Instant::now()", "Instant::now"));
        assert!(!says("Instant::nowhere()", "Instant::now"));
    }

    #[test]
    fn names_are_taken_from_groups() {
        let names = names_after(
            "use cetak_drivers::{contract::{A, B}, session};",
            "cetak_drivers::",
        );
        assert_eq!(names, ["contract", "session"]);
        let names = names_after("cetak_drivers::evolis::ROWS", "cetak_drivers::");
        assert_eq!(names, ["evolis"]);
    }

    #[test]
    fn rooms_are_told_by_path() {
        assert_eq!(room_of("src/engine/store/mod.rs"), Some("engine"));
        assert_eq!(room_of("src/app.rs"), Some("app"));
        assert_eq!(room_of("src/lib.rs"), None);
        assert_eq!(room_of("drivers/src/session.rs"), None);
    }
}
