//! One card's way through its printer while every command is answered.

use std::sync::Arc;

use cetak_drivers::contract::{
    Answer, CardImage, EncoderRequest, Event, Evidence, Fault, Gravity, Identity, Point, Request,
    Stage,
};

use super::{Effect, End, Spooler, Turn};
use crate::domain::ids::{Actor, PrinterId};
use crate::domain::job::{JobEvent, JobState};
use crate::engine::fleet::{CardRun, Doing, PrinterMachine, STATUS_EVERY, Work};
use crate::engine::store::{AttemptEntry, Outcome, StoreLost};

impl Spooler {
    /// News of a printer.
    pub(super) fn device(
        &mut self,
        id: &PrinterId,
        event: Event,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        match event {
            Event::Answered(answer) => self.answered(id, answer, turn),
            Event::Fault(fault) => self.heard(id, fault, turn),
            Event::Status(status) => {
                let Some(machine) = self.printers.get_mut(id) else {
                    return Ok(());
                };
                machine.heard_from(&status.evidence);
                machine.faults = status.faults.into_iter().collect();
                machine.needs_clear |= machine.spec.capabilities.jams_latch
                    && machine.faults.iter().any(Fault::something_is_stuck);
                // No attempt is open, so this card is nobody's: it stands in the way until a hand comes.
                if matches!(machine.work, Work::Idle | Work::Asking)
                    && status.evidence.place.inside() == Some(true)
                {
                    machine.faults.insert(Fault::CardInside);
                }
                Ok(())
            }
            Event::Up => Ok(()),
            Event::Identity(identity) => self.identified(id, identity, turn),
            Event::Lost => {
                let Some(machine) = self.printers.get_mut(id) else {
                    return Ok(());
                };
                machine.reachable = false;
                machine.back_off(turn.now);
                machine.asked_who = false;
                if let Work::Card(run) = &mut machine.work {
                    run.listened = false;
                }
                Ok(())
            }
        }
    }

    /// A printer that is told to be another model than the config says takes no card until a person has looked.
    fn identified(
        &mut self,
        id: &PrinterId,
        identity: Identity,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        let contradicts = identity.other_model && machine.row.doubt.is_none();
        machine.identity = Some(identity);
        if contradicts {
            machine.lock("OTHER_MODEL", turn)?;
        }
        super::standing::weigh_bench(machine, turn);
        Ok(())
    }

    /// A fault that nobody asked for: it is committed, and the request's own answer decides.
    fn heard(
        &mut self,
        id: &PrinterId,
        fault: Fault,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        if let Work::Card(run) = &mut machine.work {
            note_fault(run, &fault, turn)?;
        }
        machine.faults.insert(fault);
        Ok(())
    }

    fn answered(
        &mut self,
        id: &PrinterId,
        answer: Answer,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        match &answer {
            Answer::Done(evidence) | Answer::Fault(_, evidence) => machine.heard_from(evidence),
            Answer::Silent { .. } | Answer::Lost => {
                machine.reachable = false;
                machine.back_off(turn.now);
            }
        }
        match &machine.work {
            Work::Card(run) => {
                let doing = run.doing;
                self.card_answered(id, doing, answer, turn)
            }
            Work::Preparing(job) => {
                let job = *job;
                match answer {
                    Answer::Done(baseline) => {
                        machine.faults.clear();
                        self.prepared(id, job, baseline, turn)
                    }
                    Answer::Fault(fault, _) => {
                        machine.work = Work::Idle;
                        machine.needs_clear |= fault.gravity() != Gravity::Report;
                        machine.faults.insert(fault);
                        machine.again_at = Some(turn.now + STATUS_EVERY);
                        Ok(())
                    }
                    Answer::Silent { .. } | Answer::Lost => {
                        machine.work = Work::Idle;
                        Ok(())
                    }
                }
            }
            Work::Clearing => {
                machine.work = Work::Idle;
                match answer {
                    Answer::Done(_) => machine.needs_clear = false,
                    Answer::Fault(fault, _) => {
                        machine.faults.insert(fault);
                        machine.again_at = Some(turn.now + STATUS_EVERY);
                    }
                    Answer::Silent { .. } | Answer::Lost => {}
                }
                Ok(())
            }
            Work::Asking => {
                machine.work = Work::Idle;
                machine.again_at.get_or_insert(turn.now + STATUS_EVERY);
                Ok(())
            }
            // An answer to nothing we remember: a session's late news.
            Work::Idle => Ok(()),
        }
    }

