//! Checks that run before anything is sent.

use std::collections::BTreeMap;

use oci_genai_auth::redact;

use crate::{Error, Result};

/// Longer than any id of the service.
const MAX_ID: usize = 512;
const MAX_METADATA_PAIRS: usize = 16;
const MAX_METADATA_KEY: usize = 64;
const MAX_METADATA_VALUE: usize = 512;
/// Most items that one request may add to a conversation.
const MAX_ITEMS: usize = 20;

/// Checks an id that becomes part of a path or refers to a resource of the service.
pub(crate) fn id(what: &str, id: &str) -> Result<()> {
    let wrong = |why: &str| Err(Error::invalid(format!("the {what} id {} {why}", shown(id))));
    if id.is_empty() {
        return Err(Error::invalid(format!("the {what} id is empty")));
    }
    if id.len() > MAX_ID {
        return wrong("is longer than any id of the service");
    }
    if id == "." || id == ".." {
        return wrong("is not an id");
    }
    match id
        .chars()
        .find(|c| c.is_control() || c.is_whitespace() || "/\\?#%".contains(*c))
    {
        Some(found) => wrong(&format!(
            "contains {found:?}, which is not allowed in an id"
        )),
        None => Ok(()),
    }
}

/// Checks a model name.
pub(crate) fn model(model: &str) -> Result<()> {
    if model.trim().is_empty() {
        return Err(Error::invalid("the model name is empty")
            .with_hint("set one, such as openai.gpt-oss-120b"));
    }
    if model.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Error::invalid(format!(
            "the model name {} contains blanks or line breaks",
            shown(model)
        )));
    }
    Ok(())
}

/// Checks that metadata is within the service's limits.
pub(crate) fn metadata(metadata: &BTreeMap<String, String>) -> Result<()> {
    if metadata.len() > MAX_METADATA_PAIRS {
        return Err(Error::invalid(format!(
            "metadata has {} pairs; the service allows {MAX_METADATA_PAIRS}",
            metadata.len()
        )));
    }
    for (key, value) in metadata {
        if key.is_empty() || key.chars().count() > MAX_METADATA_KEY {
            return Err(Error::invalid(format!(
                "metadata key {} is empty or longer than {MAX_METADATA_KEY} characters",
                shown(key)
            )));
        }
        if value.chars().count() > MAX_METADATA_VALUE {
            return Err(Error::invalid(format!(
                "the value of metadata key {} is longer than {MAX_METADATA_VALUE} characters",
                shown(key)
            )));
        }
    }
    Ok(())
}

/// Checks the number of items in one request.
pub(crate) fn item_count(count: usize) -> Result<()> {
    if count > MAX_ITEMS {
        return Err(Error::invalid(format!(
            "{count} items in one request; the service allows {MAX_ITEMS}, so send several requests"
        )));
    }
    Ok(())
}

/// Checks that JSON can represent a number.
pub(crate) fn finite(what: &str, number: Option<f64>) -> Result<()> {
    match number {
        Some(number) if !number.is_finite() => {
            Err(Error::invalid(format!("{what} is {number}, not a number")))
        }
        _ => Ok(()),
    }
}

/// Returns the beginning of a text in quotes, or the kind of secret that it looks like.
pub(crate) fn shown(text: &str) -> String {
    let shown = redact::shown(text).to_string();
    if redact::is_secret(text) {
        return shown;
    }
    match shown.char_indices().nth(60) {
        Some((end, _)) => format!("\"{}\"…", &shown[..end]),
        None => format!("\"{shown}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_would_change_the_path_are_rejected() {
        for good in ["conv_kix_0123", "ocid1.x.oc1..a", "msg-1:2"] {
            assert!(id("conversation", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a/b",
            "..",
            "a\nb",
            "a b",
            "a?b",
            "a%2fb",
            &"x".repeat(600),
        ] {
            let error = id("conversation", bad).unwrap_err();
            assert!(error.is_invalid_request() && error.retry_safety().is_safe());
            assert!(error.to_string().contains("conversation id"), "{error}");
            assert!(error.to_string().len() < 200);
        }
    }

    #[test]
    fn models_metadata_and_numbers() {
        assert!(model("xai.grok-4").is_ok());
        for bad in ["", " ", "a b", "a\n"] {
            assert!(model(bad).is_err());
        }
        let pairs = |count: usize, key: usize, value: usize| -> BTreeMap<_, _> {
            (0..count)
                .map(|n| (format!("{n:0key$}"), "v".repeat(value)))
                .collect()
        };
        assert!(metadata(&pairs(16, 64, 512)).is_ok());
        for bad in [pairs(17, 2, 1), pairs(1, 65, 1), pairs(1, 1, 513)] {
            assert!(metadata(&bad).is_err());
        }
        assert!(item_count(20).is_ok() && item_count(21).is_err());
        assert!(finite("temperature", Some(f64::NAN)).is_err());
        assert!(finite("temperature", Some(0.0)).is_ok() && finite("x", None).is_ok());
    }
}
