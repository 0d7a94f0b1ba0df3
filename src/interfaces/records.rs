//! Files of records: CSV and JSON Lines, read row by row in constant memory.
//!
//! A bad row is an item like a good one: it names file, line, field and remedy, and reading goes on behind it.
//! Messages never show a value. `docs/records.md` describes both forms and every field.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::domain::flaw::{FieldError, Flaw};
use crate::domain::record::Record;
use crate::domain::rules;

mod bytes;
mod convert;
mod csv;
mod json;
mod photo;

use bytes::Bytes;
use convert::Cell;
pub use convert::FIELDS;
pub use photo::{PHOTO_BYTES_MAX, load_photo};

/// Bytes of one field.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one row.
pub const ROW_BYTES_MAX: usize = 1024 * 1024;

/// A row that is a valid record.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The record.
    pub record: Record,
    /// Its photo, relative to the folder of the record file; for [`load_photo`].
    pub photo_path: Option<PathBuf>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row(line {}, {:?})", self.line, self.record)
    }
}

/// A row that was refused, with all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The file.
    pub file: PathBuf,
    /// The line it begins on, from 1.
    pub line: u64,
    /// What is wrong, at least one.
    pub faults: Vec<FieldError>,
}

impl RowError {
    /// The first field that something is wrong with; empty: the whole row or file.
    pub fn field(&self) -> &str {
        self.faults.first().map_or("", |fault| &fault.field)
    }

    /// What is wrong first.
    pub fn code(&self) -> Option<Flaw> {
        self.faults.first().map(|fault| fault.code)
    }
}

impl fmt::Display for RowError {
    /// One line for each fault: `people.csv:7: nik: ...; ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:{}: {fault}", self.file.display(), self.line)?;
        }
        Ok(())
    }
}

impl std::error::Error for RowError {}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot open {}", file.display())]
pub struct CannotOpen {
    /// The file.
    pub file: PathBuf,
    /// The system's word.
    #[source]
    pub cause: io::Error,
}

/// Reads records one by one. Whether it is CSV or JSON Lines is told by the first character: `{` begins JSON.
///
/// Memory: one row at most, whatever the file holds.
pub struct RecordReader<R> {
    file: PathBuf,
    bytes: Bytes<R>,
    form: Form,
}

/// A row's line and what it came to.
type Numbered = (u64, Result<Record, Vec<FieldError>>);

enum Form {
    Unknown,
    /// Columns by their place in [`FIELDS`], and the buffer of a row.
    Csv(Vec<usize>, csv::RawRow),
    Json(Vec<u8>),
    Ended,
}

impl RecordReader<File> {
    /// Opens a file.
    ///
    /// Errors: [`CannotOpen`]; whatever is wrong inside is an item.
    pub fn open(path: impl Into<PathBuf>) -> Result<RecordReader<File>, CannotOpen> {
        let file = path.into();
        match File::open(&file) {
            Ok(opened) => Ok(RecordReader::new(file, opened)),
            Err(cause) => Err(CannotOpen { file, cause }),
        }
    }
}

impl<R: Read> RecordReader<R> {
    /// Reads from anything; `file` is the name that errors show.
    pub fn new(file: impl Into<PathBuf>, source: R) -> RecordReader<R> {
        RecordReader {
            file: file.into(),
            bytes: Bytes::new(source),
            form: Form::Unknown,
        }
    }

    /// Bytes taken from the file, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.taken()
    }

    /// The folder that photos are relative to.
    pub fn folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        }
    }

    fn refused(&self, line: u64, faults: Vec<FieldError>) -> RowError {
        RowError {
            file: self.file.clone(),
            line,
            faults,
        }
    }

    /// Ends reading with an error of the file.
    fn ended(&mut self, line: u64, faults: Vec<FieldError>) -> RowError {
        self.form = Form::Ended;
        self.refused(line, faults)
    }

    fn unreadable(&mut self, cause: &io::Error) -> RowError {
        let line = self.bytes.line();
        let fault = FieldError::new("", Flaw::FileUnreadable).with("cause", cause);
        self.ended(line, vec![fault])
    }

    /// Finds out what the file is.
    fn begin(&mut self) -> Result<(), RowError> {
        let first = self.bytes.first_sign();
        let line = self.bytes.line();
        match first {
            Err(cause) => Err(self.unreadable(&cause)),
            Ok(None) => Err(self.ended(line, vec![FieldError::new("", Flaw::FileEmpty)])),
            Ok(Some(b'[')) => Err(self.ended(line, vec![FieldError::new("", Flaw::FileIsArray)])),
            Ok(Some(b'{')) => {
                self.form = Form::Json(Vec::new());
                Ok(())
            }
            Ok(Some(_)) => {
                let mut header = csv::RawRow::default();
                if let Err(cause) = header.read(&mut self.bytes) {
                    return Err(self.unreadable(&cause));
                }
                match csv::columns(&header) {
                    Ok(columns) => {
                        self.form = Form::Csv(columns, header);
                        Ok(())
                    }
                    Err(faults) => Err(self.ended(header.line, faults)),
                }
            }
        }
    }

    /// One row of either form; `None`: the end.
    fn row(&mut self) -> io::Result<Option<Numbered>> {
        match &mut self.form {
            Form::Csv(columns, raw) => {
                if !raw.read(&mut self.bytes)? {
                    return Ok(None);
                }
                let record = csv::cells(raw, columns).and_then(record_of);
                Ok(Some((raw.line, record)))
            }
            Form::Json(line) => {
                let Some((number, whole)) = json::read_line(&mut self.bytes, line)? else {
                    return Ok(None);
                };
                let record = json::cells(line, whole).and_then(record_of);
                Ok(Some((number, record)))
            }
            Form::Unknown | Form::Ended => Ok(None),
        }
    }
}

impl<R: Read> Iterator for RecordReader<R> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Result<Row, RowError>> {
        if matches!(self.form, Form::Unknown)
            && let Err(refused) = self.begin()
        {
            return Some(Err(refused));
        }
        match self.row() {
            Err(cause) => Some(Err(self.unreadable(&cause))),
            Ok(None) => {
                self.form = Form::Ended;
                None
            }
            Ok(Some((line, Ok(record)))) => {
                let photo_path = record.photo.as_ref().map(PathBuf::from);
                Some(Ok(Row {
                    line,
                    record,
                    photo_path,
                }))
            }
            Ok(Some((line, Err(faults)))) => Some(Err(self.refused(line, faults))),
        }
    }
}

/// One record as a JSON object, under the rules of a row: for requests that carry a record themselves.
///
/// Errors: all that is wrong with it, at least one.
pub fn record_from_json(object: &[u8]) -> Result<Record, Vec<FieldError>> {
    let whole = object.len() <= ROW_BYTES_MAX;
    json::cells(object, whole).and_then(record_of)
}

/// Values to a record, and the record to the rules of its form.
fn record_of(cells: Vec<Cell<'_>>) -> Result<Record, Vec<FieldError>> {
    let (record, mut faults) = convert::record(&cells);
    let Some(record) = record else {
        return Err(faults);
    };
    // A value that could not be read is told once, not again as missing.
    let told: Vec<String> = faults.iter().map(|fault| fault.field.clone()).collect();
    let invalid = rules::invalid(&record);
    faults.extend(
        invalid
            .into_iter()
            .filter(|fault| !told.contains(&fault.field)),
    );
    if let Some(name) = &record.photo
        && !photo::is_inside(name)
    {
        faults.push(FieldError::new("photo", Flaw::PhotoPathEscapes));
    }
    if faults.is_empty() {
        Ok(record)
    } else {
        Err(faults)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
