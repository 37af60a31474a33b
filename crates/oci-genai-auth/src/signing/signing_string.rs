//! The signing string, built by the same code for signing and verification.

use http::{HeaderMap, Method};

/// Selects the headers that a signature covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedHeaders {
    /// Date, request target and host; for methods with a body also its length, type and hash.
    /// Nearly every OCI service expects this.
    #[default]
    Standard,
    /// Date, request target and host, for any method: Object Storage uploads.
    WithoutBody,
    /// Like standard, but without the host: an instance's request for a token.
    WithoutHost,
}

/// The name under which method and path are signed.
pub(crate) const REQUEST_TARGET: &str = "(request-target)";
pub(crate) const CONTENT_SHA256: &str = "x-content-sha256";
/// Used instead of `date` by clients that cannot set that header.
pub(crate) const X_DATE: &str = "x-date";
pub(crate) const DELEGATION: &str = "opc-obo-token";

impl SignedHeaders {
    /// Returns the names for `method` in signing order; `None` for methods that OCI does not sign.
    pub(crate) fn names(self, method: &Method, delegated: bool) -> Option<Vec<&'static str>> {
        let has_body = has_signed_body(method)?;
        let mut names = vec!["date", REQUEST_TARGET];
        if self != Self::WithoutHost {
            names.push("host");
        }
        if delegated {
            names.push(DELEGATION);
        }
        if has_body && self != Self::WithoutBody {
            names.extend(["content-length", "content-type", CONTENT_SHA256]);
        }
        Some(names)
    }
}

/// Replaces `date` with `x-date` in the names.
pub(crate) fn with_x_date(names: Vec<&'static str>) -> Vec<&'static str> {
    let swap = |name| if name == "date" { X_DATE } else { name };
    names.into_iter().map(swap).collect()
}

/// Returns true if signatures of this method cover the body; `None` for methods that OCI does not
/// sign.
fn has_signed_body(method: &Method) -> Option<bool> {
    match *method {
        Method::GET | Method::HEAD | Method::DELETE => Some(false),
        Method::POST | Method::PUT | Method::PATCH => Some(true),
        _ => None,
    }
}

/// Builds the string: a line `name: value` for each name, joined by single line feeds.
///
/// # Errors
/// Returns the name of the first header that is absent or not ASCII text.
pub(crate) fn signing_string<'n>(
    method: &Method,
    target: &str,
    headers: &HeaderMap,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<String, &'n str> {
    let mut text = String::with_capacity(512);
    for name in names {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(name);
        text.push_str(": ");
        if name == REQUEST_TARGET {
            text.push_str(&method.as_str().to_ascii_lowercase());
            text.push(' ');
            text.push_str(target);
            continue;
        }
        let mut values = headers.get_all(name).iter();
        let first = values
            .next()
            .and_then(|value| value.to_str().ok())
            .ok_or(name)?;
        text.push_str(first);
        for value in values {
            text.push_str(", ");
            text.push_str(value.to_str().map_err(|_| name)?);
        }
    }
    Ok(text)
}
