//! What a person's hands can do at a printer, and what the person then sees.

use serde::{Deserialize, Serialize};

use crate::mechanism::{
    Blank, CardId, CardPlace, FilmSeen, Looks, Mechanism, RibbonKind, Side, Station, Unreachable,
};

/// Prints on a new ribbon, if the hand does not say.
const RIBBON_SETS: u32 = 500;
/// Panels on a new film, if the hand does not say.
const FILM_PANELS: u32 = 1000;

/// A button on the printer's panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Button {
    /// Go on, try again.
    Ok,
    /// Give up.
    Cancel,
}

/// One movement of a hand. As JSON: `"look"`, `{"jam_at":{"station":"exit"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hand {
    /// Only look.
    Look,
    /// Look at one card that lies in a bin, on the pile or inside an open lid: its resin dots come with it.
    ReadMark {
        /// Which card.
        card: CardId,
    },
    /// Open the lid.
    OpenLid,
    /// Shut the lid.
    CloseLid,
    /// Put blanks into the hopper, behind those that are there.
    Load {
        /// The blanks, the first to be fed first.
        blanks: Vec<Blank>,
    },
    /// Take all blanks out of the hopper and carry them away.
    Unload,
    /// Fit a ribbon.
    Ribbon {
        /// Its kind.
        kind: RibbonKind,
        /// Panel sets left on it.
        #[serde(default)]
        sets: Option<u32>,
    },
    /// Take the ribbon out and fit none.
    NoRibbon,
    /// Fit a film; only a retransfer printer uses it.
    Film {
        /// Panels on it.
        #[serde(default)]
        panels: Option<u32>,
    },
    /// Take the card out of the path, onto the pile of taken cards. The lid must be open.
    TakeInside,
    /// Take the cards out of the output bin and carry them away.
    TakeOutput,
    /// Empty the reject box and carry the cards away.
    EmptyReject,
    /// Carry the pile of taken cards away.
    TakePile,
    /// Cut a card that is in a bin, on the pile or in hand.
    Cut {
        /// Which card.
        card: CardId,
    },
    /// Switch the printer off.
    PowerOff,
    /// Switch it on.
    PowerOn,
    /// Let a card get stuck.
    JamAt {
        /// Where.
        station: Station,
        /// After so many more cards have been picked.
        #[serde(default)]
        after_cards: u32,
    },
    /// Let the next pick take two cards.
    DoubleFeed,
    /// Pull the stuck card out, onto the pile of taken cards.
    ClearJam,
    /// Pull the data cable.
    PlugOut,
    /// Put it in.
    PlugIn,
    /// Lay one blank under the head by hand. The lid must be open and the path empty.
    PutBlank {
        /// The blank.
        blank: Blank,
    },
    /// Press a button of the panel; a printer without it does nothing.
    Press {
        /// Which one.
        button: Button,
    },
}

/// One card as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its number.
    pub card: CardId,
    /// Its chip's number, as the office's reader would tell it.
    pub uid: Option<String>,
    /// What is on it.
    pub face: Looks,
    /// It was cut.
    pub cut: bool,
    /// The resin dots of its front; only in the answer to [`Hand::ReadMark`].
    pub mark: Option<Dots>,
}

/// Resin dots of a front, to read a mark from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dots {
    /// Dots along the short side.
    pub columns: usize,
    /// Dots along the long side.
    pub lines: usize,
    /// One bit a dot, most significant first, line by line, as hex; empty: no resin has touched it.
    pub bits: String,
}

/// What is seen on the ribbon's reels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RibbonSeen {
    /// Its kind.
    pub kind: RibbonKind,
    /// Panel sets not begun.
    pub sets_left: u32,
}

/// What a person who stands there can see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The lid is open.
    pub lid_open: bool,
    /// The printer is on.
    pub power: bool,
    /// The data cable is in.
    pub plugged: bool,
    /// What its display says.
    pub display: String,
    /// Cards in the hopper.
    pub hopper: usize,
    /// The ribbon.
    pub ribbon: Option<RibbonSeen>,
    /// The film of a retransfer printer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub film: Option<FilmSeen>,
    /// The cards in the path; `None`: the lid is shut, nobody can see.
    pub inside: Option<Vec<Seen>>,
    /// The output bin, oldest first.
    pub output: Vec<Seen>,
    /// The reject box, oldest first.
    pub reject: Vec<Seen>,
    /// The pile of cards taken out of the path, oldest first.
    pub taken: Vec<Seen>,
}

/// Why a hand could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandRefused {
    /// It cannot be reached.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// A card of another size or an unknown number.
    #[error("card {} is not to be seen here", .card.0)]
    NotSeen {
        /// Which card.
        card: CardId,
    },
}

