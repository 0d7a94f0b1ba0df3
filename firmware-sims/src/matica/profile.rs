//! Models as rows: what is built in, what it calls itself, how long things take, how it heats.

use serde::{Deserialize, Serialize};

use crate::mechanism::{Fittings, Geometry, RibbonKind};

use super::switches::Switches;

/// How long things take, in milliseconds of uptime before [`Profile::factor`].
///
/// Chosen for about 90 single-sided cards an hour, as retransfer printers do \[inferred\]; no figure is the maker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Hopper to print position \[inferred\].
    pub load_ms: u32,
    /// To a station or back \[inferred\].
    pub move_ms: u32,
    /// A fresh film panel under the head \[inferred\].
    pub wind_ms: u32,
    /// One of y, m, c onto the film \[inferred\].
    pub dye_ms: u32,
    /// k, and each other panel, onto the film \[inferred\].
    pub resin_ms: u32,
    /// Film to card \[inferred\].
    pub transfer_ms: u32,
    /// Turning the card over \[inferred\].
    pub turn_ms: u32,
    /// To a bin \[inferred\].
    pub eject_ms: u32,
    /// Engaging or releasing a station \[inferred\].
    pub engage_ms: u32,
    /// One track written or read \[inferred\].
    pub track_ms: u32,
    /// Power-on to an answer over the network \[inferred\].
    pub network_ms: u32,
    /// Initialising: sense 02/DB \[inferred\].
    pub initialise_ms: u32,
    /// Roller cold to warm: sense 02/DA \[inferred\].
    pub warm_up_ms: u32,
    /// Roller warm to cold without power or asleep \[inferred\].
    pub roller_cool_ms: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            load_ms: 3000,
            move_ms: 2000,
            wind_ms: 1000,
            dye_ms: 6000,
            resin_ms: 4000,
            transfer_ms: 10_000,
            turn_ms: 3000,
            eject_ms: 2000,
            engage_ms: 500,
            track_ms: 1000,
            network_ms: 5000,
            initialise_ms: 8000,
            warm_up_ms: 120_000,
            roller_cool_ms: 1_800_000,
        }
    }
}

/// How the head warms up, in thousandths of a degree above the room \[inferred, all of it\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heat {
    /// One panel adds that much, times [`Profile::factor`].
    pub panel: u32,
    /// Lost in a second.
    pub cooling_a_second: u32,
    /// Above it no panel is begun: sense F8.
    pub hot: u32,
    /// Panels are begun again from here on.
    pub ready: u32,
}

impl Default for Heat {
    fn default() -> Heat {
        Heat {
            panel: 6000,
            cooling_a_second: 800,
            hot: 100_000,
            ready: 80_000,
        }
    }
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// Model text of the greeting, at most 16 letters [capture for the 8600; code for the beginning on the 9300].
    pub model: String,
    /// The unit's number: one letter and 11 digits. The wire tells it only in a doubtful field of INQUIRY [code].
    pub serial: String,
    /// Printer name of the greeting, at most 9 letters \[capture\].
    pub printer_name: String,
    /// IPv4 address of the greeting \[capture\].
    pub ipv4: [u8; 4],
    /// IPv6 link-local address of the greeting; zero: none \[capture\].
    pub ipv6: [u8; 16],
    /// Firmware version of INQUIRY, at most 8 letters [placeholder].
    pub firmware: String,
    /// Dots an inch.
    pub dots_an_inch: u16,
    /// Card size in dots, long side first [capture for 600 dpi; inferred by halving for 300].
    pub card_dots: [u16; 2],
    /// Planes come turned by 180 degrees [code].
    pub turned_planes: bool,
    /// Status and settings are told by datagrams [capture for the 8600; unknown for the 9300].
    pub datagrams: bool,
    /// What is built in. `columns` are the rows of a plane on the wire, `lines` its columns.
    pub fittings: Fittings,
    /// A magnetic head is fitted; the card stands at it in position 3.
    pub magnetic: bool,
    /// The antenna is at the print position, as on some units [code: kiosk, FAGOO]; else at position 2.
    pub antenna_at_print: bool,
    /// The answer to a track read has its count one byte into the payload, where the other model has it [code].
    pub tracks_at: usize,
    /// Image buffers [capture].
    pub image_buffers: usize,
    /// The ribbon that it comes with.
    pub ribbon: RibbonKind,
    /// Panel sets on a new ribbon \[capture\].
    pub ribbon_sets: u32,
    /// Panels on a new film \[capture\].
    pub film_panels: u32,
    /// Panels left on the film that it comes with.
    pub film_left: u32,
    /// Bytes the firmware takes before the cable must wait \[inferred\].
    pub input_buffer: usize,
    /// Durations.
    pub timing: Timing,
    /// The head.
    pub heat: Heat,
    /// Stretches (or, below 1, shortens) all durations.
    pub factor: f64,
}

