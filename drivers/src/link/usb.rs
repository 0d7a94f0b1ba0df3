//! A printer's device file (`/dev/usb/lp0`), with the port status of the USB printer class.
//!
//! A file without port status (a pty or a named pipe in a test) works too and tells none.
//!
//! - An open file of that driver is exclusive: another opener gets "busy" [code: Linux usblp].
//! - A read of zero bytes is an empty packet there, not an end [code: Linux usblp].
//! - The status question is a control transfer: it ends within a few milliseconds on a printer that answers,
//!   and within 5 s on one that does not [code: Linux usblp].

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::ioctl::{Getter, Opcode, ioctl};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::stream::{Opening, Port, StreamLink, cannot_open, either};
use super::{LinkError, Ready};

/// The question for the port status byte: `LPGETSTATUS` of the system's `lp.h`.
const LPGETSTATUS: Opcode = 0x060b;

/// A link over a printer's device file.
pub type UsbLink = StreamLink<UsbPort>;

/// A device file by its path.
#[derive(Debug, Clone)]
pub struct UsbPort {
    path: PathBuf,
}

impl UsbPort {
    /// The device file at this path.
    pub fn new(path: &Path) -> UsbPort {
        UsbPort {
            path: path.to_owned(),
        }
    }

    fn open_stream(&self) -> Result<UsbStream, LinkError> {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = rustix::fs::open(&self.path, flags, Mode::empty())
            .map_err(|error| cannot_open(self.name(), error.into()))?;
        let is_printer = ask_port_status(&file).is_some();
        let file = watched(file).map_err(|error| cannot_open(self.name(), error))?;
        Ok(UsbStream { file, is_printer })
    }
}

/// An open device file.
pub struct UsbStream {
    file: AsyncFd<OwnedFd>,
    /// It answered the question for its port status when it was opened.
    is_printer: bool,
}

impl Port for UsbPort {
    type Stream = UsbStream;

    fn name(&self) -> String {
        format!("usb://{}", self.path.display())
    }

    fn open(&self) -> Opening<UsbStream> {
        Box::pin(std::future::ready(self.open_stream()))
    }

    fn try_read(stream: &mut UsbStream, buffer: &mut [u8]) -> io::Result<usize> {
        let is_printer = stream.is_printer;
        stream.file.try_io(Interest::READABLE, |file| {
            match rustix::io::read(file, &mut *buffer)? {
                0 if is_printer => Err(io::ErrorKind::WouldBlock.into()),
                count => Ok(count),
            }
        })
    }

    fn try_write(stream: &mut UsbStream, bytes: &[u8]) -> io::Result<usize> {
        stream.file.try_io(Interest::WRITABLE, |file| {
            Ok(rustix::io::write(file, bytes)?)
        })
    }

    fn ready(stream: &mut UsbStream, want_write: bool) -> Ready<'_> {
        let file = &stream.file;
        Box::pin(either(file.readable(), file.writable(), want_write))
    }

    fn port_status(stream: &mut UsbStream) -> Option<u8> {
        stream
            .is_printer
            .then(|| ask_port_status(stream.file.get_ref()))
            .flatten()
    }
}

#[expect(
    deprecated,
    reason = "the successor is unsafe for types whose descriptor may change; an OwnedFd keeps its own open"
)]
fn watched(file: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(file)
}

/// `None` where the file is no printer's, or the printer did not answer.
#[expect(
    unsafe_code,
    reason = "the system's interface has no safe wrapper for this question"
)]
fn ask_port_status(file: &OwnedFd) -> Option<u8> {
    // SAFETY: LPGETSTATUS writes one int to the address it is given, and `Getter` gives it the address
    // of one; a file that does not know the question refuses it and writes nothing.
    let answer = unsafe { ioctl(file, Getter::<LPGETSTATUS, i32>::new()) };
    answer.ok().map(|status| status.to_le_bytes()[0])
}
