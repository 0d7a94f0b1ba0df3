//! From red, green and blue to yellow, magenta and cyan: the one separation of all printers.
//!
//! A dye's amount is the missing part of its complementary light (Y from blue, M from green, C from red),
//! 0 (none) to 255 (full), passed through a curve of that dye; under resin no dye is laid. The straight curve
//! is what the public drivers of these printers do [code: raster-filter, gutenprint; capture]. A printer that
//! prints too dark or too pink is corrected by a curve in its config, never by code: see `docs/printers.md`.
//!
//! Each dialect packs the amounts to its own depth and order; nothing here allocates for a row or a dot.

use crate::contract::{BitPlane, Colour, Side};

/// Points of a curve at most.
pub const POINTS_MAX: usize = 16;

/// Why points are no curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    /// A curve has two points at least and [`POINTS_MAX`] at most.
    #[error("a curve has 2 to {POINTS_MAX} points, not {0}")]
    Count(usize),
    /// The first point must stand at 0, the last at 255, each behind the one before.
    #[error(
        "the points of a curve run from 0 to 255 and each lies behind the one before; point {0} does not"
    )]
    Order(usize),
    /// No dye where the picture has none: else every white card is tinted.
    #[error("a curve begins with no dye: its first point is [0, 0]")]
    Tinted,
}

/// How much of one dye is laid for how much is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Curve([u8; 256]);

impl Default for Curve {
    /// The straight one.
    fn default() -> Curve {
        let mut table = [0; 256];
        for (asked, laid) in (0..=u8::MAX).zip(&mut table) {
            *laid = asked;
        }
        Curve(table)
    }
}

impl std::fmt::Debug for Curve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Curve({} at 64, {} at 128, {} at 192)",
            self.0[64], self.0[128], self.0[192]
        )
    }
}

impl Curve {
    /// Straight lines between points `(asked, laid)`.
    ///
    /// Errors: [`CurveError`] names what is wrong with the points.
    pub fn through(points: &[(u8, u8)]) -> Result<Curve, CurveError> {
        if !(2..=POINTS_MAX).contains(&points.len()) {
            return Err(CurveError::Count(points.len()));
        }
        if points[0].0 != 0 {
            return Err(CurveError::Order(0));
        }
        if points[0].1 != 0 {
            return Err(CurveError::Tinted);
        }
        if points[points.len() - 1].0 != u8::MAX {
            return Err(CurveError::Order(points.len() - 1));
        }
        let mut table = [0; 256];
        for (at, pair) in points.windows(2).enumerate() {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            if x1 <= x0 {
                return Err(CurveError::Order(at + 1));
            }
            let (width, rise) = (i32::from(x1 - x0), i32::from(y1) - i32::from(y0));
            for x in x0..=x1 {
                let along = i32::from(x - x0);
                let laid = i32::from(y0) + (rise * along * 2 + width).div_euclid(2 * width);
                table[usize::from(x)] = u8::try_from(laid).expect("between two amounts of dye");
            }
        }
        Ok(Curve(table))
    }

    /// How much is laid.
    pub fn laid(&self, asked: u8) -> u8 {
        self.0[usize::from(asked)]
    }
}

/// The curves of one printer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Curves {
    /// Yellow.
    pub yellow: Curve,
    /// Magenta.
    pub magenta: Curve,
    /// Cyan.
    pub cyan: Curve,
}

/// A dye. Its number is its place among the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dye {
    /// From blue.
    Yellow,
    /// From green.
    Magenta,
    /// From red.
    Cyan,
}

/// The separation of one printer: a table from light to each dye.
#[derive(Clone, PartialEq, Eq)]
pub struct Separation([[u8; 256]; 3]);

impl std::fmt::Debug for Separation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Separation")
    }
}

impl Default for Separation {
    fn default() -> Separation {
        Separation::new(&Curves::default())
    }
}

impl Dye {
    /// All, in the order of the ribbon.
    pub const ALL: [Dye; 3] = [Dye::Yellow, Dye::Magenta, Dye::Cyan];
}

