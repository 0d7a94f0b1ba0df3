//! What answers mean for the request in flight, and what is decided between its steps.

use super::Evolis;
use super::status::{Said, classify};
use super::task::Step;
use super::wire::{Counter, Handshake, Sensor, Word};
use crate::contract::{
    Answer, Event, Evidence, Fault, Gravity, LastAnswer, Moment, Place, Power, Request, Setup,
    Status, Told,
};

/// A decision between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// A reset is allowed: the path is empty.
    MayReset,
    /// All is read before a card.
    Prepared,
    /// The card came where it was sent.
    Fed,
    /// A card is inside, else the stage ends here.
    MustBeInside,
    /// The card is at the print start.
    Parked,
    /// The stage was answered.
    Done,
    /// Where it was to be held, an empty path is asked for once more.
    Held,
    /// The last part was ordered and the evidence read.
    Finished,
    /// A card is there to be ejected.
    MayEject,
    /// It has left, or holding must be ended first.
    EjectedOnce,
    /// It has left.
    Ejected,
    /// A card is there to be rejected.
    MayReject,
    /// It has left.
    Rejected,
    /// The path is empty.
    MayClear,
    /// A stage's fault, with what could be read after it.
    Failed,
    /// Status is read.
    Told,
    /// Who it is has been asked.
    Identified,
    /// What waited after a doubt.
    WhatWaited,
    /// The printer answers in step.
    InStep,
    /// The power's witness is heard.
    Listened,
    /// First reading of the evidence.
    FirstReading,
    /// Second one.
    Settled,
}

/// What an answer means for the step that awaited it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Next,
    /// Ask again; when that was done often enough, go on without.
    Again,
    Stop(Fault),
}

/// Error mode that the host sets: the host recovers \[doc\].
const MODE_HOST: u64 = 2;
/// The same with the ACK/NACK bit [inferred from the guide's bit list].
const MODE_HOST_ACK: u64 = 18;
/// The vendor's service supervises [code: evolis-sdk].
const MODE_SERVICE: u64 = 38;
/// Below it a sensor sees nothing, or the lid open. Unit: millivolts [code: Qt kiosk: 0,00 and 5,00; 1 V is
/// the threshold of its other sensors].
const LOW_MILLIVOLTS: u32 = 1000;
/// From it on the card sensor sees a card for sure. Unit: millivolts \[inferred\].
const HIGH_MILLIVOLTS: u32 = 4000;

/// The guide's word for a card inside, wherever it stands [doc; present is inferred].
const INSIDE_SOMEWHERE: &str = "ERR CARD";

impl Evolis {
    /// Learns from one answer.
    pub(super) fn learn(&mut self, word: Word, said: Said, now: Moment) -> Outcome {
        match word {
            Word::HostRecovers
            | Word::Hold(_)
            | Word::Ribbon(_)
            | Word::Begin
            | Word::ToContactless
            | Word::ToPrintStart
            | Word::Front
            | Word::Back
            | Word::End
            | Word::Reject
            | Word::ClearStatus
            | Word::Reset => match said {
                Said::Ok => {
                    self.host_recovers |= word == Word::HostRecovers;
                    Outcome::Next
                }
                Said::Fault(fault) => Outcome::Stop(fault),
                Said::Text(_) => Outcome::Stop(Fault::OutOfStep),
            },
            Word::ErrorMode => self.learn_mode(&said),
            Word::Serial
            | Word::LastAnswer
            | Word::Position
            | Word::RejectBox
            | Word::Voltage(_)
            | Word::RibbonMark
            | Word::RibbonLeft
            | Word::Count(_)
            | Word::Model
            | Word::Firmware
            | Word::RibbonSet
            | Word::Alive
            | Word::Echo(_) => self.learn_fact(word, said, now),
        }
    }

