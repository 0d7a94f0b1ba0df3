//! Rows of CSV: commas, quoted fields with doubled quotes, CRLF or LF.
//!
//! Written here because a row must stay bounded while it is read: what is too long is counted and dropped,
//! and the next row is found behind it.

use std::io::{self, Read};

use super::bytes::Bytes;
use super::convert::{Cell, FIELDS, REQUIRED};
use super::{FIELD_BYTES_MAX, ROW_BYTES_MAX};
use crate::domain::flaw::{FieldError, Flaw};

/// A row as bytes. Its buffers are used again for the next one.
#[derive(Default)]
pub(super) struct RawRow {
    /// The line it begins on.
    pub(super) line: u64,
    /// The line it ends on.
    last_line: u64,
    data: Vec<u8>,
    /// Where each field ends in `data`.
    ends: Vec<usize>,
    /// Bytes of the row in the file.
    bytes: usize,
    /// The field that is too long.
    long_field: Option<usize>,
    /// The field with text behind its closing quote.
    stray_quote: Option<usize>,
    /// The field whose quote the file's end left open.
    open_quote: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted field: its end, or half of a doubled one.
    Quote,
    /// Behind a closing quote and CR.
    QuoteCr,
}

impl RawRow {
    /// Reads the next row that is not blank; false at the end.
    pub(super) fn read<R: Read>(&mut self, bytes: &mut Bytes<R>) -> io::Result<bool> {
        loop {
            let (more, quoted) = self.read_one(bytes)?;
            let blank = !quoted && self.ends.len() == 1 && self.field(0).is_empty();
            if !blank {
                return Ok(true);
            }
            if !more {
                return Ok(false);
            }
        }
    }

    /// One row; whether there may be another, and whether any quote stood in it.
    fn read_one<R: Read>(&mut self, bytes: &mut Bytes<R>) -> io::Result<(bool, bool)> {
        self.line = bytes.line();
        self.data.clear();
        self.ends.clear();
        self.bytes = 0;
        (self.long_field, self.stray_quote, self.open_quote) = (None, None, None);
        let mut at = At::FieldStart;
        let mut any_quote = false;
        let more = loop {
            self.last_line = bytes.line();
            let Some(byte) = bytes.next()? else {
                if at == At::Quoted {
                    self.open_quote = Some(self.ends.len());
                }
                break false;
            };
            self.bytes += 1;
            at = match (at, byte) {
                (At::Quoted, b'"') => At::Quote,
                (At::Quoted, _) => self.push(byte, At::Quoted),
                (_, b'\n') => break true,
                (At::FieldStart, b'"') => {
                    any_quote = true;
                    At::Quoted
                }
                (At::FieldStart | At::Plain | At::Quote, b',') => self.end_field(),
                (At::Quote, b'"') => self.push(byte, At::Quoted),
                (At::Quote, b'\r') => At::QuoteCr,
                (At::FieldStart | At::Plain, _) => self.push(byte, At::Plain),
                (At::Quote | At::QuoteCr, _) => {
                    self.stray_quote.get_or_insert(self.ends.len());
                    self.push(byte, At::Plain)
                }
            };
        };
        // CR before LF belongs to the line's end.
        if at == At::Plain && self.data.last() == Some(&b'\r') {
            self.data.pop();
        }
        self.end_field();
        Ok((more, any_quote))
    }

    #[inline]
    fn push(&mut self, byte: u8, then: At) -> At {
        let length = self.data.len() - self.ends.last().copied().unwrap_or(0);
        if length >= FIELD_BYTES_MAX {
            self.long_field.get_or_insert(self.ends.len());
        } else if self.bytes <= ROW_BYTES_MAX {
            self.data.push(byte);
        }
        then
    }

    fn end_field(&mut self) -> At {
        if self.bytes <= ROW_BYTES_MAX || self.ends.is_empty() {
            self.ends.push(self.data.len());
        }
        At::FieldStart
    }

    fn field(&self, index: usize) -> &[u8] {
        let from = match index {
            0 => 0,
            index => self.ends[index - 1],
        };
        &self.data[from..self.ends[index]]
    }

    /// What is wrong with the row as a whole; `name` tells a column's name.
    fn flaw<'a>(&self, name: impl Fn(usize) -> &'a str) -> Option<FieldError> {
        let of = |index: usize, flaw| FieldError::new(name(index), flaw);
        if let Some(index) = self.open_quote {
            return Some(of(index, Flaw::RowQuoteOpen));
        }
        if let Some(index) = self.stray_quote {
            return Some(of(index, Flaw::RowQuoteStray));
        }
        if let Some(index) = self.long_field {
            return Some(of(index, Flaw::FieldTooLong).with("limit", FIELD_BYTES_MAX));
        }
        (self.bytes > ROW_BYTES_MAX)
            .then(|| FieldError::new("", Flaw::RowTooLong).with("limit", ROW_BYTES_MAX))
    }
}

/// The columns that a header names, each by its place in [`FIELDS`].
///
/// Errors: every unknown, missing or doubled column.
pub(super) fn columns(header: &RawRow) -> Result<Vec<usize>, Vec<FieldError>> {
    if let Some(fault) = header.flaw(|_| "") {
        return Err(vec![fault]);
    }
    let names: Vec<&[u8]> = (0..header.ends.len())
        .map(|index| header.field(index).trim_ascii())
        .collect();
    if let [only] = names.as_slice()
        && only.contains(&b';')
    {
        return Err(vec![FieldError::new("", Flaw::HeaderSemicolon)]);
    }
    let mut columns = Vec::new();
    let mut faults = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match FIELDS.iter().position(|field| field.as_bytes() == *name) {
            // A file without a header has a person where a name should be: only its place is told.
            None => faults.push(
                FieldError::new("", Flaw::ColumnUnknown)
                    .with("column", format!("number {}", index + 1)),
            ),
            Some(field) if columns.contains(&field) => {
                faults.push(FieldError::new(FIELDS[field], Flaw::ColumnTwice));
            }
            Some(field) => columns.push(field),
        }
    }
    for field in REQUIRED {
        let there = columns.iter().any(|column| FIELDS[*column] == *field);
        if !there {
            faults.push(FieldError::new(field, Flaw::ColumnMissing));
        }
    }
    if faults.is_empty() {
        Ok(columns)
    } else {
        Err(faults)
    }
}

/// A row's values in the order of [`FIELDS`].
///
/// Errors: what is wrong with the row as a whole.
pub(super) fn cells<'a>(
    raw: &'a RawRow,
    columns: &[usize],
) -> Result<Vec<Cell<'a>>, Vec<FieldError>> {
    let name = |index: usize| columns.get(index).map_or("", |field| FIELDS[*field]);
    if let Some(fault) = raw.flaw(name) {
        return Err(vec![fault]);
    }
    if raw.ends.len() != columns.len() {
        let fault = FieldError::new("", Flaw::RowFieldCount)
            .with("last_line", raw.last_line)
            .with("found", raw.ends.len())
            .with("expected", columns.len());
        return Err(vec![fault]);
    }
    let mut cells = vec![Cell::Absent; FIELDS.len()];
    for (index, field) in columns.iter().enumerate() {
        cells[*field] = match std::str::from_utf8(raw.field(index)) {
            Ok(text) => Cell::Text(text.into()),
            Err(_) => Cell::Broken(Flaw::NotUtf8),
        };
    }
    Ok(cells)
}
