//! What a person's hands can reach, and what happens when they do.

use std::mem;

use super::card::{Blank, Card, CardId, CardPlace};
use super::motion::Obstacle;
use super::ribbon::{Ribbon, RibbonKind};
use super::{ArmedJam, Mechanism, Station};

/// Why a hand could not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The card path is behind the lid.
    #[error("the lid is shut")]
    LidShut,
    /// The path is empty.
    #[error("no card is inside")]
    NothingInside,
    /// The path is taken.
    #[error("a card is inside already")]
    CardInside,
    /// The hopper takes no more.
    #[error("the hopper takes no more than {capacity} cards")]
    HopperFull {
        /// Its capacity.
        capacity: usize,
    },
    /// That card is neither in a bin, nor on the pile of taken cards, nor carried away.
    #[error("card {} is not within reach", .card.0)]
    Elsewhere {
        /// Which card.
        card: CardId,
    },
    /// Nothing is jammed.
    #[error("no card is jammed")]
    NoJam,
}

impl Mechanism {
    /// Loads blanks behind those in the hopper. Returns their numbers.
    pub fn load(&mut self, blanks: Vec<Blank>) -> Result<Vec<CardId>, Unreachable> {
        let capacity = self.fittings.hopper_capacity;
        if self.hopper.len() + blanks.len() > capacity {
            return Err(Unreachable::HopperFull { capacity });
        }
        let known = |blank: &Blank| blank.id.filter(|id| self.cards.contains_key(id));
        for card in blanks.iter().filter_map(known) {
            if !self.in_hand(card) {
                return Err(Unreachable::Elsewhere { card });
            }
        }
        let mut loaded = Vec::new();
        for blank in blanks {
            let id = self.admit(blank);
            if self.hopper.contains(&id) {
                continue;
            }
            self.hopper.push_back(id);
            loaded.push(id);
        }
        self.number_hopper();
        Ok(loaded)
    }

    /// Takes all blanks out of the hopper and carries them away. Returns their numbers.
    pub fn unload(&mut self) -> Vec<CardId> {
        let cards: Vec<CardId> = mem::take(&mut self.hopper).into();
        self.carry_away(&cards);
        cards
    }

    /// Takes all cards out of the output bin and carries them away.
    pub fn take_output(&mut self) -> Vec<CardId> {
        let cards = mem::take(&mut self.output);
        self.carry_away(&cards);
        cards
    }

    /// Empties the reject box and carries the cards away.
    pub fn empty_reject(&mut self) -> Vec<CardId> {
        let cards = mem::take(&mut self.reject);
        self.carry_away(&cards);
        cards
    }

    /// Carries the pile of taken cards away.
    pub fn take_pile(&mut self) -> Vec<CardId> {
        let cards = mem::take(&mut self.taken);
        self.carry_away(&cards);
        cards
    }

    /// Takes what is in the path onto the pile of taken cards.
    pub fn take_inside(&mut self, uptime: u64) -> Result<Vec<CardId>, Unreachable> {
        if !self.lid_open {
            return Err(Unreachable::LidShut);
        }
        if self.inside.is_empty() {
            return Err(Unreachable::NothingInside);
        }
        self.halt(Obstacle::CardMissing, uptime);
        Ok(self.pull_out())
    }

    /// Frees a jam: what is stuck goes onto the pile of taken cards.
    pub fn clear_jam(&mut self, uptime: u64) -> Result<Vec<CardId>, Unreachable> {
        if self.jam.is_none() {
            return Err(Unreachable::NoJam);
        }
        self.halt(Obstacle::CardMissing, uptime);
        Ok(self.pull_out())
    }

    /// Lays one blank under the head by hand; no counter sees it.
    pub fn put_blank(&mut self, blank: Blank) -> Result<CardId, Unreachable> {
        if !self.lid_open {
            return Err(Unreachable::LidShut);
        }
        if !self.inside.is_empty() {
            return Err(Unreachable::CardInside);
        }
        if let Some(card) = blank.id
            && self.cards.contains_key(&card)
            && !self.in_hand(card)
        {
            return Err(Unreachable::Elsewhere { card });
        }
        let id = self.admit(blank);
        self.inside.push(id);
        self.flipped = false;
        if let Some(card) = self.cards.get_mut(&id) {
            card.place = CardPlace::PrintStart;
        }
        Ok(id)
    }

