//! How steps are carried out: one thing at a time, each with its limit.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::judge::Judge;
use super::status::Said;
use super::wire::{SPOILER, Word};
use super::{Line, Zebra};
use crate::contract::{Channel, Evidence, Fault, LastAnswer, Moment, Output, Request, Stage, Wake};

const BITS_A_BYTE_ON_THE_LINE: u64 = 10;

/// One thing to do. It may hold a picture, so it has no `Debug`.
#[derive(Clone)]
pub(super) enum Step {
    /// The link is up, else it is opened and what waits on it is read.
    Open,
    /// Reads what waits.
    Hear(Duration),
    /// A command and its answer.
    Say(Word),
    /// A download and its answer.
    Block(Bytes),
    /// Spoils half a command.
    Spoil,
    /// Sends nothing while the printer may be inside a download.
    Stalled,
    /// One look at the port status byte.
    Port,
    /// Looks at it for so long, and stops at the first that is not ready.
    PortWatch(Duration),
    /// Nothing for a while.
    Pause(Duration),
    /// A decision.
    Judge(Judge),
}

/// What a task waits for.
pub(super) enum Doing {
    Nothing,
    Opening {
        until: Moment,
    },
    Hearing {
        until: Moment,
        latest: Moment,
    },
    Asking(Asked),
    /// A download on its way; `early` is a fault that came before its last byte went.
    Block {
        sent: bool,
        early: Option<Fault>,
        until: Moment,
        waited: Duration,
    },
    /// One-way: bytes on their way, which nobody answers.
    Sending {
        until: Moment,
    },
    Stalled {
        until: Moment,
    },
    Port {
        until: Moment,
    },
    PortWatch {
        until: Moment,
        again: Option<Moment>,
    },
    Pausing {
        until: Moment,
    },
}

pub(super) struct Asked {
    pub(super) what: What,
    /// When its last byte was taken.
    pub(super) sent: Option<Moment>,
    pub(super) until: Moment,
    pub(super) waited: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Word(Word),
    Spoiler,
}

/// A request in flight.
pub(super) struct Task {
    pub(super) request: Request,
    pub(super) steps: VecDeque<Step>,
    pub(super) doing: Doing,
    pub(super) evidence: Evidence,
    /// Faults that questions were answered with.
    pub(super) noted: Vec<Fault>,
    /// What ended the stage.
    pub(super) fault: Option<Fault>,
    /// The first answer is still to come, and a string may be running before it.
    pub(super) doubt: bool,
    /// Half a command was spoiled: the printer's last answer is about that.
    pub(super) spoiled: bool,
    /// The last answer took so long that it may be a string's own.
    pub(super) late: bool,
    /// Answers that waited.
    pub(super) waited: usize,
    /// An answer came that nothing asked for.
    pub(super) surplus: bool,
    /// Passes as last read before this request.
    pub(super) passes_before: Option<u64>,
    /// The last look at the port; `Some(None)`: this link has none.
    pub(super) port: Option<Option<u8>>,
    pub(super) first_reading: Option<(Evidence, Option<Option<u8>>)>,
    /// When it began.
    pub(super) since: Moment,
}

impl Task {
    pub(super) fn new(
        request: Request,
        steps: Vec<Step>,
        evidence: Evidence,
        passes_before: Option<u64>,
        since: Moment,
    ) -> Task {
        let doubt = match &request {
            Request::Listen { after } => after.is_some_and(|stage| stage != Stage::Chip),
            Request::Prepare(_)
            | Request::Load(_)
            | Request::Do(_)
            | Request::Examine { .. }
            | Request::Status
            | Request::Identify
            | Request::AwaitRestart => false,
        };
        Task {
            request,
            steps: VecDeque::from(steps),
            doing: Doing::Nothing,
            evidence,
            noted: Vec::new(),
            fault: None,
            doubt,
            spoiled: false,
            late: false,
            waited: 0,
            surplus: false,
            passes_before,
            port: None,
            first_reading: None,
            since,
        }
    }

