//! One printer's room in one thread and virtual time: the real spooler, store, session, dialect and reader
//! machine against the simulated firmware, an operator with hands, and a host that can die anywhere.
//!
//! The judge reads the mechanism only: marks from cards, never the spooler's word.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::{Dialect, Moment, Request, Ribbon, Stage};
use cetak_drivers::evolis::{self, Evolis, Options};
use cetak_drivers::link::memory::{MemoryCable, MemoryLink, pair};
use cetak_drivers::reader::LineReader;
use cetak_drivers::session::Session;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::{Evolis as Firmware, Profile, Switches};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{Blank, Card, CardPlace, Looks, Side};
use jiff::tz::TimeZone;

use crate::artwork::{Look, mark};
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::engine::fleet::{ChipScript, ChipWay, Doing, PrinterSpec, Work};
use crate::engine::spooler::{
    Command, Effect, Input, ReplyTo, Response, Settings, Settlement, Spooler, Submission,
};
use crate::engine::store::{Accepted, Identity, SqliteStore, StoreKey, StoreRead};

/// Dots along the long side of a rehearsal card.
pub const LINES: usize = 96;
/// Dots along its short side.
pub const COLUMNS: usize = 64;
/// When the rehearsal's wall clock starts: 14 January 2019, 08.00 WIB.
const START_MS: i64 = 1_547_427_600_000;
/// Virtual time after which a room that is not done counts as stuck.
const STUCK_AFTER: Duration = Duration::from_secs(4 * 3600);
/// Rounds after which a room that is not done counts as stuck: time that stands still is no excuse.
const ROUNDS_MAX: u64 = 400_000;
const CABLE_BYTES: usize = 4096;
const READER_BYTES: usize = 4096;
const BLANKS: u32 = 12;

/// Where the host dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere.
    None,
    /// Behind this many effect boundaries: each commit, and each effect handed out, is one.
    Boundary(u64),
    /// When the cable has taken this many bytes from us.
    Byte(u64),
}

/// What else happens at the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Only the host dies.
    Stays,
    /// The printer loses its power too, and gets it back.
    Fails,
}

/// How a rehearsal ended, as the mechanism shows it.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Good cards by the client's key: whole, one picture, not cut, the key's mark.
    pub good: BTreeMap<String, u32>,
    /// Effect boundaries passed.
    pub boundaries: u64,
    /// Bytes the cable took.
    pub bytes: u64,
    /// Questions a person settled.
    pub settled: u32,
    /// The host's deaths.
    pub cuts: u32,
    /// What is wrong; empty when all invariants hold.
    pub broken: Vec<String>,
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

/// The room.
pub struct Room {
    now: Moment,
    store: SqliteStore,
    host: Option<Host>,
    firmware: Firmware,
    cable: MemoryCable,
    reader_cable: MemoryCable,
    reader_line: Vec<u8>,
    id: PrinterId,
    cut: Cut,
    power: Power,
    report: Report,
    jobs: Vec<(String, JobId)>,
    lives: u64,
    /// Cards that had left the hopper when the last feed was ordered.
    picked_before: u32,
}

impl Room {
    /// A room with one Primacy, a loaded hopper and these clients' keys waiting as KTP-el jobs.
    pub fn new(people: usize, switches: Switches, cut: Cut, power: Power) -> Room {
        let profile = Profile::named("evolis-primacy")
            .expect("a built-in profile")
            .with_geometry(COLUMNS, LINES);
        let mut firmware = Firmware::new(profile, switches, FaultPlan::default());
        let blanks = (0..BLANKS)
            .map(|n| Blank {
                id: None,
                uid: Some(format!("TEST-{n:014X}")),
                chip_dead: false,
            })
            .collect();
        firmware
            .hand(Hand::Load { blanks }, 0)
            .expect("an empty hopper takes blanks");
        let identity = Identity {
            room: "TPI".parse().expect("three capitals"),
            epoch: 1,
            training: true,
        };
        let store = SqliteStore::memory(&identity, &StoreKey::from_bytes([7; 32]))
            .expect("a store in memory can be made");
        let (_, cable) = pair(CABLE_BYTES);
        let (_, reader_cable) = pair(READER_BYTES);
        cable.keep_unread(true);
        let mut room = Room {
            now: Moment::ZERO,
            store,
            host: None,
            firmware,
            cable,
            reader_cable,
            reader_line: Vec::new(),
            id: PrinterId("p1".to_owned()),
            cut,
            power,
            report: Report::default(),
            jobs: Vec::new(),
            lives: 0,
            picked_before: 0,
        };
        if let Cut::Byte(bytes) = cut {
            room.cable.accept_limit(usize::try_from(bytes).ok());
        }
        room.start();
        room.open_the_day(people);
        room
    }

