#![expect(clippy::unwrap_used, reason = "tests")]
//! The command stream: names, numbers, brackets, both packers.

use super::*;

const RULES: Rules = Rules {
    memory: Geometry {
        columns: 652,
        lines: 1048,
    },
    card: Geometry {
        columns: 640,
        lines: 1024,
    },
    number: NumberReading::Strict,
    escape_restarts: true,
    initiator: None,
    open_area: None,
};

fn read_under(rules: &Rules, stream: &[u8]) -> Vec<Parsed> {
    let mut parser = Parser::new();
    let mut rest = stream;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (read, parsed) = parser.take(rest, rules);
        rest = &rest[read..];
        all.extend(parsed);
    }
    all
}

fn read(stream: &[u8]) -> Vec<Parsed> {
    read_under(&RULES, stream)
}

fn text(name: &'static str, rest: &[u8]) -> Parsed {
    Parsed::Text {
        name,
        rest: rest.to_vec(),
    }
}

fn open(bytes: usize) -> Rules {
    let area = OpenArea {
        varnish: false,
        bytes,
        packed: true,
        checksum: false,
    };
    Rules {
        open_area: Some(area),
        ..RULES
    }
}

fn colour(width: usize, height: usize, packed: &[u8]) -> Parsed {
    let head = format!("\x1BGS 0 30 0 0 {width} {height} ");
    let stream = [head.as_bytes(), packed, b"\r"].concat();
    let mut all = read(&stream);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn dots(parsed: Parsed) -> Vec<u8> {
    let Parsed::Colour { dots, .. } = parsed else {
        panic!("{parsed:?}");
    };
    dots
}

#[test]
fn the_manuals_example_is_one_text_command() {
    let stream =
        crate::hex::decode("1B5420313030203130302030203120323020333020312054657874").unwrap();
    let stream = [stream, vec![0x0D]].concat();
    assert_eq!(read(&stream), [text("T", b"100 100 0 1 20 30 1 Text")]);
}

#[test]
fn names_are_the_longest_that_a_space_a_digit_or_nothing_follows() {
    for (stream, expected) in [
        (&b"\x1B.\r"[..], text(".", b"")),
        (b"\x1BI 10\r", text("I", b"10")),
        (b"\x1BIV 31\r", text("IV", b"31")),
        (b"\x1BA1\r", text("A", b"1")),
        (b"\x1B&L1\r", text("&L", b"1")),
        (b"\x1B&E*\r", text("&E*", b"")),
        (b"\x1B&CDEW 0 0\r", text("&CDEW", b"0 0")),
        (b"\x1B+$C 0 5\r", text("+$C", b"0 5")),
        (b"\x1B+CV 3\r", text("+CV", b"3")),
        (b"\x1BIX\r", Parsed::Refused(Code::UNKNOWN)),
        (b"\x1BMOzz\r", Parsed::Refused(Code::UNKNOWN)),
        (b"\x1Bi\r", Parsed::Refused(Code::UNKNOWN)),
        (b"\x1B[\r", Parsed::Refused(Code::UNKNOWN)),
        (b"\x1BGS 0 30\r", Parsed::Refused(Code::PARAMETER)),
    ] {
        assert_eq!(
            read(stream),
            [expected],
            "{}",
            String::from_utf8_lossy(stream)
        );
    }
}

#[test]
fn bytes_outside_a_command_are_skipped() {
    assert_eq!(
        read(b"zz\r\nMO\r\x1BF\r\n\x1BvF\r"),
        [text("F", b""), text("vF", b"")]
    );
    assert_eq!(read(b"\x1B\r\x1B\rF\r"), []);
}

#[test]
fn a_second_initiator_begins_a_command_too() {
    let rules = Rules {
        initiator: Some(b'~'),
        ..RULES
    };
    assert_eq!(
        read_under(&rules, b"~F\r\x1BvF\r"),
        [text("F", b""), text("vF", b"")]
    );
    assert_eq!(read(b"~F\r"), []);
}

#[test]
fn escape_in_a_text_starts_anew_or_is_a_letter() {
    assert_eq!(read(b"\x1BM 1 IS\x1BF\r"), [text("F", b"")]);
    let rules = Rules {
        escape_restarts: false,
        ..RULES
    };
    assert_eq!(
        read_under(&rules, b"\x1BF\x1BF\r"),
        [Parsed::Refused(Code::UNKNOWN)]
    );
}

#[test]
fn the_pages_colour_examples_are_unpacked() {
    let expected = [[0; 5].as_slice(), &[31, 31, 13, 27, 7, 7, 7, 1]].concat();
    let packed = [0x85, 0x00, 0x82, 0x1F, 0x0D, 0x1B, 0x83, 0x07, 0x01];
    assert_eq!(dots(colour(1, 13, &packed)), expected);
    assert_eq!(
        dots(colour(2, 2, &[0x81, 0x0D, 0x82, 0x1B, 0x05])),
        [13, 27, 27, 5]
    );
    let blank = [0xFF, 0x00, 0xFF, 0x00, 0xAE, 0x00];
    assert_eq!(
        dots(colour(3, 100, &blank)),
        [0; 300],
        "runs cross line ends"
    );
}

#[test]
fn the_pages_mono_examples_are_unpacked() {
    for (packed, plain) in [
        ("D000", "00".repeat(80)),
        ("FF00A100", "00".repeat(160)),
        (
            "830006FF0F3C81AA5585FF0100",
            "000000FF0F3C81AA55FFFFFFFFFF00".to_owned(),
        ),
        ("81A503010203", "A5010203".to_owned()),
    ] {
        let plain = crate::hex::decode(&plain).unwrap();
        let packed = crate::hex::decode(packed).unwrap();
        let stream = [b"\x1BZ", packed.as_slice(), b"\r"].concat();
        assert_eq!(
            read_under(&open(plain.len()), &stream),
            [Parsed::Lines(plain)]
        );
    }
    // A literal of 60, above the manual's own limit, as in its printed bitmap.
    let literal: Vec<u8> = (0..60).collect();
    let stream = [b"\x1BZ\x81\x07\x3C", literal.as_slice(), b"\r"].concat();
    let plain = [&[7], literal.as_slice()].concat();
    assert_eq!(read_under(&open(61), &stream), [Parsed::Lines(plain)]);
}

#[test]
fn returns_escapes_and_brackets_in_counted_data_are_data() {
    let data = [0x1B, 0x0D, 0x5B, 0x0A];
    let stream = [b"\x1BGS 0 32 0 0 2 2 ".as_slice(), &data, b"\r\x1BF\r"].concat();
    let all = read(&stream);
    assert_eq!(all.len(), 2);
    assert_eq!(all[1], text("F", b""));
    assert_eq!(dots(all[0].clone()), [3, 1, 11, 1]);
}

#[test]
fn data_that_are_no_picture_are_refused_and_the_stream_stays_in_step() {
    let refused = Parsed::Refused(Code::GRAPHIC_DATA);
    for (what, packed) in [
        ("first token is a dot", &[0x05, 0x83, 0x00][..]),
        ("a run beyond the end", &[0x85, 0x00]),
        ("a level above 31", &[0x81, 0x00, 0x20, 0x82, 0x00]),
        ("more bytes than declared", &[0x84, 0x00, 0x81, 0x00]),
    ] {
        assert_eq!(colour(2, 2, packed), refused, "{what}");
    }
    let stream = [b"\x1BZ\x03\x01\x02\x03\r".as_slice(), b"\x1BF\r"].concat();
    let all = read_under(&open(3), &stream);
    assert_eq!(
        all,
        [refused.clone(), text("F", b"")],
        "the mono packer, too"
    );
    let stream = b"\x1BZ\x81\x01\x05\x01\x02\r\x1BF\r";
    assert_eq!(
        read_under(&open(3), stream),
        [refused, text("F", b"")],
        "a literal beyond the end"
    );
}

#[test]
fn areas_that_do_not_fit_are_counted_and_refused() {
    let blank = |head: &str, dots: usize| {
        let data = vec![0; dots];
        read(&[head.as_bytes(), &data, b"\r\x1BF\r"].concat())
    };
    for (head, dots, code) in [
        ("\x1BGS 0 32 0 0 1049 1 ", 1049, Code::TOO_WIDE),
        ("\x1BGS 0 32 1 0 1048 1 ", 1048, Code::TOO_WIDE),
        ("\x1BGS 0 32 0 0 1 653 ", 653, Code::TOO_HIGH),
        ("\x1BGS 0 32 0 640 1 13 ", 13, Code::TOO_HIGH),
        ("\x1BGS 4 32 0 0 1 8 ", 8, Code::PARAMETER),
        ("\x1BGS 0 31 0 0 1 1 ", 0, Code::PARAMETER),
        ("\x1BGS 0 32 0 0 0 1 ", 0, Code::PARAMETER),
        ("\x1BGS 0 32 0 0 99999 99999 ", 0, Code::TOO_WIDE),
        ("\x1BPS 9 32 ", 640 * 1024, Code::PARAMETER),
    ] {
        assert_eq!(
            blank(head, dots),
            [Parsed::Refused(code), text("F", b"")],
            "{head}"
        );
    }
    let plane = blank("\x1BPS 2 32 ", 640 * 1024);
    let [Parsed::Colour { area, dots }, _] = plane.as_slice() else {
        panic!("a plane of the whole card");
    };
    assert_eq!(
        (area.buffer, area.width, area.height, dots.len()),
        (2, 1024, 640, 655_360)
    );
}

#[test]
fn the_largest_areas_that_were_used_are_taken() {
    for (width, height) in [(1024, 640), (1029, 645), (1048, 652)] {
        let mut left = width * height;
        let mut packed = Vec::new();
        while left > 0 {
            let run = left.min(127);
            packed.extend([0x80 | u8::try_from(run).unwrap(), 0]);
            left -= run;
        }
        if width == 1024 {
            assert_eq!(packed.len(), 10_322, "a blank plane's size on the page");
        }
        assert_eq!(dots(colour(width, height, &packed)).len(), width * height);
    }
}

#[test]
fn lines_without_an_open_area_are_skipped_to_a_return() {
    assert_eq!(
        read(b"\x1BZ\x81\x00\r\x1BF\r"),
        [Parsed::Refused(Code::IMAGE_INIT), text("F", b"")]
    );
    let stream = b"\x1BvZ\x83\x00\r";
    assert_eq!(
        read_under(&open(3), stream),
        [Parsed::Refused(Code::IMAGE_INIT)],
        "the other buffer's"
    );
}

#[test]
fn a_line_ends_at_a_return_that_no_bracket_precedes() {
    let all = read(b"\x1BO\x01[\r[\x1B[[\x02\r\x1BvO\xFF\r");
    let line = |varnish, data: &[u8]| Parsed::Line {
        varnish,
        data: data.to_vec(),
    };
    assert_eq!(
        all,
        [line(false, &[1, 13, 27, 0x5B, 2]), line(true, &[0xFF])]
    );
}

#[test]
fn an_endless_text_or_line_is_refused_with_little_memory() {
    let long = vec![b'M'; 10_000];
    let stream = [b"\x1B", long.as_slice(), b"\r\x1BF\r"].concat();
    assert_eq!(
        read(&stream),
        [Parsed::Refused(Code::PARAMETER), text("F", b"")]
    );
    let stream = [b"\x1BO", long.as_slice(), b"\r\x1BF\r"].concat();
    assert_eq!(
        read(&stream),
        [Parsed::Refused(Code::GRAPHIC_DATA), text("F", b"")]
    );
}

#[test]
fn half_a_download_is_one_until_it_is_dropped() {
    let mut parser = Parser::new();
    assert_eq!(parser.take(b"\x1BM 1 IS", &RULES), (7, None));
    assert!(
        !parser.in_download() && !parser.drop_download(),
        "a text is none"
    );
    let mut parser = Parser::new();
    parser.take(b"\x1BGS 0 32 0 0 2 2 \x01", &RULES);
    assert!(parser.in_download() && parser.drop_download());
    assert_eq!(parser.take(b"\x1BF\r", &RULES), (3, Some(text("F", b""))));
}

#[test]
fn trailing_letters_are_an_error_or_ignored() {
    for (number, expected) in [
        (NumberReading::Strict, None),
        (NumberReading::TrailingLettersIgnored, Some(31)),
    ] {
        assert_eq!(Params::new(b"31zz", number).number().ok(), expected);
        assert_eq!(Params::new(b"zz", number).number(), Err(Code::PARAMETER));
        assert_eq!(Params::new(b"", number).number(), Err(Code::PARAMETER));
        assert_eq!(
            Params::new(b"123456", number).number(),
            Err(Code::PARAMETER)
        );
    }
}
