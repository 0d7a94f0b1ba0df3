//! Magicard firmware: pages of text header and bit-planes over the simulated mechanics.
//!
//! Written from the maker's file format paper \[doc\], the maker's and other public filters [code: X] and decoded
//! streams [capture; measured]. What nobody has shown is a switch ([`Switches`]); what is our reasoning is
//! \[inferred\]:
//!
//! - A page is feed, print and eject in one. Memory holds one card's pages: a second page waits on the cable until
//!   the card before it is out, the back of a duplex card is taken in while the front is printed.
//! - Requests are answered as they come, the rest waits its turn. Behind a page that waits on the cable nothing is
//!   heard, and inside a page a request is picture bytes.
//! - An error stays until OK or Cancel, from the panel or the wire, and until its cause is gone. An open lid or a
//!   stuck card shows as an error even when nothing was ordered.
//! - The card is as wide as 642 dots of the 672 of the head; what falls beside it is not laid. A sample of 6 bits is
//!   laid as `sample << 2 | sample >> 4`, so `dye >> 2` on a face is the sample again, and so is
//!   `(255 - channel) >> 2` of a tray's picture where no resin lies. Wire row r, dot d lies in line r, column
//!   d - 15; on a turned side in line 1015 - r, column 656 - d ([`Profile::turned`]): either way a picture is the
//!   right way up in the tray. [`Magicard::head_picture`] has the page in wire order.
//! - A picture is whole when the planes that its header announced and the overcoat are laid: empty planes are left out.
//! - Watermarks, profiles, heat and trims change no dot.
//! - Every card has a magnetic stripe.

use std::collections::VecDeque;

use crate::device::Device;
use crate::faults::{FaultPlan, Strike};
use crate::hands::{self, Button, Hand, HandRefused, Look};
use crate::mechanism::{Counts, Mechanism, Side};

mod commands;
mod faults;
mod header;
mod heat;
mod pages;
mod parser;
mod profile;
mod raster;
mod recovery;
mod replies;
mod switches;
mod work;

pub use commands::COMMANDS;
pub use faults::FAULTS;
use faults::Fault;
use header::Header;
use heat::Head;
pub use heat::Heat;
pub use pages::PageRecord;
use pages::{Incoming, Job};
use parser::Parser;
pub use profile::{Language, PROFILES, Profile, Timing};
pub use raster::{HEAD_DOTS, HeadLayout, HeadPicture};
pub use replies::ReplyFault;
pub use switches::{
    CanEjects, CardsCount, Etx, FeedAt, HalfPayload, ModelFlags, OkMeans, PageAfterCut,
    PageWithCardInside, PositionAfterPower, PowerUp, Switches, TagWrite,
};
use work::{Goal, Order};

/// Answers that nobody has read.
const OUTBOX_BYTES_MAX: usize = 65_536;
/// Orders that wait; more are dropped.
const ORDERS_MAX: usize = 32;
/// A host that says nothing for so long inside a page has paused \[inferred\].
const PAUSE: u64 = 10 * SECOND;
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
    /// The header of a page for which there is no memory yet.
    held: Option<Header>,
    incoming: Option<Incoming>,
    /// The host closed the port, and half a page is to be forgotten.
    closed: bool,
    job: Option<Job>,
    orders: VecDeque<Order>,
    work: VecDeque<Goal>,
    pause_until: Option<u64>,
    fault: Option<Fault>,
    /// A card is inside and the firmware believes that none is.
    forgotten: bool,
    /// The card inside was drawn for what comes next.
    parked: bool,
    /// Until then it tries to draw a card.
    feed_until: Option<u64>,
    feed_over: bool,
    /// Sets begun on this card that are not on the ribbon's tag yet.
    shots: u32,
    language: String,
    last_reply: Vec<u8>,
}

/// What is saved.
#[derive(Debug, Clone)]
struct Flash {
    language: String,
    cleanings: u64,
    cleaned_at: Counts,
    /// Finished cards are held inside.
    hold: bool,
}

/// One simulated Magicard printer.
#[derive(Debug)]
pub struct Magicard {
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
    armed: VecDeque<Fault>,
    reply_fault: Option<ReplyFault>,
    panels_on_card: u32,
    pictures: u64,
    head: Head,
    last_page: PageRecord,
    head_pictures: [Option<HeadPicture>; 2],
}

