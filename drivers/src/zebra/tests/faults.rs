//! What can go wrong on a card's way.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::zebra::Options;

const FINISH: Request = Request::Do(Stage::Finish);
const STRING: &str = "M 1 [IS 0[IS 1[IS 2[I[IV 31";

#[test]
fn an_empty_feeder_is_told_by_the_string_and_asked_once_more() {
    let mut bench = p330i(known());
    bench.fake.feeder = 0;
    bench.load_card();
    bench.forget();
    let (fault, evidence) = bench.fault(FINISH);
    assert_eq!(fault, Fault::FeederEmpty);
    assert_eq!(evidence.last, LastAnswer::Fault(Fault::FeederEmpty));
    assert_eq!(bench.texts(), ["%CLN", STRING, "E"]);
    assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep, "loaded anew first");
}

#[test]
fn an_error_that_is_not_repeated_is_no_last_answer() {
    for said in [&b"\x06"[..], b"\x1503\x04", b"text\r\x06"] {
        let mut bench = p330i(known());
        bench.load_card();
        bench.fake.on(STRING, Does::Refuses(b"\x1504\x04"));
        bench.fake.on("E", Does::Says(said));
        let (fault, evidence) = bench.fault(FINISH);
        assert_eq!(fault, Fault::FeederEmpty);
        assert_eq!(evidence.last, LastAnswer::Unknown, "{said:02X?}");
    }
    let mut bench = p330i(known());
    bench.load_card();
    bench.fake.on(STRING, Does::Refuses(b"\x1504\x04"));
    bench.fake.on("E", Does::Nothing);
    let (fault, evidence) = bench.fault(FINISH);
    assert_eq!(
        (fault, evidence.last),
        (Fault::FeederEmpty, LastAnswer::Unknown)
    );
}

#[test]
fn what_was_read_before_a_string_is_no_evidence_once_it_was_refused() {
    let mut bench = p330i(Options {
        knows_x: true,
        canary: Some(b'~'),
        ..known()
    });
    bench.load_card();
    bench.fake.on(STRING, Does::Refuses(b"\x1548\x04"));
    let (_, evidence) = bench.fault(FINISH);
    assert_eq!(
        (evidence.panels, evidence.power),
        (None, Power::Unknown),
        "panels may have been laid since, and the power gone"
    );
}

#[test]
fn a_bare_nak_to_the_question_for_the_last_answer_says_that_there_is_none() {
    let mut bench = p330i(known());
    bench.fake.on("E", Does::Says(b"\x15"));
    let prepared = bench.done(Request::Prepare(one_side()));
    assert_eq!(prepared.panels, Some(25_000));
    bench.fake.on("E", Does::Says(b"\x15"));
    let after = Some(Stage::Finish);
    let heard = bench.done(Request::Listen { after });
    assert_eq!(heard.last, LastAnswer::Unknown);
}

#[test]
fn an_open_cover_is_a_fault_with_the_lid_open() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.fake.on(STRING, Does::Refuses(b"\x1548\x04"));
    let (fault, evidence) = bench.fault(FINISH);
    assert_eq!((fault, evidence.lid_open), (Fault::CoverOpen, Some(true)));
}

#[test]
fn a_setting_or_a_download_that_is_refused_ends_the_load() {
    for text in ["SXY 1", "+C 5", "vF", "GS 1", "G 0 0 12 20 24 1", "Z"] {
        let mut bench = p330i(known());
        bench.done(Request::Prepare(one_side()));
        bench.fake.on(text, Does::Refuses(b"\x1531\x04"));
        let (fault, evidence) = bench.fault(Request::Load(image(false)));
        assert_eq!(fault, Fault::BadParameter, "{text}");
        assert_eq!(evidence.last, LastAnswer::Fault(Fault::BadParameter));
        bench.forget();
        assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
        assert!(bench.sent.is_empty(), "{text}");
    }
}

#[test]
fn a_stage_needs_its_link_its_setup_and_its_picture() {
    let mut bench = p330i(known());
    assert_eq!(bench.ask(FINISH), Answer::Lost);
    assert_eq!(bench.ask(Request::Load(image(false))), Answer::Lost);
    bench.done(Request::Status);
    assert_eq!(bench.fault(Request::Load(image(false))).0, Fault::OutOfStep);
    bench.done(Request::Prepare(one_side()));
    assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
    bench.zebra.ask(Request::Status, bench.now).unwrap();
    assert_eq!(bench.zebra.ask(FINISH, bench.now), Err(Busy));
}

#[test]
fn a_pass_that_nobody_ordered_stops_the_string() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.fake.passes += 1;
    bench.forget();
    assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
    assert_eq!(bench.texts(), ["%CLN"]);
}

