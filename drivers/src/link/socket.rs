//! A Unix socket: the chip reader's door.

use std::io;
use std::path::{Path, PathBuf};

use tokio::io::Interest;
use tokio::net::UnixStream;

use super::Ready;
use super::stream::{Opening, Port, StreamLink, refused};

/// A link over a Unix socket.
pub type SocketLink = StreamLink<SocketPort>;

/// A socket by its path.
#[derive(Debug, Clone)]
pub struct SocketPort {
    path: PathBuf,
}

impl SocketPort {
    /// The socket at this path.
    pub fn new(path: &Path) -> SocketPort {
        SocketPort {
            path: path.to_owned(),
        }
    }
}

impl Port for SocketPort {
    type Stream = UnixStream;

    fn name(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    fn open(&self) -> Opening<UnixStream> {
        let name = self.name();
        let path = self.path.clone();
        Box::pin(async move {
            UnixStream::connect(path)
                .await
                .map_err(|cause| refused(name, cause))
        })
    }

    fn try_read(stream: &mut UnixStream, buffer: &mut [u8]) -> io::Result<usize> {
        stream.try_read(buffer)
    }

    fn try_write(stream: &mut UnixStream, bytes: &[u8]) -> io::Result<usize> {
        stream.try_write(bytes)
    }

    fn ready(stream: &mut UnixStream, want_write: bool) -> Ready<'_> {
        let interest = if want_write {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        Box::pin(async move {
            // An error is found by the next read.
            let _ = stream.ready(interest).await;
        })
    }
}
