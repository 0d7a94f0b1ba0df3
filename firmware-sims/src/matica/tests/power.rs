//! Power cuts, attention, warming up, sleep, the lid and command 03.

use super::*;

/// A card loaded, printed and ejected; the power goes at `cut` and comes back.
fn cut_at(cut: u64, switches: Switches) -> Bench {
    let mut bench = Bench::new(switches);
    let mut stream = Vec::new();
    let order = |payload: &[u8]| message(0xF000_0100, 0, 1, payload);
    stream.extend(order(&TO_CHIP));
    stream.extend(order(&PARK));
    for bit in [1, 2, 4, 8] {
        stream.extend(plane_message(2, bit, &[9; PLANE]));
    }
    for payload in [PRINT, RETURN, [5, 2, 0, 5]] {
        stream.extend(order(&payload));
    }
    bench.printer.receive(&stream, 0);
    bench.pass_to(cut);
    bench.power_cycle();
    bench
}

#[test]
fn a_power_cut_at_any_microstep_loses_no_card_and_makes_no_second_picture() {
    let mut seen = std::collections::BTreeSet::new();
    for tenths in 0..480_u64 {
        let bench = cut_at(tenths * 100 * MILLISECOND, Switches::draw(tenths));
        let mechanism = bench.printer.mechanism();
        assert_eq!(mechanism.cards().count(), 5, "at {tenths}");
        let printed = mechanism.cards().filter(|card| !card.pictures().is_empty());
        assert!(printed.count() <= 1, "at {tenths}");
        let first = bench.card(1);
        for laid in &first.front.laid {
            assert_eq!(laid.complete, laid.lines as usize == COLUMNS);
        }
        let on_film = mechanism.film_pictures().len();
        seen.insert((first.looks(), first.front.laid.len(), on_film));
    }
    for expected in [
        (Looks::Blank, 0, 0),
        (Looks::Blank, 0, 1),
        (Looks::Part, 4, 1),
        (Looks::Whole, 4, 0),
    ] {
        assert!(seen.contains(&expected), "{expected:?} of {seen:?}");
    }
}

#[test]
fn counters_fall_back_to_what_was_stored() {
    let shown = |counter_store| {
        let switches = Switches {
            counter_store,
            total_moves: TotalMoves::Transfer,
            ..Switches::default()
        };
        let bench = cut_at(39_500 * MILLISECOND, switches);
        let shown = bench.printer.counters.shown;
        (shown.total, shown.head)
    };
    assert_eq!(shown(CounterStore::AtOnce), (1, 4));
    assert_eq!(shown(CounterStore::AtEject), (0, 0));
    assert_eq!(shown(CounterStore::EverySeconds(20)), (0, 2));
}

#[test]
fn the_attention_comes_once_to_the_next_command_that_is_not_02() {
    let mut bench = Bench::new(Switches::default());
    bench.power_cycle();
    bench.connect();
    assert_eq!(bench.place(), (4, 0));
    assert_eq!(bench.ask(&LOAD), 0x0006_2900);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    bench.ok(&[LOAD]);
    bench.printer.press_reset(bench.uptime);
    assert_eq!(bench.ask(&TEST), 0x0006_2800);
    assert_eq!(bench.ask(&TEST), 0x0002_DB00);
    assert_eq!(bench.ready(), 0);

    let mut bench = Bench::new(Switches {
        attention_on_tcp: false,
        ..Switches::default()
    });
    bench.power_cycle();
    bench.connect();
    bench.ok(&[LOAD]);
    bench.printer.press_reset(bench.uptime);
    assert_eq!(
        bench.ask(&TEST),
        0x0006_2800,
        "the button is told all the same"
    );
}

