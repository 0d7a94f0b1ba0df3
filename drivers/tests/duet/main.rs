//! Dialect against firmware: the real machine through the real session, over a memory cable, in virtual time.
//!
//! The two sides share no code. Tests look at the mechanism, its cards and what lies on them; what the driver
//! believes is only compared with that.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;
mod cards;
mod catalogue;
mod commands;
mod cuts;
mod evolis;
mod faults;
mod formats;
mod losses;
mod magicard;
mod make;
mod matica;
mod pictures;
mod readings;
mod story;
mod vectors;
mod verdicts;
mod walks;
mod zebra;
