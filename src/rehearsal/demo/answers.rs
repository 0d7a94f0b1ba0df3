//! What the operator answered, and whether the mechanism agrees. An answer that contradicts it fails the run.

use std::fmt;

use cetak_firmware_sims::mechanism::{Card, CardId, Looks, Mechanism};

use super::sight::{Pile, Sight};
use crate::artwork::mark::Mark;
use crate::domain::ids::{JobId, PrinterId};
use crate::engine::spooler::Settlement;

/// What was said about a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Two people settled a doubt.
    Settled(Settlement),
    /// The spoiled card is cut.
    Cut,
}

/// One answer, with the card that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The printer.
    pub printer: PrinterId,
    /// The job.
    pub job: JobId,
    /// The job's mark.
    pub mark: Mark,
    /// What was said.
    pub said: Said,
    /// The card that lay there; `None`: none did.
    pub card: Option<CardId>,
}

/// An answer that the mechanism denies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} said {said:?} of {job}, but {but}", printer.0)]
pub struct Contradiction {
    /// The printer.
    pub printer: PrinterId,
    /// The job.
    pub job: JobId,
    /// What was said.
    pub said: Said,
    /// What is true.
    pub but: String,
}

impl Given {
    fn but(&self, but: impl fmt::Display) -> Contradiction {
        Contradiction {
            printer: self.printer.clone(),
            job: self.job,
            said: self.said,
            but: but.to_string(),
        }
    }

    /// Compares an answer that is about to be given with what lies at the printer. `loaded` is how many blanks were
    /// ever put into its hopper, `away` how many cards were carried off.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub fn agrees_with(
        &self,
        sight: &Sight,
        loaded: usize,
        away: usize,
    ) -> Result<(), Contradiction> {
        let usable = sight
            .cards
            .iter()
            .filter(|card| card.usable() && card.mark == Some(self.mark))
            .count();
        let lies = |id: CardId| sight.cards.iter().find(|card| card.card == id);
        match (self.said, self.card.and_then(lies)) {
            (Said::Settled(Settlement::Printed), Some(card))
                if usable == 1 && card.usable() && card.mark == Some(self.mark) =>
            {
                Ok(())
            }
            (Said::Settled(Settlement::Printed), _) => {
                Err(self.but(format!("{usable} usable cards of it lie there")))
            }
            (Said::Settled(Settlement::Spoiled) | Said::Cut, _) if usable > 0 => {
                Err(self.but(format!("{usable} usable cards of it lie there")))
            }
            (Said::Settled(Settlement::Spoiled) | Said::Cut, Some(card)) if card.cut => Ok(()),
            (Said::Settled(Settlement::Spoiled) | Said::Cut, Some(_)) => {
                Err(self.but("its card is not cut"))
            }
            (Said::Settled(Settlement::Spoiled) | Said::Cut, None) => {
                Err(self.but("its card does not lie there"))
            }
            (Said::Settled(Settlement::NotFed), None) => {
                let seen = sight.look.hopper + sight.cards.len() + away;
                let loose = sight
                    .cards
                    .iter()
                    .any(|card| card.pile == Pile::Taken && !card.cut && card.face != Looks::Whole);
                if loose {
                    Err(self.but("a card that nobody has claimed lies there"))
                } else if usable == 0 && seen == loaded {
                    Ok(())
                } else {
                    Err(self.but(format!("{seen} of {loaded} blanks are accounted for")))
                }
            }
            (Said::Settled(Settlement::NotFed), Some(_)) => {
                Err(self.but("a card of it lies there"))
            }
        }
    }

    /// Compares an answer that was given with the mechanism itself, after the run.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub fn agrees_with_truth(&self, mechanism: &Mechanism) -> Result<(), Contradiction> {
        let card: Option<&Card> = self.card.and_then(|id| mechanism.card(id));
        match (self.said, card) {
            (Said::Settled(Settlement::Printed), Some(card))
                if card.looks() == Looks::Whole && !card.cut =>
            {
                Ok(())
            }
            (Said::Settled(Settlement::Spoiled) | Said::Cut, Some(card)) if card.cut => Ok(()),
            (Said::Settled(Settlement::NotFed), None) => Ok(()),
            (_, Some(card)) => Err(self.but(format!(
                "card {} is {:?}, cut: {}",
                card.id.0,
                card.looks(),
                card.cut
            ))),
            (_, None) => Err(self.but("there is no such card")),
        }
    }
}
