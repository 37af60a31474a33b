//! Percent-encodes path segments.

use std::fmt::Display;

/// Percent-encodes a value as a path segment.
///
/// # Errors
///
/// Returns an error for values that would lead to another path than the operation's: an empty
/// value, and dot segments, encoded or not, which every URL parser removes.
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
    fn values_that_lead_to_another_path_are_rejected() {
        for value in ["", ".", ".."] {
            assert!(path_segment("id", value).unwrap_err().starts_with("`id`"));
        }
    }
}
