//! Zebra (Eltron) firmware: EPCL over the simulated mechanics.
//!
//! Written from the Card Printer Programmer's Manual 980081-001 Rev. F \[doc\], public programs [code: X] and a public
//! header of the maker's library [code: ZBRPrinter header]. What nobody has shown is a switch ([`Switches`]); the
//! readings below are fixed:
//!
//! - Commands run one after the other, in the order of their bytes. A motion is answered when it is over, a download
//!   after its last byte \[inferred\]. Nothing is read ahead of a string that runs.
//! - A print or encode command feeds a card by itself when none is inside [inferred from code: PAUSMS].
//! - An error stays until `.` \[doc\]. While it stays, whatever moves answers its code again and moves nothing, `MC`
//!   excepted; data, settings and questions are carried out \[inferred\]. The status byte tells it until then; an open
//!   lid tells itself only when something was to move \[inferred\].
//! - Image buffers survive printing \[doc\] and are lost with power \[inferred\], as are all settings but the magnetic
//!   formats \[doc\] and the cleaning limits \[inferred\].
//! - A string that the head is too hot for is refused with code 2; in a string the printer pauses \[inferred\].
//! - `T` and `B` are checked and drawn as an outline only; `D`'s origin is its upper left corner; `[` means nothing in
//!   `Z`; a checksum is the XOR of the bytes as they were sent \[inferred\]. Levels and intensities change nothing.
//! - `m` discards a card with something on it and begins its round again once the cause is gone \[inferred\].
//! - A full box answers code 3 \[unknown\]. The serial rate is not simulated.
//! - The chip station's commands are invented ([`PLACEHOLDERS`]) and unknown (code 14) unless the profile has them.

use crate::faults::{FaultPlan, Strike};
use crate::hands::Button;
use crate::mechanism::{Bin, Counts, Mechanism, PanelCounts};

mod codes;
mod commands;
mod device;
mod docking;
mod draw;
mod execute;
mod heat;
mod images;
mod magnetic;
mod parser;
mod print;
mod profile;
mod switches;
mod unpack;
mod work;

use codes::Code;
pub use codes::FAULTS;
pub use commands::COMMANDS;
pub use docking::PLACEHOLDERS;
use execute::Rejects;
use heat::Head;
pub use heat::Heating;
use images::{Buffer, MonoArea};
use magnetic::{Formats, TRACKS};
use parser::{Parser, Rules};
use print::Picture;
pub use profile::{PROFILES, Port, Profile, Timing};
pub use switches::{
    DotCommand, EAfterPower, HalfPayload, MoWhenEmpty, NumberReading, PanelButton,
    PositionAfterPower, PowerUp, Replies, Switches,
};
use work::{Item, Running, Trouble};

/// Answers that nobody has read.
const OUTBOX_BYTES_MAX: usize = 65_536;
/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;
/// Nanoseconds of a millisecond.
const MILLISECOND: u64 = 1_000_000;
/// Passes between cleaning alerts, and passes of a cleaning \[doc\].
const CLEANING: (u32, u32) = (5000, 5);
/// Colour buffers.
const COLOUR_BUFFERS: usize = 4;

/// Accepted.
const ACK: [u8; 1] = [0x06];
/// Refused, without a code: the input buffer is full.
const NAK: [u8; 1] = [0x15];

/// Text, CR, ACK [text doc; end inferred].
fn data_reply(mut text: Vec<u8>) -> Vec<u8> {
    text.push(0x0D);
    text.extend(ACK);
    text
}

/// What a power cut takes.
#[derive(Debug)]
struct Ram {
    parser: Parser,
    input: Vec<u8>,
    last_byte: u64,
    /// Bytes were lost, and that was told.
    swamped: bool,
    initiator: Option<u8>,
    area: Option<MonoArea>,
    colour: [Buffer; COLOUR_BUFFERS],
    black: Buffer,
    varnish: Buffer,
    /// What is to be encoded.
    tracks: [Option<Vec<u8>>; TRACKS],
    rejects: Rejects,
    ribbon_type: Option<u32>,
    running: Option<Running>,
    /// What an error has stopped.
    interrupted: Option<Running>,
    last_string: Option<Running>,
    latched: Option<Code>,
    /// `m` waits for a hand.
    stalled: Option<Trouble>,
    pause_until: Option<u64>,
    last_answer: Vec<u8>,
    /// A card is inside and the firmware believes that none is.
    forgotten: bool,
    in_encoder: bool,
}

