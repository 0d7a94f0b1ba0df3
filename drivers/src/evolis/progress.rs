//! What moves a request on: link news, answers, and time.

use super::judge::{Judge, Outcome};
use super::status::{Said, classify};
use super::task::{Doing, NUMBER_TRIES, Step, What};
use super::wire::{Handshake, Reply, Word};
use super::{Evolis, Line, Transport};
use crate::contract::{
    Answer, Channel, Event, Fault, LastAnswer, Moment, Output, Request, Stage, Wake,
};

/// Tries of the first question after a reset; each has the short limit. The kiosk's three are too few for a
/// printer that takes 15 s to start.
const RESET_TRIES: u32 = 6;
/// The port status byte that means ready [code: iomem samples].
const PORT_READY: u8 = 0x18;
/// Select, of the USB printer class \[inferred\].
const PORT_SELECT: u8 = 0x10;

impl Evolis {
    /// The link is open.
    pub(super) fn opened(&mut self, now: Moment) {
        let Some(task) = &mut self.task else { return };
        if matches!(task.doing, Doing::Opening { .. }) {
            // A `Listen` hears by a step of its own.
            if !matches!(task.request, Request::Listen { .. }) {
                task.first([Step::Hear]);
            }
            self.step_done(now);
        }
    }

    /// Whether the request goes on although the link fell: a reset may take a USB printer off its port.
    pub(super) fn survives_fall(&self) -> bool {
        // Elsewhere the command may have fallen with the link, and then nothing was reset.
        let usb = self.options.transport == Transport::Usb;
        let task = self.task.as_ref();
        usb && task.is_some_and(|task| matches!(task.doing, Doing::Resetting { sent: true, .. }))
    }

