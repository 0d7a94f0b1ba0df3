//! What is on the film, and whose card it reaches.

use super::*;

/// The first person's picture is on the film, and the first person's card in the reject box.
fn old_face(switches: Switches) -> Bench {
    let mut bench = Bench::new(switches);
    bench.ok(&[LOAD]);
    bench.planes(11);
    bench.ok(&[PRINT, REJECT]);
    assert_eq!(bench.card(1).looks(), Looks::Blank);
    bench
}

#[test]
fn without_film_initialise_the_first_persons_face_reaches_the_second_persons_card() {
    let mut bench = old_face(Switches::default());
    bench.start_job();
    bench.ok(&[[4, 2, 0, 0], EJECT]);
    let card = bench.card(2);
    assert_eq!((card.looks(), card.front.y[0]), (Looks::Whole, 11));
}

#[test]
fn a_second_print_on_a_used_panel_lies_over_it_or_winds_on() {
    for (print_on_used_panel, looks, dye) in [
        (PrintOnUsedPanel::Overprints, Looks::Part, 33),
        (PrintOnUsedPanel::WindsOn, Looks::Whole, 22),
    ] {
        let mut bench = old_face(Switches {
            print_on_used_panel,
            ..Switches::default()
        });
        bench.start_job();
        bench.ok(&[[4, 2, 0, 0]]);
        bench.planes(22);
        bench.ok(&[PRINT, EJECT]);
        let card = bench.card(2);
        assert_eq!((card.looks(), card.front.y[0]), (looks, dye));
        assert_eq!(card.pictures().len(), if dye == 33 { 2 } else { 1 });
    }
}

#[test]
fn film_initialise_brings_a_fresh_panel_and_wastes_a_fresh_one_or_not() {
    for (film_init_on_fresh, left) in [
        (FilmInitOnFresh::Stays, 998),
        (FilmInitOnFresh::Wastes, 997),
    ] {
        let mut bench = old_face(Switches {
            film_init_on_fresh,
            ..Switches::default()
        });
        // The first load wound before anything was printed.
        bench.start_job();
        bench.ok(&[LOAD]);
        bench.planes(22);
        bench.ok(&[PRINT]);
        assert_eq!(bench.printer.mechanism().film().unwrap().left, left);
        bench.ok(&[EJECT]);
        let card = bench.card(2);
        assert_eq!((card.looks(), card.front.y[0]), (Looks::Whole, 22));
    }
}

#[test]
fn film_initialise_in_place_winds_does_nothing_or_is_refused() {
    for (film_init_in_place, told, dye) in [
        (FilmInitInPlace::Winds, 0, 22),
        (FilmInitInPlace::Ignored, 0, 33),
        (FilmInitInPlace::Refused, 0x0005_2A00, 33),
    ] {
        let mut bench = Bench::new(Switches {
            film_init_in_place,
            ..Switches::default()
        });
        bench.ok(&[LOAD]);
        bench.planes(11);
        bench.ok(&[PRINT]);
        assert_eq!(bench.ask(&PARK), told);
        bench.planes(22);
        bench.ok(&[PRINT, EJECT]);
        assert_eq!(bench.card(1).front.y[0], dye, "{film_init_in_place:?}");
    }
    let mut bench = Bench::new(Switches {
        film_init_in_place: FilmInitInPlace::Ignored,
        ..Switches::default()
    });
    bench.ok(&[LOAD]);
    bench.planes(11);
    bench.ok(&[PRINT, [5, 2, 0, 2], PARK]);
    bench.planes(22);
    bench.ok(&[PRINT, EJECT]);
    assert_eq!(bench.card(1).front.y[0], 22, "a way to go always winds");
}

#[test]
fn a_clear_panel_is_refused_or_fused() {
    for (transfer_without_print, told, place) in [
        (TransferWithoutPrint::Refused, 0x0005_2A00, (0, 0)),
        (TransferWithoutPrint::FusesBlank, 0, (4, 0)),
    ] {
        let mut bench = Bench::new(Switches {
            transfer_without_print,
            ..Switches::default()
        });
        bench.ok(&[LOAD]);
        assert_eq!(bench.ask(&EJECT), told);
        assert_eq!(bench.place(), place);
        assert_eq!(bench.card(1).looks(), Looks::Blank);
        assert_eq!(
            bench.printer.mechanism().film().unwrap().left < 999,
            told == 0
        );
    }
}

#[test]
fn a_return_after_the_transfer_and_a_move_to_the_output_may_be_refused() {
    let mut bench = Bench::new(Switches {
        return_after_07: false,
        move_to_5: false,
        ..Switches::default()
    });
    bench.ok(&[LOAD]);
    bench.planes(11);
    bench.ok(&[PRINT]);
    assert_eq!(bench.ask(&RETURN), 0x0005_2A00);
    assert!(bench.card(1).front.laid.is_empty(), "nothing was fused");
    assert_eq!(bench.ask(&[5, 2, 0, 5]), 0x0005_2A00);
    assert_eq!(bench.place(), (0, 0));
    bench.ok(&[EJECT]);
    assert_eq!(bench.card(1).looks(), Looks::Whole);
}

#[test]
fn after_a_power_cut_the_panel_is_the_same_or_a_fresh_one() {
    for (film_after_power, printed) in [
        (FilmAfterPower::SamePanel, true),
        (FilmAfterPower::SearchedForward, false),
    ] {
        let mut bench = old_face(Switches {
            film_after_power,
            attention_on_tcp: false,
            ..Switches::default()
        });
        bench.power_cycle();
        bench.connect();
        assert_eq!(bench.ready(), 0);
        assert_eq!(bench.printer.mechanism().film().unwrap().printed, printed);
        let told = bench.ask(&[4, 2, 0, 0]);
        assert_eq!(
            (told, bench.ask(&EJECT)),
            (0, if printed { 0 } else { 0x0005_2A00 })
        );
    }
}

#[test]
fn an_empty_film_is_told_until_a_hand_fits_a_new_one() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Film { panels: Some(1) });
    bench.ok(&[LOAD]);
    bench.planes(11);
    bench.ok(&[PRINT, EJECT]);
    assert_eq!(bench.ask(&TEST), 0x0042_A200);
    bench.ok(&[[4, 2, 0, 2]]);
    assert_eq!(bench.ask(&PARK), 0x0042_A200);
    assert_eq!(bench.place(), (0, 2), "it did not begin");
    let look = bench.hand(Hand::Film { panels: None });
    assert_eq!(look.film.unwrap().left, 999);
    bench.ok(&[PARK]);
}
