//! Options of `proxy`.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::Connection;

/// Connect any OpenAI client to the service
///
/// Listens on loopback, signs each request with your OCI credentials and forwards it unchanged. Prints one line of JSON
/// with its base URL and a token to standard output, then a line for each request to standard error, until Ctrl-C.
/// Clients use the base URL and the token as OPENAI_BASE_URL and OPENAI_API_KEY.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  # Run a program that uses an OpenAI client
  $ oci-genai proxy run -- codex

  # On a fixed port, for programs that you start yourself
  $ oci-genai proxy --listen 127.0.0.1:8080 --region us-chicago-1 \\
        --project ocid1.generativeaiproject.…

  # For other machines, over TLS
  $ oci-genai proxy --listen 0.0.0.0:8443 --tls --tls-cert-out ca.pem"
)]
pub(crate) struct Proxy {
    #[command(subcommand)]
    pub(crate) action: Option<ProxyAction>,

    #[command(flatten)]
    pub(crate) server: ProxyServer,

    #[command(flatten)]
    pub(crate) options: ProxyOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProxyAction {
    Run(ProxyRun),
}

/// Run a program with the proxy as its OpenAI endpoint
///
/// Starts the proxy on a free port of loopback, sets OPENAI_BASE_URL, OPENAI_API_BASE and OPENAI_API_KEY, runs the
/// program, and ends with its exit code: 128 and the signal's number if a signal ended it. Requests are not logged
/// unless -v is given, because the program uses the terminal.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai proxy run -- codex
  $ oci-genai proxy run --map gpt-4o=openai.gpt-oss-120b -- python app.py")]
pub(crate) struct ProxyRun {
    #[command(flatten)]
    pub(crate) options: ProxyOptions,

    /// Program to run, with its arguments
    #[arg(value_name = "COMMAND", required = true, last = true)]
    pub(crate) command: Vec<OsString>,
}

/// Listening address, token and TLS.
#[derive(Args, Debug)]
#[command(next_help_heading = "Server")]
pub(crate) struct ProxyServer {
    /// Address to listen on; port 0 takes any free port. An address other than loopback requires a token, and --tls or
    /// --behind-tls
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:0",
        value_parser = address
    )]
    pub(crate) listen: SocketAddr,

    /// Accept requests without a token. Every program on this machine can then use your credentials
    #[arg(long)]
    pub(crate) no_token: bool,

    /// Serve over TLS, with a certificate generated for this proxy unless --tls-cert is given
    #[arg(long, conflicts_with = "behind_tls")]
    pub(crate) tls: bool,

    /// Certificate chain for TLS, in PEM
    #[arg(long, value_name = "FILE", requires = "tls", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// File for the certificate that clients have to trust, in PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls",
        conflicts_with = "tls_cert"
    )]
    pub(crate) tls_cert_out: Option<PathBuf>,

    /// TLS ends in front of the proxy
    #[arg(long)]
    pub(crate) behind_tls: bool,
}

/// Handling of requests.
#[derive(Args, Debug)]
#[command(
    next_help_heading = "Requests",
    mut_arg("model", |model| model
        .action(clap::ArgAction::Append)
        .help("Model to list in GET /v1/models; may be repeated [default: openai.gpt-oss-120b]"))
)]
pub(crate) struct ProxyOptions {
    #[command(flatten)]
    pub(crate) listed: ListedModels,

    /// File with the models to list: one name per line, or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) models: Option<PathBuf>,

    /// Model name to replace in requests; may be repeated
    #[arg(long, value_name = "FROM=TO", value_parser = pair)]
    pub(crate) map: Vec<(String, String)>,

    /// Maximum number of retries for requests that name no conversation [default: 0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) retries: u32,

    /// Where to send a request that keeps no state on the service when the region cannot answer, with
    /// the project there; may be repeated. API keys are good in their own region only
    #[arg(long, value_name = "REGION[=PROJECT]", hide_short_help = true)]
    pub(crate) failover: Vec<String>,

    /// File to append a line of JSON to for each call of a model, with its tokens; `oci-genai usage` sums it up
    #[arg(long, value_name = "FILE")]
    pub(crate) usage: Option<PathBuf>,

    /// Most requests under way at a time; others wait
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = at_least_one)]
    pub(crate) max_in_flight: usize,

    /// Maximum size of a request body, in bytes
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 67_108_864,
        hide_short_help = true
    )]
    pub(crate) max_body_bytes: usize,

    /// Additional host name to accept besides loopback; may be repeated
    #[arg(long, value_name = "HOST", hide_short_help = true)]
    pub(crate) allow_host: Vec<String>,

    /// Origin of web pages to accept, such as http://localhost:3000; may be repeated
    #[arg(long, value_name = "ORIGIN", hide_short_help = true)]
    pub(crate) allow_origin: Vec<String>,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// All values of `--model`; [`Connection`] keeps one.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListedModels(pub(crate) Vec<String>);

impl FromArgMatches for ListedModels {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = matches.try_get_many::<String>("model").ok().flatten();
        Ok(Self(given.into_iter().flatten().cloned().collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ListedModels {
    fn augment_args(command: clap::Command) -> clap::Command {
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "give an IP address and a port, such as 127.0.0.1:8080")
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => {
            Ok((from.to_owned(), to.to_owned()))
        }
        _ => Err("give two names, such as gpt-4o=openai.gpt-oss-120b"),
    }
}

fn at_least_one(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err("give a number of at least 1"),
        Ok(number) => Ok(number),
    }
}
