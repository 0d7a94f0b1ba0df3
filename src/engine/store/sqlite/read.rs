//! The reading side: the same queries for the writer and for readers beside it.

use std::collections::BTreeMap;
use std::path::Path;

use cetak_drivers::contract::BlankUid;
use jiff::civil::Date;
use rusqlite::{Connection, Row};

use super::schema::{self, Found};
use super::sql::{
    actor_named, damaged, database, every, first, parsed, product_name, product_named,
    reason_named, stock_named,
};
use super::{READING, cannot, looked};
use crate::domain::blank::{Account, Books, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, RoomCode};
use crate::domain::record::CardProduct;
use crate::engine::store::journal;
use crate::engine::store::open_error::StoreOpenError;
use crate::engine::store::seal::{Seal, StoreKey};
use crate::engine::store::{
    Attempt, BlankRow, Identity, JobFilter, JobRow, JournalEntry, Outcome, Payload, PrinterRow,
    Proposal, Report, StoreLost, StoreRead,
};

/// A connection that only reads. `Send`; one thread at a time.
pub struct SqliteReader {
    pub(in crate::engine::store) connection: Connection,
    pub(super) seal: Seal,
    pub(super) identity: Identity,
}

impl std::fmt::Debug for SqliteReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SqliteReader({:?})", self.identity)
    }
}

const JOB_COLUMNS: &str = "number, epoch, key, product, reason, state_detail, class, nik_masked, \
                           attempts, not_before, accepted_at, moved_at";
/// The queue's index ends in product, class and date; behind equal ones come the numbers in order.
pub(super) const NEXT_CLASS: &str = "SELECT class FROM job \
    WHERE state = 'queued' AND product = ?1 AND class > ?2 ORDER BY class LIMIT 1";
pub(super) const NEXT_DATE: &str = "SELECT not_before FROM job \
    WHERE state = 'queued' AND product = ?1 AND class = ?2 AND not_before >= ?3 \
    AND not_before <= ?4 ORDER BY not_before LIMIT 1";
pub(super) const OLDEST: &str = "state = 'queued' AND product = ?1 AND class = ?2 \
    AND not_before = ?3 ORDER BY number LIMIT ?4";
pub(super) const PAGE: &str = "number > ?1 ORDER BY number LIMIT ?2";
pub(super) const PAGE_OF_STATE: &str = "number > ?1 AND state = ?3 ORDER BY number LIMIT ?2";
/// Without the name of the index the order by id would walk all attempts that ever were.
pub(super) const OPEN_ATTEMPTS: &str = "attempt a INDEXED BY attempt_open_job \
    JOIN job j ON j.number = a.job WHERE a.outcome IS NULL ORDER BY a.id";
pub(super) const ATTEMPTS_OF_JOB: &str = "attempt a JOIN job j ON j.number = a.job \
    WHERE a.job = ?1 AND j.epoch = ?2 ORDER BY a.id";
const ATTEMPT_COLUMNS: &str = "a.id, a.job, j.epoch, a.printer, a.run, a.baseline, a.chip, \
                               a.hold, a.duplex, a.ribbon, a.uid, a.panels_ordered, a.outcome, \
                               coalesce((SELECT max(e.at) FROM attempt_entry e WHERE e.attempt = a.id), a.opened_at)";

impl SqliteReader {
    /// Opens a store for reading only, whether a spooler runs or not: `doctor`, `report`.
    ///
    /// Errors: [`StoreOpenError`].
    pub fn open(path: &Path, key: &StoreKey) -> Result<SqliteReader, StoreOpenError> {
        SqliteReader::beside(path, Seal::new(key))
    }

    pub(super) fn beside(path: &Path, seal: Seal) -> Result<SqliteReader, StoreOpenError> {
        if !path.exists() {
            return Err(StoreOpenError::Missing { path: path.into() });
        }
        let connection =
            Connection::open_with_flags(path, READING).map_err(cannot(path, "open"))?;
        let known = u32::try_from(schema::MIGRATIONS.len()).expect("a handful of schemas");
        match looked(&connection, path)? {
            Found::Store(found) if found == known => {}
            Found::Store(found) if found > known => {
                return Err(StoreOpenError::Newer {
                    path: path.into(),
                    found,
                    known,
                });
            }
            Found::Store(_) | Found::Unborn => {
                return Err(StoreOpenError::Missing { path: path.into() });
            }
            Found::Foreign => return Err(StoreOpenError::NotAStore { path: path.into() }),
        }
        schema::settle_reader(&connection).map_err(cannot(path, "set up"))?;
        SqliteReader::with(connection, path, seal)
    }

