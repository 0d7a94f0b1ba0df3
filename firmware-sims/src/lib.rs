//! Card-printer firmware over simulated mechanics, faithful enough to train on and to test with.
//!
//! A simulator shares no code with a driver: it is written from the protocol page by a second reading.
//! [`device::Device`] is one simulated printer as its cable, its chip reader, its hands and its judge see it.

pub mod device;
pub mod hands;
pub mod mechanism;
