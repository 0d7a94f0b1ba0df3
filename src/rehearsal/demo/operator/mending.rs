//! What a hand does about a fault: supplies, bins, lids, and cards that are stuck.

use cetak_firmware_sims::hands::{Hand, Seen};
use cetak_firmware_sims::mechanism::Looks;

use super::super::deeds::Deed;
use super::super::orders::Orders;
use super::super::plan::{LOAD_LOT, RIBBON_SETS};
use super::super::sight::Hands;
use super::{Operator, OperatorError};
use crate::domain::ids::PrinterId;
use crate::interfaces::api::{PrinterView, QuestionView};
use crate::rehearsal::sim::SimError;

impl<O: Orders, H: Hands> Operator<O, H> {
    /// The hopper is empty by the books, or by the printer's word.
    pub(super) async fn refill(&mut self, view: &PrinterView) -> Result<Vec<Deed>, OperatorError> {
        let stock = view.stock.or(view.duty.first().copied());
        let Some(stock) = stock.filter(|_| view.hopper == 0) else {
            return Ok(Vec::new());
        };
        self.load(&view.id, stock, LOAD_LOT).await
    }

    pub(super) async fn mend(
        &mut self,
        view: &PrinterView,
        code: &str,
    ) -> Result<Vec<Deed>, OperatorError> {
        let printer = &view.id;
        let fault = (printer.clone(), code.to_owned());
        if self.mended.contains(&fault) {
            return Ok(Vec::new());
        }
        let look = self.hand(printer, Hand::Look).await?;
        let deeds = match code {
            "FEEDER_EMPTY" if look.hopper == 0 => self.refill(view).await?,
            // One word for two ends: whose it is a look tells.
            "FEEDER_OR_RIBBON_END" if look.hopper == 0 => self.refill(view).await?,
            "RIBBON_END" | "RIBBON_UNREADABLE" | "FEEDER_OR_RIBBON_END"
                if look.ribbon.is_none_or(|ribbon| ribbon.sets_left == 0) =>
            {
                let kind = self.post(printer)?.ribbon;
                let sets = Some(RIBBON_SETS);
                self.hand(printer, Hand::Ribbon { kind, sets }).await?;
                vec![Deed::Ribbon {
                    printer: printer.clone(),
                }]
            }
            "FILM_END" if look.film.is_none_or(|film| film.torn || film.left == 0) => {
                self.hand(printer, Hand::Film { panels: None }).await?;
                vec![Deed::Film {
                    printer: printer.clone(),
                }]
            }
            "COVER_OPEN" if look.lid_open => {
                self.hand(printer, Hand::CloseLid).await?;
                vec![Deed::Shut {
                    printer: printer.clone(),
                }]
            }
            "OUTPUT_FULL" => {
                self.carry_off(printer, look.output.len(), Hand::TakeOutput)
                    .await?
            }
            "REJECT_FULL" => self.empty_reject(printer, &look.reject).await?,
            "CARD_JAM" | "FEEDER_JAM" | "MECHANICAL_TIMEOUT" | "CARD_INSIDE"
                if hands_may_move(view) =>
            {
                self.open_and_clear(printer).await?
            }
            _ => return Ok(Vec::new()),
        };
        if !deeds.is_empty() {
            self.mended.insert(fault);
        }
        Ok(deeds)
    }

    /// Only cards that are cut leave the box. A blank without a face that no question is about was sought and is
    /// found here: nobody will ever ask for it.
    async fn empty_reject(
        &mut self,
        printer: &PrinterId,
        reject: &[Seen],
    ) -> Result<Vec<Deed>, OperatorError> {
        let uncut: Vec<&Seen> = reject.iter().filter(|card| !card.cut).collect();
        if !uncut.is_empty() {
            let questions: Vec<QuestionView> = self.ask("/questions").await?;
            let about_cards = |question: &QuestionView| {
                matches!(question.code.0.as_str(), "DOUBT" | "CUT_SPOILED")
            };
            let any_face = uncut.iter().any(|card| card.face != Looks::Blank);
            if any_face || questions.iter().any(about_cards) {
                return Ok(Vec::new());
            }
        }
        for card in uncut {
            self.hand(printer, Hand::Cut { card: card.card }).await?;
        }
        self.carry_off(printer, reject.len(), Hand::EmptyReject)
            .await
    }

    async fn carry_off(
        &mut self,
        printer: &PrinterId,
        cards: usize,
        hand: Hand,
    ) -> Result<Vec<Deed>, OperatorError> {
        self.hand(printer, hand).await?;
        self.post_mut(printer)?.away += cards;
        Ok(vec![Deed::Emptied {
            printer: printer.clone(),
        }])
    }

    /// Opens the lid, frees what is stuck, takes what is inside, and shuts the lid.
    pub(super) async fn open_and_clear(
        &mut self,
        printer: &PrinterId,
    ) -> Result<Vec<Deed>, OperatorError> {
        let look = self.hand(printer, Hand::OpenLid).await?;
        let cards = look.inside.as_ref().map_or(0, Vec::len);
        if cards > 0 {
            // A jam and a card that merely stands there come out by different movements.
            let freed = self.post_mut(printer)?.hands.hand(Hand::ClearJam).await;
            match freed {
                Ok(_) => {}
                Err(SimError::Refused { .. }) => {
                    self.hand(printer, Hand::TakeInside).await?;
                }
                Err(cause) => {
                    let printer = printer.clone();
                    return Err(OperatorError::Hand { printer, cause });
                }
            }
        }
        self.hand(printer, Hand::CloseLid).await?;
        if cards == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![Deed::Cleared {
            printer: printer.clone(),
            cards,
        }])
    }
}

/// Whether a hand may clear the path without taking a card away from the spooler's examination: no card of an
/// attempt is in it, or the card in it is finished and only has to come out.
fn hands_may_move(view: &PrinterView) -> bool {
    view.card.as_ref().is_none_or(|card| {
        !card.asks_person && (card.point == "held" || card.point == "sent:eject")
    })
}
