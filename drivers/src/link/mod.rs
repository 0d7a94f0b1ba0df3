//! Byte pipes. A link never blocks; whoever runs it waits until it is ready.

use crate::contract::Channel;

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
    /// Opens the channel.
    fn open(&mut self, channel: Channel) -> Result<(), LinkError>;
    /// Reads what waits, at most `buffer.len()` bytes.
    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult;
    /// Writes as much as is taken at once.
    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult;
    /// The printer class's status byte; `None`: this link has none.
    fn port_status(&mut self) -> Option<u8>;
    /// Closes the channel; a closed channel may be closed again.
    fn close(&mut self, channel: Channel);
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
