//! Edges: outside words into spooler commands, and back.

pub mod records;
