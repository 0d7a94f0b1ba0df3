use std::fs;
use std::io::{self, Read as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use expect_test::{Expect, expect};

use super::super::tests::fake::{Fake, broke_off, refused, style, unreachable};
use super::*;
use crate::domain::flaw::Flaw;
use crate::domain::job::Code;
use crate::interfaces::api::{BATCH_MAX, BODY_BYTES_MAX};
use crate::interfaces::records::record_from_json;

const HEADER: &str = "key,product,reason,nik,name,birth_place,birth_date,sex,address,rt,rw,ward,\
    district,religion,marital_status,occupation,citizenship,issue_place,issue_date,upstream_status,photo\n";

/// A row whose key says what shall become of it.
fn row(key: &str, photo: &str) -> String {
    format!(
        "{key},ktp_el,new,2172990101900001,SPECIMEN MELUR,TANJUNGPINANG,1990-01-01,M,JL. CONTOH NO. 1,001,002,\
         KEMBOJA,TANJUNGPINANG BARAT,ISLAM,KAWIN,NELAYAN,WNI,TANJUNGPINANG,2019-01-14,PRINT_READY_RECORD,{photo}\n"
    )
}

fn id(number: u64) -> JobId {
    format!("TPI-1-{number:06}").parse().unwrap()
}

/// A spooler that does with each record what its key says.
fn obedient() -> Fake {
    Fake::new(|_, body| {
        let request: SubmitRequest = serde_json::from_str(body.unwrap()).unwrap();
        let results = request.jobs.iter().map(|item| {
            let record = record_from_json(item.record.get().as_bytes()).unwrap();
            let new = |state: &str, code: Option<&str>| SubmitResult::New {
                job: id(1),
                state: state.to_owned(),
                code: code.map(Code::from),
            };
            match record.key.as_str() {
                "held" => new("held", Some("HELD_NOT_PRR")),
                "young" => new("held", Some("HELD_UNDER_AGE")),
                "rejected" => new("rejected", Some("REJECTED_KIA_TOO_OLD")),
                "same" => SubmitResult::Same { job: id(2) },
                "conflict" => SubmitResult::Conflict { job: id(3) },
                "open" => SubmitResult::OpenAlready {
                    job: id(4),
                    open: id(5),
                },
                "refused" => SubmitResult::Refused {
                    faults: vec![FieldError::new("nik", Flaw::NikShape)],
                },
                _ => new("queued", None),
            }
        });
        let answer = SubmitAnswer {
            results: results.collect(),
        };
        Ok(serde_json::to_value(answer).unwrap())
    })
}

fn text(name: &str, bytes: impl Into<Vec<u8>>) -> Source {
    let bytes = bytes.into();
    Source::new(name.into(), bytes.len() as u64, move || {
        Ok(Box::new(io::Cursor::new(bytes)))
    })
}

fn handed_in(fake: &Fake, sources: Vec<Source>, style: &Style) -> (Exit, String, String) {
    let (mut out, mut err) = (vec![], vec![]);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let went = runtime.block_on(hand_in(
        fake,
        sources,
        "cetak submit people.csv",
        style,
        &mut out,
        &mut err,
    ));
    let exit = super::super::ended(went, style, &mut err).unwrap();
    (
        exit,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

fn json(lang: Lang) -> Style {
    Style {
        json: true,
        ..style(lang)
    }
}

#[track_caller]
fn check(sources: Vec<Source>, style: &Style, exit: Exit, shown: Expect) {
    let (found, out, err) = handed_in(&obedient(), sources, style);
    shown.assert_eq(&format!("{err}--\n{out}"));
    assert_eq!(found, exit);
}

fn one_of_each() -> String {
    let keys = [
        "good", "held", "young", "rejected", "same", "conflict", "open", "refused",
    ];
    let rows: String = keys.iter().map(|key| row(key, "")).collect();
    format!(
        "{HEADER}{rows}{}",
        row("bad", "").replace("1990-01-01", "1990-02-31")
    )
}

#[test]
fn every_kind_of_answer_is_told_and_counted() {
    check(
        vec![text("people.csv", one_of_each())],
        &style(Lang::Id),
        Exit::Failed,
        expect![[r#"
            people.csv:5: TPI-1-000001: anak sudah berusia 17 tahun atau lebih dan memerlukan KTP-el. Ajukan KTP-el dengan kunci baru.
            people.csv:7: kunci ini sudah dipakai untuk data yang berbeda; tidak ada yang disimpan. Bandingkan dengan TPI-1-000003; kirim data baru dengan kunci baru.
            people.csv:8: TPI-1-000004: sudah ada permohonan yang berjalan untuk orang dan produk ini. Selesaikan atau batalkan permohonan yang berjalan: cetak job TPI-1-000005
            people.csv:9: nik: NIK tidak tepat 16 angka; perbaiki
            people.csv:10: birth_date: tanggal itu tidak ada di kalender; perbaiki
            --
            9 baris: 1 diterima, 1 sudah ada, 2 ditahan, 2 ditolak, 1 bentrok, 2 tidak sah
            Ditahan: data belum PRR 1 · belum 17 tahun dan belum pernah kawin 1. Lihat: cetak jobs --state held
        "#]],
    );
    check(
        vec![text("people.csv", one_of_each())],
        &style(Lang::En),
        Exit::Failed,
        expect![[r#"
            people.csv:5: TPI-1-000001: the child is 17 or older and needs a KTP-el. Submit a KTP-el under a new key.
            people.csv:7: this key was used for other data; nothing was stored. Compare it with TPI-1-000003; submit new data under a new key.
            people.csv:8: TPI-1-000004: another job of this person and product is open. Finish or cancel the open job: cetak job TPI-1-000005
            people.csv:9: nik: the NIK does not have exactly 16 digits; correct it
            people.csv:10: birth_date: there is no such day in the calendar; correct the date
            --
            9 rows: 1 accepted, 1 same, 2 held, 2 rejected, 1 conflicts, 2 refused
            Held: the record is not print-ready (PRR) 1 · not yet 17 and never married 1. See:
            cetak jobs --state held
        "#]],
    );
    check(
        vec![text("people.csv", one_of_each())],
        &json(Lang::En),
        Exit::Failed,
        expect![[r#"
            --
            {"code":"REJECTED_KIA_TOO_OLD","file":"people.csv","job":"TPI-1-000001","line":5,"outcome":"rejected","text":"the child is 17 or older and needs a KTP-el"}
            {"file":"people.csv","job":"TPI-1-000003","line":7,"outcome":"conflict"}
            {"code":"REJECTED_ALREADY_OPEN","file":"people.csv","job":"TPI-1-000004","line":8,"open":"TPI-1-000005","outcome":"rejected","text":"another job of this person and product is open"}
            {"faults":[{"code":"NIK_SHAPE","field":"nik","params":{},"text":"the NIK does not have exactly 16 digits; correct it"}],"file":"people.csv","line":9,"outcome":"refused"}
            {"faults":[{"code":"DATE_DOES_NOT_EXIST","field":"birth_date","params":{},"text":"there is no such day in the calendar; correct the date"}],"file":"people.csv","line":10,"outcome":"refused"}
            {"accepted":1,"complete":true,"conflicts":1,"held":2,"held_by":{"HELD_NOT_PRR":1,"HELD_UNDER_AGE":1},"refused":2,"rejected":2,"rows":9,"same":1,"unopened_files":0}
        "#]],
    );
}

#[test]
fn held_and_same_rows_are_no_failure() {
    let rows = format!(
        "{HEADER}{}{}{}",
        row("a", ""),
        row("held", ""),
        row("same", "")
    );
    check(
        vec![text("people.csv", rows)],
        &style(Lang::En),
        Exit::Done,
        expect![[r#"
            --
            3 rows: 1 accepted, 1 same, 1 held, 0 rejected, 0 conflicts, 0 refused
            Held: the record is not print-ready (PRR) 1. See: cetak jobs --state held
        "#]],
    );
}

#[test]
fn broken_text_and_a_huge_field_cost_their_rows_only() {
    let mut bytes = HEADER.as_bytes().to_vec();
    bytes.extend(row("one", "").bytes());
    bytes.extend(
        row("two", "")
            .replace("MELUR", "ME\u{1}LUR")
            .bytes()
            .map(|b| if b == 1 { 0xff } else { b }),
    );
    bytes.extend(
        row("three", "")
            .replace("NELAYAN", &"X".repeat(10 << 20))
            .bytes(),
    );
    bytes.extend(row("four", "").bytes());
    check(
        vec![text("people.csv", bytes)],
        &style(Lang::En),
        Exit::Failed,
        expect![[r#"
            people.csv:3: name: the text is not UTF-8; save the file as UTF-8
            people.csv:4: occupation: the field is longer than 65536 bytes; shorten it
            --
            4 rows: 2 accepted, 0 same, 0 held, 0 rejected, 0 conflicts, 2 refused
        "#]],
    );
}

#[test]
fn a_file_that_is_none_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.csv");
    fs::write(&good, format!("{HEADER}{}", row("a", ""))).unwrap();
    let sources = [
        folder.path().join("none.csv"),
        folder.path().to_owned(),
        good,
    ];
    let sources = sources.map(Source::of_file).into_iter().collect();
    let (exit, out, err) = handed_in(&obedient(), sources, &style(Lang::En));
    assert_eq!(exit, Exit::Failed);
    assert_eq!(err.matches("cannot be opened").count(), 2, "{err}");
    assert!(out.starts_with("1 rows: 1 accepted"), "{out}");
    check(
        vec![text("empty.csv", "")],
        &style(Lang::En),
        Exit::Failed,
        expect![[r#"
            empty.csv:1: the file is empty; it needs a header row and rows, or one JSON object a line
            --
            1 rows: 0 accepted, 0 same, 0 held, 0 rejected, 0 conflicts, 1 refused
        "#]],
    );
    check(
        vec![text("list.json", "[{}]")],
        &style(Lang::Id),
        Exit::Failed,
        expect![[r#"
            list.json:1: berkas berupa satu larik JSON; tulis satu objek JSON per baris, tanpa kurung siku dan koma di antaranya
            --
            1 baris: 0 diterima, 0 sudah ada, 0 ditahan, 0 ditolak, 0 bentrok, 1 tidak sah
        "#]],
    );
}

/// A photo that the row names and that cannot be read refuses the row; a row that names none goes to the rules.
#[test]
fn photos_are_sent_or_refuse_their_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 100]].concat();
    fs::write(path.join("good.png"), &png).unwrap();
    fs::write(
        path.join("large.png"),
        [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; 200_000]].concat(),
    )
    .unwrap();
    fs::write(path.join("text.png"), "no image").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", path.join("link.png")).unwrap();
    let photos = [
        "good.png",
        "",
        "none.png",
        "large.png",
        "text.png",
        "link.png",
        "../good.png",
    ];
    let rows: String = photos
        .iter()
        .enumerate()
        .map(|(at, photo)| row(&format!("k{at}"), photo))
        .collect();
    let file = path.join("people.csv");
    fs::write(&file, format!("{HEADER}{rows}")).unwrap();
    let seen = Arc::new(Mutex::new(vec![]));
    let kept = Arc::clone(&seen);
    let inner = obedient();
    let fake = Fake::new(move |path, body| {
        let request: SubmitRequest = serde_json::from_str(body.unwrap()).unwrap();
        kept.lock()
            .unwrap()
            .extend(request.jobs.into_iter().map(|item| item.photo));
        inner.answer(path, body)
    });
    let (exit, out, err) = handed_in(&fake, vec![Source::of_file(file)], &style(Lang::En));
    assert_eq!(exit, Exit::Failed);
    assert!(
        out.starts_with("7 rows: 2 accepted") && out.contains("5 refused"),
        "{out}"
    );
    let lines: Vec<&str> = err
        .lines()
        .map(|line| line.split_once("people.csv:").unwrap().1)
        .collect();
    let starts = [
        "4: photo: there is no such photo",
        "5: photo: the photo has 200008 bytes",
        "6: photo: the photo is neither",
        "7: photo: the photo lies outside",
        "8: photo: the photo lies outside",
    ];
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{err}");
    }
    use base64::Engine as _;
    let sent = base64::engine::general_purpose::STANDARD.encode(&png);
    assert_eq!(*seen.lock().unwrap(), [Some(sent), None]);
}

#[test]
fn a_spooler_that_is_lost_midway_leaves_a_known_line() {
    let rows: String = (0..350).map(|at| row(&format!("k{at}"), "")).collect();
    for (error, exit) in [
        (broke_off as fn() -> ClientError, Exit::Unreachable),
        (unreachable, Exit::Unreachable),
        (|| refused(503, "STOPPING"), Exit::Unreachable),
        (|| refused(403, "AS_ONLY_IN_TRAINING"), Exit::Failed),
    ] {
        let inner = obedient();
        let calls = AtomicUsize::new(0);
        let fake = Fake::new(move |path, body| {
            let first = body.unwrap().contains("\"k0\"") || body.unwrap().contains("\"k100\"");
            calls.fetch_add(1, Ordering::SeqCst);
            if first {
                inner.answer(path, body)
            } else {
                Err(error())
            }
        });
        let sources = vec![text("people.csv", format!("{HEADER}{rows}"))];
        let (found, out, err) = handed_in(&fake, sources, &style(Lang::En));
        assert_eq!(found, exit);
        assert!(
            err.contains("The last answer was for people.csv:201;"),
            "{err}"
        );
        assert!(err.contains("harmless: cetak submit people.csv"), "{err}");
        assert!(out.starts_with("200 rows: 200 accepted"), "{out}");
    }
    let fake = Fake::new(|_, _| Err(unreachable()));
    let (exit, out, err) = handed_in(
        &fake,
        vec![text("people.csv", one_of_each())],
        &json(Lang::Id),
    );
    assert_eq!(exit, Exit::Unreachable);
    expect![[r#"
        {"error":"UNREACHABLE","next":"Jalankan: cetak serve","text":"spooler tidak bisa dihubungi (cetak-data/cetak.sock)"}
        --
        {"accepted":0,"answered_to":null,"complete":false,"conflicts":0,"held":0,"held_by":{},"refused":0,"rejected":0,"rows":0,"same":0,"unopened_files":0}
    "#]].assert_eq(&format!("{err}--\n{out}"));
}

#[test]
fn an_answer_for_other_records_is_not_believed() {
    let fake = Fake::new(|_, _| Ok(serde_json::json!({"results": []})));
    let (exit, _, err) = handed_in(
        &fake,
        vec![text("people.csv", one_of_each())],
        &style(Lang::En),
    );
    assert_ne!(exit, Exit::Done);
    assert!(err.contains("0 results for 8 records"), "{err}");
}

#[test]
fn what_is_sent_is_the_record_that_was_read() {
    let sample = include_bytes!("../../../../samples/specimens-60.csv");
    let rows = crate::interfaces::records::RecordReader::new("x.csv", sample.as_slice());
    let mut count = 0;
    for row in rows {
        let record = row.unwrap().record;
        let sent = serde_json::value::to_raw_value(&record).unwrap();
        assert!(record_from_json(sent.get().as_bytes()).unwrap() == record);
        count += 1;
    }
    assert_eq!(count, 60);
}

/// Rows without end, made as they are read.
struct Rows {
    left: u64,
    line: Vec<u8>,
    at: usize,
}

impl io::Read for Rows {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.left -= 1;
            self.line = row(&format!("k{}", self.left), "").into_bytes();
            self.at = 0;
        }
        let rest = &self.line[self.at..];
        let count = rest.len().min(to.len());
        to[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

/// A spooler that only counts; it sees how much is on its way at once.
#[derive(Default)]
struct Weighed {
    records: AtomicUsize,
    now: AtomicUsize,
    flight_max: AtomicUsize,
    bytes_max: AtomicUsize,
    batch_max: AtomicUsize,
}

#[derive(Clone, Default)]
struct Counting(Arc<Weighed>);

impl Line for Counting {
    async fn get<T: serde::de::DeserializeOwned + Send>(&self, _: &str) -> Result<T, ClientError> {
        Err(unreachable())
    }

    async fn post<B: serde::Serialize + Sync + ?Sized, T: serde::de::DeserializeOwned + Send>(
        &self,
        _: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_string(body).unwrap();
        let count = body.matches("\"record\":").count();
        let now = self.0.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.flight_max.fetch_max(now, Ordering::SeqCst);
        self.0.bytes_max.fetch_max(body.len(), Ordering::SeqCst);
        self.0.batch_max.fetch_max(count, Ordering::SeqCst);
        self.0.records.fetch_add(count, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.0.now.fetch_sub(1, Ordering::SeqCst);
        let result = json!({ "outcome": "same", "job": id(1) });
        let answer = json!({ "results": vec![result; count] });
        Ok(serde_json::from_value(answer).unwrap())
    }
}

#[test]
fn a_million_rows_are_never_held_at_once() {
    const ROWS: u64 = 1_000_000;
    let line = Counting::default();
    let head = io::Cursor::new(HEADER.as_bytes());
    let rows = Rows {
        left: ROWS,
        line: vec![],
        at: 0,
    };
    let source = Source::new("people.csv".into(), 0, move || {
        Ok(Box::new(head.chain(rows)))
    });
    let (mut out, mut err) = (vec![], vec![]);
    let style = style(Lang::En);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let exit = runtime
        .block_on(hand_in(&line, vec![source], "", &style, &mut out, &mut err))
        .unwrap();
    assert_eq!(exit, Exit::Done);
    assert!(out.starts_with(b"1,000,000 rows: 0 accepted, 1,000,000 same"));
    let weighed = &line.0;
    assert_eq!(weighed.records.load(Ordering::SeqCst) as u64, ROWS);
    assert!(weighed.flight_max.load(Ordering::SeqCst) <= FLIGHT_MAX);
    assert!(weighed.batch_max.load(Ordering::SeqCst) <= BATCH_MAX);
    assert!(weighed.bytes_max.load(Ordering::SeqCst) < 1 << 20);
}

/// Whoever takes batches slowly finds the reader no further than what the channel and its hands hold.
#[test]
fn the_reader_waits_for_the_answers() {
    struct Counted(Rows, Arc<AtomicUsize>);
    impl io::Read for Counted {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            self.1.fetch_add(1, Ordering::SeqCst);
            // One row at a time, whatever is asked for.
            self.0.read(to)
        }
    }
    const BATCHES: usize = 100;
    let (sender, mut reads) = mpsc::channel(1);
    let made = Arc::new(AtomicUsize::new(0));
    let rows = Rows {
        left: 1_000_000,
        line: HEADER.as_bytes().to_vec(),
        at: 0,
    };
    let rows = Counted(rows, Arc::clone(&made));
    let source = Source::new("people.csv".into(), 0, move || Ok(Box::new(rows)));
    let reader = std::thread::spawn(move || read::all(vec![source], &sender));
    for taken in 1..=BATCHES {
        let Some(Read::Batch(batch)) = reads.blocking_recv() else {
            panic!("rows are left");
        };
        assert_eq!((batch.sent, batch.items.len()), (BATCH_MAX, BATCH_MAX));
        // Slower than the reader: a reader that does not wait is far ahead soon.
        for _ in 0..3 {
            for item in &batch.items {
                record_from_json(item.record.get().as_bytes()).unwrap();
            }
        }
        let read = made.load(Ordering::SeqCst);
        assert!(
            read <= (taken + 3) * BATCH_MAX,
            "{read} rows read, {taken} batches taken"
        );
    }
    drop(reads);
    reader.join().unwrap();
    let read = made.load(Ordering::SeqCst);
    assert!(
        read <= (BATCHES + 3) * BATCH_MAX,
        "it reads on though nobody listens"
    );
}

#[test]
fn photos_make_a_batch_full_before_its_count_does() {
    let folder = tempfile::tempdir().unwrap();
    let large = [b"\xff\xd8\xff".as_slice(), &vec![0; 100_000]].concat();
    fs::write(folder.path().join("p.jpg"), large).unwrap();
    let rows: String = (0..150).map(|at| row(&format!("k{at}"), "p.jpg")).collect();
    let file = folder.path().join("people.csv");
    fs::write(&file, format!("{HEADER}{rows}")).unwrap();
    let line = Counting::default();
    let (mut out, mut err) = (vec![], vec![]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let exit = runtime
        .block_on(hand_in(
            &line,
            vec![Source::of_file(file)],
            "",
            &style(Lang::En),
            &mut out,
            &mut err,
        ))
        .unwrap();
    assert_eq!(exit, Exit::Done);
    assert_eq!(line.0.records.load(Ordering::SeqCst), 150);
    let bytes = line.0.bytes_max.load(Ordering::SeqCst);
    assert!(
        bytes > read::BATCH_BYTES_MAX && bytes < BODY_BYTES_MAX / 2,
        "{bytes}"
    );
}
