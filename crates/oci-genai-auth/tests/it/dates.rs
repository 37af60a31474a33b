//! `x-date` instead of `date`, and extreme dates.

use std::time::{Duration, SystemTime};

use http::request::Parts;
use http::{HeaderValue, Request};
use oci_genai_auth::{
    AuthLayer, BodyDigest, BoxError, Credentials, KeyId, PrivateKey, ReceivedRequest,
    RequestSigner, StaticCredentialsProvider, Verified, Verifier, VerifyError,
};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::{TENANCY, USER, fingerprint, key_pem, noon};

fn signer() -> RequestSigner {
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    RequestSigner::new(KeyId::api_key(TENANCY, USER, &fingerprint()), key)
}

fn value(time: SystemTime) -> HeaderValue {
    httpdate::fmt_http_date(time).parse().unwrap()
}

fn signed(headers: &[(&'static str, SystemTime)]) -> Parts {
    let request = Request::post("https://example.com/x").body(()).unwrap();
    let (mut parts, ()) = request.into_parts();
    for (name, time) in headers {
        parts.headers.insert(*name, value(*time));
    }
    signer().sign(&mut parts, b"{}", noon()).unwrap();
    parts
}

fn verify(parts: &Parts) -> Result<Verified, VerifyError> {
    let received = ReceivedRequest {
        method: &parts.method,
        target: parts.uri.path(),
        headers: &parts.headers,
        authority: None,
        body: &BodyDigest::of(b"{}"),
    };
    let key = PrivateKey::from_pem(&key_pem(), None).unwrap();
    Verifier::new().verify(&received, noon(), |_| Some(key.public_key().clone()))
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

#[test]
fn a_signed_x_date_overrides_date() {
    let parts = signed(&[("x-date", noon())]);
    assert!(!parts.headers.contains_key("date"));
    let verified = verify(&parts).unwrap();
    assert_eq!(verified.date, noon());
    assert_eq!(verified.signed_headers[0], "x-date");

    // With both, x-date is signed and used, in either order.
    let parts = signed(&[("date", noon() - YEAR), ("x-date", noon())]);
    assert!(verify(&parts).is_ok());
    let parts = signed(&[("date", noon()), ("x-date", noon() - YEAR)]);
    assert!(matches!(verify(&parts), Err(VerifyError::Skew { .. })));
}

#[test]
fn an_unsigned_or_altered_x_date_is_ignored() {
    let mut parts = signed(&[]);
    parts.headers.insert("x-date", value(noon() - YEAR));
    assert_eq!(verify(&parts).unwrap().date, noon());

    let mut parts = signed(&[("x-date", noon())]);
    parts
        .headers
        .insert("x-date", value(noon() + Duration::from_secs(1)));
    assert_eq!(verify(&parts).unwrap_err(), VerifyError::Signature);
    parts.headers.insert("x-date", "yesterday".parse().unwrap());
    assert_eq!(verify(&parts).unwrap_err(), VerifyError::Date);
    parts.headers.remove("x-date");
    assert_eq!(
        verify(&parts).unwrap_err(),
        VerifyError::Absent("x-date".to_owned())
    );
}

/// The service would use a date left over from an earlier attempt.
#[tokio::test]
async fn the_layer_removes_the_callers_x_date() {
    let provider = StaticCredentialsProvider::new(Credentials::signing(signer()));
    let service =
        AuthLayer::new(provider).layer(service_fn(|request: Request<reqwest::Body>| async move {
            Ok::<_, BoxError>(http::Response::new(request.headers().clone()))
        }));
    let request = Request::get("https://example.com/")
        .header("x-date", value(noon()))
        .body(reqwest::Body::default());
    let headers = service.oneshot(request.unwrap()).await.unwrap().into_body();
    assert!(headers.contains_key("date") && !headers.contains_key("x-date"));
}

#[test]
fn a_clock_out_of_range_does_no_harm() {
    for (now, date) in [
        (
            SystemTime::UNIX_EPOCH - YEAR,
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ),
        (
            SystemTime::UNIX_EPOCH + YEAR * 9_000,
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ),
    ] {
        let request = Request::get("https://example.com/").body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        signer().sign(&mut parts, b"", now).unwrap();
        assert_eq!(parts.headers["date"], date);
    }
}
