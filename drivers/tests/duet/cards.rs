//! Whole cards, one in each mode.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::evolis::Depth;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, Panel, RibbonKind, Side as Face};

use crate::bench::BLANKS;
pub(crate) use crate::bench::setup;
use crate::evolis::{Duet, Make};
pub(crate) use crate::make::SMALL;
use crate::pictures::{self, Panels, expected, front, laid};

/// Single side in colour, the chip first, held and ejected by a command of its own.
pub(crate) fn ktp() -> Setup {
    Setup {
        chip: true,
        hold: true,
        ..setup(Ribbon::Ymcko)
    }
}

/// Prints one card with everything the setup asks for, and compares driver and mechanism after each stage.
#[track_caller]
pub(crate) fn check(duet: &mut Duet, setup: Setup, image: &CardImage, depth: Depth) -> u64 {
    let mechanism = duet.firmware.mechanism();
    let number = mechanism.hopper().next().unwrap().0;
    let output = mechanism.output().len();
    let (cards, panels) = duet.counts();
    let sets = mechanism.ribbon().unwrap().sets_left;

    let baseline = duet.done(Request::Prepare(setup));
    assert_eq!(baseline.place, Place::Empty);
    assert_eq!(
        (baseline.cards, baseline.panels),
        (Some(cards), Some(panels))
    );
    assert_eq!(baseline.power, Power::Kept);
    assert_eq!(baseline.unit, Some(duet.firmware.profile().serial.clone()));
    assert!(
        matches!(duet.card(number).place, CardPlace::Hopper(0)),
        "prepare moves nothing"
    );

    let fed = duet.done(Request::Do(Stage::Feed));
    assert_eq!(fed.cards, Some(cards + 1));
    if setup.chip {
        assert_eq!(fed.place, Place::Contactless);
        assert_eq!(duet.card(number).place, CardPlace::Contactless);
        assert_eq!(duet.reader("presence"), "yes");
        assert_eq!(Some(duet.reader("uid")), duet.card(number).uid);
        assert_eq!(duet.reader("apdu 00D60001020102"), "9000");
        duet.done(Request::Do(Stage::Park));
    }
    assert_eq!(duet.card(number).place, CardPlace::PrintStart);

    duet.done(Request::Load(Arc::new(image.clone())));
    assert_eq!(
        duet.card(number).looks(),
        Looks::Blank,
        "a load lays no dye"
    );
    assert!(duet.card(number).front.laid.is_empty());
    duet.done(Request::Do(Stage::Face));
    assert_ne!(
        duet.card(number).looks(),
        Looks::Whole,
        "the last panel waits for its order"
    );

    let finished = duet.done(Request::Do(Stage::Finish));
    let laid_panels = duet.card(number).front.laid.len() + duet.card(number).back.laid.len();
    assert_eq!(finished.cards, Some(cards + 1));
    assert_eq!(finished.panels, Some(panels + laid_panels as u64));
    assert_eq!(duet.counts(), (cards + 1, panels + laid_panels as u64));
    assert_eq!(finished.last, LastAnswer::Ok);
    if setup.hold {
        assert_eq!(finished.place, Place::Path);
        duet.assert_card(number, CardPlace::PrintStart, Looks::Whole);
        let ejected = duet.done(Request::Do(Stage::Eject));
        assert_eq!(ejected.place, Place::Empty);
    } else {
        assert_eq!(finished.place, Place::Empty);
    }
    duet.assert_card(number, CardPlace::Output, Looks::Whole);
    let mechanism = duet.firmware.mechanism();
    assert_eq!(mechanism.output().len(), output + 1);
    assert!(mechanism.inside().is_empty() && mechanism.reject().is_empty());
    assert_eq!(duet.counts().0, cards + 1, "one card, one feed");
    assert!(
        mechanism.ribbon().unwrap().sets_left < sets,
        "a set was begun"
    );

    assert_faces(duet, number, setup, image, depth, None);
    number
}

/// What lies on the card's faces is the picture.
#[track_caller]
pub(crate) fn assert_faces(
    duet: &Duet,
    number: u64,
    setup: Setup,
    image: &CardImage,
    depth: Depth,
    window: Option<(usize, usize)>,
) {
    let bits = u32::try_from(depth.bits()).unwrap();
    let (front_panels, back_panels) = match setup.ribbon {
        Ribbon::Ymcko => (Panels::All, Panels::All),
        Ribbon::Ymckok => (Panels::All, Panels::Resin),
        Ribbon::K => (Panels::Resin, Panels::Resin),
    };
    let card = duet.card(number);
    let wanted = expected(&image.front, front_panels, bits, window);
    assert!(
        laid(card.face(Face::Front)) == wanted,
        "the front is another picture"
    );
    let wanted = match &image.back {
        Some(side) => expected(side, back_panels, bits, window),
        None => pictures::Expected::default(),
    };
    assert!(
        laid(card.face(Face::Back)) == wanted,
        "the back is another picture"
    );
}