    pub(super) fn of(
        connection: Connection,
        path: &Path,
        key: &StoreKey,
    ) -> Result<SqliteReader, StoreOpenError> {
        SqliteReader::with(connection, path, Seal::new(key))
    }

    fn with(
        connection: Connection,
        path: &Path,
        seal: Seal,
    ) -> Result<SqliteReader, StoreOpenError> {
        let lost = |cause: StoreLost| StoreOpenError::Database {
            path: path.into(),
            doing: "read the identity of",
            cause: cause.into(),
        };
        let meta = every(
            &connection,
            "read the identity",
            "SELECT name, value FROM meta",
            [],
            |row| Ok((text(row, 0)?, text(row, 1)?)),
        )
        .map_err(lost)?;
        let meta: BTreeMap<String, String> = meta.into_iter().collect();
        if meta.get("key_check") != Some(&seal.check()) {
            return Err(StoreOpenError::KeyWrong { path: path.into() });
        }
        let identity = identity(&meta).ok_or_else(|| lost(damaged("the identity")))?;
        Ok(SqliteReader {
            connection,
            seal,
            identity,
        })
    }

    /// Copies the store, as it is at this moment, into one file; the writer goes on meanwhile. The key is not in
    /// it and must be kept apart.
    ///
    /// Errors: [`StoreOpenError::CannotWrite`], `Database`.
    pub fn back_up(&self, to: &Path) -> Result<(), StoreOpenError> {
        schema::back_up(&self.connection, to)
    }

