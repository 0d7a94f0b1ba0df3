//! A simulated printer as a program, and the hands that reach into it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::{Hand, Look};
use cetak_firmware_sims::host::{self, HostError, Listen, Options, Pace};
use cetak_firmware_sims::model::{self, ModelError};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};

/// Longest answer of a printer's hands: a front's resin dots as hex, with room to spare.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// What to run, as the command line has it.
#[derive(Debug, Clone)]
pub struct SimArgs {
    /// The model's name.
    pub profile: String,
    /// Where the host is joined.
    pub listen: Listen,
    /// The folder of pictures, the port's link and the sockets.
    pub tray: PathBuf,
    /// Time.
    pub pace: Pace,
    /// `FIRST_UID:N` or `N`.
    pub blanks: Option<String>,
    /// A fault plan, JSON.
    pub faults: Option<String>,
    /// Switches, JSON.
    pub switches: Option<String>,
    /// The unit's serial number, if not the model's own.
    pub serial: Option<String>,
    /// The socket for hands, if not in the tray's folder.
    pub control: Option<PathBuf>,
}

/// A simulated printer, or a hand, failed.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// No such model, or switches that are not its own.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A fault plan that is no JSON of its kind.
    #[error("the faults are not understood; docs/sims.md shows their form")]
    Faults(#[source] serde_json::Error),
    /// The printer could not be run.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Where it can be reached could not be told, or its end not be awaited.
    #[error("the simulated printer cannot speak to its caller")]
    Caller(#[source] io::Error),
    /// Nobody listens at that socket.
    #[error("no simulated printer at {}", control.display())]
    Nobody {
        /// The socket.
        control: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It answered something that is no answer.
    #[error("the simulated printer's answer is not understood: {answer:?}")]
    Answer {
        /// Its beginning.
        answer: String,
    },
    /// The hand could not do it; nothing was done.
    #[error("{why}")]
    Refused {
        /// Why.
        why: String,
    },
}

/// Runs one simulated printer until the process is told to stop. Prints one JSON line when it is ready.
///
/// # Errors
/// [`SimError`]: arguments, port, tray.
pub async fn run(arguments: SimArgs) -> Result<(), SimError> {
    let options = options(arguments)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(SimError::Caller)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(SimError::Caller)?;
    let mut told = Ok(());
    let ready = |ready: &host::Ready| {
        let line = serde_json::to_string(ready).expect("three texts are always JSON");
        let mut out = io::stdout().lock();
        told = writeln!(out, "{line}").and_then(|()| out.flush());
    };
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    host::run(options, ready, stop).await?;
    told.map_err(SimError::Caller)
}

fn options(arguments: SimArgs) -> Result<Options, SimError> {
    let faults = match &arguments.faults {
        Some(text) => serde_json::from_str(text).map_err(SimError::Faults)?,
        None => FaultPlan::default(),
    };
    let printer = model::build(
        &arguments.profile,
        arguments.serial.as_deref(),
        arguments.switches.as_deref(),
        faults,
    )?;
    let blanks = match &arguments.blanks {
        Some(text) => host::blanks(text, printer.mechanism().fittings().hopper_capacity)?,
        None => Vec::new(),
    };
    Ok(Options {
        listen: arguments.listen,
        pace: arguments.pace,
        blanks,
        control: arguments.control,
        ..Options::new(printer, arguments.tray)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum HandAnswer {
    Look(Box<Look>),
    Refused(String),
    Error(String),
}

/// Moves a hand at a running printer, given as JSON, and tells what is seen afterwards.
///
/// # Errors
/// [`SimError`]: nobody listens, the hand is refused or means nothing.
pub async fn hands(control: &Path, hand: &str) -> Result<Look, SimError> {
    let nobody = |cause| SimError::Nobody {
        control: control.to_owned(),
        cause,
    };
    let mut stream = UnixStream::connect(control).await.map_err(nobody)?;
    let line = format!("{}\n", hand.replace('\n', " "));
    stream.write_all(line.as_bytes()).await.map_err(nobody)?;
    let mut answer = String::new();
    BufReader::new(stream)
        .take(ANSWER_BYTES_MAX)
        .read_line(&mut answer)
        .await
        .map_err(nobody)?;
    match serde_json::from_str(&answer) {
        Ok(HandAnswer::Look(look)) => Ok(*look),
        Ok(HandAnswer::Refused(why) | HandAnswer::Error(why)) => Err(SimError::Refused { why }),
        Err(_) => Err(SimError::Answer {
            answer: answer.chars().take(80).collect(),
        }),
    }
}

/// [`hands`] for a hand that is a value already.
///
/// # Errors
/// As [`hands`].
pub async fn hand(control: &Path, hand: &Hand) -> Result<Look, SimError> {
    let line = serde_json::to_string(hand).expect("a hand has only text keys");
    hands(control, &line).await
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::engine::fleet::is_simulated_unit;
    use tokio::sync::oneshot;

    fn arguments(tray: &Path) -> SimArgs {
        SimArgs {
            profile: "evolis-primacy".to_owned(),
            listen: Listen::Pty,
            tray: tray.to_owned(),
            pace: Pace::default(),
            blanks: Some("TEST-00000000000001:3".to_owned()),
            faults: None,
            switches: None,
            serial: Some("T00000000009".to_owned()),
            control: None,
        }
    }

    #[tokio::test]
    async fn hands_reach_a_running_printer_and_see_what_they_did() {
        let folder = tempfile::tempdir().unwrap();
        let (told, ready) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let options = options(arguments(folder.path())).unwrap();
        let printer = tokio::spawn(host::run(
            options,
            move |ready| told.send(ready.control.clone()).unwrap(),
            async move { stopped.await.unwrap() },
        ));
        let control = PathBuf::from(ready.await.unwrap());
        let look = hands(&control, r#""look""#).await.unwrap();
        assert_eq!((look.hopper, look.inside), (3, None));
        let look = hand(&control, &Hand::OpenLid).await.unwrap();
        assert_eq!(look.inside, Some(vec![]));
        let refused = hands(&control, r#""take_inside""#).await.unwrap_err();
        assert_eq!(refused.to_string(), "no card is inside");
        let unknown = hands(&control, r#""wave""#).await.unwrap_err();
        assert!(unknown.to_string().contains("wave"), "{unknown}");
        stop.send(()).unwrap();
        printer.await.unwrap().unwrap();
        let gone = hands(&control, r#""look""#).await.unwrap_err();
        assert!(matches!(gone, SimError::Nobody { .. }));
    }

    #[test]
    fn wrong_arguments_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |change: fn(&mut SimArgs)| {
            let mut arguments = arguments(folder.path());
            change(&mut arguments);
            options(arguments).map(drop).unwrap_err().to_string()
        };
        assert!(refused(|a| a.profile = "laser".to_owned()).contains("evolis-dualys"));
        assert!(refused(|a| a.faults = Some("{".to_owned())).contains("faults"));
        assert!(refused(|a| a.switches = Some("{\"x\":1}".to_owned())).contains("switches"));
        assert!(refused(|a| a.blanks = Some("x:1".to_owned())).contains("FIRST_UID:N"));
    }

    #[test]
    fn every_profile_tells_itself_by_its_serial_number() {
        for name in cetak_firmware_sims::evolis::PROFILES {
            let profile = cetak_firmware_sims::evolis::Profile::named(name).unwrap();
            assert!(is_simulated_unit(&profile.serial), "{name}");
        }
        assert!(!is_simulated_unit("A12345678901"), "a unit of a maker");
    }
}
