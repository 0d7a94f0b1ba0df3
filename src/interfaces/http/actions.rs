//! What people order: every POST but `/jobs`.

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::Request;
use cetak_drivers::contract::BlankUid;

use super::door::{Caller, Door, unexpected};
use super::refused::{
    BAD_JOB_ID, BAD_PROPOSAL_NUMBER, BAD_UID, NO_PIECES, Refused, TEXT_CONTROL_CHARACTER,
    TEXT_EMPTY, TEXT_HOLDS_NIK, TEXT_TOO_LONG,
};
use crate::domain::ids::{Actor, JobId, PrinterId};
use crate::engine::spooler::{Command, Response};
use crate::interfaces::api::{
    CheckBody, Done, EncodedBody, IssueBody, LoadBody, Proposed, ReasonBody, ReceiveBody, Refusal,
    Reloaded, ScanBody, SettleBody, SingleCardBody, UnloadBody,
};

/// Characters of a reason or of a paper's number.
pub const TEXT_CHARACTERS_MAX: usize = 200;
/// Characters of a blank's number.
const UID_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=32;
/// Digits of a NIK.
const NIK_DIGITS: usize = 16;

/// A part of the address, or why it cannot be read.
pub(super) type Part = Result<Path<String>, PathRejection>;

type Answer<T> = Result<Json<T>, Refused>;

pub(super) async fn hold(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let job = job_id(part)?;
    let body: ReasonBody = door.small(request).await?;
    let reason = reason(&body.reason)?;
    door.done(actor, Command::Hold(job, reason)).await
}

pub(super) async fn release(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let job = job_id(part)?;
    door.nothing(request).await?;
    door.done(actor, Command::Release(job)).await
}

pub(super) async fn cancel(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let job = job_id(part)?;
    door.nothing(request).await?;
    door.done(actor, Command::Cancel(job)).await
}

