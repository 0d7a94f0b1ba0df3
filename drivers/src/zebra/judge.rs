//! What answers mean for the request in flight, and what is decided between its steps.

use super::Zebra;
use super::status::{Said, passes, port_fault, repeated};
use super::task::Step;
use super::wire::Word;
use crate::contract::{
    Answer, Event, Evidence, Fault, LastAnswer, Moment, Place, Power, Request, Status,
};

/// A decision between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// No error is latched.
    NothingLatched,
    /// The canary lives, or it is set.
    Canary,
    /// The canary lives.
    PowerKept,
    /// All is read before a card.
    Prepared,
    /// No pass was counted since the counter was last read.
    Unchanged,
    /// The stage was answered.
    Done,
    /// A string was answered, and counted where that can be read.
    Printed,
    /// The time of a string that nobody answers is over.
    OneWayFinished,
    /// One-way: the port is ready.
    PortReady,
    /// The time after a cleared error is over.
    Rested,
    /// A stage's fault, with what could be read after it.
    Failed,
    /// Status is read.
    Told,
    /// Who it is.
    Identified,
    /// What waited after a doubt.
    WhatWaited,
    /// The last answer is worth asking for.
    AskLast,
    /// The last answer may have been a string's own, with the question's still to come.
    HearOn,
    /// What can be heard is heard.
    Listened,
    /// First reading of the evidence.
    FirstReading,
    /// Second one.
    Settled,
    /// One round of waiting for a printer to be switched off and on.
    WatchRound,
    /// What the round's look at the port showed.
    WatchedPort,
}

/// What an answer means for the step that awaited it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Next,
    /// It belongs to something else; the awaited one may still come.
    Surplus,
    Stop(Fault),
}

impl Zebra {
    /// Learns from one answer.
    pub(super) fn learn(&mut self, word: Word, said: Said) -> Outcome {
        match word {
            Word::LastAnswer => self.learn_last(&repeated(said)),
            Word::Passes => self.learn_passes(said),
            Word::InEncoder => self.learn_encoder(said),
            Word::Initiator => self.learn_initiator(said),
            Word::Clear
            | Word::SetInitiator(_)
            | Word::Axis
            | Word::Ribbon(_)
            | Word::Contrast(..)
            | Word::Intensity(..)
            | Word::ResinIntensity(_)
            | Word::VarnishIntensity(_)
            | Word::RouteRejects
            | Word::ClearColours
            | Word::ClearResin
            | Word::ClearVarnish
            | Word::Area { .. }
            | Word::Print(_)
            | Word::Flip
            | Word::Eject
            | Word::Placeholder(_) => match said {
                Said::Ok => Outcome::Next,
                Said::Fault(fault) => Outcome::Stop(fault),
                Said::InEncoder(_) | Said::Text(_) | Said::Broken => {
                    Outcome::Stop(Fault::OutOfStep)
                }
            },
        }
    }

    fn learn_last(&mut self, said: &Said) -> Outcome {
        let Some(task) = &mut self.task else {
            return Outcome::Next;
        };
        if task.listens() {
            task.note_last(said);
            self.unanswered = false;
            self.block_unanswered = false;
        } else if let Some(fault) = &task.fault {
            if *said != Said::Fault(fault.clone()) {
                task.evidence.last = LastAnswer::Unknown;
            }
        } else if matches!(task.request, Request::AwaitRestart) {
            self.watch_answered(None);
        } else if let Said::Fault(fault) = said {
            task.noted.push(fault.clone());
        }
        Outcome::Next
    }

    /// Whether an answer of another kind is let go or ends the stage.
    fn other_kind(&self) -> Outcome {
        if self.task.as_ref().is_none_or(super::task::Task::only_asks) {
            Outcome::Surplus
        } else {
            Outcome::Stop(Fault::OutOfStep)
        }
    }

