//! The local API over HTTP, on the Unix socket: the caller is the user at its other end.
//!
//! Handlers parse, order and read; they never touch the room. A query runs beside the loop, on its own connection to
//! the store. Every refusal is an [`api::Refusal`](super::api::Refusal); none shows a value that was sent.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::api::{AS_HEADER, ROOT};
use super::desk::Desk;
use crate::domain::ids::Actor;

mod actions;
mod door;
pub(crate) mod peer;
mod readers;
mod reads;
mod refused;
mod submit;
mod views;

#[cfg(test)]
pub(crate) mod tests;

pub use actions::TEXT_CHARACTERS_MAX;
use door::{Caller, Door};
pub use reads::PAGE_DEFAULT;
use refused::Refused;
pub use refused::{CODES, status_of};

/// Connections at once; one more waits until another ends.
pub const CONNECTIONS_MAX: usize = 64;
/// A request's head must be in by then; a kept connection that says nothing for so long is closed.
pub const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// Bytes of a request's head and of one read.
const READ_BYTES_MAX: usize = 256 << 10;
/// How long a stop waits for requests that are being answered.
pub const STOP_WITHIN: Duration = Duration::from_secs(5);
/// A pause after a connection could not be taken (no file descriptors left): it would fail again at once.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// Characters of the name to speak as.
const AS_CHARACTERS_MAX: usize = 64;

/// Answers until `stop` comes; then takes no connection more, lets the requests in hand be answered for
/// [`STOP_WITHIN`], and returns. Must run inside a tokio runtime with time.
pub async fn serve(listener: UnixListener, desk: Desk, stop: impl Future<Output = ()>) {
    let router = router(desk);
    let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let stopping = CancellationToken::new();
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = Arc::clone(&free).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let (router, stopping) = (router.clone(), stopping.clone());
                connections.spawn(async move {
                    connection(stream, router, stopping).await;
                    drop(permit);
                });
            }
            Err(cause) => {
                tracing::warn!(%cause, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
    drop(listener);
    stopping.cancel();
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, ended).await.is_err() {
        tracing::warn!("requests were cut at the stop");
    }
}

async fn connection(stream: UnixStream, router: Router, stopping: CancellationToken) {
    let caller = match stream.peer_cred() {
        Ok(peer) => {
            let uid = peer.uid();
            tokio::task::spawn_blocking(move || peer::person(uid)).await
        }
        Err(cause) => {
            tracing::warn!(%cause, "a caller without a user is not heard");
            return;
        }
    };
    let Ok(caller) = caller else { return };
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Caller(caller.clone()));
        router.call(request.map(Body::new))
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WITHIN)
            .max_buf_size(READ_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, "a connection ended early");
    }
}

fn router(desk: Desk) -> Router {
    let door = Door::new(desk);
    let routes = Router::new()
        .route("/status", get(reads::status))
        .route("/jobs", get(reads::jobs).post(submit::submit))
        .route("/jobs/{id}", get(reads::job))
        .route("/jobs/{id}/hold", post(actions::hold))
        .route("/jobs/{id}/release", post(actions::release))
        .route("/jobs/{id}/cancel", post(actions::cancel))
        .route("/jobs/{id}/settle", post(actions::settle))
        .route("/jobs/{id}/confirm-cut", post(actions::confirm_cut))
        .route("/jobs/{id}/check", post(actions::check))
        .route("/jobs/{id}/encoded", post(actions::encoded))
        .route("/proposals", get(reads::proposals))
        .route("/proposals/{number}/approve", post(actions::approve))
        .route("/printers", get(reads::printers))
        .route("/printers/{id}", get(reads::printer))
        .route("/printers/{id}/pause", post(actions::pause))
        .route("/printers/{id}/test-card", post(actions::test_card))
        .route("/printers/{id}/resume", post(actions::resume))
        .route("/printers/{id}/maintain", post(actions::maintain))
        .route("/printers/{id}/load", post(actions::load))
        .route("/printers/{id}/unload", post(actions::unload))
        .route("/printers/{id}/single-card", post(actions::single_card))
        .route("/printers/{id}/scan", post(actions::scan))
        .route("/stock", get(reads::stock))
        .route("/stock/receive", post(actions::receive))
        .route("/stock/issue", post(actions::issue))
        .route("/questions", get(reads::ask))
        .route("/reload", post(actions::reload));
    Router::new()
        .nest(ROOT, routes)
        .method_not_allowed_fallback(async || Refused::new(refused::METHOD_NOT_ALLOWED))
        .fallback(async || Refused::new(refused::NO_SUCH_PATH))
        .layer(middleware::from_fn_with_state(door.clone(), speaks))
        .with_state(door)
}

/// Settles who speaks, before anything else is looked at.
async fn speaks(
    State(door): State<Door>,
    Caller(caller): Caller,
    mut request: Request,
    next: Next,
) -> Result<Response, Refused> {
    if let Some(name) = request.headers().get(AS_HEADER) {
        if !door.desk.about.training {
            return Err(Refused::new(refused::AS_ONLY_IN_TRAINING));
        }
        let name = name_of(name.as_bytes()).ok_or_else(|| Refused::new(refused::BAD_AS_NAME))?;
        let speaker = Caller(Actor::Person(name));
        request.extensions_mut().insert(speaker);
    }
    let method = request.method().clone();
    let response = next.run(request).await;
    // The address may hold what somebody typed by mistake: it is not logged.
    let status = response.status().as_u16();
    tracing::debug!(%method, status, by = %caller, "answered");
    Ok(response)
}

fn name_of(bytes: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(bytes).ok()?.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= AS_CHARACTERS_MAX
        && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}
