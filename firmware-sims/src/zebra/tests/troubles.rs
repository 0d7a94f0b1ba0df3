//! Lids, jams, ribbons, heat, planned faults, and the chip station.

use super::*;
use crate::faults::{PlannedFault, Step};

fn plan(card: u32, step: Step, permille: u16, strike: Strike) -> FaultPlan {
    FaultPlan {
        faults: vec![PlannedFault {
            card,
            step,
            permille,
            strike,
        }],
        ..FaultPlan::default()
    }
}

fn planned(fault: FaultPlan) -> Bench {
    let mut bench = Bench::planned("zebra-p430i", Switches::default(), fault);
    bench.load_front();
    bench
}

#[test]
fn a_lid_opened_in_mid_pass_leaves_it_half_laid() {
    let mut bench = planned(plan(1, Step::Panel(1), 500, Strike::LidOpens));
    assert_eq!(bench.ask(FRONT), "48");
    assert_eq!(bench.printer.port_status(), 0x30);
    let laid = &bench.card(1).front.laid;
    assert_eq!(
        (laid[0].complete, laid[1].complete, laid[1].lines),
        (true, false, 48)
    );
    bench.hand(Hand::CloseLid);
    assert_eq!(bench.ask("MO"), "48", "latched");
    bench.ok(&["MC", "."]);
    assert_eq!(bench.card(1).place, CardPlace::Output);
    assert_eq!(bench.card(1).looks(), Looks::Part);
    bench.ok(&[FRONT]);
    assert_eq!(
        bench.card(2).looks(),
        Looks::Whole,
        "from the images in memory"
    );
}

#[test]
fn every_step_of_the_plan_can_jam() {
    for (step, answer) in [
        (Step::Feed, "3"),
        (Step::Panel(0), "3"),
        (Step::Panel(4), "3"),
        (Step::Flip, "47"),
        (Step::Eject, "3"),
    ] {
        let mut bench = planned(plan(1, step, 0, Strike::Jam));
        let string = "M 1 [IS 0[IS 1[IS 2[I[IV 31[MF[MO";
        assert_eq!(bench.ask(string), answer, "{step:?}");
        assert_eq!(bench.printer.port_status(), 0x30);
        bench.ok(&["."]);
        assert_eq!(bench.ask("MC"), answer, "stuck as before");
        assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 1);
        bench.ok(&[".", "MC", string]);
        assert_eq!(bench.card(2).place, CardPlace::Output);
    }
}

#[test]
fn a_torn_ribbon_and_a_used_up_one_have_two_codes_and_the_card_stays() {
    let mut bench = planned(plan(1, Step::Panel(1), 0, Strike::RibbonEnds));
    assert_eq!(bench.ask(FRONT), "1");
    assert_eq!(bench.card(1).place, CardPlace::PrintStart);
    assert_eq!(bench.printer.port_status(), 0x38);
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: Some(1),
    });
    bench.ok(&[".", "MC", FRONT, "MO"]);
    assert_eq!(bench.ask(FRONT), "8");
    assert_eq!(bench.card(3).place, CardPlace::PrintStart);
    assert_eq!(bench.card(3).looks(), Looks::Blank);
}

#[test]
fn a_wrong_ribbon_is_told_before_a_card_is_fed() {
    let mut bench = planned(FaultPlan::default());
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::K,
        sets: None,
    });
    assert_eq!(bench.ask(FRONT), "35");
    bench.ok(&[".", "+RIB 4", "M 1 I[MO"]);
    assert_eq!(bench.card(1).place, CardPlace::Output);
    bench.ok(&["+RIB 2"]);
    assert_eq!(
        bench.ask("IS 0"),
        "35",
        "no such panel, found only when it is wanted"
    );
    assert_eq!(bench.card(2).place, CardPlace::PrintStart);
}

#[test]
fn two_cards_that_stick_together_jam_the_feeder() {
    let mut bench = planned(plan(1, Step::Feed, 0, Strike::DoubleFeed));
    assert_eq!(bench.ask(FRONT), "3");
    assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 2);
}

#[test]
fn a_stale_answer_comes_once_more() {
    let mut bench = planned(plan(1, Step::Panel(0), 500, Strike::StaleAnswer));
    bench.send(&text("IS 0"));
    assert_eq!(told(&bench.answer()), "ack", "the data's");
    assert!(bench.printer.mechanism().moving(), "and too early");
    assert_eq!(told(&bench.answer()), "ack");
}

#[test]
fn a_pulled_cable_carries_nothing_and_the_string_runs_on() {
    let mut bench = planned(plan(1, Step::Panel(0), 500, Strike::CablePulled));
    bench.send(&text(FRONT));
    bench.pass(60_000);
    assert!(!bench.printer.plugged());
    assert_eq!(bench.printer.receive(b"\x1BE\r", bench.uptime), 0);
    assert_eq!(bench.card(1).looks(), Looks::Whole);
    bench.hand(Hand::PlugIn);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(told(&bench.printer.transmit()), "ack");
    assert_eq!(bench.ask("E"), "ack");
}

