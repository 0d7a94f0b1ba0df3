//! Streams of two third-party programs, rebuilt from their source pictures: headers, planes, trailers, order.
//!
//! Each stream is known by its length and hash. Where the variable `CETAK_CAPTURES` names a folder with the unpacked
//! streams they are compared byte by byte as well, which shows where two streams part, and pictures that are not in
//! the set are read back from their planes.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::fake::{enduro, setup};
use crate::colour::Separation;
use crate::contract::*;
use crate::magicard::job::*;
use crate::magicard::magnetic::{Coercivity, Track};
use crate::magicard::models::find;
use crate::magicard::picture::{Recipe, job, job as picture_job};
use crate::magicard::raster::{HEAD_DOTS, Layout, Setting, unpack};
use crate::magicard::wire::{Key, Question};
use crate::magicard::{FULL, Holokote, Options};

macro_rules! vectors {
    ($kind:ident, $name:literal) => {
        $kind!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/vectors/magicard/",
            $name
        ))
    };
}

const STREAMS: &str = vectors!(include_str, "streams.txt");
const CORNERS: &[u8] = vectors!(include_bytes, "corners.runs");
const TEXT: &[u8] = vectors!(include_bytes, "text.runs");
const VALUES: &[u8] = vectors!(include_bytes, "values.bin");
const WHITE: &[u8] = &[];

/// The first card's dot of the head \[measured\].
const FIRST_DOT: usize = 15;

fn row(capture: &str, part: &str, columns: usize) -> Vec<&'static str> {
    STREAMS
        .lines()
        .map(|line| line.split(" | ").collect::<Vec<_>>())
        .find(|row| row.len() == columns && row[0] == capture && row[1] == part)
        .unwrap_or_else(|| panic!("{capture} {part}"))
}

fn header(capture: &str, part: &str) -> &'static str {
    row(capture, part, 3)[2]
}

#[track_caller]
fn check(capture: &str, part: &str, bytes: &[u8]) {
    let expected = row(capture, part, 4);
    let hash: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let is = (bytes.len().to_string(), hash);
    assert_eq!(
        (is.0.as_str(), is.1.as_str()),
        (expected[2], expected[3]),
        "{capture} {part}"
    );
}

/// The unpacked stream, where a folder with them is named.
fn stream(capture: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(std::env::var_os("CETAK_CAPTURES")?);
    let ending = if capture.starts_with("tango") {
        "bin"
    } else {
        "prn"
    };
    Some(std::fs::read(folder.join(format!("{capture}.{ending}"))).unwrap())
}

#[track_caller]
fn compare(capture: &str, bytes: &[u8]) {
    if let Some(stream) = stream(capture) {
        let parts = bytes
            .iter()
            .zip(&stream)
            .position(|(ours, theirs)| ours != theirs);
        assert_eq!((parts, bytes.len()), (None, stream.len()), "{capture}");
    }
    check(capture, "whole", bytes);
}

/// The landscape side of a portrait source: the pipeline that made the streams moved it down by one row
/// \[measured\], and row `x` of the portrait is column `x` of the landscape, its left edge at the bottom.
fn side(runs: &[u8], black: impl Fn([u8; 3]) -> bool) -> Side {
    let (width, height) = FULL;
    let mut dots = Vec::with_capacity(width * height);
    for run in runs.chunks_exact(5) {
        let count = usize::from(run[0]) * 256 + usize::from(run[1]);
        dots.extend(std::iter::repeat_n([run[2], run[3], run[4]], count));
    }
    dots.resize(width * height, [255; 3]);
    let mut rgb = vec![255; width * height * 3];
    let mut resin = BitPlane::clear(width, height);
    for x in 1..width {
        for column in 0..height {
            let y = height - 1 - column;
            let dot = dots[(x - 1) * height + column];
            rgb[(y * width + x) * 3..][..3].copy_from_slice(&dot);
            if black(dot) {
                resin.set(x, y);
            }
        }
    }
    Side {
        colour: Some(Colour { width, height, rgb }),
        resin,
        overlay: Overlay::Full,
    }
}

/// The maker's filter takes exact black for resin \[measured\].
fn exact_black(dot: [u8; 3]) -> bool {
    dot == [0; 3]
}

