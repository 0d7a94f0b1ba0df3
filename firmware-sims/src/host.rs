//! Simulated printers as programs: a device on a pseudo-terminal or a TCP port, in real or scaled time.
//!
//! [`run`] carries bytes between the port and the firmware, keeps the tray, and listens on two Unix sockets:
//! one for hands (one JSON [`Hand`] a line, one JSON answer a line), one for the chip reader's lines.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use tokio::sync::mpsc;

use crate::device::Device;
use crate::hands::{Hand, Look};
use crate::mechanism::Blank;
use crate::tray::{Tray, TrayError};

mod lines;
mod pty;
mod tcp;
mod udp;

use lines::{Asked, Doors};
use pty::Pty;
use tcp::Tcp;
use udp::Udp;

/// Bytes from the host that the firmware has not taken; above it the port is not read.
const CABLE_BYTES_MAX: usize = 262_144;
/// Bytes of one read.
const READ_BYTES: usize = 65_536;
/// Questions that wait at a door.
const QUESTIONS_MAX: usize = 64;
/// Digits of a blank's number after its prefix.
const UID_DIGITS: usize = 14;

/// A simulated printer could not be run.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The port could not be opened.
    #[error("cannot open {what}")]
    Open {
        /// The port.
        what: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The port failed while it was used.
    #[error("the port failed")]
    Port(#[source] io::Error),
    /// The tray could not be written.
    #[error(transparent)]
    Tray(#[from] TrayError),
    /// The blanks do not fit, or their numbers are no numbers.
    #[error("cannot load {text:?}: FIRST_UID:N or N expected, N at most {capacity}")]
    Blanks {
        /// What was asked for.
        text: String,
        /// What the hopper takes.
        capacity: usize,
    },
}

/// Where the host is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    /// A pseudo-terminal with a stable link `endpoint` in the tray's folder.
    Pty,
    /// A TCP port of the loopback address; 0: any free one.
    Tcp(u16),
}

/// How uptime follows the wall clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Seconds of uptime in a second.
    pub speed: f64,
    /// When uptime was 0; `None`: at the start.
    pub epoch: Option<SystemTime>,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            speed: 1.0,
            epoch: None,
        }
    }
}

/// What to run.
pub struct Options {
    /// The printer.
    pub printer: Box<dyn Device>,
    /// Where the host is joined.
    pub listen: Listen,
    /// The folder for pictures; it also holds the link, and the sockets unless they are named.
    pub tray: PathBuf,
    /// Time.
    pub pace: Pace,
    /// Blanks to load at the start.
    pub blanks: Vec<Blank>,
    /// The socket for hands; `None`: `control` in the tray's folder.
    pub control: Option<PathBuf>,
    /// The socket of the chip reader; `None`: `reader` in the tray's folder.
    pub reader: Option<PathBuf>,
}

impl Options {
    /// A printer on a pseudo-terminal, in real time.
    pub fn new(printer: Box<dyn Device>, tray: PathBuf) -> Options {
        Options {
            printer,
            listen: Listen::Pty,
            tray,
            pace: Pace::default(),
            blanks: Vec::new(),
            control: None,
            reader: None,
        }
    }
}

/// Where a running printer can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The port, as an endpoint: `serial://PATH` or `tcp://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The path of the socket for hands; a short one if the wanted path was too long for a socket.
    pub control: String,
    /// The chip reader, as an endpoint: `unix://PATH`.
    pub reader: String,
    /// The status channel of a printer on TCP that has one, as an endpoint: `udp://127.0.0.1:PORT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// `FIRST_UID:N`, numbers counting up in hex, or `N` for blanks without a chip.
pub fn blanks(text: &str, capacity: usize) -> Result<Vec<Blank>, HostError> {
    let refused = || HostError::Blanks {
        text: text.to_owned(),
        capacity,
    };
    let (first, count) = match text.rsplit_once(':') {
        Some((first, count)) => (Some(first), count),
        None => (None, text),
    };
    let count = count.parse::<usize>().map_err(|_| refused())?;
    if count > capacity {
        return Err(refused());
    }
    let Some(first) = first else {
        return Ok(vec![Blank::default(); count]);
    };
    let at = first.len().checked_sub(UID_DIGITS).ok_or_else(refused)?;
    let (prefix, digits) = first.split_at_checked(at).ok_or_else(refused)?;
    let number = u64::from_str_radix(digits, 16).map_err(|_| refused())?;
    let numbers = (number..).take(count);
    Ok(numbers
        .map(|number| Blank {
            uid: Some(format!("{prefix}{number:014X}")),
            ..Blank::default()
        })
        .collect())
}

