//! `emulator`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Run a local emulator of the service
#[derive(Args, Debug)]
#[command(after_help = "\
Keeps conversations, checks keys and signatures as the service does, and answers
with a model of its own that says what it can see. Prints one line of JSON with
its address on standard output, then a line for each request on standard error,
until Ctrl-C stops it.

Examples:
  # On a port of your choice, and in another terminal a question to it
  $ oci-genai emulator --listen 127.0.0.1:8080
  $ export OCI_GENAI_BASE_URL=http://127.0.0.1:8080/openai/v1
  $ export OCI_GENAI_API_KEY=sk-emulator
  $ export OCI_GENAI_PROJECT=ocid1.generativeaiproject.oc1.us-chicago-1.emulator
  $ oci-genai ask \"Hello there.\"

  # Keep what it holds, over TLS, for your own keys and sessions
  $ oci-genai emulator --data emulator.data --oci-config ~/.oci/config \\
        --tls --tls-cert-out ca.pem

  # Break things: about every second request finds its conversation locked
  $ echo '{\"faults\": [{\"effect\": \"locked\", \"probability\": 0.5}]}' > faults.json
  $ oci-genai emulator --faults faults.json

  # Put a real model behind it, and record what it says
  $ oci-genai emulator --upstream http://127.0.0.1:11434/v1 --record said.json")]
pub(crate) struct Emulator {
    /// Address to listen on; port 0 takes any free port
    #[arg(
        long,
        help_heading = "Server",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:0"
    )]
    pub(crate) listen: SocketAddr,

    /// Serve over TLS, by a certificate made for this emulator
    #[arg(long, help_heading = "Server")]
    pub(crate) tls: bool,

    /// File to write the certificate that clients have to trust into, in PEM
    #[arg(long, help_heading = "Server", value_name = "FILE", requires = "tls")]
    pub(crate) tls_cert_out: Option<PathBuf>,

    /// API key to accept; may be repeated [default: sk-emulator]
    #[arg(long, help_heading = "Who may ask", value_name = "KEY")]
    pub(crate) api_key: Vec<String>,

    /// Project to serve; may be repeated [default: the emulator's own project]
    #[arg(long, help_heading = "Who may ask", value_name = "OCID")]
    pub(crate) project: Vec<String>,

    /// OCI config file whose profiles are trusted: API signing keys and session tokens
    #[arg(long, help_heading = "Who may ask", value_name = "FILE")]
    pub(crate) oci_config: Option<PathBuf>,

    /// File to keep conversations and responses in; without it they end with the emulator
    #[arg(long, help_heading = "Server", value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Scenario of faults to play, in JSON
    #[arg(long, help_heading = "Faults", value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// Answers to give instead of the built-in model's, in JSON
    #[arg(
        long,
        help_heading = "Model",
        value_name = "FILE",
        conflicts_with = "upstream"
    )]
    pub(crate) script: Option<PathBuf>,

    /// OpenAI-compatible server that answers instead: its base URL for chat completions, or a URL that
    /// ends in /responses; its key comes from OPENAI_API_KEY, its project from OPENAI_PROJECT_ID
    #[arg(long, help_heading = "Model", value_name = "URL")]
    pub(crate) upstream: Option<String>,

    /// File to record the upstream's answers in, to be played back with --script
    #[arg(
        long,
        help_heading = "Model",
        value_name = "FILE",
        requires = "upstream"
    )]
    pub(crate) record: Option<PathBuf>,
}
