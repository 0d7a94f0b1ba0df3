//! Separation, orientation, packing and compression against vectors with a source.

use proptest::prelude::*;

use super::fake::SMALL;
use crate::colour::Separation;
use crate::contract::*;
use crate::evolis::download::{Depth, Download, FULL, Form, Geometry, Panel};
use crate::evolis::raster::*;

macro_rules! vectors {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/vectors/evolis/",
            $name
        ))
    };
}

pub(super) fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('|').map(str::trim).collect())
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |text| u8::from_str_radix(text, 16).unwrap();
    text.split(' ')
        .flat_map(|word| match word.split_once('*') {
            Some((count, value)) => vec![byte(value); count.parse().unwrap()],
            None => vec![byte(word)],
        })
        .collect()
}

fn plain(geometry: Geometry) -> Recipe {
    Recipe {
        separation: Separation::default(),
        geometry,
        depth: Depth::Levels128,
        compression: false,
        window: None,
        turned: false,
    }
}

fn side(geometry: Geometry, rgb: impl Fn(usize, usize) -> [u8; 3]) -> Side {
    let (width, height) = (geometry.lines, geometry.columns);
    let dots = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    Side {
        colour: Some(Colour {
            width,
            height,
            rgb: dots.flat_map(|(x, y)| rgb(x, y)).collect(),
        }),
        resin: BitPlane::clear(width, height),
        overlay: Overlay::None,
    }
}

/// Dye values of a download, line after line.
fn values(download: &Download, geometry: Geometry) -> Vec<u8> {
    let bits = download.bits();
    let lines = match download.form {
        Form::Partial { lines, .. } => lines,
        Form::Full | Form::Compressed { .. } | Form::PartialCompressed { .. } => geometry.lines,
    };
    match download.form {
        Form::Full | Form::Partial { .. } => {
            let mut values = vec![0; lines * geometry.columns];
            unpack_line(&download.data, bits, &mut values);
            values
        }
        Form::Compressed { .. } | Form::PartialCompressed { .. } => {
            expand_dye(&download.data, bits, lines, geometry.columns).unwrap()
        }
    }
}

#[test]
fn packing_follows_the_vectors() {
    for row in rows(vectors!("packing.txt")) {
        let bits: usize = row[0].parse().unwrap();
        let dots: Vec<u8> = row[1].split(' ').map(|v| v.parse().unwrap()).collect();
        let mut packed = vec![0; bits];
        pack_line(&dots, bits, &mut packed);
        assert_eq!(packed, hex(row[2]), "{row:?}");
        let mut back = vec![0; 8];
        unpack_line(&packed, bits, &mut back);
        assert_eq!(back, dots);
    }
}

#[test]
fn dye_runs_follow_the_vectors() {
    for row in rows(vectors!("dye-runs.txt")) {
        let bits: usize = row[0].parse().unwrap();
        let line: Vec<u8> = row[1]
            .split(' ')
            .flat_map(|run| {
                let (count, value) = run.split_once('x').unwrap();
                vec![value.parse::<u8>().unwrap(); count.parse().unwrap()]
            })
            .collect();
        let mut packed = Vec::new();
        compress_dye_line(&line, bits, &mut packed);
        assert_eq!(packed, hex(row[2]), "{row:?}");
        assert_eq!(expand_dye(&packed, bits, 1, 648).unwrap(), line);
    }
}

#[test]
fn bit_lines_follow_the_vectors() {
    for row in rows(vectors!("bit-lines.txt")) {
        let mut line = vec![0u8; 81];
        if let Some((first, last)) = row[0]
            .split_once('-')
            .filter(|(first, _)| !first.is_empty())
        {
            for dot in first.parse::<usize>().unwrap()..=last.parse().unwrap() {
                line[dot / 8] |= 0x80 >> (dot % 8);
            }
        }
        let mut packed = Vec::new();
        compress_bit_line(&line, &mut packed);
        assert_eq!(packed, hex(row[1]), "{row:?}");
        let one = Geometry { lines: 1, ..FULL };
        assert_eq!(expand_bits(&packed, one).unwrap(), line);
    }
}

