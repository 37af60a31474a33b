//! `emulator`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use oci_genai_emulator::{DEFAULT_REGION, ErrorShape};

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

  # Break things: about every second turn finds its conversation locked,
  # and the third request of one key loses its answer
  $ oci-genai emulator --fault locked,probability=0.5 \\
        --fault reset,after=true,skip=2,times=1,credential=sk-emulator

  # Put a real model behind it, and record what it says
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

    /// Host name that requests may use besides loopback ones, such as the name of a machine that forwards a port
    /// here; may be repeated. On loopback every other host is refused, so that no web page reaches the emulator by a
    /// name of its own
    #[arg(long, help_heading = "Server", value_name = "HOST")]
    pub(crate) allow_host: Vec<String>,

    /// Serve over TLS, by a certificate made for this emulator
    #[arg(long, help_heading = "Server")]
    pub(crate) tls: bool,

    /// File to write the certificate that clients have to trust into, in PEM
    #[arg(long, help_heading = "Server", value_name = "FILE", requires = "tls")]
    pub(crate) tls_cert_out: Option<PathBuf>,

    /// API key to accept; may be repeated [default: sk-emulator]
    #[arg(long, help_heading = "Who may ask", value_name = "KEY")]
    pub(crate) api_key: Vec<String>,

    /// API key of another region, which is refused here as the service does; may be repeated
    // Read by the command: clap repeats a value that cannot be read, and this one holds a key.
    #[arg(long, help_heading = "Who may ask", value_name = "REGION=KEY")]
    pub(crate) foreign_api_key: Vec<String>,

    /// Project to serve; may be repeated [default: the emulator's own project]
    #[arg(long, help_heading = "Who may ask", value_name = "OCID")]
    pub(crate) project: Vec<String>,

    /// Serve requests without a project header as this project, for clients that cannot send it; without a
    /// value, as the first project
    #[arg(
        long,
        help_heading = "Who may ask",
        value_name = "OCID",
        num_args = 0..=1,
        default_missing_value = ""
    )]
    pub(crate) default_project: Option<String>,

    /// OCI config file whose profiles are trusted: API signing keys and session tokens
    #[arg(long, help_heading = "Who may ask", value_name = "FILE")]
    pub(crate) oci_config: Option<PathBuf>,

    /// File to keep conversations and responses in; without it they end with the emulator
    #[arg(long, help_heading = "Server", value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) service: Service,

    #[command(flatten)]
    pub(crate) limits: Limits,

    /// Something to go wrong: its effect, then NAME=VALUE pairs that say how and for which requests, as in
    /// status,status=429,route=POST /responses,times=2; or the same in JSON; may be repeated
    // Read by the command, since it may name a key as its credential.
    #[arg(long, help_heading = "Faults", value_name = "FAULT")]
    pub(crate) fault: Vec<String>,

    /// Scenario of faults to play, in JSON
    #[arg(long, help_heading = "Faults", value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// Where the chance of faults that have a probability starts, to repeat a run [default: the
    /// scenario's, else 0]
    #[arg(long, help_heading = "Faults", value_name = "NUMBER")]
    pub(crate) fault_seed: Option<u64>,

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

/// How the service behaves.
#[derive(Args, Debug)]
#[command(next_help_heading = "Service")]
pub(crate) struct Service {
    /// Region to emulate, whose airport code is in every id
    #[arg(long, value_name = "REGION", default_value = DEFAULT_REGION)]
    pub(crate) region: String,

    /// How long a project is not known yet after the start, such as 2m; a real one takes two to three
    /// minutes [default: 0s]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) propagation: Option<Duration>,

    /// Leave out of responses what Open Responses requires and OCI is not known to send: presence_penalty and
    /// frequency_penalty
    #[arg(long)]
    pub(crate) no_open_responses: bool,

    /// How long a background response with store: false can be retrieved [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) background_retention: Option<Duration>,

    /// Make a turn wait for the one before it in its conversation, instead of refusing it
    #[arg(long)]
    pub(crate) queue_turns: bool,

    /// Take bodies that the contract does not allow, as a later service may
    #[arg(long)]
    pub(crate) lenient: bool,

    /// Shape of error bodies
    #[arg(long, value_name = "SHAPE", default_value = "service")]
    pub(crate) error_shape: Shape,

    /// Keep long-term memory, into which things enter so long after they were said, such as 10s
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) long_term_memory: Option<Duration>,

    /// Condense the earlier turns of conversations that do not say otherwise
    #[arg(long)]
    pub(crate) condenser: bool,

    /// Tokens of earlier turns from which on they are condensed [default: 2500]
    #[arg(long, value_name = "TOKENS")]
    pub(crate) condense_from: Option<u64>,

    /// How long a conversation is kept after its last change, such as 30days [default: for ever]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) conversation_retention: Option<Duration>,

    /// How long a response is kept [default: for ever]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) response_retention: Option<Duration>,

    /// How long tokens of the identity side are good [default: 20m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) token_lifetime: Option<Duration>,
}

/// What a client may ask of the server.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Largest body of a request, in bytes [default: 16777216]
    #[arg(long, value_name = "BYTES", hide_short_help = true)]
    pub(crate) max_body_bytes: Option<usize>,

    /// Most room for the headers of a request, in bytes; at least 8192 [default: 65536]
    #[arg(
        long,
        value_name = "BYTES",
        hide_short_help = true,
        value_parser = clap::value_parser!(u32).range(8192..)
    )]
    pub(crate) max_header_bytes: Option<u32>,

    /// How long a client may take to send a request's headers, and then its body, and how long a connection may be
    /// without a request [default: 30s]
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = humantime::parse_duration)]
    pub(crate) read_timeout: Option<Duration>,

    /// How long a client may leave an answer unread [default: 30s]
    #[arg(long, value_name = "TIME", hide_short_help = true, value_parser = humantime::parse_duration)]
    pub(crate) write_timeout: Option<Duration>,

    /// Never compress answers with zstd
    #[arg(long, hide_short_help = true)]
    pub(crate) no_zstd: bool,

    /// Bytes of the data file that deleted things may take before it is rewritten [default: 1048576]
    #[arg(long, value_name = "BYTES", hide_short_help = true, requires = "data")]
    pub(crate) data_slack: Option<u64>,
}

/// The shapes that error bodies come in.
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
