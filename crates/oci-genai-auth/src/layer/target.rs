//! Where a request goes, and in which words.

use http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderValue, Uri};
use url::{Host, Url};

use crate::{Error, Result};

/// Lets only TLS and loopback pass, and of those only `hosts`, where any are given.
pub(super) fn admit(uri: &Uri, hosts: &[String]) -> Result<()> {
    protected(uri)?;
    let host = uri.host().unwrap_or_default();
    if hosts.is_empty()
        || hosts
            .iter()
            .any(|allowed| host.eq_ignore_ascii_case(allowed))
    {
        return Ok(());
    }
    Err(Error::insecure(format!(
        "credentials for {} are not sent to {host}; was there a redirect?",
        hosts.join(", ")
    )))
}

/// Lets only TLS and loopback pass.
pub(crate) fn protected(uri: &Uri) -> Result<()> {
    if uri.scheme_str() == Some("https") || is_loopback(uri) {
        return Ok(());
    }
    let host = uri.host().unwrap_or("a relative URI");
    Err(Error::insecure(format!(
        "credentials go only to https or to this machine, not to {host} unprotected"
    )))
}

fn is_loopback(uri: &Uri) -> bool {
    match uri.host().map(Host::parse) {
        Some(Ok(Host::Ipv4(address))) => address.is_loopback(),
        Some(Ok(Host::Ipv6(address))) => address.is_loopback(),
        Some(Ok(Host::Domain(name))) => name == "localhost" || name.ends_with(".localhost"),
        _ => false,
    }
}

/// Writes URI and content type the way HTTP clients send them, so that what is signed is what is
/// sent: they drop a default port and escape some characters, and some of OCI's front ends drop
/// `charset` before they verify.
pub(super) fn normalise(parts: &mut Parts) -> Result<()> {
    let written = parts.uri.to_string();
    let malformed = || Error::request("the request's URI is not a URL that can be sent");
    let mut url = Url::parse(&written).map_err(|cause| malformed().with_source(cause))?;
    url.set_fragment(None);
    if url.as_str() != written {
        parts.uri = url
            .as_str()
            .parse()
            .map_err(|cause: http::uri::InvalidUri| malformed().with_source(cause))?;
    }
    if let Some(bare) = without_charset(parts.headers.get(CONTENT_TYPE)) {
        parts.headers.insert(CONTENT_TYPE, bare);
    }
    // The length is known and signed.
    parts.headers.remove(TRANSFER_ENCODING);
    Ok(())
}

fn without_charset(value: Option<&HeaderValue>) -> Option<HeaderValue> {
    let (essence, parameter) = value?.to_str().ok()?.split_once(';')?;
    let is_json = essence.trim().eq_ignore_ascii_case("application/json");
    let is_charset = parameter
        .trim()
        .to_ascii_lowercase()
        .starts_with("charset=");
    (is_json && is_charset).then(|| HeaderValue::from_static("application/json"))
}
