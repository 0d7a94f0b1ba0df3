//! Errors: every code on the wire, what OK and Cancel do, and what only time mends.

use super::*;
use crate::faults::{PlannedFault, Step};

fn with(change: impl FnOnce(&mut Switches)) -> Switches {
    let mut switches = Switches::default();
    change(&mut switches);
    switches
}

fn plan(card: u32, step: Step, strike: Strike) -> FaultPlan {
    FaultPlan {
        faults: vec![PlannedFault {
            card,
            step,
            permille: 500,
            strike,
        }],
        ..FaultPlan::default()
    }
}

fn film(kind: RibbonKind, sets: u32) -> Hand {
    Hand::Ribbon {
        kind,
        sets: Some(sets),
    }
}

#[test]
fn every_code_of_the_table_is_seen_on_the_wire_and_ends() {
    for (code, _, provoke) in super::super::FAULTS {
        let mut bench = Bench::new(with(|switches| switches.ok_means = OkMeans::GoOn));
        assert!(bench.printer.arm_fault(code));
        bench.print(&full_page());
        assert_eq!(bench.code(), *code);
        assert!(bench.ask("ERR").ends_with("(c0201)\u{3}"));
        let info = bench.info();
        assert_eq!(format!("{:0>2}:{:0>2}", info[19], info[20]), *code);
        assert_eq!(bench.printer.port_status(), 0x10);
        assert_eq!(bench.hand(Hand::Look).display, *code);
        bench.send(&request("OKY"));
        bench.settle();
        assert_eq!(bench.code(), "00:00", "{code}");
        assert_eq!(
            bench.card(1).looks(),
            if *code == "12:04" {
                Looks::Blank
            } else {
                Looks::Whole
            }
        );
        assert!(!provoke.is_empty());
    }
    assert!(!Bench::new(Switches::default()).printer.arm_fault("55:55"));
}

#[test]
fn mechanics_produce_every_code_that_is_not_only_armed() {
    type Provoke = fn(&mut Bench);
    let rows: [(&str, Provoke); 13] = [
        ("11:00", |bench| {
            bench.printer = Bench::of("magicard-enduro").printer;
            bench.print(&page("NOC1,KGE2,DPXON,PAG2", &high("K")));
        }),
        ("11:01", |bench| {
            bench.hand(Hand::Unload);
            bench.print(&full_page());
        }),
        ("11:02", |bench| {
            bench.hand(Hand::JamAt {
                station: Station::PrintStart,
                after_cards: 0,
            });
            bench.print(&full_page());
        }),
        ("11:03", |bench| {
            bench.hand(Hand::JamAt {
                station: Station::Flipper,
                after_cards: 0,
            });
            bench.print(&page("NOC1,KGE2,DPXON,PAG2", &high("K")));
        }),
        ("11:04", |bench| {
            bench.print(&page("NOC1,KEE", &[('K', vec![0; 84])]))
        }),
        ("11:09", |bench| {
            bench.hand(film(RibbonKind::K, 9));
            bench.print(&full_page());
        }),
        ("11:14", |bench| {
            bench.hand(Hand::OpenLid);
        }),
        ("11:14", |bench| {
            bench.send(&full_page());
            bench.pass(8000);
            bench.hand(Hand::OpenLid);
            bench.hand(Hand::CloseLid);
        }),
        ("11:18", |bench| {
            bench.hand(film(RibbonKind::Ymcko, 1));
            bench.print(&[full_page(), full_page()].concat());
        }),
        ("11:22", |bench| {
            bench.hand(Hand::NoRibbon);
            bench.print(&full_page());
        }),
        ("12:04", |bench| bench.send(&request("CLN"))),
        ("90:01", |bench| {
            let mut profile = bench.printer.profile().clone();
            profile.heat.dye = 70.0;
            *bench = Bench::with(profile, Switches::default(), FaultPlan::default());
            bench.print(&full_page());
        }),
        ("11:02", |bench| {
            let mut profile = bench.printer.profile().clone();
            profile.fittings.output_capacity = 1;
            *bench = Bench::with(profile, Switches::default(), FaultPlan::default());
            bench.print(&[full_page(), full_page()].concat());
        }),
    ];
    for (code, provoke) in rows {
        let mut bench = Bench::new(Switches::default());
        provoke(&mut bench);
        assert_eq!(bench.code(), code);
        assert_eq!(bench.printer.port_status(), 0x10);
    }
    let mechanical: Vec<&str> = super::super::FAULTS
        .iter()
        .filter(|(.., provoke)| *provoke != "armed")
        .map(|(code, ..)| *code)
        .collect();
    let mut provoked: Vec<&str> = rows.iter().map(|(code, _)| *code).collect();
    provoked.sort_unstable();
    provoked.dedup();
    assert_eq!(provoked, mechanical);
}

