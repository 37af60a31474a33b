//! Two turns of one conversation: the second response builds on the first turn.
//!
//! Run `cargo run -p oci-genai --example quickstart` with `OCI_GENAI_REGION`, `OCI_GENAI_PROJECT`,
//! `OCI_GENAI_API_KEY` and `OCI_GENAI_MODEL` set.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use oci_genai::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let conversation = client
        .conversations()
        .create()
        .metadata([("topic", "offsite")])
        .await?;
    println!("Conversation ID: {}", conversation.id);
    for input in [
        "Give me three ideas for a team offsite.",
        "Make the second idea more budget friendly.",
    ] {
        let response = client
            .responses()
            .create(input)
            .conversation(&conversation)
            .await?;
        println!("{}", response.output_text());
    }
    Ok(())
}
