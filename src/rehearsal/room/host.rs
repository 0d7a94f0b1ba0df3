//! The program's lives: it starts, takes its turns, hands out effects, and dies.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::{Dialect, Moment, Request};
use cetak_drivers::link::beside::Beside;
use cetak_drivers::link::memory::MemoryLink;
use cetak_drivers::reader::LineReader;
use cetak_drivers::session::Session;
use jiff::tz::TimeZone;

use super::cuts::{At as Place, Tap, lock};
use super::defect::{self, Defect};
use super::{BLANKS, Room, make};
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, At};
use crate::domain::job::JobState;
use crate::engine::fleet::Work;
use crate::engine::spooler::{
    Command, Effect, Input, ReplyTo, Response, Settings, Spooler, Submission,
};
use crate::engine::store::crash::PlannedCrash;
use crate::engine::store::{Accepted, Outcome, Store, StoreRead};

/// When the rehearsal's wall clock starts: 14 January 2019, 08.00 WIB.
const START_MS: i64 = 1_547_427_600_000;
/// Tries of an order whose answer was lost.
const ORDER_TRIES: u32 = 4;

/// One life of the program.
pub(super) struct Host {
    pub(super) spooler: Spooler,
    printer: Session<Box<dyn Dialect>>,
    link: Tap,
    reader: Session<LineReader>,
    reader_link: MemoryLink,
    inputs: Vec<Input>,
    wake: Option<Moment>,
    printer_due: Option<Moment>,
    reader_due: Option<Moment>,
}

