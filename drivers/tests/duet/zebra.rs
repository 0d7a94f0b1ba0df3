//! A Zebra printer on the bench.

use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::zebra::{EXAMINE_APART, Options, Transport, Zebra as Dialect, models};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::mechanism::RibbonKind;
use cetak_firmware_sims::zebra::{Heating, Port, Profile, Switches, Zebra as Firmware};

use crate::bench::{self, Kit, Line, Maker, Parts};

mod attempt;
mod bad_input;
mod cards;
mod catalogue;
mod cuts;
mod losses;
mod readings;

/// One side.
pub(crate) const P330I: &str = "zebra-p330i";
/// Two sides and a reject hopper.
pub(crate) const P430I: &str = "zebra-p430i";
/// The canary of the printers that have one.
pub(crate) const CANARY: u8 = b'~';

/// The two readings after a doubt.
pub(crate) const EXAMINE: Request = Request::Examine {
    apart: EXAMINE_APART,
};

/// The maker.
pub(crate) struct Zebra;

/// Its bench.
pub(crate) type Duet = bench::Duet<Zebra>;

impl Maker for Zebra {
    type Dialect = Dialect;
    type Firmware = Firmware;
    type Options = Options;

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(models::find(model).unwrap(), options.clone())
    }
}

/// What a bench is made of; change what the test is about.
pub(crate) struct Make {
    pub(crate) model: &'static str,
    pub(crate) dots: Option<(usize, usize)>,
    pub(crate) switches: Switches,
    pub(crate) plan: FaultPlan,
    pub(crate) options: Options,
    pub(crate) ribbon: RibbonKind,
    /// The printer is another model than the driver is told.
    pub(crate) really: Option<&'static str>,
    /// It has a chip station.
    pub(crate) station: bool,
    /// It has a magnetic encoder.
    pub(crate) encoder: bool,
    /// Cards that the output and the reject hopper take.
    pub(crate) bins: Option<(usize, usize)>,
    /// How its head heats.
    pub(crate) heating: Heating,
    /// The size that the driver is told, where it is not the printer's.
    pub(crate) told_dots: Option<(usize, usize)>,
}

impl Make {
    /// A small picture over USB, the ordinary reading of every switch; `E` and `%CLN` are known.
    pub(crate) fn new(model: &'static str) -> Make {
        Make {
            model,
            dots: Some(cards::SMALL),
            switches: Switches::default(),
            plan: FaultPlan::default(),
            options: Options {
                knows_e: true,
                knows_cln: true,
                ..Options::default()
            },
            ribbon: RibbonKind::Ymcko,
            really: None,
            station: false,
            encoder: false,
            bins: None,
            heating: Heating::default(),
            told_dots: None,
        }
    }

    /// The bytes of the chip station and the reject are known to both sides.
    pub(crate) fn docked(mut self) -> Make {
        self.options.placeholder = true;
        self.station = true;
        self
    }

    /// On a serial line.
    pub(crate) fn serial(mut self) -> Make {
        self.options.transport = Transport::Serial;
        self
    }

    /// With a canary for the power.
    pub(crate) fn canary(mut self) -> Make {
        self.options.knows_x = true;
        self.options.canary = Some(CANARY);
        self
    }

    pub(crate) fn duet(self) -> Duet {
        let mut profile = Profile::named(self.really.unwrap_or(self.model)).unwrap();
        let mut options = self.options;
        if let Some((lines, columns)) = self.dots {
            profile = profile.with_geometry(columns, lines);
            options.dots = Some((lines, columns));
        }
        if self.station {
            profile = profile.with_chip_station();
        }
        if self.encoder {
            profile = profile.with_encoder();
        }
        if let Some((output, reject)) = self.bins {
            profile.fittings.output_capacity = output;
            profile.fittings.reject_capacity = reject;
        }
        options.dots = self.told_dots.or(options.dots);
        profile.ribbon = self.ribbon;
        profile.heating = self.heating;
        let line = match options.transport {
            Transport::Serial => Line::Serial,
            Transport::Usb => Line::Usb,
            Transport::Tcp => Line::Socket,
        };
        profile.port = if line == Line::Serial {
            Port::Serial
        } else {
            Port::Usb
        };
        Duet::new(Parts {
            model: self.model,
            options,
            firmware: Firmware::new(profile, self.switches, self.plan),
            line,
        })
    }
}

impl Kit for Make {
    type Maker = Zebra;

    /// The counters' text has 51 bytes, and 3 s to come in.
    const RESTS: Duration = Duration::from_millis(30);

    fn duet(self) -> Duet {
        self.duet()
    }
}

impl Duet {
    /// The next whole command of these letters never reaches the firmware; the answer is given in its place.
    pub(crate) fn script(&mut self, command: &str, answer: &[u8]) {
        self.script_bytes(spelt(command), answer.to_vec());
    }

    /// Another program says a command to the printer, and takes the answer.
    pub(crate) fn stranger(&mut self, command: &str) {
        self.stranger_bytes(&spelt(command));
    }

    /// The texts of the commands that the printer has heard, without the data of downloads.
    pub(crate) fn texts(&self) -> Vec<String> {
        let heard = self.heard_by_printer.split(|byte| *byte == 0x1B);
        let heard = heard.filter_map(|bytes| bytes.strip_suffix(b"\r"));
        heard
            .filter(|text| text.iter().all(|byte| (0x20..0x7F).contains(byte)))
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .collect()
    }

    /// Head-down passes as the mechanism has counted them.
    pub(crate) fn passes(&self) -> u64 {
        self.firmware.mechanism().counts().panels
    }
}

fn spelt(command: &str) -> Vec<u8> {
    [b"\x1B", command.as_bytes(), b"\r"].concat()
}
