//! Small helpers between rows and our types.

use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::ids::{Actor, PrinterId, Stock};
use crate::domain::record::{CardProduct, Reason};
use crate::engine::store::StoreLost;

/// Turns the database's word into ours.
pub(crate) fn database(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreLost {
    move |cause| StoreLost::Database {
        doing,
        cause: cause.into(),
    }
}

pub(crate) fn damaged(what: impl Into<String>) -> StoreLost {
    StoreLost::Damaged { what: what.into() }
}

/// Every row of a query.
pub(crate) fn every<T>(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    params: impl Params,
    map: impl Fn(&Row<'_>) -> Result<T, StoreLost>,
) -> Result<Vec<T>, StoreLost> {
    let lost = database(doing);
    let mut statement = connection.prepare_cached(sql).map_err(&lost)?;
    let mut rows = statement.query(params).map_err(&lost)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(&lost)? {
        all.push(map(row)?);
    }
    Ok(all)
}

/// The first row of a query, if there is one.
pub(crate) fn first<T>(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    params: impl Params,
    map: impl FnOnce(&Row<'_>) -> Result<T, StoreLost>,
) -> Result<Option<T>, StoreLost> {
    let lost = database(doing);
    let mut statement = connection.prepare_cached(sql).map_err(&lost)?;
    let mut rows = statement.query(params).map_err(&lost)?;
    match rows.next().map_err(&lost)? {
        Some(row) => map(row).map(Some),
        None => Ok(None),
    }
}

/// Runs a statement; returns how many rows it changed.
pub(crate) fn run(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<usize, StoreLost> {
    let lost = database(doing);
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(params))
        .map_err(lost)
}

pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the store's own types have text keys")
}

/// Parses what [`json`] wrote; the error names the row, never its contents.
pub(crate) fn parsed<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreLost> {
    serde_json::from_str(text).map_err(|_| damaged(what))
}

pub(crate) fn stock_named(text: &str) -> Result<Stock, StoreLost> {
    text.parse()
        .map_err(|_| damaged("a stock's name is unknown"))
}

pub(crate) fn product_name(product: CardProduct) -> &'static str {
    match product {
        CardProduct::KtpEl => "ktp_el",
        CardProduct::KtpElForeigner => "ktp_el_foreigner",
        CardProduct::Kia05 => "kia_0_5",
        CardProduct::Kia517 => "kia_5_17",
    }
}

pub(crate) fn product_named(text: &str) -> Result<CardProduct, StoreLost> {
    [
        CardProduct::KtpEl,
        CardProduct::KtpElForeigner,
        CardProduct::Kia05,
        CardProduct::Kia517,
    ]
    .into_iter()
    .find(|product| product_name(*product) == text)
    .ok_or_else(|| damaged("a product's name is unknown"))
}

pub(crate) fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::New => "new",
        Reason::Lost => "lost",
        Reason::Damaged => "damaged",
        Reason::DataChange => "data_change",
        Reason::TestCard => "test_card",
    }
}

pub(crate) fn reason_named(text: &str) -> Result<Reason, StoreLost> {
    [
        Reason::New,
        Reason::Lost,
        Reason::Damaged,
        Reason::DataChange,
        Reason::TestCard,
    ]
    .into_iter()
    .find(|reason| reason_name(*reason) == text)
    .ok_or_else(|| damaged("a reason's name is unknown"))
}

/// Reads what an actor's `Display` wrote.
pub(crate) fn actor_named(text: &str) -> Result<Actor, StoreLost> {
    if text == "spooler" {
        return Ok(Actor::Spooler);
    }
    let person = text
        .strip_prefix("person:")
        .map(|name| Actor::Person(name.to_owned()));
    let printer = || {
        text.strip_prefix("printer:")
            .map(|id| Actor::Printer(PrinterId(id.to_owned())))
    };
    person
        .or_else(printer)
        .ok_or_else(|| damaged("an actor's name is unknown"))
}
