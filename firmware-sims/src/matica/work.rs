//! What a command sets out to do: goals, pursued one motion at a time, and what happens when one fails.

use std::sync::Arc;

use crate::faults::{Step, Strike};
use crate::mechanism::{
    Bin, CardPlace, FilmMotion, FilmStop, Lay, Motion, Obstacle, Panel, Station,
};

use super::commands::Track;
use super::sense::Sense;
use super::switches::{FilmAfterPower, LidInMotion, TotalMoves};
use super::wire;
use super::{Blow, Matica, Phase};

/// An answer that is owed.
#[derive(Debug)]
pub(super) struct Debt {
    pub(super) connection: u64,
    pub(super) sequence: u32,
    /// What it carries.
    pub(super) data: Vec<u8>,
}

/// What runs, as the printer calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Doing {
    #[default]
    Nothing,
    Transporting,
    /// Transporting, and the film is wound.
    Winding,
    Printing,
    Transferring,
    Initialising,
}

#[derive(Debug, Clone)]
pub(super) enum Goal {
    Wind,
    Pick,
    Turn,
    GoTo(Station),
    /// The card stands between two stations of the mechanics.
    GoToMagnetic,
    AtMagnetic,
    /// A card between two stations is brought to the print position.
    Home,
    OrderOnFilm {
        picture: u64,
        panels: Vec<Panel>,
    },
    Print {
        picture: u64,
        panel: Panel,
        dots: Arc<Vec<u8>>,
    },
    Printed,
    Transfer,
    Transferred,
    Exit(Bin),
    Left(Bin),
    Pause(u32),
    Engage(Option<Station>),
    WriteTrack(Track),
    ReadTracks(Vec<u8>),
    /// The film after an initialisation.
    SearchFilm,
    Initialised,
    /// The command is answered, and the rest goes on.
    Pay,
}

/// How a motion is called in the fault plan and by an armed fault.
struct Called {
    step: Step,
    phase: Phase,
    jam: Sense,
}

impl Matica {
    pub(super) fn set_out(&mut self, doing: Doing, goals: impl IntoIterator<Item = Goal>) {
        self.ram.work = goals.into_iter().collect();
        self.ram.doing = match self.ram.work.front() {
            Some(Goal::Wind) if doing == Doing::Transporting => Doing::Winding,
            Some(_) | None => doing,
        };
        if self.ram.work.is_empty() {
            // Nothing to do is done at once.
            self.ram.work.push_back(Goal::Pay);
        }
    }

    /// Takes a card out that nobody has asked for.
    pub(super) fn throw_out(&mut self, bin: Bin) {
        self.ram.engaged = None;
        self.set_out(Doing::Transporting, [Goal::Exit(bin)]);
    }

    /// Takes the first goal one motion further. Called only while nothing moves.
    pub(super) fn pursue(&mut self) {
        let Some(goal) = self.ram.work.pop_front() else {
            return;
        };
        let begun = match goal {
            Goal::Wind => self.begin_film(FilmMotion::Wind, self.profile.timing.wind_ms, None),
            Goal::Pick => {
                self.steps_on_card = 0;
                let called = Called {
                    step: Step::Feed,
                    phase: Phase::Load,
                    jam: Sense::JAM_HOPPER,
                };
                self.begin_card(Motion::Pick, self.profile.timing.load_ms, called)
            }
            Goal::Turn => {
                let called = Called {
                    step: Step::Flip,
                    phase: Phase::Move,
                    jam: Sense::JAM_TURN,
                };
                self.begin_card(Motion::Flip, self.profile.timing.turn_ms, called)
            }
            Goal::GoTo(station) => self.go_to(station),
            Goal::GoToMagnetic => {
                let called = Called {
                    step: Step::Station,
                    phase: Phase::Move,
                    jam: Sense::JAM_MAGNETIC,
                };
                self.ram.work.push_front(Goal::AtMagnetic);
                let motion = Motion::MoveTo(Station::PrintStart);
                self.begin_card(motion, self.profile.timing.move_ms, called)
            }
            Goal::AtMagnetic => {
                // The mechanics have no such station: the card lies on the way to it.
                self.mechanism.leave_between();
                self.ram.at_magnetic = true;
                Ok(())
            }
            Goal::Home if self.between() => self.go_to(Station::PrintStart),
            Goal::Home => Ok(()),
            Goal::OrderOnFilm { picture, panels } => {
                self.mechanism.order_on_film(picture, &panels);
                Ok(())
            }
            Goal::Print {
                picture,
                panel,
                dots,
            } => self.print(picture, panel, dots),
            Goal::Printed => {
                self.head.panel(self.uptime);
                self.counters.change(self.uptime, |shown| shown.head += 1);
                Ok(())
            }
            Goal::Transfer => {
                self.ram.work.push_front(Goal::Transferred);
                let called = Called {
                    step: Step::Panel(self.next_step()),
                    phase: Phase::Transfer,
                    jam: Sense::JAM_RETRANSFER,
                };
                let takes = self.profile.timing.transfer_ms;
                self.begin_film(FilmMotion::Transfer, takes, Some(called))
            }
            Goal::Transferred => {
                match self.switches.total_moves {
                    TotalMoves::Transfer => self.count_card(),
                    TotalMoves::Leaves => {}
                }
                Ok(())
            }
            Goal::Exit(bin) => self.exit(bin),
            Goal::Left(bin) => {
                self.left(bin);
                Ok(())
            }
            Goal::Pause(milliseconds) => {
                let until = self.uptime + self.profile.duration(milliseconds);
                self.ram.pause_until = Some(until);
                Ok(())
            }
            Goal::Engage(station) => {
                self.ram.engaged = station;
                Ok(())
            }
            Goal::WriteTrack(track) => self.write_track(track),
            Goal::ReadTracks(numbers) => self.read_tracks(&numbers),
            Goal::SearchFilm => self.search_film(),
            Goal::Initialised => {
                self.ram.initialising = false;
                Ok(())
            }
            Goal::Pay => {
                self.pay();
                Ok(())
            }
        };
        match begun {
            Ok(()) if self.ram.work.is_empty() && !self.mechanism.moving() => self.over(),
            Ok(()) => {}
            Err(sense) => self.failed(sense),
        }
    }

