//! Keys in PEM: nothing in one may panic, and a key that opens must survive being written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oci_genai_auth::{PrivateKey, PublicKey};
use secrecy::{ExposeSecret as _, SecretString};

fuzz_target!(|text: &str| {
    let pass_phrase = SecretString::from("correct horse battery staple");
    for pass_phrase in [None, Some(&pass_phrase)] {
        if let Ok(key) = PrivateKey::from_pem(text, pass_phrase) {
            let pem = key.to_pem().expect("a key that opened can be written");
            let again = PrivateKey::from_pem(pem.expose_secret(), None).expect("and read again");
            assert_eq!(key.public_key(), again.public_key());
        }
    }
    let _ = PublicKey::from_pem(text);
});
