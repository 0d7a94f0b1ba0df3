//! A story told at a printer, uncut and cut: wherever a stream is cut in two both sides come to the same.

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::mechanism::{CardPlace, Face, Looks};

use crate::bench::{Cuts, Duet};
use crate::make::{Make, Maker};

/// What a story came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    events: Vec<Event>,
    cards: Vec<(CardPlace, Looks, Face, Face)>,
    counts: (u64, u64),
}

/// A printer, and what is done at it.
pub(crate) struct Story<M: Maker> {
    pub(crate) name: &'static str,
    pub(crate) make: fn() -> Make<M>,
    pub(crate) tell: fn(&mut Duet<M>),
}

impl<M: Maker> Story<M> {
    pub(crate) fn run(&self, to_printer: Cuts, to_host: Cuts) -> (Outcome, Duet<M>) {
        let mut duet = (self.make)().duet();
        duet.records = true;
        duet.cuts_to_printer = to_printer;
        duet.cuts_to_host = to_host;
        (self.tell)(&mut duet);
        let spent = duet.cuts_to_printer.spent() && duet.cuts_to_host.spent();
        assert!(spent, "{}: a cut lies behind the end", self.name);
        let cards = duet.firmware.mechanism().cards();
        let outcome = Outcome {
            events: duet.news.clone(),
            cards: cards
                .map(|card| {
                    (
                        card.place,
                        card.looks(),
                        card.front.clone(),
                        card.back.clone(),
                    )
                })
                .collect(),
            counts: duet.counts(),
        };
        (outcome, duet)
    }

    /// One run for each byte of each direction, and one cut behind every byte.
    pub(crate) fn check_everywhere(&self) -> u64 {
        let there = self.check_to_printer();
        let (whole, heard) = self.run(Cuts::default(), Cuts::default());
        let back = heard.heard_by_host.len() as u64;
        assert!(back > 10, "{}", self.name);
        for at in 1..back {
            let (cut, _) = self.run(Cuts::default(), Cuts::at([at]));
            assert!(
                cut == whole,
                "{}: cut behind byte {at} to the host",
                self.name
            );
        }
        let (cut, _) = self.run(Cuts::default(), Cuts::at(1..back).resting(M::RESTS));
        assert!(cut == whole, "{}: every byte to the host alone", self.name);
        there + back
    }

    /// The same for what goes to the printer.
    pub(crate) fn check_to_printer(&self) -> u64 {
        let (whole, heard) = self.run(Cuts::default(), Cuts::default());
        let there = heard.heard_by_printer.len() as u64;
        assert!(there > 50, "{}", self.name);
        for at in 1..there {
            let (cut, _) = self.run(Cuts::at([at]), Cuts::default());
            assert!(
                cut == whole,
                "{}: cut behind byte {at} to the printer",
                self.name
            );
        }
        let (cut, _) = self.run(Cuts::at(1..there).resting(M::RESTS), Cuts::default());
        assert!(
            cut == whole,
            "{}: every byte to the printer alone",
            self.name
        );
        there
    }
}
