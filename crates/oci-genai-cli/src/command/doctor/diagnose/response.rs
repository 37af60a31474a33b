//! Diagnoses of error responses of the service.

use http::StatusCode;
use oci_genai::Error;

use super::{Facts, Identity, MAX_SKEW, another_model, off, set_the_clock};
use crate::command::doctor::report::{Diagnosis, Name};
use crate::error::{chain, source_of};
use crate::secrets::quoted;

pub(super) fn explain(status: StatusCode, error: &Error, facts: &Facts) -> Diagnosis {
    let text = error.message().to_ascii_lowercase();
    let says = |words: &str| text.contains(words);
    let said = format!("{}: {}", status.as_u16(), error.message());
    let blame = |step, cause: String, change: String| Diagnosis {
        step,
        cause,
        change,
        exit: 1,
    };
    match status.as_u16() {
        401 => unauthenticated(&said, error, facts),
        407 => blame(
            Name::Network,
            format!("a proxy in between wants to know who asks ({said})"),
            "give the proxy's URL with user and password in HTTPS_PROXY".to_owned(),
        ),
        300..=399 => blame(
            Name::Network,
            format!("{} points elsewhere ({said})", facts.origin),
            "give the URL it points to as the base URL: a signature is made for one host"
                .to_owned(),
        ),
        _ if is_page(error) && !matches!(status.as_u16(), 429 | 500..) => {
            not_the_service(&said, facts)
        }
        _ if says("invalid openai project") => project(&said, facts),
        _ if says("compartment id must be provided") => {
            let change = if facts.has_compartment {
                format!(
                    "correct the project ({}): this answer is also given for one that is not accepted",
                    facts.project_source
                )
            } else {
                "pass --compartment OCID, or set OCI_GENAI_COMPARTMENT: this tenancy still asks for it beside the project".to_owned()
            };
            blame(Name::Project, said, change)
        }
        _ if error.code() == Some("SignUpRequired") => blame(
            Name::Region,
            format!("this tenancy has not signed up for the service here ({said})"),
            format!(
                "have an administrator subscribe the tenancy to {}",
                place(facts)
            ),
        ),
        _ if matches!(error.code(), Some("LimitExceeded" | "QuotaExceeded")) => limit(&said),
        _ if error.code() == Some("RelatedResourceNotAuthorizedOrNotFound") => blame(
            Name::Model,
            format!("something it takes is not permitted, or not there ({said})"),
            policy(facts),
        ),
        _ if says("path doesn't map") || status == StatusCode::METHOD_NOT_ALLOWED => blame(
            Name::Region,
            format!(
                "{} has nothing at the path {} ({said})",
                facts.origin,
                quoted(&facts.base_path)
            ),
            match &facts.base_url {
                Some(source) => format!("let the base URL ({source}) end in /openai/v1"),
                None => "choose a region that offers the service, such as us-chicago-1".to_owned(),
            },
        ),
        _ if says("unsupported openai operation") || says("incorrect apiidentifier") => blame(
            Name::Model,
            format!("{} has no Responses API here ({said})", facts.model),
            another_model(facts),
        ),
        404 if says("entity with key") || says(&facts.model.to_ascii_lowercase()) => blame(
            Name::Model,
            format!(
                "the model {} is not known in this region ({said})",
                facts.model
            ),
            another_model(facts),
        ),
        403 | 404 if not_permitted(status, error, &text) => blame(
            Name::Model,
            format!("not permitted, or not there; the service does not say which ({said})"),
            policy(facts),
        ),
        404 => blame(
            Name::Model,
            format!("there is no route to {} ({said})", facts.model),
            another_model(facts),
        ),
        400 | 422 if says("is not supported") => blame(
            Name::Model,
            format!("{} does not take this request ({said})", facts.model),
            another_model(facts),
        ),
        _ if error.is_quota_exhausted() => blame(
            Name::Model,
            format!("the account's quota is used up ({said})"),
            "raise the account's limit or budget, or use another account: waiting changes nothing"
                .to_owned(),
        ),
        429 => limit(&said),
        409 => blame(
            Name::Model,
            format!("something else is in the way ({said})"),
            "try again in a moment".to_owned(),
        ),
        500.. => blame(
            Name::Model,
            format!("the service failed ({said})"),
            format!(
                "try again later; if it stays so, give Oracle's support the request id {}",
                error.request_id().unwrap_or("(none was given)")
            ),
        ),
        _ => blame(
            Name::Model,
            format!("the service refuses the request ({said})"),
            error
                .hint()
                .map_or_else(|| another_model(facts), str::to_owned),
        ),
    }
}

/// Whether a web page came, which the service itself never sends: a proxy, a gateway or a firewall
/// answered.
pub(super) fn is_page(error: &Error) -> bool {
    error
        .service_error()
        .is_some_and(|service| service.body().trim_start().starts_with('<'))
}

