//! From settings to a service for requests that another program made.

use futures_util::FutureExt;
use oci_genai_auth::{ProvideCredentials, SharedCredentialsProvider};

use super::build::authenticated;
use super::{Auth, ClientBuilder};
use crate::Result;
use crate::middleware::{EndpointLayer, FailoverLayer, RetryConfig, RetryLayer};
use crate::passthrough::{Parts, Passthrough};
use crate::wire::{ByHost, SentCredentials};

/// The least bound on bodies that are signed, in bytes: a gateway has bounds of its own.
const SIGNED_BYTES: usize = 64 * 1024 * 1024;

impl ClientBuilder {
    /// Makes a [`Passthrough`] in place of a client.
    ///
    /// Endpoint, project, compartment, user agent, credentials, layers, failover targets, retry
    /// budget apply, and `max_request_bytes` to bodies that are signed, from 64 MiB upwards. Timeouts, the retry policy, the circuit breaker and
    /// the concurrency limit do not: they are for the caller to decide.
    ///
    /// Connections use HTTP/1.1, one for each open request, so that a slow stream cannot hold up
    /// another. A client given with [`reqwest`](Self::reqwest) must not decompress responses.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_passthrough(self) -> Result<Passthrough> {
        let endpoint = self.endpoint()?;
        let headers = self.headers()?;
        let signs_bodies = !sends_a_key_only(&self.auth);
        let wire = match self.reqwest {
            Some(client) => ByHost::given(client),
            None => ByHost::passthrough(&endpoint)?,
        };
        let signed_bytes = self.max_request_bytes.max(SIGNED_BYTES);
        Ok(Passthrough::new(Parts {
            // Responses pass as they come, so nothing is masked in them.
            authenticated: authenticated(
                self.auth,
                self.http,
                wire,
                &SentCredentials::new(),
                signed_bytes,
            )?,
            attempt_layers: self.attempt_layers,
            headers,
            endpoint: EndpointLayer::new(endpoint.clone()),
            failover: (!self.failover.is_empty()).then(|| FailoverLayer::new(self.failover)),
            retry: RetryLayer::new(RetryConfig::never(), self.clock).budget(self.budget),
            layers: self.layers,
            address: endpoint,
            signs_bodies,
        }))
    }
}

/// Whether the credential is an API key that never changes: nothing then needs a body in memory.
fn sends_a_key_only(auth: &Auth) -> bool {
    match auth {
        Auth::Key(_) => true,
        Auth::Provider(provider) => is_fixed_key(provider),
        Auth::None | Auth::Layer(_) => false,
    }
}

fn is_fixed_key(provider: &SharedCredentialsProvider) -> bool {
    let fixed = provider.is_fixed().then(|| provider.provide_credentials());
    fixed
        .and_then(|yielded| yielded.now_or_never()?.ok())
        .is_some_and(|fixed| fixed.api_key().is_some() && fixed.expires_at().is_none())
}
