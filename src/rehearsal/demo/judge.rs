//! The demo's judge: counts cards, not claims. What it believes are the pictures in the trays, the mechanisms, and the
//! blanks on the shelves; the spooler's jobs and books are what it holds against them.
//!
//! A card is good only if its mark reads, its picture equals the artwork drawn again within
//! one level of that printer's dye, every panel of its ribbon was laid once and wholly, and its chip bears the
//! same mark as its face. The promises are those of `domain::invariants`, under the same names.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use cetak_firmware_sims::mechanism::{Mechanism, RibbonKind};

use super::answers::Given;
use super::shelves::Shelves;
use super::sight::Pile;
use crate::artwork::mark::{self, Mark};
use crate::artwork::{ArtworkError, Look, Studio};
use crate::domain::ids::{JobId, PrinterId, Stock};
use crate::domain::invariants::{self, CardPlace, Ended, SeenCard};
use crate::domain::job::JobState;
use crate::interfaces::api::StockView;
use crate::rehearsal::specimen::Specimen;

pub mod books;
pub mod pictures;

pub use books::Balance;
pub use pictures::JudgedCard;

/// The judge cannot do the work.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// A tray cannot be read.
    #[error("cannot read tray {}", folder.display())]
    Tray {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A picture cannot be read.
    #[error("cannot read picture {}", file.display())]
    Picture {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        cause: image::ImageError,
    },
    /// An artwork cannot be drawn again.
    #[error("the artwork of {key} cannot be drawn again")]
    Artwork {
        /// The client's key.
        key: String,
        /// Why.
        #[source]
        cause: ArtworkError,
    },
}

/// A printer after the run.
#[derive(Debug, Clone, Copy)]
pub struct PrinterFacts<'a> {
    /// Its name.
    pub id: &'a PrinterId,
    /// What its cards look like.
    pub look: Look,
    /// The panels that its ribbon has.
    pub ribbon: RibbonKind,
    /// Amounts of one dye that it can lay, none included.
    pub dye_levels: u16,
    /// What it was loaded with.
    pub stock: Stock,
    /// The truth about its cards.
    pub mechanism: &'a Mechanism,
    /// Its tray.
    pub tray: &'a Path,
}

/// A job as the spooler has it at the end.
#[derive(Debug, Clone)]
pub struct JobFacts {
    /// Its id.
    pub id: JobId,
    /// The client's key.
    pub key: String,
    /// Where it stands.
    pub state: JobState,
}

/// What the judge is given.
#[derive(Debug)]
pub struct Case<'a> {
    /// The people that were handed in and accepted.
    pub people: &'a [Specimen],
    /// The printers.
    pub printers: Vec<PrinterFacts<'a>>,
    /// The jobs.
    pub jobs: Vec<JobFacts>,
    /// The books.
    pub books: Vec<StockView>,
    /// The blanks that lie in no printer.
    pub shelves: &'a Shelves,
    /// What the operator answered.
    pub given: &'a [Given],
}

/// What the judge found.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Cards that can be handed over.
    pub good: u64,
    /// Cards and blanks that left a hopper and cannot.
    pub spoiled: u64,
    /// Good cards beyond the first of their job.
    pub duplicates: u64,
    /// Accepted jobs without a good card and without anybody's decision.
    pub lost: u64,
    /// Jobs that nobody has settled.
    pub in_doubt: u64,
    /// Jobs that wait for a person.
    pub held: u64,
    /// Good and spoiled of each printer.
    pub by_printer: BTreeMap<PrinterId, (u64, u64)>,
    /// The stocks.
    pub blanks: Vec<Balance>,
    /// Everything that is wrong, in words.
    pub broken: Vec<String>,
}

impl Verdict {
    /// Nothing was printed twice or lost, nothing is open, and the books are what lies there.
    pub fn holds(&self) -> bool {
        self.duplicates == 0
            && self.lost == 0
            && self.in_doubt == 0
            && self.blanks.iter().all(|balance| balance.balanced)
            && self.broken.is_empty()
    }
}

