//! Endpoints of regions.

use std::fmt;

use http::Uri;
use url::Url;

use super::Region;
use crate::{Error, Result};

/// The base path that precedes every operation's path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BasePath {
    /// `/openai/v1`, the currently documented path.
    #[default]
    OpenAiV1,
    /// `/20231130/actions/v1`, the older path. It has no Conversations API.
    ActionsV1,
    /// Any other path.
    Custom(String),
}

impl BasePath {
    /// Returns the path.
    pub fn as_str(&self) -> &str {
        match self {
            Self::OpenAiV1 => "/openai/v1",
            Self::ActionsV1 => "/20231130/actions/v1",
            Self::Custom(path) => path,
        }
    }
}

/// An endpoint: scheme, host and base path.
///
/// ```
/// use oci_genai::{Endpoint, Region};
///
/// let endpoint = Endpoint::builder("eu-frankfurt-2".parse::<Region>()?).build()?;
/// assert_eq!(
///     endpoint.as_str(),
///     "https://inference.generativeai.eu-frankfurt-2.oci.oraclecloud.eu/openai/v1"
/// );
/// # Ok::<_, oci_genai::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The URL, without a slash at its end.
    base: String,
    /// Index of the path in `base`.
    path_start: usize,
}

impl Endpoint {
    /// Returns a builder for the endpoint of a region.
    pub const fn builder(region: Region) -> EndpointBuilder {
        EndpointBuilder {
            region,
            dual_stack: false,
            base_path: BasePath::OpenAiV1,
        }
    }