#[test]
fn an_ack_too_many_is_heard_before_the_string_and_behind_it() {
    let mut bench = p330i(known());
    bench.done(Request::Prepare(one_side()));
    // Every later answer is then taken for the one before.
    bench.fake.on("Z", Does::Says(b"\x06\x06"));
    bench.done(Request::Load(image(false)));
    bench.drain();
    bench.forget();
    assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
    assert_eq!(bench.fake.passes, 25_000);
    let mut bench = p330i(known());
    bench.done(Request::Prepare(one_side()));
    bench.fake.on("vF", Does::Says(b"\x06\x06"));
    match bench.ask(Request::Load(image(false))) {
        Answer::Done(_) => assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep),
        Answer::Fault(fault, _) => assert_eq!(fault, Fault::OutOfStep),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.fake.passes, 25_000);
    let mut bench = p330i(known());
    bench.load_card();
    bench.fake.on(STRING, Does::Says(b"\x06\x06"));
    assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
}

#[test]
fn clearing_sends_one_command_and_gives_the_printer_a_minute() {
    let mut bench = p330i(known());
    bench.done(Request::Status);
    bench.forget();
    let began = bench.now;
    bench.done(Request::Do(Stage::Clear));
    assert_eq!(bench.texts(), ["."]);
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    bench.fake.on(".", Does::Says(b"\x06\x06"));
    assert_eq!(
        bench.fault(Request::Do(Stage::Clear)).0,
        Fault::OutOfStep,
        "something resumed and was answered"
    );
    bench.fake.on(".", Does::Refuses(b"\x1503\x04"));
    assert_eq!(
        bench.fault(Request::Do(Stage::Clear)).0,
        Fault::MechanicalTimeout
    );
}

#[test]
fn an_eject_that_is_refused_says_so() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.done(FINISH);
    bench.fake.on("MO", Does::Refuses(b"\x1503\x04"));
    assert_eq!(
        bench.fault(Request::Do(Stage::Eject)).0,
        Fault::MechanicalTimeout
    );
    bench.done(Request::Do(Stage::Eject));
    assert_eq!(bench.fake.out, 1);
}

#[test]
fn silence_is_told_with_its_limit() {
    let check = |text: &str, request: Request, seconds: u64| {
        let mut bench = p330i(known());
        match request {
            Request::Prepare(_) => {}
            Request::Load(_) => drop(bench.done(Request::Prepare(one_side()))),
            _ => bench.load_card(),
        }
        bench.fake.on(text, Does::Mute);
        assert_eq!(
            bench.silent(request),
            Duration::from_secs(seconds),
            "{text}"
        );
        // What comes late is told to nobody as the answer of something else.
        bench.says(b"\x06");
        bench.forget();
        assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
        assert!(bench.sent.is_empty());
    };
    check("E", Request::Prepare(one_side()), 3);
    check("%CLN", Request::Prepare(one_side()), 3);
    check("SXY 1", Request::Load(image(false)), 3);
    check("GS 0", Request::Load(image(false)), 30);
    check("Z", Request::Load(image(false)), 30);
    check(STRING, FINISH, 90);
    check("MO", Request::Do(Stage::Eject), 90);
    check(".", Request::Do(Stage::Clear), 3);
}

#[test]
fn a_slow_line_gives_a_download_its_time() {
    let mut bench = p330i(Options {
        baud: Some(9600),
        compression: false,
        ..known()
    });
    bench.done(Request::Prepare(one_side()));
    bench.fake.on("GS 0", Does::Mute);
    let bytes = 24 * 20 + "\x1bGS 0 32 0 0 24 20 \r".len();
    let transit = Duration::from_millis(bytes as u64 * 10_000 / 9600);
    let waited = bench.silent(Request::Load(image(false)));
    assert_eq!(waited, Duration::from_secs(30) + transit);
}

#[test]
fn a_link_that_falls_at_any_step_is_told_once() {
    let card = |bench: &mut Bench| {
        let mut answers = Vec::new();
        for request in [
            Request::Prepare(two_sides()),
            Request::Load(image(true)),
            Request::Do(Stage::Face),
            FINISH,
            Request::Do(Stage::Eject),
        ] {
            let answer = bench.ask(request);
            let lost = answer == Answer::Lost;
            answers.push(answer);
            if lost {
                break;
            }
        }
        answers
    };
    let mut whole = p430i(known());
    assert_eq!(card(&mut whole).len(), 5);
    for after in 0..whole.sent.len() {
        let mut bench = p430i(known());
        bench.falls_after = Some(after);
        let answers = card(&mut bench);
        assert_eq!(answers.last(), Some(&Answer::Lost), "send {after}");
        let lost = bench.events.iter().filter(|event| **event == Event::Lost);
        assert_eq!(lost.count(), 0, "send {after}");
        // A new link: nothing of the old picture is printed.
        bench.done(Request::Status);
        assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep);
    }
    whole.zebra.link(LinkNews::Down(Channel::Main), whole.now);
    whole.drain();
    assert_eq!(whole.events.last(), Some(&Event::Lost));
    let mut bench = p430i(known());
    bench.shut = true;
    assert_eq!(bench.ask(Request::Status), Answer::Lost);
}
