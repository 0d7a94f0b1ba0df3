//! Each switch has an effect, and profiles are what they say.

use super::*;

fn reading(change: impl FnOnce(&mut Switches)) -> Bench {
    let mut switches = Switches::default();
    change(&mut switches);
    Bench::loaded(switches)
}

#[test]
fn answers_come_only_over_the_ports_that_have_them() {
    for (replies, port, answers) in [
        (Replies::Usb, Port::Usb, true),
        (Replies::Usb, Port::Serial, true),
        (Replies::Serial, Port::Usb, false),
        (Replies::Serial, Port::Serial, true),
        (Replies::None, Port::Usb, false),
        (Replies::None, Port::Serial, false),
    ] {
        let switches = Switches {
            replies,
            ..Switches::default()
        };
        let profile = small("zebra-p330i").with_port(port);
        let mut bench = Bench::with(profile, switches, FaultPlan::default());
        bench.hand(Hand::Unload);
        let answer = bench.ask("I");
        assert_eq!(answer == "4", answers, "{replies:?} {port:?}: {answer}");
        assert_eq!(
            bench.printer.port_status(),
            0x38,
            "the status byte tells in any case"
        );
        bench.send(&text("."));
        assert_eq!(bench.printer.port_status(), 0x18);
    }
}

#[test]
fn a_full_buffer_holds_the_cable_or_loses_bytes_and_says_so_once() {
    let full = |port| {
        let mut profile = small("zebra-p330i").with_port(port);
        profile.input_buffer = 10;
        let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
        let taken = bench
            .printer
            .receive(b"\x1BI\r\x1BE\r\x1BE\r\x1BE\r\x1BE\r\x1BE\r", 0);
        (bench, taken)
    };
    let (mut bench, taken) = full(Port::Usb);
    assert_eq!(taken, 13);
    assert!(bench.printer.transmit().is_empty());
    let (mut bench, taken) = full(Port::Serial);
    assert_eq!(taken, 18);
    assert_eq!(told(&bench.printer.transmit()), "15");
    assert_eq!(bench.printer.receive(b"\x1BF\r", 0), 3);
    assert!(bench.printer.transmit().is_empty(), "told once");
    bench.pass(10_000);
    assert_eq!(
        crate::hex::encode(&bench.printer.transmit()),
        "06060606",
        "what was taken"
    );
    bench.send(b"\r\x1BF\r");
    assert_eq!(told(&bench.answer()), "ack", "half a command was left");
}

#[test]
fn questions_that_are_unknown_answer_so_and_may_latch() {
    let mut bench = reading(|switches| {
        switches.e_known = false;
        switches.cln_known = false;
    });
    assert_eq!(bench.ask("E"), "14");
    assert_eq!(bench.printer.port_status(), 0x10);
    assert_eq!(bench.ask("I"), "14", "latched");
    bench.ok(&["."]);
    assert_eq!(bench.ask("%CLN"), "14");
    let mut bench = reading(|switches| switches.unknown_latches = false);
    assert_eq!(bench.ask("NONSENSE"), "14");
    assert_eq!(bench.printer.port_status(), 0x18);
    bench.ok(&["I"]);
    assert_eq!(bench.ask("IS 9"), "10");
    assert_eq!(
        bench.ask("I"),
        "10",
        "other syntax errors are latched in any case"
    );
}

#[test]
fn e_repeats_and_changes_nothing() {
    let mut bench = reading(|_| {});
    assert_eq!(bench.ask("IS 9"), "10");
    assert_eq!(bench.ask("E"), "10");
    assert_eq!(bench.ask("E"), "10");
    bench.ok(&[".", "E"]);
    for (e_after_power, expected) in [(EAfterPower::Ack, "ack"), (EAfterPower::Nak, "15")] {
        let mut bench = Bench::new(Switches {
            e_after_power,
            ..Switches::default()
        });
        assert_eq!(bench.ask("E"), expected);
    }
}

