//! What an order sets out to do: goals, pursued one motion at a time.

use std::sync::Arc;

use crate::faults::{Step, Strike};
use crate::mechanism::{Bin, CardPlace, Lay, Motion, Obstacle, Panel, Plane, Side, Station};

use super::Magicard;
use super::commands::Action;
use super::faults::Fault;
use super::header::Header;
use super::heat::HeadHeat;
use super::pages::Page;
use super::raster::{self, Aim, HEAD_DOTS, HeadPicture};
use super::switches::{PageWithCardInside, TagWrite};

/// The panels of a dye page, in the order of the film.
const PANELS: [Panel; 4] = [Panel::Y, Panel::M, Panel::C, Panel::K];
/// How ColorSure stretches a dye panel, in tenths \[placeholder\].
const SLOW_TENTHS: u32 = 15;

/// Something that waits for its turn.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// A card for the page that is coming in.
    Draw,
    /// The page of that side.
    Print(Side),
    /// A job without planes.
    Encode(Box<Header>),
    /// The card comes out as it is.
    Leave,
    Act(Action),
    Restart,
    Fail(Fault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// A card somewhere in the path.
    Card,
    /// The card at that station.
    At(Station),
    /// That side of the card at the print start under the head.
    Turn(Side),
    /// The other side up.
    FlipOver,
    /// A magnetic encoder is there.
    Encoder,
    WriteStripe,
    Lay(Side, Panel),
    /// All was laid: what was ordered is on the card.
    Whole,
    /// Nothing in the path, and the job's card is over.
    Leave,
    /// Nothing in the path.
    Out {
        to_reject: bool,
    },
    /// So many cards pass through.
    Pass(u32),
    Pause(u32),
    Fail(Fault),
    Cleaned,
}

/// How far a goal is.
enum Progress {
    Done,
    /// Something moves; the goal is looked at again when it has ended.
    Moves,
    /// Something moves; when it has ended the goal is reached.
    Ends,
}

impl Magicard {
    /// Where the firmware believes that the card is.
    pub(super) fn place(&self) -> Option<CardPlace> {
        if self.ram.forgotten {
            None
        } else {
            self.mechanism.place_inside()
        }
    }

    /// Begins an order.
    pub(super) fn set_out(&mut self, order: Order) {
        match order {
            Order::Draw => self.ram.work.push_back(Goal::Card),
            Order::Print(side) => self.page_goals(side),
            Order::Encode(header) => {
                if self.ram.job.is_some() {
                    // A card whose back never came is in the way.
                    self.ram.orders.push_front(Order::Encode(header));
                    self.ram.work.push_back(Goal::Leave);
                } else if header.encodes() {
                    self.begin_job(*header);
                    self.card_from_the_start();
                }
            }
            Order::Leave => self.ram.work.push_back(Goal::Leave),
            Order::Act(action) => self.act(action),
            Order::Restart => self.restart(),
            Order::Fail(fault) => self.failed(fault),
        }
    }

    fn act(&mut self, action: Action) {
        let inside = self.place().is_some();
        let timing = self.profile.timing;
        let goals: Vec<Goal> = match action {
            Action::Feed if self.mechanism.fittings().contactless => {
                vec![Goal::Card, Goal::At(Station::Contactless)]
            }
            Action::Feed => vec![Goal::Card, Goal::At(Station::PrintStart)],
            Action::Pass(cards) => vec![Goal::Pass(cards)],
            Action::Flip if inside => vec![Goal::FlipOver],
            Action::ToStandby if inside => vec![Goal::At(Station::PrintStart)],
            Action::Flip | Action::ToStandby => Vec::new(),
            Action::ToContacts => vec![Goal::Card, Goal::At(Station::Contact)],
            Action::Eject => vec![Goal::Out { to_reject: false }],
            Action::Hold(hold) => {
                self.flash.hold = hold && self.switches.eject_hold;
                Vec::new()
            }
            Action::Speak(language) => {
                language.clone_into(&mut self.ram.language);
                language.clone_into(&mut self.flash.language);
                Vec::new()
            }
            Action::Service => vec![Goal::Pause(timing.service_ms)],
            Action::Clean => vec![Goal::Fail(Fault::CLEANING_CARD)],
            Action::Erase => vec![
                Goal::Card,
                Goal::Pause(timing.erase_ms),
                Goal::Out { to_reject: false },
            ],
            Action::TestCard => return self.test_card(),
        };
        self.ram.work.extend(goals);
    }

