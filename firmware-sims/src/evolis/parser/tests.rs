#![expect(clippy::unwrap_used, reason = "tests")]
//! Commands out of a stream.

use proptest::prelude::*;

use super::*;

const SMALL: Geometry = Geometry {
    columns: 16,
    lines: 12,
};
const CARD: Geometry = Geometry {
    columns: 648,
    lines: 1016,
};

fn all(geometry: Geometry, stream: &[u8]) -> Vec<Command> {
    let mut parser = Parser::new(geometry, true);
    let mut rest = stream;
    let mut commands = Vec::new();
    while !rest.is_empty() {
        let (read, command) = parser.take(rest);
        rest = &rest[read..];
        commands.extend(command);
    }
    commands
}

fn texts(stream: &[u8]) -> Vec<String> {
    let text = |command: Command| [vec![command.name], command.params].concat().join(";");
    all(SMALL, stream).into_iter().map(text).collect()
}

#[test]
fn text_commands_come_apart() {
    for (stream, expected) in [
        (&b"\x1BRlr;p\r"[..], &["Rlr;p"][..]),
        (b"\x1BSs\rSr\r\x1BSe\r", &["Ss", "Sr", "Se"]),
        (b"\x1BSs\r\0\0\0\x1BSe;1\r\0\0", &["Ss", "Se;1"]),
        (b"\x1BScs;\r", &["Scs"]),
        (b"\r\r\x1B\r\x1BSi\r", &["Si"]),
        (b"\x1BPc;k;=;10\r", &["Pc;k;=;10"]),
        (b"\x1BSe\x1BRlr\r", &["Rlr"]),
        (b"\x1BDb;y;6\r", &["Db;y;6"]),
    ] {
        assert_eq!(texts(stream), expected, "{stream:?}");
    }
}

#[test]
fn a_payload_may_hold_what_frames_commands() {
    let mut stream = b"\x1BDb;k;2;".to_vec();
    stream.extend(b"\r\x1BSe\r;0;\0\r\r".iter().cycle().take(24));
    stream.extend(b"\r\x1BRlr\r");
    let commands = all(SMALL, &stream);
    assert_eq!(commands.len(), 2);
    assert_eq!(commands[0].download.as_ref().unwrap().data.len(), 24);
    assert_eq!(commands[1].name, "Rlr");
}

#[test]
fn both_forms_of_dbc_are_told_apart_by_the_third_number() {
    let payload = b"7;AAAAAAAAAAAA".to_vec();
    for (head, first) in [
        ("Dbc;k;2;14;", 0),
        ("Dbc;k;2;0;14;", 0),
        ("Dbc;k;2;11;14;", 11),
    ] {
        let stream = [b"\x1B", head.as_bytes(), &payload, b"\r"].concat();
        let commands = all(SMALL, &stream);
        let download = commands[0].download.as_ref().unwrap();
        assert_eq!(
            (download.first, &download.data),
            (first, &payload),
            "{head}"
        );
        assert_eq!(download.kind, DownloadKind::Compressed);
    }
}

#[test]
fn the_sizes_of_full_panels_are_those_of_real_streams() {
    for (head, bytes) in [
        ("Db;k;2;", 82_296),
        ("Db;y;32;", 411_480),
        ("Db;y;64;", 493_776),
        ("Db;y;128;", 576_072),
        ("Dbc;k;2;1024;", 1024),
        ("Dbp;y;64;0;420;", 420 * 81 * 6),
        ("Dbpc;y;64;10;99;", 99),
    ] {
        let stream = [b"\x1B", head.as_bytes(), &vec![0x0D; bytes], b"\r\x1BSe\r"].concat();
        let commands = all(CARD, &stream);
        assert_eq!(commands.len(), 2, "{head}");
        let download = commands[0].download.as_ref().unwrap();
        assert_eq!(download.data.len(), bytes, "{head}");
        // One byte fewer, and the printer takes the next command for dots.
        let short = [
            b"\x1B",
            head.as_bytes(),
            &vec![0x0D; bytes - 1],
            b"\r\x1BSe\r",
        ]
        .concat();
        let commands = all(CARD, &short);
        let names: Vec<&str> = commands
            .iter()
            .map(|command| command.name.as_str())
            .collect();
        assert_eq!(names[1..], ["Se"][..names.len() - 1], "{head}");
        assert_eq!(commands[0].download.as_ref().unwrap().data[bytes - 1], 0x0D);
    }
}

#[test]
fn more_bytes_than_announced_are_a_command_of_their_own() {
    let stream = [&b"\x1BDbc;k;2;12;"[..], &[0; 12], b"zz\r\x1BSe\r"].concat();
    assert_eq!(texts(&stream), ["Dbc;k;2;12", "zz", "Se"]);
}

#[test]
fn a_bitmap_file_brings_its_own_length() {
    let mut file = b"BM".to_vec();
    file.extend(20_u32.to_le_bytes());
    file.resize(20, 0x0D);
    let stream = [&b"\x1BDbmp;k;1;2;0;"[..], &file, b"\r\x1BSe\r"].concat();
    let commands = all(SMALL, &stream);
    assert_eq!(commands.len(), 2);
    assert_eq!(commands[0].download.as_ref().unwrap().data, file);
}

#[test]
fn a_text_without_end_is_skipped_to_its_end() {
    let stream = [vec![b'x'; 2000], b"\r\x1BSe\r".to_vec()].concat();
    assert_eq!(texts(&stream), ["?", "Se"]);
}

proptest! {
    #[test]
    fn no_bytes_make_parsing_panic_or_stop(
        stream in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\x1B\r;DbcpmkyoS0123456789".to_vec())], 0..600),
        restarts in any::<bool>(),
    ) {
        let mut parser = Parser::new(SMALL, restarts);
        let mut rest = stream.as_slice();
        let mut idle = 0;
        while !rest.is_empty() {
            let (read, command) = parser.take(rest);
            idle = if read == 0 && command.is_none() { idle + 1 } else { 0 };
            prop_assert!(idle < 2);
            rest = &rest[read..];
        }
    }

    #[test]
    fn cuts_change_nothing(
        stream in prop::collection::vec(prop::sample::select(b"\x1B\r;DbcmkyS012\0".to_vec()), 0..400),
        cut in 1..20_usize,
    ) {
        let whole = all(SMALL, &stream);
        let mut parser = Parser::new(SMALL, true);
        let mut commands = Vec::new();
        for piece in stream.chunks(cut) {
            let mut rest = piece;
            while !rest.is_empty() {
                let (read, command) = parser.take(rest);
                rest = &rest[read..];
                commands.extend(command);
            }
        }
        prop_assert_eq!(whole, commands);
    }
}
