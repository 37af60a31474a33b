//! Line editor support: command completion and detection of continued lines.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Result};

use super::command;
use super::editor::goes_on;

#[derive(Debug)]
pub(super) struct Helper;

impl rustyline::Helper for Helper {}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let typed = line.get(..pos).unwrap_or_default();
        let mut found = Vec::new();
        if typed.starts_with('/') && !typed.contains(' ') {
            found.extend(
                command::names()
                    .filter(|name| name.starts_with(typed))
                    .map(|name| Pair {
                        display: name.to_owned(),
                        replacement: format!("{name} "),
                    }),
            );
        }
        Ok((0, found))
    }
}

impl Validator for Helper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        Ok(match goes_on(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Hinter for Helper {
    type Hint = String;
}

impl Highlighter for Helper {}
