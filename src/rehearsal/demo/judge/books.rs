//! `S1`: the spooler's accounts against the blanks that lie in hoppers, printers, trays and on shelves, piece by
//! piece, and number by number where a number was read.

use std::collections::BTreeMap;

use cetak_firmware_sims::mechanism::CardPlace;
use serde::{Serialize, Serializer};

use super::{Case, JudgedCard};
use crate::artwork::mark;
use crate::domain::blank::Account;
use crate::domain::ids::Stock;
use crate::interfaces::api::StockView;

/// One stock's accounts at the end of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Which blanks.
    pub stock: Stock,
    /// Pieces that came into the books.
    pub received: u64,
    /// Pieces in each account, by its name, as the books have it; in the order of a blank's life.
    #[serde(flatten, serialize_with = "in_order")]
    pub accounts: BTreeMap<String, u64>,
    /// Each account holds what lies there.
    pub balanced: bool,
}

fn in_order<S: Serializer>(accounts: &BTreeMap<String, u64>, out: S) -> Result<S::Ok, S::Error> {
    let pieces = |account: Account| accounts.get(account.name()).copied().unwrap_or(0);
    out.collect_map(Account::ALL.map(|account| (account.name(), pieces(account))))
}

/// What lies where, counted by the judge.
#[derive(Debug, Default)]
struct Held {
    pieces: BTreeMap<(Stock, Account), u64>,
    numbers: BTreeMap<String, Account>,
}

impl Held {
    fn found(&self, stock: Stock, account: Account) -> u64 {
        self.pieces.get(&(stock, account)).copied().unwrap_or(0)
    }

    /// Moves no more than lies there.
    fn count_otherwise(&mut self, stock: Stock, from: Account, to: Account, pieces: u64) {
        let pieces = pieces.min(self.found(stock, from));
        *self.pieces.entry((stock, from)).or_default() -= pieces;
        *self.pieces.entry((stock, to)).or_default() += pieces;
    }

    fn lay(&mut self, stock: Stock, account: Account, uid: Option<&str>) {
        *self.pieces.entry((stock, account)).or_default() += 1;
        if let Some(uid) = uid {
            self.numbers.insert(uid.to_owned(), account);
        }
    }
}

/// Compares every stock that came into the books.
pub(super) fn balance(
    case: &Case<'_>,
    cards: &[JudgedCard],
    broken: &mut Vec<String>,
) -> Vec<Balance> {
    let mut held = held(case, cards, broken);
    for view in &case.books {
        find_sought(case, view, cards, &mut held);
    }
    let touched = |view: &&StockView| {
        let counted = held.pieces.iter();
        view.received > 0
            || counted
                .into_iter()
                .any(|((stock, _), n)| *stock == view.stock && *n > 0)
    };
    let mut balances = Vec::new();
    for view in case.books.iter().filter(touched) {
        let mut wrong = Vec::new();
        let sum: u64 = view.accounts.values().sum();
        if sum != view.received {
            wrong.push(format!("{} received, {sum} in all accounts", view.received));
        }
        for account in Account::ALL {
            let booked = booked(view, account);
            let lies = held.found(view.stock, account);
            if booked != lies {
                wrong.push(format!("{}: {booked} booked, {lies} found", account.name()));
            }
        }
        compare_numbers(case, cards, view, &held, &mut wrong);
        let balanced = wrong.is_empty();
        let stock = view.stock;
        broken.extend(
            wrong
                .into_iter()
                .map(|words| format!("S1: {stock}: {words}")),
        );
        balances.push(Balance {
            stock,
            received: view.received,
            accounts: view.accounts.clone(),
            balanced,
        });
    }
    balances
}

