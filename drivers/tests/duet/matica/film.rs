//! The film: what was printed on it never reaches a card but the one that it was printed for. It outlives
//! connections, hosts and power; so after any doubt a card goes aside and comes back over a fresh panel.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::matica::{
    FilmAfterPower, FilmInitInPlace, FilmInitOnFresh, PrintOnUsedPanel, Switches,
};
use cetak_firmware_sims::mechanism::{CardPlace, Looks};

use super::attempt::{Attempt, End, judge};
use super::cards::{SMALL, assert_face, check, ktp, picture, plain};
use super::unit::{Harm, Towards};
use super::{Duet, MODELS, Make};

/// A card whose face is on the film and whose transfer was not ordered.
fn on_film(make: Make, setup: Setup) -> Duet {
    let mut duet = make.duet();
    duet.begin_card(setup, &picture(1), Stage::Face);
    assert!(duet.film_printed());
    duet
}

/// What may come between the print onto film and the transfer.
#[derive(Debug, Clone, Copy)]
enum Between {
    LinkFalls,
    CableIsPulled,
    HostDies,
    PowerFails,
}

fn comes(duet: &mut Duet, between: Between) {
    match between {
        Between::LinkFalls => {
            duet.cable.cut();
            duet.pass(Duration::from_secs(1));
        }
        Between::CableIsPulled => {
            duet.hand(Hand::PlugOut);
            duet.pass(Duration::from_secs(60));
            duet.hand(Hand::PlugIn);
        }
        Between::HostDies => duet.restart(),
        Between::PowerFails => {
            duet.hand(Hand::PowerOff);
            duet.pass(Duration::from_secs(5));
            duet.hand(Hand::PowerOn);
            duet.pass(Duration::from_secs(20));
        }
    }
}

#[test]
fn between_print_and_transfer_the_connection_is_the_job_and_another_one_fuses_nothing_of_it() {
    for model in MODELS {
        for between in [
            Between::LinkFalls,
            Between::CableIsPulled,
            Between::HostDies,
            Between::PowerFails,
        ] {
            let mut duet = on_film(Make::new(model), ktp());
            comes(&mut duet, between);
            // Without the questions, on another connection, with them, and with the next picture loaded: whatever
            // lies on the film is nobody's.
            let finish = Request::Do(Stage::Finish);
            let mut refused = vec![duet.ask(finish.clone())];
            duet.ask(super::examine());
            refused.push(duet.ask(finish.clone()));
            duet.listen(Stage::Face);
            refused.push(duet.ask(finish.clone()));
            duet.done(Request::Prepare(Setup {
                card_inside: true,
                ..ktp()
            }));
            duet.done(Request::Load(picture(2)));
            refused.push(duet.ask(finish));
            for answer in refused {
                assert!(
                    matches!(answer, Answer::Lost | Answer::Fault(Fault::OutOfStep, _)),
                    "{model} {between:?}: {answer:?}"
                );
            }
            assert!(duet.texts().iter().all(|text| !text.starts_with("0702")));
            duet.assert_card(1, CardPlace::PrintStart, Looks::Blank);
        }
    }
}

#[test]
fn after_a_doubt_the_card_goes_aside_and_comes_back_over_fresh_film_under_every_reading() {
    let mut readings = 0;
    for in_place in [
        FilmInitInPlace::Winds,
        FilmInitInPlace::Ignored,
        FilmInitInPlace::Refused,
    ] {
        for on_fresh in [FilmInitOnFresh::Wastes, FilmInitOnFresh::Stays] {
            for used in [PrintOnUsedPanel::Overprints, PrintOnUsedPanel::WindsOn] {
                for between in [Between::LinkFalls, Between::HostDies, Between::PowerFails] {
                    let mut make = Make::new(MODELS[readings % 2]);
                    make.switches = Switches {
                        film_init_in_place: in_place,
                        film_init_on_fresh: on_fresh,
                        print_on_used_panel: used,
                        film_after_power: FilmAfterPower::SamePanel,
                        ..Switches::default()
                    };
                    let mut duet = on_film(make, plain());
                    comes(&mut duet, between);
                    let sent = duet.texts().len();
                    goes_on(&mut duet);
                    let moves: Vec<&str> = duet.texts()[sent..]
                        .iter()
                        .copied()
                        .filter(|text| text.starts_with("05"))
                        .collect();
                    assert_eq!(moves, ["05020002", "05028000"], "{between:?}");
                    duet.assert_card(1, CardPlace::Output, Looks::Whole);
                    assert_face(&duet, 1, &picture(2));
                    readings += 1;
                }
            }
        }
    }
    assert_eq!(readings, 36);
}

