//! How steps are carried out: one thing at a time, each with its limit.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::judge::Judge;
use super::models::Speech;
use super::status::{Port, Reading};
use super::wire::{Key, Question};
use super::{Line, Magicard, PageIs, Transport};
use crate::contract::{Channel, Moment, Output, Request};

/// What is asked of a Rio or Tango for one reading; the last two only tell whether something moved.
const RIO_KEYS: [Key; 6] = [
    Key::Serial,
    Key::Cards,
    Key::Panels,
    Key::FilmLeft,
    Key::CardsSinceClean,
    Key::PanelsSinceClean,
];

/// What an answer is worth to the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Without it the request is not answered.
    Must,
    /// The reading fails without it, and the request goes on.
    May,
    /// A second opinion.
    Extra,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The link is up, else it is opened and what waits on it is read.
    Open,
    /// Reads what waits, and drops it: no reply names its question.
    Hear,
    /// Looks at the port's byte, where there is one.
    Port,
    /// One reading of everything that is asked.
    Read { need: Need, tries: u32 },
    /// A question and its answer.
    Ask {
        question: Question,
        need: Need,
        tries: u32,
    },
    /// A command that is not answered.
    Send(Bytes),
    /// A part of a page.
    Page(Bytes),
    /// Nothing for a while.
    Pause(Duration),
    /// Until the printer was gone and is back.
    Away,
    /// A decision.
    Judge(Judge),
}

/// What a task waits for.
#[derive(Debug)]
pub(super) enum Doing {
    Nothing,
    Opening { until: Moment },
    Port,
    Hearing { until: Moment },
    Asking(Asked),
    Sending { until: Moment },
    Pausing { until: Moment },
    Away(Away),
}

#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) need: Need,
    /// How often it may still be asked.
    pub(super) tries: u32,
    pub(super) sent: bool,
    pub(super) until: Moment,
}

#[derive(Debug)]
pub(super) struct Away {
    pub(super) until: Moment,
    pub(super) again: Moment,
    /// The port told a byte: a link without one is opened anew to see whether the printer is there.
    pub(super) has_port: bool,
}

/// A request in flight.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) request: Request,
    pub(super) steps: VecDeque<Step>,
    pub(super) doing: Doing,
    pub(super) reading: Reading,
    /// An answer of the reading is missing.
    pub(super) missed: bool,
    pub(super) port: Option<Port>,
    /// A reading to compare with: before the page, or the one before this one.
    pub(super) before: Option<Reading>,
    /// The last reading after the page, and since when it has not changed.
    pub(super) resting: Option<(Reading, Moment)>,
    /// When a printer that stays busy has been waited for long enough.
    pub(super) deadline: Option<Moment>,
}

impl Task {
    pub(super) fn new(request: Request, steps: VecDeque<Step>) -> Task {
        Task {
            request,
            steps,
            doing: Doing::Nothing,
            reading: Reading::default(),
            missed: false,
            port: None,
            before: None,
            resting: None,
            deadline: None,
        }
    }

    /// When it must be called again.
    pub(super) fn due(&self) -> Option<Moment> {
        match &self.doing {
            Doing::Nothing | Doing::Port => None,
            Doing::Asking(asked) => Some(asked.until),
            Doing::Away(away) => Some(away.again.min(away.until)),
            Doing::Opening { until }
            | Doing::Hearing { until }
            | Doing::Sending { until }
            | Doing::Pausing { until } => Some(*until),
        }
    }

    pub(super) fn first(&mut self, steps: impl IntoIterator<Item = Step>) {
        let mut steps: VecDeque<Step> = steps.into_iter().collect();
        steps.append(&mut self.steps);
        self.steps = steps;
    }
}

