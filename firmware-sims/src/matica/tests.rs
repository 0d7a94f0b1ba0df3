#![expect(clippy::unwrap_used, reason = "tests")]
//! The firmware in memory: whole cards by hand-written bytes.

use super::*;
use crate::mechanism::{Blank, Card, Looks, RibbonKind, Side};

mod catalogue;
mod connections;
mod film;
mod power;
mod properties;
mod stations;
mod status;
mod stream;

/// Rows and columns of the small planes here.
const ROWS: usize = 16;
const COLUMNS: usize = 24;
const PLANE: usize = ROWS * COLUMNS;

const GREETING: u32 = 0xF300_0200;
const DONE: u32 = 0xF100_0100;
const REFUSED: u32 = 0xF100_0200;
const DATA: u32 = 0xF100_0300;

/// What was answered: type, result, sequence and payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) kind: u32,
    pub(super) result: u32,
    pub(super) sequence: u32,
    pub(super) payload: Vec<u8>,
}

/// A printer, its cable and a clock.
pub(super) struct Bench {
    pub(super) printer: Matica,
    pub(super) uptime: u64,
    incoming: Vec<u8>,
    sequence: u32,
}

impl Bench {
    /// A small 9300 with five cards; the host is connected and has read the greeting, the job is started.
    pub(super) fn new(switches: Switches) -> Bench {
        Bench::planned("matica-xid9300", switches, FaultPlan::default())
    }

    pub(super) fn planned(name: &str, switches: Switches, plan: FaultPlan) -> Bench {
        let profile = Profile::named(name).unwrap().with_geometry(ROWS, COLUMNS);
        Bench::with(profile, switches, plan)
    }

    pub(super) fn with(profile: Profile, switches: Switches, plan: FaultPlan) -> Bench {
        let mut bench = Bench {
            printer: Matica::new(profile, switches, plan),
            uptime: 0,
            incoming: Vec::new(),
            sequence: 0,
        };
        bench.hand(Hand::Load { blanks: blanks(5) });
        bench.connect();
        bench
    }

    /// Opens a connection, reads its greeting and starts a job.
    pub(super) fn connect(&mut self) {
        self.incoming.clear();
        self.printer.host_opened(self.uptime);
        assert_eq!(self.answer().unwrap().kind, GREETING);
        self.start_job();
    }

    pub(super) fn start_job(&mut self) {
        self.sequence += 1;
        self.send(&message(0xF200_0300, 0, self.sequence, &[0; 108]));
        let answer = self.answer().unwrap();
        assert_eq!((answer.kind, answer.result), (0xF300_0400, 0));
    }

    pub(super) fn disconnect(&mut self) {
        self.incoming.clear();
        self.printer.host_closed(self.uptime);
    }

    pub(super) fn hand(&mut self, hand: Hand) -> Look {
        self.printer.hand(hand, self.uptime).unwrap()
    }

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

    /// What has been answered by now.
    pub(super) fn answer_now(&mut self) -> Option<Answer> {
        self.incoming.extend(self.printer.transmit());
        let words = wire::word(&self.incoming, 1)? as usize;
        let whole = 8 + words * 4;
        if self.incoming.len() < whole {
            return None;
        }
        let bytes: Vec<u8> = self.incoming.drain(..whole).collect();
        Some(Answer {
            kind: wire::word(&bytes, 0)?,
            result: wire::word(&bytes, 2)?,
            sequence: wire::word(&bytes, 3)?,
            payload: bytes[16..].to_vec(),
        })
    }

