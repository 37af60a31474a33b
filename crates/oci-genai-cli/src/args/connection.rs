//! How to reach the service and as whom.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How to reach the service and as whom. Flags win over environment variables.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Which credential to use: the key in OCI_GENAI_API_KEY, or a profile of the OCI config file
    #[arg(long, value_enum)]
    pub(crate) auth: Option<Auth>,

    /// OCI config file [default: ~/.oci/config]
    #[arg(long, value_name = "FILE", env = "OCI_CLI_CONFIG_FILE")]
    pub(crate) oci_config: Option<PathBuf>,

    /// Profile in the OCI config file [default: DEFAULT]
    #[arg(long, value_name = "NAME", env = "OCI_CLI_PROFILE")]
    pub(crate) profile: Option<String>,

    /// Region identifier or short code, for example us-chicago-1 or ord
    /// [env: OCI_GENAI_REGION, OCI_REGION, OCI_CLI_REGION]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// OCID of the Generative AI project
    #[arg(long, value_name = "OCID", env = "OCI_GENAI_PROJECT")]
    pub(crate) project: Option<String>,

    /// OCID of the compartment, where a tenancy still asks for one
    #[arg(long, value_name = "OCID", env = "OCI_GENAI_COMPARTMENT")]
    pub(crate) compartment: Option<String>,

    /// Base URL in place of the region's endpoint, for example an emulator's
    #[arg(long, value_name = "URL", env = "OCI_GENAI_BASE_URL")]
    pub(crate) base_url: Option<String>,

    /// Model to ask [default: openai.gpt-oss-120b]
    #[arg(long, value_name = "MODEL", env = "OCI_GENAI_MODEL")]
    pub(crate) model: Option<String>,
}

/// The credential kinds a person can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    /// The API key if there is one, else the OCI config file
    Auto,
    /// A Generative AI API key, from OCI_GENAI_API_KEY
    ApiKey,
    /// A profile of the OCI config file: an API signing key or a session token
    Config,
}
