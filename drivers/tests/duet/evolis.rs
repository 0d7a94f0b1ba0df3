//! An Evolis printer on the bench.

use cetak_drivers::evolis::{Evolis as Dialect, Handshake, Options, Transport, models};
use cetak_firmware_sims::evolis::{Evolis as Firmware, Port, Profile, Switches};
use cetak_firmware_sims::faults::FaultPlan;

use crate::bench;
use crate::make::{self, Line, Maker};

/// The maker.
pub(crate) struct Evolis;

/// Its bench.
pub(crate) type Duet = bench::Duet<Evolis>;

impl Maker for Evolis {
    type Dialect = Dialect;
    type Firmware = Firmware;
    type Options = Options;
    type Profile = Profile;
    type Switches = Switches;

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(models::find(model).unwrap(), options.clone())
    }

    fn profile(name: &str) -> Profile {
        Profile::named(name).unwrap()
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

    fn made(duet: &mut Duet) {
        if duet.options.handshake == Handshake::AckNack {
            duet.stranger("Pcom;1;9600;N;8;1;ACK/NACK;E");
        }
    }

    fn next_host(options: &mut Options) {
        options.seed += 1;
    }
}

/// What it is made of.
pub(crate) type Make = make::Make<Evolis>;

impl Make {
    /// On a serial line.
    pub(crate) fn serial(mut self) -> Make {
        self.options.transport = Transport::Serial;
        self
    }

    /// On a serial line whose port was set up for ACK/NACK.
    pub(crate) fn ack_nack(self) -> Make {
        let mut make = self.serial();
        make.options.handshake = Handshake::AckNack;
        make
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
}

fn spelt(command: &str) -> Vec<u8> {
    [b"\x1B", command.as_bytes(), b"\r"].concat()
}
