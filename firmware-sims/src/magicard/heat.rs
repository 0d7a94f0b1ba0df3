//! The head's temperature: each panel warms it, time cools it.

use serde::{Deserialize, Serialize};

use crate::mechanism::Panel;

/// How a head warms and cools. Degrees Celsius; no source has any of them \[placeholder\].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// The room's temperature.
    pub room: f64,
    /// What a dye panel adds.
    pub dye: f64,
    /// What a resin panel adds.
    pub resin: f64,
    /// What an overcoat adds.
    pub overlay: f64,
    /// Seconds in which what is above the room's temperature falls to about a third.
    pub cools_s: f64,
    /// From here on the next panel waits until the head has cooled.
    pub waits_at: f64,
    /// It has cooled enough.
    pub goes_on_at: f64,
    /// From here on the job stops with an error.
    pub stops_at: f64,
}

impl Default for Heat {
    fn default() -> Heat {
        Heat {
            room: 28.0,
            dye: 3.0,
            resin: 2.0,
            overlay: 2.5,
            cools_s: 40.0,
            waits_at: 70.0,
            goes_on_at: 55.0,
            stops_at: 90.0,
        }
    }
}

/// What the head's temperature means for the next panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadHeat {
    Fit,
    /// Fit again after so many nanoseconds.
    Waits(u64),
    TooHot,
}

/// The head's temperature at some time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    above_room: f64,
    at: u64,
}

impl Head {
    pub(crate) fn cold() -> Head {
        Head {
            above_room: 0.0,
            at: 0,
        }
    }

    fn cooled(self, heat: &Heat, uptime: u64) -> f64 {
        let seconds = uptime.saturating_sub(self.at) as f64 / 1e9;
        self.above_room * (-seconds / heat.cools_s.max(0.001)).exp()
    }

    /// Degrees Celsius.
    pub(crate) fn celsius(self, heat: &Heat, uptime: u64) -> f64 {
        heat.room + self.cooled(heat, uptime)
    }

    /// A panel is laid.
    pub(crate) fn warm(&mut self, heat: &Heat, panel: Panel, uptime: u64) {
        let more = match panel {
            Panel::Y | Panel::M | Panel::C => heat.dye,
            Panel::K => heat.resin,
            Panel::O | Panel::U => heat.overlay,
        };
        self.above_room = self.cooled(heat, uptime) + more;
        self.at = uptime;
    }

    pub(crate) fn fit(self, heat: &Heat, uptime: u64) -> HeadHeat {
        let celsius = self.celsius(heat, uptime);
        if celsius >= heat.stops_at {
            HeadHeat::TooHot
        } else if celsius >= heat.waits_at {
            let (now, then) = (celsius - heat.room, heat.goes_on_at - heat.room);
            let seconds = heat.cools_s * (now / then.max(0.001)).ln();
            HeadHeat::Waits((seconds.max(0.0) * 1e9) as u64 + 1)
        } else {
            HeadHeat::Fit
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_warm_the_head_and_time_cools_it() {
        let heat = Heat::default();
        let mut head = Head::cold();
        assert!((head.celsius(&heat, 5) - 28.0).abs() < 1e-9);
        head.warm(&heat, Panel::Y, 0);
        head.warm(&heat, Panel::K, 0);
        assert!((head.celsius(&heat, 0) - 33.0).abs() < 1e-9);
        let later = head.celsius(&heat, 40_000_000_000);
        assert!((later - 28.0 - 5.0 / std::f64::consts::E).abs() < 1e-6);
    }

    #[test]
    fn a_hot_head_waits_until_it_has_cooled_and_a_hotter_one_stops() {
        let heat = Heat {
            dye: 45.0,
            ..Heat::default()
        };
        let mut head = Head::cold();
        assert_eq!(head.fit(&heat, 0), HeadHeat::Fit);
        head.warm(&heat, Panel::C, 0);
        let HeadHeat::Waits(nanoseconds) = head.fit(&heat, 0) else {
            panic!("73 degrees");
        };
        assert_eq!(head.fit(&heat, nanoseconds), HeadHeat::Fit);
        assert!((head.celsius(&heat, nanoseconds) - 55.0).abs() < 0.01);
        head.warm(&heat, Panel::C, 0);
        assert_eq!(head.fit(&heat, 0), HeadHeat::TooHot);
    }
}
