//! Connections that end, that do not, and that stand beside each other.

use super::*;

/// A printer whose first connection has a motion running and its cable pulled and put in again.
fn cut_off(switches: Switches, queued: &[[u8; 4]]) -> Bench {
    let mut bench = Bench::new(switches);
    bench.order(0, &TO_CHIP);
    for order in queued {
        bench.order(0, order);
    }
    bench.hand(Hand::PlugOut);
    bench.disconnect();
    bench.pass(500);
    bench.hand(Hand::PlugIn);
    bench
}

/// Seconds until a new connection is greeted.
fn greeted_after(bench: &mut Bench) -> Option<u64> {
    let from = bench.uptime;
    bench.printer.host_opened(bench.uptime);
    let answer = bench.answer()?;
    assert_eq!(answer.kind, GREETING);
    Some((bench.uptime - from) / SECOND)
}

#[test]
fn a_connection_that_went_without_a_word_is_held_for_alive_so_long() {
    for (half_open, seconds) in [(1, 4), (20, 19), (400, 399)] {
        let mut bench = cut_off(
            Switches {
                half_open,
                ..Switches::default()
            },
            &[],
        );
        assert_eq!(greeted_after(&mut bench), Some(seconds));
        assert_eq!(bench.card(1).place, CardPlace::Contactless, "it went on");
    }
}

#[test]
fn a_second_connection_is_greeted_late_at_once_or_never() {
    for (second_connection, seconds) in [
        (SecondConnection::AfterTheFirst, Some(19)),
        (SecondConnection::AtOnce, Some(0)),
        (SecondConnection::Refused, None),
    ] {
        let mut bench = cut_off(
            Switches {
                second_connection,
                ..Switches::default()
            },
            &[],
        );
        assert_eq!(greeted_after(&mut bench), seconds);
        if seconds.is_none() {
            let lost = message(0xF000_0100, 0, 1, &TEST);
            assert_eq!(bench.printer.receive(&lost, bench.uptime), lost.len());
            assert_eq!(bench.answer(), None);
            bench.disconnect();
            assert_eq!(greeted_after(&mut bench), Some(0), "another one, later");
        }
    }
}

#[test]
fn what_the_cable_still_held_moves_a_card_later_or_is_lost() {
    for (bytes_after_cable, place) in [
        (BytesAfterCable::DeliveredLate, CardPlace::Reject),
        (BytesAfterCable::Lost, CardPlace::Contactless),
    ] {
        let switches = Switches {
            bytes_after_cable,
            ..Switches::default()
        };
        let mut bench = cut_off(switches, &[REJECT]);
        bench.pass(60_000);
        assert_eq!(bench.card(1).place, place);
        bench.connect();
    }
}

#[test]
fn what_waits_when_a_connection_is_closed_is_run_or_dropped() {
    for (queued_after_close, place) in [
        (QueuedAfterClose::Run, CardPlace::Reject),
        (QueuedAfterClose::Dropped, CardPlace::Contactless),
    ] {
        let mut bench = Bench::new(Switches {
            queued_after_close,
            ..Switches::default()
        });
        bench.order(0, &TO_CHIP);
        bench.order(0, &REJECT);
        bench.disconnect();
        assert!(bench.printer.mechanism().moving(), "it finishes the motion");
        let waited = greeted_after(&mut bench).unwrap();
        assert_eq!(waited, if place == CardPlace::Reject { 7 } else { 5 });
        assert_eq!(bench.card(1).place, place);
    }
}

#[test]
fn planes_outlive_their_connection_or_do_not() {
    for (plane_after_close, told) in [
        (PlaneAfterClose::Kept, 0),
        (PlaneAfterClose::Lost, 0x0005_2A00),
    ] {
        let mut bench = Bench::new(Switches {
            plane_after_close,
            ..Switches::default()
        });
        bench.planes(11);
        bench.disconnect();
        bench.connect();
        bench.ok(&[LOAD]);
        assert_eq!(bench.ask(&PRINT), told);
    }
}

#[test]
fn a_card_that_a_closed_connection_left_stays_or_is_thrown_out() {
    for (close_with_card, place) in [
        (CloseWithCard::Keeps, CardPlace::Contactless),
        (CloseWithCard::ToReject, CardPlace::Reject),
        (CloseWithCard::ToOutput, CardPlace::Output),
    ] {
        let mut bench = Bench::new(Switches {
            close_with_card,
            ..Switches::default()
        });
        bench.ok(&[TO_CHIP]);
        bench.disconnect();
        bench.pass(5000);
        assert_eq!(bench.card(1).place, place);
        bench.connect();
        let seen = if place == CardPlace::Contactless {
            (0, 2)
        } else {
            (4, 0)
        };
        assert_eq!(bench.place(), seen);
    }
}

