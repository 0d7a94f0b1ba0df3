//! From colour to resin alone, as the maker's filter does it [code: ultra14; measured exactly].
//!
//! The picture's frame is done first with a threshold that trembles, so that no pattern runs along an edge; the rest is
//! error diffusion in the head's direction.

use super::raster::Setting;
use crate::contract::{BitPlane, Colour};

const WHITE: i32 = 255;
const THRESHOLD: i32 = 127;
/// Amplitude of the frame's trembling threshold.
const TREMBLE: i32 = 64;

/// The generator of the frame's thresholds.
struct Chance(i32);

impl Chance {
    fn threshold(&mut self) -> i32 {
        self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        THRESHOLD + (self.0 >> 12) % (2 * TREMBLE + 1) - TREMBLE
    }
}

/// Screens a picture of the setting's size: 1 is ink.
pub fn screen(colour: &Colour, setting: &Setting) -> BitPlane {
    let (rows, columns) = (setting.rows, setting.columns);
    let grey = |row: usize, column: usize| {
        let (x, y) = setting.place(row, column);
        let dot = &colour.rgb[(y * rows + x) * 3..][..3];
        (74 * i32::from(dot[0]) + 155 * i32::from(dot[1]) + 27 * i32::from(dot[2])) >> 8
    };
    let mut black = vec![false; rows * columns];
    let mut errors = vec![0i32; rows * columns];
    let mut chance = Chance(0);
    let left = (0..rows).map(|row| (row, 0));
    let right = (0..rows).map(|row| (row, columns - 1));
    let top = (0..columns).map(|column| (0, column));
    for (row, column) in left.chain(right).chain(top) {
        let value = grey(row, column);
        let white = value > chance.threshold();
        let at = row * columns + column;
        black[at] = !white;
        errors[at] = value - light(white) + (THRESHOLD - value) / 2;
    }
    for row in 1..rows {
        for column in 1..columns - 1 {
            let at = row * columns + column;
            let above = at - columns;
            let handed =
                3 * errors[above + 1] + 5 * errors[above] + errors[above - 1] + 7 * errors[at - 1];
            let value = grey(row, column) + handed / 16;
            let white = value > THRESHOLD;
            black[at] = !white;
            errors[at] = value - light(white);
        }
    }
    let mut ink = BitPlane::clear(rows, columns);
    for (at, _) in black.iter().enumerate().filter(|(_, black)| **black) {
        let (x, y) = setting.place(at / columns, at % columns);
        ink.set(x, y);
    }
    ink
}

fn light(white: bool) -> i32 {
    if white { WHITE } else { 0 }
}
