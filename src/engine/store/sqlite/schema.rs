//! The tables, their versions, and the settings of every connection.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::engine::store::open_error::StoreOpenError;
use crate::engine::store::seal::sync_folder_of;

/// Marks a file as ours: `CETK`.
const APPLICATION_ID: i32 = 0x4345_544B;
/// Memory for cached pages of one connection. Unit: KiB.
const CACHE_KIB: i64 = 8 * 1024;
/// How long a reader waits while a checkpoint holds the log. Unit: milliseconds.
const BUSY_MS: u64 = 5_000;
const STATEMENTS: usize = 128;

/// Step n brings a store from schema n to n + 1.
pub(crate) const MIGRATIONS: &[&str] = &[SCHEMA_1, SCHEMA_2];

/// A row of `job` holds no personal data; `key` is the client's and not personal by contract. `state` is the
/// state's name, `state_detail` all of it as JSON. `not_before` is an ISO date or empty, so that the queue's index
/// is in order without nulls. The row number ends every index: accept order.
const SCHEMA_1: &str = "
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE job(
  number INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  body BLOB NOT NULL,
  product TEXT NOT NULL,
  reason TEXT NOT NULL,
  class INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_detail TEXT NOT NULL,
  open INTEGER NOT NULL,
  nik_hash BLOB NOT NULL,
  nik_masked TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  not_before TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  moved_at INTEGER NOT NULL
) STRICT;
CREATE INDEX job_state ON job(state);
CREATE INDEX job_queue ON job(product, class, not_before) WHERE state = 'queued';
CREATE UNIQUE INDEX job_open ON job(nik_hash, product) WHERE open = 1;
CREATE TABLE tally(state TEXT PRIMARY KEY, jobs INTEGER NOT NULL CHECK (jobs >= 0))
  STRICT, WITHOUT ROWID;
