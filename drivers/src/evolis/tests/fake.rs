//! A printer that answers by a small table and keeps just enough state; and a bench that runs a machine on it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::contract::*;
use crate::evolis::download::{Download, Geometry};
use crate::evolis::wire::{CR, ESC, NUL, SPOILER, WireError, Word};
use crate::evolis::{Evolis, Options, Transport, models};

pub(super) const SMALL: Geometry = Geometry {
    lines: 24,
    columns: 16,
};

/// What the fake does with one command.
#[derive(Debug, Clone)]
pub(super) enum Does {
    Says(&'static str),
    Raw(&'static [u8]),
    /// Carries it out and says nothing.
    Mute,
    /// Neither.
    Nothing,
}

pub(super) struct Fake {
    pub(super) geometry: Geometry,
    pub(super) place: &'static str,
    pub(super) cards: u64,
    pub(super) panels: u64,
    pub(super) mode: &'static str,
    pub(super) hold: bool,
    pub(super) feeder: bool,
    pub(super) waiting_planes: u64,
    pub(super) last: String,
    /// Taken before anything else, by the command's text; a download's text is its header.
    pub(super) script: BTreeMap<String, VecDeque<Does>>,
    input: Vec<u8>,
    /// Bytes of a picture still to come.
    pub(super) deaf_for: usize,
    pub(super) texts: Vec<String>,
}

impl Fake {
    pub(super) fn new(geometry: Geometry) -> Fake {
        Fake {
            geometry,
            place: "OK",
            cards: 100,
            panels: 500,
            mode: "0 0",
            hold: false,
            feeder: true,
            waiting_planes: 0,
            last: "OK".to_owned(),
            script: BTreeMap::new(),
            input: Vec::new(),
            deaf_for: 0,
            texts: Vec::new(),
        }
    }

    pub(super) fn on(&mut self, text: &str, does: Does) {
        self.script
            .entry(text.to_owned())
            .or_default()
            .push_back(does);
    }

    /// Takes bytes, gives answers.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        let swallowed = bytes.len().min(self.deaf_for);
        self.deaf_for -= swallowed;
        self.input.extend_from_slice(&bytes[swallowed..]);
        let mut out = Vec::new();
        loop {
            let skip = self
                .input
                .iter()
                .take_while(|b| matches!(**b, NUL | CR))
                .count();
            self.input.drain(..skip);
            if self.input.is_empty() {
                return out;
            }
            let (text, used, plane) = match Word::parse(&self.input) {
                Ok((word, used)) => (word.text(), used, false),
                Err(WireError::Short) => return out,
                Err(_) if self.input[0] != ESC => {
                    let end = self.input.iter().position(|b| *b == CR);
                    let Some(end) = end else { return out };
                    assert_eq!(
                        self.input[..=end],
                        SPOILER,
                        "only a spoiler comes without ESC"
                    );
                    self.texts.push("zz".to_owned());
                    self.input.drain(..=end);
                    self.last = "ERROR CDE".to_owned();
                    out.extend_from_slice(b"ERROR CDE\0");
                    continue;
                }
                Err(_) => match Download::parse(&self.input, self.geometry) {
                    Ok((download, used)) => {
                        let whole = download.emit();
                        let header = whole.len() - download.data.len() - 2;
                        let text = String::from_utf8(whole[1..=header].to_vec()).unwrap();
                        (text, used, true)
                    }
                    Err(WireError::Short) => return out,
                    Err(error) => panic!("{error}: {:?}", &self.input[..self.input.len().min(40)]),
                },
            };
            self.input.drain(..used);
            self.texts.push(text.clone());
            let does = self.script.get_mut(&text).and_then(VecDeque::pop_front);
            match does {
                Some(Does::Says(answer)) => {
                    self.last = answer.to_owned();
                    out.extend_from_slice(answer.as_bytes());
                    out.push(NUL);
                }
                Some(Does::Raw(raw)) => {
                    self.carry_out(&text, plane);
                    out.extend_from_slice(raw);
                }
                Some(Does::Mute) => {
                    self.last = self.carry_out(&text, plane);
                }
                Some(Does::Nothing) => {}
                None => {
                    let answer = self.carry_out(&text, plane);
                    if !text.starts_with('R') && !text.starts_with('E') {
                        self.last = answer.clone();
                    }
                    out.extend_from_slice(answer.as_bytes());
                    out.push(NUL);
                }
            }
        }
    }

    fn carry_out(&mut self, text: &str, plane: bool) -> String {
        let ok = "OK".to_owned();
        if plane {
            self.panels += self.waiting_planes;
            self.waiting_planes = 1;
            return ok;
        }
        match text {
            "Pem;2" => self.mode = "2 0",
            "Psoe;D" => self.hold = true,
            "Psoe;E" => self.hold = false,
            "Rem" => return self.mode.to_owned(),
            "Rsn" => return "P00000012345".to_owned(),
            "Rlr" => return self.last.clone(),
            "Rlr;p" => return self.place.to_owned(),
            "Rlr;h" => return "NO CARD".to_owned(),
            "Rse;p" if self.place == "CARD" => return "4,90 Volts".to_owned(),
            "Rse;p" => return "0,21 Volts".to_owned(),
            "Rse;o" => return "5,00 Volts".to_owned(),
            "Rse;f" if !self.feeder => return "0,00 Volts".to_owned(),
            "Rse;f" => return "5,00 Volts".to_owned(),
            "Rrt;count" => return "187".to_owned(),
            "Rco;c" => return self.cards.to_string(),
            "Rco;p" => return self.panels.to_string(),
            "Sic" | "Si" => {
                if self.place == "OK" {
                    self.cards += 1;
                }
                self.place = if text == "Si" {
                    "CARD"
                } else {
                    "CONTACTLESS CARD"
                };
            }
            "Se" => {
                self.panels += self.waiting_planes;
                if !(self.hold && self.waiting_planes > 0) {
                    self.place = "OK";
                }
                self.waiting_planes = 0;
            }
            "Ser" => self.place = "OK",
            "Srs" => {
                assert_eq!(self.place, "OK", "a reset with a card inside");
                self.waiting_planes = 0;
                self.mode = "0 0";
                self.hold = false;
            }
            "Scs" => assert_eq!(self.place, "OK", "a clear with a card inside"),
            _ => {
                if let Some(nonce) = text.strip_prefix("Echo;") {
                    return nonce.to_owned();
                }
            }
        }
        ok
    }
}

/// A machine, a fake, and virtual time.
pub(super) struct Bench {
    pub(super) evolis: Evolis,
    pub(super) fake: Fake,
    pub(super) now: Moment,
    /// How long the answers' pieces are; the last one repeats. Empty: uncut.
    pub(super) cuts: Vec<usize>,
    cut: usize,
    incoming: VecDeque<u8>,
    /// All bytes sent, one a `Send`.
    pub(super) sent: Vec<Bytes>,
    pub(super) events: Vec<Event>,
    pub(super) port_status: VecDeque<Option<u8>>,
    /// The link falls when that many more sends were made.
    pub(super) falls_after: Option<usize>,
    /// The link cannot be opened.
    pub(super) shut: bool,
}

pub(super) fn primacy(options: Options) -> Bench {
    bench("evolis-primacy", options)
}

pub(super) fn bench(model: &str, options: Options) -> Bench {
    let options = Options {
        dots: Some(options.dots.unwrap_or((SMALL.lines, SMALL.columns))),
        ..options
    };
    let (lines, columns) = options.dots.unwrap();
    Bench {
        evolis: Evolis::new(models::find(model).unwrap(), options),
        fake: Fake::new(Geometry { lines, columns }),
        now: Moment::ZERO,
        cuts: Vec::new(),
        cut: 0,
        incoming: VecDeque::new(),
        sent: Vec::new(),
        events: Vec::new(),
        port_status: VecDeque::new(),
        falls_after: None,
        shut: false,
    }
}

/// Serial, so that no port status is asked; the reset is shown by the bench to be unneeded.
pub(super) fn plain() -> Options {
    Options {
        transport: Transport::Serial,
        bench: vec![BenchFlag::SequenceStartDropsPlanes],
        ..Options::default()
    }
}

pub(super) fn with_chip() -> Setup {
    Setup {
        chip: true,
        hold: true,
        duplex: false,
        ribbon: Ribbon::Ymcko,
        card_inside: false,
    }
}

pub(super) fn image(geometry: Geometry) -> Arc<CardImage> {
    let (width, height) = (geometry.lines, geometry.columns);
    let rgb = (0..width * height * 3)
        .map(|n| (n * 7 % 251) as u8)
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
        self.evolis.ask(request, self.now).unwrap();
        self.until_answered()
    }

