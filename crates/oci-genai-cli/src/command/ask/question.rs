//! What is asked: the text, what goes with it, and the form of the answer.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use serde_json::{Value, json};

use super::{attachments, schema};
use crate::args;
use crate::command::telling::Telling;
use crate::error::Error;
use crate::output;

/// The longest question read from standard input, in bytes: what no model takes anyway.
const MAX_QUESTION: u64 = 16 * 1024 * 1024;

/// A question, ready to be sent.
#[derive(Debug)]
pub(super) struct Question {
    /// The user's message, as an item.
    pub(super) message: Value,
    pub(super) instructions: Option<String>,
    /// The `text` member of the request, when the answer has to follow a schema.
    pub(super) format: Option<Value>,
    /// Whether the whole response is printed.
    pub(super) json: bool,
    pub(super) streaming: bool,
}

impl Question {
    /// Reads all that was named on the command line, so that nothing is sent when a part is missing.
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

    /// What tells the answer: a schema's is no Markdown.
    pub(super) fn telling(&self) -> Telling {
        match self.format {
            Some(_) => Telling::verbatim(),
            None => Telling::begin(),
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
            "the question is empty: pass it as an argument or on standard input",
        ));
    }
    Ok(text)
}

fn read_standard_input() -> Result<String, Error> {
    let input = std::io::stdin();
    if input.is_terminal() {
        output::note("Type the question, then Ctrl-D:");
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
            "the question on standard input is longer than 16 MiB",
        ));
    }
    Ok(text)
}
