//! The custody verdict over a grid of evidence, and what overrules every row.

use std::fmt::Write as _;
use std::time::Duration;

use cetak_drivers::contract::{
    BlankUid, Capabilities, ChipIs, ChipState, Evidence, Fault, LastAnswer, LastIs, PanelsIs,
    Place, PlaceIs, Point, Power, Row, Stage, Verdict, Wake, WakeIs,
};
use expect_test::expect_file;

use crate::domain::custody::{Case, ChipReading, Facts, face_begun, verdict};

/// Panels of a whole card, in the cases below.
const PANELS: u64 = 5;
/// Counters before the card, in the cases below.
const BEFORE: (u64, u64) = (100, 500);

/// Every point that an attempt can have as its last entry.
const POINTS: [Point; 14] = [
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
    Point::Sent(Stage::Reject),
];

/// A table in the manner of a printer that holds, rejects and tells place and counters.
const ROWS: &[Row] = &[
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::In),
        cards: Some(1),
        ..Row::at(
            Point::Sent(Stage::Feed),
            Verdict::Go(Point::Answered(Stage::Feed)),
            "fed",
        )
    },
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::Empty),
        cards: Some(0),
        ..Row::at(
            Point::Sent(Stage::Feed),
            Verdict::Go(Point::Before),
            "not fed",
        )
    },
    Row {
        power: Some(Power::Lost),
        place: Some(PlaceIs::In),
        ..Row::at(Point::Sent(Stage::Feed), Verdict::Reject, "clean card")
    },
    Row {
        power: Some(Power::Lost),
        place: Some(PlaceIs::Empty),
        ..Row::at(Point::Sent(Stage::Feed), Verdict::Sought, "clean card")
    },
    Row {
        place: Some(PlaceIs::AtStation),
        chip: Some(ChipIs::Complete),
        ..Row::at(
            Point::Sent(Stage::Chip),
            Verdict::Go(Point::Answered(Stage::Chip)),
            "chip complete",
        )
    },
    Row {
        place: Some(PlaceIs::In),
        ..Row::at(Point::Sent(Stage::Chip), Verdict::Reject, "chip in doubt")
    },
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::In),
        panels: Some(PanelsIs::Zero),
        wake: Some(WakeIs::Answers),
        ..Row::at(Point::Answered(Stage::Park), Verdict::Reject, "no panel")
    },
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::In),
        wake: Some(WakeIs::Answers),
        ..Row::at(Point::Sent(Stage::Face), Verdict::Reject, "never complete")
    },
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::In),
        panels: Some(PanelsIs::All),
        last: Some(LastIs::Ok),
        ..Row::at(Point::Sent(Stage::Finish), Verdict::Printed, "held")
    },
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::Empty),
        cards: Some(1),
        panels: Some(PanelsIs::All),
        ..Row::at(Point::Sent(Stage::Finish), Verdict::Printed, "ejected")
    },
    Row {
        place: Some(PlaceIs::In),
        ..Row::at(Point::Sent(Stage::Finish), Verdict::Reject, "perhaps good")
    },
    Row {
        power: Some(Power::Kept),
        place: Some(PlaceIs::Empty),
        last: Some(LastIs::Ok),
        reject_has_room: true,
        ..Row::at(Point::Sent(Stage::Reject), Verdict::Spoiled, "rejected")
    },
];

fn capabilities(rows: &'static [Row]) -> Capabilities {
    Capabilities {
        maker: "test",
        model: "test",
        stages: &[
            Stage::Feed,
            Stage::Chip,
            Stage::Park,
            Stage::Face,
            Stage::Finish,
            Stage::Eject,
            Stage::Reject,
        ],
        face_begins: Stage::Face,
        rows,
        hold: true,
        reject: true,
        duplex: false,
        contactless: true,
        examine_apart: Duration::from_secs(5),
        off_first: false,
        bench: vec![],
        dots: (1016, 648),
    }
}

