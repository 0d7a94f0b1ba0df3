//! Whole cards, one in each mode.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::matica::Position;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::matica::Switches;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, Panel, RibbonKind, Side as Face};

use super::{Duet, MODELS, Make, XID8600, XID9300};
use crate::bench::{BLANKS, setup};
pub(crate) use crate::make::SMALL;
use crate::pictures::{self, Expected, Panels, expected, front, laid};

/// No chip, no hold.
pub(crate) fn plain() -> Setup {
    setup(Ribbon::Ymcko)
}

/// The chip first.
pub(crate) fn ktp() -> Setup {
    Setup {
        chip: true,
        ..plain()
    }
}

/// The picture of one person.
pub(crate) fn picture(person: usize) -> Arc<CardImage> {
    Arc::new(front(pictures::side(SMALL.0, SMALL.1, person)))
}

/// Prints one card with everything that the setup asks for, and compares driver and mechanism after each stage.
#[track_caller]
pub(crate) fn check(duet: &mut Duet, setup: Setup, image: &Arc<CardImage>) -> u64 {
    let mechanism = duet.firmware.mechanism();
    let number = mechanism.hopper().next().unwrap().0;
    let output = mechanism.output().len();
    let picked = mechanism.picked();
    let counts = duet.firmware.has_datagrams();

    let baseline = duet.done(Request::Prepare(setup));
    assert_eq!(baseline.place, Place::Empty);
    assert_eq!(baseline.cards.is_some(), counts);
    let unit = baseline.unit.clone();
    assert!(unit.is_some(), "a greeting names the unit");
    assert_eq!(duet.card(number).place, CardPlace::Hopper(0));

    let fed = duet.done(Request::Do(Stage::Feed));
    if setup.chip {
        assert_eq!(fed.place, Place::Contactless);
        assert_eq!(duet.reader("presence"), "yes");
        assert_eq!(Some(duet.reader("uid")), duet.card(number).uid);
        assert_eq!(duet.reader("apdu 00D60001020102"), "9000");
        let parked = duet.done(Request::Do(Stage::Park));
        assert_eq!(parked.place.inside(), Some(true));
    }
    assert_eq!(duet.card(number).place, CardPlace::PrintStart);

    let before = duet.texts().len();
    duet.done(Request::Load(Arc::clone(image)));
    assert_eq!(duet.texts().len(), before, "a load sends nothing");
    duet.done(Request::Do(Stage::Face));
    assert!(duet.firmware.mechanism().film().unwrap().printed);
    assert!(
        duet.card(number).front.laid.is_empty(),
        "the face waits on the film"
    );

    let finished = duet.done(Request::Do(Stage::Finish));
    assert_eq!(finished.last, LastAnswer::Ok);
    assert_eq!(finished.unit, unit);
    if setup.hold {
        assert_eq!(finished.place.inside(), Some(true));
        duet.assert_card(number, CardPlace::PrintStart, Looks::Whole);
        let ejected = duet.done(Request::Do(Stage::Eject));
        assert_eq!(ejected.place, Place::Empty);
    } else {
        assert_eq!(finished.place, Place::Empty);
        assert_eq!(finished.cards, baseline.cards.map(|cards| cards + 1));
    }
    duet.assert_card(number, CardPlace::Output, Looks::Whole);
    let mechanism = duet.firmware.mechanism();
    assert_eq!(mechanism.output().len(), output + 1);
    assert_eq!(mechanism.picked(), picked + 1, "one card, one feed");
    assert!(mechanism.inside().is_empty());
    assert!(
        !duet.cable.host_is_open(),
        "the connection is the job: it ends with its card"
    );
    assert_face(duet, number, image);
    number
}

/// What lies on the card is this picture, once, and no other.
#[track_caller]
pub(crate) fn assert_face(duet: &Duet, number: u64, image: &CardImage) {
    let card = duet.card(number);
    assert!(
        laid(card.face(Face::Front)) == on_film(&image.front),
        "card {number}: the front is another picture"
    );
    assert_eq!(laid(card.face(Face::Back)), Expected::default());
    let mut panels: Vec<Panel> = card.front.laid.iter().map(|laid| laid.panel).collect();
    panels.sort_unstable();
    let once = panels.len();
    panels.dedup();
    assert_eq!(panels.len(), once, "card {number}: a panel was laid twice");
}

/// A front as retransfer lays it: 256 levels, no varnish; only the planes that have content.
pub(crate) fn on_film(side: &Side) -> Expected {
    let panels = if side.colour.is_some() {
        Panels::All
    } else {
        Panels::Resin
    };
    Expected {
        o: Vec::new(),
        ..expected(side, panels, 8, None)
    }
}

