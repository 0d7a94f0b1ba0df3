//! The retransfer printers of the XID family (Matica, EDIsecure, Magicard Prima 3) as a pure machine, over the network.
//!
//! Sources: a public driver's notes and captures [capture, code: cardprint], a kiosk's error table and an emulator of
//! the maker's library [code: kiosk, segatools]. What rests on less and is kept in one place each:
//!
//! - the answer to a plane: any answer with its number, only the result counts [inferred; `progress`];
//! - the 300 dpi model's numbering and the mark in its job start [code; `models`];
//! - the moment, owner and title of a job start: constants, no printer was seen to check them ([`wire::JobStart`]);
//! - image buffer 1, the peel-off and UV planes, magnetic tracks, USB: \[unknown\] or not driven ([`commands`]);
//! - whether a connection that ends moves a card: \[unknown\]. So none is closed by us with a card inside, except one
//!   whose frame is lost; it is closed in order when the path is empty, which ends the job [code], and where no card
//!   is in question and no job was begun on it;
//! - what a motion to the print position does to a film that is already there: \[unknown\]. A card goes aside and
//!   comes back with film-initialise whenever the film was not wound in this connection for this card;
//! - two sides: one attempt would need two transfers, which the custody page does not tell apart. One side is driven.
//!
//! Rooms: this file the machine's outside, `plan` the steps of each request, `task` how a step is taken up,
//! `progress` what moves it on, `learn` what answers mean, `judge` what is decided.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::colour::Separation;
use crate::contract::{
    Answer, BenchFlag, Busy, Capabilities, CardImage, Channel, Dialect, Event, Evidence, Fault,
    Identity, LastAnswer, LinkNews, Machine, Moment, Output, Pace, Place, Power, Request, Setup,
    Stage, Told, Witnesses,
};

pub(crate) mod bench;
pub mod commands;
pub mod custody;
pub mod info;
mod judge;
mod learn;
pub mod models;
mod plan;
mod progress;
pub mod raster;
pub mod sense;
mod task;
pub mod wire;

pub use commands::COMMANDS;
pub use models::{MODELS, Model, find};
pub use raster::Canvas;
pub use wire::{JobMoment, Position};

use task::{Task, What};
use wire::{Greeting, Inks, Messages};

/// Times that the machine keeps. Every one is a limit or a pause with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For the answer to a question [code: 1 s on USB; inferred here].
    pub short: Duration,
    /// For the answer to a motion: it comes when the motion is over [code: the recommended 90 s].
    pub motion: Duration,
    /// For the answer to the antenna's command.
    pub engage: Duration,
    /// For the answer to one plane.
    pub plane: Duration,
    /// For the first answer after a doubt: a motion may be running before it.
    pub first: Duration,
    /// For the link to take what is sent.
    pub stall: Duration,
    /// For the connection to be made.
    pub open: Duration,
    /// For the greeting, with no card in question.
    pub greeting: Duration,
    /// For the greeting after a doubt: the printer may still wait for an older connection [custody, 2.1].
    pub greeting_in_doubt: Duration,
    /// How long what waits is read after a doubt.
    pub hear: Duration,
    /// Between two questions for readiness [code: kiosk].
    pub poll: Duration,
    /// How long a printer that warms up is waited for before a card.
    pub ready: Duration,
    /// The same where a card is inside, and after an error was cleared.
    pub ready_in_doubt: Duration,
    /// How long a printer that moves is waited for by `Examine`.
    pub settle: Duration,
    /// For an answer over UDP [code: 1 s].
    pub status: Duration,
    /// Between two looks at a counter that has not moved yet.
    pub recount: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            short: Duration::from_secs(5),
            motion: Duration::from_secs(90),
            engage: Duration::from_secs(15),
            plane: Duration::from_secs(30),
            first: Duration::from_secs(120),
            stall: Duration::from_secs(60),
            open: Duration::from_secs(15),
            greeting: Duration::from_secs(30),
            greeting_in_doubt: Duration::from_secs(300),
            hear: Duration::from_millis(300),
            poll: Duration::from_millis(200),
            ready: Duration::from_secs(10),
            ready_in_doubt: Duration::from_secs(180),
            settle: Duration::from_secs(300),
            status: Duration::from_secs(1),
            recount: Duration::from_secs(1),
        }
    }
}

