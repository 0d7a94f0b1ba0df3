//! What an answer is worth: when it counts, when it is late, when it is asked for again, and silence.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::evolis::download::FULL;
use crate::evolis::{Handshake, Options};

#[test]
fn a_fault_heard_inside_a_picture_waits_for_its_last_byte() {
    let mut bench = primacy(plain());
    bench.load_card();
    bench.forget();
    bench
        .evolis
        .ask(Request::Do(Stage::Face), bench.now)
        .unwrap();
    for (question, answer) in [("\x1bRem\r", "2 0\0"), ("\x1bRlr;p\r", "CARD\0")] {
        let Output::Send(Channel::Main, asked) = bench.evolis.poll() else {
            panic!("what is asked before a plane");
        };
        assert_eq!(asked.as_ref(), question.as_bytes());
        bench
            .evolis
            .receive(Channel::Main, answer.as_bytes(), bench.now);
    }
    let Output::Send(Channel::Main, plane) = bench.evolis.poll() else {
        panic!("a plane is sent");
    };
    bench
        .evolis
        .receive(Channel::Main, b"COVER OPEN\0", bench.now);
    let heard = Output::Tell(Event::Fault(Fault::CoverOpen));
    assert_eq!(bench.evolis.poll(), heard);
    let Output::Wait(Some(_)) = bench.evolis.poll() else {
        panic!("nothing is sent and nothing closed before the plane is out");
    };
    assert_eq!(bench.fake.take(&plane), b"OK\0");
    bench.evolis.link(LinkNews::Sent(Channel::Main), bench.now);
    bench.evolis.receive(Channel::Main, b"OK\0", bench.now);
    let Output::Send(_, question) = bench.evolis.poll() else {
        panic!("the evidence is read");
    };
    // A fault told while the link still held bytes of the picture leaves the download's own answer to come.
    assert!(question.starts_with(b"\x1bEcho;"));
    let nonce = [&question[6..question.len() - 1], b"\0"].concat();
    bench.evolis.receive(Channel::Main, b"OK\0", bench.now);
    bench.evolis.receive(Channel::Main, &nonce, bench.now);
    let Output::Send(_, question) = bench.evolis.poll() else {
        panic!("the evidence is read");
    };
    assert_eq!(question.as_ref(), b"\x1bRlr;p\r");
    for answer in [b"CARD\0".as_slice(), b"101\0", b"500\0"] {
        bench.evolis.receive(Channel::Main, answer, bench.now);
        if answer != b"500\0" {
            assert!(matches!(
                bench.evolis.poll(),
                Output::Wait(_) | Output::Send(..)
            ));
        }
    }
    let end = std::iter::from_fn(|| match bench.evolis.poll() {
        Output::Wait(_) => None,
        other => Some(other),
    })
    .last();
    let Some(Output::Tell(Event::Answered(Answer::Fault(Fault::CoverOpen, evidence)))) = end else {
        panic!("{end:?}");
    };
    assert_eq!((evidence.place, evidence.panels), (Place::Path, Some(500)));
}

#[test]
fn a_number_is_asked_three_times_a_tenth_of_a_second_apart() {
    let mut bench = primacy(plain());
    bench.fake.on("Rco;c", Does::Says("OK"));
    bench.fake.on("Rco;c", Does::Says("OK"));
    let evidence = bench.done(Request::Prepare(with_chip()));
    assert_eq!(evidence.cards, Some(100));
    let asked = bench
        .texts()
        .iter()
        .filter(|text| **text == "Rco;c")
        .count();
    assert_eq!(asked, 3);
    assert!(bench.now >= Moment::ZERO + Duration::from_millis(200));
    for _ in 0..3 {
        bench.fake.on("Rrt;count", Does::Says("OK"));
    }
    let evidence = bench.done(Request::Prepare(with_chip()));
    assert_eq!(
        evidence.ribbon_left, None,
        "never zero for an answer that is no number"
    );
}

#[test]
fn what_comes_while_a_number_is_to_be_asked_again_is_dropped() {
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.forget();
    bench.fake.on("Rco;c", Does::Raw(b"OK\x0055\x00"));
    let evidence = bench.done(Request::Prepare(with_chip()));
    assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(500)));
    let asked = bench
        .texts()
        .iter()
        .filter(|text| **text == "Rco;c")
        .count();
    assert_eq!(asked, 2);
}

