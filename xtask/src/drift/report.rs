//! Differences as text for people and as JSON for programs.

use std::fmt::Write as _;

use super::difference::{Difference, Effect, Kind};

/// The list, under the operations where the differences are found first.
pub(super) fn text(differences: &[Difference], excluded: usize) -> String {
    let mut groups: Vec<(&str, Vec<&Difference>)> = Vec::new();
    for difference in differences {
        let heading = difference.operation();
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, group)) => group.push(difference),
            None => groups.push((heading, vec![difference])),
        }
    }
    let mut out = String::new();
    for (heading, group) in &groups {
        let _ = writeln!(out, "{heading}");
        let rows: Vec<[String; 4]> = group
            .iter()
            .map(|difference| {
                let at = difference
                    .at
                    .strip_prefix(heading)
                    .unwrap_or_default()
                    .trim();
                let rest = difference.operations.len().saturating_sub(1);
                [
                    difference.location.clone(),
                    difference.kind.to_string(),
                    difference.words(),
                    match (difference.kind, difference.effect) {
                        (Kind::Exclusion, _) => String::new(),
                        (_, Effect::None) => format!("no effect  {}", found(at, rest)),
                        (_, effect) => format!("{effect:<9}  {}", found(at, rest)),
                    },
                ]
            })
            .collect();
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or_default()
        };
        let (location, kind, words) = (width(0), width(1), width(2));
        for row in &rows {
            let line = format!(
                "  {:location$}  {:kind$}  {:words$}  {}",
                row[0], row[1], row[2], row[3]
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out.push('\n');
    }
    out.push_str(&count(differences, excluded));
    out
}

fn found(at: &str, more: usize) -> String {
    match (at, more) {
        ("", _) => String::new(),
        (at, 0) => at.to_owned(),
        (at, 1) => format!("{at}, and in 1 more operation"),
        (at, more) => format!("{at}, and in {more} more operations"),
    }
}

fn count(differences: &[Difference], excluded: usize) -> String {
    let number = |effect: Effect| {
        let with = differences
            .iter()
            .filter(|difference| difference.effect == effect && difference.kind != Kind::Exclusion);
        with.count()
    };
    let (mut out, them) = match differences.len() {
        0 => ("No differences".to_owned(), ""),
        1 => ("1 difference".to_owned(), "it"),
        count => (format!("{count} differences"), "them"),
    };
    if !differences.is_empty() {
        let _ = write!(
            out,
            " (adopting {them}: {} would break the Rust interface, {} extend it)",
            number(Effect::Breaks),
            number(Effect::Extends)
        );
    }
    let verb = if excluded == 1 { "is" } else { "are" };
    let _ = write!(out, "; {excluded} more {verb} excluded.");
    out
}

/// A list of objects.
pub(super) fn json(differences: &[Difference]) -> Result<String, String> {
    serde_json::to_string_pretty(differences).map_err(|error| error.to_string())
}