#[test]
fn separation_follows_the_vectors() {
    for row in rows(vectors!("separation.txt")) {
        let depth = match row[0] {
            "5" => Depth::Levels32,
            "6" => Depth::Levels64,
            _ => Depth::Levels128,
        };
        let numbers =
            |at: usize| -> Vec<u8> { row[at].split(' ').map(|v| v.parse().unwrap()).collect() };
        let rgb = numbers(1);
        let recipe = Recipe {
            depth,
            ..plain(SMALL)
        };
        let side = side(SMALL, |_, _| [rgb[0], rgb[1], rgb[2]]);
        let dyes = [Panel::Yellow, Panel::Magenta, Panel::Cyan];
        let planes = separate(&side, &dyes, &recipe).unwrap();
        for (plane, wanted) in planes.iter().zip(numbers(2)) {
            assert!(values(plane, SMALL).iter().all(|value| *value == wanted));
        }
    }
}

#[test]
fn the_bottom_left_square_is_columns_0_to_7_of_lines_0_to_7() {
    let mut side = side(FULL, |_, _| [255; 3]);
    for y in 640..648 {
        for x in 0..8 {
            side.resin.set(x, y);
        }
    }
    for (row, compression) in rows(vectors!("square.txt")).zip([false, true]) {
        let recipe = Recipe {
            compression,
            ..plain(FULL)
        };
        let planes = separate(&side, &[Panel::Black], &recipe).unwrap();
        assert!(planes[0].emit() == hex(row[1]), "{}", row[0]);
    }
}

#[test]
fn a_dot_goes_to_line_x_and_column_height_less_one_less_y() {
    let at = |turned| {
        let side = side(SMALL, |x, y| {
            if (x, y) == (5, 3) {
                [255, 255, 0]
            } else {
                [255; 3]
            }
        });
        let recipe = Recipe {
            turned,
            ..plain(SMALL)
        };
        let planes = separate(&side, &[Panel::Yellow], &recipe).unwrap();
        let values = values(&planes[0], SMALL);
        assert_eq!(values.iter().filter(|value| **value != 0).count(), 1);
        let at = values.iter().position(|value| *value == 127).unwrap();
        (at / SMALL.columns, at % SMALL.columns)
    };
    assert_eq!(at(false), (5, SMALL.columns - 1 - 3));
    assert_eq!(at(true), (SMALL.lines - 1 - 5, 3));
}

#[test]
fn under_resin_no_dye_is_laid() {
    let mut side = side(SMALL, |_, _| [10, 20, 30]);
    side.resin.set(7, 2);
    side.overlay = Overlay::Plane(side.resin.clone());
    let planes = separate(&side, &Panel::ALL, &plain(SMALL)).unwrap();
    let index = 7 * SMALL.columns + (SMALL.columns - 1 - 2);
    for plane in &planes[..3] {
        let values = values(plane, SMALL);
        assert_eq!(values[index], 0);
        assert_eq!(values.iter().filter(|value| **value == 0).count(), 1);
    }
    for plane in &planes[3..] {
        let ink: u32 = plane.data.iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(ink, 1);
        assert_ne!(plane.data[index / 8] & (0x80 >> (index % 8)), 0);
    }
}

