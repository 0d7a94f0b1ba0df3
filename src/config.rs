//! `cetak.toml`: room, printers, endpoints. Strict: a key that nobody knows is an error.
//!
//! `docs/config.md` describes every key. Nothing here is changed by the program; people, policy and what changes with a
//! reason are in the store.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cetak_drivers::colour::{Curve, Curves, Separation};
use cetak_drivers::contract::{BenchFlag, Ribbon};
use cetak_drivers::link::endpoint::Endpoint;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::domain::ids::{PrinterId, RoomCode, Stock};

/// The file's name in the data folder.
pub const FILE: &str = "cetak.toml";
/// Bytes of the file.
pub const FILE_BYTES_MAX: u64 = 1 << 20;
/// Printers of one room.
pub const PRINTERS_MAX: usize = 32;
/// Characters of a printer's name.
pub const ID_CHARACTERS_MAX: usize = 24;
/// The zone of an office that names none.
pub const ZONE_DEFAULT: &str = "Asia/Jakarta";

/// What is wrong with the file, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {}; write one as docs/config.md shows, or name another folder with --data", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
    /// A line says something that means nothing.
    #[error("{}{}: {what}; docs/config.md lists every key", file.display(), At(*line))]
    Wrong {
        /// The file.
        file: PathBuf,
        /// The line, from 1; `None`: the file as a whole.
        line: Option<usize>,
        /// What, with the key's name.
        what: String,
    },
}

/// A line after a file's name.
struct At(Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

/// The room as the file has it.
#[derive(Debug, Clone)]
pub struct Config {
    /// The room's code.
    pub room: RoomCode,
    /// A training store: specimen people, simulated printers, scaled clocks.
    pub training: bool,
    /// The office's zone: a business day is a local date.
    pub zone: TimeZone,
    /// What stands on the cards; `None` only in training.
    pub letterhead: Option<Letterhead>,
    /// The printers.
    pub printers: Vec<Printer>,
}

/// What stands on an office's cards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letterhead {
    /// First line of the heading.
    pub province: String,
    /// Second line of the heading.
    pub regency: String,
    /// The office's name.
    pub office: String,
    /// Who signs the children's cards.
    pub head: String,
}

/// One printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    /// Its name.
    pub id: PrinterId,
    /// Its model's key.
    pub profile: String,
    /// Where it is reached.
    pub endpoint: Endpoint,
    /// Where the chip reader at its station is reached.
    pub reader: Option<Endpoint>,
    /// Stocks it may be loaded with, the first preferred.
    pub duty: Vec<Stock>,
    /// The ribbon it is fitted with; `None`: the profile's usual one.
    pub ribbon: Option<Ribbon>,
    /// How chips are written.
    pub chip: Chip,
    /// Levels of dye: 32, 64 or 128; `None`: the driver's default.
    pub levels: Option<u16>,
    /// Commands are answered by ACK and NAK.
    pub ack_nack: bool,
    /// Send the shorter of plain and compressed pictures.
    pub compression: bool,
    /// Ask the card sensor for a second opinion.
    pub card_sensor: bool,
    /// A reject box is fitted, where the printer cannot be asked.
    pub reject_box: bool,
    /// What the bench has shown for this unit.
    pub bench: Vec<BenchFlag>,
    /// Questions that this unit was shown to know, where the language leaves that open.
    pub knows: Vec<String>,
    /// No answer comes back over its link.
    pub one_way: bool,
    /// From light to dye.
    pub separation: Separation,
}

/// How the chips of a printer's blanks are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chip {
    /// They are not: it gets no product with a chip.
    None,
    /// The simulated blanks' own script; in training only.
    Training,
    /// At a desk, before the blank is laid in and scanned.
    ByHand,
    /// A script file: pairs of APDU and expected answer, both hex templates.
    Script(Script),
}

/// A chip script as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Steps that write.
    pub write: Vec<(String, String)>,
    /// Steps that compare.
    pub verify: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    room: toml::Spanned<String>,
    #[serde(default)]
    training: bool,
    zone: Option<toml::Spanned<String>>,
    letterhead: Option<Letterhead>,
    #[serde(default)]
    printer: Vec<toml::Spanned<RawPrinter>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrinter {
    id: toml::Spanned<String>,
    profile: toml::Spanned<String>,
    endpoint: toml::Spanned<String>,
    reader: Option<toml::Spanned<String>>,
    duty: toml::Spanned<Vec<toml::Spanned<String>>>,
    ribbon: Option<toml::Spanned<String>>,
    chip: Option<toml::Spanned<String>>,
    levels: Option<toml::Spanned<u16>>,
    #[serde(default)]
    ack_nack: bool,
    #[serde(default)]
    compression: bool,
    #[serde(default = "yes")]
    card_sensor: bool,
    #[serde(default = "yes")]
    reject_box: bool,
    #[serde(default)]
    bench: Vec<toml::Spanned<String>>,
    #[serde(default)]
    knows: Vec<toml::Spanned<String>>,
    #[serde(default)]
    one_way: bool,
    curves: Option<toml::Spanned<RawCurves>>,
}