    /// When it must be called again.
    pub(super) fn due(&self) -> Option<Moment> {
        match &self.doing {
            Doing::Nothing => None,
            Doing::Asking(asked) => Some(asked.until),
            Doing::PortWatch { until, again } => Some(again.map_or(*until, |at| at.min(*until))),
            Doing::Opening { until }
            | Doing::Hearing { until, .. }
            | Doing::Block { until, .. }
            | Doing::Sending { until }
            | Doing::Stalled { until }
            | Doing::Port { until }
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

    pub(super) fn listens(&self) -> bool {
        matches!(self.request, Request::Listen { .. })
    }

    /// Whether answers that belong to nothing may be let go: nothing that acts is asked for.
    pub(super) fn only_asks(&self) -> bool {
        match self.request {
            Request::Prepare(_)
            | Request::Listen { .. }
            | Request::Examine { .. }
            | Request::Status
            | Request::Identify
            | Request::AwaitRestart => true,
            Request::Load(_) | Request::Do(_) => false,
        }
    }

    /// What a `Listen` hears, in its order: the latest decides.
    pub(super) fn note_last(&mut self, said: &Said) {
        self.evidence.wake = Wake::Awake;
        self.evidence.last = match said {
            Said::Ok => LastAnswer::Ok,
            Said::Fault(fault) => LastAnswer::Fault(fault.clone()),
            Said::InEncoder(_) | Said::Text(_) | Said::Broken => LastAnswer::Unknown,
        };
    }
}

impl Zebra {
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
        let limits = &self.options.limits;
        match step {
            Step::Open => self.take_up_open(now),
            Step::Hear(time) => {
                let doing = Doing::Hearing {
                    until: now + time,
                    latest: now + time + limits.gap * 2,
                };
                self.wait_for(doing);
            }
            Step::Say(word) => self.say(word, now),
            Step::Block(bytes) => self.send_block(bytes, now),
            Step::Spoil => {
                let (until, waited) = (now + limits.stall, limits.short);
                self.send(Bytes::from_static(&SPOILER));
                self.wait_for(Doing::Asking(Asked {
                    what: What::Spoiler,
                    sent: None,
                    until,
                    waited,
                }));
            }
            Step::Stalled => {
                let until = now + limits.stalled;
                self.wait_for(Doing::Stalled { until });
            }
            Step::Port => {
                let until = now + limits.short;
                self.out.push_back(Output::AskPortStatus);
                self.wait_for(Doing::Port { until });
            }
            Step::PortWatch(time) => {
                self.out.push_back(Output::AskPortStatus);
                self.wait_for(Doing::PortWatch {
                    until: now + time,
                    again: None,
                });
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

    fn say(&mut self, word: Word, now: Moment) {
        if word.acts() {
            self.unanswered = true;
            self.answered = LastAnswer::Unknown;
            self.cleared &= !matches!(word, Word::Print(_));
            self.cleared |= word == Word::Clear;
        }
        self.block_unanswered |= matches!(word, Word::Area { .. });
        self.send(word.emit());
        let until = now + self.options.limits.stall;
        if self.one_way() {
            return self.wait_for(Doing::Sending { until });
        }
        let waited = self.limit(word);
        self.wait_for(Doing::Asking(Asked {
            what: What::Word(word),
            sent: None,
            until,
            waited,
        }));
    }

    fn send_block(&mut self, bytes: Bytes, now: Moment) {
        self.block_unanswered = true;
        let transit = self.transit(bytes.len());
        let until = now + self.options.limits.stall + transit;
        let waited = self.options.limits.data + transit;
        self.send(bytes);
        self.wait_for(if self.one_way() {
            Doing::Sending { until }
        } else {
            Doing::Block {
                sent: false,
                early: None,
                until,
                waited,
            }
        });
    }

    fn limit(&self, word: Word) -> Duration {
        let limits = &self.options.limits;
        if self.task.as_ref().is_some_and(|task| task.doubt) {
            limits.first
        } else if word.acts() && word != Word::Clear {
            limits.motion
        } else {
            limits.short
        }
    }

    /// Time that so many bytes need on a slow line.
    fn transit(&self, bytes: usize) -> Duration {
        self.options.baud.map_or(Duration::ZERO, |baud| {
            let bits = bytes as u64 * BITS_A_BYTE_ON_THE_LINE;
            Duration::from_millis(bits * 1000 / u64::from(baud.max(1)))
        })
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
}
