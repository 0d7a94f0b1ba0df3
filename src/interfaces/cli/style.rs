//! How things are written for a person: language, times, numbers, colour.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::config;
use crate::domain::ids::{Actor, At};
use crate::interfaces::words::Lang;

use super::args::{DATA_FOLDER, DATA_VARIABLE, Global};

/// Columns of a screen.
pub(super) const WIDTH_MAX: usize = 100;

/// How to write.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pub(super) lang: Lang,
    /// The office's.
    pub(super) zone: TimeZone,
    pub(super) colour: bool,
    /// Progress is drawn on stderr.
    pub(super) live: bool,
    pub(super) json: bool,
    /// How a command line begins that reaches the same room.
    pub(super) prefix: String,
    /// The caller speaks for a person of a training room.
    pub(super) speaks_as: Option<String>,
}

/// A colour with a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tint {
    Plain,
    Good,
    Warn,
    Bad,
    Dim,
}

impl Style {
    pub(super) fn of(global: &Global, out_is_terminal: bool, err_is_terminal: bool) -> Style {
        let by_variable = std::env::var_os(DATA_VARIABLE).is_some_and(|dir| dir == *global.data);
        let data = global.data.display().to_string();
        let prefix = if data == DATA_FOLDER || by_variable {
            "cetak".to_owned()
        } else {
            format!("cetak --data {}", quoted(&data))
        };
        Style {
            lang: global.lang,
            zone: global
                .zone
                .clone()
                .unwrap_or_else(|| office_zone(&global.data)),
            colour: out_is_terminal && !global.json && !no_colour(),
            live: err_is_terminal && !global.json,
            json: global.json,
            prefix,
            speaks_as: global.speaks_as.clone(),
        }
    }

    /// `14-01-2019 09:05`.
    pub(super) fn time(&self, at: At) -> String {
        self.written(at, "%d-%m-%Y %H:%M")
    }

    /// `14-01 09:05`.
    pub(super) fn short_time(&self, at: At) -> String {
        self.written(at, "%d-%m %H:%M")
    }

    /// The zone's short name at a moment (`WIB`).
    pub(super) fn zone_name(&self, at: At) -> String {
        self.written(at, "%Z")
    }

    fn written(&self, at: At, form: &str) -> String {
        jiff::Timestamp::from_millisecond(at.0)
            .map(|at| at.to_zoned(self.zone.clone()).strftime(form).to_string())
            .unwrap_or_else(|_| at.0.to_string())
    }

    /// `20.000`, or `20,000`.
    pub(super) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(self.lang.pick(".", ","));
            }
            text.push(digit);
        }
        text
    }

    /// Milliseconds as seconds with one decimal: `23,4`, or `23.4`.
    pub(super) fn seconds(&self, milliseconds: u64) -> String {
        let tenths = (milliseconds + 50) / 100;
        let point = self.lang.pick(",", ".");
        format!("{}{point}{}", self.number(tenths / 10), tenths % 10)
    }

    pub(super) fn paint(&self, text: &str, tint: Tint) -> String {
        let code = match tint {
            Tint::Plain => return text.to_owned(),
            Tint::Good => "32",
            Tint::Warn => "33",
            Tint::Bad => "31;1",
            Tint::Dim => "2",
        };
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// `label  text`, wrapped behind the label.
    pub(super) fn entry(&self, label: &str, text: &str) -> String {
        const LABEL: usize = 18;
        let label = fitted(label, LABEL);
        let mut lines = String::new();
        for (at, line) in wrapped(&clean(text), WIDTH_MAX - LABEL - 4)
            .iter()
            .enumerate()
        {
            let label = if at == 0 {
                label.as_str()
            } else {
                &" ".repeat(LABEL)
            };
            lines.push_str(&format!("  {label}  {line}\n"));
        }
        lines
    }
}

/// The zone that the room's config names. What is wrong with the config is `serve`'s and `doctor`'s to say.
fn office_zone(data: &Path) -> TimeZone {
    let named = fs::read_to_string(data.join(config::FILE))
        .ok()
        .and_then(|text| text.parse::<toml::Table>().ok())
        .and_then(|table| TimeZone::get(table.get("zone")?.as_str()?).ok());
    named
        .or_else(|| TimeZone::get(config::ZONE_DEFAULT).ok())
        .unwrap_or(TimeZone::UTC)
}

/// A person by name alone.
pub(super) fn who(actor: &Actor) -> String {
    match actor {
        Actor::Person(name) => name.clone(),
        Actor::Spooler => "spooler".to_owned(),
        Actor::Printer(id) => id.to_string(),
    }
}

/// Any value turns colour off.
fn no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// A word of a shell's command line.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:=+@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A text that does nothing to a terminal: control characters, and those that turn the writing around, are shown as one sign.
pub(super) fn clean(text: &str) -> String {
    let is_bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .map(|c| if is_bad(c) { '\u{fffd}' } else { c })
        .collect()
}

pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Cut to a width, with a sign that it was; padded with spaces.
pub(super) fn fitted(text: &str, columns: usize) -> String {
    let mut fitted = cut(text, columns);
    fitted.push_str(&" ".repeat(columns.saturating_sub(width(&fitted))));
    fitted
}

/// Cut to a width, with a sign that it was.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Lines of at most so many columns, broken at spaces; a longer word stands alone and is cut. A command line at the
/// end stays whole if a line can hold it: people copy it.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let (before, command) = match text.rfind(": cetak ") {
        Some(at) if width(&text[at + 2..]) <= columns => (&text[..=at], Some(&text[at + 2..])),
        Some(_) | None => (text, None),
    };
    let mut lines = vec![];
    let mut line = String::new();
    for word in before.split_whitespace().chain(command) {
        let word = cut(word, columns);
        if !line.is_empty() && width(&line) + 1 + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}
