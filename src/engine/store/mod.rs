//! The store speaks in what happened to jobs, attempts, blanks and printers, never in tables.
//!
//! The spooler opens one transaction a turn, does all that the turn decided, and commits; effects leave
//! only after that. Reads inside a turn see its own writes. A failed commit ends the program: a sync is
//! never tried again.

use std::fmt;

use cetak_drivers::contract::{BlankUid, Evidence, Fault, Point, Ribbon};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::blank::{Account, Books, BooksRefuse, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, RoomCode, Stock};
use crate::domain::job::JobState;
use crate::domain::record::{CardProduct, Reason, Record};

#[cfg(feature = "sims")]
pub mod crash;
mod delegate;
mod journal;
mod lock;
mod open_error;
mod seal;
pub mod sqlite;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod testbench;

pub use journal::JournalHead;
pub use open_error::StoreOpenError;
pub use seal::StoreKey;
pub use sqlite::{SqliteReader, SqliteStore};

/// Why the store cannot go on. The program stops on any of them.
#[derive(Debug, thiserror::Error)]
pub enum StoreLost {
    /// The database said no.
    #[error("the store failed while it should {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Its word.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What is stored contradicts itself.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// Which part, without personal data.
        what: String,
    },
    /// A booking that the books refuse: a defect of ours, never carried on with.
    #[error("the books refuse an entry")]
    Books(#[from] BooksRefuse),
}

/// What a store is, for life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The room.
    #[serde(with = "room_as_text")]
    pub room: RoomCode,
    /// Raised by each restore of a backup.
    pub epoch: u32,
    /// A training store takes only specimen people, simulated printers and scaled clocks.
    pub training: bool,
}

mod room_as_text {
    use super::RoomCode;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(room: &RoomCode, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(room)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<RoomCode, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A job to be accepted: validated, its first state decided by the rules. Personal data: its `Debug` shows none.
#[derive(Clone)]
pub struct NewJob {
    /// The record; sealed with the photo as one payload.
    pub record: Record,
    /// The photo's bytes.
    pub photo: Option<Vec<u8>>,
    /// `Queued`, `Held` or `Rejected`.
    pub state: JobState,
    /// Rank of its class: smaller is printed earlier.
    pub class: u8,
}

impl fmt::Debug for NewJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewJob({:?}, {})", self.record, self.state.name())
    }
}

/// What became of an accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// A new job.
    New {
        /// The job.
        job: JobId,
        /// In the state that the rules gave it.
        state: JobState,
    },
    /// The same key with the same body: harmless.
    Same(JobId),
    /// The same key with another body.
    Conflict(JobId),
    /// Another open job of this person and product: the new one is stored as `Rejected`
    /// with `REJECTED_ALREADY_OPEN`.
    OpenAlready {
        /// The new job, rejected.
        job: JobId,
        /// The one that is open.
        open: JobId,
    },
}

/// A job as the spooler sees it: no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// The client's key.
    pub key: String,
    /// The product.
    pub product: CardProduct,
    /// Why it was asked for.
    pub reason: Reason,
    /// Where it stands.
    pub state: JobState,
    /// Rank of its class.
    pub class: u8,
    /// `2172********0007`.
    pub nik_masked: String,
    /// Attempts begun.
    pub attempts: u32,
    /// Not before this local date.
    pub not_before: Option<Date>,
    /// When it was accepted.
    pub accepted_at: At,
    /// When it last moved.
    pub moved_at: At,
}

impl JobRow {
    /// Nobody's card: a technician judges a printer by it.
    pub fn is_test_card(&self) -> bool {
        self.reason == Reason::TestCard
    }
}

/// What a card is drawn from. Personal data: its `Debug` shows none.
#[derive(Clone)]
pub struct Payload {
    /// The record.
    pub record: Record,
    /// The photo's bytes.
    pub photo: Option<Vec<u8>>,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let photo = self.photo.as_ref().map_or(0, Vec::len);
        write!(f, "Payload({:?}, photo {photo} bytes)", self.record)
    }
}

/// One attempt at a card: from the feed's intent until its card's fate is known and the path is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its number in the store.
    pub id: u64,
    /// The job.
    pub job: JobId,
    /// The printer.
    pub printer: PrinterId,
    /// Our run that opened it (host boot and process).
    pub run: String,
    /// The evidence the card started from.
    pub baseline: Evidence,
    /// A chip is written in line.
    pub chip: bool,
    /// Hold was ordered.
    pub hold: bool,
    /// Both sides are printed.
    pub duplex: bool,
    /// The ribbon.
    pub ribbon: Ribbon,
    /// The blank's number, once bound.
    pub uid: Option<BlankUid>,
    /// Panels ordered at most.
    pub panels_ordered: u64,
    /// When its last entry was committed.
    pub noted_at: At,
    /// What was committed about it, in order.
    pub entries: Vec<AttemptEntry>,
}

