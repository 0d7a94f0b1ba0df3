//! A network printer's status port: questions and answers in datagrams.
//!
//! - A datagram is handed over in pieces as large as the reader wants and in order; two never run into one read.
//! - One that is lost, refused or empty is nothing: whoever asked asks again. So this channel does not fall while the
//!   socket lives.

use std::collections::VecDeque;
use std::io;

use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::Ready;
use super::stream::{Opening, Port, StreamLink, cannot_open};

/// Bytes of a datagram that are kept. Answers of the printers that are known have some 200.
const DATAGRAM_BYTES_MAX: usize = 4096;

/// A link over a connected datagram socket.
pub type UdpLink = StreamLink<UdpPort>;

/// Where to send to.
#[derive(Debug, Clone)]
pub struct UdpPort {
    host: String,
    port: u16,
}

impl UdpPort {
    /// A printer's status port by name or address.
    pub fn new(host: &str, port: u16) -> UdpPort {
        UdpPort {
            host: host.to_owned(),
            port,
        }
    }
}

/// An open socket and what of a datagram was not read yet.
pub struct UdpStream {
    socket: UdpSocket,
    rest: VecDeque<u8>,
}

impl Port for UdpPort {
    type Stream = UdpStream;

    fn name(&self) -> String {
        if self.host.contains(':') {
            format!("udp://[{}]:{}", self.host, self.port)
        } else {
            format!("udp://{}:{}", self.host, self.port)
        }
    }

    fn open(&self) -> Opening<UdpStream> {
        let name = self.name();
        let this = self.clone();
        Box::pin(async move {
            connected(&this.host, this.port)
                .await
                .map(|socket| UdpStream {
                    socket,
                    rest: VecDeque::new(),
                })
                .map_err(|cause| cannot_open(name, cause))
        })
    }

    fn try_read(stream: &mut UdpStream, buffer: &mut [u8]) -> io::Result<usize> {
        if stream.rest.is_empty() {
            let mut datagram = [0; DATAGRAM_BYTES_MAX];
            let length = match stream.socket.try_recv(&mut datagram) {
                Ok(length) => length,
                Err(error) if is_lost(&error) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(error) => return Err(error),
            };
            stream.rest.extend(&datagram[..length]);
        }
        let count = buffer.len().min(stream.rest.len());
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        for (slot, byte) in buffer.iter_mut().zip(stream.rest.drain(..count)) {
            *slot = byte;
        }
        Ok(count)
    }

    fn try_write(stream: &mut UdpStream, bytes: &[u8]) -> io::Result<usize> {
        match stream.socket.try_send(bytes) {
            // The system tells of an earlier one here; this one was not sent, which is as if it were lost.
            Err(error) if is_lost(&error) => Ok(bytes.len()),
            other => other,
        }
    }

    fn ready(stream: &mut UdpStream, want_write: bool) -> Ready<'_> {
        if !stream.rest.is_empty() {
            return Box::pin(std::future::ready(()));
        }
        let interest = if want_write {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        Box::pin(async move {
            // An error is found by the next read.
            let _ = stream.socket.ready(interest).await;
        })
    }
}

async fn connected(host: &str, port: u16) -> io::Result<UdpSocket> {
    let mut last = io::ErrorKind::NotFound.into();
    for address in tokio::net::lookup_host((host, port)).await? {
        let ours = if address.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let socket = UdpSocket::bind(ours).await?;
        match socket.connect(address).await {
            Ok(()) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Nobody listens there, or the way there is down: a datagram that was lost.
fn is_lost(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
    )
}
