//! Framing: questions out, replies in.
//!
//! There is no checksum and no escape \[doc\]. A reply runs from SOH to ETX; anything else on the line is no reply.

use bytes::Bytes;

use super::models::Speech;

/// Filler, skipped everywhere \[doc\].
pub const FILLER: u8 = 0x05;
/// Begins pages, requests and replies.
pub const SOH: u8 = 0x01;
/// Ends a header, and a plane before its letter.
pub const FS: u8 = 0x1C;
/// Ends pages, requests and replies.
pub const ETX: u8 = 0x03;

/// Filler before a question to Rio and Tango \[measured\]; the maker's filter sends none to Enduro \[measured\].
const QUESTION_FILLER: [u8; 9] = [FILLER; 9];
/// A reply longer than this is none.
pub const REPLY_BYTES_MAX: usize = 4096;
/// Replies that wait to be taken; older ones are dropped.
const REPLIES_MAX: usize = 64;

/// Values that a Rio or Tango is asked for one by one [code: gp].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Printer's serial number.
    Serial,
    /// Firmware.
    Firmware,
    /// Cards, total.
    Cards,
    /// Panels, total.
    Panels,
    /// Panels remaining on the film.
    FilmLeft,
    /// Cards since it was cleaned.
    CardsSinceClean,
    /// Panels since it was cleaned.
    PanelsSinceClean,
    /// Cards between prompts to clean.
    CleanEvery,
}

impl Key {
    /// All of them.
    pub const ALL: [Key; 8] = [
        Key::Serial,
        Key::Firmware,
        Key::Cards,
        Key::Panels,
        Key::FilmLeft,
        Key::CardsSinceClean,
        Key::PanelsSinceClean,
        Key::CleanEvery,
    ];

    /// Three letters.
    pub fn text(self) -> &'static str {
        match self {
            Key::Serial => "MSR",
            Key::Firmware => "VRS",
            Key::Cards => "TCQ",
            Key::Panels => "TPQ",
            Key::FilmLeft => "DFR",
            Key::CardsSinceClean => "CCQ",
            Key::PanelsSinceClean => "CPQ",
            Key::CleanEvery => "CCP",
        }
    }
}

/// A question that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// `INF`: everything (Enduro).
    Info,
    /// `ERR`: the error in words, its code at the end \[capture\].
    Error,
    /// `STA`: one value (Rio, Tango).
    Value(Key),
}

impl Question {
    /// Its bytes.
    pub fn emit(self, speech: Speech) -> Bytes {
        match self {
            Question::Info => request(speech, "INF"),
            Question::Error => request(speech, "ERR"),
            Question::Value(key) => request(speech, &format!("STA,{}", key.text())),
        }
    }
}

/// `CAN`: equals the Cancel button. No reply to it is documented.
pub fn cancel(speech: Speech) -> Bytes {
    request(speech, "CAN")
}

/// Requests carry a comma before FS, pages do not \[doc\].
fn request(speech: Speech, command: &str) -> Bytes {
    let mut bytes = Vec::with_capacity(32);
    match speech {
        Speech::Enduro => bytes.extend_from_slice(&[SOH, b',']),
        Speech::Rio => {
            bytes.extend_from_slice(&QUESTION_FILLER);
            bytes.push(SOH);
        }
    }
    bytes.extend_from_slice(b"REQ,");
    bytes.extend_from_slice(command.as_bytes());
    bytes.extend_from_slice(&[b',', FS, ETX]);
    Bytes::from(bytes)
}

/// What lies between SOH and ETX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Values of `INF`, numbered from 0.
    Info(Vec<String>),
    /// A key of three letters and its value.
    Value(String, String),
    /// A text with a code at its end: `ERR`.
    Text(String),
    /// Something else.
    Other,
}

impl Reply {
    fn read(bytes: &[u8]) -> Reply {
        let text = String::from_utf8_lossy(bytes);
        let Some(said) = text.strip_prefix("STA") else {
            return Reply::Other;
        };
        if let Some(values) = said.strip_prefix("$$") {
            // One separator trails; commas and colons are the same to the maker's parser [code: ultra14].
            let values = values.strip_suffix(',').unwrap_or(values);
            return Reply::Info(
                values
                    .split([',', ':'])
                    .map(|v| v.trim().to_owned())
                    .collect(),
            );
        }
        if let Some(rest) = said.strip_prefix(',') {
            let rest = rest.strip_suffix(',').unwrap_or(rest);
            let letters = rest.is_char_boundary(3) && rest.len() >= 3;
            return if letters {
                let (key, value) = rest.split_at(3);
                Reply::Value(key.to_owned(), value.trim().to_owned())
            } else {
                Reply::Other
            };
        }
        Reply::Text(said.to_owned())
    }
}

/// Puts replies together from bytes cut anywhere.
#[derive(Debug, Default)]
pub struct Replies {
    /// What has come of the reply that has begun.
    partial: Option<Vec<u8>>,
    whole: std::collections::VecDeque<Reply>,
}

impl Replies {
    /// Takes bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (*byte, &mut self.partial) {
                // A reply that broke off is lost with the next one's beginning.
                (SOH, _) => self.partial = Some(Vec::new()),
                (ETX, Some(partial)) => {
                    let reply = Reply::read(partial);
                    self.partial = None;
                    if self.whole.len() == REPLIES_MAX {
                        self.whole.pop_front();
                    }
                    self.whole.push_back(reply);
                }
                (_, Some(partial)) if partial.len() == REPLY_BYTES_MAX => self.partial = None,
                (other, Some(partial)) => partial.push(other),
                (_, None) => {}
            }
        }
    }

    /// The next whole reply.
    pub fn pop(&mut self) -> Option<Reply> {
        self.whole.pop_front()
    }

    /// Whether a reply has begun and not ended.
    pub fn is_partial(&self) -> bool {
        self.partial.is_some()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Replies::default();
    }
}
