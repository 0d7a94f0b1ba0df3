//! What is wrong with a room, and what to do: config, endpoints, store, journal, permissions. It moves nothing.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Display;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use cetak_drivers::contract::{Channel, Identity, Told};
use cetak_drivers::link::OpenState;
use cetak_drivers::link::endpoint::{self, Endpoint};
use serde::Serialize;

use super::bench::Record;
use super::{identify, letterhead, printers};
use crate::artwork::Studio;
use crate::clock::Clock;
use crate::config::{Config, Printer};
use crate::domain::ids::PrinterId;
use crate::engine::fleet::{
    BENCH_HOLDS, BENCH_OTHER_FIRMWARE, BENCH_OTHER_SETUP, BENCH_OTHER_UNIT, BENCH_WAITS,
};
use crate::engine::store::{SqliteReader, StoreKey, StoreRead};
use crate::interfaces::api::PrinterView;
use crate::interfaces::client::Client;
use crate::interfaces::{socket, words};

/// How long a network printer gets to take the connection.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Less free space than this is told. Unit: bytes.
const FREE_BYTES_LOW: u64 = 1 << 30;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Well,
    /// Work goes on; somebody should look.
    Warning,
    /// Work cannot go on.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave.
    pub level: Level,
    /// What, as a code of the catalogue.
    pub code: &'static str,
    /// What the words need.
    pub params: BTreeMap<String, String>,
}

impl Finding {
    fn new(level: Level, code: &'static str) -> Finding {
        Finding {
            level,
            code,
            params: BTreeMap::new(),
        }
    }

