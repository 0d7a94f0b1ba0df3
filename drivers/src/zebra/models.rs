//! The table of models: rows, not subclasses.
//!
//! Sources: programmer's manuals 980081-001 \[doc\] and the front matter of 980415-001 \[doc\]; a public program
//! that prints on a P430i [code: PAUSMS]. That all image buffers of both models are resident at once is \[inferred\]:
//! the manual says so for the P310 and the P420, and public streams for a P430i rest on it. Printers with one
//! colour buffer (P300) need another order of commands and are no rows here.

use crate::contract::Stage;

/// What one model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The key in configuration.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// It flips the card (`MF`).
    pub duplex: bool,
    /// A reject hopper is fitted, and `+RB` says what falls into it [doc: P420; P430i inferred].
    pub reject_hopper: bool,
    /// The back's picture is turned by 180 degrees. \[unknown\] until a bench ran.
    pub back_turned: bool,
    /// Milliseconds from card to card, colour on one side. \[unverified\]: remembered, found in no paper; it serves to
    /// say which link would hold the printer back.
    pub rated_ms: u32,
    /// Bytes that go out for an ordinary colour card of one side: to a hundredth what the test of `docs/printers.md`
    /// measures.
    pub card_bytes: u32,
}

/// All models that are known by name.
pub static MODELS: &[Model] = &[
    Model {
        key: "zebra-p330i",
        name: "P330i",
        duplex: false,
        reject_hopper: false,
        back_turned: false,
        rated_ms: 25_000,
        card_bytes: 1_115_000,
    },
    Model {
        key: "zebra-p430i",
        name: "P430i",
        duplex: true,
        reject_hopper: true,
        back_turned: false,
        rated_ms: 25_000,
        card_bytes: 1_115_000,
    },
];

/// The model of that key.
pub fn find(key: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.key == key)
}

const ONE_SIDE: &[Stage] = &[Stage::Finish, Stage::Eject, Stage::Clear];
const TWO_SIDES: &[Stage] = &[Stage::Face, Stage::Finish, Stage::Eject, Stage::Clear];
const ONE_SIDE_DOCKED: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Finish,
    Stage::Eject,
    Stage::Clear,
];
const ONE_SIDE_DOCKED_REJECT: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Finish,
    Stage::Eject,
    Stage::Reject,
    Stage::Clear,
];
const TWO_SIDES_DOCKED: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Face,
    Stage::Finish,
    Stage::Eject,
    Stage::Clear,
];
const TWO_SIDES_DOCKED_REJECT: &[Stage] = &[
    Stage::Feed,
    Stage::Chip,
    Stage::Park,
    Stage::Face,
    Stage::Finish,
    Stage::Eject,
    Stage::Reject,
    Stage::Clear,
];

/// What can be ordered apart: of one side or two, with or without a chip station and a reject.
pub(super) fn stages(duplex: bool, docked: bool, reject: bool) -> &'static [Stage] {
    match (duplex, docked, reject) {
        (false, false, _) => ONE_SIDE,
        (true, false, _) => TWO_SIDES,
        (false, true, false) => ONE_SIDE_DOCKED,
        (false, true, true) => ONE_SIDE_DOCKED_REJECT,
        (true, true, false) => TWO_SIDES_DOCKED,
        (true, true, true) => TWO_SIDES_DOCKED_REJECT,
    }
}
