//! Wherever a stream is cut in two, with time passing between, both sides come to the same: the same events, the
//! same cards.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::zebra::Replies;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, RibbonKind};
use cetak_firmware_sims::zebra::Replies as Ports;
use proptest::prelude::*;

use super::cards::{both_sides, chip, held, held_with};
use super::{Duet, EXAMINE, Make, P330I, P430I, Zebra};
use crate::bench::{Cuts, blanks, struck};
use crate::pictures::{self, front};
use crate::story::Story;

/// Lines and columns of the reduced picture.
const REDUCED: (usize, usize) = (8, 16);

fn small(model: &'static str) -> Make {
    let mut make = Make::new(model);
    make.dots = Some(REDUCED);
    make
}

fn two_sided() -> Make {
    let mut make = small(P430I);
    make.profile.ribbon = RibbonKind::Ymckok;
    make
}

fn colour() -> Arc<CardImage> {
    Arc::new(front(pictures::side(REDUCED.0, REDUCED.1, 1)))
}

fn two_sides() -> Arc<CardImage> {
    let (lines, columns) = REDUCED;
    Arc::new(CardImage {
        front: pictures::side(lines, columns, 2),
        back: Some(pictures::mono(lines, columns, 3)),
    })
}

fn whole(duet: &mut Duet, setup: Setup, image: Arc<CardImage>) {
    for request in duet.card_requests(setup, image) {
        duet.done(request);
    }
}

fn loaded(duet: &mut Duet, setup: Setup, image: Arc<CardImage>) {
    duet.done(Request::Prepare(setup));
    duet.done(Request::Load(image));
}

fn listen_and_examine(duet: &mut Duet, after: Option<Stage>) -> (Evidence, Evidence) {
    let heard = duet.done(Request::Listen { after });
    (heard, duet.done(EXAMINE))
}