    fn card_answered(
        &mut self,
        id: &PrinterId,
        doing: Doing,
        answer: Answer,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        match (doing, answer) {
            (Doing::Listening | Doing::Examining | Doing::Resuming(_), answer) => {
                self.examined(id, doing, answer, turn)
            }
            (Doing::Stage(stage), Answer::Done(evidence)) => {
                self.stage_done(id, stage, evidence, turn)
            }
            (Doing::Loading, Answer::Done(_)) => self.order_face(id, turn),
            (Doing::Stage(Stage::Eject), Answer::Fault(fault, evidence)) => {
                self.eject_refused(id, fault, evidence, turn)
            }
            (Doing::Stage(_) | Doing::Loading, Answer::Fault(fault, evidence)) => {
                self.with_run(id, |machine, run| {
                    note_fault(run, &fault, turn)?;
                    turn.note(run, AttemptEntry::Found(evidence))?;
                    machine.needs_clear |= fault.gravity() != Gravity::Report;
                    machine.faults.insert(fault);
                    Ok(())
                })?;
                self.examine(id, turn)
            }
            (Doing::Stage(_) | Doing::Loading, Answer::Silent { .. } | Answer::Lost) => self
                .with_run(id, |_, run| {
                    run.uncut = false;
                    run.listened = false;
                    run.doing = Doing::Waiting;
                    Ok(())
                }),
            (Doing::Person, answer) => self.restart_awaited(id, &answer, turn),
            // The printer was not asked: late news.
            (
                Doing::Picture
                | Doing::ReadingUid
                | Doing::WritingChip
                | Doing::ProvingChip
                | Doing::Waiting
                | Doing::ExaminingUid
                | Doing::ExaminingChip
                | Doing::HeldUp(_)
                | Doing::WaitingToEject,
                _,
            ) => Ok(()),
        }
    }

    /// A wait of an open attempt is over.
    pub(super) fn take_up(
        &mut self,
        id: &PrinterId,
        doing: Doing,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        match doing {
            Doing::Waiting => self.examine(id, turn),
            Doing::WaitingToEject => self.order(id, Stage::Eject, turn),
            Doing::HeldUp(point) => self.go_on(id, point, turn),
            Doing::Person => self.await_restart(id, turn),
            Doing::Stage(_)
            | Doing::Picture
            | Doing::Loading
            | Doing::ReadingUid
            | Doing::WritingChip
            | Doing::ProvingChip
            | Doing::Listening
            | Doing::Examining
            | Doing::ExaminingUid
            | Doing::ExaminingChip
            | Doing::Resuming(_) => Ok(()),
        }
    }

    /// The picture is loaded: the next part of the face that this printer lets us order apart.
    fn order_face(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let stage = if self.orders(id, Stage::Face) {
            Stage::Face
        } else {
            Stage::Finish
        };
        self.order(id, stage, turn)
    }

