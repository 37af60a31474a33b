//! An answer on its way to the person: a quiet sign of life first, then its text as it comes.

use oci_genai_session::{Turn, TurnEvent};
use serde_json::Value;

use crate::error::Error;
use crate::output;
use crate::render::Renderer;
use crate::terminal::{Spinner, faint, visible};

/// Tells one answer.
#[derive(Debug)]
pub(super) struct Telling {
    renderer: Renderer,
    /// Until the first text.
    spinner: Option<Spinner>,
    /// What has been told of the answer.
    told: String,
    /// What has been shown of a refusal.
    refused: String,
    /// Whether what comes next may be another attempt at the same answer.
    anew: bool,
}

impl Telling {
    /// Begins to wait for an answer.
    pub(super) fn begin() -> Self {
        Self::with(Renderer::for_standard_output())
    }

    /// The same for an answer that is no Markdown.
    pub(super) fn verbatim() -> Self {
        Self::with(Renderer::verbatim())
    }

    fn with(renderer: Renderer) -> Self {
        Self {
            renderer,
            spinner: Some(Spinner::start("Thinking")),
            told: String::new(),
            refused: String::new(),
            anew: false,
        }
    }

    /// Tells a piece of the answer.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        if self.anew && !text.is_empty() {
            self.begin_again()?;
        }
        self.told.push_str(text);
        self.show(text)
    }

    /// Tells what is left of an answer that is whole now: all of it when it did not come in pieces.
    pub(super) fn whole(&mut self, text: &str) -> Result<(), Error> {
        self.anew = false;
        if !text.starts_with(&self.told) {
            self.begin_again()?;
        }
        let rest = text.get(self.told.len()..).unwrap_or_default();
        self.told.push_str(rest);
        self.show(rest)
    }

    /// Shows a piece of the words of a model that refuses.
    pub(super) fn refusal_part(&mut self, text: &str) -> Result<(), Error> {
        self.refused.push_str(text);
        self.show(text)
    }

    /// Shows what is left of a refusal that is whole now.
    pub(super) fn refusal(&mut self, text: &str) -> Result<(), Error> {
        match text.strip_prefix(&self.refused) {
            Some(rest) => self.refusal_part(rest),
            None => Ok(()),
        }
    }

    /// A failure, with a word on the part of the answer that came before it.
    pub(super) fn error(&self, error: Error) -> Error {
        let has_told = !(self.told.is_empty() && self.refused.is_empty());
        match error {
            Error::Client(_) | Error::Session(_) if has_told => Error::Partial(Box::new(error)),
            other => other,
        }
    }

    fn show(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        self.spinner = None;
        let shown = self.renderer.push(text);
        output::answer(&shown)
    }

    fn begin_again(&mut self) -> Result<(), Error> {
        self.anew = false;
        if std::mem::take(&mut self.told).is_empty() {
            return Ok(());
        }
        self.aside("[the connection broke; the answer begins again]")
    }

    /// Tells a step of a session's turn.
    pub(super) fn step(&mut self, step: &TurnEvent) -> Result<(), Error> {
        match step {
            TurnEvent::Delta(text) => self.text(text),
            TurnEvent::Service(event) if event["type"] == "response.refusal.delta" => {
                self.refusal_part(event["delta"].as_str().unwrap_or_default())
            }
            TurnEvent::ToolStarted { name, .. } => {
                // What was said before a call is not the answer.
                self.told.clear();
                self.aside(&format!("[calling {}]", visible(name)))
            }
            TurnEvent::ToolFinished { .. } => {
                self.spinner = Some(Spinner::start("Thinking"));
                Ok(())
            }
            TurnEvent::Recovered(_) => {
                self.anew = true;
                Ok(())
            }
            TurnEvent::Committed(turn) => self.committed(turn),
            _ => Ok(()),
        }
    }

    fn committed(&mut self, turn: &Turn) -> Result<(), Error> {
        let text = turn.output_text();
        if !text.is_empty() {
            self.whole(&text)?;
        } else {
            self.refusal(&refusal(turn.output()))?;
        }
        match turn.incomplete() {
            Some(why) => self.stopped_early(why),
            None => Ok(()),
        }
    }

    /// Says that the service ended the answer before the model did.
    pub(super) fn stopped_early(&mut self, why: &str) -> Result<(), Error> {
        self.aside(&format!("[the answer stopped early: {}]", visible(why)))
    }

    /// Says something beside the answer.
    pub(super) fn aside(&mut self, text: &str) -> Result<(), Error> {
        self.end()?;
        output::note(&faint(text));
        Ok(())
    }

    /// Ends the answer's last line.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.spinner = None;
        let rest = self.renderer.finish();
        output::answer(&rest)
    }
}

/// The words of a model that refused.
fn refusal(items: &[Value]) -> String {
    let parts = items
        .iter()
        .filter_map(|item| item["content"].as_array())
        .flatten();
    parts
        .filter_map(|part| part["refusal"].as_str())
        .collect::<Vec<_>>()
        .join("\n")
}
