//! The messages of the network interface: whole 32-bit words, big end first.
//!
//! Shape of each: type, number of words that follow the second one, parameter (to the printer) or result (from it),
//! sequence number, payload padded to whole words [capture]. The same frame runs over TCP (the job) and UDP
//! (status, see [`super::info`]). Nothing here panics on any bytes.

use bytes::Bytes;

/// Bytes of a header: type, length, parameter or result, sequence.
pub const HEADER_BYTES: usize = 16;
/// Words that follow the second one in the shortest message [capture].
const WORDS_MIN: usize = 2;
/// Words that follow the second one at most in a message that we take: the greeting has 28, a status some 50 [capture];
/// the limit is ours.
pub const WORDS_MAX: usize = 1024;

/// The printer speaks first [capture].
pub const GREETING: u32 = 0xF300_0200;
/// Job start [capture].
pub const JOB_START: u32 = 0xF200_0300;
/// Its answer [capture].
pub const JOB_STARTED: u32 = 0xF300_0400;
/// A command to the mechanism [capture].
pub const COMMAND: u32 = 0xF000_0100;
/// Carried out, no data [capture].
pub const DONE: u32 = 0xF100_0100;
/// Refused or failed; the result is the sense code [capture].
pub const REFUSED: u32 = 0xF100_0200;
/// Carried out, with data [capture].
pub const DATA: u32 = 0xF100_0300;
/// One plane of a picture [capture].
pub const PLANE: u32 = 0xF000_0200;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: u32,
    /// Parameter on the way to the printer, result on the way back: 0 is good.
    pub result: u32,
    /// Number that the answer repeats.
    pub sequence: u32,
    /// The rest: whole words.
    pub payload: Vec<u8>,
}

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// More bytes are needed.
    #[error("the message is not complete")]
    Short,
    /// The length is none that a printer of this kind sends: the frame is lost.
    #[error("{0} words are no length of a message")]
    Length(u32),
    /// The payload is no command of the mechanism.
    #[error("no command begins with {0:02X}")]
    Command(u8),
}

impl Message {
    /// The message as bytes. A payload that is not whole words is padded with zeros.
    pub fn emit(&self) -> Bytes {
        let words = (HEADER_BYTES + self.payload.len()).div_ceil(4);
        let mut bytes = Vec::with_capacity(words * 4);
        header(self.kind, words - 2, self.result, self.sequence, &mut bytes);
        bytes.extend_from_slice(&self.payload);
        bytes.resize(words * 4, 0);
        Bytes::from(bytes)
    }

    /// Reads one message from the front; with it the number of bytes it took.
    pub fn parse(bytes: &[u8]) -> Result<(Message, usize), WireError> {
        let length = word(bytes, 4).ok_or(WireError::Short)?;
        let words = usize::try_from(length).unwrap_or(usize::MAX);
        if !(WORDS_MIN..=WORDS_MAX).contains(&words) {
            return Err(WireError::Length(length));
        }
        let used = 8 + words * 4;
        let whole = bytes.get(..used).ok_or(WireError::Short)?;
        let part = |at| word(whole, at).ok_or(WireError::Short);
        let message = Message {
            kind: part(0)?,
            result: part(8)?,
            sequence: part(12)?,
            payload: whole[HEADER_BYTES..].to_vec(),
        };
        Ok((message, used))
    }
}

fn header(kind: u32, words: usize, result: u32, sequence: u32, bytes: &mut Vec<u8>) {
    let words = u32::try_from(words).expect("a plane's words fit four bytes");
    for word in [kind, words, result, sequence] {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(
        four.try_into().expect("a slice of four bytes"),
    ))
}

/// Puts messages together from bytes that are cut anywhere.
#[derive(Debug, Default)]
pub struct Messages {
    bytes: Vec<u8>,
    lost: bool,
}

impl Messages {
    /// Takes what came. After a length that cannot be nothing more is kept: the frame does not come back.
    pub fn take(&mut self, bytes: &[u8]) {
        if !self.lost {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The next whole message; `Err` once the frame is lost.
    pub fn pop(&mut self) -> Result<Option<Message>, WireError> {
        match Message::parse(&self.bytes) {
            Ok((message, used)) => {
                self.bytes.drain(..used);
                Ok(Some(message))
            }
            Err(WireError::Short) => Ok(None),
            Err(error) => {
                self.lost = true;
                self.bytes.clear();
                Err(error)
            }
        }
    }

    /// Whether the frame is lost.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Forgets what was begun: datagrams come whole or not at all.
    pub fn clear(&mut self) {
        *self = Messages::default();
    }
}

/// A place in the printer [code: cardprint; capture].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Position {
    /// Print and transfer.
    Print = 0,
    /// Contact station.
    Contact = 1,
    /// Contactless station.
    Contactless = 2,
    /// Magnetic head.
    Magnetic = 3,
    /// The reject exit.
    Reject = 4,
    /// The output; only as the end of a transfer, as a move's end \[unknown\].
    Output = 5,
}

impl Position {
    /// The place of that code.
    pub fn of(code: u8) -> Option<Position> {
        [
            Position::Print,
            Position::Contact,
            Position::Contactless,
            Position::Magnetic,
            Position::Reject,
            Position::Output,
        ]
        .into_iter()
        .find(|position| *position as u8 == code)
    }
}

/// A plane's bit, on the network [capture]. On USB planes are numbered otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ink {
    /// Yellow.
    Yellow = 0x01,
    /// Magenta.
    Magenta = 0x02,
    /// Cyan.
    Cyan = 0x04,
    /// Resin black.
    Black = 0x08,
}