#[test]
fn a_cold_roller_is_warmed_and_a_short_dip_leaves_it_warm() {
    let mut bench = Bench::new(Switches {
        attention_on_tcp: false,
        ..Switches::default()
    });
    bench.hand(Hand::PowerOff);
    bench.pass(3_600_000);
    bench.hand(Hand::PowerOn);
    bench.connect();
    assert_eq!(bench.ask(&LOAD), 0x0002_DB00);
    bench.pass(8000);
    assert_eq!(bench.ask(&LOAD), 0x0002_DA00);
    assert_eq!(bench.hand(Hand::Look).display, "PREHEATING");
    let from = bench.uptime;
    assert_eq!(bench.ready(), 0);
    let took = (bench.uptime - from) / SECOND;
    assert!((100..120).contains(&took), "{took}");
    bench.power_cycle();
    bench.connect();
    bench.ok(&[TEST]);
}

#[test]
fn it_sleeps_after_an_hour_and_03_wakes_it() {
    let mut bench = Bench::new(Switches::default());
    bench.pass(59 * 60_000);
    bench.ok(&[TEST]);
    bench.pass(60_000);
    assert_eq!(bench.ask(&TEST), 0x0002_FD00);
    assert_eq!(bench.ask(&LOAD), 0x0002_FD00);
    bench.pass(20 * 60_000);
    bench.ok(&[INITIALISE]);
    assert_eq!(bench.ask(&TEST), 0x0002_DB00);
    bench.pass(9000);
    assert_eq!(bench.ask(&TEST), 0x0002_DA00);
    assert_eq!(bench.ready(), 0);
    bench.ok(&[LOAD]);
}

#[test]
fn a_card_inside_at_power_up_goes_where_the_switch_says() {
    for (power_up, place) in [
        (PowerUp::Keep, CardPlace::Contactless),
        (PowerUp::Output, CardPlace::Output),
        (PowerUp::Reject, CardPlace::Reject),
    ] {
        let mut bench = Bench::new(Switches {
            power_up,
            ..Switches::default()
        });
        bench.ok(&[TO_CHIP]);
        bench.power_cycle();
        assert_eq!(bench.card(1).place, place);
    }
    let mut bench = Bench::new(Switches::default());
    bench.order(0, &TO_CHIP);
    bench.pass(4000);
    bench.power_cycle();
    assert_eq!(bench.card(1).place, CardPlace::PrintStart, "brought home");
}

#[test]
fn a_forgotten_card_jams_the_next_load() {
    let mut bench = Bench::new(Switches {
        position_after_power: PositionAfterPower::Forgotten,
        attention_on_tcp: false,
        power_up: PowerUp::Output,
        ..Switches::default()
    });
    bench.ok(&[TO_CHIP]);
    bench.power_cycle();
    bench.connect();
    assert_eq!(bench.place(), (4, 0));
    assert_eq!(bench.ask(&LOAD), 0x0003_9000);
    assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 2);
}

#[test]
fn command_03_treats_the_card_as_the_switch_says_and_forgets_planes() {
    for (init_03, place, seen) in [
        (Init03::Rejects, CardPlace::Reject, (4, 0)),
        (Init03::Keeps, CardPlace::Contactless, (0, 2)),
        (Init03::Ejects, CardPlace::Output, (4, 0)),
    ] {
        let mut bench = Bench::new(Switches {
            init_03,
            ..Switches::default()
        });
        bench.planes(9);
        bench.ok(&[TO_CHIP, INITIALISE]);
        assert_eq!(bench.card(1).place, place);
        assert_eq!(bench.place(), seen);
        assert_eq!(bench.ask(&TEST), 0x0002_DB00);
        assert_eq!(bench.ready(), 0);
        assert_eq!(bench.ask(&PRINT), 0x0005_2A00);
    }
}

