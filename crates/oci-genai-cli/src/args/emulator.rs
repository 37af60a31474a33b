//! Options of `emulator`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use oci_genai_emulator::{DEFAULT_REGION, ErrorShape};

/// Run a local emulator of the service
#[derive(Args, Debug)]
#[command(after_help = "\
Stores conversations, verifies keys and signatures as the service does, and
answers with a built-in model that describes its input. Prints one line of JSON
with its address to standard output, then a line for each request to standard
error, until Ctrl-C.

Examples:
  # On a fixed port, with a request from another terminal
  $ oci-genai emulator --listen 127.0.0.1:8080
  $ export OCI_GENAI_BASE_URL=http://127.0.0.1:8080/openai/v1
  $ export OCI_GENAI_API_KEY=sk-emulator
  $ export OCI_GENAI_PROJECT=ocid1.generativeaiproject.oc1.us-chicago-1.emulator
  $ oci-genai ask \"Hello there.\"

  # Persistent, over TLS, with your own keys and security tokens
  $ oci-genai emulator --data emulator.data --oci-config ~/.oci/config \\
        --tls --tls-cert-out ca.pem

  # Inject faults: about half of the turns find their conversation locked,
  # and the third request of one key loses its response
  $ oci-genai emulator --fault locked,probability=0.5 \\
        --fault reset,after=true,skip=2,times=1,credential=sk-emulator

  # Use a real model, and record its output
  $ oci-genai emulator --upstream http://127.0.0.1:11434/v1 --record said.json")]
pub(crate) struct Emulator {
    /// Address to listen on; port 0 takes any free port
    #[arg(
        long,
        help_heading = "Server",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:0",
        value_parser = address
    )]
    pub(crate) listen: SocketAddr,

    /// Additional host name to accept, such as the name of a machine that forwards a port; may be repeated. When
    /// listening on loopback, only loopback hosts are accepted otherwise, as a protection against DNS rebinding
    #[arg(long, help_heading = "Server", value_name = "HOST")]
    pub(crate) allow_host: Vec<String>,

    /// Serve over TLS with a certificate generated for this emulator
    #[arg(long, help_heading = "Server")]
    pub(crate) tls: bool,

    /// File for the certificate that clients have to trust, in PEM
    #[arg(long, help_heading = "Server", value_name = "FILE", requires = "tls")]
    pub(crate) tls_cert_out: Option<PathBuf>,

    /// API key to accept; may be repeated [default: sk-emulator]
    #[arg(long, help_heading = "Credentials", value_name = "KEY")]
    pub(crate) api_key: Vec<String>,

    /// API key of another region, which is rejected as by the service; may be repeated
    // Read by the command: clap repeats a value that it cannot parse, and this one holds a key.
    #[arg(
        long = "foreign-api-key",
        help_heading = "Credentials",
        value_name = "REGION=KEY"
    )]
    pub(crate) api_key_in_region: Vec<String>,

    /// Project to serve; may be repeated [default: the emulator's own project]
    #[arg(long, help_heading = "Credentials", value_name = "OCID")]
    pub(crate) project: Vec<String>,

    /// Project for requests without a project header, for clients that cannot send one; without a value,
    /// the first project
    #[arg(
        long,
        help_heading = "Credentials",
        value_name = "OCID",
        num_args = 0..=1,
        default_missing_value = ""
    )]
    pub(crate) default_project: Option<String>,

    /// OCI config file with profiles to trust: API signing keys and security tokens
    #[arg(long, help_heading = "Credentials", value_name = "FILE")]
    pub(crate) oci_config: Option<PathBuf>,

    /// File that stores conversations and responses; without it they are lost on exit
    #[arg(long, help_heading = "Server", value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) service: Service,

    #[command(flatten)]
    pub(crate) limits: Limits,

    /// Fault to inject: its effect, then NAME=VALUE pairs, as in
    /// status,status=429,route=POST /responses,times=2; or the same in JSON; may be repeated
    // Parsed by the command: a fault may name a key as its credential.
    #[arg(long, help_heading = "Faults", value_name = "FAULT")]
    pub(crate) fault: Vec<String>,

    /// JSON file with a fault scenario
    #[arg(long, help_heading = "Faults", value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// Seed for faults with a probability, to reproduce a run [default: the scenario's, else 0]
    #[arg(long, help_heading = "Faults", value_name = "NUMBER")]
    pub(crate) fault_seed: Option<u64>,

    /// JSON file with scripted output in place of the built-in model
    #[arg(
        long,
        help_heading = "Model",
        value_name = "FILE",
        conflicts_with = "upstream"
    )]
    pub(crate) script: Option<PathBuf>,

    /// OpenAI-compatible server in place of the built-in model: its base URL for chat completions, or a URL
    /// that ends in /responses; reads its key from OPENAI_API_KEY and its project from OPENAI_PROJECT_ID
    #[arg(long, help_heading = "Model", value_name = "URL")]
    pub(crate) upstream: Option<String>,

    /// File to record the upstream's output to, for playback with --script
    #[arg(
        long,
        help_heading = "Model",
        value_name = "FILE",
        requires = "upstream"
    )]
    pub(crate) record: Option<PathBuf>,
}

