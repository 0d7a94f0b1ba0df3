//! Where something is cut, and what is cut there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cetak_drivers::contract::Channel;
use cetak_drivers::link::beside::Beside;
use cetak_drivers::link::memory::MemoryLink;
use cetak_drivers::link::{Link, LinkError, OpenState, ReadResult, WriteResult};

/// A place in the room's life, counted from its beginning and over all lives of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// This commit: in flight and lost, or kept and its effects lost.
    Commit {
        /// Which, from 1.
        number: u64,
        /// It reached the disk.
        kept: bool,
    },
    /// Behind this effect, handed out and not begun.
    Effect(u64),
    /// Inside this send to the printer.
    Send {
        /// Which, from 1.
        number: u64,
        /// How much of it reaches the printer.
        reaches: Reaches,
    },
}

/// How much of a send that is cut reaches the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reaches {
    /// Its first byte.
    First,
    /// Half of it.
    Half,
    /// All but its last two bytes: of some commands that is another command without its end.
    AllButTwo,
    /// All but its last byte.
    AllButLast,
    /// All: the system delivers what the write took, though nobody lives to hear of it.
    All,
}

impl Reaches {
    /// Every one.
    pub const EVERY: [Reaches; 5] = [
        Reaches::First,
        Reaches::Half,
        Reaches::AllButTwo,
        Reaches::AllButLast,
        Reaches::All,
    ];

    fn of(self, length: usize) -> usize {
        match self {
            Reaches::First => length.min(1),
            Reaches::Half => length / 2,
            Reaches::AllButTwo => length.saturating_sub(2),
            Reaches::AllButLast => length.saturating_sub(1),
            Reaches::All => length,
        }
    }
}

/// What is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// The host dies and starts again.
    Host,
    /// The cable falls and comes back; host and printer live.
    Link,
    /// The printer loses its power and gets it back; the host lives.
    Printer,
    /// Host and printer.
    Both,
}

impl Harm {
    /// Every one.
    pub const EVERY: [Harm; 4] = [Harm::Host, Harm::Link, Harm::Printer, Harm::Both];

    pub(super) fn host_dies(self) -> bool {
        match self {
            Harm::Host | Harm::Both => true,
            Harm::Link | Harm::Printer => false,
        }
    }

    pub(super) fn power_fails(self) -> bool {
        match self {
            Harm::Printer | Harm::Both => true,
            Harm::Host | Harm::Link => false,
        }
    }
}

/// One cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// Where.
    pub at: At,
    /// What.
    pub harm: Harm,
    /// How long it stays away.
    pub away: Duration,
}

/// What the tap knows, shared with the room.
#[derive(Debug, Default)]
pub(super) struct Sends {
    /// Sends so far.
    pub(super) count: u64,
    /// Bytes of the last send that the cable has not taken.
    rest: usize,
    /// The send that is cut.
    pub(super) cut: Option<(u64, Reaches)>,
    /// It was cut and nobody has acted on it.
    pub(super) struck: bool,
    /// What came whole to the link and reached the printer in part.
    pub(super) half: Vec<u8>,
    /// A planted defect: what spoils half a command completes it.
    pub(super) completes: bool,
    /// A planted defect: what is missing of a page that broke off is sent as blank.
    pub(super) fills: bool,
    /// What it would take to fill it.
    filling: Vec<u8>,
}

pub(super) type SharedSends = Arc<Mutex<Sends>>;

/// A panic elsewhere leaves only counts behind.
pub(super) fn lock(sends: &SharedSends) -> MutexGuard<'_, Sends> {
    sends.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The host's end of the printer's cable: counts sends and cuts one.
pub(super) struct Tap {
    pub(super) inner: Beside<MemoryLink, MemoryLink>,
    pub(super) sends: SharedSends,
}

/// The command without a meaning that spoils what stands before it [custody page].
const SPOILER: &[u8] = &[0x7A, 0x7A, 0x0D];
const END: &[u8] = &[0x0D];

/// What ends a black plane and its page [Magicard's page].
const PAGE_END: &[u8] = b"\x1CK:\x03";

/// So many bytes that end a page whose last plane broke off, the rest of the plane blank.
fn blank_rest(missing: usize) -> Vec<u8> {
    let mut rest = vec![0; missing.saturating_sub(PAGE_END.len())];
    rest.extend_from_slice(&PAGE_END[PAGE_END.len().saturating_sub(missing)..]);
    rest
}

impl Link for Tap {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        self.inner.open(channel)
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        if lock(&self.sends).struck {
            return ReadResult::Nothing;
        }
        self.inner.try_read(channel, buffer)
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let mut sends = lock(&self.sends);
        if sends.struck {
            return WriteResult::Taken(0);
        }
        if !sends.filling.is_empty() {
            let filling = std::mem::take(&mut sends.filling);
            if let fallen @ WriteResult::Fallen(_) = self.inner.try_write(channel, &filling) {
                return fallen;
            }
        }
        if sends.rest == 0 {
            sends.count += 1;
            if let Some((number, reaches)) = sends.cut
                && number == sends.count
            {
                sends.struck = true;
                sends.cut = None;
                let share = reaches.of(bytes.len());
                if share < bytes.len() {
                    sends.half = bytes.to_vec();
                }
                if sends.fills {
                    sends.filling = blank_rest(bytes.len() - share);
                }
                let written = self.inner.try_write(channel, &bytes[..share]);
                sends.rest = bytes.len() - share;
                return written;
            }
        }
        if sends.completes && bytes == SPOILER {
            return match self.inner.try_write(channel, END) {
                WriteResult::Taken(_) => WriteResult::Taken(bytes.len()),
                fallen @ WriteResult::Fallen(_) => fallen,
            };
        }
        let written = self.inner.try_write(channel, bytes);
        sends.rest = match &written {
            WriteResult::Taken(taken) => bytes.len() - taken,
            WriteResult::Fallen(_) => 0,
        };
        written
    }

    fn port_status(&mut self) -> Option<u8> {
        self.inner.port_status()
    }

    fn close(&mut self, channel: Channel) {
        lock(&self.sends).rest = 0;
        self.inner.close(channel);
    }
}
