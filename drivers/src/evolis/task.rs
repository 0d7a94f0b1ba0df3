//! How steps are carried out: one thing at a time, each with its limit.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::download::Depth;
use super::judge::Judge;
use super::status::Said;
use super::wire::{CR, NUL, Reply, SPOILER, Word};
use super::{Evolis, Line, Transport};
use crate::contract::{Channel, Evidence, Fault, LastAnswer, Moment, Output, Request, Stage};

/// Tries of a question that wants a number [code: Qt kiosk].
pub(super) const NUMBER_TRIES: u32 = 3;
/// One stretch of filling: whole blocks of 64 bytes.
const FILL_BYTES: usize = 64 * 64;
const BITS_A_BYTE_ON_THE_LINE: u64 = 10;

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The link is up, else it is opened and what waits on it is read.
    Open,
    /// On USB: the port says that it is ready, or a fault has stood on it for so long that reads are tried.
    Ready,
    /// Reads what waits.
    Hear,
    /// A command and its answer.
    Say(Word),
    /// Several in one stretch: a cut between them is as unlikely as can be made.
    Together(Vec<Word>),
    /// Spoils half a command.
    Spoil,
    /// Asks for a nonce, and reads until it comes.
    Echo,
    /// A download.
    Plane(Bytes),
    /// "No dye" for the rest of a picture that the printer may still be counting.
    Fill,
    /// As a power cycle.
    Reset,
    /// First sign of life after it.
    Alive,
    /// Nothing for a while.
    Pause(Duration),
    /// A decision.
    Judge(Judge),
}

/// What a task waits for.
#[derive(Debug)]
pub(super) enum Doing {
    Nothing,
    Opening {
        until: Moment,
    },
    PortStatus {
        until: Moment,
        again: Option<Moment>,
        /// The port said last that a printer is selected: it is on, and something stands in its way.
        selected: bool,
    },
    Hearing {
        until: Moment,
        latest: Moment,
    },
    Asking(Asked),
    /// A download on its way; `early` is a fault that came before its last byte went.
    Plane {
        sent: bool,
        early: Option<Fault>,
        until: Moment,
        waited: Duration,
    },
    Filling {
        left: usize,
        until: Moment,
    },
    Resetting {
        sent: bool,
        until: Moment,
    },
    Pausing {
        until: Moment,
    },
}

#[derive(Debug)]
pub(super) struct Asked {
    pub(super) what: What,
    /// Already sent behind it.
    pub(super) more: VecDeque<Word>,
    pub(super) tries: u32,
    pub(super) sent: bool,
    pub(super) until: Moment,
    pub(super) waited: Duration,
    /// Asked again at that moment.
    pub(super) again: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Word(Word),
    Alive(Word),
    Spoiler,
}

/// A request in flight.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) request: Request,
    pub(super) steps: VecDeque<Step>,
    pub(super) doing: Doing,
    pub(super) evidence: Evidence,
    /// Faults that questions were answered with.
    pub(super) noted: Vec<Fault>,
    /// What ended the stage.
    pub(super) fault: Option<Fault>,
    /// The first answer is still to come, and something may be running before it.
    pub(super) doubt: bool,
    /// What waited when a `Listen` began.
    pub(super) waited: Vec<Reply>,
    pub(super) filled: bool,
    /// The printer said while asked for a nonce that it does not know the command.
    pub(super) no_echo: bool,
    pub(super) first_reading: Option<Evidence>,
    /// The place was last told in the guide's words, which name no station.
    pub(super) station_unnamed: bool,
}

impl Task {
    pub(super) fn new(request: Request, steps: VecDeque<Step>, evidence: Evidence) -> Task {
        // Before the end of a sequence a panel may be running too: the first question waits for it.
        let doubt = matches!(
            request,
            Request::Listen { .. } | Request::Examine { .. } | Request::Do(Stage::Finish)
        );
        Task {
            request,
            steps,
            doing: Doing::Nothing,
            evidence,
            noted: Vec::new(),
            fault: None,
            doubt,
            waited: Vec::new(),
            filled: false,
            no_echo: false,
            first_reading: None,
            station_unnamed: false,
        }
    }

    /// When it must be called again.
    pub(super) fn due(&self) -> Option<Moment> {
        match &self.doing {
            Doing::Nothing => None,
            Doing::Asking(asked) => Some(asked.again.map_or(asked.until, |at| at.min(asked.until))),
            Doing::PortStatus { until, again, .. } => {
                Some(again.map_or(*until, |at| at.min(*until)))
            }
            Doing::Opening { until }
            | Doing::Hearing { until, .. }
            | Doing::Plane { until, .. }
            | Doing::Filling { until, .. }
            | Doing::Resetting { until, .. }
            | Doing::Pausing { until } => Some(*until),
        }
    }

    pub(super) fn first(&mut self, steps: impl IntoIterator<Item = Step>) {
        let mut steps: VecDeque<Step> = steps.into_iter().collect();
        steps.append(&mut self.steps);
        self.steps = steps;
    }

    pub(super) fn instead(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.steps = steps.into_iter().collect();
    }

