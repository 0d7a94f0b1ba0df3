//! Wire: what is emitted is parsed, and no bytes make a parser panic.

use bytes::Bytes;
use proptest::prelude::*;

use super::fake::SMALL;
use crate::contract::{Fault, Ribbon};
use crate::evolis::download::{Depth, Download, FULL, Form, Panel};
use crate::evolis::status::{Decoded, Said, StatusWord, TEXTS, classify, decode};
use crate::evolis::wire::*;

fn any_word() -> impl Strategy<Value = Word> {
    prop_oneof![
        (0..Word::CATALOGUE.len()).prop_map(|at| Word::CATALOGUE[at]),
        any::<u32>().prop_map(|nonce| Word::Echo(Nonce(nonce))),
    ]
}

fn any_download() -> impl Strategy<Value = Download> {
    let data = proptest::collection::vec(any::<u8>(), SMALL.lines..SMALL.lines * 20);
    (0..5usize, 0..3usize, 0..5u8, 0..SMALL.lines, data).prop_map(
        |(panel, depth, form, first, data)| {
            let panel = Panel::ALL[panel];
            let depth = if panel.is_dye() {
                Depth::ALL[depth]
            } else {
                Depth::Levels128
            };
            let bits = if panel.is_dye() { depth.bits() } else { 1 };
            let lines = SMALL.lines - first;
            let (form, length) = match form {
                0 => (Form::Full, SMALL.panel_bytes(bits)),
                1 => (Form::Compressed { first: None }, data.len()),
                2 => (Form::Compressed { first: Some(first) }, data.len()),
                3 if panel.is_dye() => (
                    Form::Partial { first, lines },
                    lines * SMALL.line_bytes(bits),
                ),
                4 if panel.is_dye() => (Form::PartialCompressed { first }, data.len()),
                _ => (Form::Full, SMALL.panel_bytes(bits)),
            };
            let data: Vec<u8> = data.into_iter().cycle().take(length).collect();
            Download {
                panel,
                depth,
                form,
                data: Bytes::from(data),
            }
        },
    )
}

proptest! {
    #[test]
    fn a_word_is_parsed_as_it_was_emitted(word in any_word(), rest in any::<Vec<u8>>()) {
        let mut bytes = word.emit().to_vec();
        let length = bytes.len();
        for short in 0..length {
            prop_assert_eq!(Word::parse(&bytes[..short]), Err(WireError::Short));
        }
        bytes.extend(rest);
        prop_assert_eq!(Word::parse(&bytes), Ok((word, length)));
    }

    #[test]
    fn a_download_is_parsed_as_it_was_emitted(download in any_download(), rest in any::<Vec<u8>>()) {
        let mut bytes = download.emit().to_vec();
        let length = bytes.len();
        for short in [0, 1, 3, 8, length - 1] {
            prop_assert_eq!(Download::parse(&bytes[..short], SMALL), Err(WireError::Short));
        }
        bytes.extend(rest);
        prop_assert_eq!(Download::parse(&bytes, SMALL), Ok((download, length)));
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in any::<Vec<u8>>(), letters in "\\x1b?(Db|Dbc|Dbp|Dbpc|Rlr|Echo);[ymcko0-9;]{0,20}") {
        let _ = Word::parse(&bytes);
        let _ = Download::parse(&bytes, FULL);
        let _ = Word::parse(letters.as_bytes());
        let _ = Download::parse(letters.as_bytes(), SMALL);
        for handshake in [Handshake::Replies, Handshake::AckNack] {
            let mut replies = Replies::new(handshake);
            replies.take(&bytes);
            replies.end_partial();
            while let Some(reply) = replies.pop() {
                let _ = classify(&reply);
            }
        }
    }

    #[test]
    fn answers_are_the_same_wherever_they_are_cut(bytes in "[A-Z0-9 ,\\x00\\x06\\x15]{0,60}", at in 0..60usize) {
        for handshake in [Handshake::Replies, Handshake::AckNack] {
            let bytes = bytes.as_bytes();
            let at = at.min(bytes.len());
            let mut whole = Replies::new(handshake);
            whole.take(bytes);
            let mut cut = Replies::new(handshake);
            cut.take(&bytes[..at]);
            cut.take(&bytes[at..]);
            loop {
                let (one, other) = (whole.pop(), cut.pop());
                prop_assert_eq!(&one, &other);
                if one.is_none() {
                    break;
                }
            }
        }
    }
}

#[test]
fn sizes_are_those_of_real_streams() {
    let sizes: Vec<usize> = [1, 5, 6, 7].map(|bits| FULL.panel_bytes(bits)).to_vec();
    assert_eq!(sizes, [82_296, 411_480, 493_776, 576_072]);
    let white = Download {
        panel: Panel::Yellow,
        depth: Depth::Levels32,
        form: Form::Compressed { first: None },
        data: Bytes::from([0x80, 0x00].repeat(1016)),
    };
    assert!(white.emit().starts_with(b"\x1bDbc;y;32;2032;\x80\x00"));
    let seven = Download {
        panel: Panel::Cyan,
        depth: Depth::Levels128,
        form: Form::Full,
        data: Bytes::from(vec![0; 576_072]),
    };
    assert_eq!(seven.emit().len(), 576_083);
}

