//! Properties that hold for any input.

use std::sync::LazyLock;
use std::time::SystemTime;

use http::Request;
use http::request::Parts;
use oci_genai_auth::{
    AuthorizationHeader, BodyDigest, Environment, KeyId, OciConfig, PrivateKey, PublicKey,
    ReceivedRequest, RequestSigner, SecurityToken, Verifier, VerifyError,
};
use proptest::prelude::*;

use crate::support::{TENANCY, USER, fingerprint, key_pem};

static SIGNER: LazyLock<RequestSigner> = LazyLock::new(|| {
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    RequestSigner::new(KeyId::api_key(TENANCY, USER, &fingerprint()), key)
});

fn verify(parts: &Parts, body: &[u8]) -> Result<(), VerifyError> {
    let received = ReceivedRequest {
        method: &parts.method,
        target: parts.uri.path_and_query().unwrap().as_str(),
        headers: &parts.headers,
        authority: None,
        body: &BodyDigest::of(body),
    };
    let key = SIGNER.public_key().clone();
    Verifier::new()
        .verify(&received, SystemTime::UNIX_EPOCH, |_| Some(key))
        .map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_request_verifies_and_no_altered_one_does(
        path in "/[a-zA-Z0-9._~%/-]{0,40}",
        query in proptest::option::of("[a-zA-Z0-9=&%+_-]{0,40}"),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        post in any::<bool>(),
        at in any::<prop::sample::Index>(),
    ) {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let uri = format!("https://example.com{path}{query}");
        let method = if post { "POST" } else { "GET" };
        let Ok(request) = Request::builder().method(method).uri(&uri).body(()) else {
            return Ok(()); // The http crate rejects the path too.
        };
        let (mut parts, ()) = request.into_parts();
        SIGNER.sign(&mut parts, &body, SystemTime::UNIX_EPOCH).unwrap();
        prop_assert_eq!(verify(&parts, &body), Ok(()));

        let mut other_method = parts.clone();
        other_method.method = if post { http::Method::PUT } else { http::Method::DELETE };
        prop_assert_eq!(verify(&other_method, &body), Err(VerifyError::Signature));
        let mut other_path = parts.clone();
        other_path.uri = format!("{uri}x").parse().unwrap();
        prop_assert_eq!(verify(&other_path, &body), Err(VerifyError::Signature));
        if post && !body.is_empty() {
            let mut altered = body.clone();
            altered[at.index(body.len())] ^= 1;
            prop_assert_eq!(verify(&parts, &altered), Err(VerifyError::ContentSha256));
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "(\\PC|\n|\"|-----BEGIN PRIVATE KEY-----\n|\\[|=|Signature ){0,60}") {
        let environment = Environment::from_vars([("HOME", "/h")]).with_files([("/h/x", "")]);
        if let Ok(config) = OciConfig::parse(&text, &environment) {
            for name in config.profile_names() {
                let profile = config.profile(name).unwrap();
                let _ = (profile.auth_kind(), profile.trusted_key(), profile.fingerprint());
            }
        }
        let _ = PrivateKey::from_pem(&text, None);
        let _ = PublicKey::from_pem(&text);
        let _ = AuthorizationHeader::parse(&text);
        let _ = SecurityToken::parse(&text);
    }
}
