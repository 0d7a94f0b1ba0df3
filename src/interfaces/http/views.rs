//! Rows of the store in the API's words.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::domain::blank::{Account, Books};
use crate::domain::ids::Stock;
use crate::engine::store::{Attempt, BlankRow, JobRow, Outcome, Proposal};
use crate::interfaces::api::{AttemptView, JobView, NumberedBlank, ProposalView, StockView};
use crate::interfaces::desk::Fleet;
use crate::interfaces::fleet_view::{entry_name, waits_for};

pub(super) fn job_view(row: &JobRow, fleet: &Fleet, today: Date) -> JobView {
    JobView {
        id: row.id,
        key: row.key.clone(),
        product: row.product,
        reason: row.reason,
        state: row.state.name().to_owned(),
        detail: row.state.clone(),
        nik_masked: row.nik_masked.clone(),
        attempts: row.attempts,
        not_before: row.not_before.map(|date| date.to_string()),
        accepted_at: row.accepted_at,
        moved_at: row.moved_at,
        waits_for: waits_for(row, fleet, today),
    }
}

pub(super) fn attempt_view(attempt: &Attempt, outcome: Option<Outcome>) -> AttemptView {
    let outcome = outcome.map(|outcome| match outcome {
        Outcome::NotFed => "not_fed",
        Outcome::Printed => "printed",
        Outcome::Spoiled => "spoiled",
        Outcome::Sought => "sought",
    });
    AttemptView {
        id: attempt.id,
        printer: attempt.printer.clone(),
        uid: attempt.uid.as_ref().map(ToString::to_string),
        outcome: outcome.map(str::to_owned),
        noted_at: attempt.noted_at,
        entries: attempt.entries.iter().map(entry_name).collect(),
    }
}

pub(super) fn proposal_view(proposal: Proposal) -> ProposalView {
    let job = proposal.action.get("job").and_then(|job| job.as_str());
    ProposalView {
        id: proposal.id,
        job: job.and_then(|job| job.parse().ok()),
        action: proposal.action,
        by: proposal.by,
        at: proposal.at,
    }
}

/// A stock's books; `blanks` are those whose numbers shall be shown, of any stock.
pub(super) fn stock_view(stock: Stock, books: &Books, blanks: &[BlankRow]) -> StockView {
    let accounts: BTreeMap<String, u64> = Account::ALL
        .into_iter()
        .map(|account| (account.name().to_owned(), books.pieces(stock, account)))
        .collect();
    StockView {
        stock,
        received: books.received(stock),
        accounts,
        numbered: blanks
            .iter()
            .filter(|blank| blank.stock == stock)
            .map(|blank| NumberedBlank {
                uid: blank.uid.to_string(),
                account: blank.account.name().to_owned(),
                job: blank.job,
            })
            .collect(),
    }
}
