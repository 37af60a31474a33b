//! RSA keys: private keys that sign, public keys that verify.

mod contents;
mod decrypt;
mod label;
mod no_block;
mod pem;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use md5::{Digest as _, Md5};
use secrecy::SecretString;

use self::contents::{Contents, pkcs1_bits};
pub(crate) use self::pem::PemBlock;
use crate::{Error, Result};

/// An RSA private key, parsed once.
///
/// Cloning is cheap and shares the key. `Debug` shows the fingerprint only.
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    pair: KeyPair,
    public: PublicKey,
}

impl PrivateKey {
    /// Parses a key from PEM text: PKCS#8 and PKCS#1, plain or encrypted (PBES2, and the older
    /// `Proc-Type: 4,ENCRYPTED` form).
    ///
    /// Accepts keys as files, forms and variables contain them: with any line ends, blanks, or `\n`
    /// written as two characters; in quotes and in one line. Ignores text around the PEM block,
    /// such as the `OCI_API_KEY` that Oracle's tools append. The contents determine the form, not
    /// the label. An unneeded pass phrase is ignored.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Key`](crate::ErrorKind::Key) if the text has no private key; if it is
    /// encrypted and the pass phrase is missing or wrong; if it is encrypted with PBES1 or PBE,
    /// whose ciphers are weak; or if the key is not RSA of 2048 to 8192 bits.
    ///
    /// ```
    /// let error = oci_genai_auth::PrivateKey::from_pem("no key", None).unwrap_err();
    /// assert!(error.is_key());
    /// ```
    pub fn from_pem(text: &str, pass_phrase: Option<&SecretString>) -> Result<Self> {
        let block = PemBlock::find(text, |label| label.ends_with("PRIVATE KEY"))?;
        check_label(block.label())?;
        if block.is_legacy_encrypted() {
            let der = decrypt::legacy(&block, pass_phrase)?;
            return Self::from_opened(&der, pass_phrase);
        }
        match Contents::of(block.contents()) {
            Contents::Encrypted(encryption) => {
                let der = decrypt::pkcs8(block.contents(), encryption, pass_phrase)?;
                Self::from_opened(der.as_bytes(), pass_phrase)
            }
            Contents::Unknown if block.label().starts_with("ENCRYPTED") => {
                Err(Error::key("the encrypted private key is malformed"))
            }
            _ => Self::from_private_der(block.contents()),
        }
    }

    /// Parses decrypted bytes. A wrong pass phrase sometimes yields garbage with valid padding.
    fn from_opened(der: &[u8], pass_phrase: Option<&SecretString>) -> Result<Self> {
        match (Contents::of(der), pass_phrase) {
            (Contents::Unknown | Contents::Encrypted(_), Some(wrong)) => Err(decrypt::wrong(wrong)),
            _ => Self::from_private_der(der),
        }
    }

    fn from_private_der(der: &[u8]) -> Result<Self> {
        let (pair, bits) = match Contents::of(der) {
            Contents::Pkcs8(contents::RSA, key) => (KeyPair::from_pkcs8(der), pkcs1_bits(key)),
            // The algorithm only restricts the use of the key.
            Contents::Pkcs8(contents::RSA_PSS, key) => (KeyPair::from_der(key), pkcs1_bits(key)),
            Contents::Pkcs8(other, _) => return Err(not_rsa(contents::algorithm_name(other))),
            Contents::Pkcs1(bits) => (KeyPair::from_der(der), Some(bits)),
            _ => {
                return Err(Error::key(
                    "the contents of the private key are damaged; hint: copy the whole key, unedited",
                ));
            }
        };
        Self::from_pair(pair.map_err(|rejected| {
            let message = match bits {
                Some(bits) if !(2048..=8192).contains(&bits) => {
                    format!(
                        "the private key has {bits} bits; OCI accepts keys of 2048 to 8192 bits"
                    )
                }
                _ => "the private key is not a usable RSA key of 2048 to 8192 bits".to_owned(),
            };
            Error::key(message).with_source(rejected.to_string())
        })?)
    }

