//! Matica XID firmware: a retransfer engine behind messages of 32-bit words, over the simulated mechanics.
//!
//! Written from captures \[capture\] and public programs [code: X]; the maker has published nothing of the wire.
//! What nobody has shown is a switch ([`Switches`]); what is our reasoning is \[inferred\]:
//!
//! - The connection is the job: it is greeted, opened by a job start, and its close is the job's end \[code\].
//! - Messages are carried out one after the other; a motion is answered when it is over, or at once if word 2
//!   is 2 \[capture\]. While an unfinished immediate motion runs, other motions are refused with 02/D3 to D5 \[inferred\].
//! - A command that is refused has moved nothing. A print that fails may have laid a part of its picture on the film.
//! - Run-outs, the lid and an empty hopper are told as long as they last; jams and hardware faults until command 03,
//!   the reset button or a power-on, and a jam only after a hand has taken the card \[inferred\].
//! - The unit attention (06/28, 06/29) is told once, to the next command that is not 02 \[inferred\].
//! - After a print a buffer's printed planes are used up \[inferred\].
//! - The mark on the UV panel is accepted and not drawn; grey UV is kept as sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::device::Device;
use crate::faults::{FaultPlan, Strike};
use crate::hands::{self, Hand, HandRefused, Look};
use crate::mechanism::{
    Bin, CardId, CardPlace, CounterStore, Counts, Mechanism, Panel, PanelCounts, Ribbon, Station,
};

mod commands;
mod counters;
mod execute;
mod heat;
mod planes;
mod power;
mod profile;
mod scsi;
mod sense;
mod session;
mod settings;
mod status;
mod switches;
mod wire;
mod work;

pub use commands::COMMANDS;
use counters::Counters;
use heat::{Head, Roller};
pub use profile::{Heat, PROFILES, Profile, Timing};
pub use scsi::ScsiAnswer;
pub use sense::FAULTS;
use sense::Sense;
use session::{Connection, Ghost, Orphan};
use settings::Settings;
use status::Told;
pub use switches::{
    BytesAfterCable, CloseWithCard, Counters9300, EngagedMove, FilmAfterPower, FilmInitInPlace,
    FilmInitOnFresh, GreetingSequence, HalfPayload, Init03, LidInMotion, LidResets,
    PlaneAfterClose, PlaneAnswer, PositionAfterPower, PowerUp, PrintOnUsedPanel, QueuedAfterClose,
    SecondConnection, SenseKeys, Switches, TotalMoves, TransferWithoutPrint,
};
use work::{Debt, Doing, Goal};

/// Answers that nobody has read.
const OUTBOX_BYTES_MAX: usize = 65_536;
/// Faults that the error log keeps \[code: 260 bytes\].
const ERROR_LOG_MAX: usize = 64;
/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Nanoseconds of a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// In which part of a card's way an armed fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Instead of carrying out the next command that is not 02.
    Command,
    /// Half-way from the hopper.
    Load,
    /// Half-way to a position.
    Move,
    /// Half-way through a panel onto the film.
    Print,
    /// Half-way through fusing.
    Transfer,
    /// Half-way to a bin.
    Eject,
}

/// What strikes at a moment.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Planned(Strike),
    FilmTears,
    Stops(Sense),
}

/// What a power cut takes.
#[derive(Debug, Default)]
struct Ram {
    /// The connection whose host is there.
    live: Option<Connection>,
    /// Connections whose host has gone, which the printer still holds for alive.
    ghosts: Vec<Ghost>,
    orphan: Option<Orphan>,
    /// A card that a closed connection has left is to be thrown there.
    throw: Option<Bin>,
    buffers: [BTreeMap<Panel, Arc<Vec<u8>>>; 2],
    work: VecDeque<Goal>,
    doing: Doing,
    debt: Option<Debt>,
    pause_until: Option<u64>,
    /// The network answers from then on.
    network_at: Option<u64>,
    initialising: bool,
    attention: Option<Sense>,
    latched: Option<Sense>,
    /// What the motion that runs is called if it gets stuck.
    jam: Option<Sense>,
    /// The fault with which the motors were stopped.
    stopped: Option<Sense>,
    asleep: bool,
    last_activity: u64,
    cooling: bool,
    engaged: Option<Station>,
    /// A card is inside and the firmware believes that none is.
    forgotten: bool,
    at_magnetic: bool,
    /// The card inside has been counted.
    counted: bool,
    usb_sense: Option<Sense>,
}