impl Host {
    /// When it has something to do by itself.
    pub(super) fn due(&self) -> Option<Moment> {
        [self.wake, self.printer_due, self.reader_due]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Room {
    /// Wall time.
    pub(super) fn at(&self) -> At {
        let ms = i64::try_from(self.now.0 / 1_000_000).unwrap_or(i64::MAX);
        At(START_MS.saturating_add(ms))
    }

    /// A new life takes up the store.
    pub(super) fn start(&mut self) {
        self.lives += 1;
        if self.plan.defect == Some(Defect::DropsTheLock) {
            self.forget_attempts();
        }
        let settings = Settings {
            run: format!("rehearsal/{}", self.lives),
            zone: TimeZone::fixed(jiff::tz::offset(7)),
            training: true,
        };
        let dialect = self.dialect();
        let capabilities = dialect.capabilities().clone();
        let capabilities = defect::told(self.plan.defect, self.plan.mode, capabilities);
        let spec = self.plan.mode.spec(self.id.clone(), capabilities);
        let spooler = Spooler::start(settings, vec![spec], self.at(), &self.store)
            .expect("a sound store can be taken up");
        self.host = Some(Host {
            spooler,
            printer: Session::new(dialect),
            link: Tap {
                inner: Beside::new(self.cable.link(), self.status_cable.link()),
                sends: Arc::clone(&self.sends),
            },
            reader: Session::new(LineReader::new()),
            reader_link: self.reader_cable.link(),
            inputs: vec![Input::Wake],
            wake: None,
            printer_due: None,
            reader_due: None,
        });
    }

    fn dialect(&self) -> Box<dyn Dialect> {
        let inner = make::dialect(&self.plan, self.lives);
        match self.plan.defect {
            Some(defect) => defect.in_dialect(self.plan.mode.maker(), inner),
            None => inner,
        }
    }

    /// The host is gone: what the cable took stays taken.
    pub(super) fn die(&mut self, away: Duration) {
        self.host = None;
        self.commits_before += self.store.commits();
        self.store.reopen().expect("a sound store can be opened");
        self.open_store();
        self.host_back = Some(self.now + away);
    }

    /// One round; `false` when nothing more happens at this moment.
    pub(super) fn step(&mut self) -> bool {
        let mut moved = self.carry();
        let now = self.now;
        let Some(host) = self.host.as_mut() else {
            return moved;
        };
        let mut news = Vec::new();
        host.printer_due = host.printer.pump(&mut host.link, now, &mut news);
        moved |= host.printer_due.is_some_and(|at| at <= now) || !news.is_empty();
        let prints_again = |event| {
            self.plan
                .defect
                .is_some_and(|defect| defect.prints_again_on(event))
        };
        let again = news.iter().any(prints_again);
        host.inputs.extend(
            news.into_iter()
                .map(|event| Input::Device(self.id.clone(), 1, event)),
        );
        if lock(&self.sends).struck {
            self.strike();
            return true;
        }
        if again && self.print_again() {
            return true;
        }
        let Some(host) = self.host.as_mut() else {
            return moved;
        };
        let mut chip_news = Vec::new();
        host.reader_due = host.reader.pump(&mut host.reader_link, now, &mut chip_news);
        moved |= host.reader_due.is_some_and(|at| at <= now) || !chip_news.is_empty();
        host.inputs.extend(
            chip_news
                .into_iter()
                .map(|news| Input::Encoder(self.id.clone(), 1, news)),
        );
        if host.wake.is_some_and(|at| at <= now) {
            host.wake = None;
            host.inputs.push(Input::Wake);
        }
        let inputs = std::mem::take(&mut host.inputs);
        if !inputs.is_empty() {
            self.turn(inputs);
            moved = true;
        }
        moved | self.carry()
    }

    /// One order and its answer; effects are handed out as in any turn.
    pub(super) fn command(&mut self, actor: &Actor, command: Command) -> Option<Response> {
        self.turn(vec![Input::Command(actor.clone(), command, ReplyTo(0))])
    }

    fn turn(&mut self, inputs: Vec<Input>) -> Option<Response> {
        let (now, at) = (self.now, self.at());
        let host = self.host.as_mut()?;
        for input in &inputs {
            if let Input::Device(..) | Input::Encoder(..) = input {
                self.report.trace.note(now.0, format_args!("in {input:?}"));
            }
        }
        let effects = match host.spooler.turn(inputs, now, at, &mut self.store) {
            Ok(effects) => effects,
            Err(lost) if PlannedCrash::is(&lost) => {
                self.strike();
                return None;
            }
            Err(lost) => {
                self.report
                    .broken
                    .push(format!("the store refuses the spooler's turn: {lost:?}"));
                self.die(Duration::from_secs(60));
                return None;
            }
        };
        host.wake = None;
        let commit = self.commits_before + self.store.commits();
        let here = |kept| Place::Commit {
            number: commit,
            kept,
        };
        if self
            .cut_at(here(true))
            .or(self.cut_at(here(false)))
            .is_some()
            && self.strike()
        {
            return None;
        }
        self.hand_out(effects)
    }

    fn hand_out(&mut self, effects: Vec<Effect>) -> Option<Response> {
        let now = self.now;
        let mut response = None;
        for effect in effects {
            self.note(format_args!("effect {effect:?}"));
            let host = self.host.as_mut().expect("whoever dies hands out no more");
            match effect {
                Effect::Reply(_, answer) => response = Some(answer),
                Effect::Ask(_, _, request) => {
                    if matches!(&request, Request::Do(_)) {
                        self.check_half_a_string();
                    }
                    let host = self.host.as_mut().expect("whoever dies hands out no more");
                    if matches!(&request, Request::Prepare(setup) if !setup.card_inside) {
                        self.picked_before = self.firmware.mechanism().picked();
                    }
                    // Where no feed can be ordered apart, it comes with the first stage that can.
                    let first = host.printer.machine().capabilities().stages.first();
                    if matches!(&request, Request::Do(stage) if first == Some(stage)) {
                        self.feeds.push(self.firmware.mechanism().picked());
                    }
                    let asked = host.printer.ask(request, now);
                    if asked.is_err() {
                        self.report
                            .broken
                            .push("two requests at a time to the printer".to_owned());
                    }
                }
                Effect::Encode(_, _, request) => {
                    if host.reader.ask(request, now).is_err() {
                        self.report
                            .broken
                            .push("two requests at a time to the reader".to_owned());
                    }
                }
                Effect::Draw {
                    printer,
                    job,
                    payload,
                    ..
                } => {
                    let image = self.plan.mode.picture(&payload.record.key);
                    host.inputs
                        .push(Input::Drawn(printer, job, Ok(Arc::new(image))));
                }
                Effect::WakeAt(moment) => host.wake = Some(moment),
                // Nobody walks through a bench here.
                Effect::LetGo(_) | Effect::Reopen(..) => {}
            }
            self.report.effects += 1;
            let here = Place::Effect(self.report.effects);
            if self.cut_at(here).is_some() && self.strike() {
                break;
            }
        }
        // An answer that was handed out has reached its client; one that is lost is a cut at its commit.
        response
    }

    /// Blanks in, records in. Whoever got no answer looks at the books before asking again.
    pub(super) fn open_the_day(&mut self) {
        let clerk = Actor::Person("SPECIMEN GUDANG".to_owned());
        let stock = self.plan.mode.stock();
        let paper = "BA-TEST-001".to_owned();
        let orders = [
            (Account::InStore, Command::Receive(stock, BLANKS, paper)),
            (Account::InRoom, Command::Issue(stock, BLANKS)),
            (
                Account::Loaded,
                if self.plan.one_at_a_time() {
                    Command::SingleCard(self.id.clone(), true)
                } else {
                    Command::Load(self.id.clone(), stock, BLANKS)
                },
            ),
        ];
        for (account, command) in orders {
            for _ in 0..ORDER_TRIES {
                let books = self.store.books().expect("a sound store");
                // The first card may have left the hopper before the clerk looks.
                let spent = account == Account::Loaded && books.pieces(stock, Account::InRoom) == 0;
                if books.pieces(stock, account) > 0 || spent {
                    break;
                }
                self.live();
                self.command(&clerk, command.clone());
            }
        }
        let records: Vec<_> = self.plan.mode.records(self.plan.people).collect();
        for (record, photo) in records {
            let key = record.key.clone();
            let submission = Submission { record, photo };
            // A client whose answer was lost asks again: the key makes that harmless.
            let response = (0..ORDER_TRIES).find_map(|_| {
                self.live();
                self.command(&clerk, Command::Submit(vec![submission.clone()]))
            });
            match response {
                Some(Response::Accepted(accepted)) => match accepted.as_slice() {
                    [Accepted::New { job, .. } | Accepted::Same(job)] => {
                        self.jobs.push((key, *job))
                    }
                    _ => self
                        .report
                        .broken
                        .push("a specimen is not accepted".to_owned()),
                },
                Some(Response::Done | Response::Proposed(_) | Response::Refused(_)) | None => {
                    self.report.broken.push("no answer to submit".to_owned());
                }
            }
        }
    }

    /// Waits until a dead host has come back.
    fn live(&mut self) {
        while self.host.is_none() {
            if !self.step() && !self.pass_time() {
                return;
            }
        }
    }

    /// The planted defect: an open attempt is treated as a card that never began.
    fn forget_attempts(&mut self) {
        let at = self.at();
        let open = self.store.open_attempts().expect("a sound store");
        if open.is_empty() {
            return;
        }
        let stock = self.plan.mode.stock();
        self.store.begin().expect("a sound store");
        for attempt in open {
            let closed = self.store.close_attempt(attempt.id, Outcome::NotFed, at);
            closed.expect("a sound store");
            let moved = self
                .store
                .move_job(attempt.job, &JobState::Queued, at, &Actor::Spooler);
            moved.expect("a sound store");
            let entry = Entry {
                stock,
                from: Some(Account::InWork),
                to: Account::Loaded,
                pieces: 1,
                uid: None,
                why: "PLANTED".to_owned(),
                paper: None,
                actor: Actor::Spooler,
            };
            self.store.book(&entry, at).expect("a sound store");
        }
        // A crash that was planned here is of the defect's own making.
        let _ = self.store.commit();
    }

    /// The planted defect: silence is taken for a card that never began, and the job is printed again.
    fn print_again(&mut self) -> bool {
        let open = self.host.as_ref().is_some_and(|host| {
            host.spooler
                .printers()
                .any(|machine| matches!(machine.work, Work::Card(_)))
        });
        if open {
            self.die(Duration::ZERO);
            self.forget_attempts();
            self.come_back();
        }
        open
    }
}