    /// Punches a card that is in a bin, on the pile, or was carried away.
    pub fn cut(&mut self, id: CardId) -> Result<(), Unreachable> {
        let elsewhere = Unreachable::Elsewhere { card: id };
        let card = self.cards.get_mut(&id).ok_or(elsewhere)?;
        match card.place {
            CardPlace::Output | CardPlace::Reject | CardPlace::Taken | CardPlace::Away => {
                card.cut = true;
                self.revision += 1;
                Ok(())
            }
            CardPlace::Hopper(_)
            | CardPlace::Path
            | CardPlace::Contact
            | CardPlace::Contactless
            | CardPlace::PrintStart
            | CardPlace::Flipper => Err(elsewhere),
        }
    }

    /// Opens the lid; what moves stops if the firmware watches the lid.
    pub fn open_lid(&mut self, uptime: u64) {
        self.lid_open = true;
        if self.lid_stops {
            self.halt(Obstacle::LidOpen, uptime);
        }
    }

    /// Shuts the lid.
    pub fn close_lid(&mut self) {
        self.lid_open = false;
    }

    /// Fits a ribbon; one that was never fitted gets its tag's number here.
    pub fn fit_ribbon(&mut self, ribbon: Option<Ribbon>) {
        self.ribbon = ribbon;
        if let Some(ribbon) = &mut self.ribbon
            && ribbon.tag.number == 0
        {
            self.ribbons += 1;
            ribbon.tag.number = self.ribbons;
        }
    }

    /// Fits a new ribbon of that kind with so many sets left.
    pub fn fit_new_ribbon(&mut self, kind: RibbonKind, sets: u32) {
        self.fit_ribbon(Some(Ribbon::new(kind, sets, sets)));
    }

    /// Cuts the power: what moves stops, counters fall back to what was stored.
    pub fn power_off(&mut self, uptime: u64) {
        self.halt(Obstacle::NoPower, uptime);
        self.outcome = None;
        self.power = false;
        self.counters.power_lost(uptime);
    }

    /// Gives it power again.
    pub fn power_on(&mut self) {
        self.power = true;
    }

    /// Pulls the data cable or puts it in.
    pub fn set_plugged(&mut self, plugged: bool) {
        self.plugged = plugged;
    }

    /// The next card that passes this station, after so many more picked cards, gets stuck there.
    pub fn arm_jam(&mut self, station: Station, after_cards: u32) {
        self.armed.push(ArmedJam {
            station,
            after_cards,
        });
    }

    /// The next pick takes two cards that stick together.
    pub fn arm_double_feed(&mut self) {
        self.double_feed = true;
    }

    /// Brings a card that was printed elsewhere, and carries it in hand: it is `Away` until it is loaded.
    pub fn bring(&mut self, mut card: Card) {
        if !self.cards.contains_key(&card.id) || self.in_hand(card.id) {
            self.taken.retain(|id| *id != card.id);
            card.place = CardPlace::Away;
            self.cards.insert(card.id, card);
        }
    }

    fn in_hand(&self, id: CardId) -> bool {
        self.cards.get(&id).is_some_and(|card| match card.place {
            CardPlace::Taken | CardPlace::Away => true,
            CardPlace::Hopper(_)
            | CardPlace::Path
            | CardPlace::Contact
            | CardPlace::Contactless
            | CardPlace::PrintStart
            | CardPlace::Flipper
            | CardPlace::Output
            | CardPlace::Reject => false,
        })
    }

    fn admit(&mut self, blank: Blank) -> CardId {
        let id = blank.id.unwrap_or_else(|| {
            let last = self.cards.keys().next_back();
            last.map_or(CardId(1), |last| CardId(last.0 + 1))
        });
        self.taken.retain(|taken| *taken != id);
        self.cards
            .entry(id)
            .or_insert_with(|| Card::new(id, blank, CardPlace::Away));
        id
    }

    fn pull_out(&mut self) -> Vec<CardId> {
        let cards = mem::take(&mut self.inside);
        for id in &cards {
            if let Some(card) = self.cards.get_mut(id) {
                card.place = CardPlace::Taken;
            }
        }
        self.taken.extend(&cards);
        self.jam = None;
        self.revision += 1;
        cards
    }

    fn carry_away(&mut self, cards: &[CardId]) {
        for id in cards {
            if let Some(card) = self.cards.get_mut(id) {
                card.place = CardPlace::Away;
            }
        }
        self.revision += 1;
    }
}