    /// Lets up to ten minutes pass until something is answered.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        let limit = self.uptime + 600 * SECOND;
        loop {
            if let Some(answer) = self.answer_now() {
                return Some(answer);
            }
            let next = self.printer.next().filter(|next| *next <= limit)?;
            self.pass_to(next);
        }
    }

    pub(super) fn order(&mut self, parameter: u32, payload: &[u8]) -> u32 {
        self.sequence += 1;
        self.send(&message(0xF000_0100, parameter, self.sequence, payload));
        self.sequence
    }

    /// Asks and waits; `0`: done, else the sense.
    pub(super) fn ask(&mut self, payload: &[u8]) -> u32 {
        let sequence = self.order(0, payload);
        let answer = self.answer().expect("an answer comes");
        assert_eq!(answer.sequence, sequence);
        let fits = (answer.kind == REFUSED) == (answer.result != 0);
        assert!(fits, "{answer:?}");
        answer.result
    }

    pub(super) fn ok(&mut self, orders: &[[u8; 4]]) {
        for order in orders {
            assert_eq!(self.ask(order), 0, "{order:02X?}");
        }
    }

    /// The answer to 02: card byte and position.
    pub(super) fn place(&mut self) -> (u8, u8) {
        self.order(0, &[2, 2, 0, 0]);
        let answer = self.answer().unwrap();
        assert_eq!((answer.kind, &answer.payload[..2]), (DATA, &[1, 2][..]));
        (answer.payload[2], answer.payload[3])
    }

    pub(super) fn plane(&mut self, bit: u8, dots: &[u8]) -> u32 {
        self.sequence += 1;
        let bytes = plane_message(self.sequence, bit, dots);
        self.send(&bytes);
        self.answer().unwrap().result
    }

    /// Loads all four planes of a picture whose dots all have this value.
    pub(super) fn planes(&mut self, value: u8) {
        for bit in [1, 2, 4, 8] {
            assert_eq!(self.plane(bit, &[value; PLANE]), 0);
        }
    }

    /// Polls 01 until it is not a matter of waiting.
    pub(super) fn ready(&mut self) -> u32 {
        for _ in 0..10_000 {
            match self.ask(&[1, 2, 0, 0]) {
                0x0002_D300..=0x0002_D500 | 0x0002_DA00 | 0x0002_DB00 => self.pass(200),
                told => return told,
            }
        }
        panic!("never ready")
    }

    pub(super) fn card(&self, number: u64) -> &Card {
        self.printer
            .mechanism()
            .card(crate::mechanism::CardId(number))
            .unwrap()
    }

    pub(super) fn power_cycle(&mut self) {
        self.hand(Hand::PowerOff);
        self.pass(1000);
        self.hand(Hand::PowerOn);
        self.pass(60_000);
    }
}

pub(super) const LOAD: [u8; 4] = [4, 2, 0x80, 0];
pub(super) const TO_CHIP: [u8; 4] = [4, 2, 0, 2];
pub(super) const PARK: [u8; 4] = [5, 2, 0x80, 0];
pub(super) const PRINT: [u8; 4] = [6, 2, 0, 0x0F];
pub(super) const EJECT: [u8; 4] = [7, 2, 0, 5];
pub(super) const RETURN: [u8; 4] = [7, 2, 0, 0];
pub(super) const REJECT: [u8; 4] = [5, 2, 0, 4];
pub(super) const TEST: [u8; 4] = [1, 2, 0, 0];
pub(super) const INITIALISE: [u8; 4] = [3, 2, 0, 0];

pub(super) fn message(kind: u32, parameter: u32, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let words = u32::try_from(payload.len() / 4).unwrap() + 2;
    let mut bytes = Vec::new();
    for word in [kind, words, parameter, sequence] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(payload);
    bytes
}

pub(super) fn plane_message(sequence: u32, bit: u8, dots: &[u8]) -> Vec<u8> {
    let count = u32::try_from(dots.len()).unwrap();
    let mut payload = vec![bit, 0, 0, 0];
    payload.extend((count + 4).to_be_bytes());
    payload.extend(count.to_be_bytes());
    payload.extend(dots);
    message(0xF000_0200, 0, sequence, &payload)
}

pub(super) fn blanks(count: u64) -> Vec<Blank> {
    (1..=count)
        .map(|number| Blank {
            uid: Some(format!("TEST-{number:014X}")),
            ..Blank::default()
        })
        .collect()
}

#[test]
fn a_whole_chip_card_by_hand_written_bytes_ends_in_the_output() {
    let mut bench = Bench::new(Switches::default());
    let started = bench.uptime;
    bench.ok(&[TO_CHIP]);
    assert_eq!(bench.uptime - started, 5 * SECOND, "load and move");
    assert_eq!(bench.place(), (0, 2));
    assert_eq!(bench.printer.reader("presence", bench.uptime), "no");
    bench.ok(&[[0x0A, 2, 0x10, 0]]);
    let uid = bench.printer.reader("uid", bench.uptime);
    assert_eq!(uid, "TEST-00000000000001");
    let written = bench.printer.reader("apdu 00D60004021234", bench.uptime);
    assert_eq!(written, "9000");
    bench.ok(&[[0x0A, 2, 0x50, 0], PARK]);
    assert_eq!(bench.place(), (0, 0));
    bench.planes(77);
    assert!(bench.card(1).front.laid.is_empty());
    bench.ok(&[PRINT]);
    assert!(bench.card(1).front.laid.is_empty(), "only the film has it");
    bench.ok(&[RETURN]);
    assert_eq!(bench.place(), (0, 0), "held");
    bench.ok(&[[5, 2, 0, 5]]);
    assert_eq!(bench.place(), (4, 0));
    let card = bench.card(1);
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(card.front.y, vec![77; PLANE]);
    assert_eq!(card.front.k, vec![0xFF; PLANE / 8]);
    assert_eq!(card.chip.updates, 1);
    let shown = bench.printer.counters.shown;
    assert_eq!((shown.total, shown.head, shown.errors), (1, 4, 0));
    assert_eq!(bench.printer.mechanism().ribbon().unwrap().sets_left, 999);
}

