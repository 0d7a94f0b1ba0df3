//! A download's bytes back into dots.
//!
//! Dots come line by line, most significant bit first [code: Printer-EVOLIS, raster-filter]. A colour value
//! of 0 is no dye, the highest is full dye [code: raster-filter]; here it is scaled to 0..=255.

use crate::mechanism::{Geometry, Panel, Plane};

use super::parser::{Download, DownloadKind};

/// The bytes do not describe lines of this panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Decodes a download over what its bitmap holds.
pub(crate) fn decode(
    download: &Download,
    geometry: Geometry,
    before: Option<&Plane>,
) -> Result<Plane, Malformed> {
    let mut plane = match (download.kind, before) {
        (DownloadKind::Raw, _) | (_, None) => Plane::empty(download.panel, geometry),
        (DownloadKind::Compressed, Some(_)) if download.first == 0 => {
            Plane::empty(download.panel, geometry)
        }
        (
            DownloadKind::RawLines(_) | DownloadKind::Compressed | DownloadKind::Bmp { .. },
            Some(before),
        ) => before.clone(),
    };
    match (&mut plane, download.kind) {
        (Plane::Dye(dots), DownloadKind::Raw | DownloadKind::RawLines(_)) => {
            let from = (download.first * geometry.columns).min(dots.len());
            unpack(&download.data, download.bits, &mut dots[from..]);
        }
        (Plane::Bits(bits), DownloadKind::Raw | DownloadKind::RawLines(_)) => {
            let from = (download.first * geometry.line_bytes()).min(bits.len());
            for (there, byte) in bits[from..].iter_mut().zip(&download.data) {
                *there = *byte;
            }
        }
        (Plane::Dye(dots), DownloadKind::Compressed) => {
            let lines = dots.chunks_exact_mut(geometry.columns).skip(download.first);
            colour_lines(&download.data, download.bits, lines)?;
        }
        (Plane::Bits(bits), DownloadKind::Compressed) => {
            let lines = bits
                .chunks_exact_mut(geometry.line_bytes())
                .skip(download.first);
            black_lines(&download.data, lines)?;
        }
        (Plane::Bits(bits), DownloadKind::Bmp { x, y }) => {
            bmp(&download.data, x, y, geometry, bits)?
        }
        (Plane::Dye(_), DownloadKind::Bmp { .. }) => return Err(Malformed),
    }
    Ok(plane)
}

/// Bits are concatenated dot after dot, without padding [code: raster-filter].
fn unpack(data: &[u8], bits: u32, dots: &mut [u8]) {
    let (mut held, mut count) = (0_u32, 0_u32);
    let mut bytes = data.iter();
    for dot in dots {
        while count < bits {
            let Some(byte) = bytes.next() else { return };
            held = held << 8 | u32::from(*byte);
            count += 8;
        }
        count -= bits;
        *dot = scaled(held >> count & ((1 << bits) - 1), bits);
        held &= (1 << count) - 1;
    }
}

/// K and O: `00` white, `FF` black, `n` and n bytes \[doc\].
fn black_lines<'a>(
    data: &[u8],
    lines: impl Iterator<Item = &'a mut [u8]>,
) -> Result<(), Malformed> {
    let mut rest = data;
    for line in lines {
        let Some((&count, after)) = rest.split_first() else {
            return Ok(());
        };
        rest = after;
        let count = usize::from(count);
        line.fill(0);
        if count == 0xFF {
            line.fill(0xFF);
        } else if count > line.len() || count > rest.len() {
            return Err(Malformed);
        } else {
            let (bytes, after) = rest.split_at(count);
            line[..count].copy_from_slice(bytes);
            rest = after;
        }
    }
    Ok(())
}

/// Y, M and C: single dots, and runs with a counter byte whose range the free value bits extend \[doc\].
/// Each of the two extension bits of 5-bit mode adds 256 by itself \[doc\].
/// Counter 0 blanks the rest of the line, or is 256 or 512 with extension bits \[inferred\].
fn colour_lines<'a>(
    data: &[u8],
    bits: u32,
    lines: impl Iterator<Item = &'a mut [u8]>,
) -> Result<(), Malformed> {
    let mut bytes = data.iter();
    for line in lines {
        let mut column = 0;
        while column < line.len() {
            let Some(&first) = bytes.next() else {
                return Ok(());
            };
            let value = scaled(u32::from(first) & ((1 << bits) - 1), bits);
            let run = if first & 0x80 == 0 {
                1
            } else {
                let Some(&counter) = bytes.next() else {
                    return Err(Malformed);
                };
                let extended = match bits {
                    5 => 256 * (first >> 5 & 3).count_ones() as usize,
                    6 => 256 * usize::from(first >> 6 & 1),
                    _ => 0,
                };
                match (extended, counter) {
                    (0, 0) => {
                        line[column..].fill(0);
                        break;
                    }
                    (extended, counter) => extended + usize::from(counter),
                }
            };
            if column + run > line.len() {
                return Err(Malformed);
            }
            line[column..column + run].fill(value);
            column += run;
        }
    }
    Ok(())
}

fn scaled(value: u32, bits: u32) -> u8 {
    let highest = (1 << bits) - 1;
    u8::try_from((value * 255 + highest / 2) / highest).unwrap_or(u8::MAX)
}

/// A 1-bit BMP at landscape x, y (top left); a set bit of the file is resin \[inferred\].
fn bmp(
    data: &[u8],
    x: usize,
    y: usize,
    geometry: Geometry,
    bits: &mut [u8],
) -> Result<(), Malformed> {
    let long = |at: usize| -> Result<i32, Malformed> {
        let bytes = data.get(at..at + 4).ok_or(Malformed)?;
        Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    let (start, width, height) = (long(10)?, long(18)?, long(22)?);
    let depth = data.get(28).ok_or(Malformed)?;
    let (start, width) = (
        usize::try_from(start).map_err(|_| Malformed)?,
        usize::try_from(width).map_err(|_| Malformed)?,
    );
    let rows = usize::try_from(height.unsigned_abs()).map_err(|_| Malformed)?;
    if *depth != 1 || width > geometry.lines || rows > geometry.columns {
        return Err(Malformed);
    }
    let stride = width.div_ceil(32) * 4;
    for row in 0..rows {
        let stored = if height > 0 { rows - 1 - row } else { row };
        let from = start + stored * stride;
        let bytes = data.get(from..from + stride).ok_or(Malformed)?;
        for column in 0..width {
            if bytes[column / 8] & 0x80 >> (column % 8) != 0 {
                set_landscape(bits, geometry, x + column, y + row, true);
            }
        }
    }
    Ok(())
}

/// Sets one dot of a landscape picture: line = x, column = highest - y [code; capture].
pub(crate) fn set_landscape(bits: &mut [u8], geometry: Geometry, x: usize, y: usize, on: bool) {
    if x < geometry.lines && y < geometry.columns {
        let column = geometry.columns - 1 - y;
        let byte = &mut bits[x * geometry.line_bytes() + column / 8];
        let bit = 0x80 >> (column % 8);
        *byte = if on { *byte | bit } else { *byte & !bit };
    }
}

/// A plane with the same value everywhere (`Wcb`).
pub(crate) fn filled(panel: Panel, value: u8, geometry: Geometry) -> Plane {
    match Plane::empty(panel, geometry) {
        Plane::Dye(mut dots) => {
            dots.fill(value);
            Plane::Dye(dots)
        }
        Plane::Bits(mut bits) => {
            bits.fill(value);
            Plane::Bits(bits)
        }
    }
}

#[cfg(test)]
mod tests;
