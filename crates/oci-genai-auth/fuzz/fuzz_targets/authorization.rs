//! Authorization headers: nothing in one may panic, and nothing secret shows in what is printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oci_genai_auth::{AuthorizationHeader, SecurityToken};

fuzz_target!(|text: &str| {
    if let Ok(header) = AuthorizationHeader::parse(text) {
        let key_id = header.key_id();
        let shown = format!("{header:?}");
        if let Some(token) = key_id.security_token() {
            assert!(!shown.contains(token.expose()) || token.expose().len() < 8);
            let _ = (token.expires_at(), token.issued_at());
        }
        assert!(header.headers().iter().all(|name| !name.contains(' ')));
    }
    let _ = SecurityToken::parse(text);
});
