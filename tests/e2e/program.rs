//! The real program as a child: started, asked, killed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use cetak::interfaces::api::RoomView;
use cetak::interfaces::client::Client;
use tokio::runtime::Runtime;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const PROGRAM: &str = env!("CARGO_BIN_EXE_cetak");

/// A room's folder with its config, and the spooler in it.
pub(crate) struct Spooler {
    folder: tempfile::TempDir,
    child: Option<Child>,
    pub(crate) runtime: Runtime,
    clock: Option<String>,
}

impl Spooler {
    /// A training room whose config goes on with `printers`.
    pub(crate) fn room(printers: &str) -> Spooler {
        let spooler = Spooler {
            folder: tempfile::tempdir().unwrap(),
            child: None,
            runtime: Runtime::new().unwrap(),
            clock: None,
        };
        fs::create_dir(spooler.data()).unwrap();
        spooler.configure(&format!("room = \"TPI\"\ntraining = true\n{printers}"));
        spooler
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("room")
    }

    /// A folder beside the data folder, for files to hand in.
    pub(crate) fn desk(&self) -> &Path {
        self.folder.path()
    }

    /// What all its lives wrote to standard error.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.data().join("cetak.toml"), text).unwrap();
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").arg("--data").arg(self.data());
        if let Some(clock) = &self.clock {
            command.args(["--clock", clock]);
        }
        command
    }

    /// Starts it and waits for its first answer.
    pub(crate) fn start(&mut self) {
        let command = self.command();
        self.start_as(command);
    }

    /// The same through another command that becomes `cetak serve`.
    pub(crate) fn start_as(&mut self, mut command: Command) {
        assert!(self.child.is_none(), "it runs already");
        let log = self.folder.path().join("log");
        let log = File::options().create(true).append(true).open(log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let began = Instant::now();
        while self
            .runtime
            .block_on(self.client().get::<RoomView>("/status"))
            .is_err()
        {
            assert!(began.elapsed() < PATIENCE, "no answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A start that is expected to be refused: what it said, and how it ended.
    pub(crate) fn refused(&self) -> Output {
        self.command().output().unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(&self.data()).unwrap()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        signal(
            self.child.as_ref().expect("it runs"),
            rustix::process::Signal::TERM,
        );
        self.ended()
    }

    /// Waits until it ends by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            if began.elapsed() > PATIENCE {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("it did not stop: {}", self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs a command of the program against this room.
    pub(crate) fn cetak(&self, words: &[&str]) -> Output {
        Command::new(PROGRAM)
            .args(words)
            .env("CETAK_DATA", self.data())
            .env("NO_COLOR", "1")
            .current_dir(self.desk())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The child's process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }
}

impl Drop for Spooler {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // A test that failed leaves no process behind; one that has ended already is fine.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn signal(child: &Child, signal: rustix::process::Signal) {
    let process = i32::try_from(child.id()).unwrap();
    let process = rustix::process::Pid::from_raw(process).unwrap();
    rustix::process::kill_process(process, signal).unwrap();
}

/// What a program wrote to standard error.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a program wrote to standard output.
pub(crate) fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
