//! The blank ledger: every piece of every stock is in exactly one account.

use std::collections::BTreeMap;

use cetak_drivers::contract::BlankUid;
use serde::{Deserialize, Serialize};

use super::ids::{Actor, Stock};

/// Where blanks can be, as the domain page names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// On the way to us.
    InTransit,
    /// In the store.
    InStore,
    /// In the print room.
    InRoom,
    /// In a hopper, unread.
    Loaded,
    /// In a printer, out of the hopper, fate open.
    InWork,
    /// Not found; being looked for.
    Sought,
    /// Became a card.
    Personalized,
    /// Spoiled.
    Spoiled,
    /// Became a test card.
    Test,
    /// Given up as not found.
    Missing,
    /// Lent to a neighbour.
    Lent,
    /// Sent back.
    Returned,
}

impl Account {
    /// All of them, in the order of a blank's life.
    pub const ALL: [Account; 12] = [
        Account::InTransit,
        Account::InStore,
        Account::InRoom,
        Account::Loaded,
        Account::InWork,
        Account::Sought,
        Account::Personalized,
        Account::Spoiled,
        Account::Test,
        Account::Missing,
        Account::Lent,
        Account::Returned,
    ];

    /// How store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            Account::InTransit => "in_transit",
            Account::InStore => "in_store",
            Account::InRoom => "in_room",
            Account::Loaded => "loaded",
            Account::InWork => "in_work",
            Account::Sought => "sought",
            Account::Personalized => "personalized",
            Account::Spoiled => "spoiled",
            Account::Test => "test",
            Account::Missing => "missing",
            Account::Lent => "lent",
            Account::Returned => "returned",
        }
    }

    /// The account of that name.
    pub fn named(name: &str) -> Option<Account> {
        Account::ALL.into_iter().find(|a| a.name() == name)
    }
}

/// One movement of pieces. `from` is `None` only when a batch is announced: pieces enter the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The stock.
    pub stock: Stock,
    /// From here; `None`: from outside.
    pub from: Option<Account>,
    /// To here.
    pub to: Account,
    /// How many pieces.
    pub pieces: u32,
    /// The blank's number, once it has been read.
    pub uid: Option<BlankUid>,
    /// Why, as a code.
    pub why: String,
    /// The paper that says so (number of the minutes), or the job.
    pub paper: Option<String>,
    /// Who.
    pub actor: Actor,
}

/// An entry that the books refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BooksRefuse {
    /// More pieces than the account holds.
    #[error("{account:?} of {stock} holds {held}, not {wanted}")]
    Short {
        /// The stock.
        stock: Stock,
        /// The account.
        account: Account,
        /// Pieces in it.
        held: u64,
        /// Pieces asked for.
        wanted: u32,
    },
    /// No pieces, or a move to where they are.
    #[error("an entry moves at least one piece to another account")]
    Empty,
}

/// The sums of all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Books {
    pieces: BTreeMap<(Stock, Account), u64>,
    received: BTreeMap<Stock, u64>,
}

impl Books {
    /// Pieces of a stock in an account.
    pub fn pieces(&self, stock: Stock, account: Account) -> u64 {
        self.pieces.get(&(stock, account)).copied().unwrap_or(0)
    }

    /// Pieces that ever entered the books.
    pub fn received(&self, stock: Stock) -> u64 {
        self.received.get(&stock).copied().unwrap_or(0)
    }

    /// Adds one entry.
    ///
    /// Errors: [`BooksRefuse`]; the books are then unchanged.
    pub fn add(&mut self, entry: &Entry) -> Result<(), BooksRefuse> {
        if entry.pieces == 0 || entry.from == Some(entry.to) {
            return Err(BooksRefuse::Empty);
        }
        match entry.from {
            Some(from) => {
                let held = self.pieces(entry.stock, from);
                let rest = held
                    .checked_sub(entry.pieces.into())
                    .ok_or(BooksRefuse::Short {
                        stock: entry.stock,
                        account: from,
                        held,
                        wanted: entry.pieces,
                    })?;
                self.pieces.insert((entry.stock, from), rest);
            }
            None => *self.received.entry(entry.stock).or_default() += u64::from(entry.pieces),
        }
        *self.pieces.entry((entry.stock, entry.to)).or_default() += u64::from(entry.pieces);
        Ok(())
    }
}
