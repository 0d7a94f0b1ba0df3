//! The demo's operator: asks the spooler what waits for a person, looks at the printer, and answers from what lies
//! there. Two specimen people sign what needs two.
//!
//! Nothing here knows what the spooler believes beyond its question; an answer is compared with the mechanism
//! before it is given.

use std::collections::{BTreeMap, BTreeSet};

use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardId, Looks, RibbonKind};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answers::{Contradiction, Given, Said};
use super::deeds::Deed;
use super::orders::{OrderError, Orders, understood};
use super::plan::ISSUE_LOT;
use super::shelves::Shelves;
use super::sight::{self, Hands, Pile, SeenCard, Sight};
use crate::artwork::mark::{self, Mark};
use crate::domain::ids::{JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::engine::spooler::Settlement;
use crate::interfaces::api::{JobDetail, JobsPage, PrinterView, Proposed, QuestionView};
use crate::rehearsal::sim::SimError;

mod mending;
mod switching;

/// The one who looks and answers.
pub const FIRST: &str = "SPECIMEN MELUR";
/// The one who looks again and signs too.
pub const SECOND: &str = "SPECIMEN BAYU";
/// The one who keeps the blanks.
pub const KEEPER: &str = "SPECIMEN GUDANG";

/// The operator cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// An order failed.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A hand failed.
    #[error("a hand at {} failed", printer.0)]
    Hand {
        /// Where.
        printer: PrinterId,
        /// Why.
        #[source]
        cause: SimError,
    },
    /// The answer would contradict the mechanism.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// A question about a printer that is not in the room.
    #[error("no printer {} stands here", printer.0)]
    Stranger {
        /// Which.
        printer: PrinterId,
    },
    /// The unit behind the name is another one.
    #[error("{}: {code} is nothing that this operator can put right", printer.0)]
    Helpless {
        /// Which.
        printer: PrinterId,
        /// Its doubt.
        code: String,
    },
}

/// One printer as the operator knows it.
#[derive(Debug)]
struct Post<H> {
    hands: H,
    ribbon: RibbonKind,
    marks: BTreeMap<CardId, Option<Mark>>,
    /// Cards whose job is known.
    attributed: BTreeMap<CardId, JobId>,
    loaded: usize,
    away: usize,
    /// Visits at which it was to be switched off and on.
    visits: u32,
}

/// The operator.
#[derive(Debug)]
pub struct Operator<O, H> {
    orders: O,
    posts: BTreeMap<PrinterId, Post<H>>,
    shelves: Shelves,
    given: Vec<Given>,
    /// Faults that were put right and that the spooler still names.
    mended: BTreeSet<(PrinterId, String)>,
}

impl<O: Orders, H: Hands> Operator<O, H> {
    /// An operator in a room without printers.
    pub fn new(orders: O, shelves: Shelves) -> Operator<O, H> {
        Operator {
            orders,
            posts: BTreeMap::new(),
            shelves,
            given: Vec::new(),
            mended: BTreeSet::new(),
        }
    }

    /// Shows the operator a printer.
    pub fn meet(&mut self, printer: PrinterId, ribbon: RibbonKind, hands: H) {
        let post = Post {
            hands,
            ribbon,
            marks: BTreeMap::new(),
            attributed: BTreeMap::new(),
            loaded: 0,
            away: 0,
            visits: 0,
        };
        self.posts.insert(printer, post);
    }

    /// What was answered so far.
    pub fn given(&self) -> &[Given] {
        &self.given
    }

    /// The blanks that lie in no printer.
    pub fn shelves(&self) -> &Shelves {
        &self.shelves
    }

    /// The spooler's door.
    pub fn orders(&mut self) -> &mut O {
        &mut self.orders
    }

    /// A batch of blanks arrives, in the store and in its books.
    ///
    /// # Errors
    /// [`OperatorError`].
    pub async fn receive(
        &mut self,
        stock: Stock,
        pieces: u32,
        paper: &str,
    ) -> Result<(), OperatorError> {
        let body = json!({ "stock": stock, "pieces": pieces, "paper": paper });
        self.orders.post(KEEPER, "/stock/receive", body).await?;
        self.shelves.receive(stock, pieces);
        Ok(())
    }

    /// Fills a hopper from the room's shelf, and that shelf from the store where it holds too few.
    ///
    /// # Errors
    /// [`OperatorError`].
    pub async fn load(
        &mut self,
        printer: &PrinterId,
        stock: Stock,
        pieces: u32,
    ) -> Result<Vec<Deed>, OperatorError> {
        let mut deeds = Vec::new();
        if self.shelves.in_room(stock) < pieces {
            let carried = self.shelves.issue(stock, ISSUE_LOT.max(pieces));
            if carried > 0 {
                let body = json!({ "stock": stock, "pieces": carried });
                self.orders.post(KEEPER, "/stock/issue", body).await?;
                deeds.push(Deed::Issued {
                    stock,
                    pieces: carried,
                });
            }
        }
        let blanks = self.shelves.take(stock, pieces);
        if blanks.is_empty() {
            return Ok(deeds);
        }
        let count = blanks.len();
        let pieces = u32::try_from(count).unwrap_or(u32::MAX);
        self.hand(printer, Hand::Load { blanks }).await?;
        self.post_mut(printer)?.loaded += count;
        let body = json!({ "stock": stock, "pieces": pieces });
        let path = format!("/printers/{printer}/load");
        self.orders.post(FIRST, &path, body).await?;
        deeds.push(Deed::Loaded {
            printer: printer.clone(),
            stock,
            pieces,
        });
        Ok(deeds)
    }