impl Separation {
    /// The tables of these curves.
    pub fn new(curves: &Curves) -> Separation {
        let table = |curve: &Curve| {
            let mut table = [0; 256];
            for (light, dye) in (0..=u8::MAX).zip(&mut table) {
                *dye = curve.laid(u8::MAX - light);
            }
            table
        };
        Separation([&curves.yellow, &curves.magenta, &curves.cyan].map(table))
    }

    /// Writes the amounts of one dye in row `y`, from the left.
    ///
    /// Shape: `resin` is as large as `colour`, `amounts` as long as `colour` is wide.
    pub fn row(&self, dye: Dye, colour: &Colour, resin: &BitPlane, y: usize, amounts: &mut [u8]) {
        let table = &self.0[dye as usize];
        let dots = colour.rgb[y * colour.width * 3..][..colour.width * 3]
            .as_chunks()
            .0;
        // One loop a dye: the place of the light is then a constant of the loop.
        match dye {
            Dye::Yellow => look_up(table, dots, |[_, _, blue]| blue, amounts),
            Dye::Magenta => look_up(table, dots, |[_, green, _]| green, amounts),
            Dye::Cyan => look_up(table, dots, |[red, _, _]| red, amounts),
        }
        let ink = &resin.bits[y * resin.stride()..][..resin.stride()];
        for (eight, ink) in amounts.chunks_mut(8).zip(ink) {
            // Most bytes of a card's resin are empty.
            if *ink != 0 {
                for (bit, amount) in eight.iter_mut().enumerate() {
                    // All ones where there is no resin, zero under it: a branch would guess at each edge of a letter.
                    *amount &= u8::from(ink & (0x80 >> bit) != 0).wrapping_sub(1);
                }
            }
        }
    }

    /// Writes one dye's plane of a side. Shape: `amounts` has rows of the landscape card from top to bottom, one
    /// byte a dot. A side without colour has no dye.
    pub fn plane(&self, dye: Dye, side: &Side, amounts: &mut [u8]) {
        let Some(colour) = &side.colour else {
            return amounts.fill(0);
        };
        for (y, row) in amounts.chunks_exact_mut(colour.width).enumerate() {
            self.row(dye, colour, &side.resin, y, row);
        }
    }
}