/// Dots of a plane as they lie on a face: line by line along the long side, each from the picture's lower edge up.
pub(crate) fn turned_dots(
    (columns, rows): (usize, usize),
    dot: impl Fn(usize, usize) -> u8,
) -> Vec<u8> {
    let of_line = |x: usize| (0..rows).rev().map(move |y| (x, y));
    (0..columns)
        .flat_map(of_line)
        .map(|(x, y)| dot(x, y))
        .collect()
}

#[test]
fn one_side_in_colour_on_both_models() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        let number = check(&mut duet, plain(), &picture(0));
        let laid: Vec<Panel> = duet
            .card(number)
            .front
            .laid
            .iter()
            .map(|l| l.panel)
            .collect();
        assert_eq!(laid, [Panel::Y, Panel::M, Panel::C, Panel::K]);
        assert_eq!(
            duet.texts(),
            [
                "job", "01020000", "02020000", "04028000", "02020000", "02020000", "plane 1",
                "plane 2", "plane 4", "plane 8", "0602000F", "02020000", "07020005", "02020000"
            ],
            "{model}"
        );
    }
}

#[test]
fn the_chip_first_on_both_models() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        let number = check(&mut duet, ktp(), &picture(1));
        assert_eq!(duet.card(number).chip.updates, 1);
        for text in ["04020002", "0A021000", "0A025000", "05028000"] {
            assert!(duet.texts().contains(&text), "{model}: {text}");
        }
    }
}

#[test]
fn a_held_card_is_ejected_by_a_command_of_its_own_or_by_the_other_exit() {
    for model in MODELS {
        for move_to_5 in [true, false] {
            let mut make = Make::new(model).shown(&[BenchFlag::HoldsAtPrintPosition]);
            make.switches.move_to_5 = move_to_5;
            let mut duet = make.duet();
            let held = Setup {
                hold: true,
                ..ktp()
            };
            if move_to_5 {
                check(&mut duet, held, &picture(2));
                continue;
            }
            for request in duet.card_requests(held, picture(2)) {
                duet.done(request);
            }
            duet.assert_card(1, CardPlace::Reject, Looks::Whole);
            assert!(
                duet.news.contains(&Event::Fault(Fault::GoodCardInReject)),
                "a person fetches it from there"
            );
        }
    }
}

#[test]
fn what_this_printer_is_not_driven_to_do_is_refused_and_moves_nothing() {
    let mut duet = Make::new(XID9300).duet();
    for beyond in [
        Setup {
            hold: true,
            ..plain()
        },
        Setup {
            duplex: true,
            ..plain()
        },
    ] {
        assert_eq!(duet.fault(Request::Prepare(beyond)).0, Fault::OptionAbsent);
    }
    duet.done(Request::Prepare(plain()));
    let two_sides = CardImage {
        front: pictures::side(SMALL.0, SMALL.1, 1),
        back: Some(pictures::side(SMALL.0, SMALL.1, 2)),
    };
    let refused = duet.fault(Request::Load(Arc::new(two_sides)));
    assert_eq!(refused.0, Fault::OptionAbsent);
    for stage in [Stage::Chip, Stage::Eject] {
        assert_eq!(duet.fault(Request::Do(stage)).0, Fault::UnknownCommand);
    }
    assert_eq!(duet.firmware.mechanism().picked(), 0);
}

#[test]
fn resin_alone_and_dye_alone_send_only_their_planes() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        let mono = Arc::new(front(pictures::mono(SMALL.0, SMALL.1, 3)));
        let number = check(&mut duet, plain(), &mono);
        let panels: Vec<Panel> = duet
            .card(number)
            .front
            .laid
            .iter()
            .map(|l| l.panel)
            .collect();
        assert_eq!(panels, [Panel::K]);
        assert!(duet.texts().contains(&"06020008"));

        let mut dye = pictures::side(SMALL.0, SMALL.1, 4);
        dye.resin = BitPlane::clear(SMALL.0, SMALL.1);
        let dye = Arc::new(front(dye));
        duet.done(Request::Prepare(plain()));
        duet.done(Request::Do(Stage::Feed));
        duet.done(Request::Load(Arc::clone(&dye)));
        duet.done(Request::Do(Stage::Face));
        duet.done(Request::Do(Stage::Finish));
        let card = duet.card(number + 1);
        assert_eq!(card.place, CardPlace::Output);
        let there = laid(card.face(Face::Front));
        assert_eq!(there.dyes, on_film(&dye.front).dyes);
        assert!(there.k.is_empty(), "no resin has touched it");
        assert!(duet.texts().contains(&"06020007"));
    }
}

#[test]
fn every_ribbon_of_this_engine_prints_a_card() {
    for kind in [RibbonKind::Ymck, RibbonKind::Ymckk, RibbonKind::Ymcku] {
        let mut make = Make::new(XID8600);
        make.profile.ribbon = kind;
        let mut duet = make.duet();
        check(&mut duet, ktp(), &picture(5));
        check(&mut duet, plain(), &picture(6));
    }
}

