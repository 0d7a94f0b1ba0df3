//! The real program behind its socket: durable accepts, starts, memory, the queue's first page, and whole files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cetak::domain::record::Record;
use cetak::interfaces::api::JobsPage;
use cetak::interfaces::client::Client;
use cetak::rehearsal::specimen::{Mix, records, to_csv};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use crate::harness::{Table, mib, middle, per_second, show};
use crate::program::{PROGRAM, People, Spooler, children, fill, room, send};
use crate::store::raw_sync;

const FILE_RECORDS: usize = 20_000;
const PHOTO_BYTES: usize = 30_000;
/// Clients, records a request, records in all.
const WAYS: [(usize, usize, usize); 4] =
    [(1, 1, 300), (4, 1, 900), (1, 100, 1_000), (4, 100, 2_000)];
const ACCEPT_RUNS: usize = 5;
/// After a start the templates are prepared and the log is taken in.
const SETTLED: Duration = Duration::from_secs(2);

/// Prints the tables. `largest` bounds the queue.
pub(crate) fn run(largest: usize) {
    let runtime = Runtime::new().expect("threads");
    queues(&runtime, largest);
    files(&runtime);
}

/// One row for each size of the queue: 0, 20,000, and the largest.
fn queues(runtime: &Runtime, largest: usize) {
    let accepts = Table::new(
        "Durable accepts through the socket: a second (in brackets: per raw sync), medians of 5",
        &[
            "queued",
            "raw 4 KiB sync",
            "1 client",
            "4 clients",
            "1 x 100",
            "4 x 100",
            "raw sync afterwards",
        ],
    );
    let mut rows = Vec::new();
    for size in [0, 20_000, largest] {
        let folder = room("");
        let people: People = Arc::new(Mutex::new(Box::new(children(3))));
        let (spooler, _) = Spooler::start(folder.path(), runtime, &[]);
        let client = Client::of(folder.path()).expect("a folder that is there");
        fill(runtime, &client, &people, size);
        let spooler = if size == 0 {
            spooler
        } else {
            let (row, spooler) = started(runtime, folder.path(), &client, spooler);
            rows.push([vec![size.to_string()], row].concat());
            spooler
        };
        let sync = raw_sync(folder.path());
        let mut cells = vec![size.to_string(), show(sync)];
        for (clients, batch, count) in WAYS {
            let mut times = Vec::new();
            for _ in 0..ACCEPT_RUNS {
                times.push(runtime.block_on(send(&client, &people, clients, batch, count)));
            }
            let time = middle(&mut times);
            let syncs = sync.as_secs_f64() * count as f64 / time.as_secs_f64();
            cells.push(format!("{} ({syncs:.2})", per_second(count, time)));
        }
        cells.push(show(raw_sync(folder.path())));
        accepts.row(&cells);
        drop(spooler);
    }
    let starts = Table::new(
        "Start to first answer after a kill, memory, first page of 50 (medians of 5 and 21)",
        &[
            "queued",
            "start",
            "memory, 2 s later",
            "memory after 21 pages",
            "first page",
        ],
    );
    for row in rows {
        starts.row(&row);
    }
}

/// Kills it and starts it again and again; what is then measured, and the last one.
fn started(
    runtime: &Runtime,
    folder: &Path,
    client: &Client,
    mut spooler: Spooler,
) -> (Vec<String>, Spooler) {
    let mut times = Vec::new();
    for _ in 0..5 {
        drop(spooler);
        let (fresh, time) = Spooler::start(folder, runtime, &[]);
        times.push(time);
        spooler = fresh;
    }
    std::thread::sleep(SETTLED);
    let rests = spooler.resident_kib();
    let mut pages = Vec::new();
    for _ in 0..21 {
        let begin = Instant::now();
        let page: JobsPage = runtime
            .block_on(client.get("/jobs?state=queued&limit=50"))
            .expect("a page");
        assert_eq!(page.jobs.len(), 50);
        pages.push(begin.elapsed());
    }
    let cells = vec![
        show(middle(&mut times)),
        mib(rests),
        mib(spooler.resident_kib()),
        show(middle(&mut pages)),
    ];
    (cells, spooler)
}

/// Whole files through `cetak submit`.
fn files(runtime: &Runtime) {
    let table = Table::new(
        "A file of 20,000 records through `cetak submit` (medians of 3)",
        &["file", "time", "records a second"],
    );
    for (name, photos) in [
        ("without photos (KIA 0 to 5)", false),
        ("with photos of 30 KB (KTP-el)", true),
    ] {
        let mut times = Vec::new();
        for seed in 0..3 {
            let folder = room("");
            let file = write_file(folder.path(), seed, photos);
            let (spooler, _) = Spooler::start(folder.path(), runtime, &[]);
            let begin = Instant::now();
            let done = Command::new(PROGRAM)
                .arg("submit")
                .arg("--data")
                .arg(folder.path())
                .arg(&file)
                .output()
                .expect("our own program");
            times.push(begin.elapsed());
            assert!(
                done.status.success(),
                "{}",
                String::from_utf8_lossy(&done.stderr)
            );
            drop(spooler);
        }
        let time = middle(&mut times);
        table.row(&[name.to_owned(), show(time), per_second(FILE_RECORDS, time)]);
    }
}

fn write_file(folder: &Path, seed: u64, photos: bool) -> PathBuf {
    let source: Box<dyn Iterator<Item = Record>> = if photos {
        Box::new(records(seed, Mix::TANJUNGPINANG_2019))
    } else {
        Box::new(children(seed))
    };
    let people: Vec<_> = source
        .take(FILE_RECORDS)
        .enumerate()
        .map(|(at, mut record)| {
            record.photo = photos.then(|| format!("photo-{}.png", at % 20));
            (record, None)
        })
        .collect();
    for at in 0..20 {
        // What is measured is the way of the bytes: they are not looked at before the card is drawn.
        let bytes: Vec<u8> = (0..PHOTO_BYTES)
            .map(|n| (n * (at + 7) % 251) as u8)
            .collect();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.extend(bytes);
        std::fs::write(folder.join(format!("photo-{at}.png")), file).expect("our own folder");
    }
    let path = folder.join("people.csv");
    std::fs::write(&path, to_csv(&people).expect("records are CSV")).expect("our own folder");
    path
}
