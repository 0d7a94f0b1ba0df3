//! What a command sets out to do: goals, pursued one motion at a time, and what happens when one fails.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::faults::{Step, Strike};
use crate::mechanism::{
    Bin, CardPlace, Lay, Motion, Obstacle, Panel, Plane, Ribbon, Side, Station,
};

use super::Evolis;
use super::mode::Fault;

/// A panel that is to be laid on one side.
#[derive(Debug, Clone)]
pub(crate) struct Impression {
    pub(crate) side: Side,
    pub(crate) panel: Panel,
    pub(crate) plane: Arc<Plane>,
}

/// What happens at the moment a panel begins to be laid.
#[derive(Debug, Clone)]
pub(crate) enum OnBegin {
    Nothing,
    /// It was the pending one.
    TakePending,
    /// It was the pending one; this one is from then on, and its download is answered.
    Succeed(Impression),
}

#[derive(Debug, Clone)]
pub(crate) enum Goal {
    /// A card somewhere in the path.
    CardInside,
    /// A card at that station.
    CardAt(Station),
    Lay {
        impression: Impression,
        on_begin: OnBegin,
        begun: bool,
    },
    /// The next panel that waits to be printed.
    Pend(Impression),
    /// That side of the card at the print start under the head.
    Turn(Side),
    /// The sequence is over: what it ordered is on the card.
    EndSequence,
    /// Nothing in the path.
    Exit(Bin),
    RestoreEject,
    Pause(u32),
    Answer(&'static str),
}

/// The list between `Ss` and `Se`.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    pub(crate) open: bool,
    /// The picture's number.
    pub(crate) picture: u64,
    /// What was ordered, in order.
    pub(crate) list: Vec<(Side, Panel)>,
    /// What was begun to be laid on the card inside.
    pub(crate) laid: Vec<(Side, Panel)>,
    /// The printer has started it once more by itself.
    pub(crate) replayed: bool,
    pub(crate) side_is_back: bool,
}

impl Sequence {
    pub(crate) fn side(&self) -> Side {
        if self.side_is_back {
            Side::Back
        } else {
            Side::Front
        }
    }
}

impl Evolis {
    /// Sets out; the command is answered by the last goal.
    pub(super) fn set_out(&mut self, goals: impl IntoIterator<Item = Goal>) {
        self.ram.work = goals.into_iter().collect();
    }

    /// Begins a sequence if none is open.
    pub(super) fn open_sequence(&mut self) {
        if !self.ram.sequence.open {
            self.begin_sequence();
        }
    }

    /// Begins a sequence.
    pub(super) fn begin_sequence(&mut self) {
        self.pictures += 1;
        self.ram.sequence = Sequence {
            open: true,
            picture: self.pictures,
            ..Sequence::default()
        };
    }

    /// Where the firmware believes that the card is.
    pub(super) fn place(&self) -> Option<CardPlace> {
        if self.ram.forgotten {
            None
        } else {
            self.mechanism.place_inside()
        }
    }

    /// Takes the first goal one motion further. Called only while nothing moves.
    pub(super) fn pursue(&mut self) {
        let Some(goal) = self.ram.work.front().cloned() else {
            return;
        };
        let done = match goal {
            Goal::CardInside => match self.place() {
                Some(_) => Ok(true),
                None => self.pick(),
            },
            Goal::CardAt(station) => self.bring_to(station),
            Goal::Lay {
                impression,
                on_begin,
                begun,
            } => {
                if begun {
                    Ok(true)
                } else {
                    self.lay(impression, on_begin)
                }
            }
            Goal::Pend(impression) => {
                self.ram
                    .sequence
                    .list
                    .push((impression.side, impression.panel));
                self.ram.pending = Some(impression);
                Ok(true)
            }
            Goal::EndSequence => {
                let sequence = &mut self.ram.sequence;
                sequence.open = false;
                let (picture, list) = (sequence.picture, sequence.list.clone());
                self.mechanism.end_picture(picture, list);
                Ok(true)
            }
            Goal::Turn(side) if self.mechanism.lies_with(side) => Ok(true),
            Goal::Turn(_) => self.turn_over(),
            Goal::Exit(bin) => self.throw_out(bin),
            Goal::RestoreEject => {
                self.ram.settings.put("Psoe", "E".to_owned());
                Ok(true)
            }
            Goal::Pause(milliseconds) => {
                let until = self.uptime + self.profile.duration(milliseconds);
                self.ram.pause_until = Some(until);
                Ok(true)
            }
            Goal::Answer(text) => {
                self.answer(text);
                Ok(true)
            }
        };
        match done {
            Ok(true) => {
                self.ram.work.pop_front();
            }
            Ok(false) => {}
            Err(obstacle) => self.failed(Fault::of(obstacle)),
        }
    }

