//! A store that loses its power at a chosen commit: rehearsals and tests.

use cetak_drivers::contract::BlankUid;

use super::sqlite::SqliteStore;
use super::{
    Accepted, Attempt, AttemptEntry, NewJob, NewJournalEntry, Outcome, PrinterRow, Proposal,
    Report, Store, StoreLost,
};
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, At, JobId, Stock};
use crate::domain::job::JobState;

/// When the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashPlan {
    /// At this commit, counted from 1.
    pub at_commit: u64,
    /// The commit in flight reached the disk before the power went; its answer never left.
    pub keep: bool,
}

/// What the error of a planned crash carries, so that a rehearsal can tell it from a real loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the power went, as planned")]
pub struct PlannedCrash;

impl PlannedCrash {
    /// Whether this loss was planned.
    pub fn is(lost: &StoreLost) -> bool {
        match lost {
            StoreLost::Database { cause, .. } => cause.is::<PlannedCrash>(),
            StoreLost::Damaged { .. } | StoreLost::Books(_) => false,
        }
    }
}

/// A store that can be opened again after a crash without leaving the process.
pub trait Restart: Store {
    /// Forgets the turn in flight and everything that was kept in variables.
    fn restart(&mut self) -> Result<(), StoreLost>;
}

impl Restart for SqliteStore {
    fn restart(&mut self) -> Result<(), StoreLost> {
        self.start_again()
    }
}

/// What is planted in a store so that a judge must find it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Planted {
    /// A commit is answered before it is durable: only the next turn makes it so.
    pub late: bool,
    /// What is booked in place of an entry.
    pub booked: Option<fn(&Entry) -> Entry>,
}

/// Wraps a store; see [`CrashPlan`]. After the crash everything that writes is refused.
#[derive(Debug)]
pub struct CrashStore<S> {
    pub(super) inner: S,
    plan: Option<CrashPlan>,
    commits: u64,
    crashed: bool,
    planted: Planted,
    owed: bool,
}

impl<S: Store> CrashStore<S> {
    /// Wraps a store; without a plan it never crashes.
    pub fn new(inner: S, plan: Option<CrashPlan>) -> CrashStore<S> {
        CrashStore {
            inner,
            plan,
            commits: 0,
            crashed: false,
            planted: Planted::default(),
            owed: false,
        }
    }

    /// Plans the next crash, or none; commits are counted from this store's beginning.
    pub fn plan(&mut self, plan: Option<CrashPlan>) {
        self.plan = plan;
    }

    /// Plants defects.
    pub fn plant(&mut self, planted: Planted) {
        self.planted = planted;
    }

    /// Commits so far, the one that crashed among them.
    pub fn commits(&self) -> u64 {
        self.commits
    }

    /// Whether the power has gone.
    pub fn crashed(&self) -> bool {
        self.crashed
    }

    /// The power goes at this moment, between two commits; a turn in flight is lost.
    pub fn crash(&mut self) {
        self.crashed = true;
    }

    fn up(&mut self) -> Result<&mut S, StoreLost> {
        if self.crashed {
            return Err(went());
        }
        Ok(&mut self.inner)
    }
}

impl<S: Restart> CrashStore<S> {
    /// Becomes the store as a new process finds it, without a plan.
    pub fn reopen(&mut self) -> Result<(), StoreLost> {
        self.inner.restart()?;
        self.plan = None;
        self.commits = 0;
        self.crashed = false;
        self.owed = false;
        Ok(())
    }

    /// The store as a new process finds it.
    pub fn into_inner(mut self) -> Result<S, StoreLost> {
        self.inner.restart()?;
        Ok(self.inner)
    }
}

fn went() -> StoreLost {
    StoreLost::Database {
        doing: "go on",
        cause: Box::new(PlannedCrash),
    }
}

impl<S: Store> Store for CrashStore<S> {
    fn begin(&mut self) -> Result<(), StoreLost> {
        if std::mem::take(&mut self.owed) {
            self.up()?.commit()?;
        }
        self.up()?.begin()
    }

    fn commit(&mut self) -> Result<(), StoreLost> {
        let plan = self.plan;
        self.up()?;
        self.commits += 1;
        match plan {
            Some(plan) if plan.at_commit == self.commits => {
                if plan.keep {
                    self.inner.commit()?;
                }
                self.crashed = true;
                Err(went())
            }
            Some(_) | None if self.planted.late => {
                self.owed = true;
                Ok(())
            }
            Some(_) | None => self.inner.commit(),
        }
    }

    fn accept(&mut self, new: &NewJob, at: At, actor: &Actor) -> Result<Accepted, StoreLost> {
        self.up()?.accept(new, at, actor)
    }

    fn move_job(
        &mut self,
        id: JobId,
        state: &JobState,
        at: At,
        actor: &Actor,
    ) -> Result<(), StoreLost> {
        self.up()?.move_job(id, state, at, actor)
    }

    fn open_attempt(&mut self, attempt: &Attempt, at: At) -> Result<u64, StoreLost> {
        self.up()?.open_attempt(attempt, at)
    }

    fn note_attempt(
        &mut self,
        attempt: u64,
        entry: &AttemptEntry,
        at: At,
    ) -> Result<(), StoreLost> {
        self.up()?.note_attempt(attempt, entry, at)
    }

    fn bind_blank(
        &mut self,
        attempt: u64,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
    ) -> Result<bool, StoreLost> {
        self.up()?.bind_blank(attempt, job, stock, uid)
    }

    fn bind_encoded(
        &mut self,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
        actor: &Actor,
    ) -> Result<bool, StoreLost> {
        self.up()?.bind_encoded(job, stock, uid, actor)
    }

    fn close_attempt(&mut self, attempt: u64, outcome: Outcome, at: At) -> Result<(), StoreLost> {
        self.up()?.close_attempt(attempt, outcome, at)
    }

    fn book(&mut self, entry: &Entry, at: At) -> Result<(), StoreLost> {
        let entry = match self.planted.booked {
            Some(booked) => booked(entry),
            None => entry.clone(),
        };
        self.up()?.book(&entry, at)
    }

    fn announce_blanks(
        &mut self,
        stock: Stock,
        account: Account,
        uids: &[BlankUid],
    ) -> Result<(), StoreLost> {
        self.up()?.announce_blanks(stock, account, uids)
    }

    fn save_printer(&mut self, row: &PrinterRow) -> Result<(), StoreLost> {
        self.up()?.save_printer(row)
    }

    fn propose(&mut self, proposal: &Proposal) -> Result<u64, StoreLost> {
        self.up()?.propose(proposal)
    }

    fn end_proposal(&mut self, id: u64) -> Result<(), StoreLost> {
        self.up()?.end_proposal(id)
    }

    fn write_journal(&mut self, entry: &NewJournalEntry, at: At) -> Result<(), StoreLost> {
        self.up()?.write_journal(entry, at)
    }

    fn report(&mut self, report: &Report) -> Result<(), StoreLost> {
        self.up()?.report(report)
    }

    fn erase_payload(&mut self, id: JobId) -> Result<(), StoreLost> {
        self.up()?.erase_payload(id)
    }
}
