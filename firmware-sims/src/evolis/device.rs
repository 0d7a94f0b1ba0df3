//! The printer as its cable, its chip reader and its hands see it.

use crate::device::Device;
use crate::hands::{self, Hand, HandRefused, Look};
use crate::mechanism::Mechanism;

use super::Evolis;
use super::mode::Fault;

impl Device for Evolis {
    fn host_opened(&mut self, uptime: u64) {
        self.advance(uptime);
        if !self.switches.stale_answer {
            self.outbox.clear();
        }
        self.host_open = self.mechanism.plugged();
    }

    fn host_closed(&mut self, uptime: u64) {
        self.advance(uptime);
        self.host_gone();
        self.turn();
    }

    fn receive(&mut self, bytes: &[u8], uptime: u64) -> usize {
        self.advance(uptime);
        if !self.mechanism.plugged() || self.booting.is_some() {
            return 0;
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
            self.payload_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn port_status(&self) -> u8 {
        // Select 0x10, Not-Error 0x08, Paper-Empty 0x20 [inferred from the USB printer class definition].
        if !self.mechanism.power() || self.booting.is_some() {
            return 0;
        }
        let stands = |fault: &Fault| {
            self.ram.latched || self.ram.stalled.is_some() || !self.cause_is_gone(*fault)
        };
        match self.ram.fault.filter(stands) {
            None => 0x18,
            Some(fault) if !fault.of_media() => 0x10,
            Some(_) if self.ram.mode.busy_forced() => 0x30,
            Some(_) => 0x38,
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
            | Hand::PutBlank { .. }
            | Hand::Press { .. } => hands::apply(&hand, &mut self.mechanism, self.uptime)?,
        }
        if self.mechanism.inside().is_empty() {
            self.ram.forgotten = false;
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
