//! What moves a request on: link news, messages, and time.

use super::info;
use super::judge::Judge;
use super::sense::Sense;
use super::task::{Doing, Step, What};
use super::wire::{DATA, GREETING, Greeting, Message, REFUSED, Word};
use super::{Awaited, Conversation, Line, Matica, UNGREETED_MAX};
use crate::contract::{Answer, Channel, Event, Fault, LastAnswer, Moment, Output, Request};

/// Tries of a question over UDP: datagrams are lost.
const STATUS_TRIES: u32 = 3;

/// What a command was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Done,
    Data(Vec<u8>),
    Refused(Sense),
}

/// Reads an answer to a command; `None`: it is none. A refusal without a reason is no answer.
fn said(message: Message) -> Option<Said> {
    match said_of_plane(&message)? {
        Said::Done if message.kind == DATA => Some(Said::Data(message.payload)),
        Said::Done if message.kind == REFUSED => None,
        said @ (Said::Done | Said::Data(_) | Said::Refused(_)) => Some(said),
    }
}

/// Reads an answer to a plane; `None`: it is none. Its type is \[unknown\], and one that refuses a command may be a
/// plane's own: only the result decides.
fn said_of_plane(message: &Message) -> Option<Said> {
    let [family, ..] = message.kind.to_be_bytes();
    match (family, message.result) {
        (0xF1, 0) => Some(Said::Done),
        (0xF1, result) => Some(Said::Refused(Sense::of(result))),
        _ => None,
    }
}

