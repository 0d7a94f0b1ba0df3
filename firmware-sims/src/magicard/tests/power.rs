//! Power cuts, hosts that die, cables that are pulled, and the switches that nobody has shown.

use super::*;
use crate::mechanism::CounterStore;

fn with(change: impl FnOnce(&mut Switches)) -> Switches {
    let mut switches = Switches::default();
    change(&mut switches);
    switches
}

/// One run of a two-sided card with tracks: the power goes at `cut`, comes back, and the room is judged.
fn cut_at(cut: u64, switches: Switches) -> Bench {
    let mut bench = Bench::new(switches);
    let stream = [
        page("NOC1,KGE2,MAG2,;1=2?,DPXON,PAG1", &high("BGRK")),
        page("NOC1,KGE2,DPXON,PAG2", &high("K")),
    ]
    .concat();
    let mut sent = 0;
    while let Some(next) = bench.printer.next().or((sent < stream.len()).then_some(0)) {
        if next > cut {
            break;
        }
        bench.pass_to(next);
        sent += bench.printer.receive(&stream[sent..], bench.uptime);
    }
    bench.pass_to(cut);
    bench.power_cycle();
    bench
}

#[test]
fn a_power_cut_at_any_microstep_loses_no_card_and_makes_no_second_picture() {
    let mut seen = std::collections::BTreeSet::new();
    for tenths in 0..500_u64 {
        let bench = cut_at(tenths * 100 * MILLISECOND, Switches::draw(tenths));
        let mechanism = bench.printer.mechanism();
        assert_eq!(mechanism.cards().count(), 5, "at {tenths}");
        let printed = mechanism.cards().filter(|card| !card.pictures().is_empty());
        assert!(printed.count() <= 1, "at {tenths}");
        let first = bench.card(1);
        for laid in first.front.laid.iter().chain(&first.back.laid) {
            assert_eq!(laid.complete, laid.lines as usize == LINES);
        }
        seen.insert((first.front.laid.len(), first.looks(), first.place.inside()));
    }
    assert!(
        seen.contains(&(5, Looks::Whole, false)),
        "a finished card: {seen:?}"
    );
    assert!(
        seen.contains(&(0, Looks::Blank, true)),
        "a clean card inside: {seen:?}"
    );
    for panels in 1..=5 {
        let cut = seen
            .iter()
            .any(|(there, looks, _)| (*there, *looks) == (panels, Looks::Part));
        assert!(cut, "a cut in panel {panels}: {seen:?}");
    }
}

#[test]
fn nothing_of_a_page_survives_the_power() {
    let mut bench = Bench::new(Switches::default());
    let page = full_page();
    bench.send(&page[..page.len() - 1]);
    bench.power_cycle();
    bench.send(&[3]);
    bench.settle();
    assert_eq!(
        (bench.printer.mechanism().picked(), bench.code()),
        (0, "00:00".to_owned())
    );
}

#[test]
fn counters_fall_back_to_what_was_stored() {
    let shown = |counter_store| {
        let mut bench = Bench::new(with(|switches| {
            switches.counter_store = counter_store;
            switches.cards_count = CardsCount::Feed;
        }));
        bench.send(&full_page());
        bench.pass(12_000);
        bench.power_cycle();
        bench.counts()
    };
    assert_eq!(shown(CounterStore::AtOnce), (1, 1, 1));
    assert_eq!(
        shown(CounterStore::AtEject),
        (0, 0, 1),
        "the tag is the film's"
    );
    assert_eq!(shown(CounterStore::EverySeconds(7)), (1, 0, 1));
}

#[test]
fn counters_and_tag_move_when_the_switches_say() {
    let in_yellow = |switches| {
        let mut bench = Bench::new(switches);
        bench.send(&full_page());
        bench.pass(5000);
        let inside = bench.counts();
        bench.settle();
        (inside, bench.counts())
    };
    assert_eq!(in_yellow(Switches::default()), ((0, 0, 1), (1, 5, 1)));
    let early = with(|switches| {
        switches.cards_count = CardsCount::Feed;
        switches.panels_count_at_end = false;
        switches.overcoat_counted = false;
        switches.tag_write = TagWrite::End;
    });
    assert_eq!(in_yellow(early), ((1, 1, 0), (1, 4, 1)));
}

