//! Tests at the machine's outside, against a fake printer that answers by table.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;
mod stages;
