//! Every code of the catalogue on the wire, and faults in the middle of a motion.

use super::*;
use crate::faults::{PlannedFault, Step};

fn planned(step: Step) -> Bench {
    let plan = FaultPlan {
        faults: vec![PlannedFault {
            card: 1,
            step,
            permille: 500,
            strike: Strike::Jam,
        }],
        ..FaultPlan::default()
    };
    Bench::planned("matica-xid9300", Switches::default(), plan)
}

fn bare() -> Bench {
    let mut profile = Profile::named("matica-xid9300")
        .unwrap()
        .with_geometry(ROWS, COLUMNS);
    profile.magnetic = false;
    profile.fittings.contact = false;
    profile.fittings.flipper = false;
    Bench::with(profile, Switches::default(), FaultPlan::default())
}

/// Loads and prints; what the print or the transfer is answered with.
fn failing_card(mut bench: Bench) -> u32 {
    bench.ok(&[LOAD]);
    bench.planes(9);
    match bench.ask(&PRINT) {
        0 => bench.ask(&EJECT),
        told => told,
    }
}

/// What is told while an immediate order runs.
fn meanwhile(mut bench: Bench, order: [u8; 4]) -> u32 {
    bench.order(2, &order);
    bench.answer_now().unwrap();
    bench.ask(&TEST)
}

fn supplied(hand: Hand) -> u32 {
    let mut bench = Bench::new(Switches::default());
    bench.hand(hand);
    bench.ask(&TEST)
}

fn restarted(seconds_off: u64, seconds_on: u64) -> Bench {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::PowerOff);
    bench.pass(seconds_off * 1000);
    bench.hand(Hand::PowerOn);
    bench.pass(seconds_on * 1000);
    bench.connect();
    bench
}

/// Brings the printer to tell a code by what the table says, and returns what was told.
fn provoke(code: u16) -> u32 {
    let fresh = || Bench::new(Switches::default());
    let ask = |mut bench: Bench, payload: &[u8]| bench.ask(payload);
    match code {
        0x02D0 => supplied(Hand::Unload),
        0x02D1 => supplied(Hand::OpenLid),
        0x02D3 => meanwhile(fresh(), LOAD),
        0x02D4 => {
            let mut bench = fresh();
            bench.ok(&[LOAD]);
            bench.planes(9);
            meanwhile(bench, PRINT)
        }
        0x02D5 => {
            let switches = Switches {
                film_init_on_fresh: FilmInitOnFresh::Wastes,
                ..Switches::default()
            };
            meanwhile(Bench::new(switches), LOAD)
        }
        0x02DB => {
            let mut bench = restarted(1, 6);
            bench.ask(&TEST);
            bench.ask(&TEST)
        }
        0x02DA => {
            let mut bench = restarted(3600, 20);
            bench.ask(&TEST);
            bench.ask(&TEST)
        }
        0x02FD => {
            let mut bench = fresh();
            bench.pass(3_600_000);
            bench.ask(&TEST)
        }
        0x0390 => ask(planned(Step::Feed), &LOAD),
        0x0391 => ask(planned(Step::Flip), &[4, 2, 0x10, 0]),
        0x0392 => ask(planned(Step::Station), &[4, 2, 0, 3]),
        0x0393 => ask(planned(Step::Station), &TO_CHIP),
        0x0394 => failing_card(planned(Step::Eject)),
        0x0395 => failing_card(planned(Step::Panel(4))),
        0x03A1 => failing_card(planned(Step::Panel(2))),
        0x42A2 => {
            let mut bench = fresh();
            bench.hand(Hand::Film { panels: Some(1) });
            assert_eq!(failing_card_again(&mut bench), 0);
            bench.ask(&TEST)
        }
        0x03AE => {
            let mut bench = fresh();
            bench.ok(&[[4, 2, 0, 3]]);
            bench.ask(&[8, 6, 0, 0, 0x24, 0, 0, 0])
        }
        0x03B0 => supplied(Hand::Ribbon {
            kind: RibbonKind::Ymcko,
            sets: None,
        }),
        0x03B1 => supplied(Hand::NoRibbon),
        0x42B2 => supplied(Hand::Ribbon {
            kind: RibbonKind::Ymck,
            sets: Some(0),
        }),
        0x04F8 => {
            let mut profile = Profile::named("matica-xid9300")
                .unwrap()
                .with_geometry(ROWS, COLUMNS);
            profile.heat.panel = 60_000;
            let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
            failing_card_again(&mut bench);
            bench.planes(9);
            bench.ask(&PRINT)
        }
        0x051A => fresh().plane(1, &[0; 4]),
        0x0520 => ask(fresh(), &[0x0B, 2, 0, 0]),
        0x0524 => ask(fresh(), &[4, 2, 1, 0]),
        0x0526 => ask(fresh(), &[4, 2, 0, 6]),
        0x0527 => ask(fresh(), &[6, 2, 0, 0x40]),
        0x052A => ask(fresh(), &[4, 2, 0, 4]),
        0x052B => {
            let mut bench = fresh();
            bench.ok(&[[4, 2, 0, 3]]);
            bench.ask(&[9, 5, 0, 1, 0x24, 1, 0x1F, 0])
        }
        0x052C => ask(bare(), &[4, 2, 0, 1]),
        0x052D => ask(bare(), &[4, 2, 0, 3]),
        0x052E => ask(bare(), &[4, 2, 0x10, 0]),
        0x0628 => {
            let mut bench = fresh();
            bench.printer.press_reset(bench.uptime);
            bench.ask(&TEST)
        }
        0x0629 => ask(restarted(1, 60), &TEST),
        _ => {
            let mut bench = fresh();
            bench.printer.arm_fault(code, Phase::Command);
            bench.ask(&TEST)
        }
    }
}

