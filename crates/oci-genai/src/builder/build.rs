//! Builds a client from its settings.

use oci_genai_auth::{ApiKey, AuthLayer, StaticCredentialsProvider};
use tower::util::Either;
use tower_layer::Layer as _;

use super::{Auth, ClientBuilder};
use crate::client::Inner;
use crate::error::{ErrorKind, RetrySafety};
use crate::middleware::{
    BeforeAttemptLayer, CircuitBreakerLayer, EndpointLayer, FailoverLayer, LogBodiesLayer,
    RetryLayer, SizeLimitsLayer, StandardHeadersLayer,
};
use crate::transport_stack::{self, HttpService, Innermost, any_service};
use crate::wire::{ByHost, RememberCredential, SentCredentials};
use crate::{Client, Endpoint, Error, Result};

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// Returns an error if neither a region nor a base URL is set, the region is unknown, there are
    /// no credentials, or a setting is invalid. Nothing is sent.
    pub fn build(self) -> Result<Client> {
        let endpoint = self.endpoint()?;
        let headers = self.headers()?;
        if let Some(model) = &self.model {
            crate::validation::model(model)?;
        }
        let wire = match self.reqwest {
            Some(client) => ByHost::given(client),
            None => ByHost::own(&endpoint)?,
        };
        let reqwest = wire.reqwest(&endpoint)?;
        let clock = self.clock;
        let sent = SentCredentials::new();
        let transport = transport_stack::transport(transport_stack::Parts {
            authenticated: authenticated(
                self.auth,
                self.http,
                wire,
                &sent,
                self.max_request_bytes,
            )?,
            attempt_layers: self.attempt_layers,
            headers,
            endpoint: EndpointLayer::new(endpoint.clone()),
            log_bodies: self
                .log_bodies
                .map(|max| LogBodiesLayer::new(max).mask(sent.clone())),
            attempt_timeout: self.attempt_timeout,
            breaker: self
                .breaker
                .map(|(failures, pause)| CircuitBreakerLayer::new(failures, pause, clock.clone())),
            concurrency: self.concurrency,
            failover: (!self.failover.is_empty()).then(|| FailoverLayer::new(self.failover)),
            retry: RetryLayer::new(self.retry, clock.clone()).budget(self.budget),
            deadline: self.timeout,
            layers: self.layers,
            size_limits: SizeLimitsLayer {
                max_request_bytes: self.max_request_bytes,
                max_response_bytes: self.streams.max_response_bytes,
            },
            clock: clock.clone(),
            sent: sent.clone(),
        });
        let api =
            oci_genai_api::Client::new_with_client(endpoint.as_str(), reqwest, transport.clone());
        Ok(Client::from_inner(Inner {
            api,
            transport,
            endpoint,
            model: self.model,
            clock,
            streams: self.streams,
            sent,
        }))
    }

    /// Returns the layer that adds the standard headers to requests that lack them.
    pub(super) fn headers(&self) -> Result<StandardHeadersLayer> {
        let mut headers = StandardHeadersLayer::new();
        if let Some(project) = &self.project {
            headers = headers.project(project)?;
        }
        if let Some(compartment) = &self.compartment {
            headers = headers.compartment(compartment)?;
        }
        if let Some(more) = &self.user_agent {
            headers = headers.append_user_agent(more)?;
        }
        Ok(headers)
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint> {
        if let Some(url) = &self.base_url {
            return Endpoint::from_url(url);
        }
        let Some(region) = &self.region else {
            return Err(
                Error::config("neither a region nor a base URL is set").with_hint(
                    "set the region (OCI_GENAI_REGION, for example us-chicago-1) or the base \
                     URL (OCI_GENAI_BASE_URL)",
                ),
            );
        };
        let region = region.resolve(&self.environment)?;
        Endpoint::builder(region)
            .dual_stack(self.dual_stack)
            .base_path(self.base_path.clone())
            .build()
    }
}

/// Returns the sending service wrapped in authentication. To sign a body, authentication reads up
/// to `max_request_bytes` of it.
pub(super) fn authenticated(
    auth: Auth,
    http: Option<HttpService>,
    wire: ByHost,
    sent: &SentCredentials,
    max_request_bytes: usize,
) -> Result<Innermost> {
    let check = BeforeAttemptLayer::new();
    let http = http.map(|http| RememberCredential::new(check.layer(http), sent.clone()));
    let wire = RememberCredential::new(check.layer(wire), sent.clone());
    Ok(match (auth, http) {
        (Auth::None, _) => return Err(no_credentials()),
        (Auth::Key(key), None) => Either::Left(api_key_layer(key)?.layer(wire)),
        (Auth::Key(key), Some(http)) => Either::Right(any_service(api_key_layer(key)?.layer(http))),
        (Auth::Provider(provider), http) => {
            let layer = AuthLayer::new(provider).with_max_body(max_request_bytes);
            match http {
                None => Either::Left(layer.layer(wire)),
                Some(http) => Either::Right(any_service(layer.layer(http))),
            }
        }
        (Auth::Layer(layer), None) => Either::Right(layer(any_service(wire))),
        (Auth::Layer(layer), Some(http)) => Either::Right(layer(any_service(http))),
    })
}

fn api_key_layer(key: String) -> Result<AuthLayer> {
    let key = ApiKey::new(key).map_err(|error| {
        Error::new(
            ErrorKind::Authentication,
            RetrySafety::NotSent,
            "the API key cannot be used",
        )
        .with_source(error)
    })?;
    Ok(AuthLayer::new(StaticCredentialsProvider::new(key)))
}

fn no_credentials() -> Error {
    Error::new(
        ErrorKind::Authentication,
        RetrySafety::NotSent,
        "no credentials are set",
    )
    .with_hint("give an API key with .api_key(..), a provider with .auth(..), or use from_env()")
}
