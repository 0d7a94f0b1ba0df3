//! Every row of the other makers' custody tables decides somewhere, or it is named with the reason why none can.

use std::collections::BTreeMap;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::make;
use cetak::rehearsal::room::mode::{Mode, PEOPLE_MAX};
use cetak::rehearsal::room::rows;
use cetak_drivers::contract::{BenchFlag, LastIs, PlaceIs, Point, Power, Row, Stage};
use cetak_firmware_sims::faults::{FaultPlan, PlannedFault, Step, Strike};
use cetak_firmware_sims::matica;

use crate::defects::cut;
use crate::drawn::DRAWS;
use crate::everywhere::{cuts_of, uncut};
use crate::harness::{play, play_all};

/// Of each way of drawing so many.
const RUNS: u64 = 150;
/// Of an ordinary printer's cuts every so-manieth.
const EVERY: usize = 6;

/// Why a row decides in no run; `None`: one must. Only what holds for every run of this room is a reason.
fn unreachable(mode: Mode, row: &Row) -> Option<&'static str> {
    let chip_stage = |stage| matches!(stage, Stage::Feed | Stage::Chip | Stage::Park);
    match (mode, row.at) {
        (
            _,
            Point::Before | Point::Held | Point::Sent(Stage::Eject) | Point::Answered(Stage::Eject),
        ) => Some("the domain has decided before it reads a row"),
        (Mode::Magicard | Mode::MagicardRio, Point::Bound) => {
            Some("no stage leads to a parked card: its bytes are not shown")
        }
        (Mode::Magicard | Mode::MagicardRio, Point::Sent(stage) | Point::Answered(stage))
            if chip_stage(stage) =>
        {
            Some("no stage leads to a parked card: its bytes are not shown")
        }
        (Mode::Matica9300, Point::Bound | Point::Answered(Stage::Feed | Stage::Chip)) => {
            Some("a child's card has no chip")
        }
        (Mode::Matica, Point::Answered(Stage::Chip)) if row.place == Some(PlaceIs::In) => Some(
            "the park is ordered in the transaction of the verified chip; no run was cut where a verdict parts them",
        ),
        (Mode::Matica, Point::Bound) => {
            Some("the blank is bound in the transaction that orders its chip")
        }
        (Mode::Matica9300, Point::Sent(Stage::Chip | Stage::Park)) => {
            Some("a child's card has no chip")
        }
        (Mode::Zebra | Mode::ZebraDual, _) if feeder_is_empty(row) => {
            Some("a rehearsal's hopper never runs empty")
        }
        (Mode::Magicard | Mode::MagicardRio, _) if feeder_is_empty(row) => {
            Some("a rehearsal's hopper never runs empty")
        }
        (Mode::MagicardRio, _) if row.shots.is_some() => {
            Some("a Rio names no film, so its uses prove nothing")
        }
        (Mode::Magicard, _) if row.power == Some(Power::Kept) => Some(
            "no witness of power: kept is an unbroken hearing, and what ends that without silence is a fault",
        ),
        _ => None,
    }
}

/// Rows of a feeder that ran empty, and what is ruled once that is cleared.
fn feeder_is_empty(row: &Row) -> bool {
    row.last == Some(LastIs::FeederEmpty) || row.cleared == Some(true)
}

/// The same printer with everything that a bench can show of it.
fn shown(plan: Plan) -> Plan {
    Plan {
        bench: plan.switches.true_bench(plan.mode),
        ..plan
    }
}

/// Every so-manieth place of the last card, with every harm.
fn last_card(plan: &Plan) -> Vec<Plan> {
    let report = play(plan.clone());
    let card = |count: u64| count - count / plan.people as u64;
    let behind = |cut: &Cut| match cut.at {
        At::Commit { number, .. } => number > card(report.commits),
        At::Effect(number) => number > card(report.effects),
        At::Send { number, .. } => number > card(report.sends),
    };
    let cuts = cuts_of(&report).into_iter().filter(behind);
    cuts.step_by(EVERY)
        .map(|cut| plan.clone().cut(cut))
        .collect()
}

/// What draws seldom bring together: a bench that has spoken, a count that is proved, and a reject that is cut too.
fn aimed() -> Vec<Plan> {
    let mut plans = Vec::new();
    for mode in Mode::OTHERS {
        let proved = Plan {
            people: PEOPLE_MAX,
            canary: true,
            ..Plan::of(mode)
        };
        plans.extend(last_card(&shown(proved)));
    }
    let at_transfer = matica::Switches {
        total_moves: matica::TotalMoves::Transfer,
        ..matica::Switches::default()
    };
    let throws_out = matica::Switches {
        power_up: matica::PowerUp::Output,
        ..matica::Switches::default()
    };
    for (mode, switches) in [
        (Mode::Matica, matica::Switches::default()),
        (Mode::Matica, at_transfer),
        (Mode::Matica, throws_out),
        (Mode::Matica9300, matica::Switches::default()),
    ] {
        let holds = shown(Plan {
            switches: switches.into(),
            ..Plan::of(mode)
        });
        let mut ejects = holds.clone();
        ejects
            .bench
            .retain(|flag| *flag != BenchFlag::HoldsAtPrintPosition);
        plans.extend(last_card(&ejects));
        plans.extend(twice(&holds));
    }
    plans.extend(
        [Mode::Matica, Mode::Matica9300]
            .into_iter()
            .flat_map(strikes),
    );
    plans
}

