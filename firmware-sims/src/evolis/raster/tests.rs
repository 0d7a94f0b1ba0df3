#![expect(clippy::unwrap_used, reason = "tests")]
//! The worked lines, and that no bytes make decoding panic.

use proptest::prelude::*;

use super::*;

const CARD: Geometry = Geometry {
    columns: 648,
    lines: 1016,
};

/// `00*80` is eighty times 00.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in text.split_whitespace() {
        let (digits, count) = word.split_once('*').unwrap_or((word, "1"));
        let byte = u8::from_str_radix(digits, 16).unwrap();
        bytes.extend(std::iter::repeat_n(byte, count.parse().unwrap()));
    }
    bytes
}

/// `31x3` is three dots of 31.
fn dots(text: &str) -> Vec<u32> {
    let mut dots = Vec::new();
    for word in text.split_whitespace() {
        let (value, count) = word.split_once('x').unwrap_or((word, "1"));
        let value = value.parse::<u32>().unwrap();
        dots.extend(std::iter::repeat_n(value, count.parse().unwrap()));
    }
    dots
}

#[test]
fn the_worked_lines_decode_to_their_dots() {
    let table = include_str!("../vectors/raster.txt");
    let mut checked = 0;
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let [head, data, expected]: [&str; 3] =
            row.split(" : ").collect::<Vec<_>>().try_into().unwrap();
        let (kind, bits) = head.split_once(' ').unwrap();
        let bits: u32 = bits.parse().unwrap();
        let (data, expected) = (bytes(data), dots(expected));
        let seen: Vec<u8> = match kind {
            "packed" => {
                let mut line = vec![0; expected.len()];
                unpack(&data, bits, &mut line);
                line
            }
            "colour" => {
                let mut line = vec![9; expected.len()];
                colour_lines(&data, bits, std::iter::once(line.as_mut_slice())).unwrap();
                line
            }
            _ => {
                let mut line = vec![9; expected.len() / 8];
                black_lines(&data, std::iter::once(line.as_mut_slice())).unwrap();
                let bit = |at: usize| line[at / 8] >> (7 - at % 8) & 1;
                (0..expected.len()).map(|at| bit(at) * 255).collect()
            }
        };
        let expected: Vec<u8> = expected.iter().map(|value| scaled(*value, bits)).collect();
        assert_eq!(seen, expected, "{row}");
        checked += 1;
    }
    assert_eq!(checked, 23);
}

#[test]
fn the_tiny_square_lies_in_the_bottom_left_corner_both_ways() {
    let raw = [[&[0xFF][..], &[0; 80]].concat(), vec![0; 81]];
    let raw: Vec<u8> = (0..1016)
        .flat_map(|line| raw[usize::from(line >= 8)].clone())
        .collect();
    let packed = [[0x01, 0xFF].repeat(8), vec![0; 1008]].concat();
    assert_eq!((raw.len(), packed.len()), (82_296, 1024));
    let plane = |kind, data| {
        let download = Download {
            kind,
            panel: Panel::K,
            bits: 1,
            first: 0,
            data,
        };
        decode(&download, CARD, None).unwrap()
    };
    let square = plane(DownloadKind::Raw, raw);
    assert_eq!(square, plane(DownloadKind::Compressed, packed));
    let mut drawn = Plane::empty(Panel::K, CARD);
    if let Plane::Bits(bits) = &mut drawn {
        for (x, y) in (0..8).flat_map(|x| (640..648).map(move |y| (x, y))) {
            set_landscape(bits, CARD, x, y, true);
        }
    }
    assert_eq!(square, drawn);
}

#[test]
fn lines_that_cross_their_end_are_refused() {
    let mut line = [0; 16];
    let mut colour = |data: &[u8]| colour_lines(data, 7, std::iter::once(&mut line[..]));
    assert_eq!(colour(&[0xFF, 17]), Err(Malformed));
    assert_eq!(colour(&[0xFF]), Err(Malformed));
    assert_eq!(colour(&[0xFF, 16]), Ok(()));
    let mut line = [0; 2];
    let mut black = |data: &[u8]| black_lines(data, std::iter::once(&mut line[..]));
    assert_eq!(black(&[3, 1, 1, 1]), Err(Malformed));
    assert_eq!(black(&[2, 1]), Err(Malformed));
}

proptest! {
    #[test]
    fn no_bytes_make_decoding_panic(
        data in prop::collection::vec(any::<u8>(), 0..400), which in 0..6_usize, first in 0..20_usize,
    ) {
        let geometry = Geometry { columns: 16, lines: 12 };
        let (panel, bits) = [(Panel::Y, 5), (Panel::M, 6), (Panel::C, 7), (Panel::K, 1), (Panel::O, 1), (Panel::K, 1)][which];
        let kinds = [DownloadKind::Raw, DownloadKind::RawLines(3), DownloadKind::Compressed, DownloadKind::Bmp { x: 2, y: 3 }];
        for kind in kinds {
            let download = Download { kind, panel, bits, first, data: data.clone() };
            let before = Plane::empty(panel, geometry);
            let _ = decode(&download, geometry, Some(&before));
        }
    }
}
