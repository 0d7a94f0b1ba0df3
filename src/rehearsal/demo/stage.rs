//! A print room on stage: simulated printers, the real spooler as a child, an operator, and a judge at the end.
//!
//! The printers run in this process and keep their truth when the spooler is killed. The room's day begins on 14
//! January 2019 at 08.00 in Tanjungpinang; spooler, sessions and firmware share that clock, [`SPEED`] times as fast
//! as the wall. `cetak demo` and the end-to-end suite play on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cetak_firmware_sims::host::{Pace, Ready};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::DemoError;
use super::closing::{Closing, PrinterClosing};
use super::deeds::Deed;
use super::fleet::Fleet;
use super::folder::{Folder, FolderError};
use super::judge::{self, Case, JobFacts, PrinterFacts, Verdict};
use super::operator::Operator;
use super::plan::{CARDS_MAX, Plan};
use super::shelves::Shelves;
use super::sight::Reach;
use super::spooler::{Door, Spooler};
use crate::artwork::{Letterhead, Studio};
use crate::clock::{self, Clock, Scale};
use crate::domain::ids::{At, Stock};
use crate::interfaces::api::{JobDetail, JobsPage, PAGE_MAX, PrinterView, StockView};
use crate::interfaces::client::{Client, ClientError};
use crate::rehearsal::specimen::{self, Specimen};

/// Seconds of the room in a second of the wall.
pub const SPEED: f64 = 40.0;
/// When the room's day begins: 14 January 2019, 08.00 WIB.
const MORNING: At = At(1_547_427_600_000);
/// Between two looks for the first news after a start: the attempts must be seen before they move on.
const FIRST_VIEW_EVERY: Duration = Duration::from_millis(2);
/// A room in which nothing moves for so long, on the wall, stands still.
pub const STILL_MAX: Duration = Duration::from_secs(30);
/// The file of records.
const RECORDS: &str = "records.csv";
/// The minutes of the delivery.
const PAPER: &str = "BA-TEST-001";
/// The clerk who hands the records in.
const CLERK: &str = "SPECIMEN-LOKET";

/// How the room stands.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The printers.
    pub printers: Vec<PrinterView>,
    /// Jobs by state.
    pub counts: BTreeMap<String, u64>,
}

impl Sight {
    /// Jobs in a state.
    pub fn count(&self, state: &str) -> u64 {
        self.counts.get(state).copied().unwrap_or(0)
    }

    /// Whether every one of `jobs` jobs has its end and every printer is empty.
    pub fn is_over(&self, jobs: u32) -> bool {
        let ended = self.count("printed") + self.count("rejected") + self.count("cancelled");
        ended == u64::from(jobs) && self.printers.iter().all(|view| view.card.is_none())
    }

    /// The cards in flight whose next movement may have been ordered: printer, job and step in words.
    pub fn open_intents(&self) -> Vec<String> {
        let of = |view: &PrinterView| {
            let card = view.card.as_ref()?;
            let moving = card.point.starts_with("sent:") && card.doing.starts_with("stage:");
            moving.then(|| format!("{} {} {}", view.id, card.job, card.point))
        };
        self.printers.iter().filter_map(of).collect()
    }
}

/// What `cetak submit` counted.
#[derive(Default, Deserialize)]
struct Counts {
    accepted: usize,
    held: usize,
}

/// How it ended.
#[derive(Debug)]
pub struct Evening {
    /// The closing books.
    pub closing: Closing,
    /// What the judge found.
    pub verdict: Verdict,
}

/// The room.
pub struct Stage {
    clock: Clock,
    scale: Scale,
    plan: Plan,
    folder: Folder,
    program: PathBuf,
    fleet: Fleet,
    operator: Operator<Door, Reach>,
    spooler: Spooler,
    kills: u64,
    settled: u64,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

impl Stage {
    /// Sets the room up in a folder of its own: printers, config, and `program serve`.
    ///
    /// # Errors
    /// [`DemoError`].
    pub async fn set(plan: Plan, out: &Path, program: &Path) -> Result<Stage, DemoError> {
        let clock = Clock::real();
        let folder = Folder::prepare(out)?;
        let scale = morning();
        let since_1970 = Duration::from_millis(u64::try_from(clock::wall().0).unwrap_or(0));
        let pace = Pace {
            speed: SPEED,
            epoch: Some(std::time::SystemTime::UNIX_EPOCH + since_1970),
        };
        let fleet = Fleet::start(&plan, &folder, pace).await?;
        folder.write_config(&plan, &fleet.ready)?;
        let spooler = Spooler::start(program, &folder.data, &folder.log(), scale).await?;
        let door = Door {
            client: spooler.client.clone(),
        };
        let mut operator = Operator::new(door, Shelves::default());
        for (printer, ready) in plan.printers.iter().zip(&fleet.ready) {
            let control = PathBuf::from(&ready.control);
            operator.meet(printer.id.clone(), printer.ribbon, Reach { control });
        }
        Ok(Stage {
            clock,
            scale,
            plan,
            folder,
            program: program.to_owned(),
            fleet,
            operator,
            spooler,
            kills: 0,
            settled: 0,
        })
    }

    /// What is played.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where each printer can be reached, in the plan's order.
    pub fn ready(&self) -> &[Ready] {
        &self.fleet.ready
    }

