//! One printer's room in one thread and virtual time: the real spooler, store, session, dialect and reader
//! machine against the simulated firmware, an operator with hands, and a host, a cable and a power
//! supply that can go anywhere.
//!
//! - this file: what is played, and the loop
//! - [`mode`]: kinds of cards; [`make`]: whose printers; [`cuts`]: where it is cut; [`defect`]: what is planted; [`trace`]: what happened
//! - `host`: the program's lives; `operator`: hands; `desk`: one blank at a time; `judge`: what the mechanism shows at the end
//!
//! The judge reads the mechanism only: marks from cards, never the spooler's word.

use std::collections::BTreeMap;
use std::time::Duration;

use cetak_drivers::contract::{BenchFlag, Moment};
use cetak_drivers::link::memory::{CableEvent, MemoryCable, pair};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{Blank, RibbonKind};

use crate::domain::ids::{JobId, PrinterId};
use crate::engine::store::crash::{CrashPlan, CrashStore};
use crate::engine::store::{Identity, SqliteStore, StoreKey};

pub mod cuts;
pub mod defect;
mod desk;
mod host;
mod judge;
pub mod make;
pub mod mode;
mod operator;
pub mod rows;
pub mod trace;

use cuts::{At, Cut, Harm, SharedSends, lock};
use defect::Defect;
use host::Host;
use make::{Maker, Switches};
use mode::Mode;
use trace::Trace;

/// Virtual time after which a room that is not done counts as stuck.
const STUCK_AFTER: Duration = Duration::from_secs(4 * 3600);
/// Rounds after which a room that is not done counts as stuck: time that stands still is no excuse.
const ROUNDS_MAX: u64 = 200_000;
/// A send fits as a whole, so that one write is one send.
const CABLE_BYTES: usize = 1 << 16;
const READER_BYTES: usize = 4096;
/// Begins a Zebra's string, which feeds and prints.
const PRINT_STRING: &[u8] = b"\x1BM ";
/// Blanks in the hopper at the beginning.
pub const BLANKS: u32 = 12;

/// What is played. The same plan plays the same way.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What kind of card.
    pub mode: Mode,
    /// How many, each for another person.
    pub people: usize,
    /// What nobody knows of the printer.
    pub switches: Switches,
    /// What goes wrong inside the printer.
    pub faults: FaultPlan,
    /// What is cut, in the order in which it comes.
    pub cuts: Vec<Cut>,
    /// A serial line, where the maker has one: it outlives the printer's power, and half a command may stand in it.
    /// TCP for a Magicard.
    pub serial: bool,
    /// A Zebra whose second start character tells that the power was kept: its custody rows need that after a cut.
    pub canary: bool,
    /// What a bench has shown of this printer; it must be true of the switches.
    pub bench: Vec<BenchFlag>,
    /// How long a person takes to come.
    pub hand_after: Duration,
    /// One blank at a time, laid in by a hand.
    pub single_card: bool,
    /// What is planted.
    pub defect: Option<Defect>,
    /// Keep the trace as lines.
    pub traced: bool,
}

impl Plan {
    /// Two people, the most ordinary printer, nothing cut.
    pub fn of(mode: Mode) -> Plan {
        Plan {
            mode,
            people: 2,
            switches: Switches::of(mode),
            faults: FaultPlan::default(),
            cuts: Vec::new(),
            serial: false,
            canary: false,
            bench: Vec::new(),
            hand_after: Duration::from_secs(30),
            single_card: false,
            defect: None,
            traced: false,
        }
    }

    /// Whether a hand lays in each blank.
    fn one_at_a_time(&self) -> bool {
        self.single_card || self.mode.by_hand()
    }

    /// Whether the printer is reached over TCP.
    fn on_tcp(&self) -> bool {
        match self.mode.maker() {
            Maker::Matica => true,
            Maker::Magicard => self.serial,
            Maker::Evolis | Maker::Zebra => false,
        }
    }

    /// Whether what was sent is lost with the printer's power: a connection ends with it, and a serial line without
    /// a handshake is not listened to.
    fn loses_with_power(&self) -> bool {
        self.on_tcp() || self.serial && self.mode.maker() == Maker::Zebra
    }

    /// Whether the link stays up while the printer has no power: only a serial line does.
    fn outlives_power(&self) -> bool {
        self.serial && !self.on_tcp()
    }

