//! What holds for any bytes, any cuts of them, and any hands.

use proptest::prelude::*;

use super::*;

/// Every card that entered is in exactly one place, and the piles agree with the cards.
fn conserved(printer: &Zebra, entered: usize) {
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
    Arm(i8),
    Close,
    Open,
}

const COMMAND_LINES: &[&str] = &[
    "M 1 [IS 0[IS 1[IS 2[I[IV 31",
    "M 2 IS 0[IV 31[MO",
    "m 2 IS 0[I[MO",
    "m 1 MO[MI[MF",
    "m 1 &E*[&L1[MO",
    "M 999 F[!X[%CLN",
    "m 1 IS 9[I[X[MS 2[MO",
    "MO",
    "MC",
    "MF",
    "MS 1",
    "MS 2",
    "MI",
    "MR",
    "I",
    "I 10",
    "IV 31",
    "IS 0",
    "IS 3",
    ".",
    "E",
    "%CLN",
    "&P",
    "!X",
    "+X ~",
    "+X \u{1}",
    "F",
    "vF",
    "$F",
    "G 0 0 12 64 96 1",
    "vG 1 1 2 2 3 0",
    "G 0 0 1 1 2 2",
    "L 0 0 64 64 1",
    "T 5 30 1 0 0 20 2 TEXT",
    "&B 2 123",
    "&E*",
    "&L 2",
    "&CDEW 0 A",
    "+RB 0 1",
    "+RIB 0",
    "+RIB 4",
    "SXY 1",
    "!SA",
    "A",
    "IMB",
    "NONSENSE",
    "M 1 [M 1 [I",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => prop::sample::select(COMMAND_LINES).prop_map(text),
        1 => (0..4_usize).prop_map(colour_plane),
        1 => any::<u8>().prop_map(|first| black_lines("Z", first)),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (any::<prop::sample::Index>(), 0..3_usize).prop_map(|(at, buffer)| {
            let whole = colour_plane(buffer);
            whole[..at.index(whole.len())].to_vec()
        }),
        1 => (prop::sample::select(vec!["O", "vO", "GS 0 30 1 1 9 9 ", "PS 1 32 ", "Z", "vZ"]),
            prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(head, data)| {
            [b"\x1B", head.as_bytes(), &data, b"\r"].concat()
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
            Hand::DoubleFeed,
            Hand::PlugOut,
            Hand::PlugIn,
            Hand::PlugIn,
            Hand::NoRibbon,
            Hand::Ribbon {
                kind: RibbonKind::Ymcko,
                sets: Some(3)
            },
            Hand::Press { button: Button::Ok },
        ]),
        (station, 0..3_u32).prop_map(|(station, after_cards)| Hand::JamAt {
            station,
            after_cards
        }),
        (1..9_u64).prop_map(|card| Hand::Cut { card: CardId(card) }),
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
        6 => bytes().prop_map(Deed::Bytes),
        2 => hand().prop_map(Deed::Hand),
        3 => (0..20_000_u64).prop_map(Deed::Pass),
        1 => (-1..60_i8).prop_map(Deed::Arm),
        1 => Just(Deed::Close),
        1 => Just(Deed::Open),
    ]
}

