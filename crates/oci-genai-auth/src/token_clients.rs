//! The HTTP clients of token services: for the network, for this machine, for one set of certificates.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;

use http::Uri;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, ClientBuilder};

use crate::layer::is_loopback;
use crate::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Clients that are made when they are first needed: reading the system's certificates takes longer
/// than all else, and most providers of a chain never send anything.
#[derive(Debug)]
pub(crate) struct Clients {
    timeout: Duration,
    /// Whether there may be no proxy, whatever the host.
    is_direct: bool,
    /// The certificates to trust, in place of the system's.
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

    /// The client for a URL. What goes to this machine uses no proxy, which would get the credentials,
    /// and asks nobody for the address of `localhost`. Without TLS it needs no certificates.
    ///
    /// # Errors
    /// When it cannot be made.
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
            // Plain URLs elsewhere are the metadata service's.
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
                "{message}: check the certificates that {} names",
                set.join(" or ")
            )
        })
        .with_source(cause)
    })
}

/// Answers this machine for every name: it is asked for `localhost` and names below it alone.
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
