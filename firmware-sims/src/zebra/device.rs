//! The printer as its cable, its chip reader and its hands see it.

use crate::device::Device;
use crate::hands::{self, Hand, HandRefused, Look};
use crate::mechanism::Mechanism;

use super::codes::Code;
use super::profile::Port;
use super::{NAK, Zebra};

impl Device for Zebra {
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
            if count == 0 {
                match self.profile.port {
                    Port::Usb => break,
                    Port::Serial => {
                        if !self.ram.swamped {
                            self.ram.swamped = true;
                            self.send(&NAK);
                        }
                        return bytes.len();
                    }
                }
            }
            self.ram.swamped = false;
            self.ram.last_byte = uptime;
            let more = &bytes[taken..taken + count];
            self.ram.input.extend_from_slice(more);
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
            self.download_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn port_status(&self) -> u8 {
        if !self.mechanism.power() || self.booting.is_some() {
            return 0;
        }
        self.ram.latched.map_or(0x18, Code::port_status)
    }

    fn reader(&mut self, line: &str, uptime: u64) -> String {
        self.advance(uptime);
        crate::reader::answer(&mut self.mechanism, line)
    }

    fn hand(&mut self, hand: Hand, uptime: u64) -> Result<Look, HandRefused> {
        self.advance(uptime);
        if hand == Hand::PowerOff {
            self.power_off();
        } else if hand == Hand::PowerOn {
            self.power_on();
        } else if hand == Hand::PlugOut {
            self.plug_out();
        } else if let Hand::Press { button } = hand {
            self.button(button);
        } else {
            hands::apply(&hand, &mut self.mechanism, self.uptime)?;
        }
        if matches!(hand, Hand::Ribbon { .. }) {
            self.torn = false;
        }
        if self.mechanism.inside().is_empty() {
            self.ram.forgotten = false;
            self.ram.in_encoder = false;
        }
        self.turn();
        hands::look(&hand, &self.mechanism, self.display())
    }

    fn mechanism(&self) -> &Mechanism {
        &self.mechanism
    }

    fn mechanism_mut(&mut self) -> &mut Mechanism {
        &mut self.mechanism
    }
}