    /// One round: asks what waits, and answers each question once.
    ///
    /// # Errors
    /// [`OperatorError`]; what was done before it stays done.
    pub async fn attend(&mut self) -> Result<Vec<Deed>, OperatorError> {
        let questions: Vec<QuestionView> = self.ask("/questions").await?;
        let printers: Vec<PrinterView> = self.ask("/printers").await?;
        let named: BTreeSet<(PrinterId, String)> = questions
            .iter()
            .filter_map(|question| Some((question.printer.clone()?, question.about.clone()?.0)))
            .collect();
        self.mended.retain(|fault| named.contains(fault));
        let mut deeds = Vec::new();
        for question in questions {
            let view = question
                .printer
                .as_ref()
                .and_then(|id| printers.iter().find(|view| view.id == *id));
            deeds.extend(self.answer(&question, view).await?);
        }
        deeds.extend(self.release_failed().await?);
        Ok(deeds)
    }

    async fn answer(
        &mut self,
        question: &QuestionView,
        view: Option<&PrinterView>,
    ) -> Result<Vec<Deed>, OperatorError> {
        let about = question.about.as_ref().map_or("", |code| code.0.as_str());
        match (question.code.0.as_str(), view, question.job) {
            ("DOUBT", Some(view), Some(job)) => self.settle(&view.id, job).await,
            ("SWITCH_OFF", Some(view), _) => self.switch(&view.id).await,
            ("CUT_SPOILED", _, Some(job)) => self.cut(job).await,
            ("PRINTER_IN_DOUBT", Some(view), _) => self.look_and_resume(&view.id, about).await,
            ("LOAD_HOPPER", Some(view), _) => self.refill(view).await,
            ("FAULT", Some(view), _) => self.mend(view, about).await,
            // The second person signs in the same visit as the first; whatever else is asked is not this
            // operator's, and a room that waits for it alone is found standing still.
            _ => Ok(Vec::new()),
        }
    }

    /// A doubt: opens the printer, takes out what is inside, and says what lies there.
    async fn settle(
        &mut self,
        printer: &PrinterId,
        job: JobId,
    ) -> Result<Vec<Deed>, OperatorError> {
        let detail: JobDetail = self.ask(&format!("/jobs/{job}")).await?;
        if detail.job.state != "in_doubt" {
            return Ok(Vec::new());
        }
        self.post_mut(printer)?.visits = 0;
        let mut deeds = self.open_and_clear(printer).await?;
        let mark = mark::of(&detail.job.key);
        let uid = detail
            .history
            .last()
            .and_then(|attempt| attempt.uid.clone());
        let sight = self.see(printer).await?;
        let whole = sight
            .cards
            .iter()
            .find(|card| card.usable() && card.mark == Some(mark) && card.pile != Pile::Reject);
        let (found, card) = match whole {
            Some(card) => (Settlement::Printed, Some(card.card)),
            None => match self.spoiled_card(printer, &sight, mark, uid.as_deref()) {
                Some(card) => {
                    self.hand(printer, Hand::Cut { card }).await?;
                    (Settlement::Spoiled, Some(card))
                }
                None => (Settlement::NotFed, None),
            },
        };
        let given = Given {
            printer: printer.clone(),
            job,
            mark,
            said: Said::Settled(found),
            card,
        };
        self.check(&given).await?;
        let body = json!({ "outcome": found });
        let path = format!("/jobs/{job}/settle");
        let answer = self.orders.post(FIRST, &path, body).await?;
        let Proposed { proposal } = understood(&path, answer)?;
        // The second person looks too.
        self.check(&given).await?;
        let path = format!("/proposals/{proposal}/approve");
        self.orders.post(SECOND, &path, json!({})).await?;
        self.keep(given)?;
        deeds.push(Deed::Settled {
            printer: printer.clone(),
            job,
            found,
        });
        Ok(deeds)
    }

    /// A spoiled card waits for the scissors.
    async fn cut(&mut self, job: JobId) -> Result<Vec<Deed>, OperatorError> {
        let detail: JobDetail = self.ask(&format!("/jobs/{job}")).await?;
        let uncut = matches!(detail.job.detail, JobState::Spoiled { uncut: true, .. });
        let Some(attempt) = detail.history.last().filter(|_| uncut) else {
            return Ok(Vec::new());
        };
        let printer = attempt.printer.clone();
        let mark = mark::of(&detail.job.key);
        let sight = self.see(&printer).await?;
        let card = self.spoiled_card(&printer, &sight, mark, attempt.uid.as_deref());
        if let Some(card) = card {
            self.hand(&printer, Hand::Cut { card }).await?;
        }
        let given = Given {
            printer: printer.clone(),
            job,
            mark,
            said: Said::Cut,
            card,
        };
        self.check(&given).await?;
        let path = format!("/jobs/{job}/confirm-cut");
        self.orders.post(FIRST, &path, json!({})).await?;
        self.keep(given)?;
        Ok(vec![Deed::Cut { printer, job }])
    }

