//! Whole cards, one in each mode, on each link.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::zebra::{Replies, Transport};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, Panel, RibbonKind, Side as Face};
use cetak_firmware_sims::zebra as sims;

use super::{Duet, Make, P330I, P430I};
pub(crate) use crate::bench::setup;
use crate::bench::{BLANKS, struck};
pub(crate) use crate::make::SMALL;
use crate::pictures::{self, Expected, Panels, expected, front, laid};

/// Bits of a level of dye \[doc\].
const LEVEL_BITS: u32 = 5;

/// One side in colour, held and ejected by a command of its own.
pub(crate) fn held() -> Setup {
    Setup {
        hold: true,
        ..setup(Ribbon::Ymcko)
    }
}

/// Two sides, the second black on the back, held.
pub(crate) fn both_sides() -> Setup {
    Setup {
        duplex: true,
        ..held_with(Ribbon::Ymckok)
    }
}

/// Held, on this ribbon.
pub(crate) fn held_with(ribbon: Ribbon) -> Setup {
    Setup { ribbon, ..held() }
}

/// The chip first.
pub(crate) fn chip(setup: Setup) -> Setup {
    Setup {
        chip: true,
        ..setup
    }
}

/// A front in colour.
pub(crate) fn colour(salt: usize) -> CardImage {
    front(pictures::side(SMALL.0, SMALL.1, salt))
}

/// A front in colour and a back in black.
pub(crate) fn colour_and_black(salt: usize) -> CardImage {
    CardImage {
        back: Some(pictures::mono(SMALL.0, SMALL.1, salt + 1)),
        ..colour(salt)
    }
}

/// Panels that one card of this setup and picture lays.
pub(crate) fn panels_of(setup: Setup, image: &CardImage) -> u64 {
    let side = |side: &Side, panels: Panels| match panels {
        Panels::Resin => 1,
        Panels::All => {
            1 + 3 * u64::from(side.colour.is_some()) + u64::from(side.overlay != Overlay::None)
        }
    };
    let (one, other) = panels_by_side(setup.ribbon);
    side(&image.front, one) + image.back.as_ref().map_or(0, |back| side(back, other))
}

fn panels_by_side(ribbon: Ribbon) -> (Panels, Panels) {
    match ribbon {
        Ribbon::Ymcko => (Panels::All, Panels::All),
        Ribbon::Ymckok => (Panels::All, Panels::Resin),
        Ribbon::K => (Panels::Resin, Panels::Resin),
    }
}

/// Prints one card with everything that the setup asks for, and compares driver and mechanism after each stage.
#[track_caller]
pub(crate) fn check(duet: &mut Duet, setup: Setup, image: &CardImage) -> u64 {
    let mechanism = duet.firmware.mechanism();
    let number = mechanism.hopper().next().unwrap().0;
    let (output, picked) = (mechanism.output().len(), mechanism.picked());
    let passes = duet.passes();
    let counted = |duet: &Duet| duet.capabilities.witnesses.panels.then(|| duet.passes());

    let baseline = duet.done(Request::Prepare(setup));
    assert_eq!(baseline.panels, counted(duet));
    assert_ne!(baseline.place.inside(), Some(true));
    assert!(
        matches!(duet.card(number).place, CardPlace::Hopper(0)),
        "prepare moves nothing"
    );
    if duet.orders(Stage::Feed) {
        duet.done(Request::Do(Stage::Feed));
    }
    if setup.chip {
        assert_eq!(duet.card(number).place, CardPlace::Contactless);
        assert_eq!(duet.reader("presence"), "yes");
        assert_eq!(Some(duet.reader("uid")), duet.card(number).uid);
        assert_eq!(duet.reader("apdu 00D60001020102"), "9000");
        duet.done(Request::Do(Stage::Park));
        assert_eq!(duet.card(number).place, CardPlace::PrintStart);
    }
    duet.done(Request::Load(Arc::new(image.clone())));
    assert_eq!(duet.card(number).looks(), Looks::Blank, "data lay no dye");
    assert_eq!(
        duet.firmware.mechanism().picked(),
        picked + u32::from(setup.chip),
        "data never feed"
    );
    if duet.orders(Stage::Face) {
        duet.done(Request::Do(Stage::Face));
        assert_ne!(duet.card(number).looks(), Looks::Whole);
    }
    let finished = duet.done(Request::Do(Stage::Finish));
    let wanted = panels_of(setup, image);
    assert_eq!(duet.passes(), passes + wanted);
    assert_eq!(finished.panels, counted(duet));
    let one_way = duet.options.replies == Replies::OneWay;
    let answered = if one_way {
        LastAnswer::Unknown
    } else {
        LastAnswer::Ok
    };
    assert_eq!(finished.last, answered);
    if setup.hold {
        assert_eq!(duet.card(number).place, CardPlace::PrintStart);
        assert_eq!(duet.good_cards().last(), Some(&number), "whole before");
        duet.done(Request::Do(Stage::Eject));
    }
    duet.assert_card(number, CardPlace::Output, Looks::Whole);
    let mechanism = duet.firmware.mechanism();
    assert_eq!(mechanism.output().len(), output + 1);
    assert_eq!(mechanism.picked(), picked + 1, "one card, one feed");
    assert!(mechanism.inside().is_empty() && mechanism.reject().is_empty());
    assert_eq!(duet.passes(), passes + wanted, "an eject lays no dye");
    assert_faces(duet, number, setup, image);
    number
}

