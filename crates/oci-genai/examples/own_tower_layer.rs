//! Layers of tower-http and custom layers around the client's calls and around each attempt.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::{HeaderName, HeaderValue, Request};
use oci_genai::ClientBuilder;
use oci_genai_api::{Body, Operation};
use tower::util::MapRequestLayer;
use tower_http::set_header::SetRequestHeaderLayer;

#[tokio::main]
async fn main() -> Result<(), oci_genai::Error> {
    let attempts = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&attempts);
    let client = ClientBuilder::from_env()?
        // Around the whole call: runs once.
        .layer(MapRequestLayer::new(|request: Request<Body>| {
            if let Some(operation) = request.extensions().get::<Operation>() {
                println!("calling {}", operation.id());
            }
            request
        }))
        // Around each attempt, before it is signed.
        .attempt_layer(SetRequestHeaderLayer::overriding(
            HeaderName::from_static("x-team"),
            HeaderValue::from_static("offsite"),
        ))
        .attempt_layer(MapRequestLayer::new(move |request: Request<Body>| {
            count.fetch_add(1, Ordering::Relaxed);
            request
        }))
        .build()?;
    let response = client.responses().create("Hello?").await?;
    println!("{}", response.output_text());
    println!("{} attempt", attempts.load(Ordering::Relaxed));
    Ok(())
}
