//! One card: its chip, what was laid on its faces, and what a person would say of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A card's number. One number is one piece of plastic, in whatever printer it lies.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct CardId(pub u64);

/// One panel of a ribbon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Panel {
    /// Yellow dye.
    Y,
    /// Magenta dye.
    M,
    /// Cyan dye.
    C,
    /// Black resin.
    K,
    /// Overlay varnish.
    O,
    /// Ink that only ultraviolet light shows.
    U,
}

impl Panel {
    /// Whether it is to be seen by daylight.
    pub fn is_visible(self) -> bool {
        match self {
            Panel::Y | Panel::M | Panel::C | Panel::K => true,
            Panel::O | Panel::U => false,
        }
    }
}

/// One side of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side that lies under the head after a feed.
    Front,
    /// The other one.
    Back,
}

/// Where a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardPlace {
    /// In the hopper, with so many cards before it.
    Hopper(u32),
    /// Somewhere between two stations.
    Path,
    /// At the contact station.
    Contact,
    /// At the contactless station.
    Contactless,
    /// At the print start, under the head.
    PrintStart,
    /// In the flip-over station.
    Flipper,
    /// In the output bin.
    Output,
    /// In the reject box.
    Reject,
    /// On the pile of cards that a hand took out of the path.
    Taken,
    /// A person carried it off: out of the hopper, the output or the reject box.
    Away,
}

impl CardPlace {
    /// Whether the card is inside the printer, past the hopper and before a bin.
    pub fn inside(self) -> bool {
        match self {
            CardPlace::Path
            | CardPlace::Contact
            | CardPlace::Contactless
            | CardPlace::PrintStart
            | CardPlace::Flipper => true,
            CardPlace::Hopper(_)
            | CardPlace::Output
            | CardPlace::Reject
            | CardPlace::Taken
            | CardPlace::Away => false,
        }
    }
}

/// Picture size in dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// Along the card's short side; where it is no multiple of 8 a line of bits is padded to whole bytes.
    pub columns: usize,
    /// Along the card's long side, in the printing direction.
    pub lines: usize,
}

impl Geometry {
    /// Bytes of one line at one bit a dot.
    pub fn line_bytes(self) -> usize {
        self.columns.div_ceil(8)
    }
}

/// What one panel is to lay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plane {
    /// One byte a dot, 0 (no dye) to 255 (full dye), line by line.
    Dye(Vec<u8>),
    /// One bit a dot, most significant first, line by line.
    Bits(Vec<u8>),
}

impl Plane {
    /// A plane that lays nothing.
    pub fn empty(panel: Panel, geometry: Geometry) -> Plane {
        match panel {
            Panel::Y | Panel::M | Panel::C | Panel::U => {
                Plane::Dye(vec![0; geometry.columns * geometry.lines])
            }
            Panel::K | Panel::O => Plane::Bits(vec![0; geometry.line_bytes() * geometry.lines]),
        }
    }

    /// The bytes, line by line, and how many of them are one line.
    fn lines(&self, geometry: Geometry) -> (&[u8], usize) {
        match self {
            Plane::Dye(dots) => (dots, geometry.columns),
            Plane::Bits(bits) => (bits, geometry.line_bytes()),
        }
    }
}

/// One passage of a panel over a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    /// Which panel.
    pub panel: Panel,
    /// Lines laid.
    pub lines: u32,
    /// All lines were laid.
    pub complete: bool,
    /// The number of the picture that it belongs to; two numbers on one card are an overprint.
    pub picture: u64,
}

/// What lies on one side of a card. A plane is empty until its panel has touched the face.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// Yellow, one byte a dot, 0 to 255, line by line.
    pub y: Vec<u8>,
    /// Magenta.
    pub m: Vec<u8>,
    /// Cyan.
    pub c: Vec<u8>,
    /// Resin, one bit a dot, most significant first, line by line.
    pub k: Vec<u8>,
    /// Overlay, as resin.
    pub o: Vec<u8>,
    /// Ultraviolet ink, as yellow.
    pub u: Vec<u8>,
    /// Every passage, in order.
    pub laid: Vec<Laid>,
    /// Some dye or resin is to be seen.
    pub visible: bool,
}

