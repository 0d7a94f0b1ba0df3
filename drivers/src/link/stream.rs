//! What serial ports, sockets and device files have in common: one stream that is opened, read, written and waited for.
//!
//! A [`Port`] knows how its kind is opened and closed; [`StreamLink`] is the link over it. Only [`Channel::Main`] exists.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{AsyncLink, Link, LinkError, OpenState, ReadResult, Ready, WriteResult};
use crate::contract::Channel;

/// An opening under way.
pub type Opening<S> = Pin<Box<dyn Future<Output = Result<S, LinkError>> + Send>>;

/// How a stream is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Everything sent was answered.
    InOrder,
    /// Something may still be on its way: it is dropped where the system lets us.
    InDoubt,
}

/// One kind of stream. None of its calls blocks.
pub trait Port: Send {
    /// The open stream.
    type Stream: Send;
    /// Its URI, for errors.
    fn name(&self) -> String;
    /// Begins to open it.
    fn open(&self) -> Opening<Self::Stream>;
    /// Reads; `WouldBlock` while nothing waits, zero at the end.
    fn try_read(stream: &mut Self::Stream, buffer: &mut [u8]) -> io::Result<usize>;
    /// Writes; `WouldBlock` while nothing is taken.
    fn try_write(stream: &mut Self::Stream, bytes: &[u8]) -> io::Result<usize>;
    /// Waits until it can be read, or, with `want_write`, written.
    fn ready(stream: &mut Self::Stream, want_write: bool) -> Ready<'_>;
    /// The printer class's status byte, where there is one.
    fn port_status(_stream: &mut Self::Stream) -> Option<u8> {
        None
    }
    /// Called before the stream is dropped.
    fn close(_stream: &mut Self::Stream, _how: Closing) {}
}

/// A link over one stream. Dropping it open counts as a doubt.
pub struct StreamLink<P: Port> {
    port: P,
    state: State<P::Stream>,
    /// Something was written after the last byte that was read.
    unanswered: bool,
}

enum State<S> {
    Shut,
    Opening(Opening<S>),
    /// The opening has ended and nobody has asked yet.
    Ended(Result<S, LinkError>),
    Open(S),
}

impl<P: Port> StreamLink<P> {
    /// A link that is shut.
    pub fn new(port: P) -> StreamLink<P> {
        StreamLink {
            port,
            state: State::Shut,
            unanswered: false,
        }
    }

    fn shut(&mut self, how: Closing) {
        match std::mem::replace(&mut self.state, State::Shut) {
            State::Open(mut stream) | State::Ended(Ok(mut stream)) => P::close(&mut stream, how),
            State::Shut | State::Opening(_) | State::Ended(Err(_)) => {}
        }
        self.unanswered = false;
    }

    fn fell(&self, cause: io::Error) -> LinkError {
        LinkError::Fell {
            endpoint: self.port.name(),
            cause,
        }
    }

    fn closed(&self) -> LinkError {
        LinkError::Closed {
            endpoint: self.port.name(),
        }
    }
}

impl<P: Port> Link for StreamLink<P> {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        if channel != Channel::Main {
            return Err(LinkError::NoChannel {
                endpoint: self.port.name(),
                channel,
            });
        }
        if matches!(self.state, State::Shut) {
            self.state = State::Opening(self.port.open());
        }
        // `ready` polls it again with the task's own waker.
        poll_opening(&mut self.state, &mut Context::from_waker(Waker::noop()));
        match std::mem::replace(&mut self.state, State::Shut) {
            State::Ended(Ok(stream)) | State::Open(stream) => {
                self.state = State::Open(stream);
                Ok(OpenState::Open)
            }
            State::Ended(Err(error)) => Err(error),
            pending @ (State::Opening(_) | State::Shut) => {
                self.state = pending;
                Ok(OpenState::Pending)
            }
        }
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        let State::Open(stream) = &mut self.state else {
            return ReadResult::Fallen(self.closed());
        };
        if channel != Channel::Main {
            return ReadResult::Nothing;
        }
        match P::try_read(stream, buffer) {
            Ok(0) => ReadResult::Fallen(self.closed()),
            Ok(count) => {
                self.unanswered = false;
                ReadResult::Bytes(count)
            }
            Err(error) if is_not_yet(&error) => ReadResult::Nothing,
            Err(error) => ReadResult::Fallen(self.fell(error)),
        }
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let State::Open(stream) = &mut self.state else {
            return WriteResult::Fallen(self.closed());
        };
        if channel != Channel::Main || bytes.is_empty() {
            return WriteResult::Taken(0);
        }
        match P::try_write(stream, bytes) {
            Ok(count) => {
                self.unanswered |= count > 0;
                WriteResult::Taken(count)
            }
            Err(error) if is_not_yet(&error) => WriteResult::Taken(0),
            Err(error) => WriteResult::Fallen(self.fell(error)),
        }
    }

    fn port_status(&mut self) -> Option<u8> {
        match &mut self.state {
            State::Open(stream) => P::port_status(stream),
            State::Shut | State::Opening(_) | State::Ended(_) => None,
        }
    }

    fn close(&mut self, channel: Channel) {
        if channel == Channel::Main {
            self.shut(if self.unanswered {
                Closing::InDoubt
            } else {
                Closing::InOrder
            });
        }
    }

    fn abort(&mut self, channel: Channel) {
        if channel == Channel::Main {
            self.shut(Closing::InDoubt);
        }
    }
}

impl<P: Port> AsyncLink for StreamLink<P> {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        match &mut self.state {
            State::Open(stream) => P::ready(stream, want_write),
            state @ State::Opening(_) => Box::pin(std::future::poll_fn(move |context| {
                poll_opening(state, context);
                if matches!(state, State::Opening(_)) {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })),
            State::Ended(_) => Box::pin(std::future::ready(())),
            State::Shut => Box::pin(std::future::pending()),
        }
    }
}

impl<P: Port> Drop for StreamLink<P> {
    fn drop(&mut self) {
        self.shut(Closing::InDoubt);
    }
}

fn poll_opening<S>(state: &mut State<S>, context: &mut Context<'_>) {
    if let State::Opening(opening) = state
        && let Poll::Ready(result) = opening.as_mut().poll(context)
    {
        *state = State::Ended(result);
    }
}

fn is_not_yet(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.kind() == io::ErrorKind::Interrupted
}

/// Sorts the system's word on a failed opening.
pub(crate) fn cannot_open(endpoint: String, cause: io::Error) -> LinkError {
    // Other kinds only bear on the message.
    if cause.kind() == io::ErrorKind::NotFound {
        LinkError::Absent { endpoint, cause }
    } else if cause.kind() == io::ErrorKind::ResourceBusy {
        LinkError::Taken { endpoint, cause }
    } else {
        LinkError::Open { endpoint, cause }
    }
}

/// As [`cannot_open`], for sockets: where nobody listens the endpoint is not there.
pub(crate) fn refused(endpoint: String, cause: io::Error) -> LinkError {
    if cause.kind() == io::ErrorKind::ConnectionRefused {
        LinkError::Absent { endpoint, cause }
    } else {
        cannot_open(endpoint, cause)
    }
}

/// Waits for one of the two; the error of either is found by the next read or write.
pub(crate) async fn either<R, W>(
    readable: impl Future<Output = R>,
    writable: impl Future<Output = W>,
    want_write: bool,
) {
    tokio::select! {
        _ = readable => {}
        _ = writable, if want_write => {}
    }
}
