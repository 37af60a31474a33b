//! Opening encrypted private keys.

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

use super::WRONG_PASS_PHRASE;
use super::pem::PemBlock;
use crate::{Error, Result};

/// Opens `ENCRYPTED PRIVATE KEY`.
pub(super) fn pkcs8(
    block: &PemBlock<'_>,
    pass_phrase: Option<&SecretString>,
) -> Result<SecretDocument> {
    let pass_phrase = needed(pass_phrase)?;
    let info = EncryptedPrivateKeyInfoRef::try_from(block.contents())
        .map_err(|error| Error::key("the encrypted private key is malformed").with_source(error))?;
    if !is_affordable(&info.encryption_algorithm) {
        return Err(Error::key(
            "the private key is encrypted at a cost of more than ten million rounds or 256 MiB; \
             rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc`",
        ));
    }
    info.decrypt(pass_phrase.expose_secret())
        .map_err(|error| Error::key(WRONG_PASS_PHRASE).with_source(error))
}

/// Whether opening takes seconds at most, and not hours or all memory, as a crafted file might.
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

/// Opens `RSA PRIVATE KEY` with `Proc-Type: 4,ENCRYPTED`.
pub(super) fn legacy(
    block: &PemBlock<'_>,
    pass_phrase: Option<&SecretString>,
) -> Result<Zeroizing<Vec<u8>>> {
    let pass_phrase = needed(pass_phrase)?.expose_secret().as_bytes();
    let dek_info = block
        .header("DEK-Info")
        .ok_or_else(|| Error::key("the encrypted private key has no `DEK-Info` line"))?;
    let (cipher, iv) = dek_info
        .split_once(',')
        .ok_or_else(|| Error::key("the private key's `DEK-Info` line is malformed"))?;
    let iv = unhex(iv.trim())
        .filter(|iv| iv.len() >= 8)
        .ok_or_else(|| Error::key("the private key's `DEK-Info` line has no valid vector"))?;
    let data = block.contents();
    match cipher.trim().to_ascii_uppercase().as_str() {
        "AES-128-CBC" => decrypt::<Decryptor<Aes128>>(data, pass_phrase, &iv, 16),
        "AES-192-CBC" => decrypt::<Decryptor<Aes192>>(data, pass_phrase, &iv, 24),
        "AES-256-CBC" => decrypt::<Decryptor<Aes256>>(data, pass_phrase, &iv, 32),
        "DES-EDE3-CBC" => decrypt::<Decryptor<TdesEde3>>(data, pass_phrase, &iv, 24),
        other => Err(Error::key(format!(
            "the private key is encrypted with `{other}`, which is not supported; \
             rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc`"
        ))),
    }
}

fn decrypt<C>(
    data: &[u8],
    pass_phrase: &[u8],
    iv: &[u8],
    key_len: usize,
) -> Result<Zeroizing<Vec<u8>>>
where
    C: KeyIvInit + BlockModeDecrypt,
{
    let key = derive_key(pass_phrase, &iv[..8], key_len);
    let cipher = C::new_from_slices(&key, iv)
        .map_err(|_| Error::key("the private key's `DEK-Info` vector has the wrong length"))?;
    cipher
        .decrypt_padded_vec::<Pkcs7>(data)
        .map(Zeroizing::new)
        .map_err(|_| Error::key(WRONG_PASS_PHRASE))
}

/// OpenSSL's key derivation for this form: MD5 over previous block, pass phrase and salt.
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
            Error::key("the private key is encrypted and no pass phrase was given (`pass_phrase`)")
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
    fn keys_that_would_take_hours_to_open_are_refused() {
        let at = |rounds| {
            let parameters =
                Parameters::generate_pbkdf2_sha256_aes256cbc(rounds, b"saltsalt", [0; 16]).unwrap();
            is_affordable(&EncryptionScheme::Pbes2(parameters))
        };
        assert!(at(2_000_000));
        assert!(!at(50_000_000));
    }
}
