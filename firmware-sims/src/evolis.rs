//! Evolis firmware: the escape language over the simulated mechanics.
//!
//! Written from the Evolis Programming Guide A5013 Rev E and D2 \[doc\], public programs [code: X] and decoded
//! streams \[capture\]. What nobody has shown is a switch ([`Switches`]); what is our reasoning is \[inferred\]:
//!
//! - Commands run one after the other; a motion is answered when it is over \[inferred\]. While a panel is
//!   being laid the next download is taken in, everything else waits [doc: printing runs beside downloading].
//! - A panel waits until the next one has been downloaded, then it is laid; `Se` lays the last one \[doc\].
//! - A download is answered once the panel before it has begun to be laid \[inferred\].
//! - With `Pem;2` the pending command is answered with the fault's text; a fault of a panel that is laid
//!   beside a download is told to the next S or D command \[inferred\]. Jams stay until `Scs`, in mode 3
//!   every fault does.
//! - With `Pem;0` no answer comes until the cause is gone; then the list is printed once more from the
//!   bitmaps on a new card \[doc\].
//! - ACK/NACK comes with the error mode or with the serial port's protocol (`Pcom`), which survives power-off \[doc\];
//!   questions, `Echo` among them, are answered in words all the same \[inferred\].
//! - Text and barcodes (`Wt`, `Wb`) are answered and not drawn; magnetic heads are not fitted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::faults::{FaultPlan, Strike};
use crate::mechanism::{Counts, Mechanism, Panel, Plane, RibbonKind};

mod commands;
mod device;
mod execute;
mod mode;
mod parser;
mod profile;
mod raster;
mod reads;
mod settings;
mod switches;
mod words;
mod work;

pub use commands::COMMANDS;
use mode::{ErrorMode, Fault};
use parser::{Command, Parser};
pub use profile::{Generation, PROFILES, Port, Profile, Timing};
use settings::Settings;
pub use switches::{
    EjectUnderHold, FirstFeed, HalfPayload, PlaceWords, PositionAfterPower, PowerUp, RlrRemembers,
    Switches,
};
pub use words::StatusWords;
use work::{Goal, Impression, Sequence};

/// Answers that nobody has read.
const OUTBOX_BYTES_MAX: usize = 65_536;
/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Nanoseconds of a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// What a power cut takes.
#[derive(Debug)]
struct Ram {
    parser: Parser,
    input: Vec<u8>,
    last_byte: u64,
    /// A whole command that waits until the one before it is done.
    waiting: Option<Command>,
    /// The letters of the command that is carried out.
    current: String,
    /// It has not been answered.
    owes: bool,
    /// It is the plain `Rlr`, which only repeats.
    repeats: bool,
    settings: Settings,
    mode: ErrorMode,
    bitmaps: BTreeMap<Panel, Arc<Plane>>,
    pending: Option<Impression>,
    sequence: Sequence,
    work: VecDeque<Goal>,
    pause_until: Option<u64>,
    fault: Option<Fault>,
    /// A fault that no command has been answered with.
    unreported: Option<Fault>,
    /// Only `Scs` ends the fault.
    latched: bool,
    /// Mode 0 waits for a hand.
    stalled: Option<Fault>,
    last_answer: String,
    /// A card is inside and the firmware believes that none is.
    forgotten: bool,
    rrt_asked: u32,
    just_started: bool,
    draw_into: Panel,
}

/// What is saved.
#[derive(Debug, Clone, Default)]
struct Flash {
    mode: ErrorMode,
    settings: Settings,
}

/// One simulated Evolis printer.
#[derive(Debug)]
pub struct Evolis {
    profile: Profile,
    switches: Switches,
    plan: FaultPlan,
    mechanism: Mechanism,
    uptime: u64,
    ram: Ram,
    flash: Flash,
    outbox: Vec<u8>,
    host_open: bool,
    /// Ready at that time.
    booting: Option<u64>,
    /// The power comes back at that time.
    returns: Option<u64>,
    strikes: Vec<(u64, Strike)>,
    panels_on_card: u32,
    pictures: u64,
}

