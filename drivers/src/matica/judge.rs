//! What is decided between the steps of the request in flight.

use super::info::{self, State};
use super::sense::{Kind, Sense};
use super::task::{READY_IN_A_ROW, Step, Task};
use super::wire::{Greeting, Position, Told, Word};
use super::{Antenna, Film, Matica};
use crate::contract::{
    Answer, BenchFlag, Event, Evidence, Fault, LastAnswer, Moment, Place, Power, Request, Setup,
    Stage, Status,
};

/// Looks at a counter that has not moved yet at most.
const RECOUNTS_MAX: u32 = 5;

/// A decision between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// All is read before a card.
    Prepared,
    /// The card came where it was sent.
    Fed,
    /// The card goes to the print position, over film that is fresh for it.
    Bring,
    /// It is there, else the stage ends here.
    AtPrint,
    /// The stage was answered.
    Done,
    /// The transfer was answered and the evidence read.
    Transferred,
    /// A card is there to be ejected.
    MayEject,
    /// It has left.
    Ejected,
    /// It has left by the reject exit.
    EjectedByReject,
    /// A card is there to be rejected.
    MayReject,
    /// It has left.
    Rejected,
    /// The path is empty.
    MayClear,
    /// Something stands that a command clears.
    MustClear,
    /// Nothing stands any more.
    Cleared,
    /// A stage's fault, with what could be read after it.
    Failed,
    /// Status is read.
    Told,
    /// Who it is has been asked.
    Identified,
    /// The power's witness is heard.
    Listened,
    /// First reading of the evidence.
    FirstReading,
    /// Second one.
    Settled,
}

impl Matica {
    /// Decides; may add steps or end the request.
    pub(super) fn judge(&mut self, judge: Judge, now: Moment) {
        match judge {
            Judge::Prepared => self.judge_prepared(),
            Judge::Fed => self.judge_fed(),
            Judge::Bring => self.judge_bring(),
            Judge::AtPrint => {
                let there = self.task.as_ref().and_then(|task| task.place)
                    == Some(Told::Inside(Some(Position::Print)));
                if !there {
                    self.fault(Fault::OutOfStep);
                }
            }
            Judge::Done => self.done(LastAnswer::Ok),
            Judge::Transferred => self.judge_transferred(),
            Judge::MayEject => self.judge_may_leave(Position::Output, Judge::Ejected),
            Judge::MayReject => self.judge_may_leave(Position::Reject, Judge::Rejected),
            Judge::Ejected | Judge::Rejected => self.judge_left(),
            Judge::EjectedByReject => {
                if self.inside() == Some(false) {
                    self.tell(Event::Fault(Fault::GoodCardInReject));
                }
                self.judge_left();
            }
            Judge::MayClear => match self.inside() {
                Some(false) => {
                    if let Some(task) = &mut self.task {
                        task.first([
                            Step::Ready {
                                in_a_row: 1,
                                patience: self.options.limits.ready,
                                mends: false,
                            },
                            Step::Judge(Judge::MustClear),
                        ]);
                    }
                }
                Some(true) => self.fault(Fault::CardInside),
                None => self.fault(Fault::OutOfStep),
            },
            Judge::MustClear => self.judge_must_clear(),
            Judge::Cleared => {
                let standing = self.task.as_ref().and_then(|task| task.standing);
                match standing.filter(|sense| !sense.no_card()) {
                    Some(sense) => self.fault(sense.fault()),
                    None => self.done(LastAnswer::Ok),
                }
            }
            Judge::Failed => self.judge_failed(),
            Judge::Told => self.judge_status(),
            Judge::Identified => {
                let identity = self.identity.clone();
                self.tell(Event::Identity(identity));
                self.done(LastAnswer::Unknown);
            }
            Judge::Listened => self.judge_listened(),
            Judge::FirstReading => self.judge_first_reading(),
            Judge::Settled => self.judge_settled(),
        }
        self.run(now);
    }

    fn inside(&self) -> Option<bool> {
        self.task.as_ref()?.evidence.place.inside()
    }

