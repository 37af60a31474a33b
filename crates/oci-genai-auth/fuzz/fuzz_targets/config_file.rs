//! OCI configuration files: nothing in one may panic, and what is read must hold together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oci_genai_auth::{Environment, OciConfig};

fuzz_target!(|text: &str| {
    let environment = Environment::fixed([("HOME", "/h")]).with_files([("/h/key", text)]);
    let Ok(config) = OciConfig::parse(text, &environment) else { return };
    for name in config.profile_names() {
        let profile = config.profile(name).expect("a profile that is listed is there");
        if let Ok(fingerprint) = profile.fingerprint() {
            assert_eq!(fingerprint.len(), 47);
        }
        let _ = (profile.auth_kind(), profile.tenancy(), profile.user(), profile.region());
        let _ = (profile.private_key(), profile.security_token(), profile.trusted_key());
        let _ = format!("{profile:?}");
    }
});
