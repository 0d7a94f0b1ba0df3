//! Answers that are late, double, wrong, partial or too many.

use std::time::Duration;

use super::bench::*;
use super::fake::*;
use crate::contract::*;

#[test]
fn an_answer_that_never_comes_is_silence_after_its_limit() {
    let limit = |text: &str, seconds: u64, request: Request| {
        let mut bench = plain(XID9300);
        bench.load_card(true, 1);
        bench.fake.on(text, Does::Nothing);
        let silent = bench.ask(request);
        let waited = Duration::from_secs(seconds);
        assert_eq!(silent, Answer::Silent { waited }, "{text}");
        bench
    };
    limit("plane 8", 30, Request::Do(Stage::Face));
    limit("0602000F", 90, Request::Do(Stage::Face));
    limit("02020000", 5, Request::Do(Stage::Face));
    limit("05020004", 90, Request::Do(Stage::Reject));
    let mut bench = plain(XID9300);
    bench.fake.on("job", Does::Nothing);
    assert!(matches!(
        bench.ask(Request::Prepare(setup(false))),
        Answer::Silent { .. }
    ));
}

#[test]
fn a_connection_that_never_begins_its_job_is_left_where_no_card_is_in_question() {
    for request in [Request::Prepare(setup(false)), Request::Do(Stage::Clear)] {
        let mut bench = plain(XID9300);
        bench.fake.on("job", Does::Nothing);
        let silent = bench.ask(request.clone());
        assert!(matches!(silent, Answer::Silent { .. }), "{silent:?}");
        assert_eq!(bench.closes, 1);
        bench.forget();
        bench.done(request);
        assert_eq!(bench.texts().first(), Some(&"job"), "on a new one");
    }
    // With a card in doubt it is kept: whether its end moves a card is unknown.
    let mut bench = plain(XID9300);
    bench.fake.place = Some(0);
    bench.fake.on("job", Does::Nothing);
    let silent = bench.ask(Request::Listen { after: None });
    assert!(matches!(silent, Answer::Silent { .. }), "{silent:?}");
    assert_eq!(bench.closes, 0);
}

#[test]
fn a_connection_that_fell_silent_is_left_where_no_card_is_in_question_or_inside() {
    for text in ["01020000", "02020000"] {
        let mut bench = plain(XID8600);
        bench.fake.on(text, Does::Nothing);
        let silent = bench.ask(Request::Prepare(setup(false)));
        assert!(
            matches!(silent, Answer::Silent { .. }),
            "{text}: {silent:?}"
        );
        assert_eq!(bench.closes, 1, "{text}");
        bench.forget();
        bench.done(Request::Prepare(setup(false)));
        assert!(bench.texts().contains(&"job"), "{text}: on a new one");
    }
    // A card that is told to be inside, and counters that are silent: it is kept.
    let mut bench = plain(XID8600);
    bench.fake.place = Some(0);
    bench.fake.udp_dead = true;
    let silent = bench.ask(Request::Prepare(setup(false)));
    assert!(matches!(silent, Answer::Silent { .. }), "{silent:?}");
    assert_eq!(bench.closes, 0);
}

#[test]
fn double_and_late_answers_are_known_by_their_number() {
    let mut bench = plain(XID9300);
    bench.fake.on("04028000", Does::Repeats(3));
    bench.fake.on("02020000", Does::Repeats(100));
    bench.fake.on("plane 1", Does::Repeats(2));
    bench.film_card(false, 1);
    assert_eq!(bench.done(Request::Do(Stage::Finish)).place, Place::Empty);
    // A question that was given up: its answer is nobody's later.
    let mut bench = plain(XID9300);
    bench.fake.place = Some(2);
    bench.fake.on("02020000", Does::Later);
    assert!(matches!(
        bench.ask(Request::Prepare(setup(false))),
        Answer::Silent { .. }
    ));
    bench.fake.place = None;
    bench.says_late();
    assert_eq!(
        bench.done(Request::Prepare(setup(false))).place,
        Place::Empty
    );
}

