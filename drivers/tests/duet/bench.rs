//! One printer of any maker on a memory cable, its host, and the hands beside it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::link::beside::Beside;
use cetak_drivers::link::memory::{CableEvent, MemoryCable, MemoryLink, pair};
use cetak_drivers::session::Session;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{FaultPlan, PlannedFault, Step, Strike};
use cetak_firmware_sims::hands::{Hand, Look};
use cetak_firmware_sims::mechanism::{Blank, Card, CardId, CardPlace, Looks, Panel, Side as Face};

use crate::make::{Line, Maker};

/// Bytes the cable holds towards the printer.
const CABLE_BYTES: usize = 4096;
/// Rounds of one request after which it counts as endless.
const ROUNDS_MAX: usize = 1_000_000;
/// How long a stream rests where it is cut: shorter than the silence that ends an answer.
pub(crate) const CUT_RESTS: Duration = Duration::from_millis(70);
/// Blanks that a new printer is loaded with.
pub(crate) const BLANKS: u64 = 8;

/// Where one direction of the cable is cut: what lies behind a cut comes later.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    at: VecDeque<u64>,
    passed: u64,
    resumes: Option<Moment>,
    /// Where it is not [`CUT_RESTS`].
    rests: Option<Duration>,
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

    /// The same with another rest.
    pub(crate) fn resting(self, rests: Duration) -> Cuts {
        Cuts {
            rests: Some(rests),
            ..self
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
            self.resumes = Some(now + self.rests.unwrap_or(CUT_RESTS));
        }
    }

    /// Every cut was reached.
    pub(crate) fn spent(&self) -> bool {
        self.at.is_empty()
    }
}

/// Takes the first bytes that wait for the printer, and answers them: how many, and with what.
type Script = Box<dyn Fn(&[u8]) -> Option<(usize, Vec<u8>)>>;
/// What the line makes of one answer: pieces, and how long each takes.
pub(crate) type Twist = Box<dyn FnMut(Vec<u8>) -> Vec<(Duration, Vec<u8>)>>;

/// Both sides and the time between them.
pub(crate) struct Duet<M: Maker> {
    session: Session<M::Dialect>,
    pub(crate) capabilities: Capabilities,
    link: Beside<MemoryLink, MemoryLink>,
    pub(crate) cable: MemoryCable,
    status_cable: MemoryCable,
    pub(crate) firmware: M::Firmware,
    pub(crate) now: Moment,
    /// The next host's, as its options are.
    pub(crate) model: &'static str,
    /// The next host's; see [`Duet::restart`].
    pub(crate) options: M::Options,
    pub(crate) line: Line,
    to_host: VecDeque<u8>,
    pub(crate) cuts_to_printer: Cuts,
    pub(crate) cuts_to_host: Cuts,
    scripted: VecDeque<Script>,
    /// Bytes that reach the host out of nowhere, once the printer has heard so many.
    pub(crate) noise: BTreeMap<u64, Vec<u8>>,
    /// Hands that come once the printer has heard so many bytes, each so long afterwards.
    pub(crate) hands_at: BTreeMap<u64, Vec<(Duration, Hand)>>,
    hands_due: Vec<(Moment, Hand)>,
    /// Each answer of the firmware passes it, scripted ones do not.
    pub(crate) twist: Option<Twist>,
    /// Answers on a slow way.
    delayed: Vec<(Moment, Vec<u8>)>,
    /// Everything the driver told.
    pub(crate) news: Vec<Event>,
    /// All bytes that reached the printer, and the host, in their order.
    pub(crate) heard_by_printer: Vec<u8>,
    pub(crate) heard_by_host: Vec<u8>,
    /// Keep those bytes.
    pub(crate) records: bool,
}

impl<M: Maker> Duet<M> {
    pub(crate) fn new(
        model: &'static str,
        options: M::Options,
        firmware: M::Firmware,
        line: Line,
    ) -> Duet<M> {
        let dialect = M::dialect(model, &options);
        let capabilities = dialect.capabilities().clone();
        let (main, cable) = pair(CABLE_BYTES);
        let (status, status_cable) = pair(CABLE_BYTES);
        let mut duet = Duet {
            session: Session::new(dialect),
            capabilities,
            link: Beside::new(main, status),
            cable,
            status_cable,
            firmware,
            now: Moment::ZERO,
            model,
            options,
            line,
            to_host: VecDeque::new(),
            cuts_to_printer: Cuts::default(),
            cuts_to_host: Cuts::default(),
            scripted: VecDeque::new(),
            noise: BTreeMap::new(),
            hands_at: BTreeMap::new(),
            hands_due: Vec::new(),
            twist: None,
            delayed: Vec::new(),
            news: Vec::new(),
            heard_by_printer: Vec::new(),
            heard_by_host: Vec::new(),
            records: false,
        };
        duet.hand(Hand::Load {
            blanks: blanks(BLANKS),
        });
        duet
    }

