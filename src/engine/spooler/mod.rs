//! The spooler: one synchronous machine. Inputs and time in; one committed transaction; effects out.
//!
//! Write, then do: an intent is committed before the request that could move a card is handed out. After a
//! start nothing that feeds a card is taken up: a printer with an open attempt is locked until the custody
//! verdict, or two people, have spoken.

use std::collections::BTreeMap;
use std::sync::Arc;

use cetak_drivers::contract::{
    BlankUid, CardImage, EncoderNews, EncoderRequest, Event, Evidence, Moment, Point, Request,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::artwork::Look;
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::{CheckResult, Code, Effect as JobEffect, JobEvent, JobState};
use crate::domain::record::Record;
use crate::engine::fleet::{CardRun, Doing, PrinterMachine, PrinterSpec};
use crate::engine::store::{
    Accepted, Attempt, AttemptEntry, JobRow, NewJournalEntry, Outcome, Payload, Report, Store,
    StoreLost,
};

mod card;
mod chip;
mod dispatch;
mod doubt;
mod ending;
mod finish;
mod orders;
mod single_card;
mod standing;

pub use standing::Changes;

/// How long a proposal waits for its second person. Unit: milliseconds.
pub const PROPOSAL_MS_MAX: i64 = 3_600_000;
/// Committed news older than this make a place count only together with a counter. Unit: milliseconds.
pub const AWAY_MS_MAX: i64 = 600_000;
/// Spoiled blanks of one job before a person must release it.
pub const FAILURES_MAX: usize = 2;

/// What never changes while the program runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This life of the program: host boot and process.
    pub run: String,
    /// The office's zone: a business day is a local date.
    pub zone: TimeZone,
    /// From the store's stamp.
    pub training: bool,
}

/// To whom an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyTo(pub u64);

/// What comes in.
#[derive(Debug)]
pub enum Input {
    /// A person's or a program's order.
    Command(Actor, Command, ReplyTo),
    /// News of a printer's session.
    Device(PrinterId, u64, Event),
    /// News of the reader at a printer's station.
    Encoder(PrinterId, u64, EncoderNews),
    /// A printer's picture of a job, or why there is none (a code that holds the job).
    Drawn(PrinterId, JobId, Result<Arc<CardImage>, Code>),
    /// A moment that was asked for has come.
    Wake,
}

/// A record to be accepted.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Validated: `rules::invalid` found nothing.
    pub record: Record,
    /// The photo's bytes.
    pub photo: Option<Vec<u8>>,
}

/// What two people decided about a doubtful card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// A good card exists; it is in a person's hand or in the tray.
    Printed,
    /// The card is spoiled and cut.
    Spoiled,
    /// The blank is still in the hopper.
    NotFed,
}

/// An order.
#[derive(Debug, Clone)]
pub enum Command {
    /// Accept these; all of them in one transaction.
    Submit(Vec<Submission>),
    /// Hold a waiting job.
    Hold(JobId, String),
    /// Let a held job wait for a printer.
    Release(JobId),
    /// Cancel a job that has not begun.
    Cancel(JobId),
    /// Propose what became of a doubtful card; needs a second person.
    Settle(JobId, Settlement),
    /// The spoiled card is cut.
    ConfirmCut(JobId),
    /// The second person.
    Approve(u64),
    /// Quality check.
    Check(JobId, CheckResult),
    /// Stop giving cards to a printer.
    Pause(PrinterId, String),
    /// Go on; also accepts what was doubtful about the printer itself.
    Resume(PrinterId),
    /// Let a technician have a paused printer and its link, until it is resumed.
    Maintain(PrinterId),
    /// Print a test card on this printer, on the blank that comes next.
    TestCard(PrinterId),
    /// Blanks arrived, with their minutes.
    Receive(Stock, u32, String),
    /// Blanks go from the store to the room.
    Issue(Stock, u32),
    /// Blanks go into a hopper.
    Load(PrinterId, Stock, u32),
    /// Blanks were taken out of a hopper and counted.
    Unload(PrinterId, u32),
    /// One blank at a time from here on, or a full hopper again.
    SingleCard(PrinterId, bool),
    /// The job's chip was written by hand on this blank.
    Encoded(JobId, BlankUid),
    /// A person saw the printer's path empty and laid one blank in: the one with this number, or an unread one of
    /// this stock (`None`: what the printer has, or serves first).
    Scan(PrinterId, Option<BlankUid>, Option<Stock>),
    /// The blank that counts as not fed is not in the printer's hopper: it lay inside, or nobody finds it.
    BlankGone(PrinterId),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// One for each submission.
    Accepted(Vec<Accepted>),
    /// Done.
    Done,
    /// Stored for a second person under this number.
    Proposed(u64),
    /// Refused, and why.
    Refused(Code),
}

