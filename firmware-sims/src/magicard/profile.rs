//! Models as rows: language, head, what is built in, how long things take.

use serde::{Deserialize, Serialize};

use crate::mechanism::{Fittings, Geometry, RibbonKind, Side};

use super::heat::Heat;
use super::raster::HeadLayout;

/// A head position that needs no correction \[doc\].
const NOMINAL_POSITION: u32 = 50;
/// The head dot over the card's edge is this less the head position [code: ultra14; measured 15].
const FIRST_DOT_AND_POSITION: u32 = 65;
/// The last dot that a card's edge can lie under: positions are clamped to 35..=65 [code: ultra14].
const FIRST_DOT_MAX: u32 = 30;

/// Which requests it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Rio and Tango: keys asked one by one, sensors and settings line by line.
    Rio,
    /// Alto class: the error text.
    Alto,
    /// Enduro class: one long reply, and the error text.
    Enduro,
}

/// How long motions take, in milliseconds of uptime before [`Profile::factor`].
///
/// Nothing but the feed's time is in any source: placeholders for about 32 s a dye side and 8 s a resin side
/// \[placeholder\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Hopper to print start.
    pub feed_ms: u32,
    /// How long it tries to draw a card before it gives up \[capture\].
    pub feed_tries_ms: u32,
    /// Between two tries.
    pub feed_again_ms: u32,
    /// To a station or back.
    pub station_ms: u32,
    /// One of yellow, magenta, cyan; half as much again with ColorSure.
    pub dye_ms: u32,
    /// Resin.
    pub resin_ms: u32,
    /// Overcoat.
    pub overlay_ms: u32,
    /// Turning the card over.
    pub flip_ms: u32,
    /// Writing the magnetic tracks.
    pub encode_ms: u32,
    /// Erasing a rewritable card.
    pub erase_ms: u32,
    /// Print start to a bin.
    pub eject_ms: u32,
    /// A test or service motion that no card takes part in.
    pub service_ms: u32,
    /// A cleaning card's way.
    pub clean_ms: u32,
    /// Power-on to ready.
    pub power_on_ms: u32,
    /// `RST` to ready.
    pub reset_ms: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            feed_ms: 3000,
            feed_tries_ms: 34_000,
            feed_again_ms: 4000,
            station_ms: 2000,
            dye_ms: 6500,
            resin_ms: 2500,
            overlay_ms: 5000,
            flip_ms: 4000,
            encode_ms: 3000,
            erase_ms: 8000,
            eject_ms: 2000,
            service_ms: 1000,
            clean_ms: 20_000,
            power_on_ms: 20_000,
            reset_ms: 10_000,
        }
    }
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// What it calls itself, at most 16 characters \[doc\].
    pub model: String,
    /// Which requests it knows.
    pub language: Language,
    /// The head.
    pub head: HeadLayout,
    /// `INF` number 2, which the paper calls obsolete \[doc\].
    pub head_type: u32,
    /// `INF` number 16, `FPP`: 50 is nominal; the card then begins at dot 15 of the head \[doc\].
    pub head_position: u32,
    /// Serial number, at most 16 characters: one letter and eleven digits on simulated units.
    pub serial: String,
    /// Firmware version.
    pub firmware: String,
    /// Printed circuit board version; a density follows its first 3 [code: ultra14].
    pub board: String,
    /// A magnetic encoder is fitted.
    pub magnetic: bool,
    /// What is built in.
    pub fittings: Fittings,
    /// Whether the picture lies turned by 180 degrees on the front, and on the back, when the card comes out: the
    /// way the real programs for this model turn it \[measured\].
    pub turned: [bool; 2],
    /// The ribbon that it comes with.
    pub ribbon: RibbonKind,
    /// Panel sets on a new ribbon \[placeholder\].
    pub ribbon_sets: u32,
    /// Cards between cleanings \[doc\].
    pub cleaning_interval: u64,
    /// Bytes the firmware takes before the cable must wait, beside the page it prints \[placeholder\].
    pub input_buffer: usize,
    /// Durations.
    pub timing: Timing,
    /// How the head warms and cools.
    pub heat: Heat,
    /// Stretches (or, below 1, shortens) all durations.
    pub factor: f64,
}

