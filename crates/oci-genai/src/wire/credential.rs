//! Remembers which credential a request was sent with, so that it can be taken out of what a service
//! answers: some repeat the `Authorization` header in their errors.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{Extensions, HeaderValue, Request};
use oci_genai_auth::redact;
use tower_service::Service;

use crate::options::setting;

/// In a request's extensions: the credential of its last attempt, for layers that show what a service
/// answered. Clones share it. Every call of a [`Client`](crate::Client) has one.
#[derive(Clone, Default)]
pub struct SentCredential(Arc<Mutex<Option<HeaderValue>>>);

impl SentCredential {
    /// The one of a request, which gets one if it has none.
    pub(crate) fn of(extensions: &mut Extensions) -> Self {
        if let Some(sent) = setting::<Self>(extensions) {
            return sent.clone();
        }
        let sent = Self::default();
        extensions.insert(sent.clone());
        sent
    }

    fn remember(&self, credential: &HeaderValue) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(credential.clone());
    }

    /// Masks the credential, in whole or in pieces of it, and whatever else is a secret by its form: an
    /// API key, a token, a PEM block.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match sent.as_ref().and_then(|value| value.to_str().ok()) {
            Some(secret) => redact::mask(text, &[secret]),
            None => redact::mask(text, &[] as &[&str]),
        }
    }
}

impl fmt::Debug for SentCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SentCredential")
    }
}

/// Remembers the credential that authentication put on a request. Right inside it.
#[derive(Clone, Debug)]
pub(crate) struct RememberCredential<S> {
    inner: S,
}

impl<S> RememberCredential<S> {
    pub(crate) const fn new(inner: S) -> Self {
        Self { inner }
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
        if let Some(credential) = request.headers().get(AUTHORIZATION)
            && let Some(sent) = setting::<SentCredential>(request.extensions())
        {
            sent.remember(credential);
        }
        self.inner.call(request)
    }
}
