//! Builds a service that forwards the requests of other programs.

use futures_util::FutureExt;
use oci_genai_auth::{ProvideCredentials, SharedCredentialsProvider};

use super::build::authenticated;
use super::{Auth, ClientBuilder};
use crate::Result;
use crate::middleware::{EndpointLayer, FailoverLayer, RetryConfig, RetryLayer};
use crate::passthrough::{Parts, Passthrough};
use crate::wire::{ByHost, SentCredentials};

/// Smallest limit of signed bodies, in bytes. A gateway has limits of its own.
const SIGNED_BYTES: usize = 64 * 1024 * 1024;

impl ClientBuilder {
    /// Builds a [`Passthrough`] instead of a client.
    ///
    /// Endpoint, project, compartment, user agent, credentials, layers, failover targets and retry
    /// budget apply. `max_request_bytes` applies to bodies that are signed, with a minimum of 64
    /// MiB. Timeouts, the retry policy, the circuit breaker and the concurrency limit do not apply;
    /// they are up to the caller.
    ///
    /// Connections use HTTP/1.1, one for each open request, so that a slow stream cannot block
    /// another. A client set with [`reqwest`](Self::reqwest) must not decompress responses.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`build`](Self::build).
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
            // Responses are forwarded unchanged, so nothing is masked in them.
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

/// Returns `true` if the credential is an API key that never changes. Then no body needs buffering.
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
