//! The real program as a child, and the people that are handed in to it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use cetak::domain::record::Record;
use cetak::interfaces::api::{RoomView, SubmitAnswer, SubmitItem, SubmitRequest, SubmitResult};
use cetak::interfaces::client::Client;
use cetak::rehearsal::specimen::{Mix, records};
use jiff::{ToSpan, Zoned};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cetak");
/// How long a start may take before the bench gives up.
const START_MAX: Duration = Duration::from_secs(60);

/// Where records come from, one after the other.
pub(crate) type People = Arc<Mutex<Box<dyn Iterator<Item = Record> + Send>>>;

/// A spooler that runs. It is killed when it is dropped.
pub(crate) struct Spooler {
    child: Child,
}

impl Spooler {
    /// Starts the program and waits for its first answer; how long that took.
    pub(crate) fn start(data: &Path, runtime: &Runtime, more: &[&str]) -> (Spooler, Duration) {
        let begin = Instant::now();
        let log = std::fs::File::create(data.join("serve.log")).expect("our own folder");
        let child = Command::new(PROGRAM)
            .args(["serve", "--data"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("our own program");
        let client = Client::of(data).expect("a folder that is there");
        let mut spooler = Spooler { child };
        while runtime.block_on(client.get::<RoomView>("/status")).is_err() {
            let ended = spooler.child.try_wait().expect("our own child");
            assert!(
                ended.is_none() && begin.elapsed() < START_MAX,
                "the spooler does not answer: {}",
                std::fs::read_to_string(data.join("serve.log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        (spooler, begin.elapsed())
    }

    /// What is its own in memory at this moment. Unit: KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        self.kib("VmRSS")
    }

    /// The most that ever was. Unit: KiB.
    pub(crate) fn resident_kib_max(&self) -> u64 {
        self.kib("VmHWM")
    }

    fn kib(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("a process that runs");
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|n| n.parse().ok()).expect("a number of kB")
    }
}

impl Drop for Spooler {
    fn drop(&mut self) {
        // A kill of a child that has ended fails, and nothing is to be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A training room; `printers` are lines of its config.
pub(crate) fn room(printers: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    configure(folder.path(), printers);
    folder
}

/// Writes the config of a training room.
pub(crate) fn configure(folder: &Path, printers: &str) {
    let text = format!("room = \"TPI\"\ntraining = true\n{printers}");
    std::fs::write(folder.join("cetak.toml"), text).expect("our own folder");
}

/// Records without photos that an office queues at once: children of two years by today's date. Their NIKs keep the
/// specimens' dates, which is a warning and stops nothing.
pub(crate) fn children(seed: u64) -> impl Iterator<Item = Record> {
    let mix = Mix {
        kia_0_5: 1,
        kia_5_17: 0,
        ..Mix::KIA
    };
    let birth_date = Zoned::now().date().saturating_sub(2.years());
    records(seed, mix).map(move |record| Record {
        birth_date,
        ..record
    })
}

/// What is handed in for a record.
pub(crate) fn item(record: &Record, photo: Option<&[u8]>) -> SubmitItem {
    let text = serde_json::to_string(record).expect("a record is JSON");
    SubmitItem {
        record: serde_json::value::RawValue::from_string(text).expect("JSON"),
        photo: photo.map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
}

/// A specimen's photo as an office's camera would make it: 480 by 640 pixels with grain, a JPEG of about 30 KB.
pub(crate) fn office_photo(specimen: &[u8]) -> Vec<u8> {
    const GRAIN: u32 = 24;
    let small = image::load_from_memory(specimen).expect("a specimen's photo");
    let mut large = small
        .resize_exact(480, 640, image::imageops::FilterType::CatmullRom)
        .into_rgb8();
    let mut state = 1_u32;
    for pixel in large.pixels_mut() {
        // Any steady noise will do: what counts is that the decoder has something to decode.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 16) % GRAIN;
        for value in &mut pixel.0 {
            *value = value.saturating_sub(u8::try_from(grain).expect("small"));
        }
    }
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 60)
        .encode_image(&large)
        .expect("a picture can be a JPEG");
    file
}

/// Hands in `count` records by so many clients at once, `batch` a request. Only the time of the talk counts.
pub(crate) async fn send(
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
            let jobs = people.by_ref().take(size).map(|record| item(&record, None));
            work[at % clients].push(SubmitRequest {
                jobs: jobs.collect(),
            });
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
                    accepted(&client, &request).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a client that ends");
    }
    begin.elapsed()
}

/// Hands in one batch; every record of it must come to wait for a printer.
pub(crate) async fn accepted(client: &Client, request: &SubmitRequest) {
    let answer: SubmitAnswer = client.post("/jobs", request).await.expect("an answer");
    assert_eq!(answer.results.len(), request.jobs.len());
    for result in answer.results {
        let queued = matches!(&result, SubmitResult::New { state, .. } if state == "queued");
        assert!(queued, "not a queued job: {result:?}");
    }
}

/// Fills the queue by so many, in bites that need little memory here.
pub(crate) fn fill(runtime: &Runtime, client: &Client, people: &People, count: usize) {
    const BITE: usize = 20_000;
    let mut left = count;
    while left > 0 {
        let bite = left.min(BITE);
        runtime.block_on(send(client, people, 4, 100, bite));
        left -= bite;
    }
}

/// An absolute path of ours, as text.
pub(crate) fn text(path: PathBuf) -> String {
    path.into_os_string()
        .into_string()
        .expect("temporary folders have plain names")
}
