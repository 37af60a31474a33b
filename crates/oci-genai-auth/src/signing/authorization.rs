//! The `Authorization: Signature …` header.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::KeyId;
use crate::redact::{key_name, shown};

/// Maximum length. Servers reject header blocks far below this.
const MAX_HEADER_BYTES: usize = 128 * 1024;

/// A parsed `Authorization` header of the scheme `Signature`.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationHeader {
    key_id: KeyId,
    algorithm: String,
    headers: Vec<String>,
    signature: Vec<u8>,
    version: Option<String>,
}

impl AuthorizationHeader {
    /// Parses a header value. Parameters may be in any order, with or without blanks around the
    /// commas. Unknown parameters are ignored.
    ///
    /// # Errors
    /// Returns a description of what is malformed. It never repeats the header.
    ///
    /// ```
    /// let value = r#"Signature version="1",keyId="a/b/c",algorithm="rsa-sha256",headers="date host",signature="AAAA""#;
    /// let header = oci_genai_auth::AuthorizationHeader::parse(value)?;
    /// assert_eq!(header.headers(), ["date", "host"]);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn parse(value: &str) -> Result<Self, &'static str> {
        if value.len() > MAX_HEADER_BYTES {
            return Err("the header is longer than 128 KiB");
        }
        let (scheme, rest) = value
            .trim()
            .split_once(' ')
            .ok_or("the header has no parameters")?;
        if !scheme.eq_ignore_ascii_case("signature") {
            return Err("the scheme is not `Signature`");
        }
        let parameters = Parameters::parse(rest)?;
        let signature = parameters.signature.ok_or("`signature` is missing")?;
        let key_id = parameters.key_id.ok_or("`keyId` is missing")?;
        Ok(Self {
            key_id: KeyId::parse(key_id).map_err(|_| "`keyId` is empty or malformed")?,
            algorithm: parameters
                .algorithm
                .ok_or("`algorithm` is missing")?
                .to_owned(),
            headers: parameters
                .headers
                .ok_or("`headers` is missing")?
                .split_ascii_whitespace()
                .map(str::to_ascii_lowercase)
                .collect(),
            signature: STANDARD
                .decode(signature)
                .map_err(|_| "`signature` is not base64")?,
            version: parameters.version.map(str::to_owned),
        })
    }

    /// Returns the id of the key that signed.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Returns the algorithm, usually `rsa-sha256`.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// Returns the names of the signed headers, in lower case and in signing order.
    pub fn headers(&self) -> Vec<&str> {
        self.headers.iter().map(String::as_str).collect()
    }

    /// Returns the signature's bytes.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Returns the version; OCI's is `1`.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Formats the header value like the service's own clients.
    pub(crate) fn write(key_id: &KeyId, names: &[&str], signature: &str) -> String {
        format!(
            r#"Signature algorithm="rsa-sha256",headers="{}",keyId="{}",signature="{signature}",version="1""#,
            names.join(" "),
            key_id.as_str(),
        )
    }
}

impl fmt::Debug for AuthorizationHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|name| key_name(name)).collect();
        f.debug_struct("AuthorizationHeader")
            .field("key_id", &self.key_id)
            .field("algorithm", &shown(&self.algorithm))
            .field("headers", &headers)
            .field("version", &self.version.as_deref().map(shown))
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Parameters<'a> {
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn parse(text: &'a str) -> Result<Self, &'static str> {
        let mut found = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (name, tail) = rest.split_once('=').ok_or("a parameter has no `=`")?;
            let tail = tail
                .trim_start()
                .strip_prefix('"')
                .ok_or("a parameter's value is not quoted")?;
            let (value, tail) = tail.split_once('"').ok_or("a quote is not closed")?;
            let slot = match name.trim() {
                name if name.eq_ignore_ascii_case("keyId") => Some(&mut found.key_id),
                name if name.eq_ignore_ascii_case("algorithm") => Some(&mut found.algorithm),
                name if name.eq_ignore_ascii_case("headers") => Some(&mut found.headers),
                name if name.eq_ignore_ascii_case("signature") => Some(&mut found.signature),
                name if name.eq_ignore_ascii_case("version") => Some(&mut found.version),
                _ => None,
            };
            if slot.is_some_and(|slot| slot.replace(value).is_some()) {
                return Err("a parameter is given twice");
            }
            rest = tail.trim_start();
            if !rest.is_empty() {
                rest = rest
                    .strip_prefix(',')
                    .ok_or("parameters are not separated by commas")?
                    .trim_start();
            }
        }
        Ok(found)
    }
}
