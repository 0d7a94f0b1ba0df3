//! What answers mean for the request in flight.

use super::info::{Info, State};
use super::judge::Judge;
use super::progress::Said;
use super::sense::{Kind, Sense};
use super::task::{Doing, Step};
use super::wire::{self, Greeting, Position, Told, Word};
use super::{Antenna, Film, Matica};
use crate::contract::{Answer, Gravity, LastAnswer, Moment, Place, Request, Stage, Told as Item};

/// Attentions in one request after which a question is asked again: one each of a power-on and a reset, and as many
/// that happen meanwhile.
const ATTENTIONS_MAX: u32 = 4;

impl Matica {
    pub(super) fn learn_greeting(&mut self, greeting: &Greeting) {
        if !greeting.model.is_empty() {
            self.identity.model = Item::Told(greeting.model.clone());
            self.identity.other_model = self.model.contradicts(&greeting.model);
        }
        // There is no serial number on this wire: name and address stand in for it.
        self.identity.serial = Item::Inferred(greeting.unit());
    }

    pub(super) fn learn_info(&mut self, info: Info) {
        if let Some(ribbon) = info.ribbon_name() {
            self.identity.ribbon = Item::Told(ribbon.to_owned());
        }
        if info.state == Some(State::Heating) {
            self.heard_heating();
        }
        let Some(task) = &mut self.task else { return };
        task.evidence.cards = info.total;
        task.evidence.feeder_filled = info.hopper_filled.or(task.evidence.feeder_filled);
        // A level in coarse steps would tell two equal readings apart.
        if matches!(task.request, Request::Status | Request::Prepare(_)) {
            task.evidence.ribbon_left = info.ribbon_left();
        }
        task.info = Some(info);
    }

