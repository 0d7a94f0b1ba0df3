//! Messages of 32-bit words, byte by byte. \[capture\]
//!
//! Word 0 is the type, word 1 the number of words after it, word 2 a parameter or result, word 3 the sequence
//! number. A count below 2 cannot be: what follows has no frame, and nothing is read until the connection ends
//! \[inferred\]. A message longer than any that this printer knows is read over and refused \[inferred\].

/// Bytes of a head.
const HEAD_BYTES: usize = 16;
/// Words after word 1 that are always there.
const WORDS_MIN: u32 = 2;

pub(super) const GREETING: u32 = 0xF300_0200;
pub(super) const JOB_START: u32 = 0xF200_0300;
pub(super) const JOB_STARTED: u32 = 0xF300_0400;
pub(super) const COMMAND: u32 = 0xF000_0100;
pub(super) const PLANE: u32 = 0xF000_0200;
pub(super) const DONE: u32 = 0xF100_0100;
pub(super) const REFUSED: u32 = 0xF100_0200;
pub(super) const DATA: u32 = 0xF100_0300;
pub(super) const SETTINGS: u32 = 0xF000_0400;
pub(super) const CAPABILITIES: u32 = 0xF000_0500;
pub(super) const STATUS: u32 = 0xF000_0600;
pub(super) const CHANGE: u32 = 0xF000_0800;
pub(super) const WORKING_SETTINGS: u32 = 0xF000_0A00;
/// An answer's type is its request's plus this.
pub(super) const ANSWERS: u32 = 0x0100_0000;

/// One whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) kind: u32,
    pub(super) parameter: u32,
    pub(super) sequence: u32,
    pub(super) payload: Vec<u8>,
    /// Its payload was too long and is not here.
    pub(super) overlong: bool,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Payload {
        message: Message,
        wanted: usize,
    },
    Over {
        message: Message,
        left: u64,
    },
    /// The frame is lost.
    Deaf,
}

#[derive(Debug)]
pub(super) struct Parser {
    state: State,
    payload_max: usize,
}

impl Parser {
    pub(super) fn new(payload_max: usize) -> Parser {
        Parser {
            state: State::Head(Vec::new()),
            payload_max,
        }
    }

    /// Part of a message has come.
    pub(super) fn half(&self) -> bool {
        match &self.state {
            State::Head(head) => !head.is_empty(),
            State::Payload { .. } | State::Over { .. } => true,
            State::Deaf => false,
        }
    }

    /// Reads up to the end of one message. Returns how many bytes were read.
    pub(super) fn take(&mut self, input: &[u8]) -> (usize, Option<Message>) {
        let mut read = 0;
        loop {
            let rest = &input[read..];
            match &mut self.state {
                State::Deaf => return (input.len(), None),
                State::Head(head) => {
                    let count = (HEAD_BYTES - head.len()).min(rest.len());
                    head.extend_from_slice(&rest[..count]);
                    read += count;
                    if head.len() < HEAD_BYTES {
                        return (read, None);
                    }
                    self.state = begun(head, self.payload_max);
                }
                State::Payload { message, wanted } => {
                    let count = (*wanted - message.payload.len()).min(rest.len());
                    message.payload.extend_from_slice(&rest[..count]);
                    read += count;
                    if message.payload.len() < *wanted {
                        return (read, None);
                    }
                    return (read, self.ended());
                }
                State::Over { left, .. } => {
                    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= count as u64;
                    read += count;
                    if *left > 0 {
                        return (read, None);
                    }
                    return (read, self.ended());
                }
            }
        }
    }

    fn ended(&mut self) -> Option<Message> {
        match std::mem::replace(&mut self.state, State::Head(Vec::new())) {
            State::Payload { message, .. } | State::Over { message, .. } => Some(message),
            State::Head(_) | State::Deaf => None,
        }
    }
}

fn begun(head: &[u8], payload_max: usize) -> State {
    let word = |index: usize| word(head, index).unwrap_or(0);
    let message = Message {
        kind: word(0),
        parameter: word(2),
        sequence: word(3),
        payload: Vec::new(),
        overlong: false,
    };
    let Some(words) = word(1).checked_sub(WORDS_MIN) else {
        return State::Deaf;
    };
    match usize::try_from(u64::from(words) * 4) {
        Ok(wanted) if wanted <= payload_max => State::Payload { message, wanted },
        Ok(_) | Err(_) => State::Over {
            message: Message {
                overlong: true,
                ..message
            },
            left: u64::from(words) * 4,
        },
    }
}

/// One word of some bytes.
pub(super) fn word(bytes: &[u8], index: usize) -> Option<u32> {
    let four = bytes.get(index * 4..index * 4 + 4)?;
    Some(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// A whole message in a datagram; `None`: it is none.
pub(super) fn datagram(bytes: &[u8]) -> Option<Message> {
    let mut parser = Parser::new(bytes.len());
    match parser.take(bytes) {
        (read, Some(message)) if read == bytes.len() && !message.overlong => Some(message),
        (_, Some(_) | None) => None,
    }
}

/// The bytes of a message; the payload is padded to whole words.
pub(super) fn message(kind: u32, result: u32, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let words = payload.len().div_ceil(4);
    let count = u32::try_from(words).unwrap_or(u32::MAX - WORDS_MIN) + WORDS_MIN;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + words * 4);
    for word in [kind, count, result, sequence] {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    bytes.extend_from_slice(payload);
    bytes.resize(HEAD_BYTES + words * 4, 0);
    bytes
}
