//! A machine whose own work is counted: time, memory and bytes.

use std::time::{Duration, Instant};

use cetak_drivers::contract::{
    Busy, Capabilities, Channel, Dialect, Event, LinkNews, Machine, Moment, Output, Request,
};

use crate::allocations::allocations;

/// What a machine has done.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// Wall time inside it.
    pub(crate) time: Duration,
    /// Blocks of memory that it asked for or let grow.
    pub(crate) blocks: u64,
    /// Bytes that it sent on the main channel.
    pub(crate) bytes: usize,
}

impl Spent {
    /// What was done after `earlier`.
    pub(crate) fn since(self, earlier: Spent) -> Spent {
        Spent {
            time: self.time - earlier.time,
            blocks: self.blocks - earlier.blocks,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

/// The machine, and what it has done.
pub(crate) struct Counted {
    machine: Box<dyn Dialect>,
    spent: Spent,
}

impl Counted {
    /// A machine that has done nothing.
    pub(crate) fn new(machine: Box<dyn Dialect>) -> Counted {
        Counted {
            machine,
            spent: Spent::default(),
        }
    }

    /// What it has done so far.
    pub(crate) fn spent(&self) -> Spent {
        self.spent
    }

    fn count<T>(&mut self, act: impl FnOnce(&mut Box<dyn Dialect>) -> T) -> T {
        let (before, begin) = (allocations(), Instant::now());
        let result = act(&mut self.machine);
        self.spent.time += begin.elapsed();
        self.spent.blocks += allocations() - before;
        result
    }
}

impl Machine for Counted {
    type Ask = Request;
    type News = Event;
    fn ask(&mut self, request: Request, now: Moment) -> Result<(), Busy> {
        self.count(|machine| machine.ask(request, now))
    }
    fn link(&mut self, news: LinkNews, now: Moment) {
        self.count(|machine| machine.link(news, now));
    }
    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        self.count(|machine| machine.receive(from, bytes, now));
    }
    fn elapse(&mut self, now: Moment) {
        self.count(|machine| machine.elapse(now));
    }
    fn poll(&mut self) -> Output<Event> {
        let output = self.count(|machine| machine.poll());
        if let Output::Send(Channel::Main, bytes) = &output {
            self.spent.bytes += bytes.len();
        }
        output
    }
}

impl Dialect for Counted {
    fn capabilities(&self) -> &Capabilities {
        self.machine.capabilities()
    }
}
