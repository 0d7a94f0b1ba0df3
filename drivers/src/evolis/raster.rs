//! From a card's picture to panels: separation, orientation, packing, compression.
//!
//! Orientation: line = x, column = height - 1 - y, that is the landscape picture turned clockwise by 90
//! degrees [code: Printer-EVOLIS, raster-filter; capture]. Whether a back must be turned by 180 degrees
//! depends on the flip axis \[unknown\]: a switch of the model's row.
//!
//! Dye: the separation's amount >> (8 - bits) [code: raster-filter]. Bits run on, most significant first,
//! without padding [code: raster-filter]. Resin and varnish: 1 is ink, first dot in bit 7 [code: Printer-EVOLIS].
//!
//! Compression of resin and varnish [doc; capture], of dye [doc only: no capture was found].

use bytes::Bytes;

use super::download::{Depth, Download, Form, Geometry, PARTIAL_LINES_MAX, Panel};
use crate::colour::{Dye, Separation};
use crate::contract::{Overlay, Side};
use crate::turn::{BLOCK_LINES, Quarter};

/// Why a picture cannot be packed, or packed bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// The picture has not the panel's size.
    #[error("the picture is {width} x {height} dots, the panel {lines} x {columns}")]
    Size {
        /// Dots along the long side.
        width: usize,
        /// Dots along the short side.
        height: usize,
        /// Lines of the panel.
        lines: usize,
        /// Columns of the panel.
        columns: usize,
    },
    /// The side has colour and the ribbon has no dye for it.
    #[error("the ribbon has no dye for this side")]
    NoDye,
    /// Compressed bytes end inside a line.
    #[error("line {line} is not complete")]
    Short {
        /// Which line.
        line: usize,
    },
    /// A run crosses the end of its line.
    #[error("line {line} is too long")]
    Long {
        /// Which line.
        line: usize,
    },
    /// Bytes are left after the last line.
    #[error("{bytes} bytes after the last line")]
    Rest {
        /// How many.
        bytes: usize,
    },
}

/// Some lines of a panel, for half-panel ribbons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    first: usize,
    lines: usize,
}

impl Window {
    /// `None` unless it lies inside the panel and has at most 420 lines \[doc\].
    pub fn new(first: usize, lines: usize, geometry: Geometry) -> Option<Window> {
        let fits = (1..=PARTIAL_LINES_MAX).contains(&lines) && first + lines <= geometry.lines;
        fits.then_some(Window { first, lines })
    }
}

/// How panels are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// From light to dye.
    pub separation: Separation,
    /// Size of a panel.
    pub geometry: Geometry,
    /// Levels of dye.
    pub depth: Depth,
    /// Whether the shorter of the plain and the compressed form is sent.
    pub compression: bool,
    /// The lines of dye that are sent; all of them if `None`.
    pub window: Option<Window>,
    /// The side is turned by 180 degrees.
    pub turned: bool,
}

impl Recipe {
    fn quarter(&self) -> Quarter {
        if self.turned {
            Quarter::CounterClockwise
        } else {
            Quarter::Clockwise
        }
    }
}

/// Splits one side into the panels asked for, in that order.
pub fn separate(
    side: &Side,
    panels: &[Panel],
    recipe: &Recipe,
) -> Result<Vec<Download>, RasterError> {
    let geometry = recipe.geometry;
    check_size(side.resin.width, side.resin.height, geometry)?;
    if let Overlay::Plane(plane) = &side.overlay {
        check_size(plane.width, plane.height, geometry)?;
    }
    let wants_dye = panels.iter().any(|panel| panel.is_dye());
    if let Some(colour) = &side.colour {
        check_size(colour.width, colour.height, geometry)?;
        if !wants_dye && colour.rgb.iter().any(|component| *component != 255) {
            return Err(RasterError::NoDye);
        }
    }
    // A ribbon's panels are used up in turn: a side without colour still sends each, empty.
    let dyes = wants_dye.then(|| dye_panels(side, recipe));
    let dye = |at: usize| {
        let dyes = dyes.as_ref().expect("made above when a dye is asked for");
        dyes[at].clone()
    };
    Ok(panels
        .iter()
        .map(|panel| match panel {
            Panel::Yellow => dye(0),
            Panel::Magenta => dye(1),
            Panel::Cyan => dye(2),
            Panel::Black => bit_panel(
                Panel::Black,
                &recipe.quarter().turned(&side.resin).bits,
                recipe,
            ),
            Panel::Overlay => {
                let bytes = geometry.panel_bytes(1);
                let bits = match &side.overlay {
                    Overlay::Full => vec![0xFF; bytes],
                    Overlay::None => vec![0x00; bytes],
                    Overlay::Plane(plane) => recipe.quarter().turned(plane).bits,
                };
                bit_panel(Panel::Overlay, &bits, recipe)
            }
        })
        .collect())
}

