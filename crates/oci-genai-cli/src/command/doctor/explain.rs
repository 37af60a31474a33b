//! Why a call failed, in terms of what a person can change.
//!
//! The service says little and often the same for different things: one text for every 401, 404 for
//! what is missing and for what is not permitted. So what it says is read together with what is known
//! of the settings.

use http::StatusCode;
use oci_genai::{Error, ErrorKind};

use super::report::{Blame, Name};
use crate::error::{auth_exit_code, chain, client_exit_code, source_of};

/// Signatures more than this many seconds off are refused.
pub(super) const MAX_SKEW: i64 = 300;

/// What is known beside the failure itself.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// The credential's kind, and where it came from, for people.
    pub(super) credential: String,
    pub(super) identity: Identity,
    /// Seconds that the service's clock is ahead.
    pub(super) clock_ahead: Option<i64>,
    /// Why no fresh credentials were to be had after a 401.
    pub(super) refresh: Option<oci_genai_auth::Error>,
    /// The region in use, if it is known.
    pub(super) region: Option<String>,
    /// What is wrong with the project's OCID, as far as can be seen.
    pub(super) project_doubt: Option<String>,
    pub(super) project_source: String,
    pub(super) has_compartment: bool,
    pub(super) model: String,
    pub(super) is_default_model: bool,
    /// Scheme, host and port.
    pub(super) origin: String,
    pub(super) base_path: String,
    /// The source of the base URL, if one was set in place of a region.
    pub(super) base_url: Option<String>,
    /// Whether the model was asked, and not only tokens counted.
    pub(super) asked: bool,
}

/// Who asks, as far as it decides what may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    ApiKey,
    /// `tenancy/user/fingerprint`
    SigningKey(String),
    /// With the command that logs in anew.
    Session(String),
    Principal,
}

/// The service's answers that say nothing of the model, because counting tokens is not offered
/// everywhere: the model has to be asked.
pub(super) fn is_undecided(error: &Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    match status {
        Some(403 | 404 | 405 | 422 | 501) => true,
        Some(400) => {
            let text = error.message().to_ascii_lowercase();
            !text.contains("project") && !text.contains("compartment")
        }
        _ => false,
    }
}

/// What a failed call is due to.
pub(super) fn call(error: &Error, facts: &Facts) -> Blame {
    match error.status() {
        Some(status) => answer(status, error, facts),
        None => no_answer(error, facts),
    }
}

fn no_answer(error: &Error, facts: &Facts) -> Blame {
    let exit = client_exit_code(error);
    let blame = |step, cause: String, change: String| Blame {
        step,
        cause,
        change,
        exit,
    };
    if let Some(auth) = source_of::<oci_genai_auth::Error>(error) {
        let place = facts.base_url.as_deref().unwrap_or("the base URL");
        if auth.is_insecure() {
            return blame(
                Name::Region,
                chain(auth),
                format!("give an https URL ({place}): credentials are not sent in the clear"),
            );
        }
        return credential(auth);
    }
    let why = chain(error);
    let known = why.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| known.contains(word));
    let origin = &facts.origin;
    let place = match (&facts.base_url, &facts.region) {
        (Some(source), _) => format!("the base URL ({source})"),
        (None, Some(region)) => format!("the region ({region})"),
        (None, None) => "the region".to_owned(),
    };
    match error.kind() {
        ErrorKind::Connect if says(&["dns", "lookup", "resolve"]) => blame(
            Name::Network,
            format!("the name in {origin} is not known: {why}"),
            format!(
                "correct {place}, or this machine's name resolution; if a proxy resolves names \
                 here, set HTTPS_PROXY"
            ),
        ),
        ErrorKind::Connect if says(&["certificate", "unknownissuer"]) => blame(
            Name::Network,
            format!("the certificate of {origin} is not trusted: {why}"),
            "have this machine trust the authority behind that certificate; a proxy that opens TLS \
             has one of its own"
                .to_owned(),
        ),
        ErrorKind::Connect if says(&["corrupt message", "invalidcontenttype", "handshake"]) => blame(
            Name::Network,
            format!("{origin} does not speak TLS as expected: {why}"),
            format!("correct the scheme or port in {place}"),
        ),
        ErrorKind::Connect if says(&["refused"]) => blame(
            Name::Network,
            format!("nothing listens at {origin}: {why}"),
            format!("correct {place}, or start what should listen there"),
        ),
        ErrorKind::Connect => blame(
            Name::Network,
            format!("no connection to {origin}: {why}"),
            "let this machine reach that host: look at its firewall, route and proxy (HTTPS_PROXY)"
                .to_owned(),
        ),
        ErrorKind::Timeout => blame(
            if facts.asked { Name::Model } else { Name::Network },
            format!("{origin} did not answer in time: {why}"),
            "try again; if it stays so, ask another model, or look for a proxy that holds answers back"
                .to_owned(),
        ),
        ErrorKind::Transport | ErrorKind::Interrupted => blame(
            Name::Network,
            format!("{origin} broke the connection off: {why}"),
            "try again; if it stays so, look for a proxy or firewall in between".to_owned(),
        ),
        ErrorKind::Decode => blame(
            Name::Network,
            format!("what answered at {origin} is not the service: {why}"),
            format!("correct {place}, or get past the proxy or login page that answers in its place"),
        ),
        ErrorKind::Failed => blame(
            Name::Model,
            format!("the model {} failed: {why}", facts.model),
            another_model(facts),
        ),
        _ => blame(
            Name::Model,
            why.clone(),
            error.hint().map_or(why, str::to_owned),
        ),
    }
}