#[test]
fn a_jam_stays_until_a_hand_and_03() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::JamAt {
        station: Station::Exit,
        after_cards: 0,
    });
    bench.ok(&[LOAD]);
    bench.planes(9);
    bench.ok(&[PRINT]);
    assert_eq!(bench.ask(&EJECT), 0x0003_9400);
    assert_eq!(bench.card(1).looks(), Looks::Whole, "it may be good");
    assert_eq!(bench.ask(&INITIALISE), 0x0003_9400);
    assert_eq!(bench.place(), (0, 0));
    bench.hand(Hand::OpenLid);
    assert_eq!(bench.ask(&TEST), 0x0002_D100);
    bench.hand(Hand::ClearJam);
    bench.hand(Hand::CloseLid);
    assert_eq!(bench.ask(&TEST), 0x0003_9400, "latched");
    assert_eq!(bench.ask(&LOAD), 0x0003_9400);
    bench.pass(20_000);
    bench.ok(&[INITIALISE]);
    assert_eq!(bench.ready(), 0);
    bench.ok(&[LOAD]);
}

#[test]
fn the_reset_button_ends_a_jam_that_a_hand_has_freed_and_a_power_cycle_tells_it_again() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::JamAt {
        station: Station::Contactless,
        after_cards: 0,
    });
    assert_eq!(bench.ask(&TO_CHIP), 0x0003_9300);
    bench.power_cycle();
    bench.connect();
    assert_eq!(bench.ask(&TEST), 0x0006_2900);
    assert_eq!(bench.ask(&TEST), 0x0003_9300);
    bench.hand(Hand::ClearJam);
    bench.printer.press_reset(bench.uptime);
    assert_eq!(bench.ask(&TEST), 0x0006_2800);
    assert_eq!(bench.ready(), 0);
}

#[test]
fn shutting_the_lid_initialises_or_resets() {
    for (lid_resets, told, printed) in [
        (LidResets::Initialises, 0x0002_DB00, 0),
        (LidResets::Resets, 0x0006_2800, 0x0005_2A00),
    ] {
        let mut bench = Bench::new(Switches {
            lid_resets,
            ..Switches::default()
        });
        bench.planes(9);
        bench.hand(Hand::OpenLid);
        assert_eq!(bench.ask(&LOAD), 0x0002_D100);
        assert_eq!(bench.ask(&INITIALISE), 0x0002_D100);
        bench.hand(Hand::CloseLid);
        assert_eq!(bench.ask(&TEST), told);
        assert_eq!(bench.ready(), 0);
        assert_eq!(bench.ask(&PRINT), printed);
    }
}

#[test]
fn a_lid_opened_in_a_transfer_is_told_as_a_jam_or_as_a_lid() {
    for (lid_in_motion, told) in [
        (LidInMotion::Jam, 0x0003_9500),
        (LidInMotion::Door, 0x0002_D100),
    ] {
        let mut bench = Bench::new(Switches {
            lid_in_motion,
            ..Switches::default()
        });
        bench.ok(&[LOAD]);
        bench.planes(9);
        bench.ok(&[PRINT]);
        bench.order(0, &EJECT);
        bench.pass(5000);
        bench.hand(Hand::OpenLid);
        assert_eq!(bench.answer_now().unwrap().result, told);
        let laid = bench.card(1).front.laid[0];
        assert_eq!((laid.lines, laid.complete), (12, false));
        assert_eq!(bench.card(1).looks(), Looks::Part);
    }
}

#[test]
fn a_lid_opened_in_a_print_leaves_half_a_picture_on_the_film() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&[LOAD]);
    bench.planes(9);
    bench.order(0, &PRINT);
    bench.pass(9000);
    bench.hand(Hand::OpenLid);
    assert_eq!(bench.answer_now().unwrap().result, 0x0002_D100);
    bench.hand(Hand::CloseLid);
    bench.pass(10_000);
    bench.ok(&[EJECT]);
    let card = bench.card(1);
    assert_eq!(card.looks(), Looks::Part);
    let lines: Vec<u32> = card.front.laid.iter().map(|laid| laid.lines).collect();
    assert_eq!(lines, [24, 12]);
}
