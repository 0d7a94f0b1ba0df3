//! The bench of one printer with the real program: its walk, its record, and what the spooler makes of it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::Duration;

use cetak::interfaces::api::PrinterView;

use crate::printer::{Printer, eventually};
use crate::program::{Spooler, errors, words};

/// How long a hand waits for the second colour of a printer that runs fifty times as fast.
const HAND_AFTER: Duration = Duration::from_millis(120);

/// The printer runs fifty times as fast; the pauses of the walk may, too.
const CLOCK: &str = "20@2019-01-14T01:00:00Z";

/// What a person sees on the screen and does at the printer.
struct Person {
    control: PathBuf,
    asked: Vec<String>,
}

impl Person {
    /// A hand that cannot do it (nothing is inside, the lid is open already) does nothing.
    fn hand(&self, words: &[&str]) {
        Command::new(env!("CARGO_BIN_EXE_cetak"))
            .args(["sim", "hands"])
            .arg(&self.control)
            .args(words)
            .output()
            .unwrap();
    }

    fn empty_the_path(&self) {
        for hand in ["open-lid", "clear-jam", "take-inside", "close-lid"] {
            self.hand(&[hand]);
        }
    }

    /// Does what one line of the screen says, and types the answer where one is wanted.
    fn reads(&mut self, line: &str, keys: &mut ChildStdin) {
        if line.starts_with("  [Enter]") {
            let wish = self.asked.pop().unwrap_or_default();
            let says = |words: &str| wish.contains(words);
            if says("the lid and leave it open") {
                writeln!(keys).unwrap();
                std::thread::sleep(HAND_AFTER);
                self.hand(&["open-lid"]);
                return;
            }
            if says("second colour begins, switch") {
                writeln!(keys).unwrap();
                std::thread::sleep(HAND_AFTER);
                self.hand(&["power-off"]);
                return;
            }
            if says("Switch the printer off at once") {
                self.hand(&["power-off"]);
            } else if says("Switch the printer on") {
                self.hand(&["power-on"]);
                std::thread::sleep(Duration::from_secs(1));
            } else if says("Take the card out") || says("take out any card") {
                self.empty_the_path();
            }
            writeln!(keys).unwrap();
        } else if line.starts_with("  [1]") {
            let wish = self.asked.pop().unwrap_or_default();
            let unsure = line.matches("  [").count() - 1;
            let choice = if wish.starts_with("Is the picture whole") {
                1
            } else if wish.starts_with("Did anything move") || wish.starts_with("Is there yellow") {
                2
            } else if wish.starts_with("Where") && !line.contains("never") {
                1
            } else {
                unsure
            };
            writeln!(keys, "{choice}").unwrap();
        } else if !line.is_empty() {
            self.asked.push(line.to_owned());
        }
    }
}

/// Runs the bench; returns what it said and whether it was done.
fn walk(spooler: &Spooler, tray: &Path) -> (String, bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cetak"))
        .args([
            "printer", "p1", "bench", "--lang", "en", "--as", "rina", "--clock", CLOCK,
        ])
        .env("CETAK_DATA", spooler.data())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    let mut person = Person {
        control: tray.join("control"),
        asked: Vec::new(),
    };
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        said.push_str(&line);
        said.push('\n');
        person.reads(&line, &mut keys);
    }
    drop(keys);
    let output = child.wait_with_output().unwrap();
    said.push_str(&errors(&output));
    (said, output.status.success())
}

fn view(spooler: &Spooler) -> PrinterView {
    let client = spooler.client();
    spooler
        .runtime
        .block_on(client.get("/printers/p1"))
        .unwrap()
}

fn done(spooler: &Spooler, order: &[&str]) -> String {
    let output = spooler.cetak(order);
    assert!(output.status.success(), "{order:?}: {}", errors(&output));
    words(&output)
}

