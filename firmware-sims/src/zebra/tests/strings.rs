//! `M` and `m`: separators, order, what an error stops, what answers are glued.

use super::*;

#[test]
fn a_bracket_before_the_first_item_changes_nothing() {
    for string in ["M 1 IS 0[IS 1", "M 1 [IS 0[IS 1"] {
        let mut bench = Bench::loaded(Switches::default());
        bench.ok(&[string]);
        let panels: Vec<Panel> = bench
            .card(1)
            .front
            .laid
            .iter()
            .map(|laid| laid.panel)
            .collect();
        assert_eq!(panels, [Panel::Y, Panel::M], "{string}");
    }
}

#[test]
fn a_string_without_items_or_rounds_is_a_bad_parameter() {
    let mut bench = Bench::new(Switches::default());
    for string in ["M", "M 1", "M 1 [", "M 0 I", "M x I", "M I"] {
        assert_eq!(bench.ask(string), "10", "{string}");
    }
    for string in ["M 1 I[[IV", "M 1 E", "M 1 M 1 I", "M 1 I[.", "M 1 IZ"] {
        assert_eq!(bench.ask(string), "14", "{string}");
    }
    assert_eq!(bench.printer.mechanism().picked(), 0);
}

#[test]
fn an_error_stops_the_string_and_latches_until_the_dot() {
    let mut bench = Bench::loaded(Switches::default());
    bench.hand(Hand::Unload);
    assert_eq!(bench.ask(FRONT), "4");
    assert_eq!(bench.printer.port_status(), 0x38);
    bench.hand(Hand::Load { blanks: blanks(2) });
    assert_eq!(bench.ask(FRONT), "4", "latched");
    assert_eq!(bench.ask("MO"), "4");
    assert_eq!(bench.ask("E"), "4");
    assert_eq!(bench.passes(), 0);
    bench.ok(&["+C 5", "G 0 0 12 8 8 1", "MC"]);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    bench.ok(&["."]);
    assert_eq!(bench.printer.port_status(), 0x18);
    bench.ok(&[FRONT]);
    assert_eq!(bench.card(6).looks(), Looks::Whole, "the images were kept");
}

#[test]
fn cards_delivered_before_an_error_stay_delivered() {
    let mut bench = Bench::loaded(Switches::default());
    bench.hand(Hand::Unload);
    bench.hand(Hand::Load { blanks: blanks(2) });
    assert_eq!(bench.ask("M 3 IS 0[IS 1[IS 2[I[IV 31[MO"), "4");
    assert_eq!(bench.printer.mechanism().output().len(), 2);
}

#[test]
fn the_small_m_waits_for_a_hand_discards_and_begins_again() {
    let mut bench = Bench::loaded(Switches::default());
    bench.hand(Hand::JamAt {
        station: Station::PrintStart,
        after_cards: 1,
    });
    assert_eq!(bench.ask("m 1 IS 0[IS 1[IS 2[I[IV 31[MO"), "(silence)");
    assert_eq!(bench.printer.port_status(), 0x30);
    bench.hand(Hand::ClearJam);
    assert_eq!(told(&bench.answer()), "ack");
    assert_eq!(bench.card(2).looks(), Looks::Whole, "once more by itself");
    // A ribbon that ends leaves a card inside: it is discarded first.
    let mut bench = Bench::loaded(Switches::default());
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: Some(1),
    });
    bench.ok(&["IS 1", "MO"]);
    assert_eq!(bench.ask("m 1 IS 2[IS 0[IV 31[MO"), "(silence)");
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: Some(9),
    });
    assert_eq!(told(&bench.answer()), "ack");
    let out = bench.printer.mechanism().output().to_vec();
    assert_eq!(out.len(), 3, "one spoiled card fell among the others");
    assert_eq!(bench.card(3).front.laid.len(), 3);
}

#[test]
fn the_small_m_goes_on_after_a_wrong_item() {
    let switches = Switches {
        string_checked_first: false,
        ..Switches::default()
    };
    let mut bench = Bench::loaded(switches);
    bench.ok(&["m 1 IS 0[IS 9[IS 1"]);
    assert_eq!(bench.card(1).front.laid.len(), 2);
}

#[test]
fn a_card_at_a_full_output_is_told_as_a_mechanical_error_and_stays() {
    let mut profile = small("zebra-p330i");
    profile.fittings.output_capacity = 1;
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    bench.ok(&["M 1 I[MO", "I"]);
    assert_eq!(bench.ask("MO"), "3");
    assert_eq!(bench.card(2).place, CardPlace::PrintStart);
    bench.hand(Hand::TakeOutput);
    bench.ok(&[".", "MO"]);
    assert_eq!(bench.card(2).place, CardPlace::Output);
}
