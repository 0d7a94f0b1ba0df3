//! One simulated printer as its cable, its chip reader, its hands and its judge see it.

use crate::hands::{Hand, HandRefused, Look};
use crate::mechanism::Mechanism;

/// Firmware over a mechanism. Times are `uptime`: nanoseconds since the room began, never backwards.
///
/// Nothing here blocks or sleeps. A host (memory, pty, TCP) carries bytes and calls [`Device::advance`]
/// at the moments that [`Device::next`] names.
pub trait Device: Send {
    /// A host opened the port.
    fn host_opened(&mut self, uptime: u64);
    /// The host closed the port or died.
    fn host_closed(&mut self, uptime: u64);
    /// Bytes from the host. Returns how many were taken (at most its input buffer); the rest stays
    /// with the cable, which offers them again after the next [`Device::advance`].
    fn receive(&mut self, bytes: &[u8], uptime: u64) -> usize;
    /// Lets time pass up to `uptime`: ends movements, runs what waits in the input buffer.
    fn advance(&mut self, uptime: u64);
    /// Takes the bytes that are to go to the host.
    fn transmit(&mut self) -> Vec<u8>;
    /// When the next thing happens by itself; `None`: nothing until bytes or hands come.
    fn next(&self) -> Option<u64>;
    /// The printer has a channel for datagrams beside the byte pipe.
    fn has_datagrams(&self) -> bool {
        false
    }
    /// One request datagram. Returns the answer datagram; `None`: nothing comes back.
    fn datagram(&mut self, _request: &[u8], _uptime: u64) -> Option<Vec<u8>> {
        None
    }
    /// The USB printer class's port status byte.
    fn port_status(&self) -> u8;
    /// Answers that the host has not read stay in the cable when it closes the port.
    fn keeps_answers(&self) -> bool {
        true
    }
    /// The data cable is in; without it no byte goes either way.
    fn plugged(&self) -> bool {
        self.mechanism().plugged()
    }
    /// One line of the chip reader's socket (`presence`, `uid`, `apdu HEX`) and its answer, both without line end.
    fn reader(&mut self, line: &str, uptime: u64) -> String;
    /// A person's hand at the printer.
    fn hand(&mut self, hand: Hand, uptime: u64) -> Result<Look, HandRefused>;
    /// The truth.
    fn mechanism(&self) -> &Mechanism;
    /// The truth, for cards that a person brings or takes. Power, lid and cable go through [`Device::hand`]:
    /// the firmware must feel them.
    fn mechanism_mut(&mut self) -> &mut Mechanism;
}
