//! Why a call failed, in terms of what a person can change.
//!
//! The service says little and often the same for different things: one text for every 401, 404 for
//! what is missing and for what is not permitted. So what it says is read together with what is known
//! of the settings.

mod response;
mod transport;

use oci_genai::Error;

use super::report::{Diagnosis, Name};
use crate::error::{auth_exit_code, chain};

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
    /// The variable that names a proxy for the endpoint's scheme, if one does.
    pub(super) proxy: Option<&'static str>,
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
    /// With what to do for a new token.
    Session(String),
    Principal,
}

/// The service's answers that say nothing of the model, because counting tokens is not offered
/// everywhere: the model has to be asked.
pub(super) fn is_undecided(error: &Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    match status {
        _ if response::is_page(error) => false,
        Some(403 | 404 | 405 | 422 | 501) => true,
        Some(400) => {
            let text = error.message().to_ascii_lowercase();
            !text.contains("project") && !text.contains("compartment")
        }
        _ => false,
    }
}

/// What a failed call is due to.
pub(super) fn call(error: &Error, facts: &Facts) -> Diagnosis {
    match error.status() {
        Some(status) => response::explain(status, error, facts),
        None => transport::explain(error, facts),
    }
}

/// Credentials that could not be had.
pub(super) fn credential(error: &oci_genai_auth::Error) -> Diagnosis {
    let cause = chain(error);
    Diagnosis {
        step: Name::Credential,
        change: fix(error, &cause),
        cause,
        exit: auth_exit_code(error),
    }
}

/// The errors of credentials carry their fix; where they do not, what to do is said here.
fn fix(error: &oci_genai_auth::Error, cause: &str) -> String {
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
