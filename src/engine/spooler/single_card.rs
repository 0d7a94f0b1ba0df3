//! One blank at a time, laid in by a hand that saw the path empty; and blanks whose chip was written at a desk.
//!
//! With one blank in the printer no firmware can make a second card, whatever it does after a cut. So this is how a
//! printer works whose maker proves little, and the only way for a blank that was encoded by hand: it carries one
//! person's chip, and every feed of it is asked for by its number.

use cetak_drivers::contract::BlankUid;

use super::orders::{book, refused};
use super::{Response, Spooler, Turn};
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, JobId, PrinterId, Stock};
use crate::domain::job::JobEvent;
use crate::engine::fleet::{ChipWay, PrinterMachine, Work};
use crate::engine::store::{Attempt, Hopper, Laid, Report, StoreLost};

impl PrinterMachine {
    /// Whether it takes this stock one blank at a time: a person ordered it, or its blanks are encoded by hand.
    pub fn single_card(&self, stock: Stock) -> bool {
        self.row.single_card || self.takes_only_encoded(stock)
    }

    /// Whether each blank of this stock carries the chip of one job before it is laid in.
    pub fn takes_only_encoded(&self, stock: Stock) -> bool {
        stock.has_chip() && self.spec.chip == ChipWay::ByHand
    }

    /// Whether a blank may be fed from its hopper as far as the books and the hand that laid it in go.
    pub fn may_feed(&self) -> bool {
        let Some(hopper) = self.row.hopper.filter(|hopper| hopper.pieces > 0) else {
            return false;
        };
        // A blank that carries a chip was laid in, and the config has changed since: no other chip is written on it.
        if self.encoded_job().is_some() && !self.takes_only_encoded(hopper.stock) {
            return false;
        }
        let confirmed = self.row.laid.as_ref().is_some_and(|laid| laid.confirmed);
        !self.single_card(hopper.stock) || (hopper.pieces == 1 && confirmed)
    }

    /// The job whose chip is on the blank that was laid in.
    pub fn encoded_job(&self) -> Option<JobId> {
        let (job, _) = self.row.laid.as_ref()?.encoded.as_ref()?;
        Some(*job)
    }

    fn rests(&self) -> bool {
        matches!(self.work, Work::Idle | Work::Asking)
    }
}

impl Attempt {
    /// The job and the number of a blank that was encoded by hand.
    pub fn encoded_by_hand(&self) -> Option<(JobId, BlankUid)> {
        let uid = self.uid.clone().filter(|_| !self.chip)?;
        Some((self.job, uid))
    }

    /// What happens to the job when its blank is still in the hopper.
    pub fn not_fed(&self) -> JobEvent {
        if self.encoded_by_hand().is_some() {
            JobEvent::EncodedNotFed
        } else {
            JobEvent::NotFed
        }
    }
}

