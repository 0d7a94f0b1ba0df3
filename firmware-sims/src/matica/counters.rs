//! The five counters, and what of them survives a power cut. \[capture\]; their names are \[inferred\].

use crate::mechanism::CounterStore;

/// What the counters show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shown {
    pub(super) total: u32,
    /// The one that a person may set back.
    pub(super) free: u32,
    /// Panels that passed under the head.
    pub(super) head: u32,
    pub(super) since_cleaning: u32,
    pub(super) errors: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Counters {
    pub(super) shown: Shown,
    stored: Shown,
    store: CounterStore,
    changed: u64,
}

impl Counters {
    pub(super) fn new(store: CounterStore) -> Counters {
        Counters {
            shown: Shown::default(),
            stored: Shown::default(),
            store,
            changed: 0,
        }
    }

    pub(super) fn change(&mut self, uptime: u64, change: impl FnOnce(&mut Shown)) {
        self.catch_up(uptime);
        change(&mut self.shown);
        match self.store {
            CounterStore::AtOnce => self.stored = self.shown,
            CounterStore::AtEject | CounterStore::EverySeconds(_) => {}
        }
    }

    /// A card has left the path.
    pub(super) fn card_left(&mut self) {
        match self.store {
            CounterStore::AtOnce | CounterStore::AtEject => self.stored = self.shown,
            CounterStore::EverySeconds(_) => {}
        }
    }

    pub(super) fn power_lost(&mut self, uptime: u64) {
        self.catch_up(uptime);
        self.shown = self.stored;
    }

    /// A periodic write that fell due since the last change.
    fn catch_up(&mut self, uptime: u64) {
        match self.store {
            CounterStore::EverySeconds(seconds) => {
                let period = u64::from(seconds.max(1)) * 1_000_000_000;
                if uptime / period > self.changed / period {
                    self.stored = self.shown;
                }
                self.changed = uptime;
            }
            CounterStore::AtOnce | CounterStore::AtEject => {}
        }
    }
}