/// What goes out, only after the commit.
#[derive(Debug)]
pub enum Effect {
    /// An answer.
    Reply(ReplyTo, Response),
    /// A request to a printer's session.
    Ask(PrinterId, u64, Request),
    /// A request to the reader at a printer's station.
    Encode(PrinterId, u64, EncoderRequest),
    /// A picture to draw; the answer is [`Input::Drawn`].
    Draw {
        /// For which printer.
        printer: PrinterId,
        /// The job.
        job: JobId,
        /// What it is drawn from. Personal data.
        payload: Box<Payload>,
        /// For which kind of card.
        look: Look,
        /// The printer's picture size: along the card's long side, along its short side. Unit: dots.
        dots: (usize, usize),
    },
    /// End the sessions of a printer and let go of its link.
    LetGo(PrinterId),
    /// Begin the sessions of a printer anew, under this incarnation.
    Reopen(PrinterId, u64),
    /// Wake the spooler at this moment.
    WakeAt(Moment),
}

/// The whole room's decisions.
#[derive(Debug)]
pub struct Spooler {
    settings: Settings,
    printers: BTreeMap<PrinterId, PrinterMachine>,
    /// No new card is begun: the program is about to stop.
    stopping: bool,
}

/// One turn's surroundings.
struct Turn<'a> {
    store: &'a mut dyn Store,
    now: Moment,
    at: At,
    today: Date,
    out: Vec<Effect>,
}

impl Spooler {
    /// Takes up a store: printers as remembered, open attempts locked.
    ///
    /// Errors: [`StoreLost`].
    pub fn start(
        settings: Settings,
        specs: Vec<PrinterSpec>,
        at: At,
        store: &dyn Store,
    ) -> Result<Spooler, StoreLost> {
        let mut spooler = Spooler {
            settings,
            printers: BTreeMap::new(),
            stopping: false,
        };
        for spec in specs {
            spooler.take_up_printer(spec, at, store)?;
        }
        Ok(spooler)
    }

    /// Takes what has piled up, commits once, and only then hands out effects.
    ///
    /// Errors: [`StoreLost`]: the program must stop.
    pub fn turn(
        &mut self,
        inputs: Vec<Input>,
        now: Moment,
        at: At,
        store: &mut dyn Store,
    ) -> Result<Vec<Effect>, StoreLost> {
        let today = jiff::Timestamp::from_millisecond(at.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(self.settings.zone.clone())
            .date();
        store.begin()?;
        let mut turn = Turn {
            store,
            now,
            at,
            today,
            out: Vec::new(),
        };
        for input in inputs {
            match input {
                Input::Command(actor, command, reply) => {
                    let response = self.order_of(&actor, command, &mut turn)?;
                    turn.out.push(Effect::Reply(reply, response));
                }
                Input::Device(id, incarnation, event) => {
                    if self
                        .printers
                        .get(&id)
                        .is_some_and(|m| m.incarnation == incarnation)
                    {
                        self.device(&id, event, &mut turn)?;
                    }
                }
                Input::Encoder(id, incarnation, news) => {
                    if self
                        .printers
                        .get(&id)
                        .is_some_and(|m| m.incarnation == incarnation)
                    {
                        self.encoder(&id, news, &mut turn)?;
                    }
                }
                Input::Drawn(id, job, picture) => self.drawn(&id, job, picture, &mut turn)?,
                Input::Wake => {}
            }
        }
        self.dispatch(&mut turn)?;
        if let Some(wake) = self.printers.values().filter_map(|m| m.again_at).min() {
            turn.out.push(Effect::WakeAt(wake));
        }
        let out = turn.out;
        store.commit()?;
        Ok(out)
    }

    /// The printers as they stand.
    pub fn printers(&self) -> impl Iterator<Item = &PrinterMachine> {
        self.printers.values()
    }
}

/// An attempt that an earlier life of the program left open.
fn taken_up(attempt: Attempt, job: &JobRow, at: At) -> CardRun {
    let in_doubt = matches!(job.state, JobState::InDoubt { .. });
    CardRun {
        stock: Stock::of(job.product),
        test_card: job.is_test_card(),
        image: None,
        doing: if in_doubt {
            Doing::Person
        } else {
            Doing::Waiting
        },
        uncut: false,
        listened: false,
        awaiting_restart: false,
        face_uncut: false,
        face_from: 0,
        evidence: Evidence::default(),
        chip: None,
        examined: 0,
        moves: 0,
        fed_at: None,
        away_long: away_for_long(&attempt, at),
        attempt,
    }
}

/// Whether the last committed news of an attempt are too old, or from a clock that cannot be compared.
fn away_for_long(attempt: &Attempt, at: At) -> bool {
    !(0..=AWAY_MS_MAX).contains(&(at.0 - attempt.noted_at.0))
}

impl Turn<'_> {
    fn ask(&mut self, machine: &PrinterMachine, request: Request) {
        self.out.push(Effect::Ask(
            machine.spec.id.clone(),
            machine.incarnation,
            request,
        ));
    }

