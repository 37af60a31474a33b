//! Why a text has no PEM block, for people who have something else in its place.

use crate::Error;

/// The error for a text without a wanted block. `passed_over` is the label of another block in it.
///
/// The text itself is no part of the message: whatever it is, it may be secret.
pub(super) fn error(text: &str, passed_over: Option<&str>) -> Error {
    if let Some(label) = passed_over {
        return Error::key(match label {
            "CERTIFICATE" => "that is a certificate; the private key is needed".to_owned(),
            _ if label.ends_with("PUBLIC KEY") => {
                "that is a public key; the private key is needed \
                (the file without `_public` in its name)"
                    .to_owned()
            }
            _ => format!("found a `{label}` block where a key was wanted"),
        });
    }
    Error::key(reason(text))
}

fn reason(text: &str) -> &'static str {
    let text = text.trim_matches(|character: char| {
        character.is_whitespace() || "\"'\u{feff}".contains(character)
    });
    let upper = text.to_ascii_uppercase();
    if text.is_empty() {
        "the key is empty"
    } else if text.contains('\0') && upper.replace('\0', "").contains("BEGIN") {
        "the key is UTF-16 text; hint: save it as UTF-8"
    } else if text.starts_with("LS0tLS1CRUdJTi") {
        "the key is encoded in base64 once more; hint: decode it with `base64 -d`"
    } else if text.starts_with("ssh-") {
        "that is a public key of OpenSSH; the private key is needed, in PEM"
    } else if text.starts_with("PuTTY-User-Key-File") {
        "that is a key of PuTTY; hint: write it as PEM with `puttygen KEY.ppk -O private-openssh -o KEY.pem`"
    } else if text.starts_with("0\u{fffd}") {
        "the key is binary (DER); hint: write it as PEM with \
         `openssl pkcs8 -topk8 -nocrypt -inform DER -in KEY -out KEY.pem`"
    } else if upper.contains("BEGIN") && upper.contains("KEY") {
        "there is no PEM block: the BEGIN line is damaged; hint: it reads \
         `-----BEGIN PRIVATE KEY-----`, in capitals and with five hyphens at either end"
    } else if text.starts_with("MII") {
        "there is no PEM block: the lines `-----BEGIN PRIVATE KEY-----` and `-----END PRIVATE KEY-----` \
         are missing around the key"
    } else if is_path(text) {
        "that is a path and no key; hint: give the text of the file, or set the variable for a path"
    } else {
        "there is no PEM block (no `-----BEGIN … -----` line)"
    }
}

fn is_path(text: &str) -> bool {
    let is_line = !text.contains(['\n', '\r']) && text.len() < 256;
    let begins = text.starts_with(['/', '~', '.']) || text.get(1..3) == Some(":\\");
    is_line && (begins || text.ends_with(".pem") || text.ends_with(".key"))
}
