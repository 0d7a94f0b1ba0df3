//! Why a store cannot be opened, each with the way out.

use std::io;
use std::path::PathBuf;

/// Why a store cannot be opened or made. Every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreOpenError {
    /// Another program holds the store.
    #[error("{path} is in use by {holder}; stop that one first, two spoolers would print twice")]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// What the holder wrote about itself.
        holder: String,
    },
    /// There is no store at this place.
    #[error("there is no store at {path}; check the data folder, or let `cetak serve` make one")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A store was to be made where one is.
    #[error("{path} already holds a store; open that one, or name another folder")]
    Exists {
        /// The store.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a store of cetak; move it away, or name another data folder")]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// A later version of the program wrote it.
    #[error(
        "{path} has schema {found} and this program knows up to {known}; install the newer program, \
         or restore the backup made before the update"
    )]
    Newer {
        /// The store.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The store is of another kind or another room than the config says; neither ever changes.
    #[error("{path} belongs to {found}, the config says {wanted}; name the right data folder")]
    Mismatch {
        /// The store.
        path: PathBuf,
        /// What it is (`room TPI, training`).
        found: String,
        /// What was wanted.
        wanted: String,
    },
    /// Files cannot be made or written.
    #[error("cannot write {path}; check owner, permissions and free space of the data folder")]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
    /// The store is there and its key is not.
    #[error(
        "{path} is missing, and without it no record in the store can be read; \
         bring the key file back from its backup (a new one would not open them)"
    )]
    KeyMissing {
        /// The key file.
        path: PathBuf,
    },
    /// The key file is no key, or the key of another store.
    #[error("{path} is not the key of this store; bring the right key file back from its backup")]
    KeyWrong {
        /// The key file or the store.
        path: PathBuf,
    },
    /// Others may read the key.
    #[error("{path} can be read by others; `chmod 600` it")]
    KeyExposed {
        /// The key file.
        path: PathBuf,
    },
    /// A store in memory has no second connection.
    #[error("a store in memory has no readers beside it; ask the store itself")]
    MemoryOnly,
    /// The database said no.
    #[error("cannot {doing} {path}; `cetak doctor` says more about the store's files")]
    Database {
        /// The store.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// Its word.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}
