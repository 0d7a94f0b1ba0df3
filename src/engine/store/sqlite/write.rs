//! The writing side: what happened in a turn, one journal entry each.
//!
//! Calls that carry no time are journaled under the newest time that was handed in.

use cetak_drivers::contract::BlankUid;
use rusqlite::OptionalExtension;
use serde_json::json;

use super::read::add_pieces;
use super::sql::{damaged, database, first, json, product_name, reason_name};
use super::{SqliteStore, Standing, misused, opening};
use crate::domain::blank::{Account, Books, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::engine::store::journal::{JournalHead, Line};
use crate::engine::store::seal::{Canonical, masked_nik};
use crate::engine::store::{
    Accepted, Attempt, AttemptEntry, NewJob, NewJournalEntry, Outcome, PrinterRow, Proposal,
    Report, Store, StoreLost, StoreRead,
};

/// The code of a job that is refused because another one is open.
const ALREADY_OPEN: &str = "REJECTED_ALREADY_OPEN";

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
    fn note(
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

    fn accepted(&mut self, new: &NewJob, at: At, actor: &Actor) -> Result<Accepted, StoreLost> {
        let doing = "accept a job";
        let lost = database(doing);
        let record = &new.record;
        let photo = new.photo.as_deref();
        let canonical = Canonical::of(record);
        let body = self.reads.seal.body(&canonical, photo);
        let room = self.reads.identity.room;
        let known: Option<(u64, u32, [u8; 16])> = self
            .reads
            .connection
            .prepare_cached("SELECT number, epoch, body FROM job WHERE key = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([&record.key], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
                    .optional()
            })
            .map_err(&lost)?;
        if let Some((number, epoch, known_body)) = known {
            let id = JobId {
                room,
                epoch,
                number,
            };
            return Ok(if known_body == body {
                Accepted::Same(id)
            } else {
                Accepted::Conflict(id)
            });
        }
        let person = self.reads.seal.person(&record.nik);
        let product = product_name(record.product);
        let open = if new.state.is_final() {
            None
        } else {
            first(
                &self.reads.connection,
                doing,
                "SELECT number, epoch FROM job WHERE nik_hash = ?1 AND product = ?2 AND open = 1",
                (person, product),
                |row| {
                    Ok(JobId {
                        room,
                        epoch: row.get(1).map_err(&lost)?,
                        number: row.get(0).map_err(&lost)?,
                    })
                },
            )?
        };
        let refused = JobState::Rejected {
            code: ALREADY_OPEN.into(),
        };
        let state = if open.is_some() { &refused } else { &new.state };
        let id = JobId {
            room,
            epoch: self.reads.identity.epoch,
            number: self.next_job,
        };
        let not_before = record.not_before.map(|date| date.to_string());
        self.run(
            doing,
            "INSERT INTO job(number, epoch, key, body, product, reason, class, state, \
             state_detail, open, nik_hash, nik_masked, attempts, not_before, accepted_at, \
             moved_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14, ?14)",
            rusqlite::params![
                id.number,
                id.epoch,
                record.key,
                body,
                product,
                reason_name(record.reason),
                new.class,
                state.name(),
                json(state),
                !state.is_final(),
                person,
                masked_nik(&record.nik),
                not_before.unwrap_or_default(),
                at.0,
            ],
        )?;
        let sealed = self.reads.seal.seal(id, &canonical, photo)?;
        self.run(
            "store a payload",
            "INSERT INTO payload(job, sealed) VALUES (?1, ?2)",
            (id.number, sealed),
        )?;
        self.count(state, 1)?;
        let detail = json!({
            "product": product, "reason": reason_name(record.reason), "class": new.class,
            "state": state, "body": hex::encode(body),
        });
        self.note(actor, "JOB_ACCEPTED", id, detail, at)?;
        self.next_job += 1;
        Ok(match open {
            None => Accepted::New(id),
            Some(open) => Accepted::OpenAlready { job: id, open },
        })
    }

    fn count(&self, state: &JobState, by: i64) -> Result<(), StoreLost> {
        self.run(
            "count jobs",
            "INSERT INTO tally(state, jobs) VALUES (?1, ?2) \
             ON CONFLICT(state) DO UPDATE SET jobs = jobs + ?2",
            (state.name(), by),
        )?;
        Ok(())
    }

    fn moved(
        &mut self,
        id: JobId,
        state: &JobState,
        at: At,
        actor: &Actor,
    ) -> Result<(), StoreLost> {
        let Some(job) = self.reads.job(id)? else {
            return Err(damaged(format!("{id} is moved and does not exist")));
        };
        self.run(
            "move a job",
            "UPDATE job SET state = ?2, state_detail = ?3, open = ?4, moved_at = ?5 \
             WHERE number = ?1",
            (
                id.number,
                state.name(),
                json(state),
                !state.is_final(),
                at.0,
            ),
        )?;
        self.count(state, 1)?;
        self.count_down(&job.state)?;
        let detail = json!({ "from": job.state.name(), "to": state });
        self.note(actor, "JOB_MOVED", id, detail, at)
    }

    fn count_down(&self, state: &JobState) -> Result<(), StoreLost> {
        let counted = self.run(
            "count jobs",
            "UPDATE tally SET jobs = jobs - 1 WHERE state = ?1",
            [state.name()],
        )?;
        match counted {
            1 => Ok(()),
            _ => Err(damaged(format!("jobs {} are not counted", state.name()))),
        }
    }

    fn attempt_opened(&mut self, attempt: &Attempt, at: At) -> Result<u64, StoreLost> {
        let job = attempt.job;
        let counted = self.run(
            "count an attempt",
            "UPDATE job SET attempts = attempts + 1 WHERE number = ?1 AND epoch = ?2",
            (job.number, job.epoch),
        )?;
        if counted != 1 || job.room != self.reads.identity.room {
            return Err(damaged(format!("{job} is attempted and does not exist")));
        }
        self.run(
            "open an attempt",
            "INSERT INTO attempt(job, printer, run, baseline, chip, hold, duplex, ribbon, uid, \
             panels_ordered, opened_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            (
                job.number,
                &attempt.printer.0,
                &attempt.run,
                json(&attempt.baseline),
                attempt.chip,
                attempt.hold,
                attempt.duplex,
                json(&attempt.ribbon),
                attempt.uid.as_ref().map(|uid| &uid.0),
                attempt.panels_ordered,
                at.0,
            ),
        )?;
        let rowid = self.reads.connection.last_insert_rowid();
        let id = u64::try_from(rowid).expect("row numbers count up from 1");
        let detail = json!({
            "attempt": id, "printer": attempt.printer, "run": attempt.run,
            "baseline": attempt.baseline, "chip": attempt.chip, "hold": attempt.hold,
            "duplex": attempt.duplex, "ribbon": attempt.ribbon, "panels": attempt.panels_ordered,
        });
        self.note(&Actor::Spooler, "ATTEMPT_OPENED", job, detail, at)?;
        Ok(id)
    }

    /// The job of an attempt, whether it is still open, and its blank.
    fn attempt_of(&self, id: u64) -> Result<(JobId, bool, Option<String>), StoreLost> {
        let doing = "read an attempt";
        let lost = database(doing);
        first(
            &self.reads.connection,
            doing,
            "SELECT j.number, j.epoch, a.outcome IS NULL, a.uid \
             FROM attempt a JOIN job j ON j.number = a.job WHERE a.id = ?1",
            [id],
            |row| {
                let job = JobId {
                    room: self.reads.identity.room,
                    number: row.get(0).map_err(&lost)?,
                    epoch: row.get(1).map_err(&lost)?,
                };
                Ok((job, row.get(2).map_err(&lost)?, row.get(3).map_err(&lost)?))
            },
        )?
        .ok_or_else(|| damaged(format!("attempt {id} does not exist")))
    }

    fn attempt_noted(
        &mut self,
        attempt: u64,
        entry: &AttemptEntry,
        at: At,
    ) -> Result<(), StoreLost> {
        let (job, _, _) = self.attempt_of(attempt)?;
        self.run(
            "note an attempt",
            "INSERT INTO attempt_entry(attempt, n, at, entry) VALUES (?1, \
             (SELECT coalesce(max(n), 0) + 1 FROM attempt_entry WHERE attempt = ?1), ?2, ?3)",
            (attempt, at.0, json(entry)),
        )?;
        let detail = json!({ "attempt": attempt, "entry": entry });
        self.note(&Actor::Spooler, "ATTEMPT_NOTED", job, detail, at)
    }

    fn bound(
        &mut self,
        attempt: u64,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
    ) -> Result<bool, StoreLost> {
        let (of_attempt, open, has) = self.attempt_of(attempt)?;
        if of_attempt != job || !open {
            return Err(damaged(format!("attempt {attempt} is not open for {job}")));
        }
        if has.is_some() {
            return Ok(has.as_ref() == Some(&uid.0));
        }
        if let Some(blank) = self.reads.blank(uid)?
            && (blank.job.is_some() || blank.stock != stock || !can_be_at_a_station(blank.account))
        {
            return Ok(false);
        }
        self.run(
            "bind a blank",
            "INSERT INTO blank(uid, stock, account, attempt, job) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT(uid) DO UPDATE SET account = ?3, attempt = ?4, job = ?5",
            (
                &uid.0,
                stock.name(),
                Account::InWork.name(),
                attempt,
                job.number,
            ),
        )?;
        self.run(
            "bind a blank",
            "UPDATE attempt SET uid = ?2 WHERE id = ?1",
            (attempt, &uid.0),
        )?;
        let detail = json!({ "attempt": attempt, "uid": uid, "stock": stock });
        self.note(&Actor::Spooler, "BLANK_BOUND", job, detail, self.newest_at)?;
        Ok(true)
    }

    fn attempt_closed(&mut self, id: u64, outcome: Outcome, at: At) -> Result<(), StoreLost> {
        let (job, _, _) = self.attempt_of(id)?;
        let closed = self.run(
            "close an attempt",
            "UPDATE attempt SET outcome = ?2, closed_at = ?3 WHERE id = ?1 AND outcome IS NULL",
            (id, json(&outcome), at.0),
        )?;
        if closed != 1 {
            return Err(damaged(format!("attempt {id} is closed twice")));
        }
        let detail = json!({ "attempt": id, "outcome": outcome });
        self.note(&Actor::Spooler, "ATTEMPT_CLOSED", job, detail, at)
    }

    fn booked(&mut self, entry: &Entry, at: At) -> Result<(), StoreLost> {
        let stock = entry.stock;
        let mut books = Books::default();
        let touched = entry.from.into_iter().chain([entry.to]);
        for account in touched.clone() {
            add_pieces(&mut books, stock, account, self.sum(stock, account)?)?;
        }
        books.add(entry)?;
        for account in touched {
            self.run(
                "write the books",
                "INSERT INTO account_sum(stock, account, pieces) VALUES (?1, ?2, ?3) \
                 ON CONFLICT(stock, account) DO UPDATE SET pieces = ?3",
                (stock.name(), account.name(), books.pieces(stock, account)),
            )?;
        }
        if let Some(uid) = &entry.uid {
            self.blank_moved(uid, entry)?;
        }
        self.run(
            "write the ledger",
            "INSERT INTO ledger(at, stock, source, target, pieces, uid, why, paper, actor) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                at.0,
                stock.name(),
                entry.from.map(Account::name),
                entry.to.name(),
                entry.pieces,
                entry.uid.as_ref().map(|uid| &uid.0),
                &entry.why,
                &entry.paper,
                entry.actor.to_string(),
            ),
        )?;
        let detail = json!({
            "from": entry.from, "to": entry.to, "pieces": entry.pieces, "uid": entry.uid,
            "why": entry.why, "paper": entry.paper,
        });
        self.note(&entry.actor, "BOOKED", stock, detail, at)
    }

    fn sum(&self, stock: Stock, account: Account) -> Result<u64, StoreLost> {
        let doing = "read the books";
        let sum = first(
            &self.reads.connection,
            doing,
            "SELECT pieces FROM account_sum WHERE stock = ?1 AND account = ?2",
            (stock.name(), account.name()),
            |row| row.get(0).map_err(database(doing)),
        )?;
        Ok(sum.unwrap_or(0))
    }

    /// Until it is read at a station a numbered blank lies in an unread stack, and its row may lag behind the
    /// sums. From then on it must be where the entry takes it from.
    fn blank_moved(&self, uid: &BlankUid, entry: &Entry) -> Result<(), StoreLost> {
        if entry.pieces != 1 {
            return Err(damaged(format!("blank {uid} is booked as several pieces")));
        }
        if let Some(blank) = self.reads.blank(uid)? {
            let lags = is_unread(blank.account);
            if blank.stock != entry.stock || !lags && entry.from != Some(blank.account) {
                return Err(damaged(format!(
                    "blank {uid} is in {} of {}, and is booked from elsewhere",
                    blank.account.name(),
                    blank.stock
                )));
            }
        }
        self.run(
            "move a blank",
            "INSERT INTO blank(uid, stock, account) VALUES (?1, ?2, ?3) \
             ON CONFLICT(uid) DO UPDATE SET account = ?3",
            (&uid.0, entry.stock.name(), entry.to.name()),
        )?;
        Ok(())
    }

    fn announced(
        &mut self,
        stock: Stock,
        account: Account,
        uids: &[BlankUid],
    ) -> Result<(), StoreLost> {
        for uid in uids {
            let new = self.run(
                "announce a blank",
                "INSERT INTO blank(uid, stock, account) VALUES (?1, ?2, ?3) \
                 ON CONFLICT(uid) DO NOTHING",
                (&uid.0, stock.name(), account.name()),
            )?;
            if new == 0 {
                return Err(damaged(format!("blank {uid} is announced twice")));
            }
        }
        let ends = uids.first().zip(uids.last());
        let detail = json!({
            "account": account, "pieces": uids.len(),
            "first": ends.map(|(first, _)| first), "last": ends.map(|(_, last)| last),
        });
        self.note(
            &Actor::Spooler,
            "BLANKS_ANNOUNCED",
            stock,
            detail,
            self.newest_at,
        )
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

/// In a stack whose blanks nobody has read.
fn is_unread(account: Account) -> bool {
    match account {
        Account::InTransit | Account::InStore | Account::InRoom | Account::Loaded => true,
        Account::InWork
        | Account::Sought
        | Account::Personalized
        | Account::Spoiled
        | Account::Test
        | Account::Missing
        | Account::Lent
        | Account::Returned => false,
    }
}

/// A blank that was given away, spent or lost must not turn up at a chip station.
fn can_be_at_a_station(account: Account) -> bool {
    is_unread(account) || account == Account::InWork
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
