//! Wherever a stream is cut in two, with time passing between, both sides come to the same: the same events, the
//! same cards. Every transaction of both languages is cut on a card of two lines: behind every byte
//! that is no picture, at both ends of every plane, and at places between them.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::magicard::Transport;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::magicard::HalfPayload;
use cetak_firmware_sims::mechanism::{CardPlace, Looks};

use super::bench::{Duet, Magicard, Make};
use super::cards::{colour, setup};
use super::room::off_and_on;
use crate::bench::{Cuts, blanks, struck};
use crate::pictures::{self, front};
use crate::story::Story;

/// Lines and columns of the reduced card.
const REDUCED: (usize, usize) = (2, 16);
/// Bytes between two cuts of a run that is cut in many places: an answer still comes within its time.
const APART: usize = 40;
/// Bytes of the first answers.
const ANSWERS: u64 = 250;
/// Bytes of the first questions behind a page.
const QUESTIONS: usize = 200;
/// Bytes at each end of a plane that are cut behind one by one.
const PLANE_ENDS: usize = 5;
/// Bytes between two cuts in the middle of a plane, and among repeated questions and answers.
const STRIDE: usize = 61;
/// Bytes behind each plane.
const TRAILER: usize = 3;

/// Cuts behind every so-manieth of the places; gives how many that were.
fn check_everywhere(story: &Story<Magicard>, step: usize) -> usize {
    let name = story.name;
    let (whole, heard) = story.run(Cuts::default(), Cuts::default());
    let there = heard.heard_by_printer.len() as u64;
    let back = heard.heard_by_host.len() as u64;
    assert!(there > 50 && back > 10, "{name}");
    let places = places(&heard.heard_by_printer);
    let answers: Vec<u64> = answers(back).collect();
    for at in places.iter().step_by(step).copied() {
        let (cut, _) = story.run(Cuts::at([at]), Cuts::default());
        assert!(cut == whole, "{name}: cut behind byte {at} to the printer");
    }
    for at in answers.iter().step_by(step).copied() {
        let (cut, _) = story.run(Cuts::default(), Cuts::at([at]));
        assert!(cut == whole, "{name}: cut behind byte {at} to the host");
    }
    // Many cuts make a printer be asked less often while it is busy, so that the last bytes may never come.
    for first in [1, 2, 3, 20] {
        let (cut, _) = story.run(
            Cuts::at((first..there / 2).step_by(APART)),
            Cuts::at((first..back / 2).step_by(APART)),
        );
        assert!(cut == whole, "{name}: many cuts, from {first}");
    }
    (places.len() + answers.len()) / step
}

/// Every byte of headers and questions, and of each plane both ends and every so-manieth byte between them.
fn places(heard: &[u8]) -> Vec<u64> {
    let mut skipped = vec![false; heard.len()];
    let mut at = 0;
    while let Some(begins) = heard[at..].windows(5).position(|five| five == b"\x01,NOC") {
        let header = at + begins;
        let ends = header
            + heard[header..]
                .iter()
                .position(|byte| *byte == 0x1C)
                .unwrap();
        let text = std::str::from_utf8(&heard[header..ends]).unwrap();
        at = ends + 1;
        let sizes = text.split(',').filter_map(|field| field.strip_prefix("SZ"));
        for size in sizes.map(|size| size[1..].parse::<usize>().unwrap()) {
            let middle = at + PLANE_ENDS..at + size - PLANE_ENDS;
            for skip in middle.filter(|byte| !byte.is_multiple_of(STRIDE)) {
                skipped[skip] = true;
            }
            at += size + TRAILER;
        }
    }
    // Behind the last page the same questions are put again and again.
    let again = (at + QUESTIONS).min(heard.len())..heard.len();
    for skip in again.filter(|byte| !byte.is_multiple_of(STRIDE)) {
        skipped[skip] = true;
    }
    (1..heard.len() as u64)
        .zip(&skipped[1..])
        .filter(|(_, skipped)| !**skipped)
        .map(|(at, _)| at)
        .collect()
}

/// Every byte of the first answers of either language, and of the same ones afterwards every so-manieth.
fn answers(heard: u64) -> impl Iterator<Item = u64> {
    (1..heard).filter(|at| *at < ANSWERS || at.is_multiple_of(STRIDE as u64))
}

fn reduced(model: &'static str) -> Make {
    let mut make = Make::new(model);
    make.dots = Some(REDUCED);
    make
}

fn small(model: &'static str) -> Make {
    reduced(model).ymcko()
}

fn picture() -> Arc<CardImage> {
    Arc::new(front(pictures::side(REDUCED.0, REDUCED.1, 1)))
}

fn begin(duet: &mut Duet, setup: Setup, image: Arc<CardImage>) {
    duet.done(Request::Prepare(setup));
    duet.done(Request::Load(image));
    duet.done(Request::Do(Stage::Face));
}

