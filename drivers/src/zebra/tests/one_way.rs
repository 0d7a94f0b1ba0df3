//! A link without replies: bytes go out, and the port status byte is all that comes back.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::zebra::{Options, Replies};

const FINISH: Request = Request::Do(Stage::Finish);

fn mute() -> Options {
    Options {
        replies: Replies::OneWay,
        knows_e: true,
        knows_cln: true,
        ..Options::default()
    }
}

#[test]
fn every_card_is_asked_about() {
    let mut bench = p330i(mute());
    bench.load_card();
    assert_eq!(
        bench.texts()[..2],
        ["SXY 1", "+RIB 0"],
        "no question goes out"
    );
    assert!(bench.texts().contains(&"Z"));
    bench.forget();
    let waited = bench.silent(FINISH);
    assert_eq!(waited.as_secs(), 135, "the string's time and 45 s");
    assert_eq!(bench.texts(), ["M 1 [IS 0[IS 1[IS 2[I[IV 31"]);
    let heard = bench.done(Request::Listen {
        after: Some(Stage::Finish),
    });
    assert_eq!(heard, Evidence::default(), "there is no evidence");
    let examined = bench.done(Request::Examine {
        apart: Duration::from_secs(60),
    });
    assert!(examined.settled);
    assert_eq!(examined.last, LastAnswer::Unknown);
}

#[test]
fn one_blank_at_a_time_makes_the_ports_silence_an_answer() {
    let mut bench = p330i(Options {
        single_card: true,
        ..mute()
    });
    bench.load_card();
    let held = bench.done(FINISH);
    assert_eq!(held.last, LastAnswer::Unknown);
    bench.forget();
    bench.done(Request::Do(Stage::Eject));
    assert_eq!(bench.texts(), ["MO"]);
}

#[test]
fn two_sides_go_out_in_their_order() {
    let mut bench = p430i(Options {
        single_card: true,
        ..mute()
    });
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    bench.done(FINISH);
    assert_eq!(
        bench.texts(),
        [
            "M 1 [IS 0[IS 1[IS 2[I[IV 31",
            "MF",
            "F",
            "G 0 0 12 20 24 1",
            "Z",
            "M 1 [I 10"
        ]
    );
}

#[test]
fn a_flip_is_waited_for_before_data_go_out_behind_it() {
    let mut bench = p430i(mute());
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.forget();
    // The string's time and a little more.
    bench.ports.extend([Some(0x18); 95]);
    bench.port = Some(0x30);
    let (fault, _) = bench.fault(Request::Do(Stage::Face));
    assert_eq!(fault, Fault::MechanicalTimeout);
    assert_eq!(bench.texts(), ["M 1 [IS 0[IS 1[IS 2[I[IV 31", "MF"]);
}

#[test]
fn the_ports_class_of_error_ends_the_stage() {
    for (port, fault) in [
        (Some(0x38), Fault::FeederOrRibbonEnd),
        (Some(0x30), Fault::MechanicalTimeout),
        (Some(0x10), Fault::BadParameter),
        (Some(0x00), Fault::OutOfStep),
        (None, Fault::OutOfStep),
    ] {
        let mut bench = p330i(mute());
        bench.load_card();
        bench.ports.extend([Some(0x18), Some(0x18), port]);
        let (told, evidence) = bench.fault(FINISH);
        assert_eq!(told, fault);
        assert_eq!(
            evidence.last,
            LastAnswer::Unknown,
            "a class is no last answer"
        );
        let mut bench = p330i(mute());
        bench.done(Request::Prepare(one_side()));
        bench.port = port;
        assert_eq!(bench.fault(Request::Load(image(false))).0, fault);
    }
}

#[test]
fn a_link_without_a_port_status_cannot_be_used() {
    let mut bench = p330i(mute());
    bench.port = None;
    assert_eq!(
        bench.fault(Request::Prepare(one_side())).0,
        Fault::OptionAbsent
    );
    bench.port = Some(0x38);
    assert_eq!(
        bench.fault(Request::Prepare(one_side())).0,
        Fault::FeederOrRibbonEnd
    );
}

#[test]
fn a_jam_is_heard_while_listening() {
    let mut bench = p330i(mute());
    bench.port = Some(0x30);
    let (fault, _) = bench.fault(Request::Listen {
        after: Some(Stage::Finish),
    });
    assert_eq!(fault, Fault::MechanicalTimeout);
}

#[test]
fn clearing_ends_when_the_port_is_ready() {
    let mut bench = p330i(mute());
    bench.done(Request::Status);
    bench.forget();
    let began = bench.now;
    bench.done(Request::Do(Stage::Clear));
    assert_eq!(bench.texts(), ["."]);
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    bench.port = Some(0x30);
    assert_eq!(
        bench.fault(Request::Do(Stage::Clear)).0,
        Fault::MechanicalTimeout
    );
}

#[test]
fn bytes_that_come_all_the_same_are_no_news() {
    let mut bench = p330i(Options {
        single_card: true,
        ..mute()
    });
    bench.load_card();
    bench.says(b"\x1503\x04");
    bench.done(FINISH);
}

#[test]
fn a_link_that_takes_nothing_is_told() {
    let mut bench = p330i(mute());
    bench.done(Request::Prepare(one_side()));
    bench
        .zebra
        .ask(Request::Load(image(false)), bench.now)
        .unwrap();
    assert!(matches!(bench.zebra.poll(), Output::Send(..)));
    let Output::Wait(Some(until)) = bench.zebra.poll() else {
        panic!("the link has a limit");
    };
    bench.zebra.elapse(until);
    let told = bench.zebra.poll();
    assert!(
        matches!(told, Output::Tell(Event::Answered(Answer::Silent { .. }))),
        "{told:?}"
    );
}
