//! The judge's mark: which job a training card belongs to, readable from the card itself.
//!
//! Shape: a grid of [`COLUMNS`] x [`ROWS`] square modules of resin. The border is the finder: the left
//! column and the bottom row are full, the top row and the right column alternate, so place, size and
//! attitude are known before a bit is read. Inside, row by row, 64 bits of SHA-256 of the client's key
//! and a CRC-16/CCITT over them, most significant bit first, 1 is ink. Outside there is one module of
//! quiet on every side.
//!
//! It holds no personal data, but a hash of a guessable key can be guessed: it is a training mark only,
//! and keys are the client's to choose without a person's number in them.

use std::fmt;

use cetak_drivers::contract::{BitPlane, CardImage, Colour, Overlay, Side};
use sha2::{Digest, Sha256};

/// Modules along the card's long side, border included.
pub const COLUMNS: usize = 12;
/// Modules along the card's short side, border included.
pub const ROWS: usize = 10;
/// Empty modules that are kept clear on each side.
pub const QUIET: usize = 1;
/// Smallest module that is read. Unit: dots.
pub const MODULE_MIN: usize = 3;
/// Smallest module of a real template. Unit: dots.
pub const MODULE_TEMPLATE_MIN: usize = 4;
/// Largest module that is read. Unit: dots.
pub const MODULE_MAX: usize = 12;

/// Modules in the order in which they are looked for: templates first.
const MODULES_SOUGHT: [usize; 10] = [6, 5, 3, 4, 7, 8, 9, 10, 11, 12];
/// Bits inside the border.
const BITS: usize = (COLUMNS - 2) * (ROWS - 2);
/// Bits of the hash.
const HASH_BITS: usize = 64;
/// A full bar of the finder has at least this many tenths of its ink.
const BAR_TENTHS_MIN: usize = 8;
/// The quiet left of the finder has at most this many tenths of ink.
const QUIET_TENTHS_MAX: usize = 3;
/// So many alternating modules of the finder may be misread.
const WRONG_FINDER_MODULES_MAX: usize = 2;

const _: () = assert!(BITS == HASH_BITS + 16);

/// 64 bits of a key's hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub u64);

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mark({self})")
    }
}

/// The mark of a client's key: the first 8 bytes of its SHA-256, big end first.
pub fn of(key: &str) -> Mark {
    let hash = Sha256::digest(key.as_bytes());
    Mark(
        hash.iter()
            .take(8)
            .fold(0, |bits, byte| (bits << 8) | u64::from(*byte)),
    )
}

/// Inks the mark; `x`, `y` is the upper left corner of the border, `module` the dots of a module's edge.
///
/// The plane must be clear there and in the quiet around it.
pub fn draw(mark: Mark, plane: &mut BitPlane, x: usize, y: usize, module: usize) {
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            if !inked(mark, column, row) {
                continue;
            }
            for dot in 0..module * module {
                plane.set(
                    x + column * module + dot % module,
                    y + row * module + dot / module,
                );
            }
        }
    }
}

/// Finds and reads the mark anywhere on a card, shifted or not.
///
/// `dot(x, y)` says whether there is ink; `width` and `height` are the card's. Tolerates wrong dots: a
/// module is what most of its dots are. `None`: no finder whose bits pass the check.
pub fn read(dot: impl Fn(usize, usize) -> bool, width: usize, height: usize) -> Option<Mark> {
    let sums = Sums::of(dot, width, height);
    MODULES_SOUGHT.iter().find_map(|module| {
        let (grid_width, grid_height) = (COLUMNS * module, ROWS * module);
        let last_x = width.checked_sub(grid_width)?;
        let last_y = height.checked_sub(grid_height)?;
        (0..=last_y)
            .flat_map(|y| (0..=last_x).map(move |x| (x, y)))
            .find_map(|(x, y)| sums.read_at(x, y, *module))
    })
}

/// [`read`] on a plane of dots.
pub fn read_plane(plane: &BitPlane) -> Option<Mark> {
    read(|x, y| plane.get(x, y), plane.width, plane.height)
}

