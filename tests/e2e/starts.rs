//! Starts that are refused or hindered, and stops.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use cetak::interfaces::api::{PrinterView, RoomView, SubmitAnswer, SubmitItem, SubmitRequest};
use cetak::interfaces::client::ClientError;
use cetak::rehearsal::specimen::{Mix, records};

use crate::program::{Spooler, errors, words};

const PRINTER: &str =
    "[[printer]]\nid = \"p1\"\nprofile = \"evolis-primacy\"\nduty = [\"kia_0_5\"]\n";

fn printer_at(endpoint: &str) -> String {
    format!("{PRINTER}endpoint = \"{endpoint}\"\n")
}

#[test]
fn an_empty_room_starts_answers_and_stops_in_order() {
    let mut spooler = Spooler::room("");
    spooler.start();
    let client = spooler.client();
    let room: RoomView = spooler.runtime.block_on(client.get("/status")).unwrap();
    assert!(room.training && room.room == "TPI" && room.process == spooler.process());
    let mode = |name: &str| {
        let about = std::fs::metadata(spooler.data().join(name)).unwrap();
        about.permissions().mode() & 0o777
    };
    assert_eq!(mode("cetak.sock"), 0o660);
    assert_eq!(mode("store.key"), 0o600);
    assert_eq!(mode("store.db"), 0o600);
    assert!(spooler.stop().success());
    assert!(!spooler.data().join("cetak.sock").exists());
}

#[test]
fn a_typo_in_a_key_names_file_line_and_key() {
    let spooler = Spooler::room("[[printer]]\nid = \"p1\"\nendpont = \"usb:///dev/usb/lp0\"\n");
    let output = spooler.refused();
    assert_eq!(output.status.code(), Some(1));
    let words = errors(&output);
    assert!(
        words.contains("cetak.toml:5: unknown key `endpont`"),
        "{words}"
    );
    assert!(words.contains("docs/config.md"), "{words}");
}

