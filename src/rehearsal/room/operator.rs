//! The operator: a person who comes after a while, sees what can be seen, uses hands, and answers what
//! waits for people.

use std::time::Duration;

use cetak_drivers::contract::Moment;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{Card, CardPlace, Looks};

use super::Room;
use super::judge::mark_of;
use crate::artwork::mark;
use crate::domain::ids::{Actor, JobId};
use crate::domain::job::{ENCODED_BY_HAND, JobState};
use crate::engine::fleet::{BACKOFF_MAX, Doing, Work};
use crate::engine::spooler::{Command, Response, Settlement};
use crate::engine::store::StoreRead;

/// How long a printer that only shows a fault is left alone between two looks.
const LOOKS_AGAIN: Duration = Duration::from_secs(60);

/// How long a printer is left off for what waits in its memory to go.
const OFF_FOR: Duration = Duration::from_secs(20);

/// When the operator comes.
#[derive(Debug, Default)]
pub(super) struct Hands {
    at: Option<Moment>,
    /// A printer that was switched off and on is not switched off again before.
    off_again: Moment,
}

impl Hands {
    pub(super) fn due(&self) -> Option<Moment> {
        self.at
    }
}

/// What calls for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Call {
    Jam,
    LidOpen,
    NoPower,
    NoCable,
    Ribbon,
    Film,
    OffAndOn,
    Settle(String, JobId),
    SwitchOff,
    Cut(String, JobId),
    Release(JobId),
    LayIn(String, JobId),
    Resume,
}

impl Room {
    /// Does what is due; `true` when something was done.
    pub(super) fn operate(&mut self) -> bool {
        let calls = self.calls();
        if calls.is_empty() {
            self.hands.at = None;
            return false;
        }
        match self.hands.at {
            None => {
                let only_waits = calls == [Call::Resume];
                let after = if only_waits {
                    self.plan.hand_after.max(LOOKS_AGAIN)
                } else {
                    self.plan.hand_after
                };
                self.hands.at = Some(self.now + after);
                return false;
            }
            Some(at) if at > self.now => return false,
            Some(_) => self.hands.at = None,
        }
        let mut did = false;
        for call in calls {
            self.note(format_args!("operator {call:?}"));
            did |= self.answer_call(&call);
        }
        did
    }

