//! Prints the rows as a table and writes them as JSON.

use std::fmt::Write as _;

use crate::measure::Row;

/// Environment variable with the path of the JSON file for the rows.
pub(crate) const JSON_FILE: &str = "BENCH_JSON";

/// Prints the table, and writes the rows as JSON if [`JSON_FILE`] is set.
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
        .expect("writing to a string succeeds");
    }
    text
}
