//! Hints for error responses that are known to be misleading.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use super::ServiceError;

/// The service rejects signatures older or newer than this.
const ALLOWED_SKEW: Duration = Duration::from_secs(5 * 60);

/// Returns the hint for an error of the service, if there is one.
pub(super) fn for_answer(error: &ServiceError, now: SystemTime) -> Option<String> {
    let says = |text: &str| contains_ignore_case(&error.message, text);
    let code = error.code().unwrap_or_default();
    // An error inside a success response has no status of its own.
    let status = error.status.unwrap_or(StatusCode::OK);

    if says("invalid openai project") {
        return Some(
            "check the project OCID and its region; a project created within the last few minutes \
             is unknown to this endpoint at first, so wait two or three minutes and try again"
                .to_owned(),
        );
    }
    if says("compartment id must be provided") {
        return Some(
            "set the project (OCI_GENAI_PROJECT); the service returns this error for a missing \
             project too. If the project is set, set the compartment (OCI_GENAI_COMPARTMENT) as well"
                .to_owned(),
        );
    }
    if says("is not supported") && says("field") {
        return Some(
            "remove that field from the request: the service knows the field and rejects it"
                .to_owned(),
        );
    }
    if says("unsupported openai operation") || says("incorrect apiidentifier") {
        return Some(
            "this model does not support the Responses API in this region; choose another model"
                .to_owned(),
        );
    }
    if says("path doesn't map") {
        return Some(
            "the base URL lacks its base path, which is /openai/v1 on this service".to_owned(),
        );
    }
    if error.is_quota_exhausted() {
        return Some(
            "the account's quota is used up: raise its limit or its budget, or use another account; \
             a retry does not help"
                .to_owned(),
        );
    }
    if status.is_redirection() {
        return Some(
            "redirects are not followed, because credentials are made for one host and path: set \
             the base URL (OCI_GENAI_BASE_URL) to the service's address"
                .to_owned(),
        );
    }
    if code == "context_length_exceeded" {
        return Some(
            "the input and the history before it are longer than the model's context: shorten them, \
             or choose a model with a larger context"
                .to_owned(),
        );
    }
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Some(
            "a proxy in between requires credentials: add them to the proxy's URL \
             (HTTPS_PROXY), or name the service's host in NO_PROXY"
                .to_owned(),
        );
    }
    if is_of_a_proxy(error)
        && matches!(
            status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
        )
    {
        return Some(
            "the response is not in the service's form: a proxy, gateway or firewall in between \
             sent it. Check the base URL and the proxy (HTTPS_PROXY, NO_PROXY), or ask its operator to \
             allow the service's host"
                .to_owned(),
        );
    }
    if status == StatusCode::UNAUTHORIZED {
        return Some(match clock_skew(error, now) {
            Some(skew) => format!(
                "this machine's clock differs from the service's by {} seconds, and signatures more \
                 than 5 minutes off are rejected: set the clock",
                skew.as_secs()
            ),
            None => "an API key is valid only in the region it was created in, and may be expired or \
                     revoked; a security token may be expired (oci session authenticate); a signature \
                     needs the right key and fingerprint"
                .to_owned(),
        });
    }
    if status == StatusCode::FORBIDDEN
        || code == "NotAuthorizedOrNotFound"
        || says("authorization failed or requested resource not found")
    {
        return Some(
            "the service returns this error both for a missing resource and for a missing permission: check \
             the id and region, then the IAM policy (resource types generative-ai-response and \
             generative-ai-conversation; for API keys a policy on \
             request.principal.type='generativeaiapikey')"
                .to_owned(),
        );
    }
    if status == StatusCode::NOT_FOUND && says("entity with key") {
        return Some("the model id is unknown in this region; check its spelling".to_owned());
    }
    if error.param() == Some("after") || (status == StatusCode::NOT_FOUND && says("item")) {
        return Some(
            "the item may have been deleted: list without `after`, or after another item"
                .to_owned(),
        );
    }
    if status == StatusCode::NOT_FOUND && says("conversation") {
        return Some(
            "conversations belong to one project in one region, and expire after their retention time: \
             use the project and region in which it was created"
                .to_owned(),
        );
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Some(
            "limits of this service vary with its load: send fewer requests at once, and wait longer between \
             attempts"
                .to_owned(),
        );
    }
    None
}

