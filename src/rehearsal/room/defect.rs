//! Defects that are planted so that the judge must report them: a check that cannot fail is none.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cetak_drivers::contract::{
    Answer, BenchFlag, Capabilities, Dialect, Event, PanelsIs, PlaceIs, Point, Power, Row, Stage,
    Verdict,
};

use super::make::Maker;
use super::mode::Mode;
use super::rows;
use crate::domain::blank::{Account, Entry};
use crate::engine::store::crash::Planted;

mod words;

/// A defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// Effects and replies leave before the commit that they rest on is durable.
    CommitsLate,
    /// A start takes open attempts for cards that never began.
    DropsTheLock,
    /// A stage that was not answered is printed again.
    PrintsAgainOnSilence,
    /// A spoiled blank is booked where it is not.
    BooksTheWrongSide,
    /// Unchanged counters after a power cut are taken for "not fed".
    UnchangedIsNotFed,
    /// One card more and an empty path are taken for a finished card, without a panel counted.
    CountsNoPanels,
    /// A card that is gone counts as rejected, though no reject was answered.
    SpoiledWithoutReject,
    /// A doubt in the last panel is taken for a finished card.
    TrustsTheLastPanel,
    /// The status is cleared before anything else is asked: `Scs`, `.`, OK, 03.
    ClearsFirst,
    /// Half a command is completed, not spoiled.
    CompletesHalfACommand,
    /// A Magicard's page that broke off is filled up, so that the next words are none of it.
    FillsTheRest,
    /// A Matica's film is not wound before it is printed on.
    KeepsTheOldFilm,
    /// The end of a Matica's connection is believed to move no card, which no bench has shown.
    TrustsAClose,
}

impl Defect {
    /// Every one.
    pub const ALL: [Defect; 13] = [
        Defect::CommitsLate,
        Defect::DropsTheLock,
        Defect::PrintsAgainOnSilence,
        Defect::BooksTheWrongSide,
        Defect::UnchangedIsNotFed,
        Defect::CountsNoPanels,
        Defect::SpoiledWithoutReject,
        Defect::TrustsTheLastPanel,
        Defect::ClearsFirst,
        Defect::CompletesHalfACommand,
        Defect::FillsTheRest,
        Defect::KeepsTheOldFilm,
        Defect::TrustsAClose,
    ];

    /// What the store does wrong.
    pub(super) fn in_store(self) -> Planted {
        Planted {
            late: self == Defect::CommitsLate,
            booked: (self == Defect::BooksTheWrongSide).then_some(wrong_side as fn(&_) -> _),
        }
    }

    /// Rows that come before the dialect's own.
    fn rows(self, maker: Maker) -> &'static [Row] {
        match (self, maker) {
            (Defect::UnchangedIsNotFed, Maker::Evolis) => UNCHANGED_IS_NOT_FED,
            (Defect::UnchangedIsNotFed, Maker::Zebra | Maker::Magicard | Maker::Matica) => {
                NOTHING_LAID_IS_NOT_FED
            }
            (Defect::CountsNoPanels, _) => COUNTS_NO_PANELS,
            (Defect::SpoiledWithoutReject, Maker::Matica) => GONE_IS_REJECTED,
            (Defect::SpoiledWithoutReject, Maker::Evolis | Maker::Zebra | Maker::Magicard) => {
                SPOILED_WITHOUT_REJECT
            }
            (Defect::TrustsTheLastPanel, _) => TRUSTS_THE_LAST_PANEL,
            (
                Defect::CommitsLate
                | Defect::DropsTheLock
                | Defect::PrintsAgainOnSilence
                | Defect::BooksTheWrongSide
                | Defect::ClearsFirst
                | Defect::CompletesHalfACommand
                | Defect::FillsTheRest
                | Defect::KeepsTheOldFilm
                | Defect::TrustsAClose,
                _,
            ) => &[],
        }
    }

    /// What the dialect says wrongly.
    pub(super) fn in_dialect(self, maker: Maker, sound: Box<dyn Dialect>) -> Box<dyn Dialect> {
        match (self, maker) {
            (Defect::ClearsFirst, Maker::Evolis) => words::before_all(sound, b"\x1BScs\r"),
            (Defect::ClearsFirst, Maker::Zebra) => words::before_all(sound, b"\x1B.\r"),
            (Defect::ClearsFirst, Maker::Magicard) => {
                words::before_all(sound, b"\x01,REQ,OKY,\x1C\x03")
            }
            (Defect::ClearsFirst, Maker::Matica) => words::initialises_first(sound),
            (Defect::KeepsTheOldFilm, _) => words::without_film_initialise(sound),
            // Without hold the domain lets no row but "printed" follow lost power.
            (Defect::UnchangedIsNotFed, Maker::Magicard) => words::power_is_kept(sound),
            (
                Defect::CommitsLate
                | Defect::DropsTheLock
                | Defect::PrintsAgainOnSilence
                | Defect::BooksTheWrongSide
                | Defect::UnchangedIsNotFed
                | Defect::CountsNoPanels
                | Defect::SpoiledWithoutReject
                | Defect::TrustsTheLastPanel
                | Defect::CompletesHalfACommand
                | Defect::FillsTheRest
                | Defect::TrustsAClose,
                _,
            ) => sound,
        }
    }

    /// Whether this news makes the defective spooler print again.
    pub(super) fn prints_again_on(self, event: &Event) -> bool {
        self == Defect::PrintsAgainOnSilence
            && matches!(event, Event::Answered(Answer::Silent { .. } | Answer::Lost))
    }
}

