//! However the stream is cut the news is the same; and whatever comes, nothing panics or hangs.

use std::time::Duration;

use proptest::prelude::*;

use super::fake::*;
use crate::contract::*;
use crate::zebra::{Options, Replies, Transport};

fn everything() -> Options {
    Options {
        knows_p: true,
        knows_x: true,
        canary: Some(b'~'),
        ..known()
    }
}

/// Two cards, one of them on two sides, with doubts in between, and what was told of them.
fn story(cuts: Vec<usize>) -> (Vec<Event>, Vec<String>) {
    let mut bench = p430i(everything());
    bench.cuts = cuts;
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    bench.fake.on("MO", Does::Refuses(b"\x15-1\x04"));
    bench.ask(Request::Do(Stage::Eject));
    bench.done(Request::Do(Stage::Eject));
    bench.load_card();
    bench.done(Request::Do(Stage::Face));
    bench.fake.feeder = 0;
    bench.ask(Request::Do(Stage::Finish));
    bench.ask(Request::Listen {
        after: Some(Stage::Finish),
    });
    bench.ask(Request::Examine {
        apart: Duration::from_secs(60),
    });
    bench.ask(Request::Do(Stage::Clear));
    bench.ask(Request::Status);
    (bench.events, bench.fake.texts)
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
    for answer in [
        &b"Cpt imp:00025000 next clean Prn:00005000 nb pass:5"[..],
        b"Cpt imp:00025000 next clean Prn:00005000 nb pass:5\r",
    ] {
        let mut bench = p330i(known());
        bench.fake.on("%CLN", Does::Says(answer));
        let began = bench.now;
        let evidence = bench.done(Request::Prepare(one_side()));
        assert_eq!(evidence.panels, Some(25_000));
        assert!(bench.now.since(began) >= Duration::from_secs(1));
    }
    let mut bench = p330i(known());
    bench.done(Request::Prepare(one_side()));
    bench.fake.on("GS 1", Does::Refuses(b"\x15"));
    let (fault, _) = bench.fault(Request::Load(image(false)));
    assert_eq!(fault, Fault::Unlisted("NAK input buffer full".to_owned()));
}

#[test]
fn answers_of_another_kind_end_what_acts() {
    for answer in [&b"text\r\x06"[..], b"\x1505\x04", b"\x15x\x04"] {
        for text in ["GS 0", "+C 5", "M 1 [IS 0[IS 1[IS 2[I[IV 31"] {
            let mut bench = p330i(known());
            bench.done(Request::Prepare(one_side()));
            bench.fake.on(text, Does::Says(answer));
            let load = bench.ask(Request::Load(image(false)));
            let end = match load {
                Answer::Done(_) => bench.ask(Request::Do(Stage::Finish)),
                other => other,
            };
            let Answer::Fault(fault, _) = end else {
                panic!("{text} {answer:02X?}: {end:?}");
            };
            // A broken NAK is the printer's bare one with something behind it.
            let bare = Fault::Unlisted("NAK input buffer full".to_owned());
            assert!(fault == Fault::OutOfStep || fault == bare, "{fault:?}");
        }
    }
}

#[test]
fn a_fault_heard_inside_a_picture_waits_for_its_last_byte() {
    let mut bench = p330i(known());
    bench.done(Request::Prepare(one_side()));
    for text in ["$F", "F", "vF"] {
        bench.fake.on(text, Does::Says(b"\x06"));
    }
    bench
        .zebra
        .ask(Request::Load(image(false)), bench.now)
        .unwrap();
    // Up to the first download.
    let mut block = None;
    while block.is_none() {
        match bench.zebra.poll() {
            Output::Send(_, bytes) if bytes.starts_with(b"\x1bGS") => block = Some(bytes),
            Output::Send(..) => bench.zebra.link(LinkNews::Sent(Channel::Main), bench.now),
            Output::Wait(_) => bench.zebra.receive(Channel::Main, b"\x06", bench.now),
            other => panic!("{other:?}"),
        }
    }
    bench.zebra.receive(Channel::Main, b"\x1548\x04", bench.now);
    assert_eq!(
        bench.zebra.poll(),
        Output::Tell(Event::Fault(Fault::CoverOpen))
    );
    assert!(
        matches!(bench.zebra.poll(), Output::Wait(Some(_))),
        "nothing is sent and nothing closed before the data are out"
    );
    bench.zebra.link(LinkNews::Sent(Channel::Main), bench.now);
    let Output::Wait(Some(until)) = bench.zebra.poll() else {
        panic!("an answer may come");
    };
    assert_eq!(until.since(bench.now), Duration::from_secs(3));
    bench.zebra.elapse(until);
    let Output::Send(_, question) = bench.zebra.poll() else {
        panic!("the error is asked for once more");
    };
    assert_eq!(question.as_ref(), b"\x1bE\r");
    bench.zebra.link(LinkNews::Sent(Channel::Main), bench.now);
    bench.zebra.receive(Channel::Main, b"\x1548\x04", bench.now);
    assert!(matches!(
        bench.zebra.poll(),
        Output::Wait(_) | Output::Tell(_)
    ));
    bench.drain();
    // The download itself may still be answered: the next request hears that out before it asks.
    bench
        .zebra
        .ask(Request::Prepare(one_side()), bench.now)
        .unwrap();
    let next = bench.zebra.poll();
    assert!(matches!(next, Output::Wait(Some(_))), "{next:?}");
}

