//! Requests, replies, codes and headers, byte for byte as on the page.

use proptest::prelude::*;

use crate::contract::{Fault, LastAnswer, Ribbon};
use crate::magicard::COMMANDS;
use crate::magicard::job::{Field, Header, Ink, Job, Order, Page, Plane};
use crate::magicard::magnetic::{Coercivity, Track, TrackError};
use crate::magicard::models::{MODELS, Speech, find};
use crate::magicard::raster::Layout;
use crate::magicard::status::{Code, Port, Reading, code_in, fault_of};
use crate::magicard::wire::*;

fn replies(bytes: &[u8]) -> Vec<Reply> {
    let mut replies = Replies::default();
    replies.take(bytes);
    std::iter::from_fn(|| replies.pop()).collect()
}

#[test]
fn requests_are_the_pages_bytes() {
    let info = [
        0x01, 0x2C, 0x52, 0x45, 0x51, 0x2C, 0x49, 0x4E, 0x46, 0x2C, 0x1C, 0x03,
    ];
    assert_eq!(Question::Info.emit(Speech::Enduro).as_ref(), info);
    let error = [
        0x01, 0x2C, 0x52, 0x45, 0x51, 0x2C, 0x45, 0x52, 0x52, 0x2C, 0x1C, 0x03,
    ];
    assert_eq!(Question::Error.emit(Speech::Enduro).as_ref(), error);
    assert_eq!(
        cancel(Speech::Enduro).as_ref(),
        b"\x01,REQ,CAN,\x1c\x03".as_slice()
    );
    let serial = Question::Value(Key::Serial).emit(Speech::Rio);
    assert_eq!(
        serial.as_ref(),
        b"\x05\x05\x05\x05\x05\x05\x05\x05\x05\x01REQ,STA,MSR,\x1c\x03".as_slice()
    );
    assert_eq!(serial.len(), 24);
}

#[test]
fn the_composed_reply_is_read_value_by_value() {
    let bytes = b"\x01STA$$3,Enduro+,0,20E1234,PH77,PCB9,2.10,3-3829,0,5120,5120,21000,7,400,97,700,50,50,50,0:0,E0040100AABBCCDD,300,97,MA300YMCKO,80,80,80,0,0,0,4,1,0,0,\x03";
    let all = replies(bytes);
    let Some(Reply::Info(values)) = all.first() else {
        panic!("{all:?}");
    };
    assert_eq!(values.len(), 35);
    let mut reading = Reading::default();
    assert!(reading.learn(&all[0]));
    assert_eq!(reading.unit.as_deref(), Some("20E1234"));
    assert_eq!(reading.model.as_deref(), Some("Enduro+"));
    assert_eq!(reading.firmware.as_deref(), Some("2.10"));
    assert_eq!((reading.cards, reading.panels), (Some(5120), Some(21000)));
    assert_eq!(reading.shots, (Some(300), Some(97)));
    assert_eq!(reading.head, Some(50));
    assert_eq!(reading.lengths, [Some(80); 3]);
    assert_eq!(reading.code, Some(Code::NONE));
    assert_eq!(reading.cleaning, (Some(97), Some(700)));
    let evidence = reading.evidence();
    assert_eq!(evidence.ribbon_left, Some(203));
    assert_eq!(evidence.last, LastAnswer::Unknown);
    assert!(evidence.shots.is_some_and(|shots| shots < 1 << 53));
    // The same with commas throughout: where colons stand is nowhere written.
    let commas = replies(&bytes.map(|byte| if byte == b':' { b',' } else { byte }));
    assert_eq!(commas, all);
}

#[test]
fn uses_of_two_ribbons_are_never_one_apart() {
    let shots = |tag: &str, used| {
        let reading = Reading {
            tag: Some(tag.to_owned()),
            shots: (Some(300), Some(used)),
            ..Reading::default()
        };
        reading.evidence().shots
    };
    let step =
        |after: Option<u64>, before: Option<u64>| after.unwrap().checked_sub(before.unwrap());
    assert_eq!(step(shots("E004", 98), shots("E004", 97)), Some(1));
    assert!(!matches!(
        step(shots("E005", 98), shots("E004", 97)),
        Some(0 | 1)
    ));
    let untold = Reading {
        shots: (Some(300), Some(97)),
        ..Reading::default()
    };
    assert_eq!(untold.evidence().shots, None, "without a tag they are void");
}