    fn learn_mode(&mut self, said: &Said) -> Outcome {
        let ack = self.options.handshake == Handshake::AckNack;
        let set = self.host_recovers;
        let Some(task) = &mut self.task else {
            return Outcome::Next;
        };
        // Before a preparation sets the mode, the question only looks for the vendor's service, which would be
        // overwritten unseen. Everywhere else the mode is the canary.
        let looks = matches!(task.request, Request::Prepare(_)) && !set;
        let listening = matches!(
            task.request,
            Request::Listen { .. } | Request::Examine { .. }
        );
        if matches!(task.request, Request::Examine { .. }) && task.evidence.power == Power::Lost {
            return Outcome::Next;
        }
        let mode = match said {
            Said::Ok => None,
            // Without its witness a cut counts as one of power; without its setting a card is not begun.
            Said::Fault(_) if listening => return Outcome::Next,
            Said::Fault(fault) => return Outcome::Stop(fault.clone()),
            Said::Text(text) => first_number(text),
        };
        match mode {
            None => Outcome::Again,
            Some(MODE_SERVICE) => Outcome::Stop(Fault::ForeignService),
            Some(_) if looks => Outcome::Next,
            Some(mode) if is_ours(mode, ack) => {
                // A canary that lives need not be set again before a move, and must not be: see `prepare`.
                self.host_recovers = true;
                task.evidence.power = Power::Kept;
                Outcome::Next
            }
            // 0 is what an unsaved mode falls back to [doc]; a stranger's value is no witness either.
            Some(_) if listening => {
                self.host_recovers = false;
                task.evidence.power = Power::Lost;
                Outcome::Next
            }
            Some(_) => {
                self.host_recovers = false;
                Outcome::Stop(Fault::SettingRefused)
            }
        }
    }

    fn learn_fact(&mut self, word: Word, said: Said, now: Moment) -> Outcome {
        let Some(task) = &mut self.task else {
            return Outcome::Next;
        };
        if word == Word::LastAnswer {
            task.note_last(&said);
            return Outcome::Next;
        }
        let evidence = &mut task.evidence;
        let text = match &said {
            Said::Text(text) => Some(text.as_str()),
            Said::Ok | Said::Fault(_) => None,
        };
        let mut outcome = Outcome::Next;
        match word {
            Word::Position => {
                evidence.place = place(&said);
                task.station_unnamed = text == Some(INSIDE_SOMEWHERE);
            }
            Word::RejectBox => {
                evidence.reject_full = match text {
                    Some("CARD") => Some(true),
                    Some("NO CARD") => Some(false),
                    Some(_) | None => None,
                };
            }
            Word::Voltage(sensor) => match (sensor, text.and_then(millivolts)) {
                (_, None) => {}
                (Sensor::Cover, Some(mv)) => evidence.lid_open = Some(mv < LOW_MILLIVOLTS),
                (Sensor::Feeder, Some(mv)) => evidence.feeder_filled = Some(mv >= LOW_MILLIVOLTS),
                (Sensor::Card, Some(mv)) => {
                    evidence.place = second_opinion(evidence.place, mv);
                }
            },
            Word::RibbonMark => {
                // A model without the question cannot see the mark.
                let blind = matches!(
                    said,
                    Said::Fault(Fault::UnknownCommand | Fault::OptionAbsent)
                );
                if said != Said::Ok && !blind {
                    task.noted.push(Fault::RibbonEnd);
                }
                return Outcome::Next;
            }
            Word::RibbonLeft => {
                evidence.ribbon_left = text.and_then(number);
                match evidence.ribbon_left {
                    Some(left) => {
                        self.ribbon_read = Some((now, Some(left)));
                        if left == 0 {
                            task.noted.push(Fault::RibbonEnd);
                        }
                    }
                    None if matches!(said, Said::Fault(_)) => {
                        self.ribbon_read = Some((now, None));
                    }
                    None => outcome = Outcome::Again,
                }
            }
            Word::Count(counter) => {
                let counted = text.and_then(number);
                match counter {
                    Counter::Cards => evidence.cards = counted,
                    Counter::Panels => evidence.panels = counted,
                }
                if counted.is_none() && !matches!(said, Said::Fault(_)) {
                    outcome = Outcome::Again;
                }
            }
            Word::Serial => match text {
                Some(serial) => {
                    evidence.unit = Some(serial.to_owned());
                    self.identity.serial = Told::Told(serial.to_owned());
                }
                None if said == Said::Ok => outcome = Outcome::Again,
                None => {}
            },
            Word::Model => {
                if let Some(text) = text {
                    self.identity.other_model = self.model.contradicts(text);
                    self.identity.model = Told::Told(text.to_owned());
                }
                return Outcome::Next;
            }
            Word::Firmware => {
                self.identity.firmware = told(text);
                return Outcome::Next;
            }
            Word::RibbonSet => {
                self.identity.ribbon = told(text);
                return Outcome::Next;
            }
            Word::HostRecovers
            | Word::ErrorMode
            | Word::Hold(_)
            | Word::Ribbon(_)
            | Word::LastAnswer
            | Word::Begin
            | Word::ToContactless
            | Word::ToPrintStart
            | Word::Front
            | Word::Back
            | Word::End
            | Word::Reject
            | Word::ClearStatus
            | Word::Reset
            | Word::Alive
            | Word::Echo(_) => {}
        }
        if let Said::Fault(fault) = said {
            let ours = matches!(fault, Fault::UnknownCommand | Fault::OptionAbsent);
            if !ours && fault.gravity() != Gravity::Report {
                task.noted.push(fault);
            }
        }
        outcome
    }

