//! Motions: what moves, how far it is, and what stops it.

use std::sync::Arc;

use super::card::{CardId, CardPlace, Laid, Panel, Plane, Side};
use super::film::FilmMotion;
use super::ribbon::RibbonLacks;
use super::{Mechanism, Station};

/// Part of a pick after which the card has left the hopper, per thousand.
const PICKED_AT: u64 = 300;
/// Part of a flip after which the other side lies up.
const FLIPPED_AT: u64 = 500;
/// Part of an exit after which the card has fallen into the bin.
const FALLEN_AT: u64 = 700;
/// Part of a motion at which an armed jam strikes.
const JAM_AT: u64 = 500;
/// The whole of a motion.
const WHOLE: u64 = 1000;

/// Where a card leaves the path to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bin {
    /// The output bin.
    Output,
    /// The reject box.
    Reject,
}

/// One panel over one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lay {
    /// Which panel.
    pub panel: Panel,
    /// What it lays.
    pub plane: Arc<Plane>,
    /// The picture's number.
    pub picture: u64,
}

/// One thing that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Motion {
    /// A card from the hopper to the print start.
    Pick,
    /// The card inside to a station (feeder, exit and reject slot are none).
    MoveTo(Station),
    /// The card inside is turned over and comes back to the print start.
    Flip,
    /// A panel over the side that lies under the head.
    Lay(Lay),
    /// The card inside leaves.
    Exit(Bin),
}

/// What stopped a motion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The power went.
    NoPower,
    /// The lid is or was opened.
    LidOpen,
    /// No card came from the hopper.
    NoCard,
    /// There is no card where one was to be moved or printed.
    CardMissing,
    /// A card is stuck.
    Jam(Station),
    /// No ribbon, or nothing left on it.
    RibbonEnd,
    /// The ribbon has no such panel.
    RibbonWrong,
    /// The bin takes no more.
    BinFull(Bin),
    /// No reject box, no flipper or no such station is fitted.
    NotFitted,
}

/// What moves: a card, or the film.
#[derive(Debug, Clone)]
pub(super) enum Moves {
    Card(Motion),
    Film(FilmMotion),
}

#[derive(Debug)]
pub(super) struct Running {
    pub(super) motion: Moves,
    started: u64,
    ends: u64,
    jam: Option<Station>,
    /// The part of the motion after which the truth changes has passed.
    changed: bool,
    lines: usize,
}

impl Running {
    fn at(&self, per_thousand: u64) -> u64 {
        self.started + (self.ends - self.started) / WHOLE * per_thousand
    }
}

impl Mechanism {
    /// Starts a motion. Errors: what stands in its way before anything has moved.
    pub fn start(&mut self, motion: Motion, duration: u64, uptime: u64) -> Result<(), Obstacle> {
        debug_assert!(self.running.is_none(), "one motion at a time");
        self.stands_in_the_way(&motion)?;
        match &motion {
            Motion::Lay(lay) => {
                let ribbon = self.ribbon.as_mut().ok_or(Obstacle::RibbonEnd)?;
                ribbon.consume(lay.panel).map_err(|lacks| match lacks {
                    RibbonLacks::End => Obstacle::RibbonEnd,
                    RibbonLacks::Panel => Obstacle::RibbonWrong,
                })?;
                self.counters.panel_begun(lay.panel, uptime);
                let (panel, picture) = (lay.panel, lay.picture);
                let side = self.side_under_head();
                if let Some(card) = self.last_inside_mut() {
                    card.face_mut(side).laid.push(Laid {
                        panel,
                        lines: 0,
                        complete: false,
                        picture,
                    });
                }
            }
            Motion::MoveTo(_) | Motion::Exit(_) => self.place_last(CardPlace::Path),
            Motion::Flip => self.place_last(CardPlace::Flipper),
            Motion::Pick => {}
        }
        let jam = self.take_armed_jam(&motion);
        self.run(Moves::Card(motion), duration, jam, uptime);
        Ok(())
    }

    pub(super) fn run(&mut self, motion: Moves, duration: u64, jam: Option<Station>, uptime: u64) {
        self.running = Some(Running {
            motion,
            started: uptime,
            ends: uptime + duration.max(1),
            jam,
            changed: false,
            lines: 0,
        });
    }

    /// Lets time pass: carries the running motion on, and ends it when its time is over.
    pub fn advance(&mut self, uptime: u64) {
        let Some(running) = &self.running else { return };
        let (ends, jam, jam_at) = (running.ends, running.jam, running.at(JAM_AT));
        match jam {
            Some(station) if uptime >= jam_at => {
                self.carry_on(jam_at);
                self.jam_here(station);
            }
            Some(_) | None => {
                self.carry_on(uptime.min(ends));
                // Carrying on may itself have ended the motion (nothing to pick, two cards met).
                if uptime >= ends && self.running.is_some() {
                    self.end(ends);
                }
            }
        }
    }

