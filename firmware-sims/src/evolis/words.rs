//! The display, and the binary status words.
//!
//! How the words are asked for on the wire is unknown, so no command shows them; they are for a room's own
//! tools [code: evolis-sdk for the masks].

use serde::Serialize;

use crate::mechanism::CardPlace;

use super::Evolis;
use super::mode::Fault;
use super::profile::Generation;

/// The first four status words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct StatusWords {
    /// What is built in.
    pub config: u32,
    /// What is going on.
    pub information: u32,
    /// What will need a hand.
    pub warning: u32,
    /// What stopped a job.
    pub error: u32,
}

impl Evolis {
    /// What the display says.
    pub(super) fn display(&self) -> &'static str {
        if !self.mechanism.power() {
            "OFF"
        } else if self.booting.is_some() {
            "STARTING"
        } else if let Some(fault) = self.ram.fault {
            fault.text()
        } else if self.mechanism.lid_open() {
            Fault::CoverOpen.text()
        } else if self.ram.just_started && self.switches.reset_flag {
            "JUST STARTED"
        } else if self.mechanism.moving() {
            "BUSY"
        } else {
            "READY"
        }
    }

    /// The status words as the firmware holds them.
    pub fn status_words(&self) -> StatusWords {
        let set = |mask: u32, on: bool| if on { mask } else { 0 };
        let mechanism = &self.mechanism;
        let fittings = mechanism.fittings();
        let place = self.place();
        let at = |wanted: CardPlace| place == Some(wanted);
        let fault = |wanted: Fault| self.ram.fault == Some(wanted);
        let later = match self.profile.generation {
            Generation::Later => true,
            Generation::Guide => false,
        };
        let ribbon = mechanism.ribbon();
        StatusWords {
            config: set(0x8000_0000, later)
                | set(0x0010_0000, fittings.flipper)
                | set(0x0008_0000, fittings.contactless)
                | set(0x0004_0000, fittings.contact)
                | set(0x0000_2000, true)
                | set(0x0000_0020, fittings.reject_box),
            information: set(0x1000_0000, at(CardPlace::Flipper))
                | set(0x0800_0000, at(CardPlace::Contactless))
                | set(0x0400_0000, at(CardPlace::Contact))
                | set(0x0200_0000, at(CardPlace::PrintStart))
                | set(0x0080_0000, !self.ram.mode.host_recovers())
                | set(
                    0x0001_0000,
                    self.ram.just_started && self.switches.reset_flag,
                )
                | set(0x0000_0080, mechanism.moving())
                | set(
                    0x0000_0040,
                    at(CardPlace::Contactless) || at(CardPlace::Contact),
                )
                | set(0x0000_0001, mechanism.moving()),
            warning: set(0x0800_0000, mechanism.reject_full())
                | set(0x0100_0000, mechanism.hopper().len() == 0)
                | set(0x0010_0000, mechanism.output_full())
                | set(0x0008_0000, ribbon.is_some_and(|ribbon| ribbon.ended()))
                | set(0x0002_0000, mechanism.lid_open())
                | set(0x0001_0000, ribbon.is_none()),
            error: set(0x0800_0000, fault(Fault::FeederEmpty))
                | set(0x0200_0000, fault(Fault::CoverOpen))
                | set(0x0100_0000, fault(Fault::CardJam) || fault(Fault::TimeOut))
                | set(0x0020_0000, fault(Fault::Ribbon))
                | set(0x0010_0000, fault(Fault::HopperFull)),
        }
    }
}
