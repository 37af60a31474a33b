//! Encoding of bodies: request bodies are not encoded, responses are zstd for clients that offer
//! it.
//!
//! As on the service, each chunk of a response is its own zstd frame. Decoders that stop after the
//! first frame fail on it.

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::error::ApiError;

/// Rejects an encoded body: a signature covers it as sent, and the emulator does not decode it.
pub(super) fn refuse_encoded(headers: &HeaderMap) -> Result<(), ApiError> {
    let encoded = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .find(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let Some(coding) = encoded else { return Ok(()) };
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!(
            "Content-Encoding '{}' is not supported: send the body as it is.",
            String::from_utf8_lossy(coding.as_bytes())
        ),
    )
    .header(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    ))
}

/// Returns true if a client accepts zstd by that name.
pub(super) fn offers_zstd(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::ACCEPT_ENCODING).iter();
    offers
        .filter_map(|offer| offer.to_str().ok())
        .flat_map(|offer| offer.split(','))
        .any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("zstd"));
            let refused = parts
                .filter_map(|part| part.split_once('='))
                .any(|(name, weight)| name.trim().eq_ignore_ascii_case("q") && is_zero(weight));
            named && !refused
        })
}

fn is_zero(weight: &str) -> bool {
    weight.trim().parse().is_ok_and(|weight: f32| weight <= 0.0)
}

/// Returns the response with each chunk of its body as its own frame.
pub(super) fn in_frames(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    let frames = body.into_data_stream().map(|chunk| {
        chunk.map(|chunk| Bytes::from(compress_to_vec(&chunk[..], CompressionLevel::Fastest)))
    });
    Response::from_parts(parts, Body::from_stream(frames))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zstd_is_offered_by_name() {
        for (offer, wanted) in [
            ("zstd", true),
            ("gzip, deflate, ZSTD;q=0.5", true),
            ("gzip, zstd;q=0", false),
            ("gzip, zstd; q=0.000", false),
            ("gzip, br", false),
            ("*", false),
        ] {
            let headers = [(header::ACCEPT_ENCODING, HeaderValue::from_static(offer))];
            assert_eq!(
                offers_zstd(&headers.into_iter().collect()),
                wanted,
                "{offer}"
            );
        }
        assert!(!offers_zstd(&HeaderMap::new()));
    }
}