/// Points `[asked, laid]` of each dye's curve; a dye that is not named is straight.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCurves {
    yellow: Option<Vec<(u8, u8)>>,
    magenta: Option<Vec<(u8, u8)>>,
    cyan: Option<Vec<(u8, u8)>>,
}

fn yes() -> bool {
    true
}

/// Questions of a language that only some units know.
const KNOWN_QUESTIONS: [&str; 4] = ["E", "%CLN", "&P", "!X"];

/// Where a value stands.
type Span = std::ops::Range<usize>;
/// What is wrong, and where in the text.
type Flaw = (Option<Span>, String);

impl Config {
    /// Reads the file of a data folder. `profiles` are the models that a printer may name.
    ///
    /// Errors: [`ConfigError`] with file, line, key and remedy.
    pub fn load(data: &Path, profiles: &[&str]) -> Result<Config, ConfigError> {
        let file = data.join(FILE);
        let unreadable = |cause| ConfigError::Unreadable {
            file: file.clone(),
            cause,
        };
        let length = fs::metadata(&file).map_err(unreadable)?.len();
        if length > FILE_BYTES_MAX {
            return Err(ConfigError::Wrong {
                file,
                line: None,
                what: format!("{length} bytes are no config; at most {FILE_BYTES_MAX}"),
            });
        }
        let text = fs::read_to_string(&file).map_err(unreadable)?;
        Config::parse(&text, data, profiles).map_err(|(span, what)| ConfigError::Wrong {
            line: span.map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            what,
            file,
        })
    }

    fn parse(text: &str, data: &Path, profiles: &[&str]) -> Result<Config, Flaw> {
        let raw: RawConfig = toml::from_str(text).map_err(|error| {
            let words = error.message().replace("field", "key");
            (error.span(), words.trim().replace('\n', " "))
        })?;
        let room = raw
            .room
            .get_ref()
            .parse()
            .map_err(|error| flaw(&raw.room, format!("room: {error}")))?;
        let zone = match &raw.zone {
            Some(name) => TimeZone::get(name.get_ref()).map_err(|_| {
                let words = "zone: no such time zone (Asia/Jakarta, Asia/Makassar, Asia/Jayapura)";
                flaw(name, words.to_owned())
            })?,
            None => TimeZone::get(ZONE_DEFAULT).expect("the zones are compiled in"),
        };
        if raw.letterhead.is_none() && !raw.training {
            let words = "an office needs [letterhead] with province, regency, office and head";
            return Err((None, words.to_owned()));
        }
        if raw.printer.len() > PRINTERS_MAX {
            return Err((None, format!("more than {PRINTERS_MAX} printers")));
        }
        let mut seen = BTreeSet::new();
        let mut places = BTreeSet::new();
        let mut printers = Vec::new();
        for raw_printer in &raw.printer {
            let place = raw_printer.get_ref();
            let printer = place.checked(raw.training, data, profiles)?;
            if !seen.insert(printer.id.clone()) {
                let words = format!("id: two printers are named {:?}", printer.id.0);
                return Err(flaw(&place.id, words));
            }
            if !places.insert(printer.endpoint.to_string()) {
                let words = format!(
                    "endpoint: two printers cannot share {:?}",
                    printer.endpoint.to_string()
                );
                return Err(flaw(&place.endpoint, words));
            }
            printers.push(printer);
        }
        Ok(Config {
            room,
            training: raw.training,
            zone,
            letterhead: raw.letterhead,
            printers,
        })
    }
}

fn flaw<T>(at: &toml::Spanned<T>, what: String) -> Flaw {
    (Some(at.span()), what)
}

fn endpoint(key: &str, text: &toml::Spanned<String>) -> Result<Endpoint, Flaw> {
    text.get_ref()
        .parse()
        .map_err(|error| flaw(text, format!("{key}: {error}")))
}