#[test]
fn a_flood_is_borne() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.says(&[0x06; 5000]);
    bench.says(b"noise without an end");
    bench.now = bench.now + Duration::from_secs(2);
    bench.zebra.elapse(bench.now);
    assert_eq!(
        bench.fault(Request::Do(Stage::Finish)).0,
        Fault::OutOfStep,
        "an answer too many"
    );
    bench.done(Request::Listen {
        after: Some(Stage::Finish),
    });
    bench.load_card();
    bench.done(Request::Do(Stage::Finish));
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
        any::<(bool, bool)>().prop_map(|(duplex, card_inside)| Request::Prepare(Setup {
            card_inside,
            duplex,
            ..two_sides()
        })),
        any::<bool>().prop_map(|back| Request::Load(image(back))),
        (0..8usize).prop_map(move |at| Request::Do(stages[at])),
        (0..9usize).prop_map(move |at| Request::Listen {
            after: stages.get(at).copied()
        }),
        Just(Request::Examine {
            apart: Duration::from_secs(60)
        }),
        Just(Request::Status),
        Just(Request::Identify),
        Just(Request::AwaitRestart),
    ]
}

/// What a hostile line may do.
#[derive(Debug, Clone)]
enum Blow {
    Bytes(Vec<u8>),
    Text(&'static [u8]),
    Sent,
    Down,
    Up,
    Port(Option<u8>),
    Time(u64),
}

fn any_blow() -> impl Strategy<Value = Blow> {
    let texts: [&[u8]; 8] = [
        b"\x06",
        b"\x1504\x04",
        b"\x1503\x04",
        b"\x1514\x04",
        b"\x1505\x04",
        b"~\r\x06",
        b"Cpt imp:00025000 next clean Prn:00005000 nb pass:5\r\x06",
        b"\x15",
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

fn any_options() -> impl Strategy<Value = Options> {
    (any::<[bool; 7]>(), 0..3u8).prop_map(|(flags, transport)| Options {
        transport: match transport {
            0 => Transport::Serial,
            1 => Transport::Usb,
            _ => Transport::Tcp,
        },
        replies: if flags[0] && flags[1] {
            Replies::OneWay
        } else {
            Replies::Coded
        },
        single_card: flags[2],
        knows_e: flags[3],
        knows_cln: flags[4],
        knows_p: flags[5],
        knows_x: flags[5],
        canary: flags[6].then_some(b'~'),
        placeholder: flags[1],
        ..Options::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn however_the_stream_is_cut_the_news_is_the_same(
        cuts in proptest::collection::vec(1..12usize, 1..60),
    ) {
        prop_assert_eq!(story(cuts), story(Vec::new()));
    }

    #[test]
    fn a_hostile_line_gets_exactly_one_answer_a_request_and_no_panic(
        requests in proptest::collection::vec((any_request(), proptest::collection::vec(any_blow(), 0..24)), 1..8),
        options in any_options(),
    ) {
        let mut zebra = p430i(options).zebra;
        let mut now = Moment::ZERO;
        for (request, blows) in requests {
            let mut answers = 0;
            let mut steps = 0;
            let mut drain = |zebra: &mut crate::zebra::Zebra| loop {
                match zebra.poll() {
                    Output::Wait(until) => break until,
                    Output::Tell(Event::Answered(_)) => answers += 1,
                    Output::Tell(_)
                    | Output::Open(_)
                    | Output::Send(..)
                    | Output::AskPortStatus
                    | Output::Close(_) => {}
                }
            };
            zebra.ask(request, now).unwrap();
            let mut wait = drain(&mut zebra);
            for blow in blows {
                match blow {
                    Blow::Bytes(bytes) => zebra.receive(Channel::Main, &bytes, now),
                    Blow::Text(text) => zebra.receive(Channel::Main, text, now),
                    Blow::Sent => zebra.link(LinkNews::Sent(Channel::Main), now),
                    Blow::Down => zebra.link(LinkNews::Down(Channel::Main), now),
                    Blow::Up => zebra.link(LinkNews::Up(Channel::Main), now),
                    Blow::Port(status) => zebra.link(LinkNews::PortStatus(status), now),
                    Blow::Time(ms) => {
                        now = now + Duration::from_millis(ms);
                        zebra.elapse(now);
                    }
                }
                wait = drain(&mut zebra);
            }
            // With nothing more from outside its limits end it.
            while let Some(until) = wait {
                now = now.max(until);
                zebra.elapse(now);
                wait = drain(&mut zebra);
                steps += 1;
                prop_assert!(steps < 2000, "it never ends");
            }
            prop_assert_eq!(answers, 1);
        }
    }
}
