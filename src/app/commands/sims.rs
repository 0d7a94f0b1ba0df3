//! The commands of feature `sims`: the demo, and simulated printers as programs.

use std::fs;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use cetak_firmware_sims::host::{Listen, Pace};

use super::failed;
use crate::domain::ids::At;
use crate::interfaces::cli::{self, Exit, Global, SimCommand, SimHands, SimListen, SimRun};
use crate::rehearsal::{demo, sim};
use crate::telemetry;

/// Plays the demo.
pub(super) async fn demo(global: &Global, arguments: cli::DemoArgs) -> Exit {
    telemetry::start("warn");
    if let Some(count) = arguments.seeds {
        return seeds(global, arguments, count).await;
    }
    let played = demo::run(demo::DemoArgs {
        cards: arguments.cards,
        seed: arguments.seed.unwrap_or_else(drawn_seed),
        out: arguments.out,
        json: global.json,
        lang: global.lang,
        program: None,
    })
    .await;
    ended(played)
}

async fn seeds(global: &Global, arguments: cli::DemoArgs, count: u32) -> Exit {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return failed(&error),
    };
    let played = demo::seeds::run(demo::seeds::SeedsArgs {
        first: arguments.seed.unwrap_or(demo::plan::SEED_DEFAULT),
        count,
        cards: arguments.cards,
        out: arguments.out,
        lang: global.lang,
        json: global.json,
        program,
    })
    .await;
    ended(played)
}

fn ended(played: Result<bool, demo::DemoError>) -> Exit {
    match played {
        Ok(true) => Exit::Done,
        Ok(false) => Exit::Failed,
        Err(error) => failed(&error),
    }
}

/// A seed that is told with the run, so that it can be played again. Small, so that it can be typed.
fn drawn_seed() -> u64 {
    let mut bytes = [0; 2];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from(u16::from_le_bytes(bytes)),
        Err(_) => demo::plan::SEED_DEFAULT,
    }
}

/// Runs a simulated printer, or moves a hand at one.
pub(super) async fn sim(global: &Global, command: SimCommand) -> Exit {
    match command {
        SimCommand::Run(arguments) => run(arguments).await,
        SimCommand::Hands(arguments) => hands(global, arguments).await,
    }
}

async fn run(arguments: SimRun) -> Exit {
    telemetry::start("warn");
    let faults = match arguments.faults.map(fs::read_to_string).transpose() {
        Ok(faults) => faults,
        Err(error) => return failed(&error),
    };
    // Switches are JSON or the name of a file of it; JSON objects begin with a brace, names do not.
    let switches = match arguments.switches {
        Some(text) if text.trim_start().starts_with('{') => Some(text),
        Some(path) => match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) => {
                eprintln!("cetak: {path}: {error}");
                return Exit::Failed;
            }
        },
        None => None,
    };
    let result = sim::run(sim::SimArgs {
        profile: arguments.profile,
        listen: match arguments.listen {
            SimListen::Pty => Listen::Pty,
            SimListen::Tcp(port) => Listen::Tcp(port),
        },
        tray: arguments.tray,
        pace: Pace {
            speed: arguments.speed,
            epoch: arguments.epoch.map(system_time),
        },
        blanks: arguments.blanks,
        faults,
        switches,
        serial: None,
        control: arguments.control,
    })
    .await;
    match result {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}

fn system_time(at: At) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or_default())
}

async fn hands(global: &Global, arguments: SimHands) -> Exit {
    let hand = match cli::hand_of(&arguments.hand) {
        Ok(hand) => hand,
        Err(error) => {
            failed(&error);
            return Exit::Usage;
        }
    };
    let look = match sim::hands(&arguments.control, &hand.to_string()).await {
        Ok(look) => serde_json::to_value(look).expect("a look has only text keys"),
        Err(error) => return failed(&error),
    };
    let text = if global.json {
        format!("{look}\n")
    } else {
        cli::look_picture(&look, global.lang)
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&error),
    }
}
