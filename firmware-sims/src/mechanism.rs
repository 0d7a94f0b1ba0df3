//! The physics.

/// The truth about one printer's cards.
#[derive(Debug)]
pub struct Mechanism {}
