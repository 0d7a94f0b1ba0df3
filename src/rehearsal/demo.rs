//! `cetak demo`: four simulated printers on real terminals and a real socket, the real spooler as a child that is
//! killed on the way, an operator, and a judge who counts cards.
//!
//! The printers run in the demo's own process and keep their truth through the kill. The room's day begins on 14
//! January 2019 at 08.00 in Tanjungpinang; spooler, sessions and firmware share that clock, [`SPEED`] times as fast
//! as the wall.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::host::Pace;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

use crate::artwork::{Letterhead, Studio, TemplateError};
use crate::clock::{self, Clock, Scale};
use crate::domain::ids::{At, JobId};
use crate::interfaces::api::{
    JobDetail, JobsPage, PAGE_MAX, PrinterView, StockView, SubmitAnswer, SubmitItem, SubmitRequest,
    SubmitResult,
};
use crate::interfaces::client::{Client, ClientError};
use crate::interfaces::words::Lang;

pub mod answers;
#[cfg(test)]
mod bench;
pub mod closing;
pub mod deeds;
pub mod fleet;
pub mod folder;
pub mod judge;
pub mod operator;
pub mod orders;
pub mod plan;
pub mod shelves;
pub mod sight;
pub mod spooler;
mod view;
mod words;

use closing::{Closing, PrinterClosing};
use deeds::Deed;
use fleet::{Fleet, FleetError};
use folder::{Folder, FolderError};
use judge::{Case, JobFacts, JudgeError, PrinterFacts, Verdict};
use operator::{Operator, OperatorError};
use plan::{CARDS_MAX, Plan, SPARE_BLANKS};
use shelves::Shelves;
use sight::Reach;
use spooler::{Door, Spooler, SpoolerError};
use view::View;

/// Seconds of the room in a second of the wall.
pub const SPEED: f64 = 40.0;
/// When the room's day begins: 14 January 2019, 08.00 WIB.
const MORNING: At = At(1_547_427_600_000);
/// Between two looks at the room, on the wall.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// Between two looks for the first news after a start: the attempts must be seen before they move on.
const FIRST_VIEW_EVERY: Duration = Duration::from_millis(2);
/// A room in which nothing moves for so long, on the wall, stands still.
const STILL_MAX: Duration = Duration::from_secs(30);
/// Records of one request.
const SUBMIT_BATCH: usize = 20;
/// Kills of one demo: the next is tried when the one before met fewer than two open attempts.
const KILLS_MAX: u64 = 3;
/// Open intents that a kill must meet.
const OPEN_INTENTS_MIN: usize = 2;
/// The minutes of the demo's delivery.
const PAPER: &str = "BA-TEST-001";
/// The clerk who hands the records in.
const CLERK: &str = "SPECIMEN LOKET";

/// What to play.
#[derive(Debug, Clone)]
pub struct DemoArgs {
    /// Records; 1 to [`CARDS_MAX`].
    pub cards: u32,
    /// What all of it follows from.
    pub seed: u64,
    /// The folder.
    pub out: PathBuf,
    /// One JSON object as the last line, and no live view.
    pub json: bool,
    /// The language of the lines.
    pub lang: Lang,
    /// The program whose `serve` is the spooler; `None`: this one.
    pub program: Option<PathBuf>,
}

