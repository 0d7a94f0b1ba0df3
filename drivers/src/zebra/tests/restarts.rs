//! Waiting for a printer to be switched off and on.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::zebra::wire::Word;
use crate::zebra::{Options, Replies, Transport};

fn seconds(bench: &Bench, many: u64) -> Moment {
    bench.now + Duration::from_secs(many)
}

fn asks_only(bench: &Bench) {
    for bytes in &bench.sent {
        let (word, _) = Word::parse(bytes).unwrap();
        assert!(word.asks(), "{word:?}");
    }
}

#[test]
fn a_printer_that_only_answers_was_not_switched_off() {
    let mut bench = p330i(known());
    let waited = bench.silent(Request::AwaitRestart);
    assert!(waited >= Duration::from_secs(300));
    asks_only(&bench);
}

#[test]
fn a_printer_that_goes_away_and_answers_again_was() {
    let mut bench = p330i(known());
    let (off, on) = (seconds(&bench, 10), seconds(&bench, 30));
    bench.switched.extend([(off, true), (on, false)]);
    let evidence = bench.done(Request::AwaitRestart);
    assert!(bench.now >= on);
    assert_eq!(evidence.panels, Some(25_000), "the next baseline's measure");
    assert_eq!(
        (evidence.power, evidence.last),
        (Power::Unknown, LastAnswer::Unknown)
    );
    asks_only(&bench);
}

#[test]
fn a_printer_that_never_answered_may_have_been_busy() {
    let mut bench = p330i(known());
    bench.fake.off = true;
    let on = seconds(&bench, 60);
    bench.switched.push_back((on, false));
    bench.silent(Request::AwaitRestart);
}

#[test]
fn what_was_seen_outlives_a_request_but_no_other_one() {
    let mut bench = p330i(known());
    let off = seconds(&bench, 10);
    bench.switched.push_back((off, true));
    bench.silent(Request::AwaitRestart);
    let on = seconds(&bench, 10);
    bench.switched.push_back((on, false));
    bench.done(Request::AwaitRestart);
    let mut bench = p330i(known());
    let off = seconds(&bench, 10);
    bench.switched.push_back((off, true));
    bench.silent(Request::AwaitRestart);
    bench.fake.off = false;
    bench.done(Request::Status);
    bench.silent(Request::AwaitRestart);
}

#[test]
fn a_string_that_ran_meanwhile_is_no_restart() {
    let mut bench = p330i(known());
    let off = seconds(&bench, 10);
    bench.switched.push_back((off, true));
    bench.silent(Request::AwaitRestart);
    bench.fake.off = false;
    bench.fake.passes += 5;
    bench.silent(Request::AwaitRestart);
}

#[test]
fn a_counter_that_ran_backwards_went_with_the_power() {
    let mut bench = p330i(known());
    let off = seconds(&bench, 10);
    bench.switched.push_back((off, true));
    bench.silent(Request::AwaitRestart);
    bench.fake.off = false;
    // Stored when a card leaves, and none has left.
    bench.fake.passes -= 5;
    let restarted = bench.done(Request::AwaitRestart);
    assert_eq!(restarted.panels, Some(bench.fake.passes));
}

#[test]
fn one_missed_answer_is_no_restart() {
    let mut bench = p330i(known());
    bench.done(Request::Status);
    bench.fake.on(
        "%CLN",
        Does::Says(b"Cpt imp:00025000 next clean Prn:00005000 nb pass:5\r\x06"),
    );
    bench.fake.on("%CLN", Does::Nothing);
    bench.silent(Request::AwaitRestart);
}

#[test]
fn a_port_that_fell_and_came_back_is_a_restart_on_usb_alone() {
    for (transport, counts) in [
        (Transport::Usb, true),
        (Transport::Tcp, true),
        (Transport::Serial, false),
    ] {
        let mut bench = p330i(Options {
            transport,
            ..known()
        });
        bench.done(Request::Status);
        bench.falls_after = Some(1);
        assert_eq!(bench.ask(Request::AwaitRestart), Answer::Lost);
        let answer = bench.ask(Request::AwaitRestart);
        assert_eq!(matches!(answer, Answer::Done(_)), counts, "{transport:?}");
    }
}

#[test]
fn a_canary_alone_decides_where_there_is_one() {
    let mut bench = p330i(Options {
        knows_x: true,
        canary: Some(b'~'),
        ..known()
    });
    bench.done(Request::Prepare(one_side()));
    bench.forget();
    let off = seconds(&bench, 10);
    bench.switched.push_back((off, true));
    bench.silent(Request::AwaitRestart);
    bench.fake.off = false;
    bench.silent(Request::AwaitRestart);
    assert!(!bench.texts().contains(&"+X ~"));
    bench.fake.lose_power();
    bench.done(Request::AwaitRestart);
}

#[test]
fn one_way_it_is_the_port_that_goes_and_comes() {
    let mut bench = p330i(Options {
        replies: Replies::OneWay,
        ..Options::default()
    });
    bench.ports.extend([Some(0x18), Some(0x30), Some(0x18)]);
    bench.silent(Request::AwaitRestart);
    bench
        .ports
        .extend([Some(0x18), Some(0x00), None, None, Some(0x30), Some(0x18)]);
    bench.done(Request::AwaitRestart);
    assert!(bench.ports.is_empty());
    assert!(bench.sent.is_empty());
}

#[test]
fn after_a_restart_the_next_card_goes_its_way() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.fake.on("M 1 [IS 0[IS 1[IS 2[I[IV 31", Does::Nothing);
    bench.silent(Request::Do(Stage::Finish));
    bench.done(Request::Listen {
        after: Some(Stage::Finish),
    });
    let (off, on) = (seconds(&bench, 10), seconds(&bench, 30));
    bench.switched.extend([(off, true), (on, false)]);
    bench.done(Request::AwaitRestart);
    bench.load_card();
    bench.done(Request::Do(Stage::Finish));
}
