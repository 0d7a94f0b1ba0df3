//! One job as a spooler plays it: each stage under its intent, after a doubt the questions and the verdict, and a
//! person who switches the printer off and on, looks, and settles.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;

use super::cards::{is_good, panels_of};
use super::{Duet, EXAMINE};
use crate::bench::blanks;
use crate::verdicts::{Case, verdict};

/// Doubts of one job at most, and tries to be heard in each.
const DOUBTS_MAX: usize = 8;
const TRIES_MAX: usize = 12;
/// Tries after which a person switches a deaf printer off and on.
const DEAF_TRIES: usize = 3;
/// How often an error is cleared by command in one doubt.
const CLEARS_MAX: usize = 2;
/// How long is waited for a printer that does not answer.
const AGAIN: Duration = Duration::from_secs(30);

/// What did not end in `Done`: the request's name, its stage, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) at: &'static str,
    pub(crate) answer: Answer,
}

/// One job.
pub(crate) struct Job {
    pub(crate) setup: Setup,
    pub(crate) image: Arc<CardImage>,
    pub(crate) case: Case,
    /// Every verdict on it, in order.
    pub(crate) rulings: Vec<(Point, Verdict, &'static str)>,
    /// What put it in doubt.
    pub(crate) troubles: Vec<Trouble>,
    clears: usize,
    picked: u32,
}

impl Job {
    pub(crate) fn new(duet: &Duet, setup: Setup, image: &CardImage) -> Job {
        Job {
            setup,
            image: Arc::new(image.clone()),
            case: Case::new(setup, panels_of(setup, image)),
            rulings: Vec::new(),
            troubles: Vec::new(),
            clears: 0,
            picked: duet.firmware.mechanism().picked(),
        }
    }

    /// Takes up what was in doubt, and plays on to its end.
    #[track_caller]
    pub(crate) fn resume(&mut self, duet: &mut Duet, trouble: Trouble, about: &str) {
        self.case.hear(&trouble.answer);
        self.troubles.push(trouble);
        if self.doubt(duet, about) {
            self.assert_printed(duet, about);
        } else {
            self.play(duet, about);
        }
    }

    /// Plays it to its end, whatever happens; then there is one whole card of it and no more, and it is its picture.
    #[track_caller]
    pub(crate) fn play(&mut self, duet: &mut Duet, about: &str) {
        for _ in 0..DOUBTS_MAX {
            let printed = match self.go(duet) {
                Ok(()) => true,
                Err(trouble) => {
                    self.case.hear(&trouble.answer);
                    self.troubles.push(trouble);
                    self.doubt(duet, about)
                }
            };
            if printed {
                self.assert_printed(duet, about);
                return;
            }
        }
        panic!("{about}: no end: {:?} {:?}", self.troubles, self.rulings);
    }

    #[track_caller]
    fn assert_printed(&self, duet: &mut Duet, about: &str) {
        // Whatever the printer still does shows itself in this time.
        duet.pass(Duration::from_secs(60));
        let good = self.good(duet);
        assert_eq!(good.len(), 1, "{about}: {good:?} {:?}", self.rulings);
    }

    /// The whole cards of this job: what a person finds who knows its picture.
    fn good(&self, duet: &Duet) -> Vec<u64> {
        let cards = duet.firmware.mechanism().cards().map(|card| card.id.0);
        let good = |id: &u64| is_good(duet, *id, self.setup, &self.image);
        cards.filter(good).collect()
    }

    /// From the start to the printed card, or to the first answer that is not what it should be.
    pub(crate) fn go(&mut self, duet: &mut Duet) -> Result<(), Trouble> {
        self.start(duet)?;
        if duet.orders(Stage::Feed) {
            self.order(duet, Stage::Feed)?;
        }
        if self.setup.chip {
            assert_eq!(duet.reader("apdu 00D60001020102"), "9000");
            self.case.point = Point::Answered(Stage::Chip);
            self.order(duet, Stage::Park)?;
        }
        self.load(duet)?;
        if duet.orders(Stage::Face) {
            self.order(duet, Stage::Face)?;
        }
        let finished = self.order(duet, Stage::Finish)?;
        let wanted = self.case.baseline.panels.map(|n| n + self.case.panels);
        if finished.panels != wanted {
            return Err(Trouble {
                at: "finish",
                answer: Answer::Done(finished),
            });
        }
        if self.setup.hold {
            self.case.point = Point::Held;
            self.order(duet, Stage::Eject)?;
        }
        Ok(())
    }