/// What lies on the card's faces is the picture.
#[track_caller]
pub(crate) fn assert_faces(duet: &Duet, number: u64, setup: Setup, image: &CardImage) {
    let other = other_face(duet, number, setup, image);
    assert_eq!(other, None, "a face is another picture");
}

/// Whether this is a whole card of that picture.
pub(crate) fn is_good(duet: &Duet, number: u64, setup: Setup, image: &CardImage) -> bool {
    duet.card(number).looks() == Looks::Whole && other_face(duet, number, setup, image).is_none()
}

/// The first face on which something else lies.
fn other_face(duet: &Duet, number: u64, setup: Setup, image: &CardImage) -> Option<Face> {
    let card = duet.card(number);
    let (one, other) = panels_by_side(setup.ribbon);
    let faces = [
        (Face::Front, Some(&image.front), one),
        (Face::Back, image.back.as_ref(), other),
    ];
    let mut others = faces.into_iter().filter(|(face, side, panels)| {
        let wanted = side.map_or_else(Expected::default, |side| on_the_face(side, *panels));
        laid(card.face(*face)) != wanted
    });
    others.next().map(|(face, ..)| face)
}

/// A panel that is not ordered does not touch the face.
fn on_the_face(side: &Side, panels: Panels) -> Expected {
    let mut wanted = expected(side, panels, LEVEL_BITS, None);
    if side.overlay == Overlay::None {
        wanted.o.clear();
    }
    if side.colour.is_none() {
        wanted.dyes = Default::default();
    }
    wanted
}

const YMCKO: [Panel; 5] = [Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O];

fn with_ribbon(model: &'static str, ribbon: RibbonKind) -> Make {
    let mut make = Make::new(model);
    make.profile.ribbon = ribbon;
    make
}

#[test]
fn one_side_in_colour_goes_out_by_itself_or_is_held_and_ejected() {
    for setup in [setup(Ribbon::Ymcko), held()] {
        let mut duet = Make::new(P330I).duet();
        let number = check(&mut duet, setup, &colour(0));
        assert_eq!(duet.order(number), YMCKO.map(|panel| (Face::Front, panel)));
    }
}

#[test]
fn a_printer_that_flips_prints_one_side_under_its_face_and_finish() {
    for one_side in [false, true] {
        let mut make = Make::new(P430I);
        make.options.one_side = one_side;
        let mut duet = make.duet();
        assert_eq!(duet.orders(Stage::Face), !one_side);
        check(&mut duet, held(), &colour(1));
        check(&mut duet, setup(Ribbon::Ymcko), &colour(2));
    }
}

#[test]
fn two_sides_with_the_second_black_on_the_back() {
    for hold in [true, false] {
        let mut duet = with_ribbon(P430I, RibbonKind::Ymckok).duet();
        let wanted = Setup {
            hold,
            ..both_sides()
        };
        let number = check(&mut duet, wanted, &colour_and_black(3));
        let mut ordered: Vec<_> = YMCKO.map(|panel| (Face::Front, panel)).to_vec();
        ordered.push((Face::Back, Panel::K));
        assert_eq!(duet.order(number), ordered);
    }
}

#[test]
fn two_sides_in_colour_use_two_sets_and_the_fronts_black_does_not_come_back() {
    let mut duet = Make::new(P430I).duet();
    let image = CardImage {
        front: pictures::side(SMALL.0, SMALL.1, 4),
        back: Some(pictures::side(SMALL.0, SMALL.1, 5)),
    };
    let wanted = Setup {
        duplex: true,
        ..held()
    };
    let before = duet.firmware.mechanism().ribbon().unwrap().sets_left;
    check(&mut duet, wanted, &image);
    let after = duet.firmware.mechanism().ribbon().unwrap().sets_left;
    assert_eq!(before - after, 2);
}

