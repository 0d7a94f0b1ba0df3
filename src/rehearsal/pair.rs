//! A printer's real machine beside its simulated printer, in virtual time and with no room around them.

use std::collections::VecDeque;
use std::sync::Arc;

use cetak_drivers::contract::{
    Answer, Bytes, CardImage, Channel, Dialect, Event, LinkNews, Moment, Output, Request, Ribbon,
    Setup, Stage,
};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::Blank;
use cetak_firmware_sims::{evolis, magicard, matica, zebra};

/// Changes of one request after which it counts as endless.
const CHANGES_MAX: usize = 1_000_000;

/// A machine and its printer, joined byte by byte.
pub struct Pair<D: Dialect> {
    machine: D,
    firmware: Box<dyn Device>,
    now: Moment,
    /// On their way to the printer.
    bytes: VecDeque<Bytes>,
    /// On their way to the machine.
    datagrams: VecDeque<Vec<u8>>,
    news: VecDeque<LinkNews>,
    due: Option<Moment>,
    answer: Option<Answer>,
}

impl<D: Dialect> Pair<D> {
    /// The machine and a simulated printer of this model with so many blanks in its hopper. `dots`: the printer's
    /// picture has another size, along the long side and along the short one. `None`: the model is not simulated.
    pub fn new(
        machine: D,
        model: &str,
        dots: Option<(usize, usize)>,
        blanks: usize,
    ) -> Option<Pair<D>> {
        let mut firmware = firmware(model, dots)?;
        let blank = |number: usize| Blank {
            uid: Some(format!("TEST-{number:014X}")),
            ..Blank::default()
        };
        let blanks = (1..=blanks).map(blank).collect();
        firmware.hand(Hand::Load { blanks }, 0).ok()?;
        Some(Pair {
            machine,
            firmware,
            now: Moment::ZERO,
            bytes: VecDeque::new(),
            datagrams: VecDeque::new(),
            news: VecDeque::new(),
            due: None,
            answer: None,
        })
    }

    /// The machine.
    pub fn machine(&self) -> &D {
        &self.machine
    }

    /// Makes everything ready for a card of one side in colour.
    ///
    /// # Panics
    /// As [`Pair::print`].
    pub fn prepare(&mut self) {
        self.done(Request::Prepare(Setup {
            chip: false,
            hold: false,
            duplex: false,
            ribbon: Ribbon::Ymcko,
            card_inside: false,
        }));
        if self.orders(Stage::Feed) {
            self.done(Request::Do(Stage::Feed));
        }
    }

    /// Prints the card that was prepared for.
    ///
    /// # Panics
    /// If a request does not end well or the card does not come out: there is nothing here that goes wrong.
    pub fn print(&mut self, image: &Arc<CardImage>) {
        let before = self.firmware.mechanism().output().len();
        self.done(Request::Load(Arc::clone(image)));
        for stage in [Stage::Face, Stage::Finish] {
            if self.orders(stage) {
                self.done(Request::Do(stage));
            }
        }
        let out = self.firmware.mechanism().output().len();
        assert_eq!(out, before + 1, "the card came out");
    }

    fn orders(&self, stage: Stage) -> bool {
        self.machine.capabilities().orders(stage)
    }

    fn done(&mut self, request: Request) {
        let name = request.name();
        let now = self.now;
        self.answer = None;
        self.machine
            .ask(request, now)
            .expect("the one before has ended");
        for _ in 0..CHANGES_MAX {
            self.drain();
            if self.bytes.is_empty()
                && let Some(answer) = self.answer.take()
            {
                assert!(matches!(answer, Answer::Done(_)), "{name}: {answer:?}");
                return;
            }
            self.change();
        }
        panic!("{name} never ends");
    }