fn not_the_service(said: &str, facts: &Facts) -> Diagnosis {
    let origin = &facts.origin;
    let way = match (facts.proxy, &facts.base_url) {
        (Some(proxy), _) => format!("name that host in NO_PROXY, or correct {proxy}"),
        (None, Some(source)) => format!("correct the base URL ({source})"),
        (None, None) => "set HTTPS_PROXY if there is a proxy to be used".to_owned(),
    };
    Diagnosis {
        step: Name::Network,
        cause: format!(
            "a web page came from {origin} in place of the service's answer: a proxy, gateway or \
             firewall in between refused the request ({said})"
        ),
        change: format!(
            "have the proxy, gateway or firewall in between let requests to {origin} pass, or {way}"
        ),
        exit: 1,
    }
}

/// The region, as far as it is known.
fn place(facts: &Facts) -> &str {
    facts.region.as_deref().unwrap_or("the service's region")
}

fn limit(said: &str) -> Diagnosis {
    Diagnosis {
        step: Name::Model,
        cause: format!("the limit for this model or tenancy is reached ({said})"),
        change: "wait some minutes, and send less at once; if it stays so, ask for a higher limit"
            .to_owned(),
        exit: 1,
    }
}

fn not_permitted(status: StatusCode, error: &Error, text: &str) -> bool {
    status == StatusCode::FORBIDDEN
        || error.code() == Some("NotAuthorizedOrNotFound")
        || text.contains("authorization failed or requested resource not found")
}

fn unauthenticated(said: &str, error: &Error, facts: &Facts) -> Diagnosis {
    let blame = |step, cause: String, change: String| Diagnosis {
        step,
        cause,
        change,
        exit: 1,
    };
    let signs = facts.identity != Identity::ApiKey;
    if let (true, Some(ahead)) = (signs, facts.clock_ahead)
        && ahead.abs() > MAX_SKEW
    {
        return blame(Name::Clock, off(ahead), set_the_clock(ahead));
    }
    let region = place(facts);
    let refused = format!(
        "the service does not accept the {} ({said})",
        facts.credential
    );
    match &facts.identity {
        Identity::ApiKey => blame(
            Name::Credential,
            refused,
            format!(
                "put a Generative AI API key into OCI_GENAI_API_KEY that was made in {region} and is \
                 neither expired nor revoked: keys are good in their own region only; if it is older than \
                 its policy, make a new one"
            ),
        ),
        Identity::SigningKey(id) => blame(
            Name::Credential,
            refused,
            format!(
                "compare the parts of the key id {id}, which are tenancy, user and fingerprint, with \
                 the console: the fingerprint has to stand among that user's API keys"
            ),
        ),
        Identity::Session(renew) => {
            let why = source_of::<oci_genai_auth::Error>(error)
                .map(|error| format!("; it was not renewed: {}", chain(error)))
                .unwrap_or_default();
            blame(Name::Credential, format!("{refused}{why}"), renew.clone())
        }
        Identity::Principal => blame(
            Name::Credential,
            refused,
            format!(
                "see that this machine belongs to the tenancy and realm of {region}: its token was \
                 issued, and is not accepted there"
            ),
        ),
    }
}

fn project(said: &str, facts: &Facts) -> Diagnosis {
    let (cause, change) = match &facts.project_doubt {
        Some(doubt) => (
            format!("{said} {doubt}"),
            format!("correct the project ({}): {doubt}", facts.project_source),
        ),
        None => (
            said.to_owned(),
            format!(
                "correct the project ({}); if it was made within the last few minutes, wait: the \
                 endpoint gets to know a project two or three minutes after it is made",
                facts.project_source
            ),
        ),
    };
    Diagnosis {
        step: Name::Project,
        cause,
        change,
        exit: 1,
    }
}

fn policy(facts: &Facts) -> String {
    let (subject, condition) = match facts.identity {
        Identity::ApiKey => (
            "any-user",
            " where ALL {request.principal.type='generativeaiapikey'}",
        ),
        Identity::SigningKey(_) | Identity::Session(_) => ("group NAME", ""),
        Identity::Principal => ("dynamic-group NAME", ""),
    };
    let then = match facts.identity {
        Identity::ApiKey => {
            "; then make a new API key, since one that is older than its policy was seen to stay refused"
        }
        _ => "",
    };
    format!(
        "have an administrator add the policy `allow {subject} to use generative-ai-family in compartment \
         NAME{condition}`, which Oracle documents; where that was not enough, `allow {subject} to manage \
         generative-ai-response in compartment NAME{condition}` and the same for \
         generative-ai-conversation were seen to help{then}"
    )
}
