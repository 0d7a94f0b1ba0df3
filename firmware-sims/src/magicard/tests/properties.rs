//! What holds for any bytes, any cuts of them, and any hands.

use proptest::prelude::*;

use super::*;
use crate::faults::{PlannedFault, Step};

/// Every card that entered is in exactly one place, and the piles agree with the cards.
fn conserved(printer: &Magicard, entered: usize) {
    let mechanism = printer.mechanism();
    assert_eq!(mechanism.cards().count(), entered);
    let count =
        |wanted: fn(CardPlace) -> bool| mechanism.cards().filter(|card| wanted(card.place)).count();
    assert_eq!(
        count(|place| matches!(place, CardPlace::Hopper(_))),
        mechanism.hopper().len()
    );
    assert_eq!(count(CardPlace::inside), mechanism.inside().len());
    assert_eq!(
        count(|place| place == CardPlace::Output),
        mechanism.output().len()
    );
    assert_eq!(
        count(|place| place == CardPlace::Reject),
        mechanism.reject().len()
    );
    assert_eq!(
        count(|place| place == CardPlace::Taken),
        mechanism.taken().len()
    );
}

#[derive(Debug, Clone)]
enum Deed {
    Bytes(Vec<u8>),
    Hand(Hand),
    Pass(u64),
    Close,
    Open,
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pages = prop_oneof![
        Just(full_page()),
        Just(page("NOC2,KGE2,DPXON,PAG1,MAG2,;1=2?", &high("BK"))),
        Just(page("NOC1,KGE2,DPXON,PAG2,OVRON", &high("K"))),
        Just(page("NOC1,KGE2,HFDON,REJON,SLWON", &high("G"))),
        Just(b"\x01,NOC0,BBB2,MAG1,%A?,KGE2\x1C\x03".to_vec()),
    ];
    prop_oneof![
        3 => pages.clone(),
        4 => prop::sample::select(vec![
            "INF", "ERR", "OKY", "OKY", "CAN", "CAN", "CLN", "TST", "RST", "EJT", "FEED1", "FEED2", "FLIP",
            "CHPUP", "CHPDOWN", "EJM1", "EJM0", "ERASE", "CAM", "SNR1", "STA,TCQ", "LNG3",
        ])
        .prop_map(request),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (pages, any::<prop::sample::Index>()).prop_map(|(page, at)| page[..at.index(page.len())].to_vec()),
    ]
}

fn hand() -> impl Strategy<Value = Hand> {
    let station = prop::sample::select(vec![
        Station::Feeder,
        Station::Contactless,
        Station::PrintStart,
        Station::Flipper,
        Station::Exit,
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
            Hand::DoubleFeed,
            Hand::PlugOut,
            Hand::PlugIn,
            Hand::PlugIn,
            Hand::NoRibbon,
            Hand::Ribbon {
                kind: RibbonKind::Ymckok,
                sets: Some(3),
            },
            Hand::Press { button: Button::Ok },
            Hand::Press {
                button: Button::Cancel
            },
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
        4 => bytes().prop_map(Deed::Bytes),
        2 => hand().prop_map(Deed::Hand),
        3 => (0..60_000_u64).prop_map(Deed::Pass),
        1 => Just(Deed::Close),
        1 => Just(Deed::Open),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_and_no_hands_lose_a_card_or_panic(
        seed in any::<u64>(),
        tango in any::<bool>(),
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let mut profile = Profile::named("magicard-enduro-plus").unwrap().with_geometry(COLUMNS, LINES);
        profile.fittings.reject_box = tango;
        profile.fittings.reject_capacity = 2;
        let mut printer = Magicard::new(profile, Switches::draw(seed), FaultPlan::draw(seed, 8, 2));
        printer.hand(Hand::Load { blanks: blanks(8) }, 0).unwrap();
        printer.host_opened(0);
        let mut uptime = 0;
        for deed in deeds {
            match deed {
                Deed::Bytes(bytes) => {
                    let taken = printer.receive(&bytes, uptime);
                    prop_assert!(taken <= bytes.len());
                }
                Deed::Hand(hand) => {
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
            }
            printer.transmit();
            conserved(&printer, 8);
            prop_assert!([0, 0x08, 0x10, 0x18].contains(&printer.port_status()));
            prop_assert!(printer.ram.input.len() <= printer.profile.input_buffer);
            prop_assert!(printer.ram.orders.len() <= ORDERS_MAX + 4);
        }
    }

    #[test]
    fn the_cuts_of_the_stream_change_nothing(
        cuts in prop::collection::vec(1..4000_usize, 1..40),
        seed in any::<u64>(),
    ) {
        let stream = [
            vec![5; 9],
            request("FEED1"),
            request("INF"),
            page("NOC2,KGE2,DPXON,PAG1,MAG2,;1,=2?", &high("BK")),
            request("ERR"),
            page("NOC1,KGE2,DPXON,PAG2,OVRON", &high("K")),
            request("INF"),
            request("EJT"),
        ].concat();
        let run = |cuts: &[usize]| {
            let mut bench = Bench::new(Switches { half_payload: HalfPayload::Wait, ..Switches::draw(seed) });
            let mut rest = stream.as_slice();
            let mut cuts = cuts.iter().copied().cycle();
            while !rest.is_empty() {
                let cut = cuts.next().unwrap().min(rest.len());
                bench.send(&rest[..cut]);
                rest = &rest[cut..];
            }
            bench.settle();
            let replies = bench.printer.transmit();
            let faces: Vec<_> = (1..=3)
                .map(|number| {
                    let card = bench.card(number);
                    (card.place, card.front.clone(), card.back.clone(), card.stripe.clone(), card.looks())
                })
                .collect();
            (replies, faces, bench.uptime)
        };
        prop_assert_eq!(run(&cuts), run(&[stream.len()]));
    }

    #[test]
    fn a_planned_fault_strikes_once_and_the_cards_stay(
        card in 1..4_u32, panel in 0..5_u32, permille in 0..1000_u16, seed in any::<u64>(),
    ) {
        let plan = FaultPlan {
            faults: vec![PlannedFault { card, step: Step::Panel(panel), permille, strike: Strike::PowerDip(3000) }],
            ..FaultPlan::default()
        };
        let mut bench = Bench::planned("magicard-enduro", Switches::draw(seed), plan);
        for _ in 0..4 {
            bench.send(&full_page());
            bench.pass(120_000);
            if bench.printer.port_status() == 0x10 {
                bench.send(&request("CAN"));
            }
        }
        conserved(&bench.printer, 5);
        let picked = bench.printer.mechanism().picked();
        prop_assert!(picked >= 1, "the room went on");
        prop_assert!(bench.printer.plan.faults.len() <= usize::from(picked <= card));
    }
}