/// What is saved.
#[derive(Debug, Clone)]
struct Flash {
    cleaning: (u32, u32),
    formats: [Formats; TRACKS],
}

/// One simulated Zebra printer.
#[derive(Debug)]
pub struct Zebra {
    profile: Profile,
    switches: Switches,
    plan: FaultPlan,
    mechanism: Mechanism,
    uptime: u64,
    ram: Ram,
    flash: Flash,
    head: Head,
    outbox: Vec<u8>,
    host_open: bool,
    /// Ready at that time.
    booting: Option<u64>,
    /// The power comes back at that time.
    returns: Option<u64>,
    strikes: Vec<(u64, Strike)>,
    /// Codes that a hand armed.
    armed: Vec<Code>,
    /// The ribbon is broken.
    torn: bool,
    panels_on_card: u32,
    pictures: u64,
    picture: Picture,
}

impl Zebra {
    /// A printer that is on and ready, with its ribbon and an empty hopper.
    pub fn new(profile: Profile, switches: Switches, plan: FaultPlan) -> Zebra {
        let passes = PanelCounts {
            at_end: switches.passes_at_end,
            resin: true,
            overlay: true,
        };
        let mut mechanism = Mechanism::new(
            profile.fittings,
            Counts::default(),
            switches.counter_store,
            passes,
        );
        mechanism.fit_new_ribbon(
            profile.ribbon,
            plan.ribbon_sets.unwrap_or(profile.ribbon_sets),
        );
        // Pictures of two printers on one card must differ.
        let salt = profile.serial.bytes().fold(0_u64, |sum, byte| {
            (sum * 31 + u64::from(byte)) & 0xFFFF_FFFF
        });
        Zebra {
            ram: Ram::after_power_on(&switches, 0),
            head: Head::new(profile.heating, profile.factor),
            profile,
            switches,
            plan,
            mechanism,
            uptime: 0,
            flash: Flash {
                cleaning: CLEANING,
                formats: [Formats::default(); TRACKS],
            },
            outbox: Vec::new(),
            host_open: false,
            booting: None,
            returns: None,
            strikes: Vec::new(),
            armed: Vec::new(),
            torn: false,
            panels_on_card: 0,
            pictures: salt << 24,
            picture: Picture::default(),
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

    /// Lets one code of [`FAULTS`] strike at the next command that can answer it. Returns whether there is such a code.
    pub fn arm_fault(&mut self, code: i8) -> bool {
        let known = FAULTS.iter().any(|(there, ..)| *there == code);
        if known {
            self.armed.push(Code(code));
        }
        known
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
            if self.mechanism.moving() || pauses || !self.corrected() {
                return;
            }
            if self.ram.running.is_some() {
                self.pursue();
                continue;
            }
            let rules = self.rules();
            let (read, parsed) = self.ram.parser.take(&self.ram.input, &rules);
            self.ram.input.drain(..read);
            if read > 0 {
                // What waited behind a string has not stalled.
                self.ram.last_byte = self.uptime;
            }
            match parsed {
                Some(parsed) => self.execute(parsed),
                None => return,
            }
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            memory: self.profile.memory,
            card: self.profile.fittings.geometry,
            number: self.switches.number,
            escape_restarts: self.switches.escape_restarts,
            initiator: self.ram.initiator,
            open_area: self.ram.area.map(|area| area.shape()),
        }
    }

    /// Answers a command, and remembers the answer.
    fn answer(&mut self, bytes: Vec<u8>) {
        self.send(&bytes);
        self.ram.last_answer = bytes;
    }

    fn nak(&mut self, code: Code) {
        self.latch(code);
        self.answer(code.bytes());
    }

    fn latch(&mut self, code: Code) {
        let unknown = code == Code::UNKNOWN && !self.switches.unknown_latches;
        if code.latches() && !unknown {
            self.ram.latched = Some(code);
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        let goes_out = match (self.switches.replies, self.profile.port) {
            (Replies::Usb, Port::Usb | Port::Serial) | (Replies::Serial, Port::Serial) => true,
            (Replies::Serial, Port::Usb) | (Replies::None, Port::Usb | Port::Serial) => false,
        };
        if goes_out {
            self.outbox.extend_from_slice(bytes);
            let excess = self.outbox.len().saturating_sub(OUTBOX_BYTES_MAX);
            self.outbox.drain(..excess);
        }
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
                self.torn = true;
            }
            Strike::StaleAnswer => {
                let again = self.ram.last_answer.clone();
                self.send(&again);
            }
        }
    }

