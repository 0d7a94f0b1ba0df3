//! The physics and the truth: a printer's hopper, path, stations, ribbon and bins, and every card in them.
//!
//! Firmware starts a [`Motion`], time passes, and the motion ends or meets an [`Obstacle`]. A cut of the
//! power, a lid or a jam stops it where it is: a card lies between two stations, a panel is laid so far.
//! Cards are conserved: what ever entered is in [`Mechanism::cards`], in exactly one place.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

mod card;
mod counters;
mod film;
mod motion;
mod reach;
mod ribbon;

pub use card::{
    Blank, CHIP_BLOCK_BYTES, CHIP_BLOCKS, Card, CardId, CardPlace, Chip, Face, Geometry, Laid,
    Looks, Order, Panel, Plane, Side, Stripe,
};
pub(crate) use counters::Counters;
pub use counters::{CounterStore, Counts, PanelCounts};
pub use film::{FilmMotion, FilmSeen, FilmStop};
pub use motion::{Bin, Lay, Motion, Obstacle};
pub use reach::Unreachable;
pub use ribbon::{Ribbon, RibbonKind, RibbonTag};

/// A place where a card stops or passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Station {
    /// Where a card leaves the hopper.
    Feeder,
    /// Contact chip station.
    Contact,
    /// Contactless chip station.
    Contactless,
    /// Under the head.
    PrintStart,
    /// Flip-over station.
    Flipper,
    /// The way to the output bin.
    Exit,
    /// The way to the reject box.
    RejectSlot,
}

/// What is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fittings {
    /// Picture size.
    pub geometry: Geometry,
    /// A contact station is fitted.
    pub contact: bool,
    /// A contactless station with its reader is fitted.
    pub contactless: bool,
    /// A flip-over station is fitted.
    pub flipper: bool,
    /// A reject box is fitted.
    pub reject_box: bool,
    /// Cards the hopper takes.
    pub hopper_capacity: usize,
    /// Cards the output bin takes.
    pub output_capacity: usize,
    /// Cards the reject box takes.
    pub reject_capacity: usize,
}

#[derive(Debug, Clone, Copy)]
struct ArmedJam {
    station: Station,
    after_cards: u32,
}

/// The truth about one printer's cards.
#[derive(Debug)]
pub struct Mechanism {
    fittings: Fittings,
    cards: BTreeMap<CardId, Card>,
    hopper: VecDeque<CardId>,
    inside: Vec<CardId>,
    flipped: bool,
    output: Vec<CardId>,
    reject: Vec<CardId>,
    taken: Vec<CardId>,
    lid_open: bool,
    power: bool,
    plugged: bool,
    jam: Option<Station>,
    armed: Vec<ArmedJam>,
    double_feed: bool,
    ribbon: Option<Ribbon>,
    /// Ribbons that were numbered.
    ribbons: u32,
    film: Option<film::Film>,
    counters: Counters,
    running: Option<motion::Running>,
    outcome: Option<Result<(), Obstacle>>,
    lid_stops: bool,
    picked: u32,
    revision: u64,
}

impl Mechanism {
    /// An empty printer without ribbon, lid shut, power and cable on.
    pub fn new(
        fittings: Fittings,
        counts: Counts,
        store: CounterStore,
        panel_counts: PanelCounts,
    ) -> Mechanism {
        Mechanism {
            fittings,
            cards: BTreeMap::new(),
            hopper: VecDeque::new(),
            inside: Vec::new(),
            flipped: false,
            output: Vec::new(),
            reject: Vec::new(),
            taken: Vec::new(),
            lid_open: false,
            power: true,
            plugged: true,
            jam: None,
            armed: Vec::new(),
            double_feed: false,
            ribbon: None,
            ribbons: 0,
            film: None,
            counters: Counters::new(counts, store, panel_counts),
            running: None,
            outcome: None,
            lid_stops: true,
            picked: 0,
            revision: 0,
        }
    }

