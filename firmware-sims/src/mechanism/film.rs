//! Retransfer: pictures are printed onto a panel of clear film, then the film is fused to the card.
//!
//! A film panel is a thing of its own: what was printed on it stays there until it is fused or wound on, however
//! often cards, hosts and power come and go. So one person's picture can reach another person's card.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::card::{CardPlace, Laid, Order, Panel, Plane, Side};
use super::motion::{Lay, Moves, Obstacle};
use super::ribbon::RibbonLacks;
use super::{Mechanism, Station};

/// One thing that moves around the film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilmMotion {
    /// A fresh panel comes under the head; the one that was there is lost, with all that is on it.
    Wind,
    /// A ribbon's panel over the film panel. No card is needed.
    Print(Lay),
    /// The film panel is fused to the side of the card that lies under the roller.
    Transfer,
}

/// What stands in the way of a film motion before anything has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FilmStop {
    /// No film is fitted, or it is torn.
    NoFilm,
    /// No panel is left.
    FilmEnd,
    /// What stops every motion.
    Obstacle(Obstacle),
}

/// A film on its two reels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilmSeen {
    /// Panels when it was new.
    pub capacity: u32,
    /// Panels that have not come under the head.
    pub left: u32,
    /// It is torn.
    pub torn: bool,
    /// A panel lies under the head.
    pub under_head: bool,
    /// Something was printed on the panel under the head.
    pub printed: bool,
    /// Lines of that panel that were fused to a card.
    pub fused_lines: usize,
}

#[derive(Debug)]
pub(super) struct Film {
    capacity: u32,
    left: u32,
    torn: bool,
    panel: Option<FilmPanel>,
}

#[derive(Debug, Default)]
struct FilmPanel {
    prints: Vec<FilmPrint>,
    orders: Vec<FilmOrder>,
    /// Lines that are gone: an earlier, cut-off transfer took them.
    fused: usize,
    /// Lines that the last transfer reached.
    reached: usize,
}

#[derive(Debug)]
struct FilmPrint {
    lay: Lay,
    lines: usize,
}

#[derive(Debug)]
struct FilmOrder {
    picture: u64,
    panels: Vec<Panel>,
    ribbon: Vec<Panel>,
}

impl FilmPanel {
    fn settle(&mut self) {
        self.fused = self.fused.max(self.reached);
        self.reached = 0;
    }
}

impl Film {
    fn wind(&mut self) {
        self.panel = self.left.checked_sub(1).map(|left| {
            self.left = left;
            FilmPanel::default()
        });
    }
}

impl Mechanism {
    /// Fits a film with a fresh panel under the head; `panels` counts that one too.
    pub fn fit_film(&mut self, capacity: u32, panels: u32) {
        let mut film = Film {
            capacity,
            left: panels,
            torn: false,
            panel: None,
        };
        film.wind();
        self.film = Some(film);
    }

    /// The film that is fitted.
    pub fn film(&self) -> Option<FilmSeen> {
        self.film.as_ref().map(|film| FilmSeen {
            capacity: film.capacity,
            left: film.left,
            torn: film.torn,
            under_head: film.panel.is_some(),
            printed: film
                .panel
                .as_ref()
                .is_some_and(|panel| !panel.prints.is_empty()),
            fused_lines: film
                .panel
                .as_ref()
                .map_or(0, |panel| panel.fused.max(panel.reached)),
        })
    }

    /// The numbers of the pictures on the film panel under the head, in the order in which they were printed.
    pub fn film_pictures(&self) -> Vec<u64> {
        let panel = self.film.as_ref().and_then(|film| film.panel.as_ref());
        let mut pictures: Vec<u64> = panel
            .iter()
            .flat_map(|panel| &panel.prints)
            .map(|print| print.lay.picture)
            .collect();
        pictures.dedup();
        pictures
    }

    /// The film tears: what is printed or fused stops.
    pub fn tear_film(&mut self, uptime: u64) {
        if let Some(film) = &mut self.film {
            film.torn = true;
        }
        let at_film = |running: &super::motion::Running| match running.motion {
            Moves::Film(_) => true,
            Moves::Card(_) => false,
        };
        if self.running.as_ref().is_some_and(at_film) {
            self.halt(Obstacle::Jam(Station::PrintStart), uptime);
        }
    }

    /// The card inside is left lying between two stations: at a place that these mechanics do not know.
    pub fn leave_between(&mut self) {
        let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
        if let Some(card) = inside {
            card.place = CardPlace::Path;
        }
    }

    /// The motors stop: what moves lies where it is.
    pub fn motors_stop(&mut self, uptime: u64) {
        self.halt(Obstacle::NoPower, uptime);
    }

