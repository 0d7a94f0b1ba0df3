//! A file's bytes one at a time, with the line they are on.

use std::io::{self, Read};

/// Bytes asked of the file at once.
const BUFFER_BYTES: usize = 64 * 1024;
/// What some programs put before UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

pub(super) struct Bytes<R> {
    source: R,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
    line: u64,
    taken: u64,
}

impl<R: Read> Bytes<R> {
    pub(super) fn new(source: R) -> Bytes<R> {
        Bytes {
            source,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            at: 0,
            filled: 0,
            line: 1,
            taken: 0,
        }
    }

    /// The next byte; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.at += 1;
            self.taken += 1;
            self.line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    #[inline]
    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.filled {
            self.at = 0;
            self.filled = 0;
            while self.filled == 0 {
                match self.source.read(&mut self.buffer) {
                    Ok(0) => return Ok(None),
                    Ok(read) => self.filled = read,
                    Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                    Err(cause) => return Err(cause),
                }
            }
        }
        Ok(Some(self.buffer[self.at]))
    }

    /// Takes a byte order mark and white space away and looks at what comes first; `None`: nothing does.
    pub(super) fn first_sign(&mut self) -> io::Result<Option<u8>> {
        for mark in BYTE_ORDER_MARK {
            if self.peek()? != Some(mark) {
                break;
            }
            self.next()?;
        }
        loop {
            let sign = self.peek()?;
            if !sign.is_some_and(|byte| byte.is_ascii_whitespace()) {
                return Ok(sign);
            }
            self.next()?;
        }
    }

    /// The line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }
}
