//! Values that become segments of a path.

use std::fmt::Display;

/// Percent-encodes a value for its place between two slashes.
///
/// # Errors
///
/// Refuses what would make the request go to another path than the operation's: an empty value,
/// and the dot segments that every URL parser resolves away, whether encoded or not.
pub(crate) fn path_segment(name: &str, value: impl Display) -> Result<String, String> {
    match value.to_string().as_str() {
        "" => Err(format!("`{name}` is empty; it has to name one thing")),
        dots @ ("." | "..") => Err(format!(
            "`{name}` is {dots:?}, which would lead to another path; it has to name one thing"
        )),
        value => Ok(progenitor_client::encode_path(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn separators_are_encoded() {
        assert_eq!(
            path_segment("id", "a/b?c#d%2e ö").as_deref(),
            Ok("a%2Fb%3Fc%23d%252e%20%C3%B6")
        );
    }

    #[test]
    fn what_would_reach_another_path_is_refused() {
        for value in ["", ".", ".."] {
            assert!(path_segment("id", value).unwrap_err().starts_with("`id`"));
        }
    }
}
