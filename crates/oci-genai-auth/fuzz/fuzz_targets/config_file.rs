//! Fuzzes OCI configuration files. The entry point is in the crate `oci-genai-fuzz`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    oci_genai_fuzz::auth::config_file(data);
});