fn one_card(duet: &mut Duet) {
    begin(duet, colour(), picture());
    duet.done(Request::Do(Stage::Finish));
    duet.done(Request::Status);
    duet.done(Request::Identify);
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
}

fn two_sides(duet: &mut Duet) {
    let image = CardImage {
        front: pictures::side(REDUCED.0, REDUCED.1, 2),
        back: Some(pictures::mono(REDUCED.0, REDUCED.1, 3)),
    };
    let wanted = Setup {
        duplex: true,
        ..setup(Ribbon::Ymckok)
    };
    begin(duet, wanted, Arc::new(image));
    duet.done(Request::Do(Stage::Finish));
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
}

fn listen_and_examine(duet: &mut Duet, after: Stage) -> (Evidence, Answer) {
    let heard = duet.done(Request::Listen { after: Some(after) });
    let apart = Duration::from_secs(60);
    (heard, duet.ask(Request::Examine { apart }))
}

fn an_empty_hopper(duet: &mut Duet) {
    duet.hand(Hand::Unload);
    begin(duet, colour(), picture());
    duet.fault(Request::Do(Stage::Finish));
    let (heard, seen) = listen_and_examine(duet, Stage::Finish);
    assert_eq!(heard.wake, Wake::Awake);
    assert!(matches!(seen, Answer::Fault(..)), "{seen:?}");
    duet.done(Request::Do(Stage::Clear));
    duet.hand(Hand::Load { blanks: blanks(2) });
    begin(duet, colour(), picture());
    duet.done(Request::Do(Stage::Finish));
}

/// Every transaction of both languages at least once.
const STORIES: &[Story<Magicard>] = &[
    Story {
        name: "a card of an Enduro",
        make: || small("magicard-enduro"),
        tell: one_card,
    },
    Story {
        name: "a card of a Rio",
        make: || small("magicard-rio2"),
        tell: one_card,
    },
    Story {
        name: "a card over a socket",
        make: || small("magicard-enduro").over(Transport::Tcp),
        tell: one_card,
    },
    Story {
        name: "two sides of an Enduro+",
        make: || reduced("magicard-enduro-plus"),
        tell: two_sides,
    },
    Story {
        name: "two sides of a Tango over a socket",
        make: || reduced("magicard-tango2e").over(Transport::Tcp),
        tell: two_sides,
    },
    Story {
        name: "an Enduro whose hopper is empty",
        make: || small("magicard-enduro"),
        tell: an_empty_hopper,
    },
    Story {
        name: "a Rio whose hopper is empty, asked for the error's text",
        make: || {
            let mut make = small("magicard-rio2");
            make.options.asks_error = true;
            make
        },
        tell: an_empty_hopper,
    },
    Story {
        name: "a page that broke off and was given up",
        make: || {
            let mut make = small("magicard-enduro");
            make.switches.half_payload = HalfPayload::Timeout(30);
            make
        },
        tell: |duet| {
            begin(duet, colour(), picture());
            duet.restart();
            let (heard, seen) = listen_and_examine(duet, Stage::Face);
            assert_eq!(heard.wake, Wake::Awake);
            assert!(matches!(seen, Answer::Done(_)), "{seen:?}");
            one_card(duet);
        },
    },
    Story {
        name: "a page that broke off and is waited for, until the printer is switched off",
        make: || small("magicard-enduro"),
        tell: |duet| {
            begin(duet, colour(), picture());
            duet.restart();
            let (heard, seen) = listen_and_examine(duet, Stage::Face);
            assert_eq!(heard.wake, Wake::Deaf);
            assert!(matches!(seen, Answer::Done(_)), "{seen:?}");
            off_and_on(duet, "a page that waits");
            one_card(duet);
        },
    },
    Story {
        name: "a lid that opens in mid-card",
        make: || {
            let mut make = small("magicard-enduro");
            make.plan = struck(Step::Panel(1), 500, Strike::LidOpens);
            make
        },
        tell: |duet| {
            begin(duet, colour(), picture());
            duet.fault(Request::Do(Stage::Finish));
            duet.hand(Hand::CloseLid);
            listen_and_examine(duet, Stage::Finish);
            duet.done(Request::Do(Stage::Clear));
            duet.assert_card(1, CardPlace::Output, Looks::Part);
        },
    },
];

#[test]
fn every_transaction_is_cut_behind_every_byte_of_both_directions() {
    // Whole cards come first: what follows them sends the same pages once more.
    let whole_cards = 5;
    let cuts = STORIES.iter().enumerate().map(|(at, story)| {
        let step = if at < whole_cards { 1 } else { 3 };
        check_everywhere(story, step)
    });
    let cuts: usize = cuts.sum();
    assert!(cuts > 5_000, "{cuts} places");
}
