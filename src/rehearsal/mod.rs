//! The rehearsal room: what a print room needs to be played through without a real person, card or
//! printer.
//!
//! - [`room`]: spooler, session, dialect, firmware, reader and operator in one thread and virtual time
//! - [`specimen`]: people who do not exist

pub mod room;
pub mod specimen;
