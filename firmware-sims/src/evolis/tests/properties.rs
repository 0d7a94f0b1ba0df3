//! What holds for any bytes, any cuts of them, and any hands.

use proptest::prelude::*;

use super::*;
use crate::faults::{PlannedFault, Step};
use crate::mechanism::CardId;

/// Every card that entered is in exactly one place, and the piles agree with the cards.
pub(super) fn conserved(printer: &Evolis, entered: usize) {
    let mechanism = printer.mechanism();
    assert_eq!(mechanism.cards().count(), entered);
    let count =
        |wanted: fn(CardPlace) -> bool| mechanism.cards().filter(|card| wanted(card.place)).count();
    let hopper: Vec<CardId> = mechanism.hopper().collect();
    assert_eq!(
        count(|place| matches!(place, CardPlace::Hopper(_))),
        hopper.len()
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
    for (before, id) in hopper.iter().enumerate() {
        let place = mechanism.card(*id).unwrap().place;
        assert_eq!(place, CardPlace::Hopper(u32::try_from(before).unwrap()));
    }
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
    prop_oneof![
        prop::sample::select(vec![
            "Ss",
            "Se",
            "Sr",
            "Si",
            "Sic",
            "Sis",
            "Sie",
            "Ser",
            "Scs",
            "Srs",
            "Sc",
            "Sp;k",
            "Ssd;y",
            "Ssd;k",
            "Pem;0",
            "Pem;2",
            "Pem;3",
            "Psoe;D",
            "Psoe;E",
            "Rlr;p",
            "Rlr",
            "St",
            "Sv",
            "Sfr",
            "Pr;ymcko",
            "Wcb;k;255",
            "Sdm;50",
        ])
        .prop_map(text),
        prop::sample::select(vec!["y", "m", "c", "k", "o"]).prop_map(plane),
        prop::collection::vec(any::<u8>(), 0..200),
        (
            any::<prop::sample::Index>(),
            prop::sample::select(vec!["y", "k"])
        )
            .prop_map(|(at, letter)| {
                let whole = plane(letter);
                whole[..at.index(whole.len())].to_vec()
            }),
    ]
}

fn hand() -> impl Strategy<Value = Hand> {
    let station = prop::sample::select(vec![
        Station::Feeder,
        Station::Contactless,
        Station::PrintStart,
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
            Hand::DoubleFeed,
            Hand::PlugOut,
            Hand::PlugIn,
            Hand::PlugIn,
            Hand::NoRibbon,
            Hand::Ribbon {
                kind: RibbonKind::Ymcko,
                sets: Some(3),
            },
        ]),
        (station, 0..3_u32).prop_map(|(station, after_cards)| Hand::JamAt {
            station,
            after_cards,
        }),
        (1..9_u64).prop_map(|card| Hand::Cut { card: CardId(card) }),
        (1..9_u64).prop_map(|card| Hand::ReadMark { card: CardId(card) }),
        // A card that was taken out is put back: a wrong hand.
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
        3 => (0..20_000_u64).prop_map(Deed::Pass),
        1 => Just(Deed::Close),
        1 => Just(Deed::Open),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_and_no_hands_lose_a_card_or_panic(
        seed in any::<u64>(),
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let profile = Profile::named("evolis-primacy-duplex").unwrap().with_geometry(COLUMNS, LINES);
        let plan = FaultPlan::draw(seed, 8, 2);
        let mut printer = Evolis::new(profile, Switches::draw(seed), plan);
        let mut entered = 8;
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
                    entered = entered.max(printer.mechanism().cards().count());
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
            conserved(&printer, entered);
        }
        prop_assert_eq!(entered, 8, "every number was known");
    }

    #[test]
    fn the_cuts_of_the_stream_change_nothing(cuts in prop::collection::vec(1..400_usize, 1..40)) {
        let mut stream = Vec::new();
        for command in ["Pem;2", "Pr;ymcko", "Ss", "Sic", "Si", "Sr"] {
            stream.extend(text(command));
            stream.extend([0; 3]);
        }
        for letter in ["y", "m", "c", "k", "o"] {
            stream.extend(plane(letter));
        }
        stream.extend(text("Se"));
        let mut bench = Bench::new(Switches::default());
        let mut rest = stream.as_slice();
        let mut cuts = cuts.into_iter().cycle();
        while !rest.is_empty() {
            let cut = cuts.next().unwrap().min(rest.len());
            bench.send(&rest[..cut]);
            rest = &rest[cut..];
        }
        let mut answers = String::new();
        while let Some(answer) = bench.answer() {
            answers.push_str(&answer);
            answers.push(' ');
        }
        let words = answers.split([' ', '\0']).filter(|word| *word == "OK").count();
        prop_assert_eq!(words, 12, "{}", answers);
        prop_assert_eq!(bench.card(1).looks(), Looks::Whole);
    }

    #[test]
    fn a_planned_fault_strikes_once_and_the_cards_stay(
        card in 1..4_u32, panel in 0..5_u32, permille in 0..1000_u16, seed in any::<u64>(),
    ) {
        let plan = FaultPlan {
            faults: vec![PlannedFault { card, step: Step::Panel(panel), permille, strike: Strike::PowerDip(3000) }],
            ..FaultPlan::default()
        };
        let mut bench = Bench::planned("evolis-primacy", Switches::draw(seed), plan);
        for _ in 0..4 {
            for command in ["Pem;2", "Ss", "Sr"] {
                bench.send(&text(command));
            }
            for letter in ["y", "m", "c", "k", "o"] {
                bench.send(&plane(letter));
            }
            bench.send(&text("Se"));
            bench.pass(60_000);
        }
        conserved(&bench.printer, 5);
        // A host that asks nothing prints over a card that was kept inside; only numbers are sure.
        let picked = bench.printer.mechanism().picked();
        prop_assert!(picked >= card.min(2), "the room went on");
        prop_assert_eq!(bench.printer.plan.faults.len(), usize::from(picked < card));
    }
}
