use std::collections::BTreeMap;

use clap::Parser;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::args::checked;
use super::*;
use crate::domain::blank::Account;
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::{Code, JobState, SpoilCause};
use crate::domain::record::{CardProduct, Reason};
use crate::interfaces::api::*;
use crate::interfaces::words::Lang;
use cetak_drivers::contract::BlankUid;

pub(super) mod fake;

use fake::{Fake, broke_off, refused, style, unreachable};

/// 14-01-2019 09:05 WIB.
const AT: At = At(1_547_431_500_000);

fn id(number: u64) -> JobId {
    format!("TPI-1-{number:06}").parse().unwrap()
}

fn job(number: u64, state: JobState, waits_for: Option<&str>) -> JobView {
    JobView {
        id: id(number),
        key: format!("TEST-{number:04}"),
        product: CardProduct::KtpEl,
        reason: Reason::Lost,
        state: state.name().to_owned(),
        detail: state,
        nik_masked: "2172********0007".to_owned(),
        attempts: 1,
        not_before: None,
        accepted_at: AT,
        moved_at: At(AT.0 + 61_000),
        waits_for: waits_for.map(Code::from),
    }
}

fn p1() -> PrinterId {
    PrinterId("p1".to_owned())
}

/// One job for every state that looks different.
fn some_jobs() -> Vec<JobView> {
    let blank = || Some(BlankUid("TEST-00000000000007".to_owned()));
    let code = |code: &str| Code::from(code);
    let held = |reason: &str| JobState::Held { code: code(reason) };
    vec![
        job(1, JobState::Queued, None),
        job(
            2,
            held("HELD_NO_POLICE_LETTER"),
            Some("HELD_NO_POLICE_LETTER"),
        ),
        job(
            3,
            held("tunggu tanda tangan kepala dinas sampai hari Senin depan"),
            Some("tunggu tanda tangan kepala dinas sampai hari Senin depan"),
        ),
        job(
            4,
            JobState::Printing {
                printer: p1(),
                blank: blank(),
            },
            None,
        ),
        job(
            5,
            JobState::InDoubt {
                printer: p1(),
                blank: blank(),
            },
            Some("WAITS_FOR_TWO_PEOPLE"),
        ),
        job(
            6,
            JobState::Spoiled {
                blank: blank(),
                cause: SpoilCause::Print,
                uncut: true,
            },
            Some("WAITS_FOR_CUT"),
        ),
        job(
            7,
            JobState::Rejected {
                code: code("REJECTED_KIA_TOO_OLD"),
            },
            None,
        ),
        job(8, JobState::Printed { blank: blank() }, None),
        job(9, JobState::Queued, Some("WAITS_FOR_BLANKS")),
        job(
            10,
            JobState::Encoded {
                printer: p1(),
                blank: blank(),
            },
            Some("WAITS_FOR_VERDICT"),
        ),
        job(11, JobState::Cancelled, None),
    ]
}

fn a_page() -> JobsPage {
    JobsPage {
        jobs: some_jobs(),
        counts: BTreeMap::from([
            ("queued".to_owned(), 12_345),
            ("held".to_owned(), 2),
            ("printing".to_owned(), 1),
            ("encoded".to_owned(), 1),
            ("in_doubt".to_owned(), 1),
            ("printed".to_owned(), 7_654),
            ("spoiled".to_owned(), 1),
            ("rejected".to_owned(), 1),
            ("cancelled".to_owned(), 0),
        ]),
        next: Some(11),
    }
}

fn args() -> JobsArgs {
    JobsArgs {
        state: None,
        limit: 50,
        after: None,
    }
}

