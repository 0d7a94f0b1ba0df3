#![expect(clippy::unwrap_used, reason = "tests")]
//! Streams, whole, cut and spoiled.

use proptest::prelude::*;

use super::*;

/// One row of a resin plane of a linear head.
const ROW: usize = 84;

fn page(header: &str, planes: &[(char, Vec<u8>)]) -> Vec<u8> {
    let mut stream = vec![5; 64];
    stream.push(SOH);
    stream.extend(header.bytes());
    stream.push(FS);
    for (letter, bytes) in planes {
        stream.extend(bytes);
        stream.extend([FS, *letter as u8, b':']);
    }
    stream.push(ETX);
    stream
}

fn resin(rows: usize) -> Vec<u8> {
    // Every byte that means something elsewhere stands in the picture, too.
    [ETX, SOH, FS, 5, b',', b'K', b':']
        .into_iter()
        .cycle()
        .take(rows * ROW)
        .collect()
}

fn all(parser: &mut Parser, mut input: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    while !input.is_empty() {
        let (read, event) = parser.take(input);
        events.extend(event);
        input = &input[read..];
    }
    events
}

fn linear() -> Parser {
    Parser::new(HeadLayout::Linear, false)
}

fn shape(events: &[Event]) -> Vec<&'static str> {
    events
        .iter()
        .map(|event| match event {
            Event::Text(_) => "text",
            Event::PageBegins(_) => "begins",
            Event::Plane(..) => "plane",
            Event::PageEnds => "ends",
            Event::Broken(_) => "broken",
        })
        .collect()
}

#[test]
fn requests_come_in_every_form_that_programs_send() {
    for bytes in [
        &b"\x01,REQ,INF,\x1C\x03"[..],
        b"\x01REQ,INF,\x1C\x03",
        b"\x05\x05\x05\x05\x05\x05\x05\x05\x05\x01REQ,INF\x1C\x03",
        b"\x05\x01,REQ,INF,\x1C\x03",
        b"\x01,REQ\x00\x80,I\x05NF,\x1C\x03",
    ] {
        let events = all(&mut linear(), bytes);
        let [Event::Text(header)] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!(header.fields, ["REQ", "INF"]);
    }
}

#[test]
fn a_page_is_read_by_its_sizes_and_not_by_its_bytes() {
    let planes = [('K', resin(3))];
    let stream = page(",NOC1,KEE,SZK252", &planes);
    let mut parser = linear();
    let events = all(&mut parser, &[stream.clone(), stream].concat());
    assert_eq!(
        shape(&events),
        ["begins", "plane", "ends", "begins", "plane", "ends"]
    );
    assert_eq!(events[1], Event::Plane(Panel::K, resin(3)));
    assert!(!parser.in_page());
}

#[test]
fn a_wrong_trailer_spoils_the_page_and_the_next_one_is_read() {
    let good = page("NOC1,KEE,SZK84", &[('K', resin(1))]);
    for bad in [
        page("NOC1,KEE,SZK84", &[('B', vec![0; ROW])]),
        page("NOC1,KEE,SZK84", &[('K', vec![0; ROW + 1])]),
        page("NOC1,KGE2,SZK96", &[('K', vec![0; 96])]),
        page("NOC1,KEE,SZK85", &[('K', vec![0; 85])]),
        page("NOC1,KEE,SZK99999996", &[]),
        page("NOC1,KEE,SZB84,SZK84", &[]),
    ] {
        let events = all(&mut linear(), &[bad, good.clone()].concat());
        let shape = shape(&events);
        assert!(shape.contains(&"broken"), "{shape:?}");
        assert!(shape.ends_with(&["begins", "plane", "ends"]), "{shape:?}");
    }
}

#[test]
fn a_header_without_end_is_given_up() {
    let stream = [vec![SOH], vec![b'A'; HEADER_BYTES_MAX + 1]].concat();
    assert_eq!(shape(&all(&mut linear(), &stream)), ["broken"]);
}

#[test]
fn a_firmware_image_is_passed_over() {
    let stream = b"\x01REQ,FRM12\x1C\x01,REQ,INF,\x1C\x03\x03\x01REQ,UPG,\x1C\x03";
    let events = all(&mut linear(), stream);
    let [Event::Text(header)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(header.fields, ["REQ", "UPG"]);
}

#[test]
fn after_a_pause_any_etx_ends_the_page_if_the_switch_says_so() {
    let stream = page("NOC1,KEE,SZK252", &[('K', vec![0xFF; 252])]);
    let cut = stream.len() - 100;
    for (any_etx, expected) in [
        (true, vec!["begins", "plane", "ends"]),
        (false, vec!["begins"]),
    ] {
        let mut parser = Parser::new(HeadLayout::Linear, any_etx);
        let mut events = all(&mut parser, &stream[..cut]);
        parser.pause();
        events.extend(all(&mut parser, b"\x01,REQ,INF,\x1C\x03"));
        assert_eq!(shape(&events), expected);
        assert_eq!(parser.in_page(), !any_etx);
    }
}

#[test]
fn a_page_that_is_cut_short_keeps_what_came() {
    let stream = page("NOC1,KEE,SZK252", &[('K', vec![0xFF; 252])]);
    let mut parser = linear();
    all(&mut parser, &stream[..stream.len() - 104]);
    let (panel, bytes) = parser.cut_short().unwrap();
    assert_eq!((panel, bytes.len()), (Panel::K, 252));
    assert_eq!((bytes[151], bytes[152]), (0xFF, 0));
    assert!(!parser.in_page());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_anywhere_it_is_the_same(
        noise in prop::collection::vec(any::<u8>(), 0..60),
        wrong in any::<bool>(),
        cuts in prop::collection::vec(1..90_usize, 1..20),
    ) {
        let letter = if wrong { 'G' } else { 'K' };
        let stream = [
            page("NOC1,KEE,SZB504,SZK84", &[('B', resin(6)), (letter, resin(1))]),
            noise,
            b"\x01,REQ,INF,\x1C\x03".to_vec(),
            page("PAG2,KEE,SZK84", &[('K', resin(1))]),
        ].concat();
        let whole = all(&mut linear(), &stream);
        let mut parser = linear();
        let mut cut = Vec::new();
        let mut rest = stream.as_slice();
        for length in cuts.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let length = length.min(rest.len());
            cut.extend(all(&mut parser, &rest[..length]));
            rest = &rest[length..];
        }
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn no_bytes_make_it_panic(input in prop::collection::vec(any::<u8>(), 0..2000), pauses in any::<bool>()) {
        let mut parser = Parser::new(HeadLayout::SplitHigh, true);
        let (first, second) = input.split_at(input.len() / 2);
        all(&mut parser, first);
        if pauses {
            parser.pause();
        }
        all(&mut parser, second);
        parser.cut_short();
    }
}
