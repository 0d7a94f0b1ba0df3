//! Wherever a stream is cut in two, with time passing between, both sides come to the same: the same events, the
//! same cards. Cut are all transactions byte by byte on a panel of reduced size, and on a whole one the
//! headers, both ends of each payload and seeded places in its middle.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::evolis::Depth;
use cetak_drivers::evolis::download::FULL;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, RibbonKind};
use proptest::prelude::*;

use crate::bench::{Cuts, struck};
use crate::cards::{ktp, setup};
use crate::evolis::{Duet, Evolis, Make};
use crate::pictures::{self, front};
use crate::story::Story;

/// Lines and columns of the reduced panel.
const REDUCED: (usize, usize) = (8, 16);
/// Bytes at each end of a whole payload that are cut behind one by one.
const ENDS: u64 = 64;
/// Seeded places in the middle of each whole payload.
const MIDDLES: u64 = 200;
/// Cuts of one run in each whole payload.
const CUTS_A_RUN: usize = 16;

fn small(model: &'static str) -> Make {
    let mut make = Make::new(model);
    make.dots = Some(REDUCED);
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

fn begin(duet: &mut Duet, setup: Setup, image: Arc<CardImage>) {
    duet.done(Request::Prepare(setup));
    duet.done(Request::Do(Stage::Feed));
    if setup.chip {
        duet.done(Request::Do(Stage::Park));
    }
    duet.done(Request::Load(image));
}

fn listen_and_examine(duet: &mut Duet, after: Stage) -> (Evidence, Evidence) {
    let heard = duet.done(Request::Listen { after: Some(after) });
    let apart = Duration::from_secs(5);
    (heard, duet.done(Request::Examine { apart }))
}

/// Every transaction of the language at least once.
const STORIES: &[Story<Evolis>] = &[
    Story {
        name: "a card with its chip, held and ejected",
        make: || small("evolis-primacy"),
        tell: |duet| {
            begin(duet, ktp(), colour());
            for stage in [Stage::Face, Stage::Finish, Stage::Eject] {
                duet.done(Request::Do(stage));
            }
            duet.done(Request::Status);
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "two sides, the second black on the back",
        make: || small("evolis-primacy-duplex"),
        tell: |duet| {
            let wanted = Setup {
                duplex: true,
                ribbon: Ribbon::Ymckok,
                ..setup(Ribbon::Ymckok)
            };
            begin(duet, wanted, two_sides());
            duet.done(Request::Do(Stage::Face));
            duet.done(Request::Do(Stage::Finish));
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "a doubt behind the face, a reject, and the next card",
        make: || small("evolis-primacy"),
        tell: |duet| {
            begin(duet, ktp(), colour());
            duet.done(Request::Do(Stage::Face));
            duet.restart();
            let (heard, seen) = listen_and_examine(duet, Stage::Face);
            assert_eq!((heard.wake, seen.place), (Wake::Awake, Place::Path));
            duet.done(Request::Do(Stage::Reject));
            duet.assert_card(1, CardPlace::Reject, Looks::Part);
            duet.done(Request::Do(Stage::Clear));
            duet.done(Request::Prepare(ktp()));
        },
    },
    Story {
        name: "faults of every kind of request",
        make: || {
            let mut make = small("evolis-primacy");
            make.plan = struck(Step::Panel(1), 500, Strike::LidOpens);
            make
        },
        tell: |duet| {
            duet.hand(Hand::OpenLid);
            duet.fault(Request::Prepare(ktp()));
            duet.hand(Hand::CloseLid);
            begin(duet, ktp(), colour());
            assert_eq!(duet.fault(Request::Do(Stage::Face)).0, Fault::CoverOpen);
            duet.hand(Hand::CloseLid);
            duet.done(Request::Do(Stage::Reject));
            duet.done(Request::Do(Stage::Clear));
            duet.hand(Hand::Unload);
            assert_eq!(duet.fault(Request::Prepare(ktp())).0, Fault::FeederEmpty);
        },
    },
    Story {
        name: "half a command on a serial line with acknowledgements",
        make: || small("evolis-primacy").ack_nack(),
        tell: |duet| {
            begin(duet, ktp(), colour());
            duet.done(Request::Do(Stage::Face));
            duet.begin(Request::Do(Stage::Finish));
            duet.die_after(2);
            let (heard, seen) = listen_and_examine(duet, Stage::Finish);
            assert_eq!(heard.wake, Wake::Awake);
            assert_eq!((seen.place, seen.panels), (Place::Path, Some(4)));
            duet.done(Request::Do(Stage::Reject));
        },
    },
    Story {
        name: "half a command on a serial line",
        make: || small("evolis-primacy").serial(),
        tell: |duet| {
            duet.done(Request::Prepare(ktp()));
            duet.done(Request::Do(Stage::Feed));
            duet.begin(Request::Do(Stage::Reject));
            duet.die_after(20);
            listen_and_examine(duet, Stage::Reject);
            duet.ask(Request::Do(Stage::Reject));
            assert!(duet.firmware.mechanism().inside().is_empty());
        },
    },
    Story {
        name: "deaf inside a picture, and woken",
        make: || small("evolis-primacy"),
        tell: |duet| {
            begin(duet, ktp(), colour());
            duet.begin(Request::Do(Stage::Face));
            duet.die_after(60);
            let (heard, seen) = listen_and_examine(duet, Stage::Face);
            assert_eq!((heard.wake, seen.place), (Wake::Woken, Place::Path));
            duet.done(Request::Do(Stage::Reject));
        },
    },
    Story {
        name: "a printer of the guide, two sides in black",
        make: || small("evolis-dualys"),
        tell: |duet| {
            let (lines, columns) = REDUCED;
            let image = CardImage {
                front: pictures::mono(lines, columns, 4),
                back: Some(pictures::mono(lines, columns, 5)),
            };
            let wanted = Setup {
                chip: true,
                duplex: true,
                ..setup(Ribbon::K)
            };
            begin(duet, wanted, Arc::new(image));
            duet.done(Request::Do(Stage::Face));
            duet.done(Request::Do(Stage::Finish));
            duet.restart();
            listen_and_examine(duet, Stage::Finish);
            duet.done(Request::Status);
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    },
    Story {
        name: "compressed",
        make: || {
            let mut make = small("evolis-primacy");
            make.options.compression = true;
            make.options.depth = Depth::Levels32;
            make.profile.ribbon = RibbonKind::Ymcko;
            make
        },
        tell: |duet| {
            let (lines, columns) = REDUCED;
            let mut side = pictures::mono(lines, columns, 6);
            side.overlay = Overlay::Full;
            begin(duet, ktp(), Arc::new(front(side)));
            duet.done(Request::Do(Stage::Face));
            duet.done(Request::Do(Stage::Finish));
            duet.done(Request::Do(Stage::Eject));
        },
    },
];

#[test]
fn every_transaction_is_cut_behind_every_byte_of_both_directions() {
    let cuts: u64 = STORIES.iter().map(Story::check_everywhere).sum();
    assert!(cuts > 5000, "{cuts} places");
}

/// One download in a recorded stream: where it begins, where its payload does, and its CR.
struct Sent {
    header: u64,
    payload: u64,
    end: u64,
}

/// The downloads in what the printer heard. A payload is skipped by its length, never searched.
fn downloads(heard: &[u8]) -> Vec<Sent> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < heard.len() {
        let rest = &heard[at..];
        if !rest.starts_with(b"\x1BDb") {
            at += rest.iter().position(|byte| *byte == 0x0D).unwrap() + 1;
            continue;
        }
        let compressed = rest[3] == b'c';
        let separators: Vec<usize> = (0..40).filter(|i| rest[*i] == b';').collect();
        let field = |n: usize| {
            let text = &rest[separators[n - 1] + 1..separators[n]];
            std::str::from_utf8(text).unwrap().parse::<usize>().unwrap()
        };
        let (last, length) = if compressed {
            (separators[3], field(3))
        } else {
            let bits = usize::try_from(field(2).ilog2()).unwrap();
            (separators[2], FULL.panel_bytes(bits))
        };
        let (header, payload) = (at, at + last + 1);
        at = payload + length + 1;
        found.push(Sent {
            header: header as u64,
            payload: payload as u64,
            end: at as u64,
        });
    }
    found
}

/// Every place of a whole download that is cut: header, both ends, seeded middles; `salt` seeds them.
fn places(sent: &Sent, salt: u64) -> Vec<u64> {
    let mut seed = salt;
    let inner = sent.payload + ENDS..sent.end - ENDS;
    let mut places: BTreeSet<u64> = (sent.header + 1..=sent.payload + ENDS)
        .chain(sent.end - ENDS - 1..=sent.end)
        .collect();
    let wanted = places.len() + usize::try_from(MIDDLES.min(inner.end - inner.start)).unwrap();
    while places.len() < wanted {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        places.insert(inner.start + (seed >> 33) % (inner.end - inner.start));
    }
    places.into_iter().collect()
}

fn check_whole_panels(story: &Story<Evolis>, planes: usize) {
    let (whole, heard) = story.run(Cuts::default(), Cuts::default());
    let sent = downloads(&heard.heard_by_printer);
    assert_eq!(sent.len(), planes, "{}", story.name);
    let places: Vec<Vec<u64>> = (0..)
        .zip(&sent)
        .map(|(salt, sent)| places(sent, salt))
        .collect();
    let most = places.iter().map(Vec::len).max().unwrap();
    let runs = most.div_ceil(CUTS_A_RUN);
    for run in 0..runs {
        // Cuts of one run lie far apart: every so-manieth place of each download.
        let cuts: BTreeSet<u64> = places
            .iter()
            .flat_map(|places| places.iter().skip(run).step_by(runs).copied())
            .collect();
        let end = heard.heard_by_printer.len() as u64;
        let cuts = cuts.into_iter().filter(|at| *at < end);
        let (cut, _) = story.run(Cuts::at(cuts), Cuts::default());
        assert!(cut == whole, "{}: run {run} of {runs}", story.name);
    }
}

fn whole_panel(model: &'static str, compression: bool) -> Make {
    let mut make = Make::new(model);
    make.dots = None;
    make.options.compression = compression;
    make
}

#[test]
fn whole_resin_panels_are_cut_at_headers_ends_and_middles() {
    for compression in [false, true] {
        let make: fn() -> Make = if compression {
            || whole_panel("evolis-dualys", true)
        } else {
            || whole_panel("evolis-dualys", false)
        };
        let story = Story {
            name: "a whole panel of resin",
            make,
            tell: |duet| {
                // Ink on the lower half of the card only, so that runs pay.
                let mut side = pictures::mono(FULL.lines, FULL.columns, 1);
                let upper = side.resin.stride() * FULL.columns / 2;
                side.resin.bits[..upper].fill(0);
                begin(duet, setup(Ribbon::K), Arc::new(front(side)));
                duet.done(Request::Do(Stage::Face));
                duet.done(Request::Do(Stage::Finish));
                duet.assert_card(1, CardPlace::Output, Looks::Whole);
                let header: &[u8] = if duet.heard_by_printer.len() < 82_296 {
                    b"\x1BDbc;k;2;"
                } else {
                    b"\x1BDb;k;2;"
                };
                let mut heard = duet.heard_by_printer.windows(header.len());
                assert!(heard.any(|bytes| bytes == header));
            },
        };
        check_whole_panels(&story, 1);
        let (_, heard) = story.run(Cuts::default(), Cuts::default());
        assert_eq!(heard.heard_by_printer.len() < 82_296, compression);
    }
}

#[test]
fn whole_dye_panels_are_cut_at_headers_ends_and_middles() {
    let story = Story {
        name: "whole panels of dye",
        make: || whole_panel("evolis-primacy", false),
        tell: |duet| {
            begin(duet, setup(Ribbon::Ymcko), whole_picture());
            duet.done(Request::Do(Stage::Face));
            duet.done(Request::Do(Stage::Finish));
            duet.assert_card(1, CardPlace::Output, Looks::Whole);
        },
    };
    check_whole_panels(&story, 5);
}

/// Made once: it is the same in every run.
fn whole_picture() -> Arc<CardImage> {
    static PICTURE: std::sync::OnceLock<Arc<CardImage>> = std::sync::OnceLock::new();
    let make = || Arc::new(front(pictures::side(FULL.lines, FULL.columns, 2)));
    Arc::clone(PICTURE.get_or_init(make))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_in_both_directions_at_once_change_nothing(
        story in 0..STORIES.len(),
        there in proptest::collection::btree_set(1..160_u64, 0..40),
        back in proptest::collection::btree_set(1..90_u64, 0..30),
    ) {
        let story = &STORIES[story];
        let (whole, _) = story.run(Cuts::default(), Cuts::default());
        let (cut, _) = story.run(Cuts::at(there), Cuts::at(back));
        prop_assert_eq!(cut, whole);
    }

    #[test]
    fn noise_on_the_line_leaves_one_answer_a_request_and_no_second_card(
        noise in proptest::collection::vec((0..900_u64, any_noise()), 1..6),
        acks in any::<bool>(),
    ) {
        let make = small("evolis-primacy");
        let mut duet = if acks { make.ack_nack() } else { make.serial() }.duet();
        duet.noise = noise.into_iter().collect();
        for request in duet.card_requests(ktp(), colour()) {
            if !matches!(duet.ask(request), Answer::Done(_)) {
                break;
            }
        }
        duet.noise.clear();
        duet.restart();
        let answer = duet.ask(Request::Listen { after: Some(Stage::Eject) });
        prop_assert!(matches!(answer, Answer::Done(_)), "{answer:?}");
        let seen = duet.done(Request::Examine { apart: Duration::from_secs(5) });
        let mechanism = duet.firmware.mechanism();
        prop_assert_eq!(seen.place.inside(), Some(!mechanism.inside().is_empty()));
        prop_assert_eq!((seen.cards, seen.panels), {
            let (cards, panels) = duet.counts();
            (Some(cards), Some(panels))
        });
        prop_assert!(mechanism.picked() <= 1);
    }
}

/// Bytes that nobody sent, or an answer that nobody asked for.
fn any_noise() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        "OK\0",
        "CARD\0",
        "NO CARD\0",
        "ERROR\0",
        "CARD JAM\0",
        "COVER OPEN\0",
        "5,00 Volts\0",
        "1\0",
    ];
    prop_oneof![
        any::<Vec<u8>>(),
        (0..texts.len()).prop_map(move |at| texts[at].as_bytes().to_vec()),
        Just(vec![0x06]),
        Just(vec![0x15]),
    ]
}