    /// Every card that ever entered, by number.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.values()
    }

    /// One card.
    pub fn card(&self, id: CardId) -> Option<&Card> {
        self.cards.get(&id)
    }

    /// The cards in the hopper, the next one first.
    pub fn hopper(&self) -> impl ExactSizeIterator<Item = CardId> {
        self.hopper.iter().copied()
    }

    /// The cards in the path; more than one only in a jam.
    pub fn inside(&self) -> &[CardId] {
        &self.inside
    }

    /// The output bin, oldest first.
    pub fn output(&self) -> &[CardId] {
        &self.output
    }

    /// The reject box, oldest first.
    pub fn reject(&self) -> &[CardId] {
        &self.reject
    }

    /// The cards that hands took out of the path and have not carried away, oldest first.
    pub fn taken(&self) -> &[CardId] {
        &self.taken
    }

    /// Where the card in the path is; `None`: the path is empty.
    pub fn place_inside(&self) -> Option<CardPlace> {
        let id = self.inside.last()?;
        self.cards.get(id).map(|card| card.place)
    }

    /// Which side of the card in the path lies under the head.
    pub fn side_under_head(&self) -> Side {
        if self.flipped {
            Side::Back
        } else {
            Side::Front
        }
    }

    /// What is built in.
    pub fn fittings(&self) -> &Fittings {
        &self.fittings
    }

    /// The counters as the firmware would show them.
    pub fn counts(&self) -> Counts {
        self.counters.shown
    }

    /// Cards that left the hopper since the printer was made; nothing resets it.
    pub fn picked(&self) -> u32 {
        self.picked
    }

    /// The lid is open.
    pub fn lid_open(&self) -> bool {
        self.lid_open
    }

    /// It has power.
    pub fn power(&self) -> bool {
        self.power
    }

    /// The data cable is in.
    pub fn plugged(&self) -> bool {
        self.plugged
    }

    /// Where a card is jammed.
    pub fn jam(&self) -> Option<Station> {
        self.jam
    }

    /// The ribbon that is fitted.
    pub fn ribbon(&self) -> Option<&Ribbon> {
        self.ribbon.as_ref()
    }

    /// The output bin takes no more.
    pub fn output_full(&self) -> bool {
        self.output.len() >= self.fittings.output_capacity
    }

    /// The reject box takes no more.
    pub fn reject_full(&self) -> bool {
        self.reject.len() >= self.fittings.reject_capacity
    }

    /// Moves whenever a card reached a bin or a pile, was cut or was carried away.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether an open lid stops a motion (firmware can switch its detection off).
    pub fn set_lid_stops(&mut self, stops: bool) {
        self.lid_stops = stops;
    }

    /// Firmware ended the sequence whose picture is on the card inside.
    pub fn end_picture(&mut self, picture: u64, panels: Vec<(Side, Panel)>) {
        let ribbon = self
            .ribbon
            .map(|ribbon| ribbon.kind.panels().to_vec())
            .unwrap_or_default();
        let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
        if let Some(card) = inside {
            card.orders.retain(|order| order.picture != picture);
            card.orders.push(Order {
                picture,
                panels,
                ribbon,
            });
        }
    }

    /// Firmware ended a picture that needs the panels in `panels` and no others: a plane with nothing in it
    /// was left out, so the ribbon's set does not tell what belongs to a whole picture.
    pub fn end_picture_of(&mut self, picture: u64, panels: Vec<(Side, Panel)>) {
        let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
        if let Some(card) = inside {
            card.orders.retain(|order| order.picture != picture);
            card.orders.push(Order {
                picture,
                panels,
                ribbon: Vec::new(),
            });
        }
    }

    /// Writes so many more used sets to the fitted ribbon's tag.
    pub fn write_tag(&mut self, sets: u32) {
        if let Some(ribbon) = &mut self.ribbon {
            ribbon.tag.used = ribbon.tag.used.saturating_add(sets);
        }
    }

    /// Writes tracks to the stripe of the card inside; the others keep what they hold.
    pub fn write_stripe(&mut self, tracks: [Option<Vec<u8>>; 3], high_coercivity: bool) {
        let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
        if let Some(card) = inside {
            for (there, new) in card.stripe.tracks.iter_mut().zip(tracks) {
                if new.is_some() {
                    *there = new;
                }
            }
            card.stripe.high_coercivity = high_coercivity;
        }
    }

    /// An orderly reset of the firmware: counters are written first.
    pub fn write_counters(&mut self) {
        self.counters.written();
    }

    /// The chip of the card that lies there, where the antenna is; `None` without power, card, or a chip that answers.
    pub fn chip_at(&mut self, place: CardPlace) -> Option<(&str, &mut Chip)> {
        if !self.power || !self.fittings.contactless || self.jam.is_some() {
            return None;
        }
        let id = *self.inside.last()?;
        let card = self.cards.get_mut(&id)?;
        if card.place != place || card.chip_dead {
            return None;
        }
        let Card { uid, chip, .. } = card;
        uid.as_deref().map(|uid| (uid, chip))
    }

    /// Frees the memory of a card's planes; what was laid, and how it looks, is kept.
    pub fn drop_planes(&mut self, id: CardId) {
        if let Some(card) = self.cards.get_mut(&id) {
            for face in [&mut card.front, &mut card.back] {
                for plane in [
                    &mut face.y,
                    &mut face.m,
                    &mut face.c,
                    &mut face.k,
                    &mut face.o,
                    &mut face.u,
                ] {
                    *plane = Vec::new();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
