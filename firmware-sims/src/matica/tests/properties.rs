//! What holds for any bytes, any cuts of them, and any hands.

use proptest::prelude::*;

use super::*;

/// Every card that entered is in exactly one place, and the piles agree with the cards.
fn conserved(printer: &Matica, entered: usize) {
    let mechanism = printer.mechanism();
    assert_eq!(mechanism.cards().count(), entered);
    let count =
        |wanted: fn(CardPlace) -> bool| mechanism.cards().filter(|card| wanted(card.place)).count();
    let hopper = count(|place| matches!(place, CardPlace::Hopper(_)));
    assert_eq!(hopper, mechanism.hopper().len());
    assert_eq!(count(CardPlace::inside), mechanism.inside().len());
    let piles = [
        (CardPlace::Output, mechanism.output().len()),
        (CardPlace::Reject, mechanism.reject().len()),
        (CardPlace::Taken, mechanism.taken().len()),
    ];
    for (place, lying) in piles {
        let there = mechanism.cards().filter(|card| card.place == place);
        assert_eq!(there.count(), lying);
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Bytes(Vec<u8>),
    Datagram(Vec<u8>),
    Block(Vec<u8>),
    Hand(Hand),
    Pass(u64),
    Close,
    Open,
    Reset,
}

fn order() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        prop::sample::select(vec![
            LOAD,
            TO_CHIP,
            PARK,
            PRINT,
            EJECT,
            RETURN,
            REJECT,
            TEST,
            INITIALISE,
            [2, 2, 0, 0],
            [4, 2, 0x90, 3],
            [5, 2, 0, 5],
            [7, 2, 0x10, 0],
            [0x0A, 2, 0x10, 0],
            [0x0A, 2, 0x50, 0],
            [6, 2, 0x20, 8],
        ]),
        any::<[u8; 4]>(),
    ];
    let parameter = prop::sample::select(vec![0, 2, 4]);
    (payload, parameter)
        .prop_map(|(payload, parameter)| message(0xF000_0100, parameter, 5, &payload))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let start = message(0xF200_0300, 0, 1, &[0; 108]);
    let plane = prop::sample::select(vec![1, 2, 4, 8, 0x40]);
    let plane = plane.prop_map(|bit| plane_message(3, bit, &[200; PLANE]));
    prop_oneof![
        6 => order(),
        2 => Just(start),
        4 => plane.clone(),
        1 => prop::collection::vec(any::<u8>(), 0..100),
        1 => (any::<prop::sample::Index>(), plane).prop_map(|(at, whole)| {
            whole[..at.index(whole.len())].to_vec()
        }),
    ]
}

fn hand() -> impl Strategy<Value = Hand> {
    let station = prop::sample::select(vec![
        Station::Feeder,
        Station::Contactless,
        Station::PrintStart,
        Station::Flipper,
        Station::Exit,
        Station::RejectSlot,
    ]);
    prop_oneof![
        prop::sample::select(vec![
            Hand::OpenLid,
            Hand::CloseLid,
            Hand::CloseLid,
            Hand::Unload,
            Hand::TakeInside,
            Hand::TakeOutput,
            Hand::EmptyReject,
            Hand::TakePile,
            Hand::PowerOff,
            Hand::PowerOn,
            Hand::PowerOn,
            Hand::ClearJam,
            Hand::ClearJam,
            Hand::DoubleFeed,
            Hand::PlugOut,
            Hand::PlugIn,
            Hand::PlugIn,
            Hand::NoRibbon,
            Hand::Ribbon {
                kind: RibbonKind::Ymcku,
                sets: Some(2),
            },
            Hand::Film { panels: Some(3) },
        ]),
        (station, 0..3_u32).prop_map(|(station, after_cards)| Hand::JamAt {
            station,
            after_cards,
        }),
        (1..9_u64).prop_map(|card| Hand::Load {
            blanks: vec![Blank {
                id: Some(CardId(card)),
                ..Blank::default()
            }],
        }),
        (1..9_u64).prop_map(|card| Hand::PutBlank {
            blank: Blank {
                id: Some(CardId(card)),
                ..Blank::default()
            },
        }),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        8 => bytes().prop_map(Deed::Bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Deed::Datagram),
        1 => (0x00..0x50_u8, prop::collection::vec(0..16_u8, 0..10)).prop_map(|(first, rest)| {
            Deed::Block([vec![first], rest].concat())
        }),
        3 => hand().prop_map(Deed::Hand),
        4 => (0..30_000_u64).prop_map(Deed::Pass),
        1 => Just(Deed::Close),
        2 => Just(Deed::Open),
        1 => Just(Deed::Reset),
    ]
}

