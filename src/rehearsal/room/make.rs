//! The makers of a rehearsal's printers: which dialect meets which firmware, and what nobody knows of it.

use cetak_drivers::contract::{BenchFlag, Dialect, Row};
use cetak_drivers::{evolis, magicard, matica, zebra};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::mechanism::CounterStore;
use cetak_firmware_sims::{
    evolis as evolis_sim, magicard as magicard_sim, matica as matica_sim, zebra as zebra_sim,
};

use super::Plan;
use super::mode::{self, Mode};

/// What nobody knows of a printer, by maker.
#[derive(Debug, Clone, PartialEq)]
pub enum Switches {
    /// Evolis.
    Evolis(evolis_sim::Switches),
    /// Zebra.
    Zebra(zebra_sim::Switches),
    /// Magicard.
    Magicard(magicard_sim::Switches),
    /// Matica.
    Matica(matica_sim::Switches),
}

impl From<evolis_sim::Switches> for Switches {
    fn from(switches: evolis_sim::Switches) -> Switches {
        Switches::Evolis(switches)
    }
}

impl From<zebra_sim::Switches> for Switches {
    fn from(switches: zebra_sim::Switches) -> Switches {
        Switches::Zebra(switches)
    }
}

impl From<magicard_sim::Switches> for Switches {
    fn from(switches: magicard_sim::Switches) -> Switches {
        Switches::Magicard(switches)
    }
}

impl From<matica_sim::Switches> for Switches {
    fn from(switches: matica_sim::Switches) -> Switches {
        Switches::Matica(switches)
    }
}

impl Switches {
    /// The most ordinary reading of this mode's printer.
    pub fn of(mode: Mode) -> Switches {
        match mode.maker() {
            Maker::Evolis => Switches::Evolis(evolis_sim::Switches::default()),
            Maker::Zebra => Switches::Zebra(zebra_sim::Switches::default()),
            Maker::Magicard => Switches::Magicard(magicard_sim::Switches::default()),
            Maker::Matica => Switches::Matica(matica_sim::Switches::default()),
        }
    }

    /// Every switch of this mode's printer drawn from a seed.
    pub fn draw(mode: Mode, seed: u64) -> Switches {
        match mode.maker() {
            Maker::Evolis => Switches::Evolis(evolis_sim::Switches::draw(seed)),
            Maker::Zebra => Switches::Zebra(zebra_sim::Switches::draw(seed)),
            Maker::Magicard => {
                let switches = magicard_sim::Switches::draw(seed);
                Switches::Magicard(magicard_sim::Switches {
                    // A Rio that cannot read its film says that none is left, and takes no card at all.
                    tag_read: switches.tag_read || mode == Mode::MagicardRio,
                    ..switches
                })
            }
            Maker::Matica => Switches::Matica(matica_sim::Switches::draw(seed)),
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
            // No row of these printers waits for a bench.
            Switches::Zebra(_) => Vec::new(),
            Switches::Magicard(switches) => vec![
                (
                    switches.cards_count == magicard_sim::CardsCount::Eject,
                    BenchFlag::CardCountedAtEject,
                ),
                (
                    switches.page_after_cut != magicard_sim::PageAfterCut::Printed
                        && switches.etx != magicard_sim::Etx::Any,
                    BenchFlag::HalfPageNeverPrinted,
                ),
                (switches.panels_count_at_end, BenchFlag::PanelCountedAtEnd),
                (switches.overcoat_counted, BenchFlag::LastPanelCounted),
            ],
            Switches::Matica(switches) => {
                let close_keeps = switches.close_with_card == matica_sim::CloseWithCard::Keeps;
                let at_transfer = switches.total_moves == matica_sim::TotalMoves::Transfer;
                vec![
                    (
                        switches.counter_store == CounterStore::AtOnce,
                        BenchFlag::CountersDurable,
                    ),
                    (switches.attention_on_tcp, BenchFlag::AttentionOnTransport),
                    (close_keeps, BenchFlag::CloseMovesNoCard),
                    (
                        at_transfer && !switches.reject_moves_total,
                        BenchFlag::CardCountedAtTransfer,
                    ),
                    (
                        close_keeps && switches.power_up == matica_sim::PowerUp::Keep,
                        BenchFlag::OnlyCommandsMoveCards,
                    ),
                    (
                        switches.move_to_5 && switches.return_after_07,
                        BenchFlag::HoldsAtPrintPosition,
                    ),
                ]
            }
        };
        flags
            .into_iter()
            .filter_map(|(is_so, flag)| is_so.then_some(flag))
            .collect()
    }

    /// Whether a command with an error in it is refused as a whole, so that one that was cut short can be spoiled.
    pub(super) fn refuses_half_a_string(&self) -> bool {
        match self {
            // One that takes a number with letters behind it hears no error in a string that lacks its last byte.
            Switches::Zebra(switches) => {
                switches.string_checked_first && switches.number == zebra_sim::NumberReading::Strict
            }
            Switches::Evolis(_) | Switches::Magicard(_) | Switches::Matica(_) => false,
        }
    }