impl Magicard {
    /// A printer that is on and ready, with its ribbon and an empty hopper.
    pub fn new(profile: Profile, switches: Switches, plan: FaultPlan) -> Magicard {
        let mut mechanism = Mechanism::new(
            profile.fittings,
            Counts::default(),
            switches.counter_store,
            switches.panel_counts(),
        );
        mechanism.fit_new_ribbon(
            profile.ribbon,
            plan.ribbon_sets.unwrap_or(profile.ribbon_sets),
        );
        let flash = Flash {
            language: "ENG".to_owned(),
            cleanings: 0,
            cleaned_at: Counts::default(),
            hold: false,
        };
        // Pictures of two printers on one card must differ.
        let salt = profile.serial.bytes().fold(0_u64, |sum, byte| {
            (sum * 31 + u64::from(byte)) & 0xFFFF_FFFF
        });
        Magicard {
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
            armed: VecDeque::new(),
            reply_fault: None,
            panels_on_card: 0,
            pictures: salt << 24,
            head: Head::cold(),
            last_page: PageRecord::default(),
            head_pictures: [None, None],
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

    /// The header of the page that began last.
    pub fn last_page(&self) -> &PageRecord {
        &self.last_page
    }

    /// The last whole page for that side, in wire order.
    pub fn head_picture(&self, side: Side) -> Option<&HeadPicture> {
        self.head_pictures[pages::index(side)].as_ref()
    }

    /// The head's temperature now, in degrees Celsius.
    pub fn head_celsius(&self) -> f64 {
        self.head.celsius(&self.profile.heat_in_time(), self.uptime)
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
            let rests = self.ram.fault.is_none()
                && self.ram.pause_until.is_none()
                && !self.mechanism.moving();
            if rests && !self.ram.work.is_empty() {
                self.pursue();
            } else if rests && let Some(order) = self.ram.orders.pop_front() {
                self.set_out(order);
            } else if !self.read_event() {
                return;
            }
        }
    }

    /// Something is being done, or waits to be.
    fn busy(&self) -> bool {
        let ram = &self.ram;
        ram.fault.is_none()
            && (self.mechanism.moving()
                || ram.pause_until.is_some()
                || !ram.work.is_empty()
                || !ram.orders.is_empty()
                || ram.job.is_some())
    }

    /// The error that stands, or one that anybody would see.
    fn shown_fault(&self) -> Option<Fault> {
        let live = || {
            if self.mechanism.lid_open() {
                Some(Fault::COVER_OPEN)
            } else {
                self.mechanism.jam().map(Fault::of_jam)
            }
        };
        self.ram.fault.or_else(live)
    }

    fn display(&self) -> &'static str {
        if !self.mechanism.power() {
            "OFF"
        } else if self.booting.is_some() {
            "STARTING"
        } else if let Some(fault) = self.shown_fault() {
            fault.code()
        } else if self.busy() {
            "BUSY"
        } else {
            "READY"
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
            }
            Strike::StaleAnswer => {
                let again = self.ram.last_reply.clone();
                self.post(&again);
            }
        }
    }

    fn power_off(&mut self) {
        self.mechanism.power_off(self.uptime);
        self.outbox.clear();
        self.booting = None;
        self.returns = None;
        if !self.switches.language_survives_power {
            "ENG".clone_into(&mut self.flash.language);
        }
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

    /// `RST`: as a power cycle, but counters are written first \[inferred\].
    fn restart(&mut self) {
        self.mechanism.write_counters();
        self.ram = Ram::after_power_on(&self.profile, &self.switches, &self.flash, self.uptime);
        let takes = self.profile.duration(self.profile.timing.reset_ms);
        self.booting = Some(self.uptime + takes);
    }

    fn ready(&mut self) {
        self.booting = None;
        if let Some(station) = self.mechanism.jam() {
            self.ram.fault = Some(Fault::of_jam(station));
            return;
        }
        if self.mechanism.inside().is_empty() {
            return;
        }
        let to_reject = match self.switches.power_up {
            PowerUp::Keep => None,
            PowerUp::Output => Some(false),
            PowerUp::Reject => Some(true),
        };
        match to_reject {
            Some(to_reject) if !self.mechanism.lid_open() => {
                self.ram.work.push_back(Goal::Out { to_reject });
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
        self.host_open = false;
        self.mechanism.set_plugged(false);
        match self.switches.page_after_cut {
            PageAfterCut::Waits => {}
            PageAfterCut::Dropped => {
                self.ram.input.clear();
                self.drop_half_page();
            }
            PageAfterCut::Printed => self.print_half_page(),
        }
    }

    fn page_deadline(&self) -> Option<u64> {
        match self.switches.half_payload {
            HalfPayload::Timeout(seconds) if self.waits_for_page() => {
                Some(self.ram.last_byte + u64::from(seconds) * SECOND)
            }
            HalfPayload::Timeout(_) | HalfPayload::Wait | HalfPayload::DroppedOnClose => None,
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
        if is_due(self.page_deadline()) {
            self.drop_half_page();
        }
    }
}

impl Ram {
    fn after_power_on(profile: &Profile, switches: &Switches, flash: &Flash, uptime: u64) -> Ram {
        let any_etx = match switches.etx {
            Etx::LastTrailer => false,
            Etx::Any => true,
        };
        Ram {
            parser: Parser::new(profile.head, any_etx),
            input: Vec::new(),
            last_byte: uptime,
            held: None,
            incoming: None,
            closed: false,
            job: None,
            orders: VecDeque::new(),
            work: VecDeque::new(),
            pause_until: None,
            fault: None,
            forgotten: false,
            parked: false,
            feed_until: None,
            feed_over: false,
            shots: 0,
            language: flash.language.clone(),
            last_reply: Vec::new(),
        }
    }
}

impl Device for Magicard {
    fn host_opened(&mut self, uptime: u64) {
        self.advance(uptime);
        if !self.switches.stale_answer {
            self.outbox.clear();
        }
        self.host_open = self.mechanism.plugged();
        self.ram.closed = false;
    }

    fn host_closed(&mut self, uptime: u64) {
        self.advance(uptime);
        self.host_open = false;
        self.ram.closed = match self.switches.half_payload {
            HalfPayload::DroppedOnClose => true,
            HalfPayload::Wait | HalfPayload::Timeout(_) => false,
        };
        self.turn();
    }

    fn receive(&mut self, bytes: &[u8], uptime: u64) -> usize {
        self.advance(uptime);
        if !self.mechanism.plugged() || self.booting.is_some() {
            return 0;
        }
        if self.waits_for_page() && uptime.saturating_sub(self.ram.last_byte) >= PAUSE {
            self.ram.parser.pause();
        }
        let mut taken = 0;
        while taken < bytes.len() {
            if !self.mechanism.power() {
                return bytes.len();
            }
            let room = self
                .profile
                .input_buffer
                .saturating_sub(self.ram.input.len());
            let count = room.min(bytes.len() - taken);
            if count == 0 || self.booting.is_some() {
                break;
            }
            self.ram.last_byte = uptime;
            self.ram
                .input
                .extend_from_slice(&bytes[taken..taken + count]);
            taken += count;
            self.turn();
        }
        taken
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
        if self.host_open {
            std::mem::take(&mut self.outbox)
        } else {
            Vec::new()
        }
    }

    fn next(&self) -> Option<u64> {
        let strike = self.strikes.iter().map(|(at, _)| *at).min();
        [
            self.mechanism.next_change(),
            strike,
            self.returns,
            self.booting,
            self.ram.pause_until,
            self.page_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn port_status(&self) -> u8 {
        // Select 0x10, Not-Error 0x08; paper-empty was never seen, not even for a feed failure [capture].
        if !self.mechanism.power() || self.booting.is_some() {
            0
        } else if self.shown_fault().is_some() {
            0x10
        } else if self.busy() {
            0x08
        } else {
            0x18
        }
    }

    fn keeps_answers(&self) -> bool {
        self.switches.stale_answer
    }

    fn reader(&mut self, line: &str, uptime: u64) -> String {
        self.advance(uptime);
        crate::reader::answer(&mut self.mechanism, line)
    }

    fn hand(&mut self, hand: Hand, uptime: u64) -> Result<Look, HandRefused> {
        self.advance(uptime);
        match hand {
            Hand::PowerOff => self.power_off(),
            Hand::PowerOn => self.power_on(),
            Hand::PlugOut => self.plug_out(),
            Hand::Press { button } if self.mechanism.power() && self.booting.is_none() => {
                match button {
                    Button::Ok => self.okay(),
                    Button::Cancel => self.cancel(),
                }
            }
            Hand::Look
            | Hand::ReadMark { .. }
            | Hand::OpenLid
            | Hand::CloseLid
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
            | Hand::PlugIn
            | Hand::Press { .. }
            | Hand::PutBlank { .. } => hands::apply(&hand, &mut self.mechanism, self.uptime)?,
        }
        if self.mechanism.inside().is_empty() {
            self.ram.forgotten = false;
            // A card on its way from the hopper is still to come.
            self.ram.parked = self.ram.parked && self.mechanism.moving();
        } else if self.waits_for_a_hand() && !self.mechanism.lid_open() {
            self.ram.pause_until = None;
        }
        self.turn();
        hands::look(&hand, &self.mechanism, self.display().to_owned())
    }

    fn mechanism(&self) -> &Mechanism {
        &self.mechanism
    }

    fn mechanism_mut(&mut self) -> &mut Mechanism {
        &mut self.mechanism
    }
}

#[cfg(test)]
mod tests;
