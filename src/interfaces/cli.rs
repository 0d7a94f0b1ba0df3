//! The command line: arguments in, orders to the running spooler, tables and JSON out.
//!
//! `serve`, `demo`, `doctor` and `sim` are parsed here and run by the program; everything else asks the spooler
//! over its local socket and is run here by [`run`]. Errors go to stderr with a next step.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use super::api::ScanBody;
use super::client::{Client, ClientError};
use super::words::{self, Params};

mod actions;
mod args;
mod jobs;
mod line;
mod printers;
mod questions;
mod sim;
mod stock;
mod style;
mod submit;
mod table;

pub use args::{
    CheckWord, Cli, Command, DemoArgs, Global, JobsArgs, OutcomeWord, PrinterAction, RoomCommand,
    ServeArgs, SimCommand, SimHands, SimListen, SimRun, StockAction, StockArgs, parse,
};
pub use sim::{BadHand, hand_of, look_picture};

use line::Line;
use style::{Style, clean};

/// How a command ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: refused or failed, also when one row of many was.
    Failed,
    /// 2: wrong arguments.
    Usage,
    /// 3: the spooler cannot be reached.
    Unreachable,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command ended early.
#[derive(Debug)]
enum Trouble {
    /// The spooler refused, or cannot be reached; with what is known for the words.
    Asked(ClientError, Params),
    /// The answer came and is not of the shape that the words need.
    Misread(String),
    /// What was to be shown could not be written.
    Shown(io::Error),
}

impl From<ClientError> for Trouble {
    fn from(error: ClientError) -> Trouble {
        Trouble::Asked(error, Params::new())
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Shown(error)
    }
}

/// Status of a spooler that is stopping: it cannot be reached either.
const STATUS_STOPPING: u16 = 503;

/// Runs a command of the spooler's clients.
pub async fn run(
    global: &Global,
    command: RoomCommand,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let style = Style::of(
        global,
        io::stdout().is_terminal(),
        io::stderr().is_terminal(),
    );
    match Client::of(&global.data) {
        Ok(client) => {
            let client = client.speaking_as(global.speaks_as.clone());
            run_on(&client, command, &style, out, err).await
        }
        Err(error) => told(ended(Err(error.into()), &style, err)),
    }
}

/// The same on any line to a spooler.
async fn run_on<L: Line>(
    line: &L,
    command: RoomCommand,
    style: &Style,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let result = match command {
        RoomCommand::Submit { files } => submit::run(line, files, style, out, err).await,
        RoomCommand::Jobs(args) => jobs::list(line, &args, style, out).await,
        RoomCommand::Job { id } => jobs::one(line, id, style, out).await,
        RoomCommand::Printers => printers::list(line, style, out).await,
        RoomCommand::Printer { id, action: None } => printers::one(line, &id, style, out).await,
        RoomCommand::Printer {
            id,
            action: Some(PrinterAction::Identify),
        } => printers::identify(line, &id, style, out).await,
        RoomCommand::Printer {
            id,
            action: Some(PrinterAction::TestCard),
        } => actions::test_card(&id).send(line, style, out).await,
        RoomCommand::Printer {
            id,
            action: Some(PrinterAction::SingleCard { off }),
        } => actions::single_card(&id, !off).send(line, style, out).await,
        // The program runs it: it speaks to the printer itself.
        RoomCommand::Printer {
            action: Some(PrinterAction::Bench { .. }),
            ..
        } => Ok(Exit::Usage),
        RoomCommand::Stock(StockArgs {
            action: None,
            numbered,
        }) => stock::show(line, numbered, style, out).await,
        RoomCommand::Questions { all } => questions::show(line, all, style, out).await,
        RoomCommand::Reload => actions::reload().send(line, style, out).await,
        RoomCommand::Hold { id, reason } => actions::hold(id, reason).send(line, style, out).await,
        RoomCommand::Release { id } => actions::release(id).send(line, style, out).await,
        RoomCommand::Cancel { id } => actions::cancel(id).send(line, style, out).await,
        RoomCommand::Settle { id, outcome } => {
            actions::settle(id, outcome).send(line, style, out).await
        }
        RoomCommand::Confirm { id, .. } => actions::confirm_cut(id).send(line, style, out).await,
        RoomCommand::Check { id, result } => {
            actions::check(id, result).send(line, style, out).await
        }
        RoomCommand::Encoded { id, uid } => actions::encoded(id, uid).send(line, style, out).await,
        RoomCommand::Scan {
            uid,
            printer,
            stock,
            gone,
        } => {
            let body = ScanBody { uid, stock, gone };
            actions::scan(&printer, body).send(line, style, out).await
        }
        RoomCommand::Approve { number } => actions::approve(number).send(line, style, out).await,
        RoomCommand::Pause { id, reason } => {
            actions::pause(&id, reason).send(line, style, out).await
        }
        RoomCommand::Resume { id } => actions::resume(&id).send(line, style, out).await,
        RoomCommand::Stock(StockArgs {
            action: Some(action),
            ..
        }) => actions::book(action, style).send(line, style, out).await,
    };
    told(ended(result, style, err))
}

