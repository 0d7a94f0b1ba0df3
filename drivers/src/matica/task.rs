//! How steps are carried out: one thing at a time, each with its limit.

use std::collections::VecDeque;
use std::time::Duration;

use super::judge::Judge;
use super::sense::Sense;
use super::wire::{self, Ink, JobStart, Told, Word};
use super::{Antenna, Awaited, Film, Line, Matica};
use crate::contract::{
    Answer, Channel, Evidence, Fault, LastAnswer, Moment, Output, Power, Request, Stage,
};
use crate::matica::info::{self, Info, Tag};

/// Planes on their way at most: the public driver waits when more than three are unanswered [code: xidserver].
pub(super) const PLANES_AHEAD: usize = 3;
/// Good answers in a row that mean readiness after a doubt: it flickers between phases [code: kiosk].
pub(super) const READY_IN_A_ROW: u32 = 10;

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The connection is there, greeted; else it is made.
    Open,
    /// The job is started on it.
    Begin,
    /// Reads what waits.
    Hear,
    /// A command and its answer.
    Say(Word),
    /// Asks whether it is ready until that is told so often in a row, or something stands in the way as often.
    Ready {
        in_a_row: u32,
        patience: Duration,
        /// What a hand mends is waited for too: a card is inside, and nothing else can be done with it.
        mends: bool,
    },
    /// Asks over UDP, where this model tells anything there.
    Ask(&'static [Tag]),
    /// The planes of the picture.
    Planes,
    /// Nothing for a while.
    Pause(Duration),
    /// A decision.
    Judge(Judge),
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    JobStart,
    Word(Word),
    Plane(Ink),
}

/// What a task waits for.
#[derive(Debug)]
pub(super) enum Doing {
    Nothing,
    Opening {
        until: Moment,
    },
    Greeting {
        until: Moment,
        waited: Duration,
    },
    Hearing {
        until: Moment,
    },
    Asking {
        sent: bool,
        until: Moment,
        waited: Duration,
    },
    Planes {
        left: VecDeque<Ink>,
        sent: bool,
        until: Moment,
    },
    /// Over UDP; `sequence` is set once the question went out.
    AskingStatus {
        tags: &'static [Tag],
        sequence: Option<u32>,
        tries: u32,
        until: Moment,
    },
    /// Between two questions for readiness.
    Resting {
        until: Moment,
    },
    Pausing {
        until: Moment,
    },
}

/// Readiness as it is being asked for.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) in_a_row: u32,
    pub(super) streak: u32,
    /// What was told last; `None`: ready.
    pub(super) told: Option<Sense>,
    pub(super) began: Moment,
    pub(super) patience: Duration,
    pub(super) mends: bool,
}

/// A request in flight.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) request: Request,
    pub(super) steps: VecDeque<Step>,
    pub(super) doing: Doing,
    pub(super) evidence: Evidence,
    pub(super) poll: Option<Poll>,
    /// What stood in the way when readiness was last asked for.
    pub(super) standing: Option<Sense>,
    /// The card's place in the printer's own words; `None`: not told.
    pub(super) place: Option<Told>,
    pub(super) info: Option<Info>,
    /// What ended the stage.
    pub(super) fault: Option<Fault>,
    /// Nothing was answered yet, and something may be running before it.
    pub(super) doubt: bool,
    pub(super) first_reading: Option<Evidence>,
    pub(super) recounts: u32,
    /// Job starts that were sent.
    pub(super) starts: u32,
    /// How often it was told of a restart.
    pub(super) attentions: u32,
}

impl Task {
    pub(super) fn new(request: Request, steps: VecDeque<Step>, evidence: Evidence) -> Task {
        let doubt = matches!(request, Request::Listen { .. } | Request::Examine { .. });
        Task {
            request,
            steps,
            doing: Doing::Nothing,
            evidence,
            poll: None,
            standing: None,
            place: None,
            info: None,
            fault: None,
            doubt,
            first_reading: None,
            recounts: 0,
            starts: 0,
            attentions: 0,
        }
    }