/// Every transaction of the language at least once.
const STORIES: &[Story<Zebra>] = &[
    Story {
        name: "a held card with every question",
        make: || {
            let mut make = small(P330I).canary();
            make.profile = make.profile.with_encoder();
            make.options.knows_p = true;
            make
        },
        tell: |duet| {
            whole(duet, held(), colour());
            duet.done(Request::Status);
            duet.done(Request::Identify);
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "two sides, in plain forms",
        make: || {
            let mut make = two_sided();
            make.options.compression = false;
            make
        },
        tell: |duet| {
            whole(duet, both_sides(), two_sides());
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "the chip first, and a reject",
        make: || two_sided().docked(),
        tell: |duet| {
            let setup = chip(both_sides());
            duet.done(Request::Prepare(setup));
            duet.done(Request::Do(Stage::Feed));
            duet.done(Request::Do(Stage::Park));
            duet.done(Request::Load(two_sides()));
            duet.done(Request::Do(Stage::Face));
            duet.done(Request::Do(Stage::Reject));
            duet.assert_card(1, CardPlace::Reject, Looks::Part);
        },
    },
    Story {
        name: "an empty feeder, cleared, proved and filled",
        make: || small(P330I).canary(),
        tell: |duet| {
            duet.hand(Hand::Unload);
            loaded(duet, held(), colour());
            let fault = duet.fault(Request::Do(Stage::Finish)).0;
            assert_eq!(fault, Fault::FeederEmpty);
            listen_and_examine(duet, Some(Stage::Finish));
            duet.done(Request::Do(Stage::Clear));
            let (_, seen) = listen_and_examine(duet, Some(Stage::Finish));
            assert_eq!(seen.panels, Some(0));
            duet.hand(Hand::Load { blanks: blanks(1) });
            whole(duet, held(), colour());
            duet.assert_card(9, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "a host that dies while the string runs, and its card ejected",
        make: || small(P330I).canary().serial(),
        tell: |duet| {
            loaded(duet, held(), colour());
            duet.begin(Request::Do(Stage::Finish));
            duet.pass(Duration::from_secs(9));
            duet.restart();
            let (heard, seen) = listen_and_examine(duet, Some(Stage::Finish));
            assert_eq!((heard.last, seen.panels), (LastAnswer::Ok, Some(5)));
            assert_eq!(seen.power, Power::Kept);
            duet.done(Request::Do(Stage::Eject));
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "half a string on a serial line",
        make: || small(P330I).serial(),
        tell: |duet| {
            loaded(duet, held(), colour());
            duet.begin(Request::Do(Stage::Finish));
            duet.die_after(30);
            let (heard, seen) = listen_and_examine(duet, Some(Stage::Finish));
            assert_eq!((heard.last, seen.panels), (LastAnswer::Unknown, Some(0)));
        },
    },
    Story {
        name: "a download that stalls",
        make: || small(P330I),
        tell: |duet| {
            duet.done(Request::Prepare(held()));
            duet.begin(Request::Load(colour()));
            duet.die_after(150);
            listen_and_examine(duet, None);
            duet.done(Request::Do(Stage::Clear));
            whole(duet, held(), colour());
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "a lid that opens, a doubt, and the next card",
        make: || {
            let mut make = small(P330I).serial();
            make.plan = struck(Step::Panel(1), 500, Strike::LidOpens);
            make
        },
        tell: |duet| {
            loaded(duet, held(), colour());
            let fault = duet.fault(Request::Do(Stage::Finish)).0;
            assert_eq!(fault, Fault::CoverOpen);
            for hand in [Hand::TakeInside, Hand::CloseLid] {
                duet.hand(hand);
            }
            let after = Some(Stage::Finish);
            assert!(matches!(
                duet.ask(Request::Listen { after }),
                Answer::Fault(Fault::CoverOpen, _)
            ));
            duet.done(EXAMINE);
            duet.done(Request::Do(Stage::Clear));
            whole(duet, held(), colour());
            duet.assert_card(2, CardPlace::Output, Looks::Whole);
        },
    },
];

#[test]
fn every_transaction_is_cut_behind_every_byte_of_both_directions() {
    let cuts: u64 = STORIES.iter().map(Story::check_everywhere).sum();
    assert!(cuts > 3000, "{cuts} places");
}

#[test]
fn what_nobody_answers_is_cut_behind_every_byte() {
    let story = Story {
        name: "resin alone that nobody answers",
        make: || {
            let mut make = two_sided();
            make.profile.ribbon = RibbonKind::K;
            make.switches.replies = Ports::None;
            make.options.replies = Replies::OneWay;
            make.options.single_card = true;
            make
        },
        tell: |duet| {
            let (lines, columns) = REDUCED;
            let image = CardImage {
                front: pictures::mono(lines, columns, 4),
                back: Some(pictures::mono(lines, columns, 5)),
            };
            let setup = Setup {
                duplex: true,
                ..held_with(Ribbon::K)
            };
            whole(duet, setup, Arc::new(image));
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    };
    let there = story.check_to_printer();
    assert!(there > 200, "{there} places");
}

#[test]
fn whole_pictures_are_cut_at_many_places() {
    let story = Story {
        name: "pictures of the card's size on two sides",
        make: || {
            let mut make = two_sided();
            make.dots = Some((1024, 640));
            make
        },
        tell: |duet| {
            whole(duet, both_sides(), whole_picture());
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    };
    let (uncut, heard) = story.run(Cuts::default(), Cuts::default());
    let end = heard.heard_by_printer.len() as u64;
    assert!(end > 1_000_000, "{end} bytes");
    // No two runs cut at the same places, and none at the ends of pieces that the cable makes.
    for run in 1..=4_u64 {
        let cuts = (run * 997..end).step_by(7919 + usize::try_from(run).unwrap());
        let (cut, _) = story.run(Cuts::at(cuts), Cuts::default());
        assert!(cut == uncut, "run {run}");
    }
}

/// Made once: it is the same in every run.
fn whole_picture() -> Arc<CardImage> {
    static PICTURE: std::sync::OnceLock<Arc<CardImage>> = std::sync::OnceLock::new();
    let make = || {
        Arc::new(CardImage {
            front: pictures::side(1024, 640, 2),
            back: Some(pictures::mono(1024, 640, 3)),
        })
    };
    Arc::clone(PICTURE.get_or_init(make))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_in_both_directions_at_once_change_nothing(
        story in 0..STORIES.len(),
        there in proptest::collection::btree_set(1..400_u64, 0..40),
        back in proptest::collection::btree_set(1..20_u64, 0..15),
    ) {
        let story = &STORIES[story];
        let (uncut, _) = story.run(Cuts::default(), Cuts::default());
        let (cut, _) = story.run(Cuts::at(there), Cuts::at(back));
        prop_assert_eq!(cut, uncut);
    }

    #[test]
    fn noise_on_the_line_leaves_one_answer_a_request_and_no_second_card(
        noise in proptest::collection::vec((0..900_u64, any_noise()), 1..6),
        serial in any::<bool>(),
    ) {
        let make = small(P330I).canary();
        let mut duet = if serial { make.serial() } else { make }.duet();
        duet.noise = noise.into_iter().collect();
        for request in duet.card_requests(held(), colour()) {
            if !matches!(duet.ask(request), Answer::Done(_)) {
                break;
            }
        }
        duet.noise.clear();
        duet.pass(Duration::from_secs(60));
        let heard = duet.ask(Request::Listen { after: Some(Stage::Finish) });
        prop_assert!(matches!(heard, Answer::Done(_) | Answer::Fault(..)), "{heard:?}");
        let seen = duet.done(EXAMINE);
        prop_assert_eq!(seen.panels, Some(duet.passes()));
        prop_assert!(duet.firmware.mechanism().picked() <= 1);
        prop_assert!(duet.good_cards().len() <= 1);
    }
}

/// Bytes that nobody sent, or an answer that nobody asked for.
fn any_noise() -> impl Strategy<Value = Vec<u8>> {
    let answers: [&[u8]; 7] = [
        b"\x06",
        b"\x15",
        b"\x1503\x04",
        b"\x1504\x04",
        b"\x1506\x04",
        b"Cpt imp:00000005 next clean Prn:00005000 nb pass:5\r\x06",
        b"~\r\x06",
    ];
    prop_oneof![
        any::<Vec<u8>>(),
        (0..answers.len()).prop_map(move |at| answers[at].to_vec()),
    ]
}
