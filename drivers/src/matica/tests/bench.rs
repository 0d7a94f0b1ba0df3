//! A bench that runs a machine on the fake printer, in virtual time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::fake::{Fake, SMALL, hex};
use crate::contract::*;
use crate::matica::{Matica, Options, find};

/// A machine, a fake, and virtual time.
pub(super) struct Bench {
    pub(super) matica: Matica,
    pub(super) fake: Fake,
    pub(super) now: Moment,
    /// How long the answers' pieces are; the last one repeats. Empty: uncut.
    pub(super) cuts: Vec<usize>,
    cut: usize,
    incoming: VecDeque<(Channel, u8)>,
    /// All bytes sent on the main channel, one a `Send`.
    pub(super) sent: Vec<Bytes>,
    pub(super) events: Vec<Event>,
    pub(super) closes: usize,
    /// The connection falls when that many more sends were made.
    pub(super) falls_after: Option<usize>,
    /// The connection falls when this text is sent: before or after the printer took it.
    pub(super) falls_at: Option<(&'static str, bool)>,
    /// The connection cannot be made.
    pub(super) shut: bool,
    /// The endpoint has no status channel.
    pub(super) no_status: bool,
}

pub(super) fn bench(model: &str, options: Options) -> Bench {
    let options = Options {
        dots: options.dots.or(Some(SMALL)),
        ..options
    };
    Bench {
        matica: Matica::new(find(model).unwrap(), options),
        fake: Fake::new(model),
        now: Moment::ZERO,
        cuts: Vec::new(),
        cut: 0,
        incoming: VecDeque::new(),
        sent: Vec::new(),
        events: Vec::new(),
        closes: 0,
        falls_after: None,
        falls_at: None,
        shut: false,
        no_status: false,
    }
}

pub(super) fn plain(model: &str) -> Bench {
    bench(model, Options::default())
}

pub(super) fn with_bench(model: &str, flags: &[BenchFlag]) -> Bench {
    let options = Options {
        bench: flags.to_vec(),
        ..Options::default()
    };
    bench(model, options)
}

pub(super) fn setup(chip: bool) -> Setup {
    Setup {
        chip,
        hold: false,
        duplex: false,
        ribbon: Ribbon::Ymcko,
        card_inside: false,
    }
}

pub(super) fn resumed(chip: bool) -> Setup {
    Setup {
        card_inside: true,
        ..setup(chip)
    }
}

/// A picture of one person; no two persons' planes are equal.
pub(super) fn image(person: u8) -> Arc<CardImage> {
    let (width, height) = SMALL;
    let rgb = (0..width * height * 3)
        .map(|n| (n * 7 % 151) as u8 + person)
        .collect();
    let mut resin = BitPlane::clear(width, height);
    resin.set(0, height - 1);
    Arc::new(CardImage {
        front: Side {
            colour: Some(Colour { width, height, rgb }),
            resin,
            overlay: Overlay::Full,
        },
        back: None,
    })
}

impl Bench {
    /// Asks and runs to the answer; takes virtual time as it is needed.
    pub(super) fn ask(&mut self, request: Request) -> Answer {
        self.matica.ask(request, self.now).unwrap();
        let earlier = self.events.len();
        for _ in 0..100_000 {
            let wait = self.drain();
            // An earlier request's answer is no answer to this one.
            // The link may fall in the same breath: that is told behind the answer.
            let answered = self.events[earlier..].iter().find_map(|event| match event {
                Event::Answered(answer) => Some(answer.clone()),
                Event::Up
                | Event::Fault(_)
                | Event::Status(_)
                | Event::Identity(_)
                | Event::Lost => None,
            });
            if let Some(answer) = answered {
                assert_eq!(
                    self.matica.poll(),
                    Output::Wait(None),
                    "nothing is left to do"
                );
                return answer;
            }
            let until = wait.expect("a request in flight has a limit");
            assert!(until >= self.now, "time runs forward");
            self.now = until;
            self.matica.elapse(self.now);
        }
        panic!("no answer");
    }

    pub(super) fn done(&mut self, request: Request) -> Evidence {
        match self.ask(request) {
            Answer::Done(evidence) => evidence,
            other @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => {
                panic!("{other:?}: {:?}", self.fake.texts)
            }
        }
    }

    pub(super) fn fault(&mut self, request: Request) -> (Fault, Evidence) {
        match self.ask(request) {
            Answer::Fault(fault, evidence) => (fault, evidence),
            other @ (Answer::Done(_) | Answer::Silent { .. } | Answer::Lost) => {
                panic!("{other:?}: {:?}", self.fake.texts)
            }
        }
    }

