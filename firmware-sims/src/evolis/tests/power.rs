//! Power cuts, resets, hosts that die and cables that are pulled.

use super::*;
use crate::mechanism::CounterStore;

/// One run of a held card: the power goes at `cut`, comes back, and the room is judged.
fn cut_at(cut: u64, switches: Switches) -> Bench {
    let mut bench = Bench::new(switches);
    let mut stream = Vec::new();
    for command in ["Pem;2", "Pr;ymcko", "Ss", "Sic", "Psoe;D", "Si", "Sr"] {
        stream.extend(text(command));
    }
    for letter in ["y", "m", "c", "k", "o"] {
        stream.extend(plane(letter));
    }
    stream.extend(text("Se"));
    stream.extend(text("Se"));
    let mut sent = 0;
    while let Some(next) = bench.printer.next().or((sent < stream.len()).then_some(0)) {
        if next > cut {
            break;
        }
        bench.pass_to(next);
        sent += bench.printer.receive(&stream[sent..], bench.uptime);
    }
    bench.pass_to(cut);
    bench.hand(Hand::PowerOff);
    bench.pass(1000);
    bench.hand(Hand::PowerOn);
    bench.pass(30_000);
    bench
}

#[test]
fn a_power_cut_at_any_microstep_loses_no_card_and_makes_no_second_picture() {
    let mut seen = std::collections::BTreeSet::new();
    for tenths in 0..200_u64 {
        let bench = cut_at(tenths * 100 * MILLISECOND, Switches::draw(tenths));
        let mechanism = bench.printer.mechanism();
        assert_eq!(mechanism.cards().count(), 5, "at {tenths}");
        let printed = mechanism.cards().filter(|card| !card.pictures().is_empty());
        assert!(printed.count() <= 1, "at {tenths}");
        let first = bench.card(1);
        for laid in &first.front.laid {
            assert_eq!(laid.complete, laid.lines as usize == LINES);
        }
        seen.insert((first.front.laid.len(), first.looks(), first.place.inside()));
    }
    assert!(
        seen.contains(&(5, Looks::Whole, false)),
        "a finished card: {seen:?}"
    );
    assert!(
        seen.iter().any(|(panels, ..)| *panels == 3),
        "a cut in cyan: {seen:?}"
    );
    assert!(
        seen.contains(&(0, Looks::Blank, true)),
        "a clean card inside: {seen:?}"
    );
}

#[test]
fn counters_fall_back_to_what_was_stored() {
    let eight_seconds = 8 * SECOND;
    let shown = |counter_store| {
        let switches = Switches {
            counter_store,
            ..Switches::default()
        };
        let mut bench = cut_at(eight_seconds, switches);
        (bench.ask("Rco;c"), bench.ask("Rco;p"))
    };
    let pair = |cards: &str, panels: &str| (cards.to_owned(), panels.to_owned());
    assert_eq!(shown(CounterStore::AtOnce), pair("1", "1"));
    assert_eq!(shown(CounterStore::AtEject), pair("0", "0"));
    assert_eq!(shown(CounterStore::EverySeconds(3)), pair("1", "0"));
}

#[test]
fn the_mode_set_without_saving_is_a_power_witness() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["Pem;2"]);
    assert_eq!(bench.ask("Rem"), "2 0");
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(20_000);
    assert_eq!(bench.ask("Rem"), "0 0");
    bench.ok(&["Pem;2;s", "Srs"]);
    bench.pass(6000);
    assert_eq!(bench.ask("Rem"), "2 2");
}

#[test]
fn a_card_inside_at_power_up_goes_where_the_switch_says() {
    for (power_up, place) in [
        (PowerUp::Keep, CardPlace::PrintStart),
        (PowerUp::Output, CardPlace::Output),
        (PowerUp::Reject, CardPlace::Reject),
    ] {
        let mut bench = Bench::parked(Switches {
            power_up,
            ..Switches::default()
        });
        bench.hand(Hand::PowerOff);
        bench.hand(Hand::PowerOn);
        bench.pass(30_000);
        assert_eq!(bench.card(1).place, place);
    }
}

#[test]
fn a_forgotten_card_jams_the_next_feed() {
    let mut bench = Bench::parked(Switches {
        position_after_power: PositionAfterPower::Forgotten,
        ..Switches::default()
    });
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(30_000);
    assert_eq!(bench.ask("Rlr;p"), "OK", "it says that none is inside");
    assert_eq!(bench.ask("Rse;p"), "4,91 Volts", "the sensor knows better");
    bench.ok(&["Pem;2"]);
    assert_eq!(bench.ask("Si"), "CARD JAM");
    assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 2);
}

