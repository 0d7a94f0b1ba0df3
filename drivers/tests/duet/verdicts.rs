//! A plain reading of a dialect's custody rows, for comparing what they say with what the mechanism shows. What
//! overrules every row is the domain's; here stands as much of it as a card in flight meets on the bench.

use cetak_drivers::contract::*;

/// What is committed of an attempt when it is in doubt.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) point: Point,
    pub(crate) baseline: Evidence,
    pub(crate) chip: bool,
    pub(crate) hold: bool,
    /// Panels that a whole card adds.
    pub(crate) panels: u64,
    pub(crate) lid_opened: bool,
    /// The last fault that was heard since the intent.
    pub(crate) heard: Option<Fault>,
    /// The error was cleared by command since the point.
    pub(crate) cleared: bool,
    /// The link never fell silent since the intent.
    pub(crate) listened: bool,
    /// A reader sees the chip at the station, and it is the one that is bound, or none is bound yet.
    pub(crate) same_chip: bool,
}

impl Case {
    /// A card that nothing was ordered for; a whole one adds so many panels.
    pub(crate) fn new(setup: Setup, panels: u64) -> Case {
        Case {
            point: Point::Before,
            baseline: Evidence::default(),
            chip: setup.chip,
            hold: setup.hold,
            panels,
            lid_opened: false,
            heard: None,
            cleared: false,
            listened: true,
            same_chip: false,
        }
    }

    /// The stage that a host listens for after a doubt.
    pub(crate) fn listens_after(&self) -> Option<Stage> {
        match self.point {
            Point::Sent(stage) | Point::Answered(stage) => Some(stage),
            Point::Held => Some(Stage::Finish),
            Point::Before | Point::Bound => None,
        }
    }

    /// An answer is evidence from then on.
    pub(crate) fn hear(&mut self, answer: &Answer) {
        match answer {
            Answer::Done(evidence) | Answer::Fault(_, evidence) => {
                self.lid_opened |= evidence.lid_open == Some(true);
            }
            Answer::Silent { .. } | Answer::Lost => self.listened = false,
        }
        if let Answer::Fault(fault, _) = answer {
            self.lid_opened |= *fault == Fault::CoverOpen;
            self.heard = Some(fault.clone());
        }
    }
}

/// The verdict of the first row that fits, and why.
pub(crate) fn verdict(
    case: &Case,
    evidence: &Evidence,
    capabilities: &Capabilities,
) -> (Verdict, &'static str) {
    let ask = |why| (Verdict::Ask, why);
    let point = canonical(case);
    match point {
        Point::Held | Point::Sent(Stage::Eject) | Point::Answered(Stage::Eject) => {
            return (Verdict::Printed, "completeness was proved before the doubt");
        }
        Point::Before => return (Verdict::Go(Point::Before), "no feed was ordered"),
        Point::Bound | Point::Sent(_) | Point::Answered(_) => {}
    }
    if evidence.unit != case.baseline.unit {
        return ask("another unit answers");
    }
    if !evidence.settled {
        return ask("two readings differ");
    }
    let moved = |after: Option<u64>, before: Option<u64>| after?.checked_sub(before?);
    let cards = moved(evidence.cards, case.baseline.cards);
    let panels = moved(evidence.panels, case.baseline.panels);
    let shots = moved(evidence.shots, case.baseline.shots);
    if cards.is_some_and(|n| n > 1) || shots.is_some_and(|n| n > 1) {
        return ask("more than one card was counted");
    }
    if panels.is_some_and(|n| n > case.panels) {
        return ask("more panels were counted than ordered");
    }
    if case.lid_opened && face_begun(point, capabilities) {
        return ask("the lid was open with a face begun");
    }
    if case.heard.as_ref().is_some_and(Fault::broke_a_motion) {
        return ask("a card is stuck");
    }
    let kept = match evidence.power {
        Power::Kept => true,
        Power::Unknown => case.listened && !capabilities.witnesses.power,
        Power::Lost => false,
    };
    let fits = |row: &&Row| {
        let place = row.place.is_none_or(|place| match place {
            PlaceIs::In => evidence.place.inside() == Some(true),
            PlaceIs::AtStation => evidence.place == Place::Contactless,
            PlaceIs::Empty => evidence.place.inside() == Some(false),
        });
        let counted = row.panels.is_none_or(|wanted| match wanted {
            PanelsIs::Zero => panels == Some(0),
            PanelsIs::All => panels == Some(case.panels),
        });
        // What the last answer was is told in the words of a fault.
        let last = row.last.is_none_or(|wanted| {
            let said = match &evidence.last {
                LastAnswer::Ok => "Ok".to_owned(),
                LastAnswer::Fault(fault) => format!("{fault:?}"),
                LastAnswer::Unknown => return false,
            };
            format!("{wanted:?}") == said
        });
        let chip = match row.chip {
            None => true,
            Some(ChipIs::Same) => case.same_chip,
            // No script runs at the bench.
            Some(ChipIs::Untouched | ChipIs::Complete) => false,
        };
        let wakes = matches!(evidence.wake, Wake::Awake | Wake::Woken);
        let bench = row.bench.iter();
        row.at == point
            && row.power.is_none_or(|power| kept == (power == Power::Kept))
            && place
            && (row.cards.is_none() || row.cards == cards)
            && counted
            && (row.shots.is_none() || row.shots == shots)
            && last
            && row.cleared.is_none_or(|cleared| cleared == case.cleared)
            && (!row.quiet || (case.heard.is_none() && case.listened))
            && chip
            && (row.wake.is_none() || wakes)
            && (!row.reject_has_room || evidence.reject_full == Some(false))
            && bench.clone().all(|flag| capabilities.bench.contains(flag))
    };
    let Some(row) = capabilities.rows.iter().find(fits) else {
        return ask("no row of the custody table fits");
    };
    if !capabilities.reject && matches!(row.verdict, Verdict::Reject | Verdict::Spoiled) {
        return ask("no reject box: the card would fall among the good ones");
    }
    let last_panel =
        point == Point::Sent(Stage::Finish) && capabilities.face_begins < Stage::Finish;
    if !case.hold && !kept && last_panel && row.verdict != Verdict::Printed {
        return ask("without hold a power cut in the last panel proves nothing");
    }
    (row.verdict, row.why)
}

/// Whether something may lie on the card at this point.
fn face_begun(point: Point, capabilities: &Capabilities) -> bool {
    match point {
        Point::Before | Point::Bound => false,
        Point::Held => true,
        Point::Sent(stage) | Point::Answered(stage) => {
            matches!(stage, Stage::Reject | Stage::Eject) || stage >= capabilities.face_begins
        }
    }
}

/// Without a chip the feed brings the card to the print start; what is answered and not proved is what was sent.
fn canonical(case: &Case) -> Point {
    match case.point {
        Point::Answered(Stage::Feed) if !case.chip => Point::Answered(Stage::Park),
        Point::Answered(stage @ (Stage::Finish | Stage::Face)) => Point::Sent(stage),
        point @ (Point::Before
        | Point::Sent(_)
        | Point::Answered(_)
        | Point::Bound
        | Point::Held) => point,
    }
}