#[test]
fn the_two_real_error_replies_are_read_from_their_ends() {
    let idle = b"\x01\x53\x54\x41\x50\x72\x69\x6E\x74\x65\x72\x73\x74\x61\x74\x75\x73\x20\x4F\x4B\x2E\x0A\x30\x30\x3A\x30\x30\x0A\x28\x63\x30\x33\x30\x30\x29\x03";
    assert_eq!(idle.len(), 36);
    let Some(Reply::Text(text)) = replies(idle).pop() else {
        panic!("a text");
    };
    assert_eq!(code_in(&text), Some((Code::NONE, Some("c0300".to_owned()))));
    let failed = "um 10:30 nicht eingezogen.\nFehler - 11:01\n(c0201)";
    let class = Some("c0201".to_owned());
    assert_eq!(code_in(failed), Some((Code::FEEDER_EMPTY, class)));
    assert_eq!(code_in("11:01"), Some((Code::FEEDER_EMPTY, None)));
    assert_eq!(code_in("Fehler 1:1 (c0201)"), None);
    assert_eq!(code_in(""), None);
}

#[test]
fn a_value_follows_its_key_without_a_blank() {
    let all = replies(b"\x01STA,TCQ5120,\x03\x00\x00\x01STA,MSR A-77 ,\x03\x01STA,TC\x03");
    let value = |key: &str, value: &str| Reply::Value(key.to_owned(), value.to_owned());
    assert_eq!(
        all,
        [value("TCQ", "5120"), value("MSR", "A-77"), Reply::Other]
    );
    let mut reading = Reading::default();
    assert!(reading.learn(&all[0]) && reading.learn(&all[1]));
    assert!(!reading.learn(&value("XYZ", "5")) && !reading.learn(&value("TPQ", "?")));
    assert_eq!(reading.cards, Some(5120));
}

#[test]
fn a_reply_that_breaks_off_is_lost_with_the_next_ones_beginning() {
    let all = replies(b"\x01STA,TCQ51\x01STA,TPQ7,\x03");
    assert_eq!(all, [Reply::Value("TPQ".to_owned(), "7".to_owned())]);
    let flood = [
        b"\x01STA".as_slice(),
        &vec![b'x'; 2 * REPLY_BYTES_MAX],
        b"\x03",
    ]
    .concat();
    assert_eq!(replies(&flood), []);
    assert_eq!(replies(b"END\x03\0\0@@@\x03"), []);
}

#[test]
fn every_port_byte_is_idle_busy_or_an_error() {
    assert_eq!(Port::read(0x18), Port::Idle);
    assert_eq!(Port::read(0x08), Port::Busy);
    assert_eq!(Port::read(0x10), Port::Error);
    for byte in 0..=u8::MAX {
        let read = Port::read(byte);
        assert_eq!(read == Port::Error, byte & 0x08 == 0, "{byte:02x}");
        assert_eq!(read == Port::Busy, byte & 0x18 == 0x08, "{byte:02x}");
    }
}

#[test]
fn only_one_code_has_a_meaning_of_its_own() {
    let known = [(Code(12, 3), Fault::CardJam)];
    for major in 0..100 {
        for minor in 0..100 {
            let fault = fault_of(Code(major, minor), &known);
            let expected = match (major, minor) {
                (0, 0) => None,
                (11, 1) => Some(Fault::FeederEmpty),
                (12, 3) => Some(Fault::CardJam),
                _ => Some(Fault::Unlisted(format!("{major:02}:{minor:02}"))),
            };
            assert_eq!(fault, expected);
        }
    }
}

#[test]
fn a_job_that_only_encodes_has_no_window_and_no_comma_before_its_end() {
    let recipe = super::pictures::recipe(Ribbon::K);
    let maker = Header {
        coercivity: Some(Coercivity::High),
        tracks: vec![
            Track::iso(1, "%DOE^JANE?", false).unwrap(),
            Track::iso(2, ";1234567890=99?", false).unwrap(),
        ],
        ..recipe.header
    };
    let back_end = Header {
        order: Order::BackEnd,
        layout: Layout::Kee,
        ..maker.clone()
    };
    let bytes = |header: &Header| {
        let page = Page {
            fields: header.encode_only(),
            planes: Vec::new(),
        };
        let bytes = Job { pages: vec![page] }.bytes();
        assert_eq!(&bytes[..64], [0x05; 64]);
        String::from_utf8(bytes[64..].to_vec()).unwrap()
    };
    assert_eq!(
        bytes(&maker),
        "\x01,NOC1,VER1.0-,LANENG,COEH,MAG1,%DOE^JANE?,MAG2,;1234567890=99?,KGE2\x1c\x03"
    );
    assert_eq!(
        bytes(&back_end),
        "\x01,NOC0,BBB1,VER1.0-,LANENG,MAG1,BPI210,MPC7,COEH,%DOE^JANE?,MAG2,BPI75,MPC5,COEH,;1234567890=99?,KEE\x1c\x03"
    );
}