#[test]
fn dots_lie_where_the_wire_says_on_either_model() {
    for (name, first) in [("matica-xid9300", 0), ("matica-xid8600", PLANE - 1)] {
        let mut bench = Bench::planned(name, Switches::default(), FaultPlan::default());
        bench.ok(&[LOAD]);
        // Upper left of the picture, and two to the right of it.
        let mut dots = vec![0; PLANE];
        let step = |count: usize| if first == 0 { count } else { first - count };
        dots[step(0)] = 200;
        dots[step(2)] = 100;
        for bit in [1, 2, 4, 8] {
            bench.plane(bit, &dots);
        }
        bench.ok(&[PRINT, EJECT]);
        let picture = crate::tray::picture(
            &bench.card(1).front,
            bench.printer.mechanism().fittings().geometry,
        );
        assert_eq!(picture.dimensions(), (24, 16));
        assert_eq!(picture.get_pixel(0, 0).0, [0, 0, 0], "{name}: resin");
        assert_eq!(picture.get_pixel(2, 0).0, [0, 0, 0]);
        assert_eq!(picture.get_pixel(1, 0).0, [255, 255, 255]);
        let face = &bench.card(1).front;
        assert_eq!(face.c.iter().filter(|dot| **dot != 0).count(), 2);
        assert_eq!((face.c[15], face.c[2 * 16 + 15]), (200, 100));
    }
}

#[test]
fn two_sides_take_two_film_panels_and_one_turn() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymckk,
        sets: Some(9),
    });
    bench.ok(&[LOAD]);
    bench.planes(9);
    bench.ok(&[PRINT]);
    assert_eq!(bench.ask(&[7, 6, 0x10, 0, 0, 0, 0, 0]), 0, "the long form");
    bench.plane(8, &[1; PLANE]);
    bench.ok(&[[6, 2, 0, 8]]);
    assert_eq!(bench.card(1).looks(), Looks::Part, "the back is to come");
    bench.ok(&[EJECT]);
    let card = bench.card(1);
    assert_eq!(card.looks(), Looks::Whole);
    assert!(card.face(Side::Back).touched_by(Panel::K));
    assert_eq!(bench.printer.mechanism().film().unwrap().left, 997);
    let ribbon = bench.printer.mechanism().ribbon().unwrap();
    assert_eq!(
        ribbon.sets_left, 8,
        "the second resin panel of the same set"
    );
}

#[test]
fn an_ultraviolet_layer_is_transferred_on_top_and_does_not_show() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcku,
        sets: None,
    });
    bench.ok(&[LOAD]);
    bench.planes(9);
    bench.plane(0x40, &[50; PLANE]);
    bench.ok(&[PRINT, RETURN, [6, 2, 1, 0x40], EJECT]);
    let card = bench.card(1);
    assert_eq!(card.looks(), Looks::Whole);
    assert_eq!(card.front.u, vec![50; PLANE]);
}

#[test]
fn immediate_commands_are_answered_at_once_and_the_printer_says_busy() {
    let mut bench = Bench::new(Switches::default());
    bench.order(2, &LOAD);
    assert_eq!(bench.answer_now().unwrap().kind, DONE, "at once");
    assert_eq!(bench.ask(&TEST), 0x0002_D300);
    assert_eq!(bench.ask(&REJECT), 0x0002_D300, "no second motion");
    bench.planes(5);
    assert_eq!(bench.ready(), 0);
    assert_eq!(bench.place(), (0, 0));
    bench.order(2, &PRINT);
    bench.answer_now().unwrap();
    assert_eq!(bench.ask(&TEST), 0x0002_D400);
    assert_eq!(bench.ready(), 0);
    bench.order(2, &EJECT);
    bench.answer_now().unwrap();
    assert_eq!(bench.ask(&TEST), 0x0002_D400);
    bench.ready();
    assert_eq!(bench.card(1).looks(), Looks::Whole);
    bench.printer.switches.film_init_on_fresh = FilmInitOnFresh::Wastes;
    bench.order(2, &LOAD);
    bench.answer_now().unwrap();
    assert_eq!(bench.ask(&TEST), 0x0002_D500, "the film winds, too");
}