fn a_printer(name: &str, word: &str) -> PrinterView {
    PrinterView {
        id: PrinterId(name.to_owned()),
        profile: "evolis-primacy".to_owned(),
        endpoint: "serial:///dev/serial/by-id/p1".to_owned(),
        maker: "Evolis".to_owned(),
        model: "Primacy".to_owned(),
        word: word.to_owned(),
        faults: vec![],
        paused: None,
        doubt: None,
        duty: vec![Stock::KtpEl, Stock::Kia517],
        stock: Some(Stock::KtpEl),
        hopper: 42,
        ribbon_left: Some(257),
        card: None,
        next: Some(id(12)),
        good: 1_234,
        spoiled: 5,
        ms_per_card: Some(23_449),
        unit: Some("T00000000001".to_owned()),
    }
}

fn a_fleet() -> Vec<PrinterView> {
    let card = |doing: &str, asks_person| {
        Some(CardView {
            job: id(4),
            point: "sent:finish".to_owned(),
            doing: doing.to_owned(),
            asks_person,
        })
    };
    vec![
        PrinterView {
            card: card("stage:finish", false),
            ..a_printer("p1", "busy")
        },
        PrinterView {
            faults: vec!["card_jam".to_owned(), "cover_open".to_owned()],
            card: card("person", true),
            ..a_printer("meja-depan-dekat-loket-1", "locked")
        },
        PrinterView {
            paused: Some(PauseView {
                by: Actor::Person("ani".to_owned()),
                reason: "ganti kabel".to_owned(),
                at: AT,
            }),
            stock: None,
            hopper: 0,
            ribbon_left: None,
            ms_per_card: None,
            good: 0,
            ..a_printer("p3", "paused")
        },
        PrinterView {
            doubt: Some(Code::from("COUNTED_WHILE_AWAY")),
            good: 1_000_000_000,
            ..a_printer("p4", "locked")
        },
    ]
}

fn a_stock(stock: Stock, received: u64, pieces: &[(Account, u64)]) -> StockView {
    let mut accounts: BTreeMap<String, u64> = Account::ALL
        .map(|account| (account.name().to_owned(), 0))
        .into();
    accounts.extend(
        pieces
            .iter()
            .map(|(account, pieces)| (account.name().to_owned(), *pieces)),
    );
    StockView {
        stock,
        received,
        accounts,
        numbered: vec![NumberedBlank {
            uid: "TEST-00000000000007".to_owned(),
            account: "personalized".to_owned(),
            job: Some(id(8)),
        }],
    }
}

fn some_books() -> Vec<StockView> {
    vec![
        a_stock(
            Stock::KtpEl,
            6_000,
            &[
                (Account::InStore, 5_000),
                (Account::InRoom, 500),
                (Account::Personalized, 498),
                (Account::Spoiled, 2),
            ],
        ),
        a_stock(Stock::KtpElForeigner, 0, &[]),
        a_stock(Stock::Kia05, 100, &[(Account::InRoom, 99)]),
        a_stock(Stock::Kia517, 50, &[(Account::Loaded, 50)]),
    ]
}

fn question(code: &str) -> QuestionView {
    QuestionView {
        code: Code::from(code),
        printer: None,
        job: None,
        proposal: None,
        about: None,
    }
}

fn some_questions() -> Vec<QuestionView> {
    vec![
        QuestionView {
            printer: Some(p1()),
            job: Some(id(5)),
            ..question("DOUBT")
        },
        QuestionView {
            proposal: Some(7),
            job: Some(id(5)),
            ..question("APPROVE")
        },
        QuestionView {
            printer: Some(p1()),
            about: Some(Code::from("COUNTED_WHILE_AWAY")),
            ..question("PRINTER_IN_DOUBT")
        },
        QuestionView {
            printer: Some(p1()),
            about: Some(Code::from("CARD_JAM")),
            ..question("FAULT")
        },
        QuestionView {
            printer: Some(PrinterId("p 2".to_owned())),
            about: Some(Code::from("FEEDER_EMPTY")),
            ..question("LOAD_HOPPER")
        },
        QuestionView {
            job: Some(id(6)),
            ..question("CUT_SPOILED")
        },
    ]
}

