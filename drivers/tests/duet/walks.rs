//! The bench walked with each maker's simulated printer: a person who looks at the mechanism and uses its hands comes to
//! exactly what the switches make true.

use std::collections::BTreeSet;
use std::time::Duration;

use cetak_drivers::bench::{Assumed, Choice, Course, Hands, Log, Question, Shown, Turn, Walk};
use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::{Button, Hand};
use cetak_firmware_sims::mechanism::{CardId, CardPlace, Looks, Panel, Station};

use crate::bench::{Duet, blanks};
use crate::make::Maker;

mod evolis;
mod magicard;
mod matica;
mod zebra;

/// Turns of a walk after which it counts as endless.
const TURNS_MAX: usize = 500;
/// How often a person who waits for a moment looks.
const LOOKS_EVERY: Duration = Duration::from_millis(20);
/// Looks until a moment that never comes is given up.
const LOOKS_MAX: usize = 5000;
/// How long a person takes to do what the screen says.
const HANDS_TAKE: Duration = Duration::from_secs(1);
/// How long a printer gets to start.
const STARTS_IN: Duration = Duration::from_secs(120);
/// Bytes of a page behind which its cable is pulled.
const PAGE_BYTES: u64 = 3000;

/// What a session takes as shown, in a maker's options.
pub(crate) trait Bench: Maker {
    fn assume(options: &mut Self::Options, assumed: &Assumed);
}

/// How the person answers, where not by looking.
type Answers = fn(&Log, Question) -> Option<Choice>;

/// Walks to the end; a person of this kind answers.
pub(crate) fn walk<M: Bench>(duet: &mut Duet<M>, ribbon: Ribbon, answers: Answers) -> (Shown, Log) {
    let walk = Walk::of(&duet.capabilities, ribbon).unwrap();
    let mut course = Course::new(walk.clone(), duet.capabilities.clone());
    let usual = duet.options.clone();
    let mut person = Person::default();
    for _ in 0..TURNS_MAX {
        match course.turn() {
            Turn::Over => {
                let log = course.log().clone();
                return (walk.shown(&log), log);
            }
            Turn::Connect(assumed) => {
                person.step_begins(duet, course.progress().2);
                duet.options = usual.clone();
                M::assume(&mut duet.options, &assumed);
                duet.restart();
                course.done();
            }
            Turn::Hands(hands) => {
                duet.pass(HANDS_TAKE);
                person.lends(duet, hands);
                course.done();
            }
            Turn::Ask(request, None) => course.heard(duet.ask(request)),
            Turn::Ask(request, Some(hands)) => {
                course.heard(person.cuts_in(duet, request, hands));
            }
            Turn::Question(question) => {
                let said = answers(course.log(), question);
                course.chose(said.unwrap_or_else(|| person.sees(duet, question)));
            }
        }
    }
    panic!("the walk never ends: {:?}", course.progress());
}

/// One who looks at the truth.
#[derive(Default)]
struct Person {
    step: &'static str,
    /// Cards that had left the hopper when the step began.
    before: u32,
    /// The one that lay first in it then.
    first: Option<CardId>,
    /// Where the step's card was when it was looked at last.
    was: Option<CardPlace>,
}

impl Person {
    fn step_begins<M: Maker>(&mut self, duet: &Duet<M>, step: &'static str) {
        if step != self.step {
            self.step = step;
            self.before = duet.firmware.mechanism().picked();
            self.first = duet.firmware.mechanism().hopper().next();
        }
        self.was = self.card(duet).map(|id| duet.card(id).place);
    }

    /// The step's card, if one was fed.
    fn card<M: Maker>(&self, duet: &Duet<M>) -> Option<u64> {
        let fed = duet.firmware.mechanism().picked() > self.before;
        self.first.filter(|_| fed).map(|card| card.0)
    }

    fn lends<M: Maker>(&self, duet: &mut Duet<M>, hands: Hands) {
        match hands {
            Hands::LayInTestBlanks => {
                duet.hand(Hand::Unload);
                let laid = blanks(cetak_drivers::bench::TEST_BLANKS);
                duet.hand(Hand::Load { blanks: laid });
            }
            Hands::PutBlanksBack => {
                duet.hand(Hand::Unload);
            }
            Hands::EmptyPath | Hands::TakeCard => {
                duet.hand(Hand::OpenLid);
                let stuck = duet.firmware.mechanism().jam().is_some();
                if stuck {
                    duet.hand(Hand::ClearJam);
                }
                if !duet.firmware.mechanism().inside().is_empty() {
                    duet.hand(Hand::TakeInside);
                }
                duet.hand(Hand::CloseLid);
                duet.pass(Duration::from_secs(10));
            }
            Hands::SwitchOff => {
                duet.hand(Hand::PowerOff);
            }
            Hands::SwitchOn => {
                duet.hand(Hand::PowerOn);
                duet.pass(STARTS_IN);
            }
            Hands::PressCancel => {
                duet.hand(Hand::Press {
                    button: Button::Cancel,
                });
                duet.pass(Duration::from_secs(20));
            }
            Hands::PlugIn => {
                duet.hand(Hand::PlugIn);
                duet.pass(Duration::from_secs(5));
            }
            Hands::BlockExit => {
                duet.hand(Hand::JamAt {
                    station: Station::Exit,
                    after_cards: 0,
                });
            }
            Hands::Watch => duet.pass(Duration::from_secs(60)),
            Hands::SwitchOffInPanel | Hands::OpenLidInPanel | Hands::PullCable => {
                panic!("{hands:?} comes while the printer works")
            }
        }
    }

