//! Power, cable and stale answers, in every part of a card's way: no fault is told for them, and what the driver
//! learns afterwards is what the mechanism shows.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::evolis::Depth;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;

use crate::bench::{self, Cuts};
use crate::cards::{SMALL, check as whole_card, ktp};
use crate::evolis::{Duet, Make};
use crate::pictures::{self, front};

/// Every part of a rejected or ejected card's way, and the request that is in flight in it.
const WAY: [(Step, Stage); 10] = [
    (Step::Feed, Stage::Feed),
    (Step::Station, Stage::Feed),
    (Step::Park, Stage::Park),
    (Step::Panel(0), Stage::Face),
    (Step::Panel(1), Stage::Face),
    (Step::Panel(2), Stage::Face),
    (Step::Panel(3), Stage::Finish),
    (Step::Panel(4), Stage::Finish),
    (Step::Eject, Stage::Eject),
    (Step::Reject, Stage::Reject),
];
/// How far into that part, per thousand.
const PERMILLE: [u16; 4] = [0, 250, 600, 999];

fn struck(step: Step, permille: u16, strike: Strike, serial: bool) -> Duet {
    let mut make = Make::new("evolis-primacy");
    make.plan = bench::struck(step, permille, strike);
    if serial { make.serial() } else { make }.duet()
}

/// Asks for a whole card, ejected or rejected, up to the first answer that is not `Done`. What is told as done is
/// what the mechanism shows.
fn run(duet: &mut Duet, rejects: bool, about: &str) -> Option<(Stage, Answer)> {
    let image = Arc::new(front(pictures::side(SMALL.0, SMALL.1, 0)));
    let last = if rejects { Stage::Reject } else { Stage::Eject };
    let way = [
        (Stage::Feed, Request::Prepare(ktp())),
        (Stage::Feed, Request::Do(Stage::Feed)),
        (Stage::Park, Request::Do(Stage::Park)),
        (Stage::Face, Request::Load(image)),
        (Stage::Face, Request::Do(Stage::Face)),
        (Stage::Finish, Request::Do(Stage::Finish)),
        (last, Request::Do(last)),
    ];
    for (stage, request) in way {
        match duet.ask(request) {
            Answer::Done(told) => {
                let inside = !duet.firmware.mechanism().inside().is_empty();
                assert!(
                    told.place.inside().is_none_or(|told| told == inside),
                    "{about}: {told:?}"
                );
                let (cards, panels) = duet.counts();
                assert!(
                    told.cards.is_none_or(|told| told == cards),
                    "{about}: {told:?}"
                );
                assert!(
                    told.panels.is_none_or(|told| told == panels),
                    "{about}: {told:?}"
                );
            }
            other @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => {
                return Some((stage, other));
            }
        }
    }
    None
}

/// After the strike: the truth is learnt, the card goes where its verdict sends it, and the next one is whole.
fn recover(duet: &mut Duet, after: Stage, power: Power, about: &str) {
    let heard = duet.done(Request::Listen { after: Some(after) });
    assert_eq!(heard.power, power, "{about}");
    assert!(
        matches!(heard.wake, Wake::Awake | Wake::Woken),
        "{about}: {heard:?}"
    );
    let apart = Duration::from_secs(5);
    let seen = duet.done(Request::Examine { apart });
    let inside = !duet.firmware.mechanism().inside().is_empty();
    assert_eq!(seen.place.inside(), Some(inside), "{about}");
    let (cards, panels) = duet.counts();
    assert_eq!(
        (seen.cards, seen.panels),
        (Some(cards), Some(panels)),
        "{about}"
    );
    assert!(seen.settled, "{about}");
    assert!(
        duet.firmware.mechanism().picked() <= 1,
        "{about}: no second card"
    );
    if inside {
        duet.done(Request::Do(Stage::Reject));
    }
    duet.hand(Hand::EmptyReject);
    let image = front(pictures::side(SMALL.0, SMALL.1, 1));
    whole_card(duet, ktp(), &image, Depth::default());
}

