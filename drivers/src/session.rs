//! The pump that joins a machine and a link. It never blocks and never asks the time: `now` is an argument.
//!
//! The order of one turn is fixed: read what waits and hand it over, then let a timer elapse, then write. So an answer
//! that is already here is heard before the timer that would have called it late, and a jam is heard
//! halfway through a picture. Each change is followed by a drain of the machine to `Wait`.

mod run;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::{Buf, Bytes};

use crate::contract::{Busy, Channel, LinkNews, Machine, Moment, Output};
use crate::link::{Link, LinkError, OpenState, ReadResult, WriteResult};

pub use run::run;

/// Bytes handed to a machine at a time.
pub const PIECE_BYTES_MAX: usize = 64;
/// Pieces read from one channel in one turn.
const PIECES_PER_TURN_MAX: usize = 64;
/// Writes tried on one channel in one turn.
const WRITES_PER_TURN_MAX: usize = 8;
/// Turns in one call of [`Session::pump`].
const TURNS_PER_PUMP_MAX: usize = 8;
/// Polls of a machine until it must have said `Wait`.
const POLLS_PER_DRAIN_MAX: usize = 4096;
/// Rest given to a machine that did not say `Wait` even after its link was taken away.
const RUNAWAY_REST: Duration = Duration::from_secs(1);

/// One machine's side of its link: the queues, and what is open.
pub struct Session<M: Machine> {
    machine: M,
    lanes: BTreeMap<Channel, Lane>,
    /// News of the link that wait for the machine to reach `Wait`.
    link_news: VecDeque<LinkNews>,
    wait: Option<Moment>,
    trouble: Option<LinkError>,
    runaway_told: bool,
}

/// One channel that is open or opening. A shut channel has no lane.
struct Lane {
    state: OpenState,
    queue: VecDeque<Bytes>,
    /// It takes nothing more and is only heard out.
    falling: bool,
}

impl<M: Machine> Session<M> {
    /// A session with nothing open.
    pub fn new(machine: M) -> Session<M> {
        Session {
            machine,
            lanes: BTreeMap::new(),
            link_news: VecDeque::new(),
            wait: None,
            trouble: None,
            runaway_told: false,
        }
    }

    /// Makes one request; call [`Session::pump`] afterwards.
    pub fn ask(&mut self, request: M::Ask, now: Moment) -> Result<(), Busy> {
        self.machine.ask(request, now)
    }