impl Evolis {
    /// A printer that is on and ready, with its ribbon and an empty hopper.
    pub fn new(profile: Profile, switches: Switches, plan: FaultPlan) -> Evolis {
        let mut mechanism = Mechanism::new(
            profile.fittings_under(&switches),
            Counts::default(),
            switches.counter_store,
            switches.p_counts,
        );
        mechanism.fit_new_ribbon(
            profile.ribbon,
            plan.ribbon_sets.unwrap_or(profile.ribbon_sets),
        );
        let flash = Flash::default();
        // Pictures of two printers on one card must differ.
        let salt = profile.serial.bytes().fold(0_u64, |sum, byte| {
            (sum * 31 + u64::from(byte)) & 0xFFFF_FFFF
        });
        Evolis {
            ram: Ram::after_power_on(&profile, &switches, &flash, 0),
            profile,
            switches,
            plan,
            mechanism,
            uptime: 0,
            flash,
            outbox: Vec::new(),
            host_open: false,
            booting: None,
            returns: None,
            strikes: Vec::new(),
            panels_on_card: 0,
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

    /// Does all that can be done without time passing.
    fn turn(&mut self) {
        loop {
            self.mechanism.advance(self.uptime);
            if !self.mechanism.power() || self.booting.is_some() {
                return;
            }
            if let Some(outcome) = self.mechanism.take_outcome() {
                self.motion_ended(outcome);
            }
            let pauses = self.ram.pause_until.is_some();
            if self.mechanism.moving() || pauses || !self.resume() {
                self.read_ahead();
                return;
            }
            if self.ram.work.is_empty() {
                self.read_ahead();
                match self.ram.waiting.take() {
                    Some(command) => self.execute(command),
                    None => return,
                }
            } else {
                self.pursue();
            }
        }
    }

    fn read_ahead(&mut self) {
        let ram = &mut self.ram;
        if ram.waiting.is_none() && !ram.input.is_empty() {
            let (read, command) = ram.parser.take(&ram.input);
            ram.input.drain(..read);
            ram.waiting = command;
        }
    }

    /// Answers the command that is carried out.
    fn answer(&mut self, text: &str) {
        self.ram.owes = false;
        let command = self.ram.current.as_str();
        // Questions are answered in words in every mode; that `Echo` is one of them is [inferred].
        let reads = command.starts_with('R') || command == "Echo";
        let moves = command.starts_with(['S', 'D']);
        let remembered = match self.switches.rlr_overwritten {
            RlrRemembers::Reads => !self.ram.repeats,
            RlrRemembers::OnlySAndD => moves,
        };
        if moves && text == "OK" && !self.ram.latched {
            self.ram.fault = None;
        }
        if remembered {
            text.clone_into(&mut self.ram.last_answer);
        }
        if self.acknowledges() && !reads {
            if text == "OK" {
                self.send(&[0x06]);
            } else {
                self.send(&[0x15, mode::nack_code(text)]);
            }
        } else {
            self.send(text.as_bytes());
            self.send(&[0]);
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        if self.mute() {
            return;
        }
        self.outbox.extend_from_slice(bytes);
        let excess = self.outbox.len().saturating_sub(OUTBOX_BYTES_MAX);
        self.outbox.drain(..excess);
    }

    /// Serial port 1 is set to receive only \[doc\].
    fn mute(&self) -> bool {
        self.serial_setting(5) == Some("R")
    }

    /// Commands are answered by ACK, or NAK and a code: the error mode says so, or the serial port's protocol \[doc\].
    fn acknowledges(&self) -> bool {
        self.ram.mode.ack_nack || self.serial_setting(4) == Some("ACK/NACK")
    }

    /// One field of serial port 1's set-up: speed, parity, data bits, stop bits, protocol, enable \[doc\].
    fn serial_setting(&self, field: usize) -> Option<&str> {
        match self.profile.port {
            Port::Usb => None,
            Port::Serial => self.ram.settings.text("Pcom;1")?.split(';').nth(field),
        }
    }

    /// Whether the fitted ribbon is the one that `Pr` named; without `Pr` any is.
    fn ribbon_is_set(&self) -> bool {
        let Some(set) = self.ram.settings.text("Pr") else {
            return true;
        };
        let named = match set.split(';').next().unwrap_or_default() {
            "ymcko" => Some(RibbonKind::Ymcko),
            "ymckok" => Some(RibbonKind::Ymckok),
            "ko" => Some(RibbonKind::Ko),
            "k" | "kb" | "kw" | "kr" | "kbl" | "kgr" | "kgo" | "ksi" | "ksc" => Some(RibbonKind::K),
            _ => None,
        };
        self.mechanism
            .ribbon()
            .is_some_and(|ribbon| Some(ribbon.kind) == named)
    }

    fn strike(&mut self, strike: Strike) {
        match strike {
            Strike::Jam | Strike::DoubleFeed => {}
            Strike::LidOpens => self.mechanism.open_lid(self.uptime),
            Strike::PowerCut => self.power_off(),
            Strike::PowerDip(milliseconds) => {
                self.power_off();
                self.returns = Some(self.uptime + u64::from(milliseconds) * MILLISECOND);
            }
            Strike::CablePulled => self.plug_out(),
            Strike::RibbonEnds => {
                let ended = self.mechanism.ribbon().map(|ribbon| {
                    let mut ended = *ribbon;
                    ended.sets_left = 0;
                    ended.passed = ended.kind.panels().len();
                    ended
                });
                self.mechanism.fit_ribbon(ended);
            }
            Strike::StaleAnswer => {
                let mut again = self.ram.last_answer.clone().into_bytes();
                again.push(0);
                self.send(&again);
            }
        }
    }

    fn power_off(&mut self) {
        self.mechanism.power_off(self.uptime);
        self.outbox.clear();
        self.booting = None;
        self.returns = None;
        self.ram = Ram::after_power_on(&self.profile, &self.switches, &self.flash, self.uptime);
    }

    fn power_on(&mut self) {
        self.returns = None;
        if !self.mechanism.power() {
            self.mechanism.power_on();
            let takes = self.profile.duration(self.profile.timing.power_on_ms);
            self.booting = Some(self.uptime + takes);
        }
    }

    /// `Srs`: as a power cycle \[doc\], but counters are written first.
    fn reset(&mut self) {
        self.mechanism.write_counters();
        self.ram = Ram::after_power_on(&self.profile, &self.switches, &self.flash, self.uptime);
        let takes = self.profile.duration(self.profile.timing.reset_ms);
        self.booting = Some(self.uptime + takes);
    }

    fn ready(&mut self) {
        self.booting = None;
        self.ram.just_started = true;
        self.mechanism.set_lid_stops(self.ram.mode.cover_managed());
        if self.mechanism.jam().is_some() {
            self.ram.fault = Some(Fault::CardJam);
            self.ram.latched = true;
            return;
        }
        if self.mechanism.inside().is_empty() {
            return;
        }
        let bin = match self.switches.power_up {
            PowerUp::Keep => None,
            PowerUp::Output => Some(self.throw_bin(false)),
            PowerUp::Reject => Some(self.throw_bin(true)),
        };
        match bin {
            Some(bin) if !self.mechanism.lid_open() => self.set_out([Goal::Exit(bin)]),
            Some(_) | None => {
                self.ram.forgotten = match self.switches.position_after_power {
                    PositionAfterPower::Sensed => false,
                    PositionAfterPower::Forgotten => true,
                };
            }
        }
    }

    fn plug_out(&mut self) {
        self.host_gone();
        self.mechanism.set_plugged(false);
    }

    fn host_gone(&mut self) {
        self.host_open = false;
        match self.switches.half_payload {
            HalfPayload::DroppedOnClose => {
                if self.ram.parser.drop_payload().is_some() {
                    self.stream_ended_badly();
                }
            }
            HalfPayload::Wait | HalfPayload::Timeout(_) => {}
        }
    }

    fn payload_deadline(&self) -> Option<u64> {
        match self.switches.half_payload {
            HalfPayload::Timeout(seconds) if self.ram.parser.in_payload() => {
                Some(self.ram.last_byte + u64::from(seconds) * SECOND)
            }
            HalfPayload::Timeout(_) | HalfPayload::Wait | HalfPayload::DroppedOnClose => None,
        }
    }

    fn payload_times_out(&mut self) {
        if let Some(name) = self.ram.parser.drop_payload() {
            if !self.ram.owes {
                self.ram.current = name;
                self.answer(Fault::TimeOut.text());
            }
            self.stream_ended_badly();
        }
    }

    /// A public report tells of a second, blank card after a stream that ended badly.
    fn stream_ended_badly(&mut self) {
        let idle = self.ram.work.is_empty() && !self.mechanism.moving() && self.booting.is_none();
        if self.switches.bad_end_feeds && idle && self.mechanism.inside().is_empty() {
            self.set_out([Goal::CardInside, Goal::Exit(crate::mechanism::Bin::Output)]);
        }
    }

    /// What is due at this moment by itself.
    fn due(&mut self) {
        self.mechanism.advance(self.uptime);
        let uptime = self.uptime;
        let is_due = |at: Option<u64>| at.is_some_and(|at| at <= uptime);
        let (now, later) = self.strikes.iter().partition(|(at, _)| *at <= uptime);
        self.strikes = later;
        let now: Vec<(u64, Strike)> = now;
        for (_, strike) in now {
            self.strike(strike);
        }
        if is_due(self.returns) {
            self.power_on();
        }
        if is_due(self.booting) {
            self.ready();
        }
        if is_due(self.ram.pause_until) {
            self.ram.pause_until = None;
        }
        if is_due(self.payload_deadline()) {
            self.payload_times_out();
        }
    }
}

impl Ram {
    fn after_power_on(profile: &Profile, switches: &Switches, flash: &Flash, uptime: u64) -> Ram {
        Ram {
            parser: Parser::new(profile.fittings.geometry, switches.escape_restarts),
            input: Vec::new(),
            last_byte: uptime,
            waiting: None,
            current: String::new(),
            owes: false,
            repeats: false,
            settings: flash.settings.clone(),
            mode: flash.mode,
            bitmaps: BTreeMap::new(),
            pending: None,
            sequence: Sequence::default(),
            work: VecDeque::new(),
            pause_until: None,
            fault: None,
            unreported: None,
            latched: false,
            stalled: None,
            last_answer: "OK".to_owned(),
            forgotten: false,
            rrt_asked: 0,
            just_started: false,
            draw_into: Panel::K,
        }
    }
}

#[cfg(test)]
mod tests;
