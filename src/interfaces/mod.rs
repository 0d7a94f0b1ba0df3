//! Edges: outside words into spooler commands, and back.

pub mod api;
pub mod cli;
pub mod client;
pub mod desk;
pub mod fleet_view;
pub mod http;
pub mod records;
pub mod socket;
pub mod words;
