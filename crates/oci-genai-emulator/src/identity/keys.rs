//! Keys and certificates of the identity endpoints.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oci_genai_auth::{KeyId, PublicKey};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use super::{INSTANCE, TENANCY};

/// Keys that are created once.
pub(crate) struct Keys {
    issuer: RsaKeyPair,
    issuer_public: PublicKey,
    /// The instance's certificate, in PEM.
    pub(crate) leaf: String,
    /// The certificate in the form that the federation endpoint receives.
    pub(crate) leaf_bare: String,
    /// The instance's private key, in PEM.
    pub(crate) leaf_key: String,
    pub(crate) leaf_public: PublicKey,
    /// Key id of the instance's signatures.
    pub(crate) leaf_key_id: KeyId,
    /// The certificate that signed the instance's certificate, in PEM.
    pub(crate) intermediate: String,
}

/// Error from creating keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("could not create an RSA key")]
    Rsa,
    #[error("could not create a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("{0}")]
    Auth(#[from] oci_genai_auth::Error),
    #[error("{0}")]
    Claims(#[from] serde_json::Error),
}

impl From<aws_lc_rs::error::Unspecified> for KeysError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Rsa
    }
}

impl Keys {
    pub(crate) fn make() -> Result<Self, KeysError> {
        let issuer = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let issuer_public = PublicKey::from_der(issuer.public_key().as_der()?.as_ref())?;

        let leaf = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let leaf_public = PublicKey::from_der(leaf.public_key().as_der()?.as_ref())?;
        let leaf_der: Pkcs8V1Der<'static> = leaf.as_der()?;
        let leaf_key = KeyPair::try_from(leaf_der.as_ref())?;

        let authority = KeyPair::generate()?;
        let mut authority_params = CertificateParams::new(Vec::new())?;
        authority_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority_params
            .distinguished_name
            .push(DnType::CommonName, "Emulated intermediate");
        let intermediate = authority_params.self_signed(&authority)?.pem();

        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, INSTANCE);
        let tenancy = format!("opc-tenant:{TENANCY}");
        params
            .distinguished_name
            .push(DnType::OrganizationalUnitName, tenancy);
        let leaf = params.signed_by(&leaf_key, &Issuer::new(authority_params, authority))?;

        let fingerprint: Vec<String> = digest(&SHA1_FOR_LEGACY_USE_ONLY, leaf.der())
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        Ok(Self {
            issuer,
            issuer_public,
            leaf: leaf.pem(),
            leaf_bare: STANDARD.encode(leaf.der()),
            leaf_key: leaf_key.serialize_pem(),
            leaf_public,
            leaf_key_id: KeyId::federation(TENANCY, &fingerprint.join(":")),
            intermediate,
        })
    }

    /// Signs a JWT with these claims.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, KeysError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "emulator" });
        let part =
            |value: &Value| serde_json::to_vec(value).map(|json| URL_SAFE_NO_PAD.encode(json));
        let signed = format!("{}.{}", part(&header)?, part(claims)?);
        let mut signature = vec![0; self.issuer.public_modulus_len()];
        let random = SystemRandom::new();
        self.issuer.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        )?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Returns true if this emulator signed the JWT.
    pub(super) fn signed(&self, token: &str) -> bool {
        token.rsplit_once('.').is_some_and(|(signed, signature)| {
            URL_SAFE_NO_PAD
                .decode(signature)
                .is_ok_and(|signature| self.issuer_public.verifies(signed.as_bytes(), &signature))
        })
    }
}
