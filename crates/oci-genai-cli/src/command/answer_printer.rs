//! Prints a response to the terminal: a progress indicator first, then its text as it streams.

use oci_genai_session::{Turn, TurnEvent};
use serde_json::Value;

use crate::error::Error;
use crate::output;
use crate::render::Renderer;
use crate::terminal::{Spinner, faint, visible};

/// Prints one response.
#[derive(Debug)]
pub(super) struct AnswerPrinter {
    renderer: Renderer,
    /// Shown until the first text.
    spinner: Option<Spinner>,
    /// The printed text.
    printed: String,
    /// The printed part of a refusal.
    refused: String,
    /// Whether the next text may belong to another attempt at the same response.
    restarted: bool,
}

impl AnswerPrinter {
    /// Starts to wait for a response.
    pub(super) fn begin() -> Self {
        Self::with(Renderer::for_standard_output())
    }

    /// Starts to wait for a response that is not Markdown.
    pub(super) fn verbatim() -> Self {
        Self::with(Renderer::verbatim())
    }

    fn with(renderer: Renderer) -> Self {
        Self {
            renderer,
            spinner: Some(Spinner::start("Thinking")),
            printed: String::new(),
            refused: String::new(),
            restarted: false,
        }
    }

    /// Prints a part of the output text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        if self.restarted && !text.is_empty() {
            self.begin_again()?;
        }
        self.printed.push_str(text);
        self.show(text)
    }

    /// Prints the rest of a complete output text: all of it if it did not stream.
    pub(super) fn whole(&mut self, text: &str) -> Result<(), Error> {
        self.restarted = false;
        if !text.starts_with(&self.printed) {
            self.begin_again()?;
        }
        let rest = text.get(self.printed.len()..).unwrap_or_default();
        self.printed.push_str(rest);
        self.show(rest)
    }

    /// Prints a part of a refusal.
    pub(super) fn refusal_part(&mut self, text: &str) -> Result<(), Error> {
        self.refused.push_str(text);
        self.show(text)
    }

    /// Prints the rest of a complete refusal.
    pub(super) fn refusal(&mut self, text: &str) -> Result<(), Error> {
        match text.strip_prefix(&self.refused) {
            Some(rest) => self.refusal_part(rest),
            None => Ok(()),
        }
    }

    /// Returns the error, with a note about output that was printed before it.
    pub(super) fn error(&self, error: Error) -> Error {
        let has_printed = !(self.printed.is_empty() && self.refused.is_empty());
        match error {
            Error::Client(_) | Error::Session(_) if has_printed => Error::Partial(Box::new(error)),
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
        self.restarted = false;
        if std::mem::take(&mut self.printed).is_empty() {
            return Ok(());
        }
        self.aside("[the connection broke; the output starts again]")
    }

    /// Prints an event of a session's turn.
    pub(super) fn step(&mut self, step: &TurnEvent) -> Result<(), Error> {
        match step {
            TurnEvent::Delta(text) => self.text(text),
            TurnEvent::Service(event) if event["type"] == "response.refusal.delta" => {
                self.refusal_part(event["delta"].as_str().unwrap_or_default())
            }
            TurnEvent::ToolStarted { name, .. } => {
                // Text before a tool call is not the final output.
                self.printed.clear();
                self.aside(&format!("[calling {}]", visible(name)))
            }
            TurnEvent::ToolFinished { .. } => {
                self.spinner = Some(Spinner::start("Thinking"));
                Ok(())
            }
            TurnEvent::Recovered(_) => {
                self.restarted = true;
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

    /// Notes that the service ended the output early.
    pub(super) fn stopped_early(&mut self, why: &str) -> Result<(), Error> {
        self.aside(&format!("[the output stopped early: {}]", visible(why)))
    }

    /// Prints a note beside the output.
    pub(super) fn aside(&mut self, text: &str) -> Result<(), Error> {
        self.end()?;
        output::note(&faint(text));
        Ok(())
    }

    /// Ends the last line of the output.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.spinner = None;
        let rest = self.renderer.finish();
        output::answer(&rest)
    }
}

/// Returns the text of a refusal.
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
