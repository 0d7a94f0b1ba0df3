//! The Magicard text languages of Enduro and its kin, and of Rio and Tango, as a pure machine.
//!
//! Sources: the maker's paper 1315 on Enduro and Pronto \[doc\]; the maker's public Linux filters [code: ultra14,
//! ultra18]; a public driver for Tango [code: gp]; streams of both \[measured\]; one recorded trace \[capture\]. What rests
//! on less and is kept in one place each:
//!
//! - the shape of replies, above all to the questions of Rio and Tango: \[inferred\] ([`wire`]);
//! - codes of errors beside 11:01: \[unknown\], rows of [`Options::codes`];
//! - that the firmware bears a pause inside a page, between `Face` and `Finish`: \[inferred\];
//! - `ERR` on Rio and Tango: \[unknown\], an option; without it only the port's byte tells that something is wrong, and
//!   where there is no such byte it is asked in any case: a card that nothing could call stuck is not called done;
//! - a link without a port byte (TCP): that a printer is idle again is \[inferred\] from counters that rest;
//! - the head's position on Rio and Tango: nominal, as the public driver has it \[measured\];
//! - feeding to a station, flipping, ejecting by command: names only, not driven ([`commands`]).
//!
//! No command of a page is answered. So the machine makes the answer: it waits until the printer is idle again and
//! reads what moved. While a page may be open in the printer nothing is asked: a question would be picture, and its
//! end could end the page.
//!
//! Rooms: this file the machine's outside, `plan` the steps of each request, `task` how a step is taken up, `progress`
//! what moves it on, `judge` what is decided between steps; `picture`, `raster`, `screen` and `job` make the bytes.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::colour::Separation;
use crate::contract::{
    Answer, BenchFlag, Busy, Capabilities, Channel, Dialect, Event, Fault, LinkNews, Machine,
    Moment, Output, Pace, Request, Setup, Stage, Witnesses,
};

pub(crate) mod bench;
pub mod commands;
pub mod custody;
pub mod job;
mod judge;
pub mod magnetic;
pub mod models;
pub mod picture;
mod plan;
mod progress;
pub mod raster;
pub mod screen;
pub mod status;
mod task;
pub mod wire;

pub use commands::COMMANDS;
pub use job::Holokote;
pub use models::Model;
pub use status::Code;

use status::Reading;
use task::Task;
use wire::Replies;

/// How the printer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// USB printer class: a port status byte says whether it is idle.
    #[default]
    Usb,
    /// A socket. The port is \[inferred\].
    Tcp,
}

/// Times that the machine keeps. Every one is a limit or a pause with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For the answer to a question; real ones came in 22 to 50 ms \[capture\].
    pub reply: Duration,
    /// Between two looks at the port or the counters \[capture\].
    pub poll: Duration,
    /// For one side, until the printer is idle again \[inferred\].
    pub side: Duration,
    /// Without a byte sent, before a printer that may be inside a page is asked anything \[inferred\].
    pub page_open: Duration,
    /// How long counters rest until a printer without a port byte counts as idle: longer than any one motion
    /// \[inferred\].
    pub rest: Duration,
    /// From a cleared error to the next look \[inferred\].
    pub clear: Duration,
    /// For the link to open.
    pub open: Duration,
    /// For the link to take what is sent.
    pub stall: Duration,
    /// How long what waits on the line is read after opening.
    pub hear: Duration,
    /// How long a switch-off and switch-on is waited for; then it is asked again.
    pub restart: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            reply: Duration::from_secs(2),
            poll: Duration::from_secs(2),
            side: Duration::from_secs(120),
            page_open: Duration::from_secs(120),
            rest: Duration::from_secs(30),
            clear: Duration::from_secs(60),
            open: Duration::from_secs(10),
            stall: Duration::from_secs(120),
            hear: Duration::from_millis(300),
            restart: Duration::from_secs(120),
        }
    }
}

/// What differs from printer to printer beside its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How it is reached.
    pub transport: Transport,
    /// From light to dye.
    pub separation: Separation,
    /// What the bench has shown for this model and firmware.
    pub bench: Vec<BenchFlag>,
    /// Reduced size for tests: dots along the long side, along the short one.
    pub dots: Option<(usize, usize)>,
    /// Language of status texts, as the header spells it; no text is ever read.
    pub language: &'static str,
    /// Unix seconds at the machine's moment zero; `None` leaves the job's time out.
    pub clock: Option<u32>,
    /// Watermark in the overcoat; `None`: none, and the header says so.
    pub holokote: Option<Holokote>,
    /// Resin instead of dye on a ribbon without dye: colour is screened.
    pub screens: bool,
    /// The picture is moved along the head by so many dots, beyond the printer's own position.
    pub shift: i16,
    /// Rio and Tango are asked for the error's text, too; without a port byte they always are.
    pub asks_error: bool,
    /// Codes that a bench has found for this firmware.
    pub codes: Vec<(Code, Fault)>,
    /// Times.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            transport: Transport::default(),
            separation: Separation::default(),
            bench: Vec::new(),
            dots: None,
            language: "ENG",
            clock: None,
            holokote: None,
            screens: false,
            shift: 0,
            asks_error: false,
            codes: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// Time between the two readings of `Examine`.
