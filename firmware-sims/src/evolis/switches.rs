//! What nobody has shown of these printers, one switch each.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

pub use crate::switches::{HalfPayload, PositionAfterPower, PowerUp};

use crate::mechanism::{CounterStore, PanelCounts};

/// Whose answers `Rlr` remembers \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RlrRemembers {
    /// Every command's.
    Reads,
    /// Only those of S and D commands.
    OnlySAndD,
}

/// The first command that feeds a card \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstFeed {
    /// The sequence's beginning.
    Ss,
    /// The first plane.
    FirstDb,
    /// The second plane, when the first is to be printed.
    SecondDb,
}

/// Words of `Rlr;p`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceWords {
    /// `OK`, `CARD`, `SMART CARD`, `CONTACTLESS CARD` [code: Qt kiosk].
    Kiosk,
    /// `NO CARD`, `ERR CARD` \[doc\]; also for a card that is stuck in the feeder, not for the stack \[inferred\].
    Guide,
}

/// What ejects a card that `Psoe;D` held \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EjectUnderHold {
    /// A second `Se`.
    Se,
    /// `Psoe;E`, then `Se`.
    NeedsPsoeE,
}

/// The switches of one simulated Evolis printer.
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
    /// A download whose host has gone.
    pub half_payload: HalfPayload,
    /// A stream that ends badly while the path is empty makes the printer feed a blank and eject it [code: issue of another driver].
    pub bad_end_feeds: bool,
    /// When and for which panels `Rco;p` moves.
    pub p_counts: PanelCounts,
    /// Whose answers `Rlr` remembers.
    pub rlr_overwritten: RlrRemembers,
    /// The first command that feeds.
    pub first_feed: FirstFeed,
    /// `Psoe;D` holds the finished card; else it is answered and ignored.
    pub psoe_honoured: bool,
    /// The `Se` that ejects a held card sets `Psoe` back to `E`.
    pub psoe_restored_by_se: bool,
    /// Words of `Rlr;p`.
    pub rlr_p_words: PlaceWords,
    /// `Ss` forgets a panel that was downloaded and not printed.
    pub ss_drops_pending: bool,
    /// What ejects a held card.
    pub eject_under_hold: EjectUnderHold,
    /// `Se` with nothing inside and nothing pending feeds a blank and ejects it.
    pub empty_se_feeds: bool,
    /// Where `Scs` throws a card that is inside: the reject box, else the output.
    pub scs_throws_to_reject: bool,
    /// A reject box is fitted.
    pub reject_box: bool,
    /// The display tells that the printer has just started, until the next motion.
    pub reset_flag: bool,
    /// `Rrt` answers `OK` at every second question.
    pub rrt_says_ok: bool,
    /// ESC inside a text command starts anew; else it is one more letter.
    pub escape_restarts: bool,
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
            bad_end_feeds: false,
            p_counts: PanelCounts {
                at_end: true,
                resin: true,
                overlay: true,
            },
            rlr_overwritten: RlrRemembers::Reads,
            first_feed: FirstFeed::FirstDb,
            psoe_honoured: true,
            psoe_restored_by_se: false,
            rlr_p_words: PlaceWords::Kiosk,
            ss_drops_pending: true,
            eject_under_hold: EjectUnderHold::Se,
            empty_se_feeds: false,
            scs_throws_to_reject: false,
            reject_box: true,
            reset_flag: false,
            rrt_says_ok: false,
            escape_restarts: true,
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
            bad_end_feeds: one_of(4) == 0,
            p_counts: PanelCounts {
                at_end: one_of(2) == 0,
                resin: one_of(2) == 0,
                overlay: one_of(2) == 0,
            },
            rlr_overwritten: match one_of(2) {
                0 => RlrRemembers::Reads,
                _ => RlrRemembers::OnlySAndD,
            },
            first_feed: match one_of(3) {
                0 => FirstFeed::Ss,
                1 => FirstFeed::FirstDb,
                _ => FirstFeed::SecondDb,
            },
            psoe_honoured: one_of(4) != 0,
            psoe_restored_by_se: one_of(2) == 0,
            rlr_p_words: match one_of(2) {
                0 => PlaceWords::Kiosk,
                _ => PlaceWords::Guide,
            },
            ss_drops_pending: one_of(2) == 0,
            eject_under_hold: match one_of(2) {
                0 => EjectUnderHold::Se,
                _ => EjectUnderHold::NeedsPsoeE,
            },
            empty_se_feeds: one_of(4) == 0,
            scs_throws_to_reject: one_of(2) == 0,
            reject_box: one_of(4) != 0,
            reset_flag: one_of(2) == 0,
            rrt_says_ok: one_of(2) == 0,
            escape_restarts: one_of(2) == 0,
        }
    }
}
