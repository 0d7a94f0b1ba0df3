//! Many demos, several at a time, each a process of its own: one line a seed, and the folder of every one that failed
//! is kept.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::DemoError;
use super::folder::Folder;
use crate::interfaces::words::Lang;

/// Demos at a time for each core: a demo waits for its printers most of the time.
const AT_A_TIME_PER_CORE: usize = 2;

/// What to play.
#[derive(Debug, Clone)]
pub struct SeedsArgs {
    /// The first seed.
    pub first: u64,
    /// How many seeds, counting up from it.
    pub count: u32,
    /// Records of each demo.
    pub cards: u32,
    /// The folder in which each demo has one of its own.
    pub out: PathBuf,
    /// The language of the lines.
    pub lang: Lang,
    /// Each line as a JSON object instead.
    pub json: bool,
    /// The program to play them with.
    pub program: PathBuf,
}

/// One demo that was played.
struct Played {
    seed: u64,
    folder: PathBuf,
    output: io::Result<Output>,
}

/// Plays them. `true`: every one held.
///
/// # Errors
/// [`DemoError`]: the folder is somebody else's, or it was interrupted; a demo that fails is a line and `false`.
pub async fn run(arguments: SeedsArgs) -> Result<bool, DemoError> {
    let out = Folder::prepare(&arguments.out)?.data;
    let mut terminate = signal(SignalKind::terminate()).map_err(DemoError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(DemoError::Signals)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let places = Arc::new(Semaphore::new(cores * AT_A_TIME_PER_CORE));
    let (ended, mut lines) = mpsc::channel(1);
    let mut demos = JoinSet::new();
    for seed in (arguments.first..).take(arguments.count as usize) {
        let folder = out.join(seed.to_string());
        let mut command = Command::new(&arguments.program);
        command
            .args(["--lang", arguments.lang.pick("id", "en"), "--json", "demo"])
            .args(["--seed", &seed.to_string()])
            .args(["--cards", &arguments.cards.to_string(), "--out"])
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let (places, ended) = (Arc::clone(&places), ended.clone());
        demos.spawn(async move {
            let Ok(_place) = places.acquire_owned().await else {
                return;
            };
            let output = play(command).await;
            let played = Played {
                seed,
                folder,
                output,
            };
            // Who reads no line any more has given up on all of them.
            let _ = ended.send(played).await;
        });
    }
    drop(ended);
    let (mut held, mut failed) = (0_u32, Vec::new());
    loop {
        let played = tokio::select! {
            played = lines.recv() => played,
            _ = terminate.recv() => return Err(stop(demos).await),
            _ = interrupt.recv() => return Err(stop(demos).await),
        };
        let Some(played) = played else { break };
        let judged = judged(&played, arguments.lang);
        let seed = played.seed;
        if arguments.json {
            let (held, closing) = (judged.closing.is_some(), &judged.closing);
            let why = (!held).then_some(&judged.says);
            let object = json!({ "seed": seed, "held": held, "closing": closing, "why": why });
            println!("{object}");
        } else {
            println!("{seed}: {}", judged.says);
        }
        if judged.closing.is_some() {
            held += 1;
            // What cannot be removed is only more to look at.
            let _ = fs::remove_dir_all(&played.folder);
        } else {
            failed.push(played.seed);
        }
    }
    failed.sort_unstable();
    if arguments.json {
        println!("{}", json!({ "held": held, "failed": failed }));
    } else {
        let words = arguments
            .lang
            .pick("benih utuh, gagal", "seeds held, failed");
        println!("{held} {words}: {} {failed:?}", failed.len());
    }
    Ok(failed.is_empty())
}

/// Runs one demo to its end; whoever drops this asks it to stop, so that it can stop its own spooler.
async fn play(mut command: Command) -> io::Result<Output> {
    let child = command.spawn()?;
    let asked_to_stop = AskedToStop(child.id());
    let output = child.wait_with_output().await;
    std::mem::forget(asked_to_stop);
    output
}

/// A process that gets a SIGTERM when this is dropped.
struct AskedToStop(Option<u32>);

impl Drop for AskedToStop {
    fn drop(&mut self) {
        let id = self.0.and_then(|id| i32::try_from(id).ok());
        if let Some(process) = id.and_then(Pid::from_raw) {
            // One that has ended meanwhile needs no word.
            let _ = kill_process(process, Signal::TERM);
        }
    }
}

async fn stop(mut demos: JoinSet<()>) -> DemoError {
    demos.shutdown().await;
    DemoError::Interrupted
}

/// What became of a demo.
struct Judged {
    /// Its closing books; `None`: it failed.
    closing: Option<Value>,
    /// In words.
    says: String,
}

fn judged(played: &Played, lang: Lang) -> Judged {
    let failed = |says| Judged {
        closing: None,
        says,
    };
    let output = match &played.output {
        Ok(output) => output,
        Err(error) => return failed(error.to_string()),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let closing: Option<Value> = said
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok());
    let (Some(closing), true) = (closing, output.status.success()) else {
        let errors = String::from_utf8_lossy(&output.stderr);
        let wrong = lang.pick("SALAH", "WRONG");
        let why: Vec<&str> = said
            .lines()
            .filter(|line| line.contains(wrong))
            .chain(errors.lines().filter(|line| !line.trim().is_empty()))
            .collect();
        let folder = played.folder.display();
        return failed(format!("{} ({folder})", why.join("; ")));
    };
    let words = [
        ("good", "kartu jadi", "good cards"),
        ("spoiled", "rusak", "spoiled"),
        ("duplicates", "ganda", "duplicates"),
        ("lost", "hilang", "lost"),
        (
            "settled_by_person",
            "diputus dua orang",
            "settled by two people",
        ),
        ("kills", "kali dimatikan", "kills"),
        ("wall_s", "detik", "seconds"),
    ];
    let counts = words.map(|(key, id, en)| format!("{} {}", closing[key], lang.pick(id, en)));
    Judged {
        says: counts.join(", "),
        closing: Some(closing),
    }
}