#[test]
fn a_shot_that_was_begun_is_lost_with_the_power_if_the_tag_is_written_at_the_end() {
    for (tag_write, used) in [(TagWrite::FirstPanel, 1), (TagWrite::End, 0)] {
        let mut bench = Bench::new(with(|switches| switches.tag_write = tag_write));
        bench.send(&full_page());
        bench.pass(12_000);
        bench.power_cycle();
        assert_eq!(bench.number(23), used);
    }
}

#[test]
fn a_card_inside_at_power_up_goes_where_the_switch_says() {
    for (profile, power_up, place) in [
        ("magicard-tango2e", PowerUp::Keep, CardPlace::Contactless),
        ("magicard-tango2e", PowerUp::Output, CardPlace::Output),
        ("magicard-tango2e", PowerUp::Reject, CardPlace::Reject),
        ("magicard-enduro", PowerUp::Reject, CardPlace::Output),
    ] {
        let switches = with(|switches| switches.power_up = power_up);
        let mut bench = Bench::planned(profile, switches, FaultPlan::default());
        bench.send(&request("FEED1"));
        bench.settle();
        bench.power_cycle();
        assert_eq!(bench.place(1), place);
    }
}

#[test]
fn a_forgotten_card_is_in_the_way_of_the_next_one() {
    let mut bench = Bench::new(with(|switches| {
        switches.position_after_power = PositionAfterPower::Forgotten;
    }));
    bench.send(&request("FEED1"));
    bench.settle();
    bench.power_cycle();
    bench.send(&request("EJT"));
    bench.settle();
    assert_eq!(
        bench.place(1),
        CardPlace::Contactless,
        "it believes that none is there"
    );
    bench.print(&full_page());
    assert_eq!(bench.code(), "11:02");
    assert_eq!(bench.hand(Hand::ClearJam).taken.len(), 2);
}

#[test]
fn a_jam_outlives_the_power() {
    let mut bench = Bench::new(Switches::default());
    bench.hand(Hand::JamAt {
        station: Station::Exit,
        after_cards: 0,
    });
    bench.print(&full_page());
    bench.power_cycle();
    assert_eq!(bench.code(), "11:02");
    bench.hand(Hand::ClearJam);
    bench.send(&request("CAN"));
    assert_eq!(bench.code(), "00:00");
}

#[test]
fn a_card_is_drawn_when_the_switch_says() {
    let page = full_page();
    let header = page.iter().position(|byte| *byte == 0x1C).unwrap() + 1;
    let plane = header + high("B")[0].1.len() + 3;
    for (feed_at, drawn) in [
        (FeedAt::Header, [true, true, true]),
        (FeedAt::FirstPlane, [false, true, true]),
        (FeedAt::Etx, [false, false, true]),
    ] {
        let mut bench = Bench::new(with(|switches| {
            switches.feed_at = feed_at;
            switches.page_with_card_inside = PageWithCardInside::Jams;
        }));
        let mut seen = Vec::new();
        let mut sent = 0;
        for upto in [header, plane, page.len()] {
            bench.send(&page[sent..upto]);
            sent = upto;
            bench.pass(3000);
            seen.push(bench.printer.mechanism().picked() == 1);
        }
        bench.settle();
        assert_eq!(seen, drawn, "{feed_at:?}");
        assert_eq!(bench.card(1).looks(), Looks::Whole);
        assert_eq!(bench.printer.mechanism().picked(), 1);
    }
}

