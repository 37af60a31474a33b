//! A tool from a Rust type and an async function.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use oci_genai::{Client, Error, ToolSet};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Weather {
    /// The city's name.
    city: String,
}

async fn weather(asked: Weather) -> Result<String, String> {
    match asked.city.as_str() {
        "Atlantis" => Err("no weather station is above water".to_owned()),
        city => Ok(format!("Sunny in {city}.")),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let tools = ToolSet::new().function("weather", "Returns the weather in a city.", weather)?;
    let response = client
        .responses()
        // A model calls the tool when it decides to. The emulator's model calls it on this input.
        .create(r#"call:weather {"city":"Lisbon"}"#)
        .run_tools(&tools, 5)
        .await?;
    println!("{}", response.output_text());
    Ok(())
}