/// One committed entry of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEntry {
    /// A point of the card's way: intents and answers.
    Point(Point),
    /// A fault that was heard.
    Heard(Fault),
    /// The lid was seen open.
    LidOpened,
    /// After a doubt: that we shall ask, before we ask (an attention comes only once).
    Listening,
    /// What `Listen` or `Examine` found.
    Found(Evidence),
    /// A verdict, by its name and reason.
    Ruled(String, String),
    /// An error was cleared by command.
    Cleared,
    /// The printer was seen going off and answering again: nothing waits in its memory.
    Restarted,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No blank left the hopper.
    NotFed,
    /// A card exists.
    Printed,
    /// The blank is spoiled.
    Spoiled,
    /// The blank is being looked for.
    Sought,
}

/// What the store remembers of a printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterRow {
    /// Its name.
    pub id: PrinterId,
    /// Why and by whom it is paused; `None`: in service. Survives a restart.
    pub paused: Option<Pause>,
    /// What its hopper holds by the books.
    pub hopper: Option<Hopper>,
    /// Evidence of its last committed answer: a new baseline must agree with it.
    pub last_evidence: Option<Evidence>,
    /// Panels a whole card adds, proved, by ribbon and mode (`ymcko/simplex`).
    pub panels_proved: std::collections::BTreeMap<String, PanelProof>,
    /// Cards printed and spoiled since the store began.
    pub good: u64,
    /// Spoiled blanks since the store began.
    pub spoiled: u64,
    /// Verdicts "sought" in a row.
    pub sought_in_a_row: u32,
    /// A doubt about the printer itself, not about a job (a card was counted while nobody asked).
    pub doubt: Option<String>,
    /// Measured milliseconds a card, moving mean; `None` until one was made.
    pub ms_per_card: Option<u64>,
    /// The port that it was last fed at.
    #[serde(default)]
    pub port: Option<String>,
    /// It found its hopper empty and cannot tell when it is filled: it waits for a person's word.
    #[serde(default)]
    pub refill_due: bool,
    /// A person ordered single-card mode: one blank at a time, laid in by a hand that saw the path empty.
    #[serde(default)]
    pub single_card: bool,
    /// The one blank in its hopper, in single-card mode.
    #[serde(default)]
    pub laid: Option<Laid>,
}

/// One blank that a person laid into an empty printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    /// The job whose chip is on it and its number; `None`: any job's, unread.
    pub encoded: Option<(JobId, BlankUid)>,
    /// A person has seen the path empty and said so since it was last to be fed.
    pub confirmed: bool,
}

/// A pause set by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub at: At,
    /// A technician has the printer, and its link: the spooler has let go of both.
    #[serde(default)]
    pub maintenance: bool,
}

/// A hopper by the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hopper {
    /// Which blanks.
    pub stock: Stock,
    /// How many, unread.
    pub pieces: u32,
}

/// How well it is proved what a whole card adds to the panel counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelProof {
    /// Panels counted by each of the last clean cards.
    pub panels: u64,
    /// Clean cards in a row that agreed.
    pub cards: u32,
}

/// An action that needs two people, made by the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its number.
    pub id: u64,
    /// What shall be done, as the spooler's command in JSON.
    pub action: serde_json::Value,
    /// Who proposed it.
    pub by: Actor,
    /// When.
    pub at: At,
}

/// One entry of the journal: who, what, when; codes and numbers, no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// When.
    pub at: At,
    /// Who.
    pub actor: Actor,
    /// What, as a code.
    pub what: String,
    /// Its subject: a job id, a printer id, a stock.
    pub subject: String,
    /// Parameters.
    pub detail: serde_json::Value,
}

/// A journal entry to be written.
#[derive(Debug, Clone)]
pub struct NewJournalEntry {
    /// Who.
    pub actor: Actor,
    /// What, as a code (`JOB_MOVED`, `INTENT`, `VERDICT`, `BOOKED`, `SETTLED`, `PAUSED` ...).
    pub what: &'static str,
    /// Its subject.
    pub subject: String,
    /// Parameters.
    pub detail: serde_json::Value,
}

/// A message for the centre, delivered at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Room, epoch, number and attempt: makes a repeat harmless.
    pub key: String,
    /// `printed` or `void`.
    pub what: String,
    /// The chip number, where there is one.
    pub uid: Option<BlankUid>,
}

/// What is known of one blank by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlankRow {
    /// Its number.
    pub uid: BlankUid,
    /// Its stock.
    pub stock: Stock,
    /// Where it is.
    pub account: Account,
    /// The job it was bound to; a number is bound once in its life.
    pub job: Option<JobId>,
}

/// A page of the queue.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only jobs in this state (by name).
    pub state: Option<String>,
    /// Only jobs behind this number.
    pub after: Option<u64>,
    /// At most this many.
    pub limit: usize,
}

