//! The moves of the chip station and the reject, whose bytes nobody has shown: \[placeholder\], all of them.
//!
//! That a docking takes a card from the feeder by itself, and that a second step brings it to print-ready, is
//! known from the maker's library [code: ZBRPrinter header]; what it then puts on the wire is \[unknown\]. This
//! one table stands for it so that it can be swapped as a whole. Nothing of it is sent unless
//! [`Options::placeholder`](super::Options::placeholder) says so.

/// A move of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A card goes from the feeder to the contact station.
    DockContact,
    /// A card goes from the feeder to the contactless station.
    DockContactless,
    /// The card goes from the station to print-ready.
    ToPrintReady,
    /// The card goes to the reject hopper.
    Reject,
}

impl Move {
    /// All of them.
    pub const ALL: [Move; 4] = [
        Move::DockContact,
        Move::DockContactless,
        Move::ToPrintReady,
        Move::Reject,
    ];

    /// What is sent for it, without ESC and CR.
    pub fn text(self) -> &'static str {
        match self {
            Move::DockContact => "MS 1",
            Move::DockContactless => "MS 2",
            Move::ToPrintReady => "MI",
            Move::Reject => "MR",
        }
    }
}