    /// Decides; may add steps or end the request.
    pub(super) fn judge(&mut self, judge: Judge, now: Moment) {
        let must_reset = self.planes_may_wait && !self.begins_without_reset();
        let Some(task) = &mut self.task else { return };
        let place = task.evidence.place;
        let inside = place.inside();
        let doubtful = task.noted.first().cloned().unwrap_or(Fault::OutOfStep);
        match judge {
            Judge::MayReset => {
                // Never with a card inside, nor where that cannot be told; what follows then says why.
                if place == Place::Empty {
                    task.first([Step::Reset]);
                }
            }
            Judge::Prepared => {
                let setup = self.setup.expect("set when the request came");
                // The reset was left out because the place could not be told then: what waits in memory would
                // reach another person's card.
                let waiting = must_reset && !setup.card_inside;
                match unprepared(&task.evidence, &task.noted, setup) {
                    None if waiting => self.fault(Fault::OutOfStep),
                    None => self.done(LastAnswer::Ok),
                    Some(fault) => self.fault(fault),
                }
            }
            Judge::Fed => {
                let chip = self.setup.is_some_and(|setup| setup.chip);
                let wanted = if chip {
                    Place::Contactless
                } else {
                    Place::Path
                };
                // In the guide's words a card is inside and no station has a name: the move's own answer and the
                // reader at the station say where.
                let perhaps = chip && task.station_unnamed && place == Place::Path;
                self.done_if(place == wanted || perhaps, doubtful);
            }
            Judge::Parked => self.done_if(place == Place::Path, doubtful),
            Judge::MustBeInside => {
                if inside != Some(true) {
                    self.fault(doubtful);
                }
            }
            Judge::Done => self.done(LastAnswer::Ok),
            Judge::Held => {
                // A late answer to the end itself reads like an empty path.
                let held = self.setup.is_some_and(|setup| setup.hold);
                if held && inside == Some(false) {
                    task.first([Step::Say(Word::Position)]);
                }
            }
            Judge::Finished => {
                self.planes_may_wait = false;
                self.done(LastAnswer::Ok);
            }
            Judge::MayEject => match inside {
                Some(true) => task.first([
                    Step::Say(Word::End),
                    // A printer that lost its power before may have thrown the card out by itself and
                    // taken another for this command.
                    Step::Say(Word::ErrorMode),
                    Step::Say(Word::Position),
                    Step::Judge(Judge::EjectedOnce),
                ]),
                Some(false) => self.done(LastAnswer::Unknown),
                None => self.fault(doubtful),
            },
            Judge::EjectedOnce if inside == Some(true) && self.model.hold => task.first([
                Step::Say(Word::Hold(false)),
                Step::Say(Word::End),
                Step::Say(Word::ErrorMode),
                Step::Say(Word::Position),
                Step::Judge(Judge::Ejected),
            ]),
            Judge::EjectedOnce | Judge::Ejected | Judge::Rejected => match inside {
                Some(false) => self.done(LastAnswer::Ok),
                Some(true) => self.fault(Fault::CardInside),
                None => self.fault(doubtful),
            },
            Judge::MayReject => match (inside, task.evidence.reject_full) {
                (Some(true), Some(true)) => self.fault(Fault::RejectFull),
                (Some(true), Some(false) | None) => task.first([
                    Step::Say(Word::Reject),
                    // A printer that lost its power, and the card with it, answers the reject too.
                    Step::Say(Word::ErrorMode),
                    Step::Say(Word::Position),
                    Step::Judge(Judge::Rejected),
                ]),
                (Some(false), _) => self.fault(Fault::OutOfStep),
                (None, _) => self.fault(doubtful),
            },
            Judge::MayClear => match inside {
                Some(false) => {
                    task.first([Step::Say(Word::ClearStatus), Step::Judge(Judge::Done)]);
                }
                Some(true) => self.fault(Fault::CardInside),
                None => self.fault(doubtful),
            },
            Judge::Failed => {
                let fault = task.fault.take().unwrap_or(doubtful);
                let evidence = std::mem::take(&mut task.evidence);
                self.answer(Answer::Fault(fault, evidence));
            }
            Judge::Told => self.told_status(),
            Judge::Identified => {
                let evidence = std::mem::take(&mut task.evidence);
                let identity = self.identity.clone();
                self.tell(Event::Identity(identity));
                self.answer(Answer::Done(evidence));
            }
            Judge::WhatWaited => self.judge_what_waited(),
            Judge::InStep => task.first([Step::Say(Word::ErrorMode), Step::Judge(Judge::Listened)]),
            Judge::Listened => {
                self.learnt = task.evidence.clone();
                let evidence = std::mem::take(&mut task.evidence);
                self.answer(Answer::Done(evidence));
            }
            Judge::FirstReading => {
                let Request::Examine { apart } = task.request else {
                    return;
                };
                task.first_reading = Some(task.evidence.clone());
                forget_reading(&mut task.evidence);
                task.first([Step::Pause(apart)]);
                let again = self.reading(false);
                if let Some(task) = &mut self.task {
                    task.steps.extend(again);
                    task.steps.push_back(Step::Judge(Judge::Settled));
                }
            }
            Judge::Settled => {
                let evidence = &mut task.evidence;
                evidence.settled = task.first_reading.as_ref() == Some(evidence);
                let evidence = std::mem::take(evidence);
                self.answer(Answer::Done(evidence));
            }
        }
        self.run(now);
    }