/// The public driver takes what would have full heat of every dye \[measured\].
fn full_heat(dot: [u8; 3]) -> bool {
    dot.iter().all(|light| (255 - light) >> 2 == 63)
}

fn setting(layout: Layout, turned: bool) -> Setting {
    Setting {
        layout,
        rows: FULL.0,
        columns: FULL.1,
        first_dot: FIRST_DOT,
        turned,
    }
}

fn keys() -> Holokote {
    Holokote {
        image: 1,
        custom: true,
        tiles: 0xFF_FFFF,
        turn: 0,
    }
}

fn maker(time: u32) -> Recipe {
    Recipe {
        front: setting(Layout::Kge2, true),
        back: setting(Layout::Kge2, true),
        ribbon: Ribbon::Ymcko,
        separation: Separation::default(),
        screens: false,
        header: Header {
            order: Order::Maker,
            layout: Layout::Kge2,
            version: "1.0-".to_owned(),
            language: "ENG",
            time: Some(time),
            resin_quality: Some("DEF"),
            film: None,
            verify: false,
            coercivity: Some(Coercivity::High),
            tracks: Vec::new(),
            slow: None,
            duplex: false,
            back: false,
            back_needs: None,
            image: "K",
            window: FULL,
            overcoat: Some(Overcoat {
                for_lamination: false,
                holokote: Some(keys()),
                areas: Vec::new(),
                holes: Vec::new(),
            }),
            correction: Some(3),
            dye_heat: NEUTRAL,
            resin_heat: NEUTRAL,
            overcoat_heat: NEUTRAL,
            head_trim: NEUTRAL,
            start_trim: NEUTRAL,
            end_trim: NEUTRAL,
        },
    }
}

fn back_end(time: u32) -> Recipe {
    let maker = maker(time);
    Recipe {
        front: setting(Layout::Kee, false),
        back: setting(Layout::Kee, true),
        header: Header {
            order: Order::BackEnd,
            layout: Layout::Kee,
            version: "5.3.4".to_owned(),
            resin_quality: None,
            coercivity: None,
            slow: Some(true),
            overcoat: Some(Overcoat {
                for_lamination: false,
                holokote: None,
                areas: Vec::new(),
                holes: Vec::new(),
            }),
            correction: None,
            ..maker.header
        },
        ..maker
    }
}

fn one(side: Side) -> CardImage {
    CardImage {
        front: side,
        back: None,
    }
}

/// The maker's filter asks twice before its first page \[measured\].
fn asked(job: &Job) -> Vec<u8> {
    let info = Question::Info.emit(crate::magicard::models::Speech::Enduro);
    [info.clone(), info, job.bytes()].concat()
}

fn header_of(page: &Page) -> String {
    let bytes = Job {
        pages: vec![page.clone()],
    }
    .bytes();
    let end = bytes.iter().position(|byte| *byte == 0x1C).unwrap();
    String::from_utf8(bytes[65..end].to_vec()).unwrap()
}

fn plane(page: &Page, ink: Ink) -> &[u8] {
    &page
        .planes
        .iter()
        .find(|plane| plane.ink == ink)
        .unwrap()
        .data
}

#[test]
fn enduro_corners_in_linear_colour_are_the_makers_bytes() {
    let mut recipe = maker(0x6B04_EFC2);
    recipe.header.correction = Some(0);
    let mut job = job(&one(side(CORNERS, |_| false)), &recipe).unwrap();
    // In the maker's mode without resin the image has another name.
    for field in &mut job.pages[0].fields {
        if field.name == "IMF" {
            field.value = "BGR".to_owned();
        }
    }
    assert_eq!(
        header_of(&job.pages[0]),
        header("enduro_corners_ymc", "page 1")
    );
    compare("enduro_corners_ymc", &asked(&job));
}

#[test]
fn a_white_side_is_one_empty_plane_of_resin_as_the_maker_sends_it() {
    let job = job(&one(side(WHITE, exact_black)), &maker(0x6B04_EFC2)).unwrap();
    assert_eq!(header_of(&job.pages[0]), header("enduro_white", "page 1"));
    compare("enduro_white", &asked(&job));
}

