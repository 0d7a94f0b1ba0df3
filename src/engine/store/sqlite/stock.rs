//! Blanks and books, written.

use cetak_drivers::contract::BlankUid;
use serde_json::json;

use super::SqliteStore;
use super::read::add_pieces;
use super::sql::{damaged, database, first};
use crate::domain::blank::{Account, Books, Entry};
use crate::domain::ids::{Actor, At, JobId, Stock};
use crate::engine::store::{StoreLost, StoreRead};

impl SqliteStore {
    pub(super) fn bound(
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

    pub(super) fn bound_by_hand(
        &mut self,
        job: JobId,
        stock: Stock,
        uid: &BlankUid,
        actor: &Actor,
    ) -> Result<bool, StoreLost> {
        if let Some(blank) = self.reads.blank(uid)?
            && (blank.job.is_some() || blank.stock != stock || !is_unread(blank.account))
        {
            return Ok(false);
        }
        self.run(
            "bind an encoded blank",
            "INSERT INTO blank(uid, stock, account, job) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT(uid) DO UPDATE SET account = ?3, job = ?4",
            (&uid.0, stock.name(), Account::InRoom.name(), job.number),
        )?;
        let detail = json!({ "uid": uid, "stock": stock, "by_hand": true });
        self.note(actor, "BLANK_BOUND", job, detail, self.newest_at)?;
        Ok(true)
    }

    pub(super) fn booked(&mut self, entry: &Entry, at: At) -> Result<(), StoreLost> {
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

    pub(super) fn announced(
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