/// A card without a template, for tests of printers: a flat colour that follows from the key, a
/// photo-like gradient, a line of resin and the mark. Works from 60 x 48 dots on.
pub fn plain_card(key: &str, width: usize, height: usize) -> CardImage {
    let mark = of(key);
    let module = (MODULE_MIN..=6)
        .rev()
        .find(|module| 2 * (COLUMNS + 2 * QUIET) * module <= width)
        .unwrap_or(MODULE_MIN);
    let base = mark.0.to_be_bytes();
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            if x < width / 3 && y < height / 2 {
                let across = (x * 255 / (width / 3).max(1)) as u8;
                let down = (y * 255 / (height / 2).max(1)) as u8;
                rgb.extend([across, down, 255 - across]);
            } else {
                // Light enough that resin stands out, different enough that two keys do.
                rgb.extend(base[..3].iter().map(|byte| 128 | byte));
            }
        }
    }
    let mut resin = BitPlane::clear(width, height);
    let line = height.saturating_sub(module);
    for x in 0..width / 3 {
        resin.set(x, line);
    }
    let quiet = QUIET * module;
    draw(
        mark,
        &mut resin,
        width.saturating_sub(COLUMNS * module + quiet),
        height.saturating_sub(ROWS * module + quiet),
        module,
    );
    CardImage {
        front: Side {
            colour: Some(Colour { width, height, rgb }),
            resin,
            overlay: Overlay::Full,
        },
        back: None,
    }
}

fn inked(mark: Mark, column: usize, row: usize) -> bool {
    if column == 0 || row == ROWS - 1 {
        return true;
    }
    if row == 0 || column == COLUMNS - 1 {
        return border_inked(column, row);
    }
    let index = (row - 1) * (COLUMNS - 2) + column - 1;
    let bits = (u128::from(mark.0) << 16) | u128::from(check_of(mark));
    (bits >> (BITS - 1 - index)) & 1 == 1
}

/// The alternating half of the border.
fn border_inked(column: usize, row: usize) -> bool {
    if row == 0 {
        column.is_multiple_of(2)
    } else {
        row % 2 == 1
    }
}

fn check_of(mark: Mark) -> u16 {
    crc16(&mark.0.to_be_bytes())
}

/// CRC-16/CCITT: polynomial 0x1021, start 0xFFFF, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

/// Ink counted once, so that any rectangle's ink is four look-ups.
struct Sums {
    width: usize,
    counts: Vec<u32>,
}

impl Sums {
    fn of(dot: impl Fn(usize, usize) -> bool, width: usize, height: usize) -> Sums {
        let stride = width + 1;
        let mut counts = vec![0_u32; stride * (height + 1)];
        for y in 0..height {
            let mut row = 0;
            for x in 0..width {
                row += u32::from(dot(x, y));
                counts[(y + 1) * stride + x + 1] = counts[y * stride + x + 1] + row;
            }
        }
        Sums { width, counts }
    }

    fn ink(&self, x: usize, y: usize, width: usize, height: usize) -> usize {
        let stride = self.width + 1;
        let at = |x: usize, y: usize| self.counts[y * stride + x];
        let ink = at(x + width, y + height) + at(x, y) - at(x + width, y) - at(x, y + height);
        ink as usize
    }

