//! A seeded plan of what goes wrong, at moments counted in cards.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

/// A part of a card's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// From the hopper to the print start.
    Feed,
    /// To a chip station.
    Station,
    /// From a chip station to the print start.
    Park,
    /// The so-manieth panel laid on this card, from 0.
    Panel(u32),
    /// Turning over.
    Flip,
    /// To the output bin.
    Eject,
    /// To the reject box.
    Reject,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strike {
    /// The card gets stuck in this step.
    Jam,
    /// This feed takes two cards (in `feed` only; elsewhere the next feed does).
    DoubleFeed,
    /// The lid is opened, and stays open.
    LidOpens,
    /// The power goes, and stays away.
    PowerCut,
    /// The power goes and comes back after so many milliseconds of uptime.
    PowerDip(u32),
    /// The data cable is pulled.
    CablePulled,
    /// The ribbon tears: it is as if it had ended.
    RibbonEnds,
    /// The last answer is sent once more.
    StaleAnswer,
}

/// One thing that goes wrong once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFault {
    /// With which card, counted as they leave the hopper, from 1.
    pub card: u32,
    /// In which part of its way.
    pub step: Step,
    /// How far into that part, per thousand.
    #[serde(default)]
    pub permille: u16,
    /// What.
    pub strike: Strike,
}

/// What goes wrong with one printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// The seed it was drawn from; 0: made by hand.
    pub seed: u64,
    /// Panel sets left on the first ribbon.
    pub ribbon_sets: Option<u32>,
    /// The faults; each strikes once.
    pub faults: Vec<PlannedFault>,
}

impl FaultPlan {
    /// Draws a plan for so many cards in which about one card of `one_in` meets a fault.
    pub fn draw(seed: u64, cards: u32, one_in: u32) -> FaultPlan {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut faults = Vec::new();
        for card in 1..=cards {
            if chance.next_u32() % one_in.max(1) == 0 {
                faults.push(draw_one(&mut chance, card));
            }
        }
        FaultPlan {
            seed,
            ribbon_sets: None,
            faults,
        }
    }

    /// Takes out what strikes in this step of this card.
    pub(crate) fn take(&mut self, card: u32, step: Step) -> Vec<PlannedFault> {
        let (due, rest) = self
            .faults
            .iter()
            .partition(|fault| fault.card == card && fault.step == step);
        self.faults = rest;
        due
    }
}

fn draw_one(chance: &mut ChaCha8Rng, card: u32) -> PlannedFault {
    let mut one_of = |count: u32| chance.next_u32() % count;
    let step = match one_of(7) {
        0 => Step::Feed,
        1 => Step::Station,
        2 => Step::Park,
        3 | 4 => Step::Panel(one_of(5)),
        5 => Step::Flip,
        _ => Step::Eject,
    };
    let strike = match one_of(8) {
        0 | 1 => Strike::Jam,
        2 => Strike::DoubleFeed,
        3 => Strike::LidOpens,
        4 => Strike::PowerDip(1000 + one_of(60_000)),
        5 => Strike::CablePulled,
        6 => Strike::RibbonEnds,
        _ => Strike::StaleAnswer,
    };
    PlannedFault {
        card,
        step,
        permille: u16::try_from(one_of(1000)).unwrap_or(0),
        strike,
    }
}
