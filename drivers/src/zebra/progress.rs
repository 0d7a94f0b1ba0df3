//! What moves a request on: link news, answers, and time.

use super::judge::{Judge, Outcome};
use super::status::{Said, classify, port_fault};
use super::task::{Doing, Step, What};
use super::wire::{Reply, Word};
use super::{Line, Zebra};
use crate::contract::{
    Answer, Channel, Event, Evidence, Fault, LastAnswer, Moment, Output, Request,
};

impl Zebra {
    /// The link is open.
    pub(super) fn opened(&mut self, now: Moment) {
        let hear = self.options.limits.hear;
        let Some(task) = &mut self.task else { return };
        if matches!(task.doing, Doing::Opening { .. }) {
            // A `Listen` hears by a step of its own.
            if !task.listens() {
                task.first([Step::Hear(hear)]);
            }
            self.step_done(now);
        }
    }

    /// The link took the last byte: timers for an answer start here.
    pub(super) fn sent(&mut self, now: Moment) {
        let short = self.options.limits.short;
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Asking(asked) if asked.sent.is_none() => {
                asked.sent = Some(now);
                asked.until = now + asked.waited;
            }
            Doing::Block {
                sent,
                early,
                until,
                waited,
            } if !*sent => {
                *sent = true;
                // After a fault in mid-picture it is [unknown] whether the download is answered too.
                *until = now + if early.is_some() { short } else { *waited };
            }
            Doing::Sending { .. } => self.step_done(now),
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::Hearing { .. }
            | Doing::Asking(_)
            | Doing::Block { .. }
            | Doing::Stalled { .. }
            | Doing::Port { .. }
            | Doing::PortWatch { .. }
            | Doing::Pausing { .. } => {}
        }
    }

    /// The port status byte came.
    pub(super) fn port_status(&mut self, status: Option<u8>, now: Moment) {
        let apart = self.options.limits.port_status_apart;
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Port { .. } => {
                task.port = Some(status);
                self.step_done(now);
            }
            Doing::PortWatch { again, .. } => {
                match status.map_or(Err(Fault::OutOfStep), port_fault) {
                    Ok(()) => *again = Some(now + apart),
                    Err(fault) => self.stop(fault, now),
                }
            }
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::Hearing { .. }
            | Doing::Asking(_)
            | Doing::Block { .. }
            | Doing::Sending { .. }
            | Doing::Stalled { .. }
            | Doing::Pausing { .. } => {}
        }
    }

    /// An answer came while a request is in flight.
    pub(super) fn heard(&mut self, reply: &Reply, now: Moment) {
        let said = classify(reply);
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Hearing { .. } => {
                task.waited += 1;
                self.heard_waiting(said);
            }
            Doing::Stalled { .. } => {
                // The printer gave the download up, or it was only slow: either way it listens.
                self.heard_waiting(said);
                self.block_unanswered = false;
                self.step_done(now);
            }
            Doing::Asking(asked) => {
                let (what, sent) = (asked.what, asked.sent);
                match what {
                    What::Spoiler => self.heard_after_spoiler(&said, now),
                    What::Word(word) => match sent {
                        Some(sent) => {
                            task.late = now.since(sent) > self.options.limits.short;
                            self.heard_word(word, said, now);
                        }
                        None => self.heard_surplus(&said, now),
                    },
                }
            }
            Doing::Block { .. } => self.heard_in_block(said, now),
            // What comes while a stopped string may be running again is no answer to the clearing.
            Doing::Pausing { .. } => {
                task.surplus = true;
                self.heard_waiting(said);
            }
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::Sending { .. }
            | Doing::Port { .. }
            | Doing::PortWatch { .. } => self.heard_waiting(said),
        }
    }

    /// An answer to nothing that is asked.
    fn heard_waiting(&mut self, said: Said) {
        let Some(task) = &mut self.task else { return };
        if task.listens() {
            task.note_last(&said);
        } else if let Said::Fault(fault) = said {
            self.tell(Event::Fault(fault));
        }
    }

    /// An answer that came before its question was out.
    pub(super) fn heard_surplus(&mut self, said: &Said, now: Moment) {
        let Some(task) = &mut self.task else { return };
        if task.listens() {
            task.note_last(said);
        } else if !task.only_asks() {
            task.doing = Doing::Nothing;
            self.stop(Fault::OutOfStep, now);
        }
    }

    fn heard_after_spoiler(&mut self, said: &Said, now: Moment) {
        let Some(task) = &mut self.task else { return };
        if let Said::Fault(Fault::UnknownCommand | Fault::BadParameter) = said {
            // Half a command stood there: the last answer is about what was spoiled, and nothing runs.
            task.spoiled = true;
            task.doubt = false;
            self.unanswered = false;
            self.step_done(now);
        } else {
            // The cut command was whole, and this is its late answer.
            task.note_last(said);
        }
    }

    fn heard_in_block(&mut self, said: Said, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let Doing::Block { sent, early, .. } = &mut task.doing else {
            return;
        };
        if !*sent {
            // Noted; the data go out to their last byte, for a printer cut off inside them is deaf.
            match (said, early.as_ref()) {
                (Said::Fault(fault), None) => {
                    *early = Some(fault.clone());
                    self.tell(Event::Fault(fault));
                }
                (Said::Fault(_), Some(_)) => {}
                // No answer to them: somebody's from before.
                (Said::Ok | Said::InEncoder(_) | Said::Text(_) | Said::Broken, _) => {
                    self.out_of_step = true;
                }
            }
            return;
        }
        let early = early.take();
        task.doing = Doing::Nothing;
        self.block_unanswered = false;
        self.block_ended(early, said, now);
    }

    fn block_ended(&mut self, early: Option<Fault>, said: Said, now: Moment) {
        // What is answered after an early fault is [unknown]: another answer may follow.
        self.out_of_step |= early.is_some();
        match early.map_or(said, Said::Fault) {
            Said::Ok => self.run(now),
            Said::Fault(fault) => self.stop(fault, now),
            Said::InEncoder(_) | Said::Text(_) | Said::Broken => self.stop(Fault::OutOfStep, now),
        }
    }

    fn heard_word(&mut self, word: Word, said: Said, now: Moment) {
        if word.acts() {
            self.unanswered = false;
            self.answered = match &said {
                Said::Ok => LastAnswer::Ok,
                Said::Fault(fault) => LastAnswer::Fault(fault.clone()),
                Said::InEncoder(_) | Said::Text(_) | Said::Broken => LastAnswer::Unknown,
            };
        }
        match self.learn(word, said) {
            Outcome::Next => {
                if let Some(task) = &mut self.task {
                    task.doubt = false;
                }
                self.step_done(now);
            }
            Outcome::Surplus => {}
            Outcome::Stop(fault) => self.stop(fault, now),
        }
    }

    /// The stage cannot go on. Where the printer can be asked for its error once more it is: the answer fills
    /// the evidence only if both say the same.
    pub(super) fn stop(&mut self, fault: Fault, now: Moment) {
        let reads = self.knows(Word::LastAnswer) && fault != Fault::OutOfStep;
        let Some(task) = &mut self.task else { return };
        task.doing = Doing::Nothing;
        if !task.only_asks() {
            // Read before what was refused: it says nothing of what came of that.
            task.evidence = Evidence::default();
        }
        task.evidence.last =
            if fault == Fault::OutOfStep || self.options.replies == super::Replies::OneWay {
                LastAnswer::Unknown
            } else {
                LastAnswer::Fault(fault.clone())
            };
        if reads && !task.only_asks() && task.fault.is_none() {
            task.instead([Step::Say(Word::LastAnswer), Step::Judge(Judge::Failed)]);
        } else {
            task.instead([Step::Judge(Judge::Failed)]);
        }
        task.fault.get_or_insert(fault);
        self.run(now);
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Moment) {
        let Some(task) = &mut self.task else { return };
        if task.due().is_none_or(|due| now < due) {
            return;
        }
        match &mut task.doing {
            Doing::Nothing => {}
            Doing::Opening { .. } => {
                self.line = Line::Down;
                self.out.push_back(Output::Close(Channel::Main));
                self.answer(Answer::Lost);
            }
            Doing::Hearing { until, latest } => {
                // An answer that has begun is heard to its end, but not for ever.
                if self.replies.is_partial() && now < *latest {
                    *until = *latest;
                } else {
                    self.heard_out(now);
                }
            }
            Doing::Asking(asked) => {
                let (what, waited) = (asked.what, asked.waited);
                self.unanswered_question(what, waited, now);
            }
            Doing::Block {
                early: Some(fault), ..
            } => {
                let fault = fault.clone();
                task.doing = Doing::Nothing;
                self.block_ended(Some(fault), Said::Broken, now);
            }
            Doing::Block { waited, .. } => {
                let waited = *waited;
                self.answer(Answer::Silent { waited });
            }
            Doing::Sending { .. } => {
                let waited = self.options.limits.stall;
                self.answer(Answer::Silent { waited });
            }
            Doing::Stalled { .. } | Doing::Pausing { .. } => self.step_done(now),
            Doing::Port { .. } => {
                task.port = Some(None);
                self.step_done(now);
            }
            Doing::PortWatch { until, again } => {
                if now >= *until {
                    self.step_done(now);
                } else {
                    *again = None;
                    self.out.push_back(Output::AskPortStatus);
                }
            }
        }
    }

    /// What could come late has come, or will be told from what is asked next.
    fn heard_out(&mut self, now: Moment) {
        self.replies.end_partial();
        while self.replies.pop().is_some() {}
        self.gap_until = None;
        self.out_of_step = false;
        self.step_done(now);
    }

    fn unanswered_question(&mut self, what: What, waited: std::time::Duration, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let watches = matches!(task.request, Request::AwaitRestart);
        match what {
            // The line was clean, or the string still runs: its answer is worth waiting for.
            What::Spoiler => self.step_done(now),
            What::Word(_) if watches => {
                self.watch_missed();
                self.step_done(now);
            }
            // A fault was heard before the silence, and it is what a person must know.
            What::Word(Word::LastAnswer) if task.fault.is_some() => {
                task.evidence.last = LastAnswer::Unknown;
                self.out_of_step = true;
                self.step_done(now);
            }
            What::Word(_) => self.answer(Answer::Silent { waited }),
        }
    }
}