    /// The link took the last byte: timers for an answer start here.
    pub(super) fn sent(&mut self, now: Moment) {
        let reset = self.options.limits.reset;
        let short = self.options.limits.short;
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Asking(asked) if !asked.sent => {
                asked.sent = true;
                asked.until = now + asked.waited;
            }
            Doing::Plane {
                sent,
                early,
                until,
                waited,
            } if !*sent => {
                *sent = true;
                // After a fault in mid-picture it is [unknown] whether the download is answered too.
                *until = now + if early.is_some() { short } else { *waited };
            }
            Doing::Filling { left, .. } => {
                let left = *left;
                if left == 0 {
                    self.filled(now);
                } else {
                    self.fill(left, now);
                }
            }
            Doing::Resetting { sent, until } if !*sent => {
                *sent = true;
                *until = now + reset;
            }
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::PortStatus { .. }
            | Doing::Hearing { .. }
            | Doing::Asking(_)
            | Doing::Plane { .. }
            | Doing::Resetting { .. }
            | Doing::Pausing { .. } => {}
        }
    }

    /// The port status byte came.
    pub(super) fn port_status(&mut self, status: Option<u8>, now: Moment) {
        let apart = self.options.limits.port_status_apart;
        let Some(task) = &mut self.task else { return };
        if let Doing::PortStatus {
            again, selected, ..
        } = &mut task.doing
        {
            if status.is_none_or(|byte| byte == PORT_READY) {
                self.step_done(now);
            } else {
                *selected = status.is_some_and(|byte| byte & PORT_SELECT != 0);
                *again = Some(now + apart);
            }
        }
    }

    /// An answer came while a request is in flight.
    pub(super) fn heard(&mut self, reply: Reply, now: Moment) {
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Hearing { .. } => task.waited.push(reply),
            Doing::Asking(asked) => {
                // An answer to what will be asked again is a late one: the question is not out yet.
                if asked.again.is_none() {
                    self.heard_answer(&reply, now);
                }
            }
            Doing::Plane { .. } => self.heard_in_plane(&reply, now),
            // The printer is not deaf: it was only slow.
            Doing::Filling { .. } => self.filled(now),
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::PortStatus { .. }
            | Doing::Resetting { .. } => {}
            Doing::Pausing { .. } => {
                if let Said::Fault(fault) = classify(&reply) {
                    self.tell(Event::Fault(fault));
                }
            }
        }
    }

    fn heard_in_plane(&mut self, reply: &Reply, now: Moment) {
        let said = classify(reply);
        let Some(task) = &mut self.task else { return };
        let Doing::Plane { sent, early, .. } = &mut task.doing else {
            return;
        };
        if !*sent {
            // Noted; the payload goes out to its last byte, for a printer cut off inside one is deaf.
            // Anything else before that is no answer to it.
            if let (Said::Fault(fault), None) = (said, early.as_ref()) {
                *early = Some(fault.clone());
                self.tell(Event::Fault(fault));
            }
            return;
        }
        let early = early.take();
        task.doing = Doing::Nothing;
        match early.map_or(said, Said::Fault) {
            Said::Ok => self.run(now),
            Said::Fault(fault) => self.stop_in_plane(fault, now),
            Said::Text(_) => self.stop_in_plane(Fault::OutOfStep, now),
        }
    }

    /// A fault may have been told while the link still held bytes of the picture, and the download itself be
    /// answered later \[unknown\]: that answer must not be taken for the place.
    fn stop_in_plane(&mut self, fault: Fault, now: Moment) {
        let reads = self.stop_reads(fault);
        if let (true, Some(task)) = (reads, &mut self.task) {
            task.first([Step::Echo]);
            self.run(now);
        }
    }

    fn heard_answer(&mut self, reply: &Reply, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let Doing::Asking(asked) = &mut task.doing else {
            return;
        };
        let what = asked.what;
        let said = classify(reply);
        match what {
            What::Spoiler => {
                if said == Said::Fault(Fault::UnknownCommand) {
                    self.step_done(now);
                } else {
                    // The cut command was whole, and this is its late answer.
                    task.note_last(&said);
                }
            }
            What::Alive(_) => {
                // The same question may be answered more than once after a start.
                task.doing = Doing::Nothing;
                task.first([Step::Hear]);
                self.planes_may_wait = false;
                self.run(now);
            }
            What::Word(Word::Echo(nonce)) => {
                let listens = matches!(task.request, Request::Listen { .. });
                let unknown = said == Said::Fault(Fault::UnknownCommand);
                let text = matches!(&said, Said::Text(text) if text.contains(&nonce.to_string()));
                if text {
                    self.in_step(now);
                } else if unknown && !self.model.echo {
                    task.first([Step::Hear]);
                    self.in_step(now);
                } else if unknown {
                    task.no_echo = true;
                } else if listens && !task.filled && *reply != Reply::Ack {
                    // The answer asked for before this one came after an older one.
                    task.note_last(&said);
                }
            }
            What::Word(word) => {
                let text_wanted = word.wants_text() && *reply == Reply::Ack;
                if text_wanted && self.options.handshake == Handshake::AckNack {
                    return;
                }
                self.heard_word(word, said, now);
            }
        }
    }

    fn heard_word(&mut self, word: Word, said: Said, now: Moment) {
        let outcome = self.learn(word, said, now);
        let apart = self.options.limits.retry_apart;
        let short = self.options.limits.short;
        let Some(task) = &mut self.task else { return };
        // A `Listen` is in doubt until its nonce has come back.
        if !matches!(task.request, Request::Listen { .. }) {
            task.doubt = false;
        }
        let Doing::Asking(asked) = &mut task.doing else {
            return;
        };
        match outcome {
            Outcome::Again if asked.tries < NUMBER_TRIES => {
                asked.again = Some(now + apart);
                asked.until = now + apart + short;
            }
            Outcome::Next | Outcome::Again => match asked.more.pop_front() {
                Some(next) => {
                    asked.what = What::Word(next);
                    asked.until = now + short;
                    asked.waited = short;
                }
                None => self.step_done(now),
            },
            Outcome::Stop(fault) => {
                task.doing = Doing::Nothing;
                self.stop(fault, now);
            }
        }
    }

    /// The nonce came back, or the printer said that it knows none.
    fn in_step(&mut self, now: Moment) {
        let Some(task) = &mut self.task else { return };
        task.doubt = false;
        self.out_of_step = false;
        task.evidence.wake = if task.filled {
            Wake::Woken
        } else {
            Wake::Awake
        };
        self.step_done(now);
    }

    /// A command was answered with a fault, or its answer means that the stage cannot go on.
    fn stop(&mut self, fault: Fault, now: Moment) {
        if self.stop_reads(fault) {
            self.run(now);
        }
    }

    /// Ends the stage, or sets out to read what can be read after it; says whether it does.
    fn stop_reads(&mut self, fault: Fault) -> bool {
        let Some(task) = &mut self.task else {
            return false;
        };
        task.evidence.last = LastAnswer::Fault(fault.clone());
        let reads = match task.request {
            // After a refused reject nothing is asked: `OK` to a question would be remembered in its place.
            Request::Prepare(_)
            | Request::Listen { .. }
            | Request::Do(Stage::Reject)
            | Request::Identify
            | Request::AwaitRestart => false,
            Request::Load(_) | Request::Do(_) | Request::Examine { .. } | Request::Status => true,
        };
        if !reads || task.fault.is_some() {
            let fault = task.fault.take().unwrap_or(fault);
            let evidence = std::mem::take(&mut task.evidence);
            self.answer(Answer::Fault(fault, evidence));
            return false;
        }
        task.fault = Some(fault);
        let mut steps = vec![Step::Say(Word::Position)];
        steps.extend(super::plan::counters());
        steps.push(Step::Judge(Judge::Failed));
        task.instead(steps);
        true
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
            Doing::PortStatus {
                until,
                again,
                selected,
            } => {
                if again.is_some() && now < *until {
                    *again = None;
                    self.out.push_back(Output::AskPortStatus);
                } else if *selected {
                    // A fault that waits for `Scs` stays on the port for ever, and `Scs` waits for a verdict.
                    // Reads go out in a fault too [code: iomem samples, acc-afpslai].
                    self.step_done(now);
                } else {
                    let waited = self.options.limits.first;
                    self.answer(Answer::Silent { waited });
                }
            }
            Doing::Hearing { until, latest } => {
                // An answer that has begun is heard to its end, but not for ever.
                if self.replies.is_partial() && now < *latest {
                    *until = *latest;
                } else {
                    self.step_done(now);
                }
            }
            Doing::Asking(asked) => {
                if asked.again.is_some_and(|at| now >= at) {
                    let (what, tries) = (asked.what, asked.tries + 1);
                    self.ask_for(what, tries, now);
                } else {
                    self.unanswered(now);
                }
            }
            Doing::Plane {
                early: Some(fault), ..
            } => {
                let fault = fault.clone();
                task.doing = Doing::Nothing;
                self.stop_in_plane(fault, now);
            }
            Doing::Plane { waited, .. } => {
                let waited = *waited;
                self.answer(Answer::Silent { waited });
            }
            Doing::Filling { .. } => self.deaf(),
            Doing::Resetting { .. } => {
                // What came meanwhile belongs to the time before the reset.
                self.replies.clear();
                if let Some(task) = &mut self.task {
                    task.first([Step::Open, Step::Alive]);
                }
                self.step_done(now);
            }
            Doing::Pausing { .. } => self.step_done(now),
        }
    }

    fn unanswered(&mut self, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let Doing::Asking(asked) = &mut task.doing else {
            return;
        };
        let (what, tries, waited) = (asked.what, asked.tries, asked.waited);
        match what {
            What::Alive(_) if tries < RESET_TRIES => self.ask_for(what, tries + 1, now),
            // A firmware may skip bytes outside a command: its nonce decides.
            What::Spoiler => {
                task.doubt = false;
                self.step_done(now);
            }
            What::Word(Word::Echo(_)) if task.no_echo => self.in_step(now),
            What::Word(Word::LastAnswer | Word::Echo(_))
                if !task.filled && matches!(task.request, Request::Listen { .. }) =>
            {
                // Deaf inside a picture, perhaps: then the last answer is lost with the plane.
                task.evidence.last = LastAnswer::Unknown;
                task.doing = Doing::Nothing;
                task.doubt = true;
                task.instead([Step::Fill, Step::Echo, Step::Judge(Judge::InStep)]);
                self.run(now);
            }
            What::Word(Word::Echo(_)) if task.filled => self.deaf(),
            // A fault was heard before the silence, and it is what a person must know.
            What::Word(Word::Echo(_)) if task.fault.is_some() => {
                task.doing = Doing::Nothing;
                task.instead([Step::Judge(Judge::Failed)]);
                self.out_of_step = true;
                self.run(now);
            }
            What::Word(_) | What::Alive(_) => self.answer(Answer::Silent { waited }),
        }
    }

    fn deaf(&mut self) {
        let Some(task) = &mut self.task else { return };
        let mut evidence = std::mem::take(&mut task.evidence);
        evidence.wake = Wake::Deaf;
        self.learnt = evidence.clone();
        self.answer(Answer::Done(evidence));
    }
}
