//! The machinery: the spooler's one `turn`, a machine a printer, the store.

pub mod fleet;
pub mod spooler;
pub mod store;
