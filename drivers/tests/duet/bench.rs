//! One printer on a memory cable, its host, and the hands beside it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::evolis::{Evolis, Handshake, Options, Transport, models};
use cetak_drivers::link::memory::{CableEvent, MemoryCable, MemoryLink, pair};
use cetak_drivers::session::Session;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::{Evolis as Firmware, Port, Profile, Switches};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::{Hand, Look};
use cetak_firmware_sims::mechanism::{Blank, Card, CardId, CardPlace, Looks, RibbonKind};

/// Bytes the cable holds towards the printer.
const CABLE_BYTES: usize = 4096;
/// Rounds of one request after which it counts as endless.
const ROUNDS_MAX: usize = 1_000_000;
/// How long a stream rests where it is cut: shorter than the silence that ends an answer.
pub(crate) const CUT_RESTS: Duration = Duration::from_millis(70);
/// Blanks that a new printer is loaded with.
pub(crate) const BLANKS: u64 = 8;

/// What a bench is made of; change what the test is about.
pub(crate) struct Make {
    pub(crate) model: &'static str,
    pub(crate) dots: Option<(usize, usize)>,
    pub(crate) port: Port,
    pub(crate) switches: Switches,
    pub(crate) plan: FaultPlan,
    pub(crate) options: Options,
    pub(crate) ribbon: Option<RibbonKind>,
    /// The printer is another model than the driver is told.
    pub(crate) really: Option<&'static str>,
    /// Cards that the output bin and the reject box take.
    pub(crate) bins: Option<(usize, usize)>,
}

impl Make {
    /// A small picture over USB, the ordinary reading of every switch.
    pub(crate) fn new(model: &'static str) -> Make {
        Make {
            model,
            dots: Some((24, 16)),
            port: Port::Usb,
            switches: Switches::default(),
            plan: FaultPlan::default(),
            options: Options::default(),
            ribbon: None,
            really: None,
            bins: None,
        }
    }

    /// On a serial line.
    pub(crate) fn serial(mut self) -> Make {
        self.port = Port::Serial;
        self.options.transport = Transport::Serial;
        self
    }

    /// On a serial line whose port was set up for ACK/NACK.
    pub(crate) fn ack_nack(self) -> Make {
        let mut make = self.serial();
        make.options.handshake = Handshake::AckNack;
        make
    }

    pub(crate) fn duet(self) -> Duet {
        Duet::new(self)
    }
}

/// Where one direction of the cable is cut: what lies behind a cut comes later.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    at: VecDeque<u64>,
    passed: u64,
    resumes: Option<Moment>,
}

impl Cuts {
    /// Cuts behind so many bytes each, in rising order.
    pub(crate) fn at(at: impl IntoIterator<Item = u64>) -> Cuts {
        let at: VecDeque<u64> = at.into_iter().collect();
        assert!(at.iter().zip(at.iter().skip(1)).all(|(one, two)| one < two));
        Cuts {
            at,
            ..Cuts::default()
        }
    }

    /// The same, where so many bytes have passed already.
    pub(crate) fn from(passed: u64, at: impl IntoIterator<Item = u64>) -> Cuts {
        Cuts {
            passed,
            ..Cuts::at(at)
        }
    }

    fn allowed(&self, now: Moment) -> usize {
        if self.resumes.is_some_and(|at| at > now) {
            return 0;
        }
        self.at.front().map_or(usize::MAX, |at| {
            usize::try_from(at - self.passed).unwrap_or(usize::MAX)
        })
    }

    fn pass(&mut self, bytes: usize, now: Moment) {
        self.passed += bytes as u64;
        if self.at.front() == Some(&self.passed) {
            self.at.pop_front();
            self.resumes = Some(now + CUT_RESTS);
        }
    }

    /// Every cut was reached.
    pub(crate) fn spent(&self) -> bool {
        self.at.is_empty()
    }
}

