//! Which hosts a request may name.
//!
//! A web page can have its own host name resolve to loopback (DNS rebinding). The browser then takes the emulator
//! for that page's server and lets the page read every answer, but it still names the page's host.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri, header};
use oci_genai_auth::redact;

use crate::config::EmulatorConfig;
use crate::error::ApiError;

/// The longest host that an error repeats, in bytes: the longest that DNS knows.
const MAX_SHOWN: usize = 253;

/// The hosts an emulator answers to.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// Whether only this machine can connect. Otherwise every host is taken.
    loopback: bool,
    /// Hosts that are taken besides loopback.
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

    /// Whether only this machine can connect.
    pub(crate) fn on_loopback(&self) -> bool {
        self.loopback
    }

    /// Refuses a request that names a host it may not name, or none.
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

/// A host that a user allows, in the form that requests are compared with. None for what is not a host name or
/// an address, or has a port.
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

/// The host of `host[:port]` in lower case, without brackets and without a final dot.
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

/// Whether this host always means the machine itself: browsers resolve `localhost` and what ends in `.localhost`
/// without asking anybody.
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
    fn allowed_names_are_compared_as_requests_name_them() {
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
