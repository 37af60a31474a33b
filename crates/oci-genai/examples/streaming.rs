//! Prints a response while it is streamed, then uses the final response.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use std::io::Write;

use futures_util::TryStreamExt;
use oci_genai::{Client, Delta};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let stream = client.responses().create("count:7").stream().await?;
    let mut deltas = stream.deltas();
    while let Some(delta) = deltas.try_next().await? {
        if let Delta::Text(text) = delta {
            print!("{text}");
            std::io::stdout().flush()?;
        }
    }
    let response = deltas.final_response().await?;
    println!("\n{} characters", response.output_text().len());
    Ok(())
}
