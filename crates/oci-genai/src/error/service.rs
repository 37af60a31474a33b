//! Error responses of the service, in every form that reaches a client.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::Outcome;
use super::error_body::{explanation, is_error, json_in, plain_text, scalar, without_secrets};
use super::truncated::object_before_the_cut;
use crate::wire::SentCredentials;

/// Part of the service's message about a locked conversation.
const LOCKED: &str = "operating on this conversation";

/// The members that explain an error. `title` is a short name of its kind in a problem document.
const MESSAGES: [&str; 7] = [
    "message",
    "detail",
    "error_description",
    "error_message",
    "errorMessage",
    "msg",
    "title",
];

/// An error response of the service, parsed from any of its forms.
///
/// `Debug` omits the [body](Self::body), which may repeat parts of the request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServiceError {
    /// HTTP status; `None` for an error event inside a stream that began with 200.
    pub(crate) status: Option<StatusCode>,
    pub(crate) code: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    pub(crate) body: String,
    /// `Date` header of the response, the service's own clock.
    pub(crate) date: Option<String>,
}

impl ServiceError {
    /// Reads an error response.
    ///
    /// Accepts OCI's `{code, message}`, the same with an OpenAI error as JSON text inside
    /// `message`, OpenAI's `{error: {..}}`, a provider's `{code, error: "text"}`, a list of errors, members
    /// such as `detail` and `error_description`, plain text, and HTML. Text that fits none of them becomes the message as it is.
    pub fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let mut error = Self::from_body(body);
        error.status = Some(status);
        error.request_id = text("opc-request-id").or_else(|| text("x-request-id"));
        error.date = text("date");
        if let Some(encoding) = text("content-encoding").filter(|name| name != "identity") {
            // The body cannot be read.
            error.message = format!("the body has the unsupported encoding {encoding}");
        }
        // OCI repeats the status as the code, which adds nothing.
        if error.code.as_deref() == Some(status.as_str()) {
            error.code = None;
        }
        if status.is_redirection()
            && let Some(target) = text("location")
        {
            error.message = format!("it redirects to {}", without_secrets(&target));
        }
        if error.message.is_empty() {
            error.message = status
                .canonical_reason()
                .unwrap_or("no explanation was given")
                .to_owned();
        }
        error
    }

    /// Reads an error body or the data of an error event.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let read = match json_in(&text) {
            Some(value) => Some(Self::from_value(&value)),
            None => object_before_the_cut(&text)
                .map(|value| Self::from_value(&value))
                // Without words, the text itself says more.
                .filter(|error| error.code.is_some() || !error.message.starts_with('{')),
        };
        let mut error = read.unwrap_or_else(|| Self {
            message: plain_text(&text),
            ..Self::default()
        });
        error.body = text.into_owned();
        error
    }

    /// Reads the error object that is in the body of a success instead of the expected object.
    /// Returns `None` if there is none.
    pub(crate) fn in_success(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let value = json_in(&text)?;
        if !is_error(&value) {
            return None;
        }
        let mut error = Self::from_error(&value);
        error.body = text.into_owned();
        Some(error)
    }

    /// Reads an error object from the body of a success.
    pub(crate) fn from_error(value: &Value) -> Self {
        Self {
            status: Some(StatusCode::OK),
            ..Self::from_value(value)
        }
    }

    /// Masks the credential that was sent, in every field except the body.
    pub(crate) fn mask(&mut self, sent: &SentCredentials) {
        let optional = [
            &mut self.code,
            &mut self.error_type,
            &mut self.param,
            &mut self.request_id,
        ];
        let texts = optional.into_iter().flatten();
        for text in texts.chain([&mut self.message]) {
            if let Cow::Owned(masked) = sent.mask(text) {
                *text = masked;
            }
        }
    }

    /// Returns the outcome that this error shows.
    pub(crate) const fn outcome(&self) -> Outcome<'_> {
        match self.status {
            Some(status) if status.as_u16() / 100 != 2 => Outcome::Status(status, self),
            _ => Outcome::ErrorObject(self),
        }
    }

    fn from_value(value: &Value) -> Self {
        // Some gateways put a list around their errors. The first one names the cause.
        if let Value::Array(list) = value
            && let Some(first @ Value::Object(_)) = list.first()
        {
            return Self::from_value(first);
        }
        let Value::Object(object) = value else {
            return Self {
                message: value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
                ..Self::default()
            };
        };
        let text = |name: &str| object.get(name).and_then(scalar);
        let mut error = Self {
            code: text("code"),
            error_type: text("type"),
            param: text("param"),
            message: MESSAGES
                .into_iter()
                .find_map(|name| explanation(object.get(name)?))
                .unwrap_or_default(),
            ..Self::default()
        };
        match object.get("error") {
            Some(Value::String(message)) if error.message.is_empty() => {
                error.message.clone_from(message);
            }
            // OAuth has a short name beside its words.
            Some(Value::String(name)) if error.code.is_none() && !name.contains(' ') => {
                error.code = Some(name.clone());
            }
            Some(inner @ Value::Object(_)) => error = error.overlaid(Self::from_value(inner)),
            _ => {}
        }
        if let Some(list @ Value::Array(_)) = object.get("errors")
            && error.message.is_empty()
        {
            error = match list.get(0) {
                Some(first @ Value::Object(_)) => error.overlaid(Self::from_value(first)),
                _ => Self {
                    message: explanation(list).unwrap_or_default(),
                    ..error
                },
            };
        }
        // OCI wraps an OpenAI error as JSON text.
        if error.message.starts_with('{')
            && let Ok(inner @ Value::Object(_)) = serde_json::from_str(&error.message)
        {
            let inner = Self::from_value(&inner);
            if !inner.message.is_empty() {
                error = error.overlaid(inner);
            }
        }
        if error.message.is_empty() && error.code.is_none() {
            error.message = value.to_string();
        }
        error
    }

    /// Prefers the inner error's members and takes missing ones from the outer error.
    fn overlaid(self, inner: Self) -> Self {
        Self {
            code: inner.code.or(self.code),
            error_type: inner
                .error_type
                .or(self.error_type.filter(|t| t != "error")),
            param: inner.param.or(self.param),
            message: if inner.message.is_empty() {
                self.message
            } else {
                inner.message
            },
            ..Self::default()
        }
    }

    /// Returns the HTTP status, or `None` for an error event inside a stream that began with 200.
    pub const fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Returns the service's error code, such as `NotAuthenticated` or `conversation_locked`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns `true` if another response is in progress in the same conversation. Checks the code.
    /// If the response has no code or was cut off before it, checks the message.
    pub fn is_conversation_locked(&self) -> bool {
        match &self.code {
            Some(code) => code == "conversation_locked",
            None => self.message.contains(LOCKED),
        }
    }

    /// Returns the service's error type, such as `invalid_request_error`.
    pub fn error_type(&self) -> Option<&str> {
        self.error_type.as_deref()
    }

    /// Returns the request field that the error is about.
    pub fn param(&self) -> Option<&str> {
        self.param.as_deref()
    }

    /// Returns the service's explanation.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the service's `opc-request-id`. Include it in support requests.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the body unchanged, at most 64 KiB of it. It may repeat what was sent, credentials
    /// included.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("error_type", &self.error_type)
            .field("param", &self.param)
            .field("message", &self.message)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> ServiceError {
        ServiceError::from_response(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
        )
    }

    #[test]
    fn oci_shape_with_a_named_code() {
        let error = read(401, r#"{"code":"NotAuthenticated","message":"Wrong key."}"#);
        assert_eq!(error.code(), Some("NotAuthenticated"));
        assert_eq!(error.message(), "Wrong key.");
    }

    #[test]
    fn a_lock_is_recognized_by_its_code_or_else_by_its_message() {
        let whole = r#"{"error":{"message":"Another process is currently operating on this conversation. Please retry in a few seconds.","code":"conversation_locked"}}"#;
        for body in [
            whole,
            &whole[..100],
            r#"{"code":"conversation_locked","message":"no"}"#,
            // Cut before the words are, after the code.
            r#"{"error":{"code":"conversation_locked","message":"Another process is currently operating on th"#,
            r#"{"code":"conversation_locked","message":"#,
        ] {
            assert!(read(400, body).is_conversation_locked(), "{body}");
        }
        for body in [
            &whole[..30],
            r#"{"error":{"code":"conversation_loc"#,
            r#"{"code":"X","message":"operating on this conversation"}"#,
        ] {
            assert!(!read(400, body).is_conversation_locked(), "{body}");
        }
    }

    #[test]
    fn oci_shape_with_the_status_as_code_has_no_code() {
        let error = read(404, r#"{"code":"404","message":"gone"}"#);
        assert_eq!((error.code(), error.message()), (None, "gone"));
    }

    #[test]
    fn openai_error_inside_an_oci_message() {
        let error = read(
            404,
            r#"{"code":"404","message":"{\"error\":{\"message\":\"VectorStore vs_1 not found.\",\"type\":\"invalid_request_error\"}}"}"#,
        );
        assert_eq!(error.message(), "VectorStore vs_1 not found.");
        assert_eq!(error.error_type(), Some("invalid_request_error"));
        assert_eq!(error.code(), None);
    }

    #[test]
    fn openai_shape() {
        let error = read(
            400,
            r#"{"error":{"code":"unsupported_file","message":"No.","type":"unsupported_file","param":"file"}}"#,
        );
        assert_eq!(error.code(), Some("unsupported_file"));
        assert_eq!(error.param(), Some("file"));
        assert_eq!(error.message(), "No.");
    }

    #[test]
    fn provider_shape() {
        let error = read(
            400,
            r#"{"code":"invalid-argument","error":"Client-side tools"}"#,
        );
        assert_eq!(error.code(), Some("invalid-argument"));
        assert_eq!(error.message(), "Client-side tools");
    }

    #[test]
    fn flat_and_nested_error_events_read_alike() {
        let flat = ServiceError::from_body(
            br#"{"type":"error","code":"server_error","message":"Broke.","sequence_number":3}"#,
        );
        let nested = ServiceError::from_body(
            br#"{"type":"error","error":{"code":"server_error","message":"Broke."}}"#,
        );
        for error in [flat, nested] {
            assert_eq!(error.code(), Some("server_error"));
            assert_eq!(error.message(), "Broke.");
        }
    }

    #[test]
    fn html_errors_keep_their_text() {
        let error = read(
            502,
            "<html><head><title>502 Bad Gateway</title><style>p{color:red}</style></head>\
             <body><h1>Oops</h1></body></html>",
        );
        assert_eq!(error.message(), "502 Bad Gateway Oops");
        assert!(error.body().contains("<h1>"));
    }

    #[test]
    fn plain_text_empty_bodies_and_other_json_are_kept() {
        assert_eq!(read(503, "upstream down\n").message(), "upstream down");
        assert_eq!(read(503, "").message(), "Service Unavailable");
        assert_eq!(read(500, r#"{"detail":"no"}"#).message(), "no");
        assert_eq!(read(500, r#"{"odd":1}"#).message(), r#"{"odd":1}"#);
        assert_eq!(read(500, r#"["odd"]"#).message(), r#"["odd"]"#);
        assert_eq!(read(500, r#"{"message":"{broken"}"#).message(), "{broken");
    }

    #[test]
    fn long_text_is_cut_in_the_message_but_not_in_the_body() {
        let error = read(500, &"é".repeat(2000));
        assert_eq!(
            error.message().chars().count(),
            super::super::error_body::MAX_TEXT + 1
        );
        assert_eq!(error.body().chars().count(), 2000);
    }

    #[test]
    fn a_redirect_names_its_target_without_secrets() {
        for (location, shown) in [
            ("/new/responses?token=secret#x", "/new/responses"),
            (
                "https://me:secret@host:8443/v1?a=secret",
                "https://host:8443/v1",
            ),
            ("//secret@host", "//host"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("location", location.parse().unwrap());
            let error = ServiceError::from_response(
                StatusCode::TEMPORARY_REDIRECT,
                &headers,
                b"<a href=x>Moved</a>",
            );
            assert_eq!(error.message(), format!("it redirects to {shown}"));
        }
    }

    #[test]
    fn unclosed_markup_is_handled() {
        assert_eq!(read(500, "<script>x").message(), "x");
        assert_eq!(read(500, "<p").message(), "Internal Server Error");
    }

    #[test]
    fn the_request_id_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert("opc-request-id", "ABC/DEF".parse().unwrap());
        let error = ServiceError::from_response(StatusCode::BAD_REQUEST, &headers, b"{}");
        assert_eq!(error.request_id(), Some("ABC/DEF"));
    }
}
