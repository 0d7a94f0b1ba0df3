//! What every handler shares: the desk, the readers, and how a body is taken in.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::readers::Readers;
use super::refused::{
    ANSWER_LATE, BAD_BODY, BAD_JSON, BODY_BROKEN, BODY_LATE, BODY_TOO_LARGE, Refused, STOPPING,
    UNEXPECTED_ANSWER,
};
use crate::domain::ids::Actor;
use crate::engine::spooler::{Command, Response};
use crate::interfaces::api::{BODY_BYTES_MAX, Refusal};
use crate::interfaces::desk::Desk;

/// Bytes of a body that is no batch of records.
pub(super) const SMALL_BODY_BYTES_MAX: usize = 16 << 10;
/// Bytes of all bodies that are in memory at once; a request that finds no room waits.
const BODIES_BYTES_MAX: usize = 2 * BODY_BYTES_MAX;
/// A body that is too long is read on and dropped up to here, so that its sender hears why it is refused.
const DRAINED_BYTES_MAX: usize = 2 * BODY_BYTES_MAX;
/// A body must be in by then.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// The room must answer by then.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Room for bodies is counted in these.
const BODY_UNIT: usize = 1 << 10;
/// A body above this is parsed on a thread that may block. Unit: bytes.
const PARSE_ASIDE_BYTES: usize = 256 << 10;

/// What every handler has.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) desk: Desk,
    pub(super) readers: Arc<Readers>,
    bodies: Arc<Semaphore>,
}

/// A body, and its room in memory.
pub(super) struct Held {
    pub(super) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Door {
    pub(super) fn new(desk: Desk) -> Door {
        Door {
            readers: Arc::new(Readers::new(desk.clone())),
            desk,
            bodies: Arc::new(Semaphore::new(BODIES_BYTES_MAX / BODY_UNIT)),
        }
    }

    /// An order and its answer.
    pub(super) async fn order(&self, actor: Actor, command: Command) -> Result<Response, Refused> {
        match timeout(ANSWER_WITHIN, self.desk.order(actor, command)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Refused::new(ANSWER_LATE)),
        }
    }

    /// The same for reading the config again.
    pub(super) async fn reload(
        &self,
        actor: Actor,
    ) -> Result<crate::interfaces::api::Reloaded, Refused> {
        match timeout(ANSWER_WITHIN, self.desk.reload(actor)).await {
            Ok(answer) => Ok(answer??),
            Err(_) => Err(Refused::new(ANSWER_LATE)),
        }
    }

    /// A small body as a type of the API.
    pub(super) async fn small<T: DeserializeOwned>(
        &self,
        request: Request<Body>,
    ) -> Result<T, Refused> {
        let held = self.body(request, SMALL_BODY_BYTES_MAX).await?;
        parsed(&held.bytes)
    }

    /// A body that says nothing: none, or an empty object.
    pub(super) async fn nothing(&self, request: Request<Body>) -> Result<(), Refused> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        let held = self.body(request, SMALL_BODY_BYTES_MAX).await?;
        if !held.bytes.trim_ascii().is_empty() {
            parsed::<Nothing>(&held.bytes)?;
        }
        Ok(())
    }

    /// Takes a body in, if it is short enough and comes in time.
    pub(super) async fn body(
        &self,
        request: Request<Body>,
        bytes_max: usize,
    ) -> Result<Held, Refused> {
        let taken = self.taken(request, bytes_max);
        timeout(BODY_WITHIN, taken)
            .await
            .unwrap_or_else(|_| Err(Refused::new(BODY_LATE)))
    }

    async fn taken(&self, request: Request<Body>, bytes_max: usize) -> Result<Held, Refused> {
        let length = request.headers().get(header::CONTENT_LENGTH);
        let announced: Option<usize> = length
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse().ok());
        let most = announced.map_or(bytes_max, |announced| announced.min(bytes_max));
        let units = u32::try_from(most / BODY_UNIT + 1).expect("a body's limit is some megabytes");
        let room = Arc::clone(&self.bodies).acquire_many_owned(units).await;
        let room = room.map_err(|_| Refused::new(STOPPING))?;
        let mut body = request.into_body();
        let mut bytes = Vec::with_capacity(most.min(bytes_max));
        let mut came = 0_usize;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refused::new(BODY_BROKEN))?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            came += data.len();
            if came > DRAINED_BYTES_MAX {
                break;
            }
            if came > bytes_max {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(data);
            }
        }
        if came > bytes_max {
            let refusal = Refusal::new(BODY_TOO_LARGE).with("limit", bytes_max);
            return Err(refusal.into());
        }
        Ok(Held {
            bytes: bytes.into(),
            _room: room,
        })
    }
}

/// Does work that grows with a body: a long one's aside, where it keeps no other request waiting.
pub(super) async fn aside<T: Send + 'static>(
    held: Held,
    work: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Result<(T, Held), Refused> {
    if held.bytes.len() <= PARSE_ASIDE_BYTES {
        return Ok((work(&held.bytes), held));
    }
    tokio::task::spawn_blocking(move || (work(&held.bytes), held))
        .await
        .map_err(|_| Refused::new(STOPPING))
}

/// Parses a body. A refusal tells where it is wrong and never shows what is there.
pub(super) fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(bytes).map_err(|error| {
        let code = if error.is_data() { BAD_BODY } else { BAD_JSON };
        let refusal = Refusal::new(code)
            .with("line", error.line())
            .with("column", error.column());
        Refused(refusal)
    })
}

/// An answer that does not fit the question.
pub(super) fn unexpected(asked: &'static str) -> Refused {
    tracing::error!(asked, "the room answered something else than was asked");
    Refused::new(UNEXPECTED_ANSWER)
}

/// Who asks, as the connection and the header told.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Refused> {
        let caller = parts.extensions.get::<Caller>();
        Ok(caller
            .expect("the door names a caller before any handler")
            .clone())
    }
}
