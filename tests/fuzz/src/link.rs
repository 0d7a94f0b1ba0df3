//! A link whose other end is the fuzzer.

use std::collections::VecDeque;
use std::io;

use cetak_drivers::contract::Channel;
use cetak_drivers::link::{Link, LinkError, OpenState, ReadResult, WriteResult};

/// Bytes that wait for the host at most: what an answer's writer cannot get rid of is dropped.
const TO_HOST_BYTES_MAX: usize = 1 << 16;

/// One channel of it.
#[derive(Debug, Default)]
pub struct Pipe {
    /// The host has it open.
    pub open: bool,
    /// It was closed by the host since it was last looked at.
    pub closed: bool,
    /// The next read or write finds that it fell.
    pub falls: bool,
    /// Bytes on their way to the host.
    pub to_host: VecDeque<u8>,
    /// Bytes from the host that nobody has taken.
    pub to_printer: VecDeque<u8>,
}

/// A byte pipe that does what the script says.
#[derive(Debug)]
pub struct ScriptedLink {
    /// Commands.
    pub main: Pipe,
    /// Datagrams.
    pub status: Pipe,
    /// An opening fails.
    pub refuses: bool,
    /// An opening does not come to its end.
    pub hangs: bool,
    /// Bytes taken of one write at most.
    pub takes: usize,
    /// The port status byte.
    pub port_status: Option<u8>,
}

impl ScriptedLink {
    /// Shut, with everything in order.
    pub fn new() -> ScriptedLink {
        ScriptedLink {
            main: Pipe::default(),
            status: Pipe::default(),
            refuses: false,
            hangs: false,
            takes: usize::MAX,
            port_status: None,
        }
    }

    /// One channel.
    pub fn pipe(&mut self, channel: Channel) -> &mut Pipe {
        match channel {
            Channel::Main => &mut self.main,
            Channel::Status => &mut self.status,
        }
    }

    /// Bytes for the host; those that come while it is not listening are lost.
    pub fn say(&mut self, channel: Channel, bytes: &[u8]) {
        let pipe = self.pipe(channel);
        if pipe.open {
            let room = TO_HOST_BYTES_MAX.saturating_sub(pipe.to_host.len());
            pipe.to_host.extend(bytes.iter().take(room));
        }
    }
}

impl Default for ScriptedLink {
    fn default() -> ScriptedLink {
        ScriptedLink::new()
    }
}

impl Link for ScriptedLink {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        if self.refuses {
            return Err(LinkError::Absent {
                endpoint: "fuzzer".to_owned(),
                cause: io::ErrorKind::NotFound.into(),
            });
        }
        if self.hangs {
            return Ok(OpenState::Pending);
        }
        let pipe = self.pipe(channel);
        pipe.open = true;
        pipe.falls = false;
        pipe.to_host.clear();
        Ok(OpenState::Open)
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        let pipe = self.pipe(channel);
        let count = buffer.len().min(pipe.to_host.len());
        if count == 0 {
            return if pipe.falls {
                ReadResult::Fallen(fell())
            } else {
                ReadResult::Nothing
            };
        }
        for (place, byte) in buffer.iter_mut().zip(pipe.to_host.drain(..count)) {
            *place = byte;
        }
        ReadResult::Bytes(count)
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let takes = self.takes;
        let pipe = self.pipe(channel);
        if pipe.falls {
            return WriteResult::Fallen(fell());
        }
        let count = bytes.len().min(takes);
        pipe.to_printer.extend(&bytes[..count]);
        WriteResult::Taken(count)
    }

    fn port_status(&mut self) -> Option<u8> {
        self.port_status
    }

    fn close(&mut self, channel: Channel) {
        let pipe = self.pipe(channel);
        pipe.closed |= pipe.open;
        pipe.open = false;
        pipe.falls = false;
        pipe.to_host.clear();
    }
}

fn fell() -> LinkError {
    LinkError::Closed {
        endpoint: "fuzzer".to_owned(),
    }
}
