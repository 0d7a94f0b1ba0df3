//! What a demo plays: the fleet, the people, and what goes wrong, all from one seed.
//!
//! The seed fixes who is printed, which printer meets which fault, and with which of its cards; it does not
//! fix which thread runs first. A run of very few cards may end before its faults come.

use cetak_firmware_sims::faults::{FaultPlan, PlannedFault, Step, Strike};
use cetak_firmware_sims::mechanism::RibbonKind;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::artwork::Look;
use crate::domain::ids::{PrinterId, Stock};
use crate::rehearsal::specimen::{Mix, Specimen, sample, stream};

/// Cards of a demo that names no number.
pub const CARDS_DEFAULT: u32 = 40;
/// Cards of one demo: a tray keeps a picture of each.
pub const CARDS_MAX: u32 = 2_000;
/// The seed of a demo that names none.
pub const SEED_DEFAULT: u64 = 1;
/// Blanks that are received beyond one for each card: for what is spoiled, and for what stays on the shelf.
pub const SPARE_BLANKS: u32 = 24;
/// Blanks of one walk from the store to the room.
pub const ISSUE_LOT: u32 = 20;
/// Blanks of one walk from the room to a hopper.
pub const LOAD_LOT: u32 = 15;
/// Panel sets on a new ribbon.
pub const RIBBON_SETS: u32 = 300;

/// People beyond the sample: adults with a chip on their card, and children of 5 to 17.
const MIX: Mix = Mix {
    ktp_new: 30,
    ktp_damaged: 20,
    ktp_data_change: 15,
    ktp_lost: 12,
    foreigner: 0,
    kia_0_5: 0,
    kia_5_17: 23,
};
/// Steps of a card's way that every printer of the fleet takes and can jam in: feed, way out, and the panels.
const JAM_STEPS: u32 = 6;

/// How a simulated printer is joined to the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// A pseudo-terminal, as a serial port.
    Terminal,
    /// A TCP port of the loopback address.
    Tcp,
}

/// One printer of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrinterPlan {
    /// Its name.
    pub id: PrinterId,
    /// Its model's key, the driver's and the simulator's.
    pub profile: &'static str,
    /// Its serial number.
    pub serial: &'static str,
    /// How it is joined.
    pub port: Port,
    /// What it is loaded with.
    pub stock: Stock,
    /// Its ribbon.
    pub ribbon: RibbonKind,
    /// Amounts of one dye that it can lay, none included.
    pub dye_levels: u16,
    /// What its commands are said to do that no printer can be asked about: its profile's `knows`.
    pub knows: &'static [&'static str],
    /// What its cards look like.
    pub look: Look,
    /// Blanks in its hopper in the morning.
    pub first_load: u32,
    /// What goes wrong with it.
    pub faults: FaultPlan,
}

/// A demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What all of it follows from.
    pub seed: u64,
    /// Records handed in.
    pub cards: u32,
    /// The printers.
    pub printers: Vec<PrinterPlan>,
    /// Blanks that are received beyond one for each card.
    pub spare_blanks: u32,
    /// The spooler is killed once so many cards are printed and at least two printers have an open intent.
    pub kill_after: u32,
}

impl Plan {
    /// Draws a demo.
    pub fn draw(seed: u64, cards: u32) -> Plan {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut below = |limit: u32| chance.next_u32() % limit.max(1);
        let mut printers = fleet();
        // Three of the four meet something: a stuck card, a ribbon's end, an empty hopper.
        let count = u32::try_from(printers.len()).unwrap_or(u32::MAX);
        let first = below(count);
        let turn = 1 + 2 * below(2);
        let [jammed, ends, runs_empty] =
            [0, turn, 2 * turn].map(|step| ((first + step) % count) as usize);
        // Each printer gets about a quarter of the cards, and the fault comes in the first half of them.
        let early = (cards / 8).clamp(1, 4);
        let step = match below(JAM_STEPS) {
            0 => Step::Feed,
            1 => Step::Eject,
            panel => Step::Panel(panel - 2),
        };
        let jam = PlannedFault {
            card: 1 + below(early),
            step,
            permille: u16::try_from(100 + below(800)).unwrap_or(500),
            strike: Strike::Jam,
        };
        printers[jammed].faults = FaultPlan {
            seed,
            ribbon_sets: None,
            faults: vec![jam],
        };
        printers[ends].faults.ribbon_sets = Some(1 + below(early));
        printers[runs_empty].first_load = 1 + below(early);
        Plan {
            seed,
            cards,
            printers,
            spare_blanks: SPARE_BLANKS,
            kill_after: 1 + cards / 8 + below(cards / 4),
        }
    }