    fn cuts_in<M: Maker>(&self, duet: &mut Duet<M>, request: Request, hands: Hands) -> Answer {
        let earlier = duet.news.len();
        let hand = match hands {
            Hands::SwitchOffInPanel => Hand::PowerOff,
            Hands::OpenLidInPanel => Hand::OpenLid,
            Hands::PullCable => {
                let hands = vec![(Duration::ZERO, Hand::PlugOut)];
                duet.hands_behind(PAGE_BYTES, hands);
                return duet.ask(request);
            }
            Hands::LayInTestBlanks
            | Hands::PutBlanksBack
            | Hands::EmptyPath
            | Hands::TakeCard
            | Hands::SwitchOff
            | Hands::SwitchOn
            | Hands::PressCancel
            | Hands::PlugIn
            | Hands::BlockExit
            | Hands::Watch => panic!("{hands:?} needs no moment"),
        };
        duet.begin(request);
        for _ in 0..LOOKS_MAX {
            duet.pass(LOOKS_EVERY);
            if self.second_colour_is_running(duet) {
                duet.hand(hand);
                break;
            }
        }
        duet.until_answered_since(earlier)
    }

    /// In the second colour, or in black where there is no other.
    fn second_colour_is_running<M: Maker>(&self, duet: &Duet<M>) -> bool {
        let Some(card) = self.card(duet) else {
            return false;
        };
        let face = &duet.card(card).front;
        let mechanism = duet.firmware.mechanism();
        let black_alone = mechanism
            .ribbon()
            .is_some_and(|ribbon| ribbon.kind.panels() == [Panel::K]);
        mechanism.moving() && face.laid.len() == if black_alone { 1 } else { 2 }
    }

    fn sees<M: Maker>(&self, duet: &Duet<M>, question: Question) -> Choice {
        let yes = |is: bool| if is { Choice::Yes } else { Choice::No };
        let Some(id) = self.card(duet) else {
            return match question {
                Question::Where => Choice::Hopper,
                Question::Broken => Choice::Unsure,
                Question::Strange
                | Question::Moved
                | Question::Whole
                | Question::Bar
                | Question::Printed => Choice::No,
            };
        };
        let card = duet.firmware.mechanism().card(CardId(id)).unwrap();
        match question {
            Question::Strange => yes(duet.firmware.mechanism().picked() > self.before + 1),
            Question::Moved => yes(self.was != Some(card.place)),
            Question::Where => match card.place {
                CardPlace::Output => Choice::Output,
                CardPlace::Reject => Choice::RejectBox,
                CardPlace::Hopper(_) => Choice::Hopper,
                CardPlace::Path
                | CardPlace::Contact
                | CardPlace::Contactless
                | CardPlace::PrintStart
                | CardPlace::Flipper => Choice::Inside,
                CardPlace::Taken | CardPlace::Away => Choice::Unsure,
            },
            Question::Broken => {
                let broken = card.front.laid.iter().find(|laid| !laid.complete);
                match broken.map(|laid| laid.panel) {
                    Some(Panel::Y) => Choice::Yellow,
                    Some(Panel::M) => Choice::Magenta,
                    Some(Panel::C) => Choice::Cyan,
                    Some(Panel::K) => Choice::Black,
                    Some(Panel::O | Panel::U) | None => Choice::Unsure,
                }
            }
            Question::Whole => yes(card.looks() == Looks::Whole),
            Question::Bar => {
                // On the first line of the long side only the bar has dye.
                let columns = duet.firmware.mechanism().fittings().geometry.columns;
                yes(card.front.y.iter().take(columns).any(|dye| *dye > 0))
            }
            Question::Printed => yes(card.front.visible || card.back.visible),
        }
    }
}

pub(crate) fn flags(shown: &Shown) -> BTreeSet<BenchFlag> {
    shown.flags.clone()
}

/// The flags whose fact is true.
pub(crate) fn of<const N: usize>(facts: [(bool, BenchFlag); N]) -> BTreeSet<BenchFlag> {
    facts
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, flag)| flag)
        .collect()
}

/// A log as one reads it when a walk came to something else.
pub(crate) fn brief(log: &Log) -> String {
    let readings = log.readings.iter().map(|reading| {
        let told = &reading.evidence;
        format!(
            "{} {}: {:?} {:?} cards {:?} panels {:?} power {:?} last {:?}\n",
            reading.step,
            reading.name,
            reading.heard,
            told.place,
            told.cards,
            told.panels,
            told.power,
            told.last
        )
    });
    let answers = log
        .answers
        .iter()
        .map(|given| format!("{} {:?}: {:?}\n", given.step, given.question, given.choice));
    let notes = log.notes.iter().map(|note| format!("{note:?}\n"));
    readings.chain(answers).chain(notes).collect()
}
