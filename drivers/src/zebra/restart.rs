//! Waiting for a printer to be switched off and on: what stopped inside it goes with its power.
//!
//! Only questions go out. Where there is a canary it alone decides: once gone, the power was. Without one it is
//! the printer that must be seen going away: it answered, then it did not answer any more (a serial line), or its
//! port fell (USB, a socket), and it answers again. A string that the panel button started would look alike on a
//! serial line, but it would count passes: with a counter that rose meanwhile nothing was seen. One that ran
//! backwards had not been stored, and went with the power. That a cable was pulled instead of the switch cannot be
//! told apart \[inferred\].

use super::judge::Judge;
use super::status::{PORT_READY, port_selected};
use super::task::Step;
use super::wire::Word;
use super::{Transport, Zebra};
use crate::contract::{Answer, Evidence, LastAnswer, Moment, Power};

/// Questions in a row without an answer that show a printer that is off.
const MISSES_OFF: u32 = 2;

/// What was seen so far; it outlives a request that ends in silence.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// It answered since this began.
    seen: bool,
    missed: u32,
    /// It was seen going away.
    pub(super) gone: bool,
    /// It was switched off and on.
    back: bool,
    passes: Option<u64>,
}

impl Zebra {
    pub(super) fn watch_round(&mut self, now: Moment) {
        let limits = &self.options.limits;
        let (patience, apart) = (limits.restart, limits.restart_apart);
        let back = self.watch.as_ref().is_some_and(|watch| watch.back);
        let question = [Word::Initiator, Word::Passes, Word::LastAnswer]
            .into_iter()
            .find_map(|word| self.question(word));
        let Some(task) = &mut self.task else { return };
        let waited = now.since(task.since);
        if back {
            let evidence = std::mem::take(&mut task.evidence);
            self.watch = None;
            // Whatever was on its way went with the power.
            self.unanswered = false;
            self.block_unanswered = false;
            self.cleared = false;
            self.answered = LastAnswer::Unknown;
            let panels = evidence.panels;
            self.answer(Answer::Done(Evidence {
                panels,
                ..Evidence::default()
            }));
        } else if waited >= patience {
            self.answer(Answer::Silent { waited });
        } else {
            let look = question.map_or(
                vec![Step::Port, Step::Judge(Judge::WatchedPort)],
                |question| vec![question],
            );
            task.first(
                look.into_iter()
                    .chain([Step::Pause(apart), Step::Judge(Judge::WatchRound)]),
            );
        }
    }

    /// It answered; `passes` where it counts them.
    pub(super) fn watch_answered(&mut self, passes: Option<u64>) {
        let Some(watch) = &mut self.watch else { return };
        watch.missed = 0;
        let rose = match (watch.passes, passes) {
            (Some(before), Some(after)) => after > before,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if watch.gone && !rose {
            watch.back = true;
        } else {
            watch.gone = false;
            watch.seen = true;
            watch.passes = passes;
        }
    }

    /// It is there, and what it says decides nothing.
    pub(super) fn watch_heard(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        watch.seen = true;
        watch.missed = 0;
    }

    pub(super) fn watch_missed(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        watch.missed += 1;
        // A printer that never answered may be busy, or deaf inside a download.
        watch.gone |= watch.seen && watch.missed >= MISSES_OFF;
    }

    pub(super) fn watch_canary(&mut self, power: Power) {
        let Some(watch) = &mut self.watch else { return };
        watch.back = power == Power::Lost;
    }

    /// Where no question is known the port is all there is.
    pub(super) fn watched_port(&mut self) {
        let Some(task) = &mut self.task else { return };
        match task.port.flatten() {
            Some(PORT_READY) => self.watch_answered(None),
            // There, with an error latched: not off, and not back either.
            Some(byte) if port_selected(byte) => self.watch_heard(),
            Some(_) | None => {
                if self.options.transport == Transport::Usb {
                    self.watch_missed();
                }
            }
        }
    }
}
