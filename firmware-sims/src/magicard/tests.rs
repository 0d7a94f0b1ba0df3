#![expect(clippy::unwrap_used, reason = "tests")]
//! The firmware in memory: whole cards by hand-written bytes, and what goes wrong.

use super::*;
use crate::mechanism::{Blank, Card, CardId, CardPlace, Looks, Panel, RibbonKind, Station};

mod captures;
mod cards;
mod faults;
mod power;
mod properties;
mod requests;

const COLUMNS: usize = 32;
const LINES: usize = 24;
/// The head dot over the card's edge.
const FIRST: usize = 15;

/// A printer, its cable and a clock.
pub(super) struct Bench {
    pub(super) printer: Magicard,
    pub(super) uptime: u64,
}

impl Bench {
    pub(super) fn new(switches: Switches) -> Bench {
        Bench::planned("magicard-enduro-plus", switches, FaultPlan::default())
    }

    pub(super) fn of(profile: &str) -> Bench {
        Bench::planned(profile, Switches::default(), FaultPlan::default())
    }

    pub(super) fn planned(profile: &str, switches: Switches, plan: FaultPlan) -> Bench {
        let profile = Profile::named(profile)
            .unwrap()
            .with_geometry(COLUMNS, LINES);
        Bench::with(profile, switches, plan)
    }

    pub(super) fn with(profile: Profile, switches: Switches, plan: FaultPlan) -> Bench {
        let mut printer = Magicard::new(profile, switches, plan);
        printer.host_opened(0);
        let mut bench = Bench { printer, uptime: 0 };
        bench.hand(Hand::Load { blanks: blanks(5) });
        bench
    }

    pub(super) fn hand(&mut self, hand: Hand) -> Look {
        self.printer.hand(hand, self.uptime).unwrap()
    }

    pub(super) fn press(&mut self, button: Button) -> Look {
        self.hand(Hand::Press { button })
    }

    /// Sends bytes as far as they are taken, letting time pass when they are not.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        let mut sent = 0;
        while sent < bytes.len() {
            let taken = self.printer.receive(&bytes[sent..], self.uptime);
            sent += taken;
            if taken == 0 {
                let next = self.printer.next().expect("a full buffer empties some day");
                self.pass_to(next);
            }
        }
    }

    pub(super) fn pass_to(&mut self, uptime: u64) {
        self.uptime = self.uptime.max(uptime);
        self.printer.advance(self.uptime);
    }

    pub(super) fn pass(&mut self, milliseconds: u64) {
        self.pass_to(self.uptime + milliseconds * MILLISECOND);
    }

    /// Lets time pass until nothing more happens by itself.
    pub(super) fn settle(&mut self) {
        while let Some(next) = self.printer.next() {
            self.pass_to(next);
        }
    }

    pub(super) fn print(&mut self, page: &[u8]) {
        self.send(page);
        self.settle();
    }

    /// What a request is answered with at once.
    pub(super) fn ask(&mut self, name: &str) -> String {
        self.printer.transmit();
        self.send(&request(name));
        String::from_utf8(self.printer.transmit()).unwrap()
    }

    /// The values of `INF`, numbered as the paper does.
    pub(super) fn info(&mut self) -> Vec<String> {
        let reply = self.ask("INF");
        let values = reply.strip_prefix("\u{1}STA$$").unwrap();
        let values = values.trim_end_matches('\u{3}').trim_end_matches(',');
        values.split([',', ':']).map(str::to_owned).collect()
    }

    pub(super) fn number(&mut self, value: usize) -> u64 {
        self.info()[value].parse().unwrap()
    }

    /// Cards, panels, shots.
    pub(super) fn counts(&mut self) -> (u64, u64, u64) {
        (self.number(9), self.number(11), self.number(23))
    }

    /// The code of `REQ,ERR`, read from the right.
    pub(super) fn code(&mut self) -> String {
        let reply = self.ask("ERR");
        let at = reply.rfind(':').unwrap();
        reply[at - 2..at + 3].to_owned()
    }

    pub(super) fn card(&self, number: u64) -> &Card {
        self.printer.mechanism().card(CardId(number)).unwrap()
    }

    pub(super) fn place(&self, number: u64) -> CardPlace {
        self.card(number).place
    }

    pub(super) fn power_cycle(&mut self) {
        self.hand(Hand::PowerOff);
        self.hand(Hand::PowerOn);
        self.pass(40_000);
    }
}

pub(super) fn blanks(count: u64) -> Vec<Blank> {
    (1..=count)
        .map(|number| Blank {
            uid: Some(format!("TEST-{number:014X}")),
            ..Blank::default()
        })
        .collect()
}

pub(super) fn request(name: &str) -> Vec<u8> {
    format!("\u{5}\u{5}\u{1},REQ,{name},\u{1C}\u{3}").into_bytes()
}

/// One bit-plane row with these dots set.
fn row(layout: HeadLayout, dot: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut row = vec![0; layout.row_bytes()];
    for dot in (0..HEAD_DOTS).filter(|at| dot(*at)) {
        let (byte, mask) = match layout {
            HeadLayout::Linear => (dot / 8, 7 - dot % 8),
            HeadLayout::SplitLow | HeadLayout::SplitHigh => {
                let (word, bit) = if dot < 288 {
                    (6 + dot / 16, dot % 16 * 2)
                } else {
                    ((dot - 288) / 16, (dot - 288) % 16 * 2 + 1)
                };
                match layout {
                    HeadLayout::SplitLow => (word * 4 + 3 - bit / 8, bit % 8),
                    HeadLayout::Linear | HeadLayout::SplitHigh => (word * 4 + bit / 8, 7 - bit % 8),
                }
            }
        };
        row[byte] |= 1 << mask;
    }
    row
}

/// A dye plane of the test card, sample by row and dot.
pub(super) fn dye(layout: HeadLayout, sample: impl Fn(usize, usize) -> u8) -> Vec<u8> {
    let mut plane = Vec::new();
    for line in 0..LINES {
        for bit in 0..6 {
            plane.extend(row(layout, |dot| sample(line, dot) >> bit & 1 != 0));
        }
    }
    plane
}

pub(super) fn resin(layout: HeadLayout, dot: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    (0..LINES)
        .flat_map(|line| row(layout, |at| dot(line, at)))
        .collect()
}

/// A page: the fields, the sizes, the planes.
pub(super) fn page(fields: &str, planes: &[(char, Vec<u8>)]) -> Vec<u8> {
    let mut stream = vec![5; 64];
    stream.extend(b"\x01,");
    stream.extend(fields.bytes());
    for (letter, plane) in planes {
        stream.extend(format!(",SZ{letter}{}", plane.len()).bytes());
    }
    stream.push(0x1C);
    for (letter, plane) in planes {
        stream.extend(plane);
        stream.extend([0x1C, *letter as u8, b':']);
    }
    stream.push(3);
    stream
}

pub(super) fn high(planes: &str) -> Vec<(char, Vec<u8>)> {
    let layout = HeadLayout::SplitHigh;
    planes
        .chars()
        .map(|letter| match letter {
            'K' => (
                letter,
                resin(layout, |row, dot| row == 2 && dot < FIRST + 8),
            ),
            _ => (
                letter,
                dye(layout, |row, dot| ((row * 5 + dot * 3) % 64) as u8),
            ),
        })
        .collect()
}

/// A whole card: yellow, magenta, cyan, resin, overcoat.
pub(super) fn full_page() -> Vec<u8> {
    page("NOC1,LANENG,KGE2,DPXOFF,PAG1,IMFBGRK,OVRON", &high("BGRK"))
}