fn printer(seed: u64) -> Zebra {
    let name = PROFILES[usize::from(!seed.is_multiple_of(3))];
    let mut profile = small(name);
    if seed.is_multiple_of(2) {
        profile = profile.with_encoder().with_chip_station();
    }
    if seed.is_multiple_of(5) {
        profile = profile.with_port(Port::Serial);
    }
    profile.input_buffer = 2048;
    profile.fittings.output_capacity = 4;
    let mut printer = Zebra::new(profile, Switches::draw(seed), FaultPlan::draw(seed, 8, 2));
    printer.hand(Hand::Load { blanks: blanks(8) }, 0).unwrap();
    printer.host_opened(0);
    printer
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_and_no_hands_lose_a_card_or_panic(
        seed in any::<u64>(),
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let mut printer = printer(seed);
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
                Deed::Arm(code) => {
                    printer.arm_fault(code);
                }
                Deed::Close => printer.host_closed(uptime),
                Deed::Open => printer.host_opened(uptime),
            }
            printer.transmit();
            prop_assert!(printer.ram.input.len() <= 2048);
            conserved(&printer, 8);
        }
    }

    #[test]
    fn byte_by_byte_is_as_all_at_once(
        seed in any::<u64>(),
        stream in prop::collection::vec(bytes(), 1..12),
        cuts in prop::collection::vec(1..400_usize, 1..40),
        pass in 0..100_000_u64,
    ) {
        let stream = stream.concat();
        let run = |cuts: &mut dyn Iterator<Item = usize>| {
            let mut printer = printer(seed);
            let mut rest = stream.as_slice();
            let mut told = Vec::new();
            while !rest.is_empty() {
                let cut = cuts.next().unwrap_or(1).min(rest.len());
                let taken = printer.receive(&rest[..cut], 0);
                rest = &rest[taken..];
                told.extend(printer.transmit());
                if taken == 0 {
                    break;
                }
            }
            printer.advance(pass * MILLISECOND);
            told.extend(printer.transmit());
            let mechanism = printer.mechanism();
            let faces: Vec<_> = mechanism.cards().map(|card| {
                (card.place, card.front.laid.clone(), card.back.laid.clone(), card.front.k.clone(), card.stripe.clone())
            }).collect();
            (told, faces, printer.port_status(), rest.len())
        };
        let whole = run(&mut std::iter::once(stream.len()).cycle());
        prop_assert_eq!(&run(&mut std::iter::once(1).cycle()), &whole);
        prop_assert_eq!(&run(&mut cuts.into_iter().cycle()), &whole);
    }

    #[test]
    fn any_plane_packed_by_either_rule_comes_back_as_it_was(
        dots in prop::collection::vec(0..32_u8, COLUMNS * LINES),
        runs in prop::collection::vec(1..128_usize, 1..50),
        resin in prop::collection::vec(any::<u8>(), COLUMNS / 8 * LINES),
    ) {
        let mut bench = Bench::new(Switches::default());
        let dots: Vec<u8> = dots.iter().zip(runs.iter().cycle()).flat_map(|(dot, run)| vec![*dot; *run])
            .take(COLUMNS * LINES).collect();
        let mut bytes = format!("\x1BGS 2 30 0 0 {LINES} {COLUMNS} ").into_bytes();
        for (number, run) in dots.chunk_by(|one, other| one == other).enumerate() {
            for part in run.chunks(127) {
                if part.len() > 1 || number == 0 {
                    bytes.push(0x80 | u8::try_from(part.len()).unwrap());
                }
                bytes.push(part[0]);
            }
        }
        bytes.push(0x0D);
        bench.ok_bytes(&bytes);
        bench.ok(&[&format!("G 0 0 12 {COLUMNS} {LINES} 1")]);
        let mut bytes = b"\x1BZ\x81".to_vec();
        bytes.push(resin[0]);
        for part in resin[1..].chunks(31) {
            bytes.push(u8::try_from(part.len()).unwrap());
            bytes.extend(part);
        }
        bytes.push(0x0D);
        bench.ok_bytes(&bytes);
        bench.ok(&["M 1 IS 2[I"]);
        let face = &bench.card(1).front;
        for line in 0..LINES {
            for dot in 0..COLUMNS {
                let level = u16::from(dots[line * COLUMNS + dot]);
                let (x, column) = (LINES - 1 - line, COLUMNS - 1 - dot);
                prop_assert_eq!(u16::from(face.c[x * COLUMNS + column]), (level * 255 + 15) / 31);
                let sent = resin[line * COLUMNS / 8 + dot / 8] & 0x80 >> (dot % 8) != 0;
                let laid = face.k[x * COLUMNS / 8 + column / 8] & 0x80 >> (column % 8) != 0;
                prop_assert_eq!(laid, sent);
            }
        }
    }
}
