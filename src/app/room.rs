//! The loop: what has piled up goes into one turn, and what comes out is handed on.
//!
//! It runs in a thread of its own, which is the store's writer. It never waits for a printer, a reader, a picture or a caller.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::{Answer, EncoderNews, Event, Moment};
use tokio::sync::{mpsc, oneshot, watch};

use super::bench::Record;
use super::draw::{Drawer, Sketch};
use super::printers;
use super::sessions::{Exchange, News, Outlet};
use crate::clock::Clock;
use crate::config::{Config, Printer};
use crate::domain::ids::{Actor, PrinterId};
use crate::engine::fleet::PrinterMachine;
use crate::engine::spooler::{Command, Effect, Input, ReplyTo, Response, Spooler};
use crate::engine::store::{NewJournalEntry, SqliteStore, Store, StoreLost};
use crate::interfaces::api::{PrinterView, Refusal, Reloaded};
use crate::interfaces::desk::{DeskEnds, Fleet, Order};
use crate::interfaces::fleet_view::printer_view;

/// Orders and news taken into one turn.
const TURN_INPUTS_MAX: usize = 512;
/// Wall time without anything to do after which the store may tidy up.
const QUIET: Duration = Duration::from_millis(500);
/// Wall time that cards in flight get to come to an end at an orderly stop.
const STOP_MAX: Duration = Duration::from_secs(180);

/// How the program is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is not.
    No,
    /// Cards in flight first.
    Orderly,
}

/// Everything the loop holds.
pub(super) struct Room {
    pub(super) data: PathBuf,
    pub(super) clock: Clock,
    pub(super) config: Config,
    /// What benches have shown, by printer.
    pub(super) records: BTreeMap<PrinterId, Record>,
    pub(super) spooler: Spooler,
    pub(super) store: SqliteStore,
    pub(super) exchange: Exchange,
    pub(super) news: mpsc::Receiver<News>,
    pub(super) pictures: mpsc::Receiver<Input>,
    pub(super) drawer: Drawer,
    pub(super) ends: DeskEnds,
    pub(super) stop: watch::Receiver<Stop>,
    pub(super) outlets: BTreeMap<PrinterId, Outlet>,
    pub(super) seed: u64,
}

/// What waits for the end of a turn.
#[derive(Default)]
struct Pending {
    inputs: Vec<Input>,
    replies: BTreeMap<u64, oneshot::Sender<Response>>,
    next_reply: u64,
    wake: Option<Moment>,
}

impl Pending {
    fn order(&mut self, actor: Actor, command: Command, answer: oneshot::Sender<Response>) {
        self.next_reply += 1;
        self.replies.insert(self.next_reply, answer);
        let reply = ReplyTo(self.next_reply);
        self.inputs.push(Input::Command(actor, command, reply));
    }
}

/// What woke the loop.
enum Woken {
    Orders(Vec<Order>),
    News(Vec<News>),
    Picture(Input),
    Time,
    Stop,
    Gone,
}

impl Room {
    /// Runs until the stop; the store comes back, still locked, so that the socket goes before it.
    ///
    /// Errors: [`StoreLost`]: nothing is known of what was not answered.
    pub(super) async fn run(mut self) -> Result<SqliteStore, StoreLost> {
        for printer in self.config.printers.clone() {
            self.open(&printer, 1);
        }
        for machine in self.spooler.printers() {
            printers::warn_of_slow_link(&machine.spec);
        }
        let mut pending = Pending::default();
        pending.inputs.push(Input::Wake);
        // A stop's patience is the wall's, whatever the room's clock.
        let wall = Clock::real();
        let mut stopping_since: Option<Moment> = None;
        loop {
            self.turn(&mut pending)?;
            if !pending.inputs.is_empty() {
                continue;
            }
            if let Some(since) = stopping_since {
                let late = wall.now().since(since) > STOP_MAX;
                if late {
                    tracing::warn!("a card did not come to an end; the next start looks after it");
                }
                if late || self.spooler.at_rest() {
                    break;
                }
            }
            let woken = self.wait(pending.wake, stopping_since.is_some()).await;
            match woken {
                Woken::Orders(orders) => self.take_orders(orders, &mut pending)?,
                Woken::News(news) => self.take_news(news, &mut pending),
                Woken::Picture(input) => pending.inputs.push(input),
                Woken::Time => {
                    pending.wake = None;
                    pending.inputs.push(Input::Wake);
                }
                Woken::Stop => {
                    tracing::info!("stopping: cards in flight are finished first");
                    stopping_since = Some(wall.now());
                    self.spooler.stop_taking();
                    self.tell_fleet(true);
                }
                Woken::Gone => break,
            }
            self.take_what_piled_up(&mut pending)?;
        }
        Ok(self.store)
    }