    /// The uncut card of a spoiled attempt: the one with its blank's number, else the one with its mark, else the
    /// youngest that nobody has claimed. A finished card in a person's hand is none.
    fn spoiled_card(
        &self,
        printer: &PrinterId,
        sight: &Sight,
        mark: Mark,
        uid: Option<&str>,
    ) -> Option<CardId> {
        let attributed = self.posts.get(printer).map(|post| &post.attributed)?;
        let mut lying: Vec<&SeenCard> = sight
            .cards
            .iter()
            .filter(|card| !card.cut && card.pile != Pile::Output)
            .collect();
        // A hand that has just emptied the path laid the card down last.
        lying.sort_by_key(|card| (card.pile, card.card));
        let newest = |wanted: &dyn Fn(&SeenCard) -> bool| {
            let found = lying.iter().rev().find(|card| wanted(card));
            found.map(|card| card.card)
        };
        let by_number = || uid.and_then(|uid| newest(&|card| card.uid.as_deref() == Some(uid)));
        let by_mark = || newest(&|card| card.mark == Some(mark));
        let unclaimed = || {
            newest(&|card| {
                let other = card.face == Looks::Whole && card.mark.is_some();
                !other && card.mark.is_none() && !attributed.contains_key(&card.card)
            })
        };
        match uid {
            Some(_) => by_number().or_else(by_mark),
            None => by_mark().or_else(unclaimed),
        }
    }

    /// Something was counted while nobody asked: goes on only if every blank is accounted for.
    async fn look_and_resume(
        &mut self,
        printer: &PrinterId,
        code: &str,
    ) -> Result<Vec<Deed>, OperatorError> {
        let mut deeds = Vec::new();
        if code == "CARD_MAY_BE_INSIDE" {
            deeds = self.open_and_clear(printer).await?;
        }
        let sight = self.see(printer).await?;
        let post = self.post(printer)?;
        let seen = sight.look.hopper + sight.cards.len() + post.away;
        if code == "OTHER_UNIT" || seen != post.loaded {
            return Err(OperatorError::Helpless {
                printer: printer.clone(),
                code: code.to_owned(),
            });
        }
        let path = format!("/printers/{printer}/resume");
        self.orders.post(FIRST, &path, json!({})).await?;
        deeds.push(Deed::Resumed {
            printer: printer.clone(),
        });
        Ok(deeds)
    }

    /// A job that spoiled two blanks waits until a person lets it try again.
    async fn release_failed(&mut self) -> Result<Vec<Deed>, OperatorError> {
        let page: JobsPage = self.ask("/jobs?state=held").await?;
        let mut deeds = Vec::new();
        for job in page.jobs {
            let failed =
                matches!(&job.detail, JobState::Held { code } if code.0 == "HELD_FAILED_TWICE");
            if failed {
                let path = format!("/jobs/{}/release", job.id);
                self.orders.post(FIRST, &path, json!({})).await?;
                deeds.push(Deed::Released { job: job.id });
            }
        }
        Ok(deeds)
    }

    async fn check(&mut self, given: &Given) -> Result<(), OperatorError> {
        let sight = self.see(&given.printer).await?;
        let post = self.post(&given.printer)?;
        given.agrees_with(&sight, post.loaded, post.away)?;
        Ok(())
    }

    fn keep(&mut self, given: Given) -> Result<(), OperatorError> {
        if let Some(card) = given.card {
            let post = self.post_mut(&given.printer)?;
            post.attributed.insert(card, given.job);
        }
        self.given.push(given);
        Ok(())
    }

    async fn see(&mut self, printer: &PrinterId) -> Result<Sight, OperatorError> {
        let post = self.post_mut(printer)?;
        sight::see(&mut post.hands, &mut post.marks)
            .await
            .map_err(|cause| OperatorError::Hand {
                printer: printer.clone(),
                cause,
            })
    }

    async fn hand(
        &mut self,
        printer: &PrinterId,
        hand: Hand,
    ) -> Result<cetak_firmware_sims::hands::Look, OperatorError> {
        let post = self.post_mut(printer)?;
        post.hands
            .hand(hand)
            .await
            .map_err(|cause| OperatorError::Hand {
                printer: printer.clone(),
                cause,
            })
    }

    async fn ask<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, OperatorError> {
        let answer = self.orders.get(path).await?;
        Ok(understood(path, answer)?)
    }

    fn post(&self, printer: &PrinterId) -> Result<&Post<H>, OperatorError> {
        self.posts
            .get(printer)
            .ok_or_else(|| OperatorError::Stranger {
                printer: printer.clone(),
            })
    }

    fn post_mut(&mut self, printer: &PrinterId) -> Result<&mut Post<H>, OperatorError> {
        self.posts
            .get_mut(printer)
            .ok_or_else(|| OperatorError::Stranger {
                printer: printer.clone(),
            })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
