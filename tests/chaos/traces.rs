//! The same plan gives the same trace: effects, bytes either way, hands, and every card's place.

use std::time::Duration;

use cetak::rehearsal::room::Plan;
use cetak::rehearsal::room::cuts::{At, Cut, Harm, Reaches};
use cetak::rehearsal::room::mode::Mode;

use crate::drawn::DRAWS;
use crate::harness::play;

fn traced(plan: &Plan) -> (u64, u64, Vec<String>) {
    let trace = play(Plan {
        traced: true,
        ..plan.clone()
    })
    .trace;
    (trace.hash, trace.count, trace.lines)
}

#[test]
fn the_same_plan_gives_the_same_trace_in_each_mode_cut_or_not() {
    for mode in Mode::EVOLIS {
        let cut = |harm| Cut {
            at: At::Send {
                number: 45,
                reaches: Reaches::Half,
            },
            harm,
            away: Duration::from_secs(2),
        };
        let uncut = Plan::of(mode);
        let mut hashes = Vec::new();
        for plan in [
            uncut.clone(),
            uncut.clone().cut(cut(Harm::Host)),
            uncut.clone().cut(cut(Harm::Both)),
        ] {
            let first = traced(&plan);
            assert!(first.2.len() > 100, "{mode:?}: something happened");
            assert_eq!(first, traced(&plan), "{mode:?} {:?}", plan.cuts);
            hashes.push(first.0);
        }
        hashes.dedup();
        assert_eq!(hashes.len(), 3, "{mode:?}: another plan, another trace");
    }
}

#[test]
fn the_same_seed_gives_the_same_trace_whatever_is_drawn() {
    for (name, draw) in DRAWS {
        for seed in 0..10 {
            for modes in [&Mode::EVOLIS[..], &Mode::OTHERS] {
                let plan = draw(seed, modes);
                assert_eq!(traced(&plan), traced(&plan), "{name} {seed}");
            }
        }
    }
}
