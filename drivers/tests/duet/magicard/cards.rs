//! Whole cards: every model, every mode, and every order of stages.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::magicard::{FULL, Options, Transport, models};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::{Button, Hand};
use cetak_firmware_sims::magicard::Profile;
use cetak_firmware_sims::mechanism::{Card, CardPlace, Looks, Panel, RibbonKind, Side as Face};

use super::bench::{Duet, Make};
use super::room::{LONG, port_error, tallies};
use crate::bench::BLANKS;
pub(super) use crate::bench::setup;
pub(super) use crate::make::SMALL;
use crate::pictures::{self, Expected, Panels, expected, front, laid};

/// Bits of a dye dot.
const BITS: u32 = 6;
/// Shades of a dye dot as the mechanism keeps them.
const SHADES: usize = 63;

pub(super) fn colour() -> Setup {
    setup(Ribbon::Ymcko)
}

pub(super) fn picture(salt: usize) -> CardImage {
    front(pictures::side(SMALL.0, SMALL.1, salt))
}

/// A page's dye of six bits, in the shades of [`crate::pictures`], as this maker's firmware lays it: the sample, and its
/// upper bits below it. What is empty is not sent and not laid; a side without anything is one empty plane of resin.
fn as_laid(side: &Side) -> Expected {
    let mut wanted = expected(side, Panels::All, BITS, None);
    for dye in &mut wanted.dyes {
        for shade in dye.iter_mut() {
            let sample = (usize::from(*shade) * SHADES + 127) / 255;
            *shade = u8::try_from(sample << 2 | sample >> 4).unwrap();
        }
    }
    for dye in &mut wanted.dyes {
        if dye.iter().all(|shade| *shade == 0) {
            dye.clear();
        }
    }
    let dyed = wanted.dyes.iter().any(|dye| !dye.is_empty());
    if dyed && wanted.k.iter().all(|byte| *byte == 0) {
        wanted.k.clear();
    }
    if side.overlay == Overlay::None {
        wanted.o.clear();
    }
    wanted
}

/// The picture lies on the card, on both its faces; `coats`: the film has an overcoat.
pub(super) fn is_on(card: &Card, image: &CardImage, coats: bool) -> bool {
    let wanted = |side: &Side| {
        let mut wanted = as_laid(side);
        if !coats {
            wanted.o.clear();
        }
        wanted
    };
    let back = image.back.as_ref().map(wanted).unwrap_or_default();
    wanted(&image.front) == laid(&card.front) && back == laid(&card.back)
}

/// The film that is fitted has an overcoat.
pub(super) fn coats(duet: &Duet) -> bool {
    let film = duet.firmware.mechanism().ribbon();
    film.is_some_and(|film| film.kind.panels().contains(&Panel::O))
}

/// Prints one card, compares driver and mechanism after each request, and the faces with the picture. Returns the
/// card's number.
#[track_caller]
pub(super) fn check(duet: &mut Duet, setup: Setup, image: &CardImage) -> u64 {
    let mechanism = duet.firmware.mechanism();
    let number = mechanism.hopper().next().unwrap().0;
    let (output, picked) = (mechanism.output().len(), mechanism.picked());
    let (cards, panels) = tallies(duet);

    let baseline = duet.done(Request::Prepare(setup));
    assert_eq!(
        (baseline.cards, baseline.panels),
        (Some(cards), Some(panels))
    );
    assert_eq!(baseline.unit, Some(duet.firmware.profile().serial.clone()));
    assert_eq!(
        (baseline.place, baseline.power),
        (Place::Unknown, Power::Unknown)
    );
    duet.done(Request::Load(Arc::new(image.clone())));
    assert!(
        matches!(duet.card(number).place, CardPlace::Hopper(0)),
        "nothing has moved before the first byte of a page"
    );
    duet.done(Request::Do(Stage::Face));
    assert!(
        duet.card(number).front.laid.is_empty(),
        "no dye before the page is complete"
    );
    let finished = duet.done(Request::Do(Stage::Finish));

    duet.assert_card(number, CardPlace::Output, Looks::Whole);
    let mechanism = duet.firmware.mechanism();
    assert_eq!(mechanism.output().len(), output + 1);
    assert_eq!(mechanism.picked(), picked + 1, "one card, one feed");
    assert!(mechanism.inside().is_empty() && mechanism.reject().is_empty());
    assert!(
        is_on(duet.card(number), image, coats(duet)),
        "another picture on card {number}"
    );
    let told = tallies(duet);
    assert_eq!(
        (finished.cards, finished.panels),
        (Some(told.0), Some(told.1))
    );
    assert_eq!(told.0, cards + 1);
    assert_eq!(finished.last, LastAnswer::Unknown);
    number
}