impl RawPrinter {
    fn checked(&self, training: bool, data: &Path, profiles: &[&str]) -> Result<Printer, Flaw> {
        let id = self.id.get_ref();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > ID_CHARACTERS_MAX || !id.chars().all(is_name) {
            let words = format!(
                "id: {id:?} is no printer's name: small letters, digits and hyphens, at most {ID_CHARACTERS_MAX}"
            );
            return Err(flaw(&self.id, words));
        }
        if !profiles.contains(&self.profile.get_ref().as_str()) {
            let words = format!(
                "profile: {:?} is not known; there are {}",
                self.profile.get_ref(),
                profiles.join(", ")
            );
            return Err(flaw(&self.profile, words));
        }
        if self.duty.get_ref().is_empty() {
            let words = "duty: name at least one stock, or leave the printer out".to_owned();
            return Err(flaw(&self.duty, words));
        }
        let mut duty = Vec::new();
        for name in self.duty.get_ref() {
            let stock: Stock = name.get_ref().parse().map_err(|_| {
                let known = Stock::ALL.map(Stock::name).join(", ");
                flaw(
                    name,
                    format!("duty: {:?} is not one of {known}", name.get_ref()),
                )
            })?;
            if stock.has_chip() && self.chip.is_none() {
                let words =
                    format!("duty: a {stock} has a chip; say with `chip` how it is written");
                return Err(flaw(name, words));
            }
            duty.push(stock);
        }
        let reader = match &self.reader {
            Some(text) => Some(endpoint("reader", text)?),
            None => None,
        };
        let chip = self.chip(training, data)?;
        let words = match &chip {
            Chip::Training | Chip::Script(_) if reader.is_none() => {
                Some("chip: a chip is written through the reader at the station; give `reader`")
            }
            Chip::ByHand if reader.is_some() => {
                Some("chip: one that is written by hand needs no `reader`; take one of them out")
            }
            Chip::None | Chip::ByHand | Chip::Training | Chip::Script(_) => None,
        };
        if let Some(words) = words {
            let at = self.chip.as_ref().map(toml::Spanned::span);
            return Err((at, words.to_owned()));
        }
        Ok(Printer {
            id: PrinterId(id.clone()),
            profile: self.profile.get_ref().clone(),
            endpoint: endpoint("endpoint", &self.endpoint)?,
            reader,
            duty,
            ribbon: self.ribbon()?,
            chip,
            levels: self.levels()?,
            ack_nack: self.ack_nack,
            compression: self.compression,
            card_sensor: self.card_sensor,
            reject_box: self.reject_box,
            bench: self.bench()?,
            knows: self.knows()?,
            one_way: self.one_way,
            separation: self.separation()?,
        })
    }

    fn ribbon(&self) -> Result<Option<Ribbon>, Flaw> {
        let Some(name) = &self.ribbon else {
            return Ok(None);
        };
        [Ribbon::Ymcko, Ribbon::Ymckok, Ribbon::K]
            .into_iter()
            .find(|ribbon| ribbon.name() == name.get_ref())
            .map(Some)
            .ok_or_else(|| flaw(name, "ribbon: ymcko, ymckok or k expected".to_owned()))
    }

    fn levels(&self) -> Result<Option<u16>, Flaw> {
        match &self.levels {
            Some(levels) if ![32, 64, 128].contains(levels.get_ref()) => {
                Err(flaw(levels, "levels: 32, 64 or 128 expected".to_owned()))
            }
            levels => Ok(levels.as_ref().map(|levels| *levels.get_ref())),
        }
    }

    fn bench(&self) -> Result<Vec<BenchFlag>, Flaw> {
        let flag = |name: &toml::Spanned<String>| {
            let spelled = serde_json::Value::from(name.get_ref().as_str());
            serde_json::from_value(spelled).map_err(|_| {
                let words = format!(
                    "bench: {:?} is no fact that a bench shows; docs/config.md lists them",
                    name.get_ref()
                );
                flaw(name, words)
            })
        };
        self.bench.iter().map(flag).collect()
    }

    fn knows(&self) -> Result<Vec<String>, Flaw> {
        let known = |name: &toml::Spanned<String>| {
            if KNOWN_QUESTIONS.contains(&name.get_ref().as_str()) {
                return Ok(name.get_ref().clone());
            }
            let words = format!("knows: one of {} expected", KNOWN_QUESTIONS.join(", "));
            Err(flaw(name, words))
        };
        self.knows.iter().map(known).collect()
    }

    fn separation(&self) -> Result<Separation, Flaw> {
        let Some(raw) = &self.curves else {
            return Ok(Separation::default());
        };
        let curve = |points: &Option<Vec<(u8, u8)>>| match points {
            Some(points) => {
                Curve::through(points).map_err(|error| flaw(raw, format!("curves: {error}")))
            }
            None => Ok(Curve::default()),
        };
        let RawCurves {
            yellow,
            magenta,
            cyan,
        } = raw.get_ref();
        Ok(Separation::new(&Curves {
            yellow: curve(yellow)?,
            magenta: curve(magenta)?,
            cyan: curve(cyan)?,
        }))
    }

