//! What a bench record adds to a printer, and when it counts.

use std::sync::Arc;

use cetak_drivers::contract::{Capabilities, Identity, Told};

use super::PrinterMachine;

/// The record counts.
pub const BENCH_HOLDS: &str = "BENCH_HOLDS";
/// The printer has not said who it is.
pub const BENCH_WAITS: &str = "BENCH_WAITS";
/// Another unit tells itself than stood on the bench.
pub const BENCH_OTHER_UNIT: &str = "BENCH_OTHER_UNIT";
/// Another firmware tells itself than was on the bench.
pub const BENCH_OTHER_FIRMWARE: &str = "BENCH_OTHER_FIRMWARE";
/// The config has another profile, ribbon or endpoint than the bench had.
pub const BENCH_OTHER_SETUP: &str = "BENCH_OTHER_SETUP";

/// The record of a bench, as far as a printer's abilities go.
#[derive(Debug, Clone, Default)]
pub enum BenchRecord {
    /// There is none.
    #[default]
    None,
    /// It counts for whatever stands at this endpoint: the abilities have it in them.
    Counts,
    /// It counts while the printer tells itself as on the bench.
    Tested(Tested),
    /// It does not count, and this code says why.
    Void(&'static str),
}

/// A unit and a firmware that stood on the bench.
#[derive(Debug, Clone)]
pub struct Tested {
    /// The serial number, where it is told.
    pub serial: Option<String>,
    /// The firmware, where it is told.
    pub firmware: Option<String>,
    /// The abilities that are not in force: with the record until it counts, without it while it does.
    pub others: Arc<Capabilities>,
}

/// Whether a printer that tells itself so is the one of the bench; the code says how it differs.
pub fn as_on_the_bench(
    serial: Option<&str>,
    firmware: Option<&str>,
    identity: &Identity,
) -> &'static str {
    if told(&identity.serial) != serial {
        BENCH_OTHER_UNIT
    } else if told(&identity.firmware) != firmware {
        BENCH_OTHER_FIRMWARE
    } else {
        BENCH_HOLDS
    }
}

fn told(item: &Told) -> Option<&str> {
    match item {
        Told::Told(text) => Some(text),
        Told::Inferred(_) | Told::NotAskable => None,
    }
}

impl PrinterMachine {
    /// How its bench record stands, as a code; `None`: there is none.
    pub fn bench_code(&self) -> Option<&'static str> {
        match (&self.spec.bench, &self.identity) {
            (BenchRecord::None, _) => None,
            (BenchRecord::Counts, _) => Some(BENCH_HOLDS),
            (BenchRecord::Void(code), _) => Some(code),
            (BenchRecord::Tested(_), None) => Some(BENCH_WAITS),
            (BenchRecord::Tested(tested), Some(identity)) => Some(as_on_the_bench(
                tested.serial.as_deref(),
                tested.firmware.as_deref(),
                identity,
            )),
        }
    }

    /// Whether the abilities in force have the record in them.
    pub fn rests_on_bench(&self) -> bool {
        match self.spec.bench {
            BenchRecord::Counts => true,
            BenchRecord::Tested(_) => self.tested,
            BenchRecord::None | BenchRecord::Void(_) => false,
        }
    }

    /// Takes the record's abilities into force or out of it. Only where no card of ours is inside.
    pub(in crate::engine) fn rest_on_bench(&mut self, counts: bool) {
        if let BenchRecord::Tested(tested) = &mut self.spec.bench
            && self.tested != counts
        {
            std::mem::swap(&mut tested.others, &mut self.spec.capabilities);
            self.tested = counts;
        }
    }

    /// A technician has it: the spooler has let go of its link.
    pub fn in_maintenance(&self) -> bool {
        self.row
            .paused
            .as_ref()
            .is_some_and(|pause| pause.maintenance)
    }

    /// Its session ends and another one may begin: nothing of the old one counts any more.
    pub(in crate::engine) fn begin_session(&mut self) {
        self.incarnation += 1;
        self.work = super::Work::Idle;
        self.reachable = false;
        self.faults.clear();
        self.asked_who = false;
        self.again_at = None;
        self.backoff = super::BACKOFF_MIN;
    }
}
