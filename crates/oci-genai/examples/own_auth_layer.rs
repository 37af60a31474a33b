//! A custom layer in place of authentication: here, a broker provides a new key for every request.
//!
//! To provide only credentials and leave the headers to this crate, implement
//! `oci_genai_auth::ProvideCredentials` instead and pass it to `ClientBuilder::auth`.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use oci_genai::Client;
use oci_genai_api::{Body, BoxError};
use tower::{Layer, Service};

/// Provides keys, and counts them.
#[derive(Debug)]
struct Broker {
    key: String,
    handed_out: AtomicU32,
}

impl Broker {
    async fn key(&self) -> Result<HeaderValue, BoxError> {
        self.handed_out.fetch_add(1, Ordering::Relaxed);
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.key))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[derive(Clone)]
struct BrokerLayer(Arc<Broker>);

impl<S> Layer<S> for BrokerLayer {
    type Service = BrokerAuth<S>;

    fn layer(&self, inner: S) -> BrokerAuth<S> {
        BrokerAuth {
            inner,
            broker: Arc::clone(&self.0),
        }
    }
}

#[derive(Clone)]
struct BrokerAuth<S> {
    inner: S,
    broker: Arc<Broker>,
}

impl<S> Service<Request<Body>> for BrokerAuth<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = futures_util::future::BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let fresh = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, fresh);
        let broker = Arc::clone(&self.broker);
        Box::pin(async move {
            request
                .headers_mut()
                .insert(AUTHORIZATION, broker.key().await?);
            ready.call(request).await
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let broker = Arc::new(Broker {
        key: std::env::var("OCI_GENAI_API_KEY")?,
        handed_out: AtomicU32::new(0),
    });
    let client = oci_genai::ClientBuilder::from_env()?
        .auth_layer(BrokerLayer(Arc::clone(&broker)))
        .build()?;
    let answer = ask(&client).await?;
    let count = broker.handed_out.load(Ordering::Relaxed);
    println!("{answer}\n{count} key handed out");
    Ok(())
}

async fn ask(client: &Client) -> Result<String, oci_genai::Error> {
    let response = client.responses().create("Hello?").await?;
    Ok(response.output_text())
}