#[test]
fn a_second_serve_on_the_same_store_is_refused_by_name() {
    let mut spooler = Spooler::room("");
    spooler.start();
    let output = spooler.refused();
    assert_eq!(output.status.code(), Some(1));
    let words = errors(&output);
    let holder = format!("in use by process {}", spooler.process());
    assert!(words.contains(&holder), "{words}");
    let client = spooler.client();
    let room: RoomView = spooler.runtime.block_on(client.get("/status")).unwrap();
    assert_eq!(room.process, spooler.process(), "the first goes on");
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let mut spooler = Spooler::room("");
    spooler.start();
    spooler.stop();
    let path = spooler.data().join("store.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "user_version", 4_711)
        .unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let output = spooler.refused();
    assert_eq!(output.status.code(), Some(1));
    let words = errors(&output);
    assert!(
        words.contains("has schema 4711") && words.contains("newer program"),
        "{words}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_scaled_clock_is_no_office_s() {
    let spooler = Spooler::room("");
    let office = "room = \"TPI\"\n[letterhead]\nprovince = \"P\"\nregency = \"R\"\noffice = \"O\"\nhead = \"H\"\n";
    spooler.configure(office);
    let output = Command::new(env!("CARGO_BIN_EXE_cetak"))
        .args(["serve", "--clock", "60@2019-01-14T01:00:00Z", "--data"])
        .arg(spooler.data())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("training room only"),
        "{}",
        errors(&output)
    );
}

#[test]
fn a_port_that_is_not_there_hurts_only_its_printer() {
    let mut spooler = Spooler::room(&printer_at("serial:///dev/serial/by-id/nothing-here"));
    spooler.start();
    let client = spooler.client();
    let printers: Vec<PrinterView> = spooler.runtime.block_on(client.get("/printers")).unwrap();
    assert_eq!(printers[0].word, "offline");
    assert!(spooler.stop().success(), "{}", spooler.log());
}

#[test]
fn a_port_that_belongs_to_somebody_else_is_said_to() {
    let (_master, mut slave) = serialport::TTYPort::pair().unwrap();
    slave.set_exclusive(true).unwrap();
    let name = serialport::SerialPort::name(&slave).unwrap();
    let mut spooler = Spooler::room(&printer_at(&format!("serial://{name}")));
    let said = spooler.cetak(&["doctor", "--lang", "en"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(
        words(&said).contains("belongs to another program"),
        "{}",
        words(&said)
    );
    spooler.start();
    let client = spooler.client();
    let printers: Vec<PrinterView> = spooler.runtime.block_on(client.get("/printers")).unwrap();
    assert_eq!(printers[0].word, "offline");
}

#[test]
fn a_reload_adds_a_printer_and_refuses_a_typo_by_its_line() {
    let mut spooler = Spooler::room("");
    spooler.start();
    let room = "room = \"TPI\"\ntraining = true\n";
    let printer = printer_at("serial:///dev/serial/by-id/nothing-here");
    spooler.configure(&format!("{room}{printer}"));
    let said = spooler.cetak(&["reload", "--lang", "en"]);
    assert!(said.status.success(), "{}", errors(&said));
    assert!(words(&said).contains("p1"), "{}", words(&said));
    spooler.configure(&format!("{room}{}", printer.replace("duty", "dooty")));
    let said = spooler.cetak(&["reload", "--lang", "en"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(
        errors(&said).contains("cetak.toml:6: unknown key `dooty`"),
        "{}",
        errors(&said)
    );
    let client = spooler.client();
    let printers: Vec<PrinterView> = spooler.runtime.block_on(client.get("/printers")).unwrap();
    assert_eq!(printers.len(), 1, "nothing was changed");
}

/// Hands in one specimen.
fn submit(spooler: &Spooler, number: usize) -> Result<SubmitAnswer, ClientError> {
    let record = records(5, Mix::TANJUNGPINANG_2019).nth(number).unwrap();
    let text = serde_json::to_string(&record).unwrap();
    let request = SubmitRequest {
        jobs: vec![SubmitItem {
            record: serde_json::value::RawValue::from_string(text).unwrap(),
            photo: Some("A".repeat(20_000)),
        }],
    };
    let client = spooler.client();
    spooler.runtime.block_on(client.post("/jobs", &request))
}

#[test]
fn a_full_disk_stops_the_room_and_loses_nothing_that_was_accepted() {
    let mut spooler = Spooler::room("");
    let mut limited = Command::new("sh");
    // A limit on the size of files stands for the full disk; its signal is ignored, so that a write fails.
    limited
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 1200; exec \"$0\" serve --data \"$1\"",
        ])
        .arg(env!("CARGO_BIN_EXE_cetak"))
        .arg(spooler.data());
    spooler.start_as(limited);
    let mut accepted = 0;
    let failed = (0..500).any(|number| match submit(&spooler, number) {
        Ok(_) => {
            accepted += 1;
            false
        }
        Err(_) => true,
    });
    assert!(failed, "the limit was never met");
    assert!(
        accepted > 3,
        "the limit was met before anything was accepted"
    );
    assert_eq!(spooler.ended().code(), Some(1));
    assert!(
        spooler.log().contains("the store failed"),
        "{}",
        spooler.log()
    );
    spooler.start();
    let client = spooler.client();
    let room: RoomView = spooler.runtime.block_on(client.get("/status")).unwrap();
    let known: u64 = room.jobs.values().sum();
    assert!(
        known == accepted || known == accepted + 1,
        "{known} jobs after {accepted} were accepted"
    );
    for number in 0..usize::try_from(accepted).unwrap() {
        submit(&spooler, number).unwrap();
    }
    let again: RoomView = spooler.runtime.block_on(client.get("/status")).unwrap();
    assert_eq!(
        again.jobs.values().sum::<u64>(),
        known,
        "the same keys are the same jobs"
    );
}
