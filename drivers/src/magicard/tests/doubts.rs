//! After a doubt: a printer that may stand inside a page, two readings, a restart, and links that fall.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::magicard::{Code, Options, Transport};

const PATIENCE: Duration = Duration::from_secs(120);

fn listened(answer: Answer) -> Evidence {
    match answer {
        Answer::Done(evidence) => evidence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_printer_inside_a_page_is_left_alone_then_asked_once_and_never_again() {
    let mut bench = enduro(Options::default());
    bench.load();
    bench.reaches = Some(500);
    bench.done(Request::Do(Stage::Face));
    bench.forget();
    let began = bench.now;
    let evidence = listened(bench.listen(Stage::Face));
    assert_eq!(evidence.wake, Wake::Deaf);
    assert_eq!(bench.sent.len(), 1, "one question, not a fill");
    let (at, bytes) = &bench.sent[0];
    assert!(at.since(began) >= PATIENCE, "nothing before it");
    assert_eq!(bytes.len(), 12);
    let examined = listened(bench.examine());
    assert_eq!((examined.wake, examined.settled), (Wake::Deaf, false));
    assert_eq!(
        bench.sent.len(),
        1,
        "a second question would be picture again"
    );
    assert!(
        bench.fake.pages.is_empty(),
        "what was asked completed no page"
    );
}

#[test]
fn a_fresh_life_assumes_an_open_page_after_a_face_or_a_finish() {
    for (after, waits) in [
        (Some(Stage::Face), true),
        (Some(Stage::Finish), true),
        (Some(Stage::Clear), false),
        (None, false),
    ] {
        let mut bench = enduro(Options::default());
        let began = bench.now;
        let evidence = bench.done(Request::Listen { after });
        assert_eq!(evidence.wake, Wake::Awake);
        assert_eq!(bench.now.since(began) >= PATIENCE, waits, "{after:?}");
        assert_eq!(bench.texts(), "INF");
    }
}

#[test]
fn a_printer_that_gave_its_page_up_is_examined_and_may_go_on() {
    let mut bench = enduro(Options::default());
    let baseline = bench.load();
    bench.done(Request::Do(Stage::Face));
    bench
        .magicard
        .link(LinkNews::Down(Channel::Main), bench.now);
    bench.fake.input.clear();
    assert_eq!(listened(bench.listen(Stage::Face)).wake, Wake::Awake);
    bench.forget();
    let began = bench.now;
    let evidence = listened(bench.examine());
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    assert_eq!(bench.texts(), "INF ERR INF ERR");
    assert!(evidence.settled && evidence.wake == Wake::Awake);
    assert_eq!(evidence.power, Power::Unknown);
    assert_eq!(
        (
            evidence.unit,
            evidence.cards,
            evidence.panels,
            evidence.shots
        ),
        (
            baseline.unit,
            baseline.cards,
            baseline.panels,
            baseline.shots
        )
    );
}

#[test]
fn readings_that_differ_do_not_settle() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.card_takes = Duration::from_secs(150);
    assert_eq!(bench.silent(Request::Do(Stage::Finish)), PATIENCE);
    bench.port_status = vec![Some(0x18); 20].into();
    listened(bench.listen(Stage::Finish));
    bench.fake.done_at = Some(bench.now + Duration::from_secs(30));
    let evidence = listened(bench.examine());
    assert!(!evidence.settled);
    assert_eq!(
        evidence.panels,
        Some(508),
        "a second card came between them"
    );
    assert!(listened(bench.examine()).settled);
}

#[test]
fn an_error_found_while_examining_is_told_with_the_evidence() {
    let mut bench = enduro(Options {
        codes: vec![(Code(12, 3), Fault::CardJam)],
        ..Options::default()
    });
    bench.fake.code = (12, 3);
    let evidence = listened(bench.ask(Request::Listen { after: None }));
    assert_eq!(evidence.last, LastAnswer::Fault(Fault::CardJam));
    let Answer::Fault(Fault::CardJam, evidence) = bench.examine() else {
        panic!("{:?}", bench.events);
    };
    assert!(evidence.settled);
    assert_eq!(evidence.cards, Some(100));
}

#[test]
fn an_error_that_only_the_text_tells_counts_too() {
    let mut bench = enduro(Options::default());
    for _ in 0..2 {
        let text = b"\x01STAOn a fait 10:20.\n11:01\n(c0201)\x03".to_vec();
        bench.fake.on("ERR", Does::Raw(text));
    }
    assert!(matches!(
        bench.examine(),
        Answer::Fault(Fault::FeederEmpty, _)
    ));
    bench.fake.on("ERR", Does::Nothing);
    bench.fake.on("ERR", Does::Nothing);
    assert!(
        listened(bench.examine()).settled,
        "a text that never comes is no evidence"
    );
}

#[test]
fn a_silent_printer_is_asked_three_times_with_no_page_open() {
    let mut bench = enduro(Options::default());
    for _ in 0..3 {
        bench.fake.on("INF", Does::Nothing);
    }
    assert_eq!(bench.silent(Request::Status), Duration::from_secs(2));
    assert_eq!(bench.texts(), "INF INF INF");
    bench.fake.on("INF", Does::Nothing);
    bench.forget();
    assert_eq!(bench.done(Request::Status).cards, Some(100));
    assert_eq!(bench.texts(), "INF INF");
}

#[test]
fn an_answer_to_another_question_is_none_and_one_that_says_nothing_is_out_of_step() {
    let mut bench = enduro(Options::default());
    bench.fake.on(
        "INF",
        Does::Raw(b"\x01STA,TCQ5120,\x03\x01STAok 00:00\x03".to_vec()),
    );
    let evidence = bench.done(Request::Status);
    assert_eq!(
        (evidence.cards, bench.texts().as_str()),
        (Some(100), "INF INF")
    );
    for _ in 0..3 {
        bench
            .fake
            .on("INF", Does::Raw(b"\x01STA$$what,\x03".to_vec()));
    }
    assert_eq!(bench.fault(Request::Status).0, Fault::OutOfStep);
    let mut tango = bench_tango();
    let other = b"\x01STA,TPQ9,\x03\x01STA,TCQ77,\x03".to_vec();
    tango.fake.on("STA,TCQ", Does::Raw(other));
    let evidence = tango.done(Request::Status);
    assert_eq!((evidence.cards, evidence.panels), (Some(77), Some(500)));
}

fn bench_tango() -> Bench {
    bench("magicard-tango2e", Options::default())
}

#[test]
fn late_double_and_flooding_answers_are_nobodys() {
    let mut bench = enduro(Options::default());
    bench.says(b"\x01STA$$1,2,3,\x03");
    bench.done(Request::Prepare(setup()));
    let stale = [b"\x01STA", bench.fake.info().as_bytes(), b"\x03"].concat();
    bench.says(&stale.repeat(500));
    assert_eq!(bench.events.len(), 2, "up and the answer");
    bench.fake.cards = 101;
    let evidence = bench.done(Request::Status);
    assert_eq!(evidence.cards, Some(101));
    let double = [b"\x01STA", bench.fake.info().as_bytes(), b"\x03"]
        .concat()
        .repeat(2);
    bench.fake.on("INF", Does::Raw(double));
    bench.done(Request::Status);
    bench.fake.cards = 102;
    assert_eq!(bench.done(Request::Status).cards, Some(102));
}

#[test]
fn half_a_reply_is_none_and_its_rest_spoils_nothing() {
    let mut bench = enduro(Options::default());
    bench.fake.on("INF", Does::Raw(b"\x01STA$$3,Endu".to_vec()));
    let evidence = bench.done(Request::Status);
    assert_eq!(
        (evidence.unit.as_deref(), evidence.cards),
        (Some("20E1234"), Some(100))
    );
}

#[test]
fn a_link_that_falls_ends_the_request_and_is_told_once() {
    for (sends, request) in [
        (0, Request::Status),
        (0, Request::Prepare(setup())),
        (0, Request::Listen { after: None }),
        (
            2,
            Request::Examine {
                apart: Duration::from_secs(60),
            },
        ),
    ] {
        let mut bench = enduro(Options::default());
        bench.falls_after = Some(sends);
        assert_eq!(bench.ask(request), Answer::Lost);
        assert!(!bench.events.contains(&Event::Lost));
    }
    let mut bench = enduro(Options::default());
    bench.face();
    bench.falls_after = Some(0);
    assert_eq!(bench.ask(Request::Do(Stage::Finish)), Answer::Lost);
    assert_eq!(bench.ask(Request::Do(Stage::Finish)), Answer::Lost);
    listened(bench.ask(Request::Listen { after: None }));
    let refused = bench.fault(Request::Do(Stage::Finish)).0;
    assert_eq!(refused, Fault::OutOfStep, "the plane is not sent again");
}

#[test]
fn a_link_that_falls_with_nothing_asked_is_lost() {
    let mut bench = enduro(Options::default());
    bench.done(Request::Status);
    bench.forget();
    bench
        .magicard
        .link(LinkNews::Down(Channel::Main), bench.now);
    bench
        .magicard
        .link(LinkNews::Down(Channel::Main), bench.now);
    bench.drain();
    assert_eq!(bench.events, [Event::Lost]);
    bench.shut_for = 1;
    assert_eq!(bench.ask(Request::Status), Answer::Lost);
    bench.done(Request::Status);
}

#[test]
fn a_link_that_takes_nothing_is_silent() {
    let mut bench = enduro(Options::default());
    bench.load();
    bench
        .magicard
        .ask(Request::Do(Stage::Face), bench.now)
        .unwrap();
    while !matches!(bench.magicard.poll(), Output::Wait(_)) {}
    bench
        .magicard
        .link(LinkNews::PortStatus(Some(0x18)), bench.now);
    assert!(matches!(bench.magicard.poll(), Output::Send(..)));
    let Output::Wait(Some(until)) = bench.magicard.poll() else {
        panic!("a limit");
    };
    assert_eq!(until.since(bench.now), Duration::from_secs(120));
    bench.magicard.elapse(until);
    let silent = Answer::Silent {
        waited: Duration::from_secs(120),
    };
    assert_eq!(bench.magicard.poll(), Output::Tell(Event::Answered(silent)));
    assert_eq!(
        bench.magicard.ask(Request::Do(Stage::Finish), until),
        Ok(())
    );
    let refused = Answer::Fault(Fault::OutOfStep, Evidence::default());
    assert_eq!(
        bench.magicard.poll(),
        Output::Tell(Event::Answered(refused))
    );
}

#[test]
fn a_restart_is_seen_on_usb_when_the_port_falls_and_comes_back() {
    let mut bench = enduro(Options::default());
    bench.load();
    bench.reaches = Some(500);
    bench.done(Request::Do(Stage::Face));
    listened(bench.listen(Stage::Face));
    bench.forget();
    bench.falls_at = Some(bench.now + Duration::from_secs(21));
    bench.shut_for = 7;
    let began = bench.now;
    bench.fake.input.clear();
    let evidence = bench.done(Request::AwaitRestart);
    let took = bench.now.since(began);
    assert!(took >= Duration::from_secs(35), "{took:?}");
    let before: Vec<_> = bench
        .sent
        .iter()
        .filter(|(at, _)| at.since(began) < Duration::from_secs(21))
        .collect();
    assert!(before.is_empty(), "not a byte before it was gone");
    assert_eq!(bench.texts(), "INF");
    assert_eq!(evidence.cards, Some(100));
    // A page that waited is gone: nothing is waited for any more.
    let began = bench.now;
    assert_eq!(listened(bench.listen(Stage::Face)).wake, Wake::Awake);
    assert!(bench.now.since(began) < Duration::from_secs(5));
}

#[test]
fn a_printer_that_nobody_switches_off_is_silent_and_never_spoken_to() {
    let mut bench = enduro(Options::default());
    bench.done(Request::Status);
    bench.forget();
    assert_eq!(
        bench.silent(Request::AwaitRestart),
        Duration::from_secs(120)
    );
    assert!(bench.sent.is_empty());
    let mut tcp = enduro(Options {
        transport: Transport::Tcp,
        ..Options::default()
    });
    tcp.done(Request::Status);
    tcp.forget();
    tcp.has_port = false;
    tcp.silent(Request::AwaitRestart);
    assert!(
        tcp.sent.is_empty(),
        "it is opened anew, and nothing is said"
    );
}

#[test]
fn a_restart_is_seen_on_a_socket_when_nobody_takes_the_call() {
    let mut bench = enduro(Options {
        transport: Transport::Tcp,
        ..Options::default()
    });
    bench.has_port = false;
    bench.done(Request::Status);
    bench.forget();
    bench.shut_for = 3;
    bench.done(Request::AwaitRestart);
    assert_eq!(bench.texts(), "INF");
    let mut down = enduro(Options::default());
    down.shut_for = 2;
    down.done(Request::AwaitRestart);
    assert_eq!(down.texts(), "INF", "a link that was down already");
}

#[test]
fn a_port_that_tells_nothing_for_a_while_was_gone() {
    let mut bench = enduro(Options::default());
    bench.done(Request::Status);
    bench.port_status = [Some(0x08), Some(0x08), None, None, Some(0x18)].into();
    bench.forget();
    bench.done(Request::AwaitRestart);
    assert_eq!(bench.texts(), "INF");
}

#[test]
fn a_new_card_waits_for_a_page_that_broke_off_to_be_given_up() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.input.clear();
    bench.forget();
    let began = bench.now;
    bench.done(Request::Prepare(setup()));
    assert!(bench.now.since(began) >= PATIENCE);
    assert_eq!(bench.texts(), "INF");
    let mut deaf = enduro(Options::default());
    deaf.face();
    deaf.forget();
    deaf.silent(Request::Prepare(setup()));
    assert_eq!(deaf.sent.len(), 1, "once");
}

