//! What the bench must know of a maker, and what one is made of before it is built.

use std::time::Duration;

use cetak_drivers::contract::Dialect;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;

use crate::bench::{CUT_RESTS, Duet};

/// What the bench must know of one maker.
pub(crate) trait Maker {
    /// Its language.
    type Dialect: Dialect;
    /// Its simulated firmware.
    type Firmware: Device;
    /// What a host is told of its printer.
    type Options: Clone + Default;
    /// What the printer is.
    type Profile;
    /// What nobody knows of it.
    type Switches: Default;

    /// How long a stream rests that is cut behind every byte: the longest answer must still come in its time.
    const RESTS: Duration = CUT_RESTS;

    /// A machine for one printer.
    fn dialect(model: &str, options: &Self::Options) -> Self::Dialect;

    /// What a host is told where the test says nothing else.
    fn options() -> Self::Options {
        Self::Options::default()
    }

    /// The simulated printer of that name.
    fn profile(name: &str) -> Self::Profile;

    /// The same with a picture of so many lines and columns, which the host is told unless it is told another size.
    fn sized(
        profile: Self::Profile,
        options: &mut Self::Options,
        dots: (usize, usize),
    ) -> Self::Profile;

    /// How a host that is told so is joined with it.
    fn line(options: &Self::Options) -> Line;

    /// The printer at its line.
    fn firmware(
        profile: Self::Profile,
        line: Line,
        switches: Self::Switches,
        plan: FaultPlan,
    ) -> Self::Firmware;

    /// What is done at a new bench before its first request.
    fn made(_duet: &mut Duet<Self>)
    where
        Self: Sized,
    {
    }

    /// What is different for the host that starts after this one.
    fn next_host(_options: &mut Self::Options) {}
}

/// How a host is joined with its printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// It stays up whatever the printer does, and has no port status byte.
    Serial,
    /// It falls with the printer's power, and tells the printer's port status byte.
    Usb,
    /// It falls with the printer's power, and has no port status byte.
    Socket,
}

/// Lines and columns of a small picture.
pub(crate) const SMALL: (usize, usize) = (24, 16);

/// One printer and its host; change what the test is about.
pub(crate) struct Make<M: Maker> {
    /// What the driver is told.
    pub(crate) model: &'static str,
    /// What the printer is.
    pub(crate) profile: M::Profile,
    /// The size of its picture, which the driver is told where its options say none; `None`: the profile's.
    pub(crate) dots: Option<(usize, usize)>,
    pub(crate) switches: M::Switches,
    pub(crate) plan: FaultPlan,
    pub(crate) options: M::Options,
}

impl<M: Maker> Make<M> {
    /// A small picture, the ordinary reading of every switch.
    pub(crate) fn new(model: &'static str) -> Make<M> {
        Make {
            model,
            profile: M::profile(model),
            dots: Some(SMALL),
            switches: M::Switches::default(),
            plan: FaultPlan::default(),
            options: M::options(),
        }
    }

    /// The printer is another model than the driver is told.
    pub(crate) fn really(&mut self, name: &str) {
        self.profile = M::profile(name);
    }

    pub(crate) fn duet(self) -> Duet<M> {
        let mut options = self.options;
        let profile = match self.dots {
            Some(dots) => M::sized(self.profile, &mut options, dots),
            None => self.profile,
        };
        let line = M::line(&options);
        let firmware = M::firmware(profile, line, self.switches, self.plan);
        let mut duet = Duet::new(self.model, options, firmware, line);
        M::made(&mut duet);
        duet
    }
}
