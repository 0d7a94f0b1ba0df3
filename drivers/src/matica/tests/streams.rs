//! However the streams are cut the news is the same; and whatever comes, nothing panics or hangs.

use std::time::Duration;

use proptest::prelude::*;

use super::bench::*;
use super::fake::*;
use crate::contract::*;
use crate::matica::{Matica, Options, find};

/// A whole card with a doubt in its middle, and what was told of it.
fn story(cuts: Vec<usize>) -> (Vec<Event>, Vec<String>) {
    let mut bench = plain(XID8600);
    bench.cuts = cuts;
    bench.fake.on("plane 4", Does::Repeats(2));
    bench.film_card(true, 3);
    bench.fake.on("07020005", Does::Refuses(0x0002_D100));
    bench.ask(Request::Do(Stage::Finish));
    bench.ask(Request::Listen {
        after: Some(Stage::Finish),
    });
    bench.ask(Request::Examine {
        apart: Duration::from_secs(15),
    });
    bench.ask(Request::Do(Stage::Reject));
    bench.ask(Request::Status);
    bench.ask(Request::Identify);
    (bench.events, bench.fake.texts)
}

#[test]
fn every_answer_byte_by_byte_tells_the_same() {
    let whole = story(Vec::new());
    for length in 1..24 {
        assert_eq!(story(vec![length]), whole, "pieces of {length}");
    }
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
            ..setup(true)
        })),
        Just(Request::Load(image(1))),
        (0..8usize).prop_map(move |at| Request::Do(stages[at])),
        (0..8usize).prop_map(move |at| Request::Listen {
            after: Some(stages[at])
        }),
        Just(Request::Examine {
            apart: Duration::from_secs(15)
        }),
        Just(Request::Status),
        Just(Request::Identify),
        Just(Request::AwaitRestart),
    ]
}

fn any_does() -> impl Strategy<Value = Does> {
    prop_oneof![
        4 => Just(Does::Answers),
        1 => (0..0x60_u32, any::<u8>()).prop_map(|(key, asc)| {
            Does::Refuses(key << 16 | u32::from(asc) << 8)
        }),
        1 => Just(Does::Nothing),
        1 => Just(Does::Misnumbers),
        1 => Just(Does::Repeats(2)),
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Does::Raw),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn cuts_anywhere_tell_the_same(cuts in proptest::collection::vec(1..40usize, 1..60)) {
        prop_assert_eq!(story(cuts), story(Vec::new()));
    }

    /// A printer that answers what it likes: each request still has one answer, and no film but the card's own is fused
    /// (the fake asserts that, and that film is initialised with every card).
    #[test]
    fn a_misbehaving_printer_gets_one_answer_out_of_every_request(
        requests in proptest::collection::vec(any_request(), 1..12),
        does in proptest::collection::vec(any_does(), 0..24),
        model in prop_oneof![Just(XID8600), Just(XID9300)],
        falls in proptest::option::of(0..40usize),
    ) {
        let mut bench = plain(model);
        let texts = ["01020000", "02020000", "04020002", "05028000", "0602000F", "07020005", "udp", "job", "plane 1"];
        for (at, does) in does.into_iter().enumerate() {
            bench.fake.on(texts[at % texts.len()], does);
        }
        bench.falls_after = falls;
        for request in requests {
            let before = bench.events.len();
            bench.ask(request);
            let answers = bench.events[before..].iter().filter(|event| matches!(event, Event::Answered(_)));
            prop_assert_eq!(answers.count(), 1);
        }
    }

    /// Bytes and link news that no printer sends: nothing panics, nothing spins.
    #[test]
    fn noise_is_survived(
        request in any_request(),
        noise in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..80), 0..8u8), 0..30),
        model in prop_oneof![Just(XID8600), Just(XID9300)],
    ) {
        let options = Options { dots: Some(SMALL), ..Options::default() };
        let mut machine = Matica::new(find(model).unwrap(), options);
        let mut now = Moment::ZERO;
        machine.ask(request, now).unwrap();
        let mut answers = 0;
        let mut drain = |machine: &mut Matica| {
            for _ in 0..10_000 {
                match machine.poll() {
                    Output::Wait(_) => return,
                    Output::Tell(Event::Answered(_)) => answers += 1,
                    Output::Open(_) | Output::Send(..) | Output::AskPortStatus | Output::Close(_) | Output::Tell(_) => {}
                }
            }
            panic!("it never waits");
        };
        drain(&mut machine);
        for (main, bytes, news) in noise {
            let channel = if main { Channel::Main } else { Channel::Status };
            match news {
                0 | 1 => machine.link(LinkNews::Up(channel), now),
                2 => machine.link(LinkNews::Down(channel), now),
                3 => machine.link(LinkNews::Sent(channel), now),
                4 => { now = now + Duration::from_secs(20); machine.elapse(now) }
                _ => machine.receive(channel, &bytes, now),
            }
            drain(&mut machine);
        }
        for _ in 0..200 {
            now = now + Duration::from_secs(100);
            machine.elapse(now);
            drain(&mut machine);
        }
        prop_assert_eq!(answers, 1);
    }
}
