//! A print room for tests of the door: the real spooler and store in a thread of their own, behind a real socket,
//! and one printer that never answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use cetak_drivers::contract::{Dialect, Moment, Ribbon};
use cetak_drivers::evolis::{self, Evolis};
use jiff::tz::TimeZone;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::artwork::Look;
use crate::domain::ids::{At, PrinterId, Stock};
use crate::domain::record::{CardProduct, Record};
use crate::domain::specimens::specimen;
use crate::engine::fleet::{ChipScript, ChipWay, Port, PrinterSpec};
use crate::engine::spooler::{Effect, Input, ReplyTo, Settings, Spooler};
use crate::engine::store::{Identity, SqliteReader, SqliteStore, StoreKey, StoreLost, StoreRead};
use crate::interfaces::api::{Refusal, Reloaded, SubmitItem, SubmitRequest};
use crate::interfaces::client::Client;
use crate::interfaces::desk::{About, Desk, DeskEnds, Fleet, Order};
use crate::interfaces::fleet_view::printer_view;
use crate::interfaces::{http, socket};

/// 14 January 2019, 08.00 WIB.
pub(crate) const AT: At = At(1_547_427_600_000);
pub(crate) const PRINTER: &str = "p1";

/// What a room is opened with.
pub(crate) struct Plan {
    pub(crate) training: bool,
    /// Done to a new store before the spooler takes it up.
    pub(crate) before: fn(&mut SqliteStore),
    /// A folder below the temporary one for the data; empty: that one itself.
    pub(crate) below: String,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            training: true,
            before: |_| {},
            below: String::new(),
        }
    }
}

/// The room, until it is closed or dropped.
pub(crate) struct TestRoom {
    pub(crate) data: PathBuf,
    pub(crate) socket: PathBuf,
    /// What a reload answers is a refusal.
    pub(crate) config_is_bad: Arc<AtomicBool>,
    wall: Arc<AtomicI64>,
    stop: CancellationToken,
    server: Option<tokio::task::JoinHandle<()>>,
    room: Option<std::thread::JoinHandle<SqliteStore>>,
    lights: CancellationToken,
    _folder: tempfile::TempDir,
}

pub(crate) fn identity(training: bool) -> Identity {
    Identity {
        room: "TPI".parse().unwrap(),
        epoch: 1,
        training,
    }
}

impl TestRoom {
    pub(crate) async fn open(plan: Plan) -> TestRoom {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join(&plan.below);
        socket::prepare_data_folder(&data).unwrap();
        let path = data.join("store.db");
        let mut store =
            SqliteStore::open_or_create(&path, &identity(plan.training), "a test").unwrap();
        (plan.before)(&mut store);
        let wall = Arc::new(AtomicI64::new(AT.0));
        let about = About {
            room: "TPI".to_owned(),
            epoch: 1,
            training: plan.training,
            run: "test/1".to_owned(),
            zone: TimeZone::fixed(jiff::tz::offset(7)),
        };
        let key = data.join("store.key");
        let readers = move || {
            let lost = |cause: crate::engine::store::StoreOpenError| StoreLost::Database {
                doing: "open a reader",
                cause: cause.into(),
            };
            SqliteReader::open(&path, &StoreKey::read(&key).map_err(lost)?).map_err(lost)
        };
        let hands = Arc::clone(&wall);
        let (desk, ends) = Desk::new(about, readers, move || At(hands.load(Ordering::Relaxed)));
        let config_is_bad = Arc::new(AtomicBool::new(false));
        let lights = CancellationToken::new();
        let (bad, time, out) = (
            Arc::clone(&config_is_bad),
            Arc::clone(&wall),
            lights.clone(),
        );
        let (ready, is_ready) = oneshot::channel();
        let room = std::thread::spawn(move || run(store, ends, ready, &bad, &time, &out));
        is_ready.await.unwrap();
        let (listener, socket) = socket::bind(&data).unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let server = tokio::spawn(http::serve(listener, desk, stopped));
        TestRoom {
            data,
            socket,
            config_is_bad,
            wall,
            stop,
            server: Some(server),
            room: Some(room),
            lights,
            _folder: folder,
        }
    }

    pub(crate) async fn training() -> TestRoom {
        TestRoom::open(Plan::default()).await
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(&self.data).unwrap()
    }

    pub(crate) fn speaking_as(&self, name: &str) -> Client {
        self.client().speaking_as(Some(name.to_owned()))
    }

    /// Lets time pass for people.
    pub(crate) fn pass(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::Relaxed);
    }

    /// The door closes in good order; the room goes on.
    pub(crate) async fn close_door(&mut self) {
        self.stop.cancel();
        if let Some(server) = self.server.take() {
            server.await.unwrap();
        }
    }

    /// The loop ends while the door is open.
    pub(crate) fn lights_out(&self) {
        self.lights.cancel();
    }

    /// Closes everything and looks at the books.
    pub(crate) async fn close(mut self) -> SqliteStore {
        self.close_door().await;
        self.lights_out();
        let room = self.room.take().unwrap();
        let store = tokio::task::spawn_blocking(move || room.join().unwrap())
            .await
            .unwrap();
        store.reader().unwrap().audit().unwrap();
        store.verify_journal().unwrap();
        store
    }

    /// A request as bytes: status and body of the answer.
    pub(crate) async fn raw(&self, request: &[u8]) -> (u16, String) {
        let mut stream = UnixStream::connect(&self.socket).await.unwrap();
        // Who is refused early may find the line closed while he still speaks.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        (status.unwrap_or(0), body.to_owned())
    }

    /// A request with a body, and the refusal that answers it.
    pub(crate) async fn refused(
        &self,
        method: &str,
        path: &str,
        head: &str,
        body: &[u8],
    ) -> (u16, Refusal) {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: cetak\r\nconnection: close\r\n\
             content-length: {}\r\n{head}\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        let (status, answer) = self.raw(&request).await;
        let refusal = serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{method} {path}: {status} {answer}: {error}"));
        (status, refusal)
    }
}

