#![expect(clippy::unwrap_used, reason = "tests")]
//! The firmware in memory: whole cards by hand-written bytes, and what goes wrong.

use super::*;
use crate::device::Device;
use crate::hands::{Hand, Look};
use crate::mechanism::{Blank, Card, CardPlace, Looks, Side, Station};

mod commands;
mod faults;
mod power;
mod properties;
mod windows;

const COLUMNS: usize = 64;
const LINES: usize = 96;

/// A printer, its cable and a clock.
pub(super) struct Bench {
    pub(super) printer: Evolis,
    pub(super) uptime: u64,
}

impl Bench {
    pub(super) fn new(switches: Switches) -> Bench {
        Bench::planned("evolis-primacy", switches, FaultPlan::default())
    }

    pub(super) fn planned(profile: &str, switches: Switches, plan: FaultPlan) -> Bench {
        let profile = Profile::named(profile)
            .unwrap()
            .with_geometry(COLUMNS, LINES);
        let mut printer = Evolis::new(profile, switches, plan);
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
    pub(super) fn answer(&mut self) -> Option<String> {
        loop {
            let bytes = self.printer.transmit();
            if !bytes.is_empty() {
                let text = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
                return Some(String::from_utf8(text.to_vec()).unwrap());
            }
            let next = self.printer.next()?;
            self.pass_to(next);
        }
    }

    pub(super) fn ask(&mut self, command: &str) -> String {
        self.send(&text(command));
        self.answer().unwrap_or_else(|| "(silence)".to_owned())
    }

    pub(super) fn ok(&mut self, commands: &[&str]) {
        for command in commands {
            assert_eq!(self.ask(command), "OK", "{command}");
        }
    }

    pub(super) fn ask_plane(&mut self, letter: &str) -> String {
        self.send(&plane(letter));
        self.answer().unwrap_or_else(|| "(silence)".to_owned())
    }

    pub(super) fn card(&self, number: u64) -> &Card {
        self.printer
            .mechanism()
            .card(crate::mechanism::CardId(number))
            .unwrap()
    }

    /// The settings and moves of a held chip card up to the print start.
    pub(super) fn parked(switches: Switches) -> Bench {
        let mut bench = Bench::new(switches);
        bench.ok(&["Pem;2", "Pr;ymcko", "Ss", "Sic", "Psoe;D", "Si", "Sr"]);
        bench
    }

    pub(super) fn planes(&mut self, letters: &[&str]) {
        for letter in letters {
            assert_eq!(self.ask_plane(letter), "OK", "{letter}");
        }
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

pub(super) fn text(command: &str) -> Vec<u8> {
    let mut bytes = vec![0x1B];
    bytes.extend_from_slice(command.as_bytes());
    bytes.push(0x0D);
    bytes
}

/// A full plane: dye of 127 in the first dot of each line, resin and overlay in the first byte.
pub(super) fn plane(letter: &str) -> Vec<u8> {
    let colour = matches!(letter, "y" | "m" | "c");
    let (levels, bits) = if colour { (128, 7) } else { (2, 1) };
    let mut bytes = vec![0x1B];
    bytes.extend_from_slice(format!("Db;{letter};{levels};").as_bytes());
    let mut line = vec![0; COLUMNS * bits / 8];
    line[0] = if colour { 0xFE } else { 0xF0 };
    for _ in 0..LINES {
        bytes.extend_from_slice(&line);
    }
    bytes.push(0x0D);
    bytes
}

#[test]
fn a_whole_chip_card_by_hand_written_bytes_ends_in_the_output() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["Pem;2", "Rlr;p"]);
    assert_eq!(bench.ask("Rse;o"), "5,00 Volts");
    assert_eq!(bench.ask("Rse;f"), "5,00 Volts");
    bench.ok(&["Rcr", "Pr;ymcko", "Ss"]);
    let before = bench.uptime;
    bench.ok(&["Sic"]);
    assert_eq!(bench.uptime - before, 3 * SECOND, "feed and station move");
    assert_eq!(bench.ask("Rlr;p"), "CONTACTLESS CARD");
    assert_eq!(bench.printer.reader("presence", bench.uptime), "yes");
    assert_eq!(
        bench.printer.reader("uid", bench.uptime),
        "TEST-00000000000001"
    );
    let written = bench.printer.reader("apdu 00D60004021234", bench.uptime);
    assert_eq!(written, "9000");
    bench.ok(&["Psoe;D", "Si", "Sr"]);
    assert_eq!(bench.printer.reader("uid", bench.uptime), "none");
    bench.planes(&["y", "m", "c", "k", "o"]);
    bench.ok(&["Se"]);
    assert_eq!(bench.ask("Rlr;p"), "CARD", "held");
    assert_eq!(bench.ask("Rco;c"), "1");
    assert_eq!(bench.ask("Rco;p"), "5");
    bench.ok(&["Se", "Rlr;p"]);

    let card = bench.card(1);
    assert_eq!(card.place, CardPlace::Output);
    assert_eq!(card.looks(), Looks::Whole);
    assert_eq!(card.front.y[0], 255);
    assert_eq!(card.front.y[1], 0);
    assert_eq!(card.front.k[..2], [0xF0, 0]);
    assert_eq!(card.front.laid.len(), 5);
    assert!(card.front.laid.iter().all(|laid| laid.complete));
    assert_eq!(&card.chip.blocks[4][..2], &[0x12, 0x34]);
    assert_eq!(bench.printer.mechanism().ribbon().unwrap().sets_left, 299);
}

#[test]
fn a_plane_is_laid_only_when_the_next_one_has_come() {
    let mut bench = Bench::parked(Switches::default());
    bench.planes(&["y"]);
    bench.pass(60_000);
    assert!(bench.card(1).front.laid.is_empty());
    bench.planes(&["m"]);
    bench.pass(60_000);
    assert_eq!(bench.card(1).front.laid.len(), 1);
    assert_eq!(bench.ask("Rco;p"), "1");
}

#[test]
fn the_next_plane_is_taken_in_while_one_is_laid_and_the_cable_waits_after_that() {
    let mut bench = Bench::parked(Switches::default());
    bench.planes(&["y", "m"]);
    assert!(bench.printer.mechanism().moving(), "yellow is being laid");
    let offered = [plane("c"), vec![0; 70_000]].concat();
    let taken = bench.printer.receive(&offered, bench.uptime);
    assert!(taken > plane("c").len(), "the plane went in");
    assert!(taken < offered.len(), "then the buffer was full");
    assert!(
        bench.printer.transmit().is_empty(),
        "cyan waits for its answer"
    );
    assert_eq!(bench.answer().unwrap(), "OK");
}

#[test]
fn two_sides_are_laid_with_one_turn() {
    let switches = Switches::default();
    let mut bench = Bench::planned("evolis-dualys", switches, FaultPlan::default());
    bench.ok(&["Pr;k", "Pmi;F;s", "Pc;k;=;10", "Ss", "Sr"]);
    bench.planes(&["k"]);
    bench.ok(&["Sv", "Pc;k;=;10"]);
    bench.planes(&["k"]);
    bench.ok(&["Se"]);
    let card = bench.card(1);
    assert_eq!(card.place, CardPlace::Output);
    assert_eq!(card.looks(), Looks::Whole);
    assert!(card.face(Side::Back).touched_by(Panel::K));
    assert_eq!(bench.ask("Psoe;D"), "ERROR CDE", "a later command");
}

#[test]
fn unknown_commands_bad_parameters_and_absent_hardware_have_their_texts() {
    let mut bench = Bench::new(Switches::default());
    for (command, expected) in [
        ("Xyz", "ERROR CDE"),
        ("Sezz", "ERROR CDE"),
        ("Pem", "ERROR PARAMETRES"),
        ("Db;y;6", "ERROR PARAMETRES"),
        ("Sv", "OPT NOT AVAILABLE"),
        ("Smw", "OPT NOT AVAILABLE"),
        ("Scs;", "OK"),
        ("Pdt;DU", "OK"),
        ("Mr;s", "OK"),
        ("Ppws;1700000000", "OK"),
        ("Echo;a;b", "a;b"),
        ("Roc", "800"),
        ("Poc;+;5", "OK"),
        ("Roc", "805"),
        ("Rc;kb", "10"),
        ("Pc;kb;=;12", "OK"),
        ("Rc;kb", "12"),
        ("Rco;l", "300"),
        ("Rrt;count", "300"),
        ("Rrt;qty", "300"),
        ("Rem", "0 0"),
        ("Rtp", "Evolis Primacy"),
    ] {
        assert_eq!(bench.ask(command), expected, "{command}");
    }
}

#[test]
fn the_last_answer_is_repeated() {
    let mut bench = Bench::new(Switches {
        rlr_overwritten: RlrRemembers::OnlySAndD,
        ..Switches::default()
    });
    assert_eq!(bench.ask("Sv"), "OPT NOT AVAILABLE");
    assert_eq!(bench.ask("Rco;c"), "0");
    assert_eq!(bench.ask("Rlr"), "OPT NOT AVAILABLE");
    assert_eq!(bench.ask("Rlr"), "OPT NOT AVAILABLE");
    let mut bench = Bench::new(Switches::default());
    assert_eq!(bench.ask("Sv"), "OPT NOT AVAILABLE");
    assert_eq!(bench.ask("Rco;c"), "0");
    assert_eq!(bench.ask("Rlr"), "0");
}

#[test]
fn a_return_runs_the_prefix_of_a_truncated_command() {
    let mut bench = Bench::parked(Switches::default());
    bench.planes(&["y"]);
    bench.send(b"\x1BSe");
    bench.send(b"\r");
    assert_eq!(bench.answer().unwrap(), "OK");
    assert_eq!(bench.card(1).place, CardPlace::PrintStart, "held");
    bench.send(b"\x1BSi");
    bench.send(b"zz\r");
    assert_eq!(bench.answer().unwrap(), "ERROR CDE");
    let mut bench = Bench::parked(Switches::default());
    bench.send(b"\x1BSe\x1BRco;c\r");
    assert_eq!(bench.answer().unwrap(), "1", "escape starts anew");
}

#[test]
fn hold_is_left_by_a_second_se_or_only_after_psoe_e() {
    let finish = |switches| {
        let mut bench = Bench::parked(switches);
        bench.planes(&["y", "m", "c", "k", "o"]);
        bench.ok(&["Se"]);
        bench
    };
    let mut bench = finish(Switches {
        eject_under_hold: EjectUnderHold::NeedsPsoeE,
        ..Switches::default()
    });
    bench.ok(&["Se"]);
    assert_eq!(bench.card(1).place, CardPlace::PrintStart);
    bench.ok(&["Psoe;E", "Se"]);
    assert_eq!(bench.card(1).place, CardPlace::Output);
    let bench = finish(Switches {
        psoe_honoured: false,
        ..Switches::default()
    });
    assert_eq!(bench.card(1).place, CardPlace::Output);
}

#[test]
fn the_first_feed_comes_where_the_switch_says() {
    for (first_feed, moved) in [
        (FirstFeed::Ss, [true, true, true]),
        (FirstFeed::FirstDb, [false, true, true]),
        (FirstFeed::SecondDb, [false, false, true]),
    ] {
        let mut bench = Bench::new(Switches {
            first_feed,
            ..Switches::default()
        });
        bench.ok(&["Pem;2", "Ss"]);
        let mut seen = vec![bench.printer.mechanism().picked() == 1];
        for letter in ["y", "m"] {
            bench.planes(&[letter]);
            seen.push(bench.printer.mechanism().picked() == 1);
        }
        assert_eq!(seen, moved, "{first_feed:?}");
    }
}

#[test]
fn a_sequence_is_repeated_from_memory() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["Pem;2", "Ss", "Sr"]);
    bench.planes(&["y", "m", "c", "k", "o"]);
    bench.ok(&["Se", "Sc"]);
    assert_eq!(bench.card(2).looks(), Looks::Whole);
    bench.ok(&["Ss", "Ssd;y", "Ssd;m", "Ssd;c", "Ssd;k", "Ssd;o", "Se"]);
    assert_eq!(bench.card(3).looks(), Looks::Whole);
    assert_eq!(bench.printer.mechanism().output().len(), 3);
}