    /// The same with one more cut.
    pub fn cut(mut self, cut: Cut) -> Plan {
        self.cuts.push(cut);
        self
    }
}

/// How a rehearsal ended, as the mechanism shows it.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Good cards by the client's key.
    pub good: BTreeMap<String, u32>,
    /// Commits of all lives.
    pub commits: u64,
    /// Effects handed out.
    pub effects: u64,
    /// Sends to the printer.
    pub sends: u64,
    /// Questions that two people settled.
    pub settled: u32,
    /// Times that the operator switched the printer off and on because nothing else helped.
    pub switched: u32,
    /// Cuts that came.
    pub cuts: u32,
    /// What was reached, and how often: verdicts by their point, outcomes, what people did.
    pub reached: BTreeMap<String, u64>,
    /// What is wrong; empty when all invariants hold.
    pub broken: Vec<String>,
    /// What happened.
    pub trace: Trace,
}

impl Report {
    pub(super) fn reach(&mut self, what: impl Into<String>) {
        *self.reached.entry(what.into()).or_default() += 1;
    }
}

/// The room.
pub struct Room {
    plan: Plan,
    now: Moment,
    store: CrashStore<SqliteStore>,
    /// Commits of earlier lives.
    commits_before: u64,
    host: Option<Host>,
    firmware: Box<dyn Device>,
    /// The ribbon that it came with.
    ribbon: Option<RibbonKind>,
    cable: MemoryCable,
    /// Datagrams of a printer that has a status channel.
    status_cable: MemoryCable,
    reader_cable: MemoryCable,
    reader_line: Vec<u8>,
    sends: SharedSends,
    id: PrinterId,
    /// Cuts that have not come, the next one last.
    cuts: Vec<Cut>,
    report: Report,
    jobs: Vec<(String, JobId)>,
    lives: u64,
    /// Cards that had left the hopper when each feed was ordered.
    feeds: Vec<u32>,
    /// Cards that had left the hopper when the printer was prepared for the newest attempt.
    picked_before: u32,
    /// Cards that had left the hopper when a string was cut short.
    half_a_string: Option<u32>,
    /// When each card left the hopper.
    picks: Vec<crate::domain::ids::At>,
    host_back: Option<Moment>,
    link_back: Option<Moment>,
    power_back: Option<Moment>,
    hands: operator::Hands,
    /// Blanks whose chip was written at the desk.
    written: u32,
    /// Blanks that counted as not fed and were found gone.
    gone: u64,
    /// Places of the cards when they were last noted.
    places: Vec<String>,
}

