//! An open attempt in the spooler's memory: what is waited for, and what its committed entries say.

use std::sync::Arc;

use cetak_drivers::contract::{
    Capabilities, CardImage, Evidence, Fault, Moment, Point, Power, Stage,
};

use crate::domain::custody::{self, Case, ChipReading};
use crate::domain::ids::Stock;
use crate::engine::store::{Attempt, AttemptEntry};

/// An open attempt.
#[derive(Debug)]
pub struct CardRun {
    /// As stored, with its entries.
    pub attempt: Attempt,
    /// Its stock.
    pub stock: Stock,
    /// It is a test card: nobody's, and no chip is written.
    pub test_card: bool,
    /// The picture until it is loaded; one that must be loaded again is drawn again.
    pub image: Option<Arc<CardImage>>,
    /// What is being waited for.
    pub doing: Doing,
    /// No doubt since the intent: answers alone suffice for `held`.
    pub uncut: bool,
    /// Neither this program nor the link fell silent since the first intent.
    pub listened: bool,
    /// The printer is waited for to be switched off and on.
    pub awaiting_restart: bool,
    /// No doubt since the picture was loaded, in this life of the program.
    pub face_uncut: bool,
    /// Entries of the attempt when the picture was loaded.
    pub face_from: usize,
    /// What the examination found so far.
    pub evidence: Evidence,
    /// What the reader said during the examination.
    pub chip: Option<ChipReading>,
    /// Examinations that did not settle.
    pub examined: u32,
    /// Rejects or ejects ordered.
    pub moves: u32,
    /// When the feed was ordered, in this life of the program.
    pub fed_at: Option<Moment>,
    /// The committed entries are older than ten minutes, or from a clock we cannot compare.
    pub away_long: bool,
}

/// What an open attempt waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// The answer to a stage.
    Stage(Stage),
    /// The picture, before it can be loaded.
    Picture,
    /// The answer to `Load`.
    Loading,
    /// The blank's number.
    ReadingUid,
    /// The chip to be written.
    WritingChip,
    /// The chip to be compared.
    ProvingChip,
    /// A pause before the printer is asked again.
    Waiting,
    /// The answer to `Listen`.
    Listening,
    /// The answer to `Examine`.
    Examining,
    /// The chip's number, as evidence.
    ExaminingUid,
    /// How far the chip is written, as evidence.
    ExaminingChip,
    /// The settings for going on with the card inside, then behind this point.
    Resuming(Point),
    /// A hand that changes a supply or ends what stands in the way; then the attempt goes on behind this point.
    HeldUp(Point),
    /// A pause before the finished card is ejected again.
    WaitingToEject,
    /// Two people.
    Person,
}

impl CardRun {
    /// The last committed point.
    pub fn point(&self) -> Point {
        self.attempt
            .entries
            .iter()
            .rev()
            .find_map(|entry| match entry {
                AttemptEntry::Point(Point::Sent(Stage::Clear) | Point::Answered(Stage::Clear)) => {
                    None
                }
                AttemptEntry::Point(point) => Some(*point),
                AttemptEntry::Heard(_)
                | AttemptEntry::LidOpened
                | AttemptEntry::Listening
                | AttemptEntry::Found(_)
                | AttemptEntry::Ruled(_, _)
                | AttemptEntry::Cleared
                | AttemptEntry::Restarted => None,
            })
            .unwrap_or(Point::Before)
    }

    /// Whether a face was begun at any point of this attempt.
    pub fn face_begun(&self, capabilities: &Capabilities) -> bool {
        self.attempt.entries.iter().any(|entry| match entry {
            AttemptEntry::Point(
                Point::Sent(Stage::Reject | Stage::Eject)
                | Point::Answered(Stage::Reject | Stage::Eject),
            ) => false,
            AttemptEntry::Point(point) => custody::face_begun(*point, capabilities),
            AttemptEntry::Heard(_)
            | AttemptEntry::LidOpened
            | AttemptEntry::Listening
            | AttemptEntry::Found(_)
            | AttemptEntry::Ruled(_, _)
            | AttemptEntry::Cleared
            | AttemptEntry::Restarted => false,
        })
    }

    /// Whether our command has cleared a latched error since the last committed point.
    fn cleared(&self) -> bool {
        self.attempt
            .entries
            .iter()
            .rev()
            .take_while(|entry| match entry {
                AttemptEntry::Point(point) => {
                    matches!(point, Point::Sent(Stage::Clear))
                }
                AttemptEntry::Heard(_)
                | AttemptEntry::LidOpened
                | AttemptEntry::Listening
                | AttemptEntry::Found(_)
                | AttemptEntry::Ruled(_, _)
                | AttemptEntry::Cleared
                | AttemptEntry::Restarted => true,
            })
            .any(|entry| *entry == AttemptEntry::Cleared)
    }