#[test]
fn a_window_sends_its_lines_of_dye_alone() {
    let side = side(SMALL, |x, _| [255, 255, 255 - 2 * x as u8]);
    let window = Window::new(9, 4, SMALL).unwrap();
    for compression in [false, true] {
        let recipe = Recipe {
            window: Some(window),
            compression,
            ..plain(SMALL)
        };
        let planes = separate(&side, &[Panel::Yellow, Panel::Black], &recipe).unwrap();
        let bytes = planes[0].emit();
        let (back, used) = Download::parse(&bytes, SMALL).unwrap();
        assert_eq!((&back, used), (&planes[0], bytes.len()));
        let values = match back.form {
            Form::PartialCompressed { first: 9 } => {
                expand_dye(&back.data, 7, 4, SMALL.columns).unwrap()
            }
            _ => values(&back, SMALL),
        };
        let lines: Vec<u8> = values.chunks(SMALL.columns).map(|line| line[0]).collect();
        assert_eq!(lines, [9, 10, 11, 12]);
        assert_eq!(
            compression,
            matches!(back.form, Form::PartialCompressed { .. })
        );
    }
    assert_eq!(Window::new(0, 421, FULL), None);
    assert_eq!(Window::new(1000, 17, FULL), None);
}

#[test]
fn pictures_that_do_not_fit_are_refused() {
    let small = side(SMALL, |_, _| [0; 3]);
    let wrong = separate(&small, &[Panel::Black], &plain(FULL));
    assert!(matches!(wrong, Err(RasterError::Size { .. })));
    let colour = separate(&small, &[Panel::Black], &plain(SMALL));
    assert_eq!(colour, Err(RasterError::NoDye));
    assert_eq!(
        expand_bits(&[0x52], SMALL),
        Err(RasterError::Long { line: 0 })
    );
    assert_eq!(
        expand_dye(&[0xFF], 7, 1, 8),
        Err(RasterError::Short { line: 0 })
    );
    assert_eq!(
        expand_dye(&[0xFF, 9], 7, 1, 8),
        Err(RasterError::Long { line: 0 })
    );
    assert_eq!(
        expand_dye(&[0x80, 0, 1], 7, 1, 8),
        Err(RasterError::Rest { bytes: 1 })
    );
}

proptest! {
    #[test]
    fn compressed_dye_expands_to_what_it_was(
        runs in proptest::collection::vec((0..128u8, 1..700usize), 1..12),
        depth in 0..3usize,
    ) {
        let bits = Depth::ALL[depth].bits();
        let mask = (1u8 << bits) - 1;
        let mut line: Vec<u8> = runs
            .iter()
            .flat_map(|(value, count)| vec![value & mask; *count])
            .take(648)
            .collect();
        line.resize(648, 0);
        let mut packed = Vec::new();
        compress_dye_line(&line, bits, &mut packed);
        prop_assert_eq!(expand_dye(&packed, bits, 1, 648).unwrap(), line);
        // A counter of 0 is said of a whole empty line only.
        let mut at = 0;
        while at < packed.len() {
            if packed[at] & 0x80 == 0 {
                at += 1;
            } else {
                prop_assert!(packed[at + 1] != 0 || packed == [0x80, 0x00]);
                at += 2;
            }
        }
    }

    #[test]
    fn compressed_bits_expand_to_what_they_were(line in proptest::collection::vec(prop_oneof![Just(0u8), Just(0xFF), any::<u8>()], 81)) {
        let mut packed = Vec::new();
        compress_bit_line(&line, &mut packed);
        let one = Geometry { lines: 1, ..FULL };
        prop_assert_eq!(expand_bits(&packed, one).unwrap(), line);
    }

    #[test]
    fn packing_is_undone(line in proptest::collection::vec(any::<u8>(), 16), depth in 0..3usize) {
        let bits = Depth::ALL[depth].bits();
        let line: Vec<u8> = line.iter().map(|value| value & ((1 << bits) - 1)).collect();
        let mut packed = vec![0; 2 * bits];
        pack_line(&line, bits, &mut packed);
        let mut back = vec![0; 16];
        unpack_line(&packed, bits, &mut back);
        prop_assert_eq!(back, line);
    }

    #[test]
    fn no_bytes_make_the_expanders_panic(bytes in any::<Vec<u8>>()) {
        let _ = expand_bits(&bytes, SMALL);
        for bits in [5, 6, 7] {
            let _ = expand_dye(&bytes, bits, SMALL.lines, SMALL.columns);
        }
    }
}