impl Spooler {
    /// [`super::Command::SingleCard`].
    pub(super) fn set_single_card(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        on: bool,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(refused("NO_SUCH_PRINTER"));
        };
        if !on && machine.encoded_job().is_some() {
            return Ok(refused("BLANK_OF_A_JOB"));
        }
        machine.row.single_card = on;
        if !on {
            machine.row.laid = None;
        }
        machine.again_at = None;
        turn.store.save_printer(&machine.row)?;
        let what = if on { "SINGLE_CARD" } else { "HOPPER_AGAIN" };
        turn.journal(actor, what, id.to_string(), serde_json::json!({}))?;
        Ok(Response::Done)
    }

    /// [`super::Command::Unload`]: the blanks that nobody read go back to the room, if a person counts what the books hold.
    pub(super) fn unload_hopper(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        pieces: u32,
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
        // Nothing may be fed while a hand counts.
        if machine.row.paused.is_none() && machine.may_feed() {
            return Ok(refused("PAUSE_FIRST"));
        }
        if !machine.rests() {
            return Ok(refused("PRINTER_BUSY"));
        }
        if hopper.pieces != pieces {
            return Ok(refused("COUNT_DIFFERS"));
        }
        let (from, to) = (Some(Account::Loaded), Account::InRoom);
        let paper = Some(id.to_string());
        if let Some(no) = book(
            hopper.stock,
            from,
            to,
            pieces,
            "UNLOADED",
            paper,
            actor,
            turn,
        )? {
            return Ok(no);
        }
        machine.row.hopper = None;
        machine.row.laid = None;
        turn.store.save_printer(&machine.row)?;
        Ok(Response::Done)
    }

    /// [`super::Command::Encoded`]: from here on the job waits for just this blank.
    pub(super) fn encoded(
        &mut self,
        actor: &Actor,
        job: JobId,
        uid: &BlankUid,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(row) = turn.store.job(job)? else {
            return Ok(refused("NO_SUCH_JOB"));
        };
        let stock = Stock::of(row.product);
        let serves = |machine: &PrinterMachine| {
            machine.spec.stocks.contains(&stock) && machine.takes_only_encoded(stock)
        };
        if !self.printers.values().any(serves) {
            return Ok(refused("NO_PRINTER_FOR_ENCODED_BLANKS"));
        }
        if let Err(no) = row.state.next(&JobEvent::EncodedByHand) {
            return Ok(refused(&format!("NOT_WHILE_{}", no.state.to_uppercase())));
        }
        if turn.store.books()?.pieces(stock, Account::InRoom) == 0 {
            return Ok(refused("BOOKS_HOLD_TOO_FEW"));
        }
        if !turn.store.bind_encoded(job, stock, uid, actor)? {
            return Ok(refused("BLANK_USED_BEFORE"));
        }
        turn.must_move(job, &JobEvent::EncodedByHand, actor)?;
        Ok(Response::Done)
    }

    /// [`super::Command::Scan`]: one blank lies in the printer, and a person has seen the path empty.
    pub(super) fn scan(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        uid: Option<&BlankUid>,
        stock: Option<Stock>,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(refused("NO_SUCH_PRINTER"));
        };
        let (stock, encoded) = match uid {
            Some(uid) => match blank_of_a_job(uid, turn)? {
                Ok((stock, job)) => (Some(stock), Some((job, uid.clone()))),
                Err(code) => return Ok(refused(code)),
            },
            None => (stock, None),
        };
        let held = machine.row.hopper.filter(|hopper| hopper.pieces > 0);
        let stock =
            stock
                .or(held.map(|hopper| hopper.stock))
                .or(machine.spec.stocks.first().copied());
        let Some(stock) = stock.filter(|stock| machine.spec.stocks.contains(stock)) else {
            return Ok(refused("STOCK_NOT_FOR_THIS_PRINTER"));
        };
        if !machine.single_card(stock) {
            return Ok(refused("NOT_SINGLE_CARD"));
        }
        // A blank that carries a chip goes only where no other chip is written on it.
        if encoded.is_some() && !machine.takes_only_encoded(stock) {
            return Ok(refused("NO_PRINTER_FOR_ENCODED_BLANKS"));
        }
        if !machine.rests() {
            return Ok(refused("PRINTER_BUSY"));
        }
        let pieces = held.map_or(0, |hopper| hopper.pieces);
        let same = match &machine.row.laid {
            Some(laid) => laid.encoded == encoded,
            None => encoded.is_none(),
        };
        match (held, pieces) {
            (Some(hopper), _) if hopper.stock != stock => {
                return Ok(refused("HOPPER_HOLDS_ANOTHER_STOCK"));
            }
            (_, 0) => {
                if let Err(no) = lay(id, stock, encoded.as_ref(), actor, turn)? {
                    return Ok(no);
                }
                machine.row.hopper = Some(Hopper { stock, pieces: 1 });
            }
            (_, 1) if same => {}
            (_, 1) => return Ok(refused("ANOTHER_BLANK_IS_LAID")),
            (_, _) => return Ok(refused("HOPPER_NOT_EMPTY")),
        }
        let number = encoded.as_ref().map(|(_, uid)| uid.0.clone());
        machine.row.laid = Some(Laid {
            encoded,
            confirmed: true,
        });
        machine.row.refill_due = false;
        machine.again_at = None;
        turn.store.save_printer(&machine.row)?;
        turn.journal(
            actor,
            "BLANK_LAID",
            id.to_string(),
            serde_json::json!({ "stock": stock, "uid": number }),
        )?;
        Ok(Response::Done)
    }

    /// [`super::Command::BlankGone`]: a printer that tells no place may have fed what its counters call not fed. The
    /// blank is sought, its number void, and its job takes another one.
    pub(super) fn blank_gone(
        &mut self,
        actor: &Actor,
        id: &PrinterId,
        turn: &mut Turn<'_>,
    ) -> Result<Response, StoreLost> {
        let Some(machine) = self.printers.get_mut(id) else {
            return Ok(refused("NO_SUCH_PRINTER"));
        };
        if !machine.rests() {
            return Ok(refused("PRINTER_BUSY"));
        }
        let unconfirmed = machine.row.laid.take_if(|laid| !laid.confirmed);
        let hopper = machine.row.hopper.filter(|hopper| hopper.pieces == 1);
        let (Some(laid), Some(hopper)) = (unconfirmed, hopper) else {
            return Ok(refused("NO_BLANK_IN_QUESTION"));
        };
        machine.row.hopper = None;
        machine.row.refill_due = false;
        machine.again_at = None;
        turn.store.save_printer(&machine.row)?;
        let job = laid.encoded.as_ref().map(|(job, _)| *job);
        let spent = Spent {
            from: Account::Loaded,
            to: Account::Sought,
            why: "GONE",
        };
        turn.spend(spent, hopper.stock, laid.encoded, actor)?;
        if let Some(job) = job {
            turn.must_move(job, &JobEvent::Release, actor)?;
        }
        turn.journal(actor, "BLANK_SOUGHT", id.to_string(), serde_json::json!({}))?;
        Ok(Response::Done)
    }

    /// The blank that was encoded for this job is given up before it was taken: it carries a person's chip, so it is
    /// spoiled and its number void.
    ///
    /// `Ok(Err(code))`: its printer is about to take it.
    pub(super) fn give_up_encoded(
        &mut self,
        actor: &Actor,
        job: JobId,
        turn: &mut Turn<'_>,
    ) -> Result<Result<(), &'static str>, StoreLost> {
        let Some(blank) = turn.store.encoded_blank(job)? else {
            return Ok(Ok(()));
        };
        let holder = self
            .printers
            .values_mut()
            .find(|machine| machine.encoded_job() == Some(job));
        if let Some(machine) = holder {
            if !machine.rests() {
                return Ok(Err("PRINTER_BUSY"));
            }
            machine.row.laid = None;
            machine.row.hopper = None;
            machine.next.take_if(|next| next.job == job);
            turn.store.save_printer(&machine.row)?;
        }
        turn.spend(
            Spent {
                from: blank.account,
                to: Account::Spoiled,
                why: "GIVEN_UP",
            },
            blank.stock,
            Some((job, blank.uid)),
            actor,
        )?;
        Ok(Ok(()))
    }
}

