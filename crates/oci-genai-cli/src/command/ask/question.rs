//! The prompt: text, attachments and output schema.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use serde_json::{Value, json};

use super::{attachments, schema};
use crate::args;
use crate::command::answer_printer::AnswerPrinter;
use crate::error::Error;
use crate::output;

/// Maximum size of a prompt from standard input, in bytes. No model accepts more.
const MAX_QUESTION: u64 = 16 * 1024 * 1024;

/// A prompt that is ready to be sent.
#[derive(Debug)]
pub(super) struct Question {
    /// The user message, as an item.
    pub(super) message: Value,
    pub(super) instructions: Option<String>,
    /// The `text` member of the request, if there is an output schema.
    pub(super) format: Option<Value>,
    /// Prints the whole response as JSON.
    pub(super) json: bool,
    pub(super) streaming: bool,
}

impl Question {
    /// Reads everything named on the command line, so that nothing is sent if a part is missing.
    pub(super) fn read(ask: &args::Ask) -> Result<Self, Error> {
        let format = ask.schema.as_deref().map(schema::read).transpose()?;
        let attached = attachments::read(&ask.files, &ask.images)?;
        let mut content = vec![json!({ "type": "input_text", "text": text(ask.text.as_deref())? })];
        content.extend(attached);
        Ok(Self {
            message: json!({ "type": "message", "role": "user", "content": content }),
            instructions: ask.instructions.clone(),
            format: format.map(|format| json!({ "format": format })),
            json: ask.json,
            streaming: !ask.no_stream && !ask.json,
        })
    }

    /// Returns the printer. Output for a schema is not Markdown.
    pub(super) fn printer(&self) -> AnswerPrinter {
        match self.format {
            Some(_) => AnswerPrinter::verbatim(),
            None => AnswerPrinter::begin(),
        }
    }
}

fn text(argument: Option<&str>) -> Result<String, Error> {
    let text = match argument {
        Some(text) if text != "-" => text.to_owned(),
        _ => read_standard_input()?,
    };
    if text.trim().is_empty() {
        return Err(Error::usage(
            "the prompt is empty; pass it as an argument or on standard input",
        ));
    }
    Ok(text)
}

fn read_standard_input() -> Result<String, Error> {
    let input = std::io::stdin();
    if input.is_terminal() {
        output::note("Type the prompt, then Ctrl-D:");
    }
    let name = Path::new("standard input");
    let mut text = String::new();
    let read = input
        .lock()
        .take(MAX_QUESTION + 1)
        .read_to_string(&mut text)
        .map_err(|error| Error::io("read", name, error))?;
    if read as u64 > MAX_QUESTION {
        return Err(Error::usage(
            "the prompt on standard input is longer than 16 MiB",
        ));
    }
    Ok(text)
}
