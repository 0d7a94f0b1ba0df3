//! Any bytes against both sides of every printer's wire. One function a target; each panics where a promise is broken.
//!
//! - [`wire`]: the drivers' parsers by themselves
//! - [`driver`]: answers, timing and trouble of the link against a dialect
//! - [`firmware`]: bytes, hands and cuts of the power against a firmware
//! - [`duet`]: a dialect and a firmware with a bad cable between them
//! - [`reader`]: both sides of the chip reader's lines
//!
//! Below them: [`host`] holds a machine to its contract, [`link`] is its link, [`makers`] are the printers, [`feed`]
//! reads an input.

pub mod driver;
pub mod duet;
pub mod feed;
pub mod firmware;
pub mod host;
pub mod link;
pub mod makers;
pub mod reader;
pub mod wire;

/// A target: its name, and what runs one input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("wire_evolis", wire::evolis),
    ("wire_zebra", wire::zebra),
    ("wire_magicard", wire::magicard),
    ("wire_matica", wire::matica),
    ("reader", reader::reader),
    ("driver_evolis", driver::evolis),
    ("driver_zebra", driver::zebra),
    ("driver_magicard", driver::magicard),
    ("driver_matica", driver::matica),
    ("firmware_evolis", firmware::evolis),
    ("firmware_zebra", firmware::zebra),
    ("firmware_magicard", firmware::magicard),
    ("firmware_matica", firmware::matica),
    ("duet", duet::duet),
];
