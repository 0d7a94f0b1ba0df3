//! What a person's hands can do at a printer.

/// One movement of a hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hand {}
/// What is seen afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {}
/// Why a hand could not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandRefused {}
