//! Messages as this bench reads and writes them: a plain reading of its own.

/// The greeting.
pub(crate) const GREETING: u32 = 0xF300_0200;
/// Job start.
pub(crate) const JOB: u32 = 0xF200_0300;
/// A plane.
pub(crate) const PLANE: u32 = 0xF000_0200;
/// A command that was refused or has failed.
pub(crate) const REFUSED: u32 = 0xF100_0200;
/// A command that was carried out.
pub(crate) const DONE: u32 = 0xF100_0100;

/// One word of a message.
pub(crate) fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at * 4..at * 4 + 4].try_into().unwrap())
}

/// Words as bytes.
pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Bytes of the message that begins here; `None`: its length has not come.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    (bytes.len() >= 8).then(|| 8 + usize::try_from(word(bytes, 1)).unwrap() * 4)
}

/// What a message to the printer is called: its payload for commands, `plane N`, `job`.
pub(crate) fn name(message: &[u8]) -> String {
    match word(message, 0) {
        JOB => "job".to_owned(),
        PLANE => format!("plane {}", message[16]),
        _ => hex(&message[16..20.min(message.len())]),
    }
}

/// Bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// A refusal of the message with that number.
pub(crate) fn refusal(sense: u32, sequence: u32) -> Vec<u8> {
    words(&[REFUSED, 2, sense, sequence])
}

/// Takes a stream of whole messages apart.
pub(crate) fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while let Some(length) = length(bytes) {
        let (message, rest) = bytes.split_at(length);
        messages.push(message);
        bytes = rest;
    }
    assert!(bytes.is_empty(), "firmware speaks in whole messages");
    messages
}
