//! Counters, and what of them survives a power cut.

use serde::{Deserialize, Serialize};

use super::card::Panel;

/// When counters are written to memory that survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CounterStore {
    /// As they move.
    AtOnce,
    /// When a card leaves the path.
    AtEject,
    /// Every so many seconds of uptime.
    EverySeconds(u32),
}

/// When and for which panels the panel counter moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelCounts {
    /// At the end of a panel; else at its start.
    pub at_end: bool,
    /// Resin counts.
    pub resin: bool,
    /// Overlay counts, and ultraviolet ink with it.
    pub overlay: bool,
}

impl PanelCounts {
    fn counts(self, panel: Panel) -> bool {
        match panel {
            Panel::Y | Panel::M | Panel::C => true,
            Panel::K => self.resin,
            Panel::O | Panel::U => self.overlay,
        }
    }
}

/// What the counters show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Counts {
    /// Cards inserted.
    pub cards: u64,
    /// Panels printed.
    pub panels: u64,
    /// Cards that left the path into a bin.
    #[serde(default)]
    pub ejected: u64,
}

/// The two counters with their storage.
#[derive(Debug, Clone)]
pub(crate) struct Counters {
    pub(crate) shown: Counts,
    stored: Counts,
    store: CounterStore,
    panel_counts: PanelCounts,
    changed: u64,
}

impl Counters {
    pub(crate) fn new(start: Counts, store: CounterStore, panel_counts: PanelCounts) -> Counters {
        Counters {
            shown: start,
            stored: start,
            store,
            panel_counts,
            changed: 0,
        }
    }

    pub(crate) fn card_inserted(&mut self, uptime: u64) {
        self.before_change(uptime);
        self.shown.cards += 1;
        self.after_change();
    }

    pub(crate) fn panel_begun(&mut self, panel: Panel, uptime: u64) {
        if !self.panel_counts.at_end {
            self.panel(panel, uptime);
        }
    }

    pub(crate) fn panel_ended(&mut self, panel: Panel, uptime: u64) {
        if self.panel_counts.at_end {
            self.panel(panel, uptime);
        }
    }

    pub(crate) fn card_left(&mut self, uptime: u64) {
        self.before_change(uptime);
        self.shown.ejected += 1;
        match self.store {
            CounterStore::AtOnce | CounterStore::AtEject => self.stored = self.shown,
            CounterStore::EverySeconds(_) => {}
        }
    }

    /// An orderly reset: everything is written first.
    pub(crate) fn written(&mut self) {
        self.stored = self.shown;
    }

    pub(crate) fn power_lost(&mut self, uptime: u64) {
        self.before_change(uptime);
        self.shown = self.stored;
    }

    fn panel(&mut self, panel: Panel, uptime: u64) {
        if self.panel_counts.counts(panel) {
            self.before_change(uptime);
            self.shown.panels += 1;
            self.after_change();
        }
    }

    /// Catches up with a periodic write that fell due since the last change.
    fn before_change(&mut self, uptime: u64) {
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

    fn after_change(&mut self) {
        match self.store {
            CounterStore::AtOnce => self.stored = self.shown,
            CounterStore::AtEject | CounterStore::EverySeconds(_) => {}
        }
    }
}
