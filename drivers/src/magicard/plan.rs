//! The steps of each request. A request's steps never reach past its stage.

use std::collections::VecDeque;
use std::sync::Arc;

use super::job::{Header, NEUTRAL, Order, Overcoat};
use super::judge::Judge;
use super::magnetic::Coercivity;
use super::models::Speech;
use super::picture::{Recipe, job};
use super::raster::{HEAD_DOTS, Setting};
use super::status::Reading;
use super::task::{Need, Step, Task};
use super::{Line, Loaded, Magicard, PageIs};
use crate::contract::{Answer, CardImage, Evidence, Fault, Moment, Request, Setup, Stage, Wake};

/// Tries of a question with no page open \[inferred\]; with one open each try is picture, and there is one.
const TRIES: u32 = 3;
/// Our version in a job's header; it is the same for every build, so that a job's bytes are.
const VERSION: &str = "1.0";
/// The head's position that needs no correction [code: ultra14].
const HEAD_NOMINAL: i64 = 50;
/// Positions beyond these are taken as these [code: ultra14].
const HEAD_POSITIONS: std::ops::RangeInclusive<i64> = 35..=65;
/// A full card begins at this less the position [code: ultra14; measured].
const HEAD_ORIGIN: i64 = 65;

/// Why a request is answered by us: the printer is not asked.
enum Refused {
    NoLink,
    Because(Fault),
}

impl Magicard {
    /// Takes a request up: it is answered at once, or its steps begin.
    pub(super) fn begin(&mut self, request: Request, now: Moment) {
        let mut before = None;
        let steps = match &request {
            Request::Prepare(setup) => self.prepare(*setup),
            Request::Load(image) => self.load(&Arc::clone(image), now),
            Request::Do(stage) => {
                before = self.loaded.as_ref().map(|loaded| loaded.before.clone());
                self.stage(*stage)
            }
            Request::Listen { after } => Ok(self.listen(*after)),
            Request::Examine { .. } if self.deaf => {
                // Not one more byte: it would be picture, and might end the page.
                self.tell_deaf();
                return;
            }
            Request::Examine { .. } => Ok(self.with_reading(Judge::FirstReading)),
            Request::Status => Ok(self.with_reading(Judge::Told)),
            Request::Identify => Ok(self.with_reading(Judge::Identified)),
            Request::AwaitRestart => {
                let mut steps = vec![Step::Away, Step::Hear];
                steps.extend(ready());
                steps.extend([
                    Step::Read {
                        need: Need::Must,
                        tries: TRIES,
                    },
                    Step::Judge(Judge::Restarted),
                ]);
                Ok(steps)
            }
        };
        match steps {
            Ok(steps) => {
                let mut task = Task::new(request, VecDeque::from(steps));
                task.before = before;
                self.task = Some(task);
                self.run(now);
            }
            Err(Refused::NoLink) => self.answer(Answer::Lost),
            Err(Refused::Because(fault)) => {
                self.answer(Answer::Fault(fault, Evidence::default()));
            }
        }
    }

    pub(super) fn tell_deaf(&mut self) {
        self.answer(Answer::Done(Evidence {
            wake: Wake::Deaf,
            ..Evidence::default()
        }));
    }

    /// The link is up, nothing late waits, and no page is open or it has been left alone for long.
    fn opening(&self) -> Vec<Step> {
        let mut steps = vec![Step::Open];
        if self.out_of_step {
            steps.push(Step::Hear);
        }
        if self.page == PageIs::Open {
            steps.push(Step::Pause(self.options.limits.page_open));
        }
        steps
    }

    fn read(&self) -> Step {
        Step::Read {
            need: Need::Must,
            tries: if self.page == PageIs::Open { 1 } else { TRIES },
        }
    }

    fn with_reading(&self, judge: Judge) -> Vec<Step> {
        let mut steps = self.opening();
        steps.extend(ready());
        steps.extend([self.read(), Step::Judge(judge)]);
        steps
    }

