//! The record of a bench: what was shown, of whom, by whom; and whether it holds for the printer that answers.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use cetak_drivers::bench::{Log, Shown};
use cetak_drivers::contract::{BenchFlag, Identity, Ribbon, Told};
use serde::{Deserialize, Serialize};

use crate::config::Printer;
use crate::domain::ids::{Actor, PrinterId};
use crate::engine::fleet::{BENCH_HOLDS, BENCH_OTHER_SETUP, BENCH_WAITS, as_on_the_bench};

/// The folder of the records within the data folder.
const FOLDER: &str = "bench";
/// Bytes of a record that are read.
const RECORD_BYTES_MAX: u64 = 1 << 20;

/// What a bench has shown of one printer. No personal data but the name of who stood there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::app) struct Record {
    /// The printer's name in the config.
    pub(in crate::app) printer: PrinterId,
    /// The config's profile, endpoint and ribbon.
    pub(in crate::app) profile: String,
    pub(in crate::app) endpoint: String,
    pub(in crate::app) ribbon: String,
    /// `unit`: for what tells this serial number and firmware; `endpoint`: the printer tells neither, so for
    /// whatever stands at this endpoint.
    pub(in crate::app) holds_for: HoldsFor,
    /// As told.
    pub(in crate::app) serial: Option<String>,
    pub(in crate::app) firmware: Option<String>,
    pub(in crate::app) model: Option<String>,
    /// Who stood there.
    pub(in crate::app) person: String,
    /// When it ended, UTC.
    pub(in crate::app) date: String,
    /// What was shown.
    pub(in crate::app) flags: BTreeSet<BenchFlag>,
    pub(in crate::app) knows: BTreeSet<String>,
    /// What it was read from.
    pub(in crate::app) log: Log,
}

/// What a record holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::app) enum HoldsFor {
    /// One unit with one firmware.
    Unit,
    /// One endpoint.
    Endpoint,
}

/// A record cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", file.display())]
pub(in crate::app) struct RecordError {
    file: PathBuf,
    what: String,
}

impl Record {
    /// The record of a walk that came to its end. `identity` is what the printer said on the way.
    pub(super) fn of(
        printer: &Printer,
        identity: &Identity,
        person: &Actor,
        date: String,
        shown: Shown,
        log: Log,
    ) -> Record {
        let (serial, firmware) = (told(&identity.serial), told(&identity.firmware));
        Record {
            printer: printer.id.clone(),
            profile: printer.profile.clone(),
            endpoint: printer.endpoint.to_string(),
            ribbon: ribbon(printer).to_owned(),
            holds_for: if serial.is_some() || firmware.is_some() {
                HoldsFor::Unit
            } else {
                HoldsFor::Endpoint
            },
            serial,
            firmware,
            model: told(&identity.model),
            person: match person {
                Actor::Person(name) => name.clone(),
                Actor::Spooler | Actor::Printer(_) => person.to_string(),
            },
            date,
            flags: shown.flags,
            knows: shown.knows,
            log,
        }
    }

