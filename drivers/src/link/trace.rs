//! Writes what passes a link to the log, at trace level, without what it must not show.
//!
//! A picture is a person's face, and a chip's contents are personal data. So of what goes out only short sends and
//! the first word of long ones are shown, never a continuation; of what comes in only text. Everything has its length and a
//! keyed hash, by which two logs of one run can be compared and nothing can be guessed without the key.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tracing::Level;

use super::{AsyncLink, Link, LinkError, OpenState, ReadResult, Ready, WriteResult};
use crate::contract::Channel;

/// Bytes of a send or answer shown at most.
const SHOWN_BYTES_MAX: usize = 32;
/// Bytes that one block of SHA-256 takes.
const BLOCK_BYTES: usize = 64;
/// Bytes of a keyed hash that are shown.
const HASH_BYTES_SHOWN: usize = 8;

/// How much of the text that passes is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Short commands and text answers: a printer's.
    Text,
    /// The first word in lower case: a chip reader's, whose other words are a chip's contents in upper case hex.
    Word,
}

/// Wraps any link.
pub struct Trace<L> {
    link: L,
    name: String,
    key: Vec<u8>,
    shown: Shown,
    /// Bytes of the send under way that were offered and not taken: what comes next continues it.
    owed: [usize; 2],
}

impl<L> Trace<L> {
    /// A link that is logged as `name`; `key` belongs to this installation and is not in the log.
    pub fn new(link: L, name: &str, key: &[u8], shown: Shown) -> Trace<L> {
        Trace {
            link,
            name: name.to_owned(),
            key: key.to_vec(),
            shown,
            owed: [0; 2],
        }
    }

    fn owed(&mut self, channel: Channel) -> &mut usize {
        match channel {
            Channel::Main => &mut self.owed[0],
            Channel::Status => &mut self.owed[1],
        }
    }

    fn log_bytes(&self, direction: &'static str, channel: Channel, head: &str, bytes: &[u8]) {
        if tracing::enabled!(Level::TRACE) {
            tracing::trace!(
                link = %self.name,
                ?channel,
                direction,
                head,
                length = bytes.len(),
                hash = %keyed_hash(&self.key, bytes),
                "bytes"
            );
        }
    }

    fn log_fall(&self, channel: Channel, error: &LinkError) {
        tracing::trace!(link = %self.name, ?channel, %error, "fell");
    }
}

impl<L: Link> Link for Trace<L> {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        let result = self.link.open(channel);
        *self.owed(channel) = 0;
        match &result {
            Ok(state) => tracing::trace!(link = %self.name, ?channel, ?state, "open"),
            Err(error) => self.log_fall(channel, error),
        }
        result
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        let result = self.link.try_read(channel, buffer);
        match &result {
            ReadResult::Bytes(count) => {
                let bytes = &buffer[..*count];
                self.log_bytes("in", channel, &head_of_answer(bytes, self.shown), bytes);
            }
            ReadResult::Nothing => {}
            ReadResult::Fallen(error) => self.log_fall(channel, error),
        }
        result
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let result = self.link.try_write(channel, bytes);
        match &result {
            WriteResult::Taken(0) => {}
            WriteResult::Taken(count) => {
                let continues = *self.owed(channel) > 0;
                *self.owed(channel) = bytes.len() - count;
                let head = if continues {
                    String::new()
                } else {
                    head_of_send(bytes, self.shown)
                };
                self.log_bytes("out", channel, &head, &bytes[..*count]);
            }
            WriteResult::Fallen(error) => self.log_fall(channel, error),
        }
        result
    }

    fn port_status(&mut self) -> Option<u8> {
        let status = self.link.port_status();
        tracing::trace!(link = %self.name, ?status, "port status");
        status
    }

    fn close(&mut self, channel: Channel) {
        *self.owed(channel) = 0;
        tracing::trace!(link = %self.name, ?channel, "close");
        self.link.close(channel);
    }

    fn abort(&mut self, channel: Channel) {
        *self.owed(channel) = 0;
        tracing::trace!(link = %self.name, ?channel, "abort");
        self.link.abort(channel);
    }
}

impl<L: AsyncLink> AsyncLink for Trace<L> {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        self.link.ready(want_write)
    }
}

/// Of a send: all of it if it is short text, else its first word, which ends before anything that could be data.
fn head_of_send(bytes: &[u8], shown: Shown) -> String {
    match shown {
        Shown::Word => lower_case_word(bytes),
        Shown::Text if bytes.len() <= SHOWN_BYTES_MAX && is_text(bytes) => escaped(bytes),
        Shown::Text => {
            let control = bytes.iter().take_while(|byte| byte.is_ascii_control());
            let start = control.count().min(1);
            let letters = bytes[start..]
                .iter()
                .take(SHOWN_BYTES_MAX)
                .take_while(|byte| byte.is_ascii_alphabetic());
            escaped(&bytes[..start + letters.count()])
        }
    }
}

