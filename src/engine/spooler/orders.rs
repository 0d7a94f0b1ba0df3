//! What people and programs order.

use serde::{Deserialize, Serialize};

use super::ending::{TEST_CARD, close, try_again};
use super::{
    Code, Command, Effect, PROPOSAL_MS_MAX, Response, Settlement, Spooler, Submission, Turn,
};
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, JobId, PrinterId, Stock};
use crate::domain::job::{JobEvent, JobState};
use crate::domain::record::Record;
use crate::domain::rules;
use crate::engine::fleet::{Doing, Next, Work};
use crate::engine::store::{
    Accepted, Hopper, NewJob, Outcome, Pause, Payload, Proposal, StoreLost,
};

/// What a proposal holds until its second person comes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SettleAction {
    job: JobId,
    settlement: Settlement,
}

pub(super) fn refused(code: &str) -> Response {
    Response::Refused(Code::from(code))
}

impl Spooler {
    pub(super) fn order_of(
        &mut self,
        actor: &Actor,
        command: Command,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        match command {
            Command::Submit(rows) => self.submit(actor, rows, turn),
            Command::Hold(job, reason) => simple(job, &JobEvent::Hold(Code(reason)), actor, turn),
            Command::Release(job) => {
                let held_test = turn.store.job(job)?.is_some_and(|row| row.is_test_card());
                if held_test {
                    return Ok(refused("TEST_CARD_AT_ITS_PRINTER"));
                }
                self.given_up(job, &JobEvent::Release, actor, turn)
            }
            Command::TestCard(id) => self.test_card(actor, &id, turn),
            Command::Cancel(job) => self.given_up(job, &JobEvent::Cancel, actor, turn),
            Command::Check(job, result) => simple(job, &JobEvent::Checked(result), actor, turn),
            Command::ConfirmCut(job) => {
                let response = simple(job, &JobEvent::CutConfirmed, actor, turn)?;
                if response == Response::Done {
                    try_again(job, turn)?;
                }
                Ok(response)
            }
            Command::Settle(job, settlement) => self.propose(actor, job, settlement, turn),
            Command::Approve(id) => self.approve(actor, id, turn),
            Command::Pause(id, reason) => self.on_printer(&id, turn, |machine, turn| {
                machine.row.paused = Some(Pause {
                    by: actor.clone(),
                    reason: reason.clone(),
                    at: turn.at,
                    maintenance: machine.in_maintenance(),
                });
                turn.journal(
                    actor,
                    "PAUSED",
                    id.to_string(),
                    serde_json::json!({ "reason": reason }),
                )
            }),
            Command::Resume(id) => self.on_printer(&id, turn, |machine, turn| {
                if machine.in_maintenance() {
                    machine.begin_session();
                    turn.out
                        .push(Effect::Reopen(id.clone(), machine.incarnation));
                }
                machine.row.paused = None;
                machine.row.refill_due = false;
                if machine.row.doubt.take().is_some() {
                    // A person has looked: what is counted from here on is compared with the next baseline.
                    machine.row.last_evidence = None;
                }
                // Asked at once, and not put off again by whoever resumes it again.
                machine.again_at = Some(turn.now);
                turn.journal(actor, "RESUMED", id.to_string(), serde_json::json!({}))
            }),
            Command::Maintain(id) => self.maintain(actor, &id, turn),
            Command::Receive(stock, pieces, paper) => {
                let paper = Some(paper);
                if let Some(no) = book(
                    stock,
                    None,
                    Account::InTransit,
                    pieces,
                    "ANNOUNCED",
                    paper.clone(),
                    actor,
                    turn,
                )? {
                    return Ok(no);
                }
                let from = Some(Account::InTransit);
                Ok(book(
                    stock,
                    from,
                    Account::InStore,
                    pieces,
                    "RECEIVED",
                    paper,
                    actor,
                    turn,
                )?
                .unwrap_or(Response::Done))
            }
            Command::Issue(stock, pieces) => {
                let from = Some(Account::InStore);
                Ok(book(
                    stock,
                    from,
                    Account::InRoom,
                    pieces,
                    "ISSUED",
                    None,
                    actor,
                    turn,
                )?
                .unwrap_or(Response::Done))
            }
            Command::Load(id, stock, pieces) => self.load_hopper(actor, &id, stock, pieces, turn),
            Command::Unload(id, pieces) => self.unload_hopper(actor, &id, pieces, turn),
            Command::SingleCard(id, on) => self.set_single_card(actor, &id, on, turn),
            Command::Encoded(job, uid) => self.encoded(actor, job, &uid, turn),
            Command::BlankGone(id) => self.blank_gone(actor, &id, turn),
            Command::Scan(id, uid, stock) => self.scan(actor, &id, uid.as_ref(), stock, turn),
        }
    }

