//! Datagrams: status, capabilities and settings by tag. \[capture; names of counters inferred\]

use crate::mechanism::RibbonKind;

use super::counters::Shown;
use super::execute::fits;
use super::sense::Sense;
use super::wire::{self, Message};
use super::work::Doing;
use super::{Matica, SECOND};

/// Tags that one request is answered for.
const TAGS_MAX: usize = 64;
/// Lot text of every simulated ribbon; real ones are two letters and four digits [capture].
const LOT: &str = "SIM001";
const LOT_BYTES: usize = 32;
/// Counter reset, a setting of four bytes [capture]; any write sets the free counter back [inferred].
const COUNTER_RESET: u8 = 0x32;
/// Laminator: none fitted \[capture\].
const NO_LAMINATOR: [u8; 2] = [0xFE, 0x00];

/// What a status answer told, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    at: u64,
    state: [u8; 4],
    pub(super) empty_hopper: bool,
    /// In units of 2 %.
    pub(super) ink: u8,
    /// In units of 10 %.
    pub(super) film: u8,
    pub(super) ink_type: u8,
    pub(super) sets: u16,
    shown: Shown,
}

impl Matica {
    /// Answers one datagram; `None`: it is lost, or nothing that this printer answers.
    pub(super) fn answer_datagram(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let up = self.mechanism.power() && self.ram.network_at.is_none();
        if !self.profile.datagrams || !up || !self.mechanism.plugged() {
            return None;
        }
        if self.lost_datagrams > 0 {
            self.lost_datagrams -= 1;
            return None;
        }
        if self.mechanism.moving() && !self.switches.status_while_busy {
            return None;
        }
        let message = wire::datagram(request)?;
        let kind = message.kind.checked_add(wire::ANSWERS)?;
        let payload = match message.kind {
            wire::STATUS => {
                let told = self.tell();
                items(&message, |tag| status_item(tag, &told))
            }
            wire::CAPABILITIES => items(&message, |tag| self.capability(tag)),
            wire::SETTINGS | wire::WORKING_SETTINGS => items(&message, |tag| self.setting(tag)),
            wire::CHANGE => self.change(&message).map(|()| Vec::new()),
            _ => return None,
        };
        let (result, payload) = match payload {
            Ok(payload) => (0, payload),
            Err(sense) => (sense.told(self.switches.sense_keys), Vec::new()),
        };
        Some(wire::message(kind, result, message.sequence, &payload))
    }

    /// What is told: the truth, or for a while what was told before.
    pub(super) fn tell(&mut self) -> Told {
        let lag = u64::from(self.switches.status_lags) * SECOND;
        match self.told {
            Some(told) if told.at + lag > self.uptime => told,
            Some(_) | None => {
                let told = self.see();
                self.told = Some(told);
                told
            }
        }
    }

    fn see(&mut self) -> Told {
        let state = self.state();
        let mechanism = &self.mechanism;
        let ribbon = mechanism.ribbon().filter(|ribbon| fits(ribbon.kind));
        let per = |left: u32, whole: u32, parts: u32| {
            let part = u64::from(left) * u64::from(parts) / u64::from(whole.max(1));
            u8::try_from(part).unwrap_or(u8::MAX)
        };
        Told {
            at: self.uptime,
            state,
            empty_hopper: mechanism.hopper().len() == 0,
            ink: ribbon.map_or(0, |ribbon| per(ribbon.sets_left, ribbon.capacity, 50)),
            film: mechanism.film().map_or(0, |film| {
                per(film.left + u32::from(film.under_head), film.capacity, 10)
            }),
            ink_type: match ribbon.map(|ribbon| ribbon.kind) {
                Some(RibbonKind::Ymck) => 0,
                Some(RibbonKind::Ymckk) => 4,
                Some(RibbonKind::Ymcku) => 5,
                Some(RibbonKind::Ymcko | RibbonKind::Ymckok | RibbonKind::K | RibbonKind::Ko)
                | None => 0xFE,
            },
            sets: ribbon.map_or(0, |ribbon| {
                u16::try_from(ribbon.capacity).unwrap_or(u16::MAX)
            }),
            shown: self.counters.shown,
        }
    }

    /// The current state: an activity, or FF and a sense code. Fine is all zero.
    pub(super) fn state(&mut self) -> [u8; 4] {
        let busy = self.busy() && !self.ram.initialising;
        match self.condition() {
            Some(Sense::PREHEATING) => [0x07, 0, 0x0F, 0],
            Some(_) if busy && self.ram.latched.is_none() && !self.mechanism.lid_open() => {
                let activity = match self.ram.doing {
                    Doing::Transferring => 4,
                    Doing::Printing => 5,
                    Doing::Nothing | Doing::Initialising | Doing::Transporting | Doing::Winding => {
                        2
                    }
                };
                [activity, 0, 0x0F, 0]
            }
            Some(sense) => {
                let [_, key, asc, _] = sense.told(self.switches.sense_keys).to_be_bytes();
                [0xFF, key, asc, 0]
            }
            None => [0; 4],
        }
    }

