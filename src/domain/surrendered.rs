//! An old card that its owner gave back: cut at once, listed in signed minutes, destroyed before witnesses.

use std::time::Duration;

use super::ids::At;

/// How long an old card may wait for its destruction before somebody hears of it
/// [one office demands delivery for burning within 24 hours; taken as the limit of an alert].
pub const DESTRUCTION_WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a surrendered card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurrenderedCard {
    /// Taken from its owner.
    Received,
    /// Cut or punched: of no use to anybody.
    Marked,
    /// In the list of the minutes.
    Listed,
    /// Destroyed.
    Destroyed,
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurrenderedEvent {
    /// A person cut or punched it.
    Mark,
    /// It joins the list of the minutes.
    List,
    /// It leaves a list that was not signed.
    Unlist,
    /// The minutes are signed: it is destroyed.
    Destroy,
}

/// A pair of state and event that has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an old card that is {state} cannot take {event}")]
pub struct SurrenderedRefused {
    /// The state's name.
    pub state: &'static str,
    /// The event's name.
    pub event: &'static str,
}

impl SurrenderedCard {
    /// All of them, in the order of its way.
    pub const ALL: [SurrenderedCard; 4] = [
        SurrenderedCard::Received,
        SurrenderedCard::Marked,
        SurrenderedCard::Listed,
        SurrenderedCard::Destroyed,
    ];

    /// Decides; performs nothing. No step can be left out: an uncut card is never in a list.
    ///
    /// Errors: [`SurrenderedRefused`] names a pair that has no meaning.
    pub fn next(self, event: SurrenderedEvent) -> Result<SurrenderedCard, SurrenderedRefused> {
        use SurrenderedCard as C;
        use SurrenderedEvent as E;
        match (self, event) {
            (C::Received, E::Mark) | (C::Listed, E::Unlist) => Ok(C::Marked),
            (C::Marked, E::List) => Ok(C::Listed),
            (C::Listed, E::Destroy) => Ok(C::Destroyed),
            (C::Received | C::Marked | C::Listed | C::Destroyed, _) => Err(SurrenderedRefused {
                state: self.name(),
                event: event.name(),
            }),
        }
    }

    /// How store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            SurrenderedCard::Received => "received",
            SurrenderedCard::Marked => "marked",
            SurrenderedCard::Listed => "listed",
            SurrenderedCard::Destroyed => "destroyed",
        }
    }

    /// Whether it waits longer than it may. A clock that ran backwards alerts nobody.
    pub fn is_overdue(self, received_at: At, at: At) -> bool {
        let waited_ms = u128::try_from(at.0.saturating_sub(received_at.0)).unwrap_or(0);
        self != SurrenderedCard::Destroyed && waited_ms > DESTRUCTION_WAIT_MAX.as_millis()
    }
}

impl SurrenderedEvent {
    /// All of them.
    pub const ALL: [SurrenderedEvent; 4] = [
        SurrenderedEvent::Mark,
        SurrenderedEvent::List,
        SurrenderedEvent::Unlist,
        SurrenderedEvent::Destroy,
    ];

    /// The event's name in tables and refusals.
    pub fn name(self) -> &'static str {
        match self {
            SurrenderedEvent::Mark => "mark",
            SurrenderedEvent::List => "list",
            SurrenderedEvent::Unlist => "unlist",
            SurrenderedEvent::Destroy => "destroy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alert_comes_after_a_day_and_ends_with_the_card() {
        let day_ms = 24 * 60 * 60 * 1000;
        let overdue = |card: SurrenderedCard, at| card.is_overdue(At(1000), At(at));
        assert!(!overdue(SurrenderedCard::Received, 1000 + day_ms));
        assert!(overdue(SurrenderedCard::Received, 1001 + day_ms));
        assert!(overdue(SurrenderedCard::Listed, 1001 + day_ms));
        assert!(!overdue(SurrenderedCard::Destroyed, 1001 + day_ms));
        assert!(!overdue(SurrenderedCard::Received, 0));
    }
}
