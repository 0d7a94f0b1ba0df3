//! Doors: Unix sockets that take one line and give one line.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::HostError;

/// Longest path of a socket that every system takes.
const SOCKET_PATH_MAX: usize = 100;
/// Longest line.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A line and where its answer goes.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) answer: oneshot::Sender<String>,
}

/// Open doors; dropping them closes them and takes their files away.
#[derive(Debug, Default)]
pub(super) struct Doors {
    tasks: Vec<JoinHandle<()>>,
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Doors {
    /// Opens one. Returns its path: if `wanted` is too long, a short one that `wanted` links to.
    pub(super) fn open(
        &mut self,
        wanted: &Path,
        to: mpsc::Sender<Asked>,
    ) -> Result<PathBuf, HostError> {
        let failed = |cause| HostError::Open {
            what: wanted.display().to_string(),
            cause,
        };
        let wanted = std::path::absolute(wanted).map_err(failed)?;
        remove_stale(&wanted).map_err(failed)?;
        let path = if wanted.as_os_str().as_bytes().len() <= SOCKET_PATH_MAX {
            wanted
        } else {
            let short = self.short_path(&wanted).map_err(failed)?;
            symlink(&short, &wanted).map_err(failed)?;
            self.files.push(wanted.clone());
            short
        };
        let listener = UnixListener::bind(&path).map_err(failed)?;
        self.files.push(path.clone());
        self.tasks.push(tokio::spawn(serve(listener, to)));
        Ok(path)
    }

    fn short_path(&mut self, wanted: &Path) -> io::Result<PathBuf> {
        let name = wanted.file_name().unwrap_or_default();
        for number in 0..u32::MAX {
            let folder = format!("cetak-sim-{}-{number}", std::process::id());
            let folder = std::env::temp_dir().join(folder);
            match fs::create_dir(&folder) {
                Ok(()) => {
                    self.folders.push(folder.clone());
                    return Ok(folder.join(name));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        // What cannot be taken away is taken away by the next start.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A socket or link that an earlier run left behind.
fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.file_type().is_socket() || there.is_symlink() => fs::remove_file(path),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

async fn serve(listener: UnixListener, to: mpsc::Sender<Asked>) {
    // A failed accept is the caller's loss; the door stays open.
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(talk(stream, to.clone()));
            }
            Err(_) => tokio::task::yield_now().await,
        }
        if to.is_closed() {
            return;
        }
    }
}

/// Ends when the caller goes, sends a line that is too long or no text, or the printer stops.
async fn talk(stream: UnixStream, to: mpsc::Sender<Asked>) -> Option<()> {
    let (reads, mut writes) = stream.into_split();
    let mut reads = BufReader::new(reads);
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut reads).take(LINE_BYTES_MAX);
        limited.read_until(b'\n', &mut line).await.ok()?;
        if line.pop() != Some(b'\n') {
            return None;
        }
        let line = String::from_utf8(line).ok()?;
        let (answer, answered) = oneshot::channel();
        to.send(Asked { line, answer }).await.ok()?;
        let mut text = answered.await.ok()?;
        text.push('\n');
        writes.write_all(text.as_bytes()).await.ok()?;
    }
}