pub const EXAMINE_APART: Duration = Duration::from_secs(60);
/// Dots of a card: along the long side, along the short one \[doc\].
pub const FULL: (usize, usize) = (1016, 642);
/// What these printers let us order apart: a page feeds, prints and ejects.
const STAGES: &[Stage] = &[Stage::Face, Stage::Finish, Stage::Clear];

/// The state of the one byte pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Down,
    Opening,
    Up,
}

/// Whether the printer may stand inside a page, where a question is picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageIs {
    /// A fresh life does not know.
    Unknown,
    Open,
    Shut,
}

/// A picture that is ready to go.
#[derive(Debug, Clone)]
struct Loaded {
    /// `None` once it was sent.
    face: Option<Bytes>,
    finish: Bytes,
    /// What was read before it.
    before: Reading,
}

/// One Magicard printer's language.
pub struct Magicard {
    model: &'static Model,
    options: Options,
    capabilities: Capabilities,
    line: Line,
    out: VecDeque<Output<Event>>,
    replies: Replies,
    task: Option<Task>,
    /// What the next card needs, from the last `Prepare` of this life.
    setup: Option<Setup>,
    /// What was read then.
    prepared: Option<Reading>,
    loaded: Option<Loaded>,
    /// Sides of the card that was loaded last; a fresh life assumes the model's most.
    sides: u32,
    page: PageIs,
    /// It did not answer when it had been left alone for long enough.
    deaf: bool,
    /// A restart is waited for; whether the printer was seen to be gone since. It may start more slowly than one request
    /// waits, or go while none is in flight.
    gone: Option<bool>,
    /// The last `Examine` found that no card could be drawn: what a `Clear` must find again.
    found_empty: bool,
    /// The last request ended in silence or out of step: a late answer may come.
    out_of_step: bool,
}

impl Magicard {
    /// A machine for one printer. `options.dots` are taken as they are; along the short side the head's 672 bound them.
    pub fn new(model: &'static Model, options: Options) -> Magicard {
        let (rows, columns) = options.dots.unwrap_or(FULL);
        let capabilities = Capabilities {
            maker: "Magicard",
            model: model.name,
            stages: STAGES,
            face_begins: Stage::Face,
            rows: custody::ROWS,
            witnesses: Witnesses {
                place: false,
                cards: true,
                panels: true,
                power: false,
            },
            hold: false,
            reject: false,
            duplex: model.duplex,
            contactless: false,
            examine_apart: EXAMINE_APART,
            off_first: true,
            tells_hopper: false,
            jams_latch: false,
            bench: options.bench.clone(),
            dots: (rows, columns.min(FULL.1)),
            pace: Pace {
                card_bytes: model.card_bytes,
                rated_ms: model.rated_ms,
            },
        };
        Magicard {
            model,
            capabilities,
            line: Line::Down,
            out: VecDeque::new(),
            replies: Replies::default(),
            task: None,
            setup: None,
            prepared: None,
            loaded: None,
            sides: if model.duplex { 2 } else { 1 },
            page: PageIs::Unknown,
            deaf: false,
            gone: None,
            found_empty: false,
            out_of_step: false,
            options,
        }
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Tell(event));
    }

    fn send(&mut self, bytes: Bytes) {
        self.out.push_back(Output::Send(Channel::Main, bytes));
    }

    /// The end of the request in flight.
    fn answer(&mut self, answer: Answer) {
        let task = self.task.take();
        let of_picture = task.is_some_and(|task| {
            matches!(task.request, Request::Load(_) | Request::Do(Stage::Face))
        });
        // What is left of a picture that broke off makes no page, and the end would complete another one.
        if of_picture && !matches!(answer, Answer::Done(_)) {
            self.loaded = None;
        }
        self.out_of_step |= matches!(
            answer,
            Answer::Silent { .. } | Answer::Fault(Fault::OutOfStep, _)
        );
        self.tell(Event::Answered(answer));
    }

    fn fall(&mut self, now: Moment) {
        let was = std::mem::replace(&mut self.line, Line::Down);
        self.replies.clear();
        self.out_of_step = false;
        if let Some(gone) = &mut self.gone {
            *gone = true;
        }
        if self.task.is_none() {
            if was == Line::Up {
                self.tell(Event::Lost);
            }
        } else if !self.survives_fall(now) {
            self.answer(Answer::Lost);
        }
    }

    /// It answered, so it stands in no page and nothing late is to come.
    fn answered_in_step(&mut self) {
        self.page = PageIs::Shut;
        self.deaf = false;
        self.out_of_step = false;
    }

    fn take_replies(&mut self, now: Moment) {
        while let Some(reply) = self.replies.pop() {
            self.heard(&reply, now);
        }
    }
}

impl Machine for Magicard {
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
                    self.replies.clear();
                    self.tell(Event::Up);
                    self.opened(now);
                }
            }
            LinkNews::Down(Channel::Main) => {
                if self.line != Line::Down {
                    self.fall(now);
                }
            }
            LinkNews::Sent(Channel::Main) => self.sent(now),
            LinkNews::PortStatus(status) => self.port_status(status, now),
            LinkNews::Up(Channel::Status)
            | LinkNews::Down(Channel::Status)
            | LinkNews::Sent(Channel::Status) => {}
        }
    }

    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        // What an earlier session left behind is not this one's news.
        if from != Channel::Main || self.line != Line::Up {
            return;
        }
        self.replies.take(bytes);
        self.take_replies(now);
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

impl Dialect for Magicard {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

#[cfg(test)]
mod tests;