#[test]
fn the_whole_machine_sends_the_makers_page_for_a_white_side() {
    let options = Options {
        dots: Some(FULL),
        clock: Some(0x6B04_EFC2),
        holokote: Some(keys()),
        ..Options::default()
    };
    let mut bench = enduro(options);
    // The maker's filter had no answer, so it knew no firmware.
    let info = bench.fake.info().replace("2.10", "");
    for _ in 0..2 {
        let raw = [b"\x01STA", info.as_bytes(), b"\x03"].concat();
        bench.fake.on("INF", super::fake::Does::Raw(raw));
    }
    bench.done(Request::Prepare(setup()));
    bench.done(Request::Load(one(side(WHITE, exact_black)).into()));
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    let page: Vec<u8> = bench.sent[..2]
        .iter()
        .flat_map(|(_, bytes)| bytes.to_vec())
        .collect();
    check("enduro_white", "page 1", &page);
}

#[test]
fn resin_alone_is_screened_as_the_maker_does_it() {
    let recipe = Recipe {
        ribbon: Ribbon::K,
        screens: true,
        ..maker(0x6B04_EFC1)
    };
    let job = job(&one(side(TEXT, |_| false)), &recipe).unwrap();
    assert_eq!(header_of(&job.pages[0]), header("endurop_mono_k", "page 1"));
    check(
        "endurop_mono_k",
        "page 1 K",
        plane(&job.pages[0], Ink::Black),
    );
    compare("endurop_mono_k", &asked(&job));
}

/// The maker's colour table for that model, and what it lays under black edges, are not rebuilt: the dye planes part.
/// All else is the same.
#[test]
fn enduro_plus_text_is_the_makers_but_for_the_dye() {
    let job = job(&one(side(TEXT, exact_black)), &maker(0x6B04_EFAA)).unwrap();
    let page = &job.pages[0];
    assert_eq!(header_of(page), header("endurop_text", "page 1"));
    check("endurop_text", "page 1 K", plane(page, Ink::Black));
    let ours = asked(&job);
    assert_eq!(ours.len().to_string(), row("endurop_text", "whole", 4)[2]);
    if let Some(theirs) = stream("endurop_text") {
        let parts: Vec<usize> = (0..ours.len())
            .filter(|at| ours[*at] != theirs[*at])
            .collect();
        let dye = ours.len() - (97_536 + 4) - 3 * (585_216 + 3);
        let trailers = |at: usize| (at - dye) % 585_219 >= 585_216;
        assert!(!parts.is_empty());
        assert!(
            parts
                .iter()
                .all(|at| *at >= dye && !trailers(*at) && *at < dye + 3 * 585_219)
        );
    }
}

/// Two pages back to back, each with its own ETX and the whole header; the front's picture is not in the set.
#[test]
fn enduro_plus_duplex_has_the_makers_headers_and_resin() {
    let text = job(&one(side(TEXT, exact_black)), &maker(0x6B04_EFAC)).unwrap();
    let back = &text.pages[0];
    assert_eq!(header_of(back), header("endurop_duplex", "page 2"));
    check("endurop_duplex", "page 2 K", plane(back, Ink::Black));
    let Some(theirs) = stream("endurop_duplex") else {
        return;
    };
    let mut front = back.clone();
    front.planes.truncate(3);
    assert_eq!(header_of(&front), header("endurop_duplex", "page 1"));
    // With their dye in our pages the stream is theirs: framing, order, trailers.
    let at = |page: usize| {
        24 + (page * 1_755_926)
            + 65
            + header("endurop_duplex", ["page 1", "page 2"][page]).len()
            + 1
    };
    let pages = [front, back.clone()]
        .into_iter()
        .enumerate()
        .map(|(number, mut page)| {
            for (plane, data) in page.planes.iter_mut().take(3).enumerate() {
                let begin = at(number) + plane * 585_219;
                data.data = bytes::Bytes::copy_from_slice(&theirs[begin..begin + 585_216]);
                repack(Layout::Kge2, true, &data.data);
            }
            page
        });
    let job = Job {
        pages: pages.collect(),
    };
    compare("endurop_duplex", &asked(&job));
}

