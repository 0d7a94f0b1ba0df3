//! Card-printer firmware over simulated mechanics, faithful enough to train on and to test with.
//!
//! A simulator shares no code with a driver: it is written from the protocol page by a second reading.
//! [`device::Device`] is one simulated printer as its cable, its chip reader, its hands and its judge see it.
//!
//! - [`mechanism`]: the physics and the truth
//! - [`model`]: every model by name
//! - [`evolis`], [`zebra`], [`magicard`], [`matica`]: one maker's firmware over it, each
//! - [`switches`]: what nobody has shown of any maker
//! - [`hands`], [`faults`]: what people and chance do to it
//! - [`tray`], [`host`]: pictures of what came out, and a printer as a program

pub mod device;
pub mod evolis;
pub mod faults;
pub mod hands;
mod hex;
pub mod host;
pub mod magicard;
pub mod matica;
pub mod mechanism;
pub mod model;
mod reader;
pub mod switches;
pub mod tray;
pub mod zebra;
