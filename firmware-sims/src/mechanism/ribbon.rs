//! The ribbon: panel sets in order, used up one panel at a time.

use serde::{Deserialize, Serialize};

use super::card::Panel;

/// Which ribbon is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RibbonKind {
    /// Yellow, magenta, cyan, resin, overlay.
    Ymcko,
    /// As `Ymcko` with a second resin panel.
    Ymckok,
    /// Resin only.
    K,
    /// Resin and overlay.
    Ko,
    /// Yellow, magenta, cyan, resin: a retransfer printer's, whose film is the overlay.
    Ymck,
    /// As `Ymck` with a second resin panel.
    Ymckk,
    /// As `Ymck` with an ultraviolet panel.
    Ymcku,
}

impl RibbonKind {
    /// One set's panels in the order in which they lie on the ribbon.
    pub fn panels(self) -> &'static [Panel] {
        match self {
            RibbonKind::Ymcko => &[Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O],
            RibbonKind::Ymckok => &[Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O, Panel::K],
            RibbonKind::K => &[Panel::K],
            RibbonKind::Ko => &[Panel::K, Panel::O],
            RibbonKind::Ymck => &[Panel::Y, Panel::M, Panel::C, Panel::K],
            RibbonKind::Ymckk => &[Panel::Y, Panel::M, Panel::C, Panel::K, Panel::K],
            RibbonKind::Ymcku => &[Panel::Y, Panel::M, Panel::C, Panel::K, Panel::U],
        }
    }
}

/// The radio tag on a ribbon's core. It stays with the ribbon, whatever becomes of the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct RibbonTag {
    /// Its number; 0: not fitted yet.
    pub number: u32,
    /// Panel sets that firmware has written off.
    pub used: u32,
}

/// A ribbon on its two reels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ribbon {
    /// Its kind.
    pub kind: RibbonKind,
    /// Panel sets when it was new.
    pub capacity: u32,
    /// Panel sets that have not been begun.
    pub sets_left: u32,
    /// How many panels of the set under the head have passed; the whole set's number: none begun.
    pub passed: usize,
    /// What its chip counts; `None`: no chip.
    pub chip_count: Option<u32>,
    /// Its radio tag.
    #[serde(default)]
    pub tag: RibbonTag,
}

/// Why a panel cannot come under the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RibbonLacks {
    End,
    Panel,
}

impl Ribbon {
    /// A ribbon with so many sets left.
    pub fn new(kind: RibbonKind, capacity: u32, sets_left: u32) -> Ribbon {
        Ribbon {
            kind,
            capacity,
            sets_left,
            passed: kind.panels().len(),
            chip_count: Some(sets_left),
            tag: RibbonTag {
                number: 0,
                used: capacity.saturating_sub(sets_left),
            },
        }
    }

    /// Nothing is left, not even of the set under the head.
    pub fn ended(&self) -> bool {
        self.sets_left == 0 && self.passed >= self.kind.panels().len()
    }

    /// Whether such a panel can still come under the head.
    pub fn supplies(&self, panel: Panel) -> bool {
        let set = self.kind.panels();
        let whole_sets = self.sets_left > 0 && set.contains(&panel);
        whole_sets || set[self.passed..].contains(&panel)
    }

    /// Winds to the next such panel and uses it.
    pub(crate) fn consume(&mut self, panel: Panel) -> Result<(), RibbonLacks> {
        let set = self.kind.panels();
        let ahead = set[self.passed..].iter().position(|there| *there == panel);
        if let Some(ahead) = ahead {
            self.passed += ahead + 1;
            return Ok(());
        }
        let first = set
            .iter()
            .position(|there| *there == panel)
            .ok_or(RibbonLacks::Panel)?;
        self.sets_left = self.sets_left.checked_sub(1).ok_or(RibbonLacks::End)?;
        self.chip_count = self.chip_count.map(|count| count.saturating_sub(1));
        self.passed = first + 1;
        Ok(())
    }
}