    fn learn_passes(&mut self, said: Said) -> Outcome {
        let counted = match said {
            Said::Text(text) => passes(&text),
            Said::Fault(fault) => {
                if self.task.as_ref().is_some_and(|task| !task.only_asks()) {
                    return Outcome::Stop(fault);
                }
                None
            }
            Said::Ok | Said::InEncoder(_) | Said::Broken => return self.other_kind(),
        };
        self.passes = counted;
        let Some(task) = &mut self.task else {
            return Outcome::Next;
        };
        task.evidence.panels = counted;
        if matches!(task.request, Request::AwaitRestart) {
            match counted {
                Some(_) => self.watch_answered(counted),
                None => self.watch_heard(),
            }
        }
        Outcome::Next
    }

    fn learn_encoder(&mut self, said: Said) -> Outcome {
        let place = match said {
            Said::InEncoder(true) => Place::Path,
            // Not there is anywhere else.
            Said::InEncoder(false) | Said::Fault(_) => Place::Unknown,
            Said::Ok | Said::Text(_) | Said::Broken => return self.other_kind(),
        };
        if let Some(task) = &mut self.task {
            task.evidence.place = place;
        }
        Outcome::Next
    }

    /// How the report is spelt is \[unknown\]: the character alone is read as alive, nothing or another one as gone,
    /// and every longer text proves nothing.
    fn learn_initiator(&mut self, said: Said) -> Outcome {
        let ours = self.options.canary.map(char::from);
        let power = match said {
            Said::Text(text) => {
                let mut letters = text.chars();
                match (letters.next(), letters.next()) {
                    (letter, None) if letter == ours => Power::Kept,
                    (_, None) => Power::Lost,
                    (_, Some(_)) => Power::Unknown,
                }
            }
            Said::Ok => Power::Lost,
            Said::Fault(_) => Power::Unknown,
            Said::InEncoder(_) | Said::Broken => return self.other_kind(),
        };
        let Some(task) = &mut self.task else {
            return Outcome::Next;
        };
        // Lost stays lost within one examination.
        let examines = matches!(task.request, Request::Examine { .. });
        if !(examines && task.evidence.power == Power::Lost) {
            task.evidence.power = power;
        }
        if matches!(task.request, Request::AwaitRestart) {
            self.watch_canary(power);
        }
        Outcome::Next
    }

