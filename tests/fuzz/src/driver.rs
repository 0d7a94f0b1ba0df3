//! Any answers, any timing and any trouble of the link against a dialect.
//!
//! An input is four bytes of choice ([`Choice`]) and then deeds, a byte each with what it needs behind it. It is played
//! twice, the second time with every answer cut behind every byte: both must want and tell the same.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::{
    BitPlane, CardImage, Channel, Colour, Dialect, Event, Output, Overlay, Request, Ribbon, Setup,
    Side, Stage,
};

use super::feed::Feed;
use super::host::{Cut, Host};
use super::makers::{Choice, DOTS, Maker, answers};

/// Deeds of one input.
const DEEDS_MAX: usize = 400;
/// The unit of a short pass and of a long one.
const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(1);

/// Evolis.
pub fn evolis(data: &[u8]) {
    both(Maker::Evolis, data);
}

/// Zebra.
pub fn zebra(data: &[u8]) {
    both(Maker::Zebra, data);
}

/// Magicard.
pub fn magicard(data: &[u8]) {
    both(Maker::Magicard, data);
}

/// Matica.
pub fn matica(data: &[u8]) {
    both(Maker::Matica, data);
}

fn both(maker: Maker, data: &[u8]) {
    let whole = play(maker, data, Cut::Whole);
    let cut = play(maker, data, Cut::EveryByte);
    for (at, (one, other)) in whole.iter().zip(&cut).enumerate() {
        assert_eq!(one, other, "output {at} depends on where the stream is cut");
    }
    assert_eq!(whole.len(), cut.len());
}

fn play(maker: Maker, data: &[u8], cut: Cut) -> Vec<Output<Event>> {
    let mut feed = Feed::new(data);
    let dialect = Choice::of(&mut feed).dialect(maker);
    let mut host = Host::new(dialect, cut);
    for _ in 0..DEEDS_MAX {
        if feed.is_empty() {
            break;
        }
        deed(&mut host, maker, &mut feed);
        // Nobody is there to take it.
        host.link.main.to_printer.clear();
        host.link.status.to_printer.clear();
    }
    host.end();
    host.into_log()
}

fn deed(host: &mut Host<Box<dyn Dialect>>, maker: Maker, feed: &mut Feed) {
    match feed.choice(16) {
        0 => {
            host.ask(request(feed));
        }
        1 => {
            let bytes = feed.counted();
            host.link.say(Channel::Main, bytes);
        }
        2 => {
            let known = answers(maker);
            host.link
                .say(Channel::Main, known[feed.choice(known.len())]);
        }
        3 => {
            let bytes = feed.counted();
            host.link.say(Channel::Status, bytes);
        }
        4 => {
            let known = answers(maker);
            let at = feed.choice(known.len());
            host.link.say(Channel::Status, known[at]);
        }
        5 => {
            host.step();
        }
        6 => host.pass(SHORT * u32::from(feed.number())),
        7 => host.pass(LONG * u32::from(feed.byte())),
        8 => host.jump(LONG * u32::from(feed.byte())),
        9 => host.link.main.falls = true,
        10 => host.link.status.falls = true,
        11 => {
            let how = feed.byte();
            host.link.refuses = how & 1 != 0;
            host.link.hangs = how & 2 != 0;
            host.link.takes = match how >> 2 & 3 {
                0 => 0,
                1 => 1,
                2 => 100,
                _ => usize::MAX,
            };
        }
        12 => host.link.port_status = Some(feed.byte()),
        13 => host.link.port_status = None,
        // The most ordinary answer, and the moment after it.
        _ => {
            host.link.say(Channel::Main, answers(maker)[0]);
            host.settle();
            host.step();
        }
    }
    host.settle();
}

/// One request, sensible or not.
pub fn request(feed: &mut Feed) -> Request {
    match feed.choice(16) {
        0 => Request::Prepare(setup(feed.byte())),
        1 => Request::Load(Arc::new(image(feed.byte()))),
        2 => Request::Do(Stage::Feed),
        3 => Request::Do(Stage::Park),
        4 => Request::Do(Stage::Face),
        5 => Request::Do(Stage::Finish),
        6 => Request::Do(Stage::Eject),
        7 => Request::Do(Stage::Reject),
        8 => Request::Do(Stage::Clear),
        9 => Request::Do(Stage::Chip),
        10 => Request::Listen {
            after: stage(feed.byte()),
        },
        11 => Request::Examine {
            apart: LONG * u32::from(feed.byte()),
        },
        12 => Request::Status,
        13 => Request::Identify,
        14 => Request::AwaitRestart,
        _ => Request::Listen { after: None },
    }
}

fn stage(number: u8) -> Option<Stage> {
    [
        Stage::Feed,
        Stage::Chip,
        Stage::Park,
        Stage::Face,
        Stage::Finish,
        Stage::Eject,
        Stage::Reject,
        Stage::Clear,
    ]
    .get(usize::from(number % 9))
    .copied()
}

fn setup(bits: u8) -> Setup {
    Setup {
        chip: bits & 1 != 0,
        hold: bits & 2 != 0,
        duplex: bits & 4 != 0,
        card_inside: bits & 8 != 0,
        ribbon: match bits >> 4 & 3 {
            0 | 3 => Ribbon::Ymcko,
            1 => Ribbon::Ymckok,
            _ => Ribbon::K,
        },
    }
}

/// A picture of a salted pattern; some do not fit the printer or the ribbon.
fn image(bits: u8) -> CardImage {
    let (width, height) = match bits >> 5 {
        6 => (DOTS.0, DOTS.1 + 1),
        7 => (1, 1),
        _ => DOTS,
    };
    let salt = usize::from(bits >> 4 & 1) + 1;
    let rgb = (0..width * height * 3)
        .map(|at| u8::try_from((at * 7 + at / 97 + salt * 31) % 256).expect("less than 256"));
    let colour = Colour {
        width,
        height,
        rgb: rgb.collect(),
    };
    let mut resin = BitPlane::clear(width, height);
    for x in 0..width {
        for y in (0..height).filter(|y| (x * 5 + y * 3 + salt).is_multiple_of(11)) {
            resin.set(x, y);
        }
    }
    let side = Side {
        colour: (bits & 1 == 0).then_some(colour),
        overlay: match bits & 6 {
            2 => Overlay::None,
            4 => Overlay::Plane(resin.clone()),
            _ => Overlay::Full,
        },
        resin,
    };
    CardImage {
        back: (bits & 8 != 0).then(|| side.clone()),
        front: side,
    }
}