    /// Runs to the end of the work; the report judges it.
    pub fn run(mut self) -> Report {
        let mut rounds = 0;
        while !self.done() {
            rounds += 1;
            if self.now.since(Moment::ZERO) > STUCK_AFTER || rounds > ROUNDS_MAX {
                self.report.broken.push("the room is stuck".to_owned());
                break;
            }
            if !self.step() {
                self.operate();
                self.pass_time();
            }
        }
        self.judge();
        self.report
    }

    fn start(&mut self) {
        self.lives += 1;
        let settings = Settings {
            run: format!("rehearsal/{}", self.lives),
            zone: TimeZone::fixed(jiff::tz::offset(7)),
            training: true,
        };
        let dialect = self.dialect();
        let steps = |read: bool| {
            let (write, ok) = ("00D60001 08 {mark}", "9000");
            if read {
                vec![("00B0000108".to_owned(), "{mark} 9000".to_owned())]
            } else {
                vec![(write.to_owned(), ok.to_owned())]
            }
        };
        let spec = PrinterSpec {
            id: self.id.clone(),
            capabilities: Arc::new(dialect.capabilities().clone()),
            stocks: vec![Stock::KtpEl],
            ribbon: Ribbon::Ymcko,
            look: Look::Colour,
            chip: ChipWay::InLine(ChipScript {
                write: steps(false),
                verify: steps(true),
            }),
        };
        let spooler = Spooler::start(settings, vec![spec], self.at(), &self.store)
            .expect("a sound store can be taken up");
        self.host = Some(Host {
            spooler,
            printer: Session::new(dialect),
            link: self.cable.link(),
            reader: Session::new(LineReader::new()),
            reader_link: self.reader_cable.link(),
            inputs: vec![Input::Wake],
            wake: None,
        });
    }

    fn dialect(&self) -> Box<dyn Dialect> {
        let model = evolis::models::find("evolis-primacy").expect("a built-in model");
        let options = Options {
            dots: Some((LINES, COLUMNS)),
            seed: self.lives,
            ..Options::default()
        };
        Box::new(Evolis::new(model, options))
    }

    fn at(&self) -> At {
        let ms = i64::try_from(self.now.0 / 1_000_000).unwrap_or(i64::MAX);
        At(START_MS.saturating_add(ms))
    }

    fn open_the_day(&mut self, people: usize) {
        let clerk = person("SPECIMEN GUDANG");
        self.command(
            &clerk,
            Command::Receive(Stock::KtpEl, BLANKS, "BA-TEST-001".to_owned()),
        );
        self.command(&clerk, Command::Issue(Stock::KtpEl, BLANKS));
        self.command(&clerk, Command::Load(self.id.clone(), Stock::KtpEl, BLANKS));
        let mix = super::specimen::Mix::TANJUNGPINANG_2019;
        let adults = super::specimen::stream(1, mix)
            .filter(|(record, _)| {
                record.product == crate::domain::record::CardProduct::KtpEl
                    && record.reason == crate::domain::record::Reason::New
            })
            .take(people);
        for (record, photo) in adults {
            let key = record.key.clone();
            let submission = Submission { record, photo };
            let submit =
                |room: &mut Room| room.command(&clerk, Command::Submit(vec![submission.clone()]));
            // A client whose answer was lost asks again: the key makes that harmless.
            let response = match submit(self) {
                None => submit(self),
                answered => answered,
            };
            match response {
                Some(Response::Accepted(accepted)) => match accepted.as_slice() {
                    [Accepted::New { job, .. } | Accepted::Same(job)] => {
                        self.jobs.push((key, *job))
                    }
                    _ => self
                        .report
                        .broken
                        .push("a specimen is not accepted".to_owned()),
                },
                Some(Response::Done | Response::Proposed(_) | Response::Refused(_)) | None => {
                    self.report.broken.push("no answer to submit".to_owned());
                }
            }
        }
    }

