//! A pseudo-terminal that looks like a serial printer port.
//!
//! What a pseudo-terminal can tell: the host keeps a descriptor of the far end open, so the node and what is
//! in its buffers stay when the other side dies, and nothing is heard of an end. Openings and closings are
//! therefore watched on the node itself; with several opens, the first and the last one count. Their order
//! against bytes is not told, and bytes come through the kernel a little later than a closing is seen: so a
//! closing is told 50 ms later, and what comes until then belongs to the host that was there. A lock that a killed host left (exclusive use) is lifted at its closing. A pulled cable takes the whole terminal
//! away (the host sees a hang-up); when it is put in, the link leads to a new one.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{
    OptionalActions, QueueSelector, ioctl_tiocnxcl, tcflush, tcgetattr, tcsetattr,
};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::time::Instant;

use super::{HostError, PortNews, READ_BYTES};

/// How long after a closing the bytes sent before it may still come through the kernel.
const LATE_BYTES: Duration = Duration::from_millis(50);
/// Bytes for one reading of the watch.
const WATCH_BYTES: usize = 1024;

pub(super) struct Pty {
    link: PathBuf,
    terminal: Option<Terminal>,
}

struct Terminal {
    /// The near end twice, and the watch: any descriptor that can be polled serves as a pipe's end here.
    reads: Receiver,
    writes: Sender,
    watch: Receiver,
    /// Kept open so that the node stays.
    far: OwnedFd,
    opens: u32,
    /// The last host has closed; told at that moment, when its last bytes have come through.
    closing: Option<Instant>,
    /// Answers that a host left unread wait for the next one.
    keeps_answers: bool,
}

impl Pty {
    /// Opens a terminal and lets `link` lead to it.
    pub(super) fn open(link: PathBuf) -> Result<Pty, HostError> {
        let mut pty = Pty {
            link,
            terminal: None,
        };
        pty.connect()?;
        Ok(pty)
    }

    pub(super) fn endpoint(&self) -> String {
        let link = std::path::absolute(&self.link).unwrap_or_else(|_| self.link.clone());
        format!("serial://{}", link.display())
    }

    fn connect(&mut self) -> Result<(), HostError> {
        let failed = |cause: io::Error| HostError::Open {
            what: self.link.display().to_string(),
            cause,
        };
        let (terminal, node) = Terminal::open().map_err(failed)?;
        let fresh = self.link.with_extension("new");
        remove_link(&fresh).map_err(failed)?;
        symlink(&node, &fresh).map_err(failed)?;
        fs::rename(&fresh, &self.link).map_err(failed)?;
        self.terminal = Some(terminal);
        Ok(())
    }

    /// Returns whether an open host was cut off.
    pub(super) fn plug(&mut self, plugged: bool, keeps_answers: bool) -> Result<bool, HostError> {
        if let Some(terminal) = &mut self.terminal {
            terminal.keeps_answers = keeps_answers;
        }
        match (plugged, &self.terminal) {
            (true, None) => {
                self.connect()?;
                Ok(false)
            }
            (false, Some(terminal)) => {
                let fell = terminal.opens > 0;
                self.terminal = None;
                remove_link(&self.link).map_err(HostError::Port)?;
                Ok(fell)
            }
            (true, Some(_)) | (false, None) => Ok(false),
        }
    }

    pub(super) async fn ready(&self, reads: bool, writes: bool) -> io::Result<()> {
        let Some(terminal) = &self.terminal else {
            return std::future::pending().await;
        };
        tokio::select! {
            ready = terminal.reads.readable(), if reads => ready,
            ready = terminal.writes.writable(), if writes => ready,
            ready = terminal.watch.readable() => ready,
            () = closed(terminal.closing) => Ok(()),
        }
    }

