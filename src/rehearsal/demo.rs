//! `cetak demo`: four simulated printers on real terminals and a real socket, the real spooler as a child that is
//! killed on the way, an operator, and a judge who counts cards.

pub mod answers;
#[cfg(test)]
mod bench;
pub mod judge;
pub mod operator;
pub mod plan;
pub mod shelves;
pub mod sight;
