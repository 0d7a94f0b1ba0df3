//! The words every printer shares: requests, news, evidence, faults, and the machine that speaks them.
//!
//! Nothing here reads, writes, sleeps or asks the time. A printer's language is a [`Dialect`]; a chip
//! reader's is an [`Encoder`]; both are a [`Machine`]: bytes, link news and time in, bytes and news out.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use bytes::Bytes;
use serde::{Deserialize, Serialize};

mod card_image;
mod custody_row;
mod fault;
mod pace;

pub use card_image::{BitPlane, CardImage, Colour, Overlay, Side};
pub use custody_row::{
    BenchFlag, ChipIs, LastIs, PanelsIs, PlaceIs, Point, Power, Row, Verdict, WakeIs,
};
pub use fault::{Fault, Gravity};
pub use pace::{Pace, SlowLink};

/// A point in monotonic time. Unit: nanoseconds since the program (or the rehearsal) began.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Moment(pub u64);

impl Moment {
    /// The beginning.
    pub const ZERO: Moment = Moment(0);

    /// How long after `earlier` this moment is; zero if it is not after it.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Moment {
    type Output = Moment;
    fn add(self, d: Duration) -> Moment {
        Moment(
            self.0
                .saturating_add(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)),
        )
    }
}

/// One of the byte pipes of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Commands, pictures and their answers.
    Main,
    /// Questions that may be asked while a request runs (UDP on some retransfer printers).
    Status,
}

/// What the session tells a machine about its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkNews {
    /// The channel is open.
    Up(Channel),
    /// The channel fell, or could not be opened.
    Down(Channel),
    /// The link took the last byte that was to be sent: timers for an answer start here.
    Sent(Channel),
    /// The port status byte that was asked for; `None`: this link has none.
    PortStatus(Option<u8>),
}

/// What a machine wants done next. `N` is what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<N> {
    /// Open the channel; answered by [`LinkNews::Up`] or [`LinkNews::Down`].
    Open(Channel),
    /// Send these bytes after what is already queued on that channel.
    Send(Channel, Bytes),
    /// Ask the link for its port status byte.
    AskPortStatus,
    /// Close the channel; what was queued and not sent is dropped.
    Close(Channel),
    /// News for the spooler.
    Tell(N),
    /// Nothing more now; call `elapse` at that moment if nothing else happens before.
    Wait(Option<Moment>),
}

/// A request was made while another one is in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request is still in flight")]
pub struct Busy;

/// A pure protocol machine. It never reads, writes, sleeps, spawns or asks the time.
///
/// One change, then drain `poll` to [`Output::Wait`], then the next change.
pub trait Machine: Send {
    /// What it can be asked.
    type Ask;
    /// What it tells.
    type News;
    /// Makes one request. Each request ends in exactly one answer among the news.
    fn ask(&mut self, request: Self::Ask, now: Moment) -> Result<(), Busy>;
    /// News of the link.
    fn link(&mut self, news: LinkNews, now: Moment);
    /// Bytes that came in, cut anywhere.
    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment);
    /// The moment that `Wait` named has come (or a later one).
    fn elapse(&mut self, now: Moment);
    /// What to do next. Drain it to `Wait` after every call above.
    fn poll(&mut self) -> Output<Self::News>;
}

impl<M: Machine + ?Sized> Machine for Box<M> {
    type Ask = M::Ask;
    type News = M::News;
    fn ask(&mut self, request: Self::Ask, now: Moment) -> Result<(), Busy> {
        (**self).ask(request, now)
    }
    fn link(&mut self, news: LinkNews, now: Moment) {
        (**self).link(news, now);
    }
    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        (**self).receive(from, bytes, now);
    }
    fn elapse(&mut self, now: Moment) {
        (**self).elapse(now);
    }
    fn poll(&mut self) -> Output<Self::News> {
        (**self).poll()
    }
}

/// One printer's language.
pub trait Dialect: Machine<Ask = Request, News = Event> {
    /// What this model can do and prove.
    fn capabilities(&self) -> &Capabilities;
}

impl<D: Dialect + ?Sized> Dialect for Box<D> {
    fn capabilities(&self) -> &Capabilities {
        (**self).capabilities()
    }
}

/// One chip reader's language.
pub trait Encoder: Machine<Ask = EncoderRequest, News = EncoderNews> {}

impl<E: Encoder + ?Sized> Encoder for Box<E> {}

/// The parts of a card's way through the printer; an intent each, where the printer lets us order them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A blank leaves the hopper and goes to the chip station, or to the print start where there is no chip.
    Feed,
    /// The chip is written. Done by the [`Encoder`], never by a dialect.
    Chip,
    /// The card goes from the chip station to the print start.
    Park,
    /// Planes, all but what would lay the last part of the face.
    Face,
    /// The last part of the face; where the printer can hold, the card stays inside.
    Finish,
    /// The finished card goes to the output.
    Eject,
    /// The card goes to the reject box.
    Reject,
    /// A latched error is cleared: with an empty path, or because a row of the custody table says so.
    Clear,
}