    fn judge_prepared(&mut self) {
        let setup = self.setup.expect("set when the request came");
        let (Some(task), counts) = (&self.task, self.model.tells_by_udp) else {
            return;
        };
        if counts && task.evidence.cards.is_none() {
            // A baseline without its counter proves nothing later.
            let waited = self.options.limits.status;
            return self.answer(Answer::Silent { waited });
        }
        if self.identity.other_model {
            return self.fault(Fault::OtherUnit);
        }
        if let Some(fault) = unprepared(task, setup) {
            return self.fault(fault);
        }
        let at_station = task.place == Some(Told::Inside(Some(self.options.station)));
        let waits = setup.card_inside && setup.chip && at_station;
        if waits && self.options.engage && self.conversation.antenna != Antenna::On {
            if let Some(task) = &mut self.task {
                task.first([Step::Say(Word::Engage), Step::Judge(Judge::Done)]);
            }
            return;
        }
        if !setup.card_inside {
            self.counted_before = task.evidence.cards;
            // What happened before this card is no evidence about it.
            self.power_lost = false;
        }
        self.done(LastAnswer::Ok);
    }

    fn judge_fed(&mut self) {
        let Some(setup) = self.setup else { return };
        let wanted = Some(Told::Inside(Some(self.fed_to(setup))));
        let there = self.task.as_ref().and_then(|task| task.place) == wanted;
        if there {
            self.done(LastAnswer::Ok);
        } else {
            self.fault(Fault::OutOfStep);
        }
    }

    /// A move in place may be refused or wind nothing \[unknown\]: a card over film that is not fresh for it leaves
    /// the position and comes back.
    fn judge_bring(&mut self) {
        let released = self.released();
        let fresh = self.conversation.film == Film::Fresh;
        let antenna_on = self.conversation.antenna == Antenna::On;
        let Some(task) = &mut self.task else { return };
        let aside = Word::Move {
            to: Position::Contactless,
        };
        let back = Word::Move {
            to: Position::Print,
        };
        let away = match task.place {
            // The card is not moved: only an antenna that we switched on is switched off.
            Some(Told::Inside(Some(Position::Print))) if fresh => {
                return task.first(released.filter(|_| antenna_on));
            }
            Some(Told::Inside(Some(Position::Print))) => Some(Step::Say(aside)),
            Some(Told::Inside(_)) => None,
            Some(Told::Nothing) | None => return self.fault(Fault::OutOfStep),
        };
        let back = [Step::Say(back), Step::Say(Word::Position)];
        task.first(released.into_iter().chain(away).chain(back));
    }

    fn judge_transferred(&mut self) {
        let hold = self.setup.is_some_and(|setup| setup.hold);
        let (counts, before) = (self.capabilities.witnesses.cards, self.counted_before);
        let recount = self.options.limits.recount;
        let Some(task) = &mut self.task else { return };
        let there = match (hold, task.place) {
            (true, Some(Told::Inside(Some(Position::Print)))) | (false, Some(Told::Nothing)) => {
                true
            }
            (true | false, Some(Told::Inside(_) | Told::Nothing) | None) => false,
        };
        // A status may lag behind the mechanics.
        let lags = counts && before.is_some() && task.evidence.cards == before;
        if there && lags && task.recounts < RECOUNTS_MAX {
            task.recounts += 1;
            task.first([
                Step::Pause(recount),
                Step::Ask(info::EVIDENCE),
                Step::Judge(Judge::Transferred),
            ]);
        } else if there {
            self.done(LastAnswer::Ok);
        } else if !hold && task.evidence.place.inside() == Some(true) {
            self.fault(Fault::CardInside);
        } else {
            self.fault(Fault::OutOfStep);
        }
    }