    /// A card with every panel of the film in stripes.
    fn test_card(&mut self) {
        let rows = self.mechanism.fittings().geometry.lines;
        let film = self.mechanism.ribbon();
        let panels = film.map_or(&[][..], |ribbon| ribbon.kind.panels());
        let has = |panel: Panel| panels.contains(&panel);
        let stripes = || vec![[63, 0].repeat(HEAD_DOTS / 2); rows].concat();
        let dyes = has(Panel::Y).then(stripes);
        let mut header = Header::default();
        header.planes.extend(
            PANELS
                .into_iter()
                .filter(|panel| has(*panel))
                .map(|panel| (panel, rows)),
        );
        let head = HeadPicture {
            y: dyes.clone(),
            m: dyes.clone(),
            c: dyes,
            k: Some(vec![0x55; rows * raster::LINE_BYTES]),
        };
        self.begin_job(header.clone());
        if let Some(job) = &mut self.ram.job {
            job.pages[0] = Some(Page { header, head });
        }
        self.page_goals(Side::Front);
    }

    /// The goals of one page, behind those that there are.
    fn page_goals(&mut self, side: Side) {
        let timing = self.profile.timing;
        let Some(job) = &mut self.ram.job else { return };
        let Some(page) = &job.pages[super::pages::index(side)] else {
            return;
        };
        let mut goals = vec![Goal::Card];
        let first = job.laid.is_empty() && !job.ordered.iter().any(|(there, _)| *there != side);
        if first && job.header.erase {
            goals.push(Goal::Pause(timing.erase_ms));
        }
        if first && job.header.encodes() {
            goals.extend([
                Goal::Encoder,
                Goal::Pause(timing.encode_ms),
                Goal::WriteStripe,
            ]);
        }
        goals.extend([Goal::At(Station::PrintStart), Goal::Turn(side)]);
        let overcoat = page.header.overcoat.unwrap_or(side == Side::Front);
        let announced = |panel: &Panel| page.header.planes.iter().any(|(there, _)| there == panel);
        let mut panels: Vec<Panel> = PANELS.into_iter().filter(announced).collect();
        panels.extend(overcoat.then_some(Panel::O));
        for panel in panels {
            job.ordered.push((side, panel));
            goals.push(Goal::Lay(side, panel));
        }
        let back_follows = job.header.duplex && side == Side::Front;
        if !back_follows {
            goals.extend([Goal::Whole, Goal::Leave]);
        }
        self.ram.work.extend(goals);
    }

    /// All that memory holds of the job, once more from the beginning of a card.
    pub(super) fn card_from_the_start(&mut self) {
        self.ram.work.clear();
        self.ram
            .orders
            .retain(|order| !matches!(order, Order::Print(_)));
        let Some(job) = &mut self.ram.job else { return };
        job.ordered.clear();
        let sides: Vec<Side> = [Side::Front, Side::Back]
            .into_iter()
            .filter(|side| job.page(*side).is_some())
            .collect();
        if sides.is_empty() {
            let takes = self.profile.timing.encode_ms;
            self.ram.work.extend([
                Goal::Card,
                Goal::Encoder,
                Goal::Pause(takes),
                Goal::WriteStripe,
                Goal::Leave,
            ]);
        }
        for side in sides {
            self.page_goals(side);
        }
    }

    /// Takes the first goal one motion further. Called only while nothing moves.
    pub(super) fn pursue(&mut self) {
        let Some(goal) = self.ram.work.front().copied() else {
            return;
        };
        let done = match self.armed.pop_front() {
            Some(fault) => Err(fault),
            None => self.reach(goal),
        };
        match done {
            Ok(Progress::Done | Progress::Ends) => {
                self.ram.work.pop_front();
            }
            Ok(Progress::Moves) => {}
            Err(fault) => self.failed(fault),
        }
    }

    fn reach(&mut self, goal: Goal) -> Result<Progress, Fault> {
        match goal {
            Goal::Card => self.draw(),
            Goal::At(station) => self.bring_to(station),
            Goal::Turn(side) if self.mechanism.lies_with(side) => Ok(Progress::Done),
            Goal::Turn(_) => self.flip(Progress::Moves),
            Goal::FlipOver => self.flip(Progress::Ends),
            Goal::Encoder if self.profile.magnetic => Ok(Progress::Done),
            Goal::Encoder => Err(Fault::NOT_FITTED),
            Goal::WriteStripe => self.write_stripe(),
            Goal::Lay(side, panel) => self.lay(side, panel),
            Goal::Whole => {
                self.card_is_whole();
                Ok(Progress::Done)
            }
            Goal::Leave => self.leave(),
            Goal::Out { to_reject } => self.out(to_reject),
            Goal::Pass(cards) => {
                if let Some(left) = cards.checked_sub(1) {
                    let out = Goal::Out { to_reject: false };
                    // Behind the goal that is taken off now.
                    let rest = [Goal::Card, out, Goal::Pass(left)];
                    for goal in rest.into_iter().rev() {
                        self.ram.work.insert(1, goal);
                    }
                }
                Ok(Progress::Done)
            }
            Goal::Pause(milliseconds) => {
                let until = self.uptime + self.profile.duration(milliseconds);
                self.ram.pause_until = Some(until);
                Ok(Progress::Done)
            }
            Goal::Fail(fault) => {
                self.ram.work.pop_front();
                Err(fault)
            }
            Goal::Cleaned => {
                self.flash.cleanings += 1;
                self.flash.cleaned_at = self.mechanism.counts();
                Ok(Progress::Done)
            }
        }
    }

