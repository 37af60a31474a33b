//! A question on its own.

use futures_util::StreamExt as _;
use oci_genai::types::{self, StreamEvent};
use oci_genai::{Client, CreateResponse, ResponseExt as _};
use serde_json::{Map, Value, json};

use super::check_json;
use super::question::Question;
use crate::command::telling::Telling;
use crate::error::Error;
use crate::output;
use crate::terminal::interrupted;

pub(super) async fn run(client: &Client, question: &Question) -> Result<(), Error> {
    let interrupted = interrupted();
    let mut telling = question.telling();
    let outcome = tokio::select! {
        done = answered(client, question, &mut telling) => done,
        () = interrupted => Err(Error::Interrupted(String::new())),
    };
    telling.end()?;
    outcome.map_err(|error| telling.error(error))
}

async fn answered(
    client: &Client,
    question: &Question,
    telling: &mut Telling,
) -> Result<(), Error> {
    let create = request(client, question)?;
    if question.json {
        return whole(create, telling).await;
    }
    let response = if question.streaming {
        streamed(create, telling).await?
    } else {
        let response = create.send().await?;
        telling.refusal(&response.refusal().unwrap_or_default())?;
        Some(response)
    };
    let Some(response) = response else {
        return Err(Error::Answer(
            "the answer ended before it was whole".to_owned(),
        ));
    };
    let text = response.output_text();
    telling.whole(&text)?;
    if let Some(why) = stopped_early(&response) {
        telling.stopped_early(&why)?;
    } else if question.format.is_some() {
        telling.end()?;
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
        .map_err(|error| Error::usage(format!("the request cannot be made: {error}")))?;
    Ok(client.responses().create_from(body))
}

/// Prints the response byte for byte.
async fn whole(create: CreateResponse, telling: &mut Telling) -> Result<(), Error> {
    let raw = create.send_raw().await?;
    telling.end()?;
    output::line(&String::from_utf8_lossy(raw.body()));
    raw.response()?;
    Ok(())
}

async fn streamed(
    create: CreateResponse,
    telling: &mut Telling,
) -> Result<Option<types::Response>, Error> {
    let mut stream = create.stream().await?;
    let mut response = None;
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::OutputTextDelta(piece) => telling.text(&piece.delta)?,
            StreamEvent::RefusalDelta(piece) => telling.refusal_part(&piece.delta)?,
            StreamEvent::Completed(done) => response = Some(done.response),
            StreamEvent::Incomplete(done) => response = Some(done.response),
            _ => {}
        }
    }
    // A server may end a stream without the event that completes it.
    let response = response.or_else(|| stream.response());
    if let Some(refusal) = response.as_ref().and_then(|response| response.refusal()) {
        telling.refusal(&refusal)?;
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
