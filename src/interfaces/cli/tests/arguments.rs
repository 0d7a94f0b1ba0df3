//! Words of the command line.

use clap::CommandFactory;

use super::parsed;
use crate::domain::ids::At;
use crate::interfaces::cli::{Cli, Command, SimCommand, SimListen};
use crate::interfaces::words::Lang;

#[test]
fn the_arguments_hold_together() {
    Cli::command().debug_assert();
}

#[test]
fn wrong_arguments_end_with_two() {
    for line in [
        "",
        "dance",
        "submit",
        "job 123",
        "job tpi-1-1",
        "hold TPI-1-000001",
        "settle TPI-1-000001 maybe",
        "confirm TPI-1-000001",
        "check TPI-1-000001 fine",
        "approve seven",
        "jobs --state asleep",
        "jobs --limit 0",
        "jobs --limit 1001",
        "stock receive ktp_el 0 --paper x",
        "stock receive gold 5 --paper x",
        "stock issue ktp_el -5",
        "jobs --lang fr",
        "jobs --as ",
        "serve --clock fast",
        "serve --clock 0@0",
        "serve --clock inf@0",
        "sim run evolis-primacy",
        "sim run evolis-primacy --tray t --listen udp:1",
        "sim run evolis-primacy --tray t --speed nan",
        "sim hands c dance",
        "jobs --zone Asia/Tanjungpinang",
    ] {
        match parsed(line) {
            Err(error) => assert_eq!(error.exit_code(), 2, "{line}"),
            Ok(cli) => panic!("{line}: {cli:?}"),
        }
    }
}

#[test]
fn every_command_of_the_page_is_parsed() {
    let page = include_str!("../../../../docs/commands.md");
    let lines: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("$ cetak "))
        .collect();
    assert!(lines.len() > 20, "the page gives too few examples");
    for line in &lines {
        // Quotes of the shell stand around one word of the examples at most.
        let words = line.replace("\"", "");
        if let Err(error) = parsed(&words) {
            panic!("{line}: {error}");
        }
    }
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        assert!(
            lines
                .iter()
                .any(|line| line.split(' ').any(|word| word == name)),
            "{name} is not on the page"
        );
    }
}

#[test]
fn global_words_stand_anywhere_and_have_their_defaults() {
    let cli = parsed("jobs --json --data /x --lang en --as ani").unwrap();
    assert!(cli.global.json);
    assert_eq!(cli.global.lang, Lang::En);
    assert_eq!(cli.global.speaks_as.as_deref(), Some("ani"));
    let Command::Serve(serve) = command("serve --clock 60@2019-01-14T07:30:00+07:00") else {
        panic!("serve is serve");
    };
    let clock = serve.clock.unwrap();
    assert_eq!((clock.speed, clock.epoch), (60.0, At(1_547_425_800_000)));
    let line = "sim run evolis-dualys --tray t --listen tcp:0 --epoch 1547425800000";
    let Command::Sim(SimCommand::Run(run)) = command(line) else {
        panic!("sim run is sim run");
    };
    let told = (run.listen, run.epoch, run.speed);
    assert_eq!(told, (SimListen::Tcp(0), Some(At(1_547_425_800_000)), 1.0));
}

fn command(line: &str) -> Command {
    parsed(line).unwrap().command
}
