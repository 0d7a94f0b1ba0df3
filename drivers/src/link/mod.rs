//! Byte pipes. A link never blocks; whoever runs it waits until it is ready.
//!
//! - [`endpoint`]: URIs, and the link to what each names
//! - [`serial`], [`usb`], [`tcp`], [`socket`]: the real ones, over one [`stream`]
//! - [`udp`]: datagrams, and [`beside`]: them as the status channel of another link
//! - [`memory`]: a deterministic pipe for tests and rehearsals
//! - [`trace`], [`flaky`], [`dam`]: wrap any of them, to log it, to make it misbehave by plan, to let it stand still

pub mod beside;
pub mod dam;
pub mod endpoint;
pub mod flaky;
pub mod memory;
pub mod serial;
pub mod socket;
pub mod stream;
pub mod tcp;
pub mod trace;
pub mod udp;
pub mod usb;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

use crate::contract::Channel;

/// How far the opening of a channel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenState {
    /// Open.
    Open,
    /// Under way (a network connection): call `open` again when the link is ready; it is the same attempt.
    Pending,
}

/// What a read found.
#[derive(Debug)]
pub enum ReadResult {
    /// This many bytes, at least one.
    Bytes(usize),
    /// Nothing waits.
    Nothing,
    /// The pipe fell.
    Fallen(LinkError),
}

/// What a write did.
#[derive(Debug)]
pub enum WriteResult {
    /// This many bytes were taken; zero: try again when the link is ready.
    Taken(usize),
    /// The pipe fell.
    Fallen(LinkError),
}

/// A byte pipe to one printer or reader. It never blocks.
pub trait Link: Send {
    /// Opens the channel, or tells how far an opening under way has come.
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError>;
    /// Reads what waits, at most `buffer.len()` bytes.
    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult;
    /// Writes as much as is taken at once.
    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult;
    /// The printer class's status byte; `None`: this link has none.
    fn port_status(&mut self) -> Option<u8>;
    /// Closes the channel in order; a closed channel may be closed again.
    fn close(&mut self, channel: Channel);
    /// Closes the channel after a doubt: what the system still holds of our bytes is dropped where it can be.
    /// A closed channel may be aborted.
    fn abort(&mut self, channel: Channel) {
        self.close(channel);
    }
}

/// What [`AsyncLink::ready`] returns.
pub type Ready<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A link that tokio can wait for.
pub trait AsyncLink: Link {
    /// Ends when a channel has something to read, has fallen, or has finished opening, or, with `want_write`, takes
    /// bytes again. May end without cause. While nothing is open or opening it never ends. It may be dropped
    /// at any time; nothing is lost by it.
    fn ready(&mut self, want_write: bool) -> Ready<'_>;
}

impl<L: Link + ?Sized> Link for Box<L> {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        (**self).open(channel)
    }
    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        (**self).try_read(channel, buffer)
    }
    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        (**self).try_write(channel, bytes)
    }
    fn port_status(&mut self) -> Option<u8> {
        (**self).port_status()
    }
    fn close(&mut self, channel: Channel) {
        (**self).close(channel);
    }
    fn abort(&mut self, channel: Channel) {
        (**self).abort(channel);
    }
}

impl<L: AsyncLink + ?Sized> AsyncLink for Box<L> {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        (**self).ready(want_write)
    }
}

/// Why a link could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The endpoint is not there.
    #[error("no such endpoint: {endpoint}")]
    Absent {
        /// Its URI.
        endpoint: String,
        /// The system's word.
        #[source]
        cause: std::io::Error,
    },
    /// Another program holds it.
    #[error("{endpoint} belongs to another program")]
    Taken {
        /// Its URI.
        endpoint: String,
        /// The system's word.
        #[source]
        cause: std::io::Error,
    },
    /// This kind of link has no such channel.
    #[error("{endpoint} has no {channel:?} channel")]
    NoChannel {
        /// Its URI.
        endpoint: String,
        /// The channel that was asked for.
        channel: Channel,
    },
    /// Opening failed otherwise.
    #[error("cannot open {endpoint}")]
    Open {
        /// Its URI.
        endpoint: String,
        /// The system's word.
        #[source]
        cause: std::io::Error,
    },
    /// Reading or writing failed.
    #[error("{endpoint} fell")]
    Fell {
        /// Its URI.
        endpoint: String,
        /// The system's word.
        #[source]
        cause: std::io::Error,
    },
    /// The other side closed it.
    #[error("{endpoint} was closed by the other side")]
    Closed {
        /// Its URI.
        endpoint: String,
    },
}
