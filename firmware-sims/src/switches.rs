//! What nobody has shown of any maker's printers: switches that all firmwares have.

use serde::{Deserialize, Serialize};

/// What happens at power-up to a card that is inside \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerUp {
    /// It stays where it is; on a retransfer printer one between two stations goes to the print position.
    Keep,
    /// It goes to the output bin.
    Output,
    /// It goes to the reject box; to the output bin where none is fitted.
    Reject,
}

/// What the firmware knows of a card's place after a power cut \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionAfterPower {
    /// Sensors tell.
    Sensed,
    /// It believes that the path is empty; the next feed jams.
    Forgotten,
}

/// What becomes of a download, or of a page, whose host has gone \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HalfPayload {
    /// The printer waits for the rest without limit: the next host's first bytes are taken for it.
    Wait,
    /// It gives up after so many seconds without a byte.
    Timeout(u32),
    /// It gives up when the host closes the port.
    DroppedOnClose,
}
