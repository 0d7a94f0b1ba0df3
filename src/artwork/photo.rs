//! The photo: every doubt about it is named before a card is touched.

use std::io::Cursor;

use image::imageops;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::scale::{self, Cut};

/// Largest file. Unit: bytes.
pub const PHOTO_BYTES_MAX: usize = 100 * 1024;
/// Longest edge before it is decoded. Unit: pixels.
pub const PHOTO_EDGE_MAX: u32 = 4_000;
/// Shortest edge that still shows a face. Unit: pixels.
pub const PHOTO_EDGE_MIN: u32 = 60;
/// Most memory for decoding: a picture of the longest edges, four bytes a pixel, and working room.
pub const PHOTO_DECODED_BYTES_MAX: u64 = 4_000 * 4_000 * 4 + 1_024 * 1_024;
/// Narrowest shape, width to height; 2:3 is 0.67.
pub const PHOTO_ASPECT_MIN: f64 = 0.6;
/// Widest shape, width to height; 3:4 is 0.75.
pub const PHOTO_ASPECT_MAX: f64 = 0.9;

/// Why a photo cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum PhotoFault {
    /// The card wants one and there is none.
    #[error("photo is missing")]
    Missing,
    /// Not a PNG or JPEG that can be read to its end.
    #[error("photo cannot be read")]
    Corrupt,
    /// More bytes or pixels than the limits.
    #[error("photo is too large")]
    TooLarge,
    /// Proportions of no portrait, or too few pixels for a face.
    #[error("photo has the wrong shape")]
    WrongShape,
}

impl PhotoFault {
    /// Every fault.
    pub const ALL: [PhotoFault; 4] = [
        PhotoFault::Missing,
        PhotoFault::Corrupt,
        PhotoFault::TooLarge,
        PhotoFault::WrongShape,
    ];

    /// The reason code of the held job.
    pub fn code(self) -> &'static str {
        match self {
            PhotoFault::Missing => "HELD_PHOTO_MISSING",
            PhotoFault::Corrupt => "HELD_PHOTO_CORRUPT",
            PhotoFault::TooLarge => "HELD_PHOTO_TOO_LARGE",
            PhotoFault::WrongShape => "HELD_PHOTO_WRONG_SHAPE",
        }
    }
}

/// Whether the photo could be printed. Reads it to its end, so it costs what decoding costs.
pub fn check(bytes: Option<&[u8]>) -> Result<(), PhotoFault> {
    decode(bytes).map(drop)
}

/// Decodes the photo and scales it to fill `width` x `height` dots; what is over at two sides is cut
/// evenly.
pub fn prepare(bytes: Option<&[u8]>, width: u32, height: u32) -> Result<RgbImage, PhotoFault> {
    let photo = decode(bytes)?;
    let (own_width, own_height) = photo.dimensions();
    let (want_width, want_height) = (u64::from(width), u64::from(height));
    // The largest part of the photo that has the box's proportions.
    let cut_width = (u64::from(own_height) * want_width / want_height.max(1))
        .clamp(1, u64::from(own_width)) as u32;
    let cut_height = (u64::from(own_width) * want_height / want_width.max(1))
        .clamp(1, u64::from(own_height)) as u32;
    let cut = Cut {
        x: (own_width - cut_width) / 2,
        y: (own_height - cut_height) / 2,
        width: cut_width,
        height: cut_height,
    };
    if (cut_width, cut_height) == (width, height) {
        return Ok(imageops::crop_imm(&photo, cut.x, cut.y, width, height).to_image());
    }
    Ok(scale::scaled(&photo, cut, width, height))
}

