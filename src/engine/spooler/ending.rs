//! How an attempt ends: job, books and the printer's memory in one turn.

use cetak_drivers::contract::{Fault, Point, Stage};

use super::{Code, End, Spooler, Turn};
use crate::domain::ids::{Actor, JobId, PrinterId};
use crate::domain::job::{FaceBegun, JobEvent, JobState, SpoilCause};
use crate::engine::fleet::{CardRun, PrinterMachine, Work};
use crate::engine::store::{AttemptEntry, Laid, Outcome, StoreLost};

impl Spooler {
    /// Ends the attempt: job, books, printer's memory, all in this turn.
    pub(super) fn end(
        &mut self,
        id: &PrinterId,
        end: End,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        let Work::Card(run) = std::mem::replace(&mut machine.work, Work::Idle) else {
            return Ok(());
        };
        let job = run.attempt.job;
        turn.must_move(job, &end.event, &Actor::Spooler)?;
        close(machine, &run, end.outcome, turn)?;
        match end.outcome {
            Outcome::Spoiled => try_again(job, turn),
            // It was this printer that was to be judged: no other takes it up.
            Outcome::NotFed | Outcome::Sought if run.test_card => {
                let held = JobEvent::Hold(Code::from(TEST_CARD));
                turn.must_move(job, &held, &Actor::Spooler).map(drop)
            }
            Outcome::NotFed | Outcome::Sought | Outcome::Printed => Ok(()),
        }
    }

    /// Rejected by our command and its answer.
    pub(super) fn spoiled(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get(id) else {
            return Ok(());
        };
        let Some(run) = self.run(id) else {
            return Ok(());
        };
        let face = run.face_begun(&machine.spec.capabilities);
        let cause = match (
            face,
            run.attempt
                .entries
                .contains(&AttemptEntry::Point(Point::Sent(Stage::Chip))),
        ) {
            (true, _) => SpoilCause::Print,
            (false, true) => SpoilCause::Encode,
            (false, false) => SpoilCause::Interrupted,
        };
        let begun = if face { FaceBegun::Yes } else { FaceBegun::No };
        self.end(
            id,
            End {
                outcome: Outcome::Spoiled,
                event: JobEvent::ProvedSpoiled(cause, begun),
            },
            turn,
        )
    }
}

/// A test card that waits for its printer, or whose printing ended before it began.
pub(super) const TEST_CARD: &str = "HELD_TEST_CARD";

/// What a printer remembers of an ended attempt.
pub(super) fn close(
    machine: &mut PrinterMachine,
    run: &CardRun,
    outcome: Outcome,
    turn: &mut Turn<'_>,
) -> Result<(), StoreLost> {
    turn.store.close_attempt(run.attempt.id, outcome, turn.at)?;
    match outcome {
        Outcome::Printed if run.test_card => machine.row.sought_in_a_row = 0,
        Outcome::Printed => {
            machine.row.good += 1;
            machine.row.sought_in_a_row = 0;
            if let Some(fed_at) = run.fed_at.filter(|_| run.uncut) {
                let took = u64::try_from(turn.now.since(fed_at).as_millis()).unwrap_or(u64::MAX);
                machine.row.ms_per_card = Some(
                    machine
                        .row
                        .ms_per_card
                        .map_or(took, |mean| (mean * 7 + took) / 8),
                );
            }
        }
        Outcome::Spoiled => machine.row.spoiled += 1,
        Outcome::NotFed => {
            if let Some(hopper) = &mut machine.row.hopper {
                hopper.pieces += 1;
            }
            let heard_empty = AttemptEntry::Heard(Fault::FeederEmpty);
            machine.row.refill_due = !machine.spec.capabilities.tells_hopper
                && run.attempt.entries.contains(&heard_empty);
            // Every new feed of a blank that a hand laid in is asked for again.
            if machine.single_card(run.stock) {
                machine.row.laid = Some(Laid {
                    encoded: run.attempt.encoded_by_hand(),
                    confirmed: false,
                });
            }
        }
        Outcome::Sought => machine.row.sought_in_a_row += 1,
    }
    turn.store.save_printer(&machine.row)
}

/// A spoiled job waits for its next attempt, or for a person after too many.
pub(super) fn try_again(job: JobId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
    let Some(row) = turn.store.job(job)? else {
        return Ok(());
    };
    let JobState::Spoiled { uncut: false, .. } = row.state else {
        return Ok(());
    };
    let failures = turn
        .store
        .attempts(job)?
        .iter()
        .filter(|(_, outcome)| *outcome == Some(Outcome::Spoiled))
        .count();
    let event = if row.is_test_card() {
        JobEvent::Hold(Code::from(TEST_CARD))
    } else if failures >= super::FAILURES_MAX {
        JobEvent::Hold(Code::from("HELD_FAILED_TWICE"))
    } else {
        JobEvent::TryAgain
    };
    turn.must_move(job, &event, &Actor::Spooler).map(drop)
}