#[test]
fn the_dot_only_clears_releases_the_card_or_resumes_the_string() {
    let torn = |dot_command| {
        let mut bench = reading(|switches| switches.dot_command = dot_command);
        bench.hand(Hand::Unload);
        assert_eq!(bench.ask(&format!("{FRONT}[MO")), "4");
        bench.hand(Hand::Load { blanks: blanks(2) });
        bench.ok(&["."]);
        assert_eq!(bench.printer.port_status(), 0x18);
        bench.pass(60_000);
        bench
    };
    let bench = torn(DotCommand::OnlyClears);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    let bench = torn(DotCommand::ReleasesTheCard);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    let mut bench = torn(DotCommand::Resumes);
    assert_eq!(
        bench.printer.mechanism().output().len(),
        1,
        "a card that nobody ordered again"
    );
    assert_eq!(bench.card(6).looks(), Looks::Whole);
    assert!(bench.printer.transmit().is_empty(), "and nothing is said");
    bench.ok(&["."]);
    bench.pass(60_000);
    assert_eq!(bench.printer.mechanism().picked(), 1, "once");

    let mut bench = reading(|switches| switches.dot_command = DotCommand::ReleasesTheCard);
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: Some(1),
    });
    assert_eq!(bench.ask("M 1 IS 1[IS 0"), "8");
    assert_eq!(bench.card(1).place, CardPlace::PrintStart);
    bench.ok(&["."]);
    assert_eq!(bench.card(1).place, CardPlace::Output);
}

#[test]
fn the_button_does_nothing_or_runs_the_last_string_again() {
    for (panel_button, cards) in [
        (PanelButton::Nothing, 1),
        (PanelButton::RepeatsTheLastString, 2),
    ] {
        let mut bench = reading(|switches| switches.panel_button = panel_button);
        bench.ok(&[&format!("{FRONT}[MO")]);
        bench.hand(Hand::Press {
            button: Button::Cancel,
        });
        bench.pass(60_000);
        assert_eq!(bench.printer.mechanism().output().len(), 1);
        bench.hand(Hand::Press { button: Button::Ok });
        bench.pass(60_000);
        assert_eq!(bench.printer.mechanism().output().len(), cards);
        assert!(bench.printer.transmit().is_empty());
    }
}

#[test]
fn mo_with_nothing_inside() {
    for (mo_when_empty, expected) in [(MoWhenEmpty::Ack, "ack"), (MoWhenEmpty::Nak03, "3")] {
        let mut bench = reading(|switches| switches.mo_when_empty = mo_when_empty);
        assert_eq!(bench.ask("MO"), expected);
        bench.ok(&[".", "MC"]);
        assert_eq!(bench.printer.mechanism().picked(), 0);
    }
}

#[test]
fn ribbon_faults_are_rejects_or_leave_the_card() {
    for (routing, routed, place) in [
        (false, "+RB 0 1", CardPlace::PrintStart),
        (true, "+RB 1 1", CardPlace::Output),
        (true, "+RB 0 1", CardPlace::Reject),
    ] {
        let switches = Switches {
            routing,
            ..Switches::default()
        };
        let mut bench = Bench::planned("zebra-p430i", switches, FaultPlan::default());
        bench.load_front();
        bench.hand(Hand::Ribbon {
            kind: RibbonKind::Ymcko,
            sets: Some(1),
        });
        bench.ok(&[routed]);
        assert_eq!(bench.ask("M 1 IS 1[IS 0"), "8");
        assert_eq!(bench.card(1).place, place);
        assert_eq!(bench.ask("I"), "8", "latched all the same");
    }
}

#[test]
fn numbers_with_letters_behind_them() {
    for (number, expected, laid) in [
        (NumberReading::Strict, "10", 0),
        (NumberReading::TrailingLettersIgnored, "ack", 1),
    ] {
        let mut bench = reading(|switches| switches.number = number);
        assert_eq!(bench.ask("M 1 [IS 0zz"), expected);
        let there = bench
            .printer
            .mechanism()
            .inside()
            .first()
            .map(|id| bench.card(id.0).front.laid.len());
        assert_eq!(there.unwrap_or(0), laid);
    }
}

