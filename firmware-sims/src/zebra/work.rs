//! What runs: the items of a string or of a single command, one motion at a time, and what happens when one fails.

use crate::faults::{Step, Strike};
use crate::mechanism::{Bin, CardPlace, Motion, Obstacle, Ribbon, RibbonKind, Station};

use super::Zebra;
use super::codes::{Code, Moment};
use super::print::Print;
use super::switches::MoWhenEmpty;

/// A pause is never shorter than this many nanoseconds, so that time passes.
const PAUSE_MIN: u64 = 1_000_000;

/// Longest answer of a string.
const TEXT_BYTES_MAX: usize = 16_384;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Print(Print),
    /// `MF`.
    Flip,
    /// `MO`.
    Out,
    /// `MC`.
    Clear,
    /// What a reject is put out by.
    Exit(Bin),
    /// A placeholder: card to a chip station.
    Dock(Station),
    /// A placeholder: card back to print-ready.
    Undock,
    /// A placeholder: card to the reject hopper.
    Reject,
    /// Tracks to encode, from 0; `None`: all that are filled.
    Encode(Option<usize>),
    /// A track to read, from 0, and whether as hex.
    ReadTrack(usize, bool),
    /// `!SA`.
    Adjust,
    /// Anything that is done at once: a name and what follows it.
    Now(&'static str, Vec<u8>),
}

impl Item {
    /// A latched error refuses it.
    pub(super) fn moves(&self) -> bool {
        match self {
            Item::Now(..) | Item::Clear => false,
            Item::Print(_)
            | Item::Flip
            | Item::Out
            | Item::Exit(_)
            | Item::Dock(_)
            | Item::Undock
            | Item::Reject
            | Item::Encode(_)
            | Item::ReadTrack(..)
            | Item::Adjust => true,
        }
    }
}

/// What is being carried out.
#[derive(Debug, Clone)]
pub(super) struct Running {
    /// The items, or what is wrong with one.
    pub(super) items: Vec<Result<Item, Code>>,
    pub(super) at: usize,
    /// The item's last motion or pause has begun.
    pub(super) begun: bool,
    /// Rounds left, this one included.
    pub(super) rounds: u32,
    /// What reading items have told.
    pub(super) text: Option<Vec<u8>>,
    /// The host waits for an answer.
    pub(super) answers: bool,
    /// `m`: an error discards the card and begins the round again.
    pub(super) corrects: bool,
    /// A panel was laid in this round on a card that has not left.
    pub(super) laid: bool,
    /// The card inside is to be discarded first.
    pub(super) discards: bool,
    /// The error that it ends with.
    pub(super) ending: Option<Code>,
}

impl Running {
    pub(super) fn new(items: Vec<Result<Item, Code>>, rounds: u32, corrects: bool) -> Running {
        Running {
            items,
            at: 0,
            begun: false,
            rounds,
            text: None,
            answers: true,
            corrects,
            laid: false,
            discards: false,
            ending: None,
        }
    }

    /// The same from its first item, answering nothing.
    pub(super) fn again(&self) -> Running {
        Running {
            answers: false,
            ..Running::new(self.items.clone(), self.rounds, self.corrects)
        }
    }
}

/// Why an item failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) code: Code,
    /// What must be gone before it can work.
    cause: Option<Obstacle>,
}

impl Trouble {
    /// No hand can better it: `m` goes on with the next item.
    fn needs_no_hand(self) -> bool {
        matches!(self.cause, None | Some(Obstacle::NotFitted))
    }
}

impl From<Code> for Trouble {
    fn from(code: Code) -> Trouble {
        Trouble { code, cause: None }
    }
}

impl Zebra {
    /// Where the firmware believes that the card is.
    pub(super) fn place(&self) -> Option<CardPlace> {
        if self.ram.forgotten {
            None
        } else {
            self.mechanism.place_inside()
        }
    }

    /// Starts items; a latched error refuses those that move.
    pub(super) fn run(&mut self, running: Running) {
        let moves = |item: &Result<Item, Code>| item.as_ref().is_ok_and(Item::moves);
        match self.ram.latched {
            Some(code) if running.items.iter().any(moves) => self.nak(code),
            Some(_) | None => {
                self.ram.interrupted = None;
                self.ram.running = Some(running);
            }
        }
    }

