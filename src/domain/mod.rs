//! Pure rules of the office: people's numbers, products, jobs, blanks, custody. No I/O, no clock.

pub mod record;