/// Returns `true` if a response has none of the forms that the service uses, for example an HTML
/// page.
fn is_of_a_proxy(error: &ServiceError) -> bool {
    let is_named = error.code().is_some() || error.error_type().is_some();
    let body = error.body().trim_start_matches('\u{FEFF}').trim_start();
    !is_named && !body.is_empty() && !body.starts_with(['{', '"'])
}

fn clock_skew(error: &ServiceError, now: SystemTime) -> Option<Duration> {
    let theirs = httpdate::parse_http_date(error.date.as_deref()?).ok()?;
    let skew = match now.duration_since(theirs) {
        Ok(ahead) => ahead,
        Err(behind) => behind.duration(),
    };
    (skew > ALLOWED_SKEW).then_some(skew)
}

fn contains_ignore_case(text: &str, lower: &str) -> bool {
    text.to_ascii_lowercase().contains(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, message: &str) -> ServiceError {
        ServiceError {
            status: StatusCode::from_u16(status).ok(),
            message: message.to_owned(),
            ..ServiceError::default()
        }
    }

    fn hint(error: &ServiceError) -> String {
        for_answer(error, SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    #[test]
    fn a_response_of_a_proxy_is_recognized() {
        let read = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            let error =
                ServiceError::from_response(status, &http::HeaderMap::new(), body.as_bytes());
            hint(&error)
        };
        for status in [401, 403, 404] {
            for body in ["<html><h1>Access denied</h1></html>", "RBAC: access denied"] {
                let hint = read(status, body);
                assert!(
                    hint.contains("proxy") && !hint.contains("policy"),
                    "{status}: {hint}"
                );
            }
        }
        for body in [
            "",
            r#"{"code":"NotAuthorized","message":"No."}"#,
            r#"{"message":"No."}"#,
        ] {
            assert!(read(403, body).contains("IAM policy"), "{body}");
        }
        assert!(read(407, "").contains("HTTPS_PROXY"));
        let long = r#"{"error":{"code":"context_length_exceeded","message":"Too long."}}"#;
        assert!(read(400, long).contains("shorten"));
        let quota = r#"{"error":{"code":"insufficient_quota","message":"No."}}"#;
        assert!(!read(429, quota).contains("send fewer"));
        let after = r#"{"error":{"param":"after","message":"No such item in the conversation."}}"#;
        for status in [400, 404] {
            assert!(!read(status, after).contains("retention"), "{status}");
        }
    }

    #[test]
    fn each_misleading_error_has_its_hint() {
        for (status, message, word) in [
            (400, "Invalid OpenAI project.", "minutes"),
            (400, "Compartment ID must be provided", "OCI_GENAI_PROJECT"),
            (400, "Field 'user' is not supported", "remove"),
            (400, "Unsupported OpenAI operation", "model"),
            (
                400,
                "Incorrect apiIdentifier GenerativeAiService.responses",
                "model",
            ),
            (
                404,
                "Path doesn't map to a registered service!",
                "/openai/v1",
            ),
            (401, "The required information was not provided", "region"),
            (403, "no", "IAM policy"),
            (
                404,
                "Item with id 'msg_1' not found in conversation 'conv_1'.",
                "after another item",
            ),
            (
                404,
                "Authorization failed or requested resource not found.",
                "IAM policy",
            ),
            (404, "Entity with key x not found", "model id"),
            (404, "Conversation conv_1 not found", "retention"),
            (429, "slow down", "load"),
        ] {
            let hint = hint(&answer(status, message));
            assert!(hint.contains(word), "{message}: {hint}");
        }
        assert_eq!(
            for_answer(&answer(400, "bad"), SystemTime::UNIX_EPOCH),
            None
        );
    }

    #[test]
    fn a_skewed_clock_is_reported_in_either_direction() {
        for (date, seconds) in [
            ("Thu, 01 Jan 1970 00:10:00 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 600),
        ] {
            let mut error = answer(401, "no");
            error.date = Some(date.to_owned());
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert!(
                for_answer(&error, now)
                    .unwrap_or_default()
                    .contains("600 seconds"),
                "{date}"
            );
            error.date = Some(httpdate::fmt_http_date(now));
            assert!(
                for_answer(&error, now)
                    .unwrap_or_default()
                    .contains("region")
            );
        }
    }
}
