//! Remembers sent credentials, to mask them in responses. Some services repeat the `Authorization`
//! header in their errors.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use oci_genai_auth::redact;
use tower_service::Service;

/// Most credentials that are remembered. An API key counts once; every request has its own
/// signature.
const MAX_REMEMBERED: usize = 32;

/// The credentials that a client sent last, for layers that display responses; see
/// [`Client::sent_credentials`](crate::Client::sent_credentials). Clones share them.
#[derive(Clone, Default)]
pub struct SentCredentials(Arc<Mutex<VecDeque<HeaderValue>>>);

impl SentCredentials {
    /// Creates an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a credential that is about to be sent.
    fn remember(&self, credential: &HeaderValue) {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The header of an API key is created once and shared.
        let is_known = |known: &HeaderValue| {
            let (known, new) = (known.as_bytes(), credential.as_bytes());
            std::ptr::eq(known, new) || known == new
        };
        if sent.back().is_some_and(is_known) {
            return;
        }
        if sent.len() == MAX_REMEMBERED {
            sent.pop_front();
        }
        sent.push_back(credential.clone());
    }

    /// Masks the credentials, in whole or in part, and everything that has the form of a secret: an
    /// API key, a token, a PEM block.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = sent.iter().filter_map(|value| value.to_str().ok());
        redact::mask(text, &secrets.collect::<Vec<_>>())
    }
}

impl fmt::Debug for SentCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentCredentials").finish_non_exhaustive()
    }
}

/// Remembers the credential that authentication added to a request. Sits directly inside
/// authentication.
#[derive(Clone, Debug)]
pub(crate) struct RememberCredential<S> {
    inner: S,
    sent: SentCredentials,
}

impl<S> RememberCredential<S> {
    pub(crate) const fn new(inner: S, sent: SentCredentials) -> Self {
        Self { inner, sent }
    }
}

impl<S, B> Service<Request<B>> for RememberCredential<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if let Some(credential) = request.headers().get(AUTHORIZATION) {
            self.sent.remember(credential);
        }
        self.inner.call(request)
    }
}
