//! Address of an upstream, and its secret parts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use url::Host;

/// Loopback addresses of IPv4 and IPv6. The port is the URL's.
pub(super) const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

/// URL of an upstream's API.
pub(super) struct Address(Url);

impl Address {
    /// Joins the base URL and the API's path. `None` if the result is not an HTTP URL.
    pub(super) fn new(base: &str, path: &str) -> Option<Self> {
        let mut url = Url::parse(base).ok()?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return None;
        }
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.set_fragment(None);
        Some(Self(url))
    }

    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }

    pub(super) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    pub(super) fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns true if the upstream is on this machine.
    pub(super) fn is_local(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(_)) => self.local_name().is_some(),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Returns the host name if it always means this machine. Such a name is not resolved.
    pub(super) fn local_name(&self) -> Option<&str> {
        let name = match self.0.host()? {
            Host::Domain(name) => name,
            _ => return None,
        };
        let bare = name.strip_suffix('.').unwrap_or(name);
        (bare == "localhost" || bare.ends_with(".localhost")).then_some(name)
    }

    /// Returns true if nobody can listen on the connection.
    pub(super) fn is_protected(&self) -> bool {
        self.is_tls() || self.is_local()
    }

    /// Returns true if the URL has a user, which is sent as a credential.
    pub(super) fn has_user(&self) -> bool {
        !self.0.username().is_empty() || self.0.password().is_some()
    }

    /// Removes the user, because another credential is sent.
    pub(super) fn forget_user(&mut self) {
        // Fails only for URLs without a host.
        let _ = self.0.set_username("");
        let _ = self.0.set_password(None);
    }

    /// Returns the parts of the URL that may be secret.
    pub(super) fn secrets(&self) -> Vec<String> {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        let user = [Some(self.0.username()), self.0.password()];
        let user = user.into_iter().flatten().map(decoded);
        let query = self.0.query_pairs().map(|(_, value)| value.into_owned());
        user.chain(query).filter(|text| !text.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_comes_before_the_query() {
        for (base, wanted) in [
            ("http://a/v1", "http://a/v1/responses"),
            ("http://a/v1/", "http://a/v1/responses"),
            ("http://a", "http://a/responses"),
            (
                "https://a/v1?api-version=2#x",
                "https://a/v1/responses?api-version=2",
            ),
        ] {
            let address = Address::new(base, "/responses").unwrap();
            assert_eq!(address.url().as_str(), wanted);
        }
        for none in ["", "a", "ftp://a/", "http://", "unix:/run/x"] {
            assert!(Address::new(none, "/responses").is_none(), "{none}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        let local = |host: &str| {
            Address::new(&format!("http://{host}/v1"), "")
                .unwrap()
                .is_local()
        };
        for here in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "127.0.0.9",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(local(here), "{here}");
        }
        for elsewhere in ["localhost.example", "notlocalhost", "10.0.0.1", "[::2]"] {
            assert!(!local(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_secret_is_known() {
        let address = Address::new("https://me:p%40ss@a/v1?key=k%20y&v=", "").unwrap();
        assert_eq!(address.secrets(), ["me", "p@ss", "k y"]);
        assert!(address.has_user());
    }
}