    fn submit(
        &mut self,
        actor: &Actor,
        rows: Vec<Submission>,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let mut results: Vec<Accepted> = Vec::with_capacity(rows.len());
        for Submission { record, photo } in rows {
            let admission =
                rules::admit(&record, photo.is_some(), turn.today, self.settings.training);
            let new = NewJob {
                record,
                photo,
                state: admission.state,
                class: admission.class,
            };
            results.push(turn.store.accept(&new, turn.at, actor)?);
        }
        Ok(Response::Accepted(results))
    }

    /// A test card goes before all that waits for this printer, and to no other.
    fn test_card(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(refused("NO_SUCH_PRINTER"));
        };
        let Some(hopper) = machine.row.hopper.filter(|hopper| hopper.pieces > 0) else {
            return Ok(refused("NO_BLANK_LOADED"));
        };
        if machine.encoded_job().is_some() {
            return Ok(refused("BLANK_OF_A_JOB"));
        }
        let waits = match machine.next.as_ref().map(|next| next.job) {
            Some(job) => turn.store.job(job)?.is_some_and(|row| row.is_test_card()),
            None => false,
        };
        if waits || !matches!(machine.work, Work::Idle | Work::Asking) {
            return Ok(refused("PRINTER_BUSY"));
        }
        let key = format!("TEST-CARD/{id}/{}", turn.at.0);
        let new = NewJob {
            record: Record::test_card(key, hopper.stock.product(), turn.today),
            photo: None,
            state: JobState::Held {
                code: Code::from(TEST_CARD),
            },
            class: rules::CLASS_TEST_CARD,
        };
        let Accepted::New { job, .. } = turn.store.accept(&new, turn.at, actor)? else {
            // Two orders in the same millisecond: the first one is being made.
            return Ok(refused("PRINTER_BUSY"));
        };
        turn.journal(
            actor,
            "TEST_CARD",
            id.to_string(),
            serde_json::json!({ "job": job.to_string() }),
        )?;
        machine.next = Some(Next::drawing(job));
        machine.again_at = None;
        turn.out.push(Effect::Draw {
            printer: id.clone(),
            job,
            payload: Box::new(Payload {
                record: new.record,
                photo: None,
            }),
            look: machine.spec.look,
            dots: machine.spec.capabilities.dots,
        });
        Ok(Response::Done)
    }

    /// The first of two people. Only a job whose printer waits for a person can be settled.
    fn propose(
        &mut self,
        actor: &Actor,
        job: JobId,
        settlement: Settlement,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        match self.settleable(job, settlement, turn)? {
            Ok(_) => {
                let action = serde_json::to_value(SettleAction { job, settlement })
                    .expect("an id and a word are always JSON");
                let proposal = Proposal {
                    id: 0,
                    action,
                    by: actor.clone(),
                    at: turn.at,
                };
                Ok(Response::Proposed(turn.store.propose(&proposal)?))
            }
            Err(code) => Ok(refused(code)),
        }
    }

    fn settleable(
        &self,
        job: JobId,
        settlement: Settlement,
        turn: &Turn<'_>,
    ) -> Result<Result<PrinterId, &'static str>, StoreLost> {
        let Some(row) = turn.store.job(job)? else {
            return Ok(Err("NO_SUCH_JOB"));
        };
        let JobState::InDoubt { printer, blank } = row.state else {
            return Ok(Err("NOT_IN_DOUBT"));
        };
        let Some(run) = self.run(&printer).filter(|run| run.attempt.job == job) else {
            return Ok(Err("PRINTER_NOT_CONFIGURED"));
        };
        if run.doing != Doing::Person {
            return Ok(Err("PRINTER_BUSY"));
        }
        let off_first = self
            .printers
            .get(&printer)
            .is_some_and(|machine| !run.may_be_settled(&machine.spec.capabilities));
        if off_first {
            return Ok(Err("SWITCH_OFF_FIRST"));
        }
        let counted = run
            .evidence
            .cards
            .zip(run.attempt.baseline.cards)
            .is_some_and(|(after, before)| after > before);
        // The counter is a witness against two people: a card that was fed is not in the hopper. Its number, too,
        // unless it was read before the feed.
        let read_inside = blank.is_some() && run.attempt.encoded_by_hand().is_none();
        if settlement == Settlement::NotFed && (counted || read_inside) {
            return Ok(Err("BLANK_WAS_FED"));
        }
        Ok(Ok(printer))
    }

    fn approve(
        &mut self,
        actor: &Actor,
        id: u64,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(proposal) = turn.store.proposals()?.into_iter().find(|p| p.id == id) else {
            return Ok(refused("NO_SUCH_PROPOSAL"));
        };
        if proposal.by == *actor {
            return Ok(refused("SAME_PERSON"));
        }
        if turn.at.0 - proposal.at.0 > PROPOSAL_MS_MAX {
            turn.store.end_proposal(id)?;
            return Ok(refused("PROPOSAL_LAPSED"));
        }
        let action: SettleAction =
            serde_json::from_value(proposal.action).map_err(|_| StoreLost::Damaged {
                what: format!("proposal {id}"),
            })?;
        let printer = match self.settleable(action.job, action.settlement, turn)? {
            Ok(printer) => printer,
            Err(code) => return Ok(refused(code)),
        };
        turn.store.end_proposal(id)?;
        let (event, outcome) = match action.settlement {
            Settlement::Printed => (JobEvent::SettledPrinted, Outcome::Printed),
            Settlement::Spoiled => (JobEvent::SettledSpoiled, Outcome::Spoiled),
            Settlement::NotFed => {
                let by_hand = self
                    .run(&printer)
                    .is_some_and(|run| run.attempt.encoded_by_hand().is_some());
                let event = if by_hand {
                    JobEvent::EncodedNotFed
                } else {
                    JobEvent::SettledNotFed
                };
                (event, Outcome::NotFed)
            }
        };
        turn.must_move(action.job, &event, actor)?;
        if let Some(machine) = self.printers.get_mut(&printer)
            && let Work::Card(run) = std::mem::replace(&mut machine.work, Work::Idle)
        {
            if action.settlement == Settlement::Printed
                && let Some(panels) = run.panels_of_an_answered_card()
            {
                machine.learn_panels(panels);
            }
            close(machine, &run, outcome, turn)?;
            machine.needs_clear |= run
                .attempt
                .entries
                .iter()
                .any(|entry| matches!(entry, crate::engine::store::AttemptEntry::Heard(_)));
            machine.faults.clear();
            machine.again_at = None;
        }
        try_again(action.job, turn)?;
        Ok(Response::Done)
    }

    fn load_hopper(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        stock: Stock,
        pieces: u32,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(refused("NO_SUCH_PRINTER"));
        };
        if !machine.spec.stocks.contains(&stock) || machine.spec.setup(stock, false).is_none() {
            return Ok(refused("STOCK_NOT_FOR_THIS_PRINTER"));
        }
        if machine.single_card(stock) {
            return Ok(refused("SINGLE_CARD_MODE"));
        }
        let before = match machine.row.hopper {
            Some(hopper) if hopper.stock != stock && hopper.pieces > 0 => {
                return Ok(refused("HOPPER_HOLDS_ANOTHER_STOCK"));
            }
            Some(hopper) if hopper.stock == stock => hopper.pieces,
            Some(_) | None => 0,
        };
        let from = Some(Account::InRoom);
        if let Some(no) = book(
            stock,
            from,
            Account::Loaded,
            pieces,
            "LOADED",
            Some(id.to_string()),
            actor,
            turn,
        )? {
            return Ok(no);
        }
        machine.row.hopper = Some(Hopper {
            stock,
            pieces: before.saturating_add(pieces),
        });
        machine.row.refill_due = false;
        turn.store.save_printer(&machine.row)?;
        machine.again_at = None;
        Ok(Response::Done)
    }

    /// Releases or cancels a job; a blank that was encoded for it by hand is given up with it.
    fn given_up(
        &mut self,
        job: JobId,
        event: &JobEvent,
        actor: &Actor,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let allowed = turn
            .store
            .job(job)?
            .is_some_and(|row| row.state.next(event).is_ok());
        if allowed && let Err(code) = self.give_up_encoded(actor, job, turn)? {
            return Ok(refused(code));
        }
        simple(job, event, actor, turn)
    }

    fn on_printer(
        &mut self,
        id: &PrinterId,
        turn: &mut Turn<'_>,
        act: impl FnOnce(
            &mut crate::engine::fleet::PrinterMachine,
            &mut Turn<'_>,
        ) -> Result<(), StoreLost>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(refused("NO_SUCH_PRINTER"));
        };
        act(machine, turn)?;
        turn.store.save_printer(&machine.row)?;
        Ok(Response::Done)
    }
}

fn simple(
    job: JobId,
    event: &JobEvent,
    actor: &Actor,
    turn: &mut Turn<'_>,
) -> Result<Response, StoreLost> {
    Ok(match turn.move_job(job, event, actor)? {
        Ok(_) => Response::Done,
        Err(code) => Response::Refused(code),
    })
}

/// Books pieces; `Some` is the refusal where the account holds too few.
#[expect(
    clippy::too_many_arguments,
    reason = "an entry has that many parts, each named at the call"
)]
pub(super) fn book(
    stock: Stock,
    from: Option<Account>,
    to: Account,
    pieces: u32,
    why: &str,
    paper: Option<String>,
    actor: &Actor,
    turn: &mut Turn<'_>,
) -> Result<Option<Response>, StoreLost> {
    let entry = Entry {
        stock,
        from,
        to,
        pieces,
        uid: None,
        why: why.to_owned(),
        paper,
        actor: actor.clone(),
    };
    // The store ends on an entry that the books refuse: a person's wrong number is asked of them first.
    if turn.store.books()?.add(&entry).is_err() {
        return Ok(Some(refused("BOOKS_HOLD_TOO_FEW")));
    }
    turn.store.book(&entry, turn.at)?;
    Ok(None)
}
