//! A deterministic pipe in memory. The host's end is a [`MemoryLink`], the device's end a [`MemoryCable`].
//!
//! The cable outlives its links, as a wire outlives a program: what a link's host had sent before it died can still be
//! read, as from a kernel's buffer, and another link can be attached later. The knobs are those of
//! a chaos test: a budget of bytes after which the host is dead, a cut, an opening that fails.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::{AsyncLink, Link, LinkError, OpenState, ReadResult, Ready, WriteResult};
use crate::contract::Channel;

/// Bytes that wait for the host at most.
const TO_HOST_BYTES_MAX: usize = 1 << 20;
/// How errors name this endpoint.
const ENDPOINT: &str = "memory";

/// What happened to the host's end, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CableEvent {
    /// A host opened it.
    Opened,
    /// The host closed it, died, or the cable was cut.
    Closed,
}

/// A pipe whose buffer towards the device holds `capacity` bytes, with a first link attached.
pub fn pair(capacity: usize) -> (MemoryLink, MemoryCable) {
    let cable = MemoryCable {
        pipe: Arc::new(Mutex::new(Pipe::new(capacity))),
    };
    (cable.link(), cable)
}

/// The device's end. Its clones are the same end.
#[derive(Clone)]
pub struct MemoryCable {
    pipe: Arc<Mutex<Pipe>>,
}

impl MemoryCable {
    /// Attaches another link, shut. Only one link can have the cable open; another one finds it taken.
    pub fn link(&self) -> MemoryLink {
        let mut pipe = lock(&self.pipe);
        pipe.links += 1;
        MemoryLink {
            pipe: Arc::clone(&self.pipe),
            name: pipe.links,
        }
    }

    /// Whether a host has it open.
    pub fn host_is_open(&self) -> bool {
        lock(&self.pipe).holder.is_some()
    }

    /// The next event at the host's end.
    pub fn take_event(&self) -> Option<CableEvent> {
        lock(&self.pipe).events.pop_front()
    }

    /// Takes the next event if it is an opening.
    pub fn take_opened(&self) -> bool {
        lock(&self.pipe).take_event(CableEvent::Opened)
    }

    /// Takes the next event if it is a closing.
    pub fn take_closed(&self) -> bool {
        lock(&self.pipe).take_event(CableEvent::Closed)
    }

    /// Bytes from the host that wait.
    pub fn waiting(&self) -> usize {
        lock(&self.pipe).to_device.len()
    }

    /// Looks at up to `max` bytes from the host; they stay.
    pub fn peek(&self, max: usize) -> Vec<u8> {
        let pipe = lock(&self.pipe);
        pipe.to_device.iter().take(max).copied().collect()
    }

    /// Drops the first `count` bytes from the host, which makes room for more.
    pub fn consume(&self, count: usize) {
        let mut pipe = lock(&self.pipe);
        let count = count.min(pipe.to_device.len());
        pipe.to_device.drain(..count);
        pipe.wake();
    }

    /// Takes up to `max` bytes from the host.
    pub fn read_from_host(&self, max: usize) -> Vec<u8> {
        let bytes = self.peek(max);
        self.consume(bytes.len());
        bytes
    }

    /// Sends to the host. Returns how many bytes were taken: all, unless a mebibyte waits already. Where no
    /// host is open they are gone, or wait for the next one under [`MemoryCable::keep_unread`].
    pub fn write_to_host(&self, bytes: &[u8]) -> usize {
        let mut pipe = lock(&self.pipe);
        if pipe.holder.is_none() && !pipe.keep_unread {
            return bytes.len();
        }
        let taken = bytes
            .len()
            .min(TO_HOST_BYTES_MAX.saturating_sub(pipe.to_host.len()));
        pipe.to_host.extend(&bytes[..taken]);
        pipe.wake();
        taken
    }

    /// Sets the port status byte; `None`: this cable has none.
    pub fn set_port_status(&self, status: Option<u8>) {
        lock(&self.pipe).port_status = status;
    }

    /// Whether an opening fails as if the device were not there.
    pub fn fail_open(&self, fails: bool) {
        lock(&self.pipe).fail_open = fails;
    }

    /// The link falls. What the host has not read is lost; what the device has not read stays for it, unless
    /// [`MemoryCable::drop_on_close`]. The host may open again.
    pub fn cut(&self) {
        lock(&self.pipe).let_go(true);
    }

    /// Whether bytes that the device has not read are lost when the host closes. Without it they stay.
    pub fn drop_on_close(&self, drops: bool) {
        lock(&self.pipe).drop_on_close = drops;
    }

    /// Whether bytes that the host has not read stay for its next opener, as on a pty. Without it they are lost.
    pub fn keep_unread(&self, keeps: bool) {
        lock(&self.pipe).keep_unread = keeps;
    }

    /// After `bytes` more bytes the host is dead: nothing is taken from it, nothing is read by it, until the
    /// budget is set again. `None`: it lives.
    pub fn accept_limit(&self, bytes: Option<usize>) {
        let mut pipe = lock(&self.pipe);
        pipe.budget = bytes;
        pipe.wake();
    }

