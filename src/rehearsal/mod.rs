//! The rehearsal room: what a print room needs to be played through without a real person, card or
//! printer.

pub mod specimen;
