//! The embedded store: SQLite, one writer, readers beside it.
//!
//! `DIR/store.db` (with `-wal` and `-shm`), `DIR/store.key`, `DIR/store.lock`. The write-ahead log is synced at
//! every commit and never checkpointed by itself: [`SqliteStore::checkpoint_if_quiet`] does so in quiet moments, and
//! a commit that finds the log at 16 MB does, quiet or not. Any failed write ends the turn for good: the store
//! refuses everything after it, because a sync that failed once proves nothing when it is tried again.

mod jobs;
mod read;
pub(crate) mod schema;
pub(crate) mod sql;
mod stock;
#[cfg(test)]
mod tests;
mod write;

use std::cell::Cell;
use std::path::{Path, PathBuf};

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};

use super::journal::{self, JournalHead};
use super::lock::StoreLock;
use super::open_error::StoreOpenError;
use super::seal::{Seal, StoreKey, sync_folder_of};
use super::{Identity, NewJournalEntry, StoreLost};
use crate::domain::ids::{Actor, At};
pub use read::SqliteReader;
use schema::{Found, MIGRATIONS};
use sql::{damaged, database, first, run};

/// The log is taken into the store at this size, quiet or not. Unit: bytes.
const WAL_BYTES_MAX: u64 = 16 << 20;
/// A smaller log is left alone in a quiet moment: each checkpoint costs two syncs. Unit: bytes.
const WAL_BYTES_WORTH: u64 = 1 << 20;
/// After a reader stood in the way, the next forced try comes when the log has grown by this. Unit: bytes.
const WAL_BYTES_RETRY: u64 = 8 << 20;

/// A page in the log, with its header. Unit: bytes.
const LOG_PAGE_BYTES: u64 = 4096 + 24;

thread_local! {
    /// Pages in the log after the last commit on this thread: the database tells them to a plain function, before the
    /// commit returns.
    static LOG_PAGES: Cell<Option<u32>> = const { Cell::new(None) };
}

fn note_log(_: &Wal, pages: std::ffi::c_int) -> rusqlite::Result<()> {
    LOG_PAGES.set(u32::try_from(pages).ok());
    Ok(())
}

/// One thread at a time uses a connection: the database needs no lock of its own.
const WRITING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
const READING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// Where the writer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Idle,
    InTurn,
    /// Something failed: nothing is believed after it.
    Failed,
}

/// The writer. Its files are held by a lock until it is dropped.
pub struct SqliteStore {
    // Before the lock: the connection must be closed while the store is still ours.
    pub(super) reads: SqliteReader,
    path: Option<PathBuf>,
    standing: Standing,
    head: JournalHead,
    next_job: u64,
    /// Newest time that was handed in: what calls without a time are journaled under.
    newest_at: At,
    /// Which opening of the store this is; a later one takes the store away from us.
    opening: u64,
    /// Something was erased that the log may still hold.
    erased: bool,
    /// What the log holds that is not taken in; its file may be longer. Unit: bytes.
    log_bytes: u64,
    forced_checkpoint_from: u64,
    _lock: Option<StoreLock>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SqliteStore({:?}, {:?})", self.path, self.standing)
    }
}

impl SqliteStore {
    /// A store in memory: rehearsals and tests.
    pub fn memory(identity: &Identity, key: &StoreKey) -> Result<SqliteStore, StoreOpenError> {
        let path = Path::new(":memory:");
        let connection = Connection::open_in_memory().map_err(cannot(path, "make"))?;
        SqliteStore::born(connection, path, identity, key)?.taken(None, None)
    }

    /// Makes a new store. `started` is when this program started, as text, for the words in the lock file.
    ///
    /// Errors: [`StoreOpenError::Exists`], `Locked`, `CannotWrite`.
    pub fn create(
        path: &Path,
        identity: &Identity,
        key: &StoreKey,
        started: &str,
    ) -> Result<SqliteStore, StoreOpenError> {
        let lock = StoreLock::take(path, started)?;
        SqliteStore::created(path, identity, key, lock)
    }

    /// Opens a store that is there.
    ///
    /// Errors: every [`StoreOpenError`] but `Exists` and `Mismatch`.
    pub fn open(path: &Path, key: &StoreKey, started: &str) -> Result<SqliteStore, StoreOpenError> {
        if !path.exists() {
            return Err(StoreOpenError::Missing { path: path.into() });
        }
        let lock = StoreLock::take(path, started)?;
        SqliteStore::opened(path, key, lock)
    }

