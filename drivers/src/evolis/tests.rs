//! Tests at the machine's outside, against a fake printer that answers by table.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

mod answers;
mod bytes;
mod commands;
mod doubts;
mod fake;
mod pictures;
mod rows;
mod stages;
mod streams;
