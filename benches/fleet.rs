//! Four simulated printers print beside a full queue: what the spooler keeps in memory meanwhile, and how long a
//! printer waits for it from one card to the next.
//!
//! The wait is seen from outside: one of the four is joined through a relay that notes when bytes pass. Its own delay
//! is in the figure.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cetak::domain::ids::Stock;
use cetak::interfaces::api::{
    Done, IssueBody, LoadBody, PrinterView, ReasonBody, ReceiveBody, RoomView, SubmitRequest,
};
use cetak::interfaces::client::Client;
use cetak::rehearsal::specimen::{Mix, stream};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::Mutex as SharedMutex;

use crate::harness::{Table, mib, middle, show};
use crate::program::{
    PROGRAM, People, Spooler, accepted, children, configure, fill, item, office_photo, room, text,
};

const PRINTERS: usize = 4;
const QUEUED: usize = 20_000;
/// Cards that are printed, over all printers.
const CARDS: usize = 48;
const SPEED: u32 = 25;
/// Wall time for all of them.
const PRINTED_WITHIN: Duration = Duration::from_secs(180);
const SAMPLE_APART: Duration = Duration::from_millis(50);
const SETTLED: Duration = Duration::from_secs(2);

/// Prints the table.
pub(crate) fn run() {
    let runtime = Runtime::new().expect("threads");
    let folder = room("");
    let epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock that is set")
        .as_millis()
        .to_string();
    let sims: Vec<Sim> = (1..=PRINTERS)
        .map(|number| Sim::start(folder.path(), number, &epoch))
        .collect();
    let relay = Relay::start(&runtime, &sims[PRINTERS - 1].ready.endpoint);
    let config: String = sims
        .iter()
        .enumerate()
        .map(|(at, sim)| {
            let endpoint = if at == PRINTERS - 1 {
                &relay.endpoint
            } else {
                &sim.ready.endpoint
            };
            format!(
                "[[printer]]\nid = \"p{}\"\nprofile = \"evolis-primacy\"\nendpoint = \"{endpoint}\"\n\
                 reader = \"{}\"\nduty = [\"ktp_el\"]\nchip = \"training\"\n",
                at + 1,
                sim.ready.reader,
            )
        })
        .collect();
    configure(folder.path(), &config);
    let clock = format!("{SPEED}@{epoch}");
    let serve = ["--clock", &clock];
    let (spooler, _) = Spooler::start(folder.path(), &runtime, &serve);
    let client = Client::of(folder.path()).expect("a folder that is there");
    let desk = client.clone().speaking_as(Some("bench".to_owned()));
    for number in 1..=PRINTERS {
        order(
            &runtime,
            &desk,
            &format!("/printers/p{number}/pause"),
            &ReasonBody {
                reason: "bench".to_owned(),
            },
        );
    }
    let adults = stream(5, Mix::TANJUNGPINANG_2019).take(CARDS);
    let jobs = adults.map(|(record, photo)| {
        let photo = photo.as_deref().map(office_photo);
        item(&record, photo.as_deref())
    });
    let adults = SubmitRequest {
        jobs: jobs.collect(),
    };
    runtime.block_on(accepted(&client, &adults));
    let people: People = Arc::new(SharedMutex::new(Box::new(children(6))));
    fill(&runtime, &client, &people, QUEUED - CARDS);
    load(&runtime, &desk);
    drop(spooler);

    let (spooler, _) = Spooler::start(folder.path(), &runtime, &serve);
    std::thread::sleep(SETTLED);
    let paused = spooler.resident_kib();
    let seen = relay.seen();
    for number in 1..=PRINTERS {
        order(
            &runtime,
            &desk,
            &format!("/printers/p{number}/resume"),
            &Done {},
        );
    }
    let begin = Instant::now();
    let mut samples = Vec::new();
    loop {
        std::thread::sleep(SAMPLE_APART);
        samples.push(spooler.resident_kib());
        let room: RoomView = runtime.block_on(client.get("/status")).expect("a room");
        let printed = room.jobs.get("printed").copied().unwrap_or_default();
        if printed as usize == CARDS {
            break;
        }
        assert!(
            begin.elapsed() < PRINTED_WITHIN,
            "{printed} cards printed of {CARDS}: {:?}",
            runtime.block_on(client.get::<Vec<PrinterView>>("/printers"))
        );
    }
    samples.sort_unstable();
    let table = Table::new(
        &format!("{CARDS} cards on four printers, {QUEUED} queued, {SPEED} times as fast"),
        &[
            "memory, paused",
            "while they print: median",
            "at most",
            "more at most",
            "wait between two cards: median",
            "longest",
            "cards",
        ],
    );
    let most = spooler.resident_kib_max();
    let mut waits = relay.waits_between_cards(seen);
    let cards = waits.len();
    let longest = waits.iter().max().copied().unwrap_or_default();
    table.row(&[
        mib(paused),
        mib(samples[samples.len() / 2]),
        mib(most),
        mib(most.saturating_sub(paused)),
        show(middle(&mut waits)),
        show(longest),
        cards.to_string(),
    ]);
}

fn order<B: serde::Serialize>(runtime: &Runtime, client: &Client, path: &str, body: &B) {
    let _: Done = runtime
        .block_on(client.post(path, body))
        .unwrap_or_else(|error| panic!("{path}: {error}"));
}

