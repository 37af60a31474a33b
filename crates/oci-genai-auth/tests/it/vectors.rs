//! Known-answer tests against Oracle's SDK, for signing and verification, byte for byte.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use oci_genai_auth::{
    BodyDigest, KeyId, PrivateKey, PublicKey, ReceivedRequest, RequestSigner, SignedHeaders,
    Verifier, VerifyError,
};
use secrecy::SecretString;
use std::time::{Duration, SystemTime};

use crate::support::{Vector, vectors};

fn covers(vector: &Vector) -> SignedHeaders {
    let has = |name: &str| vector.signed_headers.iter().any(|signed| signed == name);
    match (has("host"), has("content-length"), vector.method.as_str()) {
        (false, ..) => SignedHeaders::WithoutHost,
        (true, false, "PUT" | "POST" | "PATCH") => SignedHeaders::WithoutBody,
        _ => SignedHeaders::Standard,
    }
}

fn request(vector: &Vector) -> Parts {
    let mut request = Request::builder()
        .method(vector.method.as_str())
        .uri(&vector.wire_url);
    for (name, value) in &vector.request_headers {
        request = request.header(name, value);
    }
    request.body(()).unwrap().into_parts().0
}

fn signer(vector: &Vector) -> RequestSigner {
    let pass_phrase = vector.pass_phrase.clone().map(SecretString::from);
    let key = PrivateKey::from_pem(&vector.private_key_pem, pass_phrase.as_ref()).unwrap();
    let signer = RequestSigner::new(KeyId::parse(&vector.key_id).unwrap(), key)
        .with_signed_headers(covers(vector));
    match vector.request_headers.get("opc-obo-token") {
        Some(token) => signer.with_delegation_token(token.as_str()).unwrap(),
        None => signer,
    }
}

fn sign(vector: &Vector) -> Parts {
    let mut parts = request(vector);
    signer(vector)
        .sign(&mut parts, &vector.body(), SystemTime::UNIX_EPOCH)
        .unwrap();
    parts
}

fn date(parts: &Parts) -> SystemTime {
    let text = parts.headers["date"].to_str().unwrap();
    // One vector has the wrong day of the week on purpose.
    httpdate::parse_http_date(&text.replace("Thu, 05 Jan", "Sun, 05 Jan")).unwrap()
}

fn verify(
    vector: &Vector,
    parts: &Parts,
    body: &[u8],
    now: SystemTime,
) -> Result<KeyId, VerifyError> {
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let received = ReceivedRequest {
        method: &parts.method,
        target,
        headers: &parts.headers,
        authority: None,
        body: &BodyDigest::of(body),
    };
    Verifier::new()
        .with_signed_headers(covers(vector))
        .verify(&received, now, |key_id| {
            (key_id.as_str() == vector.key_id)
                .then(|| PublicKey::from_pem(&vector.public_key_pem).unwrap())
        })
        .map(|verified| verified.key_id)
}

#[test]
fn every_vector_is_signed_identically() {
    let vectors = vectors().vectors;
    assert_eq!(vectors.len(), 46);
    for vector in &vectors {
        let parts = sign(vector);
        assert_eq!(
            parts.headers["authorization"].to_str().unwrap(),
            vector.authorization,
            "{}",
            vector.name
        );
        assert!(parts.headers["authorization"].is_sensitive());
        for (name, value) in &vector.added_headers {
            if vector.signed_headers.contains(name) {
                assert_eq!(&parts.headers[name], value, "{}: {name}", vector.name);
            }
        }
    }
}

