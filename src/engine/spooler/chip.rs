//! The chip's part of a card's way: its number, the writing, the proof.

use cetak_drivers::contract::{BlankUid, ChipState, EncoderNews, EncoderRequest, Point, Stage};

use super::{Spooler, Turn};
use crate::artwork::mark;
use crate::domain::ids::{Actor, PrinterId};
use crate::domain::job::JobEvent;
use crate::engine::fleet::{ChipWay, Doing};
use crate::engine::store::StoreLost;

impl Spooler {
    /// News of the reader at a printer's station.
    pub(super) fn encoder(
        &mut self,
        id: &PrinterId,
        news: EncoderNews,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(doing) = self.run(id).map(|run| run.doing) else {
            return Ok(());
        };
        match (doing, news) {
            (Doing::ReadingUid, EncoderNews::Uid(Some(uid))) => self.bind(id, uid, turn),
            (Doing::WritingChip, EncoderNews::Ran) => self.prove_chip(id, turn),
            (Doing::ProvingChip, EncoderNews::State(ChipState::Complete)) => {
                let Some(job) = self.run(id).map(|run| run.attempt.job) else {
                    return Ok(());
                };
                self.with_run(id, |_, run| turn.point(run, Point::Answered(Stage::Chip)))?;
                turn.must_move(job, &JobEvent::EncodeProved, &Actor::Spooler)?;
                self.order(id, Stage::Park, turn)
            }
            (Doing::ExaminingUid | Doing::ExaminingChip, news) => {
                self.chip_examined(id, doing, news, turn)
            }
            (
                Doing::ReadingUid | Doing::WritingChip | Doing::ProvingChip,
                EncoderNews::Lost | EncoderNews::Silent,
            ) => self.with_run(id, |machine, run| {
                run.uncut = false;
                run.doing = Doing::Waiting;
                machine.back_off(turn.now);
                Ok(())
            }),
            // A chip that does not answer, or not as the script wants: no face exists, the blank is spoiled.
            (Doing::ReadingUid | Doing::WritingChip | Doing::ProvingChip, _) => {
                self.reject(id, "the chip refuses", turn)
            }
            (
                Doing::Stage(_)
                | Doing::Picture
                | Doing::HeldUp(_)
                | Doing::Loading
                | Doing::Waiting
                | Doing::Listening
                | Doing::Examining
                | Doing::Resuming(_)
                | Doing::WaitingToEject
                | Doing::Person,
                _,
            ) => Ok(()),
        }
    }

    fn bind(
        &mut self,
        id: &PrinterId,
        uid: BlankUid,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some((attempt, job, stock)) = self
            .run(id)
            .map(|run| (run.attempt.id, run.attempt.job, run.stock))
        else {
            return Ok(());
        };
        if !turn.store.bind_blank(attempt, job, stock, &uid)? {
            turn.journal(
                &Actor::Printer(id.clone()),
                "WRONG_BLANK",
                job.to_string(),
                serde_json::json!({ "uid": uid.0 }),
            )?;
            return self.reject(id, "the blank is foreign or was used before", turn);
        }
        self.with_run(id, |_, run| {
            run.attempt.uid = Some(uid.clone());
            turn.point(run, Point::Bound)
        })?;
        turn.must_move(job, &JobEvent::EncodeBegun(uid), &Actor::Spooler)?;
        self.write_chip(id, turn)
    }

    pub(super) fn write_chip(
        &mut self,
        id: &PrinterId,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        match self.scripts(id, turn)? {
            Some((write, _)) => self.with_run(id, |machine, run| {
                if run.point() != Point::Sent(Stage::Chip) {
                    turn.point(run, Point::Sent(Stage::Chip))?;
                }
                run.doing = Doing::WritingChip;
                turn.encode(machine, EncoderRequest::Run(write));
                Ok(())
            }),
            None => self.reject(id, "no chip script", turn),
        }
    }

    fn prove_chip(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        match self.scripts(id, turn)? {
            Some((_, verify)) => self.with_run(id, |machine, run| {
                run.doing = Doing::ProvingChip;
                turn.encode(machine, EncoderRequest::State(verify));
                Ok(())
            }),
            None => self.reject(id, "no chip script", turn),
        }
    }

    /// The scripts of the card in flight; `None` where the profile's templates cannot be filled.
    pub(super) fn scripts(
        &self,
        id: &PrinterId,
        turn: &Turn<'_>,
    ) -> Result<
        Option<(
            cetak_drivers::contract::Script,
            cetak_drivers::contract::Script,
        )>,
        StoreLost,
    > {
        let (Some(machine), Some(run)) = (self.printers.get(id), self.run(id)) else {
            return Ok(None);
        };
        let Some(job) = turn.store.job(run.attempt.job)? else {
            return Ok(None);
        };
        Ok(match &machine.spec.chip {
            ChipWay::InLine(script) => script.fill(mark::of(&job.key)).ok(),
            ChipWay::ByHand | ChipWay::None => None,
        })
    }
}
