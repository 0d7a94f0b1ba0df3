//! A serial port, or a pty in its place.
//!
//! The port is opened exclusively: another holder makes it [`LinkError::Taken`]. Eight data bits, no parity, one stop bit.
//! What waits in the port's output when it is closed is dropped, since closing would otherwise wait for it.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_serial::{
    ClearBuffer, DataBits, ErrorKind, FlowControl, Parity, SerialPort as _, SerialStream, StopBits,
};

use super::stream::{Closing, Opening, Port, StreamLink, cannot_open, either};
use super::{LinkError, Ready};

/// The speed where an endpoint names none.
pub const BAUD_DEFAULT: u32 = 115_200;

/// How the two sides of a serial line hold each other back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// Not at all.
    #[default]
    None,
    /// By the RTS and CTS lines.
    RtsCts,
    /// By bytes in the stream; unfit for pictures.
    XonXoff,
}

/// A link over a serial port.
pub type SerialLink = StreamLink<SerialPort>;

/// A serial port by its path.
#[derive(Debug, Clone)]
pub struct SerialPort {
    path: PathBuf,
    baud: u32,
    flow: Flow,
}

impl SerialPort {
    /// The port at this path.
    pub fn new(path: &Path, baud: u32, flow: Flow) -> SerialPort {
        SerialPort {
            path: path.to_owned(),
            baud,
            flow,
        }
    }

    fn open_stream(&self) -> Result<SerialStream, LinkError> {
        let builder = tokio_serial::new(self.path.to_string_lossy(), self.baud)
            .data_bits(DataBits::Eight)
            .parity(Parity::None)
            .stop_bits(StopBits::One)
            .flow_control(match self.flow {
                Flow::None => FlowControl::None,
                Flow::RtsCts => FlowControl::Hardware,
                Flow::XonXoff => FlowControl::Software,
            })
            .exclusive(true);
        SerialStream::open(&builder).map_err(|error| {
            let endpoint = self.name();
            // The library reports a port that is locked by somebody else as this kind, and a
            // path that does not exist as an input error of kind "not found".
            if error.kind() == ErrorKind::NoDevice {
                let cause = io::Error::new(io::ErrorKind::ResourceBusy, error);
                LinkError::Taken { endpoint, cause }
            } else {
                cannot_open(endpoint, error.into())
            }
        })
    }
}

impl Port for SerialPort {
    type Stream = SerialStream;

    fn name(&self) -> String {
        format!("serial://{}", self.path.display())
    }

    fn open(&self) -> Opening<SerialStream> {
        Box::pin(std::future::ready(self.open_stream()))
    }

    /// Through `poll_read`, which forgets a readiness that turned out to be stale; the stream's own
    /// `try_read` keeps it, and whoever waits would be woken for ever.
    fn try_read(stream: &mut SerialStream, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = ReadBuf::new(buffer);
        match Pin::new(stream).poll_read(&mut Context::from_waker(Waker::noop()), &mut read) {
            Poll::Ready(result) => result.map(|()| read.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn try_write(stream: &mut SerialStream, bytes: &[u8]) -> io::Result<usize> {
        match Pin::new(stream).poll_write(&mut Context::from_waker(Waker::noop()), bytes) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn ready(stream: &mut SerialStream, want_write: bool) -> Ready<'_> {
        let stream = &*stream;
        Box::pin(either(stream.readable(), stream.writable(), want_write))
    }

    fn close(stream: &mut SerialStream, _how: Closing) {
        if stream.bytes_to_write().is_ok_and(|waiting| waiting > 0) {
            // A port that was pulled out refuses, and then holds nothing.
            let _ = stream.clear(ClearBuffer::Output);
        }
    }
}
