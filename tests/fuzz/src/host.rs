//! A machine and its session under watch: what the contract promises is asserted at every call.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::time::Duration;

use cetak_drivers::contract::{
    Busy, Channel, EncoderNews, Event, LinkNews, Machine, Moment, Output,
};
use cetak_drivers::session::Session;

use super::link::ScriptedLink;

/// Polls after one change until a machine must have said `Wait`: the session's own limit.
const POLLS_MAX: usize = 4096;
/// Bytes sent after one change at most: a small picture in its plainest form, several times.
const SENT_BYTES_MAX: usize = 1 << 20;
/// Pumps at one moment after which a machine counts as spinning.
const PUMPS_MAX: usize = 1000;
/// Moments after which a request counts as endless.
const MOMENTS_MAX: usize = 20_000;
/// Longest news, as it is shown. Unit: bytes.
const NEWS_BYTES_MAX: usize = 1 << 16;

/// News that may be the end of a request.
pub trait News: Debug + Clone + PartialEq {
    /// It ends the request in flight.
    fn answers(&self) -> bool;
    /// It may not come while a request is in flight.
    fn only_idle(&self) -> bool;
}

impl News for Event {
    fn answers(&self) -> bool {
        matches!(self, Event::Answered(_))
    }
    fn only_idle(&self) -> bool {
        matches!(self, Event::Lost)
    }
}

impl News for EncoderNews {
    fn answers(&self) -> bool {
        true
    }
    fn only_idle(&self) -> bool {
        false
    }
}

/// How received bytes reach the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// As the session reads them.
    Whole,
    /// One by one.
    EveryByte,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Line {
    #[default]
    Shut,
    Opening,
    Up,
}

/// A machine that is held to its contract.
struct Watched<M: Machine> {
    machine: M,
    cut: Cut,
    /// What it wanted while a piece was handed to it byte by byte.
    ahead: VecDeque<Output<M::News>>,
    in_flight: bool,
    lines: [Line; 2],
    polls: usize,
    sent: usize,
    /// Everything but the waits.
    log: Vec<Output<M::News>>,
}

impl<M: Machine> Watched<M>
where
    M::News: News,
{
    fn line(&mut self, channel: Channel) -> &mut Line {
        match channel {
            Channel::Main => &mut self.lines[0],
            Channel::Status => &mut self.lines[1],
        }
    }

    fn changed(&mut self) {
        self.polls = 0;
        self.sent = 0;
    }

    fn next(&mut self) -> Output<M::News> {
        self.polls += 1;
        assert!(self.polls < POLLS_MAX, "the machine never waits");
        let output = self.machine.poll();
        match &output {
            Output::Open(channel) => *self.line(*channel) = Line::Opening,
            Output::Close(channel) => *self.line(*channel) = Line::Shut,
            Output::Send(channel, bytes) => {
                assert_eq!(*self.line(*channel), Line::Up, "sent on a channel not up");
                self.sent += bytes.len();
                assert!(self.sent < SENT_BYTES_MAX, "sends without end");
            }
            Output::Tell(news) => {
                if news.answers() {
                    assert!(self.in_flight, "an answer that nobody awaits: {news:?}");
                    self.in_flight = false;
                }
                assert!(!(news.only_idle() && self.in_flight), "{news:?} in flight");
                assert!(format!("{news:?}").len() < NEWS_BYTES_MAX);
            }
            Output::Wait(_) => return output,
            Output::AskPortStatus => {}
        }
        self.log.push(output.clone());
        output
    }
}