fn everywhere(
    strike: Strike,
    serial: bool,
    mut after: impl FnMut(&mut Duet, Stage, Option<Answer>, &str),
) {
    for (step, stage) in WAY {
        for permille in PERMILLE {
            let about = format!("{strike:?} at {permille} of {step:?}, serial {serial}");
            let mut duet = struck(step, permille, strike, serial);
            let told = run(&mut duet, stage == Stage::Reject, &about);
            let (stage, answer) = match told {
                Some((stage, answer)) => (stage, Some(answer)),
                None => (stage, None),
            };
            after(&mut duet, stage, answer, &about);
        }
    }
}

#[test]
fn power_that_goes_and_comes_back_is_told_as_lost() {
    for serial in [false, true] {
        everywhere(
            Strike::PowerDip(3000),
            serial,
            |duet, stage, answer, about| {
                match answer {
                    // A serial line stays up, and nobody answers.
                    Some(Answer::Silent { .. }) => assert!(serial, "{about}"),
                    Some(Answer::Lost) => assert!(!serial, "{about}"),
                    other @ (Some(Answer::Done(_) | Answer::Fault(..)) | None) => {
                        panic!("{about}: {other:?}")
                    }
                }
                duet.pass(Duration::from_secs(5));
                recover(duet, stage, Power::Lost, about);
            },
        );
    }
}

#[test]
fn power_that_stays_away_is_lost_until_a_hand_comes() {
    everywhere(Strike::PowerCut, false, |duet, stage, answer, about| {
        assert_eq!(answer, Some(Answer::Lost), "{about}");
        let listens = Request::Listen { after: Some(stage) };
        assert_eq!(duet.ask(listens), Answer::Lost, "{about}: nobody is there");
        duet.hand(Hand::PowerOn);
        recover(duet, stage, Power::Lost, about);
    });
}

#[test]
fn a_cable_that_is_pulled_is_lost_and_the_power_is_kept() {
    for serial in [false, true] {
        everywhere(Strike::CablePulled, serial, |duet, stage, answer, about| {
            assert_eq!(answer, Some(Answer::Lost), "{about}");
            duet.pass(Duration::from_secs(30));
            duet.hand(Hand::PlugIn);
            recover(duet, stage, Power::Kept, about);
        });
    }
}

#[test]
fn a_stale_answer_makes_nobody_believe_what_is_not_so() {
    for serial in [false, true] {
        everywhere(Strike::StaleAnswer, serial, |duet, stage, answer, about| {
            match answer {
                Some(Answer::Fault(fault, _)) => assert_eq!(fault, Fault::OutOfStep, "{about}"),
                None => {}
                other @ Some(Answer::Done(_) | Answer::Silent { .. } | Answer::Lost) => {
                    panic!("{about}: {other:?}")
                }
            }
            recover(duet, stage, Power::Kept, about);
        });
    }
}

/// What is asked before anything that lays dye or ends the sequence.
const STILL_THERE: &[u8] = b"\x1BRem\r\x1BRlr;p\r";

/// A card at the print start whose first plane is loaded.
fn loaded(dots: (usize, usize), serial: bool) -> Duet {
    let mut make = Make::new("evolis-primacy");
    make.dots = Some(dots);
    let mut duet = if serial { make.serial() } else { make }.duet();
    let image = Arc::new(front(pictures::side(dots.0, dots.1, 0)));
    for request in [
        Request::Prepare(ktp()),
        Request::Do(Stage::Feed),
        Request::Do(Stage::Park),
        Request::Load(image),
    ] {
        duet.done(request);
    }
    duet
}