    /// Whether a Matica has a reject box: its config says so.
    fn matica_rejects(&self) -> bool {
        match self {
            Switches::Matica(switches) => switches.reject_box,
            Switches::Evolis(_) | Switches::Zebra(_) | Switches::Magicard(_) => true,
        }
    }

    /// Whether its serial port tells nothing, or nothing that a question brings: then an office joins it by USB, whose
    /// port tells a little.
    pub fn mute_on_serial(&self) -> bool {
        match self {
            Switches::Zebra(switches) => {
                let asked = switches.e_known || switches.cln_known;
                switches.replies == zebra_sim::Replies::None || !asked
            }
            Switches::Evolis(_) | Switches::Magicard(_) | Switches::Matica(_) => false,
        }
    }

    /// Whether a P330i or P430i answers over this link: its config says so.
    fn zebra_replies(&self, serial: bool) -> zebra::Replies {
        let answers = match self {
            Switches::Zebra(switches) => match switches.replies {
                zebra_sim::Replies::Serial => serial,
                zebra_sim::Replies::Usb => true,
                zebra_sim::Replies::None => false,
            },
            Switches::Evolis(_) | Switches::Magicard(_) | Switches::Matica(_) => true,
        };
        if answers {
            zebra::Replies::Coded
        } else {
            zebra::Replies::OneWay
        }
    }

    /// Whether a P330i or P430i knows `E` and `%CLN`: found once, with no job open, and kept in the profile.
    fn zebra_knows(&self) -> (bool, bool) {
        match self {
            Switches::Zebra(switches) => (switches.e_known, switches.cln_known),
            Switches::Evolis(_) | Switches::Magicard(_) | Switches::Matica(_) => (false, false),
        }
    }

    /// The firmware that has them, with a small picture and an empty hopper.
    pub(super) fn firmware(&self, mode: Mode, serial: bool, faults: FaultPlan) -> Box<dyn Device> {
        macro_rules! profile {
            ($sim:ident) => {
                $sim::Profile::named(mode.model())
                    .expect("a built-in profile")
                    .with_geometry(mode::COLUMNS, mode::LINES)
            };
        }
        macro_rules! firmware {
            ($sim:ident::$firmware:ident, $switches:expr) => {
                Box::new($sim::$firmware::new(
                    profile!($sim),
                    $switches.clone(),
                    faults,
                ))
            };
        }
        match self {
            Switches::Evolis(switches) => firmware!(evolis_sim::Evolis, switches),
            Switches::Zebra(switches) => {
                let port = if serial {
                    zebra_sim::Port::Serial
                } else {
                    zebra_sim::Port::Usb
                };
                let profile = profile!(zebra_sim).with_port(port);
                Box::new(zebra_sim::Zebra::new(profile, *switches, faults))
            }
            Switches::Magicard(switches) => firmware!(magicard_sim::Magicard, switches),
            Switches::Matica(switches) => firmware!(matica_sim::Matica, switches),
        }
    }
}

/// Who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Maker {
    /// Evolis.
    Evolis,
    /// Zebra.
    Zebra,
    /// Magicard.
    Magicard,
    /// Matica.
    Matica,
}

/// The custody rows of this mode's printer, in their order.
pub fn rows(mode: Mode) -> &'static [Row] {
    dialect(&Plan::of(mode), 0).capabilities().rows
}

/// A Zebra's second start character, where it is on [`Plan::canary`].
const CANARY: u8 = b'~';

/// A life of the program that speaks the mode's language. `seed` is for nonces.
pub(super) fn dialect(plan: &Plan, seed: u64) -> Box<dyn Dialect> {
    let dots = Some((mode::LINES, mode::COLUMNS));
    let Plan {
        mode,
        ref switches,
        serial,
        ref bench,
        canary,
        ..
    } = *plan;
    match mode.maker() {
        Maker::Evolis => {
            let options = evolis::Options {
                dots,
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
        Maker::Zebra => {
            let (knows_e, knows_cln) = switches.zebra_knows();
            let options = zebra::Options {
                dots,
                bench: bench.to_vec(),
                transport: if serial {
                    zebra::Transport::Serial
                } else {
                    zebra::Transport::Usb
                },
                knows_e,
                knows_cln,
                knows_x: canary,
                canary: canary.then_some(CANARY),
                replies: switches.zebra_replies(serial),
                one_side: mode != Mode::ZebraDual,
                ..zebra::Options::default()
            };
            let model = zebra::models::find(mode.model()).expect("a built-in model");
            Box::new(zebra::Zebra::new(model, options))
        }
        Maker::Magicard => {
            let options = magicard::Options {
                dots,
                bench: bench.to_vec(),
                transport: if serial {
                    magicard::Transport::Tcp
                } else {
                    magicard::Transport::Usb
                },
                ..magicard::Options::default()
            };
            let model = magicard::models::find(mode.model()).expect("a built-in model");
            Box::new(magicard::Magicard::new(model, options))
        }
        Maker::Matica => {
            let options = matica::Options {
                dots,
                reject_box: switches.matica_rejects(),
                bench: bench.to_vec(),
                ..matica::Options::default()
            };
            let model = matica::models::find(mode.model()).expect("a built-in model");
            Box::new(matica::Matica::new(model, options))
        }
    }
}
