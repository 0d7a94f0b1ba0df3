//! `POST /jobs`: records and photos become submissions on the handler's side; the loop gets them whole.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::door::{Caller, Door, aside, parsed, unexpected};
use super::refused::{Refused, TOO_MANY_RECORDS};
use crate::domain::flaw::{FieldError, Flaw};
use crate::domain::job::{Code, JobState};
use crate::engine::spooler::{Command, Response, Submission};
use crate::engine::store::Accepted;
use crate::interfaces::api::{
    BATCH_MAX, BODY_BYTES_MAX, Refusal, SubmitAnswer, SubmitItem, SubmitRequest, SubmitResult,
};
use crate::interfaces::records::{PHOTO_BYTES_MAX, record_from_json};

pub(super) async fn submit(
    State(door): State<Door>,
    Caller(actor): Caller,
    request: Request<Body>,
) -> Result<Json<SubmitAnswer>, Refused> {
    let held = door.body(request, BODY_BYTES_MAX).await?;
    // The room in memory stays taken until the answer: records and photos live as long.
    let (rows, _held) = aside(held, rows_of).await?;
    let mut rows = rows?;
    let valid: Vec<Submission> = rows.iter_mut().filter_map(Row::take).collect();
    let accepted = if valid.is_empty() {
        Vec::new()
    } else {
        match door.order(actor, Command::Submit(valid)).await? {
            Response::Accepted(accepted) => accepted,
            Response::Refused(code) => return Err(code.into()),
            Response::Done | Response::Proposed(_) => return Err(unexpected("submit")),
        }
    };
    let mut accepted = accepted.into_iter();
    let results = rows.into_iter().map(|row| match row {
        Row::Refused(faults) => Some(SubmitResult::Refused { faults }),
        Row::Valid(_) => accepted.next().map(result_of),
    });
    let results: Option<Vec<SubmitResult>> = results.collect();
    match (results, accepted.next()) {
        (Some(results), None) => Ok(Json(SubmitAnswer { results })),
        (_, _) => Err(unexpected("submit")),
    }
}

/// What a record of the request came to.
enum Row {
    /// Its submission, until it is taken for the order.
    Valid(Option<Box<Submission>>),
    Refused(Vec<FieldError>),
}

impl Row {
    fn take(&mut self) -> Option<Submission> {
        match self {
            Row::Valid(submission) => submission.take().map(|boxed| *boxed),
            Row::Refused(_) => None,
        }
    }
}

fn rows_of(body: &[u8]) -> Result<Vec<Row>, Refused> {
    let request: SubmitRequest = parsed(body)?;
    if request.jobs.len() > BATCH_MAX {
        let refusal = Refusal::new(TOO_MANY_RECORDS).with("limit", BATCH_MAX);
        return Err(refusal.into());
    }
    Ok(request.jobs.into_iter().map(row_of).collect())
}

fn row_of(item: SubmitItem) -> Row {
    let record = record_from_json(item.record.get().as_bytes());
    let photo = item.photo.as_deref().map(photo_of).transpose();
    match (record, photo) {
        (Ok(mut record), Ok(photo)) => {
            // A file's name is the sender's own matter: the same record and photo are the same body from any folder.
            record.photo = None;
            Row::Valid(Some(Box::new(Submission { record, photo })))
        }
        (Err(faults), Ok(_)) => Row::Refused(faults),
        (Ok(_), Err(fault)) => Row::Refused(vec![fault]),
        (Err(mut faults), Err(fault)) => {
            faults.push(fault);
            Row::Refused(faults)
        }
    }
}

/// A photo's bytes. What they show is for the artwork to judge.
fn photo_of(text: &str) -> Result<Vec<u8>, FieldError> {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    let found = (text.len() / 4 * 3).saturating_sub(padding);
    // Told from the text alone: nothing above the limit is decoded.
    if found as u64 > PHOTO_BYTES_MAX {
        return Err(FieldError::new("photo", Flaw::PhotoTooLarge)
            .with("found", found)
            .with("limit", PHOTO_BYTES_MAX));
    }
    STANDARD
        .decode(text)
        .map_err(|_| FieldError::new("photo", Flaw::PhotoUnreadable).with("cause", "not base64"))
}

fn result_of(accepted: Accepted) -> SubmitResult {
    match accepted {
        Accepted::New { job, state } => SubmitResult::New {
            job,
            state: state.name().to_owned(),
            code: code_of(state),
        },
        Accepted::Same(job) => SubmitResult::Same { job },
        Accepted::Conflict(job) => SubmitResult::Conflict { job },
        Accepted::OpenAlready { job, open } => SubmitResult::OpenAlready { job, open },
    }
}

fn code_of(state: JobState) -> Option<Code> {
    match state {
        JobState::Held { code } | JobState::Rejected { code } => Some(code),
        JobState::Received
        | JobState::Queued
        | JobState::Assigned { .. }
        | JobState::Encoding { .. }
        | JobState::Encoded { .. }
        | JobState::Printing { .. }
        | JobState::InDoubt { .. }
        | JobState::Printed { .. }
        | JobState::Spoiled { .. }
        | JobState::Ready { .. }
        | JobState::InDelivery { .. }
        | JobState::HandedOver { .. }
        | JobState::Withdrawn { .. }
        | JobState::Cancelled => None,
    }
}