fn case(point: Point) -> Case {
    Case {
        point,
        baseline: Evidence {
            unit: Some("A1".to_owned()),
            power: Power::Kept,
            place: Place::Empty,
            cards: Some(BEFORE.0),
            panels: Some(BEFORE.1),
            ..Evidence::default()
        },
        chip: true,
        hold: true,
        uid: Some(uid()),
        panels_ordered: PANELS,
        panels_proved: Some(PANELS),
        lid_opened: false,
        heard: None,
    }
}

fn uid() -> BlankUid {
    BlankUid("TEST-00000000000001".to_owned())
}

fn facts(power: Power, place: Place, cards: Option<u64>, panels: Option<u64>) -> Facts {
    Facts {
        evidence: Evidence {
            unit: Some("A1".to_owned()),
            power,
            place,
            cards: cards.map(|moved| BEFORE.0 + moved),
            panels: panels.map(|moved| BEFORE.1 + moved),
            last: LastAnswer::Ok,
            wake: Wake::Awake,
            lid_open: Some(false),
            reject_full: Some(false),
            settled: true,
            ..Evidence::default()
        },
        chip: None,
        away_long: false,
    }
}

/// One line for each point, power and place; one column for each pair of counter movements.
pub(super) fn grid(capabilities: &Capabilities) -> String {
    let witnesses: [(&str, LastAnswer, Wake, Option<ChipState>); 3] = [
        (
            "last OK, awake, chip complete",
            LastAnswer::Ok,
            Wake::Awake,
            Some(ChipState::Complete),
        ),
        (
            "last OK, awake, chip untouched",
            LastAnswer::Ok,
            Wake::Awake,
            Some(ChipState::Untouched),
        ),
        (
            "last unknown, deaf, chip not asked",
            LastAnswer::Unknown,
            Wake::Deaf,
            None,
        ),
    ];
    let counters = [Some(0), Some(1), None];
    let panels = [Some(0), Some(PANELS - 1), Some(PANELS), None];
    let mut table = String::from(
        "Verdicts: go = the same attempt goes on behind the point; ? = ask a person.\n\
         Columns: cards counted since the baseline / panels counted (5 is a whole card); - = not told.\n",
    );
    for (title, last, wake, chip) in witnesses {
        let _ = write!(
            table,
            "\n== {title}\n{:<16} {:<5} {:<8}",
            "last entry", "power", "place"
        );
        for cards in counters {
            for panels in panels {
                let _ = write!(
                    table,
                    " {:<9}",
                    format!("{}/{}", count(cards), count(panels))
                );
            }
        }
        table = table.trim_end().to_owned();
        table.push('\n');
        for point in POINTS {
            for power in [Power::Kept, Power::Lost] {
                for place in [
                    Place::Empty,
                    Place::Path,
                    Place::Contactless,
                    Place::Unknown,
                ] {
                    let mut line = format!(
                        "{:<16} {:<5} {:<8}",
                        point_words(point),
                        power_words(power),
                        place_words(place)
                    );
                    let mut cells = Vec::new();
                    for cards in counters {
                        for panels in panels {
                            let mut facts = facts(power, place, cards, panels);
                            facts.evidence.last = last.clone();
                            facts.evidence.wake = wake;
                            facts.chip = chip.map(|state| ChipReading {
                                uid: Some(uid()),
                                state: Some(state),
                            });
                            let ruling = verdict(&case(point), &facts, capabilities);
                            cells.push(verdict_words(ruling.verdict));
                        }
                    }
                    if cells.iter().all(|cell| *cell == cells[0]) {
                        let _ = write!(line, " {} in all columns", cells[0]);
                    } else {
                        for cell in cells {
                            let _ = write!(line, " {cell:<9}");
                        }
                    }
                    let _ = writeln!(table, "{}", line.trim_end());
                }
            }
        }
    }
    table
}

fn count(moved: Option<u64>) -> String {
    moved.map_or("-".to_owned(), |n| format!("+{n}"))
}

