//! Settings of an emulator.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use oci_genai_auth::redact;

use crate::error::ErrorShape;
use crate::server::host::allowed_name;

/// The API key accepted when no other credential is configured.
pub const DEFAULT_API_KEY: &str = "sk-emulator";
/// The project that exists when no other is configured.
pub const DEFAULT_PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator";
/// The region emulated when no other is configured.
pub const DEFAULT_REGION: &str = "us-chicago-1";

/// Settings of an emulator, with the defaults described at each.
///
/// ```
/// let mut config = oci_genai_emulator::EmulatorConfig::default();
/// config.api_keys.push("sk-mine".to_owned());
/// assert!(!format!("{config:?}").contains("sk-mine"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct EmulatorConfig {
    /// Where to listen. Default: loopback, a free port.
    pub listen: SocketAddr,
    /// Hosts that requests may name besides loopback ones, without a port, such as the name of a machine that
    /// forwards a port to this one. Counts only where the emulator listens on loopback: there, every other host but
    /// loopback addresses, `localhost` and names below it is refused, so that no web page can reach the emulator by
    /// a name of its own. Listening elsewhere, the API takes any host. Default: none.
    pub allow_hosts: Vec<String>,
    /// Whether to serve over TLS, by a certificate made for this emulator. Default: no.
    pub tls: bool,
    /// The region emulated; identifiers carry its airport code. Default: [`DEFAULT_REGION`].
    pub region: String,
    /// Generative AI API keys to accept. When there are none, and no OCI configuration file either,
    /// [`DEFAULT_API_KEY`] is accepted.
    pub api_keys: Vec<String>,
    /// API keys of other regions, each with its region. They are refused as the service refuses them; the
    /// reason is in [`SeenRequest::refusal`](crate::SeenRequest::refusal).
    pub foreign_api_keys: Vec<(String, String)>,
    /// Projects that exist, by OCID. When there are none, [`DEFAULT_PROJECT`] exists.
    pub projects: Vec<String>,
    /// OCI configuration files whose profiles are trusted: API signing keys and session tokens.
    pub oci_configs: Vec<PathBuf>,
    /// Whether bodies that the contract does not allow are refused, such as items of a type, or a value of
    /// an enumeration, that it does not name. Members it does not name are always ignored, as the service
    /// does. Default: yes; no serves to try how a client takes what a later service may send.
    pub strict: bool,
    /// The shape of error bodies. Default: as the service does.
    pub error_shape: ErrorShape,
    /// Whether responses have the members that Open Responses requires and OCI is not known to send,
    /// `presence_penalty` and `frequency_penalty`. Default: yes.
    pub open_responses: bool,
    /// The project of requests that have no `OpenAI-Project` header, for clients that cannot send it. It exists like
    /// those of [`projects`](Self::projects). Default: none; such requests are refused, as the service does.
    pub default_project: Option<String>,
    /// How long a response that was made in the background with `store: false` can be retrieved after it was made.
    /// Default: 10 minutes; how long the service keeps it is not confirmed.
    pub background_retention: Duration,
    /// Whether a turn waits for the one before it in its conversation. Default: no, it is refused with
    /// `conversation_locked`, as the service does.
    pub queue_turns: bool,
    /// The file that conversations and responses are kept in. Default: none, they end with the
    /// emulator.
    pub data: Option<PathBuf>,
    /// About how many bytes of the data file may be taken by what has been deleted or replaced, beside as many
    /// as what is there takes, before the file is rewritten. Default: 1 MiB.
    pub data_slack: u64,
    /// How long after it was said something enters long-term memory. Default: there is no long-term
    /// memory, as in a project made without it.
    pub long_term_memory: Option<Duration>,
    /// Whether projects are made with a condenser: conversations that do not say otherwise have their
    /// earlier turns condensed. Default: no; a conversation may still ask for it by its metadata.
    pub condenser: bool,
    /// From how many tokens of earlier turns on they are condensed. Default: 2,500.
    pub condense_from: u64,
    /// How long a conversation lives after it was last changed. Default: for ever.
    pub conversation_retention: Option<Duration>,
    /// How long a response lives after it was made. Default: for ever.
    pub response_retention: Option<Duration>,
    /// How long after the start (or after it was added) a project is not known yet. Default: not at
    /// all; a real one takes two to three minutes.
    pub propagation: Duration,
    /// How long tokens of the identity side are good. Default: 20 minutes.
    pub token_lifetime: Duration,
    /// Whether answers go out as zstd to clients who offer it, each chunk a frame of its own, as from the
    /// service. Default: yes.
    pub zstd: bool,
    /// The largest request body read, in bytes. Default: 16 MiB.
    pub max_body_bytes: usize,
    /// The most room the headers of a request may take, in bytes; at least 8,192. Default: 64 KiB.
    pub max_header_bytes: usize,
    /// How long a client may take to send a request's headers, and then its body, and how long a connection may be
    /// without a request before it is ended. Default: 30 s.
    pub read_timeout: Duration,
    /// How long a client may leave an answer unread before its connection is closed. Default: 30 s.
    pub write_timeout: Duration,
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_hosts: Vec::new(),
            tls: false,
            region: DEFAULT_REGION.to_owned(),
            api_keys: Vec::new(),
            foreign_api_keys: Vec::new(),
            projects: Vec::new(),
            oci_configs: Vec::new(),
            strict: true,
            error_shape: ErrorShape::default(),
            open_responses: true,
            default_project: None,
            background_retention: Duration::from_secs(10 * 60),
            queue_turns: false,
            data: None,
            data_slack: 1024 * 1024,
            long_term_memory: None,
            condenser: false,
            condense_from: 2_500,
            conversation_retention: None,
            response_retention: None,
            propagation: Duration::ZERO,
            token_lifetime: Duration::from_secs(20 * 60),
            zstd: true,
            max_body_bytes: 16 * 1024 * 1024,
            max_header_bytes: 64 * 1024,
            read_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
        }
    }
}