const YMCKO: [Panel; 5] = [Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O];

#[test]
fn one_side_in_colour_on_every_model_and_link() {
    for model in models::MODELS {
        for transport in [Transport::Usb, Transport::Tcp] {
            let mut duet = Make::new(model.key).over(transport).ymcko().duet();
            for salt in 0..2 {
                let number = check(&mut duet, colour(), &picture(salt));
                let front = YMCKO.map(|panel| (Face::Front, panel));
                assert_eq!(duet.order(number), front, "{}", model.key);
            }
        }
    }
}

#[test]
fn two_sides_with_the_second_resin_on_the_back() {
    for model in ["magicard-enduro-plus", "magicard-tango2e"] {
        let mut duet = Make::new(model).duet();
        let image = CardImage {
            back: Some(pictures::mono(SMALL.0, SMALL.1, 3)),
            ..picture(2)
        };
        let wanted = Setup {
            duplex: true,
            ..setup(Ribbon::Ymckok)
        };
        let sets = duet.firmware.mechanism().ribbon().unwrap().sets_left;
        let number = check(&mut duet, wanted, &image);
        let mut panels = YMCKO.map(|panel| (Face::Front, panel)).to_vec();
        panels.push((Face::Back, Panel::K));
        assert_eq!(duet.order(number), panels);
        let left = duet.firmware.mechanism().ribbon().unwrap().sets_left;
        assert_eq!(sets - left, 1);
    }
}

#[test]
fn two_sides_in_colour_use_two_sets() {
    for model in ["magicard-enduro-plus", "magicard-tango2e"] {
        for transport in [Transport::Usb, Transport::Tcp] {
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            let image = CardImage {
                back: Some(pictures::side(SMALL.0, SMALL.1, 5)),
                ..picture(4)
            };
            let wanted = Setup {
                duplex: true,
                ..colour()
            };
            let sets = duet.firmware.mechanism().ribbon().unwrap().sets_left;
            let number = check(&mut duet, wanted, &image);
            assert_eq!(duet.order(number).len(), 10);
            let left = duet.firmware.mechanism().ribbon().unwrap().sets_left;
            assert_eq!(sets - left, 2);
        }
    }
}

#[test]
fn resin_alone_with_and_without_an_overcoat_on_the_film() {
    for model in ["magicard-enduro", "magicard-rio2"] {
        for (film, panels) in [(RibbonKind::K, 1), (RibbonKind::Ko, 2)] {
            let mut make = Make::new(model);
            make.profile.ribbon = film;
            let mut duet = make.duet();
            let image = front(Side {
                overlay: Overlay::Full,
                ..pictures::mono(SMALL.0, SMALL.1, 6)
            });
            let number = check(&mut duet, setup(Ribbon::K), &image);
            assert_eq!(duet.order(number).len(), panels, "{model} {film:?}");
        }
    }
}

#[test]
fn colour_on_a_film_of_resin_is_screened_where_the_options_say_so() {
    let mut make = Make::new("magicard-enduro");
    make.profile.ribbon = RibbonKind::K;
    let options = Options {
        screens: true,
        ..Options::default()
    };
    make.options = options;
    let mut duet = make.duet();
    let grey = CardImage {
        front: Side {
            colour: Some(Colour {
                width: SMALL.0,
                height: SMALL.1,
                rgb: vec![128; SMALL.0 * SMALL.1 * 3],
            }),
            resin: BitPlane::clear(SMALL.0, SMALL.1),
            overlay: Overlay::None,
        },
        back: None,
    };
    duet.done(Request::Prepare(setup(Ribbon::K)));
    duet.done(Request::Load(Arc::new(grey)));
    duet.done(Request::Do(Stage::Face));
    duet.done(Request::Do(Stage::Finish));
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
    let dots = duet.card(1).front.k.iter().map(|byte| byte.count_ones());
    let dots = usize::try_from(dots.sum::<u32>()).unwrap();
    let all = SMALL.0 * SMALL.1;
    assert!((all / 4..all * 3 / 4).contains(&dots), "{dots} of {all}");
}

#[test]
fn an_overcoat_over_all_over_nothing_and_with_two_holes() {
    let (lines, columns) = SMALL;
    let mut holed = BitPlane::clear(lines, columns);
    let holes = [(3, 4), (4, 4), (10, 9), (10, 10)];
    for y in 1..columns {
        for x in (2..lines).filter(|x| !holes.contains(&(*x, y))) {
            holed.set(x, y);
        }
    }
    for overlay in [Overlay::Full, Overlay::None, Overlay::Plane(holed)] {
        for model in ["magicard-enduro", "magicard-rio2"] {
            let mut duet = Make::new(model).ymcko().duet();
            let image = front(Side {
                overlay: overlay.clone(),
                ..pictures::side(lines, columns, 7)
            });
            check(&mut duet, colour(), &image);
        }
    }
}

