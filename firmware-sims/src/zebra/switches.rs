//! What nobody has shown of these printers, one switch each.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

pub use crate::switches::{HalfPayload, PositionAfterPower, PowerUp};

use crate::mechanism::CounterStore;

/// Which ports answer \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replies {
    /// Only the serial port \[doc\]; over USB there is the status byte and nothing else.
    Serial,
    /// USB as well, framed as on the serial port.
    Usb,
    /// None.
    None,
}

/// What `.` does besides clearing a latched error \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DotCommand {
    /// Nothing.
    OnlyClears,
    /// The card inside goes to the output.
    ReleasesTheCard,
    /// What an error stopped goes on at the item that failed. It answers nothing of its own \[inferred\].
    Resumes,
}

/// What the button on the printer does \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelButton {
    /// Nothing.
    Nothing,
    /// It clears the error and runs the last `M` or `m` string once more, answering nothing.
    RepeatsTheLastString,
}

/// What `MO` answers when nothing is inside \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoWhenEmpty {
    /// ACK.
    Ack,
    /// NAK 03.
    Nak03,
}

/// What `E` repeats when nothing was answered since power came \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EAfterPower {
    /// `06`.
    Ack,
    /// A bare `15`.
    Nak,
}

/// How a number is read \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberReading {
    /// Digits and nothing else.
    Strict,
    /// What follows the digits is ignored.
    TrailingLettersIgnored,
}

/// The switches of one simulated Zebra printer.
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
    /// Which ports answer.
    pub replies: Replies,
    /// `E` repeats the last answer; else it is unknown (code 14).
    pub e_known: bool,
    /// `%CLN` answers; else it is unknown (code 14).
    pub cln_known: bool,
    /// What `.` does besides clearing.
    pub dot_command: DotCommand,
    /// What the printer's button does.
    pub panel_button: PanelButton,
    /// `MO` with nothing inside.
    pub mo_when_empty: MoWhenEmpty,
    /// A card that a ribbon fault spoils counts as a printing reject and is put out as `+RB` says.
    pub routing: bool,
    /// `E` before anything was answered.
    pub e_after_power: EAfterPower,
    /// How a number is read.
    pub number: NumberReading,
    /// Code 14 is latched as other errors are.
    pub unknown_latches: bool,
    /// `%CLN` moves at the end of a pass; else at its start.
    pub passes_at_end: bool,
    /// A string with a wrong item is refused as a whole; else its items run up to the wrong one.
    pub string_checked_first: bool,
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
            half_payload: HalfPayload::Timeout(30),
            replies: Replies::Usb,
            e_known: true,
            cln_known: true,
            dot_command: DotCommand::OnlyClears,
            panel_button: PanelButton::Nothing,
            mo_when_empty: MoWhenEmpty::Ack,
            routing: false,
            e_after_power: EAfterPower::Ack,
            number: NumberReading::Strict,
            unknown_latches: true,
            passes_at_end: true,
            string_checked_first: true,
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
                1 => HalfPayload::Timeout(5 + one_of(50)),
                _ => HalfPayload::DroppedOnClose,
            },
            replies: match one_of(4) {
                0 => Replies::Serial,
                1 => Replies::None,
                _ => Replies::Usb,
            },
            e_known: one_of(4) != 0,
            cln_known: one_of(4) != 0,
            dot_command: match one_of(3) {
                0 => DotCommand::OnlyClears,
                1 => DotCommand::ReleasesTheCard,
                _ => DotCommand::Resumes,
            },
            panel_button: match one_of(2) {
                0 => PanelButton::Nothing,
                _ => PanelButton::RepeatsTheLastString,
            },
            mo_when_empty: match one_of(2) {
                0 => MoWhenEmpty::Ack,
                _ => MoWhenEmpty::Nak03,
            },
            routing: one_of(2) == 0,
            e_after_power: match one_of(2) {
                0 => EAfterPower::Ack,
                _ => EAfterPower::Nak,
            },
            number: match one_of(2) {
                0 => NumberReading::Strict,
                _ => NumberReading::TrailingLettersIgnored,
            },
            unknown_latches: one_of(2) == 0,
            passes_at_end: one_of(2) == 0,
            string_checked_first: one_of(2) == 0,
            escape_restarts: one_of(2) == 0,
        }
    }
}