    fn prepare(&mut self, setup: Setup) -> Result<Vec<Step>, Refused> {
        if setup.hold || setup.chip || (setup.duplex && !self.model.duplex) {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        self.setup = Some(setup);
        self.prepared = None;
        self.loaded = None;
        self.gone = None;
        self.found_empty = false;
        Ok(self.with_reading(Judge::Prepared))
    }

    /// Makes the job. Any of its bytes may feed, so none is sent.
    fn load(&mut self, image: &CardImage, now: Moment) -> Result<Vec<Step>, Refused> {
        self.alive()?;
        if self.page == PageIs::Open {
            // What is asked here would be picture: a page that broke off is settled first.
            return Err(Refused::Because(Fault::OutOfStep));
        }
        let (Some(setup), Some(prepared)) = (self.setup, self.prepared.clone()) else {
            return Err(Refused::Because(Fault::OutOfStep));
        };
        if image.back.is_some() && !self.model.duplex {
            return Err(Refused::Because(Fault::OptionAbsent));
        }
        let recipe = self
            .recipe(setup, &prepared, now)
            .ok_or(Refused::Because(Fault::BadParameter))?;
        let made = job(image, &recipe).map_err(|_| Refused::Because(Fault::BadParameter))?;
        let (face, finish) = made.split();
        self.sides = if image.back.is_some() { 2 } else { 1 };
        self.loaded = Some(Loaded {
            face: Some(face),
            finish,
            before: prepared,
        });
        let mut steps = ready().to_vec();
        steps.extend([self.read(), Step::Judge(Judge::Loadable)]);
        Ok(steps)
    }

    /// How a card is made; `None` where the picture does not fit the head.
    fn recipe(&self, setup: Setup, prepared: &Reading, now: Moment) -> Option<Recipe> {
        let model = self.model;
        let (rows, columns) = self.capabilities.dots;
        let position = prepared.head.unwrap_or(HEAD_NOMINAL);
        let position = position.clamp(*HEAD_POSITIONS.start(), *HEAD_POSITIONS.end());
        let first = HEAD_ORIGIN - position + i64::from(self.options.shift);
        let first_dot = usize::try_from(first).ok()?;
        if first_dot + columns > HEAD_DOTS {
            return None;
        }
        let front = Setting {
            layout: model.layout,
            rows,
            columns,
            first_dot,
            turned: model.turned,
        };
        let version = match model.speech {
            Speech::Enduro => {
                let firmware = prepared.firmware.as_deref().unwrap_or_default();
                format!("{VERSION}-{}", spelt(firmware))
            }
            Speech::Rio => VERSION.to_owned(),
        };
        let seconds = u32::try_from(now.since(Moment::ZERO).as_secs()).unwrap_or(u32::MAX);
        let header = Header {
            order: match model.speech {
                Speech::Enduro => Order::Maker,
                Speech::Rio => Order::BackEnd,
            },
            layout: model.layout,
            version,
            language: self.options.language,
            time: self
                .options
                .clock
                .map(|clock| clock.saturating_add(seconds)),
            resin_quality: model.quality.then_some("DEF"),
            film: None,
            verify: false,
            coercivity: model.quality.then_some(Coercivity::High),
            tracks: Vec::new(),
            slow: model.slow,
            duplex: false,
            back: false,
            back_needs: None,
            image: "K",
            window: (rows, columns),
            overcoat: Some(Overcoat {
                for_lamination: false,
                holokote: self.options.holokote.clone(),
                areas: Vec::new(),
                holes: Vec::new(),
            }),
            correction: model.correction,
            dye_heat: NEUTRAL,
            resin_heat: NEUTRAL,
            overcoat_heat: NEUTRAL,
            head_trim: NEUTRAL,
            start_trim: NEUTRAL,
            end_trim: NEUTRAL,
        };
        Some(Recipe {
            front,
            back: Setting {
                turned: model.turned != model.back_turned,
                ..front
            },
            ribbon: setup.ribbon,
            separation: self.options.separation.clone(),
            screens: self.options.screens,
            header,
        })
    }

    fn stage(&mut self, stage: Stage) -> Result<Vec<Step>, Refused> {
        match stage {
            Stage::Face => {
                self.alive()?;
                let face = self.loaded.as_mut().and_then(|loaded| loaded.face.take());
                let Some(face) = face else {
                    self.loaded = None;
                    return Err(Refused::Because(Fault::OutOfStep));
                };
                Ok(vec![
                    Step::Port,
                    Step::Judge(Judge::MayBegin),
                    Step::Page(face),
                    Step::Port,
                    Step::Judge(Judge::FaceSent),
                ])
            }
            Stage::Finish => {
                self.alive()?;
                match self.loaded.take() {
                    Some(Loaded {
                        face: None, finish, ..
                    }) => Ok(vec![
                        Step::Port,
                        Step::Judge(Judge::MayEnd),
                        Step::Page(finish),
                        Step::Port,
                        Step::Judge(Judge::Watched),
                    ]),
                    Some(Loaded { face: Some(_), .. }) | None => {
                        Err(Refused::Because(Fault::OutOfStep))
                    }
                }
            }
            Stage::Clear => Ok(self.with_reading(Judge::MayClear)),
            Stage::Feed | Stage::Chip | Stage::Park | Stage::Eject | Stage::Reject => {
                Err(Refused::Because(Fault::UnknownCommand))
            }
        }
    }

    /// A printer that was cut off inside a page counts what it hears as picture: it is left alone first, for so long
    /// that it has given the page up if it ever does.
    fn listen(&mut self, after: Option<Stage>) -> Vec<Step> {
        self.loaded = None;
        self.deaf = false;
        self.gone = None;
        if self.page == PageIs::Unknown && matches!(after, Some(Stage::Face | Stage::Finish)) {
            self.page = PageIs::Open;
        }
        let mut steps = vec![Step::Open, Step::Hear];
        let open = self.page == PageIs::Open;
        if open {
            steps.push(Step::Pause(self.options.limits.page_open));
        }
        steps.extend(ready());
        steps.extend([
            Step::Read {
                need: Need::May,
                tries: if open { 1 } else { TRIES },
            },
            Step::Judge(Judge::Listened),
        ]);
        steps
    }

    /// Stages need the connection that was prepared on: a new one may meet another state.
    fn alive(&self) -> Result<(), Refused> {
        match self.line {
            Line::Up => Ok(()),
            Line::Down | Line::Opening => Err(Refused::NoLink),
        }
    }
}

/// Until the printer is not busy.
pub(super) fn ready() -> [Step; 2] {
    [Step::Port, Step::Judge(Judge::Ready)]
}

/// What the printer tells goes back into a header, where a comma or a control character would end the field.
fn spelt(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && *c != ',')
        .collect()
}