fn failing_card_again(bench: &mut Bench) -> u32 {
    bench.ok(&[LOAD]);
    bench.planes(9);
    bench.ok(&[PRINT]);
    bench.ask(&EJECT)
}

#[test]
fn every_code_of_the_catalogue_is_seen_on_the_wire() {
    let mut codes: Vec<u16> = FAULTS.iter().map(|(code, ..)| *code).collect();
    for code in &codes {
        assert_eq!(provoke(*code), u32::from(*code) << 8, "{code:04X}");
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), FAULTS.len());
}

#[test]
fn an_armed_hardware_fault_stays_until_03_and_a_passing_one_does_not() {
    let mut bench = Bench::new(Switches::default());
    bench.printer.arm_fault(0x04F1, Phase::Command);
    assert_eq!(bench.ask(&LOAD), 0x0004_F100);
    assert_eq!(bench.ask(&TEST), 0x0004_F100);
    bench.ok(&[INITIALISE]);
    assert_eq!(bench.ready(), 0);
    // What is to be waited for by the page, whatever its key.
    for code in [0x02DC, 0x04F6] {
        bench.printer.arm_fault(code, Phase::Command);
        assert_eq!(bench.ask(&LOAD), u32::from(code) << 8);
        assert_eq!(bench.ask(&TEST), 0);
    }
    bench.ok(&[LOAD]);
}

#[test]
fn a_fault_strikes_half_way_in_the_phase_that_it_is_armed_for() {
    let outcome = |phase| {
        let mut bench = Bench::new(Switches::default());
        bench.printer.arm_fault(0x04C3, phase);
        let mut orders = vec![TO_CHIP, PARK].into_iter();
        let first = orders.find_map(|order| Some(bench.ask(&order)).filter(|told| *told != 0));
        let told = first.unwrap_or_else(|| {
            bench.planes(9);
            match bench.ask(&PRINT) {
                0 => bench.ask(&EJECT),
                told => told,
            }
        });
        let card = bench.card(1);
        let laid = card.front.laid.iter().map(|laid| laid.lines).sum::<u32>();
        let printed = bench.printer.mechanism().film().unwrap().printed;
        (told, card.place, laid, printed)
    };
    let told = 0x0004_C300;
    let lines = 24;
    assert_eq!(outcome(Phase::Load), (told, CardPlace::Path, 0, false));
    assert_eq!(outcome(Phase::Move), (told, CardPlace::Path, 0, false));
    assert_eq!(
        outcome(Phase::Print),
        (told, CardPlace::PrintStart, 0, true)
    );
    assert_eq!(
        outcome(Phase::Transfer),
        (told, CardPlace::PrintStart, 4 * lines / 2, true)
    );
    assert_eq!(
        outcome(Phase::Eject),
        (told, CardPlace::Path, 4 * lines, false)
    );
}

#[test]
fn every_strike_of_a_plan_is_honoured_at_every_step() {
    let steps = [
        Step::Feed,
        Step::Station,
        Step::Park,
        Step::Panel(0),
        Step::Panel(3),
        Step::Panel(4),
        Step::Eject,
        Step::Reject,
    ];
    let strikes = [
        Strike::Jam,
        Strike::DoubleFeed,
        Strike::LidOpens,
        Strike::PowerCut,
        Strike::PowerDip(1000),
        Strike::CablePulled,
        Strike::RibbonEnds,
        Strike::StaleAnswer,
    ];
    for step in steps {
        for strike in strikes {
            let plan = FaultPlan {
                faults: vec![PlannedFault {
                    card: 1,
                    step,
                    permille: 500,
                    strike,
                }],
                ..FaultPlan::default()
            };
            let mut bench = Bench::planned("matica-xid9300", Switches::default(), plan);
            let order = |payload: &[u8]| message(0xF000_0100, 0, 1, payload);
            let mut stream = [order(&TO_CHIP), order(&PARK)].concat();
            for bit in [1, 2, 4, 8] {
                stream.extend(plane_message(2, bit, &[9; PLANE]));
            }
            stream.extend(order(&PRINT));
            if step == Step::Reject {
                stream.extend(order(&REJECT));
            } else {
                stream.extend(order(&EJECT));
            }
            bench.printer.receive(&stream, 0);
            bench.pass(120_000);
            let answered = bench.printer.transmit().len();
            let mechanism = bench.printer.mechanism();
            assert!(bench.printer.plan.faults.is_empty(), "{step:?} {strike:?}");
            let felt = match strike {
                Strike::Jam => mechanism.jam().is_some() || mechanism.film().unwrap().torn,
                Strike::DoubleFeed => true,
                Strike::LidOpens => mechanism.lid_open(),
                Strike::PowerCut => !mechanism.power(),
                Strike::PowerDip(_) => bench.printer.ram.attention.is_some(),
                Strike::CablePulled => !mechanism.plugged(),
                Strike::RibbonEnds => mechanism.ribbon().unwrap().ended(),
                Strike::StaleAnswer => answered == 9 * 16,
            };
            assert!(felt, "{step:?} {strike:?}");
            assert_eq!(mechanism.cards().count(), 5);
        }
    }
}
