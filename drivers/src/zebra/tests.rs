//! Tests at the machine's outside, against a fake printer written from the page.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

mod bytes;
mod doubts;
mod fake;
mod faults;
mod one_way;
mod pictures;
mod restarts;
mod rows;
mod stages;
mod streams;
