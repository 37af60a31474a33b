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
/// The project that exists if no other is configured.
pub const DEFAULT_PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator";
/// The emulated region if no other is configured.
pub const DEFAULT_REGION: &str = "us-chicago-1";

/// Settings of an emulator. Each setting documents its default.
///
/// ```
/// let mut config = oci_genai_emulator::EmulatorConfig::default();
/// config.api_keys.push("sk-mine".to_owned());
/// assert!(!format!("{config:?}").contains("sk-mine"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct EmulatorConfig {
    /// Address to listen on. Default: loopback, a free port.
    pub listen: SocketAddr,
    /// Hosts that requests may name in addition to loopback ones, without a port, such as the name
    /// of a machine that forwards a port to this one. Only used while the emulator listens on
    /// loopback. There, it rejects every other host except loopback addresses, `localhost` and
    /// names below it, so that no web page can reach the emulator by a name of its own. While the
    /// emulator listens elsewhere, the API accepts any host. Default: none.
    pub allow_hosts: Vec<String>,
    /// Serves over TLS with a certificate created for this emulator. Default: false.
    pub tls: bool,
    /// The emulated region. Identifiers contain its airport code. Default: [`DEFAULT_REGION`].
    pub region: String,
    /// Generative AI API keys to accept. [`DEFAULT_API_KEY`] is accepted if this is empty and there
    /// is no OCI configuration file either.
    pub api_keys: Vec<String>,
    /// API keys of other regions, each with its region. They are rejected as the service rejects
    /// them. The reason is in [`RecordedRequest::refusal`](crate::RecordedRequest::refusal).
    pub api_keys_in_regions: Vec<(String, String)>,
    /// Projects that exist, by OCID. [`DEFAULT_PROJECT`] exists if this is empty.
    pub projects: Vec<String>,
    /// OCI configuration files whose profiles are trusted: API signing keys and session tokens.
    pub oci_configs: Vec<PathBuf>,
    /// Rejects bodies that the contract does not allow, such as unknown item types or enumeration
    /// values. Unknown members are always ignored, as on the service. Default: true. Set it to
    /// false to test a client with bodies of a later service.
    pub strict: bool,
    /// Shape of error bodies. Default: the service's shapes.
    pub error_shape: ErrorShape,
    /// Adds the members `presence_penalty` and `frequency_penalty` to responses. Open Responses
    /// requires them, and OCI is not known to send them. Default: true.
    pub open_responses: bool,
    /// Whether to answer as a public gateway does that may be what OCI runs; none of it is confirmed. An update of
    /// metadata is merged into what is there, and null removes a key; an item that is in the conversation already is
    /// refused with the code `item_already_in_conversation`; a model is shown the first 100 items of a conversation
    /// only; and a turn without a message is refused. Default: no, as documented.
    pub gateway: bool,
    /// Project for requests without an `OpenAI-Project` header, for clients that cannot send one. It exists like
    /// those of [`projects`](Self::projects). Default: none; such requests are rejected, as by the service.
    pub default_project: Option<String>,
    /// Time for which a background response with `store: false` can be retrieved after its
    /// creation. Default: 10 minutes; the service's value is not confirmed.
    pub background_retention: Duration,
    /// Makes a turn wait for the previous one in its conversation. Default: false; the turn is
    /// rejected with `conversation_locked`, as on the service.
    pub queue_turns: bool,
    /// File that stores conversations and responses. Default: none; they are lost when the emulator
    /// stops.
    pub data: Option<PathBuf>,
    /// Approximate number of bytes that deleted or replaced data may take in the data file, in
    /// addition to the size of the live data, before the file is rewritten. Default: 1 MiB.
    pub data_slack: u64,
    /// Delay until something said enters long-term memory. Default: no long-term memory, as in a
    /// project created without it.
    pub long_term_memory: Option<Duration>,
    /// Creates projects with a condenser: conversations that do not set it themselves have their
    /// earlier turns condensed. Default: false; a conversation can still enable it in its metadata.
    pub condenser: bool,
    /// Number of tokens of earlier turns from which on they are condensed. Default: 2,500.
    pub condense_from: u64,
    /// Retention of a conversation after its last change. Default: forever.
    pub conversation_retention: Option<Duration>,
    /// Retention of a response after its creation. Default: forever.
    pub response_retention: Option<Duration>,
    /// Time after the start (or after a project was added) during which a project is unknown.
    /// Default: zero; a real project takes two to three minutes.
    pub propagation: Duration,
    /// Lifetime of the tokens of the identity endpoints. Default: 20 minutes.
    pub token_lifetime: Duration,
    /// Compresses responses with zstd for clients that offer it, each chunk as its own frame, as
    /// the service does. Default: true.
    pub zstd: bool,
    /// Maximum size of a request body, in bytes. Default: 16 MiB.
    pub max_body_bytes: usize,
    /// Maximum size of the headers of a request, in bytes; at least 8,192. Default: 64 KiB.
    pub max_header_bytes: usize,
    /// Timeout for a request's headers, then for its body, and for a connection without a request.
    /// Default: 30 s.
    pub read_timeout: Duration,
    /// Timeout after which the connection of a client that does not read its response is closed.
    /// Default: 30 s.
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
            api_keys_in_regions: Vec::new(),
            projects: Vec::new(),
            oci_configs: Vec::new(),
            strict: true,
            error_shape: ErrorShape::default(),
            open_responses: true,
            gateway: false,
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
    /// Returns what is wrong with these settings, if anything.
    pub(crate) fn wrong(&self) -> Option<String> {
        let keys_in_regions = self.api_keys_in_regions.iter().map(|(_, key)| key);
        if self
            .api_keys
            .iter()
            .chain(keys_in_regions)
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
                "could not allow the host '{}'; hint: give a host name or an IP address without a port",
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
                "'{}' is not a region; hint: regions look like {DEFAULT_REGION}",
                redact::shown(&self.region)
            ));
        }
        None
    }

    /// Fills in settings that depend on others.
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

/// Returns true if a client can send this non-empty text in a header.
fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn texts(list: &[String]) -> Vec<redact::Shown> {
    list.iter().map(|text| redact::shown(text)).collect()
}

fn paths(list: &[PathBuf]) -> Vec<redact::Shown> {
    list.iter().map(|path| redact::shown_path(path)).collect()
}

/// Shows the number of API keys instead of the keys.
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
                "api_keys_in_regions",
                &format_args!("[{} redacted]", self.api_keys_in_regions.len()),
            )
            .field("projects", &texts(&self.projects))
            .field("oci_configs", &paths(&self.oci_configs))
            .field("strict", &self.strict)
            .field("error_shape", &self.error_shape)
            .field("open_responses", &self.open_responses)
            .field("gateway", &self.gateway)
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