    fn calls(&self) -> Vec<Call> {
        let mechanism = self.firmware.mechanism();
        let mut calls = Vec::new();
        if !mechanism.power() && self.power_back.is_none() && self.firmware.next().is_none() {
            calls.push(Call::NoPower);
        }
        if mechanism.jam().is_some() {
            calls.push(Call::Jam);
        } else if mechanism.lid_open() {
            calls.push(Call::LidOpen);
        }
        if !mechanism.plugged() {
            calls.push(Call::NoCable);
        }
        if mechanism.ribbon().is_none_or(|ribbon| ribbon.ended()) {
            calls.push(Call::Ribbon);
        }
        if mechanism
            .film()
            .is_some_and(|film| film.torn || film.left == 0 && !film.under_head)
        {
            calls.push(Call::Film);
        }
        let Some(host) = &self.host else {
            return calls;
        };
        let off_first = host.spooler.printers().any(|machine| match &machine.work {
            Work::Card(run) => {
                run.doing == Doing::Person && !run.may_be_settled(&machine.spec.capabilities)
            }
            Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => false,
        });
        let mute = host.spooler.printers().any(|machine| {
            !machine.reachable
                && machine.backoff >= BACKOFF_MAX
                && matches!(machine.work, Work::Idle | Work::Asking)
        });
        if mute
            && mechanism.power()
            && self.power_back.is_none()
            && self.now >= self.hands.off_again
        {
            calls.push(Call::OffAndOn);
        }
        let asks_a_person = host.spooler.printers().any(|machine| match &machine.work {
            Work::Card(run) => run.doing == Doing::Person,
            Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => false,
        });
        for (key, id) in &self.jobs {
            let Some(row) = self.store.job(*id).expect("a sound store") else {
                continue;
            };
            match row.state {
                JobState::InDoubt { .. } if off_first => {
                    let may = self.now >= self.hands.off_again;
                    if may && self.power_back.is_none() && mechanism.power() {
                        calls.push(Call::SwitchOff);
                    }
                }
                JobState::InDoubt { .. } if asks_a_person => {
                    calls.push(Call::Settle(key.clone(), *id));
                }
                JobState::Spoiled { uncut: true, .. } => calls.push(Call::Cut(key.clone(), *id)),
                JobState::Held { code } if code.0 == ENCODED_BY_HAND => {}
                JobState::Held { .. } => calls.push(Call::Release(*id)),
                JobState::Received
                | JobState::Queued
                | JobState::Assigned { .. }
                | JobState::Encoding { .. }
                | JobState::Encoded { .. }
                | JobState::Printing { .. }
                | JobState::InDoubt { .. }
                | JobState::Printed { .. }
                | JobState::Spoiled { .. }
                | JobState::Ready { .. }
                | JobState::InDelivery { .. }
                | JobState::HandedOver { .. }
                | JobState::Withdrawn { .. }
                | JobState::Rejected { .. }
                | JobState::Cancelled => {}
            }
        }
        calls.extend(self.wants_blank().map(|(key, id)| Call::LayIn(key, id)));
        let doubtful = host
            .spooler
            .printers()
            .any(|machine| machine.row.doubt.is_some() || !machine.hindrances().is_empty());
        if doubtful && self.idle() && calls.is_empty() {
            calls.push(Call::Resume);
        }
        calls
    }

    fn answer_call(&mut self, call: &Call) -> bool {
        let (first, second) = (person("SPECIMEN MELUR"), person("SPECIMEN BAYU"));
        match call {
            Call::Jam => {
                self.report.reach("hand/jam");
                self.hands(&[Hand::OpenLid, Hand::ClearJam, Hand::CloseLid])
            }
            Call::LidOpen => {
                self.report.reach("hand/lid");
                self.hands(&[Hand::CloseLid])
            }
            Call::NoPower => {
                self.report.reach("hand/power");
                self.hands(&[Hand::PowerOn])
            }
            Call::NoCable => {
                self.report.reach("hand/cable");
                self.hands(&[Hand::PlugIn])
            }
            Call::Ribbon => {
                self.report.reach("hand/ribbon");
                let Some(kind) = self.ribbon else {
                    return false;
                };
                self.hands(&[
                    Hand::OpenLid,
                    Hand::Ribbon { kind, sets: None },
                    Hand::CloseLid,
                ])
            }
            Call::Film => {
                self.report.reach("hand/film");
                self.hands(&[Hand::OpenLid, Hand::Film { panels: None }, Hand::CloseLid])
            }
            Call::SwitchOff => {
                self.report.reach("hand/switches off first");
                self.off_and_on()
            }
            Call::OffAndOn => {
                self.report.reach("hand/switches a mute printer off and on");
                self.off_and_on()
            }
            Call::Settle(key, id) => {
                self.clear_path();
                let bound = self.store.job(*id).expect("a sound store");
                let bound = bound.and_then(|row| row.state.blank().cloned());
                // A card with another chip than the one that was bound, or without its back, is no card of this job.
                let theirs = |card: &Card| {
                    is_whole(card)
                        && self.plan.mode.is_face_of(card, key)
                        && bound
                            .as_ref()
                            .is_none_or(|uid| card.uid.as_deref() == Some(uid.0.as_str()))
                };
                let settlement = if self.cards_of(key).any(theirs) {
                    Settlement::Printed
                } else if self.fed_for_this_attempt() {
                    Settlement::Spoiled
                } else {
                    Settlement::NotFed
                };
                if settlement != Settlement::Printed {
                    self.cut_cards(key, true);
                }
                let mut settlement = settlement;
                let mut proposed = self.command(&first, Command::Settle(*id, settlement));
                if matches!(proposed, Some(Response::Refused(_))) {
                    settlement = Settlement::Spoiled;
                    proposed = self.command(&first, Command::Settle(*id, settlement));
                }
                if let Some(Response::Proposed(number)) = proposed {
                    self.report.settled += 1;
                    self.report.reach(format!("settled/{settlement:?}"));
                    self.command(&second, Command::Approve(number));
                }
                true
            }
            Call::Cut(key, id) => {
                self.cut_cards(key, false);
                self.report.reach("hand/cut");
                self.command(&first, Command::ConfirmCut(*id));
                true
            }
            Call::Release(id) => {
                self.report.reach("hand/release");
                self.command(&first, Command::Release(*id));
                true
            }
            Call::LayIn(key, id) => self.lay_in(key, *id),
            Call::Resume => {
                self.clear_path();
                self.report.reach("hand/resume");
                self.command(&first, Command::Resume(self.id.clone()));
                true
            }
        }
    }

