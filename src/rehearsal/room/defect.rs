//! Defects that are planted so that the judge must report them: a check that cannot fail is none.

use std::sync::LazyLock;

use cetak_drivers::contract::{
    Answer, Busy, Capabilities, Channel, Dialect, Event, LinkNews, Machine, Moment, Output,
    PanelsIs, PlaceIs, Point, Power, Request, Row, Stage, Verdict,
};

use crate::domain::blank::{Account, Entry};
use crate::engine::store::crash::Planted;

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
    /// The status is cleared before anything else is asked.
    ClearsFirst,
    /// Half a command is completed, not spoiled.
    CompletesHalfACommand,
}

impl Defect {
    /// Every one.
    pub const ALL: [Defect; 10] = [
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
    ];

    /// What the store does wrong.
    pub(super) fn in_store(self) -> Planted {
        Planted {
            late: self == Defect::CommitsLate,
            booked: (self == Defect::BooksTheWrongSide).then_some(wrong_side as fn(&_) -> _),
        }
    }

    /// Rows that come before the dialect's own.
    fn rows(self) -> &'static [Row] {
        match self {
            Defect::UnchangedIsNotFed => UNCHANGED_IS_NOT_FED,
            Defect::CountsNoPanels => COUNTS_NO_PANELS,
            Defect::SpoiledWithoutReject => SPOILED_WITHOUT_REJECT,
            Defect::TrustsTheLastPanel => TRUSTS_THE_LAST_PANEL,
            Defect::CommitsLate
            | Defect::DropsTheLock
            | Defect::PrintsAgainOnSilence
            | Defect::BooksTheWrongSide
            | Defect::ClearsFirst
            | Defect::CompletesHalfACommand => &[],
        }
    }

    /// What the spooler is told that the printer proves.
    pub(super) fn told(self, mut capabilities: Capabilities) -> Capabilities {
        static TABLES: LazyLock<Vec<(Defect, Vec<Row>)>> = LazyLock::new(|| {
            let table = |defect: &Defect| {
                let mut rows = defect.rows().to_vec();
                rows.extend_from_slice(cetak_drivers::evolis::custody::ROWS);
                (*defect, rows)
            };
            Defect::ALL.iter().map(table).collect()
        });
        if let Some((_, rows)) = TABLES.iter().find(|(defect, _)| *defect == self)
            && !self.rows().is_empty()
        {
            capabilities.rows = rows;
        }
        capabilities
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

/// A dialect that clears the status as soon as its link is up.
pub(super) struct ClearsFirst<D> {
    pub(super) inner: D,
    pub(super) owed: bool,
}

impl<D: Dialect> Machine for ClearsFirst<D> {
    type Ask = Request;
    type News = Event;

    fn ask(&mut self, request: Request, now: Moment) -> Result<(), Busy> {
        self.inner.ask(request, now)
    }

    fn link(&mut self, news: LinkNews, now: Moment) {
        self.owed |= matches!(news, LinkNews::Up(_));
        self.inner.link(news, now);
    }

    fn receive(&mut self, from: Channel, bytes: &[u8], now: Moment) {
        self.inner.receive(from, bytes, now);
    }

    fn elapse(&mut self, now: Moment) {
        self.inner.elapse(now);
    }

    fn poll(&mut self) -> Output<Event> {
        if std::mem::take(&mut self.owed) {
            return Output::Send(Channel::Main, b"\x1BScs\r"[..].into());
        }
        self.inner.poll()
    }
}

impl<D: Dialect> Dialect for ClearsFirst<D> {
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }
}
