//! Status and counters over UDP: lists of tagged items in the same frame as over TCP [capture].
//!
//! Asking moves nothing and disturbs nothing; it is the only way to watch supplies while a job runs [capture]. The
//! counters' names are \[inferred\] from two captures.

use bytes::Bytes;

use super::sense::Sense;
use super::wire::{Message, text};

/// The question for status, supplies and counters [capture].
pub const STATUS: u32 = 0xF000_0600;
/// Its answer [capture].
pub const STATUS_TOLD: u32 = 0xF100_0600;

/// An item's tag in this function; the same numbers mean other things in other functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// What it is doing; 4 bytes.
    State = 0x01,
    /// Cards in the hopper: 0 yes, 2 none.
    Hopper = 0x0A,
    /// Ribbon left, twice that many per cent.
    Ribbon = 0x0B,
    /// Film left, ten times that many per cent.
    Film = 0x0C,
    /// Which ribbon.
    RibbonKind = 0x0D,
    /// Sets of a new ribbon.
    RibbonSets = 0x0E,
    /// Counter that a person may reset.
    Free = 0x1E,
    /// Cards ever.
    Total = 0x1F,
    /// Panels ever, it seems: five or six a card.
    Head = 0x20,
    /// Cards since cleaning.
    SinceCleaning = 0x21,
    /// Errors.
    Errors = 0x23,
}

/// What is asked after a doubt: custody, 2.5.
pub const EVIDENCE: &[Tag] = &[
    Tag::State,
    Tag::Hopper,
    Tag::Free,
    Tag::Total,
    Tag::Head,
    Tag::SinceCleaning,
    Tag::Errors,
];

/// What is asked for screens and before a card.
pub const ALL: &[Tag] = &[
    Tag::State,
    Tag::Hopper,
    Tag::Ribbon,
    Tag::Film,
    Tag::RibbonKind,
    Tag::RibbonSets,
    Tag::Total,
    Tag::Errors,
];

/// The question for these tags.
pub fn question(tags: &[Tag], sequence: u32) -> Bytes {
    let payload = tags.iter().flat_map(|tag| [*tag as u8, 0, 0, 0]).collect();
    Message {
        kind: STATUS,
        result: 0,
        sequence,
        payload,
    }
    .emit()
}

/// What the printer is doing, by the state item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing stands in the way (byte 0 is zero [capture]), or it moves: 2, 4, 5 \[inferred\].
    Working,
    /// Pre-heating (07) [capture].
    Heating,
    /// Stopped for this reason (FF, key, ASC) [capture].
    Stopped(Sense),
    /// Some other byte.
    Other(u8),
}

/// What one answer told. A field is empty where its item did not come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    /// What it is doing.
    pub state: Option<State>,
    /// Cards in the hopper.
    pub hopper_filled: Option<bool>,
    /// Ribbon left. Unit: per cent, in steps of 2.
    pub ribbon_percent: Option<u64>,
    /// Film left. Unit: per cent, in steps of 10.
    pub film_percent: Option<u64>,
    /// Which ribbon: 0 YMCK, 4 YMCKK, 5 YMCKU, FE unknown.
    pub ribbon_kind: Option<u8>,
    /// Sets of a new ribbon.
    pub ribbon_sets: Option<u64>,
    /// Cards ever.
    pub total: Option<u64>,
    /// Panels ever.
    pub head: Option<u64>,
    /// Errors ever.
    pub errors: Option<u64>,
}

impl Info {
    /// Sets left on the ribbon, in coarse steps.
    pub fn ribbon_left(&self) -> Option<u64> {
        Some(self.ribbon_sets?.saturating_mul(self.ribbon_percent?) / 100)
    }

    /// The ribbon's name.
    pub fn ribbon_name(&self) -> Option<&'static str> {
        match self.ribbon_kind? {
            0 => Some("YMCK"),
            4 => Some("YMCKK"),
            5 => Some("YMCKU"),
            _ => None,
        }
    }
}

/// Why a list of items cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("item {tag:02X} is not whole")]
pub struct ItemError {
    tag: u8,
}

/// Walks the items: tag and value.
///
/// Shape: `TT LL SS value[SS]` and zeros; the next item begins LL bytes after LL. Ends at tag 0 or at the end. Errors:
/// an item that reaches past the end, or whose value does not fit into it.
pub fn items(payload: &[u8]) -> impl Iterator<Item = Result<(u8, &[u8]), ItemError>> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        let tag = *rest.first().filter(|tag| **tag != 0)?;
        let item = (|| {
            let length = usize::from(*rest.get(1)?);
            let body = rest.get(2..2 + length)?;
            let size = usize::from(*body.first()?);
            Some((body.get(1..=size)?, 2 + length))
        })();
        match item {
            Some((value, used)) => {
                rest = &rest[used..];
                Some(Ok((tag, value)))
            }
            None => {
                rest = &[];
                Some(Err(ItemError { tag }))
            }
        }
    })
}

/// Reads an answer to [`question`]. Unknown items are passed over; an item that came twice counts as it came last.
pub fn read(payload: &[u8]) -> Result<Info, ItemError> {
    let mut info = Info::default();
    for item in items(payload) {
        let (tag, value) = item?;
        let number = number(value);
        let byte = value.first().copied().filter(|_| value.len() == 1);
        if tag == Tag::State as u8 {
            info.state = state(value);
        } else if tag == Tag::Hopper as u8 {
            info.hopper_filled = match byte {
                Some(0) => Some(true),
                Some(2) => Some(false),
                Some(_) | None => None,
            };
        } else if tag == Tag::Ribbon as u8 {
            info.ribbon_percent = byte.map(|steps| u64::from(steps) * 2);
        } else if tag == Tag::Film as u8 {
            info.film_percent = byte.map(|steps| u64::from(steps) * 10);
        } else if tag == Tag::RibbonKind as u8 {
            info.ribbon_kind = byte;
        } else if tag == Tag::RibbonSets as u8 {
            info.ribbon_sets = number;
        } else if tag == Tag::Total as u8 {
            info.total = number;
        } else if tag == Tag::Head as u8 {
            info.head = number;
        } else if tag == Tag::Errors as u8 {
            info.errors = number;
        }
    }
    Ok(info)
}

/// The ribbon's lot, where it was asked for [capture].
pub fn lot(payload: &[u8]) -> Option<String> {
    const LOT: u8 = 0x0F;
    let lot = items(payload).find_map(|item| item.ok().filter(|(tag, _)| *tag == LOT));
    lot.map(|(_, value)| text(value))
}

fn state(value: &[u8]) -> Option<State> {
    match value {
        [0xFF, key, asc, ..] => Some(State::Stopped(Sense::of(
            u32::from(*key) << 16 | u32::from(*asc) << 8,
        ))),
        [0x00 | 0x02 | 0x04 | 0x05, ..] => Some(State::Working),
        [0x07, ..] => Some(State::Heating),
        [other, ..] => Some(State::Other(*other)),
        [] => None,
    }
}

fn number(value: &[u8]) -> Option<u64> {
    let fits = !value.is_empty() && value.len() <= 8;
    fits.then(|| {
        value
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    })
}