#[test]
fn half_a_page_is_deaf_until_it_is_filled_forgotten_or_dropped() {
    let page = full_page();
    let half = &page[..page.len() / 2];
    let mut bench = Bench::new(Switches::default());
    bench.send(half);
    bench.printer.host_closed(bench.uptime);
    bench.pass(600_000);
    bench.printer.host_opened(bench.uptime);
    assert_eq!(bench.ask("INF"), "", "picture bytes");
    bench.send(&page[page.len() / 2 + request("INF").len()..]);
    bench.settle();
    assert_eq!(
        bench.printer.mechanism().output().len(),
        1,
        "filling prints it"
    );

    let mut bench = Bench::new(with(|switches| {
        switches.half_payload = HalfPayload::Timeout(7)
    }));
    bench.send(half);
    bench.pass(6999);
    assert_eq!(bench.ask("INF"), "");
    bench.pass(7000);
    assert!(!bench.ask("INF").is_empty());

    let mut bench = Bench::new(with(|switches| {
        switches.half_payload = HalfPayload::DroppedOnClose;
    }));
    bench.send(half);
    bench.printer.host_closed(bench.uptime);
    bench.printer.host_opened(bench.uptime);
    assert!(!bench.ask("INF").is_empty());
    bench.settle();
    assert_eq!(bench.printer.mechanism().picked(), 0);
}

#[test]
fn half_a_page_after_a_pulled_cable_waits_is_dropped_or_printed() {
    let page = full_page();
    for (page_after_cut, picked, deaf) in [
        (PageAfterCut::Waits, 0, true),
        (PageAfterCut::Dropped, 0, false),
        (PageAfterCut::Printed, 1, false),
    ] {
        let mut bench = Bench::new(with(|switches| switches.page_after_cut = page_after_cut));
        bench.send(&page[..page.len() / 2]);
        bench.hand(Hand::PlugOut);
        assert_eq!(bench.printer.receive(&[5], bench.uptime), 0);
        bench.settle();
        bench.hand(Hand::PlugIn);
        bench.printer.host_opened(bench.uptime);
        assert_eq!(bench.printer.mechanism().picked(), picked);
        assert_eq!(bench.ask("INF").is_empty(), deaf, "{page_after_cut:?}");
        if picked == 1 {
            assert_eq!(
                bench.card(1).looks(),
                Looks::Part,
                "half of what its header announced"
            );
            assert_eq!(bench.place(1), CardPlace::Output);
        }
    }
}

#[test]
fn a_question_inside_a_page_ends_it_after_a_pause_if_the_switch_says_so() {
    let page = full_page();
    for (etx, pause, picked) in [
        (Etx::Any, 10_000, 1),
        (Etx::Any, 9000, 0),
        (Etx::LastTrailer, 60_000, 0),
    ] {
        let mut bench = Bench::new(with(|switches| switches.etx = etx));
        bench.send(&page[..page.len() / 2]);
        bench.pass(pause);
        bench.ask("INF");
        bench.settle();
        assert_eq!(bench.printer.mechanism().picked(), picked, "{etx:?}");
    }
}

#[test]
fn a_reply_that_nobody_read_reaches_the_next_host_if_the_switch_says_so() {
    for stale_answer in [true, false] {
        let mut bench = Bench::new(with(|switches| switches.stale_answer = stale_answer));
        bench.send(&request("ERR"));
        bench.printer.host_closed(bench.uptime);
        bench.printer.host_opened(bench.uptime);
        assert_eq!(!bench.printer.transmit().is_empty(), stale_answer);
    }
}

#[test]
fn a_restart_writes_counters_and_forgets_the_page() {
    let mut bench = Bench::new(with(|switches| {
        switches.counter_store = CounterStore::AtEject
    }));
    bench.send(&[full_page(), request("RST")].concat());
    bench.settle();
    assert_eq!(bench.card(1).looks(), Looks::Whole, "it waits for its turn");
    assert_eq!(bench.counts(), (1, 5, 1));
    let half = full_page();
    bench.send(&request("FEED1"));
    bench.settle();
    bench.send(&request("RST"));
    assert_eq!(bench.printer.port_status(), 0);
    bench.settle();
    bench.send(&half[..100]);
    assert_eq!(bench.printer.port_status(), 0x18);
}
