//! The table of commands against the words and downloads that this driver has.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::evolis::COMMANDS;
use crate::evolis::download::{Depth, Download, Form, Panel};
use crate::evolis::wire::{Nonce, Word};

fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS
        .iter()
        .flat_map(|(names, used, _)| names.split(", ").map(move |name| (name, *used)))
}

/// Every text of the driver: words, and the headers of downloads in the forms that it sends.
fn texts() -> Vec<String> {
    let words = Word::CATALOGUE.into_iter().chain([Word::Echo(Nonce(1))]);
    let forms = [
        Form::Full,
        Form::Compressed { first: None },
        Form::Partial { first: 0, lines: 1 },
        Form::PartialCompressed { first: 0 },
    ];
    let headers = forms.map(|form| {
        let download = Download {
            panel: Panel::Yellow,
            depth: Depth::default(),
            form,
            data: Bytes::new(),
        };
        String::from_utf8(download.emit()[1..].to_vec()).unwrap()
    });
    words.map(Word::text).chain(headers).collect()
}

/// The row of a text: the longest command that it begins with.
fn row(text: &str) -> Option<&'static str> {
    commands()
        .map(|(name, _)| name)
        .filter(|name| {
            text.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(';'))
        })
        .max_by_key(|name| name.len())
}

#[test]
fn a_command_is_driven_where_the_driver_has_words_for_it_and_nowhere_else() {
    let said: BTreeSet<&str> = texts()
        .iter()
        .map(|text| row(text).unwrap_or_else(|| panic!("{text} is in no row")))
        .collect();
    let driven: BTreeSet<&str> = commands()
        .filter(|(_, used)| !used.is_empty())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(said, driven);
}

#[test]
fn every_command_stands_once_and_with_a_source() {
    let names: BTreeSet<&str> = commands().map(|(name, _)| name).collect();
    assert_eq!(names.len(), commands().count());
    for (names, _, source) in COMMANDS {
        assert!(source.contains('[') && source.contains(']'), "{names}");
    }
}
