//! After a cut: what is asked, what is believed, and that no film but the card's own is ever fused.

use std::time::Duration;

use super::bench::*;
use super::fake::*;
use crate::contract::*;

fn examine() -> Request {
    Request::Examine {
        apart: Duration::from_secs(15),
    }
}

/// Every request after a doubt that only asks.
fn asks_only(texts: &[&str]) -> bool {
    texts
        .iter()
        .all(|text| matches!(*text, "job" | "udp" | "01020000" | "02020000"))
}

#[test]
fn listen_and_examine_of_a_fresh_life_only_ask() {
    let mut bench = plain(XID8600);
    bench.fake.place = Some(2);
    let heard = bench.listen(Stage::Finish);
    assert_eq!((heard.power, heard.place), (Power::Unknown, Place::Unknown));
    assert_eq!(bench.texts(), ["udp", "job", "01020000"]);
    let began = bench.now;
    let evidence = bench.examine();
    assert!(bench.now.since(began) >= Duration::from_secs(15));
    assert!(evidence.settled);
    assert_eq!(evidence.place, Place::Contactless);
    assert_eq!(evidence.cards, Some(117));
    assert_eq!(
        evidence.unit.as_deref(),
        Some("XID8600/PRINTER01/-"),
        "the greeting is the identity"
    );
    assert!(asks_only(&bench.texts()), "{:?}", bench.texts());
    assert_eq!(bench.closes, 0, "with a card inside nothing is closed");
    let ready = bench
        .texts()
        .iter()
        .filter(|text| **text == "01020000")
        .count();
    assert_eq!(
        ready, 21,
        "ten good answers in a row, twice, after the first"
    );
}

#[test]
fn readings_that_differ_are_not_settled() {
    let mut bench = plain(XID8600);
    bench.listen(Stage::Finish);
    bench.matica.ask(examine(), bench.now).unwrap();
    // To the pause between the readings, and then a card more.
    while let Some(until) = bench.drain() {
        if until.since(bench.now) > Duration::from_secs(10) {
            bench.fake.total += 1;
        }
        bench.now = until;
        bench.matica.elapse(until);
    }
    let Some(Event::Answered(Answer::Done(evidence))) = bench.events.last() else {
        panic!("{:?}", bench.events);
    };
    assert!(!evidence.settled);
}

#[test]
fn a_printer_that_still_moves_is_waited_for_and_one_that_never_stops_is_silent() {
    let mut bench = plain(XID9300);
    bench.listen(Stage::Finish);
    bench
        .fake
        .ready_script
        .extend([0x0002_D300, 0x0002_D400, 0x0002_D500]);
    assert!(bench.examine().settled);
    bench.fake.standing = Some(0x0002_D400);
    assert!(matches!(bench.ask(examine()), Answer::Silent { .. }));
}

#[test]
fn attention_heating_and_starting_after_a_doubt_are_lost_power() {
    for sense in [0x0006_2900, 0x0006_2800, 0x0002_DA00, 0x0002_DB00] {
        let mut bench = with_bench(XID9300, &[BenchFlag::AttentionOnTransport]);
        bench.fake.place = Some(0);
        bench.fake.ready_script.push_back(sense);
        assert_eq!(bench.listen(Stage::Face).power, Power::Lost, "{sense:06X}");
        assert_eq!(bench.examine().power, Power::Lost, "it stays lost");
    }
    let mut bench = plain(XID8600);
    bench.fake.on(
        "udp",
        Does::Raw(unhex(
            "F1000600 00000004 00000000 00000001 01060407 000F0000",
        )),
    );
    assert_eq!(bench.listen(Stage::Face).power, Power::Lost);
}

#[test]
fn power_is_kept_only_where_the_bench_saw_the_attention_on_this_transport() {
    for (flags, power) in [
        (&[][..], Power::Unknown),
        (&[BenchFlag::AttentionOnTransport][..], Power::Kept),
    ] {
        let mut bench = with_bench(XID9300, flags);
        assert_eq!(bench.listen(Stage::Face).power, power);
        assert_eq!(bench.examine().power, power);
    }
}

