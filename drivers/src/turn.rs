//! From the landscape picture to the lines of a head, which lies across the card's short side: a turn by a quarter.

use crate::contract::BitPlane;

/// Lines that are turned together at most: so many columns of the picture are read in one stretch, and the lines
/// lie in the nearest memory until they are whole.
pub const BLOCK_LINES: usize = 64;

/// Which way the picture is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quarter {
    /// The first line is the picture's left column, from the bottom up.
    Clockwise,
    /// The first line is the picture's right column, from the top down.
    CounterClockwise,
}

impl Quarter {
    /// The line that a column of the picture becomes, and the column that a line was: one is the other's mirror.
    pub fn line(self, column: usize, width: usize) -> usize {
        match self {
            Quarter::Clockwise => column,
            Quarter::CounterClockwise => width - 1 - column,
        }
    }

    /// Where in its line a row of the picture stands, and which row stands there.
    pub fn place(self, row: usize, height: usize) -> usize {
        match self {
            Quarter::Clockwise => height - 1 - row,
            Quarter::CounterClockwise => row,
        }
    }

    /// The lines from `begin` on of a picture of one byte a dot, as many as `lines` holds.
    ///
    /// Shape: `plane` has rows of `width`; `lines` has lines of `line` bytes. `at` says at which byte of a line its
    /// dot of this number lies; other bytes stay as they are.
    pub fn turn(
        self,
        plane: &[u8],
        width: usize,
        begin: usize,
        line: usize,
        at: impl Fn(usize) -> usize,
        lines: &mut [u8],
    ) {
        let many = lines.len() / line;
        let height = plane.len() / width;
        // The columns of these lines, whichever of them is the first line.
        let left = self
            .line(begin, width)
            .min(self.line(begin + many - 1, width));
        for (y, row) in plane.chunks_exact(width).enumerate() {
            let at = at(self.place(y, height));
            let dots = row[left..left + many].iter();
            let places = lines.chunks_exact_mut(line).map(|line| &mut line[at]);
            match self {
                Quarter::Clockwise => places.zip(dots).for_each(|(place, dot)| *place = *dot),
                Quarter::CounterClockwise => {
                    places
                        .zip(dots.rev())
                        .for_each(|(place, dot)| *place = *dot);
                }
            }
        }
    }

    /// A plane of bits, whole: a line is a row of what comes back.
    pub fn turned(self, plane: &BitPlane) -> BitPlane {
        let mut lines = BitPlane::clear(plane.height, plane.width);
        for y in 0..plane.height {
            let place = self.place(y, plane.height);
            for x in plane.inked(y) {
                lines.set(place, self.line(x, plane.width));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_dot_and_bit_comes_to_its_line(
            width in 1_usize..20,
            height in 1_usize..20,
            begin in 0_usize..20,
            many in 1_usize..20,
            dots in proptest::collection::vec(1_u8.., 20 * 20),
            clockwise: bool,
        ) {
            let begin = begin % width;
            let many = many.min(width - begin);
            let quarter = if clockwise { Quarter::Clockwise } else { Quarter::CounterClockwise };
            let plane = &dots[..width * height];
            // Lines with a byte to spare, dots from their second byte on.
            let line = height + 1;
            let mut lines = vec![0; many * line];
            quarter.turn(plane, width, begin, line, |dot| dot + 1, &mut lines);
            let mut bits = BitPlane::clear(width, height);
            for (at, _) in plane.iter().enumerate().filter(|(_, dot)| **dot % 2 == 1) {
                bits.set(at % width, at / width);
            }
            let turned = quarter.turned(&bits);
            for step in 0..many {
                prop_assert_eq!(lines[step * line], 0);
                for dot in 0..height {
                    let (x, y) = if clockwise {
                        (begin + step, height - 1 - dot)
                    } else {
                        (width - 1 - begin - step, dot)
                    };
                    prop_assert_eq!(lines[step * line + 1 + dot], plane[y * width + x]);
                    prop_assert_eq!(turned.get(dot, begin + step), bits.get(x, y));
                }
            }
        }
    }
}