    /// Reads the mark whose border begins here; the whole grid must lie on the card.
    fn read_at(&self, x: usize, y: usize, module: usize) -> Option<Mark> {
        let (width, height) = (COLUMNS * module, ROWS * module);
        let bar = |ink: usize, length: usize| ink * 10 >= length * module * BAR_TENTHS_MIN;
        if !bar(self.ink(x, y, module, height), height)
            || !bar(self.ink(x, y + height - module, width, module), width)
        {
            return None;
        }
        let quiet = x.min(module);
        if self.ink(x - quiet, y, quiet, height) * 10 > quiet * height * QUIET_TENTHS_MAX {
            return None;
        }
        let module_inked = |column: usize, row: usize| {
            2 * self.ink(x + column * module, y + row * module, module, module) > module * module
        };
        let wrong_above = (1..COLUMNS)
            .filter(|column| module_inked(*column, 0) != border_inked(*column, 0))
            .count();
        let wrong_right = (1..ROWS - 1)
            .filter(|row| module_inked(COLUMNS - 1, *row) != border_inked(COLUMNS - 1, *row))
            .count();
        if wrong_above + wrong_right > WRONG_FINDER_MODULES_MAX {
            return None;
        }
        let bits = (0..BITS).fold(0_u128, |bits, index| {
            let (column, row) = (index % (COLUMNS - 2) + 1, index / (COLUMNS - 2) + 1);
            (bits << 1) | u128::from(module_inked(column, row))
        });
        let mark = Mark(u64::try_from(bits >> 16).expect("80 bits less 16 are 64"));
        (u128::from(check_of(mark)) == bits & 0xFFFF).then_some(mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(
        mark: Mark,
        width: usize,
        height: usize,
        x: usize,
        y: usize,
        module: usize,
    ) -> BitPlane {
        let mut plane = BitPlane::clear(width, height);
        draw(mark, &mut plane, x, y, module);
        assert_eq!(read_plane(&plane), Some(mark));
        plane
    }

    fn flip(plane: &mut BitPlane, x: usize, y: usize) {
        let stride = plane.stride();
        plane.bits[y * stride + x / 8] ^= 0x80 >> (x % 8);
    }

    #[test]
    fn the_check_is_the_published_one() {
        // CRC-16/CCITT-FALSE check value [doc].
        assert_eq!(crc16(b"123456789"), 0x29B1);
    }

    #[test]
    fn a_mark_is_the_head_of_the_keys_hash() {
        // SHA-256("abc"), FIPS 180-2 appendix B.1 [doc].
        assert_eq!(of("abc"), Mark(0xba78_16bf_8f01_cfea));
    }

    #[test]
    fn a_mark_is_read_on_the_smallest_test_card() {
        let card = plain_card("KEY-1", 96, 64);
        assert_eq!(read_plane(&card.front.resin), Some(of("KEY-1")));
        let card = plain_card("KEY-1", 1016, 648);
        assert_eq!(read_plane(&card.front.resin), Some(of("KEY-1")));
    }

    #[test]
    fn an_empty_and_a_full_card_have_no_mark() {
        assert_eq!(read_plane(&BitPlane::clear(96, 64)), None);
        assert_eq!(read_plane(&BitPlane::full(96, 64)), None);
        assert_eq!(read_plane(&BitPlane::full(1016, 648)), None);
        assert_eq!(read_plane(&BitPlane::clear(10, 10)), None);
    }

    #[test]
    fn a_mark_that_lost_a_row_of_modules_is_refused() {
        let mark = of("KEY-2");
        let mut plane = check(mark, 200, 120, 17, 23, 5);
        for y in 23 + 2 * 5..23 + 3 * 5 {
            for x in 17 + 5..17 + 11 * 5 {
                if plane.get(x, y) {
                    flip(&mut plane, x, y);
                }
            }
        }
        assert_eq!(read_plane(&plane), None);
    }

    #[test]
    fn every_single_wrong_module_is_refused_or_outvoted() {
        let mark = of("KEY-3");
        for row in 1..ROWS - 1 {
            for column in 1..COLUMNS - 1 {
                let mut plane = BitPlane::clear(80, 60);
                draw(mark, &mut plane, 5, 5, 4);
                for dot in 0..16 {
                    flip(&mut plane, 5 + column * 4 + dot % 4, 5 + row * 4 + dot / 4);
                }
                assert_eq!(read_plane(&plane), None, "module {column},{row}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn a_mark_is_read_wherever_it_lies(
            bits: u64, module in MODULE_MIN..=8, x in 0_usize..60, y in 0_usize..60,
        ) {
            check(Mark(bits), 60 + COLUMNS * module, 60 + ROWS * module, x, y, module);
        }

        #[test]
        fn a_few_wrong_dots_are_outvoted(
            bits: u64,
            module in 4_usize..=8,
            wrong in proptest::collection::vec(0_usize..16, COLUMNS * ROWS),
        ) {
            let mark = Mark(bits);
            let mut plane = BitPlane::clear(150, 120);
            draw(mark, &mut plane, 20, 20, module);
            for (index, dot) in wrong.iter().enumerate() {
                let (column, row) = (index % COLUMNS, index / COLUMNS);
                flip(&mut plane, 20 + column * module + dot % 4, 20 + row * module + dot / 4);
            }
            prop_assert_eq!(read_plane(&plane), Some(mark));
        }

        #[test]
        fn noise_is_not_a_mark(seed in proptest::collection::vec(any::<u8>(), 12 * 64)) {
            let plane = BitPlane { width: 96, height: 64, bits: seed };
            prop_assert_eq!(read_plane(&plane), None);
        }
    }
}
