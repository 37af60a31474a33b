//! What the doctor found, for people and for scripts.

use std::borrow::Cow;

use serde::Serialize;

use super::gateway_probe::Probe;
use super::probe::Exchange;
use crate::output::{BAD, BOLD, DIM, GOOD, WARN, wrap};
use crate::secrets::hide;
use crate::terminal::visible;

/// The steps, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Name {
    Configuration,
    Credential,
    Region,
    Network,
    Clock,
    Project,
    Model,
}

const ORDER: [Name; 7] = [
    Name::Configuration,
    Name::Credential,
    Name::Region,
    Name::Network,
    Name::Clock,
    Name::Project,
    Name::Model,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ok,
    /// It works, but deserves a look.
    Note,
    Failed,
    /// Something before it has to be put right first.
    Skipped,
}

/// One step and what was found at it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Step {
    pub(super) step: Name,
    pub(super) status: Status,
    pub(super) found: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<Detail>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
}

/// A thing by name, and where it came from.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Detail {
    pub(super) name: &'static str,
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
}

/// What is wrong, where, and what to do about it.
#[derive(Clone, Debug)]
pub(super) struct Diagnosis {
    pub(super) step: Name,
    pub(super) cause: String,
    pub(super) change: String,
    pub(super) exit: u8,
}

/// All that was found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) ok: bool,
    pub(super) steps: Vec<Step>,
    /// The requests that were sent, without secrets.
    pub(super) requests: Vec<Exchange>,
    /// What was found of things that are not documented, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probe: Option<Probe>,
    /// The one thing to change; none if all is well.
    pub(super) change: Option<String>,
    #[serde(skip)]
    pub(super) exit: u8,
}

impl Step {
    pub(super) fn ok(step: Name, found: impl Into<String>) -> Self {
        Self {
            step,
            status: Status::Ok,
            found: found.into(),
            details: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a detail.
    pub(super) fn with(
        mut self,
        name: &'static str,
        value: impl Into<String>,
        source: Option<String>,
    ) -> Self {
        self.details.push(Detail {
            name,
            value: value.into(),
            source,
        });
        self
    }

    /// Adds something that deserves a look.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.status = Status::Note;
        self.notes.push(text.into());
    }
}

impl Report {
    pub(super) fn new() -> Self {
        Self {
            ok: true,
            steps: Vec::new(),
            requests: Vec::new(),
            probe: None,
            change: None,
            exit: 0,
        }
    }

