//! Looking for an input's secrets in what is shown of it.

use std::collections::HashSet;
use std::error::Error;

/// An error in every way in which people and logs show it, with its causes.
pub fn shown(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("\n{error}\n{error:?}\n{error:#?}"));
        cause = error.source();
    }
    text
}

/// Fails when `text` repeats `length` characters or more of `secret`. Names that PEM has for its blocks
/// may be repeated.
///
/// # Panics
/// When it does.
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