    /// Moves everything that can move without waiting; news are appended.
    ///
    /// Returns the earliest moment at which to call again if the link is not ready before: `now` itself when the bound on one
    /// call's work was met and more is ready. A machine that does not say `Wait` within 4096 polls
    /// is defective: its link is aborted, one error is logged, and it is polled again after a second.
    pub fn pump(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Option<Moment> {
        match self.turns(link, now, news) {
            Ok(next) => next,
            Err(Runaway) => self.stop_runaway(link, now, news),
        }
    }

    /// Whether bytes wait that the link has not taken.
    pub fn wants_write(&self) -> bool {
        self.lanes
            .values()
            .any(|lane| lane.state == OpenState::Open && !lane.queue.is_empty())
    }

    /// Whether a channel is open.
    pub fn is_open(&self) -> bool {
        self.lanes
            .values()
            .any(|lane| lane.state == OpenState::Open)
    }

    /// Why a channel last fell or could not be opened; `None` since it was last opened.
    pub fn trouble(&self) -> Option<&LinkError> {
        self.trouble.as_ref()
    }

    /// The machine.
    pub fn machine(&self) -> &M {
        &self.machine
    }

    /// Lets go of the link without asking the machine: what waits is dropped, every channel aborted.
    pub fn hang_up(self, link: &mut dyn Link) {
        for channel in self.lanes.into_keys() {
            link.abort(channel);
        }
    }

    fn turns(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<Option<Moment>, Runaway> {
        self.drain(link, now, news)?;
        let mut elapsed = false;
        for _ in 0..TURNS_PER_PUMP_MAX {
            let mut moved = self.finish_openings(link, now, news)?;
            moved |= self.read(link, now, news)?;
            if !elapsed && self.wait.is_some_and(|moment| moment <= now) {
                elapsed = true;
                self.machine.elapse(now);
                self.drain(link, now, news)?;
            }
            moved |= self.write(link, now, news)?;
            if !moved {
                return Ok(self.wait);
            }
        }
        Ok(Some(now))
    }
}

/// A machine did not say `Wait` within its polls.
struct Runaway;

impl<M: Machine> Session<M> {
    /// Drains the machine to `Wait`, then gives it the next news of the link, until there are none.
    fn drain(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<(), Runaway> {
        for _ in 0..POLLS_PER_DRAIN_MAX {
            match self.machine.poll() {
                Output::Open(channel) => self.open(link, channel),
                Output::Send(channel, bytes) => self.queue(channel, bytes),
                Output::AskPortStatus => self
                    .link_news
                    .push_back(LinkNews::PortStatus(link.port_status())),
                Output::Close(channel) => self.close(link, channel),
                Output::Tell(told) => news.push(told),
                Output::Wait(moment) => {
                    self.wait = moment;
                    match self.link_news.pop_front() {
                        Some(link_news) => self.machine.link(link_news, now),
                        None => return Ok(()),
                    }
                }
            }
        }
        Err(Runaway)
    }

    fn open(&mut self, link: &mut dyn Link, channel: Channel) {
        match link.open(channel) {
            Ok(state) => {
                let lane = Lane {
                    state,
                    queue: VecDeque::new(),
                    falling: false,
                };
                self.lanes.entry(channel).or_insert(lane);
                if state == OpenState::Open {
                    self.trouble = None;
                    self.link_news.push_back(LinkNews::Up(channel));
                }
            }
            Err(error) => self.fall(link, channel, error),
        }
    }

    /// Bytes for a channel that is shut are dropped: its `Down` is on the way to the machine, or it closed it itself.
    fn queue(&mut self, channel: Channel, bytes: Bytes) {
        if let Some(lane) = self.lanes.get_mut(&channel) {
            lane.queue.push_back(bytes);
        }
    }

    /// A channel closed with bytes unsent is in doubt, so it is aborted.
    fn close(&mut self, link: &mut dyn Link, channel: Channel) {
        self.link_news
            .retain(|link_news| channel_of(*link_news) != Some(channel));
        match self.lanes.remove(&channel) {
            Some(lane) if lane.queue.is_empty() => link.close(channel),
            Some(_) => link.abort(channel),
            None => {}
        }
    }

    fn fall(&mut self, link: &mut dyn Link, channel: Channel, error: LinkError) {
        tracing::debug!(?channel, %error, "link down");
        link.abort(channel);
        self.lanes.remove(&channel);
        self.link_news
            .retain(|link_news| channel_of(*link_news) != Some(channel));
        self.link_news.push_back(LinkNews::Down(channel));
        self.trouble = Some(error);
    }

    fn finish_openings(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<bool, Runaway> {
        let mut moved = false;
        for channel in self.channels(OpenState::Pending) {
            if !self.is(channel, OpenState::Pending) {
                continue;
            }
            match link.open(channel) {
                Ok(OpenState::Pending) => continue,
                Ok(OpenState::Open) => {
                    if let Some(lane) = self.lanes.get_mut(&channel) {
                        lane.state = OpenState::Open;
                    }
                    self.trouble = None;
                    self.link_news.push_back(LinkNews::Up(channel));
                }
                Err(error) => self.fall(link, channel, error),
            }
            moved = true;
            self.drain(link, now, news)?;
        }
        Ok(moved)
    }

    fn read(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<bool, Runaway> {
        let mut moved = false;
        for _ in 0..PIECES_PER_TURN_MAX {
            let mut any = false;
            for channel in self.channels(OpenState::Open) {
                any |= self.read_piece(link, channel, now, news)?;
            }
            if !any {
                break;
            }
            moved = true;
        }
        Ok(moved)
    }

    fn read_piece(
        &mut self,
        link: &mut dyn Link,
        channel: Channel,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<bool, Runaway> {
        // The channel before this one may have made the machine close this one.
        if !self.is(channel, OpenState::Open) {
            return Ok(false);
        }
        let mut piece = [0; PIECE_BYTES_MAX];
        match link.try_read(channel, &mut piece) {
            ReadResult::Bytes(count) => {
                self.machine
                    .receive(channel, &piece[..count.min(PIECE_BYTES_MAX)], now);
            }
            ReadResult::Nothing => return Ok(false),
            ReadResult::Fallen(error) => self.fall(link, channel, error),
        }
        self.drain(link, now, news)?;
        Ok(true)
    }

    fn write(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<bool, Runaway> {
        let mut moved = false;
        for _ in 0..WRITES_PER_TURN_MAX {
            let mut any = false;
            for channel in self.channels(OpenState::Open) {
                any |= self.write_front(link, channel, now, news)?;
            }
            if !any {
                break;
            }
            moved = true;
        }
        Ok(moved)
    }

    fn write_front(
        &mut self,
        link: &mut dyn Link,
        channel: Channel,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<bool, Runaway> {
        let Some(lane) = self.lanes.get_mut(&channel) else {
            return Ok(false);
        };
        let Some(front) = lane.queue.front_mut() else {
            return Ok(false);
        };
        if !front.is_empty() {
            match link.try_write(channel, front) {
                WriteResult::Taken(0) => return Ok(false),
                WriteResult::Taken(count) => front.advance(count.min(front.len())),
                WriteResult::Fallen(error) => {
                    lane.falling = true;
                    self.hear_out(link, channel, now, news)?;
                    if self.is_falling(channel) {
                        self.fall(link, channel, error);
                        self.drain(link, now, news)?;
                    }
                    return Ok(true);
                }
            }
        }
        if front.is_empty() {
            lane.queue.pop_front();
            if lane.queue.is_empty() {
                self.link_news.push_back(LinkNews::Sent(channel));
                self.drain(link, now, news)?;
            }
        }
        Ok(true)
    }

    /// A channel that takes nothing more may still hold the printer's last words: why it fell, or an answer.
    fn hear_out(
        &mut self,
        link: &mut dyn Link,
        channel: Channel,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Result<(), Runaway> {
        for _ in 0..PIECES_PER_TURN_MAX {
            let mut piece = [0; PIECE_BYTES_MAX];
            match link.try_read(channel, &mut piece) {
                ReadResult::Bytes(count) => {
                    self.machine
                        .receive(channel, &piece[..count.min(PIECE_BYTES_MAX)], now);
                    self.drain(link, now, news)?;
                }
                ReadResult::Nothing | ReadResult::Fallen(_) => break,
            }
            if !self.is_falling(channel) {
                break;
            }
        }
        Ok(())
    }

    fn stop_runaway(
        &mut self,
        link: &mut dyn Link,
        now: Moment,
        news: &mut Vec<M::News>,
    ) -> Option<Moment> {
        if !self.runaway_told {
            self.runaway_told = true;
            tracing::error!(
                polls = POLLS_PER_DRAIN_MAX,
                "machine never waits: link aborted"
            );
        }
        self.link_news.clear();
        for channel in std::mem::take(&mut self.lanes).into_keys() {
            link.abort(channel);
            self.link_news.push_back(LinkNews::Down(channel));
        }
        match self.drain(link, now, news) {
            Ok(()) => self.wait,
            Err(Runaway) => Some(now + RUNAWAY_REST),
        }
    }

    fn is(&self, channel: Channel, state: OpenState) -> bool {
        self.lanes
            .get(&channel)
            .is_some_and(|lane| lane.state == state)
    }

    fn is_falling(&self, channel: Channel) -> bool {
        self.lanes.get(&channel).is_some_and(|lane| lane.falling)
    }

    fn channels(&self, state: OpenState) -> impl Iterator<Item = Channel> + use<M> {
        let mut found = [None; 2];
        for (slot, (channel, _)) in found
            .iter_mut()
            .zip(self.lanes.iter().filter(|(_, lane)| lane.state == state))
        {
            *slot = Some(*channel);
        }
        found.into_iter().flatten()
    }
}

/// The channel that a piece of link news is about.
fn channel_of(news: LinkNews) -> Option<Channel> {
    match news {
        LinkNews::Up(channel) | LinkNews::Down(channel) | LinkNews::Sent(channel) => Some(channel),
        LinkNews::PortStatus(_) => None,
    }
}