/// A whole card as one stream, and the answers to it.
fn whole_card() -> Vec<u8> {
    let order = |payload: &[u8]| message(0xF000_0100, 0, 1, payload);
    let mut stream = message(0xF200_0300, 0, 1, &[0; 108]);
    stream.extend(order(&TO_CHIP));
    stream.extend(order(&PARK));
    for bit in [1, 2, 4, 8] {
        stream.extend(plane_message(2, bit, &[9; PLANE]));
    }
    for payload in [PRINT, RETURN, TEST, [5, 2, 0, 5], [2, 2, 0, 0]] {
        stream.extend(order(&payload));
    }
    stream
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_and_no_hands_lose_a_card_or_panic(
        seed in any::<u64>(),
        deeds in prop::collection::vec(deed(), 1..80),
    ) {
        let profile = Profile::named("matica-xid8600").unwrap().with_geometry(ROWS, COLUMNS);
        let plan = FaultPlan::draw(seed, 8, 2);
        let mut printer = Matica::new(profile, Switches::draw(seed), plan);
        printer.hand(Hand::Load { blanks: blanks(8) }, 0).unwrap();
        printer.host_opened(0);
        printer.receive(&message(0xF200_0300, 0, 1, &[0; 108]), 0);
        let mut uptime = 0;
        let mut film = 1000;
        for deed in deeds {
            match deed {
                Deed::Bytes(bytes) => {
                    let taken = printer.receive(&bytes, uptime);
                    prop_assert!(taken <= bytes.len());
                }
                Deed::Datagram(bytes) => {
                    printer.datagram(&bytes, uptime);
                }
                Deed::Block(bytes) => {
                    printer.scsi(&bytes, &bytes, uptime);
                }
                Deed::Hand(hand) => {
                    if let Hand::Film { .. } = hand {
                        film = 3;
                    }
                    // A refused hand is an answer, too.
                    let _ = printer.hand(hand, uptime);
                }
                Deed::Pass(milliseconds) => {
                    uptime += milliseconds * MILLISECOND;
                    printer.advance(uptime);
                    prop_assert!(printer.next().is_none_or(|next| next > uptime));
                }
                Deed::Close => printer.host_closed(uptime),
                Deed::Open => printer.host_opened(uptime),
                Deed::Reset => printer.press_reset(uptime),
            }
            printer.transmit();
            conserved(&printer, 8);
            let left = printer.mechanism().film().unwrap().left;
            prop_assert!(left <= film, "film only gets less");
            film = left;
        }
    }

    #[test]
    fn the_cuts_of_the_stream_change_nothing(cuts in prop::collection::vec(1..200_usize, 1..40)) {
        let run = |cuts: Vec<usize>| {
            let mut bench = Bench::new(Switches::default());
            let stream = whole_card();
            let mut rest = stream.as_slice();
            let mut cuts = cuts.into_iter().cycle();
            while !rest.is_empty() {
                let cut = cuts.next().unwrap().min(rest.len());
                bench.send(&rest[..cut]);
                rest = &rest[cut..];
            }
            let mut answers = Vec::new();
            while let Some(answer) = bench.answer() {
                answers.push(answer);
            }
            assert_eq!(bench.card(1).looks(), Looks::Whole);
            answers
        };
        let whole = run(vec![usize::MAX]);
        prop_assert_eq!(whole.len(), 12);
        prop_assert_eq!(run(vec![1]), whole.clone());
        prop_assert_eq!(run(cuts), whole);
    }

    #[test]
    fn any_bytes_leave_the_parser_bounded(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        let mut whole = wire::Parser::new(512);
        let mut single = wire::Parser::new(512);
        let mut first = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (read, message) = whole.take(rest);
            prop_assert!(read > 0);
            rest = &rest[read..];
            first.extend(message);
        }
        let second: Vec<_> = bytes.iter().filter_map(|byte| single.take(&[*byte]).1).collect();
        prop_assert!(first.iter().all(|message| message.payload.len() <= 512));
        prop_assert_eq!(first, second);
    }

    #[test]
    fn only_a_completely_transferred_picture_looks_whole(
        seed in any::<u64>(), cut in 0..50_000_u64, dip in any::<bool>(),
    ) {
        let mut bench = Bench::new(Switches::draw(seed));
        bench.send(&whole_card());
        bench.pass(cut);
        if dip {
            bench.hand(Hand::PowerOff);
        } else {
            bench.hand(Hand::OpenLid);
        }
        bench.pass(100_000);
        for card in bench.printer.mechanism().cards() {
            let lines: Vec<u32> = card.front.laid.iter().map(|laid| laid.lines).collect();
            let whole = lines == [COLUMNS as u32; 4];
            prop_assert_eq!(card.looks() == Looks::Whole, whole, "{:?}", lines);
        }
    }
}
