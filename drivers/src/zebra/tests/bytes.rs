//! Wire: the page's own bytes, what is emitted is parsed, and no bytes make a parser panic.

use proptest::prelude::*;

use crate::contract::Fault;
use crate::zebra::COMMANDS;
use crate::zebra::packing::*;
use crate::zebra::placeholder::Move;
use crate::zebra::status::{CODES, Said, classify, passes, port_fault};
use crate::zebra::wire::*;

fn print(dyes: bool, varnish: bool, out: bool) -> Word {
    Word::Print(Print { dyes, varnish, out })
}

#[test]
fn the_pages_bytes_are_sent_as_they_stand() {
    let check = |word: Word, bytes: &str| {
        let emitted: Vec<String> = word.emit().iter().map(|b| format!("{b:02X}")).collect();
        assert_eq!(emitted.join(" "), bytes, "{word:?}");
    };
    check(Word::Clear, "1B 2E 0D");
    check(Word::LastAnswer, "1B 45 0D");
    check(Word::Passes, "1B 25 43 4C 4E 0D");
    check(Word::InEncoder, "1B 26 50 0D");
    check(Word::Initiator, "1B 21 58 0D");
    check(Word::SetInitiator(b'~'), "1B 2B 58 20 7E 0D");
    check(Word::Axis, "1B 53 58 59 20 31 0D");
    check(Word::Ribbon(0), "1B 2B 52 49 42 20 30 0D");
    check(Word::Contrast(Dye::Yellow, 5), "1B 2B 24 4C 20 30 20 35 0D");
    check(
        Word::Intensity(Dye::Yellow, 5),
        "1B 2B 24 43 20 30 20 35 0D",
    );
    check(Word::ResinIntensity(5), "1B 2B 43 20 35 0D");
    check(Word::VarnishIntensity(3), "1B 2B 43 56 20 33 0D");
    check(Word::RouteRejects, "1B 2B 52 42 20 30 20 31 0D");
    check(Word::ClearColours, "1B 24 46 0D");
    check(Word::ClearResin, "1B 46 0D");
    check(Word::ClearVarnish, "1B 76 46 0D");
    check(
        Word::Area {
            packed: true,
            height: 640,
            width: 1024,
        },
        "1B 47 20 30 20 30 20 31 32 20 36 34 30 20 31 30 32 34 20 31 0D",
    );
    check(
        print(true, true, false),
        "1B 4D 20 31 20 5B 49 53 20 30 5B 49 53 20 31 5B 49 53 20 32 5B 49 5B 49 56 20 33 31 0D",
    );
    check(
        print(true, true, true),
        "1B 4D 20 31 20 5B 49 53 20 30 5B 49 53 20 31 5B 49 53 20 32 5B 49 5B 49 56 20 33 31 5B 4D 4F 0D",
    );
    check(
        print(false, false, true),
        "1B 4D 20 31 20 5B 49 5B 4D 4F 0D",
    );
    check(Word::Flip, "1B 4D 46 0D");
    check(Word::Eject, "1B 4D 4F 0D");
}

#[test]
fn a_download_begins_as_the_page_has_it() {
    let mut head = Vec::new();
    colour_head(Dye::Yellow, true, 1024, 640, &mut head);
    assert_eq!(head, b"\x1bGS 0 30 0 0 1024 640 ");
    head.clear();
    colour_head(Dye::Cyan, false, 1029, 645, &mut head);
    assert_eq!(head, b"\x1bGS 2 32 0 0 1029 645 ");
    assert_eq!(RESIN_HEAD, *b"\x1bZ");
}

#[test]
fn a_held_string_ends_where_the_next_move_can_begin() {
    assert_eq!(print(false, false, false).text(), "M 1 [I 10");
    assert_eq!(print(true, false, false).text(), "M 1 [IS 0[IS 1[IS 2[I 10");
    assert_eq!(print(false, true, false).text(), "M 1 [I[IV 31");
    for print in Print::all() {
        let items = Word::Print(print).text();
        let laid = items.split('[').skip(1).filter(|item| *item != "MO");
        assert_eq!(laid.count() as u64, print.panels(), "{items}");
    }
}

