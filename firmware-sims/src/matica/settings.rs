//! Settings by tag, with their places in the USB pages. \[code, capture\]

use std::collections::BTreeMap;

/// One setting. Offsets are those of the USB pages; `None`: it is not there.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) tag: u8,
    pub(super) usb_read: Option<usize>,
    pub(super) usb_write: Option<usize>,
    default: u8,
    allowed: &'static [u8],
}

const fn row(tag: u8, read: usize, write: usize, default: u8, allowed: &'static [u8]) -> Row {
    Row {
        tag,
        usb_read: Some(read),
        usb_write: Some(write),
        default,
        allowed,
    }
}

/// A setting that is in no block of page 28.
const fn apart(tag: u8, default: u8, allowed: &'static [u8]) -> Row {
    Row {
        tag,
        usb_read: None,
        usb_write: None,
        default,
        allowed,
    }
}

pub(super) const RETRY_COUNT: u8 = 0x28;
pub(super) const JIS_COERCIVITY: u8 = 0x29;
pub(super) const ISO_COERCIVITY: u8 = 0x2A;
const POWER_SAVE: u8 = 0x18;
const ON_OFF: &[u8] = &[0, 1];
const LEVELS: &[u8] = &[2, 3, 4, 5, 6];
const SPEEDS: &[u8] = &[1, 2, 3, 4, 5];
const MAYBE_SPEEDS: &[u8] = &[0, 1, 2, 3, 4, 5];

/// The values are those of a captured unit, the power save apart: 60 minutes \[inferred\].
pub(super) const ROWS: &[Row] = &[
    row(0x14, 0x1A, 0x13, 2, &[0, 2]),
    row(0x16, 0x31, 0x15, 0, ON_OFF),
    row(POWER_SAVE, 0x32, 0x16, 7, &[6, 7, 8]),
    row(0x1B, 0x37, 0x18, 3, &[3, 4, 5]),
    row(0x1D, 0x39, 0x1A, 1, ON_OFF),
    row(0x1E, 0x3A, 0x1B, 0, &[0, 1, 2, 3, 4]),
    apart(0x1F, 0, ON_OFF),
    apart(RETRY_COUNT, 0, &[0, 1, 2, 3]),
    apart(JIS_COERCIVITY, 0, ON_OFF),
    apart(ISO_COERCIVITY, 0, ON_OFF),
    row(0x33, 0x18, 0x11, 0, &[0, 2]),
    row(0x46, 0x2D, 0x0D, 3, LEVELS),
    row(0x47, 0x2E, 0x0E, 1, ON_OFF),
    row(0x48, 0x36, 0x17, 3, LEVELS),
    row(0x4A, 0x2F, 0x0F, 6, LEVELS),
    row(0x4B, 0x30, 0x10, 6, LEVELS),
    row(0x4C, 0x25, 0x04, 2, &[0, 1, 2, 3, 4]),
    row(0x4D, 0x26, 0x05, 1, SPEEDS),
    row(0x4E, 0x27, 0x06, 1, SPEEDS),
    row(0x4F, 0x28, 0x07, 10, &[0, 1, 2, 3, 10]),
    row(0x50, 0x29, 0x08, 4, &[0, 1, 2, 3, 4]),
    row(0x55, 0x14, 0x0B, 0, ON_OFF),
    row(0x56, 0x1B, 0x0C, 0, ON_OFF),
    row(0x5C, 0x0C, 0x12, 0, ON_OFF),
    row(0x5D, 0x3C, 0x1C, 0, MAYBE_SPEEDS),
    row(0x5E, 0x3D, 0x1D, 0, MAYBE_SPEEDS),
    row(0x5F, 0x3E, 0x1E, 0, ON_OFF),
];

/// The values that differ from the table's.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    changed: BTreeMap<u8, u8>,
}

impl Settings {
    pub(super) fn value(&self, tag: u8) -> Option<u8> {
        let row = ROWS.iter().find(|row| row.tag == tag)?;
        Some(self.changed.get(&tag).copied().unwrap_or(row.default))
    }

    /// Returns whether there is such a setting and it can have that value.
    pub(super) fn set(&mut self, tag: u8, value: u8) -> bool {
        let known = ROWS
            .iter()
            .any(|row| row.tag == tag && row.allowed.contains(&value));
        if known {
            self.changed.insert(tag, value);
        }
        known
    }

    /// Minutes until the roller sleeps; `None`: never \[capture\].
    pub(super) fn sleep_minutes(&self) -> Option<u32> {
        match self.value(POWER_SAVE) {
            Some(6) => Some(45),
            Some(7) => Some(60),
            Some(_) | None => None,
        }
    }
}