    /// Whether a person may settle: a printer in whose memory a page may wait was switched off and on first.
    pub fn may_be_settled(&self, capabilities: &Capabilities) -> bool {
        !capabilities.off_first || self.attempt.entries.contains(&AttemptEntry::Restarted)
    }

    /// The attempt as the custody verdict reads it.
    pub fn case(&self, proved: Option<u64>) -> Case {
        Case {
            point: self.point(),
            baseline: self.attempt.baseline.clone(),
            chip: self.attempt.chip,
            hold: self.attempt.hold,
            uid: self.attempt.uid.clone(),
            panels_ordered: self.attempt.panels_ordered,
            panels_proved: proved,
            lid_opened: self.attempt.entries.contains(&AttemptEntry::LidOpened),
            heard: self.heard(),
            cleared: self.cleared(),
            listened: self.listened,
        }
    }

    /// The last fault that was heard; one that broke a motion off since the last intent is not forgotten for what was
    /// heard after it (the lid that a hand opened to pull the card out).
    fn heard(&self) -> Option<Fault> {
        let mut last = None;
        let mut since_intent = true;
        for entry in self.attempt.entries.iter().rev() {
            match entry {
                AttemptEntry::Heard(fault) if since_intent && fault.broke_a_motion() => {
                    return Some(fault.clone());
                }
                AttemptEntry::Heard(fault) => last = last.or_else(|| Some(fault.clone())),
                AttemptEntry::Point(_) => since_intent = false,
                AttemptEntry::LidOpened
                | AttemptEntry::Listening
                | AttemptEntry::Found(_)
                | AttemptEntry::Ruled(_, _)
                | AttemptEntry::Cleared
                | AttemptEntry::Restarted => {}
            }
        }
        last
    }

    /// How often this verdict was given in this attempt.
    pub fn ruled(&self, verdict: &str) -> usize {
        let same = |entry: &&AttemptEntry| match entry {
            AttemptEntry::Ruled(name, _) => name == verdict,
            AttemptEntry::Point(_)
            | AttemptEntry::Heard(_)
            | AttemptEntry::LidOpened
            | AttemptEntry::Listening
            | AttemptEntry::Found(_)
            | AttemptEntry::Cleared
            | AttemptEntry::Restarted => false,
        };
        self.attempt.entries.iter().filter(same).count()
    }

    /// Panels counted by a card whose last panel was ordered without a doubt before it: a printer that cannot hold
    /// throws the finished card out, and people who then see a good card prove the count.
    pub fn panels_of_an_answered_card(&self) -> Option<u64> {
        let asked = self
            .attempt
            .entries
            .iter()
            .position(|entry| *entry == AttemptEntry::Listening)?;
        let (before, after) = self.attempt.entries.split_at(asked);
        let answered = before
            .iter()
            .all(|entry| matches!(entry, AttemptEntry::Point(_)))
            && before.last() == Some(&AttemptEntry::Point(Point::Sent(Stage::Finish)));
        let quiet = !after.iter().any(|entry| {
            matches!(
                entry,
                AttemptEntry::Heard(_) | AttemptEntry::LidOpened | AttemptEntry::Point(_)
            )
        });
        let moved = |after: Option<u64>, before: Option<u64>| after?.checked_sub(before?);
        let baseline = &self.attempt.baseline;
        let one_card = moved(self.evidence.cards, baseline.cards) == Some(1);
        let panels = moved(self.evidence.panels, baseline.panels);
        // Without its power the counter may have fallen back.
        let counted = self.evidence.settled && self.evidence.power == Power::Kept;
        panels.filter(|_| answered && quiet && one_card && counted)
    }

    /// Whether the power's witness was found gone at any time of this attempt.
    pub fn power_was_lost(&self) -> bool {
        self.attempt.entries.iter().any(|entry| match entry {
            AttemptEntry::Found(evidence) => evidence.power == Power::Lost,
            AttemptEntry::Point(_)
            | AttemptEntry::Heard(_)
            | AttemptEntry::LidOpened
            | AttemptEntry::Listening
            | AttemptEntry::Ruled(_, _)
            | AttemptEntry::Cleared
            | AttemptEntry::Restarted => false,
        })
    }

    /// The stage whose intent was the last committed entry.
    pub fn stage_in_doubt(&self) -> Option<Stage> {
        match self.point() {
            Point::Sent(stage) | Point::Answered(stage) => Some(stage),
            Point::Bound => Some(Stage::Feed),
            Point::Held => Some(Stage::Finish),
            Point::Before => None,
        }
    }
}