    /// A motion has ended.
    pub(super) fn motion_ended(&mut self, outcome: Result<(), Obstacle>) {
        self.ram.forgotten = false;
        match outcome {
            Ok(()) => {}
            Err(obstacle) => self.failed(Fault::of(obstacle)),
        }
    }

    fn pick(&mut self) -> Result<bool, Obstacle> {
        self.panels_on_card = 0;
        self.begin(Motion::Pick, self.profile.timing.feed_ms, Step::Feed)?;
        Ok(false)
    }

    fn bring_to(&mut self, station: Station) -> Result<bool, Obstacle> {
        let there = match station {
            Station::Contact => CardPlace::Contact,
            Station::Contactless => CardPlace::Contactless,
            Station::Flipper => CardPlace::Flipper,
            Station::PrintStart | Station::Feeder | Station::Exit | Station::RejectSlot => {
                CardPlace::PrintStart
            }
        };
        match self.place() {
            None => self.pick(),
            Some(place) if place == there => Ok(true),
            Some(_) => {
                let step = if there == CardPlace::PrintStart {
                    Step::Park
                } else {
                    Step::Station
                };
                self.begin(
                    Motion::MoveTo(station),
                    self.profile.timing.station_ms,
                    step,
                )?;
                Ok(false)
            }
        }
    }

    fn lay(&mut self, impression: Impression, on_begin: OnBegin) -> Result<bool, Obstacle> {
        if self.place().is_none() && !self.ram.sequence.laid.is_empty() {
            // The card that carries the first panels is gone: no other one takes the rest.
            return Err(Obstacle::CardMissing);
        }
        if !self.bring_to(Station::PrintStart)? {
            return Ok(false);
        }
        if !self.mechanism.lies_with(impression.side) {
            return self.turn_over();
        }
        if !self.ribbon_is_set() {
            return Err(Obstacle::RibbonWrong);
        }
        let timing = self.profile.timing;
        let milliseconds = match impression.panel {
            Panel::Y | Panel::M | Panel::C => timing.dye_ms,
            Panel::K => timing.resin_ms,
            Panel::O | Panel::U => timing.overlay_ms,
        };
        let motion = Motion::Lay(Lay {
            panel: impression.panel,
            plane: Arc::clone(&impression.plane),
            picture: self.ram.sequence.picture,
        });
        self.begin(motion, milliseconds, Step::Panel(self.panels_on_card))?;
        self.panels_on_card += 1;
        self.ram
            .sequence
            .laid
            .push((impression.side, impression.panel));
        if let Some(Goal::Lay { begun, .. }) = self.ram.work.front_mut() {
            *begun = true;
        }
        match on_begin {
            OnBegin::Nothing => {}
            OnBegin::TakePending => self.ram.pending = None,
            OnBegin::Succeed(next) => {
                self.ram.sequence.list.push((next.side, next.panel));
                self.ram.pending = Some(next);
                self.answer("OK");
            }
        }
        Ok(false)
    }

    fn turn_over(&mut self) -> Result<bool, Obstacle> {
        self.begin(Motion::Flip, self.profile.timing.flip_ms, Step::Flip)?;
        Ok(false)
    }

    fn throw_out(&mut self, bin: Bin) -> Result<bool, Obstacle> {
        if self.place().is_none() {
            self.ram.sequence.laid.clear();
            return Ok(true);
        }
        let step = match bin {
            Bin::Output => Step::Eject,
            Bin::Reject => Step::Reject,
        };
        self.begin(Motion::Exit(bin), self.profile.timing.eject_ms, step)?;
        Ok(false)
    }

    /// Starts a motion, and with it what the fault plan has for it.
    fn begin(&mut self, motion: Motion, milliseconds: u32, step: Step) -> Result<(), Obstacle> {
        let picks = matches!(motion, Motion::Pick);
        let card = self.mechanism.picked() + u32::from(picks);
        let due = self.plan.take(card, step);
        let (jams, others): (Vec<_>, Vec<_>) = due
            .into_iter()
            .partition(|fault| matches!(fault.strike, Strike::Jam));
        if !jams.is_empty() {
            let station = match &motion {
                Motion::Pick => Station::Feeder,
                Motion::MoveTo(station) => *station,
                Motion::Flip => Station::Flipper,
                Motion::Lay(_) => Station::PrintStart,
                Motion::Exit(Bin::Output) => Station::Exit,
                Motion::Exit(Bin::Reject) => Station::RejectSlot,
            };
            self.mechanism.arm_jam(station, 0);
        }
        let doubles = |strike: &Strike| matches!(strike, Strike::DoubleFeed);
        if others.iter().any(|fault| doubles(&fault.strike)) {
            self.mechanism.arm_double_feed();
        }
        let duration = self.profile.duration(milliseconds);
        let started = self.mechanism.start(motion, duration, self.uptime);
        if started.is_err() {
            self.plan.faults.extend(others);
            return started;
        }
        self.ram.just_started = false;
        for fault in others.into_iter().filter(|fault| !doubles(&fault.strike)) {
            let at = self.uptime + duration / 1000 * u64::from(fault.permille.min(1000));
            self.strikes.push((at, fault.strike));
        }
        Ok(())
    }

