//! The Evolis command language (Primacy class) as a pure machine.
//!
//! Sources: Evolis programming guide A5013 Rev E and Rev D2 \[doc\]; streams recorded from the Windows driver
//! \[capture\]; programs of others \[code\]. What rests on less and is kept in one place each:
//!
//! - the answer's NUL, `OK` for every command, the fault texts: \[code\], no document ([`wire`], [`status`]);
//! - runs of dye: \[doc\] only, so compression is an option and the plain form is the default ([`raster`]);
//! - the card sensor's voltage as a second opinion: polarity \[inferred\] ([`models`], [`Options::card_sensor`]);
//! - answers to questions in ACK/NACK mode come as text: \[inferred\] ([`wire::Handshake`]);
//! - `Pem` reading 18 in ACK/NACK mode (2 with bit 16): \[inferred\] from the guide's bit list;
//! - `Psoe;E`: \[inferred\]; `Psoe` honoured at all: a model's row;
//! - when the first card is fed, and whether a new sequence drops planes: \[unknown\]. The driver moves the
//!   card by commands of its own (`Sic`, `Si`), and resets the printer before the next card when planes may
//!   wait in memory, until the bench says [`BenchFlag::SequenceStartDropsPlanes`];
//! - whether `Se` into an empty path feeds: \[unknown\]; it is never sent there;
//! - the binary status words' way over the wire: \[unknown\]; only their bits are decoded.
//!
//! Rooms: this file the machine's outside, `plan` the steps of each request, `task` how a step is taken up,
//! `progress` what moves it on, `judge` what is learnt and decided.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::colour::Separation;
use crate::contract::Busy;
use crate::contract::{
    Answer, BenchFlag, Capabilities, Channel, Dialect, Event, Evidence, Fault, Identity, LinkNews,
    Machine, Moment, Output, Pace, Request, Setup, Stage, Told, Witnesses,
};

pub(crate) mod bench;
mod commands;
pub mod custody;
pub mod download;
mod judge;
pub mod models;
mod plan;
mod progress;
pub mod raster;
pub mod status;
mod status_bits;
mod task;
pub mod wire;

pub use commands::COMMANDS;
pub use download::Depth;
pub use models::Model;
pub use raster::Window;
pub use wire::Handshake;

use download::{FULL, Geometry};
use raster::Recipe;
use task::Task;
use wire::{Nonce, Replies, Reply, Word};

/// How the printer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// A serial line: half a command may have gone out.
    Serial,
    /// USB printer class: a port status byte says when questions are welcome.
    #[default]
    Usb,
    /// A socket. The port is \[inferred\].
    Tcp,
}

/// Times that the machine keeps. Every one is a limit or a pause with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For the answer to a short command [code: iomem samples].
    pub short: Duration,
    /// For the answer to a download or a card's move [code: iomem samples].
    pub long: Duration,
    /// For the first answer after a doubt: a panel or a move may be running \[code\].
    pub first: Duration,
    /// For the link to take what is sent, beyond the time the bytes need on a slow line.
    pub stall: Duration,
    /// For the link to open.
    pub open: Duration,
    /// How long what waits on the line is read after opening and after a doubt.
    pub hear: Duration,
    /// An answer without its end is whole when nothing came for so long.
    pub gap: Duration,
    /// Between two tries of a question that wants a number [code: Qt kiosk].
    pub retry_apart: Duration,
    /// Between two looks at the port status byte.
    pub port_status_apart: Duration,
    /// From a reset to the first question [code: Qt kiosk].
    pub reset: Duration,
    /// Between two readings of the ribbon's chip by `Status`: it spares the chip [code: esup-sgc].
    pub ribbon_apart: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            short: Duration::from_secs(4),
            long: Duration::from_secs(30),
            first: Duration::from_secs(60),
            stall: Duration::from_secs(60),
            open: Duration::from_secs(10),
            hear: Duration::from_millis(300),
            gap: Duration::from_secs(1),
            retry_apart: Duration::from_millis(100),
            port_status_apart: Duration::from_secs(1),
            reset: Duration::from_secs(5),
            ribbon_apart: Duration::from_secs(3600),
        }
    }
}