    /// When it must be called again.
    pub(super) fn due(&self) -> Option<Moment> {
        match &self.doing {
            Doing::Nothing => None,
            Doing::Opening { until }
            | Doing::Greeting { until, .. }
            | Doing::Hearing { until }
            | Doing::Asking { until, .. }
            | Doing::Planes { until, .. }
            | Doing::AskingStatus { until, .. }
            | Doing::Resting { until }
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

    /// Whether no attempt can be open while this is asked, and no card was told to be inside.
    pub(super) fn has_no_card(&self) -> bool {
        let alone = match &self.request {
            Request::Prepare(setup) => !setup.card_inside,
            Request::Do(Stage::Clear) => true,
            Request::Load(_)
            | Request::Do(_)
            | Request::Listen { .. }
            | Request::Examine { .. }
            | Request::Status
            | Request::Identify
            | Request::AwaitRestart => false,
        };
        alone && self.evidence.place.inside() != Some(true)
    }

    /// Whether the job on this connection is over with this answer, once the path is empty.
    pub(super) fn ends_job(&self, answer: &Answer) -> bool {
        let done = matches!(answer, Answer::Done(_));
        match self.request {
            Request::Do(Stage::Finish | Stage::Eject | Stage::Reject) => done,
            Request::Do(Stage::Clear) | Request::Status | Request::Identify => true,
            Request::Prepare(_) => !done,
            Request::Do(Stage::Feed | Stage::Chip | Stage::Park | Stage::Face)
            | Request::Load(_)
            | Request::Listen { .. }
            | Request::Examine { .. }
            | Request::AwaitRestart => false,
        }
    }
}

impl Matica {
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
            Step::Begin => {
                if !self.conversation.begun {
                    self.start_job(now);
                }
            }
            Step::Hear => {
                let until = now + limits.hear;
                self.wait_for(Doing::Hearing { until });
            }
            Step::Say(word) => self.ask_for(word, now),
            Step::Ready {
                in_a_row,
                patience,
                mends,
            } => {
                if let Some(task) = &mut self.task {
                    task.poll = Some(Poll {
                        in_a_row,
                        streak: 0,
                        told: None,
                        began: now,
                        patience,
                        mends,
                    });
                }
                self.ask_for(Word::Ready, now);
            }
            Step::Ask(tags) => {
                if self.model.tells_by_udp {
                    self.ask_status(tags, 1, now);
                }
            }
            Step::Planes => self.begin_planes(now),
            Step::Pause(time) => self.wait_for(Doing::Pausing { until: now + time }),
            Step::Judge(judge) => self.judge(judge, now),
        }
    }