    /// Compares every sum with the rows it sums up: `doctor`, tests. A scan, never on the way of a job.
    ///
    /// Errors: [`StoreLost::Damaged`] names the first sum that does not hold (`S1`).
    pub fn audit(&self) -> Result<(), StoreLost> {
        let differs = |what: &str, sql: &str| match first(
            &self.connection,
            "audit the sums",
            sql,
            [],
            |row| text(row, 0),
        )? {
            None => Ok(()),
            Some(name) => Err(damaged(format!("{what} {name} differs from its rows"))),
        };
        differs(
            "the count of jobs",
            "SELECT state FROM (
               SELECT state, count(*) AS n FROM job GROUP BY state
               UNION ALL SELECT state, -jobs FROM tally)
             GROUP BY state HAVING sum(n) <> 0 LIMIT 1",
        )?;
        differs(
            "the sum of",
            "SELECT stock || ' ' || account FROM (
               SELECT stock, target AS account, pieces AS n FROM ledger
               UNION ALL SELECT stock, source, -pieces FROM ledger WHERE source IS NOT NULL
               UNION ALL SELECT stock, account, -pieces FROM account_sum)
             GROUP BY stock, account HAVING sum(n) <> 0 LIMIT 1",
        )
    }

    fn job_id(&self, number: u64, epoch: u32) -> JobId {
        JobId {
            room: self.identity.room,
            epoch,
            number,
        }
    }

    fn job_row(&self, row: &Row<'_>) -> Result<JobRow, StoreLost> {
        let id = self.job_id(value(row, 0)?, value(row, 1)?);
        let not_before = text(row, 9)?;
        Ok(JobRow {
            id,
            key: text(row, 2)?,
            product: product_named(&text(row, 3)?)?,
            reason: reason_named(&text(row, 4)?)?,
            state: parsed(&text(row, 5)?, "a job's state")?,
            class: value(row, 6)?,
            nik_masked: text(row, 7)?,
            attempts: value(row, 8)?,
            not_before: match not_before.as_str() {
                "" => None,
                date => Some(date.parse().map_err(|_| damaged("a job's date"))?),
            },
            accepted_at: At(value(row, 10)?),
            moved_at: At(value(row, 11)?),
        })
    }

    fn attempt_row(&self, row: &Row<'_>) -> Result<(Attempt, Option<Outcome>), StoreLost> {
        let outcome: Option<String> = value(row, 12)?;
        let attempt = Attempt {
            id: value(row, 0)?,
            job: self.job_id(value(row, 1)?, value(row, 2)?),
            printer: PrinterId(text(row, 3)?),
            run: text(row, 4)?,
            baseline: parsed(&text(row, 5)?, "an attempt's baseline")?,
            chip: value(row, 6)?,
            hold: value(row, 7)?,
            duplex: value(row, 8)?,
            ribbon: parsed(&text(row, 9)?, "an attempt's ribbon")?,
            uid: value::<Option<String>>(row, 10)?.map(BlankUid),
            panels_ordered: value(row, 11)?,
            noted_at: At(value(row, 13)?),
            entries: Vec::new(),
        };
        let outcome = outcome
            .map(|name| parsed(&name, "an attempt's outcome"))
            .transpose()?;
        Ok((attempt, outcome))
    }

    fn with_entries(&self, mut attempt: Attempt) -> Result<Attempt, StoreLost> {
        attempt.entries = every(
            &self.connection,
            "read an attempt's entries",
            "SELECT entry FROM attempt_entry WHERE attempt = ?1 ORDER BY n",
            [attempt.id],
            |row| parsed(&text(row, 0)?, "an attempt's entry"),
        )?;
        Ok(attempt)
    }

    fn attempts_from(
        &self,
        tables: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<(Attempt, Option<Outcome>)>, StoreLost> {
        let sql = format!("SELECT {ATTEMPT_COLUMNS} FROM {tables}");
        let attempts = every(&self.connection, "read attempts", &sql, params, |row| {
            self.attempt_row(row)
        })?;
        attempts
            .into_iter()
            .map(|(attempt, outcome)| Ok((self.with_entries(attempt)?, outcome)))
            .collect()
    }

    fn blank_row(&self, row: &Row<'_>) -> Result<BlankRow, StoreLost> {
        let job: Option<u64> = value(row, 3)?;
        let epoch: Option<u32> = value(row, 4)?;
        Ok(BlankRow {
            uid: BlankUid(text(row, 0)?),
            stock: stock_named(&text(row, 1)?)?,
            account: account_named(&text(row, 2)?)?,
            job: job
                .zip(epoch)
                .map(|(number, epoch)| self.job_id(number, epoch)),
        })
    }

    /// The lowest class above `above` that has queued jobs of this product.
    fn class_after(&self, product: CardProduct, above: i64) -> Result<Option<i64>, StoreLost> {
        first(
            &self.connection,
            "find the next class",
            NEXT_CLASS,
            (product_name(product), above),
            |row| value(row, 0),
        )
    }

    /// The first date from `from` up to `today` under which jobs of this product and class are queued. The empty
    /// text, first in order, stands for jobs without a date.
    fn date_from(
        &self,
        product: CardProduct,
        class: i64,
        from: &str,
        today: &str,
    ) -> Result<Option<String>, StoreLost> {
        first(
            &self.connection,
            "find the next date",
            NEXT_DATE,
            (product_name(product), class, from, today),
            |row| text(row, 0),
        )
    }

    /// The oldest jobs of one product, class and date. The three are equalities on the index: its order is then
    /// the order of acceptance.
    fn oldest(
        &self,
        product: CardProduct,
        class: i64,
        date: &str,
        limit: usize,
    ) -> Result<Vec<JobRow>, StoreLost> {
        self.jobs_where(OLDEST, (product_name(product), class, date, limit))
    }

    fn jobs_where(
        &self,
        condition: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<JobRow>, StoreLost> {
        let sql = format!("SELECT {JOB_COLUMNS} FROM job WHERE {condition}");
        every(&self.connection, "list jobs", &sql, params, |row| {
            self.job_row(row)
        })
    }
}

impl StoreRead for SqliteReader {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreLost> {
        if id.room != self.identity.room {
            return Ok(None);
        }
        first(
            &self.connection,
            "read a job",
            &format!("SELECT {JOB_COLUMNS} FROM job WHERE number = ?1 AND epoch = ?2"),
            (id.number, id.epoch),
            |row| self.job_row(row),
        )
    }

    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRow>, StoreLost> {
        let after = filter.after.unwrap_or(0);
        match &filter.state {
            Some(state) => self.jobs_where(PAGE_OF_STATE, (after, filter.limit, state)),
            None => self.jobs_where(PAGE, (after, filter.limit)),
        }
    }

    fn job_counts(&self) -> Result<BTreeMap<String, u64>, StoreLost> {
        let counts = every(
            &self.connection,
            "read the counts of jobs",
            "SELECT state, jobs FROM tally WHERE jobs > 0",
            [],
            |row| Ok((text(row, 0)?, value(row, 1)?)),
        )?;
        Ok(counts.into_iter().collect())
    }

    fn candidates(
        &self,
        products: &[CardProduct],
        today: Date,
        limit: usize,
    ) -> Result<Vec<JobRow>, StoreLost> {
        let today = today.to_string();
        let mut found = Vec::new();
        let mut above = -1;
        // Walks from one index entry to the next distinct one: the cost grows with classes and ripe dates,
        // never with the jobs behind them.
        while found.len() < limit {
            let mut next: Option<i64> = None;
            for product in products {
                let class = self.class_after(*product, above)?;
                next = next.into_iter().chain(class).min();
            }
            let Some(class) = next else { break };
            let wanted = limit - found.len();
            let mut of_class = Vec::new();
            for product in products {
                let mut from = String::new();
                while let Some(date) = self.date_from(*product, class, &from, &today)? {
                    of_class.extend(self.oldest(*product, class, &date, wanted)?);
                    // Behind this date, before any other: no date has a character below '!'.
                    from = date + "!";
                }
            }
            of_class.sort_by_key(|job| job.id.number);
            of_class.dedup_by_key(|job| job.id.number);
            of_class.truncate(wanted);
            found.append(&mut of_class);
            above = class;
        }
        Ok(found)
    }

    fn payload(&self, id: JobId) -> Result<Option<Payload>, StoreLost> {
        if self.job(id)?.is_none() {
            return Ok(None);
        }
        first(
            &self.connection,
            "read a payload",
            "SELECT sealed FROM payload WHERE job = ?1",
            [id.number],
            |row| {
                let sealed = row
                    .get_ref(0)
                    .map_err(database("read a payload"))?
                    .as_blob()
                    .map_err(|_| damaged(format!("the sealed payload of {id}")))?;
                self.seal.open(id, sealed)
            },
        )
    }

    fn open_attempts(&self) -> Result<Vec<Attempt>, StoreLost> {
        let open = self.attempts_from(OPEN_ATTEMPTS, [])?;
        Ok(open.into_iter().map(|(attempt, _)| attempt).collect())
    }

    fn attempts(&self, job: JobId) -> Result<Vec<(Attempt, Option<Outcome>)>, StoreLost> {
        if job.room != self.identity.room {
            return Ok(Vec::new());
        }
        self.attempts_from(ATTEMPTS_OF_JOB, (job.number, job.epoch))
    }

    fn books(&self) -> Result<Books, StoreLost> {
        let sums = every(
            &self.connection,
            "read the books",
            "SELECT stock, account, pieces FROM account_sum",
            [],
            |row| {
                Ok((
                    stock_named(&text(row, 0)?)?,
                    account_named(&text(row, 1)?)?,
                    value::<u64>(row, 2)?,
                ))
            },
        )?;
        let mut books = Books::default();
        for (stock, account, pieces) in sums {
            add_pieces(&mut books, stock, account, pieces)?;
        }
        Ok(books)
    }

    fn blank(&self, uid: &BlankUid) -> Result<Option<BlankRow>, StoreLost> {
        first(
            &self.connection,
            "read a blank",
            "SELECT b.uid, b.stock, b.account, b.job, j.epoch \
             FROM blank b LEFT JOIN job j ON j.number = b.job WHERE b.uid = ?1",
            [&uid.0],
            |row| self.blank_row(row),
        )
    }

    fn encoded_blank(&self, job: JobId) -> Result<Option<BlankRow>, StoreLost> {
        first(
            &self.connection,
            "read an encoded blank",
            "SELECT b.uid, b.stock, b.account, b.job, j.epoch \
             FROM blank b JOIN job j ON j.number = b.job \
             WHERE b.job = ?1 AND b.account IN ('in_room', 'loaded')",
            [job.number],
            |row| self.blank_row(row),
        )
    }

    fn blanks(&self) -> Result<Vec<BlankRow>, StoreLost> {
        every(
            &self.connection,
            "list blanks",
            "SELECT b.uid, b.stock, b.account, b.job, j.epoch \
             FROM blank b LEFT JOIN job j ON j.number = b.job ORDER BY b.uid",
            [],
            |row| self.blank_row(row),
        )
    }

    fn printer(&self, id: &PrinterId) -> Result<Option<PrinterRow>, StoreLost> {
        first(
            &self.connection,
            "read a printer",
            "SELECT remembered FROM printer WHERE id = ?1",
            [&id.0],
            |row| parsed(&text(row, 0)?, "what is remembered of a printer"),
        )
    }

    fn proposals(&self) -> Result<Vec<Proposal>, StoreLost> {
        every(
            &self.connection,
            "list proposals",
            "SELECT id, action, by, at FROM proposal ORDER BY id",
            [],
            |row| {
                Ok(Proposal {
                    id: value(row, 0)?,
                    action: parsed(&text(row, 1)?, "a proposal's action")?,
                    by: actor_named(&text(row, 2)?)?,
                    at: At(value(row, 3)?),
                })
            },
        )
    }

    fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreLost> {
        every(
            &self.connection,
            "read the journal",
            "SELECT seq, at, actor, what, subject, detail FROM journal WHERE seq > ?1 \
             ORDER BY seq LIMIT ?2",
            (after, limit),
            |row| {
                Ok(JournalEntry {
                    seq: value(row, 0)?,
                    at: At(value(row, 1)?),
                    actor: actor_named(&text(row, 2)?)?,
                    what: text(row, 3)?,
                    subject: text(row, 4)?,
                    detail: parsed(&text(row, 5)?, "a journal entry's detail")?,
                })
            },
        )
    }

    fn verify_journal(&self) -> Result<u64, StoreLost> {
        journal::verify(&self.connection, &self.identity)
    }

    fn outbox(&self) -> Result<Vec<Report>, StoreLost> {
        every(
            &self.connection,
            "read the outbox",
            "SELECT key, what, uid FROM outbox ORDER BY n",
            [],
            |row| {
                let uid = text(row, 2)?;
                Ok(Report {
                    key: text(row, 0)?,
                    what: text(row, 1)?,
                    uid: (!uid.is_empty()).then_some(BlankUid(uid)),
                })
            },
        )
    }
}

/// Puts a stored sum into books, whose one rule of adding stays the domain's.
pub(super) fn add_pieces(
    books: &mut Books,
    stock: crate::domain::ids::Stock,
    account: Account,
    pieces: u64,
) -> Result<(), StoreLost> {
    let mut left = pieces;
    while left > 0 {
        let part = u32::try_from(left).unwrap_or(u32::MAX);
        books.add(&Entry {
            stock,
            from: None,
            to: account,
            pieces: part,
            uid: None,
            why: String::new(),
            paper: None,
            actor: Actor::Spooler,
        })?;
        left -= u64::from(part);
    }
    Ok(())
}

fn account_named(name: &str) -> Result<Account, StoreLost> {
    Account::named(name).ok_or_else(|| damaged("an account's name is unknown"))
}

fn identity(meta: &BTreeMap<String, String>) -> Option<Identity> {
    let room: RoomCode = meta.get("room")?.parse().ok()?;
    Some(Identity {
        room,
        epoch: meta.get("epoch")?.parse().ok()?,
        training: match meta.get("training")?.as_str() {
            "1" => true,
            "0" => false,
            _ => return None,
        },
    })
}

fn value<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreLost> {
    row.get(column).map_err(database("read a column"))
}

fn text(row: &Row<'_>, column: usize) -> Result<String, StoreLost> {
    value(row, column)
}
