//! A Magicard printer on the bench.

use cetak_drivers::magicard::{Magicard as Dialect, Options, Transport, models};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::magicard::{Magicard as Firmware, Profile, Switches};
use cetak_firmware_sims::mechanism::RibbonKind;

use crate::bench;
use crate::make::{self, Line, Maker};

/// The maker.
pub(crate) struct Magicard;

/// Its bench.
pub(crate) type Duet = bench::Duet<Magicard>;

impl Maker for Magicard {
    type Dialect = Dialect;
    type Firmware = Firmware;
    type Options = Options;
    type Profile = Profile;
    type Switches = Switches;

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(models::find(model).unwrap(), options.clone())
    }

    /// Pronto and Rio Pro have no firmware of their own: they speak and print as an Enduro does.
    fn profile(name: &str) -> Profile {
        let as_enduro = |model: &str| {
            let mut profile = Profile::named("magicard-enduro").unwrap();
            model.clone_into(&mut profile.model);
            profile
        };
        match name {
            "magicard-pronto" => as_enduro("Pronto"),
            "magicard-rio-pro" => as_enduro("Rio Pro"),
            _ => Profile::named(name).unwrap(),
        }
    }

    fn sized(profile: Profile, options: &mut Options, (lines, columns): (usize, usize)) -> Profile {
        options.dots.get_or_insert((lines, columns));
        profile.with_geometry(columns, lines)
    }

    fn line(options: &Options) -> Line {
        match options.transport {
            Transport::Usb => Line::Usb,
            Transport::Tcp => Line::Socket,
        }
    }

    fn firmware(profile: Profile, _line: Line, switches: Switches, plan: FaultPlan) -> Firmware {
        Firmware::new(profile, switches, plan)
    }
}

/// What it is made of.
pub(crate) type Make = make::Make<Magicard>;

impl Make {
    /// With the film of one side in colour.
    pub(crate) fn ymcko(mut self) -> Make {
        self.profile.ribbon = RibbonKind::Ymcko;
        self
    }

    /// Reached in that way.
    pub(super) fn over(mut self, transport: Transport) -> Make {
        self.options.transport = transport;
        self
    }
}