#[test]
fn a_bench_is_walked_recorded_taken_up_and_voided_by_another_firmware() {
    let folder = tempfile::tempdir().unwrap();
    let tray = folder.path().join("tray");
    let printer = Printer::run("evolis-primacy", &tray, "12");
    let mut spooler = crate::printer::room(&printer);
    spooler.start();
    eventually("its identity", || view(&spooler).identity);

    let refused = spooler.cetak(&["printer", "p1", "bench", "--lang", "en"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        errors(&refused).contains("must be paused first"),
        "{}",
        errors(&refused)
    );
    done(&spooler, &["pause", "p1", "--reason", "bench"]);
    let (said, well) = walk(&spooler, &tray);
    assert!(well, "{said}");
    assert_eq!(view(&spooler).word, "maintenance");

    let file = spooler.data().join("bench/p1.toml");
    let record = fs::read_to_string(&file).unwrap();
    for part in [
        "serial = \"T00000000001\"",
        "firmware = \"1000\"",
        "person = \"rina\"",
        "\"last_panel_counted\"",
        "\"sequence_start_drops_planes\"",
    ] {
        assert!(record.contains(part), "{part}\n{record}\n{said}");
    }
    let trace = fs::read_to_string(spooler.data().join("bench/p1.trace")).unwrap();
    assert!(trace.contains("Rsn"), "the words of the link");

    done(&spooler, &["reload"]);
    assert_eq!(view(&spooler).word, "maintenance", "until it is resumed");
    done(&spooler, &["resume", "p1"]);
    eventually("the record to count", || {
        let code = view(&spooler).bench?;
        (code.0 == "BENCH_HOLDS").then_some(())
    });
    let doctor = words(&spooler.cetak(&["doctor", "--lang", "en"]));
    assert!(
        doctor.contains("the bench record of printer p1 counts"),
        "{doctor}"
    );

    fs::write(
        &file,
        record.replace("firmware = \"1000\"", "firmware = \"999\""),
    )
    .unwrap();
    done(&spooler, &["reload"]);
    eventually("the record to be void", || {
        let code = view(&spooler).bench?;
        (code.0 == "BENCH_OTHER_FIRMWARE").then_some(())
    });
    let shown = done(&spooler, &["printer", "p1", "--lang", "en"]);
    assert!(shown.contains("another firmware"), "{shown}");
    assert!(
        spooler.log().contains("BENCH_OTHER_FIRMWARE"),
        "{}",
        spooler.log()
    );
    assert!(spooler.stop().success());
}

#[test]
fn a_bench_that_is_stopped_leaves_notes_and_nothing_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let tray = folder.path().join("tray");
    let printer = Printer::run("evolis-primacy", &tray, "3");
    let room = crate::printer::room(&printer);
    // No spooler runs, and the input ends at once.
    let stopped = room.cetak(&["printer", "p1", "bench", "--lang", "en"]);
    assert_eq!(stopped.status.code(), Some(1), "{}", errors(&stopped));
    let said = words(&stopped);
    assert!(said.contains("take out any card that is inside"), "{said}");
    assert!(said.contains("Put the counted blanks back"), "{said}");
    let notes = fs::read_to_string(room.data().join("bench/p1.stopped.toml")).unwrap();
    assert!(notes.contains("stopped = \"begin\""), "{notes}");
    assert!(notes.contains("flags = []"), "{notes}");
    assert!(!room.data().join("bench/p1.toml").exists());
}

#[test]
fn a_spooler_does_not_start_while_a_bench_has_one_of_its_printers() {
    let folder = tempfile::tempdir().unwrap();
    let printer = Printer::run("evolis-primacy", &folder.path().join("tray"), "3");
    let mut room = crate::printer::room(&printer);
    let mut bench = Command::new(env!("CARGO_BIN_EXE_cetak"))
        .args(["printer", "p1", "bench", "--lang", "en", "--data"])
        .arg(room.data())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut screen = BufReader::new(bench.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("[q] stop") {
        assert_ne!(screen.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let refused = room.refused();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        errors(&refused).contains("a bench runs on printer p1"),
        "{}",
        errors(&refused)
    );
    drop(bench.stdin.take());
    bench.wait().unwrap();
    room.start();
    assert!(room.stop().success());
}
