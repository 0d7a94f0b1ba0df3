//! Pure rules of the office: people's numbers, products, jobs, blanks, custody. No I/O, no clock.

pub mod blank;
pub mod custody;
pub mod flaw;
pub mod ids;
pub mod invariants;
pub mod job;
pub mod nik;
pub mod personal;
pub mod printer;
pub mod product;
pub mod record;
pub mod rules;
pub mod surrendered;

#[cfg(test)]
mod golden;
#[cfg(test)]
pub(crate) mod specimens;
