//! A printer in whose memory a page may wait is switched off and on before anybody looks.

use cetak_firmware_sims::hands::Hand;

use super::super::deeds::Deed;
use super::super::orders::Orders;
use super::super::sight::Hands;
use super::{Operator, OperatorError};
use crate::domain::ids::PrinterId;

/// The visit at which a printer is switched off: by then the spooler waits for it.
const VISIT_OFF: u32 = 10;
/// The visit at which it is switched on again.
const VISIT_ON: u32 = 50;
/// Visits after which it is done once more.
const VISITS_AGAIN: u32 = 250;

impl<O: Orders, H: Hands> Operator<O, H> {
    /// Switches a printer off, leaves it so for a while, and switches it on: what it remembers must go, and the
    /// spooler must see it away. If it did not, the same once more.
    pub(super) async fn switch(&mut self, printer: &PrinterId) -> Result<Vec<Deed>, OperatorError> {
        let post = self.post_mut(printer)?;
        post.visits = (post.visits + 1) % VISITS_AGAIN;
        let on = match post.visits {
            VISIT_OFF => false,
            VISIT_ON => true,
            _ => return Ok(Vec::new()),
        };
        let hand = if on { Hand::PowerOn } else { Hand::PowerOff };
        self.hand(printer, hand).await?;
        Ok(vec![Deed::Switched {
            printer: printer.clone(),
            on,
        }])
    }
}