/// A fault is told when the printer has heard so many bytes of the second plane; the rest comes later.
fn told_in_mid_plane(dots: (usize, usize), byte: u64, serial: bool) -> Vec<Event> {
    let mut duet = loaded(dots, serial);
    let before_plane = duet.cable.taken_total() + STILL_THERE.len() as u64;
    duet.cuts_to_printer = Cuts::from(duet.cable.taken_total(), [before_plane + byte]);
    duet.noise
        .insert(before_plane + byte, b"COVER OPEN\0".to_vec());
    duet.records = true;
    let earlier = duet.news.len();
    let (fault, evidence) = duet.fault(Request::Do(Stage::Face));
    assert_eq!(fault, Fault::CoverOpen, "byte {byte}");
    assert_eq!(evidence.place, Place::Path, "byte {byte}");
    let heard = duet.heard_by_printer.as_slice();
    let plane = heard.strip_prefix(STILL_THERE).expect("asked first");
    assert!(plane.starts_with(b"\x1BDb;m;"), "byte {byte}");
    let told = duet.done(Request::Status);
    let seen = (told.place, told.lid_open);
    assert_eq!(
        seen,
        (Place::Path, Some(false)),
        "byte {byte}: it is not deaf"
    );
    duet.news.split_off(earlier)
}

#[test]
fn a_fault_told_in_mid_picture_lets_the_picture_end_and_the_printer_is_not_deaf() {
    let plane = 24 * 16 * 7 / 8;
    for byte in 1..plane {
        told_in_mid_plane((24, 16), byte, byte % 2 == 0);
    }
    // A plane that the cable cannot hold: the fault is told at once, while bytes still wait to go out.
    for byte in [1, 13, 14, 100, 1000, 3000] {
        let news = told_in_mid_plane((128, 64), byte, false);
        assert_eq!(news[0], Event::Fault(Fault::CoverOpen), "byte {byte}");
    }
}

#[test]
fn a_fault_told_among_the_questions_lets_no_plane_go_and_nothing_false_be_believed() {
    for (byte, stage) in (1..=STILL_THERE.len() as u64)
        .flat_map(|byte| [Stage::Face, Stage::Finish].map(|stage| (byte, stage)))
    {
        for serial in [false, true] {
            let about = format!("byte {byte} of {stage:?}, serial {serial}");
            let mut duet = loaded((24, 16), serial);
            if stage == Stage::Finish {
                duet.done(Request::Do(Stage::Face));
            }
            let (cards, panels) = duet.counts();
            let heard = duet.cable.taken_total();
            duet.cuts_to_printer = Cuts::from(heard, [heard + byte]);
            duet.noise.insert(heard + byte, b"COVER OPEN\0".to_vec());
            duet.records = true;
            let (fault, told) = duet.fault(Request::Do(stage));
            assert_eq!(fault, Fault::CoverOpen, "{about}");
            assert_ne!(told.place, Place::Empty, "{about}");
            assert!(told.cards.is_none_or(|told| told == cards), "{about}");
            if stage == Stage::Face {
                assert!(told.panels.is_none_or(|told| told == panels), "{about}");
            }
            let asked = duet.heard_by_printer.split(|byte| *byte == b'\r');
            // The last one may have been heard in part.
            let questions = asked
                .map(|text| &text[..text.len().min(2)])
                .all(|begins| b"\x1BR".starts_with(begins));
            assert!(questions, "{about}: no plane and no move");
            duet.pass(Duration::from_secs(20));
            recover(&mut duet, stage, Power::Kept, &about);
        }
    }
}

#[test]
fn a_card_pulled_out_behind_the_questions_is_a_mechanical_timeout_and_no_other_is_taken() {
    for serial in [false, true] {
        let mut duet = loaded((24, 16), serial);
        duet.done(Request::Do(Stage::Face));
        duet.pass(Duration::from_secs(20));
        let heard = duet.cable.taken_total();
        duet.cuts_to_printer = Cuts::from(heard, [heard + STILL_THERE.len() as u64]);
        duet.begin(Request::Do(Stage::Finish));
        // The end rests on the cable, and its questions are answered.
        duet.pass(Duration::from_millis(50));
        assert!(duet.cuts_to_printer.spent(), "serial {serial}");
        duet.take_inside();
        let Answer::Fault(fault, evidence) = duet.until_answered() else {
            panic!("serial {serial}: nothing is there to be ended");
        };
        assert_eq!(fault, Fault::MechanicalTimeout, "serial {serial}");
        assert_eq!(evidence.place, Place::Empty, "serial {serial}");
        assert_eq!(duet.firmware.mechanism().picked(), 1, "serial {serial}");
        recover(&mut duet, Stage::Finish, Power::Kept, "pulled out");
    }
}
