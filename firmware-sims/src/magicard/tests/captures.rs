//! Streams made by real programs: each prints unchanged, and the card is the picture.
//!
//! The streams and their sources are told in `tests/vectors/magicard/README.md`. Bigger ones, and any others of the
//! same kind, are judged when `CETAK_CAPTURES` names a folder of them, packed by `xz` or not.

use std::path::Path;
use std::process::Command;

use image::RgbImage;

use super::*;
use crate::mechanism::{Card, Face};
use crate::tray;

macro_rules! vector {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/vectors/magicard/",
            $name
        ))
    };
}

const LINES: usize = 1016;
const COLUMNS: usize = 642;
/// The head dot over the card's edge.
const FIRST_DOT: usize = 15;

/// A stream that is kept as a grey picture: its length in four bytes, big end first, and its bytes.
fn unpacked(picture: &[u8]) -> Vec<u8> {
    let grey = image::load_from_memory(picture).unwrap().into_luma8();
    let bytes = grey.into_raw();
    let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
    bytes[4..4 + length].to_vec()
}

fn source(png: &[u8]) -> RgbImage {
    image::load_from_memory(png).unwrap().into_rgb8()
}

/// Pipes a stream into a printer as a host does that closes when all is sent.
fn printed(profile: &str, stream: &[u8]) -> Magicard {
    let profile = Profile::named(profile).unwrap();
    let mut printer = Magicard::new(profile, Switches::default(), FaultPlan::default());
    let mut uptime = 0;
    printer
        .hand(Hand::Load { blanks: blanks(20) }, uptime)
        .unwrap();
    printer.host_opened(uptime);
    for chunk in stream.chunks(8192) {
        let mut sent = 0;
        while sent < chunk.len() {
            let taken = printer.receive(&chunk[sent..], uptime);
            sent += taken;
            if taken == 0 {
                uptime = printer.next().expect("memory is freed some day");
                printer.advance(uptime);
            }
        }
    }
    printer.host_closed(uptime);
    while let Some(next) = printer.next() {
        printer.advance(next);
    }
    assert_eq!(printer.port_status(), 0x18);
    printer
}

/// One page of a stream, taken apart by a second reading of the format.
struct Wire {
    header: String,
    split: bool,
    planes: Vec<(char, Vec<u8>)>,
}

fn wire(stream: &[u8]) -> Vec<Wire> {
    let mut pages = Vec::new();
    let mut rest = stream;
    while let Some(begin) = rest.iter().position(|byte| *byte == 1) {
        let end = begin + rest[begin..].iter().position(|byte| *byte == 0x1C).unwrap();
        let header = String::from_utf8(rest[begin + 1..end].to_vec()).unwrap();
        rest = &rest[end + 1..];
        let mut planes = Vec::new();
        for field in header.split(',').filter(|field| field.starts_with("SZ")) {
            let (letter, size) = (field.chars().nth(2).unwrap(), field[3..].parse().unwrap());
            planes.push((letter, rest[..size].to_vec()));
            assert_eq!(rest[size..size + 3], [0x1C, letter as u8, b':']);
            rest = &rest[size + 3..];
        }
        assert_eq!(rest[0], 3);
        rest = &rest[1..];
        if !planes.is_empty() {
            let split = header.contains(",KGE2");
            pages.push(Wire {
                header,
                split,
                planes,
            });
        }
    }
    pages
}

/// The dot of one bit of a row, bits counted from the most significant of the first byte.
fn dot_of(split: bool, bit: usize) -> Option<usize> {
    if !split {
        return Some(bit);
    }
    let (word, place) = (bit / 32, bit % 32);
    match place % 2 {
        0 => word.checked_sub(6).map(|word| word * 16 + place / 2),
        _ => Some(288 + word * 16 + place / 2),
    }
}

