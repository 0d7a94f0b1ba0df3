//! The custody verdict over a grid of evidence.

use std::fmt::Write as _;
use std::time::Duration;

use cetak_drivers::contract::{
    BenchFlag, BlankUid, Capabilities, ChipIs, ChipState, Evidence, LastAnswer, LastIs, Pace,
    PanelsIs, Place, PlaceIs, Point, Power, Row, Stage, Verdict, Wake, WakeIs, Witnesses,
};
use expect_test::expect_file;

use crate::domain::custody::{Case, ChipReading, Facts, face_begun, verdict};

mod overrules;

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
        witnesses: Witnesses {
            place: true,
            cards: true,
            panels: true,
            power: true,
        },
        hold: true,
        reject: true,
        duplex: false,
        contactless: true,
        examine_apart: Duration::from_secs(5),
        off_first: false,
        tells_hopper: true,
        jams_latch: false,
        bench: vec![],
        dots: (1016, 648),
        pace: Pace {
            card_bytes: 0,
            rated_ms: None,
        },
    }
}

/// `hold`: as the printer can.
fn case(point: Point, hold: bool) -> Case {
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
        hold,
        uid: Some(uid()),
        panels_ordered: PANELS,
        panels_proved: Some(PANELS),
        lid_opened: false,
        heard: None,
        cleared: false,
        listened: false,
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
                            let ruling =
                                verdict(&case(point, capabilities.hold), &facts, capabilities);
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
        Verdict::Clear => "clear".to_owned(),
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
                    let ruling = verdict(&case(point, capabilities.hold), &facts, capabilities);
                    let begins_again = match ruling.verdict {
                        Verdict::Sought => true,
                        Verdict::Go(behind) => !face_begun(behind, capabilities),
                        Verdict::Printed
                        | Verdict::Reject
                        | Verdict::Spoiled
                        | Verdict::Clear
                        | Verdict::Ask => false,
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

#[test]
fn custody_grid_of_evolis() {
    let capabilities = capabilities(cetak_drivers::evolis::custody::ROWS);
    assert_no_second_card(&capabilities);
    expect_file!["../../../tests/golden/custody-evolis.txt"].assert_eq(&grid(&capabilities));
}

#[test]
fn custody_grid_of_evolis_after_every_bench() {
    let capabilities = Capabilities {
        bench: vec![
            BenchFlag::CountersDurable,
            BenchFlag::PanelCountedAtEnd,
            BenchFlag::LastPanelCounted,
            BenchFlag::SequenceStartDropsPlanes,
        ],
        ..capabilities(cetak_drivers::evolis::custody::ROWS)
    };
    assert_no_second_card(&capabilities);
    expect_file!["../../../tests/golden/custody-evolis-benched.txt"]
        .assert_eq(&grid(&capabilities));
}

/// The other makers' tables over the same grid, each with what its own dialect says that it can do and prove. A
/// printer that feeds with the face may prove that it did not: a second card is looked for by the chaos suite.
#[test]
fn custody_grids_of_the_other_makers() {
    use cetak_drivers::contract::Dialect as _;
    use cetak_drivers::{magicard, matica, zebra};
    let zebra = |key: &str| {
        let options = zebra::Options {
            knows_e: true,
            knows_cln: true,
            ..zebra::Options::default()
        };
        let model = zebra::models::find(key).expect("a built-in model");
        zebra::Zebra::new(model, options).capabilities().clone()
    };
    let magicard = |key: &str| {
        let model = magicard::models::find(key).expect("a built-in model");
        let dialect = magicard::Magicard::new(model, magicard::Options::default());
        dialect.capabilities().clone()
    };
    let matica = |key: &str| {
        let model = matica::models::find(key).expect("a built-in model");
        let dialect = matica::Matica::new(model, matica::Options::default());
        dialect.capabilities().clone()
    };
    expect_file!["../../../tests/golden/custody-zebra.txt"].assert_eq(&grid(&zebra("zebra-p330i")));
    expect_file!["../../../tests/golden/custody-zebra-duplex.txt"]
        .assert_eq(&grid(&zebra("zebra-p430i")));
    expect_file!["../../../tests/golden/custody-magicard.txt"]
        .assert_eq(&grid(&magicard("magicard-enduro")));
    expect_file!["../../../tests/golden/custody-matica-8600.txt"]
        .assert_eq(&grid(&matica("matica-xid8600")));
    expect_file!["../../../tests/golden/custody-matica-9300.txt"]
        .assert_eq(&grid(&matica("matica-xid9300")));
}