    /// Carries out what the machine wants, until it waits.
    fn drain(&mut self) {
        let uptime = self.now.0;
        loop {
            match self.machine.poll() {
                Output::Open(channel) => {
                    if channel == Channel::Main {
                        self.firmware.host_opened(uptime);
                    }
                    self.news.push_back(LinkNews::Up(channel));
                }
                Output::Send(Channel::Main, bytes) => {
                    self.bytes.push_back(bytes);
                }
                Output::Send(Channel::Status, question) => {
                    self.news.push_back(LinkNews::Sent(Channel::Status));
                    self.datagrams
                        .extend(self.firmware.datagram(&question, uptime));
                }
                Output::AskPortStatus => {
                    let status = LinkNews::PortStatus(Some(self.firmware.port_status()));
                    self.news.push_back(status);
                }
                Output::Close(channel) => {
                    if channel == Channel::Main {
                        self.bytes.clear();
                        self.firmware.host_closed(uptime);
                    }
                }
                Output::Tell(Event::Answered(answer)) => self.answer = Some(answer),
                Output::Tell(
                    Event::Up
                    | Event::Fault(_)
                    | Event::Status(_)
                    | Event::Identity(_)
                    | Event::Lost,
                ) => {}
                Output::Wait(due) => {
                    self.due = due;
                    return;
                }
            }
        }
    }

    /// One change: what the link says, what the printer says, what it takes; else time passes.
    fn change(&mut self) {
        let now = self.now;
        if let Some(news) = self.news.pop_front() {
            return self.machine.link(news, now);
        }
        if let Some(answer) = self.datagrams.pop_front() {
            return self.machine.receive(Channel::Status, &answer, now);
        }
        let answer = self.firmware.transmit();
        if !answer.is_empty() {
            return self.machine.receive(Channel::Main, &answer, now);
        }
        if let Some(bytes) = self.bytes.front_mut() {
            let taken = self.firmware.receive(bytes, now.0);
            let _ = bytes.split_to(taken);
            if bytes.is_empty() {
                self.bytes.pop_front();
            }
            if self.bytes.is_empty() {
                self.news.push_back(LinkNews::Sent(Channel::Main));
            }
            self.firmware.advance(now.0);
            if taken > 0 {
                return;
            }
        }
        let next = [self.due, self.firmware.next().map(Moment)];
        let next = next.into_iter().flatten().min();
        self.now = next.expect("a request in flight has a limit").max(now);
        self.firmware.advance(self.now.0);
        if self.due.is_some_and(|due| due <= self.now) {
            let now = self.now;
            self.machine.elapse(now);
        }
    }
}

fn firmware(model: &str, dots: Option<(usize, usize)>) -> Option<Box<dyn Device>> {
    macro_rules! of {
        ($maker:ident::$firmware:ident) => {
            if let Some(mut profile) = $maker::Profile::named(model) {
                if let Some((lines, columns)) = dots {
                    profile = profile.with_geometry(columns, lines);
                }
                let switches = $maker::Switches::default();
                let printer = $maker::$firmware::new(profile, switches, FaultPlan::default());
                return Some(Box::new(printer));
            }
        };
    }
    of!(evolis::Evolis);
    of!(zebra::Zebra);
    of!(magicard::Magicard);
    of!(matica::Matica);
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::artwork::mark;
    use cetak_drivers::evolis as driver;
    use cetak_firmware_sims::mechanism::Side;

    #[test]
    fn a_card_goes_from_the_picture_to_the_output_with_its_mark() {
        let (lines, columns) = (200, 136);
        let model = driver::models::find("evolis-primacy").unwrap();
        let machine = || {
            let options = driver::Options {
                dots: Some((lines, columns)),
                ..driver::Options::default()
            };
            driver::Evolis::new(model, options)
        };
        let dots = Some((lines, columns));
        assert!(Pair::new(machine(), "no-such-model", dots, 1).is_none());
        let mut pair = Pair::new(machine(), model.key, dots, 2).unwrap();
        for key in ["TEST-1", "TEST-2"] {
            pair.prepare();
            pair.print(&Arc::new(mark::plain_card(key, lines, columns)));
        }
        // Resin lies in lines along the long side, from the card's lower edge.
        let mechanism = pair.firmware.mechanism();
        let marks = mechanism.output().iter().map(|id| {
            let ink = &mechanism.card(*id).unwrap().face(Side::Front).k;
            let dot = |x: usize, y: usize| {
                let column = columns - 1 - y;
                let byte = ink.get(x * (columns / 8) + column / 8);
                byte.is_some_and(|byte| byte & (0x80 >> (column % 8)) != 0)
            };
            mark::read(dot, lines, columns)
        });
        let marks: Vec<_> = marks.collect();
        assert_eq!(marks, ["TEST-1", "TEST-2"].map(|key| Some(mark::of(key))));
    }
}
