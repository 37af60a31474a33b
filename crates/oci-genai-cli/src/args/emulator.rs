//! `emulator`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

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
