//! The HTTP clients of this crate: one for the network, and one for this machine.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use oci_genai_api::{Body, BoxError, HttpClient};
use oci_genai_auth::redact;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_service::Service;

use super::is_loopback;
use crate::{Endpoint, Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends each request with the client for its host. Cheap to clone.
///
/// Requests to this machine use no proxy, which would receive the credentials, and no name server
/// for `localhost` or a name below it. Without TLS they need no certificates either.
#[derive(Clone, Debug)]
pub(crate) struct ByHost(Arc<Clients>);

#[derive(Debug)]
enum Clients {
    /// The caller's client, for every host.
    Given(HttpClient),
    /// Created on first use, because most programs need only one.
    Own {
        network: Made,
        local: Made,
        local_tls: Made,
        use_for: Use,
    },
}

/// The purpose of the clients.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// The calls of this crate.
    Calls,
    /// Requests of other programs. Bodies stay unchanged, and each open request has a connection of
    /// its own, so that a slow stream cannot block another.
    Passthrough,
}

type Made = OnceLock<std::result::Result<HttpClient, String>>;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Network,
    Local,
    LocalTls,
}

impl ByHost {
    pub(crate) fn given(client: reqwest::Client) -> Self {
        Self(Arc::new(Clients::Given(HttpClient::new(client))))
    }

    /// Creates the default clients. The one for `endpoint` is created at once.
    ///
    /// # Errors
    ///
    /// Returns an error if that client cannot be created.
    pub(crate) fn own(endpoint: &Endpoint) -> Result<Self> {
        Self::made_for(Use::Calls, endpoint)
    }

    /// Creates the default clients for requests of other programs.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`own`](Self::own).
    pub(crate) fn passthrough(endpoint: &Endpoint) -> Result<Self> {
        Self::made_for(Use::Passthrough, endpoint)
    }

    fn made_for(use_for: Use, endpoint: &Endpoint) -> Result<Self> {
        let own = Self(Arc::new(Clients::Own {
            network: Made::new(),
            local: Made::new(),
            local_tls: Made::new(),
            use_for,
        }));
        let uri = endpoint.join("/")?;
        own.client(&uri)?;
        Ok(own)
    }

    /// Returns the reqwest client for requests to `endpoint`.
    pub(crate) fn reqwest(&self, endpoint: &Endpoint) -> Result<reqwest::Client> {
        Ok(self.client(&endpoint.join("/")?)?.get_ref().clone())
    }

    fn client(&self, uri: &http::Uri) -> Result<&HttpClient> {
        let (network, local, local_tls, use_for) = match &*self.0 {
            Clients::Given(client) => return Ok(client),
            Clients::Own {
                network,
                local,
                local_tls,
                use_for,
            } => (network, local, local_tls, *use_for),
        };
        let (made, kind) = match (is_loopback(uri), uri.scheme_str()) {
            (false, _) => (network, Kind::Network),
            (true, Some("https")) => (local_tls, Kind::LocalTls),
            (true, _) => (local, Kind::Local),
        };
        let client = made.get_or_init(|| match make(kind, use_for) {
            Ok(client) => Ok(HttpClient::new(client)),
            Err(error) => Err(why(&error)),
        });
        client.as_ref().map_err(|why| {
            Error::config(format!("could not set up the HTTP client: {why}")).with_hint(
                "correct or unset SSL_CERT_FILE and SSL_CERT_DIR, or pass a client of your own",
            )
        })
    }
}

impl Service<Request<Body>> for ByHost {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = futures_util::future::Either<
        oci_genai_api::ResponseFuture,
        std::future::Ready<std::result::Result<Response<Body>, BoxError>>,
    >;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        use futures_util::future::Either;
        match self.client(request.uri()) {
            Ok(client) => Either::Left(client.clone().call(request)),
            Err(error) => Either::Right(std::future::ready(Err(error.into()))),
        }
    }
}

fn make(kind: Kind, use_for: Use) -> reqwest::Result<reqwest::Client> {
    let builder = base().connect_timeout(CONNECT_TIMEOUT);
    let builder = match use_for {
        Use::Calls => builder,
        Use::Passthrough => builder
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .http1_only(),
    };
    match kind {
        Kind::Network => builder,
        Kind::Local => local(builder).tls_certs_only([]),
        Kind::LocalTls => local(builder),
    }
    .build()
}

fn base() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        // A signature is valid for one host and one path.
        .redirect(reqwest::redirect::Policy::none())
        // The retry layer does reqwest's retries, within its budget and with a new signature, and
        // reqwest need not copy every request.
        .retry(reqwest::retry::never().max_retries_per_request(0))
}

fn local(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.no_proxy().dns_resolver(Loopback)
}

/// Creates a client without a proxy for a nearby service, such as the instance metadata service.
pub(crate) fn metadata_client(url: &str, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    let builder = base().no_proxy().timeout(timeout);
    if url.starts_with("https:") {
        return builder.build();
    }
    builder.tls_certs_only([]).build()
}

/// Resolves every name to this machine. It is only used for `localhost` and names below it.
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

/// Returns the reason why a client could not be created. TLS reports only that there are no
/// certificates.
fn why(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let Some(path) = std::env::var_os(name).filter(|path| !path.is_empty()) else {
            continue;
        };
        let path = Path::new(&path);
        let shown = redact::shown_path(path);
        let found = match std::fs::metadata(path) {
            Err(error) => format!("{name} names {shown}, which cannot be read: {error}"),
            Ok(_) => format!("{name} names {shown}, which contains no certificate"),
        };
        causes.push(found);
    }
    if causes.is_empty() {
        let mut cause: &dyn std::error::Error = error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        causes.push(cause.to_string());
    }
    causes.join("; ")
}
