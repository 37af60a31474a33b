//! Credentials, and the layer that puts them into requests.

use std::fmt;
use std::task::{Context, Poll};

use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use tower::Service;

use crate::model::Secret;
use crate::transport::{Body, BoxError, Operation, Pending, Transport};

/// What authenticates requests. It is sent to the client's base URL only, except that reqwest follows redirects with
/// headers other than `authorization` and `cookie`; give [`Client::new_with_client`](crate::Client::new_with_client)
/// a client with another redirect policy if the service redirects to hosts that must not see an API key.
#[derive(Clone)]
pub struct Auth(Kind);

#[derive(Clone)]
enum Kind {
    Bearer(Secret),
    Basic(String, Secret),
    Header(String, Secret),
    Query(String, Secret),
    Cookie(String, Secret),
}

impl Auth {
    /// A token in the header `authorization: Bearer …`.
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self(Kind::Bearer(token.into()))
    }

    /// A user name and a password in the header `authorization: Basic …`.
    pub fn basic(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Kind::Basic(user.into(), password.into()))
    }

    /// A key in a header of its own.
    pub fn header(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self(Kind::Header(name.into(), key.into()))
    }

    /// A key in the query of each request. Servers and proxies that log URLs log it too.
    pub fn query(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self(Kind::Query(name.into(), key.into()))
    }

    /// A key in a cookie.
    pub fn cookie(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self(Kind::Cookie(name.into(), key.into()))
    }

    /// What a request has already stays.
    fn apply(&self, request: &mut http::Request<Body>) -> Result<(), BoxError> {
        match &self.0 {
            Kind::Bearer(token) => {
                let text = format!("Bearer {}", token.expose());
                put(request, AUTHORIZATION, &text)
            }
            Kind::Basic(user, password) => {
                let pair = format!("{user}:{}", password.expose());
                let text = format!("Basic {}", base64(pair.as_bytes()));
                put(request, AUTHORIZATION, &text)
            }
            Kind::Header(name, key) => {
                let name = HeaderName::try_from(name.as_str())
                    .map_err(|_| format!("{name:?} cannot be the name of a header"))?;
                put(request, name, key.expose())
            }
            Kind::Cookie(name, key) => {
                let own = format!("{name}={}", key.expose());
                let others = request.headers_mut().remove(COOKIE);
                let others = others.as_ref().and_then(|value| value.to_str().ok());
                let start = format!("{name}=");
                let text = match others {
                    Some(others) if others.split("; ").any(|it| it.starts_with(&start)) => {
                        others.to_owned()
                    }
                    Some(others) => format!("{others}; {own}"),
                    None => own,
                };
                put(request, COOKIE, &text)
            }
            Kind::Query(name, key) => {
                let mut url = reqwest::Url::parse(&request.uri().to_string())
                    .map_err(|error| format!("the request's URL cannot be read: {error}"))?;
                if !url.query_pairs().any(|(known, _)| known == name.as_str()) {
                    url.query_pairs_mut().append_pair(name, key.expose());
                }
                let uri = url.as_str().parse::<http::Uri>();
                *request.uri_mut() = uri.map_err(|_| "the key cannot be in a URL")?;
                Ok(())
            }
        }
    }
}

/// Names the kind only.
impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Kind::Bearer(_) => "Bearer",
            Kind::Basic(..) => "Basic",
            Kind::Header(..) => "Header",
            Kind::Query(..) => "Query",
            Kind::Cookie(..) => "Cookie",
        };
        f.debug_tuple("Auth").field(&kind).finish()
    }
}

/// Sets a header whose value is never shown, unless the request has it.
fn put(request: &mut http::Request<Body>, name: HeaderName, text: &str) -> Result<(), BoxError> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| "a credential has a character that cannot be in a header")?;
    value.set_sensitive(true);
    request.headers_mut().entry(name).or_insert(value);
    Ok(())
}

/// The standard alphabet, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * position)) as usize & 63];
            out.push(if position > chunk.len() { '=' } else { letter.into() });
        }
    }
    out
}

/// Puts credentials into what goes through a transport, except for operations that take none.
pub(crate) fn layer(inner: &Transport, auth: Auth, open: &'static [&'static str]) -> Transport {
    Transport::new(Authenticated {
        inner: inner.clone(),
        auth,
        open,
    })
}

#[derive(Clone)]
struct Authenticated {
    inner: Transport,
    auth: Auth,
    open: &'static [&'static str],
}

impl Service<http::Request<Body>> for Authenticated {
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future = Pending;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let operation = request.extensions().get::<Operation>();
        let open = operation.is_some_and(|operation| self.open.contains(&operation.id()));
        if !open && let Err(error) = self.auth.apply(&mut request) {
            return Box::pin(std::future::ready(Err(error)));
        }
        let pending = self.inner.carry(request);
        match self.auth.0 {
            Kind::Query(..) => Box::pin(async move { pending.await.map_err(without_url) }),
            _ => pending,
        }
    }
}

/// An error without the URL, which holds the key.
fn without_url(error: BoxError) -> BoxError {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => error.without_url().into(),
        Err(other) => other,
    }
}
