//! One job as a spooler plays it: each stage under its intent, and after a doubt the questions and the row of the
//! custody table that fits.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::matica::PositionAfterPower;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, Station};

use super::cards::{assert_face, check, picture};
use super::{Duet, examine};
use crate::verdicts::{Case, verdict};

/// Doubts of one attempt at most, and tries to be heard in each.
const DOUBTS_MAX: usize = 6;
const TRIES_MAX: usize = 12;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// A whole card exists.
    Printed,
    /// No blank was drawn.
    NotFed,
    /// The card is in the reject box.
    Rejected,
    /// The card is clean and not inside.
    Sought,
    /// A person looks.
    Asked(&'static str),
}

/// One attempt at one job.
pub(crate) struct Attempt {
    pub(crate) setup: Setup,
    pub(crate) image: Arc<CardImage>,
    case: Case,
    uid: Option<String>,
    /// How often it was in doubt.
    pub(crate) doubts: usize,
    /// What it was in doubt for, each time.
    pub(crate) reasons: Vec<Answer>,
    /// And where.
    points: Vec<Point>,
    /// The stage whose answer counts as never come: the host dies behind it.
    pub(crate) dies_after: Option<Stage>,
}

impl Attempt {
    pub(crate) fn new(setup: Setup, image: &Arc<CardImage>) -> Attempt {
        Attempt {
            setup,
            image: Arc::clone(image),
            // It counts no panels.
            case: Case::new(setup, 0),
            uid: None,
            doubts: 0,
            reasons: Vec::new(),
            points: Vec::new(),
            dies_after: None,
        }
    }

    /// Plays it to its end.
    pub(crate) fn run(&mut self, duet: &mut Duet) -> End {
        for tries in 0..TRIES_MAX {
            mend(duet);
            if tries % 4 == 3 {
                off_and_on(duet);
            }
            if let Answer::Done(baseline) = duet.ask(Request::Prepare(self.setup)) {
                self.case.baseline = baseline;
                return self.go_on(duet);
            }
            duet.pass(Duration::from_secs(30));
        }
        panic!("never prepared: {:?}", duet.news.last());
    }

    fn go_on(&mut self, duet: &mut Duet) -> End {
        while self.doubts <= DOUBTS_MAX {
            let answer = match self.case.point {
                Point::Before => self.order(duet, Stage::Feed),
                Point::Answered(Stage::Feed) | Point::Bound if self.setup.chip => {
                    self.uid = Some(duet.reader("uid"));
                    if duet.reader("apdu 00D60001020102") == "9000" {
                        self.case.point = Point::Answered(Stage::Chip);
                        continue;
                    }
                    // A card that no reader sees goes to the reject box.
                    match self.carry_out(duet, (Verdict::Reject, "no reader sees it"), true) {
                        Some(Some(end)) => return end,
                        Some(None) | None => Answer::Lost,
                    }
                }
                Point::Answered(Stage::Chip) => self.order(duet, Stage::Park),
                Point::Answered(Stage::Feed | Stage::Park) => {
                    match duet.ask(Request::Load(Arc::clone(&self.image))) {
                        Answer::Done(_) => self.order(duet, Stage::Face),
                        other @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => other,
                    }
                }
                Point::Answered(Stage::Face) => self.order(duet, Stage::Finish),
                Point::Held => self.order(duet, Stage::Eject),
                other @ (Point::Bound | Point::Sent(_) | Point::Answered(_)) => {
                    panic!("nothing follows {other:?}")
                }
            };
            if let Answer::Done(evidence) = &answer {
                match self.case.point {
                    Point::Answered(Stage::Finish) if self.proves(duet, evidence) => {
                        if !self.setup.hold {
                            return End::Printed;
                        }
                        self.case.point = Point::Held;
                        continue;
                    }
                    Point::Answered(Stage::Eject) => return End::Printed,
                    Point::Before
                    | Point::Bound
                    | Point::Held
                    | Point::Sent(_)
                    | Point::Answered(_) => {}
                }
            }
            if !matches!(answer, Answer::Done(_))
                || self.case.point == Point::Answered(Stage::Finish)
            {
                self.doubts += 1;
                if let Some(end) = self.doubt(duet, answer) {
                    return end;
                }
            }
        }
        panic!(
            "no end after {DOUBTS_MAX} doubts: {:?}: {:?}",
            self.reasons.last(),
            duet.texts()
        )
    }

