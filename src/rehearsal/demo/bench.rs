//! A room for the operator's tests: the real spooler and the real firmware in memory and virtual time, and a door
//! that speaks the API's words.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use cetak_drivers::contract::{Dialect, Moment, Ribbon};
use cetak_drivers::evolis::{self, Evolis, Options};
use cetak_drivers::link::memory::{CableEvent, MemoryCable, MemoryLink, pair};
use cetak_drivers::reader::LineReader;
use cetak_drivers::session::Session;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::{Evolis as Firmware, Profile, Switches};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::{Hand, Look as Looked};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::judge::JobFacts;
use super::orders::{OrderError, Orders};
use super::sight::Hands;
use crate::artwork::{Letterhead, Look, Studio, mark};
use crate::domain::blank::Account;
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::engine::fleet::{ChipScript, ChipWay, Port, PrinterSpec};
use crate::engine::spooler::{
    Command, Effect, Input, ReplyTo, Response, Settings, Settlement, Spooler, Submission,
};
use crate::engine::store::{Accepted, Identity, SqliteStore, StoreKey, StoreRead};
use crate::interfaces::api::{
    AttemptView, JobDetail, JobView, JobsPage, NumberedBlank, PrinterView, Proposed, QuestionView,
    Refusal, StockView,
};
use crate::interfaces::desk::Fleet;
use crate::interfaces::fleet_view::{self, Asked};
use crate::rehearsal::sim::SimError;
use crate::rehearsal::specimen::{Mix, Specimen, stream};

/// Dots of a bench card.
pub(super) const LINES: usize = 96;
/// Dots of its short side.
pub(super) const COLUMNS: usize = 64;
/// 14 January 2019, 08.00 WIB.
const START_MS: i64 = 1_547_427_600_000;
const CABLE_BYTES: usize = 4096;

/// What is played on the bench.
pub(super) struct Scene {
    pub(super) stock: Stock,
    pub(super) faults: FaultPlan,
    pub(super) cards: usize,
    /// Cards of real size with their real artwork; else small plain ones.
    pub(super) real: bool,
}

struct Host {
    spooler: Spooler,
    printer: Session<Box<dyn Dialect>>,
    link: MemoryLink,
    reader: Session<LineReader>,
    reader_link: MemoryLink,
    inputs: Vec<Input>,
    wake: Option<Moment>,
}

struct Room {
    now: Moment,
    lives: u64,
    studio: Option<Studio>,
    people: Vec<Specimen>,
    store: SqliteStore,
    host: Host,
    firmware: Firmware,
    cable: MemoryCable,
    reader_cable: MemoryCable,
    lines: Vec<u8>,
    stock: Stock,
    jobs: Vec<(String, JobId)>,
}

/// The bench: clones share it.
#[derive(Clone)]
pub(super) struct Bench(Arc<Mutex<Room>>);

pub(super) fn printer() -> PrinterId {
    PrinterId("p1".to_owned())
}

impl Bench {
    pub(super) fn new(scene: Scene) -> Bench {
        let mut profile = Profile::named("evolis-primacy").expect("a built-in profile");
        if !scene.real {
            profile = profile.with_geometry(COLUMNS, LINES);
        }
        let studio = scene
            .real
            .then(|| Studio::new(&Letterhead::specimen()).expect("the specimen letterhead fits"));
        let firmware = Firmware::new(profile, Switches::default(), scene.faults);
        let identity = Identity {
            room: "TPI".parse().expect("three capitals"),
            epoch: 1,
            training: true,
        };
        let store = SqliteStore::memory(&identity, &StoreKey::from_bytes([7; 32]))
            .expect("a store in memory can be made");
        let (_, cable) = pair(CABLE_BYTES);
        let (_, reader_cable) = pair(CABLE_BYTES);
        cable.keep_unread(true);
        let dots = (!scene.real).then_some((LINES, COLUMNS));
        let host = host(1, scene.stock, dots, &store, &cable, &reader_cable);
        let mut room = Room {
            now: Moment::ZERO,
            lives: 1,
            studio,
            people: Vec::new(),
            store,
            host,
            firmware,
            cable,
            reader_cable,
            lines: Vec::new(),
            stock: scene.stock,
            jobs: Vec::new(),
        };
        room.submit(scene.cards);
        Bench(Arc::new(Mutex::new(room)))
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.lock().expect("no test panics while it holds this")
    }