    fn chip(&self, training: bool, data: &Path) -> Result<Chip, Flaw> {
        let Some(named) = &self.chip else {
            return Ok(Chip::None);
        };
        match named.get_ref().as_str() {
            "none" => Ok(Chip::None),
            "by_hand" => Ok(Chip::ByHand),
            "training" if training => Ok(Chip::Training),
            "training" => {
                let words = "chip: the training script writes no real chip; name the script's file";
                Err(flaw(named, words.to_owned()))
            }
            path => {
                let wrong =
                    |error: &dyn fmt::Display| flaw(named, format!("chip: {path}: {error}"));
                let text = fs::read_to_string(data.join(path)).map_err(|error| wrong(&error))?;
                let script: Script =
                    toml::from_str(&text).map_err(|error| wrong(&error.message()))?;
                Ok(Chip::Script(script))
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const PROFILES: &[&str] = &["evolis-primacy", "evolis-dualys"];
    const GOOD: &str = r#"
room = "TPI"
training = true

[[printer]]
id = "p1"
profile = "evolis-primacy"
endpoint = "serial:///dev/serial/by-id/x"
reader = "unix:///run/reader"
duty = ["ktp_el"]
chip = "training"

[[printer]]
id = "p2"
profile = "evolis-dualys"
endpoint = "tcp://192.0.2.7:9100"
duty = ["kia_0_5", "kia_5_17"]
ribbon = "k"
levels = 64
bench = ["counters_durable"]
"#;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        Config::load(folder.path(), PROFILES)
    }

    /// The message of a config in which `from` stands for `to`, without the folder's name.
    fn refusal(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        let message = load(&GOOD.replacen(from, to, 1)).unwrap_err().to_string();
        message[message.find(FILE).unwrap()..].to_owned()
    }

    #[test]
    fn a_whole_config_is_read() {
        let config = load(GOOD).unwrap();
        assert_eq!(config.room.to_string(), "TPI");
        assert_eq!(config.printers.len(), 2);
        assert_eq!(config.printers[0].chip, Chip::Training);
        assert_eq!(config.printers[1].duty, [Stock::Kia05, Stock::Kia517]);
        assert_eq!(config.printers[1].bench, [BenchFlag::CountersDurable]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_key() {
        expect_test::expect![[r#"
            cetak.toml:8: unknown key `endpont`, expected one of `id`, `profile`, `endpoint`, `reader`, `duty`, `ribbon`, `chip`, `levels`, `ack_nack`, `compression`, `card_sensor`, `reject_box`, `bench`, `knows`, `one_way`, `curves`; docs/config.md lists every key
            cetak.toml:7: profile: "evolis-primaci" is not known; there are evolis-primacy, evolis-dualys; docs/config.md lists every key
            cetak.toml:10: duty: "ktp" is not one of ktp_el, ktp_el_foreigner, kia_0_5, kia_5_17; docs/config.md lists every key
            cetak.toml:14: id: two printers are named "p1"; docs/config.md lists every key
            cetak.toml:8: endpoint: unknown scheme "com": serial, usb, tcp and unix are known; docs/config.md lists every key
            cetak.toml:19: levels: 32, 64 or 128 expected; docs/config.md lists every key
            cetak.toml:10: duty: a ktp_el has a chip; say with `chip` how it is written; docs/config.md lists every key
            cetak.toml:2: room: "tpi" is no room code (three capital letters); docs/config.md lists every key
            cetak.toml: an office needs [letterhead] with province, regency, office and head; docs/config.md lists every key
            cetak.toml:11: chip: a chip is written through the reader at the station; give `reader`; docs/config.md lists every key
        "#]]
        .assert_eq(
            &[
                ("endpoint = \"serial", "endpont = \"serial"),
                ("\"evolis-primacy\"", "\"evolis-primaci\""),
                ("[\"ktp_el\"]", "[\"ktp\"]"),
                ("id = \"p2\"", "id = \"p1\""),
                ("serial:///dev", "com:///dev"),
                ("levels = 64", "levels = 65"),
                ("chip = \"training\"\n", ""),
                ("\"TPI\"", "\"tpi\""),
                ("training = true\n", ""),
                ("reader = \"unix:///run/reader\"\n", "\n"),
            ]
            .map(|(from, to)| format!("{}\n", refusal(from, to)))
            .concat(),
        );
    }

    #[test]
    fn a_missing_file_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let error = Config::load(folder.path(), PROFILES).unwrap_err();
        assert!(error.to_string().contains("docs/config.md"), "{error}");
    }
}