#[test]
fn an_overcoat_on_the_back_too_begins_another_set() {
    let mut duet = Make::new("magicard-enduro-plus").duet();
    let image = CardImage {
        back: Some(Side {
            overlay: Overlay::Full,
            ..pictures::mono(SMALL.0, SMALL.1, 3)
        }),
        ..picture(2)
    };
    let wanted = Setup {
        duplex: true,
        ..setup(Ribbon::Ymckok)
    };
    let number = check(&mut duet, wanted, &image);
    let back = [Panel::K, Panel::O].map(|panel| (Face::Back, panel));
    assert_eq!(duet.order(number)[5..], back);
}

#[test]
fn planes_with_nothing_in_them_are_left_out_and_a_white_side_is_fed() {
    let (lines, columns) = SMALL;
    let black = pictures::mono(lines, columns, 8);
    let white = Side {
        resin: BitPlane::clear(lines, columns),
        ..black.clone()
    };
    for model in ["magicard-enduro", "magicard-rio2"] {
        let mut duet = Make::new(model).ymcko().duet();
        let number = check(&mut duet, colour(), &front(black.clone()));
        assert_eq!(duet.order(number), [(Face::Front, Panel::K)]);
        duet.done(Request::Prepare(colour()));
        duet.done(Request::Load(Arc::new(front(white.clone()))));
        duet.done(Request::Do(Stage::Face));
        duet.done(Request::Do(Stage::Finish));
        duet.assert_card(number + 1, CardPlace::Output, Looks::Blank);
    }
}

#[test]
fn a_head_that_sits_elsewhere_leaves_the_picture_on_the_card() {
    let fits: [fn(&mut Profile); 3] = [
        |profile| profile.head_position = 35,
        |profile| profile.head_position = 45,
        |profile| profile.head_position = 65,
    ];
    for fit in fits {
        let mut make = Make::new("magicard-enduro");
        fit(&mut make.profile);
        let mut duet = make.duet();
        check(&mut duet, colour(), &picture(9));
    }
}

#[test]
fn a_head_that_cools_between_two_panels_is_no_end_of_the_card() {
    for transport in [Transport::Usb, Transport::Tcp] {
        let mut make = Make::new("magicard-enduro").over(transport);
        // After magenta it waits for longer than counters rest at the end of a card.
        make.profile.heat.dye = 30.0;
        make.profile.heat.waits_at = 75.0;
        make.profile.heat.goes_on_at = 47.0;
        let mut duet = make.duet();
        check(&mut duet, colour(), &picture(9));
    }
}

#[test]
fn a_whole_sized_card_of_either_head() {
    for model in ["magicard-enduro", "magicard-rio2"] {
        let mut make = Make::new(model).ymcko();
        make.dots = None;
        let mut duet = make.duet();
        let (lines, columns) = FULL;
        check(
            &mut duet,
            colour(),
            &front(pictures::side(lines, columns, 1)),
        );
    }
}

#[test]
fn cards_in_a_row_count_cards_panels_and_ribbon_until_the_hopper_is_empty() {
    for model in ["magicard-enduro", "magicard-rio2"] {
        let mut duet = Make::new(model).duet();
        for number in 1..=BLANKS {
            let image = picture(usize::try_from(number).unwrap());
            assert_eq!(check(&mut duet, colour(), &image), number);
            assert_eq!(tallies(&duet), (number, number * 5));
        }
        let told = duet.done(Request::Status);
        assert_eq!(told.cards, Some(BLANKS));
        let left = (model == "magicard-enduro").then_some(300 - BLANKS);
        assert_eq!(told.ribbon_left, left, "a Rio names no film");
        // Nothing tells of the hopper before a card is drawn.
        duet.done(Request::Prepare(colour()));
        duet.done(Request::Load(Arc::new(picture(0))));
        duet.done(Request::Do(Stage::Face));
        let began = duet.now;
        let (fault, told) = duet.fault(Request::Do(Stage::Finish));
        assert!(duet.now.since(began) >= std::time::Duration::from_secs(34));
        assert_eq!(told.cards, Some(BLANKS));
        let says = if model == "magicard-enduro" {
            Fault::FeederEmpty
        } else {
            port_error()
        };
        assert_eq!(fault, says);
    }
}