    pub(super) fn add(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Marks a step as the one that fails. The first to be blamed is the one to change.
    pub(super) fn blame(&mut self, blame: Diagnosis) {
        match self.steps.iter_mut().find(|step| step.step == blame.step) {
            Some(step) => {
                step.status = Status::Failed;
                step.found = blame.cause;
            }
            None => self.steps.push(Step {
                status: Status::Failed,
                ..Step::ok(blame.step, blame.cause)
            }),
        }
        self.ok = false;
        if self.change.is_none() {
            self.change = Some(blame.change);
            self.exit = blame.exit;
        }
    }

    /// Adds what a probe found. A conversation that it left behind is for the person to delete.
    pub(super) fn probed(&mut self, probe: Probe) {
        if let Some(change) = probe.change() {
            self.ok = false;
            self.exit = 1;
            self.change = Some(change);
        }
        self.probe = Some(probe);
    }

    pub(super) fn is_blamed(&self, name: Name) -> bool {
        self.steps
            .iter()
            .any(|step| step.step == name && step.status == Status::Failed)
    }

    /// Takes back what only looked well: the service was not asked about it.
    pub(super) fn doubt(&mut self, name: Name) {
        let step = self.steps.iter_mut().find(|step| step.step == name);
        if let Some(step) = step.filter(|step| step.status == Status::Ok) {
            step.status = Status::Skipped;
            step.found.push_str(", not tried yet");
        }
    }

    /// Fills in the steps that were not reached, and puts all in order.
    pub(super) fn finish(mut self) -> Self {
        for name in ORDER {
            if !self.steps.iter().any(|step| step.step == name) {
                self.steps.push(Step {
                    status: Status::Skipped,
                    ..Step::ok(name, "not tried: what failed has to be put right first")
                });
            }
        }
        let place = |name| ORDER.iter().position(|known| *known == name);
        self.steps.sort_by_key(|step| place(step.step));
        self.hide_secrets();
        self
    }

    /// Takes credentials out of the whole report: the service may have repeated one, and a setting
    /// may have one where nobody looks for it.
    fn hide_secrets(&mut self) {
        let mut texts: Vec<&mut String> = self.change.iter_mut().collect();
        for step in &mut self.steps {
            texts.push(&mut step.found);
            texts.extend(&mut step.notes);
            texts.extend(step.details.iter_mut().flat_map(|detail| {
                std::iter::once(&mut detail.value).chain(detail.source.as_mut())
            }));
        }
        for text in texts {
            if let Cow::Owned(hidden) = hide(text) {
                *text = hidden;
            }
        }
        self.requests.iter_mut().for_each(Exchange::hide_secrets);
    }

    /// The report for people, in lines of at most `columns` characters where that is possible.
    pub(super) fn text(&self, columns: Option<usize>) -> String {
        let columns = columns.unwrap_or(usize::MAX);
        let mut lines = Vec::new();
        for step in &self.steps {
            step.write(columns, &mut lines);
        }
        for exchange in &self.requests {
            lines.push(String::new());
            exchange.write(&mut lines);
        }
        if let Some(probe) = &self.probe {
            lines.push(String::new());
            probe.write(columns, &mut lines);
        }
        lines.push(String::new());
        lines.push(match &self.change {
            Some(change) => {
                let text = wrap(&visible(&format!("Change this: {change}")), columns, "");
                let rest = text.strip_prefix("Change this:").unwrap_or(&text);
                format!("{BOLD}Change this:{BOLD:#}{rest}")
            }
            None => format!("{GOOD}All is well.{GOOD:#}"),
        });
        lines.join("\n")
    }
}

impl Step {
    fn write(&self, columns: usize, lines: &mut Vec<String>) {
        let (style, mark) = match self.status {
            Status::Ok => (GOOD, "ok"),
            Status::Note => (WARN, "note"),
            Status::Failed => (BAD, "FAIL"),
            Status::Skipped => (DIM, "-"),
        };
        let name = format!("{:?}", self.step).to_lowercase();
        let head = format!("{mark:<4}  {name:<13}  ");
        let indent = " ".repeat(head.len());
        let found = wrap(&visible(&format!("{head}{}", self.found)), columns, &indent);
        let found = found.strip_prefix(mark).unwrap_or(&found);
        lines.push(format!("{style}{mark}{style:#}{found}"));
        let widest = |of: fn(&Detail) -> usize| self.details.iter().map(of).max().unwrap_or(0);
        let name_width = widest(|detail| detail.name.len());
        let value_width = widest(|detail| match detail.source {
            Some(_) => detail.value.chars().count(),
            None => 0,
        })
        .min(40);
        for Detail {
            name,
            value,
            source,
        } in &self.details
        {
            let line = format!("      {name:<name_width$}  ");
            let value = visible(value);
            let source = visible(source.as_deref().unwrap_or_default());
            let one = format!("{line}{value:<value_width$}  {source}");
            if one.trim_end().chars().count() <= columns {
                let one = format!("{line}{value:<value_width$}  {DIM}{source}{DIM:#}");
                lines.push(if source.is_empty() {
                    format!("{line}{value}")
                } else {
                    one
                });
            } else {
                lines.push(format!("{line}{value}"));
                if !source.is_empty() {
                    lines.push(format!("{:1$}{DIM}{source}{DIM:#}", "", line.len()));
                }
            }
        }
        for note in &self.notes {
            lines.push(wrap(&visible(&format!("      {note}")), columns, "      "));
        }
    }
}