/// What differs from printer to printer beside its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How it is reached.
    pub transport: Transport,
    /// How it ends commands.
    pub handshake: Handshake,
    /// From light to dye.
    pub separation: Separation,
    /// Levels of dye.
    pub depth: Depth,
    /// Send the shorter of plain and compressed.
    pub compression: bool,
    /// What the bench has shown for this model and firmware.
    pub bench: Vec<BenchFlag>,
    /// Reduced size for tests: lines along the long side, columns along the short one (a multiple of 8).
    pub dots: Option<(usize, usize)>,
    /// Only these lines of dye are sent, for half-panel ribbons.
    pub partial: Option<Window>,
    /// The speed of a serial line: limits of downloads grow by the time their bytes need.
    pub baud: Option<u32>,
    /// Ask the card sensor for a second opinion, where the model's row says that it has one.
    pub card_sensor: bool,
    /// For the nonces.
    pub seed: u64,
    /// Times.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            transport: Transport::default(),
            handshake: Handshake::default(),
            separation: Separation::default(),
            depth: Depth::default(),
            compression: false,
            bench: Vec::new(),
            dots: None,
            partial: None,
            baud: None,
            card_sensor: true,
            seed: 0,
            limits: Limits::default(),
        }
    }
}

/// Time between the two readings of `Examine`.
pub const EXAMINE_APART: Duration = Duration::from_secs(5);
/// Answers that nobody awaited and that are kept for a `Listen`.
const UNAWAITED_MAX: usize = 8;

/// The state of the one byte pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Down,
    Opening,
    Up,
}

/// One part of a picture still to be sent.
#[derive(Debug, Clone)]
enum Part {
    Word(Word),
    Plane(Bytes),
}

/// One Evolis printer's language.
pub struct Evolis {
    model: &'static Model,
    options: Options,
    capabilities: Capabilities,
    geometry: Geometry,
    line: Line,
    out: VecDeque<Output<Event>>,
    replies: Replies,
    /// When an answer without its end counts as whole.
    gap_until: Option<Moment>,
    /// Answers that came while nothing was asked.
    unawaited: VecDeque<Reply>,
    task: Option<Task>,
    /// What the next card needs, from the last `Prepare` of this life.
    setup: Option<Setup>,
    /// A picture was loaded and its last part not yet ordered.
    loaded: bool,
    rest: VecDeque<Part>,
    /// Planes may wait in the printer's memory: a fresh life does not know, so it assumes so.
    planes_may_wait: bool,
    /// `Pem;2` was set on this link and no doubt came since.
    host_recovers: bool,
    /// The last request ended in silence or out of step: a late answer may come.
    out_of_step: bool,
    /// What `Listen` learnt, which `Examine` repeats.
    learnt: Evidence,
    ribbon_read: Option<(Moment, Option<u64>)>,
    /// What was told in this life; maker and model are inferred from the config until then.
    identity: Identity,
    nonce: u64,
}

impl Evolis {
    /// A machine for one printer. `options.dots` whose columns are no multiple of 8 are rounded down.
    pub fn new(model: &'static Model, options: Options) -> Evolis {
        let geometry = options.dots.map_or(FULL, |(lines, columns)| Geometry {
            lines,
            columns: columns / 8 * 8,
        });
        let capabilities = Capabilities {
            maker: "Evolis",
            model: model.name,
            stages: model.stages,
            face_begins: Stage::Face,
            rows: custody::ROWS,
            witnesses: Witnesses {
                place: true,
                cards: true,
                panels: true,
                power: true,
            },
            hold: model.hold,
            reject: model.reject,
            duplex: model.duplex,
            contactless: model.contactless,
            examine_apart: EXAMINE_APART,
            off_first: false,
            tells_hopper: true,
            jams_latch: false,
            bench: options.bench.clone(),
            dots: (geometry.lines, geometry.columns),
            pace: Pace {
                card_bytes: model.card_bytes,
                rated_ms: Some(model.rated_ms),
            },
        };
        Evolis {
            model,
            geometry,
            capabilities,
            line: Line::Down,
            out: VecDeque::new(),
            replies: Replies::new(options.handshake),
            gap_until: None,
            unawaited: VecDeque::new(),
            task: None,
            setup: None,
            loaded: false,
            rest: VecDeque::new(),
            planes_may_wait: true,
            host_recovers: false,
            out_of_step: false,
            learnt: Evidence::default(),
            ribbon_read: None,
            identity: Identity {
                maker: Told::Inferred("Evolis".to_owned()),
                model: Told::Inferred(model.name.to_owned()),
                ..Identity::default()
            },
            nonce: options.seed,
            options,
        }
    }

