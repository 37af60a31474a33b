//! Detects the form of a private key from its DER, independent of the PEM label.

use pkcs8::der::asn1::{AnyRef, OctetStringRef, UintRef};
use pkcs8::der::oid::ObjectIdentifier;
use pkcs8::der::{Decode as _, Reader, SliceReader};
use pkcs8::spki::AlgorithmIdentifierRef;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(super) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(super) const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");

/// The form of a private key.
pub(super) enum Contents<'d> {
    /// A PKCS#8 key: its algorithm and the encoding of the key itself.
    Pkcs8(ObjectIdentifier, &'d [u8]),
    /// A PKCS#1 RSA key, with the length of its modulus in bits.
    Pkcs1(usize),
    /// An encrypted PKCS#8 key, with its encryption scheme.
    Encrypted(Encryption),
    Unknown,
}

/// Encryption scheme of a PKCS#8 key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// PBES2 with a supported cipher.
    Supported,
    /// An unsupported scheme or cipher: its name, and true if OpenSSL opens it only with its legacy
    /// provider.
    Refused(&'static str, bool),
}

impl<'d> Contents<'d> {
    pub(super) fn of(der: &'d [u8]) -> Self {
        pkcs8(der)
            .or_else(|| encrypted(der).map(Self::Encrypted))
            .or_else(|| pkcs1_bits(der).map(Self::Pkcs1))
            .unwrap_or(Self::Unknown)
    }
}

fn outer<'d, T>(
    der: &'d [u8],
    read: impl FnOnce(&mut SliceReader<'d>) -> Result<T, pkcs8::der::Error>,
) -> Option<T> {
    let mut reader = SliceReader::new(der).ok()?;
    reader.sequence(read).ok()
}

/// Skips the remaining content, so that the sequence counts as read.
fn skip<'d>(reader: &mut SliceReader<'d>) -> Result<(), pkcs8::der::Error> {
    while !reader.is_finished() {
        reader.decode::<AnyRef<'d>>()?;
    }
    Ok(())
}

fn pkcs8(der: &[u8]) -> Option<Contents<'_>> {
    outer(der, |reader| {
        reader.decode::<u8>()?;
        let algorithm: AlgorithmIdentifierRef<'_> = reader.decode()?;
        let key: &OctetStringRef = reader.decode()?;
        skip(reader)?;
        Ok(Contents::Pkcs8(algorithm.oid, key.as_bytes()))
    })
}

/// Returns the length of a PKCS#1 key's modulus in bits.
pub(super) fn pkcs1_bits(der: &[u8]) -> Option<usize> {
    outer(der, |reader| {
        reader.decode::<u8>()?;
        let modulus: UintRef<'_> = reader.decode()?;
        skip(reader)?;
        let bytes = modulus.as_bytes();
        let first = bytes
            .first()
            .map_or(8, |byte| byte.leading_zeros() as usize);
        Ok((bytes.len() * 8).saturating_sub(first))
    })
}

fn encrypted(der: &[u8]) -> Option<Encryption> {
    outer(der, |reader| {
        let algorithm: AlgorithmIdentifierRef<'_> = reader.decode()?;
        reader.decode::<&OctetStringRef>()?;
        Ok(encryption(&algorithm))
    })
}

fn encryption(algorithm: &AlgorithmIdentifierRef<'_>) -> Encryption {
    if algorithm.oid != PBES2 {
        let name = algorithm.oid.to_string();
        let found = SCHEMES.iter().find(|(oid, ..)| *oid == name);
        return found.map_or(
            Encryption::Refused("an unknown scheme", true),
            |(_, name, legacy)| Encryption::Refused(name, *legacy),
        );
    }
    let cipher = algorithm.parameters.and_then(|parameters| {
        parameters
            .sequence(|reader| {
                AlgorithmIdentifierRef::decode(reader)?;
                Ok::<_, pkcs8::der::Error>(AlgorithmIdentifierRef::decode(reader)?.oid)
            })
            .ok()
    });
    let cipher = cipher.map(|oid| oid.to_string()).unwrap_or_default();
    match CIPHERS.iter().find(|(oid, ..)| *oid == cipher) {
        Some((_, None)) => Encryption::Supported,
        Some((_, Some((name, legacy)))) => Encryption::Refused(name, *legacy),
        None => Encryption::Refused("an unknown cipher", true),
    }
}