fn mono(plain: &[u8], literal_max: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut packer = MonoPacker::new(&mut out, literal_max);
    for part in plain.chunks(7) {
        packer.take(part);
    }
    packer.end();
    out
}

fn colour(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut packer = ColourPacker::new(&mut out);
    for part in plain.chunks(7) {
        packer.take(part);
    }
    packer.end();
    out
}

#[test]
fn worked_examples_of_resin_are_packed_byte_for_byte() {
    let check = |plain: &[u8], packed: &[u8]| {
        assert_eq!(mono(plain, LITERAL_MAX), packed, "{plain:02X?}");
        let expanded = expand_mono(packed, plain.len()).unwrap();
        assert_eq!(expanded, (plain.to_vec(), packed.len()));
    };
    check(&[0; 80], &[0xD0, 0x00]);
    check(&[0; 160], &[0xFF, 0x00, 0xA1, 0x00]);
    check(
        &[
            0, 0, 0, 0xFF, 0x0F, 0x3C, 0x81, 0xAA, 0x55, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0,
        ],
        &[
            0x83, 0x00, 0x06, 0xFF, 0x0F, 0x3C, 0x81, 0xAA, 0x55, 0x85, 0xFF, 0x01, 0x00,
        ],
    );
    check(
        &[0xA5, 0x01, 0x02, 0x03],
        &[0x81, 0xA5, 0x03, 0x01, 0x02, 0x03],
    );
    assert_eq!(mono(&[0; 80 * 1024], LITERAL_MAX).len(), 1292);
}

#[test]
fn worked_examples_of_dye_are_packed_byte_for_byte() {
    let check = |plain: &[u8], packed: &[u8]| {
        assert_eq!(colour(plain), packed, "{plain:02X?}");
        let expanded = expand_colour(packed, plain.len()).unwrap();
        assert_eq!(expanded, (plain.to_vec(), packed.len()));
    };
    check(
        &[0, 0, 0, 0, 0, 0x1F, 0x1F, 0x0D, 0x1B, 7, 7, 7, 1],
        &[0x85, 0x00, 0x82, 0x1F, 0x0D, 0x1B, 0x83, 0x07, 0x01],
    );
    check(&[0x0D, 0x1B, 0x1B, 0x05], &[0x81, 0x0D, 0x82, 0x1B, 0x05]);
    check(&[0; 300], &[0xFF, 0x00, 0xFF, 0x00, 0xAE, 0x00]);
    assert_eq!(colour(&vec![0; 640 * 1024]).len(), 10_322);
}

#[test]
fn the_first_token_must_be_a_run() {
    assert_eq!(expand_mono(&[0x01, 0xAA], 1), Err(PackError::FirstIsNoRun));
    assert_eq!(expand_colour(&[0x0D], 1), Err(PackError::FirstIsNoRun));
    assert_eq!(expand_mono(&[0x83, 0x00], 2), Err(PackError::Long));
    assert_eq!(expand_mono(&[0x82, 0x00], 3), Err(PackError::Short));
    assert_eq!(expand_colour(&[0x81, 0x20], 1), Err(PackError::Level));
}

/// The counts of literals in a packed stream of resin.
fn literals(packed: &[u8]) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut at = 0;
    while at < packed.len() {
        if packed[at] & 0x80 != 0 {
            at += 2;
        } else {
            counts.push(usize::from(packed[at]));
            at += 1 + usize::from(packed[at]);
        }
    }
    counts
}

#[test]
fn literals_are_as_long_as_the_option_says() {
    let plain: Vec<u8> = (0..200u8).collect();
    assert_eq!(literals(&mono(&plain, 31)), [31, 31, 31, 31, 31, 31, 13]);
    assert_eq!(literals(&mono(&plain, 127)), [127, 72]);
    assert_eq!(
        literals(&mono(&plain, 4000)),
        [127, 72],
        "one byte counts it"
    );
}

