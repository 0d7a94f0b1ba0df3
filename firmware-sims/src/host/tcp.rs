//! A TCP port of the loopback address, one connection at a time; others wait until it ends.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};

use super::{HostError, PortNews, READ_BYTES};

pub(super) struct Tcp {
    listener: TcpListener,
    address: SocketAddr,
    stream: Option<TcpStream>,
    plugged: bool,
    /// A connection that `ready` took; `news` tells of it.
    taken: std::sync::Mutex<Option<TcpStream>>,
}

impl Tcp {
    pub(super) async fn open(port: u16) -> Result<Tcp, HostError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let failed = |cause| HostError::Open {
            what: format!("tcp port {port}"),
            cause,
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Tcp {
            listener,
            address,
            stream: None,
            plugged: true,
            taken: std::sync::Mutex::new(None),
        })
    }

    pub(super) fn endpoint(&self) -> String {
        format!("tcp://{}", self.address)
    }

    pub(super) async fn ready(&self, reads: bool, writes: bool) -> io::Result<()> {
        match &self.stream {
            Some(stream) => {
                tokio::select! {
                    ready = stream.readable(), if reads => ready,
                    ready = stream.writable(), if writes => ready,
                    else => std::future::pending().await,
                }
            }
            None if self.plugged => {
                let (stream, _) = self.listener.accept().await?;
                *self.taken.lock().expect("no holder of this lock panics") = Some(stream);
                Ok(())
            }
            None => std::future::pending().await,
        }
    }

    pub(super) fn news(&mut self, news: &mut VecDeque<PortNews>) -> io::Result<()> {
        let taken = self
            .taken
            .get_mut()
            .expect("no holder of this lock panics")
            .take();
        if let (Some(stream), None) = (taken, &self.stream) {
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
            news.push_back(PortNews::Opened);
        }
        let Some(stream) = &self.stream else {
            return Ok(());
        };
        let mut bytes = vec![0; READ_BYTES];
        match stream.try_read(&mut bytes) {
            Ok(0) => {
                self.stream = None;
                news.push_back(PortNews::Closed);
            }
            Ok(count) => {
                bytes.truncate(count);
                news.push_back(PortNews::Bytes(bytes));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // A reset by the other side is a close.
            Err(_) => {
                self.stream = None;
                news.push_back(PortNews::Closed);
            }
        }
        Ok(())
    }

    /// Bytes for a host that has gone are lost.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(stream) = &self.stream else {
            return Ok(bytes.len());
        };
        match stream.try_write(bytes) {
            Ok(count) => Ok(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            // The next read tells of the end.
            Err(_) => Ok(bytes.len()),
        }
    }

    /// Returns whether a connection fell.
    pub(super) fn plug(&mut self, plugged: bool, back_on: bool) -> bool {
        self.plugged = plugged;
        (!plugged || back_on) && self.stream.take().is_some()
    }
}