    fn take_up_open(&mut self, now: Moment) {
        if self.line == Line::Up && self.conversation.messages.is_lost() {
            // The frame does not come back. Bytes that are queued and never leave make this close an abort: what
            // the system still holds of ours is dropped with them.
            let never_leaves = Word::Ready.emit(self.conversation.first);
            self.send(Channel::Main, never_leaves);
            self.out.push_back(Output::Close(Channel::Main));
            self.give_up_awaiting();
            self.line = Line::Down;
        }
        match self.line {
            Line::Up => {
                if self.conversation.greeting.is_none() {
                    self.await_greeting(now);
                }
            }
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

    /// A connection that is not greeted yet is kept: it stands in the printer's queue.
    pub(super) fn await_greeting(&mut self, now: Moment) {
        let limits = &self.options.limits;
        let waited = match self.task.as_ref().map(|task| &task.request) {
            Some(Request::Listen { .. } | Request::Examine { .. }) => limits.greeting_in_doubt,
            Some(_) | None => limits.greeting,
        };
        self.wait_for(Doing::Greeting {
            until: now + waited,
            waited,
        });
    }

    pub(super) fn start_job(&mut self, now: Moment) {
        let greeted = self.conversation.greeting.as_ref();
        let after_greeting = greeted.map_or(0, |greeting| greeting.sequence.wrapping_add(1));
        // A start that is repeated keeps its number only where the commands have a row of their own.
        let sequence = match (self.model.job_sequence, self.conversation.job) {
            (Some(sequence), _) => sequence,
            (None, Some(earlier)) => earlier.wrapping_add(1),
            (None, None) => after_greeting,
        };
        self.conversation.job = Some(sequence);
        self.conversation.first = match self.model.job_sequence {
            Some(_) => 0,
            None => sequence.wrapping_add(1),
        };
        let start = JobStart {
            parameter: self.model.job_parameter,
            sequence,
            mark: self.model.job_mark,
            moment: self.options.moment,
            owner: &self.options.owner,
            title: &self.options.title,
        };
        let bytes = start.emit();
        self.send(Channel::Main, bytes);
        self.conversation.awaiting.push_back(Awaited {
            sequence,
            what: What::JobStart,
        });
        if let Some(task) = &mut self.task {
            task.starts += 1;
        }
        self.await_answer(self.options.limits.short, now);
    }

    /// The next number of this connection.
    fn number(&mut self) -> u32 {
        let sequence = self
            .conversation
            .first
            .wrapping_add(self.conversation.issued);
        self.conversation.issued = self.conversation.issued.saturating_add(1);
        sequence
    }

    pub(super) fn ask_for(&mut self, word: Word, now: Moment) {
        let sequence = self.number();
        if word.moves() {
            self.last = LastAnswer::Unknown;
            self.conversation.late = None;
        }
        match word {
            // From the first byte on the film may be used or moved.
            Word::Print(_)
            | Word::Transfer { .. }
            | Word::Initialise
            | Word::Load { .. }
            | Word::Move { .. } => self.conversation.film = Film::Unknown,
            Word::Engage | Word::Release => self.conversation.antenna = Antenna::Unknown,
            Word::Ready | Word::Position => {}
        }
        self.send(Channel::Main, word.emit(sequence));
        self.conversation.awaiting.push_back(Awaited {
            sequence,
            what: What::Word(word),
        });
        let limits = &self.options.limits;
        let waited = match word {
            _ if self.task.as_ref().is_some_and(|task| task.doubt) => limits.first,
            Word::Ready | Word::Position => limits.short,
            Word::Engage | Word::Release => limits.engage,
            Word::Initialise
            | Word::Load { .. }
            | Word::Move { .. }
            | Word::Print(_)
            | Word::Transfer { .. } => limits.motion,
        };
        self.await_answer(waited, now);
    }

    fn await_answer(&mut self, waited: Duration, now: Moment) {
        let until = now + self.options.limits.stall;
        self.wait_for(Doing::Asking {
            sent: false,
            until,
            waited,
        });
    }

    fn begin_planes(&mut self, now: Moment) {
        let Some(picture) = &self.picture else {
            // The plan was made with a picture; a doubt since then takes it away.
            self.fault(Fault::OutOfStep);
            return;
        };
        let mut left: VecDeque<Ink> = [Ink::Yellow, Ink::Magenta, Ink::Cyan, Ink::Black]
            .into_iter()
            .filter(|ink| picture.inks.mask() & *ink as u8 != 0)
            .collect();
        let ahead: Vec<Ink> = left.drain(..left.len().min(PLANES_AHEAD)).collect();
        for ink in ahead {
            self.send_plane(ink);
        }
        self.wait_for(Doing::Planes {
            left,
            sent: false,
            until: now + self.options.limits.stall,
        });
    }

    pub(super) fn send_plane(&mut self, ink: Ink) {
        let Some(picture) = self.picture.clone() else {
            return;
        };
        let sequence = self.number();
        let canvas = self.canvas;
        let bytes = wire::plane(ink, canvas.bytes(), sequence, |data| {
            canvas.pack(&picture.image.front, ink, &self.options.separation, data);
        });
        self.send(Channel::Main, bytes);
        self.conversation.awaiting.push_back(Awaited {
            sequence,
            what: What::Plane(ink),
        });
    }

    pub(super) fn ask_status(&mut self, tags: &'static [Tag], tries: u32, now: Moment) {
        if self.status_line == Line::Up {
            self.status_sequence = self.status_sequence.wrapping_add(1);
            // A datagram comes whole or not at all: what is half here does not go on.
            self.status_messages.clear();
            let question = info::question(tags, self.status_sequence);
            self.send(Channel::Status, question);
            self.wait_for(Doing::AskingStatus {
                tags,
                sequence: Some(self.status_sequence),
                tries,
                until: now + self.options.limits.status,
            });
            return;
        }
        if self.status_line == Line::Down {
            self.status_line = Line::Opening;
            self.out.push_back(Output::Open(Channel::Status));
        }
        self.wait_for(Doing::AskingStatus {
            tags,
            sequence: None,
            tries,
            until: now + self.options.limits.open,
        });
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

    /// The power's word after a doubt. A question that went unanswered since may have been told of a restart.
    pub(super) fn power(&self) -> Power {
        match (self.power_lost, self.learnt.power) {
            (true, _) => Power::Lost,
            (false, Power::Kept) if self.question_lost => Power::Unknown,
            (false, learnt) => learnt,
        }
    }

    /// The power's word in a stage: only its loss is told there.
    pub(super) fn power_in_stage(&self) -> Power {
        if self.power_lost {
            Power::Lost
        } else {
            Power::Unknown
        }
    }
}