    /// What `serve` does: makes store and key at the first start, later opens them, and refuses a store of another
    /// room or kind. The epoch of `wanted` counts only for a new store. The key lies beside the store
    /// (`store.db`, `store.key`) and is made only together with a store.
    pub fn open_or_create(
        path: &Path,
        wanted: &Identity,
        started: &str,
    ) -> Result<SqliteStore, StoreOpenError> {
        let lock = StoreLock::take(path, started)?;
        let key_path = key_path(path);
        let unborn = !path.exists() || {
            let connection =
                Connection::open_with_flags(path, WRITING).map_err(cannot(path, "open"))?;
            looked(&connection, path)? == Found::Unborn
        };
        if unborn {
            let key = match StoreKey::read(&key_path) {
                Err(StoreOpenError::KeyMissing { .. }) => StoreKey::make(&key_path)?,
                // A key without a store: the first start was cut between the two.
                found => found?,
            };
            return SqliteStore::created(path, wanted, &key, lock);
        }
        let store = SqliteStore::opened(path, &StoreKey::read(&key_path)?, lock)?;
        let is = &store.reads.identity;
        if (is.room, is.training) != (wanted.room, wanted.training) {
            return Err(StoreOpenError::Mismatch {
                path: path.into(),
                found: kind(is),
                wanted: kind(wanted),
            });
        }
        Ok(store)
    }

    fn created(
        path: &Path,
        identity: &Identity,
        key: &StoreKey,
        lock: StoreLock,
    ) -> Result<SqliteStore, StoreOpenError> {
        use std::os::unix::fs::OpenOptionsExt;
        let unwritable = |cause| StoreOpenError::CannotWrite {
            path: path.into(),
            cause,
        };
        // SQLite gives its log the mode of the store: nobody else reads either.
        std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(unwritable)?;
        sync_folder_of(path).map_err(unwritable)?;
        let connection =
            Connection::open_with_flags(path, WRITING).map_err(cannot(path, "open"))?;
        match looked(&connection, path)? {
            Found::Unborn => {}
            Found::Store(_) => return Err(StoreOpenError::Exists { path: path.into() }),
            Found::Foreign => return Err(StoreOpenError::NotAStore { path: path.into() }),
        }
        SqliteStore::born(connection, path, identity, key)?.taken(Some(path.into()), Some(lock))
    }

    fn opened(path: &Path, key: &StoreKey, lock: StoreLock) -> Result<SqliteStore, StoreOpenError> {
        let connection =
            Connection::open_with_flags(path, WRITING).map_err(cannot(path, "open"))?;
        match looked(&connection, path)? {
            Found::Store(_) => {}
            Found::Unborn => return Err(StoreOpenError::Missing { path: path.into() }),
            Found::Foreign => return Err(StoreOpenError::NotAStore { path: path.into() }),
        }
        schema::settle_writer(&connection).map_err(cannot(path, "set up"))?;
        schema::migrate(&connection, path, MIGRATIONS)?;
        SqliteReader::of(connection, path, key)?.taken(Some(path.into()), Some(lock))
    }

    /// Writes schema and identity into an empty database, both or nothing.
    fn born(
        connection: Connection,
        path: &Path,
        identity: &Identity,
        key: &StoreKey,
    ) -> Result<SqliteReader, StoreOpenError> {
        schema::settle_writer(&connection).map_err(cannot(path, "set up"))?;
        let check = Seal::new(key).check();
        let script = format!(
            "INSERT INTO meta(name, value) VALUES ('room', '{}'), ('epoch', '{}'), \
             ('training', '{}'), ('key_check', '{check}'), ('opening', '0');",
            identity.room,
            identity.epoch,
            u8::from(identity.training),
        );
        schema::make(&connection, path, &script)?;
        SqliteReader::of(connection, path, key)
    }

    /// A second connection that only reads, for queries beside the writer.
    ///
    /// Errors: [`StoreOpenError::MemoryOnly`] for a store in memory.
    pub fn reader(&self) -> Result<SqliteReader, StoreOpenError> {
        let path = self.path.as_ref().ok_or(StoreOpenError::MemoryOnly)?;
        SqliteReader::beside(path, self.reads.seal.clone())
    }

    /// The journal's last entry, for a copy kept elsewhere.
    pub fn journal_head(&self) -> JournalHead {
        self.head
    }