    /// A new attempt.
    pub(crate) fn start(&mut self, duet: &mut Duet) -> Result<(), Trouble> {
        self.case = Case::new(self.setup, self.case.panels);
        self.clears = 0;
        self.picked = duet.firmware.mechanism().picked();
        self.case.baseline = self.ask(duet, Request::Prepare(self.setup))?;
        Ok(())
    }

    pub(crate) fn load(&mut self, duet: &mut Duet) -> Result<(), Trouble> {
        self.ask(duet, Request::Load(Arc::clone(&self.image)))
            .map(|_| ())
    }

    pub(crate) fn order(&mut self, duet: &mut Duet, stage: Stage) -> Result<Evidence, Trouble> {
        self.case.point = Point::Sent(stage);
        let evidence = self.ask(duet, Request::Do(stage))?;
        self.case.point = Point::Answered(stage);
        Ok(evidence)
    }

    fn ask(&mut self, duet: &mut Duet, request: Request) -> Result<Evidence, Trouble> {
        let at = request.name();
        match duet.ask(request) {
            Answer::Done(evidence) => Ok(evidence),
            answer @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => {
                Err(Trouble { at, answer })
            }
        }
    }

    /// From a doubt to its end: `true`, the card is printed; `false`, there is none and the job begins again.
    #[track_caller]
    pub(crate) fn doubt(&mut self, duet: &mut Duet, about: &str) -> bool {
        loop {
            let evidence = self.learn(duet, about);
            let (verdict, why) = verdict(&self.case, &evidence, &duet.capabilities);
            self.rulings.push((self.case.point, verdict, why));
            match verdict {
                Verdict::Printed => {
                    self.eject_what_is_held(duet);
                    return true;
                }
                Verdict::Go(Point::Before) => {
                    let picked = duet.firmware.mechanism().picked();
                    assert_eq!(picked, self.picked, "{about}: {why}, and a card was drawn");
                    assert!(self.good(duet).is_empty(), "{about}: {why}");
                    mend(duet);
                    clear(duet);
                    return false;
                }
                Verdict::Clear if self.clears < CLEARS_MAX => {
                    self.clears += 1;
                    mend(duet);
                    let answer = duet.ask(Request::Do(Stage::Clear));
                    self.case.cleared |= matches!(answer, Answer::Done(_));
                    self.case.hear(&answer);
                }
                Verdict::Clear | Verdict::Ask => {
                    restart(duet, about);
                    return self.settle(duet);
                }
                Verdict::Go(_) | Verdict::Reject | Verdict::Spoiled | Verdict::Sought => {
                    panic!("{about}: {verdict:?}: {why}")
                }
            }
        }
    }

    /// What the printer can say after a doubt, once it says anything.
    #[track_caller]
    fn learn(&mut self, duet: &mut Duet, about: &str) -> Evidence {
        let after = self.case.listens_after();
        for tried in 0..TRIES_MAX {
            reconnect(duet);
            if tried == DEAF_TRIES {
                switch(duet);
            }
            for request in [Request::Listen { after }, EXAMINE] {
                let last = matches!(request, Request::Examine { .. });
                let answer = duet.ask(request);
                self.case.hear(&answer);
                match answer {
                    Answer::Done(evidence) | Answer::Fault(_, evidence) if last => {
                        return evidence;
                    }
                    Answer::Done(_) | Answer::Fault(..) => {}
                    Answer::Silent { .. } | Answer::Lost => {
                        duet.pass(AGAIN);
                        break;
                    }
                }
            }
        }
        panic!("{about}: never heard again: {:?}", self.troubles);
    }

