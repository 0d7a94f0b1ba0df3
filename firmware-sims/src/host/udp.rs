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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::faults::FaultPlan;
    use crate::hands::Hand;
    use crate::matica::{Matica, Profile, Switches};

    #[tokio::test]
    async fn a_status_datagram_is_answered_unless_the_cable_is_out() {
        let profile = Profile::named("matica-xid8600").unwrap();
        let mut printer = Matica::new(profile, Switches::default(), FaultPlan::default());
        let udp = Udp::open().await.unwrap();
        let address = udp.endpoint().strip_prefix("udp://").unwrap().to_owned();
        let host = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        host.connect(address).await.unwrap();
        let words: [u32; 5] = [0xF000_0600, 3, 0, 7, 0x0A00_0000];
        let request: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();

        printer.hand(Hand::PlugOut, 0).unwrap();
        host.send(&request).await.unwrap();
        udp.ready().await.unwrap();
        udp.carry(&mut printer, 0);
        printer.hand(Hand::PlugIn, 0).unwrap();
        udp.carry(&mut printer, 0);

        host.send(b"no request").await.unwrap();
        host.send(&request).await.unwrap();
        let mut answer = [0; 64];
        let count = loop {
            tokio::select! {
                asked = udp.ready() => {
                    asked.unwrap();
                    udp.carry(&mut printer, 0);
                }
                count = host.recv(&mut answer) => break count.unwrap(),
            }
        };
        let words: [u32; 5] = [0xF100_0600, 3, 0, 7, 0x0A02_0102];
        let expected: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        assert_eq!(answer[..count], expected, "an empty hopper");
        assert!(host.try_recv(&mut answer).is_err(), "one answer in all");
    }
}
