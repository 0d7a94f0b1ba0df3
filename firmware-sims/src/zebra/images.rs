//! Image memory: four colour buffers, black and varnish, and how an area gets into them.
//!
//! x counts along the card's long side from its left edge, y along the short side from its top; the lines of a
//! download run from right to left, their dots from top to bottom [doc; code: PAUSMS]. Memory is larger than the
//! card; its upper left corner is the card's, and what lies beyond the card is not printed \[inferred\].

use crate::mechanism::{Geometry, Plane};

use super::codes::Code;
use super::parser::OpenArea;
use super::unpack::{Packing, Unpack};

/// Highest level of a colour dot.
const LEVEL_MAX: u16 = 31;
/// A dye-sublimation black dot that comes out as black; the mechanics know black as one bit a dot.
const BLACK_FROM: u8 = 16;

/// How what arrives meets what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// The area takes the inverse.
    Inverted,
    /// The area takes it.
    Clear,
    /// Only ones are written.
    Merge,
}

impl Load {
    /// `gmode`.
    pub(super) fn of(number: u32) -> Result<Load, Code> {
        match number {
            0 => Ok(Load::Inverted),
            1 => Ok(Load::Clear),
            2 => Ok(Load::Merge),
            _ => Err(Code::PARAMETER),
        }
    }
}

/// A rectangle of dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// One buffer, one byte a dot, line after line from the left; empty: clear.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }

    /// Nothing is in it.
    pub(super) fn is_clear(&self) -> bool {
        self.0.iter().all(|dot| *dot == 0)
    }

    /// The dot at x, y.
    pub(super) fn dot(&self, x: usize, y: usize, memory: Geometry) -> u8 {
        self.0.get(x * memory.columns + y).copied().unwrap_or(0)
    }

    fn set(&mut self, x: usize, y: usize, value: u8, memory: Geometry) {
        if self.0.is_empty() {
            self.0 = vec![0; memory.columns * memory.lines];
        }
        if let Some(dot) = self.0.get_mut(x * memory.columns + y) {
            *dot = value;
        }
    }

    /// Writes an area of ones and zeros; `on` is asked with offsets from the upper left corner.
    pub(super) fn write(
        &mut self,
        area: Rect,
        load: Load,
        memory: Geometry,
        on: impl Fn(usize, usize) -> bool,
    ) {
        for column in 0..area.width {
            for row in 0..area.height {
                let (x, y) = (area.x + column, area.y + row);
                if x >= memory.lines || y >= memory.columns {
                    continue;
                }
                match (load, on(column, row)) {
                    (Load::Inverted, on) => self.set(x, y, u8::from(!on), memory),
                    (Load::Clear, on) => self.set(x, y, u8::from(on), memory),
                    (Load::Merge, true) => self.set(x, y, 1, memory),
                    (Load::Merge, false) => {}
                }
            }
        }
    }

    /// Writes a colour area: lines from right to left.
    pub(super) fn load(&mut self, area: Rect, dots: &[u8], memory: Geometry) {
        for (line, dots) in dots.chunks_exact(area.height).enumerate() {
            for (row, level) in dots.iter().enumerate() {
                let x = area.x + area.width - 1 - line;
                self.set(x, area.y + row, *level, memory);
            }
        }
    }

    /// One byte a dot, 0 to 255, as the mechanics lay it.
    pub(super) fn dye(&self, memory: Geometry, card: Geometry) -> Plane {
        let mut plane = Vec::with_capacity(card.columns * card.lines);
        for x in 0..card.lines {
            for y in (0..card.columns).rev() {
                let level = u16::from(self.dot(x, y, memory));
                let scaled = (level * 255 + LEVEL_MAX / 2) / LEVEL_MAX;
                plane.push(u8::try_from(scaled).unwrap_or(u8::MAX));
            }
        }
        Plane::Dye(plane)
    }

    /// One bit a dot, as the mechanics lay it.
    pub(super) fn bits(&self, memory: Geometry, card: Geometry) -> Plane {
        bits(card, |x, y| self.dot(x, y, memory) != 0)
    }

    /// A colour buffer as black.
    pub(super) fn black(&self, memory: Geometry, card: Geometry) -> Plane {
        bits(card, |x, y| self.dot(x, y, memory) >= BLACK_FROM)
    }
}

