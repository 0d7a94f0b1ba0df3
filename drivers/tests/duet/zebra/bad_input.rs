//! A printer that answers the wrong question, late, twice, floods, stops in mid-frame, is another model, resets its
//! counters, or says that it is ready with a card inside. Each answer of a card's way is twisted once; the job is
//! played to its end and leaves one whole card.

use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{Blank, CardPlace, Looks, RibbonKind};

use super::attempt::Job;
use super::cards::{both_sides, check, colour, colour_and_black, held, setup};
use super::{Make, P330I, P430I};
use crate::bench::Twist;

/// The counters' text with so many passes.
fn counters(passes: u64) -> Vec<u8> {
    format!("Cpt imp:{passes:08} next clean Prn:00005000 nb pass:5\r\x06").into_bytes()
}

/// What a printer and its line make of one answer.
type Made = fn(Vec<u8>) -> Vec<(Duration, Vec<u8>)>;

/// The printers: what they answer, and over what.
fn rooms() -> Vec<(Make, Setup, CardImage)> {
    let mut duplex = Make::new(P430I).canary();
    duplex.profile.ribbon = RibbonKind::Ymckok;
    vec![
        (Make::new(P330I), held(), colour(1)),
        (Make::new(P330I), setup(Ribbon::Ymcko), colour(1)),
        (Make::new(P330I).canary().serial(), held(), colour(1)),
        (duplex, both_sides(), colour_and_black(1)),
    ]
}

/// Twists the so-manieth answer, from 0, and tells the others as they are.
fn the(which: usize, made: Made) -> Twist {
    let mut told = 0;
    Box::new(move |said| {
        told += 1;
        if told == which + 1 {
            made(said)
        } else {
            vec![(Duration::ZERO, said)]
        }
    })
}

/// Plays a job for every answer that is twisted so. Returns how many were in doubt.
fn every_answer(about: &str, made: Made) -> usize {
    let mut doubted = 0;
    for room in 0..rooms().len() {
        let answers = {
            let (make, setup, image) = rooms().swap_remove(room);
            let mut duet = make.duet();
            duet.records = true;
            check(&mut duet, setup, &image);
            duet.texts().len()
                + duet
                    .heard_by_printer
                    .windows(3)
                    .filter(|w| w == b"\x1BGS")
                    .count()
        };
        for which in 0..answers {
            let about = format!("{about}: answer {which} of room {room}");
            let (make, setup, image) = rooms().swap_remove(room);
            let mut duet = make.duet();
            duet.twist = Some(the(which, made));
            let mut job = Job::new(&duet, setup, &image);
            job.play(&mut duet, &about);
            doubted += usize::from(!job.troubles.is_empty());
            let picked = duet.firmware.mechanism().picked();
            assert!(picked as usize <= job.troubles.len() + 1, "{about}");
        }
    }
    doubted
}

#[test]
fn an_answer_to_another_question_prints_nothing_twice() {
    let wrong: [(&str, Made); 8] = [
        ("06", |_| vec![(Duration::ZERO, vec![0x06])]),
        ("feeder empty", |_| {
            vec![(Duration::ZERO, b"\x1504\x04".to_vec())]
        }),
        ("a jam", |_| vec![(Duration::ZERO, b"\x1503\x04".to_vec())]),
        ("a parameter", |_| {
            vec![(Duration::ZERO, b"\x1510\x04".to_vec())]
        }),
        ("no card in the encoder", |_| {
            vec![(Duration::ZERO, b"\x1506\x04".to_vec())]
        }),
        ("the canary", |_| {
            vec![(Duration::ZERO, b"~\r\x06".to_vec())]
        }),
        ("counters", |_| vec![(Duration::ZERO, counters(3))]),
        ("nonsense", |_| {
            vec![(Duration::ZERO, b"\xFF\x00%$\x04".to_vec())]
        }),
    ];
    for (about, made) in wrong {
        assert!(every_answer(about, made) > 10, "{about}");
    }
}

#[test]
fn a_late_answer_prints_nothing_twice() {
    let late: [(&str, Made); 4] = [
        ("2 s late", |said| vec![(Duration::from_secs(2), said)]),
        ("4 s late", |said| vec![(Duration::from_secs(4), said)]),
        ("20 s late", |said| vec![(Duration::from_secs(20), said)]),
        ("95 s late", |said| vec![(Duration::from_secs(95), said)]),
    ];
    let doubted = late.map(|(about, made)| every_answer(about, made));
    assert_eq!(doubted[0], 0, "within its limit");
    assert!(doubted[3] > 100, "{doubted:?}");
}

#[test]
fn an_answer_that_never_comes_prints_nothing_twice() {
    assert!(every_answer("never", |_| Vec::new()) > 100);
}