/// What can be asked of a store, also beside the writer.
pub trait StoreRead {
    /// What it is.
    fn identity(&self) -> Identity;
    /// One job.
    fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreLost>;
    /// A page of jobs by number.
    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRow>, StoreLost>;
    /// How many jobs are in each state (by name).
    fn job_counts(&self) -> Result<std::collections::BTreeMap<String, u64>, StoreLost>;
    /// Best first: queued jobs of these products that may be printed on `today`; indexed, never a scan.
    fn candidates(
        &self,
        products: &[CardProduct],
        today: Date,
        limit: usize,
    ) -> Result<Vec<JobRow>, StoreLost>;
    /// Record and photo of a job; `None` once erased.
    fn payload(&self, id: JobId) -> Result<Option<Payload>, StoreLost>;
    /// Attempts without an end, with their entries.
    fn open_attempts(&self) -> Result<Vec<Attempt>, StoreLost>;
    /// All attempts of a job, with their entries and outcome.
    fn attempts(&self, job: JobId) -> Result<Vec<(Attempt, Option<Outcome>)>, StoreLost>;
    /// The sums of all accounts.
    fn books(&self) -> Result<Books, StoreLost>;
    /// One blank by number.
    fn blank(&self, uid: &BlankUid) -> Result<Option<BlankRow>, StoreLost>;
    /// The blank that was encoded for this job by hand and is not taken yet: in the room, or laid into a printer.
    fn encoded_blank(&self, job: JobId) -> Result<Option<BlankRow>, StoreLost>;
    /// All blanks with a number.
    fn blanks(&self) -> Result<Vec<BlankRow>, StoreLost>;
    /// One printer; `None` where nothing is remembered yet.
    fn printer(&self, id: &PrinterId) -> Result<Option<PrinterRow>, StoreLost>;
    /// Proposals that wait for their second person.
    fn proposals(&self) -> Result<Vec<Proposal>, StoreLost>;
    /// Journal entries with `seq > after`, oldest first.
    fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreLost>;
    /// Walks the journal's hash chain from the first entry. `Ok(n)`: n entries hold; `Damaged` names the first that does not.
    fn verify_journal(&self) -> Result<u64, StoreLost>;
    /// Reports not yet delivered.
    fn outbox(&self) -> Result<Vec<Report>, StoreLost>;
}

/// The writer's side. One transaction a turn.
pub trait Store: StoreRead {
    /// Opens the turn's transaction.
    fn begin(&mut self) -> Result<(), StoreLost>;
    /// Makes the turn durable. An error ends the program.
    fn commit(&mut self) -> Result<(), StoreLost>;
    /// Accepts a job, idempotent by its key.
    fn accept(&mut self, new: &NewJob, at: At, actor: &Actor) -> Result<Accepted, StoreLost>;
    /// Stores a job's new state and journals the move.
    fn move_job(
        &mut self,
        id: JobId,
        state: &JobState,
        at: At,
        actor: &Actor,
    ) -> Result<(), StoreLost>;
    /// Opens an attempt (its id and entries are ignored), counts it on the job; returns its id. Its blank, where it
    /// names one, is bound to it.
    fn open_attempt(&mut self, attempt: &Attempt, at: At) -> Result<u64, StoreLost>;
    /// Adds an entry to an attempt.
    fn note_attempt(&mut self, attempt: u64, entry: &AttemptEntry, at: At)
    -> Result<(), StoreLost>;
    /// Binds a blank's number to an attempt and its job. `Ok(false)`: the number was bound to another attempt before.
    fn bind_blank(
        &mut self,
        attempt: u64,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
    ) -> Result<bool, StoreLost>;
    /// Binds a blank of the room to a job whose chip was written on it by hand. `Ok(false)`: the number was bound
    /// before, or the blank is elsewhere or of another stock.
    fn bind_encoded(
        &mut self,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
        actor: &Actor,
    ) -> Result<bool, StoreLost>;
    /// Ends an attempt.
    fn close_attempt(&mut self, attempt: u64, outcome: Outcome, at: At) -> Result<(), StoreLost>;
    /// Books an entry: ledger, sums, and the blank's own row where it has a number.
    fn book(&mut self, entry: &Entry, at: At) -> Result<(), StoreLost>;
    /// Announces numbers of a batch: they are then known and `in_transit`/`in_store` as booked.
    fn announce_blanks(
        &mut self,
        stock: Stock,
        account: Account,
        uids: &[BlankUid],
    ) -> Result<(), StoreLost>;
    /// Stores what is remembered of a printer.
    fn save_printer(&mut self, row: &PrinterRow) -> Result<(), StoreLost>;
    /// Stores a proposal (its id is ignored); returns its id.
    fn propose(&mut self, proposal: &Proposal) -> Result<u64, StoreLost>;
    /// Takes a proposal away.
    fn end_proposal(&mut self, id: u64) -> Result<(), StoreLost>;
    /// Appends to the journal.
    fn write_journal(&mut self, entry: &NewJournalEntry, at: At) -> Result<(), StoreLost>;
    /// Queues a report for the centre.
    fn report(&mut self, report: &Report) -> Result<(), StoreLost>;
    /// Erases the sealed payload of a job.
    fn erase_payload(&mut self, id: JobId) -> Result<(), StoreLost>;
}
