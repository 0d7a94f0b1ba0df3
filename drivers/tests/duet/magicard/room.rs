//! The person beside the printer, and what the printer would tell.

use std::time::Duration;

use cetak_drivers::contract::Fault;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::magicard::CardsCount;

use super::bench::Duet;

/// Longer than anything that a printer begins by itself.
pub(super) const LONG: Duration = Duration::from_secs(600);

/// What the printer tells of its counters: cards, panels.
pub(super) fn tallies(duet: &Duet) -> (u64, u64) {
    let counts = duet.firmware.mechanism().counts();
    let cards = match duet.firmware.switches().cards_count {
        CardsCount::Feed => counts.cards,
        CardsCount::Eject => counts.ejected,
    };
    (cards, counts.panels)
}

/// What is told where the port's byte is all that says so.
pub(super) fn port_error() -> Fault {
    Fault::Unlisted("PORT ERROR".to_owned())
}