    async fn wait(&mut self, wake: Option<Moment>, stopping: bool) -> Woken {
        let (mut orders, mut news) = (Vec::new(), Vec::new());
        let clock = self.clock;
        let wake = async move {
            match wake {
                Some(moment) => clock.sleep(moment).await,
                None => std::future::pending().await,
            }
        };
        let mut wake = std::pin::pin!(wake);
        loop {
            tokio::select! {
                biased;
                changed = self.stop.changed(), if !stopping => {
                    return if changed.is_ok() { Woken::Stop } else { Woken::Gone };
                }
                count = self.ends.orders.recv_many(&mut orders, TURN_INPUTS_MAX) => {
                    return if count == 0 { Woken::Gone } else { Woken::Orders(orders) };
                }
                count = self.news.recv_many(&mut news, TURN_INPUTS_MAX) => {
                    return if count == 0 { Woken::Gone } else { Woken::News(news) };
                }
                Some(picture) = self.pictures.recv() => return Woken::Picture(picture),
                () = &mut wake => return Woken::Time,
                () = tokio::time::sleep(QUIET) => {
                    if let Err(error) = self.store.checkpoint_if_quiet() {
                        tracing::warn!(%error, "the log stays as long as it is");
                    }
                    if stopping {
                        return Woken::Time;
                    }
                }
            }
        }
    }

    /// Group commit: whatever else is there already goes into the same turn.
    fn take_what_piled_up(&mut self, pending: &mut Pending) -> Result<(), StoreLost> {
        while pending.inputs.len() < TURN_INPUTS_MAX {
            if let Ok(order) = self.ends.orders.try_recv() {
                self.take_orders(vec![order], pending)?;
            } else if let Ok(news) = self.news.try_recv() {
                self.take_news(vec![news], pending);
            } else if let Ok(picture) = self.pictures.try_recv() {
                pending.inputs.push(picture);
            } else {
                break;
            }
        }
        Ok(())
    }

    fn take_orders(&mut self, orders: Vec<Order>, pending: &mut Pending) -> Result<(), StoreLost> {
        for order in orders {
            match order {
                Order::Command {
                    actor,
                    command,
                    answer,
                } => pending.order(actor, command, answer),
                Order::Reload { actor, answer } => {
                    let reloaded = self.reload(&actor)?;
                    pending.inputs.push(Input::Wake);
                    // A caller that has gone wants no answer.
                    let _ = answer.send(reloaded);
                }
            }
        }
        Ok(())
    }

    fn take_news(&mut self, news: Vec<News>, pending: &mut Pending) {
        for item in news {
            match item {
                News::Input(input) => pending.inputs.push(input),
                News::Fell(id, incarnation) => {
                    tracing::error!(printer = %id, incarnation, "a session fell and is started anew");
                    let printer = self.config.printers.iter().find(|p| p.id == id).cloned();
                    let (Some(printer), Some(fresh)) = (printer, self.spooler.renew(&id)) else {
                        continue;
                    };
                    self.open(&printer, fresh);
                    pending
                        .inputs
                        .push(Input::Encoder(id.clone(), fresh, EncoderNews::Lost));
                    pending
                        .inputs
                        .push(Input::Device(id, fresh, Event::Answered(Answer::Lost)));
                }
            }
        }
    }

    /// Begins the sessions of a printer, where no technician has it.
    fn open(&mut self, printer: &Printer, incarnation: u64) {
        let machine = self
            .spooler
            .printers()
            .find(|machine| machine.spec.id == printer.id);
        if machine.is_some_and(PrinterMachine::in_maintenance) {
            return;
        }
        let seed = self.seed.wrapping_add(incarnation);
        let outlet = match self.records.get(&printer.id) {
            Some(record) if machine.is_some_and(PrinterMachine::rests_on_bench) => {
                let joined = record.joined(printer);
                self.exchange.start(&joined, incarnation, seed)
            }
            Some(_) | None => self.exchange.start(printer, incarnation, seed),
        };
        self.outlets.insert(printer.id.clone(), outlet);
    }

