//! Shows values that may be secret in errors, hints and logs.
//!
//! Users put keys where paths belong and tokens where names belong. So [`shown`] checks a value
//! before it shows it, and [`mask`] removes credentials from a service's response.

mod classify;
mod masking;

use std::fmt;
use std::path::Path;

use self::classify::Looks;
pub use self::masking::mask;

/// Maximum length of a path or URL that is shown. For longer values, only the length is shown.
pub(crate) const MAX_SHOWN: usize = 256;

/// A value that is safe to show: the value itself, or the kind of secret that it looks like.
///
/// `Display` and `Debug` are the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown(String);

/// Shows a value from a setting, a file or a service.
///
/// For a value that looks like a secret, shows its kind and its length in characters, for example
/// `[private key, 1704 characters]`, `[token, 912 characters]` or `[value of 64 characters]`. A
/// value looks like a secret if it has a PEM boundary, a JWT, an API key (`sk-…`) or a line break
/// (also written `\n`), or if it has 40 or more characters and is not a path, OCID, host,
/// fingerprint or URL. Other values are shown with their control and bidirectional characters
/// escaped; URLs without user information and query.
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

/// Shows a key of a file or the name of a header. It may have lost its capitals and so no longer
/// look like base64. Shows only short names of ordinary characters.
pub(crate) fn key_name(value: &str) -> Shown {
    let is_name = value.len() < 40
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.() ".contains(&byte));
    if is_name { shown(value) } else { named(value) }
}

/// Shows the kind and length of a value instead of the value.
pub(crate) fn named(value: &str) -> Shown {
    let length = value.chars().count();
    Shown(match classify::look(value) {
        Looks::Secret(kind) => format!("[{kind}, {length} characters]"),
        _ => format!("[value of {length} characters]"),
    })
}

/// Shows a path like [`shown`].
pub fn shown_path(path: &Path) -> Shown {
    shown(&path.to_string_lossy())
}

/// Returns true if [`shown`] would not show the value itself.
pub fn is_secret(value: &str) -> bool {
    matches!(classify::look(value), Looks::Secret(_) | Looks::Unknown)
}

/// Returns the kind of a secret in a value, if its form reveals one.
pub(crate) fn kind_of_secret(value: &str) -> Option<&'static str> {
    classify::known_secret(value)
}

/// Shows a whole text and escapes characters that control a terminal or hide other characters:
/// control characters, bidirectional marks and overrides, and zero-width characters.
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

/// Returns true if a character affects a terminal and has no visible form.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A setting that may contain a secret, for example a URL with a password. `Debug` is like
/// [`shown`]. There is no `Display`, which could be mistaken for the value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Guarded(String);

impl Guarded {
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Stores a URL to which a path will be appended.
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
