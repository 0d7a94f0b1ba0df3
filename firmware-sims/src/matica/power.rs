//! Power, the reset button, and what is initialised after them.

use crate::mechanism::Bin;

use super::sense::Sense;
use super::switches::{GreetingSequence, LidResets, PositionAfterPower, PowerUp};
use super::work::{Doing, Goal};
use super::{Matica, Ram, SECOND};

impl Matica {
    pub(super) fn power_off(&mut self) {
        if !self.mechanism.power() {
            return;
        }
        self.mechanism.power_off(self.uptime);
        self.counters.power_lost(self.uptime);
        self.roller.heat(false, self.uptime);
        self.outbox.clear();
        self.stale.clear();
        self.told = None;
        self.returns = None;
        match self.switches.greeting_sequence {
            GreetingSequence::Restarts => self.flash.greetings = 0,
            GreetingSequence::Continues => {}
        }
        self.ram = Ram::default();
    }

    pub(super) fn power_on(&mut self) {
        self.returns = None;
        if self.mechanism.power() {
            return;
        }
        self.mechanism.power_on();
        self.roller.heat(true, self.uptime);
        let network = self.profile.duration(self.profile.timing.network_ms);
        self.ram.network_at = Some(self.uptime + network);
        self.ram.last_activity = self.uptime;
        self.ram.attention = Some(Sense::POWER_ON);
        if !self.mechanism.inside().is_empty() {
            self.ram.forgotten = match self.switches.position_after_power {
                PositionAfterPower::Sensed => false,
                PositionAfterPower::Forgotten => true,
            };
        }
        let card = match self.switches.power_up {
            _ if self.ram.forgotten => None,
            PowerUp::Keep => Some(Goal::Home),
            PowerUp::Output => Some(Goal::Exit(Bin::Output)),
            PowerUp::Reject => Some(Goal::Exit(self.reject_bin())),
        };
        self.initialise(card);
    }

    /// The reset button: as a power-on without one \[inferred\].
    pub(super) fn reset(&mut self) {
        self.ram.debt = None;
        self.ram.buffers = Default::default();
        self.ram.pause_until = None;
        self.ram.engaged = None;
        self.ram.attention = Some(Sense::RESET);
        self.wake();
        self.initialise(Some(Goal::Home));
    }

    /// Begins to initialise: sense 02/DB until it is over.
    pub(super) fn initialise(&mut self, card: Option<Goal>) {
        self.ram.initialising = true;
        self.ram.latched = self.jam_that_lasts();
        self.ram.doing = Doing::Initialising;
        let pause = Goal::Pause(self.profile.timing.initialise_ms);
        // Past a stuck card nothing moves.
        let free = self.ram.latched.is_none();
        let card = card.filter(|_| free);
        let film = free.then_some(Goal::SearchFilm);
        self.ram.work = [Some(pause), card, film, Some(Goal::Initialised)]
            .into_iter()
            .flatten()
            .collect();
    }

    pub(super) fn wake(&mut self) {
        self.ram.asleep = false;
        self.ram.last_activity = self.uptime;
        self.roller.heat(true, self.uptime);
    }

    pub(super) fn sleeps_at(&self) -> Option<u64> {
        let idle = self.ram.work.is_empty() && !self.mechanism.moving();
        if !self.mechanism.power() || self.ram.asleep || !idle {
            return None;
        }
        let after = self.flash.settings.sleep_minutes()?;
        Some(self.ram.last_activity + u64::from(after) * 60 * SECOND)
    }

    /// Something happened at the lid: shutting it initialises.
    pub(super) fn lid_was_shut(&mut self) {
        if !self.mechanism.power() || self.ram.network_at.is_some() {
            return;
        }
        match self.switches.lid_resets {
            LidResets::Resets => self.reset(),
            LidResets::Initialises => {
                let kept = self.ram.latched;
                self.initialise(Some(Goal::Home));
                self.ram.latched = kept;
            }
        }
    }
}
