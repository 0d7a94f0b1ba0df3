//! Pure rules of the office: people's numbers, products, jobs, blanks, custody. No I/O, no clock.

pub mod blank;
pub mod custody;
pub mod ids;
pub mod job;
pub mod record;
