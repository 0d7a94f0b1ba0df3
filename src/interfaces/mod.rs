//! Edges: outside words into spooler commands, and back.

pub mod api;
pub mod desk;
pub mod records;
pub mod words;