    /// A goal cannot be reached.
    fn failed(&mut self, fault: Fault) {
        self.ram.fault = Some(fault);
        match fault {
            Fault::NotFitted => self.give_up(fault),
            Fault::CoverOpen
            | Fault::FeederEmpty
            | Fault::CardJam
            | Fault::TimeOut
            | Fault::Ribbon
            | Fault::HopperFull => {
                if self.ram.mode.host_recovers() {
                    self.give_up(fault);
                } else {
                    self.ram.stalled = Some(fault);
                }
            }
        }
    }

    fn give_up(&mut self, fault: Fault) {
        self.ram.work.clear();
        // A card jam must be cleared by `Scs` in every mode [inferred from the guide's recovery order].
        self.ram.latched = self.ram.mode.latches() || fault == Fault::CardJam;
        if self.ram.owes {
            self.answer(fault.text());
        } else {
            self.ram.unreported = Some(fault);
        }
    }

    /// Mode 0: once the cause is gone the printer starts the job once more from its bitmaps, on a new card.
    /// Returns whether it waits no more.
    pub(super) fn resume(&mut self) -> bool {
        let Some(fault) = self.ram.stalled else {
            return true;
        };
        if !self.cause_is_gone(fault) {
            return false;
        }
        self.ram.stalled = None;
        self.ram.fault = None;
        if let Some(Goal::Lay { begun: true, .. }) = self.ram.work.front() {
            self.ram.work.pop_front();
        }
        if self.ram.sequence.laid.is_empty() {
            return true;
        }
        if self.ram.mode.without_retry() || self.ram.sequence.replayed {
            self.give_up(fault);
            return true;
        }
        self.ram.sequence.replayed = true;
        let again = std::mem::take(&mut self.ram.sequence.laid);
        let mut goals: VecDeque<Goal> = VecDeque::new();
        goals.push_back(Goal::Exit(self.throw_bin(true)));
        for (side, panel) in again {
            let plane = self.bitmap(panel);
            goals.push_back(Goal::Lay {
                impression: Impression { side, panel, plane },
                on_begin: OnBegin::Nothing,
                begun: false,
            });
        }
        if !self.ram.sequence.open {
            goals.push_back(Goal::EndSequence);
        }
        goals.append(&mut self.ram.work);
        self.ram.work = goals;
        true
    }

    /// Whether what caused a fault is there no more.
    pub(super) fn cause_is_gone(&self, fault: Fault) -> bool {
        let mechanism = &self.mechanism;
        if mechanism.lid_open() && self.ram.mode.cover_managed() || mechanism.jam().is_some() {
            return false;
        }
        match fault {
            Fault::CoverOpen | Fault::CardJam | Fault::TimeOut | Fault::NotFitted => true,
            Fault::FeederEmpty => mechanism.hopper().len() > 0,
            Fault::Ribbon => {
                let wanted = self.panel_to_lay();
                let supplies = |ribbon: &Ribbon| match wanted {
                    Some(panel) => ribbon.supplies(panel),
                    None => !ribbon.ended(),
                };
                mechanism.ribbon().is_some_and(supplies) && self.ribbon_is_set()
            }
            Fault::HopperFull => !mechanism.output_full() && !mechanism.reject_full(),
        }
    }

    /// The panel that waits to be laid.
    fn panel_to_lay(&self) -> Option<Panel> {
        let goal = self.ram.work.iter().find_map(|goal| match goal {
            Goal::Lay {
                impression,
                begun: false,
                ..
            } => Some(impression.panel),
            Goal::Lay { .. }
            | Goal::CardInside
            | Goal::CardAt(_)
            | Goal::Pend(_)
            | Goal::Turn(_)
            | Goal::EndSequence
            | Goal::Exit(_)
            | Goal::RestoreEject
            | Goal::Pause(_)
            | Goal::Answer(_) => None,
        });
        goal.or(self.ram.pending.as_ref().map(|pending| pending.panel))
    }

    /// The box for a card that is thrown out.
    pub(super) fn throw_bin(&self, to_reject: bool) -> Bin {
        if to_reject && self.mechanism.fittings().reject_box {
            Bin::Reject
        } else {
            Bin::Output
        }
    }

    /// What the memory holds for a panel.
    pub(super) fn bitmap(&self, panel: Panel) -> Arc<Plane> {
        let kept = self.ram.bitmaps.get(&panel).cloned();
        kept.unwrap_or_else(|| Arc::new(Plane::empty(panel, self.profile.fittings.geometry)))
    }
}
