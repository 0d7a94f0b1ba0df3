//! Any bytes, any hands and any cuts of the power against a firmware: cards are conserved, and nothing grows without end.
//!
//! An input is four bytes of choice ([`Choice`]), one of seed, and then deeds, a byte each with what it needs behind it.

use std::time::Duration;

use cetak_firmware_sims::hands::{Button, Hand};
use cetak_firmware_sims::mechanism::{Blank, CardId, CardPlace, Mechanism, RibbonKind, Station};

use super::feed::Feed;
use super::makers::{BLANKS, Choice, Maker, Printer, commands, nanoseconds, plane};

/// Deeds of one input.
const DEEDS_MAX: usize = 400;
/// Bytes that one look at the outbox may give: what a firmware keeps for a host that does not read.
const OUTBOX_BYTES_MAX: usize = 1 << 16;
/// Bytes of one datagram, and of one line of the reader.
const DATAGRAM_BYTES_MAX: usize = 4096;
/// Times that one piece is offered again before the fuzzer goes on.
const OFFERS_MAX: usize = 64;

/// Evolis.
pub fn evolis(data: &[u8]) {
    play(Maker::Evolis, data);
}

/// Zebra.
pub fn zebra(data: &[u8]) {
    play(Maker::Zebra, data);
}

/// Magicard.
pub fn magicard(data: &[u8]) {
    play(Maker::Magicard, data);
}

/// Matica.
pub fn matica(data: &[u8]) {
    play(Maker::Matica, data);
}

/// The blanks that a printer is loaded with.
pub fn blanks() -> Vec<Blank> {
    (1..=BLANKS)
        .map(|number| Blank {
            id: None,
            uid: Some(format!("TEST-{number:014X}")),
            chip_dead: number % 4 == 0,
            encoded: None,
        })
        .collect()
}

/// Every card that entered is in exactly one place, and the piles agree with the cards.
pub fn conserved(mechanism: &Mechanism) {
    let entered = usize::try_from(BLANKS).expect("a few cards");
    assert_eq!(
        mechanism.cards().count(),
        entered,
        "cards that ever entered"
    );
    let lie = |wanted: fn(CardPlace) -> bool| -> Vec<CardId> {
        let there = mechanism.cards().filter(|card| wanted(card.place));
        there.map(|card| card.id).collect()
    };
    let sorted = |pile: &[CardId]| {
        let mut pile = pile.to_vec();
        pile.sort();
        pile
    };
    let hopper: Vec<CardId> = mechanism.hopper().collect();
    assert_eq!(
        sorted(&hopper),
        lie(|place| matches!(place, CardPlace::Hopper(_)))
    );
    assert_eq!(sorted(mechanism.inside()), lie(CardPlace::inside));
    assert_eq!(
        sorted(mechanism.output()),
        lie(|place| place == CardPlace::Output)
    );
    assert_eq!(
        sorted(mechanism.reject()),
        lie(|place| place == CardPlace::Reject)
    );
    assert_eq!(
        sorted(mechanism.taken()),
        lie(|place| place == CardPlace::Taken)
    );
}

struct Bench {
    printer: Box<dyn Printer>,
    uptime: u64,
}

fn play(maker: Maker, data: &[u8]) {
    let mut feed = Feed::new(data);
    let choice = Choice::of(&mut feed);
    let mut bench = Bench {
        printer: choice.printer(maker, feed.byte()),
        uptime: 0,
    };
    let loaded = bench.printer.hand(Hand::Load { blanks: blanks() }, 0);
    loaded.expect("an empty hopper takes a few cards");
    bench.printer.host_opened(0);
    for _ in 0..DEEDS_MAX {
        if feed.is_empty() {
            break;
        }
        bench.deed(maker, &mut feed);
        let told = bench.printer.transmit();
        assert!(told.len() <= OUTBOX_BYTES_MAX, "{} bytes", told.len());
        bench.printer.port_status();
        conserved(bench.printer.mechanism());
    }
    bench.pass(Duration::from_secs(3600));
    conserved(bench.printer.mechanism());
}

