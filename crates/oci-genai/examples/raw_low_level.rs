//! The generated client on a custom stack, and on the client's own stack.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use http::{HeaderName, HeaderValue};
use oci_genai::Client;
use oci_genai_api::types::{CreateConversation, CreateResponse};
use oci_genai_api::{HttpClient, Transport};
use oci_genai_auth::{ApiKey, AuthLayer, StaticCredentialsProvider};
use tower::ServiceBuilder;
use tower_http::set_header::SetRequestHeaderLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = ApiKey::new(std::env::var("OCI_GENAI_API_KEY")?)?;
    let project = HeaderValue::from_str(&std::env::var("OCI_GENAI_PROJECT")?)?;
    let model = std::env::var("OCI_GENAI_MODEL")?;
    let client = Client::from_env()?;

    // No retries and no error types of this crate: only operations, a project, and authentication.
    let http = reqwest::Client::new();
    let stack = ServiceBuilder::new()
        .layer(SetRequestHeaderLayer::overriding(
            HeaderName::from_static("openai-project"),
            project,
        ))
        .layer(AuthLayer::new(StaticCredentialsProvider::new(key)))
        .service(HttpClient::new(http.clone()));
    let base_url = client.endpoint().as_str();
    let api = oci_genai_api::Client::new_with_client(base_url, http, Transport::new(stack));
    let conversation = api.create_conversation(&CreateConversation::new()).await?;
    println!("Conversation ID: {}", conversation.id);

    // The same operations on the client's own stack, with its retries and errors.
    let body = CreateResponse::new().model(model).input("Hello?");
    let response = client
        .api()
        .create_response(&body)
        .await
        .map_err(oci_genai::Error::from)?;
    println!("{} {}", response.status(), response.output_text());

    // A raw response.
    let raw = client.responses().create("Hello?").send_raw().await?;
    println!("{} bytes, request {:?}", raw.body().len(), raw.request_id());
    Ok(())
}
