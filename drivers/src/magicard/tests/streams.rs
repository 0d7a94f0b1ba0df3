//! However the stream is cut the news is the same; and whatever comes, nothing panics or hangs.

use std::time::Duration;

use proptest::prelude::*;

use super::fake::*;
use crate::contract::*;
use crate::magicard::{Options, Transport};

/// A whole card, a doubt, and a card that is not drawn.
fn story(model: &str, cuts: Vec<usize>) -> (Vec<Event>, String) {
    let mut bench = bench(model, Options::default());
    bench.cuts = cuts;
    let mut events = Vec::new();
    bench.done(Request::Identify);
    bench.face();
    bench.done(Request::Do(Stage::Finish));
    bench.done(Request::Status);
    bench.face();
    bench.fake.hopper_empty = true;
    bench.ask(Request::Do(Stage::Finish));
    bench.listen(Stage::Finish);
    bench.examine();
    bench.ask(Request::Do(Stage::Clear));
    events.append(&mut bench.events);
    (events, bench.texts())
}

#[test]
fn every_answer_byte_by_byte_tells_the_same() {
    for model in ["magicard-enduro", "magicard-tango2e"] {
        let whole = story(model, Vec::new());
        for length in 1..8 {
            assert_eq!(story(model, vec![length]), whole, "pieces of {length}");
        }
    }
}

fn any_request() -> impl Strategy<Value = Request> {
    let stages = [
        Stage::Feed,
        Stage::Chip,
        Stage::Face,
        Stage::Finish,
        Stage::Eject,
        Stage::Clear,
        Stage::Face,
        Stage::Finish,
    ];
    prop_oneof![
        any::<bool>().prop_map(|card_inside| Request::Prepare(Setup {
            card_inside,
            ..setup()
        })),
        Just(Request::Load(image())),
        (0..8usize).prop_map(move |at| Request::Do(stages[at])),
        (0..8usize).prop_map(move |at| Request::Listen {
            after: Some(stages[at])
        }),
        Just(Request::Examine {
            apart: Duration::from_secs(60)
        }),
        Just(Request::Status),
        Just(Request::Identify),
        Just(Request::AwaitRestart),
    ]
}

#[derive(Debug, Clone)]
enum Input {
    Ask(Request),
    Bytes(Vec<u8>),
    Link(LinkNews),
    Later(u64),
}

fn any_input() -> impl Strategy<Value = Input> {
    let news = prop_oneof![
        Just(LinkNews::Up(Channel::Main)),
        Just(LinkNews::Down(Channel::Main)),
        Just(LinkNews::Sent(Channel::Main)),
        Just(LinkNews::Up(Channel::Status)),
        proptest::option::of(any::<u8>()).prop_map(LinkNews::PortStatus),
        Just(LinkNews::PortStatus(Some(0x18))),
    ];
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        Just(b"\x01STA$$3,Enduro,0,20E1,,,2,,0,1,1,1,1,1,1,700,50,50,50,0:0,E0,300,9,F,80,80,80,\x03".to_vec()),
        Just(b"\x01STA$$3,Enduro,0,20E1,,,2,,0,2,1,5,1,1,1,700,50,50,50,11:1,E0,300,10,F,80,80,80,\x03".to_vec()),
        Just(b"\x01STA,TCQ5120,\x03".to_vec()),
        Just(b"\x01STAok\n00:00\n(c0300)\x03".to_vec()),
    ];
    prop_oneof![
        any_request().prop_map(Input::Ask),
        bytes.prop_map(Input::Bytes),
        news.prop_map(Input::Link),
        (0u64..200_000).prop_map(Input::Later),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever comes in whatever order: each request ends in one answer, and no wait is endless while one is in flight.
    #[test]
    fn nothing_panics_hangs_or_answers_twice(
        tango in any::<bool>(),
        tcp in any::<bool>(),
        inputs in proptest::collection::vec(any_input(), 0..60),
    ) {
        let model = if tango { "magicard-tango2e" } else { "magicard-enduro" };
        let transport = if tcp { Transport::Tcp } else { Transport::Usb };
        let mut machine = bench(model, Options { transport, ..Options::default() }).magicard;
        let mut now = Moment::ZERO;
        let mut open = false;
        let mut asked = 0usize;
        let mut answered = 0usize;
        for input in inputs {
            match input {
                Input::Ask(request) => {
                    if machine.ask(request, now).is_ok() {
                        prop_assert!(!open);
                        open = true;
                        asked += 1;
                    } else {
                        prop_assert!(open);
                    }
                }
                Input::Bytes(bytes) => machine.receive(Channel::Main, &bytes, now),
                Input::Link(news) => machine.link(news, now),
                Input::Later(millis) => {
                    now = now + Duration::from_millis(millis);
                    machine.elapse(now);
                }
            }
            for round in 0.. {
                prop_assert!(round < 10_000, "it never waits");
                match machine.poll() {
                    Output::Wait(_) => break,
                    Output::Tell(Event::Answered(_)) => {
                        answered += 1;
                        open = false;
                    }
                    Output::AskPortStatus => machine.link(LinkNews::PortStatus(Some(0x18)), now),
                    _ => {}
                }
            }
            prop_assert_eq!(asked, answered + usize::from(open));
        }
        // Left alone, what is in flight ends.
        for _ in 0..10_000 {
            if !open {
                break;
            }
            match machine.poll() {
                Output::Wait(Some(until)) => {
                    now = until;
                    machine.elapse(now);
                }
                Output::Wait(None) => prop_assert!(false, "an endless wait"),
                Output::AskPortStatus => machine.link(LinkNews::PortStatus(None), now),
                Output::Tell(Event::Answered(_)) => open = false,
                _ => {}
            }
        }
        prop_assert!(!open);
    }

    /// A page is never begun with another one open, and never completed by anything but its own last plane.
    #[test]
    fn whatever_is_asked_each_page_is_whole_or_left_alone(requests in proptest::collection::vec(any_request(), 1..20)) {
        let mut bench = enduro(Options::default());
        for request in requests {
            let complete = bench.fake.input.is_empty();
            let pages = bench.fake.pages.len();
            let finish = matches!(request, Request::Do(Stage::Finish));
            let began = bench.now;
            bench.sent.clear();
            bench.ask(request);
            if !complete && !finish {
                // Inside a page: not a byte for two minutes, and then one question.
                prop_assert!(bench.sent.len() <= 1);
                prop_assert!(bench.sent.iter().all(|(at, bytes)| bytes.len() == 12 && at.since(began) >= Duration::from_secs(120)));
                prop_assert_eq!(bench.fake.pages.len(), pages);
                // The hand at the switch, before anybody asks more.
                bench.fake.input.clear();
            }
            prop_assert!(finish || bench.fake.pages.len() == pages);
        }
    }
}
