//! The table of models: rows, not subclasses.
//!
//! Sources: the maker's paper on Enduro and Pronto \[doc\], the maker's public Linux filters [code: ultra14, ultra18],
//! a public driver for Rio and Tango [code: gp], streams of both \[measured\]. That a Rio 2 takes the same header as
//! a Tango 2e is \[inferred\]: the public driver makes no difference. Which way a landscape picture is turned into
//! the portrait one, and so which end of the card leaves first, is a driver's convention \[inferred\].

use super::raster::Layout;

/// The two text dialects that are driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Rio 2 and Tango 2e: a question for each value.
    Rio,
    /// Enduro and its kin: one question answers all.
    Enduro,
}

/// What one model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The key in configuration.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Its dialect.
    pub speech: Speech,
    /// Where a head's dots lie in a row of a plane.
    pub layout: Layout,
    /// It flips the card.
    pub duplex: bool,
    /// Its pictures are turned by 180 degrees \[measured\].
    pub turned: bool,
    /// Its backs are turned by 180 degrees against its fronts \[measured\].
    pub back_turned: bool,
    /// Resin quality and coercivity stand in every header \[measured\]; a Rio Pro's has neither.
    pub quality: bool,
    /// Whether the slow colour mode is named, and how [code: ultra14; measured].
    pub slow: Option<bool>,
    /// The colour correction that the header claims. Enduro and Pronto streams claim the maker's table (3) and
    /// carry linear dye \[measured\]; where the table was really applied we claim none (0), for we have it not.
    pub correction: Option<u8>,
    /// Milliseconds from card to card, colour on one side. \[placeholder\]: no rate was found in any paper; it serves
    /// to say which link would hold the printer back. `None`: not even that.
    pub rated_ms: Option<u32>,
    /// Bytes that go out for an ordinary colour card of one side: to a hundredth what the test of `docs/printers.md`
    /// measures.
    pub card_bytes: u32,
}

const ENDURO: Model = Model {
    key: "magicard-enduro",
    name: "Enduro",
    speech: Speech::Enduro,
    layout: Layout::Kge2,
    duplex: false,
    turned: true,
    back_turned: false,
    quality: true,
    slow: None,
    correction: Some(3),
    rated_ms: Some(35_000),
    card_bytes: 1_853_000,
};

const TANGO: Model = Model {
    key: "magicard-tango2e",
    name: "Tango 2e",
    speech: Speech::Rio,
    layout: Layout::Kee,
    duplex: true,
    turned: false,
    back_turned: true,
    quality: false,
    slow: Some(true),
    correction: None,
    rated_ms: None,
    card_bytes: 1_622_000,
};

/// All models that are known by name.
pub static MODELS: &[Model] = &[
    ENDURO,
    Model {
        key: "magicard-enduro-plus",
        name: "Enduro+",
        duplex: true,
        correction: Some(0),
        ..ENDURO
    },
    Model {
        key: "magicard-pronto",
        name: "Pronto",
        ..ENDURO
    },
    Model {
        key: "magicard-rio-pro",
        name: "Rio Pro",
        quality: false,
        slow: Some(true),
        correction: Some(0),
        rated_ms: Some(25_000),
        ..ENDURO
    },
    Model {
        key: "magicard-rio2",
        name: "Rio 2",
        duplex: false,
        ..TANGO
    },
    TANGO,
];

impl Model {
    /// Whether a printer that calls itself so is of another model. Rebrands carry names of their own: only the name
    /// of another known model contradicts.
    pub fn contradicts(&self, told: &str) -> bool {
        let told = plain(told);
        MODELS
            .iter()
            .filter(|model| told.starts_with(&plain(model.name)))
            .max_by_key(|model| model.name.len())
            .is_some_and(|named| named.key != self.key)
    }
}

/// Letters, digits and the plus sign, in small letters.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '+')
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The model of that key.
pub fn find(key: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.key == key)
}
