//! Which row of a custody table a verdict came from. A verdict is stored with its reason, and rows share reasons;
//! so the rows that a rehearsed spooler is given bear their number in it.

use cetak_drivers::contract::Row;

use super::mode::Mode;

/// Between the number and the reason.
const BEHIND_NUMBER: &str = "| ";

/// The same rows, each with its number in the table, from 0, before its reason.
pub(super) fn numbered(rows: impl IntoIterator<Item = Row>) -> Vec<Row> {
    let number = |(number, row): (usize, Row)| Row {
        // A table is made once for each mode and kept as long as the program runs.
        why: Box::leak(format!("{number}{BEHIND_NUMBER}{}", row.why).into_boxed_str()),
        ..row
    };
    rows.into_iter().enumerate().map(number).collect()
}

/// A row's number and its reason; `None`: no row gave it.
pub(super) fn read(why: &str) -> Option<(usize, &str)> {
    let (number, why) = why.split_once(BEHIND_NUMBER)?;
    Some((number.parse().ok()?, why))
}

/// What a report calls a row of this mode's table that a verdict came from.
pub fn name(mode: Mode, number: usize) -> String {
    format!("row/{mode:?}/{number:02}")
}