    /// A motion has ended.
    pub(super) fn motion_ended(&mut self, outcome: Result<(), Obstacle>) {
        self.ram.forgotten = false;
        match outcome {
            Ok(()) => {}
            Err(Obstacle::NoCard) => {
                let again = self.uptime + self.profile.duration(self.profile.timing.feed_again_ms);
                let until = self.ram.feed_until.unwrap_or(again);
                self.ram.feed_over = again >= until;
                self.ram.pause_until = Some(again.min(until).max(self.uptime));
            }
            Err(obstacle) => {
                let fault = self.fault_of(obstacle);
                self.failed(fault);
            }
        }
    }

    fn fault_of(&self, obstacle: Obstacle) -> Fault {
        Fault::of(obstacle, self.mechanism.ribbon().is_some())
    }

    /// It waits for a card that a hand puts in.
    pub(super) fn waits_for_a_hand(&self) -> bool {
        let by_hand = self
            .ram
            .job
            .as_ref()
            .is_some_and(|job| job.header.hand_feed);
        by_hand && self.ram.work.front() == Some(&Goal::Card)
    }

    fn draw(&mut self) -> Result<Progress, Fault> {
        let takes_it = match self.switches.page_with_card_inside {
            PageWithCardInside::TakesIt => true,
            PageWithCardInside::Jams => self.ram.parked || self.waits_for_a_hand(),
        };
        if self.place().is_some() && takes_it {
            self.ram.parked = true;
            self.ram.feed_until = None;
            self.ram.feed_over = false;
            return Ok(Progress::Done);
        }
        if std::mem::take(&mut self.ram.feed_over) {
            self.ram.feed_until = None;
            return Err(Fault::NOT_FED);
        }
        let tries = self.profile.duration(self.profile.timing.feed_tries_ms);
        let until = *self.ram.feed_until.get_or_insert(self.uptime + tries);
        if self.waits_for_a_hand() {
            self.ram.pause_until = Some(until);
            self.ram.feed_over = true;
            return Ok(Progress::Moves);
        }
        self.panels_on_card = 0;
        self.begin(Motion::Pick, self.profile.timing.feed_ms, Step::Feed)?;
        // Whatever is inside when the pick has ended was drawn for this.
        self.ram.parked = true;
        Ok(Progress::Moves)
    }

    fn bring_to(&mut self, station: Station) -> Result<Progress, Fault> {
        let there = match station {
            Station::Contact => CardPlace::Contact,
            Station::Contactless => CardPlace::Contactless,
            Station::Flipper => CardPlace::Flipper,
            Station::PrintStart | Station::Feeder | Station::Exit | Station::RejectSlot => {
                CardPlace::PrintStart
            }
        };
        if self.place() == Some(there) {
            return Ok(Progress::Done);
        }
        let step = if there == CardPlace::PrintStart {
            Step::Park
        } else {
            Step::Station
        };
        let takes = self.profile.timing.station_ms;
        self.begin(Motion::MoveTo(station), takes, step)?;
        Ok(Progress::Ends)
    }

    fn flip(&mut self, progress: Progress) -> Result<Progress, Fault> {
        self.begin(Motion::Flip, self.profile.timing.flip_ms, Step::Flip)?;
        Ok(progress)
    }

    fn write_stripe(&mut self) -> Result<Progress, Fault> {
        if self.place().is_none() {
            return Err(Fault::JAM);
        }
        if let Some(job) = &self.ram.job {
            let header = &job.header;
            self.mechanism
                .write_stripe(header.tracks.clone(), header.high_coercivity);
        }
        Ok(Progress::Done)
    }

