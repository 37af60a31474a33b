//! Settings of a proxy.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use oci_genai_auth::BoxError;

use crate::guard::{Token, allowed_host, allowed_origin};
use crate::models::{ModelDiscovery, ModelInfo};
use crate::record::{Observer, RequestRecord};
use crate::rename::ModelMap;

/// Settings of a [`Proxy`](crate::Proxy).
///
/// ```
/// use oci_genai_proxy::{ProxyConfig, Token};
///
/// let mut config = ProxyConfig::default();
/// config.token = Some(Token::random()?);
/// config.retries = 2;
/// # Ok::<_, oci_genai_proxy::TokenError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ProxyConfig {
    /// The token that callers must send as `Authorization: Bearer`, `api-key` or `x-api-key`.
    /// `None` takes every caller. Default: `None`.
    pub token: Option<Token>,
    /// Hosts that requests may name besides loopback ones, without a port. Every other host is
    /// refused, so that no web page can reach the proxy by a name of its own. Default: none.
    pub allow_hosts: Vec<String>,
    /// Takes every host: for a proxy that other machines reach by names of their own.
    /// Default: no.
    pub any_host: bool,
    /// Origins of web pages that may call the proxy from a browser, such as
    /// `http://localhost:3000`. Default: none but the proxy's own.
    pub allow_origins: Vec<String>,
    /// The largest request body that is taken into memory, in bytes. Default: 64 MiB. To sign larger
    /// ones, raise [`ClientBuilder::max_request_bytes`](oci_genai::ClientBuilder::max_request_bytes)
    /// too.
    pub max_body_bytes: usize,
    /// The most requests under way at a time; others wait. A stream counts to its end.
    /// Default: 1,024.
    pub max_in_flight: usize,
    /// How often a failed request that names no conversation is sent again. Default: 0.
    ///
    /// Whatever this says, a request that was never sent or was refused unread is sent again, and
    /// so is one that was answered 401 while the credentials could be renewed.
    pub retries: u32,
    /// Whether the service below has failover targets, for requests that keep no state there.
    /// Default: no.
    pub failover: bool,
    /// Model names that are replaced in requests. Default: none.
    pub models_map: ModelMap,
    /// The models that `GET /v1/models` lists. Default: none.
    pub models: Vec<ModelInfo>,
    /// Where else `GET /v1/models` finds models. Default: nowhere.
    pub discovery: Option<ModelDiscovery>,
    /// The longest pause in a request body. Default: 30 s.
    pub read_timeout: Duration,
    /// The longest time a whole request body may take. Default: 10 min.
    pub upload_timeout: Duration,
    pub(crate) observer: Option<Observer>,
}

impl Default for ProxyConfig {
    fn default() -> Self {
        Self {
            token: None,
            allow_hosts: Vec::new(),
            any_host: false,
            allow_origins: Vec::new(),
            max_body_bytes: 64 * 1024 * 1024,
            max_in_flight: 1024,
            retries: 0,
            failover: false,
            models_map: ModelMap::default(),
            models: Vec::new(),
            discovery: None,
            read_timeout: Duration::from_secs(30),
            upload_timeout: Duration::from_secs(600),
            observer: None,
        }
    }
}

impl ProxyConfig {
    /// Calls `observer` when a request has ended. It must not block.
    pub fn observe(&mut self, observer: impl Fn(&RequestRecord) + Send + Sync + 'static) {
        self.observer = Some(Arc::new(observer));
    }

    /// Finds the first setting that cannot be used.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let host = |name: &&String| allowed_host(name).is_none();
        if let Some(name) = self.allow_hosts.iter().find(host) {
            return Err(ConfigError(format!(
                "cannot allow the host {name:?}: give a host name or an IP address without a port"
            )));
        }
        let origin = |name: &&String| allowed_origin(name).is_none();
        if let Some(name) = self.allow_origins.iter().find(origin) {
            return Err(ConfigError(format!(
                "cannot allow the origin {name:?}: give a scheme and a host such as \
                 http://localhost:3000, without a path"
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for ProxyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyConfig")
            .field("token", &self.token)
            .field("allow_hosts", &self.allow_hosts)
            .field("any_host", &self.any_host)
            .field("allow_origins", &self.allow_origins)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_in_flight", &self.max_in_flight)
            .field("retries", &self.retries)
            .field("models_map", &self.models_map)
            .finish_non_exhaustive()
    }
}

/// A setting cannot be used; the text names it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) String);

/// An error and its causes in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.ends_with(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = error.source();
    }
    text
}

/// What a body of the stack may fail with.
pub(crate) type BodyError = BoxError;
