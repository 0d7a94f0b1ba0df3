//! Tables of at most [`WIDTH_MAX`] columns, aligned by what a terminal shows.

use super::style::{Style, Tint, WIDTH_MAX, clean, cut, width};

/// Between two columns.
const GAP: usize = 2;
/// What an elastic column keeps at least.
const ELASTIC_MIN: usize = 8;

/// One column's manners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Text; never cut.
    Left,
    /// Numbers; never cut.
    Right,
    /// Text that is cut where the table would be too wide.
    Elastic,
}

/// One cell.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    tint: Tint,
}

impl Cell {
    pub(super) fn new(text: impl AsRef<str>) -> Cell {
        Cell {
            text: clean(text.as_ref()),
            tint: Tint::Plain,
        }
    }

    pub(super) fn tinted(mut self, tint: Tint) -> Cell {
        self.tint = tint;
        self
    }
}

/// A head and rows.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new<const N: usize>(head: [(&str, Column); N]) -> Table {
        Table::of(&head)
    }

    pub(super) fn of<T: AsRef<str>>(head: &[(T, Column)]) -> Table {
        let cells = head
            .iter()
            .map(|(name, _)| Cell::new(name).tinted(Tint::Dim))
            .collect();
        Table {
            columns: head.iter().map(|(_, column)| *column).collect(),
            rows: vec![cells],
        }
    }

    /// A row; missing cells are empty.
    pub(super) fn row(&mut self, mut cells: Vec<Cell>) {
        cells.resize_with(self.columns.len(), || Cell::new(""));
        self.rows.push(cells);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    pub(super) fn render(&self, style: &Style) -> String {
        let widths = self.widths();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            let mut gap = 0;
            for ((cell, column), columns) in row.iter().zip(&self.columns).zip(&widths) {
                let shown = cut(&cell.text, *columns);
                let room = columns - width(&shown);
                let (before, behind) = match column {
                    Column::Right => (room, 0),
                    Column::Left | Column::Elastic => (0, room),
                };
                if !shown.is_empty() {
                    line.push_str(&" ".repeat(gap + before));
                    line.push_str(&style.paint(&shown, cell.tint));
                    gap = behind + GAP;
                } else {
                    gap += columns + GAP;
                }
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// What each column gets: elastic ones give way, the widest first.
    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                self.rows
                    .iter()
                    .map(|row| width(&row[at].text))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        // Elastic columns give way first; where that is not enough every other column does.
        for may_give in [
            (|column: Column| column == Column::Elastic) as fn(Column) -> bool,
            |_| true,
        ] {
            while widths.iter().sum::<usize>() + gaps > WIDTH_MAX {
                let widest = (0..widths.len())
                    .filter(|at| may_give(self.columns[*at]) && widths[*at] > ELASTIC_MIN)
                    .max_by_key(|at| widths[*at]);
                match widest {
                    Some(at) => widths[at] -= 1,
                    None => break,
                }
            }
        }
        widths
    }
}
