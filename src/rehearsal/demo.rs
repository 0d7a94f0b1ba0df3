//! `cetak demo`: four simulated printers on real terminals and a real socket, the real spooler as a child that is
//! killed on the way, an operator, and a judge who counts cards. What it plays on is [`stage`].

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::artwork::TemplateError;
use crate::interfaces::client::ClientError;
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
pub mod seeds;
pub mod shelves;
pub mod sight;
pub mod spooler;
pub mod stage;
mod view;
mod words;

use deeds::Deed;
use fleet::FleetError;
use folder::FolderError;
use judge::JudgeError;
use operator::OperatorError;
use plan::{CARDS_MAX, Plan};
use spooler::SpoolerError;
use stage::{Evening, STILL_MAX, Sight, Stage};
use view::View;

/// Between two looks at the room, on the wall.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// Kills of one demo: the next is tried when the one before met fewer than two open attempts.
const KILLS_MAX: u64 = 3;
/// Open intents that a kill must meet.
const OPEN_INTENTS_MIN: usize = 2;

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
    /// The specimens were not all accepted.
    #[error("the specimens are not all accepted: {why}")]
    NotAccepted {
        /// What `cetak submit` said.
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
    let plan = Plan::draw(arguments.seed, arguments.cards);
    let program = match arguments.program {
        Some(program) => program,
        None => std::env::current_exe().map_err(DemoError::Program)?,
    };
    let printers: Vec<_> = plan
        .printers
        .iter()
        .map(|printer| printer.id.clone())
        .collect();
    let mut terminate = signal(SignalKind::terminate()).map_err(DemoError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(DemoError::Signals)?;
    let played = async {
        let stage = Stage::set(plan, &arguments.out, &program).await?;
        let mut play = Play {
            lang: arguments.lang,
            view: View::new(arguments.lang, arguments.json, arguments.cards, &printers),
            stage,
            cleared: 0,
        };
        play.say_what_is_played();
        play.open().await?;
        play.run().await?;
        play.close(arguments.json).await
    };
    // Who leaves here drops the stage, and with it the spooler: no child outlives its demo.
    tokio::select! {
        played = played => played,
        _ = terminate.recv() => Err(DemoError::Interrupted),
        _ = interrupt.recv() => Err(DemoError::Interrupted),
    }
}

/// The demo while it runs.
struct Play {
    lang: Lang,
    view: View,
    stage: Stage,
    cleared: u64,
}

impl Play {
    fn say_what_is_played(&self) {
        let (cards, seed) = (
            self.lang.pick("kartu", "cards"),
            self.lang.pick("benih", "seed"),
        );
        let plan = self.stage.plan();
        self.view.say(&format!(
            "{} {cards}, {seed} {}, {}",
            plan.cards,
            plan.seed,
            self.stage.folder().data.display()
        ));
        for (plan, ready) in plan.printers.iter().zip(self.stage.ready()) {
            let (id, profile, stock) = (&plan.id, plan.profile, plan.stock);
            let endpoint = &ready.endpoint;
            self.view
                .say(&format!("{id}: {profile}, {stock}, {endpoint}"));
        }
    }

    async fn open(&mut self) -> Result<(), DemoError> {
        let deeds = self.stage.open().await?;
        self.tell(&deeds);
        let words = self.lang.pick(
            "pekerjaan diterima dari records/records.csv",
            "jobs accepted from records/records.csv",
        );
        self.view
            .say(&format!("{} {words}", self.stage.plan().cards));
        Ok(())
    }

    /// Until every job has its end and every printer is empty.
    async fn run(&mut self) -> Result<(), DemoError> {
        let cards = self.stage.plan().cards;
        let mut kill_after = u64::from(self.stage.plan().kill_after);
        let mut killing = true;
        let mut before = String::new();
        let mut moved_at = self.stage.clock().now();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let sight = self.stage.look().await?;
            let printed = sight.count("printed");
            self.view.show(&sight.printers, printed);
            let open = sight.open_intents();
            // A kill makes cards be rejected: one that was to get stuck on its way out never would. So the jam
            // comes first, unless its printer gets no card that could.
            let late = printed >= u64::from(cards) * 3 / 4;
            let may_kill = printed >= kill_after && (self.cleared > 0 || late);
            // Near the end one printer alone may be at work.
            let wanted = if late { 1 } else { OPEN_INTENTS_MIN };
            if killing && may_kill && open.len() >= wanted {
                let met = self.kill(&sight).await?;
                killing = met < wanted && self.stage.kills() < KILLS_MAX;
                kill_after = printed + 1;
                continue;
            }
            if sight.is_over(cards) {
                return Ok(());
            }
            let deeds = self.stage.attend().await?;
            self.tell(&deeds);
            let state = format!("{:?} {open:?}", sight.counts);
            let now = self.stage.clock().now();
            if !deeds.is_empty() || state != before {
                moved_at = now;
                before = state;
            } else if now.since(moved_at) > STILL_MAX {
                return Err(DemoError::StandsStill {
                    jobs: format!("{:?}", sight.counts),
                });
            }
        }
    }

    /// Kills the spooler, says what it was doing, and starts it again on the same store. Returns how many attempts
    /// it left open.
    async fn kill(&mut self, sight: &Sight) -> Result<usize, DemoError> {
        let printers = self.stage.kill().await?;
        let left: Vec<String> = printers
            .iter()
            .filter_map(|view| {
                let card = view.card.as_ref()?;
                Some(format!("{} {} {}", view.id, card.job, card.point))
            })
            .collect();
        let words = self.lang.pick("SIGKILL, sedang", "SIGKILL while");
        let steps = sight.open_intents();
        self.view.say(&format!("{words}: {}", steps.join(", ")));
        let words = self.lang.pick(
            "dihidupkan lagi di simpanan yang sama, terbuka",
            "started again on the same store, open",
        );
        self.view.say(&format!("{words}: {}", left.join(", ")));
        Ok(left.len())
    }

    fn tell(&mut self, deeds: &[Deed]) {
        for deed in deeds {
            self.cleared += u64::from(matches!(deed, Deed::Cleared { .. }));
            self.view.say(&words::deed(self.lang, deed));
        }
    }

    async fn close(self, json: bool) -> Result<bool, DemoError> {
        let Evening { closing, verdict } = self.stage.close().await?;
        let mut view = self.view;
        view.close();
        view.say(&closing.table(self.lang, &verdict));
        if json {
            let line = serde_json::to_string(&closing).expect("the closing has only text keys");
            // A reader that has gone changes no verdict.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        Ok(verdict.holds())
    }
}