/// What is saved.
#[derive(Debug, Clone)]
struct Flash {
    settings: Settings,
    cleaning_limit: u16,
    greetings: u32,
    errors: VecDeque<u32>,
}

/// One simulated Matica printer.
#[derive(Debug)]
pub struct Matica {
    profile: Profile,
    switches: Switches,
    plan: FaultPlan,
    mechanism: Mechanism,
    uptime: u64,
    ram: Ram,
    flash: Flash,
    counters: Counters,
    head: Head,
    roller: Roller,
    outbox: Vec<u8>,
    /// Answers that an earlier connection has not read.
    stale: Vec<u8>,
    last_answer: Vec<u8>,
    told: Option<Told>,
    /// The power comes back at that time.
    returns: Option<u64>,
    blows: Vec<(u64, Blow)>,
    armed: Vec<(Phase, Sense)>,
    lost_datagrams: u32,
    stripes: BTreeMap<CardId, [Vec<u8>; 3]>,
    steps_on_card: u32,
    had_card: bool,
    connections: u64,
    pictures: u64,
}

impl Matica {
    /// A printer that is on, warm and ready, with its ribbon and film and an empty hopper.
    pub fn new(profile: Profile, switches: Switches, plan: FaultPlan) -> Matica {
        let panel_counts = PanelCounts {
            at_end: true,
            resin: true,
            overlay: true,
        };
        let fittings = profile.fittings_under(&switches);
        // The mechanics' own counters are not this printer's: they survive, so that a judge may read them.
        let survives = CounterStore::AtOnce;
        let mut mechanism = Mechanism::new(fittings, Counts::default(), survives, panel_counts);
        let sets = plan.ribbon_sets.unwrap_or(profile.ribbon_sets);
        let capacity = profile.ribbon_sets.max(sets);
        mechanism.fit_ribbon(Some(Ribbon::new(profile.ribbon, capacity, sets)));
        mechanism.fit_film(profile.film_panels, profile.film_left);
        // Pictures of two printers on one card must differ.
        let salt = profile.serial.bytes().fold(0_u64, |sum, byte| {
            (sum * 31 + u64::from(byte)) & 0xFFFF_FFFF
        });
        Matica {
            ram: Ram::default(),
            flash: Flash {
                settings: Settings::default(),
                cleaning_limit: 1000,
                greetings: 0,
                errors: VecDeque::new(),
            },
            counters: Counters::new(switches.counter_store),
            head: Head::new(&profile),
            roller: Roller::new(&profile),
            profile,
            switches,
            plan,
            mechanism,
            uptime: 0,
            outbox: Vec::new(),
            stale: Vec::new(),
            last_answer: Vec::new(),
            told: None,
            returns: None,
            blows: Vec::new(),
            armed: Vec::new(),
            lost_datagrams: 0,
            stripes: BTreeMap::new(),
            steps_on_card: 0,
            had_card: false,
            connections: 0,
            pictures: salt << 24,
        }
    }

    /// The model.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Its switches.
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// Lets a fault of the catalogue ([`FAULTS`], key and ASC) strike once, in that phase.
    pub fn arm_fault(&mut self, code: u16, phase: Phase) {
        self.armed.push((phase, Sense(u32::from(code) << 8)));
    }

    /// Lets the next datagrams get lost.
    pub fn lose_datagrams(&mut self, count: u32) {
        self.lost_datagrams = count;
    }

