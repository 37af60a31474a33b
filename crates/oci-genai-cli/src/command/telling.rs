//! An answer on its way to the person: a quiet sign of life first, then its text as it comes.

use oci_genai_session::{Turn, TurnEvent};
use serde_json::Value;

use crate::error::Error;
use crate::output;
use crate::render::Renderer;
use crate::terminal::{Spinner, faint};

/// Tells one answer.
#[derive(Debug)]
pub(super) struct Telling {
    renderer: Renderer,
    /// Until the first text.
    spinner: Option<Spinner>,
    /// Whether text of the answer has been shown.
    told: bool,
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
            told: false,
        }
    }

    /// Shows a piece of the text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        self.spinner = None;
        self.told = true;
        let shown = self.renderer.push(text);
        output::answer(&shown)
    }

    /// Shows a step of a session's turn.
    pub(super) fn step(&mut self, step: &TurnEvent) -> Result<(), Error> {
        match step {
            TurnEvent::Delta(text) => self.text(text),
            TurnEvent::Service(event) if event["type"] == "response.refusal.delta" => {
                self.text(event["delta"].as_str().unwrap_or_default())
            }
            TurnEvent::ToolStarted { name, .. } => self.aside(&format!("[calling {name}]")),
            TurnEvent::ToolFinished { .. } => {
                self.spinner = Some(Spinner::start("Thinking"));
                self.told = false;
                Ok(())
            }
            TurnEvent::Recovered(_) if self.told => {
                // What was shown so far is not what the session has: the answer is told anew.
                self.told = false;
                self.aside("[the connection broke; the answer begins again]")
            }
            TurnEvent::Committed(turn) => self.committed(turn),
            _ => Ok(()),
        }
    }

    /// An answer that was not streamed comes whole.
    fn committed(&mut self, turn: &Turn) -> Result<(), Error> {
        if !self.told {
            let text = turn.output_text();
            if text.is_empty() {
                self.text(&refusal(turn.output()))?;
            } else {
                self.text(&text)?;
            }
        }
        if let Some(why) = turn.incomplete() {
            self.stopped_early(why)?;
        }
        Ok(())
    }

    /// Says that the service ended the answer before the model did.
    pub(super) fn stopped_early(&mut self, why: &str) -> Result<(), Error> {
        self.aside(&format!("[the answer stopped early: {why}]"))
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
