//! The end of a card's way: its last panel is answered, it is held, and it is ejected.

use cetak_drivers::contract::{Evidence, Fault, Gravity, Point, Stage};

use super::card::{count_due, note_fault};
use super::{Spooler, Turn};
use crate::domain::ids::PrinterId;
use crate::engine::fleet::{Doing, MOVE_TRIES, STATUS_EVERY};
use crate::engine::store::{AttemptEntry, StoreLost};

impl Spooler {
    /// The last part of the face was answered: held inside, already out, or a doubt.
    pub(super) fn finished(
        &mut self,
        id: &PrinterId,
        evidence: Evidence,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let mut held = false;
        let mut done = false;
        self.with_run(id, |machine, run| {
            let moved = |after: Option<u64>, before: Option<u64>| after?.checked_sub(before?);
            let witnesses = machine.spec.capabilities.witnesses;
            let baseline = &run.attempt.baseline;
            let one_card = !witnesses.cards || moved(evidence.cards, baseline.cards) == Some(1);
            let panels = moved(evidence.panels, baseline.panels);
            let proved = machine.panels_proved();
            // Until the count is proved, what was ordered is: a run without a cut and without a fault that counted
            // just that is no coincidence. After a cut only the proved count will do.
            let expected = proved.unwrap_or(run.attempt.panels_ordered);
            let as_expected = !witnesses.panels || panels == Some(expected);
            let one_shot = moved(evidence.shots, baseline.shots).is_none_or(|shots| shots == 1);
            let points = |entries: &[AttemptEntry]| {
                entries
                    .iter()
                    .all(|entry| matches!(entry, AttemptEntry::Point(_)))
            };
            let whole = run.uncut && points(&run.attempt.entries);
            let clean =
                run.face_uncut && run.attempt.entries.get(run.face_from..).is_some_and(points);
            // A printer that tells no place is believed: inside where it was told to hold, else out.
            let inside = if witnesses.place {
                evidence.place.inside()
            } else {
                Some(run.attempt.hold)
            };
            match inside {
                Some(true) => held = one_card && clean && (proved.is_none() || as_expected),
                Some(false) => done = one_card && one_shot && clean && as_expected,
                None => {}
            }
            if (held || done)
                && whole
                && let Some(panels) = panels
            {
                machine.learn_panels(panels);
            }
            if held {
                turn.point(run, Point::Held)?;
            }
            Ok(())
        })?;
        if held {
            self.order(id, Stage::Eject, turn)
        } else if done {
            self.printed(id, turn)
        } else {
            self.examine(id, turn)
        }
    }

    /// A finished card stays inside: tried again, then a person takes it. The card exists either way.
    pub(super) fn eject_refused(
        &mut self,
        id: &PrinterId,
        fault: Fault,
        evidence: Evidence,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let mut given_up = false;
        let tells_place = self.tells_place(id);
        self.with_run(id, |machine, run| {
            note_fault(run, &fault, turn)?;
            if fault == Fault::SettingRefused {
                count_due(id, run, turn)?;
            }
            turn.note(run, AttemptEntry::Found(evidence))?;
            // Also where only a hand is missing: a printer that tells no place keeps its error latched, so that a lid
            // that was shut again is never told.
            given_up = run.moves >= MOVE_TRIES && (fault == Fault::CardInside || !tells_place);
            // A hand frees the card, and the error stays latched: the next feed would be refused by it.
            machine.needs_clear |= fault.gravity() != Gravity::Report;
            machine.faults.insert(fault);
            run.doing = Doing::WaitingToEject;
            machine.again_at = Some(turn.now + STATUS_EVERY);
            Ok(())
        })?;
        if !given_up {
            return Ok(());
        }
        self.printed(id, turn)?;
        // The card may still be inside, and nobody tells: the next one would be printed on top of it.
        match self.printers.get_mut(id) {
            Some(machine) if !tells_place => machine.lock("CARD_MAY_BE_INSIDE", turn),
            Some(_) | None => Ok(()),
        }
    }
}