/// Runs one printer until `stop` is done. Returns it, so that its mechanism can be judged.
///
/// # Errors
/// The port, a socket or the tray fails; blanks do not fit.
pub async fn run(
    options: Options,
    ready: impl FnOnce(&Ready),
    stop: impl Future<Output = ()>,
) -> Result<Box<dyn Device>, HostError> {
    let clock = Clock::start(options.pace);
    let mut printer = options.printer;
    let capacity = printer.mechanism().fittings().hopper_capacity;
    let load = Hand::Load {
        blanks: options.blanks,
    };
    if printer.hand(load, clock.uptime()).is_err() {
        let text = "blanks".to_owned();
        return Err(HostError::Blanks { text, capacity });
    }
    let mut tray = Tray::open(&options.tray)?;
    let port = match options.listen {
        Listen::Pty => Port::Pty(Pty::open(options.tray.join("endpoint"))?),
        Listen::Tcp(number) => Port::Tcp(Tcp::open(number).await?),
    };
    let status = match options.listen {
        Listen::Tcp(_) if printer.has_datagrams() => Some(Udp::open().await?),
        Listen::Tcp(_) | Listen::Pty => None,
    };
    let (hands_door, mut hands) = mpsc::channel(QUESTIONS_MAX);
    let (reader_door, mut reader) = mpsc::channel(QUESTIONS_MAX);
    let mut doors = Doors::default();
    let control = options
        .control
        .unwrap_or_else(|| options.tray.join("control"));
    let control = doors.open(&control, hands_door)?;
    let reader_path = options
        .reader
        .unwrap_or_else(|| options.tray.join("reader"));
    let reader_path = doors.open(&reader_path, reader_door)?;
    ready(&Ready {
        endpoint: port.endpoint(),
        control: control.display().to_string(),
        reader: format!("unix://{}", reader_path.display()),
        status: status.as_ref().map(Udp::endpoint),
    });
    let mut cable = Cable {
        port,
        incoming: VecDeque::new(),
        outgoing: Vec::new(),
        was_on: true,
        keeps_answers: printer.keeps_answers(),
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let uptime = clock.uptime();
        printer.advance(uptime);
        cable.carry(printer.as_mut(), uptime)?;
        if let Some(status) = &status {
            status.carry(printer.as_mut(), uptime);
        }
        tray.update(printer.mechanism_mut())?;
        let due = printer.next().map(|at| clock.until(at));
        // Without anything due the sleep is only a long one: every other branch wakes the loop.
        let sleep = tokio::time::sleep(due.unwrap_or(Duration::from_secs(3600)));
        tokio::select! {
            () = &mut stop => break,
            moved = cable.ready() => moved.map_err(HostError::Port)?,
            asked = asked_by(status.as_ref()) => asked.map_err(HostError::Port)?,
            Some(asked) = hands.recv() => {
                // Bytes that were sent before the hand moved come before it.
                let uptime = clock.uptime();
                printer.advance(uptime);
                cable.carry(printer.as_mut(), uptime)?;
                hand(printer.as_mut(), asked, uptime);
            }
            Some(Asked { line, answer }) = reader.recv() => {
                // A door whose caller has gone wants no answer.
                let _ = answer.send(printer.reader(&line, clock.uptime()));
            }
            () = sleep => {}
        }
    }
    printer.advance(clock.uptime());
    tray.update(printer.mechanism_mut())?;
    Ok(printer)
}

