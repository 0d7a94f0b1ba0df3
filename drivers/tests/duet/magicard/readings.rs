//! Whole uncut cards under every reading of what nobody has shown of these printers.

use cetak_drivers::contract::*;
use cetak_drivers::magicard::Transport;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::magicard::{
    CanEjects, CardsCount, Etx, FeedAt, HalfPayload, ModelFlags, OkMeans, PageAfterCut,
    PageWithCardInside, PositionAfterPower, PowerUp, Switches, TagWrite,
};
use cetak_firmware_sims::mechanism::CounterStore;

use super::bench::{Duet, Make};
use super::cards::{SMALL, check, colour, picture};
use crate::pictures;

/// Draws of all switches at once.
const DRAWS: u64 = 60;

/// Every value of every switch, one at a time.
fn one_at_a_time() -> Vec<Switches> {
    type Change = fn(&mut Switches);
    let changes: &[Change] = &[
        |_| {},
        |switches| switches.power_up = PowerUp::Output,
        |switches| switches.power_up = PowerUp::Reject,
        |switches| switches.counter_store = CounterStore::AtEject,
        |switches| switches.counter_store = CounterStore::EverySeconds(7),
        |switches| switches.position_after_power = PositionAfterPower::Forgotten,
        |switches| switches.stale_answer = false,
        |switches| switches.half_payload = HalfPayload::Timeout(5),
        |switches| switches.half_payload = HalfPayload::DroppedOnClose,
        |switches| switches.feed_at = FeedAt::Header,
        |switches| switches.feed_at = FeedAt::FirstPlane,
        |switches| switches.ok_means = OkMeans::GoOn,
        |switches| switches.ok_means = OkMeans::Drop,
        |switches| switches.can_ejects = CanEjects::Keeps,
        |switches| switches.cards_count = CardsCount::Feed,
        |switches| switches.panels_count_at_end = false,
        |switches| switches.overcoat_counted = false,
        |switches| switches.tag_write = TagWrite::End,
        |switches| switches.tag_read = false,
        |switches| switches.page_after_cut = PageAfterCut::Dropped,
        |switches| switches.page_after_cut = PageAfterCut::Printed,
        |switches| switches.snr_on_b2 = true,
        |switches| switches.eject_hold = true,
        |switches| switches.inf_while_busy = false,
        |switches| switches.etx = Etx::Any,
        |switches| switches.page_with_card_inside = PageWithCardInside::Jams,
        |switches| switches.language_survives_power = false,
        |switches| switches.model_flags = ModelFlags::Paper,
    ];
    let with = |change: &Change| {
        let mut switches = Switches::default();
        change(&mut switches);
        switches
    };
    changes.iter().map(with).collect()
}

/// Two cards of one side or of two, on a new printer.
fn cards(model: &'static str, transport: Transport, switches: Switches) -> Duet {
    let mut make = Make::new(model).over(transport).ymcko();
    make.switches = switches;
    let mut duet = make.duet();
    let two = matches!(model, "magicard-enduro-plus" | "magicard-tango2e");
    let wanted = Setup {
        duplex: two,
        ..colour()
    };
    // A Rio that cannot read its film's tag says that nothing is left on it.
    if !switches.tag_read && matches!(model, "magicard-rio2" | "magicard-tango2e") {
        assert_eq!(duet.fault(Request::Prepare(wanted)).0, Fault::RibbonEnd);
        assert_eq!(duet.firmware.mechanism().picked(), 0);
        return duet;
    }
    for salt in 0..2 {
        let image = CardImage {
            back: two.then(|| pictures::side(SMALL.0, SMALL.1, salt + 2)),
            ..picture(salt)
        };
        check(&mut duet, wanted, &image);
    }
    duet
}

const MODELS: [&str; 4] = [
    "magicard-enduro",
    "magicard-enduro-plus",
    "magicard-rio2",
    "magicard-tango2e",
];

#[test]
fn every_value_of_every_switch_prints_whole_cards() {
    for model in MODELS {
        for transport in [Transport::Usb, Transport::Tcp] {
            for switches in one_at_a_time() {
                cards(model, transport, switches);
            }
        }
    }
}

#[test]
fn every_value_is_told_apart_in_the_list() {
    let list = one_at_a_time();
    for (at, switches) in list.iter().enumerate() {
        assert!(!list[..at].contains(switches), "{switches:?} stands twice");
    }
    // A switch that is added without a row here makes this fail: its name is in none of the differences.
    let spelt = |switches: &Switches| {
        let text = format!("{switches:?}");
        let fields = text.split(", ").map(str::to_owned);
        fields.collect::<Vec<_>>()
    };
    let ordinary = spelt(&list[0]);
    let mut changed = vec![false; ordinary.len()];
    for switches in &list[1..] {
        for (changed, (one, other)) in changed.iter_mut().zip(ordinary.iter().zip(spelt(switches)))
        {
            *changed |= *one != other;
        }
    }
    assert!(
        changed.iter().all(|changed| *changed),
        "{ordinary:?} {changed:?}"
    );
}

#[test]
fn draws_of_all_switches_at_once_print_whole_cards() {
    let mut odd = 0;
    for seed in 0..DRAWS {
        let switches = Switches::draw(seed);
        let model = MODELS[usize::try_from(seed).unwrap() % MODELS.len()];
        for transport in [Transport::Usb, Transport::Tcp] {
            cards(model, transport, switches);
        }
        odd += u32::from(!switches.inf_while_busy && switches.feed_at == FeedAt::Header);
    }
    assert!(odd > 3, "the draws reach odd readings together");
}