/// Whether the wire's plane of that letter is on the face, everywhere, and nothing else is.
fn plane_is_on(face: &Face, page: &Wire, letter: char, turned: bool) {
    let row_bytes = if page.split { 96 } else { 84 };
    let bit_planes = if letter == 'K' { 1 } else { 6 };
    let bytes = page.planes.iter().find(|(there, _)| *there == letter);
    let mut expected = vec![0_u8; LINES * COLUMNS];
    for (row, line) in bytes
        .map_or(&[][..], |(_, bytes)| bytes)
        .chunks_exact(row_bytes * bit_planes)
        .enumerate()
    {
        for (index, byte) in line.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            for bit in (0..8).filter(|bit| byte & 0x80 >> bit != 0) {
                let dot = dot_of(page.split, index % row_bytes * 8 + bit).unwrap();
                let column = dot
                    .checked_sub(FIRST_DOT)
                    .filter(|column| *column < COLUMNS);
                let Some(column) = column else { continue };
                let at = if turned {
                    (LINES - 1 - row) * COLUMNS + COLUMNS - 1 - column
                } else {
                    row * COLUMNS + column
                };
                expected[at] |= 1 << (index / row_bytes);
            }
        }
    }
    let line_bytes = COLUMNS.div_ceil(8);
    let dye = match letter {
        'B' => &face.y,
        'G' => &face.m,
        'R' => &face.c,
        _ => &face.k,
    };
    let wrong = (0..LINES * COLUMNS).filter(|at| {
        let (line, column) = (at / COLUMNS, at % COLUMNS);
        let there = if dye.is_empty() {
            0
        } else if letter == 'K' {
            dye[line * line_bytes + column / 8] >> (7 - column % 8) & 1
        } else {
            dye[*at] >> 2
        };
        there != expected[*at]
    });
    assert_eq!(wrong.count(), 0, "plane {letter} of {}", page.header);
}

fn face_is_wire(face: &Face, page: &Wire, turned: bool) {
    for letter in ['B', 'G', 'R', 'K'] {
        plane_is_on(face, page, letter, turned);
    }
}

/// The card against the source: the pipeline that made the streams moved the picture down by one row.
fn samples_are_source(card: &Face, source: &RgbImage) {
    let picture = tray::picture(card, profile_geometry());
    let aside = (source.width() as usize - COLUMNS) / 2;
    let mut wrong = 0;
    for line in 0..LINES {
        for column in 0..COLUMNS {
            let on_card = picture.get_pixel(line as u32, (COLUMNS - 1 - column) as u32);
            let wanted = match line.checked_sub(1) {
                Some(row) => *source.get_pixel((column + aside) as u32, row as u32),
                None => image::Rgb([255; 3]),
            };
            let sample = |channel: u8| (255 - channel) >> 2;
            wrong += u32::from(on_card.0.map(sample) != wanted.0.map(sample));
        }
    }
    assert_eq!(wrong, 0, "dots of {}", LINES * COLUMNS);
}

fn profile_geometry() -> crate::mechanism::Geometry {
    let profile = Profile::named("magicard-enduro").unwrap();
    profile.fittings.geometry
}

/// Resin dots of a front as the source's rows and columns see them.
fn resin_at(face: &Face, row: usize, column: usize) -> bool {
    let line_bytes = COLUMNS.div_ceil(8);
    face.k[(row + 1) * line_bytes + column / 8] & 0x80 >> (column % 8) != 0
}

fn resin_is_pure_black(face: &Face, source: &RgbImage) {
    let wrong = (0..(LINES - 1) * COLUMNS).filter(|at| {
        let (row, column) = (at / COLUMNS, at % COLUMNS);
        let black = source.get_pixel(column as u32, row as u32).0 == [0; 3];
        resin_at(face, row, column) != black
    });
    assert_eq!(wrong.count(), 0);
}

