//! cetak: the print room of a civil registry.
//!
//! - [`app`]: the only place that knows everybody
//! - [`domain`]: pure rules: people's numbers, products, jobs, blanks, custody
//! - [`artwork`]: pure: record and template to card image
//! - [`engine`]: the spooler's one `turn`, a machine a printer, the store
//! - [`clock`], [`config`], [`telemetry`]: small leaves
//! - [`interfaces`]: outside words into ours: records
//! - [`rehearsal`]: specimen people, and a printer's room in virtual time

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