    /// Whether it counts for a printer as the config has it and as it tells itself, as a code. What is not told then
    /// and was not told on the bench is no difference.
    pub(in crate::app) fn standing(
        &self,
        printer: &Printer,
        identity: Option<&Identity>,
    ) -> &'static str {
        let anywhere = self.holds_for == HoldsFor::Unit;
        let here = anywhere || self.endpoint == printer.endpoint.to_string();
        if self.profile != printer.profile || self.ribbon != ribbon(printer) || !here {
            return BENCH_OTHER_SETUP;
        }
        match (self.holds_for, identity) {
            (HoldsFor::Endpoint, _) => BENCH_HOLDS,
            (HoldsFor::Unit, None) => BENCH_WAITS,
            (HoldsFor::Unit, Some(identity)) => {
                as_on_the_bench(self.serial.as_deref(), self.firmware.as_deref(), identity)
            }
        }
    }

    /// The printer as the config and this record have it together.
    pub(in crate::app) fn joined(&self, printer: &Printer) -> Printer {
        let mut joined = printer.clone();
        let more = self.flags.iter().copied();
        joined
            .bench
            .extend(more.filter(|flag| !printer.bench.contains(flag)));
        let more = self.knows.iter().cloned();
        joined
            .knows
            .extend(more.filter(|word| !printer.knows.contains(word)));
        joined
    }

    /// The records of these printers. One that nobody can read is told in the log and does not count.
    pub(in crate::app) fn all(data: &Path, printers: &[Printer]) -> BTreeMap<PrinterId, Record> {
        let read = |printer: &Printer| match Record::read(data, &printer.id) {
            Ok(record) => record.map(|record| (printer.id.clone(), record)),
            Err(error) => {
                tracing::error!(printer = %printer.id, %error, "the bench record cannot be read");
                None
            }
        };
        printers.iter().filter_map(read).collect()
    }

    /// The printer's record; `None`: there is none.
    ///
    /// Errors: [`RecordError`] where one is there that nobody can read: then nothing of it counts.
    pub(in crate::app) fn read(data: &Path, id: &PrinterId) -> Result<Option<Record>, RecordError> {
        let file = place(data, id, "toml");
        let wrong = |what: &dyn std::fmt::Display| RecordError {
            file: file.clone(),
            what: what.to_string(),
        };
        match std::fs::metadata(&file) {
            Ok(about) if about.len() <= RECORD_BYTES_MAX => {}
            Ok(about) => return Err(wrong(&format!("{} bytes are no record", about.len()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(&error)),
        }
        let text = std::fs::read_to_string(&file).map_err(|error| wrong(&error))?;
        toml::from_str(&text)
            .map(Some)
            .map_err(|error| wrong(&error.message()))
    }

    /// Writes it beside the config. One whose walk was stopped goes beside the earlier record and never counts.
    pub(super) fn write(&self, data: &Path) -> Result<PathBuf, RecordError> {
        let kind = if self.log.is_stopped() {
            "stopped.toml"
        } else {
            "toml"
        };
        let file = place(data, &self.printer, kind);
        let fresh = place(data, &self.printer, "new");
        let wrong = |what: &dyn std::fmt::Display| RecordError {
            file: file.clone(),
            what: what.to_string(),
        };
        let text = toml::to_string(self).map_err(|error| wrong(&error))?;
        std::fs::write(&fresh, text).map_err(|error| wrong(&error))?;
        std::fs::rename(&fresh, &file).map_err(|error| wrong(&error))?;
        Ok(file)
    }
}

/// A file of a printer's bench.
pub(super) fn place(data: &Path, id: &PrinterId, kind: &str) -> PathBuf {
    data.join(FOLDER).join(format!("{id}.{kind}"))
}

fn ribbon(printer: &Printer) -> &'static str {
    printer.ribbon.unwrap_or(Ribbon::Ymcko).name()
}

