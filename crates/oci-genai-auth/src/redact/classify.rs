//! Classifies values: known forms, secrets, unknown.

use super::MAX_SHOWN;

/// A value of this length or more must have a known form to be shown.
const LONG: usize = 40;
/// A value of this length or more whose characters change class very often counts as base64.
const BASE64: usize = 20;

pub(super) enum Looks {
    Ordinary,
    /// A URL, without user information, query and fragment.
    Url(String),
    /// A secret of a known kind.
    Secret(&'static str),
    /// A value of no known form.
    Unknown,
}

pub(super) fn look(value: &str) -> Looks {
    let parts = value.trim().split_once("://");
    if let Some(bare) = parts.and_then(|(scheme, rest)| url(scheme, rest)) {
        return Looks::Url(bare);
    }
    if let Some(kind) = known_secret(value) {
        return Looks::Secret(kind);
    }
    let value = value.trim();
    if has_line_break(value) || parts.is_some() {
        return Looks::Unknown;
    }
    // `user:password@host`, as proxies are written.
    if value
        .split_once('@')
        .is_some_and(|(user, _)| user.contains(':') && !user.contains(['/', '\\']))
    {
        return Looks::Unknown;
    }
    if value.chars().count() < LONG && !is_base64(value) {
        return Looks::Ordinary;
    }
    let has_form = is_ocid(value)
        || is_fingerprint(value)
        || is_key_id(value)
        || is_host(value)
        || is_path(value);
    if has_form {
        Looks::Ordinary
    } else {
        Looks::Unknown
    }
}

/// Returns the kind of a secret that its form reveals at any position of the text.
pub(super) fn known_secret(text: &str) -> Option<&'static str> {
    let upper = text.to_ascii_uppercase();
    // The names of ordinary files and folders hold these words too.
    let is_pem = ["--BEGIN", "-BEGIN ", "--END ", "PRIVATE KEY-"];
    if is_pem.iter().any(|part| upper.contains(part)) || text.contains("PRIVATE KEY") {
        let is_public = (upper.contains("CERTIFICATE") || upper.contains("PUBLIC KEY"))
            && !upper.contains("PRIVATE");
        return Some(if is_public { "PEM text" } else { "private key" });
    }
    find_token(text).map(|found| found.kind)
}

/// A secret within a text, in bytes.
pub(super) struct Found {
    pub(super) kind: &'static str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Returns the first JWT or API key in a text.
pub(super) fn find_token(text: &str) -> Option<Found> {
    let mut before = None;
    for (start, character) in text.char_indices() {
        let rest = &text[start..];
        let begins = before.is_none_or(|before: char| !before.is_alphanumeric());
        before = Some(character);
        let kind = match character {
            'e' if begins && rest.starts_with("eyJ") => "token",
            'S' if begins && rest.starts_with("ST$") => "token",
            's' if begins && rest.starts_with("sk-") => "API key",
            _ => continue,
        };
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-_.=$+".contains(c))
            .unwrap_or(rest.len());
        // At the start of a value, three characters are sufficient evidence. Within a text they are
        // not: words such as `desk-lamp` or a folder `sk-notes` contain them.
        let leads = text[..start].chars().all(|c| "\"' \t".contains(c));
        if length >= 16 || leads {
            let end = start + length;
            return Some(Found { kind, start, end });
        }
    }
    None
}

fn has_line_break(value: &str) -> bool {
    let written = value.contains("\\n") || value.contains("\\r");
    value.contains([
        '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
    ]) || (written && !(is_windows_path(value) && is_path(value)))
}

fn is_windows_path(value: &str) -> bool {
    let mut bytes = value.bytes();
    let drive = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.next() == Some(b':')
        && bytes.next() == Some(b'\\');
    drive || value.starts_with("\\\\") || value.starts_with("~\\")
}

fn url(scheme: &str, rest: &str) -> Option<String> {
    let is_scheme = !scheme.is_empty()
        && scheme.len() <= 16
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return None;
    }
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let port = match host.rsplit_once(']') {
        Some((_, port)) => port.strip_prefix(':').unwrap_or(port),
        None => host.split_once(':').map_or("", |(_, port)| port),
    };
    // A slash in a password ends the authority early.
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_host = host.len() < LONG || is_host(host.split(':').next().unwrap_or(host));
    if !is_host || is_base64(host) || known_secret(host).is_some() || has_line_break(host) {
        return None;
    }
    let end = tail.find(['?', '#']).unwrap_or(tail.len());
    let path = &tail[..end];
    let is_ordinary = path.len() <= MAX_SHOWN
        && !path.contains('@')
        && !has_line_break(path)
        && known_secret(path).is_none()
        && has_ordinary_segments(path);
    if !is_ordinary {
        return Some(format!("{scheme}://{host}/…"));
    }
    Some(format!("{scheme}://{host}{path}"))
}

