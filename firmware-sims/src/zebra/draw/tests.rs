#![expect(clippy::unwrap_used, reason = "tests")]
//! Drawn dots, exactly.

use super::*;
use crate::zebra::switches::NumberReading;

const MEMORY: Geometry = Geometry {
    columns: 8,
    lines: 10,
};

/// The buffer as rows of the landscape card after some commands.
fn drawn(commands: &[(&str, &str)]) -> Vec<String> {
    let mut buffer = Buffer::default();
    for (shape, params) in commands {
        let params = Params::new(params.as_bytes(), NumberReading::Strict);
        draw(shape, params, &mut buffer, MEMORY).unwrap();
    }
    let row = |y| {
        (0..MEMORY.lines)
            .map(|x| {
                if buffer.dot(x, y, MEMORY) == 0 {
                    '.'
                } else {
                    '#'
                }
            })
            .collect()
    };
    (0..MEMORY.columns).map(row).collect()
}

fn refused(shape: &str, params: &str) -> Code {
    let mut buffer = Buffer::default();
    let params = Params::new(params.as_bytes(), NumberReading::Strict);
    draw(shape, params, &mut buffer, MEMORY).unwrap_err()
}

#[test]
fn a_filled_rectangle_is_loaded_merged_or_loaded_inverted() {
    assert_eq!(
        drawn(&[("L", "0 0 10 3 1"), ("L", "2 1 3 4 2"), ("L", "4 0 2 2 0")]),
        [
            "####..####",
            "####..####",
            "##########",
            "..###.....",
            "..###.....",
            "..........",
            "..........",
            ".........."
        ]
    );
}

#[test]
fn a_box_is_hollow_and_clears_or_keeps_its_inside() {
    assert_eq!(
        drawn(&[
            ("L", "0 0 10 8 1"),
            ("C", "0 0 5 5 1 1"),
            ("C", "5 0 5 5 2 0"),
            ("C", "0 5 5 3 1 2")
        ]),
        [
            "#####.....",
            "#...#.....",
            "#...#..#..",
            "#...#.....",
            "#####.....",
            "##########",
            "##########",
            "##########"
        ]
    );
    assert_eq!(
        drawn(&[("C", "1 1 4 4 9 1")])[1],
        ".####.....",
        "thicker than the box"
    );
}

#[test]
fn a_diagonal_rises_or_falls_inside_its_rectangle() {
    assert_eq!(
        drawn(&[("D", "0 0 4 4 1 2 2"), ("D", "5 0 4 4 1 1 2")])[..4],
        ["#.......#.", ".#.....#..", "..#...#...", "...#.#...."]
    );
    assert_eq!(
        drawn(&[("D", "0 0 8 1 1 1 1")])[0],
        "########..",
        "a flat one"
    );
    let thick = drawn(&[("D", "0 0 5 5 3 2 1")]);
    assert_eq!(
        thick[..5],
        [
            "##........",
            "###.......",
            ".###......",
            "..###.....",
            "...##....."
        ]
    );
}

#[test]
fn single_dots_are_added_or_taken() {
    assert_eq!(
        drawn(&[("P", "3 2"), ("P", "9 7 2"), ("P", "9 7 0")])[2],
        "...#......"
    );
}

#[test]
fn text_and_bars_leave_an_outline_above_their_origin() {
    let text = drawn(&[("T", "1 5 0 0 3 4 1 AB")]);
    assert_eq!(
        text[2..6],
        [".######...", ".#....#...", ".#....#...", ".######..."]
    );
    let upright = drawn(&[("T", "1 5 1 0 6 4 1 A")]);
    assert_eq!(
        upright[..6],
        [
            ".####.....",
            ".#..#.....",
            ".#..#.....",
            ".#..#.....",
            ".#..#.....",
            ".####....."
        ]
    );
    let bars = drawn(&[("B", "2 6 0 0 0 3 3 0 A1")]);
    assert_eq!(
        bars[4..7],
        ["..########", "..#......#", "..########"],
        "cut off at the edge"
    );
}

#[test]
fn each_wrong_drawing_has_its_code() {
    for (shape, params, code) in [
        ("L", "0 0 11 1 1", Code::COORDINATES),
        ("L", "0 8 1 1 1", Code::COORDINATES),
        ("L", "0 0 0 1 1", Code::PARAMETER),
        ("L", "0 0 1 1 3", Code::PARAMETER),
        ("L", "0 0 1 1", Code::PARAMETER),
        ("L", "0 0 1 1 1 1", Code::PARAMETER),
        ("L", "0 -1 1 1 1", Code::PARAMETER),
        ("C", "0 0 4 4 0 1", Code::PARAMETER),
        ("D", "0 0 4 4 1 3 1", Code::PARAMETER),
        ("P", "10 0", Code::COORDINATES),
        ("T", "0 0 0 2 0 4 1 A", Code::FONT),
        ("T", "0 0 8 0 0 4 1 A", Code::PARAMETER),
        ("T", "0 0 0 0 0 4 1 ", Code::TEXT_DATA),
        ("T", "0 0 0 0 0 4 1 [", Code::TEXT_DATA),
        ("T", "10 0 0 0 0 4 1 A", Code::COORDINATES),
        ("B", "0 0 0 6 0 3 4 0 A", Code::BAR_CODE),
        ("B", "0 0 0 0 3 3 4 0 A", Code::PARAMETER),
        ("B", "0 0 0 0 0 2 4 0 A", Code::PARAMETER),
        ("B", "0 0 0 0 2 5 4 0 A", Code::PARAMETER),
        ("B", "0 0 0 4 0 3 4 0 123456789012", Code::PARAMETER),
        ("B", "0 0 0 4 0 4 4 0 12345678901", Code::BAR_CODE_DATA),
        ("B", "0 0 0 3 0 4 4 0 123456x", Code::BAR_CODE_DATA),
        ("B", "0 0 0 7 0 3 4 0 123", Code::BAR_CODE_DATA),
        ("B", "0 0 0 0 0 3 4 0 abc", Code::BAR_CODE_DATA),
        ("B", "0 0 0 0 0 3 4 0 ", Code::BAR_CODE_DATA),
    ] {
        assert_eq!(refused(shape, params), code, "{shape} {params}");
    }
}

#[test]
fn a_bracket_in_a_text_is_no_letter() {
    for (text, count) in [
        (&b"AB"[..], 2),
        (b"[ A", 2),
        (b"[[A", 2),
        (b"A[[[[", 3),
        (b"A[", 1),
        (b"", 0),
    ] {
        assert_eq!(letters(text), count);
    }
}
