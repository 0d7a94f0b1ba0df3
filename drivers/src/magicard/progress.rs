//! What moves a request on: link news, answers, and time.

use super::status::Port;
use super::task::{Away, Doing, Need, Step};
use super::wire::{Question, Reply};
use super::{Line, Magicard};
use crate::contract::{Answer, Channel, Fault, Moment, Output, Request};

impl Magicard {
    /// The link is open.
    pub(super) fn opened(&mut self, now: Moment) {
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Opening { .. } => {
                // A `Listen` hears by a step of its own.
                if !matches!(task.request, Request::Listen { .. }) {
                    task.first([Step::Hear]);
                }
                self.step_done(now);
            }
            Doing::Away(_) if self.gone == Some(true) => self.step_done(now),
            Doing::Away(_)
            | Doing::Nothing
            | Doing::Port
            | Doing::Hearing { .. }
            | Doing::Asking(_)
            | Doing::Sending { .. }
            | Doing::Pausing { .. } => {}
        }
    }

    /// Whether the request goes on although the link fell: one that waits for just that.
    pub(super) fn survives_fall(&mut self, now: Moment) -> bool {
        let poll = self.options.limits.poll;
        match self.task.as_mut().map(|task| &mut task.doing) {
            Some(Doing::Away(away)) => {
                away.again = now + poll;
                true
            }
            Some(
                Doing::Nothing
                | Doing::Opening { .. }
                | Doing::Port
                | Doing::Hearing { .. }
                | Doing::Asking(_)
                | Doing::Sending { .. }
                | Doing::Pausing { .. },
            )
            | None => false,
        }
    }

    /// The link took the last byte: timers for an answer start here.
    pub(super) fn sent(&mut self, now: Moment) {
        let reply = self.options.limits.reply;
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Asking(asked) if !asked.sent => {
                asked.sent = true;
                asked.until = now + reply;
            }
            Doing::Sending { .. } => self.step_done(now),
            Doing::Asking(_)
            | Doing::Nothing
            | Doing::Opening { .. }
            | Doing::Port
            | Doing::Hearing { .. }
            | Doing::Pausing { .. }
            | Doing::Away(_) => {}
        }
    }

    /// The port status byte came.
    pub(super) fn port_status(&mut self, status: Option<u8>, now: Moment) {
        let Some(task) = &mut self.task else { return };
        match &mut task.doing {
            Doing::Port => {
                task.port = status.map(Port::read);
                self.step_done(now);
            }
            Doing::Away(away) => match status {
                Some(_) if self.gone == Some(true) => self.step_done(now),
                Some(_) => away.has_port = true,
                // A port that told and tells no more has gone.
                None if away.has_port => self.gone = Some(true),
                None => {}
            },
            Doing::Nothing
            | Doing::Opening { .. }
            | Doing::Hearing { .. }
            | Doing::Asking(_)
            | Doing::Sending { .. }
            | Doing::Pausing { .. } => {}
        }
    }

    /// A reply came. One to another question than the one in flight is late, and nothing is learnt from it.
    pub(super) fn heard(&mut self, reply: &Reply, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let Doing::Asking(asked) = &mut task.doing else {
            return;
        };
        if !asked.sent || !answers(asked.question, reply) {
            return;
        }
        let (question, need, tries) = (asked.question, asked.need, asked.tries);
        if task.reading.learn(reply) {
            self.step_done(now);
        } else if tries > 0 {
            self.put(question, need, tries, now);
        } else {
            self.unanswered(need, Some(Fault::OutOfStep), now);
        }
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Moment) {
        let limits = self.options.limits.clone();
        let Some(task) = &mut self.task else { return };
        if task.due().is_none_or(|due| now < due) {
            return;
        }
        match &mut task.doing {
            Doing::Nothing | Doing::Port => {}
            Doing::Opening { .. } => {
                self.shut();
                self.answer(Answer::Lost);
            }
            Doing::Hearing { .. } | Doing::Pausing { .. } => self.step_done(now),
            Doing::Asking(asked) => {
                let (question, need, tries) = (asked.question, asked.need, asked.tries);
                if tries > 0 && asked.sent {
                    self.put(question, need, tries, now);
                } else {
                    self.unanswered(need, None, now);
                }
            }
            Doing::Sending { .. } => self.answer(Answer::Silent {
                waited: limits.stall,
            }),
            Doing::Away(_) => self.look_for_it(now),
        }
    }

    /// The last try of a question brought nothing, or nothing that can be read.
    fn unanswered(&mut self, need: Need, fault: Option<Fault>, now: Moment) {
        let Some(task) = &mut self.task else { return };
        match need {
            Need::Must => {
                let evidence = task.reading.evidence();
                self.answer(match fault {
                    Some(fault) => Answer::Fault(fault, evidence),
                    None => Answer::Silent {
                        waited: self.options.limits.reply,
                    },
                });
            }
            Need::May => {
                task.missed = true;
                // The rest of the reading would be silence, too.
                while matches!(task.steps.front(), Some(Step::Ask { .. })) {
                    task.steps.pop_front();
                }
                self.step_done(now);
            }
            Need::Extra => self.step_done(now),
        }
    }

    fn shut(&mut self) {
        self.line = Line::Down;
        self.replies.clear();
        self.out.push_back(Output::Close(Channel::Main));
    }

    /// Begins to wait for a printer to be switched off and on. Not a byte is sent meanwhile.
    pub(super) fn take_up_away(&mut self, now: Moment) {
        let limits = &self.options.limits;
        let away = Away {
            until: now + limits.restart,
            again: now + limits.poll,
            has_port: false,
        };
        self.gone.get_or_insert(false);
        self.wait_for(Doing::Away(away));
        match self.line {
            Line::Up if self.gone == Some(true) => self.step_done(now),
            Line::Up => self.out.push_back(Output::AskPortStatus),
            Line::Down | Line::Opening => self.open(),
        }
    }

    fn look_for_it(&mut self, now: Moment) {
        let poll = self.options.limits.poll;
        let waited = self.options.limits.restart;
        let line = self.line;
        let Some(task) = &mut self.task else { return };
        let Doing::Away(away) = &mut task.doing else {
            return;
        };
        away.again = now + poll;
        let has_port = away.has_port;
        if now >= away.until {
            if line == Line::Opening {
                self.shut();
            }
            self.answer(Answer::Silent { waited });
            return;
        }
        match line {
            Line::Up if has_port => self.out.push_back(Output::AskPortStatus),
            // Only an opening shows whether somebody is there; it carries no byte.
            Line::Up => {
                self.shut();
                self.open();
            }
            Line::Down => self.open(),
            Line::Opening => {}
        }
    }
}

fn answers(question: Question, reply: &Reply) -> bool {
    match (question, reply) {
        (Question::Info, Reply::Info(_)) | (Question::Error, Reply::Text(_)) => true,
        (Question::Value(key), Reply::Value(told, _)) => key.text() == told,
        (Question::Info | Question::Error | Question::Value(_), _) => false,
    }
}