    /// A hand at the printer.
    #[track_caller]
    pub(crate) fn hand(&mut self, hand: Hand) -> Look {
        self.firmware.hand(hand, self.now.0).unwrap()
    }

    /// The next bytes that are this command never reach the firmware; the answer is given in its place.
    pub(crate) fn script_bytes(&mut self, command: Vec<u8>, answer: Vec<u8>) {
        self.script_with(move |waiting| {
            waiting
                .starts_with(&command)
                .then(|| (command.len(), answer.clone()))
        });
    }

    /// The same for whatever the script makes of what waits for the printer.
    pub(crate) fn script_with(
        &mut self,
        script: impl Fn(&[u8]) -> Option<(usize, Vec<u8>)> + 'static,
    ) {
        self.scripted.push_back(Box::new(script));
    }

    /// Another program says something to the printer, and takes the answer.
    pub(crate) fn stranger_bytes(&mut self, bytes: &[u8]) {
        let alone = !self.cable.host_is_open();
        if alone {
            self.firmware.host_opened(self.now.0);
        }
        self.firmware.receive(bytes, self.now.0);
        self.firmware.transmit();
        if alone {
            self.firmware.host_closed(self.now.0);
        }
    }

    /// Hands that come once the printer has heard so many bytes more.
    pub(crate) fn hands_behind(&mut self, bytes: u64, hands: Vec<(Duration, Hand)>) {
        self.hands_at
            .insert(self.cuts_to_printer.passed + bytes, hands);
    }

    /// Every scripted answer was given.
    pub(crate) fn script_is_spent(&self) -> bool {
        self.scripted.is_empty()
    }

    /// The host dies and another one starts; what the cable took stays taken.
    pub(crate) fn restart(&mut self) {
        self.link = Beside::new(self.cable.link(), self.status_cable.link());
        M::next_host(&mut self.options);
        let dialect = M::dialect(self.model, &self.options);
        self.capabilities = dialect.capabilities().clone();
        self.session = Session::new(dialect);
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
        self.until_answered_since(self.news.len())
    }