    fn encode(&mut self, machine: &PrinterMachine, request: EncoderRequest) {
        self.out.push(Effect::Encode(
            machine.spec.id.clone(),
            machine.incarnation,
            request,
        ));
    }

    fn note(&mut self, run: &mut CardRun, entry: AttemptEntry) -> Result<(), StoreLost> {
        self.store.note_attempt(run.attempt.id, &entry, self.at)?;
        run.attempt.entries.push(entry);
        run.attempt.noted_at = self.at;
        Ok(())
    }

    fn point(&mut self, run: &mut CardRun, point: Point) -> Result<(), StoreLost> {
        self.note(run, AttemptEntry::Point(point))
    }

    fn journal(
        &mut self,
        actor: &Actor,
        what: &'static str,
        subject: String,
        detail: serde_json::Value,
    ) -> Result<(), StoreLost> {
        let entry = NewJournalEntry {
            actor: actor.clone(),
            what,
            subject,
            detail,
        };
        self.store.write_journal(&entry, self.at)
    }

    /// Moves a job: its state, its blank's booking and its report, all in this turn's transaction.
    ///
    /// `Ok(Err(code))`: the pair of state and event has no meaning; nothing is changed.
    fn move_job(
        &mut self,
        id: JobId,
        event: &JobEvent,
        actor: &Actor,
    ) -> Result<Result<JobState, Code>, StoreLost> {
        let Some(row) = self.store.job(id)? else {
            return Ok(Err(Code::from("NO_SUCH_JOB")));
        };
        let step = match row.state.next(event) {
            Ok(step) => step,
            Err(refused) => {
                return Ok(Err(Code(format!(
                    "NOT_WHILE_{}",
                    refused.state.to_uppercase()
                ))));
            }
        };
        let uid = step.state.blank().or(row.state.blank()).cloned();
        self.store.move_job(id, &step.state, self.at, actor)?;
        let test = row.is_test_card();
        for effect in &step.effects {
            match effect {
                // Nobody's card: the centre hears nothing of it, and it is no personalised one.
                JobEffect::ReportPrinted | JobEffect::ReportVoid if test => {}
                JobEffect::Move(from, to) => self.store.book(
                    &Entry {
                        stock: Stock::of(row.product),
                        from: Some(*from),
                        to: if test && *to == Account::Personalized {
                            Account::Test
                        } else {
                            *to
                        },
                        pieces: 1,
                        uid: uid.clone().filter(|_| !unread_stack(event, *to)),
                        why: event.name().to_uppercase(),
                        paper: Some(id.to_string()),
                        actor: actor.clone(),
                    },
                    self.at,
                )?,
                JobEffect::ReportPrinted | JobEffect::ReportVoid => {
                    let what = if *effect == JobEffect::ReportPrinted {
                        "printed"
                    } else {
                        "void"
                    };
                    self.store.report(&Report {
                        key: format!("{id}/{}", row.attempts),
                        what: what.to_owned(),
                        uid: uid.clone(),
                    })?;
                }
            }
        }
        Ok(Ok(step.state))
    }

    /// A move that the attempt's own state makes possible: a refusal is damage.
    fn must_move(
        &mut self,
        id: JobId,
        event: &JobEvent,
        actor: &Actor,
    ) -> Result<JobState, StoreLost> {
        self.move_job(id, event, actor)?
            .map_err(|code| StoreLost::Damaged {
                what: format!("job {id} cannot take {}: {}", event.name(), code.0),
            })
    }
}

/// Whether a blank moves between a stack that nobody has read and the work: only a blank that was encoded by hand
/// is known by its number there.
fn unread_stack(event: &JobEvent, to: Account) -> bool {
    let by_hand = matches!(event, JobEvent::AssignEncoded(..) | JobEvent::EncodedNotFed);
    !by_hand && matches!(to, Account::InWork | Account::Loaded)
}

/// What ends an attempt.
#[derive(Debug, Clone)]
struct End {
    outcome: Outcome,
    event: JobEvent,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
