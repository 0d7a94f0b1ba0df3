//! What overrules every row: unit, settling, counters, lid, jam, absence, boxes; and what no evidence changes.

use cetak_drivers::contract::{
    BlankUid, Capabilities, ChipIs, Fault, PanelsIs, Place, Point, Power, Row, Stage, Verdict,
};

use super::{BEFORE, PANELS, capabilities, case, facts, uid};
use crate::domain::custody::{Case, ChipReading, Facts, face_begun, verdict};

/// Rows that fit any evidence: what still asks a person was overruled.
const WILLING: &[Row] = &[
    Row::at(Point::Sent(Stage::Feed), Verdict::Sought, "willing"),
    Row::at(Point::Answered(Stage::Feed), Verdict::Sought, "willing"),
    Row::at(Point::Answered(Stage::Park), Verdict::Sought, "willing"),
    Row::at(Point::Sent(Stage::Face), Verdict::Reject, "willing"),
    Row::at(Point::Sent(Stage::Finish), Verdict::Printed, "willing"),
    Row::at(Point::Sent(Stage::Reject), Verdict::Spoiled, "willing"),
];

/// What holds when `change` is made to a case that every row would fit.
#[track_caller]
fn check(
    point: Point,
    change: impl FnOnce(&mut Case, &mut Facts, &mut Capabilities),
    expected: Verdict,
) {
    let mut case = case(point, true);
    let mut facts = facts(Power::Kept, Place::Path, Some(1), Some(PANELS));
    let mut capabilities = capabilities(WILLING);
    change(&mut case, &mut facts, &mut capabilities);
    let ruling = verdict(&case, &facts, &capabilities);
    assert_eq!(ruling.verdict, expected, "{}", ruling.why);
}

const FINISH: Point = Point::Sent(Stage::Finish);

#[test]
fn the_willing_rows_fit() {
    check(FINISH, |_, _, _| {}, Verdict::Printed);
    check(Point::Sent(Stage::Face), |_, _, _| {}, Verdict::Reject);
    check(Point::Sent(Stage::Feed), |_, _, _| {}, Verdict::Sought);
}

#[test]
fn another_unit_or_one_that_cannot_be_told_asks_a_person() {
    check(
        FINISH,
        |_, f, _| f.evidence.unit = Some("B2".to_owned()),
        Verdict::Ask,
    );
    check(FINISH, |_, f, _| f.evidence.unit = None, Verdict::Ask);
    check(FINISH, |c, _, _| c.baseline.unit = None, Verdict::Ask);
    let untold = |c: &mut Case, f: &mut Facts, _: &mut Capabilities| {
        c.baseline.unit = None;
        f.evidence.unit = None;
    };
    check(FINISH, untold, Verdict::Printed);
}

#[test]
fn two_readings_that_differ_ask_a_person() {
    check(FINISH, |_, f, _| f.evidence.settled = false, Verdict::Ask);
}

#[test]
fn a_counter_that_moved_too_far_asks_a_person() {
    check(
        FINISH,
        |_, f, _| f.evidence.cards = Some(BEFORE.0 + 2),
        Verdict::Ask,
    );
    let more = BEFORE.1 + PANELS + 1;
    check(
        FINISH,
        |_, f, _| f.evidence.panels = Some(more),
        Verdict::Ask,
    );
    let unproved = |c: &mut Case, f: &mut Facts, _: &mut Capabilities| {
        c.panels_proved = None;
        f.evidence.panels = Some(more);
    };
    check(FINISH, unproved, Verdict::Ask);
}

#[test]
fn a_lid_asks_a_person_only_with_a_face_begun() {
    let lid = |c: &mut Case, _: &mut Facts, _: &mut Capabilities| c.lid_opened = true;
    check(FINISH, lid, Verdict::Ask);
    check(Point::Sent(Stage::Face), lid, Verdict::Ask);
    check(Point::Sent(Stage::Reject), lid, Verdict::Ask);
    check(Point::Sent(Stage::Feed), lid, Verdict::Sought);
    check(Point::Held, lid, Verdict::Printed);
}

#[test]
fn a_stuck_card_asks_a_person() {
    for fault in [Fault::CardJam, Fault::MechanicalTimeout, Fault::HeadFailure] {
        check(FINISH, |c, _, _| c.heard = Some(fault), Verdict::Ask);
    }
    check(
        FINISH,
        |c, _, _| c.heard = Some(Fault::CleaningDue),
        Verdict::Printed,
    );
}

#[test]
fn after_a_long_absence_a_place_counts_only_with_a_counter() {
    let away = |c: &mut Facts| c.away_long = true;
    check(FINISH, |_, f, _| away(f), Verdict::Printed);
    let blind = |_: &mut Case, f: &mut Facts, _: &mut Capabilities| {
        away(f);
        f.evidence.cards = None;
    };
    check(FINISH, blind, Verdict::Ask);
}

#[test]
fn without_a_reject_box_nothing_is_rejected() {
    let face = Point::Sent(Stage::Face);
    check(
        face,
        |_, _, capabilities| capabilities.reject = false,
        Verdict::Ask,
    );
    let reject = Point::Sent(Stage::Reject);
    check(reject, |_, _, _| {}, Verdict::Spoiled);
    check(
        reject,
        |_, _, capabilities| capabilities.reject = false,
        Verdict::Ask,
    );
}