/// A card that is inside after a doubt, at its commits and in its last sends, and what follows is cut too.
fn twice(plan: &Plan) -> Vec<Plan> {
    let report = play(plan.clone());
    let (commits, sends) = (report.commits, report.sends);
    let commit = |number| At::Commit { number, kept: true };
    let send = |number, reaches| At::Send { number, reaches };
    let once = (1..=commits).map(|number| plan.clone().cut(cut(commit(number), Harm::Both)));
    // Before the transfer a host is enough; the transfer itself ends without one.
    let firsts = (sends - 12..=sends).map(|first| {
        let harm = if first + 6 < sends {
            Harm::Host
        } else {
            Harm::Both
        };
        (first, harm)
    });
    let again = firsts.flat_map(|(first, harm)| {
        let doubt = plan.clone().cut(cut(send(first, Reaches::All), harm));
        (first + 28..first + 50).map(move |number| {
            doubt
                .clone()
                .cut(cut(send(number, Reaches::Half), Harm::Host))
        })
    });
    once.chain(again).collect()
}

/// Each thing that can go wrong inside, in each part of the first card's way.
fn strikes(mode: Mode) -> Vec<Plan> {
    let steps = [
        Step::Feed,
        Step::Station,
        Step::Park,
        Step::Panel(0),
        Step::Panel(4),
        Step::Eject,
        Step::Reject,
    ];
    let strikes = [
        Strike::Jam,
        Strike::DoubleFeed,
        Strike::LidOpens,
        Strike::RibbonEnds,
        Strike::CablePulled,
    ];
    let parts = steps
        .into_iter()
        .flat_map(|step| strikes.map(|strike| (step, strike)));
    let plan = |(step, strike)| Plan {
        faults: FaultPlan {
            faults: vec![PlannedFault {
                card: 1,
                step,
                permille: 500,
                strike,
            }],
            ..FaultPlan::default()
        },
        ..Plan::of(mode)
    };
    parts.map(plan).collect()
}

#[test]
fn every_row_of_the_other_makers_decides_somewhere() {
    let mut reached: BTreeMap<String, u64> = BTreeMap::new();
    let mut add = |more: BTreeMap<String, u64>| {
        for (what, times) in more {
            *reached.entry(what).or_default() += times;
        }
    };
    for (suite, draw) in DRAWS {
        // Other seeds than the suites': what they find is told by them.
        add(play_all(suite, RUNS, |seed| draw(2_000_000 + seed, &Mode::OTHERS)).reached);
    }
    let mut plans = aimed();
    for mode in Mode::OTHERS {
        let cuts = cuts_of(&uncut(mode)).into_iter().step_by(EVERY);
        plans.extend(cuts.map(|cut| Plan::of(mode).cut(cut)));
    }
    let plan = |number: u64| plans[usize::try_from(number).expect("a few thousand")].clone();
    let total = play_all("aimed", plans.len() as u64, plan);
    add(total.reached.clone());
    total.holds("aimed");
    let mut wrong = Vec::new();
    for mode in Mode::OTHERS {
        for (number, row) in make::rows(mode).iter().enumerate() {
            let name = rows::name(mode, number);
            let count = |mode, number| reached.get(&rows::name(mode, number)).copied().unwrap_or(0);
            let times = count(mode, number);
            // Models of one maker share rows: one that decides with either has decided.
            let with_either: u64 = Mode::OTHERS
                .into_iter()
                .filter(|other| other.maker() == mode.maker())
                .flat_map(|other| {
                    make::rows(other)
                        .iter()
                        .enumerate()
                        .map(move |of| (other, of))
                })
                .filter(|(_, (_, same))| *same == row)
                .map(|(other, (number, _))| count(other, number))
                .sum();
            let line = format!("{name} {:?} {:?}: {}", row.at, row.verdict, row.why);
            match unreachable(mode, row) {
                None if with_either == 0 => wrong.push(format!("never: {line}")),
                Some(reason) if times > 0 => wrong.push(format!(
                    "{times} times, and none was possible ({reason}): {line}"
                )),
                Some(reason) => println!("      - {line} ({reason})"),
                None => println!("{times:>7} of {with_either:>5} {line}"),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
