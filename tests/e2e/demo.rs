//! The demo as one command.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use cetak::interfaces::api::RoomView;
use cetak::interfaces::client::{Client, ClientError};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::program::PATIENCE;

fn demo(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cetak"));
    command.args(["--lang", "en", "demo", "--json", "--out"]);
    command.arg(out).args(more).stdin(Stdio::null());
    command
}

fn words(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// Whether a spooler answers for this folder.
fn answers(out: &Path) -> bool {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let asked = runtime.block_on(async {
        let client = Client::of(out)?;
        client.get::<RoomView>("/status").await
    });
    match asked {
        Ok(_) => true,
        Err(ClientError::Unreachable { .. }) => false,
        Err(ClientError::Refused { .. } | ClientError::Broken { .. }) => false,
    }
}

#[test]
fn a_demo_ends_with_one_good_card_each_and_books_that_balance() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/demo");
    let output = demo(&out, &["--cards", "16", "--seed", "7"])
        .output()
        .unwrap();
    let said = words(&output);
    assert!(output.status.success(), "{said}");
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    let closing: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    for (key, wanted) in [
        ("seed", 7),
        ("jobs", 16),
        ("good", 16),
        ("test_cards", 0),
        ("in_doubt", 0),
        ("held", 0),
        ("duplicates", 0),
        ("lost", 0),
    ] {
        assert_eq!(closing[key], wanted, "{key} in {closing}");
    }
    assert!(closing["kills"].as_u64().unwrap() >= 1, "{said}");
    assert_eq!(closing["doubts"], closing["settled_by_person"]);
    for stock in closing["blanks"].as_array().unwrap() {
        assert_eq!(stock["balanced"], true, "{stock}");
    }
    let printers = closing["printers"].as_array().unwrap();
    let on_tcp = |printer: &&Value| printer["endpoint"].as_str().unwrap().starts_with("tcp://");
    assert_eq!(printers.len(), 4);
    assert_eq!(printers.iter().filter(on_tcp).count(), 2);
    let makers: Vec<&str> = printers
        .iter()
        .map(|printer| printer["maker"].as_str().unwrap())
        .collect();
    assert_eq!(makers, ["Zebra", "Magicard", "Evolis", "Matica"]);
    for happened in [
        "card jam cleared",
        "ribbon changed",
        "hopper filled",
        "SIGKILL",
    ] {
        assert!(said.contains(happened), "{happened} in {said}");
    }
    // As many good cards lie in the trays as the judge says, and nobody's name stands in a log.
    let good: usize = fs::read_dir(out.join("tray"))
        .unwrap()
        .map(|tray| {
            let files = fs::read_dir(tray.unwrap().path()).unwrap();
            let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
            names
                .filter(|name| name.ends_with("-good-front.png"))
                .count()
        })
        .sum();
    assert_eq!(good, 16);
    let log = fs::read_to_string(out.join("serve.log")).unwrap();
    assert!(
        !log.contains("217299") && !log.contains("SPECIMEN "),
        "{log}"
    );
    assert!(!answers(&out), "no spooler is left");

    // The same folder again: the earlier demo is replaced, also where it is a shorter one.
    let again = demo(&out, &["--cards", "2", "--seed", "7"])
        .output()
        .unwrap();
    assert!(again.status.success(), "{}", words(&again));
}

#[test]
fn a_folder_that_no_demo_made_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), "mine").unwrap();
    let output = demo(folder.path(), &["--cards", "2"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("--out"), "{}", words(&output));
    assert!(folder.path().join("letter.txt").exists());
}

#[test]
fn a_demo_that_is_ended_leaves_no_spooler_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    let mut child: Child = demo(&out, &["--cards", "200"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !answers(&out) {
        assert!(begun.elapsed() < PATIENCE, "the spooler never answers");
        std::thread::sleep(Duration::from_millis(50));
    }
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(process, Signal::TERM).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(!answers(&out));
}
