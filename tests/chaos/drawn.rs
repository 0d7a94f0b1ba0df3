//! Everything that is not known, and everything that can go wrong, drawn from a seed.

use std::time::Duration;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::make::Switches;
use cetak::rehearsal::room::mode::{Mode, PEOPLE_MAX};
use cetak_firmware_sims::faults::FaultPlan;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::harness::{play_all, seeds};

/// Runs of each suite where nobody asks for more.
const RUNS: u64 = 400;
/// A little more than an uncut run of any mode has.
const COMMITS: u64 = 40;
const EFFECTS: u64 = 44;
const SENDS: u64 = 110;
/// Places after a cut in which the next one comes: recovery is cut too.
const SOON: u64 = 12;
/// Sends of the cards that prove the count of panels, about.
const PROVING_SENDS: u64 = 150;

struct Chance(ChaCha8Rng);

impl Chance {
    fn of(seed: u64) -> Chance {
        Chance(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, count: u64) -> u64 {
        self.0.next_u64() % count
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = self.below(all.len() as u64);
        all[usize::try_from(index).expect("a short list")]
    }

    fn away(&mut self) -> Duration {
        Duration::from_secs(self.one_of(&[0, 0, 2, 30, 1500]))
    }

    fn harm(&mut self) -> Harm {
        self.one_of(&Harm::EVERY)
    }

    fn cut(&mut self, commits: u64, effects: u64, sends: u64, from: (u64, u64, u64)) -> Cut {
        let at = match self.below(6) {
            0 => At::Commit {
                number: from.0 + 1 + self.below(commits),
                kept: self.below(2) == 0,
            },
            1 => At::Effect(from.1 + 1 + self.below(effects)),
            _ => At::Send {
                number: from.2 + 1 + self.below(sends),
                reaches: self.one_of(&Reaches::EVERY),
            },
        };
        Cut {
            at,
            harm: self.harm(),
            away: self.away(),
        }
    }
}

fn plan(seed: u64, chance: &mut Chance) -> Plan {
    let serial = chance.below(3) == 0;
    let hand_after = Duration::from_secs(chance.one_of(&[1, 30, 700]));
    let mode = chance.one_of(&Mode::EVOLIS);
    Plan {
        switches: Switches::draw(mode, seed),
        serial,
        hand_after,
        ..Plan::of(mode)
    }
}

fn switches_and_a_cut(seed: u64) -> Plan {
    let mut chance = Chance::of(seed);
    let plan = plan(seed, &mut chance);
    let cut = chance.cut(COMMITS, EFFECTS, SENDS, (0, 0, 0));
    plan.cut(cut)
}

/// The second and third cut come soon after the first, inside what it caused.
fn several_cuts(seed: u64) -> Plan {
    let mut chance = Chance::of(seed ^ 0x5EED_0002);
    let mut plan = plan(seed, &mut chance);
    let first = chance.below(SENDS);
    for number in 0..1 + chance.below(3) {
        let behind = first + number * SOON;
        let from = (behind * COMMITS / SENDS, behind * EFFECTS / SENDS, behind);
        let cut = chance.cut(SOON, SOON, SOON, from);
        plan = plan.cut(cut);
    }
    plan
}

/// The count of panels is proved by the first cards, the bench has spoken, and the last card is cut.
fn proved_and_cut(seed: u64) -> Plan {
    let mut chance = Chance::of(seed ^ 0x5EED_0004);
    let mut plan = plan(seed, &mut chance);
    plan.people = PEOPLE_MAX;
    plan.bench = plan.switches.true_bench(plan.mode);
    let first = PROVING_SENDS + chance.below(SENDS / 2);
    for number in 0..1 + chance.below(2) {
        let behind = first + number * SOON;
        let from = (behind * COMMITS / SENDS, behind * EFFECTS / SENDS, behind);
        let cut = chance.cut(SOON, SOON, SOON, from);
        plan = plan.cut(cut);
    }
    plan
}

fn faults_and_cuts(seed: u64) -> Plan {
    let mut chance = Chance::of(seed ^ 0x5EED_0003);
    let mut plan = plan(seed, &mut chance);
    plan.faults = FaultPlan::draw(seed, 4, 2);
    for _ in 0..chance.below(3) {
        let cut = chance.cut(COMMITS, EFFECTS, SENDS, (0, 0, 0));
        plan = plan.cut(cut);
    }
    plan
}

fn only_switches(seed: u64) -> Plan {
    Plan {
        cuts: Vec::new(),
        ..switches_and_a_cut(seed)
    }
}

/// A way of drawing and its name.
pub(crate) type Draw = (&'static str, fn(u64) -> Plan);

/// Every way of drawing.
pub(crate) const DRAWS: [Draw; 5] = [
    ("drawn_switches", only_switches),
    ("drawn_one_cut", switches_and_a_cut),
    ("drawn_cuts_in_recovery", several_cuts),
    ("drawn_bench", proved_and_cut),
    ("drawn_faults", faults_and_cuts),
];

#[test]
fn drawn_switches() {
    play_all("drawn_switches", seeds(RUNS), only_switches).holds("drawn_switches");
}

#[test]
fn drawn_one_cut() {
    play_all("drawn_one_cut", seeds(RUNS), switches_and_a_cut).holds("drawn_one_cut");
}

#[test]
fn drawn_cuts_in_recovery() {
    play_all("drawn_cuts_in_recovery", seeds(RUNS), several_cuts).holds("drawn_cuts_in_recovery");
}

#[test]
fn drawn_bench() {
    play_all("drawn_bench", seeds(RUNS), proved_and_cut).holds("drawn_bench");
}

#[test]
fn drawn_faults() {
    play_all("drawn_faults", seeds(RUNS), faults_and_cuts).holds("drawn_faults");
}