#[test]
fn stages_that_are_not_offered_or_out_of_turn_send_nothing_and_move_nothing() {
    for model in ["magicard-enduro-plus", "magicard-tango2e"] {
        let mut duet = Make::new(model).duet();
        duet.records = true;
        for stage in [
            Stage::Feed,
            Stage::Chip,
            Stage::Park,
            Stage::Eject,
            Stage::Reject,
        ] {
            let refused = duet.fault(Request::Do(stage)).0;
            assert_eq!(refused, Fault::UnknownCommand, "{stage:?}");
        }
        assert!(duet.heard_by_printer.is_empty());
        let load = || Request::Load(Arc::new(picture(1)));
        let prepare = || Request::Prepare(setup(Ribbon::Ymckok));
        let out_of_turn: [&[fn() -> Request]; 6] = [
            &[|| Request::Do(Stage::Face)],
            &[|| Request::Do(Stage::Finish)],
            &[|| Request::Do(Stage::Clear), || Request::Do(Stage::Face)],
            &[|| Request::Status, || Request::Load(Arc::new(picture(1)))],
            &[|| Request::Identify, || Request::Do(Stage::Finish)],
            &[
                || Request::Listen { after: None },
                || Request::Load(Arc::new(picture(1))),
            ],
        ];
        for requests in out_of_turn {
            let mut duet = Make::new(model).duet();
            duet.done(Request::Status);
            let (last, before) = requests.split_last().unwrap();
            for request in before {
                duet.done(request());
            }
            duet.records = true;
            assert_eq!(duet.fault(last()).0, Fault::OutOfStep);
            assert!(duet.heard_by_printer.is_empty(), "{:?}", last());
        }
        // A page that was prepared and loaded is not finished before its face, nor sent twice.
        duet.done(prepare());
        duet.done(load());
        assert_eq!(
            duet.fault(Request::Do(Stage::Finish)).0,
            Fault::OutOfStep,
            "no face"
        );
        duet.done(prepare());
        duet.done(load());
        duet.done(Request::Do(Stage::Face));
        assert_eq!(duet.fault(Request::Do(Stage::Face)).0, Fault::OutOfStep);
        assert_eq!(duet.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
        duet.pass(LONG);
        let mechanism = duet.firmware.mechanism();
        assert_eq!(mechanism.picked(), 0, "half a page draws no card");
        // And a picture may be loaded anew as often as one likes.
        let mut duet = Make::new(model).duet();
        duet.done(prepare());
        duet.done(load());
        check(&mut duet, setup(Ribbon::Ymckok), &picture(2));
    }
}

#[test]
fn what_it_is_and_how_it_is_are_told_without_a_motion() {
    for (model, name, ribbon) in [
        (
            "magicard-enduro",
            Told::Told("Enduro".to_owned()),
            "MA300YMCKO",
        ),
        ("magicard-rio2", Told::Inferred("Rio 2".to_owned()), ""),
    ] {
        let mut make = Make::new(model);
        make.profile.cleaning_interval = 1;
        let mut duet = make.duet();
        duet.records = true;
        duet.done(Request::Identify);
        let heard = String::from_utf8(std::mem::take(&mut duet.heard_by_printer)).unwrap();
        let told = |text: &str| Told::Told(text.to_owned());
        let rio = model == "magicard-rio2";
        assert_eq!(heard.contains("\x01REQ,STA,VRS,\x1C\x03"), rio);
        let identity = Identity {
            maker: Told::Inferred("Magicard".to_owned()),
            model: name,
            other_model: false,
            serial: told(&duet.firmware.profile().serial),
            firmware: told("2.10"),
            ribbon: if rio { Told::NotAskable } else { told(ribbon) },
        };
        assert!(
            duet.news.contains(&Event::Identity(identity)),
            "{:?}",
            duet.news
        );
        let cleaning = |duet: &mut Duet| {
            duet.done(Request::Status);
            let Some(Event::Status(status)) = duet.news.iter().rev().nth(1) else {
                panic!("{:?}", duet.news);
            };
            status.faults.contains(&Fault::CleaningDue)
        };
        assert!(!cleaning(&mut duet), "{model}");
        let heard = String::from_utf8(std::mem::take(&mut duet.heard_by_printer)).unwrap();
        assert_eq!(heard.contains("\x01REQ,STA,CCP,\x1C\x03"), rio);
        assert_eq!(duet.firmware.mechanism().picked(), 0);
        check(&mut duet, colour(), &picture(1));
        assert!(cleaning(&mut duet), "{model}: after the one card it allows");
        check(&mut duet, colour(), &picture(2));
        // Cleaned by a person: CLN asks for the card, OK lets it run.
        duet.stranger_bytes(b"\x01,REQ,CLN,\x1C\x03");
        duet.hand(Hand::Press { button: Button::Ok });
        duet.pass(LONG);
        assert!(!cleaning(&mut duet), "{model}");
    }
}
