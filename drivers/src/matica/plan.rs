//! The steps of each request. A request's steps never reach past its stage.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::info;
use super::judge::Judge;
use super::task::{READY_IN_A_ROW, Step, Task};
use super::wire::{Position, Word};
use super::{Antenna, Film, Line, Matica, Picture, Refused};
use crate::contract::{
    Answer, CardImage, Evidence, Fault, LastAnswer, Moment, Request, Ribbon, Setup, Stage,
};

impl Matica {
    /// Takes a request up: it is answered at once, or its steps begin.
    pub(super) fn begin(&mut self, request: Request, now: Moment) {
        let steps = match &request {
            Request::Prepare(setup) => self.prepare(*setup),
            Request::Load(image) => self.load(&Arc::clone(image)),
            Request::Do(stage) => self.stage(*stage),
            Request::Listen { .. } => {
                // Whatever is known of film and picture ends with a doubt.
                self.conversation.film = Film::Unknown;
                self.picture = None;
                self.learnt = Evidence::default();
                Ok(vec![
                    Step::Open,
                    Step::Hear,
                    Step::Ask(info::EVIDENCE),
                    Step::Begin,
                    Step::Say(Word::Ready),
                    Step::Judge(Judge::Listened),
                ])
            }
            Request::Examine { .. } => {
                let mut steps = vec![Step::Open, Step::Begin];
                steps.extend(self.reading());
                steps.push(Step::Judge(Judge::FirstReading));
                Ok(steps)
            }
            Request::Status => Ok(self.status()),
            Request::Identify => Ok(vec![
                Step::Open,
                Step::Ask(info::ALL),
                Step::Begin,
                Step::Say(Word::Position),
                Step::Judge(Judge::Identified),
            ]),
            // Nothing of this printer's waits for a restart: a person may look at once.
            Request::AwaitRestart => Err(Refused::Because(Fault::OptionAbsent)),
        };
        let evidence = match &request {
            Request::Examine { .. } => self.learnt.clone(),
            Request::Prepare(_)
            | Request::Load(_)
            | Request::Do(_)
            | Request::Listen { .. }
            | Request::Status
            | Request::Identify
            | Request::AwaitRestart => Evidence::default(),
        };
        self.task = Some(Task::new(request, VecDeque::new(), evidence));
        match steps {
            Ok(steps) => {
                if let Some(task) = &mut self.task {
                    task.steps = VecDeque::from(steps);
                }
                self.run(now);
            }
            Err(Refused::NoLink) => self.answer(Answer::Lost),
            Err(Refused::Because(fault)) => {
                self.answer(Answer::Fault(fault, Evidence::default()));
            }
        }
    }

