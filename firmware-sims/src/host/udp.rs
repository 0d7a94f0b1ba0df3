//! The status channel of a printer that has one: datagrams on a UDP port of the loopback address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;

use super::HostError;
use crate::device::Device;

/// Longest request that is read; what is longer is no request of any printer.
const REQUEST_BYTES_MAX: usize = 2048;
/// Requests that are answered before the byte pipe gets its turn.
const REQUESTS_MAX: usize = 16;

pub(super) struct Udp {
    socket: UdpSocket,
    address: SocketAddr,
}

impl Udp {
    /// Opens any free port.
    pub(super) async fn open() -> Result<Udp, HostError> {
        let failed = |cause| HostError::Open {
            what: "udp port".to_owned(),
            cause,
        };
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let socket = UdpSocket::bind(any).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Udp { socket, address })
    }

    pub(super) fn endpoint(&self) -> String {
        format!("udp://{}", self.address)
    }

    pub(super) async fn ready(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Answers what waits. A datagram that cannot be carried is lost, as datagrams are; so is every one while the cable
    /// is out.
    pub(super) fn carry(&self, printer: &mut dyn Device, uptime: u64) {
        let mut request = [0; REQUEST_BYTES_MAX];
        for _ in 0..REQUESTS_MAX {
            let Ok((count, from)) = self.socket.try_recv_from(&mut request) else {
                return;
            };
            if !printer.plugged() {
                continue;
            }
            if let Some(answer) = printer.datagram(&request[..count], uptime) {
                let _ = self.socket.try_send_to(&answer, from);
            }
        }
    }
}
