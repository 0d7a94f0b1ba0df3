//! An Evolis printer on the bench.

use cetak_drivers::evolis::{Evolis as Dialect, Handshake, Options, Transport, models};
use cetak_firmware_sims::evolis::{Evolis as Firmware, Port, Profile, Switches};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::mechanism::RibbonKind;

use crate::bench::{self, Kit, Line, Maker, Parts};

/// The maker.
pub(crate) struct Evolis;

/// Its bench.
pub(crate) type Duet = bench::Duet<Evolis>;

impl Maker for Evolis {
    type Dialect = Dialect;
    type Firmware = Firmware;
    type Options = Options;

    fn dialect(model: &str, options: &Options) -> Dialect {
        Dialect::new(models::find(model).unwrap(), options.clone())
    }

    fn next_host(options: &mut Options) {
        options.seed += 1;
    }
}

/// What a bench is made of; change what the test is about.
pub(crate) struct Make {
    pub(crate) model: &'static str,
    pub(crate) dots: Option<(usize, usize)>,
    pub(crate) port: Port,
    pub(crate) switches: Switches,
    pub(crate) plan: FaultPlan,
    pub(crate) options: Options,
    pub(crate) ribbon: Option<RibbonKind>,
    /// The printer is another model than the driver is told.
    pub(crate) really: Option<&'static str>,
    /// Cards that the output bin and the reject box take.
    pub(crate) bins: Option<(usize, usize)>,
}

impl Make {
    /// A small picture over USB, the ordinary reading of every switch.
    pub(crate) fn new(model: &'static str) -> Make {
        Make {
            model,
            dots: Some((24, 16)),
            port: Port::Usb,
            switches: Switches::default(),
            plan: FaultPlan::default(),
            options: Options::default(),
            ribbon: None,
            really: None,
            bins: None,
        }
    }

    /// On a serial line.
    pub(crate) fn serial(mut self) -> Make {
        self.port = Port::Serial;
        self.options.transport = Transport::Serial;
        self
    }

    /// On a serial line whose port was set up for ACK/NACK.
    pub(crate) fn ack_nack(self) -> Make {
        let mut make = self.serial();
        make.options.handshake = Handshake::AckNack;
        make
    }

    pub(crate) fn duet(self) -> Duet {
        let mut profile = Profile::named(self.really.unwrap_or(self.model)).unwrap();
        let mut options = self.options;
        if let Some((lines, columns)) = self.dots {
            profile = profile.with_geometry(columns, lines);
            options.dots = Some((lines, columns));
        }
        profile.port = self.port;
        if let Some((output, reject)) = self.bins {
            profile.fittings.output_capacity = output;
            profile.fittings.reject_capacity = reject;
        }
        if let Some(kind) = self.ribbon {
            profile.ribbon = kind;
        }
        let asks_acks = options.handshake == Handshake::AckNack;
        let mut duet = Duet::new(Parts {
            model: self.model,
            line: match options.transport {
                Transport::Serial => Line::Serial,
                Transport::Usb => Line::Usb,
                Transport::Tcp => Line::Socket,
            },
            options,
            firmware: Firmware::new(profile, self.switches, self.plan),
        });
        if asks_acks {
            duet.stranger("Pcom;1;9600;N;8;1;ACK/NACK;E");
        }
        duet
    }
}

impl Kit for Make {
    type Maker = Evolis;

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
}

fn spelt(command: &str) -> Vec<u8> {
    [b"\x1B", command.as_bytes(), b"\r"].concat()
}
