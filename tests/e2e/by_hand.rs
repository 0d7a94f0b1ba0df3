//! A KTP-el whose chip is written at a desk: bound, laid in, scanned, printed by the real program on a P330i.

use std::path::Path;
use std::process::Command;

use cetak::artwork::mark;
use serde_json::{Value, json};

use crate::printer::{Printer, eventually};
use crate::program::{Spooler, errors, words};

const UID: &str = "TEST-000000000000A1";

/// What a command shows as JSON.
fn shown(spooler: &Spooler, command: &[&str]) -> Value {
    let output = spooler.cetak(&[command, &["--json"]].concat());
    assert!(output.status.success(), "{command:?}: {}", errors(&output));
    serde_json::from_str(&words(&output)).unwrap()
}

/// A command that is refused, and what it says.
fn refused(spooler: &Spooler, command: &[&str]) -> String {
    let output = spooler.cetak(command);
    assert_eq!(output.status.code(), Some(1), "{command:?}");
    errors(&output)
}

fn done(spooler: &Spooler, command: &[&str]) {
    let output = spooler.cetak(command);
    assert!(output.status.success(), "{command:?}: {}", errors(&output));
}

/// The person at the printer lays one blank in whose chip holds the job's mark.
fn lay_in(printer: &Printer, key: &str) {
    let encoded = format!("{:016X}", mark::of(key).0);
    let hand = json!({ "load": { "blanks": [{ "uid": UID, "encoded": encoded }] } });
    let output = Command::new(env!("CARGO_BIN_EXE_cetak"))
        .args(["sim", "hands", &printer.control, &hand.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", errors(&output));
}

#[test]
fn an_adult_s_card_is_printed_on_the_blank_that_carries_its_chip_and_on_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let printer = Printer::run("zebra-p330i", &folder.path().join("tray"), "0");
    let mut spooler = Spooler::room(&format!(
        "[[printer]]\nid = \"p1\"\nprofile = \"zebra-p330i\"\nduty = [\"ktp_el\"]\nchip = \"by_hand\"\n\
         knows = [\"E\", \"%CLN\"]\nendpoint = \"{}\"\n",
        printer.endpoint
    ));
    spooler.on_that_morning();
    spooler.start();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/specimens-60.csv");
    spooler.cetak(&["submit", sample.to_str().unwrap()]);
    for order in [
        ["stock", "receive", "ktp_el", "10", "--paper", "BA-TEST-1"].as_slice(),
        &["stock", "issue", "ktp_el", "10"],
    ] {
        done(&spooler, order);
    }
    let queue = shown(&spooler, &["jobs", "--state", "queued"]);
    let jobs = queue["jobs"].as_array().unwrap();
    let adults: Vec<&Value> = jobs
        .iter()
        .filter(|job| job["product"] == "ktp_el")
        .collect();
    let (id, key) = (
        adults[0]["id"].as_str().unwrap(),
        adults[0]["key"].as_str().unwrap(),
    );
    // A stack is refused, and so is a number that belongs to nobody or to another job.
    let said = refused(&spooler, &["stock", "load", "p1", "ktp_el", "10"]);
    assert!(said.contains("cetak scan --printer p1"), "{said}");
    let scan = ["scan", UID, "--printer", "p1"];
    let said = refused(&spooler, &scan);
    assert!(said.contains("cetak encoded JOB UID"), "{said}");
    done(&spooler, &["encoded", id, &UID.to_lowercase()]);
    let other = adults[1]["id"].as_str().unwrap();
    refused(&spooler, &["encoded", other, UID]);
    let said = words(&spooler.cetak(&["job", id]));
    assert!(said.contains("cetak scan UID --printer"), "{said}");

    lay_in(&printer, key);
    done(&spooler, &scan);
    let printed = eventually("the card", || {
        let job = shown(&spooler, &["job", id]);
        (job["state"] == "printed").then_some(job)
    });
    assert_eq!(printed["detail"]["printed"]["blank"], UID, "{printed}");
    let books = shown(&spooler, &["stock"]);
    let accounts = books
        .as_array()
        .unwrap()
        .iter()
        .find(|stock| stock["stock"] == "ktp_el")
        .unwrap()["accounts"]
        .clone();
    assert_eq!(
        (&accounts["in_room"], &accounts["personalized"]),
        (&9.into(), &1.into())
    );
    // The printer asks for the next blank and takes none by itself.
    let asked = words(&spooler.cetak(&["questions", "--lang", "en"]));
    assert!(asked.contains("cetak encoded JOB UID"), "{asked}");
    assert!(spooler.stop().success());
}
