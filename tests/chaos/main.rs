//! A room in virtual time, cut at every boundary: judged from the mechanism's cards.

use cetak::rehearsal::room::{Cut, Power, Report, Room};
use cetak_firmware_sims::evolis::Switches;

fn rehearse(switches: &Switches, cut: Cut, power: Power) -> Report {
    Room::new(2, *switches, cut, power).run()
}

/// Dies at every boundary of an uncut run, and at bytes spread over all that was sent.
fn cut_everywhere(switches: &Switches, every_byte: u64) -> Vec<String> {
    let whole = rehearse(switches, Cut::None, Power::Stays);
    let mut broken: Vec<String> = whole.broken.iter().map(|b| format!("uncut: {b}")).collect();
    let boundaries = (1..=whole.boundaries).map(Cut::Boundary);
    let bytes = (0..whole.bytes)
        .step_by(usize::try_from(every_byte).unwrap_or(1))
        .map(Cut::Byte);
    for cut in boundaries.chain(bytes) {
        for power in [Power::Stays, Power::Fails] {
            let report = rehearse(switches, cut, power);
            broken.extend(
                report
                    .broken
                    .iter()
                    .map(|b| format!("{cut:?} {power:?}: {b}")),
            );
        }
    }
    broken
}

#[test]
fn two_persons_in_turn_get_one_good_card_each() {
    let report = rehearse(&Switches::default(), Cut::None, Power::Stays);
    assert_eq!(report.broken, Vec::<String>::new());
    assert_eq!(report.settled, 0, "nobody is asked when nothing was cut");
}

#[test]
fn a_host_that_dies_at_any_boundary_or_inside_a_send_leaves_one_good_card_each() {
    let broken = cut_everywhere(&Switches::default(), 997);
    assert!(
        broken.is_empty(),
        "{} broken, the first: {:#?}",
        broken.len(),
        &broken[..broken.len().min(12)]
    );
}
