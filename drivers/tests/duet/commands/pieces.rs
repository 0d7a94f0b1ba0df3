//! Languages without letters: which pieces of a test's code name a command of bytes.

/// Matica: texts of hexadecimal, arrays, and the names that the tests give to them.
#[rustfmt::skip] // A table: one row a line.
pub(crate) const MATICA: &[(&str, &[&str])] = &[
    ("F2000300", &["0xF200_0300"]),
    ("F3000200", &["0xF300_0200"]),
    ("F0000200", &["0xF000_0200"]),
    ("F0000400", &["0xF000_0400"]),
    ("F0000500", &["0xF000_0500"]),
    ("F0000600", &["0xF000_0600"]),
    ("F0000800", &["0xF000_0800"]),
    ("F0000A00", &["0xF000_0A00"]),
    ("F0000100 01 02 00 00", &["\"0102", "Word::Ready", "[1,2,0,0]", "TEST"]),
    ("F0000100 02 02 00 00", &["\"0202", "Word::Position", "[2,2,0,0]"]),
    ("F0000100 03 02 00 00", &["\"0302", "Word::Initialise", "[3,2,0,0]", "INITIALISE"]),
    ("F0000100 04 02 FF", &["\"0402", "Word::Load", "[4,2,", "LOAD", "TO_CHIP"]),
    ("F0000100 05 02 FF", &["\"0502", "Word::Move", "[5,2,", "PARK", "REJECT"]),
    ("F0000100 06 02 FF", &["\"0602", "Word::Print", "[6,2,", "PRINT"]),
    ("F0000100 07 02 FF", &["\"0702", "Word::Transfer", "[7,2,", "EJECT", "RETURN"]),
    ("F0000100 07 06 FF", &["\"0706", "[7,6,"]),
    ("F0000100 08 06 00", &["\"0806", "[8,6,"]),
    ("F0000100 09", &["[9,5,", "[9,6,", "[9,7,"]),
    ("F0000100 0A 02 00", &["\"0A0200", "[0x0A,2,0,0]", "CONTACTS"]),
    ("F0000100 0A 02 40", &["\"0A0240", "[0x0A,2,0x40,0]"]),
    ("F0000100 0A 02 10", &["\"0A0210", "Word::Engage", "[0x0A,2,0x10,0]", "ENGAGE"]),
    ("F0000100 0A 02 50", &["\"0A0250", "Word::Release", "[0x0A,2,0x50,0]"]),
    ("F0000100 0B", &["\"0B0", "[0x0B,2,"]),
    ("USB 00", &["usb(&[0;6])", "usb_sense(&[0;6])"]),
    ("USB 01", &["usb(&[1,0,"]),
    ("USB 03", &["usb(&[3,0,"]),
    ("USB 12", &["usb(&[0x12,"]),
    ("USB 15", &["scsi(&[0x15,", "usb(&[0x15,"]),
    ("USB 1A", &["usb(&[0x1A,"]),
    ("USB 1D", &["usb(&[0x1D,", "scsi(&[0x1D,"]),
    ("USB 2A", &["[0x2A,0,"]),
    ("USB 2C", &["[0x2C,0,"]),
    ("USB 2D", &["[0x2D,0,"]),
    ("USB 2E", &["[0x2E,0,"]),
    ("USB 2F", &["[0x2F,0,"]),
    ("USB 31 01", &["[0x31,1,", "[0x31,0x01,"]),
    ("USB 31 08", &["[0x31,8,"]),
    ("USB 31 09", &["[0x31,9,"]),
    ("USB 31 0A", &["[0x31,0x0A,"]),
    ("USB 31 0B", &["[0x31,0x0B,"]),
    ("USB 31 0C", &["[0x31,0x0C,"]),
    ("USB 31 0D", &["[0x31,0x0D,"]),
    ("USB 32", &["[0x32,4,0,", "[0x32,5,0,"]),
    ("USB 34", &["[0x34,0,"]),
    ("USB 3B 02 60", &["[0x3B,2,0x60,"]),
    ("USB 3B 02 52", &["[0x3B,2,0x52,"]),
    ("USB 3C 02", &["[0x3C,2,"]),
    ("USB 4D", &["[0x4D,0,"]),
];

/// Magicard: the port's requests, which no byte in the pipe asks for.
#[rustfmt::skip] // A table: one row a line.
pub(crate) const MAGICARD: &[(&str, &[&str])] = &[
    ("GET_PORT_STATUS", &["Output::AskPortStatus", "LinkNews::PortStatus", ".port_status()"]),
];

/// Whether a piece stands in code without white space; a name only as a whole word outside of texts.
pub(crate) fn stands_in(code: &str, piece: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '"';
    let name = piece.chars().all(|c| part(c) || c == ':');
    code.match_indices(piece).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let behind = code[at + piece.len()..].chars().next();
        let whole = !before.is_some_and(part) && !behind.is_some_and(part);
        !name || piece.starts_with('"') || whole
    })
}

#[test]
fn names_stand_in_code_as_whole_words_only() {
    assert!(stands_in("ok(&[LOAD,PARK])", "LOAD"));
    assert!(!stands_in("ok(&[RELOAD],\"LOAD-1\")", "LOAD"));
    assert!(stands_in("[\"04020002\"]", "\"0402") && stands_in("&[4,2,0,1]", "[4,2,"));
}