    /// The same where the request was made when so many news had been told. A host whose bytes are spent
    /// ([`MemoryCable::accept_limit`]) dies; for the next one the answer is lost.
    #[track_caller]
    pub(crate) fn until_answered_since(&mut self, earlier: usize) -> Answer {
        for _ in 0..ROUNDS_MAX {
            let next = self.settle();
            if self.cable.budget_spent() {
                self.cable.accept_limit(None);
                self.restart();
                return Answer::Lost;
            }
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
                    .chain(self.delayed.iter().map(|(at, _)| *at))
                    .chain(self.hands_due.iter().map(|(at, _)| *at))
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
        moved |= self.lend_hands();
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
        self.take_answers();
        moved |= self.carry_datagram();
        moved | self.give_to_host()
    }

    /// What the firmware has to say goes to the host, at once or by the twist's way.
    fn take_answers(&mut self) {
        let said = self.firmware.transmit();
        match &mut self.twist {
            Some(twist) if !said.is_empty() => {
                let pieces = twist(said).into_iter();
                let pieces = pieces.map(|(takes, piece)| (self.now + takes, piece));
                self.delayed.extend(pieces);
            }
            Some(_) | None => self.to_host.extend(said),
        }
        let now = self.now;
        self.delayed.sort_by_key(|(at, _)| *at);
        let due = self.delayed.partition_point(|(at, _)| *at <= now);
        for (_, piece) in self.delayed.drain(..due) {
            self.to_host.extend(piece);
        }
    }

    /// One question over the status channel and its answer.
    fn carry_datagram(&mut self) -> bool {
        while self.status_cable.take_event().is_some() {}
        let asked = self.status_cable.read_from_host(CABLE_BYTES);
        if asked.is_empty() {
            return false;
        }
        let reachable = self.firmware.plugged() && self.firmware.mechanism().power();
        if reachable && let Some(answer) = self.firmware.datagram(&asked, self.now.0) {
            self.status_cable.write_to_host(&answer);
        }
        true
    }

    /// The hands whose moment has come.
    fn lend_hands(&mut self) -> bool {
        while let Some(entry) = self.hands_at.first_entry()
            && *entry.key() <= self.cuts_to_printer.passed
        {
            let hands = entry.remove().into_iter();
            let hands = hands.map(|(after, hand)| (self.now + after, hand));
            self.hands_due.extend(hands);
        }
        let now = self.now;
        let due = self.hands_due.extract_if(.., |(at, _)| *at <= now);
        let due: Vec<Hand> = due.map(|(_, hand)| hand).collect();
        let any = !due.is_empty();
        for hand in due {
            self.hand(hand);
        }
        any
    }

    fn give_to_printer(&mut self, waiting: &[u8]) -> usize {
        if waiting.is_empty() {
            return 0;
        }
        let mut taken = waiting.len();
        if let Some(next) = self.scripted.front()
            && let Some((read, answer)) = next(waiting)
        {
            taken = read;
            self.to_host.extend(answer);
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

    /// A printer is gone from its port without power or cable; the port status byte is the firmware's.
    fn watch_the_plug(&mut self) {
        let on = self.line == Line::Serial || self.firmware.mechanism().power();
        let there = self.firmware.plugged() && on;
        self.cable.fail_open(!there);
        if !there && self.cable.host_is_open() {
            self.cable.cut();
            self.to_host.clear();
            self.delayed.clear();
        }
        let status = self.firmware.port_status();
        self.cable
            .set_port_status((self.line == Line::Usb).then_some(status));
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

    /// The requests of one card as a spooler orders them, where the printer has a stage for them; the chip is left
    /// alone.
    pub(crate) fn card_requests(&self, setup: Setup, image: Arc<CardImage>) -> Vec<Request> {
        let wanted = [
            (true, Request::Prepare(setup)),
            (self.orders(Stage::Feed), Request::Do(Stage::Feed)),
            (setup.chip, Request::Do(Stage::Park)),
            (true, Request::Load(image)),
            (self.orders(Stage::Face), Request::Do(Stage::Face)),
            (true, Request::Do(Stage::Finish)),
            (setup.hold, Request::Do(Stage::Eject)),
        ];
        let wanted = wanted.into_iter().filter(|(is, _)| *is);
        wanted.map(|(_, request)| request).collect()
    }

    /// Whether the printer has this stage.
    pub(crate) fn orders(&self, stage: Stage) -> bool {
        self.capabilities.stages.contains(&stage)
    }

    /// The cards with a whole picture, wherever they are.
    pub(crate) fn good_cards(&self) -> Vec<u64> {
        let cards = self.firmware.mechanism().cards();
        let good = cards.filter(|card| card.looks() == Looks::Whole);
        good.map(|card| card.id.0).collect()
    }

    /// Shown counters: cards, panels.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let counts = self.firmware.mechanism().counts();
        (counts.cards, counts.panels)
    }

    /// A person takes out what is inside.
    pub(crate) fn take_inside(&mut self) {
        for hand in [Hand::OpenLid, Hand::TakeInside, Hand::CloseLid] {
            self.hand(hand);
        }
    }

    /// The panels on a card, in the order in which they were laid on each face.
    pub(crate) fn order(&self, number: u64) -> Vec<(Face, Panel)> {
        let card = self.card(number);
        let of = |face: Face| {
            let laid = card.face(face).laid.iter();
            laid.map(move |laid| (face, laid.panel))
        };
        of(Face::Front).chain(of(Face::Back)).collect()
    }

    /// Bytes that have reached the printer.
    pub(crate) fn sent(&self) -> u64 {
        self.cuts_to_printer.passed
    }

    /// One line of the chip reader.
    pub(crate) fn reader(&mut self, line: &str) -> String {
        self.firmware.reader(line, self.now.0)
    }
}

/// Blanks with chips.
pub(crate) fn blanks(count: u64) -> Vec<Blank> {
    (1..=count)
        .map(|number| Blank {
            uid: Some(format!("TEST-{number:014X}")),
            ..Blank::default()
        })
        .collect()
}

/// One fault that strikes the first card.
pub(crate) fn struck(step: Step, permille: u16, strike: Strike) -> FaultPlan {
    FaultPlan {
        faults: vec![PlannedFault {
            card: 1,
            step,
            permille,
            strike,
        }],
        ..FaultPlan::default()
    }
}

/// One side, and nothing else.
pub(crate) fn setup(ribbon: Ribbon) -> Setup {
    Setup {
        chip: false,
        hold: false,
        duplex: false,
        ribbon,
        card_inside: false,
    }
}