/// The maker's filter makes resin-only pages by error diffusion in wire order [code: ultra14].
fn diffused(source: &RgbImage) -> Vec<Vec<bool>> {
    let grey: Vec<Vec<i32>> = (0..LINES)
        .map(|row| {
            (0..COLUMNS)
                .map(|column| match (LINES - 2).checked_sub(row) {
                    Some(from) => {
                        let at = ((COLUMNS - 1 - column) as u32, from as u32);
                        let [r, g, b] = source.get_pixel(at.0, at.1).0.map(i32::from);
                        (74 * r + 155 * g + 27 * b) >> 8
                    }
                    None => 255,
                })
                .collect()
        })
        .collect();
    let mut black = vec![vec![false; COLUMNS]; LINES];
    let mut error = vec![vec![0_i32; COLUMNS]; LINES];
    let mut seed = 0_i32;
    let left = (0..LINES).map(|row| (row, 0));
    let right = (0..LINES).map(|row| (row, COLUMNS - 1));
    let top = (0..COLUMNS).map(|column| (0, column));
    let frame: [Vec<(usize, usize)>; 3] = [left.collect(), right.collect(), top.collect()];
    for line in frame {
        let mut carried = 0;
        for (row, column) in line {
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let value = grey[row][column] + carried;
            black[row][column] = value <= 127 + (seed >> 12) % 129 - 64;
            carried = value - if black[row][column] { 0 } else { 255 };
            error[row][column] = carried + (127 - value) / 2;
        }
    }
    for row in 1..LINES {
        for column in 1..COLUMNS - 1 {
            let above = &error[row - 1];
            let carried = 3 * above[column + 1] + 5 * above[column] + above[column - 1];
            let value = grey[row][column] + (carried + 7 * error[row][column - 1]) / 16;
            black[row][column] = value <= 127;
            error[row][column] = value - if black[row][column] { 0 } else { 255 };
        }
    }
    black
}

fn resin_is_diffused(face: &Face, source: &RgbImage) {
    let wanted = diffused(source);
    let line_bytes = COLUMNS.div_ceil(8);
    let wrong = (0..LINES * COLUMNS).filter(|at| {
        let (line, column) = (at / COLUMNS, at % COLUMNS);
        let there = face.k[line * line_bytes + column / 8] & 0x80 >> (column % 8) != 0;
        there != wanted[LINES - 1 - line][COLUMNS - 1 - column]
    });
    assert_eq!(wrong.count(), 0);
}

fn only_card(printer: &Magicard) -> &Card {
    let [card] = printer.mechanism().output() else {
        panic!("{:?}", printer.mechanism().output());
    };
    printer.mechanism().card(*card).unwrap()
}

#[test]
fn corner_marks_of_both_programs_are_the_source() {
    let stream = unpacked(vector!("enduro_corners_ymc.prn.png"));
    let printer = printed("magicard-enduro", &stream);
    let card = only_card(&printer);
    samples_are_source(&card.front, &source(vector!("src-corners-642.png")));
    face_is_wire(&card.front, &wire(&stream)[0], true);
    assert_eq!(card.looks(), Looks::Whole);

    let stream = unpacked(vector!("tango2e_corners.bin.png"));
    let printer = printed("magicard-rio2", &stream);
    let card = only_card(&printer);
    samples_are_source(&card.front, &source(vector!("src-corners-672.png")));
    face_is_wire(&card.front, &wire(&stream)[0], false);
    assert!(card.front.o.is_empty(), "the header says OVROFF");
    assert_eq!(card.looks(), Looks::Whole);
}

#[test]
fn an_empty_picture_feeds_a_card_and_leaves_it_white() {
    let stream = unpacked(vector!("enduro_white.prn.png"));
    let printer = printed("magicard-enduro", &stream);
    let card = only_card(&printer);
    samples_are_source(&card.front, &source(vector!("src-white-642.png")));
    assert_eq!(card.looks(), Looks::Blank);
    assert!(card.front.y.is_empty(), "no such plane came");
}

#[test]
fn text_in_resin_is_the_source() {
    let text = source(vector!("src-text-672.png"));
    for stream in [
        &vector!("tango2e_text_resin_oc.bin.png")[..],
        vector!("tango2e_mag.bin.png"),
    ] {
        let stream = unpacked(stream);
        let printer = printed("magicard-tango2e", &stream);
        let card = only_card(&printer);
        samples_are_source(&card.front, &text);
        face_is_wire(&card.front, &wire(&stream)[0], false);
        assert!(card.front.touched_by(Panel::O));
        assert_eq!(card.looks(), Looks::Whole);
    }
}