#[test]
fn resin_alone_on_one_side_and_on_both() {
    let one = front(pictures::mono(SMALL.0, SMALL.1, 6));
    let both = CardImage {
        back: Some(pictures::mono(SMALL.0, SMALL.1, 7)),
        ..one.clone()
    };
    for hold in [true, false] {
        let wanted = Setup {
            hold,
            ..setup(Ribbon::K)
        };
        for model in [P330I, P430I] {
            let mut duet = with_ribbon(model, RibbonKind::K).duet();
            let number = check(&mut duet, wanted, &one);
            assert_eq!(duet.order(number), [(Face::Front, Panel::K)]);
        }
        let mut duet = with_ribbon(P430I, RibbonKind::K).duet();
        let duplex = Setup {
            duplex: true,
            ..wanted
        };
        check(&mut duet, duplex, &both);
    }
}

#[test]
fn a_side_without_colour_leaves_the_dye_of_its_set_alone() {
    let mut duet = Make::new(P330I).duet();
    let image = front(pictures::mono(SMALL.0, SMALL.1, 8));
    let number = check(&mut duet, held(), &image);
    assert_eq!(duet.order(number), [(Face::Front, Panel::K)]);
}

#[test]
fn a_card_without_varnish_has_its_picture_and_a_shaped_varnish_is_refused() {
    let mut duet = Make::new(P330I).duet();
    let bare = front(Side {
        overlay: Overlay::None,
        ..pictures::side(SMALL.0, SMALL.1, 9)
    });
    for request in duet.card_requests(held(), Arc::new(bare.clone())) {
        duet.done(request);
    }
    assert_eq!(
        duet.order(1),
        [Panel::Y, Panel::M, Panel::C, Panel::K].map(|p| (Face::Front, p))
    );
    assert_faces(&duet, 1, held(), &bare);
    let shaped = front(Side {
        overlay: Overlay::Plane(pictures::side(SMALL.0, SMALL.1, 1).resin),
        ..bare.front
    });
    duet.done(Request::Prepare(held()));
    let (fault, _) = duet.fault(Request::Load(Arc::new(shaped)));
    assert_eq!(fault, Fault::OptionAbsent);
    assert_eq!(duet.firmware.mechanism().picked(), 1);
}

#[test]
fn the_chip_comes_first_where_there_is_a_station() {
    let mut duet = Make::new(P330I).docked().duet();
    let number = check(&mut duet, chip(held()), &colour(10));
    assert_eq!(duet.card(number).chip.updates, 1);
    check(&mut duet, held(), &colour(11));

    let mut make = with_ribbon(P430I, RibbonKind::Ymckok).docked();
    make.options.one_side = false;
    let mut duet = make.duet();
    check(&mut duet, chip(both_sides()), &colour_and_black(12));
    check(&mut duet, both_sides(), &colour_and_black(13));
    let mut duet = Make::new(P330I).duet();
    assert_eq!(
        duet.fault(Request::Prepare(chip(held()))).0,
        Fault::OptionAbsent
    );
}

#[test]
fn a_card_is_rejected_from_wherever_it_stands() {
    let stages = [Stage::Feed, Stage::Park, Stage::Face, Stage::Finish];
    for last in stages {
        let mut duet = with_ribbon(P430I, RibbonKind::Ymckok).docked().duet();
        duet.done(Request::Prepare(chip(both_sides())));
        for stage in stages.into_iter().filter(|stage| *stage <= last) {
            if stage == Stage::Face {
                duet.done(Request::Load(Arc::new(colour_and_black(14))));
            }
            duet.done(Request::Do(stage));
        }
        let rejected = duet.done(Request::Do(Stage::Reject));
        assert_eq!(rejected.last, LastAnswer::Ok);
        let looks = if last == Stage::Face {
            Looks::Part
        } else if last == Stage::Finish {
            Looks::Whole
        } else {
            Looks::Blank
        };
        duet.assert_card(1, CardPlace::Reject, looks);
        assert_eq!(duet.firmware.mechanism().picked(), 1, "no second card");
        // What is left in memory never reaches the next card.
        duet.hand(Hand::EmptyReject);
        check(&mut duet, chip(both_sides()), &colour_and_black(15));
    }
}

#[test]
fn every_form_of_a_download_prints_the_same_picture() {
    for compression in [true, false] {
        for literal_bytes_max in [1, 31, 127] {
            for (model, setup, image, ribbon) in [
                (P330I, held(), colour(16), RibbonKind::Ymcko),
                (
                    P430I,
                    both_sides(),
                    colour_and_black(17),
                    RibbonKind::Ymckok,
                ),
            ] {
                let mut make = with_ribbon(model, ribbon);
                make.options.compression = compression;
                make.options.literal_bytes_max = literal_bytes_max;
                let mut duet = make.duet();
                duet.records = true;
                check(&mut duet, setup, &image);
                let mode = if compression {
                    "G 0 0 12 "
                } else {
                    "G 0 0 10 "
                };
                assert!(duet.texts().iter().any(|text| text.starts_with(mode)));
            }
        }
    }
}