/// Much of a card is of one colour: eight dots like the eight before are copied, not looked up.
#[inline]
fn look_up(table: &[u8; 256], dots: &[[u8; 3]], light: impl Fn([u8; 3]) -> u8, amounts: &mut [u8]) {
    let (eights, last) = dots.as_chunks::<8>();
    let (amounts, last_amounts) = amounts.as_chunks_mut::<8>();
    let amount = |dot: [u8; 3]| table[usize::from(light(dot))];
    let mut before = [[u8::MAX; 3]; 8];
    let mut made = before.map(amount);
    for (amounts, eight) in amounts.iter_mut().zip(eights) {
        if *eight != before {
            before = *eight;
            made = before.map(amount);
        }
        *amounts = made;
    }
    for (amounts, dot) in last_amounts.iter_mut().zip(last) {
        *amounts = amount(*dot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Overlay;

    fn plane(separation: &Separation, dye: Dye, side: &Side) -> Vec<u8> {
        let mut amounts = vec![77; side.resin.width * side.resin.height];
        separation.plane(dye, side, &mut amounts);
        amounts
    }

    /// Yellow, magenta and cyan of a card of one dot.
    fn dot(separation: &Separation, rgb: [u8; 3], resin: bool) -> [u8; 3] {
        let side = Side {
            colour: Some(Colour {
                width: 1,
                height: 1,
                rgb: rgb.to_vec(),
            }),
            resin: if resin {
                BitPlane::full(1, 1)
            } else {
                BitPlane::clear(1, 1)
            },
            overlay: Overlay::Full,
        };
        Dye::ALL.map(|dye| plane(separation, dye, &side)[0])
    }

    #[test]
    fn a_dye_is_the_missing_part_of_its_light_and_none_under_resin() {
        let separation = Separation::default();
        assert_eq!(dot(&separation, [255, 255, 255], false), [0, 0, 0]);
        assert_eq!(dot(&separation, [0, 0, 0], false), [255, 255, 255]);
        assert_eq!(dot(&separation, [10, 20, 30], false), [225, 235, 245]);
        assert_eq!(dot(&separation, [10, 20, 30], true), [0, 0, 0]);
    }

    #[test]
    fn planes_are_rows_of_the_card_and_a_side_without_colour_has_none() {
        let mut resin = BitPlane::clear(9, 2);
        resin.set(8, 1);
        let mut colour = Colour {
            width: 9,
            height: 2,
            rgb: vec![255; 9 * 2 * 3],
        };
        colour.rgb[(9 + 7) * 3] = 200;
        colour.rgb[(9 + 8) * 3] = 0;
        let mut side = Side {
            colour: Some(colour),
            resin,
            overlay: Overlay::Full,
        };
        let separation = Separation::default();
        let cyan = plane(&separation, Dye::Cyan, &side);
        let dyed: Vec<usize> = (0..18).filter(|at| cyan[*at] != 0).collect();
        assert_eq!((dyed, cyan[16]), (vec![16], 55));
        for dye in [Dye::Yellow, Dye::Magenta] {
            assert_eq!(plane(&separation, dye, &side), [0; 18]);
        }
        side.colour = None;
        assert_eq!(plane(&separation, Dye::Cyan, &side), [0; 18]);
    }

    #[test]
    fn dots_like_the_eight_before_are_separated_like_the_others() {
        // Runs of every length around eight, a row's end in between, ink over some of them.
        let (width, height) = (37, 5);
        let mut resin = BitPlane::clear(width, height);
        let dots = width * height;
        let light = |at: usize| [(at / 9) as u8, (at / 17) as u8, (at / 3 % 2) as u8];
        for at in (0..dots).step_by(11) {
            resin.set(at % width, at / width);
        }
        let side = Side {
            colour: Some(Colour {
                width,
                height,
                rgb: (0..dots).flat_map(light).collect(),
            }),
            resin,
            overlay: Overlay::Full,
        };
        for (dye, channel) in Dye::ALL.into_iter().zip([2, 1, 0]) {
            let amounts = plane(&Separation::default(), dye, &side);
            for (at, amount) in amounts.into_iter().enumerate() {
                let dry = if at % 11 == 0 {
                    0
                } else {
                    255 - light(at)[channel]
                };
                assert_eq!(amount, dry, "{dye:?} of dot {at}");
            }
        }
    }

    #[test]
    fn a_curve_goes_through_its_points_and_rises_between_them() {
        assert_eq!(Curve::through(&[(0, 0), (255, 255)]), Ok(Curve::default()));
        let bent = Curve::through(&[(0, 0), (128, 100), (255, 240)]).expect("a curve");
        assert_eq!([0, 64, 128, 255].map(|x| bent.laid(x)), [0, 50, 100, 240]);
        assert!((1..=255).all(|x| bent.laid(x) >= bent.laid(x - 1)));
        let falling = Curve::through(&[(0, 0), (128, 255), (255, 128)]).expect("a curve");
        assert_eq!([128, 255].map(|x| falling.laid(x)), [255, 128]);
        let curves = Curves {
            cyan: bent,
            ..Curves::default()
        };
        assert_eq!(
            dot(&Separation::new(&curves), [127, 127, 127], false),
            [128, 128, 100]
        );
    }

    #[test]
    fn points_that_are_no_curve_are_named() {
        assert_eq!(Curve::through(&[(0, 0)]), Err(CurveError::Count(1)));
        assert_eq!(Curve::through(&[(0, 0); 17]), Err(CurveError::Count(17)));
        assert_eq!(
            Curve::through(&[(1, 0), (255, 9)]),
            Err(CurveError::Order(0))
        );
        assert_eq!(Curve::through(&[(0, 9), (255, 9)]), Err(CurveError::Tinted));
        assert_eq!(
            Curve::through(&[(0, 0), (254, 9)]),
            Err(CurveError::Order(1))
        );
        let back = [(0, 0), (9, 9), (9, 10), (255, 255)];
        assert_eq!(Curve::through(&back), Err(CurveError::Order(2)));
    }
}
