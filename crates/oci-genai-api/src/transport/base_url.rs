//! The base URL of a client.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;

/// The URL below which the paths of operations are. Parsed once, because parsing a host takes
/// longer than the rest of building an operation's URL. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    text: String,
    url: Result<Url, String>,
}

impl BaseUrl {
    /// An invalid URL causes an error at the first operation.
    pub(crate) fn new(text: &str) -> Self {
        let url = match Url::parse(text) {
            Ok(url) if url.cannot_be_a_base() => Err("it has no host".to_owned()),
            parsed => parsed.map_err(|error| error.to_string()),
        };
        Self(Arc::new(Parsed {
            text: text.to_owned(),
            url: url.map_err(|reason| format!("the base URL {text:?} cannot be used: {reason}")),
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Returns the URL of an operation, whose path begins with a slash.
    ///
    /// # Errors
    ///
    /// Returns the problem with the base URL.
    #[allow(dead_code, reason = "a document may have no operations")]
    pub(crate) fn join(&self, path: fmt::Arguments<'_>) -> Result<Url, String> {
        let mut url = self.0.url.clone()?;
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn paths_go_below_the_base() {
        for (base, url) in [
            ("http://host/openai/v1", "http://host/openai/v1/a/b%2Fc"),
            ("http://host/openai/v1/", "http://host/openai/v1/a/b%2Fc"),
            ("http://host", "http://host/a/b%2Fc"),
            (
                "https://[::1]:8443/?key=1",
                "https://[::1]:8443/a/b%2Fc?key=1",
            ),
        ] {
            let joined = BaseUrl::new(base).join(format_args!("/a/{}", "b%2Fc"));
            assert_eq!(joined.unwrap().as_str(), url);
        }
    }

    #[test]
    fn an_invalid_url_is_reported() {
        for base in ["", "host/openai/v1", "http://", "mailto:me@host"] {
            let error = BaseUrl::new(base).join(format_args!("/a")).unwrap_err();
            assert!(error.contains(&format!("{base:?}")), "{error}");
        }
    }
}
