//! The page's worked examples, byte for byte.

use proptest::prelude::*;

use super::fake::{greeting, hex, unhex};
use crate::contract::Fault;
use crate::matica::COMMANDS;
use crate::matica::info::{self, Tag};
use crate::matica::sense::{CATALOGUE, Kind, Sense};
use crate::matica::wire::*;

fn spaced(bytes: &[u8]) -> String {
    let words: Vec<String> = bytes.chunks(4).map(hex).collect();
    words.join(" ")
}

#[test]
fn commands_are_the_captured_ones() {
    let film = Inks::default()
        .with(Ink::Yellow)
        .with(Ink::Magenta)
        .with(Ink::Cyan)
        .with(Ink::Black);
    let captured = [
        (Word::Ready, "01020000"),
        (Word::Position, "02020000"),
        (Word::Initialise, "03020000"),
        (
            Word::Load {
                to: Position::Contactless,
            },
            "04020002",
        ),
        (
            Word::Load {
                to: Position::Print,
            },
            "04028000",
        ),
        (
            Word::Move {
                to: Position::Contact,
            },
            "05020001",
        ),
        (
            Word::Move {
                to: Position::Print,
            },
            "05028000",
        ),
        (
            Word::Move {
                to: Position::Reject,
            },
            "05020004",
        ),
        (Word::Print(film), "0602000F"),
        (Word::Print(Inks::default().with(Ink::Black)), "06020008"),
        (
            Word::Transfer {
                turn: false,
                then: Position::Output,
            },
            "07020005",
        ),
        (
            Word::Transfer {
                turn: false,
                then: Position::Print,
            },
            "07020000",
        ),
        (
            Word::Transfer {
                turn: true,
                then: Position::Print,
            },
            "07021000",
        ),
        (Word::Engage, "0A021000"),
        (Word::Release, "0A025000"),
    ];
    for (word, payload) in captured {
        assert_eq!(hex(&word.payload()), payload, "{word:?}");
        let whole = format!("F0000100 00000003 00000000 00000000 {payload}");
        assert_eq!(spaced(&word.emit(0)), whole);
    }
}

#[test]
fn whatever_comes_to_the_print_position_comes_over_fresh_film() {
    for code in 0..6 {
        let to = Position::of(code).unwrap();
        let flags = if code == 0 { 0x80 } else { 0 };
        assert_eq!(Word::Load { to }.payload(), [4, 2, flags, code]);
        assert_eq!(Word::Move { to }.payload(), [5, 2, flags, code]);
    }
    assert_eq!(Position::of(6), None);
}

#[test]
fn captured_answers_are_read() {
    let read = |text: &str| Message::parse(&unhex(text)).unwrap().0;
    let refused = read("F1000200 00000002 0002D000 00000000");
    assert_eq!((refused.kind, refused.result), (REFUSED, 0x0002_D000));
    assert!(Sense::of(refused.result).no_card());
    let none = read("F1000300 00000003 00000000 00000000 01020400");
    assert_eq!(place(&none.payload), Some(Told::Nothing));
    let inside = read("F1000300 00000003 00000000 00000000 01020002");
    assert_eq!(
        place(&inside.payload),
        Some(Told::Inside(Some(Position::Contactless)))
    );
    assert_eq!(place(&[1, 2, 0, 9]), Some(Told::Inside(None)));
    assert_eq!(place(&[1, 2, 0]), None);
    assert_eq!(place(&[2, 2, 0, 0]), None);
    assert!(Sense::of(0x0005_2A00).out_of_sequence());
}

#[test]
fn plane_headers_are_the_computed_ones() {
    for (ink, bytes, header) in [
        (
            Ink::Yellow,
            1036 * 664,
            "F0000200 00029FCD 00000000 00000005 01000000 000A7F24 000A7F20",
        ),
        (
            Ink::Black,
            1036 * 664,
            "F0000200 00029FCD 00000000 00000005 08000000 000A7F24 000A7F20",
        ),
        (
            Ink::Yellow,
            2072 * 1328,
            "F0000200 000A7F25 00000000 00000005 01000000 0029FC84 0029FC80",
        ),
    ] {
        let plane = plane(ink, bytes, 5, |data| {
            data.resize(data.len() + bytes, 0xAB);
        });
        assert_eq!(spaced(&plane[..28]), header);
        assert_eq!(plane.len(), 28 + bytes);
        assert!(plane[28..].iter().all(|byte| *byte == 0xAB));
    }
    // Padded to whole words: 15 dots.
    let padded = plane(Ink::Cyan, 15, 1, |data| data.extend([0xFF; 15]));
    assert_eq!((padded.len(), padded[43]), (28 + 16, 0));
    assert_eq!(padded[4..8], 9_u32.to_be_bytes());
}

