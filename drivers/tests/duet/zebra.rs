//! A Zebra printer on the bench.

use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::zebra::{EXAMINE_APART, Options, Transport, Zebra as Dialect, models};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::mechanism::RibbonKind;
use cetak_firmware_sims::zebra::{Port, Profile, Switches, Zebra as Firmware};

use crate::bench;
use crate::make::{self, Line, Maker};

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
    type Profile = Profile;
    type Switches = Switches;

    /// The counters' text has 51 bytes, and 3 s to come in.
    const RESTS: Duration = Duration::from_millis(30);

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(models::find(model).unwrap(), options.clone())
    }

    /// `E` and `%CLN` are known.
    fn options() -> Options {
        Options {
            knows_e: true,
            knows_cln: true,
            ..Options::default()
        }
    }

    fn profile(name: &str) -> Profile {
        let mut profile = Profile::named(name).unwrap();
        profile.ribbon = RibbonKind::Ymcko;
        profile
    }

    fn sized(profile: Profile, options: &mut Options, (lines, columns): (usize, usize)) -> Profile {
        options.dots.get_or_insert((lines, columns));
        profile.with_geometry(columns, lines)
    }

    fn line(options: &Options) -> Line {
        match options.transport {
            Transport::Serial => Line::Serial,
            Transport::Usb => Line::Usb,
            Transport::Tcp => Line::Socket,
        }
    }

    fn firmware(mut profile: Profile, line: Line, switches: Switches, plan: FaultPlan) -> Firmware {
        profile.port = match line {
            Line::Serial => Port::Serial,
            Line::Usb | Line::Socket => Port::Usb,
        };
        Firmware::new(profile, switches, plan)
    }
}

/// What it is made of.
pub(crate) type Make = make::Make<Zebra>;

impl Make {
    /// The bytes of the chip station and the reject are known to both sides.
    pub(crate) fn docked(mut self) -> Make {
        self.options.placeholder = true;
        self.profile = self.profile.with_chip_station();
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