impl<M: Machine> Machine for Watched<M>
where
    M::News: News + Send,
{
    type Ask = M::Ask;
    type News = M::News;

    fn ask(&mut self, request: M::Ask, now: Moment) -> Result<(), Busy> {
        self.changed();
        let made = self.machine.ask(request, now);
        assert_eq!(made.is_err(), self.in_flight, "busy is in flight");
        self.in_flight = true;
        made
    }

    fn link(&mut self, news: LinkNews, now: Moment) {
        self.changed();
        match news {
            LinkNews::Up(channel) => *self.line(channel) = Line::Up,
            LinkNews::Down(channel) => *self.line(channel) = Line::Shut,
            LinkNews::Sent(_) | LinkNews::PortStatus(_) => {}
        }
        self.machine.link(news, now);
    }

    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        self.changed();
        if self.cut == Cut::Whole {
            return self.machine.receive(from, bytes, now);
        }
        for byte in bytes {
            // A session hands over nothing of a channel that the machine has closed.
            if *self.line(from) != Line::Up {
                return;
            }
            self.machine.receive(from, &[*byte], now);
            loop {
                let output = self.next();
                if matches!(output, Output::Wait(_)) {
                    break;
                }
                self.ahead.push_back(output);
            }
        }
    }

    fn elapse(&mut self, now: Moment) {
        self.changed();
        self.machine.elapse(now);
    }

    fn poll(&mut self) -> Output<M::News> {
        match self.ahead.pop_front() {
            Some(wanted) => wanted,
            None => self.next(),
        }
    }
}

/// One side of a wire: a machine, its session, its link and its clock.
pub struct Host<M: Machine>
where
    M::News: News + Send,
{
    session: Session<Watched<M>>,
    /// The link.
    pub link: ScriptedLink,
    /// What its clock says.
    pub now: Moment,
    /// What it told.
    pub news: Vec<M::News>,
    /// What it waits for.
    pub wait: Option<Moment>,
}

impl<M: Machine> Host<M>
where
    M::News: News + Send,
{
    /// A machine with its link shut.
    pub fn new(machine: M, cut: Cut) -> Host<M> {
        let watched = Watched {
            machine,
            cut,
            ahead: VecDeque::new(),
            in_flight: false,
            lines: [Line::Shut; 2],
            polls: 0,
            sent: 0,
            log: Vec::new(),
        };
        Host {
            session: Session::new(watched),
            link: ScriptedLink::new(),
            now: Moment::ZERO,
            news: Vec::new(),
            wait: None,
        }
    }

    /// Makes a request; says whether it was taken. The watch knows which it must be.
    pub fn ask(&mut self, request: M::Ask) -> bool {
        self.session.ask(request, self.now).is_ok()
    }

    /// A request is in flight.
    pub fn in_flight(&self) -> bool {
        self.session.machine().in_flight
    }

    /// Moves all that moves at this moment. Says whether it told anything or wants another look at once.
    pub fn pump(&mut self) -> bool {
        let told = self.news.len();
        self.wait = self.session.pump(&mut self.link, self.now, &mut self.news);
        assert!(
            self.wait.is_some() || !self.in_flight(),
            "a request in flight has a limit"
        );
        self.news.len() > told || self.wait.is_some_and(|moment| moment <= self.now)
    }

    /// Pumps until nothing moves.
    pub fn settle(&mut self) {
        for _ in 0..PUMPS_MAX {
            if !self.pump() {
                return;
            }
        }
        panic!("the machine spins");
    }

    /// Lets time pass to the next moment that it waits for; says whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(moment) = self.wait else {
            return false;
        };
        self.now = self.now.max(moment);
        self.settle();
        true
    }

    /// Lets time pass, its timers elapsing at their moments.
    pub fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        for _ in 0..MOMENTS_MAX {
            if self.wait.is_none_or(|moment| moment > until) {
                break;
            }
            self.step();
        }
        self.now = until;
        self.settle();
    }

    /// Lets time pass in one jump: its timers elapse late.
    pub fn jump(&mut self, time: Duration) {
        self.now = self.now + time;
        self.settle();
    }

    /// With a link in order and nobody at its other end the request in flight ends by itself.
    pub fn end(&mut self) {
        self.link.refuses = false;
        self.link.hangs = false;
        self.link.takes = usize::MAX;
        self.settle();
        for _ in 0..MOMENTS_MAX {
            if !self.in_flight() {
                return;
            }
            self.step();
        }
        panic!("the request never ends");
    }

    /// All that it ever wanted, without its waits.
    pub fn into_log(self) -> Vec<Output<M::News>> {
        self.session.machine().log.clone()
    }
}