    fn judge_what_waited(&mut self) {
        let Some(task) = &mut self.task else { return };
        let mut waited: Vec<_> = self.unawaited.drain(..).collect();
        waited.append(&mut task.waited);
        for reply in &waited {
            task.note_last(&classify(reply));
        }
        let Request::Listen { after } = task.request else {
            return;
        };
        let spoil = waited.is_empty() && self.half_command(after);
        let first = if spoil {
            Step::Spoil
        } else {
            Step::Say(Word::LastAnswer)
        };
        if let Some(task) = &mut self.task {
            task.first([first, Step::Echo, Step::Judge(Judge::InStep)]);
        }
    }

    fn told_status(&mut self) {
        let Some(task) = &mut self.task else { return };
        let mut evidence = std::mem::take(&mut task.evidence);
        let mut faults = std::mem::take(&mut task.noted);
        if evidence.ribbon_left.is_none() {
            evidence.ribbon_left = self.ribbon_read.and_then(|(_, left)| left);
        }
        let signs = [
            (evidence.lid_open == Some(true), Fault::CoverOpen),
            (evidence.feeder_filled == Some(false), Fault::FeederEmpty),
            (evidence.reject_full == Some(true), Fault::RejectFull),
            (evidence.ribbon_left == Some(0), Fault::RibbonEnd),
            // Two witnesses that disagree stand in the way of the next card: somebody must look inside.
            (evidence.place == Place::Unknown, Fault::OutOfStep),
        ];
        faults.extend(signs.into_iter().filter(|(seen, _)| *seen).map(|(_, f)| f));
        faults.sort();
        faults.dedup();
        self.tell(Event::Status(Status {
            evidence: evidence.clone(),
            faults,
        }));
        self.answer(Answer::Done(evidence));
    }

