//! One printer's room in virtual time, cut everywhere: judged from the mechanism's cards.
//!
//! - `everywhere`: the most ordinary printer of each mode, cut once at every commit, effect and send
//! - `drawn`: switches, cuts, faults, transport and absences drawn from a seed
//! - `single_card`: one blank at a time, laid in by a hand
//! - `sometimes`: every branch of recovery is gone through
//! - `rows`: every custody row of the other makers decides somewhere, or is named with the reason why none can
//! - `traces`: the same plan gives the same trace
//! - `defects`, `defects_of_others`: what is planted is reported
//!
//! A failure prints the line that replays it. One run: `CETAK_SEED=17 cargo test --test chaos drawn`, which
//! prints its trace too. A long run: `CETAK_SEEDS=10000 cargo test --release --test chaos drawn`.

mod defects;
mod defects_of_others;
mod drawn;
mod everywhere;
mod harness;
mod makers;
mod rows;
mod single_card;
mod sometimes;
mod traces;