fn a_detail() -> JobDetail {
    JobDetail {
        job: some_jobs().remove(4),
        history: vec![AttemptView {
            id: 17,
            printer: p1(),
            uid: Some("TEST-00000000000007".to_owned()),
            outcome: None,
            noted_at: AT,
            entries: [
                "sent:feed",
                "answered:feed",
                "bound",
                "heard:card_jam",
                "listening",
                "found",
                "ruled:ask",
            ]
            .map(str::to_owned)
            .to_vec(),
        }],
        proposals: vec![ProposalView {
            id: 7,
            job: Some(id(5)),
            action: json!({"job": "TPI-1-000005", "settlement": "printed"}),
            by: Actor::Person("ani".to_owned()),
            at: AT,
        }],
    }
}

/// Shows the text, and proves that it fits the screen.
#[track_caller]
fn check(text: &str, expected: Expect) {
    for line in text.lines() {
        assert!(style::width(line) <= style::WIDTH_MAX, "too wide: {line}");
        assert_eq!(line, line.trim_end(), "trailing space");
    }
    expected.assert_eq(text);
}

#[test]
fn a_page_of_jobs() {
    check(
        &jobs::page(&a_page(), &args(), &style(Lang::Id)),
        expect![[r#"
            Ditahan 2 · Antre cetak 12.345 · Chip terisi, menunggu cetak 1 · Sedang dicetak 1 ·
            Perlu dicek di mesin 1 · Tercetak, periksa hasil 7.654 · Gagal, blangko rusak 1 · Ditolak 1

            JOB           PRODUK  KEADAAN                      MASUK (WIB)  KETERANGAN
            TPI-1-000001  KTP-el  Antre cetak                  14-01 09:05
            TPI-1-000002  KTP-el  Ditahan                      14-01 09:05  hilang: nomor atau tanggal surat ke…
            TPI-1-000003  KTP-el  Ditahan                      14-01 09:05  tunggu tanda tangan kepala dinas sa…
            TPI-1-000004  KTP-el  Sedang dicetak               14-01 09:05  p1
            TPI-1-000005  KTP-el  Perlu dicek di mesin         14-01 09:05  bukti tidak cukup; dua orang harus …
            TPI-1-000006  KTP-el  Gagal, blangko rusak         14-01 09:05  kartu gagal belum digunting
            TPI-1-000007  KTP-el  Ditolak                      14-01 09:05  anak sudah berusia 17 tahun atau le…
            TPI-1-000008  KTP-el  Tercetak, periksa hasil      14-01 09:05
            TPI-1-000009  KTP-el  Antre cetak                  14-01 09:05  tidak ada mesin yang berisi blangko…
            TPI-1-000010  KTP-el  Chip terisi, menunggu cetak  14-01 09:05  mesin terkunci sampai kartunya jelas
            TPI-1-000011  KTP-el  Dibatalkan                   14-01 09:05

            Lanjut: cetak jobs --limit 50 --after 11
            Satu keadaan saja: cetak jobs --state held
        "#]],
    );
    check(
        &jobs::page(&a_page(), &args(), &style(Lang::En)),
        expect![[r#"
            held 2 · queued 12,345 · chip written 1 · printing 1 · in doubt 1 · printed, to be checked 7,654 ·
            spoiled 1 · rejected 1

            JOB           PRODUCT  STATE                   ACCEPTED (WIB)  REMARK
            TPI-1-000001  KTP-el   queued                  14-01 09:05
            TPI-1-000002  KTP-el   held                    14-01 09:05     lost: the police letter's number or …
            TPI-1-000003  KTP-el   held                    14-01 09:05     tunggu tanda tangan kepala dinas sam…
            TPI-1-000004  KTP-el   printing                14-01 09:05     p1
            TPI-1-000005  KTP-el   in doubt                14-01 09:05     the evidence cannot tell; two people…
            TPI-1-000006  KTP-el   spoiled                 14-01 09:05     the spoiled card is not cut yet
            TPI-1-000007  KTP-el   rejected                14-01 09:05     the child is 17 or older and needs a…
            TPI-1-000008  KTP-el   printed, to be checked  14-01 09:05
            TPI-1-000009  KTP-el   queued                  14-01 09:05     no printer is loaded with its blanks
            TPI-1-000010  KTP-el   chip written            14-01 09:05     the printer is locked until the card…
            TPI-1-000011  KTP-el   cancelled               14-01 09:05

            More: cetak jobs --limit 50 --after 11
            One state only: cetak jobs --state held
        "#]],
    );
    let empty = JobsPage {
        jobs: vec![],
        counts: BTreeMap::new(),
        next: None,
    };
    check(
        &jobs::page(&empty, &args(), &style(Lang::Id)),
        expect![[r#"
            Belum ada job. Kirim data: cetak submit BERKAS
        "#]],
    );
}

#[test]
fn one_job_and_why_it_does_not_move() {
    check(
        &jobs::detail(&a_detail(), &style(Lang::Id)),
        expect![[r#"
            TPI-1-000005  KTP-el, hilang
              Keadaan             Perlu dicek di mesin (p1)
              Kunci               TEST-0005
              NIK                 2172********0007
              Blangko             TEST-00000000000007
              Masuk               14-01-2019 09:05 WIB
              Terakhir bergerak   14-01-2019 09:06 WIB
              Percobaan           1
              Mengapa berhenti    bukti tidak cukup; dua orang harus memutuskan
              Yang dilakukan      Periksa mesin dan penampung, lalu:
                                  cetak settle TPI-1-000005 printed|spoiled|not-fed
              Usulan              7 oleh ani: printed. Orang kedua: cetak approve 7
              Langkah             17 p1: berjalan, TEST-00000000000007 (14-01-2019 09:05)
                                  ambil blangko diminta › ambil blangko selesai › nomor blangko tercatat › kartu
                                  macet › memeriksa › keterangan mesin › putusan: tanya orang
        "#]],
    );
    check(
        &jobs::detail(&a_detail(), &style(Lang::En)),
        expect![[r#"
            TPI-1-000005  KTP-el, lost
              State               in doubt (p1)
              Key                 TEST-0005
              NIK                 2172********0007
              Blank               TEST-00000000000007
              Accepted            14-01-2019 09:05 WIB
              Last moved          14-01-2019 09:06 WIB
              Attempts            1
              Why it waits        the evidence cannot tell; two people must
              What to do          Look into printer and output, then:
                                  cetak settle TPI-1-000005 printed|spoiled|not-fed
              Proposal            7 by ani: printed. Second person: cetak approve 7
              Attempt             17 p1: open, TEST-00000000000007 (14-01-2019 09:05)
                                  feed ordered › feed done › blank bound › a card is stuck › examining ›
                                  printer's evidence › verdict: ask a person
        "#]],
    );
}

#[test]
fn every_job_that_stands_still_says_why_and_what_to_do() {
    for lang in Lang::ALL {
        for job in some_jobs() {
            let waits = job.waits_for.is_some();
            let ended = job.detail.is_final() && !matches!(job.detail, JobState::Rejected { .. });
            let detail = JobDetail {
                job,
                history: vec![],
                proposals: vec![],
            };
            let text = jobs::detail(&detail, &style(lang));
            assert_eq!(
                text.contains(lang.pick("Yang dilakukan", "What to do")),
                !ended,
                "{text}"
            );
            if waits {
                assert!(
                    text.contains(lang.pick("Mengapa berhenti", "Why it waits")),
                    "{text}"
                );
            }
            assert!(!text.contains('{') && !text.contains("WAITS_FOR"), "{text}");
        }
    }
}

#[test]
fn the_fleet() {
    check(
        &printers::fleet(&a_fleet(), &style(Lang::Id)),
        expect![[r#"
            MESIN            KEADAAN          KARTU DI DALAM  BLANGKO    RIBBON           BAIK  RUSAK  DTK/KARTU
            p1               Mencetak         TPI-1-000004 …  KTP-el 42     257          1.234      5       23,4
            meja-depan-dek…  Terkunci, menu…  TPI-1-000004 …  KTP-el 42     257          1.234      5       23,4
            p3               Dijeda           -               -               -              0      5          -
            p4               Terkunci, menu…  -               KTP-el 42     257  1.000.000.000      5       23,4

              meja-depan-dekat-…  kartu macet. Buka tutup, keluarkan kartu, simpan kartunya, tutup kembali.
              meja-depan-dekat-…  tutup terbuka. Tutup mesin sampai berbunyi klik.
              meja-depan-dekat-…  bukti tidak cukup; dua orang harus memutuskan:
                                  cetak settle TPI-1-000004 printed|spoiled|not-fed
              p3                  dijeda oleh ani (14-01-2019 09:05): ganti kabel. Lanjut: cetak resume p3
              p4                  mesin mencetak kartu di luar sistem. Cari kartunya, cocokkan blangko, lalu:
                                  cetak resume p4
        "#]],
    );
    check(
        &printers::fleet(&a_fleet(), &style(Lang::En)),
        expect![[r#"
            PRINTER          STATE            CARD INSIDE      BLANKS     RIBBON           GOOD  SPOILED  S/CARD
            p1               printing         TPI-1-000004 l…  KTP-el 42     257          1,234        5    23.4
            meja-depan-dek…  locked until e…  TPI-1-000004 w…  KTP-el 42     257          1,234        5    23.4
            p3               paused           -                -               -              0        5       -
            p4               locked until e…  -                KTP-el 42     257  1,000,000,000        5    23.4

              meja-depan-dekat-…  a card is stuck. Open the lid, take the card out, keep it, shut the lid.
              meja-depan-dekat-…  the lid is open. Shut the lid until it clicks.
              meja-depan-dekat-…  the evidence cannot tell; two people must:
                                  cetak settle TPI-1-000004 printed|spoiled|not-fed
              p3                  paused by ani (14-01-2019 09:05): ganti kabel. To go on: cetak resume p3
              p4                  the printer counted cards that we did not order. Find the cards, count the
                                  blanks, then: cetak resume p4
        "#]],
    );
    check(
        &printers::detail(&a_fleet()[1], &style(Lang::Id)),
        expect![[r#"
            meja-depan-dekat-loket-1  Evolis Primacy
              Keadaan             Terkunci, menunggu pemeriksaan
              Alamat              serial:///dev/serial/by-id/p1
              Profil              evolis-primacy
              Nomor seri          T00000000001
              Tugas               KTP-el, KIA 5-17
              Blangko             KTP-el 42
              Ribbon              257
              Kartu di dalam      TPI-1-000004 menunggu dua orang
              Berikutnya          TPI-1-000012
              Kartu               1.234 baik, 5 rusak
              Detik per kartu     23,4
              Yang dilakukan      kartu macet. Buka tutup, keluarkan kartu, simpan kartunya, tutup kembali.
              Yang dilakukan      tutup terbuka. Tutup mesin sampai berbunyi klik.
              Yang dilakukan      bukti tidak cukup; dua orang harus memutuskan:
                                  cetak settle TPI-1-000004 printed|spoiled|not-fed
        "#]],
    );
    check(
        &printers::fleet(&[], &style(Lang::En)),
        expect![[r#"
        No printers yet. Add some to cetak.toml, then: cetak reload
    "#]],
    );
}

#[test]
fn the_books() {
    check(
        &stock::books(&some_books(), false, &style(Lang::Id)),
        expect![[r#"
                            KTP-el  KTP-el OA      KIA 0-5  KIA 5-17
            Di gudang        5.000          0            0         0
            Di ruang cetak     500          0           99         0
            Di mesin             0          0            0        50
            Menjadi kartu      498          0            0         0
            Rusak                2          0            0         0
            Jumlah           6.000          0           99        50
            Diterima         6.000          0          100        50
                             cocok      cocok  TIDAK COCOK     cocok
        "#]],
    );
    check(
        &stock::books(&some_books(), true, &style(Lang::En)),
        expect![[r#"
                                 KTP-el  KTP-el OA       KIA 0-5  KIA 5-17
            in the store          5,000          0             0         0
            in the print room       500          0            99         0
            in hoppers                0          0             0        50
            became cards            498          0             0         0
            spoiled                   2          0             0         0
            Sum                   6,000          0            99        50
            Received              6,000          0           100        50
                               balanced   balanced  NOT BALANCED  balanced

            BLANK                STOCK      ACCOUNT       JOB
            TEST-00000000000007  KTP-el     became cards  TPI-1-000008
            TEST-00000000000007  KTP-el OA  became cards  TPI-1-000008
            TEST-00000000000007  KIA 0-5    became cards  TPI-1-000008
            TEST-00000000000007  KIA 5-17   became cards  TPI-1-000008
        "#]],
    );
}

#[test]
fn questions_one_at_a_time_or_all() {
    check(
        &questions::questions(&some_questions(), false, &style(Lang::Id)),
        expect![[r#"
            Job TPI-1-000005 terputus di mesin p1: apakah kartunya keluar dan utuh?
              Lihat di penampung, di kotak tolak dan di dalam mesin; kartu yang tidak utuh digunting dulu.
              > cetak settle TPI-1-000005 printed                 kartu jadi dan utuh
              > cetak settle TPI-1-000005 spoiled                 kartu rusak dan sudah digunting
              > cetak settle TPI-1-000005 not-fed                 blangko masih di mesin

            Masih ada 5 pertanyaan lagi: cetak questions --all
        "#]],
    );
    check(
        &questions::questions(&some_questions(), true, &style(Lang::Id)),
        expect![[r#"
            Job TPI-1-000005 terputus di mesin p1: apakah kartunya keluar dan utuh?
              Lihat di penampung, di kotak tolak dan di dalam mesin; kartu yang tidak utuh digunting dulu.
              > cetak settle TPI-1-000005 printed                 kartu jadi dan utuh
              > cetak settle TPI-1-000005 spoiled                 kartu rusak dan sudah digunting
              > cetak settle TPI-1-000005 not-fed                 blangko masih di mesin

            Usulan 7 menunggu orang kedua.
              Orang lain memeriksa sendiri, lalu menyetujui dalam satu jam.
              > cetak approve 7

            Ada yang tidak cocok pada mesin p1: mesin mencetak kartu di luar sistem.
              Cari kartunya, cocokkan blangko, lalu: cetak resume p1
              > cetak resume p1

            Mesin p1 perlu ditangani: kartu macet.
              Buka tutup, keluarkan kartu, simpan kartunya, tutup kembali.

            Blangko di mesin p 2 habis dan ada job yang menunggu.
              Isi blangko ke mesin dan catat jumlahnya.
              > cetak stock load 'p 2' JENIS JUMLAH

            Kartu gagal dari job TPI-1-000006 belum digunting.
              Ambil kartunya dari kotak tolak, gunting, lalu catat.
              > cetak confirm TPI-1-000006 --cut
        "#]],
    );
    check(
        &questions::questions(&some_questions(), true, &style(Lang::En)),
        expect![[r#"
            Job TPI-1-000005 was interrupted on p1: did its card come out, and whole?
              Look into the output, the reject box and the printer; cut a card that is not whole first.
              > cetak settle TPI-1-000005 printed                 a whole card came out
              > cetak settle TPI-1-000005 spoiled                 the card is spoiled and cut
              > cetak settle TPI-1-000005 not-fed                 the blank is still in the hopper

            Proposal 7 waits for a second person.
              Another person looks for themselves and approves within the hour.
              > cetak approve 7

            Something does not add up about printer p1: the printer counted cards that we did not order.
              Find the cards, count the blanks, then: cetak resume p1
              > cetak resume p1

            Printer p1 needs a hand: a card is stuck.
              Open the lid, take the card out, keep it, shut the lid.

            Printer p 2 has no blanks and jobs wait.
              Fill the hopper and book the count.
              > cetak stock load 'p 2' STOCK COUNT

            The spoiled card of job TPI-1-000006 is not cut yet.
              Take the card out of the reject box, cut it, then say so.
              > cetak confirm TPI-1-000006 --cut
        "#]],
    );
    check(
        &questions::questions(&[], true, &style(Lang::Id)),
        expect![[r#"
            Tidak ada pertanyaan.
        "#]],
    );
}

#[test]
fn what_the_doctor_found() {
    let with = |pairs: &[(&str, &str)]| -> Params {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let folder = with(&[("path", "/var/lib/cetak")]);
    let wrong = with(&[
        ("printer", "p1"),
        ("endpoint", "tcp://10.0.0.7:9100"),
        ("what", "connection refused"),
    ]);
    let found = [
        (Grade::Well, "DOCTOR_FOLDER", &folder),
        (Grade::Warning, "DOCTOR_FOLDER_OPEN_TO_ALL", &folder),
        (Grade::Bad, "DOCTOR_ENDPOINT_WRONG", &wrong),
    ];
    check(
        &findings::shown(found, &style(Lang::Id)),
        expect![[r#"
        baik   folder data: /var/lib/cetak
        awas   folder data /var/lib/cetak terbuka untuk semua orang. Jalankan: chmod 750 /var/lib/cetak
        buruk  mesin p1 tidak terjangkau di tcp://10.0.0.7:9100: connection refused. Periksa kabel, daya dan
               alamatnya di cetak.toml.
    "#]],
    );
    check(
        &findings::shown(found, &style(Lang::En)),
        expect![[r#"
        well   data folder: /var/lib/cetak
        look   the data folder /var/lib/cetak is open to everybody. Run: chmod 750 /var/lib/cetak
        bad    printer p1 is not reached at tcp://10.0.0.7:9100: connection refused. Check cable, power and
               its endpoint in cetak.toml.
    "#]],
    );
}

#[test]
fn a_terminal_is_never_told_what_a_text_says() {
    let mut hostile = a_page();
    hostile.jobs[1].waits_for = Some(Code::from("x\u{1b}[2J\u{202e}y\r\nz"));
    let text = jobs::page(&hostile, &args(), &style(Lang::Id));
    assert!(
        text.chars().all(|c| c == '\n' || !c.is_control()),
        "{text:?}"
    );
    assert!(!text.contains('\u{202e}'));
    let mut detail = a_detail();
    detail.job.key = "\u{1b}]0;x\u{7}".to_owned();
    let text = jobs::detail(&detail, &style(Lang::Id));
    assert!(
        text.chars().all(|c| c == '\n' || !c.is_control()),
        "{text:?}"
    );
}

#[test]
fn wide_letters_are_counted_as_the_terminal_shows_them() {
    let mut fleet = a_fleet();
    fleet[1].id = PrinterId("印刷機印刷機印刷機印刷機".to_owned());
    let text = printers::fleet(&fleet, &style(Lang::Id));
    let head: Vec<&str> = text.lines().take(5).collect();
    let at = |line: &str, word: &str| style::width(&line[..line.find(word).unwrap()]);
    assert_eq!(at(head[1], "Mencetak"), at(head[2], "Terkunci"), "{text}");
    assert!(
        head.iter()
            .all(|line| style::width(line) <= style::WIDTH_MAX),
        "{text}"
    );
}

#[test]
fn colour_is_for_terminals_only() {
    let text = printers::fleet(&a_fleet(), &style(Lang::Id));
    assert!(!text.contains('\u{1b}'));
    let coloured = Style {
        colour: true,
        ..style(Lang::Id)
    };
    assert!(printers::fleet(&a_fleet(), &coloured).contains("\u{1b}[32m"));
    let global = |words: &[&str]| Cli::try_parse_from(words).unwrap().global;
    assert!(!Style::of(&global(&["cetak", "jobs"]), false, true).colour);
    assert!(!Style::of(&global(&["cetak", "jobs", "--json"]), true, true).colour);
}

#[test]
fn numbers_and_times_are_written_as_the_language_does() {
    let (id, en) = (style(Lang::Id), style(Lang::En));
    assert_eq!(
        (id.number(1_234_567), en.number(1_234_567)),
        ("1.234.567".to_owned(), "1,234,567".to_owned())
    );
    assert_eq!(
        (id.seconds(23_449), en.seconds(950)),
        ("23,4".to_owned(), "1.0".to_owned())
    );
    assert_eq!(
        format!("{} {}", id.time(AT), id.zone_name(AT)),
        "14-01-2019 09:05 WIB"
    );
}

// Orders.

fn parsed(line: &str) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(std::iter::once("cetak").chain(line.split(' ')))?;
    checked(&cli)?;
    Ok(cli)
}

fn room_command(line: &str) -> RoomCommand {
    match parsed(line).unwrap().command {
        Command::Room(command) => command,
        other => panic!("{other:?}"),
    }
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
        let body = seen.lock().unwrap().clone();
        body
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

// Arguments.

#[test]
fn the_arguments_hold_together() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn wrong_arguments_end_with_two() {
    for line in [
        "",
        "dance",
        "submit",
        "job 123",
        "job tpi-1-1",
        "hold TPI-1-000001",
        "settle TPI-1-000001 maybe",
        "confirm TPI-1-000001",
        "check TPI-1-000001 fine",
        "approve seven",
        "jobs --state asleep",
        "jobs --limit 0",
        "jobs --limit 1001",
        "stock receive ktp_el 0 --paper x",
        "stock receive gold 5 --paper x",
        "stock issue ktp_el -5",
        "jobs --lang fr",
        "jobs --as ",
        "serve --clock fast",
        "serve --clock 0@0",
        "serve --clock inf@0",
        "sim run evolis-primacy",
        "sim run evolis-primacy --tray t --listen udp:1",
        "sim run evolis-primacy --tray t --speed nan",
        "sim hands c dance",
        "jobs --zone Asia/Tanjungpinang",
    ] {
        match parsed(line) {
            Err(error) => assert_eq!(error.exit_code(), 2, "{line}"),
            Ok(cli) => panic!("{line}: {cli:?}"),
        }
    }
}

#[test]
fn every_command_of_the_page_is_parsed() {
    let page = include_str!("../../../docs/commands.md");
    let lines: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("$ cetak "))
        .collect();
    assert!(lines.len() > 20, "the page gives too few examples");
    for line in &lines {
        // Quotes of the shell stand around one word of the examples at most.
        let words = line.replace("\"", "");
        if let Err(error) = parsed(&words) {
            panic!("{line}: {error}");
        }
    }
    use clap::CommandFactory;
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        assert!(
            lines
                .iter()
                .any(|line| line.split(' ').any(|word| word == name)),
            "{name} is not on the page"
        );
    }
}

#[test]
fn global_words_stand_anywhere_and_have_their_defaults() {
    let cli = parsed("jobs --json --data /x --lang en --as ani").unwrap();
    assert!(cli.global.json);
    assert_eq!(cli.global.lang, Lang::En);
    assert_eq!(cli.global.speaks_as.as_deref(), Some("ani"));
    match parsed("serve --clock 60@2019-01-14T07:30:00+07:00")
        .unwrap()
        .command
    {
        Command::Serve(serve) => {
            let clock = serve.clock.unwrap();
            assert_eq!((clock.speed, clock.epoch), (60.0, At(1_547_425_800_000)));
        }
        other => panic!("{other:?}"),
    }
    match parsed("sim run evolis-dualys --tray t --listen tcp:0 --epoch 1547425800000")
        .unwrap()
        .command
    {
        Command::Sim(SimCommand::Run(run)) => {
            assert_eq!(
                (run.listen, run.epoch, run.speed),
                (SimListen::Tcp(0), Some(At(1_547_425_800_000)), 1.0)
            );
        }
        other => panic!("{other:?}"),
    }
}