    /// Presses RESET on the panel: the job's state is lost, latched faults end if their cause is gone.
    pub fn press_reset(&mut self, uptime: u64) {
        self.advance(uptime);
        let up = self.mechanism.power() && self.ram.network_at.is_none();
        if up && !self.mechanism.moving() {
            self.reset();
            self.turn();
        }
    }

    /// Does all that can be done without time passing.
    fn turn(&mut self) {
        loop {
            self.mechanism.advance(self.uptime);
            self.follow_card();
            if !self.mechanism.power() {
                return;
            }
            if let Some(outcome) = self.mechanism.take_outcome() {
                self.motion_ended(outcome);
                continue;
            }
            let free = !self.mechanism.moving() && self.ram.pause_until.is_none();
            if free && !self.ram.work.is_empty() {
                self.pursue();
                continue;
            }
            if self.ram.network_at.is_some() {
                return;
            }
            if self.upkeep() {
                continue;
            }
            if self.ram.debt.is_some() {
                return;
            }
            match self.next_message() {
                Some((connection, message)) => self.execute(connection, message),
                // What waited was no whole message: its connection may have ended with it.
                None if self.upkeep() => {}
                None => return,
            }
        }
    }

    /// A card that has left, whoever took it, ends what was to be printed on it.
    fn follow_card(&mut self) {
        let has = !self.mechanism.inside().is_empty();
        if self.had_card && !has {
            self.pictures += 1;
            self.ram.engaged = None;
            self.ram.counted = false;
            self.ram.at_magnetic = false;
            self.ram.forgotten = false;
            self.steps_on_card = 0;
        }
        self.had_card = has;
    }

    fn strike(&mut self, blow: Blow) {
        match blow {
            Blow::FilmTears => self.mechanism.tear_film(self.uptime),
            Blow::Stops(sense) => {
                if self.mechanism.moving() {
                    self.ram.stopped = Some(sense);
                    self.mechanism.motors_stop(self.uptime);
                }
            }
            Blow::Planned(Strike::Jam | Strike::DoubleFeed) => {}
            Blow::Planned(Strike::LidOpens) => self.mechanism.open_lid(self.uptime),
            Blow::Planned(Strike::PowerCut) => self.power_off(),
            Blow::Planned(Strike::PowerDip(milliseconds)) => {
                self.power_off();
                self.returns = Some(self.uptime + u64::from(milliseconds) * MILLISECOND);
            }
            Blow::Planned(Strike::CablePulled) => self.plug_out(),
            Blow::Planned(Strike::RibbonEnds) => {
                let ended = self.mechanism.ribbon().map(|ribbon| {
                    let mut ended = *ribbon;
                    ended.sets_left = 0;
                    ended.passed = ended.kind.panels().len();
                    ended
                });
                self.mechanism.fit_ribbon(ended);
            }
            Blow::Planned(Strike::StaleAnswer) => {
                let again = self.last_answer.clone();
                if self.ram.live.as_ref().is_some_and(Connection::greeted) {
                    self.put_out(&again);
                }
            }
        }
    }

    fn plug_out(&mut self) {
        self.cable_gone();
        self.mechanism.set_plugged(false);
    }

    /// What is due at this moment by itself.
    fn due(&mut self) {
        self.mechanism.advance(self.uptime);
        let uptime = self.uptime;
        let is_due = |at: Option<u64>| at.is_some_and(|at| at <= uptime);
        let (now, later) = self.blows.iter().partition(|(at, _)| *at <= uptime);
        self.blows = later;
        let now: Vec<(u64, Blow)> = now;
        for (_, blow) in now {
            self.strike(blow);
        }
        if is_due(self.returns) {
            self.power_on();
        }
        if is_due(self.ram.network_at) {
            self.ram.network_at = None;
        }
        if is_due(self.ram.pause_until) {
            self.ram.pause_until = None;
        }
        if is_due(self.sleeps_at()) {
            self.ram.asleep = true;
            self.roller.heat(false, self.uptime);
        }
        self.connections_due();
    }
}

