//! Putting dye and resin together, and looking at the result.

use cetak_drivers::contract::{BitPlane, Colour, Side};
use image::{ImageFormat, RgbImage};

use super::place::{CARD_WIDTH, Place};

/// Which printing the card is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Look {
    /// Dye, resin and overlay on the front.
    #[default]
    Colour,
    /// Everything in resin, for a ribbon of black only.
    Mono,
    /// As `Colour`, and a back of plain text in resin.
    ColourWithBack,
}

/// What a side would look like on white card: dye, and black where there is resin.
///
/// A side of colour has its own size; one without has its resin's.
pub fn proof(side: &Side) -> RgbImage {
    let (width, height) = (side.resin.width, side.resin.height);
    let mut proof = side
        .colour
        .as_ref()
        .and_then(|colour| {
            RgbImage::from_raw(side_length(width), side_length(height), colour.rgb.clone())
        })
        .unwrap_or_else(|| {
            RgbImage::from_pixel(
                side_length(width),
                side_length(height),
                image::Rgb([255; 3]),
            )
        });
    for (x, y, pixel) in proof.enumerate_pixels_mut() {
        if side.resin.get(x as usize, y as usize) {
            *pixel = image::Rgb([0; 3]);
        }
    }
    proof
}

/// [`proof`] as a PNG file.
pub fn proof_png(side: &Side) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    proof(side)
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("a picture in memory has no writer that fails");
    bytes.into_inner()
}

/// Lays a photo into its place, and over it what lies across the card.
pub(crate) fn lay_photo(colour: &mut Colour, photo: &RgbImage, place: Place, over: &[[u8; 4]]) {
    let row_bytes = place.width * 3;
    for (row, source) in photo.as_raw().chunks_exact(row_bytes).enumerate() {
        let start = ((place.y + row) * CARD_WIDTH + place.x) * 3;
        let target = &mut colour.rgb[start..start + row_bytes];
        target.copy_from_slice(source);
        let Some(over) = over.get(row * place.width..(row + 1) * place.width) else {
            continue;
        };
        for (dot, [alpha, ink @ ..]) in target.chunks_exact_mut(3).zip(over) {
            if *alpha == 0 {
                continue;
            }
            for (under, ink) in dot.iter_mut().zip(ink) {
                let rest = u16::from(*under) * u16::from(255 - alpha) / 255;
                *under = ink.saturating_add(rest as u8);
            }
        }
    }
}

/// Lays a photo as resin dots: error diffusion after Floyd and Steinberg, every other row backwards.
///
/// Dark tones are lifted first: black dots beside each other grow together.
pub(crate) fn dither_photo(resin: &mut BitPlane, photo: &RgbImage, place: Place) {
    let width = place.width;
    let grey = image::imageops::grayscale(photo).into_raw();
    let mut errors = vec![0_i32; grey.len()];
    for y in 0..place.height {
        let backwards = y % 2 == 1;
        for step in 0..width {
            let x = if backwards { width - 1 - step } else { step };
            let index = y * width + x;
            let value = lifted(grey[index]) + errors[index] / 16;
            let inked = value < 128;
            if inked {
                resin.set(place.x + x, place.y + y);
            }
            let error = if inked { value } else { value - 255 };
            let ahead = if backwards {
                x.checked_sub(1)
            } else {
                Some(x + 1)
            };
            let behind = if backwards {
                Some(x + 1)
            } else {
                x.checked_sub(1)
            };
            let shares = [
                (ahead, 0, 7),
                (behind, 1, 3),
                (Some(x), 1, 5),
                (ahead, 1, 1),
            ];
            for (column, down, share) in shares {
                if let Some(column) = column.filter(|column| *column < width)
                    && let Some(at) = errors.get_mut((y + down) * width + column)
                {
                    *at += error * share;
                }
            }
        }
    }
}

fn side_length(dots: usize) -> u32 {
    u32::try_from(dots).unwrap_or(u32::MAX)
}

fn lifted(grey: u8) -> i32 {
    let grey = u32::from(grey);
    u32::midpoint(grey, (grey * 255).isqrt()).cast_signed()
}

/// Lays the word across a card as resin.
pub(crate) fn lay_across(resin: &mut BitPlane, across: &BitPlane) {
    for (under, over) in resin.bits.iter_mut().zip(&across.bits) {
        *under |= over;
    }
}