    /// Lets so much virtual time pass.
    pub(super) fn pass(&self, time: Duration) {
        let mut room = self.room();
        let end = room.now + time;
        while room.now < end {
            if !room.step() {
                room.pass_time(end);
            }
        }
    }

    /// The host dies and starts again on the same store.
    pub(super) fn kill(&self) {
        let mut room = self.room();
        room.lives += 1;
        room.carry();
        let room = &mut *room;
        room.host = host(
            room.lives,
            room.stock,
            room.studio.is_none().then_some((LINES, COLUMNS)),
            &room.store,
            &room.cable,
            &room.reader_cable,
        );
    }

    pub(super) fn states(&self) -> Vec<&'static str> {
        let room = self.room();
        let jobs = room.jobs.iter();
        jobs.map(|(_, id)| room.row(*id).state.name()).collect()
    }

    pub(super) fn job(&self, at: usize) -> (String, JobId) {
        self.room().jobs[at].clone()
    }

    pub(super) fn books(&self, stock: Stock) -> BTreeMap<&'static str, u64> {
        let books = self.room().store.books().expect("a sound store");
        crate::domain::blank::Account::ALL
            .into_iter()
            .map(|account| (account.name(), books.pieces(stock, account)))
            .filter(|(_, pieces)| *pieces > 0)
            .collect()
    }

    /// The people that were handed in.
    pub(super) fn people(&self) -> Vec<Specimen> {
        self.room().people.clone()
    }

    /// How the jobs stand, for the judge.
    pub(super) fn job_facts(&self) -> Vec<JobFacts> {
        let room = self.room();
        let jobs = room.jobs.iter();
        jobs.map(|(key, id)| JobFacts {
            id: *id,
            key: key.clone(),
            state: room.row(*id).state,
        })
        .collect()
    }

    /// A stock's books, with numbers.
    pub(super) fn stock_view(&self, stock: Stock) -> StockView {
        let room = self.room();
        let books = room.store.books().expect("a sound store");
        let blanks = room.store.blanks().expect("a sound store");
        StockView {
            stock,
            received: books.received(stock),
            accounts: Account::ALL
                .into_iter()
                .map(|account| (account.name().to_owned(), books.pieces(stock, account)))
                .collect(),
            numbered: blanks
                .into_iter()
                .map(|blank| NumberedBlank {
                    uid: blank.uid.to_string(),
                    account: blank.account.name().to_owned(),
                    job: blank.job,
                })
                .collect(),
        }
    }

    pub(super) fn firmware<T>(&self, look: impl FnOnce(&mut Firmware) -> T) -> T {
        look(&mut self.room().firmware)
    }
}