/// Of what came in: its beginning if all of it is text.
fn head_of_answer(bytes: &[u8], shown: Shown) -> String {
    match shown {
        Shown::Word => lower_case_word(bytes),
        Shown::Text if is_text(bytes) => escaped(&bytes[..bytes.len().min(SHOWN_BYTES_MAX)]),
        Shown::Text => String::new(),
    }
}

/// Control characters only at the two ends, as a command's ESC and CR are.
fn is_text(bytes: &[u8]) -> bool {
    let inner = bytes.trim_ascii_end();
    let inner = match inner {
        [first, rest @ ..] if first.is_ascii_control() => rest,
        _ => inner,
    };
    inner
        .iter()
        .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

fn lower_case_word(bytes: &[u8]) -> String {
    let word = bytes
        .iter()
        .take(SHOWN_BYTES_MAX)
        .take_while(|byte| byte.is_ascii_lowercase());
    escaped(&bytes[..word.count()])
}

fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// The first bytes of an HMAC-SHA-256 (RFC 2104), in hex.
fn keyed_hash(key: &[u8], bytes: &[u8]) -> String {
    let mut block = [0; BLOCK_BYTES];
    if key.len() > BLOCK_BYTES {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(bytes)
        .finalize();
    let outer = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize();
    outer
        .iter()
        .take(HASH_BYTES_SHOWN)
        .fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;
    use crate::link::memory::pair;

    const MAIN: Channel = Channel::Main;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<String>>);

    struct Line<'a>(&'a mut String);
    impl Visit for Line<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            let mut line = String::new();
            event.record(&mut Line(&mut line));
            let mut log = self.0.lock().unwrap();
            log.push_str(line.trim_start());
            log.push('\n');
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn a_picture_leaves_its_first_word_its_length_and_a_hash() {
        let log = Log::default();
        tracing::subscriber::with_default(log.clone(), || {
            let (link, cable) = pair(40);
            let mut link = Trace::new(link, "P1", b"key", Shown::Text);
            link.open(MAIN).unwrap();
            let mut plane = b"\x1bDb;y;256;SECRETS".to_vec();
            plane.extend(b"FACE".repeat(20));
            let mut rest = &plane[..];
            while let WriteResult::Taken(count) = link.try_write(MAIN, rest) {
                rest = &rest[count..];
                cable.read_from_host(99);
                if rest.is_empty() {
                    break;
                }
            }
            link.try_write(MAIN, b"\x1bRlr;p\r");
            cable.write_to_host(b"CARD\r");
            link.try_read(MAIN, &mut [0; 64]);
            link.abort(MAIN);
        });
        let log = log.0.lock().unwrap().clone();
        assert!(!log.contains("SECRETS") && !log.contains("FACE"), "{log}");
        expect_test::expect![[r#"
            message=open link=P1 channel=Main state=Open
            message=bytes link=P1 channel=Main direction="out" head="\\x1bDb" length=40 hash=484b6b57619adf49
            message=bytes link=P1 channel=Main direction="out" head="" length=40 hash=7b48c4770f9b9517
            message=bytes link=P1 channel=Main direction="out" head="" length=17 hash=da93b593413c64bd
            message=bytes link=P1 channel=Main direction="out" head="\\x1bRlr;p\\r" length=7 hash=967108d6ed8a453f
            message=bytes link=P1 channel=Main direction="in" head="CARD\\r" length=5 hash=7d0dd3a34178f427
            message=abort link=P1 channel=Main
        "#]]
        .assert_eq(&log);
    }

    #[test]
    fn a_chips_contents_are_not_shown() {
        assert_eq!(head_of_send(b"apdu 00A4CAFE\n", Shown::Word), "apdu");
        assert_eq!(head_of_answer(b"CAFE9000\n", Shown::Word), "");
        assert_eq!(head_of_answer(b"none\n", Shown::Word), "none");
    }

    #[test]
    fn binary_is_not_text() {
        assert_eq!(head_of_answer(b"OK\xff\r", Shown::Text), "");
        assert_eq!(head_of_send(b"\x05\x02\x00\x04", Shown::Text), "\\x05");
    }

    #[test]
    fn the_hash_is_hmac_sha_256() {
        // RFC 4231, test cases 2 and 6 [doc].
        assert_eq!(
            keyed_hash(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e"
        );
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(keyed_hash(&[0xaa; 131], long), "60e431591ee0b67f");
    }
}
