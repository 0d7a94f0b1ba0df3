//! Drawing commands: `L`, `C`, `D` and `P` exactly, `T` and `B` as an outline where text and bars would stand.

use crate::mechanism::Geometry;

use super::codes::Code;
use super::commands::Params;
use super::images::{Buffer, Load, Rect};

/// Rotations of `T` and `B`: four about the lower left corner, four about the centre \[doc\].
const ROTATIONS: u32 = 8;
/// Longest bar-code text.
const BAR_CODE_BYTES_MAX: usize = 128;

/// Draws into a buffer; `shape` is the command's letter without its `v`.
pub(super) fn draw(
    shape: &str,
    params: Params,
    buffer: &mut Buffer,
    memory: Geometry,
) -> Result<(), Code> {
    match shape {
        "L" => line(params, buffer, memory),
        "C" => hollow_box(params, buffer, memory),
        "D" => diagonal(params, buffer, memory),
        "P" => dot(params, buffer, memory),
        "T" => text(params, buffer, memory),
        "B" => bar_code(params, buffer, memory),
        _ => Err(Code::UNKNOWN),
    }
}

fn line(mut params: Params, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let [x, y, width, height, load] = params.numbers()?;
    params.end()?;
    let load = Load::of(load)?;
    let rect = rect([x, y, width, height], memory)?;
    buffer.write(rect, load, memory, |_, _| true);
    Ok(())
}

fn hollow_box(mut params: Params, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let [x, y, width, height, thickness, load] = params.numbers()?;
    params.end()?;
    let load = Load::of(load)?;
    let rect = rect([x, y, width, height], memory)?;
    outline(rect, thickness as usize, load, buffer, memory)
}

fn outline(
    rect: Rect,
    thickness: usize,
    load: Load,
    buffer: &mut Buffer,
    memory: Geometry,
) -> Result<(), Code> {
    if thickness == 0 {
        return Err(Code::PARAMETER);
    }
    buffer.write(rect, load, memory, |column, row| {
        let from_right = rect.width - 1 - column;
        let from_bottom = rect.height - 1 - row;
        column.min(row).min(from_right).min(from_bottom) < thickness
    });
    Ok(())
}

/// Rotation 1 rises to the right, 2 falls \[inferred\]; the rectangle's origin is its upper left corner, as the
/// manual's figure has it \[doc, where the page itself says lower left\].
fn diagonal(mut params: Params, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let [x, y, width, height, thickness, rotation, load] = params.numbers()?;
    params.end()?;
    let load = Load::of(load)?;
    let falls = match rotation {
        1 => false,
        2 => true,
        _ => return Err(Code::PARAMETER),
    };
    let rect = rect([x, y, width, height], memory)?;
    if thickness == 0 {
        return Err(Code::PARAMETER);
    }
    let (across, down) = (rect.width - 1, rect.height - 1);
    let reach = thickness as usize * across.max(down).max(1);
    buffer.write(rect, load, memory, |column, row| {
        let row = if falls { row } else { down - row };
        (column * down).abs_diff(row * across) * 2 <= reach
    });
    Ok(())
}

/// Without a mode the dot is added \[inferred\].
fn dot(mut params: Params, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let [x, y] = params.numbers()?;
    let load = params.optional()?.map_or(Ok(Load::Merge), Load::of)?;
    params.end()?;
    let rect = rect([x, y, 1, 1], memory)?;
    buffer.write(rect, load, memory, |_, _| true);
    Ok(())
}

fn text(mut params: Params, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let [x, y, rotation, font, width, height, load] = params.numbers()?;
    if font > 1 {
        return Err(Code::FONT);
    }
    if rotation >= ROTATIONS || height == 0 {
        return Err(Code::PARAMETER);
    }
    let load = Load::of(load)?;
    let letters = letters(params.remainder());
    if letters == 0 {
        return Err(Code::TEXT_DATA);
    }
    // Without a width the letters keep their proportions: about half as wide as high [inferred].
    let letter = if width == 0 {
        height.div_ceil(2)
    } else {
        width
    };
    let length = letters * letter as usize;
    stand_in(
        Mark {
            x,
            y,
            rotation,
            length,
            height,
        },
        load,
        buffer,
        memory,
    )
}

/// Letters of a text; a bracket stands before a leading space and before a bracket \[doc\].
fn letters(text: &[u8]) -> usize {
    let mut letters = 0;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'[' && bytes.next().is_none() {
            return letters;
        }
        letters += 1;
    }
    letters
}

fn bar_code(mut params: Params, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let [x, y, rotation, kind, ratio, multiple, height, with_text] = params.numbers()?;
    let data = params.remainder();
    let retail = matches!(kind, 3..=5);
    if !matches!(kind, 0..=5 | 7 | 8 | 107 | 108) {
        return Err(Code::BAR_CODE);
    }
    let multiples = match (ratio, retail) {
        (2, _) => 2..=4,
        (_, true) => 4..=7,
        (_, false) => 3..=9,
    };
    let known = rotation < ROTATIONS && ratio <= 2 && with_text <= 1 && height > 0;
    if !known || !multiples.contains(&multiple) {
        return Err(Code::PARAMETER);
    }
    let digits = data.iter().all(u8::is_ascii_digit);
    let fits = match kind {
        0 => data
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || b"0123456789-. $/+%".contains(byte)),
        1 | 2 => digits,
        3 => digits && matches!(data.len(), 7 | 8),
        4 => digits && matches!(data.len(), 12 | 13),
        5 => digits && matches!(data.len(), 11 | 12),
        7 | 107 => digits && data.len().is_multiple_of(2),
        _ => data.iter().all(|byte| (0x20..0x80).contains(byte)),
    };
    if !fits || data.is_empty() || data.len() > BAR_CODE_BYTES_MAX {
        return Err(Code::BAR_CODE_DATA);
    }
    // About 11 modules a character in every type; only an outline's length hangs on it.
    let length = (data.len() + 2) * 11 * multiple as usize;
    stand_in(
        Mark {
            x,
            y,
            rotation,
            length,
            height,
        },
        Load::Merge,
        buffer,
        memory,
    )
}

/// What the printer itself would set.
struct Mark {
    x: u32,
    y: u32,
    rotation: u32,
    length: usize,
    height: u32,
}

/// An outline one dot thick, cut off at the buffer's edge; its origin must lie in the buffer.
fn stand_in(mark: Mark, load: Load, buffer: &mut Buffer, memory: Geometry) -> Result<(), Code> {
    let (x, y, height) = (mark.x as usize, mark.y as usize, mark.height as usize);
    if x >= memory.lines || y >= memory.columns {
        return Err(Code::COORDINATES);
    }
    let upright = mark.rotation % 2 == 1;
    let (width, height) = if upright {
        (height, mark.length)
    } else {
        (mark.length, height)
    };
    let top = (y + 1).saturating_sub(height);
    let rect = Rect {
        x,
        y: top,
        width: width.min(memory.lines - x),
        height: y + 1 - top,
    };
    outline(rect, 1, load, buffer, memory)
}

fn rect([x, y, width, height]: [u32; 4], memory: Geometry) -> Result<Rect, Code> {
    let rect = Rect {
        x: x as usize,
        y: y as usize,
        width: width as usize,
        height: height as usize,
    };
    if rect.width == 0 || rect.height == 0 {
        return Err(Code::PARAMETER);
    }
    if rect.x + rect.width > memory.lines || rect.y + rect.height > memory.columns {
        return Err(Code::COORDINATES);
    }
    Ok(rect)
}

#[cfg(test)]
mod tests;
