//! Files with bad rows: each is told with file, line, field and remedy, and the others are accepted.

use std::fmt::Write as _;

use cetak::domain::record::Record;
use cetak::interfaces::api::{JobsPage, RoomView};
use cetak::rehearsal::specimen::{Mix, records, to_csv};

use crate::program::{Spooler, errors, words};

/// So many specimen children under five: their cards need no photo.
fn children(count: usize) -> Vec<Record> {
    let mix = Mix {
        kia_0_5: 1,
        kia_5_17: 0,
        ..Mix::KIA
    };
    records(11, mix).take(count).collect()
}

fn csv(records: Vec<Record>) -> String {
    let people: Vec<_> = records.into_iter().map(|record| (record, None)).collect();
    String::from_utf8(to_csv(&people).unwrap()).unwrap()
}

fn open_room() -> Spooler {
    let mut spooler = Spooler::room("");
    spooler.start();
    spooler
}

fn jobs(spooler: &Spooler) -> u64 {
    let client = spooler.client();
    let room: RoomView = spooler.runtime.block_on(client.get("/status")).unwrap();
    room.jobs.values().sum()
}

/// Hands in `text` as `people.csv`; exit code and what was said in English.
fn submit(spooler: &Spooler, text: impl AsRef<[u8]>) -> (Option<i32>, String, String) {
    std::fs::write(spooler.desk().join("people.csv"), text).unwrap();
    let output = spooler.cetak(&["submit", "people.csv", "--lang", "en"]);
    (output.status.code(), errors(&output), words(&output))
}

/// A file of three good rows whose second one gets `field` replaced by `value`; what stderr says of it.
fn refusal(field: &str, value: &str) -> String {
    let spooler = open_room();
    let text = csv(children(3));
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let column = header.iter().position(|name| *name == field).unwrap();
    let mut changed = String::new();
    for (number, line) in text.lines().enumerate() {
        let mut cells: Vec<&str> = line.split(',').collect();
        if number == 2 {
            cells[column] = value;
        }
        writeln!(changed, "{}", cells.join(",")).unwrap();
    }
    let (exit, said, _) = submit(&spooler, changed);
    assert_eq!(exit, Some(1), "{said}");
    assert_eq!(jobs(&spooler), 2, "the other rows are accepted: {said}");
    let place = said.find("people.csv:3:").expect(&said);
    said[place..].lines().next().unwrap().to_owned()
}

#[test]
fn a_bad_value_is_told_with_file_line_field_and_remedy() {
    let mut told = String::new();
    for (field, value) in [
        ("nik", "217299310892000"),
        ("nik", "2172993213920001"),
        ("product", "ktp_e1"),
        ("reason", "stolen"),
        ("birth_date", "2015-02-30"),
        ("issue_date", "14/01/2019"),
        ("photo", "../../etc/passwd"),
        ("photo", "nowhere/0001.png"),
    ] {
        let said = refusal(field, value);
        assert!(said.contains(field), "{field} is not named: {said}");
        assert!(!said.contains(value), "the value is shown: {said}");
        writeln!(told, "{field}={value} -> {said}").unwrap();
    }
    expect_test::expect_file!["../golden/submit-refusals.txt"].assert_eq(&told);
}

#[test]
fn an_office_nik_in_a_training_store_is_stored_as_rejected_and_counts_as_refused() {
    let spooler = open_room();
    let mut people = children(2);
    // District 01 instead of 99: such a number may belong to somebody, so it is made from parts here.
    people[1].nik.replace_range(4..6, "01");
    let (exit, said, _) = submit(&spooler, csv(people));
    assert_eq!(exit, Some(1), "{said}");
    assert!(
        said.contains("people.csv:3:") && said.contains("district 99"),
        "{said}"
    );
    let client = spooler.client();
    let page: JobsPage = spooler
        .runtime
        .block_on(client.get("/jobs?state=rejected"))
        .unwrap();
    assert_eq!(page.jobs.len(), 1);
}

#[test]
fn a_key_with_another_body_is_a_conflict_and_a_repeat_is_harmless() {
    let spooler = open_room();
    let mut people = children(3);
    let (exit, said, _) = submit(&spooler, csv(people.clone()));
    assert_eq!(exit, Some(0), "{said}");
    let (exit, said, _) = submit(&spooler, csv(people.clone()));
    assert_eq!((exit, jobs(&spooler)), (Some(0), 3), "{said}");
    people[2].address = "JL. CONTOH NO. 999".to_owned();
    let (exit, said, _) = submit(&spooler, csv(people));
    assert_eq!((exit, jobs(&spooler)), (Some(1), 3), "{said}");
    assert!(
        said.contains("people.csv:4:") && said.contains("this key was used"),
        "{said}"
    );
}

#[test]
fn broken_bytes_and_a_huge_field_cost_their_row_only() {
    let spooler = open_room();
    let text = csv(children(4));
    let lines: Vec<&str> = text.lines().collect();
    let mut bytes = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        match number {
            2 => {
                let mut broken = line.as_bytes().to_vec();
                let at = line.find("JL.").unwrap();
                broken[at] = 0xff;
                bytes.extend(broken);
            }
            3 => bytes.extend(line.replace("JL.", &"A".repeat(10 << 20)).into_bytes()),
            _ => bytes.extend(line.as_bytes()),
        }
        bytes.push(b'\n');
    }
    let (exit, said, _) = submit(&spooler, bytes);
    assert_eq!((exit, jobs(&spooler)), (Some(1), 2), "{said}");
    assert!(said.contains("people.csv:3: address: "), "{said}");
    assert!(said.contains("people.csv:4: "), "{said}");
    assert!(said.len() < 4_000, "a message shows no megabytes");
}

#[test]
fn without_a_spooler_nothing_is_handed_in_and_the_next_step_is_named() {
    let spooler = Spooler::room("");
    let (exit, said, _) = submit(&spooler, csv(children(1)));
    assert_eq!(exit, Some(3), "{said}");
    assert!(said.contains("cetak serve"), "{said}");
}

#[test]
fn a_file_that_is_cut_short_by_a_kill_is_handed_in_again_whole() {
    let mut spooler = open_room();
    let people = children(2_000);
    std::fs::write(spooler.desk().join("people.csv"), csv(people)).unwrap();
    let desk = spooler.desk().to_owned();
    let data = spooler.data();
    let submitting = std::thread::spawn(move || {
        std::process::Command::new(env!("CARGO_BIN_EXE_cetak"))
            .args(["submit", "people.csv", "--lang", "en", "--data"])
            .arg(data)
            .current_dir(desk)
            .output()
            .unwrap()
    });
    while jobs(&spooler) < 200 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    spooler.kill();
    let output = submitting.join().unwrap();
    // A machine that was fast enough to take it all before the kill has nothing to repeat.
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
        assert!(errors(&output).contains("harmless"), "{}", errors(&output));
    }
    spooler.start();
    let output = spooler.cetak(&["submit", "people.csv", "--lang", "en"]);
    assert!(output.status.success(), "{}", errors(&output));
    assert_eq!(jobs(&spooler), 2_000);
}
