//! What replies and the port's byte mean.
//!
//! Real codes are two: 00:00 and 11:01 \[capture\]. Others found on a bench are rows of the options; until then an unknown
//! code is told as it came.

use super::wire::{Key, Reply};
use crate::contract::{Evidence, Fault};

/// What the port status byte says \[capture\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// 0x18.
    Idle,
    /// 0x08: a job was received.
    Busy,
    /// 0x10: an error is pending.
    Error,
}

/// Not in error, of the USB printer class.
const NOT_ERROR: u8 = 0x08;
/// Selected, of the USB printer class.
const SELECTED: u8 = 0x10;

impl Port {
    /// Reads the byte. An error outweighs the rest.
    pub fn read(byte: u8) -> Port {
        if byte & NOT_ERROR == 0 {
            Port::Error
        } else if byte & SELECTED == 0 {
            Port::Busy
        } else {
            Port::Idle
        }
    }
}

/// An error's number: major, minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub u32, pub u32);

impl Code {
    /// No error \[capture\].
    pub const NONE: Code = Code(0, 0);
    /// No card could be drawn from the hopper \[capture\].
    pub const FEEDER_EMPTY: Code = Code(11, 1);
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0, self.1)
    }
}

/// What a code means; `known` are rows that a bench has found for this firmware. `None`: no error.
pub fn fault_of(code: Code, known: &[(Code, Fault)]) -> Option<Fault> {
    if code == Code::NONE {
        return None;
    }
    if code == Code::FEEDER_EMPTY {
        return Some(Fault::FeederEmpty);
    }
    let row = known.iter().find(|(known, _)| *known == code);
    Some(row.map_or_else(
        || Fault::Unlisted(code.to_string()),
        |(_, fault)| fault.clone(),
    ))
}

/// The code and the class at the end of an error's text \[capture\]. The sentence before them follows the language of
/// the last job and is never read.
///
/// `None`: no code of that shape is in it.
pub fn code_in(text: &str) -> Option<(Code, Option<String>)> {
    let (before, class) = match text.rfind("(c") {
        Some(at) => {
            let class = text[at + 1..].split(')').next().unwrap_or_default();
            (&text[..at], Some(class.to_owned()))
        }
        None => (text, None),
    };
    let bytes = before.as_bytes();
    let code = bytes.windows(5).rev().find_map(|five| {
        let digits = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(number);
        (five[2] == b':')
            .then(|| Some((digits(&five[..2])?, digits(&five[3..])?)))
            .flatten()
    });
    let (major, minor) = code?;
    Some((
        Code(u32::try_from(major).ok()?, u32::try_from(minor).ok()?),
        class,
    ))
}

/// What was read at one time. Everything is empty until it is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Printer's serial number.
    pub unit: Option<String>,
    /// Model's name.
    pub model: Option<String>,
    /// Firmware.
    pub firmware: Option<String>,
    /// Cards printed, absolute.
    pub cards: Option<u64>,
    /// Dye panels printed, absolute.
    pub panels: Option<u64>,
    /// Ribbon's tag.
    pub tag: Option<String>,
    /// Ribbon's name.
    pub film: Option<String>,
    /// Shots on the film, and used of them.
    pub shots: (Option<u64>, Option<u64>),
    /// Panels left on the film (Rio, Tango).
    pub film_left: Option<u64>,
    /// Lengths of the colour, black and overcoat panels; 0 is no such panel. Unit: millimetres.
    pub lengths: [Option<u64>; 3],
    /// Cards since it was cleaned, and allowed between cleans.
    pub cleaning: (Option<u64>, Option<u64>),
    /// Panels since it was cleaned.
    pub panels_since_clean: Option<u64>,
    /// Vertical position of the head: 50 is nominal.
    pub head: Option<i64>,
    /// The error that the values tell.
    pub code: Option<Code>,
    /// The error that the text tells.
    pub code_in_text: Option<Code>,
    /// The port said that there is one.
    pub in_error: bool,
}

/// Uses of one tag at most: the room of numbers that a tag has for itself.
const SHOTS_OF_A_TAG: u64 = 1 << 20;