#[test]
fn reset_forgets_planes_and_unsaved_settings_and_keeps_counters() {
    let mut bench = Bench::parked(Switches {
        counter_store: CounterStore::AtEject,
        ..Switches::default()
    });
    bench.planes(&["y"]);
    bench.ok(&["Poc;=;900", "Srs"]);
    bench.pass(5000);
    bench.ok(&["Rok"]);
    assert_eq!(bench.ask("Roc"), "800");
    assert_eq!(bench.ask("Rco;c"), "1");
    bench.ok(&["Pem;2", "Se"]);
    assert!(
        bench.card(1).front.laid.is_empty(),
        "the pending plane is gone"
    );
    assert_eq!(bench.card(1).place, CardPlace::Output);
}

#[test]
fn a_printer_cut_off_inside_a_plane_is_deaf_until_it_is_filled() {
    let mut bench = Bench::parked(Switches::default());
    let yellow = plane("y");
    bench.send(&yellow[..yellow.len() / 2]);
    bench.printer.host_closed(bench.uptime);
    bench.pass(600_000);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.ask("Rlr"), "(silence)");
    bench.send(&vec![0; yellow.len()]);
    bench.send(b"\r");
    assert_eq!(bench.answer().unwrap(), "OK");
    assert_eq!(bench.ask("Echo;n1"), "n1");
    assert!(bench.card(1).front.laid.is_empty());
}

#[test]
fn half_a_plane_is_dropped_on_close_or_after_a_while_if_the_switch_says_so() {
    let half = plane("y")[..50].to_vec();
    let mut bench = Bench::new(Switches {
        half_payload: HalfPayload::DroppedOnClose,
        bad_end_feeds: true,
        ..Switches::default()
    });
    bench.ok(&["Pem;2", "Ss"]);
    bench.send(&half);
    bench.printer.host_closed(bench.uptime);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.ask("Rlr;p"), "OK");
    assert_eq!(
        bench.card(1).place,
        CardPlace::Output,
        "the blank card of a bad end"
    );
    assert_eq!(bench.card(1).looks(), Looks::Blank);
    assert_eq!(bench.ask("Rco;c"), "1");
    assert_eq!(bench.ask("Rco;p"), "0");

    let mut bench = Bench::new(Switches {
        half_payload: HalfPayload::Timeout(7),
        ..Switches::default()
    });
    bench.send(&half);
    assert_eq!(bench.answer().unwrap(), "ERROR TIME OUT");
    assert_eq!(bench.uptime, 7 * SECOND);
}

#[test]
fn an_answer_that_nobody_read_reaches_the_next_host_if_the_switch_says_so() {
    for (stale_answer, expected) in [(true, "OK\0T00000000001"), (false, "T00000000001")] {
        let mut bench = Bench::new(Switches {
            stale_answer,
            ..Switches::default()
        });
        bench.send(&text("Pem;2"));
        bench.printer.host_closed(bench.uptime);
        bench.printer.host_opened(bench.uptime);
        assert_eq!(bench.ask("Rsn"), expected);
    }
}

#[test]
fn a_pending_plane_survives_into_the_next_sequence_if_the_switch_says_so() {
    for (ss_drops_pending, laid) in [(true, 0), (false, 1)] {
        let mut bench = Bench::parked(Switches {
            ss_drops_pending,
            ..Switches::default()
        });
        bench.planes(&["y"]);
        bench.ok(&["Ser", "Ss", "Sr"]);
        bench.planes(&["m"]);
        bench.pass(10_000);
        assert_eq!(bench.card(2).front.laid.len(), laid);
    }
}

#[test]
fn a_pulled_cable_carries_nothing_and_the_printer_finishes_alone() {
    let mut bench = Bench::new(Switches::default());
    bench.send(&text("Sic"));
    bench.hand(Hand::PlugOut);
    assert!(!bench.printer.plugged());
    assert_eq!(bench.printer.receive(b"\x1BRco;c\r", bench.uptime), 0);
    bench.pass(10_000);
    assert_eq!(bench.card(1).place, CardPlace::Contactless);
    bench.hand(Hand::PlugIn);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.answer().unwrap(), "OK");
}

#[test]
fn a_jam_survives_a_power_cycle() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::JamAt {
        station: Station::Contactless,
        after_cards: 0,
    });
    bench.ok(&["Pem;2"]);
    assert_eq!(bench.ask("Sic"), "CARD JAM");
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(20_000);
    assert_eq!(bench.hand(Hand::Look).display, "CARD JAM");
    assert_eq!(bench.ask("Si"), "CARD JAM");
}
