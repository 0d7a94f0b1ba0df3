//! A printer that keeps just enough state, written from the maker's paper; and a bench that runs a machine on it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::contract::*;
use crate::magicard::models::Speech;
use crate::magicard::{Magicard, Options, models};

pub(super) const SMALL: (usize, usize) = (24, 16);

/// From a whole page to an empty hopper's error \[capture\].
const TRYING: Duration = Duration::from_secs(34);

/// What the fake does with one question.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// These bytes in place of the answer.
    Raw(Vec<u8>),
    Nothing,
}

/// One page as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) header: String,
    /// Letter and bytes of each plane.
    pub(super) planes: Vec<(u8, Vec<u8>)>,
}

pub(super) struct Fake {
    speech: Speech,
    pub(super) now: Moment,
    pub(super) serial: &'static str,
    pub(super) model: &'static str,
    pub(super) cards: u64,
    pub(super) panels: u64,
    pub(super) used: u64,
    pub(super) tag: &'static str,
    pub(super) lengths: &'static str,
    pub(super) head: i64,
    pub(super) since_clean: u64,
    pub(super) code: (u32, u32),
    pub(super) hopper_empty: bool,
    /// What one card adds to the panels.
    pub(super) panels_a_card: u64,
    pub(super) card_takes: Duration,
    /// It answers while it prints.
    pub(super) answers_busy: bool,
    /// CAN clears nothing.
    pub(super) cancel_is_dead: bool,
    /// It prints on, whatever is asked; when it is done.
    pub(super) done_at: Option<Moment>,
    /// Taken before anything else, by the command's text.
    pub(super) script: VecDeque<(String, Does)>,
    pub(super) input: Vec<u8>,
    pub(super) pages: Vec<Heard>,
    pub(super) texts: Vec<String>,
}

impl Fake {
    fn new(speech: Speech) -> Fake {
        Fake {
            speech,
            now: Moment::ZERO,
            serial: "20E1234",
            model: "Enduro",
            cards: 100,
            panels: 500,
            used: 97,
            tag: "E0040100AABBCCDD",
            lengths: "80,80,80",
            head: 50,
            since_clean: 97,
            code: (0, 0),
            hopper_empty: false,
            panels_a_card: 4,
            card_takes: Duration::from_secs(35),
            answers_busy: true,
            cancel_is_dead: false,
            done_at: None,
            script: VecDeque::new(),
            input: Vec::new(),
            pages: Vec::new(),
            texts: Vec::new(),
        }
    }

    pub(super) fn on(&mut self, text: &str, does: Does) {
        self.script.push_back((text.to_owned(), does));
    }

    /// Lets time pass.
    fn settle(&mut self) {
        let Some(at) = self.done_at else { return };
        if self.now < at {
            return;
        }
        self.done_at = None;
        if self.hopper_empty {
            self.code = (11, 1);
        } else {
            self.cards += 1;
            self.panels += self.panels_a_card;
            self.used += 1;
        }
    }

    pub(super) fn port(&mut self) -> u8 {
        self.settle();
        match (self.code, self.done_at) {
            ((0, 0), None) => 0x18,
            ((0, 0), Some(_)) => 0x08,
            _ => 0x10,
        }
    }