    /// Heating or starting after a doubt also points to lost power \[inferred\].
    fn heard_heating(&mut self) {
        let listens = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.request, Request::Listen { .. }));
        if listens {
            self.note_power_lost();
        }
    }

    /// Whether the attention, told once, ends the request: a card is in question and the job's memory is gone.
    pub(super) fn ends_with_attention(&self) -> bool {
        match self.task.as_ref().map(|task| &task.request) {
            Some(Request::Prepare(setup)) => setup.card_inside,
            Some(Request::Do(stage)) => *stage != Stage::Clear,
            Some(
                Request::Load(_)
                | Request::Listen { .. }
                | Request::Examine { .. }
                | Request::Status
                | Request::Identify
                | Request::AwaitRestart,
            )
            | None => false,
        }
    }

    /// Counts the attentions that this request was told.
    fn attention_is_new(&mut self) -> bool {
        let Some(task) = &mut self.task else {
            return false;
        };
        task.attentions += 1;
        task.attentions <= ATTENTIONS_MAX
    }

    /// Learns from one answer.
    pub(super) fn heard_word(&mut self, word: Word, said: Said, now: Moment) {
        if let Said::Refused(sense) = said
            && sense.kind() == Kind::Attention
            && !word.moves()
        {
            self.note_power_lost();
            let listens = self
                .task
                .as_ref()
                .is_some_and(|task| matches!(task.request, Request::Listen { .. }));
            if self.ends_with_attention() && word != Word::Release {
                return self.stop(sense, Some(word), now);
            }
            if listens && word == Word::Ready {
                return self.step_done(now);
            }
            // It is told once: the same question again. One that is told without end is what stands in the way.
            if self.attention_is_new() {
                return self.ask_for(word, now);
            }
        }
        match word {
            Word::Ready => self.heard_readiness(&said, now),
            Word::Position => self.heard_place(&said, now),
            Word::Release => self.heard_release(&said, now),
            Word::Engage => self.heard_engage(&said, now),
            Word::Initialise
            | Word::Load { .. }
            | Word::Move { .. }
            | Word::Print(_)
            | Word::Transfer { .. } => match said {
                Said::Refused(sense) => self.heard_refusal(word, sense, now),
                Said::Done | Said::Data(_) => {
                    self.last = LastAnswer::Ok;
                    self.conversation.film = match word {
                        Word::Load {
                            to: Position::Print,
                        }
                        | Word::Move {
                            to: Position::Print,
                        } => Film::Fresh,
                        Word::Print(_) => Film::Printed,
                        Word::Load { .. }
                        | Word::Move { .. }
                        | Word::Transfer { .. }
                        | Word::Initialise
                        | Word::Ready
                        | Word::Position
                        | Word::Engage
                        | Word::Release => Film::Unknown,
                    };
                    self.step_done(now);
                }
            },
        }
    }

    fn heard_refusal(&mut self, word: Word, sense: Sense, now: Moment) {
        let ejects = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.request, Request::Do(Stage::Eject)));
        let out = word
            == Word::Move {
                to: Position::Output,
            };
        // A plain move to the output is [unknown]: the finished card then leaves by the other exit.
        if ejects && out && sense.out_of_sequence() {
            if let Some(task) = &mut self.task {
                task.doing = Doing::Nothing;
                task.instead([
                    Step::Say(Word::Move {
                        to: Position::Reject,
                    }),
                    Step::Say(Word::Position),
                    Step::Judge(Judge::EjectedByReject),
                ]);
            }
            self.run(now);
        } else {
            self.stop(sense, Some(word), now);
        }
    }

    /// An antenna that was not on may be refused to be switched off: the move that follows decides.
    fn heard_release(&mut self, said: &Said, now: Moment) {
        if matches!(said, Said::Done | Said::Data(_)) {
            self.conversation.antenna = Antenna::Off;
        }
        self.step_done(now);
    }

    fn heard_engage(&mut self, said: &Said, now: Moment) {
        let prepares = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.request, Request::Prepare(_)));
        match said {
            // It may be on already; whether the chip answers is the reader's word.
            Said::Refused(sense) if !(prepares && sense.out_of_sequence()) => {
                self.stop(*sense, Some(Word::Engage), now);
            }
            Said::Done | Said::Data(_) | Said::Refused(_) => {
                self.conversation.antenna = Antenna::On;
                self.step_done(now);
            }
        }
    }

    fn heard_place(&mut self, said: &Said, now: Moment) {
        let told = match said {
            Said::Data(payload) => wire::place(payload),
            Said::Done | Said::Refused(_) => None,
        };
        let chip = self.setup.is_none_or(|setup| setup.chip);
        let station = self.options.station;
        if let Some(task) = &mut self.task {
            task.place = told;
            task.evidence.place = match told {
                None => Place::Unknown,
                Some(Told::Nothing) => Place::Empty,
                // Where the antenna sits at the print position, a card for its chip stands at both.
                Some(Told::Inside(Some(Position::Print))) if station == Position::Print && chip => {
                    Place::Contactless
                }
                Some(Told::Inside(Some(Position::Contactless))) => Place::Contactless,
                Some(Told::Inside(Some(Position::Contact))) => Place::Contact,
                Some(Told::Inside(_)) => Place::Path,
            };
        }
        self.step_done(now);
    }

    fn heard_readiness(&mut self, said: &Said, now: Moment) {
        let sense = match said {
            Said::Refused(sense) => Some(*sense),
            Said::Done | Said::Data(_) => None,
        };
        let rest = self.options.limits.poll;
        let Some(task) = &mut self.task else { return };
        let Some(poll) = &mut task.poll else {
            // A `Listen` asks once.
            task.standing = sense;
            if sense.is_some_and(Sense::fresh_start) {
                self.heard_heating();
            }
            return self.step_done(now);
        };
        let mends = poll.mends;
        let moves = sense.is_some_and(|sense| match sense.kind() {
            Kind::Busy | Kind::Waiting => true,
            Kind::Standing => mends && !sense.no_card() && sense.fault().gravity() == Gravity::Hold,
            Kind::Attention => false,
        });
        let same = poll.streak > 0 && poll.told == sense;
        poll.streak = match (moves, same) {
            (true, _) => 0,
            (false, true) => poll.streak + 1,
            (false, false) => 1,
        };
        poll.told = sense;
        let over = now.since(poll.began);
        if !moves && poll.streak >= poll.in_a_row {
            task.poll = None;
            self.stands(sense);
            self.step_done(now);
        } else if over < poll.patience {
            task.doing = Doing::Resting { until: now + rest };
        } else if matches!(task.request, Request::Examine { .. }) {
            self.answer(Answer::Silent { waited: over });
        } else {
            task.poll = None;
            self.stands(sense);
            self.step_done(now);
        }
    }

    /// What stands in the way, as evidence.
    fn stands(&mut self, sense: Option<Sense>) {
        let Some(task) = &mut self.task else { return };
        task.standing = sense;
        task.evidence.lid_open = Some(sense.is_some_and(Sense::door_open));
        // A ready printer has blanks; what else it says leaves that open.
        let told = match sense {
            None => Some(true),
            Some(sense) if sense.no_card() => Some(false),
            Some(_) => None,
        };
        task.evidence.feeder_filled = told.or(task.evidence.feeder_filled);
    }
}
