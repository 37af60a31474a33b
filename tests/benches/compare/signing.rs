//! Compares a signed POST with its bare RSA signature.

use std::time::SystemTime;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use oci_genai_auth::{KeyId, PrivateKey, RequestSigner};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;

const URL: &str =
    "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1/responses";
const BODY: &[u8] = br#"{"model":"openai.gpt-oss-120b","conversation":"conv_ord_0123456789","input":"Give me three ideas for a team offsite."}"#;
/// Has about the length of the text that a signature covers.
const TEXT: &[u8] = &[b'x'; 330];

pub(crate) struct Keys {
    bare: KeyPair,
    signer: RequestSigner,
}

impl Keys {
    pub(crate) fn new() -> Self {
        use secrecy::ExposeSecret as _;
        let key = PrivateKey::generate().unwrap();
        let pem = key.to_pem().unwrap();
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.expose_secret().as_bytes()).unwrap();
        let key_id = KeyId::api_key(
            "ocid1.tenancy.oc1..exampletenancyexampletenancy",
            "ocid1.user.oc1..exampleuserexampleuserexample",
            "60:a2:ae:ea:ef:18:ea:18:d4:7f:1c:38:74:53:54:73",
        );
        Self {
            bare: KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap(),
            signer: RequestSigner::new(key_id, key),
        }
    }

    pub(crate) fn bare(&self, count: usize) {
        let random = SystemRandom::new();
        let mut signature = vec![0; self.bare.public_modulus_len()];
        for _ in 0..count {
            self.bare
                .sign(&RSA_PKCS1_SHA256, &random, TEXT, &mut signature)
                .unwrap();
        }
    }

    pub(crate) fn post(&self, count: usize) {
        for _ in 0..count {
            let request = http::Request::post(URL).body(()).unwrap();
            let (mut parts, ()) = request.into_parts();
            self.signer
                .sign(&mut parts, BODY, SystemTime::UNIX_EPOCH)
                .unwrap();
        }
    }
}
