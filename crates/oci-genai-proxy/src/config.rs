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
    /// Token that callers must send as `Authorization: Bearer`, `api-key` or `x-api-key`. `None`
    /// accepts every caller. Default: `None`.
    pub token: Option<Token>,
    /// Hosts that requests may name in addition to loopback ones, without a port. Every other host
    /// is rejected, so that no web page can reach the proxy by a name of its own. Default: none.
    pub allow_hosts: Vec<String>,
    /// Accepts every host, for a proxy that other machines reach by their own names for it.
    /// Default: false.
    pub any_host: bool,
    /// Origins of web pages that may call the proxy from a browser, such as
    /// `http://localhost:3000`. Default: only the proxy's own.
    pub allow_origins: Vec<String>,
    /// Maximum size of a request body that is read into memory, in bytes. Default: 64 MiB. To sign
    /// larger bodies, raise
    /// [`ClientBuilder::max_request_bytes`](oci_genai::ClientBuilder::max_request_bytes) too.
    pub max_body_bytes: usize,
    /// Maximum number of concurrent requests; others wait. A stream counts until its end. Default:
    /// 1,024.
    pub max_in_flight: usize,
    /// Maximum number of retries of a failed request that names no conversation. Default: 0.
    ///
    /// Independent of this setting, a request is retried if it was never sent, if it was refused
    /// before it was read, or if it got a 401 and the credentials could be refreshed.
    pub retries: u32,
    /// Enables failover for requests that keep no state on the service. Requires failover targets
    /// of the upstream client. Default: false.
    pub failover: bool,
    /// Model names to replace in requests. Default: none.
    pub models_map: ModelMap,
    /// Models that `GET /v1/models` lists. Default: none.
    pub models: Vec<ModelInfo>,
    /// Additional source of models for `GET /v1/models`. Default: none.
    pub discovery: Option<ModelDiscovery>,
    /// Reads the model of requests, and the model, id, status and token counts of responses, into
    /// [`RequestRecord`]. It looks at each piece of a body as it passes, and holds none back. Model and
    /// tokens are read for traces too, when a subscriber wants those. Default: no.
    pub read_usage: bool,
    /// Timeout for a pause in a request body. Default: 30 s.
    pub read_timeout: Duration,
    /// Timeout of a whole request body. Default: 10 min.
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
            read_usage: false,
            read_timeout: Duration::from_secs(30),
            upload_timeout: Duration::from_secs(600),
            observer: None,
        }
    }
}

impl ProxyConfig {
    /// Calls `observer` at the end of each request. The observer must not block.
    pub fn observe(&mut self, observer: impl Fn(&RequestRecord) + Send + Sync + 'static) {
        self.observer = Some(Arc::new(observer));
    }

    /// Checks the settings, and returns an error for the first invalid one.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let host = |name: &&String| allowed_host(name).is_none();
        if let Some(name) = self.allow_hosts.iter().find(host) {
            return Err(ConfigError(format!(
                "could not allow the host {name:?}; hint: give a host name or an IP address without a port"
            )));
        }
        let origin = |name: &&String| allowed_origin(name).is_none();
        if let Some(name) = self.allow_origins.iter().find(origin) {
            return Err(ConfigError(format!(
                "could not allow the origin {name:?}; hint: give a scheme and a host such as \
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

/// Error for an invalid setting. The message names the setting.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) String);

/// Formats an error and its causes in one line.
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

/// Error of a body in the stack.
pub(crate) type BodyError = BoxError;