#[test]
fn the_makers_text_has_its_resin_where_the_source_is_black() {
    let text = source(vector!("src-text-642.png"));
    let stream = unpacked(vector!("endurop_text.prn.png"));
    let printer = printed("magicard-enduro-plus", &stream);
    let card = only_card(&printer);
    // Its dye went through a colour table that no page has: it is judged by the wire.
    resin_is_pure_black(&card.front, &text);
    face_is_wire(&card.front, &wire(&stream)[0], true);

    let stream = unpacked(vector!("endurop_mono_k.prn.png"));
    let printer = printed("magicard-enduro-plus", &stream);
    let card = only_card(&printer);
    resin_is_diffused(&card.front, &text);
    face_is_wire(&card.front, &wire(&stream)[0], true);
}

#[test]
fn magnetic_tracks_of_a_real_stream_are_on_the_stripe() {
    let stream = unpacked(vector!("tango2e_mag.bin.png"));
    let printer = printed("magicard-rio2", &stream);
    let stripe = &only_card(&printer).stripe;
    assert_eq!(stripe.tracks[0].as_deref(), Some(&b"%DOE^JANE?"[..]));
    assert_eq!(stripe.tracks[1].as_deref(), Some(&b";1234567890=99?"[..]));
    assert!(stripe.high_coercivity && stripe.tracks[2].is_none());
}

#[test]
fn a_stream_that_comes_byte_by_byte_prints_the_same_card() {
    let stream = unpacked(vector!("endurop_mono_k.prn.png"));
    let whole = printed("magicard-enduro", &stream);
    let profile = Profile::named("magicard-enduro").unwrap();
    let mut printer = Magicard::new(profile, Switches::default(), FaultPlan::default());
    printer.hand(Hand::Load { blanks: blanks(2) }, 0).unwrap();
    printer.host_opened(0);
    for byte in &stream {
        assert_eq!(printer.receive(std::slice::from_ref(byte), 0), 1);
    }
    printer.advance(120 * SECOND);
    assert_eq!(only_card(&printer).front, only_card(&whole).front);
    assert_eq!(printer.transmit(), {
        let mut printer = whole;
        printer.host_opened(printer.uptime);
        printer.transmit()
    });
}

#[test]
fn status_requests_of_a_real_program_are_answered_one_by_one() {
    let profile = Profile::named("magicard-rio2").unwrap();
    let mut printer = Magicard::new(profile, Switches::default(), FaultPlan::default());
    printer.host_opened(0);
    let commands = vector!("cmd_s.bin");
    let keys: Vec<String> = commands
        .split(|byte| *byte == 3)
        .filter(|request| request.len() > 3)
        .map(|request| {
            let text = String::from_utf8_lossy(request);
            text[text.len() - 5..text.len() - 2].to_owned()
        })
        .collect();
    assert_eq!(keys.len(), 28);
    for (request, key) in commands.split_inclusive(|byte| *byte == 3).zip(&keys) {
        assert_eq!(printer.receive(request, 0), request.len());
        let reply = printer.transmit();
        assert!(reply.len() <= 256, "one read of the program");
        // It skips eight bytes and takes two off the end.
        let value = String::from_utf8(reply[8..reply.len() - 2].to_vec()).unwrap();
        assert_eq!(reply[..5], *b"\x01STA,", "{key}");
        assert_eq!(reply[5..8], *key.as_bytes());
        assert_eq!(reply[reply.len() - 2..], *b",\x03");
        match key.as_str() {
            "MSR" => assert_eq!(value, "R00000000001"),
            "TCQ" | "TPQ" => assert_eq!(value, "0"),
            "DFR" => assert_eq!(value, "300"),
            _ => {}
        }
    }
    printer.receive(vector!("cmd_I.bin"), 0);
    assert_eq!(printer.transmit(), b"CAM1 OFF\x03CAM2 ON\x03TACHO OFF\x03");
    printer.receive(vector!("cmd_q.bin"), 0);
    let reply = String::from_utf8(printer.transmit()).unwrap();
    assert_eq!(reply.matches('\u{3}').count(), 3);
}

