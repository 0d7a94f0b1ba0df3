//! The custody table's vocabulary: a maker's page becomes rows of data, read by one function of the domain.

use serde::{Deserialize, Serialize};

use super::Stage;

/// The last committed entry of an attempt: all that a returning host knows. `Clear` does not replace it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// No intent yet, or the feed is proved not to have happened.
    Before,
    /// An intent: the stage may have been ordered.
    Sent(Stage),
    /// The stage was answered.
    Answered(Stage),
    /// The blank's number is bound to the job.
    Bound,
    /// The finished card is inside and proved so.
    Held,
}

/// Whether the printer kept its power since the attempt began.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// No witness: read as lost.
    #[default]
    Unknown,
    /// The canary is alive.
    Kept,
    /// The canary is gone: power was lost, or a stranger wrote.
    Lost,
}

/// What shall happen to the card in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same attempt goes on behind this point.
    Go(Point),
    /// A finished card exists; if it is inside it is ejected.
    Printed,
    /// Reject it by command; spoiled once that is answered.
    Reject,
    /// The reject was carried out.
    Spoiled,
    /// The face is clean and the card is not found: look for the blank, the job goes on.
    Sought,
    /// Clear the latched error by command, wait, and examine again.
    Clear,
    /// Ask a person.
    Ask,
}

/// Which place a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceIs {
    /// A card is inside.
    In,
    /// A card is at the chip station.
    AtStation,
    /// The path is empty.
    Empty,
}

/// Which panel count a row needs, against the number ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelsIs {
    /// No panel since the baseline.
    Zero,
    /// As many as a whole card of this ribbon and mode adds (the number is proved, not assumed).
    All,
}

/// Which last answer a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastIs {
    /// The last command was carried out.
    Ok,
    /// The last command stopped because no blank could be picked.
    FeederEmpty,
    /// The last command stopped because a blank stuck at the hopper.
    FeederJam,
}

/// Which state of the chip a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChipIs {
    /// The number bound to the attempt is read at the station (or none is bound yet).
    Same,
    /// Same, and no step of the script holds.
    Untouched,
    /// Same, and every step holds.
    Complete,
}

/// Which wakefulness a row needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WakeIs {
    /// It answers, at once or after filling.
    Answers,
}

/// Facts about one model and firmware that only a bench can show; unset until it was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenchFlag {
    /// Counters are stored when they move: they survive a power cut.
    CountersDurable,
    /// A panel is counted at its end, not at its start.
    PanelCountedAtEnd,
    /// The last panel of a card is counted.
    LastPanelCounted,
    /// A new sequence drops planes that wait in memory.
    SequenceStartDropsPlanes,
    /// After a power cut the first question on this transport is answered with the attention: its absence says
    /// that the power was kept.
    AttentionOnTransport,
    /// A connection that ends moves no card.
    CloseMovesNoCard,
    /// A card is counted when its face is fused to it, and by nothing else.
    CardCountedAtTransfer,
    /// Nothing but a command of ours moves a card: neither a start nor the end of a connection.
    OnlyCommandsMoveCards,
    /// A finished card may be kept at the print position and ordered out from there.
    HoldsAtPrintPosition,
    /// A card is counted when it leaves, not when it is fed.
    CardCountedAtEject,
    /// A page that broke off is never printed as far as it came, whatever follows it.
    HalfPageNeverPrinted,
}

/// One row of a maker's custody table. Every condition that is set must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The last committed entry.
    pub at: Point,
    /// `Kept` is the column H, L (also read when the power is unknown and the link was never silent since the
    /// intent); `Lost` the column P, B; `None` both.
    pub power: Option<Power>,
    /// The card's place.
    pub place: Option<PlaceIs>,
    /// Cards counted since the baseline.
    pub cards: Option<u64>,
    /// Panels counted since the baseline.
    pub panels: Option<PanelsIs>,
    /// Uses counted by the ribbon's tag since the baseline.
    pub shots: Option<u64>,
    /// The last answer.
    pub last: Option<LastIs>,
    /// The error was cleared by our command since the point, and that was answered.
    pub cleared: Option<bool>,
    /// No fault was heard since the intent, and the link never fell silent since.
    pub quiet: bool,
    /// The chip.
    pub chip: Option<ChipIs>,
    /// Whether it answers.
    pub wake: Option<WakeIs>,
    /// The reject box is known not to be full.
    pub reject_has_room: bool,
    /// The row does not fit until the bench has shown all of these.
    pub bench: &'static [BenchFlag],
    /// What then holds.
    pub verdict: Verdict,
    /// Why, in a few words.
    pub why: &'static str,
}

impl Row {
    /// A row without conditions, to be narrowed with struct update.
    pub const fn at(at: Point, verdict: Verdict, why: &'static str) -> Row {
        Row {
            at,
            power: None,
            place: None,
            cards: None,
            panels: None,
            shots: None,
            last: None,
            cleared: None,
            quiet: false,
            chip: None,
            wake: None,
            reject_has_room: false,
            bench: &[],
            verdict,
            why,
        }
    }
}
