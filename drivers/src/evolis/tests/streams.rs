//! However the stream is cut the news is the same; and whatever comes, nothing panics or hangs.

use std::time::Duration;

use proptest::prelude::*;

use super::fake::*;
use crate::contract::*;
use crate::evolis::{Handshake, Options, Transport};

/// A whole card with a doubt in its middle, and what was told of it.
fn story(cuts: Vec<usize>) -> (Vec<Event>, Vec<String>) {
    let mut bench = primacy(plain());
    bench.cuts = cuts;
    let mut events = Vec::new();
    bench.fake.on("Rco;c", Does::Says("OK"));
    bench.load_card();
    bench.done(Request::Do(Stage::Face));
    events.append(&mut bench.events);
    bench.ask(Request::Listen {
        after: Some(Stage::Face),
    });
    bench.ask(Request::Examine {
        apart: Duration::from_secs(5),
    });
    bench.ask(Request::Status);
    bench.fake.on("Ser", Does::Says("CARD JAM"));
    bench.ask(Request::Do(Stage::Reject));
    bench.ask(Request::Do(Stage::Reject));
    events.append(&mut bench.events);
    (events, bench.fake.texts)
}

#[test]
fn every_answer_byte_by_byte_tells_the_same() {
    let whole = story(Vec::new());
    for length in 1..8 {
        assert_eq!(story(vec![length]), whole, "pieces of {length}");
    }
}

#[test]
fn an_answer_without_its_end_is_whole_after_a_gap() {
    let mut bench = primacy(plain());
    bench.fake.on("Rsn", Does::Raw(b"P7"));
    let began = bench.now;
    let evidence = bench.done(Request::Prepare(with_chip()));
    assert_eq!(evidence.unit.as_deref(), Some("P7"));
    assert!(bench.now.since(began) >= Duration::from_secs(1));
}

fn any_request() -> impl Strategy<Value = Request> {
    let stages = [
        Stage::Feed,
        Stage::Chip,
        Stage::Park,
        Stage::Face,
        Stage::Finish,
        Stage::Eject,
        Stage::Reject,
        Stage::Clear,
    ];
    prop_oneof![
        any::<(bool, bool)>().prop_map(|(chip, card_inside)| Request::Prepare(Setup {
            chip,
            card_inside,
            ..with_chip()
        })),
        Just(Request::Load(image(SMALL))),
        (0..8usize).prop_map(move |at| Request::Do(stages[at])),
        (0..8usize).prop_map(move |at| Request::Listen {
            after: Some(stages[at])
        }),
        Just(Request::Examine {
            apart: Duration::from_secs(5)
        }),
        Just(Request::Status),
    ]
}

/// What a hostile line may do.
#[derive(Debug, Clone)]
enum Blow {
    Bytes(Vec<u8>),
    Text(&'static str),
    Sent,
    Down,
    Up,
    Port(Option<u8>),
    Time(u64),
}

fn any_blow() -> impl Strategy<Value = Blow> {
    let texts = [
        "OK\0",
        "ERROR CDE\0",
        "CARD\0",
        "CONTACTLESS CARD\0",
        "NO CARD\0",
        "5,00 Volts\0",
        "0,00 Volts\0",
        "12\0",
        "2 0\0",
        "CARD JAM\0",
    ];
    prop_oneof![
        2 => any::<Vec<u8>>().prop_map(Blow::Bytes),
        8 => (0..texts.len()).prop_map(move |at| Blow::Text(texts[at])),
        6 => Just(Blow::Sent),
        1 => Just(Blow::Down),
        3 => Just(Blow::Up),
        2 => prop_oneof![Just(None), Just(Some(0x18)), any::<Option<u8>>()].prop_map(Blow::Port),
        3 => (0..200_000u64).prop_map(Blow::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn however_the_stream_is_cut_the_news_is_the_same(
        cuts in proptest::collection::vec(1..12usize, 1..60),
    ) {
        prop_assert_eq!(story(cuts), story(Vec::new()));
    }
}

proptest! {
    #[test]
    fn a_hostile_line_gets_exactly_one_answer_a_request_and_no_panic(
        requests in proptest::collection::vec((any_request(), proptest::collection::vec(any_blow(), 0..24)), 1..8),
        serial in any::<bool>(),
        acks in any::<bool>(),
    ) {
        let mut evolis = primacy(Options {
            transport: if serial { Transport::Serial } else { Transport::Usb },
            handshake: if acks { Handshake::AckNack } else { Handshake::Replies },
            ..Options::default()
        })
        .evolis;
        let mut now = Moment::ZERO;
        for (request, blows) in requests {
            let mut answers = 0;
            let mut steps = 0;
            let mut drain = |evolis: &mut crate::evolis::Evolis| loop {
                match evolis.poll() {
                    Output::Wait(until) => break until,
                    Output::Tell(Event::Answered(_)) => answers += 1,
                    Output::Tell(_)
                    | Output::Open(_)
                    | Output::Send(..)
                    | Output::AskPortStatus
                    | Output::Close(_) => {}
                }
            };
            evolis.ask(request, now).unwrap();
            let mut wait = drain(&mut evolis);
            for blow in blows {
                match blow {
                    Blow::Bytes(bytes) => evolis.receive(Channel::Main, &bytes, now),
                    Blow::Text(text) => evolis.receive(Channel::Main, text.as_bytes(), now),
                    Blow::Sent => evolis.link(LinkNews::Sent(Channel::Main), now),
                    Blow::Down => evolis.link(LinkNews::Down(Channel::Main), now),
                    Blow::Up => evolis.link(LinkNews::Up(Channel::Main), now),
                    Blow::Port(status) => evolis.link(LinkNews::PortStatus(status), now),
                    Blow::Time(ms) => {
                        now = now + Duration::from_millis(ms);
                        evolis.elapse(now);
                    }
                }
                wait = drain(&mut evolis);
            }
            // With nothing more from outside its limits end it.
            while let Some(until) = wait {
                now = now.max(until);
                evolis.elapse(now);
                wait = drain(&mut evolis);
                steps += 1;
                prop_assert!(steps < 1000, "it never ends");
            }
            prop_assert_eq!(answers, 1);
        }
    }
}