impl Matica {
    /// The connection is made.
    pub(super) fn opened(&mut self, now: Moment) {
        let opening = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.doing, Doing::Opening { .. }));
        if opening {
            self.await_greeting(now);
        }
    }

    /// The link took the last byte: timers for an answer start here.
    pub(super) fn sent(&mut self, now: Moment) {
        let plane = self.options.limits.plane;
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Asking {
                sent,
                until,
                waited,
            } if !*sent => {
                *sent = true;
                *until = now + *waited;
            }
            Doing::Planes { sent, until, .. } if !*sent => {
                *sent = true;
                *until = now + plane;
            }
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::Greeting { .. }
            | Doing::Hearing { .. }
            | Doing::Asking { .. }
            | Doing::Planes { .. }
            | Doing::AskingStatus { .. }
            | Doing::Resting { .. }
            | Doing::Pausing { .. } => {}
        }
    }

    /// Takes what has come whole on the main channel.
    pub(super) fn take_messages(&mut self, now: Moment) {
        while self.line == Line::Up {
            match self.conversation.messages.pop() {
                Ok(Some(message)) => self.heard(message, now),
                Ok(None) => return,
                Err(_) => return self.out_of_step(),
            }
        }
    }

    fn heard(&mut self, message: Message, now: Moment) {
        if self.conversation.greeting.is_none() {
            return self.greeted(&message, now);
        }
        let sequence = message.sequence;
        let conversation = &mut self.conversation;
        if message.kind == GREETING {
            self.out_of_step();
        } else if conversation
            .awaiting
            .front()
            .is_some_and(|awaited| awaited.sequence == sequence)
        {
            if let Some(awaited) = conversation.awaiting.pop_front() {
                self.heard_awaited(awaited, message, now);
            }
        } else if conversation
            .late
            .is_some_and(|late| late.sequence == sequence)
        {
            self.heard_late(message);
        } else if !conversation.knows(sequence)
            || conversation
                .awaiting
                .iter()
                .any(|awaited| awaited.sequence == sequence)
        {
            // A number that nobody gave, or one before its turn: answers come strictly in order.
            self.out_of_step();
        }
        // Else the answer to something given up, or a second one: its number says that it is nobody's.
    }

    fn greeted(&mut self, message: &Message, now: Moment) {
        let Some(greeting) = Greeting::read(message, self.model.greeting_bytes_min) else {
            return self.out_of_step();
        };
        self.learn_greeting(&greeting);
        self.conversation.greeting = Some(greeting);
        let greets = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.doing, Doing::Greeting { .. }));
        if greets {
            self.step_done(now);
        }
    }

    fn heard_awaited(&mut self, awaited: Awaited, message: Message, now: Moment) {
        match awaited.what {
            What::JobStart => self.heard_job_start(&message, now),
            What::Word(word) => match said(message) {
                Some(said) => {
                    if let Some(task) = &mut self.task {
                        task.doubt = false;
                    }
                    self.heard_word(word, said, now);
                }
                None => self.out_of_step(),
            },
            What::Plane(_) => match said_of_plane(&message) {
                Some(said) => self.heard_plane(said, now),
                None => self.out_of_step(),
            },
        }
    }

    /// The job start's answer has a type of its own [capture].
    fn heard_job_start(&mut self, message: &Message, now: Moment) {
        /// Starts of one job at most: the first may be answered with the attention.
        const STARTS_MAX: u32 = 2;
        let [family, ..] = message.kind.to_be_bytes();
        let Some(task) = &mut self.task else { return };
        let starts = task.starts;
        if family != 0xF3 && family != 0xF1 {
            return self.out_of_step();
        }
        if message.result == 0 {
            self.conversation.begun = true;
            return self.step_done(now);
        }
        let sense = Sense::of(message.result);
        let attention = sense.kind() == super::sense::Kind::Attention;
        if attention {
            self.note_power_lost();
        }
        if attention && starts < STARTS_MAX && !self.ends_with_attention() {
            self.start_job(now);
        } else {
            self.fault(sense.fault());
        }
    }

    fn heard_plane(&mut self, said: Said, now: Moment) {
        let limits = self.options.limits.clone();
        if let Said::Refused(sense) = said {
            return self.stop(sense, None, now);
        }
        let Some(task) = &mut self.task else { return };
        let Doing::Planes { left, sent, until } = &mut task.doing else {
            return;
        };
        let next = left.pop_front();
        if next.is_some() {
            *sent = false;
            *until = now + limits.stall;
        } else if *sent {
            *until = now + limits.plane;
        }
        match next {
            Some(ink) => self.send_plane(ink),
            None if self.conversation.awaiting.is_empty() => self.step_done(now),
            None => {}
        }
    }

    /// The answer to a motion that was given up: what a `Listen` asks for.
    fn heard_late(&mut self, message: Message) {
        let Some(late) = self.conversation.late.take() else {
            return;
        };
        let What::Word(word) = late.what else { return };
        match said(message) {
            Some(Said::Refused(sense)) => {
                self.last = last_of(word, sense);
                self.tell(Event::Fault(sense.fault()));
                if sense.kind() == super::sense::Kind::Attention {
                    self.note_power_lost();
                }
            }
            Some(Said::Done | Said::Data(_)) => self.last = LastAnswer::Ok,
            None => self.out_of_step(),
        }
    }

    /// Something else came than was asked for. A request in flight ends with that; what a motion is answered with
    /// later is still heard.
    fn out_of_step(&mut self) {
        if self.task.is_some() {
            self.fault(Fault::OutOfStep);
        }
    }

    /// A command was answered with a sense code. What can still be read is read: that moves nothing.
    pub(super) fn stop(&mut self, sense: Sense, word: Option<Word>, now: Moment) {
        let attention = sense.kind() == super::sense::Kind::Attention;
        if attention {
            self.note_power_lost();
        }
        let fault = sense.fault();
        let last = match word {
            Some(word) => last_of(word, sense),
            None => LastAnswer::Fault(fault.clone()),
        };
        if word.is_some_and(Word::moves) {
            self.last = last.clone();
        }
        self.conversation.awaiting.clear();
        let Some(task) = &mut self.task else { return };
        task.doing = Doing::Nothing;
        task.evidence.last = last;
        if task.fault.is_some() {
            return self.judge(Judge::Failed, now);
        }
        task.fault = Some(fault);
        task.instead([
            Step::Say(Word::Position),
            Step::Ask(info::EVIDENCE),
            Step::Judge(Judge::Failed),
        ]);
        self.run(now);
    }

    /// Takes what has come whole over UDP.
    pub(super) fn take_status(&mut self, now: Moment) {
        loop {
            match self.status_messages.pop() {
                Ok(Some(message)) => self.heard_status(&message, now),
                Ok(None) => return,
                // A torn datagram: what else comes is not heard until the question is asked again.
                Err(_) => return,
            }
        }
    }

    fn heard_status(&mut self, message: &Message, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let Doing::AskingStatus {
            sequence: Some(sequence),
            ..
        } = &task.doing
        else {
            return;
        };
        if message.kind != info::STATUS_TOLD || message.sequence != *sequence {
            return;
        }
        // A list that cannot be read is as good as none: the question is asked again.
        if let Ok(info) = info::read(&message.payload) {
            self.learn_info(info);
            self.step_done(now);
        }
    }

    pub(super) fn status_opened(&mut self, now: Moment) {
        let Some(task) = &self.task else { return };
        if let Doing::AskingStatus {
            tags,
            sequence: None,
            tries,
            ..
        } = task.doing
        {
            self.ask_status(tags, tries, now);
        }
    }

    pub(super) fn status_fell(&mut self, now: Moment) {
        let asking = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.doing, Doing::AskingStatus { .. }));
        if asking {
            self.status_unanswered(now);
        }
    }

    /// Counters that cannot be had are none; whoever needs them says so.
    fn status_unanswered(&mut self, now: Moment) {
        if let Some(task) = &mut self.task {
            task.info = None;
            task.evidence.cards = None;
        }
        self.step_done(now);
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Moment) {
        let limits = self.options.limits.clone();
        let Some(task) = &mut self.task else { return };
        if task.due().is_none_or(|due| now < due) {
            return;
        }
        match &task.doing {
            Doing::Nothing => {}
            Doing::Opening { .. } => {
                self.line = Line::Down;
                self.out.push_back(Output::Close(Channel::Main));
                self.answer(Answer::Lost);
            }
            Doing::Greeting { waited, .. } => {
                let waited = *waited;
                self.conversation.ungreeted += 1;
                if self.conversation.ungreeted >= UNGREETED_MAX {
                    self.line = Line::Down;
                    self.conversation = Conversation::new();
                    self.out.push_back(Output::Close(Channel::Main));
                }
                self.answer(Answer::Silent { waited });
            }
            Doing::Hearing { .. } | Doing::Pausing { .. } => self.step_done(now),
            Doing::Asking { sent, waited, .. } => {
                let waited = if *sent { *waited } else { limits.stall };
                self.unanswered(waited, now);
            }
            Doing::Planes { sent, .. } => {
                let waited = if *sent { limits.plane } else { limits.stall };
                self.answer(Answer::Silent { waited });
            }
            Doing::AskingStatus {
                tags,
                sequence,
                tries,
                ..
            } => {
                let (tags, tries) = (*tags, *tries);
                if sequence.is_none() {
                    self.status_line = Line::Down;
                    self.out.push_back(Output::Close(Channel::Status));
                    self.status_unanswered(now);
                } else if tries < STATUS_TRIES {
                    self.ask_status(tags, tries + 1, now);
                } else {
                    self.status_unanswered(now);
                }
            }
            Doing::Resting { .. } => self.ask_for(Word::Ready, now),
        }
    }

    fn unanswered(&mut self, waited: std::time::Duration, now: Moment) {
        let Some(task) = &mut self.task else { return };
        // A fault was heard before the silence, and it is what a person must know.
        if task.fault.is_some() && !matches!(task.request, Request::Listen { .. }) {
            task.doing = Doing::Nothing;
            return self.judge(Judge::Failed, now);
        }
        self.answer(Answer::Silent { waited });
    }
}

/// What a refused or failed motion leaves as the last answer. No load that was refused drew a blank: that is what the
/// custody rows ask for.
fn last_of(word: Word, sense: Sense) -> LastAnswer {
    let drew_none = matches!(word, Word::Load { .. }) && sense.not_begun();
    LastAnswer::Fault(if drew_none {
        Fault::FeederEmpty
    } else {
        sense.fault()
    })
}
