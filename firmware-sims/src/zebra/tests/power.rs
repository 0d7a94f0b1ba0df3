//! Power cuts, hosts that die and downloads that stall.

use super::*;
use crate::mechanism::CounterStore;

/// One run of a card that is held and put out: the power goes at `cut`, comes back, and the room is judged.
fn cut_at(cut: u64, switches: Switches) -> Bench {
    let mut bench = Bench::new(switches);
    let mut stream = Vec::new();
    for command in ["SXY 1", "+RIB 0", "$F", "F", "vF"] {
        stream.extend(text(command));
    }
    for buffer in 0..3 {
        stream.extend(colour_plane(buffer));
    }
    stream.extend(text(&format!("G 0 0 12 {COLUMNS} {LINES} 1")));
    stream.extend(black_lines("Z", 0xF0));
    stream.extend(text(FRONT));
    stream.extend(text("MO"));
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
    for tenths in 0..280_u64 {
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
    for expected in [
        (0, Looks::Blank, true),
        (3, Looks::Part, true),
        (5, Looks::Part, true),
        (5, Looks::Whole, true),
        (5, Looks::Whole, false),
    ] {
        assert!(seen.contains(&expected), "{expected:?} in {seen:?}");
    }
}

#[test]
fn passes_fall_back_to_what_was_stored_and_move_where_the_switch_says() {
    // In mid-magenta: the feed takes 3 s, a pass 4.5 s.
    let shown = |counter_store, passes_at_end| {
        let switches = Switches {
            counter_store,
            passes_at_end,
            ..Switches::default()
        };
        cut_at(9 * SECOND, switches).passes()
    };
    assert_eq!(shown(CounterStore::AtOnce, true), 1);
    assert_eq!(shown(CounterStore::AtOnce, false), 2);
    assert_eq!(shown(CounterStore::AtEject, true), 0);
    assert_eq!(shown(CounterStore::EverySeconds(8), true), 1);
    assert_eq!(shown(CounterStore::EverySeconds(100), true), 0);
}

#[test]
fn images_settings_and_the_canary_are_lost_with_power_and_errors_are_forgotten() {
    let mut bench = Bench::planned("zebra-p430i", Switches::default(), FaultPlan::default());
    bench.load_front();
    bench.ok(&["+RB 0 1", "+X ~", "CLNCARD 4000 6"]);
    assert_eq!(bench.ask_bytes(b"~!X\r"), "\"~\"");
    assert_eq!(bench.ask("IS 9"), "10");
    bench.hand(Hand::PowerOff);
    assert_eq!(bench.printer.port_status(), 0);
    assert_eq!(bench.hand(Hand::Look).display, "OFF");
    bench.hand(Hand::PowerOn);
    assert_eq!(bench.printer.port_status(), 0, "starting");
    assert_eq!(
        bench.printer.receive(b"\x1BE\r", bench.uptime),
        0,
        "it takes nothing yet"
    );
    bench.pass(11_000);
    assert_eq!(bench.printer.port_status(), 0x18);
    assert_eq!(bench.ask("!X"), "\"\"");
    assert_eq!(bench.ask_bytes(b"~!X\r"), "(silence)");
    assert!(bench.ask("%CLN").contains("Prn:00004000 nb pass:6"), "kept");
    bench.ok(&[FRONT]);
    assert_eq!(bench.card(1).looks(), Looks::Blank, "nothing to print with");
}

#[test]
fn a_card_inside_at_power_up_goes_where_the_switch_says() {
    for (profile, power_up, place) in [
        ("zebra-p430i", PowerUp::Keep, CardPlace::PrintStart),
        ("zebra-p430i", PowerUp::Output, CardPlace::Output),
        ("zebra-p430i", PowerUp::Reject, CardPlace::Reject),
        ("zebra-p330i", PowerUp::Reject, CardPlace::Output),
    ] {
        let switches = Switches {
            power_up,
            e_after_power: EAfterPower::Nak,
            ..Switches::default()
        };
        let mut bench = Bench::planned(profile, switches, FaultPlan::default());
        bench.ok(&["I"]);
        bench.hand(Hand::PowerOff);
        bench.hand(Hand::PowerOn);
        bench.pass(30_000);
        assert_eq!(bench.card(1).place, place);
        assert_eq!(bench.ask("E"), "15", "what it did by itself was no answer");
    }
}

#[test]
fn a_forgotten_card_jams_the_next_feed() {
    let switches = Switches {
        position_after_power: PositionAfterPower::Forgotten,
        mo_when_empty: MoWhenEmpty::Nak03,
        ..Switches::default()
    };
    let mut bench = Bench::planned("zebra-p330i", switches, FaultPlan::default());
    bench.ok(&["I"]);
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(30_000);
    assert_eq!(bench.ask("MO"), "3", "it believes that none is inside");
    assert_eq!(bench.card(1).place, CardPlace::PrintStart);
    bench.ok(&[".", "MC"]);
    assert_eq!(bench.ask("I"), "3");
    assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 2);
}