    fn over(&mut self) {
        self.ram.doing = Doing::Nothing;
        self.ram.last_activity = self.uptime;
        self.pay();
    }

    /// Answers the command that is owed an answer.
    fn pay(&mut self) {
        let Some(debt) = self.ram.debt.take() else {
            return;
        };
        let kind = if debt.data.is_empty() {
            wire::DONE
        } else {
            wire::DATA
        };
        let bytes = wire::message(kind, 0, debt.sequence, &debt.data);
        self.send(debt.connection, &bytes);
    }

    /// A motion has ended.
    pub(super) fn motion_ended(&mut self, outcome: Result<(), Obstacle>) {
        match outcome {
            Ok(()) if self.ram.work.is_empty() => self.over(),
            Ok(()) => {}
            Err(obstacle) => {
                let lid = obstacle == Obstacle::LidOpen;
                let of_card = self.ram.jam.is_some() && self.ram.doing != Doing::Printing;
                let sense = match (self.switches.lid_in_motion, self.ram.jam) {
                    (LidInMotion::Jam, Some(jam)) if lid && of_card => jam,
                    (LidInMotion::Jam | LidInMotion::Door, _) => self.sense_of(obstacle),
                };
                self.failed(sense);
            }
        }
    }

    fn sense_of(&mut self, obstacle: Obstacle) -> Sense {
        match obstacle {
            Obstacle::NoPower => self.ram.stopped.take().unwrap_or(Sense::TIMED_OUT),
            Obstacle::LidOpen => Sense::DOOR_OPEN,
            Obstacle::NoCard => Sense::NO_CARD,
            Obstacle::CardMissing => Sense::SEQUENCE,
            Obstacle::Jam(_) if self.mechanism.jam().is_none() => Sense::FILM_SEARCH,
            Obstacle::Jam(_) => match self.ram.jam {
                Some(jam) => jam,
                None => self.jam_that_lasts().unwrap_or(Sense::JAM_TRANSPORT),
            },
            Obstacle::RibbonEnd if self.mechanism.ribbon().is_none() => Sense::INK_SEARCH,
            Obstacle::RibbonEnd => Sense::INK_END,
            Obstacle::RibbonWrong => Sense::COLOUR,
            Obstacle::BinFull(_) => Sense::JAM_DISCHARGE,
            Obstacle::NotFitted => Sense::NO_OPTION,
        }
    }

    fn failed(&mut self, sense: Sense) {
        self.ram.work.clear();
        self.ram.pause_until = None;
        self.ram.doing = Doing::Nothing;
        self.ram.jam = None;
        // An initialisation that was broken off is begun anew when the lid is shut.
        self.ram.initialising = self.ram.initialising && self.mechanism.lid_open();
        self.note(sense);
        if let Some(debt) = self.ram.debt.take() {
            let told = sense.told(self.switches.sense_keys);
            let bytes = wire::message(wire::REFUSED, told, debt.sequence, &[]);
            self.send(debt.connection, &bytes);
        }
    }

