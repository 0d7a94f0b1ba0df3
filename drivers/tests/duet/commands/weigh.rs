//! One whole-size card through any maker's machine and firmware, in virtual time: how many bytes went out for it.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::mechanism::RibbonKind;

use crate::bench::setup;
use crate::faults::fit;
use crate::make::{Make, Maker};

/// What a driver with these options has of the model, and the bytes that its machine sends in Load, Face and Finish
/// for one side in colour.
pub(crate) fn sent_for<M: Maker>(
    model: &'static str,
    options: M::Options,
    picture: fn(usize, usize) -> CardImage,
) -> (Pace, usize) {
    let mut duet = Make::<M> {
        dots: None,
        options,
        ..Make::new(model)
    }
    .duet();
    let fitted = duet.firmware.mechanism().ribbon().unwrap().kind;
    if fitted == RibbonKind::K {
        fit(&mut duet, RibbonKind::Ymcko);
    }
    let setup = setup(if fitted == RibbonKind::Ymckok {
        Ribbon::Ymckok
    } else {
        Ribbon::Ymcko
    });
    let (width, height) = duet.capabilities.dots;
    let image = Arc::new(picture(width, height));
    let mut before = 0;
    for request in duet.card_requests(setup, image) {
        if matches!(request, Request::Load(_)) {
            before = duet.sent();
        }
        duet.done(request);
    }
    let printed = duet.firmware.mechanism().output().len();
    assert_eq!(printed, 1, "{model}: the card came out");
    let bytes = usize::try_from(duet.sent() - before).unwrap();
    (duet.capabilities.pace, bytes)
}
