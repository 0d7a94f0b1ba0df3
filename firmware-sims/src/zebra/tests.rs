#![expect(clippy::unwrap_used, reason = "tests")]
//! The firmware in memory: whole cards by hand-written bytes, and what goes wrong.

use super::*;
use crate::device::Device;
use crate::hands::{Hand, Look};
use crate::mechanism::{Blank, Card, CardId, CardPlace, Looks, Panel, RibbonKind, Station};

mod cards;
mod catalogue;
mod encoder;
mod power;
mod properties;
mod readings;
mod strings;
mod troubles;

pub(super) const COLUMNS: usize = 64;
pub(super) const LINES: usize = 96;
/// A one-sided colour card with its black and overlay, held.
pub(super) const FRONT: &str = "M 1 [IS 0[IS 1[IS 2[I[IV 31";

/// A printer, its cable and a clock.
pub(super) struct Bench {
    pub(super) printer: Zebra,
    pub(super) uptime: u64,
}

impl Bench {
    pub(super) fn new(switches: Switches) -> Bench {
        Bench::planned("zebra-p330i", switches, FaultPlan::default())
    }

    pub(super) fn planned(profile: &str, switches: Switches, plan: FaultPlan) -> Bench {
        Bench::with(small(profile), switches, plan)
    }

    pub(super) fn with(profile: Profile, switches: Switches, plan: FaultPlan) -> Bench {
        let mut printer = Zebra::new(profile, switches, plan);
        printer.host_opened(0);
        let mut bench = Bench { printer, uptime: 0 };
        bench.hand(Hand::Load { blanks: blanks(5) });
        bench
    }

    pub(super) fn hand(&mut self, hand: Hand) -> Look {
        self.printer.hand(hand, self.uptime).unwrap()
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

    /// Lets time pass until something is answered, or nothing more happens.
    pub(super) fn answer(&mut self) -> Vec<u8> {
        loop {
            let bytes = self.printer.transmit();
            if !bytes.is_empty() {
                return bytes;
            }
            match self.printer.next() {
                Some(next) => self.pass_to(next),
                None => return Vec::new(),
            }
        }
    }

    /// The answer to a command: `06`, a code, or text in quotes.
    pub(super) fn ask(&mut self, command: &str) -> String {
        self.send(&text(command));
        told(&self.answer())
    }

    pub(super) fn ok(&mut self, commands: &[&str]) {
        for command in commands {
            assert_eq!(self.ask(command), "ack", "{command}");
        }
    }

    /// Sends bytes that are a whole command and returns what is answered.
    pub(super) fn ask_bytes(&mut self, bytes: &[u8]) -> String {
        self.send(bytes);
        told(&self.answer())
    }

    pub(super) fn ok_bytes(&mut self, bytes: &[u8]) {
        assert_eq!(self.ask_bytes(bytes), "ack");
    }

    pub(super) fn card(&self, number: u64) -> &Card {
        self.printer.mechanism().card(CardId(number)).unwrap()
    }

    /// Set-up and all of a front's data.
    pub(super) fn loaded(switches: Switches) -> Bench {
        let mut bench = Bench::new(switches);
        bench.load_front();
        bench
    }

    pub(super) fn load_front(&mut self) {
        self.ok(&["SXY 1", "+RIB 0", "$F", "F", "vF"]);
        for buffer in 0..3 {
            self.ok_bytes(&colour_plane(buffer));
        }
        self.load_black(0xF0);
    }

    /// A black plane whose every line begins with that byte at the top.
    pub(super) fn load_black(&mut self, first: u8) {
        self.ok(&[&format!("G 0 0 12 {COLUMNS} {LINES} 1")]);
        self.ok_bytes(&black_lines("Z", first));
    }

    pub(super) fn passes(&mut self) -> u32 {
        let answer = self.ask("%CLN");
        let at = answer.find("imp:").unwrap() + 4;
        answer[at..at + 8].parse().unwrap()
    }
}

pub(super) fn small(profile: &str) -> Profile {
    Profile::named(profile)
        .unwrap()
        .with_geometry(COLUMNS, LINES)
}

pub(super) fn blanks(count: u64) -> Vec<Blank> {
    (1..=count)
        .map(|number| Blank {
            uid: Some(format!("TEST-{number:014X}")),
            ..Blank::default()
        })
        .collect()
}

/// What an answer says: `ack`, the code in decimal, `"text"`, or hex.
pub(super) fn told(bytes: &[u8]) -> String {
    match bytes {
        [] => "(silence)".to_owned(),
        [0x06] => "ack".to_owned(),
        [0x15, b'-', b'1', 0x04] => "-1".to_owned(),
        [0x15, tens @ b'0'..=b'9', ones @ b'0'..=b'9', 0x04] => {
            ((tens - b'0') * 10 + ones - b'0').to_string()
        }
        [text @ .., 0x0D, 0x06] => format!("{:?}", String::from_utf8(text.to_vec()).unwrap()),
        other => crate::hex::encode(other),
    }
}

pub(super) fn text(command: &str) -> Vec<u8> {
    [b"\x1B", command.as_bytes(), b"\r"].concat()
}

/// Level 31 in the top dot of each line, nothing else; packed.
pub(super) fn colour_plane(buffer: usize) -> Vec<u8> {
    let mut bytes = format!("\x1BGS {buffer} 30 0 0 {LINES} {COLUMNS} ").into_bytes();
    for _ in 0..LINES {
        let rest = u8::try_from(COLUMNS - 1).unwrap();
        bytes.extend([0x81, 31, 0x80 | rest, 0]);
    }
    bytes.push(0x0D);
    bytes
}

/// Every line begins with that byte; packed.
pub(super) fn black_lines(name: &str, first: u8) -> Vec<u8> {
    let mut bytes = format!("\x1B{name}").into_bytes();
    for _ in 0..LINES {
        let rest = u8::try_from(COLUMNS / 8 - 1).unwrap();
        bytes.extend([0x81, first, 0x80 | rest, 0]);
    }
    bytes.push(0x0D);
    bytes
}
