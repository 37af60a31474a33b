//! A custom session store: an implementation of `Store`, its conformance test, and a session that
//! uses it.
//!
//!     cargo run -p oci-genai-session --example own_store --features conformance
#![allow(clippy::print_stdout)]

mod store;

use std::sync::Arc;

use oci_genai_session::{Sessions, conformance};

use crate::store::RedbStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let store = RedbStore::open(folder.path().join("sessions.redb"))?;

    for promise in conformance::check(Arc::new(store.clone())).await? {
        println!("kept: {promise}");
    }

    let service = oci_genai_emulator::Emulator::start().await?; // the real service: `Client::from_env()` below
    let client = oci_genai::Client::builder()
        .base_url(service.base_url())
        .project(oci_genai_emulator::DEFAULT_PROJECT)
        .api_key("sk-emulator")
        .model("any")
        .build()?;
    let session = Sessions::new(client, store)
        .open_or_create("offsite")
        .await?;
    for question in ["Give me three ideas.", "Which one was the cheapest?"] {
        println!("{}", session.send(question).await?.output_text());
    }
    Ok(())
}