    /// Takes what runs one motion further. Called only while nothing moves.
    pub(super) fn pursue(&mut self) {
        let Some(running) = &mut self.ram.running else {
            return;
        };
        if running.discards {
            return self.discard();
        }
        let Some(item) = running.items.get(running.at).cloned() else {
            running.rounds = running.rounds.saturating_sub(1);
            running.at = 0;
            running.laid = false;
            if running.rounds == 0 {
                self.finish();
            }
            return;
        };
        let begun = running.begun;
        let step = item
            .map_err(Trouble::from)
            .and_then(|item| self.step(&item, begun));
        match step {
            Ok(true) => {
                if let Some(running) = &mut self.ram.running {
                    running.at += 1;
                    running.begun = false;
                }
            }
            Ok(false) => {}
            Err(trouble) => self.failed(trouble),
        }
    }

    /// A motion has ended.
    pub(super) fn motion_ended(&mut self, outcome: Result<(), Obstacle>) {
        self.ram.forgotten = false;
        if let Err(obstacle) = outcome {
            let trouble = self.trouble(obstacle);
            self.failed(trouble);
        }
    }

    /// One step of an item: `true`, it is done; `false`, something moves or waits.
    fn step(&mut self, item: &Item, begun: bool) -> Result<bool, Trouble> {
        if item.moves() && !begun {
            self.struck(Moment::Motion)?;
        }
        match item {
            Item::Print(print) if begun => Ok(self.printed(print)),
            Item::Print(print) => self.print(print),
            Item::Flip if begun => Ok(self.turned_over()),
            Item::Flip => {
                self.struck(Moment::Flip)?;
                if self.place().is_none() {
                    return self.when_empty();
                }
                self.begin(Motion::Flip, self.profile.timing.flip_ms, Step::Flip)?;
                Ok(self.last_motion())
            }
            Item::Out | Item::Clear | Item::Exit(_) | Item::Reject if begun => Ok(self.left()),
            Item::Out | Item::Reject | Item::Undock if self.place().is_none() => self.when_empty(),
            Item::Clear | Item::Exit(_) if self.place().is_none() => Ok(true),
            Item::Out | Item::Clear => self.exit(Bin::Output),
            Item::Exit(bin) => self.exit(*bin),
            Item::Reject => self.exit(Bin::Reject),
            Item::Dock(station) => {
                self.struck(Moment::Dock)?;
                self.bring_to(*station)
            }
            Item::Undock => self.bring_to(Station::PrintStart),
            Item::Encode(track) if begun => self.encoded(*track),
            Item::Encode(track) => {
                self.encodable(*track)?;
                self.run_into_encoder()
            }
            Item::ReadTrack(track, hex) if begun => self.track_read(*track, *hex),
            Item::ReadTrack(..) => {
                self.encoder_fitted()?;
                self.run_into_encoder()
            }
            Item::Adjust if begun => Ok(true),
            Item::Adjust => {
                self.pause(self.profile.duration(self.profile.timing.adjust_ms));
                Ok(self.last_motion())
            }
            Item::Now(name, rest) => {
                if let Some(more) = self.at_once(name, rest)? {
                    self.glue(&more);
                }
                Ok(true)
            }
        }
    }

    /// What an item has to tell joins what the items before it told.
    pub(super) fn glue(&mut self, more: &[u8]) {
        if let Some(running) = &mut self.ram.running {
            let text = running.text.get_or_insert_default();
            text.extend(more);
            text.truncate(TEXT_BYTES_MAX);
        }
    }

    /// The card has left.
    fn left(&mut self) -> bool {
        if let Some(running) = &mut self.ram.running {
            running.laid = false;
        }
        true
    }

    /// The item is done when what moves or waits has ended.
    pub(super) fn last_motion(&mut self) -> bool {
        if let Some(running) = &mut self.ram.running {
            running.begun = true;
        }
        false
    }

    pub(super) fn pause(&mut self, nanoseconds: u64) {
        self.ram.pause_until = Some(self.uptime + nanoseconds.max(PAUSE_MIN));
    }