#[test]
fn the_greeting_is_read_by_its_places() {
    let (message, used) = Message::parse(&greeting("XID8600")).unwrap();
    assert_eq!(used, 120);
    let read = Greeting::read(&message, 72).unwrap();
    assert_eq!(
        (read.sequence, read.name.as_str(), read.model.as_str()),
        (0x0003_3118, "PRINTER01", "XID8600")
    );
    assert_eq!(read.address, None);
    let mut addressed = greeting("XID8600");
    addressed[72..74].copy_from_slice(&[0xFE, 0x80]);
    addressed[87] = 1;
    let (message, _) = Message::parse(&addressed).unwrap();
    let unit = Greeting::read(&message, 72).unwrap().unit();
    assert_eq!(unit, "XID8600/PRINTER01/fe800000000000000000000000000001");
    assert_eq!(Greeting::read(&message, 121), None);
}

#[test]
fn the_job_start_is_the_computed_one() {
    let start = JobStart {
        parameter: 2,
        sequence: 0x9999_9999,
        mark: [0; 4],
        moment: JobMoment {
            year: 125,
            month: 10,
            day: 24,
            hour: 9,
            minute: 30,
            second: 5,
        },
        owner: "SIAK",
        title: "KTP-0001",
    };
    let expected = format!(
        "F2000300 0000001D 00000002 99999999 00000000 7D0A1809 1E050000 53004900 41004B00{}\
         4B005400 50002D00 30003000 30003100{}",
        " 00000000".repeat(6),
        " 00000000".repeat(12)
    );
    assert_eq!(hex(&start.emit()), hex(&unhex(&expected)));
    let long = JobStart {
        owner: &"o".repeat(99),
        title: &"t".repeat(99),
        ..start.clone()
    };
    assert_eq!(long.emit().len(), start.emit().len());
}

#[test]
fn the_question_after_a_doubt_is_the_written_one() {
    assert_eq!(
        spaced(&info::question(info::EVIDENCE, 3)),
        "F0000600 00000009 00000000 00000003 01000000 0A000000 1E000000 1F000000 20000000 21000000 23000000"
    );
}

/// The captured status, complete.
const STATUS: &str = "F1000600 0000001B 00000000 0000000A 0C020108 0A020100 0D020100 0B020130 0E060203
    E8000000 0F222045 48333131 31000000 00000000 00000000 00000000 00000000 00000000 00000000 1F060400
    00007500 20060400 0002F000 21060400 00007500 1E060400 00000A00 23060400 00000800";

#[test]
fn the_captured_status_is_read() {
    let bytes = unhex(STATUS);
    let (message, used) = Message::parse(&bytes).unwrap();
    assert_eq!((used, message.kind), (bytes.len(), info::STATUS_TOLD));
    let info = info::read(&message.payload).unwrap();
    assert_eq!(info.total, Some(117));
    assert_eq!(info.head, Some(752));
    assert_eq!(info.errors, Some(8));
    assert_eq!(
        (info.ribbon_percent, info.film_percent),
        (Some(96), Some(80))
    );
    assert_eq!(
        (info.ribbon_name(), info.ribbon_sets),
        (Some("YMCK"), Some(1000))
    );
    assert_eq!(info.ribbon_left(), Some(960));
    assert_eq!(info.hopper_filled, Some(true));
    assert_eq!(info.state, None);
    assert_eq!(info::lot(&message.payload).as_deref(), Some("EH3111"));
}

#[test]
fn states_are_read_and_torn_items_are_not() {
    let state = |value: &str| {
        info::read(&unhex(&format!("0106 04{value}00")))
            .unwrap()
            .state
    };
    let stopped = info::State::Stopped(Sense { key: 2, asc: 0xD0 });
    assert_eq!(state("FF02D000"), Some(stopped));
    assert_eq!(state("07000F00"), Some(info::State::Heating));
    assert_eq!(state("00000F00"), Some(info::State::Working));
    assert_eq!(state("63000000"), Some(info::State::Other(0x63)));
    for torn in ["1F", "1F06", "1F0604000000", "1F020400", "0A00"] {
        assert!(info::read(&unhex(torn)).is_err(), "{torn}");
    }
    let unknown = info::read(&unhex("7F020109 0A020102")).unwrap();
    assert_eq!(unknown.hopper_filled, Some(false));
    assert_eq!(info::read(&unhex("00000000 1F020105")).unwrap().total, None);
}

