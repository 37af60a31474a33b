//! The command line: what can be asked for, and where each setting comes from.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Conversations with OCI Generative AI from a terminal.
#[derive(Debug, Parser)]
#[command(
    name = "oci-genai",
    version,
    about,
    propagate_version = true,
    after_help = "Start with `oci-genai quickstart`: without any settings it talks to a built-in \
                  emulator, so it needs neither an account nor a network."
)]
pub(crate) struct Cli {
    /// Say more on standard error (-v requests, -vv everything)
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a conversation and take two turns in it
    Quickstart(Connection),
    /// Ask one question and print the answer as it streams
    Ask(Ask),
    /// List or delete the sessions known on this machine
    Sessions(Sessions),
    /// Run a local emulator of the service
    Emulator(Emulator),
}

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

#[derive(Args, Debug)]
pub(crate) struct Ask {
    /// The question; read from standard input when it is left out or is "-"
    pub(crate) text: Option<String>,

    /// Continue the session of this name, or begin it
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// Id of this turn, chosen by you: asked again with it, an answered turn is not made twice and
    /// an interrupted one is finished
    #[arg(long, value_name = "ID", requires = "session")]
    pub(crate) turn_id: Option<String>,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Where sessions are remembered.
#[derive(Args, Clone, Debug)]
pub(crate) struct Store {
    /// File that remembers the sessions [default: sessions.sqlite in the platform's data directory]
    #[arg(long = "store", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Sessions {
    #[command(subcommand)]
    pub(crate) action: SessionsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsAction {
    /// List the sessions in the store
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        store: Store,
    },
    /// Delete a session and the conversation behind it
    Delete {
        /// Name of the session
        name: String,
        #[command(flatten)]
        store: Store,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Emulator {
    /// Address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,

    /// Serve over TLS, by a certificate made for this emulator
    #[arg(long)]
    pub(crate) tls: bool,

    /// File to write the certificate that clients have to trust into, in PEM
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) tls_cert_out: Option<PathBuf>,

    /// API key to accept; may be repeated [default: sk-emulator]
    #[arg(long, value_name = "KEY")]
    pub(crate) api_key: Vec<String>,

    /// Project to serve; may be repeated [default: the emulator's own project]
    #[arg(long, value_name = "OCID")]
    pub(crate) project: Vec<String>,

    /// OCI config file whose profiles are trusted: API signing keys and session tokens
    #[arg(long, value_name = "FILE")]
    pub(crate) oci_config: Option<PathBuf>,

    /// File to keep conversations and responses in; without it they end with the emulator
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Scenario of faults to play, in JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// Answers to give instead of the built-in model's, in JSON
    #[arg(long, value_name = "FILE", conflicts_with = "upstream")]
    pub(crate) script: Option<PathBuf>,

    /// OpenAI-compatible server that answers instead: its base URL for chat completions, or a URL that
    /// ends in /responses; its key comes from OPENAI_API_KEY, its project from OPENAI_PROJECT_ID
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: Option<String>,

    /// File to record the upstream's answers in, to be played back with --script
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub(crate) record: Option<PathBuf>,
}
