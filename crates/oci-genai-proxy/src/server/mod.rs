//! The proxy as a standalone server.

mod accept;
mod connection;
mod tls;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use self::tls::{Tls, TlsError};
use crate::service::Proxy;

/// Settings of a [`Server`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerConfig {
    /// Address to listen on. Default: loopback, a free port.
    pub listen: SocketAddr,
    /// Serves over TLS. Default: no TLS.
    pub tls: Option<Tls>,
    /// Declares that TLS terminates in front of this server. Default: false.
    pub behind_tls: bool,
    /// Maximum number of connections; more are not accepted. Default: 4,096.
    pub max_connections: usize,
    /// Maximum size of the headers of a request, in bytes; at least 8,192. Default: 64 KiB.
    pub max_header_bytes: usize,
    /// Timeout for a request's headers. Default: 30 s.
    pub header_timeout: Duration,
    /// Timeout for a connection without a request. Default: 120 s.
    pub idle_timeout: Duration,
    /// Timeout for a client that does not read its response. Default: 300 s.
    pub write_timeout: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            behind_tls: false,
            max_connections: 4096,
            max_header_bytes: 64 * 1024,
            header_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(120),
            write_timeout: Duration::from_secs(300),
        }
    }
}

/// Error from starting a server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Other machines can reach the address, and there is no token or no TLS.
    #[error(
        "other machines can reach {address}, which requires {missing}; hint: listen on 127.0.0.1, or {hint}"
    )]
    Open {
        /// The requested address.
        address: SocketAddr,
        /// The missing protection.
        missing: &'static str,
        /// How to fix it.
        hint: &'static str,
    },
    /// The address could not be bound.
    #[error("could not listen on {address}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
}

/// A proxy that listens on its own address. Dropping it ends its connections at once.
pub struct Server {
    address: SocketAddr,
    has_tls: bool,
    /// Stops accepting, and ends connections after their requests.
    stop: CancellationToken,
    /// Ends everything at once.
    abort: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts to listen. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] if the address cannot be bound, or if it is not loopback and there is
    /// no token or no TLS.
    pub async fn start(proxy: Proxy, config: ServerConfig) -> Result<Self, StartError> {
        let address = config.listen;
        if !address.ip().to_canonical().is_loopback() {
            let open = |missing, hint| StartError::Open {
                address,
                missing,
                hint,
            };
            if !proxy.has_token() {
                return Err(open("a token", "leave out --no-token"));
            }
            if config.tls.is_none() && !config.behind_tls {
                return Err(open(
                    "TLS",
                    "give --tls, or --behind-tls where TLS ends in front of the proxy",
                ));
            }
        }
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let has_tls = config.tls.is_some();
        let accept = accept::Accept {
            proxy,
            config: Arc::new(config),
            stop: stop.clone(),
            abort: abort.clone(),
        };
        Ok(Self {
            address,
            has_tls,
            stop,
            abort,
            task: tokio::spawn(accept.run(listener)),
        })
    }

    /// Returns the address the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the base URL for clients on this machine.
    pub fn base_url(&self) -> String {
        let scheme = if self.has_tls { "https" } else { "http" };
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("{scheme}://{address}/openai/v1")
    }

    /// Stops accepting, and waits until the requests in flight have ended, including streams.
    pub async fn shut_down(mut self) {
        self.stop.cancel();
        // An aborted task has ended as well.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.abort.cancel();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