#[test]
fn every_vector_is_accepted() {
    for vector in &vectors().vectors {
        // As the SDK sent it, except that the Host header is the signed one.
        let mut parts = request(vector);
        for (name, value) in &vector.added_headers {
            let name: HeaderName = name.parse().unwrap();
            parts
                .headers
                .insert(name, HeaderValue::from_str(value).unwrap());
        }
        if vector.name == "get-host-header-differs" {
            parts
                .headers
                .insert("host", HeaderValue::from_static("127.0.0.1:8080"));
        }
        parts.headers.insert(
            "authorization",
            HeaderValue::from_str(&vector.authorization).unwrap(),
        );
        let result = verify(vector, &parts, &vector.body(), date(&parts));
        match vector.name.as_str() {
            // The caller's wrong hash is signed and sent; a server detects it.
            "post-given-sha256" => assert_eq!(result.unwrap_err(), VerifyError::ContentSha256),
            name => assert_eq!(result.unwrap().as_str(), vector.key_id, "{name}"),
        }
    }
}

#[test]
fn a_server_can_show_the_signing_string() {
    for vector in &vectors().vectors {
        let parts = sign(vector);
        let received = ReceivedRequest {
            method: &parts.method,
            target: parts.uri.path_and_query().unwrap().as_str(),
            headers: &parts.headers,
            authority: None,
            // The string is built from the headers, even if they do not match the body.
            body: &BodyDigest::of(b""),
        };
        let mut wanted = vector.signing_string.clone();
        if let Some(token) = vector.request_headers.get("opc-obo-token") {
            wanted = wanted.replace(token, "[redacted]");
            assert!(!format!("{received:?}").contains(token));
        }
        assert_eq!(
            received.signing_string().unwrap(),
            wanted,
            "{}",
            vector.name
        );
        let mut unsigned = parts.headers.clone();
        unsigned.remove("date");
        let headers = &unsigned;
        assert_eq!(
            ReceivedRequest {
                headers,
                ..received
            }
            .signing_string(),
            Err(VerifyError::Absent("date".into()))
        );
        unsigned.remove("authorization");
        let headers = &unsigned;
        assert_eq!(
            ReceivedRequest {
                headers,
                ..received
            }
            .signing_string(),
            Err(VerifyError::NoAuthorization)
        );
    }
}

#[test]
fn every_alteration_is_rejected_with_its_reason() {
    let vectors = vectors().vectors;
    let cases = vectors
        .iter()
        .filter(|vector| vector.name != "post-given-sha256");
    for vector in cases {
        let name = &vector.name;
        let sent = sign(vector);
        let now = date(&sent);
        let body = vector.body();
        let refusal =
            |parts: &Parts, body: &[u8], now| verify(vector, parts, body, now).expect_err(name);

        let mut other_path = sent.clone();
        other_path.uri = "https://example.com/elsewhere".parse().unwrap();
        assert_eq!(refusal(&other_path, &body, now), VerifyError::Signature);

        let late = now + Duration::from_secs(301);
        assert!(
            matches!(refusal(&sent, &body, late), VerifyError::Skew { .. }),
            "{name}"
        );
        let early = now - Duration::from_secs(301);
        assert!(
            matches!(refusal(&sent, &body, early), VerifyError::Skew { .. }),
            "{name}"
        );
        verify(vector, &sent, &body, now + Duration::from_secs(300)).expect(name);

        let mut later = sent.clone();
        let moved = httpdate::fmt_http_date(now + Duration::from_secs(1));
        later
            .headers
            .insert("date", HeaderValue::from_str(&moved).unwrap());
        assert_eq!(
            refusal(&later, &body, now),
            VerifyError::Signature,
            "{name}"
        );

        for header in vector
            .signed_headers
            .iter()
            .filter(|header| !header.starts_with('('))
        {
            let mut without = sent.clone();
            without.headers.remove(header.as_str());
            let refusal = refusal(&without, &body, now);
            assert_eq!(refusal, VerifyError::Absent(header.clone()), "{name}");
        }
        if vector
            .signed_headers
            .iter()
            .any(|header| header == "x-content-sha256")
        {
            let mut longer = body.clone();
            longer.push(b' ');
            let refused = refusal(&sent, &longer, now);
            assert!(
                matches!(refused, VerifyError::ContentLength { .. }),
                "{name}"
            );
            if let Some(first) = body.first() {
                let mut altered = body.clone();
                altered[0] = first ^ 1;
                assert_eq!(
                    refusal(&sent, &altered, now),
                    VerifyError::ContentSha256,
                    "{name}"
                );
            }
        }

        let mut unsigned = sent.clone();
        unsigned.headers.remove("authorization");
        assert_eq!(refusal(&unsigned, &body, now), VerifyError::NoAuthorization);

        let text = vector
            .authorization
            .replace(&vector.key_id, "some/other/k:y");
        let mut stranger = sent.clone();
        stranger
            .headers
            .insert("authorization", HeaderValue::from_str(&text).unwrap());
        assert!(
            matches!(refusal(&stranger, &body, now), VerifyError::UnknownKey(_)),
            "{name}"
        );
    }
}