/// Judges a run.
///
/// # Errors
/// [`JudgeError`]: the judge could not look; what is wrong with the run is in the verdict.
pub fn judge(case: &Case<'_>, studio: &Studio) -> Result<Verdict, JudgeError> {
    let mut verdict = Verdict::default();
    let people: BTreeMap<Mark, &Specimen> = case
        .people
        .iter()
        .map(|person| (mark::of(&person.0.key), person))
        .collect();
    let mut cards = Vec::new();
    for printer in &case.printers {
        let judged = pictures::judge(printer, &people, studio, &mut verdict.broken)?;
        let good = judged.iter().filter(|card| card.usable()).count() as u64;
        let spoiled = judged.len() as u64 - good;
        verdict.good += good;
        verdict.spoiled += spoiled;
        verdict
            .by_printer
            .insert(printer.id.clone(), (good, spoiled));
        if !printer.mechanism.inside().is_empty() {
            let words = format!("{}: a card is left inside", printer.id);
            verdict.broken.push(words);
        }
        cards.extend(judged);
    }
    count_jobs(case, &cards, &mut verdict);
    verdict.blanks = books::balance(case, &cards, &mut verdict.broken);
    for given in case.given {
        let printer = case.printers.iter().find(|p| *p.id == given.printer);
        let truth = printer.map(|printer| given.agrees_with_truth(printer.mechanism));
        match truth {
            Some(Ok(())) => {}
            Some(Err(contradiction)) => verdict.broken.push(contradiction.to_string()),
            None => verdict.broken.push(format!(
                "an answer about {}, which is not here",
                given.printer
            )),
        }
    }
    Ok(verdict)
}

/// `C1` and `L1`.
fn count_jobs(case: &Case<'_>, cards: &[JudgedCard], verdict: &mut Verdict) {
    let mut usable: BTreeMap<Mark, u64> = BTreeMap::new();
    for mark in cards
        .iter()
        .filter(|card| card.usable())
        .filter_map(|c| c.mark)
    {
        *usable.entry(mark).or_default() += 1;
    }
    verdict.duplicates = usable.values().map(|count| count.saturating_sub(1)).sum();
    let ended: BTreeMap<String, Ended> = case
        .jobs
        .iter()
        .map(|job| (job.key.clone(), Ended::of(&job.state)))
        .collect();
    for (record, _) in case.people {
        let has_card = usable.contains_key(&mark::of(&record.key));
        match ended.get(&record.key) {
            _ if has_card => {}
            Some(Ended::Decision(_)) => {}
            Some(Ended::Card | Ended::Open(_)) | None => verdict.lost += 1,
        }
    }
    let state = |name| {
        case.jobs
            .iter()
            .filter(|job| job.state.name() == name)
            .count() as u64
    };
    verdict.in_doubt = state("in_doubt");
    verdict.held = state("held");
    let printed: BTreeSet<u64> = case
        .jobs
        .iter()
        .filter(|job| Ended::of(&job.state) == Ended::Card)
        .map(|job| mark::of(&job.key).0)
        .collect();
    let seen: Vec<SeenCard> = cards
        .iter()
        .filter_map(|card| {
            Some(SeenCard {
                mark: card.mark?.0,
                good: card.good,
                cut: card.cut,
                place: match card.pile {
                    Pile::Output => CardPlace::Tray,
                    Pile::Reject => CardPlace::RejectBox,
                    Pile::Taken => CardPlace::Hand,
                },
            })
        })
        .collect();
    let accepted = case.people.iter().map(|(record, _)| record.key.as_str());
    let promises = [
        invariants::c1(&seen, &printed),
        invariants::l1(accepted, &ended, true),
    ];
    let broken = promises.into_iter().filter_map(Result::err);
    verdict
        .broken
        .extend(broken.map(|broken| broken.to_string()));
    for mark in printed {
        if !usable.contains_key(&Mark(mark)) {
            let words = format!(
                "L1: a job is printed and no good card bears its mark {}",
                Mark(mark)
            );
            verdict.broken.push(words);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