/// What the next card needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Feed to the contactless station first.
    pub chip: bool,
    /// Keep the finished card inside until `Do(Eject)`.
    pub hold: bool,
    /// Both sides will be printed.
    pub duplex: bool,
    /// The ribbon to print with.
    pub ribbon: Ribbon,
    /// A verdict goes on with the card that is inside: settings only, and a card in the path is no surprise.
    pub card_inside: bool,
}

/// Ribbons by their panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ribbon {
    /// Yellow, magenta, cyan, resin black, overlay.
    Ymcko,
    /// As `Ymcko` with a second resin black for the back.
    Ymckok,
    /// Resin black only.
    K,
}

impl Ribbon {
    /// How the contract and config spell it.
    pub fn name(self) -> &'static str {
        match self {
            Ribbon::Ymcko => "ymcko",
            Ribbon::Ymckok => "ymckok",
            Ribbon::K => "k",
        }
    }
}

/// One request; a dialect sends nothing that reaches past it.
#[derive(Debug, Clone)]
pub enum Request {
    /// Settings, and the evidence a card starts from (its baseline). Moves nothing. Refuses with a
    /// [`Fault`] what would make a feed pointless (no blanks, ribbon ended, lid open, card inside).
    Prepare(Setup),
    /// Takes the card's picture; sends of it only what lays no dye.
    Load(Arc<CardImage>),
    /// Carries out one stage. `Done` carries the evidence after it.
    Do(Stage),
    /// After a doubt: reads what waits, asks for the last answer and the power canary. Changes no setting.
    Listen {
        /// The stage whose intent was the last committed one.
        after: Option<Stage>,
    },
    /// After `Listen` was committed: identity, place and counters, twice. Moves nothing.
    Examine {
        /// Time between the two readings.
        apart: Duration,
    },
    /// Asks what can be asked without disturbing anything.
    Status,
    /// Asks who the printer is; [`Event::Identity`] comes before the answer. Moves nothing.
    Identify,
    /// Waits until the printer was switched off and on and answers again: what waited in its memory is gone.
    /// Sends nothing that could end a page or start a string. Asked only where [`Capabilities::off_first`].
    AwaitRestart,
}

impl Request {
    /// A short name for logs and errors.
    pub fn name(&self) -> &'static str {
        match self {
            Request::Prepare(_) => "prepare",
            Request::Load(_) => "load",
            Request::Do(Stage::Feed) => "feed",
            Request::Do(Stage::Chip) => "chip",
            Request::Do(Stage::Park) => "park",
            Request::Do(Stage::Face) => "face",
            Request::Do(Stage::Finish) => "finish",
            Request::Do(Stage::Eject) => "eject",
            Request::Do(Stage::Reject) => "reject",
            Request::Do(Stage::Clear) => "clear",
            Request::Listen { .. } => "listen",
            Request::Examine { .. } => "examine",
            Request::Status => "status",
            Request::Identify => "identify",
            Request::AwaitRestart => "await_restart",
        }
    }
}

/// News of a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The link is open and nothing has been asked on it.
    Up,
    /// The end of the request in flight; exactly one each.
    Answered(Answer),
    /// Something is wrong with the printer; may come at any time.
    Fault(Fault),
    /// Status that nobody asked for.
    Status(Status),
    /// Who it is, item by item.
    Identity(Identity),
    /// The link fell while no request was in flight.
    Lost,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Carried out.
    Done(Evidence),
    /// The printer (or the dialect, from its answers) says that it was not, or not wholly, carried out.
    Fault(Fault, Evidence),
    /// No answer within the limit.
    Silent {
        /// How long was waited.
        waited: Duration,
    },
    /// The link fell.
    Lost,
}

/// Where the printer says that a card is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Not asked, no answer, or an answer that is not in the catalogue, or two witnesses that disagree.
    #[default]
    Unknown,
    /// No card in the path.
    Empty,
    /// In the path.
    Path,
    /// At the contact station.
    Contact,
    /// At the contactless station.
    Contactless,
}

impl Place {
    /// Whether a card is inside; `None` when the printer cannot say.
    pub fn inside(self) -> Option<bool> {
        match self {
            Place::Unknown => None,
            Place::Empty => Some(false),
            Place::Path | Place::Contact | Place::Contactless => Some(true),
        }
    }
}

/// Whether the printer answered in step after a doubt.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Wake {
    /// Not tried.
    #[default]
    Untried,
    /// It answered our nonce at once.
    Awake,
    /// It answered after the rest of a picture had been filled with "no dye": the planes are void.
    Woken,
    /// It never answered.
    Deaf,
}

/// The printer's memory of the last command's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum LastAnswer {
    /// Not asked, or given up because the line had to be cleared first.
    #[default]
    Unknown,
    /// The command in flight was carried out.
    Ok,
    /// It was not.
    Fault(Fault),
}