impl Bench {
    fn deed(&mut self, maker: Maker, feed: &mut Feed) {
        let uptime = self.uptime;
        match feed.choice(16) {
            0 | 1 => self.send(feed.counted()),
            2 => {
                let count = usize::from(feed.number());
                self.send(feed.take(count));
            }
            3 | 4 => {
                let known = commands(maker);
                self.send(known[feed.choice(known.len())]);
            }
            5 => {
                let (which, first) = (feed.byte(), feed.byte());
                self.send(&plane(maker, which, first));
            }
            6 => {
                if let Some(next) = self.printer.next() {
                    self.pass_to(next);
                }
            }
            7 => self.pass(Duration::from_millis(u64::from(feed.number()))),
            8 => self.pass(Duration::from_secs(u64::from(feed.byte()))),
            9 | 10 => {
                let hand = hand(feed);
                // A refused hand is an answer, too.
                drop(self.printer.hand(hand, uptime));
            }
            11 => self.printer.host_closed(uptime),
            12 => self.printer.host_opened(uptime),
            13 => {
                let answer = self.printer.datagram(feed.counted(), uptime);
                assert!(answer.is_none_or(|answer| answer.len() <= DATAGRAM_BYTES_MAX));
            }
            14 => {
                let line = String::from_utf8_lossy(feed.counted()).into_owned();
                let answer = self.printer.reader(&line, uptime);
                assert!(answer.len() <= DATAGRAM_BYTES_MAX && !answer.contains('\n'));
            }
            _ => self.printer.own(feed, uptime),
        }
    }

    /// Offers bytes as a cable does: what is not taken comes again when the printer has moved on.
    fn send(&mut self, mut bytes: &[u8]) {
        for _ in 0..OFFERS_MAX {
            if bytes.is_empty() {
                return;
            }
            let taken = self.printer.receive(bytes, self.uptime);
            assert!(taken <= bytes.len(), "took more than there was");
            bytes = &bytes[taken..];
            if taken == 0 {
                match self.printer.next() {
                    Some(next) => self.pass_to(next),
                    None => return,
                }
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        self.pass_to(self.uptime + nanoseconds(time));
    }

    fn pass_to(&mut self, uptime: u64) {
        self.uptime = self.uptime.max(uptime);
        self.printer.advance(self.uptime);
        let next = self.printer.next();
        assert!(
            next.is_none_or(|next| next > self.uptime),
            "what is due was not done"
        );
    }
}

/// One movement of a hand. No card is brought that was not there before: their number stays.
pub fn hand(feed: &mut Feed) -> Hand {
    let again = |feed: &mut Feed| Blank {
        id: Some(CardId(1 + u64::from(feed.byte()) % BLANKS)),
        ..Blank::default()
    };
    match feed.choice(26) {
        0 => Hand::Look,
        1 => Hand::OpenLid,
        2 | 3 => Hand::CloseLid,
        4 => Hand::Unload,
        5 => Hand::TakeInside,
        6 => Hand::TakeOutput,
        7 => Hand::EmptyReject,
        8 => Hand::TakePile,
        9 => Hand::PowerOff,
        10 | 11 => Hand::PowerOn,
        12 => Hand::PlugOut,
        13 | 14 => Hand::PlugIn,
        15 => Hand::DoubleFeed,
        16 => Hand::ClearJam,
        17 => Hand::NoRibbon,
        18 => Hand::Ribbon {
            kind: ribbon(feed.byte()),
            sets: Some(u32::from(feed.byte() % 4)),
        },
        19 => Hand::Film {
            panels: Some(u32::from(feed.byte() % 4)),
        },
        20 => Hand::JamAt {
            station: station(feed.byte()),
            after_cards: u32::from(feed.byte() % 3),
        },
        21 => Hand::Press {
            button: if feed.byte() & 1 == 0 {
                Button::Ok
            } else {
                Button::Cancel
            },
        },
        22 => Hand::Cut {
            card: CardId(u64::from(feed.byte() % 8)),
        },
        23 => Hand::ReadMark {
            card: CardId(u64::from(feed.byte() % 8)),
        },
        24 => Hand::Load {
            blanks: vec![again(feed)],
        },
        _ => Hand::PutBlank { blank: again(feed) },
    }
}

fn ribbon(number: u8) -> RibbonKind {
    [
        RibbonKind::Ymcko,
        RibbonKind::Ymckok,
        RibbonKind::K,
        RibbonKind::Ko,
        RibbonKind::Ymck,
        RibbonKind::Ymckk,
        RibbonKind::Ymcku,
    ][usize::from(number % 7)]
}

fn station(number: u8) -> Station {
    [
        Station::Feeder,
        Station::Contact,
        Station::Contactless,
        Station::PrintStart,
        Station::Flipper,
        Station::Exit,
        Station::RejectSlot,
    ][usize::from(number % 7)]
}
