//! Error messages for text without a PEM block, by the likely mistake.

use super::label::shown_label;
use crate::Error;

/// Returns the error for a text without a wanted block. `passed_over` is the label of another block
/// in it.
///
/// The message never contains the text: it may be secret.
pub(super) fn error(text: &str, passed_over: Option<&str>) -> Error {
    if let Some(label) = passed_over {
        return Error::key(match label {
            "CERTIFICATE" => "the text is a certificate; the private key is needed".to_owned(),
            _ if label.ends_with("PUBLIC KEY") => {
                "the text is a public key; the private key is needed \
                (the file without `_public` in its name)"
                    .to_owned()
            }
            _ => format!(
                "found a block with the label `{}` where a key was expected",
                shown_label(label)
            ),
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
        "the key is encoded in base64 twice; hint: decode it with `base64 -d`"
    } else if text.starts_with("ssh-") {
        "the text is an OpenSSH public key; the private key is needed, in PEM"
    } else if text.starts_with("PuTTY-User-Key-File") {
        "the text is a PuTTY key; hint: convert it to PEM with `puttygen KEY.ppk -O private-openssh -o KEY.pem`"
    } else if text.starts_with("0\u{fffd}") {
        "the key is binary (DER); hint: convert it to PEM with \
         `openssl pkcs8 -topk8 -nocrypt -inform DER -in KEY -out KEY.pem`"
    } else if upper.contains("BEGIN") && upper.contains("KEY") {
        "there is no PEM block: the BEGIN line is damaged; hint: it reads \
         `-----BEGIN PRIVATE KEY-----`, in capitals and with five hyphens at either end"
    } else if text.starts_with("MII") {
        "there is no PEM block: the lines `-----BEGIN PRIVATE KEY-----` and `-----END PRIVATE KEY-----` \
         are missing around the key"
    } else if is_path(text) {
        "the text is a path, not a key; hint: use the text of the file, or set the variable for a path"
    } else {
        "there is no PEM block (no `-----BEGIN … -----` line)"
    }
}

fn is_path(text: &str) -> bool {
    let is_line = !text.contains(['\n', '\r']) && text.len() < 256;
    let begins = text.starts_with(['/', '~', '.']) || text.get(1..3) == Some(":\\");
    is_line && (begins || text.ends_with(".pem") || text.ends_with(".key"))
}
