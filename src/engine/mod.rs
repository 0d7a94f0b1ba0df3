//! The machinery: the spooler's one `turn`, a machine a printer, the store.

pub mod store;
