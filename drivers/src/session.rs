//! The pump that joins a machine and a link.
