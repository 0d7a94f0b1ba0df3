//! After a doubt: listen, examine, commit the verdict, and only then let anything move.

use cetak_drivers::contract::{
    Answer, EncoderNews, EncoderRequest, Evidence, Fault, Gravity, Point, Power, Request, Setup,
    Stage, Verdict,
};

use super::{End, Spooler, Turn};
use crate::domain::custody::{self, ChipReading, Facts, Ruling};
use crate::domain::ids::{Actor, PrinterId};
use crate::domain::job::JobEvent;
use crate::engine::fleet::{Doing, EXAMINE_TRIES, GO_TRIES, MOVE_TRIES, STATUS_EVERY};
use crate::engine::store::{AttemptEntry, Outcome, StoreLost};

impl Spooler {
    /// Begins the questions. That we ask is committed before we ask.
    pub(super) fn examine(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            run.uncut = false;
            run.face_uncut = false;
            run.examined = 0;
            run.evidence = Evidence::default();
            run.chip = None;
            // A printer that stays away is asked again and again: one entry says so.
            if run.attempt.entries.last() != Some(&AttemptEntry::Listening) {
                turn.note(run, AttemptEntry::Listening)?;
            }
            run.doing = Doing::Listening;
            turn.ask(
                machine,
                Request::Listen {
                    after: run.stage_in_doubt(),
                },
            );
            Ok(())
        })
    }

    /// The answer to one of the questions, or to the settings for going on.
    pub(super) fn examined(
        &mut self,
        id: &PrinterId,
        doing: Doing,
        answer: Answer,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let (evidence, fault) = match answer {
            Answer::Done(evidence) => (evidence, None),
            Answer::Fault(fault, evidence) => (evidence, Some(fault)),
            // Nothing was ordered that could feed: whatever became of the printer, the job may go to another one.
            Answer::Silent { .. } | Answer::Lost
                if self.run(id).is_some_and(|run| run.point() == Point::Before) =>
            {
                return self.not_fed(id, turn);
            }
            // No verdict comes from silence: locked, shown, asked again.
            Answer::Silent { .. } | Answer::Lost => {
                return self.with_run(id, |_, run| {
                    run.listened = false;
                    run.doing = Doing::Waiting;
                    Ok(())
                });
            }
        };
        if let (Doing::Resuming(point), Some(fault)) = (doing, &fault)
            && fault.gravity() == Gravity::Hold
            && *fault != Fault::CoverOpen
        {
            return self.hold_up(id, point, fault.clone(), turn);
        }
        let mut rule = false;
        let mut resumed = None;
        let mut doubtful = false;
        self.with_run(id, |machine, run| {
            run.away_long |= super::away_for_long(&run.attempt, turn.at);
            turn.note(run, AttemptEntry::Found(evidence.clone()))?;
            if evidence.lid_open == Some(true)
                && !run.attempt.entries.contains(&AttemptEntry::LidOpened)
            {
                turn.note(run, AttemptEntry::LidOpened)?;
            }
            if let Some(fault) = fault {
                doubtful = matches!(doing, Doing::Resuming(_));
                turn.note(run, AttemptEntry::Heard(fault.clone()))?;
                machine.faults.insert(fault);
            }
            run.evidence = evidence;
            match doing {
                Doing::Listening => {
                    run.doing = Doing::Examining;
                    let apart = machine.spec.capabilities.examine_apart;
                    turn.ask(machine, Request::Examine { apart });
                }
                Doing::Examining if !run.evidence.settled && run.examined + 1 < EXAMINE_TRIES => {
                    run.examined += 1;
                    let apart = machine.spec.capabilities.examine_apart;
                    turn.ask(machine, Request::Examine { apart });
                }
                Doing::Examining => {
                    machine.row.last_evidence = run.evidence.settled.then(|| run.evidence.clone());
                    turn.store.save_printer(&machine.row)?;
                    // Only a card at the station answers the reader: that it does is a witness of its own,
                    // also where the printer has no word for the station.
                    let chip_counts = run.attempt.chip
                        && run.evidence.place.inside() == Some(true)
                        && matches!(
                            run.point(),
                            Point::Answered(Stage::Feed) | Point::Bound | Point::Sent(Stage::Chip)
                        );
                    if chip_counts {
                        run.doing = Doing::ExaminingUid;
                        turn.encode(machine, EncoderRequest::Uid);
                    } else {
                        rule = true;
                    }
                }
                Doing::Resuming(point) => {
                    machine.faults.clear();
                    resumed = Some(point);
                }
                Doing::HeldUp(_)
                | Doing::Stage(_)
                | Doing::Picture
                | Doing::Loading
                | Doing::ReadingUid
                | Doing::WritingChip
                | Doing::ProvingChip
                | Doing::Waiting
                | Doing::ExaminingUid
                | Doing::ExaminingChip
                | Doing::WaitingToEject
                | Doing::Person => {}
            }
            Ok(())
        })?;
        match (resumed, rule, doubtful) {
            (Some(_), _, true) => self.examine(id, turn),
            (Some(point), _, false) => self.after(id, point, turn),
            (None, true, _) => self.rule(id, turn),
            (None, false, _) => Ok(()),
        }
    }

    /// What the reader says about the chip, as evidence.
    pub(super) fn chip_examined(
        &mut self,
        id: &PrinterId,
        doing: Doing,
        news: EncoderNews,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let verify = self.scripts(id, turn)?.map(|(_, verify)| verify);
        let mut rule = true;
        self.with_run(id, |machine, run| {
            let reading = run.chip.get_or_insert_with(ChipReading::default);
            match news {
                EncoderNews::Uid(uid) => {
                    reading.uid = uid;
                    let writing = run.point() == Point::Sent(Stage::Chip);
                    if let (Doing::ExaminingUid, true, Some(verify)) = (doing, writing, verify) {
                        run.doing = Doing::ExaminingChip;
                        turn.encode(machine, EncoderRequest::State(verify));
                        rule = false;
                    }
                }
                EncoderNews::State(state) => reading.state = Some(state),
                EncoderNews::Presence(_)
                | EncoderNews::Ran
                | EncoderNews::Refused { .. }
                | EncoderNews::Silent
                | EncoderNews::Lost => {}
            }
            Ok(())
        })?;
        if rule { self.rule(id, turn) } else { Ok(()) }
    }

    /// Commits the verdict and carries it out.
    fn rule(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get(id) else {
            return Ok(());
        };
        let Some(run) = self.run(id) else {
            return Ok(());
        };
        let mut evidence = run.evidence.clone();
        // Once it was gone in this attempt the canary was set again by us: what it says since is no witness.
        if run.power_was_lost() {
            evidence.power = Power::Lost;
        }
        let facts = Facts {
            evidence,
            chip: run.chip.clone(),
            away_long: run.away_long,
        };
        let case = run.case(machine.panels_proved());
        let mut ruling = custody::verdict(&case, &facts, &machine.spec.capabilities);
        if ruling.verdict == Verdict::Sought && machine.row.sought_in_a_row > 0 {
            ruling = Ruling {
                verdict: Verdict::Ask,
                why: "a second blank in a row is not found",
            };
        }
        if ruling.verdict == Verdict::Reject
            && case.point == Point::Sent(Stage::Reject)
            && run.moves >= MOVE_TRIES
        {
            ruling = Ruling {
                verdict: Verdict::Ask,
                why: "the printer does not reject",
            };
        }
        if ruling.verdict == Verdict::Clear && run.moves >= MOVE_TRIES {
            ruling = Ruling {
                verdict: Verdict::Ask,
                why: "the printer's error does not clear",
            };
        }
        if let Verdict::Go(to) = ruling.verdict
            && to != Point::Before
            && run.ruled(&format!("{:?}", ruling.verdict)) >= GO_TRIES
        {
            ruling = Ruling {
                verdict: Verdict::Ask,
                why: "the same step is refused again and again",
            };
        }
        let (point, inside, job) = (case.point, facts.evidence.place.inside(), run.attempt.job);
        let power_lost = !custody::power_kept(
            facts.evidence.power,
            case.listened,
            &machine.spec.capabilities,
        );
        self.with_run(id, |_, run| {
            if power_lost {
                super::card::count_due(id, run, turn)?;
            }
            let name = format!("{:?}", ruling.verdict);
            turn.note(run, AttemptEntry::Ruled(name, ruling.why.to_owned()))
        })?;
        match ruling.verdict {
            // A printer that feeds with the face may prove at any point that it did not.
            Verdict::Go(Point::Before)
                if matches!(point, Point::Before | Point::Sent(Stage::Feed))
                    || !self.orders(id, Stage::Feed) =>
            {
                self.not_fed(id, turn)
            }
            Verdict::Go(to) => self.go_on(id, to, turn),
            // A held card of a printer that tells no place may still be inside: the eject lays nothing, and without
            // it the next card would be printed on top.
            Verdict::Printed
                if inside == Some(true) || (inside.is_none() && self.holds_unseen(id)) =>
            {
                if point != Point::Held && point != Point::Sent(Stage::Eject) {
                    self.with_run(id, |_, run| turn.point(run, Point::Held))?;
                }
                self.order(id, Stage::Eject, turn)
            }
            Verdict::Printed => self.end(
                id,
                End {
                    outcome: Outcome::Printed,
                    event: JobEvent::ProvedPrinted,
                },
                turn,
            ),
            Verdict::Reject => self.reject(id, ruling.why, turn),
            Verdict::Spoiled => self.spoiled(id, turn),
            Verdict::Sought => {
                turn.journal(
                    &Actor::Spooler,
                    "BLANK_SOUGHT",
                    job.to_string(),
                    serde_json::json!({}),
                )?;
                // What sticks at the hopper may be two blanks: only a count of it tells.
                if case.heard == Some(Fault::FeederJam) {
                    self.with_run(id, |_, run| super::card::count_due(id, run, turn))?;
                }
                self.end(
                    id,
                    End {
                        outcome: Outcome::Sought,
                        event: JobEvent::BlankSought,
                    },
                    turn,
                )
            }
            Verdict::Clear => self.with_run(id, |machine, run| {
                turn.point(run, Point::Sent(Stage::Clear))?;
                run.moves += 1;
                run.doing = Doing::Stage(Stage::Clear);
                turn.ask(machine, Request::Do(Stage::Clear));
                Ok(())
            }),
            Verdict::Ask => self.doubt(id, ruling.why, turn),
        }
    }

    fn not_fed(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let Some(event) = self.run(id).map(|run| run.attempt.not_fed()) else {
            return Ok(());
        };
        let outcome = Outcome::NotFed;
        self.end(id, End { outcome, event }, turn)
    }

    fn holds_unseen(&self, id: &PrinterId) -> bool {
        self.printers.get(id).is_some_and(|machine| {
            let capabilities = &machine.spec.capabilities;
            capabilities.hold && !capabilities.witnesses.place
        })
    }

    /// Nothing is in doubt, but a hand is needed before the card can go on: heard once, and asked for again and again.
    fn hold_up(
        &mut self,
        id: &PrinterId,
        point: Point,
        fault: Fault,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            if machine.faults.insert(fault.clone()) {
                turn.note(run, AttemptEntry::Heard(fault))?;
            }
            run.doing = Doing::HeldUp(point);
            machine.again_at = Some(turn.now + STATUS_EVERY);
            Ok(())
        })
    }

    /// The same attempt goes on with the card inside: a fresh dialect gets its settings first.
    pub(super) fn go_on(
        &mut self,
        id: &PrinterId,
        to: Point,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            if run.point() != to {
                turn.point(run, to)?;
            }
            run.doing = Doing::Resuming(to);
            let setup = Setup {
                chip: run.attempt.chip,
                card_inside: true,
                ..machine.spec.without_chip()
            };
            turn.ask(machine, Request::Prepare(setup));
            Ok(())
        })?;
        let Some(run) = self.run(id) else {
            return Ok(());
        };
        // The chip was proved complete while its answer was lost: the job learns it here.
        if to == Point::Answered(Stage::Chip) {
            let job = run.attempt.job;
            let encoding = turn
                .store
                .job(job)?
                .is_some_and(|row| row.state.name() == "encoding");
            if encoding {
                turn.must_move(job, &JobEvent::EncodeProved, &Actor::Spooler)?;
            }
        }
        Ok(())
    }

    /// Rejects by command, where a reject box is fitted; else a person is asked.
    pub(super) fn reject(
        &mut self,
        id: &PrinterId,
        why: &'static str,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let fitted = self
            .printers
            .get(id)
            .is_some_and(|machine| machine.spec.capabilities.reject);
        if fitted {
            self.order(id, Stage::Reject, turn)
        } else {
            self.doubt(id, why, turn)
        }
    }

    /// The verdict is to ask a person: locked until two have spoken.
    pub(super) fn doubt(
        &mut self,
        id: &PrinterId,
        why: &'static str,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(job) = self.run(id).map(|run| run.attempt.job) else {
            return Ok(());
        };
        turn.must_move(job, &JobEvent::Doubt, &Actor::Spooler)?;
        turn.journal(
            &Actor::Spooler,
            "IN_DOUBT",
            job.to_string(),
            serde_json::json!({ "why": why }),
        )?;
        self.with_run(id, |_, run| {
            run.doing = Doing::Person;
            Ok(())
        })?;
        self.await_restart(id, turn)
    }

    /// A page or a string that waits in the printer's memory goes with the power: until the printer was seen
    /// off and on, a look proves nothing and no settlement is taken.
    pub(super) fn await_restart(
        &mut self,
        id: &PrinterId,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            if !run.awaiting_restart && !run.may_be_settled(&machine.spec.capabilities) {
                run.awaiting_restart = true;
                turn.ask(machine, Request::AwaitRestart);
            }
            Ok(())
        })
    }

    /// The printer was seen off and on, or it was not yet: then it is asked again after a while.
    pub(super) fn restart_awaited(
        &mut self,
        id: &PrinterId,
        answer: &Answer,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        self.with_run(id, |machine, run| {
            if !std::mem::take(&mut run.awaiting_restart) {
                return Ok(());
            }
            match answer {
                Answer::Done(evidence) => {
                    turn.note(run, AttemptEntry::Restarted)?;
                    machine.row.last_evidence = Some(evidence.clone());
                    turn.store.save_printer(&machine.row)
                }
                Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost => {
                    machine.again_at = Some(turn.now + STATUS_EVERY);
                    Ok(())
                }
            }
        })
    }
}
