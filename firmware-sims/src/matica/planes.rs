//! Planes as they come over the wire, and as they lie on the film.

use std::sync::Arc;

use crate::mechanism::{Geometry, Panel, Plane};

use super::Matica;
use super::commands::PANEL_BITS;
use super::sense::Sense;
use super::wire::word;

/// Bytes before a plane's dots: its word, and two lengths.
const HEAD_BYTES: usize = 12;

impl Matica {
    /// Takes a plane message's payload into a buffer. Errors: its sense code.
    ///
    /// Shape: `PP BB 00 00`, bytes + 4, bytes, dots padded to a word \[capture\]; BB, the buffer, is \[unknown\].
    pub(super) fn load_plane(&mut self, payload: &[u8]) -> Result<(), Sense> {
        let &[bit, buffer, 0, 0, ..] = payload else {
            return Err(Sense::LIST_LENGTH);
        };
        let bytes = self.profile.plane_bytes();
        let lengths = (word(payload, 1), word(payload, 2));
        let stated = u32::try_from(bytes).ok().map(|bytes| (bytes + 4, bytes));
        let agreed = match (lengths, stated) {
            ((Some(with), Some(without)), Some(stated)) => (with, without) == stated,
            _ => false,
        };
        let dots = payload.get(HEAD_BYTES..HEAD_BYTES + bytes);
        let whole = payload.len() == (HEAD_BYTES + bytes).div_ceil(4) * 4;
        let (true, true, Some(dots)) = (agreed, whole, dots) else {
            return Err(Sense::LIST_LENGTH);
        };
        let known = PANEL_BITS.iter().find(|(there, _)| *there == bit);
        let (_, panel) = *known.ok_or(Sense::COLOUR)?;
        self.keep_plane(usize::from(buffer), panel, dots)
    }

    /// Puts a plane into a buffer.
    pub(super) fn keep_plane(
        &mut self,
        buffer: usize,
        panel: Panel,
        dots: &[u8],
    ) -> Result<(), Sense> {
        if dots.len() != self.profile.plane_bytes() {
            return Err(Sense::LIST_LENGTH);
        }
        if buffer >= self.profile.image_buffers {
            return Err(Sense::FIELD_IN_DATA);
        }
        let buffer = self.ram.buffers.get_mut(buffer);
        let buffer = buffer.ok_or(Sense::FIELD_IN_DATA)?;
        buffer.insert(panel, Arc::new(dots.to_vec()));
        Ok(())
    }

    /// A plane as its panel lays it.
    pub(super) fn plane(&self, panel: Panel, dots: &[u8]) -> Plane {
        let geometry = self.profile.fittings.geometry;
        laid(panel, dots, geometry, self.profile.turned_planes)
    }
}

/// Rows on the wire run along the long side; lines of a face run along the short one, their first dot at the lower edge.
fn laid(panel: Panel, dots: &[u8], geometry: Geometry, turned: bool) -> Plane {
    let Geometry { columns, lines } = geometry;
    let mut plane = Plane::empty(panel, geometry);
    for (index, value) in dots.iter().enumerate().filter(|(_, value)| **value != 0) {
        let index = if turned {
            columns * lines - 1 - index
        } else {
            index
        };
        let (row, line) = (index / lines, index % lines);
        let column = columns - 1 - row;
        match &mut plane {
            Plane::Dye(dye) => dye[line * columns + column] = *value,
            // Any value prints solid [code].
            Plane::Bits(bits) => {
                bits[line * geometry.line_bytes() + column / 8] |= 0x80 >> (column % 8);
            }
        }
    }
    plane
}