/// Dye that is read from a plane and packed again is the same plane: no bit lies where our layout has no dot.
fn repack(layout: Layout, turned: bool, plane: &[u8]) -> Vec<u8> {
    let values = unpack(layout, 6, plane).unwrap();
    let setting = setting(layout, turned);
    let mut amounts = vec![0; FULL.0 * FULL.1];
    for row in 0..FULL.0 {
        for column in 0..FULL.1 {
            let (x, y) = setting.place(row, column);
            amounts[y * FULL.0 + x] = values[row * HEAD_DOTS + FIRST_DOT + column] << 2;
        }
    }
    assert!(setting.dye(&amounts) == plane, "a bit outside the card");
    amounts
}

#[test]
fn tango_corners_without_overcoat_are_the_back_ends_bytes() {
    let mut corners = side(CORNERS, |_| false);
    corners.overlay = Overlay::None;
    let mut job = job(&one(corners), &back_end(0x6B04_EE92)).unwrap();
    for field in &mut job.pages[0].fields {
        if field.name == "IMF" {
            field.value = "BGR".to_owned();
        }
    }
    assert_eq!(
        header_of(&job.pages[0]),
        header("tango2e_corners", "page 1")
    );
    compare("tango2e_corners", &job.bytes());
}

#[test]
fn tango_text_with_resin_and_overcoat_is_the_back_ends_bytes() {
    let job = job(&one(side(TEXT, full_heat)), &back_end(0x6B04_EEA9)).unwrap();
    assert_eq!(
        header_of(&job.pages[0]),
        header("tango2e_text_resin_oc", "page 1")
    );
    compare("tango2e_text_resin_oc", &job.bytes());
}

#[test]
fn tango_tracks_stand_where_the_back_end_puts_them() {
    let mut recipe = back_end(0x6B04_EEDE);
    recipe.header.coercivity = Some(Coercivity::High);
    recipe.header.tracks = vec![
        Track::iso(1, "%DOE^JANE?", false).unwrap(),
        Track::iso(2, ";1234567890=99?", false).unwrap(),
    ];
    let job = job(&one(side(TEXT, full_heat)), &recipe).unwrap();
    assert_eq!(header_of(&job.pages[0]), header("tango2e_mag", "page 1"));
    compare("tango2e_mag", &job.bytes());
}

#[test]
fn tango_duplex_turns_its_back_and_names_what_it_needs() {
    let recipe = back_end(0x6B04_EEA9);
    let mut back = side(TEXT, full_heat);
    back.overlay = Overlay::None;
    let image = CardImage {
        front: side(CORNERS, |_| false),
        back: Some(back),
    };
    let mut job = job(&image, &recipe).unwrap();
    let last = Job {
        pages: vec![job.pages[1].clone()],
    };
    check("tango2e_duplex", "page 2", &last.bytes());
    // The public driver names an overcoat that its back then has not.
    for field in &mut job.pages[0].fields {
        if field.name == "BAC" {
            assert_eq!(field.value, "CK");
            field.value = "CKO".to_owned();
        }
    }
    let Some(theirs) = stream("tango2e_duplex") else {
        return;
    };
    // The front's picture is not in the set: it is read from the planes. Its plane of resin is empty and sent all the
    // same, which the paper says is left out.
    let begin = 65 + header("tango2e_duplex", "page 1").len() + 1;
    let mut front = image.front.clone();
    let rgb = &mut front.colour.as_mut().unwrap().rgb;
    for (light, number) in [2, 1, 0].into_iter().zip(0..) {
        let at: usize = begin + number * 512_067;
        let amounts = repack(Layout::Kee, false, &theirs[at..at + 512_064]);
        for (dot, amount) in rgb.chunks_exact_mut(3).zip(amounts) {
            dot[light] = 255 - amount;
        }
    }
    let image = CardImage { front, ..image };
    let read_back = picture_job(&image, &recipe).unwrap();
    job.pages[0].planes = read_back.pages[0].planes.clone();
    job.pages[0].planes.push(Plane {
        ink: Ink::Black,
        data: bytes::Bytes::from(vec![0; 85_344]),
    });
    assert_eq!(header_of(&job.pages[0]), header("tango2e_duplex", "page 1"));
    compare("tango2e_duplex", &job.bytes());
}

#[test]
fn every_value_is_asked_with_the_back_ends_bytes() {
    let tango = find("magicard-tango2e").unwrap();
    for key in Key::ALL {
        let asked = Question::Value(key).emit(tango.speech);
        let theirs = VALUES.chunks_exact(24).any(|question| question == asked);
        assert!(theirs, "{key:?}");
    }
}