impl Face {
    /// Lays lines `from..to` of a plane: dye adds up, resin and overlay cover.
    pub(crate) fn lay(
        &mut self,
        panel: Panel,
        plane: &Plane,
        geometry: Geometry,
        from: usize,
        to: usize,
    ) {
        let (source, width) = plane.lines(geometry);
        let target = match panel {
            Panel::Y => &mut self.y,
            Panel::M => &mut self.m,
            Panel::C => &mut self.c,
            Panel::K => &mut self.k,
            Panel::O => &mut self.o,
            Panel::U => &mut self.u,
        };
        target.resize(width * geometry.lines, 0);
        let span = from * width..to * width;
        let (source, target) = (&source[span.clone()], &mut target[span]);
        match plane {
            Plane::Dye(_) => {
                for (there, more) in target.iter_mut().zip(source) {
                    *there = there.saturating_add(*more);
                }
            }
            Plane::Bits(_) => {
                for (there, more) in target.iter_mut().zip(source) {
                    *there |= more;
                }
            }
        }
        if panel.is_visible() {
            self.visible = self.visible || source.iter().any(|byte| *byte != 0);
        }
    }

    /// Whether this panel has touched the face at all.
    pub fn touched_by(&self, panel: Panel) -> bool {
        self.laid
            .iter()
            .any(|laid| laid.panel == panel && laid.lines > 0)
    }
}

/// Blocks of a simulated chip.
pub const CHIP_BLOCKS: usize = 32;
/// Bytes of one block.
pub const CHIP_BLOCK_BYTES: usize = 16;

/// A simulated chip's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The blocks; all zero before the first update.
    pub blocks: [[u8; CHIP_BLOCK_BYTES]; CHIP_BLOCKS],
    /// Updates so far: 0 is an unused chip.
    pub updates: u32,
}

impl Default for Chip {
    fn default() -> Chip {
        Chip {
            blocks: [[0; CHIP_BLOCK_BYTES]; CHIP_BLOCKS],
            updates: 0,
        }
    }
}

impl Chip {
    /// A chip that an encoder at a desk has written; what is no hex, or too long, is not on it.
    fn written(hex: &str) -> Chip {
        let mut chip = Chip::default();
        let digits = hex.as_bytes().chunks_exact(2);
        for (byte, pair) in chip.blocks[1].iter_mut().zip(digits) {
            let text = std::str::from_utf8(pair).unwrap_or_default();
            let Ok(value) = u8::from_str_radix(text, 16) else {
                return Chip::default();
            };
            *byte = value;
        }
        chip.updates = 1;
        chip
    }

    /// Answers one command: `00D6 00bb LL data` updates block bb, `00B0 00bb LL` reads it, else `6D00`.
    pub fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        const DONE: [u8; 2] = [0x90, 0x00];
        const UNKNOWN: [u8; 2] = [0x6D, 0x00];
        let &[0x00, instruction, 0x00, block, length, ref data @ ..] = command else {
            return UNKNOWN.to_vec();
        };
        let (block, length) = (usize::from(block), usize::from(length));
        if block >= CHIP_BLOCKS || length > CHIP_BLOCK_BYTES {
            return UNKNOWN.to_vec();
        }
        match instruction {
            0xD6 if data.len() == length => {
                self.blocks[block][..length].copy_from_slice(data);
                self.updates += 1;
                DONE.to_vec()
            }
            0xB0 if data.is_empty() => {
                let mut answer = self.blocks[block][..length].to_vec();
                answer.extend(DONE);
                answer
            }
            _ => UNKNOWN.to_vec(),
        }
    }
}

/// A blank as a person brings it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Blank {
    /// Its number; the printer numbers it if it has none. The number of a card that was taken out or
    /// carried away brings that very card back, with all that is on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CardId>,
    /// Its chip's number; `None`: a card without a chip.
    #[serde(default)]
    pub uid: Option<String>,
    /// The chip never answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chip_dead: bool,
    /// What an encoder at a desk wrote to the start of the chip's block 1, in hex: at most one block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoded: Option<String>,
}

