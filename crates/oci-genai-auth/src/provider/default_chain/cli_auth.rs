//! `OCI_CLI_AUTH`: the variable that selects the authentication method of Oracle's command line.

use super::steps::Step;
use crate::config::AuthKind;
use crate::redact::shown;
use crate::{Environment, Error, Result};

const VARIABLE: &str = "OCI_CLI_AUTH";

/// The values and their steps.
const VALUES: [(&str, Step); 6] = [
    ("api_key", Step::Profile(AuthKind::ApiSigningKey)),
    ("security_token", Step::Profile(AuthKind::SessionToken)),
    ("instance_principal", Step::NamedInstancePrincipal),
    (
        "instance_obo_user",
        Step::Profile(AuthKind::DelegationToken),
    ),
    ("resource_principal", Step::ResourcePrincipal),
    ("oke_workload_identity", Step::WorkloadIdentity),
];

/// Returns the step that the variable selects, if it is set.
pub(super) fn chosen_by_variable(environment: &Environment) -> Result<Option<Step>> {
    let Some(value) = environment.var(VARIABLE) else {
        return Ok(None);
    };
    let name = value.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let found = VALUES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    match found {
        Some((_, step)) => Ok(Some(*step)),
        None => Err(Error::config(format!(
            "{VARIABLE} is `{}`, which is not supported; hint: set it to {}, or unset it",
            shown(name),
            VALUES.map(|(known, _)| known).join(", "),
        ))),
    }
}

/// Returns the error for a failure of the selected step. No other step is tried.
pub(super) fn failed(cause: Error) -> Error {
    let error = Error::new(
        cause.kind(),
        format!("could not get the credentials that {VARIABLE} selects"),
    );
    match cause.status() {
        Some(status) => error.with_status(status),
        None => error,
    }
    .with_source(cause)
}
