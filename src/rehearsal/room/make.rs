//! The makers of a rehearsal's printers: which dialect meets which firmware, and what nobody knows of it.

use cetak_drivers::contract::{BenchFlag, Dialect};
use cetak_drivers::evolis;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis as evolis_sim;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::mechanism::CounterStore;

use super::mode::{self, Mode};

/// What nobody knows of a printer, by maker.
#[derive(Debug, Clone, PartialEq)]
pub enum Switches {
    /// Evolis.
    Evolis(evolis_sim::Switches),
}

impl From<evolis_sim::Switches> for Switches {
    fn from(switches: evolis_sim::Switches) -> Switches {
        Switches::Evolis(switches)
    }
}

impl Switches {
    /// The most ordinary reading of this mode's printer.
    pub fn of(mode: Mode) -> Switches {
        match mode.maker() {
            Maker::Evolis => Switches::Evolis(evolis_sim::Switches::default()),
        }
    }

    /// Every switch of this mode's printer drawn from a seed.
    pub fn draw(mode: Mode, seed: u64) -> Switches {
        match mode.maker() {
            Maker::Evolis => Switches::Evolis(evolis_sim::Switches::draw(seed)),
        }
    }

    /// Everything that a bench would show of a printer with these switches.
    pub fn true_bench(&self, mode: Mode) -> Vec<BenchFlag> {
        let flags = match self {
            Switches::Evolis(switches) => {
                let last_counted = if mode.ends_with_overlay() {
                    switches.p_counts.overlay
                } else {
                    switches.p_counts.resin
                };
                let durable = switches.counter_store == CounterStore::AtOnce;
                vec![
                    (durable, BenchFlag::CountersDurable),
                    (switches.p_counts.at_end, BenchFlag::PanelCountedAtEnd),
                    (last_counted, BenchFlag::LastPanelCounted),
                    (
                        switches.ss_drops_pending,
                        BenchFlag::SequenceStartDropsPlanes,
                    ),
                ]
            }
        };
        flags
            .into_iter()
            .filter_map(|(is_so, flag)| is_so.then_some(flag))
            .collect()
    }

    /// The firmware that has them, with a small picture and an empty hopper.
    pub(super) fn firmware(&self, mode: Mode, faults: FaultPlan) -> Box<dyn Device> {
        match self {
            Switches::Evolis(switches) => {
                let profile = evolis_sim::Profile::named(mode.model())
                    .expect("a built-in profile")
                    .with_geometry(mode::COLUMNS, mode::LINES);
                Box::new(evolis_sim::Evolis::new(profile, *switches, faults))
            }
        }
    }
}

/// Who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Maker {
    /// Evolis.
    Evolis,
}

/// A life of the program that speaks the mode's language. `seed` is for nonces.
pub(super) fn dialect(
    mode: Mode,
    serial: bool,
    bench: &[BenchFlag],
    seed: u64,
) -> Box<dyn Dialect> {
    match mode.maker() {
        Maker::Evolis => {
            let options = evolis::Options {
                dots: Some((mode::LINES, mode::COLUMNS)),
                seed,
                bench: bench.to_vec(),
                transport: if serial {
                    evolis::Transport::Serial
                } else {
                    evolis::Transport::Usb
                },
                ..evolis::Options::default()
            };
            let model = evolis::models::find(mode.model()).expect("a built-in model");
            Box::new(evolis::Evolis::new(model, options))
        }
    }
}
