//! A photo brought to the size of its box: the cubic curve of Catmull and Rom, as wide as the picture shrinks.
//!
//! Dot for dot what `image::imageops::resize` gives, in the same order of sums and so with the same rounding; a
//! fraction of its time, for whole rows are added up at once and nothing is made of opacity.

use image::RgbImage;

/// Pixels that the curve reaches to either side of a dot, before it is widened.
const REACH: f32 = 2.0;

/// A part of a photo. Unit: pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Scales a part of a photo, which must lie inside it and hold a pixel, to `width` x `height` dots.
pub(crate) fn scaled(photo: &RgbImage, cut: Cut, width: u32, height: u32) -> RgbImage {
    let mut dots = Vec::with_capacity(width as usize * height as usize * 3);
    let own_row = photo.width() as usize * 3;
    let (left, many) = (cut.x as usize * 3, cut.width as usize * 3);
    let rows: Vec<&[u8]> = photo
        .chunks_exact(own_row)
        .skip(cut.y as usize)
        .take(cut.height as usize)
        .map(|row| &row[left..left + many])
        .collect();
    let (across, down) = (Taps::of(cut.width, width), Taps::of(cut.height, height));
    let mut sums = vec![0.0_f32; many];
    // One number more than colours: so many are added up in one instruction.
    let mut pixels = vec![[0.0_f32; 4]; cut.width as usize];
    for (first, weights) in down.each() {
        sums.fill(0.0);
        for (row, weight) in rows[first..].iter().zip(weights) {
            for (sum, light) in sums.iter_mut().zip(*row) {
                *sum += f32::from(*light) * weight;
            }
        }
        for (pixel, sums) in pixels.iter_mut().zip(sums.as_chunks::<3>().0) {
            pixel[..3].copy_from_slice(sums);
        }
        for (first, weights) in across.each() {
            let mut dot = [0.0_f32; 4];
            for (pixel, weight) in pixels[first..].iter().zip(weights) {
                for (sum, light) in dot.iter_mut().zip(pixel) {
                    *sum += light * weight;
                }
            }
            let [red, green, blue, _] = dot.map(nearest);
            dots.extend([red, green, blue]);
        }
    }
    RgbImage::from_raw(width, height, dots).expect("a dot for each place")
}

/// What each dot of a line takes from the pixels of a longer or shorter one.
struct Taps {
    /// The first pixel, and where its weights end; they begin where those of the dot before end.
    spans: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

impl Taps {
    fn of(pixels: u32, dots: u32) -> Taps {
        let ratio = pixels as f32 / dots as f32;
        let widened = ratio.max(1.0);
        let reach = REACH * widened;
        let mut spans = Vec::with_capacity(dots as usize);
        let mut weights = Vec::with_capacity((dots as f32 * (2.0 * reach + 2.0)) as usize);
        for dot in 0..dots {
            let centre = (dot as f32 + 0.5) * ratio;
            let first = ((centre - reach).floor().max(0.0) as u32).min(pixels - 1);
            let end = ((centre + reach).ceil() as u32).clamp(first + 1, pixels);
            let begin = weights.len();
            // A pixel's own centre lies half a pixel behind its edge.
            weights.extend((first..end).map(|at| cubic((at as f32 - (centre - 0.5)) / widened)));
            let own = &mut weights[begin..];
            let sum = own.iter().fold(0.0, |sum, weight| sum + weight);
            own.iter_mut().for_each(|weight| *weight /= sum);
            spans.push((first as usize, weights.len()));
        }
        Taps { spans, weights }
    }

    /// The first pixel of each dot, and the weights from there on.
    fn each(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let mut begin = 0;
        self.spans.iter().map(move |(first, end)| {
            let weights = &self.weights[begin..*end];
            begin = *end;
            (*first, weights)
        })
    }
}

/// The curve of Catmull and Rom.
fn cubic(x: f32) -> f32 {
    let x = x.abs();
    let sixfold = if x < 1.0 {
        9.0 * x.powi(3) - 15.0 * x.powi(2) + 6.0
    } else if x < 2.0 {
        -3.0 * x.powi(3) + 15.0 * x.powi(2) - 24.0 * x + 12.0
    } else {
        0.0
    };
    sixfold / 6.0
}

/// To the nearest whole amount of light, halves upwards.
fn nearest(light: f32) -> u8 {
    let light = light.clamp(0.0, 255.0);
    let whole = light as u8;
    whole + u8::from(light - f32::from(whole) >= 0.5)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use image::imageops::{self, FilterType};
    use proptest::prelude::*;

    #[test]
    fn amounts_of_light_are_rounded_to_the_nearest() {
        for at in -10_000..=600_000_i32 {
            let light = at as f32 / 2_000.0;
            assert_eq!(
                nearest(light),
                light.clamp(0.0, 255.0).round() as u8,
                "{light}"
            );
        }
        assert_eq!(nearest(0.499_999_97), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn every_dot_is_that_of_the_general_resampler(
            own in (1_u32..60, 1_u32..60),
            cut in (0_u32..60, 0_u32..60, 0_u32..60, 0_u32..60),
            size in (1_u32..40, 1_u32..40),
            noise in proptest::collection::vec(any::<u8>(), 60 * 60 * 3),
        ) {
            let photo = RgbImage::from_raw(own.0, own.1, noise[..(own.0 * own.1 * 3) as usize].to_vec()).unwrap();
            let (x, y) = (cut.0 % own.0, cut.1 % own.1);
            let cut = Cut { x, y, width: cut.2 % (own.0 - x) + 1, height: cut.3 % (own.1 - y) + 1 };
            let part = imageops::crop_imm(&photo, cut.x, cut.y, cut.width, cut.height);
            let wanted = imageops::resize(&*part, size.0, size.1, FilterType::CatmullRom);
            prop_assert_eq!(scaled(&photo, cut, size.0, size.1), wanted);
        }
    }
}
