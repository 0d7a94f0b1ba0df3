//! The custody rows: what they may never say.

use crate::contract::*;
use crate::zebra::custody::{ROWS, ROWS_DOCKED, ROWS_DUPLEX};

fn tables() -> [&'static [Row]; 3] {
    [ROWS, ROWS_DUPLEX, ROWS_DOCKED]
}

const BEHIND_HELD: [Point; 3] = [
    Point::Held,
    Point::Sent(Stage::Eject),
    Point::Answered(Stage::Eject),
];

#[test]
fn nothing_is_rejected_or_sought_by_a_printer_that_tells_no_place() {
    for row in tables().into_iter().flatten() {
        assert!(
            !matches!(
                row.verdict,
                Verdict::Reject | Verdict::Spoiled | Verdict::Sought
            ),
            "{row:?}"
        );
        assert_eq!((row.place, row.cards, row.shots), (None, None, None));
    }
}

#[test]
fn printed_needs_the_strings_answer_and_every_pass_and_its_power() {
    for row in tables().into_iter().flatten() {
        if row.verdict == Verdict::Printed && !BEHIND_HELD.contains(&row.at) {
            assert_eq!(row.at, Point::Sent(Stage::Finish));
            assert_eq!(row.panels, Some(PanelsIs::All));
            assert_eq!(row.last, Some(LastIs::Ok));
            assert_eq!(row.power, Some(Power::Kept));
            assert_eq!(row.cleared, Some(false));
        }
    }
}

#[test]
fn not_fed_needs_no_pass_before_and_after_the_clearing_of_the_string_that_feeds() {
    let feeds = |table: &[Row]| -> Vec<Point> {
        let mut points = Vec::new();
        for row in table {
            match row.verdict {
                Verdict::Clear => {
                    assert_eq!(row.last, Some(LastIs::FeederEmpty));
                    assert_eq!(row.cleared, Some(false));
                }
                Verdict::Go(Point::Before) if row.at != Point::Before => {
                    assert_eq!(row.cleared, Some(true));
                }
                _ => continue,
            }
            assert_eq!(row.panels, Some(PanelsIs::Zero));
            assert_eq!(row.power, Some(Power::Kept));
            points.push(row.at);
        }
        points.dedup();
        points
    };
    assert_eq!(feeds(ROWS), [Point::Sent(Stage::Finish)]);
    assert_eq!(feeds(ROWS_DUPLEX), [Point::Sent(Stage::Face)]);
    assert!(feeds(ROWS_DOCKED).is_empty());
}

#[test]
fn after_a_power_cut_only_what_was_held_before_it_is_known() {
    for row in tables().into_iter().flatten() {
        let open = row.power != Some(Power::Kept);
        let known = BEHIND_HELD.contains(&row.at) || row.at == Point::Before;
        assert!(!open || known || row.verdict == Verdict::Ask, "{row:?}");
    }
}

#[test]
fn no_row_is_hidden_behind_an_earlier_one() {
    for table in tables() {
        for (at, row) in table.iter().enumerate() {
            for earlier in &table[..at] {
                let wider = earlier.at == row.at
                    && (earlier.power.is_none() || earlier.power == row.power)
                    && (earlier.panels.is_none() || earlier.panels == row.panels)
                    && (earlier.last.is_none() || earlier.last == row.last)
                    && (earlier.cleared.is_none() || earlier.cleared == row.cleared);
                assert!(!wider, "{row:?} never fits behind {earlier:?}");
            }
        }
    }
}

#[test]
fn every_point_that_an_attempt_can_come_to_has_a_row() {
    let check = |table: &[Row], stages: &[Stage]| {
        let points = stages.iter().map(|stage| Point::Sent(*stage));
        for point in points.chain(BEHIND_HELD).chain([Point::Before]) {
            assert!(table.iter().any(|row| row.at == point), "{point:?}");
        }
    };
    check(ROWS, &[Stage::Finish, Stage::Eject]);
    check(ROWS_DUPLEX, &[Stage::Face, Stage::Finish, Stage::Eject]);
    check(
        ROWS_DOCKED,
        &[
            Stage::Feed,
            Stage::Chip,
            Stage::Park,
            Stage::Face,
            Stage::Finish,
            Stage::Eject,
            Stage::Reject,
        ],
    );
}