    pub(super) fn news(&mut self, news: &mut VecDeque<PortNews>) -> io::Result<()> {
        match &mut self.terminal {
            Some(terminal) => terminal.news(news),
            None => Ok(()),
        }
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.terminal {
            Some(terminal) => terminal.send(bytes),
            None => Ok(bytes.len()),
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // A link that stays leads nowhere, and the next start replaces it.
        let _ = remove_link(&self.link);
    }
}

async fn closed(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn remove_link(link: &Path) -> io::Result<()> {
    match fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

impl Terminal {
    fn open() -> io::Result<(Terminal, PathBuf)> {
        let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&near)?;
        unlockpt(&near)?;
        let node = ptsname(&near, Vec::new())?;
        let node = PathBuf::from(node.into_string().map_err(io::Error::other)?);
        let far = rustix::fs::open(
            &node,
            OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut settings = tcgetattr(&far)?;
        settings.make_raw();
        tcsetattr(&far, OptionalActions::Now, &settings)?;
        rustix::io::ioctl_fionbio(&near, true)?;
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let wanted = WatchFlags::OPEN | WatchFlags::CLOSE_WRITE | WatchFlags::CLOSE_NOWRITE;
        inotify::add_watch(&watch, &node, wanted)?;
        let terminal = Terminal {
            writes: Sender::from_owned_fd_unchecked(near.try_clone()?)?,
            reads: Receiver::from_owned_fd_unchecked(near)?,
            watch: Receiver::from_owned_fd_unchecked(watch)?,
            far,
            opens: 0,
            closing: None,
            keeps_answers: true,
        };
        Ok((terminal, node))
    }

    /// Opening comes before the bytes if nobody was there; else bytes come before what the watch saw.
    fn news(&mut self, news: &mut VecDeque<PortNews>) -> io::Result<()> {
        let seen = self.watched()?;
        let mut seen = seen.into_iter().peekable();
        if self.opens == 0 && self.closing.is_none() && seen.next_if_eq(&true).is_some() {
            self.opens = 1;
            news.push_back(PortNews::Opened);
        }
        let bytes = self.read()?;
        if !bytes.is_empty() {
            news.push_back(PortNews::Bytes(bytes));
        }
        for opened in seen {
            if opened {
                self.host_closed(news)?;
                self.opens += 1;
                if self.opens == 1 {
                    news.push_back(PortNews::Opened);
                }
            } else {
                self.opens = self.opens.saturating_sub(1);
                if self.opens == 0 {
                    self.closing = Some(Instant::now() + LATE_BYTES);
                }
            }
        }
        if self.closing.is_some_and(|at| at <= Instant::now()) {
            self.host_closed(news)?;
        }
        Ok(())
    }

    /// Tells of a closing that has not been told.
    fn host_closed(&mut self, news: &mut VecDeque<PortNews>) -> io::Result<()> {
        if self.closing.take().is_none() {
            return Ok(());
        }
        loop {
            let late = self.read()?;
            if late.is_empty() {
                break;
            }
            news.push_back(PortNews::Bytes(late));
        }
        ioctl_tiocnxcl(&self.far)?;
        if !self.keeps_answers {
            tcflush(&self.far, QueueSelector::IFlush)?;
        }
        news.push_back(PortNews::Closed);
        Ok(())
    }

    /// `true` for each opening, `false` for each closing.
    fn watched(&self) -> io::Result<Vec<bool>> {
        let mut seen = Vec::new();
        loop {
            let found = self.watch.try_io(|| {
                let mut room = [MaybeUninit::uninit(); WATCH_BYTES];
                let mut reader = inotify::Reader::new(self.watch.as_fd(), &mut room);
                let mut found = vec![reader.next()?.events()];
                while !reader.is_buffer_empty() {
                    found.push(reader.next()?.events());
                }
                Ok(found)
            });
            match found {
                Ok(events) => {
                    for flags in events {
                        if flags.contains(ReadFlags::OPEN) {
                            seen.push(true);
                        } else if flags
                            .intersects(ReadFlags::CLOSE_WRITE | ReadFlags::CLOSE_NOWRITE)
                        {
                            seen.push(false);
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(seen),
                Err(error) => return Err(error),
            }
        }
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; READ_BYTES];
        let read = self.reads.try_read(&mut bytes);
        match read {
            Ok(count) => bytes.truncate(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => bytes.clear(),
            Err(error) => return Err(error),
        }
        Ok(bytes)
    }

    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.writes.try_write(bytes);
        match sent {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            sent => sent,
        }
    }
}