fn power_words(power: Power) -> &'static str {
    match power {
        Power::Kept => "kept",
        Power::Lost => "lost",
        Power::Unknown => "?",
    }
}

fn place_words(place: Place) -> &'static str {
    match place {
        Place::Empty => "empty",
        Place::Path => "path",
        Place::Contact => "contact",
        Place::Contactless => "station",
        Place::Unknown => "?",
    }
}

fn point_words(point: Point) -> String {
    match point {
        Point::Before => "before".to_owned(),
        Point::Sent(stage) => format!("{stage:?} sent").to_lowercase(),
        Point::Answered(stage) => format!("{stage:?} answered").to_lowercase(),
        Point::Bound => "bound".to_owned(),
        Point::Held => "held".to_owned(),
    }
}

fn verdict_words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Go(Point::Before) => "go:before".to_owned(),
        Verdict::Go(Point::Sent(stage)) => format!("go:{stage:?}?").to_lowercase(),
        Verdict::Go(Point::Answered(stage)) => format!("go:{stage:?}").to_lowercase(),
        Verdict::Go(Point::Bound) => "go:bound".to_owned(),
        Verdict::Go(Point::Held) => "go:held".to_owned(),
        Verdict::Printed => "printed".to_owned(),
        Verdict::Reject => "reject".to_owned(),
        Verdict::Spoiled => "spoiled".to_owned(),
        Verdict::Sought => "sought".to_owned(),
        Verdict::Ask => "?".to_owned(),
    }
}

/// Of a printer that begins the face with a stage of its own: whatever is seen, a job whose card may have a
/// face is never printed again without a reject that was ordered, or a person.
fn assert_no_second_card(capabilities: &Capabilities) {
    let mut seen = 0;
    for (point, power) in POINTS
        .into_iter()
        .flat_map(|point| [(point, Power::Kept), (point, Power::Lost)])
    {
        let places = [
            Place::Empty,
            Place::Path,
            Place::Contactless,
            Place::Unknown,
        ];
        let moved = [None, Some(0), Some(1), Some(PANELS)];
        for place in places {
            for (cards, panels) in moved.into_iter().flat_map(|c| moved.map(|p| (c, p))) {
                for (last, wake) in [
                    (LastAnswer::Ok, Wake::Awake),
                    (LastAnswer::Unknown, Wake::Woken),
                    (LastAnswer::Unknown, Wake::Deaf),
                ] {
                    let mut facts = facts(power, place, cards, panels);
                    facts.evidence.last = last;
                    facts.evidence.wake = wake;
                    let ruling = verdict(&case(point), &facts, capabilities);
                    let begins_again = match ruling.verdict {
                        Verdict::Sought => true,
                        Verdict::Go(behind) => !face_begun(behind, capabilities),
                        Verdict::Printed | Verdict::Reject | Verdict::Spoiled | Verdict::Ask => {
                            false
                        }
                    };
                    assert!(
                        !(begins_again && face_begun(point, capabilities)),
                        "{point:?} {facts:?} {ruling:?}"
                    );
                    seen += usize::from(begins_again);
                }
            }
        }
    }
    assert!(
        seen > 0,
        "no verdict of this table goes on: nothing was checked"
    );
}

#[test]
#[should_panic(expected = "Sought")]
fn a_table_that_prints_again_behind_a_face_is_caught() {
    const CARELESS: &[Row] = &[
        Row::at(Point::Sent(Stage::Feed), Verdict::Sought, "clean"),
        Row::at(Point::Sent(Stage::Face), Verdict::Sought, "careless"),
    ];
    assert_no_second_card(&capabilities(CARELESS));
}

#[test]
fn custody_grid_of_a_table_with_hold_and_reject() {
    assert_no_second_card(&capabilities(ROWS));
    let table = grid(&capabilities(ROWS));
    expect_file!["../../../tests/golden/custody-example.txt"].assert_eq(&table);
}

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
    let mut case = case(point);
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