/// Credentials that could not be had.
pub(super) fn credential(error: &oci_genai_auth::Error) -> Blame {
    let cause = chain(error);
    Blame {
        step: Name::Credential,
        change: cure(error, &cause),
        cause,
        exit: auth_exit_code(error),
    }
}

/// The errors of credentials carry their cure; where they do not, what to do is said here.
fn cure(error: &oci_genai_auth::Error, cause: &str) -> String {
    use oci_genai_auth::ErrorKind as Kind;
    match error.kind() {
        Kind::NoCredentials => {
            "set OCI_GENAI_API_KEY, or make a profile with `oci setup config` or `oci session \
             authenticate`; to use what this machine is, say which with --auth"
                .to_owned()
        }
        Kind::Unavailable => format!("try again later, or see why a token cannot be had: {cause}"),
        Kind::Key if cause.contains("does not open") => {
            format!("correct `pass_phrase` in the profile: {cause}")
        }
        _ => cause.to_owned(),
    }
}

fn answer(status: StatusCode, error: &Error, facts: &Facts) -> Blame {
    let text = error.message().to_ascii_lowercase();
    let says = |words: &str| text.contains(words);
    let said = format!("{}: {}", status.as_u16(), error.message());
    let blame = |step, cause: String, change: String| Blame {
        step,
        cause,
        change,
        exit: 1,
    };
    match status.as_u16() {
        401 => unauthenticated(&said, facts),
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
        _ if says("path doesn't map") => blame(
            Name::Region,
            format!(
                "{} has nothing at the path {:?} ({said})",
                facts.origin, facts.base_path
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
            format!("not permitted, or not there; the service does not tell which ({said})"),
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
        429 => blame(
            Name::Model,
            format!("the limit for this model or tenancy is reached ({said})"),
            "wait some minutes, and send less at once; if it stays so, ask for a higher limit"
                .to_owned(),
        ),
        500.. => blame(
            Name::Model,
            format!("the service failed ({said})"),
            format!(
                "try again later; if it stays so, tell Oracle's support the request id {}",
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

fn not_permitted(status: StatusCode, error: &Error, text: &str) -> bool {
    status == StatusCode::FORBIDDEN
        || error.code() == Some("NotAuthorizedOrNotFound")
        || text.contains("authorization failed or requested resource not found")
}

fn unauthenticated(said: &str, facts: &Facts) -> Blame {
    let blame = |step, cause: String, change: String| Blame {
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
    let region = facts.region.as_deref().unwrap_or("the service's region");
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
                 neither expired nor revoked: keys are good in their own region only"
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
        Identity::Session(login) => {
            let why = facts
                .refresh
                .as_ref()
                .map(|error| format!("; it was not renewed: {}", chain(error)))
                .unwrap_or_default();
            blame(
                Name::Credential,
                format!("{refused}{why}"),
                format!("log in again with `{login}`"),
            )
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

fn project(said: &str, facts: &Facts) -> Blame {
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
    Blame {
        step: Name::Project,
        cause,
        change,
        exit: 1,
    }
}

fn another_model(facts: &Facts) -> String {
    if facts.is_default_model {
        "name a model that this region offers with the Responses API: --model, or OCI_GENAI_MODEL"
            .to_owned()
    } else {
        format!(
            "name another model than {} with --model or OCI_GENAI_MODEL; openai.gpt-oss-120b is offered \
             in most regions",
            facts.model
        )
    }
}

fn policy(facts: &Facts) -> String {
    let (subject, condition) = match facts.identity {
        Identity::ApiKey => (
            "any-user",
            " where request.principal.type='generativeaiapikey'",
        ),
        Identity::SigningKey(_) | Identity::Session(_) => ("group NAME", ""),
        Identity::Principal => ("dynamic-group NAME", ""),
    };
    format!(
        "have an administrator add the policy `allow {subject} to manage generative-ai-response in \
         compartment NAME{condition}`, and the same for generative-ai-conversation"
    )
}

/// A clock that is off, for people.
pub(super) fn off(ahead: i64) -> String {
    let (side, seconds) = if ahead > 0 {
        ("behind", ahead)
    } else {
        ("ahead of", ahead.saturating_neg())
    };
    format!("this machine's clock is {seconds} seconds {side} the service's")
}

pub(super) fn set_the_clock(ahead: i64) -> String {
    format!(
        "set this machine's clock, by NTP best: {}, and signatures more than {MAX_SKEW} seconds off \
         are refused",
        off(ahead)
    )
}
