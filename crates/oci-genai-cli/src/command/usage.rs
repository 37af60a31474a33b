//! `usage`: the log of a proxy, summed up.

use std::fs::File;
use std::io::{BufReader, stdin};
use std::path::Path;

use serde::Serialize;

use crate::args;
use crate::error::Error;
use crate::output;
use crate::secrets::shown_path;
use crate::terminal::{self, Table};
use crate::usage::{Summary, Totals};

#[derive(Serialize)]
struct Row<'a> {
    day: &'a str,
    model: Option<&'a str>,
    #[serde(flatten)]
    totals: &'a Totals,
}

#[derive(Serialize)]
struct Report<'a> {
    rows: Vec<Row<'a>>,
    total: Totals,
    unreadable_lines: u64,
}

pub(crate) fn run(options: &args::Usage) -> Result<(), Error> {
    let file = &options.file;
    let failed = |error| Error::io("read", file, error);
    let summary = match file == Path::new("-") {
        true => Summary::read(stdin().lock()),
        false => Summary::read(BufReader::new(File::open(file).map_err(failed)?)),
    };
    let summary = summary.map_err(failed)?;
    if options.json {
        return output::json(&Report {
            rows: summary
                .rows()
                .map(|(day, model, totals)| Row { day, model, totals })
                .collect(),
            total: summary.total(),
            unreadable_lines: summary.unreadable_lines,
        });
    }
    match summary.rows().len() {
        0 => output::note(&format!("{} holds no usage.", shown_path(file))),
        _ => table(&summary).iter().for_each(|line| output::line(line)),
    }
    if summary.unreadable_lines > 0 {
        output::note(&format!(
            "Left out {} of its lines, which are not of a usage log.",
            summary.unreadable_lines
        ));
    }
    Ok(())
}

/// Lines for people.
fn table(summary: &Summary) -> Vec<String> {
    let headings = [
        "DAY", "MODEL", "REQUESTS", "ERRORS", "INPUT", "CACHED", "OUTPUT", "UNKNOWN",
    ];
    let mut table = Table::new(&headings, terminal::width())
        .whole(0)
        .at_least(1, 12);
    for column in 2..headings.len() {
        table = table.right(column).whole(column);
    }
    let mut row = |day: &str, model: &str, totals: &Totals| {
        let numbers = [
            totals.requests,
            totals.errors,
            totals.input_tokens,
            totals.cached_tokens,
            totals.output_tokens,
            totals.unknown,
        ]
        .map(|number| number.to_string());
        let mut cells = vec![day, model];
        cells.extend(numbers.iter().map(String::as_str));
        table.row(&cells);
    };
    for (day, model, totals) in summary.rows() {
        row(day, model.unwrap_or("(unknown)"), totals);
    }
    if summary.rows().len() > 1 {
        row("total", "", &summary.total());
    }
    let mut lines = table.lines();
    if let Some(headings) = lines.first_mut() {
        *headings = terminal::strong(headings);
    }
    lines
}
