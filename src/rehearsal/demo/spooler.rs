//! The spooler as a child process: started, killed, started again, and stopped in order.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::orders::{OrderError, Orders};
use crate::clock::Scale;
use crate::interfaces::api::RoomView;
use crate::interfaces::client::{Client, ClientError};

/// How long a spooler may take to its first answer, on the wall.
const START_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take to stop in order, on the wall.
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// Between two tries to reach it.
const RETRY: Duration = Duration::from_millis(20);
/// Lines of its log that are shown when it fails.
const LOG_LINES: usize = 12;

/// The child could not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SpoolerError {
    /// It could not be started or awaited.
    #[error("cannot run {}", program.display())]
    Process {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It ended by itself.
    #[error("the spooler ended by itself ({status}); the end of its log:\n{log}")]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// It runs and does not answer.
    #[error("the spooler gives no answer; the end of its log:\n{log}")]
    Mute {
        /// The end of its log.
        log: String,
    },
    /// Its data folder is not there.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A spooler that runs as a child. It is killed when it is dropped.
#[derive(Debug)]
pub struct Spooler {
    child: Child,
    program: PathBuf,
    log: PathBuf,
    /// Its door.
    pub client: Client,
}

impl Spooler {
    /// Starts `program serve` and waits for its first answer.
    ///
    /// # Errors
    /// [`SpoolerError`], with the end of its log.
    pub async fn start(
        program: &Path,
        data: &Path,
        log: &Path,
        scale: Scale,
    ) -> Result<Spooler, SpoolerError> {
        let failed = |cause| SpoolerError::Process {
            program: program.to_owned(),
            cause,
        };
        let lines = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .map_err(failed)?;
        let child = Command::new(program)
            .arg("--data")
            .arg(data)
            .args(["serve", "--clock", &scale.to_string()])
            .stdin(Stdio::null())
            .stdout(lines.try_clone().map_err(failed)?)
            .stderr(lines)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut spooler = Spooler {
            child,
            program: program.to_owned(),
            log: log.to_owned(),
            client: Client::of(data)?,
        };
        let answer = timeout(START_WITHIN, spooler.first_answer()).await;
        answer.unwrap_or_else(|_| {
            Err(SpoolerError::Mute {
                log: spooler.tail(),
            })
        })?;
        Ok(spooler)
    }

    async fn first_answer(&mut self) -> Result<(), SpoolerError> {
        loop {
            self.still_runs()?;
            if self.client.get::<RoomView>("/status").await.is_ok() {
                return Ok(());
            }
            sleep(RETRY).await;
        }
    }

    /// Whether it has ended by itself.
    ///
    /// # Errors
    /// [`SpoolerError::Ended`].
    pub fn still_runs(&mut self) -> Result<(), SpoolerError> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(SpoolerError::Ended {
                status,
                log: self.tail(),
            }),
            Err(cause) => Err(self.failed(cause)),
        }
    }

    /// SIGKILL, and waits for the body. What it had not committed is gone.
    ///
    /// # Errors
    /// [`SpoolerError`].
    pub async fn kill(&mut self) -> Result<(), SpoolerError> {
        self.still_runs()?;
        let killed = self.child.kill().await;
        killed.map_err(|cause| self.failed(cause))
    }

    /// SIGTERM, and waits for its end.
    ///
    /// # Errors
    /// [`SpoolerError`]: it does not end, or not well.
    pub async fn stop(mut self) -> Result<(), SpoolerError> {
        self.still_runs()?;
        let process = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(process) = process.and_then(Pid::from_raw) {
            let told = kill_process(process, Signal::TERM);
            told.map_err(|errno| self.failed(errno.into()))?;
        }
        match timeout(STOP_WITHIN, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(SpoolerError::Ended {
                status,
                log: self.tail(),
            }),
            Ok(Err(cause)) => Err(self.failed(cause)),
            Err(_) => Err(SpoolerError::Mute { log: self.tail() }),
        }
    }

    fn failed(&self, cause: io::Error) -> SpoolerError {
        SpoolerError::Process {
            program: self.program.clone(),
            cause,
        }
    }

    fn tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }
}

/// The spooler's door, in the name of one person or another.
#[derive(Debug, Clone)]
pub struct Door {
    /// The client of the spooler that runs.
    pub client: Client,
}

impl Orders for Door {
    async fn get(&mut self, path: &str) -> Result<Value, OrderError> {
        let answer = self.client.get(path).await;
        answer.map_err(|error| order_error(path, error))
    }

    async fn post(&mut self, person: &str, path: &str, body: Value) -> Result<Value, OrderError> {
        let client = self.client.clone().speaking_as(Some(person.to_owned()));
        let answer = client.post(path, &body).await;
        answer.map_err(|error| order_error(path, error))
    }
}

fn order_error(what: &str, error: ClientError) -> OrderError {
    let what = what.to_owned();
    match error {
        ClientError::Unreachable { .. } => OrderError::Unreachable,
        ClientError::Refused { refusal, .. } => OrderError::Refused { what, refusal },
        ClientError::Broken { what: why, cause } => OrderError::Broken {
            what,
            why: format!("{why}: {cause}"),
        },
    }
}