    /// What the panel shows.
    pub(super) fn display(&mut self) -> String {
        if !self.mechanism.power() {
            return String::new();
        }
        match self.condition() {
            Some(sense) => sense.panel_text(),
            None => "READY".to_owned(),
        }
    }

    fn capability(&self, tag: u8) -> Option<Vec<u8>> {
        let profile = &self.profile;
        let geometry = profile.fittings.geometry;
        let word = |value: u16| Some(value.to_be_bytes().to_vec());
        let dots = |value: usize| word(u16::try_from(value).unwrap_or(u16::MAX));
        let flag = |fitted: bool| Some(vec![u8::from(fitted)]);
        match tag {
            0x04 | 0x05 => word(profile.dots_an_inch),
            0x06 => word(profile.card_dots[0]),
            0x07 => word(profile.card_dots[1]),
            0x08 | 0x09 => word(0),
            0x0A => dots(geometry.lines),
            0x0B => dots(geometry.columns),
            0x32 => flag(profile.magnetic),
            0x33 | 0x36 | 0x3A => flag(false),
            0x37 => flag(profile.fittings.contact),
            0x38 => flag(profile.fittings.contactless),
            0x39 => flag(profile.fittings.flipper),
            0x3B => flag(true),
            _ => None,
        }
    }

    fn setting(&self, tag: u8) -> Option<Vec<u8>> {
        if tag == COUNTER_RESET {
            return Some(vec![0; 4]);
        }
        self.flash.settings.value(tag).map(|value| vec![value])
    }

    /// Items `TT 02 01 VV`. One that cannot be refuses the rest, too.
    fn change(&mut self, message: &Message) -> Result<(), Sense> {
        let mut rest = message.payload.as_slice();
        while let &[tag, length, size, ref more @ ..] = rest {
            if tag == 0 {
                break;
            }
            let item = (usize::from(length)).checked_sub(1);
            let item = item.ok_or(Sense::FIELD_IN_DATA)?;
            let value = more.get(..usize::from(size)).ok_or(Sense::LIST_LENGTH)?;
            rest = more.get(item..).ok_or(Sense::LIST_LENGTH)?;
            match (tag, value) {
                (COUNTER_RESET, &[_, _, _, _]) => {
                    self.counters.change(self.uptime, |shown| shown.free = 0);
                }
                (tag, &[value]) if self.flash.settings.set(tag, value) => {}
                _ => return Err(Sense::FIELD_IN_DATA),
            }
        }
        Ok(())
    }

    pub(super) fn counters_shown(&self) -> Shown {
        self.counters.shown
    }
}

/// The answer's items for the tags that a request lists as `TT 00 00 00`; tags that are unknown are left out.
fn items(message: &Message, value: impl Fn(u8) -> Option<Vec<u8>>) -> Result<Vec<u8>, Sense> {
    let mut payload = Vec::new();
    for item in message.payload.chunks(4).take(TAGS_MAX) {
        let &[tag, 0, 0, 0] = item else {
            return Err(Sense::FIELD_IN_DATA);
        };
        if let Some(value) = value(tag) {
            put_item(&mut payload, tag, &value);
        }
    }
    Ok(payload)
}

/// `TT LL SS value` and zeros up to a whole word; LL counts what follows it.
fn put_item(payload: &mut Vec<u8>, tag: u8, value: &[u8]) {
    let whole = (3 + value.len()).div_ceil(4) * 4;
    let length = u8::try_from(whole - 2).unwrap_or(u8::MAX);
    let size = u8::try_from(value.len()).unwrap_or(u8::MAX);
    let end = payload.len() + whole;
    payload.extend_from_slice(&[tag, length, size]);
    payload.extend_from_slice(value);
    payload.resize(end, 0);
}

fn status_item(tag: u8, told: &Told) -> Option<Vec<u8>> {
    let counter = |value: u32| Some(value.to_be_bytes().to_vec());
    match tag {
        0x01 => Some(told.state.to_vec()),
        0x0A => Some(vec![if told.empty_hopper { 2 } else { 0 }]),
        0x0B => Some(vec![told.ink]),
        0x0C => Some(vec![told.film]),
        0x0D => Some(vec![told.ink_type]),
        0x0E => Some(told.sets.to_be_bytes().to_vec()),
        0x0F => {
            let mut lot = LOT.as_bytes().to_vec();
            lot.resize(LOT_BYTES, 0);
            Some(lot)
        }
        0x1E => counter(told.shown.free),
        0x1F => counter(told.shown.total),
        0x20 => counter(told.shown.head),
        0x21 => counter(told.shown.since_cleaning),
        0x23 => counter(told.shown.errors),
        0x3E => Some(NO_LAMINATOR.to_vec()),
        _ => None,
    }
}