/// What differs from printer to printer beside its model. Only the network interface is driven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// From light to dye.
    pub separation: Separation,
    /// What the bench has shown for this model and firmware.
    pub bench: Vec<BenchFlag>,
    /// Reduced size for tests: columns and rows of card and plane alike.
    pub dots: Option<(usize, usize)>,
    /// Where a card with a chip is loaded to: [`Position::Contactless`], or [`Position::Print`] where the antenna sits
    /// there [code: FAGOO, kiosk].
    pub station: Position,
    /// The station's antenna is switched on and off by command.
    pub engage: bool,
    /// A reject box is fitted. Nothing that can be asked tells \[unknown\]: without one a reject falls among the good
    /// cards.
    pub reject_box: bool,
    /// The moment that job starts name.
    pub moment: JobMoment,
    /// The owner that job starts name; never personal data.
    pub owner: String,
    /// The title that job starts name; never personal data.
    pub title: String,
    /// Times.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            separation: Separation::default(),
            bench: Vec::new(),
            dots: None,
            station: Position::Contactless,
            engage: true,
            reject_box: true,
            moment: JobMoment::default(),
            owner: "cetak".to_owned(),
            title: "card".to_owned(),
            limits: Limits::default(),
        }
    }
}

/// Waits for a greeting after which another connection is tried: the printer may have turned this one away without a
/// word \[unknown\], and on one that was never greeted no job has begun that its end could cut.
const UNGREETED_MAX: u32 = 4;
/// Time between the two readings of `Examine`: what a kernel still held is a motion to come [custody, 2.1].
pub const EXAMINE_APART: Duration = Duration::from_secs(15);

const STAGES: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Face,
    Stage::Finish,
    Stage::Reject,
    Stage::Clear,
];

const STAGES_WITH_HOLD: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Face,
    Stage::Finish,
    Stage::Eject,
    Stage::Reject,
    Stage::Clear,
];

/// The state of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Down,
    Opening,
    Up,
}

/// What is known of the film at the print position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Film {
    /// It may carry somebody's picture.
    Unknown,
    /// Wound by us in this connection for this card.
    Fresh,
    /// Fresh, and our print onto it was answered.
    Printed,
}

/// What is known of the station's antenna.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Antenna {
    Unknown,
    On,
    Off,
}

/// A message whose answer has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Awaited {
    sequence: u32,
    what: What,
}

/// What belongs to one connection, and ends with it.
#[derive(Debug)]
struct Conversation {
    messages: Messages,
    greeting: Option<Greeting>,
    /// Times that its greeting was waited for in vain.
    ungreeted: u32,
    /// The job start was answered.
    begun: bool,
    /// Number of the first command.
    first: u32,
    /// Commands and planes that were numbered.
    issued: u32,
    /// Number of the job start.
    job: Option<u32>,
    awaiting: VecDeque<Awaited>,
    /// A motion that was given up: its answer is worth knowing.
    late: Option<Awaited>,
    film: Film,
    antenna: Antenna,
}

impl Conversation {
    fn new() -> Conversation {
        Conversation {
            messages: Messages::default(),
            greeting: None,
            ungreeted: 0,
            begun: false,
            first: 0,
            issued: 0,
            job: None,
            awaiting: VecDeque::new(),
            late: None,
            film: Film::Unknown,
            antenna: Antenna::Unknown,
        }
    }

    /// It was greeted and then fell silent, or its job start got no answer of its own: half a message of an earlier
    /// connection may stand before it, and what is sent here never reads as what it is \[unknown\].
    fn is_deaf(&self, silent: bool) -> bool {
        let unbegun = self.job.is_some() && !self.begun;
        self.greeting.is_some() && (silent || unbegun)
    }

