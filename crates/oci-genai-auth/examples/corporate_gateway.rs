//! Custom authentication: a corporate gateway that takes a token from a command and requires a
//! header with the team's name.
//!
//! Shows two approaches. `CommandTokenProvider` implements the trait `ProvideCredentials` and
//! leaves caching, refreshing and the retry after a 401 to `AuthLayer`. `TeamLayer` is a tower
//! layer that replaces `AuthLayer`.
//!
//! ```sh
//! cargo run -p oci-genai-auth --example corporate_gateway
//! ```

use std::process::Command;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use http::{HeaderName, HeaderValue, Request, Response};
use oci_genai_auth::provider::BoxFuture;
use oci_genai_auth::{
    ApiKey, AuthLayer, BoxError, Credentials, Error, ErrorKind, ProvideCredentials, Result,
    SystemTimeSource, TimeSource as _,
};
use tower::{Layer, Service, ServiceBuilder, ServiceExt as _};

const TEAM: HeaderName = HeaderName::from_static("x-team");

/// Runs a command that prints a token. The token is valid for 15 minutes.
#[derive(Debug)]
struct CommandTokenProvider {
    program: String,
    arguments: Vec<String>,
}

impl ProvideCredentials for CommandTokenProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async {
            let mut command = Command::new(&self.program);
            command.args(&self.arguments);
            let failed = || Error::new(ErrorKind::Unavailable, "the token command failed");
            let output = tokio::task::spawn_blocking(move || command.output())
                .await
                .map_err(|cause| failed().with_source(cause))?
                .map_err(|cause| failed().with_source(cause))?;
            if !output.status.success() {
                return Err(failed().with_source(output.status.to_string()));
            }
            let token = String::from_utf8(output.stdout)
                .map_err(|_| Error::new(ErrorKind::Token, "the token command printed no text"))?;
            Ok(Credentials::bearer(ApiKey::new(token)?)
                .with_header(TEAM, HeaderValue::from_static("research"))
                .with_expiry(SystemTimeSource.now() + Duration::from_secs(900)))
        })
    }
}

/// Authentication as a plain tower layer.
#[derive(Clone)]
struct TeamLayer;

#[derive(Clone)]
struct Team<S>(S);

impl<S> Layer<S> for TeamLayer {
    type Service = Team<S>;

    fn layer(&self, inner: S) -> Team<S> {
        Team(inner)
    }
}

impl<S, B> Service<Request<B>> for Team<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<std::result::Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        request
            .headers_mut()
            .insert(TEAM, HeaderValue::from_static("operations"));
        self.0.call(request)
    }
}

/// Starts a test gateway that returns the headers it received.
async fn gateway() -> std::io::Result<String> {
    let app = Router::new().route(
        "/openai/v1/responses",
        post(|headers: http::HeaderMap| async move {
            let show = |name: &str| {
                headers
                    .get(name)
                    .and_then(|v| v.to_str().ok())
                    .unwrap_or("-")
                    .to_owned()
            };
            format!(
                "authorization: {}, x-team: {}",
                show("authorization"),
                show("x-team")
            )
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/openai/v1/responses", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn ask<L>(url: &str, layer: L) -> std::result::Result<String, BoxError>
where
    L: Layer<Client>,
    L::Service:
        Service<Request<reqwest::Body>, Response = Response<reqwest::Body>, Error = BoxError>,
{
    use http_body_util::BodyExt as _;
    let request = Request::post(url).body(reqwest::Body::from("{}"))?;
    let response = ServiceBuilder::new()
        .layer(layer)
        .service(Client::default())
        .oneshot(request)
        .await?;
    let body = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// The HTTP client as a tower service.
#[derive(Clone, Default)]
struct Client(reqwest::Client);

impl Service<Request<reqwest::Body>> for Client {
    type Response = Response<reqwest::Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, std::result::Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<reqwest::Body>) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move { Ok(client.execute(request.try_into()?).await?.into()) })
    }
}

async fn run() -> std::result::Result<[String; 2], BoxError> {
    let url = gateway().await?;
    let provider = CommandTokenProvider {
        program: "echo".to_owned(),
        arguments: vec!["token-of-the-gateway".to_owned()],
    };
    let with_provider = ask(&url, AuthLayer::new(provider)).await?;
    let with_layer = ask(&url, TeamLayer).await?;
    Ok([with_provider, with_layer])
}

#[tokio::main]
#[allow(clippy::print_stdout)] // An example prints its results.
async fn main() -> std::result::Result<(), BoxError> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn both_approaches_reach_the_gateway() {
        let expected = [
            "authorization: Bearer token-of-the-gateway, x-team: research",
            "authorization: -, x-team: operations",
        ];
        assert_eq!(super::run().await.unwrap(), expected);
    }
}