    fn between(&self) -> bool {
        self.place()
            .is_some_and(|place| matches!(place, CardPlace::Path | CardPlace::Flipper))
    }

    fn go_to(&mut self, station: Station) -> Result<(), Sense> {
        let there = match station {
            Station::Contact => CardPlace::Contact,
            Station::Contactless => CardPlace::Contactless,
            Station::Feeder
            | Station::PrintStart
            | Station::Flipper
            | Station::Exit
            | Station::RejectSlot => CardPlace::PrintStart,
        };
        if self.place() == Some(there) {
            return Ok(());
        }
        let step = if there == CardPlace::PrintStart {
            Step::Park
        } else {
            Step::Station
        };
        let called = Called {
            step,
            phase: Phase::Move,
            jam: Sense::JAM_TRANSPORT,
        };
        self.begin_card(Motion::MoveTo(station), self.profile.timing.move_ms, called)
    }

    fn print(&mut self, picture: u64, panel: Panel, dots: Arc<Vec<u8>>) -> Result<(), Sense> {
        if let Some(until) = self.cools_until() {
            self.ram.pause_until = Some(until);
            self.ram.work.push_front(Goal::Print {
                picture,
                panel,
                dots,
            });
            return Ok(());
        }
        let timing = self.profile.timing;
        let takes = match panel {
            Panel::Y | Panel::M | Panel::C => timing.dye_ms,
            Panel::K | Panel::O | Panel::U => timing.resin_ms,
        };
        let plane = Arc::new(self.plane(panel, &dots));
        self.ram.work.push_front(Goal::Printed);
        let called = Called {
            step: Step::Panel(self.next_step()),
            phase: Phase::Print,
            jam: Sense::FILM_SEARCH,
        };
        let lay = Lay {
            panel,
            plane,
            picture,
        };
        self.begin_film(FilmMotion::Print(lay), takes, Some(called))
    }

    /// Panels onto the film, and each transfer behind them, are counted as one row of steps.
    fn next_step(&mut self) -> u32 {
        let step = self.steps_on_card;
        self.steps_on_card += 1;
        step
    }

    fn exit(&mut self, bin: Bin) -> Result<(), Sense> {
        if self.place().is_none() {
            return Ok(());
        }
        self.ram.work.push_front(Goal::Left(bin));
        let step = match bin {
            Bin::Output => Step::Eject,
            Bin::Reject => Step::Reject,
        };
        let called = Called {
            step,
            phase: Phase::Eject,
            jam: Sense::JAM_DISCHARGE,
        };
        self.begin_card(Motion::Exit(bin), self.profile.timing.eject_ms, called)
    }

    /// A card has left by itself.
    fn left(&mut self, bin: Bin) {
        let counts = match (self.switches.total_moves, bin) {
            (TotalMoves::Leaves, Bin::Output) => true,
            (TotalMoves::Transfer, Bin::Output) => false,
            (TotalMoves::Leaves | TotalMoves::Transfer, Bin::Reject) => {
                self.switches.reject_moves_total
            }
        };
        if counts {
            self.count_card();
        }
        self.counters.card_left();
        self.ram.counted = false;
    }

    fn count_card(&mut self) {
        if !self.ram.counted {
            self.ram.counted = true;
            self.counters.change(self.uptime, |shown| {
                shown.total += 1;
                shown.free += 1;
                shown.since_cleaning += 1;
            });
        }
    }

    fn search_film(&mut self) -> Result<(), Sense> {
        match self.switches.film_after_power {
            FilmAfterPower::SamePanel => Ok(()),
            FilmAfterPower::SearchedForward => {
                let takes = self.profile.timing.wind_ms;
                match self.begin_film(FilmMotion::Wind, takes, None) {
                    // What is missing is told when it is needed.
                    Err(Sense::FILM_END | Sense::FILM_SEARCH) => Ok(()),
                    begun => begun,
                }
            }
        }
    }

