//! A network connection to a printer.
//!
//! What our system still holds of a dead program's bytes is a motion to come. So a connection is made with linger 0:
//! whoever drops it without an orderly close (an abort, a crash, a kill) resets it and the bytes are gone.
//! Only a close with nothing unanswered takes the linger away and ends in order.
//!
//! The user timeout also ends a connection whose other side lives but takes no bytes for that long \[measured\]: a printer
//! that stops reading while it prints needs a longer one (`?user_timeout_ms=`).

use std::io;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::Ready;
use super::stream::{Closing, Opening, Port, StreamLink, refused};

/// How long bytes may stay unacknowledged until the connection falls. *Custody*, section 2.1 \[inferred\].
pub const USER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection may take to be made. Wall time.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// A link over a network connection.
pub type TcpLink = StreamLink<TcpPort>;

/// Where to connect to.
#[derive(Debug, Clone)]
pub struct TcpPort {
    host: String,
    port: u16,
    user_timeout: Duration,
}

impl TcpPort {
    /// A printer by name or address.
    pub fn new(host: &str, port: u16, user_timeout: Duration) -> TcpPort {
        TcpPort {
            host: host.to_owned(),
            port,
            user_timeout,
        }
    }
}

impl Port for TcpPort {
    type Stream = TcpStream;

    fn name(&self) -> String {
        if self.host.contains(':') {
            format!("tcp://[{}]:{}", self.host, self.port)
        } else {
            format!("tcp://{}:{}", self.host, self.port)
        }
    }

    fn open(&self) -> Opening<TcpStream> {
        let name = self.name();
        let this = self.clone();
        Box::pin(async move {
            let address = (this.host.as_str(), this.port);
            let connected = tokio::time::timeout(CONNECT_MAX, TcpStream::connect(address)).await;
            connected
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
                .and_then(|stream| prepare(stream, this.user_timeout))
                .map_err(|cause| refused(name, cause))
        })
    }

    fn try_read(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        stream.try_read(buffer)
    }

    fn try_write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
        stream.try_write(bytes)
    }

    fn ready(stream: &mut TcpStream, want_write: bool) -> Ready<'_> {
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

    fn close(stream: &mut TcpStream, how: Closing) {
        match how {
            Closing::InOrder => {
                // A socket that fell meanwhile refuses it, and does not need it.
                let _ = sockopt::set_socket_linger(&*stream, None);
            }
            Closing::InDoubt => {}
        }
    }
}

fn prepare(stream: TcpStream, user_timeout: Duration) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_linger(&stream, Some(Duration::ZERO))?;
    let milliseconds = u32::try_from(user_timeout.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(&stream, milliseconds)?;
    Ok(stream)
}