#[test]
fn an_antenna_at_the_print_position_needs_no_park() {
    let mut make = Make::new(XID9300);
    make.options.station = Position::Print;
    make.profile.antenna_at_print = true;
    let mut duet = make.duet();
    check(&mut duet, ktp(), &picture(7));
    let moves = duet
        .texts()
        .into_iter()
        .filter(|text| text.starts_with("0502"));
    assert_eq!(moves.count(), 0);
}

#[test]
fn an_antenna_that_is_always_on_is_never_switched() {
    for model in MODELS {
        let mut make = Make::new(model);
        make.options.engage = false;
        make.switches.antenna_needs_engage = false;
        let mut duet = make.duet();
        check(&mut duet, ktp(), &picture(7));
        assert!(!duet.texts().iter().any(|text| text.starts_with("0A02")));
    }
}

#[test]
fn a_card_is_rejected_from_wherever_it_stands_and_its_face_reaches_no_other_card() {
    let stages = [Stage::Feed, Stage::Park, Stage::Face];
    for model in MODELS {
        for last in stages {
            let mut duet = Make::new(model).duet();
            duet.done(Request::Prepare(ktp()));
            for stage in stages.into_iter().filter(|stage| *stage <= last) {
                if stage == Stage::Face {
                    duet.done(Request::Load(picture(8)));
                }
                duet.done(Request::Do(stage));
            }
            let rejected = duet.done(Request::Do(Stage::Reject));
            assert_eq!(
                (rejected.place, rejected.last),
                (Place::Empty, LastAnswer::Ok)
            );
            duet.assert_card(1, CardPlace::Reject, Looks::Blank);
            assert_eq!(duet.firmware.mechanism().picked(), 1);
            assert!(!duet.cable.host_is_open(), "the job is over");
            // Film and planes keep the rejected face: the next card has a panel and a picture of its own.
            assert_eq!(
                duet.firmware.mechanism().film().unwrap().printed,
                last == Stage::Face
            );
            check(&mut duet, ktp(), &picture(9));
        }
    }
}

#[test]
fn a_held_card_is_rejected_too() {
    let mut duet = Make::new(XID9300)
        .shown(&[BenchFlag::HoldsAtPrintPosition])
        .duet();
    let held = Setup {
        hold: true,
        ..plain()
    };
    let mut requests = duet.card_requests(held, picture(0));
    requests.pop();
    for request in requests {
        duet.done(request);
    }
    duet.done(Request::Do(Stage::Reject));
    duet.assert_card(1, CardPlace::Reject, Looks::Whole);
    check(&mut duet, held, &picture(1));
}

#[test]
fn cards_in_a_row_count_cards_film_and_ribbon() {
    let mut duet = Make::new(XID8600).duet();
    let film = |duet: &Duet| duet.firmware.mechanism().film().unwrap().left;
    let sets = |duet: &Duet| duet.firmware.mechanism().ribbon().unwrap().sets_left;
    let (panels, ribbon) = (film(&duet), sets(&duet));
    for number in 1..=BLANKS {
        let person = usize::try_from(number).unwrap();
        assert_eq!(check(&mut duet, ktp(), &picture(person)), number);
        let spent = u32::try_from(number).unwrap();
        assert_eq!(panels - film(&duet), spent, "one film panel a card");
        assert_eq!(ribbon - sets(&duet), spent, "one set a card");
    }
    let told = duet.done(Request::Status);
    assert_eq!(told.feeder_filled, Some(false));
    assert_eq!(told.cards, Some(BLANKS));
    assert_eq!(duet.fault(Request::Prepare(ktp())).0, Fault::FeederEmpty);
}

#[test]
fn identity_is_what_the_greeting_and_the_status_say() {
    for (model, told_model, ribbon) in [
        (XID8600, "XID8600", Told::Told("YMCK".to_owned())),
        (XID9300, "XID580ie", Told::NotAskable),
    ] {
        let mut duet = Make::new(model).duet();
        let evidence = duet.done(Request::Identify);
        let unit = evidence.unit.unwrap();
        assert!(unit.starts_with(told_model) && unit.contains("SIM00001"));
        let identity = Identity {
            maker: Told::Inferred("Matica".to_owned()),
            model: Told::Told(told_model.to_owned()),
            other_model: false,
            serial: Told::Inferred(unit),
            firmware: Told::NotAskable,
            ribbon,
        };
        assert!(
            duet.news.contains(&Event::Identity(identity)),
            "{:?}",
            duet.news
        );
        assert_eq!(duet.firmware.mechanism().picked(), 0);
    }
}

#[test]
fn a_finished_card_whose_counter_lags_is_waited_for() {
    let mut make = Make::new(XID8600);
    make.switches = Switches {
        status_lags: 2,
        ..Switches::default()
    };
    let mut duet = make.duet();
    check(&mut duet, ktp(), &picture(3));
    duet.hand(Hand::TakeOutput);
    check(&mut duet, plain(), &picture(4));
}