/// The questions, then the same card with another person's picture: if the old film were fused, it would be seen.
fn goes_on(duet: &mut Duet) {
    duet.listen(Stage::Face);
    let seen = duet.examine();
    assert_eq!((seen.place, seen.settled), (Place::Path, true));
    duet.done(Request::Prepare(Setup {
        card_inside: true,
        ..plain()
    }));
    duet.done(Request::Load(picture(2)));
    duet.done(Request::Do(Stage::Face));
    duet.done(Request::Do(Stage::Finish));
}

#[test]
fn a_job_whose_card_was_taken_away_leaves_its_face_on_no_other_card() {
    for model in MODELS {
        for between in [Between::LinkFalls, Between::HostDies, Between::PowerFails] {
            let mut duet = on_film(Make::new(model), plain());
            comes(&mut duet, between);
            duet.take_inside();
            duet.pass(Duration::from_secs(20));
            assert!(duet.film_printed(), "the film keeps it");
            let number = check(&mut duet, ktp(), &picture(3));
            assert_eq!(number, 2);
            duet.assert_card(1, CardPlace::Taken, Looks::Blank);
        }
    }
}

#[test]
fn planes_of_an_earlier_connection_are_never_printed_for_the_next_card() {
    for model in MODELS {
        // The link falls behind the second plane: two planes of the old face wait in the printer.
        let mut duet = Make::new(model).duet();
        duet.done(Request::Prepare(plain()));
        duet.done(Request::Do(Stage::Feed));
        duet.done(Request::Load(picture(1)));
        let before = duet.firmware.passed[Towards::Printer as usize];
        duet.firmware
            .harm_at(Towards::Printer, before + 20 + 2 * (28 + 384), Harm::Link);
        assert_eq!(duet.ask(Request::Do(Stage::Face)), Answer::Lost, "{model}");
        assert!(duet.firmware.harmed());
        duet.listen(Stage::Face);
        duet.done(Request::Do(Stage::Reject));
        // The next card has no dye at all: if old planes were printed, they would be seen.
        let mono = crate::pictures::mono(SMALL.0, SMALL.1, 4);
        check(&mut duet, plain(), &Arc::new(crate::pictures::front(mono)));
    }
}

#[test]
fn a_host_that_dies_behind_any_stage_makes_one_card_of_the_job_at_most() {
    for model in MODELS {
        for setup in [plain(), ktp()] {
            for stage in [Stage::Feed, Stage::Park, Stage::Face, Stage::Finish] {
                if stage == Stage::Park && !setup.chip {
                    continue;
                }
                let about = format!("{model} {setup:?} {stage:?}");
                let mut duet = Make::new(model).duet();
                let mut attempt = Attempt::new(setup, &picture(1));
                attempt.dies_after = Some(stage);
                let end = attempt.run(&mut duet);
                assert_eq!(attempt.doubts, 1, "{about}");
                // The transfer's own answer is what proves the card: without it a person looks.
                let wanted = match stage {
                    Stage::Finish => End::Asked("no row of the custody table fits"),
                    Stage::Feed
                    | Stage::Chip
                    | Stage::Park
                    | Stage::Face
                    | Stage::Eject
                    | Stage::Reject
                    | Stage::Clear => End::Printed,
                };
                assert_eq!(end, wanted, "{about}");
                judge(&mut duet, &attempt, &end, &about);
            }
        }
    }
}