impl Device for Matica {
    fn host_opened(&mut self, uptime: u64) {
        self.advance(uptime);
        self.connected();
        self.turn();
    }

    fn host_closed(&mut self, uptime: u64) {
        self.advance(uptime);
        self.closed();
        self.turn();
    }

    fn receive(&mut self, bytes: &[u8], uptime: u64) -> usize {
        self.advance(uptime);
        self.take_in(bytes)
    }

    fn advance(&mut self, uptime: u64) {
        self.turn();
        while let Some(at) = self.next().filter(|at| *at <= uptime) {
            self.uptime = self.uptime.max(at);
            self.due();
            self.turn();
        }
        self.uptime = self.uptime.max(uptime);
        self.turn();
    }

    fn transmit(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outbox)
    }

    fn next(&self) -> Option<u64> {
        let blow = self.blows.iter().map(|(at, _)| *at).min();
        [
            self.mechanism.next_change(),
            blow,
            self.returns,
            self.ram.network_at,
            self.ram.pause_until,
            self.sleeps_at(),
            self.connection_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn has_datagrams(&self) -> bool {
        self.profile.datagrams
    }

    fn datagram(&mut self, request: &[u8], uptime: u64) -> Option<Vec<u8>> {
        self.advance(uptime);
        self.answer_datagram(request)
    }

    fn port_status(&self) -> u8 {
        // A network printer has no such byte; the class's "selected, no error" is told to whoever asks.
        if self.mechanism.power() { 0x18 } else { 0 }
    }

    fn keeps_answers(&self) -> bool {
        self.switches.stale_answer
    }

    fn reader(&mut self, line: &str, uptime: u64) -> String {
        self.advance(uptime);
        let engaged = self.ram.engaged == Some(Station::Contactless);
        let place = self.antenna();
        let antenna = (engaged || !self.switches.antenna_needs_engage).then_some(place);
        crate::reader::answer_at(&mut self.mechanism, antenna, line)
    }

    fn hand(&mut self, hand: Hand, uptime: u64) -> Result<Look, HandRefused> {
        self.advance(uptime);
        match hand {
            Hand::PowerOff => self.power_off(),
            Hand::PowerOn => self.power_on(),
            Hand::PlugOut => self.plug_out(),
            Hand::PlugIn => self.plug_in(),
            Hand::CloseLid => {
                let was_open = self.mechanism.lid_open();
                self.mechanism.close_lid();
                if was_open {
                    self.lid_was_shut();
                }
            }
            Hand::Look
            | Hand::ReadMark { .. }
            | Hand::OpenLid
            | Hand::Load { .. }
            | Hand::Unload
            | Hand::Ribbon { .. }
            | Hand::NoRibbon
            | Hand::Film { .. }
            | Hand::TakeInside
            | Hand::TakeOutput
            | Hand::EmptyReject
            | Hand::TakePile
            | Hand::Cut { .. }
            | Hand::JamAt { .. }
            | Hand::DoubleFeed
            | Hand::ClearJam
            | Hand::Press { .. }
            | Hand::PutBlank { .. } => hands::apply(&hand, &mut self.mechanism, self.uptime)?,
        }
        self.turn();
        let display = self.display();
        hands::look(&hand, &self.mechanism, display)
    }

    fn mechanism(&self) -> &Mechanism {
        &self.mechanism
    }

    fn mechanism_mut(&mut self) -> &mut Mechanism {
        &mut self.mechanism
    }
}

impl Matica {
    /// Where the antenna is.
    fn antenna(&self) -> CardPlace {
        if self.profile.antenna_at_print {
            CardPlace::PrintStart
        } else {
            CardPlace::Contactless
        }
    }
}

#[cfg(test)]
mod tests;
