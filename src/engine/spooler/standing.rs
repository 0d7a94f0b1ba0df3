//! What changes about the room while it runs: printers that come, change and go, sessions that fall, and the stop.

use super::{Code, Effect, Response, Spooler, Turn, taken_up};
use crate::domain::ids::{Actor, At, PrinterId};
use crate::engine::fleet::{BENCH_HOLDS, BenchRecord, Doing, PrinterMachine, PrinterSpec, Work};
use crate::engine::store::{StoreLost, StoreRead};

/// What a new set of printers changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Printers that are new.
    pub added: Vec<PrinterId>,
    /// Printers that are known and were replaced as told.
    pub changed: Vec<PrinterId>,
    /// Printers that are gone.
    pub removed: Vec<PrinterId>,
}

impl Spooler {
    /// Adds a printer as the store remembers it; an attempt it left open locks it.
    pub(super) fn take_up_printer(
        &mut self,
        spec: PrinterSpec,
        at: At,
        store: &(impl StoreRead + ?Sized),
    ) -> Result<(), StoreLost> {
        let id = spec.id.clone();
        let row = match store.printer(&id)? {
            Some(row) => row,
            None => PrinterMachine::blank_row(&id),
        };
        let mut machine = PrinterMachine::new(spec, row);
        let open = store.open_attempts()?;
        if let Some(attempt) = open.into_iter().find(|attempt| attempt.printer == id) {
            let job = store.job(attempt.job)?.ok_or_else(|| StoreLost::Damaged {
                what: format!("attempt {} has no job", attempt.id),
            })?;
            machine.work = Work::Card(Box::new(taken_up(attempt, &job, at)));
            machine.needs_clear = true;
        }
        self.printers.insert(id, machine);
        Ok(())
    }

    /// Takes a new set of printers: `changed` names those whose settings are other than before.
    ///
    /// `Ok(Err(id))`: that printer has a card in work and cannot change or go; nothing is changed.
    pub fn reconfigure(
        &mut self,
        specs: Vec<PrinterSpec>,
        changed: &[PrinterId],
        at: At,
        store: &(impl StoreRead + ?Sized),
    ) -> Result<Result<Changes, PrinterId>, StoreLost> {
        let mut changes = Changes::default();
        for (id, machine) in &self.printers {
            let stays = specs.iter().any(|spec| spec.id == *id);
            if stays && !changed.contains(id) {
                continue;
            }
            if !matches!(machine.work, Work::Idle | Work::Asking) {
                return Ok(Err(id.clone()));
            }
            let list = if stays {
                &mut changes.changed
            } else {
                &mut changes.removed
            };
            list.push(id.clone());
        }
        for id in &changes.removed {
            self.printers.remove(id);
        }
        for spec in specs {
            let id = spec.id.clone();
            let before = self.printers.get(&id).map(|machine| machine.incarnation);
            if before.is_some() && !changes.changed.contains(&id) {
                continue;
            }
            self.take_up_printer(spec, at, store)?;
            match (before, self.printers.get_mut(&id)) {
                (Some(before), Some(machine)) => machine.incarnation = before + 1,
                (Some(_) | None, _) => changes.added.push(id),
            }
        }
        Ok(Ok(changes))
    }

    /// A paused printer is given to a technician with its link. What it counts meanwhile is compared with the next
    /// baseline, and nobody is asked about it.
    pub(super) fn maintain(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(Response::Refused(Code::from("NO_SUCH_PRINTER")));
        };
        let Some(pause) = &mut machine.row.paused else {
            return Ok(Response::Refused(Code::from("PRINTER_NOT_PAUSED")));
        };
        if !matches!(machine.work, Work::Idle | Work::Asking) {
            return Ok(Response::Refused(Code::from("PRINTER_BUSY")));
        }
        pause.maintenance = true;
        machine.row.last_evidence = None;
        machine.identity = None;
        machine.rest_on_bench(false);
        machine.begin_session();
        turn.out.push(Effect::LetGo(id.clone()));
        turn.store.save_printer(&machine.row)?;
        turn.journal(actor, "MAINTENANCE", id.to_string(), serde_json::json!({}))?;
        Ok(Response::Done)
    }

    /// A printer's session fell and is started anew: news of the old one count no more. Returns the incarnation of
    /// the new session; `None`: no such printer.
    pub fn renew(&mut self, id: &PrinterId) -> Option<u64> {
        let machine = self.printers.get_mut(id)?;
        machine.incarnation += 1;
        Some(machine.incarnation)
    }

    /// From here on no new card is begun; those in flight are finished, or parked where only a hand or a link is missing.
    pub fn stop_taking(&mut self) {
        self.stopping = true;
    }

    /// Whether nothing is under way that a stop would cut short.
    pub fn at_rest(&self) -> bool {
        self.printers.values().all(|machine| match &machine.work {
            Work::Idle => true,
            Work::Card(run) => match run.doing {
                Doing::Person | Doing::Waiting | Doing::HeldUp(_) | Doing::WaitingToEject => true,
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
                | Doing::Resuming(_) => false,
            },
            Work::Preparing(_) | Work::Clearing | Work::Asking => false,
        })
    }
}

/// What was told decides whether the bench record counts: then the printer is spoken to anew, with what it adds or
/// without. Who it is is asked only while no card is in work.
pub(super) fn weigh_bench(machine: &mut PrinterMachine, turn: &mut Turn<'_>) {
    let code = machine.bench_code();
    let counts = code == Some(BENCH_HOLDS);
    let tested = matches!(machine.spec.bench, BenchRecord::Tested(_));
    if !tested || !matches!(machine.work, Work::Idle | Work::Asking) {
        return;
    }
    let id = machine.spec.id.clone();
    if !counts {
        tracing::warn!(printer = %id, code, "the bench record does not count");
    }
    if machine.tested != counts {
        tracing::info!(printer = %id, counts, "bench record weighed");
        machine.rest_on_bench(counts);
        machine.begin_session();
        turn.out.push(Effect::Reopen(id, machine.incarnation));
    }
}
