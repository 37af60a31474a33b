//! Headers that are forwarded to the service, and to the caller.

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, DATE, EXPECT, HOST, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName};

/// Hop-by-hop headers, which end at the proxy.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Headers that are not forwarded: the caller's credentials, and headers that the proxy sets
/// itself, which are the length of the body it sends, the host it sends to, and the dates and
/// digests of the signature. `x-date` would be signed instead of `date`.
const NOT_SENT_ON: [HeaderName; 11] = [
    AUTHORIZATION,
    COOKIE,
    HOST,
    CONTENT_LENGTH,
    EXPECT,
    DATE,
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-date"),
    HeaderName::from_static("x-content-sha256"),
    HeaderName::from_static("opc-obo-token"),
];

/// The proxy itself decides which pages may read a response.
const CROSS_ORIGIN: &str = "access-control-";

/// Removes headers that must not reach the service.
pub(crate) fn strip_request(headers: &mut HeaderMap) {
    strip_hop_by_hop(headers);
    for name in NOT_SENT_ON {
        headers.remove(name);
    }
}

/// Removes headers that must not reach the caller.
pub(crate) fn strip_response(headers: &mut HeaderMap) {
    strip_hop_by_hop(headers);
    let foreign: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(CROSS_ORIGIN))
        .cloned()
        .collect();
    for name in foreign {
        headers.remove(name);
    }
}

fn strip_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(CONNECTION)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
            .collect();
        for name in named {
            headers.remove(name);
        }
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_named_by_connection_are_removed_too() {
        let mut headers = HeaderMap::new();
        headers.append(CONNECTION, "keep-alive, X-Mine".parse().unwrap());
        headers.append(CONNECTION, " ,x-yours , (".parse().unwrap());
        for name in ["x-mine", "x-yours", "x-ours", "authorization", "api-key"] {
            headers.append(name, "1".parse().unwrap());
        }
        strip_request(&mut headers);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["x-ours"]);
    }
}
