//! One spooler a store: an exclusive lock on a file beside it.
//!
//! The file is never removed: who removes it while it is held lets a second holder in. Against that the store
//! counts its openings and every turn checks that the last one was its own.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::open_error::StoreOpenError;

/// What a holder writes about itself is cut to this when it is read.
const HOLDER_BYTES: u64 = 200;

/// The lock; released when dropped, or by the system when the process ends in any way.
#[derive(Debug)]
pub(crate) struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Takes the lock beside this store, and writes who holds it.
    ///
    /// Errors: [`StoreOpenError::Locked`] with the holder's words, `CannotWrite`.
    pub(crate) fn take(store: &Path, started: &str) -> Result<StoreLock, StoreOpenError> {
        let path = lock_path(store);
        let cannot = |cause| StoreOpenError::CannotWrite {
            path: path.clone(),
            cause,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The words are a courtesy: a holder that cannot be read is still a holder.
                let read = file.take(HOLDER_BYTES).read_to_string(&mut holder);
                let known = read.is_ok() && !holder.trim().is_empty();
                return Err(StoreOpenError::Locked {
                    holder: if known {
                        holder.trim().to_owned()
                    } else {
                        "another process".to_owned()
                    },
                    path,
                });
            }
            Err(TryLockError::Error(cause)) => return Err(cannot(cause)),
        }
        let words = format!("process {} (since {started})\n", std::process::id());
        file.set_len(0).map_err(cannot)?;
        file.rewind().map_err(cannot)?;
        file.write_all(words.as_bytes()).map_err(cannot)?;
        Ok(StoreLock { _file: file })
    }
}

/// `store.db` is locked by `store.lock`.
fn lock_path(store: &Path) -> PathBuf {
    store.with_extension("lock")
}
