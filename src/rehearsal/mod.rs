//! The rehearsal room: what a print room needs to be played through without a real person, card or
//! printer.
//!
//! - [`demo`]: the whole room as one command, with real processes, terminals and sockets
//! - [`pair`]: one printer's machine beside its firmware, without a room
//! - [`room`]: spooler, session, dialect, firmware, reader and operator in one thread and virtual time
//! - [`sim`]: a simulated printer as a program
//! - [`specimen`]: people who do not exist

pub mod demo;
pub mod pair;
pub mod room;
pub mod sim;
pub mod specimen;