/// A plane of resin or varnish from dots of the landscape card.
pub(super) fn bits(card: Geometry, on: impl Fn(usize, usize) -> bool) -> Plane {
    let mut plane = vec![0; card.line_bytes() * card.lines];
    for x in 0..card.lines {
        for y in 0..card.columns {
            if on(x, y) {
                let column = card.columns - 1 - y;
                plane[x * card.line_bytes() + column / 8] |= 0x80 >> (column % 8);
            }
        }
    }
    Plane::Bits(plane)
}

/// The area that `G` opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct MonoArea {
    pub(super) varnish: bool,
    pub(super) rect: Rect,
    pub(super) load: Load,
    packed: bool,
    checksum: bool,
    /// Lines that `O` has brought.
    brought: usize,
}

impl MonoArea {
    /// `G x y mode h w gmode`.
    pub(super) fn open(
        varnish: bool,
        [x, y, mode, height, width, load]: [u32; 6],
        memory: Geometry,
    ) -> Result<MonoArea, Code> {
        let load = Load::of(load)?;
        let (in_dots, mode) = match mode {
            0..=3 => (false, mode),
            10..=13 => (true, mode - 10),
            _ => return Err(Code::PARAMETER),
        };
        let height = if in_dots { height } else { height * 8 } as usize;
        let rect = Rect {
            x: x as usize,
            y: y as usize,
            width: width as usize,
            height,
        };
        if rect.width == 0 || height == 0 {
            return Err(Code::PARAMETER);
        }
        // Whole bytes may reach past the last dot.
        let dots = if in_dots {
            memory.columns
        } else {
            memory.columns.div_ceil(8) * 8
        };
        if rect.x + rect.width > memory.lines || rect.y + height > dots {
            return Err(Code::COORDINATES);
        }
        Ok(MonoArea {
            varnish,
            rect,
            load,
            packed: mode & 2 != 0,
            checksum: mode & 1 != 0,
            brought: 0,
        })
    }

    /// What reading its lines needs.
    pub(super) fn shape(&self) -> OpenArea {
        OpenArea {
            varnish: self.varnish,
            bytes: self.line_bytes() * self.rect.width,
            packed: self.packed,
            checksum: self.checksum,
        }
    }

    fn line_bytes(&self) -> usize {
        self.rect.height.div_ceil(8)
    }

    /// All its lines.
    pub(super) fn fill(&self, buffer: &mut Buffer, lines: &[u8], memory: Geometry) {
        let stride = self.line_bytes();
        let last = self.rect.width - 1;
        buffer.write(self.rect, self.load, memory, |column, row| {
            lines[(last - column) * stride + row / 8] & 0x80 >> (row % 8) != 0
        });
    }

    /// One more line. Returns whether it was the last.
    pub(super) fn add_line(
        &mut self,
        buffer: &mut Buffer,
        data: &[u8],
        memory: Geometry,
    ) -> Result<bool, Code> {
        let packing = if self.packed {
            Packing::PackedBytes
        } else {
            Packing::Bytes
        };
        let mut unpack = Unpack::new(packing, self.line_bytes(), self.checksum, None);
        for byte in data {
            if unpack.full() {
                return Err(Code::GRAPHIC_DATA);
            }
            unpack.push(*byte);
        }
        let line = unpack.finish()?;
        let rect = Rect {
            x: self.rect.x + self.rect.width - 1 - self.brought,
            width: 1,
            ..self.rect
        };
        buffer.write(rect, self.load, memory, |_, row| {
            line[row / 8] & 0x80 >> (row % 8) != 0
        });
        self.brought += 1;
        Ok(self.brought == self.rect.width)
    }
}