    /// Whether that stage was once in doubt.
    pub(crate) fn in_doubt_at(&self, stage: Stage) -> bool {
        self.points.contains(&Point::Sent(stage))
    }

    /// Whether every witness there is agrees with an answered transfer.
    fn proves(&self, duet: &Duet, evidence: &Evidence) -> bool {
        let counts = duet.capabilities.witnesses.cards;
        let counted = self.case.baseline.cards.map(|cards| cards + 1);
        evidence.place.inside() == Some(self.setup.hold) && (!counts || evidence.cards == counted)
    }

    /// Commits the intent, orders, and takes the answer.
    fn order(&mut self, duet: &mut Duet, stage: Stage) -> Answer {
        self.case.point = Point::Sent(stage);
        let answer = duet.ask(Request::Do(stage));
        if self.dies_after == Some(stage) {
            self.dies_after = None;
            duet.restart();
            return Answer::Lost;
        }
        if matches!(answer, Answer::Done(_)) {
            self.case.point = Point::Answered(stage);
        }
        answer
    }

    /// After a doubt: listen, examine, rule. `None`: the attempt goes on.
    fn doubt(&mut self, duet: &mut Duet, reason: Answer) -> Option<End> {
        self.case.hear(&reason);
        self.reasons.push(reason);
        self.points.push(self.case.point);
        for tries in 0..TRIES_MAX {
            mend(duet);
            if tries % 4 == 3 {
                off_and_on(duet);
            }
            let told = duet.news.len();
            let after = self.case.listens_after();
            let heard = duet.ask(Request::Listen { after });
            let seen = match &heard {
                Answer::Done(_) | Answer::Fault(..) => duet.ask(examine()),
                Answer::Silent { .. } | Answer::Lost => heard.clone(),
            };
            for event in &duet.news[told..] {
                if let Event::Fault(fault) = event {
                    self.case
                        .hear(&Answer::Fault(fault.clone(), Evidence::default()));
                }
            }
            self.case.hear(&heard);
            self.case.hear(&seen);
            let (Answer::Done(evidence) | Answer::Fault(_, evidence)) = seen else {
                duet.pass(Duration::from_secs(30));
                continue;
            };
            let chip = (evidence.place == Place::Contactless).then(|| duet.reader("uid"));
            self.case.same_chip = chip.is_some() && (self.uid.is_none() || self.uid == chip);
            let verdict = verdict(&self.case, &evidence, &duet.capabilities);
            let inside = evidence.place.inside() == Some(true);
            if let Some(end) = self.carry_out(duet, verdict, inside) {
                return end;
            }
        }
        panic!("never heard again: {:?}", self.reasons)
    }