    /// When the running motion changes or ends by itself.
    pub fn next_change(&self) -> Option<u64> {
        let running = self.running.as_ref()?;
        let changes = match running.motion {
            Moves::Card(Motion::Pick) if !running.changed => running.at(PICKED_AT),
            Moves::Card(Motion::Exit(_)) if !running.changed => running.at(FALLEN_AT),
            Moves::Card(
                Motion::Pick | Motion::Exit(_) | Motion::MoveTo(_) | Motion::Flip | Motion::Lay(_),
            )
            | Moves::Film(_) => running.ends,
        };
        let jams = running.jam.map(|_| running.at(JAM_AT));
        Some(jams.map_or(changes, |jams| jams.min(changes)))
    }

    /// Whether something moves.
    pub fn moving(&self) -> bool {
        self.running.is_some()
    }

    /// How the last motion ended; told once.
    pub fn take_outcome(&mut self) -> Option<Result<(), Obstacle>> {
        self.outcome.take()
    }

    /// Stops what moves, where it is.
    pub(super) fn halt(&mut self, obstacle: Obstacle, uptime: u64) {
        self.advance(uptime);
        if self.running.take().is_some() {
            self.outcome = Some(Err(obstacle));
        }
    }

    /// What stops every motion.
    pub(super) fn nothing_stops_motion(&self) -> Result<(), Obstacle> {
        if !self.power {
            return Err(Obstacle::NoPower);
        }
        if let Some(station) = self.jam {
            return Err(Obstacle::Jam(station));
        }
        if self.lid_open && self.lid_stops {
            return Err(Obstacle::LidOpen);
        }
        Ok(())
    }

    fn stands_in_the_way(&self, motion: &Motion) -> Result<(), Obstacle> {
        self.nothing_stops_motion()?;
        let fitted = match motion {
            Motion::MoveTo(Station::Contact) => self.fittings.contact,
            Motion::MoveTo(Station::Contactless) => self.fittings.contactless,
            Motion::MoveTo(Station::PrintStart) | Motion::Pick | Motion::Lay(_) => true,
            Motion::MoveTo(Station::Flipper) | Motion::Flip => self.fittings.flipper,
            Motion::Exit(Bin::Output) => true,
            Motion::Exit(Bin::Reject) => self.fittings.reject_box,
            Motion::MoveTo(Station::Feeder | Station::Exit | Station::RejectSlot) => false,
        };
        if !fitted {
            return Err(Obstacle::NotFitted);
        }
        match motion {
            Motion::Pick => Ok(()),
            Motion::Exit(Bin::Output) if self.output_full() => Err(Obstacle::BinFull(Bin::Output)),
            Motion::Exit(Bin::Reject) if self.reject_full() => Err(Obstacle::BinFull(Bin::Reject)),
            Motion::MoveTo(_) | Motion::Flip | Motion::Lay(_) | Motion::Exit(_) => {
                if self.inside.is_empty() {
                    Err(Obstacle::CardMissing)
                } else {
                    Ok(())
                }
            }
        }
    }

    fn take_armed_jam(&mut self, motion: &Motion) -> Option<Station> {
        let passes = match motion {
            Motion::Pick => Station::Feeder,
            Motion::MoveTo(station) => *station,
            Motion::Flip => Station::Flipper,
            Motion::Lay(_) => Station::PrintStart,
            Motion::Exit(Bin::Output) => Station::Exit,
            Motion::Exit(Bin::Reject) => Station::RejectSlot,
        };
        self.take_jam_at(passes)
    }

    pub(super) fn take_jam_at(&mut self, passes: Station) -> Option<Station> {
        let due = self
            .armed
            .iter()
            .position(|armed| armed.station == passes && armed.after_cards == 0)?;
        Some(self.armed.remove(due).station)
    }

    /// Brings the truth to where the running motion is at `uptime`.
    fn carry_on(&mut self, uptime: u64) {
        let Some(running) = &mut self.running else {
            return;
        };
        let spent = uptime.saturating_sub(running.started);
        let whole = running.ends - running.started;
        let motion = match &running.motion {
            Moves::Card(motion) => motion,
            Moves::Film(motion) => {
                let reached = lines_reached(self.fittings.geometry.lines, spent, whole);
                let (from, motion) = (running.lines, motion.clone());
                running.lines = reached;
                self.film_carry_on(&motion, from, reached);
                return;
            }
        };
        match motion {
            Motion::Pick => {
                if !running.changed && uptime >= running.at(PICKED_AT) {
                    running.changed = true;
                    let picked_at = running.at(PICKED_AT);
                    self.pick(picked_at);
                }
            }
            Motion::Exit(bin) => {
                if !running.changed && uptime >= running.at(FALLEN_AT) {
                    let (bin, fallen_at) = (*bin, running.at(FALLEN_AT));
                    running.changed = true;
                    self.fall(bin, fallen_at);
                }
            }
            Motion::Flip => {
                if !running.changed && uptime >= running.at(FLIPPED_AT) {
                    running.changed = true;
                    self.flipped = !self.flipped;
                }
            }
            Motion::MoveTo(_) => {}
            Motion::Lay(lay) => {
                let reached = lines_reached(self.fittings.geometry.lines, spent, whole);
                let (from, lay) = (running.lines, lay.clone());
                running.lines = reached;
                self.lay_lines(&lay, from, reached);
            }
        }
    }

