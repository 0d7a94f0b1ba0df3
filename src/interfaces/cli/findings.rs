//! What `doctor` found, for people.

use std::io::IsTerminal;

use crate::interfaces::words::{self, Params};

use super::args::Global;
use super::style::{Style, Tint, WIDTH_MAX, clean, wrapped};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Well,
    /// Work goes on; somebody should look.
    Warning,
    /// Work cannot go on.
    Bad,
}

/// One line for each finding, with what to do about those that are not well.
pub fn findings<'a>(
    found: impl IntoIterator<Item = (Grade, &'a str, &'a Params)>,
    global: &Global,
) -> String {
    let is_terminal = std::io::stdout().is_terminal();
    shown(found, &Style::of(global, is_terminal, false))
}

pub(super) fn shown<'a>(
    found: impl IntoIterator<Item = (Grade, &'a str, &'a Params)>,
    style: &Style,
) -> String {
    let lang = style.lang;
    let mut text = String::new();
    for (grade, code, with) in found {
        let (sign, tint) = match grade {
            Grade::Well => (lang.pick("baik", "well"), Tint::Good),
            Grade::Warning => (lang.pick("awas", "look"), Tint::Warn),
            Grade::Bad => (lang.pick("buruk", "bad"), Tint::Bad),
        };
        let mut says = words::code(code, with, lang);
        if grade != Grade::Well
            && let Some(help) = words::code_help(code, with, lang)
        {
            says = format!("{says}. {help}");
        }
        for (at, line) in wrapped(&clean(&says), WIDTH_MAX - 7).iter().enumerate() {
            let sign = if at == 0 { sign } else { "" };
            text.push_str(&style.paint(&format!("{sign:<5}"), tint));
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}
