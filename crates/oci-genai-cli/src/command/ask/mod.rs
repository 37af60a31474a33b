//! `ask`: sends one prompt and streams the output.

mod attachments;
mod in_session;
mod once;
mod question;
mod schema;

use crate::args;
use crate::error::Error;
use crate::local_sessions;

use self::question::Question;

pub(crate) async fn run(ask: args::Ask) -> Result<(), Error> {
    if ask.session.is_none() && !ask.new.is_unset() {
        return Err(Error::usage(
            "--memory and --expires-after apply to a new session; name it with --session",
        ));
    }
    if ask.session.is_none() && ask.store.file.is_some() {
        return Err(Error::usage(
            "--store selects the session store; name the session with --session",
        ));
    }
    let question = Question::read(&ask)?;
    let client = ask.connection.client().await?;
    match &ask.session {
        None => once::run(&client, &question).await,
        Some(name) => {
            let sessions = local_sessions::with_client(&ask.store, client.clone()).await?;
            let instructions = ask.instructions.as_deref();
            let session =
                local_sessions::open_or_create(&sessions, name, &ask.new, instructions).await?;
            in_session::run(&client, &session, &question, ask.turn_id).await
        }
    }
}

/// Checks that output for `--schema` is JSON.
fn check_json(text: &str) -> Result<(), Error> {
    serde_json::from_str::<serde_json::Value>(text)
        .map(drop)
        .map_err(|error| {
            Error::Answer(format!(
                "the output is not JSON, although a schema was given ({error}); not every model supports schemas: try another \
                 --model"
            ))
        })
}