    /// Never into an empty path.
    fn judge_may_leave(&mut self, to: Position, then: Judge) {
        let released = self.released();
        match self.inside() {
            Some(true) => {
                if let Some(task) = &mut self.task {
                    task.first(released.into_iter().chain([
                        Step::Say(Word::Move { to }),
                        Step::Say(Word::Position),
                        Step::Judge(then),
                    ]));
                }
            }
            Some(false) if to == Position::Output => self.done(LastAnswer::Unknown),
            Some(false) | None => self.fault(Fault::OutOfStep),
        }
    }

    fn judge_left(&mut self) {
        match self.inside() {
            Some(false) => self.done(LastAnswer::Ok),
            Some(true) => self.fault(Fault::CardInside),
            None => self.fault(Fault::OutOfStep),
        }
    }

    /// Initialising throws a card out \[inferred\]: only with an empty path, and only where something stands that no
    /// hand or time mends by itself.
    fn judge_must_clear(&mut self) {
        let patience = self.options.limits.ready_in_doubt;
        let Some(task) = &mut self.task else { return };
        match task.standing {
            None => self.done(LastAnswer::Ok),
            Some(sense) if sense.no_card() => self.done(LastAnswer::Ok),
            Some(sense) if sense.door_open() => self.fault(Fault::CoverOpen),
            Some(sense) if sense.kind() != Kind::Standing && !sense.asleep() => {
                self.fault(sense.fault());
            }
            Some(_) => task.first([
                Step::Say(Word::Initialise),
                Step::Ready {
                    in_a_row: READY_IN_A_ROW,
                    patience,
                    mends: false,
                },
                Step::Say(Word::Position),
                Step::Judge(Judge::Cleared),
            ]),
        }
    }

    fn judge_failed(&mut self) {
        let power = self.power_in_stage();
        let unit = self.unit();
        let Some(task) = &mut self.task else { return };
        let mut fault = task.fault.take().unwrap_or(Fault::OutOfStep);
        let transfers = matches!(task.request, Request::Do(Stage::Finish));
        let gone = task.evidence.place == Place::Empty;
        let mut evidence = std::mem::take(&mut task.evidence);
        evidence.power = power;
        evidence.unit = unit;
        if transfers && gone {
            // A transfer that failed and a card that is not there contradict: a person looks.
            self.tell(Event::Fault(fault));
            fault = Fault::MechanicalTimeout;
        }
        self.answer(Answer::Fault(fault, evidence));
    }

    fn judge_status(&mut self) {
        let counts = self.model.tells_by_udp;
        let unit = self.unit();
        let Some(task) = &mut self.task else { return };
        if counts && task.info.is_none() {
            let waited = self.options.limits.status;
            return self.answer(Answer::Silent { waited });
        }
        let mut evidence = std::mem::take(&mut task.evidence);
        evidence.unit = unit;
        let mut faults: Vec<Fault> = task
            .standing
            .filter(|sense| sense.kind() != Kind::Busy)
            .map(Sense::fault)
            .into_iter()
            .collect();
        match task.info.as_ref().and_then(|info| info.state) {
            Some(State::Stopped(sense)) if sense.kind() != Kind::Busy => {
                evidence.lid_open = Some(sense.door_open());
                faults.push(sense.fault());
            }
            Some(State::Heating) => faults.push(Fault::NotReady),
            Some(State::Working | State::Other(_) | State::Stopped(_)) | None => {}
        }
        if evidence.feeder_filled == Some(false) {
            faults.push(Fault::FeederEmpty);
        }
        faults.sort();
        faults.dedup();
        self.tell(Event::Status(Status {
            evidence: evidence.clone(),
            faults,
        }));
        self.answer(Answer::Done(evidence));
    }