    /// After a backup was restored, before anything else: job numbers of the lost time can never come again.
    /// Returns the new epoch.
    pub fn raise_epoch(&mut self, at: At, actor: &Actor) -> Result<u32, StoreLost> {
        use super::Store as _;
        self.begin()?;
        let epoch = self.reads.identity.epoch + 1;
        self.guarded("raise the epoch", |store| {
            store.run(
                "raise the epoch",
                "UPDATE meta SET value = ?1 WHERE name = 'epoch'",
                [epoch.to_string()],
            )?;
            let raised = NewJournalEntry {
                actor: actor.clone(),
                what: "EPOCH_RAISED",
                subject: store.reads.identity.room.to_string(),
                detail: serde_json::json!({ "epoch": epoch }),
            };
            store.append(&raised, at)
        })?;
        self.commit()?;
        self.reads.identity.epoch = epoch;
        Ok(epoch)
    }

    /// Takes the log into the store when nobody waits for us: call it whenever the room has nothing to do. It does
    /// nothing while the log is small, unless something was erased, whose sealed bytes must leave the log too.
    pub fn checkpoint_if_quiet(&mut self) -> Result<(), StoreLost> {
        let log = self.log_bytes;
        if self.standing == Standing::Idle && (log >= WAL_BYTES_WORTH || self.erased && log > 0) {
            self.checkpoint()?;
        }
        Ok(())
    }

    fn checkpoint_if_long(&mut self) -> Result<(), StoreLost> {
        if self.log_bytes < self.forced_checkpoint_from {
            return Ok(());
        }
        self.checkpoint()?;
        self.forced_checkpoint_from = WAL_BYTES_MAX.max(self.log_bytes + WAL_BYTES_RETRY);
        Ok(())
    }

    /// Takes the whole log into the store; with a reader in the way, as much as can be. Its file keeps its length,
    /// because a sync of bytes that are written over costs half of one that makes a file longer; only after something
    /// was erased it is emptied.
    fn checkpoint(&mut self) -> Result<(), StoreLost> {
        let lost = database("take the log into the store");
        let connection = &self.reads.connection;
        // The writer must not wait for a reader here: the rest comes at the next try.
        let patient = std::time::Duration::from_secs(5);
        connection
            .busy_timeout(std::time::Duration::ZERO)
            .map_err(&lost)?;
        let order = if self.erased {
            "PRAGMA wal_checkpoint(TRUNCATE)"
        } else {
            "PRAGMA wal_checkpoint(RESTART)"
        };
        let busy: Result<bool, _> = connection.query_row(order, [], |row| row.get(0));
        connection.busy_timeout(patient).map_err(&lost)?;
        match busy {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.erased = false;
                self.log_bytes = 0;
                Ok(())
            }
            Err(cause) => {
                self.standing = Standing::Failed;
                Err(lost(cause))
            }
        }
    }

    /// Takes over what the last commit told of the log.
    fn measure_log(&mut self) {
        if let Some(pages) = LOG_PAGES.take() {
            self.log_bytes = u64::from(pages) * LOG_PAGE_BYTES;
        }
    }

    /// Does one write of a turn; a failure is remembered.
    fn guarded<T>(
        &mut self,
        doing: &'static str,
        work: impl FnOnce(&mut SqliteStore) -> Result<T, StoreLost>,
    ) -> Result<T, StoreLost> {
        if self.standing != Standing::InTurn {
            return Err(misused(doing, self.standing));
        }
        let result = work(self);
        if result.is_err() {
            self.standing = Standing::Failed;
            // The error that is told is the first one; whether this helps is for the next opening to find.
            let _ = self.reads.connection.execute_batch("ROLLBACK");
        }
        result
    }

    fn run(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<usize, StoreLost> {
        run(&self.reads.connection, doing, sql, params)
    }

    /// A copy in memory of what is committed and of the turn in flight, to try one future of several.
    ///
    /// Errors: [`StoreLost::Database`].
    #[cfg(feature = "sims")]
    pub fn snapshot(&self) -> Result<SqliteStore, StoreLost> {
        let lost = database("copy the store");
        let mut connection = Connection::open_in_memory().map_err(&lost)?;
        rusqlite::backup::Backup::new(&self.reads.connection, &mut connection)
            .and_then(|copy| copy.step(-1))
            .map_err(&lost)?;
        schema::settle_writer(&connection).map_err(&lost)?;
        let copied = SqliteReader {
            connection,
            seal: self.reads.seal.clone(),
            identity: self.reads.identity.clone(),
        };
        copied
            .taken(None, None)
            .map_err(|cause| StoreLost::Database {
                doing: "take the copy",
                cause: cause.into(),
            })
    }

    /// What a power cut and a restart do to a store in memory: the turn in flight is gone, and all that was kept
    /// in variables is read again.
    #[cfg(any(test, feature = "sims"))]
    pub(super) fn start_again(&mut self) -> Result<(), StoreLost> {
        if !self.reads.connection.is_autocommit() {
            self.reads
                .connection
                .execute_batch("ROLLBACK")
                .map_err(database("roll a cut turn back"))?;
        }
        self.take()
    }

    /// Counts this opening and reads what is kept in variables.
    fn take(&mut self) -> Result<(), StoreLost> {
        let connection = &self.reads.connection;
        connection.wal_hook(Some(note_log));
        let doing = "take the store";
        run(
            connection,
            doing,
            "UPDATE meta SET value = value + 1 WHERE name = 'opening'",
            [],
        )?;
        self.opening = opening(connection)?;
        self.head = journal::head(connection, &self.reads.identity)?;
        let next = "SELECT coalesce(max(number), 0) + 1 FROM job";
        let number = |row: &rusqlite::Row<'_>| row.get(0).map_err(database(doing));
        self.next_job = first(connection, doing, next, [], number)?.unwrap_or(1);
        let newest = "SELECT at FROM journal ORDER BY seq DESC LIMIT 1";
        let at = |row: &rusqlite::Row<'_>| row.get(0).map(At).map_err(database(doing));
        self.newest_at = first(connection, doing, newest, [], at)?.unwrap_or_default();
        self.measure_log();
        self.standing = Standing::Idle;
        Ok(())
    }
}

