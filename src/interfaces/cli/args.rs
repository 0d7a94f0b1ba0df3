//! The words of the command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use jiff::tz::TimeZone;

use crate::clock::Scale;
use crate::domain::ids::{At, JobId, PrinterId, Stock};
use crate::domain::job::CheckResult;
use crate::engine::spooler::Settlement;
use crate::interfaces::api::PAGE_MAX;
use crate::interfaces::words::{self, Lang};

/// Where the room's data are, unless somebody says otherwise.
pub(super) const DATA_FOLDER: &str = "./cetak-data";
/// The variable that names the data folder.
pub(super) const DATA_VARIABLE: &str = "CETAK_DATA";
/// Jobs of one page, unless somebody says otherwise.
const PAGE: u64 = 50;
/// Longest name of `--as`.
const NAME_CHARACTERS_MAX: usize = 64;

/// Print room of a civil registry: prints ID cards on a fleet of card printers and proves what happened to each.
#[derive(Debug, Parser)]
#[command(name = "cetak", version, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 refused or failed (also one row of many), 2 usage, \
    3 the spooler cannot be reached."
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The room's data folder
    #[arg(long, global = true, env = DATA_VARIABLE, default_value = DATA_FOLDER, value_name = "DIR")]
    pub data: PathBuf,
    /// Print JSON; keys are only ever added
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of the answers: id or en
    #[arg(
        long,
        global = true,
        env = "CETAK_LANG",
        default_value = "id",
        value_name = "LANG"
    )]
    pub lang: Lang,
    /// Speak for another person; in training only
    #[arg(long = "as", global = true, value_name = "NAME", value_parser = person)]
    pub speaks_as: Option<String>,
    /// Time zone of the times shown; else the office's
    #[arg(long, global = true, env = "CETAK_ZONE", value_name = "ZONE", value_parser = zone)]
    pub zone: Option<TimeZone>,
}

/// A command: who runs it differs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the whole room through: simulated printers, faults, a kill, and the books at the end
    #[cfg(feature = "sims")]
    Demo(DemoArgs),
    /// Run the print room
    Serve(ServeArgs),
    /// Check config, store and permissions, and say what to do
    Doctor,
    /// Simulated printers as programs
    #[cfg(feature = "sims")]
    #[command(subcommand)]
    Sim(SimCommand),
    /// A command of the spooler's clients.
    #[command(flatten)]
    Room(RoomCommand),
}