#[test]
fn pictures_of_real_size_print_at_both_sizes_that_are_in_use() {
    for (lines, columns) in [(1024, 640), (1029, 645)] {
        for (model, setup, ribbon) in [
            (P330I, held(), RibbonKind::Ymcko),
            (P430I, both_sides(), RibbonKind::Ymckok),
        ] {
            let mut make = with_ribbon(model, ribbon);
            make.dots = Some((lines, columns));
            let back = setup.duplex.then(|| pictures::mono(lines, columns, 2));
            let image = CardImage {
                front: pictures::side(lines, columns, 1),
                back,
            };
            check(&mut make.duet(), setup, &image);
        }
    }
}

#[test]
fn whole_cards_over_a_serial_line_and_a_socket_with_and_without_questions() {
    for transport in [Transport::Serial, Transport::Usb, Transport::Tcp] {
        for known in [true, false] {
            for canary in [false, true] {
                let mut make = Make::new(P330I);
                if canary {
                    make = make.canary();
                }
                make.options.transport = transport;
                make.options.knows_e = known;
                make.options.knows_cln = known;
                make.switches.e_known = known;
                make.switches.cln_known = known;
                let mut duet = make.duet();
                check(&mut duet, held(), &colour(18));
                check(&mut duet, setup(Ribbon::Ymcko), &colour(19));
            }
        }
    }
}

#[test]
fn an_encoder_that_is_asked_stands_in_no_cards_way() {
    let mut make = Make::new(P330I);
    make.profile = make.profile.with_encoder();
    make.options.knows_p = true;
    let mut duet = make.duet();
    duet.records = true;
    check(&mut duet, held(), &colour(20));
    assert!(duet.texts().contains(&"&P".to_owned()));
}

#[test]
fn one_way_a_single_card_is_whole_and_else_it_is_asked_about() {
    for replies in [sims::Replies::None, sims::Replies::Serial] {
        for (model, setup, image, ribbon) in [
            (P330I, held(), colour(21), RibbonKind::Ymcko),
            (
                P430I,
                both_sides(),
                colour_and_black(22),
                RibbonKind::Ymckok,
            ),
        ] {
            let mut make = with_ribbon(model, ribbon);
            make.switches.replies = replies;
            make.options.replies = Replies::OneWay;
            make.options.single_card = true;
            let mut duet = make.duet();
            check(&mut duet, setup, &image);
            duet.options.single_card = false;
            duet.restart();
            for request in duet.card_requests(setup, Arc::new(image.clone())) {
                let last = matches!(request, Request::Do(Stage::Finish));
                let answer = duet.ask(request);
                assert_eq!(matches!(answer, Answer::Silent { .. }), last, "{answer:?}");
                if last {
                    break;
                }
            }
            assert_eq!(duet.good_cards(), [1, 2], "it was printed all the same");
        }
    }
}

#[test]
fn cards_in_a_row_count_passes_and_ribbon() {
    let mut duet = Make::new(P330I).duet();
    for number in 1..=BLANKS {
        let image = colour(usize::try_from(number).unwrap());
        assert_eq!(check(&mut duet, held(), &image), number);
        assert_eq!(duet.passes(), number * 5);
    }
    assert_eq!(duet.done(Request::Status).panels, Some(BLANKS * 5));
    let left = duet.firmware.mechanism().ribbon().unwrap().sets_left;
    assert_eq!(u64::from(left), 200 - BLANKS);
}

#[test]
fn identity_is_what_can_be_reasoned_and_nothing_moves() {
    for model in [P330I, P430I] {
        let mut duet = Make::new(model).duet();
        duet.done(Request::Identify);
        let inferred = |text: &str| Told::Inferred(text.to_owned());
        let identity = Identity {
            maker: inferred("Zebra"),
            model: inferred(duet.capabilities.model),
            other_model: false,
            serial: Told::NotAskable,
            firmware: Told::NotAskable,
            ribbon: Told::NotAskable,
        };
        assert!(duet.news.contains(&Event::Identity(identity)));
        assert_eq!(duet.firmware.mechanism().picked(), 0);
    }
}

#[test]
fn one_way_nothing_waits_behind_a_flip_that_sticks() {
    let mut make = with_ribbon(P430I, RibbonKind::Ymckok);
    make.switches.replies = sims::Replies::None;
    make.options.replies = Replies::OneWay;
    make.options.single_card = true;
    make.plan = struck(Step::Flip, 500, Strike::Jam);
    let mut duet = make.duet();
    duet.done(Request::Prepare(both_sides()));
    duet.done(Request::Load(Arc::new(colour_and_black(23))));
    duet.records = true;
    let (fault, _) = duet.fault(Request::Do(Stage::Face));
    assert_eq!(fault, Fault::MechanicalTimeout);
    let texts = duet.texts();
    assert_eq!(texts.last().map(String::as_str), Some("MF"), "{texts:?}");
}
