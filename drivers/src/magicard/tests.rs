//! Tests at the machine's outside, against a fake printer written from the page.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

mod bytes;
mod captures;
mod doubts;
mod fake;
mod pictures;
mod rows;
mod stages;
mod streams;