    fn bench(&self, flag: BenchFlag) -> bool {
        self.options.bench.contains(&flag)
    }

    fn recipe(&self, turned: bool) -> Recipe {
        Recipe {
            separation: self.options.separation.clone(),
            geometry: self.geometry,
            depth: self.options.depth,
            compression: self.options.compression,
            window: self.options.partial,
            turned,
        }
    }

    /// A text that no earlier question carried (splitmix64 of a running number).
    fn next_nonce(&mut self) -> Nonce {
        self.nonce = self.nonce.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.nonce;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Nonce(u32::try_from(mixed >> 32).expect("the upper half of 64 bits"))
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Tell(event));
    }

    /// The end of the request in flight.
    fn answer(&mut self, answer: Answer) {
        let task = self.task.take();
        let of_picture = task.is_some_and(|task| {
            matches!(task.request, Request::Load(_) | Request::Do(Stage::Face))
        });
        // What is left of a picture that broke off makes no face, and the end would lay it on the card.
        if of_picture && !matches!(answer, Answer::Done(_)) {
            self.loaded = false;
            self.rest.clear();
        }
        self.out_of_step |= matches!(
            answer,
            Answer::Silent { .. } | Answer::Fault(Fault::OutOfStep, _)
        );
        self.tell(Event::Answered(answer));
    }

    fn send(&mut self, bytes: Bytes) {
        self.out.push_back(Output::Send(Channel::Main, bytes));
    }

    fn fall(&mut self) {
        let was = std::mem::replace(&mut self.line, Line::Down);
        self.replies.clear();
        self.unawaited.clear();
        self.gap_until = None;
        self.host_recovers = false;
        self.out_of_step = false;
        if self.task.is_none() {
            if was == Line::Up {
                self.tell(Event::Lost);
            }
        } else if !self.survives_fall() {
            self.answer(Answer::Lost);
        }
    }

    fn take_replies(&mut self, now: Moment) {
        while let Some(reply) = self.replies.pop() {
            if self.task.is_some() {
                self.heard(reply, now);
            } else {
                self.heard_unasked(reply);
            }
        }
        self.gap_until = None;
        if self.replies.is_partial() {
            self.gap_until = Some(now + self.options.limits.gap);
        }
    }

    fn heard_unasked(&mut self, reply: Reply) {
        if let status::Said::Fault(fault) = status::classify(&reply) {
            self.tell(Event::Fault(fault));
        }
        if self.unawaited.len() == UNAWAITED_MAX {
            self.unawaited.pop_front();
        }
        self.unawaited.push_back(reply);
    }
}

impl Machine for Evolis {
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
                    self.fall();
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
        if from != Channel::Main || self.line != Line::Up || bytes.is_empty() {
            return;
        }
        self.replies.take(bytes);
        self.take_replies(now);
    }

    fn elapse(&mut self, now: Moment) {
        if self.gap_until.is_some_and(|until| now >= until) {
            self.replies.end_partial();
            self.take_replies(now);
        }
        self.tick(now);
    }

    fn poll(&mut self) -> Output<Event> {
        if let Some(output) = self.out.pop_front() {
            return output;
        }
        let due = self.task.as_ref().and_then(Task::due);
        Output::Wait(match (due, self.gap_until) {
            (Some(due), Some(gap)) => Some(due.min(gap)),
            (one, other) => one.or(other),
        })
    }
}

impl Dialect for Evolis {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

#[cfg(test)]
mod tests;
