//! The requests an emulator has seen, for tests and the inspector.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use oci_genai_auth::{BodyDigest, ReceivedRequest};
use serde::Serialize;
use serde_json::Value;

use crate::authenticate::AcceptedCredential;
use crate::fault;
use crate::masking;
use crate::server::{BASE_PATH, below_base};

/// How many requests are remembered.
const KEPT: usize = 1000;
/// How much of a body is remembered, in bytes.
const KEPT_BODY: usize = 64 * 1024;

/// A request as the emulator received it, but for credentials: they are left out of headers, and masked elsewhere,
/// such as in the bodies of the identity side and in what tools are given for their servers.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SeenRequest {
    /// Its number, counted from 1.
    pub number: u64,
    /// When it came, seconds since the Unix epoch.
    pub at: u64,
    /// The verb.
    pub method: String,
    /// The path below the base URL.
    pub path: String,
    /// The query, undecoded and without its question mark.
    pub query: Option<String>,
    /// The headers; those that hold credentials are left out.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null if there was none, it is no JSON, or it is larger than 64 KiB.
    pub body: Value,
    /// The size of the body in bytes.
    pub body_bytes: usize,
    /// The credential it was accepted with.
    pub credential: Option<AcceptedCredential>,
    /// Why its credential was refused. The client gets a 401 with the same words for all reasons.
    pub refusal: Option<String>,
    /// What a signature of this request covers, as the emulator read it; none if it bears no signature.
    /// To be compared with the text that the client signed.
    pub signing_string: Option<String>,
    /// The message of the error it was answered with.
    pub error: Option<String>,
    /// Optional members of the body that were null where the contract allows only a value or nothing, such as
    /// `input[0].content`; 32 at most. They counted as absent; whether the service takes them is not confirmed.
    pub null_members: Vec<String>,
    /// The status it was answered with; none if the connection was reset instead.
    pub status: Option<u16>,
    /// The request id of the answer.
    pub opc_request_id: String,
}

impl SeenRequest {
    /// A header's value; names are in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Requests were not those that were expected.
#[derive(Clone, Debug, thiserror::Error)]
#[error("expected {expected} requests to {route}, saw {}:{}", .seen.len(), Lines(.all))]
#[non_exhaustive]
pub struct UnexpectedRequests {
    /// The route that was asked about.
    pub route: String,
    /// How many were expected.
    pub expected: usize,
    /// Those there were.
    pub seen: Vec<SeenRequest>,
    /// All requests, whatever their route.
    pub all: Vec<SeenRequest>,
}

struct Lines<'a>(&'a [SeenRequest]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for seen in self.0 {
            write!(
                f,
                "\n  {} {} -> {}",
                seen.method,
                seen.path,
                seen.status.unwrap_or(0)
            )?;
        }
        Ok(())
    }
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Record>,
    count: u64,
}

/// What is kept of a request; made presentable only when somebody looks.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) at: u64,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) credential: Option<AcceptedCredential>,
    pub(crate) refusal: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) notes: Notes,
    pub(crate) status: Option<u16>,
    pub(crate) opc_request_id: String,
}

/// What is noted of a request while it is answered. Clones are the same notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    /// Notes optional members that were null.
    pub(crate) fn null_members(&self, members: Vec<String>) {
        if !members.is_empty() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = members;
        }
    }

    /// The members that were noted.
    pub(crate) fn list(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, record: Record) {
        let mut kept = self.lock();
        kept.count += 1;
        if kept.requests.len() == KEPT {
            kept.requests.pop_front();
        }
        kept.requests.push_back(record);
    }

    pub(crate) fn clear(&self) {
        self.lock().requests.clear();
    }

    pub(crate) fn list(&self) -> Vec<SeenRequest> {
        let kept = self.lock();
        let first = kept.count + 1 - kept.requests.len() as u64;
        kept.requests
            .iter()
            .zip(first..)
            .map(|(record, number)| record.show(number))
            .collect()
    }

    /// The requests to a route, if there are as many as expected.
    pub(crate) fn expect(
        &self,
        route: &str,
        expected: usize,
    ) -> Result<Vec<SeenRequest>, UnexpectedRequests> {
        let all = self.list();
        let to_route = |seen: &&SeenRequest| {
            Method::from_bytes(seen.method.as_bytes())
                .is_ok_and(|method| fault::matches(route, &method, &seen.path))
        };
        let seen: Vec<SeenRequest> = all.iter().filter(to_route).cloned().collect();
        if seen.len() == expected {
            return Ok(seen);
        }
        Err(UnexpectedRequests {
            route: route.to_owned(),
            expected,
            seen,
            all,
        })
    }
}

impl Record {
    /// Shortens what would keep too much memory alive.
    pub(crate) fn body_to_keep(body: &Bytes) -> Bytes {
        if body.len() <= KEPT_BODY {
            body.clone()
        } else {
            Bytes::new()
        }
    }

    /// The text that its signature covers, without the values of credentials.
    fn signing_string(&self) -> Option<String> {
        let received = ReceivedRequest {
            method: &self.method,
            target: self
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str()),
            headers: &self.headers,
            authority: self.uri.authority().map(|authority| authority.as_str()),
            // The text says what the headers say of the body.
            body: &BodyDigest::of(&[]),
        };
        received.signing_string().ok()
    }

    fn show(&self, number: u64) -> SeenRequest {
        let mask = |text: &str| masking::mask(text, &self.headers).into_owned();
        let headers = self.headers.iter();
        let headers = headers.filter(|(name, _)| !masking::is_credential(name));
        let mut body = serde_json::from_slice(&self.body).unwrap_or_default();
        match self.uri.path().starts_with(BASE_PATH) {
            true => masking::mask_tools(&mut body),
            false => masking::mask_identity(&mut body),
        }
        let length = self
            .headers
            .get("content-length")
            .and_then(|value| value.to_str().ok());
        SeenRequest {
            number,
            at: self.at,
            method: self.method.to_string(),
            path: mask(below_base(self.uri.path())),
            query: self
                .uri
                .query()
                .map(|query| masking::mask_query(query, &self.headers)),
            headers: headers
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (name.to_string(), mask(&value))
                })
                .collect(),
            body,
            body_bytes: length
                .and_then(|text| text.parse().ok())
                .unwrap_or(self.body.len()),
            credential: self.credential.clone(),
            refusal: self.refusal.clone(),
            signing_string: self.signing_string().map(|text| mask(&text)),
            error: self.error.clone(),
            null_members: self.notes.list(),
            status: self.status,
            opc_request_id: self.opc_request_id.clone(),
        }
    }
}