    /// One order and its answer; effects are handed out as in any turn.
    fn command(&mut self, actor: &Actor, command: Command) -> Option<Response> {
        self.turn(vec![Input::Command(actor.clone(), command, ReplyTo(0))])
    }

    fn turn(&mut self, inputs: Vec<Input>) -> Option<Response> {
        let (now, at) = (self.now, self.at());
        let host = self.host.as_mut()?;
        let effects = host
            .spooler
            .turn(inputs, now, at, &mut self.store)
            .expect("the books never refuse what the spooler decides");
        let mut response = None;
        host.wake = None;
        for effect in effects {
            self.report.boundaries += 1;
            if self.cut == Cut::Boundary(self.report.boundaries) {
                self.die();
                return None;
            }
            let host = self.host.as_mut()?;
            match effect {
                Effect::Reply(_, answer) => response = Some(answer),
                Effect::Ask(_, _, request) => {
                    if matches!(request, Request::Do(Stage::Feed)) {
                        self.picked_before = self.firmware.mechanism().picked();
                    }
                    host.printer
                        .ask(request, now)
                        .expect("the spooler asks one thing at a time");
                }
                Effect::Encode(_, _, request) => {
                    host.reader
                        .ask(request, now)
                        .expect("the spooler asks one thing at a time");
                }
                Effect::Draw { job, payload, .. } => {
                    let image = mark::plain_card(&payload.record.key, LINES, COLUMNS);
                    host.inputs.push(Input::Drawn(job, Ok(Arc::new(image))));
                }
                Effect::WakeAt(moment) => host.wake = Some(moment),
            }
        }
        response
    }

    /// The host dies: what the cable took stays taken.
    fn die(&mut self) {
        self.report.cuts += 1;
        self.cut = Cut::None;
        self.cable.accept_limit(None);
        self.host = None;
        if self.power == Power::Fails {
            let _ = self.firmware.hand(Hand::PowerOff, self.now.0);
            let _ = self.firmware.hand(Hand::PowerOn, self.now.0);
        }
        self.carry();
        self.start();
    }

