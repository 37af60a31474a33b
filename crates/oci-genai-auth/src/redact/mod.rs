//! The one way in which errors, hints and logs show a value that may be a secret.
//!
//! People put keys where paths belong and tokens where names belong. [`shown`] therefore looks at a
//! value before it shows it, and [`mask`] takes the credentials out of what a service answered.

mod classify;
mod masking;

use std::fmt;
use std::path::Path;

use self::classify::Looks;
pub use self::masking::mask;

/// The longest path or URL that is shown. Longer values are named with their length.
pub(crate) const MAX_SHOWN: usize = 256;

/// A value, ready to be shown: itself, or what kind of secret it looks like.
///
/// `Display` and `Debug` are the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown(String);

/// Shows a value that came from a setting, a file or a service.
///
/// A value that looks like a secret is named with its kind and its length in characters, such as
/// `[private key, 1704 characters]`, `[token, 912 characters]` or `[value of 64 characters]`. That
/// is one with a PEM boundary, a JWT, an API key (`sk-…`), a line break (also written `\n`), or
/// 40 characters and more that are no path, OCID, host, fingerprint or URL. Anything else is shown
/// with its control and bidirectional characters escaped; a URL without user information and query.
///
/// ```
/// use oci_genai_auth::redact::shown;
///
/// assert_eq!(shown("us-chicago-1").to_string(), "us-chicago-1");
/// assert_eq!(shown("/home/me/.oci/key.pem").to_string(), "/home/me/.oci/key.pem");
/// assert_eq!(shown("https://me:pw@example.com/v1?key=x").to_string(), "https://example.com/v1");
/// assert_eq!(shown("-----BEGIN PRIVATE KEY-----\nMII").to_string(), "[private key, 31 characters]");
/// ```
pub fn shown(value: &str) -> Shown {
    match classify::look(value) {
        Looks::Ordinary => escaped(value),
        Looks::Url(bare) => escaped(&bare),
        Looks::Secret(_) | Looks::Unknown => named(value),
    }
}

/// Shows a key of a file or a header's name, which may have lost its capitals and with them the looks
/// of base64: only short names of ordinary characters are shown.
pub(crate) fn key_name(value: &str) -> Shown {
    let is_name = value.len() < 40
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.() ".contains(&byte));
    if is_name { shown(value) } else { named(value) }
}

/// Names a value with its kind and length, and does not show it.
pub(crate) fn named(value: &str) -> Shown {
    let length = value.chars().count();
    Shown(match classify::look(value) {
        Looks::Secret(kind) => format!("[{kind}, {length} characters]"),
        _ => format!("[value of {length} characters]"),
    })
}

/// Shows a path the way [`shown`] does.
pub fn shown_path(path: &Path) -> Shown {
    shown(&path.to_string_lossy())
}

/// Whether [`shown`] would name a value and not show it.
pub fn is_secret(value: &str) -> bool {
    matches!(classify::look(value), Looks::Secret(_) | Looks::Unknown)
}

/// The kind of a secret that a value has in it, if it has the form of one.
pub(crate) fn kind_of_secret(value: &str) -> Option<&'static str> {
    classify::known_secret(value)
}

/// Shows a text whole, with the characters escaped that steer a terminal or hide other characters:
/// control characters, bidirectional marks and overrides, and characters of no width.
///
/// ```
/// use oci_genai_auth::redact::escaped;
///
/// assert_eq!(escaped("a\u{202e}b\u{1b}[2J").to_string(), r"a\u{202e}b\u{1b}[2J");
/// ```
pub fn escaped(text: &str) -> Shown {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            plain.extend(character.escape_unicode());
        } else {
            plain.push(character);
        }
    }
    Shown(plain)
}

/// Whether a character has an effect on a terminal and no shape of its own.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A setting that may hold a secret, such as a URL with a password. `Debug` is that of [`shown`]; there
/// is no `Display`, which would be taken for the value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Guarded(String);

impl Guarded {
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// A URL to which a path will be added.
    pub(crate) fn endpoint(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }
}

impl std::ops::Deref for Guarded {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        shown(&self.0).fmt(f)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests;
