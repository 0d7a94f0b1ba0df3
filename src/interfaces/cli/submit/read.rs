//! Rows of files into batches, photos read beside them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::mpsc;

use crate::domain::flaw::FieldError;
use crate::interfaces::api::{BATCH_MAX, SubmitItem};
use crate::interfaces::records::{RecordReader, Row, load_photo};

/// Bytes of records and photos after which a batch is full; one row more may come on top.
pub(super) const BATCH_BYTES_MAX: usize = 8 << 20;
/// Refused rows of one batch: a file of nothing but bad rows is shown while it is read.
const REFUSED_MAX: usize = 100;

/// What a file's bytes come from.
type Opened = io::Result<Box<dyn io::Read + Send>>;

/// One file to hand in.
pub(super) struct Source {
    /// The name that is shown; photos lie in its folder.
    name: PathBuf,
    /// Its size, for the progress; 0: not known.
    pub(super) bytes: u64,
    open: Box<dyn FnOnce() -> Opened + Send>,
}

impl Source {
    pub(super) fn of_file(name: PathBuf) -> Source {
        let bytes = fs::metadata(&name).map_or(0, |about| about.len());
        let path = name.clone();
        Source::new(name, bytes, move || {
            let file = File::open(path)?;
            if file.metadata()?.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            Ok(Box::new(file))
        })
    }

    pub(super) fn new(
        name: PathBuf,
        bytes: u64,
        open: impl FnOnce() -> Opened + Send + 'static,
    ) -> Source {
        Source {
            name,
            bytes,
            open: Box::new(open),
        }
    }
}

/// News of the reading thread.
pub(super) enum Read {
    /// Rows of one file.
    Batch(Batch),
    /// A file that cannot be read at all; the others go on.
    CannotOpen(PathBuf, io::Error),
}

/// Rows of one file, and what of them is to be sent.
pub(super) struct Batch {
    pub(super) file: Arc<Path>,
    /// In the order of the file.
    pub(super) rows: Vec<RowIn>,
    /// The records of the rows that are sent, in the same order.
    pub(super) items: Vec<SubmitItem>,
    /// How many records that were.
    pub(super) sent: usize,
    /// Bytes of the file that it took.
    pub(super) bytes: u64,
    weight: usize,
}

/// One row of a batch, by its line.
pub(super) enum RowIn {
    /// It is no valid record.
    Refused(u64, Vec<FieldError>),
    /// It is sent.
    Sent(u64),
}

impl Batch {
    fn new(file: &Arc<Path>) -> Batch {
        Batch {
            file: Arc::clone(file),
            rows: vec![],
            items: vec![],
            sent: 0,
            bytes: 0,
            weight: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.sent >= BATCH_MAX
            || self.weight >= BATCH_BYTES_MAX
            || self.rows.len() - self.sent >= REFUSED_MAX
    }

    fn take(&mut self, row: Row, folder: &Path) {
        match item(&row, folder) {
            Ok(item) => {
                self.weight += item.record.get().len() + item.photo.as_ref().map_or(0, String::len);
                self.items.push(item);
                self.sent += 1;
                self.rows.push(RowIn::Sent(row.line));
            }
            Err(fault) => self.rows.push(RowIn::Refused(row.line, vec![fault])),
        }
    }
}

/// Reads all files to their ends, or until nobody listens.
pub(super) fn all(sources: Vec<Source>, to: &mpsc::Sender<Read>) {
    for source in sources {
        let went = match (source.open)() {
            Ok(opened) => file(source.name, opened, to),
            Err(cause) => to
                .blocking_send(Read::CannotOpen(source.name, cause))
                .map_err(|_| NobodyListens),
        };
        if went.is_err() {
            return;
        }
    }
}

struct NobodyListens;

fn file(
    name: PathBuf,
    opened: Box<dyn io::Read + Send>,
    to: &mpsc::Sender<Read>,
) -> Result<(), NobodyListens> {
    let file: Arc<Path> = Arc::from(name.as_path());
    let mut reader = RecordReader::new(name, opened);
    let folder = reader.folder().to_owned();
    let mut told = 0;
    let mut batch = Batch::new(&file);
    let mut send = |mut batch: Batch, read: u64| {
        batch.bytes = read - told;
        told = read;
        to.blocking_send(Read::Batch(batch))
            .map_err(|_| NobodyListens)
    };
    while let Some(row) = reader.next() {
        match row {
            Ok(row) => batch.take(row, &folder),
            Err(refused) => batch
                .rows
                .push(RowIn::Refused(refused.line, refused.faults)),
        }
        if batch.is_full() {
            let full = std::mem::replace(&mut batch, Batch::new(&file));
            send(full, reader.bytes_read())?;
        }
    }
    send(batch, reader.bytes_read())
}

/// A row as it is sent. A photo that the row names and that cannot be read refuses the row; a row that names none
/// is for the rules.
fn item(row: &Row, folder: &Path) -> Result<SubmitItem, FieldError> {
    let photo = match &row.photo_path {
        Some(name) => Some(STANDARD.encode(load_photo(folder, name)?)),
        None => None,
    };
    let record = serde_json::value::to_raw_value(&row.record)
        .expect("a record has text keys and plain values");
    Ok(SubmitItem { record, photo })
}
