//! Models as rows: what is built in, what it calls itself, how long things take.

use serde::{Deserialize, Serialize};

use crate::mechanism::{Fittings, Geometry, RibbonKind};

use super::switches::Switches;

/// How long motions take, in milliseconds of uptime before [`Profile::factor`].
///
/// Derived from 190 cards an hour \[inferred\]; those rates are general knowledge \[unverified\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Hopper to print start.
    pub feed_ms: u32,
    /// To a station or back.
    pub station_ms: u32,
    /// One of y, m, c.
    pub dye_ms: u32,
    /// k.
    pub resin_ms: u32,
    /// o.
    pub overlay_ms: u32,
    /// Turning the card over.
    pub flip_ms: u32,
    /// Print start to a bin.
    pub eject_ms: u32,
    /// Power-on to ready.
    pub power_on_ms: u32,
    /// `Srs` to ready [code: Qt kiosk].
    pub reset_ms: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            feed_ms: 2000,
            station_ms: 1000,
            dye_ms: 3200,
            resin_ms: 1500,
            overlay_ms: 2500,
            flip_ms: 2500,
            eject_ms: 1500,
            power_on_ms: 15_000,
            reset_ms: 5000,
        }
    }
}

/// How the host is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    /// Printer class.
    Usb,
    /// Serial port 1: a slave in ACK/NACK mode, mute when `Pcom;1` says receive only.
    Serial,
}

/// Which generation of commands the model knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// Only the guide's commands.
    Guide,
    /// Later ones too (`Psoe`, `Rrt`, `Echo`, `Sfr`, ...).
    Later,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// `Rtp` [code: the form "Evolis ..."; the exact text is unknown].
    pub model: String,
    /// `Rsn`: one letter and 11 digits [doc: shape in a manual].
    pub serial: String,
    /// `Rfv`.
    pub firmware: String,
    /// Commands.
    pub generation: Generation,
    /// What is built in.
    pub fittings: Fittings,
    /// The ribbon that it comes with.
    pub ribbon: RibbonKind,
    /// Panel sets on a new ribbon.
    pub ribbon_sets: u32,
    /// How the host is joined.
    pub port: Port,
    /// Bytes the firmware takes before the cable must wait.
    pub input_buffer: usize,
    /// Durations.
    pub timing: Timing,
    /// Stretches (or, below 1, shortens) all durations.
    pub factor: f64,
}

/// The names of [`Profile::named`].
pub const PROFILES: [&str; 3] = ["evolis-primacy", "evolis-primacy-duplex", "evolis-dualys"];

impl Profile {
    /// A model by its name, see [`PROFILES`].
    pub fn named(name: &str) -> Option<Profile> {
        let primacy = Profile {
            name: name.to_owned(),
            model: "Evolis Primacy".to_owned(),
            serial: "T00000000001".to_owned(),
            firmware: "1000".to_owned(),
            generation: Generation::Later,
            fittings: Fittings {
                geometry: Geometry {
                    columns: 648,
                    lines: 1016,
                },
                contact: true,
                contactless: true,
                flipper: false,
                reject_box: true,
                hopper_capacity: 100,
                output_capacity: 100,
                reject_capacity: 30,
            },
            ribbon: RibbonKind::Ymcko,
            ribbon_sets: 300,
            port: Port::Usb,
            input_buffer: 65_536,
            timing: Timing::default(),
            factor: 1.0,
        };
        match name {
            "evolis-primacy" => Some(primacy),
            "evolis-primacy-duplex" => Some(Profile {
                fittings: Fittings {
                    flipper: true,
                    ..primacy.fittings
                },
                ribbon: RibbonKind::Ymckok,
                ..primacy
            }),
            "evolis-dualys" => Some(Profile {
                model: "Evolis Dualys".to_owned(),
                serial: "D00000000001".to_owned(),
                generation: Generation::Guide,
                fittings: Fittings {
                    flipper: true,
                    ..primacy.fittings
                },
                ribbon: RibbonKind::K,
                ribbon_sets: 1000,
                ..primacy
            }),
            _ => None,
        }
    }

    /// The same model with a smaller picture, for tests. `columns` is a multiple of 8.
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

    pub(super) fn fittings_under(&self, switches: &Switches) -> Fittings {
        Fittings {
            reject_box: self.fittings.reject_box && switches.reject_box,
            ..self.fittings
        }
    }

    /// Nanoseconds of uptime.
    pub(super) fn duration(&self, milliseconds: u32) -> u64 {
        let nanoseconds = f64::from(milliseconds) * 1e6 * self.factor.max(0.0);
        // Float to integer casts saturate; a day is far below the limit.
        nanoseconds as u64
    }
}