fn host(
    life: u64,
    stock: Stock,
    dots: Option<(usize, usize)>,
    store: &SqliteStore,
    cable: &MemoryCable,
    reader_cable: &MemoryCable,
) -> Host {
    let model = evolis::models::find("evolis-primacy").expect("a built-in model");
    let options = Options {
        dots,
        seed: life,
        ..Options::default()
    };
    let dialect: Box<dyn Dialect> = Box::new(Evolis::new(model, options));
    let chip = ChipScript {
        write: vec![("00D60001 08 {mark}".to_owned(), "9000".to_owned())],
        verify: vec![("00B0000108".to_owned(), "{mark} 9000".to_owned())],
    };
    let spec = PrinterSpec {
        port: Port::default(),
        bench: Default::default(),
        id: printer(),
        capabilities: Arc::new(dialect.capabilities().clone()),
        stocks: vec![stock],
        ribbon: Ribbon::Ymcko,
        look: Look::Colour,
        chip: if stock.has_chip() {
            ChipWay::InLine(chip)
        } else {
            ChipWay::None
        },
    };
    let settings = Settings {
        run: format!("bench/{life}"),
        zone: TimeZone::fixed(jiff::tz::offset(7)),
        training: true,
    };
    let spooler = Spooler::start(settings, vec![spec], At(START_MS), store)
        .expect("a sound store can be taken up");
    Host {
        spooler,
        printer: Session::new(dialect),
        link: cable.link(),
        reader: Session::new(LineReader::new()),
        reader_link: reader_cable.link(),
        inputs: vec![Input::Wake],
        wake: None,
    }
}

impl Room {
    fn at(&self) -> At {
        At(START_MS + i64::try_from(self.now.0 / 1_000_000).expect("a short test"))
    }

    fn row(&self, id: JobId) -> crate::engine::store::JobRow {
        let row = self.store.job(id).expect("a sound store");
        row.expect("it was accepted")
    }

    fn submit(&mut self, cards: usize) {
        let mix = match self.stock {
            Stock::KtpEl | Stock::KtpElForeigner => Mix::TANJUNGPINANG_2019,
            Stock::Kia05 | Stock::Kia517 => Mix::KIA,
        };
        let wanted = self.stock;
        let people: Vec<_> = stream(1, mix)
            .filter(|(record, _)| Stock::of(record.product) == wanted)
            .take(cards)
            .collect();
        for (record, photo) in people {
            let key = record.key.clone();
            self.people.push((record.clone(), photo.clone()));
            let submission = Submission { record, photo };
            let response = self.command("SPECIMEN LOKET", Command::Submit(vec![submission]));
            let Response::Accepted(accepted) = response else {
                unreachable!("{response:?}");
            };
            let [Accepted::New { job, .. }] = accepted.as_slice() else {
                unreachable!("{accepted:?}");
            };
            self.jobs.push((key, *job));
        }
    }

    fn command(&mut self, person: &str, command: Command) -> Response {
        let actor = Actor::Person(person.to_owned());
        self.turn(vec![Input::Command(actor, command, ReplyTo(0))])
            .expect("a command is answered in its turn")
    }

    fn turn(&mut self, inputs: Vec<Input>) -> Option<Response> {
        let (now, at) = (self.now, self.at());
        let effects = self
            .host
            .spooler
            .turn(inputs, now, at, &mut self.store)
            .expect("the books never refuse what the spooler decides");
        let mut response = None;
        self.host.wake = None;
        for effect in effects {
            match effect {
                Effect::Reply(_, answer) => response = Some(answer),
                Effect::Ask(_, _, request) => {
                    let asked = self.host.printer.ask(request, now);
                    asked.expect("the spooler asks one thing at a time");
                }
                Effect::Encode(_, _, request) => {
                    let asked = self.host.reader.ask(request, now);
                    asked.expect("the spooler asks one thing at a time");
                }
                Effect::Draw {
                    printer,
                    job,
                    payload,
                    ..
                } => {
                    let (record, photo) = (&payload.record, payload.photo.as_deref());
                    let image = match &self.studio {
                        Some(studio) => studio
                            .draw(record, photo, &record.key, true)
                            .expect("a specimen can be drawn"),
                        None => mark::plain_card(&record.key, LINES, COLUMNS),
                    };
                    let drawn = Input::Drawn(printer, job, Ok(Arc::new(image)));
                    self.host.inputs.push(drawn);
                }
                Effect::WakeAt(moment) => self.host.wake = Some(moment),
                // Nobody walks through a bench here.
                Effect::LetGo(_) | Effect::Reopen(..) => {}
            }
        }
        response
    }