    fn with(mut self, name: &str, value: impl Display) -> Finding {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Looks at everything of a data folder, in the order in which it would stand in the way.
pub async fn examine(data: &Path) -> Vec<Finding> {
    let mut findings = vec![folder(data)];
    let config = match Config::load(data, &printers::profiles()) {
        Ok(config) => {
            findings.push(
                Finding::new(Level::Well, "DOCTOR_CONFIG").with("printers", config.printers.len()),
            );
            Some(config)
        }
        Err(error) => {
            findings
                .push(Finding::new(Level::Bad, "DOCTOR_CONFIG_WRONG").with("what", chain(&error)));
            None
        }
    };
    if let Some(config) = &config
        && let Err(error) = Studio::new(&letterhead(config))
    {
        findings.push(Finding::new(Level::Bad, "DOCTOR_LETTERHEAD").with("what", chain(&error)));
    }
    let in_work = store(data, &mut findings);
    let runs = spooler(data, &mut findings).await;
    for printer in config.iter().flat_map(|config| &config.printers) {
        if !printer.endpoint.is_stable_name() {
            let name = Finding::new(Level::Warning, "DOCTOR_ENDPOINT_MAY_MOVE");
            findings.push(
                name.with("printer", &printer.id)
                    .with("endpoint", &printer.endpoint),
            );
        }
        findings.extend(slow_link(printer));
        let mut identity = None;
        // The spooler holds its ports; and a port whose printer has a card in work is touched by nobody else.
        if !runs && !in_work.contains(&printer.id) {
            let reached = reached(printer).await;
            let opens = reached.iter().all(|finding| finding.level < Level::Bad);
            findings.extend(reached);
            if opens {
                identity = identify::ask(printer, Clock::real()).await;
                findings.push(who_it_is(&printer.id, identity.as_ref()));
            }
        }
        if !runs {
            findings.extend(bench_record(data, printer, identity.as_ref()));
        }
    }
    if runs {
        findings.extend(told_to_the_spooler(data).await);
    }
    findings
}

/// Whether the link holds the printer back.
fn slow_link(printer: &Printer) -> Option<Finding> {
    let slow = printers::spec(printer, &Clock::real()).port.slow?;
    let mut finding = Finding::new(Level::Warning, words::LINK_SLOW);
    finding.params = words::slow_link(&printer.id, &printer.endpoint, &slow);
    Some(finding)
}

fn folder(data: &Path) -> Finding {
    let about = match std::fs::metadata(data) {
        Ok(about) if about.is_dir() => about,
        Ok(_) => {
            return Finding::new(Level::Bad, "DOCTOR_FOLDER_MISSING").with("path", data.display());
        }
        Err(error) => {
            return Finding::new(Level::Bad, "DOCTOR_FOLDER_MISSING")
                .with("path", data.display())
                .with("what", error);
        }
    };
    if about.mode() & 0o007 != 0 {
        return Finding::new(Level::Warning, "DOCTOR_FOLDER_OPEN_TO_ALL")
            .with("path", data.display());
    }
    let free = rustix::fs::statvfs(data).map_or(u64::MAX, |fs| fs.f_bavail * fs.f_frsize);
    if free < FREE_BYTES_LOW {
        return Finding::new(Level::Warning, "DOCTOR_DISK_NEARLY_FULL")
            .with("path", data.display())
            .with("megabytes", free >> 20);
    }
    Finding::new(Level::Well, "DOCTOR_FOLDER").with("path", data.display())
}

/// Looks at the store; returns the printers that have a card in work.
fn store(data: &Path, findings: &mut Vec<Finding>) -> Vec<PrinterId> {
    let path = data.join("store.db");
    if !path.exists() {
        findings.push(Finding::new(Level::Well, "DOCTOR_STORE_NOT_MADE_YET"));
        return Vec::new();
    }
    let bad = |error: &dyn Error| {
        Finding::new(Level::Bad, "DOCTOR_STORE_WRONG").with("what", chain(error))
    };
    let opened =
        StoreKey::read(&path.with_extension("key")).and_then(|key| SqliteReader::open(&path, &key));
    let reader = match opened {
        Ok(reader) => reader,
        Err(error) => {
            findings.push(bad(&error));
            return Vec::new();
        }
    };
    match reader.verify_journal() {
        Ok(entries) => {
            findings.push(Finding::new(Level::Well, "DOCTOR_JOURNAL").with("entries", entries));
        }
        Err(error) => findings.push(bad(&error)),
    }
    match reader.audit() {
        Ok(()) => findings.push(Finding::new(Level::Well, "DOCTOR_BOOKS")),
        Err(error) => findings.push(bad(&error)),
    }
    match reader.open_attempts() {
        Ok(open) => open.into_iter().map(|attempt| attempt.printer).collect(),
        Err(error) => {
            findings.push(bad(&error));
            Vec::new()
        }
    }
}

/// Whether a spooler answers.
async fn spooler(data: &Path, findings: &mut Vec<Finding>) -> bool {
    let answers = match socket::socket_path(data) {
        Ok(path) => tokio::net::UnixStream::connect(path).await.is_ok(),
        Err(_) => false,
    };
    let code = if answers {
        "DOCTOR_SPOOLER_RUNS"
    } else {
        "DOCTOR_SPOOLER_STANDS"
    };
    findings.push(Finding::new(Level::Well, code));
    answers
}

/// Who a printer is, and how far that is known.
fn who_it_is(printer: &PrinterId, identity: Option<&Identity>) -> Finding {
    let Some(identity) = identity else {
        return Finding::new(Level::Warning, "DOCTOR_NO_ANSWER").with("printer", printer);
    };
    let (level, code) = if identity.other_model {
        (Level::Bad, "DOCTOR_OTHER_MODEL")
    } else {
        (Level::Well, "DOCTOR_IDENTITY")
    };
    let item = |item: &Told| match item {
        Told::Told(text) => text.clone(),
        Told::Inferred(text) => format!("({text})"),
        Told::NotAskable => "?".to_owned(),
    };
    Finding::new(level, code)
        .with("printer", printer)
        .with("maker", item(&identity.maker))
        .with("model", item(&identity.model))
        .with("serial", item(&identity.serial))
        .with("firmware", item(&identity.firmware))
        .with("ribbon", item(&identity.ribbon))
}

/// Whether what a bench has shown counts.
fn bench_record(data: &Path, printer: &Printer, identity: Option<&Identity>) -> Option<Finding> {
    let finding = match Record::read(data, &printer.id) {
        Ok(record) => bench_finding(record?.standing(printer, identity)),
        Err(error) => Finding::new(Level::Warning, "BENCH_UNREADABLE").with("what", error),
    };
    Some(finding.with("printer", &printer.id))
}

fn bench_finding(code: &'static str) -> Finding {
    let level = if code == BENCH_HOLDS {
        Level::Well
    } else {
        Level::Warning
    };
    Finding::new(level, code)
}

/// What the printers have told the spooler that runs.
async fn told_to_the_spooler(data: &Path) -> Vec<Finding> {
    let Ok(client) = Client::of(data) else {
        return Vec::new();
    };
    let printers: Vec<PrinterView> = client.get("/printers").await.unwrap_or_default();
    let mut findings = Vec::new();
    for printer in &printers {
        if printer.identity.is_some() {
            findings.push(who_it_is(&printer.id, printer.identity.as_ref()));
        }
        let codes = [
            BENCH_HOLDS,
            BENCH_WAITS,
            BENCH_OTHER_UNIT,
            BENCH_OTHER_FIRMWARE,
            BENCH_OTHER_SETUP,
        ];
        let code = printer.bench.as_ref();
        let code = codes
            .into_iter()
            .find(|known| code.is_some_and(|code| code.0 == *known));
        findings.extend(code.map(|code| bench_finding(code).with("printer", &printer.id)));
    }
    findings
}

/// Opens and shuts what a printer's config names. Opening moves nothing.
async fn reached(printer: &Printer) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in [Some(&printer.endpoint), printer.reader.as_ref()]
        .into_iter()
        .flatten()
    {
        let finding = match try_open(place).await {
            Ok(()) => Finding::new(Level::Well, "DOCTOR_ENDPOINT"),
            Err(what) => Finding::new(Level::Bad, "DOCTOR_ENDPOINT_WRONG").with("what", what),
        };
        findings.push(finding.with("printer", &printer.id).with("endpoint", place));
    }
    findings
}

/// Opens an endpoint and shuts it; why it cannot be.
pub(super) async fn try_open(place: &Endpoint) -> Result<(), String> {
    let mut link = endpoint::connect(place);
    let opening = async {
        loop {
            match link.open(Channel::Main) {
                Ok(OpenState::Open) => return Ok(()),
                Ok(OpenState::Pending) => link.ready(false).await,
                Err(error) => return Err(chain(&error)),
            }
        }
    };
    let opened = tokio::time::timeout(CONNECT_MAX, opening).await;
    link.close(Channel::Main);
    opened.unwrap_or_else(|_| Err(format!("no answer within {} s", CONNECT_MAX.as_secs())))
}

/// An error and its causes in one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn codes(findings: &[Finding], level: Level) -> Vec<&'static str> {
        let of_level = findings.iter().filter(|finding| finding.level == level);
        of_level.map(|finding| finding.code).collect()
    }

    fn room(endpoint: &str) -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o750)).unwrap();
        let text = format!(
            "room = \"TPI\"\ntraining = true\n[[printer]]\nid = \"p1\"\nprofile = \"evolis-primacy\"\nendpoint = \"{endpoint}\"\nduty = [\"kia_0_5\"]\n"
        );
        std::fs::write(folder.path().join(crate::config::FILE), text).unwrap();
        folder
    }

    #[tokio::test]
    async fn a_port_that_is_not_there_is_named() {
        let room = room("serial:///dev/serial/by-id/nothing");
        let findings = examine(room.path()).await;
        assert_eq!(codes(&findings, Level::Bad), ["DOCTOR_ENDPOINT_WRONG"]);
        let bad = findings.iter().find(|f| f.level == Level::Bad).unwrap();
        assert!(bad.params["what"].contains("no such endpoint"), "{bad:?}");
        assert_eq!(bad.params["printer"], "p1");
    }

    #[tokio::test]
    async fn a_link_that_holds_its_printer_back_is_a_warning() {
        let room = room("serial:///dev/serial/by-id/nothing");
        let findings = examine(room.path()).await;
        assert_eq!(codes(&findings, Level::Warning), ["LINK_SLOW"]);
        let warning = findings.iter().find(|f| f.level == Level::Warning).unwrap();
        let says = |lang| words::code(warning.code, &warning.params, lang);
        assert_eq!(
            says(words::Lang::Id),
            "data satu kartu warna perlu 164 detik di serial:///dev/serial/by-id/nothing, mesin p1 hanya perlu 16 detik"
        );
        assert_eq!(
            says(words::Lang::En),
            "a colour card's data take 164 s on serial:///dev/serial/by-id/nothing, printer p1 needs only 16 s"
        );
    }

    #[tokio::test]
    async fn a_folder_without_anything_is_told_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let findings = examine(folder.path()).await;
        assert_eq!(codes(&findings, Level::Bad), ["DOCTOR_CONFIG_WRONG"]);
    }

    #[tokio::test]
    async fn a_network_printer_that_listens_is_well() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let room = room(&format!("tcp://{}", listener.local_addr().unwrap()));
        let findings = examine(room.path()).await;
        assert!(codes(&findings, Level::Well).contains(&"DOCTOR_ENDPOINT"));
        assert_eq!(codes(&findings, Level::Warning), ["DOCTOR_NO_ANSWER"]);
    }

    #[test]
    fn a_told_contradiction_is_bad_and_each_item_shows_how_it_is_known() {
        let mut identity = Identity {
            maker: Told::Inferred("Evolis".to_owned()),
            model: Told::Told("Evolis Dualys".to_owned()),
            ..Identity::default()
        };
        let id = PrinterId("p1".to_owned());
        let well = who_it_is(&id, Some(&identity));
        assert_eq!((well.level, well.code), (Level::Well, "DOCTOR_IDENTITY"));
        let items = ["maker", "model", "serial"].map(|item| well.params[item].as_str());
        assert_eq!(items, ["(Evolis)", "Evolis Dualys", "?"]);
        identity.other_model = true;
        assert_eq!(who_it_is(&id, Some(&identity)).level, Level::Bad);
    }
}