#[test]
fn silence_is_told_with_its_limit() {
    let mut bench = primacy(plain());
    bench.fake.on("Rsn", Does::Nothing);
    let waited = Duration::from_secs(4);
    assert_eq!(
        bench.ask(Request::Prepare(with_chip())),
        Answer::Silent { waited }
    );
    bench.done(Request::Prepare(with_chip()));
    bench.fake.on("Sic", Does::Mute);
    let waited = Duration::from_secs(30);
    assert_eq!(
        bench.ask(Request::Do(Stage::Feed)),
        Answer::Silent { waited }
    );
}

#[test]
fn an_answers_timer_starts_when_the_link_took_the_last_byte() {
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.evolis.ask(Request::Status, bench.now).unwrap();
    assert!(matches!(bench.evolis.poll(), Output::Send(..)));
    let mut now = bench.now + Duration::from_secs(30);
    bench.evolis.elapse(now);
    assert!(
        matches!(bench.evolis.poll(), Output::Wait(Some(_))),
        "the link is slow"
    );
    bench.evolis.link(LinkNews::Sent(Channel::Main), now);
    let limit = now + Duration::from_secs(4);
    assert_eq!(bench.evolis.poll(), Output::Wait(Some(limit)));
    now = limit;
    bench.evolis.elapse(now);
    let waited = Duration::from_secs(4);
    let silent = Event::Answered(Answer::Silent { waited });
    assert_eq!(bench.evolis.poll(), Output::Tell(silent));
}

#[test]
fn downloads_have_more_time_on_a_slow_line() {
    let mut bench = primacy(Options {
        baud: Some(9600),
        dots: Some((FULL.lines, FULL.columns)),
        ..plain()
    });
    bench.done(Request::Prepare(with_chip()));
    bench.done(Request::Do(Stage::Feed));
    bench.done(Request::Do(Stage::Park));
    bench.fake.on("Db;y;128;", Does::Mute);
    let Answer::Silent { waited } = bench.ask(Request::Load(image(FULL))) else {
        panic!("the plane is not answered");
    };
    // 576,083 bytes of ten bits at 9600 bits a second.
    assert_eq!(waited.as_secs(), 30 + 600);
}

#[test]
fn a_late_answer_is_not_taken_for_that_of_the_next_request() {
    let mut bench = primacy(plain());
    bench.fake.on("Rco;c", Does::Nothing);
    assert!(matches!(
        bench.ask(Request::Prepare(with_chip())),
        Answer::Silent { .. }
    ));
    bench
        .evolis
        .ask(Request::Prepare(with_chip()), bench.now)
        .unwrap();
    bench.evolis.receive(Channel::Main, b"77\0", bench.now);
    bench.forget();
    let evidence = bench.finish();
    assert_eq!(evidence.cards, Some(100));
    assert!(bench.texts()[0].starts_with("Echo;"));
    bench.forget();
    bench.done(Request::Prepare(with_chip()));
    assert_eq!(bench.texts()[0], "Pem;2");
}

#[test]
fn what_was_out_of_step_is_brought_back_and_its_late_answers_are_nobodys_last() {
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.fake.on("Sic", Does::Raw(b"5,00 Volts\0"));
    let (fault, _) = bench.fault(Request::Do(Stage::Feed));
    assert_eq!(fault, Fault::OutOfStep);
    bench.forget();
    // An answer that comes late, just before the nonce's own.
    bench.fake.on("Rsn", Does::Says("P1"));
    let apart = Duration::from_secs(5);
    bench
        .evolis
        .ask(Request::Examine { apart }, bench.now)
        .unwrap();
    while !bench.texts().iter().any(|text| text.starts_with("Echo;")) {
        bench.says(b"OK\0");
        let Output::Wait(Some(until)) = bench.evolis.poll() else {
            panic!("a request in flight has a limit");
        };
        bench.now = until;
        bench.evolis.elapse(until);
        bench.says(b"OK\0");
    }
    let evidence = bench.finish();
    assert_eq!(evidence.last, LastAnswer::Unknown);
    assert_eq!(evidence.place, Place::Contactless);
}

#[test]
fn an_ack_nack_printer_is_understood() {
    let mut bench = primacy(Options {
        handshake: Handshake::AckNack,
        ..plain()
    });
    for text in ["Pem;2", "Psoe;D", "Pr;ymcko", "Ss"] {
        bench.fake.on(text, Does::Raw(b"\x06"));
    }
    bench.fake.on("Rsn", Does::Raw(b"\x06P00000012345\0"));
    bench.fake.on("Sic", Does::Raw(b"\x15F"));
    let evidence = bench.done(Request::Prepare(with_chip()));
    assert_eq!(evidence.unit.as_deref(), Some("P00000012345"));
    assert_eq!(bench.fault(Request::Do(Stage::Feed)).0, Fault::FeederEmpty);
}
