//! `stock`: the books of each stock, and whether they balance.

use std::io::Write;

use serde_json::Value;

use crate::domain::blank::Account;
use crate::interfaces::api::StockView;
use crate::interfaces::words::{self};

use super::actions::understood;
use super::line::Line;
use super::style::{Style, Tint};
use super::table::{Cell, Column, Table};
use super::{Exit, Trouble};

/// Shows the books. Books that do not balance are a failure.
pub(super) async fn show<L: Line>(
    line: &L,
    numbered: bool,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let path = if numbered {
        "/stock?numbered=true"
    } else {
        "/stock"
    };
    let answer: Value = line.get(path).await?;
    let stocks: Vec<StockView> = understood(answer.clone())?;
    if style.json {
        writeln!(out, "{answer}")?;
    } else {
        out.write_all(books(&stocks, numbered, style).as_bytes())?;
    }
    let balanced = stocks.iter().all(|stock| balance(stock).is_some());
    Ok(if balanced { Exit::Done } else { Exit::Failed })
}

/// The sum of the accounts, if it is what was received.
fn balance(stock: &StockView) -> Option<u64> {
    let sum = sum(stock);
    (sum == Some(stock.received)).then_some(stock.received)
}

fn sum(stock: &StockView) -> Option<u64> {
    stock
        .accounts
        .values()
        .try_fold(0u64, |sum, pieces| sum.checked_add(*pieces))
}

/// A column a stock, a row an account.
pub(super) fn books(stocks: &[StockView], numbered: bool, style: &Style) -> String {
    let lang = style.lang;
    // Four stocks exist; an account that is empty in all of them is left out.
    let mut head = vec![(String::new(), Column::Elastic)];
    head.extend(
        stocks
            .iter()
            .map(|stock| (words::stock(stock.stock).to_owned(), Column::Right)),
    );
    let mut table = Table::of(&head);
    let row = |label: &str, cells: Vec<Cell>| {
        let mut row = vec![Cell::new(label)];
        row.extend(cells);
        row
    };
    let accounts = Account::ALL
        .iter()
        .map(|account| account.name())
        .chain(unknown_accounts(stocks));
    for name in accounts {
        let pieces: Vec<u64> = stocks
            .iter()
            .map(|stock| stock.accounts.get(name).copied().unwrap_or(0))
            .collect();
        if pieces.iter().all(|pieces| *pieces == 0) {
            continue;
        }
        let cells = pieces
            .iter()
            .map(|pieces| Cell::new(style.number(*pieces)))
            .collect();
        table.row(row(words::account(name, lang), cells));
    }
    let sums = stocks
        .iter()
        .map(|stock| Cell::new(sum(stock).map_or_else(|| "?".to_owned(), |sum| style.number(sum))))
        .collect();
    table.row(row(lang.pick("Jumlah", "Sum"), sums));
    let received = stocks
        .iter()
        .map(|stock| Cell::new(style.number(stock.received)))
        .collect();
    table.row(row(lang.pick("Diterima", "Received"), received));
    let verdicts = stocks
        .iter()
        .map(|stock| match balance(stock) {
            Some(_) => Cell::new(lang.pick("cocok", "balanced")).tinted(Tint::Good),
            None => Cell::new(lang.pick("TIDAK COCOK", "NOT BALANCED")).tinted(Tint::Bad),
        })
        .collect();
    table.row(row("", verdicts));
    let mut text = table.render(style);
    if stocks.iter().all(|stock| stock.received == 0) {
        text.push_str(lang.pick(
            "\nBelum ada blangko. Catat yang datang: cetak stock receive JENIS JUMLAH --paper NOMOR-BA\n",
            "\nNo blanks yet. Book what arrives: cetak stock receive STOCK COUNT --paper MINUTES-NO\n",
        ));
    }
    if numbered {
        text.push('\n');
        text.push_str(&numbers(stocks, style));
    }
    text
}

/// Accounts that a newer spooler may name.
fn unknown_accounts(stocks: &[StockView]) -> Vec<&str> {
    let mut names: Vec<&str> = stocks
        .iter()
        .flat_map(|stock| stock.accounts.keys())
        .map(String::as_str)
        .filter(|name| Account::named(name).is_none())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn numbers(stocks: &[StockView], style: &Style) -> String {
    let lang = style.lang;
    let mut table = Table::new([
        (lang.pick("NOMOR BLANGKO", "BLANK"), Column::Elastic),
        (lang.pick("JENIS", "STOCK"), Column::Left),
        (lang.pick("TEMPAT", "ACCOUNT"), Column::Left),
        ("JOB", Column::Left),
    ]);
    for stock in stocks {
        for blank in &stock.numbered {
            table.row(vec![
                Cell::new(&blank.uid),
                Cell::new(words::stock(stock.stock)),
                Cell::new(words::account(&blank.account, lang)),
                Cell::new(blank.job.map(|job| job.to_string()).unwrap_or_default()),
            ]);
        }
    }
    table.render(style)
}
