//! The custody rows: what they may never say.

use crate::contract::*;
use crate::magicard::custody::ROWS;
use crate::magicard::models::MODELS;
use crate::magicard::{Magicard, Options};

#[test]
fn once_a_face_may_have_begun_going_on_needs_two_witnesses_that_nothing_was_printed() {
    for row in ROWS.iter().filter(|row| {
        matches!(row.at, Point::Sent(Stage::Face | Stage::Finish))
            && matches!(row.verdict, Verdict::Go(_) | Verdict::Clear)
    }) {
        assert_eq!(row.panels, Some(PanelsIs::Zero), "{row:?}");
        assert_eq!(row.shots, Some(0), "{row:?}");
        assert!(row.cards.is_some(), "{row:?}");
    }
}

#[test]
fn after_the_whole_page_only_a_cancelled_empty_hopper_goes_on() {
    let goes: Vec<&Row> = ROWS
        .iter()
        .filter(|row| row.at == Point::Sent(Stage::Finish) && matches!(row.verdict, Verdict::Go(_)))
        .collect();
    assert_eq!(goes.len(), 1);
    assert_eq!(
        (goes[0].cleared, goes[0].power),
        (Some(true), Some(Power::Kept))
    );
    let clears: Vec<&Row> = ROWS
        .iter()
        .filter(|row| row.verdict == Verdict::Clear)
        .collect();
    assert_eq!(clears.len(), 1);
    assert_eq!(clears[0].last, Some(LastIs::FeederEmpty));
    assert_eq!(
        clears[0].cleared,
        Some(false),
        "a second time in one attempt is asked"
    );
}

#[test]
fn printed_needs_one_card_every_panel_and_one_use() {
    let printed: Vec<&Row> = ROWS
        .iter()
        .filter(|row| row.verdict == Verdict::Printed)
        .collect();
    assert_eq!(printed.len(), 2);
    for row in printed {
        assert_eq!(
            (row.cards, row.panels, row.shots),
            (Some(1), Some(PanelsIs::All), Some(1))
        );
        let shown = [
            BenchFlag::CardCountedAtEject,
            BenchFlag::HalfPageNeverPrinted,
        ];
        assert!(
            row.quiet || shown.iter().all(|flag| row.bench.contains(flag)),
            "{row:?}"
        );
    }
}

#[test]
fn nothing_is_rejected_for_there_is_no_box_and_nothing_is_sought_once_a_page_was_sent() {
    for row in ROWS {
        assert!(
            !matches!(row.verdict, Verdict::Reject | Verdict::Spoiled),
            "{row:?}"
        );
        if row.verdict == Verdict::Sought {
            assert!(row.at < Point::Sent(Stage::Face) || row.at > Point::Sent(Stage::Clear));
        }
    }
}

#[test]
fn a_row_that_rests_on_an_unbroken_hearing_never_holds_without_it() {
    for row in ROWS.iter().filter(|row| row.quiet) {
        assert_eq!(row.power, Some(Power::Kept), "{row:?}");
    }
}

#[test]
fn no_row_is_hidden_behind_an_earlier_one() {
    for (at, row) in ROWS.iter().enumerate() {
        for earlier in &ROWS[..at] {
            let wider = earlier.at == row.at
                && (earlier.power.is_none() || earlier.power == row.power)
                && (earlier.cards.is_none() || earlier.cards == row.cards)
                && (earlier.panels.is_none() || earlier.panels == row.panels)
                && (earlier.shots.is_none() || earlier.shots == row.shots)
                && (earlier.last.is_none() || earlier.last == row.last)
                && (earlier.cleared.is_none() || earlier.cleared == row.cleared)
                && (earlier.chip.is_none() || earlier.chip == row.chip)
                && (earlier.wake.is_none() || earlier.wake == row.wake)
                && (!earlier.quiet || row.quiet)
                && earlier.bench.iter().all(|flag| row.bench.contains(flag));
            assert!(!wider, "{row:?} never fits behind {earlier:?}");
        }
    }
}

#[test]
fn every_model_says_what_it_can_prove() {
    for model in MODELS {
        let magicard = Magicard::new(model, Options::default());
        let can = Dialect::capabilities(&magicard);
        assert_eq!(can.stages, [Stage::Face, Stage::Finish, Stage::Clear]);
        assert_eq!(can.face_begins, Stage::Face);
        assert!(can.off_first && !can.hold && !can.reject && !can.contactless);
        assert!(can.witnesses.cards && can.witnesses.panels && !can.witnesses.place);
        assert_eq!(can.dots, (1016, 642));
        assert_eq!(can.examine_apart.as_secs(), 60);
        let duplex = ["magicard-enduro-plus", "magicard-tango2e"].contains(&model.key);
        assert_eq!(can.duplex, duplex, "{}", model.key);
        for stage in [Stage::Face, Stage::Finish] {
            assert!(can.rows.iter().any(|row| row.at == Point::Sent(stage)));
        }
    }
}
