#![expect(clippy::unwrap_used, reason = "tests")]
//! Dot maps by the page's own examples.

use super::*;

/// Eight neighbouring dots with these values from `first` on, everything else 0 [doc, worked by hand].
const VALUES: [u8; 8] = [0, 1, 2, 4, 8, 16, 32, 63];

/// One row whose bit-planes hold `bytes` from byte `at` on.
fn row(layout: HeadLayout, at: usize, planes: [&[u8]; 6]) -> Vec<u8> {
    let mut row = vec![0; layout.row_bytes() * 6];
    for (bit, bytes) in planes.iter().enumerate() {
        let from = bit * layout.row_bytes() + at;
        row[from..from + bytes.len()].copy_from_slice(bytes);
    }
    row
}

fn expected(first: usize) -> Vec<u8> {
    let mut samples = vec![0; HEAD_DOTS];
    samples[first..first + 8].copy_from_slice(&VALUES);
    samples
}

#[test]
fn eight_dots_are_read_from_every_layout() {
    let linear = row(
        HeadLayout::Linear,
        0,
        [&[0x41], &[0x21], &[0x11], &[0x09], &[0x05], &[0x03]],
    );
    assert_eq!(HeadLayout::Linear.samples(&linear), expected(0));
    let high = row(
        HeadLayout::SplitHigh,
        24,
        [
            &[0x20, 0x02],
            &[0x08, 0x02],
            &[0x02, 0x02],
            &[0x00, 0x82],
            &[0x00, 0x22],
            &[0x00, 0x0A],
        ],
    );
    assert_eq!(HeadLayout::SplitHigh.samples(&high), expected(0));
    let second = row(
        HeadLayout::SplitHigh,
        0,
        [
            &[0x10, 0x01],
            &[0x04, 0x01],
            &[0x01, 0x01],
            &[0x00, 0x41],
            &[0x00, 0x11],
            &[0x00, 0x05],
        ],
    );
    assert_eq!(HeadLayout::SplitHigh.samples(&second), expected(288));
    let low = row(
        HeadLayout::SplitLow,
        24,
        [
            &[0, 0, 0x40, 0x04],
            &[0, 0, 0x40, 0x10],
            &[0, 0, 0x40, 0x40],
            &[0, 0, 0x41, 0x00],
            &[0, 0, 0x44, 0x00],
            &[0, 0, 0x50, 0x00],
        ],
    );
    assert_eq!(HeadLayout::SplitLow.samples(&low), expected(0));
}

#[test]
fn single_dots_lie_where_the_table_says() {
    for (dot, high, low) in [
        (0, (24, 0x80), (27, 0x01)),
        (1, (24, 0x20), (27, 0x04)),
        (15, (27, 0x02), (24, 0x40)),
        (16, (28, 0x80), (31, 0x01)),
        (287, (95, 0x02), (92, 0x40)),
        (288, (0, 0x40), (3, 0x02)),
        (303, (3, 0x01), (0, 0x80)),
        (304, (4, 0x40), (7, 0x02)),
        (671, (95, 0x01), (92, 0x80)),
    ] {
        assert_eq!(HeadLayout::SplitHigh.place(dot), high, "dot {dot}");
        assert_eq!(HeadLayout::SplitLow.place(dot), low, "dot {dot}");
    }
}

#[test]
fn no_two_dots_share_a_bit() {
    for layout in [
        HeadLayout::Linear,
        HeadLayout::SplitLow,
        HeadLayout::SplitHigh,
    ] {
        let mut places = layout.places();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), HEAD_DOTS, "{layout:?}");
    }
}

#[test]
fn a_sample_comes_back_from_its_dye_exactly() {
    for sample in 0..64 {
        assert_eq!(full_scale(sample) >> 2, sample);
    }
    assert_eq!((full_scale(0), full_scale(63)), (0, 255));
}

#[test]
fn a_turned_page_lies_on_the_card_from_the_other_corner() {
    let geometry = Geometry {
        columns: 10,
        lines: 3,
    };
    let mut samples = vec![0; 3 * HEAD_DOTS];
    samples[HEAD_DOTS + 15] = 63;
    samples[14] = 63;
    let page = HeadPicture {
        y: Some(samples),
        ..HeadPicture::default()
    };
    for (turned, at) in [(false, 10), (true, 19)] {
        let aim = Aim {
            geometry,
            first_dot: 15,
            offset: (0, 0),
            turned,
        };
        let plane = page.on_card(Panel::Y, aim).unwrap();
        let Plane::Dye(dots) = plane.as_ref() else {
            panic!("dye is dots");
        };
        let inked: Vec<usize> = (0..30).filter(|at| dots[*at] != 0).collect();
        assert_eq!(inked, [at], "beside the card nothing is laid");
    }
}

#[test]
fn an_overcoat_has_its_areas_and_its_holes() {
    let geometry = Geometry {
        columns: 9,
        lines: 4,
    };
    let area = Area {
        x: (1, 2),
        y: (0, 100),
    };
    let hole = Area {
        x: (2, 3),
        y: (8, 8),
    };
    let Plane::Bits(bits) = overcoat(geometry, &[area], &[hole]) else {
        panic!("overcoat is bits");
    };
    assert_eq!(bits, [0, 0, 0xFF, 0x80, 0xFF, 0, 0, 0]);
}