#[test]
fn every_line_of_the_catalogue_has_a_fault_and_a_kind() {
    let table: String = CATALOGUE
        .iter()
        .map(|(key, asc, name)| {
            let sense = Sense {
                key: *key,
                asc: *asc,
            };
            format!(
                "{key:02X} {asc:02X} {name}: {} {:?}\n",
                sense.fault().code(),
                sense.kind()
            )
        })
        .collect();
    expect_test::expect_file!["senses.txt"].assert_eq(&table);
}

#[test]
fn a_code_is_known_by_its_asc_whatever_list_it_comes_from() {
    let pairs = [
        (0x02_F000, 0x04_F000),
        (0x02_C100, 0x04_C100),
        (0x03_B200, 0x42_B200),
        (0x03_4400, 0x04_4400),
    ];
    for (one, other) in pairs {
        assert_eq!(
            Sense::of(one).fault(),
            Sense::of(other).fault(),
            "{one:06X}"
        );
        assert_eq!(Sense::of(one).kind(), Sense::of(other).kind());
    }
    // A request of ours that is refused is not a state of the printer.
    assert_eq!(
        Sense::of(0x05_2100).fault(),
        Fault::Unlisted("sense 05 21".to_owned())
    );
    assert!(!Sense::of(0x05_D000).no_card());
    for (result, begun) in [
        (0x02_D100, false),
        (0x42_A200, false),
        (0x05_2A00, false),
        (0x03_9300, true),
        (0x04_F100, true),
    ] {
        assert_eq!(Sense::of(result).not_begun(), !begun);
    }
}

#[test]
fn every_sense_has_a_fault_and_no_busy_printer_is_at_fault() {
    for code in 0..=u16::MAX {
        let [key, asc] = code.to_be_bytes();
        let sense = Sense { key, asc };
        let fault = sense.fault();
        match sense.kind() {
            // A head that cools down is waited for too.
            Kind::Waiting if asc == 0xF8 => assert_eq!(fault, Fault::Overheated),
            Kind::Busy | Kind::Waiting => assert_eq!(fault, Fault::NotReady, "{sense:?}"),
            Kind::Attention => assert_eq!(fault, Fault::Restarted),
            Kind::Standing => assert!(!matches!(fault, Fault::NotReady | Fault::Restarted)),
        }
    }
}

#[test]
fn every_command_stands_in_the_table_once() {
    let mut names: Vec<&str> = COMMANDS.iter().map(|(name, _, _)| *name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!((names.len(), count), (count, 47));
    for (name, _, source) in COMMANDS {
        assert!(!name.is_empty() && !source.is_empty(), "{name}");
    }
    let driven = COMMANDS
        .iter()
        .filter(|(_, used, _)| !used.is_empty())
        .count();
    assert_eq!(driven, 12);
}

proptest! {
    #[test]
    fn a_message_is_read_as_it_was_written(
        kind: u32, result: u32, sequence: u32, words in proptest::collection::vec(any::<u32>(), 0..40),
    ) {
        let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let message = Message { kind, result, sequence, payload };
        let bytes = message.emit();
        prop_assert_eq!(Message::parse(&bytes), Ok((message, bytes.len())));
        for end in 0..bytes.len() {
            prop_assert_eq!(Message::parse(&bytes[..end]), Err(WireError::Short));
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut messages = Messages::default();
        for piece in bytes.chunks(7) {
            messages.take(piece);
            while let Ok(Some(message)) = messages.pop() {
                let _ = (Greeting::read(&message, 30), place(&message.payload));
            }
        }
        let _ = (info::read(&bytes), info::lot(&bytes), text(&bytes));
    }

    #[test]
    fn items_are_read_as_they_were_written(total: u32, ribbon in 0_u8..51, order: bool) {
        let mut items = vec![vec![Tag::Ribbon as u8, 2, 1, ribbon]];
        let mut counter = vec![Tag::Total as u8, 6, 4];
        counter.extend(total.to_be_bytes());
        counter.push(0);
        items.push(counter);
        if order {
            items.reverse();
        }
        let info = info::read(&items.concat()).unwrap();
        prop_assert_eq!(info.total, Some(u64::from(total)));
        prop_assert_eq!(info.ribbon_percent, Some(u64::from(ribbon) * 2));
    }
}