/// A set of planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inks(u8);

impl Inks {
    /// The set with one more.
    #[must_use]
    pub fn with(self, ink: Ink) -> Inks {
        Inks(self.0 | ink as u8)
    }

    /// The mask of the print command.
    pub fn mask(self) -> u8 {
        self.0
    }
}

/// Wind to a fresh panel of film [capture].
const FILM: u8 = 0x80;
/// Turn the card after the transfer [capture].
const TURN: u8 = 0x10;
/// Contactless station: engage, release [capture].
const ENGAGE: u8 = 0x10;
const RELEASE: u8 = 0x50;

/// A command of the mechanism that this driver sends, always blocking (parameter 0): it is answered when the motion
/// is over [code: cardprint]. Only short forms of 07 [code: both public drivers].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// `01020000`: is it ready?
    Ready,
    /// `02020000`: where is the card?
    Position,
    /// `03020000`: initialise, as the reset button.
    Initialise,
    /// `0402FFPP`: a card from the hopper.
    Load {
        /// Where to.
        to: Position,
    },
    /// `0502FFPP`: the card inside.
    Move {
        /// Where to.
        to: Position,
    },
    /// `060200MM`: these planes onto the film, from buffer 0.
    Print(Inks),
    /// `0702FFPP`: the film's picture onto the card.
    Transfer {
        /// Turn the card over afterwards.
        turn: bool,
        /// Where the card goes.
        then: Position,
    },
    /// `0A021000`: the contactless station's antenna on.
    Engage,
    /// `0A025000`: off.
    Release,
}

impl Word {
    /// The payload. Whatever brings a card to the print position carries film-initialise: there is no other form.
    pub fn payload(self) -> [u8; 4] {
        let film = |to: Position| if to == Position::Print { FILM } else { 0 };
        match self {
            Word::Ready => [0x01, 0x02, 0, 0],
            Word::Position => [0x02, 0x02, 0, 0],
            Word::Initialise => [0x03, 0x02, 0, 0],
            Word::Load { to } => [0x04, 0x02, film(to), to as u8],
            Word::Move { to } => [0x05, 0x02, film(to), to as u8],
            Word::Print(inks) => [0x06, 0x02, 0, inks.mask()],
            Word::Transfer { turn, then } => [0x07, 0x02, if turn { TURN } else { 0 }, then as u8],
            Word::Engage => [0x0A, 0x02, ENGAGE, 0],
            Word::Release => [0x0A, 0x02, RELEASE, 0],
        }
    }

    /// The whole message.
    pub fn emit(self, sequence: u32) -> Bytes {
        Message {
            kind: COMMAND,
            result: 0,
            sequence,
            payload: self.payload().to_vec(),
        }
        .emit()
    }

    /// Whether it may move a card, film or ribbon.
    pub fn moves(self) -> bool {
        match self {
            Word::Initialise
            | Word::Load { .. }
            | Word::Move { .. }
            | Word::Print(_)
            | Word::Transfer { .. } => true,
            Word::Ready | Word::Position | Word::Engage | Word::Release => false,
        }
    }
}

/// What the printer says of the card's place: `01 02 MM PP` [capture].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Inside, at this place; `None`: a place without a name.
    Inside(Option<Position>),
    /// No card inside.
    Nothing,
}

/// Reads the answer to the question for the place; `None`: it is none.
pub fn place(payload: &[u8]) -> Option<Told> {
    match payload {
        [0x01, 0x02, 0x00, code, ..] => Some(Told::Inside(Position::of(*code))),
        [0x01, 0x02, _, _, ..] => Some(Told::Nothing),
        _ => None,
    }
}

/// Bytes before a plane's data: plane word, length and 4, length [capture].
const PLANE_HEAD_BYTES: usize = 12;