    /// Creates the endpoint at a URL, base path included: a gateway, a proxy, or the emulator.
    ///
    /// # Errors
    ///
    /// Returns an error if `url` is not an absolute `http` or `https` URL, or has a query, a
    /// fragment or credentials.
    pub fn from_url(url: &str) -> Result<Self> {
        let shown = oci_genai_auth::redact::shown(url);
        let wrong = |why: &str| {
            Error::config(format!(
                "base URL \"{shown}\" {why}; give one such as \
                 https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1"
            ))
        };
        let parsed = Url::parse(url.trim())
            .map_err(|error| wrong("is not an absolute URL").with_source(error))?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return Err(wrong("is not an http or https URL"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            // The URL is not shown, because it contains a secret.
            return Err(Error::config(
                "the base URL contains a user name or password; pass credentials with the client's \
                 auth setting instead",
            ));
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(wrong("has a query or fragment"));
        }
        let path_start = parsed[..url::Position::BeforePath].len();
        let base = parsed.as_str().trim_end_matches('/').to_owned();
        Ok(Self { base, path_start })
    }

    /// Returns the base URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// Returns the base path without a slash at its end, or an empty string if there is none.
    pub fn path(&self) -> &str {
        self.base.get(self.path_start..).unwrap_or_default()
    }

    /// Returns scheme, host and port.
    pub fn origin(&self) -> &str {
        self.base.get(..self.path_start).unwrap_or(&self.base)
    }

    /// Returns the path and query of `uri` relative to this endpoint, or `None` if `uri` is
    /// elsewhere. A URI without a host is relative to every endpoint.
    pub(crate) fn relative<'a>(&self, uri: &'a Uri) -> Option<&'a str> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Some(path);
        };
        let rest = self.origin().strip_prefix(scheme)?.strip_prefix("://")?;
        if !rest.eq_ignore_ascii_case(authority.as_str()) {
            return None;
        }
        path.strip_prefix(self.path())
            .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// Returns the URI of a path (and query) below this endpoint.
    pub(crate) fn join(&self, relative: &str) -> Result<Uri> {
        let slash = if relative.is_empty() || relative.starts_with(['/', '?']) {
            ""
        } else {
            "/"
        };
        format!("{}{slash}{relative}", self.base)
            .parse()
            .map_err(|error| Error::invalid("the request's path is not valid").with_source(error))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

/// Builds the endpoint of a region; see [`Endpoint::builder`].
#[derive(Clone, Debug)]
pub struct EndpointBuilder {
    region: Region,
    dual_stack: bool,
    base_path: BasePath,
}

impl EndpointBuilder {
    /// Uses the dual-stack host, which supports IPv6 as well. Default: `false`.
    #[must_use]
    pub const fn dual_stack(mut self, dual_stack: bool) -> Self {
        self.dual_stack = dual_stack;
        self
    }

    /// Sets the base path. Default: `/openai/v1`.
    #[must_use]
    pub fn base_path(mut self, base_path: BasePath) -> Self {
        self.base_path = base_path;
        self
    }

    /// Builds the endpoint.
    ///
    /// # Errors
    ///
    /// Returns an error if a custom base path does not form a valid URL.
    pub fn build(self) -> Result<Endpoint> {
        let Self {
            region,
            dual_stack,
            base_path,
        } = self;
        let path = base_path.as_str();
        let slash = if path.is_empty() || path.starts_with('/') {
            ""
        } else {
            "/"
        };
        let host = if region.is_domain() {
            region.domain().to_owned()
        } else {
            let dual = if dual_stack { "ds." } else { "" };
            format!("{}.{dual}oci.{}", region.id(), region.domain())
        };
        Endpoint::from_url(&format!(
            "https://inference.generativeai.{host}{slash}{path}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(region: &str) -> EndpointBuilder {
        Endpoint::builder(region.parse().unwrap())
    }

    #[test]
    fn hosts_depend_on_realm_and_dual_stack() {
        assert_eq!(
            endpoint("ord").build().unwrap().as_str(),
            "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1"
        );
        assert_eq!(
            endpoint("uk-gov-london-1")
                .dual_stack(true)
                .base_path(BasePath::ActionsV1)
                .build()
                .unwrap()
                .as_str(),
            "https://inference.generativeai.uk-gov-london-1.ds.oci.oraclegovcloud.uk/20231130/actions/v1"
        );
        let domain = crate::RegionResolver::new()
            .resolve("Gw.Example.com")
            .unwrap();
        assert_eq!(
            Endpoint::builder(domain).build().unwrap().as_str(),
            "https://inference.generativeai.gw.example.com/openai/v1"
        );
    }

    #[test]
    fn custom_base_paths() {
        let custom = |path: &str| {
            endpoint("ord")
                .base_path(BasePath::Custom(path.to_owned()))
                .build()
        };
        assert_eq!(custom("v2/").unwrap().path(), "/v2");
        assert_eq!(custom("").unwrap().path(), "");
        assert!(custom("/a?b").is_err());
    }

    #[test]
    fn urls_are_checked_and_secrets_not_shown() {
        for url in [
            "",
            "localhost:1",
            "ftp://x/",
            "http://x/?a=b",
            "http://x/#a",
            "/openai",
        ] {
            assert!(Endpoint::from_url(url).unwrap_err().is_config(), "{url}");
        }
        let error = Endpoint::from_url("https://me:hunter2@x/").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
        let endpoint = Endpoint::from_url("http://127.0.0.1:8080/openai/v1/").unwrap();
        assert_eq!(endpoint.origin(), "http://127.0.0.1:8080");
        assert_eq!(endpoint.path(), "/openai/v1");
    }

    #[test]
    fn relative_paths_are_found_and_joined() {
        let endpoint = Endpoint::from_url("http://h:1/openai/v1").unwrap();
        let relative = |uri: &str| {
            endpoint
                .relative(&uri.parse::<Uri>().unwrap())
                .map(str::to_owned)
        };
        assert_eq!(
            relative("http://h:1/openai/v1/responses?a=b").as_deref(),
            Some("/responses?a=b")
        );
        assert_eq!(relative("/responses").as_deref(), Some("/responses"));
        assert_eq!(relative("http://h:2/openai/v1/responses"), None);
        assert_eq!(relative("https://h:1/openai/v1/responses"), None);
        assert_eq!(relative("http://h:1/openai/v10"), None);
        assert_eq!(
            endpoint.join("/responses").unwrap(),
            "http://h:1/openai/v1/responses"
        );
        assert_eq!(
            endpoint.join("responses").unwrap(),
            "http://h:1/openai/v1/responses"
        );
        assert!(endpoint.join("/a b").is_err());
    }
}