proptest! {
    #[test]
    fn what_is_packed_is_expanded(
        runs in proptest::collection::vec((any::<u8>(), 1..300usize), 1..20),
        literal_max in 1..=127usize,
    ) {
        let plain: Vec<u8> = runs.iter().flat_map(|(byte, n)| vec![*byte; *n]).collect();
        let packed = mono(&plain, literal_max);
        prop_assert!(literals(&packed).iter().all(|n| (1..=literal_max).contains(n)));
        prop_assert_eq!(expand_mono(&packed, plain.len()), Ok((plain.clone(), packed.len())));
        let levels: Vec<u8> = plain.iter().map(|byte| byte & LEVEL_MAX).collect();
        let packed = colour(&levels);
        prop_assert!(packed[0] & 0x80 != 0);
        prop_assert_eq!(expand_colour(&packed, levels.len()), Ok((levels, packed.len())));
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in any::<Vec<u8>>(), text in "\\x1b(M 1|G|GS|\\+[$]L|\\+X|\\+RIB)?[ 0-9\\[ISVO]{0,20}\r?") {
        let _ = Word::parse(&bytes);
        let _ = Word::parse(text.as_bytes());
        let _ = expand_mono(&bytes, 500);
        let _ = expand_colour(&bytes, 500);
        let mut replies = Replies::default();
        replies.take(&bytes);
        replies.end_partial();
        prop_assert!(!replies.is_partial());
        while let Some(reply) = replies.pop() {
            let _ = classify(&reply);
        }
        let _ = passes(&text);
    }
}

fn every_word() -> Vec<Word> {
    let mut words = vec![
        Word::Clear,
        Word::LastAnswer,
        Word::Passes,
        Word::InEncoder,
        Word::Initiator,
        Word::SetInitiator(b'!'),
        Word::SetInitiator(b'~'),
        Word::Axis,
        Word::Ribbon(0),
        Word::Ribbon(4),
        Word::ResinIntensity(5),
        Word::VarnishIntensity(13),
        Word::RouteRejects,
        Word::ClearColours,
        Word::ClearResin,
        Word::ClearVarnish,
        Word::Area {
            packed: false,
            height: 645,
            width: 1029,
        },
        Word::Area {
            packed: true,
            height: 640,
            width: 1024,
        },
        Word::Flip,
        Word::Eject,
    ];
    for dye in Dye::ALL {
        words.extend([Word::Contrast(dye, 5), Word::Intensity(dye, 12)]);
    }
    words.extend(Print::all().map(Word::Print));
    words.extend(Move::ALL.map(Word::Placeholder));
    words
}

#[test]
fn a_word_is_parsed_as_it_was_emitted() {
    for word in every_word() {
        let mut bytes = word.emit().to_vec();
        let length = bytes.len();
        for short in 0..length {
            assert_eq!(
                Word::parse(&bytes[..short]),
                Err(WireError::Short),
                "{word:?}"
            );
        }
        bytes.extend(b"\x0a\x1bE\x0d");
        assert_eq!(Word::parse(&bytes), Ok((word, length)));
        assert!(!(word.acts() && word.asks()), "{word:?}");
    }
    for other in [
        "\x1b+RIB 04\r",
        "\x1bM 2 [I\r",
        "\x1bm 1 [I\r",
        "\x1bG 0 0 11 1 1 1\r",
        "E\r",
    ] {
        assert_eq!(
            Word::parse(other.as_bytes()),
            Err(WireError::Unknown),
            "{other:?}"
        );
    }
}

#[test]
fn every_word_stands_in_the_table_of_commands_with_a_use() {
    let driven: Vec<&str> = COMMANDS
        .iter()
        .filter(|(_, used, _)| !used.is_empty())
        .map(|(name, _, _)| *name)
        .collect();
    for word in every_word() {
        let text = word.text();
        let name = text.split(' ').next().unwrap();
        let stands = driven.contains(&name) || driven.contains(&text.as_str());
        assert!(
            stands || word == Word::Placeholder(Move::DockContact),
            "{text}"
        );
    }
    for (at, (name, _, source)) in COMMANDS.iter().enumerate() {
        assert!(
            COMMANDS[..at].iter().all(|(other, _, _)| other != name),
            "{name}"
        );
        assert!(source.starts_with('['), "{name}");
    }
}

fn replies(bytes: &[u8]) -> Vec<Reply> {
    let mut replies = Replies::default();
    replies.take(bytes);
    replies.end_partial();
    std::iter::from_fn(|| replies.pop()).collect()
}