/// Carries out what needs no firmware. Power and cable are the firmware's: it must know.
pub(crate) fn apply(
    hand: &Hand,
    mechanism: &mut Mechanism,
    uptime: u64,
) -> Result<(), HandRefused> {
    match hand {
        Hand::Look | Hand::ReadMark { .. } => {}
        Hand::OpenLid => mechanism.open_lid(uptime),
        Hand::CloseLid => mechanism.close_lid(),
        Hand::Load { blanks } => {
            mechanism.load(blanks.clone())?;
        }
        Hand::Unload => {
            mechanism.unload();
        }
        Hand::Ribbon { kind, sets } => {
            mechanism.fit_new_ribbon(*kind, sets.unwrap_or(RIBBON_SETS));
        }
        Hand::NoRibbon => mechanism.fit_ribbon(None),
        Hand::Film { panels } => {
            let panels = panels.unwrap_or(FILM_PANELS);
            mechanism.fit_film(panels.max(FILM_PANELS), panels);
        }
        Hand::TakeInside => {
            mechanism.take_inside(uptime)?;
        }
        Hand::TakeOutput => {
            mechanism.take_output();
        }
        Hand::EmptyReject => {
            mechanism.empty_reject();
        }
        Hand::TakePile => {
            mechanism.take_pile();
        }
        Hand::Cut { card } => mechanism.cut(*card)?,
        Hand::JamAt {
            station,
            after_cards,
        } => mechanism.arm_jam(*station, *after_cards),
        Hand::DoubleFeed => mechanism.arm_double_feed(),
        Hand::ClearJam => {
            mechanism.clear_jam(uptime)?;
        }
        Hand::PutBlank { blank } => {
            mechanism.put_blank(blank.clone())?;
        }
        Hand::PowerOff | Hand::PowerOn | Hand::Press { .. } => {}
        Hand::PlugOut => mechanism.set_plugged(false),
        Hand::PlugIn => mechanism.set_plugged(true),
    }
    Ok(())
}

/// What is seen after `hand`.
pub(crate) fn look(
    hand: &Hand,
    mechanism: &Mechanism,
    display: String,
) -> Result<Look, HandRefused> {
    let close = match hand {
        Hand::ReadMark { card } => {
            let seen = mechanism
                .card(*card)
                .is_some_and(|there| match there.place {
                    CardPlace::Output | CardPlace::Reject | CardPlace::Taken => true,
                    CardPlace::Path
                    | CardPlace::Contact
                    | CardPlace::Contactless
                    | CardPlace::PrintStart
                    | CardPlace::Flipper => mechanism.lid_open(),
                    CardPlace::Hopper(_) | CardPlace::Away => false,
                });
            if !seen {
                return Err(HandRefused::NotSeen { card: *card });
            }
            Some(*card)
        }
        Hand::Look
        | Hand::OpenLid
        | Hand::CloseLid
        | Hand::Load { .. }
        | Hand::Unload
        | Hand::Ribbon { .. }
        | Hand::NoRibbon
        | Hand::Film { .. }
        | Hand::TakeInside
        | Hand::TakeOutput
        | Hand::EmptyReject
        | Hand::TakePile
        | Hand::Cut { .. }
        | Hand::PowerOff
        | Hand::PowerOn
        | Hand::JamAt { .. }
        | Hand::DoubleFeed
        | Hand::ClearJam
        | Hand::PlugOut
        | Hand::PlugIn
        | Hand::PutBlank { .. }
        | Hand::Press { .. } => None,
    };
    let pile = |cards: &[CardId]| -> Vec<Seen> {
        cards
            .iter()
            .filter_map(|id| seen(mechanism, *id, close == Some(*id)))
            .collect()
    };
    Ok(Look {
        lid_open: mechanism.lid_open(),
        power: mechanism.power(),
        plugged: mechanism.plugged(),
        display,
        hopper: mechanism.hopper().len(),
        ribbon: mechanism.ribbon().map(|ribbon| RibbonSeen {
            kind: ribbon.kind,
            sets_left: ribbon.sets_left,
        }),
        film: mechanism.film(),
        inside: mechanism.lid_open().then(|| pile(mechanism.inside())),
        output: pile(mechanism.output()),
        reject: pile(mechanism.reject()),
        taken: pile(mechanism.taken()),
    })
}

fn seen(mechanism: &Mechanism, id: CardId, close: bool) -> Option<Seen> {
    let card = mechanism.card(id)?;
    let geometry = mechanism.fittings().geometry;
    let bits = &card.face(Side::Front).k;
    Some(Seen {
        card: id,
        uid: card.uid.clone(),
        face: card.looks(),
        cut: card.cut,
        mark: close.then(|| Dots {
            columns: geometry.columns,
            lines: geometry.lines,
            bits: crate::hex::encode(bits),
        }),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::faults::FaultPlan;

    /// The lines of the page's blocks of that kind.
    fn examples(kind: &str) -> Vec<&'static str> {
        let page = include_str!("../../docs/sims.md");
        let mut lines = page.lines();
        let head = format!("```json {kind}");
        lines.by_ref().find(|line| *line == head).unwrap();
        lines.take_while(|line| *line != "```").collect()
    }

    #[test]
    fn every_line_of_the_page_is_understood_and_written_back_alike() {
        let hands = examples("hand");
        assert!(hands.len() > 20);
        for line in hands {
            let hand: Hand = serde_json::from_str(line).unwrap();
            let again = serde_json::to_string(&hand).unwrap();
            assert_eq!(
                serde_json::from_str::<Hand>(&again).unwrap(),
                hand,
                "{line}"
            );
        }
        for line in examples("look") {
            let look: Look = serde_json::from_str(line).unwrap();
            assert_eq!(serde_json::to_string(&look).unwrap(), line);
        }
        for line in examples("faults") {
            assert_eq!(
                serde_json::from_str::<FaultPlan>(line)
                    .unwrap()
                    .faults
                    .len(),
                2
            );
        }
    }

    #[test]
    fn the_pages_switches_are_all_there_is() {
        let page = include_str!("../../docs/sims.md");
        let switches = serde_json::to_value(crate::evolis::Switches::default()).unwrap();
        for (name, _) in switches.as_object().unwrap() {
            assert!(page.contains(&format!("| `{name}` | ")), "{name}");
        }
    }
}