#[test]
fn the_second_part_of_a_job_begins_with_its_last_plane() {
    let plane = |ink, byte| Plane {
        ink,
        data: bytes::Bytes::from(vec![byte; 3]),
    };
    let page = Page {
        fields: vec![Field::new("NOC", 1)],
        planes: vec![plane(Ink::Yellow, 1), plane(Ink::Black, 2)],
    };
    let job = Job {
        pages: vec![page.clone(), page],
    };
    let (face, finish) = job.split();
    let header = b"\x01,NOC1,SZB3,SZK3\x1c\x01\x01\x01\x1cB:";
    assert_eq!(
        face,
        [
            &[5; 64],
            header.as_slice(),
            b"\x02\x02\x02\x1cK:\x03",
            &[5; 64],
            header
        ]
        .concat()
    );
    assert_eq!(finish.as_ref(), b"\x02\x02\x02\x1cK:\x03".as_slice());
}

#[test]
fn tracks_take_what_iso_lets_them() {
    assert!(Track::iso(1, "%DOE^JANE?", false).is_ok());
    assert!(Track::iso(2, ";1234567890=99?", false).is_ok());
    let error = |number, data: &str| Track::iso(number, data, false).unwrap_err();
    assert_eq!(error(0, ";1?"), TrackError::Number(0));
    assert_eq!(error(4, ";1?"), TrackError::Number(4));
    assert_eq!(error(1, ";1?"), TrackError::Sentinel);
    assert_eq!(error(2, ";1"), TrackError::Sentinel);
    assert_eq!(error(1, "%DOE,JANE?"), TrackError::Character(4));
    assert_eq!(error(1, "%doe?"), TrackError::Character(1));
    assert_eq!(error(2, ";1A?"), TrackError::Character(2));
    assert_eq!(error(2, ";1;2?"), TrackError::Character(2));
    assert_eq!(error(2, ";\u{1}?"), TrackError::Character(1));
    let long = |digits| format!(";{}?", "7".repeat(digits));
    assert!(Track::iso(2, &long(38), false).is_ok());
    assert_eq!(
        error(2, &long(39)),
        TrackError::Length {
            length: 41,
            most: 40
        }
    );
    assert!(Track::iso(3, &long(105), false).is_ok());
    assert!(Track::iso(1, "%DOE,JANE?", true).is_ok());
    let shown = format!("{:?}", Track::iso(1, "%DOE^JANE?", false).unwrap());
    assert!(!shown.contains("DOE"), "{shown}");
}

#[test]
fn names_of_other_known_models_contradict_and_rebrands_do_not() {
    let contradicts = |key: &str, told: &str| find(key).unwrap().contradicts(told);
    assert!(!contradicts("magicard-enduro", "Enduro"));
    assert!(contradicts("magicard-enduro", "Enduro+"));
    assert!(contradicts("magicard-enduro-plus", "ENDURO"));
    assert!(!contradicts("magicard-enduro-plus", "Enduro +"));
    assert!(!contradicts("magicard-rio-pro", "Rio Pro Xtended"));
    assert!(contradicts("magicard-pronto", "Rio Pro"));
    assert!(!contradicts("magicard-pronto", "P310e"));
    assert!(!contradicts("magicard-pronto", ""));
    for model in MODELS {
        assert_eq!(find(model.key), Some(model));
        assert!(!model.contradicts(model.name), "{}", model.name);
    }
}

#[test]
fn commands_are_named_once_and_dangerous_ones_are_not_driven() {
    let mut names: Vec<&str> = COMMANDS.iter().map(|(command, _, _)| *command).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    for never in [
        "REQ,OKY",
        "EJT",
        "RST",
        "TST",
        "REQ,CLN",
        "REQ,ERASE",
        "FLIP",
        "FEEDn",
        "CHPUP",
    ] {
        let (_, used, _) = COMMANDS.iter().find(|(name, ..)| *name == never).unwrap();
        assert_eq!(*used, "", "{never}");
    }
    for key in Key::ALL {
        let name = format!("REQ,STA,{}", key.text());
        let (_, used, _) = COMMANDS.iter().find(|(known, ..)| *known == name).unwrap();
        assert_ne!(*used, "", "{name} is sent");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_replies_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for reply in replies(&bytes) {
            Reading::default().learn(&reply);
        }
    }

    #[test]
    fn replies_are_the_same_however_they_are_cut(cut in 0usize..60) {
        let bytes = b"\x00\x01STA,TCQ5120,\x03\x01STAok.\n00:00\n(c0300)\x03\x01STA$$1,2:3,\x03";
        let mut replies = Replies::default();
        replies.take(&bytes[..cut.min(bytes.len())]);
        replies.take(&bytes[cut.min(bytes.len())..]);
        prop_assert_eq!(std::iter::from_fn(|| replies.pop()).count(), 3);
    }

    #[test]
    fn no_text_makes_the_code_panic(text in ".{0,60}") {
        let _: Option<_> = code_in(&text);
        let with = format!("{text} 11:01 (c0201)");
        prop_assert_eq!(code_in(&with).map(|(code, _)| code), Some(Code::FEEDER_EMPTY));
    }
}
