//! Checks the host of a request and normalizes its URI.

use std::net::Ipv4Addr;

use http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderValue, Uri};
use url::{Host, Url};

use crate::redact::shown;
use crate::{Error, Result};

/// Accepts only TLS and loopback, and of those only `hosts`, if any are given.
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
        "credentials for {} are not sent to {}; hint: check for a redirect",
        hosts
            .iter()
            .map(|host| shown(host).to_string())
            .collect::<Vec<_>>()
            .join(", "),
        shown(host)
    )))
}

/// Accepts only TLS and loopback.
pub(crate) fn protected(uri: &Uri) -> Result<()> {
    if uri.scheme_str() == Some("https") || is_loopback(uri) {
        return Ok(());
    }
    let host = uri.host().unwrap_or("a relative URI");
    Err(Error::insecure(format!(
        "credentials are sent only over https or to this machine, not to {}",
        shown(host)
    )))
}

pub(crate) fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.is_loopback();
    }
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        _ => false,
    }
}

/// Writes URI and content type the way HTTP clients send them, so that the signature covers what is
/// sent: clients drop a default port and escape some characters, and some of OCI's front ends drop
/// `charset` before they verify.
pub(super) fn normalise(parts: &mut Parts) -> Result<()> {
    if !is_plain(&parts.uri) {
        rewrite(&mut parts.uri)?;
    }
    if let Some(bare) = without_charset(parts.headers.get(CONTENT_TYPE)) {
        parts.headers.insert(CONTENT_TYPE, bare);
    }
    // The length is known and signed.
    parts.headers.remove(TRANSFER_ENCODING);
    Ok(())
}

/// Returns true if no part of the URI can be written differently. Most requests need no rewriting.
fn is_plain(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let default_port = match uri.scheme_str() {
        Some("https") => 443,
        Some("http") => 80,
        _ => return false,
    };
    // IP addresses have many spellings. Unlike a name, their last part does not begin with a
    // letter.
    let last_part = host.rsplit('.').next().unwrap_or_default();
    let plain_host = (last_part.starts_with(|first: char| first.is_ascii_lowercase())
        || host.parse::<Ipv4Addr>().is_ok())
        && !host.starts_with("xn--")
        && !host.contains(".xn--")
        && host
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    let plain_target = target.starts_with('/')
        && !target.contains("/.")
        && target
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' | b'/' | b'?' | b'=' | b'&' | b',' | b':'));
    // A user name, a default port, or a port with leading zeros would be written differently.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let plain_port = match authority
        .strip_prefix(host)
        .map(|rest| rest.split_at_checked(1))
    {
        Some(None) => true,
        Some(Some((":", port))) => {
            !port.starts_with('0') && port.parse().is_ok_and(|port: u16| port != default_port)
        }
        _ => false,
    };
    plain_host && plain_target && plain_port
}

fn rewrite(uri: &mut Uri) -> Result<()> {
    let malformed = || Error::request("the request's URI is not a valid URL");
    let mut url = Url::parse(&uri.to_string()).map_err(|cause| malformed().with_source(cause))?;
    url.set_fragment(None);
    *uri = url
        .as_str()
        .parse()
        .map_err(|cause: http::uri::InvalidUri| malformed().with_source(cause))?;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_unusual_targets_are_rewritten() {
        for (uri, plain) in [
            (
                "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1/responses",
                true,
            ),
            (
                "http://127.0.0.1:8080/openai/v1/conversations/conv_1/items?limit=2&order=asc",
                true,
            ),
            ("https://example.com:443/", false),
            ("https://Example.com/", false),
            ("https://127.1/", false),
            ("https://me@example.com/", false),
            ("https://example.com/a/../b", false),
            ("https://example.com/a%7Eb", false),
            ("https://example.com/?q=a'b", false),
            ("https://example.com:08080/", false),
        ] {
            assert_eq!(is_plain(&uri.parse().unwrap()), plain, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_uri_is_unchanged(
            scheme in "https?",
            host in "[a-zA-Z0-9.-]{1,12}",
            port in prop::option::of(0_u32..70_000),
            target in "/[a-z0-9%./?=&,:~_-]{0,16}",
        ) {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let written = format!("{scheme}://{host}{port}{target}");
            if let Ok(uri) = written.parse::<Uri>() && is_plain(&uri) {
                let url = Url::parse(&written).unwrap();
                prop_assert_eq!(url.as_str(), written);
            }
        }
    }
}