const YMCKO: [Panel; 5] = [Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O];

#[test]
fn one_side_in_colour() {
    let mut duet = Make::new("evolis-primacy").duet();
    let image = front(pictures::side(SMALL.0, SMALL.1, 0));
    let number = check(&mut duet, setup(Ribbon::Ymcko), &image, Depth::default());
    assert_eq!(duet.order(number), YMCKO.map(|panel| (Face::Front, panel)));
}

#[test]
fn one_side_in_colour_with_the_chip_first_held_and_ejected() {
    let mut duet = Make::new("evolis-primacy").duet();
    let image = front(pictures::side(SMALL.0, SMALL.1, 1));
    let number = check(&mut duet, ktp(), &image, Depth::default());
    assert_eq!(duet.card(number).chip.updates, 1);
    assert_eq!(duet.order(number), YMCKO.map(|panel| (Face::Front, panel)));
}

#[test]
fn two_sides_with_the_second_black_on_the_back() {
    let mut duet = Make::new("evolis-primacy-duplex").duet();
    let (lines, columns) = SMALL;
    let image = CardImage {
        front: pictures::side(lines, columns, 2),
        back: Some(pictures::mono(lines, columns, 3)),
    };
    let wanted = Setup {
        duplex: true,
        ribbon: Ribbon::Ymckok,
        ..ktp()
    };
    let number = check(&mut duet, wanted, &image, Depth::default());
    let mut ordered: Vec<_> = YMCKO.map(|panel| (Face::Front, panel)).to_vec();
    ordered.push((Face::Back, Panel::K));
    assert_eq!(duet.order(number), ordered);
}

#[test]
fn two_sides_in_colour_use_two_sets() {
    let mut make = Make::new("evolis-primacy-duplex");
    make.profile.ribbon = RibbonKind::Ymcko;
    let mut duet = make.duet();
    let (lines, columns) = SMALL;
    let image = CardImage {
        front: pictures::side(lines, columns, 4),
        back: Some(pictures::side(lines, columns, 5)),
    };
    let wanted = Setup {
        duplex: true,
        ..ktp()
    };
    let before = duet.firmware.mechanism().ribbon().unwrap().sets_left;
    check(&mut duet, wanted, &image, Depth::default());
    let after = duet.firmware.mechanism().ribbon().unwrap().sets_left;
    assert_eq!(before - after, 2);
}

#[test]
fn resin_alone() {
    let mut make = Make::new("evolis-primacy");
    make.profile.ribbon = RibbonKind::K;
    let mut duet = make.duet();
    let image = front(pictures::mono(SMALL.0, SMALL.1, 6));
    let number = check(&mut duet, setup(Ribbon::K), &image, Depth::default());
    assert_eq!(duet.order(number), [(Face::Front, Panel::K)]);
    let held = Setup {
        ribbon: Ribbon::K,
        ..ktp()
    };
    check(&mut duet, held, &image, Depth::default());
}

#[test]
fn varnish_full_none_and_where_the_picture_wants_it() {
    let (lines, columns) = SMALL;
    let window = pictures::side(lines, columns, 9).resin;
    for overlay in [Overlay::Full, Overlay::None, Overlay::Plane(window)] {
        let mut duet = Make::new("evolis-primacy").duet();
        let image = front(Side {
            overlay,
            ..pictures::side(lines, columns, 7)
        });
        check(&mut duet, ktp(), &image, Depth::default());
    }
}

#[test]
fn a_side_without_colour_uses_its_panels_up_empty() {
    let mut duet = Make::new("evolis-primacy").duet();
    let image = front(pictures::mono(SMALL.0, SMALL.1, 8));
    let number = check(&mut duet, setup(Ribbon::Ymcko), &image, Depth::default());
    assert!(duet.card(number).front.y.iter().all(|dot| *dot == 0));
}

