//! One printer under the real program: who it is, and its test card.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::program::{PATIENCE, Spooler, errors, words};

/// A simulated printer as a process of its own.
pub(crate) struct Printer {
    child: Child,
    pub(crate) endpoint: String,
    /// Its socket for hands.
    pub(crate) control: String,
}

impl Printer {
    pub(crate) fn run(profile: &str, tray: &Path, blanks: &str) -> Printer {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cetak"))
            .args([
                "sim", "run", profile, "--speed", "50", "--blanks", blanks, "--tray",
            ])
            .arg(tray)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        Printer {
            endpoint: ready["endpoint"].as_str().unwrap().to_owned(),
            control: ready["control"].as_str().unwrap().to_owned(),
            child,
        }
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn room(printer: &Printer) -> Spooler {
    Spooler::room(&format!(
        "[[printer]]\nid = \"p1\"\nprofile = \"evolis-primacy\"\nduty = [\"kia_5_17\"]\nendpoint = \"{}\"\n",
        printer.endpoint
    ))
}

pub(crate) fn eventually<T>(what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = seen() {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "{what} never came");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_printer_says_who_it_is_and_prints_its_test_card_before_all_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let tray = folder.path().join("tray");
    let printer = Printer::run("evolis-primacy", &tray, "3");
    let mut spooler = room(&printer);
    spooler.start();
    let told = eventually("its identity", || {
        let output = spooler.cetak(&["printer", "p1", "identify"]);
        let text = words(&output);
        text.contains("T00000000001").then_some(text)
    });
    assert!(told.contains("Evolis Primacy (kata mesin)"), "{told}");
    assert!(told.contains("Evolis (dari cetak.toml)"), "{told}");

    let refused = spooler.cetak(&["printer", "p1", "test-card"]);
    assert_eq!(refused.status.code(), Some(1), "no blank by the books");
    assert!(
        errors(&refused).contains("cetak stock load p1"),
        "{}",
        errors(&refused)
    );
    for order in [
        ["stock", "receive", "kia_5_17", "3", "--paper", "BA-TEST-1"].as_slice(),
        &["stock", "issue", "kia_5_17", "3"],
        &["stock", "load", "p1", "kia_5_17", "3"],
        &["printer", "p1", "test-card"],
    ] {
        let output = spooler.cetak(order);
        assert!(output.status.success(), "{order:?}: {}", errors(&output));
    }
    let books = eventually("the booked test card", || {
        let text = words(&spooler.cetak(&["stock", "--json"]));
        let books: serde_json::Value = serde_json::from_str(&text).unwrap();
        let kia = books
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["stock"] == "kia_5_17")?
            .clone();
        (kia["accounts"]["test"] == 1).then_some(kia)
    });
    assert_eq!(
        (
            &books["accounts"]["loaded"],
            &books["accounts"]["personalized"]
        ),
        (&2.into(), &0.into()),
        "{books}"
    );
    let picture = image::open(tray.join("0001-out-good-front.png"))
        .unwrap()
        .into_rgb8();
    // Registration: a cross 35 dots from each corner; a patch of full yellow; white paper between.
    for (x, y) in [(35, 35), (1016 - 36, 648 - 36), (35 + 14, 35)] {
        assert_eq!(picture.get_pixel(x, y).0, [0, 0, 0], "{x} {y}");
    }
    assert_eq!(
        picture.get_pixel(80, 130).0[..2],
        [255, 255],
        "yellow takes only blue away"
    );
    assert!(picture.get_pixel(80, 130).0[2] < 8);
    assert_eq!(picture.get_pixel(20, 20).0, [255, 255, 255]);
    let trays: Vec<_> = fs::read_dir(&tray)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.ends_with(".png").then_some(name)
        })
        .collect();
    assert_eq!(trays, ["0001-out-good-front.png"], "one card came out");
    assert!(spooler.stop().success());

    let doctor = spooler.cetak(&["doctor"]);
    let text = words(&doctor);
    assert!(
        text.contains("nomor seri T00000000001"),
        "asked by itself: {text}"
    );
}

#[test]
fn a_printer_that_moved_to_another_port_takes_no_card_until_a_person_looked() {
    let folder = tempfile::tempdir().unwrap();
    let first = Printer::run("evolis-primacy", &folder.path().join("one"), "2");
    let mut spooler = room(&first);
    spooler.start();
    for order in [
        ["stock", "receive", "kia_5_17", "4", "--paper", "BA-TEST-1"].as_slice(),
        &["stock", "issue", "kia_5_17", "4"],
        &["stock", "load", "p1", "kia_5_17", "2"],
        &["printer", "p1", "test-card"],
    ] {
        assert!(spooler.cetak(order).status.success(), "{order:?}");
    }
    eventually("the first card", || {
        folder
            .path()
            .join("one/0001-out-good-front.png")
            .exists()
            .then_some(())
    });
    spooler.stop();
    drop(first);
    let tray = folder.path().join("two");
    let second = Printer::run("evolis-primacy", &tray, "2");
    spooler.configure(&format!(
        "room = \"TPI\"\ntraining = true\n[[printer]]\nid = \"p1\"\nprofile = \"evolis-primacy\"\nduty = [\"kia_5_17\"]\nendpoint = \"{}\"\n",
        second.endpoint
    ));
    spooler.start();
    assert!(
        spooler
            .cetak(&["printer", "p1", "test-card"])
            .status
            .success()
    );
    eventually("the doubt", || {
        let text = words(&spooler.cetak(&["printer", "p1"]));
        text.contains("dipindah ke alamat lain").then_some(())
    });
    assert!(!tray.join("0001-out-good-front.png").exists());
    assert!(spooler.cetak(&["resume", "p1"]).status.success());
    eventually("the card after a person looked", || {
        tray.join("0001-out-good-front.png").exists().then_some(())
    });
}

#[test]
fn a_test_card_that_is_cancelled_before_its_printer_takes_it_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let tray = folder.path().join("tray");
    let printer = Printer::run("evolis-primacy", &tray, "2");
    let mut spooler = room(&printer);
    spooler.start();
    let ordered = |orders: &[&[&str]]| {
        for order in orders {
            let output = spooler.cetak(order);
            assert!(output.status.success(), "{order:?}: {}", errors(&output));
        }
    };
    ordered(&[
        &["stock", "receive", "kia_5_17", "2", "--paper", "BA-TEST-1"],
        &["stock", "issue", "kia_5_17", "2"],
        &["stock", "load", "p1", "kia_5_17", "2"],
        &["pause", "p1", "--reason", "uji"],
        &["printer", "p1", "test-card"],
        &["cancel", "TPI-1-000001"],
        &["resume", "p1"],
    ]);
    // The next one is taken, printed and booked: the cancelled one was let go.
    eventually("the second test card", || {
        let output = spooler.cetak(&["printer", "p1", "test-card"]);
        output.status.success().then_some(())
    });
    eventually("its card", || {
        tray.join("0001-out-good-front.png").exists().then_some(())
    });
    let job = eventually("its end", || {
        let text = words(&spooler.cetak(&["job", "TPI-1-000002", "--json"]));
        text.contains("\"printed\"").then_some(text)
    });
    assert!(job.contains("TEST-CARD/p1/"), "{job}");
    let cancelled = words(&spooler.cetak(&["job", "TPI-1-000001", "--json"]));
    assert!(cancelled.contains("\"cancelled\""), "{cancelled}");
    assert!(
        !tray.join("0002-out-good-front.png").exists(),
        "one card came out"
    );
    assert!(spooler.stop().success(), "{}", spooler.log());
}
