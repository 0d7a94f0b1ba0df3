//! With a Zebra printer.

use std::collections::BTreeSet;

use cetak_drivers::bench::Assumed;
use cetak_drivers::contract::Ribbon;
use cetak_drivers::zebra::Options;
use cetak_firmware_sims::zebra::{EAfterPower, Replies, Switches};

use super::{Bench, brief, walk};
use crate::zebra::{CANARY, Make, P330I, P430I, Zebra};

impl Bench for Zebra {
    fn assume(options: &mut Options, assumed: &Assumed) {
        let knows = |word| assumed.knows.contains(&word);
        options.knows_e = knows("E");
        options.knows_cln = knows("%CLN");
        options.knows_p = knows("&P");
        options.knows_x = knows("!X");
        options.canary = knows("!X").then_some(CANARY);
    }
}

fn readings() -> Vec<Switches> {
    let ordinary = Switches::default();
    let mut all = Vec::new();
    for replies in [Replies::Usb, Replies::Serial, Replies::None] {
        for e_known in [true, false] {
            for cln_known in [true, false] {
                for unknown_latches in [true, false] {
                    for e_after_power in [EAfterPower::Ack, EAfterPower::Nak] {
                        all.push(Switches {
                            replies,
                            e_known,
                            cln_known,
                            unknown_latches,
                            e_after_power,
                            ..ordinary
                        });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn a_walk_shows_which_questions_are_answered() {
    for switches in readings() {
        for (model, serial, encoder) in [
            (P330I, false, true),
            (P330I, true, false),
            (P430I, false, false),
        ] {
            let mut make = Make::new(model);
            if serial {
                make = make.serial();
            }
            if encoder {
                make.profile = make.profile.with_encoder();
            }
            make.switches = switches;
            make.options.knows_e = false;
            make.options.knows_cln = false;
            let mut duet = make.duet();
            let (shown, log) = walk(&mut duet, Ribbon::Ymcko, |_, _| None);
            let heard = match switches.replies {
                Replies::Usb => true,
                Replies::Serial => serial,
                Replies::None => false,
            };
            let truth = [
                (switches.e_known, "E"),
                (switches.cln_known, "%CLN"),
                // Without `E` nobody can tell a `&P` that is not known from a card that is elsewhere.
                (encoder && switches.e_known, "&P"),
                (true, "!X"),
            ];
            let truth: BTreeSet<String> = truth
                .into_iter()
                .filter(|(known, _)| heard && *known)
                .map(|(_, word)| word.to_owned())
                .collect();
            let about = format!("{model} serial {serial} {switches:?}\n{}", brief(&log));
            assert_eq!(shown.knows, truth, "{about}");
            assert!(shown.flags.is_empty(), "{about}");
        }
    }
}