CREATE TABLE payload(job INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
CREATE TABLE attempt(
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES job(number),
  printer TEXT NOT NULL,
  run TEXT NOT NULL,
  baseline TEXT NOT NULL,
  chip INTEGER NOT NULL,
  hold INTEGER NOT NULL,
  duplex INTEGER NOT NULL,
  ribbon TEXT NOT NULL,
  uid TEXT,
  panels_ordered INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  outcome TEXT
) STRICT;
CREATE INDEX attempt_job ON attempt(job);
CREATE UNIQUE INDEX attempt_open_job ON attempt(job) WHERE outcome IS NULL;
CREATE UNIQUE INDEX attempt_open_printer ON attempt(printer) WHERE outcome IS NULL;
CREATE TABLE attempt_entry(
  attempt INTEGER NOT NULL REFERENCES attempt(id),
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (attempt, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE blank(
  uid TEXT PRIMARY KEY,
  stock TEXT NOT NULL,
  account TEXT NOT NULL,
  attempt INTEGER UNIQUE REFERENCES attempt(id),
  job INTEGER REFERENCES job(number)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger(
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  stock TEXT NOT NULL,
  source TEXT,
  target TEXT NOT NULL,
  pieces INTEGER NOT NULL CHECK (pieces > 0),
  uid TEXT,
  why TEXT NOT NULL,
  paper TEXT,
  actor TEXT NOT NULL
) STRICT;
CREATE TABLE account_sum(
  stock TEXT NOT NULL,
  account TEXT NOT NULL,
  pieces INTEGER NOT NULL CHECK (pieces >= 0),
  PRIMARY KEY (stock, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE printer(id TEXT PRIMARY KEY, remembered TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE proposal(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  action TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox(
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  what TEXT NOT NULL,
  uid TEXT NOT NULL,
  UNIQUE (key, what, uid)
) STRICT;
CREATE TABLE journal(
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
";

/// Blanks that were encoded by hand and are not taken yet, by their job.
const SCHEMA_2: &str = "
CREATE INDEX blank_encoded ON blank(job)
  WHERE account IN ('in_room', 'loaded') AND job IS NOT NULL;
";

/// What every connection is told, also a reader's.
pub(crate) fn settle_reader(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Sorting must never put rows into a file outside the data folder.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// What the writer's connection is told. Checkpoints are ours to order: an automatic one comes when it disturbs.
pub(crate) fn settle_writer(connection: &Connection) -> rusqlite::Result<()> {
    settle_reader(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)
}

/// What a database file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing was ever committed to it.
    Unborn,
    /// A store of this schema.
    Store(u32),
    /// Somebody else's.
    Foreign,
}

/// Looks at a database without changing it.
pub(crate) fn look(connection: &Connection) -> rusqlite::Result<Found> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    Ok(match (application, version, tables) {
        (APPLICATION_ID, 1.., _) => Found::Store(version),
        (0, 0, 0) => Found::Unborn,
        _ => Found::Foreign,
    })
}

/// Brings a database to the last schema of `steps`, all of it or nothing. A store that holds something is copied
/// beside itself first.
///
/// Errors: [`StoreOpenError::Newer`], `NotAStore`, `Database`, `CannotWrite`.
pub(crate) fn migrate(
    connection: &Connection,
    path: &Path,
    steps: &[&str],
) -> Result<(), StoreOpenError> {
    let lost = |doing| {
        move |cause: rusqlite::Error| StoreOpenError::Database {
            path: path.into(),
            doing,
            cause: cause.into(),
        }
    };
    let known = u32::try_from(steps.len()).expect("a handful of schemas");
    let from = match look(connection).map_err(lost("look at"))? {
        Found::Unborn => 0,
        Found::Foreign => return Err(StoreOpenError::NotAStore { path: path.into() }),
        Found::Store(found) if found > known => {
            return Err(StoreOpenError::Newer {
                path: path.into(),
                found,
                known,
            });
        }
        Found::Store(found) => found,
    };
    if from == known {
        return Ok(());
    }
    if from > 0 {
        back_up(connection, &backup_path(path, from))?;
    }
    let script = steps[from as usize..].concat();
    upgrade(connection, path, &script, known)
}

/// Gives an empty database the newest schema and what `script` adds, all of it or nothing.
pub(crate) fn make(
    connection: &Connection,
    path: &Path,
    script: &str,
) -> Result<(), StoreOpenError> {
    let known = u32::try_from(MIGRATIONS.len()).expect("a handful of schemas");
    upgrade(
        connection,
        path,
        &[&MIGRATIONS.concat(), script].map(|s| s as &str).concat(),
        known,
    )
}

fn upgrade(
    connection: &Connection,
    path: &Path,
    script: &str,
    known: u32,
) -> Result<(), StoreOpenError> {
    let whole = format!(
        "BEGIN IMMEDIATE; {script} PRAGMA application_id = {APPLICATION_ID}; \
         PRAGMA user_version = {known}; COMMIT;"
    );
    connection
        .execute_batch(&whole)
        .map_err(|cause| StoreOpenError::Database {
            path: path.into(),
            doing: "write the schema of",
            cause: cause.into(),
        })
}

/// `store.db` of schema 1 is kept as `store.db.schema-1`.
fn backup_path(path: &Path, schema: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".schema-{schema}"));
    name.into()
}

/// Copies a store into one file, durable under its name only when it is whole.
///
/// Errors: [`StoreOpenError::CannotWrite`], `Database`.
pub(crate) fn back_up(connection: &Connection, to: &Path) -> Result<(), StoreOpenError> {
    use std::os::unix::fs::OpenOptionsExt;
    let cannot = |cause| StoreOpenError::CannotWrite {
        path: to.into(),
        cause,
    };
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // The copy is made into an empty file of ours, so that it is never readable by others.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .map_err(cannot)?;
    let name = part.to_str().ok_or_else(|| {
        cannot(std::io::Error::other(
            "the name of a copy must be valid UTF-8",
        ))
    })?;
    connection
        .execute("VACUUM INTO ?1", [name])
        .map_err(|cause| StoreOpenError::Database {
            path: to.into(),
            doing: "copy the store to",
            cause: cause.into(),
        })?;
    file.sync_all().map_err(cannot)?;
    std::fs::rename(&part, to).map_err(cannot)?;
    sync_folder_of(to).map_err(cannot)
}
