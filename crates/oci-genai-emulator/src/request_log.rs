//! Recorded requests, for tests and the inspector.

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

/// Maximum number of recorded requests.
const KEPT: usize = 1000;
/// Maximum size of a recorded body, in bytes.
const KEPT_BODY: usize = 64 * 1024;

/// A request as the emulator received it, without credentials. Credential headers are left out;
/// credentials elsewhere are masked, such as those in the bodies of the identity endpoints and
/// those that tools get for their servers.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Number of the request, counted from 1.
    pub number: u64,
    /// Arrival time, in seconds since the Unix epoch.
    pub at: u64,
    /// HTTP method.
    pub method: String,
    /// The path below the base URL.
    pub path: String,
    /// Query, undecoded and without its question mark.
    pub query: Option<String>,
    /// Headers except those that hold credentials.
    pub headers: Vec<(String, String)>,
    /// Body as JSON. Null if there was none, it is not JSON, or it is larger than 64 KiB.
    pub body: Value,
    /// Size of the body in bytes.
    pub body_bytes: usize,
    /// The accepted credential.
    pub credential: Option<AcceptedCredential>,
    /// Reason for rejecting the credential. The client gets a 401 with the same message for all
    /// reasons.
    pub refusal: Option<String>,
    /// The signing string of this request as the emulator computed it; `None` if it has no
    /// signature. Compare it with the string that the client signed.
    pub signing_string: Option<String>,
    /// Message of the error response.
    pub error: Option<String>,
    /// Optional members of the body that were null although the contract allows only a value or
    /// nothing, such as `input[0].content`; at most 32. They counted as absent. It is not confirmed
    /// that the service accepts them.
    pub null_members: Vec<String>,
    /// Status of the response; `None` if the connection was reset instead.
    pub status: Option<u16>,
    /// Request id of the response.
    pub opc_request_id: String,
}

impl RecordedRequest {
    /// Returns a header's value. Names are in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Unexpected number of requests to a route.
#[derive(Clone, Debug, thiserror::Error)]
#[error("expected {expected} requests to {route}, saw {}:{}", .seen.len(), Lines(.all))]
#[non_exhaustive]
pub struct UnexpectedRequests {
    /// The route.
    pub route: String,
    /// Expected number of requests.
    pub expected: usize,
    /// Requests to the route.
    pub seen: Vec<RecordedRequest>,
    /// All requests.
    pub all: Vec<RecordedRequest>,
}

struct Lines<'a>(&'a [RecordedRequest]);

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

/// The recorded requests.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Record>,
    count: u64,
}

/// Raw data of a request. It is formatted only on demand.
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

/// Notes on a request while it is handled. Clones share the same notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    /// Notes optional members that were null.
    pub(crate) fn null_members(&self, members: Vec<String>) {
        if !members.is_empty() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = members;
        }
    }

    /// Returns the noted members.
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

    pub(crate) fn list(&self) -> Vec<RecordedRequest> {
        let kept = self.lock();
        let first = kept.count + 1 - kept.requests.len() as u64;
        kept.requests
            .iter()
            .zip(first..)
            .map(|(record, number)| record.show(number))
            .collect()
    }

    /// Returns the requests to a route, if their number is as expected.
    pub(crate) fn expect(
        &self,
        route: &str,
        expected: usize,
    ) -> Result<Vec<RecordedRequest>, UnexpectedRequests> {
        let all = self.list();
        let to_route = |seen: &&RecordedRequest| {
            Method::from_bytes(seen.method.as_bytes())
                .is_ok_and(|method| fault::matches(route, &method, &seen.path))
        };
        let seen: Vec<RecordedRequest> = all.iter().filter(to_route).cloned().collect();
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
    /// Shortens a body that would keep too much memory alive.
    pub(crate) fn body_to_keep(body: &Bytes) -> Bytes {
        if body.len() <= KEPT_BODY {
            body.clone()
        } else {
            Bytes::new()
        }
    }

    /// Returns the signing string, without the values of credentials.
    fn signing_string(&self) -> Option<String> {
        let received = ReceivedRequest {
            method: &self.method,
            target: self
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str()),
            headers: &self.headers,
            authority: self.uri.authority().map(|authority| authority.as_str()),
            // The digest in the headers is used, so the body is not needed.
            body: &BodyDigest::of(&[]),
        };
        received.signing_string().ok()
    }

    fn show(&self, number: u64) -> RecordedRequest {
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
        RecordedRequest {
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
