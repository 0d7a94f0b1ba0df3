//! Wherever a stream is cut in two, with time passing between, both sides come to the same: the same events, the
//! same cards. Small planes are cut behind every byte of both directions; whole ones at the headers, at both ends of
//! each plane and at seeded places in its middle.

use std::collections::BTreeSet;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Face, Looks};
use proptest::prelude::*;

use super::cards::{ktp, plain};
use super::wire::{PLANE, length, word};
use super::{Duet, MODELS, Make, XID8600, XID9300};
use crate::bench::{Cuts, struck};
use crate::pictures::{self, front};

/// Dots along both sides of the reduced picture.
const REDUCED: (usize, usize) = (8, 8);
/// Bytes at each end of a whole plane that are cut behind, a few at a time.
const ENDS: u64 = 16;
/// Seeded places in the middle of each whole plane.
const MIDDLES: usize = 16;
/// Cuts of one run in each whole plane.
const CUTS_A_RUN: usize = 12;

/// What a story came to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome {
    events: Vec<Event>,
    cards: Vec<(CardPlace, Looks, Face, Face)>,
    film_left: u32,
}

/// A printer, and what is done at it.
struct Story {
    name: &'static str,
    make: fn(&'static str) -> Make,
    tell: fn(&mut Duet),
}

impl Story {
    fn run(&self, model: &'static str, to_printer: Cuts, to_host: Cuts) -> (Outcome, Duet) {
        let mut duet = (self.make)(model).duet();
        duet.records = true;
        duet.cuts_to_printer = to_printer;
        duet.cuts_to_host = to_host;
        (self.tell)(&mut duet);
        let spent = duet.cuts_to_printer.spent() && duet.cuts_to_host.spent();
        assert!(spent, "{}: a cut lies behind the end", self.name);
        let mechanism = duet.firmware.mechanism();
        let cards = mechanism.cards().map(|card| {
            (
                card.place,
                card.looks(),
                card.front.clone(),
                card.back.clone(),
            )
        });
        let outcome = Outcome {
            events: duet.news.clone(),
            cards: cards.collect(),
            film_left: mechanism.film().unwrap().left,
        };
        (outcome, duet)
    }

