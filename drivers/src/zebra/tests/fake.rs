//! A printer that answers as the page has it, and a bench that runs a machine on it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::contract::*;
use crate::zebra::packing::{PackError, expand_colour, expand_mono};
use crate::zebra::wire::{ACK, CR, ESC, LF, WireError, Word};
use crate::zebra::{Options, Transport, Zebra, models};

/// Lines and dots.
pub(super) const SMALL: (usize, usize) = (24, 20);

/// What the fake does with one command.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Carries it out and says this.
    Says(&'static [u8]),
    /// Says this and does nothing.
    Refuses(&'static [u8]),
    /// Carries it out and says nothing.
    Mute,
    /// Neither.
    Nothing,
}

pub(super) struct Fake {
    pub(super) dots: (usize, usize),
    pub(super) passes: u64,
    pub(super) feeder: u32,
    pub(super) inside: bool,
    pub(super) out: u32,
    pub(super) initiator: Option<u8>,
    pub(super) in_encoder: bool,
    pub(super) latched: Option<&'static [u8]>,
    pub(super) last: Vec<u8>,
    /// Nothing is answered: it is off.
    pub(super) off: bool,
    /// Taken before anything else, by the command's text; a download's text is `GS n` or `Z`.
    pub(super) script: BTreeMap<String, VecDeque<Does>>,
    /// Plain dye by its buffer, and resin.
    pub(super) dyes: [Vec<u8>; 3],
    pub(super) resin: Vec<u8>,
    pub(super) texts: Vec<String>,
    area: Option<(bool, usize, usize)>,
    input: Vec<u8>,
}

const FEEDER_EMPTY: &[u8] = b"\x1504\x04";

impl Fake {
    fn new(dots: (usize, usize)) -> Fake {
        Fake {
            dots,
            passes: 25_000,
            feeder: 10,
            inside: false,
            out: 0,
            initiator: None,
            in_encoder: false,
            latched: None,
            last: vec![ACK],
            off: false,
            script: BTreeMap::new(),
            dyes: [const { Vec::new() }; 3],
            resin: Vec::new(),
            texts: Vec::new(),
            area: None,
            input: Vec::new(),
        }
    }

    pub(super) fn on(&mut self, text: &str, does: Does) {
        self.script
            .entry(text.to_owned())
            .or_default()
            .push_back(does);
    }

    /// Half a command stands in the line's buffer.
    pub(super) fn half(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// Takes bytes, gives answers.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.off {
            return Vec::new();
        }
        self.input.extend_from_slice(bytes);
        let mut out = Vec::new();
        while let Some(text) = self.next() {
            self.texts.push(text.clone());
            let does = self.script.get_mut(&text).and_then(VecDeque::pop_front);
            let answer = match does {
                Some(Does::Says(raw)) => {
                    self.carry_out(&text);
                    raw.to_vec()
                }
                Some(Does::Refuses(raw)) => raw.to_vec(),
                Some(Does::Mute) => {
                    self.last = self.carry_out(&text);
                    continue;
                }
                Some(Does::Nothing) => continue,
                None => self.carry_out(&text),
            };
            if text != "E" {
                self.last = answer.clone();
            }
            out.extend(answer);
        }
        out
    }

    /// The next whole command's text.
    fn next(&mut self) -> Option<String> {
        // Bytes outside a command are skipped [inferred].
        let skip = self.input.iter().take_while(|b| **b != ESC).count();
        assert!(
            self.input[..skip]
                .iter()
                .all(|b| matches!(*b, b'z' | CR | LF)),
            "only a spoiler stands outside a command"
        );
        self.input.drain(..skip);
        if self.input.is_empty() {
            return None;
        }
        let (text, used) = if self.input.starts_with(b"\x1bGS ") {
            self.colour()?
        } else if self.input.starts_with(b"\x1bZ") {
            self.black()?
        } else {
            match Word::parse(&self.input) {
                Ok((word, used)) => (word.text(), used),
                Err(WireError::Short) => return None,
                Err(WireError::Unknown) => {
                    let end = self.input.iter().position(|b| *b == CR).unwrap();
                    let text = String::from_utf8_lossy(&self.input[1..end]).into_owned();
                    assert!(text.ends_with("zz"), "unknown: {text}");
                    (text, end + 1)
                }
            }
        };
        self.input.drain(..used);
        if let Some(area) = text.strip_prefix("G 0 0 ") {
            let numbers: Vec<usize> = area.split(' ').map(|n| n.parse().unwrap()).collect();
            self.area = Some((numbers[0] == 12, numbers[1], numbers[2]));
        }
        Some(text)
    }

    fn colour(&mut self) -> Option<(String, usize)> {
        let rest = &self.input[4..];
        let mut spaces = rest
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b' ')
            .map(|(at, _)| at);
        let end = spaces.nth(5)?;
        let fields: Vec<usize> = std::str::from_utf8(&rest[..end])
            .unwrap()
            .split(' ')
            .map(|field| field.parse().unwrap())
            .collect();
        let [buffer, mode, 0, 0, w, h] = fields[..] else {
            panic!("{fields:?}");
        };
        assert_eq!((w, h), self.dots, "lines first, then dots");
        let data = &rest[end + 1..];
        let (plain, used) = match mode {
            30 => match expand_colour(data, w * h) {
                Ok(plain) => plain,
                Err(PackError::Short) => return None,
                Err(error) => panic!("{error}"),
            },
            32 => (data.get(..w * h)?.to_vec(), w * h),
            _ => panic!("mode {mode}"),
        };
        assert_eq!(*data.get(used)?, CR, "the end after the counted data");
        self.dyes[buffer] = plain;
        Some((format!("GS {buffer}"), 4 + end + 1 + used + 1))
    }

    fn black(&mut self) -> Option<(String, usize)> {
        let (packed, h, w) = self.area.expect("an area is open");
        assert_eq!((w, h), self.dots, "dots first, then lines");
        let plain = w * h.div_ceil(8);
        let data = &self.input[2..];
        let (bits, used) = if packed {
            match expand_mono(data, plain) {
                Ok(bits) => bits,
                Err(PackError::Short) => return None,
                Err(error) => panic!("{error}"),
            }
        } else {
            (data.get(..plain)?.to_vec(), plain)
        };
        assert_eq!(*data.get(used)?, CR, "the end after the counted data");
        self.area = None;
        self.resin = bits;
        Some(("Z".to_owned(), 2 + used + 1))
    }

    fn carry_out(&mut self, text: &str) -> Vec<u8> {
        match text {
            "E" => return self.last.clone(),
            "%CLN" => {
                let text = format!(
                    "Cpt imp:{:08} next clean Prn:00005000 nb pass:5\r\x06",
                    self.passes
                );
                return text.into_bytes();
            }
            "&P" if self.in_encoder => return b"\x1505\x04".to_vec(),
            "&P" => return b"\x1506\x04".to_vec(),
            "!X" => {
                let mut answer: Vec<u8> = self.initiator.into_iter().collect();
                answer.extend([CR, ACK]);
                return answer;
            }
            "." => {
                self.latched = None;
                return vec![ACK];
            }
            _ => {}
        }
        if let Some(code) = self.latched {
            return code.to_vec();
        }
        if let Some(with) = text.strip_prefix("+X ") {
            self.initiator = with.bytes().next();
        }
        if text.ends_with("zz") {
            return b"\x1514\x04".to_vec();
        }
        if let Some(items) = text.strip_prefix("M 1 [") {
            if !self.inside {
                if self.feeder == 0 {
                    self.latched = Some(FEEDER_EMPTY);
                    return FEEDER_EMPTY.to_vec();
                }
                self.feeder -= 1;
                self.inside = true;
            }
            for item in items.split('[') {
                if item == "MO" {
                    self.inside = false;
                    self.out += 1;
                } else {
                    self.passes += 1;
                }
            }
        }
        if text == "MO" {
            self.out += u32::from(self.inside);
            self.inside = false;
        }
        vec![ACK]
    }

    /// Off and on: what is in memory is gone.
    pub(super) fn lose_power(&mut self) {
        self.initiator = None;
        self.latched = None;
        self.area = None;
        self.input.clear();
        self.last = vec![ACK];
        self.dyes = [const { Vec::new() }; 3];
        self.resin.clear();
    }
}