#[test]
fn an_empty_hopper_is_told_after_34_seconds_and_waits_for_a_person() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Unload);
    bench.send(&full_page());
    bench.pass_to(34 * SECOND - 1);
    assert_eq!(bench.printer.port_status(), 0x08);
    bench.pass_to(34 * SECOND);
    assert_eq!(
        (bench.printer.port_status(), bench.code()),
        (0x10, "11:01".to_owned())
    );
    bench.hand(Hand::Load { blanks: blanks(2) });
    bench.pass(600_000);
    assert_eq!(bench.code(), "11:01", "a full hopper alone ends nothing");
    assert_eq!(bench.counts(), (0, 0, 0));
    bench.send(&request("OKY"));
    bench.settle();
    assert_eq!(bench.printer.mechanism().output().len(), 1);
    let printed = bench.printer.mechanism().output()[0];
    assert_eq!(bench.card(printed.0).looks(), Looks::Whole);
}

#[test]
fn a_hopper_filled_in_time_feeds_by_itself() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Unload);
    bench.send(&full_page());
    bench.pass(20_000);
    bench.hand(Hand::Load { blanks: blanks(1) });
    bench.settle();
    assert_eq!(bench.code(), "00:00");
    assert_eq!(bench.printer.mechanism().output().len(), 1);
}

#[test]
fn cancel_after_an_empty_hopper_leaves_nothing_behind() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::Unload);
    bench.print(&full_page());
    bench.send(&request("CAN"));
    bench.settle();
    assert_eq!(
        (bench.printer.port_status(), bench.counts()),
        (0x18, (0, 0, 0))
    );
    bench.hand(Hand::Load { blanks: blanks(1) });
    bench.pass(60_000);
    assert_eq!(bench.printer.mechanism().picked(), 0);
}

/// A lid opened and shut in cyan.
fn lid_in_cyan(switches: Switches) -> Bench {
    let strike = plan(1, Step::Panel(2), Strike::LidOpens);
    let mut bench = Bench::planned("magicard-tango2e", switches, strike);
    let layout = HeadLayout::Linear;
    let planes = [
        ('B', dye(layout, |_, _| 9)),
        ('G', dye(layout, |_, _| 8)),
        ('R', dye(layout, |_, _| 7)),
        ('K', resin(layout, |_, dot| dot == 20)),
    ];
    bench.print(&page("NOC1,KEE,REJON", &planes));
    assert_eq!(bench.code(), "11:14");
    bench.press(Button::Ok);
    bench.press(Button::Cancel);
    assert_eq!(bench.code(), "11:14", "the lid is still open");
    bench
}

#[test]
fn ok_means_what_the_switch_says() {
    for (ok_means, first, second) in [
        (OkMeans::Reprint, Looks::Part, Some(Looks::Whole)),
        (OkMeans::GoOn, Looks::Part, None),
        (OkMeans::Drop, Looks::Part, None),
    ] {
        let strike = plan(1, Step::Panel(2), Strike::LidOpens);
        let switches = with(|switches| switches.ok_means = ok_means);
        let mut bench = Bench::planned("magicard-enduro-plus", switches, strike);
        bench.print(&full_page());
        bench.hand(Hand::CloseLid);
        bench.pass(60_000);
        assert_eq!(bench.code(), "11:14");
        bench.press(Button::Ok);
        bench.settle();
        let laid = bench.card(1).front.laid.len();
        assert_eq!(laid, if ok_means == OkMeans::GoOn { 5 } else { 3 });
        assert_eq!(bench.card(1).looks(), first);
        assert_eq!(bench.place(1), CardPlace::Output);
        assert_eq!(
            bench.printer.mechanism().output().len(),
            1 + second.iter().len()
        );
        if let Some(second) = second {
            assert_eq!(bench.card(2).looks(), second);
        }
        assert_eq!(bench.printer.port_status(), 0x18);
    }
}