    fn prepare(&mut self, setup: Setup) -> Result<Vec<Step>, Refused> {
        let beyond = (setup.hold && !self.capabilities.hold)
            || setup.duplex
            || (setup.chip && !self.capabilities.contactless);
        if beyond {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        self.setup = Some(setup);
        self.picture = None;
        self.conversation.film = Film::Unknown;
        let limits = &self.options.limits;
        let patience = if setup.card_inside {
            limits.ready_in_doubt
        } else {
            self.last = LastAnswer::Unknown;
            self.learnt = Evidence::default();
            self.power_lost = false;
            self.question_lost = false;
            limits.ready
        };
        Ok(vec![
            Step::Open,
            Step::Begin,
            Step::Ask(info::ALL),
            Step::Ready {
                in_a_row: 1,
                patience,
                mends: setup.card_inside,
            },
            Step::Say(Word::Position),
            Step::Judge(Judge::Prepared),
        ])
    }

    /// One reading of `Examine`: when nothing moves any more, place and counters.
    pub(super) fn reading(&self) -> [Step; 3] {
        [
            Step::Ready {
                in_a_row: READY_IN_A_ROW,
                patience: self.options.limits.settle,
                mends: false,
            },
            Step::Say(Word::Position),
            Step::Ask(info::EVIDENCE),
        ]
    }

    /// Over UDP nothing is disturbed. Over TCP a connection is a job, so one is made only where there is nothing else.
    fn status(&self) -> Vec<Step> {
        let mut steps = vec![Step::Ask(info::ALL)];
        let connected = self.line == Line::Up && self.conversation.begun;
        if connected || !self.model.tells_by_udp {
            steps.extend([
                Step::Open,
                Step::Begin,
                Step::Ready {
                    in_a_row: 1,
                    patience: Duration::ZERO,
                    mends: false,
                },
                Step::Say(Word::Position),
            ]);
        }
        steps.push(Step::Judge(Judge::Told));
        steps
    }

    /// Keeps the picture; planes go out under the intent of the face.
    fn load(&mut self, image: &Arc<CardImage>) -> Result<Vec<Step>, Refused> {
        self.alive()?;
        let setup = self.setup.ok_or(Refused::Because(Fault::OutOfStep))?;
        if image.back.is_some() {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        let dye = match setup.ribbon {
            Ribbon::Ymcko | Ribbon::Ymckok => true,
            Ribbon::K => false,
        };
        let inks = self
            .canvas
            .inks(&image.front, dye)
            .map_err(|_| Refused::Because(Fault::BadParameter))?;
        self.picture = Some(Picture {
            image: Arc::clone(image),
            inks,
        });
        Ok(vec![Step::Judge(Judge::Done)])
    }

    fn stage(&mut self, stage: Stage) -> Result<Vec<Step>, Refused> {
        if !self.capabilities.stages.contains(&stage) || stage == Stage::Chip {
            return Err(Refused::Because(Fault::UnknownCommand));
        }
        if stage == Stage::Clear {
            return Ok(vec![
                Step::Open,
                Step::Begin,
                Step::Say(Word::Position),
                Step::Judge(Judge::MayClear),
            ]);
        }
        self.alive()?;
        let asked = [Step::Say(Word::Position)];
        let mut steps = Vec::from(asked);
        match stage {
            Stage::Feed => {
                let setup = self.setup.ok_or(Refused::Because(Fault::OutOfStep))?;
                let to = self.fed_to(setup);
                steps = vec![Step::Say(Word::Load { to })];
                if setup.chip && self.options.engage {
                    steps.push(Step::Say(Word::Engage));
                }
                steps.extend([Step::Say(Word::Position), Step::Judge(Judge::Fed)]);
            }
            Stage::Park => steps.extend([
                Step::Judge(Judge::Bring),
                Step::Judge(Judge::AtPrint),
                Step::Judge(Judge::Done),
            ]),
            Stage::Face => {
                let inks = match &self.picture {
                    Some(picture) => picture.inks,
                    None => return Err(Refused::Because(Fault::OutOfStep)),
                };
                steps.extend([
                    Step::Judge(Judge::Bring),
                    Step::Judge(Judge::AtPrint),
                    Step::Planes,
                    Step::Say(Word::Print(inks)),
                    Step::Judge(Judge::Done),
                ]);
            }
            Stage::Finish => {
                if self.picture.take().is_none() || self.conversation.film != Film::Printed {
                    return Err(Refused::Because(Fault::OutOfStep));
                }
                let hold = self.setup.is_some_and(|setup| setup.hold);
                let then = if hold {
                    Position::Print
                } else {
                    Position::Output
                };
                steps.extend([
                    Step::Judge(Judge::AtPrint),
                    Step::Say(Word::Transfer { turn: false, then }),
                    Step::Say(Word::Position),
                    Step::Ask(info::EVIDENCE),
                    Step::Judge(Judge::Transferred),
                ]);
            }
            Stage::Eject => steps.push(Step::Judge(Judge::MayEject)),
            Stage::Reject => steps.push(Step::Judge(Judge::MayReject)),
            Stage::Chip | Stage::Clear => {}
        }
        Ok(steps)
    }

    /// Where a blank is loaded to.
    pub(super) fn fed_to(&self, setup: Setup) -> Position {
        if setup.chip {
            self.options.station
        } else {
            Position::Print
        }
    }

    /// Before a card is moved the antenna is off.
    pub(super) fn released(&self) -> Option<Step> {
        let on = self.options.engage && self.conversation.antenna != Antenna::Off;
        on.then_some(Step::Say(Word::Release))
    }

    /// Stages need the connection that was prepared or listened on: it is the job.
    fn alive(&self) -> Result<(), Refused> {
        let whole = !self.conversation.messages.is_lost();
        if self.line == Line::Up && self.conversation.begun && whole {
            Ok(())
        } else {
            Err(Refused::NoLink)
        }
    }
}
