//! What a spooler and the person beside it do when a card is in question, and whether they come to the truth.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::magicard::CardsCount;
use cetak_firmware_sims::mechanism::{Blank, CardPlace, Looks};

use super::bench::Duet;
use super::cards::{coats, is_on};
use crate::verdicts;

/// How often one doubt is looked into at most.
const LOOKS_MAX: usize = 3;
/// Attempts at one card.
const ATTEMPTS_MAX: usize = 4;
/// How often a printer that starts slowly is waited for.
const RESTARTS_MAX: usize = 10;
/// The port status byte of a printer in error.
const ERROR: u8 = 0x10;
/// Longer than anything that a printer begins by itself.
pub(super) const LONG: Duration = Duration::from_secs(600);

/// What a spooler has committed about the card in flight.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The stage whose intent was the last one.
    pub(super) after: Stage,
    pub(super) baseline: Evidence,
    /// What a whole card of this mode adds to the panels.
    pub(super) panels: u64,
    pub(super) heard: Option<Fault>,
    /// Neither host nor link fell silent.
    pub(super) listened: bool,
    pub(super) cleared: bool,
    /// A hand has pressed OK, which may print the page once more: of two cards a person cuts one.
    pub(super) ok_pressed: bool,
}

impl Case {
    /// Cards, panels and shots since the baseline.
    fn counted(&self, told: &Evidence) -> [Option<u64>; 3] {
        let since = |now: Option<u64>, then: Option<u64>| now?.checked_sub(then?);
        [
            since(told.cards, self.baseline.cards),
            since(told.panels, self.baseline.panels),
            since(told.shots, self.baseline.shots),
        ]
    }

    /// One card and every panel of it.
    pub(super) fn is_whole(&self, told: &Evidence) -> bool {
        let [cards, panels, _] = self.counted(told);
        (cards, panels) == (Some(1), Some(self.panels))
    }

    fn verdict(&self, told: &Evidence, capabilities: &Capabilities) -> Verdict {
        let case = verdicts::Case {
            point: Point::Sent(self.after),
            baseline: self.baseline.clone(),
            chip: false,
            hold: false,
            panels: self.panels,
            lid_opened: self.heard == Some(Fault::CoverOpen),
            heard: self.heard.clone(),
            cleared: self.cleared,
            listened: self.listened,
            same_chip: false,
        };
        let (verdict, _) = verdicts::verdict(&case, told, capabilities);
        verdict
    }
}

/// Listens, examines, and clears where a row says so, until a verdict stands.
pub(super) fn look_into(duet: &mut Duet, case: &mut Case, about: &str) -> Verdict {
    for _ in 0..LOOKS_MAX {
        let listens = Request::Listen {
            after: Some(case.after),
        };
        let heard = match duet.ask(listens) {
            Answer::Done(heard) => heard,
            // Nobody answers: nothing is known.
            Answer::Silent { .. } | Answer::Fault(..) | Answer::Lost => return Verdict::Ask,
        };
        if heard.wake == Wake::Deaf {
            return Verdict::Ask;
        }
        let examines = Request::Examine {
            apart: Duration::from_secs(60),
        };
        let told = match duet.ask(examines) {
            Answer::Done(told) => told,
            Answer::Fault(_, told) => told,
            Answer::Silent { .. } | Answer::Lost => return Verdict::Ask,
        };
        let verdict = case.verdict(&told, &duet.capabilities);
        if verdict != Verdict::Clear {
            return verdict;
        }
        match duet.ask(Request::Do(Stage::Clear)) {
            Answer::Done(_) => case.cleared = true,
            Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost => return Verdict::Ask,
        }
    }
    panic!("{about}: no verdict stands");
}

/// What the verdict says is so, and stays so.
pub(super) fn assert_true(duet: &mut Duet, verdict: Verdict, image: &CardImage, about: &str) {
    match verdict {
        Verdict::Printed => assert_eq!(good(duet, image), 1, "{about}: it is in the tray"),
        Verdict::Go(Point::Before) => {
            for moment in ["now", "and for a long time"] {
                let dyed = duet.firmware.mechanism().cards();
                let dyed: Vec<_> = dyed
                    .filter(|card| card.looks() != Looks::Blank && !card.cut)
                    .collect();
                assert!(dyed.is_empty(), "{about}: no dye on a card {moment}");
                duet.pass(LONG);
            }
        }
        Verdict::Ask => {}
        Verdict::Go(_) | Verdict::Reject | Verdict::Spoiled | Verdict::Sought | Verdict::Clear => {
            panic!("{about}: {verdict:?} cannot be carried out")
        }
    }
}

/// Switches the printer off and on under a host that waits for it: what waited in memory is gone.
pub(super) fn off_and_on(duet: &mut Duet, about: &str) {
    duet.begin(Request::AwaitRestart);
    duet.pass(Duration::from_secs(7));
    duet.hand(Hand::PowerOff);
    duet.pass(Duration::from_secs(7));
    duet.hand(Hand::PowerOn);
    let mut answer = duet.until_answered();
    // It starts for longer than one request waits.
    for _ in 0..RESTARTS_MAX {
        match answer {
            Answer::Silent { .. } => answer = duet.ask(Request::AwaitRestart),
            Answer::Done(_) => return,
            Answer::Fault(..) | Answer::Lost => break,
        }
    }
    panic!("{about}: {answer:?}");
}