/// A magnetic stripe: three tracks, each as it was written last, sentinels included; `None`: never written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stripe {
    /// Tracks 1 to 3.
    pub tracks: [Option<Vec<u8>>; 3],
    /// Written with high coercivity.
    pub high_coercivity: bool,
}

/// What was ordered for one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The picture's number.
    pub picture: u64,
    /// The panels of the sequence that ended it.
    pub panels: Vec<(Side, Panel)>,
    /// The panels of one set of the ribbon it was printed with.
    pub ribbon: Vec<Panel>,
}

/// How a card looks to a person who knows what is printed in this room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Looks {
    /// No dye and no resin is to be seen.
    Blank,
    /// Something is on it, but not one whole picture.
    Part,
    /// One picture, all of it.
    Whole,
}

/// One piece of plastic.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its number.
    pub id: CardId,
    /// Its chip's number.
    pub uid: Option<String>,
    /// Its chip's memory.
    pub chip: Chip,
    /// The chip never answers.
    pub chip_dead: bool,
    /// Where it is.
    pub place: CardPlace,
    /// What lies on the front.
    pub front: Face,
    /// What lies on the back.
    pub back: Face,
    /// What its magnetic stripe holds.
    pub stripe: Stripe,
    /// The orders that were ended with this card inside.
    pub orders: Vec<Order>,
    /// A hand has cut it.
    pub cut: bool,
}

impl Card {
    pub(crate) fn new(id: CardId, blank: Blank, place: CardPlace) -> Card {
        Card {
            id,
            uid: blank.uid,
            chip: blank
                .encoded
                .map_or_else(Chip::default, |hex| Chip::written(&hex)),
            chip_dead: blank.chip_dead,
            place,
            front: Face::default(),
            back: Face::default(),
            stripe: Stripe::default(),
            orders: Vec::new(),
            cut: false,
        }
    }

    /// One of its faces.
    pub fn face(&self, side: Side) -> &Face {
        match side {
            Side::Front => &self.front,
            Side::Back => &self.back,
        }
    }

    pub(crate) fn face_mut(&mut self, side: Side) -> &mut Face {
        match side {
            Side::Front => &mut self.front,
            Side::Back => &mut self.back,
        }
    }

    /// The numbers of the pictures that have touched it.
    pub fn pictures(&self) -> BTreeSet<u64> {
        self.passages().map(|(_, laid)| laid.picture).collect()
    }

    fn passages(&self) -> impl Iterator<Item = (Side, &Laid)> {
        let front = self.front.laid.iter().map(|laid| (Side::Front, laid));
        front.chain(self.back.laid.iter().map(|laid| (Side::Back, laid)))
    }

    /// What a person would say of it. Whole: one picture only, its sequence was ended, every ordered
    /// panel was laid once and wholly, and a face with dye has all panels of the ribbon's set.
    pub fn looks(&self) -> Looks {
        if !self.front.visible && !self.back.visible {
            return Looks::Blank;
        }
        let pictures = self.pictures();
        let mut orders = self
            .orders
            .iter()
            .filter(|order| pictures.contains(&order.picture));
        let (1, Some(order), None) = (pictures.len(), orders.next(), orders.next()) else {
            return Looks::Part;
        };
        let mut laid: Vec<(Side, Panel)> = self
            .passages()
            .map(|(side, laid)| (side, laid.panel))
            .collect();
        let mut ordered = order.panels.clone();
        laid.sort_unstable();
        ordered.sort_unstable();
        let once = laid.windows(2).all(|pair| pair[0] != pair[1]);
        let complete = self.passages().all(|(_, laid)| laid.complete);
        let set_used_up = [Side::Front, Side::Back].into_iter().all(|side| {
            let dyed = [Panel::Y, Panel::M, Panel::C]
                .into_iter()
                .any(|panel| laid.contains(&(side, panel)));
            !dyed
                || order
                    .ribbon
                    .iter()
                    .all(|panel| laid.contains(&(side, *panel)))
        });
        if once && complete && laid == ordered && set_used_up {
            Looks::Whole
        } else {
            Looks::Part
        }
    }
}