    fn off_and_on(&mut self) -> bool {
        self.hands(&[Hand::PowerOff]);
        self.power_back = Some(self.now + OFF_FOR);
        self.hands.off_again = self.now + OFF_FOR + LOOKS_AGAIN;
        true
    }

    pub(super) fn hands(&mut self, hands: &[Hand]) -> bool {
        for hand in hands {
            let _ = self.firmware.hand(hand.clone(), self.now.0);
        }
        self.come_back();
        true
    }

    /// Takes out what is inside, if anything is.
    pub(super) fn clear_path(&mut self) {
        if !self.firmware.mechanism().inside().is_empty() {
            self.report.reach("hand/takes out");
            self.hands(&[Hand::OpenLid, Hand::TakeInside, Hand::CloseLid]);
        }
    }

    pub(super) fn idle(&self) -> bool {
        self.host.as_ref().is_some_and(|host| {
            host.spooler
                .printers()
                .all(|machine| matches!(machine.work, Work::Idle))
        })
    }

    /// Whether a card left the hopper since the printer was prepared for this attempt: the mechanism's word.
    fn fed_for_this_attempt(&self) -> bool {
        self.firmware.mechanism().picked() > self.picked_before
    }

    /// Whole cards that bear the key's mark.
    pub(super) fn cards_of(&self, key: &str) -> impl Iterator<Item = &Card> {
        let wanted = mark::of(key);
        self.firmware
            .mechanism()
            .cards()
            .filter(move |card| mark_of(card) == Some(wanted))
    }

    /// Cuts what lies in the bins and on the pile and is no whole card, or a whole one of this key; one that
    /// lies among the good ones only `everywhere`.
    fn cut_cards(&mut self, key: &str, everywhere: bool) {
        let wanted = mark::of(key);
        let to_cut: Vec<_> = self
            .firmware
            .mechanism()
            .cards()
            .filter(|card| match card.place {
                CardPlace::Output | CardPlace::Reject | CardPlace::Taken => true,
                CardPlace::Hopper(_)
                | CardPlace::Path
                | CardPlace::Contact
                | CardPlace::Contactless
                | CardPlace::PrintStart
                | CardPlace::Flipper
                | CardPlace::Away => false,
            })
            .filter(|card| {
                let tray = card.place == CardPlace::Output;
                let theirs = mark_of(card) == Some(wanted) && (everywhere || !tray);
                !card.cut && (!is_whole(card) || theirs)
            })
            .map(|card| card.id)
            .collect();
        for card in to_cut {
            self.hands(&[Hand::Cut { card }]);
        }
    }
}

pub(super) fn person(name: &str) -> Actor {
    Actor::Person(name.to_owned())
}

/// Whole, one picture, not cut.
pub(super) fn is_whole(card: &Card) -> bool {
    !card.cut && card.looks() == Looks::Whole
}