/// A machine, a fake, and virtual time.
pub(super) struct Bench {
    pub(super) zebra: Zebra,
    pub(super) fake: Fake,
    pub(super) now: Moment,
    /// How long the answers' pieces are; the last one repeats. Empty: uncut.
    pub(super) cuts: Vec<usize>,
    cut: usize,
    incoming: VecDeque<u8>,
    /// All bytes sent, one a `Send`.
    pub(super) sent: Vec<Bytes>,
    pub(super) events: Vec<Event>,
    /// Taken first; then [`Bench::port`].
    pub(super) ports: VecDeque<Option<u8>>,
    pub(super) port: Option<u8>,
    /// The link falls when that many more sends were made.
    pub(super) falls_after: Option<usize>,
    /// The link cannot be opened.
    pub(super) shut: bool,
    /// At those moments the printer goes off (`true`) or comes back without what it remembered.
    pub(super) switched: VecDeque<(Moment, bool)>,
}

pub(super) fn bench(model: &str, options: Options) -> Bench {
    let dots = options.dots.unwrap_or(SMALL);
    let options = Options {
        dots: Some(dots),
        ..options
    };
    Bench {
        zebra: Zebra::new(models::find(model).unwrap(), options),
        fake: Fake::new(dots),
        now: Moment::ZERO,
        cuts: Vec::new(),
        cut: 0,
        incoming: VecDeque::new(),
        sent: Vec::new(),
        events: Vec::new(),
        ports: VecDeque::new(),
        port: Some(0x18),
        falls_after: None,
        shut: false,
        switched: VecDeque::new(),
    }
}

