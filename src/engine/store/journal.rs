//! The journal's hash chain: every entry's hash covers the one before, from the first commit on.
//!
//! `hash(n) = SHA-256(hash(n-1) seq[8] at[8] then actor, what, subject, detail, each length[4] bytes)`, numbers big
//! endian, texts as stored. The chain begins at a hash of the room and kind of store. It shows an edited, swapped,
//! inserted or missing entry; a tail that was cut off is shown only by a copy of the head kept elsewhere.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::sqlite::sql::database;
use super::{Identity, StoreLost};

pub(crate) type Hash = [u8; 32];

/// The last entry: what the next one continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalHead {
    /// Entries so far.
    pub seq: u64,
    /// The hash of the last one.
    pub hash: [u8; 32],
}

/// An entry as it is stored.
pub(crate) struct Line<'a> {
    pub(crate) seq: u64,
    pub(crate) at: i64,
    pub(crate) actor: &'a str,
    pub(crate) what: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) detail: &'a str,
}

impl Line<'_> {
    pub(crate) fn hash_after(&self, previous: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.to_be_bytes());
        for text in [self.actor, self.what, self.subject, self.detail] {
            let length = u32::try_from(text.len()).expect("a journal text is far below 4 GB");
            hasher.update(length.to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().into()
    }
}

/// What the first entry continues. The epoch is left out: it changes, the chain does not.
pub(crate) fn genesis(identity: &Identity) -> Hash {
    let kind = if identity.training {
        "training"
    } else {
        "office"
    };
    Sha256::digest(format!("cetak journal 1 {} {kind}", identity.room)).into()
}

/// The stored head, or the beginning.
pub(crate) fn head(connection: &Connection, identity: &Identity) -> Result<JournalHead, StoreLost> {
    let reading = database("read the journal's head");
    let mut statement = connection
        .prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        .map_err(&reading)?;
    let mut rows = statement.query([]).map_err(&reading)?;
    Ok(match rows.next().map_err(&reading)? {
        Some(row) => JournalHead {
            seq: row.get(0).map_err(&reading)?,
            hash: row.get(1).map_err(&reading)?,
        },
        None => JournalHead {
            seq: 0,
            hash: genesis(identity),
        },
    })
}

/// Walks the chain from the first entry.
///
/// Errors: [`StoreLost::Damaged`] names the first entry that does not hold.
pub(crate) fn verify(connection: &Connection, identity: &Identity) -> Result<u64, StoreLost> {
    let reading = database("walk the journal");
    let mut statement = connection
        .prepare_cached(
            "SELECT seq, at, actor, what, subject, detail, hash FROM journal ORDER BY seq",
        )
        .map_err(&reading)?;
    let mut rows = statement.query([]).map_err(&reading)?;
    let mut previous = genesis(identity);
    let mut held = 0;
    while let Some(row) = rows.next().map_err(&reading)? {
        let text = |column| -> Result<&str, StoreLost> {
            row.get_ref(column)
                .map_err(&reading)?
                .as_str()
                .map_err(|_| broken(held + 1))
        };
        let line = Line {
            seq: row.get(0).map_err(|_| broken(held + 1))?,
            at: row.get(1).map_err(|_| broken(held + 1))?,
            actor: text(2)?,
            what: text(3)?,
            subject: text(4)?,
            detail: text(5)?,
        };
        let stored: Hash = row.get(6).map_err(|_| broken(held + 1))?;
        if line.seq != held + 1 || line.hash_after(&previous) != stored {
            return Err(broken(held + 1));
        }
        previous = stored;
        held += 1;
    }
    Ok(held)
}

fn broken(seq: u64) -> StoreLost {
    StoreLost::Damaged {
        what: format!("journal entry {seq} does not continue the chain"),
    }
}
