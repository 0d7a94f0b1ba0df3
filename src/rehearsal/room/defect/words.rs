//! Dialects that say what a sound one would not: they pass everything on and meddle with the bytes.

use bytes::Bytes;
use cetak_drivers::contract::{
    Answer, Busy, Capabilities, Channel, Dialect, Event, LinkNews, Machine, Moment, Output, Power,
    Request,
};
use cetak_drivers::matica::wire::{COMMAND, Message, Messages, Word};

/// Number of the first initialisation of a connection; no dialect counts so far.
const OURS: u32 = 0xF000_0000;
/// Sent twice, because a printer that tells its power cut does not carry out what it tells it to.
const TWICE: u32 = 2;
/// What a load or a move with film-initialise begins with, and its bit in the third byte [Matica's page].
const LOAD: u8 = 0x04;
const MOVE: u8 = 0x05;
const FILM: u8 = 0x80;

/// These words go out as soon as the link is up.
pub(super) fn before_all(sound: Box<dyn Dialect>, words: &'static [u8]) -> Box<dyn Dialect> {
    Box::new(Meddled::new(
        sound,
        Meddling::BeforeAll { words, owed: false },
    ))
}

/// A Matica is initialised before anything else is asked on a connection.
pub(super) fn initialises_first(sound: Box<dyn Dialect>) -> Box<dyn Dialect> {
    Box::new(Meddled::new(
        sound,
        Meddling::InitialisesFirst {
            owed: 0,
            heard: Messages::default(),
        },
    ))
}

/// A Matica loads and moves cards and leaves the film where it is.
pub(super) fn without_film_initialise(sound: Box<dyn Dialect>) -> Box<dyn Dialect> {
    Box::new(Meddled::new(sound, Meddling::KeepsTheFilm))
}

/// Whatever answers has kept its power.
pub(super) fn power_is_kept(sound: Box<dyn Dialect>) -> Box<dyn Dialect> {
    Box::new(Meddled::new(sound, Meddling::PowerIsKept))
}

enum Meddling {
    BeforeAll {
        words: &'static [u8],
        owed: bool,
    },
    InitialisesFirst {
        /// Initialisations that this connection has still to be sent.
        owed: u32,
        heard: Messages,
    },
    KeepsTheFilm,
    PowerIsKept,
}

struct Meddled {
    sound: Box<dyn Dialect>,
    meddling: Meddling,
    /// What waits behind what was put before it.
    waiting: Option<Output<Event>>,
}

impl Meddled {
    fn new(sound: Box<dyn Dialect>, meddling: Meddling) -> Meddled {
        Meddled {
            sound,
            meddling,
            waiting: None,
        }
    }
}

impl Machine for Meddled {
    type Ask = Request;
    type News = Event;

    fn ask(&mut self, request: Request, now: Moment) -> Result<(), Busy> {
        self.sound.ask(request, now)
    }

    fn link(&mut self, news: LinkNews, now: Moment) {
        let up = matches!(news, LinkNews::Up(Channel::Main));
        match &mut self.meddling {
            Meddling::BeforeAll { owed, .. } => *owed |= up,
            Meddling::InitialisesFirst { owed, heard } if up => {
                *owed = TWICE;
                heard.clear();
            }
            Meddling::InitialisesFirst { .. } | Meddling::KeepsTheFilm | Meddling::PowerIsKept => {}
        }
        self.sound.link(news, now);
    }

    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        match &mut self.meddling {
            Meddling::InitialisesFirst { heard, .. } if from == Channel::Main => {
                heard.take(bytes);
                while let Ok(Some(message)) = heard.pop() {
                    // Nobody else knows of our own questions.
                    if message.sequence < OURS {
                        self.sound.receive(from, &message.emit(), now);
                    }
                }
            }
            Meddling::InitialisesFirst { .. }
            | Meddling::BeforeAll { .. }
            | Meddling::KeepsTheFilm
            | Meddling::PowerIsKept => self.sound.receive(from, bytes, now),
        }
    }

    fn elapse(&mut self, now: Moment) {
        self.sound.elapse(now);
    }

    fn poll(&mut self) -> Output<Event> {
        if let Meddling::BeforeAll { words, owed } = &mut self.meddling
            && std::mem::take(owed)
        {
            return Output::Send(Channel::Main, Bytes::from_static(words));
        }
        let mut next = match self.waiting.take() {
            Some(waiting) => waiting,
            None => self.sound.poll(),
        };
        if let (
            Meddling::PowerIsKept,
            Output::Tell(Event::Answered(Answer::Done(evidence) | Answer::Fault(_, evidence))),
        ) = (&self.meddling, &mut next)
        {
            evidence.power = Power::Kept;
        }
        let Output::Send(Channel::Main, bytes) = next else {
            return next;
        };
        let command = Message::parse(&bytes)
            .ok()
            .filter(|(message, used)| message.kind == COMMAND && *used == bytes.len());
        match (&mut self.meddling, command) {
            (Meddling::InitialisesFirst { owed, .. }, Some(_)) if *owed > 0 => {
                *owed -= 1;
                let first = Word::Initialise.emit(OURS + *owed);
                self.waiting = Some(Output::Send(Channel::Main, bytes));
                Output::Send(Channel::Main, first)
            }
            (Meddling::KeepsTheFilm, Some((mut message, _))) => {
                if let [LOAD | MOVE, _, film, _] = &mut message.payload[..] {
                    *film &= !FILM;
                }
                Output::Send(Channel::Main, message.emit())
            }
            (
                Meddling::BeforeAll { .. }
                | Meddling::InitialisesFirst { .. }
                | Meddling::KeepsTheFilm
                | Meddling::PowerIsKept,
                _,
            ) => Output::Send(Channel::Main, bytes),
        }
    }
}

impl Dialect for Meddled {
    fn capabilities(&self) -> &Capabilities {
        self.sound.capabilities()
    }
}
