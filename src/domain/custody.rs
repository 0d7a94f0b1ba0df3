//! The custody verdict: what became of the card in flight, as a pure function of intent and evidence.
//!
//! A maker's rows are data in its dialect; what overrules every row is here. Doubt falls to the operator:
//! a wrong "printed" costs a search, a wrong "not fed" makes a second card.

use cetak_drivers::contract::{
    BenchFlag, BlankUid, Capabilities, ChipIs, ChipState, Evidence, Fault, LastAnswer, LastIs,
    PanelsIs, PlaceIs, Point, Power, Row, Stage, Verdict, Wake, WakeIs,
};
use serde::{Deserialize, Serialize};

/// What was committed about the attempt before the doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The last committed entry.
    pub point: Point,
    /// The evidence the card started from.
    pub baseline: Evidence,
    /// A chip is written in line.
    pub chip: bool,
    /// Hold was ordered.
    pub hold: bool,
    /// The blank's number, where it was bound.
    pub uid: Option<BlankUid>,
    /// Panels that were ordered at most: an upper bound for what can be counted.
    pub panels_ordered: u64,
    /// What a whole card of this printer, ribbon and mode adds to the panel counter, where it is proved.
    pub panels_proved: Option<u64>,
    /// The lid was seen open since the intent.
    pub lid_opened: bool,
    /// A fault that was heard since the intent.
    pub heard: Option<Fault>,
    /// A latched error was cleared by our command since the point, and that was answered.
    pub cleared: bool,
    /// Neither this program nor the link fell silent since the intent.
    pub listened: bool,
}

/// What is known after the doubt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// What the printer could prove.
    pub evidence: Evidence,
    /// What the reader at the station said; `None`: not asked.
    pub chip: Option<ChipReading>,
    /// We were away for longer than ten minutes, or cannot tell: a place counts only with a counter.
    pub away_long: bool,
}

/// What a reader said about the chip at its station.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChipReading {
    /// Its number; `None`: no chip answers.
    pub uid: Option<BlankUid>,
    /// How far the script holds, where it was compared.
    pub state: Option<ChipState>,
}

/// A verdict with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// What holds.
    pub verdict: Verdict,
    /// Why, in a few words, for the journal.
    pub why: &'static str,
}

/// Whether dye or resin may have reached the card at this point.
pub fn face_begun(point: Point, capabilities: &Capabilities) -> bool {
    let begins = capabilities.face_begins;
    match point {
        Point::Before | Point::Bound => false,
        Point::Held => true,
        // A reject or an eject keeps what was true before it; callers pass the point they came from.
        Point::Sent(Stage::Reject | Stage::Eject)
        | Point::Answered(Stage::Reject | Stage::Eject) => true,
        Point::Sent(stage) | Point::Answered(stage) => stage >= begins,
    }
}

/// The verdict on the card in flight.
pub fn verdict(case: &Case, facts: &Facts, capabilities: &Capabilities) -> Ruling {
    let ask = |why| Ruling {
        verdict: Verdict::Ask,
        why,
    };
    let point = canonical(case);
    // A finished card was proved before the doubt: whatever the printer did since, it exists.
    if matches!(
        point,
        Point::Held | Point::Sent(Stage::Eject) | Point::Answered(Stage::Eject)
    ) {
        return Ruling {
            verdict: Verdict::Printed,
            why: "completeness was proved before the doubt",
        };
    }
    let evidence = &facts.evidence;
    let face = face_begun(point, capabilities);
    if point == Point::Before {
        return Ruling {
            verdict: Verdict::Go(Point::Before),
            why: "no feed was ordered",
        };
    }
    match (&evidence.unit, &case.baseline.unit) {
        (Some(now), Some(then)) if now == then => {}
        (None, None) => {}
        (Some(_), Some(_)) => return ask("another unit answers"),
        (Some(_), None) | (None, Some(_)) => return ask("the unit cannot be told"),
    }
    if !evidence.settled {
        return ask("two readings differ");
    }
    let cards = delta(evidence.cards, case.baseline.cards);
    let panels = delta(evidence.panels, case.baseline.panels);
    if cards.is_some_and(|n| n > 1) {
        return ask("more than one card was counted");
    }
    if panels.is_some_and(|n| n > case.panels_proved.unwrap_or(case.panels_ordered)) {
        return ask("more panels were counted than ordered");
    }
    if case.lid_opened && face {
        return ask("the lid was open with a face begun");
    }
    if case.heard.as_ref().is_some_and(Fault::broke_a_motion) {
        return ask("a card is stuck");
    }
    if facts.away_long && cards.is_none() {
        return ask("away for long, and no counter");
    }
    let shots = delta(evidence.shots, case.baseline.shots);
    if shots.is_some_and(|n| n > 1) {
        return ask("the ribbon counted more than one card");
    }
    let kept = power_kept(evidence.power, case.listened, capabilities);
    let measured = Measured {
        case,
        facts,
        cards,
        panels,
        shots,
        kept,
    };
    let row = capabilities
        .rows
        .iter()
        .find(|row| row.at == point && measured.fits(row, capabilities));
    let Some(row) = row else {
        return ask("no row of the custody table fits");
    };
    let needs_reject = matches!(row.verdict, Verdict::Reject | Verdict::Spoiled);
    if needs_reject && !capabilities.reject {
        return ask("no reject box: the card would fall among the good ones");
    }
    // Where the whole face is one motion its own rows say what a cut in it leaves.
    let last_part_alone = capabilities.face_begins < Stage::Finish;
    let in_the_last_part = point == Point::Sent(Stage::Finish) && last_part_alone;
    if !case.hold && !kept && in_the_last_part && row.verdict != Verdict::Printed {
        return ask("without hold a power cut in the last panel proves nothing");
    }
    Ruling {
        verdict: row.verdict,
        why: row.why,
    }
}

