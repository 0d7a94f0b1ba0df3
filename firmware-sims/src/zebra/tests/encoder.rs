//! The magnetic encoder: data kept, written, read back; rejects and their routes.

use super::*;

fn magnetic(profile: &str, switches: Switches) -> Bench {
    let profile = small(profile).with_encoder();
    Bench::with(profile, switches, FaultPlan::default())
}

#[test]
fn what_is_encoded_is_read_back_and_glued_in_a_string() {
    let mut bench = magnetic("zebra-p330i", Switches::default());
    bench.ok(&["&R", "&CDEW 0 0", "&CDER 0 0", "&SVM 0"]);
    bench.ok(&["&B 1 AB^C/D-1", "&B 2 12=34", "&B 13 00FF1b"]);
    assert_eq!(bench.printer.mechanism().picked(), 0, "data feed nothing");
    bench.ok(&["&E*"]);
    assert_eq!(
        bench.card(1).place,
        CardPlace::PrintStart,
        "returned to print-ready"
    );
    let tracks = &bench.card(1).stripe.tracks;
    assert_eq!(tracks[0].as_deref(), Some(&b"%AB^C/D-1?"[..]));
    assert_eq!(tracks[1].as_deref(), Some(&b";12=34?"[..]));
    assert_eq!(tracks[2].as_deref(), Some(&[0x00, 0xFF, 0x1B][..]));
    assert_eq!(bench.ask("&L 1"), "\"AB^C/D-1\"");
    assert_eq!(bench.ask("M 1 &L1[&L2[&L 13"), "\"AB^C/D-112=3400FF1B\"");
    assert_eq!(bench.ask("&L 12"), "\"31323D3334\"");
}

#[test]
fn one_track_is_written_without_touching_the_others_and_cards_differ() {
    let mut bench = magnetic("zebra-p330i", Switches::default());
    bench.ok(&["&B 1 ONE", "&B 2 22", "&E 2"]);
    assert_eq!(bench.ask("&L 1"), "51");
    assert_eq!(
        bench.card(1).place,
        CardPlace::Output,
        "an encoding reject; there is no reject hopper"
    );
    bench.ok(&[".", "&E 1"]);
    assert_eq!(
        bench.card(1).stripe.tracks,
        [None, Some(b";22?".to_vec()), None]
    );
    assert_eq!(
        bench.card(2).stripe.tracks,
        [Some(b"%ONE?".to_vec()), None, None]
    );
}

#[test]
fn data_that_no_track_holds_are_refused() {
    let mut bench = magnetic("zebra-p330i", Switches::default());
    let long = |count: usize| "1".repeat(count);
    for (command, answer) in [
        (format!("&B 1 {}", long(76)), "ack"),
        (format!("&B 1 {}", long(77)), "40"),
        (format!("&B 2 {}", long(37)), "ack"),
        (format!("&B 2 {}", long(38)), "40"),
        (format!("&B 3 {}", long(104)), "ack"),
        (format!("&B 3 {}", long(105)), "40"),
        ("&B 1 lower".to_owned(), "40"),
        ("&B 2 A".to_owned(), "40"),
        ("&B 2 ".to_owned(), "40"),
        ("&B 11 0".to_owned(), "40"),
        ("&B 11 0G".to_owned(), "40"),
        ("&B 0 1".to_owned(), "10"),
    ] {
        assert_eq!(bench.ask(&command), answer, "{command}");
        bench.ok(&["."]);
    }
    bench.ok(&["&R"]);
    assert_eq!(bench.ask("&E*"), "40", "nothing to write");
    assert_eq!(bench.printer.mechanism().picked(), 0);
}

#[test]
fn formats_survive_power_and_spoil_until_they_are_reset() {
    let mut bench = magnetic("zebra-p430i", Switches::default());
    bench.ok(&["&CDEW 2 B", "&CDER 2 R", "&B 2 5", "&E 2"]);
    assert_eq!(bench.ask("&L 2"), "\"5\"", "B and R understand each other");
    bench.ok(&["&CDER 0 0"]);
    bench.hand(Hand::PowerOff);
    bench.hand(Hand::PowerOn);
    bench.pass(11_000);
    assert_eq!(bench.ask("&E 2"), "40", "write buffers are lost");
    bench.ok(&[".", "&B 2 5"]);
    assert_eq!(bench.ask("&E 2"), "41", "the format was kept");
    assert_eq!(bench.card(1).place, CardPlace::Reject);
    bench.ok(&[".", "&CDER 2 U_"]);
    assert_eq!(bench.ask("&L 2"), "51", "another card, never written");
    bench.ok(&[".", "&CDEW 0 0", "&CDER 0 0", "&E 2"]);
    assert_eq!(bench.ask("&L 2"), "\"5\"");
}

#[test]
fn encoding_rejects_go_where_they_are_routed() {
    for (routing, place) in [
        (None, CardPlace::Reject),
        (Some("+RB 1 0"), CardPlace::Output),
        (Some("+RB 2 0"), CardPlace::Reject),
        (Some("+RB 0 0"), CardPlace::Output),
        (Some("+RB 0 1"), CardPlace::Reject),
    ] {
        let mut bench = magnetic("zebra-p430i", Switches::default());
        bench.ok(&routing.into_iter().collect::<Vec<_>>());
        bench.ok(&["&B 2 5"]);
        bench.printer.arm_fault(49);
        assert_eq!(bench.ask("&E*"), "49");
        assert_eq!(bench.card(1).place, place, "{routing:?}");
    }
}

#[test]
fn a_card_that_is_stuck_in_the_encoder_is_told_until_it_has_left() {
    let mut bench = magnetic("zebra-p430i", Switches::default());
    bench.ok(&["&B 2 5"]);
    assert_eq!(bench.ask("&P"), "6");
    assert_eq!(bench.printer.port_status(), 0x18, "an answer, no fault");
    bench.printer.arm_fault(44);
    assert_eq!(bench.ask("&E*"), "44");
    bench.ok(&["."]);
    assert_eq!(bench.ask("&P"), "5");
    bench.ok(&["MC"]);
    assert_eq!(bench.ask("&P"), "6");
}

#[test]
fn a_lid_or_a_power_cut_in_mid_encoding_leaves_the_stripe_as_it_was() {
    for cut in [false, true] {
        let mut bench = magnetic("zebra-p330i", Switches::default());
        bench.ok(&["&B 2 5"]);
        bench.send(&text("&E*"));
        bench.pass(4000);
        if cut {
            bench.hand(Hand::PowerOff);
            bench.hand(Hand::PowerOn);
            bench.pass(11_000);
        } else {
            bench.hand(Hand::OpenLid);
            assert_eq!(told(&bench.answer()), "48");
        }
        assert_eq!(bench.card(1).stripe.tracks[1], None);
        assert_eq!(bench.card(1).place, CardPlace::PrintStart);
    }
}
