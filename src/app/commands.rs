//! Each command of the command line to whoever runs it.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::doctor::{self, Level};
use super::{ServeOptions, bench, serve};
use crate::interfaces::cli::{
    self, Cli, Command, Exit, Global, PrinterAction, RoomCommand, ServeArgs,
};
use crate::interfaces::words::{self, Lang, Params};
use crate::telemetry;

/// Runs what was asked for.
pub fn run(cli: Cli) -> ExitCode {
    let Cli { global, command } = cli;
    match command {
        Command::Serve(arguments) => serve_room(&global, &arguments).into(),
        Command::Doctor => with_tokio(examine(&global)).into(),
        Command::Room(RoomCommand::Printer {
            id,
            action: Some(PrinterAction::Bench { clock }),
        }) => with_tokio(bench::run(&global, &id, clock)).into(),
        Command::Room(command) => with_tokio(ask(&global, command)).into(),
        #[cfg(feature = "sims")]
        Command::Demo(arguments) => with_tokio(sims::demo(&global, arguments)).into(),
        #[cfg(feature = "sims")]
        Command::Sim(command) => with_tokio(sims::sim(&global, command)).into(),
    }
}

fn with_tokio(command: impl Future<Output = Exit>) -> Exit {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => failed(&error),
    }
}

/// An error and its causes in one line to stderr.
fn failed(error: &dyn std::error::Error) -> Exit {
    eprintln!("cetak: {}", doctor::chain(error));
    Exit::Failed
}

fn serve_room(global: &Global, arguments: &ServeArgs) -> Exit {
    telemetry::start("info");
    let options = ServeOptions {
        data: global.data.clone(),
        clock: arguments.clock,
        json: global.json,
    };
    match serve(&options) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}

async fn ask(global: &Global, command: RoomCommand) -> Exit {
    cli::run(global, command, &mut io::stdout(), &mut io::stderr()).await
}

async fn examine(global: &Global) -> Exit {
    let findings = doctor::examine(&global.data).await;
    let worst = findings.iter().map(|finding| finding.level).max();
    match tell(&findings, global.json, global.lang, &global.data) {
        Ok(()) if worst < Some(Level::Bad) => Exit::Done,
        Ok(()) => Exit::Failed,
        Err(error) => failed(&error),
    }
}

fn tell(findings: &[doctor::Finding], json: bool, lang: Lang, data: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        let object = serde_json::json!({ "data": data, "findings": findings });
        return writeln!(out, "{object}");
    }
    for finding in findings {
        let sign = match finding.level {
            Level::Well => "  ok ",
            Level::Warning => "  !  ",
            Level::Bad => "  X  ",
        };
        let params: Params = finding.params.clone();
        let text = words::code(finding.code, &params, lang);
        writeln!(out, "{sign} {text}")?;
        if finding.level > Level::Well
            && let Some(help) = words::code_help(finding.code, &params, lang)
        {
            writeln!(out, "      {help}")?;
        }
    }
    out.flush()
}

#[cfg(feature = "sims")]
mod sims;
