//! The card as a sheet of dots, and places on it.

/// Dots of a card's long side at 300 dots per inch.
pub const CARD_WIDTH: usize = 1016;
/// Dots of a card's short side at 300 dots per inch.
pub const CARD_HEIGHT: usize = 648;

/// A place on the card. Unit: dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Left edge.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// Along the card's long side.
    pub width: usize,
    /// Along the card's short side.
    pub height: usize,
}

impl Place {
    pub(super) fn holds(&self, x: usize, y: usize) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }
}
