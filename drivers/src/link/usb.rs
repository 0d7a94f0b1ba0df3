//! A printer's device file (`/dev/usb/lp0`), with the port status of the USB printer class.
//!
//! A file without port status (a pty or a named pipe in a test) works too and tells none.
//!
//! - An open file of that driver is exclusive: another opener gets "busy" [code: Linux usblp].
//! - A read of zero bytes is an empty packet there, not an end; on a printer that only listens a read is refused as
//!   invalid, which here is nothing to read [code: Linux usblp].
//! - "Taken" means handed to the controller: up to 8 KiB may be on their way, and closing drops them [code: Linux usblp].
//!   A printer's answer is what shows that they arrived.
//! - The status question is a control transfer and the one call of a link that can wait: as long as the printer
//!   takes to answer, at most 5 s [code: Linux usblp].

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
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
        // A printer that does not answer is one all the same; other files do not know the question.
        let is_printer = matches!(ask_port_status(&file), Ok(_) | Err(Errno::IO));
        let file = watched(file).map_err(|error| cannot_open(self.name(), error))?;
        Ok(UsbStream { file, is_printer })
    }
}

/// An open device file.
pub struct UsbStream {
    file: AsyncFd<OwnedFd>,
    /// It knows the question for its port status.
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
            match rustix::io::read(file, &mut *buffer) {
                Ok(0) | Err(Errno::INVAL) if is_printer => Err(io::ErrorKind::WouldBlock.into()),
                result => Ok(result?),
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
            .then(|| ask_port_status(stream.file.get_ref()).ok())
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

/// `EIO` where the printer does not answer, other errors where the file is no printer's.
#[expect(
    unsafe_code,
    reason = "the system's interface has no safe wrapper for this question"
)]
fn ask_port_status(file: &OwnedFd) -> Result<u8, Errno> {
    // SAFETY: LPGETSTATUS writes one int to the address it is given, and `Getter` gives it the address
    // of one; a file that does not know the question refuses it and writes nothing.
    let answer = unsafe { ioctl(file, Getter::<LPGETSTATUS, i32>::new()) };
    answer.map(|status| status.to_le_bytes()[0])
}