    fn when_empty(&self) -> Result<bool, Trouble> {
        match self.switches.mo_when_empty {
            MoWhenEmpty::Ack => Ok(true),
            MoWhenEmpty::Nak03 => Err(Code::JAM.into()),
        }
    }

    /// An armed code strikes.
    pub(super) fn struck(&mut self, moment: Moment) -> Result<(), Code> {
        let due = self.armed.iter().position(|code| code.moment() == moment);
        match due {
            Some(due) => Err(self.armed.remove(due)),
            None => Ok(()),
        }
    }

    fn exit(&mut self, bin: Bin) -> Result<bool, Trouble> {
        let step = match bin {
            Bin::Output => Step::Eject,
            Bin::Reject => Step::Reject,
        };
        self.begin(Motion::Exit(bin), self.profile.timing.eject_ms, step)?;
        self.ram.in_encoder = false;
        Ok(self.last_motion())
    }

    pub(super) fn pick(&mut self) -> Result<bool, Trouble> {
        self.panels_on_card = 0;
        self.begin(Motion::Pick, self.profile.timing.feed_ms, Step::Feed)?;
        Ok(false)
    }

    /// A card at that station, fed if none is inside.
    pub(super) fn bring_to(&mut self, station: Station) -> Result<bool, Trouble> {
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
                let takes = self.profile.timing.station_ms;
                self.begin(Motion::MoveTo(station), takes, step)?;
                Ok(false)
            }
        }
    }

    /// Starts a motion, and with it what the fault plan has for it.
    pub(super) fn begin(
        &mut self,
        motion: Motion,
        milliseconds: u32,
        step: Step,
    ) -> Result<(), Trouble> {
        let picks = matches!(motion, Motion::Pick);
        let card = self.mechanism.picked() + u32::from(picks);
        let due = self.plan.take(card, step);
        let (jams, others): (Vec<_>, Vec<_>) = due
            .into_iter()
            .partition(|fault| fault.strike == Strike::Jam);
        if !jams.is_empty() {
            self.mechanism.arm_jam(passed_by(&motion), 0);
        }
        let (doubles, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|fault| fault.strike == Strike::DoubleFeed);
        if !doubles.is_empty() {
            self.mechanism.arm_double_feed();
        }
        let duration = self.profile.duration(milliseconds);
        if let Err(obstacle) = self.mechanism.start(motion, duration, self.uptime) {
            self.plan.faults.extend(others);
            return Err(self.trouble(obstacle));
        }
        for fault in others {
            let at = self.uptime + duration / 1000 * u64::from(fault.permille.min(1000));
            self.strikes.push((at, fault.strike));
        }
        Ok(())
    }

    fn trouble(&self, obstacle: Obstacle) -> Trouble {
        let torn = self.torn || self.mechanism.ribbon().is_none();
        Trouble {
            code: Code::of(obstacle, torn),
            cause: Some(obstacle),
        }
    }

    /// An item cannot be carried out.
    fn failed(&mut self, trouble: Trouble) {
        let code = trouble.code;
        let Some(mut running) = self.ram.running.take() else {
            // What the printer did by itself answers nobody.
            self.latch(code);
            return;
        };
        if running.corrects && running.ending.is_none() {
            if trouble.needs_no_hand() {
                running.at += 1;
            } else {
                self.latch(code);
                self.ram.stalled = Some(trouble);
            }
            running.begun = false;
            self.ram.running = Some(running);
            return;
        }
        self.latch(code);
        if code.sticks_in_encoder() && self.place().is_some() {
            self.ram.in_encoder = true;
        }
        let first = running.ending.is_none();
        if first {
            self.ram.interrupted = Some(Running {
                answers: false,
                begun: false,
                ..running.clone()
            });
        }
        match self.reject_bin(code).filter(|_| first) {
            Some(bin) => {
                self.ram.running = Some(Running {
                    answers: running.answers,
                    ending: Some(code),
                    ..Running::new(vec![Ok(Item::Exit(bin))], 1, false)
                });
            }
            None => {
                if running.answers {
                    self.answer(running.ending.unwrap_or(code).bytes());
                }
            }
        }
    }

    /// Where a card goes that this error makes a reject; `None`: it stays.
    fn reject_bin(&self, code: Code) -> Option<Bin> {
        self.place()?;
        let routes = self.ram.rejects;
        if code.rejects_encoding() {
            Some(self.fitted(routes.encoding))
        } else if code.of_ribbon() && self.switches.routing {
            Some(self.fitted(routes.printing))
        } else {
            None
        }
    }

    /// The reject box where one is fitted, else the output.
    pub(super) fn fitted(&self, bin: Bin) -> Bin {
        if self.mechanism.fittings().reject_box {
            bin
        } else {
            Bin::Output
        }
    }

    fn finish(&mut self) {
        let Some(running) = self.ram.running.take() else {
            return;
        };
        let answer = match (running.ending, running.text) {
            (Some(code), _) => code.bytes(),
            (None, Some(text)) => super::data_reply(text),
            (None, None) => super::ACK.to_vec(),
        };
        if running.answers {
            self.answer(answer);
        }
    }

    /// `m`: once the cause is gone the error is forgotten, a card with something on it is put out as a reject, and
    /// the round begins again \[inferred\]. Returns whether it waits no more.
    pub(super) fn corrected(&mut self) -> bool {
        let Some(trouble) = self.ram.stalled else {
            return true;
        };
        if !self.cause_is_gone(trouble.cause) {
            return false;
        }
        self.ram.stalled = None;
        self.ram.latched = None;
        if let Some(running) = &mut self.ram.running
            && running.laid
        {
            running.laid = false;
            running.at = 0;
            running.discards = true;
        }
        true
    }

    fn discard(&mut self) {
        let bin = self.fitted(self.ram.rejects.printing);
        let put_out = if self.place().is_some() {
            self.exit(bin)
        } else {
            Ok(true)
        };
        match put_out {
            Ok(true) => {
                if let Some(running) = &mut self.ram.running {
                    running.discards = false;
                    running.begun = false;
                }
            }
            Ok(false) => {}
            Err(trouble) => self.failed(trouble),
        }
    }

    fn cause_is_gone(&self, cause: Option<Obstacle>) -> bool {
        let mechanism = &self.mechanism;
        if mechanism.lid_open() || mechanism.jam().is_some() {
            return false;
        }
        match cause {
            Some(Obstacle::NoCard) => mechanism.hopper().len() > 0,
            Some(Obstacle::RibbonEnd | Obstacle::RibbonWrong) => {
                let panel = self.ram.running.as_ref().and_then(|running| {
                    match running.items.get(running.at) {
                        Some(Ok(Item::Print(print))) => Some(print.panel()),
                        Some(_) | None => None,
                    }
                });
                let supplies = |ribbon: &Ribbon| match panel {
                    Some(panel) => ribbon.supplies(panel),
                    None => !ribbon.ended(),
                };
                mechanism.ribbon().is_some_and(supplies)
            }
            Some(Obstacle::BinFull(_)) => !mechanism.output_full() && !mechanism.reject_full(),
            Some(
                Obstacle::LidOpen
                | Obstacle::Jam(_)
                | Obstacle::CardMissing
                | Obstacle::NoPower
                | Obstacle::NotFitted,
            )
            | None => true,
        }
    }

    /// Whether the fitted ribbon is of the type that `+RIB` named; of the numbers only 0 and 4 are known.
    pub(super) fn ribbon_is_set(&self) -> bool {
        let Some(ribbon) = self.mechanism.ribbon() else {
            return true;
        };
        let mono = ribbon.kind == RibbonKind::K || ribbon.kind == RibbonKind::Ko;
        match self.ram.ribbon_type {
            Some(0) => !mono,
            Some(4) => mono,
            Some(_) | None => true,
        }
    }
}

fn passed_by(motion: &Motion) -> Station {
    match motion {
        Motion::Pick => Station::Feeder,
        Motion::MoveTo(station) => *station,
        Motion::Flip => Station::Flipper,
        Motion::Lay(_) => Station::PrintStart,
        Motion::Exit(Bin::Output) => Station::Exit,
        Motion::Exit(Bin::Reject) => Station::RejectSlot,
    }
}