    /// Takes bytes, gives answers.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.settle();
        self.input.extend_from_slice(bytes);
        let mut out = Vec::new();
        while let Some((heard, used)) = understand(&self.input) {
            self.input.drain(..used);
            match heard {
                Some(page) if page.header.contains("NOC") => self.page(page),
                Some(request) => {
                    let text = request.header.trim_matches(',').to_owned();
                    let text = text.strip_prefix("REQ,").unwrap_or(&text).to_owned();
                    self.texts.push(text.clone());
                    out.extend(self.answer(&text));
                }
                None => {}
            }
        }
        out
    }

    fn page(&mut self, page: Heard) {
        let waits = page.header.contains("DPXON") && page.header.contains("PAG1");
        self.pages.push(page);
        if !waits {
            let takes = if self.hopper_empty {
                TRYING
            } else {
                self.card_takes
            };
            self.done_at = Some(self.now + takes);
        }
    }

    fn answer(&mut self, text: &str) -> Vec<u8> {
        let scripted = self.script.iter().position(|(on, _)| on == text);
        if let Some((_, does)) = scripted.and_then(|at| self.script.remove(at)) {
            return match does {
                Does::Raw(raw) => raw,
                Does::Nothing => Vec::new(),
            };
        }
        if text == "CAN" {
            if !self.cancel_is_dead {
                self.code = (0, 0);
                self.done_at = None;
            }
            return Vec::new();
        }
        if self.done_at.is_some() && !self.answers_busy {
            return Vec::new();
        }
        let said = match text {
            "INF" => self.info(),
            "ERR" if self.code == (0, 0) => "Printerstatus OK.\n00:00\n(c0300)".to_owned(),
            "ERR" => format!(
                "Etwas 12:34 stimmt nicht.\nFehlercode - {:02}:{:02}\n(c0201)",
                self.code.0, self.code.1
            ),
            _ => match text.strip_prefix("STA,") {
                Some(key) => format!(",{key}{},", self.value(key)),
                None => panic!("{text} is never sent"),
            },
        };
        [b"\x01STA", said.as_bytes(), b"\x03"].concat()
    }

    fn value(&self, key: &str) -> String {
        match key {
            "MSR" => self.serial.to_owned(),
            "VRS" => "1.30".to_owned(),
            "TCQ" => self.cards.to_string(),
            "TPQ" => self.panels.to_string(),
            "DFR" => (1500 - self.panels).to_string(),
            "CCQ" => self.since_clean.to_string(),
            "CPQ" => "400".to_owned(),
            "CCP" => "700".to_owned(),
            _ => panic!("{key} is never asked"),
        }
    }

    /// The composed example of the page, with this state.
    pub(super) fn info(&self) -> String {
        assert_eq!(self.speech, Speech::Enduro);
        format!(
            "$$3,{},0,{},PH77,PCB9,2.10,3-3829,0,{},5120,{},7,400,{},700,{},50,50,{}:{},{},300,{},MA300YMCKO,{},0,0,4,1,0,0,",
            self.model,
            self.serial,
            self.cards,
            self.panels,
            self.since_clean,
            self.head,
            self.code.0,
            self.code.1,
            self.tag,
            self.used,
            self.lengths
        )
    }
}

/// The first page or request of a stream, and how many bytes it took; `None` until it is whole.
pub(super) fn understand(bytes: &[u8]) -> Option<(Option<Heard>, usize)> {
    let start = bytes.iter().position(|byte| *byte != 0x05)?;
    if bytes[start] != 0x01 {
        return Some((None, start + 1));
    }
    let end = start + bytes[start..].iter().position(|byte| *byte == 0x1C)?;
    let header = String::from_utf8(bytes[start + 1..end].to_vec()).unwrap();
    let mut at = end + 1;
    let mut planes = Vec::new();
    for field in header.split(',') {
        let Some(size) = field.strip_prefix("SZ") else {
            continue;
        };
        let (letter, count) = size.split_at(1);
        let count: usize = count.parse().unwrap();
        let plane = bytes.get(at..at + count)?.to_vec();
        let trailer = bytes.get(at + count..at + count + 3)?;
        assert_eq!(trailer, [0x1C, letter.as_bytes()[0], b':'], "a trailer");
        planes.push((trailer[1], plane));
        at += count + 3;
    }
    let last = *bytes.get(at)?;
    assert_eq!(last, 0x03, "ETX behind {header}");
    Some((Some(Heard { header, planes }), at + 1))
}

/// A machine, a fake, and virtual time.
pub(super) struct Bench {
    pub(super) magicard: Magicard,
    pub(super) fake: Fake,
    pub(super) now: Moment,
    /// How long the answers' pieces are; the last one repeats. Empty: uncut.
    pub(super) cuts: Vec<usize>,
    cut: usize,
    incoming: VecDeque<u8>,
    /// All bytes sent, one a `Send`, with their moments.
    pub(super) sent: Vec<(Moment, Bytes)>,
    pub(super) events: Vec<Event>,
    /// In place of the fake's byte, while there are any.
    pub(super) port_status: VecDeque<Option<u8>>,
    /// The link has a port byte.
    pub(super) has_port: bool,
    /// The link falls when that many more sends were made.
    pub(super) falls_after: Option<usize>,
    /// Openings that fail, counted down.
    pub(super) shut_for: usize,
    /// Bytes of a part of a page that reach the printer.
    pub(super) reaches: Option<usize>,
    /// The link falls at that moment.
    pub(super) falls_at: Option<Moment>,
}

pub(super) fn enduro(options: Options) -> Bench {
    bench("magicard-enduro", options)
}

pub(super) fn bench(model: &str, options: Options) -> Bench {
    let options = Options {
        dots: Some(options.dots.unwrap_or(SMALL)),
        ..options
    };
    let model = models::find(model).unwrap();
    Bench {
        magicard: Magicard::new(model, options),
        fake: Fake::new(model.speech),
        now: Moment::ZERO,
        cuts: Vec::new(),
        cut: 0,
        incoming: VecDeque::new(),
        sent: Vec::new(),
        events: Vec::new(),
        port_status: VecDeque::new(),
        has_port: true,
        falls_after: None,
        shut_for: 0,
        reaches: None,
        falls_at: None,
    }
}

