//! cetak: the print room of a civil registry.
//!
//! - [`domain`]: pure rules: people's numbers, products, jobs, blanks, custody
//! - [`artwork`]: pure: record and template to card image
//! - [`engine`]: the spooler's one `turn`, a machine a printer, the store
//! - [`interfaces`]: command line, HTTP, records: outside words into spooler commands, and back
//! - [`rehearsal`]: the room in virtual or scaled time, its operator and its judge
//! - [`clock`], [`config`], [`telemetry`]: small leaves; [`app`] knows everybody

pub mod app;
pub mod artwork;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod interfaces;
#[cfg(feature = "sims")]
pub mod rehearsal;
pub mod telemetry;