/// The names of [`Profile::named`].
pub const PROFILES: [&str; 5] = [
    "magicard-enduro",
    "magicard-enduro-plus",
    "magicard-rio2",
    "magicard-tango2e",
    "magicard-alto",
];

impl Profile {
    /// A model by its name, see [`PROFILES`].
    pub fn named(name: &str) -> Option<Profile> {
        let enduro = Profile {
            name: name.to_owned(),
            model: "Enduro".to_owned(),
            language: Language::Enduro,
            head: HeadLayout::SplitHigh,
            head_type: 0,
            head_position: NOMINAL_POSITION,
            serial: "G00000000001".to_owned(),
            firmware: "2.10".to_owned(),
            board: "3-3829".to_owned(),
            magnetic: true,
            fittings: Fittings {
                geometry: Geometry {
                    columns: 642,
                    lines: 1016,
                },
                contact: true,
                contactless: true,
                flipper: false,
                reject_box: false,
                hopper_capacity: 100,
                output_capacity: 100,
                reject_capacity: 0,
            },
            turned: [true, true],
            ribbon: RibbonKind::Ymcko,
            ribbon_sets: 300,
            cleaning_interval: 700,
            input_buffer: 65_536,
            timing: Timing::default(),
            heat: Heat::default(),
            factor: 1.0,
        };
        let rio = Profile {
            model: "Rio2".to_owned(),
            language: Language::Rio,
            head: HeadLayout::Linear,
            serial: "R00000000001".to_owned(),
            // A back for long-edge turning comes turned, a front does not [measured].
            turned: [false, true],
            ..enduro.clone()
        };
        let duplex = |profile: Profile, reject_box: bool| Profile {
            fittings: Fittings {
                flipper: true,
                reject_box,
                reject_capacity: if reject_box { 30 } else { 0 },
                ..profile.fittings
            },
            ribbon: RibbonKind::Ymckok,
            ..profile
        };
        match name {
            "magicard-enduro" => Some(enduro),
            "magicard-enduro-plus" => Some(Profile {
                model: "Enduro+".to_owned(),
                serial: "P00000000001".to_owned(),
                ..duplex(enduro, false)
            }),
            // The sources know the Rio and the Tango as one machine: the flip-over station is there.
            "magicard-rio2" => Some(Profile {
                ribbon: RibbonKind::Ymcko,
                ..duplex(rio, false)
            }),
            "magicard-tango2e" => Some(Profile {
                model: "RioTango2D".to_owned(),
                serial: "X00000000001".to_owned(),
                ..duplex(rio, true)
            }),
            "magicard-alto" => Some(Profile {
                model: "Alto".to_owned(),
                language: Language::Alto,
                head: HeadLayout::SplitLow,
                serial: "A00000000001".to_owned(),
                ..enduro
            }),
            _ => None,
        }
    }

    /// The same model with a smaller card, for tests. The head keeps its 672 dots: only what meets the card is laid.
    pub fn with_geometry(mut self, columns: usize, lines: usize) -> Profile {
        self.fittings.geometry = Geometry { columns, lines };
        self
    }

    /// The same model with every duration multiplied.
    pub fn with_factor(mut self, factor: f64) -> Profile {
        self.factor = factor;
        self
    }

    /// Another unit of the same model.
    pub fn with_serial(mut self, serial: &str) -> Profile {
        serial.clone_into(&mut self.serial);
        self
    }

    /// The head dot over the card's edge.
    pub fn first_dot(&self) -> usize {
        let dot = FIRST_DOT_AND_POSITION.saturating_sub(self.head_position);
        dot.min(FIRST_DOT_MAX) as usize
    }

    pub(super) fn turned_on(&self, side: Side) -> bool {
        match side {
            Side::Front => self.turned[0],
            Side::Back => self.turned[1],
        }
    }

    /// How the head warms and cools in this room's time.
    pub(super) fn heat_in_time(&self) -> Heat {
        Heat {
            cools_s: self.heat.cools_s * self.factor.max(0.0),
            ..self.heat
        }
    }

    /// Nanoseconds of uptime.
    pub(super) fn duration(&self, milliseconds: u32) -> u64 {
        let nanoseconds = f64::from(milliseconds) * 1e6 * self.factor.max(0.0);
        // Float to integer casts saturate; a day is far below the limit.
        nanoseconds as u64
    }
}
