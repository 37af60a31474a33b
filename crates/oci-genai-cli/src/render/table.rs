//! Tables in an answer.

use comfy_table::presets::UTF8_NO_BORDERS;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table};

use super::inline::characters;
use super::style::Style;

/// The lines of a table, no wider than `width`; rows that make no table stay as they are.
pub(super) fn lines(rows: &[String], width: usize) -> Vec<String> {
    let [header, below, body @ ..] = rows else {
        return rows.to_vec();
    };
    let alignments: Option<Vec<_>> = cells(below).iter().map(|cell| alignment(cell)).collect();
    let Some(alignments) = alignments else {
        return rows.to_vec();
    };
    let mut table = Table::new();
    table
        .load_style(UTF8_NO_BORDERS.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(shown(header));
    table.add_rows(body.iter().map(|row| shown(row)));
    for (index, alignment) in alignments.into_iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(alignment);
        }
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The cells of a row; an escaped bar is no border.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').unwrap_or(row);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in row.chars() {
        match (c, cells.last_mut()) {
            ('|', Some(cell)) if escaped => {
                cell.pop();
                cell.push('|');
            }
            ('|', _) => cells.push(String::new()),
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
        escaped = c == '\\';
    }
    cells
}

fn shown(row: &str) -> Vec<String> {
    let plain = |cell: &String| {
        let shown = characters(cell.trim(), Style::default());
        shown.iter().map(|(c, _)| *c).collect()
    };
    cells(row).iter().map(plain).collect()
}

/// What the line below the header says of a column.
fn alignment(cell: &str) -> Option<CellAlignment> {
    let cell = cell.trim();
    if cell.is_empty() || !cell.chars().all(|c| c == '-' || c == ':') {
        return None;
    }
    Some(match (cell.starts_with(':'), cell.ends_with(':')) {
        (true, true) => CellAlignment::Center,
        (false, true) => CellAlignment::Right,
        _ => CellAlignment::Left,
    })
}
