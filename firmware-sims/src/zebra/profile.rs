//! Models as rows: what is built in, how long things take, how the head heats.

use serde::{Deserialize, Serialize};

use crate::mechanism::{Fittings, Geometry, Panel, RibbonKind};

use super::heat::Heating;

/// Dots of a line and lines beyond the card that image memory takes: 645 x 1029 was used on real printers
/// [code: a public issuing program], 652 x 1048 is the largest area of any model \[doc\].
const BEYOND_THE_CARD: Geometry = Geometry {
    columns: 12,
    lines: 24,
};

/// How long things take, in milliseconds of uptime before [`Profile::factor`].
///
/// All \[inferred\]: together they give about 120 YMCKO cards an hour; a rate near that is general knowledge and
/// unverified. No page that was read tells a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Hopper to print-ready.
    pub feed_ms: u32,
    /// To a chip station or back.
    pub station_ms: u32,
    /// One pass of Y, M or C.
    pub dye_ms: u32,
    /// One pass of resin.
    pub resin_ms: u32,
    /// One pass of varnish.
    pub overlay_ms: u32,
    /// Turning the card over.
    pub flip_ms: u32,
    /// Print-ready to a bin.
    pub eject_ms: u32,
    /// The card through the magnetic encoder and back.
    pub encode_ms: u32,
    /// `!SA`.
    pub adjust_ms: u32,
    /// Power-on to ready.
    pub power_on_ms: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            feed_ms: 3000,
            station_ms: 1000,
            dye_ms: 4500,
            resin_ms: 3000,
            overlay_ms: 3000,
            flip_ms: 4000,
            eject_ms: 1500,
            encode_ms: 2500,
            adjust_ms: 2000,
            power_on_ms: 10_000,
        }
    }
}

impl Timing {
    pub(super) fn panel_ms(&self, panel: Panel) -> u32 {
        if panel == Panel::K {
            self.resin_ms
        } else if panel == Panel::O {
            self.overlay_ms
        } else {
            self.dye_ms
        }
    }
}

/// How the host is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    /// Printer class.
    Usb,
    /// RS-232 without hardware handshake: a full input buffer loses bytes and answers a bare NAK \[inferred\].
    Serial,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// What a person calls it; no command asks for it.
    pub model: String,
    /// One letter and 11 digits; no known command asks for it.
    pub serial: String,
    /// What is built in.
    pub fittings: Fittings,
    /// A magnetic encoder is fitted.
    pub encoder: bool,
    /// It knows the invented chip commands ([`super::PLACEHOLDERS`]).
    pub placeholder_docking: bool,
    /// Image memory: dots of a line and lines.
    pub memory: Geometry,
    /// The ribbon that it comes with.
    pub ribbon: RibbonKind,
    /// Panel sets on a new ribbon [doc: a dealer's comparison page].
    pub ribbon_sets: u32,
    /// How the host is joined.
    pub port: Port,
    /// Bytes the firmware takes before the cable must wait \[inferred\].
    pub input_buffer: usize,
    /// Durations.
    pub timing: Timing,
    /// How the head heats and cools.
    pub heating: Heating,
    /// Stretches (or, below 1, shortens) all durations.
    pub factor: f64,
}

/// The names of [`Profile::named`].
pub const PROFILES: [&str; 2] = ["zebra-p330i", "zebra-p430i"];

impl Profile {
    /// A model by its name, see [`PROFILES`]. Without encoder and without chip station.
    pub fn named(name: &str) -> Option<Profile> {
        let card = Geometry {
            columns: 640,
            lines: 1024,
        };
        let one_side = Profile {
            name: name.to_owned(),
            model: "Zebra P330i".to_owned(),
            serial: "Z00000000001".to_owned(),
            fittings: Fittings {
                geometry: card,
                contact: false,
                contactless: false,
                flipper: false,
                reject_box: false,
                hopper_capacity: 100,
                output_capacity: 100,
                reject_capacity: 0,
            },
            encoder: false,
            placeholder_docking: false,
            memory: beyond(card),
            ribbon: RibbonKind::Ymcko,
            ribbon_sets: 200,
            port: Port::Usb,
            input_buffer: 65_536,
            timing: Timing::default(),
            heating: Heating::default(),
            factor: 1.0,
        };
        match name {
            "zebra-p330i" => Some(one_side),
            "zebra-p430i" => Some(Profile {
                model: "Zebra P430i".to_owned(),
                fittings: Fittings {
                    flipper: true,
                    reject_box: true,
                    reject_capacity: 15,
                    ..one_side.fittings
                },
                ribbon: RibbonKind::Ymckok,
                ribbon_sets: 170,
                ..one_side
            }),
            _ => None,
        }
    }

    /// The same model with a smaller picture, for tests; image memory goes as far beyond it as on the whole card.
    pub fn with_geometry(mut self, columns: usize, lines: usize) -> Profile {
        self.fittings.geometry = Geometry { columns, lines };
        self.memory = beyond(self.fittings.geometry);
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

    /// The same model with its host on another port.
    pub fn with_port(mut self, port: Port) -> Profile {
        self.port = port;
        self
    }

    /// The same model with a magnetic encoder.
    pub fn with_encoder(mut self) -> Profile {
        self.encoder = true;
        self
    }

    /// The same model with chip stations, moved to by invented commands ([`super::PLACEHOLDERS`]).
    pub fn with_chip_station(mut self) -> Profile {
        self.fittings.contact = true;
        self.fittings.contactless = true;
        self.placeholder_docking = true;
        self
    }

    /// Nanoseconds of uptime.
    pub(super) fn duration(&self, milliseconds: u32) -> u64 {
        let nanoseconds = f64::from(milliseconds) * 1e6 * self.factor.max(0.0);
        // Float to integer casts saturate; a day is far below the limit.
        nanoseconds as u64
    }
}

fn beyond(card: Geometry) -> Geometry {
    Geometry {
        columns: card.columns + BEYOND_THE_CARD.columns,
        lines: card.lines + BEYOND_THE_CARD.lines,
    }
}
