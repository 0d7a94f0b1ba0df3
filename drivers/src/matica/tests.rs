//! Tests at the machine's outside, against a fake printer that answers by table.

#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod bench;
mod bytes;
mod doubts;
mod fake;
mod pictures;
mod rows;
mod stages;
mod streams;