    /// Whether a message of ours had that number.
    fn knows(&self, sequence: u32) -> bool {
        self.job == Some(sequence) || sequence.wrapping_sub(self.first) < self.issued
    }
}

/// The picture of the card in flight.
#[derive(Debug, Clone)]
struct Picture {
    image: Arc<CardImage>,
    inks: Inks,
}

/// One printer's language.
pub struct Matica {
    model: &'static Model,
    options: Options,
    capabilities: Capabilities,
    canvas: Canvas,
    line: Line,
    conversation: Conversation,
    status_line: Line,
    status_messages: Messages,
    status_sequence: u32,
    out: VecDeque<Output<Event>>,
    task: Option<Task>,
    /// What the next card needs, from the last `Prepare` of this life.
    setup: Option<Setup>,
    picture: Option<Picture>,
    /// What the last motion was answered with; forgotten when the next one is ordered.
    last: LastAnswer,
    /// Power was seen lost since the last card was prepared.
    power_lost: bool,
    /// A question went unanswered since then: it may have been told what is told only once.
    question_lost: bool,
    /// The counter before the card.
    counted_before: Option<u64>,
    /// What `Listen` learnt, which `Examine` repeats.
    learnt: Evidence,
    /// What was told in this life; maker and model are inferred from the config until then.
    identity: Identity,
}

impl Matica {
    /// A machine for one printer.
    pub fn new(model: &'static Model, options: Options) -> Matica {
        let (plane, card, coarse) = match options.dots {
            Some(dots) => (dots, dots, None),
            None => (model.plane, model.card, model.coarse),
        };
        let bench = |flag| options.bench.contains(&flag);
        let hold = bench(BenchFlag::HoldsAtPrintPosition);
        let capabilities = Capabilities {
            maker: "Matica",
            model: model.name,
            stages: if hold { STAGES_WITH_HOLD } else { STAGES },
            face_begins: Stage::Finish,
            rows: if model.tells_by_udp {
                custody::ROWS
            } else {
                custody::ROWS_UNCOUNTED
            },
            witnesses: Witnesses {
                place: true,
                // A held card is counted before the hold only where the bench has shown when the counter moves.
                cards: model.tells_by_udp && (!hold || bench(BenchFlag::CardCountedAtTransfer)),
                panels: false,
                power: bench(BenchFlag::AttentionOnTransport),
            },
            hold,
            reject: options.reject_box,
            duplex: false,
            contactless: true,
            examine_apart: EXAMINE_APART,
            off_first: false,
            tells_hopper: true,
            jams_latch: true,
            bench: options.bench.clone(),
            dots: coarse.unwrap_or(card),
            pace: Pace {
                card_bytes: model.card_bytes,
                rated_ms: Some(model.rated_ms),
            },
        };
        Matica {
            model,
            capabilities,
            canvas: Canvas {
                plane,
                card,
                coarse,
                turned: model.turned,
            },
            line: Line::Down,
            conversation: Conversation::new(),
            status_line: Line::Down,
            status_messages: Messages::default(),
            status_sequence: 0,
            out: VecDeque::new(),
            task: None,
            setup: None,
            picture: None,
            last: LastAnswer::Unknown,
            power_lost: false,
            question_lost: false,
            counted_before: None,
            learnt: Evidence::default(),
            identity: Identity {
                maker: Told::Inferred("Matica".to_owned()),
                model: Told::Inferred(model.name.to_owned()),
                ..Identity::default()
            },
            options,
        }
    }