/// A command that the firmware never sees: it is answered by script.
#[derive(Debug)]
struct Scripted {
    command: Vec<u8>,
    answer: Vec<u8>,
}

/// Both sides and the time between them.
pub(crate) struct Duet {
    session: Session<Evolis>,
    link: MemoryLink,
    pub(crate) cable: MemoryCable,
    pub(crate) firmware: Firmware,
    pub(crate) now: Moment,
    model: &'static str,
    /// The next host's; see [`Duet::restart`].
    pub(crate) options: Options,
    transport_usb: bool,
    to_host: VecDeque<u8>,
    pub(crate) cuts_to_printer: Cuts,
    pub(crate) cuts_to_host: Cuts,
    scripted: VecDeque<Scripted>,
    /// Bytes that reach the host out of nowhere, once the printer has heard so many.
    pub(crate) noise: BTreeMap<u64, Vec<u8>>,
    /// Everything the driver told.
    pub(crate) news: Vec<Event>,
    /// All bytes that reached the printer, and the host, in their order.
    pub(crate) heard_by_printer: Vec<u8>,
    pub(crate) heard_by_host: Vec<u8>,
    /// Keep those bytes.
    pub(crate) records: bool,
}

impl Duet {
    fn new(make: Make) -> Duet {
        let mut profile = Profile::named(make.really.unwrap_or(make.model)).unwrap();
        let mut options = make.options;
        if let Some((lines, columns)) = make.dots {
            profile = profile.with_geometry(columns, lines);
            options.dots = Some((lines, columns));
        }
        profile.port = make.port;
        if let Some((output, reject)) = make.bins {
            profile.fittings.output_capacity = output;
            profile.fittings.reject_capacity = reject;
        }
        if let Some(kind) = make.ribbon {
            profile.ribbon = kind;
        }
        let firmware = Firmware::new(profile, make.switches, make.plan);
        let (link, cable) = pair(CABLE_BYTES);
        let mut duet = Duet {
            session: Session::new(dialect(make.model, &options)),
            link,
            cable,
            firmware,
            now: Moment::ZERO,
            model: make.model,
            transport_usb: options.transport == Transport::Usb,
            options,
            to_host: VecDeque::new(),
            cuts_to_printer: Cuts::default(),
            cuts_to_host: Cuts::default(),
            scripted: VecDeque::new(),
            noise: BTreeMap::new(),
            news: Vec::new(),
            heard_by_printer: Vec::new(),
            heard_by_host: Vec::new(),
            records: false,
        };
        duet.hand(Hand::Load {
            blanks: blanks(BLANKS),
        });
        if duet.options.handshake == Handshake::AckNack {
            duet.stranger("Pcom;1;9600;N;8;1;ACK/NACK;E");
        }
        duet
    }

    /// A hand at the printer.
    #[track_caller]
    pub(crate) fn hand(&mut self, hand: Hand) -> Look {
        self.firmware.hand(hand, self.now.0).unwrap()
    }

    /// The next whole command of these letters never reaches the firmware; the answer is given in its place.
    pub(crate) fn script(&mut self, command: &str, answer: &[u8]) {
        let command = [b"\x1B", command.as_bytes(), b"\r"].concat();
        let answer = answer.to_vec();
        self.scripted.push_back(Scripted { command, answer });
    }

    /// Another program says something to the printer, and takes the answer.
    pub(crate) fn stranger(&mut self, command: &str) {
        let bytes = [b"\x1B", command.as_bytes(), b"\r"].concat();
        let alone = !self.cable.host_is_open();
        if alone {
            self.firmware.host_opened(self.now.0);
        }
        self.firmware.receive(&bytes, self.now.0);
        self.firmware.transmit();
        if alone {
            self.firmware.host_closed(self.now.0);
        }
    }

    /// Every scripted answer was given.
    pub(crate) fn script_is_spent(&self) -> bool {
        self.scripted.is_empty()
    }

