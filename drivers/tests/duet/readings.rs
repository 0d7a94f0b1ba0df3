//! A whole uncut card under every reading of what nobody has shown of these printers.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::{PlaceWords, Switches};
use cetak_firmware_sims::mechanism::{CardPlace, Looks};

use crate::cards::{SMALL, ktp};
use crate::evolis::Make;
use crate::pictures::{self, front};

/// Draws of all switches at once.
const DRAWS: u64 = 300;

#[test]
fn under_every_reading_uncut_cards_are_one_each_and_whole() {
    let image = Arc::new(front(pictures::side(SMALL.0, SMALL.1, 0)));
    let mut guide = 0;
    let mut unheld = 0;
    for seed in 0..DRAWS {
        let switches = Switches::draw(seed);
        guide += u32::from(switches.rlr_p_words == PlaceWords::Guide);
        unheld += u32::from(!switches.psoe_honoured);
        for model in ["evolis-primacy", "evolis-primacy-duplex"] {
            let mut make = Make::new(model);
            make.switches = switches;
            make.profile.ribbon = cetak_firmware_sims::mechanism::RibbonKind::Ymcko;
            let mut duet = make.duet();
            for card in 1..=2 {
                for request in duet.card_requests(ktp(), Arc::clone(&image)) {
                    let name = request.name();
                    let answer = duet.ask(request);
                    assert!(
                        matches!(answer, Answer::Done(_)),
                        "seed {seed}: {name}: {answer:?} under {switches:?}"
                    );
                }
                duet.assert_card(card, CardPlace::Output, Looks::Whole);
                let mechanism = duet.firmware.mechanism();
                assert_eq!(u64::from(mechanism.picked()), card, "seed {seed}");
                assert!(mechanism.inside().is_empty(), "seed {seed}");
            }
        }
    }
    assert!(guide > 0 && unheld > 0, "the draws reach the odd readings");
}
