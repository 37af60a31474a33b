//! The environment variables this crate reads, and in which order.

use oci_genai_auth::Environment;

/// An API key.
pub(crate) const API_KEY: &str = "OCI_GENAI_API_KEY";
/// The project's OCID.
pub(crate) const PROJECT: &str = "OCI_GENAI_PROJECT";
/// The compartment's OCID.
pub(crate) const COMPARTMENT: &str = "OCI_GENAI_COMPARTMENT";
/// The model used where a call names none.
pub(crate) const MODEL: &str = "OCI_GENAI_MODEL";
/// Where requests go, base path included; ahead of any region.
pub(crate) const BASE_URL: &str = "OCI_GENAI_BASE_URL";
/// The region; the first that is set counts.
pub(crate) const REGION: &[&str] = &["OCI_GENAI_REGION", "OCI_REGION", "OCI_CLI_REGION"];
/// The profile of the OCI configuration file.
pub(crate) const PROFILE: &[&str] = &["OCI_CLI_PROFILE", "OCI_CONFIG_PROFILE"];
/// The OCI configuration file.
pub(crate) const CONFIG_FILE: &str = "OCI_CLI_CONFIG_FILE";
/// Set where Oracle's command line is to sign without a configuration file.
pub(crate) const SIGNING_TENANCY: &str = "OCI_CLI_TENANCY";
/// Where Oracle's command line is to take credentials from.
pub(crate) const CLI_AUTH: &str = "OCI_CLI_AUTH";
/// The region of a function or other resource that acts for itself.
pub(crate) const RESOURCE_PRINCIPAL_REGION: &str = "OCI_RESOURCE_PRINCIPAL_REGION";
/// Whether to use hosts that also answer on IPv6.
pub(crate) const DUAL_STACK: &str = "OCI_DUAL_STACK_ENDPOINT_ENABLED";
/// Appended to the user agent.
pub(crate) const USER_AGENT: &str = "OCI_SDK_APPEND_USER_AGENT";

/// A variable without surrounding blanks; one that is blank counts as unset.
pub(crate) fn var(environment: &Environment, name: &str) -> Option<String> {
    environment
        .var(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// The first of these variables that is set.
pub(crate) fn first(environment: &Environment, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| var(environment, name))
}

/// Whether a variable says yes: `true` in any case, or `1`.
pub(crate) fn flag(environment: &Environment, name: &str) -> bool {
    var(environment, name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
}