fn check_size(width: usize, height: usize, geometry: Geometry) -> Result<(), RasterError> {
    if (width, height) == (geometry.lines, geometry.columns) {
        return Ok(());
    }
    Err(RasterError::Size {
        width,
        height,
        lines: geometry.lines,
        columns: geometry.columns,
    })
}

/// Yellow, magenta, cyan.
fn dye_panels(side: &Side, recipe: &Recipe) -> [Download; 3] {
    let Geometry { lines, columns } = recipe.geometry;
    let bits = recipe.depth.bits();
    let (first, count) = match recipe.window {
        Some(window) => (window.first, window.lines),
        None => (0, lines),
    };
    let mut plane = vec![0; lines * columns];
    let mut block = vec![0; BLOCK_LINES * columns];
    let makers = Dye::ALL.map(|dye| {
        recipe.separation.plane(dye, side, &mut plane);
        let mut maker = DyeMaker::new(count, columns, bits, recipe.compression);
        for begin in (first..first + count).step_by(BLOCK_LINES) {
            let many = BLOCK_LINES.min(first + count - begin);
            let block = &mut block[..many * columns];
            recipe
                .quarter()
                .turn(&plane, lines, begin, columns, |dot| dot, block);
            block.iter_mut().for_each(|amount| *amount >>= 8 - bits);
            block
                .chunks_exact(columns)
                .for_each(|line| maker.line(line));
        }
        maker
    });
    let mut panels = [Panel::Yellow, Panel::Magenta, Panel::Cyan].into_iter();
    makers.map(|maker| {
        let panel = panels.next().expect("three makers, three panels");
        let (compressed, data) = maker.shorter();
        let form = match (recipe.window, compressed) {
            (None, false) => Form::Full,
            (None, true) => Form::Compressed { first: None },
            (Some(Window { first, lines }), false) => Form::Partial { first, lines },
            (Some(Window { first, .. }), true) => Form::PartialCompressed { first },
        };
        Download {
            panel,
            depth: recipe.depth,
            form,
            data: Bytes::from(data),
        }
    })
}

/// Packs one dye's lines, and compresses them beside if wanted.
struct DyeMaker {
    bits: usize,
    plain: Vec<u8>,
    line_bytes: usize,
    runs: Option<Vec<u8>>,
}

impl DyeMaker {
    fn new(lines: usize, columns: usize, bits: usize, compression: bool) -> DyeMaker {
        let line_bytes = columns * bits / 8;
        DyeMaker {
            bits,
            plain: Vec::with_capacity(lines * line_bytes),
            line_bytes,
            runs: compression.then(|| Vec::with_capacity(lines * line_bytes)),
        }
    }

    fn line(&mut self, values: &[u8]) {
        let start = self.plain.len();
        self.plain.resize(start + self.line_bytes, 0);
        pack_line(values, self.bits, &mut self.plain[start..]);
        if let Some(runs) = &mut self.runs {
            compress_dye_line(values, self.bits, runs);
        }
    }

    fn shorter(self) -> (bool, Vec<u8>) {
        match self.runs {
            Some(runs) if runs.len() < self.plain.len() => (true, runs),
            Some(_) | None => (false, self.plain),
        }
    }
}

/// Packs values of so many bits each, most significant first. Eight values make `bits` bytes.
pub fn pack_line(values: &[u8], bits: usize, out: &mut [u8]) {
    // Loops of their own: a copy of a few bytes is cheap only where their number is known.
    match bits {
        5 => pack(values, 5, out),
        6 => pack(values, 6, out),
        7 => pack(values, 7, out),
        bits => pack(values, bits, out),
    }
}

#[inline(always)]
fn pack(values: &[u8], bits: usize, out: &mut [u8]) {
    for (eight, bytes) in values.chunks_exact(8).zip(out.chunks_exact_mut(bits)) {
        let packed = eight
            .iter()
            .fold(0u64, |sum, value| (sum << bits) | u64::from(*value));
        let aligned = (packed << (64 - 8 * bits)).to_be_bytes();
        bytes.copy_from_slice(&aligned[..bits]);
    }
}

/// The opposite of [`pack_line`].
pub fn unpack_line(bytes: &[u8], bits: usize, values: &mut [u8]) {
    for (eight, bytes) in values.chunks_exact_mut(8).zip(bytes.chunks_exact(bits)) {
        let packed = bytes
            .iter()
            .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
        for (at, value) in eight.iter_mut().enumerate() {
            let shifted = packed >> ((7 - at) * bits);
            *value = u8::try_from(shifted & ((1 << bits) - 1)).expect("at most seven bits");
        }
    }
}