pub(super) async fn settle(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Proposed> {
    let job = job_id(part)?;
    let body: SettleBody = door.small(request).await?;
    match door
        .order(actor, Command::Settle(job, body.outcome))
        .await?
    {
        Response::Proposed(proposal) => Ok(Json(Proposed { proposal })),
        Response::Refused(code) => Err(code.into()),
        Response::Done | Response::Accepted(_) => Err(unexpected("settle")),
    }
}

pub(super) async fn confirm_cut(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let job = job_id(part)?;
    door.nothing(request).await?;
    door.done(actor, Command::ConfirmCut(job)).await
}

pub(super) async fn check(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let job = job_id(part)?;
    let body: CheckBody = door.small(request).await?;
    door.done(actor, Command::Check(job, body.result)).await
}

pub(super) async fn approve(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let number = part.ok().and_then(|Path(text)| text.parse().ok());
    let number = number.ok_or_else(|| Refused::new(BAD_PROPOSAL_NUMBER))?;
    door.nothing(request).await?;
    door.done(actor, Command::Approve(number)).await
}

pub(super) async fn pause(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    let body: ReasonBody = door.small(request).await?;
    let reason = reason(&body.reason)?;
    door.done(actor, Command::Pause(printer, reason)).await
}

pub(super) async fn resume(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    door.nothing(request).await?;
    door.done(actor, Command::Resume(printer)).await
}

pub(super) async fn maintain(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    door.nothing(request).await?;
    door.done(actor, Command::Maintain(printer)).await
}

pub(super) async fn test_card(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    door.nothing(request).await?;
    door.done(actor, Command::TestCard(printer)).await
}

pub(super) async fn load(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    let body: LoadBody = door.small(request).await?;
    let pieces = pieces(body.pieces)?;
    door.done(actor, Command::Load(printer, body.stock, pieces))
        .await
}

pub(super) async fn unload(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    let body: UnloadBody = door.small(request).await?;
    let pieces = pieces(body.pieces)?;
    door.done(actor, Command::Unload(printer, pieces)).await
}

pub(super) async fn single_card(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    let body: SingleCardBody = door.small(request).await?;
    door.done(actor, Command::SingleCard(printer, body.on))
        .await
}

pub(super) async fn scan(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let printer = printer_id(part)?;
    let body: ScanBody = door.small(request).await?;
    let command = if body.gone {
        Command::BlankGone(printer)
    } else {
        let uid = body.uid.as_deref().map(blank_uid).transpose()?;
        Command::Scan(printer, uid, body.stock)
    };
    door.done(actor, command).await
}

pub(super) async fn encoded(
    State(door): State<Door>,
    Caller(actor): Caller,
    part: Part,
    request: Request<Body>,
) -> Answer<Done> {
    let job = job_id(part)?;
    let body: EncodedBody = door.small(request).await?;
    let uid = blank_uid(&body.uid)?;
    door.done(actor, Command::Encoded(job, uid)).await
}

pub(super) async fn receive(
    State(door): State<Door>,
    Caller(actor): Caller,
    request: Request<Body>,
) -> Answer<Done> {
    let body: ReceiveBody = door.small(request).await?;
    let (pieces, paper) = (pieces(body.pieces)?, text(&body.paper)?);
    door.done(actor, Command::Receive(body.stock, pieces, paper))
        .await
}

pub(super) async fn issue(
    State(door): State<Door>,
    Caller(actor): Caller,
    request: Request<Body>,
) -> Answer<Done> {
    let body: IssueBody = door.small(request).await?;
    let pieces = pieces(body.pieces)?;
    door.done(actor, Command::Issue(body.stock, pieces)).await
}

pub(super) async fn reload(
    State(door): State<Door>,
    Caller(actor): Caller,
    request: Request<Body>,
) -> Answer<Reloaded> {
    door.nothing(request).await?;
    door.reload(actor).await.map(Json)
}

impl Door {
    /// An order that is done or refused.
    async fn done(&self, actor: Actor, command: Command) -> Answer<Done> {
        match self.order(actor, command).await? {
            Response::Done => Ok(Json(Done {})),
            Response::Refused(code) => Err(code.into()),
            Response::Accepted(_) | Response::Proposed(_) => Err(unexpected("an action")),
        }
    }
}

/// The job that the address names.
pub(super) fn job_id(part: Part) -> Result<JobId, Refused> {
    let id = part.ok().and_then(|Path(text)| text.parse().ok());
    id.ok_or_else(|| Refused::new(BAD_JOB_ID))
}

/// The printer that the address names: any text may be a name.
pub(super) fn printer_id(part: Part) -> Result<PrinterId, Refused> {
    match part {
        Ok(Path(name)) => Ok(PrinterId(name)),
        Err(_) => Err(Refused::new("NO_SUCH_PRINTER")),
    }
}

/// A number as a desk reader types it: letters are capitals, whatever the reader's setting.
fn blank_uid(given: &str) -> Result<BlankUid, Refused> {
    let uid = given.trim().to_ascii_uppercase();
    let spelled = uid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !spelled || !UID_CHARACTERS.contains(&uid.len()) {
        return Err(Refused::new(BAD_UID));
    }
    Ok(BlankUid(uid))
}

fn pieces(pieces: u32) -> Result<u32, Refused> {
    if pieces == 0 {
        return Err(Refused::new(NO_PIECES));
    }
    Ok(pieces)
}

/// A text that is kept for ever and shown to people.
fn text(given: &str) -> Result<String, Refused> {
    let text = given.trim();
    if text.is_empty() {
        return Err(Refused::new(TEXT_EMPTY));
    }
    if text.chars().count() > TEXT_CHARACTERS_MAX {
        let refusal = Refusal::new(TEXT_TOO_LONG).with("limit", TEXT_CHARACTERS_MAX);
        return Err(refusal.into());
    }
    if text.chars().any(char::is_control) {
        return Err(Refused::new(TEXT_CONTROL_CHARACTER));
    }
    Ok(text.to_owned())
}

/// The same, without the one kind of personal data that can be told by its looks.
fn reason(given: &str) -> Result<String, Refused> {
    let text = text(given)?;
    let mut digits = 0;
    for character in text.chars() {
        digits = if character.is_ascii_digit() {
            digits + 1
        } else {
            0
        };
        if digits == NIK_DIGITS {
            return Err(Refused::new(TEXT_HOLDS_NIK));
        }
    }
    Ok(text)
}