#[test]
fn an_answer_that_comes_twice_prints_nothing_twice() {
    let twice: [(&str, Made); 4] = [
        ("at once", |said| {
            vec![(Duration::ZERO, [said.clone(), said].concat())]
        }),
        ("after 10 ms", |said| {
            vec![
                (Duration::ZERO, said.clone()),
                (Duration::from_millis(10), said),
            ]
        }),
        ("after 1 s", |said| {
            vec![
                (Duration::ZERO, said.clone()),
                (Duration::from_secs(1), said),
            ]
        }),
        ("after 30 s", |said| {
            vec![
                (Duration::ZERO, said.clone()),
                (Duration::from_secs(30), said),
            ]
        }),
    ];
    for (about, made) in twice {
        every_answer(about, made);
    }
    assert!(every_answer("at once", twice[0].1) > 50, "it is seen");
}

#[test]
fn a_flood_prints_nothing_twice_and_ends() {
    let floods: [(&str, Made); 4] = [
        ("of 06", |said| {
            vec![(Duration::ZERO, [said, vec![0x06; 20_000]].concat())]
        }),
        ("of 15", |said| {
            vec![(Duration::ZERO, [said, vec![0x15; 20_000]].concat())]
        }),
        ("of text", |said| {
            vec![(Duration::ZERO, [said, vec![b'x'; 20_000]].concat())]
        }),
        ("of counters", |said| {
            vec![(Duration::ZERO, [said, counters(5).repeat(400)].concat())]
        }),
    ];
    for (about, made) in floods {
        assert!(every_answer(about, made) > 10, "{about}");
    }
}

#[test]
fn a_frame_that_stops_in_its_middle_prints_nothing_twice() {
    let cut: [(&str, Made); 3] = [
        ("half", |said| {
            vec![(Duration::ZERO, said[..said.len() / 2].to_vec())]
        }),
        ("half, the rest after 5 s", |said| {
            let (one, other) = said.split_at(said.len() / 2);
            vec![
                (Duration::ZERO, one.to_vec()),
                (Duration::from_secs(5), other.to_vec()),
            ]
        }),
        ("NAK alone", |_| vec![(Duration::ZERO, b"\x150".to_vec())]),
    ];
    for (about, made) in cut {
        assert!(every_answer(about, made) > 10, "{about}");
    }
}

#[test]
fn counters_that_are_reset_or_jump_print_nothing_twice() {
    fn is_counters(said: &[u8]) -> bool {
        said.starts_with(b"Cpt")
    }
    let resets: [(&str, Made); 3] = [
        ("reset", |said| {
            let said = if is_counters(&said) {
                counters(0)
            } else {
                said
            };
            vec![(Duration::ZERO, said)]
        }),
        ("jump", |said| {
            let said = if is_counters(&said) {
                counters(99_999)
            } else {
                said
            };
            vec![(Duration::ZERO, said)]
        }),
        ("one more", |said| {
            let said = if is_counters(&said) {
                counters(6)
            } else {
                said
            };
            vec![(Duration::ZERO, said)]
        }),
    ];
    for (about, made) in resets {
        assert!(every_answer(about, made) >= 4, "{about}");
    }
}

#[test]
fn a_printer_that_is_another_model_is_told_before_a_card_or_prints_its_card() {
    // Told to flip, and cannot: nothing is fed.
    let mut make = Make::new(P430I);
    make.really(P330I);
    let mut duet = make.duet();
    duet.done(Request::Prepare(held()));
    let (fault, _) = duet.fault(Request::Load(std::sync::Arc::new(colour(1))));
    assert_eq!(fault, Fault::UnknownCommand);
    assert_eq!(duet.firmware.mechanism().picked(), 0);
    // Told to be the smaller one: it does what that one can.
    let mut make = Make::new(P330I);
    make.really(P430I);
    let mut duet = make.duet();
    check(&mut duet, held(), &colour(2));
    let duplex = duet.ask(Request::Prepare(both_sides()));
    assert!(matches!(duplex, Answer::Fault(Fault::OptionAbsent, _)));
}

#[test]
fn a_printer_that_is_ready_with_a_card_inside_prints_on_it_once_and_takes_no_other() {
    for canary in [false, true] {
        let make = Make::new(P330I);
        let make = if canary { make.canary() } else { make };
        let mut duet = make.duet();
        let blank = Blank::default();
        for hand in [Hand::OpenLid, Hand::PutBlank { blank }, Hand::CloseLid] {
            duet.hand(hand);
        }
        let inside = duet.firmware.mechanism().inside()[0].0;
        let mut job = Job::new(&duet, held(), &colour(3));
        job.play(&mut duet, "a blank inside");
        assert!(job.troubles.is_empty(), "{:?}", job.troubles);
        duet.assert_card(inside, CardPlace::Output, Looks::Whole);
        assert_eq!(duet.good_cards(), [inside]);
    }
}

#[test]
fn an_eject_that_does_nothing_is_believed_for_the_printer_tells_no_place() {
    let mut duet = Make::new(P330I).duet();
    duet.script("MO", &[0x06]);
    let mut job = Job::new(&duet, held(), &colour(4));
    job.play(&mut duet, "an eject that does nothing");
    assert_eq!(duet.card(1).place, CardPlace::PrintStart);
    // Whoever fetches the card finds none in the tray, looks inside, and takes it: the job has its one card.
    duet.take_inside();
    let mut next = Job::new(&duet, held(), &colour(5));
    next.play(&mut duet, "the next one");
    assert_eq!(duet.good_cards(), [1, 2]);
}
