//! The only place that knows everybody: wiring, start, orderly stop.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};

use crate::artwork;
use crate::clock::{Clock, Scale};
use crate::config::{Config, ConfigError};
use crate::domain::ids::PrinterId;
use crate::engine::fleet::PrinterMachine;
use crate::engine::spooler::{Settings, Spooler};
use crate::engine::store::{
    Identity, SqliteReader, SqliteStore, StoreKey, StoreLost, StoreOpenError, StoreRead,
};
use crate::interfaces::desk::{About, Desk};
use crate::interfaces::{http, socket};

mod bench;
pub mod commands;
pub mod doctor;
mod draw;
mod identify;
mod printers;
mod room;
mod sessions;

use draw::Drawer;
use room::{Room, Stop};
use sessions::Exchange;

/// News of all sessions on their way to the loop.
const NEWS_MAX: usize = 1_024;
/// Pictures on their way to the loop.
const PICTURES_MAX: usize = 64;
/// Threads for sessions and callers. The loop and the drawing have their own.
const RUNTIME_THREADS: usize = 2;

/// Why a room cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The config.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreOpenError),
    /// A scaled clock in an office.
    #[error(
        "--clock is for a training room only; this one is an office's (training = false in {})",
        crate::config::FILE
    )]
    ClockInOffice,
    /// The socket.
    #[error(transparent)]
    Socket(#[from] socket::BindError),
    /// A bench that was begun without a spooler has one of the printers.
    #[error("a bench runs on printer {0}; let it end, or stop it there with q, then start again")]
    BenchRuns(PrinterId),
    /// The data folder.
    #[error("cannot {doing} {}; check owner and permissions, or name another folder with --data", path.display())]
    Place {
        /// What was being done.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
    /// The store said no while the room ran.
    #[error(
        "the store failed, so everything stops: what was not answered may not be done; `cetak doctor` looks at the store"
    )]
    Lost(#[from] StoreLost),
    /// A defect of ours.
    #[error(
        "the loop ended by a defect; the store is as after a crash and the next start takes it up"
    )]
    Fell,
}

/// What `serve` is asked for.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The data folder.
    pub data: PathBuf,
    /// A training room's clock.
    pub clock: Option<Scale>,
    /// Tell that it is ready as one JSON line.
    pub json: bool,
}

/// Runs a print room until it is told to stop.
///
/// Errors: [`ServeError`], each with what to do.
pub fn serve(options: &ServeOptions) -> Result<(), ServeError> {
    let place = |doing, path: &Path| {
        let path = path.to_owned();
        move |cause| ServeError::Place { doing, path, cause }
    };
    let data = &options.data;
    let config = Config::load(data, &printers::profiles())?;
    let clock = match options.clock {
        Some(_) if !config.training => return Err(ServeError::ClockInOffice),
        Some(scale) => Clock::scaled(scale),
        None => Clock::real(),
    };
    socket::prepare_data_folder(data).map_err(place("use", data))?;
    let identity = Identity {
        room: config.room,
        epoch: 1,
        training: config.training,
    };
    let started = jiff::Timestamp::from_millisecond(crate::clock::wall().0)
        .map_or_else(|_| "?".to_owned(), |at| at.to_string());
    let store_path = data.join("store.db");
    let store = SqliteStore::open_or_create(&store_path, &identity, &started)?;
    let run = run_name(&started);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .enable_all()
        .build()
        .map_err(place("start threads for", data))?;
    runtime.block_on(open_room(options, config, clock, store, &store_path, run))
}

