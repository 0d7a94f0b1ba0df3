//! Runs many plans on all cores, in order of their numbers, and says how to replay what broke.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use cetak::rehearsal::room::{Plan, Report, Room};

/// Broken runs that are shown where `CETAK_SHOWN` asks for no other number.
const SHOWN_MAX: u64 = 12;

/// What a suite's runs came to.
#[derive(Debug, Default)]
pub(crate) struct Total {
    pub(crate) runs: u64,
    pub(crate) cuts: u64,
    pub(crate) settled: u64,
    pub(crate) reached: BTreeMap<String, u64>,
    broken: Vec<String>,
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

/// The one run that is asked for.
pub(crate) fn seed() -> Option<u64> {
    number("CETAK_SEED")
}

/// How many runs are asked for.
pub(crate) fn seeds(usual: u64) -> u64 {
    number("CETAK_SEEDS").unwrap_or(usual)
}

/// Every how-manieth cut is asked for.
pub(crate) fn every(usual: usize) -> usize {
    number("CETAK_EVERY").map_or(usual, |step| usize::try_from(step).unwrap_or(usual).max(1))
}

pub(crate) fn play(plan: Plan) -> Report {
    Room::new(plan).run()
}

/// Plays plans `0..count`; `suite` is the test's name, for the replay line.
pub(crate) fn play_all(suite: &str, count: u64, plan: impl Fn(u64) -> Plan + Sync) -> Total {
    if let Some(only) = seed() {
        let mut plan = plan(only);
        plan.traced = true;
        println!("{plan:?}");
        let report = play(plan);
        for line in &report.trace.lines {
            println!("{line}");
        }
        println!("{:#?} {:?}", report.broken, report.reached);
        return total(suite, vec![(only, String::new(), report)]);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (next, plan, send) = (&next, &plan, send.clone());
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let plan = plan(number);
                    let what = format!("{:?} serial {} {:?}", plan.mode, plan.serial, plan.cuts);
                    let _ = send.send((number, what, play(plan)));
                }
            });
        }
    });
    drop(send);
    let mut reports: Vec<_> = receive.into_iter().collect();
    reports.sort_by_key(|(number, _, _)| *number);
    total(suite, reports)
}

fn total(suite: &str, reports: Vec<(u64, String, Report)>) -> Total {
    let mut total = Total::default();
    for (number, plan, report) in reports {
        total.runs += 1;
        total.cuts += u64::from(report.cuts);
        total.settled += u64::from(report.settled);
        for (what, times) in report.reached {
            *total.reached.entry(what).or_default() += times;
        }
        for broken in report.broken {
            total.broken.push(format!(
                "{broken}\n    CETAK_SEED={number} cargo test --test chaos {suite}\n    {plan}"
            ));
        }
    }
    total
}

impl Total {
    /// Shows what was done, and fails if anything is broken.
    pub(crate) fn holds(&self, suite: &str) {
        println!(
            "{suite}: {} runs, {} cuts, {} settled by two",
            self.runs, self.cuts, self.settled
        );
        for (what, times) in &self.reached {
            println!("  {times:>7} {what}");
        }
        let shown = number("CETAK_SHOWN").unwrap_or(SHOWN_MAX);
        let shown = usize::try_from(shown).unwrap_or(usize::MAX);
        assert!(
            self.broken.is_empty(),
            "{} broken of {} runs, the first:\n{}",
            self.broken.len(),
            self.runs,
            self.broken[..self.broken.len().min(shown)].join("\n")
        );
    }
}