    /// What a `Listen` hears, in its order: the latest decides. A question's answer after an `OK` means that
    /// the `OK` may have been a question's too.
    pub(super) fn note_last(&mut self, said: &Said) {
        self.evidence.last = match said {
            Said::Ok => LastAnswer::Ok,
            Said::Fault(fault) => LastAnswer::Fault(fault.clone()),
            Said::Text(_) => LastAnswer::Unknown,
        };
    }
}

impl Evolis {
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
            Step::Open => self.take_up_open(now),
            Step::Ready => {
                if self.options.transport == Transport::Usb {
                    self.out.push_back(Output::AskPortStatus);
                    self.wait_for(Doing::PortStatus {
                        until: now + limits.first,
                        again: None,
                        selected: false,
                    });
                }
            }
            Step::Hear => self.wait_for(Doing::Hearing {
                until: now + limits.hear,
                latest: now + limits.hear + limits.gap * 2,
            }),
            Step::Say(word) => self.ask_for(What::Word(word), 1, now),
            Step::Together(words) => self.ask_together(&words, now),
            Step::Spoil => self.ask_for(What::Spoiler, 1, now),
            Step::Echo => {
                let nonce = self.next_nonce();
                self.ask_for(What::Word(Word::Echo(nonce)), 1, now);
            }
            Step::Plane(bytes) => {
                let stall = limits.stall + self.transit(bytes.len());
                self.send(bytes.clone());
                self.wait_for(Doing::Plane {
                    sent: false,
                    early: None,
                    until: now + stall,
                    waited: limits.long + self.transit(bytes.len()),
                });
            }
            Step::Fill => {
                let bits = Depth::Levels128.bits();
                let left = self.geometry.panel_bytes(bits).next_multiple_of(64);
                if let Some(task) = &mut self.task {
                    task.filled = true;
                }
                self.fill(left, now);
            }
            Step::Reset => {
                self.send(Word::Reset.emit());
                self.host_recovers = false;
                self.wait_for(Doing::Resetting {
                    sent: false,
                    until: now + limits.stall,
                });
            }
            Step::Alive => {
                let word = if self.model.alive {
                    Word::Alive
                } else {
                    Word::Serial
                };
                self.ask_for(What::Alive(word), 1, now);
            }
            Step::Pause(time) => self.wait_for(Doing::Pausing { until: now + time }),
            Step::Judge(judge) => self.judge(judge, now),
        }
    }

    fn take_up_open(&mut self, now: Moment) {
        match self.line {
            Line::Up => {}
            Line::Opening | Line::Down => {
                if self.line == Line::Down {
                    self.line = Line::Opening;
                    self.out.push_back(Output::Open(Channel::Main));
                }
                let until = now + self.options.limits.open;
                self.wait_for(Doing::Opening { until });
            }
        }
    }

    fn wait_for(&mut self, doing: Doing) {
        if let Some(task) = &mut self.task {
            task.doing = doing;
        }
    }

    pub(super) fn step_done(&mut self, now: Moment) {
        self.wait_for(Doing::Nothing);
        self.run(now);
    }

    /// Time that so many bytes need on a slow line.
    pub(super) fn transit(&self, bytes: usize) -> Duration {
        self.options.baud.map_or(Duration::ZERO, |baud| {
            let bits = bytes as u64 * BITS_A_BYTE_ON_THE_LINE;
            Duration::from_millis(bits * 1000 / u64::from(baud.max(1)))
        })
    }

    fn limit(&self, what: What) -> Duration {
        let limits = &self.options.limits;
        if self.task.as_ref().is_some_and(|task| task.doubt) {
            return limits.first;
        }
        match what {
            What::Word(word) if word.acts() => limits.long,
            What::Word(_) | What::Alive(_) | What::Spoiler => limits.short,
        }
    }

    pub(super) fn ask_for(&mut self, what: What, tries: u32, now: Moment) {
        let bytes = match what {
            What::Word(word) | What::Alive(word) => word.emit(),
            What::Spoiler => Bytes::from_static(&SPOILER),
        };
        self.send(bytes);
        self.await_answer(what, VecDeque::new(), tries, now);
    }

    fn ask_together(&mut self, words: &[Word], now: Moment) {
        let mut bytes = Vec::new();
        for word in words {
            word.emit_into(&mut bytes);
        }
        let mut more: VecDeque<Word> = words.iter().copied().collect();
        if let Some(first) = more.pop_front() {
            self.send(Bytes::from(bytes));
            self.await_answer(What::Word(first), more, NUMBER_TRIES, now);
        }
    }

    fn await_answer(&mut self, what: What, more: VecDeque<Word>, tries: u32, now: Moment) {
        let waited = self.limit(what);
        let until = now + self.options.limits.stall;
        self.wait_for(Doing::Asking(Asked {
            what,
            more,
            tries,
            sent: false,
            until,
            waited,
            again: None,
        }));
    }

    pub(super) fn fill(&mut self, left: usize, now: Moment) {
        let many = left.min(FILL_BYTES);
        let until = now + self.options.limits.stall + self.transit(many);
        self.send(Bytes::from(vec![NUL; many]));
        self.wait_for(Doing::Filling {
            left: left - many,
            until,
        });
    }

    pub(super) fn filled(&mut self, now: Moment) {
        self.send(Bytes::from_static(&[CR]));
        self.step_done(now);
    }
}
