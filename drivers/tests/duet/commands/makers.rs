//! The makers: where their tables are, how their commands are spelt, and their figures. A new maker is one entry.

use std::collections::BTreeSet;

use cetak_drivers::{evolis, magicard, matica, zebra};
use cetak_firmware_sims as sims;

use super::links::{self, Figure};
use super::sources::TestFile;
use super::{Table, pieces, spelling};
use crate::evolis::Evolis;
use crate::magicard::Magicard;
use crate::matica::Matica;
use crate::zebra::Zebra;

/// One maker's language.
pub(crate) struct Maker {
    /// Its heading.
    pub(crate) title: &'static str,
    /// The name of its folder on both sides. Files of the duet whose path begins with it are its alone. Those whose
    /// path begins with no maker's name are the first maker's.
    pub(crate) key: &'static str,
    /// The driver's table.
    pub(crate) driven: Table,
    /// The firmware's.
    pub(crate) simulated: &'static [Table],
    /// The commands that a row of either table speaks of, in one spelling.
    pub(crate) spelling: fn(&str) -> Vec<String>,
    /// A character that makes the text before a command a part of its word.
    pub(crate) before: fn(char) -> bool,
    /// The same behind it.
    pub(crate) behind: fn(char) -> bool,
    /// What else in the code of a test names a command that has no letters: command, pieces of code without
    /// white space.
    pub(crate) also: &'static [(&'static str, &'static [&'static str])],
    /// Commands that only the simulator knows, and why.
    pub(crate) simulated_only: &'static [(&'static str, &'static str)],
    /// What is particular in this maker's table, as whole sentences.
    pub(crate) note: &'static str,
    /// What an ordinary colour card costs, model by model.
    pub(crate) figures: fn() -> Vec<Figure>,
}

/// All of them, in the order of the page.
pub(crate) const MAKERS: &[Maker] = &[
    Maker {
        title: "Evolis",
        key: "evolis",
        driven: evolis::COMMANDS,
        simulated: &[sims::evolis::COMMANDS],
        spelling: spelling::listed,
        before: spelling::alphanumeric,
        behind: spelling::alphanumeric,
        also: &[],
        simulated_only: &[],
        note: "A command with its first parameter is named by that form only.",
        figures: || {
            let figures = evolis::models::MODELS.iter().map(|model| {
                let options = evolis::Options::default();
                links::figure::<Evolis>(model.key, options, "[unverified]")
            });
            figures.collect()
        },
    },
    Maker {
        title: "Zebra (EPCL)",
        key: "zebra",
        driven: zebra::COMMANDS,
        simulated: &[sims::zebra::COMMANDS, sims::zebra::PLACEHOLDERS],
        spelling: spelling::zebra,
        before: spelling::graphic,
        behind: spelling::graphic,
        also: &[],
        simulated_only: &[],
        note: "Words are parted by white space and control characters; data that stand right behind a command hide it. \
               A single letter may be a parameter, too. Simulated placeholders are known only where a profile has the chip station.",
        figures: || {
            let figures = zebra::models::MODELS.iter().map(|model| {
                let options = zebra::Options {
                    one_side: true,
                    ..zebra::Options::default()
                };
                links::figure::<Zebra>(model.key, options, "[unverified]")
            });
            figures.collect()
        },
    },
    Maker {
        title: "Magicard",
        key: "magicard",
        driven: magicard::COMMANDS,
        simulated: &[sims::magicard::COMMANDS],
        spelling: spelling::magicard,
        before: spelling::alphanumeric,
        behind: spelling::small_letter,
        also: pieces::MAGICARD,
        simulated_only: &[
            ("EJM0", "stands for bytes that nobody knows"),
            ("EJM1", "stands for bytes that nobody knows"),
            ("XPO", "a name in the maker's list that nothing sends"),
            ("SZY", "another spelling of SZB"),
            ("SZM", "another spelling of SZG"),
            ("SZC", "another spelling of SZR"),
        ],
        note: "A field counts as named where a word begins with it, for its value stands right behind it.",
        figures: || {
            let figures = magicard::models::MODELS.iter().map(|model| {
                let options = magicard::Options::default();
                links::figure::<Magicard>(model.key, options, "[placeholder]")
            });
            figures.collect()
        },
    },
    Maker {
        title: "Matica",
        key: "matica",
        driven: matica::COMMANDS,
        simulated: &[sims::matica::COMMANDS],
        spelling: spelling::matica,
        before: spelling::alphanumeric,
        behind: spelling::alphanumeric,
        also: pieces::MATICA,
        simulated_only: &[("F3000200", "the printer says it; the driver hears it")],
        note: "Two-byte commands with a name in small letters travel in type F0000100; names in capitals are USB command blocks, \
               which are simulated and not driven. A test names a command by its bytes or by the name that the tests give to them.",
        figures: || {
            let figures = matica::MODELS.iter().map(|model| {
                let options = matica::Options::default();
                links::figure::<Matica>(model.key, options, "[inferred]")
            });
            figures.collect()
        },
    },
];

impl Maker {
    /// The commands that a test file names.
    pub(crate) fn named_in(&self, keys: &[String], file: &TestFile) -> BTreeSet<String> {
        let mut longest_first: Vec<&str> = keys.iter().map(String::as_str).collect();
        longest_first.sort_by_key(|key| std::cmp::Reverse(key.len()));
        let mut named = BTreeSet::new();
        for literal in &file.literals {
            let mut at = 0;
            while at < literal.len() {
                let rest = &literal[at..];
                let found = longest_first.iter().find(|key| {
                    let inside = |text: Option<char>, is: fn(char) -> bool| text.is_some_and(is);
                    rest.strip_prefix(**key).is_some_and(|behind| {
                        !inside(literal[..at].chars().next_back(), self.before)
                            && !inside(behind.chars().next(), self.behind)
                    })
                });
                at += match found {
                    Some(key) => {
                        named.insert((*key).to_owned());
                        key.len()
                    }
                    None => rest.chars().next().map_or(1, char::len_utf8),
                };
            }
        }
        for (key, all) in self.also {
            if all.iter().any(|piece| pieces::stands_in(&file.code, piece)) {
                named.insert((*key).to_owned());
            }
        }
        named
    }
}

#[test]
fn commands_are_found_as_whole_words_and_the_longest_first() {
    let keys = ["Rlr", "Rlr;p", "Se", "Ser"].map(str::to_owned);
    let named = |literals: &[&str]| {
        let file = TestFile {
            literals: literals.iter().map(|text| (*text).to_owned()).collect(),
            ..TestFile::default()
        };
        let named = MAKERS[0].named_in(&keys, &file);
        named.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(named(&["\u{1B}Rlr;p\r\u{1B}Se\r"]), ["Rlr;p", "Se"]);
    assert_eq!(named(&["Rlr", "Ser"]), ["Rlr", "Ser"]);
    assert_eq!(named(&["Rlr;x"]), ["Rlr"]);
    assert_eq!(named(&["Sez", "aSe", "Serial", "Rlr;pq"]), ["Rlr"]);
}
