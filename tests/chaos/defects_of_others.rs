//! What is planted with a Zebra, a Magicard and a Matica is reported, too.

use std::time::Duration;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::defect::Defect;
use cetak::rehearsal::room::mode::{Mode, PEOPLE_MAX};
use cetak_drivers::contract::BenchFlag;
use cetak_firmware_sims::faults::{FaultPlan, PlannedFault, Step, Strike};
use cetak_firmware_sims::mechanism::CounterStore;
use cetak_firmware_sims::{magicard, matica, zebra};

use crate::defects::{check, cut};
use crate::harness::play;

/// Every send of the plan's own uncut run, the last ones first.
fn sends(plan: Plan, harm: Harm, reaches: Reaches, away: Duration) -> impl Iterator<Item = Plan> {
    let count = play(plan.clone()).sends;
    (1..=count).rev().map(move |number| {
        plan.clone().cut(Cut {
            away,
            ..cut(At::Send { number, reaches }, harm)
        })
    })
}

/// Long enough for a motion to end and for a person to come.
const LONG: Duration = Duration::from_secs(90);
const SHORT: Duration = Duration::from_secs(2);

fn strikes(card: u32, step: Step, permille: u16, strike: Strike) -> FaultPlan {
    FaultPlan {
        seed: 0,
        ribbon_sets: None,
        faults: vec![PlannedFault {
            card,
            step,
            permille,
            strike,
        }],
    }
}

/// Enough people for the count of panels to be proved before the last card.
fn of_all(mode: Mode) -> Plan {
    Plan {
        people: PEOPLE_MAX,
        ..Plan::of(mode)
    }
}

const LAST: u32 = 4;

#[test]
fn unchanged_passes_of_a_zebra_taken_for_not_fed_are_reported() {
    let plan = Plan {
        switches: zebra::Switches {
            power_up: zebra::PowerUp::Output,
            counter_store: CounterStore::AtEject,
            ..zebra::Switches::default()
        }
        .into(),
        ..Plan::of(Mode::Zebra)
    };
    check(
        Defect::UnchangedIsNotFed,
        &["C1"],
        sends(plan, Harm::Both, Reaches::All, SHORT),
    );
}

/// The overlay's panel stops; `.` takes the error away, `E` then tells its own answer, and every pass is counted.
#[test]
fn an_error_of_a_zebra_that_is_cleared_first_is_reported() {
    let plan = Plan {
        canary: true,
        switches: zebra::Switches {
            passes_at_end: false,
            ..zebra::Switches::default()
        }
        .into(),
        faults: strikes(LAST, Step::Panel(4), 500, Strike::Jam),
        ..of_all(Mode::Zebra)
    };
    check(
        Defect::ClearsFirst,
        &["no good card"],
        sends(plan, Harm::Host, Reaches::All, LONG),
    );
}

#[test]
fn half_a_string_of_a_zebra_that_is_completed_is_reported() {
    let plan = Plan {
        serial: true,
        ..Plan::of(Mode::Zebra)
    };
    check(
        Defect::CompletesHalfACommand,
        &["half a string"],
        sends(plan, Harm::Host, Reaches::AllButTwo, SHORT),
    );
}

#[test]
fn unchanged_counters_of_a_magicard_taken_for_not_fed_are_reported() {
    let plan = Plan {
        serial: true,
        switches: magicard::Switches {
            power_up: magicard::PowerUp::Output,
            counter_store: CounterStore::EverySeconds(100_000),
            ..magicard::Switches::default()
        }
        .into(),
        ..Plan::of(Mode::Magicard)
    };
    check(
        Defect::UnchangedIsNotFed,
        &["C1"],
        sends(plan, Harm::Both, Reaches::All, SHORT),
    );
}

/// The whole card sticks at the exit and a hand takes it out; OK prints its page once more.
#[test]
fn the_ok_button_of_a_magicard_as_a_first_question_is_reported() {
    let plan = Plan {
        faults: strikes(1, Step::Eject, 500, Strike::Jam),
        ..Plan::of(Mode::Magicard)
    };
    check(
        Defect::ClearsFirst,
        &["C1"],
        sends(plan, Harm::Host, Reaches::All, LONG),
    );
}

#[test]
fn a_page_of_a_magicard_that_is_filled_up_is_reported() {
    let switches = magicard::Switches::default();
    let plan = Plan {
        switches: switches.into(),
        ..of_all(Mode::Magicard)
    };
    let plan = Plan {
        bench: plan.switches.true_bench(plan.mode),
        ..plan
    };
    check(
        Defect::FillsTheRest,
        &["no good card", "no mark"],
        sends(plan, Harm::Host, Reaches::Half, LONG),
    );
}

/// A card that the power left half fused is put out by 03, and counted.
#[test]
fn a_matica_that_is_initialised_first_is_reported() {
    let switches = matica::Switches {
        init_03: matica::Init03::Ejects,
        ..matica::Switches::default()
    };
    // Four planes go onto the film; the next one is the transfer.
    let plan = Plan {
        switches: switches.into(),
        faults: strikes(1, Step::Panel(4), 500, Strike::PowerDip(2000)),
        ..Plan::of(Mode::Matica)
    };
    let plan = Plan {
        bench: plan.switches.true_bench(plan.mode),
        ..plan
    };
    check(
        Defect::ClearsFirst,
        &["no good card"],
        sends(plan, Harm::Host, Reaches::All, SHORT),
    );
}

/// Power goes before the transfer, and the film keeps the face: the next person's is printed over it.
#[test]
fn film_of_a_matica_that_is_not_wound_after_a_doubt_is_reported() {
    check(
        Defect::KeepsTheOldFilm,
        &["no good card"],
        sends(Plan::of(Mode::Matica), Harm::Both, Reaches::All, LONG),
    );
}

/// A whole card that is held is to be rejected after a doubt, and leaves to the tray by itself before that is answered.
#[test]
fn a_reject_of_a_matica_that_is_believed_without_its_answer_is_reported() {
    let plan = Plan {
        switches: matica::Switches {
            power_up: matica::PowerUp::Output,
            ..matica::Switches::default()
        }
        .into(),
        bench: vec![BenchFlag::HoldsAtPrintPosition],
        ..Plan::of(Mode::Matica)
    };
    let finish = play(plan.clone()).sends;
    let twice = (1..=finish).rev().flat_map(|first| {
        let plan = plan.clone();
        (first + 1..first + 40).map(move |number| {
            let reaches = Reaches::All;
            let at = |number| At::Send { number, reaches };
            plan.clone()
                .cut(cut(at(first), Harm::Host))
                .cut(cut(at(number), Harm::Both))
        })
    });
    check(Defect::SpoiledWithoutReject, &["C1"], twice);
}

/// The end of the connection throws the blank out; the attempt goes on as if none had been drawn.
#[test]
fn a_close_of_a_matica_that_is_taken_for_nothing_is_reported() {
    let plan = Plan {
        switches: matica::Switches {
            close_with_card: matica::CloseWithCard::ToOutput,
            ..matica::Switches::default()
        }
        .into(),
        bench: vec![BenchFlag::AttentionOnTransport],
        ..Plan::of(Mode::Matica9300)
    };
    check(
        Defect::TrustsAClose,
        &["S1", "no good card"],
        sends(plan, Harm::Host, Reaches::All, LONG),
    );
}
