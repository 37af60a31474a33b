//! Sums a usage log up by day and model.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufRead, Read as _};

use serde::Serialize;

use super::{Entry, Tokens};

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 64 * 1024;

/// Counts of one model on one day, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Totals {
    /// Calls of the model.
    pub(crate) requests: u64,
    /// Those that failed.
    pub(crate) errors: u64,
    pub(crate) input_tokens: u64,
    pub(crate) cached_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) reasoning_tokens: u64,
    /// Calls that were not refused and whose tokens are not known.
    pub(crate) unknown: u64,
}

/// A day, and a model if it is known.
type Key = (String, Option<String>);

/// What became of the tokens of a response.
enum Seen {
    Counted,
    /// The call that made it gave none; they may be in a later line.
    Unknown(Key),
}

/// The sums of a log.
#[derive(Default)]
pub(crate) struct Summary {
    rows: BTreeMap<Key, Totals>,
    /// By the response's id: a response that is retrieved later repeats its tokens.
    responses: HashMap<u64, Seen>,
    /// Lines that are none of a usage log.
    pub(crate) unreadable_lines: u64,
}

impl Summary {
    /// Reads a log to its end.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn read(mut log: impl BufRead) -> io::Result<Self> {
        let mut summary = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            if log.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(summary);
            }
            let whole = line.ends_with(b"\n");
            if !whole && line.len() as u64 == MAX_LINE {
                log.skip_until(b'\n')?;
                summary.unreadable_lines += 1;
            } else if !line.trim_ascii().is_empty() {
                match Entry::read(&line) {
                    Some(entry) => summary.add(entry),
                    None => summary.unreadable_lines += 1,
                }
            }
        }
    }

    fn add(&mut self, entry: Entry) {
        let (refused, id) = (entry.refused(), entry.response_id.as_deref().map(hash));
        let key = (entry.day, entry.model);
        if entry.calls_model {
            let row = self.rows.entry(key.clone()).or_default();
            row.requests += 1;
            row.errors += u64::from(refused || entry.broken);
        }
        match entry.tokens {
            Some(tokens) => self.count(key, tokens, id),
            None if entry.calls_model && !refused => {
                self.rows.entry(key.clone()).or_default().unknown += 1;
                if let Some(id) = id {
                    self.responses.entry(id).or_insert(Seen::Unknown(key));
                }
            }
            None => {}
        }
    }

    /// Adds the tokens of a response once, to the call that made it if that is in the log.
    fn count(&mut self, key: Key, tokens: Tokens, id: Option<u64>) {
        let seen = id.and_then(|id| self.responses.insert(id, Seen::Counted));
        let (key, was_unknown) = match seen {
            Some(Seen::Counted) => return,
            Some(Seen::Unknown(key)) => (key, true),
            None => (key, false),
        };
        let row = self.rows.entry(key).or_default();
        row.unknown = row.unknown.saturating_sub(u64::from(was_unknown));
        row.add(&Totals {
            input_tokens: tokens.input,
            cached_tokens: tokens.cached,
            output_tokens: tokens.output,
            reasoning_tokens: tokens.reasoning,
            ..Totals::default()
        });
    }

    /// Each day's models with their counts.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = (&str, Option<&str>, &Totals)> {
        self.rows
            .iter()
            .map(|((day, model), totals)| (day.as_str(), model.as_deref(), totals))
    }

    /// All of them together.
    pub(crate) fn total(&self) -> Totals {
        let mut total = Totals::default();
        self.rows.values().for_each(|row| total.add(row));
        total
    }
}

impl Totals {
    fn add(&mut self, other: &Self) {
        for (sum, count) in [
            (&mut self.requests, other.requests),
            (&mut self.errors, other.errors),
            (&mut self.input_tokens, other.input_tokens),
            (&mut self.cached_tokens, other.cached_tokens),
            (&mut self.output_tokens, other.output_tokens),
            (&mut self.reasoning_tokens, other.reasoning_tokens),
            (&mut self.unknown, other.unknown),
        ] {
            *sum = sum.saturating_add(count);
        }
    }
}

