//! Masks credentials in a service's response.

use std::borrow::Cow;
use std::collections::HashSet;

use zeroize::Zeroizing;

use super::classify::{find_token, is_long_base64};

/// Replaces a credential.
const MASKED: &str = "[masked]";
/// Pieces of a secret of at least this many bytes are masked, so that a truncated echo of a key is
/// masked too.
const PIECE: usize = 12;
/// Minimum length of a secret that is masked, as a whole. Masking shorter secrets would mask too
/// much ordinary text.
const SHORTEST: usize = 6;

/// Masks credentials in the text of a service's response: the given secrets, as a whole or in
/// pieces of at least 12 characters, in any case; and any JWT, API key, PEM block or long run of
/// base64.
///
/// A secret may be the value of an `Authorization` header. For `Bearer …` and `Basic …` the rest is
/// the secret; for `Signature …` the signature and a token in the key id.
///
/// ```
/// use oci_genai_auth::redact::mask;
///
/// let said = mask("no such key: sk-abcdefghijkl", &["Bearer sk-abcdefghijkl"]);
/// assert_eq!(said, "no such key: [masked]");
/// ```
pub fn mask<'t>(text: &'t str, secrets: &[impl AsRef<str>]) -> Cow<'t, str> {
    let lower = Zeroizing::new(text.to_ascii_lowercase());
    let mut hidden = vec![false; text.len()];
    for secret in secrets {
        for part in parts(secret.as_ref()) {
            hide_pieces(&lower, &part.to_ascii_lowercase(), &mut hidden);
        }
    }
    hide_tokens(text, &mut hidden);
    hide_pem(&lower, &mut hidden);
    hide_base64(text, &mut hidden);
    if !hidden.contains(&true) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut was_hidden = false;
    for (at, character) in text.char_indices() {
        // If one byte of a character is masked, mask the whole character.
        let is_hidden = hidden[at..at + character.len_utf8()].contains(&true);
        if !is_hidden {
            masked.push(character);
        } else if !was_hidden {
            masked.push_str(MASKED);
        }
        was_hidden = is_hidden;
    }
    Cow::Owned(masked)
}

/// Returns the secret parts of a header's value.
fn parts(secret: &str) -> Vec<&str> {
    let secret = secret.trim();
    let Some((scheme, rest)) = secret.split_once(char::is_whitespace) else {
        return vec![secret];
    };
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "basic" => vec![rest.trim()],
        "signature" => rest
            .split('"')
            .collect::<Vec<_>>()
            .chunks(2)
            .filter_map(|pair| match pair {
                [name, value] if name.trim_end().to_ascii_lowercase().ends_with("signature=") => {
                    Some(*value)
                }
                [_, value] => value.strip_prefix("ST$"),
                _ => None,
            })
            .collect(),
        _ => vec![secret],
    }
}

fn hide_pieces(text: &str, secret: &str, hidden: &mut [bool]) {
    let (text, secret) = (text.as_bytes(), secret.as_bytes());
    let is_key = secret.starts_with(b"sk-") && secret.len() > 3;
    if secret.len() < SHORTEST && !is_key {
        return;
    }
    let length = PIECE.min(secret.len());
    let pieces: HashSet<&[u8]> = secret.windows(length).collect();
    for (at, window) in text.windows(length).enumerate() {
        if pieces.contains(window) {
            hidden[at..at + length].fill(true);
        }
    }
}

fn hide_tokens(text: &str, hidden: &mut [bool]) {
    let mut from = 0;
    while let Some(found) = find_token(&text[from..]) {
        // At the start of a text, `sk-` alone is weak evidence; it marks a key only within values.
        if found.end - found.start >= 16 {
            hidden[from + found.start..from + found.end].fill(true);
        }
        from += found.end.max(found.start + 1);
    }
}

fn hide_pem(lower: &str, hidden: &mut [bool]) {
    let mut from = 0;
    while let Some(start) = lower[from..].find("-----begin ") {
        let start = from + start;
        let end = lower[start..].find("-----end ").map(|end| start + end);
        let end = end.map_or(lower.len(), |end| {
            let after = end + "-----end ".len();
            lower[after..]
                .find("-----")
                .map_or(lower.len(), |dashes| after + dashes + 5)
        });
        if !is_boundaries_alone(&lower[start..end]) {
            hidden[start..end].fill(true);
        }
        from = end;
    }
}

/// Returns whether a text only names the two boundary lines of a key, as hints do.
fn is_boundaries_alone(lower: &str) -> bool {
    let mut parts = lower.split("-----").skip(2);
    let (between, end) = (parts.next(), parts.next());
    let is_end = end.is_some_and(|end| end.starts_with("end "));
    is_end && between.is_some_and(|between| between.trim_matches(['`', ' ']) == "and")
}

/// The digest line of a signing string, which looks like a part of a key.
const DIGEST: &str = "x-content-sha256: ";

/// Masks base64 that may be a piece of a key.
fn hide_base64(text: &str, hidden: &mut [bool]) {
    let mut start = 0;
    let is_other =
        |character: char| !character.is_ascii_alphanumeric() && !"+/=".contains(character);
    for run in text.split_inclusive(is_other) {
        let end = start + run.trim_end_matches(is_other).len();
        if is_long_base64(&text[start..end]) && !text[..start].ends_with(DIGEST) {
            hidden[start..end].fill(true);
        }
        start += run.len();
    }
}