    /// The host dies and another one starts; what the cable took stays taken.
    pub(crate) fn restart(&mut self) {
        self.link = self.cable.link();
        self.options.seed += 1;
        self.session = Session::new(dialect(self.model, &self.options));
        self.carry();
    }
    /// Makes a request.
    #[track_caller]
    pub(crate) fn begin(&mut self, request: Request) {
        self.session.ask(request, self.now).unwrap();
    }

    /// Makes a request and runs to its answer; checks that it is the only one.
    #[track_caller]
    pub(crate) fn ask(&mut self, request: Request) -> Answer {
        self.begin(request);
        self.until_answered()
    }

    /// The answer must be `Done`.
    #[track_caller]
    pub(crate) fn done(&mut self, request: Request) -> Evidence {
        let name = request.name();
        match self.ask(request) {
            Answer::Done(evidence) => evidence,
            other @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => {
                panic!("{name}: {other:?}")
            }
        }
    }

    /// The answer must be a fault.
    #[track_caller]
    pub(crate) fn fault(&mut self, request: Request) -> (Fault, Evidence) {
        let name = request.name();
        match self.ask(request) {
            Answer::Fault(fault, evidence) => (fault, evidence),
            other @ (Answer::Done(_) | Answer::Silent { .. } | Answer::Lost) => {
                panic!("{name}: {other:?}")
            }
        }
    }

    /// Runs to the answer of the request in flight.
    #[track_caller]
    pub(crate) fn until_answered(&mut self) -> Answer {
        let earlier = self.news.len();
        for _ in 0..ROUNDS_MAX {
            let next = self.settle();
            let told = &self.news[earlier..];
            let mut answers = told.iter().filter_map(|event| match event {
                Event::Answered(answer) => Some(answer.clone()),
                Event::Up
                | Event::Fault(_)
                | Event::Status(_)
                | Event::Identity(_)
                | Event::Lost => None,
            });
            if let Some(answer) = answers.next() {
                assert_eq!(answers.next(), None, "one request, one answer");
                return answer;
            }
            self.now = next.expect("a request in flight has a limit");
        }
        panic!("the request never ends");
    }