    /// Decides; may add steps or end the request.
    pub(super) fn judge(&mut self, judge: Judge, now: Moment) {
        let Some(task) = &mut self.task else { return };
        match judge {
            Judge::NothingLatched => {
                let port = task.port.flatten().map_or(Ok(()), port_fault);
                let noted = task.noted.first().cloned().or(port.err());
                // A link that answers neither in words nor by its port proves nothing about any card.
                let mute =
                    self.options.replies == super::Replies::OneWay && task.port.flatten().is_none();
                if let Some(fault) = noted.or(mute.then_some(Fault::OptionAbsent)) {
                    self.fault(fault);
                }
            }
            Judge::Canary => self.judge_canary(),
            Judge::PowerKept => {
                if task.evidence.power != Power::Kept {
                    self.fault(Fault::SettingRefused);
                }
            }
            Judge::Prepared => {
                let inside = task.evidence.place.inside() == Some(true);
                let expected = self.setup.is_some_and(|setup| setup.card_inside);
                let uncounted = task.evidence.panels.is_none();
                if inside && !expected {
                    self.fault(Fault::CardInside);
                } else if uncounted && self.knows(Word::Passes) {
                    // A baseline that is not known proves nothing later.
                    self.fault(Fault::OutOfStep);
                } else {
                    self.done(LastAnswer::Ok);
                }
            }
            Judge::Unchanged => {
                let counted = task.evidence.panels;
                if counted.is_none() || counted != task.passes_before {
                    self.fault(Fault::OutOfStep);
                }
            }
            Judge::Done => self.done(LastAnswer::Ok),
            Judge::Printed => self.judge_printed(),
            Judge::OneWayFinished => {
                if self.options.single_card {
                    self.done(LastAnswer::Unknown);
                } else {
                    let waited = now.since(task.since);
                    self.answer(Answer::Silent { waited });
                }
            }
            Judge::PortReady => {
                let port = task
                    .port
                    .flatten()
                    .map_or(Err(Fault::OutOfStep), port_fault);
                if let Err(fault) = port {
                    self.fault(fault);
                }
            }
            Judge::Rested => {
                // A string that resumed would answer in this time.
                if task.surplus {
                    self.fault(Fault::OutOfStep);
                } else {
                    self.done(LastAnswer::Ok);
                }
            }
            Judge::Failed => {
                let fault = task.fault.take().unwrap_or(Fault::OutOfStep);
                task.evidence.lid_open = (fault == Fault::CoverOpen).then_some(true);
                let evidence = std::mem::take(&mut task.evidence);
                self.answer(Answer::Fault(fault, evidence));
            }
            Judge::Told => {
                let evidence = std::mem::take(&mut task.evidence);
                self.tell(Event::Status(Status {
                    evidence: evidence.clone(),
                    faults: Vec::new(),
                }));
                self.answer(Answer::Done(evidence));
            }
            Judge::Identified => {
                let identity = self.identity();
                self.tell(Event::Identity(identity));
                self.answer(Answer::Done(Evidence::default()));
            }
            Judge::WhatWaited => self.judge_what_waited(),
            Judge::AskLast => {
                if !task.spoiled {
                    let asked = self.question(Word::LastAnswer);
                    let hear_on = asked.is_some().then_some(Step::Judge(Judge::HearOn));
                    if let Some(task) = &mut self.task {
                        task.first(asked.into_iter().chain(hear_on));
                    }
                }
            }
            Judge::HearOn => {
                let limits = &self.options.limits;
                let time = if task.late { limits.short } else { limits.hear };
                task.first([Step::Hear(time)]);
            }
            Judge::Listened => self.judge_listened(),
            Judge::FirstReading => {
                let Request::Examine { apart } = task.request else {
                    return;
                };
                task.first_reading = Some((task.evidence.clone(), task.port));
                task.evidence.panels = None;
                task.evidence.place = Place::Unknown;
                task.port = None;
                task.first([Step::Pause(apart)]);
                let again = self.reading();
                if let Some(task) = &mut self.task {
                    task.steps.extend(again);
                    task.steps.push_back(Step::Judge(Judge::Settled));
                }
            }
            Judge::Settled => {
                let second = (task.evidence.clone(), task.port);
                let mut evidence = std::mem::take(&mut task.evidence);
                evidence.settled = task.first_reading.as_ref() == Some(&second) && !task.surplus;
                self.answer(Answer::Done(evidence));
            }
            Judge::WatchRound => self.watch_round(now),
            Judge::WatchedPort => self.watched_port(),
        }
        self.run(now);
    }

    fn judge_canary(&mut self) {
        let Some(task) = &mut self.task else { return };
        if task.evidence.power == Power::Kept {
            return;
        }
        // Under a card it is never set again: bytes that are still on their way when the power goes would set it
        // in the printer that has just started, and nobody would know.
        let under_card = self.setup.is_some_and(|setup| setup.card_inside);
        match self.options.canary {
            Some(with) if !under_card => task.first([
                Step::Say(Word::SetInitiator(with)),
                Step::Say(Word::Initiator),
                Step::Judge(Judge::PowerKept),
            ]),
            Some(_) | None => self.fault(Fault::SettingRefused),
        }
    }

    /// The canary and the counter behind the string: a printer that lost its power before it answers too.
    fn judge_printed(&mut self) {
        let canary = self.options.canary.is_some();
        let counts = self.knows(Word::Passes);
        let Some(task) = &mut self.task else { return };
        let uncounted = counts && task.evidence.panels.is_none();
        if canary && task.evidence.power != Power::Kept {
            self.fault(Fault::SettingRefused);
        } else if uncounted {
            self.fault(Fault::OutOfStep);
        } else if self.one_way() {
            self.done(LastAnswer::Unknown);
        } else {
            self.done(LastAnswer::Ok);
        }
    }

