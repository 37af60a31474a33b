//! The leaf certificate of an instance.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_cert::Certificate;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Any, Decode as _};

use crate::key::{PemBlock, colon_hex};
use crate::{Error, Result};

/// A certificate in the form that federation needs.
#[derive(Debug)]
pub(super) struct LeafCertificate {
    /// SHA-1 of the DER, upper-case hex pairs joined by colons.
    pub(super) fingerprint: String,
    /// The tenancy of the instance.
    pub(super) tenancy: String,
    /// The DER in base64.
    pub(super) bare: String,
}

impl LeafCertificate {
    pub(super) fn parse(pem: &str) -> Result<Self> {
        let malformed = || Error::unavailable("the instance's certificate is malformed");
        let block = PemBlock::find(pem, |label| label == "CERTIFICATE")
            .map_err(|cause| malformed().with_source(cause))?;
        let der = block.contents();
        let certificate =
            Certificate::from_der(der).map_err(|cause| malformed().with_source(cause))?;
        let tenancy = certificate
            .tbs_certificate()
            .subject()
            .iter()
            .filter_map(|attribute| text(&attribute.value))
            .find_map(|value| {
                let tenancy = value
                    .strip_prefix("opc-tenant:")
                    .or_else(|| value.strip_prefix("opc-identity:"))?;
                Some(tenancy.to_owned())
            })
            .ok_or_else(|| {
                Error::unavailable("the instance's certificate names no tenancy (`opc-tenant:`)")
            })?;
        Ok(Self {
            fingerprint: colon_hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref(), true),
            tenancy,
            bare: STANDARD.encode(der),
        })
    }
}

/// Returns the base64 of an intermediate certificate. Nothing else of it is needed.
pub(super) fn bare_certificate(pem: &str) -> Result<String> {
    let block = PemBlock::find(pem, |label| label == "CERTIFICATE").map_err(|cause| {
        Error::unavailable("the instance's intermediate certificate is malformed")
            .with_source(cause)
    })?;
    Ok(STANDARD.encode(block.contents()))
}

fn text(value: &Any) -> Option<String> {
    let utf8 = value
        .decode_as::<Utf8StringRef<'_>>()
        .ok()
        .map(|text| text.as_str().to_owned());
    utf8.or_else(|| {
        value
            .decode_as::<PrintableStringRef<'_>>()
            .ok()
            .map(|text| text.to_string())
    })
    .or_else(|| {
        value
            .decode_as::<Ia5StringRef<'_>>()
            .ok()
            .map(|text| text.to_string())
    })
}
