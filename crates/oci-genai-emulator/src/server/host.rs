//! Hosts that requests may name.
//!
//! A web page can make its own host name resolve to loopback (DNS rebinding). The browser then
//! takes the emulator for that page's server and lets the page read every response, but it still
//! sends the page's host.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri, header};
use oci_genai_auth::redact;

use crate::config::EmulatorConfig;
use crate::error::ApiError;

/// Maximum length of a host that an error repeats, in bytes: the maximum in DNS.
const MAX_SHOWN: usize = 253;

/// Hosts that an emulator accepts.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// True if only this machine can connect. Otherwise every host is accepted.
    loopback: bool,
    /// Accepted hosts in addition to loopback.
    allowed: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(config: &EmulatorConfig) -> Self {
        Self {
            loopback: config.listen.ip().to_canonical().is_loopback(),
            allowed: config
                .allow_hosts
                .iter()
                .filter_map(|name| allowed_name(name))
                .collect(),
        }
    }

    /// Returns true if only this machine can connect.
    pub(crate) fn on_loopback(&self) -> bool {
        self.loopback
    }

    /// Rejects a request that names no host or one that is not accepted.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
        if !self.loopback {
            return Ok(());
        }
        let in_target = uri.authority().map(Authority::as_str);
        let in_headers = headers.get_all(header::HOST).iter();
        let named = in_target
            .into_iter()
            .chain(in_headers.map(|host| host.to_str().unwrap_or_default()));
        let mut count = 0;
        for host in named {
            count += 1;
            if !host_of(host).is_some_and(|host| self.takes(&host)) {
                return Err(refuse(host));
            }
        }
        match count {
            0 => Err(refuse("")),
            _ => Ok(()),
        }
    }

    fn takes(&self, host: &str) -> bool {
        is_loopback(host) || self.allowed.iter().any(|allowed| allowed == host)
    }
}

/// Normalizes an allowed host for comparison with requests. `None` if it is not a host name or an
/// address, or has a port.
pub(crate) fn allowed_name(name: &str) -> Option<String> {
    if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(address.to_string());
    }
    match url::Host::parse(name).ok()? {
        url::Host::Domain(domain) if !domain.contains('*') => {
            Some(domain.trim_end_matches('.').to_owned()).filter(|domain| !domain.is_empty())
        }
        _ => None,
    }
}

/// Returns the host of `host[:port]` in lower case, without brackets and without a final dot.
fn host_of(text: &str) -> Option<String> {
    if text.contains('@') {
        return None;
    }
    let authority: Authority = text.parse().ok()?;
    let host = authority.host();
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Ok(address) = address.unwrap_or(host).parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// Returns true if this host always means the machine itself. Browsers resolve `localhost` and
/// names that end in `.localhost` without a lookup.
fn is_loopback(host: &str) -> bool {
    let label = |label: &str| !label.is_empty();
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => match host.strip_suffix("localhost") {
            Some("") => true,
            Some(below) => below
                .strip_suffix('.')
                .is_some_and(|below| below.split('.').all(label)),
            None => false,
        },
    }
}

fn refuse(host: &str) -> ApiError {
    let message = match host_of(host) {
        Some(host) if host.len() <= MAX_SHOWN && !redact::is_secret(&host) => format!(
            "This emulator listens on loopback and does not answer to the host '{host}'; hint: start it with \
             --allow-host {host}"
        ),
        _ => "This emulator listens on loopback and does not answer to the host that the request \
                 names."
            .to_owned(),
    };
    ApiError::new(StatusCode::FORBIDDEN, message).gateway()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_names_are_normalized_like_request_hosts() {
        for (given, named) in [
            ("DevBox", "devbox:80"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("devbox.example.", "devbox.example"),
            ("[fd00::7]", "[fd00:0::7]:1"),
            ("10.0.0.1", "10.0.0.1:80"),
        ] {
            assert_eq!(allowed_name(given), host_of(named), "{given}");
            assert!(allowed_name(given).is_some(), "{given}");
        }
    }
}
