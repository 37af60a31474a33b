//! `ask`: one question, answered as it streams.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use futures_util::StreamExt as _;
use oci_genai::{Client, StreamEventExt as _};
use oci_genai_session::{Session, Sessions, TurnEvent};

use crate::args;
use crate::error::Error;
use crate::output;

/// The longest question read from standard input, in bytes: what no model takes anyway.
const MAX_QUESTION: u64 = 16 * 1024 * 1024;

pub(crate) async fn run(ask: args::Ask) -> Result<(), Error> {
    let question = question(ask.text)?;
    let client = ask.connection.client()?;
    match ask.session {
        Some(name) => {
            let store = ask.store.open().await?;
            let session = Sessions::new(client, store)
                .open_or_create(name.as_str())
                .await?;
            in_session(&session, question, ask.turn_id).await?;
        }
        None => once(&client, &question).await?,
    }
    output::line("");
    Ok(())
}

async fn once(client: &Client, question: &str) -> Result<(), Error> {
    let mut stream = client.responses().create(question).stream().await?;
    while let Some(event) = stream.next().await {
        if let Some(delta) = event?.text_delta() {
            print(delta)?;
        }
    }
    Ok(())
}

async fn in_session(
    session: &Session,
    question: String,
    turn_id: Option<String>,
) -> Result<(), Error> {
    let mut turn = session.turn(question);
    if let Some(id) = turn_id {
        turn = turn.turn_id(id);
    }
    let mut steps = turn.stream();
    let mut streamed = false;
    while let Some(event) = steps.next().await {
        match event? {
            TurnEvent::Delta(text) => {
                streamed = true;
                print(&text)?;
            }
            // A turn that was answered before comes back whole.
            TurnEvent::Committed(turn) if !streamed => print(&turn.output_text())?,
            _ => {}
        }
    }
    Ok(())
}

fn print(text: &str) -> Result<(), Error> {
    output::part(text).map_err(|error| Error::io("write to", Path::new("standard output"), error))
}

fn question(argument: Option<String>) -> Result<String, Error> {
    let text = match argument {
        Some(text) if text != "-" => text,
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
