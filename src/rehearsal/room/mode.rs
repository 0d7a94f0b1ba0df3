//! What kinds of cards a rehearsal makes, and on which printer.

use std::sync::{Arc, OnceLock};

use cetak_drivers::contract::{BitPlane, Capabilities, CardImage, Overlay, Ribbon, Side};

use super::super::specimen::{self, Mix};
use super::make::Maker;
use crate::artwork::{Look, mark};
use crate::domain::ids::{PrinterId, Stock};
use crate::domain::record::{CardProduct, Reason, Record};
use crate::engine::fleet::{ChipScript, ChipWay, Port, PrinterSpec};

/// Dots along the long side of a rehearsal card: the smallest on which a mark can be read.
pub const LINES: usize = 64;
/// Dots along its short side.
pub const COLUMNS: usize = 48;
/// People who stand ready for each kind of card.
pub const PEOPLE_MAX: usize = 4;

/// A kind of card on its printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// KTP-el with a chip, one side in colour.
    Chip,
    /// KIA, one side in colour.
    Single,
    /// KTP-el with a chip, colour in front and resin on the back.
    Dual,
    /// KIA on a black ribbon, on a printer that cannot hold the finished card.
    Mono,
    /// KIA on a P330i, which tells no place.
    Zebra,
    /// KIA on both sides, on a P430i that flips.
    ZebraDual,
    /// KIA on an Enduro: one page is feed, print and eject.
    Magicard,
    /// KIA on a Rio 2, which answers each question apart.
    MagicardRio,
    /// KTP-el on a P330i, its chip written at a desk.
    ZebraByHand,
    /// KTP-el on an Enduro, its chip written at a desk.
    MagicardByHand,
    /// KTP-el with a chip on a retransfer printer that counts.
    Matica,
    /// KIA on a retransfer printer that counts nothing.
    Matica9300,
}

impl Mode {
    /// Those on Evolis printers.
    pub const EVOLIS: [Mode; 4] = [Mode::Chip, Mode::Single, Mode::Dual, Mode::Mono];

    /// Those on printers of other makers.
    pub const OTHERS: [Mode; 6] = [
        Mode::Zebra,
        Mode::ZebraDual,
        Mode::Magicard,
        Mode::MagicardRio,
        Mode::Matica,
        Mode::Matica9300,
    ];

    /// Those whose blanks carry their chip before they are laid in, one at a time.
    pub const BY_HAND: [Mode; 2] = [Mode::ZebraByHand, Mode::MagicardByHand];

    /// The model's key; simulators have their own table under the same names.
    pub fn model(self) -> &'static str {
        match self {
            Mode::Chip | Mode::Single => "evolis-primacy",
            Mode::Dual => "evolis-primacy-duplex",
            Mode::Mono => "evolis-dualys",
            Mode::Zebra | Mode::ZebraByHand => "zebra-p330i",
            Mode::ZebraDual => "zebra-p430i",
            Mode::Magicard | Mode::MagicardByHand => "magicard-enduro",
            Mode::MagicardRio => "magicard-rio2",
            Mode::Matica => "matica-xid8600",
            Mode::Matica9300 => "matica-xid9300",
        }
    }

    /// Whose printer it is.
    pub fn maker(self) -> Maker {
        match self {
            Mode::Chip | Mode::Single | Mode::Dual | Mode::Mono => Maker::Evolis,
            Mode::Zebra | Mode::ZebraDual | Mode::ZebraByHand => Maker::Zebra,
            Mode::Magicard | Mode::MagicardRio | Mode::MagicardByHand => Maker::Magicard,
            Mode::Matica | Mode::Matica9300 => Maker::Matica,
        }
    }

    /// Whether the last panel that is laid is an overlay.
    pub(super) fn ends_with_overlay(self) -> bool {
        match self.look() {
            Look::Colour => true,
            Look::ColourWithBack | Look::Mono => false,
        }
    }

    /// The blanks it takes.
    pub fn stock(self) -> Stock {
        match self {
            Mode::Chip | Mode::Dual | Mode::Matica | Mode::ZebraByHand | Mode::MagicardByHand => {
                Stock::KtpEl
            }
            Mode::Single
            | Mode::Mono
            | Mode::Zebra
            | Mode::ZebraDual
            | Mode::Magicard
            | Mode::MagicardRio
            | Mode::Matica9300 => Stock::Kia517,
        }
    }

    /// Whether its blanks carry their chip before they are laid in.
    pub fn by_hand(self) -> bool {
        Mode::BY_HAND.contains(&self)
    }

    fn look(self) -> Look {
        match self {
            Mode::Chip
            | Mode::Single
            | Mode::Zebra
            | Mode::ZebraByHand
            | Mode::Magicard
            | Mode::MagicardByHand
            | Mode::MagicardRio
            | Mode::Matica
            | Mode::Matica9300 => Look::Colour,
            Mode::Dual | Mode::ZebraDual => Look::ColourWithBack,
            Mode::Mono => Look::Mono,
        }
    }

    fn ribbon(self) -> Ribbon {
        match self.look() {
            Look::Colour => Ribbon::Ymcko,
            Look::ColourWithBack => Ribbon::Ymckok,
            Look::Mono => Ribbon::K,
        }
    }

    /// The printer as config would describe it.
    pub(super) fn spec(self, id: PrinterId, capabilities: Capabilities) -> PrinterSpec {
        let step = |send: &str, answer: &str| vec![(send.to_owned(), answer.to_owned())];
        PrinterSpec {
            port: Port::default(),
            bench: Default::default(),
            id,
            capabilities: Arc::new(capabilities),
            stocks: vec![self.stock()],
            ribbon: self.ribbon(),
            look: self.look(),
            chip: if self.by_hand() {
                ChipWay::ByHand
            } else if self.stock().has_chip() {
                ChipWay::InLine(ChipScript {
                    write: step("00D60001 08 {mark}", "9000"),
                    verify: step("00B0000108", "{mark} 9000"),
                })
            } else {
                ChipWay::None
            },
        }
    }

    /// A card of this kind: the key's mark on each side.
    pub fn picture(self, key: &str) -> CardImage {
        let mut image = mark::plain_card(key, LINES, COLUMNS);
        let plain = |resin: BitPlane| Side {
            colour: None,
            resin,
            overlay: Overlay::None,
        };
        match self.look() {
            Look::Colour => {}
            Look::ColourWithBack => image.back = Some(plain(image.front.resin.clone())),
            Look::Mono => image.front = plain(image.front.resin),
        }
        image
    }

    /// The first records of the people who want such a card, and a stand-in for their photo.
    pub(super) fn records(self, people: usize) -> impl Iterator<Item = (Record, Option<Vec<u8>>)> {
        static ADULTS: OnceLock<Vec<Record>> = OnceLock::new();
        static CHILDREN: OnceLock<Vec<Record>> = OnceLock::new();
        let drawn = |mix, product| {
            move || {
                specimen::records(1, mix)
                    .filter(|record| record.product == product && record.reason == Reason::New)
                    .take(PEOPLE_MAX)
                    .collect()
            }
        };
        let records = if self.stock().has_chip() {
            ADULTS.get_or_init(drawn(Mix::TANJUNGPINANG_2019, CardProduct::KtpEl))
        } else {
            CHILDREN.get_or_init(drawn(Mix::KIA, CardProduct::Kia517))
        };
        // The plain card shows no photo; that there is one is all that the rules ask.
        let photo = |record: &Record| record.photo.is_some().then(|| vec![0]);
        records
            .iter()
            .take(people)
            .map(move |record| (record.clone(), photo(record)))
    }
}
