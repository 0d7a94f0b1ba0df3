//! The custody rows: what they may never say.

use crate::contract::*;
use crate::evolis::custody::ROWS;

fn face_begun(point: Point) -> bool {
    match point {
        Point::Before | Point::Bound => false,
        Point::Held => true,
        Point::Sent(stage) | Point::Answered(stage) => stage >= Stage::Face,
    }
}

#[test]
fn once_a_face_may_have_begun_no_row_goes_on_or_lets_the_card_be_sought() {
    for row in ROWS.iter().filter(|row| face_begun(row.at)) {
        assert!(
            matches!(
                row.verdict,
                Verdict::Printed | Verdict::Reject | Verdict::Spoiled
            ),
            "{row:?}"
        );
    }
}

#[test]
fn printed_needs_every_panel_unless_completeness_was_committed() {
    let complete = [
        Point::Held,
        Point::Sent(Stage::Eject),
        Point::Answered(Stage::Eject),
    ];
    for row in ROWS.iter().filter(|row| row.verdict == Verdict::Printed) {
        if !complete.contains(&row.at) {
            assert_eq!(row.panels, Some(PanelsIs::All), "{row:?}");
        }
    }
}

#[test]
fn spoiled_rests_on_an_answered_reject_into_a_box_with_room() {
    let spoiled: Vec<&Row> = ROWS
        .iter()
        .filter(|row| row.verdict == Verdict::Spoiled)
        .collect();
    assert_eq!(spoiled.len(), 1);
    let row = spoiled[0];
    assert_eq!(row.at, Point::Sent(Stage::Reject));
    assert_eq!((row.last, row.power), (Some(LastIs::Ok), Some(Power::Kept)));
    assert_eq!(row.place, Some(PlaceIs::Empty));
    assert!(row.reject_has_room);
}

#[test]
fn a_reject_is_ordered_only_where_a_card_is_inside() {
    for row in ROWS.iter().filter(|row| row.verdict == Verdict::Reject) {
        assert_eq!(row.place, Some(PlaceIs::In), "{row:?}");
    }
}

#[test]
fn no_row_is_hidden_behind_an_earlier_one() {
    for (at, row) in ROWS.iter().enumerate() {
        for earlier in &ROWS[..at] {
            let wider = earlier.at == row.at
                && (earlier.power.is_none() || earlier.power == row.power)
                && (earlier.place.is_none() || earlier.place == row.place)
                && (earlier.cards.is_none() || earlier.cards == row.cards)
                && (earlier.panels.is_none() || earlier.panels == row.panels)
                && (earlier.last.is_none() || earlier.last == row.last)
                && (earlier.chip.is_none() || earlier.chip == row.chip)
                && (earlier.wake.is_none() || earlier.wake == row.wake)
                && (!earlier.reject_has_room || row.reject_has_room)
                && earlier.bench.iter().all(|flag| row.bench.contains(flag));
            assert!(!wider, "{row:?} never fits behind {earlier:?}");
        }
    }
}

#[test]
fn every_point_of_an_attempt_has_a_row() {
    let points = [
        Point::Before,
        Point::Sent(Stage::Feed),
        Point::Answered(Stage::Feed),
        Point::Bound,
        Point::Sent(Stage::Chip),
        Point::Answered(Stage::Chip),
        Point::Sent(Stage::Park),
        Point::Answered(Stage::Park),
        Point::Sent(Stage::Face),
        Point::Answered(Stage::Face),
        Point::Sent(Stage::Finish),
        Point::Held,
        Point::Sent(Stage::Eject),
        Point::Answered(Stage::Eject),
        Point::Sent(Stage::Reject),
    ];
    for point in points {
        assert!(ROWS.iter().any(|row| row.at == point), "{point:?}");
    }
}
