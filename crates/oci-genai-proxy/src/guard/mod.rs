//! Access control: the host that a request names, the web page that sends it, and the token.

mod host;
mod origin;
mod token;

use http::{HeaderMap, HeaderValue, Request};

use self::host::Hosts;
pub(crate) use self::host::allowed_host;
use self::origin::Origins;
pub(crate) use self::origin::allowed_origin;
pub use self::token::{Token, TokenError};
use crate::config::ProxyConfig;
use crate::refusal::Refusal;

/// Accepts or rejects requests.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: Hosts,
    origins: Origins,
    token: Option<Token>,
}

impl Guard {
    pub(crate) fn new(config: &ProxyConfig) -> Self {
        Self {
            hosts: Hosts::new(config.any_host, &config.allow_hosts),
            origins: Origins::new(&config.allow_origins),
            token: config.token.clone(),
        }
    }

    /// Checks the origin of a request: the host it names and the page that sent it. Returns the
    /// origin to allow in the response, if an allowed page sent the request.
    pub(crate) fn check_source<B>(
        &self,
        request: &Request<B>,
    ) -> Result<Option<HeaderValue>, Refusal> {
        self.hosts.check(request.uri(), request.headers())?;
        self.origins.check(request)
    }

    /// Checks the token.
    pub(crate) fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match &self.token {
            Some(token) if !token.is_in(headers) => Err(Refusal::unauthorized()),
            _ => Ok(()),
        }
    }
}
