//! What is decided between the steps of a request.

use super::plan::ready;
use super::status::{Port, Reading, fault_of};
use super::task::{Need, Step};
use super::wire::cancel;
use super::{Magicard, PageIs};
use crate::contract::{
    Answer, Event, Evidence, Fault, Identity, LastAnswer, Moment, Request, Ribbon, Status, Told,
    Wake,
};

/// A decision between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// The port is not busy, else it is waited for.
    Ready,
    /// All is read before a card.
    Prepared,
    /// It is as it was when it was prepared.
    Loadable,
    /// The port lets a page begin.
    MayBegin,
    /// The port lets it end.
    MayEnd,
    /// All but the last plane was taken by the link.
    FaceSent,
    /// The port was looked at after the page.
    Watched,
    /// Counters were read after the page.
    Counted,
    /// What can be heard after a doubt.
    Listened,
    /// First reading of the evidence.
    FirstReading,
    /// Second one.
    Settled,
    /// There is an error to be cleared.
    MayClear,
    /// It is gone.
    Cleared,
    /// Status is read.
    Told,
    /// Who it is has been asked.
    Identified,
    /// It was gone and is back.
    Restarted,
}

impl Magicard {
    /// Decides; may add steps or end the request.
    pub(super) fn judge(&mut self, judge: Judge, now: Moment) {
        match judge {
            Judge::Ready => self.judge_ready(now),
            Judge::Prepared => self.judge_prepared(),
            Judge::Loadable => self.judge_loadable(),
            Judge::MayBegin => match self.port() {
                // The link may have no byte; then `Load` has seen that nothing stands in the way.
                Some(Port::Idle) | None => {}
                Some(Port::Busy) => self.fault(Fault::OutOfStep),
                Some(Port::Error) => self.fault(port_error()),
            },
            // An error that came inside the page: without its last plane nobody's OK can print it.
            Judge::MayEnd => {
                if self.port() == Some(Port::Error) {
                    self.fault(port_error());
                }
            }
            // Nothing can be asked inside a page: the byte alone says that it goes wrong.
            Judge::FaceSent => match self.port() {
                Some(Port::Idle | Port::Busy) | None => {
                    self.answer(Answer::Done(Evidence::default()));
                }
                Some(Port::Error) => {
                    self.answer(Answer::Fault(port_error(), Evidence::default()));
                }
            },
            Judge::Watched => self.judge_watched(now),
            Judge::Counted => self.judge_counted(now),
            Judge::Listened => self.judge_listened(),
            Judge::FirstReading => self.judge_first_reading(),
            Judge::Settled => self.judge_settled(),
            Judge::MayClear => self.judge_may_clear(),
            Judge::Cleared => match self.trouble() {
                Some(fault) => self.fault(fault),
                None => self.done(),
            },
            Judge::Told => self.judge_told(),
            Judge::Identified => self.judge_identified(),
            Judge::Restarted => {
                self.answered_in_step();
                self.found_empty = false;
                self.gone = None;
                self.done();
            }
        }
        self.run(now);
    }

    fn port(&self) -> Option<Port> {
        self.task.as_ref().and_then(|task| task.port)
    }

    fn side_limit(&self) -> std::time::Duration {
        self.options.limits.side * self.sides
    }

    /// Whether the busy printer has been waited for long enough; the time begins with the first look.
    fn is_overdue(&mut self, now: Moment) -> bool {
        let limit = self.side_limit();
        self.task
            .as_mut()
            .is_some_and(|task| now >= *task.deadline.get_or_insert(now + limit))
    }

    fn judge_ready(&mut self, now: Moment) {
        if self.port() != Some(Port::Busy) {
            if let Some(task) = &mut self.task {
                task.deadline = None;
            }
            return;
        }
        let poll = self.options.limits.poll;
        if !self.is_overdue(now) {
            if let Some(task) = &mut self.task {
                let [port, judge] = ready();
                task.first([Step::Pause(poll), port, judge]);
            }
            return;
        }
        let listens = self
            .task
            .as_ref()
            .is_some_and(|task| matches!(task.request, Request::Listen { .. }));
        if listens && self.page == PageIs::Open {
            self.deaf = true;
            self.tell_deaf();
        } else {
            let waited = self.side_limit();
            self.answer(Answer::Silent { waited });
        }
    }

    /// What stands in the way, by the values, by the text, by the port.
    fn trouble(&self) -> Option<Fault> {
        let task = self.task.as_ref()?;
        let known = &self.options.codes;
        let told = [task.reading.code, task.reading.code_in_text];
        told.into_iter()
            .flatten()
            .find_map(|code| fault_of(code, known))
            .or_else(|| (task.port == Some(Port::Error)).then(port_error))
    }

