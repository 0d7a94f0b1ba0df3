//! Errors wait for OK or Cancel; what follows is mostly unknown.

use super::Magicard;
use super::faults::Fault;
use super::switches::{CanEjects, OkMeans};
use super::work::Goal;

impl Magicard {
    /// The next thing that is to move meets this error instead. Returns whether there is such a code in [`super::FAULTS`].
    pub fn arm_fault(&mut self, code: &str) -> bool {
        let fault = Fault::of_code(code);
        self.armed.extend(fault);
        fault.is_some()
    }

    /// A goal cannot be reached: all waits.
    pub(super) fn failed(&mut self, fault: Fault) {
        self.ram.fault = Some(fault);
        self.ram.pause_until = None;
        self.ram.feed_until = None;
        self.ram.feed_over = false;
    }

    /// OK, on the panel or the wire.
    pub(super) fn okay(&mut self) {
        let Some(fault) = self.ram.fault else { return };
        if self.cause_stands() {
            return;
        }
        self.ram.fault = None;
        if fault == Fault::CLEANING_CARD {
            let takes = self.profile.timing.clean_ms;
            self.ram.work = [Goal::Pause(takes), Goal::Cleaned].into();
            return;
        }
        let begun = self.ram.job.as_ref().map(|job| !job.laid.is_empty());
        match (self.switches.ok_means, begun) {
            (_, None) => {}
            (OkMeans::Drop, Some(_)) => self.drop_job(),
            (OkMeans::Reprint | OkMeans::GoOn, Some(false)) => self.card_from_the_start(),
            (OkMeans::GoOn, Some(true)) => {
                if self.place().is_none() {
                    self.drop_job();
                }
            }
            (OkMeans::Reprint, Some(true)) => self.print_again(),
        }
    }

    /// Cancel, on the panel or the wire.
    pub(super) fn cancel(&mut self) {
        let waits = self
            .ram
            .job
            .as_ref()
            .is_some_and(|job| job.waits_for_back())
            && self.ram.work.is_empty()
            && !self.mechanism.moving();
        if self.ram.fault.is_none() && !waits {
            return;
        }
        self.drop_job();
        if !self.cause_stands() {
            self.ram.fault = None;
        }
    }

    fn cause_stands(&self) -> bool {
        self.mechanism.jam().is_some() || self.mechanism.lid_open()
    }

    fn drop_job(&mut self) {
        let to_reject = self.rejects_bad();
        self.ram.work.clear();
        self.ram.orders.clear();
        self.ram.job = None;
        self.discard_incoming();
        self.ram.parked = false;
        match self.switches.can_ejects {
            CanEjects::Output => self.ram.work.push_back(Goal::Out { to_reject }),
            CanEjects::Keeps => {}
        }
    }

    /// The job asked for bad cards to go to the reject box.
    fn rejects_bad(&self) -> bool {
        let job = self.ram.job.as_ref();
        job.is_some_and(|job| job.header.reject_bad)
    }

    /// The card that was begun comes out, another one gets the picture.
    fn print_again(&mut self) {
        let to_reject = self.rejects_bad();
        self.pictures += 1;
        let picture = self.pictures;
        if let Some(job) = &mut self.ram.job {
            job.laid.clear();
            job.picture = picture;
        }
        self.card_from_the_start();
        self.ram.work.push_front(Goal::Out { to_reject });
    }
}