    /// Runs to the answer of the request in flight, which must be `Done`.
    pub(super) fn finish(&mut self) -> Evidence {
        match self.until_answered() {
            Answer::Done(evidence) => evidence,
            other => panic!("{other:?}"),
        }
    }

    fn until_answered(&mut self) -> Answer {
        let earlier = self.events.len();
        for _ in 0..100_000 {
            let wait = self.drain();
            // An earlier request's answer is no answer to this one.
            if let Some(Event::Answered(answer)) = self.events[earlier..].last() {
                let answer = answer.clone();
                assert_eq!(
                    self.evolis.poll(),
                    Output::Wait(None),
                    "nothing is left to do"
                );
                return answer;
            }
            let until = wait.expect("a request in flight has a limit");
            assert!(until >= self.now, "time runs forward");
            self.now = until;
            self.evolis.elapse(self.now);
        }
        panic!("no answer");
    }

    pub(super) fn done(&mut self, request: Request) -> Evidence {
        match self.ask(request) {
            Answer::Done(evidence) => evidence,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn fault(&mut self, request: Request) -> (Fault, Evidence) {
        match self.ask(request) {
            Answer::Fault(fault, evidence) => (fault, evidence),
            other => panic!("{other:?}"),
        }
    }

    fn drain(&mut self) -> Option<Moment> {
        loop {
            match self.evolis.poll() {
                Output::Open(channel) => {
                    let news = if self.shut {
                        LinkNews::Down(channel)
                    } else {
                        LinkNews::Up(channel)
                    };
                    self.evolis.link(news, self.now);
                }
                Output::Send(channel, bytes) => {
                    self.sent.push(bytes.clone());
                    if let Some(left) = self.falls_after.as_mut() {
                        if *left == 0 {
                            self.falls_after = None;
                            self.evolis.link(LinkNews::Down(channel), self.now);
                            continue;
                        }
                        *left -= 1;
                    }
                    self.incoming.extend(self.fake.take(&bytes));
                    self.now = self.now + Duration::from_millis(1);
                    self.evolis.link(LinkNews::Sent(channel), self.now);
                }
                Output::AskPortStatus => {
                    let status = self.port_status.pop_front().unwrap_or(Some(0x18));
                    self.evolis.link(LinkNews::PortStatus(status), self.now);
                }
                Output::Close(_) => {}
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

    /// The next piece of what the printer said.
    fn give_piece(&mut self) {
        let length = self.cuts.get(self.cut).or(self.cuts.last()).copied();
        self.cut += 1;
        let all = self.incoming.len();
        let piece: Vec<u8> = self
            .incoming
            .drain(..length.unwrap_or(all).clamp(1, all))
            .collect();
        self.evolis.receive(Channel::Main, &piece, self.now);
    }

    /// The printer says something unasked.
    pub(super) fn says(&mut self, bytes: &[u8]) {
        self.incoming.extend(bytes);
        self.drain();
    }

    pub(super) fn texts(&self) -> Vec<&str> {
        self.fake.texts.iter().map(String::as_str).collect()
    }

    pub(super) fn forget(&mut self) {
        self.fake.texts.clear();
        self.sent.clear();
        self.events.clear();
    }

    /// To the print start, with the picture's first plane loaded.
    pub(super) fn load_card(&mut self) {
        self.done(Request::Prepare(with_chip()));
        self.done(Request::Do(Stage::Feed));
        self.done(Request::Do(Stage::Park));
        let image = image(self.fake.geometry);
        self.done(Request::Load(image));
    }
}