    pub(super) fn drain(&mut self) -> Option<Moment> {
        loop {
            match self.matica.poll() {
                Output::Open(channel) => self.open(channel),
                Output::Send(Channel::Status, bytes) => {
                    let answer = self.fake.answer(&bytes);
                    self.come(Channel::Status, &answer);
                    self.matica.link(LinkNews::Sent(Channel::Status), self.now);
                }
                Output::Send(Channel::Main, bytes) => self.sent_main(&bytes),
                Output::AskPortStatus => self.matica.link(LinkNews::PortStatus(None), self.now),
                Output::Close(_) => {
                    self.closes += 1;
                    self.incoming.clear();
                }
                Output::Tell(event) => self.events.push(event),
                Output::Wait(until) => {
                    if self.incoming.is_empty() {
                        return until;
                    }
                    self.give_piece();
                }
            }
        }
    }

    fn open(&mut self, channel: Channel) {
        let shut = match channel {
            Channel::Main => self.shut,
            Channel::Status => self.no_status,
        };
        if shut {
            return self.matica.link(LinkNews::Down(channel), self.now);
        }
        self.matica.link(LinkNews::Up(channel), self.now);
        if channel == Channel::Main {
            let greeting = self.fake.connected();
            self.come(Channel::Main, &greeting);
        }
    }

    fn sent_main(&mut self, bytes: &Bytes) {
        self.sent.push(bytes.clone());
        let text = hex(bytes.get(16..20).unwrap_or_default());
        let falls = match (&mut self.falls_after, self.falls_at) {
            (Some(0), _) => Some(false),
            (Some(left), _) => {
                *left -= 1;
                None
            }
            (None, Some((at, taken))) if at == text => Some(taken),
            (None, _) => None,
        };
        if let Some(taken) = falls {
            if taken {
                self.fake.take(bytes);
            }
            self.falls_after = None;
            self.falls_at = None;
            self.cut();
            return;
        }
        let answer = self.fake.take(bytes);
        self.come(Channel::Main, &answer);
        self.now = self.now + Duration::from_millis(1);
        self.matica.link(LinkNews::Sent(Channel::Main), self.now);
    }

    /// The connection falls.
    pub(super) fn cut(&mut self) {
        self.incoming
            .retain(|(channel, _)| *channel == Channel::Status);
        self.matica.link(LinkNews::Down(Channel::Main), self.now);
        self.drain();
    }

    fn come(&mut self, channel: Channel, bytes: &[u8]) {
        self.incoming
            .extend(bytes.iter().map(|byte| (channel, *byte)));
    }

    /// The next piece of what the printer said, from one channel.
    fn give_piece(&mut self) {
        let length = self.cuts.get(self.cut).or(self.cuts.last()).copied();
        self.cut += 1;
        let channel = self.incoming[0].0;
        let mut piece = Vec::new();
        while piece.len() < length.unwrap_or(usize::MAX).max(1)
            && let Some((from, byte)) = self.incoming.front()
            && *from == channel
        {
            piece.push(*byte);
            self.incoming.pop_front();
        }
        self.matica.receive(channel, &piece, self.now);
    }

    /// The printer says something unasked on the main channel.
    pub(super) fn says(&mut self, bytes: &[u8]) {
        self.come(Channel::Main, bytes);
        self.drain();
    }

    /// What the printer kept back.
    pub(super) fn says_late(&mut self) {
        let late = std::mem::take(&mut self.fake.late);
        self.says(&late);
    }

    pub(super) fn texts(&self) -> Vec<&str> {
        self.fake.texts.iter().map(String::as_str).collect()
    }

    pub(super) fn forget(&mut self) {
        self.fake.texts.clear();
        self.sent.clear();
        self.events.clear();
        self.closes = 0;
    }

    /// A card at the print position with its picture loaded.
    pub(super) fn load_card(&mut self, chip: bool, person: u8) {
        self.done(Request::Prepare(setup(chip)));
        self.done(Request::Do(Stage::Feed));
        if chip {
            self.done(Request::Do(Stage::Park));
        }
        self.done(Request::Load(image(person)));
    }

    /// Its face on the film.
    pub(super) fn film_card(&mut self, chip: bool, person: u8) {
        self.load_card(chip, person);
        self.done(Request::Do(Stage::Face));
    }

    pub(super) fn listen(&mut self, after: Stage) -> Evidence {
        self.done(Request::Listen { after: Some(after) })
    }

    pub(super) fn examine(&mut self) -> Evidence {
        self.done(Request::Examine {
            apart: Duration::from_secs(15),
        })
    }

    /// A 600 dpi model asks for a connection only before a card.
    pub(super) fn ask_connection(&mut self) {
        self.events.clear();
        self.matica
            .ask(Request::Listen { after: None }, self.now)
            .unwrap();
        self.drain();
    }

    /// What would be fused if the transfer came.
    pub(super) fn on_film(&self) -> Vec<u8> {
        self.fake.film.clone().unwrap_or_default()
    }
}