fn told(item: &Told) -> Option<String> {
    match item {
        Told::Told(text) => Some(text.clone()),
        Told::Inferred(_) | Told::NotAskable => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use cetak_drivers::bench::{Given, Question};

    use super::*;
    use crate::config::{Config, FILE};

    const EVOLIS: &str = "evolis-primacy";
    const PORT: &str = "usb:///dev/usb/lp0";

    fn printer(profile: &str, endpoint: &str, more: &str) -> Printer {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "room = \"TPI\"\ntraining = true\n[[printer]]\nid = \"p1\"\nprofile = \"{profile}\"\n\
             endpoint = \"{endpoint}\"\nduty = [\"kia_0_5\"]\n{more}"
        );
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let config = Config::load(folder.path(), &["evolis-primacy", "zebra-p330i"]).unwrap();
        config.printers[0].clone()
    }

    fn identity(serial: &str, firmware: &str) -> Identity {
        let item = |text: &str| match text {
            "" => Told::NotAskable,
            text => Told::Told(text.to_owned()),
        };
        Identity {
            serial: item(serial),
            firmware: item(firmware),
            ..Identity::default()
        }
    }

    fn record(printer: &Printer, identity: &Identity) -> Record {
        let shown = Shown {
            flags: [BenchFlag::LastPanelCounted].into(),
            knows: ["E".to_owned()].into(),
        };
        let mut log = Log::default();
        log.answers.push(Given {
            step: "evolis_whole".to_owned(),
            question: Question::Where,
            choice: cetak_drivers::bench::Choice::Output,
        });
        log.readings.push(cetak_drivers::bench::Reading {
            step: "evolis_lid".to_owned(),
            name: "cut".to_owned(),
            heard: cetak_drivers::bench::Heard::Fault(cetak_drivers::contract::Fault::Unlisted(
                "11:14".to_owned(),
            )),
            evidence: Default::default(),
        });
        let person = Actor::Person("rina".to_owned());
        let date = "2026-11-25T00:00:00Z".to_owned();
        Record::of(printer, identity, &person, date, shown, log)
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(FOLDER)).unwrap();
        let printer = printer(EVOLIS, PORT, "");
        assert_eq!(Record::read(folder.path(), &printer.id).unwrap(), None);
        let record = record(&printer, &identity("A1", "1000"));
        record.write(folder.path()).unwrap();
        let read = Record::read(folder.path(), &printer.id).unwrap();
        assert_eq!(read, Some(record));
        std::fs::write(place(folder.path(), &printer.id, "toml"), "flags = 3").unwrap();
        assert!(Record::read(folder.path(), &printer.id).is_err());
        assert!(Record::all(folder.path(), &[printer]).is_empty());
    }

    #[test]
    fn a_record_counts_only_for_its_unit_firmware_and_setup() {
        let on_the_bench = printer(EVOLIS, PORT, "");
        let record = record(&on_the_bench, &identity("A1", "1000"));
        let check = |printer: &Printer, identity: Option<Identity>, code: &str| {
            assert_eq!(
                record.standing(printer, identity.as_ref()),
                code,
                "{identity:?}"
            );
        };
        check(&on_the_bench, None, "BENCH_WAITS");
        check(&on_the_bench, Some(identity("A1", "1000")), "BENCH_HOLDS");
        check(
            &on_the_bench,
            Some(identity("A1", "1001")),
            "BENCH_OTHER_FIRMWARE",
        );
        check(
            &on_the_bench,
            Some(identity("A1", "")),
            "BENCH_OTHER_FIRMWARE",
        );
        check(
            &on_the_bench,
            Some(identity("A2", "1000")),
            "BENCH_OTHER_UNIT",
        );
        check(
            &on_the_bench,
            Some(identity("", "1000")),
            "BENCH_OTHER_UNIT",
        );
        let elsewhere = printer(EVOLIS, "usb:///dev/usb/lp1", "");
        check(&elsewhere, Some(identity("A1", "1000")), "BENCH_HOLDS");
        let black = printer(EVOLIS, PORT, "ribbon = \"k\"\n");
        check(&black, Some(identity("A1", "1000")), "BENCH_OTHER_SETUP");
    }

    #[test]
    fn where_nothing_can_be_asked_a_record_holds_for_its_endpoint() {
        let zebra = printer("zebra-p330i", PORT, "");
        let record = record(&zebra, &identity("", ""));
        assert_eq!(record.holds_for, HoldsFor::Endpoint);
        assert_eq!(record.standing(&zebra, None), "BENCH_HOLDS");
        let moved = printer("zebra-p330i", "usb:///dev/usb/lp1", "");
        assert_eq!(record.standing(&moved, None), "BENCH_OTHER_SETUP");
    }

    #[test]
    fn config_and_record_count_together() {
        let known = printer(EVOLIS, PORT, "bench = [\"counters_durable\"]\n");
        let joined = record(&known, &identity("A1", "1000")).joined(&known);
        assert_eq!(
            joined.bench,
            [BenchFlag::CountersDurable, BenchFlag::LastPanelCounted]
        );
        assert_eq!(joined.knows, ["E"]);
    }
}
