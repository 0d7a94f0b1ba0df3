//! EPCL, the command language of Zebra (Eltron) card printers, as a pure machine.
//!
//! Sources: Card Printer Programmer's Manual 980081-001 Rev. F \[doc\]; public programs that print on a P420 and a
//! P430i [code: PAUSMS], on others \[code\]; a public header of the maker's library [code: ZBRPrinter header]. What
//! rests on less, and is kept in one place each:
//!
//! - how an answer with text ends, and the bare NAK: \[inferred\] ([`wire::Replies`]);
//! - that replies come over USB in the serial framing: \[inferred\] ([`Options::replies`]);
//! - the port status byte: \[inferred\] ([`status::port_fault`]);
//! - whether `E`, `%CLN`, `&P` and `!X` are known: \[unknown\] until somebody has asked them on this model and
//!   firmware with no job open; one that is not known is never sent (the `knows_` options, all off);
//! - whether power-off clears `+X`: \[inferred\]; off unless [`Options::canary`] names a character;
//! - the moves to and from the chip station and the reject: \[placeholder\] ([`placeholder`]);
//! - bracket escape in `Z`, the ribbon's number, the area, the literal's length: options.
//!
//! No part of `Load` feeds \[doc\]: it carries set-up and data. One string prints a whole side and feeds where no
//! card is inside; it is the finish, and `MO` is left out of it so that the card stays. On two sides the first
//! string, the flip and the back's data are the face. `.` is sent by `Do(Clear)` alone, because what else it does
//! to a stopped string is \[unknown\].
//!
//! Rooms: this file the machine's outside, `plan` the steps of each request, `task` how a step is taken up,
//! `progress` what moves it on, `judge` what is learnt and decided, `restart` what waits for a printer to be
//! switched off and on.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::contract::Busy;
use crate::contract::{
    Answer, Capabilities, Channel, Dialect, Event, Evidence, Fault, Identity, LastAnswer, LinkNews,
    Machine, Moment, Output, Pace, Request, Row, Setup, Stage, Told, Witnesses,
};

pub(crate) mod bench;
pub mod commands;
pub mod custody;
mod judge;
pub mod models;
mod options;
pub mod packing;
pub mod placeholder;
mod plan;
mod progress;
pub mod raster;
mod restart;
pub mod status;
mod task;
pub mod wire;

pub use commands::COMMANDS;
pub use models::Model;
pub use options::{Heat, Limits, Options, Replies, Transport};

use raster::Recipe;
use restart::Watch;
use task::{Step, Task};
use wire::{Print, Reply, Word};

/// Time between the two readings of `Examine`.
pub const EXAMINE_APART: Duration = Duration::from_secs(60);
/// Lines and dots of the whole card [doc: 640 x 1024, extended memory].
pub const DOTS: (usize, usize) = (1024, 640);
/// Answers that nobody awaited and that are kept for a `Listen`.
const UNAWAITED_MAX: usize = 8;

/// The state of the one byte pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Down,
    Opening,
    Up,
}

/// A picture whose first side's data are in the printer.
struct Loaded {
    front: Print,
    /// The back's data and its printing, where there is one.
    back: Option<(Vec<Step>, Print)>,
    /// The front is printed and the card is flipped.
    flipped: bool,
}

/// One Zebra printer's language.
pub struct Zebra {
    model: &'static Model,
    options: Options,
    capabilities: Capabilities,
    line: Line,
    out: VecDeque<Output<Event>>,
    replies: wire::Replies,
    /// When an answer without its end counts as whole.
    gap_until: Option<Moment>,
    /// Answers that came while nothing was asked.
    unawaited: VecDeque<Reply>,
    task: Option<Task>,
    /// What the next card needs, from the last `Prepare` of this life.
    setup: Option<Setup>,
    loaded: Option<Loaded>,
    /// Passes as last read in this life.
    passes: Option<u64>,
    /// An answer may come that belongs to nothing asked from here on.
    out_of_step: bool,
    /// A command that acts was sent and not answered: a fresh life does not know, so it assumes so.
    unanswered: bool,
    /// The same of a download.
    block_unanswered: bool,
    /// `.` was sent after the last string: its answer is the last one.
    cleared: bool,
    /// The answer to the last command that acts, heard in this life on this link.
    answered: LastAnswer,
    /// What `Listen` learnt, which `Examine` repeats.
    learnt: Evidence,
    watch: Option<Watch>,
}

