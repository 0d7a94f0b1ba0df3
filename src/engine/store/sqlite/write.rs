//! The writing side: what happened in a turn, one journal entry each.
//!
//! Calls that carry no time are journaled under the newest time that was handed in.

use cetak_drivers::contract::BlankUid;
use serde_json::json;

use super::sql::{damaged, json};
use super::{SqliteStore, Standing, misused, opening};
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::engine::store::journal::{JournalHead, Line};
use crate::engine::store::{
    Accepted, Attempt, AttemptEntry, NewJob, NewJournalEntry, Outcome, PrinterRow, Proposal,
    Report, Store, StoreLost, StoreRead,
};

impl SqliteStore {
    /// Continues the journal.
    pub(super) fn append(&mut self, entry: &NewJournalEntry, at: At) -> Result<(), StoreLost> {
        let (actor, detail) = (entry.actor.to_string(), json(&entry.detail));
        let line = Line {
            seq: self.head.seq + 1,
            at: at.0,
            actor: &actor,
            what: entry.what,
            subject: &entry.subject,
            detail: &detail,
        };
        let hash = line.hash_after(&self.head.hash);
        self.run(
            "write the journal",
            "INSERT INTO journal(seq, at, actor, what, subject, detail, hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                line.seq,
                line.at,
                line.actor,
                line.what,
                line.subject,
                line.detail,
                hash,
            ),
        )?;
        self.head = JournalHead {
            seq: line.seq,
            hash,
        };
        self.newest_at = self.newest_at.max(at);
        Ok(())
    }

    /// An entry of the store's own: what it was told, by whom.
    pub(super) fn note(
        &mut self,
        actor: &Actor,
        what: &'static str,
        subject: impl ToString,
        detail: serde_json::Value,
        at: At,
    ) -> Result<(), StoreLost> {
        let entry = NewJournalEntry {
            actor: actor.clone(),
            what,
            subject: subject.to_string(),
            detail,
        };
        self.append(&entry, at)
    }

    fn proposed(&mut self, proposal: &Proposal) -> Result<u64, StoreLost> {
        self.run(
            "store a proposal",
            "INSERT INTO proposal(action, by, at) VALUES (?1, ?2, ?3)",
            (
                json(&proposal.action),
                proposal.by.to_string(),
                proposal.at.0,
            ),
        )?;
        let rowid = self.reads.connection.last_insert_rowid();
        let id = u64::try_from(rowid).expect("row numbers count up from 1");
        let detail = json!({ "action": proposal.action });
        self.note(&proposal.by, "PROPOSED", id, detail, proposal.at)?;
        Ok(id)
    }
}

impl Store for SqliteStore {
    fn begin(&mut self) -> Result<(), StoreLost> {
        let doing = "begin a turn";
        if self.standing != Standing::Idle {
            return Err(misused(doing, self.standing));
        }
        self.run(doing, "BEGIN IMMEDIATE", [])?;
        self.standing = Standing::InTurn;
        self.guarded(doing, |store| {
            if opening(&store.reads.connection)? == store.opening {
                return Ok(());
            }
            Err(StoreLost::Database {
                doing,
                cause: "another program has taken the store".into(),
            })
        })
    }

    fn commit(&mut self) -> Result<(), StoreLost> {
        self.guarded("commit a turn", |store| {
            store.run("commit a turn", "COMMIT", [])
        })?;
        self.standing = Standing::Idle;
        self.measure_log();
        self.checkpoint_if_long()
    }

    fn accept(&mut self, new: &NewJob, at: At, actor: &Actor) -> Result<Accepted, StoreLost> {
        self.guarded("accept a job", |store| store.accepted(new, at, actor))
    }

    fn move_job(
        &mut self,
        id: JobId,
        state: &JobState,
        at: At,
        actor: &Actor,
    ) -> Result<(), StoreLost> {
        self.guarded("move a job", |store| store.moved(id, state, at, actor))
    }

