//! The steps of each request. A request's steps never reach past its stage.

use std::sync::Arc;

use super::judge::Judge;
use super::placeholder::Move;
use super::raster::{Downloads, RasterError, downloads};
use super::restart::Watch;
use super::task::{Step, Task};
use super::wire::{Dye, Print, Word};
use super::{Line, Loaded, Transport, Zebra};
use crate::contract::{Answer, CardImage, Evidence, Fault, Moment, Request, Ribbon, Setup, Stage};

impl Zebra {
    /// Takes a request up: it is answered at once, or its steps begin.
    pub(super) fn begin(&mut self, request: Request, now: Moment) {
        let passes_before = self.passes;
        if !matches!(request, Request::AwaitRestart) {
            self.watch = None;
        }
        let steps = match &request {
            Request::Prepare(setup) => self.prepare(*setup),
            Request::Load(image) => self.load(&Arc::clone(image)),
            Request::Do(stage) => self.stage(*stage),
            Request::Listen { .. } => {
                // Whatever is known about the printer's memory ends with a doubt.
                self.loaded = None;
                self.learnt = Evidence::default();
                Ok(vec![
                    Step::Open,
                    Step::Hear(self.options.limits.hear),
                    Step::Judge(Judge::WhatWaited),
                ])
            }
            Request::Examine { .. } => {
                let mut steps = self.open();
                steps.extend(self.reading());
                steps.push(Step::Judge(Judge::FirstReading));
                Ok(steps)
            }
            Request::Status => Ok(self.status()),
            Request::Identify => Ok(vec![Step::Open, Step::Judge(Judge::Identified)]),
            Request::AwaitRestart => {
                self.watch.get_or_insert_with(Watch::default);
                Ok(vec![Step::Open, Step::Judge(Judge::WatchRound)])
            }
        };
        match steps {
            Ok(steps) => {
                let evidence = if matches!(request, Request::Examine { .. }) {
                    self.learnt.clone()
                } else {
                    Evidence::default()
                };
                if !matches!(request, Request::Listen { .. }) {
                    self.unawaited.clear();
                }
                self.task = Some(Task::new(request, steps, evidence, passes_before, now));
                self.run(now);
            }
            Err(Refused::NoLink) => self.answer(Answer::Lost),
            Err(Refused::Because(fault)) => {
                self.answer(Answer::Fault(fault, Evidence::default()));
            }
        }
    }

