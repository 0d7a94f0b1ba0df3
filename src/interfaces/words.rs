//! One catalogue from codes to words, in Indonesian and English.
//!
//! Store, API and logs speak in codes; whoever shows something to a person asks here. A text is short and polite
//! and a help says what a hand can do. `{name}` in a text stands for a parameter; what the caller does not know
//! is shown as a word in capitals, so that a command line can be read off and completed.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use cetak_drivers::contract::{Fault, SlowLink};

use crate::domain::flaw::{FieldError, fill};
use crate::domain::ids::Stock;
use crate::domain::record::{CardProduct, Reason};
use crate::domain::rules;

pub mod bench;
mod codes;
mod doors;
mod faults;
mod flaws;
mod names;
mod single_card;
mod verdicts;

/// The language of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lang {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

/// A text that names no language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no language; use id or en")]
pub struct NoLang(pub String);

impl FromStr for Lang {
    type Err = NoLang;
    fn from_str(text: &str) -> Result<Lang, NoLang> {
        match text {
            "id" => Ok(Lang::Id),
            "en" => Ok(Lang::En),
            _ => Err(NoLang(text.to_owned())),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pick("id", "en"))
    }
}

impl Lang {
    /// Both, for tests and pages.
    pub const ALL: [Lang; 2] = [Lang::Id, Lang::En];

    /// The text of this language.
    pub fn pick<'a>(self, indonesian: &'a str, english: &'a str) -> &'a str {
        match self {
            Lang::Id => indonesian,
            Lang::En => english,
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Indonesian.
    pub id: &'static str,
    /// English.
    pub en: &'static str,
}

impl Words {
    const fn new(id: &'static str, en: &'static str) -> Words {
        Words { id, en }
    }

    /// The text of one language.
    pub fn of(self, lang: Lang) -> &'static str {
        lang.pick(self.id, self.en)
    }
}

/// What a text may name: the job, the printer, the number of a proposal, a limit.
pub type Params = BTreeMap<String, String>;

/// Parameters from pairs.
pub fn params<const N: usize>(pairs: [(&str, &dyn fmt::Display); N]) -> Params {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_string()))
        .collect()
}

/// A printer's link cannot carry a card's data in the time that the printer takes for the card.
pub const LINK_SLOW: &str = "LINK_SLOW";

/// What the words of [`LINK_SLOW`] need: times in whole seconds, the data's rounded down and so never too long.
pub fn slow_link(
    printer: &dyn fmt::Display,
    endpoint: &dyn fmt::Display,
    slow: &SlowLink,
) -> Params {
    params([
        ("printer", printer),
        ("endpoint", endpoint),
        ("data", &(slow.data_ms / 1000)),
        ("rated", &(slow.rated_ms / 1000)),
    ])
}

/// What a code means. A code that is in no catalogue may be a person's own words and is shown as it is.
pub fn code(code: &str, with: &Params, lang: Lang) -> String {
    if let Some(state) = not_while(code) {
        let state = names::STATES.iter().find(|(name, _)| *name == state);
        let state = state.map_or(code, |(_, words)| words.of(lang));
        return match lang {
            Lang::Id => format!("tidak bisa selama keadaan job: {state}"),
            Lang::En => format!("not possible while the job is: {state}"),
        };
    }
    match code_words(code) {
        Some(words) => filled(words.says.of(lang), with, lang),
        None => code.to_owned(),
    }
}

/// What helps: a sentence that a hand can carry out; `None`: nothing is known that would.
pub fn code_help(code: &str, with: &Params, lang: Lang) -> Option<String> {
    if not_while(code).is_some() {
        let text = lang.pick(
            "Lihat langkah yang mungkin: cetak job {job}",
            "See what is possible: cetak job {job}",
        );
        return Some(filled(text, with, lang));
    }
    code_words(code).map(|words| filled(words.help.of(lang), with, lang))
}

/// Whether the catalogue has this code.
pub fn knows(code: &str) -> bool {
    let of_state =
        not_while(code).is_some_and(|state| names::STATES.iter().any(|(name, _)| *name == state));
    of_state || code_words(code).is_some()
}

/// What is wrong with a row and what to do, without field and place.
pub fn flaw(fault: &FieldError, lang: Lang) -> String {
    fault.fill(match lang {
        Lang::Id => flaws::indonesian(fault.code),
        Lang::En => fault.code.english(),
    })
}

/// A printer's fault by the code of store or API, in either spelling: what it is.
pub fn fault(code: &str, lang: Lang) -> &'static str {
    faults::words(&fault_of(code)).0.of(lang)
}

/// What a hand can do about a fault.
pub fn fault_help(code: &str, with: &Params, lang: Lang) -> String {
    filled(faults::words(&fault_of(code)).1.of(lang), with, lang)
}

/// A job's state by its name (`in_doubt`).
pub fn state(name: &str, lang: Lang) -> &str {
    named(names::STATES, name, lang)
}

/// The names of all job states, in the order of a card's life.
pub fn state_names() -> impl Iterator<Item = &'static str> {
    names::STATES.iter().map(|(name, _)| *name)
}

