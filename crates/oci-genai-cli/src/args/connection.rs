//! Connection options: endpoint and credential.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Choice;

/// Endpoint and credential. Flags take precedence over the environment, then the configuration file,
/// then the OCI config file.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Credential to use [default: auto]
    ///
    /// [env: OCI_GENAI_AUTH]
    #[arg(long, value_name = "KIND", value_enum)]
    pub(crate) auth: Option<Auth>,

    /// Region identifier or short code, for example us-chicago-1 or ord
    ///
    /// [env: OCI_GENAI_REGION, OCI_REGION, OCI_CLI_REGION]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// OCID of the Generative AI project
    ///
    /// [env: OCI_GENAI_PROJECT]
    #[arg(long, value_name = "OCID")]
    pub(crate) project: Option<String>,

    /// OCID of the compartment, for tenancies that still require one
    ///
    /// [env: OCI_GENAI_COMPARTMENT]
    #[arg(long, value_name = "OCID")]
    pub(crate) compartment: Option<String>,

    /// Model [default: openai.gpt-oss-120b]
    ///
    /// [env: OCI_GENAI_MODEL]
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,

    /// Base URL in place of the region's endpoint, for example of an emulator
    ///
    /// [env: OCI_GENAI_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// OCI config file [default: ~/.oci/config]
    ///
    /// [env: OCI_CLI_CONFIG_FILE]
    #[arg(long, value_name = "FILE")]
    pub(crate) oci_config: Option<PathBuf>,

    /// Profile of the OCI config file [default: DEFAULT]
    ///
    /// [env: OCI_CLI_PROFILE, OCI_CONFIG_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Maximum size of one streamed event, in bytes [default: 16777216]
    ///
    /// [env: OCI_GENAI_MAX_EVENT_BYTES]
    #[arg(long, value_name = "BYTES", hide_short_help = true)]
    pub(crate) max_event_bytes: Option<String>,

    /// Maximum decompressed size of a response that is not streamed, in bytes [default: 67108864]
    ///
    /// [env: OCI_GENAI_MAX_RESPONSE_BYTES]
    #[arg(long, value_name = "BYTES", hide_short_help = true)]
    pub(crate) max_response_bytes: Option<String>,

    #[command(flatten)]
    pub(crate) choice: Choice,
}

/// The credential kinds that `--auth` takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    /// A profile given by flag, else the API key, else the OCI config file, else the machine's credential
    #[default]
    Auto,
    /// A Generative AI API key, from the variable OCI_GENAI_API_KEY
    ApiKey,
    /// A profile of the OCI config file: an API signing key or a session token
    Config,
    /// The principal of the compute instance
    InstancePrincipal,
    /// The principal of the function or other resource
    ResourcePrincipal,
    /// The workload identity of an OKE pod
    Oke,
}

impl Auth {
    /// Returns the name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::ApiKey => "api-key",
            Self::Config => "config",
            Self::InstancePrincipal => "instance-principal",
            Self::ResourcePrincipal => "resource-principal",
            Self::Oke => "oke",
        }
    }

    /// Returns the kind for a value of `OCI_CLI_AUTH`, the variable of Oracle's tools.
    pub(crate) fn of_oracles_tools(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "api_key" | "security_token" | "instance_obo_user" => Some(Self::Config),
            "instance_principal" => Some(Self::InstancePrincipal),
            "resource_principal" => Some(Self::ResourcePrincipal),
            "oke_workload_identity" => Some(Self::Oke),
            _ => None,
        }
    }

    /// Returns a short description.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Auto => "the first one available",
            Self::ApiKey => "a Generative AI API key, from the variable OCI_GENAI_API_KEY",
            Self::Config => {
                "a profile of the OCI config file: an API signing key or a session token"
            }
            Self::InstancePrincipal => "the compute instance",
            Self::ResourcePrincipal => "the function or other resource",
            Self::Oke => "the workload identity of a pod",
        }
    }

    /// Returns the kinds that match a term of Oracle's other tools or another spelling. There may be
    /// two: Oracle's tools call an API signing key `api_key`.
    pub(crate) fn meant(word: &str) -> &'static [Self] {
        let letters: String = word
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match letters.as_str() {
            "apikey" | "key" => &[Self::ApiKey, Self::Config],
            "genaiapikey" | "generativeaiapikey" | "bearer" | "bearertoken" => &[Self::ApiKey],
            "securitytoken" | "sessiontoken" | "session" | "token" | "user" | "userprincipal"
            | "profile" | "ociconfig" | "configfile" | "file" | "signingkey" | "apisigningkey"
            | "iam" | "instanceobouser" | "delegationtoken" | "obotoken" | "upst" => {
                &[Self::Config]
            }
            "instance" | "instanceprincipal" | "instanceprincipals" => &[Self::InstancePrincipal],
            "resource" | "resourceprincipal" | "resourceprincipals" | "function" => {
                &[Self::ResourcePrincipal]
            }
            "okeworkloadidentity"
            | "okeworkload"
            | "workloadidentity"
            | "workload"
            | "kubernetes"
            | "pod" => &[Self::Oke],
            "default" | "chain" | "any" => &[Self::Auto],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_oracles_tools_map_to_our_kinds() {
        for (word, name) in [
            ("security_token", "config"),
            ("SECURITY-TOKEN", "config"),
            ("instance_principal", "instance-principal"),
            ("resource_principal", "resource-principal"),
            ("oke_workload_identity", "oke"),
            ("instance_obo_user", "config"),
            ("apikey", "api-key"),
        ] {
            assert_eq!(
                Auth::meant(word).first().map(|kind| kind.name()),
                Some(name)
            );
        }
        assert_eq!(Auth::meant("api_key"), [Auth::ApiKey, Auth::Config]);
        assert!(Auth::meant("password").is_empty());
    }
}
