//! The table that all figures go into.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// One figure.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Row {
    pub(super) work: String,
    pub(super) contender: String,
    pub(super) unit: String,
    pub(super) median: f64,
    /// Against the first contender for the same work; none for the first.
    pub(super) ratio: Option<Ratio>,
}

/// How many times the first contender's figure, over all rounds.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Ratio {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Ratio {
    /// Of a figure that was taken once.
    pub(super) fn once(ratio: f64) -> Self {
        Self {
            median: ratio,
            min: ratio,
            max: ratio,
        }
    }
}

/// The rows in Markdown; the name of the work stands in its first row only.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| work | contender | median | unit | × first | min – max |\n|---|---|---|---|---|---|\n",
    );
    let mut before = "";
    for row in rows {
        let work = if row.work == before { "" } else { &row.work };
        before = &row.work;
        let (ratio, spread) = match &row.ratio {
            Some(ratio) if ratio.min < ratio.max => (
                format!("{:.2}", ratio.median),
                format!("{:.2} – {:.2}", ratio.min, ratio.max),
            ),
            Some(ratio) => (format!("{:.2}", ratio.median), "once".to_owned()),
            None => Default::default(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {work} | {} | {:.2} | {} | {ratio} | {spread} |",
            row.contender, row.median, row.unit
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_a_table() {
        let rows: Vec<Row> = serde_json::from_str(
            r#"[
                {"work":"call","contender":"floor","unit":"µs","median":50.123,"ratio":null},
                {"work":"call","contender":"ours","unit":"µs","median":55.0,
                 "ratio":{"median":1.1,"min":1.0,"max":1.2}},
                {"work":"size","contender":"ours","unit":"MiB","median":4,
                 "ratio":{"median":0.9,"min":0.9,"max":0.9}}
            ]"#,
        )
        .unwrap();
        let table = markdown(&rows);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| call | floor | 50.12 | µs |  |  |",
                "|  | ours | 55.00 | µs | 1.10 | 1.00 – 1.20 |",
                "| size | ours | 4.00 | MiB | 0.90 | once |",
            ]
        );
    }
}
