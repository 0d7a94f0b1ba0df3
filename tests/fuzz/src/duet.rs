//! A dialect and a firmware with a bad cable between them, and hands that are not careful.
//!
//! An input is a byte for the maker, four of choice ([`Choice`]), one of seed, one that says whether the requests are a
//! card's in their order or any; then a byte for everything that moves: most leave it as it is, some hurt it.

use std::time::Duration;

use cetak_drivers::contract::{Channel, Dialect, Moment, Request};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::Mechanism;

use super::driver::request;
use super::feed::Feed;
use super::firmware::{blanks, conserved, hand};
use super::host::{Cut, Host};
use super::makers::{Choice, Maker, Printer, answers};

/// Requests of one input.
const REQUESTS_MAX: usize = 40;
/// Moments of one request, and rounds of one moment.
const MOMENTS_MAX: usize = 40_000;
const ROUNDS_MAX: usize = 4000;
/// Bytes that the cable gives to the printer at a time.
const PIECE_BYTES: usize = 512;
/// A byte from which on something is hurt.
const HURTS: u8 = 0xC0;

/// One input.
pub fn duet(data: &[u8]) {
    let mut feed = Feed::new(data);
    let maker = Maker::ALL[feed.choice(4)];
    let choice = Choice::of(&mut feed);
    let seed = feed.byte();
    let in_order = feed.byte() & 1 == 0;
    let mut duet = Duet::new(maker, choice, seed);
    let mut story = Vec::new();
    for _ in 0..REQUESTS_MAX {
        if feed.is_empty() {
            break;
        }
        let asked = if in_order {
            if story.is_empty() {
                story = card(maker);
            }
            request(&mut Feed::new(&story.remove(0)))
        } else {
            request(&mut feed)
        };
        duet.ask(asked, &mut feed);
    }
    conserved(duet.printer.mechanism());
}

/// The requests of a whole card of the first model, as [`request`] reads them.
fn card(maker: Maker) -> Vec<Vec<u8>> {
    let requests: &[&[u8]] = match maker {
        Maker::Evolis => &[&[0, 0b11], &[2], &[3], &[1, 0], &[4], &[5], &[6]],
        Maker::Zebra => &[&[0, 0b10], &[1, 0], &[4], &[5], &[6]],
        Maker::Magicard => &[&[0, 0], &[1, 0], &[4], &[5]],
        Maker::Matica => &[&[0, 0b01], &[2], &[3], &[1, 0], &[4], &[5]],
    };
    requests.iter().map(|asked| asked.to_vec()).collect()
}

/// What was heard on either side, as inputs of the targets that play one side alone.
#[derive(Debug, Default)]
pub struct Recording {
    /// For the dialect's target.
    pub driver: Vec<u8>,
    /// For the firmware's target.
    pub firmware: Vec<u8>,
}

/// A card's requests and the questions around it, with nothing hurt: what was heard on either side, and the printer's
/// mechanism as it is then.
pub fn undisturbed<R>(
    maker: Maker,
    choice: [u8; 4],
    seed: u8,
    judge: impl FnOnce(&Mechanism) -> R,
) -> (Recording, R) {
    let mut duet = Duet::new(maker, Choice::of(&mut Feed::new(&choice)), seed);
    duet.recording = Some(Recording {
        driver: choice.to_vec(),
        firmware: [&choice[..], &[seed]].concat(),
    });
    let mut requests = vec![vec![13]];
    requests.extend(card(maker));
    // Status, and what is asked after a doubt.
    requests.extend([vec![12], vec![10, 4], vec![11, 5]]);
    for asked in requests {
        if let Some(recording) = &mut duet.recording {
            recording.asked(&asked);
        }
        duet.ask(request(&mut Feed::new(&asked)), &mut Feed::new(&[]));
    }
    let judged = judge(duet.printer.mechanism());
    (duet.recording.take().unwrap_or_default(), judged)
}

/// Both sides and the cable.
struct Duet {
    host: Host<Box<dyn Dialect>>,
    printer: Box<dyn Printer>,
    maker: Maker,
    has_port_status: bool,
    open: bool,
    /// Requests that may feed a card.
    may_feed: u32,
    /// Something else than the dialect may have fed a card.
    strange: bool,
    /// Written where somebody wants it.
    recording: Option<Recording>,
}

impl Duet {
    /// A loaded printer and a host that has not opened its port.
    fn new(maker: Maker, choice: Choice, seed: u8) -> Duet {
        let mut printer = choice.printer(maker, seed);
        let loaded = printer.hand(Hand::Load { blanks: blanks() }, 0);
        loaded.expect("an empty hopper takes a few cards");
        Duet {
            host: Host::new(choice.dialect(maker), Cut::Whole),
            printer,
            maker,
            has_port_status: choice.has_port_status(maker),
            open: false,
            may_feed: 0,
            // A planned fault may be two cards at once.
            strange: seed & 0x80 != 0,
            recording: None,
        }
    }

    /// Makes a request and runs to its end, whatever the feed does meanwhile.
    fn ask(&mut self, asked: Request, feed: &mut Feed) {
        self.may_feed += u32::from(matches!(asked, Request::Do(_)));
        self.host.ask(asked);
        for _ in 0..MOMENTS_MAX {
            let next = self.settle(feed);
            conserved(self.printer.mechanism());
            let picked = self.printer.mechanism().picked();
            assert!(
                self.strange || picked <= self.may_feed,
                "{picked} cards for {} stages",
                self.may_feed
            );
            if !self.host.in_flight() {
                return;
            }
            self.wait_until(next, feed);
        }
        panic!("the request never ends");
    }