/// Waits until a datagram has come.
async fn asked_by(status: Option<&Udp>) -> io::Result<()> {
    match status {
        Some(status) => status.ready().await,
        None => std::future::pending().await,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum HandAnswer {
    Look(Box<Look>),
    Refused(String),
    Error(String),
}

fn hand(printer: &mut dyn Device, asked: Asked, uptime: u64) {
    let answer = match serde_json::from_str::<Hand>(&asked.line) {
        Ok(hand) => match printer.hand(hand, uptime) {
            Ok(look) => HandAnswer::Look(Box::new(look)),
            Err(refused) => HandAnswer::Refused(refused.to_string()),
        },
        Err(error) => HandAnswer::Error(error.to_string()),
    };
    let line = serde_json::to_string(&answer).expect("a look has only text keys");
    // A door whose caller has gone wants no answer.
    let _ = asked.answer.send(line);
}

struct Clock {
    started: Instant,
    offset: u64,
    speed: f64,
}

impl Clock {
    fn start(pace: Pace) -> Clock {
        let speed = if pace.speed > 0.0 { pace.speed } else { 1.0 };
        let since = pace
            .epoch
            .and_then(|epoch| SystemTime::now().duration_since(epoch).ok());
        Clock {
            started: Instant::now(),
            offset: scaled(since.unwrap_or_default(), speed),
            speed,
        }
    }

    fn uptime(&self) -> u64 {
        self.offset + scaled(self.started.elapsed(), self.speed)
    }

    fn until(&self, uptime: u64) -> Duration {
        let left = uptime.saturating_sub(self.uptime());
        Duration::from_secs_f64(left as f64 / 1e9 / self.speed)
    }
}

fn scaled(wall: Duration, speed: f64) -> u64 {
    (wall.as_secs_f64() * speed * 1e9) as u64
}

/// What a port has seen.
#[derive(Debug)]
enum PortNews {
    Opened,
    Bytes(Vec<u8>),
    Closed,
}

enum Port {
    Pty(Pty),
    Tcp(Tcp),
}

impl Port {
    fn endpoint(&self) -> String {
        match self {
            Port::Pty(pty) => pty.endpoint(),
            Port::Tcp(tcp) => tcp.endpoint(),
        }
    }
}

/// The port and what is on its way in either direction.
struct Cable {
    port: Port,
    incoming: VecDeque<PortNews>,
    outgoing: Vec<u8>,
    was_on: bool,
    keeps_answers: bool,
}

impl Cable {
    /// Waits until the port may have something to do.
    async fn ready(&self) -> io::Result<()> {
        let (reads, writes) = (self.has_room(), !self.outgoing.is_empty());
        match &self.port {
            Port::Pty(pty) => pty.ready(reads, writes).await,
            Port::Tcp(tcp) => tcp.ready(reads, writes).await,
        }
    }

    fn has_room(&self) -> bool {
        let held = |news: &PortNews| match news {
            PortNews::Bytes(bytes) => bytes.len(),
            PortNews::Opened | PortNews::Closed => 0,
        };
        self.incoming.iter().map(held).sum::<usize>() < CABLE_BYTES_MAX
    }

    /// Carries what can be carried without waiting.
    fn carry(&mut self, printer: &mut dyn Device, uptime: u64) -> Result<(), HostError> {
        self.follow_plug(printer)?;
        if self.has_room() {
            match &mut self.port {
                Port::Pty(pty) => pty.news(&mut self.incoming),
                Port::Tcp(tcp) => tcp.news(&mut self.incoming),
            }
            .map_err(HostError::Port)?;
        }
        while let Some(news) = self.incoming.front_mut() {
            match news {
                PortNews::Opened => printer.host_opened(uptime),
                PortNews::Bytes(bytes) => {
                    let taken = printer.receive(bytes, uptime);
                    bytes.drain(..taken);
                    if !bytes.is_empty() {
                        break;
                    }
                }
                PortNews::Closed => {
                    printer.host_closed(uptime);
                    if !self.keeps_answers {
                        self.outgoing.clear();
                    }
                }
            }
            self.incoming.pop_front();
        }
        self.outgoing.extend(printer.transmit());
        if !self.outgoing.is_empty() {
            let sent = match &mut self.port {
                Port::Pty(pty) => pty.send(&self.outgoing),
                Port::Tcp(tcp) => tcp.send(&self.outgoing),
            }
            .map_err(HostError::Port)?;
            self.outgoing.drain(..sent);
        }
        Ok(())
    }

    /// A pulled cable, and a printer that was off, end what the host had open.
    fn follow_plug(&mut self, printer: &dyn Device) -> Result<(), HostError> {
        let (plugged, on) = (printer.plugged(), printer.mechanism().power());
        let back_on = on && !self.was_on;
        self.was_on = on;
        let fell = match &mut self.port {
            Port::Pty(pty) => pty.plug(plugged, self.keeps_answers)?,
            Port::Tcp(tcp) => tcp.plug(plugged, back_on),
        };
        if fell {
            self.incoming.clear();
            self.incoming.push_back(PortNews::Closed);
            self.outgoing.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
