//! Everything that is not known, and everything that can go wrong, drawn from a seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::make::Switches;
use cetak::rehearsal::room::mode::{Mode, PEOPLE_MAX};
use cetak_firmware_sims::faults::FaultPlan;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::harness::{play, play_all, seeds};

/// Runs of each suite where nobody asks for more.
const RUNS: u64 = 400;
/// Places after a cut in which the next one comes: recovery is cut too.
const SOON: u64 = 12;
/// How long a run of a mode is where nothing is cut.
#[derive(Debug, Clone, Copy)]
struct Length {
    commits: u64,
    effects: u64,
    sends: u64,
}

impl Length {
    /// A little more than an uncut run of so many people.
    fn of(mode: Mode, people: usize) -> Length {
        static KNOWN: Mutex<BTreeMap<(Mode, usize), Length>> = Mutex::new(BTreeMap::new());
        let known = KNOWN
            .lock()
            .expect("nobody panics while holding it")
            .get(&(mode, people))
            .copied();
        known.unwrap_or_else(|| {
            let report = play(Plan {
                people,
                ..Plan::of(mode)
            });
            let length = Length {
                commits: report.commits + 2,
                effects: report.effects + 2,
                sends: report.sends + 4,
            };
            KNOWN
                .lock()
                .expect("nobody panics while holding it")
                .insert((mode, people), length);
            length
        })
    }

    /// The places just behind this send, and so many of each.
    fn behind(self, send: u64) -> (u64, u64, u64) {
        let share = |of: u64| send * of / self.sends;
        (share(self.commits), share(self.effects), send)
    }
}

const SHORT: Length = Length {
    commits: SOON,
    effects: SOON,
    sends: SOON,
};

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

    fn cut(&mut self, within: Length, from: (u64, u64, u64)) -> Cut {
        let at = match self.below(6) {
            0 => At::Commit {
                number: from.0 + 1 + self.below(within.commits),
                kept: self.below(2) == 0,
            },
            1 => At::Effect(from.1 + 1 + self.below(within.effects)),
            _ => At::Send {
                number: from.2 + 1 + self.below(within.sends),
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

fn plan(seed: u64, chance: &mut Chance, modes: &[Mode]) -> Plan {
    let serial = chance.below(3) == 0;
    let hand_after = Duration::from_secs(chance.one_of(&[1, 30, 700]));
    let mode = chance.one_of(modes);
    let switches = Switches::draw(mode, seed);
    Plan {
        serial: serial && !switches.mute_on_serial(),
        switches,
        hand_after,
        ..Plan::of(mode)
    }
}

fn switches_and_a_cut(seed: u64, modes: &[Mode]) -> Plan {
    let mut chance = Chance::of(seed);
    let plan = plan(seed, &mut chance, modes);
    let length = Length::of(plan.mode, plan.people);
    let cut = chance.cut(length, (0, 0, 0));
    plan.cut(cut)
}

/// The second and third cut come soon after the first, inside what it caused.
fn several_cuts(seed: u64, modes: &[Mode]) -> Plan {
    let mut chance = Chance::of(seed ^ 0x5EED_0002);
    let mut plan = plan(seed, &mut chance, modes);
    let length = Length::of(plan.mode, plan.people);
    let first = chance.below(length.sends);
    for number in 0..1 + chance.below(3) {
        let cut = chance.cut(SHORT, length.behind(first + number * SOON));
        plan = plan.cut(cut);
    }
    plan
}

/// The count of panels is proved by the first cards, the bench has spoken, and the last card is cut.
fn proved_and_cut(seed: u64, modes: &[Mode]) -> Plan {
    let mut chance = Chance::of(seed ^ 0x5EED_0004);
    let mut plan = plan(seed, &mut chance, modes);
    plan.people = PEOPLE_MAX;
    plan.bench = plan.switches.true_bench(plan.mode);
    let length = Length::of(plan.mode, PEOPLE_MAX);
    let last_card = length.sends / PEOPLE_MAX as u64;
    let first = length.sends - last_card + chance.below(last_card);
    for number in 0..1 + chance.below(2) {
        let cut = chance.cut(SHORT, length.behind(first + number * SOON));
        plan = plan.cut(cut);
    }
    plan
}

fn faults_and_cuts(seed: u64, modes: &[Mode]) -> Plan {
    let mut chance = Chance::of(seed ^ 0x5EED_0003);
    let mut plan = plan(seed, &mut chance, modes);
    plan.faults = FaultPlan::draw(seed, 4, 2);
    let length = Length::of(plan.mode, plan.people);
    for _ in 0..chance.below(3) {
        let cut = chance.cut(length, (0, 0, 0));
        plan = plan.cut(cut);
    }
    plan
}

fn only_switches(seed: u64, modes: &[Mode]) -> Plan {
    Plan {
        cuts: Vec::new(),
        ..switches_and_a_cut(seed, modes)
    }
}

/// A way of drawing and its name.
pub(crate) type Draw = (&'static str, fn(u64, &[Mode]) -> Plan);

/// Every way of drawing.
pub(crate) const DRAWS: [Draw; 5] = [
    ("switches", only_switches),
    ("one_cut", switches_and_a_cut),
    ("cuts_in_recovery", several_cuts),
    ("bench", proved_and_cut),
    ("faults", faults_and_cuts),
];

/// A suite of so many draws on printers of these modes.
macro_rules! drawn {
    ($($suite:ident: $draw:ident, $modes:expr;)*) => {$(
        #[test]
        fn $suite() {
            let suite = stringify!($suite);
            play_all(suite, seeds(RUNS), |seed| $draw(seed, &$modes)).holds(suite);
        }
    )*};
}

drawn! {
    drawn_switches: only_switches, Mode::EVOLIS;
    drawn_switches_of_others: only_switches, Mode::OTHERS;
    drawn_one_cut: switches_and_a_cut, Mode::EVOLIS;
    drawn_one_cut_of_others: switches_and_a_cut, Mode::OTHERS;
    drawn_cuts_in_recovery: several_cuts, Mode::EVOLIS;
    drawn_cuts_in_recovery_of_others: several_cuts, Mode::OTHERS;
    drawn_bench: proved_and_cut, Mode::EVOLIS;
    drawn_bench_of_others: proved_and_cut, Mode::OTHERS;
    drawn_faults: faults_and_cuts, Mode::EVOLIS;
    drawn_faults_of_others: faults_and_cuts, Mode::OTHERS;
    drawn_one_cut_by_hand: switches_and_a_cut, Mode::BY_HAND;
    drawn_cuts_in_recovery_by_hand: several_cuts, Mode::BY_HAND;
    drawn_faults_by_hand: faults_and_cuts, Mode::BY_HAND;
}