    fn judge_prepared(&mut self) {
        let trouble = self.trouble();
        let ribbon = self.setup.map(|setup| setup.ribbon);
        let Some(task) = &mut self.task else { return };
        let reading = task.reading.clone();
        // A baseline that is not known proves nothing later.
        let unknown = reading.unit.is_none() || reading.cards.is_none() || reading.panels.is_none();
        let ended = reading.film_is_used_up()
            || ribbon.is_some_and(|ribbon| lacks_panels(&reading, ribbon));
        let fault = trouble
            .or(ended.then_some(Fault::RibbonEnd))
            .or(unknown.then_some(Fault::OutOfStep));
        match fault {
            Some(fault) => self.fault(fault),
            None => {
                self.prepared = Some(reading);
                self.answered_in_step();
                self.done();
            }
        }
    }

    fn judge_loadable(&mut self) {
        let trouble = self.trouble();
        let Some(task) = &mut self.task else { return };
        let same = |before: &Reading| {
            before.unit == task.reading.unit
                && before.head == task.reading.head
                && before.tag == task.reading.tag
                && !task.reading.moved_since(before)
        };
        let same = self.prepared.as_ref().is_some_and(same);
        match trouble.or((!same).then_some(Fault::OutOfStep)) {
            Some(fault) => self.fault(fault),
            None => self.done(),
        }
    }

    fn judge_watched(&mut self, now: Moment) {
        match self.port() {
            Some(Port::Busy) => self.watch_again(now),
            Some(Port::Idle | Port::Error) | None => {
                if let Some(task) = &mut self.task {
                    task.first([
                        Step::Read {
                            need: Need::May,
                            tries: 1,
                        },
                        Step::Judge(Judge::Counted),
                    ]);
                }
            }
        }
    }

    fn watch_again(&mut self, now: Moment) {
        let poll = self.options.limits.poll;
        if self.is_overdue(now) {
            let waited = self.side_limit();
            self.answer(Answer::Silent { waited });
        } else if let Some(task) = &mut self.task {
            task.first([Step::Pause(poll), Step::Port, Step::Judge(Judge::Watched)]);
        }
    }

    /// Idle, and something moved, and nothing moves any more: the card is as far as it gets. Idle with nothing moved
    /// may be a page that starts late. Where no port says idle, counters also rest while a hot head cools between two
    /// panels: only a card that was counted can be over, and only if an error could have been heard, for counters may
    /// run ahead of the last panel.
    fn judge_counted(&mut self, now: Moment) {
        let trouble = self.trouble();
        let limits = &self.options.limits;
        let has_port = self.port().is_some();
        let rest = if has_port { limits.poll } else { limits.rest };
        let Some(task) = &mut self.task else { return };
        if task.missed {
            // Silent, as a busy printer may be.
            task.resting = None;
            self.watch_again(now);
            return;
        }
        self.page = PageIs::Shut;
        if let Some(fault) = trouble {
            self.fault(fault);
            return;
        }
        let moved = task.before.as_ref().is_some_and(|before| {
            if has_port {
                task.reading.moved_since(before)
            } else {
                task.reading.cards != before.cards && task.reading.tells_errors()
            }
        });
        let since = match &task.resting {
            Some((reading, since)) if *reading == task.reading => *since,
            Some(_) | None => now,
        };
        task.resting = Some((task.reading.clone(), since));
        if moved && now.since(since) >= rest {
            self.done();
        } else {
            self.watch_again(now);
        }
    }

    fn judge_listened(&mut self) {
        let Some(task) = &self.task else { return };
        match (task.missed, self.page) {
            (true, PageIs::Open) => {
                self.deaf = true;
                self.tell_deaf();
            }
            (true, PageIs::Unknown | PageIs::Shut) => {
                let waited = self.options.limits.reply;
                self.answer(Answer::Silent { waited });
            }
            (false, _) => {
                self.answered_in_step();
                let evidence = self.evidence(Wake::Awake);
                self.answer(Answer::Done(evidence));
            }
        }
    }

    fn judge_first_reading(&mut self) {
        let read = Step::Read {
            need: Need::Must,
            tries: 1,
        };
        let Some(task) = &mut self.task else { return };
        let Request::Examine { apart } = task.request else {
            return;
        };
        task.before = Some(Reading {
            in_error: task.port == Some(Port::Error),
            ..task.reading.clone()
        });
        task.first([Step::Pause(apart)]);
        task.steps.extend(ready());
        task.steps.extend([read, Step::Judge(Judge::Settled)]);
    }

