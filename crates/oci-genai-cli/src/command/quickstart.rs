//! `quickstart`: runs two turns in one conversation.

use oci_genai::Client;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};

use crate::args::Connection;
use crate::error::Error;
use crate::terminal::{harmless, visible};
use crate::{output, settings};

const QUESTIONS: [&str; 2] = [
    "Give me three ideas for a team offsite.",
    "Make the second idea more budget friendly.",
];

pub(crate) async fn run(connection: &Connection) -> Result<(), Error> {
    if !connection.is_unset()? {
        return converse(&connection.client().await?).await;
    }
    let emulator = Emulator::start().await?;
    output::note(&format!(
        "No OCI settings found, so this talks to a built-in emulator at {}.\nFor the real service pass --region and \
         --project and set OCI_GENAI_API_KEY; `oci-genai doctor` says whether that works.\n",
        emulator.base_url()
    ));
    let client = Client::builder()
        .base_url(emulator.base_url())
        .project(DEFAULT_PROJECT)
        .api_key(DEFAULT_API_KEY)
        .model(
            connection
                .model
                .as_deref()
                .unwrap_or(settings::DEFAULT_MODEL),
        )
        .build()?;
    converse(&client).await
}

async fn converse(client: &Client) -> Result<(), Error> {
    let conversation = client
        .conversations()
        .create()
        .metadata([("topic", "offsite")])
        .send()
        .await?;
    output::line(&format!("Conversation ID: {}", visible(&conversation.id)));
    for (number, question) in (1..).zip(QUESTIONS) {
        let response = client
            .responses()
            .create(question)
            .conversation(&conversation.id)
            .send()
            .await?;
        let text = format!("Response {number}: {}", response.output_text());
        output::line(&match output::columns() {
            Some(columns) => output::wrapped(&harmless(&text), Some(columns)),
            None => text,
        });
    }
    Ok(())
}