    fn done_if(&mut self, good: bool, otherwise: Fault) {
        if good {
            self.done(LastAnswer::Ok);
        } else {
            self.fault(otherwise);
        }
    }

    fn done(&mut self, last: LastAnswer) {
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            last,
            ..std::mem::take(&mut task.evidence)
        };
        self.answer(Answer::Done(evidence));
    }

    /// A fault of our own judgement: no command of the stage was refused.
    fn fault(&mut self, fault: Fault) {
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            last: LastAnswer::Unknown,
            ..std::mem::take(&mut task.evidence)
        };
        self.answer(Answer::Fault(fault, evidence));
    }
}

/// Whether the mode is the one that the host sets.
fn is_ours(mode: u64, ack: bool) -> bool {
    mode == MODE_HOST || (ack && mode == MODE_HOST_ACK)
}

/// What would make a feed pointless.
fn unprepared(evidence: &Evidence, noted: &[Fault], setup: Setup) -> Option<Fault> {
    let inside = evidence.place.inside();
    if setup.card_inside {
        let lost = inside != Some(true);
        let lid = evidence.lid_open == Some(true);
        let uncounted = evidence.cards.is_none() || evidence.panels.is_none();
        return lid
            .then_some(Fault::CoverOpen)
            .or((lost || uncounted).then_some(Fault::OutOfStep));
    }
    let uncounted = evidence.cards.is_none() || evidence.panels.is_none();
    let signs = [
        (inside == Some(true), Fault::CardInside),
        (evidence.lid_open == Some(true), Fault::CoverOpen),
        (evidence.feeder_filled == Some(false), Fault::FeederEmpty),
    ];
    signs
        .into_iter()
        .find_map(|(seen, fault)| seen.then_some(fault))
        .or_else(|| noted.first().cloned())
        // A baseline that is not known proves nothing later.
        .or((inside.is_none() || uncounted).then_some(Fault::OutOfStep))
}

/// What the answer to `Rlr;p` says [code: Qt kiosk, evolis delivery note; the guide's words doc, inferred].
fn place(said: &Said) -> Place {
    match said {
        Said::Ok => Place::Empty,
        Said::Fault(_) => Place::Unknown,
        Said::Text(text) => match text.as_str() {
            "NO CARD" => Place::Empty,
            "CARD" | INSIDE_SOMEWHERE => Place::Path,
            "SMART CARD" => Place::Contact,
            "CONTACTLESS CARD" => Place::Contactless,
            _ => Place::Unknown,
        },
    }
}

/// The card sensor sits in the print path: at a station it has no say. Two witnesses that disagree are none.
fn second_opinion(place: Place, millivolts: u32) -> Place {
    match place {
        Place::Empty if millivolts >= HIGH_MILLIVOLTS => Place::Unknown,
        Place::Path if millivolts < LOW_MILLIVOLTS => Place::Unknown,
        Place::Unknown | Place::Empty | Place::Path | Place::Contact | Place::Contactless => place,
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `Rem` tells current and saved mode; what stands between them is \[unknown\].
fn first_number(text: &str) -> Option<u64> {
    text.split([' ', ',', ';'])
        .find(|part| !part.is_empty())
        .and_then(number)
}

/// `5,00 Volts`, or with a point [code: Qt kiosk].
pub(super) fn millivolts(text: &str) -> Option<u32> {
    let figure = text.split(' ').next()?;
    let (whole, part) = figure.split_once([',', '.']).unwrap_or((figure, ""));
    let whole = u32::try_from(number(whole)?).ok()?;
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let part = u32::try_from(number(&digits)?).ok()?;
    whole.checked_mul(1000)?.checked_add(part)
}

fn forget_reading(evidence: &mut Evidence) {
    evidence.place = Place::Unknown;
    evidence.cards = None;
    evidence.panels = None;
    evidence.lid_open = None;
    evidence.reject_full = None;
}

/// An item of identity. The texts' shapes are \[unknown\], so none is read further.
fn told(text: Option<&str>) -> Told {
    text.map_or(Told::NotAskable, |text| Told::Told(text.to_owned()))
}
