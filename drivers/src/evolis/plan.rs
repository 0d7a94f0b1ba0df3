//! The steps of each request. A request's steps never reach past its stage.

use std::collections::VecDeque;
use std::sync::Arc;

use super::download::Panel;
use super::judge::Judge;
use super::task::{Step, Task};
use super::wire::{Counter, Sensor, Word};
use super::{Evolis, Line, Part, Transport, raster};
use crate::contract::{
    Answer, BenchFlag, CardImage, Evidence, Fault, Moment, Request, Ribbon, Setup, Stage,
};

impl Evolis {
    /// Takes a request up: it is answered at once, or its steps begin.
    pub(super) fn begin(&mut self, request: Request, now: Moment) {
        let steps = match &request {
            Request::Prepare(setup) => self.prepare(*setup),
            Request::Load(image) => self.load(&Arc::clone(image)),
            Request::Do(stage) => self.stage(*stage),
            Request::Listen { .. } => {
                // Whatever is known about the printer's memory and settings ends with a doubt.
                self.planes_may_wait = true;
                self.host_recovers = false;
                self.loaded = false;
                self.rest.clear();
                self.learnt = Evidence::default();
                Ok(vec![
                    Step::Open,
                    Step::Ready,
                    Step::Hear,
                    Step::Judge(Judge::WhatWaited),
                ])
            }
            Request::Examine { .. } => {
                let mut steps = self.open_in_step();
                steps.extend([Step::Ready, Step::Say(Word::Serial)]);
                steps.extend(self.reading(true));
                steps.push(Step::Judge(Judge::FirstReading));
                Ok(steps)
            }
            Request::Status => Ok(self.status(now)),
            Request::Identify => {
                let mut steps = self.open_in_step();
                steps.extend([
                    Step::Say(Word::Serial),
                    Step::Say(Word::Model),
                    Step::Say(Word::Firmware),
                    Step::Say(Word::RibbonSet),
                    Step::Judge(Judge::Identified),
                ]);
                Ok(steps)
            }
            // Nothing of this printer's waits for a restart: a person may look at once.
            Request::AwaitRestart => Err(Refused::Because(Fault::OptionAbsent)),
        };
        match steps {
            Ok(steps) => {
                let listens = matches!(request, Request::Listen { .. });
                let evidence = if matches!(request, Request::Examine { .. }) {
                    self.learnt.clone()
                } else {
                    Evidence::default()
                };
                if !listens {
                    self.unawaited.clear();
                }
                self.task = Some(Task::new(request, VecDeque::from(steps), evidence));
                self.run(now);
            }
            Err(refused) => self.answer(refused.answer()),
        }
    }