#[test]
fn a_card_that_was_made_while_the_host_was_dead_is_counted() {
    let mut bench = enduro(Options::default());
    let baseline = bench.face();
    bench
        .magicard
        .ask(Request::Do(Stage::Finish), bench.now)
        .unwrap();
    bench.drain();
    bench.restart("magicard-enduro", Options::default());
    bench.now = bench.now + Duration::from_secs(40);
    assert_eq!(listened(bench.listen(Stage::Finish)).wake, Wake::Awake);
    let evidence = listened(bench.examine());
    assert!(evidence.settled);
    assert_eq!(evidence.cards, baseline.cards.map(|cards| cards + 1));
    assert_eq!(
        evidence.shots,
        baseline.shots.map(|shots| shots + 1),
        "also in another life"
    );
}

#[test]
fn a_printer_that_starts_slowly_is_not_switched_off_twice() {
    let mut bench = enduro(Options::default());
    bench.done(Request::Status);
    bench.falls_at = Some(bench.now + Duration::from_secs(5));
    for _ in 0..3 {
        bench.fake.on("INF", Does::Nothing);
    }
    bench.silent(Request::AwaitRestart);
    bench.done(Request::AwaitRestart);
    // And the next doubt begins anew.
    assert_eq!(
        bench.silent(Request::AwaitRestart),
        Duration::from_secs(120)
    );
}

#[test]
fn a_printer_that_goes_while_nothing_is_asked_is_seen_to_have_gone() {
    let mut bench = enduro(Options::default());
    bench.done(Request::Status);
    bench.silent(Request::AwaitRestart);
    bench
        .magicard
        .link(LinkNews::Down(Channel::Main), bench.now);
    bench.done(Request::AwaitRestart);
    let mut before = enduro(Options::default());
    before.done(Request::Status);
    before
        .magicard
        .link(LinkNews::Down(Channel::Main), before.now);
    before.silent(Request::AwaitRestart);
}