fn bit_panel(panel: Panel, bits: &[u8], recipe: &Recipe) -> Download {
    let mut form = Form::Full;
    let mut data = None;
    if recipe.compression {
        let mut runs = Vec::with_capacity(bits.len() / 4);
        for line in bits.chunks_exact(recipe.geometry.line_bytes(1)) {
            compress_bit_line(line, &mut runs);
        }
        if runs.len() < bits.len() {
            form = Form::Compressed { first: None };
            data = Some(Bytes::from(runs));
        }
    }
    Download {
        panel,
        depth: recipe.depth,
        form,
        data: data.unwrap_or_else(|| Bytes::copy_from_slice(bits)),
    }
}

/// One line of resin or varnish: `00` empty, `FF` full, else n and the first n bytes, the rest being empty
/// [doc; form n capture].
pub fn compress_bit_line(line: &[u8], out: &mut Vec<u8>) {
    let used = line
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    if used == 0 {
        out.push(0x00);
    } else if line.iter().all(|byte| *byte == 0xFF) {
        out.push(0xFF);
    } else {
        out.push(u8::try_from(used).expect("a line has at most 254 bytes"));
        out.extend_from_slice(&line[..used]);
    }
}

/// The opposite of [`compress_bit_line`] for a whole panel.
pub fn expand_bits(bytes: &[u8], geometry: Geometry) -> Result<Vec<u8>, RasterError> {
    let line_bytes = geometry.line_bytes(1);
    let mut out = Vec::with_capacity(geometry.panel_bytes(1));
    let mut rest = bytes;
    for line in 0..geometry.lines {
        let (&count, after) = rest.split_first().ok_or(RasterError::Short { line })?;
        rest = after;
        if count == 0xFF {
            out.resize(out.len() + line_bytes, 0xFF);
            continue;
        }
        let count = usize::from(count);
        if count > line_bytes {
            return Err(RasterError::Long { line });
        }
        if count > rest.len() {
            return Err(RasterError::Short { line });
        }
        out.extend_from_slice(&rest[..count]);
        out.resize(out.len() + line_bytes - count, 0);
        rest = &rest[count..];
    }
    end(rest)?;
    Ok(out)
}

/// Longest run of one dye value: the counter byte, and 256 for each bit between value and flag.
fn run_max(bits: usize) -> usize {
    255 + 256 * (7 - bits)
}

/// One line of dye: single values, or value with bit 7 and a counter; `80 00` is an empty line \[doc\].
///
/// A counter byte of 0 means an empty line, so runs of 256 and 512 are cut one short \[inferred\]. Runs never
/// cross a line's end \[inferred\].
pub fn compress_dye_line(values: &[u8], bits: usize, out: &mut Vec<u8>) {
    if values.iter().all(|value| *value == 0) {
        out.extend_from_slice(&[0x80, 0x00]);
        return;
    }
    for run in values.chunk_by(|a, b| a == b) {
        let value = run[0];
        let mut left = run.len();
        while left > 0 {
            let mut count = left.min(run_max(bits));
            if count.is_multiple_of(256) {
                count -= 1;
            }
            if count == 1 {
                out.push(value);
            } else {
                // Each 256 sets one more of the bits between value and flag, the highest first.
                let beyond: u8 = match (bits, count / 256) {
                    (_, 0) => 0x00,
                    (6, _) => 0x40,
                    (_, 1) => 0x40,
                    (_, _) => 0x60,
                };
                let low = u8::try_from(count % 256).expect("a remainder of 256");
                out.push(0x80 | beyond | value);
                out.push(low);
            }
            left -= count;
        }
    }
}

/// The opposite of [`compress_dye_line`] for so many lines; gives one byte a dot.
///
/// A counter byte of 0 blanks the rest of the line when no bit adds to it \[inferred\].
pub fn expand_dye(
    bytes: &[u8],
    bits: usize,
    lines: usize,
    columns: usize,
) -> Result<Vec<u8>, RasterError> {
    let mask = (1u8 << bits) - 1;
    let mut out = Vec::with_capacity(lines * columns);
    let mut rest = bytes;
    for line in 0..lines {
        let end_of_line = out.len() + columns;
        while out.len() < end_of_line {
            let (&first, after) = rest.split_first().ok_or(RasterError::Short { line })?;
            rest = after;
            if first & 0x80 == 0 {
                out.push(first & mask);
                continue;
            }
            let (&low, after) = rest.split_first().ok_or(RasterError::Short { line })?;
            rest = after;
            let beyond = (first & 0x7F & !mask).count_ones() as usize * 256;
            if low == 0 && beyond == 0 {
                out.resize(end_of_line, 0);
                continue;
            }
            let count = usize::from(low) + beyond;
            if out.len() + count > end_of_line {
                return Err(RasterError::Long { line });
            }
            out.resize(out.len() + count, first & mask);
        }
    }
    end(rest)?;
    Ok(out)
}

fn end(rest: &[u8]) -> Result<(), RasterError> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(RasterError::Rest { bytes: rest.len() })
    }
}