#[test]
fn eject_test_card_and_reset_of_a_real_program_are_carried_out() {
    let profile = Profile::named("magicard-rio2").unwrap();
    let mut printer = Magicard::new(profile, Switches::default(), FaultPlan::default());
    printer.hand(Hand::Load { blanks: blanks(3) }, 0).unwrap();
    printer.host_opened(0);
    printer.receive(vector!("cmd_E.bin"), 0);
    printer.advance(10 * SECOND);
    assert_eq!(printer.mechanism().picked(), 0, "an eject feeds nothing");
    printer.receive(vector!("cmd_T.bin"), 10 * SECOND);
    printer.advance(100 * SECOND);
    assert_eq!(only_card(&printer).looks(), Looks::Whole);
    printer.receive(vector!("cmd_R.bin"), 100 * SECOND);
    assert_eq!(printer.port_status(), 0);
    printer.advance(120 * SECOND);
    assert_eq!(printer.port_status(), 0x18);
}

/// Every stream of a folder against the second reading, and against its source where the name tells it.
#[test]
fn every_stream_of_the_folder_that_is_named_prints_its_pages() {
    let Ok(folder) = std::env::var("CETAK_CAPTURES") else {
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("cmd_") && name != "src")
        .filter(|name| {
            let name = name.trim_end_matches(".xz");
            name.ends_with(".prn") || name.ends_with(".bin")
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no streams in {folder}");
    for name in names {
        judge(&name, &read(&Path::new(&folder).join(&name)));
    }
}

fn read(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|extension| extension == "xz") {
        let unpacked = Command::new("xz").arg("-dc").arg(path).output().unwrap();
        assert!(unpacked.status.success());
        return unpacked.stdout;
    }
    std::fs::read(path).unwrap()
}

fn judge(name: &str, stream: &[u8]) {
    let pages = wire(stream);
    let profile = if pages[0].split {
        "magicard-enduro-plus"
    } else {
        "magicard-tango2e"
    };
    let printer = printed(profile, stream);
    let output = printer.mechanism().output();
    let cards = pages
        .iter()
        .filter(|page| !page.header.contains(",PAG2"))
        .count();
    assert_eq!(output.len(), cards, "{name}");
    let text_642 = source(vector!("src-text-642.png"));
    let text_672 = source(vector!("src-text-672.png"));
    let mut next = 0;
    for (number, page) in pages.iter().enumerate() {
        let back = page.header.contains(",PAG2");
        if !back {
            next += 1;
        }
        let card = printer.mechanism().card(output[next - 1]).unwrap();
        let face = if back { &card.back } else { &card.front };
        face_is_wire(face, page, page.split || back);
        let stem = name.split('.').next().unwrap_or_default();
        match (stem, number) {
            ("enduro_corners_ymc", _) => {
                samples_are_source(face, &source(vector!("src-corners-642.png")));
            }
            ("enduro_white", _) => samples_are_source(face, &source(vector!("src-white-642.png"))),
            ("endurop_mono_k", _) => resin_is_diffused(face, &text_642),
            ("endurop_text", _) | ("endurop_duplex", 1) => resin_is_pure_black(face, &text_642),
            ("tango2e_corners", _) => {
                samples_are_source(face, &source(vector!("src-corners-672.png")));
            }
            ("tango2e_text_resin_oc" | "tango2e_mag", _) | ("tango2e_duplex", 1) => {
                samples_are_source(face, &text_672);
            }
            _ => {}
        }
        println!(
            "{name}: page {number} on card {next} {}",
            if back { "back" } else { "front" }
        );
    }
}
