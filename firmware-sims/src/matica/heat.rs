//! A head that warms up with each panel, a roller that must be warm.

use super::profile::{Heat, Profile};

/// Nanoseconds of a second.
const SECOND: u128 = 1_000_000_000;

/// The head's warmth above the room, in thousandths of a degree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    heat: Heat,
    factor: f64,
    warmth: u64,
    at: u64,
}

impl Head {
    pub(super) fn new(profile: &Profile) -> Head {
        Head {
            heat: profile.heat,
            factor: profile.factor.max(0.0),
            warmth: 0,
            at: 0,
        }
    }

    pub(super) fn warmth(&self, uptime: u64) -> u64 {
        let spent = u128::from(uptime.saturating_sub(self.at));
        let lost = spent * u128::from(self.heat.cooling_a_second) / SECOND;
        self.warmth
            .saturating_sub(u64::try_from(lost).unwrap_or(u64::MAX))
    }

    pub(super) fn panel(&mut self, uptime: u64) {
        let more = f64::from(self.heat.panel) * self.factor;
        self.warmth = self.warmth(uptime) + more as u64;
        self.at = uptime;
    }

    pub(super) fn hot(&self, uptime: u64) -> bool {
        self.warmth(uptime) > u64::from(self.heat.hot)
    }

    /// When it is cool enough to go on.
    pub(super) fn ready_at(&self, uptime: u64) -> u64 {
        let excess = self
            .warmth(uptime)
            .saturating_sub(u64::from(self.heat.ready));
        let takes = u128::from(excess) * SECOND / u128::from(self.heat.cooling_a_second.max(1));
        uptime + u64::try_from(takes).unwrap_or(u64::MAX / 2) + 1
    }
}

/// The transfer roller: how long it has been heated, of the time that it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Roller {
    needs: u64,
    cools: u64,
    warmth: u64,
    heated: bool,
    at: u64,
}

impl Roller {
    /// A warm one.
    pub(super) fn new(profile: &Profile) -> Roller {
        let needs = profile.duration(profile.timing.warm_up_ms);
        Roller {
            needs,
            cools: profile.duration(profile.timing.roller_cool_ms).max(1),
            warmth: needs,
            heated: true,
            at: 0,
        }
    }

    fn warmth(&self, uptime: u64) -> u64 {
        let spent = uptime.saturating_sub(self.at);
        if self.heated {
            (self.warmth + spent).min(self.needs)
        } else {
            let lost = u128::from(spent) * u128::from(self.needs) / u128::from(self.cools);
            self.warmth
                .saturating_sub(u64::try_from(lost).unwrap_or(u64::MAX))
        }
    }

    pub(super) fn heat(&mut self, on: bool, uptime: u64) {
        self.warmth = self.warmth(uptime);
        self.at = uptime.max(self.at);
        self.heated = on;
    }

    pub(super) fn warm(&self, uptime: u64) -> bool {
        self.warmth(uptime) >= self.needs
    }
}
