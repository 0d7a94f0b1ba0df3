//! A link that takes so many bytes and then stands still: a hand gets the time to pull the cable inside a picture.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{AsyncLink, Link, LinkError, OpenState, ReadResult, Ready, WriteResult};
use crate::contract::Channel;

/// How many bytes still pass; shared with whoever sets it. Unit: bytes.
#[derive(Debug, Clone)]
pub struct Gate(Arc<AtomicUsize>);

impl Default for Gate {
    /// Open.
    fn default() -> Gate {
        Gate(Arc::new(AtomicUsize::new(usize::MAX)))
    }
}

impl Gate {
    /// From here on so many bytes pass and no more.
    pub fn shut_behind(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// Everything passes.
    pub fn open(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }

    fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn pass(&self, bytes: usize) {
        let left = self.left();
        if left != usize::MAX {
            self.0.store(left.saturating_sub(bytes), Ordering::Relaxed);
        }
    }
}

/// A link behind a [`Gate`].
#[derive(Debug)]
pub struct Dam<L> {
    link: L,
    gate: Gate,
}

impl<L> Dam<L> {
    /// Puts the gate before the link.
    pub fn new(link: L, gate: Gate) -> Dam<L> {
        Dam { link, gate }
    }
}

impl<L: Link> Link for Dam<L> {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        self.link.open(channel)
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        self.link.try_read(channel, buffer)
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let count = bytes.len().min(self.gate.left());
        if count == 0 {
            return WriteResult::Taken(0);
        }
        let written = self.link.try_write(channel, &bytes[..count]);
        if let WriteResult::Taken(taken) = &written {
            self.gate.pass(*taken);
        }
        written
    }

    fn port_status(&mut self) -> Option<u8> {
        self.link.port_status()
    }

    fn close(&mut self, channel: Channel) {
        self.link.close(channel);
    }

    fn abort(&mut self, channel: Channel) {
        self.link.abort(channel);
    }
}

impl<L: AsyncLink> AsyncLink for Dam<L> {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        // Behind a shut gate the link would take bytes at any time: only a fall or an answer is waited for.
        self.link.ready(want_write && self.gate.left() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::memory::pair;

    #[test]
    fn behind_a_shut_gate_nothing_passes_until_it_is_opened() {
        let (link, cable) = pair(64);
        let gate = Gate::default();
        let mut dam = Dam::new(link, gate.clone());
        assert!(matches!(dam.open(Channel::Main), Ok(OpenState::Open)));
        gate.shut_behind(3);
        assert!(matches!(
            dam.try_write(Channel::Main, b"abcd"),
            WriteResult::Taken(3)
        ));
        assert!(matches!(
            dam.try_write(Channel::Main, b"d"),
            WriteResult::Taken(0)
        ));
        assert_eq!(cable.read_from_host(64), b"abc");
        gate.open();
        assert!(matches!(
            dam.try_write(Channel::Main, b"d"),
            WriteResult::Taken(1)
        ));
        assert_eq!(cable.read_from_host(64), b"d");
    }
}
