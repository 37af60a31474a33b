//! Sends a prompt without a session.

use futures_util::StreamExt as _;
use oci_genai::types::{self, StreamEvent};
use oci_genai::{Client, CreateResponse, ResponseExt as _};
use serde_json::{Map, Value, json};

use super::check_json;
use super::question::Question;
use crate::command::answer_printer::AnswerPrinter;
use crate::error::Error;
use crate::output;
use crate::terminal::interrupted;

pub(super) async fn run(client: &Client, question: &Question) -> Result<(), Error> {
    let interrupted = interrupted();
    let mut printer = question.printer();
    let outcome = tokio::select! {
        done = answered(client, question, &mut printer) => done,
        () = interrupted => Err(Error::Interrupted(String::new())),
    };
    printer.end()?;
    outcome.map_err(|error| printer.error(error))
}

async fn answered(
    client: &Client,
    question: &Question,
    printer: &mut AnswerPrinter,
) -> Result<(), Error> {
    let create = request(client, question)?;
    if question.json {
        return whole(create, printer).await;
    }
    let response = if question.streaming {
        streamed(create, printer).await?
    } else {
        let response = create.send().await?;
        printer.refusal(&response.refusal().unwrap_or_default())?;
        Some(response)
    };
    let Some(response) = response else {
        return Err(Error::Answer(
            "the output ended before it was complete".to_owned(),
        ));
    };
    let text = response.output_text();
    printer.whole(&text)?;
    if let Some(why) = stopped_early(&response) {
        printer.stopped_early(&why)?;
    } else if question.format.is_some() {
        printer.end()?;
        check_json(&text)?;
    }
    Ok(())
}

fn request(client: &Client, question: &Question) -> Result<CreateResponse, Error> {
    let mut body = Map::new();
    body.insert("input".to_owned(), json!([question.message]));
    if let Some(text) = &question.instructions {
        body.insert("instructions".to_owned(), json!(text));
    }
    if let Some(format) = &question.format {
        body.insert("text".to_owned(), format.clone());
    }
    let body = serde_json::from_value(Value::Object(body))
        .map_err(|error| Error::usage(format!("cannot build the request: {error}")))?;
    Ok(client.responses().create_with(body))
}

/// Prints the response unchanged.
async fn whole(create: CreateResponse, printer: &mut AnswerPrinter) -> Result<(), Error> {
    let raw = create.send_raw().await?;
    printer.end()?;
    output::line(&String::from_utf8_lossy(raw.body()));
    raw.response()?;
    Ok(())
}

async fn streamed(
    create: CreateResponse,
    printer: &mut AnswerPrinter,
) -> Result<Option<types::Response>, Error> {
    let mut stream = create.stream().await?;
    let mut response = None;
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::OutputTextDelta(piece) => printer.text(&piece.delta)?,
            StreamEvent::RefusalDelta(piece) => printer.refusal_part(&piece.delta)?,
            StreamEvent::Completed(done) => response = Some(done.response),
            StreamEvent::Incomplete(done) => response = Some(done.response),
            _ => {}
        }
    }
    // A server may end a stream without a terminal event.
    let response = response.or_else(|| stream.response());
    if let Some(refusal) = response.as_ref().and_then(|response| response.refusal()) {
        printer.refusal(&refusal)?;
    }
    Ok(response)
}

fn stopped_early(response: &types::Response) -> Option<String> {
    if !response.is_incomplete() {
        return None;
    }
    let details = response.incomplete_details.as_ref();
    let reason = details.and_then(|details| details.reason.as_ref());
    Some(reason.map_or_else(|| "no reason given".to_owned(), ToString::to_string))
}
