//! A bench is a table: each row one figure, each figure the median of several runs, what is compared side by side.

use std::time::{Duration, Instant};

/// Times `act` so many times; the median.
pub(crate) fn median(runs: usize, mut act: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let begin = Instant::now();
            act();
            begin.elapsed()
        })
        .collect();
    middle(&mut times)
}

/// The median of what was measured.
pub(crate) fn middle(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// One table, printed as it grows.
pub(crate) struct Table;

impl Table {
    /// Begins a table.
    pub(crate) fn new(title: &str, heads: &[&str]) -> Table {
        println!("\n## {title}\n\n{}\n", load());
        println!("| {} |", heads.join(" | "));
        println!("|{}", "---|".repeat(heads.len()));
        Table
    }

    /// Adds a row.
    pub(crate) fn row(&self, cells: &[String]) {
        println!("| {} |", cells.join(" | "));
    }
}

/// Who else wanted the machine: a figure in wall time means little without it.
fn load() -> String {
    let averages = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = averages.split_whitespace().next().unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    format!("Processes that wanted a core in the last minute: {last_minute}, cores: {cores}.")
}

/// `1.23 ms`, `45 us`, `1.2 s`.
pub(crate) fn show(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        m if m < 1_000.0 => format!("{m:.0} us"),
        m if m < 1_000_000.0 => format!("{:.2} ms", m / 1e3),
        m => format!("{:.2} s", m / 1e6),
    }
}

/// Whole numbers a second.
pub(crate) fn per_second(count: usize, time: Duration) -> String {
    format!("{:.0}", count as f64 / time.as_secs_f64())
}

/// `12.3 MiB`.
pub(crate) fn mib(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}