    /// Whether the budget of [`MemoryCable::accept_limit`] is spent: whoever runs the host should drop it.
    pub fn budget_spent(&self) -> bool {
        lock(&self.pipe).budget == Some(0)
    }

    /// Bytes taken from hosts since the cable was made.
    pub fn taken_total(&self) -> u64 {
        lock(&self.pipe).taken_total
    }
}

/// The host's end. Dropping it is the host's death: the device sees a closing.
pub struct MemoryLink {
    pipe: Arc<Mutex<Pipe>>,
    name: u64,
}

impl Link for MemoryLink {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        if channel != Channel::Main {
            return Err(LinkError::NoChannel {
                endpoint: ENDPOINT.to_owned(),
                channel,
            });
        }
        let mut pipe = lock(&self.pipe);
        if pipe.holder == Some(self.name) {
            return Ok(OpenState::Open);
        }
        if pipe.fail_open {
            return Err(LinkError::Absent {
                endpoint: ENDPOINT.to_owned(),
                cause: io::ErrorKind::NotFound.into(),
            });
        }
        if pipe.holder.is_some() {
            return Err(LinkError::Taken {
                endpoint: ENDPOINT.to_owned(),
                cause: io::ErrorKind::ResourceBusy.into(),
            });
        }
        pipe.holder = Some(self.name);
        pipe.events.push_back(CableEvent::Opened);
        Ok(OpenState::Open)
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        let mut pipe = lock(&self.pipe);
        if channel != Channel::Main || pipe.holder != Some(self.name) {
            return ReadResult::Fallen(closed());
        }
        let count = buffer.len().min(pipe.to_host.len());
        if pipe.budget == Some(0) || count == 0 {
            return ReadResult::Nothing;
        }
        for (slot, byte) in buffer.iter_mut().zip(pipe.to_host.drain(..count)) {
            *slot = byte;
        }
        ReadResult::Bytes(count)
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let mut pipe = lock(&self.pipe);
        if channel != Channel::Main || pipe.holder != Some(self.name) {
            return WriteResult::Fallen(closed());
        }
        let room = pipe.room();
        let taken = bytes.len().min(room);
        pipe.to_device.extend(&bytes[..taken]);
        pipe.taken_total += taken as u64;
        if let Some(budget) = &mut pipe.budget {
            *budget -= taken;
        }
        WriteResult::Taken(taken)
    }

    fn port_status(&mut self) -> Option<u8> {
        let pipe = lock(&self.pipe);
        pipe.port_status.filter(|_| pipe.holder == Some(self.name))
    }

    fn close(&mut self, _channel: Channel) {
        let mut pipe = lock(&self.pipe);
        if pipe.holder == Some(self.name) {
            let keeps = pipe.keep_unread;
            pipe.let_go(!keeps);
        }
    }
}

impl AsyncLink for MemoryLink {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        Box::pin(std::future::poll_fn(move |context| {
            let mut pipe = lock(&self.pipe);
            let mine = pipe.holder == Some(self.name);
            let dead = pipe.budget == Some(0);
            // A holder that lost the cable to a cut must look once and find that it fell.
            let fallen = pipe.cut_from == Some(self.name);
            let readable = mine && !dead && !pipe.to_host.is_empty();
            let writable = mine && want_write && pipe.room() > 0;
            if fallen || readable || writable {
                pipe.cut_from = None;
                return Poll::Ready(());
            }
            pipe.waker = Some(context.waker().clone());
            Poll::Pending
        }))
    }
}

impl Drop for MemoryLink {
    fn drop(&mut self) {
        self.close(Channel::Main);
    }
}

/// Both directions and the knobs.
struct Pipe {
    capacity: usize,
    to_device: VecDeque<u8>,
    to_host: VecDeque<u8>,
    events: VecDeque<CableEvent>,
    /// Which link has it open.
    holder: Option<u64>,
    /// Which link lost it to a cut and was not woken for that yet.
    cut_from: Option<u64>,
    links: u64,
    port_status: Option<u8>,
    fail_open: bool,
    drop_on_close: bool,
    keep_unread: bool,
    budget: Option<usize>,
    taken_total: u64,
    waker: Option<Waker>,
}

impl Pipe {
    fn new(capacity: usize) -> Pipe {
        Pipe {
            capacity,
            to_device: VecDeque::new(),
            to_host: VecDeque::new(),
            events: VecDeque::new(),
            holder: None,
            cut_from: None,
            links: 0,
            port_status: None,
            fail_open: false,
            drop_on_close: false,
            keep_unread: false,
            budget: None,
            taken_total: 0,
            waker: None,
        }
    }

    fn room(&self) -> usize {
        let room = self.capacity.saturating_sub(self.to_device.len());
        self.budget.map_or(room, |budget| room.min(budget))
    }

