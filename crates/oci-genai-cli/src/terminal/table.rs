//! Tables with aligned columns. In a terminal, long cells are cut so that a row fits a line.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Width};

use super::visible;

/// Number of spaces between columns.
const PADDING: u16 = 2;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    table: comfy_table::Table,
    width: Option<usize>,
}

impl Table {
    /// Creates a table with headings. With a `width`, columns are cut to fit.
    pub(crate) fn new(headings: &[&str], width: Option<usize>) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_header(Row::from(headings));
        for column in table.column_iter_mut() {
            column.set_padding((0, PADDING));
        }
        if let Some(width) = width {
            table
                .set_content_arrangement(ContentArrangement::Dynamic)
                // The padding of the last column is removed later.
                .set_width(
                    u16::try_from(width).map_or(u16::MAX, |width| width.saturating_add(PADDING)),
                );
        }
        Self { table, width }
    }

    /// Right-aligns a column of numbers.
    pub(crate) fn right(mut self, column: usize) -> Self {
        if let Some(column) = self.table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }

    /// Never cuts a column.
    pub(crate) fn whole(mut self, column: usize) -> Self {
        if let Some(column) = self.table.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        self
    }

    /// Sets the minimum width of a column.
    pub(crate) fn at_least(mut self, column: usize, cells: u16) -> Self {
        if let (Some(_), Some(column)) = (self.width, self.table.column_mut(column)) {
            // The width includes the padding.
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
                cells + PADDING,
            )));
        }
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        let cells = cells
            .iter()
            .map(|text| Cell::new(visible(text).replace(['\n', '\t'], " ")));
        let mut row = Row::from(cells.collect::<Vec<_>>());
        if self.width.is_some() {
            row.max_height(1);
        }
        self.table.add_row(row);
    }

    /// Returns the lines without trailing spaces.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::Table;

    fn filled(width: Option<usize>, name: &str) -> Vec<String> {
        let mut table = Table::new(&["NAME", "TURNS", "TITLE"], width)
            .right(1)
            .whole(1);
        table.row(&[
            name,
            "12",
            "Three ideas for a team offsite in the mountains",
        ]);
        table.row(&["b", "3", "\u{1b}[31mred\nlines"]);
        table.lines()
    }

    #[test]
    fn columns_are_aligned() {
        let lines = filled(None, "offsite");
        assert_eq!(lines[0], "NAME     TURNS  TITLE");
        assert_eq!(lines[2], r"b            3  \u{1b}[31mred lines");
    }

    #[test]
    fn long_cells_are_cut_on_a_terminal_only() {
        let long = "a-name-that-is-long-".repeat(6);
        let cut = filled(Some(80), &long);
        assert_eq!(cut.len(), 3, "a row is a line: {cut:#?}");
        for line in &cut {
            assert!(line.width() <= 80, "{line}");
        }
        assert!(cut[1].contains('…'), "{cut:#?}");
        assert!(filled(None, &long)[1].starts_with(&long));
        let wide = filled(Some(40), &"宽".repeat(60));
        assert!(wide.iter().all(|line| line.width() <= 40), "{wide:#?}");
    }
}
