//! What nobody has shown of these printers, one switch each.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

pub use crate::switches::{HalfPayload, PositionAfterPower, PowerUp};

use crate::mechanism::{CounterStore, PanelCounts};

/// When a page draws its card \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedAt {
    /// With its header.
    Header,
    /// With its first plane.
    FirstPlane,
    /// With its end.
    Etx,
}

/// What OK means for a card that was begun \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OkMeans {
    /// The page is printed again, from its beginning, on another card.
    Reprint,
    /// What is left is laid on the same card.
    GoOn,
    /// The job is forgotten, as by Cancel.
    Drop,
}

/// What Cancel does with a card that is inside \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanEjects {
    /// It comes out.
    Output,
    /// It stays.
    Keeps,
}

/// When the card counter moves \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardsCount {
    /// As a card leaves the hopper.
    Feed,
    /// As a card leaves the path.
    Eject,
}

/// When used shots are written to the ribbon's tag \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagWrite {
    /// With the first panel of a set.
    FirstPanel,
    /// When the card has all its panels.
    End,
}

/// What becomes of half a page when the cable was pulled \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageAfterCut {
    /// It waits for the rest.
    Waits,
    /// It is forgotten.
    Dropped,
    /// What has come is printed.
    Printed,
}

/// Which ETX ends a page \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Etx {
    /// Only the one behind the last trailer.
    LastTrailer,
    /// After ten seconds without a byte inside a page, any; the rest of the page is blank \[inferred\].
    Any,
}

/// What a page does when a card is inside that nobody parked for it \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageWithCardInside {
    /// It takes that card.
    TakesIt,
    /// It draws one more, and the two jam.
    Jams,
}

/// Which bits the model flags are [doc and code disagree].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelFlags {
    /// Bit 0 magnetic, bit 1 duplex [code: ultra14].
    Code,
    /// Bit 0 duplex, bit 1 magnetic \[doc\].
    Paper,
}

/// The switches of one simulated Magicard printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// A card that is inside at power-up.
    pub power_up: PowerUp,
    /// When counters are written to memory that survives.
    pub counter_store: CounterStore,
    /// What is known of a card's place after a power cut.
    pub position_after_power: PositionAfterPower,
    /// Answers that an earlier host has not read reach the next one.
    pub stale_answer: bool,
    /// A page whose host says no more.
    pub half_payload: HalfPayload,
    /// When a page draws its card.
    pub feed_at: FeedAt,
    /// What OK means for a card that was begun.
    pub ok_means: OkMeans,
    /// What Cancel does with a card that is inside.
    pub can_ejects: CanEjects,
    /// When the card counter moves.
    pub cards_count: CardsCount,
    /// The panel counter moves at the end of a panel; else at its start.
    pub panels_count_at_end: bool,
    /// The overcoat counts as a panel.
    pub overcoat_counted: bool,
    /// When used shots are written to the ribbon's tag.
    pub tag_write: TagWrite,
    /// The ribbon's tag is read.
    pub tag_read: bool,
    /// Half a page after the cable was pulled.
    pub page_after_cut: PageAfterCut,
    /// `SNRn` is answered by the Enduro class, too.
    pub snr_on_b2: bool,
    /// A finished card can be held inside.
    pub eject_hold: bool,
    /// Status requests are answered while it is busy.
    pub inf_while_busy: bool,
    /// Which ETX ends a page.
    pub etx: Etx,
    /// What a page does when a card is inside that nobody parked for it.
    pub page_with_card_inside: PageWithCardInside,
    /// The language of the last job outlives the power.
    pub language_survives_power: bool,
    /// Which bits the model flags are.
    pub model_flags: ModelFlags,
}

impl Default for Switches {
    /// The most ordinary reading.
    fn default() -> Switches {
        Switches {
            power_up: PowerUp::Keep,
            counter_store: CounterStore::AtOnce,
            position_after_power: PositionAfterPower::Sensed,
            stale_answer: true,
            half_payload: HalfPayload::Wait,
            feed_at: FeedAt::Etx,
            ok_means: OkMeans::Reprint,
            can_ejects: CanEjects::Output,
            cards_count: CardsCount::Eject,
            panels_count_at_end: true,
            overcoat_counted: true,
            tag_write: TagWrite::FirstPanel,
            tag_read: true,
            page_after_cut: PageAfterCut::Waits,
            snr_on_b2: false,
            eject_hold: false,
            inf_while_busy: true,
            etx: Etx::LastTrailer,
            page_with_card_inside: PageWithCardInside::TakesIt,
            language_survives_power: true,
            model_flags: ModelFlags::Code,
        }
    }
}

impl Switches {
    /// Draws every switch from a seed.
    pub fn draw(seed: u64) -> Switches {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut one_of = |count: u32| chance.next_u32() % count;
        Switches {
            power_up: match one_of(3) {
                0 => PowerUp::Keep,
                1 => PowerUp::Output,
                _ => PowerUp::Reject,
            },
            counter_store: match one_of(3) {
                0 => CounterStore::AtOnce,
                1 => CounterStore::AtEject,
                _ => CounterStore::EverySeconds(1 + one_of(60)),
            },
            position_after_power: match one_of(2) {
                0 => PositionAfterPower::Sensed,
                _ => PositionAfterPower::Forgotten,
            },
            stale_answer: one_of(2) == 0,
            half_payload: match one_of(3) {
                0 => HalfPayload::Wait,
                1 => HalfPayload::Timeout(5 + one_of(60)),
                _ => HalfPayload::DroppedOnClose,
            },
            feed_at: match one_of(3) {
                0 => FeedAt::Header,
                1 => FeedAt::FirstPlane,
                _ => FeedAt::Etx,
            },
            ok_means: match one_of(3) {
                0 => OkMeans::Reprint,
                1 => OkMeans::GoOn,
                _ => OkMeans::Drop,
            },
            can_ejects: match one_of(2) {
                0 => CanEjects::Output,
                _ => CanEjects::Keeps,
            },
            cards_count: match one_of(2) {
                0 => CardsCount::Feed,
                _ => CardsCount::Eject,
            },
            panels_count_at_end: one_of(2) == 0,
            overcoat_counted: one_of(2) == 0,
            tag_write: match one_of(2) {
                0 => TagWrite::FirstPanel,
                _ => TagWrite::End,
            },
            tag_read: one_of(4) != 0,
            page_after_cut: match one_of(3) {
                0 => PageAfterCut::Waits,
                1 => PageAfterCut::Dropped,
                _ => PageAfterCut::Printed,
            },
            snr_on_b2: one_of(2) == 0,
            eject_hold: one_of(2) == 0,
            inf_while_busy: one_of(2) == 0,
            etx: match one_of(2) {
                0 => Etx::LastTrailer,
                _ => Etx::Any,
            },
            page_with_card_inside: match one_of(2) {
                0 => PageWithCardInside::TakesIt,
                _ => PageWithCardInside::Jams,
            },
            language_survives_power: one_of(2) == 0,
            model_flags: match one_of(2) {
                0 => ModelFlags::Code,
                _ => ModelFlags::Paper,
            },
        }
    }

    pub(super) fn panel_counts(&self) -> PanelCounts {
        PanelCounts {
            at_end: self.panels_count_at_end,
            resin: true,
            overlay: self.overcoat_counted,
        }
    }
}
