//! Labels of PEM blocks in messages.

/// The words of the labels in use (RFC 7468, OpenSSL, OpenSSH).
const LABEL_WORDS: [&str; 20] = [
    "ATTRIBUTE",
    "CERTIFICATE",
    "CMS",
    "CRL",
    "DH",
    "DSA",
    "EC",
    "ENCRYPTED",
    "KEY",
    "NEW",
    "OPENSSH",
    "PARAMETERS",
    "PKCS7",
    "PRIVATE",
    "PUBLIC",
    "REQUEST",
    "RSA",
    "SSH2",
    "TRUSTED",
    "X509",
];

/// Returns a label for messages. A label with an unknown word may hold a part of a key, so it is not shown.
pub(super) fn shown_label(label: &str) -> &str {
    let is_known = label
        .split_whitespace()
        .all(|word| LABEL_WORDS.contains(&word));
    if is_known { label } else { "unknown" }
}