/// Commands that ask the running spooler.
#[derive(Debug, Subcommand)]
pub enum RoomCommand {
    /// Have the spooler read its config again
    Reload,
    /// Hand in files of records, CSV or JSON Lines, photos beside them
    Submit {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// The queue: a page of jobs, and how many are in each state
    Jobs(JobsArgs),
    /// One job: how it stands, why it does not move, what to do
    Job {
        /// Like TPI-1-000123
        id: JobId,
    },
    /// Hold a waiting job
    Hold {
        /// Like TPI-1-000123
        id: JobId,
        /// Why; no personal data
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Let a held job wait for a printer
    Release {
        /// Like TPI-1-000123
        id: JobId,
    },
    /// Cancel a job that has not begun
    Cancel {
        /// Like TPI-1-000123
        id: JobId,
    },
    /// Propose what became of a doubtful card; a second person approves
    Settle {
        /// Like TPI-1-000123
        id: JobId,
        /// What you saw
        outcome: OutcomeWord,
    },
    /// Say that a spoiled card is cut
    Confirm {
        /// Like TPI-1-000123
        id: JobId,
        /// The card is cut
        #[arg(long, required = true)]
        cut: bool,
    },
    /// Say what the quality check of a printed card gave
    Check {
        /// Like TPI-1-000123
        id: JobId,
        /// What you saw
        result: CheckWord,
    },
    /// Say that a job's chip was written by hand on this blank
    Encoded {
        /// Like TPI-1-000123
        id: JobId,
        /// The blank's number
        uid: String,
    },
    /// Say that one blank lies in a printer and that its path was seen empty
    Scan {
        /// The number of a blank that was encoded by hand; nothing: an unread blank
        uid: Option<String>,
        /// The printer's name
        #[arg(long, value_name = "PRINTER", value_parser = printer)]
        printer: PrinterId,
        /// Which blanks, where the printer serves several
        #[arg(long)]
        stock: Option<Stock>,
        /// The blank that was not fed is not in the hopper: it lay inside and is taken out, or is not found
        #[arg(long, conflicts_with_all = ["uid", "stock"])]
        gone: bool,
    },
    /// Approve, as the second person, what another one proposed
    Approve {
        /// The proposal's number
        number: u64,
    },
    /// The printers: state, card inside, hopper, ribbon, counts
    Printers,
    /// One printer, with what to do about it
    Printer {
        /// Its name
        #[arg(value_name = "PRINTER", value_parser = printer)]
        id: PrinterId,
        /// What to do with it; nothing: show how it stands.
        #[command(subcommand)]
        action: Option<PrinterAction>,
    },
    /// Give a printer no more cards
    Pause {
        /// Its name
        #[arg(value_name = "PRINTER", value_parser = printer)]
        id: PrinterId,
        /// Why; no personal data
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Give a printer cards again; also accepts what was doubtful about it
    Resume {
        /// Its name
        #[arg(value_name = "PRINTER", value_parser = printer)]
        id: PrinterId,
    },
    /// The blanks: books of each stock, receiving, issuing, loading
    Stock(StockArgs),
    /// What waits for a person, the most urgent first
    Questions {
        /// All of them, not only the first
        #[arg(long)]
        all: bool,
    },
}

/// `jobs`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct JobsArgs {
    /// Only jobs in this state (held, queued, in_doubt, spoiled, ...)
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub state: Option<String>,
    /// Jobs of a page
    #[arg(long, default_value_t = PAGE, value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..=PAGE_MAX as u64))]
    pub limit: u64,
    /// Jobs behind this number; the page before tells it
    #[arg(long, value_name = "N")]
    pub after: Option<u64>,
}

/// `stock`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct StockArgs {
    /// What to book; nothing: show the books.
    #[command(subcommand)]
    pub action: Option<StockAction>,
    /// List the blanks whose number was read, too
    #[arg(long)]
    pub numbered: bool,
}

/// What can be done with one printer.
#[derive(Debug, Clone, Copy, PartialEq, Subcommand)]
pub enum PrinterAction {
    /// Who it is: maker, model, serial number, firmware, ribbon, and how each is known
    Identify,
    /// Walk through the bench with this printer, paused and with 12 test blanks: what it shows counts from then on
    Bench {
        /// A training room's scaled time, as for `serve`
        #[arg(long, value_name = "SCALE@EPOCH", hide = true)]
        clock: Option<Scale>,
    },
    /// Print a test card on the next blank: patches, ramps, text, marks; it goes before all that waits
    TestCard,
    /// One blank at a time, each laid in by a hand and confirmed with `scan`: no second card can come out
    SingleCard {
        /// A stack in the hopper again
        #[arg(long)]
        off: bool,
    },
}

/// What can be booked.
#[derive(Debug, Subcommand)]
pub enum StockAction {
    /// Blanks arrived
    Receive {
        /// ktp_el, ktp_el_foreigner, kia_0_5 or kia_5_17
        stock: Stock,
        /// Pieces
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        pieces: u32,
        /// Number of the minutes
        #[arg(long, value_name = "NO", value_parser = reason)]
        paper: String,
    },
    /// Blanks go from the store to the print room
    Issue {
        /// ktp_el, ktp_el_foreigner, kia_0_5 or kia_5_17
        stock: Stock,
        /// Pieces
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        pieces: u32,
    },
    /// All blanks were taken out of a printer's hopper and counted
    Unload {
        /// The printer's name
        #[arg(value_name = "PRINTER", value_parser = printer)]
        id: PrinterId,
        /// Pieces
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        pieces: u32,
    },
    /// Blanks were put into a printer's hopper
    Load {
        /// The printer's name
        #[arg(value_name = "PRINTER", value_parser = printer)]
        id: PrinterId,
        /// ktp_el, ktp_el_foreigner, kia_0_5 or kia_5_17
        stock: Stock,
        /// Pieces
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        pieces: u32,
    },
}

/// What two people can say about a doubtful card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutcomeWord {
    /// A good card exists
    Printed,
    /// The card is spoiled and cut
    Spoiled,
    /// The blank is still in the hopper
    NotFed,
}

impl From<OutcomeWord> for Settlement {
    fn from(word: OutcomeWord) -> Settlement {
        match word {
            OutcomeWord::Printed => Settlement::Printed,
            OutcomeWord::Spoiled => Settlement::Spoiled,
            OutcomeWord::NotFed => Settlement::NotFed,
        }
    }
}

/// What a quality check can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckWord {
    /// Good
    Good,
    /// Bad, and cut at once
    Bad,
    /// No such card in the tray
    NotFound,
}

impl From<CheckWord> for CheckResult {
    fn from(word: CheckWord) -> CheckResult {
        match word {
            CheckWord::Good => CheckResult::Good,
            CheckWord::Bad => CheckResult::Bad,
            CheckWord::NotFound => CheckResult::NotFound,
        }
    }
}

/// `serve`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ServeArgs {
    /// Scaled time for rehearsals: so many seconds a second since that moment (60@2019-01-14T07:30:00+07:00)
    #[arg(long, value_name = "SCALE@EPOCH")]
    pub clock: Option<Scale>,
}

/// `demo`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct DemoArgs {
    /// Cards to print
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub cards: u32,
    /// The seed of people, faults and their moments; drawn and told if not given
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Play that many demos, several at a time, with the seeds from S (or 1) on; one line each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub seeds: Option<u32>,
    /// The folder for store, trays and pictures
    #[arg(long, default_value = "./cetak-demo", value_name = "DIR")]
    pub out: PathBuf,
}

