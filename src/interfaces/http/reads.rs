//! What people look at: every GET.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::actions::{Part, job_id, printer_id};
use super::door::Door;
use super::refused::{BAD_QUERY, NO_SUCH_STATE, Refused};
use super::views::{attempt_view, job_view, proposal_view, stock_view};
use crate::domain::ids::{At, JobId, Stock};
use crate::domain::job::JobState;
use crate::domain::record::CardProduct;
use crate::engine::spooler::PROPOSAL_MS_MAX;
use crate::engine::store::{JobFilter, SqliteReader, StoreLost, StoreRead};
use crate::interfaces::api::{
    JobDetail, JobsPage, PAGE_MAX, PrinterView, ProposalView, QuestionView, RoomView, StockView,
};
use crate::interfaces::fleet_view::{Asked, questions};

/// Jobs of a page that asks for no number.
pub const PAGE_DEFAULT: usize = 100;
/// Spoiled jobs that are looked through for cards to be cut; more of them wait behind these.
const UNCUT_MAX: usize = 200;

/// The states of a job, by name.
const STATES: [&str; 16] = [
    "received",
    "held",
    "queued",
    "assigned",
    "encoding",
    "encoded",
    "printing",
    "in_doubt",
    "printed",
    "spoiled",
    "ready",
    "in_delivery",
    "handed_over",
    "withdrawn",
    "rejected",
    "cancelled",
];

type Answer<T> = Result<Json<T>, Refused>;
type Asks<T> = Result<Query<T>, QueryRejection>;

pub(super) async fn status(State(door): State<Door>) -> Answer<RoomView> {
    let jobs = door.readers.read(StoreRead::job_counts).await?;
    let about = &door.desk.about;
    Ok(Json(RoomView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        room: about.room.clone(),
        epoch: about.epoch,
        training: about.training,
        run: about.run.clone(),
        process: std::process::id(),
        stopping: door.desk.fleet().stopping,
        at: door.desk.at(),
        jobs,
    }))
}

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    state: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

pub(super) async fn jobs(State(door): State<Door>, query: Asks<PageQuery>) -> Answer<JobsPage> {
    let Query(query) = query.map_err(|_| Refused::new(BAD_QUERY))?;
    let state = query.state.filter(|state| !state.is_empty());
    if state
        .as_ref()
        .is_some_and(|state| !STATES.contains(&state.as_str()))
    {
        return Err(Refused::new(NO_SUCH_STATE));
    }
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    let filter = JobFilter {
        state,
        // The store counts in whole numbers with a sign.
        after: query.after.map(|after| after.min(i64::MAX.unsigned_abs())),
        // One more tells whether there is a next page.
        limit: limit + 1,
    };
    let (fleet, today) = (door.desk.fleet(), door.desk.today());
    let (mut rows, counts) = door
        .readers
        .read(move |store| Ok((store.jobs(&filter)?, store.job_counts()?)))
        .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Json(JobsPage {
        next: rows.last().filter(|_| more).map(|row| row.id.number),
        jobs: rows
            .iter()
            .map(|row| job_view(row, &fleet, today))
            .collect(),
        counts,
    }))
}

pub(super) async fn job(State(door): State<Door>, part: Part) -> Answer<JobDetail> {
    let id = job_id(part)?;
    let now = door.desk.at();
    let found = door
        .readers
        .read(move |store| {
            let Some(row) = store.job(id)? else {
                return Ok(None);
            };
            let mut proposals = open_proposals(store, now)?;
            proposals.retain(|proposal| proposal.job == Some(id));
            Ok(Some((row, store.attempts(id)?, proposals)))
        })
        .await?;
    let (row, attempts, proposals) = found.ok_or_else(|| Refused::new("NO_SUCH_JOB"))?;
    Ok(Json(JobDetail {
        job: job_view(&row, &door.desk.fleet(), door.desk.today()),
        history: attempts
            .iter()
            .map(|(attempt, outcome)| attempt_view(attempt, *outcome))
            .collect(),
        proposals,
    }))
}

pub(super) async fn printers(State(door): State<Door>) -> Json<Vec<PrinterView>> {
    Json(door.desk.fleet().printers.clone())
}

pub(super) async fn printer(State(door): State<Door>, part: Part) -> Answer<PrinterView> {
    let id = printer_id(part)?;
    let fleet = door.desk.fleet();
    let view = fleet.printers.iter().find(|view| view.id == id).cloned();
    view.map(Json)
        .ok_or_else(|| Refused::new("NO_SUCH_PRINTER"))
}

/// How much of the stock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StockQuery {
    #[serde(default)]
    numbered: bool,
}

pub(super) async fn stock(
    State(door): State<Door>,
    query: Asks<StockQuery>,
) -> Answer<Vec<StockView>> {
    let Query(query) = query.map_err(|_| Refused::new(BAD_QUERY))?;
    let views = door.readers.read(move |store| {
        let books = store.books()?;
        let blanks = if query.numbered {
            store.blanks()?
        } else {
            Vec::new()
        };
        let views = Stock::ALL.map(|stock| stock_view(stock, &books, &blanks));
        Ok(views.to_vec())
    });
    views.await.map(Json)
}

pub(super) async fn proposals(State(door): State<Door>) -> Answer<Vec<ProposalView>> {
    let now = door.desk.at();
    let open = door.readers.read(move |store| open_proposals(store, now));
    open.await.map(Json)
}

pub(super) async fn ask(State(door): State<Door>) -> Answer<Vec<QuestionView>> {
    let (now, today) = (door.desk.at(), door.desk.today());
    let read = door.readers.read(move |store| {
        let mut waiting = BTreeSet::new();
        for product in CardProduct::ALL {
            if !store.candidates(&[product], today, 1)?.is_empty() {
                waiting.insert(Stock::of(product));
            }
        }
        let spoiled = store.jobs(&JobFilter {
            state: Some("spoiled".to_owned()),
            after: None,
            limit: UNCUT_MAX,
        })?;
        let is_uncut = |state: &JobState| matches!(state, JobState::Spoiled { uncut: true, .. });
        let uncut: Vec<JobId> = spoiled
            .iter()
            .filter(|row| is_uncut(&row.state))
            .map(|row| row.id)
            .collect();
        Ok((waiting, uncut, open_proposals(store, now)?))
    });
    let (waiting, uncut, proposals) = read.await?;
    Ok(Json(questions(&Asked {
        fleet: &door.desk.fleet(),
        proposals: &proposals,
        uncut: &uncut,
        waiting: &waiting,
    })))
}

/// Proposals that a second person can still approve: not lapsed, and their job is still in doubt.
fn open_proposals(store: &SqliteReader, now: At) -> Result<Vec<ProposalView>, StoreLost> {
    let mut open = Vec::new();
    for proposal in store.proposals()? {
        let view = proposal_view(proposal);
        let lapsed = now.0 - view.at.0 > PROPOSAL_MS_MAX;
        let moot = match view.job {
            None => false,
            Some(id) => !store
                .job(id)?
                .is_some_and(|row| matches!(row.state, JobState::InDoubt { .. })),
        };
        if !lapsed && !moot {
            open.push(view);
        }
    }
    Ok(open)
}
