//! Which job goes to which printer next, and what an idle printer is asked meanwhile.

use std::sync::Arc;

use cetak_drivers::contract::{CardImage, Evidence, Point, Request, Stage};

use super::{Code, Effect, Spooler, Turn};
use crate::domain::ids::{Actor, JobId, PrinterId, Stock};
use crate::domain::job::{JobEvent, JobState};
use crate::engine::fleet::{
    CLEAR_EVERY, CardRun, Doing, Next, PrinterMachine, STATUS_EVERY, Work, is_simulated_unit,
};
use crate::engine::store::{AttemptEntry, JobRow, StoreLost};

impl Spooler {
    /// Gives every idle printer something to do.
    pub(super) fn dispatch(&mut self, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let ids: Vec<PrinterId> = self.printers.keys().cloned().collect();
        for id in &ids {
            self.give_back(id, turn)?;
        }
        for id in ids {
            if !self.stopping {
                self.reserve(&id, turn)?;
            }
            self.start_waiting(&id, turn)?;
        }
        Ok(())
    }

    /// Takes the next job from a printer that cannot make it: another one may. A picture that is being drawn is
    /// waited for, so that no printer has two of them drawn at a time; a test card is for its own printer only.
    fn give_back(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        let Some(next) = machine.next.as_ref().filter(|next| next.picture.is_some()) else {
            return Ok(());
        };
        let preparing = matches!(machine.work, Work::Preparing(_));
        if preparing || machine.may_promise() {
            return Ok(());
        }
        let row = turn.store.job(next.job)?;
        if !row.is_some_and(|row| row.is_test_card()) {
            machine.next = None;
        }
        Ok(())
    }

    /// Picks the next job of a printer and has it drawn while the card before is printing.
    fn reserve(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get(id) else {
            return Ok(());
        };
        if machine.next.is_some() || !machine.may_promise() {
            return Ok(());
        }
        let Some(stock) = machine.stock() else {
            return Ok(());
        };
        let look = machine.spec.look;
        let dots = machine.spec.capabilities.dots;
        let Some(job) = self.best_for(machine, stock, turn)? else {
            return Ok(());
        };
        let Some(payload) = turn.store.payload(job.id)? else {
            let held = JobEvent::Hold(Code::from("HELD_DATA_ERASED"));
            turn.must_move(job.id, &held, &Actor::Spooler)?;
            return Ok(());
        };
        turn.out.push(Effect::Draw {
            printer: id.clone(),
            job: job.id,
            payload: Box::new(payload),
            look,
            dots,
        });
        if let Some(machine) = self.printers.get_mut(id) {
            machine.next = Some(Next::drawing(job.id));
        }
        Ok(())
    }

    /// The best job for a printer: the one whose chip is on the blank that lies in it, else the first that waits.
    fn best_for(
        &self,
        machine: &PrinterMachine,
        stock: Stock,
        turn: &Turn<'_>,
    ) -> Result<Option<JobRow>, StoreLost> {
        if machine.takes_only_encoded(stock) {
            let Some(job) = machine.encoded_job() else {
                return Ok(None);
            };
            return Ok(turn
                .store
                .job(job)?
                .filter(|row| row.state.waits_for_its_blank()));
        }
        let promised = self.printers.values().filter_map(|m| m.next.as_ref());
        let taken: Vec<JobId> = promised.map(|next| next.job).collect();
        let products = [stock.product()];
        let candidates = turn
            .store
            .candidates(&products, turn.today, taken.len() + 1)?;
        Ok(candidates.into_iter().find(|row| !taken.contains(&row.id)))
    }

