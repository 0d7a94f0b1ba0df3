//! Bytes: captured and computed vectors, cuts, and what is no frame.

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    crate::hex::decode(&digits).unwrap()
}

/// Sends and compares with the bytes of a capture.
fn exchange(bench: &mut Bench, request: &str, expected: &str) {
    bench.send(&hex(request));
    let answer = bench.answer().unwrap();
    let got = message(answer.kind, answer.result, answer.sequence, &answer.payload);
    assert_eq!(got, hex(expected), "{request}");
}

#[test]
fn the_captured_exchanges_are_answered_byte_for_byte() {
    let mut bench = Bench::new(Switches::default());
    let test = "F0000100 00000003 00000000 00000000 01020000";
    let place = "F0000100 00000003 00000000 00000000 02020000";
    let done = "F1000100 00000002 00000000 00000000";
    exchange(&mut bench, test, done);
    bench.hand(Hand::Unload);
    let none = "F1000200 00000002 0002D000 00000000";
    exchange(&mut bench, test, none);
    let outside = "F1000300 00000003 00000000 00000000 01020400";
    exchange(&mut bench, place, outside);
    bench.hand(Hand::Load { blanks: blanks(1) });
    let load = "F0000100 00000003 00000000 00000000 04020002";
    exchange(&mut bench, load, done);
    let station = "F1000300 00000003 00000000 00000000 01020002";
    exchange(&mut bench, place, station);
    let wrong = "F0000100 00000003 00000000 00000000 04020004";
    let refused = "F1000200 00000002 00052A00 00000000";
    exchange(&mut bench, wrong, refused);
}

#[test]
fn the_greeting_and_the_job_start_are_the_computed_ones() {
    let mut profile = Profile::named("matica-xid8600").unwrap();
    profile.printer_name = "PRINTER01".to_owned();
    profile.ipv6 = [0; 16];
    let mut printer = Matica::new(profile, Switches::default(), FaultPlan::default());
    printer.host_opened(0);
    let greeting = "
        F3000200 0000001C 00000000 00033118 00000000 00000000 00000000 00005052
        494E5445 52303100 C000020A 00000000 00000000 00000000 58494438 36303020
        20202020 20202020 00000000 00000000 00000000 00000000 00000000 00000000
        00000000 00000000 00000000 00000000 00000000 00000000";
    assert_eq!(printer.transmit(), hex(greeting));
    let start = [
        "F2000300 0000001D 00000002 99999999 00000000 7D0A1809 1E050000 53004900 41004B00",
        &"00000000 ".repeat(6),
        "4B005400 50002D00 30003000 30003100",
        &"00000000 ".repeat(12),
    ];
    let start = hex(&start.concat());
    assert_eq!(start.len(), 124);
    printer.receive(&start, 0);
    assert_eq!(
        printer.transmit(),
        hex("F3000400 00000002 00000000 99999999")
    );
}

#[test]
fn plane_heads_of_both_models_are_the_computed_ones() {
    for (name, head) in [
        (
            "matica-xid9300",
            "F0000200 00029FCD 00000000 00000005 01000000 000A7F24 000A7F20",
        ),
        (
            "matica-xid8600",
            "F0000200 000A7F25 00000000 00000005 01000000 0029FC84 0029FC80",
        ),
    ] {
        let profile = Profile::named(name).unwrap();
        let bytes = profile.plane_bytes();
        let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
        bench.send(&hex(head));
        bench.send(&vec![0; bytes]);
        let answer = bench.answer_now().unwrap();
        assert_eq!((answer.result, answer.sequence), (0, 5), "{name}");
    }
}

#[test]
fn magnetic_vectors_are_written_and_read_back_where_each_model_has_them() {
    for (name, at) in [("matica-xid9300", 2), ("matica-xid8600", 4)] {
        let mut bench = Bench::planned(name, Switches::default(), FaultPlan::default());
        bench.ok(&[[4, 2, 0, 3]]);
        assert_eq!(bench.place(), (0, 3));
        assert_eq!(bench.ask(&hex("08060000 24000000")), 0x0003_AE00, "blank");
        let track =
            "F0000100 00000007 00000000 00000006 09100001 240C0B01 02030405 06070809 000F0000";
        let done = "F1000100 00000002 00000000 00000006";
        exchange(&mut bench, track, done);
        let both = "09190002 16070522 11123E21 1F240C0B 01020304 05060708 09000F00";
        assert_eq!(bench.ask(&hex(both)), 0);
        bench.order(0, &hex("08060000 24000000"));
        let read = bench.answer().unwrap();
        assert_eq!(read.kind, DATA);
        let entry = hex("01 24 0C 0B0102030405060708090 0 0F");
        assert_eq!(read.payload[at..at + entry.len()], entry, "{name}");
        assert_eq!(bench.ask(&hex("08060016 24340000")), 0x0003_AE00, "track 3");
        bench.ok(&[REJECT]);
        bench.ok(&[[4, 2, 0, 3]]);
        assert_eq!(bench.ask(&hex("08060000 24000000")), 0x0003_AE00, "another");
    }
}

#[test]
fn a_count_that_cannot_be_loses_the_frame_until_the_next_connection() {
    let mut bench = Bench::new(Switches::default());
    bench.send(&hex("F0000100 00000001 00000000 00000000"));
    bench.send(&message(0xF000_0100, 0, 9, &TEST));
    assert_eq!(bench.answer(), None, "deaf");
    bench.disconnect();
    bench.connect();
    bench.ok(&[TEST]);
}

#[test]
fn a_message_that_is_too_long_is_read_over_and_refused() {
    let mut bench = Bench::new(Switches::default());
    bench.send(&message(0xF000_0100, 0, 9, &vec![0; 40_000]));
    let answer = bench.answer_now().unwrap();
    assert_eq!((answer.result, answer.sequence), (0x0005_1A00, 9));
    bench.ok(&[TEST]);
    bench.send(&message(0xF000_0F00, 0, 9, &[]));
    assert_eq!(bench.answer_now().unwrap().result, 0x0005_2000);
    bench.send(&message(0xF000_0800, 0, 9, &[0x4C, 2, 1, 3]));
    assert_eq!(bench.answer_now().unwrap().kind, 0xF100_0800);
    assert_eq!(
        bench.printer.flash.settings.value(0x4C),
        Some(2),
        "over TCP nothing changes"
    );
}

#[test]
fn the_table_of_commands_names_every_row_once() {
    let mut names: Vec<&str> = COMMANDS.iter().map(|(name, ..)| *name).collect();
    assert!(
        names
            .iter()
            .filter(|name| name.starts_with("F0000100 "))
            .count()
            == 11
    );
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
    assert!(
        COMMANDS
            .iter()
            .all(|(_, what, source)| !what.is_empty() && !source.is_empty())
    );
}