    fn prepare(&mut self, setup: Setup) -> Result<Vec<Step>, Refused> {
        let model = self.model;
        let beyond = (setup.hold && !model.hold)
            || (setup.duplex && !model.duplex)
            || (setup.chip && !model.contactless);
        if beyond {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        self.setup = Some(setup);
        self.learnt = Evidence::default();
        self.loaded = false;
        self.rest.clear();
        let mut steps = self.open_in_step();
        if !self.host_recovers {
            // A reset, and our own setting, would wipe out that the vendor's service rules this printer.
            steps.push(Step::Say(Word::ErrorMode));
        }
        if !setup.card_inside && self.planes_may_wait && !self.begins_without_reset() {
            steps.push(Step::Say(Word::Position));
            steps.push(Step::Judge(Judge::MayReset));
        }
        // A canary that lives is never set again under a card: bytes that are still on their way when the power
        // goes would set it in the printer that has just started, and nobody would know.
        if !(setup.card_inside && self.host_recovers) {
            steps.push(Step::Say(Word::HostRecovers));
        }
        if self.model.hold {
            steps.push(Step::Say(Word::Hold(setup.hold)));
        }
        steps.push(Step::Say(Word::ErrorMode));
        steps.push(Step::Say(Word::Serial));
        steps.extend(self.place());
        steps.extend([
            Step::Say(Word::Voltage(Sensor::Cover)),
            Step::Say(Word::Voltage(Sensor::Feeder)),
            Step::Say(Word::RibbonMark),
        ]);
        if self.model.ribbon_chip {
            steps.push(Step::Say(Word::RibbonLeft));
        }
        steps.extend(counters());
        steps.push(Step::Say(Word::Ribbon(setup.ribbon)));
        steps.push(Step::Judge(Judge::Prepared));
        Ok(steps)
    }

    /// A new sequence drops what waits. Lines outside a partial download are no part of that: the bitmaps keep
    /// what an earlier picture left there [doc: bitmaps stay in memory].
    pub(super) fn begins_without_reset(&self) -> bool {
        self.bench(BenchFlag::SequenceStartDropsPlanes) && self.options.partial.is_none()
    }

    /// After a silence a late answer could be taken for that of the next question.
    fn open_in_step(&self) -> Vec<Step> {
        let mut steps = vec![Step::Open];
        if self.out_of_step {
            steps.extend([Step::Hear, Step::Echo]);
        }
        steps
    }

    fn place(&self) -> Vec<Step> {
        let mut steps = vec![Step::Say(Word::Position)];
        if self.model.card_sensor && self.options.card_sensor {
            steps.push(Step::Say(Word::Voltage(Sensor::Card)));
        }
        steps
    }

    /// One reading of `Examine`. The canary comes last: what was read before it was read under the same power
    /// as `Listen`'s canary. Its answer is never `OK`, so the printer's memory of the last answer cannot be
    /// mistaken for that of a move.
    pub(super) fn reading(&self, first: bool) -> Vec<Step> {
        let mut steps = self.place();
        steps.extend(counters());
        if first && self.model.ribbon_chip {
            steps.push(Step::Say(Word::RibbonLeft));
        }
        steps.push(Step::Say(Word::Voltage(Sensor::Cover)));
        if self.model.tells_reject_box {
            steps.push(Step::Say(Word::RejectBox));
        }
        steps.push(Step::Say(Word::ErrorMode));
        steps
    }

    fn status(&self, now: Moment) -> Vec<Step> {
        let mut steps = self.open_in_step();
        steps.extend(self.place());
        steps.extend([
            Step::Say(Word::Voltage(Sensor::Cover)),
            Step::Say(Word::Voltage(Sensor::Feeder)),
        ]);
        if self.model.tells_reject_box {
            steps.push(Step::Say(Word::RejectBox));
        }
        // A ribbon that has ended is being changed: an old reading would hide the new one for an hour.
        let read = self.ribbon_read.is_some_and(|(at, left)| {
            left != Some(0) && now.since(at) < self.options.limits.ribbon_apart
        });
        if self.model.ribbon_chip && !read {
            steps.push(Step::Say(Word::RibbonLeft));
        }
        steps.push(Step::Say(Word::Serial));
        steps.extend(counters());
        steps.push(Step::Judge(Judge::Told));
        steps
    }

    /// Packs the picture. Of it only the front's first plane is sent: a plane is laid when the next one
    /// comes \[doc\], so this one lays no dye.
    fn load(&mut self, image: &CardImage) -> Result<Vec<Step>, Refused> {
        self.alive()?;
        let setup = self.setup.ok_or(Refused::Because(Fault::OutOfStep))?;
        let (front, back) = panels(setup.ribbon);
        if image.back.is_some() && !self.model.duplex {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        let cannot = |_: raster::RasterError| Refused::Because(Fault::BadParameter);
        let mut parts: VecDeque<Part> = raster::separate(&image.front, front, &self.recipe(false))
            .map_err(cannot)?
            .into_iter()
            .map(|plane| Part::Plane(plane.emit()))
            .collect();
        if let Some(side) = &image.back {
            let turned = self.model.back_turned;
            let planes = raster::separate(side, back, &self.recipe(turned)).map_err(cannot)?;
            parts.push_back(Part::Word(Word::Back));
            parts.extend(planes.into_iter().map(|plane| Part::Plane(plane.emit())));
        }
        let Some(Part::Plane(first)) = parts.pop_front() else {
            return Err(Refused::Because(Fault::BadParameter));
        };
        let mut steps = still_there();
        if setup.card_inside && self.planes_may_wait {
            // The attempt goes on with a card inside and planes of its own may wait: a new sequence drops
            // them where the bench has shown that; the rows let nobody come here otherwise.
            steps.extend([Step::Say(Word::Begin), Step::Say(Word::ToPrintStart)]);
        }
        self.planes_may_wait = true;
        self.loaded = true;
        self.rest = parts;
        steps.extend([
            Step::Say(Word::Front),
            Step::Plane(first),
            Step::Judge(Judge::Done),
        ]);
        Ok(steps)
    }

    fn stage(&mut self, stage: Stage) -> Result<Vec<Step>, Refused> {
        if stage == Stage::Chip {
            return Err(Refused::Because(Fault::UnknownCommand));
        }
        self.alive()?;
        let mut steps = Vec::new();
        match stage {
            Stage::Feed => {
                let setup = self.setup.ok_or(Refused::Because(Fault::OutOfStep))?;
                let to = if setup.chip {
                    Word::ToContactless
                } else {
                    Word::ToPrintStart
                };
                steps.extend([Step::Say(Word::Begin), Step::Say(to)]);
                steps.push(Step::Say(Word::Position));
                steps.extend(counters());
                steps.push(Step::Judge(Judge::Fed));
            }
            Stage::Park => steps.extend([
                // With an empty path the move would feed a second card, whose chip nobody has read.
                Step::Say(Word::Position),
                Step::Judge(Judge::MustBeInside),
                Step::Say(Word::ToPrintStart),
                Step::Say(Word::Position),
                Step::Say(Word::Count(Counter::Cards)),
                Step::Judge(Judge::Parked),
            ]),
            Stage::Face => {
                if !self.loaded {
                    return Err(Refused::Because(Fault::OutOfStep));
                }
                steps.extend(still_there());
                steps.extend(self.rest.drain(..).map(|part| match part {
                    Part::Word(word) => Step::Say(word),
                    Part::Plane(bytes) => Step::Plane(bytes),
                }));
                steps.push(Step::Judge(Judge::Done));
            }
            Stage::Finish => {
                if !self.loaded || !self.rest.is_empty() {
                    return Err(Refused::Because(Fault::OutOfStep));
                }
                self.loaded = false;
                steps.extend(still_there());
                // The canary behind the command: a printer that lost its power before it answers `OK` too.
                steps.extend([
                    Step::Say(Word::End),
                    Step::Say(Word::ErrorMode),
                    Step::Say(Word::Position),
                ]);
                steps.push(Step::Judge(Judge::Held));
                steps.extend(counters());
                steps.push(Step::Judge(Judge::Finished));
            }
            Stage::Eject => {
                steps.push(Step::Together(self.recovering([Word::Position])));
                steps.push(Step::Judge(Judge::MayEject));
            }
            Stage::Reject => {
                // `OK` to the question for the place would read like an answered reject after a cut. So one
                // more question goes out in the same stretch: its answer is what the printer remembers.
                let asked = self.recovering([Word::Position, Word::Serial]);
                steps.push(Step::Together(asked));
                if self.model.tells_reject_box {
                    steps.push(Step::Say(Word::RejectBox));
                }
                steps.push(Step::Judge(Judge::MayReject));
            }
            Stage::Clear => {
                steps.extend([Step::Say(Word::Position), Step::Judge(Judge::MayClear)]);
            }
            Stage::Chip => {}
        }
        Ok(steps)
    }

    /// After a restart nobody has prepared the printer: before a move the host's right to recover is set.
    fn recovering<const N: usize>(&self, words: [Word; N]) -> Vec<Word> {
        let first = (!self.host_recovers).then_some(Word::HostRecovers);
        first.into_iter().chain(words).collect()
    }

    /// Stages need the connection that was prepared or listened on: a new one may meet a printer that has
    /// lost its settings.
    fn alive(&self) -> Result<(), Refused> {
        match self.line {
            Line::Up => Ok(()),
            Line::Down | Line::Opening => Err(Refused::NoLink),
        }
    }

    /// Whether half of one of the stage's commands may stand in the printer, which our next end of line
    /// would complete. USB sends such a command in one packet, TCP in one segment \[inferred\].
    pub(super) fn half_command(&self, after: Option<Stage>) -> bool {
        if self.options.transport != Transport::Serial {
            return false;
        }
        match after {
            Some(
                Stage::Feed
                | Stage::Park
                | Stage::Finish
                | Stage::Eject
                | Stage::Reject
                | Stage::Clear,
            ) => true,
            // Beginnings of downloads move nothing; the chip is written by another machine.
            Some(Stage::Face | Stage::Chip) | None => false,
        }
    }
}

/// What is asked before anything that lays dye or ends a sequence. A serial line outlives the printer's power:
/// a plane would then feed another card, whose chip is nobody's, and print on it with the printer's own
/// recovery. The canary tells that the power was kept, the place that a card is there.
fn still_there() -> Vec<Step> {
    vec![
        Step::Say(Word::ErrorMode),
        Step::Say(Word::Position),
        Step::Judge(Judge::MustBeInside),
    ]
}

pub(super) fn counters() -> [Step; 2] {
    [
        Step::Say(Word::Count(Counter::Cards)),
        Step::Say(Word::Count(Counter::Panels)),
    ]
}

/// Why a request is answered by us: the printer is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refused {
    NoLink,
    Because(Fault),
}

impl Refused {
    fn answer(self) -> Answer {
        match self {
            Refused::NoLink => Answer::Lost,
            Refused::Because(fault) => Answer::Fault(fault, Evidence::default()),
        }
    }
}

/// The panels of each side, in the ribbon's order [doc example; the second black on the back inferred].
fn panels(ribbon: Ribbon) -> (&'static [Panel], &'static [Panel]) {
    match ribbon {
        Ribbon::Ymcko => (&Panel::ALL, &Panel::ALL),
        Ribbon::Ymckok => (&Panel::ALL, &[Panel::Black]),
        Ribbon::K => (&[Panel::Black], &[Panel::Black]),
    }
}