#[test]
fn the_third_number_of_a_compressed_download_tells_the_forms_apart() {
    let mut bytes = b"\x1bDbc;k;2;0;1016;".to_vec();
    bytes.extend([0; 1016]);
    bytes.push(CR);
    let (download, _) = Download::parse(&bytes, FULL).unwrap();
    assert_eq!(download.form, Form::Compressed { first: Some(0) });
    // A payload that begins like a number changes nothing.
    let mut bytes = b"\x1bDbc;k;2;1016;".to_vec();
    bytes.extend(b"12;");
    bytes.extend([0; 1013]);
    bytes.push(CR);
    let (download, _) = Download::parse(&bytes, FULL).unwrap();
    assert_eq!(download.form, Form::Compressed { first: None });
    assert_eq!(download.data.len(), 1016);
}

#[test]
fn a_partial_download_has_at_most_420_lines() {
    let header = |lines: usize| format!("\x1bDbp;y;32;10;{lines};");
    let parse = |lines| Download::parse(header(lines).as_bytes(), FULL);
    assert_eq!(parse(420), Err(WireError::Short));
    assert_eq!(parse(421), Err(WireError::Parameter { position: 4 }));
    let black = Download::parse(b"\x1bDbp;k;2;0;10;", FULL);
    assert_eq!(black, Err(WireError::Parameter { position: 1 }));
}

#[test]
fn every_spelling_of_the_catalogue_is_known() {
    for (text, fault) in TEXTS {
        let reply = Reply::Text((*text).to_owned());
        assert_eq!(classify(&reply), Said::Fault(fault.clone()), "{text}");
    }
    let text = |text: &str| classify(&Reply::Text(text.to_owned()));
    assert_eq!(text("OK"), Said::Ok);
    assert_eq!(text("ERR CARD"), Said::Text("ERR CARD".to_owned()));
    assert_eq!(text("5,00 Volts"), Said::Text("5,00 Volts".to_owned()));
    assert_eq!(text("OKAY"), Said::Text("OKAY".to_owned()));
    let unlisted = Fault::Unlisted("ERROR ??NEW".to_owned());
    assert_eq!(text("ERROR \u{7}\u{e9}NEW"), Said::Fault(unlisted));
    assert_eq!(classify(&Reply::Nak(b'C')), Said::Fault(Fault::CoverOpen));
    assert_eq!(classify(&Reply::Ack), Said::Ok);
    let strange = Fault::Unlisted("NAK 7A".to_owned());
    assert_eq!(classify(&Reply::Nak(b'z')), Said::Fault(strange));
}

#[test]
fn every_bit_of_every_status_word_is_decoded_once() {
    let chain = [
        0x0800_0000,
        0,
        0,
        0,
        0x8000_0000,
        0x8000_0000,
        0x8000_0000,
        0,
    ];
    let mut known = 0;
    for (at, word) in StatusWord::ALL.into_iter().enumerate() {
        for shift in 0..32 {
            let mask = 1u32 << shift;
            let mut words = chain;
            words[at] |= mask;
            let found: Vec<Decoded> = decode(&words)
                .into_iter()
                .filter(|decoded| match decoded {
                    Decoded::Known(bit) => (bit.word, bit.mask) == (word, mask),
                    Decoded::Unknown { word: w, mask: m } => (*w, *m) == (word, mask),
                })
                .collect();
            assert_eq!(found.len(), 1, "{word:?} {mask:08x}");
            if let Decoded::Known(bit) = &found[0] {
                known += 1;
                assert!(!bit.keyword.is_empty());
                let reason = bit.reason;
                let suffixed = ["-report", "-warning", "-error"]
                    .iter()
                    .any(|suffix| reason.ends_with(suffix));
                assert!(reason == "none" || suffixed, "{reason}");
                if word == StatusWord::Error {
                    assert!(bit.fault.is_some(), "{} stops a job", bit.keyword);
                }
            }
        }
    }
    let table = crate::evolis::status_bits::BITS;
    assert_eq!(
        known,
        table.len(),
        "no row of the table names a bit twice or two at once"
    );
    assert!(decode(&[0; 8]).is_empty());
    let unannounced = [0, 0, 0, 0, u32::MAX, u32::MAX, u32::MAX, u32::MAX];
    assert!(
        decode(&unannounced).is_empty(),
        "no chain bit, no extension"
    );
}

#[test]
fn words_that_act_are_exactly_those_that_begin_with_s() {
    for word in Word::CATALOGUE {
        assert_eq!(word.acts(), word.text().starts_with('S'), "{word:?}");
        assert_eq!(word.wants_text(), word.text().starts_with('R'), "{word:?}");
    }
    assert_eq!(
        Word::Ribbon(Ribbon::Ymckok).emit().as_ref(),
        b"\x1bPr;ymckok\r"
    );
}