    fn wait_until(&mut self, next: Moment, feed: &mut Feed) {
        if feed.byte() >= HURTS {
            let hand = hand(feed);
            self.strange |= hand == Hand::DoubleFeed;
            // A refused hand is an answer, too.
            drop(self.printer.hand(hand, self.host.now.0));
        }
        let waited = next.since(self.host.now);
        self.host.now = next;
        if let Some(recording) = &mut self.recording {
            recording.pass(waited);
        }
    }

    /// Moves all that moves at this moment; gives the next one at which something will.
    fn settle(&mut self, feed: &mut Feed) -> Moment {
        for _ in 0..ROUNDS_MAX {
            let mut moved = self.carry(feed);
            moved |= self.host.pump();
            moved |= self.carry(feed);
            if !moved {
                return [self.host.wait, self.printer.next().map(Moment)]
                    .into_iter()
                    .flatten()
                    .filter(|moment| *moment > self.host.now)
                    .min()
                    .unwrap_or(self.host.now);
            }
        }
        panic!("the two never rest");
    }

    /// Carries bytes both ways; says whether any moved.
    fn carry(&mut self, feed: &mut Feed) -> bool {
        let uptime = self.host.now.0;
        let link = &mut self.host.link;
        let mut moved = std::mem::take(&mut link.main.closed);
        if moved && self.open {
            self.printer.host_closed(uptime);
            self.open = false;
        }
        if link.main.open && !self.open {
            self.printer.host_opened(uptime);
            self.open = true;
            moved = true;
        }
        self.printer.advance(uptime);
        let there = self.printer.plugged() && self.printer.mechanism().power();
        link.refuses = !there;
        if !there && link.main.open {
            link.main.falls = true;
            link.status.falls = link.status.open;
        }
        link.port_status = self.has_port_status.then(|| self.printer.port_status());
        moved |= self.give_to_printer(feed);
        moved | self.give_to_host(feed)
    }

    fn give_to_printer(&mut self, feed: &mut Feed) -> bool {
        let uptime = self.host.now.0;
        let link = &mut self.host.link;
        let mut moved = false;
        if !link.status.to_printer.is_empty() {
            let asked: Vec<u8> = link.status.to_printer.drain(..).collect();
            if let Some(answer) = self.printer.datagram(&asked, uptime) {
                let answer = self.hurt(answer, feed);
                self.host.link.say(Channel::Status, &answer);
            }
            moved = true;
        }
        let pipe = &mut self.host.link.main;
        let count = pipe.to_printer.len().min(PIECE_BYTES);
        if count == 0 || !self.open {
            return moved;
        }
        let piece: Vec<u8> = pipe.to_printer.iter().take(count).copied().collect();
        let taken = self.printer.receive(&piece, uptime);
        self.printer.advance(uptime);
        self.host.link.main.to_printer.drain(..taken);
        if let Some(recording) = &mut self.recording {
            recording.heard_by_printer(&piece[..taken]);
        }
        moved | (taken > 0)
    }

    fn give_to_host(&mut self, feed: &mut Feed) -> bool {
        let told = self.printer.transmit();
        if told.is_empty() {
            return false;
        }
        let told = self.hurt(told, feed);
        self.host.link.say(Channel::Main, &told);
        if let Some(recording) = &mut self.recording {
            recording.heard_by_host(&told);
        }
        true
    }

    /// A piece on its way to the host, or what the cable makes of it.
    fn hurt(&self, mut piece: Vec<u8>, feed: &mut Feed) -> Vec<u8> {
        if piece.is_empty() || feed.byte() < HURTS {
            return piece;
        }
        let at = usize::from(feed.number()) % piece.len();
        match feed.choice(6) {
            0 => piece[at] ^= feed.byte(),
            1 => piece.truncate(at),
            2 => drop(piece.remove(at)),
            3 => piece.insert(at, feed.byte()),
            4 => piece.extend_from_within(at..),
            _ => {
                let known = answers(self.maker);
                piece.extend_from_slice(known[feed.choice(known.len())]);
            }
        }
        piece
    }
}

impl Recording {
    fn pass(&mut self, time: Duration) {
        let mut left = time.as_millis().div_ceil(10);
        while left > 0 {
            let now = u16::try_from(left.min(6000)).expect("a minute");
            left -= u128::from(now);
            self.driver.push(6);
            self.driver.extend(now.to_be_bytes());
            self.firmware.push(7);
            self.firmware.extend((now * 10).to_be_bytes());
        }
    }

    /// A request, as [`request`] reads it.
    fn asked(&mut self, asked: &[u8]) {
        self.driver.push(0);
        self.driver.extend(asked);
    }

    fn heard_by_host(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(255) {
            self.driver.push(1);
            self.driver
                .push(u8::try_from(piece.len()).expect("at most 255"));
            self.driver.extend(piece);
        }
    }

    fn heard_by_printer(&mut self, bytes: &[u8]) {
        let count = u16::try_from(bytes.len()).expect("one piece");
        self.firmware.push(2);
        self.firmware.extend(count.to_be_bytes());
        self.firmware.extend(bytes);
    }
}