/// An error that could not even be told is a failure.
fn told(exit: io::Result<Exit>) -> Exit {
    exit.unwrap_or(Exit::Failed)
}

/// From error to exit code, in one place; the words go to stderr.
fn ended(result: Result<Exit, Trouble>, style: &Style, err: &mut dyn Write) -> io::Result<Exit> {
    match result {
        Ok(exit) => Ok(exit),
        // The reader of a pipe has seen enough.
        Err(Trouble::Shown(cause)) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(Trouble::Shown(cause)) => {
            let failed = style
                .lang
                .pick("keluaran tidak bisa ditulis", "cannot write the output");
            writeln!(err, "cetak: {failed} ({cause})")?;
            Ok(Exit::Failed)
        }
        Err(Trouble::Misread(what)) => {
            let (says, next) = misread(&what, style);
            tell("BROKEN", &says, Some(&next), style, err)?;
            Ok(Exit::Failed)
        }
        Err(Trouble::Asked(error, with)) => {
            let (says, next) = in_words(&error, &with, style);
            tell(code_of(&error), &says, next.as_deref(), style, err)?;
            Ok(exit_of(&error))
        }
    }
}

/// An error and its next step, as words or as JSON.
fn tell(
    code: &str,
    says: &str,
    next: Option<&str>,
    style: &Style,
    err: &mut dyn Write,
) -> io::Result<()> {
    if style.json {
        let object = serde_json::json!({ "error": code, "text": says, "next": next });
        return writeln!(err, "{object}");
    }
    writeln!(err, "cetak: {}", clean(says))?;
    match next {
        Some(next) => writeln!(err, "  {}", clean(next)),
        None => Ok(()),
    }
}

fn exit_of(error: &ClientError) -> Exit {
    match error {
        ClientError::Unreachable { .. } => Exit::Unreachable,
        ClientError::Refused { status, .. } if *status == STATUS_STOPPING => Exit::Unreachable,
        ClientError::Broken { .. } if went_away(error) => Exit::Unreachable,
        ClientError::Refused { .. } | ClientError::Broken { .. } => Exit::Failed,
    }
}

/// The talk broke off: an answer that came and cannot be read is something else.
fn went_away(error: &ClientError) -> bool {
    match error {
        ClientError::Broken { cause, .. } => !cause.is::<serde_json::Error>(),
        ClientError::Unreachable { .. } | ClientError::Refused { .. } => false,
    }
}

fn code_of(error: &ClientError) -> &str {
    match error {
        ClientError::Unreachable { .. } => "UNREACHABLE",
        ClientError::Broken { .. } if went_away(error) => "WENT_AWAY",
        ClientError::Refused { refusal, .. } => &refusal.code.0,
        ClientError::Broken { .. } => "BROKEN",
    }
}

/// What happened, and what to do next.
fn in_words(error: &ClientError, with: &Params, style: &Style) -> (String, Option<String>) {
    let lang = style.lang;
    match error {
        ClientError::Unreachable { socket, .. } => {
            let says = lang.pick(
                "spooler tidak bisa dihubungi",
                "the spooler cannot be reached",
            );
            let next = match lang {
                words::Lang::Id => format!("Jalankan: {} serve", style.prefix),
                words::Lang::En => format!("Start it: {} serve", style.prefix),
            };
            (format!("{says} ({})", socket.display()), Some(next))
        }
        ClientError::Refused { refusal, .. } => {
            let mut with = with.clone();
            with.extend(refusal.params.clone());
            let code = &refusal.code.0;
            let mut says = words::code(code, &with, lang);
            if !words::knows(code) && !refusal.params.is_empty() {
                let params: Vec<String> = refusal
                    .params
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect();
                says = format!("{says} ({})", params.join(", "));
            }
            (says, words::code_help(code, &with, lang))
        }
        ClientError::Broken { what, .. } if went_away(error) => {
            let says = lang.pick(
                "hubungan dengan spooler terputus",
                "the talk with the spooler broke off",
            );
            let next = lang.pick(
                "Belum tentu dijalankan: lihat keadaannya sebelum mengulang.",
                "It may have been done: see how things stand before you repeat.",
            );
            (format!("{says} ({what})"), Some(next.to_owned()))
        }
        ClientError::Broken { what, .. } => {
            let (says, next) = misread(what, style);
            (says, Some(next))
        }
    }
}

/// An answer that cannot be understood: it is not known whether the order was carried out.
fn misread(what: &str, style: &Style) -> (String, String) {
    let says = style.lang.pick(
        "jawaban spooler tidak dimengerti",
        "the spooler's answer cannot be understood",
    );
    let next = style.lang.pick(
        "Lihat keadaannya sebelum mengulang; spooler dan perintah harus dari versi yang sama.",
        "See how things stand before you repeat; spooler and command must be of one version.",
    );
    (format!("{says} ({what})"), next.to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