impl Zebra {
    /// A machine for one printer. A canary that is no graphic character, or that could not be read, is left out.
    pub fn new(model: &'static Model, mut options: Options) -> Zebra {
        let one_way = options.replies == Replies::OneWay;
        options.canary = options
            .canary
            .filter(|with| with.is_ascii_graphic() && options.knows_x && !one_way);
        let duplex = model.duplex && !options.one_side;
        let capabilities = Capabilities {
            maker: "Zebra",
            model: model.name,
            stages: models::stages(duplex, options.placeholder, model.reject_hopper),
            face_begins: if duplex { Stage::Face } else { Stage::Finish },
            rows: rows(duplex, options.placeholder),
            witnesses: Witnesses {
                place: false,
                cards: false,
                panels: options.knows_cln && !one_way,
                power: options.canary.is_some(),
            },
            hold: true,
            reject: options.placeholder && model.reject_hopper,
            duplex,
            contactless: options.placeholder,
            examine_apart: EXAMINE_APART,
            off_first: true,
            tells_hopper: false,
            jams_latch: false,
            bench: options.bench.clone(),
            dots: options.dots.unwrap_or(DOTS),
            pace: Pace {
                card_bytes: model.card_bytes,
                rated_ms: Some(model.rated_ms),
            },
        };
        Zebra {
            model,
            options,
            capabilities,
            line: Line::Down,
            out: VecDeque::new(),
            replies: wire::Replies::default(),
            gap_until: None,
            unawaited: VecDeque::new(),
            task: None,
            setup: None,
            loaded: None,
            passes: None,
            out_of_step: false,
            unanswered: true,
            block_unanswered: true,
            cleared: false,
            answered: LastAnswer::Unknown,
            learnt: Evidence::default(),
            watch: None,
        }
    }

    fn one_way(&self) -> bool {
        self.options.replies == Replies::OneWay
    }

    /// Whether this question is known and there is somebody to answer it.
    fn knows(&self, word: Word) -> bool {
        let known = match word {
            Word::LastAnswer => self.options.knows_e,
            Word::Passes => self.options.knows_cln,
            Word::InEncoder => self.options.knows_p,
            Word::Initiator => self.options.canary.is_some(),
            Word::Clear
            | Word::SetInitiator(_)
            | Word::Axis
            | Word::Ribbon(_)
            | Word::Contrast(..)
            | Word::Intensity(..)
            | Word::ResinIntensity(_)
            | Word::VarnishIntensity(_)
            | Word::RouteRejects
            | Word::ClearColours
            | Word::ClearResin
            | Word::ClearVarnish
            | Word::Area { .. }
            | Word::Print(_)
            | Word::Flip
            | Word::Eject
            | Word::Placeholder(_) => true,
        };
        known && !self.one_way()
    }

    fn recipe(&self, turned: bool) -> Recipe {
        let (lines, height) = self.capabilities.dots;
        Recipe {
            lines,
            height,
            packed: self.options.compression,
            literal_max: self.options.literal_bytes_max,
            escape: self.options.escape_resin,
            turned,
        }
    }

    /// Nothing of it is told. The maker's library asks for the serial number [code: ZBRPrinter header], but the bytes
    /// of that call were not found, nor any question for model, firmware or ribbon \[unknown\]: `+RIB` only tells the
    /// printer, and `V`, which may ask for a version, is of unknown effect and never sent.
    fn identity(&self) -> Identity {
        Identity {
            maker: Told::Inferred("Zebra".to_owned()),
            model: Told::Inferred(self.model.name.to_owned()),
            other_model: false,
            serial: Told::NotAskable,
            firmware: Told::NotAskable,
            ribbon: Told::NotAskable,
        }
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Tell(event));
    }

    /// The end of the request in flight.
    fn answer(&mut self, answer: Answer) {
        let task = self.task.take();
        let done = matches!(answer, Answer::Done(_));
        let of_picture = task.is_some_and(|task| {
            matches!(
                task.request,
                Request::Load(_) | Request::Do(Stage::Face | Stage::Finish)
            )
        });
        // What is left of a picture that broke off makes no face.
        if of_picture && !done {
            self.loaded = None;
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
        self.out_of_step = false;
        self.answered = LastAnswer::Unknown;
        if was == Line::Up && self.options.transport != Transport::Serial {
            // A serial line falls with its adapter, not with the printer.
            if let Some(watch) = &mut self.watch {
                watch.gone = true;
            }
        }
        if self.task.is_some() {
            self.answer(Answer::Lost);
        } else if was == Line::Up {
            self.tell(Event::Lost);
        }
    }

    fn take_replies(&mut self, now: Moment) {
        while let Some(reply) = self.replies.pop() {
            if self.task.is_some() {
                self.heard(&reply, now);
            } else {
                self.heard_unasked(reply);
            }
        }
        self.gap_until = None;
        if self.replies.is_partial() {
            self.gap_until = Some(now + self.options.limits.gap);
        }
    }

    /// Nothing unasked is known of this printer: it is a late answer, and the next one may be one too.
    fn heard_unasked(&mut self, reply: Reply) {
        self.out_of_step = true;
        if let status::Said::Fault(fault) = status::classify(&reply) {
            self.tell(Event::Fault(fault));
        }
        if self.unawaited.len() == UNAWAITED_MAX {
            self.unawaited.pop_front();
        }
        self.unawaited.push_back(reply);
    }
}

fn rows(duplex: bool, docked: bool) -> &'static [Row] {
    match (duplex, docked) {
        (_, true) => custody::ROWS_DOCKED,
        (true, false) => custody::ROWS_DUPLEX,
        (false, false) => custody::ROWS,
    }
}

impl Machine for Zebra {
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
        // What an earlier session left behind is not this one's news, and a one-way link has none.
        let deaf = self.line != Line::Up || self.one_way();
        if from != Channel::Main || deaf || bytes.is_empty() {
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

impl Dialect for Zebra {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

#[cfg(test)]
mod tests;