impl Reading {
    /// Takes what one reply says. Returns whether it could be read.
    pub fn learn(&mut self, reply: &Reply) -> bool {
        match reply {
            Reply::Info(values) => self.learn_info(values),
            Reply::Value(key, value) => {
                let key = Key::ALL.into_iter().find(|known| known.text() == key);
                key.is_some_and(|key| self.learn_value(key, value))
            }
            Reply::Text(text) => {
                self.code_in_text = code_in(text).map(|(code, _)| code);
                self.code_in_text.is_some()
            }
            Reply::Other => false,
        }
    }

    /// Numbers of values as in the maker's paper \[doc\].
    fn learn_info(&mut self, values: &[String]) -> bool {
        let text = |at: usize| values.get(at).filter(|text| !text.is_empty()).cloned();
        let count = |at: usize| values.get(at).and_then(|text| number(text));
        let error = |at: usize| count(at).and_then(|value| u32::try_from(value).ok());
        self.model = text(1);
        self.unit = text(3);
        self.firmware = text(6);
        self.cards = count(9);
        self.panels = count(11);
        self.cleaning = (count(14), count(15));
        self.panels_since_clean = count(13);
        self.head = values.get(16).and_then(|text| text.parse().ok());
        self.code = error(19)
            .zip(error(20))
            .map(|(major, minor)| Code(major, minor));
        self.tag = text(21);
        self.shots = (count(22), count(23));
        self.film = text(24);
        self.lengths = [count(25), count(26), count(27)];
        self.code.is_some()
    }

    fn learn_value(&mut self, key: Key, value: &str) -> bool {
        let count = number(value);
        match key {
            Key::Serial | Key::Firmware => {
                let text = (!value.is_empty()).then(|| value.to_owned());
                let known = text.is_some();
                if key == Key::Serial {
                    self.unit = text;
                } else {
                    self.firmware = text;
                }
                return known;
            }
            Key::Cards => self.cards = count,
            Key::Panels => self.panels = count,
            Key::FilmLeft => self.film_left = count,
            Key::CardsSinceClean => self.cleaning.0 = count,
            Key::PanelsSinceClean => self.panels_since_clean = count,
            Key::CleanEvery => self.cleaning.1 = count,
        }
        count.is_some()
    }

    /// What is evidence in it; the error is for the caller to judge.
    ///
    /// Uses of the ribbon are counted in a room of numbers of the tag's own, so that two ribbons are never taken for
    /// one. Without a tag they are void. A Rio tells only what is left on a film that has no name.
    pub fn evidence(&self) -> Evidence {
        let (on_film, used) = self.shots;
        let shots = match (&self.tag, used) {
            (Some(tag), Some(used)) if used < SHOTS_OF_A_TAG => {
                Some(room_of(tag) * SHOTS_OF_A_TAG + used)
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        Evidence {
            unit: self.unit.clone(),
            cards: self.cards,
            panels: self.panels,
            shots,
            ribbon_left: on_film
                .zip(used)
                .map(|(all, used)| all.saturating_sub(used)),
            ..Evidence::default()
        }
    }

    /// Whether cards, panels or shots differ.
    pub fn moved_since(&self, before: &Reading) -> bool {
        (self.cards, self.panels, self.shots.1) != (before.cards, before.panels, before.shots.1)
    }

    /// Whether an error would stand in it.
    pub fn tells_errors(&self) -> bool {
        self.code.is_some() || self.code_in_text.is_some()
    }

    /// The film has nothing left.
    pub fn film_is_used_up(&self) -> bool {
        let (on_film, used) = self.shots;
        let shots = on_film
            .zip(used)
            .is_some_and(|(all, used)| all > 0 && used >= all);
        shots || self.film_left == Some(0)
    }

    /// Cards since cleaning have reached the limit.
    pub fn cleaning_is_due(&self) -> bool {
        let (since, limit) = self.cleaning;
        since
            .zip(limit)
            .is_some_and(|(since, limit)| limit > 0 && since >= limit)
    }
}

/// A number for a tag (FNV-1a, folded to 32 bits), so that the product with its uses stays below 2^53.
fn room_of(tag: &str) -> u64 {
    let hash = tag.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (hash >> 32) ^ (hash & 0xFFFF_FFFF)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