#[test]
fn answers_come_in_order_with_their_sequence_however_many_wait() {
    let mut bench = Bench::new(Switches::default());
    let mut sent = vec![bench.order(4, &LOAD)];
    for value in [1, 2, 4, 8] {
        bench.sequence += 1;
        let bytes = plane_message(bench.sequence, value, &[3; PLANE]);
        bench.send(&bytes);
        sent.push(bench.sequence);
    }
    for order in [PRINT, EJECT, TEST] {
        sent.push(bench.order(0, &order));
    }
    assert_eq!(bench.answer_now(), None, "the load blocks the rest");
    let mut got = Vec::new();
    while let Some(answer) = bench.answer() {
        assert_eq!(answer.result, 0);
        got.push(answer.sequence);
    }
    assert_eq!(got, sent);
    assert_eq!(bench.card(1).looks(), Looks::Whole);
}

#[test]
fn motions_out_of_order_are_refused_and_move_nothing() {
    let mut bench = Bench::new(Switches::default());
    let sequence = 0x0005_2A00;
    for (order, told) in [
        (&[4, 2, 0, 4][..], sequence),
        (&[4, 2, 0, 5], sequence),
        (&PARK, sequence),
        (&REJECT, sequence),
        (&EJECT, sequence),
        (&[6, 2, 0, 0], sequence),
        (&PRINT, sequence),
        (&[6, 2, 0, 0x40], 0x0005_2700),
        (&[6, 2, 0, 0x6F], 0x0005_2700),
        (&[6, 2, 0, 0x10], 0x0005_2700),
        (&[6, 2, 0x40, 0x0F], 0x0005_2400),
        (&[0x0A, 2, 0x10, 0], sequence),
        (&[0x0A, 2, 0x20, 0], 0x0005_2400),
        (&[4, 2, 0x01, 0], 0x0005_2400),
        (&[5, 2, 0, 6], 0x0005_2600),
        (&[7, 2, 0, 4], 0x0005_2600),
        (&[0x0B, 2, 0, 0], 0x0005_2000),
        (&[0x0B, 0, 0, 0], 0x0005_2000),
        (&[1, 4, 0, 0, 0, 0, 0, 0], 0x0005_1A00),
        (&[4, 9, 0, 0], 0x0005_1A00),
        (&[4, 2, 0, 0, 0, 0, 0, 0], 0x0005_1A00),
    ] {
        assert_eq!(bench.ask(order), told, "{order:02X?}");
    }
    assert_eq!(bench.printer.mechanism().picked(), 0);
    bench.ok(&[LOAD]);
    assert_eq!(bench.ask(&LOAD), sequence, "a card is inside");
    assert_eq!(bench.printer.counters.shown.errors, 0);
}

#[test]
fn planes_of_another_size_or_for_no_buffer_are_refused_and_printed_ones_are_used_up() {
    let mut bench = Bench::new(Switches::default());
    assert_eq!(bench.plane(1, &[0; PLANE - 4]), 0x0005_1A00);
    assert_eq!(bench.plane(3, &[0; PLANE]), 0x0005_2700);
    bench.ok(&[LOAD]);
    bench.planes(1);
    bench.ok(&[PRINT]);
    assert_eq!(bench.ask(&PRINT), 0x0005_2A00, "its planes are used up");
    let mut second = plane_message(77, 8, &[1; PLANE]);
    second[17] = 1;
    bench.send(&second);
    assert_eq!(bench.answer().unwrap().result, 0);
    assert_eq!(bench.ask(&[6, 2, 0, 8]), 0x0005_2A00, "not in buffer 0");
    bench.ok(&[[6, 2, 0x20, 8]]);
    second[17] = 2;
    bench.send(&second);
    assert_eq!(bench.answer().unwrap().result, 0x0005_2600);
    let mut lies = plane_message(78, 8, &[1; PLANE]);
    lies[23] ^= 4;
    bench.send(&lies);
    assert_eq!(bench.answer().unwrap().result, 0x0005_1A00);
}

#[test]
fn both_public_job_starts_are_taken_and_a_job_start_comes_before_motions() {
    let mut bench = Bench::new(Switches::default());
    bench.disconnect();
    bench.printer.host_opened(bench.uptime);
    bench.answer().unwrap();
    assert_eq!(bench.ask(&TEST), 0);
    assert_eq!(bench.ask(&LOAD), 0x0005_2A00);
    for (bytes, told) in [(108, 0), (92, 0), (100, 0x0005_1A00)] {
        bench.send(&message(0xF200_0300, 2, 0x9999_9999, &vec![0xFF; bytes]));
        let answer = bench.answer().unwrap();
        assert_eq!((answer.result, answer.sequence), (told, 0x9999_9999));
    }
    bench.ok(&[LOAD]);
}