#[test]
fn a_card_taken_between_two_passes_lets_no_other_take_the_rest() {
    let mut bench = planned(FaultPlan::default());
    bench.send(&text(FRONT));
    bench.pass(5000);
    bench.hand(Hand::OpenLid);
    assert_eq!(told(&bench.answer()), "48");
    bench.hand(Hand::TakeInside);
    bench.hand(Hand::CloseLid);
    bench.ok(&["."]);
    assert_eq!(bench.printer.mechanism().picked(), 1);
    // A command of its own feeds: the firmware knows no jobs.
    bench.ok(&["IS 1"]);
    assert_eq!(bench.printer.mechanism().picked(), 2);
}

#[test]
fn a_hot_head_refuses_a_string_pauses_in_one_and_cools() {
    let mut bench = planned(FaultPlan::default());
    let mut passes = 0;
    let hot = loop {
        match bench.ask("IS 0").as_str() {
            "ack" => passes += 1,
            other => break other.to_owned(),
        }
        assert!(passes < 100, "it never gets hot");
    };
    assert_eq!((hot.as_str(), bench.printer.port_status()), ("2", 0x30));
    let fed = bench.printer.mechanism().picked();
    bench.pass(1000);
    bench.ok(&["."]);
    assert_eq!(bench.ask("IS 0"), "2", "a little later it still rests");
    bench.pass(60_000);
    bench.ok(&[".", "IS 0"]);
    assert_eq!(
        bench.printer.mechanism().picked(),
        fed,
        "on the card inside"
    );

    let mut bench = planned(FaultPlan::default());
    let string = vec!["IS 0"; 60].join("[");
    let before = bench.uptime;
    bench.ok(&[&format!("M 1 {string}")]);
    let ran = (bench.uptime - before) / MILLISECOND;
    assert!(ran > 3000 + 60 * 4500 + 12_000, "it paused: {ran} ms");
}

#[test]
fn an_ordinary_room_never_gets_a_head_hot() {
    let mut bench = planned(FaultPlan::default());
    bench.hand(Hand::Load { blanks: blanks(60) });
    bench.ok(&["M 60 IS 0[IS 1[IS 2[I[IV 31[MO"]);
    assert!(!bench.printer.head.too_hot(bench.uptime));
    assert_eq!(bench.uptime, 60 * 24_000 * MILLISECOND, "and never paused");
}

#[test]
fn the_chip_station_exists_only_where_the_profile_has_it() {
    let mut bench = Bench::new(Switches::default());
    for (command, ..) in PLACEHOLDERS {
        assert_eq!(bench.ask(command), "14", "{command}");
        bench.ok(&["."]);
    }
    assert_eq!(bench.printer.reader("presence", bench.uptime), "no");
    let profile = small("zebra-p430i").with_chip_station();
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    bench.ok(&["MS 2"]);
    assert_eq!(bench.card(1).place, CardPlace::Contactless, "fed by itself");
    assert_eq!(
        bench.printer.reader("uid", bench.uptime),
        "TEST-00000000000001"
    );
    assert_eq!(
        bench.printer.reader("apdu 00D60004021234", bench.uptime),
        "9000"
    );
    bench.ok(&["MI"]);
    assert_eq!(bench.card(1).place, CardPlace::PrintStart);
    bench.ok(&["MS 1"]);
    assert_eq!(bench.card(1).place, CardPlace::Contact);
    bench.ok(&["MR"]);
    assert_eq!(bench.card(1).place, CardPlace::Reject);
    bench.ok(&["M 1 MS 2[MI[I[MO"]);
    assert_eq!(bench.card(2).place, CardPlace::Output);
    assert_eq!(bench.ask("MS 3"), "10");
    let profile = small("zebra-p330i").with_chip_station();
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    assert_eq!(bench.ask("MR"), "14", "no reject hopper");
}

#[test]
fn faults_of_the_station_steps_strike() {
    for (step, commands) in [(Step::Station, ["MS 2", "MI"]), (Step::Park, ["MI", "MO"])] {
        let profile = small("zebra-p430i").with_chip_station();
        let mut bench = Bench::with(profile, Switches::default(), plan(1, step, 0, Strike::Jam));
        if step == Step::Park {
            bench.ok(&["MS 2"]);
        }
        assert_eq!(bench.ask(commands[0]), "3");
        bench.hand(Hand::ClearJam);
        bench.ok(&["."]);
    }
    let profile = small("zebra-p430i").with_chip_station();
    let jam = plan(1, Step::Reject, 0, Strike::Jam);
    let mut bench = Bench::with(profile, Switches::default(), jam);
    bench.ok(&["MS 2"]);
    assert_eq!(bench.ask("MR"), "3");
}