/// Every hopper gets what its simulated printer holds.
fn load(runtime: &Runtime, desk: &Client) {
    let stock = Stock::KtpEl;
    let each = u32::try_from(CARDS).expect("a few cards");
    let pieces = each * u32::try_from(PRINTERS).expect("four");
    let paper = "BENCH-1".to_owned();
    order(
        runtime,
        desk,
        "/stock/receive",
        &ReceiveBody {
            stock,
            pieces,
            paper,
        },
    );
    order(runtime, desk, "/stock/issue", &IssueBody { stock, pieces });
    for number in 1..=PRINTERS {
        let body = LoadBody {
            stock,
            pieces: each,
        };
        order(runtime, desk, &format!("/printers/p{number}/load"), &body);
    }
}

/// Where a simulated printer can be reached.
#[derive(Deserialize)]
struct Ready {
    endpoint: String,
    reader: String,
}

/// A simulated printer as a child. It is killed when it is dropped.
struct Sim {
    child: Child,
    ready: Ready,
}

impl Sim {
    /// The last of them listens on TCP: it is the one behind the relay.
    fn start(folder: &Path, number: usize, epoch: &str) -> Sim {
        let listen = if number == PRINTERS { "tcp:0" } else { "pty" };
        let mut child = Command::new(PROGRAM)
            .args(["sim", "run", "evolis-primacy", "--listen", listen])
            .args(["--tray", &text(folder.join(format!("tray-{number}")))])
            .args(["--speed", &SPEED.to_string(), "--epoch", epoch])
            .args(["--blanks", &format!("TEST-{number}0000000000001:{CARDS}")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("our own program");
        let out = child.stdout.take().expect("a pipe was asked for");
        let mut line = String::new();
        BufReader::new(out)
            .read_line(&mut line)
            .expect("a line once it is ready");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
        Sim { child, ready }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // A kill of a child that has ended fails, and nothing is to be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the spooler sent after the printer had been silent: the beginning, and how long the printer had waited.
#[derive(Debug, Clone)]
struct Heard {
    begins: String,
    waited: Duration,
}

#[derive(Debug, Default)]
struct Notes {
    /// When the printer's last bytes passed, until the spooler answers them.
    printer_spoke: Option<Instant>,
    heard: Vec<Heard>,
}

/// Stands between the spooler and one printer.
struct Relay {
    endpoint: String,
    notes: Arc<Mutex<Notes>>,
}

impl Relay {
    fn start(runtime: &Runtime, printer: &str) -> Relay {
        let printer: SocketAddr = printer
            .strip_prefix("tcp://")
            .and_then(|address| address.parse().ok())
            .expect("a printer on TCP");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let notes = Arc::new(Mutex::new(Notes::default()));
        let kept = Arc::clone(&notes);
        runtime.spawn(async move {
            while let Ok((host, _)) = listener.accept().await {
                let printer = TcpStream::connect(printer).await.expect("our own printer");
                host.set_nodelay(true).expect("a TCP socket");
                printer.set_nodelay(true).expect("a TCP socket");
                relay(host, printer, &kept).await;
            }
        });
        Relay {
            endpoint: format!("tcp://{address}"),
            notes,
        }
    }

    fn seen(&self) -> usize {
        self.notes().heard.len()
    }

    /// From the answer to a card's eject to the command that feeds the next: all that the printer waited for us.
    fn waits_between_cards(&self, from: usize) -> Vec<Duration> {
        let notes = self.notes();
        let heard = &notes.heard[from..];
        let feeds = heard
            .iter()
            .enumerate()
            .filter(|(_, heard)| heard.begins.starts_with("\u{1b}Ss"));
        feeds
            .filter_map(|(feed, _)| {
                let eject = heard[..feed]
                    .iter()
                    .rposition(|heard| heard.begins.starts_with("\u{1b}Se"))?;
                Some(
                    heard[eject + 1..=feed]
                        .iter()
                        .map(|heard| heard.waited)
                        .sum(),
                )
            })
            .collect()
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().expect("the relay does not fall")
    }
}

async fn relay(host: TcpStream, printer: TcpStream, notes: &Mutex<Notes>) {
    let (mut host_in, mut host_out) = host.into_split();
    let (mut printer_in, mut printer_out) = printer.into_split();
    let mut from_host = vec![0; 1 << 16];
    let mut from_printer = vec![0; 1 << 16];
    let note = || notes.lock().expect("the relay does not fall");
    loop {
        tokio::select! {
            read = host_in.read(&mut from_host) => {
                let came = Instant::now();
                let Ok(count @ 1..) = read else { return };
                let bytes = &from_host[..count];
                {
                    let mut notes = note();
                    if let Some(since) = notes.printer_spoke.take() {
                        let begins = String::from_utf8_lossy(&bytes[..count.min(12)]).into_owned();
                        notes.heard.push(Heard { begins, waited: came - since });
                    }
                }
                if printer_out.write_all(bytes).await.is_err() {
                    return;
                }
            }
            read = printer_in.read(&mut from_printer) => {
                let Ok(count @ 1..) = read else { return };
                if host_out.write_all(&from_printer[..count]).await.is_err() {
                    return;
                }
                note().printer_spoke = Some(Instant::now());
            }
        }
    }
}
