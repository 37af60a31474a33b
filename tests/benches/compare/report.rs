//! The rows, for people and for programs.

use std::fmt::Write as _;

use crate::measure::Row;

/// Names the file that the rows are written to as JSON.
pub(crate) const JSON_FILE: &str = "BENCH_JSON";

/// Prints the table and, where a file is named, writes it as JSON.
pub(crate) fn publish(rows: &[Row]) {
    println!("{}", table(rows));
    if let Ok(file) = std::env::var(JSON_FILE) {
        std::fs::write(file, serde_json::to_string_pretty(rows).unwrap()).unwrap();
    }
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| work | contender | median | unit | × first, median | min – max |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let (ratio, spread) = match &row.ratio {
            Some(ratio) => (
                format!("{:.2}", ratio.median),
                format!("{:.2} – {:.2}", ratio.min, ratio.max),
            ),
            None => Default::default(),
        };
        writeln!(
            text,
            "| {} | {} | {:.2} | {} | {ratio} | {spread} |",
            row.work, row.contender, row.median, row.unit
        )
        .expect("a string takes all");
    }
    text
}