/// PBES1 of PKCS#5 and PBE of PKCS#12, by OpenSSL's names; true if OpenSSL needs its legacy
/// provider.
const SCHEMES: &[(&str, &str, bool)] = &[
    ("1.2.840.113549.1.5.1", "PBE-MD2-DES (PBES1)", true),
    ("1.2.840.113549.1.5.3", "PBE-MD5-DES (PBES1)", true),
    ("1.2.840.113549.1.5.4", "PBE-MD2-RC2-64 (PBES1)", true),
    ("1.2.840.113549.1.5.6", "PBE-MD5-RC2-64 (PBES1)", true),
    ("1.2.840.113549.1.5.10", "PBE-SHA1-DES (PBES1)", true),
    ("1.2.840.113549.1.5.11", "PBE-SHA1-RC2-64 (PBES1)", true),
    (
        "1.2.840.113549.1.12.1.1",
        "PBE-SHA1-RC4-128 (PKCS#12)",
        true,
    ),
    ("1.2.840.113549.1.12.1.2", "PBE-SHA1-RC4-40 (PKCS#12)", true),
    ("1.2.840.113549.1.12.1.3", "PBE-SHA1-3DES (PKCS#12)", false),
    ("1.2.840.113549.1.12.1.4", "PBE-SHA1-2DES (PKCS#12)", false),
    (
        "1.2.840.113549.1.12.1.5",
        "PBE-SHA1-RC2-128 (PKCS#12)",
        true,
    ),
    ("1.2.840.113549.1.12.1.6", "PBE-SHA1-RC2-40 (PKCS#12)", true),
];

/// The ciphers of PBES2. `None` marks the supported ones.
const CIPHERS: &[(&str, Option<(&str, bool)>)] = &[
    ("2.16.840.1.101.3.4.1.2", None),
    ("2.16.840.1.101.3.4.1.22", None),
    ("2.16.840.1.101.3.4.1.42", None),
    ("1.2.840.113549.3.7", None),
    ("1.2.840.113549.3.2", Some(("RC2-CBC", true))),
    ("1.3.14.3.2.7", Some(("DES-CBC", true))),
    ("1.3.6.1.4.1.3029.1.2", Some(("Blowfish", true))),
    (
        "1.2.392.200011.61.1.1.1.2",
        Some(("Camellia-128-CBC", false)),
    ),
    (
        "1.2.392.200011.61.1.1.1.3",
        Some(("Camellia-192-CBC", false)),
    ),
    (
        "1.2.392.200011.61.1.1.1.4",
        Some(("Camellia-256-CBC", false)),
    ),
    ("1.2.410.200004.1.4", Some(("SEED-CBC", true))),
    ("1.2.410.200046.1.1.2", Some(("ARIA-128-CBC", false))),
    ("1.2.410.200046.1.1.7", Some(("ARIA-192-CBC", false))),
    ("1.2.410.200046.1.1.12", Some(("ARIA-256-CBC", false))),
    ("2.16.840.1.101.3.4.1.44", Some(("AES-256-CFB", false))),
];

/// Returns the common name of an algorithm that cannot sign for OCI.
pub(super) fn algorithm_name(oid: ObjectIdentifier) -> &'static str {
    match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "an EC key",
        "1.3.101.112" => "an Ed25519 key",
        "1.3.101.113" => "an Ed448 key",
        "1.3.101.110" | "1.3.101.111" => "a key for key agreement",
        "1.2.840.10040.4.1" => "a DSA key",
        _ => "a key of another algorithm",
    }
}