    /// Generates a new key of 2048 bits. Takes tens of milliseconds of CPU time.
    ///
    /// # Errors
    /// Returns an error if the system's random number generator fails.
    pub fn generate() -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| Error::key("no RSA key could be generated"))?;
        Self::from_pair(pair)
    }

    fn from_pair(pair: KeyPair) -> Result<Self> {
        let der: PublicKeyX509Der<'static> = pair
            .public_key()
            .as_der()
            .map_err(|_| Error::key("the public key cannot be encoded"))?;
        let public = PublicKey::from_der(der.as_ref())?;
        Ok(Self(Arc::new(Inner { pair, public })))
    }

    /// Returns the public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public
    }

    /// Returns the key as unencrypted PKCS#8 PEM. A secret.
    ///
    /// # Errors
    /// Returns an error if the key cannot be encoded.
    pub fn to_pem(&self) -> Result<SecretString> {
        let der: Pkcs8V1Der<'static> = self
            .0
            .pair
            .as_der()
            .map_err(|_| Error::key("the key cannot be encoded"))?;
        Ok(SecretString::from(pem::armour("PRIVATE KEY", der.as_ref())))
    }

    /// Signs with RSA PKCS#1 v1.5 and SHA-256. Returns base64.
    pub(crate) fn sign_base64(&self, message: &[u8]) -> Result<String> {
        use base64::Engine as _;
        let mut signature = vec![0; self.0.pair.public_modulus_len()];
        let randomness = aws_lc_rs::rand::SystemRandom::new();
        self.0
            .pair
            .sign(&RSA_PKCS1_SHA256, &randomness, message, &mut signature)
            .map_err(|_| Error::key("the RSA signature could not be computed"))?;
        Ok(base64::engine::general_purpose::STANDARD.encode(signature))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("fingerprint", &self.0.public.fingerprint())
            .finish_non_exhaustive()
    }
}

/// Rejects keys that are unusable according to their label.
fn check_label(label: &str) -> Result<()> {
    match label {
        "EC PRIVATE KEY" => Err(not_rsa("an EC key")),
        "DSA PRIVATE KEY" => Err(not_rsa("a DSA key")),
        "OPENSSH PRIVATE KEY" | "SSH2 ENCRYPTED PRIVATE KEY" => Err(Error::key(
            "the private key is in the format of OpenSSH; hint: rewrite it as PEM with \
             `ssh-keygen -p -m PEM -f KEY`",
        )),
        _ => Ok(()),
    }
}

fn not_rsa(what: &str) -> Error {
    Error::key(format!(
        "the private key is {what}, but only RSA keys can sign; hint: make one with \
         `openssl genrsa -out KEY.pem 2048`"
    ))
}

/// An RSA public key, parsed once. Cloning is cheap.
#[derive(Clone)]
pub struct PublicKey {
    key: Arc<ParsedPublicKey>,
    der: Arc<[u8]>,
}

impl PublicKey {
    /// Parses a `PUBLIC KEY` (or `RSA PUBLIC KEY`) PEM block.
    ///
    /// # Errors
    /// Returns an error if there is no such block or the key is not RSA of 2048 to 8192 bits.
    pub fn from_pem(text: &str) -> Result<Self> {
        let block = PemBlock::find(text, |label| label.ends_with("PUBLIC KEY"))?;
        Self::from_der(block.contents())
    }

    /// Parses a DER-encoded `SubjectPublicKeyInfo` (or a bare PKCS#1 public key).
    ///
    /// # Errors
    /// Returns an error if the key is not RSA of 2048 to 8192 bits.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|rejected| {
            Error::key("the public key is not a usable RSA key of 2048 to 8192 bits")
                .with_source(rejected.to_string())
        })?;
        Ok(Self {
            key: Arc::new(key),
            der: der.into(),
        })
    }

    /// Returns the `SubjectPublicKeyInfo` in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the key as a `PUBLIC KEY` PEM block.
    pub fn to_pem(&self) -> String {
        pem::armour("PUBLIC KEY", &self.der)
    }

    /// Returns the fingerprint that OCI uses for API signing keys: MD5 of the DER, as 16 lower-case
    /// hex pairs joined by colons.
    pub fn fingerprint(&self) -> String {
        colon_hex(&Md5::digest(&self.der), false)
    }

    /// Returns true if this key made `signature` over `message` (RSA PKCS#1 v1.5, SHA-256).
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey")
            .field(&self.fingerprint())
            .finish()
    }
}

/// Formats bytes as hex pairs joined by colons.
pub(crate) fn colon_hex(bytes: &[u8], upper: bool) -> String {
    let pairs: Vec<String> = bytes
        .iter()
        .map(|byte| {
            if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            }
        })
        .collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests;