    /// Starts a card's motion, and with it what was planned or armed for it.
    fn begin_card(&mut self, motion: Motion, takes: u32, called: Called) -> Result<(), Sense> {
        let picks = matches!(motion, Motion::Pick);
        let card = self.mechanism.picked() + u32::from(picks);
        let due = self.plan.take(card, called.step);
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
        let duration = self.profile.duration(takes);
        self.ram.jam = Some(called.jam);
        if let Err(obstacle) = self.mechanism.start(motion, duration, self.uptime) {
            self.plan.faults.extend(others);
            return Err(self.sense_of(obstacle));
        }
        self.ram.at_magnetic = false;
        if self.ram.doing == Doing::Winding {
            self.ram.doing = Doing::Transporting;
        }
        for fault in others.into_iter().filter(|fault| !doubles(&fault.strike)) {
            let at = self.uptime + duration / 1000 * u64::from(fault.permille.min(1000));
            self.blows.push((at, Blow::Planned(fault.strike)));
        }
        self.strike_half_way(called.phase, duration);
        Ok(())
    }

    /// Starts a film motion. A jam that is planned for a panel tears the film; one in a transfer holds the card.
    fn begin_film(
        &mut self,
        motion: FilmMotion,
        takes: u32,
        called: Option<Called>,
    ) -> Result<(), Sense> {
        let duration = self.profile.duration(takes);
        let due = match &called {
            Some(called) => self.plan.take(self.mechanism.picked(), called.step),
            None => Vec::new(),
        };
        let fuses = matches!(motion, FilmMotion::Transfer);
        self.ram.jam = called.as_ref().map(|called| called.jam);
        let jams = |strike: &Strike| matches!(strike, Strike::Jam);
        if fuses && due.iter().any(|fault| jams(&fault.strike)) {
            self.mechanism.arm_jam(Station::PrintStart, 0);
        }
        if let Err(stop) = self.mechanism.start_film(motion, duration, self.uptime) {
            self.plan.faults.extend(due);
            return Err(match stop {
                FilmStop::NoFilm => Sense::FILM_SEARCH,
                FilmStop::FilmEnd => Sense::FILM_END,
                FilmStop::Obstacle(obstacle) => self.sense_of(obstacle),
            });
        }
        for fault in due {
            let blow = match fault.strike {
                Strike::Jam if fuses => continue,
                Strike::Jam => Blow::FilmTears,
                Strike::DoubleFeed => {
                    self.mechanism.arm_double_feed();
                    continue;
                }
                Strike::LidOpens
                | Strike::PowerCut
                | Strike::PowerDip(_)
                | Strike::CablePulled
                | Strike::RibbonEnds
                | Strike::StaleAnswer => Blow::Planned(fault.strike),
            };
            let at = self.uptime + duration / 1000 * u64::from(fault.permille.min(1000));
            self.blows.push((at, blow));
        }
        if let Some(called) = called {
            self.strike_half_way(called.phase, duration);
        }
        Ok(())
    }

    fn strike_half_way(&mut self, phase: Phase, duration: u64) {
        if let Some(sense) = self.take_armed(phase) {
            let at = self.uptime + duration / 2;
            self.blows.push((at, Blow::Stops(sense)));
        }
    }

    pub(super) fn take_armed(&mut self, phase: Phase) -> Option<Sense> {
        let due = self.armed.iter().position(|(there, _)| *there == phase)?;
        Some(self.armed.remove(due).1)
    }

    fn write_track(&mut self, track: Track) -> Result<(), Sense> {
        let card = self.mechanism.inside().last();
        let card = *card.ok_or(Sense::SEQUENCE)?;
        let stripe = self.stripes.entry(card).or_default();
        if let Some(there) = stripe.get_mut(usize::from(track.number) - 1) {
            *there = track.data;
        }
        Ok(())
    }

    /// A track of the card inside; `None`: nothing was written on it.
    pub(super) fn stripe(&self, number: u8) -> Option<&[u8]> {
        let card = self.mechanism.inside().last()?;
        let tracks = self.stripes.get(card)?;
        let track = tracks.get(usize::from(number).checked_sub(1)?)?;
        (!track.is_empty()).then_some(track.as_slice())
    }

    /// Tracks as entries behind a count; any blank one fails the whole read [code].
    fn read_tracks(&mut self, numbers: &[u8]) -> Result<(), Sense> {
        let mut data = vec![0; self.profile.tracks_at];
        data[0] = 0x01;
        data.push(u8::try_from(numbers.len()).unwrap_or(u8::MAX));
        for number in numbers {
            let track = self.stripe(*number).ok_or(Sense::TRACK_READ)?;
            let bits = if *number == 1 { 6 } else { 4 };
            data.push(number << 4 | bits);
            data.push(u8::try_from(track.len()).unwrap_or(u8::MAX));
            data.extend_from_slice(track);
        }
        data[1] = u8::try_from(data.len() - 2).unwrap_or(u8::MAX);
        if let Some(debt) = &mut self.ram.debt {
            debt.data = data;
        }
        Ok(())
    }
}
