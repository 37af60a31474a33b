//! The keys of a profile, suggestions for unknown keys, and detection of secrets.

/// The keys of a profile.
pub(super) const KEYS: [&str; 11] = [
    "auth",
    "region",
    "project",
    "compartment",
    "model",
    "base_url",
    "oci_config",
    "oci_profile",
    "store",
    "max_event_bytes",
    "max_response_bytes",
];

/// The keys with a number as value.
pub(super) const NUMBERS: [&str; 2] = ["max_event_bytes", "max_response_bytes"];

/// Words in keys that name a secret.
const SECRETS: [&str; 7] = [
    "key",
    "apikey",
    "token",
    "secret",
    "password",
    "passphrase",
    "phrase",
];

/// Returns whether a key names a secret.
pub(super) fn is_secret(key: &str) -> bool {
    key.to_ascii_lowercase()
        .split(['_', '-', '.'])
        .any(|word| SECRETS.contains(&word))
}

/// Returns whether a value is an API key, a token or a private key.
pub(super) fn is_credential(value: &str) -> bool {
    let value = value.trim_start();
    value.starts_with("sk-") || value.starts_with("eyJ") || value.contains("-----BEGIN")
}

/// Returns a similar known key, if any.
pub(super) fn meant(key: &str) -> Option<&'static str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(key);
    let aliases = [
        ("profile", "oci_profile"),
        ("compartmentid", "compartment"),
        ("projectid", "project"),
        ("url", "base_url"),
        ("endpoint", "base_url"),
        ("configfile", "oci_config"),
    ];
    if let Some((_, meant)) = aliases.iter().find(|(alias, _)| *alias == wanted) {
        return Some(meant);
    }
    let off = |known: &str| {
        let (a, b) = (plain(known), wanted.clone());
        let same_start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        let same_end = a
            .bytes()
            .rev()
            .zip(b.bytes().rev())
            .take_while(|(a, b)| a == b)
            .count();
        a.len().max(b.len()).saturating_sub(same_start + same_end)
    };
    KEYS.into_iter()
        .map(|known| (off(known), known))
        .min()
        .filter(|(off, _)| *off <= 2)
        .map(|(_, known)| known)
}