/// One plane with its header, in one buffer. `fill` appends the data; what it leaves short is zero.
pub fn plane(ink: Ink, data_bytes: usize, sequence: u32, fill: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let all = HEADER_BYTES + PLANE_HEAD_BYTES + data_bytes.next_multiple_of(4);
    let mut bytes = Vec::with_capacity(all);
    header(PLANE, all / 4 - 2, 0, sequence, &mut bytes);
    let length = u32::try_from(data_bytes).expect("a plane's bytes fit four bytes");
    bytes.extend_from_slice(&[ink as u8, 0, 0, 0]);
    bytes.extend_from_slice(&length.saturating_add(4).to_be_bytes());
    bytes.extend_from_slice(&length.to_be_bytes());
    fill(&mut bytes);
    bytes.resize(all, 0);
    Bytes::from(bytes)
}

/// The printer's first message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Greeting {
    /// Its sequence number, arbitrary [capture].
    pub sequence: u32,
    /// The printer's name; a person may have set it.
    pub name: String,
    /// The model, without its padding.
    pub model: String,
    /// The link-local IPv6 address, in hex; `None` where it is all zeros or was not sent.
    pub address: Option<String>,
}

impl Greeting {
    /// Reads it; `None`: the message is no greeting, or has fewer than `bytes_min` bytes in all.
    ///
    /// Shape, in bytes of the whole message: 30 name, 10, NUL ended; 56 model, 16, padded with spaces; 72 link-local
    /// IPv6 address, 16 [capture].
    pub fn read(message: &Message, bytes_min: usize) -> Option<Greeting> {
        let known = message.kind == GREETING;
        if !known || message.payload.len() + HEADER_BYTES < bytes_min {
            return None;
        }
        let part = |at: usize, length: usize| {
            let from = (at - HEADER_BYTES).min(message.payload.len());
            let to = (at - HEADER_BYTES + length).min(message.payload.len());
            &message.payload[from..to]
        };
        let address = part(72, 16);
        let told = address.len() == 16 && address.iter().any(|byte| *byte != 0);
        Some(Greeting {
            sequence: message.sequence,
            name: text(part(30, 10)),
            model: text(part(56, 16)),
            address: told.then(|| address.iter().map(|byte| format!("{byte:02x}")).collect()),
        })
    }

    /// What tells this unit from another: model, name and address, as far as they were told.
    pub fn unit(&self) -> String {
        let address = self.address.as_deref().unwrap_or("-");
        format!("{}/{}/{address}", self.model, self.name)
    }
}

/// Printable text up to a NUL, without padding.
pub fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let printable = bytes[..end.unwrap_or(bytes.len())]
        .iter()
        .filter(|byte| byte.is_ascii_graphic() || **byte == b' ')
        .map(|byte| char::from(*byte));
    printable.collect::<String>().trim().to_owned()
}

/// When a job began, as its start tells. No printer was seen to check it: the public drivers send one frozen moment
/// [code: cardprint], and so does the default. The fields' meaning is \[inferred\] from three samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobMoment {
    /// Year less 1900.
    pub year: u8,
    /// Month, January is 0.
    pub month: u8,
    /// Day of the month.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
}

impl Default for JobMoment {
    /// The moment of a captured job, 2020-10-17 07:21:41 [capture].
    fn default() -> JobMoment {
        JobMoment {
            year: 120,
            month: 9,
            day: 17,
            hour: 7,
            minute: 21,
            second: 41,
        }
    }
}

/// Document information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStart<'a> {
    /// The parameter word: 2 on the 600 dpi model, 0 on the other [capture, code].
    pub parameter: u32,
    /// Its sequence number.
    pub sequence: u32,
    /// The first four bytes: zero, or what was replayed to a 300 dpi model; meaning \[unknown\].
    pub mark: [u8; 4],
    /// When.
    pub moment: JobMoment,
    /// Who; never personal data. Cut to 16 UTF-16 units.
    pub owner: &'a str,
    /// What; never personal data. Cut to 32 UTF-16 units.
    pub title: &'a str,
}

/// Bytes of the payload [capture].
const JOB_START_BYTES: usize = 108;

impl JobStart<'_> {
    /// The message.
    pub fn emit(&self) -> Bytes {
        let mut payload = Vec::with_capacity(JOB_START_BYTES);
        payload.extend_from_slice(&self.mark);
        let moment = self.moment;
        payload.extend_from_slice(&[
            moment.year,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            0,
            0,
        ]);
        for (text, bytes) in [(self.owner, 32), (self.title, 64)] {
            let end = payload.len() + bytes;
            for unit in text.encode_utf16().take(bytes / 2) {
                payload.extend_from_slice(&unit.to_le_bytes());
            }
            payload.resize(end, 0);
        }
        Message {
            kind: JOB_START,
            result: self.parameter,
            sequence: self.sequence,
            payload,
        }
        .emit()
    }
}