    /// The folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The door of the spooler that runs.
    pub fn client(&self) -> &Client {
        &self.spooler.client
    }

    /// How often the spooler was killed.
    pub fn kills(&self) -> u64 {
        self.kills
    }

    /// Wall time on stage.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The morning: blanks arrive, hoppers are filled, records are handed in. Returns what was done to the hoppers.
    ///
    /// # Errors
    /// [`DemoError`].
    pub async fn open(&mut self) -> Result<Vec<Deed>, DemoError> {
        let people = self.plan.people();
        for stock in self.plan.stocks() {
            let cards = people
                .iter()
                .filter(|(record, _)| Stock::of(record.product) == stock)
                .count();
            let pieces = u32::try_from(cards).unwrap_or(CARDS_MAX) + self.plan.spare_blanks;
            self.operator.receive(stock, pieces, PAPER).await?;
        }
        let mut deeds = Vec::new();
        for printer in self.plan.printers.clone() {
            deeds.extend(
                self.operator
                    .load(&printer.id, printer.stock, printer.first_load)
                    .await?,
            );
        }
        self.hand_in(&people).await?;
        Ok(deeds)
    }

    /// Writes the records as a file with photos beside it, and hands it in as a clerk does.
    async fn hand_in(&self, people: &[Specimen]) -> Result<(), DemoError> {
        let records = self.folder.records();
        let path = records.join(RECORDS);
        let written = fs::create_dir_all(&records)
            .and_then(|()| specimen::write_csv(&records, RECORDS, people));
        written.map_err(|cause| FolderError::Files {
            path: path.clone(),
            cause,
        })?;
        let output = tokio::process::Command::new(&self.program)
            .args(["submit", "--json", "--as", CLERK, "--data"])
            .arg(&self.folder.data)
            .arg(&path)
            .output()
            .await
            .map_err(DemoError::Program)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().last().unwrap_or_default();
        let counts: Counts = serde_json::from_str(last).unwrap_or_default();
        if output.status.success() && counts.accepted == people.len() && counts.held == 0 {
            Ok(())
        } else {
            Err(DemoError::NotAccepted {
                why: format!("{said}{}", String::from_utf8_lossy(&output.stderr)),
            })
        }
    }

    /// How the room stands.
    ///
    /// # Errors
    /// [`DemoError`]: the spooler or a printer ended by itself.
    pub async fn look(&mut self) -> Result<Sight, DemoError> {
        self.spooler.still_runs()?;
        if let Some(printer) = self.fleet.fallen() {
            let printer = printer.to_owned();
            return Err(DemoError::PrinterFell { printer });
        }
        let printers = self.get("/printers").await?;
        let page: JobsPage = self.get("/jobs?limit=1").await?;
        Ok(Sight {
            printers,
            counts: page.counts,
        })
    }

    /// The operator answers every question that waits.
    ///
    /// # Errors
    /// [`DemoError`], also when an answer contradicts what lies there.
    pub async fn attend(&mut self) -> Result<Vec<Deed>, DemoError> {
        let deeds = self.operator.attend().await?;
        let settled = deeds
            .iter()
            .filter(|deed| matches!(deed, Deed::Settled { .. }));
        self.settled += settled.count() as u64;
        Ok(deeds)
    }

    /// Kills the spooler and starts it again on the same store. Returns the printers as it takes them up.
    ///
    /// # Errors
    /// [`DemoError`].
    pub async fn kill(&mut self) -> Result<Vec<PrinterView>, DemoError> {
        self.spooler.kill().await?;
        self.kills += 1;
        let (data, log) = (&self.folder.data, &self.folder.log());
        self.spooler = Spooler::start(&self.program, data, log, self.scale).await?;
        self.operator.orders().client = self.spooler.client.clone();
        self.first_views().await
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

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, DemoError> {
        Ok(self.spooler.client.get(path).await?)
    }

    /// The evening: the spooler stops in order, the printers give back their truth, the judge counts.
    ///
    /// # Errors
    /// [`DemoError`]: somebody could not be asked; what is wrong with the run is in the verdict.
    pub async fn close(self) -> Result<Evening, DemoError> {
        let (jobs, doubts) = jobs(self.client()).await?;
        let books: Vec<StockView> = self.get("/stock?numbered=true").await?;
        let views: Vec<PrinterView> = self.get("/printers").await?;
        self.spooler.stop().await?;
        let printers = self.fleet.stop().await?;
        let count = jobs.len() as u64;
        let (plan, folder, operator) = (self.plan, self.folder, self.operator);
        let (seed, out) = (plan.seed, folder.data.display().to_string());
        let judging = tokio::task::spawn_blocking(move || -> Result<Verdict, DemoError> {
            let people = plan.people();
            let trays: Vec<PathBuf> = plan.printers.iter().map(|p| folder.tray(&p.id)).collect();
            let facts = plan.printers.iter().zip(&printers).zip(&trays);
            let case = Case {
                people: &people,
                printers: facts
                    .map(|((plan, printer), tray)| PrinterFacts {
                        id: &plan.id,
                        look: plan.look,
                        ribbon: plan.ribbon,
                        dye_levels: plan.dye_levels,
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
        Ok(Evening { closing, verdict })
    }
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
