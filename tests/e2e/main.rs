//! The real program, real SQLite, simulated printers on ptys and sockets: from outside, as an operator and as bad luck see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;
mod by_hand;
mod campaign;
mod demo;
mod files;
mod printer;
mod program;
mod starts;
