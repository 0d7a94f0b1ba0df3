//! Settings (`P...`) and how they are read back (`R...`).
//!
//! Names and defaults are the guide's \[doc\]. What a later command means is mostly unknown; it is answered and
//! kept, and nothing follows from it except where the firmware asks for it by name.

use std::collections::BTreeMap;

use super::profile::Generation;

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Its parameters, as they came.
    Text(&'static str),
    /// A number, or an operator `+ - =` and a number.
    Number(i64),
    /// A colour, an operator and a number.
    Coloured(i64),
    /// A key (track, port), then its parameters.
    Keyed(&'static str),
}

struct Row {
    set: &'static str,
    read: Option<&'static str>,
    kind: Kind,
    generation: Generation,
}

const fn guide(set: &'static str, read: &'static str, kind: Kind) -> Row {
    Row {
        set,
        read: Some(read),
        kind,
        generation: Generation::Guide,
    }
}

const fn mute(set: &'static str, kind: Kind) -> Row {
    Row {
        set,
        read: None,
        kind,
        generation: Generation::Guide,
    }
}

const fn later(set: &'static str) -> Row {
    Row {
        set,
        read: None,
        kind: Kind::Text(""),
        generation: Generation::Later,
    }
}

const ROWS: &[Row] = &[
    mute("Pr", Kind::Text("")),
    guide("Pc", "Rc", Kind::Coloured(10)),
    guide("Pl", "Rl", Kind::Coloured(10)),
    guide("Ps", "Rs", Kind::Coloured(10)),
    guide("Pmi", "Rmi", Kind::Text("F")),
    guide("Piem", "Riem", Kind::Text("0;0")),
    guide("Pfm", "Rfm", Kind::Text("S3")),
    guide("Pmk", "Rmk", Kind::Text("s")),
    guide("Ppk", "Rpk", Kind::Text("s")),
    guide("Pbm", "Rbm", Kind::Text("p")),
    guide("Px", "Rx", Kind::Number(0)),
    guide("Py", "Ry", Kind::Number(0)),
    guide("Pnl", "Rnl", Kind::Number(1016)),
    guide("Pnw", "Rnw", Kind::Number(648)),
    guide("Pms", "Rms", Kind::Number(0)),
    guide("Pro", "Rro", Kind::Number(552)),
    guide("Prm", "Rrm", Kind::Number(0)),
    guide("Prs", "Rrs", Kind::Text("S;A")),
    guide("Ppn", "Rpn", Kind::Number(0)),
    guide("Psm", "Rsm", Kind::Text("0")),
    guide("Pos", "Ros", Kind::Number(1158)),
    guide("Poc", "Roc", Kind::Number(800)),
    guide("Psp", "Rsp", Kind::Text("0")),
    guide("Pkn", "Rkn", Kind::Text("000000000")),
    guide("Pcom", "Rcom", Kind::Keyed("9600;N;8;1;NONE;D")),
    mute("Pdt", Kind::Text("")),
    mute("Ppws", Kind::Text("")),
    mute("Pwr", Kind::Text("0")),
    mute("Pwj", Kind::Text("l")),
    mute("Pwjs", Kind::Text("l")),
    mute("Pwm", Kind::Text("n")),
    mute("Pwcs", Kind::Text("0")),
    guide("Pmt", "Rmt", Kind::Keyed("1")),
    mute("Pmc", Kind::Text("h")),
    guide("Pmd", "Rmd", Kind::Text("210")),
    guide("Pmbs", "Rmbs", Kind::Number(512)),
    guide("Pmts", "Rmts", Kind::Keyed("24")),
    guide("Pml", "Rml", Kind::Number(1032)),
    guide("Pmtc", "Rmtc", Kind::Keyed("0;0;OFF")),
    later("Psoe"),
    later("Pneab"),
    later("Pcim"),
    later("Pcem"),
    later("Pcrm"),
    later("Pbc"),
    later("Psmgr"),
    later("Ppsc"),
    later("Pps"),
    later("Pfs"),
];

/// Readings of the guide that no setting stands behind.
const FIXED: &[(&str, &str)] = &[("Rks", "0"), ("Rfn", "2"), ("Rmc", "h"), ("Rmms", "0")];

/// What came of a `P` command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Kept,
    BadParameter,
    Unknown,
}

/// The settings in memory; lost with power unless they were saved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// Keeps one setting.
    pub(crate) fn set(&mut self, name: &str, params: &[String], generation: Generation) -> Setting {
        let known = |row: &&Row| row.set == name && knows(generation, row.generation);
        let Some(row) = ROWS.iter().find(known) else {
            return Setting::Unknown;
        };
        let Some(first) = params.first() else {
            return Setting::BadParameter;
        };
        match row.kind {
            Kind::Text(_) => {
                let saved = params.len() > 1 && params.last().is_some_and(|last| last == "s");
                let kept = params.len() - usize::from(saved && name == "Pmi");
                self.put(name, params[..kept].join(";"));
            }
            Kind::Keyed(_) => self.put(&format!("{name};{first}"), params[1..].join(";")),
            Kind::Number(default) => {
                let before = self.number(name).unwrap_or(default);
                match worked(params, before, default) {
                    Some(value) => self.put(name, value.to_string()),
                    None => return Setting::BadParameter,
                }
            }
            Kind::Coloured(default) => {
                let key = format!("{name};{first}");
                let before = self.number(&key).unwrap_or(default);
                match worked(&params[1..], before, default) {
                    Some(value) => self.put(&key, value.to_string()),
                    None => return Setting::BadParameter,
                }
            }
        }
        Setting::Kept
    }

    /// Answers a reading; `None`: there is no such one.
    pub(crate) fn read(&self, name: &str, param: Option<&str>) -> Option<String> {
        if let Some((_, text)) = FIXED.iter().find(|(read, _)| *read == name) {
            return Some((*text).to_owned());
        }
        let row = ROWS.iter().find(|row| row.read == Some(name))?;
        let key = match row.kind {
            Kind::Text(_) | Kind::Number(_) => row.set.to_owned(),
            Kind::Keyed(_) | Kind::Coloured(_) => format!("{};{}", row.set, param.unwrap_or("1")),
        };
        let default = match row.kind {
            Kind::Text(text) | Kind::Keyed(text) => text.to_owned(),
            Kind::Number(number) | Kind::Coloured(number) => number.to_string(),
        };
        Some(self.values.get(&key).cloned().unwrap_or(default))
    }

    /// A setting's text as it came.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    pub(crate) fn put(&mut self, key: &str, value: String) {
        self.values.insert(key.to_owned(), value);
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.values.get(key)?.parse().ok()
    }
}

fn knows(printer: Generation, command: Generation) -> bool {
    match (printer, command) {
        (Generation::Later, Generation::Later | Generation::Guide)
        | (Generation::Guide, Generation::Guide) => true,
        (Generation::Guide, Generation::Later) => false,
    }
}

/// `v`, `=;v`, `=` (factory value), `+[;v]`, `-[;v]` \[doc\].
fn worked(params: &[String], before: i64, default: i64) -> Option<i64> {
    let first = params.first()?.as_str();
    let second = || params.get(1).map(|value| value.parse::<i64>());
    match first {
        "=" => second().unwrap_or(Ok(default)).ok(),
        "+" => before.checked_add(second().unwrap_or(Ok(1)).ok()?),
        "-" => before.checked_sub(second().unwrap_or(Ok(1)).ok()?),
        number => number.parse().ok(),
    }
}
