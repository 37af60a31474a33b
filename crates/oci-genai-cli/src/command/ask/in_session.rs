//! Sends a prompt as a turn of a session.

use oci_genai::Client;
use oci_genai_session::{Session, Turn, TurnEvent};
use serde_json::{Value, json};

use super::check_json;
use super::question::Question;
use crate::command::answer_printer::AnswerPrinter;
use crate::command::stopped_turn::{self, Before, Stopped};
use crate::error::Error;
use crate::secrets::quoted;
use crate::terminal::interrupted;
use crate::{local_sessions, output};

pub(super) async fn run(
    client: &Client,
    session: &Session,
    question: &Question,
    turn_id: Option<String>,
) -> Result<(), Error> {
    let before = Before::of(session);
    let interrupt = interrupted();
    let mut printer = question.printer();
    let asked = tokio::select! {
        done = asked(session, question, turn_id, &mut printer) => done.map(Some),
        () = interrupt => Ok(None),
    };
    printer.end()?;
    let Some(turn) = asked.map_err(|error| printer.error(error))? else {
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
    printer: &mut AnswerPrinter,
) -> Result<Turn, Error> {
    let mut turn = session.turn(vec![question.message.clone()]);
    if let Some(id) = turn_id {
        turn = turn.turn_id(id);
    }
    if let Some(text) = &question.instructions {
        turn = turn.instructions(text);
    }
    if let Some(format) = &question.format {
        turn = turn.extra_body("text", format);
    }
    if question.json {
        return Ok(turn.send().await?);
    }
    if !question.streaming {
        let turn = turn.send().await?;
        printer.step(&TurnEvent::Committed(Box::new(turn.clone())))?;
        return Ok(turn);
    }
    let mut steps = turn.stream();
    let mut last = None;
    while let Some(step) = steps.next().await {
        let step = step?;
        printer.step(&step)?;
        if let TurnEvent::Committed(turn) = step {
            last = Some(*turn);
        }
    }
    last.ok_or_else(|| Error::Answer("the turn ended without output".to_owned()))
}

/// Recovers the session of a canceled turn before the program ends.
async fn stopped(session: &Session, before: Before) -> Error {
    let became = stopped_turn::recover(session, before)
        .await
        .unwrap_or(Stopped::Unknown);
    let record = session.record();
    let label = quoted(local_sessions::label(&record));
    let rewind = |turn: u64| {
        let to = turn.saturating_sub(1);
        format!("oci-genai sessions rewind {label} {to}")
    };
    Error::Interrupted(format!("; {}", became.text(rewind)))
}

/// Returns the response that the service stored, or the session's copy if the service stores none.
async fn whole(client: &Client, turn: &Turn) -> Result<Value, Error> {
    if let Some(id) = turn.response_id() {
        match client.responses().retrieve(id).send().await {
            Ok(response) => return Ok(json!(response)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    output::note("The service does not store this response; printing the session's copy.");
    Ok(json!({
        "id": turn.response_id(),
        "object": "response",
        "output": turn.output(),
        "usage": { "input_tokens": turn.usage().input, "output_tokens": turn.usage().output },
    }))
}
