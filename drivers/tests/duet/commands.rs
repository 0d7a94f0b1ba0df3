//! `docs/printers.md`: every command of every printer with what both sides and the tests make of it, and the time
//! that a card's data take on each link. Written by `UPDATE_EXPECT=1`; a person reads the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use expect_test::expect_file;

mod links;
mod makers;
mod pieces;
mod sources;
mod spelling;
mod weigh;

use makers::{MAKERS, Maker};
use sources::TestFile;

/// What stands above the generated parts.
const HEAD: &str = include_str!("commands/head.md");

/// One row of a crate's table: command, what for, source.
pub(crate) type Line = (&'static str, &'static str, &'static str);
/// A crate's table.
pub(crate) type Table = &'static [Line];

#[test]
fn the_page_of_printers_says_what_tables_and_tests_say() {
    expect_file!["../../../docs/printers.md"].assert_eq(&page());
}

#[test]
fn both_sides_spell_their_commands_alike() {
    for maker in MAKERS {
        let apart: Vec<&str> = maker.simulated_only.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            unmet(maker),
            apart,
            "{}: the simulator's commands that meet no row of the driver's table",
            maker.title
        );
    }
}

/// The simulator's commands that no row of the driver's table stands for.
fn unmet(maker: &Maker) -> Vec<String> {
    let driven = keys(maker, maker.driven);
    keys(maker, &maker.simulated.concat())
        .into_iter()
        .filter(|key| !driven.iter().any(|other| spelling::meet(key, other)))
        .collect()
}

fn keys(maker: &Maker, table: &[Line]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in table.iter().flat_map(|(row, ..)| (maker.spelling)(row)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page += &links::section(links::figures());
    for maker in MAKERS {
        let rows = rows(maker, &sources::test_files(maker.key));
        let count = |of: fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count();
        let _ = writeln!(page, "\n## {}\n", maker.title);
        let _ = writeln!(
            page,
            "{} commands: {} driven, {} simulated, {} named by a test. Driven and named by no test: {}.{}{}\n",
            rows.len(),
            count(|row| !row.driven.is_empty()),
            count(|row| !row.simulated.is_empty()),
            count(|row| !row.tested.is_empty()),
            untested(&rows),
            if maker.note.is_empty() { "" } else { " " },
            maker.note,
        );
        page += "| command | driven | simulated | tested | source |\n|---|---|---|---|---|\n";
        for row in &rows {
            let cells = [&row.driven, &row.simulated, &row.tested, &row.source];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(page, "| `{}` | {} |", row.command, cells.join(" | "));
        }
    }
    page
}

/// One line of a maker's table.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    command: String,
    driven: String,
    simulated: String,
    tested: String,
    source: String,
}

fn untested(rows: &[Row]) -> String {
    let untested = |row: &&Row| !row.driven.is_empty() && row.tested.is_empty();
    let names: Vec<String> = rows
        .iter()
        .filter(untested)
        .map(|row| format!("`{}`", row.command))
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// The driver's commands in the order of its table, then those that only the simulator has.
fn rows(maker: &Maker, files: &[TestFile]) -> Vec<Row> {
    let mut keys = keys(maker, maker.driven);
    keys.extend(unmet(maker));
    let tested = tested(maker, &keys, files);
    keys.iter()
        .map(|key| {
            let driven = of_key(maker, maker.driven, |other| other == key);
            let simulated = of_key(maker, &maker.simulated.concat(), |other| {
                spelling::meet(key, other)
            });
            Row {
                command: shown(maker, key),
                driven: joined(driven.iter().map(|(_, what, _)| *what)),
                simulated: joined(simulated.iter().map(|(_, what, _)| *what)),
                tested: tested.get(key).cloned().unwrap_or_default(),
                source: source(&driven, &simulated),
            }
        })
        .collect()
}

fn of_key(maker: &Maker, table: &[Line], wanted: impl Fn(&str) -> bool) -> Vec<Line> {
    let is = |row: &str| (maker.spelling)(row).iter().any(|key| wanted(key));
    table.iter().filter(|(row, ..)| is(row)).copied().collect()
}

/// The command as the driver's table has it, where that row is about nothing else.
fn shown(maker: &Maker, key: &str) -> String {
    let alone = |row: &&str| (maker.spelling)(row) == [key];
    let mut alone = maker.driven.iter().map(|(row, ..)| *row).filter(alone);
    match (alone.next(), alone.next()) {
        (Some(row), None) => row.to_owned(),
        _ => key.to_owned(),
    }
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    distinct.join("; ")
}

/// The driver's tag; the simulator's behind it where it is another one.
fn source(driven: &[Line], simulated: &[Line]) -> String {
    let tags = |rows: &[Line]| {
        let tags: Vec<String> = rows.iter().map(|(.., tag)| bracketed(tag)).collect();
        joined(tags.iter().map(String::as_str))
    };
    match (tags(driven), tags(simulated)) {
        (driven, simulated) if driven == simulated || simulated.is_empty() => driven,
        (driven, simulated) if driven.is_empty() => simulated,
        (driven, simulated) => format!("{driven}; simulated {simulated}"),
    }
}

fn bracketed(tag: &str) -> String {
    if tag.contains('[') {
        tag.to_owned()
    } else {
        format!("[{tag}]")
    }
}

/// For each command the files that name it: `driver a, b; duet c`.
fn tested(maker: &Maker, keys: &[String], files: &[TestFile]) -> BTreeMap<String, String> {
    let mut places: BTreeMap<String, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for file in files {
        for key in maker.named_in(keys, file) {
            let of_key = places.entry(key).or_default();
            of_key.entry(file.side).or_default().insert(&file.name);
        }
    }
    let text = |sides: BTreeMap<&str, BTreeSet<&str>>| {
        let sides = sides.into_iter().map(|(side, names)| {
            let names: Vec<&str> = names.into_iter().collect();
            format!("{side} {}", names.join(", "))
        });
        sides.collect::<Vec<_>>().join("; ")
    };
    let places = places.into_iter();
    places.map(|(key, sides)| (key, text(sides))).collect()
}
