//! Cards under every reading of what nobody has shown of these printers, one at a time and drawn together.

use std::collections::{BTreeMap, BTreeSet};

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::matica::Switches;
use cetak_firmware_sims::mechanism::{CardPlace, Looks};
use serde_json::{Map, Value};

use super::attempt::{Attempt, judge};
use super::cards::{check, ktp, picture, plain};
use super::{MODELS, Make};

/// Draws from which the values of every switch are gathered.
const DRAWS: u64 = 500;
/// Draws of all switches at once under which cards are printed.
const TOGETHER: u64 = 150;

/// Every value of every switch alone, the rest as ordinary. Numbers are as the draws have them.
fn one_at_a_time() -> Vec<(String, Switches)> {
    let object = |switches: &Switches| -> Map<String, Value> {
        let value = serde_json::to_value(switches).unwrap();
        serde_json::from_value(value).unwrap()
    };
    let ordinary = object(&Switches::default());
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for seed in 0..DRAWS {
        for (name, value) in object(&Switches::draw(seed)) {
            values.entry(name).or_default().insert(value.to_string());
        }
    }
    let mut readings = Vec::new();
    for (name, values) in values {
        assert!(values.len() > 1, "{name} is no switch");
        // A few numbers stand for all.
        for value in values.into_iter().take(6) {
            let mut fields = ordinary.clone();
            fields.insert(name.clone(), serde_json::from_str(&value).unwrap());
            let switches = serde_json::from_value(Value::Object(fields)).unwrap();
            readings.push((format!("{name} {value}"), switches));
        }
    }
    assert!(readings.len() > 70, "{}", readings.len());
    readings
}

#[test]
fn under_each_value_of_each_switch_cards_are_one_each_and_whole() {
    for (name, switches) in one_at_a_time() {
        for model in MODELS {
            let mut make = Make::new(model);
            make.switches = switches;
            let mut duet = make.duet();
            for (person, setup) in [plain(), ktp(), plain()].into_iter().enumerate() {
                check(&mut duet, setup, &picture(person));
            }
            assert_eq!(duet.firmware.mechanism().picked(), 3, "{name}");
        }
    }
}

#[test]
fn under_each_value_of_each_switch_a_card_is_held_and_ejected_or_the_transfer_is_refused() {
    let held = Setup {
        hold: true,
        ..ktp()
    };
    let mut refused = 0;
    for (name, switches) in one_at_a_time() {
        for model in MODELS {
            let mut make = Make::new(model).shown(&[BenchFlag::HoldsAtPrintPosition]);
            make.switches = switches;
            let mut duet = make.duet();
            if switches.return_after_07 {
                let requests = duet.card_requests(held, picture(1));
                for request in requests {
                    duet.done(request);
                }
                let place = if switches.move_to_5 {
                    CardPlace::Output
                } else {
                    CardPlace::Reject
                };
                duet.assert_card(1, place, Looks::Whole);
                continue;
            }
            refused += 1;
            duet.begin_card(held, &picture(1), Stage::Face);
            let (fault, _) = duet.fault(Request::Do(Stage::Finish));
            assert_eq!(fault, Fault::BadParameter, "{name}");
            duet.assert_card(1, CardPlace::PrintStart, Looks::Blank);
        }
    }
    assert_eq!(refused, 2);
}

#[test]
fn under_each_value_of_each_switch_a_host_that_dies_leaves_one_card_at_most() {
    for (name, switches) in one_at_a_time() {
        for model in MODELS {
            for stage in [Stage::Feed, Stage::Face, Stage::Finish] {
                let mut make = Make::new(model);
                make.switches = switches;
                let mut duet = make.duet();
                let mut attempt = Attempt::new(ktp(), &picture(1));
                attempt.dies_after = Some(stage);
                let end = attempt.run(&mut duet);
                let about = format!("{model}: {name}: {stage:?}: {end:?}");
                judge(&mut duet, &attempt, &end, &about);
            }
        }
    }
}

#[test]
fn under_readings_drawn_together_cards_are_one_each_and_whole() {
    for seed in 0..TOGETHER {
        for model in MODELS {
            let mut make = Make::new(model);
            make.switches = Switches::draw(seed);
            let mut duet = make.duet();
            for (person, setup) in [ktp(), plain()].into_iter().enumerate() {
                check(&mut duet, setup, &picture(person));
            }
        }
    }
}