#[test]
fn ok_for_a_card_that_jammed_on_its_way_out_makes_a_second_one() {
    let mut bench = Bench::planned(
        "magicard-enduro",
        Switches::default(),
        plan(1, Step::Eject, Strike::Jam),
    );
    bench.print(&full_page());
    assert_eq!(bench.code(), "11:02");
    bench.press(Button::Ok);
    assert_eq!(bench.code(), "11:02", "it is stuck");
    bench.hand(Hand::ClearJam);
    assert_eq!(bench.code(), "11:02");
    bench.press(Button::Ok);
    bench.settle();
    assert_eq!(
        (bench.place(1), bench.card(1).looks()),
        (CardPlace::Taken, Looks::Whole)
    );
    assert_eq!(
        (bench.place(2), bench.card(2).looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(bench.number(11), 10, "the counter tells it");
}

#[test]
fn cancel_puts_the_card_out_or_keeps_it() {
    let mut bench = lid_in_cyan(with(|switches| switches.can_ejects = CanEjects::Keeps));
    bench.hand(Hand::CloseLid);
    bench.press(Button::Cancel);
    bench.settle();
    assert_eq!(bench.place(1), CardPlace::PrintStart);
    assert_eq!(bench.printer.port_status(), 0x18);

    let mut bench = lid_in_cyan(Switches::default());
    bench.hand(Hand::CloseLid);
    bench.send(&request("CAN"));
    bench.settle();
    assert_eq!(
        bench.place(1),
        CardPlace::Output,
        "the job is gone, and so is its reject field"
    );
    assert_eq!(bench.printer.mechanism().picked(), 1);
}

#[test]
fn bad_cards_go_to_the_reject_box_if_the_job_says_so() {
    for (reject, place) in [("REJON", CardPlace::Reject), ("REJOFF", CardPlace::Output)] {
        let mut bench = Bench::of("magicard-tango2e");
        bench.printer.arm_fault("11:13");
        let plane = resin(HeadLayout::Linear, |_, _| true);
        bench.send(&request("FEED1"));
        bench.settle();
        assert_eq!(bench.code(), "11:13");
        bench.send(&request("OKY"));
        bench.settle();
        bench.printer.arm_fault("11:13");
        bench.print(&page(
            &format!("NOC1,KEE,{reject},MGVON,MAG2,;1=2?"),
            &[('K', plane)],
        ));
        assert_eq!(bench.code(), "11:13");
        bench.send(&request("CAN"));
        bench.settle();
        assert_eq!(bench.place(1), place);
    }
}

#[test]
fn a_page_with_a_card_inside_takes_it_or_jams() {
    for (inside, code) in [
        (PageWithCardInside::TakesIt, "00:00"),
        (PageWithCardInside::Jams, "11:02"),
    ] {
        let mut bench = Bench::new(with(|switches| switches.page_with_card_inside = inside));
        bench.send(&request("FEED1"));
        bench.settle();
        bench.power_cycle();
        bench.print(&full_page());
        assert_eq!(bench.code(), code);
        assert_eq!(
            bench.printer.mechanism().picked(),
            if code == "00:00" { 1 } else { 2 }
        );
    }
}

#[test]
fn nothing_but_answers_and_buttons_works_in_an_error() {
    let mut bench = Bench::new(Switches::default());
    bench.printer.arm_fault("99:99");
    bench.send(&request("FEED1"));
    bench.settle();
    bench.send(&[request("TST"), request("EJT"), request("FEED5")].concat());
    bench.pass(100_000);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    assert_eq!(bench.code(), "99:99");
    bench.send(&request("RST"));
    bench.pass(20_000);
    assert_eq!(bench.code(), "00:00", "a restart ends it, too");
}

#[test]
fn a_page_that_comes_in_an_error_prints_when_the_error_is_over() {
    let mut bench = Bench::new(Switches::default());
    bench.printer.arm_fault("11:06");
    bench.send(&request("CAM"));
    bench.print(&full_page());
    assert_eq!(
        (bench.code(), bench.printer.mechanism().picked()),
        ("11:06".to_owned(), 0)
    );
    bench.send(&request("OKY"));
    bench.settle();
    assert_eq!(bench.card(1).looks(), Looks::Whole);
}

#[test]
fn a_hot_head_waits_and_is_busy_meanwhile() {
    let mut profile = Profile::named("magicard-enduro")
        .unwrap()
        .with_geometry(COLUMNS, LINES);
    profile.heat.dye = 24.0;
    let time = |profile: &Profile| {
        let mut bench = Bench::with(profile.clone(), Switches::default(), FaultPlan::default());
        bench.send(&full_page());
        bench.pass(12_000);
        assert!(bench.printer.head_celsius() > 40.0);
        bench.settle();
        assert_eq!(bench.card(1).looks(), Looks::Whole);
        bench.uptime
    };
    let hot = time(&profile);
    profile.heat.waits_at = 89.0;
    let patient = time(&profile);
    assert!(hot > patient + 5 * SECOND, "{hot} {patient}");
}

#[test]
fn strikes_of_a_plan_strike() {
    let torn = plan(1, Step::Panel(1), Strike::RibbonEnds);
    let mut bench = Bench::planned("magicard-enduro", Switches::default(), torn);
    bench.print(&full_page());
    assert_eq!(bench.code(), "11:18");
    let double = plan(1, Step::Feed, Strike::DoubleFeed);
    let mut bench = Bench::planned("magicard-enduro", Switches::default(), double);
    bench.print(&full_page());
    assert_eq!(
        (bench.code(), bench.printer.mechanism().inside().len()),
        ("11:02".to_owned(), 2)
    );
    let pulled = plan(1, Step::Panel(0), Strike::CablePulled);
    let mut bench = Bench::planned("magicard-enduro", Switches::default(), pulled);
    bench.print(&full_page());
    assert!(!bench.printer.plugged());
    assert_eq!(bench.card(1).looks(), Looks::Whole, "it finishes alone");
    let stale = plan(1, Step::Panel(0), Strike::StaleAnswer);
    let mut bench = Bench::planned("magicard-enduro", Switches::default(), stale);
    let reply = bench.ask("ERR");
    bench.print(&full_page());
    assert_eq!(bench.printer.transmit(), reply.as_bytes());
    let dip = plan(1, Step::Panel(3), Strike::PowerDip(2000));
    let mut bench = Bench::planned("magicard-enduro", Switches::default(), dip);
    bench.print(&full_page());
    assert_eq!(bench.printer.port_status(), 0x18);
    assert_eq!(bench.card(1).looks(), Looks::Part);
}
