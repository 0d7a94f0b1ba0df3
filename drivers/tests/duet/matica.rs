//! A retransfer printer of Matica's on the bench: a connection, and datagrams beside it where the model has them.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::matica::{EXAMINE_APART, Matica as Dialect, Options, find};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::matica::{Matica as Firmware, Profile, Switches};

use crate::bench;
use crate::make::{self, Line, Maker};

mod attempt;
mod bad;
mod bleed;
mod cards;
mod catalogue;
mod cuts;
mod film;
mod losses;
mod readings;
mod standing;
mod unit;
mod wire;

use unit::Unit;

/// The model that tells counters by datagrams.
pub(crate) const XID8600: &str = "matica-xid8600";
/// The model that tells none.
pub(crate) const XID9300: &str = "matica-xid9300";
/// Both.
pub(crate) const MODELS: [&str; 2] = [XID8600, XID9300];

/// The maker.
pub(crate) struct Matica;

/// Its bench.
pub(crate) type Duet = bench::Duet<Matica>;

impl Maker for Matica {
    type Dialect = Dialect;
    type Firmware = Unit;
    type Options = Options;
    type Profile = Profile;
    type Switches = Switches;

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(find(model).unwrap(), options.clone())
    }

    fn profile(name: &str) -> Profile {
        Profile::named(name).unwrap()
    }

    fn sized(profile: Profile, options: &mut Options, (lines, columns): (usize, usize)) -> Profile {
        options.dots.get_or_insert((lines, columns));
        profile.with_geometry(columns, lines)
    }

    fn line(_options: &Options) -> Line {
        Line::Socket
    }

    fn firmware(profile: Profile, _line: Line, switches: Switches, plan: FaultPlan) -> Unit {
        Unit::new(Firmware::new(profile, switches, plan))
    }
}

/// What it is made of.
pub(crate) type Make = make::Make<Matica>;

impl Make {
    /// What the bench of the real printer has shown.
    pub(crate) fn shown(mut self, flags: &[BenchFlag]) -> Make {
        self.options.bench = flags.to_vec();
        self
    }
}

impl Duet {
    /// What is heard first after a doubt.
    #[track_caller]
    pub(crate) fn listen(&mut self, after: Stage) -> Evidence {
        self.done(Request::Listen { after: Some(after) })
    }

    /// What is learnt then.
    #[track_caller]
    pub(crate) fn examine(&mut self) -> Evidence {
        self.done(examine())
    }

    /// A card as far as that stage; the chip is left alone.
    #[track_caller]
    pub(crate) fn begin_card(&mut self, setup: Setup, image: &Arc<CardImage>, last: Stage) {
        for request in self.card_requests(setup, Arc::clone(image)) {
            let was = matches!(&request, Request::Do(stage) if *stage == last);
            self.done(request);
            if was {
                return;
            }
        }
        panic!("{last:?} is none of this card's stages");
    }

    /// The names of all messages that were on their way to the printer, datagrams left out.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.firmware.texts.iter().map(String::as_str).collect()
    }

    /// The film panel under the head carries something.
    pub(crate) fn film_printed(&self) -> bool {
        let film = self.firmware.mechanism().film();
        film.is_some_and(|film| film.printed)
    }
}

/// The evidence, twice.
pub(crate) fn examine() -> Request {
    Request::Examine {
        apart: EXAMINE_APART,
    }
}
