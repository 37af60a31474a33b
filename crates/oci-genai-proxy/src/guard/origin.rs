//! Web pages that may call the proxy.
//!
//! Browsers send requests to loopback for any page, and name the page's origin. The proxy rejects
//! pages that are not allowed before the request has any effect, even if the page could not read
//! the response.

use http::header::{HOST, ORIGIN};
use http::{HeaderValue, Request};
use url::Url;

use crate::refusal::Refusal;

/// Maximum length of an origin that an error repeats, in bytes.
const MAX_SHOWN: usize = 300;

#[derive(Debug)]
pub(super) struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    pub(super) fn new(allowed: &[String]) -> Self {
        Self {
            allowed: allowed
                .iter()
                .filter_map(|origin| allowed_origin(origin))
                .collect(),
        }
    }

    /// Rejects requests of pages that are not allowed. Returns the origin of an allowed page.
    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<Option<HeaderValue>, Refusal> {
        let headers = request.headers();
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(value) = origins.next() else {
            // Images, forms and the like of another site have no origin.
            let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
            return match site {
                Some(b"cross-site" | b"same-site") => Err(refuse(None)),
                _ => Ok(None),
            };
        };
        let text = value.to_str().unwrap_or_default();
        if origins.next().is_some() {
            return Err(refuse(None));
        }
        if self.allowed.iter().any(|allowed| allowed == text) {
            return Ok(Some(value.clone()));
        }
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(|host| host.as_str()));
        let own = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
            .zip(host)
            .is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host));
        match own {
            true => Ok(None),
            false => Err(refuse(Some(text))),
        }
    }
}

/// Normalizes an allowed origin to the form that browsers send. `None` if it is not an origin.
pub(crate) fn allowed_origin(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.has_host();
    if !is_bare {
        return None;
    }
    let port = url.port().map(|port| format!(":{port}"));
    Some(format!(
        "{}://{}{}",
        url.scheme(),
        url.host_str()?,
        port.unwrap_or_default()
    ))
}

fn refuse(origin: Option<&str>) -> Refusal {
    let shown = origin.filter(|text| !text.is_empty() && text.len() <= MAX_SHOWN);
    match shown.and_then(allowed_origin) {
        Some(origin) => Refusal::forbidden(format!(
            "the proxy does not accept requests from web pages of {origin}; hint: start it with \
             --allow-origin {origin}"
        )),
        None => {
            Refusal::forbidden("the proxy does not accept requests from web pages of other sites")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &str)]) -> Request<()> {
        let mut request = Request::get("/v1/models");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn only_allowed_pages_and_the_proxys_own_are_accepted() {
        let origins = Origins::new(&["http://localhost:3000/".to_owned()]);
        let check = |headers: &[(&'static str, &str)]| origins.check(&request(headers));
        assert_eq!(check(&[]).unwrap(), None);
        assert_eq!(
            check(&[("origin", "http://localhost:3000")])
                .unwrap()
                .unwrap(),
            "http://localhost:3000"
        );
        assert_eq!(
            check(&[("origin", "http://127.0.0.1:9"), ("host", "127.0.0.1:9")]).unwrap(),
            None
        );
        assert_eq!(check(&[("sec-fetch-site", "none")]).unwrap(), None);
        for refused in [
            &[("origin", "http://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "http://localhost:3001")],
            &[("origin", "http://127.0.0.1:8"), ("host", "127.0.0.1:9")],
            &[
                ("origin", "http://localhost:3000"),
                ("origin", "http://evil.example"),
            ],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(check(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        assert_eq!(
            allowed_origin("vscode-webview://abc").as_deref(),
            Some("vscode-webview://abc")
        );
        assert_eq!(
            allowed_origin("HTTPS://Chat.Example:443").as_deref(),
            Some("https://chat.example")
        );
        for text in [
            "",
            "*",
            "null",
            "localhost:3000",
            "http://a/b",
            "http://u@a",
        ] {
            assert_eq!(allowed_origin(text), None, "{text}");
        }
    }
}