fn held(case: &Case<'_>, cards: &[JudgedCard], broken: &mut Vec<String>) -> Held {
    let mut held = Held::default();
    for stock in Stock::ALL {
        let shelves = [
            (Account::InStore, case.shelves.in_store(stock)),
            (Account::InRoom, case.shelves.in_room(stock)),
        ];
        for (account, pieces) in shelves {
            *held.pieces.entry((stock, account)).or_default() += u64::from(pieces);
        }
    }
    for printer in &case.printers {
        for card in printer.mechanism.cards() {
            let account = match card.place {
                CardPlace::Hopper(_) => Account::Loaded,
                CardPlace::Path
                | CardPlace::Contact
                | CardPlace::Contactless
                | CardPlace::PrintStart
                | CardPlace::Flipper => Account::InWork,
                // Those that came out are judged by their faces, below.
                CardPlace::Output | CardPlace::Reject | CardPlace::Taken | CardPlace::Away => {
                    continue;
                }
            };
            let uid = card.uid.as_deref();
            let stock = stock_of(case, uid).unwrap_or(printer.stock);
            held.lay(stock, account, uid);
        }
        let left_the_hopper = printer
            .mechanism
            .cards()
            .filter(|card| !matches!(card.place, CardPlace::Hopper(_)) && !card.place.inside())
            .count();
        let judged = cards
            .iter()
            .filter(|card| card.printer == *printer.id)
            .count();
        if left_the_hopper != judged {
            broken.push(format!(
                "{}: {left_the_hopper} cards came out, {judged} were judged",
                printer.id
            ));
        }
    }
    for card in cards {
        let account = if card.usable() {
            Account::Personalized
        } else {
            Account::Spoiled
        };
        if let Some(stock) = stock_of_card(case, card) {
            held.lay(stock, account, card.uid.as_deref());
        }
    }
    held
}

fn booked(view: &StockView, account: Account) -> u64 {
    view.accounts.get(account.name()).copied().unwrap_or(0)
}

/// What a power cut at the feed leaves as sought never bears a face. It lies beside the cards that came out or, where
/// nobody read its number, it may never have left the hopper: only a count can tell. Nothing else may be there for it.
fn find_sought(case: &Case<'_>, view: &StockView, cards: &[JudgedCard], held: &mut Held) {
    let stock = view.stock;
    let mut unread = booked(view, Account::Sought);
    for row in &view.numbered {
        if row.account != Account::Sought.name() {
            continue;
        }
        unread = unread.saturating_sub(1);
        let same = |card: &&JudgedCard| card.uid.as_deref() == Some(row.uid.as_str());
        if cards.iter().find(same).is_some_and(|card| card.blank) {
            held.count_otherwise(stock, Account::Spoiled, Account::Sought, 1);
            held.numbers.insert(row.uid.clone(), Account::Sought);
        }
    }
    let known = |uid: &str| view.numbered.iter().any(|row| row.uid == uid);
    let came_out = cards
        .iter()
        .filter(|card| card.blank && stock_of_card(case, card) == Some(stock))
        .filter(|card| !card.uid.as_deref().is_some_and(known))
        .count() as u64;
    for (account, most) in [(Account::Spoiled, came_out), (Account::Loaded, u64::MAX)] {
        let surplus = held
            .found(stock, account)
            .saturating_sub(booked(view, account));
        let pieces = surplus.min(unread).min(most);
        held.count_otherwise(stock, account, Account::Sought, pieces);
        unread -= pieces;
    }
}

/// What a card that came out was made of.
fn stock_of_card(case: &Case<'_>, card: &JudgedCard) -> Option<Stock> {
    let printer = case.printers.iter().find(|p| *p.id == card.printer);
    stock_of(case, card.uid.as_deref()).or(printer.map(|printer| printer.stock))
}

/// What a numbered blank is; nothing for those without a number.
fn stock_of(case: &Case<'_>, uid: Option<&str>) -> Option<Stock> {
    uid.and_then(|uid| case.shelves.stock_of(uid))
}

fn compare_numbers(
    case: &Case<'_>,
    cards: &[JudgedCard],
    view: &StockView,
    held: &Held,
    wrong: &mut Vec<String>,
) {
    let mut booked = BTreeMap::new();
    for blank in &view.numbered {
        if booked.insert(blank.uid.as_str(), blank).is_some() {
            wrong.push(format!("blank {} is in the books twice", blank.uid));
        }
        let lies = match held.numbers.get(&blank.uid) {
            Some(account) => account.name(),
            None if case.shelves.holds(&blank.uid) => "on a shelf",
            None => "nowhere",
        };
        if lies != blank.account {
            wrong.push(format!(
                "blank {}: booked {}, found {lies}",
                blank.uid, blank.account
            ));
        }
    }
    for card in cards.iter().filter(|card| card.usable()) {
        let Some(uid) = card.uid.as_deref() else {
            continue;
        };
        if stock_of(case, Some(uid)) != Some(view.stock) {
            continue;
        }
        // A card with a chip was read before it was printed: the books know its number and whose it is.
        let job = booked.get(uid).and_then(|blank| blank.job);
        let owner = job.and_then(|id| case.jobs.iter().find(|job| job.id == id));
        let same = owner.is_some_and(|job| card.mark == Some(mark::of(&job.key)));
        if !same {
            wrong.push(format!(
                "blank {uid} bears a face that the books do not know"
            ));
        }
    }
}