    fn lay_lines(&mut self, lay: &Lay, from: usize, to: usize) {
        if from >= to {
            return;
        }
        let geometry = self.fittings.geometry;
        let side = self.side_under_head();
        let Some(card) = self.last_inside_mut() else {
            return;
        };
        let face = card.face_mut(side);
        face.lay(lay.panel, &lay.plane, geometry, from, to);
        if let Some(laid) = face.laid.last_mut() {
            laid.lines = u32::try_from(to).unwrap_or(u32::MAX);
            laid.complete = to == geometry.lines;
        }
    }

    fn pick(&mut self, uptime: u64) {
        let Some(id) = self.hopper.pop_front() else {
            self.running = None;
            self.outcome = Some(Err(Obstacle::NoCard));
            return;
        };
        let met = !self.inside.is_empty();
        self.bring_inside(id);
        self.counters.card_inserted(uptime);
        let second = if self.double_feed {
            self.hopper.pop_front()
        } else {
            None
        };
        if let Some(second) = second {
            self.bring_inside(second);
            self.double_feed = false;
        }
        self.number_hopper();
        for armed in &mut self.armed {
            armed.after_cards = armed.after_cards.saturating_sub(1);
        }
        if met || second.is_some() {
            self.jam_here(Station::Feeder);
        } else {
            self.flipped = false;
        }
    }

    fn bring_inside(&mut self, id: CardId) {
        self.inside.push(id);
        self.picked += 1;
        self.place_last(CardPlace::Path);
    }

    fn fall(&mut self, bin: Bin, uptime: u64) {
        let Some(id) = self.inside.pop() else { return };
        let (place, pile) = match bin {
            Bin::Output => (CardPlace::Output, &mut self.output),
            Bin::Reject => (CardPlace::Reject, &mut self.reject),
        };
        pile.push(id);
        if let Some(card) = self.cards.get_mut(&id) {
            card.place = place;
        }
        self.revision += 1;
        self.counters.card_left(uptime);
    }

    fn jam_here(&mut self, station: Station) {
        self.running = None;
        self.jam = Some(station);
        self.place_last(CardPlace::Path);
        self.outcome = Some(Err(Obstacle::Jam(station)));
    }

    fn end(&mut self, uptime: u64) {
        let Some(running) = self.running.take() else {
            return;
        };
        let motion = match running.motion {
            Moves::Card(motion) => motion,
            Moves::Film(motion) => {
                self.film_ended(&motion, uptime);
                self.outcome = Some(Ok(()));
                return;
            }
        };
        match motion {
            Motion::Pick | Motion::Flip => self.place_last(CardPlace::PrintStart),
            Motion::MoveTo(station) => self.place_last(match station {
                Station::Contact => CardPlace::Contact,
                Station::Contactless => CardPlace::Contactless,
                Station::PrintStart => CardPlace::PrintStart,
                Station::Flipper => CardPlace::Flipper,
                Station::Feeder | Station::Exit | Station::RejectSlot => CardPlace::Path,
            }),
            Motion::Lay(lay) => self.counters.panel_ended(lay.panel, uptime),
            Motion::Exit(_) => {}
        }
        self.outcome = Some(Ok(()));
    }

    fn last_inside_mut(&mut self) -> Option<&mut super::Card> {
        let id = self.inside.last()?;
        self.cards.get_mut(id)
    }

    fn place_last(&mut self, place: CardPlace) {
        if let Some(card) = self.last_inside_mut() {
            card.place = place;
        }
    }

    pub(super) fn number_hopper(&mut self) {
        for (before, id) in self.hopper.iter().enumerate() {
            if let Some(card) = self.cards.get_mut(id) {
                card.place = CardPlace::Hopper(u32::try_from(before).unwrap_or(u32::MAX));
            }
        }
    }

    /// Which side a lay motion would reach; for firmware that must turn the card first.
    pub fn lies_with(&self, side: Side) -> bool {
        self.side_under_head() == side
    }
}

/// Lines of a picture that are done after that part of a motion.
fn lines_reached(lines: usize, spent: u64, whole: u64) -> usize {
    let reached = lines as u128 * u128::from(spent) / u128::from(whole);
    usize::try_from(reached).unwrap_or(usize::MAX).min(lines)
}
