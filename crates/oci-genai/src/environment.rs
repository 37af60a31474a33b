//! Environment variables of this crate, in order of precedence.

use oci_genai_auth::Environment;

/// An API key.
pub(crate) const API_KEY: &str = "OCI_GENAI_API_KEY";
/// The project's OCID.
pub(crate) const PROJECT: &str = "OCI_GENAI_PROJECT";
/// The compartment's OCID.
pub(crate) const COMPARTMENT: &str = "OCI_GENAI_COMPARTMENT";
/// The default model.
pub(crate) const MODEL: &str = "OCI_GENAI_MODEL";
/// The base URL, base path included. It takes precedence over any region.
pub(crate) const BASE_URL: &str = "OCI_GENAI_BASE_URL";
/// The region. The first variable that is set applies.
pub(crate) const REGION: &[&str] = &["OCI_GENAI_REGION", "OCI_REGION", "OCI_CLI_REGION"];
/// The profile of the OCI configuration file.
pub(crate) const PROFILE: &[&str] = &["OCI_CLI_PROFILE", "OCI_CONFIG_PROFILE"];
/// The OCI configuration file.
pub(crate) const CONFIG_FILE: &str = "OCI_CLI_CONFIG_FILE";
/// Set if the OCI CLI signs without a configuration file.
pub(crate) const SIGNING_TENANCY: &str = "OCI_CLI_TENANCY";
/// The source of the OCI CLI's credentials.
pub(crate) const CLI_AUTH: &str = "OCI_CLI_AUTH";
/// The region of a resource principal, such as a function.
pub(crate) const RESOURCE_PRINCIPAL_REGION: &str = "OCI_RESOURCE_PRINCIPAL_REGION";
/// Enables dual-stack hosts, which support IPv6 as well.
pub(crate) const DUAL_STACK: &str = "OCI_DUAL_STACK_ENDPOINT_ENABLED";
/// Text appended to the user agent.
pub(crate) const USER_AGENT: &str = "OCI_SDK_APPEND_USER_AGENT";

/// Returns a variable without surrounding whitespace. A blank variable counts as unset.
pub(crate) fn var(environment: &Environment, name: &str) -> Option<String> {
    environment
        .var(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// Returns the first of these variables that is set.
pub(crate) fn first(environment: &Environment, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| var(environment, name))
}

/// Returns `true` if a variable is `true` in any case, or `1`.
pub(crate) fn flag(environment: &Environment, name: &str) -> bool {
    var(environment, name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
}