#[test]
fn a_number_that_nobody_gave_is_out_of_step() {
    for text in ["02020000", "04028000", "job", "01020000"] {
        let mut bench = plain(XID9300);
        bench.fake.on(text, Does::Misnumbers);
        let first = bench.ask(Request::Prepare(setup(false)));
        let answer = match first {
            Answer::Done(_) => bench.ask(Request::Do(Stage::Feed)),
            other @ (Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => other,
        };
        assert!(
            matches!(answer, Answer::Fault(Fault::OutOfStep, _)),
            "{text}: {answer:?}"
        );
    }
}

#[test]
fn planes_answered_out_of_order_are_out_of_step() {
    let mut bench = plain(XID9300);
    bench.load_card(false, 1);
    let last = u32::from_be_bytes(bench.sent.last().unwrap()[12..16].try_into().unwrap());
    let second = (last + 3).to_be_bytes();
    bench.fake.on(
        "plane 1",
        Does::Raw([&unhex("F1000100 00000002 00000000")[..], &second].concat()),
    );
    let (fault, _) = bench.fault(Request::Do(Stage::Face));
    assert_eq!(fault, Fault::OutOfStep);
    assert!(!bench.texts().contains(&"0602000F"));
}

#[test]
fn any_answer_type_to_a_plane_is_taken_and_only_the_result_counts() {
    let face = |head: &str| {
        let mut bench = plain(XID9300);
        bench.load_card(false, 1);
        let last = u32::from_be_bytes(bench.sent.last().unwrap()[12..16].try_into().unwrap());
        let first = (last + 2).to_be_bytes();
        bench
            .fake
            .on("plane 1", Does::Raw([&unhex(head)[..], &first].concat()));
        bench.ask(Request::Do(Stage::Face))
    };
    // F1000200 is what refuses a command; to a plane it may be the plane's own type plus one.
    for kind in ["F1000100", "F1000200", "F1000300", "F1000500"] {
        // The fake did not keep that plane: what it prints is the other three.
        let answer = face(&format!("{kind} 00000002 00000000"));
        assert!(matches!(answer, Answer::Done(_)), "{kind}: {answer:?}");
        let answer = face(&format!("{kind} 00000002 00051A00"));
        let refused = matches!(answer, Answer::Fault(Fault::BadParameter, _));
        assert!(refused, "{kind}: {answer:?}");
    }
}

#[test]
fn a_refusal_without_a_reason_and_a_strange_family_are_no_answers() {
    for head in ["F1000200 00000002 00000000", "F3000100 00000002 00000000"] {
        let mut bench = plain(XID9300);
        bench.done(Request::Prepare(setup(false)));
        let last = u32::from_be_bytes(bench.sent.last().unwrap()[12..16].try_into().unwrap());
        let next = (last + 1).to_be_bytes();
        bench
            .fake
            .on("04028000", Does::Raw([&unhex(head)[..], &next].concat()));
        assert_eq!(
            bench.fault(Request::Do(Stage::Feed)).0,
            Fault::OutOfStep,
            "{head}"
        );
    }
}

#[test]
fn half_an_answer_is_silence_and_half_a_greeting_too() {
    let mut bench = plain(XID9300);
    bench.done(Request::Prepare(setup(false)));
    bench
        .fake
        .on("04028000", Does::Raw(unhex("F1000100 00000002 0000")));
    assert!(matches!(
        bench.ask(Request::Do(Stage::Feed)),
        Answer::Silent { .. }
    ));
    let mut bench = plain(XID9300);
    bench.fake.greets = false;
    bench.matica.ask(Request::Status, bench.now).unwrap();
    bench.drain();
    bench.says(&greeting("XID9300")[..119]);
    assert!(bench.texts().is_empty());
    bench.says(&greeting("XID9300")[119..]);
    assert_eq!(bench.texts(), ["job", "01020000", "02020000"]);
}

#[test]
fn a_lost_frame_ends_the_request_and_the_next_one_begins_on_a_new_connection() {
    let mut bench = plain(XID9300);
    bench.load_card(false, 1);
    bench.fake.on(
        "0602000F",
        Does::Raw(unhex("F1000100 00000001 00000000 00000000")),
    );
    assert_eq!(bench.fault(Request::Do(Stage::Face)).0, Fault::OutOfStep);
    bench.says(&[0xAA; 4000]);
    assert_eq!(bench.ask(Request::Do(Stage::Face)), Answer::Lost);
    bench.listen(Stage::Face);
    assert_eq!(bench.closes, 1);
    assert_eq!(bench.fake.starts.len(), 2);
}

#[test]
fn strangers_greetings_are_refused() {
    for first in [
        "F3000400 00000002 00000000 00000000",
        "F1000100 00000002 00000000 00000000",
    ] {
        let mut bench = plain(XID8600);
        bench.fake.greets = false;
        bench
            .matica
            .ask(Request::Prepare(setup(false)), bench.now)
            .unwrap();
        bench.drain();
        bench.says(&unhex(first));
        let Some(Event::Answered(Answer::Fault(Fault::OutOfStep, _))) = bench.events.last() else {
            panic!("{:?}", bench.events);
        };
    }
}

#[test]
fn a_greeting_too_short_for_its_model_is_refused_and_the_small_one_is_enough_for_the_other() {
    // 44 bytes in all: no model, a name.
    let short = unhex(
        "F3000200 00000009 00000000 00033118 00000000 00000000 00000000 00005052 494E5445 52303100 C000020A",
    );
    for (model, enough) in [(XID9300, true), (XID8600, false)] {
        let mut bench = plain(model);
        bench.fake.greets = false;
        bench.matica.ask(Request::Status, bench.now).unwrap();
        bench.drain();
        if model == XID8600 {
            bench.ask_connection();
        }
        bench.says(&short);
        assert_eq!(bench.texts().contains(&"job"), enough, "{model}");
    }
}

#[test]
fn a_second_request_is_busy_and_nothing_unasked_disturbs() {
    let mut bench = plain(XID9300);
    bench.matica.ask(Request::Status, bench.now).unwrap();
    assert_eq!(bench.matica.ask(Request::Status, bench.now), Err(Busy));
    bench.drain();
    bench.forget();
    bench.fake.place = Some(2);
    bench.done(Request::Status);
    bench.forget();
    bench.says(&unhex("F1000100 00000002 00000000 12345678"));
    assert!(bench.events.is_empty());
    bench.done(Request::Status);
}

#[test]
fn the_job_start_that_is_answered_with_the_attention_is_sent_again() {
    let mut bench = plain(XID9300);
    bench.fake.on("job", Does::Refuses(0x0006_2900));
    bench.listen(Stage::Face);
    assert_eq!(bench.fake.starts.len(), 2);
    assert_eq!(bench.examine().power, Power::Lost);
    let mut bench = plain(XID9300);
    bench.fake.on("job", Does::Refuses(0x0002_FE00));
    let (fault, _) = bench.fault(Request::Prepare(setup(false)));
    assert_eq!(fault, Fault::Unlisted("sense 02 FE".to_owned()));
}
