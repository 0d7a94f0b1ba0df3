//! The promises that have names, as pure functions over what was seen. Code, tests and judges use the same ones.
//!
//! - `C1`: a job never leaves two good cards.
//! - `L1`: what was accepted ends as a card or as somebody's decision.
//! - `S1`: every blank received is in exactly one place.

use std::collections::{BTreeMap, BTreeSet};

use cetak_drivers::contract::BlankUid;

use super::blank::{Account, Books};
use super::ids::Stock;
use super::job::{Code, ENCODED_BY_HAND, JobState};

/// Where a judge found a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardPlace {
    /// Among the good ones.
    Tray,
    /// In a reject box. Good there is good as long as no hand has cut it.
    RejectBox,
    /// Inside a printer.
    Inside,
    /// Taken out by a hand.
    Hand,
}

/// A card as it lies there, not as anybody believes it to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeenCard {
    /// The mark read from its face.
    pub mark: u64,
    /// Its mark reads, its picture is the artwork's, every panel was laid.
    pub good: bool,
    /// A hand has cut it.
    pub cut: bool,
    /// Where it lies.
    pub place: CardPlace,
}

impl SeenCard {
    /// Whether it could be used.
    pub fn is_usable(&self) -> bool {
        self.good && !self.cut
    }
}

/// How a job stands at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// A card exists.
    Card,
    /// Somebody, or a rule, decided.
    Decision(Code),
    /// Not ended: it waits, and can say for what.
    Open(&'static str),
}

impl Ended {
    /// What a job's state means for `L1`.
    pub fn of(state: &JobState) -> Ended {
        match state {
            JobState::Printed { .. }
            | JobState::Ready { .. }
            | JobState::InDelivery { .. }
            | JobState::HandedOver { .. } => Ended::Card,
            // Its blank lies ready: a person has begun it and will lay it in.
            JobState::Held { code } if code.0 == ENCODED_BY_HAND => Ended::Open(state.name()),
            JobState::Rejected { code } | JobState::Held { code } => Ended::Decision(code.clone()),
            JobState::Withdrawn { .. } => Ended::Decision("WITHDRAWN".into()),
            JobState::Cancelled => Ended::Decision("CANCELLED".into()),
            JobState::Received
            | JobState::Queued
            | JobState::Assigned { .. }
            | JobState::Encoding { .. }
            | JobState::Encoded { .. }
            | JobState::Printing { .. }
            | JobState::InDoubt { .. }
            | JobState::Spoiled { .. } => Ended::Open(state.name()),
        }
    }
}

/// A broken promise, with the items that broke it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Two or more usable cards of one job.
    #[error("C1: {} usable cards with mark {mark:016x}: {places:?}", places.len())]
    SecondCard {
        /// The job's mark.
        mark: u64,
        /// Where they lie.
        places: Vec<CardPlace>,
    },
    /// A usable card of a job that would be printed again.
    #[error(
        "C1: a usable card with mark {mark:016x} in {place:?}, and its job may be printed again"
    )]
    LooseCard {
        /// The job's mark.
        mark: u64,
        /// Where it lies.
        place: CardPlace,
    },
    /// An accepted job that nobody knows.
    #[error("L1: accepted and unknown afterwards: {keys:?}")]
    Lost {
        /// The clients' keys.
        keys: Vec<String>,
    },
    /// A job without an end where all should have one.
    #[error("L1: {key} has no end, it is {state}")]
    Unended {
        /// The client's key.
        key: String,
        /// The state's name.
        state: &'static str,
    },
    /// More or fewer pieces in all accounts than were received.
    #[error("S1: {stock}: {received} received, {sum} in all accounts")]
    Unbalanced {
        /// The stock.
        stock: Stock,
        /// Pieces that entered the books.
        received: u64,
        /// Pieces in all accounts.
        sum: u64,
    },
    /// The books and what lies there differ.
    #[error("S1: {stock} {account:?}: {booked} booked, {held} found")]
    Differs {
        /// The stock.
        stock: Stock,
        /// The account.
        account: Account,
        /// Pieces by the books.
        booked: u64,
        /// Pieces that lie there.
        held: u64,
    },
    /// One blank in two places.
    #[error("S1: blank {uid} is in {first:?} and in {second:?}")]
    TwoPlaces {
        /// Its number.
        uid: BlankUid,
        /// One of them.
        first: Account,
        /// The other.
        second: Account,
    },
}

/// `C1`: at most one usable card a mark, and none of a job that would be printed again.
///
/// `printed` holds the marks of all jobs that are `Printed` or further, and of those that cannot be printed
/// again before a person has looked (`InDoubt`, `Spoiled` and uncut, or in flight).
pub fn c1(cards: &[SeenCard], printed: &BTreeSet<u64>) -> Result<(), Broken> {
    let mut usable: BTreeMap<u64, Vec<CardPlace>> = BTreeMap::new();
    for card in cards.iter().filter(|card| card.is_usable()) {
        usable.entry(card.mark).or_default().push(card.place);
    }
    for (mark, places) in &usable {
        if places.len() > 1 {
            return Err(Broken::SecondCard {
                mark: *mark,
                places: places.clone(),
            });
        }
    }
    for (mark, places) in usable {
        if !printed.contains(&mark)
            && let Some(place) = places.first()
        {
            return Err(Broken::LooseCard {
                mark,
                place: *place,
            });
        }
    }
    Ok(())
}

/// `L1`: every accepted key is known; where `drained` says that the work is over, each has its end.
pub fn l1<'a>(
    accepted: impl IntoIterator<Item = &'a str>,
    ended: &BTreeMap<String, Ended>,
    drained: bool,
) -> Result<(), Broken> {
    let mut lost = Vec::new();
    let mut unended = None;
    for key in accepted {
        match ended.get(key) {
            None => lost.push(key.to_owned()),
            Some(Ended::Open(state)) if drained => {
                unended.get_or_insert(Broken::Unended {
                    key: key.to_owned(),
                    state,
                });
            }
            Some(Ended::Open(_) | Ended::Card | Ended::Decision(_)) => {}
        }
    }
    if !lost.is_empty() {
        return Err(Broken::Lost { keys: lost });
    }
    unended.map_or(Ok(()), Err)
}

/// `S1`: the books balance, and wherever somebody counted they agree with what lies there.
///
/// `held` has an item for each account that was counted; an account that is not in it was not.
pub fn s1(books: &Books, held: &BTreeMap<(Stock, Account), u64>) -> Result<(), Broken> {
    for stock in Stock::ALL {
        let sum = Account::ALL
            .into_iter()
            .map(|account| books.pieces(stock, account))
            .sum();
        let received = books.received(stock);
        if received != sum {
            return Err(Broken::Unbalanced {
                stock,
                received,
                sum,
            });
        }
    }
    for ((stock, account), held) in held {
        let booked = books.pieces(*stock, *account);
        if booked != *held {
            return Err(Broken::Differs {
                stock: *stock,
                account: *account,
                booked,
                held: *held,
            });
        }
    }
    Ok(())
}

/// `S1` for blanks with a number: none is in two places.
pub fn s1_numbers<'a>(
    blanks: impl IntoIterator<Item = (&'a BlankUid, Account)>,
) -> Result<(), Broken> {
    let mut places: BTreeMap<&BlankUid, Account> = BTreeMap::new();
    for (uid, account) in blanks {
        if let Some(first) = places.insert(uid, account) {
            return Err(Broken::TwoPlaces {
                uid: uid.clone(),
                first,
                second: account,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