pub(super) fn p330i(options: Options) -> Bench {
    bench("zebra-p330i", options)
}

pub(super) fn p430i(options: Options) -> Bench {
    bench("zebra-p430i", options)
}

/// Serial, `E` and `%CLN` known: what a bench has shown on a good day.
pub(super) fn known() -> Options {
    Options {
        transport: Transport::Serial,
        knows_e: true,
        knows_cln: true,
        ..Options::default()
    }
}

pub(super) fn one_side() -> Setup {
    Setup {
        chip: false,
        hold: true,
        duplex: false,
        ribbon: Ribbon::Ymcko,
        card_inside: false,
    }
}

pub(super) fn two_sides() -> Setup {
    Setup {
        duplex: true,
        ribbon: Ribbon::Ymckok,
        ..one_side()
    }
}

pub(super) fn side(dots: (usize, usize), colour: bool) -> Side {
    let (width, height) = dots;
    let rgb = (0..width * height * 3)
        .map(|n| (n * 7 % 251) as u8)
        .collect();
    let mut resin = BitPlane::clear(width, height);
    resin.set(0, height - 1);
    resin.set(width - 1, 0);
    Side {
        colour: colour.then_some(Colour { width, height, rgb }),
        resin,
        overlay: if colour { Overlay::Full } else { Overlay::None },
    }
}

pub(super) fn image(back: bool) -> Arc<CardImage> {
    Arc::new(CardImage {
        front: side(SMALL, true),
        back: back.then(|| side(SMALL, false)),
    })
}

impl Bench {
    /// Asks and runs to the answer; takes virtual time as it is needed.
    pub(super) fn ask(&mut self, request: Request) -> Answer {
        self.zebra.ask(request, self.now).unwrap();
        let earlier = self.events.len();
        for _ in 0..100_000 {
            let wait = self.drain();
            // An earlier request's answer is no answer to this one.
            let answers: Vec<&Answer> = self.events[earlier..]
                .iter()
                .filter_map(|event| match event {
                    Event::Answered(answer) => Some(answer),
                    _ => None,
                })
                .collect();
            assert!(answers.len() < 2, "one answer a request");
            if let Some(answer) = answers.first() {
                return (*answer).clone();
            }
            let mut until = wait.expect("a request in flight has a limit");
            assert!(until >= self.now, "time runs forward");
            if let Some((at, off)) = self.switched.front().copied()
                && at <= until
            {
                self.switched.pop_front();
                self.fake.off = off;
                if !off {
                    self.fake.lose_power();
                }
                until = at.max(self.now);
            }
            self.now = until;
            self.zebra.elapse(self.now);
        }
        panic!("no answer");
    }

    pub(super) fn done(&mut self, request: Request) -> Evidence {
        match self.ask(request) {
            Answer::Done(evidence) => evidence,
            other => panic!("{other:?} after {:?}", self.fake.texts),
        }
    }

    pub(super) fn fault(&mut self, request: Request) -> (Fault, Evidence) {
        match self.ask(request) {
            Answer::Fault(fault, evidence) => (fault, evidence),
            other => panic!("{other:?} after {:?}", self.fake.texts),
        }
    }

    pub(super) fn silent(&mut self, request: Request) -> Duration {
        match self.ask(request) {
            Answer::Silent { waited } => waited,
            other => panic!("{other:?} after {:?}", self.fake.texts),
        }
    }

    pub(super) fn drain(&mut self) -> Option<Moment> {
        loop {
            match self.zebra.poll() {
                Output::Open(channel) => {
                    let news = if self.shut {
                        LinkNews::Down(channel)
                    } else {
                        LinkNews::Up(channel)
                    };
                    self.zebra.link(news, self.now);
                }
                Output::Send(channel, bytes) => {
                    self.sent.push(bytes.clone());
                    if let Some(left) = self.falls_after.as_mut() {
                        if *left == 0 {
                            self.falls_after = None;
                            self.zebra.link(LinkNews::Down(channel), self.now);
                            continue;
                        }
                        *left -= 1;
                    }
                    self.incoming.extend(self.fake.take(&bytes));
                    self.now = self.now + Duration::from_millis(1);
                    self.zebra.link(LinkNews::Sent(channel), self.now);
                }
                Output::AskPortStatus => {
                    let status = self.ports.pop_front().unwrap_or(self.port);
                    self.zebra.link(LinkNews::PortStatus(status), self.now);
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
        self.zebra.receive(Channel::Main, &piece, self.now);
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

    /// The machine dies and another one comes; the printer goes on.
    pub(super) fn restart(&mut self, model: &str, options: Options) {
        let options = Options {
            dots: Some(SMALL),
            ..options
        };
        self.zebra = Zebra::new(models::find(model).unwrap(), options);
        self.incoming.clear();
        self.forget();
    }

    /// Prepared, with one side loaded.
    pub(super) fn load_card(&mut self) {
        self.done(Request::Prepare(one_side()));
        self.done(Request::Load(image(false)));
    }
}
