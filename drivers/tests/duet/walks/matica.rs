//! With a retransfer printer of Matica's.

use cetak_drivers::bench::Assumed;
use cetak_drivers::contract::{BenchFlag, Ribbon};
use cetak_drivers::matica::Options;
use cetak_firmware_sims::matica::{CloseWithCard, Init03, PowerUp, Switches, TotalMoves};
use cetak_firmware_sims::mechanism::CounterStore;

use super::{Bench, brief, flags, of, walk};
use crate::matica::{Make, Matica, XID8600, XID9300};

impl Bench for Matica {
    fn assume(options: &mut Options, assumed: &Assumed) {
        options.bench.clone_from(&assumed.bench);
    }
}

fn readings() -> Vec<Switches> {
    let ordinary = Switches::default();
    let mut all = vec![ordinary];
    for total_moves in [TotalMoves::Transfer, TotalMoves::Leaves] {
        for reject_moves_total in [true, false] {
            for counter_store in [
                CounterStore::AtOnce,
                CounterStore::AtEject,
                CounterStore::EverySeconds(100_000),
            ] {
                all.push(Switches {
                    total_moves,
                    reject_moves_total,
                    counter_store,
                    ..ordinary
                });
            }
        }
    }
    for attention_on_tcp in [true, false] {
        for power_up in [PowerUp::Keep, PowerUp::Output, PowerUp::Reject] {
            for close_with_card in [
                CloseWithCard::Keeps,
                CloseWithCard::ToReject,
                CloseWithCard::ToOutput,
            ] {
                all.push(Switches {
                    attention_on_tcp,
                    power_up,
                    close_with_card,
                    ..ordinary
                });
            }
        }
    }
    for move_to_5 in [true, false] {
        for return_after_07 in [true, false] {
            all.push(Switches {
                move_to_5,
                return_after_07,
                ..ordinary
            });
        }
    }
    for init_03 in [Init03::Rejects, Init03::Keeps, Init03::Ejects] {
        all.push(Switches {
            init_03,
            ..ordinary
        });
    }
    all
}

fn check(model: &'static str, counts: bool) {
    for switches in readings() {
        let mut make = Make::new(model);
        make.switches = switches;
        let mut duet = make.duet();
        let (shown, log) = walk(&mut duet, Ribbon::Ymcko, |_, _| None);
        let close = switches.close_with_card == CloseWithCard::Keeps;
        let at_transfer = switches.total_moves == TotalMoves::Transfer;
        let durable = match switches.counter_store {
            CounterStore::AtOnce => true,
            // A counter that moves and is stored as the card leaves is stored as it moves.
            CounterStore::AtEject => !at_transfer,
            CounterStore::EverySeconds(_) => false,
        };
        let truth = of([
            (counts && durable, BenchFlag::CountersDurable),
            (switches.attention_on_tcp, BenchFlag::AttentionOnTransport),
            (close, BenchFlag::CloseMovesNoCard),
            (
                counts && at_transfer && !switches.reject_moves_total,
                BenchFlag::CardCountedAtTransfer,
            ),
            (
                close && switches.power_up == PowerUp::Keep,
                BenchFlag::OnlyCommandsMoveCards,
            ),
            (
                switches.move_to_5 && switches.return_after_07,
                BenchFlag::HoldsAtPrintPosition,
            ),
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
fn a_walk_with_a_printer_that_counts_shows_what_is_true_of_it() {
    check(XID8600, true);
}

#[test]
fn a_walk_with_a_printer_that_counts_nothing_shows_what_is_true_of_it() {
    check(XID9300, false);
}