/// `sim`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum SimCommand {
    /// Run one simulated printer until it is told to stop
    Run(SimRun),
    /// Let a hand do something at a simulated printer, and see
    Hands(SimHands),
}

/// `sim run`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct SimRun {
    /// A model, as docs/sims.md lists them: evolis-primacy, zebra-p330i, magicard-enduro, matica-xid8600, ...
    pub profile: String,
    /// Where its host is joined: pty, or tcp:PORT
    #[arg(long, default_value = "pty", value_name = "WHERE")]
    pub listen: SimListen,
    /// The folder for its pictures and sockets
    #[arg(long, value_name = "DIR")]
    pub tray: PathBuf,
    /// Seconds of its time in a second
    #[arg(long, default_value = "1", value_name = "X", value_parser = scale)]
    pub speed: f64,
    /// Blanks to begin with: numbers counting up from the first, or a count of blanks without a chip
    #[arg(long, value_name = "FIRST_UID:N")]
    pub blanks: Option<String>,
    /// What goes wrong, as a JSON file
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Switches as JSON, or as a file of it
    #[arg(long, value_name = "JSON|FILE")]
    pub switches: Option<String>,
    /// The socket for hands
    #[arg(long, value_name = "PATH")]
    pub control: Option<PathBuf>,
    /// When its time was 0: RFC 3339, or milliseconds since 1970
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub epoch: Option<At>,
}

/// Where a simulated printer's host is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimListen {
    /// A pseudo-terminal.
    Pty,
    /// A TCP port of the loopback address; 0: any free one.
    Tcp(u16),
}

/// `sim hands`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct SimHands {
    /// The printer's socket for hands
    pub control: PathBuf,
    /// What to do: look, open-lid, jam-at exit, load FIRST_UID:N, ribbon ymcko 300, cut 7, ..., or JSON
    #[arg(required = true, value_name = "HAND")]
    pub hand: Vec<String>,
}

/// The arguments of this process. On wrong ones it says what is wrong and ends with 2.
pub fn parse() -> Cli {
    let cli = Cli::parse();
    match checked(&cli) {
        Ok(()) => cli,
        Err(error) => error.exit(),
    }
}

/// What one argument alone does not show.
#[cfg(feature = "sims")]
pub(super) fn checked(cli: &Cli) -> Result<(), clap::Error> {
    use clap::CommandFactory;
    use clap::error::ErrorKind::ValueValidation;

    if let Command::Sim(SimCommand::Hands(hands)) = &cli.command
        && let Err(bad) = super::sim::hand_of(&hands.hand)
    {
        return Err(Cli::command().error(ValueValidation, bad));
    }
    Ok(())
}

/// Without simulators each argument stands alone.
#[cfg(not(feature = "sims"))]
pub(super) fn checked(_: &Cli) -> Result<(), clap::Error> {
    Ok(())
}

impl FromStr for SimListen {
    type Err = String;
    fn from_str(text: &str) -> Result<SimListen, String> {
        match text.split_once(':') {
            None if text == "pty" => Ok(SimListen::Pty),
            Some(("tcp", port)) => port
                .parse()
                .map(SimListen::Tcp)
                .map_err(|_| format!("{port:?} is no port")),
            None | Some(_) => Err("pty or tcp:PORT expected".to_owned()),
        }
    }
}

/// RFC 3339, or milliseconds since 1970.
fn moment(text: &str) -> Result<At, String> {
    if let Ok(milliseconds) = text.parse() {
        return Ok(At(milliseconds));
    }
    text.parse::<jiff::Timestamp>()
        .map(|at| At(at.as_millisecond()))
        .map_err(|_| {
            "a moment like 2019-01-14T07:30:00+07:00, or milliseconds since 1970, expected".into()
        })
}

fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "a time zone like Asia/Jakarta expected".to_owned())
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(scale),
        Ok(_) | Err(_) => Err("a number above 0 expected".to_owned()),
    }
}

fn state(text: &str) -> Result<String, String> {
    let name = text.replace('-', "_");
    if words::state_names().any(|known| known == name) {
        return Ok(name);
    }
    let all: Vec<&str> = words::state_names().collect();
    Err(format!("use one of {}", all.join(", ")))
}

fn printer(text: &str) -> Result<PrinterId, String> {
    let is_name = !text.is_empty() && !text.chars().any(char::is_control);
    is_name
        .then(|| PrinterId(text.to_owned()))
        .ok_or_else(|| "a printer's name expected".to_owned())
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("some words on one line expected".to_owned());
    }
    Ok(text.to_owned())
}

fn person(text: &str) -> Result<String, String> {
    let fits = (1..=NAME_CHARACTERS_MAX).contains(&text.chars().count());
    if !fits || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err("a name of letters and digits without spaces expected".to_owned());
    }
    Ok(text.to_owned())
}
