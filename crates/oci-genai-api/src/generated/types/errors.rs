// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `errors` part.

use crate::model::Extra;

/// The body of an error response. Clients receive at least four forms; this type reads all of
/// them:
///
/// 1. Oracle's: `code` and `message` at the top level. `code` is often the HTTP status as a
///    string.
/// 2. Oracle's with an OpenAI error inside: `message` is JSON text of the third form.
/// 3. OpenAI's: an object under `error`.
/// 4. A model provider's, passed through: `code` at the top level and a string under `error`.
///
/// A load balancer may also return plain text or HTML, which is none of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The error, in the third and fourth form.
    pub error: Option<ErrorValue>,
    /// Oracle's code, for example `NotAuthenticated` or `404`, or a provider's, for example `invalid-argument`; in the other forms.
    pub code: Option<String>,
    /// Error message, or JSON text; in the first and second form.
    pub message: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ErrorResponse {
        constants {}
        required {}
        nullable {}
        optional {
            plain error: ErrorValue = "error";
            plain code: String = "code";
            plain message: String = "message";
        }
    }
}

/// The value of `error`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorValue {
    /// Error message of a model provider.
    Text(String),
    /// OpenAI's error object.
    Detail(ErrorDetail),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    ErrorValue: Value {
        variants { Text Detail }
        kinds {
            string Text: String;
        }
        tagged "" {}
        objects {
            Detail: ErrorDetail;
        }
        from {
            &str => Text into;
            String => Text plain;
            ErrorDetail => Detail plain;
        }
    }
}

/// An error in OpenAI's form.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// Error message.
    pub message: String,
    /// Kind of error, for example `invalid_request_error`.
    pub kind: Option<String>,
    /// Machine-readable error code, for example `conversation_not_found`.
    pub code: Option<String>,
    /// The request field that caused the error.
    pub param: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ErrorDetail {
        constants {}
        required {
            plain message: String = "message";
        }
        nullable {}
        optional {
            plain kind: String = "type";
            plain code: String = "code";
            plain param: String = "param";
        }
    }
}
