//! What the makers' catalogues of faults share: at which request a fault is told, what hands do about it, the walk of
//! a dialect's sources for the faults that it names, and the table that people read.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Write as _};
use std::path::Path;

use cetak_drivers::contract::*;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{Blank, RibbonKind};

use crate::bench::{Duet, blanks};
use crate::make::Maker;

/// Which request tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum At {
    Prepare,
    Feed,
    Park,
    Load,
    Face,
    Finish,
    Eject,
    Reject,
    Clear,
    /// `Prepare` for going on with the card that is inside.
    GoOn,
}

impl At {
    /// The stage that it orders.
    pub(crate) fn stage(self) -> Option<Stage> {
        match self {
            At::Prepare | At::Load | At::GoOn => None,
            At::Feed => Some(Stage::Feed),
            At::Park => Some(Stage::Park),
            At::Face => Some(Stage::Face),
            At::Finish => Some(Stage::Finish),
            At::Eject => Some(Stage::Eject),
            At::Reject => Some(Stage::Reject),
            At::Clear => Some(Stage::Clear),
        }
    }
}

/// One movement of a hand: its name in the table, and what it does.
pub(crate) struct Do<M: Maker>(&'static str, fn(&mut Duet<M>));

impl<M: Maker> Do<M> {
    pub(crate) const fn new(name: &'static str, hand: fn(&mut Duet<M>)) -> Self {
        Do(name, hand)
    }

    pub(crate) const UNLOAD: Self = Do("Unload", |duet| drop(duet.hand(Hand::Unload)));
    pub(crate) const LOAD: Self = Do("Load", |duet| {
        duet.hand(Hand::Load { blanks: blanks(4) });
    });
    pub(crate) const OPEN_LID: Self = Do("OpenLid", |duet| drop(duet.hand(Hand::OpenLid)));
    pub(crate) const CLOSE_LID: Self = Do("CloseLid", |duet| drop(duet.hand(Hand::CloseLid)));
    pub(crate) const TAKE_INSIDE: Self = Do("TakeInside", |duet| drop(duet.hand(Hand::TakeInside)));
    pub(crate) const PUT_BLANK: Self = Do("PutBlank", |duet| {
        let blank = Blank::default();
        duet.hand(Hand::PutBlank { blank });
    });
    pub(crate) const NO_RIBBON: Self = Do("NoRibbon", |duet| drop(duet.hand(Hand::NoRibbon)));
    pub(crate) const TAKE_OUTPUT: Self = Do("TakeOutput", |duet| drop(duet.hand(Hand::TakeOutput)));
    pub(crate) const EMPTY_REJECT: Self =
        Do("EmptyReject", |duet| drop(duet.hand(Hand::EmptyReject)));
    pub(crate) const CLEAR_JAM: Self = Do("ClearJam", |duet| drop(duet.hand(Hand::ClearJam)));
}

/// A new ribbon of that kind.
pub(crate) fn fit<M: Maker>(duet: &mut Duet<M>, kind: RibbonKind) {
    duet.hand(Hand::Ribbon { kind, sets: None });
}

impl<M: Maker> fmt::Debug for Do<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<M: Maker> PartialEq for Do<M> {
    fn eq(&self, other: &Do<M>) -> bool {
        self.0 == other.0
    }
}

impl<M: Maker> Eq for Do<M> {}

/// Does them in their order.
#[track_caller]
pub(crate) fn all<M: Maker>(duet: &mut Duet<M>, hands: &[Do<M>]) {
    for Do(_, hand) in hands {
        hand(duet);
    }
}

/// Makes a card's requests, each of which is done, up to the one that tells it, and hears that one. Whatever leads to
/// it comes just before that request.
#[track_caller]
pub(crate) fn bring<M: Maker>(
    duet: &mut Duet<M>,
    way: impl IntoIterator<Item = (At, Request)>,
    tells: At,
    lead: impl FnOnce(&mut Duet<M>),
    about: &str,
) -> (Fault, Evidence) {
    for (at, request) in way {
        if at == tells {
            lead(duet);
            return match duet.ask(request) {
                Answer::Fault(fault, evidence) => (fault, evidence),
                other @ (Answer::Done(_) | Answer::Silent { .. } | Answer::Lost) => {
                    panic!("{about}: {other:?}")
                }
            };
        }
        let answer = duet.ask(request);
        let done = matches!(answer, Answer::Done(_));
        assert!(done, "{about}: {at:?}: {answer:?}");
    }
    panic!("{about}: no request told it")
}

/// The faults that a dialect's sources name, their tests left out; in a file that has `up_to`, those before it.
pub(crate) fn named_in(dialect: &str, up_to: Option<&str>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let room = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(dialect);
    for entry in std::fs::read_dir(room).unwrap() {
        let path = entry.unwrap().path();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if is_source && path.file_stem().is_some_and(|stem| stem != "tests") {
            let text = std::fs::read_to_string(path).unwrap();
            let end = up_to.and_then(|mark| text.find(mark));
            let names = text[..end.unwrap_or(text.len())].split("Fault::").skip(1);
            let names = names.map(|rest| {
                let end = rest.find(|c: char| !c.is_alphanumeric());
                rest[..end.unwrap_or(rest.len())].to_owned()
            });
            named.extend(names.filter(|name| name.starts_with(char::is_uppercase)));
        }
    }
    assert!(named.len() > 5, "the walk found the sources");
    named
}

/// A fault's name in the sources.
pub(crate) fn name(fault: &Fault) -> String {
    let text = format!("{fault:?}");
    text.split('(').next().unwrap().to_owned()
}

/// What is in no catalogue.
pub(crate) fn unlisted(text: &str) -> Fault {
    Fault::Unlisted(text.to_owned())
}

/// What a person does, for the table.
pub(crate) fn remedy<M: Maker>(hands: &[Do<M>]) -> String {
    match hands {
        [] => "-".to_owned(),
        hands => format!("{hands:?}").trim_matches(['[', ']']).to_owned(),
    }
}

/// A table for people. A cell that is wider than its column pushes the rest to the right; the last column has no width.
pub(crate) struct Table {
    widths: Vec<usize>,
    pub(crate) text: String,
}

impl Table {
    /// Columns with their widths, and the last one.
    pub(crate) fn new(columns: &[(&str, usize)], last: &str) -> Table {
        let mut table = Table {
            widths: columns.iter().map(|(_, width)| *width).collect(),
            text: String::new(),
        };
        let mut heads: Vec<&dyn Display> = Vec::new();
        heads.extend(columns.iter().map(|(head, _)| head as &dyn Display));
        heads.push(&last);
        table.row(&heads);
        table
    }

    /// One line, with a cell for each column.
    #[track_caller]
    pub(crate) fn row(&mut self, cells: &[&dyn Display]) {
        let (last, cells) = cells.split_last().unwrap();
        assert_eq!(cells.len(), self.widths.len());
        for (cell, width) in cells.iter().zip(&self.widths) {
            let _ = write!(self.text, "{:<width$} ", cell.to_string());
        }
        let _ = writeln!(self.text, "{last}");
    }
}