#[test]
fn acknowledge_mode_answers_with_single_bytes() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["Pem;2"]);
    bench.send(&text("Pem;4"));
    assert_eq!(bench.printer.transmit(), [0x06]);
    bench.send(&text("Sv"));
    assert_eq!(bench.printer.transmit(), [0x15, b'2']);
    bench.send(&text("Rco;c"));
    assert_eq!(bench.printer.transmit(), b"0\0");
}

#[test]
fn a_serial_port_set_up_for_it_acknowledges_in_every_error_mode_and_after_power_off() {
    let mut bench = Bench::new(Switches::default());
    bench.printer.profile.port = Port::Serial;
    bench.send(&text("Pcom;1;9600;N;8;1;ACK/NACK;E"));
    assert_eq!(bench.printer.transmit(), [0x06]);
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(20_000);
    bench.send(&text("Pem;2"));
    assert_eq!(bench.printer.transmit(), [0x06]);
    bench.send(&text("Rem"));
    assert_eq!(bench.printer.transmit(), b"2 0\0");
    bench.send(&text("Echo;a1"));
    assert_eq!(bench.printer.transmit(), b"a1\0");
    bench.send(&text("Nonsense"));
    assert_eq!(bench.printer.transmit(), [0x15, b'1']);
    bench.send(&text("Pcom;1;9600;N;8;1;NONE;E"));
    assert_eq!(bench.answer().unwrap(), "OK");
}

#[test]
fn framing_characters_can_be_changed_and_restored() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["Psc;33;44;35"]);
    bench.send(b"!Rco,c#");
    assert_eq!(bench.answer().unwrap(), "0");
    bench.send(b"!Psc#");
    assert_eq!(bench.answer().unwrap(), "OK");
    bench.ok(&["Rlr;p"]);
}