/// What the printer could prove when it was asked. Every field is empty until it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Evidence {
    /// The unit's serial number.
    pub unit: Option<String>,
    /// Whether it kept its power since the intent's settings were made.
    pub power: Power,
    /// Where the card is.
    pub place: Place,
    /// Cards counter. Unit: cards, absolute.
    pub cards: Option<u64>,
    /// Panels counter. Unit: panels, absolute.
    pub panels: Option<u64>,
    /// Uses that the ribbon's own tag counts, where told. Unit: prints, absolute. It survives the printer.
    pub shots: Option<u64>,
    /// Prints left on the ribbon, where told.
    pub ribbon_left: Option<u64>,
    /// The last command's answer.
    pub last: LastAnswer,
    /// Whether it answered in step.
    pub wake: Wake,
    /// Lid open.
    pub lid_open: Option<bool>,
    /// Reject box full or nearly so.
    pub reject_full: Option<bool>,
    /// Cards in the feeder.
    pub feeder_filled: Option<bool>,
    /// `Examine` only: the two readings were equal.
    pub settled: bool,
}

/// Status for screens; never evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Status {
    /// What was read.
    pub evidence: Evidence,
    /// What stands in the way.
    pub faults: Vec<Fault>,
}

/// One item of a printer's identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The printer said so.
    Told(String),
    /// We reason so.
    Inferred(String),
    /// It cannot be asked, or it did not answer.
    #[default]
    NotAskable,
}

/// Who a printer is, and how far that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Identity {
    /// The maker.
    pub maker: Told,
    /// The model.
    pub model: Told,
    /// What is told contradicts the configured model.
    pub other_model: bool,
    /// The unit's serial number.
    pub serial: Told,
    /// The firmware's version.
    pub firmware: Told,
    /// The ribbon that is fitted.
    pub ribbon: Told,
}

/// What the printer tells about a card. An answered last part of the face counts as a finished card only if
/// every witness there is agrees with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witnesses {
    /// Where the card is.
    pub place: bool,
    /// A counter of cards.
    pub cards: bool,
    /// A counter of panels that is the same for every whole card of one ribbon and mode.
    pub panels: bool,
    /// Something that a power cut wipes out or raises. Where there is none, only an unbroken hearing says that
    /// the printer kept its power.
    pub power: bool,
}

/// What a model can do and prove. Data, never a guess: bench flags are false until somebody ran the bench.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The maker's name.
    pub maker: &'static str,
    /// The model's name.
    pub model: &'static str,
    /// The stages it can order apart.
    pub stages: &'static [Stage],
    /// The stage that brings dye to the card.
    pub face_begins: Stage,
    /// Rows of the custody table.
    pub rows: &'static [Row],
    /// What a finished card must agree with.
    pub witnesses: Witnesses,
    /// It can keep the finished card inside.
    pub hold: bool,
    /// A reject box is fitted.
    pub reject: bool,
    /// It flips the card.
    pub duplex: bool,
    /// It has a contactless station.
    pub contactless: bool,
    /// Time between the two readings of `Examine`.
    pub examine_apart: Duration,
    /// Before a person looks, the printer is switched off and on: a page may wait in its memory.
    pub off_first: bool,
    /// Its status says whether blanks lie in the hopper. Where it does not, only people know that it was filled.
    pub tells_hopper: bool,
    /// A jam stays told until it is cleared, also when a hand has removed its cause.
    pub jams_latch: bool,
    /// What the bench has shown.
    pub bench: Vec<BenchFlag>,
    /// Picture size in dots: along the card's long side, along its short side.
    pub dots: (usize, usize),
    /// What an ordinary card asks of the link.
    pub pace: Pace,
}

impl Capabilities {
    /// Whether this stage can be ordered apart.
    pub fn orders(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }
}

/// The number of a blank's chip. Never personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlankUid(pub String);

impl fmt::Debug for BlankUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for BlankUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A named list of opaque commands to a chip with their expected answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Its name in the profile.
    pub name: String,
    /// In this order.
    pub steps: Vec<Apdu>,
}

/// One opaque exchange with a chip.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apdu {
    /// Bytes to the chip.
    pub send: Vec<u8>,
    /// The answer that means success.
    pub expect: Vec<u8>,
}

impl fmt::Debug for Apdu {
    /// A chip's contents are personal data: only lengths are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Apdu({} -> {} bytes)",
            self.send.len(),
            self.expect.len()
        )
    }
}

/// What an encoder can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncoderRequest {
    /// Is there a chip at the station?
    Presence,
    /// Its number.
    Uid,
    /// Write: stops at the first answer that is not the expected one.
    Run(Script),
    /// Compare: how much of the script's answers hold already.
    State(Script),
}

/// How far a chip is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChipState {
    /// No step of the script holds.
    Untouched,
    /// Some steps hold.
    Partial,
    /// All steps hold.
    Complete,
}

/// News of an encoder: one for each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncoderNews {
    /// Answer to `Presence`.
    Presence(bool),
    /// Answer to `Uid`; `None`: no chip answers.
    Uid(Option<BlankUid>),
    /// Answer to `Run`: all steps were answered as expected.
    Ran,
    /// Answer to `Run`: this step (from 0) was answered otherwise.
    Refused {
        /// Which step.
        step: usize,
    },
    /// Answer to `State`.
    State(ChipState),
    /// No answer in time, or an answer that means nothing.
    Silent,
    /// The link fell.
    Lost,
}

#[cfg(test)]
mod tests;