/// Ids are kept as hashes: a log may have millions.
fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(lines: &[&str]) -> Summary {
        Summary::read(lines.join("\n").as_bytes()).unwrap()
    }

    fn row(summary: &Summary, day: &str, model: Option<&str>) -> (u64, u64, u64, u64, u64) {
        let (_, _, row) = summary
            .rows()
            .find(|(d, m, _)| (*d, *m) == (day, model))
            .unwrap();
        (
            row.requests,
            row.errors,
            row.input_tokens,
            row.output_tokens,
            row.unknown,
        )
    }

    #[test]
    fn days_and_models_are_summed_up() {
        let long = format!(r#"{{"time":"2026-11-29","x":"{}"}}"#, "x".repeat(70_000));
        let summary = summary(&[
            r#"{"time":"2026-11-28T23:59:59.999Z","operation":"chat","model":"a","status":200,"outcome":"complete","input_tokens":3,"output_tokens":4}"#,
            r#"{"time":"2026-11-29T00:00:00.000Z","operation":"chat","model":"a","status":200,"outcome":"complete","input_tokens":5}"#,
            &long,
            r#"{"time":"2026-11-29T00:00:01.000Z","operation":"chat","model":"a","status":429,"outcome":"complete"}"#,
            r#"{"time":"2026-11-29T00:00:02.000Z","operation":"chat","model":"b","status":200,"outcome":"broken"}"#,
            "",
            r#"{"time":"2026-11-29T00:00:03.000Z","operation":"chat","outcome":"canceled"}"#,
            r#"{"time":"2026-11-29T00:00:03.000Z","operation":"chat","model":"a","input_tok"#,
        ]);
        assert_eq!(row(&summary, "2026-11-28", Some("a")), (1, 0, 3, 4, 0));
        assert_eq!(row(&summary, "2026-11-29", Some("a")), (2, 1, 5, 0, 0));
        assert_eq!(row(&summary, "2026-11-29", Some("b")), (1, 1, 0, 0, 1));
        assert_eq!(row(&summary, "2026-11-29", None), (1, 0, 0, 0, 1));
        assert_eq!(summary.unreadable_lines, 2);
        let total = summary.total();
        assert_eq!(
            (total.requests, total.input_tokens, total.unknown),
            (5, 8, 2)
        );
    }

    #[test]
    fn a_response_that_is_retrieved_again_is_counted_once() {
        let made = r#"{"time":"2026-11-28T10:00:00Z","operation":"chat","model":"alias","status":200,"outcome":"complete","response_id":"r"}"#;
        let retrieved = r#"{"time":"2026-11-29T10:00:00Z","operation":"retrieve_response","model":"m","status":200,"outcome":"complete","response_id":"r","input_tokens":3,"output_tokens":4}"#;
        let background = summary(&[made, retrieved, retrieved]);
        assert_eq!(
            row(&background, "2026-11-28", Some("alias")),
            (1, 0, 3, 4, 0)
        );
        assert_eq!(background.rows().len(), 1);
        let whole = made.replace("\"r\"", "\"r\",\"input_tokens\":3,\"output_tokens\":4");
        let stored = summary(&[&whole, retrieved]);
        assert_eq!(row(&stored, "2026-11-28", Some("alias")), (1, 0, 3, 4, 0));
        assert_eq!(stored.rows().len(), 1);
        let elsewhere = summary(&[retrieved, retrieved]);
        assert_eq!(row(&elsewhere, "2026-11-29", Some("m")), (0, 0, 3, 4, 0));
    }

    #[test]
    fn sums_stay_at_their_bound() {
        let line = r#"{"time":"2026-11-29","input_tokens":18446744073709551615}"#;
        assert_eq!(summary(&[line, line]).total().input_tokens, u64::MAX);
    }
}