    fn step(&mut self) -> bool {
        let mut moved = self.carry();
        let (now, id) = (self.now, printer());
        let host = &mut self.host;
        let mut news = Vec::new();
        let next = host.printer.pump(&mut host.link, now, &mut news);
        moved |= next.is_some_and(|at| at <= now) || !news.is_empty();
        let news = news.into_iter();
        host.inputs
            .extend(news.map(|event| Input::Device(id.clone(), 1, event)));
        let mut chip_news = Vec::new();
        let next = host.reader.pump(&mut host.reader_link, now, &mut chip_news);
        moved |= next.is_some_and(|at| at <= now) || !chip_news.is_empty();
        let chip_news = chip_news.into_iter();
        host.inputs
            .extend(chip_news.map(|news| Input::Encoder(id.clone(), 1, news)));
        if host.wake.is_some_and(|at| at <= now) {
            host.wake = None;
            host.inputs.push(Input::Wake);
        }
        let inputs = std::mem::take(&mut host.inputs);
        if !inputs.is_empty() {
            self.turn(inputs);
            moved = true;
        }
        moved | self.carry()
    }

    fn carry(&mut self) -> bool {
        let uptime = self.now.0;
        let mut moved = false;
        while let Some(event) = self.cable.take_event() {
            match event {
                CableEvent::Opened => self.firmware.host_opened(uptime),
                CableEvent::Closed => self.firmware.host_closed(uptime),
            }
            moved = true;
        }
        self.firmware.advance(uptime);
        let waiting = self.cable.peek(CABLE_BYTES);
        if !waiting.is_empty() {
            let taken = self.firmware.receive(&waiting, uptime);
            self.cable.consume(taken);
            moved |= taken > 0;
            self.firmware.advance(uptime);
        }
        let answer = self.firmware.transmit();
        if !answer.is_empty() {
            self.cable.write_to_host(&answer);
            moved = true;
        }
        self.lines
            .extend(self.reader_cable.read_from_host(CABLE_BYTES));
        while let Some(end) = self.lines.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.lines.drain(..=end).collect();
            let text = String::from_utf8_lossy(&line);
            let answer = self.firmware.reader(text.trim(), uptime);
            let answer = format!("{answer}\n");
            self.reader_cable.write_to_host(answer.as_bytes());
            moved = true;
        }
        moved
    }

    fn pass_time(&mut self, end: Moment) {
        let mut nothing = Vec::new();
        let host = &mut self.host;
        let soon = [
            self.firmware.next().map(Moment),
            host.printer.pump(&mut host.link, self.now, &mut nothing),
            host.wake,
            Some(self.now + Duration::from_secs(1)),
            Some(end),
        ];
        let id = printer();
        host.inputs.extend(
            nothing
                .into_iter()
                .map(|event| Input::Device(id.clone(), 1, event)),
        );
        let later = soon.into_iter().flatten().filter(|at| *at > self.now);
        self.now = later.min().expect("a second from here is later");
    }

    fn get(&self, path: &str) -> Value {
        match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
            ["questions"] => json!(self.questions()),
            ["printers"] => json!([self.view()]),
            ["jobs?state=held"] => {
                let jobs = self.jobs.iter().map(|(_, id)| self.job_view(*id));
                let held = jobs.filter(|job| job.state == "held").collect();
                json!(JobsPage {
                    jobs: held,
                    counts: BTreeMap::new(),
                    next: None,
                })
            }
            ["jobs", id] => {
                let id = id.parse().expect("an id");
                let attempts = self.store.attempts(id).expect("a sound store").into_iter();
                json!(JobDetail {
                    job: self.job_view(id),
                    history: attempts
                        .map(|(attempt, outcome)| AttemptView {
                            id: attempt.id,
                            printer: attempt.printer,
                            uid: attempt.uid.map(|uid| uid.0),
                            outcome: outcome.map(|outcome| format!("{outcome:?}")),
                            noted_at: attempt.noted_at,
                            entries: Vec::new(),
                        })
                        .collect(),
                    proposals: Vec::new(),
                })
            }
            _ => unreachable!("GET {path}"),
        }
    }

    fn job_view(&self, id: JobId) -> JobView {
        let row = self.row(id);
        JobView {
            id,
            key: row.key,
            product: row.product,
            reason: row.reason,
            state: row.state.name().to_owned(),
            detail: row.state,
            nik_masked: row.nik_masked,
            attempts: row.attempts,
            not_before: None,
            accepted_at: row.accepted_at,
            moved_at: row.moved_at,
            waits_for: None,
        }
    }

    fn post(&mut self, person: &str, path: &str, body: &Value) -> Response {
        let stock = || -> Stock {
            let name = body["stock"].as_str().expect("a stock");
            name.parse().expect("a stock's name")
        };
        let pieces = || u32::try_from(body["pieces"].as_u64().expect("a number")).expect("few");
        let command = match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
            ["stock", "receive"] => Command::Receive(stock(), pieces(), "BA-TEST".to_owned()),
            ["stock", "issue"] => Command::Issue(stock(), pieces()),
            ["printers", _, "load"] => Command::Load(printer(), stock(), pieces()),
            ["printers", _, "resume"] => Command::Resume(printer()),
            ["jobs", id, "settle"] => {
                let settlement: Settlement =
                    serde_json::from_value(body["outcome"].clone()).expect("a settlement");
                Command::Settle(id.parse().expect("an id"), settlement)
            }
            ["jobs", id, "confirm-cut"] => Command::ConfirmCut(id.parse().expect("an id")),
            ["jobs", id, "release"] => Command::Release(id.parse().expect("an id")),
            ["proposals", number, "approve"] => Command::Approve(number.parse().expect("a number")),
            _ => unreachable!("POST {path}"),
        };
        self.command(person, command)
    }

    fn questions(&self) -> Vec<QuestionView> {
        let uncut: Vec<JobId> = self
            .jobs
            .iter()
            .map(|(_, id)| *id)
            .filter(|id| matches!(self.row(*id).state, JobState::Spoiled { uncut: true, .. }))
            .collect();
        let states = self.jobs.iter().map(|(_, id)| self.row(*id).state);
        let queued = states.into_iter().any(|state| state == JobState::Queued);
        let fleet = Fleet {
            printers: vec![self.view()],
            stopping: false,
        };
        fleet_view::questions(&Asked {
            fleet: &fleet,
            proposals: &[],
            uncut: &uncut,
            waiting: &queued.then_some(self.stock).into_iter().collect(),
        })
    }

    fn view(&self) -> PrinterView {
        let machine = self.host.spooler.printers().next().expect("one printer");
        fleet_view::printer_view(machine, "evolis-primacy", "memory")
    }
}

impl Orders for Bench {
    async fn get(&mut self, path: &str) -> Result<Value, OrderError> {
        Ok(self.room().get(path))
    }

    async fn post(&mut self, person: &str, path: &str, body: Value) -> Result<Value, OrderError> {
        match self.room().post(person, path, &body) {
            Response::Done => Ok(json!({})),
            Response::Proposed(proposal) => Ok(json!(Proposed { proposal })),
            Response::Refused(code) => Err(OrderError::Refused {
                what: path.to_owned(),
                refusal: Refusal::new(&code.0),
            }),
            Response::Accepted(_) => unreachable!("the operator submits nothing"),
        }
    }
}

impl Hands for Bench {
    async fn hand(&mut self, hand: Hand) -> Result<Looked, SimError> {
        let mut room = self.room();
        let uptime = room.now.0;
        let looked = room.firmware.hand(hand, uptime);
        looked.map_err(|refused| SimError::Refused {
            why: refused.to_string(),
        })
    }
}
