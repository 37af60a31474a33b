//! Measures the cost of signing a request on top of the RSA signature.
//!
//! ```sh
//! cargo bench -p oci-genai-auth --bench signing
//! ```
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Instant, SystemTime};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;
use http::request::Parts;
use oci_genai_auth::{BodyDigest, KeyId, PrivateKey, ReceivedRequest, RequestSigner, Verifier};
use secrecy::ExposeSecret as _;

const BODY: &[u8] = br#"{"model":"openai.gpt-oss-120b","conversation":"conv_ord_0123456789","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Give me three ideas for a team offsite."}]}]}"#;
const KEY_ID: &str = "ocid1.tenancy.oc1..exampletenancyexampletenancyexampletenancy/ocid1.user.oc1..exampleuserexampleuserexampleuser/60:a2:ae:ea:ef:18:ea:18:d4:7f:1c:38:74:53:54:73";

fn signing(criterion: &mut Criterion) {
    let key = PrivateKey::generate().unwrap();
    let pem = key.to_pem().unwrap();
    let der = pem_contents(pem.expose_secret());
    let bare = KeyPair::from_pkcs8(&der).unwrap();
    let signer = RequestSigner::new(KeyId::parse(KEY_ID).unwrap(), key.clone());
    let now = SystemTime::UNIX_EPOCH;
    // A signing string has about this length.
    let text = vec![b'x'; 330];
    let mut group = criterion.benchmark_group("2048 bits");
    group.bench_function("bare RSA signature", |bencher| {
        let random = SystemRandom::new();
        let mut signature = vec![0; bare.public_modulus_len()];
        bencher.iter(|| {
            bare.sign(&RSA_PKCS1_SHA256, &random, black_box(&text), &mut signature)
                .unwrap()
        });
    });
    group.bench_function("sign a POST", |bencher| {
        bencher.iter_batched(
            request,
            |mut parts| {
                signer.sign(&mut parts, black_box(BODY), now).unwrap();
                parts
            },
            criterion::BatchSize::SmallInput,
        );
    });
    group.bench_function("verify a POST", |bencher| {
        let mut parts = request();
        signer.sign(&mut parts, BODY, now).unwrap();
        let verifier = Verifier::new();
        bencher.iter(|| {
            let received = ReceivedRequest {
                method: &parts.method,
                target: parts.uri.path(),
                headers: &parts.headers,
                authority: None,
                body: &BodyDigest::of(BODY),
            };
            verifier
                .verify(&received, now, |_| Some(key.public_key().clone()))
                .unwrap()
        });
    });
    group.finish();
}

/// Alternates the two, so that load on the machine affects both, and compares medians.
#[allow(clippy::disallowed_methods, clippy::print_stdout)] // A bench reads the clock and reports.
fn paired(_: &mut Criterion) {
    const ROUNDS: usize = 8000;
    let key = PrivateKey::generate().unwrap();
    let der = pem_contents(key.to_pem().unwrap().expose_secret());
    let bare = KeyPair::from_pkcs8(&der).unwrap();
    let signer = RequestSigner::new(KeyId::parse(KEY_ID).unwrap(), key);
    let random = SystemRandom::new();
    let mut signature = vec![0; bare.public_modulus_len()];
    let text = vec![b'x'; 330];
    let mut times = [Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS)];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        bare.sign(&RSA_PKCS1_SHA256, &random, black_box(&text), &mut signature)
            .unwrap();
        times[0].push(start.elapsed());
        let mut parts = request();
        let start = Instant::now();
        signer
            .sign(&mut parts, black_box(BODY), SystemTime::UNIX_EPOCH)
            .unwrap();
        times[1].push(start.elapsed());
        black_box(parts);
    }
    let [bare, post] = times.map(|mut times| {
        times.sort();
        times[ROUNDS / 2]
    });
    println!(
        "paired medians: bare {bare:?}, POST {post:?}, difference {:?}",
        post.saturating_sub(bare)
    );
}

fn request() -> Parts {
    Request::post(
        "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1/responses",
    )
    .header("content-type", "application/json")
    .body(())
    .unwrap()
    .into_parts()
    .0
}

fn pem_contents(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

criterion_group!(benches, signing, paired);
criterion_main!(benches);
