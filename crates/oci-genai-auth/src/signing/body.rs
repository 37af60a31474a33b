//! Length and hash of a body.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The length and SHA-256 of a request body, which a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyDigest {
    length: u64,
    sha256: String,
}

impl BodyDigest {
    /// Computes the digest of these bytes.
    ///
    /// ```
    /// let nothing = oci_genai_auth::BodyDigest::of(b"");
    /// assert_eq!(nothing.sha256(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    /// ```
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            length: bytes.len() as u64,
            sha256: STANDARD.encode(digest(&SHA256, bytes)),
        }
    }

    /// Returns the length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns the SHA-256 in base64, as in `x-content-sha256`.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}