/// Behavior of the service.
#[derive(Args, Debug)]
#[command(next_help_heading = "Service")]
pub(crate) struct Service {
    /// Region to emulate; its short code is part of every id
    #[arg(long, value_name = "REGION", default_value = DEFAULT_REGION)]
    pub(crate) region: String,

    /// Time after the start until projects are known, such as 2m; a real project takes two to three minutes
    /// [default: 0s]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) propagation: Option<Duration>,

    /// Omit the members that Open Responses requires and OCI is not known to send: presence_penalty and
    /// frequency_penalty
    #[arg(long)]
    pub(crate) no_open_responses: bool,

    /// Answer as a public gateway does that may be what OCI runs; none of it is confirmed: metadata is merged,
    /// null removes a key, a model is shown 100 items, a turn needs a message
    #[arg(long)]
    pub(crate) gateway: bool,

    /// How long a background response with store: false can be retrieved [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) background_retention: Option<Duration>,

    /// Queue a turn behind the one in progress in its conversation, instead of rejecting it
    #[arg(long)]
    pub(crate) queue_turns: bool,

    /// Accept bodies that the contract does not allow, as a later version of the service may
    #[arg(long)]
    pub(crate) lenient: bool,

    /// Shape of error bodies
    #[arg(long, value_name = "SHAPE", default_value = "service")]
    pub(crate) error_shape: Shape,

    /// Enable long-term memory, and set the delay until items enter it, such as 10s
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) long_term_memory: Option<Duration>,

    /// Condense earlier turns of conversations that do not opt out
    #[arg(long)]
    pub(crate) condenser: bool,

    /// Number of tokens from which earlier turns are condensed [default: 2500]
    #[arg(long, value_name = "TOKENS")]
    pub(crate) condense_from: Option<u64>,

    /// Retention of a conversation after its last change, such as 30days [default: unlimited]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) conversation_retention: Option<Duration>,

    /// Retention of a response [default: unlimited]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) response_retention: Option<Duration>,

    /// Lifetime of tokens issued by the identity service [default: 20m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) token_lifetime: Option<Duration>,
}

/// Limits for clients.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Maximum size of a request body, in bytes [default: 16777216]
    #[arg(long, value_name = "BYTES", hide_short_help = true)]
    pub(crate) max_body_bytes: Option<usize>,

    /// Maximum size of request headers, in bytes; at least 8192 [default: 65536]
    #[arg(
        long,
        value_name = "BYTES",
        hide_short_help = true,
        value_parser = clap::value_parser!(u32).range(8192..)
    )]
    pub(crate) max_header_bytes: Option<u32>,

    /// Timeout for reading a request's headers, for reading its body, and for idle connections [default: 30s]
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = humantime::parse_duration)]
    pub(crate) read_timeout: Option<Duration>,

    /// Timeout for a client that does not read its response [default: 30s]
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = humantime::parse_duration)]
    pub(crate) write_timeout: Option<Duration>,

    /// Never compress responses with zstd
    #[arg(long, hide_short_help = true)]
    pub(crate) no_zstd: bool,

    /// Bytes that deleted records may take in the data file before it is rewritten [default: 1048576]
    #[arg(long, value_name = "BYTES", hide_short_help = true, requires = "data")]
    pub(crate) data_slack: Option<u64>,
}

/// The shapes of error bodies.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Shape {
    /// As the service does: its gateway in Oracle's shape, the rest in OpenAI's
    Service,
    /// {"error": {"message", "type", "param", "code"}}
    OpenAi,
    /// {"code", "message"}
    Oci,
    /// Oracle's, with an OpenAI error as text in its message
    OciNested,
    /// {"code", "error"}, as from a model provider
    Provider,
    /// Plain text, as from a proxy
    Text,
    /// HTML, as from a load balancer
    Html,
}

impl From<Shape> for ErrorShape {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Service => Self::Service,
            Shape::OpenAi => Self::OpenAi,
            Shape::Oci => Self::Oci,
            Shape::OciNested => Self::OciNested,
            Shape::Provider => Self::Provider,
            Shape::Text => Self::Text,
            Shape::Html => Self::Html,
        }
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "give an IP address and a port, such as 127.0.0.1:8080")
}