#[test]
fn an_unanswered_question_may_have_been_told_of_the_restart() {
    let mut bench = with_bench(XID9300, &[BenchFlag::AttentionOnTransport]);
    bench.fake.on("01020000", Does::Nothing);
    let silent = bench.ask(Request::Listen { after: None });
    assert!(matches!(silent, Answer::Silent { waited } if waited == Duration::from_secs(120)));
    assert_eq!(bench.listen(Stage::Face).power, Power::Unknown);
    // A motion that was cut is no question.
    let mut bench = with_bench(XID9300, &[BenchFlag::AttentionOnTransport]);
    bench.film_card(false, 1);
    bench.falls_at = Some(("07020005", false));
    assert_eq!(bench.ask(Request::Do(Stage::Finish)), Answer::Lost);
    assert_eq!(bench.listen(Stage::Finish).power, Power::Kept);
    bench.falls_at = Some(("02020000", false));
    assert_eq!(bench.ask(examine()), Answer::Lost);
    assert_eq!(bench.examine().power, Power::Unknown);
}

#[test]
fn an_attention_in_mid_card_ends_the_request_and_is_told() {
    let mut bench = plain(XID9300);
    bench.film_card(false, 1);
    bench.fake.attention = Some(0x0006_2800);
    let (fault, evidence) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!((fault, evidence.power), (Fault::Restarted, Power::Lost));
    assert!(bench.fake.fused.is_empty());
    // Going on with a card inside: the same.
    bench.listen(Stage::Finish);
    bench.fake.attention = Some(0x0006_2900);
    let (fault, evidence) = bench.fault(Request::Prepare(resumed(false)));
    assert_eq!((fault, evidence.power), (Fault::Restarted, Power::Lost));
}

#[test]
fn an_attention_without_end_ends_every_request_all_the_same() {
    for text in ["01020000", "02020000", "0A025000"] {
        let mut bench = plain(XID8600);
        bench.load_card(true, 1);
        for _ in 0..1000 {
            bench.fake.on(text, Does::Refuses(0x0006_2800));
        }
        for request in [
            Request::Do(Stage::Park),
            Request::Do(Stage::Reject),
            Request::Listen { after: None },
            examine(),
            Request::Status,
            Request::Identify,
            Request::Prepare(setup(true)),
        ] {
            bench.forget();
            let name = request.name();
            bench.ask(request);
            let asked = bench.texts().len();
            assert!(asked < 100, "{text}: {name} asked {asked} times");
        }
    }
}

#[test]
fn what_came_late_is_the_last_answer() {
    for (late, last) in [
        (Does::Later, LastAnswer::Ok),
        (
            Does::Refuses(0x0002_D100),
            LastAnswer::Fault(Fault::FeederEmpty),
        ),
    ] {
        let mut bench = plain(XID9300);
        bench.done(Request::Prepare(setup(false)));
        let refusal = matches!(late, Does::Refuses(_));
        bench.fake.on("04028000", Does::Later);
        assert!(matches!(
            bench.ask(Request::Do(Stage::Feed)),
            Answer::Silent { waited } if waited == Duration::from_secs(90)
        ));
        if refusal {
            let sequence = bench.fake.late[12..16].to_vec();
            bench.fake.late = [unhex("F1000200 00000002 0002D100"), sequence].concat();
            bench.fake.place = None;
        }
        bench.says_late();
        assert_eq!(bench.listen(Stage::Feed).last, last);
        assert_eq!(bench.examine().last, last);
        assert_eq!(bench.closes, 0, "a connection that lives is kept");
    }
}