    /// One run for each byte of each direction, and one cut behind every byte.
    fn check_everywhere(&self, model: &'static str) -> u64 {
        let about = format!("{model}: {}", self.name);
        let none = Cuts::default;
        let (whole, heard) = self.run(model, none(), none());
        let there = heard.heard_by_printer.len() as u64;
        let back = heard.heard_by_host.len() as u64;
        assert!(there > 300 && back > 200, "{about}: {there} {back}");
        for at in 1..there {
            let (cut, _) = self.run(model, Cuts::at([at]), none());
            assert!(cut == whole, "{about}: cut behind byte {at} to the printer");
        }
        for at in 1..back {
            let (cut, _) = self.run(model, none(), Cuts::at([at]));
            assert!(cut == whole, "{about}: cut behind byte {at} to the host");
        }
        let (cut, _) = self.run(model, Cuts::at(1..there), none());
        assert!(cut == whole, "{about}: every byte to the printer alone");
        let (cut, _) = self.run(model, none(), Cuts::at(1..back));
        assert!(cut == whole, "{about}: every byte to the host alone");
        there + back
    }
}

fn small(model: &'static str) -> Make {
    let mut make = Make::new(model);
    make.dots = Some(REDUCED);
    // A job start that comes byte by byte, each behind a rest, takes longer than its answer may.
    make.options.limits.short = std::time::Duration::from_secs(60);
    make
}

fn image(person: usize) -> std::sync::Arc<CardImage> {
    let (lines, columns) = REDUCED;
    std::sync::Arc::new(front(pictures::side(lines, columns, person)))
}

/// Every request of the language at least once.
const STORIES: &[Story] = &[
    Story {
        name: "a card with its chip, and who the printer is",
        make: small,
        tell: |duet| {
            duet.done(Request::Identify);
            duet.begin_card(ktp(), &image(1), Stage::Finish);
            duet.done(Request::Status);
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "a held card, ejected",
        make: |model| small(model).shown(&[BenchFlag::HoldsAtPrintPosition]),
        tell: |duet| {
            let held = Setup {
                hold: true,
                ..plain()
            };
            duet.begin_card(held, &image(2), Stage::Eject);
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "a doubt behind the face, and the same card over fresh film",
        make: small,
        tell: |duet| {
            duet.begin_card(ktp(), &image(3), Stage::Face);
            duet.restart();
            duet.listen(Stage::Face);
            assert_eq!(duet.examine().place, Place::Path);
            duet.done(Request::Prepare(Setup {
                card_inside: true,
                ..ktp()
            }));
            duet.done(Request::Load(image(4)));
            duet.done(Request::Do(Stage::Face));
            duet.done(Request::Do(Stage::Finish));
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "faults of every kind of request, a reject and a clear",
        make: |model| {
            let mut make = small(model);
            make.plan = struck(Step::Panel(1), 500, Strike::Jam);
            make
        },
        tell: |duet| {
            duet.hand(Hand::OpenLid);
            assert_eq!(duet.fault(Request::Prepare(ktp())).0, Fault::CoverOpen);
            duet.hand(Hand::CloseLid);
            duet.pass(std::time::Duration::from_secs(20));
            duet.begin_card(ktp(), &image(5), Stage::Park);
            duet.done(Request::Load(image(5)));
            assert_eq!(duet.fault(Request::Do(Stage::Face)).0, Fault::FilmEnd);
            duet.hand(Hand::Film { panels: None });
            duet.firmware.inner.press_reset(duet.now.0);
            // How often a printer that starts is asked depends on the time; what is told does not.
            duet.pass(std::time::Duration::from_secs(30));
            duet.listen(Stage::Face);
            duet.examine();
            duet.done(Request::Do(Stage::Reject));
            duet.done(Request::Do(Stage::Clear));
            duet.hand(Hand::Unload);
            assert_eq!(duet.fault(Request::Prepare(ktp())).0, Fault::FeederEmpty);
            duet.assert_card(1, CardPlace::Reject, Looks::Blank);
        },
    },
];

#[test]
fn every_request_is_cut_behind_every_byte_of_both_directions() {
    // The card with all that is asked of it on both models, the other stories on one each.
    let mut cuts = STORIES[0].check_everywhere(MODELS[1]);
    for (story, model) in STORIES.iter().zip(MODELS.into_iter().cycle()) {
        cuts += story.check_everywhere(model);
    }
    assert!(cuts > 5000, "{cuts} places");
}

/// Where each plane's data begin and end in what the printer heard.
fn planes(heard: &[u8]) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < heard.len() {
        let end = at + length(&heard[at..]).unwrap();
        if word(&heard[at..], 0) == PLANE {
            found.push((at as u64 + 28, end as u64));
        }
        at = end;
    }
    found
}

/// Every place of a whole plane that is cut: around its head, at its end, in its middle; `salt` seeds those.
fn places(begin: u64, end: u64, salt: u64) -> Vec<u64> {
    let mut seed = salt;
    let mut places: BTreeSet<u64> = (begin - 28 - ENDS..=begin + ENDS)
        .chain(end - ENDS..=end + ENDS)
        .collect();
    let wanted = places.len() + MIDDLES;
    while places.len() < wanted {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        places.insert(begin + (seed >> 33) % (end - begin));
    }
    places.into_iter().collect()
}

fn check_whole_planes(model: &'static str, dots: (usize, usize)) {
    let story = Story {
        name: "whole planes",
        make: |model| {
            let mut make = Make::new(model);
            make.dots = None;
            make
        },
        tell: |duet| {
            let (columns, rows) = duet.capabilities.dots;
            // The page's bleed: a picture of the card's size, its edges repeated over the plane.
            let image = std::sync::Arc::new(front(pictures::side(columns, rows, 1)));
            duet.begin_card(plain(), &image, Stage::Finish);
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    };
    let (whole, heard) = story.run(model, Cuts::default(), Cuts::default());
    assert_eq!(heard.capabilities.dots, dots);
    let planes = planes(&heard.heard_by_printer);
    assert_eq!(planes.len(), 4, "{model}");
    let places: Vec<Vec<u64>> = (1..)
        .zip(&planes)
        .map(|(salt, (begin, end))| places(*begin, *end, salt))
        .collect();
    let most = places.iter().map(Vec::len).max().unwrap();
    let runs = most.div_ceil(CUTS_A_RUN);
    // Each run takes every so-manieth place of each plane; only some are played.
    for run in (0..runs).step_by(runs.div_ceil(3)) {
        let cuts: BTreeSet<u64> = places
            .iter()
            .flat_map(|places| places.iter().skip(run).step_by(runs).copied())
            .collect();
        let (cut, _) = story.run(model, Cuts::at(cuts), Cuts::default());
        assert!(cut == whole, "{model}: run {run} of {runs}");
    }
}

#[test]
fn whole_planes_of_the_300_dpi_model_are_cut_at_heads_ends_and_middles() {
    check_whole_planes(XID9300, (1013, 639));
}

#[test]
fn whole_planes_of_the_600_dpi_model_are_cut_at_heads_ends_and_middles() {
    check_whole_planes(XID8600, (1014, 640));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Noise at any byte, of any kind: what is told afterwards is what the mechanics show, and no second card is drawn.
    #[test]
    fn noise_at_any_byte_makes_no_second_card(
        at in 0_u64..900,
        noise in any_noise(),
        second in any::<bool>(),
    ) {
        let model = MODELS[usize::from(second)];
        let mut duet = small(model).duet();
        duet.noise.insert(at, noise);
        for request in duet.card_requests(ktp(), image(1)) {
            if !matches!(duet.ask(request), Answer::Done(_)) {
                break;
            }
        }
        duet.pass(std::time::Duration::from_secs(100));
        // A frame that noise has lost is found on another connection, at the latest with the second question.
        for _ in 0..3 {
            duet.ask(Request::Listen { after: Some(Stage::Finish) });
        }
        let seen = duet.examine();
        let mechanism = duet.firmware.mechanism();
        prop_assert!(mechanism.picked() <= 1);
        prop_assert_eq!(seen.place.inside(), Some(!mechanism.inside().is_empty()));
        let inked = mechanism.cards().filter(|card| card.looks() != Looks::Blank).count();
        prop_assert!(inked <= 1);
    }
}

/// Bytes that nobody sent, or an answer that nobody asked for.
fn any_noise() -> impl Strategy<Value = Vec<u8>> {
    let answer = (0xF0_u32..0xF4, 0_u32..8, 0_u32..40, any::<bool>()).prop_map(
        |(family, kind, sequence, good)| {
            let result = if good { 0 } else { 0x0003_9300 };
            super::wire::words(&[family << 24 | kind << 8, 2, result, sequence])
        },
    );
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        answer,
        Just(vec![0; 16]),
        Just(vec![0xFF; 8]),
    ]
}
