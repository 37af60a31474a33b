//! Maps the path of a request to the path below the service's endpoint.

use http::Uri;
use http::uri::PathAndQuery;

use crate::refusal::Refusal;

/// Base paths for clients.
const PREFIXES: [&str; 2] = ["/openai/v1/", "/v1/"];

/// A path below the base path, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    text: PathAndQuery,
}

impl Target {
    /// Returns the part of a target that the service gets.
    ///
    /// # Errors
    ///
    /// Returns an error if the target does not begin with a base path, or would leave it.
    pub(crate) fn of(uri: &Uri) -> Result<Self, Refusal> {
        let path = uri.path();
        let rest = PREFIXES
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))
            .filter(|rest| !rest.is_empty())
            .ok_or_else(Refusal::unknown_path)?;
        if rest.contains('\\') || rest.split('/').any(is_dot_segment) {
            return Err(Refusal::invalid_path());
        }
        let query = uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let text = format!("/{rest}{query}");
        match text.parse() {
            Ok(text) => Ok(Self { text }),
            Err(_) => Err(Refusal::invalid_path()),
        }
    }

    /// Returns the path, which begins with a slash.
    pub(crate) fn path(&self) -> &str {
        self.text.path()
    }

    /// Returns the target in the form of a request.
    pub(crate) fn into_uri(self) -> Uri {
        Uri::from(self.text)
    }
}

/// Returns true if URL parsers would treat this segment as `.` or `..`.
fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_below_either_base_is_kept_as_it_is() {
        for (asked, sent) in [
            ("/v1/responses", "/responses"),
            (
                "/openai/v1/responses/r?a=%20b&a=2",
                "/responses/r?a=%20b&a=2",
            ),
            ("/v1/files/a%2Fb", "/files/a%2Fb"),
            ("/v1/a//b/", "/a//b/"),
            ("/v1/v1/x", "/v1/x"),
            ("/v1/..a/.b/c..", "/..a/.b/c.."),
        ] {
            let target = Target::of(&asked.parse().unwrap()).unwrap();
            assert_eq!(target.into_uri().to_string(), sent);
        }
    }

    #[test]
    fn a_path_that_leaves_the_base_is_refused() {
        for asked in [
            "/",
            "/v1",
            "/v1/",
            "/v2/x",
            "/20231130/x",
            "/openai/x",
            "/v1/../x",
            "/v1/a/..",
            "/v1/%2e%2E/x",
            "/v1/.%2e/x",
            "/v1/a/./b",
            "/v1/a\\..\\b",
        ] {
            if let Ok(uri) = asked.parse() {
                assert!(Target::of(&uri).is_err(), "{asked}");
            }
        }
    }
}
