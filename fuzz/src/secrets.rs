//! Searches output for an input's secrets.

use std::collections::HashSet;
use std::error::Error;

/// Formats an error in every form that users and logs show, with its causes.
pub fn shown(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("\n{error}\n{error:?}\n{error:#?}"));
        cause = error.source();
    }
    text
}

/// Checks that `text` contains no part of `secret`. PEM block names may be repeated.
///
/// # Panics
/// Panics if `text` repeats `length` or more characters of `secret`.
#[track_caller]
pub fn assert_hidden(text: &str, secret: &[u8], length: usize) {
    let text = text.as_bytes();
    if text.len() < length || secret.len() < length {
        return;
    }
    let is_label = |window: &[u8]| {
        window
            .iter()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'-'))
    };
    let windows: HashSet<&[u8]> = secret.windows(length).collect();
    for window in text.windows(length) {
        assert!(
            is_label(window) || !windows.contains(window),
            "a part of the input is shown: {:?} in {}",
            String::from_utf8_lossy(window),
            String::from_utf8_lossy(text),
        );
    }
}