impl Drop for TestRoom {
    fn drop(&mut self) {
        self.stop.cancel();
        self.lights.cancel();
    }
}

/// The loop: what has piled up is one turn.
fn run(
    mut store: SqliteStore,
    mut ends: DeskEnds,
    ready: oneshot::Sender<()>,
    config_is_bad: &AtomicBool,
    wall: &AtomicI64,
    lights: &CancellationToken,
) -> SqliteStore {
    let settings = Settings {
        run: "test/1".to_owned(),
        zone: TimeZone::fixed(jiff::tz::offset(7)),
        training: store.identity().training,
    };
    let mut spooler = Spooler::start(settings, vec![spec()], AT, &store).unwrap();
    tell(&spooler, &ends);
    ready.send(()).unwrap();
    let wait = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut now = Moment::ZERO;
    let mut answers: BTreeMap<ReplyTo, oneshot::Sender<_>> = BTreeMap::new();
    loop {
        let first = wait.block_on(async {
            tokio::select! {
                () = lights.cancelled() => None,
                order = ends.orders.recv() => order,
            }
        });
        let Some(first) = first else { return store };
        let mut orders = vec![first];
        while let Ok(order) = ends.orders.try_recv() {
            orders.push(order);
        }
        let mut inputs = Vec::new();
        for order in orders {
            match order {
                Order::Command {
                    actor,
                    command,
                    answer,
                } => {
                    now.0 += 1;
                    let reply = ReplyTo(now.0);
                    answers.insert(reply, answer);
                    inputs.push(Input::Command(actor, command, reply));
                }
                Order::Reload { answer, .. } => {
                    let told = if config_is_bad.load(Ordering::Relaxed) {
                        Err(Refusal::new("CONFIG_WRONG").with("line", 7))
                    } else {
                        Ok(Reloaded {
                            added: vec![],
                            changed: vec![PrinterId(PRINTER.to_owned())],
                            removed: vec![],
                        })
                    };
                    let _ = answer.send(told);
                }
            }
        }
        let at = At(wall.load(Ordering::Relaxed));
        for effect in spooler.turn(inputs, now, at, &mut store).unwrap() {
            match effect {
                Effect::Reply(reply, response) => {
                    let answer = answers.remove(&reply).unwrap();
                    tell(&spooler, &ends);
                    let _ = answer.send(response);
                }
                Effect::Ask(..)
                | Effect::Encode(..)
                | Effect::Draw { .. }
                | Effect::LetGo(_)
                | Effect::Reopen(..)
                | Effect::WakeAt(_) => {}
            }
        }
    }
}

fn tell(spooler: &Spooler, ends: &DeskEnds) {
    let printers = spooler
        .printers()
        .map(|machine| printer_view(machine, "evolis-primacy", "tcp://192.0.2.7:9100"))
        .collect();
    let fleet = Fleet {
        printers,
        stopping: false,
    };
    let _ = ends.fleet.send(Arc::new(fleet));
}

pub(crate) fn spec() -> PrinterSpec {
    let model = evolis::models::find("evolis-primacy").unwrap();
    let dialect = Evolis::new(model, evolis::Options::default());
    PrinterSpec {
        port: Port::default(),
        bench: Default::default(),
        id: PrinterId(PRINTER.to_owned()),
        capabilities: Arc::new(dialect.capabilities().clone()),
        stocks: vec![Stock::KtpEl],
        ribbon: Ribbon::Ymcko,
        look: Look::Colour,
        chip: ChipWay::InLine(ChipScript {
            write: vec![],
            verify: vec![],
        }),
    }
}

/// The n-th adult of a training store.
pub(crate) fn adult(number: u32) -> Record {
    let mut record = specimen(CardProduct::KtpEl);
    record.key = format!("TEST-{number:06}");
    record.nik = format!("21729901019{:05}", 1 + number);
    record.photo = None;
    record
}

pub(crate) const PHOTO: &[u8] = b"\xff\xd8\xff not a picture, which is no matter of this door";

pub(crate) fn item(record: &Record, photo: Option<&[u8]>) -> SubmitItem {
    use base64::Engine as _;
    let mut object = serde_json::to_value(record).unwrap();
    let fields = object.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null());
    SubmitItem {
        record: serde_json::value::to_raw_value(&object).unwrap(),
        photo: photo.map(|photo| base64::engine::general_purpose::STANDARD.encode(photo)),
    }
}

pub(crate) fn batch(numbers: std::ops::Range<u32>) -> SubmitRequest {
    SubmitRequest {
        jobs: numbers.map(|n| item(&adult(n), Some(PHOTO))).collect(),
    }
}
