//! The HTTP clients of token services: for the network, for this machine, and for specific
//! certificates.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;

use http::Uri;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, ClientBuilder};

use crate::layer::is_loopback;
use crate::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Clients that are created on first use. Reading the system's certificates takes longer than
/// everything else, and most providers of a chain never send a request.
#[derive(Debug)]
pub(crate) struct Clients {
    timeout: Duration,
    /// True if no proxy may be used for any host.
    is_direct: bool,
    /// The certificates to trust instead of the system's.
    roots: Option<Vec<Certificate>>,
    network: OnceLock<Client>,
    local: OnceLock<Client>,
    local_tls: OnceLock<Client>,
}

impl Clients {
    pub(crate) fn new(timeout: Duration, is_direct: bool, roots: Option<Vec<Certificate>>) -> Self {
        Self {
            timeout,
            is_direct,
            roots,
            network: OnceLock::new(),
            local: OnceLock::new(),
            local_tls: OnceLock::new(),
        }
    }

    /// Returns the client for a URL. Requests to this machine use no proxy, which would receive the
    /// credentials, and no DNS for `localhost`. Without TLS, no certificates are needed.
    ///
    /// # Errors
    /// Returns an error if the client cannot be created.
    pub(crate) fn client(&self, url: &Uri) -> Result<Client> {
        let is_plain = url.scheme_str() == Some("http");
        let is_local = is_loopback(url);
        let made = match (is_local, is_plain) {
            (true, true) => &self.local,
            (true, false) => &self.local_tls,
            (false, _) => &self.network,
        };
        if let Some(client) = made.get() {
            return Ok(client.clone());
        }
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .timeout(self.timeout)
            .redirect(reqwest::redirect::Policy::none());
        if is_local {
            builder = builder.dns_resolver(Loopback);
        }
        if is_local || self.is_direct {
            builder = builder.no_proxy();
        }
        builder = match &self.roots {
            Some(roots) => builder.tls_certs_only(roots.iter().cloned()),
            // Other plain URLs belong to the metadata service.
            None if is_plain => builder.tls_certs_only([]),
            None => builder,
        };
        let client = build(builder)?;
        Ok(made.get_or_init(|| client).clone())
    }
}

fn build(builder: ClientBuilder) -> Result<Client> {
    builder.build().map_err(|cause| {
        let set: Vec<&str> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
            .into_iter()
            .filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
            .collect();
        let message = "could not set up the HTTP client";
        Error::config(if set.is_empty() {
            message.to_owned()
        } else {
            format!(
                "{message}; hint: check the certificates in {}",
                set.join(" or ")
            )
        })
        .with_source(cause)
    })
}

/// Resolves every name to this machine. It is used for `localhost` and its subdomains only.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = [
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ];
        let addresses: Addrs = Box::new(addresses.into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}