    /// Lets time pass with nothing asked.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(next) = self.settle().filter(|next| *next <= until) {
            self.now = next;
        }
        self.now = until;
        self.settle();
    }

    /// Moves all that moves at this moment; gives the next one at which something will.
    fn settle(&mut self) -> Option<Moment> {
        loop {
            let mut moved = self.carry();
            let told = self.news.len();
            let next = self.session.pump(&mut self.link, self.now, &mut self.news);
            moved |= next.is_some_and(|at| at <= self.now) || self.news.len() > told;
            moved |= self.carry();
            if !moved {
                let cuts = [self.cuts_to_printer.resumes, self.cuts_to_host.resumes];
                return [next, self.firmware.next().map(Moment)]
                    .into_iter()
                    .chain(cuts)
                    .flatten()
                    .filter(|at| *at > self.now)
                    .min();
            }
        }
    }

    /// Carries bytes both ways; says whether any moved.
    fn carry(&mut self) -> bool {
        let uptime = self.now.0;
        let mut moved = false;
        while let Some(event) = self.cable.take_event() {
            match event {
                CableEvent::Opened => self.firmware.host_opened(uptime),
                CableEvent::Closed => self.firmware.host_closed(uptime),
            }
            moved = true;
        }
        self.firmware.advance(uptime);
        self.watch_the_plug();
        let room = self.cuts_to_printer.allowed(self.now).min(CABLE_BYTES);
        let waiting = self.cable.peek(room);
        let taken = self.give_to_printer(&waiting);
        if taken > 0 {
            self.cable.consume(taken);
            self.cuts_to_printer.pass(taken, self.now);
            moved = true;
        }
        while let Some(entry) = self.noise.first_entry()
            && *entry.key() <= self.cuts_to_printer.passed
        {
            self.cable.write_to_host(&entry.remove());
            moved = true;
        }
        self.to_host.extend(self.firmware.transmit());
        moved | self.give_to_host()
    }

    fn give_to_printer(&mut self, waiting: &[u8]) -> usize {
        if waiting.is_empty() {
            return 0;
        }
        let mut taken = waiting.len();
        if let Some(next) = self.scripted.front()
            && waiting.starts_with(&next.command)
        {
            taken = next.command.len();
            self.to_host.extend(next.answer.iter());
            self.scripted.pop_front();
        } else {
            taken = self.firmware.receive(&waiting[..taken], self.now.0);
            self.firmware.advance(self.now.0);
        }
        if self.records {
            self.heard_by_printer.extend(&waiting[..taken]);
        }
        taken
    }

    fn give_to_host(&mut self) -> bool {
        let count = self.cuts_to_host.allowed(self.now).min(self.to_host.len());
        if count == 0 {
            return false;
        }
        let bytes: Vec<u8> = self.to_host.drain(..count).collect();
        self.cable.write_to_host(&bytes);
        self.cuts_to_host.pass(count, self.now);
        if self.records {
            self.heard_by_host.extend(bytes);
        }
        true
    }

    /// A USB printer is gone from its port without power or cable; the port status byte is the firmware's.
    fn watch_the_plug(&mut self) {
        let there =
            self.firmware.plugged() && (!self.transport_usb || self.firmware.mechanism().power());
        self.cable.fail_open(!there);
        if !there && self.cable.host_is_open() {
            self.cable.cut();
            self.to_host.clear();
        }
        let status = self.firmware.port_status();
        self.cable
            .set_port_status(self.transport_usb.then_some(status));
    }

    /// What the host's session sends next is swallowed behind so many bytes, as by a dying host.
    pub(crate) fn die_after(&mut self, bytes: usize) {
        self.cable.accept_limit(Some(bytes));
        for _ in 0..ROUNDS_MAX {
            let next = self.settle();
            if self.cable.budget_spent() {
                self.cable.accept_limit(None);
                self.restart();
                return;
            }
            self.now = next.expect("bytes are on their way");
        }
        panic!("the host never sent so much");
    }

    /// The mechanism's cards, by number.
    pub(crate) fn card(&self, id: u64) -> &Card {
        self.firmware.mechanism().card(CardId(id)).unwrap()
    }

    /// Where a card is and how it looks.
    #[track_caller]
    pub(crate) fn assert_card(&self, id: u64, place: CardPlace, looks: Looks) {
        let card = self.card(id);
        assert_eq!((card.place, card.looks()), (place, looks), "card {id}");
    }

    /// Shown counters: cards, panels.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let counts = self.firmware.mechanism().counts();
        (counts.cards, counts.panels)
    }

    /// One line of the chip reader.
    pub(crate) fn reader(&mut self, line: &str) -> String {
        self.firmware.reader(line, self.now.0)
    }
}

fn dialect(model: &str, options: &Options) -> Evolis {
    Evolis::new(models::find(model).unwrap(), options.clone())
}

/// Blanks with chips.
pub(crate) fn blanks(count: u64) -> Vec<Blank> {
    (1..=count)
        .map(|number| Blank {
            id: None,
            uid: Some(format!("TEST-{number:014X}")),
            chip_dead: false,
        })
        .collect()
}

/// The stages of one card as a spooler orders them, as far as `until`; the chip is left alone.
pub(crate) fn card_requests(setup: Setup, image: Arc<CardImage>) -> Vec<Request> {
    let mut requests = vec![Request::Prepare(setup), Request::Do(Stage::Feed)];
    if setup.chip {
        requests.push(Request::Do(Stage::Park));
    }
    requests.push(Request::Load(image));
    requests.push(Request::Do(Stage::Face));
    requests.push(Request::Do(Stage::Finish));
    if setup.hold {
        requests.push(Request::Do(Stage::Eject));
    }
    requests
}