impl SqliteReader {
    fn taken(
        self,
        path: Option<PathBuf>,
        lock: Option<StoreLock>,
    ) -> Result<SqliteStore, StoreOpenError> {
        let named = path.clone().unwrap_or_else(|| ":memory:".into());
        let mut store = SqliteStore {
            head: JournalHead {
                seq: 0,
                hash: journal::genesis(&self.identity),
            },
            reads: self,
            path,
            standing: Standing::Idle,
            next_job: 1,
            newest_at: At::default(),
            opening: 0,
            // Whoever came before may have erased and been cut: the first quiet moment empties the log.
            erased: true,
            log_bytes: 0,
            forced_checkpoint_from: WAL_BYTES_MAX,
            _lock: lock,
        };
        store.take().map_err(|cause| StoreOpenError::Database {
            path: named,
            doing: "take",
            cause: cause.into(),
        })?;
        Ok(store)
    }
}

/// The key beside a store: `store.db`, `store.key`.
pub fn key_path(store: &Path) -> PathBuf {
    store.with_extension("key")
}

fn opening(connection: &Connection) -> Result<u64, StoreLost> {
    let doing = "read who took the store";
    let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'opening'";
    first(connection, doing, sql, [], |row| {
        row.get(0).map_err(database(doing))
    })?
    .ok_or_else(|| damaged("the count of openings is gone"))
}

fn misused(doing: &'static str, standing: Standing) -> StoreLost {
    StoreLost::Database {
        doing,
        cause: match standing {
            Standing::Idle => "no turn is open",
            Standing::InTurn => "a turn is open already",
            Standing::Failed => "an earlier write failed",
        }
        .into(),
    }
}

fn looked(connection: &Connection, path: &Path) -> Result<Found, StoreOpenError> {
    schema::look(connection).map_err(|cause| match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreOpenError::NotAStore { path: path.into() },
        _ => cannot(path, "look at")(cause),
    })
}

fn cannot(path: &Path, doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreOpenError {
    move |cause| match cause.sqlite_error_code() {
        Some(
            rusqlite::ErrorCode::ReadOnly
            | rusqlite::ErrorCode::CannotOpen
            | rusqlite::ErrorCode::DiskFull
            | rusqlite::ErrorCode::PermissionDenied,
        ) => StoreOpenError::CannotWrite {
            path: path.into(),
            cause: std::io::Error::other(cause),
        },
        _ => StoreOpenError::Database {
            path: path.into(),
            doing,
            cause: cause.into(),
        },
    }
}

fn kind(identity: &Identity) -> String {
    let kind = if identity.training {
        "training"
    } else {
        "office"
    };
    format!("room {}, {kind}", identity.room)
}