    /// Lets an idle printer prepare for its drawn job, or asks how it is.
    fn start_waiting(&mut self, id: &PrinterId, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        let due = machine.again_at.is_none_or(|at| at <= turn.now);
        let with_technician = machine.in_maintenance();
        match &mut machine.work {
            Work::Idle if self.stopping || with_technician => return Ok(()),
            Work::Idle => {}
            Work::Card(run) => {
                if due {
                    let doing = run.doing;
                    machine.again_at = None;
                    self.take_up(id, doing, turn)?;
                }
                return Ok(());
            }
            Work::Preparing(_) | Work::Clearing | Work::Asking => return Ok(()),
        }
        if !due {
            return Ok(());
        }
        let blocked = machine
            .faults
            .iter()
            .any(|f| f.gravity() != cetak_drivers::contract::Gravity::Report);
        let may_clear = if blocked {
            let due = machine.clear_at.is_none_or(|at| at <= turn.now);
            machine.spec.capabilities.jams_latch && due
        } else {
            true
        };
        // A stage needs a link that is up: a printer that has not answered since is asked for its status first.
        if machine.needs_clear && machine.reachable && machine.row.doubt.is_none() && may_clear {
            machine.clear_at = Some(turn.now + CLEAR_EVERY);
            turn.journal(
                &Actor::Spooler,
                "INTENT_CLEAR",
                id.to_string(),
                serde_json::json!({}),
            )?;
            machine.work = Work::Clearing;
            machine.again_at = None;
            turn.ask(machine, Request::Do(Stage::Clear));
            return Ok(());
        }
        if machine.reachable && !machine.asked_who {
            machine.asked_who = true;
            machine.work = Work::Asking;
            machine.again_at = None;
            turn.ask(machine, Request::Identify);
            return Ok(());
        }
        let ready = machine
            .next
            .as_ref()
            .filter(|next| next.picture.is_some())
            .map(|next| next.job);
        match (ready, machine.stock()) {
            (Some(job), Some(stock)) if machine.may_serve() => {
                let test_card = turn.store.job(job)?.is_some_and(|row| row.is_test_card());
                let Some(setup) = machine.spec.setup_for(stock, test_card) else {
                    return Ok(());
                };
                machine.work = Work::Preparing(job);
                machine.again_at = None;
                turn.ask(machine, Request::Prepare(setup));
            }
            _ => {
                if machine.again_at.is_some() || !machine.reachable {
                    machine.work = Work::Asking;
                    machine.again_at = None;
                    turn.ask(machine, Request::Status);
                } else {
                    machine.again_at = Some(turn.now + STATUS_EVERY);
                }
            }
        }
        Ok(())
    }

    /// A picture came, or the reason why there is none.
    pub(super) fn drawn(
        &mut self,
        id: &PrinterId,
        job: JobId,
        picture: Result<Arc<CardImage>, Code>,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        let inside = match &machine.work {
            Work::Card(run) => run.attempt.job == job && run.doing == Doing::Picture,
            Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => false,
        };
        if inside {
            return match picture {
                Ok(image) => self.load(id, image, turn),
                // The picture could be drawn before the feed; a template that changed meanwhile is a person's matter.
                Err(_) => self.doubt(id, "the picture cannot be drawn any more", turn),
            };
        }
        // Nobody waits for a picture whose printer was given another job meanwhile.
        let Some(next) = machine.next.as_mut().filter(|next| next.job == job) else {
            return Ok(());
        };
        match picture {
            Ok(image) => next.picture = Some(image),
            Err(code) => {
                machine.next = None;
                return turn
                    .move_job(job, &JobEvent::Hold(code), &Actor::Spooler)
                    .map(drop);
            }
        }
        Ok(())
    }

