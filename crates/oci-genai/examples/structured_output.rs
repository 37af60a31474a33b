//! Output as a Rust type.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use oci_genai::{Client, Error};
use schemars::JsonSchema;
use serde::Deserialize;

/// An idea for a team offsite.
#[derive(Debug, Deserialize, JsonSchema)]
struct Idea {
    title: String,
    /// In US dollars, for each person.
    cost: u32,
    /// Items to bring.
    bring: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let idea = client
        .responses()
        .create("One idea for a team offsite?")
        .parse::<Idea>()
        .await?
        .value;
    println!(
        "Idea {:?}, {} dollars, bring {:?}",
        idea.title, idea.cost, idea.bring
    );
    Ok(())
}
