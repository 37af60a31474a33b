// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `errors` part.

use crate::model::Extra;

/// The body of an answer that is not a success. At least four shapes reach a client, and this
/// type reads each of them:
///
/// 1. Oracle's: `code` and `message` at the top, `code` often being the HTTP status as text.
/// 2. Oracle's with an OpenAI error inside: `message` is JSON text of the third shape.
/// 3. OpenAI's: an object under `error`.
/// 4. A model provider's, passed through: `code` at the top and a plain text under `error`.
///
/// A load balancer may also answer with plain text or HTML, which is none of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The error, in the third and fourth shape.
    pub error: Option<ErrorValue>,
    /// Oracle's code, such as `NotAuthenticated` or `404`, or a provider's, such as `invalid-argument`; in the other shapes.
    pub code: Option<String>,
    /// The error in words, or as JSON text; in the first and second shape.
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

/// What stands under `error`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorValue {
    /// A model provider's error in words.
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

/// OpenAI's description of an error.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The error in words.
    pub message: String,
    /// The kind of error, such as `invalid_request_error`.
    pub kind: Option<String>,
    /// A code for programs, such as `conversation_not_found`.
    pub code: Option<String>,
    /// The request field that is at fault.
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
