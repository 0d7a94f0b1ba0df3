//! `cargo bench`: every figure of `docs/benchmarks.md`. `cargo bench -- card store` runs only those parts.
//!
//! Parts: `card`, `dialects` (one side for each printer's language), `store`, `door` (the real program behind its socket),
//! `fleet` (the same with four simulated printers). `--small` stops at 100,000 queued.

mod allocations;
mod card;
mod counted;
mod dialects;
mod door;
mod fleet;
mod harness;
mod program;
mod store;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let small = words.iter().any(|word| word == "--small");
    let parts: Vec<&String> = words.iter().filter(|w| !w.starts_with("--")).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|word| *word == part);
    let largest = if small { 100_000 } else { 1_000_000 };
    if wanted("card") {
        card::run();
    }
    if wanted("dialects") {
        dialects::run();
    }
    if wanted("store") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        store::run(folder.path(), largest);
    }
    if wanted("door") {
        door::run(largest);
    }
    if wanted("fleet") {
        fleet::run();
    }
}