/// The names of [`Profile::named`].
pub const PROFILES: [&str; 2] = ["matica-xid9300", "matica-xid8600"];

impl Profile {
    /// A model by its name, see [`PROFILES`].
    pub fn named(name: &str) -> Option<Profile> {
        let fittings = |columns, lines| Fittings {
            geometry: Geometry { columns, lines },
            contact: true,
            contactless: true,
            flipper: true,
            reject_box: true,
            hopper_capacity: 200,
            output_capacity: 100,
            reject_capacity: 30,
        };
        let xid9300 = Profile {
            name: name.to_owned(),
            model: "XID580ie".to_owned(),
            serial: String::new(),
            printer_name: String::new(),
            ipv4: [192, 0, 2, 10],
            ipv6: [0; 16],
            firmware: "SIM 1.00".to_owned(),
            dots_an_inch: 300,
            card_dots: [1013, 639],
            turned_planes: false,
            datagrams: false,
            fittings: fittings(664, 1036),
            magnetic: true,
            antenna_at_print: false,
            tracks_at: 2,
            image_buffers: 2,
            ribbon: RibbonKind::Ymck,
            ribbon_sets: 1000,
            film_panels: 1000,
            film_left: 1000,
            input_buffer: 65_536,
            timing: Timing::default(),
            heat: Heat::default(),
            factor: 1.0,
        };
        match name {
            "matica-xid9300" => Some(xid9300.with_serial("X00000000001")),
            "matica-xid8600" => {
                let xid8600 = Profile {
                    model: "XID8600".to_owned(),
                    dots_an_inch: 600,
                    card_dots: [2026, 1278],
                    turned_planes: true,
                    datagrams: true,
                    fittings: fittings(1328, 2072),
                    tracks_at: 4,
                    ..xid9300
                };
                Some(xid8600.with_serial("Y00000000001"))
            }
            _ => None,
        }
    }

    /// The same model with a smaller picture, for tests. `columns` are rows of a plane on the wire, a multiple of 8;
    /// `lines` its columns.
    pub fn with_geometry(mut self, columns: usize, lines: usize) -> Profile {
        self.fittings.geometry = Geometry { columns, lines };
        self
    }

    /// The same model with every duration multiplied.
    pub fn with_factor(mut self, factor: f64) -> Profile {
        self.factor = factor;
        self
    }

    /// Another unit of the same model: its network name, and its IPv6 address if it tells one, follow the number.
    pub fn with_serial(mut self, serial: &str) -> Profile {
        serial.clone_into(&mut self.serial);
        let digits: String = serial.chars().rev().take(5).collect();
        let digits: String = digits.chars().rev().collect();
        self.printer_name = format!("SIM{digits}");
        if self.datagrams {
            let number = digits.parse::<u32>().unwrap_or(0).to_be_bytes();
            self.ipv6 = [0; 16];
            self.ipv6[..2].copy_from_slice(&[0xFE, 0x80]);
            self.ipv6[12..].copy_from_slice(&number);
        }
        self
    }

    /// Bytes of one plane.
    pub fn plane_bytes(&self) -> usize {
        self.fittings.geometry.columns * self.fittings.geometry.lines
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