async fn open_room(
    options: &ServeOptions,
    config: Config,
    clock: Clock,
    store: SqliteStore,
    store_path: &Path,
    run: String,
) -> Result<(), ServeError> {
    let data = &options.data;
    let place = |doing, path: &Path| {
        let path = path.to_owned();
        move |cause| ServeError::Place { doing, path, cause }
    };
    let (listener, socket_path) = socket::bind(data)?;
    let about = About {
        room: config.room.to_string(),
        epoch: store.identity().epoch,
        training: config.training,
        run: run.clone(),
        zone: config.zone.clone(),
    };
    let (desk, ends) = Desk::new(about, readers(store_path), move || clock.at());
    let settings = Settings {
        run,
        zone: config.zone.clone(),
        training: config.training,
    };
    let records = bench::Record::all(data, &config.printers);
    let specs = config
        .printers
        .iter()
        .map(|printer| printers::spec_with(printer, records.get(&printer.id), &clock))
        .collect();
    let spooler = Spooler::start(settings, specs, clock.at(), &store)?;
    let benched = |machine: &&PrinterMachine| {
        !machine.in_maintenance() && bench::runs(data, &machine.spec.id)
    };
    if let Some(machine) = spooler.printers().find(benched) {
        return Err(ServeError::BenchRuns(machine.spec.id.clone()));
    }
    let (news_out, news) = mpsc::channel(NEWS_MAX);
    let (pictures_out, pictures) = mpsc::channel(PICTURES_MAX);
    let (stop, stopped) = watch::channel(Stop::No);
    let (seed, trace_key) = draw_seed(options.clock);
    let room = Room {
        data: data.clone(),
        clock,
        drawer: Drawer::start(letterhead(&config), config.training, pictures_out),
        config,
        records,
        spooler,
        store,
        exchange: Exchange {
            runtime: tokio::runtime::Handle::current(),
            clock,
            news: news_out,
            trace_key,
        },
        news,
        pictures,
        ends,
        stop: stopped,
        outlets: std::collections::BTreeMap::new(),
        seed,
    };
    // Who asks before the first turn sees the printers as the store left them.
    room.tell_fleet(false);
    let mut signals = Signals::new().map_err(place("listen for signals in", data))?;
    let (ended, mut end) = oneshot::channel();
    let runner = thread::Builder::new()
        .name("room".to_owned())
        .spawn(move || {
            let loop_runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime without threads can be built where one with threads was");
            let result = loop_runtime.block_on(room.run());
            // Nobody waits any more only after a second signal.
            let _ = ended.send(result);
        })
        .map_err(place("start the loop for", data))?;
    let (http_stop, http_stopped) = oneshot::channel::<()>();
    let http = tokio::spawn(http::serve(listener, desk, async {
        // A dropped sender says the same.
        let _ = http_stopped.await;
    }));
    ready(options, &socket_path).map_err(place("tell about", &socket_path))?;
    let result = loop {
        tokio::select! {
            result = &mut end => break result.map_err(|_| ServeError::Fell),
            () = signals.next() => {
                if stop.send_replace(Stop::Orderly) == Stop::Orderly {
                    tracing::warn!("stopped at once; the next start looks after the cards in flight");
                    // As safe as a crash, and as fast: no destructor stands between.
                    std::process::exit(1);
                }
            }
        }
    };
    drop(http_stop);
    // Answers that are on their way are given before the socket goes.
    let _ = http.await;
    socket::leave(&socket_path);
    drop(runner);
    result?.map(drop).map_err(ServeError::Lost)
}

/// What stands on the room's cards.
fn letterhead(config: &Config) -> artwork::Letterhead {
    match &config.letterhead {
        Some(letterhead) => artwork::Letterhead {
            province: letterhead.province.clone(),
            regency: letterhead.regency.clone(),
            office: letterhead.office.clone(),
            head: letterhead.head.clone(),
        },
        None => artwork::Letterhead::specimen(),
    }
}

fn ready(options: &ServeOptions, socket: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if options.json {
        let line = serde_json::json!({ "socket": socket, "data": options.data });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "cetak: siap, {}", socket.display())?;
    }
    out.flush()
}

fn readers(
    path: &Path,
) -> impl Fn() -> Result<SqliteReader, StoreLost> + Send + Sync + 'static + use<> {
    let path = path.to_owned();
    move || {
        let lost = |cause: StoreOpenError| StoreLost::Database {
            doing: "open a reader",
            cause: cause.into(),
        };
        let key = StoreKey::read(&path.with_extension("key")).map_err(lost)?;
        SqliteReader::open(&path, &key).map_err(lost)
    }
}

/// This life of the program: the host's boot, and when this process began.
fn run_name(started: &str) -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let boot = boot.as_deref().map_or("unknown boot", str::trim);
    format!("{boot}/{}/{started}", std::process::id())
}

/// The seed of everything that is drawn by chance, logged; and a key for the log's hashes, not logged.
fn draw_seed(clock: Option<Scale>) -> (u64, [u8; 16]) {
    let mut bytes = [0; 24];
    // Without chance nonces are only easier to guess, and hashes easier to compare.
    let _ = getrandom::fill(&mut bytes);
    let (seed, key) = bytes.split_at(8);
    let seed = u64::from_le_bytes(seed.try_into().expect("eight bytes"));
    tracing::info!(seed, ?clock, "room opened");
    (seed, key.try_into().expect("sixteen bytes"))
}

/// The signals that ask for an end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