pub(super) fn setup() -> Setup {
    Setup {
        chip: false,
        hold: false,
        duplex: false,
        ribbon: Ribbon::Ymcko,
        card_inside: false,
    }
}

pub(super) fn coloured((width, height): (usize, usize)) -> Side {
    let rgb = (0..width * height * 3)
        .map(|n| u8::try_from(n * 7 % 251).unwrap())
        .collect();
    let mut resin = BitPlane::clear(width, height);
    resin.set(0, height - 1);
    Side {
        colour: Some(Colour { width, height, rgb }),
        resin,
        overlay: Overlay::Full,
    }
}

pub(super) fn image() -> Arc<CardImage> {
    Arc::new(CardImage {
        front: coloured(SMALL),
        back: None,
    })
}

impl Bench {
    /// Asks and runs to the answer; takes virtual time as it is needed.
    pub(super) fn ask(&mut self, request: Request) -> Answer {
        self.magicard.ask(request, self.now).unwrap();
        self.until_answered()
    }

    fn until_answered(&mut self) -> Answer {
        let earlier = self.events.len();
        for _ in 0..100_000 {
            let wait = self.drain();
            if let Some(Event::Answered(answer)) = self.events[earlier..].last() {
                let answer = answer.clone();
                assert_eq!(
                    self.magicard.poll(),
                    Output::Wait(None),
                    "nothing is left to do"
                );
                return answer;
            }
            let until = wait.expect("a request in flight has a limit");
            assert!(until >= self.now, "time runs forward");
            if let Some(at) = self.falls_at.filter(|at| *at <= until) {
                self.now = at;
                self.falls_at = None;
                self.magicard.link(LinkNews::Down(Channel::Main), self.now);
                continue;
            }
            self.now = until;
            self.magicard.elapse(self.now);
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

    #[track_caller]
    pub(super) fn silent(&mut self, request: Request) -> Duration {
        match self.ask(request) {
            Answer::Silent { waited } => waited,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn drain(&mut self) -> Option<Moment> {
        loop {
            self.fake.now = self.now;
            match self.magicard.poll() {
                Output::Open(channel) => {
                    let news = if self.shut_for > 0 {
                        self.shut_for -= 1;
                        LinkNews::Down(channel)
                    } else {
                        LinkNews::Up(channel)
                    };
                    self.magicard.link(news, self.now);
                }
                Output::Send(channel, bytes) => {
                    self.sent.push((self.now, bytes.clone()));
                    if let Some(left) = self.falls_after.as_mut() {
                        if *left == 0 {
                            self.falls_after = None;
                            self.magicard.link(LinkNews::Down(channel), self.now);
                            continue;
                        }
                        *left -= 1;
                    }
                    let reaches = self.reaches.take().unwrap_or(bytes.len());
                    let answers = self.fake.take(&bytes[..reaches.min(bytes.len())]);
                    self.incoming.extend(answers);
                    self.now = self.now + Duration::from_millis(1);
                    self.magicard.link(LinkNews::Sent(channel), self.now);
                }
                Output::AskPortStatus => {
                    let own = self.has_port.then(|| self.fake.port());
                    let status = self.port_status.pop_front().unwrap_or(own);
                    self.magicard.link(LinkNews::PortStatus(status), self.now);
                }
                Output::Close(_) => self.incoming.clear(),
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
        self.magicard.receive(Channel::Main, &piece, self.now);
    }

    /// The printer says something unasked.
    pub(super) fn says(&mut self, bytes: &[u8]) {
        self.incoming.extend(bytes);
        self.drain();
    }

    pub(super) fn texts(&self) -> String {
        self.fake.texts.join(" ")
    }

    pub(super) fn forget(&mut self) {
        self.fake.texts.clear();
        self.fake.pages.clear();
        self.sent.clear();
        self.events.clear();
    }

    /// To the picture, which is loaded.
    pub(super) fn load(&mut self) -> Evidence {
        let baseline = self.done(Request::Prepare(setup()));
        self.done(Request::Load(image()));
        baseline
    }

    /// To the last plane.
    pub(super) fn face(&mut self) -> Evidence {
        let baseline = self.load();
        self.done(Request::Do(Stage::Face));
        baseline
    }

    pub(super) fn listen(&mut self, after: Stage) -> Answer {
        self.ask(Request::Listen { after: Some(after) })
    }

    pub(super) fn examine(&mut self) -> Answer {
        let apart = self.magicard.capabilities().examine_apart;
        self.ask(Request::Examine { apart })
    }

    /// The host dies and another one starts.
    pub(super) fn restart(&mut self, model: &str, options: Options) {
        let options = Options {
            dots: Some(SMALL),
            ..options
        };
        self.magicard = Magicard::new(models::find(model).unwrap(), options);
        self.incoming.clear();
        self.events.clear();
    }
}