    /// One round; `false` when nothing more happens at this moment.
    fn step(&mut self) -> bool {
        let mut moved = self.carry();
        let now = self.now;
        if self.host.is_some() && self.cable.budget_spent() {
            self.die();
            return true;
        }
        let Some(host) = self.host.as_mut() else {
            return moved;
        };
        let mut news = Vec::new();
        let next = host.printer.pump(&mut host.link, now, &mut news);
        moved |= next.is_some_and(|at| at <= now) || !news.is_empty();
        host.inputs.extend(
            news.into_iter()
                .map(|event| Input::Device(self.id.clone(), 1, event)),
        );
        let mut chip_news = Vec::new();
        let reader_next = host.reader.pump(&mut host.reader_link, now, &mut chip_news);
        moved |= reader_next.is_some_and(|at| at <= now) || !chip_news.is_empty();
        host.inputs.extend(
            chip_news
                .into_iter()
                .map(|news| Input::Encoder(self.id.clone(), 1, news)),
        );
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

    /// Carries bytes between cable and firmware, lines between reader socket and chip.
    fn carry(&mut self) -> bool {
        let uptime = self.now.0;
        let mut moved = false;
        while let Some(event) = self.cable.take_event() {
            match event {
                cetak_drivers::link::memory::CableEvent::Opened => {
                    self.firmware.host_opened(uptime)
                }
                cetak_drivers::link::memory::CableEvent::Closed => {
                    self.firmware.host_closed(uptime)
                }
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
        self.reader_line
            .extend(self.reader_cable.read_from_host(READER_BYTES));
        while let Some(end) = self.reader_line.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.reader_line.drain(..=end).collect();
            let text = String::from_utf8_lossy(&line);
            let answer = self.firmware.reader(text.trim(), uptime);
            self.reader_cable
                .write_to_host(format!("{answer}\n").as_bytes());
            moved = true;
        }
        moved
    }

    fn pass_time(&mut self) {
        let mut next = self.now + Duration::from_secs(1);
        let mut sooner = |at: Option<Moment>| {
            if let Some(at) = at.filter(|at| *at > self.now) {
                next = next.min(at);
            }
        };
        sooner(self.firmware.next().map(Moment));
        if let Some(host) = self.host.as_mut() {
            let mut nothing = Vec::new();
            sooner(host.printer.pump(&mut host.link, self.now, &mut nothing));
            host.inputs.extend(
                nothing
                    .into_iter()
                    .map(|event| Input::Device(self.id.clone(), 1, event)),
            );
            sooner(host.wake);
        }
        self.now = next;
    }

    /// The operator: answers what waits for a person from what the mechanism shows.
    fn operate(&mut self) {
        let waiting: Vec<(String, JobId, JobState)> = self
            .jobs
            .iter()
            .filter_map(|(key, id)| {
                let row = self.store.job(*id).expect("a sound store")?;
                Some((key.clone(), *id, row.state))
            })
            .collect();
        let (first, second) = (person("SPECIMEN MELUR"), person("SPECIMEN BAYU"));
        for (key, id, state) in waiting {
            match state {
                JobState::InDoubt { .. } if self.asks_a_person() => {
                    self.clear_path();
                    let good = self.cards_of(&key).any(good);
                    self.cut_cards(&key);
                    let settlement = if good {
                        Settlement::Printed
                    } else if self.fed_for_this_attempt() {
                        Settlement::Spoiled
                    } else {
                        Settlement::NotFed
                    };
                    let mut proposed = self.command(&first, Command::Settle(id, settlement));
                    if matches!(proposed, Some(Response::Refused(_))) {
                        proposed = self.command(&first, Command::Settle(id, Settlement::Spoiled));
                    }
                    if let Some(Response::Proposed(number)) = proposed {
                        self.report.settled += 1;
                        self.command(&second, Command::Approve(number));
                    }
                }
                JobState::Spoiled { uncut: true, .. } => {
                    self.cut_cards(&key);
                    self.command(&first, Command::ConfirmCut(id));
                }
                JobState::Held { .. } => {
                    self.command(&first, Command::Release(id));
                }
                JobState::Received
                | JobState::Queued
                | JobState::Assigned { .. }
                | JobState::Encoding { .. }
                | JobState::Encoded { .. }
                | JobState::Printing { .. }
                | JobState::InDoubt { .. }
                | JobState::Printed { .. }
                | JobState::Spoiled { .. }
                | JobState::Ready { .. }
                | JobState::InDelivery { .. }
                | JobState::HandedOver { .. }
                | JobState::Withdrawn { .. }
                | JobState::Rejected { .. }
                | JobState::Cancelled => {}
            }
        }
        let doubtful = self.host.as_ref().is_some_and(|host| {
            host.spooler
                .printers()
                .any(|machine| machine.row.doubt.is_some() || !machine.faults.is_empty())
        });
        if doubtful && self.idle() {
            self.clear_path();
            self.command(&first, Command::Resume(self.id.clone()));
        }
    }

    fn asks_a_person(&self) -> bool {
        self.host.as_ref().is_some_and(|host| {
            host.spooler.printers().any(|machine| match &machine.work {
                Work::Card(run) => run.doing == Doing::Person,
                Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => false,
            })
        })
    }

    fn idle(&self) -> bool {
        self.host.as_ref().is_some_and(|host| {
            host.spooler
                .printers()
                .all(|machine| matches!(machine.work, Work::Idle))
        })
    }

    /// Whether a card left the hopper since the last feed was ordered: the mechanism's word.
    fn fed_for_this_attempt(&self) -> bool {
        self.firmware.mechanism().picked() > self.picked_before
    }

    fn clear_path(&mut self) {
        let uptime = self.now.0;
        if self.firmware.mechanism().inside().is_empty() {
            return;
        }
        for hand in [Hand::OpenLid, Hand::TakeInside, Hand::CloseLid] {
            let _ = self.firmware.hand(hand, uptime);
        }
    }

    fn cards_of(&self, key: &str) -> impl Iterator<Item = &Card> {
        let wanted = mark::of(key);
        self.firmware
            .mechanism()
            .cards()
            .filter(move |card| mark_of(card) == Some(wanted))
    }

    /// Cuts what lies in the reject box and on the pile and is no good card of this key.
    fn cut_cards(&mut self, key: &str) {
        let wanted = mark::of(key);
        let spoiled: Vec<_> = self
            .firmware
            .mechanism()
            .cards()
            .filter(|card| matches!(card.place, CardPlace::Reject | CardPlace::Taken))
            .filter(|card| {
                let finished_by_hand =
                    good(card) && card.place == CardPlace::Taken && mark_of(card) == Some(wanted);
                !card.cut && !finished_by_hand
            })
            .map(|card| card.id)
            .collect();
        for card in spoiled {
            let _ = self.firmware.hand(Hand::Cut { card }, self.now.0);
        }
    }

    fn done(&self) -> bool {
        let printed = self.jobs.iter().all(|(_, id)| {
            self.store
                .job(*id)
                .expect("a sound store")
                .is_some_and(|row| matches!(row.state, JobState::Printed { .. }))
        });
        printed && self.idle()
    }

    fn judge(&mut self) {
        self.report.bytes = self.cable.taken_total();
        let mut broken = Vec::new();
        for (key, _) in &self.jobs {
            let count = u32::try_from(self.cards_of(key).filter(|card| good(card)).count())
                .unwrap_or(u32::MAX);
            if count != 1 {
                broken.push(format!("C1: {key} has {count} good cards"));
            }
            self.report.good.insert(key.clone(), count);
        }
        let people: Vec<_> = self.jobs.iter().map(|(key, _)| mark::of(key)).collect();
        for card in self.firmware.mechanism().cards().filter(|card| good(card)) {
            let face = mark_of(card);
            if !face.is_some_and(|mark| people.contains(&mark)) {
                broken.push("a good card of nobody".to_owned());
            }
            let chip = card.chip.blocks[1][..8].to_vec();
            if face.is_none_or(|mark| chip != mark.0.to_be_bytes()) {
                broken.push("a chip and a face of two persons".to_owned());
            }
        }
        let books = self.store.books().expect("a sound store");
        let loaded = books.pieces(Stock::KtpEl, crate::domain::blank::Account::Loaded);
        let hopper = u64::try_from(self.firmware.mechanism().hopper().len()).unwrap_or(u64::MAX);
        let sought = books.pieces(Stock::KtpEl, crate::domain::blank::Account::Sought);
        // After a power cut nobody can tell a blank that never left from one that was thrown out: the books
        // name it as sought until a person counts, and only such a one may lie in the hopper.
        if !(loaded..=loaded + sought).contains(&hopper) {
            broken.push(format!(
                "S1: books say {loaded} loaded and {sought} sought, the hopper holds {hopper}"
            ));
        }
        self.report.broken.extend(broken);
    }
}

fn person(name: &str) -> Actor {
    Actor::Person(name.to_owned())
}

/// Whole, one picture, not cut.
fn good(card: &Card) -> bool {
    !card.cut && card.looks() == Looks::Whole
}

/// The mark on the front, read from its resin dots: line = x, column = height - 1 - y.
fn mark_of(card: &Card) -> Option<mark::Mark> {
    let face = card.face(Side::Front);
    let bytes = COLUMNS / 8;
    let dot = |x: usize, y: usize| {
        let column = COLUMNS - 1 - y;
        face.k
            .get(x * bytes + column / 8)
            .is_some_and(|byte| byte & (0x80 >> (column % 8)) != 0)
    };
    mark::read(dot, LINES, COLUMNS)
}
