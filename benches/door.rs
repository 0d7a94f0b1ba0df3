//! The real program behind its socket: durable accepts, starts, memory, the queue's first page, and whole files.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cetak::domain::record::Record;
use cetak::interfaces::api::{JobsPage, RoomView, SubmitAnswer, SubmitItem, SubmitRequest};
use cetak::interfaces::client::Client;
use cetak::rehearsal::specimen::{Mix, records, to_csv};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use crate::harness::{Table, middle, per_second, show};
use crate::store::raw_sync;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cetak");
/// How long a start may take before the bench gives up.
const START_MAX: Duration = Duration::from_secs(60);
const FILE_RECORDS: usize = 20_000;
const PHOTO_BYTES: usize = 30_000;

type People = Arc<Mutex<Box<dyn Iterator<Item = Record> + Send>>>;

struct Spooler {
    data: PathBuf,
    child: Child,
}

impl Spooler {
    /// Starts the program and waits for its first answer; how long that took.
    fn start(data: &Path, runtime: &Runtime) -> (Spooler, Duration) {
        let begin = Instant::now();
        let child = Command::new(PROGRAM)
            .args(["serve", "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("our own program");
        let client = Client::of(data).expect("a folder that is there");
        while runtime.block_on(client.get::<RoomView>("/status")).is_err() {
            assert!(begin.elapsed() < START_MAX, "the spooler does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        let data = data.to_owned();
        (Spooler { data, child }, begin.elapsed())
    }

    /// Kilobytes that are its own in memory.
    fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("a process that runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|n| n.parse().ok()).expect("a number of kB")
    }

    fn kill(mut self) -> PathBuf {
        self.child.kill().expect("our own child");
        self.child.wait().expect("our own child");
        self.data
    }
}

/// A training room without printers.
fn room() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(
        folder.path().join("cetak.toml"),
        "room = \"TPI\"\ntraining = true\n",
    )
    .expect("our own folder");
    folder
}

/// Prints the tables. `largest` bounds the queue.
pub(crate) fn run(largest: usize) {
    let runtime = Runtime::new().expect("threads");
    let folder = room();
    let people: People = Arc::new(Mutex::new(Box::new(records(3, Mix::TANJUNGPINANG_2019))));
    let (spooler, _) = Spooler::start(folder.path(), &runtime);
    let client = Client::of(folder.path()).expect("a folder that is there");
    let accepts = Table::new(
        "Durable accepts through the socket (records a second)",
        &[
            "queued",
            "raw 4 KiB sync",
            "1 client",
            "4 clients",
            "1 x 100",
            "4 x 100",
        ],
    );
    let mut queued = 0;
    for target in [0, 20_000] {
        queued += fill(&runtime, &client, &people, target - queued);
        let sync = raw_sync(folder.path());
        let mut cells = vec![queued.to_string(), show(sync)];
        for (clients, batch, count) in
            [(1, 1, 600), (4, 1, 2_400), (1, 100, 4_000), (4, 100, 8_000)]
        {
            let time = runtime.block_on(send(&client, &people, clients, batch, count));
            cells.push(per_second(count, time));
            queued += count;
        }
        accepts.row(&cells);
    }
    let mut spooler = spooler;
    let starts = Table::new(
        "Start to first answer, memory, first page of 50 (medians of 5)",
        &["queued", "start after a kill", "resident", "first page"],
    );
    for target in [20_000, 1_000_000]
        .into_iter()
        .filter(|t| *t <= largest.max(20_000))
    {
        queued += fill(&runtime, &client, &people, target - queued.min(target));
        let mut times = Vec::new();
        for _ in 0..5 {
            spooler.kill();
            let (fresh, time) = Spooler::start(folder.path(), &runtime);
            times.push(time);
            spooler = fresh;
        }
        let mut pages = Vec::new();
        for _ in 0..21 {
            let begin = Instant::now();
            let page: JobsPage = runtime
                .block_on(client.get("/jobs?state=queued&limit=50"))
                .expect("a page");
            assert_eq!(page.jobs.len(), 50);
            pages.push(begin.elapsed());
        }
        let mib = format!("{:.1} MiB", spooler.resident_kib() as f64 / 1024.0);
        starts.row(&[
            queued.to_string(),
            show(middle(&mut times)),
            mib,
            show(middle(&mut pages)),
        ]);
    }
    spooler.kill();
    drop(folder);
    files(&runtime);
}

/// Fills the queue by so many.
fn fill(runtime: &Runtime, client: &Client, people: &People, count: usize) -> usize {
    if count > 0 {
        runtime.block_on(send(client, people, 4, 100, count));
    }
    count
}

/// Hands in `count` records by so many clients at once, `batch` a request.
async fn send(
    client: &Client,
    people: &People,
    clients: usize,
    batch: usize,
    count: usize,
) -> Duration {
    let mut work: Vec<Vec<SubmitRequest>> = (0..clients).map(|_| Vec::new()).collect();
    {
        let mut people = people.lock().await;
        let mut left = count;
        for at in 0.. {
            let size = batch.min(left);
            if size == 0 {
                break;
            }
            let jobs = people
                .by_ref()
                .take(size)
                .map(|record| item(&record))
                .collect();
            work[at % clients].push(SubmitRequest { jobs });
            left -= size;
        }
    }
    let begin = Instant::now();
    let tasks: Vec<_> = work
        .into_iter()
        .map(|requests| {
            let client = client.clone();
            tokio::spawn(async move {
                for request in requests {
                    let answer: SubmitAnswer =
                        client.post("/jobs", &request).await.expect("an answer");
                    assert_eq!(answer.results.len(), request.jobs.len());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a client that ends");
    }
    begin.elapsed()
}

fn item(record: &Record) -> SubmitItem {
    let text = serde_json::to_string(record).expect("a record is JSON");
    SubmitItem {
        record: serde_json::value::RawValue::from_string(text).expect("JSON"),
        photo: None,
    }
}

/// Whole files through `cetak submit`.
fn files(runtime: &Runtime) {
    let table = Table::new(
        "A file of 20,000 records through `cetak submit` (medians of 3)",
        &["file", "time", "records a second"],
    );
    let children = Mix {
        kia_0_5: 1,
        kia_5_17: 0,
        ..Mix::KIA
    };
    for (name, mix, photos) in [
        ("without photos (KIA 0 to 5)", children, false),
        ("with photos of 30 KB", Mix::TANJUNGPINANG_2019, true),
    ] {
        let mut times = Vec::new();
        for seed in 0..3 {
            let folder = room();
            let file = write_file(folder.path(), seed, mix, photos);
            let (spooler, _) = Spooler::start(folder.path(), runtime);
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
            spooler.kill();
        }
        let time = middle(&mut times);
        table.row(&[name.to_owned(), show(time), per_second(FILE_RECORDS, time)]);
    }
}

fn write_file(folder: &Path, seed: u64, mix: Mix, photos: bool) -> PathBuf {
    let people: Vec<_> = records(seed, mix)
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