/// How a blank that was laid in, or encoded for it, leaves the stock of usable ones.
struct Spent {
    from: Account,
    to: Account,
    why: &'static str,
}

impl Turn<'_> {
    /// Books one blank away; the number of one that carries a job's chip is void.
    fn spend(
        &mut self,
        spent: Spent,
        stock: Stock,
        encoded: Option<(JobId, BlankUid)>,
        actor: &Actor,
    ) -> Result<(), StoreLost> {
        let uid = encoded.as_ref().map(|(_, uid)| uid.clone());
        self.store.book(
            &Entry {
                stock,
                from: Some(spent.from),
                to: spent.to,
                pieces: 1,
                uid,
                why: spent.why.to_owned(),
                paper: encoded.as_ref().map(|(job, _)| job.to_string()),
                actor: actor.clone(),
            },
            self.at,
        )?;
        let Some((job, uid)) = encoded else {
            return Ok(());
        };
        self.store.report(&Report {
            key: format!("{job}/{uid}"),
            what: "void".to_owned(),
            uid: Some(uid),
        })
    }
}

/// The stock and the job of a blank that was encoded by hand and is not taken yet, or why there is none.
fn blank_of_a_job(
    uid: &BlankUid,
    turn: &Turn<'_>,
) -> Result<Result<(Stock, JobId), &'static str>, StoreLost> {
    let Some(blank) = turn.store.blank(uid)? else {
        return Ok(Err("BLANK_NOT_ENCODED"));
    };
    let Some(job) = blank.job else {
        return Ok(Err("BLANK_NOT_ENCODED"));
    };
    if !matches!(blank.account, Account::InRoom | Account::Loaded) {
        return Ok(Err("BLANK_USED_BEFORE"));
    }
    let waits = turn
        .store
        .job(job)?
        .is_some_and(|row| row.state.waits_for_its_blank());
    Ok(if waits {
        Ok((blank.stock, job))
    } else {
        Err("JOB_OF_THE_BLANK_DOES_NOT_WAIT")
    })
}

/// Books one blank from the room into the printer; `Err` is the refusal.
fn lay(
    id: &PrinterId,
    stock: Stock,
    encoded: Option<&(JobId, BlankUid)>,
    actor: &Actor,
    turn: &mut Turn<'_>,
) -> Result<Result<(), Response>, StoreLost> {
    let entry = Entry {
        stock,
        from: Some(Account::InRoom),
        to: Account::Loaded,
        pieces: 1,
        uid: encoded.map(|(_, uid)| uid.clone()),
        why: "LAID".to_owned(),
        paper: Some(id.to_string()),
        actor: actor.clone(),
    };
    if let Some((_, uid)) = encoded {
        // It lies in another printer by the books: only there it can be scanned again.
        let here = turn.store.blank(uid)?.map(|blank| blank.account);
        if here != Some(Account::InRoom) {
            return Ok(Err(refused("BLANK_IN_ANOTHER_PRINTER")));
        }
    }
    if turn.store.books()?.add(&entry).is_err() {
        return Ok(Err(refused("BOOKS_HOLD_TOO_FEW")));
    }
    turn.store.book(&entry, turn.at)?;
    Ok(Ok(()))
}