    fn open_attempt(&mut self, attempt: &Attempt, at: At) -> Result<u64, StoreLost> {
        self.guarded("open an attempt", |store| store.attempt_opened(attempt, at))
    }

    fn note_attempt(
        &mut self,
        attempt: u64,
        entry: &AttemptEntry,
        at: At,
    ) -> Result<(), StoreLost> {
        self.guarded("note an attempt", |store| {
            store.attempt_noted(attempt, entry, at)
        })
    }

    fn bind_blank(
        &mut self,
        attempt: u64,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
    ) -> Result<bool, StoreLost> {
        self.guarded("bind a blank", |store| {
            store.bound(attempt, job, stock, uid)
        })
    }

    fn bind_encoded(
        &mut self,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
        actor: &Actor,
    ) -> Result<bool, StoreLost> {
        self.guarded("bind an encoded blank", |store| {
            store.bound_by_hand(job, stock, uid, actor)
        })
    }

    fn close_attempt(&mut self, attempt: u64, outcome: Outcome, at: At) -> Result<(), StoreLost> {
        self.guarded("close an attempt", |store| {
            store.attempt_closed(attempt, outcome, at)
        })
    }

    fn book(&mut self, entry: &Entry, at: At) -> Result<(), StoreLost> {
        self.guarded("book an entry", |store| store.booked(entry, at))
    }

    fn announce_blanks(
        &mut self,
        stock: Stock,
        account: Account,
        uids: &[BlankUid],
    ) -> Result<(), StoreLost> {
        self.guarded("announce blanks", |store| {
            store.announced(stock, account, uids)
        })
    }

    fn save_printer(&mut self, row: &PrinterRow) -> Result<(), StoreLost> {
        self.guarded("save a printer", |store| {
            let PrinterId(id) = &row.id;
            store.run(
                "save a printer",
                "INSERT INTO printer(id, remembered) VALUES (?1, ?2) \
                 ON CONFLICT(id) DO UPDATE SET remembered = ?2",
                (id, json(row)),
            )?;
            Ok(())
        })
    }

    fn propose(&mut self, proposal: &Proposal) -> Result<u64, StoreLost> {
        self.guarded("store a proposal", |store| store.proposed(proposal))
    }

    fn end_proposal(&mut self, id: u64) -> Result<(), StoreLost> {
        self.guarded("end a proposal", |store| {
            let ended = store.run("end a proposal", "DELETE FROM proposal WHERE id = ?1", [id])?;
            if ended != 1 {
                return Err(damaged(format!("proposal {id} does not exist")));
            }
            let at = store.newest_at;
            store.note(&Actor::Spooler, "PROPOSAL_ENDED", id, json!({}), at)
        })
    }

    fn write_journal(&mut self, entry: &NewJournalEntry, at: At) -> Result<(), StoreLost> {
        self.guarded("write the journal", |store| store.append(entry, at))
    }

    fn report(&mut self, report: &Report) -> Result<(), StoreLost> {
        self.guarded("queue a report", |store| {
            // The same report twice is one report: its key makes repeats harmless.
            store.run(
                "queue a report",
                "INSERT INTO outbox(key, what, uid) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                (
                    &report.key,
                    &report.what,
                    report.uid.as_ref().map_or("", |uid| &uid.0),
                ),
            )?;
            Ok(())
        })
    }

    fn erase_payload(&mut self, id: JobId) -> Result<(), StoreLost> {
        self.guarded("erase a payload", |store| {
            if store.reads.job(id)?.is_none() {
                return Err(damaged(format!("{id} is erased and does not exist")));
            }
            let erased = store.run(
                "erase a payload",
                "DELETE FROM payload WHERE job = ?1",
                [id.number],
            )?;
            if erased == 0 {
                return Ok(());
            }
            store.erased = true;
            let at = store.newest_at;
            store.note(&Actor::Spooler, "PAYLOAD_ERASED", id, json!({}), at)
        })
    }
}
