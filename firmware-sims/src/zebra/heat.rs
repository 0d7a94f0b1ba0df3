//! The print head's heat: each pass warms it, time cools it. All numbers \[inferred\].

use serde::{Deserialize, Serialize};

use crate::mechanism::Panel;

/// Nanoseconds of a millisecond.
const MILLISECOND: f64 = 1e6;

/// How a head heats and cools, in thousandths of a degree above the room.
///
/// An ordinary YMCKO card with its feed and exit cools as much as it warms; only passes without a pause between cards
/// reach the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heating {
    /// One dye pass.
    pub dye: u32,
    /// One resin or varnish pass.
    pub resin: u32,
    /// What a second takes away.
    pub cools_per_second: u32,
    /// Above it the head rests: no string begins (code 2), and a string that runs pauses.
    pub limit: u32,
    /// It rests until it is down to this.
    pub resumes_at: u32,
}

impl Default for Heating {
    fn default() -> Heating {
        Heating {
            dye: 6500,
            resin: 4000,
            cools_per_second: 1200,
            limit: 45_000,
            resumes_at: 30_000,
        }
    }
}

/// The head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    heating: Heating,
    /// Durations are stretched by it, cooling is slowed by it.
    factor: f64,
    heat: f64,
    at: u64,
    rests: bool,
}

impl Head {
    pub(super) fn new(heating: Heating, factor: f64) -> Head {
        Head {
            heating,
            factor,
            heat: 0.0,
            at: 0,
            rests: false,
        }
    }

    /// Thousandths of a degree above the room.
    fn heat(&self, uptime: u64) -> f64 {
        let milliseconds = uptime.saturating_sub(self.at) as f64 / MILLISECOND;
        let whole = milliseconds * f64::from(self.heating.cools_per_second) / 1000.0;
        (self.heat - whole / self.factor.max(f64::MIN_POSITIVE)).max(0.0)
    }

    /// Whether it must rest.
    pub(super) fn too_hot(&mut self, uptime: u64) -> bool {
        let heat = self.heat(uptime);
        let above = if self.rests {
            self.heating.resumes_at
        } else {
            self.heating.limit
        };
        self.rests = heat > f64::from(above);
        self.rests
    }

    /// Nanoseconds until it has rested.
    pub(super) fn cools_for(&self, uptime: u64) -> u64 {
        let above = (self.heat(uptime) - f64::from(self.heating.resumes_at)).max(0.0);
        let seconds = above / f64::from(self.heating.cools_per_second.max(1));
        (seconds * 1e9 * self.factor.max(0.0)) as u64
    }

    /// A pass has begun.
    pub(super) fn warms(&mut self, panel: Panel, uptime: u64) {
        let more = if panel == Panel::K || panel == Panel::O {
            self.heating.resin
        } else {
            self.heating.dye
        };
        self.heat = self.heat(uptime) + f64::from(more);
        self.at = uptime;
    }
}