#[test]
fn parameters_may_come_in_any_order_and_with_blanks() {
    let vector = &vectors().vectors[0];
    let mut sent = sign(vector);
    let text = sent.headers["authorization"].to_str().unwrap().to_owned();
    let mut parameters: Vec<&str> = text
        .strip_prefix("Signature ")
        .unwrap()
        .split(',')
        .collect();
    parameters.reverse();
    let reordered = format!("signature  {}", parameters.join(" , "));
    sent.headers
        .insert("authorization", HeaderValue::from_str(&reordered).unwrap());
    verify(vector, &sent, b"", date(&sent)).unwrap();
}

#[test]
fn a_signature_without_a_required_header_is_rejected() {
    let vectors = vectors().vectors;
    let vector = vectors
        .iter()
        .find(|vector| vector.name == "post-json-bytes")
        .unwrap();
    let mut parts = request(vector);
    let bare = signer(vector).with_signed_headers(SignedHeaders::WithoutBody);
    bare.sign(&mut parts, &vector.body(), SystemTime::UNIX_EPOCH)
        .unwrap();
    let refusal = verify(vector, &parts, &vector.body(), date(&parts)).unwrap_err();
    assert_eq!(refusal, VerifyError::NotSigned("content-length"));
}

#[test]
fn every_key_form_has_the_expected_fingerprint() {
    for (name, key) in &vectors().keys {
        let pass_phrase = key.pass_phrase.clone().map(SecretString::from);
        let opened = PrivateKey::from_pem(&key.private_key_pem, pass_phrase.as_ref()).expect(name);
        assert_eq!(
            opened.public_key().fingerprint(),
            key.fingerprint_md5,
            "{name}"
        );
        assert_eq!(
            opened.public_key(),
            &PublicKey::from_pem(&key.public_key_pem).unwrap(),
            "{name}"
        );
        let encrypted = key.private_key_pem.contains("ENCRYPTED");
        if encrypted {
            let missing = PrivateKey::from_pem(&key.private_key_pem, None).unwrap_err();
            assert!(
                missing.to_string().contains("no pass phrase"),
                "{name}: {missing}"
            );
            let wrong = SecretString::from("wrong");
            let wrong = PrivateKey::from_pem(&key.private_key_pem, Some(&wrong)).unwrap_err();
            assert!(
                wrong.to_string().contains("does not open"),
                "{name}: {wrong}"
            );
        }
    }
}

#[test]
fn a_request_that_cannot_be_signed_is_left_unchanged() {
    let vector = &vectors().vectors[3];
    let signer = signer(vector);
    let relative = Request::post("/openai/v1/conversations").body(()).unwrap();
    let odd_verb = Request::options("https://example.com/").body(()).unwrap();
    let not_ascii = Request::post("https://example.com/")
        .header(
            "content-type",
            HeaderValue::from_bytes(b"text/\xff").unwrap(),
        )
        .body(())
        .unwrap();
    for request in [relative, odd_verb, not_ascii] {
        let (mut parts, ()) = request.into_parts();
        let before = parts.headers.clone();
        let error = signer
            .sign(&mut parts, b"{}", SystemTime::UNIX_EPOCH)
            .unwrap_err();
        assert!(error.is_request());
        assert_eq!(parts.headers, before);
    }
}