#[test]
fn no_greeting_is_silence_and_the_place_in_the_queue_is_kept() {
    let mut bench = plain(XID9300);
    bench.fake.greets = false;
    let silent = bench.ask(Request::Listen { after: None });
    assert!(matches!(silent, Answer::Silent { waited } if waited == Duration::from_secs(300)));
    assert_eq!(bench.closes, 0);
    bench.says(&greeting("XID9300"));
    assert!(
        bench.texts().is_empty(),
        "nothing is asked before the greeting"
    );
    bench.listen(Stage::Face);
    // A printer that turned the connection away without a word would never greet: after a while another is tried.
    let mut bench = plain(XID9300);
    bench.fake.greets = false;
    for closes in [0, 0, 0, 1] {
        let silent = bench.ask(Request::Listen { after: None });
        assert!(matches!(silent, Answer::Silent { .. }));
        assert_eq!(bench.closes, closes);
    }
    bench.fake.greets = true;
    bench.listen(Stage::Face);
    let mut bench = plain(XID9300);
    bench.fake.greets = false;
    let silent = bench.ask(Request::Prepare(setup(false)));
    assert!(matches!(silent, Answer::Silent { waited } if waited == Duration::from_secs(30)));
}

#[test]
fn a_latched_hopper_jam_is_the_last_answer_and_an_empty_hopper_is_not() {
    let mut bench = plain(XID9300);
    bench.fake.standing = Some(0x0003_9000);
    bench.listen(Stage::Feed);
    assert_eq!(bench.examine().last, LastAnswer::Fault(Fault::FeederJam));
    // An empty hopper alone does not: the last blank may have been drawn.
    bench.fake.standing = Some(0x0002_D000);
    assert_eq!(bench.examine().last, LastAnswer::Unknown);
    // A card inside that no load brought is nobody's.
    bench.fake.standing = Some(0x0003_9000);
    bench.fake.place = Some(0);
    assert_eq!(bench.fault(examine()).0, Fault::CardJam);
}

/// A card whose film was in doubt, then another try of the same attempt: the film that is fused is the new one.
fn goes_on_after(fall: impl FnOnce(&mut Bench)) -> Bench {
    let mut bench = plain(XID8600);
    bench.load_card(true, 7);
    fall(&mut bench);
    bench.listen(Stage::Face);
    assert_eq!(bench.examine().place, Place::Path);
    bench.done(Request::Prepare(resumed(true)));
    bench.done(Request::Load(image(9)));
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    bench
}

#[test]
fn after_a_doubt_the_card_goes_aside_and_comes_back_over_fresh_film() {
    for fall in 0..3 {
        let mut bench = goes_on_after(|bench| match fall {
            0 => {
                bench.falls_at = Some(("0602000F", true));
                assert_eq!(bench.ask(Request::Do(Stage::Face)), Answer::Lost);
            }
            1 => {
                bench.done(Request::Do(Stage::Face));
                bench.cut();
                assert_eq!(bench.events.last(), Some(&Event::Lost));
            }
            _ => {
                bench.fake.on("0602000F", Does::Fails(0x0042_B200));
                let (fault, _) = bench.fault(Request::Do(Stage::Face));
                assert_eq!(fault, Fault::RibbonEnd);
            }
        });
        let texts = bench.texts();
        let moves: Vec<&&str> = texts.iter().filter(|text| text.starts_with("05")).collect();
        assert_eq!(moves, [&"05020002", &"05028000"], "fall {fall}");
        let face = bench.on_film();
        bench.done(Request::Do(Stage::Finish));
        assert_eq!(bench.fake.fused, [face]);
    }
}

#[test]
fn a_transfer_needs_the_film_of_this_connection() {
    let mut bench = plain(XID9300);
    bench.film_card(false, 1);
    bench.cut();
    assert_eq!(bench.ask(Request::Do(Stage::Finish)), Answer::Lost);
    bench.listen(Stage::Face);
    assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
    bench.done(Request::Prepare(resumed(false)));
    assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
    assert_eq!(bench.fault(Request::Do(Stage::Face)).0, Fault::OutOfStep);
    assert!(bench.fake.fused.is_empty());
}

