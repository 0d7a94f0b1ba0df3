//! A Magicard printer on the bench.

use cetak_drivers::magicard::{Magicard as Dialect, Options, Transport, models};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::magicard::{Magicard as Firmware, Profile, Switches};
use cetak_firmware_sims::mechanism::RibbonKind;

use crate::bench::{self, Kit, Line, Maker, Parts};

/// The maker.
pub(crate) struct Magicard;

/// Its bench.
pub(crate) type Duet = bench::Duet<Magicard>;

impl Maker for Magicard {
    type Dialect = Dialect;
    type Firmware = Firmware;
    type Options = Options;

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(models::find(model).unwrap(), options.clone())
    }
}

/// What a bench is made of; change what the test is about.
pub(crate) struct Make {
    pub(super) model: &'static str,
    pub(super) dots: Option<(usize, usize)>,
    pub(super) switches: Switches,
    pub(super) plan: FaultPlan,
    pub(super) options: Options,
    pub(super) ribbon: Option<RibbonKind>,
    /// The printer is another model than the driver is told.
    pub(super) really: Option<&'static str>,
    /// What is different about this unit.
    pub(super) fit: fn(&mut Profile),
}

impl Make {
    /// A small picture over USB, the ordinary reading of every switch. Pronto and Rio Pro have no firmware of their
    /// own: they speak and print as an Enduro does.
    pub(super) fn new(model: &'static str) -> Make {
        let (really, fit): (_, fn(&mut Profile)) = match model {
            "magicard-pronto" => (Some("magicard-enduro"), |profile| {
                "Pronto".clone_into(&mut profile.model);
            }),
            "magicard-rio-pro" => (Some("magicard-enduro"), |profile| {
                "Rio Pro".clone_into(&mut profile.model);
            }),
            _ => (None, |_| {}),
        };
        Make {
            model,
            dots: Some((24, 16)),
            switches: Switches::default(),
            plan: FaultPlan::default(),
            options: Options::default(),
            ribbon: None,
            really,
            fit,
        }
    }

    /// With the film of one side in colour.
    pub(super) fn ymcko(mut self) -> Make {
        self.ribbon = Some(RibbonKind::Ymcko);
        self
    }

    /// Reached in that way.
    pub(super) fn over(mut self, transport: Transport) -> Make {
        self.options.transport = transport;
        self
    }

    pub(super) fn duet(self) -> Duet {
        let mut profile = Profile::named(self.really.unwrap_or(self.model)).unwrap();
        let mut options = self.options;
        if let Some((lines, columns)) = self.dots {
            profile = profile.with_geometry(columns, lines);
            options.dots = Some((lines, columns));
        }
        if let Some(kind) = self.ribbon {
            profile.ribbon = kind;
        }
        (self.fit)(&mut profile);
        Duet::new(Parts {
            model: self.model,
            line: match options.transport {
                Transport::Usb => Line::Usb,
                Transport::Tcp => Line::Socket,
            },
            options,
            firmware: Firmware::new(profile, self.switches, self.plan),
        })
    }
}

impl Kit for Make {
    type Maker = Magicard;

    fn duet(self) -> Duet {
        self.duet()
    }
}