/// The demo could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// More cards than a demo prints, or none.
    #[error("{cards} cards are no demo: 1 to {CARDS_MAX}")]
    Cards {
        /// What was asked for.
        cards: u32,
    },
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The printers.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The spooler.
    #[error(transparent)]
    Spooler(#[from] SpoolerError),
    /// The operator, also when an answer contradicts the mechanism.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// A question to the spooler.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A specimen was not accepted.
    #[error("the specimen {key} is not accepted: {why}")]
    NotAccepted {
        /// Its key.
        key: String,
        /// Why.
        why: String,
    },
    /// A printer ended by itself.
    #[error("the simulated printer {printer} ended by itself")]
    PrinterFell {
        /// Which.
        printer: String,
    },
    /// Nothing moves.
    #[error("nothing has moved for {} seconds; jobs: {jobs}", STILL_MAX.as_secs())]
    StandsStill {
        /// How they stand.
        jobs: String,
    },
    /// The templates.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The judge.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// The judge's thread.
    #[error("the judge has left")]
    JudgeGone,
    /// Somebody ended it.
    #[error("interrupted; the spooler is stopped, and what was printed is in the folder")]
    Interrupted,
    /// Signals cannot be awaited.
    #[error("cannot wait for signals")]
    Signals(#[source] std::io::Error),
    /// This program's own path.
    #[error("this program does not know where it lies")]
    Program(#[source] std::io::Error),
}

/// Plays a demo. `true`: no card twice, no job lost, nothing in doubt, every stock balances.
///
/// # Errors
/// [`DemoError`].
pub async fn run(arguments: DemoArgs) -> Result<bool, DemoError> {
    if !(1..=CARDS_MAX).contains(&arguments.cards) {
        return Err(DemoError::Cards {
            cards: arguments.cards,
        });
    }
    let clock = Clock::real();
    let folder = Folder::prepare(&arguments.out)?;
    let plan = Plan::draw(arguments.seed, arguments.cards);
    let scale = morning();
    let pace = Pace {
        speed: SPEED,
        epoch: Some(std::time::SystemTime::UNIX_EPOCH + wall_since_1970()),
    };
    let fleet = Fleet::start(&plan, &folder, pace).await?;
    folder.write_config(&plan, &fleet.ready)?;
    let program = match &arguments.program {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(DemoError::Program)?,
    };
    let spooler = Spooler::start(&program, &folder.data, &folder.log(), scale).await?;
    let printers: Vec<_> = plan
        .printers
        .iter()
        .map(|printer| printer.id.clone())
        .collect();
    let view = View::new(arguments.lang, arguments.json, arguments.cards, &printers);
    let operator = operator(&plan, &fleet, &spooler);
    let mut room = Room {
        lang: arguments.lang,
        clock,
        scale,
        plan,
        folder,
        program,
        fleet,
        operator,
        spooler,
        view,
        kills: 0,
        settled: 0,
        cleared: 0,
    };
    room.say_what_is_played();
    let mut terminate = signal(SignalKind::terminate()).map_err(DemoError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(DemoError::Signals)?;
    let played = async {
        room.open().await?;
        room.play().await
    };
    // Who leaves here drops the room, and with it the spooler: no child outlives its demo.
    tokio::select! {
        played = played => played?,
        _ = terminate.recv() => return Err(DemoError::Interrupted),
        _ = interrupt.recv() => return Err(DemoError::Interrupted),
    }
    room.close(arguments.json).await
}

/// The clock that both sides of the wire are given: the room's morning is this moment.
fn morning() -> Scale {
    let wall = clock::wall();
    // The room's time is the epoch plus SPEED times what has passed since; solved for the epoch.
    let ahead = (wall.0 - MORNING.0) as f64 / (SPEED - 1.0);
    Scale {
        speed: SPEED,
        epoch: At(wall.0 + ahead as i64),
    }
}

fn wall_since_1970() -> Duration {
    Duration::from_millis(u64::try_from(clock::wall().0).unwrap_or(0))
}

fn operator(plan: &Plan, fleet: &Fleet, spooler: &Spooler) -> Operator<Door, Reach> {
    let door = Door {
        client: spooler.client.clone(),
    };
    let mut operator = Operator::new(door, Shelves::default());
    for (printer, ready) in plan.printers.iter().zip(&fleet.ready) {
        let control = PathBuf::from(&ready.control);
        operator.meet(printer.id.clone(), printer.ribbon, Reach { control });
    }
    operator
}

/// The room while it plays.
struct Room {
    lang: Lang,
    clock: Clock,
    scale: Scale,
    plan: Plan,
    folder: Folder,
    program: PathBuf,
    fleet: Fleet,
    operator: Operator<Door, Reach>,
    spooler: Spooler,
    view: View,
    kills: u64,
    settled: u64,
    cleared: u64,
}

impl Room {
    fn say_what_is_played(&self) {
        let (cards, seed, out) = (
            self.lang.pick("kartu", "cards"),
            self.lang.pick("benih", "seed"),
            self.folder.data.display(),
        );
        let Plan {
            cards: many,
            seed: from,
            ..
        } = &self.plan;
        self.view
            .say(&format!("{many} {cards}, {seed} {from}, {out}"));
        for (plan, ready) in self.plan.printers.iter().zip(&self.fleet.ready) {
            let (id, profile, stock) = (&plan.id, plan.profile, plan.stock);
            let endpoint = &ready.endpoint;
            self.view
                .say(&format!("{id}: {profile}, {stock}, {endpoint}"));
        }
    }

    /// The morning: blanks arrive, hoppers are filled, records are handed in.
    async fn open(&mut self) -> Result<(), DemoError> {
        let people = self.plan.people();
        for stock in self.plan.stocks() {
            let cards = people
                .iter()
                .filter(|(record, _)| crate::domain::ids::Stock::of(record.product) == stock)
                .count();
            let pieces = u32::try_from(cards).unwrap_or(CARDS_MAX) + SPARE_BLANKS;
            self.operator.receive(stock, pieces, PAPER).await?;
        }
        for printer in self.plan.printers.clone() {
            let deeds = self
                .operator
                .load(&printer.id, printer.stock, printer.first_load)
                .await?;
            self.tell(&deeds);
        }
        let client = self.spooler.client.clone();
        let client = client.speaking_as(Some(CLERK.to_owned()));
        for batch in people.chunks(SUBMIT_BATCH) {
            let request = SubmitRequest {
                jobs: batch
                    .iter()
                    .map(|(record, photo)| SubmitItem {
                        record: serde_json::value::to_raw_value(record)
                            .expect("a record has only text keys"),
                        photo: photo.as_ref().map(|photo| STANDARD.encode(photo)),
                    })
                    .collect(),
            };
            let answer: SubmitAnswer = client.post("/jobs", &request).await?;
            for ((record, _), result) in batch.iter().zip(answer.results) {
                let queued =
                    matches!(&result, SubmitResult::New { state, .. } if state == "queued");
                if !queued {
                    return Err(DemoError::NotAccepted {
                        key: record.key.clone(),
                        why: format!("{result:?}"),
                    });
                }
            }
        }
        let words = self.lang.pick("pekerjaan diterima", "jobs accepted");
        self.view.say(&format!("{} {words}", people.len()));
        Ok(())
    }

    /// Until every job has its end and every printer is empty.
    async fn play(&mut self) -> Result<(), DemoError> {
        let mut kill_after = u64::from(self.plan.kill_after);
        let mut killing = true;
        let mut before = String::new();
        let mut moved_at = self.clock.now();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.spooler.still_runs()?;
            if let Some(printer) = self.fleet.fallen() {
                let printer = printer.to_owned();
                return Err(DemoError::PrinterFell { printer });
            }
            let printers: Vec<PrinterView> = self.get("/printers").await?;
            let page: JobsPage = self.get("/jobs?limit=1").await?;
            let count = |state: &str| page.counts.get(state).copied().unwrap_or(0);
            let printed = count("printed");
            self.view.show(&printers, printed);
            let open = open_intents(&printers);
            // A kill makes cards be rejected: one that was to get stuck on its way out never would. So the jam
            // comes first, unless its printer gets no card that could.
            let late = printed >= u64::from(self.plan.cards) * 3 / 4;
            let may_kill = printed >= kill_after && (self.cleared > 0 || late);
            if killing && may_kill && open.len() >= OPEN_INTENTS_MIN {
                let met = self.kill(&open).await?;
                killing = met < OPEN_INTENTS_MIN && self.kills < KILLS_MAX;
                kill_after = printed + 1;
                continue;
            }
            let ended = printed + count("rejected") + count("cancelled");
            let all_idle = printers.iter().all(|view| view.card.is_none());
            if ended == u64::from(self.plan.cards) && all_idle {
                return Ok(());
            }
            let deeds = self.operator.attend().await?;
            self.tell(&deeds);
            let state = format!("{:?} {open:?}", page.counts);
            if !deeds.is_empty() || state != before {
                moved_at = self.clock.now();
                before = state;
            } else if self.clock.now().since(moved_at) > STILL_MAX {
                return Err(DemoError::StandsStill {
                    jobs: format!("{:?}", page.counts),
                });
            }
        }
    }

    /// Kills the spooler, says what it was doing, and starts it again on the same store. Returns how many attempts
    /// it left open.
    async fn kill(&mut self, open: &[(JobId, String)]) -> Result<usize, DemoError> {
        let words = self.lang.pick("SIGKILL, sedang", "SIGKILL while");
        let steps: Vec<String> = open.iter().map(|(_, step)| step.clone()).collect();
        self.spooler.kill().await?;
        self.kills += 1;
        let (data, log) = (&self.folder.data, &self.folder.log());
        self.spooler = Spooler::start(&self.program, data, log, self.scale).await?;
        self.operator.orders().client = self.spooler.client.clone();
        let printers = self.first_views().await?;
        let left: Vec<String> = printers
            .iter()
            .filter_map(|view| {
                let card = view.card.as_ref()?;
                Some(format!("{} {} {}", view.id, card.job, card.point))
            })
            .collect();
        self.view.say(&format!("{words}: {}", steps.join(", ")));
        let words = self.lang.pick(
            "dihidupkan lagi di simpanan yang sama, terbuka",
            "started again on the same store, open",
        );
        self.view.say(&format!("{words}: {}", left.join(", ")));
        Ok(left.len())
    }

    /// The printers as the spooler takes them up: it tells nothing of them before its first turn.
    async fn first_views(&mut self) -> Result<Vec<PrinterView>, DemoError> {
        let started = self.clock.now();
        loop {
            let printers: Vec<PrinterView> = self.get("/printers").await?;
            if printers.len() == self.plan.printers.len() {
                return Ok(printers);
            }
            self.spooler.still_runs()?;
            if self.clock.now().since(started) > STILL_MAX {
                return Err(DemoError::StandsStill {
                    jobs: "no printer is told of".to_owned(),
                });
            }
            tokio::time::sleep(FIRST_VIEW_EVERY).await;
        }
    }

    fn tell(&mut self, deeds: &[Deed]) {
        for deed in deeds {
            self.settled += u64::from(matches!(deed, Deed::Settled { .. }));
            self.cleared += u64::from(matches!(deed, Deed::Cleared { .. }));
            self.view.say(&words::deed(self.lang, deed));
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, DemoError> {
        Ok(self.spooler.client.get(path).await?)
    }

    /// The evening: the spooler stops in order, the printers give back their truth, the judge counts.
    async fn close(mut self, json: bool) -> Result<bool, DemoError> {
        let client = self.spooler.client.clone();
        let (jobs, doubts) = jobs(&client).await?;
        let books: Vec<StockView> = self.get("/stock?numbered=true").await?;
        let views: Vec<PrinterView> = self.get("/printers").await?;
        self.spooler.stop().await?;
        let printers = self.fleet.stop().await?;
        let people = self.plan.people();
        let count = jobs.len() as u64;
        let (plan, folder, operator) = (self.plan, self.folder, self.operator);
        let (seed, out) = (plan.seed, folder.data.display().to_string());
        let judging = tokio::task::spawn_blocking(move || -> Result<Verdict, DemoError> {
            let trays: Vec<PathBuf> = plan.printers.iter().map(|p| folder.tray(&p.id)).collect();
            let facts = plan.printers.iter().zip(&printers).zip(&trays);
            let case = Case {
                people: &people,
                printers: facts
                    .map(|((plan, printer), tray)| PrinterFacts {
                        id: &plan.id,
                        look: plan.look,
                        stock: plan.stock,
                        mechanism: printer.mechanism(),
                        tray,
                    })
                    .collect(),
                jobs,
                books,
                shelves: operator.shelves(),
                given: operator.given(),
            };
            let studio = Studio::new(&Letterhead::specimen())?;
            Ok(judge::judge(&case, &studio)?)
        });
        let verdict = judging.await.map_err(|_| DemoError::JudgeGone)??;
        let wall = self
            .clock
            .now()
            .since(cetak_drivers::contract::Moment::ZERO);
        let closing = Closing {
            seed,
            jobs: count,
            good: verdict.good,
            spoiled: verdict.spoiled,
            test_cards: 0,
            doubts,
            settled_by_person: self.settled,
            in_doubt: verdict.in_doubt,
            held: verdict.held,
            duplicates: verdict.duplicates,
            lost: verdict.lost,
            kills: self.kills,
            blanks: verdict.blanks.clone(),
            printers: views
                .iter()
                .map(|view| last_words(view, &verdict))
                .collect(),
            wall_s: (wall.as_secs_f64() * 10.0).round() / 10.0,
            out,
        };
        self.view.close();
        self.view.say(&closing.table(self.lang, &verdict));
        if json {
            let line = serde_json::to_string(&closing).expect("the closing has only text keys");
            // A reader that has gone changes no verdict.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        Ok(verdict.holds())
    }
}

/// The cards in flight whose next movement may have been ordered, each with printer and step in words.
fn open_intents(printers: &[PrinterView]) -> Vec<(JobId, String)> {
    printers
        .iter()
        .filter_map(|view| {
            let card = view.card.as_ref()?;
            let moving = card.point.starts_with("sent:") && card.doing.starts_with("stage:");
            moving.then(|| (card.job, format!("{} {} {}", view.id, card.job, card.point)))
        })
        .collect()
}

fn last_words(view: &PrinterView, verdict: &Verdict) -> PrinterClosing {
    let (good, spoiled) = verdict.by_printer.get(&view.id).copied().unwrap_or((0, 0));
    PrinterClosing {
        id: view.id.clone(),
        maker: view.maker.clone(),
        model: view.model.clone(),
        endpoint: view.endpoint.clone(),
        good,
        spoiled,
        seconds_per_card: view.ms_per_card.map(|ms| ms as f64 / 1000.0),
    }
}

/// Every job as it stands, and how often the verdict on a card was to ask a person.
async fn jobs(client: &Client) -> Result<(Vec<JobFacts>, u64), ClientError> {
    let mut facts = Vec::new();
    let mut doubts = 0;
    let mut after = 0;
    loop {
        let path = format!("/jobs?after={after}&limit={PAGE_MAX}");
        let page: JobsPage = client.get(&path).await?;
        for job in page.jobs {
            let detail: JobDetail = client.get(&format!("/jobs/{}", job.id)).await?;
            let asked = detail.history.iter().flat_map(|attempt| &attempt.entries);
            doubts += asked.filter(|entry| *entry == "ruled:ask").count() as u64;
            facts.push(JobFacts {
                id: job.id,
                key: job.key,
                state: detail.job.detail,
            });
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok((facts, doubts)),
        }
    }
}