#[test]
fn a_jam_survives_a_power_cycle() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::JamAt {
        station: Station::PrintStart,
        after_cards: 0,
    });
    assert_eq!(bench.ask("I"), "3");
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(11_000);
    assert_eq!(bench.hand(Hand::Look).display, "ERROR 03");
    assert_eq!(bench.printer.port_status(), 0x30);
}

#[test]
fn half_a_download_waits_is_given_up_or_dropped_when_the_port_closes() {
    let half = &colour_plane(0)[..60];
    let under = |half_payload| {
        let mut bench = Bench::new(Switches {
            half_payload,
            ..Switches::default()
        });
        bench.send(half);
        bench
    };
    let mut bench = under(HalfPayload::Timeout(7));
    assert_eq!(told(&bench.answer()), "34");
    assert_eq!(bench.uptime, 7 * SECOND);
    assert_eq!(bench.printer.port_status(), 0x10);
    assert_eq!(bench.ask("E"), "34");

    let mut bench = under(HalfPayload::Wait);
    bench.printer.host_closed(bench.uptime);
    bench.pass(600_000);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.ask("E"), "(silence)", "deaf: a question is dye");

    let mut bench = under(HalfPayload::DroppedOnClose);
    bench.pass(600_000);
    assert_eq!(bench.ask("E"), "(silence)");
    bench.printer.host_closed(bench.uptime);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.ask("E"), "ack");
    assert_eq!(
        bench.printer.mechanism().picked(),
        0,
        "data alone never feed"
    );
}

#[test]
fn a_download_that_waited_behind_a_string_has_not_stalled() {
    let mut bench = Bench::loaded(Switches {
        half_payload: HalfPayload::Timeout(5),
        ..Switches::default()
    });
    bench.send(&text(FRONT));
    let plane = colour_plane(0);
    bench.send(&plane[..60]);
    assert_eq!(told(&bench.answer()), "ack", "the string's");
    bench.pass(4000);
    bench.send(&plane[60..]);
    assert_eq!(told(&bench.answer()), "ack");
}

#[test]
fn half_a_text_command_waits_and_a_return_runs_its_prefix() {
    let mut bench = Bench::loaded(Switches {
        escape_restarts: false,
        ..Switches::default()
    });
    bench.send(b"\x1BM 1 [IS 0[IS 1");
    bench.pass(600_000);
    assert!(bench.printer.transmit().is_empty());
    bench.send(b"\r");
    assert_eq!(told(&bench.answer()), "ack");
    assert_eq!(bench.card(1).front.laid.len(), 2);
    bench.send(b"\x1BM 1 [IV 31");
    assert_eq!(bench.ask_bytes(b"zz\r"), "10", "spoiled");
    assert_eq!(bench.card(1).front.laid.len(), 2);
    bench.send(b"\x1BM 1 [IS 2[I");
    assert_eq!(bench.ask_bytes(b"zz\r"), "14");
}

#[test]
fn an_answer_that_nobody_read_reaches_the_next_host_if_the_switch_says_so() {
    for (stale_answer, expected) in [(true, "0606"), (false, "ack")] {
        let mut bench = Bench::new(Switches {
            stale_answer,
            ..Switches::default()
        });
        bench.send(&text("F"));
        bench.printer.host_closed(bench.uptime);
        bench.printer.host_opened(bench.uptime);
        assert_eq!(bench.ask("E"), expected);
    }
}