/// Whether the printer kept its power: its witness says so, or it has none and the hearing was unbroken.
pub fn power_kept(power: Power, listened: bool, capabilities: &Capabilities) -> bool {
    match power {
        Power::Kept => true,
        Power::Unknown => listened && !capabilities.witnesses.power,
        Power::Lost => false,
    }
}

/// Without a chip the feed brings the card to the print start: its answer is the park's.
fn canonical(case: &Case) -> Point {
    match case.point {
        Point::Answered(Stage::Feed) if !case.chip => Point::Answered(Stage::Park),
        Point::Answered(Stage::Finish) => Point::Sent(Stage::Finish),
        Point::Answered(Stage::Face) => Point::Sent(Stage::Face),
        point @ (Point::Before
        | Point::Sent(_)
        | Point::Answered(_)
        | Point::Bound
        | Point::Held) => point,
    }
}

/// How far a counter moved; `None` where either reading is missing or it ran backwards.
fn delta(after: Option<u64>, before: Option<u64>) -> Option<u64> {
    after?.checked_sub(before?)
}

struct Measured<'a> {
    case: &'a Case,
    facts: &'a Facts,
    cards: Option<u64>,
    panels: Option<u64>,
    shots: Option<u64>,
    kept: bool,
}

impl Measured<'_> {
    fn fits(&self, row: &Row, capabilities: &Capabilities) -> bool {
        let evidence = &self.facts.evidence;
        let power = match row.power {
            None => true,
            Some(Power::Kept) => self.kept,
            Some(Power::Lost | Power::Unknown) => !self.kept,
        };
        let place = match row.place {
            None => true,
            Some(PlaceIs::In) => evidence.place.inside() == Some(true),
            Some(PlaceIs::AtStation) => {
                evidence.place == cetak_drivers::contract::Place::Contactless
            }
            Some(PlaceIs::Empty) => evidence.place.inside() == Some(false),
        };
        let cards = row.cards.is_none() || row.cards == self.cards;
        let panels = match row.panels {
            None => true,
            Some(PanelsIs::Zero) => self.panels == Some(0),
            Some(PanelsIs::All) => {
                self.case.panels_proved.is_some() && self.panels == self.case.panels_proved
            }
        };
        let last = match row.last {
            None => true,
            Some(LastIs::Ok) => evidence.last == LastAnswer::Ok,
            Some(LastIs::FeederEmpty) => evidence.last == LastAnswer::Fault(Fault::FeederEmpty),
            Some(LastIs::FeederJam) => evidence.last == LastAnswer::Fault(Fault::FeederJam),
        };
        let shots = row.shots.is_none() || row.shots == self.shots;
        let cleared = row
            .cleared
            .is_none_or(|cleared| cleared == self.case.cleared);
        let quiet = !row.quiet || (self.case.heard.is_none() && self.case.listened);
        let wake = match row.wake {
            None => true,
            Some(WakeIs::Answers) => match evidence.wake {
                Wake::Awake | Wake::Woken => true,
                Wake::Untried | Wake::Deaf => false,
            },
        };
        let room = !row.reject_has_room || evidence.reject_full == Some(false);
        let bench = row
            .bench
            .iter()
            .all(|flag: &BenchFlag| capabilities.bench.contains(flag));
        [
            power, place, cards, panels, shots, last, cleared, quiet, wake, room, bench,
        ]
        .into_iter()
        .all(|holds| holds)
            && self.chip_fits(row)
    }

    fn chip_fits(&self, row: &Row) -> bool {
        let Some(wanted) = row.chip else { return true };
        let Some(reading) = &self.facts.chip else {
            return false;
        };
        let same = match (&self.case.uid, &reading.uid) {
            (Some(bound), Some(read)) => bound == read,
            (None, Some(_)) => true,
            (Some(_) | None, None) => false,
        };
        same && match wanted {
            ChipIs::Same => true,
            ChipIs::Untouched => reading.state == Some(ChipState::Untouched),
            ChipIs::Complete => reading.state == Some(ChipState::Complete),
        }
    }
}