impl EmulatorConfig {
    /// What is wrong with these settings, if anything is.
    pub(crate) fn wrong(&self) -> Option<String> {
        let foreign = self.foreign_api_keys.iter().map(|(_, key)| key);
        if self
            .api_keys
            .iter()
            .chain(foreign)
            .any(|key| !is_header(key))
        {
            return Some(
                "an API key is empty or has characters that no header can carry".to_owned(),
            );
        }
        let projects = self.projects.iter().chain(&self.default_project);
        if let Some(project) = projects.into_iter().find(|project| !is_header(project)) {
            return Some(format!(
                "the project '{}' is empty or has characters that no header can carry",
                redact::shown(project)
            ));
        }
        if let Some(name) = self
            .allow_hosts
            .iter()
            .find(|name| allowed_name(name).is_none())
        {
            return Some(format!(
                "cannot allow the host '{}': give a host name or an IP address without a port",
                redact::shown(name)
            ));
        }
        if self.region.is_empty()
            || !self
                .region
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
        {
            return Some(format!(
                "'{}' is not a region; they look like {DEFAULT_REGION}",
                redact::shown(&self.region)
            ));
        }
        None
    }

    /// Fills in what depends on what else is set.
    pub(crate) fn complete(mut self) -> Self {
        if self.api_keys.is_empty() && self.oci_configs.is_empty() {
            self.api_keys.push(DEFAULT_API_KEY.to_owned());
        }
        if self.projects.is_empty() {
            let default = self.default_project.as_deref().unwrap_or(DEFAULT_PROJECT);
            self.projects.push(default.to_owned());
        }
        if let Some(project) = &self.default_project
            && !self.projects.contains(project)
        {
            self.projects.push(project.clone());
        }
        self
    }
}

/// Whether a client could send this in a header, and would not send it empty.
fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn texts(list: &[String]) -> Vec<redact::Shown> {
    list.iter().map(|text| redact::shown(text)).collect()
}

fn paths(list: &[PathBuf]) -> Vec<redact::Shown> {
    list.iter().map(|path| redact::shown_path(path)).collect()
}

/// API keys are counted, not shown.
impl fmt::Debug for EmulatorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorConfig")
            .field("listen", &self.listen)
            .field("allow_hosts", &texts(&self.allow_hosts))
            .field("tls", &self.tls)
            .field("region", &redact::shown(&self.region))
            .field(
                "api_keys",
                &format_args!("[{} redacted]", self.api_keys.len()),
            )
            .field(
                "foreign_api_keys",
                &format_args!("[{} redacted]", self.foreign_api_keys.len()),
            )
            .field("projects", &texts(&self.projects))
            .field("oci_configs", &paths(&self.oci_configs))
            .field("strict", &self.strict)
            .field("error_shape", &self.error_shape)
            .field("open_responses", &self.open_responses)
            .field(
                "default_project",
                &self.default_project.as_deref().map(redact::shown),
            )
            .field("background_retention", &self.background_retention)
            .field("queue_turns", &self.queue_turns)
            .field("data", &self.data.as_deref().map(redact::shown_path))
            .field("data_slack", &self.data_slack)
            .field("long_term_memory", &self.long_term_memory)
            .field("condenser", &self.condenser)
            .field("condense_from", &self.condense_from)
            .field("conversation_retention", &self.conversation_retention)
            .field("response_retention", &self.response_retention)
            .field("propagation", &self.propagation)
            .field("token_lifetime", &self.token_lifetime)
            .field("zstd", &self.zstd)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_header_bytes", &self.max_header_bytes)
            .field("read_timeout", &self.read_timeout)
            .field("write_timeout", &self.write_timeout)
            .finish()
    }
}