#[test]
fn answers_are_cut_as_the_page_has_them() {
    let text = |text: &str| Reply::Text(text.to_owned());
    assert_eq!(replies(b"\x06"), [Reply::Ack]);
    assert_eq!(
        replies(b"\x1504\x04\x1501\x04"),
        [Reply::Nak(4), Reply::Nak(1)]
    );
    assert_eq!(
        replies(b"\x1510\x04\x1545\x04"),
        [Reply::Nak(10), Reply::Nak(45)]
    );
    assert_eq!(replies(b"\x15-1\x04"), [Reply::Nak(-1)]);
    assert_eq!(replies(b"\x15"), [Reply::Full]);
    assert_eq!(replies(b"\x15\x06"), [Reply::Full, Reply::Ack]);
    assert_eq!(replies(b"abc\r\x06\x06"), [text("abc"), Reply::Ack]);
    assert_eq!(replies(b"abc\r\n\x06"), [text("abc")]);
    assert_eq!(
        replies(b"abc\x06"),
        [text("abc")],
        "an end other than inferred"
    );
    assert_eq!(replies(b"abc\r"), [text("abc")]);
    assert_eq!(replies(b"abc\rdef\r\x06"), [text("abc"), text("def")]);
    assert_eq!(replies(b"ab\x1504\x04"), [text("ab"), Reply::Nak(4)]);
    for broken in [
        &b"\x150\x04"[..],
        b"\x15--\x04",
        b"\x15004\x04",
        b"\x15\x04",
        b"\x151",
    ] {
        assert_eq!(replies(broken)[0], Reply::Broken, "{broken:02X?}");
    }
    let long = replies(&[b'x'; 4000]);
    assert_eq!(long, [text(&"x".repeat(TEXT_BYTES_MAX))]);
}

#[test]
fn every_code_is_a_fault_and_the_encoders_two_are_none() {
    let mut listed = 0;
    for number in i8::MIN..=i8::MAX {
        let said = classify(&Reply::Nak(number));
        match CODES.iter().find(|code| code.number == number) {
            Some(code) => {
                listed += 1;
                let Said::Fault(fault) = said else {
                    panic!("{number}")
                };
                match (&fault, &code.fault) {
                    (Fault::Unlisted(text), Fault::Unlisted(_)) => {
                        assert!(text.contains(code.meaning), "{text}");
                    }
                    (fault, known) => assert_eq!(fault, known),
                }
            }
            None if number == 5 => assert_eq!(said, Said::InEncoder(true)),
            None if number == 6 => assert_eq!(said, Said::InEncoder(false)),
            None => assert!(matches!(said, Said::Fault(Fault::Unlisted(_)))),
        }
    }
    assert_eq!(listed, CODES.len(), "no number twice");
    assert!(CODES.iter().all(|code| code.number != 46));
}

#[test]
fn the_port_tells_four_classes() {
    assert_eq!(port_fault(0x18), Ok(()));
    assert_eq!(port_fault(0x10), Err(Fault::BadParameter));
    assert_eq!(port_fault(0x38), Err(Fault::FeederOrRibbonEnd));
    assert_eq!(port_fault(0x30), Err(Fault::MechanicalTimeout));
    assert_eq!(port_fault(0x08), Err(Fault::OutOfStep), "not selected");
    assert_eq!(port_fault(0x00), Err(Fault::OutOfStep));
}

#[test]
fn a_counter_is_read_from_its_own_words_alone() {
    assert_eq!(
        passes("Cpt imp:00025000 next clean Prn:00005000 nb pass:5"),
        Some(25_000)
    );
    for text in [
        "",
        "00025000",
        "Cpt imp:00025000",
        "Cpt imp: next clean Prn:00005000 nb pass:5",
        "Cpt imp:00025000 next clean Prn:00005000 nb pass:",
        "Cpt imp:0002500O next clean Prn:00005000 nb pass:5",
        "Cpt imp:00000025000 next clean Prn:00005000 nb pass:5",
        "xCpt imp:00025000 next clean Prn:00005000 nb pass:5",
    ] {
        assert_eq!(passes(text), None, "{text}");
    }
}
