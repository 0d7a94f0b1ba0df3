//! The other end of the local socket: what every command but `serve` speaks through.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::api::{AS_HEADER, ROOT, Refusal};
use super::socket::{SOCKET_NAME, socket_path};

/// Bytes of one answer.
pub const ANSWER_BYTES_MAX: usize = 256 << 20;
/// Connections that are kept.
const KEPT_MAX: usize = 4;
/// Longer than the server takes for anything.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

type Sender = SendRequest<Full<Bytes>>;
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer, or not the one that was hoped for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No spooler listens there, or we may not speak to it.
    #[error("the spooler cannot be reached at {}", socket.display())]
    Unreachable {
        /// The socket.
        socket: PathBuf,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
    /// The spooler refused.
    #[error("refused: {refusal}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why.
        refusal: Refusal,
    },
    /// The talk broke off, or what came is no answer. Whether a POST was done is not known.
    #[error("the talk with the spooler failed: {what}")]
    Broken {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        cause: Cause,
    },
}

fn broken(what: &str, cause: impl Into<Cause>) -> ClientError {
    ClientError::Broken {
        what: what.to_owned(),
        cause: cause.into(),
    }
}

/// Keeps its connection, and makes it again when it fell. Clones share what is kept; requests side by side each have
/// a connection of their own.
#[derive(Debug, Clone)]
pub struct Client {
    socket: PathBuf,
    speaks_as: Option<HeaderValue>,
    kept: Arc<Mutex<Vec<Sender>>>,
}

impl Client {
    /// A client of the spooler of this data folder; connects at the first request.
    ///
    /// Errors: [`ClientError::Unreachable`] where there is no such folder.
    pub fn of(data: &Path) -> Result<Client, ClientError> {
        match socket_path(data) {
            Ok(socket) => Ok(Client::at(socket)),
            Err(cause) => Err(ClientError::Unreachable {
                socket: data.join(SOCKET_NAME),
                cause,
            }),
        }
    }

    /// A client of the spooler at this socket.
    pub fn at(socket: PathBuf) -> Client {
        Client {
            socket,
            speaks_as: None,
            kept: Arc::default(),
        }
    }

    /// The same client, speaking for another person: a training store allows it. A name that cannot be sent is sent
    /// as an empty one, which every store refuses.
    #[must_use]
    pub fn speaking_as(self, name: Option<String>) -> Client {
        let speaks_as = name.map(|name| {
            HeaderValue::from_bytes(name.as_bytes())
                .unwrap_or_else(|_| HeaderValue::from_static(""))
        });
        Client { speaks_as, ..self }
    }

    /// Where it speaks to.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Reads. The path is under [`ROOT`]: `/jobs?state=held`.
    ///
    /// Errors: [`ClientError`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.answer(&Method::GET, path, Bytes::new()).await
    }

    /// Orders. Where nothing is to be said the body is `&Done {}`.
    ///
    /// Errors: [`ClientError`]. It is never sent twice: after [`ClientError::Broken`] it may have been done.
    pub async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|cause| broken("write the request", cause))?;
        self.answer(&Method::POST, path, body.into()).await
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, ClientError> {
        let asked = self.ask(method, path, body);
        let (status, answer) = match timeout(ANSWER_WITHIN, asked).await {
            Ok(answered) => answered?,
            Err(late) => return Err(broken("wait for an answer", late)),
        };
        if (200..300).contains(&status) {
            return serde_json::from_slice(&answer)
                .map_err(|cause| broken("read the answer", cause));
        }
        match serde_json::from_slice(&answer) {
            Ok(refusal) => Err(ClientError::Refused { status, refusal }),
            Err(cause) => Err(broken(&format!("read the refusal {status}"), cause)),
        }
    }

    /// One request and its answer, over the kept connection if it still stands.
    async fn ask(
        &self,
        method: &Method,
        path: &str,
        body: Bytes,
    ) -> Result<(u16, Bytes), ClientError> {
        let mut request = Some(self.request(method, path, &body)?);
        // Whoever is dropped in the middle takes the connection along: its next answer would be another's.
        let old = self.kept().pop();
        if let Some(mut sender) = old
            && sender.ready().await.is_ok()
            && let Some(first) = request.take()
        {
            match sender.try_send_request(first).await {
                Ok(response) => {
                    let answer = answer_of(response).await?;
                    self.keep(sender);
                    return Ok(answer);
                }
                // The server had closed it between two requests.
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = Some(unsent),
                    None if method == Method::GET => {
                        request = Some(self.request(method, path, &body)?);
                    }
                    None => return Err(broken("send the order", failed.into_error())),
                },
            }
        }
        let request = match request {
            Some(request) => request,
            None => self.request(method, path, &body)?,
        };
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await;
        let response = response.map_err(|cause| broken("send the request", cause))?;
        let answer = answer_of(response).await?;
        self.keep(sender);
        Ok(answer)
    }

    fn keep(&self, sender: Sender) {
        let mut kept = self.kept();
        if kept.len() < KEPT_MAX {
            kept.push(sender);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Sender>> {
        // A list of whole connections is whole whatever happened to the task that held it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        body: &Bytes,
    ) -> Result<Request<Full<Bytes>>, ClientError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{ROOT}{path}"))
            .header(HOST, "cetak");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(name) = &self.speaks_as {
            request = request.header(AS_HEADER, name);
        }
        request
            .body(Full::new(body.clone()))
            .map_err(|cause| broken("form the request", cause))
    }

    async fn connect(&self) -> Result<Sender, ClientError> {
        let stream = UnixStream::connect(&self.socket).await;
        let stream = stream.map_err(|cause| ClientError::Unreachable {
            socket: self.socket.clone(),
            cause,
        })?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|cause| broken("begin to speak", cause))?;
        tokio::spawn(async move {
            // What breaks a connection is told to the request that is on it.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

async fn answer_of(
    response: hyper::Response<hyper::body::Incoming>,
) -> Result<(u16, Bytes), ClientError> {
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    let body = body.collect().await;
    let bytes = body.map_err(|cause| broken("receive the answer", cause))?;
    Ok((status, bytes.to_bytes()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
