//! Jobs and attempts, written.

use rusqlite::OptionalExtension;
use serde_json::json;

use super::SqliteStore;
use super::sql::{damaged, database, first, json, product_name, reason_name};
use crate::domain::ids::{Actor, At, JobId};
use crate::domain::job::JobState;
use crate::engine::store::seal::{Canonical, masked_nik};
use crate::engine::store::{
    Accepted, Attempt, AttemptEntry, NewJob, Outcome, StoreLost, StoreRead,
};

/// The code of a job that is refused because another one is open.
const ALREADY_OPEN: &str = "REJECTED_ALREADY_OPEN";

impl SqliteStore {
    pub(super) fn accepted(
        &mut self,
        new: &NewJob,
        at: At,
        actor: &Actor,
    ) -> Result<Accepted, StoreLost> {
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
            None => Accepted::New {
                job: id,
                state: new.state.clone(),
            },
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

    pub(super) fn moved(
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

    pub(super) fn attempt_opened(&mut self, attempt: &Attempt, at: At) -> Result<u64, StoreLost> {
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
        if let Some(uid) = &attempt.uid {
            self.run(
                "bind a blank",
                "UPDATE blank SET attempt = ?2 WHERE uid = ?1",
                (&uid.0, id),
            )?;
        }
        let detail = json!({
            "attempt": id, "printer": attempt.printer, "run": attempt.run,
            "baseline": attempt.baseline, "chip": attempt.chip, "hold": attempt.hold,
            "duplex": attempt.duplex, "ribbon": attempt.ribbon, "panels": attempt.panels_ordered,
        });
        self.note(&Actor::Spooler, "ATTEMPT_OPENED", job, detail, at)?;
        Ok(id)
    }

    /// The job of an attempt, whether it is still open, and its blank.
    pub(super) fn attempt_of(&self, id: u64) -> Result<(JobId, bool, Option<String>), StoreLost> {
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

    pub(super) fn attempt_noted(
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

    pub(super) fn attempt_closed(
        &mut self,
        id: u64,
        outcome: Outcome,
        at: At,
    ) -> Result<(), StoreLost> {
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
}
