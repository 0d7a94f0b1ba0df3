//! What the demo's operator does.

use crate::domain::ids::{JobId, PrinterId, Stock};
use crate::engine::spooler::Settlement;

/// What the operator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Two people settled a doubt.
    Settled {
        /// The printer.
        printer: PrinterId,
        /// The job.
        job: JobId,
        /// What they found.
        found: Settlement,
    },
    /// A spoiled card was cut.
    Cut {
        /// The printer.
        printer: PrinterId,
        /// The job.
        job: JobId,
    },
    /// A stuck card was pulled out.
    Cleared {
        /// The printer.
        printer: PrinterId,
        /// How many cards came out.
        cards: usize,
    },
    /// Blanks went into a hopper.
    Loaded {
        /// The printer.
        printer: PrinterId,
        /// Which.
        stock: Stock,
        /// How many.
        pieces: u32,
    },
    /// Blanks were carried from the store to the room.
    Issued {
        /// Which.
        stock: Stock,
        /// How many.
        pieces: u32,
    },
    /// A new ribbon was fitted.
    Ribbon {
        /// The printer.
        printer: PrinterId,
    },
    /// A new film was fitted.
    Film {
        /// The printer.
        printer: PrinterId,
    },
    /// An open lid was shut.
    Shut {
        /// The printer.
        printer: PrinterId,
    },
    /// A full bin was emptied.
    Emptied {
        /// The printer.
        printer: PrinterId,
    },
    /// A printer in doubt was looked at and goes on.
    Resumed {
        /// The printer.
        printer: PrinterId,
    },
    /// A printer was switched off, or on again, because a page may wait in its memory.
    Switched {
        /// The printer.
        printer: PrinterId,
        /// It is on.
        on: bool,
    },
    /// A job that had failed twice was released.
    Released {
        /// The job.
        job: JobId,
    },
}
