//! The other makers' printers: nothing cut, and one good card for each person.

use cetak::rehearsal::room::mode::Mode;
use cetak::rehearsal::room::{Plan, Room};

fn uncut(mode: Mode) {
    let plan = Plan {
        traced: std::env::var_os("CETAK_STORY").is_some(),
        ..Plan::of(mode)
    };
    let report = Room::new(plan).run();
    if report.broken.is_empty() {
        assert_eq!(
            report.good.values().copied().collect::<Vec<_>>(),
            [1, 1],
            "{mode:?}"
        );
    } else {
        for line in &report.trace.lines {
            eprintln!("{line}");
        }
        panic!("{mode:?}: {:?}", report.broken);
    }
}

#[test]
fn zebra() {
    uncut(Mode::Zebra);
}

#[test]
fn zebra_dual() {
    uncut(Mode::ZebraDual);
}

#[test]
fn magicard() {
    uncut(Mode::Magicard);
}

#[test]
fn magicard_rio() {
    uncut(Mode::MagicardRio);
}

#[test]
fn matica() {
    uncut(Mode::Matica);
}

#[test]
fn matica_9300() {
    uncut(Mode::Matica9300);
}
