//! The table of models: rows, not subclasses.
//!
//! Sources: Evolis programming guide Rev E \[doc\], the maker's SDK headers 9.4.1 [code: evolis-sdk]. That the
//! card sensor's voltage reads as the feeder's does (0,00 nothing, 5,00 something) is \[inferred\] by likeness;
//! its real thresholds are \[unknown\]. That a reject box is fitted is \[inferred\]: it is ordered apart on some
//! models. Whether a back is turned by 180 degrees is \[unknown\] until a bench ran.

use crate::contract::Stage;

/// What one model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The key in configuration.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// It keeps the finished card inside on command (`Psoe`) [code: esup-sgc].
    pub hold: bool,
    /// It has a contactless station (`Sic`).
    pub contactless: bool,
    /// It flips the card (`Sv`).
    pub duplex: bool,
    /// A reject box is fitted (`Ser`).
    pub reject: bool,
    /// It says how full its reject box is (`Rlr;h`) [code: Qt kiosk].
    pub tells_reject_box: bool,
    /// Its ribbon has a chip that counts (`Rrt;count`) [code: Qt kiosk].
    pub ribbon_chip: bool,
    /// It knows `Echo` [code: esup-sgc]; others answer that they do not know the command, which says the same.
    pub echo: bool,
    /// It knows `Rok` after a reset [code: Qt kiosk]; others are asked for their serial number.
    pub alive: bool,
    /// The voltage of its card sensor is a second opinion on the place.
    pub card_sensor: bool,
    /// The back's picture is turned by 180 degrees.
    pub back_turned: bool,
    /// The stages it can order apart.
    pub stages: &'static [Stage],
    /// Milliseconds from card to card, colour on one side, at the best rate that is told of it. \[unverified\]:
    /// general knowledge, never the maker's word; it serves to say which link would hold the printer back.
    pub rated_ms: u32,
    /// Bytes that go out for an ordinary colour card of one side: to a hundredth what the test of `docs/printers.md`
    /// measures.
    pub card_bytes: u32,
}

const WITH_CHIP: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Face,
    Stage::Finish,
    Stage::Eject,
    Stage::Reject,
    Stage::Clear,
];

const WITHOUT_HOLD: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Face,
    Stage::Finish,
    Stage::Reject,
    Stage::Clear,
];

const PRIMACY: Model = Model {
    key: "evolis-primacy",
    name: "Primacy",
    hold: true,
    contactless: true,
    duplex: false,
    reject: true,
    tells_reject_box: true,
    ribbon_chip: true,
    echo: true,
    alive: true,
    card_sensor: true,
    back_turned: false,
    stages: WITH_CHIP,
    // 225 cards an hour.
    rated_ms: 16_000,
    card_bytes: 1_893_000,
};

const DUALYS: Model = Model {
    key: "evolis-dualys",
    name: "Dualys",
    hold: false,
    contactless: true,
    duplex: true,
    reject: true,
    tells_reject_box: false,
    ribbon_chip: false,
    echo: false,
    alive: false,
    card_sensor: true,
    back_turned: false,
    stages: WITHOUT_HOLD,
    // 150 cards an hour.
    rated_ms: 24_000,
    card_bytes: 1_893_000,
};

/// All models that are known by name.
pub static MODELS: &[Model] = &[
    PRIMACY,
    Model {
        key: "evolis-primacy-duplex",
        name: "Primacy Duplex",
        duplex: true,
        ..PRIMACY
    },
    DUALYS,
];

impl Model {
    /// Whether a printer that calls itself so is of another family. The exact texts are \[unknown\]: only the
    /// name of another known family contradicts.
    pub fn contradicts(&self, told: &str) -> bool {
        let told = told.to_lowercase();
        let named = |model: &Model| told.contains(&model.family().to_lowercase());
        !named(self) && MODELS.iter().any(named)
    }

    fn family(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }
}

/// The model of that key.
pub fn find(key: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.key == key)
}