impl Magicard {
    /// Takes up steps until one has to wait.
    pub(super) fn run(&mut self, now: Moment) {
        while let Some(task) = &mut self.task {
            if !matches!(task.doing, Doing::Nothing) {
                return;
            }
            let step = task
                .steps
                .pop_front()
                .expect("every plan ends in a judgement that answers or adds steps");
            self.take_up(step, now);
        }
    }

    fn take_up(&mut self, step: Step, now: Moment) {
        let limits = self.options.limits.clone();
        match step {
            Step::Open => match self.line {
                Line::Up => {}
                Line::Down | Line::Opening => {
                    self.open();
                    self.wait_for(Doing::Opening {
                        until: now + limits.open,
                    });
                }
            },
            Step::Hear => self.wait_for(Doing::Hearing {
                until: now + limits.hear,
            }),
            Step::Port => {
                if let Some(task) = &mut self.task {
                    task.port = None;
                }
                if self.options.transport == Transport::Usb {
                    self.out.push_back(Output::AskPortStatus);
                    self.wait_for(Doing::Port);
                }
            }
            Step::Read { need, tries } => self.take_up_read(need, tries),
            Step::Ask {
                question,
                need,
                tries,
            } => self.put(question, need, tries, now),
            Step::Send(bytes) => {
                self.send(bytes);
                self.wait_for(Doing::Sending {
                    until: now + limits.stall,
                });
            }
            Step::Page(bytes) => {
                self.page = PageIs::Open;
                self.send(bytes);
                self.wait_for(Doing::Sending {
                    until: now + limits.stall,
                });
            }
            Step::Pause(time) => self.wait_for(Doing::Pausing { until: now + time }),
            Step::Away => self.take_up_away(now),
            Step::Judge(judge) => self.judge(judge, now),
        }
    }

    fn take_up_read(&mut self, need: Need, tries: u32) {
        let speech = self.model.speech;
        let mut questions = match speech {
            Speech::Enduro => vec![(Question::Info, need)],
            Speech::Rio => RIO_KEYS.map(|key| (Question::Value(key), need)).to_vec(),
        };
        let Some(task) = &mut self.task else { return };
        task.reading = Reading::default();
        task.missed = false;
        match task.request {
            Request::Status if speech == Speech::Rio => {
                questions.push((Question::Value(Key::CleanEvery), Need::Extra));
            }
            Request::Identify if speech == Speech::Rio => {
                questions.push((Question::Value(Key::Firmware), Need::Extra));
            }
            Request::Examine { .. } if speech == Speech::Enduro => {
                questions.push((Question::Error, Need::Extra));
            }
            Request::Prepare(_)
            | Request::Load(_)
            | Request::Do(_)
            | Request::Listen { .. }
            | Request::Examine { .. }
            | Request::Status
            | Request::Identify
            | Request::AwaitRestart => {}
        }
        // Where the link has no port byte, nothing else tells that something is wrong.
        let asks_error = self.options.asks_error || task.port.is_none();
        if speech == Speech::Rio && asks_error {
            questions.push((Question::Error, Need::Extra));
        }
        task.first(questions.into_iter().map(|(question, need)| Step::Ask {
            question,
            need,
            tries: if need == Need::Extra { 1 } else { tries },
        }));
    }

    pub(super) fn open(&mut self) {
        if self.line == Line::Down {
            self.line = Line::Opening;
            self.out.push_back(Output::Open(Channel::Main));
        }
    }

    pub(super) fn put(&mut self, question: Question, need: Need, tries: u32, now: Moment) {
        self.send(question.emit(self.model.speech));
        self.wait_for(Doing::Asking(Asked {
            question,
            need,
            tries: tries.saturating_sub(1),
            sent: false,
            until: now + self.options.limits.stall,
        }));
    }

    pub(super) fn wait_for(&mut self, doing: Doing) {
        if let Some(task) = &mut self.task {
            task.doing = doing;
        }
    }

    pub(super) fn step_done(&mut self, now: Moment) {
        self.wait_for(Doing::Nothing);
        self.run(now);
    }
}
