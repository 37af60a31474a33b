//! What to try, for the answers that are known to send people the wrong way.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use super::ServiceError;

/// Signatures older or newer than this are refused.
const ALLOWED_SKEW: Duration = Duration::from_secs(5 * 60);

/// The advice that fits an answer of the service, if there is any.
pub(super) fn for_answer(error: &ServiceError, now: SystemTime) -> Option<String> {
    let says = |text: &str| contains_ignore_case(&error.message, text);
    let code = error.code().unwrap_or_default();
    // An error within a success has no status of its own.
    let status = error.status.unwrap_or(StatusCode::OK);

    if says("invalid openai project") {
        return Some(
            "check the project OCID and its region; a project created within the last few minutes \
             is not known to this endpoint yet, so wait two or three minutes and try again"
                .to_owned(),
        );
    }
    if says("compartment id must be provided") {
        return Some(
            "set the project (OCI_GENAI_PROJECT); the service gives this answer for a missing \
             project too. If the project is set, set the compartment (OCI_GENAI_COMPARTMENT) as well"
                .to_owned(),
        );
    }
    if says("is not supported") && says("field") {
        return Some(
            "remove that field from the request: the service knows it and refuses it".to_owned(),
        );
    }
    if says("unsupported openai operation") || says("incorrect apiidentifier") {
        return Some(
            "this model has no Responses route in this region; choose another model".to_owned(),
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
             trying again changes nothing"
                .to_owned(),
        );
    }
    if status.is_redirection() {
        return Some(
            "redirects are not followed, because credentials are made for one host and path: set \
             the base URL (OCI_GENAI_BASE_URL) to where the service is"
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
            "a proxy in between wants credentials of its own: put them into the proxy's URL \
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
            "the answer is not in the service's form: a proxy, gateway or firewall in between gave \
             it. Check the base URL and the proxy (HTTPS_PROXY, NO_PROXY), or ask whoever runs it to \
             let the service's host pass"
                .to_owned(),
        );
    }
    if status == StatusCode::UNAUTHORIZED {
        return Some(match clock_skew(error, now) {
            Some(skew) => format!(
                "this machine's clock differs from the service's by {} seconds, and signatures more \
                 than 5 minutes off are refused: set the clock",
                skew.as_secs()
            ),
            None => "an API key works only in the region it was made in, and may be expired or \
                     revoked; a session token may be over (oci session authenticate); a signature \
                     needs the right key and fingerprint"
                .to_owned(),
        });
    }
    if status == StatusCode::FORBIDDEN
        || code == "NotAuthorizedOrNotFound"
        || says("authorization failed or requested resource not found")
    {
        return Some(
            "the service answers so for what is missing and for what is not permitted alike: check \
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
            "conversations belong to one project in one region, and end with their retention time: \
             check that the project and region are those it was created with"
                .to_owned(),
        );
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Some(
            "limits on this service move with its load: send less at once, and wait longer between \
             tries"
                .to_owned(),
        );
    }
    None
}

/// Whether an answer is in none of the forms that the service uses, such as a page of HTML.
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
    fn an_answer_of_a_proxy_is_not_the_services() {
        let read = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            let error = ServiceError::from_answer(status, &http::HeaderMap::new(), body.as_bytes());
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
        assert!(!read(429, quota).contains("send less"));
        let after = r#"{"error":{"param":"after","message":"No such item in the conversation."}}"#;
        for status in [400, 404] {
            assert!(!read(status, after).contains("retention"), "{status}");
        }
    }

    #[test]
    fn each_known_trap_has_its_hint() {
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
    fn a_skewed_clock_is_named_in_either_direction() {
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