    /// Commits a stage's intent and asks for it. A repeated eject or reject needs no second intent.
    pub(super) fn order(
        &mut self,
        id: &PrinterId,
        stage: Stage,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            if run.point() != Point::Sent(stage) {
                turn.point(run, Point::Sent(stage))?;
                run.moves = 0;
            }
            run.moves += 1;
            run.doing = Doing::Stage(stage);
            turn.ask(machine, Request::Do(stage));
            Ok(())
        })
    }

    fn stage_done(
        &mut self,
        id: &PrinterId,
        stage: Stage,
        evidence: Evidence,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, _| {
            // Not every stage asks for the counters: what was counted last stays what the next baseline must
            // agree with.
            let before = machine.row.last_evidence.take().unwrap_or_default();
            machine.row.last_evidence = Some(Evidence {
                unit: evidence.unit.clone().or(before.unit),
                cards: evidence.cards.or(before.cards),
                panels: evidence.panels.or(before.panels),
                ..evidence.clone()
            });
            Ok(())
        })?;
        match stage {
            Stage::Feed => {
                self.with_run(id, |_, run| turn.point(run, Point::Answered(Stage::Feed)))?;
                self.after(id, Point::Answered(Stage::Feed), turn)
            }
            Stage::Park => {
                self.with_run(id, |_, run| turn.point(run, Point::Answered(Stage::Park)))?;
                self.after(id, Point::Answered(Stage::Park), turn)
            }
            Stage::Face => self.order(id, Stage::Finish, turn),
            Stage::Finish => self.finished(id, evidence, turn),
            Stage::Eject => match evidence.place.inside() {
                Some(false) => self.printed(id, turn),
                // The answer is all that a printer says which tells no place; the card exists either way.
                None if !self.tells_place(id) => self.printed(id, turn),
                Some(true) | None => self.eject_refused(id, Fault::CardInside, evidence, turn),
            },
            Stage::Reject => match evidence.place.inside() {
                Some(false) => self.spoiled(id, turn),
                Some(true) | None => self.examine(id, turn),
            },
            Stage::Clear => {
                self.with_run(id, |_, run| turn.note(run, AttemptEntry::Cleared))?;
                self.examine(id, turn)
            }
            // Never ordered as a stage.
            Stage::Chip => self.examine(id, turn),
        }
    }

    /// Goes on behind a committed point.
    pub(super) fn after(
        &mut self,
        id: &PrinterId,
        point: Point,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let chip = self.run(id).is_some_and(|run| run.attempt.chip);
        match point {
            Point::Answered(Stage::Feed) if chip => self.with_run(id, |machine, run| {
                run.doing = Doing::ReadingUid;
                turn.encode(machine, EncoderRequest::Uid);
                Ok(())
            }),
            Point::Bound => self.write_chip(id, turn),
            Point::Answered(Stage::Chip) if self.orders(id, Stage::Park) => {
                self.order(id, Stage::Park, turn)
            }
            Point::Answered(Stage::Chip) => self.begin_face(id, turn),
            Point::Answered(Stage::Feed | Stage::Park) => self.begin_face(id, turn),
            Point::Before
            | Point::Sent(_)
            | Point::Answered(
                Stage::Face | Stage::Finish | Stage::Eject | Stage::Reject | Stage::Clear,
            )
            | Point::Held => self.doubt(
                id,
                "a verdict names a point that nothing goes on behind",
                turn,
            ),
        }
    }

    pub(super) fn orders(&self, id: &PrinterId, stage: Stage) -> bool {
        self.printers
            .get(id)
            .is_some_and(|machine| machine.spec.capabilities.orders(stage))
    }

    pub(super) fn tells_place(&self, id: &PrinterId) -> bool {
        self.printers
            .get(id)
            .is_some_and(|machine| machine.spec.capabilities.witnesses.place)
    }

    pub(super) fn printed(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        self.end(
            id,
            End {
                outcome: Outcome::Printed,
                event: JobEvent::ProvedPrinted,
            },
            turn,
        )
    }

    /// The card is at the print start, or is fed with its face: the job is printing, and its picture is loaded.
    pub(super) fn begin_face(
        &mut self,
        id: &PrinterId,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(job) = self.run(id).map(|run| run.attempt.job) else {
            return Ok(());
        };
        let printing = turn
            .store
            .job(job)?
            .is_some_and(|row| matches!(row.state, JobState::Printing { .. }));
        if !printing {
            turn.must_move(job, &JobEvent::PrintBegun, &Actor::Spooler)?;
        }
        // Given away: four pictures that are loaded only once would be a third of a busy room's memory.
        let mut image = None;
        self.with_run(id, |_, run| {
            image = run.image.take();
            Ok(())
        })?;
        match image {
            Some(image) => self.load(id, image, turn),
            None => {
                let payload = turn.store.payload(job)?;
                let Some(payload) = payload else {
                    return self.doubt(id, "the picture's data are erased", turn);
                };
                self.with_run(id, |machine, run| {
                    run.doing = Doing::Picture;
                    turn.out.push(Effect::Draw {
                        printer: machine.row.id.clone(),
                        job,
                        payload: Box::new(payload),
                        look: machine.spec.look,
                        dots: machine.spec.capabilities.dots,
                    });
                    Ok(())
                })
            }
        }
    }

    pub(super) fn load(
        &mut self,
        id: &PrinterId,
        image: Arc<CardImage>,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            // A doubt before the face is settled by the verdict that let the attempt go on: the face itself
            // begins here and may still be answered from its first plane to its last.
            run.face_uncut = true;
            run.face_from = run.attempt.entries.len();
            run.doing = Doing::Loading;
            turn.ask(machine, Request::Load(image));
            Ok(())
        })
    }

    pub(super) fn run(&self, id: &PrinterId) -> Option<&CardRun> {
        match &self.printers.get(id)?.work {
            Work::Card(run) => Some(run),
            Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => None,
        }
    }

    /// Does something to the open attempt of a printer; nothing where none is open.
    pub(super) fn with_run(
        &mut self,
        id: &PrinterId,
        act: impl FnOnce(&mut PrinterMachine, &mut CardRun) -> Result<(), StoreLost>,
    ) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        match std::mem::replace(&mut machine.work, Work::Idle) {
            Work::Card(mut run) => {
                let result = act(machine, &mut run);
                machine.work = Work::Card(run);
                result
            }
            other @ (Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking) => {
                machine.work = other;
                Ok(())
            }
        }
    }
}

/// A fault heard during an attempt is evidence from then on; an open lid voids a place.
pub(super) fn note_fault(
    run: &mut CardRun,
    fault: &Fault,
    turn: &mut Turn<'_>,
) -> Result<(), StoreLost> {
    run.uncut = false;
    run.face_uncut = false;
    turn.note(run, AttemptEntry::Heard(fault.clone()))?;
    if *fault == Fault::CoverOpen {
        turn.note(run, AttemptEntry::LidOpened)?;
    }
    Ok(())
}

/// What was on its way when the power went may have been carried out afterwards, and the counters may have
/// fallen back: only a count of the hopper can tell whether one more blank is gone.
pub(super) fn count_due(
    id: &PrinterId,
    run: &CardRun,
    turn: &mut Turn<'_>,
) -> Result<(), StoreLost> {
    turn.journal(
        &Actor::Printer(id.clone()),
        "COUNT_DUE",
        id.to_string(),
        serde_json::json!({ "job": run.attempt.job.to_string() }),
    )
}