    /// The people, in the order in which they are handed in: those of the committed sample that these printers can
    /// print, shuffled by the seed; where more are wanted, others of the same generator.
    pub fn people(&self) -> Vec<Specimen> {
        let count = usize::try_from(self.cards).unwrap_or(usize::MAX);
        let stocks = self.stocks();
        let mut sample: Vec<Specimen> = sample()
            .into_iter()
            .filter(|(record, _)| stocks.contains(&Stock::of(record.product)))
            .collect();
        if count > sample.len() {
            return stream(self.seed, MIX).take(count).collect();
        }
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        for last in (1..sample.len()).rev() {
            let other = chance.next_u64() % (last as u64 + 1);
            sample.swap(last, usize::try_from(other).unwrap_or(last));
        }
        sample.truncate(count);
        sample
    }

    /// The stocks that its printers are loaded with.
    pub fn stocks(&self) -> Vec<Stock> {
        let mut stocks: Vec<Stock> = self.printers.iter().map(|printer| printer.stock).collect();
        stocks.sort_unstable();
        stocks.dedup();
        stocks
    }
}

/// One printer of each maker: two for cards with a chip, an Evolis on a serial line that prints backs too and a Matica
/// on the network, and two for children's cards, a Zebra on a serial line and a Magicard on the network.
fn fleet() -> Vec<PrinterPlan> {
    let printer = |id: &str, profile, serial, port, stock| PrinterPlan {
        id: PrinterId(id.to_owned()),
        profile,
        serial,
        port,
        stock,
        ribbon: RibbonKind::Ymcko,
        dye_levels: 256,
        knows: &[],
        look: Look::Colour,
        first_load: LOAD_LOT,
        faults: FaultPlan::default(),
    };
    let (evolis, matica) = ("evolis-primacy-duplex", "matica-xid8600");
    let (zebra, magicard) = ("zebra-p330i", "magicard-enduro");
    let (chip, child) = (Stock::KtpEl, Stock::Kia517);
    vec![
        PrinterPlan {
            ribbon: RibbonKind::Ymckok,
            dye_levels: 128,
            look: Look::ColourWithBack,
            ..printer("ktp-1", evolis, "T00000000001", Port::Terminal, chip)
        },
        PrinterPlan {
            ribbon: RibbonKind::Ymck,
            ..printer("ktp-2", matica, "M00000000002", Port::Tcp, chip)
        },
        PrinterPlan {
            dye_levels: 32,
            knows: &["E", "%CLN"],
            ..printer("kia-1", zebra, "Z00000000003", Port::Terminal, child)
        },
        PrinterPlan {
            dye_levels: 64,
            ..printer("kia-2", magicard, "G00000000004", Port::Tcp, child)
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::JobState;
    use crate::domain::rules;

    #[test]
    fn a_seed_fixes_the_fleet_the_people_and_the_faults() {
        for seed in 0..20 {
            let (one, other) = (Plan::draw(seed, 40), Plan::draw(seed, 40));
            assert_eq!(one, other);
        }
        assert_ne!(
            Plan::draw(1, 40).printers,
            Plan::draw(2, 40).printers,
            "another seed, other faults"
        );
        let keys = |seed| {
            let people = Plan::draw(seed, 5).people();
            people
                .into_iter()
                .map(|(record, _)| record.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(3), keys(3));
        assert_ne!(keys(3), keys(4));
    }

    #[test]
    fn every_seed_has_a_jam_a_ribbons_end_and_an_empty_hopper_on_three_printers() {
        for seed in 0..200 {
            let plan = Plan::draw(seed, 40);
            let mut met = 0;
            for printer in &plan.printers {
                let jam = !printer.faults.faults.is_empty();
                let ribbon = printer.faults.ribbon_sets.is_some();
                let hopper = printer.first_load < LOAD_LOT;
                assert!(u8::from(jam) + u8::from(ribbon) + u8::from(hopper) <= 1);
                met += u8::from(jam) + u8::from(ribbon) + u8::from(hopper);
            }
            assert_eq!(met, 3, "seed {seed}");
            assert!(plan.kill_after < plan.cards, "seed {seed}");
        }
    }

    #[test]
    fn every_person_of_a_demo_can_be_printed_on_the_day_it_plays() {
        for seed in 0..20 {
            let plan = Plan::draw(seed, 40);
            for (record, photo) in plan.people() {
                let today = jiff::civil::date(2019, 1, 14);
                let admission = rules::admit(&record, photo.is_some(), today, true);
                assert_eq!(admission.state, JobState::Queued, "{}", record.key);
                assert!(plan.stocks().contains(&Stock::of(record.product)));
            }
        }
    }
}
