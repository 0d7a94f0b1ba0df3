//! The drawn head and shoulders that stand for a photo. Integer arithmetic only: the same bytes on
//! every machine.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::domain::record::Sex;

/// Width of every photo. Unit: pixels.
const WIDTH: usize = 204;
/// Heights: 3:4 and 2:3.
const HEIGHTS: [usize; 2] = [272, 306];
/// One pixel in so many is a grain.
const GRAIN_EVERY: u64 = 46;
/// Sub-pixels along an edge, for smooth outlines.
const FINE: i64 = 3;

/// Draws the photo that belongs to these random bits, as a PNG file.
pub(super) fn draw(bits: u64, sex: Sex, even_year: bool) -> Vec<u8> {
    let height = HEIGHTS[(bits & 1) as usize];
    let canvas = Canvas::of(Person::of(bits >> 1, sex, height), even_year);
    let mut rgb = Vec::with_capacity(WIDTH * height * 3);
    for y in 0..height {
        for x in 0..WIDTH {
            rgb.extend(canvas.pixel(x, y, bits));
        }
    }
    let mut file = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Sub)
        .write_image(&rgb, WIDTH as u32, height as u32, ExtendedColorType::Rgb8)
        .expect("a picture in memory has no writer that fails");
    file.into_inner()
}

/// Measures in pixels, colours in red, green, blue.
struct Person {
    height: i64,
    head_x: i64,
    head_y: i64,
    head_width: i64,
    head_height: i64,
    shoulders_y: i64,
    shoulders_width: i64,
    forehead: i64,
    scarf: bool,
    skin: [i64; 3],
    cloth: [i64; 3],
    hair: [i64; 3],
}

impl Person {
    fn of(bits: u64, sex: Sex, height: usize) -> Person {
        let take = |shift: u32, limit: u64| ((bits >> shift) % limit) as i64;
        let height = height as i64;
        Person {
            height,
            head_x: WIDTH as i64 / 2 - 2 + take(0, 5),
            head_y: height * 42 / 100 + take(4, 7),
            head_width: 42 + take(8, 7),
            head_height: 56 + take(12, 7),
            shoulders_y: height * 71 / 100 + take(16, 6),
            shoulders_width: 84 + take(20, 12),
            forehead: 16 + take(25, 14),
            scarf: sex == Sex::Female && take(30, 2) == 0,
            skin: SKINS[take(33, 4) as usize],
            cloth: CLOTHS[take(37, 6) as usize],
            hair: [36 + take(41, 20), 30 + take(41, 16), 28 + take(41, 12)],
        }
    }

    /// The colour at a sub-pixel; `None` is background.
    fn at(&self, x: i64, y: i64) -> Option<[i64; 3]> {
        let inside = |centre_y: i64, half_width: i64, half_height: i64| {
            let (dx, dy) = (x - self.head_x * FINE, y - centre_y * FINE);
            let (a, b) = (half_width * FINE, half_height * FINE);
            dx * dx * b * b + dy * dy * a * a <= a * a * b * b
        };
        let chin = self.head_y + self.head_height;
        let face = inside(self.head_y, self.head_width, self.head_height)
            // The hairline is the same oval, moved down.
            && inside(self.head_y + self.forehead, self.head_width + 4, self.head_height);
        if face {
            return Some(self.skin);
        }
        let around = inside(self.head_y - 4, self.head_width + 7, self.head_height + 6);
        if self.scarf && (around || inside(chin + 4, self.head_width + 18, 54)) {
            return Some(self.cloth.map(|shade| shade * 92 / 100));
        }
        if around && y < (self.head_y + self.head_height / 4) * FINE {
            return Some(self.hair);
        }
        let neck = (x - self.head_x * FINE).abs() < 20 * FINE && y > self.head_y * FINE;
        if neck && y < (self.shoulders_y + 4) * FINE || inside(self.shoulders_y + 2, 25, 16) {
            return Some(self.skin.map(|shade| shade * 86 / 100));
        }
        let torso = self.height - self.shoulders_y + 14;
        if inside(self.height + 14, self.shoulders_width, torso + 2) {
            return Some(self.cloth);
        }
        None
    }
}

/// The figure with the colour of each pixel's centre.
struct Canvas {
    person: Person,
    height: usize,
    ground: [i64; 3],
    centres: Vec<[i64; 3]>,
}

impl Canvas {
    fn of(person: Person, even_year: bool) -> Canvas {
        let height = person.height as usize;
        let ground = if even_year {
            [38, 92, 178]
        } else {
            [184, 40, 44]
        };
        let centres = (0..height)
            .flat_map(|y| (0..WIDTH).map(move |x| (x as i64, y as i64)))
            .map(|(x, y)| {
                person
                    .at(x * FINE + FINE / 2, y * FINE + FINE / 2)
                    .unwrap_or(ground)
            })
            .collect();
        Canvas {
            person,
            height,
            ground,
            centres,
        }
    }

    fn pixel(&self, x: usize, y: usize, bits: u64) -> [u8; 3] {
        let (across, down) = (x as i64, y as i64);
        // A lamp above the left shoulder.
        let light = 112 - across * 12 / WIDTH as i64 - down * 20 / self.height as i64;
        let grain = i64::from(grain(x, y, bits) == 0);
        self.smooth(x, y).map(|shade| {
            let shade = shade * light / 100 + grain * 2;
            shade.clamp(0, 255) as u8
        })
    }

    /// The mean of the sub-pixels; they are looked at only where a neighbour has another colour.
    fn smooth(&self, x: usize, y: usize) -> [i64; 3] {
        let centre = self.centres[y * WIDTH + x];
        let (last_x, last_y) = (WIDTH - 1, self.height - 1);
        let neighbours = [
            (x.saturating_sub(1), y),
            ((x + 1).min(last_x), y),
            (x, y.saturating_sub(1)),
            (x, (y + 1).min(last_y)),
        ];
        if neighbours
            .iter()
            .all(|(x, y)| self.centres[y * WIDTH + x] == centre)
        {
            return centre;
        }
        let (left, top) = (x as i64 * FINE, y as i64 * FINE);
        let mut sum = [0_i64; 3];
        for fine in 0..FINE * FINE {
            let colour = self
                .person
                .at(left + fine % FINE, top + fine / FINE)
                .unwrap_or(self.ground);
            for (sum, shade) in sum.iter_mut().zip(colour) {
                *sum += shade;
            }
        }
        sum.map(|sum| sum / (FINE * FINE))
    }
}

/// A sparse grain, so that the file has the size of a small photo's. 0 is a grain.
fn grain(x: usize, y: usize, bits: u64) -> u64 {
    let mut mixed = bits ^ ((x as u64) << 32 | y as u64);
    mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 40) % GRAIN_EVERY
}

const SKINS: [[i64; 3]; 4] = [
    [226, 184, 148],
    [204, 158, 120],
    [176, 128, 92],
    [148, 104, 74],
];
const CLOTHS: [[i64; 3]; 6] = [
    [236, 236, 232],
    [52, 62, 84],
    [96, 132, 92],
    [150, 110, 156],
    [204, 170, 92],
    [70, 110, 128],
];