#[test]
fn a_string_is_checked_first_or_runs_up_to_the_wrong_item() {
    for (string_checked_first, laid) in [(true, 0), (false, 2)] {
        let mut bench = reading(|switches| switches.string_checked_first = string_checked_first);
        assert_eq!(bench.ask("M 1 [IS 0[IS 1[IS 2x"), "10");
        let passes = bench.passes();
        assert_eq!(passes, laid);
    }
}

#[test]
fn escape_inside_a_command() {
    for (escape_restarts, expected) in [(true, "ack"), (false, "14")] {
        let mut bench = reading(|switches| switches.escape_restarts = escape_restarts);
        assert_eq!(bench.ask_bytes(b"\x1BM 1 I\x1BF\r"), expected);
    }
}

#[test]
fn draws_reach_every_reading_and_the_same_seed_draws_the_same() {
    let drawn: Vec<Switches> = (0..200).map(Switches::draw).collect();
    assert_eq!(drawn[7], Switches::draw(7));
    let seen =
        |wanted: fn(&Switches) -> bool| drawn.iter().filter(|switches| wanted(switches)).count();
    for count in [
        seen(|s| s.replies == Replies::Serial),
        seen(|s| s.replies == Replies::None),
        seen(|s| s.dot_command == DotCommand::Resumes),
        seen(|s| s.dot_command == DotCommand::ReleasesTheCard),
        seen(|s| s.panel_button == PanelButton::RepeatsTheLastString),
        seen(|s| s.mo_when_empty == MoWhenEmpty::Nak03),
        seen(|s| s.e_after_power == EAfterPower::Nak),
        seen(|s| s.number == NumberReading::TrailingLettersIgnored),
        seen(|s| s.half_payload == HalfPayload::Wait),
        seen(|s| s.half_payload == HalfPayload::DroppedOnClose),
        seen(|s| !s.e_known),
        seen(|s| !s.cln_known),
        seen(|s| s.routing),
        seen(|s| !s.unknown_latches),
        seen(|s| !s.string_checked_first),
    ] {
        assert!(count > 20, "{count}");
    }
    assert!(drawn.iter().all(|s| match s.half_payload {
        HalfPayload::Timeout(seconds) => seconds < 60,
        HalfPayload::Wait | HalfPayload::DroppedOnClose => true,
    }));
}

#[test]
fn profiles_and_switches_are_read_back_as_they_were_written() {
    for name in PROFILES {
        let profile = Profile::named(name).unwrap();
        let written = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&written).unwrap(), profile);
        assert!(profile.serial.starts_with("Z000000") && profile.serial.len() == 12);
        assert_eq!((profile.memory.columns, profile.memory.lines), (652, 1048));
        assert!(!profile.encoder && !profile.placeholder_docking && !profile.fittings.contactless);
    }
    assert_eq!(Profile::named("zebra-zxp"), None);
    let p430i = Profile::named("zebra-p430i").unwrap().fittings;
    assert!(p430i.flipper && p430i.reject_box);
    let switches: Switches = serde_json::from_str(r#"{"dot_command":"resumes"}"#).unwrap();
    assert_eq!(
        switches,
        Switches {
            dot_command: DotCommand::Resumes,
            ..Switches::default()
        }
    );
    assert!(serde_json::from_str::<Switches>(r#"{"no_such":1}"#).is_err());
}

#[test]
fn durations_follow_the_factor_and_so_does_the_heads_cooling() {
    let profile = small("zebra-p330i")
        .with_factor(0.1)
        .with_serial("Z00000000002");
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    bench.load_front();
    bench.ok(&["M 5 IS 0[IS 1[IS 2[I[IV 31[MO"]);
    assert_eq!(bench.uptime, 5 * 2400 * MILLISECOND);
    let other = Bench::loaded(Switches::default());
    assert_ne!(bench.printer.pictures >> 24, other.printer.pictures >> 24);
}