/// A printer's word by its name (`needs_media`).
pub fn printer_word(name: &str, lang: Lang) -> &str {
    named(names::PRINTER_WORDS, name, lang)
}

/// An account of the books by its name (`in_room`).
pub fn account(name: &str, lang: Lang) -> &str {
    named(names::ACCOUNTS, name, lang)
}

/// An attempt's outcome by its name (`not_fed`).
pub fn outcome(name: &str, lang: Lang) -> &str {
    named(names::OUTCOMES, name, lang)
}

/// A part of a card's way by its name (`feed`).
pub fn stage(name: &str, lang: Lang) -> &str {
    named(names::STAGES, name, lang)
}

/// What a printer waits for with the card inside (`stage:finish`, `examining`, `person`).
pub fn doing(name: &str, lang: Lang) -> String {
    match name.split_once(':') {
        Some(("stage", part)) => stage(part, lang).to_owned(),
        Some(("resuming", _)) => named(names::DOING, "resuming", lang).to_owned(),
        Some(_) | None => named(names::DOING, name, lang).to_owned(),
    }
}

/// One entry of an attempt (`sent:feed`, `heard:card_jam`, `ruled:ask`).
pub fn step(entry: &str, lang: Lang) -> String {
    match entry.split_once(':') {
        Some(("sent", part)) => {
            let asked = lang.pick("diminta", "ordered");
            format!("{} {asked}", stage(part, lang))
        }
        Some(("answered", part)) => {
            let done = lang.pick("selesai", "done");
            format!("{} {done}", stage(part, lang))
        }
        Some(("heard", code)) => fault(code, lang).to_owned(),
        Some(("ruled", verdict)) => {
            let ruled = lang.pick("putusan", "verdict");
            format!("{ruled}: {}", named(names::VERDICTS, verdict, lang))
        }
        Some(_) | None => named(names::STEPS, entry, lang).to_owned(),
    }
}

/// A stock's name.
pub fn stock(stock: Stock) -> &'static str {
    match stock {
        Stock::KtpEl => "KTP-el",
        Stock::KtpElForeigner => "KTP-el OA",
        Stock::Kia05 => "KIA 0-5",
        Stock::Kia517 => "KIA 5-17",
    }
}

/// A product's name.
pub fn product(product: CardProduct) -> &'static str {
    stock(Stock::of(product))
}

/// Why a card was asked for.
pub fn reason(reason: Reason, lang: Lang) -> &'static str {
    match reason {
        Reason::New => lang.pick("baru", "new"),
        Reason::Lost => lang.pick("hilang", "lost"),
        Reason::Damaged => lang.pick("rusak", "damaged"),
        Reason::DataChange => lang.pick("perubahan data", "data change"),
        Reason::TestCard => lang.pick("kartu uji", "test card"),
    }
}

/// Words for a printer's fault, whichever way its code is spelled.
fn fault_of(code: &str) -> Fault {
    let name = serde_json::Value::String(code.to_lowercase());
    serde_json::from_value(name).unwrap_or_else(|_| Fault::Unlisted(String::new()))
}

fn named<'a>(table: &[(&str, Words)], name: &'a str, lang: Lang) -> &'a str {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, words)| words.of(lang))
}

/// The state of `NOT_WHILE_PRINTED`.
fn not_while(code: &str) -> Option<String> {
    code.strip_prefix("NOT_WHILE_").map(str::to_lowercase)
}

struct CodeWords {
    says: Words,
    help: Words,
}

fn code_words(code: &str) -> Option<CodeWords> {
    if let Some((_, english)) = rules::CODES.iter().find(|(name, _)| *name == code) {
        let (_, id, help) = verdicts::RULES.iter().find(|(name, _, _)| *name == code)?;
        return Some(CodeWords {
            says: Words::new(id, english),
            help: *help,
        });
    }
    others()
        .find(|(name, _, _)| *name == code)
        .map(|(_, says, help)| CodeWords {
            says: *says,
            help: *help,
        })
}

/// All codes but those of the rules.
fn others() -> impl Iterator<Item = &'static (&'static str, Words, Words)> {
    [
        codes::OTHERS,
        doors::DOORS,
        doors::FINDINGS,
        single_card::SINGLE_CARD,
        bench::CODES,
    ]
    .into_iter()
    .flatten()
}

/// Parameters that a command line is completed with by hand.
const PLACES: &[(&str, Words)] = &[
    ("job", Words::new("JOB", "JOB")),
    ("printer", Words::new("MESIN", "PRINTER")),
    ("proposal", Words::new("NOMOR", "NUMBER")),
    ("stock", Words::new("JENIS", "STOCK")),
    ("open", Words::new("JOB", "JOB")),
];

fn filled(template: &str, with: &Params, lang: Lang) -> String {
    let mut all: Params = PLACES
        .iter()
        .map(|(name, words)| ((*name).to_owned(), words.of(lang).to_owned()))
        .collect();
    all.extend(
        with.iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    fill(template, &all)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