    /// `Some(None)`: the attempt goes on; `None`: it is examined again.
    fn carry_out(
        &mut self,
        duet: &mut Duet,
        (verdict, why): (Verdict, &'static str),
        inside: bool,
    ) -> Option<Option<End>> {
        match verdict {
            Verdict::Go(Point::Before) => Some(Some(End::NotFed)),
            Verdict::Go(to) => {
                self.case.point = to;
                let inside = Setup {
                    card_inside: true,
                    ..self.setup
                };
                let answer = duet.ask(Request::Prepare(inside));
                self.case.hear(&answer);
                matches!(answer, Answer::Done(_)).then_some(None)
            }
            Verdict::Printed if inside => {
                self.case.point = Point::Sent(Stage::Eject);
                let answer = duet.ask(Request::Do(Stage::Eject));
                self.case.hear(&answer);
                matches!(answer, Answer::Done(_)).then_some(Some(End::Printed))
            }
            Verdict::Printed => Some(Some(End::Printed)),
            Verdict::Sought => Some(Some(End::Sought)),
            Verdict::Reject => {
                self.case.point = Point::Sent(Stage::Reject);
                let answer = duet.ask(Request::Do(Stage::Reject));
                self.case.hear(&answer);
                matches!(answer, Answer::Done(_)).then_some(Some(End::Rejected))
            }
            Verdict::Spoiled | Verdict::Clear | Verdict::Ask => Some(Some(End::Asked(why))),
        }
    }
}

/// What a person does at once: power, cable, lid, film.
pub(crate) fn mend(duet: &mut Duet) {
    let mechanism = duet.firmware.mechanism();
    let torn = mechanism.film().is_none_or(|film| film.torn);
    let (power, plugged, lid_open) = (mechanism.power(), mechanism.plugged(), mechanism.lid_open());
    if !plugged {
        duet.hand(Hand::PlugIn);
    }
    if !power {
        duet.hand(Hand::PowerOn);
    }
    if torn {
        duet.hand(Hand::Film { panels: None });
    }
    if lid_open {
        duet.hand(Hand::CloseLid);
    }
}

/// A person switches off what stays silent.
fn off_and_on(duet: &mut Duet) {
    duet.hand(Hand::PowerOff);
    duet.pass(Duration::from_secs(5));
    duet.hand(Hand::PowerOn);
    duet.pass(Duration::from_secs(30));
}

/// Compares how an attempt ended with the truth; then a person puts all in order, the job is printed again where
/// there is no whole card of it, and another person's card comes out with no face but its own.
#[track_caller]
pub(crate) fn judge(duet: &mut Duet, attempt: &Attempt, end: &End, about: &str) {
    let mechanism = duet.firmware.mechanism();
    let inked: Vec<u64> = mechanism
        .cards()
        .filter(|card| card.looks() != Looks::Blank)
        .map(|card| card.id.0)
        .collect();
    assert!(inked.len() <= 1, "{about}: {inked:?} carry one job's ink");
    assert!(mechanism.picked() <= 1, "{about}: a second card");
    let place = |id: u64| duet.card(id).place;
    let whole = |id: &u64| duet.card(*id).looks() == Looks::Whole;
    match end {
        End::Printed => {
            assert_eq!(inked, [1], "{about}");
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
            assert_face(duet, 1, &attempt.image);
        }
        End::NotFed => {
            assert_eq!(mechanism.picked(), 0, "{about}: a blank was drawn");
            assert!(inked.is_empty(), "{about}");
        }
        End::Rejected => assert_eq!(place(1), CardPlace::Reject, "{about}"),
        End::Sought => {
            assert!(inked.is_empty(), "{about}: a face on a sought card");
            // What is stuck at the feeder, or what the printer has forgotten behind a power cut, is found by the
            // person who seeks.
            let forgets = duet.firmware.inner.switches().position_after_power;
            let found = forgets == PositionAfterPower::Forgotten
                || mechanism.jam() == Some(Station::Feeder);
            assert!(mechanism.inside().is_empty() || found, "{about}");
        }
        End::Asked(_) => {}
    }
    let printed = *end == End::Printed
        || matches!(end, End::Asked(_))
            && inked.iter().any(whole)
            && inked.iter().all(|id| place(*id) == CardPlace::Output);
    put_in_order(duet);
    let mut images = vec![picture(77)];
    if !printed {
        images.insert(0, Arc::clone(&attempt.image));
    }
    for image in images {
        check(duet, attempt.setup, &image);
    }
    let good = duet
        .firmware
        .mechanism()
        .cards()
        .filter(|card| card.place == CardPlace::Output && card.looks() == Looks::Whole);
    assert_eq!(
        good.count(),
        1 + usize::from(!printed),
        "{about}: since the trays were emptied"
    );
}

/// A person takes out what is inside and empties the trays, waits until the printer has started, and wakes it.
pub(crate) fn put_in_order(duet: &mut Duet) {
    mend(duet);
    if duet.firmware.mechanism().jam().is_some() {
        duet.hand(Hand::ClearJam);
    }
    duet.pass(Duration::from_secs(200));
    if !duet.firmware.mechanism().inside().is_empty() {
        duet.take_inside();
        duet.pass(Duration::from_secs(20));
    }
    for hand in [Hand::TakeOutput, Hand::EmptyReject, Hand::TakePile] {
        duet.hand(hand);
    }
    if duet
        .firmware
        .mechanism()
        .film()
        .is_none_or(|film| film.torn)
    {
        duet.hand(Hand::Film { panels: None });
    }
    // Before the next card a spooler clears what may stand; what stays silent is switched off.
    for request in [
        Request::Do(Stage::Clear),
        Request::Prepare(super::cards::plain()),
    ] {
        let mut tries = 0;
        while !matches!(duet.ask(request.clone()), Answer::Done(_)) {
            tries += 1;
            assert!(tries < TRIES_MAX, "not in order: {:?}", duet.news.last());
            off_and_on(duet);
            duet.pass(Duration::from_secs(200));
        }
    }
}