    /// The first question after the doubt, asked once. Power counts as kept only where the bench saw the attention on
    /// this transport, and only if no earlier question went unanswered: it may have been told then.
    fn judge_listened(&mut self) {
        let shown = self.bench(BenchFlag::AttentionOnTransport);
        let witness = shown && !self.question_lost && !self.power_lost;
        let power = match (self.power_lost, witness) {
            (true, _) => Power::Lost,
            (false, true) => Power::Kept,
            (false, false) => Power::Unknown,
        };
        let (unit, last) = (self.unit(), self.last.clone());
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            power,
            unit,
            last,
            ..std::mem::take(&mut task.evidence)
        };
        // Supplies and counters are read again when nothing moves.
        self.learnt = Evidence {
            power: evidence.power,
            last: evidence.last.clone(),
            ..Evidence::default()
        };
        self.answer(Answer::Done(evidence));
    }

    fn judge_first_reading(&mut self) {
        let again = self.reading();
        let Some(task) = &mut self.task else { return };
        let Request::Examine { apart } = task.request else {
            return;
        };
        task.first_reading = Some(task.evidence.clone());
        task.evidence.place = Place::Unknown;
        task.evidence.cards = None;
        task.evidence.lid_open = None;
        task.evidence.feeder_filled = None;
        task.first([Step::Pause(apart)]);
        task.steps.extend(again);
        task.steps.push_back(Step::Judge(Judge::Settled));
    }

    fn judge_settled(&mut self) {
        let (power, unit) = (self.power(), self.unit());
        // What came late while we read is the last answer all the same.
        let last = self.last.clone();
        let Some(task) = &mut self.task else { return };
        let mut evidence = std::mem::take(&mut task.evidence);
        let equal = |first: &Evidence| {
            (first.place, first.cards, first.lid_open)
                == (evidence.place, evidence.cards, evidence.lid_open)
        };
        evidence.settled = task.first_reading.as_ref().is_some_and(equal);
        evidence.power = power;
        evidence.unit = unit;
        evidence.last = last;
        let standing = task.standing;
        if standing.is_some_and(Sense::hopper_jam) {
            evidence.last = LastAnswer::Fault(Fault::FeederJam);
        }
        let jam = standing.is_some_and(|sense| sense.fault().broke_a_motion());
        // No blank was drawn, and yet a card is inside: nobody knows whose.
        let drew_none = [Fault::FeederEmpty, Fault::FeederJam]
            .into_iter()
            .any(|fault| evidence.last == LastAnswer::Fault(fault));
        let strange = drew_none && evidence.place.inside() == Some(true);
        if jam || strange {
            self.answer(Answer::Fault(Fault::CardJam, evidence));
        } else {
            self.answer(Answer::Done(evidence));
        }
    }

    /// Which unit answers, by the greeting of this connection.
    fn unit(&self) -> Option<String> {
        self.conversation.greeting.as_ref().map(Greeting::unit)
    }

    fn done(&mut self, last: LastAnswer) {
        let (power, unit) = (self.power_in_stage(), self.unit());
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            last,
            power,
            unit,
            ..std::mem::take(&mut task.evidence)
        };
        self.answer(Answer::Done(evidence));
    }

    /// A fault of our own judgement: no motion of the stage was refused.
    pub(super) fn fault(&mut self, fault: Fault) {
        let (power, unit) = (self.power_in_stage(), self.unit());
        let Some(task) = &mut self.task else { return };
        let evidence = Evidence {
            last: LastAnswer::Unknown,
            power,
            unit,
            ..std::mem::take(&mut task.evidence)
        };
        self.answer(Answer::Fault(fault, evidence));
    }
}

/// What would make a load pointless, or going on with the card inside.
fn unprepared(task: &Task, setup: Setup) -> Option<Fault> {
    let inside = task.evidence.place.inside();
    let standing = task.standing.map(|sense| (sense, sense.fault()));
    if setup.card_inside {
        // An empty hopper is no hindrance for a card that is inside.
        let hinders = standing.filter(|(sense, _)| !sense.no_card());
        return hinders
            .map(|(_, fault)| fault)
            .or((inside != Some(true)).then_some(Fault::OutOfStep));
    }
    let empty = task.evidence.feeder_filled == Some(false);
    (inside == Some(true))
        .then_some(Fault::CardInside)
        .or(standing.map(|(_, fault)| fault))
        .or(empty.then_some(Fault::FeederEmpty))
        .or(inside.is_none().then_some(Fault::OutOfStep))
}
