//! The drawn head and shoulders that stand for a photo. Integer arithmetic only: the same bytes on
//! every machine.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

/// Width of every photo. Unit: pixels.
const WIDTH: usize = 240;
/// Heights: 3:4 and 2:3.
const HEIGHTS: [usize; 2] = [320, 360];
/// Sub-pixels along an edge, for smooth outlines.
const FINE: i64 = 3;

/// Draws the photo that belongs to these random bits, as a PNG file.
pub(super) fn draw(bits: u64, even_year: bool) -> Vec<u8> {
    let height = HEIGHTS[(bits & 1) as usize];
    let person = Person::of(bits >> 1, height);
    let mut rgb = Vec::with_capacity(WIDTH * height * 3);
    for y in 0..height {
        for x in 0..WIDTH {
            rgb.extend(pixel(&person, x, y, height, even_year, bits));
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
    head_x: i64,
    head_y: i64,
    head_width: i64,
    head_height: i64,
    shoulders_y: i64,
    shoulders_width: i64,
    hair: i64,
    covered: bool,
    skin: [i64; 3],
    cloth: [i64; 3],
    hair_colour: [i64; 3],
}

impl Person {
    fn of(bits: u64, height: usize) -> Person {
        let take = |shift: u32, limit: u64| ((bits >> shift) % limit) as i64;
        let height = height as i64;
        Person {
            head_x: 116 + take(0, 9),
            head_y: height * 40 / 100 + take(4, 9),
            head_width: 52 + take(8, 9),
            head_height: 68 + take(12, 9),
            shoulders_y: height * 78 / 100 + take(16, 9),
            shoulders_width: 96 + take(20, 17),
            hair: 12 + take(25, 16),
            covered: take(30, 3) == 0,
            skin: SKINS[take(33, 4) as usize],
            cloth: CLOTHS[take(37, 6) as usize],
            hair_colour: [36 + take(41, 20), 30 + take(41, 16), 28 + take(41, 12)],
        }
    }

    /// The colour at a sub-pixel; `None` is background.
    fn at(&self, x: i64, y: i64) -> Option<[i64; 3]> {
        let inside = |centre_x: i64, centre_y: i64, half_width: i64, half_height: i64| {
            let (dx, dy) = (x - centre_x * FINE, y - centre_y * FINE);
            let (a, b) = (half_width * FINE, half_height * FINE);
            dx * dx * b * b + dy * dy * a * a <= a * a * b * b
        };
        let chin = self.head_y + self.head_height;
        let face = inside(self.head_x, self.head_y, self.head_width, self.head_height);
        let crown = self.head_y - self.hair;
        let scarf = self.covered
            && inside(
                self.head_x,
                self.head_y + 8,
                self.head_width + 20,
                self.head_height + 26,
            );
        if face && (y > (crown - self.head_height / 3) * FINE || self.covered) {
            let below = y - crown * FINE;
            let side = (x - self.head_x * FINE).abs();
            let fringe = self.covered || below * 2 > self.head_width * FINE - side;
            if fringe && y > (crown - self.head_height / 3) * FINE {
                return Some(self.skin);
            }
        }
        if scarf {
            return Some(self.cloth);
        }
        if inside(
            self.head_x,
            self.head_y - 8,
            self.head_width + 6,
            self.head_height,
        ) && y < (self.head_y + 6) * FINE
        {
            return Some(self.hair_colour);
        }
        if face {
            return Some(self.skin);
        }
        let neck = (x - self.head_x * FINE).abs() < 26 * FINE
            && y > self.head_y * FINE
            && y < (chin + 34) * FINE;
        let collar = inside(self.head_x, chin + 14, 38, 26);
        if neck && collar {
            return Some(self.skin.map(|shade| shade * 88 / 100));
        }
        let shoulders = inside(
            self.head_x,
            self.shoulders_y + 90,
            self.shoulders_width,
            110,
        );
        if shoulders || neck {
            return Some(self.cloth);
        }
        None
    }
}

fn pixel(
    person: &Person,
    x: usize,
    y: usize,
    height: usize,
    even_year: bool,
    bits: u64,
) -> [u8; 3] {
    let (across, down) = (x as i64, y as i64);
    let ground = if even_year {
        [38, 92, 178]
    } else {
        [184, 40, 44]
    };
    // A lamp above the left shoulder.
    let light = 112 - across * 12 / WIDTH as i64 - down * 20 / height as i64;
    let mut sum = [0_i64; 3];
    for fine in 0..FINE * FINE {
        let (fine_x, fine_y) = (across * FINE + fine % FINE, down * FINE + fine / FINE);
        let colour = person.at(fine_x, fine_y).unwrap_or(ground);
        for (sum, shade) in sum.iter_mut().zip(colour) {
            *sum += shade;
        }
    }
    let grain = i64::from(grain(x, y, bits) == 0);
    sum.map(|sum| {
        let shade = sum / (FINE * FINE) * light / 100 + grain * 2;
        shade.clamp(0, 255) as u8
    })
}

/// A sparse grain, so that the file has the size of a small photo's. 0 is a grain.
fn grain(x: usize, y: usize, bits: u64) -> u64 {
    let mut mixed = bits ^ ((x as u64) << 32 | y as u64);
    mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 40) % 24
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