    /// The printer tells no place, and the eject lays nothing.
    fn eject_what_is_held(&mut self, duet: &mut Duet) {
        self.case.point = Point::Sent(Stage::Eject);
        let answer = duet.ask(Request::Do(Stage::Eject));
        if !matches!(answer, Answer::Done(_)) {
            mend(duet);
            clear_out(duet);
        }
    }

    /// A person has looked: whether a whole card of this job lies anywhere.
    fn settle(&mut self, duet: &mut Duet) -> bool {
        mend(duet);
        clear_out(duet);
        clear(duet);
        !self.good(duet).is_empty()
    }
}

/// A printer may wait for the rest of a download without limit: a person tries the switch.
fn switch(duet: &mut Duet) {
    for hand in [Hand::PowerOff, Hand::PowerOn] {
        duet.hand(hand);
        duet.pass(AGAIN);
    }
}

/// Power and cable.
fn reconnect(duet: &mut Duet) {
    let mechanism = duet.firmware.mechanism();
    let (power, plugged) = (mechanism.power(), mechanism.plugged());
    if !plugged {
        duet.hand(Hand::PlugIn);
    }
    if !power {
        duet.hand(Hand::PowerOn);
    }
}

/// What a hand does at once: power, cable, lid, ribbon, blanks, a card that is stuck.
pub(crate) fn mend(duet: &mut Duet) {
    reconnect(duet);
    let mechanism = duet.firmware.mechanism();
    let wanted = duet.firmware.profile().ribbon;
    let ribbon_serves = mechanism
        .ribbon()
        .is_some_and(|ribbon| ribbon.kind == wanted && !ribbon.ended());
    let (lid, jam, hopper) = (
        mechanism.lid_open(),
        mechanism.jam().is_some(),
        mechanism.hopper().len(),
    );
    if jam {
        duet.hand(Hand::ClearJam);
    }
    if !ribbon_serves {
        duet.hand(Hand::Ribbon {
            kind: wanted,
            sets: None,
        });
    }
    if hopper == 0 {
        duet.hand(Hand::Load { blanks: blanks(3) });
    }
    if lid {
        duet.hand(Hand::CloseLid);
    }
}

/// What is inside comes out, and nothing is thrown away.
pub(crate) fn clear_out(duet: &mut Duet) {
    duet.pass(Duration::from_secs(60));
    if !duet.firmware.mechanism().inside().is_empty() {
        duet.take_inside();
    }
    for hand in [Hand::TakeOutput, Hand::EmptyReject] {
        duet.hand(hand);
    }
}

/// An error that may be latched is cleared before the next card; what the answer is shows in its `Prepare`.
fn clear(duet: &mut Duet) {
    for tried in 0..TRIES_MAX {
        reconnect(duet);
        if tried == DEAF_TRIES {
            switch(duet);
        }
        duet.ask(Request::Status);
        if matches!(duet.ask(Request::Do(Stage::Clear)), Answer::Done(_)) {
            return;
        }
        duet.pass(AGAIN);
    }
    panic!(
        "it is never cleared: {:?} {:02X} {:?}",
        duet.news.last(),
        duet.firmware.port_status(),
        duet.firmware.switches()
    );
}

/// A person switches the printer off and on, and the driver sees it.
#[track_caller]
pub(crate) fn restart(duet: &mut Duet, about: &str) {
    reconnect(duet);
    let mut told = duet.news.len();
    duet.begin(Request::AwaitRestart);
    duet.pass(Duration::from_secs(10));
    duet.hand(Hand::PowerOff);
    if duet.firmware.mechanism().jam().is_some() {
        duet.hand(Hand::ClearJam);
    }
    duet.pass(AGAIN);
    duet.hand(Hand::PowerOn);
    for _ in 0..TRIES_MAX {
        if matches!(duet.until_answered_since(told), Answer::Done(_)) {
            return;
        }
        told = duet.news.len();
        duet.begin(Request::AwaitRestart);
    }
    panic!(
        "{about}: a restart is never seen: {:?}, {:02X}, {:?}",
        duet.news.last(),
        duet.firmware.port_status(),
        duet.firmware.switches()
    );
}