    fn let_go(&mut self, unread_is_lost: bool) {
        if let Some(holder) = self.holder.take() {
            self.events.push_back(CableEvent::Closed);
            self.cut_from = Some(holder);
        }
        if unread_is_lost {
            self.to_host.clear();
        }
        if self.drop_on_close {
            self.to_device.clear();
        }
        self.wake();
    }

    fn take_event(&mut self, event: CableEvent) -> bool {
        let is_next = self.events.front() == Some(&event);
        if is_next {
            self.events.pop_front();
        }
        is_next
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A panic elsewhere leaves only whole bytes behind, so the pipe is still good.
fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> LinkError {
    LinkError::Closed {
        endpoint: ENDPOINT.to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read_all(link: &mut MemoryLink) -> Vec<u8> {
        let mut all = Vec::new();
        let mut piece = [0; 5];
        while let ReadResult::Bytes(count) = link.try_read(Channel::Main, &mut piece) {
            all.extend(&piece[..count]);
        }
        all
    }

    fn taken(link: &mut MemoryLink, bytes: &[u8]) -> usize {
        match link.try_write(Channel::Main, bytes) {
            WriteResult::Taken(count) => count,
            WriteResult::Fallen(error) => panic!("fell: {error}"),
        }
    }

    #[test]
    fn bytes_pass_both_ways_and_a_full_buffer_takes_no_more() {
        let (mut link, cable) = pair(4);
        assert_eq!(link.open(Channel::Main).unwrap(), OpenState::Open);
        assert_eq!(taken(&mut link, b"abcdef"), 4);
        assert_eq!(taken(&mut link, b"ef"), 0);
        assert_eq!(cable.peek(2), b"ab");
        cable.consume(3);
        assert_eq!(taken(&mut link, b"ef"), 2);
        assert_eq!(cable.read_from_host(9), b"def");
        assert_eq!(cable.write_to_host(b"hello, host"), 11);
        assert_eq!(read_all(&mut link), b"hello, host");
        assert_eq!(cable.taken_total(), 6);
    }

    #[test]
    fn what_a_dead_host_had_sent_stays_for_the_device() {
        let (mut link, cable) = pair(64);
        link.open(Channel::Main).unwrap();
        taken(&mut link, b"Se\r");
        drop(link);
        assert!(!cable.host_is_open());
        assert!(cable.take_opened() && cable.take_closed() && !cable.take_opened());
        assert_eq!(cable.read_from_host(9), b"Se\r");
    }

    #[test]
    fn what_a_dead_host_had_sent_is_lost_if_the_cable_drops_it() {
        let (mut link, cable) = pair(64);
        cable.drop_on_close(true);
        link.open(Channel::Main).unwrap();
        taken(&mut link, b"Se\r");
        drop(link);
        assert_eq!(cable.waiting(), 0);
    }

    #[test]
    fn an_unread_answer_waits_for_the_next_opener_only_if_kept() {
        for keeps in [false, true] {
            let (mut link, cable) = pair(64);
            cable.keep_unread(keeps);
            link.open(Channel::Main).unwrap();
            cable.write_to_host(b"OK");
            drop(link);
            cable.write_to_host(b"late");
            let mut next = cable.link();
            next.open(Channel::Main).unwrap();
            let expected: &[u8] = if keeps { b"OKlate" } else { b"" };
            assert_eq!(read_all(&mut next), expected);
        }
    }

    #[test]
    fn a_second_host_finds_it_taken() {
        let (mut link, cable) = pair(64);
        link.open(Channel::Main).unwrap();
        let refused = cable.link().open(Channel::Main).unwrap_err();
        assert!(matches!(refused, LinkError::Taken { .. }));
        assert!(cable.host_is_open());
    }

    #[test]
    fn a_budget_stops_the_host_at_that_byte() {
        let (mut link, cable) = pair(64);
        link.open(Channel::Main).unwrap();
        cable.accept_limit(Some(3));
        assert_eq!(taken(&mut link, b"ab"), 2);
        assert!(!cable.budget_spent());
        assert_eq!(taken(&mut link, b"cd"), 1);
        assert!(cable.budget_spent());
        cable.write_to_host(b"OK");
        assert!(read_all(&mut link).is_empty());
        assert_eq!(taken(&mut link, b"d"), 0);
        assert_eq!(cable.read_from_host(9), b"abc");
    }

    #[test]
    fn a_cut_falls_once_and_can_be_opened_again() {
        let (mut link, cable) = pair(64);
        link.open(Channel::Main).unwrap();
        cable.set_port_status(Some(0x18));
        assert_eq!(link.port_status(), Some(0x18));
        cable.write_to_host(b"lost");
        cable.cut();
        assert!(matches!(
            link.try_read(Channel::Main, &mut [0; 4]),
            ReadResult::Fallen(_)
        ));
        assert_eq!(link.port_status(), None);
        cable.fail_open(true);
        assert!(link.open(Channel::Main).is_err());
        cable.fail_open(false);
        link.open(Channel::Main).unwrap();
        assert!(read_all(&mut link).is_empty());
    }
}