    fn power_off(&mut self) {
        self.mechanism.power_off(self.uptime);
        self.outbox.clear();
        self.booting = None;
        self.returns = None;
        self.picture.end();
        self.ram = Ram::after_power_on(&self.switches, self.uptime);
    }

    fn power_on(&mut self) {
        self.returns = None;
        if !self.mechanism.power() {
            self.mechanism.power_on();
            let takes = self.profile.duration(self.profile.timing.power_on_ms);
            self.booting = Some(self.uptime + takes);
        }
    }

    fn ready(&mut self) {
        self.booting = None;
        if self.mechanism.jam().is_some() {
            self.latch(Code::JAM);
            return;
        }
        if self.mechanism.inside().is_empty() {
            return;
        }
        let bin = match self.switches.power_up {
            PowerUp::Keep => None,
            PowerUp::Output => Some(Bin::Output),
            PowerUp::Reject => Some(self.fitted(Bin::Reject)),
        };
        match bin {
            Some(bin) if !self.mechanism.lid_open() => {
                self.ram.running = Some(Running {
                    answers: false,
                    ..Running::new(vec![Ok(Item::Exit(bin))], 1, false)
                });
            }
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
                if self.ram.parser.drop_download() {
                    self.ram.area = None;
                }
            }
            HalfPayload::Wait | HalfPayload::Timeout(_) => {}
        }
    }

    fn download_deadline(&self) -> Option<u64> {
        match self.switches.half_payload {
            HalfPayload::Timeout(seconds) if self.ram.parser.in_download() => {
                Some(self.ram.last_byte + u64::from(seconds) * SECOND)
            }
            HalfPayload::Timeout(_) | HalfPayload::Wait | HalfPayload::DroppedOnClose => None,
        }
    }

    fn button(&mut self, button: Button) {
        let repeats = match self.switches.panel_button {
            PanelButton::Nothing => false,
            PanelButton::RepeatsTheLastString => button == Button::Ok,
        };
        let idle = self.mechanism.power() && self.booting.is_none() && self.ram.running.is_none();
        if repeats
            && idle
            && let Some(last) = &self.ram.last_string
        {
            self.ram.running = Some(last.again());
            self.ram.latched = None;
            self.ram.interrupted = None;
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
        if is_due(self.download_deadline()) && self.ram.parser.drop_download() {
            self.ram.area = None;
            self.nak(Code::STALLED);
        }
    }

    fn display(&self) -> String {
        if !self.mechanism.power() {
            "OFF".to_owned()
        } else if self.booting.is_some() {
            "STARTING".to_owned()
        } else if let Some(code) = self.ram.latched {
            format!("ERROR {:02}", code.0)
        } else if self.mechanism.lid_open() {
            "LID OPEN".to_owned()
        } else if self.mechanism.moving() || self.ram.running.is_some() {
            "BUSY".to_owned()
        } else {
            "READY".to_owned()
        }
    }
}

impl Ram {
    fn after_power_on(switches: &Switches, uptime: u64) -> Ram {
        Ram {
            parser: Parser::new(),
            input: Vec::new(),
            last_byte: uptime,
            swamped: false,
            initiator: None,
            area: None,
            colour: Default::default(),
            black: Buffer::default(),
            varnish: Buffer::default(),
            tracks: Default::default(),
            rejects: Rejects::default(),
            ribbon_type: None,
            running: None,
            interrupted: None,
            last_string: None,
            latched: None,
            stalled: None,
            pause_until: None,
            last_answer: match switches.e_after_power {
                EAfterPower::Ack => ACK.to_vec(),
                EAfterPower::Nak => NAK.to_vec(),
            },
            forgotten: false,
            in_encoder: false,
        }
    }
}

#[cfg(test)]
mod tests;