impl Room {
    /// A room with its printer, a loaded hopper and the first records waiting.
    pub fn new(plan: Plan) -> Room {
        let mut firmware = plan
            .switches
            .firmware(plan.mode, plan.serial, plan.faults.clone());
        let ribbon = firmware.mechanism().ribbon().map(|ribbon| ribbon.kind);
        let chips = plan.mode.stock().has_chip();
        let stack = if plan.one_at_a_time() { 0 } else { BLANKS };
        let blanks = (0..stack)
            .map(|number| Blank {
                uid: chips.then(|| format!("TEST-{number:014X}")),
                ..Blank::default()
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
        let (_, status_cable) = pair(READER_BYTES);
        cable.keep_unread(true);
        let sends = SharedSends::default();
        lock(&sends).completes = plan.defect == Some(Defect::CompletesHalfACommand);
        lock(&sends).fills = plan.defect == Some(Defect::FillsTheRest);
        let mut cuts = plan.cuts.clone();
        cuts.reverse();
        let mut room = Room {
            now: Moment::ZERO,
            store: CrashStore::new(store, None),
            commits_before: 0,
            host: None,
            firmware,
            ribbon,
            cable,
            status_cable,
            reader_cable,
            reader_line: Vec::new(),
            sends,
            id: PrinterId("p1".to_owned()),
            cuts,
            report: Report {
                trace: if plan.traced {
                    Trace::kept()
                } else {
                    Trace::default()
                },
                ..Report::default()
            },
            jobs: Vec::new(),
            lives: 0,
            feeds: Vec::new(),
            picked_before: 0,
            half_a_string: None,
            picks: Vec::new(),
            host_back: None,
            link_back: None,
            power_back: None,
            hands: operator::Hands::default(),
            written: 0,
            gone: 0,
            places: Vec::new(),
            plan,
        };
        room.open_store();
        room.start();
        room.open_the_day();
        room
    }

    /// Runs to the end of the work; the report judges it.
    pub fn run(mut self) -> Report {
        let mut rounds = 0;
        while !self.done() {
            rounds += 1;
            if self.now.since(Moment::ZERO) > STUCK_AFTER || rounds > ROUNDS_MAX {
                self.stuck("time is up");
                break;
            }
            if self.step() || self.operate() {
                continue;
            }
            if !self.pass_time() {
                self.stuck("nothing is due");
                break;
            }
        }
        self.judge();
        self.report
    }

    fn stuck(&mut self, why: &str) {
        let state = self.standing();
        self.report
            .broken
            .push(format!("the room is stuck ({why}): {state}"));
    }

    /// The store as this life finds it: the crash of the next cut is planned.
    fn open_store(&mut self) {
        let next = self.cuts.last().map(|cut| (cut.at, cut.harm));
        let before = self.commits_before;
        let plan = match next {
            Some((At::Commit { number, kept }, harm)) if harm.host_dies() => number
                .checked_sub(before)
                .filter(|at_commit| *at_commit > self.store.commits())
                .map(|at_commit| CrashPlan {
                    at_commit,
                    keep: kept,
                }),
            Some(_) | None => None,
        };
        self.store.plan(plan);
        if let Some(defect) = self.plan.defect {
            self.store.plant(defect.in_store());
        }
        lock(&self.sends).cut = match next {
            Some((At::Send { number, reaches }, _)) => Some((number, reaches)),
            Some((At::Commit { .. } | At::Effect(_), _)) | None => None,
        };
    }

    /// The next cut, if it stands here.
    fn cut_at(&self, here: At) -> Option<Harm> {
        self.cuts
            .last()
            .filter(|cut| cut.at == here)
            .map(|cut| cut.harm)
    }

    /// The next cut comes; `true` when it took the host's life.
    fn strike(&mut self) -> bool {
        let Some(cut) = self.cuts.pop() else {
            return false;
        };
        self.report.cuts += 1;
        self.note(format_args!("cut {cut:?}"));
        let uptime = self.now.0;
        if cut.harm.power_fails() {
            let _ = self.firmware.hand(Hand::PowerOff, uptime);
            self.lose_without_power();
            self.power_back = Some(self.now + cut.away);
        }
        if cut.harm.host_dies() {
            self.die(cut.away);
        } else if cut.harm == Harm::Link || !self.plan.outlives_power() {
            self.cable.cut();
        }
        if cut.harm == Harm::Link {
            self.cable.fail_open(true);
            self.link_back = Some(self.now + cut.away);
        }
        let half = {
            let mut sends = lock(&self.sends);
            sends.struck = false;
            std::mem::take(&mut sends.half)
        };
        let spoiled = self.plan.outlives_power() && self.plan.switches.refuses_half_a_string();
        if spoiled && !cut.harm.power_fails() && half.starts_with(PRINT_STRING) {
            self.half_a_string = Some(self.firmware.mechanism().picked());
        }
        if self.host.is_some() {
            self.open_store();
        }
        self.come_back();
        cut.harm.host_dies()
    }

    /// What was away and is due again.
    fn come_back(&mut self) {
        let now = self.now;
        let due = |at: &mut Option<Moment>| {
            let is = at.is_some_and(|at| at <= now);
            if is {
                *at = None;
            }
            is
        };
        if due(&mut self.power_back) {
            let _ = self.firmware.hand(Hand::PowerOn, now.0);
        }
        let link_is_back = due(&mut self.link_back);
        if link_is_back || self.link_back.is_none() {
            // On USB and TCP a printer without power is not there.
            let absent = !self.plan.outlives_power() && !self.firmware.mechanism().power();
            self.cable
                .fail_open(absent || !self.firmware.mechanism().plugged());
        }
        self.carry();
        if due(&mut self.host_back) {
            self.start();
        }
    }

    /// Carries bytes between cable and firmware, lines between reader socket and chip.
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
            if taken > 0 {
                self.report
                    .trace
                    .bytes(uptime, "to printer", &waiting[..taken]);
                moved = true;
            }
            self.firmware.advance(uptime);
        }
        let answer = self.firmware.transmit();
        if !answer.is_empty() {
            self.report.trace.bytes(uptime, "to host", &answer);
            self.cable.write_to_host(&answer);
            moved = true;
        }
        moved |= self.carry_datagram();
        let status = (!self.plan.serial).then(|| self.firmware.port_status());
        self.cable.set_port_status(status);
        self.reader_line
            .extend(self.reader_cable.read_from_host(READER_BYTES));
        while let Some(end) = self.reader_line.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.reader_line.drain(..=end).collect();
            let text = String::from_utf8_lossy(&line);
            let answer = self.firmware.reader(text.trim(), uptime);
            self.note(format_args!("reader {} -> {answer}", text.trim()));
            self.reader_cable
                .write_to_host(format!("{answer}\n").as_bytes());
            moved = true;
        }
        self.unplugged();
        let picked = usize::try_from(self.firmware.mechanism().picked()).unwrap_or(usize::MAX);
        self.picks.resize(picked, self.at());
        self.note_places();
        moved
    }

    /// One question over the status channel and its answer; the dialect asks one at a time.
    fn carry_datagram(&mut self) -> bool {
        while self.status_cable.take_event().is_some() {}
        let asked = self.status_cable.read_from_host(READER_BYTES);
        if asked.is_empty() {
            return false;
        }
        let reachable = self.firmware.mechanism().power() && self.firmware.plugged();
        let answer = reachable
            .then(|| self.firmware.datagram(&asked, self.now.0))
            .flatten();
        self.note(format_args!(
            "datagram {} bytes, answered {}",
            asked.len(),
            answer.is_some()
        ));
        if let Some(answer) = answer {
            self.status_cable.write_to_host(&answer);
        }
        true
    }

    /// A strike of the fault plan may have taken the cable or the power.
    fn unplugged(&mut self) {
        let mechanism = self.firmware.mechanism();
        let without_power = !self.plan.outlives_power() && !mechanism.power();
        let gone = !mechanism.plugged() || without_power;
        if gone && self.cable.host_is_open() {
            self.cable.cut();
            self.lose_without_power();
        }
        if gone {
            self.cable.fail_open(true);
        } else if self.link_back.is_none() {
            self.cable.fail_open(false);
        }
    }

    /// What was on its way to a printer that has no power.
    fn lose_without_power(&mut self) {
        if self.plan.loses_with_power() && !self.firmware.mechanism().power() {
            self.cable.consume(self.cable.waiting());
        }
    }

    /// Lets time pass to what is due next; `false`: nothing is.
    fn pass_time(&mut self) -> bool {
        let mut next: Option<Moment> = None;
        let mut sooner = |at: Option<Moment>| {
            if let Some(at) = at {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        };
        sooner(self.firmware.next().map(Moment));
        sooner(self.host_back);
        sooner(self.link_back);
        sooner(self.power_back);
        sooner(self.hands.due());
        if let Some(host) = &self.host {
            sooner(host.due());
        }
        let Some(next) = next else { return false };
        // What is due and did not move stands in nobody's way.
        self.now = next.max(self.now + Duration::from_millis(1));
        self.come_back();
        true
    }

    /// A string that was cut short and spoiled draws no card before another one is ordered.
    fn check_half_a_string(&mut self) {
        let picked = self.firmware.mechanism().picked();
        if self.half_a_string.take().is_some_and(|then| then != picked) {
            self.report
                .broken
                .push("half a string was carried out".to_owned());
        }
    }

    fn note(&mut self, what: std::fmt::Arguments<'_>) {
        self.report.trace.note(self.now.0, what);
    }

    /// Notes cards that moved, if somebody reads the trace.
    fn note_places(&mut self) {
        if !self.plan.traced {
            return;
        }
        let places: Vec<String> = self
            .firmware
            .mechanism()
            .cards()
            .map(|card| format!("card {} {:?} {:?}", card.id.0, card.place, card.looks()))
            .collect();
        let before = std::mem::replace(&mut self.places, places);
        let changed: Vec<String> = self
            .places
            .iter()
            .filter(|line| !before.contains(line) && !line.contains("Hopper"))
            .cloned()
            .collect();
        for line in changed {
            self.note(format_args!("{line}"));
        }
    }
}
