//! How fast a printer makes a card, and which link can follow it.

use serde::{Deserialize, Serialize};

/// What an ordinary colour card of one side asks of the link, and how long the printer takes for it. It serves to say
/// which link would hold the printer back, never as a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Bytes that go out for it with the dialect's ordinary options: every dye, black, and overlay where it is sent.
    pub card_bytes: u32,
    /// From card to card, colour on one side; `None` where nobody has told a rate. Unit: milliseconds.
    pub rated_ms: Option<u32>,
}

impl Pace {
    /// How long the card's bytes take alone on a link of this speed, rounded up. Unit: milliseconds.
    pub fn data_ms(self, bytes_a_second: u64) -> u64 {
        let thousandfold = u64::from(self.card_bytes) * 1000;
        thousandfold.div_ceil(bytes_a_second.max(1))
    }

    /// Both times, where the link needs longer for the data than the printer for the card. `None` too where no rate is
    /// known.
    pub fn held_back_by(self, bytes_a_second: u64) -> Option<SlowLink> {
        let data_ms = self.data_ms(bytes_a_second);
        let rated_ms = self.rated_ms?;
        (data_ms > u64::from(rated_ms)).then_some(SlowLink { data_ms, rated_ms })
    }
}

/// A link that cannot carry a card's data in the time that the printer takes for the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowLink {
    /// What the data of an ordinary colour card take alone. Unit: milliseconds.
    pub data_ms: u64,
    /// What the printer takes from card to card. Unit: milliseconds.
    pub rated_ms: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_back_only_what_is_faster_than_it() {
        let pace = Pace {
            card_bytes: 11_520,
            rated_ms: Some(1_000),
        };
        assert_eq!(pace.data_ms(11_520), 1_000);
        assert_eq!(pace.held_back_by(11_520), None);
        let slow = SlowLink {
            data_ms: 1_001,
            rated_ms: 1_000,
        };
        assert_eq!(pace.held_back_by(11_519), Some(slow));
        let unrated = Pace {
            rated_ms: None,
            ..pace
        };
        assert_eq!(unrated.held_back_by(1), None);
    }
}