#[test]
fn half_a_command_behind_a_motion_does_not_keep_its_connection_alive() {
    let mut bench = Bench::new(Switches {
        close_with_card: CloseWithCard::ToReject,
        ..Switches::default()
    });
    bench.order(0, &TO_CHIP);
    let half = &message(0xF000_0100, 0, 9, &TEST)[..5];
    bench.printer.receive(half, bench.uptime);
    bench.disconnect();
    // In one step: a look in between would notice the end.
    bench.pass(20_000);
    assert_eq!(bench.card(1).place, CardPlace::Reject);
}

#[test]
fn an_answer_that_nobody_read_comes_behind_the_next_greeting_or_not_at_all() {
    for stale_answer in [true, false] {
        let mut bench = Bench::new(Switches {
            stale_answer,
            ..Switches::default()
        });
        let sequence = bench.order(0, &TO_CHIP);
        bench.disconnect();
        bench.pass(10_000);
        bench.printer.host_opened(bench.uptime);
        assert_eq!(bench.answer().unwrap().kind, GREETING);
        let left = bench.answer_now().map(|answer| answer.sequence);
        assert_eq!(left, stale_answer.then_some(sequence));
    }
}

#[test]
fn half_a_plane_waits_times_out_or_goes_with_its_connection() {
    for (half_payload, heard) in [
        (HalfPayload::Wait, [false, false]),
        (HalfPayload::Timeout(7), [false, true]),
        (HalfPayload::DroppedOnClose, [true, true]),
    ] {
        for (seconds, heard) in [0, 10].into_iter().zip(heard) {
            let mut bench = Bench::new(Switches {
                half_payload,
                ..Switches::default()
            });
            bench.send(&plane_message(1, 8, &[1; PLANE])[..100]);
            bench.disconnect();
            bench.pass(seconds * 1000);
            bench.printer.host_opened(bench.uptime);
            assert_eq!(bench.answer().unwrap().kind, GREETING);
            bench.send(&message(0xF000_0100, 0, 9, &TEST));
            let answer = bench.answer_now();
            assert_eq!(answer.is_some(), heard, "{half_payload:?} {seconds}");
        }
    }
    let mut bench = Bench::new(Switches {
        half_payload: HalfPayload::Timeout(7),
        ..Switches::default()
    });
    bench.send(&plane_message(1, 8, &[1; PLANE])[..100]);
    bench.pass(8000);
    bench.ok(&[TEST]);
}

#[test]
fn the_greetings_sequence_restarts_with_the_power_or_goes_on() {
    for (greeting_sequence, second) in [
        (GreetingSequence::Restarts, 0x0003_3118),
        (GreetingSequence::Continues, 0x0003_3119),
    ] {
        let mut bench = Bench::new(Switches {
            greeting_sequence,
            ..Switches::default()
        });
        bench.power_cycle();
        bench.printer.host_opened(bench.uptime);
        assert_eq!(bench.answer().unwrap().sequence, second);
    }
}

#[test]
fn a_plane_is_answered_like_a_command_or_by_its_own_type() {
    for (plane_answer, kind) in [(PlaneAnswer::Done, DONE), (PlaneAnswer::Echo, REFUSED)] {
        let mut bench = Bench::new(Switches {
            plane_answer,
            ..Switches::default()
        });
        bench.send(&plane_message(1, 8, &[1; PLANE]));
        let answer = bench.answer_now().unwrap();
        assert_eq!((answer.kind, answer.result), (kind, 0));
    }
}

#[test]
fn nothing_is_said_before_the_greeting_and_none_comes_while_the_network_starts() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::PowerOff);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.answer(), None);
    bench.hand(Hand::PowerOn);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(
        bench.printer.receive(&[1], bench.uptime),
        0,
        "the cable waits"
    );
    assert_eq!(greeted_after(&mut bench), Some(5));
}

#[test]
fn at_once_the_motion_of_the_first_goes_on_beside_the_second() {
    let mut bench = cut_off(
        Switches {
            second_connection: SecondConnection::AtOnce,
            bytes_after_cable: BytesAfterCable::DeliveredLate,
            ..Switches::default()
        },
        &[REJECT],
    );
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.answer().unwrap().kind, GREETING);
    assert_eq!(bench.place(), (4, 0), "asked after the load and the reject");
    assert_eq!(bench.card(1).place, CardPlace::Reject, "a motion to come");
}