    fn judge_settled(&mut self) {
        let trouble = self.trouble();
        let mut evidence = self.evidence(Wake::Awake);
        let Some(task) = &mut self.task else { return };
        task.reading.in_error = task.port == Some(Port::Error);
        evidence.settled = task.before.as_ref() == Some(&task.reading);
        self.answered_in_step();
        self.found_empty = trouble == Some(Fault::FeederEmpty);
        match trouble {
            Some(fault) => self.answer(Answer::Fault(fault, evidence)),
            None => self.answer(Answer::Done(evidence)),
        }
    }

    /// CAN drops what waits. It goes out only for an error that is latched, and after a verdict only for the error
    /// that the verdict rested on: another hand may have pressed OK meanwhile, and then a card may come.
    fn judge_may_clear(&mut self) {
        self.answered_in_step();
        let limits = self.options.limits.clone();
        let found_empty = std::mem::take(&mut self.found_empty);
        match (self.trouble(), found_empty) {
            (None, true) => self.fault(Fault::OutOfStep),
            (Some(fault), true) if fault != Fault::FeederEmpty => self.fault(fault),
            (None, false) => self.done(),
            (Some(_), _) => {
                let cancel = cancel(self.model.speech);
                if let Some(task) = &mut self.task {
                    let mut steps = vec![Step::Send(cancel), Step::Pause(limits.poll)];
                    steps.extend(ready());
                    steps.push(Step::Pause(limits.clear));
                    steps.extend(ready());
                    steps.extend([
                        Step::Read {
                            need: Need::Must,
                            tries: 1,
                        },
                        Step::Judge(Judge::Cleared),
                    ]);
                    task.first(steps);
                }
            }
        }
    }

    fn judge_told(&mut self) {
        self.answered_in_step();
        let evidence = self.evidence(Wake::Untried);
        let Some(task) = &self.task else { return };
        let signs = [
            (task.reading.film_is_used_up(), Fault::RibbonEnd),
            (task.reading.cleaning_is_due(), Fault::CleaningDue),
        ];
        let mut faults: Vec<Fault> = signs
            .into_iter()
            .filter(|(seen, _)| *seen)
            .map(|(_, fault)| fault)
            .chain(self.trouble())
            .collect();
        faults.sort();
        faults.dedup();
        self.tell(Event::Status(Status {
            evidence: evidence.clone(),
            faults,
        }));
        self.answer(Answer::Done(evidence));
    }

    fn judge_identified(&mut self) {
        self.answered_in_step();
        let evidence = self.evidence(Wake::Untried);
        let Some(task) = &self.task else { return };
        let told = |text: &Option<String>| text.clone().map_or(Told::NotAskable, Told::Told);
        let reading = &task.reading;
        let identity = Identity {
            maker: Told::Inferred("Magicard".to_owned()),
            model: match &reading.model {
                Some(name) => Told::Told(name.clone()),
                None => Told::Inferred(self.model.name.to_owned()),
            },
            other_model: reading
                .model
                .as_ref()
                .is_some_and(|name| self.model.contradicts(name)),
            serial: told(&reading.unit),
            firmware: told(&reading.firmware),
            ribbon: told(&reading.film),
        };
        self.tell(Event::Identity(identity));
        self.answer(Answer::Done(evidence));
    }

    /// What was read, with the error that it tells.
    fn evidence(&self, wake: Wake) -> Evidence {
        let trouble = self.trouble();
        let mut evidence = self
            .task
            .as_ref()
            .map(|task| task.reading.evidence())
            .unwrap_or_default();
        evidence.wake = wake;
        if trouble == Some(Fault::FeederEmpty) {
            evidence.feeder_filled = Some(false);
        }
        evidence.last = trouble.map_or(LastAnswer::Unknown, LastAnswer::Fault);
        evidence
    }

    fn done(&mut self) {
        let evidence = self.evidence(Wake::Untried);
        self.answer(Answer::Done(evidence));
    }

    fn fault(&mut self, fault: Fault) {
        let evidence = self.evidence(Wake::Untried);
        self.answer(Answer::Fault(fault, evidence));
    }
}

/// The port's byte alone says that something is wrong.
fn port_error() -> Fault {
    Fault::Unlisted("PORT ERROR".to_owned())
}

/// Panels that the card needs and the film has not; what is not told is not missing.
fn lacks_panels(reading: &Reading, ribbon: Ribbon) -> bool {
    let [colour, black, _] = reading.lengths;
    match ribbon {
        Ribbon::Ymcko | Ribbon::Ymckok => colour == Some(0) || black == Some(0),
        Ribbon::K => black == Some(0),
    }
}
