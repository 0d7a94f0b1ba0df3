//! What a person sees at a printer who takes its cards out of the bins and reads their marks.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;

use cetak_firmware_sims::hands::{Dots, Hand, Look, Seen};
use cetak_firmware_sims::mechanism::{CardId, Looks};

use crate::artwork::mark::{self, Mark};
use crate::rehearsal::sim::{self, SimError};
use cetak_drivers::contract::BitPlane;

/// A person's hands at one printer.
pub trait Hands: Send {
    /// Moves a hand, and tells what is seen afterwards.
    fn hand(&mut self, hand: Hand) -> impl Future<Output = Result<Look, SimError>> + Send;
}

/// Hands that reach through a running printer's control socket.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The socket.
    pub control: PathBuf,
}

impl Hands for Reach {
    async fn hand(&mut self, hand: Hand) -> Result<Look, SimError> {
        sim::hand(&self.control, &hand).await
    }
}

/// Where a card lies that can be picked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pile {
    /// The output bin.
    Output,
    /// The reject box.
    Reject,
    /// The pile of cards that a hand took out of the path.
    Taken,
}

/// A card as a person sees it who reads its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCard {
    /// Its number.
    pub card: CardId,
    /// Its chip's number.
    pub uid: Option<String>,
    /// What is on it.
    pub face: Looks,
    /// A hand has cut it.
    pub cut: bool,
    /// Whose it is; `None`: no mark can be read.
    pub mark: Option<Mark>,
    /// Where it lies.
    pub pile: Pile,
}

impl SeenCard {
    /// Whether it could be handed over.
    pub fn usable(&self) -> bool {
        self.face == Looks::Whole && !self.cut
    }
}

/// One printer, its bins and the marks of what lies in them.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What is seen without touching anything.
    pub look: Look,
    /// What lies in bins and on the pile, oldest first in each.
    pub cards: Vec<SeenCard>,
}

/// Looks at a printer and reads the mark of every card in its bins. `known` keeps what was read: a card in a bin
/// does not change its face.
///
/// # Errors
/// A hand that is refused.
pub async fn see<H: Hands>(
    hands: &mut H,
    known: &mut BTreeMap<CardId, Option<Mark>>,
) -> Result<Sight, SimError> {
    let look = hands.hand(Hand::Look).await?;
    let piles = [
        (Pile::Output, &look.output),
        (Pile::Reject, &look.reject),
        (Pile::Taken, &look.taken),
    ];
    let mut cards = Vec::new();
    for (pile, lying) in piles {
        for seen in lying {
            let mark = match known.get(&seen.card) {
                Some(mark) => *mark,
                None => {
                    let mark = read(hands, seen).await?;
                    known.insert(seen.card, mark);
                    mark
                }
            };
            cards.push(SeenCard {
                card: seen.card,
                uid: seen.uid.clone(),
                face: seen.face,
                cut: seen.cut,
                mark,
                pile,
            });
        }
    }
    Ok(Sight { look, cards })
}

async fn read<H: Hands>(hands: &mut H, seen: &Seen) -> Result<Option<Mark>, SimError> {
    if seen.face == Looks::Blank {
        return Ok(None);
    }
    let close = hands.hand(Hand::ReadMark { card: seen.card }).await?;
    let mut all = close.output.iter().chain(&close.reject).chain(&close.taken);
    let dots = all
        .find(|there| there.card == seen.card)
        .and_then(|there| there.mark.as_ref());
    Ok(dots.and_then(mark_of))
}

/// The mark in a front's resin dots: a line of them is a column of the landscape card, the last one its top.
pub fn mark_of(dots: &Dots) -> Option<Mark> {
    let bits = hex::decode(&dots.bits).ok()?;
    let line_bytes = dots.columns.div_ceil(8);
    let mut plane = BitPlane::clear(dots.lines, dots.columns);
    for (line, bytes) in bits.chunks_exact(line_bytes.max(1)).enumerate() {
        for column in 0..dots.columns {
            let ink = bytes
                .get(column / 8)
                .is_some_and(|byte| byte & (0x80 >> (column % 8)) != 0);
            if ink {
                plane.set(line, dots.columns - 1 - column);
            }
        }
    }
    mark::read_plane(&plane)
}