    /// The printer is prepared: commit the attempt and the feed's intent, then feed.
    pub(super) fn prepared(
        &mut self,
        id: &PrinterId,
        job: JobId,
        baseline: Evidence,
        turn: &mut Turn<'_>,
    ) -> Result<(), StoreLost> {
        let run_name = self.settings.run.clone();
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(());
        };
        machine.work = Work::Idle;
        if self.stopping {
            return Ok(());
        }
        if counter_fell(machine.row.last_evidence.as_ref(), &baseline) {
            turn.journal(
                &Actor::Printer(id.clone()),
                "COUNT_DUE",
                id.to_string(),
                serde_json::json!({}),
            )?;
        }
        let simulated = baseline.unit.as_deref().is_some_and(is_simulated_unit);
        let doubt = if simulated && !self.settings.training {
            Some("SIMULATED_PRINTER")
        } else {
            doubt_between(machine.row.last_evidence.as_ref(), &baseline)
                .or_else(|| machine.moved_port(&baseline))
        };
        machine.row.port = Some(machine.spec.port.name.clone());
        if let Some(code) = doubt {
            return machine.lock(code, turn);
        }
        let drawn = machine.next.take().and_then(|next| next.picture);
        if !machine.may_feed() {
            return Ok(());
        }
        let encoded = machine
            .row
            .laid
            .as_ref()
            .and_then(|laid| laid.encoded.clone());
        // A blank that carries one job's chip is no other job's.
        if encoded.as_ref().is_some_and(|(bound, _)| *bound != job) {
            return Ok(());
        }
        // A test card is held until its own printer takes it: no other shall. A person may have cancelled either.
        let waiting = turn.store.job(job)?.filter(|row| match row.state {
            JobState::Queued => encoded.is_none(),
            JobState::Held { .. } if encoded.is_some() => row.state.waits_for_its_blank(),
            JobState::Held { .. } => row.is_test_card(),
            JobState::Received
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
            | JobState::Cancelled => false,
        });
        let (Some(row), Some(image), Some(hopper)) = (waiting, drawn, machine.row.hopper.as_mut())
        else {
            return Ok(());
        };
        let test_card = row.is_test_card();
        let stock = Stock::of(row.product);
        if hopper.stock != stock {
            return Ok(());
        }
        hopper.pieces -= 1;
        machine.row.last_evidence = Some(baseline.clone());
        let Some(setup) = machine.spec.setup_for(stock, test_card) else {
            return Ok(());
        };
        let mut attempt = crate::engine::store::Attempt {
            id: 0,
            job,
            printer: id.clone(),
            run: run_name,
            baseline,
            chip: setup.chip,
            hold: setup.hold,
            duplex: setup.duplex,
            ribbon: setup.ribbon,
            uid: encoded.as_ref().map(|(_, uid)| uid.clone()),
            panels_ordered: crate::engine::fleet::panels_of(&image),
            noted_at: turn.at,
            entries: Vec::new(),
        };
        if test_card {
            turn.must_move(job, &JobEvent::Release, &Actor::Spooler)?;
        }
        let assign = match encoded {
            Some((_, uid)) => JobEvent::AssignEncoded(id.clone(), uid),
            None => JobEvent::Assign(id.clone()),
        };
        machine.row.laid = None;
        turn.must_move(job, &assign, &Actor::Spooler)?;
        attempt.id = turn.store.open_attempt(&attempt, turn.at)?;
        turn.store.save_printer(&machine.row)?;
        let mut run = Box::new(CardRun {
            attempt,
            stock,
            test_card,
            image: Some(image),
            doing: Doing::Stage(Stage::Feed),
            uncut: true,
            listened: true,
            awaiting_restart: false,
            face_uncut: false,
            face_from: 0,
            evidence: Evidence::default(),
            chip: None,
            examined: 0,
            moves: 0,
            fed_at: Some(turn.now),
            away_long: false,
        });
        if !machine.spec.capabilities.orders(Stage::Feed) {
            // The card is fed with its face: until then only data go out.
            machine.work = Work::Card(run);
            return self.begin_face(id, turn);
        }
        turn.note(&mut run, AttemptEntry::Point(Point::Sent(Stage::Feed)))?;
        machine.work = Work::Card(run);
        turn.ask(machine, Request::Do(Stage::Feed));
        Ok(())
    }
}

impl PrinterMachine {
    /// A printer that tells no serial number, or whose port's name may go to another, is known by its port alone.
    fn moved_port(&self, baseline: &Evidence) -> Option<&'static str> {
        let before = self.row.port.as_ref()?;
        let by_port = baseline.unit.is_none() || self.spec.port.may_move;
        (by_port && *before != self.spec.port.name).then_some("OTHER_PORT")
    }

    /// The printer takes no card until a person has looked and resumes it.
    pub(super) fn lock(&mut self, code: &str, turn: &mut Turn<'_>) -> Result<(), StoreLost> {
        self.row.doubt = Some(code.to_owned());
        turn.store.save_printer(&self.row)?;
        turn.journal(
            &Actor::Printer(self.row.id.clone()),
            "PRINTER_IN_DOUBT",
            self.row.id.to_string(),
            serde_json::json!({ "code": code }),
        )
    }
}

/// A counter that fell back lost its power since: only a count of the hopper shows what it hides.
fn counter_fell(last: Option<&Evidence>, baseline: &Evidence) -> bool {
    let fell = |now: Option<u64>, then: Option<u64>| now < then && now.is_some();
    last.is_some_and(|last| fell(baseline.cards, last.cards) || fell(baseline.panels, last.panels))
}

/// A new baseline must agree with the last committed evidence: else a card was made while nobody asked.
fn doubt_between(last: Option<&Evidence>, baseline: &Evidence) -> Option<&'static str> {
    let last = last?;
    let moved = |now: Option<u64>, then: Option<u64>| now > then && then.is_some();
    if last.unit.is_some() && baseline.unit != last.unit {
        Some("OTHER_UNIT")
    } else if moved(baseline.cards, last.cards)
        || (last.cards.is_none() && moved(baseline.panels, last.panels))
    {
        Some("COUNTED_WHILE_AWAY")
    } else {
        None
    }
}