    fn lay(&mut self, side: Side, panel: Panel) -> Result<Progress, Fault> {
        let film = self.mechanism.ribbon().copied();
        if panel == Panel::O && film.is_some_and(|film| !film.kind.panels().contains(&panel)) {
            // A film without overcoat prints without [inferred].
            if let Some(job) = &mut self.ram.job {
                job.ordered.retain(|ordered| *ordered != (side, panel));
            }
            return Ok(Progress::Done);
        }
        match self.head.fit(&self.profile.heat_in_time(), self.uptime) {
            HeadHeat::Fit => {}
            HeadHeat::Waits(nanoseconds) => {
                self.ram.pause_until = Some(self.uptime + nanoseconds);
                return Ok(Progress::Moves);
            }
            HeadHeat::TooHot => return Err(Fault::HEAD_HOT),
        }
        let Some(job) = &self.ram.job else {
            return Ok(Progress::Done);
        };
        let Some((page, plane)) = job
            .page(side)
            .and_then(|page| Some((page, self.plane_of(page, side, panel)?)))
        else {
            return Ok(Progress::Done);
        };
        let timing = self.profile.timing;
        let milliseconds = match panel {
            Panel::Y | Panel::M | Panel::C if page.header.slow => timing.dye_ms / 10 * SLOW_TENTHS,
            Panel::Y | Panel::M | Panel::C => timing.dye_ms,
            Panel::K => timing.resin_ms,
            Panel::O | Panel::U => timing.overlay_ms,
        };
        let motion = Motion::Lay(Lay {
            panel,
            plane,
            picture: job.picture,
        });
        let sets_before = film.map_or(0, |film| film.sets_left);
        self.begin(motion, milliseconds, Step::Panel(self.panels_on_card))?;
        self.panels_on_card += 1;
        let heat = self.profile.heat_in_time();
        self.head.warm(&heat, panel, self.uptime);
        let sets_left = self.mechanism.ribbon().map_or(0, |film| film.sets_left);
        self.shots_begun(sets_before.saturating_sub(sets_left));
        if let Some(job) = &mut self.ram.job {
            job.laid.push((side, panel));
        }
        Ok(Progress::Ends)
    }

    fn shots_begun(&mut self, shots: u32) {
        match self.switches.tag_write {
            TagWrite::FirstPanel => self.mechanism.write_tag(shots),
            TagWrite::End => self.ram.shots += shots,
        }
    }

    fn plane_of(&self, page: &Page, side: Side, panel: Panel) -> Option<Arc<Plane>> {
        let geometry = self.mechanism.fittings().geometry;
        if panel == Panel::O {
            let header = &page.header;
            let plane = raster::overcoat(geometry, &header.areas, &header.holes);
            return Some(Arc::new(plane));
        }
        let aim = Aim {
            geometry,
            first_dot: self.profile.first_dot(),
            offset: page.header.offset,
            turned: self.profile.turned_on(side),
        };
        page.head.on_card(panel, aim)
    }

    fn card_is_whole(&mut self) {
        let shots = std::mem::take(&mut self.ram.shots);
        self.mechanism.write_tag(shots);
        if let Some(job) = &self.ram.job {
            self.mechanism
                .end_picture_of(job.picture, job.ordered.clone());
        }
    }

    /// The card comes out or, in hold mode and as the last one, stays; then the next copy begins.
    fn leave(&mut self) -> Result<Progress, Fault> {
        let last = self.ram.job.as_ref().is_none_or(|job| job.cards_left <= 1);
        if self.place().is_some() && !(self.flash.hold && last) {
            return self.exit(Bin::Output, Progress::Moves);
        }
        self.ram.parked = false;
        if last {
            self.ram.job = None;
            return Ok(Progress::Done);
        }
        self.pictures += 1;
        if let Some(job) = &mut self.ram.job {
            job.cards_left -= 1;
            job.picture = self.pictures;
            job.laid.clear();
        }
        self.card_from_the_start();
        // The goals are new ones: none of them is reached.
        Ok(Progress::Moves)
    }

    fn out(&mut self, to_reject: bool) -> Result<Progress, Fault> {
        if self.place().is_none() {
            self.ram.parked = false;
            return Ok(Progress::Done);
        }
        let bin = if to_reject && self.mechanism.fittings().reject_box {
            Bin::Reject
        } else {
            Bin::Output
        };
        self.exit(bin, Progress::Moves)
    }

    fn exit(&mut self, bin: Bin, progress: Progress) -> Result<Progress, Fault> {
        let step = match bin {
            Bin::Output => Step::Eject,
            Bin::Reject => Step::Reject,
        };
        self.begin(Motion::Exit(bin), self.profile.timing.eject_ms, step)?;
        Ok(progress)
    }

    /// Starts a motion, and with it what the fault plan has for it.
    fn begin(&mut self, motion: Motion, milliseconds: u32, step: Step) -> Result<(), Fault> {
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
        if let Err(obstacle) = self.mechanism.start(motion, duration, self.uptime) {
            self.plan.faults.extend(others);
            return Err(self.fault_of(obstacle));
        }
        for fault in others.into_iter().filter(|fault| !doubles(&fault.strike)) {
            let at = self.uptime + duration / 1000 * u64::from(fault.permille.min(1000));
            self.strikes.push((at, fault.strike));
        }
        Ok(())
    }
}