#[test]
fn a_printer_of_the_guide_prints_two_sides_in_black_with_the_chip_first() {
    let mut duet = Make::new("evolis-dualys").duet();
    let (lines, columns) = SMALL;
    let image = CardImage {
        front: pictures::mono(lines, columns, 10),
        back: Some(pictures::mono(lines, columns, 11)),
    };
    let wanted = Setup {
        chip: true,
        duplex: true,
        ..setup(Ribbon::K)
    };
    let number = check(&mut duet, wanted, &image, Depth::default());
    assert_eq!(
        duet.order(number),
        [(Face::Front, Panel::K), (Face::Back, Panel::K)]
    );
    let refused = duet.fault(Request::Prepare(Setup {
        hold: true,
        ..wanted
    }));
    assert_eq!(refused.0, Fault::OptionAbsent, "it has no word for holding");
}

#[test]
fn a_printer_of_the_guide_prints_in_colour() {
    let mut make = Make::new("evolis-dualys");
    make.profile.ribbon = RibbonKind::Ymcko;
    let mut duet = make.duet();
    let image = front(pictures::side(SMALL.0, SMALL.1, 12));
    check(&mut duet, setup(Ribbon::Ymcko), &image, Depth::default());
}

#[test]
fn a_card_is_rejected_from_wherever_it_stands() {
    let (lines, columns) = SMALL;
    let stages = [Stage::Feed, Stage::Park, Stage::Face, Stage::Finish];
    for last in stages {
        let mut duet = Make::new("evolis-primacy").duet();
        duet.done(Request::Prepare(ktp()));
        for stage in stages.into_iter().filter(|stage| *stage <= last) {
            if stage == Stage::Face {
                let image = front(pictures::side(lines, columns, 13));
                duet.done(Request::Load(Arc::new(image)));
            }
            duet.done(Request::Do(stage));
        }
        let rejected = duet.done(Request::Do(Stage::Reject));
        assert_eq!(
            (rejected.place, rejected.last),
            (Place::Empty, LastAnswer::Ok)
        );
        let looks = match last {
            Stage::Face => Looks::Part,
            Stage::Finish => Looks::Whole,
            Stage::Feed
            | Stage::Chip
            | Stage::Park
            | Stage::Eject
            | Stage::Reject
            | Stage::Clear => Looks::Blank,
        };
        duet.assert_card(1, CardPlace::Reject, looks);
        assert_eq!(duet.counts().0, 1, "no second card was fed");

        // What waits in memory never reaches the next card.
        let image = front(pictures::side(lines, columns, 14));
        duet.hand(cetak_firmware_sims::hands::Hand::EmptyReject);
        check(&mut duet, ktp(), &image, Depth::default());
    }
}

#[test]
fn cards_in_a_row_count_cards_panels_and_ribbon() {
    let mut duet = Make::new("evolis-primacy").duet();
    for number in 1..=BLANKS {
        let image = front(pictures::side(
            SMALL.0,
            SMALL.1,
            usize::try_from(number).unwrap(),
        ));
        assert_eq!(check(&mut duet, ktp(), &image, Depth::default()), number);
        assert_eq!(duet.counts(), (number, number * 5));
    }
    let told = duet.done(Request::Status);
    assert_eq!(told.feeder_filled, Some(false));
    assert_eq!(told.cards, Some(BLANKS));
    assert_eq!(duet.fault(Request::Prepare(ktp())).0, Fault::FeederEmpty);
    // The ribbon's chip was read by the last `Prepare`.
    let left = duet.done(Request::Status).ribbon_left;
    assert_eq!(left, Some(300 - BLANKS));
    assert_eq!(
        duet.firmware.mechanism().ribbon().unwrap().chip_count,
        Some(292)
    );
}

#[test]
fn identity_is_what_the_firmware_says() {
    for (model, ribbon) in [("evolis-primacy", "ymcko"), ("evolis-dualys", "k")] {
        let mut duet = Make::new(model).duet();
        duet.done(Request::Identify);
        let profile = duet.firmware.profile().clone();
        let told = |text: &str| Told::Told(text.to_owned());
        let identity = Identity {
            maker: Told::Inferred("Evolis".to_owned()),
            model: told(&profile.model),
            other_model: false,
            serial: told(&profile.serial),
            firmware: told(&profile.firmware),
            ribbon: told(ribbon),
        };
        assert!(
            duet.news.contains(&Event::Identity(identity)),
            "{:?}",
            duet.news
        );
        assert_eq!(
            duet.firmware.mechanism().picked(),
            0,
            "a status moves nothing"
        );
    }
}