    fn bench(&self, flag: BenchFlag) -> bool {
        self.options.bench.contains(&flag)
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Tell(event));
    }

    /// The end of the request in flight.
    fn answer(&mut self, answer: Answer) {
        let Some(task) = self.task.take() else { return };
        self.give_up_awaiting();
        if matches!(task.request, Request::Load(_) | Request::Do(Stage::Face))
            && !matches!(answer, Answer::Done(_))
        {
            self.picture = None;
        }
        if let Answer::Done(evidence) | Answer::Fault(_, evidence) = &answer
            && task.ends_job(&answer)
            && evidence.place == Place::Empty
        {
            self.end_job();
        }
        let silent = matches!(answer, Answer::Silent { .. });
        if task.has_no_card() && self.conversation.is_deaf(silent) {
            self.end_job();
        }
        self.tell(Event::Answered(answer));
    }

    /// What is still unanswered is not waited for: a motion's answer is worth knowing later, a question's is lost.
    fn give_up_awaiting(&mut self) {
        for awaited in self.conversation.awaiting.drain(..) {
            match awaited.what {
                What::Word(word) if word.moves() => self.conversation.late = Some(awaited),
                What::Word(_) | What::JobStart => self.question_lost = true,
                What::Plane(_) => {}
            }
        }
    }

    /// The connection is the job: it ends in order with an empty path and nothing unanswered.
    fn end_job(&mut self) {
        if self.line == Line::Up && self.conversation.late.is_none() {
            self.line = Line::Down;
            self.conversation = Conversation::new();
            self.out.push_back(Output::Close(Channel::Main));
        }
    }

    fn send(&mut self, channel: Channel, bytes: Bytes) {
        self.out.push_back(Output::Send(channel, bytes));
    }

    fn fall(&mut self) {
        let was = std::mem::replace(&mut self.line, Line::Down);
        self.give_up_awaiting();
        self.conversation = Conversation::new();
        if self.task.is_some() {
            self.answer(Answer::Lost);
        } else if was == Line::Up {
            self.tell(Event::Lost);
        }
    }

    /// The power's witness as far as this life knows.
    fn note_power_lost(&mut self) {
        self.power_lost = true;
        self.conversation.film = Film::Unknown;
        self.conversation.antenna = Antenna::Unknown;
        if let Some(task) = &mut self.task {
            task.evidence.power = Power::Lost;
        }
    }
}

impl Machine for Matica {
    type Ask = Request;
    type News = Event;

    fn ask(&mut self, request: Request, now: Moment) -> Result<(), Busy> {
        if self.task.is_some() {
            return Err(Busy);
        }
        self.begin(request, now);
        Ok(())
    }

    fn link(&mut self, news: LinkNews, now: Moment) {
        match news {
            LinkNews::Up(Channel::Main) => {
                if self.line != Line::Up {
                    self.line = Line::Up;
                    self.conversation = Conversation::new();
                    self.tell(Event::Up);
                    self.opened(now);
                }
            }
            LinkNews::Down(Channel::Main) => {
                if self.line != Line::Down {
                    self.fall();
                }
            }
            LinkNews::Sent(Channel::Main) => self.sent(now),
            LinkNews::Up(Channel::Status) => {
                if self.status_line != Line::Up {
                    self.status_line = Line::Up;
                    self.status_opened(now);
                }
            }
            LinkNews::Down(Channel::Status) => {
                if self.status_line != Line::Down {
                    self.status_line = Line::Down;
                    self.status_fell(now);
                }
            }
            LinkNews::Sent(Channel::Status) | LinkNews::PortStatus(_) => {}
        }
    }

    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        match from {
            // What an earlier connection left behind is not this one's news.
            Channel::Main if self.line == Line::Up => {
                self.conversation.messages.take(bytes);
                self.take_messages(now);
            }
            Channel::Status if self.status_line == Line::Up => {
                self.status_messages.take(bytes);
                self.take_status(now);
            }
            Channel::Main | Channel::Status => {}
        }
    }

    fn elapse(&mut self, now: Moment) {
        self.tick(now);
    }

    fn poll(&mut self) -> Output<Event> {
        if let Some(output) = self.out.pop_front() {
            return output;
        }
        Output::Wait(self.task.as_ref().and_then(Task::due))
    }
}

impl Dialect for Matica {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

/// Why a request is answered by us: the printer is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refused {
    NoLink,
    Because(Fault),
}

#[cfg(test)]
mod tests;
