//! The custody rows: what they may never say.

use crate::contract::*;
use crate::matica::custody::{ROWS, ROWS_UNCOUNTED};

fn tables() -> [(&'static str, &'static [Row]); 2] {
    [("counted", ROWS), ("uncounted", ROWS_UNCOUNTED)]
}

fn face_begun(point: Point) -> bool {
    match point {
        Point::Before | Point::Bound => false,
        Point::Held => true,
        Point::Sent(stage) | Point::Answered(stage) => stage >= Stage::Finish,
    }
}

#[test]
fn once_a_face_may_have_begun_no_row_goes_on_or_lets_the_card_be_sought() {
    for (table, rows) in tables() {
        for row in rows.iter().filter(|row| face_begun(row.at)) {
            assert!(
                matches!(row.verdict, Verdict::Printed | Verdict::Reject),
                "{table}: {row:?}"
            );
        }
    }
}

#[test]
fn a_transfer_that_was_cut_is_printed_only_where_a_bench_has_shown_why() {
    for (table, rows) in tables() {
        let printed: Vec<&Row> = rows
            .iter()
            .filter(|row| row.at == Point::Sent(Stage::Finish) && row.verdict == Verdict::Printed)
            .collect();
        assert!(!printed.is_empty(), "{table}");
        for row in printed {
            assert!(!row.bench.is_empty(), "{row:?}");
            assert_eq!(row.place, Some(PlaceIs::Empty));
            assert_eq!(row.cards, (table == "counted").then_some(1));
            let lost = row.power == Some(Power::Lost);
            assert_eq!(lost, row.bench.contains(&BenchFlag::CountersDurable));
        }
    }
    let uncounted_after_power = ROWS_UNCOUNTED.iter().any(|row| {
        row.at == Point::Sent(Stage::Finish)
            && row.power != Some(Power::Kept)
            && row.place != Some(PlaceIs::In)
    });
    assert!(!uncounted_after_power);
}

#[test]
fn no_blank_is_taken_as_not_drawn_without_a_refusal_or_a_bench() {
    for (_, rows) in tables() {
        let not_fed = rows
            .iter()
            .filter(|row| row.at != Point::Before && row.verdict == Verdict::Go(Point::Before));
        for row in not_fed {
            assert_eq!(row.at, Point::Sent(Stage::Feed));
            assert_eq!(row.place, Some(PlaceIs::Empty));
            let refused = row.last == Some(LastIs::FeederEmpty);
            let shown = row.bench == [BenchFlag::CloseMovesNoCard];
            assert!(refused != shown, "{row:?}");
        }
    }
}

#[test]
fn rejecting_and_going_on_need_a_card_inside_and_seeking_an_empty_path() {
    for (_, rows) in tables() {
        for row in rows {
            let place = match row.verdict {
                Verdict::Reject => Some(PlaceIs::In),
                Verdict::Sought => Some(PlaceIs::Empty),
                Verdict::Go(Point::Before) => continue,
                Verdict::Go(_) => Some(PlaceIs::In),
                Verdict::Printed | Verdict::Spoiled | Verdict::Clear | Verdict::Ask => continue,
            };
            assert_eq!(row.place, place, "{row:?}");
        }
    }
}

#[test]
fn an_unanswered_reject_is_never_proof() {
    for (_, rows) in tables() {
        let after: Vec<Verdict> = rows
            .iter()
            .filter(|row| row.at == Point::Sent(Stage::Reject))
            .map(|row| row.verdict)
            .collect();
        assert_eq!(after, [Verdict::Reject]);
    }
}

#[test]
fn no_row_is_hidden_behind_an_earlier_one() {
    for (_, rows) in tables() {
        for (at, row) in rows.iter().enumerate() {
            for earlier in &rows[..at] {
                let wider = earlier.at == row.at
                    && (earlier.power.is_none() || earlier.power == row.power)
                    && (earlier.place.is_none() || earlier.place == row.place)
                    && (earlier.cards.is_none() || earlier.cards == row.cards)
                    && (earlier.last.is_none() || earlier.last == row.last)
                    && (earlier.chip.is_none() || earlier.chip == row.chip)
                    && earlier.bench.iter().all(|flag| row.bench.contains(flag));
                assert!(!wider, "{row:?} never fits behind {earlier:?}");
            }
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
        Point::Sent(Stage::Finish),
        Point::Held,
        Point::Sent(Stage::Eject),
        Point::Answered(Stage::Eject),
        Point::Sent(Stage::Reject),
    ];
    for (table, rows) in tables() {
        for point in points {
            assert!(rows.iter().any(|row| row.at == point), "{table}: {point:?}");
        }
    }
}
