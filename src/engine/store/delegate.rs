//! Hands every read on to a field: a store that wraps another answers as that one does.

/// Implements `StoreRead` for a type by a field of it.
macro_rules! read_through {
    ([$($generics:tt)*] $owner:ty, $field:ident) => {
        impl<$($generics)*> $crate::engine::store::StoreRead for $owner {
            fn identity(&self) -> $crate::engine::store::Identity {
                self.$field.identity()
            }
            fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreLost> {
                self.$field.job(id)
            }
            fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRow>, StoreLost> {
                self.$field.jobs(filter)
            }
            fn job_counts(&self) -> Result<BTreeMap<String, u64>, StoreLost> {
                self.$field.job_counts()
            }
            fn candidates(
                &self,
                products: &[CardProduct],
                today: Date,
                limit: usize,
            ) -> Result<Vec<JobRow>, StoreLost> {
                self.$field.candidates(products, today, limit)
            }
            fn payload(&self, id: JobId) -> Result<Option<Payload>, StoreLost> {
                self.$field.payload(id)
            }
            fn open_attempts(&self) -> Result<Vec<Attempt>, StoreLost> {
                self.$field.open_attempts()
            }
            fn attempts(&self, job: JobId) -> Result<Vec<(Attempt, Option<Outcome>)>, StoreLost> {
                self.$field.attempts(job)
            }
            fn books(&self) -> Result<Books, StoreLost> {
                self.$field.books()
            }
            fn blank(&self, uid: &BlankUid) -> Result<Option<BlankRow>, StoreLost> {
                self.$field.blank(uid)
            }
            fn encoded_blank(&self, job: JobId) -> Result<Option<BlankRow>, StoreLost> {
                self.$field.encoded_blank(job)
            }
            fn blanks(&self) -> Result<Vec<BlankRow>, StoreLost> {
                self.$field.blanks()
            }
            fn printer(&self, id: &PrinterId) -> Result<Option<PrinterRow>, StoreLost> {
                self.$field.printer(id)
            }
            fn proposals(&self) -> Result<Vec<Proposal>, StoreLost> {
                self.$field.proposals()
            }
            fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreLost> {
                self.$field.journal(after, limit)
            }
            fn verify_journal(&self) -> Result<u64, StoreLost> {
                self.$field.verify_journal()
            }
            fn outbox(&self) -> Result<Vec<Report>, StoreLost> {
                self.$field.outbox()
            }
        }
    };
}

use std::collections::BTreeMap;

use cetak_drivers::contract::BlankUid;
use jiff::civil::Date;

#[cfg(feature = "sims")]
use super::Store;
#[cfg(feature = "sims")]
use super::crash::CrashStore;
use super::sqlite::SqliteStore;
use super::{
    Attempt, BlankRow, JobFilter, JobRow, JournalEntry, Outcome, Payload, PrinterRow, Proposal,
    Report, StoreLost,
};
use crate::domain::blank::Books;
use crate::domain::ids::{JobId, PrinterId};
use crate::domain::record::CardProduct;

read_through!([] SqliteStore, reads);
#[cfg(feature = "sims")]
read_through!([S: Store] CrashStore<S>, inner);
