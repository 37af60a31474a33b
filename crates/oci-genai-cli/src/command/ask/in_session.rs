//! A question as a turn of a session.

use oci_genai::Client;
use oci_genai_session::{Session, Turn, TurnEvent};
use serde_json::{Value, json};

use super::check_json;
use super::question::Question;
use crate::command::stopped::{self, Before, Stopped};
use crate::command::telling::Telling;
use crate::error::Error;
use crate::secrets::quoted;
use crate::terminal::interrupted;
use crate::{kept, output};

pub(super) async fn run(
    client: &Client,
    session: &Session,
    question: &Question,
    turn_id: Option<String>,
) -> Result<(), Error> {
    let before = Before::of(session);
    let interrupt = interrupted();
    let mut telling = question.telling();
    let asked = tokio::select! {
        done = asked(session, question, turn_id, &mut telling) => done.map(Some),
        () = interrupt => Ok(None),
    };
    telling.end()?;
    let Some(turn) = asked.map_err(|error| telling.error(error))? else {
        return Err(stopped(session, before).await);
    };
    if question.json {
        return output::json(&whole(client, &turn).await?);
    }
    match (&question.format, turn.incomplete()) {
        (Some(_), None) => check_json(&turn.output_text()),
        _ => Ok(()),
    }
}

async fn asked(
    session: &Session,
    question: &Question,
    turn_id: Option<String>,
    telling: &mut Telling,
) -> Result<Turn, Error> {
    let mut turn = session.turn_of(vec![question.message.clone()]);
    if let Some(id) = turn_id {
        turn = turn.turn_id(id);
    }
    if let Some(text) = &question.instructions {
        turn = turn.instructions(text);
    }
    if let Some(format) = &question.format {
        turn = turn.set("text", format);
    }
    if question.json {
        return Ok(turn.send().await?);
    }
    if !question.streaming {
        let turn = turn.send().await?;
        telling.step(&TurnEvent::Committed(Box::new(turn.clone())))?;
        return Ok(turn);
    }
    let mut steps = turn.stream();
    let mut last = None;
    while let Some(step) = steps.next().await {
        let step = step?;
        telling.step(&step)?;
        if let TurnEvent::Committed(turn) = step {
            last = Some(*turn);
        }
    }
    last.ok_or_else(|| Error::Answer("the turn ended without an answer".to_owned()))
}

/// The turn was given up; its session is put in order before the program ends.
async fn stopped(session: &Session, before: Before) -> Error {
    let became = stopped::settle(session, before)
        .await
        .unwrap_or(Stopped::Unknown);
    let record = session.record();
    let label = quoted(kept::label(&record));
    let rewind = |turn: u64| {
        let to = turn.saturating_sub(1);
        format!("oci-genai sessions rewind {label} {to}")
    };
    Error::Interrupted(format!("; {}", became.text(rewind)))
}

/// The response as the service has it, or what the session kept of it where the service keeps none.
async fn whole(client: &Client, turn: &Turn) -> Result<Value, Error> {
    if let Some(id) = turn.response_id() {
        match client.responses().retrieve(id).send().await {
            Ok(response) => return Ok(json!(response)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    output::note("The service keeps no response of this turn; this is what the session kept.");
    Ok(json!({
        "id": turn.response_id(),
        "object": "response",
        "output": turn.output(),
        "usage": { "input_tokens": turn.usage().input, "output_tokens": turn.usage().output },
    }))
}