#[test]
fn a_point_without_a_row_asks_a_person() {
    check(Point::Bound, |_, _, _| {}, Verdict::Ask);
    check(
        FINISH,
        |_, _, capabilities| capabilities.rows = &[],
        Verdict::Ask,
    );
}

#[test]
fn nothing_ordered_goes_on_and_a_proved_card_stays_proved_whatever_is_seen() {
    let hostile = |_: &mut Case, f: &mut Facts, _: &mut Capabilities| {
        *f = Facts::default();
        f.evidence.unit = Some("B2".to_owned());
    };
    check(Point::Before, hostile, Verdict::Go(Point::Before));
    check(Point::Held, hostile, Verdict::Printed);
    check(Point::Sent(Stage::Eject), hostile, Verdict::Printed);
    check(Point::Answered(Stage::Eject), hostile, Verdict::Printed);
}

#[test]
fn answers_that_leave_the_card_where_it_was_share_a_row() {
    const PARKED: &[Row] = &[Row::at(
        Point::Answered(Stage::Park),
        Verdict::Reject,
        "parked",
    )];
    check(Point::Answered(Stage::Face), |_, _, _| {}, Verdict::Reject);
    check(
        Point::Answered(Stage::Finish),
        |_, _, _| {},
        Verdict::Printed,
    );
    // Without a chip the feed's answer is the park's: its row is found there.
    let parked = |c: &mut Case, _: &mut Facts, k: &mut Capabilities| {
        c.chip = false;
        k.rows = PARKED;
    };
    check(Point::Answered(Stage::Feed), parked, Verdict::Reject);
}

#[test]
fn a_row_that_needs_all_panels_needs_their_number_proved() {
    const ALL: &[Row] = &[Row {
        panels: Some(PanelsIs::All),
        ..Row::at(Point::Sent(Stage::Finish), Verdict::Printed, "all")
    }];
    check(FINISH, |_, _, k| k.rows = ALL, Verdict::Printed);
    let unproved = |c: &mut Case, _: &mut Facts, k: &mut Capabilities| {
        k.rows = ALL;
        c.panels_proved = None;
    };
    check(FINISH, unproved, Verdict::Ask);
}

#[test]
fn a_power_cut_in_the_last_panel_without_hold_proves_no_spoiled_card() {
    const SPOILED: &[Row] = &[Row::at(
        Point::Sent(Stage::Finish),
        Verdict::Reject,
        "willing",
    )];
    let cut = |power, hold| {
        move |c: &mut Case, f: &mut Facts, k: &mut Capabilities| {
            k.rows = SPOILED;
            c.hold = hold;
            f.evidence.power = power;
        }
    };
    check(FINISH, cut(Power::Kept, false), Verdict::Reject);
    check(FINISH, cut(Power::Lost, true), Verdict::Reject);
    check(FINISH, cut(Power::Lost, false), Verdict::Ask);
    check(FINISH, cut(Power::Unknown, false), Verdict::Ask);
}

#[test]
fn another_chip_at_the_station_fits_no_row_about_the_chip() {
    const CHIP: &[Row] = &[Row {
        chip: Some(ChipIs::Same),
        ..Row::at(Point::Bound, Verdict::Go(Point::Bound), "same chip")
    }];
    let read = |uid: Option<BlankUid>| {
        move |_: &mut Case, f: &mut Facts, k: &mut Capabilities| {
            k.rows = CHIP;
            f.chip = Some(ChipReading { uid, state: None });
        }
    };
    check(Point::Bound, read(Some(uid())), Verdict::Go(Point::Bound));
    check(
        Point::Bound,
        read(Some(BlankUid("TEST-02".to_owned()))),
        Verdict::Ask,
    );
    check(Point::Bound, read(None), Verdict::Ask);
    check(Point::Bound, |_, _, k| k.rows = CHIP, Verdict::Ask);
}

#[test]
fn a_face_has_begun_from_the_stage_that_brings_dye() {
    let mut capabilities = capabilities(&[]);
    assert!(!face_begun(Point::Answered(Stage::Park), &capabilities));
    assert!(face_begun(Point::Sent(Stage::Face), &capabilities));
    capabilities.face_begins = Stage::Finish;
    assert!(!face_begun(Point::Answered(Stage::Face), &capabilities));
    assert!(face_begun(Point::Sent(Stage::Finish), &capabilities));
    assert!(face_begun(Point::Held, &capabilities));
}

#[test]
fn without_hold_a_power_cut_in_the_last_part_is_a_persons_matter_unless_the_whole_face_is_one_motion()
 {
    const INSIDE: &[Row] = &[Row::at(FINISH, Verdict::Reject, "inside")];
    let cut = |face_begins| {
        move |case: &mut Case, facts: &mut Facts, capabilities: &mut Capabilities| {
            case.hold = false;
            facts.evidence.power = Power::Lost;
            capabilities.rows = INSIDE;
            capabilities.face_begins = face_begins;
        }
    };
    check(FINISH, cut(Stage::Face), Verdict::Ask);
    check(FINISH, cut(Stage::Finish), Verdict::Reject);
}
