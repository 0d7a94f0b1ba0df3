use std::collections::BTreeMap;

use clap::Parser;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::args::checked;
use super::*;
use crate::interfaces::api::{
    CheckBody, Done, IssueBody, JobsPage, LoadBody, ReasonBody, ReceiveBody, Refusal, SettleBody,
    StockView,
};
use crate::interfaces::words::Lang;

mod arguments;
pub(super) mod fake;
mod screens;
mod views;

use fake::{Fake, broke_off, refused, style, unreachable};
use views::some_books;

pub(super) fn parsed(line: &str) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(std::iter::once("cetak").chain(line.split(' ')))?;
    checked(&cli)?;
    Ok(cli)
}

fn room_command(line: &str) -> RoomCommand {
    let Command::Room(command) = parsed(line).unwrap().command else {
        panic!("{line} is not the spooler's");
    };
    command
}

/// Runs a command line on a fake: exit, stdout, stderr.
fn ran(line: &str, fake: &Fake, style: &Style) -> (Exit, String, String) {
    let (mut out, mut err) = (vec![], vec![]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let exit = runtime.block_on(run_on(fake, room_command(line), style, &mut out, &mut err));
    (
        exit,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

#[test]
fn every_order_goes_where_the_api_expects_it() {
    let check = |line: &str, asked: &str, answer: Value, said: Expect| {
        let fake = Fake::new(move |_, _| Ok(answer.clone()));
        let (exit, out, err) = ran(line, &fake, &style(Lang::Id));
        assert_eq!((exit, err.as_str()), (Exit::Done, ""), "{line}");
        assert_eq!(fake.asked(), [asked], "{line}");
        said.assert_eq(&out);
    };
    let job = "TPI-1-000005";
    check(
        &format!("hold {job} --reason cek"),
        r#"POST /jobs/TPI-1-000005/hold {"reason":"cek"}"#,
        json!({}),
        expect![[r#"
            TPI-1-000005: ditahan. Melepaskan: cetak release TPI-1-000005
        "#]],
    );
    check(
        &format!("release {job}"),
        "POST /jobs/TPI-1-000005/release {}",
        json!({}),
        expect![[r#"
            TPI-1-000005: dilepas, antre cetak.
        "#]],
    );
    check(
        &format!("cancel {job}"),
        "POST /jobs/TPI-1-000005/cancel {}",
        json!({}),
        expect![[r#"
            TPI-1-000005: dibatalkan.
        "#]],
    );
    check(
        &format!("settle {job} not-fed"),
        r#"POST /jobs/TPI-1-000005/settle {"outcome":"not-fed"}"#,
        json!({"proposal": 7}),
        expect![[r#"
            Usulan 7: menunggu orang kedua, paling lama satu jam.
            Orang lain memeriksa sendiri, lalu menjalankan:
              cetak approve 7
        "#]],
    );
    check(
        &format!("confirm {job} --cut"),
        "POST /jobs/TPI-1-000005/confirm-cut {}",
        json!({}),
        expect![[r#"
            TPI-1-000005: kartu sudah digunting.
        "#]],
    );
    check(
        &format!("check {job} not-found"),
        r#"POST /jobs/TPI-1-000005/check {"result":"not_found"}"#,
        json!({}),
        expect![[r#"
            TPI-1-000005: tidak ditemukan. Cari kartunya, gunting, lalu: cetak confirm TPI-1-000005 --cut
        "#]],
    );
    check(
        "approve 7",
        "POST /proposals/7/approve {}",
        json!({}),
        expect![[r#"
            Usulan 7 disetujui dan dijalankan.
        "#]],
    );
    check(
        "pause p/1 --reason panas",
        r#"POST /printers/p%2F1/pause {"reason":"panas"}"#,
        json!({}),
        expect![[r#"
            p/1: dijeda; kartu di dalamnya diselesaikan. Lanjut: cetak resume p/1
        "#]],
    );
    check(
        "resume p1",
        "POST /printers/p1/resume {}",
        json!({}),
        expect![[r#"
            p1: menerima job lagi.
        "#]],
    );
    check(
        "stock receive ktp_el 2000 --paper BA-TEST-001",
        r#"POST /stock/receive {"paper":"BA-TEST-001","pieces":2000,"stock":"ktp_el"}"#,
        json!({}),
        expect![[r#"
            2.000 keping KTP-el diterima di gudang.
        "#]],
    );
    check(
        "stock issue kia_0_5 50",
        r#"POST /stock/issue {"pieces":50,"stock":"kia_0_5"}"#,
        json!({}),
        expect![[r#"
            50 keping KIA 0-5 dikeluarkan ke ruang cetak.
        "#]],
    );
    check(
        "stock load p1 ktp_el 50",
        r#"POST /printers/p1/load {"pieces":50,"stock":"ktp_el"}"#,
        json!({}),
        expect![[r#"
            50 keping KTP-el dicatat di mesin p1.
        "#]],
    );
    check(
        "reload",
        "POST /reload {}",
        json!({"added": ["p4"], "changed": [], "removed": ["p2", "p3"]}),
        expect![[r#"
            Baru: p4
            Dihapus: p2, p3
        "#]],
    );
    check(
        "jobs --state in-doubt --limit 7 --after 3",
        "GET /jobs?limit=7&state=in_doubt&after=3",
        serde_json::to_value(JobsPage {
            jobs: vec![],
            counts: BTreeMap::new(),
            next: None,
        })
        .unwrap(),
        expect![[r#"
            Belum ada job. Kirim data: cetak submit BERKAS
        "#]],
    );
}

#[test]
fn the_bodies_are_those_of_the_api() {
    let body = |line: &str| {
        let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let kept = seen.clone();
        let fake = Fake::new(move |_, body| {
            *kept.lock().unwrap() = body.unwrap().to_owned();
            Ok(json!({"proposal": 1, "added": [], "changed": [], "removed": []}))
        });
        ran(line, &fake, &style(Lang::Id));
        seen.lock().unwrap().clone()
    };
    serde_json::from_str::<ReasonBody>(&body("hold TPI-1-000001 --reason x")).unwrap();
    serde_json::from_str::<SettleBody>(&body("settle TPI-1-000001 printed")).unwrap();
    serde_json::from_str::<CheckBody>(&body("check TPI-1-000001 not-found")).unwrap();
    serde_json::from_str::<ReceiveBody>(&body("stock receive ktp_el 1 --paper x")).unwrap();
    serde_json::from_str::<IssueBody>(&body("stock issue ktp_el 1")).unwrap();
    serde_json::from_str::<LoadBody>(&body("stock load p ktp_el 1")).unwrap();
    serde_json::from_str::<Done>(&body("resume p")).unwrap();
}

#[test]
fn the_second_persons_command_line_reaches_the_same_room() {
    let fake = Fake::new(|_, _| Ok(json!({"proposal": 7})));
    let elsewhere = Style {
        prefix: "cetak --data '/srv/ruang cetak'".to_owned(),
        speaks_as: Some("ani".to_owned()),
        ..style(Lang::En)
    };
    let (_, out, _) = ran("settle TPI-1-000005 printed", &fake, &elsewhere);
    expect![[r#"
        Proposal 7: waits for a second person, an hour at most.
        Another person looks for themselves, then runs:
          cetak --data '/srv/ruang cetak' approve 7 --as SECOND-PERSON
    "#]]
    .assert_eq(&out);
    let of = |words: &[&str]| {
        Style::of(&Cli::try_parse_from(words).unwrap().global, false, false).prefix
    };
    assert_eq!(
        of(&["cetak", "--data", "/srv/ruang cetak", "stock"]),
        "cetak --data '/srv/ruang cetak'"
    );
    assert_eq!(of(&["cetak", "stock"]), "cetak");
}

#[test]
fn json_is_what_the_spooler_said() {
    let json = Style {
        json: true,
        ..style(Lang::Id)
    };
    let check = |line: &str, answer: Value| {
        let given = answer.clone();
        let fake = Fake::new(move |_, _| Ok(given.clone()));
        let (exit, out, err) = ran(line, &fake, &json);
        assert_eq!((exit, err.as_str()), (Exit::Done, ""), "{line}");
        assert_eq!(out.lines().count(), 1);
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), answer);
    };
    check(
        "jobs",
        json!({"jobs": [], "counts": {}, "next": null, "a_newer_key": 1}),
    );
    check("job TPI-1-000001", json!({"anything": 1}));
    check("printers", json!([]));
    check("printer p1", json!({}));
    check("questions", json!([]));
    check("stock", json!([]));
    check("release TPI-1-000001", json!({}));
    check("settle TPI-1-000001 printed", json!({"proposal": 3}));
    let fake = Fake::new(|_, _| Err(refused(403, "SAME_PERSON")));
    let (exit, out, err) = ran("approve 7", &fake, &json);
    assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
    expect![[r#"
        {"error":"SAME_PERSON","next":"Minta rekan menjalankan: cetak approve 7 (di data latihan: --as NAMA)","text":"yang menyetujui harus orang lain"}
    "#]].assert_eq(&err);
}

#[test]
fn exit_codes_and_what_to_do_next() {
    let check = |line: &str, error: fn() -> ClientError, exit: u8, said: Expect| {
        let fake = Fake::new(move |_, _| Err(error()));
        let (found, out, err) = ran(line, &fake, &style(Lang::Id));
        assert_eq!((found.code(), out.as_str()), (exit, ""), "{line}");
        said.assert_eq(&err);
    };
    check(
        "jobs",
        unreachable,
        3,
        expect![[r#"
        cetak: spooler tidak bisa dihubungi (cetak-data/cetak.sock)
          Jalankan: cetak serve
    "#]],
    );
    check(
        "release TPI-1-000009",
        || refused(404, "NO_SUCH_JOB"),
        1,
        expect![[r#"
            cetak: job itu tidak ada
              Lihat daftar: cetak jobs
        "#]],
    );
    check(
        "release TPI-1-000009",
        || refused(409, "NOT_WHILE_PRINTED"),
        1,
        expect![[r#"
            cetak: tidak bisa selama keadaan job: Tercetak, periksa hasil
              Lihat langkah yang mungkin: cetak job TPI-1-000009
        "#]],
    );
    check(
        "approve 7",
        || refused(403, "SAME_PERSON"),
        1,
        expect![[r#"
            cetak: yang menyetujui harus orang lain
              Minta rekan menjalankan: cetak approve 7 (di data latihan: --as NAMA)
        "#]],
    );
    check(
        "resume p1",
        || refused(503, "STOPPING"),
        3,
        expect![[r#"
        cetak: spooler sedang berhenti
          Tunggu, jalankan lagi (cetak serve), lihat keadaannya, lalu ulangi.
    "#]],
    );
    check(
        "resume p1",
        broke_off,
        3,
        expect![[r#"
        cetak: hubungan dengan spooler terputus (receive the answer)
          Belum tentu dijalankan: lihat keadaannya sebelum mengulang.
    "#]],
    );
    check(
        "reload",
        || ClientError::Refused {
            status: 409,
            refusal: Refusal::new("BRAND_NEW").with("key", "printers.p9"),
        },
        1,
        expect![[r#"
            cetak: BRAND_NEW (key: printers.p9)
        "#]],
    );
    check(
        "reload",
        || ClientError::Refused {
            status: 409,
            refusal: Refusal::new("CONFIG_WRONG").with("what", "cetak.toml:7: no such key"),
        },
        1,
        expect![[r#"
            cetak: konfigurasi salah; tidak ada yang diubah: cetak.toml:7: no such key
              Perbaiki cetak.toml, lalu: cetak reload
        "#]],
    );
    let odd = Fake::new(|_, _| Ok(json!({"jobs": 7})));
    let (exit, _, err) = ran("jobs", &odd, &style(Lang::En));
    assert_eq!(exit, Exit::Failed);
    expect![[r#"
        cetak: the spooler's answer cannot be understood (invalid type: integer `7`, expected a sequence)
          See how things stand before you repeat; spooler and command must be of one version.
    "#]].assert_eq(&err);
}

#[test]
fn books_that_do_not_balance_are_a_failure() {
    let fake =
        |stocks: Vec<StockView>| Fake::new(move |_, _| Ok(serde_json::to_value(&stocks).unwrap()));
    assert_eq!(
        ran("stock", &fake(some_books()), &style(Lang::Id)).0,
        Exit::Failed
    );
    let well = vec![some_books().remove(0)];
    assert_eq!(
        ran("stock", &fake(well.clone()), &style(Lang::Id)).0,
        Exit::Done
    );
    let numbered = fake(well);
    ran("stock --numbered", &numbered, &style(Lang::Id));
    assert_eq!(numbered.asked(), ["GET /stock?numbered=true"]);
}

#[test]
fn a_closed_pipe_is_no_failure_and_a_full_disk_is_one() {
    struct Broken(std::io::ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let exit = |kind| {
        let fake = Fake::new(|_, _| Ok(json!([])));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut out = Broken(kind);
        runtime.block_on(run_on(
            &fake,
            RoomCommand::Printers,
            &style(Lang::Id),
            &mut out,
            &mut vec![],
        ))
    };
    assert_eq!(exit(io::ErrorKind::BrokenPipe), Exit::Done);
    assert_eq!(exit(io::ErrorKind::StorageFull), Exit::Failed);
}