#[test]
fn a_picture_that_was_not_put_on_this_connections_film_is_not_fused() {
    // Loaded, and the face never ordered.
    let mut bench = plain(XID9300);
    bench.load_card(false, 1);
    assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
    // On the film of a connection that fell, and another one is there without a `Listen`.
    bench.done(Request::Prepare(resumed(false)));
    bench.done(Request::Load(image(1)));
    bench.done(Request::Do(Stage::Face));
    bench.cut();
    bench.examine();
    bench.forget();
    assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
    assert!(bench.texts().is_empty() && bench.fake.fused.is_empty());
}

#[test]
fn going_on_at_the_station_switches_the_antenna_on_again() {
    for refused in [false, true] {
        let mut bench = plain(XID9300);
        bench.fake.place = Some(2);
        bench.listen(Stage::Chip);
        bench.examine();
        bench.forget();
        if refused {
            bench.fake.on("0A021000", Does::Refuses(0x0005_2A00));
        }
        bench.done(Request::Prepare(resumed(true)));
        assert!(bench.texts().contains(&"0A021000"));
    }
}

#[test]
fn going_on_waits_for_a_hand_that_mends() {
    let mut bench = plain(XID9300);
    bench.fake.place = Some(0);
    bench.listen(Stage::Face);
    bench.fake.ready_script.extend([0x0042_A200; 40]);
    let began = bench.now;
    bench.done(Request::Prepare(resumed(false)));
    assert!(bench.now.since(began) >= Duration::from_secs(8));
    bench.fake.standing = Some(0x0042_A200);
    assert_eq!(
        bench.fault(Request::Prepare(resumed(false))).0,
        Fault::FilmEnd
    );
    bench.fake.standing = Some(0x0003_9400);
    let began = bench.now;
    assert_eq!(
        bench.fault(Request::Prepare(resumed(false))).0,
        Fault::CardJam
    );
    assert!(
        bench.now.since(began) < Duration::from_secs(1),
        "a jam is no wait"
    );
    bench.fake.standing = Some(0x0002_D000);
    bench.done(Request::Prepare(resumed(false)));
    bench.fake.place = None;
    assert_eq!(
        bench.fault(Request::Prepare(resumed(false))).0,
        Fault::OutOfStep
    );
}

#[test]
fn a_link_that_falls_anywhere_ends_the_request_once_and_the_next_life_of_it_goes_on() {
    for falls in 0..40 {
        let mut bench = plain(XID8600);
        bench.falls_after = Some(falls);
        let mut lost = 0;
        let way = [
            Request::Prepare(setup(true)),
            Request::Do(Stage::Feed),
            Request::Do(Stage::Park),
            Request::Load(image(1)),
            Request::Do(Stage::Face),
            Request::Do(Stage::Finish),
        ];
        for request in way {
            if bench.ask(request) == Answer::Lost {
                lost += 1;
                break;
            }
        }
        let answers = |event: &&Event| matches!(event, Event::Answered(Answer::Lost));
        assert_eq!(
            bench.events.iter().filter(answers).count(),
            lost,
            "fall {falls}"
        );
        assert!(!bench.events.contains(&Event::Lost), "told once");
        bench.falls_after = None;
        bench.listen(Stage::Face);
        assert!(bench.examine().settled);
    }
}

#[test]
fn a_connection_that_cannot_be_made_is_lost() {
    let mut bench = plain(XID9300);
    bench.shut = true;
    for request in [
        Request::Prepare(setup(false)),
        Request::Listen { after: None },
        examine(),
        Request::Status,
        Request::Identify,
        Request::Do(Stage::Clear),
        Request::Do(Stage::Reject),
    ] {
        assert_eq!(bench.ask(request), Answer::Lost);
    }
}