fn decode(bytes: Option<&[u8]>) -> Result<RgbImage, PhotoFault> {
    let bytes = bytes.ok_or(PhotoFault::Missing)?;
    if bytes.len() > PHOTO_BYTES_MAX {
        return Err(PhotoFault::TooLarge);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| PhotoFault::Corrupt)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(PhotoFault::Corrupt);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(PHOTO_EDGE_MAX);
    limits.max_image_height = Some(PHOTO_EDGE_MAX);
    limits.max_alloc = Some(PHOTO_DECODED_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault_of)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > PHOTO_EDGE_MAX || decoder.total_bytes() > PHOTO_DECODED_BYTES_MAX {
        return Err(PhotoFault::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    check_shape(width, height, orientation)?;
    let mut photo = DynamicImage::from_decoder(decoder).map_err(fault_of)?;
    photo.apply_orientation(orientation);
    Ok(on_white(photo))
}

/// Judged by the header alone: a picture of the wrong shape is never decoded.
fn check_shape(width: u32, height: u32, orientation: Orientation) -> Result<(), PhotoFault> {
    let (width, height) = match orientation {
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => (width, height),
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
    };
    let aspect = f64::from(width) / f64::from(height.max(1));
    if width.min(height) < PHOTO_EDGE_MIN
        || !(PHOTO_ASPECT_MIN..=PHOTO_ASPECT_MAX).contains(&aspect)
    {
        return Err(PhotoFault::WrongShape);
    }
    Ok(())
}

fn on_white(photo: DynamicImage) -> RgbImage {
    if !photo.color().has_alpha() {
        return photo.into_rgb8();
    }
    let rgba = photo.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let over = |ink: u8| {
            let alpha = u16::from(alpha);
            ((u16::from(ink) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

fn fault_of(error: ImageError) -> PhotoFault {
    if matches!(error, ImageError::Limits(_)) {
        PhotoFault::TooLarge
    } else {
        PhotoFault::Corrupt
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        encoded(
            &DynamicImage::ImageRgb8(gradient(width, height)),
            ImageFormat::Png,
        )
    }

    fn gradient(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 128])
        })
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn fault(bytes: &[u8]) -> Option<PhotoFault> {
        check(Some(bytes)).err()
    }

    #[test]
    fn png_and_jpeg_of_both_shapes_fill_the_box() {
        for (width, height) in [(240, 320), (240, 360)] {
            let picture = DynamicImage::ImageRgb8(gradient(width, height));
            for format in [ImageFormat::Png, ImageFormat::Jpeg] {
                let scaled = prepare(Some(&encoded(&picture, format)), 208, 312).unwrap();
                assert_eq!(scaled.dimensions(), (208, 312));
                assert!(scaled.get_pixel(0, 0).0[1] < 20);
                assert!(scaled.get_pixel(207, 311).0[1] > 235);
            }
        }
    }

    #[test]
    fn a_missing_photo_is_named() {
        assert_eq!(check(None), Err(PhotoFault::Missing));
    }

    #[test]
    fn a_corrupt_photo_is_named() {
        let whole = png(240, 320);
        assert_eq!(fault(b""), Some(PhotoFault::Corrupt));
        assert_eq!(fault(b"no picture at all"), Some(PhotoFault::Corrupt));
        assert_eq!(
            fault(b"GIF89a\x01\0\x01\0\0\0\0;"),
            Some(PhotoFault::Corrupt)
        );
        assert_eq!(fault(&whole[..whole.len() / 2]), Some(PhotoFault::Corrupt));
        let mut garbled = whole.clone();
        let middle = whole.len() / 2;
        garbled[middle] ^= 0xFF;
        assert_eq!(fault(&garbled), Some(PhotoFault::Corrupt));
        let jpeg = encoded(
            &DynamicImage::ImageRgb8(gradient(240, 320)),
            ImageFormat::Jpeg,
        );
        assert_eq!(fault(&jpeg[..40]), Some(PhotoFault::Corrupt));
    }

    #[test]
    fn a_huge_photo_is_named_without_being_decoded() {
        assert_eq!(
            fault(&vec![0; PHOTO_BYTES_MAX + 1]),
            Some(PhotoFault::TooLarge)
        );
        assert_eq!(
            fault(&png(4_001, 5_001)[..5_000]),
            Some(PhotoFault::TooLarge)
        );
        // A bomb: a header that claims 60,000 x 80,000 pixels over a few bytes of data.
        let mut bomb = png(240, 320);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&80_000_u32.to_be_bytes());
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(fault(&bomb), Some(PhotoFault::TooLarge));
    }

    #[test]
    fn the_largest_photo_within_the_limits_is_read() {
        let flat = image::GrayImage::from_pixel(3_000, 4_000, image::Luma([77]));
        let bytes = encoded(&DynamicImage::ImageLuma8(flat), ImageFormat::Png);
        assert!(bytes.len() <= PHOTO_BYTES_MAX);
        let scaled = prepare(Some(&bytes), 208, 312).unwrap();
        assert_eq!(scaled.get_pixel(100, 100).0, [77; 3]);
    }

    #[test]
    fn a_wrong_shape_is_named() {
        for (width, height) in [(320, 240), (300, 300), (100, 400), (59, 80)] {
            assert_eq!(fault(&png(width, height)), Some(PhotoFault::WrongShape));
        }
    }

    #[test]
    fn transparent_parts_are_white() {
        let clear = image::RgbaImage::from_pixel(60, 80, image::Rgba([0, 0, 0, 0]));
        let bytes = encoded(&DynamicImage::ImageRgba8(clear), ImageFormat::Png);
        assert_eq!(
            prepare(Some(&bytes), 60, 80).unwrap().get_pixel(5, 5).0,
            [255; 3]
        );
    }

    #[test]
    fn grey_photos_are_taken() {
        let grey = image::GrayImage::from_pixel(60, 80, image::Luma([77]));
        let bytes = encoded(&DynamicImage::ImageLuma8(grey), ImageFormat::Png);
        assert_eq!(
            prepare(Some(&bytes), 60, 80).unwrap().get_pixel(5, 5).0,
            [77; 3]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), at in 0_usize..400) {
            let _ = check(Some(&bytes));
            for mut whole in [
                png(60, 80),
                encoded(&DynamicImage::ImageRgb8(gradient(60, 80)), ImageFormat::Jpeg),
            ] {
                let at = at % whole.len();
                for (place, byte) in whole[at..].iter_mut().zip(&bytes) {
                    *place = *byte;
                }
                let _ = check(Some(&whole));
            }
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        })
    }
}