fn is_ocid(value: &str) -> bool {
    value.starts_with("ocid")
        && value.len() <= MAX_SHOWN
        && value.split('.').count() >= 4
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte))
        && !value.split(['.', ':']).any(is_base64)
        && !is_base64(value)
}

/// Returns true for the key id of an API signing key: tenancy, user and fingerprint.
fn is_key_id(value: &str) -> bool {
    let parts: Vec<&str> = value.split('/').collect();
    matches!(parts[..], [tenancy, user, fingerprint]
        if is_ocid(tenancy) && is_ocid(user) && is_fingerprint(fingerprint))
}

/// Returns true for hex pairs joined by colons, up to the length of SHA-256.
fn is_fingerprint(value: &str) -> bool {
    value.len() < 96
        && value
            .split(':')
            .all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_host(value: &str) -> bool {
    let labels: Vec<&str> = value.split('.').collect();
    value.len() <= 253
        && labels.len() >= 2
        && !is_base64(value)
        && labels.iter().all(|label| {
            (1..LONG).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
}

fn is_path(value: &str) -> bool {
    value.len() <= MAX_SHOWN
        && !value.ends_with('=')
        && (value.contains(['/', '\\']) || has_extension(value))
        && has_ordinary_segments(value)
}

fn has_extension(value: &str) -> bool {
    value.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=6).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Returns true if no part of a path, and not the whole path, looks like encoded bytes.
fn has_ordinary_segments(path: &str) -> bool {
    let segments = || path.split(['/', '\\']);
    let is_ordinary = |segment: &str| {
        is_ocid(segment)
            || (!is_base64(segment)
                && segment
                    .split(['.', '-', '_', ' '])
                    .all(|part| part.len() < LONG))
    };
    segments().all(is_ordinary) && !is_base64(path)
}

/// Returns true if a run of base64 characters is as long and as mixed as a line of a key.
pub(super) fn is_long_base64(run: &str) -> bool {
    run.len() >= LONG && is_base64(run)
}

/// Returns true if a text changes between capitals, small letters and digits as often as base64
/// does. The capital at the start of a word does not count as a change.
///
/// Random base64 changes at 56 of 100 characters (of texts with 64 characters, one in ten thousand
/// is below 27), names at 10 to 25. The threshold is higher for a text that begins like a path or
/// is short.
fn is_base64(text: &str) -> bool {
    let class = |character: char| match character {
        'A'..='Z' => Some(0),
        'a'..='z' => Some(1),
        '0'..='9' => Some(2),
        _ => None,
    };
    let classes: Vec<Option<usize>> = text.chars().map(class).collect();
    let has = |class: usize| classes.contains(&Some(class));
    if classes.len() < BASE64 || !has(0) || !has(1) || (!has(2) && classes.len() < LONG) {
        return false;
    }
    // Temporary directories have random names.
    if classes.len() < LONG && begins_like_a_path(text) {
        return false;
    }
    let (mut pairs, mut changes) = (0_usize, 0_usize);
    for (at, pair) in classes.windows(2).enumerate() {
        let [Some(one), Some(other)] = pair else {
            continue;
        };
        let begins_word = (*one, *other) == (0, 1) && classes.get(at + 2) == Some(&Some(1));
        pairs += 1;
        changes += usize::from(one != other && !begins_word);
    }
    let percent = match classes.len() {
        length if length < LONG => 40,
        _ if begins_like_a_path(text) => 28,
        _ => 20,
    };
    pairs > BASE64 / 2 && changes * 100 > pairs * percent
}

fn begins_like_a_path(text: &str) -> bool {
    text.starts_with(['/', '~', '.']) || is_windows_path(text)
}