fn wrong_side(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    if entry.to == Account::Spoiled {
        entry.to = Account::Personalized;
    }
    entry
}

const PLANTED: &str = "planted";

const UNCHANGED_IS_NOT_FED: &[Row] = &[
    Row {
        power: Some(Power::Lost),
        place: Some(PlaceIs::Empty),
        cards: Some(0),
        ..Row::at(
            Point::Sent(Stage::Feed),
            Verdict::Go(Point::Before),
            PLANTED,
        )
    },
    // In the last panel a whole card may lie in the tray while the counters fell back.
    Row {
        power: Some(Power::Lost),
        panels: Some(PanelsIs::Zero),
        ..Row::at(Point::Sent(Stage::Finish), Verdict::Sought, PLANTED)
    },
];

const COUNTS_NO_PANELS: &[Row] = &[
    Row {
        place: Some(PlaceIs::Empty),
        cards: Some(1),
        ..Row::at(Point::Sent(Stage::Face), Verdict::Printed, PLANTED)
    },
    Row {
        place: Some(PlaceIs::Empty),
        cards: Some(1),
        ..Row::at(Point::Sent(Stage::Finish), Verdict::Printed, PLANTED)
    },
];

const SPOILED_WITHOUT_REJECT: &[Row] = &[Row {
    place: Some(PlaceIs::Empty),
    ..Row::at(Point::Sent(Stage::Finish), Verdict::Spoiled, PLANTED)
}];

const TRUSTS_THE_LAST_PANEL: &[Row] = &[Row::at(
    Point::Sent(Stage::Finish),
    Verdict::Printed,
    PLANTED,
)];

/// A panel counter that moved nowhere, or fell back: a whole card may lie in the tray.
const NOTHING_LAID_IS_NOT_FED: &[Row] = &[Row {
    panels: Some(PanelsIs::Zero),
    ..Row::at(
        Point::Sent(Stage::Finish),
        Verdict::Go(Point::Before),
        PLANTED,
    )
}];

const GONE_IS_REJECTED: &[Row] = &[Row {
    place: Some(PlaceIs::Empty),
    ..Row::at(Point::Sent(Stage::Reject), Verdict::Spoiled, PLANTED)
}];

/// What the spooler is told that the printer proves: its own rows by number, behind those of a defect.
pub(super) fn told(
    defect: Option<Defect>,
    mode: Mode,
    mut capabilities: Capabilities,
) -> Capabilities {
    type Tables = BTreeMap<(Option<Defect>, Mode), &'static [Row]>;
    static TABLES: Mutex<Tables> = Mutex::new(BTreeMap::new());
    let planted = defect.map_or(&[][..], |defect| defect.rows(mode.maker()));
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    capabilities.rows = tables.entry((defect, mode)).or_insert_with(|| {
        let mut all = planted.to_vec();
        all.extend(rows::numbered(capabilities.rows.iter().copied()));
        Box::leak(all.into_boxed_slice())
    });
    if defect == Some(Defect::TrustsAClose) {
        capabilities.bench.push(BenchFlag::CloseMovesNoCard);
    }
    capabilities
}