    /// Moves nothing and sets nothing but the canary: the set-up goes out with the data it is for.
    ///
    /// The error that may be latched is asked for first, and where one is nothing more is asked: the next question
    /// could overwrite it.
    fn prepare(&mut self, setup: Setup) -> Result<Vec<Step>, Refused> {
        let beyond = (setup.duplex && !self.capabilities.duplex)
            || (setup.chip && !self.capabilities.contactless);
        if beyond {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        self.setup = Some(setup);
        self.loaded = None;
        self.learnt = Evidence::default();
        let mut steps = self.open();
        if self.has_port_status() {
            steps.push(Step::Port);
        }
        if self.knows(Word::LastAnswer) {
            steps.push(Step::Say(Word::LastAnswer));
        }
        steps.push(Step::Judge(Judge::NothingLatched));
        if self.knows(Word::Initiator) {
            steps.push(Step::Say(Word::Initiator));
            steps.push(Step::Judge(Judge::Canary));
        }
        steps.extend(self.question(Word::InEncoder));
        steps.extend(self.question(Word::Passes));
        steps.push(Step::Judge(Judge::Prepared));
        Ok(steps)
    }

    /// Opens, and lets late answers come: the next one could be taken for that of the next question.
    fn open(&self) -> Vec<Step> {
        let mut steps = vec![Step::Open];
        steps.extend(self.hear_out());
        steps
    }

    fn hear_out(&self) -> Option<Step> {
        self.out_of_step
            .then_some(Step::Hear(self.options.limits.gap))
    }

    pub(super) fn question(&self, word: Word) -> Option<Step> {
        self.knows(word).then_some(Step::Say(word))
    }

    fn has_port_status(&self) -> bool {
        self.one_way() || self.options.transport == Transport::Usb
    }

    /// One reading of `Examine`. `E` is no part of it: by then it would repeat another question's answer.
    pub(super) fn reading(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = [Word::Passes, Word::InEncoder, Word::Initiator]
            .into_iter()
            .filter_map(|word| self.question(word))
            .collect();
        if self.one_way() {
            steps.push(Step::Port);
        }
        steps
    }

    /// A latched error is not told here: it stands until `.`, whatever a hand has mended meanwhile, and who waits
    /// for it to go would wait for ever. The counters come before `E`, which is asked only for a sign of life.
    fn status(&self) -> Vec<Step> {
        let mut steps = self.open();
        let passes = self.question(Word::Passes);
        if passes.is_none() {
            steps.extend(self.question(Word::LastAnswer));
        }
        steps.extend(passes);
        steps.extend(self.question(Word::InEncoder));
        steps.push(Step::Judge(Judge::Told));
        steps
    }

    /// Set-up and the front's data. Nothing of it feeds \[doc\].
    fn load(&mut self, image: &CardImage) -> Result<Vec<Step>, Refused> {
        self.in_step()?;
        let setup = self.setup.ok_or(Refused::Because(Fault::OutOfStep))?;
        if image.back.is_some() && !self.capabilities.duplex {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        let front = downloads(
            &image.front,
            setup.ribbon,
            false,
            &self.recipe(false),
            &self.options.separation,
        )
        .map_err(cannot_pack)?;
        let out = !setup.hold;
        let back = match &image.back {
            None => None,
            Some(side) => {
                let recipe = self.recipe(self.model.back_turned);
                let side = downloads(side, setup.ribbon, true, &recipe, &self.options.separation)
                    .map_err(cannot_pack)?;
                let print = print(&side, out);
                Some((self.data(side), print))
            }
        };
        self.loaded = Some(Loaded {
            front: print(&front, out && back.is_none()),
            back,
            flipped: false,
        });
        let mut steps = self.set_up(setup.ribbon);
        steps.extend(self.data(front));
        steps.extend(self.one_way_end());
        steps.push(Step::Judge(Judge::Done));
        Ok(steps)
    }

    /// Never `.` nor `MC`: the one may resume a stopped string \[unknown\], the other moves a card.
    fn set_up(&self, ribbon: Ribbon) -> Vec<Step> {
        let heat = &self.options.heat;
        let number = self.options.ribbon_number.unwrap_or(match ribbon {
            Ribbon::Ymcko | Ribbon::Ymckok => 0,
            Ribbon::K => 4,
        });
        let mut words = vec![Word::Axis, Word::Ribbon(number)];
        words.extend(
            Dye::ALL
                .iter()
                .zip(heat.contrast)
                .map(|(dye, level)| Word::Contrast(*dye, level)),
        );
        words.extend(
            Dye::ALL
                .iter()
                .zip(heat.intensity)
                .map(|(dye, level)| Word::Intensity(*dye, level)),
        );
        words.push(Word::ResinIntensity(heat.resin));
        words.push(Word::VarnishIntensity(heat.varnish));
        if self.model.reject_hopper {
            // Else rejects of printing fall among the good cards [doc: P420].
            words.push(Word::RouteRejects);
        }
        words.extend([Word::ClearColours, Word::ClearResin, Word::ClearVarnish]);
        words.into_iter().map(Step::Say).collect()
    }

    fn data(&self, side: Downloads) -> Vec<Step> {
        let (width, height) = self.capabilities.dots;
        let mut steps: Vec<Step> = side.dyes.into_iter().map(Step::Block).collect();
        steps.push(Step::Say(Word::Area {
            packed: self.options.compression,
            height,
            width,
        }));
        steps.push(Step::Block(side.resin));
        steps
    }

    /// What was sent one-way was taken if the port is still ready.
    fn one_way_end(&self) -> Vec<Step> {
        if self.one_way() {
            vec![Step::Port, Step::Judge(Judge::PortReady)]
        } else {
            Vec::new()
        }
    }

    fn stage(&mut self, stage: Stage) -> Result<Vec<Step>, Refused> {
        if !self.capabilities.stages.contains(&stage) || stage == Stage::Chip {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        match stage {
            Stage::Feed => {
                self.in_step()?;
                let setup = self.setup.ok_or(Refused::Because(Fault::OutOfStep))?;
                // Without a chip the string itself feeds.
                let dock = setup.chip.then_some(Move::DockContactless);
                Ok(self.moves(dock.map(Word::Placeholder)))
            }
            Stage::Park => {
                self.in_step()?;
                Ok(self.moves(Some(Word::Placeholder(Move::ToPrintReady))))
            }
            Stage::Reject => {
                self.in_step()?;
                Ok(self.moves(Some(Word::Placeholder(Move::Reject))))
            }
            Stage::Face => self.face(),
            Stage::Finish => self.finish(),
            Stage::Eject => {
                self.alive()?;
                let mut steps = Vec::from_iter(self.hear_out());
                steps.extend(self.moves(Some(Word::Eject)));
                Ok(steps)
            }
            Stage::Clear => {
                self.alive()?;
                let mut steps = Vec::from_iter(self.hear_out());
                steps.push(Step::Say(Word::Clear));
                steps.push(Step::Pause(self.options.limits.cleared));
                steps.extend(self.one_way_end());
                steps.push(Step::Judge(Judge::Rested));
                Ok(steps)
            }
            // Refused above.
            Stage::Chip => Ok(vec![Step::Judge(Judge::Done)]),
        }
    }

    fn moves(&self, word: Option<Word>) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(word) = word {
            steps.push(Step::Say(word));
            if self.one_way() {
                steps.push(Step::PortWatch(self.options.limits.quiet));
            }
        }
        steps.push(Step::Judge(Judge::Done));
        steps
    }

    /// The front's string, the flip, and the back's data. One side has no part of the face before its last.
    fn face(&mut self) -> Result<Vec<Step>, Refused> {
        self.in_step()?;
        let loaded = self
            .loaded
            .as_mut()
            .filter(|loaded| !loaded.flipped)
            .ok_or(Refused::Because(Fault::OutOfStep))?;
        let front = loaded.front;
        let Some((data, _)) = &mut loaded.back else {
            return Ok(vec![Step::Judge(Judge::Done)]);
        };
        let data = std::mem::take(data);
        loaded.flipped = true;
        let mut steps = self.guard();
        steps.push(Step::Say(Word::Print(front)));
        if self.one_way() {
            steps.push(Step::PortWatch(self.options.limits.motion));
        }
        steps.push(Step::Say(Word::Flip));
        if self.one_way() {
            // Nothing may wait behind a move that can fail: it would run when a hand clears the error.
            steps.push(Step::PortWatch(self.options.limits.quiet));
        }
        if self.options.clear_between_sides {
            steps.push(Step::Say(Word::ClearResin));
        }
        steps.extend(data);
        steps.extend(self.question(Word::Passes));
        steps.extend(self.one_way_end());
        steps.push(Step::Judge(Judge::Printed));
        Ok(steps)
    }

    /// The one string that prints what is left of the face.
    fn finish(&mut self) -> Result<Vec<Step>, Refused> {
        self.in_step()?;
        let loaded = self
            .loaded
            .take()
            .ok_or(Refused::Because(Fault::OutOfStep))?;
        let print = match (&loaded.back, loaded.flipped) {
            (None, _) => loaded.front,
            (Some((_, back)), true) => *back,
            (Some(_), false) => return Err(Refused::Because(Fault::OutOfStep)),
        };
        let mut steps = self.guard();
        steps.push(Step::Say(Word::Print(print)));
        if self.one_way() {
            let limits = &self.options.limits;
            steps.push(Step::PortWatch(limits.motion + limits.quiet));
            steps.push(Step::Judge(Judge::OneWayFinished));
            return Ok(steps);
        }
        steps.extend(self.question(Word::Passes));
        steps.extend(self.question(Word::Initiator));
        steps.push(Step::Judge(Judge::Printed));
        Ok(steps)
    }

    /// What is asked before a string, where it can be. A serial line outlives the printer's power, and its buffers
    /// do not: a blank card would count as a finished one. The counter, which answers in text, also shows that no
    /// late ACK will be taken for the string's.
    fn guard(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.knows(Word::Initiator) {
            steps.push(Step::Say(Word::Initiator));
            steps.push(Step::Judge(Judge::PowerKept));
        }
        if self.knows(Word::Passes) {
            steps.push(Step::Say(Word::Passes));
            steps.push(Step::Judge(Judge::Unchanged));
        }
        steps
    }

    /// Stages need the connection that was prepared or listened on.
    fn alive(&self) -> Result<(), Refused> {
        match self.line {
            Line::Up => Ok(()),
            Line::Down | Line::Opening => Err(Refused::NoLink),
        }
    }

    /// What feeds or prints is not begun while an answer may come that is not its own.
    fn in_step(&self) -> Result<(), Refused> {
        self.alive()?;
        if self.out_of_step {
            Err(Refused::Because(Fault::OutOfStep))
        } else {
            Ok(())
        }
    }

    /// Whether half of one of the stage's commands may stand in the printer, which our next end of line would
    /// complete. USB sends such a command in one packet, TCP in one segment \[inferred\].
    pub(super) fn half_command(&self, after: Option<Stage>) -> bool {
        let serial = self.options.transport == Transport::Serial;
        serial && self.unanswered && after.is_some_and(|stage| stage != Stage::Chip)
    }

    /// Whether the printer may be inside a download: before the intent of its string, or on the back's data.
    pub(super) fn half_block(&self, after: Option<Stage>) -> bool {
        let data = matches!(after, None | Some(Stage::Feed | Stage::Park | Stage::Face));
        self.block_unanswered && data
    }
}

/// How one side is printed.
fn print(side: &Downloads, out: bool) -> Print {
    Print {
        dyes: !side.dyes.is_empty(),
        varnish: side.varnish,
        out,
    }
}

fn cannot_pack(error: RasterError) -> Refused {
    Refused::Because(match error {
        RasterError::Size { .. } | RasterError::NoDye => Fault::BadParameter,
        RasterError::OverlayShape => Fault::OptionAbsent,
    })
}

/// Why a request is answered by us: the printer is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refused {
    NoLink,
    Because(Fault),
}
