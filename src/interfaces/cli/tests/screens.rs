//! What a person reads, golden.

use std::collections::BTreeMap;

use cetak_drivers::contract::SlowLink;
use clap::Parser;
use expect_test::{Expect, expect};

use super::fake::style;
use super::views::{
    AT, a_detail, a_fleet, a_page, a_printer, args, some_books, some_jobs, some_questions,
};
use crate::domain::ids::PrinterId;
use crate::domain::job::{Code, JobState};
use crate::interfaces::api::{JobDetail, JobsPage, PrinterView};
use crate::interfaces::cli::style::{self, Style};
use crate::interfaces::cli::{Cli, jobs, printers, questions, stock};
use crate::interfaces::words::Lang;

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
                                  macet › memeriksa › putusan: tanya orang
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
                                  verdict: ask a person
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
fn a_link_that_holds_its_printer_back_is_told_with_the_printer() {
    let printer = PrinterView {
        slow_link: Some(SlowLink {
            data_ms: 164_323,
            rated_ms: 16_000,
        }),
        ..a_printer("p1", "ready")
    };
    check(
        &printers::fleet(std::slice::from_ref(&printer), &style(Lang::Id)),
        expect![[r#"
            MESIN  KEADAAN  KARTU DI DALAM  BLANGKO    RIBBON   BAIK  RUSAK  DTK/KARTU
            p1     Siap     -               KTP-el 42     257  1.234      5       23,4

              p1                  data satu kartu warna perlu 164 detik di serial:///dev/serial/by-id/p1, mesin
                                  p1 hanya perlu 16 detik. Sambungkan dengan USB atau jaringan; kartu tetap
                                  dicetak, hanya lebih lambat.
        "#]],
    );
    check(
        &printers::detail(&printer, &style(Lang::En)),
        expect![[r#"
            p1  Evolis Primacy
              State               ready
              Endpoint            serial:///dev/serial/by-id/p1
              Profile             evolis-primacy
              Serial number       T00000000001
              Duty                KTP-el, KIA 5-17
              Blanks              KTP-el 42
              Ribbon              257
              Card inside         -
              Next                TPI-1-000012
              Cards               1,234 good, 5 spoiled
              Seconds a card      23.4
              What to do          a colour card's data take 164 s on serial:///dev/serial/by-id/p1, printer p1
                                  needs only 16 s. Connect it by USB or the network; cards are printed all the
                                  same, only more slowly.
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
