//! With a Magicard printer.

use cetak_drivers::bench::Assumed;
use cetak_drivers::contract::{BenchFlag, Ribbon};
use cetak_drivers::magicard::Options;
use cetak_firmware_sims::magicard::{
    CanEjects, CardsCount, Etx, FeedAt, OkMeans, PageAfterCut, PowerUp, Switches,
};
use cetak_firmware_sims::mechanism::CounterStore;

use super::{Bench, brief, flags, of, walk};
use crate::magicard::bench::{Magicard, Make};

impl Bench for Magicard {
    fn assume(options: &mut Options, assumed: &Assumed) {
        options.bench.clone_from(&assumed.bench);
    }
}

fn readings() -> Vec<Switches> {
    let ordinary = Switches::default();
    let mut all = vec![ordinary];
    for cards_count in [CardsCount::Feed, CardsCount::Eject] {
        for panels_count_at_end in [true, false] {
            for overcoat_counted in [true, false] {
                all.push(Switches {
                    cards_count,
                    panels_count_at_end,
                    overcoat_counted,
                    ..ordinary
                });
            }
        }
    }
    for page_after_cut in [
        PageAfterCut::Waits,
        PageAfterCut::Dropped,
        PageAfterCut::Printed,
    ] {
        for etx in [Etx::LastTrailer, Etx::Any] {
            for feed_at in [FeedAt::Header, FeedAt::FirstPlane, FeedAt::Etx] {
                all.push(Switches {
                    page_after_cut,
                    etx,
                    feed_at,
                    ..ordinary
                });
            }
        }
    }
    for can_ejects in [CanEjects::Output, CanEjects::Keeps] {
        for ok_means in [OkMeans::Reprint, OkMeans::GoOn, OkMeans::Drop] {
            all.push(Switches {
                can_ejects,
                ok_means,
                ..ordinary
            });
        }
    }
    for counter_store in [CounterStore::AtEject, CounterStore::EverySeconds(60)] {
        for power_up in [PowerUp::Output, PowerUp::Reject] {
            all.push(Switches {
                counter_store,
                power_up,
                inf_while_busy: false,
                ..ordinary
            });
        }
    }
    all
}

fn check(model: &'static str) {
    for switches in readings() {
        let mut make = Make::new(model).ymcko();
        // More than the cable holds: a page is broken off while its bytes are on their way.
        make.dots = Some((240, 160));
        make.switches = switches;
        let mut duet = make.duet();
        let (shown, log) = walk(&mut duet, Ribbon::Ymcko, |_, _| None);
        // A page that the printer forgets with its cable is not there any more when an end of text comes.
        let ended_by_us =
            switches.etx == Etx::Any && switches.page_after_cut == PageAfterCut::Waits;
        let never = switches.page_after_cut != PageAfterCut::Printed && !ended_by_us;
        let truth = of([
            (switches.panels_count_at_end, BenchFlag::PanelCountedAtEnd),
            (switches.overcoat_counted, BenchFlag::LastPanelCounted),
            (
                switches.cards_count == CardsCount::Eject,
                BenchFlag::CardCountedAtEject,
            ),
            (never, BenchFlag::HalfPageNeverPrinted),
        ]);
        assert_eq!(
            flags(&shown),
            truth,
            "{model} {switches:?}\n{}",
            brief(&log)
        );
    }
}

#[test]
fn a_walk_with_an_enduro_shows_what_is_true_of_it() {
    check("magicard-enduro");
}

#[test]
fn a_walk_with_a_rio_shows_what_is_true_of_it() {
    check("magicard-rio2");
}