    fn judge_what_waited(&mut self) {
        let Some(task) = &mut self.task else { return };
        let Request::Listen { after } = task.request else {
            return;
        };
        let heard = task.waited > 0 || !self.unawaited.is_empty();
        // What waited before the request is older than what was heard within it.
        let heard_now = task.evidence.clone();
        for reply in std::mem::take(&mut self.unawaited) {
            task.note_last(&super::status::classify(&reply));
        }
        if task.waited > 0 {
            task.evidence = heard_now;
        }
        if self.one_way() {
            let steps = [Step::Port, Step::Judge(Judge::Listened)];
            if let Some(task) = &mut self.task {
                task.first(steps);
            }
            return;
        }
        let mut steps = Vec::new();
        if self.half_block(after) {
            steps.push(Step::Stalled);
        }
        if !heard && self.half_command(after) {
            steps.push(Step::Spoil);
        }
        steps.push(Step::Judge(Judge::AskLast));
        steps.extend(self.question(Word::Initiator));
        steps.push(Step::Judge(Judge::Listened));
        if let Some(task) = &mut self.task {
            // What was answered in this life needs no time to run.
            task.doubt &= self.unanswered;
            task.first(steps);
        }
    }

    fn judge_listened(&mut self) {
        let knows_e = self.options.knows_e;
        let Some(task) = &mut self.task else { return };
        if !knows_e && task.evidence.last == LastAnswer::Unknown && !task.spoiled {
            // Heard on this link in this life: as good as its repetition.
            task.evidence.last = self.answered.clone();
        }
        if task.spoiled || (self.cleared && task.evidence.last == LastAnswer::Ok) {
            // The answer to the spoiler, or to `.`: the string's own is gone.
            task.evidence.last = LastAnswer::Unknown;
        }
        let port = task.port.flatten().map_or(Ok(()), port_fault);
        let fault = match &task.evidence.last {
            LastAnswer::Fault(fault) if stands_in_the_way(fault) => Some(fault.clone()),
            LastAnswer::Fault(_) | LastAnswer::Ok | LastAnswer::Unknown => port.err(),
        };
        task.evidence.lid_open = (fault == Some(Fault::CoverOpen)).then_some(true);
        self.learnt = task.evidence.clone();
        let evidence = std::mem::take(&mut task.evidence);
        self.answer(match fault {
            Some(fault) => Answer::Fault(fault, evidence),
            None => Answer::Done(evidence),
        });
    }

    fn done(&mut self, last: LastAnswer) {
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            last,
            ..std::mem::take(&mut task.evidence)
        };
        self.answer(Answer::Done(evidence));
    }

    /// A fault of our own judgement, or one that a question told: no command of the stage was refused.
    pub(super) fn fault(&mut self, fault: Fault) {
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            last: LastAnswer::Unknown,
            ..std::mem::take(&mut task.evidence)
        };
        self.answer(Answer::Fault(fault, evidence));
    }
}

/// Whether a last answer is a fact about the printer that a person must hear of. An empty feeder is read by the
/// custody rows; what a command of ours was refused for is no fact about the printer.
fn stands_in_the_way(fault: &Fault) -> bool {
    match fault {
        Fault::CardJam
        | Fault::MechanicalTimeout
        | Fault::HeadFailure
        | Fault::CoverOpen
        | Fault::RibbonEnd
        | Fault::RibbonUnreadable
        | Fault::FeederOrRibbonEnd
        | Fault::FeederJam
        | Fault::Overheated
        | Fault::MagneticChecksum
        | Fault::MagneticWrite
        | Fault::Firmware => true,
        Fault::FeederEmpty
        | Fault::FilmEnd
        | Fault::OutputFull
        | Fault::OutputDoorOpen
        | Fault::OutputFailure
        | Fault::RejectFull
        | Fault::CleaningDue
        | Fault::OptionAbsent
        | Fault::MagneticData
        | Fault::UnknownCommand
        | Fault::BadParameter
        | Fault::CardInside
        | Fault::ForeignService
        | Fault::SettingRefused
        | Fault::OtherUnit
        | Fault::OutOfStep
        | Fault::NotReady
        | Fault::Restarted
        | Fault::Hardware
        | Fault::GoodCardInReject
        | Fault::Unlisted(_) => false,
    }
}
