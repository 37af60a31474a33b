//! Decrypts private keys.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use des::TdesEde3;
use md5::{Digest as _, Md5};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::contents::Encryption;
use super::pem::PemBlock;
use crate::{Error, Result};

/// Decrypts an encrypted PKCS#8 key.
pub(super) fn pkcs8(
    der: &[u8],
    encryption: Encryption,
    pass_phrase: Option<&SecretString>,
) -> Result<SecretDocument> {
    if let Encryption::Refused(name, legacy) = encryption {
        return Err(refused(name, legacy));
    }
    let pass_phrase = needed(pass_phrase)?;
    let info = EncryptedPrivateKeyInfoRef::try_from(der)
        .map_err(|_| refused("PBES2 of unknown parameters", true))?;
    if !is_affordable(&info.encryption_algorithm) {
        return Err(Error::key(format!(
            "the private key is encrypted at a cost of more than ten million rounds or 256 MiB; \
             hint: {}",
            rewrite(false)
        )));
    }
    info.decrypt(pass_phrase.expose_secret())
        .map_err(|_| wrong(pass_phrase))
}

fn refused(name: &str, legacy: bool) -> Error {
    Error::key(format!(
        "the private key is encrypted with {name}, which is not supported; hint: {}",
        rewrite(legacy)
    ))
}

/// Returns the command that encrypts a key with a modern cipher.
fn rewrite(legacy: bool) -> String {
    let providers = if legacy {
        " -provider default -provider legacy"
    } else {
        ""
    };
    format!(
        "rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem{providers}`"
    )
}

/// Returns the error for a decryption that yields no key.
pub(super) fn wrong(pass_phrase: &SecretString) -> Error {
    let phrase = pass_phrase.expose_secret();
    let is_quoted = ['"', '\'']
        .iter()
        .any(|quote| phrase.len() > 1 && phrase.starts_with(*quote) && phrase.ends_with(*quote));
    Error::key(if is_quoted {
        "the pass phrase does not open the private key; hint: its quotes are part of it"
    } else {
        "the pass phrase does not open the private key"
    })
}

/// Returns true if decryption takes at most seconds. A crafted file could require hours or all
/// memory.
fn is_affordable(scheme: &EncryptionScheme) -> bool {
    let Some(parameters) = scheme.pbes2() else {
        return true;
    };
    let rounds = parameters
        .kdf
        .pbkdf2()
        .map_or(0, |pbkdf2| pbkdf2.iteration_count);
    let bytes = parameters.kdf.scrypt().map_or(0, |scrypt| {
        let block = 128 * u64::from(scrypt.block_size) * u64::from(scrypt.parallelization);
        block.saturating_mul(scrypt.cost_parameter)
    });
    rounds <= 10_000_000 && bytes <= 256 * 1024 * 1024
}

/// Decrypts a key with `Proc-Type: 4,ENCRYPTED`.
pub(super) fn legacy(
    block: &PemBlock,
    pass_phrase: Option<&SecretString>,
) -> Result<Zeroizing<Vec<u8>>> {
    let dek_info = block
        .header("DEK-Info")
        .ok_or_else(|| Error::key("the encrypted private key has no `DEK-Info` line"))?;
    let (cipher, iv) = dek_info
        .split_once(',')
        .ok_or_else(|| Error::key("the private key's `DEK-Info` line is malformed"))?;
    let open = match cipher.to_ascii_uppercase().as_str() {
        "AES-128-CBC" => {
            |data: &_, phrase: &_, iv: &_| decrypt::<Decryptor<Aes128>>(data, phrase, iv, 16)
        }
        "AES-192-CBC" => {
            |data: &_, phrase: &_, iv: &_| decrypt::<Decryptor<Aes192>>(data, phrase, iv, 24)
        }
        "AES-256-CBC" => {
            |data: &_, phrase: &_, iv: &_| decrypt::<Decryptor<Aes256>>(data, phrase, iv, 32)
        }
        "DES-EDE3-CBC" => {
            |data: &_, phrase: &_, iv: &_| decrypt::<Decryptor<TdesEde3>>(data, phrase, iv, 24)
        }
        other => return Err(refused(cipher_name(other), is_old(other))),
    };
    let iv = unhex(iv)
        .filter(|iv| iv.len() >= 8)
        .ok_or_else(|| Error::key("the private key's `DEK-Info` line has no valid vector"))?;
    open(block.contents(), needed(pass_phrase)?, &iv)
}

/// Returns the name of a cipher for an error. Does not repeat text that is not a cipher name.
fn cipher_name(name: &str) -> &str {
    let is_name = name.ends_with("-CBC") || name.ends_with("-ECB") || name.ends_with("-CFB");
    // The longest is CAMELLIA-256-CBC.
    let is_short = name.len() <= 16
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    if is_name && is_short {
        name
    } else {
        "an unknown cipher"
    }
}

/// Returns true if OpenSSL needs its legacy provider for the cipher.
fn is_old(cipher: &str) -> bool {
    ["DES-CBC", "RC2", "RC4", "BF", "IDEA", "SEED", "CAST5"]
        .iter()
        .any(|old| cipher.starts_with(old))
}

fn decrypt<C>(
    data: &[u8],
    pass_phrase: &SecretString,
    iv: &[u8],
    key_len: usize,
) -> Result<Zeroizing<Vec<u8>>>
where
    C: KeyIvInit + BlockModeDecrypt,
{
    let key = derive_key(pass_phrase.expose_secret().as_bytes(), &iv[..8], key_len);
    let cipher = C::new_from_slices(&key, iv)
        .map_err(|_| Error::key("the private key's `DEK-Info` vector has the wrong length"))?;
    cipher
        .decrypt_padded_vec::<Pkcs7>(data)
        .map(Zeroizing::new)
        .map_err(|_| wrong(pass_phrase))
}

/// Implements OpenSSL's key derivation for this form: MD5 over previous block, pass phrase and
/// salt.
fn derive_key(pass_phrase: &[u8], salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
    let mut block = Zeroizing::new(Vec::new());
    while key.len() < length {
        let mut hash = Md5::new();
        hash.update(&*block);
        hash.update(pass_phrase);
        hash.update(salt);
        *block = hash.finalize().to_vec();
        key.extend_from_slice(&block);
    }
    key.truncate(length);
    key
}

fn needed(pass_phrase: Option<&SecretString>) -> Result<&SecretString> {
    pass_phrase
        .filter(|phrase| !phrase.expose_secret().is_empty())
        .ok_or_else(|| {
            Error::key(
                "the private key is encrypted and no pass phrase was given; hint: set \
                 `pass_phrase` in the profile, or the variable OCI_CLI_PASSPHRASE",
            )
        })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use pkcs8::pkcs5::pbes2::Parameters;

    use super::*;

    #[test]
    fn keys_that_take_hours_to_decrypt_are_rejected() {
        let at = |rounds| {
            let parameters =
                Parameters::generate_pbkdf2_sha256_aes256cbc(rounds, b"saltsalt", [0; 16]).unwrap();
            is_affordable(&EncryptionScheme::Pbes2(parameters))
        };
        assert!(at(2_000_000));
        assert!(!at(50_000_000));
    }
}