    fn turn(&mut self, pending: &mut Pending) -> Result<(), StoreLost> {
        let inputs = std::mem::take(&mut pending.inputs);
        if inputs.is_empty() {
            return Ok(());
        }
        let (now, at) = (self.clock.now(), self.clock.at());
        let effects = self.spooler.turn(inputs, now, at, &mut self.store)?;
        pending.wake = None;
        for effect in effects {
            match effect {
                Effect::Reply(ReplyTo(number), response) => {
                    if let Some(answer) = pending.replies.remove(&number) {
                        // A caller that has gone asks again: its order is done either way.
                        let _ = answer.send(response);
                    }
                }
                Effect::Ask(id, incarnation, request) => {
                    if !self.outlets.get(&id).is_some_and(|out| out.ask(request)) {
                        let lost = Event::Answered(Answer::Lost);
                        pending.inputs.push(Input::Device(id, incarnation, lost));
                    }
                }
                Effect::Encode(id, incarnation, request) => {
                    if !self.outlets.get(&id).is_some_and(|out| out.encode(request)) {
                        let lost = EncoderNews::Lost;
                        pending.inputs.push(Input::Encoder(id, incarnation, lost));
                    }
                }
                Effect::Draw {
                    printer,
                    job,
                    payload,
                    look,
                    dots,
                } => self.drawer.draw(Sketch {
                    printer,
                    job,
                    payload,
                    look,
                    dots,
                }),
                Effect::LetGo(id) => {
                    self.outlets.remove(&id);
                }
                Effect::Reopen(id, incarnation) => {
                    self.outlets.remove(&id);
                    let printer = self.config.printers.iter().find(|p| p.id == id).cloned();
                    if let Some(printer) = printer {
                        self.open(&printer, incarnation);
                    }
                }
                Effect::WakeAt(moment) => pending.wake = Some(moment),
            }
        }
        let stopping = *self.stop.borrow() != Stop::No;
        self.tell_fleet(stopping);
        Ok(())
    }

    /// Tells callers how the fleet stands.
    pub(super) fn tell_fleet(&self, stopping: bool) {
        let printers = self.views();
        self.ends.fleet.send_if_modified(|fleet| {
            let changed = fleet.printers != printers || fleet.stopping != stopping;
            if changed {
                *fleet = Arc::new(Fleet { printers, stopping });
            }
            changed
        });
    }

    fn views(&self) -> Vec<PrinterView> {
        let view = |machine: &_| {
            let machine: &PrinterMachine = machine;
            let known = self
                .config
                .printers
                .iter()
                .find(|printer| printer.id == machine.spec.id)?;
            Some(printer_view(
                machine,
                &known.profile,
                &known.endpoint.to_string(),
            ))
        };
        self.spooler.printers().filter_map(view).collect()
    }

    fn reload(&mut self, actor: &Actor) -> Result<Result<Reloaded, Refusal>, StoreLost> {
        let config = match Config::load(&self.data, &printers::profiles()) {
            Ok(config) => config,
            Err(error) => {
                return Ok(Err(Refusal::new("CONFIG_WRONG").with("what", error)));
            }
        };
        let fixed = |config: &Config| {
            (
                config.room,
                config.training,
                config.zone.iana_name().map(str::to_owned),
                config.letterhead.clone(),
            )
        };
        if fixed(&config) != fixed(&self.config) {
            return Ok(Err(Refusal::new("CONFIG_NEEDS_RESTART")));
        }
        let records = Record::all(&self.data, &config.printers);
        let changed: Vec<PrinterId> = config
            .printers
            .iter()
            .filter(|new| {
                self.config
                    .printers
                    .iter()
                    .any(|old| old.id == new.id && old != *new)
                    || records.get(&new.id) != self.records.get(&new.id)
            })
            .map(|printer| printer.id.clone())
            .collect();
        let specs = config
            .printers
            .iter()
            .map(|printer| printers::spec_with(printer, records.get(&printer.id), &self.clock))
            .collect();
        let at = self.clock.at();
        let changes = match self.spooler.reconfigure(specs, &changed, at, &self.store)? {
            Ok(changes) => changes,
            Err(busy) => {
                return Ok(Err(Refusal::new("PRINTER_BUSY").with("printer", busy)));
            }
        };
        for gone in &changes.removed {
            self.outlets.remove(gone);
        }
        self.config = config;
        self.records = records;
        for id in changes.added.iter().chain(&changes.changed) {
            let printer = self.config.printers.iter().find(|p| p.id == *id).cloned();
            let machine = self
                .spooler
                .printers()
                .find(|machine| machine.spec.id == *id);
            let incarnation = machine.map_or(1, |machine| machine.incarnation);
            if let Some(machine) = machine {
                printers::warn_of_slow_link(&machine.spec);
            }
            if let Some(printer) = printer {
                self.outlets.remove(id);
                self.open(&printer, incarnation);
            }
        }
        let entry = NewJournalEntry {
            actor: actor.clone(),
            what: "RELOADED",
            subject: crate::config::FILE.to_owned(),
            detail: serde_json::json!({
                "added": changes.added, "changed": changes.changed, "removed": changes.removed,
            }),
        };
        self.store.begin()?;
        self.store.write_journal(&entry, at)?;
        self.store.commit()?;
        Ok(Ok(Reloaded {
            added: changes.added,
            changed: changes.changed,
            removed: changes.removed,
        }))
    }
}
