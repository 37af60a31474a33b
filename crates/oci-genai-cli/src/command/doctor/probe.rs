//! Watching what is sent and what comes back, on the wire side of authentication.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::SystemTime;

use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use oci_genai::HttpService;
use oci_genai_api::{Body, BoxError};
use oci_genai_auth::{
    AuthorizationHeader, BodyDigest, ReceivedRequest, SystemTimeSource, TimeSource as _,
};
use serde::Serialize;
use tower_layer::Layer;
use tower_service::Service;

use crate::output::BOLD;
use crate::secrets::hide;
use crate::terminal::visible;

/// The header with the digest of a body.
const DIGEST: &str = "x-content-sha256";

/// A request as it left, and the head of its answer. Holds no secret.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) url: String,
    /// In the order of the wire, secrets masked.
    pub(super) headers: Vec<(String, String)>,
    /// What the signature covers; none if nothing was signed.
    pub(super) signing_string: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) opc_request_id: Option<String>,
    /// Seconds that the service's clock is ahead of this machine's.
    pub(super) clock_ahead_seconds: Option<i64>,
    pub(super) milliseconds: u64,
}

/// Lies between authentication and the wire, and watches. Clones share what they have seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(Arc<Mutex<Vec<Exchange>>>);

impl Watch {
    /// The requests so far, the last one last.
    pub(super) fn seen(&self) -> Vec<Exchange> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Layer<HttpService> for Watch {
    type Service = Watched;

    fn layer(&self, inner: HttpService) -> Watched {
        Watched {
            inner,
            watch: self.clone(),
        }
    }
}

type Answer = Result<Response<Body>, BoxError>;
type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The service [`Watch`] makes.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    inner: HttpService,
    watch: Watch,
}

impl Service<Request<Body>> for Watched {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Answering {
        let (parts, body) = request.into_parts();
        let digest = BodyDigest::of(body.as_bytes().unwrap_or_default());
        let mut exchange = Exchange::sent(&parts, &digest);
        let sent = self.inner.call(Request::from_parts(parts, body));
        let watch = self.watch.clone();
        let began = tokio::time::Instant::now();
        Box::pin(async move {
            let answer = sent.await;
            let took = began.elapsed().as_millis();
            exchange.milliseconds = u64::try_from(took).unwrap_or(u64::MAX);
            if let Ok(response) = &answer {
                exchange.answered(response.status().as_u16(), response.headers());
            }
            watch.lock().push(exchange);
            answer
        })
    }
}

impl Exchange {
    fn sent(parts: &Parts, body: &BodyDigest) -> Self {
        let target = parts.uri.path_and_query();
        let received = ReceivedRequest {
            method: &parts.method,
            target: target.map_or("/", |target| target.as_str()),
            headers: &parts.headers,
            authority: parts.uri.authority().map(|authority| authority.as_str()),
            body,
        };
        Self {
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            headers: shown_headers(&parts.headers),
            signing_string: received.signing_string().ok(),
            status: None,
            opc_request_id: None,
            clock_ahead_seconds: None,
            milliseconds: 0,
        }
    }

    fn answered(&mut self, status: u16, headers: &HeaderMap) {
        let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        self.status = Some(status);
        self.opc_request_id = text("opc-request-id");
        self.clock_ahead_seconds = text(DATE.as_str())
            .and_then(|date| httpdate::parse_http_date(&date).ok())
            .map(|date| ahead(date, SystemTimeSource.now()));
    }

    /// Takes credentials out of what a setting or the service had a part in. The digest of the body,
    /// which looks like a piece of a key, stays.
    pub(super) fn hide_secrets(&mut self) {
        let headers = self.headers.iter_mut().filter(|(name, _)| name != DIGEST);
        let texts = std::iter::once(&mut self.url)
            .chain(headers.map(|(_, value)| value))
            .chain(&mut self.signing_string)
            .chain(&mut self.opc_request_id);
        for text in texts {
            *text = hide(text).into_owned();
        }
    }

    /// For people.
    pub(super) fn write(&self, lines: &mut Vec<String>) {
        let status = self
            .status
            .map_or("no answer".to_owned(), |status| status.to_string());
        lines.push(format!("{BOLD}Sent, with secrets masked:{BOLD:#}"));
        lines.push(format!("  {} {}", self.method, self.url));
        for (name, value) in &self.headers {
            lines.push(format!("  {name}: {}", visible(value)));
        }
        if let Some(text) = &self.signing_string {
            lines.push(format!("{BOLD}The text that is signed:{BOLD:#}"));
            lines.extend(text.lines().map(|line| format!("  {line}")));
        }
        lines.push(format!(
            "{BOLD}Answer:{BOLD:#} {status} after {} ms",
            self.milliseconds
        ));
        if let Some(id) = &self.opc_request_id {
            lines.push("  its opc-request-id, for Oracle's support:".to_owned());
            lines.push(format!("  {}", visible(id)));
        }
    }
}

/// Whole seconds that `theirs` is ahead of `ours`.
fn ahead(theirs: SystemTime, ours: SystemTime) -> i64 {
    match theirs.duration_since(ours) {
        Ok(ahead) => i64::try_from(ahead.as_secs()).unwrap_or(i64::MAX),
        Err(behind) => {
            i64::try_from(behind.duration().as_secs()).map_or(i64::MIN, |behind| -behind)
        }
    }
}

/// The headers as text; of a signature all but the signature itself.
fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let shown = if *name == AUTHORIZATION {
                authorization(&text)
            } else if value.is_sensitive() {
                "[masked]".to_owned()
            } else {
                text.into_owned()
            };
            (name.to_string(), shown)
        })
        .collect()
}

fn authorization(text: &str) -> String {
    if let Some(key) = text.strip_prefix("Bearer ") {
        return format!("Bearer {}", masked(key));
    }
    match AuthorizationHeader::parse(text) {
        Ok(header) => format!(
            "Signature algorithm=\"{}\",headers=\"{}\",keyId=\"{}\",signature=\"[masked]\",version=\"{}\"",
            header.algorithm(),
            header.headers().join(" "),
            header.key_id(),
            header.version().unwrap_or("1"),
        ),
        Err(_) => "[masked]".to_owned(),
    }
}

/// What is said of a credential in its place.
pub(super) fn masked(secret: &str) -> String {
    format!("[masked, {} characters]", secret.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        assert_eq!(masked("sk-emulator"), "[masked, 11 characters]");
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            "Bearer sk-verysecretkeyindeed".parse().unwrap(),
        );
        headers.insert("openai-project", "ocid1.x".parse().unwrap());
        let mut token = http::HeaderValue::from_static("obo-secret");
        token.set_sensitive(true);
        headers.insert("opc-obo-token", token);
        let text = format!("{:?}", shown_headers(&headers));
        assert!(
            text.contains("ocid1.x") && text.contains("Bearer [masked, 22 characters]"),
            "{text}"
        );
        assert!(
            !text.contains("verysecret") && !text.contains("obo-secret"),
            "{text}"
        );
        let signed = r#"Signature algorithm="rsa-sha256",headers="date",keyId="t/u/f",signature="c2VjcmV0",version="1""#;
        let text = authorization(signed);
        assert!(
            text.contains("t/u/f") && !text.contains("c2VjcmV0"),
            "{text}"
        );
        assert_eq!(authorization("Basic abc"), "[masked]");
    }

    #[test]
    fn a_clock_is_ahead_or_behind() {
        let at = |seconds| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        assert_eq!(ahead(at(500), at(100)), 400);
        assert_eq!(ahead(at(100), at(500)), -400);
    }
}