/// A person's look: what is stuck or inside comes out, parts and what lies about are cut and carried off.
pub(super) fn tidy_up(duet: &mut Duet) {
    let mechanism = duet.firmware.mechanism();
    if mechanism.jam().is_some() {
        duet.hand(Hand::ClearJam);
    }
    duet.hand(Hand::OpenLid);
    if !duet.firmware.mechanism().inside().is_empty() {
        duet.hand(Hand::TakeInside);
    }
    duet.hand(Hand::CloseLid);
    let seen: Vec<_> = duet.firmware.mechanism().cards().collect();
    let reachable = |place: CardPlace| {
        matches!(
            place,
            CardPlace::Output | CardPlace::Reject | CardPlace::Taken | CardPlace::Away
        )
    };
    let parts: Vec<_> = seen
        .iter()
        .filter(|card| card.looks() == Looks::Part && reachable(card.place))
        .map(|card| card.id)
        .collect();
    for card in parts {
        duet.hand(Hand::Cut { card });
    }
    for hand in [Hand::TakeOutput, Hand::EmptyReject, Hand::TakePile] {
        duet.hand(hand);
    }
}

/// Of several good cards with that picture one is left.
fn cut_surplus(duet: &mut Duet, image: &CardImage) {
    let coats = coats(duet);
    let cards = duet.firmware.mechanism().cards();
    let good = cards.filter(|card| card.looks() == Looks::Whole && is_on(card, image, coats));
    let surplus: Vec<_> = good.skip(1).map(|card| card.id).collect();
    for card in surplus {
        duet.hand(Hand::Cut { card });
    }
}

/// Good cards with that picture that were made so far, wherever a person has put them.
pub(super) fn good(duet: &Duet, image: &CardImage) -> usize {
    let coats = coats(duet);
    let cards = duet.firmware.mechanism().cards();
    cards
        .filter(|card| card.looks() == Looks::Whole && !card.cut && is_on(card, image, coats))
        .count()
}

/// From a doubt to the end: the verdict, a person where it asks for one, and the card once more where there is none.
/// Returns the first verdict.
pub(super) fn see_to_it(
    duet: &mut Duet,
    mut case: Case,
    setup: Setup,
    image: &Arc<CardImage>,
    about: &str,
) -> Verdict {
    let mut first = None;
    for _ in 0..ATTEMPTS_MAX {
        let verdict = look_into(duet, &mut case, about);
        let first = *first.get_or_insert(verdict);
        assert_true(duet, verdict, image, about);
        if verdict == Verdict::Ask {
            off_and_on(duet, about);
            duet.pass(LONG);
            tidy_up(duet);
            if case.ok_pressed {
                cut_surplus(duet, image);
            }
        }
        if duet.firmware.port_status() == ERROR {
            // A jam that was freed stays an error until it is cleared, and so does a page that broke.
            duet.done(Request::Do(Stage::Clear));
        }
        let made = good(duet, image);
        assert!(made <= 1, "{about}: {made} good cards");
        if made == 1 {
            return first;
        }
        if duet.firmware.mechanism().hopper().len() == 0 {
            let blanks = vec![Blank::default(); 4];
            duet.hand(Hand::Load { blanks });
        }
        let panels = case.panels;
        match print(duet, setup, image, panels) {
            Ok(()) => {
                assert_eq!(good(duet, image), 1, "{about}: one good card");
                return first;
            }
            Err(Trouble::Doubt(doubt)) => case = doubt,
            Err(Trouble::Before(answer)) => panic!("{about}: {answer:?}"),
        }
    }
    panic!("{about}: no card in {ATTEMPTS_MAX} attempts");
}

/// Why a card was not printed.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// No byte of its page was sent.
    Before(Answer),
    /// Its page was begun.
    Doubt(Case),
}

/// One card as a spooler orders it: done when its answers and its counters say so.
pub(super) fn print(
    duet: &mut Duet,
    setup: Setup,
    image: &Arc<CardImage>,
    panels: u64,
) -> Result<(), Trouble> {
    let mut baseline = Evidence::default();
    for request in [Request::Prepare(setup), Request::Load(Arc::clone(image))] {
        let prepares = matches!(request, Request::Prepare(_));
        match duet.ask(request) {
            Answer::Done(told) if prepares => baseline = told,
            Answer::Done(_) => {}
            other @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => {
                return Err(Trouble::Before(other));
            }
        }
    }
    let mut case = Case {
        after: Stage::Face,
        baseline,
        panels,
        heard: None,
        listened: true,
        cleared: false,
        ok_pressed: false,
    };
    for stage in [Stage::Face, Stage::Finish] {
        case.after = stage;
        match duet.ask(Request::Do(stage)) {
            Answer::Done(_) if stage == Stage::Face => {}
            Answer::Done(told) if case.is_whole(&told) => return Ok(()),
            Answer::Done(_) => return Err(Trouble::Doubt(case)),
            Answer::Silent { .. } | Answer::Lost => {
                case.listened = false;
                return Err(Trouble::Doubt(case));
            }
            Answer::Fault(fault, _) => {
                case.heard = Some(fault);
                return Err(Trouble::Doubt(case));
            }
        }
    }
    Err(Trouble::Doubt(case))
}

/// What the printer tells of its counters: cards, panels.
pub(super) fn tallies(duet: &Duet) -> (u64, u64) {
    let counts = duet.firmware.mechanism().counts();
    let cards = match duet.firmware.switches().cards_count {
        CardsCount::Feed => counts.cards,
        CardsCount::Eject => counts.ejected,
    };
    (cards, counts.panels)
}

/// What is told where the port's byte is all that says so.
pub(super) fn port_error() -> Fault {
    Fault::Unlisted("PORT ERROR".to_owned())
}
