//! A fault that stays. The table says of a card whose face is only on the film that it goes on; so the spooler asks
//! again and again until somebody has mended it. Each round ends in its time, moves nothing and uses nothing up; when
//! it is mended the same card is finished.

use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::matica::Phase;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, RibbonKind};

use super::cards::{assert_face, ktp, picture};
use super::{Duet, MODELS, Make, examine};
use crate::bench::struck;

/// Rounds for which nobody comes.
const ROUNDS: u32 = 5;
/// One round takes no longer than that.
const ROUND_MAX: Duration = Duration::from_secs(600);

/// What a printer has used: sets, film panels, blanks.
fn used(duet: &Duet) -> (Option<u32>, u32, u32) {
    let mechanism = duet.firmware.mechanism();
    let sets = mechanism.ribbon().map(|ribbon| ribbon.sets_left);
    (sets, mechanism.film().unwrap().left, mechanism.picked())
}

/// A card whose face failed, rounds in which nobody comes, then the hands, and the card is finished.
#[track_caller]
fn stays(mut duet: Duet, fault: &Fault, mend: impl FnOnce(&mut Duet), about: &str) {
    duet.begin_card(ktp(), &picture(1), Stage::Park);
    duet.done(Request::Load(picture(1)));
    let (told, _) = duet.fault(Request::Do(Stage::Face));
    assert_eq!(&told, fault, "{about}");
    let inside = Setup {
        card_inside: true,
        ..ktp()
    };
    let before = used(&duet);
    for _ in 0..ROUNDS {
        let began = duet.now;
        duet.listen(Stage::Face);
        // What counts as stuck is told so, and a person is asked.
        duet.ask(examine());
        let (told, _) = duet.fault(Request::Prepare(inside));
        assert_eq!(&told, fault, "{about}: it is told until it is mended");
        assert!(duet.now.since(began) > Duration::from_secs(15), "{about}");
        assert!(duet.now.since(began) < ROUND_MAX, "{about}");
        assert_eq!(used(&duet), before, "{about}: nothing is used up");
        duet.assert_card(1, CardPlace::PrintStart, Looks::Blank);
    }
    mend(&mut duet);
    duet.listen(Stage::Face);
    duet.examine();
    duet.done(Request::Prepare(inside));
    duet.done(Request::Load(picture(2)));
    duet.done(Request::Do(Stage::Face));
    duet.done(Request::Do(Stage::Finish));
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
    assert_face(&duet, 1, &picture(2));
}

#[test]
fn a_torn_film_is_waited_for_and_uses_nothing() {
    for model in MODELS {
        let mut make = Make::new(model);
        make.plan = struck(Step::Panel(1), 500, Strike::Jam);
        let fit = |duet: &mut Duet| {
            duet.hand(Hand::Film { panels: None });
        };
        stays(make.duet(), &Fault::FilmEnd, fit, model);
    }
}

#[test]
fn a_ribbon_that_has_ended_is_waited_for_and_uses_nothing() {
    for model in MODELS {
        let mut make = Make::new(model);
        make.plan = struck(Step::Panel(2), 500, Strike::RibbonEnds);
        let fit = |duet: &mut Duet| {
            duet.hand(Hand::Ribbon {
                kind: RibbonKind::Ymck,
                sets: None,
            });
        };
        stays(make.duet(), &Fault::RibbonEnd, fit, model);
    }
}

#[test]
fn a_hardware_fault_is_told_each_time_until_the_button_is_pressed() {
    for model in MODELS {
        for (code, fault) in [
            (0x04C3, Fault::Hardware),
            (0x04F0, Fault::Overheated),
            (0x0444, Fault::MechanicalTimeout),
        ] {
            let mut duet = Make::new(model).duet();
            duet.firmware.inner.arm_fault(code, Phase::Print);
            let about = format!("{model} {code:04X}");
            let press = |duet: &mut Duet| duet.firmware.inner.press_reset(duet.now.0);
            stays(duet, &fault, press, &about);
        }
    }
}