    /// Starts a film motion. Errors: what stands in its way before anything has moved.
    pub fn start_film(
        &mut self,
        motion: FilmMotion,
        duration: u64,
        uptime: u64,
    ) -> Result<(), FilmStop> {
        self.nothing_stops_motion().map_err(FilmStop::Obstacle)?;
        let film = self.film.as_mut().ok_or(FilmStop::NoFilm)?;
        if film.torn {
            return Err(FilmStop::NoFilm);
        }
        match &motion {
            FilmMotion::Wind if film.left == 0 => return Err(FilmStop::FilmEnd),
            FilmMotion::Wind => {}
            FilmMotion::Print(lay) => {
                let panel = film.panel.as_mut().ok_or(FilmStop::FilmEnd)?;
                let lacks = |lacks| {
                    FilmStop::Obstacle(match lacks {
                        RibbonLacks::End => Obstacle::RibbonEnd,
                        RibbonLacks::Panel => Obstacle::RibbonWrong,
                    })
                };
                let ribbon = self.ribbon.as_mut();
                ribbon
                    .ok_or(FilmStop::Obstacle(Obstacle::RibbonEnd))?
                    .consume(lay.panel)
                    .map_err(lacks)?;
                self.counters.panel_begun(lay.panel, uptime);
                panel.settle();
                panel.prints.push(FilmPrint {
                    lay: lay.clone(),
                    lines: 0,
                });
            }
            FilmMotion::Transfer => {
                if film.panel.is_none() {
                    return Err(FilmStop::FilmEnd);
                }
                if self.place_inside() != Some(CardPlace::PrintStart) {
                    return Err(FilmStop::Obstacle(Obstacle::CardMissing));
                }
                self.transfer_begins();
            }
        }
        let jam = match motion {
            FilmMotion::Transfer => self.take_jam_at(Station::PrintStart),
            FilmMotion::Wind | FilmMotion::Print(_) => None,
        };
        self.run(Moves::Film(motion), duration, jam, uptime);
        Ok(())
    }

    /// Firmware ordered these panels of a picture onto the film panel under the head. A card inside that has a part of
    /// this picture on it wants them too.
    pub fn order_on_film(&mut self, picture: u64, panels: &[Panel]) {
        let mut ribbon = self
            .ribbon
            .map(|ribbon| ribbon.kind.panels().to_vec())
            .unwrap_or_default();
        // What cannot be seen is no part of what a person calls whole.
        ribbon.retain(|panel| panel.is_visible());
        let side = self.side_under_head();
        let order = FilmOrder {
            picture,
            panels: panels.to_vec(),
            ribbon,
        };
        let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
        if let Some(card) = inside
            && card.orders.iter().any(|there| there.picture == picture)
        {
            add_order(&mut card.orders, &order, side);
        }
        if let Some(panel) = self.film.as_mut().and_then(|film| film.panel.as_mut()) {
            panel.orders.push(order);
        }
    }

    fn transfer_begins(&mut self) {
        let side = self.side_under_head();
        let panel = self.film.as_mut().and_then(|film| film.panel.as_mut());
        let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
        let (Some(panel), Some(card)) = (panel, inside) else {
            return;
        };
        panel.settle();
        for print in &panel.prints {
            card.face_mut(side).laid.push(Laid {
                panel: print.lay.panel,
                lines: 0,
                complete: false,
                picture: print.lay.picture,
            });
        }
        for order in &panel.orders {
            add_order(&mut card.orders, order, side);
        }
    }

    /// Brings film and card to where the running film motion is: so many lines, from `from` to `to`.
    pub(super) fn film_carry_on(&mut self, motion: &FilmMotion, from: usize, to: usize) {
        let geometry = self.fittings.geometry;
        let side = self.side_under_head();
        let panel = self.film.as_mut().and_then(|film| film.panel.as_mut());
        let Some(panel) = panel else { return };
        match motion {
            FilmMotion::Wind => {}
            FilmMotion::Print(_) => {
                if let Some(print) = panel.prints.last_mut() {
                    print.lines = to;
                }
            }
            FilmMotion::Transfer => {
                panel.reached = to;
                let inside = self.inside.last().and_then(|id| self.cards.get_mut(id));
                let Some(card) = inside else { return };
                let face = card.face_mut(side);
                let first = face.laid.len().saturating_sub(panel.prints.len());
                for (index, print) in panel.prints.iter().enumerate() {
                    let plane: &Arc<Plane> = &print.lay.plane;
                    let (begin, end) = (from.max(panel.fused), to.min(print.lines));
                    if begin < end {
                        face.lay(print.lay.panel, plane, geometry, begin, end);
                    }
                    if let Some(laid) = face.laid.get_mut(first + index) {
                        let lines = end.saturating_sub(panel.fused);
                        laid.lines = u32::try_from(lines).unwrap_or(u32::MAX);
                        laid.complete = lines == geometry.lines;
                    }
                }
            }
        }
    }

    /// A film motion has come to its end.
    pub(super) fn film_ended(&mut self, motion: &FilmMotion, uptime: u64) {
        match motion {
            FilmMotion::Print(lay) => self.counters.panel_ended(lay.panel, uptime),
            // A fused panel is spent: the next one comes by itself.
            FilmMotion::Wind | FilmMotion::Transfer => {
                if let Some(film) = &mut self.film {
                    film.wind();
                }
            }
        }
    }
}

/// Adds what was ordered to what was ordered of the same picture before.
fn add_order(orders: &mut Vec<Order>, order: &FilmOrder, side: Side) {
    let ordered = order.panels.iter().map(|panel| (side, *panel));
    match orders
        .iter_mut()
        .find(|there| there.picture == order.picture)
    {
        Some(there) => {
            for wanted in ordered {
                if !there.panels.contains(&wanted) {
                    there.panels.push(wanted);
                }
            }
        }
        None => orders.push(Order {
            picture: order.picture,
            panels: ordered.collect(),
            ribbon: order.ribbon.clone(),
        }),
    }
}
